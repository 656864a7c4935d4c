//! Who the client is: `client_secret_post`, `client_secret_basic`, `private_key_jwt`, a certificate (`client_certificate`),
//! or nothing for public ones.

use std::borrow::Cow;

use directory::{Object, Record};
use keys::{Expect, JwtError, PublicKey};
use signin::{CLIENT_SECRET, Client, ClientProof, ClientRules, Validity};

use crate::client_certificate;
use crate::dpop;
use crate::error::{NOT_ALLOWED, Problem};
use crate::federation;
use crate::request::Desk;

/// `client_assertion_type` of RFC 7523 §2.2.
const JWT_BEARER: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
/// An assertion is good for at most so long. MSAL makes them for ten minutes.
const ASSERTION_SECONDS_MAX: i64 = 600;
/// One of a client that is held to the FAPI profile (OWASP ASVS 10.4.16).
const FAPI_ASSERTION_SECONDS_MAX: i64 = 300;
/// Assertions that were used, by client and `jti`.
const USED_ASSERTIONS: &str = "clientAssertions";
/// A `jti` is at most this long.
const JTI_MAX: usize = 256;
/// A secret is at most this long.
const SECRET_MAX: usize = 1024;

/// What a request says about its client.
struct Presented<'r> {
    client_id: Cow<'r, str>,
    secret: Option<Cow<'r, str>>,
    assertion: Option<&'r str>,
    is_basic: bool,
}

/// A client and how it proved itself.
pub(crate) struct Proven<'a> {
    pub client: Client<'a>,
    pub proof: ClientProof,
}

/// The client of a request. What it presents must hold; whether it must present anything, the grant decides.
pub(crate) fn client<'a>(desk: &'a Desk<'_>) -> Result<Proven<'a>, Problem> {
    let presented = presented(desk)?;
    let client = Client::find(&desk.now, &presented.client_id)?;
    let rules = ClientRules::of(&client);
    let may = |method: &str| match rules.allows_auth(method) {
        true => Ok(()),
        false => Err(Problem::new(NOT_ALLOWED, format!("the application may not prove itself by `{method}`"))),
    };
    let proof = match (&presented.secret, presented.assertion) {
        (Some(_), Some(_)) => return Err(Problem::malformed("give `client_secret` or `client_assertion`, not both")),
        (Some(secret), None) => {
            may(if presented.is_basic { "client_secret_basic" } else { "client_secret_post" })?;
            by_secret(desk, &client, secret)?
        }
        (None, Some(assertion)) => {
            may("private_key_jwt")?;
            by_assertion(desk, &client, assertion)?
        }
        (None, None) => client_certificate::prove(desk, &client)?.unwrap_or(ClientProof::None),
    };
    Ok(Proven { client, proof })
}

impl Proven<'_> {
    /// Refuse a client that proved nothing.
    pub(crate) fn need_proof(&self) -> Result<(), Problem> {
        match self.proof {
            ClientProof::None => Err(Problem::new(
                7_000_218,
                "the request must contain the parameter `client_assertion` or `client_secret`",
            )),
            ClientProof::Secret | ClientProof::Key => Ok(()),
        }
    }
}

fn presented<'r>(desk: &'r Desk<'_>) -> Result<Presented<'r>, Problem> {
    let form = &desk.request.form;
    let assertion = form.get("client_assertion");
    if assertion.is_some() && form.get("client_assertion_type") != Some(JWT_BEARER) {
        return Err(Problem::malformed(format!("`client_assertion_type` must be `{JWT_BEARER}`")));
    }
    let in_form = form.get("client_id").map(Cow::Borrowed);
    if let Some(credentials) = desk.request.authorization("basic") {
        let (id, secret) =
            basic(credentials).ok_or_else(|| Problem::malformed("the `Authorization` header cannot be read"))?;
        if in_form.is_some_and(|named| named != id) || form.get("client_secret").is_some() || assertion.is_some() {
            return Err(Problem::malformed("the client is named in more than one way; use one (RFC 6749 §2.3)"));
        }
        return Ok(Presented { client_id: id.into(), secret: Some(secret.into()), assertion: None, is_basic: true });
    }
    let client_id = match (in_form, assertion) {
        (Some(id), _) => id,
        // RFC 7521 §4.2 lets the assertion alone name the client.
        (None, Some(assertion)) => {
            let claims = keys::peek(assertion).map_err(bad_assertion)?;
            claims.text("sub").map(|sub| Cow::Owned(sub.to_owned())).ok_or_else(|| Problem::missing("client_id"))?
        }
        (None, None) => return Err(Problem::missing("client_id")),
    };
    let secret = form.get("client_secret").map(Cow::Borrowed);
    Ok(Presented { client_id, secret, assertion, is_basic: false })
}

