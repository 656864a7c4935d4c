//! Nonces: what makes an assertion fresh. Nothing is kept when one is minted (anybody may ask for one); that it is used
//! once is kept when it is used.

use agent_wire::NonceAnswer;
use agent_wire::limits::NONCE_SECONDS;
use directory::{Record, TenantId, Time};
use engine::{Engine, Fault};
use http::StatusCode;

use crate::AgentProtocol;
use crate::problem::{Answer, Problem, json};

/// Where used nonces are noted until they could not be used anyway.
const USED: &str = "agentNonce";
const PURPOSE: &str = "agent nonce";

impl AgentProtocol {
    pub(crate) fn nonce(&self) -> Answer {
        let engine = self.minting()?;
        let now = engine.now();
        let random = keys::random_bytes::<16>();
        let said = keys::base64url::encode([random.as_slice(), &now.unix().to_be_bytes()].concat());
        let mac = self.inner.keys.hash_secret(engine.tenant(), PURPOSE, &said)?;
        let nonce = format!("{said}.{}", keys::base64url::encode(mac));
        Ok(json(StatusCode::OK, &NonceAnswer { nonce, now_unix_seconds: now.unix() }))
    }

    /// Take a nonce for a device of this tenant: one that was minted here lately, and that nobody has taken.
    pub(crate) fn take_nonce(&self, engine: &Engine, nonce: &str) -> Result<(), Problem> {
        let wrong = || Problem::assertion("its nonce was not given out here, or too long ago; ask for another");
        let (said, mac) = nonce.split_once('.').ok_or_else(wrong)?;
        let mac = keys::base64url::decode(mac).ok_or_else(wrong)?;
        let minting: TenantId = self.minting()?.tenant();
        if !self.inner.keys.secret_matches(minting, PURPOSE, said, &mac)? {
            return Err(wrong());
        }
        let bytes = keys::base64url::decode(said).ok_or_else(wrong)?;
        let minted = bytes.get(16..).and_then(|time| time.try_into().ok()).map(i64::from_be_bytes).ok_or_else(wrong)?;
        let now = engine.now();
        // Another node's clock may be a little ahead.
        let age = now.unix().saturating_sub(minted);
        if !(-NONCE_SECONDS..NONCE_SECONDS).contains(&age) {
            return Err(wrong());
        }
        let until = Time::from_unix(minted.saturating_add(2 * NONCE_SECONDS));
        let key = keys::sha256(nonce.as_bytes());
        if engine.tickets().put(USED, &key, None, until, &Record::new())? {
            Ok(())
        } else {
            Err(Problem::assertion("its nonce was used before; ask for another"))
        }
    }

    /// The tenant whose key authenticates nonces, and whose clock counts, before it is known whose device asks: the first.
    pub(crate) fn minting(&self) -> Result<Engine, Problem> {
        let tenants = &self.inner.tenants;
        let engine = tenants.only().or_else(|| tenants.all().into_iter().min_by_key(Engine::tenant));
        engine.ok_or_else(|| Fault::definite("minting a nonce", "the server has no organisation yet").into())
    }
}
