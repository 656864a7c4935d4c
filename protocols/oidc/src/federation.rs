//! Client assertions of other issuers (federated identity credentials): the issuer's keys are fetched, kept for a while,
//! and fetched once more when a token names one that is not known.
//!
//! Only issuers that an administrator registered with the client are asked; an assertion cannot make the server go
//! anywhere else. Where it may go at all is the business of the way out.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use directory::Time;
use engine::{Ask, Outgoing};
use keys::{Claims, Expect, PublicKey};
use serde_json::Value;
use signin::{Client, ClientProof};

use crate::error::Problem;
use crate::request::Desk;

/// Keys are fetched again after so long …
const FRESH: Duration = Duration::from_secs(3600);
/// … and count for so long when the issuer does not answer.
const STALE_MAX: Duration = Duration::from_secs(24 * 3600);
/// An issuer is asked at most this often, whatever its tokens name.
const ASK_AGAIN: Duration = Duration::from_secs(60);
/// So many issuers are remembered; beyond, all are asked anew.
const ISSUERS_MAX: usize = 256;
/// So many keys of one issuer are taken.
const KEYS_MAX: usize = 32;
/// A token of another issuer ends within so long.
const LIFETIME_SECONDS_MAX: i64 = 24 * 3600;

/// The keys of other issuers, by tenant and issuer.
#[derive(Default)]
pub(crate) struct Federation(Mutex<HashMap<String, Arc<tokio::sync::Mutex<Known>>>>);

/// What is known of an issuer.
#[derive(Clone, Default)]
struct Known {
    keys: Vec<(Option<String>, PublicKey)>,
    fetched: Option<Time>,
    asked: Option<Time>,
    /// Why there are no keys, for the log.
    trouble: Option<String>,
}

/// Before a request is answered: the keys for the assertion that it brings, if it is one of another issuer.
pub(crate) async fn prepare(desk: &Desk<'_>) {
    let Some((client, claims)) = foreign(desk) else { return };
    let Some(issuer) = claims.text("iss") else { return };
    if signin::federated(&desk.now, &client, issuer).next().is_none() {
        return;
    }
    let known = desk.oidc.federation.of(desk, issuer);
    // Whoever comes at the same time waits here for the one who asks.
    let mut known = known.lock().await;
    let kid = claims.header().kid.clone();
    if known.needs_asking(desk.at, kid.as_deref()) {
        known.asked = Some(desk.at);
        match fetch(desk.oidc.outgoing.as_ref(), issuer).await {
            Ok(keys) => *known = Known { keys, fetched: Some(desk.at), asked: Some(desk.at), trouble: None },
            Err(why) => {
                tracing::warn!(issuer, why, "the keys of an issuer could not be fetched");
                known.trouble = Some(why);
            }
        }
    }
}

/// The proof in an assertion of another issuer; absent when it is the client's own, to be judged as such.
pub(crate) fn proof(desk: &Desk<'_>, client: &Client<'_>, assertion: &str) -> Option<Result<ClientProof, Problem>> {
    let claims = keys::peek(assertion).ok()?;
    let issuer = claims.text("iss").filter(|issuer| *issuer != client.app_id())?;
    let is_url = issuer.starts_with("https://") || issuer.starts_with("http://");
    is_url.then(|| verified(desk, client, issuer, assertion).map(|()| ClientProof::Key))
}

