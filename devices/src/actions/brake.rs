//! The brake: how many devices may be wiped or retired within a while. A mistake, or a stolen account, stops there until
//! somebody raises the limit on purpose (`deviceManagement.bulkActionLimit`).
//!
//! What people ask of their own devices, or their leaving does, is not counted.

use std::time::Duration;

use directory::{Change, Record, Refusal, Snapshot, Time};
use schema::device_management::{BULK_ACTION_LIMIT, DESTRUCTIVE_ACTIONS, DEVICE_MANAGEMENT};

use super::RemoteAction;

/// Where the organisation has set nothing.
pub const DEVICES_MAX_DEFAULT: i64 = 100;
pub const WITHIN_HOURS_DEFAULT: i64 = 24;
/// The longest while that is looked back: a week. Counts are kept by the hour.
const WITHIN_HOURS_MAX: i64 = 168;
const HOUR_SECONDS: i64 = 3_600;

/// Count so many more devices; the change that remembers it. Refused when that is too many.
pub(super) fn count(now: &Snapshot, at: Time, action: RemoteAction, devices: usize) -> Result<Option<Change>, Refusal> {
    let Some(tenant) = now.all(&DEVICE_MANAGEMENT).next().filter(|_| action.is_an_end() && devices > 0) else {
        return Ok(None);
    };
    let limit = tenant.get(BULK_ACTION_LIMIT).unwrap_or_default();
    let devices_max = limit.int("maximumDevices").unwrap_or(DEVICES_MAX_DEFAULT).max(0);
    let hours = limit.int("withinHours").unwrap_or(WITHIN_HOURS_DEFAULT).clamp(1, WITHIN_HOURS_MAX);
    let hour = Time::from_unix(at.unix() - at.unix().rem_euclid(HOUR_SECONDS));
    let kept_from = at - Duration::from_secs((WITHIN_HOURS_MAX * HOUR_SECONDS).unsigned_abs());
    let counted_from = at - Duration::from_secs((hours * HOUR_SECONDS).unsigned_abs());
    let mut counts = tenant.get(DESTRUCTIVE_ACTIONS).unwrap_or_default();
    counts.retain(|count| count.time("hour").is_some_and(|hour| hour > kept_from));
    let counted = counts.iter().filter(|count| count.time("hour").is_some_and(|hour| hour > counted_from));
    let before: i64 = counted.filter_map(|count| count.int("devices")).sum();
    let devices = i64::try_from(devices).unwrap_or(i64::MAX);
    if before.saturating_add(devices) > devices_max {
        return Err(Refusal::limit(format!(
            "{before} devices were asked to be wiped or retired within {hours} hours, and {devices_max} may be; \
             if {devices} more are meant, raise `bulkActionLimit` of deviceManagement"
        )));
    }
    match counts.iter_mut().find(|count| count.time("hour") == Some(hour)) {
        Some(count) => count.set("devices", count.int("devices").unwrap_or(0) + devices),
        None => counts.push(Record::new().with("hour", hour).with("devices", devices)),
    }
    Ok(Some(Change::set(tenant.id, DESTRUCTIVE_ACTIONS, counts)))
}
