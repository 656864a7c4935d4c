//! Request objects (RFC 9101): an authorization request signed by its client. Only what the signature covers counts; the
//! parameters beside it say nothing but whose it is.
//!
//! Deliberately absent: request objects that are fetched from an address (§5.2, see `par` for the way without), encrypted
//! ones, and unsigned ones.

use keys::{Algorithm, Expect, JwtError};
use serde_json::Value;
use signin::{Client, ClientRules};

use crate::error::{BAD_REQUEST_OBJECT, Problem};
use crate::params::{COUNT_MAX, Params};
use crate::request::Desk;
use crate::{client_auth, dpop};

/// It is good for at most so long (FAPI 2.0 Message Signing §5.3.1).
const OBJECT_SECONDS_MAX: i64 = 3600;
/// What `typ` may say, if it says anything (§10.8).
const TYPES: [&str; 2] = ["oauth-authz-req+jwt", "jwt"];
/// Claims about the object itself, which are no parameters.
const ENVELOPE: [&str; 6] = ["iss", "aud", "exp", "nbf", "iat", "jti"];

/// The parameters that a request object holds.
pub(crate) fn open(desk: &Desk<'_>, beside: &Params<'_>, object: &str) -> Result<Params<'static>, Problem> {
    let client_id = beside.need("client_id")?;
    let client = Client::find(&desk.now, client_id)?;
    let expect = Expect {
        iss: Some(client_id),
        aud: &[&desk.issuer],
        lifetime_seconds_max: Some(OBJECT_SECONDS_MAX),
        ..Expect::at(desk.at)
    };
    let keys = client_auth::registered_keys(desk, &client);
    let claims = keys::verify_assertion(&keys, object, &expect).map_err(|why| match why {
        JwtError::Fault(_) => Problem::fault(),
        why => bad(format!("the request object is refused: {why}")),
    })?;
    if claims.header().typ.as_deref().is_some_and(|typ| !TYPES.contains(&typ)) {
        return Err(bad("the request object is a token of another type"));
    }
    let alg = claims.header().alg;
    let only = client.wish("request_object_signing_alg").and_then(Algorithm::parse);
    if only.is_some_and(|only| only != alg) || !dpop::algorithms(&ClientRules::of(&client)).contains(&alg) {
        return Err(bad("the request object is signed with an algorithm that is not this application's"));
    }
    // What a client signs to prove itself is no request (§10.8).
    if claims.get("sub").is_some() {
        return Err(bad("a request object has no `sub`"));
    }
    if claims.text("client_id") != Some(client_id) {
        return Err(bad("`client_id` in the request object and beside it differ"));
    }
    if claims.get("request").is_some() || claims.get("request_uri").is_some() {
        return Err(bad("a request object holds no other (RFC 9101 §4)"));
    }
    let mut pairs = Vec::new();
    for (name, value) in claims.all().iter().filter(|(name, _)| !ENVELOPE.contains(&name.as_str())) {
        match value {
            Value::Array(several) if name == "resource" => {
                pairs.extend(several.iter().filter_map(Value::as_str).map(|one| (name.clone(), one.to_owned())));
            }
            Value::Null => {}
            Value::String(text) => pairs.push((name.clone(), text.clone())),
            Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
                pairs.push((name.clone(), value.to_string()));
            }
        }
    }
    if pairs.len() > COUNT_MAX {
        return Err(bad(format!("there are more than {COUNT_MAX} parameters")));
    }
    Ok(Params::of(pairs))
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(BAD_REQUEST_OBJECT, why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use engine::testing::TENANT;
    use serde_json::{Value, json};

    use crate::fixture::{Answer, CHALLENGE, HOME, Org, PASSWORD, PHONE_APP, UPN, authorize_url, run};
    use crate::signer::{Signer, tagged};

    fn claims(org: &Org) -> Value {
        json!({
            "iss": PHONE_APP, "aud": format!("{HOME}/{TENANT}/v2.0"), "exp": org.engine.now().unix() + 300,
            "client_id": PHONE_APP, "redirect_uri": "http://localhost:5005", "response_type": "code",
            "scope": "openid User.Read", "state": "signed state", "max_age": 300,
            "claims": {"access_token": {"xms_cc": {"values": ["cp1"]}}},
            "code_challenge": CHALLENGE, "code_challenge_method": "S256",
        })
    }

    /// The request with what a browser could change beside the object.
    async fn ask(org: &Org, object: &str) -> Answer {
        let beside = [("request", object), ("state", "other state"), ("scope", "openid Mail.Read"), ("prompt", "none")];
        org.sign_in_at(&authorize_url(&beside), UPN, PASSWORD).await
    }

    #[test]
    fn only_what_the_client_signed_counts() {
        run(|org| async move {
            let own = Signer::new();
            org.change(vec![own.registered(0x23), tagged(0x23, &["require_signed_request_object:true"])]).await;
            let open = org.get(&authorize_url(&[])).await;
            assert_eq!(open.sent("error").as_deref(), Some("invalid_request"), "it has to sign");
            let answer =
                ask(&org, &own.sign(&json!({"alg": "EdDSA", "typ": "oauth-authz-req+jwt"}), &claims(&org))).await;
            assert_eq!(answer.sent("state").as_deref(), Some("signed state"), "{}", answer.text);
            let tokens = org.redeem(&answer).await;
            let access = org.claims(&tokens.field("access_token"));
            assert_eq!((access.text("scp"), access.texts("xms_cc").next()), (Some("User.Read openid"), Some("cp1")));
        });
    }

    #[test]
    fn an_object_that_is_not_the_clients_own_for_this_is_refused() {
        run(|org| async move {
            let (own, other) = (Signer::new(), Signer::new());
            org.change(vec![own.registered(0x23)]).await;
            let now = org.engine.now().unix();
            let edited = |name: &str, value: Value| {
                let mut edited = claims(&org);
                match value {
                    Value::Null => drop(edited.as_object_mut().unwrap().remove(name)),
                    value => edited[name] = value,
                }
                own.sign(&json!({"alg": "EdDSA"}), &edited)
            };
            for (name, object) in [
                ("somebody else's key", other.sign(&json!({"alg": "EdDSA"}), &claims(&org))),
                ("no signature", format!("{}.{}.", keys::base64url::encode(r#"{"alg":"none"}"#), "e30")),
                ("another audience", edited("aud", json!("https://elsewhere.example"))),
                ("another issuer", edited("iss", json!("somebody"))),
                ("another client", edited("client_id", json!("somebody"))),
                ("a subject", edited("sub", json!(PHONE_APP))),
                ("expired", edited("exp", json!(now - 120))),
                ("for a day", edited("exp", json!(now + 86_400))),
                ("no end", edited("exp", Value::Null)),
                ("an object in it", edited("request", json!("x"))),
                ("a reference in it", edited("request_uri", json!("https://evil.example"))),
                ("another type", own.sign(&json!({"alg": "EdDSA", "typ": "at+jwt"}), &claims(&org))),
                (
                    "a key from elsewhere",
                    own.sign(&json!({"alg": "EdDSA", "jku": "https://evil.example"}), &claims(&org)),
                ),
            ] {
                let answer = org.get(&authorize_url(&[("request", &object)])).await;
                assert_eq!(answer.sent("error").as_deref(), Some("invalid_request_object"), "{name}");
            }
            let evil = authorize_url(&[("request", "x"), ("redirect_uri", "https://evil.example")]);
            assert!(org.get(&evil).await.headers.get("location").is_none(), "sent nowhere that is not the client's");
        });
    }
}
