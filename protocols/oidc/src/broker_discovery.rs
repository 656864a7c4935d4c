//! What brokers ask before anybody signs in: the settings of the sign-in page, what a name is signed in with, and who signs the
//! people of a domain in.
//!
//! They learn of an organisation's domains, and nothing of its people: a name that nobody has is answered as one that somebody has.
//! The settings hold no flow to go on with, which makes a broker fall back to the device code grant (RFC 8628).

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use serde_json::{Value, json};

use crate::error::Problem;
use crate::prt::credential;
use crate::request::{Desk, Request};
use crate::route::Route;
use crate::{Inner, answer, json};

/// `IfExistsResult`: the name is signed in here.
const EXISTS: i64 = 0;
/// `IfExistsResult`: nobody here has it.
const UNKNOWN: i64 = 1;
/// `PrefCredential`: a password.
const PASSWORD: i64 = 1;

/// Whether an authorization request is a broker's that reads the page itself: no browser leaves PKCE out and reloads.
pub(crate) fn is_page_asked_for(desk: &Desk<'_>) -> bool {
    let query = &desk.request.query;
    query.get("sso_reload").is_some()
        && query.get("code_challenge").is_none()
        && query.get("client_id").is_some_and(signin::is_broker)
        && !credential::is_brought(desk)
}

/// The page's settings, in the form in which clients look for them; a block of data, which no browser carries out.
pub(crate) fn page(desk: &Desk<'_>) -> Response<Body> {
    let settings = json!({
        "sessionId": desk.request.ids.trace.to_string(),
        "canary": keys::Secret::opaque().expose(),
        "urlGetCredentialType": format!("{}/{}/GetCredentialType", desk.oidc.public_url, desk.tenant),
    });
    let html = format!(
        "<!doctype html><title>Castellan</title><script type=\"application/json\">//<![CDATA[\n$Config={settings};\n//]]></script>"
    );
    answer::page(StatusCode::OK, html, "")
}

/// `POST /{tenant}/GetCredentialType`
pub(crate) fn credential_type(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let asked: Value =
        serde_json::from_slice(desk.request.body).map_err(|_| Problem::malformed("the body must be a JSON object"))?;
    let name = asked.get("username").and_then(Value::as_str).ok_or_else(|| Problem::missing("username"))?;
    let is_ours = home_of(desk.oidc, name).is_some_and(|tenant| tenant == desk.tenant);
    let body = json!({
        "IfExistsResult": if is_ours { EXISTS } else { UNKNOWN },
        "ThrottleStatus": 0,
        "Credentials": { "HasPassword": true, "PrefCredential": PASSWORD },
    });
    Ok(answer::json_text(StatusCode::OK, body.to_string()))
}

/// `GET /common/UserRealm/{name}`, of whichever organisation has the domain.
pub(crate) fn user_realm(oidc: &Inner, request: &Request<'_>, route: Route<'_>) -> Option<Response<Body>> {
    let name = route.realm_of(request.path)?;
    let name = percent_encoding::percent_decode_str(name).decode_utf8().ok()?;
    let domain = name.rsplit('@').next().unwrap_or_default();
    let kind = if home_of(oidc, &name).is_some() { "Managed" } else { "Unknown" };
    let body = Record::new()
        .with("ver", "1.0")
        .with("account_type", kind)
        .with("domain_name", domain)
        .with("cloud_instance_name", oidc.public_url.as_str());
    Some(answer::json_text(StatusCode::OK, json::print(&body)))
}

/// The organisation whose domain a user name has.
fn home_of(oidc: &Inner, name: &str) -> Option<directory::TenantId> {
    let (_, domain) = name.rsplit_once('@')?;
    Some(oidc.tenants.by_domain(domain)?.tenant())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use bytes::Bytes;
    use engine::testing::TENANT;

    use crate::fixture::{Org, UPN, run};

    async fn credential_type(org: &Org, body: &'static str) -> crate::fixture::Answer {
        let request = http::Request::post(format!("/{TENANT}/GetCredentialType"));
        org.send(request.header("content-type", "application/json").body(Bytes::from_static(body.as_bytes())).unwrap())
            .await
    }

    #[test]
    fn brokers_learn_of_domains_and_not_of_people() {
        run(|org| async move {
            for (body, expect) in [
                (r#"{"username":"ada@xyz.example"}"#, 0),
                (r#"{"username":"nobody@xyz.example"}"#, 0),
                (r#"{"username":"ada@other.example"}"#, 1),
                (r#"{"username":"ada"}"#, 1),
            ] {
                assert_eq!(credential_type(&org, body).await.json()["IfExistsResult"], expect, "{body}");
            }
            assert_eq!(credential_type(&org, "{}").await.status, 400);
            assert_eq!(credential_type(&org, "x").await.status, 400);
            for (name, expect) in
                [(UPN, "Managed"), ("nobody%40xyz.example", "Managed"), ("a@other.example", "Unknown")]
            {
                let realm = org.get(&format!("/common/UserRealm/{name}?api-version=1.0")).await.json();
                assert_eq!(realm["account_type"], expect, "{name}");
            }
        });
    }

    #[test]
    fn the_settings_of_the_page_are_for_brokers_alone() {
        run(|org| async move {
            let url = |client: &str, more: &str| {
                format!(
                    "/{TENANT}/oauth2/authorize?client_id={client}&response_type=code&sso_reload=True&prompt=login{more}"
                )
            };
            let page = org.get(&url(signin::BROKER_APP_ID, "")).await;
            let (_, rest) = page.text.split_once("$Config=").unwrap();
            let settings: serde_json::Value = serde_json::from_str(rest.split_once(";\n//]]>").unwrap().0).unwrap();
            assert!(settings["canary"].is_string() && settings["sFT"].is_null());
            for other in [url(crate::fixture::PHONE_APP, ""), url(signin::BROKER_APP_ID, "&code_challenge=x")] {
                assert!(!org.get(&other).await.text.contains("$Config"), "{other}");
            }
        });
    }
}
