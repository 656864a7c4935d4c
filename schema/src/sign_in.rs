//! signIn: a row of the sign-in log, with the policies that were judged and why.

use directory::{EnumDef, Kind, RecordDef};

use crate::application::KEY_VALUE_RECORD;
use crate::conditional_access_policy::RISK_LEVEL_VALUES;
pub use crate::keys::{CREATED_DATE_TIME, USER_ID};
use crate::shape::{
    abstract_shape, choice, choices, field, flag, flags, int, members, record, records, shape, text, texts, under,
};

pub static SIGN_IN: Kind = Kind::new(
    "signIn",
    &[
        text("appDisplayName"),
        text("appId"),
        records("appliedConditionalAccessPolicies", &APPLIED_CONDITIONAL_ACCESS_POLICY_RECORD),
        record("authenticationAppDeviceDetails", &AUTHENTICATION_APP_DEVICE_DETAILS_RECORD),
        text("clientAppUsed"),
        choice("conditionalAccessStatus", &CONDITIONAL_ACCESS_STATUS_VALUES),
        text("correlationId"),
        CREATED_DATE_TIME.def().system(),
        record("deviceDetail", &DEVICE_DETAIL_RECORD),
        text("homeTenantId"),
        text("ipAddress"),
        flag("isInteractive"),
        record("location", &SIGN_IN_LOCATION_RECORD),
        text("resourceDisplayName"),
        text("resourceId"),
        text("resourceTenantId"),
        choice("riskDetail", &RISK_DETAIL_VALUES),
        choices("riskEventTypes", &RISK_EVENT_TYPE_VALUES),
        texts("riskEventTypes_v2"),
        choice("riskLevelAggregated", &RISK_LEVEL_VALUES),
        choice("riskLevelDuringSignIn", &RISK_LEVEL_VALUES),
        choice("riskState", &RISK_STATE_VALUES),
        text("servicePrincipalId"),
        text("servicePrincipalName"),
        record("status", &SIGN_IN_STATUS_RECORD),
        text("userAgent"),
        text("userDisplayName"),
        USER_ID.def(),
        text("userPrincipalName"),
        record("agent", &AGENT_SIGN_IN_RECORD).on_select(),
        records("appliedEventListeners", &APPLIED_AUTHENTICATION_EVENT_LISTENER_RECORD).on_select(),
        text("appOwnerTenantId").on_select(),
        choice("appTokenProtectionStatus", &TOKEN_PROTECTION_STATUS_VALUES).on_select(),
        records("authenticationAppPolicyEvaluationDetails", &AUTHENTICATION_APP_POLICY_DETAILS_RECORD).on_select(),
        records("authenticationContextClassReferences", &AUTHENTICATION_CONTEXT_RECORD).on_select(),
        records("authenticationDetails", &AUTHENTICATION_DETAIL_RECORD).on_select(),
        texts("authenticationMethodsUsed").on_select(),
        records("authenticationProcessingDetails", &KEY_VALUE_RECORD).on_select(),
        choice("authenticationProtocol", &PROTOCOL_TYPE_VALUES).on_select(),
        text("authenticationRequirement").on_select(),
        records("authenticationRequirementPolicies", &AUTHENTICATION_REQUIREMENT_POLICY_RECORD).on_select(),
        int("autonomousSystemNumber").on_select(),
        text("azureResourceId").on_select(),
        choice("clientCredentialType", &CLIENT_CREDENTIAL_TYPE_VALUES).on_select(),
        text("clientSessionId").on_select(),
        texts("conditionalAccessAudiences").on_select(),
        choice("crossTenantAccessType", &SIGN_IN_ACCESS_TYPE_VALUES).on_select(),
        text("federatedCredentialId").on_select(),
        flag("flaggedForReview").on_select(),
        text("globalSecureAccessIpAddress").on_select(),
        text("homeTenantName").on_select(),
        choice("incomingTokenType", &INCOMING_TOKEN_TYPE_VALUES).on_select(),
        text("ipAddressFromResourceProvider").on_select(),
        flag("isTenantRestricted").on_select(),
        flag("isThroughGlobalSecureAccess").on_select(),
        record("managedServiceIdentity", &MANAGED_IDENTITY_RECORD).on_select(),
        record("mfaDetail", &MFA_DETAIL_RECORD).on_select(),
        records("networkLocationDetails", &NETWORK_LOCATION_DETAIL_RECORD).on_select(),
        text("originalRequestId").on_select(),
        choice("originalTransferMethod", &ORIGINAL_TRANSFER_METHODS_VALUES).on_select(),
        record("privateLinkDetails", &PRIVATE_LINK_DETAILS_RECORD).on_select(),
        int("processingTimeInMilliseconds").on_select(),
        text("resourceOwnerTenantId").on_select(),
        text("resourceServicePrincipalId").on_select(),
        text("servicePrincipalCredentialKeyId").on_select(),
        text("servicePrincipalCredentialThumbprint").on_select(),
        text("sessionId").on_select(),
        records("sessionLifetimePolicies", &SESSION_LIFETIME_POLICY_RECORD).on_select(),
        texts("signInEventTypes").on_select(),
        text("signInIdentifier").on_select(),
        choice("signInIdentifierType", &SIGN_IN_IDENTIFIER_TYPE_VALUES).on_select(),
        choice("signInTokenProtectionStatus", &TOKEN_PROTECTION_STATUS_VALUES).on_select(),
        text("tokenIssuerName").on_select(),
        choice("tokenIssuerType", &TOKEN_ISSUER_TYPE_VALUES).on_select(),
        record("tokenProtectionStatusDetails", &TOKEN_PROTECTION_STATUS_DETAILS_RECORD).on_select(),
        text("uniqueTokenIdentifier").on_select(),
        choice("userType", &SIGN_IN_USER_TYPE_VALUES).on_select(),
    ],
    &[],
);

