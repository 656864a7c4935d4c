//! `/common` and `/organizations` where several organisations live here and nothing in the request says which is meant:
//! discovery that leaves the organisation open, as Entra's does, and the page that asks a person for their user name,
//! whose domain decides (home realm discovery).
//!
//! The page keeps nothing: its form is the request itself with `login_hint` added, so it can do no more than whoever made
//! the request could.

use askama::Template;
use engine::{Body, Engine};
use http::{Method, Response, StatusCode};

use crate::discovery;
use crate::error::Problem;
use crate::frame::Frame;
use crate::request::Request;
use crate::route::{Endpoint, Route};
use crate::words;
use crate::{Inner, answer, pages};

/// Where the organisation's id stands in the issuer, as clients of Entra know it.
const TENANT: &str = "{tenantid}";

#[derive(Template)]
#[template(path = "home_realm.html")]
struct HomeRealm<'a> {
    frame: &'a Frame,
    method: &'a str,
    fields: &'a [(&'a str, &'a str)],
    notice: Option<&'a str>,
}

/// The answer, if this is such a request.
pub(crate) fn answer(oidc: &Inner, request: &Request<'_>, route: Route<'_>) -> Option<Result<Response<Body>, Problem>> {
    let is_open = route.tenant.is_none_or(is_shared);
    let all = oidc.tenants.all();
    if !is_open || all.len() < 2 || oidc.tenant(route.tenant, request).is_ok() {
        return None;
    }
    let is_get = request.method == Method::GET || request.method == Method::HEAD;
    let is_post = request.method == Method::POST;
    match route.endpoint {
        Endpoint::Configuration if is_get => Some(Ok(configuration(oidc, route))),
        Endpoint::Keys if is_get => Some(keys(oidc, &all)),
        Endpoint::InstanceDiscovery if is_get => Some(Ok(discovery::instance_of(&oidc.public_url, "common"))),
        Endpoint::Authorize | Endpoint::DevicePage if is_get || is_post => Some(page(request)),
        Endpoint::AdminConsent if is_get => Some(page(request)),
        _ => None,
    }
}

/// Whether a segment stands for every organisation.
pub(crate) fn is_shared(tenant: &str) -> bool {
    ["common", "organizations"].iter().any(|shared| tenant.eq_ignore_ascii_case(shared))
}

fn configuration(oidc: &Inner, route: Route<'_>) -> Response<Body> {
    let issuer = format!("{}/{TENANT}/v2.0", oidc.public_url);
    let body = discovery::document(oidc, &issuer, route.tenant.unwrap_or("common"), Vec::new());
    answer::json(StatusCode::OK, &body)
}

/// The keys of all: a token says by its `kid` whose it is.
fn keys(oidc: &Inner, all: &[Engine]) -> Result<Response<Body>, Problem> {
    let mut keys = Vec::new();
    for engine in all {
        let set = oidc.keys.jwks(engine.tenant(), engine.now())?;
        keys.extend(set.get("keys").and_then(|keys| keys.as_array()).into_iter().flatten().cloned());
    }
    Ok(answer::json_text(StatusCode::OK, serde_json::json!({ "keys": keys }).to_string()))
}

