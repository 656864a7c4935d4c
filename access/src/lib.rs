//! May they? The authorization gate, roles and scopes, and Conditional Access.
//!
//! [`Gate`] judges every read and write; [`conditional_access`] judges every sign-in; [`ROOM`] holds the checks that keep
//! roles, consent, policies and locations in order. All are pure decisions over a snapshot.
//!
//! Deliberately absent: proving who somebody is (that is `signin`), tokens (the protocols'), and risk: its level arrives
//! with the sign-in.

#[cfg(test)]
mod gate_tests;
#[cfg(test)]
mod setting_secret_tests;
#[cfg(test)]
mod world;

mod approver;
mod area;
pub mod conditional;
mod gate;
mod matrix;
mod order;
mod own;
mod permission;
mod permission_ids;
mod printed;
mod protect;
mod reading;
mod remote_actions;
mod right;
mod rights;
mod role;
mod strengths;
mod trust;

pub use area::Area;
pub use conditional::{
    CaDecision, CompiledPolicies, ConditionalAccess, SignInContext, always_demands_two_factors, conditional_access,
    decide, explain, what_if,
};
pub use gate::Gate;
pub use matrix::{PERMISSIONS, Reach, Row};
pub use permission::{GRAPH_APP_ID, Permission, app_roles, find_permission, permission_scopes, permissions};
pub use printed::{MatrixRow, permission_matrix};
pub use right::{Ask, Powers, Right};
pub use rights::{Held, Rights, Scope, held_roles, scope_of};
pub use role::{
    BUILT_IN, BuiltIn, GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR,
    built_in,
};

use directory::{Action, Room};
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;

/// The room as data.
pub const ROOM: Room = Room {
    name: "access",
    kinds: &[
        &schema::unified_role_definition::UNIFIED_ROLE_DEFINITION,
        &schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT,
        &schema::directory_role::DIRECTORY_ROLE,
        &schema::app_role_assignment::APP_ROLE_ASSIGNMENT,
        &schema::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
        &CONDITIONAL_ACCESS_POLICY,
        &schema::named_location::NAMED_LOCATION,
        &schema::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY,
        &schema::authentication_context_class_reference::AUTHENTICATION_CONTEXT_CLASS_REFERENCE,
    ],
    // Graph calls it beneath `identity/conditionalAccess`.
    actions: &[
        Action::on(&CONDITIONAL_ACCESS_POLICY, "evaluate", conditional::evaluate)
            .of_collection()
            .listing("whatIfAnalysisResult"),
        strengths::UPDATE,
        strengths::USAGE,
    ],
    checks: &[
        // The members of a directoryRole become assignments before those are completed.
        order::roles::DIRECTORY_ROLES,
        order::roles::ASSIGNMENTS,
        order::roles::DEFINITIONS,
        order::roles::SCOPED,
        order::administrators::ON_USERS,
        order::administrators::ON_GROUPS,
        order::administrators::ON_ASSIGNMENTS,
        order::app_roles::CHECK,
        order::consent::CHECK,
        order::policies::CHECK,
        order::locations::CHECK,
        order::strengths::CHECK,
        order::contexts::CHECK,
    ],
    reactions: &[order::role_members::REACTION],
};
