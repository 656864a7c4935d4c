//! Rows of the provisioning log: what became of each record, in the shape of Graph's `provisioningObjectSummary`.

use directory::{Actor, Call, Id, Object, Record, Snapshot};
use schema::service_principal::{SERVICE_PRINCIPAL, SYNCHRONIZATION_JOBS};
use schema::{DISPLAY_NAME, ID};

/// What became of one record.
#[derive(Debug, Default)]
pub(crate) struct Row {
    /// The caller's own number of the operation.
    pub(crate) bulk_id: String,
    /// The id that the source knows the person by.
    pub(crate) source_id: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) user: Option<Id>,
    pub(crate) action: Action,
    pub(crate) modified: Vec<Modified>,
    pub(crate) problem: Option<Problem>,
    /// What could not be followed, although the record was taken: a manager who is not there.
    pub(crate) unresolved: Option<String>,
    /// What happens later, and when.
    pub(crate) deferred: Option<String>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Action {
    /// Nothing was to be done.
    #[default]
    Other,
    Create,
    Update,
    Disable,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Modified {
    pub(crate) name: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

/// Why a record was left out, and which attribute of it is to blame.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Problem {
    pub(crate) attribute: String,
    pub(crate) reason: String,
}

impl Problem {
    pub(crate) fn new(attribute: impl Into<String>, reason: impl Into<String>) -> Problem {
        Problem { attribute: attribute.into(), reason: reason.into() }
    }
}

impl Action {
    const fn name(self) -> &'static str {
        match self {
            Action::Other => "other",
            Action::Create => "create",
            Action::Update => "update",
            Action::Disable => "disable",
        }
    }
}

/// What all rows of one upload share.
pub(crate) struct Log<'a> {
    now: &'a Snapshot,
    call: &'a Call<'a>,
    job: &'a Object,
    cycle: Id,
}

impl<'a> Log<'a> {
    pub(crate) fn new(now: &'a Snapshot, call: &'a Call<'a>, job: &'a Object) -> Log<'a> {
        Log { now, call, job, cycle: call.new_id() }
    }

    pub(crate) fn print(&self, row: &Row) -> Record {
        let job = self.job.get(ID).map_or_else(|| self.job.id.to_string(), str::to_owned);
        let principal = self.now.backlinks(self.job.id, SYNCHRONIZATION_JOBS).map(|link| link.object);
        let principal = principal.into_iter().find(|object| self.now.is_a(object, &SERVICE_PRINCIPAL));
        Record::new()
            .with("id", self.call.new_id().to_string())
            .with("activityDateTime", self.call.at)
            .with("action", capitalised(row.action.name()))
            .with("changeId", row.bulk_id.as_str())
            .with("cycleId", self.cycle.to_string())
            .with("durationInMilliseconds", 0)
            .with("initiatedBy", self.initiator())
            .with("jobId", job)
            .with("modifiedProperties", row.modified.iter().map(print_modified).collect::<Vec<Record>>())
            .with("provisioningAction", row.action.name())
            .with("provisioningStatusInfo", status(row))
            .with("statusInfo", Record::new().with("status", status_name(row)))
            .with("provisioningSteps", steps(row))
            .with_some("servicePrincipal", principal.map(identity))
            .with("sourceIdentity", side(row.source_id.clone(), row.name.as_deref()))
            .with("sourceSystem", Record::new().with("displayName", "API"))
            .with("targetIdentity", side(row.user.map(|id| id.to_string()), row.name.as_deref()))
            .with("targetSystem", Record::new().with("displayName", "Castellan"))
            .with("tenantId", self.call.caller.tenant.to_string())
    }

    fn initiator(&self) -> Record {
        let kind = match self.call.caller.actor {
            Actor::User(_) => "user",
            Actor::App(_) | Actor::Device(_) => "application",
            Actor::System | Actor::Reaction(_) | Actor::Nobody => "system",
        };
        let actor = self.call.caller.actor.id().and_then(|id| self.now.find(id));
        actor.map(identity).unwrap_or_default().with("initiatorType", kind)
    }
}

fn identity(object: &Object) -> Record {
    Record::new().with("id", object.id.to_string()).with_some("displayName", object.get(DISPLAY_NAME))
}

fn side(id: Option<String>, name: Option<&str>) -> Record {
    Record::new().with_some("id", id).with_some("displayName", name).with("identityType", "User")
}

fn status_name(row: &Row) -> &'static str {
    match (&row.problem, &row.unresolved, row.action) {
        (Some(_), _, _) => "failure",
        (None, Some(_), _) => "warning",
        (None, None, Action::Other) => "skipped",
        (None, None, Action::Create | Action::Update | Action::Disable) => "success",
    }
}

fn status(row: &Row) -> Record {
    let status = Record::new().with("status", status_name(row));
    let Some(problem) = &row.problem else { return status };
    let information = Record::new()
        .with("errorCategory", "nonServiceFailure")
        .with("errorCode", problem.attribute.as_str())
        .with("reason", problem.reason.as_str())
        .with("recommendedAction", "correct the record at its source and send it again");
    status.with("errorInformation", information)
}

/// The steps that a record went through, up to the one that stopped it.
fn steps(row: &Row) -> Vec<Record> {
    let step = |kind: &str, status: &str, description: String| {
        Record::new()
            .with("provisioningStepType", kind)
            .with("name", kind)
            .with("status", status)
            .with("description", description)
    };
    let who = row.source_id.as_deref().unwrap_or("a record without an id");
    let mut steps = vec![step("import", "success", format!("received `{who}`"))];
    if let Some(problem) = &row.problem {
        steps.push(step("processing", "failure", format!("{}: {}", problem.attribute, problem.reason)));
        return steps;
    }
    let matched = match (row.action, row.user) {
        (Action::Create, _) | (_, None) => "no user has this id".to_owned(),
        (_, Some(user)) => format!("found the user `{user}`"),
    };
    steps.push(step("matching", "success", matched));
    match row.action {
        Action::Other => steps.push(step("export", "skipped", "nothing differs".to_owned())),
        action => {
            let count = row.modified.len();
            steps.push(step("export", "success", format!("{}: {count} properties", action.name())));
        }
    }
    if let Some(unresolved) = &row.unresolved {
        steps.push(step("referenceResolution", "warning", unresolved.clone()));
    }
    if let Some(deferred) = &row.deferred {
        steps.push(step("scoping", "success", deferred.clone()));
    }
    steps
}

fn print_modified(modified: &Modified) -> Record {
    Record::new()
        .with("displayName", modified.name.as_str())
        .with_some("oldValue", modified.old.as_deref())
        .with_some("newValue", modified.new.as_deref())
}

fn capitalised(word: &str) -> String {
    crate::text::proper_case(word)
}
