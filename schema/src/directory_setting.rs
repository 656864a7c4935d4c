//! directorySetting and its template: choices for the whole organisation, as names and texts. v1.0 knows them as
//! `groupSettings`.

use directory::{Attr, Kind, Record, RecordDef, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{DESCRIPTION, DISPLAY_NAME, TEMPLATE_ID};
use crate::shape::{field, shape};

pub const VALUES: Attr<[Record]> = Attr::new("values");

pub static DIRECTORY_SETTING: Kind = Kind::new(
    "directorySetting",
    &[
        DISPLAY_NAME.def(),
        TEMPLATE_ID.def().required().on_create(),
        VALUES.def().of(Type::Record(&SETTING_VALUE_RECORD)),
    ],
    &[],
);

/// Which names a setting can have, and what they say when nobody has said otherwise.
pub static DIRECTORY_SETTING_TEMPLATE: Kind = Kind::new(
    "directorySettingTemplate",
    &[
        DESCRIPTION.def().system(),
        DISPLAY_NAME.def().required().system(),
        VALUES.def().of(Type::Record(&SETTING_TEMPLATE_VALUE_RECORD)).system(),
    ],
    &[],
)
.under(&DIRECTORY_OBJECT);

pub static SETTING_VALUE_RECORD: RecordDef = shape("settingValue", &[field::text("name"), field::text("value")]);

pub static SETTING_TEMPLATE_VALUE_RECORD: RecordDef = shape(
    "settingTemplateValue",
    &[field::text("defaultValue"), field::text("description"), field::text("name"), field::text("type")],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&SETTING_VALUE_RECORD, &SETTING_TEMPLATE_VALUE_RECORD];
