//! The server as the agent sees it: one HTTPS origin and the requests of agent-wire, each with its limit and time. Sessions are
//! opened as needed. It keeps nothing on disk and decides nothing about the device.

use std::sync::Arc;
use std::time::{Duration, Instant};

use agent_wire::limits::{
    ASSERTION_SECONDS, CHECK_IN_ANSWER_BYTES_MAX, RECONNECT_SECONDS_MAX, SILENCE_SECONDS_MAX, SMALL_BODY_BYTES_MAX,
};
use agent_wire::{
    APPROVALS_PATH, ApprovalDecision, ApprovalsAnswer, AssertionClaims, CHECK_IN_PATH, CheckIn, CheckInAnswer,
    DIAGNOSTICS_PATH, DecisionAnswer, ErrorBody, ErrorCode, JOIN_PATH, JoinAnswer, JoinRequest, NONCE_PATH,
    NonceAnswer, PACKAGES_PATH, RECOVERY_KEYS_PATH, RENEW_PATH, RecoveryKey, RenewAnswer, RenewRequest, SESSION_PATH,
    SessionAnswer, SessionRequest, TPM_CHALLENGE_PATH, TpmChallenge, TpmClaim,
};
use reqwest::{Method, RequestBuilder, Response, StatusCode, Url};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::error::AgentError;
use crate::key::{Certificate, DeviceKey, random_id};

/// How long a connection may take to open.
const CONNECT_SECONDS_MAX: u64 = 10;
/// How long a question and its answer may take, streams and packages apart.
const CALL_SECONDS_MAX: u64 = 60;
const CALL: Duration = Duration::from_secs(CALL_SECONDS_MAX);
/// A session token is not used in its last seconds.
const TOKEN_MARGIN_SECONDS: u64 = 20;

/// An HTTPS origin whose certificate is verified, always.
#[derive(Clone, Debug)]
pub struct Origin {
    base: Url,
    http: reqwest::Client,
}

impl Origin {
    /// `pinned_authorities` is PEM: then only these authorities may vouch for the server.
    pub fn new(server: &str, pinned_authorities: Option<&str>) -> Result<Self, AgentError> {
        let base = Url::parse(server).map_err(|_| AgentError::local(format!("`{server}` is not a URL")))?;
        if base.scheme() != "https" || base.host().is_none() || base.query().is_some() || !base.username().is_empty() {
            return Err(AgentError::local(format!("`{server}` is not a server's URL; it begins with `https://`")));
        }
        // The provider can only be installed once per process; somebody else may have.
        let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
        let mut builder = reqwest::Client::builder()
            .https_only(true)
            .redirect(reqwest::redirect::Policy::none())
            .connect_timeout(Duration::from_secs(CONNECT_SECONDS_MAX))
            .read_timeout(Duration::from_secs(SILENCE_SECONDS_MAX))
            .user_agent(concat!("castellan-agent/", env!("CARGO_PKG_VERSION")));
        if let Some(pem) = pinned_authorities {
            let authorities = reqwest::Certificate::from_pem_bundle(pem.as_bytes());
            let authorities = authorities.map_err(|_| AgentError::local("the CA file is not PEM".into()))?;
            if authorities.is_empty() {
                return Err(AgentError::local("the CA file has no certificate".into()));
            }
            builder = builder.tls_certs_only(authorities);
        }
        let http = builder.build().map_err(|e| AgentError::local(format!("cannot set up TLS: {}", causes(&e))))?;
        Ok(Self { base, http })
    }

    /// The server's URL without a trailing slash.
    #[must_use]
    pub fn url(&self) -> &str {
        self.base.as_str().trim_end_matches('/')
    }

    /// Whether a URL from the server stays at the server.
    #[must_use]
    pub fn owns(&self, url: &str) -> bool {
        Url::parse(url).is_ok_and(|url| url.origin() == self.base.origin())
    }

