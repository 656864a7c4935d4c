//! Our names and types beside those of Microsoft Graph, where its metadata is at hand (it is not part of this repository).
//!
//! A name that Graph does not have is a mistake, unless it stands in `CASTELLAN_OWN`; so is a v1.0 property that we lack.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use directory::{EnumDef, Read, RecordDef, Type};
use schema::{CASTELLAN_OWN, KINDS, OWN_KINDS, RECORDS};

/// Where v1.0 and beta differ or a namespace other than `microsoft.graph` is meant, v1.0 comes first.
const FILES: &[&str] = &["subset-v1.csdl.xml", "subset-beta.csdl.xml"];

#[derive(Default)]
struct Shape {
    base: String,
    /// Name to types, v1.0 first.
    properties: BTreeMap<String, Vec<String>>,
    navigations: BTreeMap<String, Vec<String>>,
    in_v1: BTreeSet<String>,
}

impl Shape {
    fn has(&self, name: &str) -> bool {
        self.properties.contains_key(name) || self.navigations.contains_key(name)
    }

    /// Content rather than a value.
    fn is_stream(&self, name: &str) -> bool {
        self.properties.get(name).is_some_and(|types| types.iter().any(|ty| ty == "Edm.Stream"))
    }
}

#[derive(Default)]
struct Metadata {
    entities: BTreeMap<String, Shape>,
    complexes: BTreeMap<String, Shape>,
    enums: BTreeMap<String, BTreeSet<String>>,
}

impl Metadata {
    /// The entity type and those it derives from.
    fn lineage<'a>(&'a self, entity: &str) -> impl Iterator<Item = &'a Shape> {
        std::iter::successors(self.entities.get(entity), |shape| self.entities.get(&shape.base))
    }
}

