//! keyCredential and passwordCredential: what an application proves itself with. Verifiers stand apart and are never shown.

use directory::RecordDef;

use crate::shape::{field, shape};

pub static KEY_CREDENTIAL_RECORD: RecordDef = shape(
    "keyCredential",
    &[
        field::bytes("customKeyIdentifier"),
        field::text("displayName"),
        field::time("endDateTime"),
        field::bytes("key"),
        field::guid("keyId"),
        field::time("startDateTime"),
        field::text("type"),
        field::text("usage"),
    ],
);

pub static PASSWORD_CREDENTIAL_RECORD: RecordDef = shape(
    "passwordCredential",
    &[
        field::bytes("customKeyIdentifier"),
        field::text("displayName"),
        field::time("endDateTime"),
        field::text("hint"),
        field::guid("keyId"),
        field::text("secretText"),
        field::time("startDateTime"),
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&KEY_CREDENTIAL_RECORD, &PASSWORD_CREDENTIAL_RECORD];
