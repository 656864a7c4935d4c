//! Where a device is, once somebody asked: in Graph's words, for a day, and nowhere but beside the result of the action that
//! asked. The person whose device it is is told that somebody asked.
//!
//! It is not a change of the directory: what the log keeps, it keeps for ever. Deliberately absent: a history, and a location
//! that nobody asked for.

use std::time::Duration;

use directory::{Effect, Id, Object, Record, Snapshot, Time, Value, id_from_text};
use schema::managed_device::{DEVICE_ACTION_RESULTS, DEVICE_NAME};
use schema::user::USER;
use schema::{DISPLAY_NAME, MAIL, USER_ID, USER_PRINCIPAL_NAME};

use crate::actions::RemoteAction;

/// The shelf of tickets where locations are kept, each by [`key`], in the words of Graph's `deviceGeoLocation`.
pub const LOCATIONS: &str = "deviceLocations";
/// How long one is kept.
pub const KEPT: Duration = Duration::from_secs(24 * 3_600);
/// The outbox topic of the message to the person: `{to, subject, text}`.
pub const LOCATION_NOTICE: &str = "deviceLocationNotice";

/// What a device found out; degrees north and east (WGS 84), metres.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Location {
    pub latitude: f64,
    pub longitude: f64,
    /// How far it may be wrong.
    pub accuracy_meters: Option<f64>,
    pub altitude_meters: Option<f64>,
    pub collected: Time,
}

impl Location {
    /// As Graph writes it.
    #[must_use]
    pub fn record(&self) -> Record {
        Record::new()
            .with("latitude", self.latitude)
            .with("longitude", self.longitude)
            .with_some("horizontalAccuracy", self.accuracy_meters)
            .with_some("altitude", self.altitude_meters)
            .with("lastCollectedDateTime", self.collected)
    }
}

/// By what the location of a managed device is kept.
#[must_use]
pub fn key(managed: Id) -> [u8; 16] {
    *managed.as_bytes()
}

/// Whether this action waits for the device and asks where it is.
#[must_use]
pub fn is_asked(managed: &Object, action: &str) -> bool {
    let waiting = crate::actions::pending(managed);
    waiting.iter().any(|waiting| waiting.id == action && waiting.action == RemoteAction::LocateDevice)
}

/// The device with its location beside the result of the action that asked for it; nothing, where that action has not been done.
#[must_use]
pub fn shown(managed: &Object, location: &Record) -> Option<Object> {
    let mut results = managed.get(DEVICE_ACTION_RESULTS).unwrap_or_default();
    let located = results.iter_mut().find(|result| {
        result.text("actionName") == Some(RemoteAction::LocateDevice.name())
            && result.text("actionState") == Some("done")
    })?;
    let of_it = located
        .iter()
        .fold(Record::new().with("@odata.type", "#microsoft.graph.locateDeviceActionResult"), |all, (name, value)| {
            all.with(name, value.clone())
        });
    *located = of_it.with("deviceLocation", location.clone());
    Some(managed.with(managed.usn, &[(DEVICE_ACTION_RESULTS.id, Some(Value::from(results)))]))
}

/// The message to the person whose device it is.
pub(crate) fn notice(now: &Snapshot, managed: &Object) -> Option<Effect> {
    let person = managed.get(USER_ID).and_then(id_from_text).and_then(|id| now.find_a(&USER, id))?;
    let to = person.get(MAIL).or_else(|| person.get(USER_PRINCIPAL_NAME)).filter(|address| address.contains('@'))?;
    let name = person.get(DISPLAY_NAME).unwrap_or_default();
    let device = managed.get(DEVICE_NAME).map_or_else(|| managed.id.to_string(), str::to_owned);
    let text = format!(
        "Hello {name},\n\nyour organization asked the device {device}, which it owns and you use, where it is. If the device \
         knows, it answers once; the answer is forgotten after a day.\n\nIf you have not lost the device, ask your \
         administrators why.\n"
    );
    let subject = format!("Your organization asked where {device} is");
    let body = Record::new().with("to", to).with("subject", subject).with("text", text);
    Some(Effect { topic: LOCATION_NOTICE, not_before: None, body })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Change;

    use super::*;
    use crate::world::World;

    #[test]
    fn a_location_stands_beside_the_result_that_it_belongs_to() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let result = |name: &str, state: &str| Record::new().with("actionName", name).with("actionState", state);
        let location = Location {
            latitude: 52.5,
            longitude: 13.4,
            accuracy_meters: Some(30.0),
            altitude_meters: None,
            collected: w.at,
        };
        for (state, is_there) in [("pending", false), ("failed", false), ("done", true)] {
            let results = vec![result("syncDevice", "done"), result("locateDevice", state)];
            w.done(vec![Change::set(laptop, DEVICE_ACTION_RESULTS, results)]);
            let shown = shown(w.get(laptop), &location.record());
            assert_eq!(shown.is_some(), is_there, "{state}");
            if let Some(shown) = shown {
                let results = shown.get(DEVICE_ACTION_RESULTS).unwrap();
                assert_eq!(results[0].get("deviceLocation"), None);
                assert_eq!(results[1].record("deviceLocation"), Some(&location.record()));
                assert_eq!(results[1].text("actionState"), Some("done"));
            }
        }
    }
}