    pub(crate) fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}{path}", self.url()))
    }

    /// A JSON question and its JSON answer, of at most `answer_bytes_max`.
    async fn ask<A: DeserializeOwned>(
        &self,
        request: RequestBuilder,
        answer_bytes_max: usize,
    ) -> Result<A, AgentError> {
        let request = request.timeout(Duration::from_secs(CALL_SECONDS_MAX));
        let response = accepted(request.send().await.map_err(unreachable)?).await?;
        let body = body_up_to(response, answer_bytes_max).await?;
        serde_json::from_slice(&body).map_err(|e| AgentError::Unreachable(format!("its answer cannot be read: {e}")))
    }

    pub async fn join(&self, token: &str, request: &JoinRequest) -> Result<JoinAnswer, AgentError> {
        self.ask(self.request(Method::POST, JOIN_PATH).bearer_auth(token).json(request), SMALL_BODY_BYTES_MAX).await
    }

    /// What the device's TPM is to open before it joins with a join token.
    pub async fn tpm_challenge(&self, token: &str, claim: &TpmClaim) -> Result<TpmChallenge, AgentError> {
        let request = self.request(Method::POST, TPM_CHALLENGE_PATH).bearer_auth(token).json(claim);
        self.ask(request, SMALL_BODY_BYTES_MAX).await
    }

    /// A form post as OAuth has it; the caller reads success and failure itself.
    pub(crate) async fn post_form(
        &self,
        path: &str,
        form: &[(&str, &str)],
    ) -> Result<(StatusCode, Vec<u8>), AgentError> {
        let request = self.request(Method::POST, path).form(form).timeout(Duration::from_secs(CALL_SECONDS_MAX));
        let response = request.send().await.map_err(unreachable)?;
        let status = response.status();
        Ok((status, body_up_to(response, SMALL_BODY_BYTES_MAX).await?))
    }
}

/// The server, for a device that has joined.
#[derive(Debug)]
pub struct Server {
    pub origin: Origin,
    device_id: String,
    device_name: String,
    key: Arc<DeviceKey>,
    certificate: std::sync::RwLock<Certificate>,
    session: tokio::sync::Mutex<Option<Session>>,
}

#[derive(Debug)]
struct Session {
    token: String,
    ends: Instant,
}

impl Server {
    #[must_use]
    pub fn new(origin: Origin, device_id: &str, device_name: &str, key: DeviceKey, certificate: Certificate) -> Self {
        let session = tokio::sync::Mutex::new(None);
        let certificate = std::sync::RwLock::new(certificate);
        Self {
            origin,
            device_id: device_id.into(),
            device_name: device_name.into(),
            key: Arc::new(key),
            certificate,
            session,
        }
    }

    #[must_use]
    pub fn certificate(&self) -> Certificate {
        self.certificate.read().unwrap_or_else(std::sync::PoisonError::into_inner).clone()
    }

    pub async fn check_in(&self, report: &CheckIn) -> Result<CheckInAnswer, AgentError> {
        let request = || self.origin.request(Method::POST, CHECK_IN_PATH).json(report);
        self.ask_in_session(request, CHECK_IN_ANSWER_BYTES_MAX).await
    }

    /// The sign-ins of this device's person that wait to be approved.
    pub async fn approvals(&self) -> Result<ApprovalsAnswer, AgentError> {
        self.ask_in_session(|| self.origin.request(Method::GET, APPROVALS_PATH), SMALL_BODY_BYTES_MAX).await
    }

    /// Says what the person says to one of them.
    pub async fn decide(&self, id: &str, decision: &ApprovalDecision) -> Result<DecisionAnswer, AgentError> {
        let path = format!("{APPROVALS_PATH}/{id}");
        self.ask_in_session(|| self.origin.request(Method::POST, &path).json(decision), SMALL_BODY_BYTES_MAX).await
    }

    /// Hands the disk's recovery key over; when this is well, the server keeps it.
    pub async fn escrow(&self, key: &RecoveryKey) -> Result<(), AgentError> {
        let request = || self.origin.request(Method::POST, RECOVERY_KEYS_PATH).json(key).timeout(CALL);
        self.send_in_session(request).await.map(drop)
    }

