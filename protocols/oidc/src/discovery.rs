//! Discovery: what a client needs to know before its first request (OpenID Connect Discovery 1.0, RFC 8414).

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use keys::Algorithm;
use schema::application::APPLICATION;

use crate::authorize::read::PROMPTS;
use crate::authorize::request::ResponseMode;
use crate::error::Problem;
use crate::request::Desk;
use crate::route::Route;
use crate::{Inner, answer};

/// Clients may keep the keys for so long. The next key is published a week before it signs, so it is known in time; a
/// compromised one is forgotten soon.
const KEYS_FRESH_SECONDS: u32 = 300;
/// So many types of authorization details are listed.
const DETAILS_TYPES_MAX: usize = 64;

/// `/.well-known/openid-configuration`. Addresses carry the tenant as the request named it, as Entra's do; the issuer
/// always carries its id.
pub(crate) fn configuration(desk: &Desk<'_>, route: Route<'_>) -> Result<Response<Body>, Problem> {
    let tenant = route.tenant.map_or_else(|| desk.tenant.to_string(), str::to_owned);
    Ok(answer::json(StatusCode::OK, &document(desk.oidc, &desk.issuer, &tenant, details_types(desk))))
}

/// The document; `tenant` is the segment that addresses carry.
pub(crate) fn document(oidc: &Inner, issuer: &str, tenant: &str, details_types: Vec<String>) -> Record {
    let home = &oidc.public_url;
    let at = |path: &str| format!("{home}/{tenant}/{path}");
    let names = |algorithms: &[Algorithm]| algorithms.iter().map(|alg| alg.name()).collect::<Vec<_>>();
    let body = Record::new()
        .with("issuer", issuer)
        .with("authorization_endpoint", at("oauth2/v2.0/authorize"))
        .with("token_endpoint", at("oauth2/v2.0/token"))
        .with("jwks_uri", at("discovery/v2.0/keys"))
        .with("userinfo_endpoint", format!("{home}/oidc/userinfo"))
        .with("end_session_endpoint", at("oauth2/v2.0/logout"))
        .with("device_authorization_endpoint", at("oauth2/v2.0/devicecode"))
        .with("introspection_endpoint", at("oauth2/v2.0/introspect"))
        .with("revocation_endpoint", at("oauth2/v2.0/revoke"))
        .with("pushed_authorization_request_endpoint", at("oauth2/v2.0/par"))
        .with("require_pushed_authorization_requests", false)
        .with("response_types_supported", ["code"])
        .with("response_modes_supported", [&["jwt"], ResponseMode::ALL.map(ResponseMode::name).as_slice()].concat())
        .with(
            "grant_types_supported",
            [
                "authorization_code",
                "client_credentials",
                "refresh_token",
                "urn:ietf:params:oauth:grant-type:device_code",
                "urn:ietf:params:oauth:grant-type:jwt-bearer",
                "urn:ietf:params:oauth:grant-type:token-exchange",
            ],
        )
        .with("code_challenge_methods_supported", ["S256"])
        .with("subject_types_supported", ["public"])
        .with("id_token_signing_alg_values_supported", names(&[Algorithm::Rs256, Algorithm::Es256]))
        .with("scopes_supported", ["openid", "profile", "email", "offline_access"])
        .with(
            "token_endpoint_auth_methods_supported",
            ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"],
        )
        .with("token_endpoint_auth_signing_alg_values_supported", names(&Algorithm::ALL))
        .with(
            "introspection_endpoint_auth_methods_supported",
            ["client_secret_post", "client_secret_basic", "private_key_jwt"],
        )
        .with(
            "revocation_endpoint_auth_methods_supported",
            ["client_secret_post", "client_secret_basic", "private_key_jwt", "none"],
        )
        .with("authorization_response_iss_parameter_supported", true)
        .with("frontchannel_logout_supported", true)
        .with("frontchannel_logout_session_supported", true)
        .with("backchannel_logout_supported", true)
        .with("backchannel_logout_session_supported", true)
        .with("request_parameter_supported", true)
        // Only those that were pushed here; nothing is fetched from elsewhere.
        .with("request_uri_parameter_supported", false)
        .with("require_signed_request_object", false)
        .with("request_object_signing_alg_values_supported", names(&Algorithm::ALL))
        .with("authorization_signing_alg_values_supported", names(&[Algorithm::Rs256, Algorithm::Es256]))
        .with("dpop_signing_alg_values_supported", names(&Algorithm::ALL))
        .with("authorization_details_types_supported", details_types)
        .with("acr_values_supported", signin::CLASSES)
        .with("claims_parameter_supported", true)
        .with("prompt_values_supported", PROMPTS)
        .with(
            "claims_supported",
            [
                "aud",
                "iss",
                "iat",
                "nbf",
                "exp",
                "sub",
                "oid",
                "tid",
                "sid",
                "ver",
                "uti",
                "nonce",
                "auth_time",
                "acr",
                "amr",
                "azp",
                "name",
                "given_name",
                "family_name",
                "preferred_username",
                "email",
                "roles",
                "groups",
            ],
        )
        .with("tenant_region_scope", directory::Value::Text("WW".to_owned()))
        .with("cloud_instance_name", host(home))
        .with("msgraph_host", host(home));
    with_certificates(oidc, body)
}

