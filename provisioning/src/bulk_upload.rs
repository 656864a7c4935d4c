//! bulkUpload: records of people from elsewhere, up to fifty in one SCIM bulk request (RFC 7644 §3.7), become users.
//!
//! The caller never says create or update: a record is matched with a user, and what differs is changed. A bad record is
//! left out with its reason and the others go on; all good ones are one commit. Who is not among the records is not touched.
//!
//! Deliberately absent: deletion. Somebody who leaves comes with `active` false or a leave date.

use std::collections::BTreeSet;

use directory::{Action, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value};
use schema::domain::{DOMAIN, IS_DEFAULT, IS_VERIFIED};
use schema::synchronization_job::SYNCHRONIZATION_JOB;
use schema::user::{MANAGER, MANAGER_REFERENCE, USER};
use schema::user_value::{check_user_value, nickname_from};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, ID, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

use crate::deferred;
use crate::flow::{Flow, Wanted};
use crate::functions::{Context, Val};
use crate::log::{self, Log, Modified, Problem, Row};
use crate::mapping::{Mapping, Target, mappings_of};
use crate::source::look_up;

pub(crate) const BULK_UPLOAD: Action = Action::on(&SYNCHRONIZATION_JOB, "bulkUpload", bulk_upload);

/// How many records one request may carry: what Microsoft documents.
const OPERATIONS_MAX: usize = 50;
const BULK_REQUEST: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

/// The answer is one row of the provisioning log for each record, in their order.
fn bulk_upload(now: &Snapshot, call: &Call<'_>, job: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let job = job.ok_or_else(|| Refusal::invalid("say which job"))?;
    let operations = operations(given)?;
    let mappings = mappings_of(now, job).map_err(|why| Refusal::state(why).at("schema"))?;
    let mut upload = Upload {
        call,
        mappings: &mappings,
        domain: default_domain(now),
        work: now.clone(),
        changes: Vec::new(),
        managers: Vec::new(),
        made: BTreeSet::new(),
    };
    let mut rows: Vec<Row> = operations.iter().enumerate().map(|(at, operation)| upload.take(at, operation)).collect();
    upload.resolve_managers(&mut rows);
    let log = Log::new(now, call, job);
    let answer: Vec<Record> = rows.iter().map(|row| log.print(row)).collect();
    Ok(Decision::change(upload.changes).answering(answer))
}

fn operations(given: &Record) -> Result<Vec<&Record>, Refusal> {
    if !given.texts("schemas").any(|schema| schema == BULK_REQUEST) {
        return Err(Refusal::invalid(format!("`schemas` names `{BULK_REQUEST}`")).at("schemas"));
    }
    let list = given.list("Operations");
    if list.is_empty() {
        return Err(Refusal::invalid("there are no operations").at("Operations"));
    }
    if list.len() > OPERATIONS_MAX {
        return Err(Refusal::limit(format!("one request carries at most {OPERATIONS_MAX} operations")).at("Operations"));
    }
    let records: Vec<&Record> = given.records("Operations").collect();
    if records.len() != list.len() {
        return Err(Refusal::invalid("every operation is an object").at("Operations"));
    }
    Ok(records)
}

/// The domain that names without one get: the default among the verified ones, else the first.
fn default_domain(now: &Snapshot) -> String {
    let verified: Vec<&Object> = now.all(&DOMAIN).filter(|domain| domain.is(IS_VERIFIED)).collect();
    let found = verified.iter().find(|domain| domain.is(IS_DEFAULT)).or(verified.first());
    found.and_then(|domain| domain.get(ID)).unwrap_or_default().to_owned()
}

/// An upload while it is worked through.
struct Upload<'a> {
    call: &'a Call<'a>,
    mappings: &'a [Mapping],
    domain: String,
    /// The directory with the records that were taken so far.
    work: Snapshot,
    changes: Vec<Change>,
    /// Which row wants which manager.
    managers: Vec<(usize, Id, String)>,
    /// The users that this upload makes.
    made: BTreeSet<Id>,
}

