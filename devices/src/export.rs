//! Reports that are written to a file (`exportJobs`): which there are, what somebody may ask for, and what becomes of a job.
//!
//! The reports stand in `reports`. Deliberately absent: the file and its format, which are made outside of the room, one
//! portion after the other, as whoever asked may see the directory.

pub mod filter;
pub mod reports;

use std::time::Duration;

use directory::{
    Actor, Call, Caller, Change, Check, Effect, Id, Object, Own, Plan, Reaction, Record, Refusal, Snapshot, TenantId,
    Time,
};
use schema::device_management_export_job::{
    ASKED_DATE_TIME, DEVICE_MANAGEMENT_EXPORT_JOB, EXPIRATION_DATE_TIME, FILTER, FORMAT, REPORT_NAME, REPORT_SHA256,
    REPORT_SIZE, REQUEST_DATE_TIME, REQUESTED_BY, SELECT, STATUS,
};

use filter::Filter;
use reports::{REPORTS, Report};

/// The topic under which a job asks to be done, and to be forgotten.
pub const EXPORT: &str = "reportExport";
/// How long a report is there for whoever asked for it.
pub const REPORT_HOURS: u64 = 24;
/// How long a job may wait or be at work before it is forgotten.
const JOB_HOURS: u64 = 72;
/// Jobs of an organisation that are not forgotten yet.
pub const JOBS_MAX: usize = 500;
/// The longest filter.
const FILTER_BYTES_MAX: usize = 2_048;

pub(crate) const CHECK: Check =
    Check { kind: &DEVICE_MANAGEMENT_EXPORT_JOB, complete: Some(complete), check: Some(check) };

/// Has the work done outside, once; and the job forgotten when its time is over.
pub(crate) static REACTION: Reaction = Reaction::new(
    "report-exports",
    &[Own::Attribute(ASKED_DATE_TIME.id)],
    |now, commit, at| {
        let mut plan = Plan::default();
        for change in &commit.changes {
            let Change::Create { id, kind, .. } = change else { continue };
            let is_new = |job: &&Object| !job.has(ASKED_DATE_TIME.id);
            if *kind == DEVICE_MANAGEMENT_EXPORT_JOB.id() && now.find(*id).filter(is_new).is_some() {
                plan.join(asked(*id));
                plan.changes.push(Change::set(*id, ASKED_DATE_TIME, at));
            }
        }
        plan
    },
    |now, at| {
        let unasked = now.all(&DEVICE_MANAGEMENT_EXPORT_JOB).filter(|job| !job.has(ASKED_DATE_TIME.id));
        unasked.map(|job| Change::set(job.id, ASKED_DATE_TIME, at)).collect()
    },
)
.at_deadlines(&[EXPIRATION_DATE_TIME], |_, id, _, _| asked(id));

fn asked(job: Id) -> Plan {
    let effect = Effect { topic: EXPORT, not_before: None, body: Record::new().with("job", job) };
    Plan { changes: Vec::new(), effects: vec![effect] }
}

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { kind, attributes, .. } = change else { continue };
        if *kind != DEVICE_MANAGEMENT_EXPORT_JOB.id() {
            continue;
        }
        if now.count(&DEVICE_MANAGEMENT_EXPORT_JOB) >= JOBS_MAX {
            return Err(Refusal::limit(format!(
                "there are {JOBS_MAX} export jobs; delete some, or wait until they expire"
            )));
        }
        attributes.push((STATUS.id, "notStarted".into()));
        attributes.push((REQUEST_DATE_TIME.id, call.at.into()));
        attributes.push((EXPIRATION_DATE_TIME.id, (call.at + hours(JOB_HOURS)).into()));
        attributes.push((REQUESTED_BY.id, kept(call.caller).into()));
        if !attributes.iter().any(|(attribute, _)| *attribute == FORMAT.id) {
            attributes.push((FORMAT.id, "csv".into()));
        }
    }
    Ok(())
}

fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { id, .. } = change else { continue };
        let Some(job) = after.find_a(&DEVICE_MANAGEMENT_EXPORT_JOB, *id) else { continue };
        if !matches!(job.get(FORMAT), Some("csv" | "json")) {
            return Err(Refusal::invalid("say `csv` or `json`").at(FORMAT.name));
        }
        if ["search", "snapshotId"].iter().any(|name| job.has(directory::AttrId::of(name))) {
            return Err(Refusal::invalid("reports are not searched here: use `filter`").at("search"));
        }
        Asked::of(job)?;
    }
    Ok(())
}

/// What a job asks for.
#[derive(Clone, Debug)]
pub struct Asked {
    pub report: &'static Report,
    /// Places among the report's columns.
    pub columns: Vec<usize>,
    pub filter: Filter,
    pub is_json: bool,
}

impl Asked {
    pub fn of(job: &Object) -> Result<Asked, Refusal> {
        let name = job.get(REPORT_NAME).unwrap_or_default();
        let report = Report::named(name).ok_or_else(|| {
            let known: Vec<&str> = REPORTS.iter().map(|report| report.name).collect();
            Refusal::invalid(format!("there is no report `{name}`; there are {}", known.join(", ")))
                .at(REPORT_NAME.name)
        })?;
        let mut columns = Vec::new();
        for name in job.get(SELECT).unwrap_or_default() {
            let column = report.column(name);
            let unknown = || Refusal::invalid(format!("the report has no column `{name}`")).at(SELECT.name);
            columns.push(column.ok_or_else(unknown)?);
        }
        if columns.is_empty() {
            columns = (0..report.columns.len()).collect();
        }
        let filter = job.get(FILTER).unwrap_or_default();
        if filter.len() > FILTER_BYTES_MAX {
            return Err(Refusal::limit(format!("a filter has at most {FILTER_BYTES_MAX} bytes")).at(FILTER.name));
        }
        let filter = Filter::parse(filter, report).map_err(|why| Refusal::invalid(why).at(FILTER.name))?;
        Ok(Asked { report, columns, filter, is_json: job.get(FORMAT) == Some("json") })
    }
}

/// A job is at work.
#[must_use]
pub fn started(job: Id) -> Vec<Change> {
    vec![Change::set(job, STATUS, "inProgress")]
}

/// A job is done: the blob that its file is.
#[must_use]
pub fn completed(job: Id, sha256: &str, size: i64, at: Time) -> Vec<Change> {
    vec![
        Change::set(job, REPORT_SHA256, sha256),
        Change::set(job, REPORT_SIZE, size),
        Change::set(job, EXPIRATION_DATE_TIME, at + hours(REPORT_HOURS)),
        Change::set(job, STATUS, "completed"),
    ]
}

/// A job cannot be done.
#[must_use]
pub fn failed(job: Id) -> Vec<Change> {
    vec![Change::set(job, STATUS, "failed")]
}

/// Whether this is whoever asked for the report: nobody else is given it.
#[must_use]
pub fn is_of(job: &Object, caller: &Caller) -> bool {
    let asked = job.get(REQUESTED_BY).unwrap_or_default();
    match &caller.actor {
        Actor::User(id) => asked.guid("user") == Some(*id),
        Actor::App(id) => asked.guid("app") == Some(*id),
        Actor::Nobody | Actor::Device(_) | Actor::Reaction(_) | Actor::System => false,
    }
}

/// Who asked, to look at the directory as they may.
fn kept(caller: &Caller) -> Record {
    let record = match &caller.actor {
        Actor::User(id) => Record::new().with("user", *id),
        Actor::App(id) => Record::new().with("app", *id),
        Actor::Nobody | Actor::Device(_) | Actor::Reaction(_) | Actor::System => Record::new(),
    };
    record
        .with_some("client", caller.client)
        .with("scopes", caller.scopes.clone())
        .with("roles", caller.roles.clone())
        .with("strong", caller.strong)
}

