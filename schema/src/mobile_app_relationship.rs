//! mobileAppRelationship: what one application has to do with another: it needs it, or it comes in its place.
//!
//! Records of both applications, of which the child's and the parent's say the same; `apps` writes them together.

use directory::{EnumDef, Kind, RecordDef};

use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, members, shape, under};

pub static MOBILE_APP_RELATIONSHIP: Kind = item(&MOBILE_APP_RELATIONSHIP_RECORD, &[]);

pub static MOBILE_APP_RELATIONSHIP_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "mobileAppRelationship",
        &[
            field::text("sourceDisplayName"),
            field::text("sourceDisplayVersion"),
            field::text("sourceId"),
            field::text("sourcePublisherDisplayName"),
            field::text("targetDisplayName"),
            field::text("targetDisplayVersion"),
            field::text("targetId"),
            field::text("targetPublisher"),
            field::text("targetPublisherDisplayName"),
            field::choice("targetType", &MOBILE_APP_RELATIONSHIP_TYPE_VALUES),
        ],
    ),
));

/// The source needs the target.
pub static MOBILE_APP_DEPENDENCY_RECORD: RecordDef = under(
    &MOBILE_APP_RELATIONSHIP_RECORD,
    shape(
        "mobileAppDependency",
        &[
            field::choice("dependencyType", &MOBILE_APP_DEPENDENCY_TYPE_VALUES),
            field::int("dependentAppCount"),
            field::int("dependsOnAppCount"),
        ],
    ),
);

/// The source comes in the place of the target.
pub static MOBILE_APP_SUPERSEDENCE_RECORD: RecordDef = under(
    &MOBILE_APP_RELATIONSHIP_RECORD,
    shape(
        "mobileAppSupersedence",
        &[
            field::int("supersededAppCount"),
            field::choice("supersedenceType", &MOBILE_APP_SUPERSEDENCE_TYPE_VALUES),
            field::int("supersedingAppCount"),
        ],
    ),
);

pub static MOBILE_APP_RELATIONSHIP_TYPE_VALUES: EnumDef =
    members("mobileAppRelationshipType", &["child", "parent", "unknownFutureValue"]);

pub static MOBILE_APP_DEPENDENCY_TYPE_VALUES: EnumDef =
    members("mobileAppDependencyType", &["detect", "autoInstall", "unknownFutureValue"]);

pub static MOBILE_APP_SUPERSEDENCE_TYPE_VALUES: EnumDef =
    members("mobileAppSupersedenceType", &["update", "replace", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&MOBILE_APP_RELATIONSHIP_RECORD, &MOBILE_APP_DEPENDENCY_RECORD, &MOBILE_APP_SUPERSEDENCE_RECORD];
