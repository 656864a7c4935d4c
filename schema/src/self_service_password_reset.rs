//! selfServicePasswordReset: who may reset a password they forgot, and how many methods they prove. Castellan's own: Graph
//! has no place for it.

use directory::RecordDef;

use crate::authentication_methods_policy::{
    AUTHENTICATION_METHOD_STATE_VALUES, EXCLUDE_TARGET_RECORD, INCLUDE_TARGET_RECORD,
};
use crate::shape::{field, shape};

pub static SELF_SERVICE_PASSWORD_RESET_RECORD: RecordDef = shape(
    "selfServicePasswordReset",
    &[
        field::records("excludeTargets", &EXCLUDE_TARGET_RECORD),
        field::records("includeTargets", &INCLUDE_TARGET_RECORD),
        field::int("numberOfMethodsRequired"),
        field::choice("state", &AUTHENTICATION_METHOD_STATE_VALUES),
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&SELF_SERVICE_PASSWORD_RESET_RECORD];
