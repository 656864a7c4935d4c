//! directoryObject: what users, groups, devices, applications and roles have in common.

use directory::{AttributeDef, DELETED, Kind, Type};

pub static DIRECTORY_OBJECT: Kind =
    Kind::new("directoryObject", &[DELETED.def().system().on_select()], &[]).abstract_kind();

/// A text attribute that Castellan keeps and returns without acting on it.
pub(crate) const fn text(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Text, false)
}
