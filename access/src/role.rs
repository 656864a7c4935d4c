//! The directory roles that are built in: their public template ids and what each allows. Data.
//!
//! Who holds which role is kept in the directory as `unifiedRoleAssignment`; roles made by the organization stand there
//! too, as `unifiedRoleDefinition`, and are read by [`custom_powers`].

use std::collections::HashMap;
use std::sync::LazyLock;

use directory::{Attr, Id, Object, Record};

use crate::area::Area;
use crate::matrix::HARMLESS_DEVICE_ACTIONS;
use crate::right::{ALL, MANAGE, Powers, READ, Right};
use Right::{Action, Actions, Create, Credentials, Delete, Link, Links, Read, Set, Update};

/// A role that every tenant has.
#[derive(Debug)]
pub struct BuiltIn {
    /// Its id in every tenant, as a role definition and as a role template.
    pub template: &'static str,
    pub name: &'static str,
    pub description: &'static str,
    /// Whether holding it is a way to hold everything.
    pub is_privileged: bool,
    /// The other roles whose holders may reset the credentials of those who hold this one; the two roles that may reset
    /// everybody's are not repeated.
    pub reset_by: &'static [&'static str],
    pub rows: &'static [(Area, &'static [Right])],
}

pub const GLOBAL_ADMINISTRATOR: Id = Id::from_u128(0x62e9_0394_69f5_4237_9190_0121_7714_5e10);
pub const PRIVILEGED_ROLE_ADMINISTRATOR: Id = Id::from_u128(0xe861_1ab8_c189_46e8_94e1_6021_3ab1_f814);
pub const PRIVILEGED_AUTHENTICATION_ADMINISTRATOR: Id = Id::from_u128(0x7be4_4c8a_adaf_4e2a_84d6_ab26_49e0_8a13);

const HELPDESK: &str = "729827e3-9c14-49f7-bb1b-9608f156bbb8";
const USER: &str = "fe930be7-5e62-47db-91af-98c3a49a38b1";
const AUTHENTICATION: &str = "c4e39bd9-1100-46d3-8c65-fb160da0071f";

impl BuiltIn {
    #[must_use]
    pub fn id(&self) -> Id {
        directory::id_from_text(self.template).expect("a built-in role has a GUID")
    }

    /// What the role allows.
    #[must_use]
    pub fn powers(&self) -> Powers {
        if self.id() == GLOBAL_ADMINISTRATOR {
            return Powers::everything();
        }
        let mut powers = Powers::default();
        self.rows.iter().for_each(|(area, rights)| powers.grant(*area, rights));
        powers
    }

    /// Whether holders of the role `by` may reset the credentials of holders of this one.
    #[must_use]
    pub fn may_be_reset_by(&self, by: Id) -> bool {
        let everybodys = [GLOBAL_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR];
        everybodys.contains(&by) || self.reset_by.iter().any(|id| directory::id_from_text(id) == Some(by))
    }
}

/// The built-in role of this template id.
#[must_use]
pub fn built_in(id: Id) -> Option<&'static BuiltIn> {
    BY_ID.get(&id).map(|(role, _)| *role)
}

/// What a built-in role allows, worked out once.
pub(crate) fn built_in_powers(id: Id) -> Option<&'static Powers> {
    BY_ID.get(&id).map(|(_, powers)| powers)
}

