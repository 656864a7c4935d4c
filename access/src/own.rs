//! What belongs to whom: the caller's own user, devices, requests and assignments.

use directory::{Id, Kind, LinkId, Object, Snapshot, Value, id_from_text};
use schema::MEMBERS;
use schema::access_package_assignment_policy::REQUESTOR_SETTINGS;
use schema::access_package_assignment_request::REQUESTOR;
use schema::access_package_subject::OBJECT_ID;
use schema::authorization_policy::{AUTHORIZATION_POLICY, DEFAULT_USER_ROLE_PERMISSIONS};
use schema::bitlocker_recovery_key::KEY_DEVICE_ID;
use schema::device::{DEVICE, DEVICE_ID};
use schema::group::IS_ASSIGNABLE_TO_ROLE;
use schema::managed_device::AZURE_AD_DEVICE_ID;
use schema::request::CREATED_BY;
use schema::unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE;
use schema::{PRINCIPAL_ID, ROLE_DEFINITION_ID, USER_ID};

use crate::approver;
use crate::area::Area;
use crate::reading::guid;

const AUTHENTICATION_METHODS: LinkId = LinkId::of("authenticationMethods");
const OWNERS_OF_DEVICE: [LinkId; 2] = [LinkId::of("registeredOwners"), LinkId::of("registeredUsers")];
const POLICY: LinkId = LinkId::of("policy");
const USERS: LinkId = LinkId::of("users");
const TARGET: LinkId = LinkId::of("target");

/// Whether an object is somebody's own.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    Mine,
    /// Meant for everybody to read: what can be requested.
    ToRead,
    Not,
}

/// Whether an object is the caller's own.
#[must_use]
pub fn own(now: &Snapshot, area: Area, object: &Object, me: Id) -> Own {
    let is_mine = match area {
        Area::Users => object.id == me,
        Area::AuthenticationMethods => method_holder(now, object.id) == Some(me),
        Area::Groups => now.why(object.id, MEMBERS, me).is_some(),
        Area::Devices => object.id == me || OWNERS_OF_DEVICE.iter().any(|link| now.why(object.id, *link, me).is_some()),
        Area::ManagedDevices => is_my_managed_device(now, object, me),
        Area::DiskKeys => is_key_of_my_disk(now, object, me),
        Area::Entitlements => return own_entitlement(now, object, me),
        Area::RoleActivation if guid(object, PRINCIPAL_ID) != Some(me) && approver::is_asked(now, object, me) => {
            return Own::ToRead;
        }
        // What a group was given is for its members, and not theirs to give back.
        Area::AppRoleAssignments
            if guid(object, PRINCIPAL_ID).is_some_and(|holder| now.why(holder, MEMBERS, me).is_some()) =>
        {
            return Own::ToRead;
        }
        // What activating a role demands, whoever may activate it reads before they ask.
        Area::RolePolicies => return if is_for_a_role_of(now, object, me) { Own::ToRead } else { Own::Not },
        Area::RoleEligibility | Area::RoleActivation | Area::PermissionGrants | Area::AppRoleAssignments => {
            guid(object, PRINCIPAL_ID) == Some(me)
        }
        Area::Agreements => guid(object, USER_ID) == Some(me),
        Area::ConsentRequests => asked_by(object) == Some(me),
        Area::Contacts
        | Area::Applications
        | Area::Synchronization
        | Area::Roles
        | Area::Units
        | Area::Organization
        | Area::Branding
        | Area::Domains
        | Area::Licences
        | Area::ConditionalAccess
        | Area::AuthenticationPolicies
        | Area::Policies
        | Area::ApplicationPolicies
        | Area::IdentityProviders
        | Area::Risk
        | Area::DeviceConfiguration
        | Area::DeviceScripts
        | Area::DeviceApps
        | Area::DeviceSettings
        | Area::DeviceRoles
        | Area::LocalPasswords
        | Area::Workflows
        | Area::Reviews
        | Area::ConsentRequestPolicy
        | Area::Audit
        | Area::Other => false,
    };
    if is_mine { Own::Mine } else { Own::Not }
}

/// Who made a request.
fn asked_by(request: &Object) -> Option<Id> {
    id_from_text(request.get(CREATED_BY)?.record("user")?.text("id")?)
}

/// Whether a policy, or what ties it to a role, is of a role that somebody is eligible for, by themselves or through a group.
fn is_for_a_role_of(now: &Snapshot, object: &Object, me: Id) -> bool {
    let groups = || now.backlinks(me, MEMBERS).filter(|link| link.object.is(IS_ASSIGNABLE_TO_ROLE));
    let is_eligible = |tie: &Object| {
        let role = guid(tie, ROLE_DEFINITION_ID);
        role.is_some()
            && std::iter::once(me)
                .chain(groups().map(|link| link.object.id))
                .flat_map(|holder| now.by(PRINCIPAL_ID, Value::Guid(holder)))
                .filter(|held| now.is_a(held, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE))
                .any(|held| guid(held, ROLE_DEFINITION_ID) == role)
    };
    is_eligible(object) || now.backlinks(object.id, POLICY).any(|tie| is_eligible(tie.object))
}

/// The person whose authentication method this is.
pub(crate) fn method_holder(now: &Snapshot, method: Id) -> Option<Id> {
    now.backlinks(method, AUTHENTICATION_METHODS).next().map(|link| link.object.id)
}

/// The recovery key of a device that is the caller's, where the organisation lets people read those themselves.
fn is_key_of_my_disk(now: &Snapshot, object: &Object, me: Id) -> bool {
    let policy = now.all(&AUTHORIZATION_POLICY).next();
    let permissions = policy.and_then(|policy| policy.get(DEFAULT_USER_ROLE_PERMISSIONS)).unwrap_or_default();
    if permissions.bool("allowedToReadBitlockerKeysForOwnedDevice") == Some(false) {
        return false;
    }
    let device = object.get(KEY_DEVICE_ID).and_then(|id| now.find_by(&DEVICE, DEVICE_ID, id));
    device.is_some_and(|device| OWNERS_OF_DEVICE.iter().any(|link| now.why(device.id, *link, me).is_some()))
}

