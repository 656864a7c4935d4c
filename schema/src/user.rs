//! user: a person, or a guest, with an account.
//!
//! The password itself is never kept: a verifier made from it is, and only sign-in looks at that.

use directory::{Attr, EnumDef, Id, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::app_role_assignment::APP_ROLE_ASSIGNMENT;
use crate::authentication_method::AUTHENTICATION_METHOD;
use crate::directory_object::{CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD, DIRECTORY_OBJECT};
pub use crate::keys::{
    ACCOUNT_ENABLED, ASSIGNED_LICENSES, ASSIGNED_PLANS, BUSINESS_PHONES, CITY, CLOUD_LICENSING, COUNTRY,
    CREATED_DATE_TIME, CUSTOM_SECURITY_ATTRIBUTES, DISPLAY_NAME, INFO_CATALOGS, IS_MANAGEMENT_RESTRICTED, MAIL,
    MAIL_NICKNAME, ON_PREMISES_DOMAIN_NAME, ON_PREMISES_EXTENSION_ATTRIBUTES, ON_PREMISES_LAST_SYNC_DATE_TIME,
    ON_PREMISES_PROVISIONING_ERRORS, ON_PREMISES_SAM_ACCOUNT_NAME, ON_PREMISES_SECURITY_IDENTIFIER,
    ON_PREMISES_SYNC_ENABLED, POSTAL_CODE, PREFERRED_DATA_LOCATION, PREFERRED_LANGUAGE, PROVISIONED_PLANS,
    PROXY_ADDRESSES, SECURITY_IDENTIFIER, SERVICE_PROVISIONING_ERRORS, STATE, USER_PRINCIPAL_NAME,
};
use crate::licence::{ASSIGNED_LICENSE_RECORD, ASSIGNED_PLAN_RECORD, PROVISIONED_PLAN_RECORD};
use crate::managed_device::MANAGED_DEVICE;
use crate::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use crate::on_premises::{ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD, ON_PREMISES_PROVISIONING_ERROR_RECORD};
use crate::schedule::{DAY_OF_WEEK_VALUES, REQUEST_SCHEDULE_RECORD};
use crate::service_provisioning_error::SERVICE_PROVISIONING_ERROR_RECORD;
use crate::shape::{abstract_shape, field, members, open_shape, shape, under};

pub const ABOUT_ME: Attr<str> = Attr::new("aboutMe");
pub const AGE_GROUP: Attr<str> = Attr::new("ageGroup");
pub const AUTHORIZATION_INFO: Attr<Record> = Attr::new("authorizationInfo");
pub const CERTIFICATE_USER_IDS: Attr<[String]> = Attr::new("certificateUserIds");
pub const BIRTHDAY: Attr<Time> = Attr::new("birthday");
pub const COMPANY_NAME: Attr<str> = Attr::new("companyName");
pub const CONSENT_PROVIDED_FOR_MINOR: Attr<str> = Attr::new("consentProvidedForMinor");
pub const CREATION_TYPE: Attr<str> = Attr::new("creationType");
pub const DEPARTMENT: Attr<str> = Attr::new("department");
pub const DEVICE_ENROLLMENT_LIMIT: Attr<i64> = Attr::new("deviceEnrollmentLimit");
pub const EMPLOYEE_HIRE_DATE: Attr<Time> = Attr::new("employeeHireDate");
pub const EMPLOYEE_ID: Attr<str> = Attr::new("employeeId");
pub const EMPLOYEE_LEAVE_DATE_TIME: Attr<Time> = Attr::new("employeeLeaveDateTime");
pub const EMPLOYEE_ORG_DATA: Attr<Record> = Attr::new("employeeOrgData");
pub const EMPLOYEE_TYPE: Attr<str> = Attr::new("employeeType");
pub const EXTERNAL_USER_STATE: Attr<str> = Attr::new("externalUserState");
pub const EXTERNAL_USER_STATE_CHANGE_DATE_TIME: Attr<Time> = Attr::new("externalUserStateChangeDateTime");
pub const FAX_NUMBER: Attr<str> = Attr::new("faxNumber");
pub const GIVEN_NAME: Attr<str> = Attr::new("givenName");
pub const HIRE_DATE: Attr<Time> = Attr::new("hireDate");
pub const IDENTITIES: Attr<[Record]> = Attr::new("identities");
pub const IDENTITY_PARENT_ID: Attr<str> = Attr::new("identityParentId");
pub const IM_ADDRESSES: Attr<[String]> = Attr::new("imAddresses");
pub const INTERESTS: Attr<[String]> = Attr::new("interests");
pub const IS_RESOURCE_ACCOUNT: Attr<bool> = Attr::new("isResourceAccount");
pub const JOB_TITLE: Attr<str> = Attr::new("jobTitle");
pub const LAST_PASSWORD_CHANGE_DATE_TIME: Attr<Time> = Attr::new("lastPasswordChangeDateTime");
pub const LEGAL_AGE_GROUP_CLASSIFICATION: Attr<str> = Attr::new("legalAgeGroupClassification");
pub const LICENSE_ASSIGNMENT_STATES: Attr<[Record]> = Attr::new("licenseAssignmentStates");
pub const MAILBOX_SETTINGS: Attr<Record> = Attr::new("mailboxSettings");
pub const MOBILE_PHONE: Attr<str> = Attr::new("mobilePhone");
pub const MY_SITE: Attr<str> = Attr::new("mySite");
pub const OFFICE_LOCATION: Attr<str> = Attr::new("officeLocation");
pub const ON_PREMISES_DISTINGUISHED_NAME: Attr<str> = Attr::new("onPremisesDistinguishedName");
pub const ON_PREMISES_IMMUTABLE_ID: Attr<str> = Attr::new("onPremisesImmutableId");
pub const ON_PREMISES_USER_PRINCIPAL_NAME: Attr<str> = Attr::new("onPremisesUserPrincipalName");
pub const OTHER_MAILS: Attr<[String]> = Attr::new("otherMails");
pub const PASSWORD_POLICIES: Attr<str> = Attr::new("passwordPolicies");
pub const PASSWORD_PROFILE: Attr<Record> = Attr::new("passwordProfile");
pub const PAST_PROJECTS: Attr<[String]> = Attr::new("pastProjects");
pub const PREFERRED_NAME: Attr<str> = Attr::new("preferredName");
pub const PRINT: Attr<Record> = Attr::new("print");
pub const RESPONSIBILITIES: Attr<[String]> = Attr::new("responsibilities");
pub const SCHOOLS: Attr<[String]> = Attr::new("schools");
pub const SHOW_IN_ADDRESS_LIST: Attr<bool> = Attr::new("showInAddressList");
pub const SIGN_IN_ACTIVITY: Attr<Record> = Attr::new("signInActivity");
pub const SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME: Attr<Time> = Attr::new("signInSessionsValidFromDateTime");
pub const SKILLS: Attr<[String]> = Attr::new("skills");
pub const STREET_ADDRESS: Attr<str> = Attr::new("streetAddress");
pub const SURNAME: Attr<str> = Attr::new("surname");
pub const USAGE_LOCATION: Attr<str> = Attr::new("usageLocation");
pub const USER_TYPE: Attr<str> = Attr::new("userType");
pub const CLOUD_REALTIME_COMMUNICATION_INFO: Attr<Record> = Attr::new("cloudRealtimeCommunicationInfo");
pub const DEVICE_KEYS: Attr<[Record]> = Attr::new("deviceKeys");
pub const IDENTITY_GOVERNANCE: Attr<Record> = Attr::new("identityGovernance");
pub const IS_LICENSE_RECONCILIATION_NEEDED: Attr<bool> = Attr::new("isLicenseReconciliationNeeded");
pub const ON_PREMISES_SIP_INFO: Attr<Record> = Attr::new("onPremisesSipInfo");
pub const REFRESH_TOKENS_VALID_FROM_DATE_TIME: Attr<Time> = Attr::new("refreshTokensValidFromDateTime");
pub const PASSWORD_VERIFIER: Attr<str> = Attr::new("passwordVerifier");
pub const TOKENS_VALID_FROM: Attr<Time> = Attr::new("tokensValidFromDateTime");
pub const STRONG_CREDENTIALS_VALID_FROM: Attr<Time> = Attr::new("strongCredentialsValidFromDateTime");
pub const REMOVED_CREDENTIAL: Attr<str> = Attr::new("removedCredential");
pub const MANAGER: LinkId = LinkId::of("manager");
pub const WORKFLOWS_DUE: Attr<Time> = Attr::new("lifecycleWorkflowsDueDateTime");
pub const DEVICES_TO_RELEASE: Attr<str> = Attr::new("devicesToRelease");
pub const DIRECT_LICENSES: Attr<[Record]> = Attr::new("directLicenses");
pub const LICENSES_AWAITED: Attr<[Id]> = Attr::new("licensesAwaited");
pub const LICENSE_ERROR_GROUPS: Attr<[Id]> = Attr::new("licenseErrorGroups");
pub const DEFERRED_CHANGES: Attr<Record> = Attr::new("deferredChanges");
pub const DEFERRED_UNTIL: Attr<Time> = Attr::new("deferredUntilDateTime");
pub const MANAGER_REFERENCE: Attr<str> = Attr::new("managerReference");
pub const SPONSORS: LinkId = LinkId::of("sponsors");
pub const AUTHENTICATION_METHODS: LinkId = LinkId::of("authenticationMethods");

pub static USER: Kind = Kind::new(
    "user",
    &[
        ABOUT_ME.def().on_select(),
        ACCOUNT_ENABLED.def().required().on_select(),
        AGE_GROUP.def().on_select(),
        ASSIGNED_LICENSES.def().of(Type::Record(&ASSIGNED_LICENSE_RECORD)).owned_by("licences").on_select(),
        ASSIGNED_PLANS.def().of(Type::Record(&ASSIGNED_PLAN_RECORD)).owned_by("licences").on_select(),
        AUTHORIZATION_INFO.def().of(Type::Record(&AUTHORIZATION_INFO_RECORD)).on_select(),
        BIRTHDAY.def().on_select(),
        // Castellan's own: the index of those in `authorizationInfo`.
        CERTIFICATE_USER_IDS.def().unique().secret(),
        BUSINESS_PHONES.def(),
        CITY.def().on_select(),
        COMPANY_NAME.def().on_select(),
        CONSENT_PROVIDED_FOR_MINOR.def().on_select(),
        COUNTRY.def().on_select(),
        CREATED_DATE_TIME.def().system().on_select(),
        CREATION_TYPE.def().system().on_select(),
        CUSTOM_SECURITY_ATTRIBUTES.def().of(Type::Record(&CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD)).on_select(),
        DEPARTMENT.def().equal().on_select(),
        DEVICE_ENROLLMENT_LIMIT.def().on_select(),
        DISPLAY_NAME.def().required().ordered(),
        EMPLOYEE_HIRE_DATE.def().ordered().on_select(),
        EMPLOYEE_ID.def().equal().on_select(),
        EMPLOYEE_LEAVE_DATE_TIME.def().ordered().on_select(),
        EMPLOYEE_ORG_DATA.def().of(Type::Record(&EMPLOYEE_ORG_DATA_RECORD)).on_select(),
        EMPLOYEE_TYPE.def().on_select(),
        EXTERNAL_USER_STATE.def().on_select(),
        EXTERNAL_USER_STATE_CHANGE_DATE_TIME.def().on_select(),
        FAX_NUMBER.def().on_select(),
        GIVEN_NAME.def(),
        HIRE_DATE.def().on_select(),
        IDENTITIES.def().of(Type::Record(&OBJECT_IDENTITY_RECORD)).on_select(),
        IDENTITY_PARENT_ID.def().on_select(),
        IM_ADDRESSES.def().system().on_select(),
        INTERESTS.def().on_select(),
        IS_MANAGEMENT_RESTRICTED.def().system().on_select(),
        IS_RESOURCE_ACCOUNT.def().system().on_select(),
        JOB_TITLE.def(),
        LAST_PASSWORD_CHANGE_DATE_TIME.def().system().on_select(),
        LEGAL_AGE_GROUP_CLASSIFICATION.def().system().on_select(),
        LICENSE_ASSIGNMENT_STATES
            .def()
            .of(Type::Record(&LICENSE_ASSIGNMENT_STATE_RECORD))
            .owned_by("licences")
            .on_select(),
        MAIL.def().equal(),
        MAILBOX_SETTINGS.def().of(Type::Record(&MAILBOX_SETTINGS_RECORD)).on_select(),
        MAIL_NICKNAME.def().required().equal().on_select(),
        MOBILE_PHONE.def(),
        MY_SITE.def().on_select(),
        OFFICE_LOCATION.def(),
        ON_PREMISES_DISTINGUISHED_NAME.def().on_select(),
        ON_PREMISES_DOMAIN_NAME.def().on_select(),
        ON_PREMISES_EXTENSION_ATTRIBUTES.def().of(Type::Record(&ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD)).on_select(),
        ON_PREMISES_IMMUTABLE_ID.def().equal().on_select(),
        ON_PREMISES_LAST_SYNC_DATE_TIME.def().on_select(),
        ON_PREMISES_PROVISIONING_ERRORS.def().of(Type::Record(&ON_PREMISES_PROVISIONING_ERROR_RECORD)).on_select(),
        ON_PREMISES_SAM_ACCOUNT_NAME.def().on_select(),
        ON_PREMISES_SECURITY_IDENTIFIER.def().on_select(),
        ON_PREMISES_SYNC_ENABLED.def().on_select(),
        ON_PREMISES_USER_PRINCIPAL_NAME.def().on_select(),
        OTHER_MAILS.def().on_select(),
        PASSWORD_POLICIES.def().on_select(),
        PASSWORD_PROFILE.def().of(Type::Record(&PASSWORD_PROFILE_RECORD)).on_select(),
        PAST_PROJECTS.def().on_select(),
        POSTAL_CODE.def().on_select(),
        PREFERRED_DATA_LOCATION.def().on_select(),
        PREFERRED_LANGUAGE.def(),
        PREFERRED_NAME.def().on_select(),
        PRINT.def().of(Type::Record(&USER_PRINT_RECORD)).on_select(),
        PROVISIONED_PLANS.def().of(Type::Record(&PROVISIONED_PLAN_RECORD)).system().on_select(),
        PROXY_ADDRESSES.def().system().equal().on_select(),
        RESPONSIBILITIES.def().on_select(),
        SCHOOLS.def().on_select(),
        SECURITY_IDENTIFIER.def().system().on_select(),
        SERVICE_PROVISIONING_ERRORS.def().of(Type::Record(&SERVICE_PROVISIONING_ERROR_RECORD)).system().on_select(),
        SHOW_IN_ADDRESS_LIST.def().on_select(),
        SIGN_IN_ACTIVITY.def().of(Type::Record(&SIGN_IN_ACTIVITY_RECORD)).system().on_select(),
        SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME.def().system().on_select(),
        SKILLS.def().on_select(),
        STATE.def().on_select(),
        STREET_ADDRESS.def().on_select(),
        SURNAME.def(),
        USAGE_LOCATION.def().on_select(),
        USER_PRINCIPAL_NAME.def().required().unique(),
        USER_TYPE.def().on_select(),
        CLOUD_LICENSING.def().on_select(),
        CLOUD_REALTIME_COMMUNICATION_INFO.def().of(Type::Record(&CLOUD_REALTIME_COMMUNICATION_INFO_RECORD)).on_select(),
        DEVICE_KEYS.def().of(Type::Record(&DEVICE_KEY_RECORD)).system().on_select(),
        IDENTITY_GOVERNANCE.def().of(Type::Record(&IDENTITY_GOVERNANCE_USER_SETTINGS_RECORD)).on_select(),
        INFO_CATALOGS.def().on_select(),
        IS_LICENSE_RECONCILIATION_NEEDED.def().on_select(),
        ON_PREMISES_SIP_INFO.def().of(Type::Record(&ON_PREMISES_SIP_INFO_RECORD)).on_select(),
        REFRESH_TOKENS_VALID_FROM_DATE_TIME.def().system().on_select(),
        // Castellan's own: what a password is checked against.
        PASSWORD_VERIFIER.def().secret(),
        // Castellan's own: tokens issued earlier do not count, while sessions of browsers may.
        TOKENS_VALID_FROM.def().secret(),
        // Castellan's own: what was proved earlier with anything but a password does not count.
        STRONG_CREDENTIALS_VALID_FROM.def().secret(),
        // Castellan's own: the kind of the method that was removed last, for those who are told of it.
        REMOVED_CREDENTIAL.def().secret(),
        // Castellan's own: what becomes of the devices of somebody who leaves, `retire` or `wipe`; absent: nothing.
        DEVICES_TO_RELEASE.def().secret().equal(),
        // Castellan's own: the licences given to the person and not to a group; `assignedLicenses` follows from both.
        DIRECT_LICENSES.def().of(Type::Record(&ASSIGNED_LICENSE_RECORD)).system().on_select(),
        // Castellan's own, for looking up: the products whose seats are awaited, the groups whose licences failed.
        LICENSES_AWAITED.def().secret().owned_by("licences").equal(),
        LICENSE_ERROR_GROUPS.def().secret().owned_by("licences").equal(),
        // Castellan's own: when the next lifecycle workflow is due, where the clock finds it.
        WORKFLOWS_DUE.def().ordered().secret().owned_by("lifecycle-workflows"),
        // Castellan's own: what a record from elsewhere changes later, when; and a manager who has not come yet.
        DEFERRED_CHANGES.def().system().on_select(),
        DEFERRED_UNTIL.def().system().ordered().on_select(),
        MANAGER_REFERENCE.def().system().equal().on_select(),
    ],
    &[
        LinkDef::one("manager", &DIRECTORY_OBJECT),
        LinkDef::back("directReports", "manager", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveReports", "manager", &DIRECTORY_OBJECT),
        LinkDef::many("sponsors", &DIRECTORY_OBJECT),
        LinkDef::back("sponsorOf", "sponsors", &DIRECTORY_OBJECT),
        LinkDef::back("memberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveMemberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back("ownedObjects", "owners", &DIRECTORY_OBJECT),
        LinkDef::back("ownedDevices", "registeredOwners", &DIRECTORY_OBJECT),
        LinkDef::back("registeredDevices", "registeredUsers", &DIRECTORY_OBJECT),
        LinkDef::back("managedDevices", "users", &MANAGED_DEVICE),
        LinkDef::back("appRoleAssignments", "principal", &APP_ROLE_ASSIGNMENT),
        LinkDef::back("oauth2PermissionGrants", "grantedBy", &OAUTH2_PERMISSION_GRANT),
        // Graph puts these beneath `authentication`.
        LinkDef::contained("authenticationMethods", &AUTHENTICATION_METHOD),
    ],
)
.under(&DIRECTORY_OBJECT)
.restorable(30)
.keyed_by(&["userPrincipalName"]);

pub static AUTHORIZATION_INFO_RECORD: RecordDef = shape("authorizationInfo", &[field::texts("certificateUserIds")]);

pub static EMPLOYEE_ORG_DATA_RECORD: RecordDef =
    shape("employeeOrgData", &[field::text("costCenter"), field::text("division")]);

pub static OBJECT_IDENTITY_RECORD: RecordDef =
    shape("objectIdentity", &[field::text("issuer"), field::text("issuerAssignedId"), field::text("signInType")]);

pub static LICENSE_ASSIGNMENT_STATE_RECORD: RecordDef = shape(
    "licenseAssignmentState",
    &[
        field::text("assignedByGroup"),
        field::guids("disabledPlans"),
        field::text("error"),
        field::time("lastUpdatedDateTime"),
        field::guid("skuId"),
        field::text("state"),
    ],
);

pub static MAILBOX_SETTINGS_RECORD: RecordDef = shape(
    "mailboxSettings",
    &[
        field::text("archiveFolder"),
        field::record("automaticRepliesSetting", &AUTOMATIC_REPLIES_SETTING_RECORD),
        field::text("dateFormat"),
        field::choice("delegateMeetingMessageDeliveryOptions", &DELEGATE_MEETING_MESSAGE_DELIVERY_OPTIONS_VALUES),
        field::record("language", &LOCALE_INFO_RECORD),
        field::text("timeFormat"),
        field::text("timeZone"),
        field::choice("userPurpose", &USER_PURPOSE_VALUES),
        field::record("workingHours", &WORKING_HOURS_RECORD),
        field::choice("userPurposeV2", &MAILBOX_RECIPIENT_TYPE_VALUES),
    ],
);

pub static AUTOMATIC_REPLIES_SETTING_RECORD: RecordDef = shape(
    "automaticRepliesSetting",
    &[
        field::choice("externalAudience", &EXTERNAL_AUDIENCE_SCOPE_VALUES),
        field::text("externalReplyMessage"),
        field::text("internalReplyMessage"),
        field::record("scheduledEndDateTime", &DATE_TIME_TIME_ZONE_RECORD),
        field::record("scheduledStartDateTime", &DATE_TIME_TIME_ZONE_RECORD),
        field::choice("status", &AUTOMATIC_REPLIES_STATUS_VALUES),
    ],
);

pub static DATE_TIME_TIME_ZONE_RECORD: RecordDef =
    shape("dateTimeTimeZone", &[field::text("dateTime"), field::text("timeZone")]);

pub static LOCALE_INFO_RECORD: RecordDef = shape("localeInfo", &[field::text("displayName"), field::text("locale")]);

pub static WORKING_HOURS_RECORD: RecordDef = shape(
    "workingHours",
    &[
        field::choices("daysOfWeek", &DAY_OF_WEEK_VALUES),
        field::time_of_day("endTime"),
        field::time_of_day("startTime"),
        field::record("timeZone", &TIME_ZONE_BASE_RECORD),
    ],
);

pub static TIME_ZONE_BASE_RECORD: RecordDef = shape("timeZoneBase", &[field::text("name")]);

pub static CUSTOM_TIME_ZONE_RECORD: RecordDef = under(
    &TIME_ZONE_BASE_RECORD,
    shape(
        "customTimeZone",
        &[
            field::int("bias"),
            field::record("daylightOffset", &DAYLIGHT_TIME_ZONE_OFFSET_RECORD),
            field::record("standardOffset", &STANDARD_TIME_ZONE_OFFSET_RECORD),
        ],
    ),
);

pub static DAYLIGHT_TIME_ZONE_OFFSET_RECORD: RecordDef =
    under(&STANDARD_TIME_ZONE_OFFSET_RECORD, shape("daylightTimeZoneOffset", &[field::int("daylightBias")]));

pub static STANDARD_TIME_ZONE_OFFSET_RECORD: RecordDef = shape(
    "standardTimeZoneOffset",
    &[
        field::int("dayOccurrence"),
        field::choice("dayOfWeek", &DAY_OF_WEEK_VALUES),
        field::int("month"),
        field::time_of_day("time"),
        field::int("year"),
    ],
);

pub static PASSWORD_PROFILE_RECORD: RecordDef = shape(
    "passwordProfile",
    &[
        field::flag("forceChangePasswordNextSignIn"),
        field::flag("forceChangePasswordNextSignInWithMfa"),
        field::text("password"),
    ],
);

pub static USER_PRINT_RECORD: RecordDef = open_shape(shape("userPrint", &[]));

pub static SIGN_IN_ACTIVITY_RECORD: RecordDef = shape(
    "signInActivity",
    &[
        field::time("lastNonInteractiveSignInDateTime"),
        field::text("lastNonInteractiveSignInRequestId"),
        field::time("lastSignInDateTime"),
        field::text("lastSignInRequestId"),
        field::time("lastSuccessfulSignInDateTime"),
        field::text("lastSuccessfulSignInRequestId"),
    ],
);

pub static CLOUD_REALTIME_COMMUNICATION_INFO_RECORD: RecordDef =
    shape("cloudRealtimeCommunicationInfo", &[field::flag("isSipEnabled")]);

pub static DEVICE_KEY_RECORD: RecordDef =
    shape("deviceKey", &[field::guid("deviceId"), field::bytes("keyMaterial"), field::text("keyType")]);

pub static IDENTITY_GOVERNANCE_USER_SETTINGS_RECORD: RecordDef =
    shape("identityGovernanceUserSettings", &[field::record("approverDelegate", &APPROVER_DELEGATE_RECORD)]);

pub static APPROVER_DELEGATE_RECORD: RecordDef = shape(
    "approverDelegate",
    &[field::record("delegate", &USER_SET_RECORD), field::record("schedule", &REQUEST_SCHEDULE_RECORD)],
);

pub static USER_SET_RECORD: RecordDef = abstract_shape(shape("userSet", &[field::flag("isBackup")]));

pub static ON_PREMISES_SIP_INFO_RECORD: RecordDef = shape(
    "onPremisesSipInfo",
    &[field::flag("isSipEnabled"), field::text("sipDeploymentLocation"), field::text("sipPrimaryAddress")],
);

pub static EXTERNAL_AUDIENCE_SCOPE_VALUES: EnumDef = members("externalAudienceScope", &["none", "contactsOnly", "all"]);

pub static AUTOMATIC_REPLIES_STATUS_VALUES: EnumDef =
    members("automaticRepliesStatus", &["disabled", "alwaysEnabled", "scheduled"]);

pub static DELEGATE_MEETING_MESSAGE_DELIVERY_OPTIONS_VALUES: EnumDef = members(
    "delegateMeetingMessageDeliveryOptions",
    &["sendToDelegateAndInformationToPrincipal", "sendToDelegateAndPrincipal", "sendToDelegateOnly"],
);

pub static USER_PURPOSE_VALUES: EnumDef = members(
    "userPurpose",
    &["user", "linked", "shared", "room", "equipment", "others", "unknownFutureValue", "unknown"],
);

pub static MAILBOX_RECIPIENT_TYPE_VALUES: EnumDef =
    members("mailboxRecipientType", &["unknown", "user", "linked", "shared", "room", "equipment", "others"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AUTHORIZATION_INFO_RECORD,
    &EMPLOYEE_ORG_DATA_RECORD,
    &OBJECT_IDENTITY_RECORD,
    &LICENSE_ASSIGNMENT_STATE_RECORD,
    &MAILBOX_SETTINGS_RECORD,
    &AUTOMATIC_REPLIES_SETTING_RECORD,
    &DATE_TIME_TIME_ZONE_RECORD,
    &LOCALE_INFO_RECORD,
    &WORKING_HOURS_RECORD,
    &TIME_ZONE_BASE_RECORD,
    &CUSTOM_TIME_ZONE_RECORD,
    &DAYLIGHT_TIME_ZONE_OFFSET_RECORD,
    &STANDARD_TIME_ZONE_OFFSET_RECORD,
    &PASSWORD_PROFILE_RECORD,
    &USER_PRINT_RECORD,
    &SIGN_IN_ACTIVITY_RECORD,
    &CLOUD_REALTIME_COMMUNICATION_INFO_RECORD,
    &DEVICE_KEY_RECORD,
    &IDENTITY_GOVERNANCE_USER_SETTINGS_RECORD,
    &APPROVER_DELEGATE_RECORD,
    &USER_SET_RECORD,
    &ON_PREMISES_SIP_INFO_RECORD,
];
