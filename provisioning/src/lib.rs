//! Where people come from: records of an HR system become users.
//!
//! Deliberately absent, so far: synchronisation with Active Directory, and provisioning to other applications.

mod bulk_upload;
mod deferred;
mod expression;
mod flow;
mod functions;
mod log;
mod mapping;
mod source;
mod text;

use directory::Room;

pub use mapping::{DefaultMapping, default_mappings};

/// The room as data.
pub const ROOM: Room = Room {
    name: "provisioning",
    kinds: &[&schema::synchronization_job::SYNCHRONIZATION_JOB],
    actions: &[bulk_upload::BULK_UPLOAD],
    checks: &[],
    reactions: &[deferred::REACTION],
};
