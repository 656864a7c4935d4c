//! mobileAppDeployment: an application that comes to those who are to have it in waves, and stops by itself when too many
//! installations fail. Castellan's own: the words are those of Graph's deployments of Windows updates.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Time, Type};

pub use crate::keys::{CREATED_DATE_TIME, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME};
use crate::linux_package_app::LINUX_APP_DETECTION_RECORD;
use crate::shape::{field, members, shape};

pub const MOBILE_APP_ID: Attr<str> = Attr::new("mobileAppId");
pub const START_DATE_TIME: Attr<Time> = Attr::new("startDateTime");
pub const WAVES: Attr<[Record]> = Attr::new("waves");
pub const MONITORING_RULES: Attr<[Record]> = Attr::new("monitoringRules");
pub const REQUESTED_STATE: Attr<str> = Attr::new("requestedState");
pub const STATE: Attr<Record> = Attr::new("state");
pub const OFFERED_PERCENTAGE: Attr<i64> = Attr::new("offeredPercentage");
pub const NEXT_OFFER_DATE_TIME: Attr<Time> = Attr::new("nextOfferDateTime");
pub const INSTALLED_DEVICE_COUNT: Attr<i64> = Attr::new("installedDeviceCount");
pub const FAILED_DEVICE_COUNT: Attr<i64> = Attr::new("failedDeviceCount");
pub const FORMER_PACKAGE: Attr<Record> = Attr::new("formerPackage");
pub const PARTLY_OFFERED_PACKAGES: Attr<[Record]> = Attr::new("partlyOfferedPackages");
pub const REVISION: Attr<i64> = Attr::new("packageRevision");
pub const OFFERED_REVISION: Attr<i64> = Attr::new("offeredPackageRevision");
pub const TOLERATED_DEVICE_COUNTS: Attr<Record> = Attr::new("toleratedDeviceCounts");
pub const RESUMED_DATE_TIME: Attr<Time> = Attr::new("resumedDateTime");

pub static MOBILE_APP_DEPLOYMENT: Kind = Kind::new(
    "mobileAppDeployment",
    &[
        CREATED_DATE_TIME.def().system(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        DISPLAY_NAME.def().required().ordered(),
        MOBILE_APP_ID.def().on_create().required().equal(),
        // When the first wave begins; at once where nothing is said.
        START_DATE_TIME.def().on_create(),
        WAVES.def().of(Type::Record(&MOBILE_APP_DEPLOYMENT_WAVE_RECORD)).required(),
        MONITORING_RULES.def().of(Type::Record(&MOBILE_APP_MONITORING_RULE_RECORD)),
        // What people want: written by `pause`, `resume` and `archive`.
        REQUESTED_STATE.def().of(Type::Enum(&MOBILE_APP_DEPLOYMENT_REQUESTED_STATE_VALUES)).system(),
        // When somebody went on in spite of what failed.
        RESUMED_DATE_TIME.def().system(),
        // How it stood before it began, or when somebody went on in spite of it, as far as it still stands so: this does not count.
        TOLERATED_DEVICE_COUNTS
            .def()
            .of(Type::Record(&MOBILE_APP_DEPLOYMENT_COUNTS_RECORD))
            .owned_by("app-deployments"),
        // What devices have that the waves of another package have not reached; written with the application that changes.
        FORMER_PACKAGE.def().of(Type::Record(&MOBILE_APP_FORMER_PACKAGE_RECORD)).system(),
        // What came after that and before the one that the application has, and had reached a part of the devices only.
        PARTLY_OFFERED_PACKAGES.def().of(Type::Record(&MOBILE_APP_FORMER_PACKAGE_RECORD)).system(),
        // How often the package changed, and for which of them `offeredPercentage` counts.
        REVISION.def().secret(),
        OFFERED_REVISION.def().secret().owned_by("app-deployments"),
        STATE.def().of(Type::Record(&MOBILE_APP_DEPLOYMENT_STATE_RECORD)).owned_by("app-deployments"),
        OFFERED_PERCENTAGE.def().owned_by("app-deployments"),
        NEXT_OFFER_DATE_TIME.def().owned_by("app-deployments").ordered(),
        INSTALLED_DEVICE_COUNT.def().owned_by("app-deployments"),
        FAILED_DEVICE_COUNT.def().owned_by("app-deployments"),
    ],
    &[],
);

/// Up to which part of the devices the application is offered, and for how long before the next wave begins.
pub static MOBILE_APP_DEPLOYMENT_WAVE_RECORD: RecordDef =
    shape("mobileAppDeploymentWave", &[field::int("percentage"), field::int("durationInHours")]);

/// When a deployment stops by itself: `threshold` percent of the devices that tried failed, once `minimumDeviceCount` tried.
pub static MOBILE_APP_MONITORING_RULE_RECORD: RecordDef = shape(
    "mobileAppMonitoringRule",
    &[
        field::int("threshold"),
        field::int("minimumDeviceCount"),
        field::choice("action", &MOBILE_APP_MONITORING_ACTION_VALUES),
    ],
);

/// A package that an application had before: what a device is told of it that still has it.
pub static MOBILE_APP_FORMER_PACKAGE_RECORD: RecordDef = shape(
    "mobileAppFormerPackage",
    &[
        field::text("committedContentVersion"),
        field::text("fileName"),
        field::text("packageType"),
        field::text("packageName"),
        field::text("packageVersion"),
        field::text("packageSha256"),
        field::long("packageSizeInBytes"),
        field::record("detection", &LINUX_APP_DETECTION_RECORD),
        field::text("launcher"),
        // Up to which part of the devices it had been offered.
        field::int("offeredPercentage"),
    ],
);

pub static MOBILE_APP_DEPLOYMENT_STATE_RECORD: RecordDef = shape(
    "mobileAppDeploymentState",
    &[
        field::choice("effectiveValue", &MOBILE_APP_DEPLOYMENT_STATE_VALUES),
        field::texts("reasons"),
        field::text("detail"),
        field::time("sinceDateTime"),
    ],
);

pub static MOBILE_APP_DEPLOYMENT_COUNTS_RECORD: RecordDef = shape(
    "mobileAppDeploymentCounts",
    &[
        field::int("installedDeviceCount"),
        field::int("failedDeviceCount"),
        field::time("sinceDateTime"),
        // Of which package they are.
        field::int("packageRevision"),
    ],
);

pub static MOBILE_APP_DEPLOYMENT_STATE_VALUES: EnumDef =
    members("mobileAppDeploymentStateValue", &["scheduled", "offering", "paused", "archived"]);

pub static MOBILE_APP_DEPLOYMENT_REQUESTED_STATE_VALUES: EnumDef =
    members("mobileAppDeploymentRequestedState", &["none", "paused", "archived"]);

pub static MOBILE_APP_MONITORING_ACTION_VALUES: EnumDef =
    members("mobileAppMonitoringAction", &["alertError", "pauseDeployment"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &MOBILE_APP_DEPLOYMENT_WAVE_RECORD,
    &MOBILE_APP_MONITORING_RULE_RECORD,
    &MOBILE_APP_FORMER_PACKAGE_RECORD,
    &MOBILE_APP_DEPLOYMENT_STATE_RECORD,
    &MOBILE_APP_DEPLOYMENT_COUNTS_RECORD,
];
