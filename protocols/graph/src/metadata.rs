//! `$metadata`: the schema as CSDL (OData 4.0, XML), and the service document.

use directory::{Cardinality, EnumDef, Kind, Read, RecordDef, Shape, Type};
use schema::{KINDS, RECORDS, SETS, Source};

use crate::exchange::{Content, Exchange, Reply};
use crate::filter::edm;
use crate::json::Json;

/// The sets that are one segment long: what an entity container can name.
pub fn service(exchange: &Exchange) -> Reply {
    let mut json = Json::new();
    json.open();
    json.member("@odata.context", &format!("{}/$metadata", exchange.base()));
    json.key("value");
    json.open_list();
    for set in SETS.iter().filter(|set| !set.path.contains('/')) {
        json.open();
        json.member("name", set.path);
        json.member("kind", if set.source == Source::Singleton { "Singleton" } else { "EntitySet" });
        json.member("url", set.path);
        json.close();
    }
    json.close_list();
    json.close();
    Reply::json(200, json.into_text())
}

/// The schema. Both versions have the same: beta only returns more by default.
#[must_use]
pub fn document() -> Reply {
    Reply { status: 200, headers: Vec::new(), content: Content::Xml(csdl()) }
}

/// The schema as a text.
#[must_use]
pub fn csdl() -> String {
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n<edmx:Edmx Version=\"4.0\" \
         xmlns:edmx=\"http://docs.oasis-open.org/odata/ns/edmx\">\n<edmx:DataServices>\n<Schema \
         Namespace=\"microsoft.graph\" Alias=\"graph\" xmlns=\"http://docs.oasis-open.org/odata/ns/edm\">\n",
    );
    let mut enums: Vec<&'static EnumDef> = Vec::new();
    xml.push_str("<EntityType Name=\"entity\" Abstract=\"true\"><Key><PropertyRef Name=\"id\"/></Key>");
    xml.push_str("<Property Name=\"id\" Type=\"Edm.String\" Nullable=\"false\"/></EntityType>\n");
    KINDS.iter().for_each(|kind| entity(&mut xml, kind, &mut enums));
    let records =
        RECORDS.iter().filter(|record| record.name != "entity" && !KINDS.iter().any(|kind| kind.name == record.name));
    records.for_each(|record| complex(&mut xml, record, &mut enums));
    enums.sort_by_key(|definition| definition.name);
    enums.dedup_by_key(|definition| definition.name);
    enums.iter().for_each(|definition| enumeration(&mut xml, definition));
    xml.push_str("<EntityContainer Name=\"GraphService\">\n");
    for set in SETS.iter().filter(|set| !set.path.contains('/')) {
        let (element, attribute) =
            if set.source == Source::Singleton { ("Singleton", "Type") } else { ("EntitySet", "EntityType") };
        xml.push_str(&format!(
            "<{element} Name=\"{}\" {attribute}=\"microsoft.graph.{}\"/>\n",
            set.path, set.kind.name
        ));
    }
    xml.push_str("<Singleton Name=\"me\" Type=\"microsoft.graph.user\"/>\n");
    xml.push_str("</EntityContainer>\n</Schema>\n</edmx:DataServices>\n</edmx:Edmx>\n");
    xml
}

fn entity(xml: &mut String, kind: &'static Kind, enums: &mut Vec<&'static EnumDef>) {
    let base = kind.base.map_or("entity", |base| base.name);
    let is_abstract = if kind.is_abstract && !is_record(kind) { " Abstract=\"true\"" } else { "" };
    xml.push_str(&format!("<EntityType Name=\"{}\" BaseType=\"microsoft.graph.{base}\"{is_abstract}>\n", kind.name));
    let is_relation = |id| kind.all_links().any(|link| link.shape == Shape::Records(id));
    for attribute in kind.attributes.iter().filter(|a| a.read != Read::Never && a.name != "id" && !is_relation(a.id)) {
        property(xml, attribute.name, attribute.ty, attribute.many, enums);
    }
    // The item of a records navigation has the fields of the record of its name.
    if let Some(record) = RECORDS.iter().find(|record| is_record(kind) && record.name == kind.name) {
        let is_link = |name: &str| kind.links.iter().any(|link| link.name == name);
        for field in record.fields.iter().filter(|field| field.name != "id" && !is_link(field.name)) {
            property(xml, field.name, field.ty, field.many, enums);
        }
    }
    for link in kind.links {
        let target = format!("microsoft.graph.{}", link.target.name);
        let ty = if link.cardinality == Cardinality::Many { format!("Collection({target})") } else { target };
        let contained =
            if matches!(link.shape, Shape::Contained | Shape::Records(_)) { " ContainsTarget=\"true\"" } else { "" };
        xml.push_str(&format!("<NavigationProperty Name=\"{}\" Type=\"{ty}\"{contained}/>\n", link.name));
    }
    xml.push_str("</EntityType>\n");
}

