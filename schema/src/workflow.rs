//! workflow: what happens when people join, move and leave; its versions, its runs and what came of them.

use directory::{Attr, DELETED, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::custom_extension::KEY_VALUE_PAIR_RECORD;
use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    COMPLETED_DATE_TIME, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, IS_ENABLED, LAST_MODIFIED_DATE_TIME, VERSION,
};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, flags, item, members, shape, under};
use crate::subject_set::SUBJECT_SET_RECORD;
use crate::user::USER;

pub const CATEGORY: Attr<str> = Attr::new("category");
pub const EXECUTION_CONDITIONS: Attr<Record> = Attr::new("executionConditions");
pub const IS_SCHEDULING_ENABLED: Attr<bool> = Attr::new("isSchedulingEnabled");
pub const TASKS: Attr<[Record]> = Attr::new("tasks");
pub const NEXT_SCHEDULE_RUN_DATE_TIME: Attr<Time> = Attr::new("nextScheduleRunDateTime");
pub const QUARANTINE_DETAILS: Attr<Record> = Attr::new("quarantineDetails");
pub const SETTINGS: Attr<Record> = Attr::new("settings");
pub const VERSION_NUMBER: Attr<i64> = Attr::new("versionNumber");
pub const ACTIVATED_ON_SCOPE: Attr<Record> = Attr::new("activatedOnScope");
pub const FAILED_TASKS_COUNT: Attr<i64> = Attr::new("failedTasksCount");
pub const FAILED_USERS_COUNT: Attr<i64> = Attr::new("failedUsersCount");
pub const LAST_UPDATED_DATE_TIME: Attr<Time> = Attr::new("lastUpdatedDateTime");
pub const PROCESSING_STATUS: Attr<str> = Attr::new("processingStatus");
pub const SCHEDULED_DATE_TIME: Attr<Time> = Attr::new("scheduledDateTime");
pub const STARTED_DATE_TIME: Attr<Time> = Attr::new("startedDateTime");
pub const SUCCESSFUL_USERS_COUNT: Attr<i64> = Attr::new("successfulUsersCount");
pub const TOTAL_TASKS_COUNT: Attr<i64> = Attr::new("totalTasksCount");
pub const TOTAL_UNPROCESSED_TASKS_COUNT: Attr<i64> = Attr::new("totalUnprocessedTasksCount");
pub const TOTAL_USERS_COUNT: Attr<i64> = Attr::new("totalUsersCount");
pub const WORKFLOW_EXECUTION_TYPE: Attr<str> = Attr::new("workflowExecutionType");
pub const WORKFLOW_VERSION_VALUE: Attr<i64> = Attr::new("workflowVersion");
pub const FAILURE_REASON: Attr<str> = Attr::new("failureReason");
pub const PROCESSING_INFO: Attr<str> = Attr::new("processingInfo");
pub const WORKFLOW_SUBJECT: Attr<Record> = Attr::new("workflowSubject");
pub const HISTORY_ENDS: Attr<Time> = Attr::new("historyEndsDateTime");
pub const CREATED_BY_LINK: LinkId = LinkId::of("createdBy");
pub const LAST_MODIFIED_BY_LINK: LinkId = LinkId::of("lastModifiedBy");
pub const ADMINISTRATION_SCOPE_TARGETS: LinkId = LinkId::of("administrationScopeTargets");
pub const VERSIONS: LinkId = LinkId::of("versions");
pub const RUNS: LinkId = LinkId::of("runs");
pub const USER_PROCESSING_RESULTS: LinkId = LinkId::of("userProcessingResults");
pub const TASK_PROCESSING_RESULTS: LinkId = LinkId::of("taskProcessingResults");
pub const REPROCESSED_RUNS: LinkId = LinkId::of("reprocessedRuns");
pub const SUBJECT_LINK: LinkId = LinkId::of("subject");