    /// Hands collected logs over.
    pub async fn send_diagnostics(&self, id: &str, archive: Vec<u8>) -> Result<(), AgentError> {
        let mut url = self.origin.base.clone();
        // An id is one segment, whatever is in it.
        let segments = DIAGNOSTICS_PATH.split('/').filter(|segment| !segment.is_empty());
        if let Ok(mut path) = url.path_segments_mut() {
            path.pop_if_empty().extend(segments.chain([id]));
        }

        let request = || self.origin.http.post(url.clone()).body(archive.clone()).timeout(CALL);
        self.send_in_session(request).await.map(drop)
    }

    /// Asks for a new certificate for the same key; gives its PEM and what was read from it.
    pub async fn renew(&self) -> Result<(String, Certificate), AgentError> {
        let (key, name) = (self.key.clone(), self.device_name.clone());
        let body = RenewRequest { csr: signing(move || key.certificate_request(&name)).await? };
        let request = || self.origin.request(Method::POST, RENEW_PATH).json(&body);
        let answer: RenewAnswer = self.ask_in_session(request, SMALL_BODY_BYTES_MAX).await?;
        let certificate = self.key.own_certificate(&answer.certificate, &self.device_id)?;
        Ok((answer.certificate, certificate))
    }

    /// Uses a renewed certificate from the next session on.
    pub fn use_certificate(&self, certificate: Certificate) {
        *self.certificate.write().unwrap_or_else(std::sync::PoisonError::into_inner) = certificate;
    }

    /// The bytes of a package from `offset` on; the server may send the whole instead (status 200).
    pub async fn package(&self, sha256: &str, offset: u64) -> Result<Response, AgentError> {
        let request = || {
            let request = self.origin.request(Method::GET, &format!("{PACKAGES_PATH}/{sha256}"));
            if offset > 0 { request.header("range", format!("bytes={offset}-")) } else { request }
        };
        self.send_in_session(request).await
    }

    /// Opens the wake stream.
    pub async fn wake(&self, push_url: &str, held: Option<&str>) -> Result<Response, AgentError> {
        let mut url = Url::parse(push_url).map_err(|_| AgentError::local(format!("`{push_url}` is not a URL")))?;
        if let Some(version) = held {
            url.query_pairs_mut().append_pair("held", version);
        }
        self.send_in_session(|| self.origin.http.get(url.clone())).await
    }

    /// The session's token, for showing it elsewhere.
    pub async fn proof(&self) -> Result<String, AgentError> {
        self.token(None).await
    }

    async fn ask_in_session<A: DeserializeOwned>(
        &self,
        request: impl Fn() -> RequestBuilder,
        answer_bytes_max: usize,
    ) -> Result<A, AgentError> {
        let response = self.send_in_session(|| request().timeout(Duration::from_secs(CALL_SECONDS_MAX))).await?;
        let body = body_up_to(response, answer_bytes_max).await?;
        serde_json::from_slice(&body).map_err(|e| AgentError::Unreachable(format!("its answer cannot be read: {e}")))
    }

    /// Sends with the session's token; once more with a new session when the token is refused.
    async fn send_in_session(&self, request: impl Fn() -> RequestBuilder) -> Result<Response, AgentError> {
        let token = self.token(None).await?;
        let first = accepted(request().bearer_auth(&token).send().await.map_err(unreachable)?).await;
        match first {
            Err(AgentError::Refused { status: 401, code, .. }) if code != ErrorCode::DeviceUnknown => {
                let token = self.token(Some(&token)).await?;
                accepted(request().bearer_auth(token).send().await.map_err(unreachable)?).await
            }
            other => other,
        }
    }

    /// The session's token; a new session when there is none, it is about to end, or its token is the refused one.
    async fn token(&self, refused: Option<&str>) -> Result<String, AgentError> {
        let mut session = self.session.lock().await;
        if let Some(open) = session.as_ref()
            && open.ends > Instant::now()
            && refused != Some(open.token.as_str())
        {
            return Ok(open.token.clone());
        }
        let answer = match self.open_session().await {
            // The nonce may have expired on a slow way: once more, with a new one.
            Err(e) if e.code() == Some(ErrorCode::AssertionInvalid) => self.open_session().await?,
            other => other?,
        };
        let seconds = answer.expires_in.saturating_sub(TOKEN_MARGIN_SECONDS).min(24 * 60 * 60);
        *session =
            Some(Session { token: answer.access_token.clone(), ends: Instant::now() + Duration::from_secs(seconds) });
        Ok(answer.access_token)
    }

