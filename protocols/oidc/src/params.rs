//! Parameters of a query or a form (`application/x-www-form-urlencoded`), with limits.

use std::borrow::Cow;

use crate::error::Problem;

/// A query or form is at most this long, in bytes.
pub(crate) const BYTES_MAX: usize = 64 << 10;
/// So many parameters at most.
pub(crate) const COUNT_MAX: usize = 64;

/// What may come several times: the resources that a token is to be for (RFC 8707 §2, RFC 8693 §2.1).
const REPEATABLE: [&str; 2] = ["resource", "audience"];

/// Parameters by name. No other comes twice (RFC 6749 §3.1).
#[derive(Debug, Default)]
pub(crate) struct Params<'a>(Vec<(Cow<'a, str>, Cow<'a, str>)>);

impl<'a> Params<'a> {
    pub(crate) fn parse(text: &'a [u8]) -> Result<Params<'a>, Problem> {
        if text.len() > BYTES_MAX {
            return Err(Problem::malformed(format!("the parameters are longer than {BYTES_MAX} bytes")));
        }
        let mut found: Vec<(Cow<'a, str>, Cow<'a, str>)> = Vec::with_capacity(8);
        for (name, value) in form_urlencoded::parse(text) {
            if found.len() >= COUNT_MAX {
                return Err(Problem::malformed(format!("there are more than {COUNT_MAX} parameters")));
            }
            if name.starts_with("x-client-") {
                continue;
            }
            if !REPEATABLE.contains(&&*name) && found.iter().any(|(known, _)| *known == name) {
                let name: String = name.chars().take(64).collect();
                return Err(Problem::malformed(format!("the parameter `{}` comes twice", name.escape_debug())));
            }
            found.push((name, value));
        }
        Ok(Params(found))
    }

    /// A parameter; an empty one counts as left out (RFC 6749 §3.1).
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .find(|(known, _)| known == name)
            .map(|(_, value)| value.as_ref())
            .filter(|value| !value.is_empty())
    }

    /// Every value of a parameter that may come several times.
    pub(crate) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.0.iter().filter(move |(known, value)| known == name && !value.is_empty()).map(|(_, value)| value.as_ref())
    }

    /// All of them, as they came.
    pub(crate) fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_ref(), value.as_ref()))
    }

    /// Parameters that came in another form than a query: in a signed request object.
    pub(crate) fn of(pairs: Vec<(String, String)>) -> Params<'static> {
        Params(pairs.into_iter().map(|(name, value)| (name.into(), value.into())).collect())
    }

    /// A parameter that must be there.
    pub(crate) fn need(&self, name: &'static str) -> Result<&str, Problem> {
        self.get(name).ok_or_else(|| Problem::missing(name))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_read_once_each_and_empty_ones_are_absent() {
        let params = Params::parse(b"a=1&b=&c=x+y%26&x-client-SKU=a&x-client-SKU=b").unwrap();
        assert_eq!(
            (params.get("a"), params.get("b"), params.get("c"), params.get("d")),
            (Some("1"), None, Some("x y&"), None)
        );
        assert!(Params::parse(b"a=1&a=1").is_err());
        let several = Params::parse(b"resource=a&resource=&resource=b").unwrap();
        assert_eq!(several.all("resource").collect::<Vec<_>>(), ["a", "b"]);
        assert!(Params::parse("a=1&".repeat(COUNT_MAX + 1).as_bytes()).is_err());
        assert!(Params::parse(&vec![b'a'; BYTES_MAX + 1]).is_err());
    }

    #[test]
    fn no_bytes_make_the_reader_panic() {
        let mut state = 0x9e37_79b9_7f4a_7c15_u64;
        for round in 0..20_000_usize {
            let mut bytes = b"client_id=%41%zz&scope=a+b%20c&state=%f0%9f%98%80&x=".to_vec();
            for _ in 0..=(round % 5) {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = (state >> 33) as usize % bytes.len();
                bytes[at] = (state >> 17) as u8;
            }
            let _ = Params::parse(&bytes).map(|params| params.get("scope").map(signin::Scopes::parse));
        }
    }
}