/// The page that asks for the user name.
fn page(request: &Request<'_>) -> Result<Response<Body>, Problem> {
    let params = if request.method == Method::POST { &request.form } else { &request.query };
    let accept = request.header(&http::header::ACCEPT_LANGUAGE);
    let language = words::choose(request.ui_locales(), accept, None);
    let frame = Frame { action: request.path.to_owned(), ..Frame::of_nobody(language) };
    let fields: Vec<(&str, &str)> =
        params.pairs().filter(|(name, _)| !["login_hint", "domain_hint"].contains(name)).collect();
    // Somebody typed a name, and no organisation here has its domain.
    let notice = params.get("login_hint").map(|_| frame.words.enter_user_name);
    let method = if request.method == Method::POST { "post" } else { "get" };
    let page = HomeRealm { frame: &frame, method, fields: &fields, notice };
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    // Who is signed in already goes on to the application at once; browsers hold the form to where it leads in the end.
    let leads_to = params.get("redirect_uri").map(pages::origin).unwrap_or_default();
    let html = page.render().map_err(|_| Problem::fault())?;
    Ok(answer::page(status, html, &leads_to))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::sync::Arc;

    use engine::testing::{OpenGate, TENANT};

    use crate::fixture::{HOME, NEIGHBOUR, Org, PASSWORD, UPN, authorize_url, run};

    /// Another organisation moves in.
    fn neighbour(org: &Org) {
        let (engine, _) = engine::testing::engine_of(NEIGHBOUR, schema::model(), &[&signin::ROOM], Arc::new(OpenGate));
        org.oidc.0.tenants.add(engine);
        org.oidc.0.tenants.add_domain("other.example", NEIGHBOUR);
    }

    fn common(url: &str) -> String {
        url.replace(&TENANT.to_string(), "common")
    }

    #[test]
    fn a_person_says_by_their_user_name_which_organisation_they_are_of() {
        run(|org| async move {
            neighbour(&org);
            let page = org.get(&common(&authorize_url(&[("domain_hint", "nobody.example")]))).await;
            assert_eq!(page.status, 200, "{}", page.text);
            assert!(page.text.contains("action=\"/common/oauth2/v2.0/authorize\""));
            assert_eq!(page.input("state"), "xyz state");
            assert!(!page.text.contains("XYZ Ltd."), "nobody's name before it is known whose");
            for asset in ["/oidc/style.css", "/oidc/passkey.js", "/oidc/go_on.js"] {
                assert_eq!(org.get(asset).await.status, 200, "{asset}");
            }
            let policy = page.headers["content-security-policy"].to_str().unwrap();
            assert!(
                policy.contains("form-action 'self' http://localhost:5005")
                    && policy.contains("frame-ancestors 'none'")
            );
            let unknown = org.get(&common(&authorize_url(&[("login_hint", "eve@nobody.example")]))).await;
            assert_eq!(unknown.status, 400);
            assert!(unknown.text.contains("name=\"login_hint\""));
            let answer = org.sign_in_at(&common(&authorize_url(&[("login_hint", UPN)])), UPN, PASSWORD).await;
            assert_eq!(answer.sent("iss"), Some(format!("{HOME}/{TENANT}/v2.0")));
            // The code says whose it is.
            let code = answer.sent("code").unwrap();
            let tokens = org.post("/common/oauth2/v2.0/token", &crate::fixture::redemption(&code)).await;
            assert_eq!(tokens.status, 200, "{}", tokens.text);
            let hint = org.get(&common(&authorize_url(&[("domain_hint", "xyz.example")]))).await;
            assert!(hint.sent("code").is_some(), "a hint at the domain will do");
        });
    }

    #[test]
    fn discovery_for_all_leaves_the_organisation_open_and_knows_the_keys_of_each() {
        run(|org| async move {
            neighbour(&org);
            for shared in ["common", "organizations"] {
                let body = org.get(&format!("/{shared}/v2.0/.well-known/openid-configuration")).await.json();
                assert_eq!(body["issuer"], format!("{HOME}/{{tenantid}}/v2.0"));
                assert_eq!(body["token_endpoint"], format!("{HOME}/{shared}/oauth2/v2.0/token"));
            }
            let kids = |set: serde_json::Value| -> Vec<String> {
                set["keys"].as_array().unwrap().iter().map(|key| key["kid"].as_str().unwrap().to_owned()).collect()
            };
            let all = kids(org.get("/common/discovery/v2.0/keys").await.json());
            for tenant in [TENANT, NEIGHBOUR] {
                let own = kids(org.get(&format!("/{tenant}/discovery/v2.0/keys")).await.json());
                assert!(own.iter().all(|kid| all.contains(kid)) && own.len() < all.len(), "{tenant}");
            }
            assert_eq!(org.get("/common/discovery/instance").await.status, 200);
            let nobody = org.post("/common/oauth2/v2.0/token", &[("grant_type", "client_credentials")]).await;
            assert_eq!(nobody.code(), 90_002);
        });
    }
}
