//! directoryObject: what users, groups, devices, applications and roles have in common.

use directory::{DELETED, Kind, RecordDef};

use crate::shape::{open_shape, shape};

pub static DIRECTORY_OBJECT: Kind =
    Kind::new("directoryObject", &[DELETED.def().system().on_select()], &[]).abstract_kind();

pub static CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD: RecordDef = open_shape(shape("customSecurityAttributeValue", &[]));

pub(crate) const RECORDS: &[&RecordDef] = &[&CUSTOM_SECURITY_ATTRIBUTE_VALUE_RECORD];
