//! Whether whoever brings an access token of ours may: a bound token counts only together with what it is bound to
//! (RFC 9449 §7.1, RFC 8705 §3), and by the scheme that goes with that.

use directory::{TenantId, Time};

use crate::algorithm::Algorithm;
use crate::claims::Claims;
use crate::confirmation::Bound;
use crate::dpop::{DpopError, DpopExpect, DpopProof};
use crate::fault::{JwtError, KeyFault};
use crate::keys::Keys;

/// What a request shows beside its access token.
#[derive(Clone, Copy, Debug)]
pub struct Holder<'a> {
    pub now: Time,
    /// The token came by the scheme `DPoP`, not `Bearer`.
    pub by_dpop: bool,
    /// The value of its one `DPoP` header.
    pub proof: Option<&'a str>,
    /// The certificate (DER) with which the connection was opened.
    pub certificate: Option<&'a [u8]>,
    pub method: &'a str,
    /// Where the request went; a query does not count.
    pub uri: &'a str,
}

/// Why a request is not its token's holder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HolderError {
    /// The token is bound to a key, and came as a bearer's.
    NotByDpop,
    /// The token is bound to no key, and came by `DPoP`.
    NotBound,
    /// It is bound to another key or certificate, or in a way that is not understood.
    Another,
    /// The proof needs a nonce: the answer carries one.
    Nonce,
    /// The proof was used before.
    Replayed,
    Proof(JwtError),
    Fault(KeyFault),
}

impl Keys {
    /// Check that a request may use a verified token. Answers the proof, where it takes one: that it is used once is the
    /// caller's to remember, and [`HolderError::Replayed`] is what to say then.
    pub fn verify_holder(
        &self,
        tenant: TenantId,
        token: &str,
        claims: &Claims,
        holder: &Holder<'_>,
    ) -> Result<Option<DpopProof>, HolderError> {
        match (claims.bound(), holder.by_dpop) {
            (Bound::Bearer, false) => Ok(None),
            (bound @ Bound::Certificate(_), false) if bound.is_certificate(holder.certificate) => Ok(None),
            (Bound::Certificate(_) | Bound::Unknown, _) => Err(HolderError::Another),
            (Bound::Bearer, true) => Err(HolderError::NotBound),
            (Bound::Key(_), false) => Err(HolderError::NotByDpop),
            (Bound::Key(jkt), true) => {
                let proof = holder.proof.ok_or(HolderError::Proof(JwtError::Malformed("there is no proof")))?;
                let expect = DpopExpect {
                    now: holder.now,
                    method: holder.method,
                    uri: holder.uri,
                    access_token: Some(token),
                    algorithms: &Algorithm::ALL,
                };
                let proof = self.verify_dpop(tenant, proof, &expect).map_err(|why| match why {
                    DpopError::Nonce => HolderError::Nonce,
                    DpopError::Invalid(JwtError::Fault(fault)) => HolderError::Fault(fault),
                    DpopError::Invalid(why) => HolderError::Proof(why),
                })?;
                if proof.jkt == jkt { Ok(Some(proof)) } else { Err(HolderError::Another) }
            }
        }
    }
}

impl HolderError {
    /// What to say, as `WWW-Authenticate` has it (RFC 9449 §7.1).
    #[must_use]
    pub fn challenge(&self) -> String {
        let error = match self {
            HolderError::Nonce => "use_dpop_nonce",
            HolderError::Proof(_) | HolderError::Replayed => "invalid_dpop_proof",
            HolderError::NotByDpop | HolderError::NotBound | HolderError::Another | HolderError::Fault(_) => {
                "invalid_token"
            }
        };
        let algorithms = Algorithm::ALL.map(Algorithm::name).join(" ");
        format!("DPoP error=\"{error}\", error_description=\"{}\", algs=\"{algorithms}\"", self.reason())
    }

    /// In words.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            HolderError::NotByDpop => "the token is bound to a key; send it by the scheme DPoP with a proof",
            HolderError::NotBound => "the token is bound to no key; send it by the scheme Bearer",
            HolderError::Another => "the token is bound to a key that the request does not show",
            HolderError::Nonce => "the proof must carry the nonce of the header DPoP-Nonce",
            HolderError::Replayed => "the proof was used before; make a new one for each request",
            HolderError::Proof(_) => "the proof is not one for this request and token",
            HolderError::Fault(_) => "the token cannot be checked right now",
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::jws::Header;
    use crate::scratch::Scratch;
    use serde_json::{Value, json};

    const NOW: Time = Time::from_unix(1_795_248_000);
    const TENANT: TenantId = TenantId::from_u128(1);

    fn claims(cnf: &Value) -> Claims {
        let header: Header = crate::peek("eyJhbGciOiJFUzI1NiJ9.e30.").unwrap().header().clone();
        let body = if cnf.is_null() { json!({}) } else { json!({"cnf": cnf}) };
        Claims::of(header, body.to_string().as_bytes()).unwrap()
    }

    #[test]
    fn a_token_is_taken_only_as_it_is_bound() {
        let scratch = Scratch::new();
        let keys = Keys::open(scratch.path(), NOW).unwrap();
        keys.ensure_tenant(TENANT, NOW).unwrap();
        let thumbprint = crate::base64url::encode(crate::sha256(b"certificate"));
        let (none, key, certificate) = (Value::Null, json!({"jkt": "x"}), json!({"x5t#S256": thumbprint}));
        let malformed = HolderError::Proof(JwtError::Malformed("there is no proof"));
        for (cnf, by_dpop, shown, expect) in [
            (&none, false, None, Ok(None)),
            (&none, true, None, Err(HolderError::NotBound)),
            (&key, false, None, Err(HolderError::NotByDpop)),
            (&key, true, None, Err(malformed)),
            (&certificate, false, Some(&b"certificate"[..]), Ok(None)),
            (&certificate, false, Some(b"another"), Err(HolderError::Another)),
            (&certificate, false, None, Err(HolderError::Another)),
            (&certificate, true, Some(b"certificate"), Err(HolderError::Another)),
            (&json!({"new": "way"}), false, None, Err(HolderError::Another)),
            (&json!("text"), true, None, Err(HolderError::Another)),
        ] {
            let holder =
                Holder { now: NOW, by_dpop, proof: None, certificate: shown, method: "GET", uri: "https://h/" };
            assert_eq!(keys.verify_holder(TENANT, "token", &claims(cnf), &holder), expect, "{cnf} {by_dpop}");
        }
        assert!(HolderError::Nonce.challenge().starts_with("DPoP error=\"use_dpop_nonce\""));
    }
}
