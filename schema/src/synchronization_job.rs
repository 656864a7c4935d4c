//! synchronizationJob: how records from elsewhere become users, and how it went.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::custom_extension::KEY_VALUE_PAIR_RECORD;
pub use crate::keys::{ID, SCHEDULE, TEMPLATE_ID};
use crate::shape::{ENTITY_RECORD, field, flags, members, shape, under};

pub const STATUS: Attr<Record> = Attr::new("status");
pub const SYNCHRONIZATION_JOB_SETTINGS: Attr<[Record]> = Attr::new("synchronizationJobSettings");
pub const SCHEMA: Attr<Record> = Attr::new("schema");

pub static SYNCHRONIZATION_JOB: Kind = Kind::new(
    "synchronizationJob",
    &[
        SCHEDULE.def().of(Type::Record(&SYNCHRONIZATION_SCHEDULE_RECORD)),
        STATUS.def().of(Type::Record(&SYNCHRONIZATION_STATUS_RECORD)).system(),
        SYNCHRONIZATION_JOB_SETTINGS.def().of(Type::Record(&KEY_VALUE_PAIR_RECORD)),
        TEMPLATE_ID.def(),
        ID.def().system().unique(),
        SCHEMA.def().of(Type::Record(&SYNCHRONIZATION_SCHEMA_RECORD)).on_select(),
    ],
    &[],
);

pub static SYNCHRONIZATION_SCHEDULE_RECORD: RecordDef = shape(
    "synchronizationSchedule",
    &[
        field::time("expiration"),
        field::duration("interval"),
        field::choice("state", &SYNCHRONIZATION_SCHEDULE_STATE_VALUES),
    ],
);

pub static SYNCHRONIZATION_STATUS_RECORD: RecordDef = shape(
    "synchronizationStatus",
    &[
        field::choice("code", &SYNCHRONIZATION_STATUS_CODE_VALUES),
        field::long("countSuccessiveCompleteFailures"),
        field::flag("escrowsPruned"),
        field::record("lastExecution", &SYNCHRONIZATION_TASK_EXECUTION_RECORD),
        field::record("lastSuccessfulExecution", &SYNCHRONIZATION_TASK_EXECUTION_RECORD),
        field::record("lastSuccessfulExecutionWithExports", &SYNCHRONIZATION_TASK_EXECUTION_RECORD),
        field::records("progress", &SYNCHRONIZATION_PROGRESS_RECORD),
        field::record("quarantine", &SYNCHRONIZATION_QUARANTINE_RECORD),
        field::time("steadyStateFirstAchievedTime"),
        field::time("steadyStateLastAchievedTime"),
        field::records("synchronizedEntryCountByType", &STRING_KEY_LONG_VALUE_PAIR_RECORD),
        field::text("troubleshootingUrl"),
    ],
);

pub static SYNCHRONIZATION_TASK_EXECUTION_RECORD: RecordDef = shape(
    "synchronizationTaskExecution",
    &[
        field::text("activityIdentifier"),
        field::long("countEntitled"),
        field::long("countEntitledForProvisioning"),
        field::long("countEscrowed"),
        field::long("countEscrowedRaw"),
        field::long("countExported"),
        field::long("countExports"),
        field::long("countImported"),
        field::long("countImportedDeltas"),
        field::long("countImportedReferenceDeltas"),
        field::record("error", &SYNCHRONIZATION_ERROR_RECORD),
        field::choice("state", &SYNCHRONIZATION_TASK_EXECUTION_RESULT_VALUES),
        field::time("timeBegan"),
        field::time("timeEnded"),
    ],
);

pub static SYNCHRONIZATION_ERROR_RECORD: RecordDef =
    shape("synchronizationError", &[field::text("code"), field::text("message"), field::flag("tenantActionable")]);

pub static SYNCHRONIZATION_PROGRESS_RECORD: RecordDef = shape(
    "synchronizationProgress",
    &[
        field::long("completedUnits"),
        field::time("progressObservationDateTime"),
        field::long("totalUnits"),
        field::text("units"),
    ],
);

