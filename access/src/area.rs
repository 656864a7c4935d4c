//! Areas: the groups of kinds that permissions and roles speak about. Every kind belongs to exactly one.
//!
//! A kind that is not named here belongs where the kind it inherits from belongs; one that nobody names is
//! [`Area::Other`], which only the all-embracing roles reach.

use std::collections::HashMap;
use std::sync::LazyLock;

use directory::{Kind, KindId};

/// A group of kinds that is granted together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[repr(u8)]
pub enum Area {
    Users,
    AuthenticationMethods,
    Groups,
    Contacts,
    Devices,
    Applications,
    AppRoleAssignments,
    PermissionGrants,
    ConsentRequests,
    ConsentRequestPolicy,
    Synchronization,
    Roles,
    RoleEligibility,
    RoleActivation,
    RolePolicies,
    Units,
    Organization,
    Branding,
    Domains,
    Licences,
    ConditionalAccess,
    AuthenticationPolicies,
    Policies,
    /// What the tokens for applications say, and how long they last.
    ApplicationPolicies,
    IdentityProviders,
    Risk,
    ManagedDevices,
    DeviceConfiguration,
    DeviceScripts,
    DeviceApps,
    DeviceSettings,
    DeviceRoles,
    DiskKeys,
    LocalPasswords,
    Entitlements,
    Workflows,
    Reviews,
    Agreements,
    Audit,
    Other,
}

impl Area {
    pub const ALL: [Area; 40] = [
        Area::Users,
        Area::AuthenticationMethods,
        Area::Groups,
        Area::Contacts,
        Area::Devices,
        Area::Applications,
        Area::AppRoleAssignments,
        Area::PermissionGrants,
        Area::ConsentRequests,
        Area::ConsentRequestPolicy,
        Area::Synchronization,
        Area::Roles,
        Area::RoleEligibility,
        Area::RoleActivation,
        Area::RolePolicies,
        Area::Units,
        Area::Organization,
        Area::Branding,
        Area::Domains,
        Area::Licences,
        Area::ConditionalAccess,
        Area::AuthenticationPolicies,
        Area::Policies,
        Area::ApplicationPolicies,
        Area::IdentityProviders,
        Area::Risk,
        Area::ManagedDevices,
        Area::DeviceConfiguration,
        Area::DeviceScripts,
        Area::DeviceApps,
        Area::DeviceSettings,
        Area::DeviceRoles,
        Area::DiskKeys,
        Area::LocalPasswords,
        Area::Entitlements,
        Area::Workflows,
        Area::Reviews,
        Area::Agreements,
        Area::Audit,
        Area::Other,
    ];

    /// The area of a kind: its own, or that of the nearest kind it inherits from.
    #[must_use]
    pub fn of(kind: &'static Kind) -> Area {
        kind.lineage().find_map(|k| BY_KIND.get(&k.id()).copied()).unwrap_or(Area::Other)
    }

    /// The kinds that are named as belonging here; those that inherit from them belong here too.
    pub fn kinds(self) -> impl Iterator<Item = &'static str> {
        KINDS.iter().filter(move |(area, _)| *area == self).flat_map(|(_, names)| names.iter().copied())
    }
}

static BY_KIND: LazyLock<HashMap<KindId, Area>> = LazyLock::new(|| {
    KINDS.iter().flat_map(|(area, names)| names.iter().map(|name| (KindId::of(name), *area))).collect()
});

