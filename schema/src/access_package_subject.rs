//! accessPackageSubject: somebody as access packages see them.

use directory::{Attr, EnumDef, Kind, Time, Type};

pub use crate::keys::{DISPLAY_NAME, ON_PREMISES_SECURITY_IDENTIFIER};
use crate::shape::members;

pub const EMAIL: Attr<str> = Attr::new("email");
pub const OBJECT_ID: Attr<str> = Attr::new("objectId");
pub const PRINCIPAL_NAME: Attr<str> = Attr::new("principalName");
pub const SUBJECT_LIFECYCLE: Attr<str> = Attr::new("subjectLifecycle");
pub const SUBJECT_TYPE: Attr<str> = Attr::new("subjectType");
pub const ALT_SEC_ID: Attr<str> = Attr::new("altSecId");
pub const CLEANUP_SCHEDULED_DATE_TIME: Attr<Time> = Attr::new("cleanupScheduledDateTime");
pub const CONNECTED_ORGANIZATION_ID: Attr<str> = Attr::new("connectedOrganizationId");

pub static ACCESS_PACKAGE_SUBJECT: Kind = Kind::new(
    "accessPackageSubject",
    &[
        DISPLAY_NAME.def(),
        EMAIL.def(),
        OBJECT_ID.def().required().unique(),
        ON_PREMISES_SECURITY_IDENTIFIER.def(),
        PRINCIPAL_NAME.def(),
        SUBJECT_LIFECYCLE.def().of(Type::Enum(&ACCESS_PACKAGE_SUBJECT_LIFECYCLE_VALUES)),
        SUBJECT_TYPE.def().of(Type::Enum(&ACCESS_PACKAGE_SUBJECT_TYPE_VALUES)),
        ALT_SEC_ID.def().on_select(),
        CLEANUP_SCHEDULED_DATE_TIME.def().on_select(),
        CONNECTED_ORGANIZATION_ID.def().on_select(),
    ],
    &[],
)
.keyed_by(&["objectId"]);

pub static ACCESS_PACKAGE_SUBJECT_LIFECYCLE_VALUES: EnumDef =
    members("accessPackageSubjectLifecycle", &["notDefined", "notGoverned", "governed", "unknownFutureValue"]);

pub static ACCESS_PACKAGE_SUBJECT_TYPE_VALUES: EnumDef =
    members("accessPackageSubjectType", &["notSpecified", "user", "servicePrincipal", "unknownFutureValue"]);
