//! Windows Hello for Business: a key of one person on one device. What is kept of one, and whether it still lets its owner in. The
//! protocol verifies signatures with `keys` and brings what they showed.
//!
//! No page asks for one: the key signs on its device, where a PIN or a finger opens it.

use directory::{Change, Id, Object, Refusal, Snapshot, Time};
use schema::authentication_method::CREATED_DATE_TIME;
use schema::device::DEVICE;
use schema::user::{AUTHENTICATION_METHODS, USER};
use schema::windows_hello_for_business_authentication_method::{
    DEVICE_OF_KEY, KEY_NAME, KEY_STRENGTH, PUBLIC_KEY, WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD,
};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME};

use crate::registered::note_use;

/// A person has at most so many of them: one on each of the devices they use.
pub const HELLO_KEYS_MAX: usize = 64;

/// A key that was made on a device, by somebody who has just proved two factors there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewHelloKey {
    /// By what the device calls it.
    pub name: String,
    /// The public key as a JWK.
    pub public_key: String,
    pub device: Id,
}

/// A key, and whose it is and on which device.
#[derive(Clone, Copy, Debug)]
pub struct HelloKey<'a> {
    pub object: &'a Object,
    pub user: Id,
    pub device: Id,
}

/// The key of this name, if its owner and its device are there.
#[must_use]
pub fn hello_key<'a>(now: &'a Snapshot, name: &str) -> Option<HelloKey<'a>> {
    let object = now.find_by(&WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD, KEY_NAME, name)?;
    let user =
        now.backlinks(object.id, AUTHENTICATION_METHODS).map(|link| link.object).find(|id| now.is_a(id, &USER))?;
    let device = now.linked(object.id, DEVICE_OF_KEY).filter(|device| now.is_a(device, &DEVICE))?;
    Some(HelloKey { object, user: user.id, device: device.id })
}

/// Give somebody a key. `id` is new. On one device there is one for each person: a new one takes the place of the old.
pub fn add_hello_key(now: &Snapshot, user: Id, id: Id, new: &NewHelloKey, at: Time) -> Result<Vec<Change>, Refusal> {
    now.get_a(&USER, user)?;
    let device = now.get_a(&DEVICE, new.device)?;
    if !device.is(ACCOUNT_ENABLED) {
        return Err(Refusal::denied("the device is disabled; ask an administrator"));
    }
    if let Some(known) = hello_key(now, &new.name) {
        let is_same = known.user == user && known.device == new.device;
        return if is_same { Ok(Vec::new()) } else { Err(Refusal::conflict("the key is another's; make a new one")) };
    }
    let mine: Vec<&Object> = now
        .links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .filter(|method| now.is_a(method, &WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD))
        .collect();
    let is_here = |method: &Object| now.linked(method.id, DEVICE_OF_KEY).is_some_and(|of| of.id == new.device);
    let replaced: Vec<Change> =
        mine.iter().filter(|method| is_here(method)).map(|method| Change::Delete { id: method.id }).collect();
    if mine.len() - replaced.len() >= HELLO_KEYS_MAX {
        return Err(Refusal::limit(format!("there are {HELLO_KEYS_MAX} keys already; remove one first")));
    }
    let attributes = vec![
        (CREATED_DATE_TIME.id, at.into()),
        (DISPLAY_NAME.id, device.get(DISPLAY_NAME).unwrap_or_default().into()),
        (KEY_STRENGTH.id, "normal".into()),
        (KEY_NAME.id, new.name.as_str().into()),
        (PUBLIC_KEY.id, new.public_key.as_str().into()),
    ];
    let kind = WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD.id();
    let mut changes = replaced;
    changes.push(Change::Create { id, kind, attributes });
    changes.push(Change::link(user, AUTHENTICATION_METHODS, id));
    changes.push(Change::link(id, DEVICE_OF_KEY, new.device));
    Ok(changes)
}

/// The change that notes that a key was used, now and then.
#[must_use]
pub fn hello_key_used(key: &HelloKey<'_>, at: Time) -> Option<Change> {
    note_use(key.object, at)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{USER_ID, directory};
    use schema::OPERATING_SYSTEM;
    use schema::device::{DEVICE_ID, OPERATING_SYSTEM_VERSION};

    const LAPTOP: Id = Id::from_u128(0x77);
    const TABLET: Id = Id::from_u128(0x78);
    const AT: Time = Time::from_unix(1_795_248_000);

    fn new(name: &str, device: Id) -> NewHelloKey {
        NewHelloKey { name: name.into(), public_key: "{}".into(), device }
    }

    fn device(id: Id, enabled: bool) -> Change {
        let attributes = vec![
            (ACCOUNT_ENABLED.id, enabled.into()),
            (DEVICE_ID.id, id.to_string().into()),
            (DISPLAY_NAME.id, "laptop".into()),
            (OPERATING_SYSTEM.id, "Linux".into()),
            (OPERATING_SYSTEM_VERSION.id, "12".into()),
        ];
        Change::Create { id, kind: DEVICE.id(), attributes }
    }

    #[test]
    fn a_person_has_one_key_on_a_device_and_nobody_elses() {
        let now = directory().fork(AT, &[device(LAPTOP, true), device(TABLET, true)]).unwrap();
        let first = add_hello_key(&now, USER_ID, Id::from_u128(0x91), &new("one", LAPTOP), AT).unwrap();
        let now = now.fork(AT, &first).unwrap();
        let known = hello_key(&now, "one").unwrap();
        assert_eq!((known.user, known.device), (USER_ID, LAPTOP));
        assert_eq!(add_hello_key(&now, USER_ID, Id::from_u128(0x92), &new("one", LAPTOP), AT).unwrap(), []);
        add_hello_key(&now, USER_ID, Id::from_u128(0x92), &new("one", TABLET), AT).unwrap_err();
        let second = add_hello_key(&now, USER_ID, Id::from_u128(0x92), &new("two", LAPTOP), AT).unwrap();
        let now = now.fork(AT, &second).unwrap();
        assert!(hello_key(&now, "one").is_none() && hello_key(&now, "two").is_some());
        let now = now.fork(AT, &[Change::Delete { id: LAPTOP }]).unwrap();
        assert!(hello_key(&now, "two").is_none(), "a key is worth nothing without its device");
    }

    #[test]
    fn a_disabled_device_gets_no_key() {
        let now = directory().fork(AT, &[device(LAPTOP, false)]).unwrap();
        add_hello_key(&now, USER_ID, Id::from_u128(0x91), &new("one", LAPTOP), AT).unwrap_err();
    }
}