/// What a workflow and its versions have.
pub static WORKFLOW_BASE: Kind = Kind::new(
    "workflowBase",
    &[
        CATEGORY.def().of(Type::Enum(&LIFECYCLE_WORKFLOW_CATEGORY_VALUES)).required().on_create(),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        EXECUTION_CONDITIONS.def().of(Type::Record(&WORKFLOW_EXECUTION_CONDITIONS_RECORD)).required(),
        IS_ENABLED.def(),
        IS_SCHEDULING_ENABLED.def(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        TASKS.def().of(Type::Record(&TASK_RECORD)).on_select(),
    ],
    &[
        LinkDef::records("tasks", "tasks", &TASK),
        LinkDef::one("createdBy", &USER).system(),
        LinkDef::one("lastModifiedBy", &USER).system(),
        LinkDef::many("administrationScopeTargets", &DIRECTORY_OBJECT),
    ],
)
.abstract_kind();

/// The workflow as it is now.
pub static WORKFLOW: Kind = Kind::new(
    "workflow",
    &[
        DELETED.def().system(),
        NEXT_SCHEDULE_RUN_DATE_TIME.def().system().ordered(),
        QUARANTINE_DETAILS.def().of(Type::Record(&QUARANTINE_DETAILS_RECORD)).system(),
        SETTINGS.def().of(Type::Record(&WORKFLOW_SETTING_RECORD)),
        VERSION.def().system(),
    ],
    &[
        LinkDef::contained("versions", &WORKFLOW_VERSION).system(),
        LinkDef::contained("runs", &RUN).system(),
        LinkDef::contained("userProcessingResults", &USER_PROCESSING_RESULT).system(),
    ],
)
.under(&WORKFLOW_BASE)
.restorable(30);

/// The workflow as it was; runs keep to the version they began with.
pub static WORKFLOW_VERSION: Kind = Kind::new(
    "workflowVersion",
    &[SETTINGS.def().of(Type::Record(&WORKFLOW_SETTING_RECORD)), VERSION_NUMBER.def().system()],
    &[],
)
.under(&WORKFLOW_BASE);

/// One time that it ran, for however many people.
pub static RUN: Kind = Kind::new(
    "run",
    &[
        ACTIVATED_ON_SCOPE.def().of(Type::Record(&ACTIVATION_SCOPE_RECORD)).system(),
        COMPLETED_DATE_TIME.def().system(),
        FAILED_TASKS_COUNT.def().system(),
        FAILED_USERS_COUNT.def().system(),
        LAST_UPDATED_DATE_TIME.def().system(),
        PROCESSING_STATUS.def().of(Type::Enum(&LIFECYCLE_WORKFLOW_PROCESSING_STATUS_VALUES)).system(),
        SCHEDULED_DATE_TIME.def().system(),
        STARTED_DATE_TIME.def().system(),
        SUCCESSFUL_USERS_COUNT.def().system(),
        TOTAL_TASKS_COUNT.def().system(),
        TOTAL_UNPROCESSED_TASKS_COUNT.def().system(),
        TOTAL_USERS_COUNT.def().system(),
        WORKFLOW_EXECUTION_TYPE.def().of(Type::Enum(&WORKFLOW_EXECUTION_TYPE_VALUES)).system(),
        // Castellan's own: when it is forgotten, with its results.
        HISTORY_ENDS.def().ordered().secret(),
    ],
    &[
        LinkDef::many("userProcessingResults", &USER_PROCESSING_RESULT).system(),
        LinkDef::many("taskProcessingResults", &TASK_PROCESSING_RESULT).system(),
        LinkDef::many("reprocessedRuns", &RUN).system(),
    ],
);

/// What came of a run for one person.
pub static USER_PROCESSING_RESULT: Kind = Kind::new(
    "userProcessingResult",
    &[
        COMPLETED_DATE_TIME.def().system(),
        FAILED_TASKS_COUNT.def().system(),
        PROCESSING_STATUS.def().of(Type::Enum(&LIFECYCLE_WORKFLOW_PROCESSING_STATUS_VALUES)).system(),
        SCHEDULED_DATE_TIME.def().system(),
        STARTED_DATE_TIME.def().system(),
        TOTAL_TASKS_COUNT.def().system(),
        TOTAL_UNPROCESSED_TASKS_COUNT.def().system(),
        WORKFLOW_EXECUTION_TYPE.def().of(Type::Enum(&WORKFLOW_EXECUTION_TYPE_VALUES)).system(),
        WORKFLOW_VERSION_VALUE.def().system(),
    ],
    &[
        LinkDef::one("subject", &USER).system(),
        LinkDef::contained("taskProcessingResults", &TASK_PROCESSING_RESULT).system(),
        LinkDef::many("reprocessedRuns", &RUN).system(),
    ],
);

/// What came of one task for one person.
pub static TASK_PROCESSING_RESULT: Kind = Kind::new(
    "taskProcessingResult",
    &[
        COMPLETED_DATE_TIME.def().system(),
        CREATED_DATE_TIME.def().system(),
        FAILURE_REASON.def().system(),
        PROCESSING_INFO.def().system(),
        PROCESSING_STATUS.def().of(Type::Enum(&LIFECYCLE_WORKFLOW_PROCESSING_STATUS_VALUES)).system(),
        STARTED_DATE_TIME.def().system(),
        WORKFLOW_SUBJECT.def().of(Type::Record(&WORKFLOW_SUBJECT_RECORD)).on_select(),
    ],
    &[LinkDef::one("subject", &USER).system()],
);

/// One step.
pub static TASK: Kind = item(&TASK_RECORD, &[]);

pub static WORKFLOW_EXECUTION_CONDITIONS_RECORD: RecordDef = abstract_shape(shape("workflowExecutionConditions", &[]));

pub static ON_DEMAND_EXECUTION_ONLY_RECORD: RecordDef =
    under(&WORKFLOW_EXECUTION_CONDITIONS_RECORD, shape("onDemandExecutionOnly", &[]));

pub static TRIGGER_AND_SCOPE_BASED_CONDITIONS_RECORD: RecordDef = under(
    &WORKFLOW_EXECUTION_CONDITIONS_RECORD,
    shape(
        "triggerAndScopeBasedConditions",
        &[field::record("scope", &SUBJECT_SET_RECORD), field::record("trigger", &WORKFLOW_EXECUTION_TRIGGER_RECORD)],
    ),
);

pub static WORKFLOW_EXECUTION_TRIGGER_RECORD: RecordDef = abstract_shape(shape("workflowExecutionTrigger", &[]));

pub static ATTRIBUTE_CHANGE_TRIGGER_RECORD: RecordDef = under(
    &WORKFLOW_EXECUTION_TRIGGER_RECORD,
    shape("attributeChangeTrigger", &[field::records("triggerAttributes", &TRIGGER_ATTRIBUTE_RECORD)]),
);

pub static TRIGGER_ATTRIBUTE_RECORD: RecordDef = shape("triggerAttribute", &[field::text("name")]);

pub static MEMBERSHIP_CHANGE_TRIGGER_RECORD: RecordDef = under(
    &WORKFLOW_EXECUTION_TRIGGER_RECORD,
    shape("membershipChangeTrigger", &[field::choice("changeType", &MEMBERSHIP_CHANGE_TYPE_VALUES)]),
);

pub static TIME_BASED_ATTRIBUTE_TRIGGER_RECORD: RecordDef = under(
    &WORKFLOW_EXECUTION_TRIGGER_RECORD,
    shape(
        "timeBasedAttributeTrigger",
        &[
            field::int("offsetInDays"),
            field::choice("timeBasedAttribute", &WORKFLOW_TRIGGER_TIME_BASED_ATTRIBUTE_VALUES),
        ],
    ),
);

pub static USER_INACTIVITY_TRIGGER_RECORD: RecordDef =
    under(&WORKFLOW_EXECUTION_TRIGGER_RECORD, shape("userInactivityTrigger", &[field::int("inactivityPeriodInDays")]));

pub static GUEST_SPONSOR_TRIGGER_RECORD: RecordDef =
    under(&WORKFLOW_EXECUTION_TRIGGER_RECORD, shape("guestSponsorTrigger", &[field::int("minimumRequiredSponsors")]));

pub static PROVISIONING_ATTRIBUTE_MAPPING_RECORD: RecordDef =
    under(&WORKFLOW_EXECUTION_CONDITIONS_RECORD, shape("provisioningAttributeMapping", &[]));

pub static TASK_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "task",
        &[
            field::records("arguments", &KEY_VALUE_PAIR_RECORD),
            field::choice("category", &LIFECYCLE_TASK_CATEGORY_VALUES),
            field::flag("continueOnError"),
            field::text("description"),
            field::text("displayName"),
            field::int("executionSequence"),
            field::flag("isEnabled"),
            field::text("taskDefinitionId"),
        ],
    ),
);

