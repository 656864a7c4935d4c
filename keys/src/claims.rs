//! What a token says, and what is expected of it. Signatures come first: nothing here runs on a payload whose signature
//! has not been checked, except for [`peek`], which says so.

use std::sync::Arc;

use directory::Time;
use serde_json::{Map, Value};

use crate::fault::JwtError;
use crate::jws::{Header, Parts, media_type};

/// How far clocks may differ, unless an [`Expect`] says otherwise.
pub const LEEWAY_SECONDS: i64 = 60;

/// A token: its header and its claims. Cheap to clone.
#[derive(Clone, Debug, PartialEq)]
pub struct Claims(Arc<Inner>);

#[derive(Debug, PartialEq)]
struct Inner {
    header: Header,
    body: Map<String, Value>,
}

/// What a token must say to be accepted here. `exp` is always required.
#[derive(Clone, Copy, Debug)]
pub struct Expect<'a> {
    /// The present.
    pub now: Time,
    /// The media types that are accepted in `typ`, such as `at+jwt`. Empty: any, or none at all (client assertions).
    pub typ: &'a [&'a str],
    /// The only issuer that is accepted.
    pub iss: Option<&'a str>,
    /// `aud` must name one of these. Empty: the caller checks the audience.
    pub aud: &'a [&'a str],
    /// The only subject that is accepted.
    pub sub: Option<&'a str>,
    /// How far clocks may differ.
    pub leeway_seconds: i64,
    /// `exp` may lie at most so far ahead of now.
    pub lifetime_seconds_max: Option<i64>,
}

impl<'a> Expect<'a> {
    /// Expect a token that is valid now, and nothing more: for `Expect { aud, ..Expect::at(now) }`.
    #[must_use]
    pub fn at(now: Time) -> Expect<'a> {
        let leeway_seconds = LEEWAY_SECONDS;
        Expect { now, typ: &[], iss: None, aud: &[], sub: None, leeway_seconds, lifetime_seconds_max: None }
    }
}

impl Claims {
    /// The header.
    #[must_use]
    pub fn header(&self) -> &Header {
        &self.0.header
    }

    /// All claims.
    #[must_use]
    pub fn all(&self) -> &Map<String, Value> {
        &self.0.body
    }

    /// A claim of any type.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Value> {
        self.0.body.get(name)
    }

    /// A claim that is text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// A claim that is a NumericDate (RFC 7519 §2).
    #[must_use]
    pub fn time(&self, name: &str) -> Option<Time> {
        numeric_date(self.get(name)?).map(Time::from_unix)
    }

    /// The texts of a claim that is a text or a list of texts (`aud`, `roles`, `amr`).
    pub fn texts<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c str> {
        let value = self.get(name);
        let items = match value {
            Some(Value::Array(items)) => items.as_slice(),
            Some(one) => std::slice::from_ref(one),
            None => &[],
        };
        items.iter().filter_map(Value::as_str)
    }

    /// The space-separated words of a claim (`scope`, `scp`).
    pub fn words<'c>(&'c self, name: &str) -> impl Iterator<Item = &'c str> {
        self.text(name).unwrap_or_default().split_ascii_whitespace()
    }

    /// What a payload says whose signature has been checked.
    pub(crate) fn of(header: Header, payload: &[u8]) -> Result<Claims, JwtError> {
        let body =
            serde_json::from_slice(payload).map_err(|_| JwtError::Malformed("its claims are not a JSON object"))?;
        Ok(Claims(Arc::new(Inner { header, body })))
    }

    /// Check everything but the signature.
    pub(crate) fn check(&self, expect: &Expect<'_>) -> Result<(), JwtError> {
        if !expect.typ.is_empty() {
            let typ = self.header().typ.as_deref().ok_or(JwtError::Typ)?;
            if !expect.typ.iter().any(|accepted| media_type(accepted) == typ) {
                return Err(JwtError::Typ);
            }
        }
        self.check_times(expect)?;
        if let Some(iss) = expect.iss
            && self.text("iss").ok_or(JwtError::Claim("iss"))? != iss
        {
            return Err(JwtError::Issuer);
        }
        if let Some(sub) = expect.sub
            && self.text("sub").ok_or(JwtError::Claim("sub"))? != sub
        {
            return Err(JwtError::Subject);
        }
        if !expect.aud.is_empty() && !self.texts("aud").any(|aud| expect.aud.contains(&aud)) {
            return Err(if self.get("aud").is_none() { JwtError::Claim("aud") } else { JwtError::Audience });
        }
        Ok(())
    }

    fn check_times(&self, expect: &Expect<'_>) -> Result<(), JwtError> {
        let now = expect.now.unix();
        let date = |name: &'static str| match self.get(name) {
            None => Ok(None),
            Some(value) => numeric_date(value).map(Some).ok_or(JwtError::Claim(name)),
        };
        let exp = date("exp")?.ok_or(JwtError::Claim("exp"))?;
        if exp.saturating_add(expect.leeway_seconds) <= now {
            return Err(JwtError::Expired);
        }
        for name in ["nbf", "iat"] {
            if date(name)?.is_some_and(|from| from.saturating_sub(expect.leeway_seconds) > now) {
                return Err(JwtError::NotYetValid);
            }
        }
        match expect.lifetime_seconds_max {
            Some(most) if exp.saturating_sub(expect.leeway_seconds) > now.saturating_add(most) => {
                Err(JwtError::Lifetime)
            }
            _ => Ok(()),
        }
    }
}

