//! `castellan demo`: a server with a small organisation in it, and one person's whole story told against it, over the same
//! doors that customers use. The people are sample data.

mod graph_client;
mod organisation;
mod package;
mod story;
mod tell;

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::config::{FirstStart, ServeOptions};
use crate::start;

/// Marks a folder that a demonstration made and may throw away.
const MARKER: &str = "this-is-a-demonstration";

#[derive(clap::Args, Clone, Debug)]
pub struct DemoOptions {
    /// Folder for the demonstration; emptied at every start.
    #[arg(long, default_value = "data/demo")]
    pub data: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:8443")]
    pub listen: SocketAddr,
    /// End after the story, successfully only if every step held.
    #[arg(long)]
    pub once: bool,
}

/// What the story knows from the start: where the server is and who may set it up.
pub struct Stage {
    pub url: String,
    pub tenant: String,
    pub ca_pem: String,
    pub bootstrap: PathBuf,
    pub client_id: String,
    pub client_secret: String,
    pub admin: String,
    pub admin_pass: String,
    pub folder: PathBuf,
}

/// Serve, seed, tell; true when every step held.
pub async fn run(options: DemoOptions) -> Result<bool, String> {
    let folder = std::path::absolute(&options.data).map_err(|e| e.to_string())?;
    clear(&folder)?;
    let server_data = folder.join("server");
    let running = start::start(serve_options(&options, &server_data)).await?;
    println!("listening on {}", running.public_url);
    let stage = stage(&running.public_url, &server_data, &folder)?;
    let told = story::tell(&stage).await;
    let held = match &told {
        Ok(steps) => {
            println!("\nEvery step held: {steps} of {steps}.");
            true
        }
        Err(why) => {
            eprintln!("\nThe story broke off: {why}");
            false
        }
    };
    if !options.once {
        println!("\nThe server stays up; its admin center is {}/admin", stage.url);
        println!("  administrator      {}", stage.admin);
        println!("  temporary pass     {} (good for one sign-in)", stage.admin_pass);
        println!("  client for scripts {}", stage.bootstrap.display());
        println!("  trust this CA      {}", server_data.join("tls").join("ca.pem").display());
        println!("Stop it with Ctrl-C.");
        start::wait_for_signal().await?;
    }
    running.stop().await;
    Ok(held)
}

fn serve_options(options: &DemoOptions, data: &Path) -> ServeOptions {
    ServeOptions {
        data: data.to_owned(),
        listen: options.listen,
        public_url: None,
        tls_certificate: None,
        tls_key: None,
        certificate_listen: None,
        certificate_url: None,
        smtp_url: None,
        outgoing_allow: Vec::new(),
        outgoing_ca: None,
        countries: None,
        passkey_roots: None,
        risk_networks: None,
        mail_from: "castellan@xyz.example".to_owned(),
        breached_passwords: None,
        first: FirstStart {
            org: "XYZ Ltd.".to_owned(),
            domain: "xyz.example".to_owned(),
            admin: None,
            bootstrap_client: true,
            another: false,
        },
    }
}

/// An empty folder of our own; somebody else's is left alone.
fn clear(folder: &Path) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("cannot prepare {}: {e}", folder.display());
    if folder.exists() {
        let is_ours = folder.join(MARKER).exists();
        let is_empty = std::fs::read_dir(folder).map_err(failed)?.next().is_none();
        if !is_ours && !is_empty {
            return Err(format!("{} holds something else; give another folder with --data", folder.display()));
        }
        std::fs::remove_dir_all(folder).map_err(failed)?;
    }
    std::fs::create_dir_all(folder).map_err(failed)?;
    std::fs::write(folder.join(MARKER), "Emptied whenever `castellan demo` starts.\n").map_err(failed)
}

fn stage(url: &str, server_data: &Path, folder: &Path) -> Result<Stage, String> {
    let bootstrap = server_data.join("bootstrap.json");
    let text = std::fs::read_to_string(&bootstrap).map_err(|e| e.to_string())?;
    let known: Value = serde_json::from_str(&text).map_err(|e| e.to_string())?;
    let say = |field: &str| {
        known.get(field).and_then(Value::as_str).map(str::to_owned).ok_or(format!("bootstrap.json lacks `{field}`"))
    };
    Ok(Stage {
        url: url.to_owned(),
        tenant: say("tenantId")?,
        ca_pem: std::fs::read_to_string(say("caFile")?).map_err(|e| e.to_string())?,
        client_id: say("clientId")?,
        client_secret: say("clientSecret")?,
        admin: say("adminUserPrincipalName")?,
        admin_pass: say("adminTemporaryAccessPass")?,
        bootstrap,
        folder: folder.to_owned(),
    })
}
