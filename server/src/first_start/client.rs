//! The client of a first start: an application that holds every application permission, for scripts and set-up.

use directory::{Change, Id, Record, Value};
use engine::Engine;
use keys::{Keys, Secret};
use schema::app_role_assignment::{self, APP_ROLE_ASSIGNMENT};
use schema::application::{self, APPLICATION};
use schema::service_principal::{self, SERVICE_PRINCIPAL};
use schema::{APP_ID, DISPLAY_NAME};

use super::{create, submit};

const NAME: &str = "Bootstrap client";
/// Its secret ends after so many days: it is for setting up, not for ever.
const SECRET_DAYS: i64 = 180;

/// Register the client; answers its id and its secret, which is kept nowhere else.
pub(super) async fn register(engine: &Engine, keys: &Keys) -> Result<(String, Secret), String> {
    let secret = Secret::client();
    let verifier = keys
        .hash_secret(engine.tenant(), signin::CLIENT_SECRET, secret.expose())
        .map_err(|e| format!("cannot hash the client's secret: {e}"))?;
    let (app_id, hint) = (keys::random_uuid().to_string(), secret.hint());
    let client_id = app_id.clone();
    submit(engine, "Add bootstrap client", move |now, call| {
        let graph = now
            .find_by(&SERVICE_PRINCIPAL, APP_ID, access::GRAPH_APP_ID)
            .ok_or("the Microsoft Graph resource is not there")?;
        let shown = Record::new()
            .with("keyId", call.new_id())
            .with("displayName", "first start")
            .with("hint", hint.as_str())
            .with("startDateTime", call.at)
            .with("endDateTime", call.at.plus_days(SECRET_DAYS));
        let (credential, kept) = signin::secret_attributes(shown, &verifier);
        let (app, principal) = (call.new_id(), call.new_id());
        let common = |name: Value| vec![(DISPLAY_NAME.id, name), (APP_ID.id, app_id.as_str().into())];
        let mut application = common(NAME.into());
        application.push((application::PASSWORD_CREDENTIALS.id, vec![credential].into()));
        application.push((application::SECRET_VERIFIERS.id, vec![kept].into()));
        let mut service_principal = common(NAME.into());
        service_principal.push((service_principal::ACCOUNT_ENABLED.id, true.into()));
        let mut changes =
            vec![create(app, &APPLICATION, application), create(principal, &SERVICE_PRINCIPAL, service_principal)];
        for permission in access::permissions().filter_map(|permission| permission.role_id()) {
            let id = call.new_id();
            changes.extend(grant(id, principal, graph.id, permission, call.at));
        }
        Ok(changes)
    })
    .await?;
    Ok((client_id, secret))
}

fn grant(id: Id, principal: Id, resource: Id, role: Id, at: directory::Time) -> Vec<Change> {
    vec![
        create(
            id,
            &APP_ROLE_ASSIGNMENT,
            vec![
                (app_role_assignment::APP_ROLE_ID.id, role.into()),
                (app_role_assignment::PRINCIPAL_ID.id, principal.into()),
                (app_role_assignment::RESOURCE_ID.id, resource.into()),
                (app_role_assignment::PRINCIPAL_TYPE.id, "ServicePrincipal".into()),
                (app_role_assignment::PRINCIPAL_DISPLAY_NAME.id, NAME.into()),
                (app_role_assignment::RESOURCE_DISPLAY_NAME.id, "Microsoft Graph".into()),
                (app_role_assignment::CREATED_DATE_TIME.id, at.into()),
            ],
        ),
        Change::link(id, app_role_assignment::PRINCIPAL, principal),
        Change::link(id, app_role_assignment::RESOURCE_LINK, resource),
    ]
}
