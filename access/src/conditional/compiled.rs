//! All policies of a tenant, read once, and kept until one of them or a named location changes.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use directory::{Kind, Snapshot, Time};
use schema::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY;
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use schema::named_location::NAMED_LOCATION;

use super::decision::{CaDecision, decide};
use super::location::Locations;
use super::policy::{Chosen, Control, Grant, LocationCondition, Policy, Subjects};
use super::sign_in::SignInContext;

/// How many tenants' policies are kept ready.
const KEPT_MAX: usize = 64;

/// All policies of a tenant, ready to be judged.
#[derive(Debug, Default)]
pub struct CompiledPolicies {
    pub policies: Vec<Policy>,
    pub locations: Locations,
    pub(crate) asks_groups: bool,
    pub(crate) asks_roles: bool,
    pub(crate) asks_places: bool,
    pub(crate) asks_terms: bool,
}

impl CompiledPolicies {
    /// Read the policies of a directory.
    #[must_use]
    pub fn from(now: &Snapshot) -> CompiledPolicies {
        let policies: Vec<Policy> = now.all(&CONDITIONAL_ACCESS_POLICY).map(|object| Policy::of(now, object)).collect();
        let people = || {
            policies.iter().filter_map(|policy| match &policy.subjects {
                Subjects::People(people) => Some(people),
                Subjects::Nobody | Subjects::Workloads { .. } => None,
            })
        };
        let any_side = |asks: fn(&Chosen) -> bool| people().any(|p| asks(&p.include) || asks(&p.exclude));
        let asks_place = |condition: &LocationCondition| {
            [&condition.include, &condition.exclude].iter().any(|places| places.all_trusted || !places.ids.is_empty())
        };
        CompiledPolicies {
            asks_groups: any_side(|chosen| !chosen.groups.is_empty()),
            asks_roles: any_side(|chosen| !chosen.roles.is_empty()),
            asks_places: policies.iter().any(|policy| policy.locations.as_ref().is_some_and(asks_place)),
            asks_terms: policies.iter().filter_map(|policy| policy.grant.as_ref()).any(asks_terms),
            locations: Locations::of(now),
            policies,
        }
    }
}

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

fn asks_terms(grant: &Grant) -> bool {
    grant.controls.iter().any(|control| matches!(control, Control::TermsOfUse(_)))
}
