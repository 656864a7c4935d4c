//! Sets: where kinds are found from outside, `users` or `deviceManagement/managedDevices`.

use directory::Kind;

use crate::access_package::ACCESS_PACKAGE;
use crate::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT;
use crate::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use crate::access_package_assignment_request::ACCESS_PACKAGE_ASSIGNMENT_REQUEST;
use crate::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use crate::access_package_resource::ACCESS_PACKAGE_RESOURCE_REQUEST;
use crate::access_package_subject::ACCESS_PACKAGE_SUBJECT;
use crate::administrative_unit::ADMINISTRATIVE_UNIT;
use crate::agent_release::AGENT_RELEASE;
use crate::agreement::{AGREEMENT, AGREEMENT_ACCEPTANCE};
use crate::application::APPLICATION;
use crate::approval::APPROVAL;
use crate::authentication_context_class_reference::AUTHENTICATION_CONTEXT_CLASS_REFERENCE;
use crate::authentication_methods_policy::AUTHENTICATION_METHODS_POLICY;
use crate::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY;
use crate::authorization_policy::AUTHORIZATION_POLICY;
use crate::bitlocker_recovery_key::BITLOCKER_RECOVERY_KEY;
use crate::certificate_based_auth_pki::CERTIFICATE_BASED_AUTH_PKI;
use crate::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use crate::conditional_access_template::CONDITIONAL_ACCESS_TEMPLATE;
use crate::consent_request::{ADMIN_CONSENT_REQUEST_POLICY, APP_CONSENT_REQUEST};
use crate::device::DEVICE;
use crate::device_and_app_management_assignment_filter::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER;
use crate::device_category::DEVICE_CATEGORY;
use crate::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use crate::device_enrollment_configuration::DEVICE_ENROLLMENT_CONFIGURATION;
use crate::device_health_script::DEVICE_HEALTH_SCRIPT;
use crate::device_join_token::DEVICE_JOIN_TOKEN;
use crate::device_management::DEVICE_MANAGEMENT;
use crate::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use crate::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use crate::device_management_configuration_policy_template::DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE;
use crate::device_management_configuration_setting_definition::{
    DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY, DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION,
};
use crate::device_management_export_job::DEVICE_MANAGEMENT_EXPORT_JOB;
use crate::device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING;
use crate::device_management_script::{DEVICE_MANAGEMENT_SCRIPT, DEVICE_SHELL_SCRIPT};
use crate::device_registration_policy::DEVICE_REGISTRATION_POLICY;
use crate::directory_audit::DIRECTORY_AUDIT;
use crate::directory_object::DIRECTORY_OBJECT;
use crate::directory_role::DIRECTORY_ROLE;
use crate::directory_role_template::DIRECTORY_ROLE_TEMPLATE;
use crate::directory_setting::{DIRECTORY_SETTING, DIRECTORY_SETTING_TEMPLATE};
use crate::domain::DOMAIN;
use crate::group::GROUP;
use crate::imported_device_identity::IMPORTED_DEVICE_IDENTITY;
use crate::managed_device::MANAGED_DEVICE;
use crate::mobile_app::MOBILE_APP;
use crate::mobile_app_category::MOBILE_APP_CATEGORY;
use crate::mobile_app_deployment::MOBILE_APP_DEPLOYMENT;
use crate::mutual_tls_oauth_configuration::MUTUAL_TLS_OAUTH_CONFIGURATION;
use crate::named_location::NAMED_LOCATION;
use crate::notification_message_template::NOTIFICATION_MESSAGE_TEMPLATE;
use crate::oauth2_permission_grant::OAUTH2_PERMISSION_GRANT;
use crate::operation_approval::{OPERATION_APPROVAL_POLICY, OPERATION_APPROVAL_REQUEST};
use crate::organization::ORGANIZATION;
use crate::permission_grant_policy::PERMISSION_GRANT_POLICY;
use crate::provisioning_object_summary::PROVISIONING_OBJECT_SUMMARY;
use crate::remote_action_audit::REMOTE_ACTION_AUDIT;
use crate::risk_detection::RISK_DETECTION;
use crate::risky_user::RISKY_USER;
use crate::service_principal::SERVICE_PRINCIPAL;
use crate::shared_signals::{SHARED_SIGNALS_STREAM, SHARED_SIGNALS_TRANSMITTER};
use crate::sign_in::SIGN_IN;
use crate::sts_policy::{CLAIMS_MAPPING_POLICY, TOKEN_LIFETIME_POLICY};
use crate::subscribed_sku::SUBSCRIBED_SKU;
use crate::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use crate::unified_role_assignment_schedule::{
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
};
use crate::unified_role_definition::UNIFIED_ROLE_DEFINITION;
use crate::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use crate::unified_role_management_policy::{
    UNIFIED_ROLE_MANAGEMENT_POLICY, UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT,
};
use crate::user::USER;
use crate::workflow::WORKFLOW;

