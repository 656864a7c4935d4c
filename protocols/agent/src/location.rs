//! Where a device is, told once because an administrator asked: put aside for a day, never into the directory's log.

use agent_wire::{ActionState, CheckIn};
use devices::location::{KEPT, LOCATIONS, Location, is_asked, key};
use directory::Time;

use crate::device::DeviceSession;
use crate::problem::Problem;

/// Keep the location in a check-in. What nobody asked for is not kept.
pub(crate) fn keep(session: &DeviceSession, said: &CheckIn) -> Result<(), Problem> {
    let Some(managed) = session.managed() else { return Ok(()) };
    let found = said.actions.iter().filter(|result| result.state == ActionState::Done && is_asked(managed, &result.id));
    for told in found.filter_map(|result| result.location) {
        let degrees = |e7: i32| f64::from(e7) / 1e7;
        let location = Location {
            latitude: degrees(told.latitude_e7),
            longitude: degrees(told.longitude_e7),
            accuracy_meters: told.accuracy_meters.map(f64::from),
            altitude_meters: told.altitude_meters.map(f64::from),
            collected: Time::from_unix(told.collected_at_unix_seconds),
        };
        let (tickets, key) = (session.engine.tickets(), key(managed.id));
        tickets.take(LOCATIONS, &key)?;
        tickets.put(LOCATIONS, &key, Some(session.id), session.engine.now() + KEPT, &location.record())?;
    }
    Ok(())
}
