//! The tasks of workflows: which there are, by the ids that Graph gives them, and what each does to one person.
//!
//! A task says what changes and what is to be sent, or why it cannot. Deliberately absent: teams, custom extensions, and
//! whatever else Graph's catalogue has; such a task is refused when the workflow is saved.

use directory::{By, Change, Id, Object, Plan, Record, Refusal, Snapshot, Time, Value};
use schema::access_package::ACCESS_PACKAGE;
use schema::authentication_method::PASSWORD_AUTHENTICATION_METHOD;
use schema::group::{GROUP, IS_ASSIGNABLE_TO_ROLE, MEMBERS, OWNERS};
use schema::subscribed_sku::{SKU_ID, SUBSCRIBED_SKU};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::{
    AUTHENTICATION_METHODS, DEVICES_TO_RELEASE, DIRECT_LICENSES, REFRESH_TOKENS_VALID_FROM_DATE_TIME, USER,
};
use schema::{ACCESS_PACKAGE_ID, ACCOUNT_ENABLED, ON_PREMISES_SYNC_ENABLED, PRINCIPAL_ID};

use super::mails;
use crate::ids::derived;
use crate::package::contents::is_by_hand;
use crate::package::{admission, delivery, grant, request};
use crate::people;
use crate::role;

/// How many tasks one workflow may have.
const TASKS_MAX: usize = 25;
/// How many things one argument may name.
const IDS_MAX: usize = 100;

/// One step of a workflow.
#[derive(Clone, Debug)]
pub(crate) struct Task {
    pub(crate) name: String,
    pub(crate) deed: Deed,
    pub(crate) goes_on: bool,
    sequence: i64,
    arguments: Vec<(String, String)>,
}

/// What a task does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Deed {
    Mail(Mail),
    GeneratePass,
    RequestPackage,
    AssignLicences,
    AddToGroups,
    EnableAccount,
    DisableAccount,
    RevokeTokens,
    RemoveFromGroups,
    RemoveFromAllGroups,
    RemovePackage,
    RemoveAllPackages,
    CancelRequests,
    RemoveLicences,
    RemoveAllLicences,
    ReleaseDevices,
    EndRoles,
    DeleteUser,
}

/// Which mail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mail {
    Welcome,
    Onboarding,
    Moved,
    BeforeLastDay,
    OnLastDay,
    AfterLastDay,
}

/// Castellan's own task: a leaver's devices are retired, or wiped where the argument `action` says so.
pub const RELEASE_DEVICES: &str = "c0a57e11-a000-4000-8000-00000000d001";

/// Castellan's own task: a leaver's roles end, those that are active and those that could be activated.
pub const END_ROLES: &str = "c0a57e11-a000-4000-8000-00000000d002";

/// Graph's task definitions, with the categories of workflow each may stand in: joiner, mover, leaver.
const DEFINITIONS: &[(&str, Deed, &str)] = &[
    ("70b29d51-b59a-4773-9280-8841dfd3f2ea", Deed::Mail(Mail::Welcome), "j"),
    ("3c860712-2d37-42a4-928f-5c93935d26a1", Deed::Mail(Mail::Onboarding), "j"),
    ("1b555e50-7f65-41d5-b514-5894a026d10d", Deed::GeneratePass, "j"),
    ("aab41899-9972-422a-9d97-f626014578b7", Deed::Mail(Mail::Moved), "m"),
    ("c1ec1e76-f374-4375-aaa6-0bb6bd4c60be", Deed::RequestPackage, "jm"),
    ("683c87a4-2ad4-420b-97d4-220d90afcd24", Deed::AssignLicences, "jm"),
    ("22085229-5809-45e8-97fd-270d28d66910", Deed::AddToGroups, "jml"),
    ("6fc52c9d-398b-4305-9763-15f42c1676fc", Deed::EnableAccount, "jl"),
    ("1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", Deed::DisableAccount, "jl"),
    ("509589a4-0466-4471-829e-49c5e502bdee", Deed::RevokeTokens, "ml"),
    ("1953a66c-751c-45e5-8bfe-01462c70da3c", Deed::RemoveFromGroups, "jml"),
    ("b3a31406-2a15-4c9a-b25b-a658fa5f07fc", Deed::RemoveFromAllGroups, "l"),
    ("4a0b64f2-c7ec-46ba-b117-18f262946c50", Deed::RemovePackage, "ml"),
    ("42ae2956-193d-4f39-be06-691b8ac4fa1d", Deed::RemoveAllPackages, "l"),
    ("498770d9-bab7-4e4c-b73d-5ded82a1d0b3", Deed::CancelRequests, "ml"),
    ("5fc402a8-daaf-4b7b-9203-da868b05fc5f", Deed::RemoveLicences, "ml"),
    ("8fa97d28-3e52-4985-b3a9-a1126f9b8b4e", Deed::RemoveAllLicences, "l"),
    (RELEASE_DEVICES, Deed::ReleaseDevices, "l"),
    (END_ROLES, Deed::EndRoles, "l"),
    ("8d18588d-9ad3-4c0f-99d0-ec215f0e3dff", Deed::DeleteUser, "l"),
    ("52853a3e-f4e5-4eb8-bb24-1ac09a1da935", Deed::Mail(Mail::BeforeLastDay), "l"),
    ("9c0a1eaf-5bda-4392-9d9e-6e155bb57411", Deed::Mail(Mail::OnLastDay), "l"),
    ("6f22ddd4-b3a5-47a4-a846-0d7c201a49ce", Deed::Mail(Mail::AfterLastDay), "l"),
];

