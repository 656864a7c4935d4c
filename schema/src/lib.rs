//! The nouns: every kind, attribute, link and nested record that Castellan knows, as constants; one file per noun.
//!
//! Names are exactly those of Microsoft Graph, so that its clients work; what Castellan adds of its own is marked in the
//! noun's file. A kind added to [`KINDS`] has create, read, update, delete, queries, delta, audit and form without more.
//!
//! An attribute that Castellan acts on has a typed key; one that it only keeps and returns stands in the table by name.
//! A kind with an attribute `id` of its own is addressed by that text instead of by its GUID.
//!
//! Deliberately absent: what the nouns mean. That stands in the rooms.

pub mod access_package;
pub mod access_package_assignment;
pub mod access_package_assignment_policy;
pub mod access_package_assignment_request;
pub mod access_package_catalog;
pub mod access_package_question;
pub mod access_package_resource;
pub mod access_package_resource_role_scope;
pub mod access_package_subject;
pub mod administrative_unit;
pub mod agent_release;
pub mod agreement;
pub mod app_role_assignment;
pub mod application;
pub mod approval;
pub mod assignment;
pub mod authentication_context_class_reference;
pub mod authentication_method;
pub mod authentication_methods_policy;
pub mod authentication_strength_policy;
pub mod authorization_policy;
pub mod bitlocker_recovery_key;
pub mod catalog;
pub mod certificate_based_auth_pki;
pub mod conditional_access_policy;
pub mod conditional_access_template;
pub mod configuration_setting;
pub mod consent_request;
pub mod credential;
pub mod custom_extension;
pub mod detected_app;
pub mod device;
pub mod device_and_app_management_assignment_filter;
pub mod device_category;
pub mod device_compliance_policy;
pub mod device_enrollment_configuration;
pub mod device_health_script;
pub mod device_join_token;
pub mod device_log_collection_response;
pub mod device_management;
pub mod device_management_compliance_policy;
pub mod device_management_configuration_policy;
pub mod device_management_configuration_policy_template;
pub mod device_management_configuration_setting_definition;
pub mod device_management_export_job;
pub mod device_management_reusable_policy_setting;
pub mod device_management_script;
pub mod device_registration_policy;
pub mod device_status;
pub mod directory_audit;
pub mod directory_object;
pub mod directory_role;
pub mod directory_role_template;
pub mod directory_setting;
pub mod domain;
pub mod email_authentication_method;
pub mod endpoint;
pub mod extension_property;
pub mod federated_identity_credential;
pub mod fido2_authentication_method;
pub mod group;
pub mod identity;
pub mod imported_device_identity;
pub mod keys;
pub mod licence;
pub mod linux_package_app;
pub mod managed_device;
pub mod mobile_app;
pub mod mobile_app_category;
pub mod mobile_app_content;
pub mod mobile_app_deployment;
pub mod mobile_app_relationship;
pub mod mutual_tls_oauth_configuration;
pub mod named_location;
pub mod notification_message_template;
pub mod oauth2_permission_grant;
pub mod on_premises;
pub mod operation_approval;
pub mod organization;
pub mod organizational_branding;
pub mod own;
pub mod permission_grant_policy;
pub mod policy_base;
pub mod provisioning_object_summary;
pub mod recovery_codes_authentication_method;
pub mod remote_action_audit;
pub mod request;
pub mod risk_detection;
pub mod risky_user;
pub mod schedule;
pub mod self_service_password_reset;
pub mod service_principal;
pub mod service_provisioning_error;
pub mod set;
mod shape;
pub mod shared_signals;
pub mod sign_in;
pub mod software_oath_authentication_method;
pub mod sts_policy;
pub mod subject_set;
pub mod subscribed_sku;
pub mod synchronization_job;
pub mod unified_role_assignment;
pub mod unified_role_assignment_schedule;
pub mod unified_role_definition;
pub mod unified_role_eligibility_schedule;
pub mod unified_role_management_policy;
pub mod unified_role_schedule;
pub mod user;
pub mod user_registration_details;
pub mod user_value;
pub mod win32_lob_app;
pub mod windows10_compliance_policy;
pub mod windows_hello_for_business_authentication_method;
pub mod workflow;

