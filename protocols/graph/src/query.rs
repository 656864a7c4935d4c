//! The query options of a URL. Options we do not know are ignored, as Graph does; the `$` may be left out on beta.

use percent_encoding::percent_decode_str;

use crate::errors::Error;
use crate::limits::{FILTER_BYTES_MAX, SKIP_MAX};
use crate::path::Version;

/// What was asked for, as text where it has a language of its own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    pub select: Option<String>,
    pub expand: Option<String>,
    pub filter: Option<String>,
    pub orderby: Option<String>,
    pub search: Option<String>,
    pub top: Option<usize>,
    pub skip: Option<usize>,
    pub count: bool,
    pub skiptoken: Option<String>,
    pub deltatoken: Option<String>,
    pub format: Option<String>,
    /// Everything as it came, for the link to the next page.
    pub pairs: Vec<(String, String)>,
}

impl Query {
    pub fn parse(text: &str, version: Version) -> Result<Query, Error> {
        let mut query = Query::default();
        for piece in text.split('&').filter(|piece| !piece.is_empty()) {
            let (name, value) = piece.split_once('=').unwrap_or((piece, ""));
            let (name, value) = (decode(name)?, decode(value)?);
            let is_known = query.take(&name, &value, version)?;
            if is_known || !name.is_empty() {
                query.pairs.push((name, value));
            }
        }
        Ok(query)
    }

    /// Take one option; says whether it is one.
    fn take(&mut self, name: &str, value: &str, version: Version) -> Result<bool, Error> {
        let lower = name.to_ascii_lowercase();
        let option = match lower.strip_prefix('$') {
            Some(option) => option,
            None if version == Version::Beta => lower.as_str(),
            None => return Ok(false),
        };
        let twice = || {
            let message = format!(
                "Query option '${option}' was specified more than once, but it must be specified at most once."
            );
            Error::bad(message)
        };
        let text = |slot: &mut Option<String>| {
            if slot.is_some() {
                return Err(twice());
            }
            *slot = Some(value.to_owned());
            Ok(true)
        };
        let number = |slot: &mut Option<usize>, max: usize| {
            if slot.is_some() {
                return Err(twice());
            }
            let parsed = value.trim().parse::<usize>().ok().filter(|n| *n <= max).ok_or_else(|| {
                Error::bad(format!(
                    "Invalid value '{value}' for ${option} query option found. The ${option} query option requires a \
                     non-negative integer value."
                ))
            })?;
            *slot = Some(parsed);
            Ok(true)
        };
        match option {
            "select" => text(&mut self.select),
            "expand" => text(&mut self.expand),
            "filter" if value.len() > FILTER_BYTES_MAX => {
                Err(Error::bad(format!("$filter is longer than the limit of {FILTER_BYTES_MAX} bytes")))
            }
            "filter" => text(&mut self.filter),
            "orderby" => text(&mut self.orderby),
            "search" => text(&mut self.search),
            "skiptoken" => text(&mut self.skiptoken),
            "deltatoken" => text(&mut self.deltatoken),
            "format" => text(&mut self.format),
            "top" => number(&mut self.top, usize::MAX),
            "skip" => number(&mut self.skip, SKIP_MAX),
            "count" => {
                self.count = match value.trim().to_ascii_lowercase().as_str() {
                    "true" => true,
                    "false" => false,
                    _ => {
                        return Err(Error::bad(format!(
                            "Invalid value '{value}' for $count query option found. Valid values are 'true' and 'false'."
                        )));
                    }
                };
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// The query of a link that continues this one: every original option but tokens, and these in their place.
    #[must_use]
    pub fn link(&self, tokens: &[(&str, &str)]) -> String {
        let kept = self.pairs.iter().filter(|(name, _)| {
            let lower = name.to_ascii_lowercase();
            let bare = lower.trim_start_matches('$');
            bare != "skiptoken" && bare != "deltatoken" && bare != "skip"
        });
        let pairs = kept.map(|(name, value)| (name.as_str(), value.as_str())).chain(tokens.iter().copied());
        let pieces: Vec<String> = pairs.map(|(name, value)| format!("{}={}", encode(name), encode(value))).collect();
        pieces.join("&")
    }
}

/// What a query may hold unescaped: enough to leave `$filter=…` readable.
const KEPT: &percent_encoding::AsciiSet = &percent_encoding::NON_ALPHANUMERIC
    .remove(b'$')
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b',')
    .remove(b'(')
    .remove(b')')
    .remove(b'\'')
    .remove(b'@')
    .remove(b':')
    .remove(b'/');

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, KEPT).to_string()
}

fn decode(text: &str) -> Result<String, Error> {
    let spaced = text.replace('+', " ");
    percent_decode_str(&spaced)
        .decode_utf8()
        .map(std::borrow::Cow::into_owned)
        .map_err(|_| Error::bad("a query option is not UTF-8 after percent-decoding"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn options_are_read_and_unknown_ones_ignored() {
        let query = Query::parse("$Select=id,a&x=1&$top=5&$count=true&%24filter=a+eq%20'b'", Version::V1).unwrap();
        assert_eq!(query.select.as_deref(), Some("id,a"));
        assert_eq!((query.top, query.count), (Some(5), true));
        assert_eq!(query.filter.as_deref(), Some("a eq 'b'"));
        assert_eq!(Query::parse("?&top=1000&?$expand=x", Version::V1).unwrap().top, None);
        assert_eq!(Query::parse("?&top=1000", Version::Beta).unwrap().top, Some(1000));
    }

    #[test]
    fn wrong_values_and_repetitions_are_refused() {
        for text in ["$top=-1", "$top=x", "$count=maybe", "$select=a&$select=b", "$skip=99999999", "$filter=%ff"] {
            assert_eq!(Query::parse(text, Version::V1).unwrap_err().status, 400, "{text}");
        }
        let long = format!("$filter={}", "a".repeat(FILTER_BYTES_MAX + 1));
        assert!(Query::parse(&long, Version::V1).is_err());
    }

    #[test]
    fn a_link_keeps_what_was_asked() {
        let query = Query::parse("$filter=a eq 'b%26'&$skiptoken=old&$top=2", Version::V1).unwrap();
        assert_eq!(query.link(&[("$skiptoken", "new")]), "$filter=a%20eq%20'b%26'&$top=2&$skiptoken=new");
    }
}
