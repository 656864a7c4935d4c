//! What Linux clients of others expect to find: the resources that their tokens are for, the company portal's and the
//! broker's permission for them, and the addresses of the services. Portal and broker themselves stand in `brokers`.

use directory::{Attr, Call, Change, Record, Snapshot, Value};
use linux_protocol::{CHECK_IN_APP_ID, ENDPOINTS, ENROLLMENT_APP_ID, PORTAL_CLIENT_ID, VERDICT_APP_ID, address_of};
use schema::endpoint::{self, ENDPOINT};
use schema::oauth2_permission_grant::{self as grant, OAUTH2_PERMISSION_GRANT};
use schema::{DISPLAY_NAME, service_principal};

use super::built_in::{principal, set};
use super::create;

/// The delegated permission of each resource, and the ids it has there.
const SCOPE: &str = "user_impersonation";
const RESOURCES: [(&str, &str, u128); 3] = [
    (CHECK_IN_APP_ID, "Device management", 0xc0a5_7e11_a000_4000_8000_0000_0000_0ab1),
    (ENROLLMENT_APP_ID, "Device enrollment", 0xc0a5_7e11_a000_4000_8000_0000_0000_0ab2),
    (VERDICT_APP_ID, "Device verdicts", 0xc0a5_7e11_a000_4000_8000_0000_0000_0ab3),
];
/// With it comes everything that is made once.
const FIRST_ENDPOINT: u128 = {
    let [(_, first), ..] = ENDPOINTS;
    first
};

pub(super) fn changes(now: &Snapshot, call: &Call<'_>, public_url: &str, changes: &mut Vec<Change>) {
    let named = |name: &str| -> Vec<(Attr<str>, Value)> { vec![(DISPLAY_NAME, name.into())] };
    let portal = principal(now, call, PORTAL_CLIENT_ID, &named("Company portal for Linux"), changes);
    let broker = principal(now, call, signin::BROKER_APP_ID, &named("Authentication broker"), changes);
    let is_new = now.find(directory::Id::from_u128(FIRST_ENDPOINT)).is_none();
    for (app_id, name, scope_id) in RESOURCES {
        let resource = principal(now, call, app_id, &named(name), changes);
        let scope = Record::new()
            .with("id", directory::Id::from_u128(scope_id))
            .with("value", SCOPE)
            .with("type", "User")
            .with("isEnabled", true)
            .with("adminConsentDisplayName", "Manage the person's devices")
            .with("adminConsentDescription", "Enrol and report on the device on which the person is signed in.")
            .with("userConsentDisplayName", "Manage this device")
            .with("userConsentDescription", "Enrol and report on this device.");
        set(now, resource, service_principal::ACCOUNT_ENABLED, true, changes);
        set(now, resource, service_principal::SERVICE_PRINCIPAL_NAMES, [app_id], changes);
        set(now, resource, service_principal::OAUTH2_PERMISSION_SCOPES, vec![scope], changes);
        if app_id == CHECK_IN_APP_ID {
            endpoints(now, resource, public_url, changes);
        }
        // Nobody is asked whether the portal may: what a device may, and whose, is decided where it asks. Only once: who
        // takes a permission away finds it so after the next start.
        for client in [portal, broker].into_iter().filter(|_| is_new) {
            let attributes = vec![
                (grant::CLIENT_ID.id, client.to_string().into()),
                (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
                (grant::RESOURCE_ID.id, resource.to_string().into()),
                (grant::SCOPE.id, SCOPE.into()),
            ];
            changes.push(create(call.new_id(), &OAUTH2_PERMISSION_GRANT, attributes));
        }
    }
}

/// Where the services are reached.
fn endpoints(now: &Snapshot, owner: directory::Id, public_url: &str, changes: &mut Vec<Change>) {
    for (service, id) in ENDPOINTS {
        let id = directory::Id::from_u128(id);
        if now.find(id).is_none() {
            let attributes = vec![
                (endpoint::CAPABILITY.id, service.into()),
                (endpoint::PROVIDER_ID.id, CHECK_IN_APP_ID.into()),
                (endpoint::PROVIDER_NAME.id, service.into()),
                (endpoint::PROVIDER_RESOURCE_ID.id, id.to_string().into()),
            ];
            changes.push(create(id, &ENDPOINT, attributes));
            changes.push(Change::link(owner, service_principal::ENDPOINTS, id));
        }
        set(now, id, endpoint::URI, address_of(public_url, service), changes);
    }
}
