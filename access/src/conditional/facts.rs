//! What is known of one sign-in once the directory was asked: groups, roles, place, device. Worked out once, asked by every
//! policy.

use std::cell::OnceCell;

use directory::{Id, Object, Snapshot, Time};
use schema::ACCOUNT_ENABLED;
use schema::MEMBERS;
use schema::device::{DEVICE, IS_COMPLIANT};
use schema::organization::ORGANIZATION;
use schema::service_principal::{APP_OWNER_ORGANIZATION_ID, SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_TYPE};
use schema::user::{EXTERNAL_USER_STATE, IDENTITIES, USER, USER_TYPE};

use super::bundles;
use super::compiled::CompiledPolicies;
use super::device;
use super::location::Place;
use super::read::{CLIENT_TYPES, FLOWS, GUEST_TYPES, PLATFORMS, RISKS, bit};
use super::sign_in::{SignInContext, Subject, Target};
use super::terms;
use crate::rights::{Scope, held_roles, template_of};

/// Microsoft Graph's predecessor: what a token that only tells who somebody is counts as.
pub(crate) const DIRECTORY_APP_ID: &str = "00000002-0000-0000-c000-000000000000";

/// What a device needs on its way to be compliant, by `appId`: registration, and the same by Castellan's own agent, which
/// enrols by joining; enrolment, device management and its verdicts.
pub const ON_THE_WAY: [&str; 5] = [
    "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9",
    "c0a57e11-a000-4000-8000-000000000a9f",
    "d4ebce55-015a-49b5-a083-c84d1797ae8c",
    "0000000a-0000-0000-c000-000000000000",
    "b8066b99-6e67-41be-abfa-75db1a2c8809",
];

/// Scopes with which a token tells no more than who somebody is.
const LOW_SCOPES: [&str; 6] = ["openid", "profile", "email", "offline_access", "User.Read", "People.Read"];

/// What was found out; it outlives the snapshot so that a decision can be explained later.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// Every group the subject is in, directly or through others; sorted.
    pub groups: Vec<Id>,
    /// Template ids of the roles held now over the whole tenant; sorted.
    pub roles: Vec<Id>,

    /// The bit of the subject's sort of guest; none for a member of the organization.
    pub guest: u8,
    /// The tenant that a guest comes from.
    pub home_tenant: Option<Id>,
    /// Whether a workload is an application of this tenant: managed identities and others' applications are not.
    pub is_own_workload: bool,
    /// The terms of use that were accepted and still count; looked up only where a policy asks for some.
    pub accepted_terms: Vec<Id>,
    pub place: Place,
    pub device: Device,
    /// What is reached, in lower case.
    pub resources: Vec<String>,
    /// Whether the token would only tell who somebody is.
    pub is_low_privilege: bool,
    pub(crate) client_type: u8,
    pub(crate) platform: u8,
    pub(crate) sign_in_risk: u8,
    pub(crate) user_risk: u8,
    pub(crate) service_principal_risk: u8,
    pub(crate) flow: u8,
}

/// What the directory says of the device.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Device {
    /// None proved itself.
    #[default]
    Absent,
    /// One proved itself that the directory does not know, or that is disabled.
    Unknown,
    Known {
        is_compliant: bool,
        is_hybrid_joined: bool,
    },
}

/// The facts of one sign-in, with the directory they come from.
pub(crate) struct Facts<'a> {
    pub(crate) now: &'a Snapshot,
    pub(crate) at: Time,
    pub(crate) context: &'a SignInContext,
    pub(crate) known: Known,
    seen: OnceCell<Object>,
}

