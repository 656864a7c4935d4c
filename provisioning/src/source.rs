//! Where a mapping's attributes come from: names and paths into a SCIM record (RFC 7644 §3.10).
//!
//! `userName`, `name.givenName`, `emails[type eq "work"].value`, `urn:…:enterprise:2.0:User:department`. Names ignore case.
//! A path that leads nowhere is nothing, never an error: a record leaves out what it does not know.

use directory::{Record, Value};

use crate::functions::Val;

/// The value at a path.
pub(crate) fn look_up(record: &Record, path: &str) -> Val {
    find(record, path).map_or(Val::Nothing, read)
}

fn find<'a>(record: &'a Record, path: &str) -> Option<&'a Value> {
    // A name may itself contain dots and colons (an URN does), so the longest one that fits counts.
    let (key, value) = record
        .iter()
        .filter(|(key, _)| strip(path, key).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '.', '['])))
        .max_by_key(|(key, _)| key.len())?;
    descend(value, strip(path, key)?)
}

fn descend<'a>(value: &'a Value, rest: &str) -> Option<&'a Value> {
    if rest.is_empty() {
        return Some(value);
    }
    if let Some(filtered) = rest.strip_prefix('[') {
        let (filter, rest) = filtered.split_once(']')?;
        return descend(choose(value, filter)?, rest);
    }
    let name = rest.strip_prefix([':', '.'])?;
    match value {
        Value::Record(record) => find(record, name),
        Value::List(items) => {
            let is_primary = |item: &&Value| item.as_record().is_some_and(|item| item.bool("primary") == Some(true));
            let item = items.iter().find(is_primary).or(items.first())?;
            find(item.as_record()?, name)
        }
        _ => None,
    }
}

/// The first item of a list that `type eq "work"` is true of.
fn choose<'a>(value: &'a Value, filter: &str) -> Option<&'a Value> {
    let mut words = filter.splitn(3, ' ');
    let (name, op, wanted) = (words.next()?, words.next()?, words.next()?);
    if !op.eq_ignore_ascii_case("eq") {
        return None;
    }
    let wanted = wanted.trim().trim_matches('"');
    value.as_list()?.iter().find(|item| {
        let found = item.as_record().and_then(|record| find(record, name));
        found.and_then(|found| read(found).print()).is_some_and(|text| text.eq_ignore_ascii_case(wanted))
    })
}

fn strip<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let (head, rest) = text.split_at_checked(name.len())?;
    head.eq_ignore_ascii_case(name).then_some(rest)
}

fn read(value: &Value) -> Val {
    match value {
        Value::Bool(b) => Val::Bool(*b),
        Value::Int(i) => Val::Number(*i),
        Value::Double(d) => Val::Text(d.to_string()),
        Value::Text(text) => Val::text(text),
        Value::Time(time) => Val::Time(*time),
        Value::Guid(id) => Val::Text(id.to_string()),
        Value::List(items) => Val::List(items.iter().map(read).collect()),
        Value::Bytes(_) | Value::Record(_) => Val::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_leads_to_its_value_or_to_nothing() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        let mail = |kind: &str, value: &str| Record::new().with("type", kind).with("value", value);
        let record = Record::new()
            .with("userName", "ann")
            .with("active", true)
            .with("name", Record::new().with("givenName", "Ann"))
            .with("emails", vec![mail("home", "h@x"), mail("work", "w@x").with("primary", true)])
            .with(enterprise, Record::new().with("manager", Record::new().with("value", "7")).with("department", "IT"));
        let rows = [
            ("userName", Val::text("ann")),
            ("USERNAME", Val::text("ann")),
            ("active", Val::Bool(true)),
            ("name.givenName", Val::text("Ann")),
            ("name.familyName", Val::Nothing),
            ("emails[type eq \"home\"].value", Val::text("h@x")),
            ("emails[type eq \"other\"].value", Val::Nothing),
            ("emails[type ne \"home\"].value", Val::Nothing),
            ("emails.value", Val::text("w@x")),
            ("userName.value", Val::Nothing),
            ("user", Val::Nothing),
            ("", Val::Nothing),
            ("name[", Val::Nothing),
        ];
        for (path, expected) in rows {
            assert_eq!(look_up(&record, path), expected, "{path}");
        }
        assert_eq!(look_up(&record, &format!("{enterprise}:manager.value")), Val::text("7"));
        assert_eq!(look_up(&record, &format!("{enterprise}:department")), Val::text("IT"));
    }
}
