//! With what: the applications that devices are given, their packages, what several assignments of one mean together, what
//! applications have to do with each other, and how they come to devices in waves.
//!
//! Deliberately absent: whom an assignment reaches (`devices` resolves it, and protocols bring both together), the bytes of
//! packages (a blob), and how a device installs one (`agent`).

mod app;
mod content;
mod content_file;
mod deployment;
mod instruction;
mod intent;
mod offer;
mod package;
mod plan;
mod relationship;
mod request;
mod requirement;
mod targeted;
mod why;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod world;

use directory::Room;

pub use app::ASSIGNMENTS_MAX;
pub use content::PACKAGE_BYTES_MAX;
pub use content_file::{UPLOAD_HOURS, is_open, size_encrypted};
pub use deployment::key as state_key;
pub use instruction::{AppInstruction, Detection, Package, PackageKind, Superseded, Wanted, instruction};
pub use intent::{Effective, Intent, Reaching, Via, effective};
pub use offer::{available, intents_and_states};
pub use plan::{NotApplicable, Plan, plan};
pub use relationship::{DEPENDENCIES_MAX, Edge, Relation, SUPERSEDENCES_MAX, children, parents};
pub use request::{Asked, REQUESTS_MAX, ask};
pub use targeted::Reach;
pub use why::why_app;

/// The room as data.
pub const ROOM: Room = Room {
    name: "apps",
    kinds: &[
        &schema::mobile_app::MOBILE_APP,
        &schema::linux_package_app::LINUX_PACKAGE_APP,
        &schema::mobile_app_category::MOBILE_APP_CATEGORY,
        &schema::mobile_app_content::MOBILE_APP_CONTENT,
        &schema::mobile_app_content::MOBILE_APP_CONTENT_FILE,
        &schema::mobile_app_deployment::MOBILE_APP_DEPLOYMENT,
    ],
    actions: &[
        content::COMMIT,
        content_file::COMMIT,
        content_file::RENEW,
        relationship::UPDATE,
        deployment::PAUSE,
        deployment::RESUME,
        deployment::ARCHIVE,
    ],
    checks: &[
        app::CHECK,
        content_file::OF_FILE,
        content_file::OF_APP,
        package::CHECK,
        deployment::CHECK,
        deployment::OF_APP,
    ],
    reactions: &[deployment::REACTION],
};
