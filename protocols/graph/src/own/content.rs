//! The content of a packaged application, or of a release of the agent: the bytes become a blob, and the object names it by its
//! hash.

use directory::{Kind, Record};
use engine::{OwnedVerb, Submission};
use schema::agent_release::AGENT_RELEASE;
use schema::linux_package_app::LINUX_PACKAGE_APP;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::write::failed;

const ACTION: &str = "commitContent";

pub async fn of_application(exchange: &Exchange) -> Result<Reply, Error> {
    upload(exchange, &LINUX_PACKAGE_APP, "Upload application content").await
}

pub async fn of_release(exchange: &Exchange) -> Result<Reply, Error> {
    upload(exchange, &AGENT_RELEASE, "Upload agent release").await
}

async fn upload(exchange: &Exchange, kind: &'static Kind, operation: &'static str) -> Result<Reply, Error> {
    let key = exchange.segments.get(2).map(crate::path::Segment::text).unwrap_or_default();
    let id = directory::id_from_text(&key).ok_or_else(|| Error::missing(&key))?;
    let view = exchange.view();
    let app = view.find(id).filter(|app| view.now().is_a(app, kind));
    let app = app.ok_or_else(|| Error::missing(&key))?.clone();
    let action = exchange.engine.action(kind, ACTION, false).ok_or_else(|| Error::segment("content"))?;
    if exchange.body.is_empty() {
        return Err(Error::bad("The package is empty; send its bytes as the body."));
    }
    // Asked before the bytes are kept: a stranger must not fill the disk.
    let question = (OwnedVerb::Action(ACTION.to_owned()), kind, Some(app.id));
    let verb = directory::Verb::Action(ACTION);
    let act = directory::Act { verb, kind, target: Some(&app), changes: &[] };
    exchange.engine.allow(view.caller(), &act).map_err(|refusal| Error::refused(&refusal, Some(kind)))?;

    let size = i64::try_from(exchange.body.len()).unwrap_or(i64::MAX);
    let sha256 = exchange.engine.blob_put(exchange.body.to_vec()).await.map_err(|_| Error::unavailable())?;
    let given = Record::new().with("sha256", sha256).with("size", size);
    let decide = action.decide;
    let submission = Submission::asking(view.caller(), operation, question, move |now, call| {
        decide(now, call, now.find(id), &given)
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(Reply::empty())
}