/// Whether a kind only describes records: it has no attributes, and there is a record of its name.
fn is_record(kind: &'static Kind) -> bool {
    kind.attributes.is_empty() && kind.base.is_none() && RECORDS.iter().any(|record| record.name == kind.name)
}

fn complex(xml: &mut String, record: &'static RecordDef, enums: &mut Vec<&'static EnumDef>) {
    let base = record.base.filter(|base| base.name != "entity");
    let base = base.map_or(String::new(), |base| format!(" BaseType=\"microsoft.graph.{}\"", base.name));
    let is_abstract = if record.is_abstract { " Abstract=\"true\"" } else { "" };
    let open = if record.is_open { " OpenType=\"true\"" } else { "" };
    xml.push_str(&format!("<ComplexType Name=\"{}\"{base}{is_abstract}{open}>\n", record.name));
    for field in record.fields {
        property(xml, field.name, field.ty, field.many, enums);
    }
    xml.push_str("</ComplexType>\n");
}

fn property(xml: &mut String, name: &str, ty: Type, many: bool, enums: &mut Vec<&'static EnumDef>) {
    if let Type::Enum(definition) = ty {
        enums.push(definition);
    }
    let one = edm(ty);
    let ty = if many { format!("Collection({one})") } else { one };
    xml.push_str(&format!("<Property Name=\"{name}\" Type=\"{ty}\"/>\n"));
}

fn enumeration(xml: &mut String, definition: &EnumDef) {
    let flags = if definition.flags { " IsFlags=\"true\"" } else { "" };
    xml.push_str(&format!("<EnumType Name=\"{}\"{flags}>\n", definition.name));
    for (at, member) in definition.members.iter().enumerate() {
        let value = if definition.flags {
            1u64.checked_shl(u32::try_from(at).unwrap_or(u32::MAX)).unwrap_or(0)
        } else {
            at as u64
        };
        xml.push_str(&format!("<Member Name=\"{member}\" Value=\"{value}\"/>\n"));
    }
    xml.push_str("</EnumType>\n");
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_well_formed_and_holds_every_kind_and_no_secret() {
        let Content::Xml(xml) = document().content else { panic!("it is XML") };
        let mut open: Vec<&str> = Vec::new();
        for tag in xml.split('<').skip(1).filter(|tag| !tag.starts_with('?')) {
            let inside = tag.split('>').next().unwrap();
            let name = inside.trim_start_matches('/').split([' ', '/']).next().unwrap();
            if inside.starts_with('/') {
                assert_eq!(open.pop(), Some(name));
            } else if !inside.ends_with('/') {
                open.push(name);
            }
        }
        assert!(open.is_empty(), "{open:?}");
        for kind in KINDS {
            let described = xml.split(&format!("<EntityType Name=\"{}\"", kind.name)).nth(1).unwrap();
            let described = described.split("</EntityType>").next().unwrap();
            for attribute in kind.attributes.iter().filter(|a| a.read == Read::Never) {
                assert!(!described.contains(&format!("Name=\"{}\"", attribute.name)), "{}", attribute.name);
            }
        }
        let entities = xml.matches("<EntityType Name").count();
        let names: std::collections::HashSet<&str> =
            xml.split("Type Name=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert!(names.len() > entities, "no type is named twice");
    }
}
