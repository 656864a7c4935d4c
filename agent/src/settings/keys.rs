//! Single keys in files that others write too: what stands for a key, the text with another value for it, and the text with what
//! stood there before. Everything else in the text stays byte for byte, except in JSON, which is written anew. Pure.

use agent_wire::KeyFormat;
use serde_json::{Map, Value};

/// What stands for a key, as the format writes it: the lines that set it, or the JSON value.
pub fn find(format: KeyFormat, text: &str, key: &str) -> Result<Option<String>, String> {
    if format == KeyFormat::Json {
        return Ok(document(text)?.pointer(key).map(Value::to_string));
    }
    let places = places(format, text, key);
    let lines: Vec<&str> = lines(text).filter(|(at, _)| places.contains(at)).map(|(_, line)| bare(line)).collect();
    Ok((!lines.is_empty()).then(|| lines.join("\n")))
}

/// What the format writes for a key and its value.
pub fn written(format: KeyFormat, key: &str, value: &str) -> String {
    match format {
        KeyFormat::Equals => format!("{key} = {value}"),
        KeyFormat::Assign => format!("{key}={value}"),
        KeyFormat::Words => format!("{key} {value}"),
        KeyFormat::Ini => format!("{}={value}", ini(key).1),
        KeyFormat::Json | KeyFormat::Unknown => value.to_owned(),
    }
}

/// The text with this standing for the key; without the key, when nothing is to stand there.
pub fn replace(format: KeyFormat, text: &str, key: &str, with: Option<&str>) -> Result<String, String> {
    if format == KeyFormat::Json {
        return in_json(text, key, with);
    }
    let places = places(format, text, key);
    let mut out = String::new();
    let mut is_placed = false;
    let mut place = |out: &mut String| {
        if let Some(with) = with.filter(|_| !is_placed) {
            out.push_str(with);
            out.push('\n');
        }
        is_placed = true;
    };
    for (at, line) in lines(text) {
        if places.contains(&at) {
            place(&mut out);
        } else {
            out.push_str(line);
        }
    }
    let is_taken_out = with.is_none();
    let Some(with) = with.filter(|_| places.is_empty()) else {
        return Ok(if format == KeyFormat::Ini && is_taken_out {
            without_empty_section(&out, ini(key).0)
        } else {
            out
        });
    };
    if !out.is_empty() && !out.ends_with('\n') {
        out.push('\n');
    }
    if format != KeyFormat::Ini {
        return Ok(format!("{out}{with}\n"));
    }
    let header = format!("[{}]", ini(key).0);
    match lines(&out).find(|(_, line)| bare(line).trim() == header) {
        Some((at, line)) => {
            let end = at + line.len();
            Ok(format!("{}{with}\n{}", out.get(..end).unwrap_or_default(), out.get(end..).unwrap_or_default()))
        }
        None => Ok(format!("{out}{header}\n{with}\n")),
    }
}

/// Whether nothing is left that says something.
pub fn is_empty(format: KeyFormat, text: &str) -> bool {
    text.trim().is_empty()
        || (format == KeyFormat::Json && document(text).is_ok_and(|json| json == Value::Object(Map::new())))
}

/// Whether two texts say the same: a JSON document does however it is laid out.
pub fn is_same(format: KeyFormat, one: &str, other: &str) -> bool {
    match format {
        KeyFormat::Json => matches!((document(one), document(other)), (Ok(one), Ok(other)) if one == other),
        KeyFormat::Equals | KeyFormat::Assign | KeyFormat::Words | KeyFormat::Ini | KeyFormat::Unknown => {
            one.trim_end() == other.trim_end()
        }
    }
}

/// Whether key and value can be written in this format without saying anything else.
pub fn check(format: KeyFormat, key: &str, value: &str) -> Result<(), String> {
    let word = |key: &str| !key.is_empty() && key.chars().all(|c| c.is_ascii_alphanumeric() || "._-:".contains(c));
    if format == KeyFormat::Json {
        let is_pointer = key.starts_with('/') && key.len() > 1 && !key.chars().any(char::is_control);
        if !is_pointer {
            return Err("the key is not a JSON pointer such as `/policies/DisableTelemetry`".into());
        }
        return serde_json::from_str::<Value>(value).map(drop).map_err(|_| "the value is not JSON".into());
    }
    let good = match format {
        KeyFormat::Ini => key.split_once('/').is_some_and(|(section, name)| word(section) && word(name)),
        KeyFormat::Words | KeyFormat::Equals | KeyFormat::Assign => word(key),
        KeyFormat::Json | KeyFormat::Unknown => false,
    };
    if !good {
        return Err("the key is not one word (`section/word` in an ini file)".into());
    }
    if value.chars().any(|c| c.is_control() && c != '\t') {
        return Err("the value must be one line".into());
    }
    Ok(())
}