static BY_ID: LazyLock<HashMap<Id, (&'static BuiltIn, Powers)>> =
    LazyLock::new(|| BUILT_IN.iter().map(|role| (role.id(), (role, role.powers()))).collect());

const ROLE_PERMISSIONS: Attr<[Record]> = Attr::new("rolePermissions");
const IS_ENABLED: Attr<bool> = Attr::new("isEnabled");

/// What a role made by the organization allows: its `allowedResourceActions`, such as
/// `microsoft.directory/groups/members/update` or `microsoft.intune/managedDevices/wipe`. An action that is not understood
/// allows nothing.
#[must_use]
pub fn custom_powers(definition: &Object) -> Powers {
    let mut powers = Powers::default();
    if definition.get(IS_ENABLED) == Some(false) {
        return powers;
    }
    for permission in definition.get(ROLE_PERMISSIONS).unwrap_or_default() {
        for action in permission.texts("allowedResourceActions") {
            if let Some((area, rights)) = resource_action(action) {
                powers.grant(area, rights);
            }
        }
    }
    powers
}

/// The area and rights that a resource action speaks of: `namespace/entity[/propertySet]/action`.
#[must_use]
pub fn resource_action(action: &str) -> Option<(Area, &'static [Right])> {
    let mut parts = action.split('/');
    let (_namespace, entity) = (parts.next()?, parts.next()?);
    let rest: Vec<&str> = parts.collect();
    let (last, set) = rest.split_last()?;
    let (_, area) = ENTITIES.iter().find(|(name, _)| name.eq_ignore_ascii_case(entity))?;
    let set = set.first().copied().unwrap_or("").to_ascii_lowercase();
    let rights: &'static [Right] = match (set.as_str(), last.to_ascii_lowercase().as_str()) {
        ("", "alltasks") => ALL,
        ("allproperties", "alltasks") => MANAGE,
        (_, "read") => READ,
        ("", "create" | "createasowner") => &[Create],
        ("", "delete" | "restore") => &[Delete],
        ("", "enable" | "disable") => &[Set("accountEnabled")],
        ("members", "update") => &[Link("members")],
        ("owners", "update") => &[Link("owners")],
        ("manager", "update") => &[Link("manager")],
        ("password" | "credentials" | "authenticationmethods", "update") => &[Credentials],
        ("basic" | "standard", "update") => &[Update],
        ("allproperties", "update") => &[Update, Links],
        ("", "assignlicense") => &[Action("assignLicense")],
        ("", "reprocesslicenseassignment") => &[Action("reprocessLicenseAssignment")],
        ("", "invalidateallrefreshtokens") => &[Action("revokeSignInSessions")],
        ("", name) => REMOTE_TASKS.iter().find(|(task, _)| *task == name)?.1,
        _ => return None,
    };
    Some((*area, rights))
}

/// The entities that resource actions speak of.
const ENTITIES: &[(&str, Area)] = &[
    ("users", Area::Users),
    ("groups", Area::Groups),
    ("contacts", Area::Contacts),
    ("devices", Area::Devices),
    ("applications", Area::Applications),
    ("servicePrincipals", Area::Applications),
    ("oAuth2PermissionGrants", Area::PermissionGrants),
    ("directoryRoles", Area::Roles),
    ("roleAssignments", Area::Roles),
    ("roleDefinitions", Area::Roles),
    ("administrativeUnits", Area::Units),
    ("organization", Area::Organization),
    ("loginOrganizationBranding", Area::Branding),
    ("domains", Area::Domains),
    ("subscribedSkus", Area::Licences),
    ("conditionalAccessPolicies", Area::ConditionalAccess),
    ("namedLocations", Area::ConditionalAccess),
    ("bitlockerKeys", Area::DiskKeys),
    ("deviceLocalCredentials", Area::LocalPasswords),
    ("entitlementManagement", Area::Entitlements),
    ("lifecycleWorkflows", Area::Workflows),
    ("accessReviews", Area::Reviews),
    ("auditLogs", Area::Audit),
    ("signInReports", Area::Audit),
    ("managedDevices", Area::ManagedDevices),
    ("deviceConfigurations", Area::DeviceConfiguration),
    ("deviceCompliancePolicies", Area::DeviceConfiguration),
    ("mobileApps", Area::DeviceApps),
];

/// What a help desk does to a device from afar.
const REMOTE_TASKS: &[(&str, &[Right])] = &[
    ("wipe", &[Action("wipe")]),
    ("retire", &[Action("retire")]),
    ("syncdevice", &[Action("syncDevice")]),
    ("rebootnow", &[Action("rebootNow")]),
    ("remotelock", &[Action("remoteLock")]),
    ("resetpasscode", &[Action("resetPasscode")]),
    ("locatedevice", &[Action("locateDevice")]),
];