pub static APPLIED_CONDITIONAL_ACCESS_POLICY_RECORD: RecordDef = shape(
    "appliedConditionalAccessPolicy",
    &[
        field::text("displayName"),
        field::texts("enforcedGrantControls"),
        field::texts("enforcedSessionControls"),
        field::text("id"),
        field::choice("result", &APPLIED_CONDITIONAL_ACCESS_POLICY_RESULT_VALUES),
        field::record("authenticationStrength", &AUTHENTICATION_STRENGTH_RECORD),
        field::choice("conditionsNotSatisfied", &CONDITIONAL_ACCESS_CONDITIONS_VALUES),
        field::choice("conditionsSatisfied", &CONDITIONAL_ACCESS_CONDITIONS_VALUES),
        field::records("excludeRulesSatisfied", &CONDITIONAL_ACCESS_RULE_SATISFIED_RECORD),
        field::records("includeRulesSatisfied", &CONDITIONAL_ACCESS_RULE_SATISFIED_RECORD),
        field::texts("sessionControlsNotSatisfied"),
        // Castellan's own: each condition of the policy, and what was seen.
        field::records("conditionResults", &CONDITIONAL_ACCESS_CONDITION_RESULT_RECORD),
    ],
);

pub static CONDITIONAL_ACCESS_CONDITION_RESULT_RECORD: RecordDef = shape(
    "conditionalAccessConditionResult",
    &[field::text("condition"), field::flag("isSatisfied"), field::text("evidence")],
);

pub static AUTHENTICATION_STRENGTH_RECORD: RecordDef = shape(
    "authenticationStrength",
    &[
        field::text("authenticationStrengthId"),
        field::choice("authenticationStrengthResult", &AUTHENTICATION_STRENGTH_RESULT_VALUES),
        field::text("displayName"),
    ],
);

