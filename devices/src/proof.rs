//! Whether a device is the one that its certificate names: known, enabled, with the very key that it was registered with.
//!
//! A certificate outlives what it was issued for; this is what makes it worthless at once. Deliberately absent: the
//! certificate's own signature and validity, which the protocol has verified.

use directory::{Object, Snapshot};
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT};

/// Why a certificate proves nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unproven {
    /// The organisation knows no such device, or not any more.
    Unknown,
    /// The device was registered with another key.
    OtherKey,
    /// The device is disabled: revoked by an administrator, retired, or wiped.
    Disabled,
}

/// The directory device that a verified certificate with this device id, for this key, stands for.
pub fn proven<'a>(now: &'a Snapshot, device_id: &str, key_thumbprint: &str) -> Result<&'a Object, Unproven> {
    let device = now.find_by(&DEVICE, DEVICE_ID, device_id).ok_or(Unproven::Unknown)?;
    if device.get(KEY_THUMBPRINT) != Some(key_thumbprint) {
        return Err(Unproven::OtherKey);
    }
    if device.is(ACCOUNT_ENABLED) { Ok(device) } else { Err(Unproven::Disabled) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Change;

    use super::*;
    use crate::join::Ownership;
    use crate::world::World;

    #[test]
    fn a_certificate_is_worth_what_its_device_is() {
        let mut w = World::new();
        let ann = w.user(1);
        let (device, managed) = w.device(ann, Ownership::Company);
        let (id, key) = {
            let device = w.get(device);
            (device.get(DEVICE_ID).unwrap().to_owned(), device.get(KEY_THUMBPRINT).unwrap().to_owned())
        };
        let ask = |w: &World, id: &str, key: &str| proven(&w.now, id, key).map(|device| device.id);
        assert_eq!(ask(&w, &id, &key), Ok(device));
        assert_eq!(ask(&w, &id, "another key"), Err(Unproven::OtherKey));
        assert_eq!(ask(&w, "another id", &key), Err(Unproven::Unknown));
        let end = crate::end::changes(&w.now, w.get(managed));
        w.done(end);
        assert_eq!(ask(&w, &id, &key), Err(Unproven::Disabled), "its management has ended");
        w.done(vec![Change::Delete { id: device }]);
        assert_eq!(ask(&w, &id, &key), Err(Unproven::Unknown));
    }
}
