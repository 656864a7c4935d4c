//! The content of a packaged application: the bytes become a blob, and the application names it by its hash.

use directory::Record;
use engine::{OwnedVerb, Submission};
use schema::linux_package_app::LINUX_PACKAGE_APP;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::write::failed;

const ACTION: &str = "commitContent";

pub async fn upload(exchange: &Exchange) -> Result<Reply, Error> {
    let key = exchange.segments.get(2).map(crate::path::Segment::text).unwrap_or_default();
    let id = directory::id_from_text(&key).ok_or_else(|| Error::missing(&key))?;
    let view = exchange.view();
    let app = view.find(id).filter(|app| view.now().is_a(app, &LINUX_PACKAGE_APP));
    let app = app.ok_or_else(|| Error::missing(&key))?.clone();
    let action = exchange.engine.action(&LINUX_PACKAGE_APP, ACTION, false).ok_or_else(|| Error::segment("content"))?;
    if exchange.body.is_empty() {
        return Err(Error::bad("The package is empty; send its bytes as the body."));
    }
    // Asked before the bytes are kept: a stranger must not fill the disk.
    let question = (OwnedVerb::Action(ACTION.to_owned()), &LINUX_PACKAGE_APP, Some(app.id));
    let verb = directory::Verb::Action(ACTION);
    let act = directory::Act { verb, kind: &LINUX_PACKAGE_APP, target: Some(&app), changes: &[] };
    exchange.engine.allow(view.caller(), &act).map_err(|refusal| Error::refused(&refusal, Some(&LINUX_PACKAGE_APP)))?;

    let size = i64::try_from(exchange.body.len()).unwrap_or(i64::MAX);
    let sha256 = exchange.engine.blob_put(exchange.body.to_vec()).await.map_err(|_| Error::unavailable())?;
    let given = Record::new().with("sha256", sha256).with("size", size);
    let decide = action.decide;
    let submission = Submission::asking(view.caller(), "Upload application content", question, move |now, call| {
        decide(now, call, now.find(id), &given)
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&LINUX_PACKAGE_APP)))?;
    Ok(Reply::empty())
}
