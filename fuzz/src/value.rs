//! JSON as the directory's values, without a schema: whatever a protocol could hand to a room, and more.

use directory::{Record, Value};

/// A JSON value as ours; there is no null, so it is nothing.
#[must_use]
pub fn of_json(json: &serde_json::Value) -> Option<Value> {
    use serde_json::Value as Json;
    Some(match json {
        Json::Null => return None,
        Json::Bool(flag) => Value::Bool(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Int(whole),
            None => Value::Double(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(items) => Value::List(items.iter().filter_map(of_json).collect()),
        Json::Object(_) => Value::Record(record_of_json(json)),
    })
}

/// A JSON object as a record; empty for anything else.
#[must_use]
pub fn record_of_json(json: &serde_json::Value) -> Record {
    let fields = json.as_object().into_iter().flatten();
    fields.filter_map(|(name, value)| Some((name.clone(), of_json(value)?))).collect()
}