fn verified(desk: &Desk<'_>, client: &Client<'_>, issuer: &str, assertion: &str) -> Result<(), Problem> {
    let refused = |why: String| Problem::new(700_027, format!("the client assertion is refused: {why}"));
    if signin::federated(&desk.now, client, issuer).next().is_none() {
        let why = "the application has no federated identity credential for the issuer of the assertion";
        return Err(Problem::new(700_211, why));
    }
    let known = desk.oidc.federation.of(desk, issuer);
    let keys: Vec<PublicKey> = match known.try_lock() {
        Ok(known) => known.usable(desk.at).ok_or_else(|| {
            Problem::new(50_166, "the keys of the assertion's issuer could not be fetched; see the server's log")
        })?,
        Err(_) => return Err(Problem::busy(1)),
    };
    let expect = Expect { iss: Some(issuer), lifetime_seconds_max: Some(LIFETIME_SECONDS_MAX), ..Expect::at(desk.at) };
    let claims = keys::verify_assertion(&keys, assertion, &expect).map_err(|why| refused(why.to_string()))?;
    let subject = claims.text("sub").ok_or_else(|| refused("it has no `sub`".to_owned()))?;
    let audiences: Vec<&str> = claims.texts("aud").collect();
    let token = signin::Foreign { issuer, subject, audiences: &audiences, claim: &|name: &str| claims.text(name) };
    signin::accept(&desk.now, client, &token).map_err(Problem::from).map(drop)
}

/// The client and the assertion of a request, if the assertion is not the client's own. Nothing is verified yet.
fn foreign<'d>(desk: &'d Desk<'_>) -> Option<(Client<'d>, Claims)> {
    let claims = keys::peek(desk.request.form.get("client_assertion")?).ok()?;
    let client = Client::find(&desk.now, desk.request.form.get("client_id")?).ok()?;
    (claims.text("iss") != Some(client.app_id())).then_some((client, claims))
}

impl Federation {
    fn of(&self, desk: &Desk<'_>, issuer: &str) -> Arc<tokio::sync::Mutex<Known>> {
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let name = format!("{} {issuer}", desk.tenant);
        if all.len() >= ISSUERS_MAX && !all.contains_key(&name) {
            all.clear();
        }
        all.entry(name).or_default().clone()
    }
}

impl Known {
    fn needs_asking(&self, at: Time, kid: Option<&str>) -> bool {
        if self.asked.is_some_and(|asked| at.since(asked) < ASK_AGAIN) {
            return false;
        }
        let is_fresh = self.fetched.is_some_and(|fetched| at.since(fetched) < FRESH);
        let has_key = kid.is_none_or(|kid| self.keys.iter().any(|(known, _)| known.as_deref() == Some(kid)));
        !is_fresh || !has_key
    }

    fn usable(&self, at: Time) -> Option<Vec<PublicKey>> {
        let counts = self.fetched.is_some_and(|fetched| at.since(fetched) < STALE_MAX);
        counts.then(|| self.keys.iter().map(|(_, key)| key.clone()).collect())
    }
}

/// The keys of an issuer, by its discovery document (OpenID Connect Discovery §4.3: it must call itself as it was called).
async fn fetch(outgoing: &dyn Outgoing, issuer: &str) -> Result<Vec<(Option<String>, PublicKey)>, String> {
    let document =
        json(outgoing, &format!("{}/.well-known/openid-configuration", issuer.trim_end_matches('/'))).await?;
    if document.get("issuer").and_then(Value::as_str) != Some(issuer) {
        return Err("its discovery document names another issuer".to_owned());
    }
    let keys_at = document.get("jwks_uri").and_then(Value::as_str).ok_or("its discovery document names no keys")?;
    let set = json(outgoing, keys_at).await?;
    let keys = set.get("keys").and_then(Value::as_array).ok_or("its key set has no `keys`")?;
    let usable = keys.iter().filter(|key| key.get("use").and_then(Value::as_str).is_none_or(|usage| usage == "sig"));
    let read = usable.filter_map(|jwk| {
        let kid = jwk.get("kid").and_then(Value::as_str).map(str::to_owned);
        // Keys of kinds that we do not know are for others.
        Some((kid, PublicKey::from_jwk(jwk).ok()?))
    });
    Ok(read.take(KEYS_MAX).collect())
}

async fn json(outgoing: &dyn Outgoing, url: &str) -> Result<Value, String> {
    let answered = outgoing.ask(Ask::get(url)).await?;
    if answered.status != 200 {
        return Err(format!("it answered with the status {}", answered.status));
    }
    serde_json::from_slice(&answered.body).map_err(|_| "its answer is not JSON".to_owned())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
