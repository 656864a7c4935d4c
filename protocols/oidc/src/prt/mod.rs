//! Primary refresh tokens (MS-OAPXBC): a device that is registered here signs its person in once, and from then on for every
//! program on it.
//!
//! A device asks for a token with a request that it signs, gets a session key wrapped to its transport key, and signs each later
//! request with a key derived of that. What is kept of a token is a ticket; the key in it is sealed. That device, person and
//! policies still agree is asked at every use.
//!
//! Deliberately absent: how a device registers (`join`), the ticket-granting tickets of Kerberos that Entra puts beside a token, and
//! tokens for a device without a person (`device_token`).

pub(crate) mod credential;
pub(crate) mod device_request;
mod hello;
mod issue;
mod redeem;

use std::time::Duration;

use directory::{Id, Object, Record, Time, Value};
use engine::Body;
use http::{Response, StatusCode};
use keys::{SessionKey, SessionRequest};
use schema::ACCOUNT_ENABLED;
use schema::device::DEVICE;
use signin::{Client, Event, Evidence, Resource, Scopes, SignIn, UserAsk};

use crate::error::Problem;
use crate::request::{Desk, Request};
use crate::{Inner, answer, issue as tokens, json, opaque};

/// The shelf of primary refresh tokens; those of a device are a group.
const PRIMARY_REFRESH_TOKENS: &str = "primaryRefreshTokens";
/// One is good for so long, and for one more as often as it is renewed: Entra's 14 days.
const LIFE: Duration = Duration::from_secs(14 * 86_400);
/// What the session key is sealed for.
const PURPOSE: &str = "session key of a primary refresh token";
/// The word of `scope` that asks for a primary refresh token.
const AZA: &str = "aza";
/// A primary refresh token that buys nothing (`SsoArtifactInvalidOrExpired`).
const INVALID: u32 = 50_132;

/// A primary refresh token, as it is kept.
struct Prt {
    device: Id,
    /// The thumbprint of the key with which the device proved itself then.
    device_key: String,
    evidence: Evidence,
    key: SessionKey,
}

/// Answer the grant `jwt-bearer` with a `request` that a device or a session key signed.
pub(crate) async fn answer(desk: &Desk<'_>, request: &str) -> Result<Response<Body>, Problem> {
    match SessionRequest::read(request) {
        Ok(signed) => redeem::answer(desk, &signed).await,
        Err(_) => issue::answer(desk, request).await,
    }
}

/// Answer the grant `srv_challenge`: a nonce, good for one request.
pub(crate) fn nonce(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let nonce = desk.oidc.keys.nonce(desk.oidc.nonce_tenant()?, desk.at)?;
    Ok(answer::json(StatusCode::OK, &Record::new().with("Nonce", nonce)))
}

/// The tenant that a request names, though its path does not. Nothing is proved by that.
pub(crate) fn tenant_of(oidc: &Inner, request: &Request<'_>) -> Option<directory::TenantId> {
    let signed = request.form.get("request")?;
    if let Ok(signed) = SessionRequest::read(signed) {
        return opaque::tenant_of(signed.text("refresh_token")?);
    }
    let said = keys::peek(signed).ok()?;
    let now = oidc.tenants.all().first()?.now();
    Some(oidc.keys.verify_device(said.header().x5c.first()?, now).ok()?.tenant)
}

impl Prt {
    /// The token of this text, if it is there.
    fn find(desk: &Desk<'_>, token: &str) -> Result<Prt, Problem> {
        let kept = desk.engine.tickets().get(PRIMARY_REFRESH_TOKENS, &opaque::key(token));
        let kept = kept.map_err(|_| Problem::fault())?.ok_or_else(invalid)?;
        let device = kept.guid("device").ok_or_else(invalid)?;
        let device_key = kept.text("deviceKey").ok_or_else(invalid)?.to_owned();
        let evidence = kept.record("evidence").and_then(Evidence::from_record).ok_or_else(invalid)?;
        let Some(Value::Bytes(sealed)) = kept.get("key") else { return Err(invalid()) };
        let key = desk.oidc.keys.open_sealed(desk.tenant, PURPOSE, sealed)?;
        Ok(Prt { device, device_key, evidence, key: SessionKey::of(&key).ok_or_else(invalid)? })
    }

