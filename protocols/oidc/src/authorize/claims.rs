//! The `claims` parameter (OpenID Connect Core §5.5), as far as it asks for something: what is not listed here is
//! voluntary, and is not given because somebody asked.
//!
//! `xms_cc` says what a client can take, `acrs` names authentication contexts, and an essential `nbf` asks for a proof that
//! is newer than a moment: that is what a claims challenge makes a client send.

use directory::Id;
use serde_json::{Map, Value};

use crate::error::Problem;

/// The parameter is at most this long.
const CLAIMS_BYTES_MAX: usize = 4096;
/// So many capabilities, contexts or classes at most.
const VALUES_MAX: usize = 8;
/// One of them is at most this long.
const VALUE_MAX: usize = 128;

/// What a client asks for by claims.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct ClaimsRequest {
    /// `access_token.xms_cc`: `cp1`.
    pub capabilities: Vec<String>,
    /// `access_token.acrs` or `id_token.acrs`: `c1` to `c99`.
    pub contexts: Vec<String>,
    /// `access_token.nbf`, essential: seconds; absent when a client wants one that is new without saying since when.
    pub not_before: Option<Option<i64>>,
    /// `id_token.acr`: these classes, in order of preference.
    pub classes: Vec<String>,
    /// Whether one of them must be reached.
    pub needs_class: bool,
    /// `id_token.sub` or `id_token.oid`: nobody else will do.
    pub subject: Option<Id>,
}

impl ClaimsRequest {
    pub(crate) fn parse(text: Option<&str>) -> Result<ClaimsRequest, Problem> {
        let Some(text) = text else { return Ok(ClaimsRequest::default()) };
        let bad = || Problem::malformed("`claims` is not a JSON object");
        if text.len() > CLAIMS_BYTES_MAX {
            return Err(bad());
        }
        let all: Map<String, Value> = serde_json::from_str(text).map_err(|_| bad())?;
        let of = |place: &str, name: &str| all.get(place).and_then(|place| place.get(name));
        let mut contexts = values(of("access_token", "acrs"));
        contexts.extend(
            values(of("id_token", "acrs")).into_iter().filter(|class| !contexts.contains(class)).collect::<Vec<_>>(),
        );
        if let Some(unknown) = contexts.iter().find(|class| !is_context(class)) {
            let shown: String = unknown.chars().take(16).collect();
            return Err(Problem::malformed(format!("`{}` is no authentication context", shown.escape_debug())));
        }
        let nbf = of("access_token", "nbf").filter(|nbf| is_essential(nbf));
        let subject = of("id_token", "sub").or(of("id_token", "oid")).and_then(|asked| asked.get("value")?.as_str());
        Ok(ClaimsRequest {
            capabilities: values(of("access_token", "xms_cc")),
            contexts,
            not_before: nbf.map(|nbf| nbf.get("value").and_then(seconds)),
            classes: values(of("id_token", "acr")),
            needs_class: of("id_token", "acr").is_some_and(is_essential),
            // A value that is no id of ours is nobody's.
            subject: subject.map(|text| directory::id_from_text(text).unwrap_or(Id::nil())),
        })
    }
}

/// `c1` to `c99` (`authenticationContextClassReference`).
fn is_context(class: &str) -> bool {
    let number = class.strip_prefix('c').filter(|number| !number.starts_with('0'));
    number.and_then(|number| number.parse::<u8>().ok()).is_some_and(|number| (1..=99).contains(&number))
}

fn is_essential(asked: &Value) -> bool {
    asked.get("essential").and_then(Value::as_bool) == Some(true)
}

/// `value` and `values` of one claim, as far as they are texts.
fn values(asked: Option<&Value>) -> Vec<String> {
    let one = asked.and_then(|asked| asked.get("value")).into_iter();
    let more = asked.and_then(|asked| asked.get("values")).and_then(Value::as_array).into_iter().flatten();
    let texts = one.chain(more).filter_map(Value::as_str).filter(|text| text.len() <= VALUE_MAX);
    texts.take(VALUES_MAX).map(str::to_owned).collect()
}

/// Clients of Entra write the seconds as text.
fn seconds(value: &Value) -> Option<i64> {
    value.as_i64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn what_is_asked_for_is_read_and_the_rest_is_voluntary() {
        let none = ClaimsRequest::default();
        let texts = |all: &[&str]| all.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        for (text, expect) in [
            ("{}", none.clone()),
            (r#"{"userinfo":{"email":null},"id_token":{"auth_time":{"essential":true}}}"#, none.clone()),
            (
                r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#,
                ClaimsRequest { capabilities: texts(&["cp1"]), ..none.clone() },
            ),
            (
                r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}},"id_token":{"acrs":{"values":["c1","c25"]}}}"#,
                ClaimsRequest { contexts: texts(&["c1", "c25"]), ..none.clone() },
            ),
            (
                r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#,
                ClaimsRequest { not_before: Some(Some(1_604_106_651)), ..none.clone() },
            ),
            (
                r#"{"access_token":{"nbf":{"essential":true}}}"#,
                ClaimsRequest { not_before: Some(None), ..none.clone() },
            ),
            (r#"{"access_token":{"nbf":{"value":"1604106651"}}}"#, none.clone()),
            (
                r#"{"id_token":{"acr":{"essential":true,"values":["phr","x"]}}}"#,
                ClaimsRequest { classes: texts(&["phr", "x"]), needs_class: true, ..none.clone() },
            ),
            (r#"{"id_token":{"sub":{"value":"nobody"}}}"#, ClaimsRequest { subject: Some(Id::nil()), ..none.clone() }),
        ] {
            assert_eq!(ClaimsRequest::parse(Some(text)), Ok(expect), "{text}");
        }
        for text in [
            "",
            "[]",
            "1",
            r#"{"access_token":{"acrs":{"value":"c0"}}}"#,
            r#"{"access_token":{"acrs":{"value":"c01"}}}"#,
            r#"{"id_token":{"acrs":{"value":"c100"}}}"#,
        ] {
            assert!(ClaimsRequest::parse(Some(text)).is_err(), "{text}");
        }
        assert!(ClaimsRequest::parse(Some(&format!("{{\"a\":\"{}\"}}", "x".repeat(CLAIMS_BYTES_MAX)))).is_err());
    }
}