pub use keys::*;
pub use own::{CASTELLAN_OWN, OWN_KINDS};
pub use set::{SETS, Set, Source};

use directory::{Kind, Model, RecordDef};
use shape::{count, joined};

/// Every kind.
pub static KINDS: &[&Kind] = &[
    &directory_object::DIRECTORY_OBJECT,
    &policy_base::POLICY_BASE,
    &policy_base::POLICY_DELETABLE_ITEM,
    &sts_policy::STS_POLICY,
    &sts_policy::TOKEN_LIFETIME_POLICY,
    &sts_policy::CLAIMS_MAPPING_POLICY,
    &request::REQUEST,
    &user::USER,
    &group::GROUP,
    &device::DEVICE,
    &application::APPLICATION,
    &service_principal::SERVICE_PRINCIPAL,
    &app_role_assignment::APP_ROLE_ASSIGNMENT,
    &oauth2_permission_grant::OAUTH2_PERMISSION_GRANT,
    &organization::ORGANIZATION,
    &organizational_branding::ORGANIZATIONAL_BRANDING_PROPERTIES,
    &organizational_branding::ORGANIZATIONAL_BRANDING,
    &organizational_branding::ORGANIZATIONAL_BRANDING_LOCALIZATION,
    &domain::DOMAIN,
    &subscribed_sku::SUBSCRIBED_SKU,
    &directory_role::DIRECTORY_ROLE,
    &directory_role_template::DIRECTORY_ROLE_TEMPLATE,
    &unified_role_definition::UNIFIED_ROLE_DEFINITION,
    &unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT,
    &administrative_unit::ADMINISTRATIVE_UNIT,
    &administrative_unit::SCOPED_ROLE_MEMBERSHIP,
    &conditional_access_policy::CONDITIONAL_ACCESS_POLICY,
    &named_location::NAMED_LOCATION,
    &named_location::IP_NAMED_LOCATION,
    &named_location::COUNTRY_NAMED_LOCATION,
    &authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY,
    &authentication_context_class_reference::AUTHENTICATION_CONTEXT_CLASS_REFERENCE,
    &conditional_access_template::CONDITIONAL_ACCESS_TEMPLATE,
    &consent_request::ADMIN_CONSENT_REQUEST_POLICY,
    &consent_request::APP_CONSENT_REQUEST,
    &consent_request::USER_CONSENT_REQUEST,
    &agreement::AGREEMENT,
    &agreement::AGREEMENT_ACCEPTANCE,
    &agreement::AGREEMENT_FILE_LOCALIZATION,
    &authentication_methods_policy::AUTHENTICATION_METHODS_POLICY,
    &certificate_based_auth_pki::CERTIFICATE_BASED_AUTH_PKI,
    &certificate_based_auth_pki::CERTIFICATE_AUTHORITY_DETAIL,
    &mutual_tls_oauth_configuration::TRUSTED_CERTIFICATE_AUTHORITY_BASE,
    &mutual_tls_oauth_configuration::MUTUAL_TLS_OAUTH_CONFIGURATION,
    &authorization_policy::AUTHORIZATION_POLICY,
    &permission_grant_policy::PERMISSION_GRANT_POLICY,
    &device_registration_policy::DEVICE_REGISTRATION_POLICY,
    &directory_setting::DIRECTORY_SETTING,
    &directory_setting::DIRECTORY_SETTING_TEMPLATE,
    &authentication_method::AUTHENTICATION_METHOD,
    &authentication_method::PASSWORD_AUTHENTICATION_METHOD,
    &authentication_method::TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
    &fido2_authentication_method::FIDO2_AUTHENTICATION_METHOD,
    &software_oath_authentication_method::SOFTWARE_OATH_AUTHENTICATION_METHOD,
    &email_authentication_method::EMAIL_AUTHENTICATION_METHOD,
    &recovery_codes_authentication_method::RECOVERY_CODES_AUTHENTICATION_METHOD,
    &windows_hello_for_business_authentication_method::WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD,
    &managed_device::MANAGED_DEVICE,
    &device_compliance_policy::DEVICE_COMPLIANCE_POLICY,
    &windows10_compliance_policy::WINDOWS10_COMPLIANCE_POLICY,
    &device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY,
    &device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_SETTING_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_CHOICE_SETTING_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_SIMPLE_SETTING_COLLECTION_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_SETTING_GROUP_COLLECTION_DEFINITION,
    &device_management_configuration_setting_definition::DEVICE_MANAGEMENT_CONFIGURATION_CATEGORY,
    &device_management_configuration_policy_template::DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE,
    &device_management_configuration_policy_template::DEVICE_MANAGEMENT_CONFIGURATION_SETTING_TEMPLATE,
    &device_management_script::DEVICE_MANAGEMENT_SCRIPT,
    &device_management_script::DEVICE_SHELL_SCRIPT,
    &device_management_script::DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE,
    &device_management_script::DEVICE_MANAGEMENT_SCRIPT_ASSIGNMENT,
    &device_health_script::DEVICE_HEALTH_SCRIPT,
    &device_health_script::DEVICE_HEALTH_SCRIPT_DEVICE_STATE,
    &device_health_script::DEVICE_HEALTH_SCRIPT_ASSIGNMENT,
    &device_and_app_management_assignment_filter::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER,
    &mobile_app::MOBILE_APP,
    &mobile_app::MOBILE_LOB_APP,
    &win32_lob_app::WIN32_LOB_APP,
    &mobile_app_category::MOBILE_APP_CATEGORY,
    &mobile_app_content::MOBILE_APP_CONTENT,
    &mobile_app_content::MOBILE_APP_CONTENT_FILE,
    &mobile_app_deployment::MOBILE_APP_DEPLOYMENT,
    &device_management_export_job::DEVICE_MANAGEMENT_EXPORT_JOB,
    &device_category::DEVICE_CATEGORY,
    &device_enrollment_configuration::DEVICE_ENROLLMENT_CONFIGURATION,
    &device_enrollment_configuration::DEVICE_ENROLLMENT_LIMIT_CONFIGURATION,
    &device_enrollment_configuration::DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION,
    &device_enrollment_configuration::DEVICE_ENROLLMENT_PLATFORM_RESTRICTIONS_CONFIGURATION,
    &device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING,
    &notification_message_template::NOTIFICATION_MESSAGE_TEMPLATE,
    &endpoint::ENDPOINT,
    &device_management::DEVICE_MANAGEMENT,
    &operation_approval::OPERATION_APPROVAL_POLICY,
    &operation_approval::OPERATION_APPROVAL_REQUEST,
    &remote_action_audit::REMOTE_ACTION_AUDIT,
    &bitlocker_recovery_key::BITLOCKER_RECOVERY_KEY,
    &detected_app::DETECTED_APP,
    &device_status::DEVICE_COMPLIANCE_DEVICE_STATUS,
    &device_status::DEVICE_COMPLIANCE_USER_STATUS,
    &device_status::DEVICE_CONFIGURATION_DEVICE_STATUS,
    &device_status::MOBILE_APP_INSTALL_STATUS,
    &device_status::USER_APP_INSTALL_STATUS,
    &imported_device_identity::IMPORTED_DEVICE_IDENTITY,
    &device_join_token::DEVICE_JOIN_TOKEN,
    &agent_release::AGENT_RELEASE,
    &device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE,
    &access_package::ACCESS_PACKAGE,
    &access_package_catalog::ACCESS_PACKAGE_CATALOG,
    &access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY,
    &access_package_assignment_request::ACCESS_PACKAGE_ASSIGNMENT_REQUEST,
    &access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT,
    &access_package_subject::ACCESS_PACKAGE_SUBJECT,
    &access_package_resource::ACCESS_PACKAGE_RESOURCE,
    &access_package_resource::ACCESS_PACKAGE_RESOURCE_ROLE,
    &access_package_resource::ACCESS_PACKAGE_RESOURCE_SCOPE,
    &access_package_resource::ACCESS_PACKAGE_RESOURCE_REQUEST,
    &access_package_resource_role_scope::ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE,
    &approval::APPROVAL,
    &approval::APPROVAL_STAGE,
    &unified_role_schedule::UNIFIED_ROLE_SCHEDULE_BASE,
    &unified_role_schedule::UNIFIED_ROLE_SCHEDULE_INSTANCE_BASE,
    &unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE,
    &unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
    &unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
    &unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE,
    &unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_INSTANCE,
    &unified_role_assignment_schedule::UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
    &unified_role_management_policy::UNIFIED_ROLE_MANAGEMENT_POLICY,
    &unified_role_management_policy::UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT,
    &workflow::WORKFLOW_BASE,
    &workflow::WORKFLOW,
    &workflow::WORKFLOW_VERSION,
    &workflow::RUN,
    &workflow::USER_PROCESSING_RESULT,
    &workflow::TASK_PROCESSING_RESULT,
    &directory_audit::DIRECTORY_AUDIT,
    &sign_in::SIGN_IN,
    &user_registration_details::USER_REGISTRATION_DETAILS,
    &risky_user::RISKY_USER,
    &risky_user::RISKY_USER_HISTORY_ITEM,
    &risk_detection::RISK_DETECTION,
    &shared_signals::SHARED_SIGNALS_STREAM,
    &shared_signals::SHARED_SIGNALS_TRANSMITTER,
    &provisioning_object_summary::PROVISIONING_OBJECT_SUMMARY,
    &synchronization_job::SYNCHRONIZATION_JOB,
    &extension_property::EXTENSION_PROPERTY,
    &federated_identity_credential::FEDERATED_IDENTITY_CREDENTIAL,
    &linux_package_app::LINUX_PACKAGE_APP,
    &assignment::DEVICE_COMPLIANCE_POLICY_ASSIGNMENT,
    &assignment::DEVICE_MANAGEMENT_CONFIGURATION_POLICY_ASSIGNMENT,
    &assignment::MOBILE_APP_ASSIGNMENT,
    &mobile_app_relationship::MOBILE_APP_RELATIONSHIP,
    &device_compliance_policy::DEVICE_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE,
    &device_compliance_policy::DEVICE_COMPLIANCE_ACTION_ITEM,
    &device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_SCHEDULED_ACTION_FOR_RULE,
    &device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_ACTION_ITEM,
    &configuration_setting::DEVICE_MANAGEMENT_CONFIGURATION_SETTING,
    &device_enrollment_configuration::ENROLLMENT_CONFIGURATION_ASSIGNMENT,
    &notification_message_template::LOCALIZED_NOTIFICATION_MESSAGE,
    &unified_role_management_policy::UNIFIED_ROLE_MANAGEMENT_POLICY_RULE,
    &authentication_strength_policy::AUTHENTICATION_COMBINATION_CONFIGURATION,
    &authentication_methods_policy::AUTHENTICATION_METHOD_CONFIGURATION,
    &permission_grant_policy::PERMISSION_GRANT_CONDITION_SET,
    &access_package_question::ACCESS_PACKAGE_QUESTION,
    &workflow::TASK,
];

