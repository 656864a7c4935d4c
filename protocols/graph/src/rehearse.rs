//! `Prefer: rehearse` on a request that would change something: what would happen, told as the audit would tell it, and
//! nothing does. A `$batch` is rehearsed as a whole, each request on top of those before it.
//!
//! `{ "isComplete": true, "value": [ directoryAudit … ], "provisioning": [ … ] }`: the commits that the request would make and
//! all that follows from them, oldest first. A request that would be refused is refused, in the same words; those of a `$batch`
//! that would be stand in `refused`, with their id, status and error; what its reading requests would be answered by then stands
//! in `answers`. Castellan's own.
//!
//! Whoever may read the audit may read this one. Deliberately absent: uploads and keys, which are no changes of the directory.

use directory::Record;
use engine::{Engine, JournalQuery};
use schema::directory_audit::DIRECTORY_AUDIT;
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::json::Json;
use crate::limits::{REHEARSALS_MAX, REHEARSED_MAX};
use crate::projection::Projection;
use crate::read::may_read;
use crate::{answer, audit};

static TURNS: Semaphore = Semaphore::const_new(REHEARSALS_MAX);

pub async fn answer(exchange: &Exchange) -> Result<Reply, Error> {
    may_read(&exchange.view(), &DIRECTORY_AUDIT)?;
    let _turn = TURNS.try_acquire().map_err(|_| Error::unavailable())?;
    let engine = exchange.engine.rehearse(u128::from_be_bytes(keys::random_bytes()));
    let told = told(exchange, &engine).await;
    engine.stop().await;
    told
}

async fn told(exchange: &Exchange, engine: &Engine) -> Result<Reply, Error> {
    // What is due at this very moment is not what the request leads to.
    engine.settled().await;
    let before = engine.snapshot().usn();
    let inner = Exchange { engine: engine.clone(), is_rehearsal: true, ..exchange.clone() };
    let reply = Box::pin(answer::really(&inner)).await?;
    if reply.status >= 400 {
        return Ok(reply);
    }
    engine.settled().await;
    let commits = engine.log(before, REHEARSED_MAX + 1).map_err(|_| Error::unavailable())?;
    let wanted = JournalQuery { limit: REHEARSED_MAX, ..JournalQuery::default() };
    let rows = engine.journal_read("provisioning", &wanted).map_err(|_| Error::unavailable())?;
    let view = inner.view();
    let printer = inner.printer(&view);
    let projection = Projection::parse(None, None)?;
    let context = "auditLogs/directoryAudits";
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, context);
    json.key("isComplete");
    json.bool(commits.len() <= REHEARSED_MAX);
    json.key("value");
    json.open_list();
    for commit in commits.iter().take(REHEARSED_MAX) {
        let row = audit::of_commit(view.now(), commit);
        printer.object(&mut json, &row, &DIRECTORY_AUDIT, &projection, context)?;
    }
    json.close_list();
    json.key("provisioning");
    json.open_list();
    let records: Vec<Record> = rows.into_iter().map(|(_, record)| record).collect();
    for record in &records {
        json.open();
        printer.fields(&mut json, record, None, &[]);
        json.close();
    }
    json.close_list();
    for (name, told) in [("refused", refused(&reply)), ("answers", answers(exchange, &reply))] {
        if !told.is_empty() {
            json.key(name);
            json.raw(&Value::from(told).to_string());
        }
    }
    json.close();
    Ok(Reply::json(200, json.into_text()).with("preference-applied", "rehearse".to_owned()))
}

/// The requests of a batch that would be refused.
fn refused(reply: &Reply) -> Vec<Value> {
    let told = |answer: &Value| {
        let error = answer.get("body").and_then(|body| body.get("error"));
        json!({ "id": answer.get("id"), "status": answer.get("status"), "error": error })
    };
    responses(reply).iter().filter(|answer| is_refused(answer)).map(told).collect()
}

/// What the requests of a batch that only read would be answered.
fn answers(exchange: &Exchange, reply: &Reply) -> Vec<Value> {
    let asked: Option<Value> = serde_json::from_slice(&exchange.body).ok();
    let requests = asked.as_ref().and_then(|asked| asked.get("requests")?.as_array());
    let reads: Vec<&Value> = requests
        .into_iter()
        .flatten()
        .filter(|request| {
            request.get("method").and_then(Value::as_str).is_some_and(|method| method.eq_ignore_ascii_case("GET"))
        })
        .filter_map(|request| request.get("id"))
        .collect();
    let is_read = |answer: &&Value| answer.get("id").is_some_and(|id| reads.contains(&id)) && !is_refused(answer);
    let told =
        |answer: &Value| json!({ "id": answer.get("id"), "status": answer.get("status"), "body": answer.get("body") });
    responses(reply).iter().filter(is_read).map(told).collect()
}

fn is_refused(answer: &Value) -> bool {
    answer.get("status").and_then(Value::as_u64).is_some_and(|status| status >= 400)
}

/// The answers to the requests of a batch; none where there was one request.
fn responses(reply: &Reply) -> Vec<Value> {
    let Content::Json(text) = &reply.content else { return Vec::new() };
    let answers: Option<Value> = serde_json::from_str(text).ok();
    let responses = answers.as_ref().and_then(|answers| answers.get("responses")?.as_array());
    responses.cloned().unwrap_or_default()
}