fn is_my_managed_device(now: &Snapshot, object: &Object, me: Id) -> bool {
    let is_my_own_record = || {
        let device = guid(object, AZURE_AD_DEVICE_ID)?;
        let mut found = now.by(schema::device::DEVICE_ID, Value::Guid(device));
        Some(found.any(|device| device.id == me))
    };
    now.why(object.id, USERS, me).is_some() || guid(object, USER_ID) == Some(me) || is_my_own_record() == Some(true)
}

fn own_entitlement(now: &Snapshot, object: &Object, me: Id) -> Own {
    let is_subject = |link| now.linked(object.id, link).is_some_and(|subject| guid(subject, OBJECT_ID) == Some(me));
    let is_mine = match now.kind_of(object).name {
        "accessPackage" | "accessPackageCatalog" => return Own::ToRead,
        "accessPackageAssignmentRequest" if !is_subject(REQUESTOR) && approver::is_asked(now, object, me) => {
            return Own::ToRead;
        }
        "accessPackageAssignmentRequest" => is_subject(REQUESTOR),
        // How something can be asked for, by those who may ask.
        "accessPackageAssignmentPolicy" if can_be_asked_for(object) && approver::may_ask_by(now, object, me) => {
            return Own::ToRead;
        }
        // What one was given is seen, and changed by a request.
        "accessPackageAssignment" if is_subject(TARGET) => return Own::ToRead,
        "accessPackageSubject" if approver::is_asked_by(now, object, me) => return Own::ToRead,
        "accessPackageSubject" => guid(object, OBJECT_ID) == Some(me),
        // Who may decide an approval is written in the policy it comes from; governance holds to it.
        "approval" | "approvalStage" => true,
        _ => false,
    };
    if is_mine { Own::Mine } else { Own::Not }
}

/// Whether people ask by this policy for themselves, for access or for more of it; where nothing is said of it, they do
/// (`governance`).
fn can_be_asked_for(policy: &Object) -> bool {
    let Some(settings) = policy.get(REQUESTOR_SETTINGS) else { return true };
    ["enableTargetsToSelfAddAccess", "enableTargetsToSelfUpdateAccess"]
        .iter()
        .any(|switch| settings.bool(switch).unwrap_or(true))
}

/// The kinds that people create for themselves, whatever else they may.
pub(crate) fn is_self_service(kind: &Kind) -> bool {
    ["unifiedRoleAssignmentScheduleRequest", "accessPackageAssignmentRequest", "agreementAcceptance"]
        .contains(&kind.name)
}

#[cfg(test)]
mod tests {
    use schema::app_role_assignment::{self, APP_ROLE_ASSIGNMENT};
    use schema::unified_role_management_policy::{
        UNIFIED_ROLE_MANAGEMENT_POLICY, UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT,
    };

    use super::*;
    use crate::world::{World, put, role};

    #[test]
    fn what_a_group_was_given_is_read_by_its_members_alone() {
        let mut world = World::new();
        let (member, other) = (world.user(1), world.user(2));
        let group = world.group(10, &[member], false);
        let to = |world: &mut World, n, holder: Id| {
            let attributes = vec![
                put(app_role_assignment::PRINCIPAL_ID, holder),
                put(app_role_assignment::APP_ROLE_ID, Id::from_u128(0)),
                put(app_role_assignment::RESOURCE_ID, Id::from_u128(99)),
            ];
            world.make(n, &APP_ROLE_ASSIGNMENT, attributes)
        };
        let (for_group, for_member) = (to(&mut world, 20, group), to(&mut world, 21, member));
        let judged = |object: Id, me: Id| {
            own(&world.now, Area::AppRoleAssignments, world.now.get(object).expect("it is there"), me)
        };
        assert_eq!([judged(for_group, member), judged(for_group, other)], [Own::ToRead, Own::Not]);
        assert_eq!([judged(for_member, member), judged(for_member, other)], [Own::Mine, Own::Not]);
    }

    #[test]
    fn what_activating_a_role_demands_is_read_by_whoever_may_activate_it() {
        let mut world = World::new();
        let (eligible, other, through) = (world.user(1), world.user(2), world.user(3));
        let (deciders, unsafe_one) = (world.group(4, &[through], true), world.group(5, &[other], false));
        let [helpdesk, reader] = ["Helpdesk Administrator", "Global Reader"].map(|name| role(name).to_string());
        for (n, holder) in [(10, eligible), (11, deciders), (12, unsafe_one)] {
            world.make(
                n,
                &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_INSTANCE,
                vec![put(PRINCIPAL_ID, holder.to_string()), put(ROLE_DEFINITION_ID, helpdesk.as_str())],
            );
        }
        for (n, role, expected) in [(20, helpdesk, [Own::ToRead, Own::Not, Own::ToRead]), (30, reader, [Own::Not; 3])] {
            let policy = world.make(n, &UNIFIED_ROLE_MANAGEMENT_POLICY, vec![]);
            let tied = vec![put(ROLE_DEFINITION_ID, role)];
            let tie = world.make(n + 1, &UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT, tied);
            world.apply(&[directory::Change::link(tie, POLICY, policy)]);
            for object in [policy, tie] {
                let object = world.now.get(object).expect("it is there");
                let judged = [eligible, other, through].map(|me| own(&world.now, Area::RolePolicies, object, me));
                assert_eq!(judged, expected);
            }
        }
    }
}