/// The areas whose objects hold no secret and are not somebody's own.
const READ_ALL: &[(Area, &[Right])] = &[
    (Area::Users, READ),
    (Area::AuthenticationMethods, READ),
    (Area::Groups, READ),
    (Area::Contacts, READ),
    (Area::Devices, READ),
    (Area::Applications, READ),
    (Area::AppRoleAssignments, READ),
    (Area::PermissionGrants, READ),
    (Area::ConsentRequests, READ),
    (Area::ConsentRequestPolicy, READ),
    (Area::Synchronization, READ),
    (Area::Roles, READ),
    (Area::RoleEligibility, READ),
    (Area::RoleActivation, READ),
    (Area::RolePolicies, READ),
    (Area::Units, READ),
    (Area::Organization, READ),
    (Area::Branding, READ),
    (Area::Domains, READ),
    (Area::Licences, READ),
    (Area::ConditionalAccess, READ),
    (Area::AuthenticationPolicies, READ),
    (Area::Policies, READ),
    (Area::ApplicationPolicies, READ),
    (Area::IdentityProviders, READ),
    (Area::Risk, READ),
    (Area::ManagedDevices, READ),
    (Area::DeviceConfiguration, READ),
    (Area::DeviceScripts, READ),
    (Area::DeviceApps, READ),
    (Area::DeviceSettings, READ),
    (Area::DeviceRoles, READ),
    (Area::Entitlements, READ),
    (Area::Workflows, READ),
    (Area::Reviews, READ),
    (Area::Agreements, READ),
    (Area::Audit, READ),
    (Area::Other, READ),
];

const SECURITY_READ: &[(Area, &[Right])] = &[
    (Area::ConditionalAccess, READ),
    (Area::AuthenticationPolicies, READ),
    (Area::Policies, READ),
    (Area::ApplicationPolicies, READ),
    (Area::IdentityProviders, READ),
    (Area::RoleEligibility, READ),
    (Area::RoleActivation, READ),
    (Area::RolePolicies, READ),
    (Area::Risk, READ),
    (Area::ManagedDevices, READ),
    (Area::DeviceConfiguration, READ),
    (Area::DeviceApps, READ),
    (Area::DiskKeys, READ),
    (Area::Reviews, READ),
    (Area::Entitlements, READ),
    (Area::Audit, READ),
];

const APPLICATION_ROWS: &[(Area, &[Right])] = &[
    (Area::Applications, ALL),
    (Area::AppRoleAssignments, MANAGE),
    (Area::PermissionGrants, MANAGE),
    (Area::ConsentRequests, READ),
    (Area::Synchronization, ALL),
    (Area::ApplicationPolicies, MANAGE),
    (Area::Users, &[Link("appRoleAssignments")]),
    (Area::Groups, &[Link("appRoleAssignments")]),
    (Area::Audit, READ),
];

