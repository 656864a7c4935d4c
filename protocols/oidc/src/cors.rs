//! Which pages of other origins may read our answers (Fetch §3.2): anybody's may read what is public; what speaks of a
//! client is for the pages that the client registered (`spa.redirectUris`), and for no others.
//!
//! None of the endpoints that say yes look at a cookie, so none lets credentials through.

use bytes::Bytes;
use engine::{Body, Engine, full};
use http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderValue, Response, StatusCode};
use schema::application::APPLICATION;
use signin::Client;

use crate::Inner;
use crate::request::Desk;
use crate::route::{Endpoint, Route};

/// What a page may send.
const SENT: &str = "authorization, content-type, client-request-id, return-client-request-id, dpop, x-client-sku, \
                    x-client-ver, x-ms-lib-capability";
/// What a page may read besides the body.
const EXPOSED: &str = "dpop-nonce, retry-after, www-authenticate, x-ms-request-id";

/// For whom an endpoint is.
enum Readers {
    Everybody,
    PagesOfTheClient,
    Nobody,
}

fn readers(endpoint: Endpoint) -> Readers {
    match endpoint {
        Endpoint::Configuration | Endpoint::Keys | Endpoint::InstanceDiscovery => Readers::Everybody,
        Endpoint::PushedRequest | Endpoint::Token | Endpoint::DeviceCode | Endpoint::Revoke | Endpoint::UserInfo => {
            Readers::PagesOfTheClient
        }
        Endpoint::Authorize
        | Endpoint::Logout
        | Endpoint::Introspect
        | Endpoint::Login
        | Endpoint::DevicePage
        | Endpoint::Certificate
        | Endpoint::CertificateProved
        | Endpoint::Push
        | Endpoint::Style
        | Endpoint::Script
        | Endpoint::Account
        | Endpoint::PasswordReset
        | Endpoint::AdminConsent
        | Endpoint::Branding
        | Endpoint::CredentialType
        | Endpoint::UserRealm => Readers::Nobody,
    }
}

/// What a browser asks before a page of another origin may send a request. It does not say for which client: a page of any
/// client here may ask, and reads the answer only if it is its own client's.
pub(crate) fn preflight(oidc: &Inner, route: Route<'_>, headers: &HeaderMap) -> Response<Body> {
    let mut answer = Response::new(full(Bytes::new()));
    *answer.status_mut() = StatusCode::NO_CONTENT;
    let is_allowed = match (readers(route.endpoint), origin(headers)) {
        (Readers::Everybody, _) => true,
        (Readers::PagesOfTheClient, Some(origin)) => tenants(oidc, route).iter().any(|engine| {
            let now = engine.snapshot();
            now.all(&APPLICATION).any(|app| signin::has_page_at(app, origin))
        }),
        (Readers::PagesOfTheClient, None) | (Readers::Nobody, _) => false,
    };
    if is_allowed {
        let headers = answer.headers_mut();
        headers.insert(ACCESS_CONTROL_ALLOW_METHODS, HeaderValue::from_static("GET, POST"));
        headers.insert(ACCESS_CONTROL_ALLOW_HEADERS, HeaderValue::from_static(SENT));
        headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("3600"));
    }
    name_origin(&mut answer, route.endpoint, headers, is_allowed);
    answer
}

/// Let the page of the request's client read the answer.
pub(crate) fn allow(desk: &Desk<'_>, endpoint: Endpoint, answer: &mut Response<Body>) {
    let is_allowed = match (readers(endpoint), origin(desk.request.headers)) {
        (Readers::Everybody, _) => true,
        (Readers::PagesOfTheClient, Some(origin)) => client_id(desk, endpoint).is_some_and(|id| {
            Client::find(&desk.now, &id)
                .ok()
                .and_then(|client| client.app)
                .is_some_and(|app| signin::has_page_at(app, origin))
        }),
        (Readers::PagesOfTheClient, None) | (Readers::Nobody, _) => false,
    };
    name_origin(answer, endpoint, desk.request.headers, is_allowed);
}

/// Whether a page of another origin sent the request.
pub(crate) fn is_from_elsewhere(desk: &Desk<'_>) -> bool {
    origin(desk.request.headers).is_some_and(|origin| !desk.oidc.public_url.eq_ignore_ascii_case(origin))
}

fn origin(headers: &HeaderMap) -> Option<&str> {
    headers.get(ORIGIN)?.to_str().ok()
}

fn tenants(oidc: &Inner, route: Route<'_>) -> Vec<Engine> {
    match route.tenant.filter(|tenant| !crate::home_realm::is_shared(tenant)) {
        None => oidc.tenants.all(),
        Some(name) => {
            let found = match directory::id_from_text(name) {
                Some(id) => oidc.tenants.get(id),
                None => oidc.tenants.by_domain(name),
            };
            found.into_iter().collect()
        }
    }
}