pub static SYNCHRONIZATION_QUARANTINE_RECORD: RecordDef = shape(
    "synchronizationQuarantine",
    &[
        field::time("currentBegan"),
        field::record("error", &SYNCHRONIZATION_ERROR_RECORD),
        field::time("nextAttempt"),
        field::choice("reason", &QUARANTINE_REASON_VALUES),
        field::time("seriesBegan"),
        field::long("seriesCount"),
    ],
);

pub static STRING_KEY_LONG_VALUE_PAIR_RECORD: RecordDef =
    shape("stringKeyLongValuePair", &[field::text("key"), field::long("value")]);

pub static SYNCHRONIZATION_SCHEMA_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "synchronizationSchema",
        &[
            field::records("synchronizationRules", &SYNCHRONIZATION_RULE_RECORD),
            field::text("version"),
            field::records("directories", &DIRECTORY_DEFINITION_RECORD),
        ],
    ),
);

pub static SYNCHRONIZATION_RULE_RECORD: RecordDef = shape(
    "synchronizationRule",
    &[
        field::record("containerFilter", &CONTAINER_FILTER_RECORD),
        field::flag("editable"),
        field::record("groupFilter", &GROUP_FILTER_RECORD),
        field::text("id"),
        field::records("metadata", &STRING_KEY_STRING_VALUE_PAIR_RECORD),
        field::text("name"),
        field::records("objectMappings", &OBJECT_MAPPING_RECORD),
        field::int("priority"),
        field::text("sourceDirectoryName"),
        field::text("targetDirectoryName"),
    ],
);

pub static CONTAINER_FILTER_RECORD: RecordDef = shape("containerFilter", &[field::texts("includedContainers")]);

pub static GROUP_FILTER_RECORD: RecordDef = shape("groupFilter", &[field::texts("includedGroups")]);

pub static STRING_KEY_STRING_VALUE_PAIR_RECORD: RecordDef =
    shape("stringKeyStringValuePair", &[field::text("key"), field::text("value")]);

pub static OBJECT_MAPPING_RECORD: RecordDef = shape(
    "objectMapping",
    &[
        field::records("attributeMappings", &ATTRIBUTE_MAPPING_RECORD),
        field::flag("enabled"),
        field::choice("flowTypes", &OBJECT_FLOW_TYPES_VALUES),
        field::records("metadata", &OBJECT_MAPPING_METADATA_ENTRY_RECORD),
        field::text("name"),
        field::record("scope", &FILTER_RECORD),
        field::text("sourceObjectName"),
        field::text("targetObjectName"),
    ],
);

pub static ATTRIBUTE_MAPPING_RECORD: RecordDef = shape(
    "attributeMapping",
    &[
        field::text("defaultValue"),
        field::flag("exportMissingReferences"),
        field::choice("flowBehavior", &ATTRIBUTE_FLOW_BEHAVIOR_VALUES),
        field::choice("flowType", &ATTRIBUTE_FLOW_TYPE_VALUES),
        field::int("matchingPriority"),
        field::record("source", &ATTRIBUTE_MAPPING_SOURCE_RECORD),
        field::text("targetAttributeName"),
    ],
);

pub static ATTRIBUTE_MAPPING_SOURCE_RECORD: RecordDef = shape(
    "attributeMappingSource",
    &[
        field::text("expression"),
        field::text("name"),
        field::records("parameters", &STRING_KEY_ATTRIBUTE_MAPPING_SOURCE_VALUE_PAIR_RECORD),
        field::choice("type", &ATTRIBUTE_MAPPING_SOURCE_TYPE_VALUES),
    ],
);

pub static STRING_KEY_ATTRIBUTE_MAPPING_SOURCE_VALUE_PAIR_RECORD: RecordDef = shape(
    "stringKeyAttributeMappingSourceValuePair",
    &[field::text("key"), field::record("value", &ATTRIBUTE_MAPPING_SOURCE_RECORD)],
);

pub static OBJECT_MAPPING_METADATA_ENTRY_RECORD: RecordDef =
    shape("objectMappingMetadataEntry", &[field::choice("key", &OBJECT_MAPPING_METADATA_VALUES), field::text("value")]);

pub static FILTER_RECORD: RecordDef = shape(
    "filter",
    &[
        field::records("categoryFilterGroups", &FILTER_GROUP_RECORD),
        field::records("groups", &FILTER_GROUP_RECORD),
        field::records("inputFilterGroups", &FILTER_GROUP_RECORD),
    ],
);

