//! Which terms of use somebody has accepted: an acceptance counts for one person, for the version it was given to or a later
//! one that asks nobody again, until it expires; where the terms say so, for one device only.
//!
//! Who may write acceptances, and when they expire, stands in `governance`.

use directory::{Id, Object, Snapshot, Time, id_from_text};
use schema::agreement::{
    ACCEPTANCE_STATE, ACCEPTED_ON, ACCEPTED_SINCE, AGREEMENT, AGREEMENT_ACCEPTANCE, AGREEMENT_ID, EXPIRATION_DATE_TIME,
    IS_PER_DEVICE_ACCEPTANCE_REQUIRED, RECORDED_DATE_TIME, USER_ID,
};

/// The agreements that a person has accepted, as far as that counts at this time and on this device.
pub(crate) fn accepted(now: &Snapshot, at: Time, user: Id, device: Option<Id>) -> Vec<Id> {
    let given = now.by(USER_ID, user.to_string()).filter(|object| now.is_a(object, &AGREEMENT_ACCEPTANCE));
    given.filter_map(|acceptance| counts(now, at, acceptance, device)).collect()
}

fn counts(now: &Snapshot, at: Time, acceptance: &Object, device: Option<Id>) -> Option<Id> {
    let agreement = now.find_a(&AGREEMENT, id_from_text(acceptance.get(AGREEMENT_ID)?)?)?;
    let is_accepted = acceptance.get(ACCEPTANCE_STATE) == Some("accepted");
    let has_expired = acceptance.get(EXPIRATION_DATE_TIME).is_some_and(|end| end <= at);
    let is_outdated = agreement.get(ACCEPTED_SINCE) > acceptance.get(RECORDED_DATE_TIME);
    let is_here = !agreement.is(IS_PER_DEVICE_ACCEPTANCE_REQUIRED)
        || device.is_some_and(|device| acceptance.get(ACCEPTED_ON).and_then(id_from_text) == Some(device));
    (is_accepted && !has_expired && !is_outdated && is_here).then_some(agreement.id)
}
