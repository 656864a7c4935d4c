//! `castellan hr import FILE.csv`: rides on the documented bulk upload, fifty people a request.

use std::path::PathBuf;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use crate::api::{Api, ApiError, Connection};
use crate::hr_file::{BadRow, HrRow, read_rows};

/// The documented limit of one bulk upload.
const OPERATIONS_MAX: usize = 50;
const BULK: &str = "urn:ietf:params:scim:api:messages:2.0:BulkRequest";

#[derive(clap::Subcommand, Clone, Debug)]
pub enum HrCommand {
    /// Create and update people from a CSV file of the HR system. Those who are not in it are left alone.
    Import {
        /// The file; its first row names the columns, `employeeId` is needed.
        file: PathBuf,
        #[command(flatten)]
        connection: Connection,
        /// Print the outcome as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// What an import came to.
#[derive(Debug, Default)]
pub struct ImportOutcome {
    pub created: usize,
    pub updated: usize,
    pub unchanged: usize,
    pub bad: Vec<BadRow>,
}

/// Run a sub-command; true when nothing was wrong.
pub async fn run_hr(command: HrCommand) -> Result<bool, ApiError> {
    let HrCommand::Import { file, connection, json } = command;
    let opened = std::fs::File::open(&file).map_err(|e| ApiError(format!("cannot read {}: {e}", file.display())))?;
    let (rows, bad) = read_rows(opened).map_err(|why| ApiError(format!("{}: {why}", file.display())))?;
    let api = Api::connect(&connection).await?;
    let bar = if json { ProgressBar::hidden() } else { ProgressBar::new(rows.len() as u64) };
    if let Ok(style) = ProgressStyle::with_template("{bar:40} {pos}/{len} people, {per_sec}, {eta} left") {
        bar.set_style(style);
    }
    let mut outcome = import(&api, &rows, &|done| bar.inc(done)).await?;
    bar.finish_and_clear();
    outcome.bad.extend(bad);
    outcome.bad.sort_by_key(|row| row.line);
    print(&outcome, json);
    Ok(outcome.bad.is_empty())
}

/// Upload rows; `progress` hears how many more are done.
pub async fn import(api: &Api, rows: &[HrRow], progress: &dyn Fn(u64)) -> Result<ImportOutcome, ApiError> {
    let job = find_job(api).await?;
    let mut outcome = ImportOutcome::default();
    for chunk in rows.chunks(OPERATIONS_MAX) {
        let operations: Vec<Value> = chunk
            .iter()
            .map(|row| json!({ "method": "POST", "bulkId": row.line.to_string(), "path": "/Users", "data": row.user }))
            .collect();
        let body = json!({ "schemas": [BULK], "Operations": operations });
        let path = format!("{job}/bulkUpload");
        let answer = api.post(&path, &body, "application/scim+json").await?;
        let Some(log) = answer.location else {
            return Err(ApiError("the server did not say where the provisioning log of the rows is".into()));
        };
        for record in &api.get_all(&log).await? {
            count(&mut outcome, record);
        }
        progress(chunk.len() as u64);
    }
    Ok(outcome)
}

/// The path of the job that takes HR records.
async fn find_job(api: &Api) -> Result<String, ApiError> {
    let principals =
        api.get("/v1.0/servicePrincipals?$filter=displayName eq 'HR inbound provisioning'&$select=id").await?;
    let principal = principals.pointer("/value/0/id").and_then(Value::as_str);
    let principal =
        principal.ok_or_else(|| ApiError("there is no service principal named `HR inbound provisioning`".into()))?;
    let jobs = api.get(&format!("/v1.0/servicePrincipals/{principal}/synchronization/jobs")).await?;
    let job = jobs.pointer("/value/0/id").and_then(Value::as_str);
    let job = job.ok_or_else(|| ApiError("`HR inbound provisioning` has no synchronization job".into()))?;
    Ok(format!("/v1.0/servicePrincipals/{principal}/synchronization/jobs/{job}"))
}

fn count(outcome: &mut ImportOutcome, record: &Value) {
    let text = |path: &str| record.pointer(path).and_then(Value::as_str).unwrap_or_default();
    if text("/provisioningStatusInfo/status").eq_ignore_ascii_case("failure") {
        outcome.bad.push(BadRow {
            line: text("/changeId").parse().unwrap_or(0),
            column: text("/provisioningStatusInfo/errorInformation/errorCode").to_owned(),
            reason: text("/provisioningStatusInfo/errorInformation/reason").to_owned(),
        });
        return;
    }
    let is_unchanged = record.get("modifiedProperties").and_then(Value::as_array).is_some_and(Vec::is_empty);
    match text("/provisioningAction") {
        "create" => outcome.created += 1,
        _ if is_unchanged => outcome.unchanged += 1,
        _ => outcome.updated += 1,
    }
}

fn print(outcome: &ImportOutcome, json: bool) {
    if json {
        let bad: Vec<Value> = outcome
            .bad
            .iter()
            .map(|row| json!({ "line": row.line, "column": row.column, "reason": row.reason }))
            .collect();
        let all = json!({
            "created": outcome.created, "updated": outcome.updated, "unchanged": outcome.unchanged, "bad": bad,
        });
        println!("{all:#}");
        return;
    }
    println!("{} created, {} updated, {} unchanged", outcome.created, outcome.updated, outcome.unchanged);
    for row in &outcome.bad {
        let column = if row.column.is_empty() { String::new() } else { format!(", {}", row.column) };
        eprintln!("line {}{column}: {}", row.line, row.reason);
    }
}
