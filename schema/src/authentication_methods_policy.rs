//! authenticationMethodsPolicy: which sign-in methods the organisation allows, and to whom.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Type};

pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, ID, LAST_MODIFIED_DATE_TIME};
use crate::self_service_password_reset::SELF_SERVICE_PASSWORD_RESET_RECORD;
use crate::shape::{ENTITY_RECORD, abstract_shape, field, flags, item, members, shape, under};

pub const POLICY_MIGRATION_STATE: Attr<str> = Attr::new("policyMigrationState");
pub const POLICY_VERSION: Attr<str> = Attr::new("policyVersion");
pub const RECONFIRMATION_IN_DAYS: Attr<i64> = Attr::new("reconfirmationInDays");
pub const REGISTRATION_ENFORCEMENT: Attr<Record> = Attr::new("registrationEnforcement");
pub const MICROSOFT_AUTHENTICATOR_PLATFORM_SETTINGS: Attr<Record> = Attr::new("microsoftAuthenticatorPlatformSettings");
pub const REPORT_SUSPICIOUS_ACTIVITY_SETTINGS: Attr<Record> = Attr::new("reportSuspiciousActivitySettings");
pub const SYSTEM_CREDENTIAL_PREFERENCES: Attr<Record> = Attr::new("systemCredentialPreferences");
pub const SELF_SERVICE_PASSWORD_RESET: Attr<Record> = Attr::new("selfServicePasswordReset");
pub const AUTHENTICATION_METHOD_CONFIGURATIONS: Attr<[Record]> = Attr::new("authenticationMethodConfigurations");

pub static AUTHENTICATION_METHODS_POLICY: Kind = Kind::new(
    "authenticationMethodsPolicy",
    &[
        DESCRIPTION.def(),
        DISPLAY_NAME.def(),
        LAST_MODIFIED_DATE_TIME.def().system(),
        POLICY_MIGRATION_STATE.def().of(Type::Enum(&AUTHENTICATION_METHODS_POLICY_MIGRATION_STATE_VALUES)),
        POLICY_VERSION.def().system(),
        RECONFIRMATION_IN_DAYS.def(),
        REGISTRATION_ENFORCEMENT.def().of(Type::Record(&REGISTRATION_ENFORCEMENT_RECORD)),
        MICROSOFT_AUTHENTICATOR_PLATFORM_SETTINGS
            .def()
            .of(Type::Record(&MICROSOFT_AUTHENTICATOR_PLATFORM_SETTINGS_RECORD))
            .on_select(),
        REPORT_SUSPICIOUS_ACTIVITY_SETTINGS
            .def()
            .of(Type::Record(&REPORT_SUSPICIOUS_ACTIVITY_SETTINGS_RECORD))
            .on_select(),
        SYSTEM_CREDENTIAL_PREFERENCES.def().of(Type::Record(&SYSTEM_CREDENTIAL_PREFERENCES_RECORD)).on_select(),
        // Castellan's own: who may reset a password they forgot, and how many methods they prove.
        SELF_SERVICE_PASSWORD_RESET.def().of(Type::Record(&SELF_SERVICE_PASSWORD_RESET_RECORD)),
        ID.def().system(),
        AUTHENTICATION_METHOD_CONFIGURATIONS.def().of(Type::Record(&AUTHENTICATION_METHOD_CONFIGURATION_RECORD)),
    ],
    &[LinkDef::records(
        "authenticationMethodConfigurations",
        "authenticationMethodConfigurations",
        &AUTHENTICATION_METHOD_CONFIGURATION,
    )],
);

pub static AUTHENTICATION_METHOD_CONFIGURATION: Kind = item(&AUTHENTICATION_METHOD_CONFIGURATION_RECORD, &[]);

pub static REGISTRATION_ENFORCEMENT_RECORD: RecordDef = shape(
    "registrationEnforcement",
    &[field::record("authenticationMethodsRegistrationCampaign", &AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_RECORD)],
);

pub static AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_RECORD: RecordDef = shape(
    "authenticationMethodsRegistrationCampaign",
    &[
        field::records("excludeTargets", &EXCLUDE_TARGET_RECORD),
        field::records("includeTargets", &AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_INCLUDE_TARGET_RECORD),
        field::int("snoozeDurationInDays"),
        field::choice("state", &ADVANCED_CONFIG_STATE_VALUES),
        field::flag("enforceRegistrationAfterAllowedSnoozes"),
    ],
);

