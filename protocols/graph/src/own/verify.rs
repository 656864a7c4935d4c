//! Whether the audit is whole: the chains of hashes over the log and over every stream of the journal, from end to end.

use directory::TenantId;
use engine::{ChainError, Fault, Store, verify_chain, verify_journal};
use schema::directory_audit::DIRECTORY_AUDIT;
use serde_json::{Value, json};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read::may_read;

/// The streams of the journal that are part of the audit.
const STREAMS: &[&str] = &["signIns", "provisioning", "deviceReports", engine::REFUSALS];
/// How many wrong rows are named; there are more if it is so many.
const NAMED_MAX: usize = 1_000;

pub async fn answer(exchange: &Exchange) -> Result<Reply, Error> {
    may_read(&exchange.view(), &DIRECTORY_AUDIT)?;
    let (store, tenant) = (exchange.engine.store().clone(), exchange.engine.tenant());
    // Reads every row there is: not on a thread that others wait for.
    let verified = tokio::task::spawn_blocking(move || verify(store.as_ref(), tenant)).await;
    let streams = verified.map_err(|_| Error::unavailable())?.map_err(|_| Error::unavailable())?;
    Ok(Reply::json(200, json!({ "value": streams }).to_string()))
}

fn verify(store: &dyn Store, tenant: TenantId) -> Result<Vec<Value>, Fault> {
    let told = |stream: &str, (rows, wrong): (u64, Vec<ChainError>)| {
        let wrong: Vec<String> = wrong.iter().take(NAMED_MAX).map(ToString::to_string).collect();
        json!({ "stream": stream, "rows": rows, "wrong": wrong })
    };
    let mut streams = vec![told("directory", verify_chain(store, tenant)?)];
    for stream in STREAMS {
        streams.push(told(stream, verify_journal(store, tenant, stream)?));
    }
    Ok(streams)
}