/// Read a token *without checking anything but its form*: to learn who claims to have signed it, and so whose keys to
/// check it with. Never a reason to let anybody in.
pub fn peek(token: &str) -> Result<Claims, JwtError> {
    let parts = Parts::of(token)?;
    Claims::of(parts.header, &parts.payload)
}

/// Seconds since 1970, fractions rounded down. Text is refused: RFC 7519 §2 says a number.
fn numeric_date(value: &Value) -> Option<i64> {
    if let Some(seconds) = value.as_i64() {
        return Some(seconds);
    }
    let seconds = value.as_f64()?.floor();
    // Within these bounds the conversion is exact; no date of ours lies outside.
    (seconds.abs() < 9e15).then_some(seconds as i64)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use serde_json::json;

    const NOW: i64 = 1_795_248_000;

    fn check(body: Value, expect: &Expect<'_>) -> Result<(), JwtError> {
        let header = Parts::of("eyJhbGciOiJFUzI1NiIsInR5cCI6ImF0K2p3dCJ9..").unwrap().header;
        Claims::of(header, body.to_string().as_bytes()).unwrap().check(expect)
    }

    #[test]
    fn times_are_judged_with_their_leeway() {
        let expect = Expect { lifetime_seconds_max: Some(300), ..Expect::at(Time::from_unix(NOW)) };
        for (body, verdict) in [
            (json!({"exp": NOW + 300}), Ok(())),
            (json!({"exp": NOW - 59}), Ok(())),
            (json!({"exp": NOW - 60}), Err(JwtError::Expired)),
            (json!({"exp": (NOW - 60) as f64 + 0.5}), Err(JwtError::Expired)),
            (json!({"exp": NOW + 360}), Ok(())),
            (json!({"exp": NOW + 361}), Err(JwtError::Lifetime)),
            (json!({"exp": i64::MAX}), Err(JwtError::Lifetime)),
            (json!({"exp": i64::MIN}), Err(JwtError::Expired)),
            (json!({"exp": 1e300}), Err(JwtError::Claim("exp"))),
            (json!({"exp": NOW, "nbf": NOW + 60}), Ok(())),
            (json!({"exp": NOW, "nbf": NOW + 61}), Err(JwtError::NotYetValid)),
            (json!({"exp": NOW, "iat": NOW + 61}), Err(JwtError::NotYetValid)),
            (json!({"exp": NOW.to_string()}), Err(JwtError::Claim("exp"))),
            (json!({"exp": NOW, "nbf": "soon"}), Err(JwtError::Claim("nbf"))),
            (json!({}), Err(JwtError::Claim("exp"))),
        ] {
            assert_eq!(check(body.clone(), &expect), verdict, "{body}");
        }
    }

    #[test]
    fn a_token_must_be_of_the_type_from_the_issuer_for_the_audience_about_the_subject() {
        let at = Expect::at(Time::from_unix(NOW));
        let expect = Expect { typ: &["at+JWT"], iss: Some("us"), aud: &["a", "b"], sub: Some("me"), ..at };
        let body = |iss: &str, aud: Value, sub: &str| json!({"exp": NOW, "iss": iss, "aud": aud, "sub": sub});
        for (body, verdict) in [
            (body("us", json!("a"), "me"), Ok(())),
            (body("us", json!(["c", "b"]), "me"), Ok(())),
            (body("us", json!(["c"]), "me"), Err(JwtError::Audience)),
            (body("us", json!([]), "me"), Err(JwtError::Audience)),
            (body("us", json!("ab"), "me"), Err(JwtError::Audience)),
            (body("them", json!("a"), "me"), Err(JwtError::Issuer)),
            (body("us", json!("a"), "you"), Err(JwtError::Subject)),
            (json!({"exp": NOW, "iss": "us", "sub": "me"}), Err(JwtError::Claim("aud"))),
            (json!({"exp": NOW, "aud": "a", "sub": "me"}), Err(JwtError::Claim("iss"))),
            (json!({"exp": NOW, "aud": "a", "iss": "us"}), Err(JwtError::Claim("sub"))),
        ] {
            assert_eq!(check(body.clone(), &expect), verdict, "{body}");
        }
        for typ in ["JWT", "id+jwt", "at"] {
            let verdict = check(body("us", json!("a"), "me"), &Expect { typ: &[typ], ..expect });
            assert_eq!(verdict, Err(JwtError::Typ), "{typ}");
        }
    }
}