pub static EXCLUDE_TARGET_RECORD: RecordDef = shape(
    "excludeTarget",
    &[field::text("id"), field::choice("targetType", &AUTHENTICATION_METHOD_TARGET_TYPE_VALUES)],
);

pub static AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_INCLUDE_TARGET_RECORD: RecordDef = shape(
    "authenticationMethodsRegistrationCampaignIncludeTarget",
    &[
        field::text("id"),
        field::text("targetedAuthenticationMethod"),
        field::choice("targetType", &AUTHENTICATION_METHOD_TARGET_TYPE_VALUES),
    ],
);

pub static MICROSOFT_AUTHENTICATOR_PLATFORM_SETTINGS_RECORD: RecordDef =
    shape("microsoftAuthenticatorPlatformSettings", &[field::record("enforceAppPIN", &ENFORCE_APP_PIN_RECORD)]);

pub static ENFORCE_APP_PIN_RECORD: RecordDef = shape(
    "enforceAppPIN",
    &[
        field::records("excludeTargets", &EXCLUDE_TARGET_RECORD),
        field::records("includeTargets", &INCLUDE_TARGET_RECORD),
    ],
);

pub static INCLUDE_TARGET_RECORD: RecordDef = shape(
    "includeTarget",
    &[field::text("id"), field::choice("targetType", &AUTHENTICATION_METHOD_TARGET_TYPE_VALUES)],
);

pub static REPORT_SUSPICIOUS_ACTIVITY_SETTINGS_RECORD: RecordDef = shape(
    "reportSuspiciousActivitySettings",
    &[
        field::record("includeTarget", &INCLUDE_TARGET_RECORD),
        field::choice("state", &ADVANCED_CONFIG_STATE_VALUES),
        field::int("voiceReportingCode"),
    ],
);

pub static SYSTEM_CREDENTIAL_PREFERENCES_RECORD: RecordDef = shape(
    "systemCredentialPreferences",
    &[
        field::records("excludeTargets", &EXCLUDE_TARGET_RECORD),
        field::records("includeTargets", &INCLUDE_TARGET_RECORD),
        field::choice("state", &ADVANCED_CONFIG_STATE_VALUES),
    ],
);

pub static AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = abstract_shape(under(
    &ENTITY_RECORD,
    shape(
        "authenticationMethodConfiguration",
        &[
            field::records("excludeTargets", &EXCLUDE_TARGET_RECORD),
            field::choice("state", &AUTHENTICATION_METHOD_STATE_VALUES),
        ],
    ),
));

pub static EMAIL_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "emailAuthenticationMethodConfiguration",
        &[
            field::choice("allowExternalIdToUseEmailOtp", &EXTERNAL_EMAIL_OTP_STATE_VALUES),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "authenticationMethodTarget",
        &[
            field::flag("isRegistrationRequired"),
            field::choice("targetType", &AUTHENTICATION_METHOD_TARGET_TYPE_VALUES),
        ],
    ),
);

pub static MICROSOFT_AUTHENTICATOR_AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_TARGET_RECORD,
    shape(
        "microsoftAuthenticatorAuthenticationMethodTarget",
        &[field::choice("authenticationMode", &MICROSOFT_AUTHENTICATOR_AUTHENTICATION_MODE_VALUES)],
    ),
);

pub static PASSKEY_AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_TARGET_RECORD,
    shape("passkeyAuthenticationMethodTarget", &[field::guids("allowedPasskeyProfiles")]),
);

pub static SMS_AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_TARGET_RECORD,
    shape("smsAuthenticationMethodTarget", &[field::flag("isUsableForSignIn")]),
);

pub static VERIFIABLE_CREDENTIAL_AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_TARGET_RECORD,
    shape("verifiableCredentialAuthenticationMethodTarget", &[field::guids("verifiedIdProfiles")]),
);

pub static VOICE_AUTHENTICATION_METHOD_TARGET_RECORD: RecordDef =
    under(&AUTHENTICATION_METHOD_TARGET_RECORD, shape("voiceAuthenticationMethodTarget", &[]));

