//! A computer of the organisation's own directory registers itself, with nobody signed in: it signs its security identifier and
//! the time with the key whose certificate was synchronised with its account (`JoinType` 6).
//!
//! Deliberately absent: computers of organisations that federate, which bring a token of their own identity provider.

use bytes::Bytes;
use devices::hybrid::{Hybrid, PROOF_AGE_MAX, certificates, join};
use directory::{Actor, Caller, Record, Time};
use engine::{Engine, Submission};
use http::{Request, StatusCode};
use keys::{Algorithm, DeviceJoin, PublicKey};
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT};
use serde_json::{Value, json};

use crate::Join;
use crate::device::{CERTIFICATE_LIFE, certificate_request, known_version, transport_key};
use crate::given::{self, Given};
use crate::person::{address, correlation};
use crate::problem::{Answer, Problem, json as answer};

/// Of which kind the certificate says the join was.
const JOIN_TYPE: u8 = 6;
/// The longest text that a computer signs: a security identifier and a time.
const SIGNED_CHARS_MAX: usize = 256;
/// The shelf of proofs that were taken: each opens once.
const PROOFS: &str = "hybridJoinProofs";

impl Join {
    /// `PUT /EnrollmentServer/device/{id}`
    pub(crate) async fn join_hybrid(&self, request: &Request<Bytes>, id: &str) -> Answer {
        known_version(request)?;
        let body = given::read(request.body())?;
        let asked = Given::of(&body)?;
        if asked.int("JoinType") != Some(JOIN_TYPE.into()) {
            return Err(Problem::bad("`JoinType` must be 6 (a computer of the organisation's own directory)"));
        }
        let data = asked.object("ServerAdJoinData").ok_or_else(|| Problem::bad("`ServerAdJoinData` is missing"))?;
        let device_id =
            directory::id_from_text(id).ok_or_else(|| Problem::bad("the path must end in the device's id"))?;
        let engine = self.tenant_of(data)?;
        let csr = certificate_request(asked)?;
        let transport_key = transport_key(data)?;
        let identity = data.object("ClientIdentity").ok_or_else(|| Problem::bad("`ClientIdentity` is missing"))?;
        let proof = Proof::read(identity)?;

        let known = certificates(&engine.snapshot(), &device_id.to_string());
        let certificate = known.into_iter().find(|certificate| proof.is_signed_with(certificate));
        // Whoever is not known here, or not by this key, learns no more than that.
        let certificate = certificate.ok_or_else(|| {
            Problem::denied("no computer of this id and key has been synchronised; wait for the next synchronisation")
        })?;
        let hybrid = Hybrid {
            device_id: device_id.to_string(),
            sid: proof.sid.clone(),
            signed_at: proof.at,
            certificate,
            key_thumbprint: keys::requested_public_key(&csr)?.thumbprint(),
            transport_key: Value::Object(transport_key.to_jwk()).to_string(),
        };
        // Asked before it is noted: what is of another year would be noted until then.
        devices::hybrid::check_time(proof.at, engine.now()).map_err(|why| Problem::denied(why.message))?;
        let until = proof.at + PROOF_AGE_MAX + PROOF_AGE_MAX;
        if !engine.tickets().put(PROOFS, &keys::sha256(proof.signed.as_bytes()), None, until, &Record::new())? {
            return Err(Problem::denied("what the computer signed was used before; sign again"));
        }
        let now = engine.snapshot();
        let before = now.find_by(&DEVICE, DEVICE_ID, hybrid.device_id.as_str());
        let caller = Caller {
            actor: before.map_or(Actor::Nobody, |device| Actor::Device(device.id)),
            address: address(request),
            correlation: correlation(request),
            ..Caller::system(engine.tenant())
        };
        let set_up_anew = before.filter(|device| device.get(KEY_THUMBPRINT) != Some(hybrid.key_thumbprint.as_str()));
        let set_up_anew = set_up_anew.map(|device| device.id);
        let submission = Submission::proven(&caller, "Hybrid join device", move |now, call| join(now, call, &hybrid));
        engine.submit(submission).await?;
        if let Some(device) = set_up_anew {
            engine.tickets().revoke(device)?;
        }
        let joined = DeviceJoin { user: None, join_type: JOIN_TYPE };
        let (tenant, now) = (engine.tenant(), engine.now());
        let certificate = self.inner.keys.issue_device(tenant, &csr, device_id, &joined, now, CERTIFICATE_LIFE)?;
        let body = json!({
            "Certificate": {
                "Thumbprint": certificate.thumbprint(),
                "RawBody": keys::base64url::encode_plain(&certificate.der),
            },
            "User": {},
            "MembershipChanges": [],
        });
        Ok(answer(StatusCode::OK, &body))
    }

    /// The organisation whose computer it is: named by its id, or by a domain.
    fn tenant_of(&self, data: Given<'_>) -> Result<Engine, Problem> {
        let named = ["TargetDomainId", "TargetDomain"].into_iter().filter_map(|name| data.text(name));
        let mut named = named.filter(|name| !name.is_empty());
        self.tenant(named.next())
    }
}

/// What a computer signed.
struct Proof {
    /// Word for word.
    signed: String,
    sid: String,
    at: Time,
    signature: Vec<u8>,
}

impl Proof {
    /// Read `S-1-5-21-….2026-11-21 19:00:00Z` and its signature.
    fn read(identity: Given<'_>) -> Result<Proof, Problem> {
        if !identity.text("Type").is_some_and(|kind| kind.eq_ignore_ascii_case("sha256signed")) {
            return Err(Problem::bad("`Type` of `ClientIdentity` must be `sha256signed`"));
        }
        let signed = identity.need("Sid")?;
        let wrong = || Problem::bad("`Sid` must be a security identifier, a dot and the time in UTC");
        let (sid, at) = signed.split_once('.').filter(|_| signed.len() <= SIGNED_CHARS_MAX).ok_or_else(wrong)?;
        let at = Time::parse(&at.replacen(' ', "T", 1)).filter(|_| at.ends_with('Z')).ok_or_else(wrong)?;
        let is_sid = sid.starts_with("S-1-") && sid.bytes().all(|b| b.is_ascii_digit() || b == b'S' || b == b'-');
        if !is_sid {
            return Err(wrong());
        }
        Ok(Proof { signed: signed.to_owned(), sid: sid.to_owned(), at, signature: identity.bytes("SignedBlob")? })
    }

    fn is_signed_with(&self, certificate: &[u8]) -> bool {
        let key = PublicKey::from_certificate(certificate);
        key.is_ok_and(|key| key.verify(Algorithm::Rs256, self.signed.as_bytes(), &self.signature).is_ok())
    }
}
