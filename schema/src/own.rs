//! What is Castellan's own: names that clients of Graph do not know. Kept apart so that nothing is added by mistake.
//!
//! Attributes that are never shown (`secret`) need no mention here; nobody outside can meet them.

/// Kinds, records and enumerations.
pub static OWN_KINDS: &[&str] = &[
    "appInstallState",
    "automaticEnrollment",
    "complianceResult",
    "conditionalAccessConditionResult",
    "configurationSettingState",
    "deviceFacts",
    "linuxAppDetection",
    "linuxAppDetectionType",
    "linuxPackageApp",
    "linuxPackageType",
    "queuedAction",
    "recoveryCodesAuthenticationMethod",
    "selfServicePasswordReset",
    "servicePlanRule",
    "sharedSignalsDeliveryMethod",
    "sharedSignalsResponse",
    "sharedSignalsStream",
    "sharedSignalsStreamStatus",
    "sharedSignalsTransmitter",
    "unknownDeviceFact",
];

/// Attributes, fields and links, each with the kind or record it belongs to.
pub static CASTELLAN_OWN: &[(&str, &str)] = &[
    ("agreement", "acceptedSinceDateTime"),
    ("appRoleAssignment", "principal"),
    ("appRoleAssignment", "resource"),
    ("appliedConditionalAccessPolicy", "conditionResults"),
    ("authenticationMethodsPolicy", "selfServicePasswordReset"),
    ("conditionalAccessPolicy", "isLockoutAccepted"),
    ("conditionalAccessPolicy", "lockoutAcceptedReason"),
    ("deviceManagement", "automaticEnrollment"),
    ("managedDevice", "actionQueue"),
    ("managedDevice", "appInstallStates"),
    ("managedDevice", "complianceResults"),
    ("managedDevice", "configurationSettingStates"),
    ("managedDevice", "deviceFacts"),
    ("managedDevice", "releaseRequest"),
    ("oAuth2PermissionGrant", "grantedBy"),
    ("oAuth2PermissionGrant", "grantedTo"),
    ("oAuth2PermissionGrant", "resource"),
    ("organization", "lastSigningKeyAct"),
    ("servicePrincipal", "synchronizationJobs"),
    ("softwareOathAuthenticationMethod", "displayName"),
    ("subscribedSku", "servicePlanRules"),
    ("user", "authenticationMethods"),
    ("user", "deferredChanges"),
    ("user", "deferredUntilDateTime"),
    ("user", "directLicenses"),
    ("user", "managerReference"),
];
