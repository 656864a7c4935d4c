//! Requests for consent: a person asks that an administrator lets an application have what they cannot grant themselves.
//!
//! A reviewer says no on the approval. They say yes by consenting, where consent is always given, by whoever may: the request
//! is complete when the directory holds all that was asked for, whoever granted it and for whatever reason. So a request
//! never grants anything, and being a reviewer gives no right.
//!
//! Deliberately absent: blocking an application, which is `isDisabled` of its service principal; reminders.

use std::collections::BTreeSet;
use std::time::Duration;

use directory::{
    Call, Change, Check, Commit, Decision, Effect, Id, Object, Plan, Reaction, Record, Refusal, Snapshot, Time,
    id_from_text,
};
use schema::approval::{APPROVAL_STAGE, REVIEW_RESULT, REVIEWED_BY, REVIEWED_DATE_TIME, STAGES};
use schema::consent_request::{
    ADMIN_CONSENT_REQUEST_POLICY, APP_CONSENT_REQUEST, APPROVAL_LINK, CLIENT, CONSENT_TYPE, IS_ENABLED,
    NOTIFY_REVIEWERS, PENDING_SCOPES, REASON, REQUEST_DURATION_IN_DAYS, RESOURCE, REVIEWERS, SCOPES,
    USER_CONSENT_REQUEST, USER_CONSENT_REQUESTS,
};
use schema::oauth2_permission_grant::{
    CLIENT_ID, CONSENT_TYPE as GRANT_TYPE, OAUTH2_PERMISSION_GRANT, RESOURCE_ID, SCOPE,
};
use schema::request::{APPROVAL_ID, COMPLETED_DATE_TIME, CREATED_BY, CREATED_DATE_TIME, STATUS};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::workflow::HISTORY_ENDS;
use schema::{APP_DISPLAY_NAME, APP_ID, DISPLAY_NAME, PRINCIPAL_ID};

use crate::approval::{self, Terms};
use crate::{mail, people};

/// How long a request waits where the policy does not say: what Microsoft begins with.
const DAYS: i64 = 30;
/// The longest that a policy may let requests wait: what Microsoft allows.
const DAYS_MAX: i64 = 60;
/// How many reviewers and groups of such a policy may name.
const REVIEWERS_MAX: usize = 200;
/// How many requests of one person may wait.
const WAITING_MAX: usize = 20;
/// The longest reason, in characters.
const REASON_CHARS_MAX: usize = 500;

const WAITING: &str = "InProgress";
const DECIDED: &str = "Completed";
const TIMED_OUT: &str = "Expired";

pub(crate) const OF_POLICY: Check =
    Check { kind: &ADMIN_CONSENT_REQUEST_POLICY, complete: None, check: Some(check_policy) };
pub(crate) const OF_REQUEST: Check = Check { kind: &APP_CONSENT_REQUEST, complete: None, check: Some(only_ours) };
pub(crate) const OF_USER_REQUEST: Check = Check { kind: &USER_CONSENT_REQUEST, complete: None, check: Some(only_ours) };
pub(crate) const REACTION: Reaction = Reaction::new("consent requests", &[], react, verify);

/// What a person wants an application to have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConsentWish {
    pub user: Id,
    /// Service principals.
    pub client: Id,
    pub resource: Id,
    pub scopes: Vec<String>,
    pub reason: String,
}

/// Whether people may ask for an administrator's consent.
#[must_use]
pub fn are_consent_requests_taken(now: &Snapshot) -> bool {
    policy(now).is_some_and(|policy| policy.is(IS_ENABLED))
}

