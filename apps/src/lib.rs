//! With what: the applications that devices are given, their packages, and what several assignments of one mean together.
//!
//! Deliberately absent: whom an assignment reaches (`devices` resolves it, and protocols bring both together), the bytes of
//! packages (a blob), and how a device installs one (`agent`).

mod app;
mod content;
mod content_file;
mod instruction;
mod intent;

use directory::Room;

pub use app::ASSIGNMENTS_MAX;
pub use content::PACKAGE_BYTES_MAX;
pub use content_file::{UPLOAD_HOURS, is_open, size_encrypted};
pub use instruction::{AppInstruction, Detection, Package, PackageKind, Wanted, for_platform, instruction};
pub use intent::{Effective, Intent, Via, resolve};

/// The room as data.
pub const ROOM: Room = Room {
    name: "apps",
    kinds: &[
        &schema::mobile_app::MOBILE_APP,
        &schema::linux_package_app::LINUX_PACKAGE_APP,
        &schema::mobile_app_category::MOBILE_APP_CATEGORY,
        &schema::mobile_app_content::MOBILE_APP_CONTENT,
        &schema::mobile_app_content::MOBILE_APP_CONTENT_FILE,
    ],
    actions: &[content::COMMIT, content_file::COMMIT, content_file::RENEW],
    checks: &[app::CHECK, content_file::OF_FILE, content_file::OF_APP],
    reactions: &[],
};
