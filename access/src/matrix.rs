//! The permission matrix: which permission of an application allows what, with which kinds, and how far. Data.
//!
//! Deliberately absent: permissions that hide single attributes (`User.ReadBasic.All`); here a kind is read whole.

use std::collections::HashMap;
use std::sync::LazyLock;

use crate::area::Area;
use crate::right::{ALL, MANAGE, Powers, READ, Right};
use Right::{Action, Actions, Create, Credentials, Delete, Link, Links, Read, Set, Update};

/// How far a right reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Every object of the tenant.
    All,
    /// What belongs to the caller: their user, their devices, their requests.
    Own,
    /// What the caller is an owner of.
    Owned,
}

/// One row: a permission gives these rights over this area.
#[derive(Clone, Copy, Debug)]
pub struct Row {
    pub of: &'static str,
    pub reach: Reach,
    pub area: Area,
    pub rights: &'static [Right],
}

/// Powers by how far they reach.
#[derive(Clone, Debug, Default)]
pub struct Reached {
    pub all: Powers,
    pub own: Powers,
    pub owned: Powers,
}

impl Reached {
    #[must_use]
    pub fn everything() -> Reached {
        Reached { all: Powers::everything(), own: Powers::default(), owned: Powers::default() }
    }

    pub fn join(&mut self, other: &Reached) {
        self.all.join(&other.all);
        self.own.join(&other.own);
        self.owned.join(&other.owned);
    }

    pub fn grant(&mut self, reach: Reach, area: Area, rights: &[Right]) {
        match reach {
            Reach::All => self.all.grant(area, rights),
            Reach::Own => self.own.grant(area, rights),
            Reach::Owned => self.owned.grant(area, rights),
        }
    }
}

/// The powers that a permission of this name gives; none if it is not known. Names are compared exactly: they come from
/// tokens that we minted.
#[must_use]
pub fn powers(permission: &str) -> Option<&'static Reached> {
    BY_NAME.get(permission)
}

/// The areas over which a permission gives anything.
pub fn areas(permission: &str) -> impl Iterator<Item = Area> {
    PERMISSIONS.iter().filter(move |row| row.of == permission).map(|row| row.area)
}

static BY_NAME: LazyLock<HashMap<&'static str, Reached>> = LazyLock::new(|| {
    let mut all: HashMap<&'static str, Reached> = HashMap::new();
    for row in PERMISSIONS {
        all.entry(row.of).or_default().grant(row.reach, row.area, row.rights);
    }
    // The app may do whatever the person may: the ceiling is no ceiling.
    all.insert("Directory.AccessAsUser.All", Reached::everything());
    all
});

const fn all(of: &'static str, area: Area, rights: &'static [Right]) -> Row {
    Row { of, reach: Reach::All, area, rights }
}

const fn own(of: &'static str, area: Area, rights: &'static [Right]) -> Row {
    Row { of, reach: Reach::Own, area, rights }
}

const fn owned(of: &'static str, area: Area, rights: &'static [Right]) -> Row {
    Row { of, reach: Reach::Owned, area, rights }
}

/// Links by which an assignment of an application is made from the side of who receives it.
const ASSIGN_APPS: &[Right] = &[Link("appRoleAssignments"), Link("appRoleAssignedTo")];
const LICENSE: &[Right] = &[Action("assignLicense"), Action("reprocessLicenseAssignment")];
/// What may be done to a managed device without taking anything from its user.
pub(crate) const HARMLESS_DEVICE_ACTIONS: &[Right] = &[
    Action("syncDevice"),
    Action("rebootNow"),
    Action("shutDown"),
    Action("setDeviceName"),
    Action("windowsDefenderScan"),
    Action("windowsDefenderUpdateSignatures"),
    Action("rotateBitLockerKeys"),
    Action("createDeviceLogCollectionRequest"),
];