    /// Give out a token, and say all that its answer says: with `wrapped`, the key besides.
    fn give(&self, desk: &Desk<'_>, client: &Client<'_>, wrapped: Option<String>) -> Result<Record, Problem> {
        let token = opaque::fresh(desk.tenant);
        let expires = self.evidence.until.map_or(desk.at + LIFE, |until| until.min(desk.at + LIFE));
        let id_token = self.id_token(desk, client)?;
        let sealed = desk.oidc.keys.seal(desk.tenant, PURPOSE, self.key.expose())?;
        let kept = Record::new()
            .with("device", self.device)
            .with("deviceKey", self.device_key.as_str())
            .with("evidence", self.evidence.to_record())
            .with("key", Value::Bytes(sealed));
        let (shelf, key) = (PRIMARY_REFRESH_TOKENS, opaque::key(token.expose()));
        let put = desk.engine.tickets().put(shelf, &key, Some(self.device), expires, &kept);
        put.map_err(|_| Problem::fault())?;
        let seconds = expires.unix() - desk.at.unix();
        let client_info = format!(r#"{{"uid":"{}","utid":"{}"}}"#, self.evidence.user, desk.tenant);
        Ok(Record::new()
            .with("token_type", "pop")
            .with("expires_in", seconds.to_string())
            .with("ext_expires_in", "0")
            .with("expires_on", expires.unix().to_string())
            .with("refresh_token", token.expose())
            .with("refresh_token_expires_in", seconds)
            .with_some("session_key_jwe", wrapped)
            .with("id_token", id_token)
            .with("client_info", keys::base64url::encode(client_info))
            .with("device_tenant_id", desk.tenant.to_string()))
    }

    /// Who it is. The policies are not asked here: they are, whenever the token is used for something.
    fn id_token(&self, desk: &Desk<'_>, client: &Client<'_>) -> Result<String, Problem> {
        let scopes = Scopes { openid: true, profile: true, ..Scopes::default() };
        let ask = UserAsk {
            client,
            proof: signin::ClientProof::None,
            resource: &Resource::find(&desk.now, "", &desk.oidc.public_url)?,
            scopes: &scopes,
            evidence: &self.evidence,
            nonce: None,
            capabilities: &[],
            confirmation: None,
            class: None,
            contexts: &[],
            kept: Some(&[]),
        };
        let plan = signin::plan_user(&tokens::mint(desk), &ask)?;
        let claims = plan.id.ok_or_else(Problem::fault)?;
        let algorithm = tokens::id_algorithm(client);
        Ok(desk.oidc.keys.mint_json(desk.tenant, algorithm, "JWT", json::print(&claims).as_bytes())?)
    }
}

/// The device of this id, if it is there and enabled.
fn living_device<'a>(desk: &'a Desk<'_>, device: Id) -> Result<&'a Object, Problem> {
    let device = desk.now.find_a(&DEVICE, device);
    let device =
        device.ok_or_else(|| Problem::new(700_003, "the device is not known to the organisation; join it again"))?;
    if !device.is(ACCOUNT_ENABLED) {
        return Err(Problem::new(135_011, "the device is disabled; ask an administrator"));
    }
    Ok(device)
}

/// Take a nonce: one that was given out here a moment ago, and that nobody has taken.
fn take_nonce(desk: &Desk<'_>, nonce: Option<&str>) -> Result<(), Problem> {
    let stale = || Problem::new(50_155, "the request's nonce is absent, too old, or used; ask for another one");
    let nonce = nonce.ok_or_else(stale)?;
    let fresh = desk.oidc.keys.fresh_nonce(desk.oidc.nonce_tenant()?, nonce, desk.at)?.ok_or_else(stale)?;
    let put = desk.engine.tickets().put(USED_NONCES, &fresh.once, None, fresh.until, &Record::new());
    if put.map_err(|_| Problem::fault())? { Ok(()) } else { Err(stale()) }
}

/// Where used nonces are noted until they could not be used anyway.
const USED_NONCES: &str = "requestNonces";

fn invalid() -> Problem {
    Problem::new(INVALID, "the primary refresh token has expired, was revoked, or was never given out; sign in again")
}

/// Write down that somebody was signed in on a device.
async fn log(desk: &Desk<'_>, event: Event, client: &Client<'_>, evidence: &Evidence) -> Result<(), Problem> {
    let row = SignIn {
        client: Some(client),
        user: desk.now.find(evidence.user),
        evidence: Some(evidence),
        ..tokens::sign_in(desk, event, "oAuth2", signin::ClientAppType::MobileAppsAndDesktopClients)
    };
    desk.oidc.journal.write_behind(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await
}

impl Inner {
    /// The tenant under whose key nonces are made, before it is known whose device asks: the first.
    pub(crate) fn nonce_tenant(&self) -> Result<directory::TenantId, Problem> {
        self.tenants.all().iter().map(engine::Engine::tenant).min().ok_or_else(Problem::fault)
    }
}

/// The moment until which a time may lie ahead of ours, or behind.
fn is_near(desk: &Desk<'_>, at: i64, seconds: i64) -> bool {
    (desk.at.unix() - at).abs() <= seconds
}

/// The end of a request that says one.
fn is_over(desk: &Desk<'_>, end: Option<Time>) -> bool {
    end.is_some_and(|end| end.unix() + keys::LEEWAY_SECONDS <= desk.at.unix())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
