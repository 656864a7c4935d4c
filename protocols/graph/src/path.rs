//! The text of a path as version and segments. What the segments mean is `resolve`'s business.

use percent_encoding::percent_decode_str;

use crate::errors::Error;
use crate::limits::SEGMENTS_MAX;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Version {
    V1,
    Beta,
}

impl Version {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Version::V1 => "v1.0",
            Version::Beta => "beta",
        }
    }
}

/// One segment: `users`, `users('id')`, `applications(appId='…')`, `delta()`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub name: String,
    pub arguments: Arguments,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arguments {
    /// No parentheses.
    None,
    /// `()`
    Empty,
    /// `('x')` or `(x)`
    Key(String),
    /// `(a='x',b=1)`
    Named(Vec<(String, String)>),
}

impl Segment {
    /// Whether it has this name, ignoring case, whatever its arguments.
    #[must_use]
    pub fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }

    /// The segment as it was before it was split, for messages and for keys that hold parentheses.
    #[must_use]
    pub fn text(&self) -> String {
        match &self.arguments {
            Arguments::None => self.name.clone(),
            Arguments::Empty => format!("{}()", self.name),
            Arguments::Key(key) => format!("{}({key})", self.name),
            Arguments::Named(pairs) => {
                let pairs: Vec<String> = pairs.iter().map(|(name, value)| format!("{name}={value}")).collect();
                format!("{}({})", self.name, pairs.join(","))
            }
        }
    }
}

/// Read a path. `None` where it is not under one of our versions.
pub fn parse(path: &str) -> Result<Option<(Version, Vec<Segment>)>, Error> {
    let mut texts = split(path).into_iter();
    let version = match texts.next() {
        Some(text) if text.eq_ignore_ascii_case("v1.0") => Version::V1,
        Some(text) if text.eq_ignore_ascii_case("beta") => Version::Beta,
        _ => return Ok(None),
    };
    let mut segments = Vec::new();
    for (at, text) in texts.enumerate() {
        if at == 0 && text.eq_ignore_ascii_case("myorganization") {
            continue;
        }
        if segments.len() == SEGMENTS_MAX {
            return Err(Error::bad(format!("the path has more than {SEGMENTS_MAX} segments")));
        }
        segments.push(segment(text)?);
    }
    Ok(Some((version, segments)))
}

/// Split at slashes outside of quotes in parentheses; empty pieces (doubled and trailing slashes) are dropped.
fn split(path: &str) -> Vec<&str> {
    let (mut pieces, mut start, mut is_inside, mut is_quoted) = (Vec::new(), 0, false, false);
    for (at, c) in path.char_indices() {
        match c {
            '(' if !is_quoted => is_inside = true,
            ')' if !is_quoted => is_inside = false,
            '\'' if is_inside => is_quoted = !is_quoted,
            '/' if !is_quoted => {
                pieces.push(path.get(start..at).unwrap_or_default());
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(path.get(start..).unwrap_or_default());
    pieces.retain(|piece| !piece.is_empty());
    pieces
}

fn segment(text: &str) -> Result<Segment, Error> {
    let decoded = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| Error::bad("the path is not UTF-8 after percent-decoding"))?
        .into_owned();
    let plain = |name: String| Segment { name, arguments: Arguments::None };
    let Some((name, rest)) = decoded.split_once('(') else {
        return Ok(plain(decoded));
    };
    let Some(inside) = rest.strip_suffix(')').filter(|_| !name.is_empty()) else {
        return Ok(plain(decoded));
    };
    let arguments = arguments(inside.trim());
    Ok(Segment { name: name.to_owned(), arguments })
}

fn arguments(inside: &str) -> Arguments {
    if inside.is_empty() {
        return Arguments::Empty;
    }
    let mut named = Vec::new();
    for piece in split_unquoted(inside, ',') {
        let piece = piece.trim();
        match piece.split_once('=') {
            Some((name, value)) if !piece.starts_with('\'') => {
                named.push((name.trim().to_owned(), unquote(value.trim())));
            }
            _ => return Arguments::Key(unquote(inside)),
        }
    }
    Arguments::Named(named)
}

/// Split at a character outside of single quotes.
pub fn split_unquoted(text: &str, at: char) -> Vec<&str> {
    let mut is_quoted = false;
    text.split(move |c| {
        is_quoted ^= c == '\'';
        c == at && !is_quoted
    })
    .collect()
}

/// A literal without its quotes; a doubled quote inside stands for one.
#[must_use]
pub fn unquote(text: &str) -> String {
    match text.strip_prefix('\'').and_then(|t| t.strip_suffix('\'')) {
        Some(inside) => inside.replace("''", "'"),
        None => text.to_owned(),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    fn check(path: &str, expect: &[(&str, Arguments)]) {
        let (_, segments) = parse(path).unwrap().unwrap();
        let expect: Vec<Segment> = expect
            .iter()
            .map(|(name, arguments)| Segment { name: (*name).to_owned(), arguments: arguments.clone() })
            .collect();
        assert_eq!(segments, expect, "{path}");
    }

    #[test]
    fn segments_and_keys_are_read_in_every_form() {
        use Arguments::{Empty, Key, Named, None};
        check("/v1.0/users", &[("users", None)]);
        check("/beta//deviceManagement/x/", &[("deviceManagement", None), ("x", None)]);
        check("/v1.0/myorganization/applications", &[("applications", None)]);
        check("/v1.0/users('a''b')", &[("users", Key("a'b".into()))]);
        check("/v1.0/users(a%40b)/delta()", &[("users", Key("a@b".into())), ("delta", Empty)]);
        let named = |pairs: &[(&str, &str)]| Named(pairs.iter().map(|(a, b)| ((*a).into(), (*b).into())).collect());
        check("/v1.0/applications(appId='x')", &[("applications", named(&[("appId", "x")]))]);
        check(
            "/v1.0/groups(uniqueName='a/b,c')/$ref",
            &[("groups", named(&[("uniqueName", "a/b,c")])), ("$ref", None)],
        );
        check("/v1.0/f(a='x', b=1)", &[("f", named(&[("a", "x"), ("b", "1")]))]);
        check("/V1.0/users/a(b", &[("users", None), ("a(b", None)]);
    }

    #[test]
    fn other_roots_are_not_ours_and_bad_encodings_are_refused() {
        assert_eq!(parse("/v2.0/users").unwrap(), None);
        assert_eq!(parse("/").unwrap(), None);
        assert!(parse("/v1.0/%ff").is_err());
        assert!(parse(&format!("/v1.0{}", "/a".repeat(SEGMENTS_MAX + 1))).is_err());
    }
}
