//! Values as a device writes them: our booleans and choices in its words, lists joined, and everything as JSON where JSON is written.

use directory::Value;

use super::instruction::KeyFormat;
use super::{Instruction, secret};

/// What stands between the values of a list, where nothing else is said.
const SEPARATOR: &str = " ";

/// A value that was checked, in the device's words and as its file writes it.
pub(super) fn spelled(value: &Value, spelling: &[(String, String)], template: &Instruction) -> String {
    let plain = plain(value, spelling);
    let Instruction::Key { format: KeyFormat::Json, .. } = template else { return plain };
    let is_ours = spelling.iter().all(|(_, theirs)| *theirs != plain);
    match value {
        // What the catalogue spells for JSON is JSON already.
        Value::Text(_) if is_ours => json_text(&plain),
        Value::List(items) => {
            let items: Vec<String> = items.iter().filter_map(Value::as_text).map(json_text).collect();
            format!("[{}]", items.join(","))
        }
        _ => plain,
    }
}

/// A value in the device's words.
pub(super) fn plain(value: &Value, spelling: &[(String, String)]) -> String {
    let ours = match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::Text(text) => text.clone(),
        Value::List(items) => {
            let separator = spelling.iter().find(|(ours, _)| ours == "separator").map_or(SEPARATOR, |(_, by)| by);
            return items.iter().filter_map(Value::as_text).collect::<Vec<_>>().join(separator);
        }
        Value::Guid(token) => return secret::place(*token),
        Value::Double(_) | Value::Time(_) | Value::Bytes(_) | Value::Record(_) => {
            unreachable!("no setting takes such a value, and it was checked")
        }
    };
    spelling.iter().find(|(word, _)| *word == ours).map_or(ours, |(_, theirs)| theirs.clone())
}

/// RFC 8259 §7.
fn json_text(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            c if c.is_control() => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_takes_every_text() {
        for (text, expected) in
            [("a", "\"a\""), ("a\"b\\c", "\"a\\\"b\\\\c\""), ("x\ny", "\"x\\u000ay\""), ("é", "\"é\"")]
        {
            assert_eq!(json_text(text), expected);
        }
    }
}