impl Upload<'_> {
    fn take(&mut self, at: usize, operation: &Record) -> Row {
        let mut row = Row {
            bulk_id: operation.text("bulkId").map_or_else(|| (at + 1).to_string(), str::to_owned),
            ..Row::default()
        };
        if let Err(problem) = self.take_record(at, operation, &mut row) {
            row.problem = Some(problem);
            row.action = log::Action::Other;
            row.modified.clear();
            row.deferred = None;
        }
        row
    }

    fn take_record(&mut self, at: usize, operation: &Record, row: &mut Row) -> Result<(), Problem> {
        let data = data_of(operation)?;
        row.source_id = look_up(data, "externalId").print();
        let name = Val::items(look_up(data, "displayName")).iter().find_map(Val::print);
        row.name = name.or_else(|| look_up(data, "userName").print());
        let user = self.matched(data)?.map(|user| (user.id, user.clone()));
        let id = user.as_ref().map_or_else(|| self.call.new_id(), |(id, _)| *id);
        row.user = user.as_ref().map(|(id, _)| *id);
        let user = user.map(|(_, user)| user);
        let attribute = |name: &str| look_up(data, name);
        let is_free = |name: &str| !self.work.by(USER_PRINCIPAL_NAME, name).any(|other| other.id != id);
        let context =
            Context { attribute: &attribute, default_domain: &self.domain, at: self.call.at, is_free: &is_free };
        let mut flow = Flow::new(user.as_ref());
        let mut manager = None;
        for mapping in self.mappings {
            if flow.has(&mapping.target) || (mapping.on_create_only && user.is_some()) {
                continue;
            }
            let wanted = flow.evaluate(mapping, &context, user.is_none())?;
            match (mapping.target, wanted) {
                (_, Wanted::Nothing) => {}
                (Target::Manager, Wanted::Value(value)) => manager = value.print(),
                (Target::Manager, Wanted::Clear) => manager = Some(String::new()),
                (_, wanted) => flow.set(mapping, wanted)?,
            }
        }
        let deferral = deferred::deferral(self.mappings, &context, user.as_ref())?;
        let edits = self.edits(&flow, user.as_ref())?;
        let mut changes = row_changes(id, user.as_ref(), &edits);
        changes.extend(deferred::changes(id, user.as_ref(), deferral.as_ref()));
        self.try_out(&changes, &flow)?;
        row.deferred = deferral.map(|deferral| deferral.describe());
        row.action = action(user.as_ref(), &edits);
        row.modified = edits.into_iter().map(|edit| edit.modified).collect();
        row.user = Some(id);
        row.name = self.work.find(id).and_then(|user| user.get(DISPLAY_NAME)).map(str::to_owned);
        if user.is_none() {
            self.made.insert(id);
        }
        if let Some(manager) = manager {
            self.managers.push((at, id, manager));
        }
        self.changes.extend(changes);
        Ok(())
    }

    /// The user whom a record is about, if there is one.
    fn matched(&self, data: &Record) -> Result<Option<&Object>, Problem> {
        let mut matching: Vec<&Mapping> = self.mappings.iter().filter(|mapping| mapping.priority.is_some()).collect();
        matching.sort_by_key(|mapping| mapping.priority);
        let attribute = |name: &str| look_up(data, name);
        let context =
            Context { attribute: &attribute, default_domain: &self.domain, at: self.call.at, is_free: &|_| true };
        let mut has_value = false;
        for mapping in &matching {
            let Target::Attribute(target) = mapping.target else { continue };
            let value =
                context.evaluate(&mapping.expression).map_err(|why| Problem::new(mapping.source_name(), why))?;
            let Some(value) = value.print().filter(|value| !value.is_empty()) else { continue };
            has_value = true;
            let mut found = self.people_by(target.id, &value);
            if let Some(user) = found.next() {
                return match found.next() {
                    None => Ok(Some(user)),
                    Some(_) => Err(Problem::new(
                        mapping.source_name(),
                        format!("more than one user has the {} `{value}`", target.name),
                    )),
                };
            }
        }
        if !has_value {
            let name = matching.first().map_or_else(|| "externalId".to_owned(), |mapping| mapping.source_name());
            return Err(Problem::new(name, "a value is needed to match the record with a user"));
        }
        Ok(None)
    }

    fn people_by<'s>(&'s self, attribute: directory::AttrId, value: &str) -> Box<dyn Iterator<Item = &'s Object> + 's> {
        if self.work.is_indexed(USER.id(), attribute) {
            return Box::new(
                self.work.by_id(attribute, Value::from(value)).filter(|object| self.work.is_a(object, &USER)),
            );
        }
        let value = value.to_owned();
        Box::new(self.work.all(&USER).filter(move |user| {
            user.value(attribute).and_then(|found| found.as_text().map(|text| text.eq_ignore_ascii_case(&value)))
                == Some(true)
        }))
    }

    /// What differs between what the record wants and what the user has.
    fn edits(&self, flow: &Flow, user: Option<&Object>) -> Result<Vec<Edit>, Problem> {
        let mut edits = Vec::new();
        for wanted in flow.values() {
            let old = user.and_then(|user| user.value(wanted.attribute.id));
            if old == wanted.value {
                continue;
            }
            if let Some(value) = &wanted.value {
                check_user_value(&self.work, wanted.attribute.id, value)
                    .map_err(|refusal| Problem::new(wanted.source.as_str(), refusal.message))?;
            }
            let print = |value: &Option<Value>| value.as_ref().map(crate::flow::print_value);
            let modified =
                Modified { name: wanted.attribute.name.to_owned(), old: print(&old), new: print(&wanted.value) };
            edits.push(Edit { attribute: wanted.attribute, value: wanted.value.clone(), modified });
        }
        let has = |attribute: directory::AttrId| edits.iter().any(|edit| edit.attribute.id == attribute);
        if user.is_none() && !has(MAIL_NICKNAME.id) {
            let name = edits.iter().find(|edit| edit.attribute.id == USER_PRINCIPAL_NAME.id);
            let name = name.and_then(|edit| edit.value.as_ref()).and_then(Value::as_text);
            let name = name.ok_or_else(|| {
                Problem::new(
                    "userName",
                    "a name to sign in with is needed: `userName`, or a given and family name to make one from",
                )
            })?;
            let definition =
                self.work.model().attribute(USER.id(), MAIL_NICKNAME.id).expect("a user has a mail nickname");
            let nickname = nickname_from(name);
            let modified = Modified { name: MAIL_NICKNAME.name.to_owned(), old: None, new: Some(nickname.clone()) };
            edits.push(Edit { attribute: definition, value: Some(nickname.into()), modified });
        }
        Ok(edits)
    }

    /// Carry a record out in the working directory; what the rules refuse is this record's problem alone.
    fn try_out(&mut self, changes: &[Change], flow: &Flow) -> Result<(), Problem> {
        let usn = self.work.usn() + 1;
        self.work.apply(usn, self.call.at, changes, None, &[]).map(drop).map_err(|refusal| {
            let target = refusal.target.unwrap_or_default();
            let source =
                flow.values().find(|wanted| wanted.attribute.name == target).map(|wanted| wanted.source.clone());
            Problem::new(source.unwrap_or(target), refusal.message)
        })
    }

    /// The second pass: everybody of the upload is there now. A manager who is not is remembered, and found when he comes.
    fn resolve_managers(&mut self, rows: &mut [Row]) {
        for (at, user, reference) in std::mem::take(&mut self.managers) {
            let Some(row) = rows.get_mut(at) else { continue };
            let manager = self.manager(&reference);
            let current = self.work.linked(user, MANAGER).map(|manager| manager.id);
            let mut changes = Vec::new();
            match (reference.is_empty(), manager) {
                (true, _) => changes.extend(current.map(|current| Change::unlink(user, MANAGER, current))),
                (false, Some(manager)) if manager == user => {
                    row.unresolved = Some("nobody is their own manager".to_owned())
                }
                (false, Some(manager)) if current == Some(manager) => {}
                (false, Some(manager)) => changes.push(Change::link(user, MANAGER, manager)),
                (false, None) => row.unresolved = Some(format!("the manager `{reference}` is not here yet")),
            }
            if !changes.is_empty() {
                let new = manager.filter(|_| !reference.is_empty()).map(|manager| manager.to_string());
                let old = current.map(|current| current.to_string());
                row.modified.push(Modified { name: "manager".to_owned(), old, new });
                if row.action == log::Action::Other {
                    row.action = log::Action::Update;
                }
            }
            let awaited = manager.is_none().then_some(reference).filter(|reference| !reference.is_empty());
            let known = self.work.find(user).and_then(|user| user.get(MANAGER_REFERENCE)).map(str::to_owned);
            if awaited != known {
                changes.push(match awaited {
                    Some(reference) => Change::set(user, MANAGER_REFERENCE, reference),
                    None => Change::clear(user, MANAGER_REFERENCE),
                });
            }
            self.carry_out(changes);
        }
        self.link_those_who_waited();
    }

    fn manager(&self, reference: &str) -> Option<Id> {
        let matching = self.mappings.iter().filter(|mapping| mapping.priority.is_some());
        let mut targets = matching.filter_map(|mapping| match mapping.target {
            Target::Attribute(attribute) => Some(attribute.id),
            Target::Field(..) | Target::Manager => None,
        });
        targets.find_map(|attribute| self.people_by(attribute, reference).next().map(|user| user.id))
    }

    /// People whose manager came with this upload.
    fn link_those_who_waited(&mut self) {
        let mut changes = Vec::new();
        for manager in &self.made {
            let Some(employee) = self.work.find(*manager).and_then(|user| user.get(schema::user::EMPLOYEE_ID)) else {
                continue;
            };
            for waiting in self.work.by(MANAGER_REFERENCE, employee).filter(|waiting| waiting.id != *manager) {
                changes.push(Change::link(waiting.id, MANAGER, *manager));
                changes.push(Change::clear(waiting.id, MANAGER_REFERENCE));
            }
        }
        self.carry_out(changes);
    }

    fn carry_out(&mut self, changes: Vec<Change>) {
        let usn = self.work.usn() + 1;
        if self.work.apply(usn, self.call.at, &changes, None, &[]).is_ok() {
            self.changes.extend(changes);
        }
    }
}