pub static CONDITIONAL_ACCESS_RULE_SATISFIED_RECORD: RecordDef = shape(
    "conditionalAccessRuleSatisfied",
    &[
        field::choice("conditionalAccessCondition", &CONDITIONAL_ACCESS_CONDITIONS_VALUES),
        field::choice("ruleSatisfied", &CONDITIONAL_ACCESS_RULE_VALUES),
    ],
);

pub static AUTHENTICATION_APP_DEVICE_DETAILS_RECORD: RecordDef = shape(
    "authenticationAppDeviceDetails",
    &[field::text("appVersion"), field::text("clientApp"), field::text("deviceId"), field::text("operatingSystem")],
);

pub static DEVICE_DETAIL_RECORD: RecordDef = shape(
    "deviceDetail",
    &[
        field::text("browser"),
        field::text("deviceId"),
        field::text("displayName"),
        field::flag("isCompliant"),
        field::flag("isManaged"),
        field::text("operatingSystem"),
        field::text("trustType"),
        field::text("browserId"),
    ],
);

pub static SIGN_IN_LOCATION_RECORD: RecordDef = shape(
    "signInLocation",
    &[
        field::text("city"),
        field::text("countryOrRegion"),
        field::record("geoCoordinates", &GEO_COORDINATES_RECORD),
        field::text("state"),
    ],
);

pub static GEO_COORDINATES_RECORD: RecordDef =
    shape("geoCoordinates", &[field::double("altitude"), field::double("latitude"), field::double("longitude")]);

pub static SIGN_IN_STATUS_RECORD: RecordDef =
    shape("signInStatus", &[field::text("additionalDetails"), field::int("errorCode"), field::text("failureReason")]);

pub static AGENT_SIGN_IN_RECORD: RecordDef = shape(
    "agentSignIn",
    &[
        field::text("agentSubjectParentId"),
        field::choice("agentSubjectType", &AGENT_TYPE_VALUES),
        field::choice("agentType", &AGENT_TYPE_VALUES),
        field::text("parentAppId"),
    ],
);

pub static APPLIED_AUTHENTICATION_EVENT_LISTENER_RECORD: RecordDef = shape(
    "appliedAuthenticationEventListener",
    &[
        field::choice("eventType", &AUTHENTICATION_EVENT_TYPE_VALUES),
        field::text("executedListenerId"),
        field::record("handlerResult", &AUTHENTICATION_EVENT_HANDLER_RESULT_RECORD),
    ],
);

pub static AUTHENTICATION_EVENT_HANDLER_RESULT_RECORD: RecordDef =
    abstract_shape(shape("authenticationEventHandlerResult", &[]));

pub static CUSTOM_EXTENSION_CALLOUT_RESULT_RECORD: RecordDef = under(
    &AUTHENTICATION_EVENT_HANDLER_RESULT_RECORD,
    shape(
        "customExtensionCalloutResult",
        &[
            field::time("calloutDateTime"),
            field::text("customExtensionId"),
            field::int("errorCode"),
            field::int("httpStatus"),
            field::int("numberOfAttempts"),
        ],
    ),
);

pub static AUTHENTICATION_APP_POLICY_DETAILS_RECORD: RecordDef = shape(
    "authenticationAppPolicyDetails",
    &[
        field::choice("adminConfiguration", &AUTHENTICATION_APP_ADMIN_CONFIGURATION_VALUES),
        field::choice("authenticationEvaluation", &AUTHENTICATION_APP_EVALUATION_VALUES),
        field::text("policyName"),
        field::choice("status", &AUTHENTICATION_APP_POLICY_STATUS_VALUES),
    ],
);

pub static AUTHENTICATION_CONTEXT_RECORD: RecordDef = shape(
    "authenticationContext",
    &[field::choice("detail", &AUTHENTICATION_CONTEXT_DETAIL_VALUES), field::text("id")],
);

