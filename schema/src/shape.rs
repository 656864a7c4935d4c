//! Short ways to write attributes, fields, records and enumerations in the tables of the nouns.
//!
//! Attributes that Castellan acts on have typed keys instead (`DISPLAY_NAME.def()`).

use directory::{AttributeDef, EnumDef, FieldDef, Kind, LinkDef, RecordDef, Type};

/// What every record has that Graph models as an entity beneath another: an `id` to address it by.
pub static ENTITY_RECORD: RecordDef =
    RecordDef { name: "entity", base: None, is_abstract: true, is_open: false, fields: &[field::text("id")] };

pub(crate) const fn text(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Text, false)
}

pub(crate) const fn texts(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Text, true)
}

pub(crate) const fn flag(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Bool, false)
}

pub(crate) const fn int(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Int, false)
}

pub(crate) const fn time(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Time, false)
}

pub(crate) const fn guid(name: &'static str) -> AttributeDef {
    AttributeDef::new(name, Type::Guid, false)
}

pub(crate) const fn choice(name: &'static str, of: &'static EnumDef) -> AttributeDef {
    AttributeDef::new(name, Type::Enum(of), false)
}

pub(crate) const fn choices(name: &'static str, of: &'static EnumDef) -> AttributeDef {
    AttributeDef::new(name, Type::Enum(of), true)
}

pub(crate) const fn record(name: &'static str, of: &'static RecordDef) -> AttributeDef {
    AttributeDef::new(name, Type::Record(of), false)
}

pub(crate) const fn records(name: &'static str, of: &'static RecordDef) -> AttributeDef {
    AttributeDef::new(name, Type::Record(of), true)
}

/// An enumeration of which a value is one member.
pub(crate) const fn members(name: &'static str, members: &'static [&'static str]) -> EnumDef {
    EnumDef { name, members, flags: false }
}

/// An enumeration of which a value is any number of members.
pub(crate) const fn flags(name: &'static str, members: &'static [&'static str]) -> EnumDef {
    EnumDef { name, members, flags: true }
}

pub(crate) const fn shape(name: &'static str, fields: &'static [FieldDef]) -> RecordDef {
    RecordDef { name, base: None, is_abstract: false, is_open: false, fields }
}

/// A record with everything that `base` has besides.
pub(crate) const fn under(base: &'static RecordDef, mut record: RecordDef) -> RecordDef {
    record.base = Some(base);
    record
}

/// A record that only others are made from.
pub(crate) const fn abstract_shape(mut record: RecordDef) -> RecordDef {
    record.is_abstract = true;
    record
}

/// A record that takes fields which are not defined.
pub(crate) const fn open_shape(mut record: RecordDef) -> RecordDef {
    record.is_open = true;
    record
}

/// The kind that stands for one record of a collection. Its fields are those of the record definition of the same name;
/// no object has it.
pub(crate) const fn item(record: &'static RecordDef, links: &'static [LinkDef]) -> Kind {
    Kind::new(record.name, &[], links).abstract_kind()
}

/// Fields of records.
pub(crate) mod field {
    use directory::{EnumDef, FieldDef, RecordDef, Type};

    macro_rules! fields {
        ($($one:ident $many:ident $ty:ident)*) => {
            $(#[allow(dead_code)]
            pub(crate) const fn $one(name: &'static str) -> FieldDef {
                FieldDef { name, ty: Type::$ty, many: false }
            }
            #[allow(dead_code)]
            pub(crate) const fn $many(name: &'static str) -> FieldDef {
                FieldDef { name, ty: Type::$ty, many: true }
            })*
        };
    }

    fields! {
        text texts Text
        flag flags Bool
        int ints Int
        long longs Long
        double doubles Double
        guid guids Guid
        time times Time
        date dates Date
        duration durations Duration
        time_of_day times_of_day TimeOfDay
        bytes byte_strings Bytes
        any_record any_records AnyRecord
    }

    pub(crate) const fn choice(name: &'static str, of: &'static EnumDef) -> FieldDef {
        FieldDef { name, ty: Type::Enum(of), many: false }
    }

    pub(crate) const fn choices(name: &'static str, of: &'static EnumDef) -> FieldDef {
        FieldDef { name, ty: Type::Enum(of), many: true }
    }

    pub(crate) const fn record(name: &'static str, of: &'static RecordDef) -> FieldDef {
        FieldDef { name, ty: Type::Record(of), many: false }
    }

    pub(crate) const fn records(name: &'static str, of: &'static RecordDef) -> FieldDef {
        FieldDef { name, ty: Type::Record(of), many: true }
    }
}

/// How many records these tables hold.
pub(crate) const fn count(tables: &[&[&'static RecordDef]]) -> usize {
    let mut sum = 0;
    let mut rest = tables;
    while let [first, others @ ..] = rest {
        sum += first.len();
        rest = others;
    }
    sum
}

/// The records of all tables in one.
pub(crate) const fn joined<const N: usize>(tables: &[&[&'static RecordDef]]) -> [&'static RecordDef; N] {
    let mut all = [&ENTITY_RECORD; N];
    let mut at = 0;
    let mut rest = tables;
    while let [first, others @ ..] = rest {
        let mut left = *first;
        while let [record, more @ ..] = left {
            // In bounds: N is the sum of the lengths, and anything else does not compile.
            #[allow(clippy::indexing_slicing)]
            {
                all[at] = *record;
            }
            at += 1;
            left = more;
        }
        rest = others;
    }
    all
}
