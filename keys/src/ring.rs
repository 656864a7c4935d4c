//! The keys of one tenant, read once and ready to use. A ring never changes: a rotation makes a new one.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::Time;
use serde_json::{Value, json};

use crate::algorithm::Algorithm;
use crate::authority::Authority;
use crate::base64url;
use crate::digest::sha1_thumbprint;
use crate::fault::KeyFault;
use crate::password::Passwords;
use crate::record::{KeyState, Record};
use crate::seal::{Key, derive};
use crate::signing_key::SigningKey;
use crate::vault::Stamp;

pub(crate) struct Ring {
    /// When the file was read.
    pub stamp: Stamp,
    /// The root of what is sealed and hashed for this tenant.
    pub secret: Key,
    pub passwords: Passwords,
    pub signing: Vec<Held>,
    /// The newest last.
    pub authorities: Vec<Authority>,
}

/// A signing key and where it stands in its life.
pub(crate) struct Held {
    pub key: SigningKey,
    pub state: KeyState,
    pub created: Time,
    pub not_before: Option<Time>,
    pub not_after: Option<Time>,
    pub retain: bool,
    /// The key's own certificate in DER.
    pub certificate: Option<Vec<u8>>,
}

/// What there is to know about a signing key, but not the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyInfo {
    /// The RFC 7638 thumbprint, which is the `kid`.
    pub kid: String,
    /// Its algorithm.
    pub alg: Algorithm,
    /// Where it stands in its life.
    pub state: KeyState,
    /// When it was made.
    pub created: Time,
    /// When it began to sign, if it has.
    pub not_before: Option<Time>,
    /// Until when it verifies, once it is retired.
    pub not_after: Option<Time>,
    /// It is held: published, verifying and not deleted until it is released.
    pub retain: bool,
}

impl Ring {
    pub(crate) fn from_record(record: &Record, stamp: Stamp) -> Result<Ring, KeyFault> {
        let secret = base64url::decode(&record.secret).and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
        let secret = Key::new(secret.ok_or(KeyFault::Crypto("read a tenant's secret"))?);
        let mut signing = Vec::with_capacity(record.signing.len());
        for key in &record.signing {
            let pkcs8 = base64url::decode(&key.pkcs8).map(zeroize::Zeroizing::new);
            let (Some(alg), Some(pkcs8)) = (Algorithm::parse(&key.alg), pkcs8) else {
                return Err(KeyFault::Crypto("read a signing key"));
            };
            signing.push(Held {
                key: SigningKey::from_pkcs8(alg, &pkcs8)?,
                state: key.state,
                created: Time(key.created),
                not_before: key.not_before.map(Time),
                not_after: key.not_after.map(Time),
                retain: key.retain,
                certificate: key.certificate.as_deref().and_then(base64url::decode),
            });
        }
        let authorities = record.authorities.iter().map(Authority::from_record).collect::<Result<_, _>>()?;
        let passwords = Passwords::new(derive(&secret, "pepper", b""));
        Ok(Ring { stamp, secret, passwords, signing, authorities })
    }

    /// The key that signs with this algorithm.
    pub(crate) fn active(&self, alg: Algorithm) -> Option<&SigningKey> {
        let held = self.signing.iter().find(|held| held.state == KeyState::Active && held.key.alg() == alg)?;
        Some(&held.key)
    }

    pub(crate) fn find(&self, kid: &str) -> Option<&Held> {
        self.signing.iter().find(|held| held.key.kid() == kid)
    }

    /// The JWK set (RFC 7517 §5): what signs, what will sign, and what signed lately.
    pub(crate) fn jwks(&self, now: Time) -> Value {
        let keys = self.signing.iter().filter(|held| held.is_live(now)).map(|held| {
            let mut jwk = held.key.public().to_jwk();
            jwk.insert("use".to_owned(), json!("sig"));
            jwk.insert("alg".to_owned(), json!(held.key.alg().name()));
            if let Some(certificate) = &held.certificate {
                // RFC 7517 §4.7: base64 of DER, not base64url.
                jwk.insert("x5c".to_owned(), json!([STANDARD.encode(certificate)]));
                jwk.insert("x5t".to_owned(), json!(base64url::encode(sha1_thumbprint(certificate))));
            }
            Value::Object(jwk)
        });
        json!({ "keys": keys.collect::<Vec<_>>() })
    }
}

impl Held {
    /// May this key still verify?
    pub(crate) fn is_live(&self, now: Time) -> bool {
        self.retain || self.not_after.is_none_or(|end| now < end)
    }

    pub(crate) fn info(&self) -> KeyInfo {
        KeyInfo {
            kid: self.key.kid().to_owned(),
            alg: self.key.alg(),
            state: self.state,
            created: self.created,
            not_before: self.not_before,
            not_after: self.not_after,
            retain: self.retain,
        }
    }
}