/// Which kinds belong to which area. Names as in Graph.
const KINDS: &[(Area, &[&str])] = &[
    (Area::Users, &["user"]),
    (Area::AuthenticationMethods, &["authenticationMethod"]),
    (Area::Groups, &["group"]),
    (Area::Devices, &["device"]),
    (
        Area::Applications,
        &["application", "servicePrincipal", "federatedIdentityCredential", "extensionProperty", "endpoint"],
    ),
    (Area::AppRoleAssignments, &["appRoleAssignment"]),
    (Area::PermissionGrants, &["oAuth2PermissionGrant"]),
    (Area::ConsentRequests, &["appConsentRequest", "userConsentRequest"]),
    (Area::ConsentRequestPolicy, &["adminConsentRequestPolicy"]),
    (Area::Synchronization, &["synchronizationJob"]),
    (
        Area::Roles,
        &[
            "directoryRole",
            "directoryRoleTemplate",
            "unifiedRoleDefinition",
            "unifiedRoleAssignment",
            "scopedRoleMembership",
        ],
    ),
    (
        Area::RoleEligibility,
        &[
            "unifiedRoleEligibilitySchedule",
            "unifiedRoleEligibilityScheduleInstance",
            "unifiedRoleEligibilityScheduleRequest",
        ],
    ),
    (
        Area::RoleActivation,
        &[
            "unifiedRoleAssignmentSchedule",
            "unifiedRoleAssignmentScheduleInstance",
            "unifiedRoleAssignmentScheduleRequest",
            "unifiedRoleScheduleBase",
            "unifiedRoleScheduleInstanceBase",
        ],
    ),
    (
        Area::RolePolicies,
        &["unifiedRoleManagementPolicy", "unifiedRoleManagementPolicyAssignment", "unifiedRoleManagementPolicyRule"],
    ),
    (Area::Units, &["administrativeUnit"]),
    (Area::Organization, &["organization"]),
    (Area::Branding, &["organizationalBrandingProperties"]),
    (Area::Domains, &["domain"]),
    (Area::Licences, &["subscribedSku"]),
    (
        Area::ConditionalAccess,
        &[
            "conditionalAccessPolicy",
            "namedLocation",
            "authenticationStrengthPolicy",
            "authenticationCombinationConfiguration",
            "authenticationContextClassReference",
            "conditionalAccessTemplate",
        ],
    ),
    (
        Area::AuthenticationPolicies,
        &[
            "authenticationMethodsPolicy",
            "authenticationMethodConfiguration",
            "directorySetting",
            "directorySettingTemplate",
            "certificateBasedAuthPki",
            "certificateAuthorityDetail",
            "trustedCertificateAuthorityBase",
        ],
    ),
    (Area::ApplicationPolicies, &["stsPolicy"]),
    (
        Area::Policies,
        &[
            "policyBase",
            "authorizationPolicy",
            "deviceRegistrationPolicy",
            "permissionGrantPolicy",
            "permissionGrantConditionSet",
        ],
    ),
    (
        Area::Risk,
        &["riskyUser", "riskyUserHistoryItem", "riskDetection", "sharedSignalsStream", "sharedSignalsTransmitter"],
    ),
    (
        Area::ManagedDevices,
        &[
            "managedDevice",
            "operationApprovalRequest",
            "remoteActionAudit",
            "deviceLogCollectionResponse",
            "detectedApp",
            "deviceComplianceDeviceStatus",
            "deviceComplianceUserStatus",
            "deviceConfigurationDeviceStatus",
            "mobileAppInstallStatus",
            "userAppInstallStatus",
            "deviceManagementExportJob",
        ],
    ),
    (
        Area::DeviceConfiguration,
        &[
            "deviceCompliancePolicy",
            "deviceCompliancePolicyAssignment",
            "deviceComplianceActionItem",
            "deviceManagementConfigurationPolicy",
            "deviceManagementConfigurationSetting",
            "deviceManagementConfigurationSettingDefinition",
            "deviceManagementConfigurationCategory",
            "deviceManagementConfigurationPolicyTemplate",
            "deviceManagementConfigurationSettingTemplate",
            "deviceManagementCompliancePolicy",
            "deviceManagementComplianceActionItem",
            "deviceAndAppManagementAssignmentFilter",
            "deviceManagementReusablePolicySetting",
        ],
    ),
    (
        Area::DeviceScripts,
        &[
            "deviceManagementScript",
            "deviceManagementScriptDeviceState",
            "deviceShellScript",
            "deviceHealthScript",
            "deviceHealthScriptDeviceState",
        ],
    ),
    (
        Area::DeviceApps,
        &["mobileApp", "mobileAppCategory", "mobileAppContent", "mobileAppContentFile", "mobileAppDeployment"],
    ),
    (
        Area::DeviceSettings,
        &[
            "deviceManagement",
            "deviceCategory",
            "deviceEnrollmentConfiguration",
            "notificationMessageTemplate",
            "importedDeviceIdentity",
            "deviceJoinToken",
            "agentRelease",
        ],
    ),
    (Area::DeviceRoles, &["operationApprovalPolicy"]),
    (Area::DiskKeys, &["bitlockerRecoveryKey"]),
    (
        Area::Entitlements,
        &[
            "accessPackage",
            "accessPackageAssignment",
            "accessPackageAssignmentPolicy",
            "accessPackageAssignmentRequest",
            "accessPackageCatalog",
            "accessPackageResource",
            "accessPackageResourceRequest",
            "accessPackageResourceRole",
            "accessPackageResourceRoleScope",
            "accessPackageResourceScope",
            "accessPackageSubject",
            "accessPackageQuestion",
            "approval",
            "approvalStage",
        ],
    ),
    (
        Area::Workflows,
        &["workflow", "workflowBase", "workflowVersion", "task", "run", "userProcessingResult", "taskProcessingResult"],
    ),
    (Area::Agreements, &["agreement", "agreementAcceptance", "agreementFileLocalization"]),
    (Area::Audit, &["userRegistrationDetails", "directoryAudit", "signIn", "provisioningObjectSummary"]),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_belongs_to_one_area() {
        let mut seen = HashMap::new();
        for (area, names) in KINDS {
            for name in *names {
                assert_eq!(seen.insert(*name, *area), None, "`{name}` belongs to two areas");
            }
        }
    }

    #[test]
    fn every_area_is_in_the_list_of_all_at_its_own_place() {
        for (at, area) in Area::ALL.into_iter().enumerate() {
            assert_eq!(area as usize, at);
        }
    }

    #[test]
    fn every_kind_that_is_named_exists() {
        let model = schema::model();
        for name in KINDS.iter().flat_map(|(_, names)| *names) {
            assert!(model.kind(KindId::of(name)).is_some(), "`{name}`");
        }
    }

    #[test]
    fn every_kind_of_the_schema_belongs_somewhere() {
        let lost: Vec<&str> = schema::KINDS
            .iter()
            .filter(|kind| !kind.is_abstract && Area::of(kind) == Area::Other)
            .map(|kind| kind.name)
            .collect();
        assert!(lost.is_empty(), "only administrators of everything reach {lost:?}");
    }
}
