//! `castellan keys`: the keys that sign tokens, looked at, rotated, held and released.

use serde_json::{Value, json};

use crate::api::{Api, ApiError, Connection};

#[derive(clap::Subcommand, Clone, Debug)]
pub enum KeysCommand {
    /// Show every signing key and where it stands in its life.
    List {
        #[command(flatten)]
        connection: Connection,
        /// Print the outcome as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Let other keys sign from now on. The old ones verify for a week more.
    Rotate {
        #[command(flatten)]
        connection: Connection,
        /// Only the keys of this algorithm: ES256 or RS256.
        #[arg(long)]
        alg: Option<String>,
        /// The old keys are in somebody else's hands: nothing that they signed counts any more.
        #[arg(long)]
        compromised: bool,
    },
    /// Hold a key: it stays published and verifies until it is released.
    Retain {
        #[command(flatten)]
        connection: Connection,
        kid: String,
    },
    /// Release a key that was held.
    Release {
        #[command(flatten)]
        connection: Connection,
        kid: String,
    },
}

/// Run a sub-command.
pub async fn run_keys(command: KeysCommand) -> Result<bool, ApiError> {
    match command {
        KeysCommand::List { connection, json } => {
            let answer = Api::connect(&connection).await?.get("/beta/signingKeys").await?;
            if json {
                println!("{answer:#}");
            } else {
                answer.get("value").and_then(Value::as_array).into_iter().flatten().for_each(show);
            }
        }
        KeysCommand::Rotate { connection, alg, compromised } => {
            let mut body = json!({ "isCompromised": compromised });
            if let (Some(alg), Some(members)) = (alg, body.as_object_mut()) {
                members.insert("alg".to_owned(), alg.into());
            }
            Api::connect(&connection).await?.post("/beta/signingKeys/rotate", &body, "application/json").await?;
        }
        KeysCommand::Retain { connection, kid } => {
            Api::connect(&connection)
                .await?
                .post(&format!("/beta/signingKeys/{kid}/retain"), &json!({}), "application/json")
                .await?;
        }
        KeysCommand::Release { connection, kid } => {
            Api::connect(&connection)
                .await?
                .post(&format!("/beta/signingKeys/{kid}/release"), &json!({}), "application/json")
                .await?;
        }
    }
    Ok(true)
}

fn show(key: &Value) {
    let text = |name: &str| key.get(name).and_then(Value::as_str).unwrap_or("-");
    let held = if key.get("isRetained").and_then(Value::as_bool) == Some(true) { ", retained" } else { "" };
    println!(
        "{} {} {}{held}; verifies until {}",
        text("kid"),
        text("alg"),
        text("state"),
        text("verifiesUntilDateTime")
    );
}