pub static AUTHENTICATION_DETAIL_RECORD: RecordDef = shape(
    "authenticationDetail",
    &[
        field::text("authenticationMethod"),
        field::text("authenticationMethodDetail"),
        field::time("authenticationStepDateTime"),
        field::text("authenticationStepRequirement"),
        field::text("authenticationStepResultDetail"),
        field::flag("succeeded"),
    ],
);

pub static AUTHENTICATION_REQUIREMENT_POLICY_RECORD: RecordDef = shape(
    "authenticationRequirementPolicy",
    &[field::text("detail"), field::choice("requirementProvider", &REQUIREMENT_PROVIDER_VALUES)],
);

pub static MANAGED_IDENTITY_RECORD: RecordDef = shape(
    "managedIdentity",
    &[
        field::text("associatedResourceId"),
        field::text("federatedTokenId"),
        field::text("federatedTokenIssuer"),
        field::choice("msiType", &MSI_TYPE_VALUES),
    ],
);

pub static MFA_DETAIL_RECORD: RecordDef = shape("mfaDetail", &[field::text("authDetail"), field::text("authMethod")]);

pub static NETWORK_LOCATION_DETAIL_RECORD: RecordDef =
    shape("networkLocationDetail", &[field::texts("networkNames"), field::choice("networkType", &NETWORK_TYPE_VALUES)]);

pub static PRIVATE_LINK_DETAILS_RECORD: RecordDef = shape(
    "privateLinkDetails",
    &[field::text("policyId"), field::text("policyName"), field::text("policyTenantId"), field::text("resourceId")],
);

pub static SESSION_LIFETIME_POLICY_RECORD: RecordDef = shape(
    "sessionLifetimePolicy",
    &[field::text("detail"), field::choice("expirationRequirement", &EXPIRATION_REQUIREMENT_VALUES)],
);

pub static TOKEN_PROTECTION_STATUS_DETAILS_RECORD: RecordDef = shape(
    "tokenProtectionStatusDetails",
    &[field::choice("signInSessionStatus", &TOKEN_PROTECTION_STATUS_VALUES), field::int("signInSessionStatusCode")],
);

pub static APPLIED_CONDITIONAL_ACCESS_POLICY_RESULT_VALUES: EnumDef = members(
    "appliedConditionalAccessPolicyResult",
    &[
        "success",
        "failure",
        "notApplied",
        "notEnabled",
        "unknown",
        "unknownFutureValue",
        "reportOnlySuccess",
        "reportOnlyFailure",
        "reportOnlyNotApplied",
        "reportOnlyInterrupted",
    ],
);

pub static AUTHENTICATION_STRENGTH_RESULT_VALUES: EnumDef = members(
    "authenticationStrengthResult",
    &[
        "notSet",
        "skippedForProofUp",
        "satisfied",
        "singleChallengeRequired",
        "multipleChallengesRequired",
        "singleRegistrationRequired",
        "multipleRegistrationsRequired",
        "cannotSatisfyDueToCombinationConfiguration",
        "cannotSatisfy",
        "unknownFutureValue",
    ],
);

pub static CONDITIONAL_ACCESS_CONDITIONS_VALUES: EnumDef = flags(
    "conditionalAccessConditions",
    &[
        "none",
        "application",
        "users",
        "devicePlatform",
        "location",
        "clientType",
        "signInRisk",
        "userRisk",
        "time",
        "deviceState",
        "client",
        "ipAddressSeenByAzureAD",
        "ipAddressSeenByResourceProvider",
        "unknownFutureValue",
        "servicePrincipals",
        "servicePrincipalRisk",
        "authenticationFlows",
        "insiderRisk",
    ],
);

