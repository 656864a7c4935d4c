//! The list of what is installed, in a check-in: kept once for all devices that say the same.

use std::time::Duration;

use agent_wire as wire;
use devices::software::{BYTES_MAX, KEPT_FOR, SHELF, Software, is_kept, reported, to_record};
use directory::{Decision, Id, Record};
use engine::Submission;
use schema::managed_device::MANAGED_DEVICE;

use crate::device::DeviceSession;
use crate::problem::Problem;

/// Different lists of one device that are kept within a day, each for a month. One more is passed over; the rest of what the device
/// says with it is heard.
const LISTS_MAX: usize = 24;
const SAID: &str = "softwareSaid";
const SAID_FOR: Duration = Duration::from_secs(86_400);

/// Keep a list, and that the device said it, unless it told of too many others today.
pub(crate) async fn take(session: &DeviceSession, managed: Id, said: &[wire::Software]) -> Result<(), Problem> {
    if !session.now.find_a(&MANAGED_DEVICE, managed).is_some_and(is_kept) {
        return Ok(());
    }
    let software =
        said.iter().cloned().map(|wire::Software { name, version, publisher }| Software { name, version, publisher });
    let record = to_record(software.collect());
    let bytes = directory::record_to_bytes(&record);
    if bytes.len() > BYTES_MAX {
        return Err(Problem::bad(format!("`software` is longer than its limit of {BYTES_MAX} bytes")));
    }
    let (engine, hash) = (&session.engine, keys::sha256(&bytes));
    let (tickets, until) = (engine.tickets(), engine.now() + KEPT_FOR);
    let said = format!("{managed}:{}", keys::base64url::encode(hash));
    let is_new = tickets.put(SAID, said.as_bytes(), Some(managed), engine.now() + SAID_FOR, &Record::new())?;
    if tickets.list(SAID, managed, LISTS_MAX + 1)?.len() > LISTS_MAX {
        if is_new {
            // What was not let in was not said: otherwise it would count as known when it is said again.
            tickets.take(SAID, said.as_bytes())?;
        }
        return Ok(());
    }
    // Said again, by this device or one like it: kept for longer.
    if !tickets.put(SHELF, &hash, None, until, &record)? {
        tickets.swap(SHELF, &hash, None, until, &record, &record)?;
    }
    let name = keys::base64url::encode(hash);
    let is_known = session.now.find_a(&MANAGED_DEVICE, managed).is_none_or(|object| reported(object, &name).is_none());
    if !is_known {
        let note = Submission::proven(&session.caller, "Report of software", move |now, _| {
            let change = now.find_a(&MANAGED_DEVICE, managed).and_then(|object| reported(object, &name));
            Ok(Decision::change(change.into_iter().collect()))
        });
        engine.submit(note).await?;
    }
    Ok(())
}