pub static FILTER_GROUP_RECORD: RecordDef =
    shape("filterGroup", &[field::records("clauses", &FILTER_CLAUSE_RECORD), field::text("name")]);

pub static FILTER_CLAUSE_RECORD: RecordDef = shape(
    "filterClause",
    &[
        field::text("operatorName"),
        field::text("sourceOperandName"),
        field::record("targetOperand", &FILTER_OPERAND_RECORD),
    ],
);

pub static FILTER_OPERAND_RECORD: RecordDef = shape("filterOperand", &[field::texts("values")]);

pub static DIRECTORY_DEFINITION_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "directoryDefinition",
        &[
            field::choice("discoverabilities", &DIRECTORY_DEFINITION_DISCOVERABILITIES_VALUES),
            field::time("discoveryDateTime"),
            field::text("name"),
            field::records("objects", &OBJECT_DEFINITION_RECORD),
            field::flag("readOnly"),
            field::text("version"),
        ],
    ),
);

pub static OBJECT_DEFINITION_RECORD: RecordDef = shape(
    "objectDefinition",
    &[
        field::records("attributes", &ATTRIBUTE_DEFINITION_RECORD),
        field::records("metadata", &OBJECT_DEFINITION_METADATA_ENTRY_RECORD),
        field::text("name"),
        field::texts("supportedApis"),
    ],
);

pub static ATTRIBUTE_DEFINITION_RECORD: RecordDef = shape(
    "attributeDefinition",
    &[
        field::flag("anchor"),
        field::records("apiExpressions", &STRING_KEY_STRING_VALUE_PAIR_RECORD),
        field::flag("caseExact"),
        field::text("defaultValue"),
        field::flag("flowNullValues"),
        field::records("metadata", &ATTRIBUTE_DEFINITION_METADATA_ENTRY_RECORD),
        field::flag("multivalued"),
        field::choice("mutability", &MUTABILITY_VALUES),
        field::text("name"),
        field::records("referencedObjects", &REFERENCED_OBJECT_RECORD),
        field::flag("required"),
        field::choice("type", &ATTRIBUTE_TYPE_VALUES),
    ],
);

pub static ATTRIBUTE_DEFINITION_METADATA_ENTRY_RECORD: RecordDef = shape(
    "attributeDefinitionMetadataEntry",
    &[field::choice("key", &ATTRIBUTE_DEFINITION_METADATA_VALUES), field::text("value")],
);

pub static REFERENCED_OBJECT_RECORD: RecordDef =
    shape("referencedObject", &[field::text("referencedObjectName"), field::text("referencedProperty")]);

pub static OBJECT_DEFINITION_METADATA_ENTRY_RECORD: RecordDef = shape(
    "objectDefinitionMetadataEntry",
    &[field::choice("key", &OBJECT_DEFINITION_METADATA_VALUES), field::text("value")],
);

pub static SYNCHRONIZATION_SCHEDULE_STATE_VALUES: EnumDef =
    members("synchronizationScheduleState", &["Active", "Disabled", "Paused"]);

pub static SYNCHRONIZATION_STATUS_CODE_VALUES: EnumDef =
    members("synchronizationStatusCode", &["NotConfigured", "NotRun", "Active", "Paused", "Quarantine"]);

pub static SYNCHRONIZATION_TASK_EXECUTION_RESULT_VALUES: EnumDef =
    members("synchronizationTaskExecutionResult", &["Succeeded", "Failed", "EntryLevelErrors"]);

pub static QUARANTINE_REASON_VALUES: EnumDef = members(
    "quarantineReason",
    &[
        "EncounteredBaseEscrowThreshold",
        "EncounteredTotalEscrowThreshold",
        "EncounteredEscrowProportionThreshold",
        "EncounteredQuarantineException",
        "Unknown",
        "QuarantinedOnDemand",
        "TooManyDeletes",
        "IngestionInterrupted",
    ],
);

pub static ATTRIBUTE_FLOW_BEHAVIOR_VALUES: EnumDef =
    members("attributeFlowBehavior", &["FlowWhenChanged", "FlowAlways"]);