pub static CONDITIONAL_ACCESS_RULE_VALUES: EnumDef = members(
    "conditionalAccessRule",
    &[
        "allApps",
        "firstPartyApps",
        "office365",
        "appId",
        "acr",
        "appFilter",
        "allUsers",
        "guest",
        "groupId",
        "roleId",
        "userId",
        "allDevicePlatforms",
        "devicePlatform",
        "allLocations",
        "insideCorpnet",
        "allTrustedLocations",
        "locationId",
        "allDevices",
        "deviceFilter",
        "deviceState",
        "unknownFutureValue",
        "deviceFilterIncludeRuleNotMatched",
        "allDeviceStates",
        "anonymizedIPAddress",
        "unfamiliarFeatures",
        "nationStateIPAddress",
        "realTimeThreatIntelligence",
        "internalGuest",
        "b2bCollaborationGuest",
        "b2bCollaborationMember",
        "b2bDirectConnectUser",
        "otherExternalUser",
        "serviceProvider",
        "microsoftAdminPortals",
        "deviceCodeFlow",
        "authenticationTransfer",
        "insiderRisk",
    ],
);

pub static CONDITIONAL_ACCESS_STATUS_VALUES: EnumDef =
    members("conditionalAccessStatus", &["success", "failure", "notApplied", "unknownFutureValue"]);

pub static RISK_DETAIL_VALUES: EnumDef = members(
    "riskDetail",
    &[
        "none",
        "adminGeneratedTemporaryPassword",
        "userPerformedSecuredPasswordChange",
        "userPerformedSecuredPasswordReset",
        "adminConfirmedSigninSafe",
        "aiConfirmedSigninSafe",
        "userPassedMFADrivenByRiskBasedPolicy",
        "adminDismissedAllRiskForUser",
        "adminConfirmedSigninCompromised",
        "hidden",
        "adminConfirmedUserCompromised",
        "unknownFutureValue",
        "m365DAdminDismissedDetection",
        "adminConfirmedServicePrincipalCompromised",
        "adminDismissedAllRiskForServicePrincipal",
        "userChangedPasswordOnPremises",
        "adminDismissedRiskForSignIn",
        "adminConfirmedAccountSafe",
        "microsoftRevokedSessions",
        "adminConfirmedAgentSafe",
        "adminConfirmedAgentCompromised",
        "adminDismissedRiskForAgent",
    ],
);

pub static RISK_EVENT_TYPE_VALUES: EnumDef = members(
    "riskEventType",
    &[
        "unlikelyTravel",
        "anonymizedIPAddress",
        "maliciousIPAddress",
        "unfamiliarFeatures",
        "malwareInfectedIPAddress",
        "suspiciousIPAddress",
        "leakedCredentials",
        "investigationsThreatIntelligence",
        "generic",
        "adminConfirmedUserCompromised",
        "mcasImpossibleTravel",
        "mcasSuspiciousInboxManipulationRules",
        "investigationsThreatIntelligenceSigninLinked",
        "maliciousIPAddressValidCredentialsBlockedIP",
        "unknownFutureValue",
    ],
);

pub static RISK_STATE_VALUES: EnumDef = members(
    "riskState",
    &["none", "confirmedSafe", "remediated", "dismissed", "atRisk", "confirmedCompromised", "unknownFutureValue"],
);

pub static AGENT_TYPE_VALUES: EnumDef = members(
    "agentType",
    &[
        "notAgentic",
        "agenticApp",
        "agenticAppInstance",
        "agentIdentityBlueprintPrincipal",
        "agentIDuser",
        "unknownFutureValue",
    ],
);

pub static AUTHENTICATION_EVENT_TYPE_VALUES: EnumDef = members(
    "authenticationEventType",
    &[
        "tokenIssuanceStart",
        "pageRenderStart",
        "unknownFutureValue",
        "attributeCollectionStart",
        "attributeCollectionSubmit",
        "emailOtpSend",
        "passwordSubmit",
    ],
);

pub static TOKEN_PROTECTION_STATUS_VALUES: EnumDef =
    members("tokenProtectionStatus", &["none", "bound", "unbound", "unknownFutureValue"]);

