//! The app roles that a resource offers, by id.
//!
//! A large resource offers hundreds, and a workload asks for tokens many times a second: what was read is remembered for as
//! long as the resource's bytes are the same. Nothing here depends on a tenant: the memory is one of a pure function.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use directory::{Id, Object};
use schema::APP_ROLES;

/// How many resources are remembered; beyond it, remembering starts anew.
const REMEMBERED_MAX: usize = 256;

type Roles = HashMap<Id, String>;

/// The resource's bytes and what was read from them.
type Remembered = (Vec<u8>, Arc<Roles>);

/// The values of the app roles of a service principal that are enabled.
pub(crate) fn role_values(principal: &Object) -> Arc<Roles> {
    static REMEMBERED: OnceLock<Mutex<HashMap<Id, Remembered>>> = OnceLock::new();
    let mut remembered = REMEMBERED.get_or_init(Mutex::default).lock().unwrap_or_else(PoisonError::into_inner);
    // The same id may be another object in another tenant's or another time's directory: only its bytes tell.
    if let Some((bytes, roles)) = remembered.get(&principal.id)
        && bytes.as_slice() == principal.bytes()
    {
        return Arc::clone(roles);
    }
    let roles = Arc::new(read(principal));
    if remembered.len() >= REMEMBERED_MAX {
        remembered.clear();
    }
    remembered.insert(principal.id, (principal.bytes().to_vec(), Arc::clone(&roles)));
    roles
}

fn read(principal: &Object) -> Roles {
    let mut values = Roles::new();
    for role in principal.get(APP_ROLES).unwrap_or_default() {
        let value = role.text("value").filter(|value| !value.is_empty());
        if let (Some(id), Some(value), true) = (role.guid("id"), value, role.bool("isEnabled").unwrap_or(true)) {
            values.entry(id).or_insert_with(|| value.to_owned());
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use directory::{AttrId, Record, Value};
    use schema::service_principal::SERVICE_PRINCIPAL;

    use super::*;

    fn resource(roles: Vec<Record>) -> Object {
        let attributes: Vec<(AttrId, Value)> = vec![(APP_ROLES.id, roles.into())];
        Object::pack(Id::from_u128(0x0ff3), SERVICE_PRINCIPAL.id(), 1, &attributes)
    }

    fn role(n: u128, value: &str) -> Record {
        Record::new().with("id", Id::from_u128(n)).with("value", value)
    }

    #[test]
    fn only_enabled_roles_with_a_value_are_offered_and_a_changed_resource_is_read_anew() {
        let before = resource(vec![role(1, "Read"), role(2, "Write").with("isEnabled", false), role(3, "")]);
        let offered = role_values(&before);
        assert_eq!(*offered, Roles::from([(Id::from_u128(1), "Read".to_owned())]));
        assert!(Arc::ptr_eq(&offered, &role_values(&before)), "it is remembered");
        let after = resource(vec![role(1, "Read.All")]);
        assert_eq!(*role_values(&after), Roles::from([(Id::from_u128(1), "Read.All".to_owned())]));
    }
}
