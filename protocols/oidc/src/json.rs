//! Printing records as JSON text, without building a tree of it first: a token is made some ten thousand times a second.
//! And reading back what a token of ours says, which is rare.

use std::fmt::Write;

use directory::{Record, Value};

/// A record as a JSON object.
pub(crate) fn print(record: &Record) -> String {
    let mut out = String::with_capacity(1024);
    put_record(&mut out, record);
    out
}

/// What a token of ours says, as a value of ours again; `null` is an empty text.
pub(crate) fn read(value: &serde_json::Value) -> Value {
    match value {
        serde_json::Value::Null => Value::Text(String::new()),
        serde_json::Value::Bool(b) => Value::Bool(*b),
        serde_json::Value::Number(n) => n.as_i64().map_or_else(|| Value::Double(n.as_f64().unwrap_or(0.0)), Value::Int),
        serde_json::Value::String(text) => Value::Text(text.clone()),
        serde_json::Value::Array(items) => Value::List(items.iter().map(read).collect()),
        serde_json::Value::Object(fields) => {
            fields.iter().map(|(name, value)| (name.clone(), read(value))).collect::<Record>().into()
        }
    }
}

/// A text as a JSON string, quotes included.
pub(crate) fn put_text(out: &mut String, text: &str) {
    out.push('"');
    let mut plain = 0;
    for (at, c) in text.char_indices() {
        if c >= ' ' && c != '"' && c != '\\' {
            continue;
        }
        out.push_str(text.get(plain..at).unwrap_or_default());
        plain = at + c.len_utf8();
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            control => put(out, format_args!("\\u{:04x}", u32::from(control))),
        }
    }
    out.push_str(text.get(plain..).unwrap_or_default());
    out.push('"');
}

fn put_record(out: &mut String, record: &Record) {
    out.push('{');
    for (at, (name, value)) in record.iter().enumerate() {
        if at > 0 {
            out.push(',');
        }
        put_text(out, name);
        out.push(':');
        put_value(out, value);
    }
    out.push('}');
}

fn put_value(out: &mut String, value: &Value) {
    match value {
        Value::Bool(b) => out.push_str(if *b { "true" } else { "false" }),
        Value::Int(i) => put(out, format_args!("{i}")),
        // JSON has no word for what is not a number.
        Value::Double(d) if d.is_finite() => put(out, format_args!("{d}")),
        Value::Double(_) => out.push_str("null"),
        Value::Text(t) => put_text(out, t),
        Value::Time(t) => put(out, format_args!("\"{t}\"")),
        Value::Guid(g) => put(out, format_args!("\"{g}\"")),
        Value::Bytes(b) => put(out, format_args!("\"{}\"", keys::base64url::encode(b))),
        Value::List(items) => {
            out.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    out.push(',');
                }
                put_value(out, item);
            }
            out.push(']');
        }
        Value::Record(record) => put_record(out, record),
    }
}

fn put(out: &mut String, arguments: std::fmt::Arguments<'_>) {
    out.write_fmt(arguments).expect("a text takes everything");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_as_json() {
        let record = Record::new()
            .with("text", "a\"b\\c\nd\u{1}é😀")
            .with("number", -5)
            .with("yes", true)
            .with("list", ["x", "y"])
            .with("empty", Vec::<String>::new())
            .with("inner", Record::new().with("half", 0.5).with("nan", f64::NAN));
        let read: serde_json::Value = serde_json::from_str(&print(&record)).unwrap();
        assert_eq!(read["text"], "a\"b\\c\nd\u{1}é😀");
        assert_eq!(read["list"], serde_json::json!(["x", "y"]));
        assert_eq!(read["inner"]["half"], 0.5);
        assert!(read["inner"]["nan"].is_null() && read["empty"].as_array().unwrap().is_empty());
    }
}
