//! Signing a person in on a device without a browser: the device authorization grant (RFC 8628) at the server's own endpoints.
//! The access token that comes of it is used for one join and kept nowhere.

use std::time::{Duration, Instant};

use agent_wire::{AGENT_CLIENT_ID, agent_scope};
use serde::Deserialize;

use crate::error::AgentError;
use crate::server::Origin;

/// What to tell the person.
#[derive(Clone, Debug, Deserialize)]
pub struct Prompt {
    pub user_code: String,
    pub verification_uri: String,
    #[serde(default)]
    pub message: Option<String>,
}

#[derive(Deserialize)]
struct DeviceCode {
    device_code: String,
    expires_in: u64,
    /// RFC 8628 §3.2: five seconds when absent.
    #[serde(default = "five")]
    interval: u64,
    #[serde(flatten)]
    prompt: Prompt,
}

fn five() -> u64 {
    5
}

#[derive(Deserialize)]
struct Token {
    access_token: String,
}

#[derive(Deserialize)]
struct OAuthError {
    error: String,
    #[serde(default)]
    error_description: String,
}

/// The longest wait for a person, whatever the server allows.
const WAIT_SECONDS_MAX: u64 = 30 * 60;

/// Asks for a code, shows it, and waits until the person has signed in elsewhere. `tenant` is a tenant id, a domain or
/// `organizations`.
pub async fn sign_in(origin: &Origin, tenant: &str, show: impl FnOnce(&Prompt)) -> Result<String, AgentError> {
    let is_plain = tenant.chars().all(|c| c.is_ascii_alphanumeric() || c == '.' || c == '-');
    if !is_plain || !tenant.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return Err(AgentError::local(format!("`{tenant}` is not a tenant id or domain")));
    }
    let scope = agent_scope(origin.url());
    let path = format!("/{tenant}/oauth2/v2.0/devicecode");
    let (status, body) = origin.post_form(&path, &[("client_id", AGENT_CLIENT_ID), ("scope", &scope)]).await?;
    let code: DeviceCode =
        if status.is_success() { parse(&body)? } else { return Err(refused(status.as_u16(), &body)) };
    show(&code.prompt);

    let path = format!("/{tenant}/oauth2/v2.0/token");
    let grant = [
        ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
        ("client_id", AGENT_CLIENT_ID),
        ("device_code", code.device_code.as_str()),
    ];
    let ends = Instant::now() + Duration::from_secs(code.expires_in.min(WAIT_SECONDS_MAX));
    let mut interval = Duration::from_secs(code.interval.clamp(1, 60));
    while Instant::now() < ends {
        tokio::time::sleep(interval).await;
        let (status, body) = origin.post_form(&path, &grant).await?;
        if status.is_success() {
            return parse::<Token>(&body).map(|token| token.access_token);
        }
        match parse::<OAuthError>(&body).map(|e| e.error).unwrap_or_default().as_str() {
            "authorization_pending" => {}
            // RFC 8628 §3.5: five seconds more, for all later questions.
            "slow_down" => interval += Duration::from_secs(5),
            _ => return Err(refused(status.as_u16(), &body)),
        }
    }
    Err(AgentError::local("the code has expired before anybody signed in; start again".into()))
}

fn parse<T: serde::de::DeserializeOwned>(body: &[u8]) -> Result<T, AgentError> {
    serde_json::from_slice(body).map_err(|_| AgentError::Unreachable("its answer cannot be read".into()))
}

fn refused(status: u16, body: &[u8]) -> AgentError {
    let message = parse::<OAuthError>(body).map_or_else(
        |_| "it gave no reason".into(),
        |e| if e.error_description.is_empty() { e.error } else { e.error_description },
    );
    AgentError::Refused { status, code: agent_wire::ErrorCode::Unknown, message, retry_after_seconds: None }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::test_server::{PERSON_TOKEN, TestServer};

    async fn outcome(code_errors: &[&'static str]) -> Result<String, AgentError> {
        let server = TestServer::start().await;
        server.world().code_errors = code_errors.to_vec();
        let origin = Origin::new(&server.url, Some(&server.ca_pem)).unwrap();
        let mut shown = String::new();
        let token = sign_in(&origin, "xyz.example", |prompt| shown = prompt.user_code.clone()).await;
        assert_eq!(shown, "ABCD-EFGH");
        token
    }

    #[tokio::test]
    async fn a_person_who_signs_in_elsewhere_lets_the_device_in() {
        assert_eq!(outcome(&["authorization_pending"]).await.unwrap(), PERSON_TOKEN);
    }

    #[tokio::test]
    async fn a_person_who_declines_ends_it_with_the_servers_words() {
        let refused = outcome(&["authorization_declined"]).await.unwrap_err();
        assert_eq!(refused.to_string(), "the server refused (400): because authorization_declined");
    }

    #[tokio::test]
    async fn a_tenant_that_would_change_the_path_is_refused() {
        let origin = Origin::new("https://id.xyz.example", None).unwrap();
        for tenant in ["", "..", "../x", "a/b", "a?b"] {
            assert!(matches!(sign_in(&origin, tenant, |_| ()).await, Err(AgentError::Local(_))), "{tenant}");
        }
    }
}
