//! The public API as the sub-commands use it: a token by client credentials, then Graph.

use std::path::{Path, PathBuf};
use std::time::Duration;

use reqwest::{Certificate, Client, Method};
use serde_json::Value;

/// The longest one request may take.
const REQUEST_MAX: Duration = Duration::from_secs(120);

/// Where the server is and who is asking. Everything can come from the file that a first start writes.
#[derive(clap::Args, Clone, Debug, Default)]
pub struct Connection {
    /// File written by `castellan serve --bootstrap-client` (bootstrap.json): server, tenant and credentials in one.
    #[arg(long, env = "CASTELLAN_BOOTSTRAP")]
    pub bootstrap: Option<PathBuf>,
    /// The server, `https://host:port`.
    #[arg(long, env = "CASTELLAN_SERVER")]
    pub server: Option<String>,
    /// The tenant's id or domain.
    #[arg(long, env = "CASTELLAN_TENANT")]
    pub tenant: Option<String>,
    /// The application (client) id.
    #[arg(long, env = "CASTELLAN_CLIENT_ID")]
    pub client_id: Option<String>,
    /// File that holds the client secret.
    #[arg(long, env = "CASTELLAN_CLIENT_SECRET_FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// Certificate authority of the server (PEM), if the system does not trust it.
    #[arg(long, env = "CASTELLAN_CA_FILE")]
    pub ca_file: Option<PathBuf>,
}

/// Why something could not be done, in words for the person at the desk.
#[derive(Debug)]
pub struct ApiError(pub String);

impl std::fmt::Display for ApiError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for ApiError {}

/// What the server answered, when it did what was asked.
#[derive(Debug)]
pub struct Answer {
    /// Where to look next, if it said so.
    pub location: Option<String>,
    pub body: Value,
}

/// An authorised client of one server.
#[derive(Clone)]
pub struct Api {
    client: Client,
    server: String,
    token: String,
    ca: Option<PathBuf>,
}

impl Api {
    /// Take a token and be ready.
    pub async fn connect(connection: &Connection) -> Result<Api, ApiError> {
        let known = match &connection.bootstrap {
            Some(path) => read_json(path)?,
            None => Value::Null,
        };
        let say = |given: &Option<String>, field: &str, option: &str| {
            given.clone().or_else(|| known.get(field)?.as_str().map(str::to_owned)).ok_or_else(|| {
                ApiError(format!("it is not known which {option} to use; give `--{option}` or `--bootstrap FILE`"))
            })
        };
        let server = say(&connection.server, "publicUrl", "server")?.trim_end_matches('/').to_owned();
        let tenant = say(&connection.tenant, "tenantId", "tenant")?;
        let client_id = say(&connection.client_id, "clientId", "client-id")?;
        let secret = match &connection.client_secret_file {
            Some(path) => read(path)?.trim().to_owned(),
            None => say(&None, "clientSecret", "client-secret-file")?,
        };
        let ca = connection.ca_file.clone().or_else(|| known.get("caFile")?.as_str().map(PathBuf::from));
        let client = client(ca.as_deref())?;
        let url = format!("{server}/{tenant}/oauth2/v2.0/token");
        let form = [
            ("grant_type", "client_credentials"),
            ("client_id", &client_id),
            ("client_secret", &secret),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        let answer = client.post(&url).form(&form).send().await.map_err(|e| unreachable(&server, &e))?;
        let status = answer.status();
        let body: Value =
            answer.json().await.map_err(|e| ApiError(format!("{server} did not answer as an API: {e}")))?;
        match body.get("access_token").and_then(Value::as_str) {
            Some(token) => Ok(Api { client, server, token: token.to_owned(), ca }),
            None => {
                let why = body.get("error_description").and_then(Value::as_str).unwrap_or("no reason given");
                Err(ApiError(format!("the server refused the client ({status}): {why}")))
            }
        }
    }

    /// The server, `https://host:port`.
    #[must_use]
    pub fn server(&self) -> &str {
        &self.server
    }

    /// The file of the authority that vouches for the server, where the system's do not.
    #[must_use]
    pub fn authority(&self) -> Option<&Path> {
        self.ca.as_deref()
    }

    pub async fn delete(&self, path: &str) -> Result<(), ApiError> {
        self.send(Method::DELETE, path, None, "application/json").await.map(drop)
    }

    pub async fn get(&self, path: &str) -> Result<Value, ApiError> {
        Ok(self.send(Method::GET, path, None, "application/json").await?.body)
    }

    /// Every item of a collection, page after page.
    pub async fn get_all(&self, path: &str) -> Result<Vec<Value>, ApiError> {
        let (mut items, mut next) = (Vec::new(), Some(path.to_owned()));
        while let Some(path) = next {
            let mut page = self.get(&path).await?;
            if let Some(Value::Array(values)) = page.get_mut("value").map(Value::take) {
                items.extend(values);
            }
            next = page.get("@odata.nextLink").and_then(Value::as_str).map(str::to_owned);
        }
        Ok(items)
    }

    pub async fn post(&self, path: &str, body: &Value, content_type: &str) -> Result<Answer, ApiError> {
        self.send(Method::POST, path, Some(body), content_type).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Result<Value, ApiError> {
        Ok(self.send(Method::PATCH, path, Some(body), "application/json").await?.body)
    }

    /// One request; the path may be absolute. A refusal becomes an error with the server's own words.
    async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        content_type: &str,
    ) -> Result<Answer, ApiError> {
        let url = if path.starts_with("https://") { path.to_owned() } else { format!("{}{path}", self.server) };
        let mut request = self.client.request(method, &url).bearer_auth(&self.token);
        if let Some(body) = body {
            request = request.header("content-type", content_type).body(body.to_string());
        }
        let answer = request.send().await.map_err(|e| unreachable(&self.server, &e))?;
        let status = answer.status();
        let location = answer.headers().get("location").and_then(|l| l.to_str().ok()).map(str::to_owned);
        let text = answer.text().await.map_err(|e| ApiError(format!("the answer of {url} broke off: {e}")))?;
        let body: Value = serde_json::from_str(&text).unwrap_or(Value::Null);
        if status.is_success() {
            return Ok(Answer { location, body });
        }
        let why = body.pointer("/error/message").and_then(Value::as_str).unwrap_or("no reason given");
        Err(ApiError(format!("the server answered {status}: {why}")))
    }
}

fn client(ca: Option<&Path>) -> Result<Client, ApiError> {
    // One crypto provider for the whole program; a second call finds it there.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let mut builder = Client::builder().timeout(REQUEST_MAX).https_only(true);
    if let Some(path) = ca {
        let pem = read(path)?;
        let authorities = Certificate::from_pem_bundle(pem.as_bytes())
            .map_err(|e| ApiError(format!("{} is not a PEM certificate: {e}", path.display())))?;
        builder = builder.tls_certs_only(authorities);
    }
    builder.build().map_err(|e| ApiError(format!("cannot prepare TLS: {e}")))
}

fn unreachable(server: &str, error: &reqwest::Error) -> ApiError {
    let mut why = error.to_string();
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        why = source.to_string();
        inner = source;
    }
    ApiError(format!("cannot reach {server}: {why}"))
}

fn read(path: &Path) -> Result<String, ApiError> {
    std::fs::read_to_string(path).map_err(|e| ApiError(format!("cannot read {}: {e}", path.display())))
}

fn read_json(path: &Path) -> Result<Value, ApiError> {
    serde_json::from_str(&read(path)?).map_err(|e| ApiError(format!("{} is not JSON: {e}", path.display())))
}
