//! Join tokens: made here, shown once in the answer to their creation, and only what recognises them kept.

use keys::Secret;
use schema::device_join_token::{DEVICE_JOIN_TOKEN, TOKEN, TOKEN_HASH};

use directory::{Object, Value};

use crate::errors::Error;
use crate::exchange::Exchange;
use crate::write::Plan;

/// Make the token of a plan for one.
pub fn take(exchange: &Exchange, plan: &mut Plan) -> Result<Option<String>, Error> {
    if plan.kind().name != DEVICE_JOIN_TOKEN.name {
        return Ok(None);
    }
    let tenant = exchange.engine.tenant();
    // Whose it is stands before the dot: a device knows no tenant.
    let token = format!("{}.{}", tenant.simple(), Secret::opaque().expose());
    let hash = exchange.keys.hash_secret(tenant, devices::unattended::TOKEN_PURPOSE, &token);
    let hash = hash.map_err(|_| Error::unavailable())?;
    plan.put(TOKEN_HASH.id, keys::base64url::encode(hash).into());
    Ok(Some(token))
}

/// The object with the token in it, for the one answer that shows it.
#[must_use]
pub fn shown(object: &Object, token: &str) -> Object {
    object.with(object.usn, &[(TOKEN.id, Some(Value::from(token)))])
}