impl Task {
    /// An argument as it is given.
    pub(crate) fn argument(&self, name: &str) -> Option<&str> {
        self.arguments.iter().find(|(known, _)| known.eq_ignore_ascii_case(name)).map(|(_, value)| value.as_str())
    }

    /// An argument that is a number.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        self.argument(name)?.trim().parse().ok()
    }

    /// An argument that names objects, with commas between.
    pub(crate) fn ids(&self, name: &str) -> Vec<Id> {
        self.argument(name).unwrap_or_default().split(',').filter_map(directory::id_from_text).collect()
    }

    /// Do it to one person, as things are now.
    pub(crate) fn perform(&self, now: &Snapshot, user: Id, at: Time) -> Result<Plan, String> {
        let user = now.find_a(&USER, user).ok_or("the user is not there any more")?;
        let changes = match self.deed {
            Deed::Mail(kind) => {
                let effects = mails::mails(now, self, kind, user)?;
                return Ok(Plan { changes: Vec::new(), effects });
            }
            Deed::GeneratePass => return pass(now, self, user, at),
            Deed::RequestPackage => give_package(now, self, user.id, at)?,
            Deed::AssignLicences => licences(user, |held| {
                let new = self.ids("licenses").into_iter().filter(|sku| !held.contains(sku)).collect::<Vec<_>>();
                held.extend(new);
            }),
            Deed::RemoveLicences => licences(user, |held| held.retain(|sku| !self.ids("licenses").contains(sku))),
            Deed::RemoveAllLicences => licences(user, Vec::clear),
            Deed::AddToGroups => add_to_groups(now, &self.ids("groupID"), user.id)?,
            Deed::RemoveFromGroups => remove_from_groups(now, user.id, |group| self.ids("groupID").contains(&group)),
            Deed::RemoveFromAllGroups => remove_from_groups(now, user.id, |_| true),
            Deed::EnableAccount => vec![Change::set(user.id, ACCOUNT_ENABLED, true)],
            Deed::DisableAccount => vec![Change::set(user.id, ACCOUNT_ENABLED, false)],
            Deed::RevokeTokens => vec![Change::set(user.id, REFRESH_TOKENS_VALID_FROM_DATE_TIME, at)],
            Deed::RemovePackage => end_packages(now, user.id, at, &self.ids("accessPackageId")),
            Deed::RemoveAllPackages => end_packages(now, user.id, at, &[]),
            Deed::CancelRequests => admission::open_requests(now, user.id)
                .into_iter()
                .flat_map(|open| request::cancel_changes(now, open, at))
                .collect(),
            Deed::ReleaseDevices => {
                vec![Change::set(user.id, DEVICES_TO_RELEASE, self.argument("action").unwrap_or("retire"))]
            }
            Deed::EndRoles => role::end_all(now, user.id),
            Deed::DeleteUser => delete(now, user)?,
        };
        Ok(changes.into())
    }
}

