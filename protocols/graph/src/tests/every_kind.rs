//! Every kind of the schema that has a set walks create → read → patch → filter → delta → delete with generated values.

use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use directory::{AttributeDef, EnumDef, Kind, Read, RecordDef, Type, Write};
use serde_json::{Map, Value as Json, json};

use super::desk::Desk;
use crate::filter::advanced::is_directory;
use crate::projection::is_relation;
use crate::resolve::set_of;

/// Values that fit their types; each text is another one, so that unique attributes are.
struct Values {
    next: u64,
}

/// How deep generated records nest.
const DEPTH: usize = 3;

impl Values {
    fn number(&mut self) -> u64 {
        self.next += 1;
        self.next
    }

    fn of(&mut self, ty: Type, depth: usize) -> Option<Json> {
        let number = self.number();
        Some(match ty {
            Type::Bool => json!(number.is_multiple_of(2)),
            Type::Int | Type::Long => json!(number),
            Type::Double => json!(number as f64 + 0.5),
            Type::Text => json!(format!("Text {number} é\"\\")),
            Type::Guid => json!(uuid_text(number)),
            Type::Time => json!(format!("2026-11-21T10:00:{:02}Z", number % 60)),
            Type::Date => json!(format!("2026-11-{:02}", 1 + number % 28)),
            Type::Duration => json!(format!("P{}D", 1 + number)),
            Type::TimeOfDay => json!("10:30:00"),
            Type::Bytes => json!("AQID"),
            Type::Enum(definition) => json!(member(definition, number)),
            Type::Record(definition) => Json::Object(self.record(definition, depth)?),
            Type::AnyRecord => json!({"any": format!("thing {number}")}),
        })
    }

    /// A certificate is read by whoever takes it.
    fn named(&mut self, name: &str, ty: Type, depth: usize) -> Option<Json> {
        if name == "certificate" && matches!(ty, Type::Bytes) { Some(json!(authority())) } else { self.of(ty, depth) }
    }

    fn record(&mut self, declared: &'static RecordDef, depth: usize) -> Option<Map<String, Json>> {
        if depth == 0 {
            return None;
        }
        let mut members = Map::new();
        let mut definition = declared;
        if declared.is_abstract {
            let derived = schema::RECORDS.iter().filter(|record| record.is_a(declared) && !record.is_abstract);
            definition = derived.into_iter().next()?;
            members.insert("@odata.type".into(), json!(format!("#microsoft.graph.{}", definition.name)));
        }
        for field in definition.all_fields().filter(|field| field.name != "id" && field.name != "password") {
            let Some(value) = self.named(field.name, field.ty, depth - 1) else { continue };
            members.insert(field.name.to_owned(), if field.many { json!([value]) } else { value });
        }
        // A record without a field in it is the same as none.
        (!members.is_empty()).then_some(members)
    }

    fn object(&mut self, kind: &'static Kind) -> Map<String, Json> {
        let mut members = Map::new();
        members.insert("@odata.type".into(), json!(format!("#microsoft.graph.{}", kind.name)));
        for attribute in kind.all_attributes().filter(|attribute| is_given(attribute)) {
            let Some(value) = self.named(attribute.name, attribute.ty, DEPTH) else { continue };
            members.insert(attribute.name.to_owned(), if attribute.many { json!([value]) } else { value });
        }
        // What a record of a relation is addressed by is given by the server.
        members
    }
}

/// The certificate of an authority.
fn authority() -> String {
    static AUTHORITY: LazyLock<String> = LazyLock::new(|| {
        let mut params = rcgen::CertificateParams::default();
        params.is_ca = rcgen::IsCa::Ca(rcgen::BasicConstraints::Unconstrained);
        STANDARD.encode(params.self_signed(&rcgen::KeyPair::generate().unwrap()).unwrap().der())
    });
    AUTHORITY.clone()
}

fn uuid_text(number: u64) -> String {
    directory::Id::from_u128(u128::from(number) | 0x7000_0000_0000_0000_0000).hyphenated().to_string()
}

fn member(definition: &EnumDef, number: u64) -> String {
    // In another case than defined: what comes back is as defined.
    definition.members[usize::try_from(number).unwrap() % definition.members.len()].to_uppercase()
}

fn is_given(attribute: &AttributeDef) -> bool {
    matches!(attribute.write, Write::Caller | Write::Create) && attribute.read != Read::Never
}

/// Whether what was given came back: enumerations in their own spelling, items with an `id` besides.
fn came_back(given: &Json, found: &Json) -> bool {
    match (given, found) {
        (Json::Object(given), Json::Object(found)) => {
            given.iter().all(|(name, value)| found.get(name).is_some_and(|found| came_back(value, found)))
        }
        (Json::Array(given), Json::Array(found)) => {
            given.len() == found.len() && given.iter().zip(found).all(|(given, found)| came_back(given, found))
        }
        (Json::String(given), Json::String(found)) => given.eq_ignore_ascii_case(found),
        _ => given == found,
    }
}

