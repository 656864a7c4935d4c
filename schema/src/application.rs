//! application: what an application is, wherever it is used: its credentials, redirect addresses, roles and scopes.
//!
//! What it may do in this organisation stands in `service_principal`.

use directory::{Attr, EnumDef, Id, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::credential::{KEY_CREDENTIAL_RECORD, PASSWORD_CREDENTIAL_RECORD};
use crate::directory_object::DIRECTORY_OBJECT;
use crate::extension_property::EXTENSION_PROPERTY;
use crate::federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL;
pub use crate::keys::{
    ADD_INS, APP_ID, APP_ROLES, APPLICATION_TEMPLATE_ID, CREATED_BY_APP_ID, CREATED_DATE_TIME, DESCRIPTION,
    DISABLED_BY_MICROSOFT_STATUS, DISPLAY_NAME, FEDERATED_IDENTITY_CREDENTIALS, INFO, IS_DISABLED, KEY_CREDENTIALS,
    NOTES, OWNERS, PASSWORD_CREDENTIALS, SAML_METADATA_URL, SIGN_IN_AUDIENCE, TAGS, TOKEN_ENCRYPTION_KEY_ID,
    UNIQUE_NAME, VERIFIED_PUBLISHER,
};
use crate::shape::{field, flags, members, shape};
use crate::sts_policy::TOKEN_LIFETIME_POLICY;

pub const API: Attr<Record> = Attr::new("api");
pub const AUTHENTICATION_BEHAVIORS: Attr<Record> = Attr::new("authenticationBehaviors");
pub const CERTIFICATION: Attr<Record> = Attr::new("certification");
pub const DEFAULT_REDIRECT_URI: Attr<str> = Attr::new("defaultRedirectUri");
pub const GROUP_MEMBERSHIP_CLAIMS: Attr<str> = Attr::new("groupMembershipClaims");
pub const IDENTIFIER_URIS: Attr<[String]> = Attr::new("identifierUris");
pub const IS_DEVICE_ONLY_AUTH_SUPPORTED: Attr<bool> = Attr::new("isDeviceOnlyAuthSupported");
pub const IS_FALLBACK_PUBLIC_CLIENT: Attr<bool> = Attr::new("isFallbackPublicClient");
pub const MANAGER_APPLICATIONS: Attr<[Id]> = Attr::new("managerApplications");
pub const NATIVE_AUTHENTICATION_APIS_ENABLED: Attr<str> = Attr::new("nativeAuthenticationApisEnabled");
pub const OAUTH2_REQUIRE_POST_RESPONSE: Attr<bool> = Attr::new("oauth2RequirePostResponse");
pub const OPTIONAL_CLAIMS: Attr<Record> = Attr::new("optionalClaims");
pub const PARENTAL_CONTROL_SETTINGS: Attr<Record> = Attr::new("parentalControlSettings");
pub const PUBLIC_CLIENT: Attr<Record> = Attr::new("publicClient");
pub const PUBLISHER_DOMAIN: Attr<str> = Attr::new("publisherDomain");
pub const REQUEST_SIGNATURE_VERIFICATION: Attr<Record> = Attr::new("requestSignatureVerification");
pub const REQUIRED_RESOURCE_ACCESS: Attr<[Record]> = Attr::new("requiredResourceAccess");
pub const SERVICE_MANAGEMENT_REFERENCE: Attr<str> = Attr::new("serviceManagementReference");
pub const SERVICE_PRINCIPAL_LOCK_CONFIGURATION: Attr<Record> = Attr::new("servicePrincipalLockConfiguration");
pub const SPA: Attr<Record> = Attr::new("spa");
pub const WEB: Attr<Record> = Attr::new("web");
pub const ON_PREMISES_PUBLISHING: Attr<Record> = Attr::new("onPremisesPublishing");
pub const WINDOWS: Attr<Record> = Attr::new("windows");
pub const SECRET_VERIFIERS: Attr<[Record]> = Attr::new("secretVerifiers");
pub const EXTENSION_PROPERTIES: LinkId = LinkId::of("extensionProperties");

pub static APPLICATION: Kind = Kind::new(
    "application",
    &[
        ADD_INS.def().of(Type::Record(&ADD_IN_RECORD)),
        API.def().of(Type::Record(&API_APPLICATION_RECORD)),
        APP_ID.def().system().unique(),
        APPLICATION_TEMPLATE_ID.def().system(),
        APP_ROLES.def().of(Type::Record(&APP_ROLE_RECORD)),
        AUTHENTICATION_BEHAVIORS.def().of(Type::Record(&AUTHENTICATION_BEHAVIORS_RECORD)),
        CERTIFICATION.def().of(Type::Record(&CERTIFICATION_RECORD)).system(),
        CREATED_BY_APP_ID.def().system(),
        CREATED_DATE_TIME.def().system().ordered(),
        DEFAULT_REDIRECT_URI.def(),
        DESCRIPTION.def(),
        DISABLED_BY_MICROSOFT_STATUS.def().system(),
        DISPLAY_NAME.def().required().ordered(),
        GROUP_MEMBERSHIP_CLAIMS.def(),
        IDENTIFIER_URIS.def().unique(),
        INFO.def().of(Type::Record(&INFORMATIONAL_URL_RECORD)),
        IS_DEVICE_ONLY_AUTH_SUPPORTED.def(),
        IS_DISABLED.def(),
        IS_FALLBACK_PUBLIC_CLIENT.def(),
        KEY_CREDENTIALS.def().of(Type::Record(&KEY_CREDENTIAL_RECORD)),
        MANAGER_APPLICATIONS.def(),
        NATIVE_AUTHENTICATION_APIS_ENABLED.def().of(Type::Enum(&NATIVE_AUTHENTICATION_APIS_ENABLED_VALUES)),
        NOTES.def(),
        OAUTH2_REQUIRE_POST_RESPONSE.def(),
        OPTIONAL_CLAIMS.def().of(Type::Record(&OPTIONAL_CLAIMS_RECORD)),
        PARENTAL_CONTROL_SETTINGS.def().of(Type::Record(&PARENTAL_CONTROL_SETTINGS_RECORD)),
        PASSWORD_CREDENTIALS.def().of(Type::Record(&PASSWORD_CREDENTIAL_RECORD)),
        PUBLIC_CLIENT.def().of(Type::Record(&PUBLIC_CLIENT_APPLICATION_RECORD)),
        PUBLISHER_DOMAIN.def().system(),
        REQUEST_SIGNATURE_VERIFICATION.def().of(Type::Record(&REQUEST_SIGNATURE_VERIFICATION_RECORD)),
        REQUIRED_RESOURCE_ACCESS.def().of(Type::Record(&REQUIRED_RESOURCE_ACCESS_RECORD)),
        SAML_METADATA_URL.def(),
        SERVICE_MANAGEMENT_REFERENCE.def(),
        SERVICE_PRINCIPAL_LOCK_CONFIGURATION.def().of(Type::Record(&SERVICE_PRINCIPAL_LOCK_CONFIGURATION_RECORD)),
        SIGN_IN_AUDIENCE.def(),
        SPA.def().of(Type::Record(&SPA_APPLICATION_RECORD)),
        TAGS.def(),
        TOKEN_ENCRYPTION_KEY_ID.def(),
        UNIQUE_NAME.def().unique(),
        VERIFIED_PUBLISHER.def().of(Type::Record(&VERIFIED_PUBLISHER_RECORD)),
        WEB.def().of(Type::Record(&WEB_APPLICATION_RECORD)),
        ON_PREMISES_PUBLISHING.def().on_select(),
        WINDOWS.def().on_select(),
        // Castellan's own: what client secrets are checked against, by `keyId`.
        SECRET_VERIFIERS.def().secret(),
    ],
    &[
        LinkDef::many("owners", &DIRECTORY_OBJECT),
        LinkDef::contained("extensionProperties", &EXTENSION_PROPERTY),
        LinkDef::contained("federatedIdentityCredentials", &FEDERATED_IDENTITY_CREDENTIAL),
        LinkDef::many("tokenLifetimePolicies", &TOKEN_LIFETIME_POLICY),
    ],
)
.under(&DIRECTORY_OBJECT)
.restorable(30)
.keyed_by(&["appId", "uniqueName"]);

pub static ADD_IN_RECORD: RecordDef =
    shape("addIn", &[field::guid("id"), field::records("properties", &KEY_VALUE_RECORD), field::text("type")]);

pub static KEY_VALUE_RECORD: RecordDef = shape("keyValue", &[field::text("key"), field::text("value")]);

pub static API_APPLICATION_RECORD: RecordDef = shape(
    "apiApplication",
    &[
        field::flag("acceptMappedClaims"),
        field::guids("knownClientApplications"),
        field::records("oauth2PermissionScopes", &PERMISSION_SCOPE_RECORD),
        field::records("preAuthorizedApplications", &PRE_AUTHORIZED_APPLICATION_RECORD),
        field::int("requestedAccessTokenVersion"),
    ],
);

pub static PERMISSION_SCOPE_RECORD: RecordDef = shape(
    "permissionScope",
    &[
        field::text("adminConsentDescription"),
        field::text("adminConsentDisplayName"),
        field::guid("id"),
        field::flag("isEnabled"),
        field::text("origin"),
        field::text("type"),
        field::text("userConsentDescription"),
        field::text("userConsentDisplayName"),
        field::text("value"),
    ],
);

pub static PRE_AUTHORIZED_APPLICATION_RECORD: RecordDef = shape(
    "preAuthorizedApplication",
    &[field::text("appId"), field::texts("delegatedPermissionIds"), field::texts("permissionIds")],
);

pub static APP_ROLE_RECORD: RecordDef = shape(
    "appRole",
    &[
        field::texts("allowedMemberTypes"),
        field::text("description"),
        field::text("displayName"),
        field::guid("id"),
        field::flag("isEnabled"),
        field::text("origin"),
        field::text("value"),
    ],
);

pub static AUTHENTICATION_BEHAVIORS_RECORD: RecordDef = shape(
    "authenticationBehaviors",
    &[
        field::flag("blockAzureADGraphAccess"),
        field::flag("removeUnverifiedEmailClaim"),
        field::flag("requireClientServicePrincipal"),
    ],
);

pub static CERTIFICATION_RECORD: RecordDef = shape(
    "certification",
    &[
        field::text("certificationDetailsUrl"),
        field::time("certificationExpirationDateTime"),
        field::flag("isCertifiedByMicrosoft"),
        field::flag("isPublisherAttested"),
        field::time("lastCertificationDateTime"),
    ],
);

pub static INFORMATIONAL_URL_RECORD: RecordDef = shape(
    "informationalUrl",
    &[
        field::text("logoUrl"),
        field::text("marketingUrl"),
        field::text("privacyStatementUrl"),
        field::text("supportUrl"),
        field::text("termsOfServiceUrl"),
    ],
);

pub static OPTIONAL_CLAIMS_RECORD: RecordDef = shape(
    "optionalClaims",
    &[
        field::records("accessToken", &OPTIONAL_CLAIM_RECORD),
        field::records("idToken", &OPTIONAL_CLAIM_RECORD),
        field::records("saml2Token", &OPTIONAL_CLAIM_RECORD),
    ],
);

pub static OPTIONAL_CLAIM_RECORD: RecordDef = shape(
    "optionalClaim",
    &[field::texts("additionalProperties"), field::flag("essential"), field::text("name"), field::text("source")],
);

pub static PARENTAL_CONTROL_SETTINGS_RECORD: RecordDef =
    shape("parentalControlSettings", &[field::texts("countriesBlockedForMinors"), field::text("legalAgeGroupRule")]);

pub static PUBLIC_CLIENT_APPLICATION_RECORD: RecordDef =
    shape("publicClientApplication", &[field::texts("redirectUris")]);

pub static REQUEST_SIGNATURE_VERIFICATION_RECORD: RecordDef = shape(
    "requestSignatureVerification",
    &[field::choice("allowedWeakAlgorithms", &WEAK_ALGORITHMS_VALUES), field::flag("isSignedRequestRequired")],
);

pub static REQUIRED_RESOURCE_ACCESS_RECORD: RecordDef = shape(
    "requiredResourceAccess",
    &[field::records("resourceAccess", &RESOURCE_ACCESS_RECORD), field::text("resourceAppId")],
);

pub static RESOURCE_ACCESS_RECORD: RecordDef = shape("resourceAccess", &[field::guid("id"), field::text("type")]);

pub static SERVICE_PRINCIPAL_LOCK_CONFIGURATION_RECORD: RecordDef = shape(
    "servicePrincipalLockConfiguration",
    &[
        field::flag("allProperties"),
        field::flag("credentialsWithUsageSign"),
        field::flag("credentialsWithUsageVerify"),
        field::flag("isEnabled"),
        field::flag("tokenEncryptionKeyId"),
        field::choice("enforcementScope", &SERVICE_PRINCIPAL_LOCK_SCOPE_VALUES),
    ],
);

pub static SPA_APPLICATION_RECORD: RecordDef = shape("spaApplication", &[field::texts("redirectUris")]);

pub static VERIFIED_PUBLISHER_RECORD: RecordDef = shape(
    "verifiedPublisher",
    &[field::time("addedDateTime"), field::text("displayName"), field::text("verifiedPublisherId")],
);

pub static WEB_APPLICATION_RECORD: RecordDef = shape(
    "webApplication",
    &[
        field::text("homePageUrl"),
        field::record("implicitGrantSettings", &IMPLICIT_GRANT_SETTINGS_RECORD),
        field::text("logoutUrl"),
        field::texts("redirectUris"),
        field::records("redirectUriSettings", &REDIRECT_URI_SETTINGS_RECORD),
        field::flag("oauth2AllowImplicitFlow"),
    ],
);

pub static IMPLICIT_GRANT_SETTINGS_RECORD: RecordDef =
    shape("implicitGrantSettings", &[field::flag("enableAccessTokenIssuance"), field::flag("enableIdTokenIssuance")]);

pub static REDIRECT_URI_SETTINGS_RECORD: RecordDef =
    shape("redirectUriSettings", &[field::int("index"), field::text("uri")]);

pub static NATIVE_AUTHENTICATION_APIS_ENABLED_VALUES: EnumDef =
    flags("nativeAuthenticationApisEnabled", &["none", "all", "unknownFutureValue"]);

pub static WEAK_ALGORITHMS_VALUES: EnumDef = flags("weakAlgorithms", &["rsaSha1", "unknownFutureValue"]);

pub static SERVICE_PRINCIPAL_LOCK_SCOPE_VALUES: EnumDef =
    members("servicePrincipalLockScope", &["notConfigured", "foreignTenantOnly", "everywhere", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &ADD_IN_RECORD,
    &KEY_VALUE_RECORD,
    &API_APPLICATION_RECORD,
    &PERMISSION_SCOPE_RECORD,
    &PRE_AUTHORIZED_APPLICATION_RECORD,
    &APP_ROLE_RECORD,
    &AUTHENTICATION_BEHAVIORS_RECORD,
    &CERTIFICATION_RECORD,
    &INFORMATIONAL_URL_RECORD,
    &OPTIONAL_CLAIMS_RECORD,
    &OPTIONAL_CLAIM_RECORD,
    &PARENTAL_CONTROL_SETTINGS_RECORD,
    &PUBLIC_CLIENT_APPLICATION_RECORD,
    &REQUEST_SIGNATURE_VERIFICATION_RECORD,
    &REQUIRED_RESOURCE_ACCESS_RECORD,
    &RESOURCE_ACCESS_RECORD,
    &SERVICE_PRINCIPAL_LOCK_CONFIGURATION_RECORD,
    &SPA_APPLICATION_RECORD,
    &VERIFIED_PUBLISHER_RECORD,
    &WEB_APPLICATION_RECORD,
    &IMPLICIT_GRANT_SETTINGS_RECORD,
    &REDIRECT_URI_SETTINGS_RECORD,
];
