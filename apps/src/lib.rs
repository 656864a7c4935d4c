//! With what: the applications that devices are given, their packages, and what several assignments of one mean together.
//!
//! Deliberately absent: whom an assignment reaches (`devices` resolves it, and protocols bring both together), the bytes of
//! packages (a blob), and how a device installs one (`agent`).

mod app;
mod content;
mod instruction;
mod intent;

use directory::Room;

pub use app::ASSIGNMENTS_MAX;
pub use content::PACKAGE_BYTES_MAX;
pub use instruction::{AppInstruction, Detection, Package, PackageKind, Wanted, for_platform, instruction};
pub use intent::{Effective, Intent, Via, resolve};

/// The room as data.
pub const ROOM: Room = Room {
    name: "apps",
    kinds: &[
        &schema::mobile_app::MOBILE_APP,
        &schema::linux_package_app::LINUX_PACKAGE_APP,
        &schema::mobile_app_category::MOBILE_APP_CATEGORY,
    ],
    actions: &[content::COMMIT],
    checks: &[app::CHECK],
    reactions: &[],
};