pub static EXTERNAL_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "externalAuthenticationMethodConfiguration",
        &[
            field::text("appId"),
            field::text("displayName"),
            field::record("openIdConnectSetting", &OPEN_ID_CONNECT_SETTING_RECORD),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static OPEN_ID_CONNECT_SETTING_RECORD: RecordDef =
    shape("openIdConnectSetting", &[field::text("clientId"), field::text("discoveryUrl")]);

pub static FIDO2_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "fido2AuthenticationMethodConfiguration",
        &[
            field::text("defaultPasskeyProfile"),
            field::flag("isAttestationEnforced"),
            field::flag("isSelfServiceRegistrationAllowed"),
            field::record("keyRestrictions", &FIDO2_KEY_RESTRICTIONS_RECORD),
            field::records("includeTargets", &PASSKEY_AUTHENTICATION_METHOD_TARGET_RECORD),
            field::records("passkeyProfiles", &PASSKEY_PROFILE_RECORD),
        ],
    ),
);

pub static FIDO2_KEY_RESTRICTIONS_RECORD: RecordDef = shape(
    "fido2KeyRestrictions",
    &[
        field::texts("aaGuids"),
        field::choice("enforcementType", &FIDO2_RESTRICTION_ENFORCEMENT_TYPE_VALUES),
        field::flag("isEnforced"),
    ],
);

pub static PASSKEY_PROFILE_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "passkeyProfile",
        &[
            field::choice("attestationEnforcement", &ATTESTATION_ENFORCEMENT_VALUES),
            field::record("keyRestrictions", &FIDO2_KEY_RESTRICTIONS_RECORD),
            field::text("name"),
            field::choice("passkeyTypes", &PASSKEY_TYPES_VALUES),
        ],
    ),
);

pub static MICROSOFT_AUTHENTICATOR_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "microsoftAuthenticatorAuthenticationMethodConfiguration",
        &[
            field::record("featureSettings", &MICROSOFT_AUTHENTICATOR_FEATURE_SETTINGS_RECORD),
            field::flag("isSoftwareOathEnabled"),
            field::records("includeTargets", &MICROSOFT_AUTHENTICATOR_AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static MICROSOFT_AUTHENTICATOR_FEATURE_SETTINGS_RECORD: RecordDef = shape(
    "microsoftAuthenticatorFeatureSettings",
    &[
        field::record("displayAppInformationRequiredState", &AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD),
        field::record("displayLocationInformationRequiredState", &AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD),
        field::record("companionAppAllowedState", &AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD),
        field::record("numberMatchingRequiredState", &AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD),
    ],
);

pub static AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD: RecordDef = shape(
    "authenticationMethodFeatureConfiguration",
    &[
        field::record("excludeTarget", &FEATURE_TARGET_RECORD),
        field::record("includeTarget", &FEATURE_TARGET_RECORD),
        field::choice("state", &ADVANCED_CONFIG_STATE_VALUES),
    ],
);

pub static FEATURE_TARGET_RECORD: RecordDef =
    shape("featureTarget", &[field::text("id"), field::choice("targetType", &FEATURE_TARGET_TYPE_VALUES)]);

pub static QR_CODE_PIN_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "qrCodePinAuthenticationMethodConfiguration",
        &[
            field::int("pinLength"),
            field::int("standardQRCodeLifetimeInDays"),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static SMS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "smsAuthenticationMethodConfiguration",
        &[field::records("includeTargets", &SMS_AUTHENTICATION_METHOD_TARGET_RECORD)],
    ),
);

pub static SOFTWARE_OATH_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "softwareOathAuthenticationMethodConfiguration",
        &[field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD)],
    ),
);

pub static TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "temporaryAccessPassAuthenticationMethodConfiguration",
        &[
            field::int("defaultLength"),
            field::int("defaultLifetimeInMinutes"),
            field::flag("isUsableOnce"),
            field::int("maximumLifetimeInMinutes"),
            field::int("minimumLifetimeInMinutes"),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static VERIFIABLE_CREDENTIALS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "verifiableCredentialsAuthenticationMethodConfiguration",
        &[field::records("includeTargets", &VERIFIABLE_CREDENTIAL_AUTHENTICATION_METHOD_TARGET_RECORD)],
    ),
);

pub static VOICE_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "voiceAuthenticationMethodConfiguration",
        &[
            field::flag("isOfficePhoneAllowed"),
            field::text("callerIdNumber"),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static X509_CERTIFICATE_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "x509CertificateAuthenticationMethodConfiguration",
        &[
            field::record(
                "authenticationModeConfiguration",
                &X509_CERTIFICATE_AUTHENTICATION_MODE_CONFIGURATION_RECORD,
            ),
            field::records("certificateAuthorityScopes", &X509_CERTIFICATE_AUTHORITY_SCOPE_RECORD),
            field::records("certificateUserBindings", &X509_CERTIFICATE_USER_BINDING_RECORD),
            field::record("crlValidationConfiguration", &X509_CERTIFICATE_CRL_VALIDATION_CONFIGURATION_RECORD),
            field::record("issuerHintsConfiguration", &X509_CERTIFICATE_ISSUER_HINTS_CONFIGURATION_RECORD),
            field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD),
        ],
    ),
);