/// The client that a request says it is of: a page has no secret, so it says so in the form, or by its token.
fn client_id(desk: &Desk<'_>, endpoint: Endpoint) -> Option<String> {
    if endpoint != Endpoint::UserInfo {
        return desk.request.form.get("client_id").map(str::to_owned);
    }
    let token = desk.request.authorization("dpop").or_else(|| desk.request.authorization("bearer"))?;
    let claims = keys::peek(token).ok()?;
    claims.text("azp").or(claims.text("appid")).map(str::to_owned)
}

fn name_origin(answer: &mut Response<Body>, endpoint: Endpoint, asked: &HeaderMap, is_allowed: bool) {
    let headers = answer.headers_mut();
    let named = match readers(endpoint) {
        Readers::Everybody => Some(HeaderValue::from_static("*")),
        Readers::PagesOfTheClient => {
            // A cache must not hand one page's answer to another.
            headers.append(VARY, HeaderValue::from_static("origin"));
            asked.get(ORIGIN).cloned()
        }
        Readers::Nobody => None,
    };
    if let Some(named) = named.filter(|_| is_allowed) {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, named);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static(EXPOSED));
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use bytes::Bytes;
    use engine::testing::TENANT;
    use http::Request;

    use crate::fixture::{Answer, Org, PASSWORD, PHONE_APP, UPN, WEB_APP, authorize_url, redemption, run};

    const PAGE: &str = "https://orders.xyz.example";

    async fn ask(org: &Org, method: &str, path: &str, origin: &str, form: &[(&str, &str)]) -> Answer {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
        let request = Request::builder().method(method).uri(path).header("origin", origin);
        org.send(request.body(Bytes::from(body)).unwrap()).await
    }

    fn allowed(answer: &Answer) -> Option<&str> {
        answer.headers.get("access-control-allow-origin").map(|value| value.to_str().unwrap())
    }

    #[test]
    fn only_the_registered_pages_of_the_client_read_its_answers() {
        run(|org| async move {
            let token = format!("/{TENANT}/oauth2/v2.0/token");
            let (revoke, par) = (format!("/{TENANT}/oauth2/v2.0/revoke"), format!("/{TENANT}/oauth2/v2.0/par"));
            let web = [("client_id", WEB_APP), ("grant_type", "refresh_token"), ("token", "x")];
            let phone = [("client_id", PHONE_APP), ("grant_type", "refresh_token"), ("token", "x")];
            for (path, origin, form, expect) in [
                (&token, PAGE, &web, Some(PAGE)),
                (&token, "https://ORDERS.xyz.example:443", &web, Some("https://ORDERS.xyz.example:443")),
                (&token, PAGE, &phone, None),
                (&token, "https://evil.example", &web, None),
                (&token, "http://orders.xyz.example", &web, None),
                (&token, "https://orders.xyz.example:444", &web, None),
                (&token, "null", &web, None),
                (&revoke, PAGE, &web, Some(PAGE)),
                (&par, PAGE, &web, Some(PAGE)),
            ] {
                let answer = ask(&org, "POST", path, origin, form).await;
                assert_eq!(allowed(&answer), expect, "{path} {origin} {form:?}");
                assert!(answer.headers.get("access-control-allow-credentials").is_none());
                assert_eq!(answer.headers["vary"], "origin");
            }
            let keys = format!("/{TENANT}/discovery/v2.0/keys");
            assert_eq!(allowed(&ask(&org, "GET", &keys, "https://anybody.example", &[]).await), Some("*"));
            for path in [authorize_url(&[]), format!("/{TENANT}/oauth2/v2.0/introspect")] {
                assert_eq!(allowed(&ask(&org, "GET", &path, PAGE, &[]).await), None, "{path}");
            }
        });
    }

    #[test]
    fn a_preflight_says_what_may_be_sent_to_pages_that_are_known_here() {
        run(|org| async move {
            let token = format!("/{TENANT}/oauth2/v2.0/token");
            let yes = ask(&org, "OPTIONS", &token, PAGE, &[]).await;
            assert_eq!((yes.status.as_u16(), allowed(&yes)), (204, Some(PAGE)));
            let headers = yes.headers["access-control-allow-headers"].to_str().unwrap();
            for name in ["dpop", "authorization", "content-type", "client-request-id"] {
                assert!(headers.split(", ").any(|known| known == name), "{name}");
            }
            let common = ask(&org, "OPTIONS", "/common/oauth2/v2.0/token", PAGE, &[]).await;
            assert_eq!(allowed(&common), Some(PAGE));
            for (path, origin) in [(token.as_str(), "https://evil.example"), (&authorize_url(&[]), PAGE)] {
                let no = ask(&org, "OPTIONS", path, origin, &[]).await;
                assert!(allowed(&no).is_none() && !no.headers.contains_key("access-control-allow-headers"), "{path}");
            }
        });
    }

    #[test]
    fn a_page_redeems_no_code_that_went_to_another_kind_of_client() {
        run(|org| async move {
            let token = format!("/{TENANT}/oauth2/v2.0/token");
            let code = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.sent("code").unwrap();
            let answer = ask(&org, "POST", &token, PAGE, &redemption(&code)).await;
            assert_eq!(answer.code(), 9_002_326);
            assert_eq!(org.redeem_code(&code).await.status, 200);
        });
    }
}
