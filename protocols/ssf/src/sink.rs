//! From the outbox into the queue of a stream. An event that comes twice lies there once.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;

use engine::{Delivery, Engine, Sink};
use schema::shared_signals::{AUDIENCE, SHARED_SIGNALS_STREAM, STATUS};
use signin::signals::{About, EVENTS};

use crate::set::{self, Contents};
use crate::{Inner, queue};

pub(crate) struct Events(pub Arc<Inner>);

impl Sink for Events {
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move { take(&self.0, engine, &delivery) })
    }
}

fn take(inner: &Inner, engine: &Engine, delivery: &Delivery) -> Result<(), String> {
    let body = &delivery.body;
    let now = engine.snapshot();
    let stream = body.guid("stream").and_then(|id| now.find_a(&SHARED_SIGNALS_STREAM, id));
    // Deleted or ended since: nobody is told.
    let Some(stream) = stream.filter(|stream| stream.get(STATUS) != Some("disabled")) else { return Ok(()) };
    let about = body.record("about").and_then(About::from_record).ok_or("the event is about nobody")?;
    let event = EVENTS.iter().find(|known| body.text("event") == Some(**known)).ok_or("the event is unknown")?;
    let number = |name| body.int(name).and_then(|n| u64::try_from(n).ok()).ok_or("the event has no place");
    let contents = Contents {
        jti: delivery.id,
        audience: stream.get(AUDIENCE).unwrap_or_default(),
        at: engine.now(),
        txn: body.guid("txn"),
        sub_id: set::sub_id(inner, engine, &about),
        event,
        data: body.record("data").map(set::json_of).unwrap_or_default(),
    };
    let set = set::mint(inner, engine, &contents).map_err(|fault| fault.to_string())?;
    let place = (number("usn")?, number("order")?);
    queue::put(engine, stream.id, place, delivery.id, &set).map_err(|fault| fault.to_string())?;
    inner.ring(stream.id);
    Ok(())
}
