//! administrativeUnit: a part of the directory that somebody else may administer.

use directory::{Attr, Kind, LinkDef, LinkId, Record, Type};

use crate::directory_object::DIRECTORY_OBJECT;
use crate::identity::IDENTITY_RECORD;
pub use crate::keys::{
    DESCRIPTION, DISPLAY_NAME, MEMBERS, MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE, VISIBILITY,
};

pub const IS_MEMBER_MANAGEMENT_RESTRICTED: Attr<bool> = Attr::new("isMemberManagementRestricted");
pub const MEMBERSHIP_TYPE: Attr<str> = Attr::new("membershipType");
pub const ADMINISTRATIVE_UNIT_ID: Attr<str> = Attr::new("administrativeUnitId");
pub const ROLE_ID: Attr<str> = Attr::new("roleId");
pub const ROLE_MEMBER_INFO: Attr<Record> = Attr::new("roleMemberInfo");
pub const SCOPED_ROLE_MEMBERS: LinkId = LinkId::of("scopedRoleMembers");

pub static ADMINISTRATIVE_UNIT: Kind = Kind::new(
    "administrativeUnit",
    &[
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().ordered(),
        IS_MEMBER_MANAGEMENT_RESTRICTED.def().on_create(),
        MEMBERSHIP_RULE.def(),
        MEMBERSHIP_RULE_PROCESSING_STATE.def(),
        MEMBERSHIP_TYPE.def(),
        VISIBILITY.def(),
    ],
    &[LinkDef::many("members", &DIRECTORY_OBJECT), LinkDef::contained("scopedRoleMembers", &SCOPED_ROLE_MEMBERSHIP)],
)
.under(&DIRECTORY_OBJECT)
.restorable(30);

/// That somebody holds a role over one administrative unit.
pub static SCOPED_ROLE_MEMBERSHIP: Kind = Kind::new(
    "scopedRoleMembership",
    &[
        ADMINISTRATIVE_UNIT_ID.def().on_create().equal(),
        ROLE_ID.def().required().on_create().equal(),
        ROLE_MEMBER_INFO.def().of(Type::Record(&IDENTITY_RECORD)).required().on_create(),
    ],
    &[],
);
