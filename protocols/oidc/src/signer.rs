//! A client's own key for tests: what it signs to prove itself, to hold a token, or to ask.

use std::sync::OnceLock;

use directory::{Change, Id, Record, Value};
use engine::testing::TENANT;
use http::Request;
use keys::Keys;
use serde_json::{Value as Json, json};

use crate::fixture::{Answer, HOME, Org, START};

pub(crate) struct Signer {
    pair: rcgen::KeyPair,
    pub jwk: Json,
}

impl Signer {
    pub(crate) fn new() -> Signer {
        let pair = rcgen::KeyPair::generate_for(&rcgen::PKCS_ED25519).unwrap();
        let spki = rcgen::PublicKeyData::subject_public_key_info(&pair);
        let jwk = Json::Object(keys::PublicKey::from_spki(&spki).unwrap().to_jwk());
        Signer { pair, jwk }
    }

    pub(crate) fn thumbprint(&self) -> String {
        keys::PublicKey::from_jwk(&self.jwk).unwrap().thumbprint()
    }

    pub(crate) fn sign(&self, header: &Json, claims: &Json) -> String {
        let part = |json: &Json| keys::base64url::encode(json.to_string());
        let message = format!("{}.{}", part(header), part(claims));
        let signature = rcgen::SigningKey::sign(&self.pair, message.as_bytes()).unwrap();
        format!("{message}.{}", keys::base64url::encode(signature))
    }

    /// The change that registers the key as one of an application.
    pub(crate) fn registered(&self, application: u128) -> Change {
        let key = Record::new()
            .with("keyId", Id::from_u128(0x63))
            .with("type", "AsymmetricX509Cert")
            .with("usage", "Verify")
            .with("key", Value::Bytes(self.jwk.to_string().into_bytes()));
        Change::set(Id::from_u128(application), schema::KEY_CREDENTIALS, vec![key])
    }

    /// An assertion by which a client proves itself (RFC 7523 §3), for the issuer.
    pub(crate) fn assertion(&self, org: &Org, client: &str) -> String {
        let claims = json!({
            "iss": client, "sub": client, "aud": format!("{HOME}/{TENANT}/v2.0"), "jti": keys::random_uuid().to_string(),
            "exp": org.engine.now().unix() + 60,
        });
        self.sign(&json!({"alg": "EdDSA"}), &claims)
    }

    /// A DPoP proof for a request, with today's nonce; `edit` changes its claims.
    pub(crate) fn proof(&self, org: &Org, method: &str, path: &str, edit: impl FnOnce(&mut Json)) -> String {
        let now = org.engine.now();
        let mut claims = json!({
            "htm": method, "htu": format!("{HOME}{path}"), "iat": now.unix(), "jti": keys::random_uuid().to_string(),
            "nonce": org.keys.dpop_nonce(TENANT, now).unwrap(),
        });
        edit(&mut claims);
        self.sign(&json!({"typ": "dpop+jwt", "alg": "EdDSA", "jwk": self.jwk}), &claims)
    }

    /// Ask the token endpoint with a proof.
    pub(crate) async fn token(&self, org: &Org, form: &[(&str, &str)]) -> Answer {
        let path = format!("/{TENANT}/oauth2/v2.0/token");
        let proof = self.proof(org, "POST", &path, |_| ());
        post_with(org, &path, form, &proof).await
    }

    /// Ask userinfo with a bound token and a proof.
    pub(crate) async fn userinfo(&self, org: &Org, token: &str) -> Answer {
        let proof = self.proof(org, "GET", "/oidc/userinfo", |claims| claims["ath"] = json!(hash(token)));
        userinfo_with(org, &format!("DPoP {token}"), Some(&proof)).await
    }
}

/// `ath` of a token.
pub(crate) fn hash(token: &str) -> String {
    keys::base64url::encode(keys::sha256(token.as_bytes()))
}

pub(crate) async fn post_with(org: &Org, path: &str, form: &[(&str, &str)], proof: &str) -> Answer {
    let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let request = Request::post(path).header("content-type", "application/x-www-form-urlencoded").header("dpop", proof);
    org.send(request.body(body.into()).unwrap()).await
}

pub(crate) async fn userinfo_with(org: &Org, authorization: &str, proof: Option<&str>) -> Answer {
    let mut request = Request::get("/oidc/userinfo").header("authorization", authorization);
    if let Some(proof) = proof {
        request = request.header("dpop", proof);
    }
    org.send(request.body(bytes::Bytes::new()).unwrap()).await
}

/// The change that tags an application.
pub(crate) fn tagged(application: u128, tags: &[&str]) -> Change {
    Change::set(Id::from_u128(application), schema::TAGS, tags.to_vec())
}

/// The key pair with which the web application signs assertions.
pub(crate) fn client_keys() -> &'static Keys {
    static KEYS: OnceLock<Keys> = OnceLock::new();
    // Another server's keys will do: the tests need an ES256 signer whose public half is a JWK.
    KEYS.get_or_init(|| {
        let dir = std::env::temp_dir().join(format!("castellan-oidc-{}", keys::random_uuid()));
        let keys = Keys::open(&dir, START).unwrap();
        keys.ensure_tenant(TENANT, START).unwrap();
        std::fs::remove_dir_all(dir).unwrap();
        keys
    })
}

/// Its public half, as it is registered.
pub(crate) fn client_key() -> Record {
    let jwks = client_keys().jwks(TENANT, START).unwrap();
    let key = jwks["keys"].as_array().unwrap().iter().find(|key| key["alg"] == "ES256").unwrap();
    Record::new()
        .with("keyId", Id::from_u128(0x62))
        .with("type", "AsymmetricX509Cert")
        .with("usage", "Verify")
        .with("key", key.to_string().into_bytes())
}
