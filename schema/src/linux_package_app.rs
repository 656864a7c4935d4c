//! linuxPackageApp: a package that the Linux agent installs. Castellan's own: Graph has no Linux application.
//!
//! A package of Debian or of rpm, an archive with a folder of its own, a program in one file (AppImage), or a script that
//! installs and removes. The bytes are a blob named by their hash; how the agent puts them in place stands in `agent`.

use directory::{Attr, EnumDef, Kind, RecordDef, Type};

use crate::managed_device::MANAGED_DEVICE_ARCHITECTURE_VALUES;
use crate::mobile_app::MOBILE_LOB_APP;
use crate::shape::{field, members, shape};

pub const PACKAGE_TYPE: Attr<str> = Attr::new("packageType");
pub const PACKAGE_NAME: Attr<str> = Attr::new("packageName");
pub const PACKAGE_VERSION: Attr<str> = Attr::new("packageVersion");
pub const PACKAGE_SHA256: Attr<str> = Attr::new("packageSha256");
pub const PACKAGE_SIZE: Attr<i64> = Attr::new("packageSizeInBytes");
pub const DETECTION: Attr<directory::Record> = Attr::new("detection");
pub const REQUIREMENTS: Attr<directory::Record> = Attr::new("requirements");
pub const LAUNCHER: Attr<str> = Attr::new("launcher");
pub const UNINSTALL_ON_REMOVAL: Attr<bool> = Attr::new("uninstallOnAssignmentRemoval");

pub static LINUX_PACKAGE_APP: Kind = Kind::new(
    "linuxPackageApp",
    &[
        PACKAGE_TYPE.def().of(Type::Enum(&LINUX_PACKAGE_TYPE_VALUES)).required(),
        // What dpkg or rpm calls it, or the folder under /opt for a tarball and an AppImage.
        PACKAGE_NAME.def().required().equal(),
        // Compared for equality: another version is an upgrade, or a deliberate downgrade.
        PACKAGE_VERSION.def().required(),
        // 64 lower-case hex digits.
        PACKAGE_SHA256.def().equal(),
        PACKAGE_SIZE.def().of(Type::Long),
        DETECTION.def().of(Type::Record(&LINUX_APP_DETECTION_RECORD)),
        // What a device must be for the package to be meant for it.
        REQUIREMENTS.def().of(Type::Record(&LINUX_APP_REQUIREMENTS_RECORD)),
        // The program within a tarball that people start: it appears among the programs and in the search path.
        LAUNCHER.def(),
        // Whether the package goes when the device is no longer meant to have it.
        UNINSTALL_ON_REMOVAL.def(),
    ],
    &[],
)
.under(&MOBILE_LOB_APP);

/// How to see that the application is there; without it the agent's own record decides.
pub static LINUX_APP_DETECTION_RECORD: RecordDef = shape(
    "linuxAppDetection",
    &[
        field::choice("detectionType", &LINUX_APP_DETECTION_TYPE_VALUES),
        field::text("path"),
        field::text("packageName"),
        field::text("packageVersion"),
        // Exit status 0 and something on standard output: it is there.
        field::bytes("scriptContent"),
    ],
);

/// What a device must be; what is left out does not matter.
pub static LINUX_APP_REQUIREMENTS_RECORD: RecordDef = shape(
    "linuxAppRequirements",
    &[
        field::choices("architectures", &MANAGED_DEVICE_ARCHITECTURE_VALUES),
        // As the device says it: `debian`, `ubuntu`, `fedora`.
        field::texts("distributions"),
        field::text("minimumOperatingSystemVersion"),
        field::int("minimumMemoryInMB"),
        field::int("minimumFreeDiskSpaceInMB"),
    ],
);

pub static LINUX_PACKAGE_TYPE_VALUES: EnumDef =
    members("linuxPackageType", &["deb", "rpm", "tarball", "appImage", "script"]);

pub static LINUX_APP_DETECTION_TYPE_VALUES: EnumDef =
    members("linuxAppDetectionType", &["fileExists", "packageVersion", "script"]);

pub(crate) const RECORDS: &[&RecordDef] = &[&LINUX_APP_DETECTION_RECORD, &LINUX_APP_REQUIREMENTS_RECORD];
