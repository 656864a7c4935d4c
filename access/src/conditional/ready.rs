//! The policies of recent tenants, kept ready until one of them or what they refer to changes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use directory::{Kind, Snapshot, Time};
use schema::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY;
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use schema::named_location::NAMED_LOCATION;

use super::compiled::CompiledPolicies;
use super::decision::{CaDecision, decide};
use super::sign_in::SignInContext;

/// How many tenants' policies are kept ready.
const KEPT_MAX: usize = 64;

/// Conditional Access with the policies of recent tenants kept ready. The server holds one and hands it to the protocols.
#[derive(Default)]
pub struct ConditionalAccess {
    kept: Mutex<VecDeque<Kept>>,
}

struct Kept {
    now: Snapshot,
    compiled: Arc<CompiledPolicies>,
}

/// What policies are made of.
const SOURCES: &[&Kind] = &[&CONDITIONAL_ACCESS_POLICY, &NAMED_LOCATION, &AUTHENTICATION_STRENGTH_POLICY];

impl ConditionalAccess {
    #[must_use]
    pub fn new() -> ConditionalAccess {
        ConditionalAccess::default()
    }

    /// Whether they may, under which demands.
    #[must_use]
    pub fn decide(&self, now: &Snapshot, at: Time, context: &SignInContext) -> CaDecision {
        decide(&self.policies(now), now, at, context)
    }

    /// The policies of this directory, read anew only if one of them changed: a commit that touches none of them costs a
    /// few look-ups, however many policies there are.
    #[must_use]
    pub fn policies(&self, now: &Snapshot) -> Arc<CompiledPolicies> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(known) = kept.iter_mut().find(|known| known.now.is_same_for(now, SOURCES)) {
            if known.now.usn() < now.usn() {
                // So that no old directory is kept alive.
                known.now = now.clone();
            }
            return Arc::clone(&known.compiled);
        }
        let compiled = Arc::new(CompiledPolicies::from(now));
        kept.truncate(KEPT_MAX - 1);
        kept.push_front(Kept { now: now.clone(), compiled: Arc::clone(&compiled) });
        compiled
    }
}
