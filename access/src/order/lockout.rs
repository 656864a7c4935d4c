//! Whether the enforced policies together leave a Global Administrator who can get in.
//!
//! Only what nobody can get around counts: policies without conditions of place, platform, client, device or risk. Each
//! administrator is taken at their best: with a second factor by the strongest method, and with a compliant device if they
//! have one.

use std::sync::Arc;

use directory::{Id, LinkId, Refusal, Snapshot, Time};
use schema::ACCOUNT_ENABLED;
use schema::conditional_access_policy::IS_LOCKOUT_ACCEPTED;
use schema::device::{DEVICE, IS_COMPLIANT};

use super::administrators::global_administrators;
use crate::conditional::{CompiledPolicies, Outcome, SignInContext, State, decide};
use crate::permission::GRAPH_APP_ID;

const OWNERSHIP: [LinkId; 2] = [LinkId::of("registeredOwners"), LinkId::of("registeredUsers")];

/// Refuse a directory in which every Global Administrator is locked out. One without any is not our business here.
pub(crate) fn refuse(after: &Snapshot, at: Time) -> Result<(), Refusal> {
    let administrators = global_administrators(after);
    if administrators.is_empty() {
        return Ok(());
    }
    let mut policies = CompiledPolicies::from(after);
    policies.policies.retain(|policy| policy.state == State::Enabled && policy.is_unconditional());
    let policies = Arc::new(policies);
    let gets_in = |id: &Id| {
        let decision = decide(&policies, after, at, &at_best(after, *id, at));
        !matches!(decision.outcome, Outcome::Deny { .. })
    };
    if administrators.iter().any(gets_in) {
        return Ok(());
    }
    Err(Refusal::state(format!(
        "this would lock out every Global Administrator: exclude at least one, or set `{}` to true",
        IS_LOCKOUT_ACCEPTED.name
    ))
    .at(schema::STATE.name))
}

/// An administrator who brings everything they have.
fn at_best(now: &Snapshot, administrator: Id, at: Time) -> SignInContext {
    let devices = OWNERSHIP.into_iter().flat_map(|link| now.backlinks(administrator, link)).map(|link| link.object);
    let compliant = devices
        .filter(|device| now.is_a(device, &DEVICE) && device.is(IS_COMPLIANT) && device.is(ACCOUNT_ENABLED))
        .map(|device| device.id)
        .next();
    SignInContext {
        device: compliant,
        mfa: Some(at),
        authenticated: Some(at),
        methods: vec!["fido2".into()],
        ..SignInContext::of_user(administrator, GRAPH_APP_ID)
    }
}
