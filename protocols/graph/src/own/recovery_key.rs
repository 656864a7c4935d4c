//! The recovery key of a disk, read by name (`…/recoveryKeys/{id}?$select=key`): written down first, then opened.
//!
//! Everything else of it is answered like any other object.

use directory::{Id, Object, Value};
use engine::{Submission, View};
use schema::bitlocker_recovery_key::{BITLOCKER_RECOVERY_KEY, KEY, SEALED_KEY};

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::read;
use crate::resolve::Entity;
use crate::write::failed;

const CONTEXT: &str = "informationProtection/bitlocker/recoveryKeys";

/// Answer, if the key itself is asked for.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let is_asked = exchange.query.select.as_deref().unwrap_or_default().split(',').any(|name| name.trim() == "key");
    let id = exchange.segments.get(3).and_then(|segment| directory::id_from_text(&segment.text()));
    let id = id.filter(|_| is_asked)?;
    let view = exchange.view();
    // What was never escrowed has nothing to open: it is answered like any other object.
    view.now().find_a(&BITLOCKER_RECOVERY_KEY, id).filter(|object| object.has(SEALED_KEY.id))?;
    drop(view);
    Some(reading(exchange, id).await)
}

async fn reading(exchange: &Exchange, id: Id) -> Result<Reply, Error> {
    let view = exchange.view();
    found(&view, id)?;
    let note = Submission::proven(view.caller(), "Read BitLocker key", move |now, call| {
        devices::recovery_key::read(now, call, id)
    });
    exchange.engine.submit(note).await.map_err(|failure| failed(&failure, Some(&BITLOCKER_RECOVERY_KEY)))?;
    drop(view);

    let view = exchange.view();
    let object = found(&view, id)?;
    let sealed = object.get(SEALED_KEY).ok_or_else(Error::unavailable)?;
    let purpose = devices::recovery_key::purpose(id);
    let opened = exchange.keys.open_sealed(exchange.engine.tenant(), &purpose, &sealed);
    let opened = opened.map_err(|_| Error::unavailable())?;
    let key = std::str::from_utf8(&opened).map_err(|_| Error::unavailable())?;
    // The key is put into the answer and nowhere else.
    let shown = object.with(object.usn, &[(KEY.id, Some(Value::from(key)))]);
    let entity = Entity {
        id,
        kind: &BITLOCKER_RECOVERY_KEY,
        context: CONTEXT.to_owned(),
        workload: Workload::Directory,
        is_singleton: false,
        through: None,
    };
    Ok(Reply::json(200, read::printed(exchange, &view, &shown, &entity)?))
}

fn found(view: &View, id: Id) -> Result<&Object, Error> {
    let object = view.now().find_a(&BITLOCKER_RECOVERY_KEY, id).ok_or_else(|| Error::missing(&id.to_string()))?;
    read::check_readable(view, object)?;
    Ok(object)
}
