//! DPoP (RFC 9449) at our endpoints: the proof beside a request, and the nonce that the next one needs.

use directory::Record;
use engine::Body;
use http::{HeaderName, HeaderValue, Response};
use keys::{Algorithm, Claims, DPOP_PROOFS, DpopError, DpopExpect, DpopProof, Holder, HolderError, JwtError};
use signin::ClientRules;

use crate::error::{BAD_PROOF, NEED_NONCE, Problem};
use crate::request::Desk;

const PROOF: HeaderName = HeaderName::from_static("dpop");
pub(crate) const NONCE: HeaderName = HeaderName::from_static("dpop-nonce");

/// What the FAPI profile lets clients sign with (FAPI 2.0 Security Profile §5.4.1).
const FAPI_ALGORITHMS: [Algorithm; 3] = [Algorithm::Es256, Algorithm::Ps256, Algorithm::EdDsa];

/// The algorithms with which this client may sign.
pub(crate) fn algorithms(rules: &ClientRules<'_>) -> &'static [Algorithm] {
    if rules.is_fapi { &FAPI_ALGORITHMS } else { &Algorithm::ALL }
}

/// The proof beside a request for tokens, if there is one; one that does not hold is an error.
pub(crate) fn proof(desk: &Desk<'_>, rules: &ClientRules<'_>) -> Result<Option<DpopProof>, Problem> {
    let mut headers = desk.request.headers.get_all(PROOF).iter();
    let Some(header) = headers.next() else { return Ok(None) };
    let header = header.to_str().ok().filter(|_| headers.next().is_none());
    let header = header.ok_or_else(|| Problem::new(BAD_PROOF, "the request must have one `DPoP` header"))?;
    let uri = format!("{}{}", desk.oidc.public_url, desk.request.path);
    let method = desk.request.method.as_str();
    let expect = DpopExpect { now: desk.at, method, uri: &uri, access_token: None, algorithms: algorithms(rules) };
    let proof = desk.oidc.keys.verify_dpop(desk.tenant, header, &expect).map_err(|why| match why {
        DpopError::Nonce => Problem::new(NEED_NONCE, "the DPoP proof must carry the nonce of the header `DPoP-Nonce`"),
        DpopError::Invalid(JwtError::Fault(_)) => Problem::fault(),
        DpopError::Invalid(why) => Problem::new(BAD_PROOF, format!("the DPoP proof is refused: {why}")),
    })?;
    match desk.engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
        Ok(true) => Ok(Some(proof)),
        Ok(false) => Err(Problem::new(BAD_PROOF, "the DPoP proof was used before; make a new one for each request")),
        Err(_) => Err(Problem::fault()),
    }
}

/// Check that whoever brings an access token of ours may (RFC 9449 §7.1).
pub(crate) fn hold(desk: &Desk<'_>, token: &str, claims: &Claims) -> Result<(), HolderError> {
    let mut proofs = desk.request.headers.get_all(PROOF).iter();
    let proof = proofs.next().and_then(|value| value.to_str().ok()).filter(|_| proofs.next().is_none());
    let holder = Holder {
        now: desk.at,
        by_dpop: desk.request.authorization("dpop").is_some(),
        proof,
        certificate: desk.request.certificate,
        method: desk.request.method.as_str(),
        uri: &format!("{}{}", desk.oidc.public_url, desk.request.path),
    };
    let Some(proof) = desk.oidc.keys.verify_holder(desk.tenant, token, claims, &holder)? else { return Ok(()) };
    match desk.engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
        Ok(true) => Ok(()),
        // Where a proof cannot be remembered it does not count.
        Ok(false) | Err(_) => Err(HolderError::Replayed),
    }
}

