//! The names of a person, as their managed devices repeat them: they follow when the person is renamed.

use directory::{Attr, Call, Change, Check, Refusal, Snapshot};
use schema::managed_device::{EMAIL_ADDRESS, MANAGED_DEVICE, USER_DISPLAY_NAME};
use schema::user::USER;
use schema::{DISPLAY_NAME, MAIL, USER_ID, USER_PRINCIPAL_NAME};

/// What is repeated: of the person, and on the device.
const REPEATED: [(Attr<str>, Attr<str>); 3] =
    [(USER_PRINCIPAL_NAME, USER_PRINCIPAL_NAME), (DISPLAY_NAME, USER_DISPLAY_NAME), (MAIL, EMAIL_ADDRESS)];

pub(crate) const CHECK: Check = Check { kind: &USER, complete: Some(complete), check: None };

fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter() {
        let Change::Set { id, attribute, new, .. } = change else { continue };
        let repeated = REPEATED.iter().find(|(of_person, _)| of_person.id == *attribute);
        let Some((_, on_device)) = repeated.filter(|_| now.find_a(&USER, *id).is_some()) else { continue };
        let theirs = now.by(USER_ID, id.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE));
        more.extend(theirs.map(|managed| Change::Set {
            id: managed.id,
            attribute: on_device.id,
            old: None,
            new: new.clone(),
        }));
    }
    changes.append(&mut more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::world::World;

    #[test]
    fn a_renamed_person_is_renamed_on_their_devices() {
        let mut w = World::new();
        let (ann, bob) = (w.user(1), w.user(2));
        let (hers, his) = (w.laptop(ann), w.laptop(bob));
        w.done(vec![Change::set(ann, USER_PRINCIPAL_NAME, "anne@xyz.example"), Change::set(ann, DISPLAY_NAME, "Anne")]);
        assert_eq!(w.get(hers).get(USER_PRINCIPAL_NAME), Some("anne@xyz.example"));
        assert_eq!(w.get(hers).get(USER_DISPLAY_NAME), Some("Anne"));
        assert_eq!(w.get(his).get(USER_DISPLAY_NAME), Some("user 2"));
    }
}