/// One attribute that changes.
struct Edit {
    attribute: &'static directory::AttributeDef,
    value: Option<Value>,
    modified: Modified,
}

fn data_of(operation: &Record) -> Result<&Record, Problem> {
    if !operation.text("method").is_some_and(|method| method.eq_ignore_ascii_case("POST")) {
        return Err(Problem::new("method", "the only method is POST: what it comes to is found out here"));
    }
    if !operation.text("path").is_some_and(|path| path.eq_ignore_ascii_case("/Users")) {
        return Err(Problem::new("path", "the only path is /Users"));
    }
    operation.record("data").ok_or_else(|| Problem::new("data", "a record is needed"))
}

fn row_changes(id: Id, user: Option<&Object>, edits: &[Edit]) -> Vec<Change> {
    if user.is_some() {
        return edits.iter().map(|edit| Change::put(id, edit.attribute, edit.value.clone())).collect();
    }
    let attributes = edits.iter().filter_map(|edit| Some((edit.attribute.id, edit.value.clone()?))).collect();
    vec![Change::Create { id, kind: USER.id(), attributes }]
}

fn action(user: Option<&Object>, edits: &[Edit]) -> log::Action {
    let disables = |edit: &Edit| edit.attribute.id == ACCOUNT_ENABLED.id && edit.value == Some(Value::Bool(false));
    match user {
        None => log::Action::Create,
        Some(_) if edits.is_empty() => log::Action::Other,
        Some(_) if edits.iter().any(disables) => log::Action::Disable,
        Some(_) => log::Action::Update,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::sync::Arc;

    use directory::{Caller, Fresh, KindId, RefusalKind, TenantId, Time};
    use schema::synchronization_job::SCHEMA;
    use schema::user::{DEFERRED_UNTIL, DEPARTMENT, EMPLOYEE_HIRE_DATE, EMPLOYEE_ID, EMPLOYEE_ORG_DATA, JOB_TITLE};

    use super::*;

    const JOB: Id = Id::from_u128(1);
    const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    const EMPLOYMENT: &str = "urn:ietf:params:scim:schemas:extension:castellan:1.0:User";

    struct World {
        now: Snapshot,
        at: Time,
    }

    impl World {
        fn new() -> World {
            let create = |n: u128, kind: &str, attributes| Change::Create {
                id: Id::from_u128(n),
                kind: KindId::of(kind),
                attributes,
            };
            let job = create(1, "synchronizationJob", vec![(ID.id, "API2AAD.x".into())]);
            let domain =
                vec![(ID.id, "xyz.example".into()), (IS_VERIFIED.id, true.into()), (IS_DEFAULT.id, true.into())];
            let at = Time::parse("2026-11-21T12:00:00Z").unwrap();
            let mut now = Snapshot::empty(Arc::new(schema::model()));
            now.apply(1, at, &[job, create(2, "domain", domain)], None, &[]).unwrap();
            World { now, at }
        }

        fn request(&self, operations: Vec<Record>) -> Record {
            Record::new().with("schemas", [BULK_REQUEST]).with("Operations", operations)
        }

        fn decide(&self, given: &Record) -> Result<Decision, Refusal> {
            let caller = Caller::system(TenantId::nil());
            let call = Call { caller: &caller, at: self.at, fresh: Fresh::new(u128::from(self.now.usn())) };
            bulk_upload(&self.now, &call, self.now.find(JOB), given)
        }

        /// Upload records; answers the log, and holds that the same records again change nothing.
        fn upload(&mut self, records: Vec<Record>) -> Vec<Record> {
            let operations = |records: Vec<Record>| {
                let each = records.into_iter().enumerate().map(|(at, data)| {
                    Record::new()
                        .with("method", "POST")
                        .with("bulkId", format!("{}", at + 2))
                        .with("path", "/Users")
                        .with("data", data)
                });
                each.collect::<Vec<Record>>()
            };
            let given = self.request(operations(records));
            let decision = self.decide(&given).unwrap();
            let usn = self.now.usn() + 1;
            self.now.apply(usn, self.at, &decision.plan.changes, None, &[]).unwrap();
            assert_eq!(self.decide(&given).unwrap().plan.changes, vec![], "the same records again");
            let Some(Value::List(rows)) = decision.answer else { panic!("an upload answers its log") };
            rows.into_iter().map(|row| row.as_record().unwrap().clone()).collect()
        }

        fn person(&self, employee: &str) -> &Object {
            self.now.by(EMPLOYEE_ID, employee).next().expect(employee)
        }
    }

    fn person(id: &str, given: &str, family: &str) -> Record {
        Record::new()
            .with("externalId", id)
            .with("active", true)
            .with("name", Record::new().with("givenName", given).with("familyName", family))
    }

    fn with_manager(record: Record, manager: &str) -> Record {
        record.with(ENTERPRISE, Record::new().with("manager", Record::new().with("value", manager)))
    }

    /// Action, status and, of a bad row, what is to blame.
    fn outcome(row: &Record) -> (&str, &str, &str) {
        let status = row.record("provisioningStatusInfo").unwrap();
        let blame = status.record("errorInformation").and_then(|error| error.text("errorCode")).unwrap_or_default();
        (row.text("provisioningAction").unwrap(), status.text("status").unwrap(), blame)
    }

    #[test]
    fn records_become_users_and_later_only_what_differs_changes() {
        let mut w = World::new();
        let work = Record::new().with("type", "work").with("country", "de").with("locality", "Bonn");
        let ann = person("7", "Zoë", "Müller")
            .with("title", "Engineer")
            .with("addresses", vec![work])
            .with(ENTERPRISE, Record::new().with("department", "IT").with("costCenter", "K1"))
            .with(EMPLOYMENT, Record::new().with("hireDate", "2026-12-01"));
        let rows = w.upload(vec![ann.clone()]);
        assert_eq!(outcome(&rows[0]), ("create", "success", ""));
        assert_eq!((rows[0].text("changeId"), rows[0].text("jobId")), (Some("2"), Some("API2AAD.x")));
        let user = w.person("7");
        assert_eq!(user.get(USER_PRINCIPAL_NAME), Some("Zoe.Muller@xyz.example"));
        assert_eq!((user.get(DISPLAY_NAME), user.get(MAIL_NICKNAME)), (Some("Zoë Müller"), Some("Zoe.Muller")));
        assert_eq!((user.get(ACCOUNT_ENABLED), user.get(DEPARTMENT)), (Some(true), Some("IT")));
        assert_eq!(user.get(schema::user::USAGE_LOCATION), Some("DE"));
        assert_eq!(user.get(EMPLOYEE_HIRE_DATE), Time::parse("2026-12-01"));
        assert_eq!(user.get(EMPLOYEE_ORG_DATA).unwrap().text("costCenter"), Some("K1"));
        let rows = w.upload(vec![ann.clone().with("title", "Lead").with("userName", "zoe")]);
        let modified: Vec<_> = rows[0]
            .records("modifiedProperties")
            .map(|m| (m.text("displayName").unwrap(), m.text("oldValue"), m.text("newValue")))
            .collect();
        assert_eq!(
            modified,
            [
                ("userPrincipalName", Some("Zoe.Muller@xyz.example"), Some("zoe@xyz.example")),
                ("jobTitle", Some("Engineer"), Some("Lead")),
            ]
        );
        assert_eq!(outcome(&rows[0]), ("update", "success", ""));
        let rows = w.upload(vec![ann.with("title", "Lead").with("active", false)]);
        assert_eq!(outcome(&rows[0]), ("disable", "success", ""));
        let rows = w.upload(vec![person("7", "Zoë", "Müller").with("active", false)]);
        assert_eq!(outcome(&rows[0]), ("other", "skipped", ""));
        assert_eq!(w.person("7").get(JOB_TITLE), Some("Lead"), "what a record leaves out stays");
        w.upload(vec![person("7", "Zoë", "Müller").with("title", "")]);
        assert_eq!(w.person("7").get(JOB_TITLE), None, "what a record gives as empty goes");
    }

    #[test]
    fn a_bad_record_is_left_out_with_its_reason_and_the_others_go_on() {
        let mut w = World::new();
        w.upload(vec![person("1", "Ann", "One").with("userName", "ann@xyz.example")]);
        let long = "x".repeat(300);
        let bad: Vec<(Record, &str)> = vec![
            (person("", "No", "Id"), "externalId"),
            (Record::new().with("externalId", "20"), "userName"),
            (Record::new().with("externalId", "21").with("userName", "bob"), "displayName"),
            (person("22", "A", "B").with("userName", "ann@xyz.example"), "userName"),
            (person("23", "A", "B").with("userName", "ann@else.example"), "userName"),
            (person("24", "A", "B").with("userName", "a b"), "userName"),
            (person("25", "A", "B").with("active", "maybe"), "active"),
            (person("26", "A", "B").with("title", long.as_str()), "title"),
            (person("27", "A", "B").with(EMPLOYMENT, Record::new().with("hireDate", "32.1.2026")), "hireDate"),
            (person(&long, "A", "B"), "externalId"),
        ];
        let good = person("99", "Good", "Person");
        let records = bad.iter().map(|(record, _)| record.clone()).chain([good]).collect();
        let rows = w.upload(records);
        for ((record, blame), row) in bad.iter().zip(&rows) {
            assert_eq!(outcome(row), ("other", "failure", *blame), "{record:?}\n{row:?}");
        }
        assert_eq!(outcome(&rows[bad.len()]), ("create", "success", ""));
        assert_eq!(w.now.count(&USER), 2);
    }

    #[test]
    fn two_records_of_one_upload_do_not_take_the_same_name() {
        let mut w = World::new();
        let rows = w.upload(vec![
            person("1", "Ann", "Lee"),
            person("2", "Ann", "Lee"),
            person("3", "Ann", "Lee").with("userName", "ann.lee"),
        ]);
        assert_eq!(
            rows.iter().map(outcome).collect::<Vec<_>>(),
            [("create", "success", ""), ("create", "success", ""), ("other", "failure", "userName")]
        );
        let names = ["1", "2"].map(|id| w.person(id).get(USER_PRINCIPAL_NAME).unwrap());
        assert_eq!(names, ["Ann.Lee@xyz.example", "Ann.Lee2@xyz.example"]);
    }

    #[test]
    fn a_manager_is_found_in_any_order_even_in_a_later_upload() {
        let mut w = World::new();
        let boss = |w: &World, id: &str| {
            w.now.linked(w.person(id).id, MANAGER).map(|m| m.get(EMPLOYEE_ID).unwrap().to_owned())
        };
        let rows = w.upload(vec![
            with_manager(person("1", "A", "A"), "2"),
            with_manager(person("2", "B", "B"), "3"),
            with_manager(person("4", "D", "D"), "4"),
        ]);
        assert_eq!(rows.iter().map(|row| outcome(row).1).collect::<Vec<_>>(), ["success", "warning", "warning"]);
        assert_eq!((boss(&w, "1").as_deref(), boss(&w, "2"), boss(&w, "4")), (Some("2"), None, None));
        w.upload(vec![person("3", "C", "C")]);
        assert_eq!(boss(&w, "2").as_deref(), Some("3"));
        assert!(!w.person("2").has(MANAGER_REFERENCE.id));
        let rows = w.upload(vec![with_manager(person("1", "A", "A"), "3")]);
        assert_eq!((outcome(&rows[0]).0, boss(&w, "1").as_deref()), ("update", Some("3")));
        w.upload(vec![person("1", "A", "A")]);
        assert_eq!(boss(&w, "1").as_deref(), Some("3"));
        w.upload(vec![with_manager(person("1", "A", "A"), "")]);
        assert_eq!(boss(&w, "1"), None);
    }

    #[test]
    fn an_account_opens_by_the_clock_when_the_mapping_says_so() {
        let mut w = World::new();
        let mapping = |target: &str, expression: &str| {
            Record::new()
                .with("targetAttributeName", target)
                .with("source", Record::new().with("expression", expression))
        };
        let opens = "IIF(DateDiff(\"d\", Now(), CDate([hireDate])) > 5, \"False\", \"True\")";
        let mappings = vec![
            mapping("employeeId", "[externalId]").with("matchingPriority", 1),
            mapping("userPrincipalName", "Join(\"@\", [externalId], DefaultDomain())")
                .with("flowType", "ObjectAddOnly"),
            mapping("displayName", "[displayName]").with("defaultValue", "Somebody"),
            mapping("accountEnabled", opens),
            mapping("employeeHireDate", "[hireDate]"),
        ];
        let rule = Record::new().with("objectMappings", vec![Record::new().with("attributeMappings", mappings)]);
        let job = Change::set(JOB, SCHEMA, Record::new().with("synchronizationRules", vec![rule]));
        w.now.apply(2, w.at, &[job], None, &[]).unwrap();
        let record = |date: &str| Record::new().with("externalId", "7").with("hireDate", date);
        w.upload(vec![record("2026-12-10")]);
        let user = w.person("7");
        assert_eq!((user.get(DISPLAY_NAME), user.get(ACCOUNT_ENABLED)), (Some("Somebody"), Some(false)));
        let due = user.get(DEFERRED_UNTIL).unwrap();
        assert_eq!(due.to_string(), "2026-12-04T00:00:01Z");
        w.upload(vec![record("2026-12-20")]);
        assert_eq!(w.person("7").get(DEFERRED_UNTIL).unwrap().to_string(), "2026-12-14T00:00:01Z");
        let (user, due) = (w.person("7").id, w.person("7").get(DEFERRED_UNTIL).unwrap());
        let reaction = deferred::REACTION;
        assert_eq!((reaction.verify)(&w.now, due), (reaction.due)(&w.now, user, DEFERRED_UNTIL.id, due).changes);
        let plan = (reaction.due)(&w.now, user, DEFERRED_UNTIL.id, due);
        w.at = due;
        w.now.apply(w.now.usn() + 1, due, &plan.changes, Some(reaction.name), &[]).unwrap();
        assert_eq!((w.person("7").get(ACCOUNT_ENABLED), w.person("7").get(DEFERRED_UNTIL)), (Some(true), None));
        assert_eq!((reaction.verify)(&w.now, due), vec![]);
        w.upload(vec![record("2026-12-20")]);
    }

    #[test]
    fn a_request_that_is_not_a_bulk_request_is_refused_whole() {
        let w = World::new();
        let operation = Record::new().with("method", "POST").with("path", "/Users");
        let rows: Vec<(Record, RefusalKind, &str)> = vec![
            (Record::new(), RefusalKind::Invalid, "schemas"),
            (w.request(vec![]), RefusalKind::Invalid, "no operations"),
            (w.request(vec![operation.clone(); OPERATIONS_MAX + 1]), RefusalKind::Limit, "at most 50"),
            (w.request(vec![]).with("Operations", ["x"]), RefusalKind::Invalid, "is an object"),
        ];
        for (given, kind, message) in rows {
            let refusal = w.decide(&given).unwrap_err();
            assert!(refusal.kind == kind && refusal.message.contains(message), "{refusal}");
        }
        let mut get = operation.clone();
        get.set("method", "GET");
        let mut group = operation.clone();
        group.set("path", "/Groups");
        let answer = w.decide(&w.request(vec![get, group, operation])).unwrap().answer.unwrap();
        let blames: Vec<String> =
            answer.as_list().unwrap().iter().map(|row| outcome(row.as_record().unwrap()).2.to_owned()).collect();
        assert_eq!(blames, ["method", "path", "data"]);
    }

    #[test]
    fn mappings_that_cannot_be_used_are_said_with_their_target() {
        let rows = [
            ("employeeId", "[externalId", "the expression of `employeeId`, at character 0"),
            ("noSuchThing", "[x]", "a user has no attribute `noSuchThing`"),
            ("passwordVerifier", "[x]", "`passwordVerifier` cannot be given by a mapping"),
            ("assignedPlans", "[x]", "`assignedPlans` cannot be given by a mapping"),
            ("employeeOrgData.x", "[x]", "a user has no attribute `employeeOrgData.x`"),
            ("department", "[x]", "no mapping has a `matchingPriority`"),
        ];
        for (target, expression, message) in rows {
            let mut w = World::new();
            let mapping = Record::new()
                .with("targetAttributeName", target)
                .with("source", Record::new().with("expression", expression));
            let rule =
                Record::new().with("objectMappings", vec![Record::new().with("attributeMappings", vec![mapping])]);
            let job = Change::set(JOB, SCHEMA, Record::new().with("synchronizationRules", vec![rule]));
            w.now.apply(2, w.at, &[job], None, &[]).unwrap();
            let operation = Record::new().with("method", "POST").with("path", "/Users");
            let refusal = w.decide(&w.request(vec![operation])).unwrap_err();
            assert!(refusal.message.contains(message), "{refusal}");
        }
    }
}