/// Give the client the nonce for its next proof (§8.2); whoever uses no proofs needs none.
pub(crate) fn offer_nonce(desk: &Desk<'_>, answer: &mut Response<Body>) {
    if !desk.request.headers.contains_key(PROOF) {
        return;
    }
    let nonce = desk.oidc.keys.dpop_nonce(desk.tenant, desk.at).ok();
    if let Some(nonce) = nonce.and_then(|nonce| HeaderValue::from_str(&nonce).ok()) {
        answer.headers_mut().insert(NONCE, nonce);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use engine::testing::TENANT;
    use serde_json::json;

    use crate::fixture::{PASSWORD, PHONE_APP, SECRET, UPN, WEB_APP, authorize_url, redemption, run};
    use crate::signer::{Signer, hash, post_with, tagged, userinfo_with};

    #[test]
    fn a_proof_binds_the_tokens_and_nobody_without_the_key_can_use_them() {
        run(|org| async move {
            let (own, other) = (Signer::new(), Signer::new());
            let code = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.sent("code").unwrap();
            let tokens = own.token(&org, &redemption(&code)).await;
            assert_eq!((tokens.status.as_u16(), tokens.field("token_type").as_str()), (200, "DPoP"), "{}", tokens.text);
            assert!(tokens.headers.contains_key("dpop-nonce"));
            let access = tokens.field("access_token");
            assert_eq!(org.claims(&access).get("cnf").unwrap()["jkt"], own.thumbprint());
            assert_eq!(own.userinfo(&org, &access).await.status, 200);

            let with_ath = |signer: &Signer, token: &str| {
                let ath = hash(token);
                signer.proof(&org, "GET", "/oidc/userinfo", move |claims| claims["ath"] = json!(ath))
            };
            let (good, once) = (with_ath(&own, &access), with_ath(&own, &access));
            let scheme = format!("DPoP {access}");
            assert_eq!(userinfo_with(&org, &scheme, Some(&once)).await.status, 200);
            let without_nonce = own.proof(&org, "GET", "/oidc/userinfo", |claims| {
                claims["ath"] = json!(hash(&access));
                claims.as_object_mut().unwrap().remove("nonce");
            });
            for (name, authorization, proof, error) in [
                ("as a bearer", format!("Bearer {access}"), Some(good.clone()), "invalid_token"),
                ("without a proof", scheme.clone(), None, "invalid_dpop_proof"),
                ("by another key", scheme.clone(), Some(with_ath(&other, &access)), "invalid_token"),
                ("for another token", scheme.clone(), Some(with_ath(&own, "x")), "invalid_dpop_proof"),
                ("again", scheme.clone(), Some(once), "invalid_dpop_proof"),
                (
                    "for another method",
                    scheme.clone(),
                    Some(own.proof(&org, "POST", "/oidc/userinfo", |_| ())),
                    "invalid_dpop_proof",
                ),
                ("without a nonce", scheme, Some(without_nonce), "use_dpop_nonce"),
            ] {
                let answer = userinfo_with(&org, &authorization, proof.as_deref()).await;
                let challenge = answer.headers["www-authenticate"].to_str().unwrap();
                assert_eq!(answer.status, 401, "{name}");
                assert!(challenge.starts_with("DPoP ") && challenge.contains(error), "{name}: {challenge}");
                assert_eq!(answer.headers.contains_key("dpop-nonce"), proof.is_some(), "{name}");
            }

            let refresh = tokens.field("refresh_token");
            let form = [("grant_type", "refresh_token"), ("client_id", PHONE_APP), ("refresh_token", refresh.as_str())];
            assert_eq!(org.token(&form).await.code(), 70_000, "a public client's refresh token is bound");
            assert_eq!(other.token(&org, &form).await.code(), 70_000);
            let again = own.token(&org, &form).await;
            assert_eq!(org.claims(&again.field("access_token")).get("cnf").unwrap()["jkt"], own.thumbprint());

            // A proof counts once here, too.
            let path = format!("/{TENANT}/oauth2/v2.0/token");
            let (proof, mut refresh) = (own.proof(&org, "POST", &path, |_| ()), again.field("refresh_token"));
            for expect in [200, 400] {
                let form =
                    [("grant_type", "refresh_token"), ("client_id", PHONE_APP), ("refresh_token", refresh.as_str())];
                let answer = post_with(&org, &path, &form, &proof).await;
                assert_eq!(answer.status, expect, "{}", answer.text);
                if expect == 200 {
                    refresh = answer.field("refresh_token");
                }
            }
        });
    }

    #[test]
    fn an_unbound_token_is_not_taken_by_the_scheme_of_bound_ones() {
        run(|org| async move {
            let tokens = org.tokens().await;
            let answer = Signer::new().userinfo(&org, &tokens.field("access_token")).await;
            assert_eq!(answer.status, 401, "{}", answer.text);
        });
    }

    #[test]
    fn a_nonce_is_asked_for_before_a_code_is_used_up() {
        run(|org| async move {
            let own = Signer::new();
            let path = format!("/{TENANT}/oauth2/v2.0/token");
            let code = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.sent("code").unwrap();
            let form = redemption(&code);
            let bare = own.proof(&org, "POST", &path, |claims| drop(claims.as_object_mut().unwrap().remove("nonce")));
            let answer = post_with(&org, &path, &form, &bare).await;
            assert_eq!((answer.status.as_u16(), answer.field("error").as_str()), (400, "use_dpop_nonce"));
            let nonce = answer.headers["dpop-nonce"].to_str().unwrap().to_owned();
            let proof = own.proof(&org, "POST", &path, |claims| claims["nonce"] = json!(nonce));
            assert_eq!(post_with(&org, &path, &form, &proof).await.status, 200);
            let app = [
                ("grant_type", "client_credentials"),
                ("client_id", WEB_APP),
                ("client_secret", SECRET),
                ("scope", "https://graph.microsoft.com/.default"),
            ];
            let (once, old) = (own.proof(&org, "POST", &path, |_| ()), own.proof(&org, "POST", &path, |_| ()));
            assert_eq!(post_with(&org, &path, &app, &once).await.status, 200);
            assert_eq!(post_with(&org, &path, &app, &once).await.field("error"), "invalid_dpop_proof", "again");
            org.later(300);
            assert_eq!(post_with(&org, &path, &app, &old).await.field("error"), "use_dpop_nonce", "a nonce ages");
            for garbage in ["", "nonsense", "a.b.c"] {
                assert_eq!(post_with(&org, &path, &app, garbage).await.field("error"), "invalid_dpop_proof");
            }
        });
    }

    #[test]
    fn a_code_that_is_bound_to_a_key_is_worth_nothing_without_it() {
        run(|org| async move {
            let (own, other) = (Signer::new(), Signer::new());
            let jkt = own.thumbprint();
            let url = authorize_url(&[("dpop_jkt", &jkt)]);
            let code = org.sign_in_at(&url, UPN, PASSWORD).await.sent("code").unwrap();
            let form = redemption(&code);
            assert_eq!(org.token(&form).await.field("error"), "invalid_grant", "without a proof");
            assert_eq!(other.token(&org, &form).await.field("error"), "invalid_grant", "by another key");
            assert_eq!(own.token(&org, &form).await.status, 200);
        });
    }

    #[test]
    fn a_client_that_wishes_bound_tokens_gets_no_others() {
        run(|org| async move {
            org.change(vec![tagged(0x21, &["dpop_bound_access_tokens:true"])]).await;
            let scope = "https://graph.microsoft.com/.default";
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", WEB_APP),
                ("client_secret", SECRET),
                ("scope", scope),
            ];
            assert_eq!(org.token(&form).await.field("error"), "invalid_dpop_proof");
            let own = Signer::new();
            let tokens = own.token(&org, &form).await;
            assert_eq!(tokens.field("token_type"), "DPoP");
            assert_eq!(org.claims(&tokens.field("access_token")).get("cnf").unwrap()["jkt"], own.thumbprint());
        });
    }
}
