//! What clients of device registration expect in every organisation: the resource that their tokens are for, and the brokers that sign
//! people in on joined devices.
//!
//! A broker may do what it is for without being asked: join the device, and say who its person is. An administrator turns one off by
//! disabling its service principal.

use directory::{Call, Id, Record, Snapshot, Value};
use schema::application::{self, APPLICATION};
use schema::oauth2_permission_grant::{self as grant, OAUTH2_PERMISSION_GRANT};
use schema::service_principal;
use schema::{APP_ID, DISPLAY_NAME};
use signin::{BROKER_APP_ID, BROKER_PLUGIN_APP_ID, LINUX_BROKER_APP_ID};

use super::built_in::{principal, set};
use super::create;
use directory::Change;

/// The id of the resource's permission, as in every tenant.
const SELF_SERVICE_SCOPE_ID: Id = Id::from_u128(0x0863_27cd_9afc_4777_8341_b136_a186_6bd5);

/// The resource for which a device code is asked for where nothing else is wanted yet.
const PORTAL_APP_ID: &str = "c44b4083-3bb0-49c1-b47d-974e53cbdf3c";

struct Broker {
    app_id: &'static str,
    name: &'static str,
    /// Where answers go: to the program itself, which reads them off its own connection or registered the scheme.
    redirects: &'static [&'static str],
    /// What it may ask Graph for.
    graph_scope: &'static str,
}

const BROKERS: [Broker; 3] = [
    Broker {
        app_id: BROKER_APP_ID,
        name: "Authentication broker",
        redirects: &[
            "ms-aadj-redir://auth/drs",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/29d9ed98-a469-4536-ade2-f981bc1d605e",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/DRS",
            "msauth://Microsoft.AAD.BrokerPlugin",
        ],
        graph_scope: "User.Read Application.Read.All",
    },
    Broker {
        app_id: BROKER_PLUGIN_APP_ID,
        name: "Authentication broker plug-in",
        redirects: &["ms-appx-web://Microsoft.AAD.BrokerPlugin/38aa3b87-a06d-4817-b275-7a316988d93b"],
        graph_scope: "User.Read",
    },
    Broker {
        app_id: LINUX_BROKER_APP_ID,
        name: "Company portal for Linux",
        redirects: &[
            "companyportal://com.microsoft.CompanyPortal",
            "himmelblau://Himmelblau.EntraId.BrokerPlugin",
            "ms-appx-web://Microsoft.AAD.BrokerPlugin/b743a22d-6705-4147-8670-d92fa515ee2b",
        ],
        // It asks the directory where the services of device management are.
        graph_scope: "User.Read Application.Read.All",
    },
];

pub(super) fn changes(now: &Snapshot, call: &Call<'_>, public_url: &str, graph: Id, changes: &mut Vec<Change>) {
    let named = |name: &str| vec![(DISPLAY_NAME, Value::from(name))];
    let registration = principal(now, call, join::RESOURCE_APP_ID, &named("Device Registration Service"), changes);
    let scope = Record::new()
        .with("id", SELF_SERVICE_SCOPE_ID)
        .with("value", join::SELF_SERVICE_SCOPE)
        .with("type", "User")
        .with("isEnabled", true)
        .with("adminConsentDisplayName", "Register devices")
        .with("adminConsentDescription", "Register and remove devices of the signed-in person.")
        .with("userConsentDisplayName", "Register devices")
        .with("userConsentDescription", "Register and remove your devices.");
    set(now, registration, service_principal::ACCOUNT_ENABLED, true, changes);
    let names = join::resource_names(public_url);
    set(now, registration, service_principal::SERVICE_PRINCIPAL_NAMES, names, changes);
    set(now, registration, service_principal::OAUTH2_PERMISSION_SCOPES, vec![scope], changes);
    // Brokers have their person prove two factors for it, and then ask for what they need.
    let portal = principal(now, call, PORTAL_APP_ID, &named("Administration portal"), changes);
    set(now, portal, service_principal::ACCOUNT_ENABLED, true, changes);
    for broker in &BROKERS {
        let is_new = now.find_by(&service_principal::SERVICE_PRINCIPAL, APP_ID, broker.app_id).is_none();
        let client = principal(now, call, broker.app_id, &named(broker.name), changes);
        if now.find_by(&APPLICATION, APP_ID, broker.app_id).is_none() {
            let redirects = Record::new().with("redirectUris", broker.redirects.to_vec());
            let attributes = vec![
                (DISPLAY_NAME.id, broker.name.into()),
                (APP_ID.id, broker.app_id.into()),
                (application::IS_FALLBACK_PUBLIC_CLIENT.id, true.into()),
                (application::PUBLIC_CLIENT.id, redirects.into()),
            ];
            changes.push(create(call.new_id(), &APPLICATION, attributes));
        }
        // Only once: who takes a permission or the broker itself away finds it so after the next start.
        if is_new {
            changes.push(Change::set(client, service_principal::ACCOUNT_ENABLED, true));
            for (resource, scope) in [(registration, join::SELF_SERVICE_SCOPE), (graph, broker.graph_scope)] {
                let attributes = vec![
                    (grant::CLIENT_ID.id, client.to_string().into()),
                    (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
                    (grant::RESOURCE_ID.id, resource.to_string().into()),
                    (grant::SCOPE.id, scope.into()),
                ];
                changes.push(create(call.new_id(), &OAUTH2_PERMISSION_GRANT, attributes));
            }
        }
    }
}