#[test]
fn every_kind_has_graphs_names_and_types() {
    let Some(metadata) = metadata() else { return };
    let mut wrong = Vec::new();
    for kind in KINDS.iter().filter(|kind| !OWN_KINDS.contains(&kind.name)) {
        let Some(shape) = metadata.entities.get(kind.name) else {
            wrong.push(format!("{} is not an entity type", kind.name));
            continue;
        };
        if let Some(base) = kind.base.filter(|base| base.name != shape.base) {
            wrong.push(format!("{} is under {} and not {}", kind.name, base.name, shape.base));
        }
        // The kind of one record: its fields stand in the record.
        let is_item = RECORDS.iter().any(|record| record.name == kind.name) && kind.attributes.is_empty();
        // `id` is everybody's: it stands in the root of all entity types.
        let seen = kind.attributes.iter().filter(|a| a.read != Read::Never && a.name != "id");
        for attribute in seen.filter(|a| !is_own(kind.name, a.name)) {
            // What Graph derives may stand alone here.
            let holder = metadata.lineage(kind.name).find(|shape| shape.has(attribute.name)).unwrap_or(shape);
            check(&mut wrong, holder, kind.name, attribute.name, attribute.ty, attribute.many);
        }
        for link in kind.links.iter().filter(|link| !is_own(kind.name, link.name)) {
            match metadata.lineage(kind.name).find_map(|shape| shape.navigations.get(link.name)) {
                Some(types) if types.iter().any(|t| link.target.lineage().any(|k| bare(t) == k.name)) => {}
                types => {
                    wrong.push(format!("{}/{} leads to {}, not {types:?}", kind.name, link.name, link.target.name))
                }
            }
        }
        let ours = |name: &str| kind.all_attributes().any(|attribute| attribute.name == name);
        let missing = shape.in_v1.iter().filter(|name| {
            !is_item && *name != "id" && !ours(name) && !shape.is_stream(name) && !is_partial(kind.name)
        });
        wrong.extend(missing.map(|name| format!("{} lacks {name}", kind.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_record_has_graphs_names_and_types() {
    let Some(metadata) = metadata() else { return };
    let mut wrong = Vec::new();
    for record in RECORDS.iter().filter(|record| !OWN_KINDS.contains(&record.name)) {
        let shapes: Vec<&Shape> =
            [metadata.complexes.get(record.name), metadata.entities.get(record.name)].into_iter().flatten().collect();
        if shapes.is_empty() {
            wrong.push(format!("{} is not a type", record.name));
            continue;
        }
        for field in record.fields.iter().filter(|field| !is_own(record.name, field.name)) {
            let mut complaints: Vec<Vec<String>> = Vec::new();
            for shape in &shapes {
                let mut found = Vec::new();
                check(&mut found, shape, record.name, field.name, field.ty, field.many);
                complaints.push(found);
            }
            if complaints.iter().all(|found| !found.is_empty()) {
                wrong.extend(complaints.swap_remove(0));
            }
        }
        let missing = shapes[0].in_v1.iter().filter(|name| record.field(name).is_none());
        wrong.extend(missing.map(|name| format!("{} lacks {name}", record.name)));
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_enumeration_has_graphs_members() {
    let Some(metadata) = metadata() else { return };
    let mut wrong = Vec::new();
    for definition in enums() {
        match metadata.enums.get(definition.name) {
            None if OWN_KINDS.contains(&definition.name) => {}
            None => wrong.push(format!("{} is not an enumeration", definition.name)),
            Some(members) => {
                let ours: BTreeSet<String> = definition.members.iter().map(|member| (*member).to_owned()).collect();
                if ours != *members {
                    wrong.push(format!("{}: {:?}", definition.name, ours.symmetric_difference(members)));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

fn enums() -> Vec<&'static EnumDef> {
    let of_kinds = KINDS.iter().flat_map(|kind| kind.attributes).map(|attribute| attribute.ty);
    let of_records = RECORDS.iter().flat_map(|record| record.fields).map(|field| field.ty);
    of_kinds
        .chain(of_records)
        .filter_map(|ty| if let Type::Enum(definition) = ty { Some(definition) } else { None })
        .collect()
}

fn check(wrong: &mut Vec<String>, shape: &Shape, owner: &str, name: &str, ty: Type, many: bool) {
    let ours = graph_type(ty);
    let types = shape.properties.get(name).or_else(|| shape.navigations.get(name));
    let Some(types) = types else {
        wrong.push(format!("{owner} has no {name}"));
        return;
    };
    let fits = |theirs: &String| {
        let is_many = theirs.starts_with("Collection(");
        let item = bare(theirs);
        let same = match ty {
            Type::AnyRecord => !theirs.contains("Edm."),
            Type::Int => matches!(item.as_str(), "Int32" | "Int16" | "Byte"),
            Type::Double => matches!(item.as_str(), "Double" | "Single" | "Decimal"),
            _ => item == ours,
        };
        same && is_many == many
    };
    if !types.iter().any(fits) {
        wrong.push(format!("{owner}/{name} is {ours}{}, not {types:?}", if many { "[]" } else { "" }));
    }
}

fn graph_type(ty: Type) -> &'static str {
    match ty {
        Type::Bool => "Boolean",
        Type::Int => "Int32",
        Type::Long => "Int64",
        Type::Double => "Double",
        Type::Text => "String",
        Type::Guid => "Guid",
        Type::Time => "DateTimeOffset",
        Type::Date => "Date",
        Type::Duration => "Duration",
        Type::TimeOfDay => "TimeOfDay",
        Type::Bytes => "Binary",
        Type::Enum(definition) => definition.name,
        Type::Record(definition) => definition.name,
        Type::AnyRecord => "a record",
    }
}

fn is_own(owner: &str, name: &str) -> bool {
    CASTELLAN_OWN.contains(&(owner, name))
}

/// Of the root of device management, only the settings are ours.
fn is_partial(kind: &str) -> bool {
    kind == "deviceManagement"
}

/// `Collection(graph.user)` to `user`.
fn bare(full: &str) -> String {
    let item = full.strip_prefix("Collection(").and_then(|rest| rest.strip_suffix(')')).unwrap_or(full);
    item.rsplit('.').next().unwrap_or(item).to_owned()
}

/// The metadata, or none where it is not at hand.
fn metadata() -> Option<Metadata> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared/data/graph");
    if !folder.is_dir() {
        println!("skipped: no Graph metadata at {}", folder.display());
        return None;
    }
    let mut metadata = Metadata::default();
    for (at, file) in FILES.iter().enumerate() {
        read(&mut metadata, &std::fs::read_to_string(folder.join(file)).unwrap(), at == 0);
    }
    Some(metadata)
}

/// The files have one element to a line, so that no XML reader is needed.
fn read(metadata: &mut Metadata, text: &str, is_v1: bool) {
    let mut shape: Option<&mut Shape> = None;
    let mut members: Option<&mut BTreeSet<String>> = None;
    for line in text.lines().map(str::trim) {
        let attribute = |name: &str| {
            let (_, rest) = line.split_once(&format!(" {name}=\""))?;
            Some(rest.split_once('"')?.0.to_owned())
        };
        let Some(element) = line.strip_prefix('<').map(|rest| rest.split([' ', '>']).next().unwrap_or("")) else {
            continue;
        };
        match element {
            "EntityType" | "ComplexType" => {
                let types = if element == "EntityType" { &mut metadata.entities } else { &mut metadata.complexes };
                let found = types.entry(attribute("Name").unwrap()).or_default();
                if let Some(base) = attribute("BaseType") {
                    found.base = bare(&base);
                }
                shape = Some(found);
            }
            "EnumType" => members = Some(metadata.enums.entry(attribute("Name").unwrap()).or_default()),
            "Member" => drop(members.as_mut().unwrap().insert(attribute("Name").unwrap())),
            "Property" | "NavigationProperty" => {
                let (Some(shape), Some(name), Some(ty)) = (shape.as_mut(), attribute("Name"), attribute("Type")) else {
                    continue;
                };
                if element == "Property" && is_v1 {
                    shape.in_v1.insert(name.clone());
                }
                let table = if element == "Property" { &mut shape.properties } else { &mut shape.navigations };
                table.entry(name).or_default().push(ty);
            }
            "/EntityType" | "/ComplexType" | "Action" | "Function" => shape = None,
            _ => {}
        }
    }
}

#[test]
fn every_record_that_is_referred_to_is_listed() {
    let listed: BTreeSet<&str> = RECORDS.iter().map(|record| record.name).collect();
    let missing = |record: &RecordDef| !listed.contains(record.name);
    for kind in KINDS {
        for attribute in kind.attributes {
            if let Type::Record(record) = attribute.ty {
                assert!(!missing(record), "`{}` is not in RECORDS", record.name);
            }
        }
    }
    for record in RECORDS {
        let bases = record.base.into_iter();
        let fields = record.fields.iter().filter_map(|field| match field.ty {
            Type::Record(record) => Some(record),
            _ => None,
        });
        for other in bases.chain(fields) {
            assert!(!missing(other), "`{}` is not in RECORDS", other.name);
        }
    }
}
