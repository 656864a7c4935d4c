//! conditionalAccessPolicy: under which conditions a sign-in is refused, or asked for more.
//!
//! How the conditions are judged stands in `access`.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, MODIFIED_DATE_TIME, STATE, TEMPLATE_ID};
use crate::policy_base::POLICY_DELETABLE_ITEM;
use crate::shape::{abstract_shape, field, flags, members, open_shape, shape, under};

pub const CONDITIONS: Attr<Record> = Attr::new("conditions");
pub const GRANT_CONTROLS: Attr<Record> = Attr::new("grantControls");
pub const SESSION_CONTROLS: Attr<Record> = Attr::new("sessionControls");

pub const IS_LOCKOUT_ACCEPTED: Attr<bool> = Attr::new("isLockoutAccepted");
pub const LOCKOUT_ACCEPTED_REASON: Attr<str> = Attr::new("lockoutAcceptedReason");

pub static CONDITIONAL_ACCESS_POLICY: Kind = Kind::new(
    "conditionalAccessPolicy",
    &[
        CONDITIONS.def().of(Type::Record(&CONDITIONAL_ACCESS_CONDITION_SET_RECORD)).required(),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required().equal(),
        GRANT_CONTROLS.def().of(Type::Record(&CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD)),
        MODIFIED_DATE_TIME.def().system(),
        SESSION_CONTROLS.def().of(Type::Record(&CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD)),
        STATE.def().of(Type::Enum(&CONDITIONAL_ACCESS_POLICY_STATE_VALUES)).required(),
        TEMPLATE_ID.def().on_create(),
        // Castellan's own: whether it may be enforced although it locks out every Global Administrator.
        IS_LOCKOUT_ACCEPTED.def().on_select(),
        LOCKOUT_ACCEPTED_REASON.def().on_select(),
    ],
    &[],
)
.under(&POLICY_DELETABLE_ITEM)
.restorable(30);

/// What is not listed is kept and given back as it came; no policy that has it is enforced.
pub static CONDITIONAL_ACCESS_CONDITION_SET_RECORD: RecordDef = open_shape(shape(
    "conditionalAccessConditionSet",
    &[
        field::record("applications", &CONDITIONAL_ACCESS_APPLICATIONS_RECORD),
        field::record("authenticationFlows", &CONDITIONAL_ACCESS_AUTHENTICATION_FLOWS_RECORD),
        field::record("clientApplications", &CONDITIONAL_ACCESS_CLIENT_APPLICATIONS_RECORD),
        field::choices("clientAppTypes", &CONDITIONAL_ACCESS_CLIENT_APP_VALUES),
        field::record("devices", &CONDITIONAL_ACCESS_DEVICES_RECORD),
        field::choice("insiderRiskLevels", &CONDITIONAL_ACCESS_INSIDER_RISK_LEVELS_VALUES),
        field::record("locations", &CONDITIONAL_ACCESS_LOCATIONS_RECORD),
        field::record("platforms", &CONDITIONAL_ACCESS_PLATFORMS_RECORD),
        field::choices("servicePrincipalRiskLevels", &RISK_LEVEL_VALUES),
        field::choices("signInRiskLevels", &RISK_LEVEL_VALUES),
        field::choices("userRiskLevels", &RISK_LEVEL_VALUES),
        field::record("users", &CONDITIONAL_ACCESS_USERS_RECORD),
        field::choice("agentIdRiskLevels", &CONDITIONAL_ACCESS_AGENT_ID_RISK_LEVELS_VALUES),
        field::record("deviceStates", &CONDITIONAL_ACCESS_DEVICE_STATES_RECORD),
    ],
));

