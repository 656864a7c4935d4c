//! Pushed authorization requests (RFC 9126): the client hands the request in itself, proved and checked, and the browser
//! only carries a name for it. The name is good once, for a short while and for its client; what else the browser brings
//! along is not looked at, so nobody on the way can change what was asked for.

use std::time::Duration;

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use signin::{Client, ClientRules, RedirectKind};

use crate::authorize::read::{Refused, checked};
use crate::authorize::request::AuthorizeRequest;
use crate::error::{BAD_PROOF, BAD_REQUEST_URI, Problem};
use crate::request::Desk;
use crate::{answer, client_auth, dpop, opaque};

/// The shelf of pushed requests.
const PUSHED_REQUESTS: &str = "pushedRequests";
/// A name begins so (RFC 9126 §2.2).
const PREFIX: &str = "urn:ietf:params:oauth:request_uri:";
/// A browser has so long to bring it (§2.2; FAPI 2.0 Security Profile §5.3.2.2: below 600 s).
const LIFE: Duration = Duration::from_secs(90);

/// Answer `POST /{tenant}/oauth2/v2.0/par`.
pub(crate) fn push(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let proven = client_auth::client(desk)?;
    if desk.request.form.need("client_id")? != proven.client.app_id() {
        return Err(Problem::malformed("`client_id` must be that of the client who pushes the request"));
    }
    let rules = ClientRules::of(&proven.client);
    let proof = dpop::proof(desk, &rules)?;
    let mut request = match checked(desk, &desk.request.form, true) {
        Ok(request) => request,
        Err(Refused::Shown(problem) | Refused::Sent(_, problem)) => return Err(problem),
    };
    if rules.is_fapi || request.kind == RedirectKind::Web {
        proven.need_proof()?;
    }
    if let Some(proof) = proof {
        // RFC 9449 §10.1: two keys for one code are one too many.
        if request.dpop_jkt.as_ref().is_some_and(|said| *said != proof.jkt) {
            return Err(Problem::new(BAD_PROOF, "`dpop_jkt` is not the thumbprint of the key of the DPoP proof"));
        }
        request.dpop_jkt = Some(proof.jkt);
    }
    let name = opaque::fresh(desk.tenant);
    let kept = desk.engine.tickets().put(
        PUSHED_REQUESTS,
        &opaque::key(name.expose()),
        None,
        desk.at + LIFE,
        &request.to_record(),
    );
    kept.map_err(|_| Problem::fault())?;
    let body = Record::new()
        .with("request_uri", format!("{PREFIX}{}", name.expose()))
        .with("expires_in", i64::try_from(LIFE.as_secs()).unwrap_or(0));
    Ok(answer::json(StatusCode::CREATED, &body))
}

/// Whether a `request_uri` is a name that was given out here.
pub(crate) fn is_ours(uri: &str) -> bool {
    name_of(uri).is_some()
}

/// The name proper, which says its tenant.
pub(crate) fn name_of(uri: &str) -> Option<&str> {
    uri.strip_prefix(PREFIX)
}

