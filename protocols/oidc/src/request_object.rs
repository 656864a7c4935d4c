//! Request objects (RFC 9101): an authorization request signed by its client. Only what the signature covers counts; the
//! parameters beside it say nothing but whose it is.
//!
//! Deliberately absent: request objects that are fetched from an address (§5.2, see `par` for the way without), encrypted
//! ones, and unsigned ones.

use keys::{Algorithm, Expect, JwtError};
use serde_json::Value;
use signin::{Client, ClientRules};

use crate::error::{BAD_REQUEST_OBJECT, Problem};
use crate::params::{COUNT_MAX, Params};
use crate::request::Desk;
use crate::{client_auth, dpop};

/// It is good for at most so long (FAPI 2.0 Message Signing §5.3.1).
const OBJECT_SECONDS_MAX: i64 = 3600;
/// What `typ` may say, if it says anything (§10.8).
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "jwt"];
/// Claims about the object itself, which are no parameters.
const ENVELOPE: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// The parameters that a request object holds.
pub(crate) fn open(desk: &Desk<'_>, beside: &Params<'_>, object: &str) -> Result<Params<'static>, Problem> {
    let client_id = beside.need("client_id")?;
    let client = Client::find(&desk.now, client_id)?;
    let expect = Expect {
        iss: Some(client_id),
        aud: &[&desk.issuer],
        lifetime_seconds_max: Some(OBJECT_SECONDS_MAX),
        ..Expect::at(desk.at)
    };
    let keys = client_auth::registered_keys(desk, &client);
    let claims = keys::verify_assertion(&keys, object, &expect).map_err(|why| match why {
        JwtError::Fault(_) => Problem::fault(),
        why => bad(format!("the request object is refused: {why}")),
    })?;
    if claims.header().typ.as_deref().is_some_and(|typ| !TYPES.contains(&typ)) {
        return Err(bad("the request object is a token of another type"));
    }
    let alg = claims.header().alg;
    let only = client.wish("request_object_signing_alg").and_then(Algorithm::parse);
    if only.is_some_and(|only| only != alg) || !dpop::algorithms(&ClientRules::of(&client)).contains(&alg) {
        return Err(bad("the request object is signed with an algorithm that is not this application's"));
    }
    // What a client signs to prove itself is no request (§10.8).
    if claims.get("sub").is_some() {
        return Err(bad("a request object has no `sub`"));
    }
    if claims.text("client_id") != Some(client_id) {
        return Err(bad("`client_id` in the request object and beside it differ"));
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(bad("a request object holds no other (RFC 9101 §4)"));
    }
    let mut pairs = Vec::new();
    for (name, value) in claims.all().iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str())) {
        match value {
            Value::Array(several) if name == "resource" => {
                pairs.extend(several.iter().filter_map(Value::as_str).map(|one| (name.clone(), one.to_owned())));
            }
            Value::Null => {}
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                pairs.push((name.clone(), value.to_string()));
            }
        }
    }
    if pairs.len() > COUNT_MAX {
        return Err(bad(format!("there are more than {COUNT_MAX} parameters")));
    }
    Ok(Params::of(pairs))
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(BAD_REQUEST_OBJECT, why)
}