pub static CONDITIONAL_ACCESS_APPLICATIONS_RECORD: RecordDef = shape(
    "conditionalAccessApplications",
    &[
        field::record("applicationFilter", &CONDITIONAL_ACCESS_FILTER_RECORD),
        field::texts("excludeApplications"),
        field::texts("includeApplications"),
        field::texts("includeAuthenticationContextClassReferences"),
        field::texts("includeUserActions"),
        field::record("globalSecureAccess", &CONDITIONAL_ACCESS_GLOBAL_SECURE_ACCESS_RECORD),
        field::record("networkAccess", &CONDITIONAL_ACCESS_NETWORK_ACCESS_RECORD),
    ],
);

pub static CONDITIONAL_ACCESS_FILTER_RECORD: RecordDef =
    shape("conditionalAccessFilter", &[field::choice("mode", &FILTER_MODE_VALUES), field::text("rule")]);

pub static CONDITIONAL_ACCESS_GLOBAL_SECURE_ACCESS_RECORD: RecordDef =
    open_shape(shape("conditionalAccessGlobalSecureAccess", &[]));

pub static CONDITIONAL_ACCESS_NETWORK_ACCESS_RECORD: RecordDef =
    open_shape(shape("conditionalAccessNetworkAccess", &[]));

pub static CONDITIONAL_ACCESS_AUTHENTICATION_FLOWS_RECORD: RecordDef = shape(
    "conditionalAccessAuthenticationFlows",
    &[field::choice("transferMethods", &CONDITIONAL_ACCESS_TRANSFER_METHODS_VALUES)],
);

pub static CONDITIONAL_ACCESS_CLIENT_APPLICATIONS_RECORD: RecordDef = shape(
    "conditionalAccessClientApplications",
    &[
        field::texts("excludeServicePrincipals"),
        field::texts("includeServicePrincipals"),
        field::record("servicePrincipalFilter", &CONDITIONAL_ACCESS_FILTER_RECORD),
        field::record("agentIdServicePrincipalFilter", &CONDITIONAL_ACCESS_FILTER_RECORD),
        field::texts("excludeAgentIdServicePrincipals"),
        field::texts("includeAgentIdServicePrincipals"),
    ],
);

pub static CONDITIONAL_ACCESS_DEVICES_RECORD: RecordDef = shape(
    "conditionalAccessDevices",
    &[
        field::record("deviceFilter", &CONDITIONAL_ACCESS_FILTER_RECORD),
        field::texts("excludeDevices"),
        field::texts("excludeDeviceStates"),
        field::texts("includeDevices"),
        field::texts("includeDeviceStates"),
    ],
);

pub static CONDITIONAL_ACCESS_LOCATIONS_RECORD: RecordDef =
    shape("conditionalAccessLocations", &[field::texts("excludeLocations"), field::texts("includeLocations")]);

pub static CONDITIONAL_ACCESS_PLATFORMS_RECORD: RecordDef = shape(
    "conditionalAccessPlatforms",
    &[
        field::choices("excludePlatforms", &CONDITIONAL_ACCESS_DEVICE_PLATFORM_VALUES),
        field::choices("includePlatforms", &CONDITIONAL_ACCESS_DEVICE_PLATFORM_VALUES),
    ],
);

pub static CONDITIONAL_ACCESS_USERS_RECORD: RecordDef = shape(
    "conditionalAccessUsers",
    &[
        field::texts("excludeGroups"),
        field::record("excludeGuestsOrExternalUsers", &CONDITIONAL_ACCESS_GUESTS_OR_EXTERNAL_USERS_RECORD),
        field::texts("excludeRoles"),
        field::texts("excludeUsers"),
        field::texts("includeGroups"),
        field::record("includeGuestsOrExternalUsers", &CONDITIONAL_ACCESS_GUESTS_OR_EXTERNAL_USERS_RECORD),
        field::texts("includeRoles"),
        field::texts("includeUsers"),
    ],
);