pub static QUARANTINE_DETAILS_RECORD: RecordDef = shape(
    "quarantineDetails",
    &[
        field::time("quarantinedDateTime"),
        field::text("quarantineReason"),
        field::choice("quarantineType", &QUARANTINE_TYPE_VALUES),
    ],
);

pub static WORKFLOW_SETTING_RECORD: RecordDef =
    shape("workflowSetting", &[field::record("quarantineConfiguration", &QUARANTINE_CONFIGURATION_RECORD)]);

pub static QUARANTINE_CONFIGURATION_RECORD: RecordDef = shape(
    "quarantineConfiguration",
    &[field::records("conditions", &QUARANTINE_CONDITION_RECORD), field::choice("matchMode", &MATCH_MODE_VALUES)],
);

pub static QUARANTINE_CONDITION_RECORD: RecordDef = abstract_shape(shape("quarantineCondition", &[]));

pub static COUNT_BASED_QUARANTINE_CONDITION_RECORD: RecordDef =
    under(&QUARANTINE_CONDITION_RECORD, shape("countBasedQuarantineCondition", &[field::long("threshold")]));

pub static PERCENTAGE_BASED_QUARANTINE_CONDITION_RECORD: RecordDef =
    under(&QUARANTINE_CONDITION_RECORD, shape("percentageBasedQuarantineCondition", &[field::int("percentage")]));

