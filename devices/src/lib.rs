//! On what: the devices that people use; how they join, what they should be like, whether they are, and what is asked of
//! them.
//!
//! Deliberately absent: how a device is spoken to (the protocols translate), keys and certificates (`keys`), what a
//! verdict opens or shuts (`access` reads `isCompliant`), and which applications a device has (`apps`).

pub mod actions;
pub mod agent_release;
pub mod assignment;
pub mod baseline;
pub mod compliance;
mod configuration_statuses;
pub mod conflicts;
pub mod desired;
pub mod diagnostics;
pub mod end;
pub mod enrol;
mod explain;
pub mod export;
pub mod facts;
mod filter_names;
pub mod hybrid;
pub mod imported;
pub mod join;
pub mod location;
mod ownership;
mod person;
mod policy;
pub mod policy_checks;
pub mod proof;
pub mod reach;
pub mod recovery_key;
mod release;
pub mod report;
mod restriction;
pub mod scripts;
pub mod setting_secrets;
pub mod software;
mod threat;
pub mod touched;
pub mod unattended;
pub mod version;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod world;

use directory::{Object, Room, Snapshot};
use schema::device::{DEVICE, DEVICE_ID};
use schema::managed_device::{AZURE_AD_DEVICE_ID, MANAGED_DEVICE};

pub use configuration_statuses::{configuration_overview, configuration_statuses};
pub use explain::{managed, why_assigned, why_compliance, why_setting};
pub use filter_names::{ASSIGNMENT_FILTER_RULE, FILTERS_MAX};
pub use policy::{ASSIGNMENTS_MAX, SETTINGS_MAX};
pub use release::retire_devices_of;

/// The room as data.
pub const ROOM: Room = Room {
    name: "devices",
    kinds: &[
        &DEVICE,
        &MANAGED_DEVICE,
        &schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY,
        &schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY,
        &schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY,
        &schema::device_management_script::DEVICE_MANAGEMENT_SCRIPT,
        &schema::device_management_script::DEVICE_SHELL_SCRIPT,
        &schema::device_health_script::DEVICE_HEALTH_SCRIPT,
        &schema::device_and_app_management_assignment_filter::DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER,
        &schema::device_management::DEVICE_MANAGEMENT,
        &schema::device_registration_policy::DEVICE_REGISTRATION_POLICY,
        &schema::device_category::DEVICE_CATEGORY,
        &schema::operation_approval::OPERATION_APPROVAL_POLICY,
        &schema::operation_approval::OPERATION_APPROVAL_REQUEST,
        &schema::remote_action_audit::REMOTE_ACTION_AUDIT,
        &schema::bitlocker_recovery_key::BITLOCKER_RECOVERY_KEY,
        &schema::detected_app::DETECTED_APP,
        &schema::imported_device_identity::IMPORTED_DEVICE_IDENTITY,
        &schema::device_join_token::DEVICE_JOIN_TOKEN,
        &schema::agent_release::AGENT_RELEASE,
        &schema::device_log_collection_response::DEVICE_LOG_COLLECTION_RESPONSE,
        &schema::device_management_export_job::DEVICE_MANAGEMENT_EXPORT_JOB,
        &schema::device_enrollment_configuration::DEVICE_ENROLLMENT_CONFIGURATION,
        &schema::device_management_reusable_policy_setting::DEVICE_MANAGEMENT_REUSABLE_POLICY_SETTING,
        &schema::notification_message_template::NOTIFICATION_MESSAGE_TEMPLATE,
    ],
    actions: &actions::ACTIONS,
    checks: &[
        end::DIRECTORY,
        hybrid::CHECK,
        end::MANAGED,
        ownership::CHECK,
        threat::CHECK,
        person::CHECK,
        filter_names::CHECK,
        policy::CONFIGURATION,
        policy::COMPLIANCE,
        actions::APPROVAL_POLICY,
        agent_release::CHECK,
        unattended::TOKENS,
        unattended::REGISTRATIONS,
        scripts::MANAGEMENT,
        scripts::SHELL,
        scripts::HEALTH,
        policy_checks::WINDOWS,
        policy_checks::SCRIPT,
        restriction::CHECK,
        export::CHECK,
    ],
    reactions: &[
        release::REACTION,
        agent_release::REACTION,
        compliance::REACTION,
        compliance::consequences::REACTION,
        scripts::REACTION,
        export::REACTION,
    ],
};

/// The directory device of a managed device.
#[must_use]
pub fn device_of<'a>(now: &'a Snapshot, managed: &Object) -> Option<&'a Object> {
    now.find_by(&DEVICE, DEVICE_ID, managed.get(AZURE_AD_DEVICE_ID)?)
}

/// The managed device of a directory device, if it is managed.
#[must_use]
pub fn managed_of<'a>(now: &'a Snapshot, device: &Object) -> Option<&'a Object> {
    now.find_by(&MANAGED_DEVICE, AZURE_AD_DEVICE_ID, device.get(DEVICE_ID)?)
}