pub static ATTRIBUTE_FLOW_TYPE_VALUES: EnumDef =
    members("attributeFlowType", &["Always", "ObjectAddOnly", "MultiValueAddOnly", "ValueAddOnly", "AttributeAddOnly"]);

pub static ATTRIBUTE_MAPPING_SOURCE_TYPE_VALUES: EnumDef =
    members("attributeMappingSourceType", &["Attribute", "Constant", "Function"]);

pub static OBJECT_FLOW_TYPES_VALUES: EnumDef = flags("objectFlowTypes", &["None", "Add", "Update", "Delete"]);

pub static OBJECT_MAPPING_METADATA_VALUES: EnumDef = members(
    "objectMappingMetadata",
    &[
        "EscrowBehavior",
        "DisableMonitoringForChanges",
        "OriginalJoiningProperty",
        "Disposition",
        "IsCustomerDefined",
        "ExcludeFromReporting",
        "Unsynchronized",
    ],
);

pub static DIRECTORY_DEFINITION_DISCOVERABILITIES_VALUES: EnumDef = flags(
    "directoryDefinitionDiscoverabilities",
    &["None", "AttributeNames", "AttributeDataTypes", "AttributeReadOnly", "ReferenceAttributes", "UnknownFutureValue"],
);

pub static ATTRIBUTE_DEFINITION_METADATA_VALUES: EnumDef = members(
    "attributeDefinitionMetadata",
    &[
        "BaseAttributeName",
        "ComplexObjectDefinition",
        "IsContainer",
        "IsCustomerDefined",
        "IsDomainQualified",
        "LinkPropertyNames",
        "LinkTypeName",
        "MaximumLength",
        "ReferencedProperty",
    ],
);

pub static MUTABILITY_VALUES: EnumDef = members("mutability", &["ReadWrite", "ReadOnly", "Immutable", "WriteOnly"]);

pub static ATTRIBUTE_TYPE_VALUES: EnumDef =
    members("attributeType", &["String", "Integer", "Reference", "Binary", "Boolean", "DateTime"]);

pub static OBJECT_DEFINITION_METADATA_VALUES: EnumDef = members(
    "objectDefinitionMetadata",
    &[
        "PropertyNameAccountEnabled",
        "PropertyNameSoftDeleted",
        "IsSoftDeletionSupported",
        "IsSynchronizeAllSupported",
        "ConnectorDataStorageRequired",
        "Extensions",
        "BaseObjectName",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &SYNCHRONIZATION_SCHEDULE_RECORD,
    &SYNCHRONIZATION_STATUS_RECORD,
    &SYNCHRONIZATION_TASK_EXECUTION_RECORD,
    &SYNCHRONIZATION_ERROR_RECORD,
    &SYNCHRONIZATION_PROGRESS_RECORD,
    &SYNCHRONIZATION_QUARANTINE_RECORD,
    &STRING_KEY_LONG_VALUE_PAIR_RECORD,
    &SYNCHRONIZATION_SCHEMA_RECORD,
    &SYNCHRONIZATION_RULE_RECORD,
    &CONTAINER_FILTER_RECORD,
    &GROUP_FILTER_RECORD,
    &STRING_KEY_STRING_VALUE_PAIR_RECORD,
    &OBJECT_MAPPING_RECORD,
    &ATTRIBUTE_MAPPING_RECORD,
    &ATTRIBUTE_MAPPING_SOURCE_RECORD,
    &STRING_KEY_ATTRIBUTE_MAPPING_SOURCE_VALUE_PAIR_RECORD,
    &OBJECT_MAPPING_METADATA_ENTRY_RECORD,
    &FILTER_RECORD,
    &FILTER_GROUP_RECORD,
    &FILTER_CLAUSE_RECORD,
    &FILTER_OPERAND_RECORD,
    &DIRECTORY_DEFINITION_RECORD,
    &OBJECT_DEFINITION_RECORD,
    &ATTRIBUTE_DEFINITION_RECORD,
    &ATTRIBUTE_DEFINITION_METADATA_ENTRY_RECORD,
    &REFERENCED_OBJECT_RECORD,
    &OBJECT_DEFINITION_METADATA_ENTRY_RECORD,
];