pub static AUTHENTICATION_APP_ADMIN_CONFIGURATION_VALUES: EnumDef =
    members("authenticationAppAdminConfiguration", &["notApplicable", "enabled", "disabled", "unknownFutureValue"]);

pub static AUTHENTICATION_APP_EVALUATION_VALUES: EnumDef =
    members("authenticationAppEvaluation", &["success", "failure", "unknownFutureValue"]);

pub static AUTHENTICATION_APP_POLICY_STATUS_VALUES: EnumDef = members(
    "authenticationAppPolicyStatus",
    &[
        "unknown",
        "appLockOutOfDate",
        "appLockEnabled",
        "appLockDisabled",
        "appContextOutOfDate",
        "appContextShown",
        "appContextNotShown",
        "locationContextOutOfDate",
        "locationContextShown",
        "locationContextNotShown",
        "numberMatchOutOfDate",
        "numberMatchCorrectNumberEntered",
        "numberMatchIncorrectNumberEntered",
        "numberMatchDeny",
        "tamperResistantHardwareOutOfDate",
        "tamperResistantHardwareUsed",
        "tamperResistantHardwareNotUsed",
        "unknownFutureValue",
    ],
);

pub static AUTHENTICATION_CONTEXT_DETAIL_VALUES: EnumDef =
    members("authenticationContextDetail", &["required", "previouslySatisfied", "notApplicable", "unknownFutureValue"]);

pub static PROTOCOL_TYPE_VALUES: EnumDef = flags(
    "protocolType",
    &[
        "none",
        "oAuth2",
        "ropc",
        "wsFederation",
        "saml20",
        "deviceCode",
        "unknownFutureValue",
        "authenticationTransfer",
        "nativeAuth",
        "implicitAccessTokenAndGetResponseMode",
        "implicitIdTokenAndGetResponseMode",
        "implicitAccessTokenAndPostResponseMode",
        "implicitIdTokenAndPostResponseMode",
        "authorizationCodeWithoutPkce",
        "authorizationCodeWithPkce",
        "clientCredentials",
        "refreshTokenGrant",
        "encryptedAuthorizeResponse",
        "directUserGrant",
        "kerberos",
        "prtGrant",
        "seamlessSso",
        "prtBrokerBased",
        "prtNonBrokerBased",
        "onBehalfOf",
        "samlOnBehalfOf",
        "officeS2S",
        "wsTrust",
    ],
);

pub static REQUIREMENT_PROVIDER_VALUES: EnumDef = members(
    "requirementProvider",
    &[
        "user",
        "request",
        "servicePrincipal",
        "v1ConditionalAccess",
        "multiConditionalAccess",
        "tenantSessionRiskPolicy",
        "accountCompromisePolicies",
        "v1ConditionalAccessDependency",
        "v1ConditionalAccessPolicyIdRequested",
        "mfaRegistrationRequiredByIdentityProtectionPolicy",
        "baselineProtection",
        "mfaRegistrationRequiredByBaselineProtection",
        "mfaRegistrationRequiredByMultiConditionalAccess",
        "enforcedForCspAdmins",
        "securityDefaults",
        "mfaRegistrationRequiredBySecurityDefaults",
        "proofUpCodeRequest",
        "crossTenantOutboundRule",
        "gpsLocationCondition",
        "riskBasedPolicy",
        "unknownFutureValue",
        "scopeBasedAuthRequirementPolicy",
        "authenticationStrengths",
    ],
);

pub static CLIENT_CREDENTIAL_TYPE_VALUES: EnumDef = members(
    "clientCredentialType",
    &[
        "none",
        "clientSecret",
        "clientAssertion",
        "federatedIdentityCredential",
        "managedIdentity",
        "certificate",
        "unknownFutureValue",
    ],
);

