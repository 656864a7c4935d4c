//! All policies of a tenant, read once.

use directory::Snapshot;
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;

use super::location::Locations;
use super::policy::{Chosen, Control, Grant, LocationCondition, Policy, Subjects};

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

fn asks_terms(grant: &Grant) -> bool {
    grant.controls.iter().any(|control| matches!(control, Control::TermsOfUse(_)))
}
