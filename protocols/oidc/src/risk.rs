//! What speaks against a sign-in: the formulas are `signin::risk`'s; here is what they are told, where it is remembered, and
//! what comes of it (a line in the journal of detections; a commit only where the account's state changes).

use std::net::IpAddr;

use directory::{Caller, Decision, Id, Record, Snapshot};
use engine::Submission;
use http::header::ORIGIN;
use signin::Evidence;
use signin::risk::{
    self, Circumstances, Detection, HABITS, Habits, Level, Place, RISK_DETECTIONS, SPRAY_WINDOW, SPRAYS, Seen, Spray,
};

use crate::error::Problem;
use crate::request::Desk;

/// A counter that others change at the same moment is tried so often; then this one try is not counted.
const SWAPS_MAX: usize = 8;

/// From where, and with which program, the request comes.
pub(crate) fn place(desk: &Desk<'_>) -> Place {
    Place {
        network: desk.request.address.map(risk::network_of),
        country: None,
        agent: risk::agent_of(desk.request.user_agent()),
        device: crate::device_proof::device(desk).ok().flatten(),
    }
}

/// Judge somebody who just proved who they are. Answers the evidence with what speaks against it, and the directory that
/// knows it too.
pub(crate) async fn assess(desk: &Desk<'_>, evidence: Evidence) -> Result<(Evidence, Snapshot), Problem> {
    let Some(user) = desk.now.find(evidence.user) else { return Ok((evidence, desk.now.clone())) };
    let here = place(desk);
    let seen = Seen { at: desk.at, country: here.country.clone(), coordinates: None };
    let tickets = desk.engine.tickets();
    let kept = tickets.get(HABITS, user.id.as_bytes()).map_err(|_| Problem::fault())?;
    let habits = kept.as_ref().map(Habits::from_record).unwrap_or_default();
    let by_password = evidence.proofs.iter().any(|p| p.method == signin::Method::Password && desk.at <= p.at);
    let found = [
        desk.oidc.networks.detect(desk.request.address),
        risk::unfamiliar(&habits, &here, desk.at),
        habits.last.as_ref().and_then(|last| risk::unlikely_travel(last, &seen)),
        risk::origin_of_another(desk.request.header(&ORIGIN), &desk.oidc.public_url),
        if by_password { succeeded(desk)? } else { None },
    ];
    let found: Vec<Detection> = found.into_iter().flatten().collect();
    let mut evidence = Evidence { place: here, ..evidence };
    let now = note(desk, &mut evidence, &found).await?;
    // What nothing speaks against becomes familiar; so does what two factors answered for, unless it is known to be bad.
    let is_answered = evidence.mfa().is_some() && evidence.risk.level < Level::High;
    if evidence.risk.level == Level::None || is_answered {
        let next = habits.with(&evidence.place, seen);
        let (body, expires) = (next.to_record(), Habits::expires(desk.at));
        let key = user.id.as_bytes();
        // Two sign-ins at the same moment: one of them is remembered.
        let done = match kept {
            None => tickets.put(HABITS, key, Some(user.id), expires, &body),
            Some(old) => tickets.swap(HABITS, key, Some(user.id), expires, &old, &body),
        };
        done.map_err(|_| Problem::fault())?;
    }
    Ok((evidence, now))
}

/// Judge somebody who brings a refresh token.
pub(crate) async fn at_refresh(desk: &Desk<'_>, evidence: &Evidence) -> Result<Evidence, Problem> {
    let mut evidence = evidence.clone();
    let here = place(desk);
    let found = [desk.oidc.networks.detect(desk.request.address), risk::anomalous(&evidence.place, &here)];
    let found: Vec<Detection> = found.into_iter().flatten().collect();
    note(desk, &mut evidence, &found).await?;
    Ok(evidence)
}

/// Count a password that did not fit. `name` stands for the name that was typed.
pub(crate) fn failed(desk: &Desk<'_>, name: &[u8]) -> Result<(), Problem> {
    count(desk, |spray| spray.failed(desk.at, name)).map(drop)
}