pub static ACTIVATION_SCOPE_RECORD: RecordDef = abstract_shape(shape("activationScope", &[]));

pub static ACTIVATE_GROUP_SCOPE_RECORD: RecordDef = under(&ACTIVATION_SCOPE_RECORD, shape("activateGroupScope", &[]));

pub static ACTIVATE_PROCESSING_RESULT_SCOPE_RECORD: RecordDef = under(
    &ACTIVATION_SCOPE_RECORD,
    shape("activateProcessingResultScope", &[field::choice("taskScope", &ACTIVATION_TASK_SCOPE_TYPE_VALUES)]),
);

pub static ACTIVATE_RUN_SCOPE_RECORD: RecordDef = under(
    &ACTIVATION_SCOPE_RECORD,
    shape(
        "activateRunScope",
        &[
            field::choice("taskScope", &ACTIVATION_TASK_SCOPE_TYPE_VALUES),
            field::choice("userScope", &ACTIVATION_USER_SCOPE_TYPE_VALUES),
        ],
    ),
);

pub static ACTIVATE_USER_SCOPE_RECORD: RecordDef = under(&ACTIVATION_SCOPE_RECORD, shape("activateUserScope", &[]));

pub static WORKFLOW_SUBJECT_RECORD: RecordDef = abstract_shape(shape("workflowSubject", &[]));

pub static PROVISIONING_OBJECT_WORKFLOW_SUBJECT_RECORD: RecordDef = under(
    &WORKFLOW_SUBJECT_RECORD,
    shape(
        "provisioningObjectWorkflowSubject",
        &[field::records("attributeSetEntries", &ATTRIBUTE_SET_ENTRY_RECORD), field::text("id")],
    ),
);

pub static ATTRIBUTE_SET_ENTRY_RECORD: RecordDef =
    shape("attributeSetEntry", &[field::text("name"), field::text("value")]);

pub static LIFECYCLE_WORKFLOW_CATEGORY_VALUES: EnumDef =
    members("lifecycleWorkflowCategory", &["joiner", "leaver", "unknownFutureValue", "mover", "extensibility"]);