/// Ask the reviewers.
pub fn request_consent(now: &Snapshot, call: &Call<'_>, wish: &ConsentWish) -> Result<Decision, Refusal> {
    let policy = policy(now).filter(|policy| policy.is(IS_ENABLED));
    let policy =
        policy.ok_or_else(|| Refusal::state("requests for consent are not taken here: ask an administrator"))?;
    let reason = wish.reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(Refusal::invalid(format!("say why, in at most {REASON_CHARS_MAX} characters")).at(REASON.name));
    }
    let client = now.get_a(&SERVICE_PRINCIPAL, wish.client)?;
    let mine: Vec<&Object> = waiting(now).filter(|request| asked_by(request) == Some(wish.user)).collect();
    if mine.iter().any(|request| request.get(CLIENT) == Some(wish.client)) {
        return Err(Refusal::conflict("you asked for this already: you get a mail when it is decided"));
    }
    if mine.len() >= WAITING_MAX {
        return Err(Refusal::limit(format!("{WAITING_MAX} of your requests wait already")));
    }
    let (request, mut changes) = (call.new_id(), Vec::new());
    let above = match now.by(APP_ID, client.get(APP_ID).unwrap_or_default()).find(|o| now.is_a(o, &APP_CONSENT_REQUEST))
    {
        Some(above) => above.id,
        None => {
            let above = call.new_id();
            let mut attributes = vec![(CONSENT_TYPE.id, "Static".into())];
            attributes.extend(client.get(APP_ID).map(|app| (APP_ID.id, app.into())));
            attributes.extend(client.get(DISPLAY_NAME).map(|name| (APP_DISPLAY_NAME.id, name.into())));
            changes.push(Change::Create { id: above, kind: APP_CONSENT_REQUEST.id(), attributes });
            above
        }
    };
    let by = Record::new().with("user", people::identity(now, wish.user));
    changes.push(Change::Create {
        id: request,
        kind: USER_CONSENT_REQUEST.id(),
        attributes: vec![
            (STATUS.id, WAITING.into()),
            (CREATED_DATE_TIME.id, call.at.into()),
            (CREATED_BY.id, by.into()),
            (APPROVAL_ID.id, request.to_string().into()),
            (REASON.id, reason.into()),
            (CLIENT.id, wish.client.into()),
            (RESOURCE.id, wish.resource.into()),
            (SCOPES.id, wish.scopes.clone().into()),
        ],
    });
    changes.push(Change::link(above, USER_CONSENT_REQUESTS, request));
    changes.push(Change::set(above, PENDING_SCOPES, pending(now, wish.client, None, &wish.scopes)));
    let opened = approval::open(now, call, request, &[wish.user], terms(policy))?;
    let is_approval =
        |change: &&Change| matches!(change, Change::Create { kind, .. } if *kind == schema::approval::APPROVAL.id());
    let decides = opened.iter().find(is_approval).map(Change::subject);
    changes.extend(opened);
    changes.extend(decides.map(|decides| Change::link(request, APPROVAL_LINK, decides)));
    Ok(Decision::change(changes))
}

fn policy(now: &Snapshot) -> Option<&Object> {
    now.all(&ADMIN_CONSENT_REQUEST_POLICY).next()
}

fn terms(policy: &Object) -> Terms {
    let days = policy.get(REQUEST_DURATION_IN_DAYS).unwrap_or(DAYS).clamp(1, DAYS_MAX);
    Terms {
        primary: policy.get(REVIEWERS).unwrap_or_default().iter().filter_map(subject_set).collect(),
        fallback: Vec::new(),
        needs_justification: false,
        wait: Duration::from_secs(86_400 * days.unsigned_abs()),
    }
}

/// Whom a reviewer's query means, as approvals name people: a user, the members of a group, the holders of a role.
fn subject_set(scope: &Record) -> Option<Record> {
    let query = scope.text("query")?.trim();
    let path = query.trim_start_matches('/');
    let path = path.strip_prefix("v1.0/").or_else(|| path.strip_prefix("beta/")).unwrap_or(path);
    let kind = |name: &str| Record::new().with("@odata.type", format!("#microsoft.graph.{name}"));
    if let Some(role) = path.strip_prefix("roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq ") {
        let role = id_from_text(role.trim_matches('\''))?;
        return Some(kind(people::ROLE_HOLDERS).with("id", role.to_string()));
    }
    let mut segments = path.split('/');
    let (set, id) = (segments.next()?, id_from_text(segments.next()?)?);
    match (set, segments.next()) {
        ("users", None) => Some(kind("singleUser").with("userId", id.to_string())),
        ("groups", None | Some("members" | "transitiveMembers")) => {
            Some(kind("groupMembers").with("groupId", id.to_string()))
        }
        _ => None,
    }
}

