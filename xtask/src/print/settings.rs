//! `settings.md`: every setting that devices can be given, by category, with what it takes and where it is written; and the security
//! baselines with the reason for each item.

use std::fmt::Write as _;

use directory::Value;
use schema::catalog::{Baseline, SettingDefinition, ValueKind, baselines, categories, definitions};

use super::cell;

pub(super) fn print() -> String {
    let mut out =
        String::from("# Settings\n\nPrinted from the settings catalogue by `cargo xtask print`; do not edit.\n");
    for category in categories() {
        let _ = write!(out, "\n## {}\n\n{}\n\n", category.display_name, category.description);
        out.push_str("| setting | | takes | for | written to |\n|---|---|---|---|---|\n");
        for definition in definitions().iter().filter(|definition| definition.category == category.id) {
            let about = format!("{}: {}", definition.display_name, definition.description);
            let _ = writeln!(
                out,
                "| `{}` | {} | {} | {} | {} |",
                definition.id,
                cell(&about),
                cell(&takes(definition)),
                cell(&definition.applies_to.text().unwrap_or_default()),
                definition.target().map_or_else(String::new, |target| format!("`{}`", cell(&target))),
            );
        }
    }
    out.push_str("\n# Baselines\n");
    baselines()
        .iter()
        .filter(|baseline| !baseline.is_superseded)
        .for_each(|baseline| print_baseline(&mut out, baseline));
    out
}

fn print_baseline(out: &mut String, newest: &Baseline) {
    let _ =
        write!(out, "\n## {}\n\n{} Version {}.\n\n", newest.display_name, newest.description, newest.display_version);
    out.push_str("| setting | value | because | since |\n|---|---|---|---|\n");
    for item in &newest.items {
        let has_it = |other: &&Baseline| {
            other.base_id == newest.base_id && other.items.iter().any(|known| known.definition.id == item.definition.id)
        };
        let since =
            baselines().iter().filter(has_it).map(|other| other.display_version.as_str()).next().unwrap_or_default();
        let _ = writeln!(
            out,
            "| `{}` | {} | {} | {since} |",
            item.definition.id,
            cell(&text(&item.value)),
            cell(&item.reason)
        );
    }
}

fn takes(definition: &SettingDefinition) -> String {
    let what = match &definition.kind {
        ValueKind::Boolean => "true or false".into(),
        ValueKind::Integer { minimum, maximum } => format!("{minimum} to {maximum}"),
        ValueKind::Text { maximum_length, .. } => format!("text, {maximum_length} characters"),
        ValueKind::Secret { minimum_length, maximum_length, .. } => {
            format!("a secret, {minimum_length} to {maximum_length} characters")
        }
        ValueKind::Choice(options) => options.iter().map(|option| option.value.as_str()).collect::<Vec<_>>().join(", "),
        ValueKind::List { maximum_items, maximum_length, .. } => {
            format!("{maximum_items} texts of {maximum_length} characters")
        }
        ValueKind::Group { maximum_items, .. } => format!("a group, {maximum_items} times"),
    };
    let default = definition.default.as_ref().map(|value| format!("; a form begins with {}", text(value)));
    let depends = definition.depends_on.as_ref().map(|on| format!("; where `{}` is {}", on.setting, on.value));
    format!("{what}{}{}", default.unwrap_or_default(), depends.unwrap_or_default())
}

fn text(value: &Value) -> String {
    match value {
        Value::Bool(flag) => flag.to_string(),
        Value::Int(number) => number.to_string(),
        Value::List(items) => items.iter().map(text).collect::<Vec<_>>().join(", "),
        other => other.as_text().unwrap_or_default().to_owned(),
    }
}
