//! group: a set of directory objects, chosen by hand or by a rule, that access, licences and settings are given to.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Time, Type};

use crate::app_role_assignment::APP_ROLE_ASSIGNMENT;
use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    ASSIGNED_LICENSES, CLOUD_LICENSING, CREATED_BY_APP_ID, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, INFO_CATALOGS,
    IS_MANAGEMENT_RESTRICTED, MAIL, MAIL_NICKNAME, MEMBERS, MEMBERSHIP_RULE, MEMBERSHIP_RULE_PROCESSING_STATE,
    ON_PREMISES_DOMAIN_NAME, ON_PREMISES_EXTENSION_ATTRIBUTES, ON_PREMISES_LAST_SYNC_DATE_TIME,
    ON_PREMISES_PROVISIONING_ERRORS, ON_PREMISES_SAM_ACCOUNT_NAME, ON_PREMISES_SECURITY_IDENTIFIER,
    ON_PREMISES_SYNC_ENABLED, OWNERS, PREFERRED_DATA_LOCATION, PREFERRED_LANGUAGE, PROXY_ADDRESSES,
    SECURITY_IDENTIFIER, SERVICE_PROVISIONING_ERRORS, UNIQUE_NAME, VISIBILITY,
};
use crate::licence::ASSIGNED_LICENSE_RECORD;
use crate::on_premises::{ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD, ON_PREMISES_PROVISIONING_ERROR_RECORD};
use crate::service_provisioning_error::SERVICE_PROVISIONING_ERROR_RECORD;
use crate::shape::{field, members, shape, under};

pub const ACCESS_TYPE: Attr<str> = Attr::new("accessType");
pub const ALLOW_EXTERNAL_SENDERS: Attr<bool> = Attr::new("allowExternalSenders");
pub const ASSIGNED_LABELS: Attr<[Record]> = Attr::new("assignedLabels");
pub const AUTO_SUBSCRIBE_NEW_MEMBERS: Attr<bool> = Attr::new("autoSubscribeNewMembers");
pub const CLASSIFICATION: Attr<str> = Attr::new("classification");
pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const GROUP_TYPES: Attr<[String]> = Attr::new("groupTypes");
pub const HAS_MEMBERS_WITH_LICENSE_ERRORS: Attr<bool> = Attr::new("hasMembersWithLicenseErrors");
pub const HIDE_FROM_ADDRESS_LISTS: Attr<bool> = Attr::new("hideFromAddressLists");
pub const HIDE_FROM_OUTLOOK_CLIENTS: Attr<bool> = Attr::new("hideFromOutlookClients");
pub const IS_ARCHIVED: Attr<bool> = Attr::new("isArchived");
pub const IS_ASSIGNABLE_TO_ROLE: Attr<bool> = Attr::new("isAssignableToRole");
pub const IS_FAVORITE: Attr<bool> = Attr::new("isFavorite");
pub const IS_SUBSCRIBED_BY_MAIL: Attr<bool> = Attr::new("isSubscribedByMail");
pub const LICENSE_PROCESSING_STATE: Attr<Record> = Attr::new("licenseProcessingState");
pub const MAIL_ENABLED: Attr<bool> = Attr::new("mailEnabled");
pub const MEMBERSHIP_RULE_DUE: Attr<Time> = Attr::new("membershipRuleDueDateTime");
pub const ON_PREMISES_NET_BIOS_NAME: Attr<str> = Attr::new("onPremisesNetBiosName");
pub const ORGANIZATION_ID: Attr<str> = Attr::new("organizationId");
pub const RENEWED_DATE_TIME: Attr<Time> = Attr::new("renewedDateTime");
pub const RESOURCE_BEHAVIOR_OPTIONS: Attr<[String]> = Attr::new("resourceBehaviorOptions");
pub const RESOURCE_PROVISIONING_OPTIONS: Attr<[String]> = Attr::new("resourceProvisioningOptions");
pub const SECURITY_ENABLED: Attr<bool> = Attr::new("securityEnabled");
pub const THEME: Attr<str> = Attr::new("theme");
pub const UNSEEN_CONVERSATIONS_COUNT: Attr<i64> = Attr::new("unseenConversationsCount");
pub const UNSEEN_COUNT: Attr<i64> = Attr::new("unseenCount");
pub const UNSEEN_MESSAGES_COUNT: Attr<i64> = Attr::new("unseenMessagesCount");
pub const WELCOME_MESSAGE_ENABLED: Attr<bool> = Attr::new("welcomeMessageEnabled");
pub const MEMBERSHIP_RULE_PROCESSING_STATUS: Attr<Record> = Attr::new("membershipRuleProcessingStatus");
pub const WRITEBACK_CONFIGURATION: Attr<Record> = Attr::new("writebackConfiguration");

