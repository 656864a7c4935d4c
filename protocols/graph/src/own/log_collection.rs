//! Logs collected from a device: where they can be fetched, and their bytes. The address is no secret: whoever fetches shows
//! a token like for any other request.

use directory::{Decision, Id, Value};
use engine::{Submission, View};
use schema::device_log_collection_response::{DEVICE_LOG_COLLECTION_RESPONSE, LOG_MANAGED_DEVICE_ID, LOG_STATUS};

use crate::errors::Error;
use crate::exchange::{Content, Exchange, Reply};
use crate::json::Json;
use crate::path::Segment;
use crate::read;
use crate::write::failed;

/// `createDownloadUrl`.
pub fn address(exchange: &Exchange) -> Result<Reply, Error> {
    let (view, managed, id) = ready(exchange)?;
    let url =
        format!("{}/deviceManagement/managedDevices/{managed}/logCollectionRequests/{id}/content", exchange.base());
    let mut json = Json::new();
    json.open();
    exchange.printer(&view).context(&mut json, "Edm.String");
    json.member("value", &url);
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The archive. That it was read is written down.
pub async fn content(exchange: &Exchange) -> Result<Reply, Error> {
    let (view, _, id) = ready(exchange)?;
    let kept = exchange.engine.tickets().get(devices::diagnostics::SHELF, id.as_bytes());
    let kept = kept.map_err(|_| Error::unavailable())?.ok_or_else(|| Error::missing(&id.to_string()))?;
    let Some(Value::Bytes(sealed)) = kept.get("archive") else { return Err(Error::unavailable()) };
    let note = Submission::proven(view.caller(), "Read device logs", move |now, call| {
        Ok(Decision::change(devices::diagnostics::read(now, id, call.at)))
    });
    exchange.engine.submit(note).await.map_err(|failure| failed(&failure, Some(&DEVICE_LOG_COLLECTION_RESPONSE)))?;
    let purpose = devices::diagnostics::purpose(id);
    let archive = exchange.keys.open_sealed(exchange.engine.tenant(), &purpose, sealed);
    let archive = archive.map_err(|_| Error::unavailable())?;
    Ok(Reply { status: 200, headers: Vec::new(), content: Content::Bytes("application/gzip", archive.to_vec()) })
}

/// The request that the path names, if the caller may read it and its logs have come.
fn ready(exchange: &Exchange) -> Result<(View, Id, Id), Error> {
    let key = |at: usize| exchange.segments.get(at).map(Segment::text).unwrap_or_default();
    let missing = || Error::missing(&key(4));
    let (managed, id) = directory::id_from_text(&key(2)).zip(directory::id_from_text(&key(4))).ok_or_else(missing)?;
    let view = exchange.view();
    let request = view.now().find_a(&DEVICE_LOG_COLLECTION_RESPONSE, id).ok_or_else(missing)?;
    read::check_readable(&view, request)?;
    if request.get(LOG_MANAGED_DEVICE_ID) != Some(managed) {
        return Err(missing());
    }
    if request.get(LOG_STATUS) != Some("completed") {
        return Err(Error::bad("The logs have not come."));
    }
    Ok((view, managed, id))
}
