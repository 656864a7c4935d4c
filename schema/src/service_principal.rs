//! servicePrincipal: an application as it is present in this organisation; the principal that it acts as.

use directory::{Attr, Id, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::app_role_assignment::APP_ROLE_ASSIGNMENT;
use crate::application::{
    ADD_IN_RECORD, APP_ROLE_RECORD, INFORMATIONAL_URL_RECORD, PERMISSION_SCOPE_RECORD, VERIFIED_PUBLISHER_RECORD,
};
use crate::credential::{KEY_CREDENTIAL_RECORD, PASSWORD_CREDENTIAL_RECORD};
use crate::directory_object::{CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD, DIRECTORY_OBJECT};
use crate::endpoint::ENDPOINT;
use crate::federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL;
pub use crate::keys::{
    ACCOUNT_ENABLED, ADD_INS, ALTERNATIVE_NAMES, APP_DISPLAY_NAME, APP_ID, APP_ROLES, APPLICATION_TEMPLATE_ID,
    CREATED_BY_APP_ID, CUSTOM_SECURITY_ATTRIBUTES, DESCRIPTION, DISABLED_BY_MICROSOFT_STATUS, DISPLAY_NAME,
    FEDERATED_IDENTITY_CREDENTIALS, INFO, IS_DISABLED, KEY_CREDENTIALS, NOTES, OWNERS, PASSWORD_CREDENTIALS,
    SAML_METADATA_URL, SIGN_IN_AUDIENCE, TAGS, TOKEN_ENCRYPTION_KEY_ID, VERIFIED_PUBLISHER,
};
use crate::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use crate::shape::{field, shape};
use crate::sts_policy::{CLAIMS_MAPPING_POLICY, TOKEN_LIFETIME_POLICY};
use crate::synchronization_job::SYNCHRONIZATION_JOB;

pub const APP_DESCRIPTION: Attr<str> = Attr::new("appDescription");
pub const APP_OWNER_ORGANIZATION_ID: Attr<Id> = Attr::new("appOwnerOrganizationId");
pub const APP_ROLE_ASSIGNMENT_REQUIRED: Attr<bool> = Attr::new("appRoleAssignmentRequired");
pub const HOMEPAGE: Attr<str> = Attr::new("homepage");
pub const LOGIN_URL: Attr<str> = Attr::new("loginUrl");
pub const LOGOUT_URL: Attr<str> = Attr::new("logoutUrl");
pub const NOTIFICATION_EMAIL_ADDRESSES: Attr<[String]> = Attr::new("notificationEmailAddresses");
pub const OAUTH2_PERMISSION_SCOPES: Attr<[Record]> = Attr::new("oauth2PermissionScopes");
pub const PREFERRED_SINGLE_SIGN_ON_MODE: Attr<str> = Attr::new("preferredSingleSignOnMode");
pub const PREFERRED_TOKEN_SIGNING_KEY_THUMBPRINT: Attr<str> = Attr::new("preferredTokenSigningKeyThumbprint");
pub const REPLY_URLS: Attr<[String]> = Attr::new("replyUrls");
pub const RESOURCE_SPECIFIC_APPLICATION_PERMISSIONS: Attr<[Record]> =
    Attr::new("resourceSpecificApplicationPermissions");
pub const SAML_SINGLE_SIGN_ON_SETTINGS: Attr<Record> = Attr::new("samlSingleSignOnSettings");
pub const SERVICE_PRINCIPAL_NAMES: Attr<[String]> = Attr::new("servicePrincipalNames");
pub const SERVICE_PRINCIPAL_TYPE: Attr<str> = Attr::new("servicePrincipalType");
pub const ENDPOINTS: LinkId = LinkId::of("endpoints");
pub const ERROR_URL: Attr<str> = Attr::new("errorUrl");
pub const PREFERRED_TOKEN_SIGNING_KEY_END_DATE_TIME: Attr<Time> = Attr::new("preferredTokenSigningKeyEndDateTime");
pub const PUBLISHER_NAME: Attr<str> = Attr::new("publisherName");
pub const SYNCHRONIZATION_JOBS: LinkId = LinkId::of("synchronizationJobs");

pub static SERVICE_PRINCIPAL: Kind = Kind::new(
    "servicePrincipal",
    &[
        ACCOUNT_ENABLED.def(),
        ADD_INS.def().of(Type::Record(&ADD_IN_RECORD)),
        ALTERNATIVE_NAMES.def(),
        APP_DESCRIPTION.def().system(),
        APP_DISPLAY_NAME.def().system(),
        APP_ID.def().required().on_create().unique(),
        APPLICATION_TEMPLATE_ID.def(),
        APP_OWNER_ORGANIZATION_ID.def().system(),
        APP_ROLE_ASSIGNMENT_REQUIRED.def(),
        APP_ROLES.def().of(Type::Record(&APP_ROLE_RECORD)),
        CREATED_BY_APP_ID.def().system(),
        CUSTOM_SECURITY_ATTRIBUTES.def().of(Type::Record(&CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD)).on_select(),
        DESCRIPTION.def(),
        DISABLED_BY_MICROSOFT_STATUS.def(),
        DISPLAY_NAME.def().ordered(),
        HOMEPAGE.def(),
        INFO.def().of(Type::Record(&INFORMATIONAL_URL_RECORD)),
        IS_DISABLED.def(),
        KEY_CREDENTIALS.def().of(Type::Record(&KEY_CREDENTIAL_RECORD)),
        LOGIN_URL.def(),
        LOGOUT_URL.def(),
        NOTES.def(),
        NOTIFICATION_EMAIL_ADDRESSES.def(),
        OAUTH2_PERMISSION_SCOPES.def().of(Type::Record(&PERMISSION_SCOPE_RECORD)),
        PASSWORD_CREDENTIALS.def().of(Type::Record(&PASSWORD_CREDENTIAL_RECORD)),
        PREFERRED_SINGLE_SIGN_ON_MODE.def(),
        PREFERRED_TOKEN_SIGNING_KEY_THUMBPRINT.def(),
        REPLY_URLS.def(),
        RESOURCE_SPECIFIC_APPLICATION_PERMISSIONS.def().of(Type::Record(&RESOURCE_SPECIFIC_PERMISSION_RECORD)),
        SAML_SINGLE_SIGN_ON_SETTINGS.def().of(Type::Record(&SAML_SINGLE_SIGN_ON_SETTINGS_RECORD)),
        SERVICE_PRINCIPAL_NAMES.def().equal(),
        SERVICE_PRINCIPAL_TYPE.def(),
        SIGN_IN_AUDIENCE.def().system(),
        TAGS.def(),
        TOKEN_ENCRYPTION_KEY_ID.def(),
        VERIFIED_PUBLISHER.def().of(Type::Record(&VERIFIED_PUBLISHER_RECORD)).system(),
        ERROR_URL.def().on_select(),
        PREFERRED_TOKEN_SIGNING_KEY_END_DATE_TIME.def().on_select(),
        PUBLISHER_NAME.def().on_select(),
        SAML_METADATA_URL.def().on_select(),
        // Castellan's own: what client secrets are checked against, by `keyId`.
        crate::application::SECRET_VERIFIERS.def().secret(),
    ],
    &[
        LinkDef::many("owners", &DIRECTORY_OBJECT),
        LinkDef::back("ownedObjects", "owners", &DIRECTORY_OBJECT),
        LinkDef::back("memberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveMemberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back("appRoleAssignments", "principal", &APP_ROLE_ASSIGNMENT),
        LinkDef::back("appRoleAssignedTo", "resource", &APP_ROLE_ASSIGNMENT),
        LinkDef::back("oauth2PermissionGrants", "grantedTo", &OAUTH2_PERMISSION_GRANT),
        LinkDef::contained("federatedIdentityCredentials", &FEDERATED_IDENTITY_CREDENTIAL),
        // Made with the program, so that clients find the way to device management.
        LinkDef::contained("endpoints", &ENDPOINT).system(),
        LinkDef::many("claimsMappingPolicies", &CLAIMS_MAPPING_POLICY),
        LinkDef::many("tokenLifetimePolicies", &TOKEN_LIFETIME_POLICY),
        // Graph puts these beneath `synchronization`.
        LinkDef::contained("synchronizationJobs", &SYNCHRONIZATION_JOB),
    ],
)
.under(&DIRECTORY_OBJECT)
.restorable(30)
.keyed_by(&["appId"]);

pub static RESOURCE_SPECIFIC_PERMISSION_RECORD: RecordDef = shape(
    "resourceSpecificPermission",
    &[
        field::text("description"),
        field::text("displayName"),
        field::guid("id"),
        field::flag("isEnabled"),
        field::text("value"),
    ],
);

pub static SAML_SINGLE_SIGN_ON_SETTINGS_RECORD: RecordDef =
    shape("samlSingleSignOnSettings", &[field::text("relayState")]);

pub(crate) const RECORDS: &[&RecordDef] = &[&RESOURCE_SPECIFIC_PERMISSION_RECORD, &SAML_SINGLE_SIGN_ON_SETTINGS_RECORD];
