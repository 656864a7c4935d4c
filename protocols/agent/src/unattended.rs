//! `join` with a join token in the place of a person's: `{tenant}.{secret}`, which no access token looks like (RFC 7519 has
//! two dots).

use std::time::Duration;

use agent_wire::limits::{ENDORSEMENT_KEYS_MAX, NONCE_SECONDS, SMALL_BODY_BYTES_MAX};
use agent_wire::{JoinRequest, JoinType, TpmChallenge, TpmClaim};
use bytes::Bytes;
use devices::unattended::{TOKEN_PURPOSE, Unattended};
use directory::{Actor, Caller, Record};
use engine::{Engine, Submission};
use http::{Request, StatusCode};
use keys::TpmKey;

use crate::AgentProtocol;
use crate::join::{about, p256_key, refused};
use crate::person::{address, correlation};
use crate::problem::{Answer, Problem, json, read};

impl AgentProtocol {
    pub(crate) async fn join_unattended(&self, request: &Request<Bytes>, token: &str) -> Answer {
        let tenant = token.split_once('.').and_then(|(tenant, _)| directory::id_from_text(tenant));
        let engine = tenant.and_then(|tenant| self.inner.tenants.get(tenant)).ok_or_else(Problem::token)?;
        let asked: JoinRequest = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        asked.within_limits()?;
        if asked.join_type != JoinType::Join {
            return Err(Problem::bad(
                "a device that joins with a join token is the organisation's; leave `register` out",
            ));
        }
        let key = p256_key(&asked.csr)?;
        let hash = self.inner.keys.hash_secret(engine.tenant(), TOKEN_PURPOSE, token)?;
        let csr = asked.csr.clone();
        let endorsement_key = match &asked.tpm_proof {
            Some(proof) => Some(proven(&engine, proof, &key.thumbprint())?),
            None => None,
        };
        let join = Unattended {
            token_hash: keys::base64url::encode(hash),
            key_thumbprint: key.thumbprint(),
            endorsement_key,
            about: about(asked),
        };
        let nobody = Caller {
            actor: Actor::Nobody,
            address: address(request),
            correlation: correlation(request),
            ..Caller::system(engine.tenant())
        };
        let submission = Submission::proven(&nobody, "Join device unattended", move |now, call| {
            devices::unattended::join(now, call, &join)
        });
        let done = engine.submit(submission).await.map_err(refused)?;
        self.joined(&engine, &csr, done.answer.as_ref(), None, JoinType::Join)
    }
}

/// Secrets that TPMs are to open.
const CHALLENGES: &str = "tpmChallenges";

impl AgentProtocol {
    /// `tpm-challenge`: for whoever has a join token.
    pub(crate) fn tpm_challenge(&self, request: &Request<Bytes>) -> Answer {
        let token = join_token(request).ok_or_else(Problem::token)?;
        let tenant = token.split_once('.').and_then(|(tenant, _)| directory::id_from_text(tenant));
        let engine = tenant.and_then(|tenant| self.inner.tenants.get(tenant)).ok_or_else(Problem::token)?;
        let hash = self.inner.keys.hash_secret(engine.tenant(), TOKEN_PURPOSE, token)?;
        if !devices::unattended::is_known(&engine.snapshot(), engine.now(), &keys::base64url::encode(hash)) {
            return Err(Problem::token());
        }
        let claim: TpmClaim = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let bytes = |what: &str, text: &str| {
            keys::base64url::decode_plain(text).ok_or_else(|| Problem::bad(format!("`{what}` is not base64")))
        };
        if claim.more_endorsement_keys.len() > ENDORSEMENT_KEYS_MAX {
            return Err(Problem::bad(format!("a claim names at most {ENDORSEMENT_KEYS_MAX} more endorsement keys")));
        }
        let mut named = vec![bytes("endorsementKey", &claim.endorsement_key)?];
        for more in &claim.more_endorsement_keys {
            named.push(bytes("moreEndorsementKeys", more)?);
        }
        // The one that the device is registered by; the first, where it is by none.
        let now = engine.snapshot();
        let is_registered = |key: &&Vec<u8>| devices::unattended::is_registered(&now, &hex(&keys::sha256(key)));
        let endorsement_key = named.iter().find(is_registered).or(named.first()).cloned().unwrap_or_default();
        let refused = |why: keys::JwtError| match why {
            keys::JwtError::Fault(fault) => Problem::from(fault),
            why => Problem::bad(format!("the claim of a TPM does not count: {why}")),
        };
        let key = TpmKey::read(&bytes("public", &claim.public)?).map_err(refused)?;
        let made = key.credential(&endorsement_key).map_err(refused)?;
        let body = Record::new()
            .with("endorsementKey", hex(&keys::sha256(&endorsement_key)))
            .with("key", key.key.thumbprint());
        let until = engine.now() + Duration::from_secs(NONCE_SECONDS.unsigned_abs());
        engine.tickets().put(CHALLENGES, &keys::sha256(&made.secret), None, until, &body)?;
        let answer = TpmChallenge {
            endorsement_key: Some(keys::base64url::encode_plain(&endorsement_key)),
            credential: keys::base64url::encode_plain(&made.credential),
            encrypted_secret: keys::base64url::encode_plain(&made.encrypted_secret),
        };
        Ok(json(StatusCode::OK, &answer))
    }
}

/// The endorsement key of the TPM that opened a secret for this very key.
fn proven(engine: &Engine, proof: &str, key: &str) -> Result<String, Problem> {
    let wrong =
        || Problem::bad("the TPM's proof does not count (any more), or is another key's; ask for a new challenge");
    let secret = keys::base64url::decode_plain(proof).ok_or_else(wrong)?;
    let claim = engine.tickets().take(CHALLENGES, &keys::sha256(&secret))?.ok_or_else(wrong)?;
    let endorsement_key = claim.text("endorsementKey").filter(|_| claim.text("key") == Some(key));
    endorsement_key.map(str::to_owned).ok_or_else(wrong)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The join token of a request, if it shows one.
pub(crate) fn join_token(request: &Request<Bytes>) -> Option<&str> {
    crate::person::bearer(request).filter(|token| token.matches('.').count() == 1)
}