/// Read the tasks of a workflow, in the order in which they are carried out; those switched off are left out.
pub(crate) fn read(records: &[Record], category: &str) -> Result<Vec<Task>, Refusal> {
    if records.len() > TASKS_MAX {
        return Err(Refusal::limit(format!("a workflow has at most {TASKS_MAX} tasks")).at("tasks"));
    }
    let mut tasks = Vec::new();
    for (place, record) in records.iter().enumerate() {
        let task = one(record, i64::try_from(place).unwrap_or(0), category)?;
        if record.bool("isEnabled").unwrap_or(true) {
            tasks.push(task);
        }
    }
    tasks.sort_by_key(|task| task.sequence);
    Ok(tasks)
}

/// Refuse tasks that name what is not there.
pub(crate) fn check(now: &Snapshot, task: &Task) -> Result<(), Refusal> {
    let missing = |argument: &str, what: &str| {
        Refusal::invalid(format!("`{}`: the argument `{argument}` names {what}", task.name)).at("tasks/arguments")
    };
    let is_group = |id: &Id| now.find_a(&GROUP, *id).is_some_and(is_by_hand);
    let is_package = |id: &Id| now.find_a(&ACCESS_PACKAGE, *id).is_some();
    let is_licence = |id: &Id| now.find_by(&SUBSCRIBED_SKU, SKU_ID, *id).is_some();
    let named = |argument: &str, what: &str, is_there: &dyn Fn(&Id) -> bool| {
        let said = task.argument(argument).unwrap_or_default().split(',').filter(|s| !s.trim().is_empty()).count();
        let ids = task.ids(argument);
        let is_right = !ids.is_empty() && said == ids.len() && said <= IDS_MAX && ids.iter().all(is_there);
        if is_right { Ok(()) } else { Err(missing(argument, what)) }
    };
    match task.deed {
        Deed::AddToGroups | Deed::RemoveFromGroups => {
            named("groupID", "no groups whose members are chosen by hand", &is_group)?
        }
        Deed::AssignLicences | Deed::RemoveLicences => named("licenses", "no products that are there", &is_licence)?,
        Deed::RequestPackage | Deed::RemovePackage => named("accessPackageId", "no access package", &is_package)?,
        Deed::GeneratePass => {
            let minutes = task.number("tapLifetimeMinutes");
            let is_right =
                minutes.map_or(task.argument("tapLifetimeMinutes").is_none(), |m| (10..=43_200).contains(&m));
            if !is_right {
                return Err(missing("tapLifetimeMinutes", "no number from 10 to 43200"));
            }
        }
        Deed::ReleaseDevices => {
            if !matches!(task.argument("action"), None | Some("retire" | "wipe")) {
                return Err(missing("action", "neither retire nor wipe"));
            }
        }
        Deed::Mail(_)
        | Deed::EnableAccount
        | Deed::DisableAccount
        | Deed::RevokeTokens
        | Deed::RemoveFromAllGroups
        | Deed::RemoveAllPackages
        | Deed::CancelRequests
        | Deed::RemoveAllLicences
        | Deed::EndRoles
        | Deed::DeleteUser => {}
    }
    if task.ids("cc").len() > mails::COPIES_MAX {
        return Err(missing("cc", "more people than may get a copy"));
    }
    Ok(())
}

fn one(record: &Record, place: i64, category: &str) -> Result<Task, Refusal> {
    let definition = record.text("taskDefinitionId").unwrap_or_default();
    let at = "tasks/taskDefinitionId";
    let known = DEFINITIONS.iter().find(|(id, _, _)| id.eq_ignore_ascii_case(definition.trim()));
    let (_, deed, categories) = known
        .ok_or_else(|| Refusal::invalid(format!("`{definition}` is no task that can be carried out here")).at(at))?;
    if !category.chars().next().is_some_and(|first| categories.contains(first)) {
        return Err(Refusal::invalid(format!("`{definition}` does not belong in a {category} workflow")).at(at));
    }
    let pair = |pair: &Record| Some((pair.text("name")?.to_owned(), pair.text("value")?.to_owned()));
    Ok(Task {
        name: record.text("displayName").unwrap_or(definition).to_owned(),
        deed: *deed,
        goes_on: record.bool("continueOnError") == Some(true),
        sequence: record.int("executionSequence").unwrap_or(place),
        arguments: record.records("arguments").filter_map(pair).collect(),
    })
}