/// Whoever asked; they see what they may see at the time of the work, as far as their token reached.
#[must_use]
pub fn asker(tenant: TenantId, job: &Object) -> Option<Caller> {
    let asked = job.get(REQUESTED_BY)?;
    let actor = asked.guid("user").map(Actor::User).or_else(|| asked.guid("app").map(Actor::App))?;
    Some(Caller {
        actor,
        client: asked.guid("client"),
        scopes: asked.texts("scopes").map(str::to_owned).collect(),
        roles: asked.texts("roles").map(str::to_owned).collect(),
        strong: asked.bool("strong").unwrap_or(false),
        ..Caller::system(tenant)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Value};

    use super::*;
    use crate::world::{World, id};

    fn job(more: Vec<(AttrId, Value)>) -> Change {
        Change::Create { id: id(90), kind: DEVICE_MANAGEMENT_EXPORT_JOB.id(), attributes: more }
    }

    fn named(name: &str) -> (AttrId, Value) {
        (REPORT_NAME.id, name.into())
    }

    #[test]
    fn a_job_is_done_once_and_forgotten_in_time() {
        let mut w = World::new();
        w.done(vec![job(vec![named("Devices")])]);
        let topics = |w: &World| w.effects.iter().filter(|effect| effect.topic == EXPORT).count();
        assert_eq!((w.get(id(90)).get(STATUS), topics(&w)), (Some("notStarted"), 1));
        w.done(started(id(90)));
        let at = w.at;
        w.done(completed(id(90), &"a".repeat(64), 9, at));
        assert_eq!(topics(&w), 1);
        assert_eq!(w.get(id(90)).get(EXPIRATION_DATE_TIME), Some(at + hours(REPORT_HOURS)));
        w.tick(at + hours(REPORT_HOURS));
        assert_eq!(topics(&w), 2, "to be forgotten");
    }

    #[test]
    fn what_cannot_be_written_is_refused_before_anything_is_done() {
        for (more, target) in [
            (vec![named("Everything")], "reportName"),
            (vec![named("Devices"), (FORMAT.id, "pdf".into())], "format"),
            (vec![named("Devices"), (SELECT.id, vec!["DeviceName".to_owned(), "Mood".to_owned()].into())], "select"),
            (vec![named("Devices"), (FILTER.id, "Mood eq 'good'".into())], "filter"),
            (vec![named("Devices"), (FILTER.id, "OS gt 'a'".into())], "filter"),
            (vec![named("Devices"), (FILTER.id, "OS eq 'a' or OS eq 'b'".into())], "filter"),
            (vec![named("Devices"), (AttrId::of("search"), "a".into())], "search"),
        ] {
            let refusal = World::new().submit(vec![job(more)]).unwrap_err();
            assert_eq!(refusal.target.as_deref(), Some(target), "{refusal}");
        }
    }

    #[test]
    fn a_report_is_for_whoever_asked_and_what_they_saw_is_remembered() {
        let tenant = TenantId::from_u128(7);
        let asked = Caller {
            actor: Actor::User(id(1)),
            scopes: vec!["DeviceManagementManagedDevices.Read.All".into()],
            strong: true,
            ..Caller::system(tenant)
        };
        let mut w = World::new();
        w.done(vec![job(vec![named("Devices")])]);
        w.done(vec![Change::set(id(90), REQUESTED_BY, kept(&asked))]);
        let job = w.get(id(90));
        let again = asker(tenant, job).unwrap();
        assert_eq!(
            (again.actor, again.scopes, again.roles),
            (asked.actor.clone(), asked.scopes.clone(), asked.roles.clone())
        );
        assert!(again.strong && again.tenant == tenant);
        assert!(is_of(job, &asked));
        assert!(!is_of(job, &Caller { actor: Actor::User(id(2)), ..asked.clone() }));
        assert!(!is_of(job, &Caller { actor: Actor::App(id(1)), ..asked }));
    }
}