    async fn open_session(&self) -> Result<SessionAnswer, AgentError> {
        let nonce: NonceAnswer =
            self.origin.ask(self.origin.request(Method::POST, NONCE_PATH), SMALL_BODY_BYTES_MAX).await?;
        let claims = AssertionClaims {
            aud: format!("{}{SESSION_PATH}", self.origin.url()),
            iss: self.device_id.clone(),
            sub: self.device_id.clone(),
            nonce: nonce.nonce,
            iat: nonce.now_unix_seconds,
            exp: nonce.now_unix_seconds.saturating_add(ASSERTION_SECONDS),
            jti: random_id()?,
        };
        let (key, certificate) = (self.key.clone(), self.certificate());
        let body = SessionRequest { assertion: signing(move || key.assert(&certificate.der, &claims)).await? };
        self.origin.ask(self.origin.request(Method::POST, SESSION_PATH).json(&body), SMALL_BODY_BYTES_MAX).await
    }
}

/// A key in a TPM signs slowly: that must not hold up the rest.
async fn signing<T: Send + 'static>(
    sign: impl FnOnce() -> Result<T, AgentError> + Send + 'static,
) -> Result<T, AgentError> {
    let signed = tokio::task::spawn_blocking(sign).await;
    signed.map_err(|_| AgentError::local("signing was interrupted".into()))?
}

/// Passes a success on and turns a refusal into an error with the server's own words.
async fn accepted(response: Response) -> Result<Response, AgentError> {
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    let retry_after =
        response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.trim().parse::<u64>().ok());
    let body = body_up_to(response, SMALL_BODY_BYTES_MAX).await.unwrap_or_default();
    let (code, message) = match serde_json::from_slice::<ErrorBody>(&body) {
        Ok(body) => (body.error.code, crate::cut(&body.error.message, agent_wire::limits::DETAIL_BYTES_MAX)),
        Err(_) => (ErrorCode::Unknown, "it gave no reason".into()),
    };
    let retry_after_seconds = retry_after.map(|seconds| seconds.min(RECONNECT_SECONDS_MAX));
    Err(AgentError::Refused { status: status.as_u16(), code, message, retry_after_seconds })
}

async fn body_up_to(mut response: Response, max: usize) -> Result<Vec<u8>, AgentError> {
    let mut body = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        if body.len() + chunk.len() > max {
            return Err(AgentError::Unreachable(format!("its answer is larger than {max} bytes")));
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body)
}

pub(crate) fn unreachable(error: reqwest::Error) -> AgentError {
    AgentError::Unreachable(causes(&error.without_url()))
}

/// An error with all its causes in one line.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        text.push_str(": ");
        text.push_str(&inner.to_string());
        cause = inner.source();
    }
    text
}

/// Writes a value as the form in which it is sent; for sizes.
pub(crate) fn json_bytes<T: Serialize>(value: &T) -> usize {
    serde_json::to_vec(value).map_or(usize::MAX, |text| text.len())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_https_origins_are_servers() {
        for url in [
            "http://id.xyz.example",
            "id.xyz.example",
            "https://user@id.xyz.example",
            "https://id.xyz.example/?a=b",
            "file:///x",
        ] {
            assert!(Origin::new(url, None).is_err(), "{url}");
        }
        let origin = Origin::new("https://id.xyz.example/", None).unwrap();
        assert_eq!(origin.url(), "https://id.xyz.example");
        assert!(origin.owns("https://id.xyz.example/agent/v1/wake"));
        for foreign in
            ["https://id.xyz.example.evil.example/", "http://id.xyz.example/", "https://id.xyz.example:444/", "/agent"]
        {
            assert!(!origin.owns(foreign), "{foreign}");
        }
        assert!(Origin::new("https://id.xyz.example", Some("no pem")).is_err());
    }
}
