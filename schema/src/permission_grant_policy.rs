//! permissionGrantPolicy: which permissions users may grant to applications by themselves.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

pub use crate::keys::ID;
use crate::policy_base::POLICY_BASE;
use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, members, shape, under};

pub const INCLUDE_ALL_PRE_APPROVED_APPLICATIONS: Attr<bool> = Attr::new("includeAllPreApprovedApplications");
pub const RESOURCE_SCOPE_TYPE: Attr<str> = Attr::new("resourceScopeType");
pub const INCLUDES: Attr<[Record]> = Attr::new("includes");
pub const EXCLUDES: Attr<[Record]> = Attr::new("excludes");

pub static PERMISSION_GRANT_POLICY: Kind = Kind::new(
    "permissionGrantPolicy",
    &[
        INCLUDE_ALL_PRE_APPROVED_APPLICATIONS.def().on_select(),
        RESOURCE_SCOPE_TYPE.def().of(Type::Enum(&RESOURCE_SCOPE_TYPE_VALUES)).on_select(),
        ID.def().on_create().unique(),
        INCLUDES.def().of(Type::Record(&PERMISSION_GRANT_CONDITION_SET_RECORD)).on_select(),
        EXCLUDES.def().of(Type::Record(&PERMISSION_GRANT_CONDITION_SET_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("includes", "includes", &PERMISSION_GRANT_CONDITION_SET),
        LinkDef::records("excludes", "excludes", &PERMISSION_GRANT_CONDITION_SET),
    ],
)
.under(&POLICY_BASE);

pub static PERMISSION_GRANT_CONDITION_SET: Kind = item(&PERMISSION_GRANT_CONDITION_SET_RECORD, &[]);

pub static PERMISSION_GRANT_CONDITION_SET_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "permissionGrantConditionSet",
        &[
            field::texts("clientApplicationIds"),
            field::texts("clientApplicationPublisherIds"),
            field::flag("clientApplicationsFromVerifiedPublisherOnly"),
            field::texts("clientApplicationTenantIds"),
            field::text("permissionClassification"),
            field::texts("permissions"),
            field::choice("permissionType", &PERMISSION_TYPE_VALUES),
            field::text("resourceApplication"),
            field::flag("certifiedClientApplicationsOnly"),
            field::record("scopeSensitivityLabels", &SCOPE_SENSITIVITY_LABELS_RECORD),
        ],
    ),
);

pub static SCOPE_SENSITIVITY_LABELS_RECORD: RecordDef =
    abstract_shape(shape("scopeSensitivityLabels", &[field::choice("labelKind", &LABEL_KIND_VALUES)]));

pub static ALL_SCOPE_SENSITIVITY_LABELS_RECORD: RecordDef =
    under(&SCOPE_SENSITIVITY_LABELS_RECORD, shape("allScopeSensitivityLabels", &[]));

pub static ENUMERATED_SCOPE_SENSITIVITY_LABELS_RECORD: RecordDef = under(
    &SCOPE_SENSITIVITY_LABELS_RECORD,
    shape("enumeratedScopeSensitivityLabels", &[field::texts("sensitivityLabels")]),
);

pub static RESOURCE_SCOPE_TYPE_VALUES: EnumDef =
    members("resourceScopeType", &["group", "chat", "tenant", "unknownFutureValue", "team"]);

pub static PERMISSION_TYPE_VALUES: EnumDef =
    members("permissionType", &["delegatedUserConsentable", "delegated", "application"]);

pub static LABEL_KIND_VALUES: EnumDef = members("labelKind", &["all", "enumerated", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &PERMISSION_GRANT_CONDITION_SET_RECORD,
    &SCOPE_SENSITIVITY_LABELS_RECORD,
    &ALL_SCOPE_SENSITIVITY_LABELS_RECORD,
    &ENUMERATED_SCOPE_SENSITIVITY_LABELS_RECORD,
];
