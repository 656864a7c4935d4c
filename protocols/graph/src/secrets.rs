//! Client secrets: made here, shown once, and only their verifier kept.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{Decision, Id, Record, Refusal, Time, Value};
use engine::{OwnedVerb, Submission, View};
use keys::Secret;
use schema::application::SECRET_VERIFIERS;
use serde_json::Value as Json;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::json::Json as Writer;
use crate::read;
use crate::resolve::Entity;
use crate::write::failed;

/// A secret lives so many days unless somebody says otherwise: two years, as Graph has it.
const LIFETIME_DAYS: i64 = 730;
/// The most secrets of one application.
const SECRETS_MAX: usize = 50;
/// The longest name of a secret.
const NAME_BYTES_MAX: usize = 256;

/// Whether objects of this kind prove themselves with secrets.
#[must_use]
pub fn has_secrets(view: &View, entity: &Entity) -> bool {
    let model = view.now().model();
    view.now().find(entity.id).is_some_and(|object| model.attribute(object.kind, SECRET_VERIFIERS.id).is_some())
}

/// `addPassword`: answers the credential with its secret, which nobody can read again.
pub async fn add(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let (id, kind) = (entity.id, view.now().kind_of(read::found(view.now(), entity.id)?));
    let body = exchange.members()?;
    let given = match body.get("passwordCredential") {
        None | Some(Json::Null) => serde_json::Map::new(),
        Some(Json::Object(members)) => members.clone(),
        Some(_) => return Err(Error::bad("'passwordCredential' is an object.")),
    };
    let time = |name: &str| match given.get(name) {
        None | Some(Json::Null) => Ok(None),
        Some(Json::String(text)) => {
            Time::parse(text).map(Some).ok_or_else(|| Error::bad(format!("'{name}' is no date.")))
        }
        Some(_) => Err(Error::bad(format!("'{name}' is no date."))),
    };
    let start = time("startDateTime")?.unwrap_or(view.at());
    let end =
        time("endDateTime")?.unwrap_or_else(|| start + Duration::from_secs(86_400 * LIFETIME_DAYS.unsigned_abs()));
    if end <= start {
        return Err(Error::invalid("'endDateTime' must be later than 'startDateTime'."));
    }
    let name = given.get("displayName").and_then(Json::as_str).unwrap_or_default().to_owned();
    if name.len() > NAME_BYTES_MAX {
        return Err(Error::invalid(format!("'displayName' is longer than the limit of {NAME_BYTES_MAX} bytes.")));
    }
    let secret = Secret::client();
    let key_id = keys::random_uuid();
    let credential = Record::new()
        .with("keyId", key_id)
        .with_some("displayName", (!name.is_empty()).then_some(name.as_str()))
        .with("hint", secret.hint())
        .with("startDateTime", start)
        .with("endDateTime", end)
        .with_some("customKeyIdentifier", (!name.is_empty()).then(|| name.as_bytes().to_vec()));
    let verifier = exchange.keys.hash_secret(exchange.engine.tenant(), signin::CLIENT_SECRET, secret.expose());
    let verifier = verifier.map_err(|_| Error::unavailable())?;
    let shown = credential.clone();
    let question = (OwnedVerb::Action("addPassword".to_owned()), kind, Some(id));
    let submission = Submission::asking(view.caller(), format!("Add {} secret", kind.name), question, move |now, _| {
        let holder = now.get(id)?;
        if holder.get(SECRET_VERIFIERS).is_some_and(|kept| kept.len() >= SECRETS_MAX) {
            return Err(Refusal::limit(format!("an application has at most {SECRETS_MAX} secrets; remove one first")));
        }
        Ok(Decision::change(signin::add_secret(holder, credential.clone(), &verifier)))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    let mut json = Writer::new();
    json.open();
    exchange.printer(&view).context(&mut json, "microsoft.graph.passwordCredential");
    match shown.get("customKeyIdentifier") {
        Some(Value::Bytes(bytes)) => json.member("customKeyIdentifier", &STANDARD.encode(bytes)),
        _ => {
            json.key("customKeyIdentifier");
            json.null();
        }
    }
    json.member("displayName", &name);
    json.member("endDateTime", &end.to_string());
    json.member("hint", &secret.hint());
    json.member("keyId", &key_id.hyphenated().to_string());
    json.member("secretText", secret.expose());
    json.member("startDateTime", &start.to_string());
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// `removePassword`.
pub async fn remove(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let (id, kind) = (entity.id, view.now().kind_of(read::found(view.now(), entity.id)?));
    let body = exchange.members()?;
    let key_id: Id = body
        .get("keyId")
        .and_then(Json::as_str)
        .and_then(directory::id_from_text)
        .ok_or_else(|| Error::invalid("A value is required for property 'keyId'."))?;
    let question = (OwnedVerb::Action("removePassword".to_owned()), kind, Some(id));
    let submission =
        Submission::asking(view.caller(), format!("Remove {} secret", kind.name), question, move |now, _| {
            let changes = signin::remove_secret(now.get(id)?, key_id);
            Ok(Decision::change(changes.ok_or_else(|| {
                Refusal::invalid(format!("No password credential found with keyId {key_id}.")).at("keyId")
            })?))
        });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(Reply::empty())
}
