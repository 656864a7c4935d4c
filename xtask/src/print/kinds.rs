//! `kinds.md`: every kind with its attributes and navigations: who writes them, who sees them, how they are found.

use std::fmt::Write as _;

use directory::{AttributeDef, Cardinality, Index, Kind, LinkDef, Read, Shape, Type, Write};
use schema::{KINDS, SETS};

pub(super) fn print() -> String {
    let mut kinds: Vec<&'static Kind> = KINDS.to_vec();
    kinds.sort_by_key(|kind| kind.name);
    let mut out = String::from("# Kinds\n\nPrinted from the schema by `cargo xtask print`; do not edit.\n");
    for kind in kinds {
        print_kind(&mut out, kind);
    }
    out
}

fn print_kind(out: &mut String, kind: &'static Kind) {
    let _ = write!(out, "\n## {}\n\n", kind.name);
    let mut facts: Vec<String> = Vec::new();
    facts.extend(kind.base.map(|base| format!("inherits from `{}`", base.name)));
    if kind.is_abstract {
        facts.push("abstract".into());
    }
    if kind.restorable_days > 0 {
        facts.push(format!("restorable for {} days", kind.restorable_days));
    }
    if !kind.alternate_keys.is_empty() {
        facts.push(format!("keyed by {}", kind.alternate_keys.join(", ")));
    }
    let paths: Vec<String> =
        SETS.iter().filter(|set| set.kind.name == kind.name).map(|set| format!("`/{}`", set.path)).collect();
    if !paths.is_empty() {
        facts.push(format!("found at {}", paths.join(", ")));
    }
    if !facts.is_empty() {
        let _ = write!(out, "{}.\n\n", facts.join("; "));
    }
    if !kind.attributes.is_empty() {
        out.push_str("| attribute | type | written by | shown | found by |\n|---|---|---|---|---|\n");
        kind.attributes.iter().for_each(|attribute| print_attribute(out, attribute));
    }
    if !kind.links.is_empty() {
        out.push_str("\n| navigation | to | is |\n|---|---|---|\n");
        kind.links.iter().for_each(|link| print_link(out, link));
    }
}

fn print_attribute(out: &mut String, attribute: &AttributeDef) {
    let mut ty = type_name(attribute.ty);
    if attribute.many {
        ty = format!("{ty}, many");
    }
    if attribute.required {
        ty.push_str(", required");
    }
    let shown = match attribute.read {
        Read::Default => "always",
        Read::Selected => "when selected",
        Read::Never => "never",
    };
    let found = match attribute.index {
        Index::None => "",
        Index::Equal => "value",
        Index::Ordered => "value, range",
        Index::Unique => "value, unique",
    };
    let _ = writeln!(out, "| {} | {ty} | {} | {shown} | {found} |", attribute.name, writer(attribute.write));
}

fn print_link(out: &mut String, link: &LinkDef) {
    let many = if link.cardinality == Cardinality::One { "one" } else { "many" };
    let is = match link.shape {
        Shape::Forward => format!("{many}, written by {}", writer(link.write)),
        Shape::Contained => format!("{many}, contained, written by {}", writer(link.write)),
        Shape::Backward(_) => format!("{many}, the other end of a link"),
        Shape::Closure { .. } => "everything reached".into(),
        Shape::Records(_) => "the records of a collection".into(),
    };
    let _ = writeln!(out, "| {} | {} | {is} |", link.name, link.target.name);
}

fn writer(write: Write) -> String {
    match write {
        Write::Caller => "callers".into(),
        Write::Create => "callers, once".into(),
        Write::System => "our decisions".into(),
        Write::Only(reaction) => format!("`{reaction}`"),
    }
}

pub(super) fn type_name(ty: Type) -> String {
    match ty {
        Type::Bool => "Boolean".into(),
        Type::Int => "Int32".into(),
        Type::Long => "Int64".into(),
        Type::Double => "Double".into(),
        Type::Text => "String".into(),
        Type::Guid => "Guid".into(),
        Type::Time => "DateTimeOffset".into(),
        Type::Date => "Date".into(),
        Type::Duration => "Duration".into(),
        Type::TimeOfDay => "TimeOfDay".into(),
        Type::Bytes => "Binary".into(),
        Type::Enum(definition) => definition.name.to_owned(),
        Type::Record(definition) => definition.name.to_owned(),
        Type::AnyRecord => "record".into(),
    }
}
