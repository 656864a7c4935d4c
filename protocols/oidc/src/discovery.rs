//! Discovery: what a client needs to know before its first request (OpenID Connect Discovery 1.0, RFC 8414).

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use keys::Algorithm;
use schema::application::APPLICATION;

use crate::answer;
use crate::authorize::read::PROMPTS;
use crate::authorize::request::ResponseMode;
use crate::error::Problem;
use crate::request::Desk;
use crate::route::Route;

/// Clients may keep the keys for so long. The next key is published a week before it signs, so it is known in time; a
/// compromised one is forgotten soon.
const KEYS_FRESH_SECONDS: u32 = 300;
/// So many types of authorization details are listed.
const DETAILS_TYPES_MAX: usize = 64;

/// `/.well-known/openid-configuration`. Addresses carry the tenant as the request named it, as Entra's do; the issuer
/// always carries its id.
pub(crate) fn configuration(desk: &Desk<'_>, route: Route<'_>) -> Result<Response<Body>, Problem> {
    let home = &desk.oidc.public_url;
    let tenant = route.tenant.map_or_else(|| desk.tenant.to_string(), str::to_owned);
    let at = |path: &str| format!("{home}/{tenant}/{path}");
    let names = |algorithms: &[Algorithm]| algorithms.iter().map(|alg| alg.name()).collect::<Vec<_>>();
    let body = Record::new()
        .with("issuer", &desk.issuer)
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
        .with("authorization_details_types_supported", details_types(desk))
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
    Ok(answer::json(StatusCode::OK, &with_certificates(desk, body)))
}

/// What is added where a listener asks for certificates (RFC 8705 §5, §3.3).
fn with_certificates(desk: &Desk<'_>, mut body: Record) -> Record {
    let Some(certificates) = &desk.oidc.certificates else { return body };
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
    let home = &desk.oidc.public_url;
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
    let home = &desk.oidc.public_url;
    let host = host(home);
    let cloud = Record::new().with("preferred_network", host).with("preferred_cache", host).with("aliases", [host]);
    let body = Record::new()
        .with("tenant_discovery_endpoint", format!("{home}/{}/v2.0/.well-known/openid-configuration", desk.tenant))
        .with("api-version", "1.1")
        .with("metadata", vec![cloud]);
    Ok(answer::json(StatusCode::OK, &body))
}

fn host(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, host)| host)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{HOME, run};
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
}