/// The roles that every tenant has.
pub const BUILT_IN: &[BuiltIn] = &[
    BuiltIn {
        template: "62e90394-69f5-4237-9190-012177145e10",
        name: "Global Administrator",
        description: "May do everything.",
        is_privileged: true,
        reset_by: &[],
        rows: &[],
    },
    BuiltIn {
        template: "f2ef992c-3afb-46b9-b7cf-a126ee74c451",
        name: "Global Reader",
        description: "May see everything but secrets, and change nothing.",
        is_privileged: true,
        reset_by: &[],
        rows: READ_ALL,
    },
    BuiltIn {
        template: "e8611ab8-c189-46e8-94e1-60213ab1f814",
        name: "Privileged Role Administrator",
        description: "Assigns directory roles, decides how they are activated, and manages the groups that hold them.",
        is_privileged: true,
        reset_by: &[],
        rows: &[
            (Area::Roles, MANAGE),
            (Area::RoleEligibility, MANAGE),
            (Area::RoleActivation, MANAGE),
            (Area::RolePolicies, MANAGE),
            (Area::Groups, MANAGE),
            (Area::Units, MANAGE),
            (Area::AppRoleAssignments, MANAGE),
            (Area::PermissionGrants, MANAGE),
            (Area::ConsentRequests, READ),
            (Area::Users, &[Link("appRoleAssignments")]),
            (Area::Applications, &[Link("appRoleAssignments"), Link("appRoleAssignedTo")]),
            (Area::Audit, READ),
        ],
    },
    BuiltIn {
        template: "7be44c8a-adaf-4e2a-84d6-ab2649e08a13",
        name: "Privileged Authentication Administrator",
        description: "Resets the credentials of everybody, administrators included.",
        is_privileged: true,
        reset_by: &[],
        rows: &[
            (Area::Users, &[Credentials, Delete, Set("accountEnabled"), Action("revokeSignInSessions")]),
            (Area::Users, &[Set("mobilePhone"), Set("businessPhones"), Set("otherMails"), Set("userPrincipalName")]),
            (Area::AuthenticationMethods, ALL),
        ],
    },
    BuiltIn {
        template: AUTHENTICATION,
        name: "Authentication Administrator",
        description: "Resets the credentials of people who are not administrators.",
        is_privileged: true,
        reset_by: &[AUTHENTICATION],
        rows: &[
            (Area::Users, &[Credentials, Action("revokeSignInSessions")]),
            (Area::Users, &[Set("mobilePhone"), Set("businessPhones"), Set("otherMails")]),
            (Area::AuthenticationMethods, ALL),
        ],
    },
    BuiltIn {
        template: "0526716b-113d-4c15-b2c8-68e3c22b9f80",
        name: "Authentication Policy Administrator",
        description: "Decides with which methods people may sign in, and which passwords are good enough.",
        is_privileged: false,
        reset_by: &[],
        rows: &[(Area::AuthenticationPolicies, MANAGE), (Area::Audit, READ)],
    },
    BuiltIn {
        template: USER,
        name: "User Administrator",
        description: "Manages people and groups, and resets the credentials of people and limited administrators.",
        is_privileged: true,
        reset_by: &[USER],
        rows: &[
            (Area::Users, ALL),
            (Area::Groups, MANAGE),
            (Area::Contacts, MANAGE),
            (Area::Units, READ),
            (Area::Licences, READ),
            (Area::Entitlements, MANAGE),
            (Area::Reviews, MANAGE),
        ],
    },
    BuiltIn {
        template: HELPDESK,
        name: "Helpdesk Administrator",
        description: "Resets passwords of people and other help-desk staff, and ends their sessions.",
        is_privileged: true,
        reset_by: &[HELPDESK, USER],
        rows: &[(Area::Users, &[Credentials, Action("revokeSignInSessions")]), (Area::DiskKeys, READ)],
    },
    BuiltIn {
        template: "fdd7a751-b60b-444a-984c-02652fe8fa1c",
        name: "Groups Administrator",
        description: "Manages groups and their settings.",
        is_privileged: false,
        reset_by: &[USER],
        rows: &[(Area::Groups, MANAGE), (Area::Licences, READ)],
    },
    BuiltIn {
        template: "4d6ac14f-3453-41d0-bef9-a3e0c569773a",
        name: "License Administrator",
        description: "Assigns licences to people and groups.",
        is_privileged: false,
        reset_by: &[],
        rows: &[
            (Area::Licences, READ),
            (Area::Users, &[Action("assignLicense"), Action("reprocessLicenseAssignment"), Set("usageLocation")]),
            (Area::Groups, &[Action("assignLicense")]),
        ],
    },
    BuiltIn {
        template: "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3",
        name: "Application Administrator",
        description: "Manages applications, their credentials, their assignment and the consent they need.",
        is_privileged: true,
        reset_by: &[],
        rows: APPLICATION_ROWS,
    },
    BuiltIn {
        template: "158c047a-c907-4556-b7ef-446551a6b5f7",
        name: "Cloud Application Administrator",
        description: "Manages applications, their credentials, their assignment and the consent they need, except publishing \
                      internal ones.",
        is_privileged: true,
        reset_by: &[],
        rows: APPLICATION_ROWS,
    },
    BuiltIn {
        template: "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9",
        name: "Conditional Access Administrator",
        description: "Decides under which conditions people may sign in.",
        is_privileged: true,
        reset_by: &[],
        rows: &[(Area::ConditionalAccess, MANAGE)],
    },
    BuiltIn {
        template: "194ae4cb-b126-40b2-bd5b-6091b380977d",
        name: "Security Administrator",
        description: "Manages security policies and sees the logs.",
        is_privileged: true,
        reset_by: &[],
        rows: &[
            (Area::ConditionalAccess, MANAGE),
            (Area::AuthenticationPolicies, MANAGE),
            (Area::Policies, MANAGE),
            (Area::ApplicationPolicies, MANAGE),
            (Area::IdentityProviders, READ),
            (Area::RoleEligibility, READ),
            (Area::RoleActivation, READ),
            (Area::RolePolicies, READ),
            (Area::Risk, MANAGE),
            (Area::ManagedDevices, READ),
            (Area::DeviceConfiguration, READ),
            (Area::DeviceApps, READ),
            (Area::DiskKeys, READ),
            (Area::Reviews, READ),
            (Area::Entitlements, READ),
            (Area::Audit, READ),
        ],
    },
    BuiltIn {
        template: "5d6b6bb7-de71-4623-b4af-96380a352509",
        name: "Security Reader",
        description: "Sees security policies and logs, and changes nothing.",
        is_privileged: true,
        reset_by: &[],
        rows: SECURITY_READ,
    },
    BuiltIn {
        template: "3a2c62db-5318-420d-8d74-23affee5d9d5",
        name: "Intune Administrator",
        description: "Manages devices, their configuration, their applications and who else may.",
        is_privileged: true,
        reset_by: &[],
        rows: &[
            (Area::ManagedDevices, ALL),
            (Area::DeviceConfiguration, MANAGE),
            (Area::DeviceScripts, MANAGE),
            (Area::DeviceApps, MANAGE),
            (Area::DeviceSettings, MANAGE),
            (Area::DeviceRoles, MANAGE),
            (Area::Devices, MANAGE),
            (Area::Groups, MANAGE),
            (Area::DiskKeys, READ),
            (Area::LocalPasswords, READ),
            (Area::Policies, READ),
            (Area::ApplicationPolicies, READ),
        ],
    },
    BuiltIn {
        template: "7698a772-787b-4ac8-901f-60d6b08affd2",
        name: "Cloud Device Administrator",
        description: "Enables, disables and deletes devices, and reads their recovery keys.",
        is_privileged: true,
        reset_by: &[],
        rows: &[
            (Area::Devices, &[Read, Update, Delete]),
            (Area::DiskKeys, READ),
            (Area::LocalPasswords, READ),
            (Area::Audit, READ),
        ],
    },
    BuiltIn {
        template: "17315797-102d-40b4-93e0-432062caca18",
        name: "Compliance Administrator",
        description: "Sees how devices and people follow the rules.",
        is_privileged: false,
        reset_by: &[],
        rows: &[
            (Area::ManagedDevices, READ),
            (Area::DeviceConfiguration, READ),
            (Area::Entitlements, READ),
            (Area::Audit, READ),
        ],
    },
    BuiltIn {
        template: "4a5d8f65-41da-4de4-8968-e035b65339cf",
        name: "Reports Reader",
        description: "Reads the audit and sign-in logs.",
        is_privileged: false,
        reset_by: &[HELPDESK, AUTHENTICATION, USER],
        rows: &[(Area::Audit, READ)],
    },
    BuiltIn {
        template: "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e",
        name: "Identity Governance Administrator",
        description: "Manages access packages and access reviews.",
        is_privileged: false,
        reset_by: &[],
        rows: &[(Area::Entitlements, MANAGE), (Area::Reviews, MANAGE), (Area::Agreements, MANAGE), (Area::Audit, READ)],
    },
    BuiltIn {
        template: "59d46f88-662b-457b-bceb-5c3809e5908f",
        name: "Lifecycle Workflows Administrator",
        description: "Manages what happens when people join, move and leave.",
        is_privileged: true,
        reset_by: &[],
        rows: &[(Area::Workflows, ALL), (Area::Audit, READ)],
    },
    BuiltIn {
        template: "92ed04bf-c94a-4b82-9729-b799a7a4c178",
        name: "Organizational Branding Administrator",
        description: "Manages how the sign-in pages look.",
        is_privileged: false,
        reset_by: &[],
        rows: &[(Area::Branding, ALL), (Area::Organization, READ)],
    },
];

