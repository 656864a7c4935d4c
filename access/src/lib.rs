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
mod world;

mod area;
pub mod conditional;
mod gate;
mod matrix;
mod own;
mod permission;
mod permission_ids;
mod protect;
mod right;
mod rights;
mod role;

pub use area::Area;
pub use conditional::{
    CaDecision, CompiledPolicies, ConditionalAccess, SignInContext, conditional_access, decide, explain, what_if,
};
pub use gate::Gate;
pub use matrix::{PERMISSIONS, Reach, Row};
pub use permission::{GRAPH_APP_ID, Permission, app_roles, find_permission, permission_scopes, permissions};
pub use right::{Ask, Powers, Right};
pub use rights::{Held, Rights, Scope, held_roles, scope_of};
pub use role::{
    BUILT_IN, BuiltIn, GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR,
    built_in,
};
