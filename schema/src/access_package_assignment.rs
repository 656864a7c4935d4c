//! accessPackageAssignment: that somebody has, or had, an access package.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Time, Type};

use crate::access_package::ACCESS_PACKAGE;
use crate::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use crate::access_package_subject::ACCESS_PACKAGE_SUBJECT;
use crate::custom_extension::CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD;
pub use crate::keys::{
    ACCESS_PACKAGE_ID, ACCESS_PACKAGE_LINK, CATALOG_ID, CUSTOM_EXTENSION_CALLOUT_INSTANCES, SCHEDULE, STATE, STATUS,
};
use crate::schedule::ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD;
use crate::shape::members;

pub const EXPIRED_DATE_TIME: Attr<Time> = Attr::new("expiredDateTime");
pub const ASSIGNMENT_POLICY_ID: Attr<str> = Attr::new("assignmentPolicyId");
pub const IS_EXTENDED: Attr<bool> = Attr::new("isExtended");
pub const TARGET_ID: Attr<str> = Attr::new("targetId");
pub const ASSIGNMENT_STARTS: Attr<Time> = Attr::new("assignmentStartDateTime");
pub const ASSIGNMENT_ENDS: Attr<Time> = Attr::new("assignmentEndDateTime");
pub const ASSIGNMENT_POLICY: LinkId = LinkId::of("assignmentPolicy");
pub const TARGET: LinkId = LinkId::of("target");

pub static ACCESS_PACKAGE_ASSIGNMENT: Kind = Kind::new(
    "accessPackageAssignment",
    &[
        CUSTOM_EXTENSION_CALLOUT_INSTANCES.def().of(Type::Record(&CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD)),
        EXPIRED_DATE_TIME.def().system(),
        SCHEDULE.def().of(Type::Record(&ENTITLEMENT_MANAGEMENT_SCHEDULE_RECORD)).system(),
        STATE.def().of(Type::Enum(&ACCESS_PACKAGE_ASSIGNMENT_STATE_VALUES)).system().equal(),
        STATUS.def().system(),
        ACCESS_PACKAGE_ID.def().system().equal().on_select(),
        ASSIGNMENT_POLICY_ID.def().system().equal().on_select(),
        CATALOG_ID.def().system().equal().on_select(),
        IS_EXTENDED.def().system().on_select(),
        TARGET_ID.def().system().equal().on_select(),
        // Castellan's own: the start that `schedule` gives, where the clock finds it.
        ASSIGNMENT_STARTS.def().ordered().secret(),
        // Castellan's own: the end that `schedule` gives, where the clock finds it.
        ASSIGNMENT_ENDS.def().ordered().secret(),
    ],
    &[
        LinkDef::one("accessPackage", &ACCESS_PACKAGE).system(),
        LinkDef::one("assignmentPolicy", &ACCESS_PACKAGE_ASSIGNMENT_POLICY).system(),
        LinkDef::one("target", &ACCESS_PACKAGE_SUBJECT).system(),
    ],
);

pub static ACCESS_PACKAGE_ASSIGNMENT_STATE_VALUES: EnumDef = members(
    "accessPackageAssignmentState",
    &["delivering", "partiallyDelivered", "delivered", "expired", "deliveryFailed", "unknownFutureValue"],
);