pub const PERMISSIONS: &[Row] = &[
    // People
    own("User.Read", Area::Users, READ),
    own("User.Read", Area::Licences, READ),
    all("User.Read", Area::Organization, READ),
    all("User.Read", Area::Branding, READ),
    own("User.ReadWrite", Area::Users, &[Read, Update, Links, Actions]),
    all("User.Read.All", Area::Users, READ),
    all("User.ReadUpdate.All", Area::Users, &[Read, Update, Links]),
    all("User.ReadWrite.All", Area::Users, MANAGE),
    all("User.Create", Area::Users, &[Create]),
    all("User.DeleteRestore.All", Area::Users, &[Read, Delete]),
    all("User.EnableDisableAccount.All", Area::Users, &[Read, Set("accountEnabled")]),
    all(
        "User.RevokeSessions.All",
        Area::Users,
        &[Action("revokeSignInSessions"), Action("invalidateAllRefreshTokens")],
    ),
    all("User.ManageIdentities.All", Area::Users, &[Read, Set("identities")]),
    all("User-PasswordProfile.ReadWrite.All", Area::Users, &[Credentials]),
    all("User-LifeCycleInfo.ReadWrite.All", Area::Users, &[Set("employeeHireDate"), Set("employeeLeaveDateTime")]),
    all("User-Phone.ReadWrite.All", Area::Users, &[Set("mobilePhone"), Set("businessPhones")]),
    all("User-Mail.ReadWrite.All", Area::Users, &[Set("mail"), Set("otherMails")]),
    own("UserAuthenticationMethod.Read", Area::AuthenticationMethods, READ),
    own("UserAuthenticationMethod.ReadWrite", Area::AuthenticationMethods, ALL),
    all("UserAuthenticationMethod.Read.All", Area::AuthenticationMethods, READ),
    all("UserAuthenticationMethod.ReadWrite.All", Area::AuthenticationMethods, ALL),
    all("UserAuthenticationMethod.ReadWrite.All", Area::Users, &[Credentials]),
    // Groups, contacts
    all("Group.Create", Area::Groups, &[Create]),
    all("Group.Read.All", Area::Groups, READ),
    all("Group.ReadWrite.All", Area::Groups, MANAGE),
    all("GroupMember.Read.All", Area::Groups, READ),
    all("GroupMember.ReadWrite.All", Area::Groups, &[Read, Link("members")]),
    all("OrgContact.Read.All", Area::Contacts, READ),
    // The directory as a whole
    all("Directory.Read.All", Area::Users, READ),
    all("Directory.Read.All", Area::Groups, READ),
    all("Directory.Read.All", Area::Contacts, READ),
    all("Directory.Read.All", Area::Devices, READ),
    all("Directory.Read.All", Area::Applications, READ),
    all("Directory.Read.All", Area::AppRoleAssignments, READ),
    all("Directory.Read.All", Area::PermissionGrants, READ),
    all("Directory.Read.All", Area::Roles, READ),
    all("Directory.Read.All", Area::Units, READ),
    all("Directory.Read.All", Area::Organization, READ),
    all("Directory.Read.All", Area::Domains, READ),
    all("Directory.Read.All", Area::Licences, READ),
    all("Directory.ReadWrite.All", Area::Users, &[Read, Create, Update, Links, Action("assignLicense")]),
    all("Directory.ReadWrite.All", Area::Groups, &[Read, Create, Update, Links, Actions]),
    all("Directory.ReadWrite.All", Area::Contacts, READ),
    all("Directory.ReadWrite.All", Area::Devices, &[Read, Create, Update, Links]),
    all("Directory.ReadWrite.All", Area::Applications, READ),
    all("Directory.ReadWrite.All", Area::AppRoleAssignments, READ),
    all("Directory.ReadWrite.All", Area::PermissionGrants, READ),
    all("Directory.ReadWrite.All", Area::Roles, READ),
    all("Directory.ReadWrite.All", Area::Units, MANAGE),
    all("Directory.ReadWrite.All", Area::Organization, &[Read, Update]),
    all("Directory.ReadWrite.All", Area::Domains, READ),
    all("Directory.ReadWrite.All", Area::Licences, READ),
    all("Directory.AccessAsUser.All", Area::Users, ALL),
    own("Device.Read", Area::Devices, READ),
    all("Device.Read.All", Area::Devices, READ),
    all("Device.ReadWrite.All", Area::Devices, MANAGE),
    // Applications
    all("Application.Read.All", Area::Applications, READ),
    all("Application.Read.All", Area::AppRoleAssignments, READ),
    all("Application.ReadUpdate.All", Area::Applications, &[Read, Update]),
    all("Application.ReadWrite.All", Area::Applications, ALL),
    all("Application.ReadWrite.All", Area::AppRoleAssignments, READ),
    all("Application.ReadWrite.OwnedBy", Area::Applications, &[Create]),
    owned("Application.ReadWrite.OwnedBy", Area::Applications, ALL),
    all("AppRoleAssignment.ReadWrite.All", Area::AppRoleAssignments, MANAGE),
    all("AppRoleAssignment.ReadWrite.All", Area::Applications, READ),
    all("AppRoleAssignment.ReadWrite.All", Area::Applications, ASSIGN_APPS),
    all("AppRoleAssignment.ReadWrite.All", Area::Users, ASSIGN_APPS),
    all("AppRoleAssignment.ReadWrite.All", Area::Groups, ASSIGN_APPS),
    all("DelegatedPermissionGrant.Read.All", Area::PermissionGrants, READ),
    all("DelegatedPermissionGrant.ReadWrite.All", Area::PermissionGrants, MANAGE),
    all("Synchronization.Read.All", Area::Synchronization, READ),
    all("Synchronization.ReadWrite.All", Area::Synchronization, ALL),
    all("SynchronizationData-User.Upload", Area::Synchronization, &[Read, Action("bulkUpload"), Create]),
    owned("SynchronizationData-User.Upload.OwnedBy", Area::Synchronization, &[Read, Action("bulkUpload"), Create]),
    // Roles
    all("RoleManagement.Read.All", Area::Roles, READ),
    all("RoleManagement.Read.All", Area::RoleEligibility, READ),
    all("RoleManagement.Read.All", Area::RoleActivation, READ),
    all("RoleManagement.Read.All", Area::DeviceRoles, READ),
    all("RoleManagement.Read.Directory", Area::Roles, READ),
    all("RoleManagement.Read.Directory", Area::RoleEligibility, READ),
    all("RoleManagement.Read.Directory", Area::RoleActivation, READ),
    all("RoleManagement.ReadWrite.Directory", Area::Roles, MANAGE),
    all("RoleManagement.ReadWrite.Directory", Area::RoleEligibility, MANAGE),
    all("RoleManagement.ReadWrite.Directory", Area::RoleActivation, MANAGE),
    all("RoleEligibilitySchedule.Read.Directory", Area::RoleEligibility, READ),
    all("RoleEligibilitySchedule.ReadWrite.Directory", Area::RoleEligibility, MANAGE),
    all("RoleEligibilitySchedule.Remove.Directory", Area::RoleEligibility, &[Read, Delete]),
    all("RoleAssignmentSchedule.Read.Directory", Area::RoleActivation, READ),
    all("RoleAssignmentSchedule.ReadWrite.Directory", Area::RoleActivation, MANAGE),
    all("RoleAssignmentSchedule.Remove.Directory", Area::RoleActivation, &[Read, Delete]),
    all("RoleManagementPolicy.Read.Directory", Area::RolePolicies, READ),
    all("RoleManagementPolicy.ReadWrite.Directory", Area::RolePolicies, MANAGE),
    all("AdministrativeUnit.Read.All", Area::Units, READ),
    all("AdministrativeUnit.ReadWrite.All", Area::Units, MANAGE),
    // The organization
    all("Organization.Read.All", Area::Organization, READ),
    all("Organization.Read.All", Area::Licences, READ),
    all("Organization.ReadWrite.All", Area::Organization, MANAGE),
    all("Organization.ReadWrite.All", Area::Licences, MANAGE),
    all("Organization.Read.All", Area::Branding, READ),
    all("Organization.ReadWrite.All", Area::Branding, MANAGE),
    all("OrganizationalBranding.Read.All", Area::Branding, READ),
    all("OrganizationalBranding.ReadWrite.All", Area::Branding, MANAGE),
    all("Domain.Read.All", Area::Domains, READ),
    all("Domain.ReadWrite.All", Area::Domains, MANAGE),
    all("LicenseAssignment.Read.All", Area::Licences, READ),
    all("LicenseAssignment.ReadWrite.All", Area::Licences, READ),
    all("LicenseAssignment.ReadWrite.All", Area::Users, LICENSE),
    all("LicenseAssignment.ReadWrite.All", Area::Groups, LICENSE),
    // Policies
    all("Policy.Read.All", Area::ConditionalAccess, READ),
    all("Policy.Read.All", Area::AuthenticationPolicies, READ),
    all("Policy.Read.All", Area::Policies, READ),
    all("Policy.Read.All", Area::ApplicationPolicies, READ),
    all("Policy.ReadWrite.ApplicationConfiguration", Area::ApplicationPolicies, MANAGE),
    all("Policy.Read.All", Area::ConsentRequestPolicy, READ),
    all("Policy.ReadWrite.ConsentRequest", Area::ConsentRequestPolicy, MANAGE),
    all("Policy.Read.ConditionalAccess", Area::ConditionalAccess, READ),
    all("Policy.ReadWrite.ConditionalAccess", Area::ConditionalAccess, MANAGE),
    all("Policy.Read.AuthenticationMethod", Area::AuthenticationPolicies, READ),
    all("Policy.ReadWrite.AuthenticationMethod", Area::AuthenticationPolicies, MANAGE),
    all("IdentityProvider.Read.All", Area::IdentityProviders, READ),
    all("IdentityProvider.ReadWrite.All", Area::IdentityProviders, MANAGE),
    all("IdentityRiskEvent.Read.All", Area::Risk, READ),
    all("IdentityRiskyUser.Read.All", Area::Risk, READ),
    all("IdentityRiskyUser.ReadWrite.All", Area::Risk, MANAGE),
    // Devices
    all("DeviceManagementManagedDevices.Read.All", Area::ManagedDevices, READ),
    all("DeviceManagementManagedDevices.ReadWrite.All", Area::ManagedDevices, &[Read, Create, Update, Delete, Links]),
    all("DeviceManagementManagedDevices.ReadWrite.All", Area::ManagedDevices, HARMLESS_DEVICE_ACTIONS),
    all("DeviceManagementManagedDevices.PrivilegedOperations.All", Area::ManagedDevices, &[Read, Actions]),
    all("DeviceManagementConfiguration.Read.All", Area::DeviceConfiguration, READ),
    all("DeviceManagementConfiguration.ReadWrite.All", Area::DeviceConfiguration, MANAGE),
    all("DeviceManagementScripts.Read.All", Area::DeviceScripts, READ),
    all("DeviceManagementScripts.ReadWrite.All", Area::DeviceScripts, MANAGE),
    all("DeviceManagementApps.Read.All", Area::DeviceApps, READ),
    all("DeviceManagementApps.ReadWrite.All", Area::DeviceApps, MANAGE),
    all("DeviceManagementServiceConfig.Read.All", Area::DeviceSettings, READ),
    all("DeviceManagementServiceConfig.ReadWrite.All", Area::DeviceSettings, MANAGE),
    all("DeviceManagementRBAC.Read.All", Area::DeviceRoles, READ),
    all("DeviceManagementRBAC.ReadWrite.All", Area::DeviceRoles, MANAGE),
    all("BitlockerKey.Read.All", Area::DiskKeys, READ),
    all("DeviceLocalCredential.Read.All", Area::LocalPasswords, READ),
    // Governance
    all("EntitlementManagement.Read.All", Area::Entitlements, READ),
    all("EntitlementManagement.ReadWrite.All", Area::Entitlements, MANAGE),
    own("EntitlementMgmt-SubjectAccess.ReadWrite", Area::Entitlements, MANAGE),
    all("LifecycleWorkflows.Read.All", Area::Workflows, READ),
    all("LifecycleWorkflows.ReadWrite.All", Area::Workflows, MANAGE),
    all("LifecycleWorkflows-Workflow.Read.All", Area::Workflows, READ),
    all("LifecycleWorkflows-Workflow.ReadWrite.All", Area::Workflows, MANAGE),
    all("LifecycleWorkflows-Workflow.Activate", Area::Workflows, &[Action("activate")]),
    all("LifecycleWorkflows-Reports.Read.All", Area::Workflows, READ),
    all("AccessReview.Read.All", Area::Reviews, READ),
    all("AccessReview.ReadWrite.All", Area::Reviews, MANAGE),
    all("Agreement.Read.All", Area::Agreements, READ),
    all("Agreement.ReadWrite.All", Area::Agreements, MANAGE),
    own("AgreementAcceptance.Read", Area::Agreements, READ),
    all("AgreementAcceptance.Read.All", Area::Agreements, READ),
    all("ConsentRequest.Read.All", Area::ConsentRequests, READ),
    all("ConsentRequest.ReadWrite.All", Area::ConsentRequests, READ),
    // Who may decide is held to by the approval itself.
    all("ConsentRequest.ReadWrite.All", Area::Entitlements, &[Set("reviewResult"), Set("justification")]),
    // Logs
    all("AuditLog.Read.All", Area::Audit, READ),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::right::Ask;

    #[test]
    fn a_permission_allows_what_its_name_says() {
        for (name, area, ask, expected) in [
            ("User.Read.All", Area::Users, Ask::Read, true),
            ("User.Read.All", Area::Users, Ask::Set("department"), false),
            ("User.Read.All", Area::Groups, Ask::Read, false),
            ("User.ReadWrite.All", Area::Users, Ask::Delete, true),
            ("User.ReadWrite.All", Area::Users, Ask::Credentials, false),
            ("User.EnableDisableAccount.All", Area::Users, Ask::Set("accountEnabled"), true),
            ("User.EnableDisableAccount.All", Area::Users, Ask::Set("displayName"), false),
            ("GroupMember.ReadWrite.All", Area::Groups, Ask::Link("members"), true),
            ("GroupMember.ReadWrite.All", Area::Groups, Ask::Link("owners"), false),
            ("Directory.ReadWrite.All", Area::Users, Ask::Delete, false),
            ("Directory.ReadWrite.All", Area::Roles, Ask::Create, false),
            ("DeviceManagementManagedDevices.ReadWrite.All", Area::ManagedDevices, Ask::Action("syncDevice"), true),
            ("DeviceManagementManagedDevices.ReadWrite.All", Area::ManagedDevices, Ask::Action("wipe"), false),
            (
                "DeviceManagementManagedDevices.PrivilegedOperations.All",
                Area::ManagedDevices,
                Ask::Action("wipe"),
                true,
            ),
        ] {
            let powers = powers(name).expect(name);
            assert_eq!(powers.all.have(area, ask), expected, "{name} {area:?} {ask:?}");
        }
        assert!(powers("User.Read.Everything").is_none());
    }
}
