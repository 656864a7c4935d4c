//! unifiedRoleManagementPolicy: what activating or being given a role demands: expiry, approval, justification, notice.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::identity::IDENTITY_RECORD;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ID, LAST_MODIFIED_DATE_TIME, ROLE_DEFINITION_ID};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, item, members, shape, under};
use crate::subject_set::SUBJECT_SET_RECORD;

pub const IS_ORGANIZATION_DEFAULT: Attr<bool> = Attr::new("isOrganizationDefault");
pub const LAST_MODIFIED_BY: Attr<Record> = Attr::new("lastModifiedBy");
pub const SCOPE_ID: Attr<str> = Attr::new("scopeId");
pub const SCOPE_TYPE: Attr<str> = Attr::new("scopeType");
pub const RULES: Attr<[Record]> = Attr::new("rules");
pub const EFFECTIVE_RULES: Attr<[Record]> = Attr::new("effectiveRules");
pub const POLICY_ID: Attr<str> = Attr::new("policyId");
pub const POLICY: LinkId = LinkId::of("policy");

/// The rules for one role.
pub static UNIFIED_ROLE_MANAGEMENT_POLICY: Kind = Kind::new(
    "unifiedRoleManagementPolicy",
    &[
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        IS_ORGANIZATION_DEFAULT.def(),
        LAST_MODIFIED_BY.def().of(Type::Record(&IDENTITY_RECORD)),
        LAST_MODIFIED_DATE_TIME.def().system(),
        SCOPE_ID.def().system().equal(),
        SCOPE_TYPE.def().system().equal(),
        ID.def().system().unique(),
        RULES.def().of(Type::Record(&UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD)).on_select(),
        EFFECTIVE_RULES.def().of(Type::Record(&UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD)).system().on_select(),
    ],
    &[
        LinkDef::records("rules", "rules", &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE),
        LinkDef::records("effectiveRules", "effectiveRules", &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE),
    ],
);

/// Which role a policy is for.
pub static UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT: Kind = Kind::new(
    "unifiedRoleManagementPolicyAssignment",
    &[
        POLICY_ID.def().system(),
        ROLE_DEFINITION_ID.def().system().equal(),
        SCOPE_ID.def().system().equal(),
        SCOPE_TYPE.def().system().equal(),
        ID.def().system().unique(),
    ],
    &[LinkDef::one("policy", &UNIFIED_ROLE_MANAGEMENT_POLICY).system()],
);

/// One rule; what it demands depends on its type.
pub static UNIFIED_ROLE_MANAGEMENT_POLICY_RULE: Kind = item(&UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD, &[]);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "unifiedRoleManagementPolicyRule",
        &[field::record("target", &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_TARGET_RECORD)],
    ),
));

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_TARGET_RECORD: RecordDef = shape(
    "unifiedRoleManagementPolicyRuleTarget",
    &[
        field::text("caller"),
        field::texts("enforcedSettings"),
        field::texts("inheritableSettings"),
        field::text("level"),
        field::choices("operations", &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_TARGET_OPERATIONS_VALUES),
    ],
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_APPROVAL_RULE_RECORD: RecordDef = under(
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    shape("unifiedRoleManagementPolicyApprovalRule", &[field::record("setting", &APPROVAL_SETTINGS_RECORD)]),
);

pub static APPROVAL_SETTINGS_RECORD: RecordDef = shape(
    "approvalSettings",
    &[
        field::text("approvalMode"),
        field::records("approvalStages", &UNIFIED_APPROVAL_STAGE_RECORD),
        field::flag("isApprovalRequired"),
        field::flag("isApprovalRequiredForExtension"),
        field::flag("isRequestorJustificationRequired"),
    ],
);

pub static UNIFIED_APPROVAL_STAGE_RECORD: RecordDef = shape(
    "unifiedApprovalStage",
    &[
        field::int("approvalStageTimeOutInDays"),
        field::records("escalationApprovers", &SUBJECT_SET_RECORD),
        field::int("escalationTimeInMinutes"),
        field::flag("isApproverJustificationRequired"),
        field::flag("isEscalationEnabled"),
        field::records("primaryApprovers", &SUBJECT_SET_RECORD),
    ],
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_AUTHENTICATION_CONTEXT_RULE_RECORD: RecordDef = under(
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    shape(
        "unifiedRoleManagementPolicyAuthenticationContextRule",
        &[field::text("claimValue"), field::flag("isEnabled")],
    ),
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_ENABLEMENT_RULE_RECORD: RecordDef = under(
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    shape("unifiedRoleManagementPolicyEnablementRule", &[field::texts("enabledRules")]),
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_EXPIRATION_RULE_RECORD: RecordDef = under(
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    shape(
        "unifiedRoleManagementPolicyExpirationRule",
        &[field::flag("isExpirationRequired"), field::duration("maximumDuration")],
    ),
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_NOTIFICATION_RULE_RECORD: RecordDef = under(
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    shape(
        "unifiedRoleManagementPolicyNotificationRule",
        &[
            field::flag("isDefaultRecipientsEnabled"),
            field::text("notificationLevel"),
            field::texts("notificationRecipients"),
            field::text("notificationType"),
            field::text("recipientType"),
        ],
    ),
);

pub static UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_TARGET_OPERATIONS_VALUES: EnumDef = members(
    "unifiedRoleManagementPolicyRuleTargetOperations",
    &["all", "activate", "deactivate", "assign", "update", "remove", "extend", "renew", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_RULE_TARGET_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_APPROVAL_RULE_RECORD,
    &APPROVAL_SETTINGS_RECORD,
    &UNIFIED_APPROVAL_STAGE_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_AUTHENTICATION_CONTEXT_RULE_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_ENABLEMENT_RULE_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_EXPIRATION_RULE_RECORD,
    &UNIFIED_ROLE_MANAGEMENT_POLICY_NOTIFICATION_RULE_RECORD,
];