/// The request behind a name. It is taken: a name counts once.
pub(crate) fn redeem(desk: &Desk<'_>, client_id: Option<&str>, uri: &str) -> Result<AuthorizeRequest, Problem> {
    let client_id = client_id.ok_or_else(|| Problem::missing("client_id"))?;
    let gone = || {
        Problem::new(
            BAD_REQUEST_URI,
            "the request has expired, was used before, or belongs to another application; start again",
        )
    };
    let (tickets, key) = (desk.engine.tickets(), opaque::key(name_of(uri).unwrap_or_default()));
    let body = tickets.get(PUSHED_REQUESTS, &key).map_err(|_| Problem::fault())?.ok_or_else(gone)?;
    // Somebody else's client does not use it up.
    let request = AuthorizeRequest::from_record(&body).filter(|known| known.client_id == client_id).ok_or_else(gone)?;
    if tickets.take(PUSHED_REQUESTS, &key).map_err(|_| Problem::fault())?.is_none() {
        return Err(gone());
    }
    // The client may have changed since.
    let client = Client::find(&desk.now, client_id)?;
    if client.redirect(&request.redirect_uri) != Some(request.kind) {
        return Err(Problem::new(50_011, "the redirect URI of the request is not registered any more"));
    }
    Ok(request)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use engine::testing::TENANT;

    use crate::fixture::{
        Answer, CHALLENGE, Org, PASSWORD, PHONE_APP, REDIRECT, SECRET, UPN, VERIFIER, WEB_APP, redemption, run,
    };
    use crate::signer::{Signer, post_with, tagged};

    fn path() -> String {
        format!("/{TENANT}/oauth2/v2.0/par")
    }

    fn request<'a>(more: &[(&'a str, &'a str)]) -> Vec<(&'a str, &'a str)> {
        let mut all = vec![
            ("client_id", PHONE_APP),
            ("redirect_uri", "http://localhost:5005"),
            ("response_type", "code"),
            ("scope", "openid offline_access User.Read"),
            ("state", "pushed state"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ];
        for (name, value) in more {
            all.retain(|(known, _)| known != name);
            all.push((name, value));
        }
        all
    }

    fn authorize(client: &str, uri: &str, more: &str) -> String {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("client_id", client), ("request_uri", uri)])
            .finish();
        format!("/{TENANT}/oauth2/v2.0/authorize?{query}{more}")
    }

    async fn pushed(org: &Org, more: &[(&str, &str)]) -> String {
        let answer = org.post(&path(), &request(more)).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        assert!((1..600).contains(&answer.json()["expires_in"].as_i64().unwrap()));
        answer.field("request_uri")
    }

    fn is_gone(answer: &Answer) -> bool {
        answer.status == 400 && answer.text.contains("AADSTS9900003") && answer.headers.get("location").is_none()
    }

    #[test]
    fn a_pushed_request_counts_once_for_its_client_and_not_for_long() {
        run(|org| async move {
            let uri = pushed(&org, &[]).await;
            assert!(is_gone(&org.get(&authorize(WEB_APP, &uri, "")).await), "another client");
            let answer = org.sign_in_at(&authorize(PHONE_APP, &uri, ""), UPN, PASSWORD).await;
            assert_eq!(answer.sent("state").as_deref(), Some("pushed state"));
            assert_eq!(org.redeem(&answer).await.status, 200);
            assert!(is_gone(&org.get(&authorize(PHONE_APP, &uri, "")).await), "a second time");
            let uri = pushed(&org, &[]).await;
            org.later(91);
            assert!(is_gone(&org.get(&authorize(PHONE_APP, &uri, "")).await), "too late");
            assert!(is_gone(&org.get(&authorize(PHONE_APP, "urn:ietf:params:oauth:request_uri:x", "")).await));
        });
    }

    #[test]
    fn what_the_browser_adds_to_a_pushed_request_has_no_effect() {
        run(|org| async move {
            let uri = pushed(&org, &[]).await;
            let evil = "&scope=Mail.Read&redirect_uri=https%3A%2F%2Fevil.example&state=other&prompt=none\
                        &authorization_details=%5B%5D&response_mode=fragment&code_challenge=x&request=y";
            let answer = org.sign_in_at(&authorize(PHONE_APP, &uri, evil), UPN, PASSWORD).await;
            assert!(answer.location().starts_with("http://localhost:5005?"), "{}", answer.location());
            assert_eq!(answer.sent("state").as_deref(), Some("pushed state"));
            let tokens = org.redeem(&answer).await;
            assert_eq!(org.claims(&tokens.field("access_token")).text("scp"), Some("User.Read openid"));
        });
    }

    #[test]
    fn a_request_is_checked_when_it_is_pushed() {
        run(|org| async move {
            for (changed, error) in [
                (("redirect_uri", "https://evil.example"), "invalid_request"),
                (("code_challenge_method", "plain"), "invalid_request"),
                (("response_type", "token"), "unsupported_response_type"),
                (("scope", "api://nobody/x"), "invalid_resource"),
                (("request_uri", "urn:ietf:params:oauth:request_uri:x"), "invalid_request"),
                (("client_id", "nobody"), "unauthorized_client"),
            ] {
                let answer = org.post(&path(), &request(&[changed])).await;
                assert_eq!((answer.status.as_u16(), answer.field("error").as_str()), (400, error), "{changed:?}");
            }
            let web = [("client_id", WEB_APP), ("redirect_uri", REDIRECT)];
            assert_eq!(org.post(&path(), &request(&web)).await.code(), 7_000_218, "a web application proves itself");
            let wrong = [&web[..], &[("client_secret", "guess")]].concat();
            assert_eq!(org.post(&path(), &request(&wrong)).await.status, 401);
            let right = [&web[..], &[("client_secret", SECRET)]].concat();
            assert_eq!(org.post(&path(), &request(&right)).await.status, 201);
            assert_eq!(org.get(&path()).await.status, 405);
        });
    }

    #[test]
    fn a_client_that_has_to_push_cannot_ask_in_the_open() {
        run(|org| async move {
            org.change(vec![tagged(0x23, &["require_pushed_authorization_requests:true"])]).await;
            let open = crate::fixture::authorize_url(&[]);
            assert_eq!(org.get(&open).await.sent("error").as_deref(), Some("invalid_request"));
            let uri = pushed(&org, &[]).await;
            assert!(org.sign_in_at(&authorize(PHONE_APP, &uri, ""), UPN, PASSWORD).await.sent("code").is_some());
        });
    }

    #[test]
    fn a_proof_beside_a_pushed_request_binds_its_code() {
        run(|org| async move {
            let (own, other) = (Signer::new(), Signer::new());
            let jkt = other.thumbprint();
            let two_keys = request(&[("dpop_jkt", &jkt)]);
            let refused = post_with(&org, &path(), &two_keys, &own.proof(&org, "POST", &path(), |_| ())).await;
            assert_eq!(refused.field("error"), "invalid_dpop_proof");
            let answer = post_with(&org, &path(), &request(&[]), &own.proof(&org, "POST", &path(), |_| ())).await;
            let uri = answer.field("request_uri");
            let code = org.sign_in_at(&authorize(PHONE_APP, &uri, ""), UPN, PASSWORD).await.sent("code").unwrap();
            assert_eq!(other.token(&org, &redemption(&code)).await.field("error"), "invalid_grant");
            assert_eq!(own.token(&org, &redemption(&code)).await.status, 200);
        });
    }

    #[test]
    fn the_fapi_profile_is_one_switch() {
        run(|org| async move {
            let own = Signer::new();
            org.change(vec![tagged(0x21, &["security_profile:fapi2"]), own.registered(0x21)]).await;
            let web =
                [("client_id", WEB_APP), ("redirect_uri", REDIRECT), ("scope", "openid offline_access User.Read")];
            let open = crate::fixture::authorize_url(&web);
            assert_eq!(org.get(&open).await.sent("error").as_deref(), Some("invalid_request"), "not pushed");
            let by_secret = [&web[..], &[("client_secret", SECRET)]].concat();
            assert_eq!(org.post(&path(), &request(&by_secret)).await.field("error"), "unauthorized_client");
            assert_eq!(org.post(&path(), &request(&web)).await.code(), 7_000_218, "unproved");
            let token = format!("/{TENANT}/oauth2/v2.0/token");
            let holder = Signer::new();
            let post = async |path: &str, form: &[(&str, &str)], is_bound: bool| {
                let assertion = own.assertion(&org, WEB_APP);
                let kind = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";
                let proved = [form, &[("client_assertion_type", kind), ("client_assertion", &assertion)]].concat();
                match is_bound {
                    true => post_with(&org, path, &proved, &holder.proof(&org, "POST", path, |_| ())).await,
                    false => org.post(path, &proved).await,
                }
            };
            let answer = post(&path(), &request(&web), false).await;
            assert_eq!(answer.status, 201, "{}", answer.text);
            let page = org.sign_in_at(&authorize(WEB_APP, &answer.field("request_uri"), ""), UPN, PASSWORD).await;
            let code = org.answer(&page, &[("decision", "accept")]).await.sent("code").unwrap();
            let redeem = [
                ("grant_type", "authorization_code"),
                ("client_id", WEB_APP),
                ("redirect_uri", REDIRECT),
                ("code", code.as_str()),
                ("code_verifier", VERIFIER),
            ];
            let unbound = post(&token, &redeem, false).await;
            assert_eq!(unbound.field("error"), "invalid_dpop_proof", "tokens have to be bound");
            let tokens = post(&token, &redeem, true).await;
            assert_eq!(tokens.status, 200, "{}", tokens.text);
            let refresh = tokens.field("refresh_token");
            let again = [("grant_type", "refresh_token"), ("client_id", WEB_APP), ("refresh_token", refresh.as_str())];
            for _ in 0..2 {
                let answer = post(&token, &again, true).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                assert!(answer.json().get("refresh_token").is_none(), "it stays the same");
            }
            let more = [&again[..], &[("scope", "Mail.Read")]].concat();
            let answer = post(&token, &more, true).await;
            assert_eq!(answer.field("error"), "invalid_scope", "nothing that was not pushed");
        });
    }
}
