//! Values of catalogue settings: the first line names a setting, the rest is its value as JSON or as text. What may be had can
//! be written, and nobody's value makes a second line where one is promised.

#![no_main]

use castellan_fuzz::value::of_json;
use directory::Value;
use libfuzzer_sys::fuzz_target;
use schema::catalog::{Instruction, Usage, ValueKind, definitions, find, render, validate};

fuzz_target!(|input: &str| {
    let (id, said) = input.split_once('\n').unwrap_or(("", input));
    let mut values = vec![Value::Text(said.to_owned())];
    values.extend(serde_json::from_str(said).ok().and_then(|json| of_json(&json)));
    for value in &values {
        assert!(find(id).is_some() || validate(id, value).is_err());
        for definition in definitions() {
            let may = validate(&definition.id, value).is_ok();
            let written = render(&definition.id, value);
            let is_written_alone = definition.usage == Usage::Configuration && definition.group.is_none();
            assert_eq!(written.is_ok(), may && is_written_alone, "{}", definition.id);
            let is_one_line = !matches!(definition.kind, ValueKind::Text { multiline: true, .. });
            if let Ok(Instruction::Line { line, .. }) = &written {
                assert!(!line.contains(['\n', '\r', '\0']), "{}: {line:?}", definition.id);
            }
            if let Ok(Instruction::Key { value: line, .. }) = &written {
                assert!(!line.contains(['\n', '\r', '\0']), "{}: {line:?}", definition.id);
            }
            if let Ok(Instruction::Sysctl { value: line, .. } | Instruction::Dconf { value: line, .. }) = &written {
                assert!(!is_one_line || !line.contains(['\n', '\r', '\0']), "{}: {line:?}", definition.id);
            }
        }
    }
});
