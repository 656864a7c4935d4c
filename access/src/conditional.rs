//! Conditional Access: whether a sign-in is let through, asked for more, or refused; a pure decision.
//!
//! [`ConditionalAccess`] keeps the policies ready; [`decide`] judges one sign-in; [`explain`] says why.

mod bundles;
mod cidr;
mod compiled;
mod decision;
mod device;
mod explain;
mod facts;
mod judge;
mod location;
mod policy;
mod preview;
mod read;
mod ready;
mod sign_in;
mod strength;
mod terms;
mod two_factors;
mod what_if;

#[cfg(test)]
mod laws;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod vectors;

pub use bundles::BUNDLES;
pub use cidr::{Cidr, PREFIX_MIN};
pub use compiled::CompiledPolicies;
pub use decision::{Applied, CaDecision, Error, Need, Outcome, PolicyResult, Status, decide};
pub use device::NAMES as DEVICE_FILTER_RULE;
pub use explain::{APPLIED_LOGGED_MAX, NOT_APPLIED_LOGGED_MAX, explain};
pub use facts::ON_THE_WAY;
pub use judge::Reason;
pub use policy::{Control, Frequency, Session, State};
pub use preview::{Draft, Effect, NAMED_MAX, Preview};
pub use ready::ConditionalAccess;
pub use sign_in::{ClientAppType, SignInContext, Subject, Target, Used};
pub use strength::{BUILT_IN as AUTHENTICATION_STRENGTHS, Combination};
pub use two_factors::always_demands_two_factors;
pub use what_if::what_if;

pub(crate) use device::parse as device_rule;
pub(crate) use location::ranges_of;
pub(crate) use read::{is_unknown, strength_id};
pub(crate) use what_if::evaluate;

use directory::{Snapshot, Time};
use std::sync::Arc;

/// Judge one sign-in by the policies of this directory, read for this once. Where many are judged, hold a
/// [`ConditionalAccess`].
#[must_use]
pub fn conditional_access(now: &Snapshot, at: Time, context: &SignInContext) -> CaDecision {
    decide(&Arc::new(CompiledPolicies::from(now)), now, at, context)
}
