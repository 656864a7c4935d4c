//! `web/src/printed/model.ts`: the schema as the admin center shows it: what lists, forms and pages of facts are made from.
//!
//! What is never shown is left out; secrets are not described to anybody.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use directory::{AttributeDef, Cardinality, EnumDef, Index, Kind, LinkDef, Read, RecordDef, Shape, Type, Write};
use schema::{KINDS, RECORDS, SETS, Source};

use super::kinds::type_name;

pub(super) fn print() -> String {
    let mut out = String::from(
        "// Printed from the schema by `cargo xtask print`; do not edit.\n\nimport type { Enumeration, Kind, RecordShape } from \"../schema\";\n\nexport const kinds: Kind[] = [\n",
    );
    let mut kinds: Vec<&'static Kind> = KINDS.to_vec();
    kinds.sort_by_key(|kind| kind.name);
    kinds.iter().for_each(|kind| print_kind(&mut out, kind));
    out.push_str("];\n\nexport const records: RecordShape[] = [\n");
    let mut records: Vec<&'static RecordDef> = RECORDS.to_vec();
    records.sort_by_key(|record| record.name);
    records.iter().for_each(|record| print_record(&mut out, record));
    out.push_str("];\n\nexport const enumerations: Enumeration[] = [\n");
    for definition in enumerations(&kinds, &records).values() {
        let members: Vec<String> = definition.members.iter().map(|member| format!("{member:?}")).collect();
        let flags = if definition.flags { ", isFlags: true" } else { "" };
        let _ = writeln!(out, "  {{ name: {:?}, members: [{}]{flags} }},", definition.name, members.join(", "));
    }
    out.push_str("];\n\nexport const sets: { path: string; kind: string; source: string }[] = [\n");
    for set in SETS {
        let source = match set.source {
            Source::Directory => "directory",
            Source::Deleted => "deleted",
            Source::Singleton => "singleton",
            Source::Log | Source::Journal(_) => "journal",
            Source::Catalog => "catalog",
        };
        let _ = writeln!(out, "  {{ path: {:?}, kind: {:?}, source: {source:?} }},", set.path, set.kind.name);
    }
    out.push_str("];\n");
    out
}

fn print_kind(out: &mut String, kind: &'static Kind) {
    let _ = write!(out, "  {{\n    name: {:?},", kind.name);
    if let Some(base) = kind.base {
        let _ = write!(out, " base: {:?},", base.name);
    }
    if kind.is_abstract {
        out.push_str(" isAbstract: true,");
    }
    if kind.restorable_days > 0 {
        let _ = write!(out, " restorableDays: {},", kind.restorable_days);
    }
    out.push_str("\n    attributes: [\n");
    kind.attributes.iter().filter(|attribute| attribute.read != Read::Never).for_each(|a| print_attribute(out, a));
    out.push_str("    ],\n    links: [\n");
    kind.links.iter().for_each(|link| print_link(out, link));
    out.push_str("    ],\n  },\n");
}

fn print_attribute(out: &mut String, attribute: &AttributeDef) {
    let _ = write!(out, "      {{ name: {:?}, type: {:?}", attribute.name, type_name(attribute.ty));
    if attribute.many {
        out.push_str(", many: true");
    }
    if attribute.required {
        out.push_str(", required: true");
    }
    let write = match attribute.write {
        Write::Caller => "caller",
        Write::Create => "create",
        Write::System | Write::Only(_) => "system",
    };
    let _ = write!(out, ", write: {write:?}");
    if attribute.read == Read::Selected {
        out.push_str(", shown: \"selected\"");
    }
    match attribute.index {
        Index::None => {}
        Index::Equal | Index::Unique => out.push_str(", found: \"equal\""),
        Index::Ordered => out.push_str(", found: \"range\""),
    }
    out.push_str(" },\n");
}

fn print_link(out: &mut String, link: &LinkDef) {
    let _ = write!(out, "      {{ name: {:?}, to: {:?}", link.name, link.target.name);
    if link.cardinality == Cardinality::One {
        out.push_str(", one: true");
    }
    if link.write == Write::Caller && matches!(link.shape, Shape::Forward | Shape::Contained) {
        out.push_str(", isWritten: true");
    }
    out.push_str(" },\n");
}

fn print_record(out: &mut String, record: &'static RecordDef) {
    let _ = write!(out, "  {{ name: {:?},", record.name);
    if let Some(base) = record.base {
        let _ = write!(out, " base: {:?},", base.name);
    }
    if record.is_abstract {
        out.push_str(" isAbstract: true,");
    }
    if record.is_open {
        out.push_str(" isOpen: true,");
    }
    out.push_str(" fields: [");
    for field in record.fields {
        let many = if field.many { ", many: true" } else { "" };
        let _ = write!(out, "\n    {{ name: {:?}, type: {:?}{many} }},", field.name, type_name(field.ty));
    }
    out.push_str("] },\n");
}

/// Every enumeration that an attribute or a field has, by its name.
fn enumerations(kinds: &[&'static Kind], records: &[&'static RecordDef]) -> BTreeMap<&'static str, &'static EnumDef> {
    let attributes = kinds.iter().flat_map(|kind| kind.attributes).filter(|a| a.read != Read::Never).map(|a| a.ty);
    let fields = records.iter().flat_map(|record| record.fields).map(|field| field.ty);
    let of = |ty| match ty {
        Type::Enum(definition) => Some((definition.name, definition)),
        _ => None,
    };
    attributes.chain(fields).filter_map(of).collect()
}
