//! client_credentials and introspection: how many a second, beside npm's `oidc-provider` on the same machine in the same run.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};

use crate::castellan::{Castellan, create, post};
use crate::load::{self, Load, Target};

/// Graph's application permission `User.Read.All`.
const USER_READ_ALL: &str = "df021288-bdef-4463-88db-98f22de89214";
/// Where the other provider's program stands.
const PROVIDER: &str = "bench/provider";
const PROVIDER_CLIENT: (&str, &str) = ("bench", "a-secret-that-only-this-run-knows-0123456789");

/// A server and the client that asks it for tokens.
pub struct Asking {
    target: Target,
    host: String,
    token_path: String,
    introspection_path: String,
    client: (String, String),
    scope: (&'static str, &'static str),
}

/// Ask Castellan, as a client that holds one permission at Graph, or as the bootstrap client, which holds all of them.
pub async fn castellan(server: &Castellan, holds_all: bool) -> Result<Asking, String> {
    let bootstrap = server.bootstrap()?;
    let client = if holds_all {
        (bootstrap.client_id.clone(), bootstrap.client_secret.clone())
    } else {
        client_of_one(&server.api().await?).await?
    };
    let base = format!("/{}/oauth2/v2.0", bootstrap.tenant);
    Ok(Asking {
        target: Target::new(&server.url, &bootstrap.ca_pem, server.process())?,
        host: server.url.trim_start_matches("https://").to_owned(),
        token_path: format!("{base}/token"),
        introspection_path: format!("{base}/introspect"),
        client,
        scope: ("scope", "https://graph.microsoft.com/.default"),
    })
}

impl Asking {
    pub async fn tokens(&self, connections: usize) -> Result<Load, String> {
        self.target.hold(connections, &self.token_request(self.scope), b"\"access_token\"").await
    }

    /// Now and then one, as an application asks that keeps its token until it ends.
    pub async fn tokens_every(&self, pause: Duration) -> Result<Load, String> {
        self.target.hold_every(1, &self.token_request(self.scope), b"\"access_token\"", pause).await
    }

    /// Tokens for the client itself are asked about by itself.
    pub async fn introspection(&self, connections: usize, scope: (&'static str, &str)) -> Result<Load, String> {
        let token = self.token(scope).await?;
        let (id, secret) = (self.client.0.as_str(), self.client.1.as_str());
        let form = [("client_id", id), ("client_secret", secret), ("token", token.as_str())];
        let request = load::post(&self.host, &self.introspection_path, "", &form);
        self.target.hold(connections, &request, b"\"active\":true").await
    }

    pub fn client_id(&self) -> &str {
        &self.client.0
    }

    async fn token(&self, scope: (&'static str, &str)) -> Result<String, String> {
        let mut line = self.target.connect().await?;
        let answer = line.ask(&self.token_request(scope)).await?;
        let body: Value = serde_json::from_slice(answer.body).map_err(|e| e.to_string())?;
        let token = body.get("access_token").and_then(Value::as_str);
        token.map(str::to_owned).ok_or_else(|| format!("no token: {body}"))
    }

    fn token_request(&self, scope: (&str, &str)) -> Vec<u8> {
        let (id, secret) = (self.client.0.as_str(), self.client.1.as_str());
        let form =
            [("grant_type", "client_credentials"), ("client_id", id), ("client_secret", secret), (scope.0, scope.1)];
        load::post(&self.host, &self.token_path, "", &form)
    }
}

/// An application with a secret that may read users and nothing else.
async fn client_of_one(api: &cli::Api) -> Result<(String, String), String> {
    let app = post(api, "/v1.0/applications", &json!({ "displayName": "Reader" })).await?;
    let text = |value: &Value, path: &str| {
        let found = value.pointer(path).and_then(Value::as_str);
        found.map(str::to_owned).ok_or_else(|| format!("an answer of Graph lacks {path}"))
    };
    let (id, app_id) = (text(&app, "/id")?, text(&app, "/appId")?);
    let principal = create(api, "/v1.0/servicePrincipals", &json!({ "appId": app_id })).await?;
    let secret = json!({ "passwordCredential": { "displayName": "bench" } });
    let secret = post(api, &format!("/v1.0/applications/{id}/addPassword"), &secret).await?;
    let graph = api.get("/v1.0/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'&$select=id");
    let graph = text(&graph.await.map_err(|e| e.to_string())?, "/value/0/id")?;
    let role = json!({ "principalId": principal, "resourceId": graph, "appRoleId": USER_READ_ALL });
    post(api, &format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments"), &role).await?;
    Ok((app_id, text(&secret, "/secretText")?))
}

/// The other provider, with a certificate of its own.
pub struct Provider {
    child: Child,
    url: String,
    certificate_pem: String,
}

impl Provider {
    /// Install it if it is not there, and start it. Absent where there is no Node.
    pub fn start(folder: &Path) -> Result<Option<Provider>, String> {
        if !Command::new("npm").arg("--version").stdout(Stdio::null()).status().is_ok_and(|status| status.success()) {
            return Ok(None);
        }
        if !Path::new(PROVIDER).join("node_modules").is_dir() {
            let installed =
                Command::new("npm").args(["ci", "--silent", "--no-progress"]).current_dir(PROVIDER).status();
            if !installed.is_ok_and(|status| status.success()) {
                return Err("npm cannot install oidc-provider".into());
            }
        }
        let tls = std::path::absolute(folder).map_err(|e| e.to_string())?;
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned()]).map_err(|e| e.to_string())?;
        let certificate_pem = made.cert.pem();
        std::fs::write(tls.join("server.pem"), &certificate_pem).map_err(|e| e.to_string())?;
        std::fs::write(tls.join("server.key"), made.signing_key.serialize_pem()).map_err(|e| e.to_string())?;
        let mut child = Command::new("node")
            .arg("provider.mjs")
            .args([PROVIDER_CLIENT.0, PROVIDER_CLIENT.1])
            .arg(tls)
            .current_dir(PROVIDER)
            .env("NODE_ENV", "production")
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("cannot start node: {e}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("node has no output")?).lines();
        let url = lines.find_map(|line| line.ok()?.strip_prefix("listening on ").map(str::to_owned));
        std::thread::spawn(move || lines.for_each(drop));
        match url {
            Some(url) => Ok(Some(Provider { child, url, certificate_pem })),
            None => {
                let _ = child.kill();
                Err("oidc-provider ended before it listened".into())
            }
        }
    }

    pub fn asking(&self) -> Result<Asking, String> {
        Ok(Asking {
            target: Target::new(&self.url, &self.certificate_pem, self.child.id().to_string())?,
            host: self.url.trim_start_matches("https://").to_owned(),
            token_path: "/token".into(),
            introspection_path: "/token/introspection".into(),
            client: (PROVIDER_CLIENT.0.into(), PROVIDER_CLIENT.1.into()),
            scope: ("resource", "urn:bench:api"),
        })
    }
}

impl Drop for Provider {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
