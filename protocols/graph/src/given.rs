//! What a request body says, read by the schema: which attributes are set, cleared or merged, which objects are referred
//! to, which children come along. Nothing is looked up in the directory here.

mod values;

use directory::{AttributeDef, Id, Kind, LinkDef, Model, Read, Shape, Value, Write};
use serde_json::{Map, Value as Json};

use crate::errors::{Error, Target, Workload};
use crate::limits::{BIND_MAX, BODY_DEPTH_MAX, CHILDREN_MAX};
use crate::print::type_name;

pub use values::{arguments, give_ids, merged, settled};

/// A value as given: to be cleared, to be put, or to be merged field by field.
#[derive(Clone, Debug, PartialEq)]
pub enum Given {
    Clear,
    Put(Value),
    Merge(Fields),
}

/// The fields of a record, each as given.
pub type Fields = Vec<(String, Given)>;

/// An object as a body describes it.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: &'static Kind,
    pub attributes: Vec<(&'static AttributeDef, Given)>,
    /// Links to objects that are there, each a URL or an id.
    pub references: Vec<(&'static LinkDef, Vec<Reference>)>,
    pub children: Vec<(&'static LinkDef, Vec<Draft>)>,
}

/// How a body refers to an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reference {
    Url(String),
    Id(Id),
}

/// Whether an object is made or changed; some properties can only be given when it is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    Create,
    Update,
}

/// Reads bodies by one model.
#[derive(Clone, Copy)]
pub struct Reader<'m> {
    pub model: &'m Model,
    pub workload: Workload,
    pub purpose: Purpose,
}

/// The JSON object of a body.
pub fn json_object(body: &[u8]) -> Result<Map<String, Json>, Error> {
    match serde_json::from_slice::<Json>(body) {
        Ok(Json::Object(members)) => Ok(members),
        Ok(_) | Err(_) => Err(Error::bad(
            "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid JSON \
             format.",
        )),
    }
}

