//! Single keys in files that others write too: format, key and value on the first three lines, then the file. What may be written
//! stands there afterwards, twice is once, and what stood there before comes back.
//!
//! The file is taken as a module: settings are not the agent's public face.

#![no_main]

use agent_wire::KeyFormat;
use libfuzzer_sys::fuzz_target;

#[path = "../../agent/src/settings/keys.rs"]
#[allow(dead_code)]
mod keys;

fuzz_target!(|input: &str| {
    let mut lines = input.splitn(4, '\n');
    let mut next = || lines.next().unwrap_or_default();
    let format = match next() {
        "equals" => KeyFormat::Equals,
        "assign" => KeyFormat::Assign,
        "words" => KeyFormat::Words,
        "ini" => KeyFormat::Ini,
        _ => KeyFormat::Json,
    };
    let (key, value, text) = (next(), next(), next());
    let Ok(former) = keys::find(format, text, key) else { return };
    if keys::check(format, key, value).is_err() {
        return;
    }
    let written = keys::written(format, key, value);
    let Ok(changed) = keys::replace(format, text, key, Some(&written)) else { return };
    let found = keys::find(format, &changed, key).expect("it was read before");
    let json = |text: &str| serde_json::from_str::<serde_json::Value>(text).ok();
    match format {
        KeyFormat::Json => assert_eq!(found.as_deref().and_then(json), json(&written)),
        _ => assert_eq!(found.as_deref(), Some(written.as_str())),
    }
    assert_eq!(keys::replace(format, &changed, key, Some(&written)).as_ref(), Ok(&changed));
    let back = keys::replace(format, &changed, key, former.as_deref()).expect("it was written before");
    assert_eq!(keys::find(format, &back, key), Ok(former));
});