/// What the items of a set are made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// Objects of the directory.
    Directory,
    /// Objects of the directory that were deleted and can be restored.
    Deleted,
    /// The one object of its kind.
    Singleton,
    /// The log of commits, as audit records.
    Log,
    /// A stream of the journal.
    Journal(&'static str),
    /// The settings catalogue of this crate: [`crate::catalog`].
    Catalog,
}

/// A path at which the objects of a kind are listed and addressed. Segments are compared ignoring case.
#[derive(Clone, Copy, Debug)]
pub struct Set {
    pub path: &'static str,
    pub kind: &'static Kind,
    pub source: Source,
}

impl Set {
    const fn of(path: &'static str, kind: &'static Kind) -> Set {
        Set { path, kind, source: Source::Directory }
    }

    const fn one(path: &'static str, kind: &'static Kind) -> Set {
        Set { path, kind, source: Source::Singleton }
    }

    const fn from(path: &'static str, kind: &'static Kind, source: Source) -> Set {
        Set { path, kind, source }
    }
}

/// Every set. Both API versions take every path; where they name a set differently, it stands here under both names.
pub static SETS: &[Set] = &[
    Set::of("directoryObjects", &DIRECTORY_OBJECT),
    Set::from("directory/deletedItems", &DIRECTORY_OBJECT, Source::Deleted),
    Set::of("users", &USER),
    Set::of("groups", &GROUP),
    Set::of("devices", &DEVICE),
    Set::of("applications", &APPLICATION),
    Set::of("servicePrincipals", &SERVICE_PRINCIPAL),
    Set::of("oauth2PermissionGrants", &OAUTH2_PERMISSION_GRANT),
    Set::of("organization", &ORGANIZATION),
    Set::of("domains", &DOMAIN),
    Set::of("subscribedSkus", &SUBSCRIBED_SKU),
    Set::of("directory/administrativeUnits", &ADMINISTRATIVE_UNIT),
    Set::of("administrativeUnits", &ADMINISTRATIVE_UNIT),
    // roles
    Set::of("directoryRoles", &DIRECTORY_ROLE),
    Set::of("directoryRoleTemplates", &DIRECTORY_ROLE_TEMPLATE),
    Set::of("roleManagement/directory/roleDefinitions", &UNIFIED_ROLE_DEFINITION),
    Set::of("roleManagement/directory/roleAssignments", &UNIFIED_ROLE_ASSIGNMENT),
    Set::of("roleManagement/directory/roleEligibilitySchedules", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE),
    Set::of("roleManagement/directory/roleEligibilityScheduleInstances", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE),
    Set::of("roleManagement/directory/roleEligibilityScheduleRequests", &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST),
    Set::of("roleManagement/directory/roleAssignmentSchedules", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE),
    Set::of("roleManagement/directory/roleAssignmentScheduleInstances", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE),
    Set::of("roleManagement/directory/roleAssignmentScheduleRequests", &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST),
    Set::of("roleManagement/directory/roleAssignmentApprovals", &APPROVAL),
    // policies
    Set::of("identity/conditionalAccess/policies", &CONDITIONAL_ACCESS_POLICY),
    Set::of("policies/conditionalAccessPolicies", &CONDITIONAL_ACCESS_POLICY),
    Set::of("conditionalAccess/policies", &CONDITIONAL_ACCESS_POLICY),
    Set::from("identity/conditionalAccess/deletedItems/policies", &CONDITIONAL_ACCESS_POLICY, Source::Deleted),
    Set::of("identity/conditionalAccess/namedLocations", &NAMED_LOCATION),
    Set::of("conditionalAccess/namedLocations", &NAMED_LOCATION),
    Set::from("identity/conditionalAccess/deletedItems/namedLocations", &NAMED_LOCATION, Source::Deleted),
    Set::of("identity/conditionalAccess/authenticationContextClassReferences", &AUTHENTICATION_CONTEXT_CLASS_REFERENCE),
    Set::of("conditionalAccess/authenticationContextClassReferences", &AUTHENTICATION_CONTEXT_CLASS_REFERENCE),
    Set::from("identity/conditionalAccess/templates", &CONDITIONAL_ACCESS_TEMPLATE, Source::Catalog),
    Set::of("policies/authenticationStrengthPolicies", &AUTHENTICATION_STRENGTH_POLICY),
    Set::of("identity/conditionalAccess/authenticationStrength/policies", &AUTHENTICATION_STRENGTH_POLICY),
    Set::of("settings", &DIRECTORY_SETTING),
    Set::of("groupSettings", &DIRECTORY_SETTING),
    Set::of("directorySettingTemplates", &DIRECTORY_SETTING_TEMPLATE),
    Set::of("groupSettingTemplates", &DIRECTORY_SETTING_TEMPLATE),
    Set::one("policies/authenticationMethodsPolicy", &AUTHENTICATION_METHODS_POLICY),
    Set::of("directory/publicKeyInfrastructure/certificateBasedAuthConfigurations", &CERTIFICATE_BASED_AUTH_PKI),
    Set::of("directory/certificateAuthorities/mutualTlsOauthConfigurations", &MUTUAL_TLS_OAUTH_CONFIGURATION),
    Set::one("policies/authorizationPolicy", &AUTHORIZATION_POLICY),
    Set::one("policies/adminConsentRequestPolicy", &ADMIN_CONSENT_REQUEST_POLICY),
    Set::one("policies/deviceRegistrationPolicy", &DEVICE_REGISTRATION_POLICY),
    Set::of("policies/permissionGrantPolicies", &PERMISSION_GRANT_POLICY),
    Set::of("policies/claimsMappingPolicies", &CLAIMS_MAPPING_POLICY),
    Set::of("policies/tokenLifetimePolicies", &TOKEN_LIFETIME_POLICY),
    Set::of("policies/roleManagementPolicies", &UNIFIED_ROLE_MANAGEMENT_POLICY),
    Set::of("policies/roleManagementPolicyAssignments", &UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT),
    // devices and their applications
    Set::one("deviceManagement", &DEVICE_MANAGEMENT),
    Set::of("deviceManagement/managedDevices", &MANAGED_DEVICE),
    Set::of("deviceManagement/deviceCompliancePolicies", &DEVICE_COMPLIANCE_POLICY),
    Set::of("deviceManagement/compliancePolicies", &DEVICE_MANAGEMENT_COMPLIANCE_POLICY),
    Set::of("deviceManagement/configurationPolicies", &DEVICE_MANAGEMENT_CONFIGURATION_POLICY),
    Set::from(
        "deviceManagement/configurationSettings",
        &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION,
        Source::Catalog,
    ),
    Set::from(
        "deviceManagement/complianceSettings",
        &DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION,
        Source::Catalog,
    ),
    Set::from("deviceManagement/configurationCategories", &DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY, Source::Catalog),
    Set::from("deviceManagement/complianceCategories", &DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY, Source::Catalog),
    Set::from(
        "deviceManagement/configurationPolicyTemplates",
        &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE,
        Source::Catalog,
    ),
    Set::of("deviceManagement/deviceManagementScripts", &DEVICE_MANAGEMENT_SCRIPT),
    Set::of("deviceManagement/deviceShellScripts", &DEVICE_SHELL_SCRIPT),
    Set::of("deviceManagement/deviceHealthScripts", &DEVICE_HEALTH_SCRIPT),
    Set::of("deviceManagement/assignmentFilters", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER),
    Set::of("deviceManagement/deviceCategories", &DEVICE_CATEGORY),
    Set::of("deviceManagement/importedDeviceIdentities", &IMPORTED_DEVICE_IDENTITY),
    Set::of("deviceManagement/joinTokens", &DEVICE_JOIN_TOKEN),
    Set::of("deviceManagement/agentReleases", &AGENT_RELEASE),
    Set::of("deviceManagement/operationApprovalPolicies", &OPERATION_APPROVAL_POLICY),
    Set::of("deviceManagement/operationApprovalRequests", &OPERATION_APPROVAL_REQUEST),
    Set::of("deviceManagement/remoteActionAudits", &REMOTE_ACTION_AUDIT),
    Set::of("informationProtection/bitlocker/recoveryKeys", &BITLOCKER_RECOVERY_KEY),
    Set::of("deviceManagement/deviceEnrollmentConfigurations", &DEVICE_ENROLLMENT_CONFIGURATION),
    Set::of("deviceManagement/notificationMessageTemplates", &NOTIFICATION_MESSAGE_TEMPLATE),
    Set::of("deviceManagement/reports/exportJobs", &DEVICE_MANAGEMENT_EXPORT_JOB),
    Set::of("deviceManagement/reusablePolicySettings", &DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING),
    Set::of("deviceAppManagement/mobileApps", &MOBILE_APP),
    Set::of("deviceAppManagement/mobileAppCategories", &MOBILE_APP_CATEGORY),
    Set::of("deviceAppManagement/mobileAppDeployments", &MOBILE_APP_DEPLOYMENT),
    // governance
    Set::of("identityGovernance/entitlementManagement/accessPackages", &ACCESS_PACKAGE),
    Set::of("identityGovernance/entitlementManagement/catalogs", &ACCESS_PACKAGE_CATALOG),
    Set::of("identityGovernance/entitlementManagement/accessPackageCatalogs", &ACCESS_PACKAGE_CATALOG),
    Set::of("identityGovernance/entitlementManagement/assignmentPolicies", &ACCESS_PACKAGE_ASSIGNMENT_POLICY),
    Set::of(
        "identityGovernance/entitlementManagement/accessPackageAssignmentPolicies",
        &ACCESS_PACKAGE_ASSIGNMENT_POLICY,
    ),
    Set::of("identityGovernance/entitlementManagement/assignmentRequests", &ACCESS_PACKAGE_ASSIGNMENT_REQUEST),
    Set::of(
        "identityGovernance/entitlementManagement/accessPackageAssignmentRequests",
        &ACCESS_PACKAGE_ASSIGNMENT_REQUEST,
    ),
    Set::of("identityGovernance/entitlementManagement/assignments", &ACCESS_PACKAGE_ASSIGNMENT),
    Set::of("identityGovernance/entitlementManagement/accessPackageAssignments", &ACCESS_PACKAGE_ASSIGNMENT),
    Set::of("identityGovernance/entitlementManagement/accessPackageAssignmentApprovals", &APPROVAL),
    Set::of("identityGovernance/entitlementManagement/resourceRequests", &ACCESS_PACKAGE_RESOURCE_REQUEST),
    Set::of("identityGovernance/entitlementManagement/accessPackageResourceRequests", &ACCESS_PACKAGE_RESOURCE_REQUEST),
    Set::of("identityGovernance/entitlementManagement/subjects", &ACCESS_PACKAGE_SUBJECT),
    Set::of("identityGovernance/appConsent/appConsentRequests", &APP_CONSENT_REQUEST),
    Set::of("identityGovernance/termsOfUse/agreements", &AGREEMENT),
    Set::of("identityGovernance/termsOfUse/agreementAcceptances", &AGREEMENT_ACCEPTANCE),
    Set::of("agreements", &AGREEMENT),
    Set::of("agreementAcceptances", &AGREEMENT_ACCEPTANCE),
    Set::of("identityGovernance/lifecycleWorkflows/workflows", &WORKFLOW),
    Set::from("identityGovernance/lifecycleWorkflows/deletedItems/workflows", &WORKFLOW, Source::Deleted),
    // risk
    Set::of("identityProtection/riskyUsers", &RISKY_USER),
    Set::of("riskyUsers", &RISKY_USER),
    Set::from("identityProtection/riskDetections", &RISK_DETECTION, Source::Journal("riskDetections")),
    Set::from("riskDetections", &RISK_DETECTION, Source::Journal("riskDetections")),
    Set::of("identityProtection/sharedSignalsStreams", &SHARED_SIGNALS_STREAM),
    Set::of("identityProtection/sharedSignalsTransmitters", &SHARED_SIGNALS_TRANSMITTER),
    // what happened
    Set::from("auditLogs/directoryAudits", &DIRECTORY_AUDIT, Source::Log),
    Set::from("auditLogs/signIns", &SIGN_IN, Source::Journal("signIns")),
    Set::from("auditLogs/provisioning", &PROVISIONING_OBJECT_SUMMARY, Source::Journal("provisioning")),
];