pub static SIGN_IN_ACCESS_TYPE_VALUES: EnumDef = flags(
    "signInAccessType",
    &[
        "none",
        "b2bCollaboration",
        "b2bDirectConnect",
        "microsoftSupport",
        "serviceProvider",
        "unknownFutureValue",
        "passthrough",
    ],
);

pub static INCOMING_TOKEN_TYPE_VALUES: EnumDef = flags(
    "incomingTokenType",
    &["none", "primaryRefreshToken", "saml11", "saml20", "unknownFutureValue", "remoteDesktopToken", "refreshToken"],
);

pub static MSI_TYPE_VALUES: EnumDef =
    members("msiType", &["none", "userAssigned", "systemAssigned", "unknownFutureValue"]);

pub static NETWORK_TYPE_VALUES: EnumDef = members(
    "networkType",
    &["intranet", "extranet", "namedNetwork", "trusted", "trustedNamedLocation", "unknownFutureValue"],
);

pub static ORIGINAL_TRANSFER_METHODS_VALUES: EnumDef =
    members("originalTransferMethods", &["none", "deviceCodeFlow", "authenticationTransfer", "unknownFutureValue"]);

pub static EXPIRATION_REQUIREMENT_VALUES: EnumDef = members(
    "expirationRequirement",
    &[
        "rememberMultifactorAuthenticationOnTrustedDevices",
        "tenantTokenLifetimePolicy",
        "audienceTokenLifetimePolicy",
        "signInFrequencyPeriodicReauthentication",
        "ngcMfa",
        "signInFrequencyEveryTime",
        "unknownFutureValue",
    ],
);

pub static SIGN_IN_IDENTIFIER_TYPE_VALUES: EnumDef = members(
    "signInIdentifierType",
    &[
        "userPrincipalName",
        "phoneNumber",
        "proxyAddress",
        "qrCode",
        "onPremisesUserPrincipalName",
        "unknownFutureValue",
    ],
);

pub static TOKEN_ISSUER_TYPE_VALUES: EnumDef = members(
    "tokenIssuerType",
    &[
        "AzureAD",
        "ADFederationServices",
        "UnknownFutureValue",
        "AzureADBackupAuth",
        "ADFederationServicesMFAAdapter",
        "NPSExtension",
    ],
);

pub static SIGN_IN_USER_TYPE_VALUES: EnumDef = members("signInUserType", &["member", "guest", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &APPLIED_CONDITIONAL_ACCESS_POLICY_RECORD,
    &CONDITIONAL_ACCESS_CONDITION_RESULT_RECORD,
    &AUTHENTICATION_STRENGTH_RECORD,
    &CONDITIONAL_ACCESS_RULE_SATISFIED_RECORD,
    &AUTHENTICATION_APP_DEVICE_DETAILS_RECORD,
    &DEVICE_DETAIL_RECORD,
    &SIGN_IN_LOCATION_RECORD,
    &GEO_COORDINATES_RECORD,
    &SIGN_IN_STATUS_RECORD,
    &AGENT_SIGN_IN_RECORD,
    &APPLIED_AUTHENTICATION_EVENT_LISTENER_RECORD,
    &AUTHENTICATION_EVENT_HANDLER_RESULT_RECORD,
    &CUSTOM_EXTENSION_CALLOUT_RESULT_RECORD,
    &AUTHENTICATION_APP_POLICY_DETAILS_RECORD,
    &AUTHENTICATION_CONTEXT_RECORD,
    &AUTHENTICATION_DETAIL_RECORD,
    &AUTHENTICATION_REQUIREMENT_POLICY_RECORD,
    &MANAGED_IDENTITY_RECORD,
    &MFA_DETAIL_RECORD,
    &NETWORK_LOCATION_DETAIL_RECORD,
    &PRIVATE_LINK_DETAILS_RECORD,
    &SESSION_LIFETIME_POLICY_RECORD,
    &TOKEN_PROTECTION_STATUS_DETAILS_RECORD,
];
