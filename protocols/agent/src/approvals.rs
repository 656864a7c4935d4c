//! `approvals`: sign-ins that wait for the device's person, and what the person says to them. What an answer amounts to is
//! `signin`'s; that it comes from the device, its session shows.

use agent_wire::limits::SMALL_BODY_BYTES_MAX;
use agent_wire::{ApprovalDecision, ApprovalWord, ApprovalsAnswer, DecisionAnswer, ErrorCode, WaitingApproval};
use bytes::Bytes;
use directory::{Decision, Id, TenantId};
use engine::{Engine, Submission};
use http::{Request, StatusCode};
use schema::USER_PRINCIPAL_NAME;
use signin::risk::{self, Against, Circumstances, Detection, Level, RISK_DETECTIONS};
use signin::{APPROVALS, APPROVALS_ASKED, Approval, ApprovalAnswer, ApprovalState, Asked};

use crate::AgentProtocol;
use crate::device::DeviceSession;
use crate::person::{address, correlation};
use crate::problem::{Answer, Problem, json, read};

/// A counter that others change at the same moment is tried so often.
const SWAPS_MAX: usize = 8;

impl AgentProtocol {
    /// Tell the devices of a person that a sign-in waits for them.
    pub fn approval_waits(&self, tenant: TenantId, user: Id) {
        let Some(engine) = self.inner.tenants.get(tenant) else { return };
        let now = engine.snapshot();
        let devices: Vec<Id> = signin::approval_devices(&now, user).into_iter().map(|device| device.id).collect();
        self.inner.hubs.of(&engine).look(&devices);
    }

    pub(crate) fn approvals(&self, request: &Request<Bytes>) -> Answer {
        let session = self.device(request)?;
        let waiting = waiting(&session.engine, session.id)?;
        let print = |approval: Approval| WaitingApproval {
            id: approval.id.to_string(),
            person: name(&session, approval.user),
            expires_unix_seconds: approval.expires().unix(),
            asked_unix_seconds: approval.at.unix(),
            app: approval.app,
            address: approval.address,
        };
        Ok(json(StatusCode::OK, &ApprovalsAnswer { approvals: waiting.into_iter().map(print).collect() }))
    }

    pub(crate) async fn decide(&self, request: &Request<Bytes>, id: &str) -> Answer {
        let session = self.device(request)?;
        let said: ApprovalDecision = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let answer = match (said.answer, said.number) {
            (ApprovalWord::Approve, Some(number)) => ApprovalAnswer::Number(number),
            (ApprovalWord::Approve, None) => return Err(Problem::bad("give the number that the page shows")),
            (ApprovalWord::Deny, _) => ApprovalAnswer::Deny,
            (ApprovalWord::Report, _) => ApprovalAnswer::Report,
        };
        let over = || Problem::new(ErrorCode::ApprovalUnknown, "this sign-in was answered before or is over");
        let waiting = waiting(&session.engine, session.id)?;
        let id = directory::id_from_text(id).ok_or_else(over)?;
        let waiting = waiting.into_iter().find(|approval| approval.id == id).ok_or_else(over)?;
        let after = waiting.answered(&session.now, session.id, answer).ok_or_else(over)?;
        let key = waiting.user.as_bytes();
        let (before, body, group) = (waiting.to_record(), after.to_record(), Some(waiting.user));
        // Of two devices that answer at once, one does.
        if !session.engine.tickets().swap(APPROVALS, key, group, waiting.expires(), &before, &body)? {
            return Err(over());
        }
        count(&session, &after)?;
        if after.state == ApprovalState::Reported {
            report(request, &session, &after).await?;
        }
        Ok(json(StatusCode::OK, &DecisionAnswer { approved: after.state == ApprovalState::Approved }))
    }
}

/// The sign-ins that wait for the people of a device.
pub(crate) fn waiting(engine: &Engine, device: Id) -> Result<Vec<Approval>, engine::Fault> {
    let mut found = Vec::new();
    for person in signin::approving_people(&engine.snapshot(), device) {
        let kept = engine.tickets().get(APPROVALS, person.as_bytes())?;
        found.extend(kept.as_ref().and_then(Approval::from_record).filter(|a| a.state == ApprovalState::Waiting));
    }
    Ok(found)
}

fn name(session: &DeviceSession, user: Id) -> String {
    session.now.find(user).and_then(|user| user.get(USER_PRINCIPAL_NAME)).unwrap_or_default().to_owned()
}

/// An approval ends the count of requests, a report ends the asking.
fn count(session: &DeviceSession, approval: &Approval) -> Result<(), Problem> {
    let (tickets, key, now) = (session.engine.tickets(), approval.user.as_bytes(), session.engine.now());
    for _ in 0..SWAPS_MAX {
        let Some(kept) = tickets.get(APPROVALS_ASKED, key)? else { return Ok(()) };
        let next = Asked::from_record(&kept).answered(approval.state, now);
        let expires = next.expires().max(now);
        if tickets.swap(APPROVALS_ASKED, key, Some(approval.user), expires, &kept, &next.to_record())? {
            return Ok(());
        }
    }
    Ok(())
}

/// Somebody else knows the person's password: it is held against the account, which the audit tells.
async fn report(request: &Request<Bytes>, session: &DeviceSession, approval: &Approval) -> Result<(), Problem> {
    let Some(user) = session.now.find(approval.user) else { return Ok(()) };
    let detection = Detection {
        event: "userReportedSuspiciousActivity",
        level: Level::High,
        against: Against::Account,
        why: "the person reported a sign-in that they were asked to approve".to_owned(),
    };
    let circumstances = Circumstances {
        id: keys::random_uuid(),
        at: session.engine.now(),
        user,
        address: address(request),
        country: None,
        correlation: correlation(request),
        request: None,
        is_remediated: false,
    };
    session.engine.journal(RISK_DETECTIONS, Some(user.id), risk::line(&detection, &circumstances)).await?;
    let (user, event) = (user.id, vec![detection.event.to_owned()]);
    let submission = Submission::proven(&session.caller, "Report suspicious sign-in", move |now, call| {
        Ok(Decision::change(risk::raise(now, user, call.at, Level::High, &event)))
    });
    session.engine.submit(submission).await?;
    Ok(())
}
