//! conditionalAccessTemplate: a policy to begin with. Part of the program; nothing of it is kept in a directory.

use std::sync::LazyLock;

use directory::{EnumDef, Kind, Record, RecordDef, Value};
use toml::de::{DeTable, DeValue};

use crate::conditional_access_policy::{
    CONDITIONAL_ACCESS_CONDITION_SET_RECORD, CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD,
    CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD,
};
pub use crate::keys::{DESCRIPTION, NAME};
use crate::shape::{field, flags, record, shape};

pub static CONDITIONAL_ACCESS_TEMPLATE: Kind = Kind::new(
    "conditionalAccessTemplate",
    &[
        DESCRIPTION.def(),
        record("details", &CONDITIONAL_ACCESS_POLICY_DETAIL_RECORD),
        NAME.def(),
        crate::shape::choice("scenarios", &TEMPLATE_SCENARIOS_VALUES),
    ],
    &[],
);

pub static CONDITIONAL_ACCESS_POLICY_DETAIL_RECORD: RecordDef = shape(
    "conditionalAccessPolicyDetail",
    &[
        field::record("conditions", &CONDITIONAL_ACCESS_CONDITION_SET_RECORD),
        field::record("grantControls", &CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD),
        field::record("sessionControls", &CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD),
    ],
);

pub static TEMPLATE_SCENARIOS_VALUES: EnumDef = flags(
    "templateScenarios",
    &["new", "secureFoundation", "zeroTrust", "remoteWork", "protectAdmins", "emergingThreats", "unknownFutureValue"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&CONDITIONAL_ACCESS_POLICY_DETAIL_RECORD];

/// Every template: `id`, `name`, `description`, `scenarios`, `details`.
pub fn templates() -> &'static [Record] {
    static TEMPLATES: LazyLock<Vec<Record>> = LazyLock::new(|| {
        let document =
            DeTable::parse(include_str!("conditional_access_templates.toml")).expect("a test reads the file");
        let Value::Record(document) = read_table(document.get_ref()) else { return Vec::new() };
        document.records("template").cloned().collect()
    });
    &TEMPLATES
}

fn read_table(table: &DeTable<'_>) -> Value {
    let fields = table.iter().map(|(name, given)| (name.get_ref().to_string(), value(given.get_ref())));
    Value::Record(fields.collect())
}

fn value(given: &DeValue<'_>) -> Value {
    match given {
        DeValue::String(text) => Value::from(text.as_ref()),
        DeValue::Integer(number) => {
            Value::Int(i64::from_str_radix(number.as_str(), number.radix()).expect("the file has small numbers"))
        }
        DeValue::Boolean(flag) => Value::Bool(*flag),
        DeValue::Array(items) => Value::List(items.iter().map(|item| value(item.get_ref())).collect()),
        DeValue::Table(table) => read_table(table),
        DeValue::Float(_) | DeValue::Datetime(_) => unreachable!("no template has one, and a test reads them all"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use std::collections::HashSet;

    use super::*;

    #[test]
    fn every_template_says_what_it_is_and_has_details_in_known_words() {
        let mut ids = HashSet::new();
        for template in templates() {
            let name = template.text("name").unwrap();
            assert!(ids.insert(template.guid("id").unwrap()), "`{name}` has another's id");
            assert!(template.text("description").is_some_and(|text| !text.is_empty()), "`{name}`");
            for scenario in template.text("scenarios").unwrap().split(',') {
                assert!(TEMPLATE_SCENARIOS_VALUES.members.contains(&scenario), "`{name}`: `{scenario}`");
            }
            let details = template.record("details").unwrap();
            for (part, _) in details.iter() {
                assert!(CONDITIONAL_ACCESS_POLICY_DETAIL_RECORD.field(part).is_some(), "`{name}`: `{part}`");
            }
        }
        assert!(ids.len() >= 12);
    }
}