pub static X509_CERTIFICATE_AUTHENTICATION_MODE_CONFIGURATION_RECORD: RecordDef = shape(
    "x509CertificateAuthenticationModeConfiguration",
    &[
        field::records("rules", &X509_CERTIFICATE_RULE_RECORD),
        field::choice("x509CertificateAuthenticationDefaultMode", &X509_CERTIFICATE_AUTHENTICATION_MODE_VALUES),
        field::choice("x509CertificateDefaultRequiredAffinityLevel", &X509_CERTIFICATE_AFFINITY_LEVEL_VALUES),
    ],
);

pub static X509_CERTIFICATE_RULE_RECORD: RecordDef = shape(
    "x509CertificateRule",
    &[
        field::text("identifier"),
        field::text("issuerSubjectIdentifier"),
        field::text("policyOidIdentifier"),
        field::choice("x509CertificateAuthenticationMode", &X509_CERTIFICATE_AUTHENTICATION_MODE_VALUES),
        field::choice("x509CertificateRequiredAffinityLevel", &X509_CERTIFICATE_AFFINITY_LEVEL_VALUES),
        field::choice("x509CertificateRuleType", &X509_CERTIFICATE_RULE_TYPE_VALUES),
    ],
);

pub static X509_CERTIFICATE_AUTHORITY_SCOPE_RECORD: RecordDef = shape(
    "x509CertificateAuthorityScope",
    &[
        field::records("includeTargets", &INCLUDE_TARGET_RECORD),
        field::text("publicKeyInfrastructureIdentifier"),
        field::text("subjectKeyIdentifier"),
    ],
);

pub static X509_CERTIFICATE_USER_BINDING_RECORD: RecordDef = shape(
    "x509CertificateUserBinding",
    &[
        field::int("priority"),
        field::choice("trustAffinityLevel", &X509_CERTIFICATE_AFFINITY_LEVEL_VALUES),
        field::text("userProperty"),
        field::text("x509CertificateField"),
    ],
);

pub static X509_CERTIFICATE_CRL_VALIDATION_CONFIGURATION_RECORD: RecordDef = shape(
    "x509CertificateCRLValidationConfiguration",
    &[
        field::texts("exemptedCertificateAuthoritiesSubjectKeyIdentifiers"),
        field::choice("state", &X509_CERTIFICATE_CRL_VALIDATION_CONFIGURATION_STATE_VALUES),
    ],
);

pub static X509_CERTIFICATE_ISSUER_HINTS_CONFIGURATION_RECORD: RecordDef = shape(
    "x509CertificateIssuerHintsConfiguration",
    &[field::choice("state", &X509_CERTIFICATE_ISSUER_HINTS_STATE_VALUES)],
);

pub static HARDWARE_OATH_AUTHENTICATION_METHOD_CONFIGURATION_RECORD: RecordDef = under(
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    shape(
        "hardwareOathAuthenticationMethodConfiguration",
        &[field::records("includeTargets", &AUTHENTICATION_METHOD_TARGET_RECORD)],
    ),
);

pub static AUTHENTICATION_METHODS_POLICY_MIGRATION_STATE_VALUES: EnumDef = members(
    "authenticationMethodsPolicyMigrationState",
    &["preMigration", "migrationInProgress", "migrationComplete", "unknownFutureValue"],
);

pub static AUTHENTICATION_METHOD_TARGET_TYPE_VALUES: EnumDef =
    members("authenticationMethodTargetType", &["user", "group", "unknownFutureValue"]);

pub static ADVANCED_CONFIG_STATE_VALUES: EnumDef =
    members("advancedConfigState", &["default", "enabled", "disabled", "unknownFutureValue"]);

pub static AUTHENTICATION_METHOD_STATE_VALUES: EnumDef = members("authenticationMethodState", &["enabled", "disabled"]);

pub static EXTERNAL_EMAIL_OTP_STATE_VALUES: EnumDef =
    members("externalEmailOtpState", &["default", "enabled", "disabled", "unknownFutureValue"]);

pub static MICROSOFT_AUTHENTICATOR_AUTHENTICATION_MODE_VALUES: EnumDef =
    members("microsoftAuthenticatorAuthenticationMode", &["deviceBasedPush", "push", "any"]);