/// Where the lines begin that set the key.
fn places(format: KeyFormat, text: &str, key: &str) -> Vec<usize> {
    let (section, name) = if format == KeyFormat::Ini { ini(key) } else { ("", key) };
    let mut within = "";
    let mut found = Vec::new();
    for (at, line) in lines(text) {
        let line = bare(line).trim();
        if format == KeyFormat::Ini
            && let Some(header) = line.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'))
        {
            within = header;
            continue;
        }
        let rest = line.strip_prefix(name).map(str::trim_start);
        let sets = match format {
            KeyFormat::Words => line.split_whitespace().next() == Some(name),
            _ => rest.is_some_and(|rest| rest.starts_with('=')),
        };
        if sets && (format != KeyFormat::Ini || within == section) {
            found.push(at);
        }
    }
    found
}

/// Each line with its end, and where it begins.
fn lines(text: &str) -> impl Iterator<Item = (usize, &str)> {
    text.split_inclusive('\n').scan(0, |at, line| {
        let begin = *at;
        *at += line.len();
        Some((begin, line))
    })
}

fn bare(line: &str) -> &str {
    line.trim_end_matches(['\n', '\r'])
}

fn ini(key: &str) -> (&str, &str) {
    key.split_once('/').unwrap_or(("", key))
}

/// A section in which nothing stands any more goes with its last key.
fn without_empty_section(text: &str, section: &str) -> String {
    let header = format!("[{section}]");
    let mut out = String::new();
    let mut rest = text.split_inclusive('\n').peekable();
    while let Some(line) = rest.next() {
        if bare(line).trim() != header {
            out.push_str(line);
            continue;
        }
        let mut blanks = 0;
        while rest.next_if(|line| bare(line).trim().is_empty()).is_some() {
            blanks += 1;
        }
        let is_empty = rest.peek().is_none_or(|line| bare(line).trim_start().starts_with('['));
        if !is_empty {
            out.push_str(line);
            out.push_str(&"\n".repeat(blanks));
        }
    }
    out
}

fn document(text: &str) -> Result<Value, String> {
    if text.trim().is_empty() {
        return Ok(Value::Object(Map::new()));
    }
    match serde_json::from_str(text) {
        Ok(object @ Value::Object(_)) => Ok(object),
        _ => Err("what is there is not a JSON object; repair the file by hand".into()),
    }
}

fn in_json(text: &str, key: &str, with: Option<&str>) -> Result<String, String> {
    let mut json = document(text)?;
    let names: Vec<String> = key.split('/').skip(1).map(|name| name.replace("~1", "/").replace("~0", "~")).collect();
    let with = with.map(|text| serde_json::from_str(text).map_err(|_| "the value is not JSON")).transpose()?;
    put(&mut json, &names, with)?;
    let mut out = serde_json::to_string_pretty(&json).map_err(|e| e.to_string())?;
    out.push('\n');
    Ok(out)
}

