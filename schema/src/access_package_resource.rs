//! accessPackageResource: a group or application in a catalogue, with the roles and scopes that packages can give.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::access_package_assignment_request::{
    ACCESS_PACKAGE_REQUEST_STATE_VALUES, ACCESS_PACKAGE_REQUEST_TYPE_VALUES,
};
use crate::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use crate::access_package_question::ACCESS_PACKAGE_QUESTION_RECORD;
use crate::custom_extension::CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD;
pub use crate::keys::{
    CATALOG, CATALOG_ID, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, IS_VALIDATION_ONLY, JUSTIFICATION,
    MODIFIED_DATE_TIME, REQUEST_TYPE, STATE,
};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, members, shape, under};

pub const ATTRIBUTES: Attr<[Record]> = Attr::new("attributes");
pub const ORIGIN_ID: Attr<str> = Attr::new("originId");
pub const ORIGIN_SYSTEM: Attr<str> = Attr::new("originSystem");
pub const RESOURCE_TYPE: Attr<str> = Attr::new("resourceType");
pub const TYPE: Attr<str> = Attr::new("type");
pub const IS_ROOT_SCOPE: Attr<bool> = Attr::new("isRootScope");
pub const EXECUTE_IMMEDIATELY: Attr<bool> = Attr::new("executeImmediately");
pub const RESOURCE: Attr<Record> = Attr::new("resource");
pub const ROLES: LinkId = LinkId::of("roles");
pub const SCOPES: LinkId = LinkId::of("scopes");

/// A group or application that packages of a catalogue can give.
pub static ACCESS_PACKAGE_RESOURCE: Kind = Kind::new(
    "accessPackageResource",
    &[
        ATTRIBUTES.def().of(Type::Record(&ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_RECORD)),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        MODIFIED_DATE_TIME.def().system(),
        ORIGIN_ID.def().required().equal(),
        ORIGIN_SYSTEM.def().required(),
        RESOURCE_TYPE.def().on_select(),
    ],
    &[
        LinkDef::contained("roles", &ACCESS_PACKAGE_RESOURCE_ROLE),
        LinkDef::contained("scopes", &ACCESS_PACKAGE_RESOURCE_SCOPE),
    ],
);

/// A role in it: a member, an owner, an application role.
pub static ACCESS_PACKAGE_RESOURCE_ROLE: Kind = Kind::new(
    "accessPackageResourceRole",
    &[
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        ORIGIN_ID.def(),
        ORIGIN_SYSTEM.def(),
        TYPE.def().of(Type::Enum(&ROLE_TYPE_VALUES)),
    ],
    &[],
);

/// The part of it in which a role is given.
pub static ACCESS_PACKAGE_RESOURCE_SCOPE: Kind = Kind::new(
    "accessPackageResourceScope",
    &[DESCRIPTION.def(), DISPLAY_NAME.def(), IS_ROOT_SCOPE.def(), ORIGIN_ID.def(), ORIGIN_SYSTEM.def()],
    &[],
);

/// That a resource comes into a catalogue or leaves it.
pub static ACCESS_PACKAGE_RESOURCE_REQUEST: Kind = Kind::new(
    "accessPackageResourceRequest",
    &[
        CREATED_DATE_TIME.def().system(),
        REQUEST_TYPE.def().of(Type::Enum(&ACCESS_PACKAGE_REQUEST_TYPE_VALUES)).required().on_create(),
        STATE.def().of(Type::Enum(&ACCESS_PACKAGE_REQUEST_STATE_VALUES)).system(),
        CATALOG_ID.def().on_create().on_select(),
        EXECUTE_IMMEDIATELY.def().on_select(),
        IS_VALIDATION_ONLY.def().on_select(),
        JUSTIFICATION.def().on_select(),
        RESOURCE.def().of(Type::Record(&ACCESS_PACKAGE_RESOURCE_RECORD)).required().on_create().on_select(),
    ],
    &[LinkDef::one("catalog", &ACCESS_PACKAGE_CATALOG)],
);