/// What every member of the organization may see of it.
pub(crate) const MEMBERS: &[(Area, &[Right])] = &[
    (Area::Users, READ),
    (Area::Groups, READ),
    (Area::Contacts, READ),
    (Area::Devices, READ),
    (Area::Applications, READ),
    (Area::Roles, READ),
    (Area::Units, READ),
    (Area::Organization, READ),
    (Area::Branding, READ),
    (Area::Domains, READ),
];

/// What a guest may see of it.
pub(crate) const GUESTS: &[(Area, &[Right])] = &[(Area::Organization, READ), (Area::Branding, READ)];

/// What everybody may do with what is their own.
pub(crate) const OWN: &[(Area, &[Right])] = &[
    (Area::Users, &[Read, Action("changePassword"), Action("revokeSignInSessions")]),
    (Area::Users, &[Set("mobilePhone"), Set("preferredLanguage"), Set("aboutMe"), Set("birthday"), Set("interests")]),
    (Area::Users, &[Set("mySite"), Set("pastProjects"), Set("preferredName"), Set("responsibilities"), Set("schools")]),
    (Area::Users, &[Set("skills"), Set("hobbies")]),
    // Not `Create`: a pass that one could issue to oneself would stand in for the second factor.
    (Area::AuthenticationMethods, &[Read, Delete, Actions]),
    (Area::Groups, READ),
    (Area::Devices, READ),
    (Area::Licences, READ),
    (Area::AppRoleAssignments, READ),
    (Area::PermissionGrants, &[Read, Delete]),
    (Area::ConsentRequests, READ),
    (Area::ManagedDevices, READ),
    (Area::ManagedDevices, HARMLESS_DEVICE_ACTIONS),
    // What somebody does who lost a device. Not `wipe`: what is on it may not be theirs alone.
    (Area::ManagedDevices, &[Action("remoteLock"), Action("retire")]),
    (Area::ManagedDevices, &[Action("installApp"), Action("uninstallApp")]),
    (Area::DiskKeys, READ),
    (Area::RoleEligibility, READ),
    (Area::RoleActivation, &[Read, Create, Actions]),
    (Area::RolePolicies, READ),
    (Area::Entitlements, &[Read, Create, Actions, Set("reviewResult"), Set("justification")]),
    (Area::Agreements, &[Read, Create]),
];

