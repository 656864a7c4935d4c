//! `castellan audit verify`: asks the server to prove that no row of the audit was altered or removed.

use serde_json::Value;

use crate::api::{Api, ApiError, Connection};

#[derive(clap::Subcommand, Clone, Debug)]
pub enum AuditCommand {
    /// Check the chain of hashes over every commit, sign-in and refused attempt.
    Verify {
        #[command(flatten)]
        connection: Connection,
        /// Print the outcome as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Run a sub-command; true when the audit is whole.
pub async fn run_audit(command: AuditCommand) -> Result<bool, ApiError> {
    let AuditCommand::Verify { connection, json } = command;
    let api = Api::connect(&connection).await?;
    let answer = api.get("/beta/auditLogs/verify").await?;
    let streams = answer.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
    let mut is_whole = !streams.is_empty();
    if json {
        println!("{answer:#}");
    }
    for stream in &streams {
        let wrong = stream.get("wrong").and_then(Value::as_array).cloned().unwrap_or_default();
        is_whole &= wrong.is_empty();
        if json {
            continue;
        }
        let name = stream.get("stream").and_then(Value::as_str).unwrap_or("?");
        let rows = stream.get("rows").and_then(Value::as_u64).unwrap_or(0);
        println!("{name}: {rows} rows, {}", if wrong.is_empty() { "whole" } else { "NOT WHOLE" });
        wrong.iter().filter_map(Value::as_str).for_each(|what| println!("  {what}"));
    }
    Ok(is_whole)
}