pub static MEMBERSHIP_CHANGE_TYPE_VALUES: EnumDef =
    members("membershipChangeType", &["add", "remove", "unknownFutureValue"]);

pub static WORKFLOW_TRIGGER_TIME_BASED_ATTRIBUTE_VALUES: EnumDef = members(
    "workflowTriggerTimeBasedAttribute",
    &["employeeHireDate", "employeeLeaveDateTime", "unknownFutureValue", "createdDateTime"],
);

pub static LIFECYCLE_TASK_CATEGORY_VALUES: EnumDef =
    flags("lifecycleTaskCategory", &["joiner", "leaver", "unknownFutureValue", "mover", "extensibility"]);

pub static QUARANTINE_TYPE_VALUES: EnumDef = members(
    "quarantineType",
    &[
        "notQuarantined",
        "countBasedThresholdExceeded",
        "percentageBasedThresholdExceeded",
        "multipleConditionsExceeded",
        "unknownFutureValue",
    ],
);

pub static MATCH_MODE_VALUES: EnumDef = members("matchMode", &["any", "all", "unknownFutureValue"]);

pub static ACTIVATION_TASK_SCOPE_TYPE_VALUES: EnumDef =
    members("activationTaskScopeType", &["allTasks", "failedTasks", "unknownFutureValue"]);

pub static ACTIVATION_USER_SCOPE_TYPE_VALUES: EnumDef =
    members("activationUserScopeType", &["allUsers", "failedUsers", "unknownFutureValue"]);

pub static LIFECYCLE_WORKFLOW_PROCESSING_STATUS_VALUES: EnumDef = members(
    "lifecycleWorkflowProcessingStatus",
    &[
        "queued",
        "inProgress",
        "completed",
        "completedWithErrors",
        "canceled",
        "failed",
        "unknownFutureValue",
        "canceling",
        "quarantined",
    ],
);

pub static WORKFLOW_EXECUTION_TYPE_VALUES: EnumDef = members(
    "workflowExecutionType",
    &["scheduled", "onDemand", "unknownFutureValue", "activatedWithScope", "preview", "extensibilityOnDemand"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &WORKFLOW_EXECUTION_CONDITIONS_RECORD,
    &ON_DEMAND_EXECUTION_ONLY_RECORD,
    &TRIGGER_AND_SCOPE_BASED_CONDITIONS_RECORD,
    &WORKFLOW_EXECUTION_TRIGGER_RECORD,
    &ATTRIBUTE_CHANGE_TRIGGER_RECORD,
    &TRIGGER_ATTRIBUTE_RECORD,
    &MEMBERSHIP_CHANGE_TRIGGER_RECORD,
    &TIME_BASED_ATTRIBUTE_TRIGGER_RECORD,
    &USER_INACTIVITY_TRIGGER_RECORD,
    &GUEST_SPONSOR_TRIGGER_RECORD,
    &PROVISIONING_ATTRIBUTE_MAPPING_RECORD,
    &TASK_RECORD,
    &QUARANTINE_DETAILS_RECORD,
    &WORKFLOW_SETTING_RECORD,
    &QUARANTINE_CONFIGURATION_RECORD,
    &QUARANTINE_CONDITION_RECORD,
    &COUNT_BASED_QUARANTINE_CONDITION_RECORD,
    &PERCENTAGE_BASED_QUARANTINE_CONDITION_RECORD,
    &ACTIVATION_SCOPE_RECORD,
    &ACTIVATE_GROUP_SCOPE_RECORD,
    &ACTIVATE_PROCESSING_RESULT_SCOPE_RECORD,
    &ACTIVATE_RUN_SCOPE_RECORD,
    &ACTIVATE_USER_SCOPE_RECORD,
    &WORKFLOW_SUBJECT_RECORD,
    &PROVISIONING_OBJECT_WORKFLOW_SUBJECT_RECORD,
    &ATTRIBUTE_SET_ENTRY_RECORD,
];