fn pass(now: &Snapshot, task: &Task, user: &Object, at: Time) -> Result<Plan, String> {
    let has_other = now
        .links(user.id, AUTHENTICATION_METHODS)
        .any(|method| !now.is_a(method.object, &PASSWORD_AUTHENTICATION_METHOD));
    if has_other {
        return Err("the user has an authentication method already".to_owned());
    }
    if has_role(now, user.id) {
        return Err("the user holds a role".to_owned());
    }
    Ok(Plan { changes: Vec::new(), effects: vec![mails::pass(now, task, user, at)?] })
}

fn give_package(now: &Snapshot, task: &Task, user: Id, at: Time) -> Result<Vec<Change>, String> {
    let package = task.ids("accessPackageId").first().copied().ok_or("no access package is named")?;
    if delivery::held(now, user, package).is_some() {
        return Ok(Vec::new());
    }
    let policy = task.ids("assignmentPolicyId").first().copied();
    let id = derived(user, &format!("{package} {at}"));
    grant::direct(now, at, (user, package, policy), id).map_err(|refusal| refusal.message)
}

fn licences(user: &Object, edit: impl FnOnce(&mut Vec<Id>)) -> Vec<Change> {
    let held = user.get(DIRECT_LICENSES).unwrap_or_default();
    let mut skus: Vec<Id> = held.iter().filter_map(|licence| licence.guid("skuId")).collect();
    edit(&mut skus);
    let licence = |sku: Id| {
        let known = held.iter().find(|licence| licence.guid("skuId") == Some(sku)).cloned();
        known.unwrap_or_else(|| Record::new().with("disabledPlans", Vec::<Id>::new()).with("skuId", sku))
    };
    let licences: Vec<Record> = skus.into_iter().map(licence).collect();
    vec![Change::set(user.id, DIRECT_LICENSES, licences)]
}

fn add_to_groups(now: &Snapshot, groups: &[Id], user: Id) -> Result<Vec<Change>, String> {
    let mut changes = Vec::new();
    for id in groups {
        let group = now.find_a(&GROUP, *id).filter(|group| is_by_hand(group));
        let group = group.ok_or_else(|| format!("the group {id} is not there or chooses its members itself"))?;
        changes.push(Change::link(group.id, MEMBERS, user));
    }
    Ok(changes)
}

/// What somebody put there is taken back; what follows from rules and packages goes with those.
fn remove_from_groups(now: &Snapshot, user: Id, is_meant: impl Fn(Id) -> bool) -> Vec<Change> {
    now.backlinks(user, MEMBERS)
        .filter(|found| now.is_a(found.object, &GROUP) && is_by_hand(found.object) && is_meant(found.object.id))
        .filter(|found| found.why.is(By::Direct))
        .map(|found| Change::unlink(found.object.id, MEMBERS, user))
        .collect()
}

fn end_packages(now: &Snapshot, user: Id, at: Time, only: &[Id]) -> Vec<Change> {
    delivery::assignments_of(now, user)
        .filter(|held| delivery::is_kept(held))
        .filter(|held| only.is_empty() || people::named(held, ACCESS_PACKAGE_ID).is_some_and(|id| only.contains(&id)))
        .flat_map(|held| grant::end_changes(held.id, at))
        .collect()
}

fn delete(now: &Snapshot, user: &Object) -> Result<Vec<Change>, String> {
    if user.is(ON_PREMISES_SYNC_ENABLED) {
        return Err("the user comes from another directory and is deleted there".to_owned());
    }
    if has_role(now, user.id) {
        return Err("the user holds a role".to_owned());
    }
    let is_privileged = |link| now.backlinks(user.id, link).any(|group| group.object.is(IS_ASSIGNABLE_TO_ROLE));
    if is_privileged(MEMBERS) || is_privileged(OWNERS) {
        return Err("the user is in a group to which roles can be given, or owns one".to_owned());
    }
    Ok(vec![Change::Delete { id: user.id }])
}

fn has_role(now: &Snapshot, user: Id) -> bool {
    now.by(PRINCIPAL_ID, Value::Guid(user)).any(|found| now.is_a(found, &UNIFIED_ROLE_ASSIGNMENT))
}
