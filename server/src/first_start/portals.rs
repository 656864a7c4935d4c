//! The two applications that people meet first: the admin center and My portal, public clients of this server's own.
//!
//! They may do whatever the person may, and nothing of their own: `Directory.AccessAsUser.All`, granted for everybody, so
//! that nobody is asked. Where they live follows the public URL.

use directory::{Call, Change, Record, Snapshot, Value};
use schema::application::{self, APPLICATION};
use schema::oauth2_permission_grant::{self as grant, OAUTH2_PERMISSION_GRANT};
use schema::{APP_ID, DISPLAY_NAME, service_principal};

use super::built_in::{principal, set};
use super::create;

/// Application id, name, and the path that it lives at. The ids are the same in every tenant; `web/src/settings.ts` has them.
const PORTALS: [(&str, &str, &str); 2] = [
    ("c0a57e11-a000-4000-8000-000000000c02", "Castellan admin center", "/admin"),
    ("c0a57e11-a000-4000-8000-000000000c03", "My portal", "/my"),
];
/// What both are granted.
const SCOPE: &str = "Directory.AccessAsUser.All openid profile offline_access";

pub(super) fn changes(now: &Snapshot, call: &Call<'_>, public_url: &str, changes: &mut Vec<Change>) {
    let Some(graph) = now.find_by(&schema::service_principal::SERVICE_PRINCIPAL, APP_ID, access::GRAPH_APP_ID) else {
        return;
    };
    for (app_id, name, path) in PORTALS {
        let client = principal(now, call, app_id, &[(DISPLAY_NAME, Value::from(name))], changes);
        set(now, client, service_principal::ACCOUNT_ENABLED, true, changes);
        set(now, client, service_principal::HOMEPAGE, format!("{public_url}{path}"), changes);
        let spa = Record::new().with("redirectUris", vec![format!("{public_url}{path}/signed-in")]);
        match now.find_by(&APPLICATION, APP_ID, app_id) {
            Some(known) => set(now, known.id, application::SPA, spa, changes),
            None => changes.push(create(
                call.new_id(),
                &APPLICATION,
                vec![(DISPLAY_NAME.id, name.into()), (APP_ID.id, app_id.into()), (application::SPA.id, spa.into())],
            )),
        }
        let is_granted = now.by(grant::CLIENT_ID, client.to_string()).any(|g| now.is_a(g, &OAUTH2_PERMISSION_GRANT));
        if !is_granted {
            changes.push(create(
                call.new_id(),
                &OAUTH2_PERMISSION_GRANT,
                vec![
                    (grant::CLIENT_ID.id, client.to_string().into()),
                    (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
                    (grant::RESOURCE_ID.id, graph.id.to_string().into()),
                    (grant::SCOPE.id, SCOPE.into()),
                ],
            ));
        }
    }
}
