//! The keys that sign tokens: `GET /signingKeys`, `POST /signingKeys/rotate`, `…/{kid}/retain` and `…/{kid}/release`.
//!
//! Keys are no objects of the directory. That somebody rotates or holds one is written into the audit as an act on the
//! organization, before it is done: an act that the audit does not know must not happen.

use std::time::Duration;

use directory::{Change, Decision, Id};
use engine::{OwnedVerb, Submission};
use keys::{Algorithm, KeyFault, KeyInfo, KeyState};
use schema::organization::{LAST_SIGNING_KEY_ACT, ORGANIZATION};
use serde_json::{Value, json};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::path::Segment;
use crate::read::may_read;
use crate::write::failed;

/// A key that is not compromised verifies for so long after another one has taken over.
const OVERLAP: Duration = Duration::from_secs(keys::OVERLAP_DAYS.unsigned_abs() * 86_400);

pub fn list(exchange: &Exchange) -> Result<Reply, Error> {
    may_read(&exchange.view(), &ORGANIZATION)?;
    let held = exchange.keys.signing_keys(exchange.engine.tenant()).map_err(|_| Error::unavailable())?;
    let value: Vec<Value> = held.iter().map(told).collect();
    Ok(Reply::json(200, json!({ "value": value }).to_string()))
}

/// Let another key sign, of one algorithm or of each.
pub async fn rotate(exchange: &Exchange) -> Result<Reply, Error> {
    let members = exchange.members()?;
    let algorithms = match members.get("alg").and_then(Value::as_str) {
        None => Algorithm::OWN.to_vec(),
        Some(name) => match Algorithm::parse(name).filter(|alg| Algorithm::OWN.contains(alg)) {
            Some(alg) => vec![alg],
            None => return Err(Error::bad("'alg' must be 'ES256' or 'RS256'.")),
        },
    };
    let is_compromised = members.get("isCompromised").and_then(Value::as_bool).unwrap_or(false);
    let operation = if is_compromised { "Replace compromised signing key" } else { "Rotate signing key" };
    note(exchange, operation, members.get("alg").and_then(Value::as_str).unwrap_or("all")).await?;
    let overlap = if is_compromised { Duration::ZERO } else { OVERLAP };
    let (keys, tenant, at) = (exchange.keys.clone(), exchange.engine.tenant(), exchange.engine.now());
    // A new RSA key takes a while: not on a thread that others wait for.
    let done = tokio::task::spawn_blocking(move || {
        algorithms.into_iter().try_for_each(|alg| keys.rotate(tenant, alg, at, overlap))
    });
    done.await.map_err(|_| Error::unavailable())?.map_err(|fault| wrong(&fault))?;
    Ok(Reply::empty())
}

/// Hold a key, or release it.
pub async fn hold(exchange: &Exchange, retain: bool) -> Result<Reply, Error> {
    let kid = exchange.segments.get(1).map(Segment::text).unwrap_or_default();
    let tenant = exchange.engine.tenant();
    may_read(&exchange.view(), &ORGANIZATION)?;
    let held = exchange.keys.signing_keys(tenant).map_err(|_| Error::unavailable())?;
    if !held.iter().any(|key| key.kid == kid) {
        return Err(Error::missing(&kid));
    }
    note(exchange, if retain { "Retain signing key" } else { "Release signing key" }, &kid).await?;
    exchange.keys.retain(tenant, &kid, retain).map_err(|fault| wrong(&fault))?;
    Ok(Reply::empty())
}

/// Ask the gate, and write down what is about to be done.
async fn note(exchange: &Exchange, operation: &'static str, which: &str) -> Result<(), Error> {
    let which = which.to_owned();
    let view = exchange.view();
    let organization: Id = view.now().all(&ORGANIZATION).next().ok_or_else(Error::unavailable)?.id;
    let question = (OwnedVerb::Action("rotateSigningKeys".to_owned()), &ORGANIZATION, Some(organization));
    let submission = Submission::asking(view.caller(), operation, question, move |_, call| {
        // Never the same text twice: an act that changes nothing would leave no trace.
        let act = format!("{operation} {which} ({})", call.new_id());
        Ok(Decision::change(vec![Change::set(organization, LAST_SIGNING_KEY_ACT, act)]))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&ORGANIZATION)))?;
    Ok(())
}

fn told(key: &KeyInfo) -> Value {
    let state = match key.state {
        KeyState::Next => "next",
        KeyState::Active => "active",
        KeyState::Retired => "retired",
    };
    json!({
        "kid": key.kid,
        "alg": key.alg.name(),
        "state": state,
        "createdDateTime": key.created.to_string(),
        "signsFromDateTime": key.not_before.map(|at| at.to_string()),
        "verifiesUntilDateTime": key.not_after.filter(|_| !key.retain).map(|at| at.to_string()),
        "isRetained": key.retain,
    })
}

fn wrong(fault: &KeyFault) -> Error {
    match fault {
        KeyFault::TooManyKeys => {
            Error::invalid("The tenant has too many signing keys; release some that are retained.")
        }
        KeyFault::UnknownKey(kid) => Error::missing(kid),
        _ => Error::unavailable(),
    }
}