pub static ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_RECORD: RecordDef = shape(
    "accessPackageResourceAttribute",
    &[
        field::record("destination", &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_DESTINATION_RECORD),
        field::flag("isEditable"),
        field::flag("isPersistedOnAssignmentRemoval"),
        field::text("name"),
        field::record("source", &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_SOURCE_RECORD),
        field::record("attributeDestination", &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_DESTINATION_RECORD),
        field::text("attributeName"),
        field::record("attributeSource", &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_SOURCE_RECORD),
        field::text("id"),
    ],
);

pub static ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_DESTINATION_RECORD: RecordDef =
    abstract_shape(shape("accessPackageResourceAttributeDestination", &[]));

pub static ACCESS_PACKAGE_USER_DIRECTORY_ATTRIBUTE_STORE_RECORD: RecordDef = under(
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_DESTINATION_RECORD,
    shape("accessPackageUserDirectoryAttributeStore", &[]),
);

pub static ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_SOURCE_RECORD: RecordDef =
    abstract_shape(shape("accessPackageResourceAttributeSource", &[]));

pub static ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_QUESTION_RECORD: RecordDef = under(
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_SOURCE_RECORD,
    shape("accessPackageResourceAttributeQuestion", &[field::record("question", &ACCESS_PACKAGE_QUESTION_RECORD)]),
);

pub static ACCESS_PACKAGE_RESOURCE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "accessPackageResource",
        &[
            field::records("attributes", &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_RECORD),
            field::time("createdDateTime"),
            field::text("description"),
            field::text("displayName"),
            field::time("modifiedDateTime"),
            field::text("originId"),
            field::text("originSystem"),
            field::text("addedBy"),
            field::time("addedOn"),
            field::flag("isPendingOnboarding"),
            field::text("resourceType"),
            field::text("url"),
            field::records("roles", &ACCESS_PACKAGE_RESOURCE_ROLE_RECORD),
            field::records("scopes", &ACCESS_PACKAGE_RESOURCE_SCOPE_RECORD),
        ],
    ),
);

pub static ACCESS_PACKAGE_RESOURCE_ROLE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "accessPackageResourceRole",
        &[
            field::text("description"),
            field::text("displayName"),
            field::text("originId"),
            field::text("originSystem"),
            field::choice("type", &ROLE_TYPE_VALUES),
            field::record("resource", &ACCESS_PACKAGE_RESOURCE_RECORD),
        ],
    ),
);

pub static ACCESS_PACKAGE_RESOURCE_SCOPE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "accessPackageResourceScope",
        &[
            field::text("description"),
            field::text("displayName"),
            field::flag("isRootScope"),
            field::text("originId"),
            field::text("originSystem"),
            field::text("roleOriginId"),
            field::text("url"),
            field::record("resource", &ACCESS_PACKAGE_RESOURCE_RECORD),
        ],
    ),
);

pub static CUSTOM_DATA_PROVIDED_RESOURCE_RECORD: RecordDef = under(
    &ACCESS_PACKAGE_RESOURCE_RECORD,
    shape(
        "customDataProvidedResource",
        &[field::record("notificationEndpointConfiguration", &CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD)],
    ),
);

pub static ROLE_TYPE_VALUES: EnumDef =
    members("roleType", &["active", "eligible", "application", "delegated", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_RECORD,
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_DESTINATION_RECORD,
    &ACCESS_PACKAGE_USER_DIRECTORY_ATTRIBUTE_STORE_RECORD,
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_SOURCE_RECORD,
    &ACCESS_PACKAGE_RESOURCE_ATTRIBUTE_QUESTION_RECORD,
    &ACCESS_PACKAGE_RESOURCE_RECORD,
    &ACCESS_PACKAGE_RESOURCE_ROLE_RECORD,
    &ACCESS_PACKAGE_RESOURCE_SCOPE_RECORD,
    &CUSTOM_DATA_PROVIDED_RESOURCE_RECORD,
];
