//! Graph as a client sees it: a base URL, a token, JSON in and out.

use std::time::Duration;

use reqwest::{Certificate, Client, Method, StatusCode};
use serde_json::Value;

/// A Graph client with somebody's token.
#[derive(Clone)]
pub struct GraphClient {
    pub http: Client,
    pub base: String,
    pub token: String,
}

/// An HTTP client that trusts only this server's authority.
pub fn http(ca_pem: &str) -> Result<Client, String> {
    let authorities = Certificate::from_pem_bundle(ca_pem.as_bytes()).map_err(|e| e.to_string())?;
    Client::builder().tls_certs_only(authorities).timeout(Duration::from_secs(60)).build().map_err(|e| e.to_string())
}

impl GraphClient {
    /// The same client with another token.
    pub fn with_token(&self, token: &str) -> GraphClient {
        GraphClient { token: token.to_owned(), ..self.clone() }
    }

    pub async fn get(&self, path: &str) -> Result<Value, String> {
        self.call(Method::GET, path, None).await
    }

    pub async fn post(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call(Method::POST, path, Some(body)).await
    }

    pub async fn patch(&self, path: &str, body: Value) -> Result<Value, String> {
        self.call(Method::PATCH, path, Some(body)).await
    }

    /// Create something and answer its id.
    pub async fn create(&self, path: &str, body: Value) -> Result<String, String> {
        let made = self.post(path, body).await?;
        made.get("id")
            .and_then(Value::as_str)
            .map(str::to_owned)
            .ok_or_else(|| format!("{path} answered without an id"))
    }

    /// Upload bytes.
    pub async fn upload(&self, path: &str, bytes: Vec<u8>) -> Result<Value, String> {
        let request = self
            .http
            .put(format!("{}{path}", self.base))
            .bearer_auth(&self.token)
            .header("content-type", "application/octet-stream")
            .body(bytes);
        self.answer(request, path).await.map(|(_, body)| body)
    }

    /// The status alone, for asking whether one still may.
    pub async fn status(&self, path: &str) -> Result<StatusCode, String> {
        let request = self.http.get(format!("{}{path}", self.base)).bearer_auth(&self.token);
        Ok(request.send().await.map_err(|e| e.to_string())?.status())
    }

    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, String> {
        let mut request = self.http.request(method, format!("{}{path}", self.base)).bearer_auth(&self.token);
        if path.contains("$count") || path.contains("$search") {
            request = request.header("consistencylevel", "eventual");
        }
        if let Some(body) = body {
            request = request.json(&body);
        }
        self.answer(request, path).await.map(|(_, body)| body)
    }

    async fn answer(&self, request: reqwest::RequestBuilder, path: &str) -> Result<(StatusCode, Value), String> {
        let response = request.send().await.map_err(|e| format!("{path}: {e}"))?;
        let status = response.status();
        let text = response.text().await.map_err(|e| format!("{path}: {e}"))?;
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok((status, body));
        }
        let why = body.pointer("/error/message").and_then(Value::as_str).unwrap_or(&text);
        Err(format!("{path} answered {status}: {why}"))
    }
}