/// What is added where a listener asks for certificates (RFC 8705 §5, §3.3).
fn with_certificates(oidc: &Inner, mut body: Record) -> Record {
    let Some(certificates) = &oidc.certificates else { return body };
    const ALIASES: [&str; 6] = [
        "token_endpoint",
        "device_authorization_endpoint",
        "introspection_endpoint",
        "revocation_endpoint",
        "pushed_authorization_request_endpoint",
        "userinfo_endpoint",
    ];
    const METHODS: [&str; 3] = [
        "token_endpoint_auth_methods_supported",
        "introspection_endpoint_auth_methods_supported",
        "revocation_endpoint_auth_methods_supported",
    ];
    let home = &oidc.public_url;
    let alias = |name: &&str| {
        let path = body.text(name)?.strip_prefix(home.as_str())?;
        Some(((*name).to_owned(), directory::Value::from(format!("{}{path}", certificates.url))))
    };
    let aliases: Record = ALIASES.iter().filter_map(alias).collect();
    for name in METHODS {
        let mut methods: Vec<String> = body.texts(name).map(str::to_owned).collect();
        methods.extend(["tls_client_auth".to_owned(), "self_signed_tls_client_auth".to_owned()]);
        body.set(name, methods);
    }
    body.with("mtls_endpoint_aliases", aliases).with("tls_client_certificate_bound_access_tokens", true)
}

/// The types of authorization details that resources here understand (RFC 9396 §10).
fn details_types(desk: &Desk<'_>) -> Vec<String> {
    let mut types: Vec<String> = Vec::new();
    for app in desk.now.all(&APPLICATION) {
        let tags = app.get(schema::TAGS).unwrap_or_default();
        let named = tags.into_iter().filter_map(|tag| tag.strip_prefix("authorization_details_types_supported:"));
        for kind in named.flat_map(str::split_ascii_whitespace) {
            if types.len() < DETAILS_TYPES_MAX && !types.iter().any(|known| known == kind) {
                types.push(kind.to_owned());
            }
        }
    }
    types
}

/// `/discovery/v2.0/keys`: the public keys (RFC 7517 §5).
pub(crate) fn keys(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let set = desk.oidc.keys.jwks(desk.tenant, desk.at)?;
    Ok(answer::kept_for(answer::json_text(StatusCode::OK, set.to_string()), KEYS_FRESH_SECONDS))
}

/// `/common/discovery/instance`: that this host is an authority, asked by clients that do not know it.
pub(crate) fn instance(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    Ok(instance_of(&desk.oidc.public_url, &desk.tenant.to_string()))
}

pub(crate) fn instance_of(home: &str, tenant: &str) -> Response<Body> {
    let host = host(home);
    let cloud = Record::new().with("preferred_network", host).with("preferred_cache", host).with("aliases", [host]);
    let body = Record::new()
        .with("tenant_discovery_endpoint", format!("{home}/{tenant}/v2.0/.well-known/openid-configuration"))
        .with("api-version", "1.1")
        .with("metadata", vec![cloud]);
    answer::json(StatusCode::OK, &body)
}

fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, host)| host)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{HOME, PASSWORD, UPN, authorize_url, run};
    use crate::signer::tagged;
    use engine::testing::TENANT;
    use serde_json::json;

    #[test]
    fn discovery_names_what_is_there_and_never_a_plain_challenge() {
        run(|org| async move {
            for path in [
                "/common/v2.0/.well-known/openid-configuration".to_owned(),
                format!("/{TENANT}/.well-known/openid-configuration"),
                "/xyz.example/v2.0/.well-known/openid-configuration".to_owned(),
                "/.well-known/openid-configuration".to_owned(),
            ] {
                let answer = org.get(&path).await;
                assert_eq!(answer.status, 200, "{path}");
                let body = answer.json();
                assert_eq!(body["issuer"], format!("{HOME}/{TENANT}/v2.0"));
                assert_eq!(body["code_challenge_methods_supported"], json!(["S256"]));
                for name in ["authorization_endpoint", "token_endpoint", "jwks_uri", "device_authorization_endpoint"] {
                    assert!(body[name].as_str().unwrap().starts_with(HOME), "{name}");
                }
            }
            assert_eq!(org.get("/consumers/v2.0/.well-known/openid-configuration").await.code(), 90_002);
            let keys = org.get(&format!("/{TENANT}/discovery/v2.0/keys")).await.json();
            assert!(keys["keys"].as_array().unwrap().len() >= 2 && keys["keys"][0].get("d").is_none());
            let instance = org.get("/common/discovery/instance?api-version=1.1&authorization_endpoint=x").await.json();
            assert_eq!(instance["metadata"][0]["aliases"][0], "id.xyz.example:8443");
            assert_eq!(org.get("/common/oauth2/v2.0/token").await.status, 405);
        });
    }

    #[test]
    fn every_promise_of_discovery_is_kept() {
        run(|org| async move {
            let body = org.get(&format!("/{TENANT}/v2.0/.well-known/openid-configuration")).await.json();
            let texts = |name: &str| -> Vec<String> {
                let list = body[name].as_array().unwrap_or_else(|| panic!("no `{name}`"));
                list.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
            };
            for (name, value) in body.as_object().unwrap().iter().filter(|(name, _)| name.ends_with("_endpoint")) {
                let path = value.as_str().unwrap().strip_prefix(HOME).unwrap();
                assert_ne!(org.get(path).await.status, 404, "{name}");
            }
            for grant in texts("grant_types_supported") {
                let answer = org.token(&[("grant_type", &grant)]).await;
                assert_ne!(answer.field("error"), "unsupported_grant_type", "{grant}");
            }
            for grant in ["password", "implicit", "urn:ietf:params:oauth:grant-type:saml2-bearer"] {
                assert_eq!(org.token(&[("grant_type", grant)]).await.field("error"), "unsupported_grant_type");
            }
            org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            for mode in texts("response_modes_supported") {
                let answer = org.get(&authorize_url(&[("response_mode", &mode)])).await;
                let is_page = answer.status == 200 && answer.text.contains("action=\"http://localhost:5005\"");
                let is_sent = answer.status == 303 && answer.sent("error").is_none();
                assert!(is_page || is_sent, "{mode}: {} {}", answer.status, answer.text);
            }
            for prompt in texts("prompt_values_supported") {
                let answer = org.get(&authorize_url(&[("prompt", &prompt)])).await;
                assert!(answer.status == 200 || answer.sent("error").is_none(), "{prompt}");
            }
            for class in texts("acr_values_supported") {
                let answer = org.get(&authorize_url(&[("acr_values", &class)])).await;
                assert!(answer.status == 200 || answer.sent("code").is_some(), "{class}");
            }
            org.forget_cookies();
            let tokens = org.tokens().await;
            let id = org.claims(&tokens.field("id_token"));
            assert!(texts("id_token_signing_alg_values_supported").contains(&id.header().alg.name().to_owned()));
            for name in ["dpop_signing_alg_values_supported", "request_object_signing_alg_values_supported"] {
                assert!(texts(name).iter().all(|alg| alg != "none" && !alg.starts_with("HS")), "{name}");
            }
            assert!(texts("authorization_details_types_supported").is_empty());
            org.change(vec![tagged(0x25, &["authorization_details_types_supported:payment"])]).await;
            let body = org.get("/.well-known/openid-configuration").await.json();
            assert_eq!(body["authorization_details_types_supported"], json!(["payment"]));
        });
    }
}
