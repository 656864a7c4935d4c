//! Recovery keys of encrypted disks: escrowed by devices, read by people; every reading is a commit, so that the audit has it.
//!
//! Deliberately absent: the key in the clear. The protocol seals it before it comes here and opens it after the reading is
//! written down.

use directory::{Call, Change, Decision, Id, Object, Refusal, Snapshot};
use schema::CREATED_DATE_TIME;
use schema::bitlocker_recovery_key::{
    BITLOCKER_RECOVERY_KEY, ESCROW_ID, KEY_DEVICE_ID, LAST_READ_DATE_TIME, OPENS_DISK_OF, READ_COUNT, SEALED_KEY,
    VOLUME_TYPE,
};
use schema::device::{DEVICE, DEVICE_ID};

/// How many keys of a device are kept: a disk restored from a backup still opens with a former one.
pub const KEYS_MAX: usize = 20;

/// A key that a device hands over.
#[derive(Clone, Debug)]
pub struct Escrow {
    /// The object to keep it as, to which the sealed text is bound.
    pub id: Id,
    /// The device's own name for the key.
    pub made: String,
    /// Graph `volumeType`.
    pub volume: &'static str,
    pub sealed: Vec<u8>,
}

/// What a key is sealed for.
#[must_use]
pub fn purpose(id: Id) -> String {
    format!("recovery key {id}")
}

/// Keep a key of this directory device; the same key again is kept already.
pub fn escrow(now: &Snapshot, call: &Call<'_>, device: Id, escrow: &Escrow) -> Result<Decision, Refusal> {
    let device_id = now.get_a(&DEVICE, device)?.get(DEVICE_ID).unwrap_or_default();
    let escrow_id = format!("{device_id}/{}", escrow.made);
    if now.find_by(&BITLOCKER_RECOVERY_KEY, ESCROW_ID, escrow_id.as_str()).is_some() {
        return Ok(Decision::default());
    }
    let mut kept: Vec<&Object> = of_device(now, device_id).collect();
    kept.sort_by_key(|key| key.get(CREATED_DATE_TIME));
    let too_many = (kept.len() + 1).saturating_sub(KEYS_MAX);
    let mut changes: Vec<Change> = kept.iter().take(too_many).map(|key| Change::Delete { id: key.id }).collect();
    changes.push(Change::Create {
        id: escrow.id,
        kind: BITLOCKER_RECOVERY_KEY.id(),
        attributes: vec![
            (CREATED_DATE_TIME.id, call.at.into()),
            (KEY_DEVICE_ID.id, device_id.into()),
            (OPENS_DISK_OF.id, device_id.into()),
            (VOLUME_TYPE.id, escrow.volume.into()),
            (SEALED_KEY.id, escrow.sealed.clone().into()),
            (ESCROW_ID.id, escrow_id.into()),
        ],
    });
    Ok(Decision::change(changes))
}

/// Write down that a key is read now.
pub fn read(now: &Snapshot, call: &Call<'_>, key: Id) -> Result<Decision, Refusal> {
    let key = now.get_a(&BITLOCKER_RECOVERY_KEY, key)?;
    // The count makes every reading a change, even the second one at the same moment.
    let count = key.get(READ_COUNT).unwrap_or_default() + 1;
    Ok(Decision::change(vec![
        Change::set(key.id, LAST_READ_DATE_TIME, call.at),
        Change::set(key.id, READ_COUNT, count),
    ]))
}

/// The keys of a device.
pub(crate) fn of_device<'a>(now: &'a Snapshot, device_id: &str) -> impl Iterator<Item = &'a Object> {
    now.by(OPENS_DISK_OF, device_id).filter(|key| now.is_a(key, &BITLOCKER_RECOVERY_KEY))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, id};

    fn hand_over(w: &mut World, device: Id, n: u128, made: &str) {
        let new = Escrow { id: id(n), made: made.into(), volume: "operatingSystemVolume", sealed: vec![1, 2, 3] };
        let decision = w.decided(|now, call| escrow(now, call, device, &new)).unwrap();
        w.done(decision.plan.changes);
    }

    #[test]
    fn a_key_is_kept_once_however_often_it_is_sent_and_the_oldest_give_way() {
        let mut w = World::new();
        let ann = w.user(1);
        let (device, _) = w.device(ann, Ownership::Company);
        hand_over(&mut w, device, 500, "a");
        hand_over(&mut w, device, 501, "a");
        assert_eq!(w.now.count(&BITLOCKER_RECOVERY_KEY), 1);
        for n in 0..30_u128 {
            let later = w.at + std::time::Duration::from_secs(1);
            w.tick(later);
            hand_over(&mut w, device, 600 + n, &n.to_string());
        }
        assert_eq!(w.now.count(&BITLOCKER_RECOVERY_KEY), KEYS_MAX);
        assert!(w.now.find(id(500)).is_none() && w.now.find(id(629)).is_some());
    }

    #[test]
    fn a_reading_is_a_commit_and_a_device_that_is_deleted_takes_its_keys_along() {
        let mut w = World::new();
        let ann = w.user(1);
        let (device, _) = w.device(ann, Ownership::Company);
        hand_over(&mut w, device, 500, "a");
        let decision = w.decided(|now, call| read(now, call, id(500))).unwrap();
        assert!(!decision.plan.changes.is_empty());
        w.done(decision.plan.changes);
        let at = w.at;
        assert_eq!(w.get(id(500)).get(LAST_READ_DATE_TIME), Some(at));
        w.done(vec![Change::Delete { id: device }]);
        assert_eq!(w.now.count(&BITLOCKER_RECOVERY_KEY), 0);
    }
}