/// The nested records, by the file they stand in.
const RECORD_TABLES: &[&[&RecordDef]] = &[
    &[&shape::ENTITY_RECORD],
    access_package_assignment_policy::RECORDS,
    access_package_assignment_request::RECORDS,
    access_package_question::RECORDS,
    access_package_resource::RECORDS,
    agreement::RECORDS,
    application::RECORDS,
    assignment::RECORDS,
    authentication_methods_policy::RECORDS,
    authentication_strength_policy::RECORDS,
    authorization_policy::RECORDS,
    conditional_access_policy::RECORDS,
    conditional_access_template::RECORDS,
    configuration_setting::RECORDS,
    credential::RECORDS,
    consent_request::RECORDS,
    custom_extension::RECORDS,
    device::RECORDS,
    device_and_app_management_assignment_filter::RECORDS,
    device_compliance_policy::RECORDS,
    device_health_script::RECORDS,
    device_enrollment_configuration::RECORDS,
    device_management::RECORDS,
    device_management_compliance_policy::RECORDS,
    device_management_configuration_policy::RECORDS,
    device_management_configuration_policy_template::RECORDS,
    device_management_configuration_setting_definition::RECORDS,
    device_management_script::RECORDS,
    device_registration_policy::RECORDS,
    directory_audit::RECORDS,
    directory_object::RECORDS,
    directory_setting::RECORDS,
    domain::RECORDS,
    federated_identity_credential::RECORDS,
    fido2_authentication_method::RECORDS,
    group::RECORDS,
    identity::RECORDS,
    licence::RECORDS,
    linux_package_app::RECORDS,
    managed_device::RECORDS,
    mobile_app::RECORDS,
    mobile_app_deployment::RECORDS,
    mobile_app_relationship::RECORDS,
    mutual_tls_oauth_configuration::RECORDS,
    named_location::RECORDS,
    notification_message_template::RECORDS,
    on_premises::RECORDS,
    operation_approval::RECORDS,
    organization::RECORDS,
    organizational_branding::RECORDS,
    permission_grant_policy::RECORDS,
    provisioning_object_summary::RECORDS,
    remote_action_audit::RECORDS,
    request::RECORDS,
    risky_user::RECORDS,
    schedule::RECORDS,
    self_service_password_reset::RECORDS,
    service_principal::RECORDS,
    service_provisioning_error::RECORDS,
    sign_in::RECORDS,
    subject_set::RECORDS,
    subscribed_sku::RECORDS,
    synchronization_job::RECORDS,
    unified_role_definition::RECORDS,
    unified_role_management_policy::RECORDS,
    unified_role_schedule::RECORDS,
    user::RECORDS,
    win32_lob_app::RECORDS,
    windows10_compliance_policy::RECORDS,
    workflow::RECORDS,
];