fn walk(desk: &Desk, kind: &'static Kind, values: &mut Values) -> Result<(), String> {
    let path = format!("/v1.0/{}", set_of(kind).unwrap().path);
    let body = values.object(kind);
    let made = desk.post(&path, &Json::Object(body.clone()));
    if made.status != 201 {
        return Err(format!("create: {} {}\n{}", made.status, made.text, Json::Object(body)));
    }
    let id = made.json()["id"].as_str().unwrap().to_owned();
    let key =
        id.replace('%', "%25").replace('"', "%22").replace('\\', "%5C").replace(' ', "%20").replace('é', "%C3%A9");
    let one = format!("{path}/{key}");

    let names: Vec<&str> = kind.all_attributes().filter(|a| a.read != Read::Never).map(|a| a.name).collect();
    let select = format!("$select={}", names.join(","));
    let read = desk.get(&format!("{one}?{select}"));
    if read.status != 200 {
        return Err(format!("read: {} {}", read.status, read.text));
    }
    let read = read.json();
    for (name, value) in body.iter().filter(|(name, _)| *name != "@odata.type") {
        if !came_back(value, &read[name]) {
            return Err(format!("`{name}` was {value} and came back as {}", read[name]));
        }
    }
    let delta =
        desk.get(&format!("{path}/delta?$deltatoken=latest")).json()["@odata.deltaLink"].as_str().unwrap().to_owned();

    // Everything at once again, with other values; then one cleared.
    let mut patch = values.object(kind);
    patch.retain(|name, _| {
        kind.all_attributes().any(|a| a.name == name && a.write == Write::Caller) || name == "@odata.type"
    });
    let patched = desk.ask("PATCH", &one, &[], &Json::Object(patch.clone()).to_string());
    if !matches!(patched.status, 200 | 204) {
        return Err(format!("patch: {} {}", patched.status, patched.text));
    }
    let mut read = desk.get(&format!("{one}?{select}")).json();
    for (name, value) in patch.iter().filter(|(name, _)| *name != "@odata.type") {
        if !came_back(value, &read[name]) {
            return Err(format!("`{name}` was set to {value} and came back as {}", read[name]));
        }
    }
    let cleared = kind.all_attributes().find(|a| a.write == Write::Caller && !a.required && !a.many && is_given(a));
    if let Some(attribute) = cleared {
        desk.ask("PATCH", &one, &[], &json!({attribute.name: null}).to_string());
        read = desk.get(&format!("{one}?{select}")).json();
        if !read[attribute.name].is_null() {
            return Err(format!("`{}` was cleared and is {}", attribute.name, read[attribute.name]));
        }
    }

    filters(desk, kind, &path, (&id, &read))?;

    let listed = desk.get(delta.trim_start_matches(super::desk::URL));
    if patch.len() > 1
        && listed.json()["value"].as_array().is_none_or(|items| !items.iter().any(|item| item["id"] == json!(id)))
    {
        return Err(format!("delta: {} {}", listed.status, listed.text));
    }
    let deleted = desk.ask("DELETE", &one, &[], "");
    if deleted.status != 204 {
        return Err(format!("delete: {} {}", deleted.status, deleted.text));
    }
    let gone = desk.get(&one);
    if gone.status != 404 {
        return Err(format!("after delete: {} {}", gone.status, gone.text));
    }
    Ok(())
}

/// Found by its id and by every simple property, and not by another value.
fn filters(desk: &Desk, kind: &'static Kind, path: &str, (id, read): (&str, &Json)) -> Result<(), String> {
    let attributes = kind.all_attributes().filter(|a| {
        is_given(a)
            && !a.many
            && !is_relation(kind, a.id)
            && matches!(a.ty, Type::Text | Type::Int | Type::Bool | Type::Guid | Type::Time | Type::Enum(_))
    });
    let mut conditions = vec![format!("id eq '{}'", id.replace('\'', "''"))];
    for attribute in attributes.filter(|a| a.name != "id") {
        let literal = match &read[attribute.name] {
            Json::Null => "null".to_owned(),
            Json::String(text) if matches!(attribute.ty, Type::Guid | Type::Time) => text.clone(),
            Json::String(text) => format!("'{}'", text.replace('\'', "''")),
            other => other.to_string(),
        };
        conditions.push(format!("{} eq {literal}", attribute.name));
    }
    for condition in conditions {
        let encoded: String = condition
            .bytes()
            .map(|b| if b.is_ascii_alphanumeric() { (b as char).to_string() } else { format!("%{b:02X}") })
            .collect();
        let url = format!("{path}?$filter={encoded}&$count=true&$select=id");
        let found = desk.ask("GET", &url, &[("consistencylevel", "eventual")], "");
        // Some properties of users cannot be filtered by, and Graph says so.
        if kind.name == "user" && is_directory(kind) && found.text.contains("Request_UnsupportedQuery") {
            continue;
        }
        let has_it =
            found.status == 200 && found.json()["value"].as_array().unwrap().iter().any(|item| item["id"] == json!(id));
        if !has_it {
            return Err(format!("filter `{condition}`: {} {}", found.status, found.text));
        }
    }
    Ok(())
}

#[test]
fn every_kind_can_be_made_read_changed_found_followed_and_deleted() {
    let desk = Desk::open();
    let mut values = Values { next: 0 };
    let mut problems = Vec::new();
    let mut count = 0;
    for kind in schema::KINDS.iter().filter(|kind| !kind.is_abstract && set_of(kind).is_some()) {
        if kind.all_attributes().any(|a| a.required && !is_given(a)) {
            // Only the server makes these.
            continue;
        }
        count += 1;
        if let Err(problem) = walk(&desk, kind, &mut values) {
            problems.push(format!("{}: {problem}", kind.name));
        }
    }
    assert!(count >= 40, "only {count} kinds have a set");
    assert!(problems.is_empty(), "{} of {count}:\n{}", problems.len(), problems.join("\n"));
}