pub static GROUP: Kind = Kind::new(
    "group",
    &[
        ACCESS_TYPE.def().of(Type::Enum(&GROUP_ACCESS_TYPE_VALUES)).on_select(),
        ALLOW_EXTERNAL_SENDERS.def().on_select(),
        ASSIGNED_LABELS.def().of(Type::Record(&ASSIGNED_LABEL_RECORD)).on_select(),
        ASSIGNED_LICENSES.def().of(Type::Record(&ASSIGNED_LICENSE_RECORD)).system().on_select(),
        AUTO_SUBSCRIBE_NEW_MEMBERS.def().on_select(),
        CLASSIFICATION.def(),
        CREATED_DATE_TIME.def().system().ordered(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().ordered(),
        EXPIRATION_DATE_TIME.def().system().ordered(),
        GROUP_TYPES.def().equal(),
        HAS_MEMBERS_WITH_LICENSE_ERRORS.def().owned_by("licences").on_select(),
        HIDE_FROM_ADDRESS_LISTS.def().on_select(),
        HIDE_FROM_OUTLOOK_CLIENTS.def().on_select(),
        INFO_CATALOGS.def().on_select(),
        IS_ARCHIVED.def().on_select(),
        IS_ASSIGNABLE_TO_ROLE.def().on_create(),
        IS_FAVORITE.def().on_select(),
        IS_MANAGEMENT_RESTRICTED.def().system().on_select(),
        IS_SUBSCRIBED_BY_MAIL.def().on_select(),
        LICENSE_PROCESSING_STATE
            .def()
            .of(Type::Record(&LICENSE_PROCESSING_STATE_RECORD))
            .owned_by("licences")
            .on_select(),
        MAIL.def().system().equal(),
        MAIL_ENABLED.def().required(),
        MAIL_NICKNAME.def().required().equal(),
        MEMBERSHIP_RULE.def(),
        MEMBERSHIP_RULE_PROCESSING_STATE.def(),
        ON_PREMISES_DOMAIN_NAME.def(),
        ON_PREMISES_EXTENSION_ATTRIBUTES.def().of(Type::Record(&ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD)).on_select(),
        ON_PREMISES_LAST_SYNC_DATE_TIME.def(),
        ON_PREMISES_NET_BIOS_NAME.def(),
        ON_PREMISES_PROVISIONING_ERRORS.def().of(Type::Record(&ON_PREMISES_PROVISIONING_ERROR_RECORD)),
        ON_PREMISES_SAM_ACCOUNT_NAME.def(),
        ON_PREMISES_SECURITY_IDENTIFIER.def(),
        ON_PREMISES_SYNC_ENABLED.def(),
        ORGANIZATION_ID.def().on_select(),
        PREFERRED_DATA_LOCATION.def(),
        PREFERRED_LANGUAGE.def(),
        PROXY_ADDRESSES.def().system().equal(),
        RENEWED_DATE_TIME.def().system(),
        RESOURCE_BEHAVIOR_OPTIONS.def().on_create(),
        RESOURCE_PROVISIONING_OPTIONS.def(),
        SECURITY_ENABLED.def().required(),
        SECURITY_IDENTIFIER.def().system(),
        SERVICE_PROVISIONING_ERRORS.def().of(Type::Record(&SERVICE_PROVISIONING_ERROR_RECORD)).system(),
        THEME.def(),
        UNIQUE_NAME.def().unique(),
        UNSEEN_CONVERSATIONS_COUNT.def().on_select(),
        UNSEEN_COUNT.def().system().on_select(),
        UNSEEN_MESSAGES_COUNT.def().on_select(),
        VISIBILITY.def(),
        WELCOME_MESSAGE_ENABLED.def().on_select(),
        CLOUD_LICENSING.def().on_select(),
        CREATED_BY_APP_ID.def().system().on_select(),
        MEMBERSHIP_RULE_PROCESSING_STATUS
            .def()
            .of(Type::Record(&MEMBERSHIP_RULE_PROCESSING_STATUS_RECORD))
            .owned_by("dynamic-membership")
            .on_select(),
        WRITEBACK_CONFIGURATION.def().of(Type::Record(&GROUP_WRITEBACK_CONFIGURATION_RECORD)).on_select(),
        // Castellan's own: when a rule that speaks of now is to be judged again.
        MEMBERSHIP_RULE_DUE.def().secret().owned_by("dynamic-membership").ordered(),
    ],
    &[
        LinkDef::many("members", &DIRECTORY_OBJECT),
        LinkDef::closure("transitiveMembers", "members", &DIRECTORY_OBJECT),
        LinkDef::many("owners", &DIRECTORY_OBJECT),
        LinkDef::back("memberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveMemberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back("appRoleAssignments", "principal", &APP_ROLE_ASSIGNMENT),
    ],
)
.under(&DIRECTORY_OBJECT)
.restorable(30)
.keyed_by(&["uniqueName"]);

pub static ASSIGNED_LABEL_RECORD: RecordDef =
    shape("assignedLabel", &[field::text("displayName"), field::text("labelId")]);

pub static LICENSE_PROCESSING_STATE_RECORD: RecordDef = shape("licenseProcessingState", &[field::text("state")]);

pub static MEMBERSHIP_RULE_PROCESSING_STATUS_RECORD: RecordDef = shape(
    "membershipRuleProcessingStatus",
    &[
        field::text("errorMessage"),
        field::time("lastMembershipUpdated"),
        field::choice("status", &MEMBERSHIP_RULE_PROCESSING_STATUS_DETAILS_VALUES),
    ],
);

pub static GROUP_WRITEBACK_CONFIGURATION_RECORD: RecordDef =
    under(&WRITEBACK_CONFIGURATION_RECORD, shape("groupWritebackConfiguration", &[field::text("onPremisesGroupType")]));

pub static WRITEBACK_CONFIGURATION_RECORD: RecordDef = shape("writebackConfiguration", &[field::flag("isEnabled")]);

pub static GROUP_ACCESS_TYPE_VALUES: EnumDef =
    members("groupAccessType", &["none", "private", "secret", "public", "unknownFutureValue"]);

pub static MEMBERSHIP_RULE_PROCESSING_STATUS_DETAILS_VALUES: EnumDef = members(
    "MembershipRuleProcessingStatusDetails",
    &["NotStarted", "Running", "Failed", "Succeeded", "UnsupportedFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ASSIGNED_LABEL_RECORD,
    &LICENSE_PROCESSING_STATE_RECORD,
    &MEMBERSHIP_RULE_PROCESSING_STATUS_RECORD,
    &GROUP_WRITEBACK_CONFIGURATION_RECORD,
    &WRITEBACK_CONFIGURATION_RECORD,
];