/// Count a password that fits, and say whether it was found by trying.
fn succeeded(desk: &Desk<'_>) -> Result<Option<Detection>, Problem> {
    let Some(key) = spray_key(desk) else { return Ok(None) };
    let kept = desk.engine.tickets().get(SPRAYS, key.as_bytes()).map_err(|_| Problem::fault())?;
    // Where nothing failed, nothing is counted: most addresses leave no trace.
    let Some(before) = kept.as_ref().map(Spray::from_record).filter(|spray| !spray.is_empty()) else { return Ok(None) };
    count(desk, |spray| spray.succeeded(desk.at))?;
    Ok(before.detect(desk.at))
}

fn count(desk: &Desk<'_>, change: impl Fn(Spray) -> Spray) -> Result<(), Problem> {
    let Some(key) = spray_key(desk) else { return Ok(()) };
    let (tickets, key, expires) = (desk.engine.tickets(), key.as_bytes(), desk.at + SPRAY_WINDOW);
    for _ in 0..SWAPS_MAX {
        let kept = tickets.get(SPRAYS, key).map_err(|_| Problem::fault())?;
        let body = change(kept.as_ref().map(Spray::from_record).unwrap_or_default()).to_record();
        let done = match &kept {
            None => tickets.put(SPRAYS, key, None, expires, &body),
            Some(old) => tickets.swap(SPRAYS, key, None, expires, old, &body),
        };
        if done.map_err(|_| Problem::fault())? {
            break;
        }
    }
    Ok(())
}

/// One household has a whole /64 of IPv6.
fn spray_key(desk: &Desk<'_>) -> Option<String> {
    desk.request.address.map(|address| match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}/64", u128::from(v6) >> 64),
    })
}

/// Write down what was found, once for each session, and hold it against the account where it is about that.
async fn note(desk: &Desk<'_>, evidence: &mut Evidence, found: &[Detection]) -> Result<Snapshot, Problem> {
    let is_new = |detection: &&Detection| !evidence.risk.events.iter().any(|event| event == detection.event);
    let new: Vec<Detection> = found.iter().filter(is_new).cloned().collect();
    let is_remediated = evidence.mfa().is_some();
    evidence.risk = std::mem::take(&mut evidence.risk).with(&new);
    let Some(user) = desk.now.find(evidence.user).filter(|_| !new.is_empty()) else { return Ok(desk.now.clone()) };
    for detection in &new {
        let circumstances = Circumstances {
            id: keys::random_uuid(),
            at: desk.at,
            user,
            address: desk.request.address,
            country: evidence.place.country.as_deref(),
            correlation: desk.request.ids.correlation,
            request: Some(desk.request.ids.trace),
            is_remediated,
        };
        let line: Record = risk::line(detection, &circumstances);
        desk.engine.journal(RISK_DETECTIONS, Some(user.id), line).await.map_err(|_| Problem::fault())?;
    }
    let level = risk::against_account(&new);
    if level <= risk::level_of(&desk.now, user.id) {
        return Ok(desk.now.clone());
    }
    let now = hold(desk, user.id, level, new.iter().map(|detection| detection.event.to_owned()).collect()).await?;
    // This very sign-in is newer than what it shows.
    evidence.at = risk::high_since(&now, user.id).map_or(evidence.at, |from| evidence.at.max(from));
    Ok(now)
}

async fn hold(desk: &Desk<'_>, user: Id, level: Level, events: Vec<String>) -> Result<Snapshot, Problem> {
    let caller = Caller { address: desk.request.address, ..Caller::system(desk.tenant) };
    let submission = Submission::proven(&caller, "Update user risk", move |now, call| {
        Ok(Decision::change(risk::raise(now, user, call.at, level, &events)))
    });
    desk.engine.submit(submission).await.map(|done| done.snapshot).map_err(|_| Problem::fault())
}
