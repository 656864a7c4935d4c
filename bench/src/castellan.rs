//! The built server as a child process: started on a folder and a free port, asked by its bootstrap client, stopped.

use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// Where the binary is, unless `CASTELLAN_BIN` says otherwise.
const BINARY: &str = "target/release/castellan";

/// A running server.
pub struct Castellan {
    child: Child,
    data: PathBuf,
    pub url: String,
    /// From the start of the process to `listening on`.
    pub ready_after: Duration,
}

/// What the first start wrote down.
pub struct Bootstrap {
    pub tenant: String,
    /// The organization's domain.
    pub domain: String,
    pub client_id: String,
    pub client_secret: String,
    pub ca_pem: String,
}

impl Castellan {
    /// The built binary, if it is there.
    pub fn binary() -> Result<PathBuf, String> {
        let path = std::env::var_os("CASTELLAN_BIN").map_or_else(|| PathBuf::from(BINARY), PathBuf::from);
        let path = std::path::absolute(path).map_err(|e| e.to_string())?;
        let missing =
            || format!("{} is not there: build it first (`make bench` does), or set CASTELLAN_BIN", path.display());
        path.is_file().then_some(()).ok_or_else(missing)?;
        Ok(path)
    }

    /// Start it on a data folder and wait until it listens.
    pub fn start(data: &Path) -> Result<Castellan, String> {
        let binary = Castellan::binary()?;
        let listen = format!("127.0.0.1:{}", free_port()?);
        let start = Instant::now();
        let mut child = Command::new(binary)
            .args(["serve", "--bootstrap-client", "--listen", &listen, "--data"])
            .arg(data)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|e| format!("cannot start castellan: {e}"))?;
        let mut lines = BufReader::new(child.stdout.take().ok_or("castellan has no output")?).lines();
        let listening = lines.find_map(|line| line.ok()?.strip_prefix("listening on ").map(str::to_owned));
        let ready_after = start.elapsed();
        // Whoever writes to a closed pipe dies of it.
        std::thread::spawn(move || lines.for_each(drop));
        match listening {
            Some(url) => Ok(Castellan { child, data: data.to_owned(), url, ready_after }),
            None => {
                let _ = child.kill();
                let status = child.wait().map_err(|e| e.to_string())?;
                Err(format!("castellan ended before it listened: {status}"))
            }
        }
    }

    /// Its process, as /proc names it.
    pub fn process(&self) -> String {
        self.child.id().to_string()
    }

    pub fn bootstrap(&self) -> Result<Bootstrap, String> {
        let text = std::fs::read_to_string(self.data.join("bootstrap.json")).map_err(|e| e.to_string())?;
        let known: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
        let say = |field: &str| {
            let value = known.get(field).and_then(Value::as_str);
            value.map(str::to_owned).ok_or_else(|| format!("bootstrap.json lacks `{field}`"))
        };
        let admin = say("adminUserPrincipalName")?;
        Ok(Bootstrap {
            tenant: say("tenantId")?,
            domain: admin.rsplit('@').next().unwrap_or_default().to_owned(),
            client_id: say("clientId")?,
            client_secret: say("clientSecret")?,
            ca_pem: std::fs::read_to_string(say("caFile")?).map_err(|e| e.to_string())?,
        })
    }

    /// A client with every application permission.
    pub async fn api(&self) -> Result<cli::Api, String> {
        let bootstrap = Some(self.data.join("bootstrap.json"));
        let connection = cli::Connection { bootstrap, server: Some(self.url.clone()), ..cli::Connection::default() };
        cli::Api::connect(&connection).await.map_err(|e| e.to_string())
    }

    /// Ask it to stop, as an operator does, and wait.
    pub fn stop(mut self) -> Result<(), String> {
        let told = Command::new("kill").args(["-TERM", &self.process()]).status().map_err(|e| e.to_string())?;
        if !told.success() {
            return Err("castellan could not be told to stop".into());
        }
        self.child.wait().map(drop).map_err(|e| e.to_string())
    }
}

/// A benchmark that breaks off leaves nothing running.
impl Drop for Castellan {
    fn drop(&mut self) {
        if matches!(self.child.try_wait(), Ok(None)) {
            let _ = self.child.kill();
            let _ = self.child.wait();
        }
    }
}

/// Create something over Graph and answer its id.
pub async fn create(api: &cli::Api, path: &str, body: &Value) -> Result<String, String> {
    let made = post(api, path, body).await?;
    let id = made.get("id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| format!("{path} answered without an id"))
}

pub async fn post(api: &cli::Api, path: &str, body: &Value) -> Result<Value, String> {
    let answer = api.post(path, body, "application/json").await;
    answer.map(|answer| answer.body).map_err(|e| format!("{path}: {e}"))
}

/// Upload people as `castellan hr import` does.
pub async fn import(api: &cli::Api, csv: &str) -> Result<(), String> {
    let (rows, mut bad) = cli::read_rows(csv.as_bytes())?;
    let outcome = cli::import(api, &rows, &|_| {}).await.map_err(|e| e.to_string())?;
    bad.extend(outcome.bad);
    match bad.first() {
        Some(row) => Err(format!("line {}, {}: {}", row.line, row.column, row.reason)),
        None => Ok(()),
    }
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind("127.0.0.1:0").map_err(|e| e.to_string())?;
    Ok(listener.local_addr().map_err(|e| e.to_string())?.port())
}