pub static FIDO2_RESTRICTION_ENFORCEMENT_TYPE_VALUES: EnumDef =
    members("fido2RestrictionEnforcementType", &["allow", "block", "unknownFutureValue"]);

pub static ATTESTATION_ENFORCEMENT_VALUES: EnumDef =
    members("attestationEnforcement", &["disabled", "registrationOnly", "unknownFutureValue"]);

pub static PASSKEY_TYPES_VALUES: EnumDef = flags("passkeyTypes", &["deviceBound", "synced", "unknownFutureValue"]);

pub static FEATURE_TARGET_TYPE_VALUES: EnumDef =
    members("featureTargetType", &["group", "administrativeUnit", "role", "unknownFutureValue"]);

pub static X509_CERTIFICATE_AUTHENTICATION_MODE_VALUES: EnumDef = members(
    "x509CertificateAuthenticationMode",
    &["x509CertificateSingleFactor", "x509CertificateMultiFactor", "unknownFutureValue"],
);

pub static X509_CERTIFICATE_AFFINITY_LEVEL_VALUES: EnumDef =
    members("x509CertificateAffinityLevel", &["low", "high", "unknownFutureValue"]);

pub static X509_CERTIFICATE_RULE_TYPE_VALUES: EnumDef = members(
    "x509CertificateRuleType",
    &["issuerSubject", "policyOID", "unknownFutureValue", "issuerSubjectAndPolicyOID"],
);

pub static X509_CERTIFICATE_CRL_VALIDATION_CONFIGURATION_STATE_VALUES: EnumDef =
    members("x509CertificateCRLValidationConfigurationState", &["disabled", "enabled", "unknownFutureValue"]);

pub static X509_CERTIFICATE_ISSUER_HINTS_STATE_VALUES: EnumDef =
    members("x509CertificateIssuerHintsState", &["disabled", "enabled", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &REGISTRATION_ENFORCEMENT_RECORD,
    &AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_RECORD,
    &EXCLUDE_TARGET_RECORD,
    &AUTHENTICATION_METHODS_REGISTRATION_CAMPAIGN_INCLUDE_TARGET_RECORD,
    &MICROSOFT_AUTHENTICATOR_PLATFORM_SETTINGS_RECORD,
    &ENFORCE_APP_PIN_RECORD,
    &INCLUDE_TARGET_RECORD,
    &REPORT_SUSPICIOUS_ACTIVITY_SETTINGS_RECORD,
    &SYSTEM_CREDENTIAL_PREFERENCES_RECORD,
    &AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &EMAIL_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &AUTHENTICATION_METHOD_TARGET_RECORD,
    &MICROSOFT_AUTHENTICATOR_AUTHENTICATION_METHOD_TARGET_RECORD,
    &PASSKEY_AUTHENTICATION_METHOD_TARGET_RECORD,
    &SMS_AUTHENTICATION_METHOD_TARGET_RECORD,
    &VERIFIABLE_CREDENTIAL_AUTHENTICATION_METHOD_TARGET_RECORD,
    &VOICE_AUTHENTICATION_METHOD_TARGET_RECORD,
    &EXTERNAL_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &OPEN_ID_CONNECT_SETTING_RECORD,
    &FIDO2_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &FIDO2_KEY_RESTRICTIONS_RECORD,
    &PASSKEY_PROFILE_RECORD,
    &MICROSOFT_AUTHENTICATOR_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &MICROSOFT_AUTHENTICATOR_FEATURE_SETTINGS_RECORD,
    &AUTHENTICATION_METHOD_FEATURE_CONFIGURATION_RECORD,
    &FEATURE_TARGET_RECORD,
    &QR_CODE_PIN_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &SMS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &SOFTWARE_OATH_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &VERIFIABLE_CREDENTIALS_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &VOICE_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &X509_CERTIFICATE_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
    &X509_CERTIFICATE_AUTHENTICATION_MODE_CONFIGURATION_RECORD,
    &X509_CERTIFICATE_RULE_RECORD,
    &X509_CERTIFICATE_AUTHORITY_SCOPE_RECORD,
    &X509_CERTIFICATE_USER_BINDING_RECORD,
    &X509_CERTIFICATE_CRL_VALIDATION_CONFIGURATION_RECORD,
    &X509_CERTIFICATE_ISSUER_HINTS_CONFIGURATION_RECORD,
    &HARDWARE_OATH_AUTHENTICATION_METHOD_CONFIGURATION_RECORD,
];