pub static CONDITIONAL_ACCESS_GUESTS_OR_EXTERNAL_USERS_RECORD: RecordDef = shape(
    "conditionalAccessGuestsOrExternalUsers",
    &[
        field::record("externalTenants", &CONDITIONAL_ACCESS_EXTERNAL_TENANTS_RECORD),
        field::choice("guestOrExternalUserTypes", &CONDITIONAL_ACCESS_GUEST_OR_EXTERNAL_USER_TYPES_VALUES),
    ],
);

pub static CONDITIONAL_ACCESS_EXTERNAL_TENANTS_RECORD: RecordDef = abstract_shape(shape(
    "conditionalAccessExternalTenants",
    &[field::choice("membershipKind", &CONDITIONAL_ACCESS_EXTERNAL_TENANTS_MEMBERSHIP_KIND_VALUES)],
));

pub static CONDITIONAL_ACCESS_ALL_EXTERNAL_TENANTS_RECORD: RecordDef =
    under(&CONDITIONAL_ACCESS_EXTERNAL_TENANTS_RECORD, shape("conditionalAccessAllExternalTenants", &[]));

pub static CONDITIONAL_ACCESS_ENUMERATED_EXTERNAL_TENANTS_RECORD: RecordDef = under(
    &CONDITIONAL_ACCESS_EXTERNAL_TENANTS_RECORD,
    shape("conditionalAccessEnumeratedExternalTenants", &[field::texts("members")]),
);

pub static CONDITIONAL_ACCESS_DEVICE_STATES_RECORD: RecordDef =
    shape("conditionalAccessDeviceStates", &[field::texts("excludeStates"), field::texts("includeStates")]);

/// What is not listed is kept and given back as it came; no policy that has it is enforced.
pub static CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD: RecordDef = open_shape(shape(
    "conditionalAccessGrantControls",
    &[
        field::choices("builtInControls", &CONDITIONAL_ACCESS_GRANT_CONTROL_VALUES),
        field::texts("customAuthenticationFactors"),
        field::text("operator"),
        field::texts("termsOfUse"),
    ],
));

/// What is not listed is kept and given back as it came; no policy that has it is enforced.
pub static CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD: RecordDef = open_shape(shape(
    "conditionalAccessSessionControls",
    &[
        field::record("applicationEnforcedRestrictions", &APPLICATION_ENFORCED_RESTRICTIONS_SESSION_CONTROL_RECORD),
        field::record("cloudAppSecurity", &CLOUD_APP_SECURITY_SESSION_CONTROL_RECORD),
        field::flag("disableResilienceDefaults"),
        field::record("persistentBrowser", &PERSISTENT_BROWSER_SESSION_CONTROL_RECORD),
        field::record("secureSignInSession", &SECURE_SIGN_IN_SESSION_CONTROL_RECORD),
        field::record("signInFrequency", &SIGN_IN_FREQUENCY_SESSION_CONTROL_RECORD),
        field::record("continuousAccessEvaluation", &CONTINUOUS_ACCESS_EVALUATION_SESSION_CONTROL_RECORD),
        field::record(
            "globalSecureAccessFilteringProfile",
            &GLOBAL_SECURE_ACCESS_FILTERING_PROFILE_SESSION_CONTROL_RECORD,
        ),
    ],
));

pub static APPLICATION_ENFORCED_RESTRICTIONS_SESSION_CONTROL_RECORD: RecordDef =
    under(&CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD, shape("applicationEnforcedRestrictionsSessionControl", &[]));

pub static CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD: RecordDef =
    abstract_shape(shape("conditionalAccessSessionControl", &[field::flag("isEnabled")]));

pub static CLOUD_APP_SECURITY_SESSION_CONTROL_RECORD: RecordDef = under(
    &CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD,
    shape(
        "cloudAppSecuritySessionControl",
        &[field::choice("cloudAppSecurityType", &CLOUD_APP_SECURITY_SESSION_CONTROL_TYPE_VALUES)],
    ),
);

pub static PERSISTENT_BROWSER_SESSION_CONTROL_RECORD: RecordDef = under(
    &CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD,
    shape("persistentBrowserSessionControl", &[field::choice("mode", &PERSISTENT_BROWSER_SESSION_MODE_VALUES)]),
);