/// Basic credentials, each part form-encoded (RFC 6749 §2.3.1).
fn basic(credentials: &str) -> Option<(String, String)> {
    use base64::Engine as _;
    let text = String::from_utf8(base64::engine::general_purpose::STANDARD.decode(credentials).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    // A lone value is read as a name; `&` and `=` in it would have been encoded by whoever follows the RFC, and are kept
    // for those who do not.
    match form_urlencoded::parse(text.as_bytes()).next() {
        Some((value, rest)) if rest.is_empty() && !text.contains(['&', '=']) => value.into_owned(),
        _ => text.to_owned(),
    }
}

fn by_secret(desk: &Desk<'_>, client: &Client<'_>, secret: &str) -> Result<ClientProof, Problem> {
    let wrong = || {
        Problem::new(
            7_000_215,
            format!("the client secret of `{}` is wrong; give the secret's value, not its id", client.app_id()),
        )
    };
    if secret.len() > SECRET_MAX {
        return Err(wrong());
    }
    let hash = desk.oidc.keys.hash_secret(desk.tenant, CLIENT_SECRET, secret)?;
    let mut found = None;
    for (verifier, validity) in holders(client).flat_map(|holder| signin::secret_verifiers(holder, desk.at)) {
        if keys::constant_time_eq(&hash, &verifier) && found != Some(Validity::Valid) {
            found = Some(validity);
        }
    }
    match found {
        Some(Validity::Valid) => Ok(ClientProof::Secret),
        Some(Validity::Expired) => Err(Problem::new(
            7_000_222,
            format!("the client secret of `{}` has expired; add a new one", client.app_id()),
        )),
        Some(Validity::NotYet) | None => Err(wrong()),
    }
}

fn by_assertion(desk: &Desk<'_>, client: &Client<'_>, assertion: &str) -> Result<ClientProof, Problem> {
    let rules = ClientRules::of(client);
    // The profile takes the client's own keys alone.
    if !rules.is_fapi
        && let Some(proof) = federation::proof(desk, client, assertion)
    {
        return proof;
    }
    let keys = registered_keys(desk, client);
    let home = &desk.oidc.public_url;
    let here = format!("{home}{}", desk.request.path);
    let token_endpoint = format!("{home}/{}/oauth2/v2.0/token", desk.tenant);
    let audiences = [desk.issuer.as_str(), here.as_str(), token_endpoint.as_str()];
    // FAPI 2.0 Security Profile §5.3.2.1 takes the issuer alone; clients of Entra name the token endpoint.
    let (audiences, longest) = if rules.is_fapi {
        (&audiences[..1], FAPI_ASSERTION_SECONDS_MAX)
    } else {
        (&audiences[..], ASSERTION_SECONDS_MAX)
    };
    let expect = Expect {
        aud: audiences,
        iss: Some(client.app_id()),
        sub: Some(client.app_id()),
        lifetime_seconds_max: Some(longest),
        ..Expect::at(desk.at)
    };
    let claims = keys::verify_assertion(&keys, assertion, &expect).map_err(bad_assertion)?;
    // One text: among several audiences is somebody else who could hand the assertion on (RFC 9700 §4.16).
    if claims.text("aud").is_none() {
        return Err(bad_assertion(JwtError::Audience));
    }
    if !dpop::algorithms(&rules).contains(&claims.header().alg) {
        return Err(bad_assertion(JwtError::Algorithm));
    }
    let jti = claims.text("jti").filter(|jti| !jti.is_empty() && jti.len() <= JTI_MAX);
    let (Some(jti), Some(ends)) = (jti, claims.time("exp")) else { return Err(bad_assertion(JwtError::Claim("jti"))) };
    // Single use (OWASP ASVS 10.4.16): kept until it would be refused for its age anyway.
    let key = keys::sha256(format!("{}\n{jti}", client.app_id()).as_bytes());
    let until = ends + std::time::Duration::from_secs(keys::LEEWAY_SECONDS.unsigned_abs() + 1);
    match desk.engine.tickets().put(USED_ASSERTIONS, &key, None, until, &Record::new()) {
        Ok(true) => Ok(ClientProof::Key),
        Ok(false) => {
            Err(Problem::new(700_027, "the client assertion was used before; sign a new one with another `jti`"))
        }
        Err(_) => Err(Problem::fault()),
    }
}

/// The keys that a client registered.
pub(crate) fn registered_keys(desk: &Desk<'_>, client: &Client<'_>) -> Vec<PublicKey> {
    holders(client)
        .flat_map(|holder| signin::verifying_keys(holder, desk.at))
        .filter_map(|key| public_key(&key))
        .take(keys::KEYS_TRIED_MAX)
        .collect()
}

fn bad_assertion(why: JwtError) -> Problem {
    match why {
        JwtError::Fault(_) => Problem::fault(),
        why => Problem::new(700_027, format!("the client assertion is refused: {why}")),
    }
}

/// A registered key: a certificate in DER or PEM, or a JWK.
fn public_key(bytes: &[u8]) -> Option<PublicKey> {
    if bytes.first() == Some(&b'{') {
        return PublicKey::from_jwk(&serde_json::from_slice(bytes).ok()?).ok();
    }
    PublicKey::from_certificate(bytes).ok()
}

fn holders<'a>(client: &Client<'a>) -> impl Iterator<Item = &'a Object> {
    client.app.into_iter().chain([client.principal])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn basic_credentials_are_read_encoded_or_not() {
        use base64::Engine as _;
        let encode = |text: &str| base64::engine::general_purpose::STANDARD.encode(text);
        for (text, expect) in [
            ("id:secret", Some(("id", "secret"))),
            ("id:a%20b", Some(("id", "a b"))),
            ("id:a:b", Some(("id", "a:b"))),
            ("id:x~y=z&", Some(("id", "x~y=z&"))),
            ("id", None),
        ] {
            let expect = expect.map(|(id, secret)| (id.to_owned(), secret.to_owned()));
            assert_eq!(basic(&encode(text)), expect, "{text}");
        }
        assert_eq!(basic("%%%"), None);
    }
}