/// Objects on the way are made, and go again when they become empty.
fn put(json: &mut Value, names: &[String], with: Option<Value>) -> Result<(), String> {
    let Value::Object(object) = json else {
        return Err("something that is not an object stands on the way to the key".into());
    };
    match names {
        [] => Err("the key is empty".into()),
        [name] => {
            match with {
                Some(value) => drop(object.insert(name.clone(), value)),
                None => drop(object.remove(name)),
            }
            Ok(())
        }
        [name, rest @ ..] => {
            let is_taken_out = with.is_none();
            if is_taken_out && !object.contains_key(name) {
                return Ok(());
            }
            let inner = object.entry(name.clone()).or_insert_with(|| Value::Object(Map::new()));
            put(inner, rest, with)?;
            if is_taken_out && inner.as_object().is_some_and(Map::is_empty) {
                object.remove(name);
            }
            Ok(())
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_key_is_set_in_place_and_what_stood_there_comes_back() {
        use KeyFormat::{Assign, Equals, Ini, Json, Words};
        let cases = [
            (Assign, "# ufw\nENABLED=no\nLOG=low\n", "ENABLED", "yes", "# ufw\nENABLED=yes\nLOG=low\n"),
            (Equals, "max_log_file = 8\n", "max_log_file", "32", "max_log_file = 32\n"),
            (Equals, "#deny = 3\n", "deny", "5", "#deny = 3\ndeny = 5\n"),
            (
                Equals,
                "max_log_file_action = ROTATE\n",
                "max_log_file",
                "32",
                "max_log_file_action = ROTATE\nmax_log_file = 32\n",
            ),
            (Words, "PASS_MAX_DAYS\t99999\nUMASK 022\n", "PASS_MAX_DAYS", "365", "PASS_MAX_DAYS 365\nUMASK 022\n"),
            (Words, "A 1\nB 2\nA 3\n", "A", "9", "A 9\nB 2\n"),
            (Assign, "", "X", "1", "X=1\n"),
            (Ini, "[daemon]\nA=1\n\n[x]\nA=2\n", "x/A", "3", "[daemon]\nA=1\n\n[x]\nA=3\n"),
            (Ini, "[daemon]\nA=1\n", "daemon/B", "2", "[daemon]\nB=2\nA=1\n"),
            (Ini, "[daemon]\nA=1\n", "x/A", "2", "[daemon]\nA=1\n[x]\nA=2\n"),
            (
                Json,
                "{\n  \"policies\": {\n    \"A\": 1\n  }\n}\n",
                "/policies/B",
                "[\"x\"]",
                "{\n  \"policies\": {\n    \"A\": 1,\n    \"B\": [\n      \"x\"\n    ]\n  }\n}\n",
            ),
            (Json, "", "/policies/A", "true", "{\n  \"policies\": {\n    \"A\": true\n  }\n}\n"),
        ];
        for (format, before, key, value, after) in cases {
            let former = find(format, before, key).unwrap();
            let changed = replace(format, before, key, Some(&written(format, key, value))).unwrap();
            assert_eq!(changed, after, "{format:?} {key}");
            assert_eq!(
                find(format, &changed, key).unwrap().unwrap().replace(['\n', ' '], ""),
                written(format, key, value).replace(' ', "")
            );
            let back = replace(format, &changed, key, former.as_deref()).unwrap();
            // Of a key that was given twice, the lines come back together.
            let is_given_twice = former.as_ref().is_some_and(|lines| lines.contains('\n'));
            assert_eq!(is_same(format, &back, before), !is_given_twice, "{format:?} {key}: {back:?}");
            assert_eq!(find(format, &back, key).unwrap(), former, "{format:?} {key}");
        }
    }

    #[test]
    fn what_cannot_be_written_is_refused() {
        use KeyFormat::{Assign, Ini, Json};
        for (format, key, value, expected) in [
            (Assign, "ENABLED", "yes", true),
            (Assign, "ENABLED", "yes\nrm", false),
            (Assign, "EN ABLED", "yes", false),
            (Ini, "daemon/TimedLoginEnable", "false", true),
            (Ini, "TimedLoginEnable", "false", false),
            (Json, "/policies/A", "{\"a\":[1]}", true),
            (Json, "policies", "1", false),
            (Json, "/policies/A", "yes", false),
        ] {
            assert_eq!(check(format, key, value).is_ok(), expected, "{format:?} {key} {value}");
        }
        assert!(replace(Json, "[]", "/a", Some("1")).is_err());
        assert!(replace(Json, "{\"a\": 1}", "/a/b", Some("1")).is_err());
    }

    /// The same promise as the fuzz target's, on texts put together by chance.
    #[test]
    fn whatever_the_text_a_key_is_set_once_and_given_back() {
        let pieces = [
            "A", "B", "a/A", "[a]", "[b]", " = ", "=", " ", "1", "#", "\n", "\n", "\r\n", "\t", "{\"A\":", "{", "}",
            "\"x\"", ",", "é",
        ];
        let mut state = 1_u64;
        let mut dice = |below: usize| {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            usize::try_from(state >> 33).unwrap() % below
        };
        let mut written_at_all = 0;
        for _ in 0..40_000 {
            let format =
                [KeyFormat::Equals, KeyFormat::Assign, KeyFormat::Words, KeyFormat::Ini, KeyFormat::Json][dice(5)];
            let (key, value) = match format {
                KeyFormat::Ini => (["a/A", "b/A", "a/B"][dice(3)], ["1", "", "x y"][dice(3)]),
                KeyFormat::Json => (["/A", "/A/B", "/a~1A"][dice(3)], ["1", "{}", "\"x\"", "[1]"][dice(4)]),
                _ => (["A", "B"][dice(2)], ["1", "", "x = y"][dice(3)]),
            };
            let text: String = (0..dice(14)).map(|_| pieces[dice(pieces.len())]).collect();
            let Ok(former) = find(format, &text, key) else { continue };
            let written = written(format, key, value);
            let Ok(changed) = replace(format, &text, key, Some(&written)) else { continue };
            written_at_all += 1;
            assert_eq!(find(format, &changed, key).unwrap(), Some(written.clone()), "{format:?} {key} {text:?}");
            assert_eq!(
                replace(format, &changed, key, Some(&written)).as_ref(),
                Ok(&changed),
                "{format:?} {key} {text:?}"
            );
            let back = replace(format, &changed, key, former.as_deref()).unwrap();
            assert_eq!(find(format, &back, key).unwrap(), former, "{format:?} {key} {text:?}");
        }
        assert!(written_at_all > 20_000, "{written_at_all}");
    }
}
