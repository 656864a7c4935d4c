//! `check-in`: what a device is and did, against what it should be and do.

use agent_wire::limits::{CHECK_IN_ANSWER_BYTES_MAX, CHECK_IN_BYTES_MAX};
use agent_wire::{CheckIn, CheckInAnswer};
use bytes::Bytes;
use devices::report::Report;
use directory::{Change, Decision, Id, Object, Record, Snapshot, Time};
use engine::{Engine, Submission};
use http::{Request, StatusCode};
use schema::DISPLAY_NAME;
use schema::managed_device::{ENROLLED_DATE_TIME, FACTS, LAST_SYNC_DATE_TIME, MANAGED_DEVICE};

use crate::AgentProtocol;
use crate::device::DeviceSession;
use crate::problem::{Answer, Problem, json, read};
use crate::{location, observed, render, software};

/// How long a device waits to check in again when nothing wakes it.
const CHECK_IN_SECONDS: u64 = 3_600;
/// And while it is new: assignments that follow from its joining arrive soon even where its stream does not.
const NEW_SECONDS: u64 = 180;
const NEW_FOR_SECONDS: u64 = 15 * 60;
/// Up to this much is added, by device, so that a fleet that started together does not stay together.
const SPREAD_SECONDS: u64 = 600;
/// The stream of the journal that keeps what devices reported.
const REPORTS: &str = "deviceReports";

impl AgentProtocol {
    pub(crate) async fn check_in(&self, request: &Request<Bytes>) -> Answer {
        let mut session = self.device(request)?;
        let said: CheckIn = read(request.body(), CHECK_IN_BYTES_MAX)?;
        said.within_limits()?;
        if is_ahead(session.managed(), &said) {
            session.engine.caught_up().await?;
            session.refresh()?;
        }
        if session.managed().is_none() {
            self.enrol_late(&mut session).await?;
        }
        let Some(managed) = session.managed().map(|managed| managed.id) else {
            return self.unmanaged(&session, &said).await;
        };
        if let Some(software) = &said.software {
            software::take(&session, managed, software).await?;
        }
        location::keep(&session, &said)?;
        let is_over = self.take_report(&mut session, managed, &said).await?;
        if is_over {
            return Ok(json(StatusCode::OK, &goodbye()));
        }
        self.answer_managed(&mut session, &said).await
    }

    /// A device that joined before its person had a licence comes under management when they have one.
    async fn enrol_late(&self, session: &mut DeviceSession) -> Result<(), Problem> {
        if devices::enrol::enrolment_due(&session.now, session.device()).is_none() {
            return Ok(());
        }
        let device = session.id;
        let enrol = Submission::proven(&session.caller, "Enrol device", move |now, call| {
            devices::enrol::enrol(now, call, device)
        });
        session.engine.submit(enrol).await?;
        session.engine.settled().await;
        session.refresh()
    }

    /// A device that is not managed has nothing to be; it can still take itself out.
    async fn unmanaged(&self, session: &DeviceSession, said: &CheckIn) -> Answer {
        if said.leaving {
            let device = session.id;
            let leave =
                Submission::proven(&session.caller, "Remove device", move |now, _| devices::end::leave(now, device));
            session.engine.submit(leave).await?;
            session.engine.tickets().revoke(device)?;
        }
        Ok(json(StatusCode::OK, &answered_unmanaged(session.id, said.held.as_deref())))
    }

    /// Keep what is new in a report. True: it ended the management of the device.
    async fn take_report(&self, session: &mut DeviceSession, managed: Id, said: &CheckIn) -> Result<bool, Problem> {
        let (said_now, at) = (said.clone(), session.engine.now());
        let changes = reported(&session.now, managed, &said_now, at);
        if changes.is_empty() {
            return Ok(false);
        }
        if changes.iter().all(is_sign_of_life) {
            self.inner.seen.note(&session.engine, managed, at);
            return Ok(false);
        }
        let has_new_facts =
            changes.iter().any(|c| matches!(c, Change::Set { attribute, .. } if *attribute == FACTS.id));
        let report = Submission::proven(&session.caller, "Report of device", move |now, call| {
            Ok(Decision::change(reported(now, managed, &said_now, call.at)))
        });
        let done = session.engine.submit(report).await?;
        journal(&session.engine, managed, said).await?;
        if done.snapshot.find(managed).is_none() {
            session.engine.tickets().revoke(session.id)?;
            return Ok(true);
        }
        if has_new_facts {
            // The verdict follows within milliseconds; the answer should carry it.
            session.engine.settled().await;
        }
        session.refresh()?;
        Ok(false)
    }