fn check_policy(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(policy) = after.find_a(&ADMIN_CONSENT_REQUEST_POLICY, change.subject()) else { continue };
        let days = policy.get(REQUEST_DURATION_IN_DAYS).unwrap_or(DAYS);
        if !(1..=DAYS_MAX).contains(&days) {
            let why = format!("must be from 1 to {DAYS_MAX} days");
            return Err(Refusal::invalid(why).at(REQUEST_DURATION_IN_DAYS.name));
        }
        let reviewers = policy.get(REVIEWERS).unwrap_or_default();
        if reviewers.len() > REVIEWERS_MAX {
            return Err(Refusal::limit(format!("names at most {REVIEWERS_MAX}")).at(REVIEWERS.name));
        }
        let unread = reviewers.iter().find(|reviewer| subject_set(reviewer).is_none());
        if let Some(reviewer) = unread {
            let query = reviewer.text("query").unwrap_or_default();
            return Err(Refusal::invalid(format!(
                "`{query}` names nobody: write `/users/{{id}}`, `/groups/{{id}}/transitiveMembers` or \
                 `/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{{id}}'`"
            ))
            .at(REVIEWERS.name));
        }
    }
    Ok(())
}

/// Requests are made on the consent page, where it is known what an application asks for.
fn only_ours(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, .. } = change else { continue };
        let is_bare = after.find_a(&USER_CONSENT_REQUEST, *id).is_some_and(|request| request.get(STATUS).is_none())
            || after.find_a(&APP_CONSENT_REQUEST, *id).is_some_and(|request| request.get(APP_ID).is_none());
        if is_bare {
            return Err(Refusal::denied("a request for consent is made on the application's consent page"));
        }
    }
    Ok(())
}

/// Who made a request.
pub(crate) fn asked_by(request: &Object) -> Option<Id> {
    id_from_text(request.get(CREATED_BY)?.record("user")?.text("id")?)
}

/// The application of a request, by name.
pub(crate) fn application(now: &Snapshot, request: &Object) -> String {
    let client = request.get(CLIENT).and_then(|client| now.find(client));
    client.map_or("an application", people::name).to_owned()
}

/// The mails to the reviewers, where the policy has it so.
pub(crate) fn ask(now: &Snapshot, request: &Object, reviewers: BTreeSet<Id>) -> Vec<Effect> {
    if !policy(now).is_some_and(|policy| policy.is(NOTIFY_REVIEWERS)) {
        return Vec::new();
    }
    let application = application(now, request);
    let app_id = request.get(CLIENT).and_then(|client| now.find(client)).and_then(|client| client.get(APP_ID));
    let who = asked_by(request).and_then(|id| now.find(id)).map_or("somebody", people::name);
    let scopes = request.get(SCOPES).unwrap_or_default().into_iter().collect::<Vec<_>>().join(", ");
    let text = format!(
        "{who} asks for permissions of {application} that only an administrator can grant: {scopes}.\n\nTheir reason: \
         {}\n\nTo allow it, consent for the organization (application {}); to refuse, deny the request.",
        request.get(REASON).unwrap_or_default(),
        app_id.unwrap_or_default(),
    );
    let subject = format!("Decision needed: permissions of {application}");
    reviewers.into_iter().filter_map(|reviewer| mail::to(now, reviewer, &subject, &text)).collect()
}

pub(crate) fn approved_elsewhere() -> Refusal {
    Refusal::state("consent is given on the application's admin consent page; the request is complete when it was")
}

/// A reviewer, or time, said no.
pub(crate) fn ended(now: &Snapshot, request: &Object, at: Time, is_late: bool) -> Vec<Change> {
    if request.get(STATUS) != Some(WAITING) {
        return Vec::new();
    }
    end(now, request, if is_late { TIMED_OUT } else { DECIDED }, at)
}

fn end(now: &Snapshot, request: &Object, status: &str, at: Time) -> Vec<Change> {
    let mut changes = vec![
        Change::set(request.id, STATUS, status),
        Change::set(request.id, COMPLETED_DATE_TIME, at),
        Change::set(request.id, HISTORY_ENDS, at.plus_days(crate::REQUESTS_KEPT_DAYS)),
    ];
    let above = now.backlinks(request.id, USER_CONSENT_REQUESTS).next();
    if let (Some(above), Some(client)) = (above, request.get(CLIENT)) {
        changes.push(Change::set(above.object.id, PENDING_SCOPES, pending(now, client, Some(request.id), &[])));
    }
    changes
}

