//! Rich authorization requests (RFC 9396): `authorization_details`, a list of objects that each say by their `type` what
//! they mean. What the rest of an object means is between the client and the resource; here it is only kept whole.
//!
//! A resource's application names the types that it understands (`authorization_details_types_supported:…` among its
//! tags), a client's those that it may ask for (`authorization_details_types:…`).

use serde_json::{Map, Value};
use signin::{ClientRules, Resource};

use crate::error::{BAD_DETAILS, Problem};

/// All of them together are at most this long …
const DETAILS_BYTES_MAX: usize = 8 << 10;
/// … and so many.
const DETAILS_MAX: usize = 16;

/// Read and judge the details that a client asks for; answers them as they are kept.
pub(crate) fn judged(text: &str, rules: &ClientRules<'_>, resource: &Resource<'_>) -> Result<String, Problem> {
    let details = parse(text)?;
    for detail in &details {
        let kind = type_of(detail);
        let supported = resource.wish("authorization_details_types_supported").unwrap_or_default();
        if !supported.split_ascii_whitespace().any(|known| known == kind) {
            return Err(bad(format!("`{}` knows no authorization details of type `{}`", resource.name(), shown(kind))));
        }
        if !rules.allows_details(kind) {
            return Err(bad(format!(
                "the application may not ask for authorization details of type `{}`",
                shown(kind)
            )));
        }
        // §2.2: where they are to be used; a token is for one resource.
        let mut places = detail.get("locations").and_then(Value::as_array).into_iter().flatten();
        if !places.all(|place| place.as_str().is_some_and(|place| is_at(resource, place))) {
            return Err(bad(format!("`locations` must be those of `{}`", resource.name())));
        }
    }
    Ok(print(&details))
}

/// What a token request asks for of what was granted (§6.1): all of it, or some of it, letter by letter.
pub(crate) fn narrowed(granted: Option<&str>, asked: Option<&str>) -> Result<Option<String>, Problem> {
    let Some(asked) = asked else { return Ok(granted.map(str::to_owned)) };
    let (granted, asked) = (parse(granted.unwrap_or("[]"))?, parse(asked)?);
    if asked.iter().all(|detail| granted.contains(detail)) {
        return Ok((!asked.is_empty()).then(|| print(&asked)));
    }
    Err(bad("the authorization details go beyond what was granted"))
}

/// What a person reads of them: the type, and every field in a line of its own.
pub(crate) fn readable(text: &str) -> Vec<(String, Vec<String>)> {
    let details = parse(text).unwrap_or_default();
    let line = |(name, value): (&String, &Value)| match value {
        Value::String(text) => format!("{name}: {text}"),
        value => format!("{name}: {value}"),
    };
    let lines = |detail: &Map<String, Value>| detail.iter().filter(|(name, _)| *name != "type").map(line).collect();
    details.iter().map(|detail| (type_of(detail).to_owned(), lines(detail))).collect()
}

/// As claims carry them.
pub(crate) fn value(text: &str) -> directory::Value {
    crate::json::read(&Value::Array(parse(text).unwrap_or_default().into_iter().map(Value::Object).collect()))
}

fn parse(text: &str) -> Result<Vec<Map<String, Value>>, Problem> {
    if text.len() > DETAILS_BYTES_MAX {
        return Err(bad(format!("`authorization_details` is longer than {DETAILS_BYTES_MAX} bytes")));
    }
    let details: Vec<Map<String, Value>> =
        serde_json::from_str(text).map_err(|_| bad("`authorization_details` is not a list of JSON objects"))?;
    if details.len() > DETAILS_MAX {
        return Err(bad(format!("there are more than {DETAILS_MAX} authorization details")));
    }
    match details.iter().find(|detail| type_of(detail).is_empty()) {
        Some(_) => Err(bad("authorization details must have a `type`")),
        None => Ok(details),
    }
}

fn print(details: &[Map<String, Value>]) -> String {
    Value::from(details.iter().cloned().map(Value::Object).collect::<Vec<_>>()).to_string()
}

fn type_of(detail: &Map<String, Value>) -> &str {
    detail.get("type").and_then(Value::as_str).unwrap_or_default()
}

fn is_at(resource: &Resource<'_>, place: &str) -> bool {
    let names = resource.principal.get(schema::service_principal::SERVICE_PRINCIPAL_NAMES).unwrap_or_default();
    let uris = resource.app.and_then(|app| app.get(schema::application::IDENTIFIER_URIS)).unwrap_or_default();
    place == resource.audience || names.into_iter().chain(uris).any(|known| known == place)
}

fn shown(text: &str) -> String {
    text.chars().take(64).collect::<String>().escape_debug().to_string()
}

fn bad(why: impl Into<String>) -> Problem {
    Problem::new(BAD_DETAILS, why)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_token_request_may_ask_for_less_and_never_for_more() {
        let granted = r#"[{"type":"payment","amount":10},{"type":"account"}]"#;
        let all = Some(r#"[{"amount":10,"type":"payment"},{"type":"account"}]"#.to_owned());
        for (asked, expect) in [
            (None, Some(Some(granted.to_owned()))),
            (Some(granted), Some(all)),
            (Some(r#"[{"type":"account"}]"#), Some(Some(r#"[{"type":"account"}]"#.to_owned()))),
            (Some("[]"), Some(None)),
            (Some(r#"[{"type":"payment","amount":11}]"#), None),
            (Some(r#"[{"type":"account","more":1}]"#), None),
            (Some("{}"), None),
            (Some("[1]"), None),
            (Some(r#"[{"amount":1}]"#), None),
        ] {
            assert_eq!(narrowed(Some(granted), asked).ok(), expect, "{asked:?}");
        }
        assert!(narrowed(None, Some(r#"[{"type":"account"}]"#)).is_err());
        assert!(parse(&format!("[{}]", vec![r#"{"type":"a"}"#; DETAILS_MAX + 1].join(","))).is_err());
        assert!(parse(&" ".repeat(DETAILS_BYTES_MAX + 1)).is_err());
    }

    #[test]
    fn a_person_reads_every_field_of_a_detail() {
        let text = r#"[{"type":"payment","amount":{"value":"10.00","currency":"EUR"},"to":"XYZ Ltd."}]"#;
        let lines = vec![r#"amount: {"currency":"EUR","value":"10.00"}"#.to_owned(), "to: XYZ Ltd.".to_owned()];
        assert_eq!(readable(text), [("payment".to_owned(), lines)]);
    }

    #[test]
    fn details_reach_a_token_as_they_were() {
        let text = r#"[{"amount":1.5,"list":[1,"x",true,{"y":2}],"type":"payment"}]"#;
        let record = directory::Record::new().with("all", value(text));
        assert_eq!(crate::json::print(&record), format!(r#"{{"all":{text}}}"#));
    }
}