    async fn answer_managed(&self, session: &mut DeviceSession, said: &CheckIn) -> Answer {
        let at = session.engine.now();
        let managed = session.managed().ok_or_else(Problem::token)?.id;
        let is_due =
            session.managed().is_some_and(|managed| !devices::actions::delivered(&session.now, managed, at).is_empty());
        if is_due {
            let deliver = Submission::proven(&session.caller, "Deliver action to device", move |now, call| {
                let managed = now.find_a(&MANAGED_DEVICE, managed);
                Ok(Decision::change(managed.map(|m| devices::actions::delivered(now, m, call.at)).unwrap_or_default()))
            });
            // What is told is what was written down as told: another request may have taken an action back a moment ago.
            session.now = session.engine.submit(deliver).await?.snapshot;
        }
        let answer = match session.now.find_a(&MANAGED_DEVICE, managed) {
            Some(managed) => {
                let mut answer = answered(&session.now, managed, session.id, said, at);
                answer.desired = answer.desired.and_then(|desired| self.with_secrets(session, desired));
                answer
            }
            None => goodbye(),
        };
        let (answer, bytes_over) = fitting(answer);
        if let Some(bytes) = bytes_over {
            tracing::error!(
                %managed,
                bytes,
                "what this device should be is larger than the {CHECK_IN_ANSWER_BYTES_MAX} bytes of one answer: it is only told its \
                 actions until it has fewer or smaller settings, applications or scripts"
            );
        }
        Ok(json(StatusCode::OK, &answer))
    }
}

/// What a managed device is answered that says this, on this state of the directory. `device` is its directory device.
#[must_use]
pub fn answered(now: &Snapshot, managed: &Object, device: Id, said: &CheckIn, at: Time) -> CheckInAnswer {
    let settings = devices::desired::desired(now, managed, at);
    let desired = render::desired(now, managed, &settings, at);
    let is_new = managed.get(ENROLLED_DATE_TIME).is_some_and(|since| at.since(since).as_secs() < NEW_FOR_SECONDS);
    CheckInAnswer {
        desired: Some(desired).filter(|desired| said.held.as_ref() != Some(&desired.version)),
        actions: render::actions(managed),
        compliance: render::compliance(Some(managed)),
        agent: devices::agent_release::offered(now, managed, &said.agent_version).map(render::release),
        next_check_in_seconds: if is_new { NEW_SECONDS } else { spread(device, CHECK_IN_SECONDS) },
    }
}

/// An answer that a device takes: without what it should be, where that is too large (then how large), for what it is to do must arrive.
fn fitting(answer: CheckInAnswer) -> (CheckInAnswer, Option<usize>) {
    if answer.desired.is_none() {
        return (answer, None);
    }
    let bytes = serde_json::to_vec(&answer).map_or(0, |text| text.len());
    if bytes <= CHECK_IN_ANSWER_BYTES_MAX {
        return (answer, None);
    }
    (CheckInAnswer { desired: None, ..answer }, Some(bytes))
}

/// What a device is answered that is not managed: there is nothing that it should be.
#[must_use]
pub fn answered_unmanaged(device: Id, held: Option<&str>) -> CheckInAnswer {
    CheckInAnswer {
        desired: Some(render::nothing()).filter(|nothing| held != Some(nothing.version.as_str())),
        actions: vec![],
        compliance: render::compliance(None),
        agent: None,
        next_check_in_seconds: spread(device, CHECK_IN_SECONDS),
    }
}

/// The changes that a check-in means, on this state of the directory.
#[must_use]
pub fn reported(now: &Snapshot, managed: Id, said: &CheckIn, at: Time) -> Vec<Change> {
    let Some(managed) = now.find_a(&MANAGED_DEVICE, managed) else { return Vec::new() };
    let settings = devices::desired::desired(now, managed, at);
    let version = render::desired(now, managed, &settings, at).version;
    // Results for a version that is not current any more are about something else: the agent reports again soon.
    let is_current = said.held.as_ref() == Some(&version);
    let report = Report {
        inventory: said.facts.as_ref().map(observed::inventory),
        facts: said.facts.as_ref().map(|facts| {
            let looked = render::discoveries(now, managed, at);
            observed::with_discoveries(observed::facts(facts), &looked, said.scripts.as_deref().unwrap_or_default())
        }),
        held: said.held.clone(),
        settings: said.settings.clone().filter(|_| is_current).map(|s| s.into_iter().map(observed::setting).collect()),
        // What is no application of ours is nobody's to keep.
        apps: said.apps.clone().filter(|_| is_current).map(|apps| {
            let told = apps.into_iter().filter_map(|app| Some((app_name(now, &app.id)?, app))).map(observed::app);
            // What the device was not told, because it is not for it, it cannot report.
            let untold = render::apps_of(now, managed, at).not_applicable;
            told.chain(untold.into_iter().map(observed::not_applicable)).collect()
        }),
        scripts: said.scripts.clone().map(|scripts| scripts.into_iter().filter_map(observed::script).collect()),
        outcomes: said.actions.iter().cloned().map(observed::outcome).collect(),
        // Said together with the facts, and then it is all of it.
        agent_failure: said.facts.as_ref().map(|_| said.agent_failure.clone().map(|told| (told.version, told.detail))),
        leaving: said.leaving,
    };
    devices::report::changes(now, managed, &settings, at, &report)
}