/// What people still ask for a client, and `more`, without what one of their requests says.
fn pending(now: &Snapshot, client: Id, without: Option<Id>, more: &[String]) -> Vec<Record> {
    let others = waiting(now).filter(|r| r.get(CLIENT) == Some(client) && Some(r.id) != without);
    let mut names: BTreeSet<String> = more.iter().cloned().collect();
    for request in others {
        names.extend(request.get(SCOPES).unwrap_or_default().into_iter().map(str::to_owned));
    }
    names.into_iter().map(|name| Record::new().with("displayName", name)).collect()
}

fn waiting(now: &Snapshot) -> impl Iterator<Item = &Object> {
    now.by(STATUS, WAITING).filter(|request| now.is_a(request, &USER_CONSENT_REQUEST))
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut clients = BTreeSet::new();
    for change in &commit.changes {
        let grant = now.find_a(&OAUTH2_PERMISSION_GRANT, change.subject());
        clients.extend(grant.and_then(|grant| id_from_text(grant.get(CLIENT_ID)?)));
        if matches!(change, Change::Create { .. }) {
            let request = now.find_a(&USER_CONSENT_REQUEST, change.subject());
            clients.extend(request.and_then(|request| request.get(CLIENT)));
        }
    }
    let by = match &commit.actor {
        directory::Actor::User(id) => Some(*id),
        _ => None,
    };
    let requests = clients.into_iter().flat_map(|client| now.by(CLIENT, client));
    let changes = requests.filter(|r| is_given(now, r)).flat_map(|r| complete(now, r, by, at)).collect();
    Plan { changes, effects: Vec::new() }
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    waiting(now).filter(|request| is_given(now, request)).flat_map(|r| complete(now, r, None, at)).collect()
}

/// Whether a request that waits has been overtaken by a consent to all of it.
fn is_given(now: &Snapshot, request: &Object) -> bool {
    let (Some(client), Some(resource)) = (request.get(CLIENT), request.get(RESOURCE)) else { return false };
    let grants: Vec<&Object> = now
        .by(CLIENT_ID, client.to_string())
        .filter(|grant| {
            let is_for = grant.get(GRANT_TYPE) == Some("AllPrincipals")
                || people::named(grant, PRINCIPAL_ID).is_some_and(|user| asked_by(request) == Some(user));
            now.is_a(grant, &OAUTH2_PERMISSION_GRANT) && people::named(grant, RESOURCE_ID) == Some(resource) && is_for
        })
        .collect();
    let has = |wanted: &str| {
        let words = grants.iter().filter_map(|grant| grant.get(SCOPE)).flat_map(str::split_ascii_whitespace);
        words.into_iter().any(|word| word.eq_ignore_ascii_case(wanted))
    };
    request.get(STATUS) == Some(WAITING) && request.get(SCOPES).unwrap_or_default().into_iter().all(has)
}

