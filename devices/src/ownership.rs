//! Whose device it is, said in three places: an admin changes it on the managed device, and the others follow, because
//! rules of dynamic groups and of Conditional Access read the directory device.

use directory::{Call, Change, Check, Refusal, Snapshot, Value};
use schema::device::DEVICE_OWNERSHIP;
use schema::managed_device::{MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE, OWNER_TYPE};

pub(crate) const CHECK: Check = Check { kind: &MANAGED_DEVICE, complete: Some(complete), check: None };

fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut more = Vec::new();
    for change in changes.iter() {
        let Change::Set { id, attribute, new, .. } = change else { continue };
        let Some(managed) = now.find_a(&MANAGED_DEVICE, *id).filter(|_| *attribute == MANAGED_DEVICE_OWNER_TYPE.id)
        else {
            continue;
        };
        let (owner, ownership) = match new.as_ref().and_then(Value::as_text) {
            Some("company") => ("company", "Company"),
            Some("personal") => ("personal", "Personal"),
            _ => ("unknown", "Unknown"),
        };
        more.push(Change::set(managed.id, OWNER_TYPE, owner));
        more.extend(crate::device_of(now, managed).map(|device| Change::set(device.id, DEVICE_OWNERSHIP, ownership)));
    }
    changes.append(&mut more);
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::join::Ownership;
    use crate::world::World;

    #[test]
    fn an_admin_who_changes_the_owner_changes_it_everywhere() {
        let mut w = World::new();
        let ann = w.user(1);
        let (device, managed) = w.device(ann, Ownership::Company);
        w.done(vec![Change::set(managed, MANAGED_DEVICE_OWNER_TYPE, "personal")]);
        assert_eq!(w.get(device).get(DEVICE_OWNERSHIP), Some("Personal"));
        assert_eq!(w.get(managed).get(OWNER_TYPE), Some("personal"));
    }
}
