//! What synchronisation with a directory elsewhere leaves on users, groups and devices.

use directory::RecordDef;

use crate::shape::{field, shape};

pub static ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD: RecordDef = shape(
    "onPremisesExtensionAttributes",
    &[
        field::text("extensionAttribute1"),
        field::text("extensionAttribute10"),
        field::text("extensionAttribute11"),
        field::text("extensionAttribute12"),
        field::text("extensionAttribute13"),
        field::text("extensionAttribute14"),
        field::text("extensionAttribute15"),
        field::text("extensionAttribute2"),
        field::text("extensionAttribute3"),
        field::text("extensionAttribute4"),
        field::text("extensionAttribute5"),
        field::text("extensionAttribute6"),
        field::text("extensionAttribute7"),
        field::text("extensionAttribute8"),
        field::text("extensionAttribute9"),
    ],
);

pub static ON_PREMISES_PROVISIONING_ERROR_RECORD: RecordDef = shape(
    "onPremisesProvisioningError",
    &[
        field::text("category"),
        field::time("occurredDateTime"),
        field::text("propertyCausingError"),
        field::text("value"),
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD, &ON_PREMISES_PROVISIONING_ERROR_RECORD];