/// Every nested record, the derived ones included.
pub static RECORDS: &[&RecordDef] = &joined::<{ count(RECORD_TABLES) }>(RECORD_TABLES);

/// The model of everything above.
#[must_use]
pub fn model() -> Model {
    Model::new(KINDS, RECORDS)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn no_two_names_share_a_hash_and_no_kind_is_given_twice() {
        let model = model();
        assert_eq!(model.kinds().count(), KINDS.len());
        for kind in KINDS {
            assert_eq!(model.kind_named(kind.name).unwrap().name, kind.name);
        }
    }

    #[test]
    fn no_path_and_no_record_is_given_twice() {
        let mut seen = HashSet::new();
        for set in SETS {
            assert!(seen.insert(set.path.to_ascii_lowercase()), "`{}` is given twice", set.path);
        }
        let mut seen = HashSet::new();
        for record in RECORDS {
            assert!(seen.insert(record.name.to_ascii_lowercase()), "`{}` is given twice", record.name);
            let mut fields = HashSet::new();
            for field in record.all_fields() {
                assert!(fields.insert(field.name), "`{}` has `{}` twice", record.name, field.name);
            }
        }
    }

    #[test]
    fn everything_that_a_noun_refers_to_is_listed() {
        let model = model();
        for kind in KINDS {
            for base in kind.lineage() {
                assert!(model.kind_named(base.name).is_some(), "`{}` is not in KINDS", base.name);
            }
            for link in kind.links {
                assert!(model.kind_named(link.target.name).is_some(), "`{}` is not in KINDS", link.target.name);
            }
            let mut seen = HashSet::new();
            for attribute in kind.all_attributes() {
                assert!(seen.insert(attribute.name), "`{}` has `{}` twice", kind.name, attribute.name);
            }
            let mut seen = HashSet::new();
            for link in kind.all_links() {
                assert!(seen.insert(link.name), "`{}` has `{}` twice", kind.name, link.name);
            }
        }
    }
}