impl<'a> Facts<'a> {
    pub(crate) fn of(
        policies: &CompiledPolicies,
        now: &'a Snapshot,
        at: Time,
        context: &'a SignInContext,
    ) -> Facts<'a> {
        let (subject, is_user) = match context.subject {
            Subject::User(id) => (id, true),
            Subject::ServicePrincipal(id) => (id, false),
        };
        let mut known = Known {
            client_type: bit(&CLIENT_TYPES, context.client_app_type.name()),
            platform: context.platform.as_deref().map_or(0, |platform| bit(&PLATFORMS, platform)),
            sign_in_risk: risk(context.sign_in_risk.as_deref()),
            user_risk: risk(context.user_risk.as_deref()),
            service_principal_risk: risk(context.service_principal_risk.as_deref()),
            flow: context.flow.as_deref().map_or(0, |flow| bit(&FLOWS, flow)),
            device: device_of(now, context.device),
            is_low_privilege: is_low_privilege(context),
            ..Known::default()
        };
        if let Target::Resources(resources) = &context.target {
            let portal = Some(&context.client_app_id).filter(|client| bundles::is_admin_portal(client));
            known.resources = resources.iter().chain(portal).map(|app| app.to_ascii_lowercase()).collect();
        }
        if policies.asks_groups {
            known.groups = now.closure(subject, MEMBERS, true).iter().map(|group| group.id).collect();
            known.groups.sort_unstable();
        }
        if policies.asks_roles {
            let tenant_wide = held_roles(now, subject).into_iter().filter(|held| held.scope == Scope::Tenant);
            known.roles = tenant_wide.map(|held| template_of(now, held.role)).collect();
            known.roles.sort_unstable();
        }
        if policies.asks_places {
            known.place = policies.locations.place(context.address, context.country.as_deref());
        }
        if let (true, Some(user)) = (is_user, now.find_a(&USER, subject)) {
            known.guest = guest_type(user);
            known.home_tenant = context.home_tenant.or_else(|| home_tenant(user));
            if policies.asks_terms {
                known.accepted_terms = terms::accepted(now, at, subject, context.device);
            }
        } else if let Some(principal) = now.find_a(&SERVICE_PRINCIPAL, subject) {
            known.is_own_workload = is_own_workload(now, principal);
        }
        Facts { now, at, context, known, seen: OnceCell::new() }
    }

    /// Whether nothing else is wanted than what a device needs to become compliant: demanding that it is already would keep it
    /// out for ever. With tokens for these resources a client can join and enrol its device, report on it and ask for the verdict.
    pub(crate) fn leads_to_compliance(&self) -> bool {
        match &self.context.target {
            Target::Resources(wanted) => {
                !wanted.is_empty()
                    && wanted.iter().all(|app| ON_THE_WAY.iter().any(|way| way.eq_ignore_ascii_case(app)))
            }
            Target::UserAction(_) | Target::AuthenticationContext(_) => false,
        }
    }

    /// The device as filters see it.
    pub(crate) fn seen_device(&self) -> &Object {
        self.seen.get_or_init(|| {
            device::seen(
                self.context.device.and_then(|id| self.now.find_a(&DEVICE, id)).filter(|d| d.is(ACCOUNT_ENABLED)),
            )
        })
    }
}

fn risk(level: Option<&str>) -> u8 {
    level.map_or(0, |level| bit(&RISKS, level))
}

fn device_of(now: &Snapshot, device: Option<Id>) -> Device {
    let Some(id) = device else {
        return Device::Absent;
    };
    match now.find_a(&DEVICE, id).filter(|found| found.is(ACCOUNT_ENABLED)) {
        None => Device::Unknown,
        Some(found) => {
            Device::Known { is_compliant: found.is(IS_COMPLIANT), is_hybrid_joined: device::is_hybrid_joined(found) }
        }
    }
}

/// Whether only scopes are asked for with which a client learns who somebody is.
fn is_low_privilege(context: &SignInContext) -> bool {
    !context.scopes.is_empty()
        && context.scopes.iter().all(|scope| LOW_SCOPES.iter().any(|low| low.eq_ignore_ascii_case(scope)))
}

/// Whether a workload's application is registered in this tenant.
fn is_own_workload(now: &Snapshot, principal: &Object) -> bool {
    let is_managed = principal.get(SERVICE_PRINCIPAL_TYPE).is_some_and(|t| t.eq_ignore_ascii_case("ManagedIdentity"));
    let home = || now.all(&ORGANIZATION).next().map(|organization| organization.id);
    !is_managed && principal.get(APP_OWNER_ORGANIZATION_ID).is_none_or(|owner| Some(owner) == home())
}

/// The tenant that a guest's own identity was issued by: the first id in the issuers of the identities.
fn home_tenant(user: &Object) -> Option<Id> {
    let identities = user.get(IDENTITIES)?;
    let issuers = identities.iter().filter_map(|identity| identity.text("issuer"));
    issuers.flat_map(|issuer| issuer.split('/')).find_map(directory::id_from_text)
}

/// Which sort of guest a user is. A guest from another tenant is known by the mark in the name that inviting leaves.
fn guest_type(user: &Object) -> u8 {
    let is_guest = user.get(USER_TYPE).is_some_and(|t| t.eq_ignore_ascii_case("Guest"));
    let has_mark =
        user.get(schema::USER_PRINCIPAL_NAME).is_some_and(|name| name.to_ascii_uppercase().contains("#EXT#"));
    let is_external = has_mark || user.get(EXTERNAL_USER_STATE).is_some();
    let sort = match (is_guest, is_external) {
        (true, true) => "b2bCollaborationGuest",
        (true, false) => "internalGuest",
        (false, true) => "b2bCollaborationMember",
        (false, false) => return 0,
    };
    bit(&GUEST_TYPES, sort)
}
