//! deviceEnrollmentConfiguration: which devices people may bring under management: their platforms, versions, makers,
//! whose they are, and how many each person may have.
//!
//! A person is under the one of a sort that has the highest priority among those assigned to them; 1 is the highest, and
//! 0 is the default that is under everybody who has no other.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

use crate::assignment::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD;
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, LAST_MODIFIED_DATE_TIME, ROLE_SCOPE_TAG_IDS, VERSION,
};
use crate::shape::{ENTITY_RECORD, field, item, members, record, shape, under};

pub const LIMIT: Attr<i64> = Attr::new("limit");
pub const PLATFORM_RESTRICTION: Attr<Record> = Attr::new("platformRestriction");
pub const PLATFORM_TYPE: Attr<str> = Attr::new("platformType");
pub const PRIORITY: Attr<i64> = Attr::new("priority");

pub static DEVICE_ENROLLMENT_CONFIGURATION: Kind = Kind::new(
    "deviceEnrollmentConfiguration",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        PRIORITY.def(),
        VERSION.def().system(),
        ROLE_SCOPE_TAG_IDS.def().on_select(),
        ASSIGNMENTS.def().of(Type::Record(&ENROLLMENT_CONFIGURATION_ASSIGNMENT_RECORD)).on_select(),
    ],
    &[LinkDef::records("assignments", "assignments", &ENROLLMENT_CONFIGURATION_ASSIGNMENT)],
)
.abstract_kind();

/// How many devices a person may have under management.
pub static DEVICE_ENROLLMENT_LIMIT_CONFIGURATION: Kind =
    Kind::new("deviceEnrollmentLimitConfiguration", &[LIMIT.def().required()], &[])
        .under(&DEVICE_ENROLLMENT_CONFIGURATION);

/// What is asked of the devices of one platform.
pub static DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION: Kind = Kind::new(
    "deviceEnrollmentPlatformRestrictionConfiguration",
    &[
        PLATFORM_RESTRICTION.def().of(Type::Record(&DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD)),
        PLATFORM_TYPE.def().of(Type::Enum(&ENROLLMENT_RESTRICTION_PLATFORM_TYPE_VALUES)).required(),
    ],
    &[],
)
.under(&DEVICE_ENROLLMENT_CONFIGURATION);

/// What is asked of the devices of each platform: the older form, which knows no Linux.
pub static DEVICE_ENROLLMENT_PLATFORM_RESTRICTIONS_CONFIGURATION: Kind = Kind::new(
    "deviceEnrollmentPlatformRestrictionsConfiguration",
    &[
        record("androidRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD),
        record("iosRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD),
        record("macOSRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD),
        record("windowsMobileRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD),
        record("windowsRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD),
        record("androidForWorkRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD).on_select(),
        record("macRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD).on_select(),
        record("windowsHomeSkuRestriction", &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD).on_select(),
    ],
    &[],
)
.under(&DEVICE_ENROLLMENT_CONFIGURATION);

/// To whom an enrolment configuration goes.
pub static ENROLLMENT_CONFIGURATION_ASSIGNMENT: Kind = item(&ENROLLMENT_CONFIGURATION_ASSIGNMENT_RECORD, &[]);

pub static ENROLLMENT_CONFIGURATION_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "enrollmentConfigurationAssignment",
        &[
            field::choice("source", &crate::assignment::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES),
            field::text("sourceId"),
            field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD),
        ],
    ),
);

pub static DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD: RecordDef = shape(
    "deviceEnrollmentPlatformRestriction",
    &[
        field::texts("blockedManufacturers"),
        field::texts("blockedSkus"),
        field::text("osMaximumVersion"),
        field::text("osMinimumVersion"),
        field::flag("personalDeviceEnrollmentBlocked"),
        field::flag("platformBlocked"),
    ],
);

pub static ENROLLMENT_RESTRICTION_PLATFORM_TYPE_VALUES: EnumDef = members(
    "enrollmentRestrictionPlatformType",
    &[
        "allPlatforms",
        "ios",
        "windows",
        "windowsPhone",
        "android",
        "androidForWork",
        "mac",
        "linux",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&ENROLLMENT_CONFIGURATION_ASSIGNMENT_RECORD, &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_RECORD];