pub static SECURE_SIGN_IN_SESSION_CONTROL_RECORD: RecordDef =
    under(&CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD, shape("secureSignInSessionControl", &[]));

pub static SIGN_IN_FREQUENCY_SESSION_CONTROL_RECORD: RecordDef = under(
    &CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD,
    shape(
        "signInFrequencySessionControl",
        &[
            field::choice("authenticationType", &SIGN_IN_FREQUENCY_AUTHENTICATION_TYPE_VALUES),
            field::choice("frequencyInterval", &SIGN_IN_FREQUENCY_INTERVAL_VALUES),
            field::choice("type", &SIGNIN_FREQUENCY_TYPE_VALUES),
            field::int("value"),
        ],
    ),
);

pub static GLOBAL_SECURE_ACCESS_FILTERING_PROFILE_SESSION_CONTROL_RECORD: RecordDef = under(
    &CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD,
    shape("globalSecureAccessFilteringProfileSessionControl", &[field::text("profileId")]),
);

pub static CONTINUOUS_ACCESS_EVALUATION_SESSION_CONTROL_RECORD: RecordDef = shape(
    "continuousAccessEvaluationSessionControl",
    &[field::choice("mode", &CONTINUOUS_ACCESS_EVALUATION_MODE_VALUES)],
);

pub static FILTER_MODE_VALUES: EnumDef = members("filterMode", &["include", "exclude"]);

pub static CONDITIONAL_ACCESS_TRANSFER_METHODS_VALUES: EnumDef = flags(
    "conditionalAccessTransferMethods",
    &["none", "deviceCodeFlow", "authenticationTransfer", "unknownFutureValue"],
);

pub static CONDITIONAL_ACCESS_CLIENT_APP_VALUES: EnumDef = members(
    "conditionalAccessClientApp",
    &[
        "all",
        "browser",
        "mobileAppsAndDesktopClients",
        "exchangeActiveSync",
        "easSupported",
        "other",
        "unknownFutureValue",
    ],
);

pub static CONDITIONAL_ACCESS_INSIDER_RISK_LEVELS_VALUES: EnumDef =
    flags("conditionalAccessInsiderRiskLevels", &["minor", "moderate", "elevated", "unknownFutureValue"]);

pub static CONDITIONAL_ACCESS_DEVICE_PLATFORM_VALUES: EnumDef = members(
    "conditionalAccessDevicePlatform",
    &["android", "iOS", "windows", "windowsPhone", "macOS", "all", "unknownFutureValue", "linux"],
);

pub static RISK_LEVEL_VALUES: EnumDef =
    members("riskLevel", &["low", "medium", "high", "hidden", "none", "unknownFutureValue"]);

pub static CONDITIONAL_ACCESS_EXTERNAL_TENANTS_MEMBERSHIP_KIND_VALUES: EnumDef =
    members("conditionalAccessExternalTenantsMembershipKind", &["all", "enumerated", "unknownFutureValue"]);

pub static CONDITIONAL_ACCESS_GUEST_OR_EXTERNAL_USER_TYPES_VALUES: EnumDef = flags(
    "conditionalAccessGuestOrExternalUserTypes",
    &[
        "none",
        "internalGuest",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "b2bDirectConnectUser",
        "otherExternalUser",
        "serviceProvider",
        "unknownFutureValue",
    ],
);

pub static CONDITIONAL_ACCESS_AGENT_ID_RISK_LEVELS_VALUES: EnumDef =
    flags("conditionalAccessAgentIdRiskLevels", &["low", "medium", "high", "unknownFutureValue"]);

pub static CONDITIONAL_ACCESS_GRANT_CONTROL_VALUES: EnumDef = members(
    "conditionalAccessGrantControl",
    &[
        "block",
        "mfa",
        "compliantDevice",
        "domainJoinedDevice",
        "approvedApplication",
        "compliantApplication",
        "passwordChange",
        "unknownFutureValue",
        "riskRemediation",
    ],
);