impl Reader<'_> {
    /// Read an object that is declared to be of a kind; `@odata.type` may say that it is a more derived one.
    pub fn draft(&self, body: &Map<String, Json>, declared: &'static Kind, depth: usize) -> Result<Draft, Error> {
        check_depth(depth)?;
        let kind = self.kind(body, declared)?;
        let mut draft = Draft { kind, attributes: Vec::new(), references: Vec::new(), children: Vec::new() };
        for (name, value) in body {
            self.member(&mut draft, name, value, depth)?;
        }
        Ok(draft)
    }

    fn kind(&self, body: &Map<String, Json>, declared: &'static Kind) -> Result<&'static Kind, Error> {
        let kind = match body.get("@odata.type") {
            None | Some(Json::Null) => declared,
            Some(Json::String(text)) => {
                let named = type_name(text).and_then(|name| self.model.kind_named(name));
                let fits = named.filter(|kind| kind.is_a(declared) || declared.is_a(kind));
                let kind = fits.ok_or_else(|| unresolved(text, declared.name))?;
                if declared.is_a(kind) { declared } else { kind }
            }
            Some(other) => return Err(literal(other, "Edm.String", "@odata.type")),
        };
        if kind.is_abstract && self.purpose == Purpose::Create {
            return Err(Error::bad(format!(
                "Cannot create an instance of the abstract type 'microsoft.graph.{}': say which type is meant with \
                 '@odata.type'.",
                kind.name
            )));
        }
        Ok(kind)
    }

    fn member(&self, draft: &mut Draft, name: &str, value: &Json, depth: usize) -> Result<(), Error> {
        if let Some((name, annotation)) = name.split_once('@') {
            if name.is_empty() || !annotation.eq_ignore_ascii_case("odata.bind") {
                return Ok(());
            }
            let link = self.link(draft.kind, name)?;
            let urls = urls(value, name)?;
            draft.references.push((link, urls));
            return Ok(());
        }
        let attribute =
            draft.kind.all_attributes().find(|a| a.name.eq_ignore_ascii_case(name) && a.read != Read::Never);
        if let Some(attribute) = attribute {
            if let Some(given) = self.attribute(attribute, value, depth)? {
                draft.attributes.push((attribute, given));
            }
            return Ok(());
        }
        if name == "id" {
            return Ok(());
        }
        let link = draft.kind.all_links().find(|link| link.name.eq_ignore_ascii_case(name));
        match link {
            Some(_) if value.is_null() => Ok(()),
            Some(link) if link.shape == Shape::Contained && self.purpose == Purpose::Create => {
                let children = self.children(link, value, depth)?;
                draft.children.push((link, children));
                Ok(())
            }
            Some(link) => {
                draft.references.push((link, inline(value, link)?));
                Ok(())
            }
            None => Err(no_property(name, draft.kind.name)),
        }
    }

    fn link(&self, kind: &'static Kind, name: &str) -> Result<&'static LinkDef, Error> {
        let link = kind.all_links().find(|link| link.name.eq_ignore_ascii_case(name));
        let link = link.ok_or_else(|| no_property(name, kind.name))?;
        match (link.shape, link.write) {
            (Shape::Forward, Write::Caller | Write::Create) => Ok(link),
            _ => Err(read_only(link.name)),
        }
    }

    fn attribute(&self, attribute: &'static AttributeDef, value: &Json, depth: usize) -> Result<Option<Given>, Error> {
        match attribute.write {
            Write::Caller | Write::Create => self.given(attribute, value, depth).map(Some),
            // Clients send back what they read; null says nothing.
            Write::System | Write::Only(_) if value.is_null() || self.workload == Workload::Devices => Ok(None),
            Write::System | Write::Only(_) => Err(read_only(attribute.name)),
        }
    }

    fn children(&self, link: &'static LinkDef, value: &Json, depth: usize) -> Result<Vec<Draft>, Error> {
        let items = match value {
            Json::Array(items) => items.iter().collect(),
            single @ Json::Object(_) => vec![single],
            other => return Err(literal(other, &format!("microsoft.graph.{}", link.target.name), link.name)),
        };
        if items.len() > CHILDREN_MAX {
            return Err(Error::invalid(format!("'{}' holds more than the limit of {CHILDREN_MAX} items.", link.name)));
        }
        let mut children = Vec::new();
        for item in items {
            let Json::Object(members) = item else {
                return Err(literal(item, &format!("microsoft.graph.{}", link.target.name), link.name));
            };
            children.push(self.draft(members, link.target, depth + 1)?);
        }
        Ok(children)
    }
}

fn urls(value: &Json, name: &str) -> Result<Vec<Reference>, Error> {
    let items = match value {
        Json::Array(items) => items.iter().collect(),
        single => vec![single],
    };
    if items.len() > BIND_MAX {
        return Err(Error::invalid(format!(
            "The request adds more than the limit of {BIND_MAX} references to '{name}'."
        )));
    }
    let url = |item: &Json| {
        item.as_str().map(|url| Reference::Url(url.to_owned())).ok_or_else(|| literal(item, "Edm.String", name))
    };
    items.into_iter().map(url).collect()
}

/// An object given in place of a reference: its `id` or `@odata.id` says which is meant.
fn inline(value: &Json, link: &'static LinkDef) -> Result<Vec<Reference>, Error> {
    if link.shape != Shape::Forward || matches!(link.write, Write::System | Write::Only(_)) {
        return Err(read_only(link.name));
    }
    let items = match value {
        Json::Array(items) => items.iter().collect(),
        single => vec![single],
    };
    if items.len() > BIND_MAX {
        return Err(Error::invalid(format!(
            "The request adds more than the limit of {BIND_MAX} references to '{}'.",
            link.name
        )));
    }
    let reference = |item: &Json| {
        let id = item.get("id").and_then(Json::as_str).and_then(directory::id_from_text).map(Reference::Id);
        let url = item.get("@odata.id").and_then(Json::as_str).map(|url| Reference::Url(url.to_owned()));
        id.or(url).ok_or_else(|| {
            Error::bad(format!(
                "'{}' refers to another object: give its 'id', or use '{}@odata.bind'.",
                link.name, link.name
            ))
        })
    };
    items.into_iter().map(reference).collect()
}

fn check_depth(depth: usize) -> Result<(), Error> {
    if depth > BODY_DEPTH_MAX {
        return Err(Error::bad(format!("the body nests deeper than the limit of {BODY_DEPTH_MAX}")));
    }
    Ok(())
}

fn no_property(name: &str, ty: &str) -> Error {
    let mut error = Error::bad(format!(
        "The property '{name}' does not exist on type 'microsoft.graph.{ty}'. Make sure to only use property names that \
         are defined by the type."
    ));
    error.target = Some(Target { code: "InvalidProperty", property: name.to_owned() });
    error
}

fn read_only(name: &str) -> Error {
    let mut error = Error::invalid(format!("Property '{name}' is read-only and cannot be set."));
    error.target = Some(Target { code: "ReadOnly", property: name.to_owned() });
    error
}

fn unresolved(text: &str, expected: &str) -> Error {
    Error::bad(format!(
        "A type named '{}' could not be resolved by the model, or is not a 'microsoft.graph.{expected}'.",
        text.trim_start_matches('#')
    ))
}

fn literal(value: &Json, expected: &str, name: &str) -> Error {
    // What does not fit may be a secret in the wrong place: only its sort is said.
    let sort = match value {
        Json::Null => "null",
        Json::Bool(_) => "a Boolean",
        Json::Number(_) => "a number",
        Json::String(_) => "a string",
        Json::Array(_) => "an array",
        Json::Object(_) => "an object",
    };
    let mut error =
        Error::bad(format!("Cannot convert {sort} to the expected type '{expected}' for property '{name}'."));
    error.target = Some(Target { code: "InvalidValue", property: name.to_owned() });
    error
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use directory::Record;
    use schema::{device_compliance_policy as compliance, named_location, user};
    use serde_json::json;

    fn read(body: Json, kind: &'static Kind, purpose: Purpose) -> Result<Draft, Error> {
        let model = schema::model();
        let reader = Reader { model: &model, workload: Workload::Directory, purpose };
        reader.draft(body.as_object().unwrap(), kind, 0)
    }

    #[test]
    fn bodies_are_read_by_the_schema() {
        let draft = read(
            json!({
                "@odata.type": "#microsoft.graph.user",
                "displayName": "Ada",
                "accountEnabled": true,
                "jobTitle": null,
                "createdDateTime": null,
                "businessPhones": ["1"],
                "employeeHireDate": "2026-11-21T00:00:00Z",
                "employeeOrgData": {"costCenter": "7", "division": null},
                "manager@odata.bind": "https://any.example/beta/users/x",
                "x@odata.unknown": 1
            }),
            &user::USER,
            Purpose::Create,
        )
        .unwrap();
        let of = |name: &str| draft.attributes.iter().find(|(a, _)| a.name == name).map(|(_, given)| given.clone());
        assert_eq!(of("displayName"), Some(Given::Put("Ada".into())));
        assert_eq!(of("jobTitle"), Some(Given::Clear));
        assert_eq!(of("createdDateTime"), None);
        assert_eq!(settled(None, &of("employeeOrgData").unwrap()), Some(Record::new().with("costCenter", "7").into()));
        assert_eq!(draft.references[0].1, [Reference::Url("https://any.example/beta/users/x".into())]);
    }

    #[test]
    fn records_merge_field_by_field_and_another_type_starts_anew() {
        let old = Record::new().with("a", 1).with("b", 2);
        let merge = |fields: &[(&str, Given)]| {
            merged(Some(&old), &fields.iter().map(|(n, g)| ((*n).to_owned(), g.clone())).collect::<Vec<_>>())
        };
        assert_eq!(
            merge(&[("b", Given::Clear), ("c", Given::Put(3.into()))]),
            Some(Record::new().with("a", 1).with("c", 3))
        );
        assert_eq!(merge(&[("a", Given::Clear), ("b", Given::Clear)]), None);
        let typed = merge(&[("@odata.type", Given::Put("#microsoft.graph.x".into()))]).unwrap();
        assert_eq!(typed, Record::new().with("@odata.type", "#microsoft.graph.x"));
    }

    #[test]
    fn derived_types_enums_and_nested_types_are_found_whatever_their_case() {
        let draft = read(
            json!({
                "@odata.type": "#Microsoft.Graph.IPNamedLocation",
                "displayName": "Office",
                "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}]
            }),
            &named_location::NAMED_LOCATION,
            Purpose::Create,
        )
        .unwrap();
        assert_eq!(draft.kind.name, "ipNamedLocation");
        let (_, Given::Put(Value::List(ranges))) = draft.attributes.iter().find(|(a, _)| a.name == "ipRanges").unwrap()
        else {
            panic!("a list was given");
        };
        assert_eq!(ranges[0].as_record().unwrap().text("@odata.type"), Some("#microsoft.graph.iPv4CidrRange"));
    }

    #[test]
    fn what_is_wrong_is_refused_with_its_property() {
        for (body, part) in [
            (json!({"wrong": 1}), "The property 'wrong' does not exist on type 'microsoft.graph.user'"),
            (json!({"passwordVerifier": "x"}), "does not exist"),
            (json!({"displayName": 1}), "Cannot convert a number to the expected type 'Edm.String'"),
            (json!({"accountEnabled": "true"}), "Edm.Boolean"),
            (json!({"businessPhones": "1"}), "Collection(Edm.String)"),
            (json!({"employeeHireDate": "soon"}), "Edm.DateTimeOffset"),
            (json!({"employeeOrgData": {"wrong": 1}}), "The property 'wrong' does not exist"),
            (json!({"employeeOrgData": []}), "microsoft.graph.employeeOrgData"),
            (json!({"createdDateTime": "2026-01-01T00:00:00Z"}), "read-only"),
            (json!({"memberOf@odata.bind": []}), "read-only"),
            (json!({"wrong@odata.bind": []}), "does not exist"),
            (json!({"@odata.type": "#microsoft.graph.nothing"}), "could not be resolved"),
            (json!({"@odata.type": "#microsoft.graph.group"}), "could not be resolved"),
            (json!({"@odata.type": 5}), "Edm.String"),
            (json!({"manager": {"displayName": "x"}}), "give its 'id'"),
            (json!({"manager@odata.bind": vec!["x"; BIND_MAX + 1]}), "limit"),
        ] {
            let error = read(body.clone(), &user::USER, Purpose::Update).expect_err(&body.to_string());
            assert_eq!(error.status, 400);
            assert!(error.message.contains(part), "{body}: {}", error.message);
        }
        let abstract_one = read(json!({"displayName": "x"}), &compliance::DEVICE_COMPLIANCE_POLICY, Purpose::Create);
        assert!(abstract_one.unwrap_err().message.contains("abstract"));
    }

    #[test]
    fn items_that_are_addressed_get_ids() {
        let mut draft = read(
            json!({
                "@odata.type": "#microsoft.graph.windows10CompliancePolicy",
                "displayName": "x",
                "scheduledActionsForRule": [{"ruleName": "r", "scheduledActionConfigurations": [{"actionType": "BLOCK"}]}]
            }),
            &compliance::DEVICE_COMPLIANCE_POLICY,
            Purpose::Create,
        )
        .unwrap();
        let model = schema::model();
        let (attribute, Given::Put(rules)) =
            draft.attributes.iter_mut().find(|(a, _)| a.name == "scheduledActionsForRule").unwrap()
        else {
            panic!("a list was given");
        };
        let mut next = 0;
        give_ids(rules, attribute.ty, &model, &mut || {
            next += 1;
            Id::from_u128(next)
        });
        let rule = rules.as_list().unwrap()[0].as_record().unwrap();
        assert_eq!(rule.text("id"), Some("00000000-0000-0000-0000-000000000001"));
        let action = rule.records("scheduledActionConfigurations").next().unwrap();
        assert_eq!((action.text("actionType"), action.text("id").is_some()), (Some("block"), true));
        assert_eq!(next, 2);
    }
}
