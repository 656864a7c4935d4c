//! `status`: what a device found for every requirement. Kept as facts; the verdict is the server's.

use bytes::Bytes;
use devices::desired::Desired;
use devices::report::{Inventory, Report};
use directory::{Change, Decision, Id, Record, Snapshot, Time};
use engine::Submission;
use http::{Request, StatusCode};
use schema::managed_device::{FACTS, MANAGED_DEVICE};

use crate::problem::{Answer, Problem, json, read};
use crate::wire::{PolicyStatus, STATUS_BYTES_MAX, Status, StatusTaken};
use crate::{CHECK_IN_APP_ID, LinuxProtocol, observed};

/// The stream of the journal that keeps what devices reported.
const REPORTS: &str = "deviceReports";

impl LinuxProtocol {
    pub(crate) async fn status(&self, request: &Request<Bytes>) -> Answer {
        let mut person = self.person(request, CHECK_IN_APP_ID)?;
        let said: Status = read(request.body(), STATUS_BYTES_MAX)?;
        said.within_limits().map_err(Problem::bad)?;
        let device = said.device_id.as_deref().unwrap_or_default();
        let managed = person.managed(device).ok_or_else(invalid)?.id;
        if person.carry_out(managed, true).await? {
            return Err(invalid());
        }
        let (statuses, at) = (said.policy_statuses.clone(), person.engine.now());
        let changes = reported(&person.now, managed, at, &statuses);
        if !changes.is_empty() {
            let has_news = changes.iter().any(|c| matches!(c, Change::Set { attribute, .. } if *attribute == FACTS.id));
            let keep = Submission::proven(&person.caller, "Report of device", move |now, call| {
                Ok(Decision::change(reported(now, managed, call.at, &statuses)))
            });
            person.engine.submit(keep).await?;
            if has_news {
                let row = Record::new()
                    .with("managedDevice", managed)
                    .with("policies", i64::try_from(said.policy_statuses.len()).unwrap_or(i64::MAX))
                    .with("hasFacts", true);
                person.engine.journal(REPORTS, Some(managed), row).await?;
                // The verdict follows within milliseconds; whoever asks for it next should find it.
                person.engine.settled().await;
            }
        }
        let answer = StatusTaken { device_id: managed.to_string(), policy_statuses: said.policy_statuses };
        Ok(json(StatusCode::OK, &answer))
    }
}

/// The changes that a status means, on this state of the directory.
fn reported(now: &Snapshot, managed: Id, at: Time, statuses: &[PolicyStatus]) -> Vec<Change> {
    let Some(managed) = now.find_a(&MANAGED_DEVICE, managed) else { return Vec::new() };
    let facts = observed::facts(now, managed, at, statuses);
    let is_encrypted = observed::is_encrypted(&facts);
    let inventory = Inventory { is_encrypted, ..Inventory::default() };
    let report = Report { facts: Some(facts), inventory: Some(inventory), ..Report::default() };
    devices::report::changes(now, managed, &Desired::default(), at, &report)
}

/// In the words that the specification gives.
fn invalid() -> Problem {
    Problem::bad("Device validation failed")
}
