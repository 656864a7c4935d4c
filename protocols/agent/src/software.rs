//! The list of what is installed, in a check-in: kept once for all devices that say the same.

use std::time::Duration;

use agent_wire as wire;
use devices::software::{BYTES_MAX, KEPT_FOR, SHELF, Software, is_kept, reported, to_record};
use directory::{Decision, Id, Record};
use engine::Submission;
use schema::managed_device::MANAGED_DEVICE;

use crate::device::DeviceSession;
use crate::problem::Problem;

/// Different lists that one device may tell of within a day: each is kept for a month.
const LISTS_MAX: usize = 24;
const SAID: &str = "softwareSaid";
const SAID_FOR: Duration = Duration::from_secs(86_400);

/// Keep a list, and that the device said it.
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
    if is_new && tickets.list(SAID, managed, LISTS_MAX + 1)?.len() > LISTS_MAX {
        let why =
            format!("the device told of more than {LISTS_MAX} lists of software within a day; tell the next tomorrow");
        return Err(Problem::new(wire::ErrorCode::TooManyRequests, why));
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
