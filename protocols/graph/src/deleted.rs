//! What was deleted and can be restored: `directory/deletedItems`.

use directory::{Change, Decision, Id, Kind, Refusal};
use engine::{OwnedVerb, Submission, View};

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::read;
use crate::resolve::{Entity, set_of};
use crate::write::{failed, words};

/// Remove what was deleted for good.
pub async fn purge(exchange: &Exchange, view: &View, id: Id, kind: &'static Kind) -> Result<(), Error> {
    let operation = format!("Hard delete {}", words(kind.name));
    let question = (OwnedVerb::Delete, kind, Some(id));
    let submission = Submission::asking(view.caller(), operation, question, move |now, _| {
        now.find_deleted(id).ok_or_else(|| Refusal::not_found(id))?;
        Ok(Decision::change(vec![Change::Purge { id }]))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(())
}

/// Bring back what was deleted, and answer it.
pub async fn restore(exchange: &Exchange, view: View, id: Id) -> Result<Reply, Error> {
    let object = view.now().find_deleted(id).ok_or_else(|| Error::missing(&id.to_string()))?;
    let kind = view.now().kind_of(object);
    let question = (OwnedVerb::Restore, kind, Some(id));
    let operation = format!("Restore {}", words(kind.name));
    let submission = Submission::asking(view.caller(), operation, question, move |now, _| {
        now.find_deleted(id).ok_or_else(|| Refusal::not_found(id))?;
        Ok(Decision::change(vec![Change::Restore { id }]))
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    drop(view);
    let view = exchange.view();
    let object = read::found(view.now(), id)?;
    let context = set_of(kind).map_or(kind.name, |set| set.path).to_owned();
    let entity = Entity { id, kind, context, workload: Workload::Directory, is_singleton: false, through: None };
    Ok(Reply::json(200, read::printed(exchange, &view, object, &entity)?))
}
