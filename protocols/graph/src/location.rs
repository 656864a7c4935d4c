//! Where a device is, beside the result of the action that asked: only where one device is read, and only as long as it is kept.

use directory::Object;
use engine::View;
use schema::managed_device::MANAGED_DEVICE;

use crate::errors::Error;
use crate::exchange::Exchange;

/// The object with its location in it, where it is a device that somebody located.
pub fn shown(exchange: &Exchange, view: &View, object: &Object) -> Result<Option<Object>, Error> {
    if !view.now().is_a(object, &MANAGED_DEVICE) {
        return Ok(None);
    }
    let tickets = exchange.engine.tickets();
    let kept = tickets.get(devices::location::LOCATIONS, &devices::location::key(object.id));
    let kept = kept.map_err(|_| Error::unavailable())?;
    Ok(kept.and_then(|location| devices::location::shown(object, &location)))
}