pub static CLOUD_APP_SECURITY_SESSION_CONTROL_TYPE_VALUES: EnumDef = members(
    "cloudAppSecuritySessionControlType",
    &["mcasConfigured", "monitorOnly", "blockDownloads", "unknownFutureValue"],
);

pub static PERSISTENT_BROWSER_SESSION_MODE_VALUES: EnumDef =
    members("persistentBrowserSessionMode", &["always", "never"]);

pub static SIGN_IN_FREQUENCY_AUTHENTICATION_TYPE_VALUES: EnumDef = members(
    "signInFrequencyAuthenticationType",
    &["primaryAndSecondaryAuthentication", "secondaryAuthentication", "unknownFutureValue"],
);

pub static SIGN_IN_FREQUENCY_INTERVAL_VALUES: EnumDef =
    members("signInFrequencyInterval", &["timeBased", "everyTime", "unknownFutureValue"]);

pub static SIGNIN_FREQUENCY_TYPE_VALUES: EnumDef = members("signinFrequencyType", &["days", "hours"]);

pub static CONTINUOUS_ACCESS_EVALUATION_MODE_VALUES: EnumDef = members(
    "continuousAccessEvaluationMode",
    &["strictEnforcement", "disabled", "unknownFutureValue", "strictLocation"],
);

pub static CONDITIONAL_ACCESS_POLICY_STATE_VALUES: EnumDef =
    members("conditionalAccessPolicyState", &["enabled", "disabled", "enabledForReportingButNotEnforced"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &CONDITIONAL_ACCESS_CONDITION_SET_RECORD,
    &CONDITIONAL_ACCESS_APPLICATIONS_RECORD,
    &CONDITIONAL_ACCESS_FILTER_RECORD,
    &CONDITIONAL_ACCESS_GLOBAL_SECURE_ACCESS_RECORD,
    &CONDITIONAL_ACCESS_NETWORK_ACCESS_RECORD,
    &CONDITIONAL_ACCESS_AUTHENTICATION_FLOWS_RECORD,
    &CONDITIONAL_ACCESS_CLIENT_APPLICATIONS_RECORD,
    &CONDITIONAL_ACCESS_DEVICES_RECORD,
    &CONDITIONAL_ACCESS_LOCATIONS_RECORD,
    &CONDITIONAL_ACCESS_PLATFORMS_RECORD,
    &CONDITIONAL_ACCESS_USERS_RECORD,
    &CONDITIONAL_ACCESS_GUESTS_OR_EXTERNAL_USERS_RECORD,
    &CONDITIONAL_ACCESS_EXTERNAL_TENANTS_RECORD,
    &CONDITIONAL_ACCESS_ALL_EXTERNAL_TENANTS_RECORD,
    &CONDITIONAL_ACCESS_ENUMERATED_EXTERNAL_TENANTS_RECORD,
    &CONDITIONAL_ACCESS_DEVICE_STATES_RECORD,
    &CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD,
    &CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD,
    &APPLICATION_ENFORCED_RESTRICTIONS_SESSION_CONTROL_RECORD,
    &CONDITIONAL_ACCESS_SESSION_CONTROL_RECORD,
    &CLOUD_APP_SECURITY_SESSION_CONTROL_RECORD,
    &PERSISTENT_BROWSER_SESSION_CONTROL_RECORD,
    &SECURE_SIGN_IN_SESSION_CONTROL_RECORD,
    &SIGN_IN_FREQUENCY_SESSION_CONTROL_RECORD,
    &GLOBAL_SECURE_ACCESS_FILTERING_PROFILE_SESSION_CONTROL_RECORD,
    &CONTINUOUS_ACCESS_EVALUATION_SESSION_CONTROL_RECORD,
];