fn app_name(now: &Snapshot, id: &str) -> Option<String> {
    let app: Option<&Object> = directory::id_from_text(id).and_then(|id| now.find(id));
    app.and_then(|app| app.get(DISPLAY_NAME)).map(str::to_owned)
}

/// Whether a device tells of actions that do not wait for it here: another node may have asked for them a moment ago. A device
/// whose result was passed over would believe that it was heard, and forget its key while its certificate is good.
#[must_use]
pub fn is_ahead(managed: Option<&Object>, said: &CheckIn) -> bool {
    let waiting = managed.map(devices::actions::pending).unwrap_or_default();
    said.actions.iter().any(|result| !waiting.iter().any(|waiting| waiting.id == result.id))
}

/// Whether a change says no more than that the device was seen.
#[must_use]
pub fn is_sign_of_life(change: &Change) -> bool {
    let seen = [LAST_SYNC_DATE_TIME.id, schema::device::APPROXIMATE_LAST_SIGN_IN_DATE_TIME.id];
    matches!(change, Change::Set { attribute, .. } if seen.contains(attribute))
}

/// Keep what a device reported when it changed something: how many settings and applications failed, and what was done.
async fn journal(engine: &Engine, managed: Id, said: &CheckIn) -> Result<(), Problem> {
    let failed = |is_wrong: bool| i64::from(is_wrong);
    let settings =
        said.settings.iter().flatten().map(|s| failed(s.state == agent_wire::SettingState::Error)).sum::<i64>();
    let apps = said
        .apps
        .iter()
        .flatten()
        .map(|a| failed(matches!(a.state, agent_wire::AppState::Failed | agent_wire::AppState::UninstallFailed)))
        .sum::<i64>();
    let outcomes: Vec<Record> = said
        .actions
        .iter()
        .map(|result| {
            let outcome = observed::outcome(result.clone());
            Record::new().with("id", outcome.id).with("state", outcome.state.name()).with_some("detail", outcome.detail)
        })
        .collect();
    let row = Record::new()
        .with("managedDevice", managed)
        .with_some("held", said.held.as_deref())
        .with("settingsFailed", settings)
        .with("appsFailed", apps)
        .with("hasFacts", said.facts.is_some())
        .with("leaving", said.leaving)
        .with("actions", outcomes);
    Ok(engine.journal(REPORTS, Some(managed), row).await?)
}

/// The last answer to a device that is not managed any more.
#[must_use]
pub fn goodbye() -> CheckInAnswer {
    CheckInAnswer {
        desired: None,
        actions: vec![],
        compliance: render::compliance(None),
        agent: None,
        next_check_in_seconds: CHECK_IN_SECONDS,
    }
}

/// The same device always gets the same addition.
fn spread(device: Id, seconds: u64) -> u64 {
    let (_, low) = device.as_u64_pair();
    seconds + low % SPREAD_SECONDS
}

#[cfg(test)]
mod tests {
    use super::*;
    use agent_wire::{Action, ActionKind, Desired, Render, Setting};

    #[test]
    fn what_a_device_is_to_do_reaches_it_whatever_it_should_be() {
        let content = "x".repeat(agent_wire::limits::CONTENT_BYTES_MAX);
        let setting =
            Setting::new("linux.banner", Render::File { path: "/etc/issue".into(), mode: "0644".into(), content });
        for (settings, is_over) in [(1, false), (33, true)] {
            let desired =
                Desired { version: "v".into(), settings: vec![setting.clone(); settings], ..Desired::default() };
            let wipe = Action { id: "a".into(), kind: ActionKind::Wipe, argument: None };
            let whole = CheckInAnswer { desired: Some(desired), actions: vec![wipe], ..goodbye() };
            let (answer, bytes_over) = fitting(whole);
            assert_eq!((answer.desired.is_none(), bytes_over.is_some(), answer.actions.len()), (is_over, is_over, 1));
        }
    }
}