fn complete(now: &Snapshot, request: &Object, by: Option<Id>, at: Time) -> Vec<Change> {
    let mut changes = end(now, request, DECIDED, at);
    let approval = now.linked(request.id, APPROVAL_LINK);
    let stages = approval.map(|approval| now.links(approval.id, STAGES)).into_iter().flatten();
    for stage in stages.filter(|stage| now.is_a(stage.object, &APPROVAL_STAGE)) {
        let id = stage.object.id;
        changes.extend([
            Change::set(id, REVIEW_RESULT, "Approve"),
            Change::set(id, STATUS, DECIDED),
            Change::set(id, REVIEWED_DATE_TIME, at),
        ]);
        changes.extend(by.map(|by| Change::set(id, REVIEWED_BY, people::identity(now, by))));
    }
    changes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use schema::approval::APPROVAL;
    use schema::oauth2_permission_grant as grant;

    use super::*;
    use crate::world::{World, id};

    const ASKER: u128 = 1;
    const REVIEWER: u128 = 2;
    const POLICY: u128 = 10;
    const CLIENT_AT: u128 = 20;
    const RESOURCE_AT: u128 = 21;

    fn reviewer(query: &str) -> Record {
        Record::new().with("query", query).with("queryType", "MicrosoftGraph")
    }

    /// An application that wants something, a person who may not grant it, and one who reviews.
    fn world() -> World {
        let mut w = World::new();
        w.user(ASKER, vec![]);
        w.user(REVIEWER, vec![]);
        for (n, name, app) in [(CLIENT_AT, "Travel", "app-travel"), (RESOURCE_AT, "Graph", "app-graph")] {
            w.create(n, &SERVICE_PRINCIPAL, vec![(APP_ID.id, app.into()), (DISPLAY_NAME.id, name.into())]).unwrap();
        }
        let policy = vec![
            (IS_ENABLED.id, true.into()),
            (NOTIFY_REVIEWERS.id, true.into()),
            (REVIEWERS.id, vec![reviewer(&format!("/users/{}", id(REVIEWER)))].into()),
        ];
        w.create(POLICY, &ADMIN_CONSENT_REQUEST_POLICY, policy).unwrap();
        w.mails();
        w
    }

    fn wish(scopes: &[&str]) -> ConsentWish {
        ConsentWish {
            user: id(ASKER),
            client: id(CLIENT_AT),
            resource: id(RESOURCE_AT),
            scopes: scopes.iter().map(|scope| (*scope).to_owned()).collect(),
            reason: "trips".to_owned(),
        }
    }

    fn asked(w: &mut World) -> Result<(), Refusal> {
        w.by(ASKER).decide(|now, call| request_consent(now, call, &wish(&["Calendars.Read", "Mail.Read"])))
    }

    fn consent(w: &mut World, n: u128, scope: &str, user: Option<u128>) {
        let mut attributes = vec![
            (grant::CLIENT_ID.id, id(CLIENT_AT).to_string().into()),
            (grant::RESOURCE_ID.id, id(RESOURCE_AT).to_string().into()),
            (grant::CONSENT_TYPE.id, if user.is_some() { "Principal" } else { "AllPrincipals" }.into()),
            (grant::SCOPE.id, scope.into()),
        ];
        attributes.extend(user.map(|user| (PRINCIPAL_ID.id, id(user).to_string().into())));
        w.by(REVIEWER).create(n, &OAUTH2_PERMISSION_GRANT, attributes).unwrap();
    }

    fn request(w: &World) -> Object {
        w.now.all(&USER_CONSENT_REQUEST).next().unwrap().clone()
    }

    fn stage(w: &World) -> Object {
        w.now.all(&APPROVAL_STAGE).next().unwrap().clone()
    }

    fn still_wanted(w: &World) -> Vec<String> {
        let above = w.now.all(&APP_CONSENT_REQUEST).next().unwrap();
        let scopes = above.get(PENDING_SCOPES).unwrap_or_default();
        scopes.iter().filter_map(|scope| scope.text("displayName").map(str::to_owned)).collect()
    }

    #[test]
    fn a_request_is_complete_when_all_of_it_was_granted_by_whoever_may() {
        let mut w = world();
        asked(&mut w).unwrap();
        assert_eq!(w.mails(), [("p2@xyz.example".to_owned(), "Decision needed: permissions of Travel".to_owned())]);
        assert_eq!(still_wanted(&w), ["Calendars.Read", "Mail.Read"]);
        consent(&mut w, 30, "mail.read", None);
        consent(&mut w, 31, "Calendars.Read", Some(REVIEWER));
        assert_eq!(request(&w).get(STATUS), Some("InProgress"), "what another person has is not theirs");
        consent(&mut w, 32, "Calendars.Read", Some(ASKER));
        assert_eq!(request(&w).get(STATUS), Some("Completed"));
        let stage = stage(&w);
        assert_eq!((stage.get(REVIEW_RESULT), stage.get(STATUS)), (Some("Approve"), Some("Completed")));
        assert_eq!(stage.get(REVIEWED_BY).unwrap().text("displayName"), Some("Person 2"));
        assert_eq!(w.mails(), [("p1@xyz.example".to_owned(), "Your request was approved".to_owned())]);
        assert_eq!(still_wanted(&w), Vec::<String>::new());
    }

    #[test]
    fn a_reviewer_says_no_on_the_approval_and_yes_by_consenting() {
        let mut w = world();
        asked(&mut w).unwrap();
        let (stage, answer) = (stage(&w).id, |w: &mut World, by: u128, result: &str, stage: Id| {
            w.by(by).submit(vec![Change::set(stage, REVIEW_RESULT, result)])
        });
        assert!(answer(&mut w, ASKER, "Deny", stage).is_err(), "nobody decides what they asked for");
        assert!(answer(&mut w, REVIEWER, "Approve", stage).is_err(), "a review grants nothing");
        w.mails();
        answer(&mut w, REVIEWER, "Deny", stage).unwrap();
        assert_eq!(request(&w).get(STATUS), Some("Completed"));
        assert_eq!(w.mails(), [("p1@xyz.example".to_owned(), "Your request was denied".to_owned())]);
        asked(&mut w).unwrap();
    }

    #[test]
    fn silence_is_a_no_after_the_days_of_the_policy() {
        let mut w = world();
        w.submit(vec![Change::set(id(POLICY), REQUEST_DURATION_IN_DAYS, 5)]).unwrap();
        asked(&mut w).unwrap();
        w.days(4);
        assert_eq!(request(&w).get(STATUS), Some("InProgress"));
        w.days(2);
        assert_eq!(request(&w).get(STATUS), Some("Expired"));
        assert_eq!(still_wanted(&w), Vec::<String>::new());
    }

    #[test]
    fn a_request_needs_a_policy_a_reviewer_a_reason_and_to_be_the_only_one() {
        let attempt = |prepare: fn(&mut World), reason: &str| {
            let mut w = world();
            prepare(&mut w);
            let wish = ConsentWish { reason: reason.to_owned(), ..wish(&["Mail.Read"]) };
            w.by(ASKER).decide(|now, call| request_consent(now, call, &wish)).is_ok()
        };
        let set = |w: &mut World, enabled: bool| {
            w.submit(vec![Change::set(id(POLICY), IS_ENABLED, enabled)]).unwrap();
        };
        assert!(attempt(|_| {}, "trips"));
        assert!(!attempt(|_| {}, "  "), "no reason");
        assert!(!attempt(|_| {}, &"x".repeat(REASON_CHARS_MAX + 1)), "a reason without end");
        assert!(!attempt(|w| asked(w).unwrap(), "trips"), "asked already");
        let off: fn(&mut World) = |w| {
            w.submit(vec![Change::set(id(POLICY), IS_ENABLED, false)]).unwrap();
        };
        assert!(!attempt(off, "trips"), "not taken here");
        let nobody: fn(&mut World) = |w| {
            let gone = vec![reviewer(&format!("/users/{}", id(0xdead)))];
            w.submit(vec![Change::set(id(POLICY), REVIEWERS, gone)]).unwrap();
        };
        assert!(!attempt(nobody, "trips"), "nobody would decide");
        let mut w = world();
        set(&mut w, true);
        let bare = w.create(40, &USER_CONSENT_REQUEST, vec![]);
        assert!(bare.is_err(), "requests come from the consent page");
        assert_eq!(w.now.all(&APPROVAL).count(), 0);
    }

    #[test]
    fn a_policy_names_reviewers_as_graph_does() {
        let someone = id(7).to_string();
        for (query, expect) in [
            (format!("/users/{someone}"), Some("singleUser")),
            (format!("/v1.0/users/{someone}"), Some("singleUser")),
            (format!("/groups/{someone}/transitiveMembers/microsoft.graph.user"), Some("groupMembers")),
            (
                format!("/beta/roleManagement/directory/roleAssignments?$filter=roleDefinitionId eq '{someone}'"),
                Some("roleHolders"),
            ),
            ("/users/nobody".to_owned(), None),
            (format!("/devices/{someone}"), None),
            (String::new(), None),
        ] {
            let set = subject_set(&reviewer(&query));
            assert_eq!(set.as_ref().map(people::kind), expect, "{query}");
            let mut w = world();
            let changed = w.by_system().submit(vec![Change::set(id(POLICY), REVIEWERS, vec![reviewer(&query)])]);
            assert_eq!(changed.is_ok(), expect.is_some(), "{query}");
        }
        for (days, is_taken) in [(0, false), (1, true), (60, true), (61, false)] {
            let changed = world().submit(vec![Change::set(id(POLICY), REQUEST_DURATION_IN_DAYS, days)]);
            assert_eq!(changed.is_ok(), is_taken, "{days}");
        }
    }
}
