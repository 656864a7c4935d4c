//! The definition of a claims mapping policy: reading and judging its JSON.

use serde_json::Value;

use super::{restricted, source};
use crate::json;

/// So many claims, and so many transformations, in one policy.
const ENTRIES_MAX: usize = 100;
/// A claim's name and a constant are at most this long.
const TEXT_MAX: usize = 256;

#[derive(Debug)]
pub(crate) struct Definition {
    pub includes_basic: bool,
    pub entries: Vec<Entry>,
    pub transformations: Vec<Transformation>,
}

/// One entry of `ClaimsSchema`.
#[derive(Debug)]
pub(crate) struct Entry {
    pub source: Source,
    /// Which property of the source, and how transformations call it; empty for a constant without a name.
    pub id: String,
    /// Absent for what only transformations read.
    pub jwt_claim: Option<String>,
}

#[derive(Debug)]
pub(crate) enum Source {
    Constant(String),
    User,
    Application,
    Resource,
    Audience,
    Company,
    /// By the transformation of this id.
    Transformation(String),
}

#[derive(Debug)]
pub(crate) struct Transformation {
    pub id: String,
    pub method: Method,
    /// The ids of the entries it reads, in the order of the method's inputs.
    pub inputs: Vec<String>,
    /// The ids of the entries it is for.
    outputs: Vec<String>,
}

#[derive(Debug)]
pub(crate) enum Method {
    Join { separator: String },
    ExtractMailPrefix,
    ToLowercase,
    ToUppercase,
}

pub(crate) fn wrong() -> String {
    "is one JSON text `{\"ClaimsMappingPolicy\":{\"Version\":1,\"IncludeBasicClaimSet\":\"true\",\"ClaimsSchema\":[…]}}`"
        .to_owned()
}

impl Definition {
    pub(crate) fn of(parsed: &Value) -> Result<Definition, String> {
        let policy = json::member(parsed, "ClaimsMappingPolicy").ok_or_else(wrong)?;
        if json::member(policy, "Version").and_then(Value::as_i64) != Some(1) {
            return Err("has `Version` 1".to_owned());
        }
        let includes_basic = match json::member(policy, "IncludeBasicClaimSet") {
            None => true,
            Some(Value::Bool(does)) => *does,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("true") => true,
            Some(Value::String(text)) if text.eq_ignore_ascii_case("false") => false,
            Some(_) => return Err("says true or false as `IncludeBasicClaimSet`".to_owned()),
        };
        let entries: Vec<Entry> = list(policy, "ClaimsSchema")?.iter().map(entry).collect::<Result<_, _>>()?;
        // Both names are in use; the documentation has one in its text and the other in its examples.
        let mut transformations = Vec::new();
        for name in ["ClaimsTransformation", "ClaimsTransformations"] {
            for one in list(policy, name)? {
                transformations.push(transformation(one)?);
            }
        }
        let definition = Definition { includes_basic, entries, transformations };
        definition.check()?;
        Ok(definition)
    }

    pub(crate) fn entry(&self, id: &str) -> Option<&Entry> {
        self.entries.iter().find(|entry| entry.id.eq_ignore_ascii_case(id))
    }

    pub(crate) fn transformation(&self, id: &str) -> Option<&Transformation> {
        self.transformations.iter().find(|one| one.id.eq_ignore_ascii_case(id))
    }

    /// Whether what one part names is there in the other.
    fn check(&self) -> Result<(), String> {
        for (at, entry) in self.entries.iter().enumerate() {
            let is_twin = |other: &Entry| other.jwt_claim.is_some() && other.jwt_claim == entry.jwt_claim;
            if let Some(name) = &entry.jwt_claim
                && self.entries.iter().take(at).any(is_twin)
            {
                return Err(format!("names the claim `{name}` twice"));
            }
            let Source::Transformation(id) = &entry.source else { continue };
            let one = self.transformation(id).ok_or_else(|| format!("has no transformation `{id}`"))?;
            if !one.outputs.iter().any(|output| output.eq_ignore_ascii_case(&entry.id)) {
                return Err(format!("has a transformation `{id}` that puts nothing out to `{}`", entry.id));
            }
        }
        for one in &self.transformations {
            for input in &one.inputs {
                match self.entry(input).map(|entry| &entry.source) {
                    None => return Err(format!("has no entry `{input}` for the transformation `{}`", one.id)),
                    Some(Source::Transformation(_)) => {
                        return Err(format!("transforms `{input}`, which is transformed already"));
                    }
                    Some(_) => {}
                }
            }
        }
        Ok(())
    }
}

