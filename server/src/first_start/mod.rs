//! The first start of a tenant: its organisation, its first administrator, a client for scripts; and, on every start, the
//! objects that the program itself brings along, so that a newer program brings newer ones.

mod brokers;
mod built_in;
mod client;
mod linux_management;
mod organization;
mod portals;

use directory::{AttrId, Caller, Change, Decision, Id, Kind, Snapshot, Value};
use engine::{Engine, Submission};
use keys::Keys;
use schema::domain::{DOMAIN, IS_VERIFIED};
use serde_json::json;

use crate::config::ServeOptions;

/// How long the first administrator's pass lets in: the longest that the policy allows which a tenant begins with.
const PASS_MINUTES: i64 = 8 * 60;
/// The length of that pass.
const PASS_CHARS: usize = 12;

/// Create the organisation without questions, and write once who may come in: into the file `told`, for its owner's eyes
/// only.
pub async fn found(
    engine: &Engine,
    keys: &Keys,
    options: &ServeOptions,
    public_url: &str,
    told: &str,
) -> Result<(), String> {
    let tenant = engine.tenant();
    let first = options.first.clone();
    submit(engine, "Set up organization", move |_, call| organization::changes(tenant, &first, call)).await?;
    bring_up_to_date(engine, public_url).await?;

    let pass = keys::Secret::access_pass(PASS_CHARS);
    let verifier = keys.hash_secret(tenant, signin::ACCESS_PASS, pass.expose()).map_err(|e| e.to_string())?;
    let first = options.first.clone();
    submit(engine, "Add administrator", move |_, call| organization::administrator(&first, call)).await?;
    let upn = options.first.admin_upn();
    submit(engine, "Add temporary access pass", move |now, call| {
        let admin =
            now.by(schema::user::USER_PRINCIPAL_NAME, upn.as_str()).next().ok_or("the administrator is gone")?;
        let ask = signin::NewPass { start: None, lifetime_minutes: Some(PASS_MINUTES), is_usable_once: true };
        signin::create_pass(now, admin.id, call.new_id(), &verifier, ask, call.at).map_err(|r| r.to_string())
    })
    .await?;

    let mut known = json!({
        "tenantId": tenant.to_string(),
        "publicUrl": public_url,
        "adminUserPrincipalName": options.first.admin_upn(),
        "adminTemporaryAccessPass": pass.expose(),
        "caFile": std::path::absolute(options.data.join("tls").join("ca.pem")).unwrap_or_default(),
    });
    if options.first.bootstrap_client {
        let (client_id, secret) = client::register(engine, keys).await?;
        if let Some(known) = known.as_object_mut() {
            known.insert("clientId".into(), json!(client_id));
            known.insert("clientSecret".into(), json!(secret.expose()));
        }
    }
    write_once(&options.data.join(told), &format!("{known:#}\n"))
}

/// Bring the objects that belong to the program itself up to date. Changes nothing when they are.
pub async fn bring_up_to_date(engine: &Engine, public_url: &str) -> Result<(), String> {
    let url = public_url.to_owned();
    submit(engine, "Update built-in objects", move |now, call| built_in::changes(now, call, &url)).await?;
    let url = public_url.to_owned();
    submit(engine, "Update built-in portals", move |now, call| {
        let mut changes = Vec::new();
        portals::changes(now, call, &url, &mut changes);
        Ok(changes)
    })
    .await?;
    submit(engine, "Update authentication methods policy", |now, _| Ok(signin::complete_policy(now))).await
}

/// The verified domains of a tenant.
#[must_use]
pub fn domains(now: &Snapshot) -> Vec<String> {
    now.all(&DOMAIN)
        .filter(|domain| domain.is(IS_VERIFIED))
        .filter_map(|domain| domain.get(schema::domain::ID).map(str::to_owned))
        .collect()
}

type Changes = Result<Vec<Change>, String>;

/// Submit as the server itself.
async fn submit(
    engine: &Engine,
    operation: &str,
    decide: impl Fn(&Snapshot, &directory::Call<'_>) -> Changes + Send + 'static,
) -> Result<(), String> {
    let submission = Submission::proven(&Caller::system(engine.tenant()), operation, move |now, call| {
        decide(now, call).map(Decision::change).map_err(directory::Refusal::invalid)
    });
    engine.submit(submission).await.map(drop).map_err(|failure| format!("{operation}: {failure}"))
}

/// An object with attributes given by key and value.
fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

fn write_once(path: &std::path::Path, text: &str) -> Result<(), String> {
    use std::io::Write;
    use std::os::unix::fs::OpenOptionsExt;
    let failed = |e: std::io::Error| format!("cannot write {}: {e}", path.display());
    let mut file = std::fs::OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}