/// What owners may do with what they own.
pub(crate) const OWNED: &[(Area, &[Right])] = &[
    (Area::Groups, &[Read, Update, Delete, Links, Actions]),
    (Area::Applications, ALL),
    (Area::Synchronization, READ),
    (Area::AppRoleAssignments, &[Read, Create, Delete]),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::right::Ask;

    #[test]
    fn people_lock_and_retire_a_device_they_lost_but_do_not_erase_it() {
        let may = |action: &str| {
            let mut own = crate::right::Powers::default();
            OWN.iter().for_each(|(area, rights)| own.grant(*area, rights));
            own.have(Area::ManagedDevices, Ask::Action(action))
        };
        assert!(
            ["syncDevice", "setDeviceName", "remoteLock", "retire", "installApp", "uninstallApp"].into_iter().all(may)
        );
        assert!(!may("wipe") && !may("locateDevice"));
    }

    #[test]
    fn every_built_in_role_has_an_id_of_its_own() {
        assert_eq!(BY_ID.len(), BUILT_IN.len());
        for id in [GLOBAL_ADMINISTRATOR, PRIVILEGED_ROLE_ADMINISTRATOR, PRIVILEGED_AUTHENTICATION_ADMINISTRATOR] {
            assert!(built_in(id).is_some(), "{id}");
        }
    }

    #[test]
    fn a_help_desk_that_wipes_but_sees_no_licences_can_be_expressed() {
        let (area, rights) = resource_action("microsoft.intune/managedDevices/wipe").expect("is understood");
        let mut powers = Powers::default();
        powers.grant(area, rights);
        let (area, rights) = resource_action("microsoft.intune/managedDevices/standard/read").expect("is understood");
        powers.grant(area, rights);
        assert!(powers.have(Area::ManagedDevices, Ask::Action("wipe")));
        assert!(powers.have(Area::ManagedDevices, Ask::Read));
        assert!(!powers.have(Area::ManagedDevices, Ask::Action("retire")));
        assert!(!powers.have(Area::Licences, Ask::Read));
    }

    #[test]
    fn a_resource_action_that_is_not_understood_allows_nothing() {
        for text in ["", "microsoft.directory/users", "microsoft.directory/starships/launch", "a/users/nonsense/update"]
        {
            assert_eq!(resource_action(text), None, "{text}");
        }
    }

    #[test]
    fn credentials_are_reset_downward_only() {
        let role = |name: &str| BUILT_IN.iter().find(|r| r.name == name).expect(name);
        for (by, of, expected) in [
            ("Helpdesk Administrator", "Helpdesk Administrator", true),
            ("Helpdesk Administrator", "User Administrator", false),
            ("User Administrator", "Helpdesk Administrator", true),
            ("User Administrator", "Global Administrator", false),
            ("Privileged Authentication Administrator", "Global Administrator", true),
            ("Authentication Administrator", "Reports Reader", true),
        ] {
            assert_eq!(role(of).may_be_reset_by(role(by).id()), expected, "{by} resets {of}");
        }
    }
}