fn list<'a>(of: &'a Value, name: &str) -> Result<&'a [Value], String> {
    let Some(found) = json::member(of, name) else { return Ok(&[]) };
    let list = found.as_array().ok_or_else(|| format!("has a list as `{name}`"))?;
    if list.len() > ENTRIES_MAX {
        return Err(format!("has at most {ENTRIES_MAX} entries in `{name}`"));
    }
    Ok(list)
}

/// A member that is text of a bearable length.
fn text(of: &Value, name: &str) -> Result<Option<String>, String> {
    match json::member(of, name) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) if text.len() <= TEXT_MAX => Ok(Some(text.clone())),
        Some(_) => Err(format!("has a text of at most {TEXT_MAX} bytes as `{name}`")),
    }
}

fn need(of: &Value, name: &str) -> Result<String, String> {
    text(of, name)?.filter(|text| !text.is_empty()).ok_or_else(|| format!("lacks `{name}`"))
}

fn entry(of: &Value) -> Result<Entry, String> {
    let jwt_claim = text(of, "JwtClaimType")?;
    if let Some(name) = &jwt_claim
        && restricted::is_restricted(name)
    {
        return Err(format!("names the claim `{name}`, which no policy may set"));
    }
    if let Some(constant) = text(of, "Value")? {
        let id = text(of, "ID")?.unwrap_or_default();
        return Ok(Entry { source: Source::Constant(constant), id, jwt_claim });
    }
    let (name, id) = (need(of, "Source")?, need(of, "ID")?);
    let lower = id.to_ascii_lowercase();
    let (source, is_known) = match name.to_ascii_lowercase().as_str() {
        "user" => (Source::User, source::is_of_user(&lower)),
        "application" => (Source::Application, source::is_of_principal(&lower)),
        "resource" => (Source::Resource, source::is_of_principal(&lower)),
        "audience" => (Source::Audience, source::is_of_principal(&lower)),
        "company" => (Source::Company, lower == "tenantcountry"),
        "transformation" => (Source::Transformation(need(of, "TransformationId")?), true),
        _ => return Err(format!("names the source `{name}`, which is not known")),
    };
    if !is_known {
        return Err(format!("names `{id}` of the source `{name}`, which is not known"));
    }
    let id = if matches!(source, Source::Transformation(_)) { id } else { lower };
    Ok(Entry { source, id, jwt_claim })
}

fn transformation(of: &Value) -> Result<Transformation, String> {
    let id = need(of, "ID")?;
    let name = need(of, "TransformationMethod")?;
    let separator = || -> Result<String, String> {
        for parameter in list(of, "InputParameters")? {
            if text(parameter, "ID")?.is_some_and(|id| id.eq_ignore_ascii_case("separator")) {
                return Ok(text(parameter, "Value")?.unwrap_or_default());
            }
        }
        Err(format!("lacks the parameter `separator` of `{id}`"))
    };
    let method = match name.to_ascii_lowercase().as_str() {
        "join" => Method::Join { separator: separator()? },
        "extractmailprefix" => Method::ExtractMailPrefix,
        "tolowercase" => Method::ToLowercase,
        "touppercase" => Method::ToUppercase,
        _ => {
            let known = "Join, ExtractMailPrefix, ToLowercase and ToUppercase";
            return Err(format!("names the method `{name}`; there are {known}"));
        }
    };
    let mut named = Vec::new();
    for input in list(of, "InputClaims")? {
        let role = text(input, "TransformationClaimType")?.unwrap_or_default().to_ascii_lowercase();
        named.push((role, need(input, "ClaimTypeReferenceId")?));
    }
    let inputs: Vec<String> = if matches!(method, Method::Join { .. }) {
        let of_role = |role: &str| named.iter().find(|(known, _)| known == role).map(|(_, input)| input.clone());
        ["string1", "string2"].into_iter().filter_map(of_role).collect()
    } else {
        named.iter().map(|(_, input)| input.clone()).collect()
    };
    let wanted = if matches!(method, Method::Join { .. }) { 2 } else { 1 };
    if inputs.len() != wanted || named.len() != wanted {
        return Err(format!("gives `{id}` another number of inputs than {name} has ({wanted})"));
    }
    let mut outputs = Vec::new();
    for output in list(of, "OutputClaims")? {
        outputs.push(need(output, "ClaimTypeReferenceId")?);
    }
    Ok(Transformation { id, method, inputs, outputs })
}
