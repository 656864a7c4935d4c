//! The request headers that change an answer.

use directory::Usn;
use http::HeaderMap;

use crate::limits::HEADER_BYTES_MAX;

/// How much OData metadata an answer carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Metadata {
    None,
    #[default]
    Minimal,
    Full,
}

impl Metadata {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Metadata::None => "none",
            Metadata::Minimal => "minimal",
            Metadata::Full => "full",
        }
    }

    /// What a media type asks for, if it says.
    #[must_use]
    pub fn asked_by(media_type: &str) -> Option<Metadata> {
        let lower = media_type.to_ascii_lowercase();
        let after = lower.split("odata.metadata=").nth(1)?;
        [Metadata::None, Metadata::Minimal, Metadata::Full].into_iter().find(|level| after.starts_with(level.name()))
    }
}

/// The headers that were understood.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Asked {
    /// `ConsistencyLevel: eventual`, which advanced queries need.
    pub is_eventual: bool,
    pub metadata: Metadata,
    pub if_match: Option<String>,
    pub page_size: Option<usize>,
    pub return_minimal: bool,
    pub return_representation: bool,
    pub create_if_missing: bool,
    /// `Prefer: rehearse`, Castellan's own: say what would happen, and do nothing.
    pub rehearses: bool,
    /// `Accept-Encoding: gzip`.
    pub accepts_gzip: bool,
    /// `client-request-id`, echoed.
    pub client_request: Option<String>,
    /// `Last-Event-ID`: the last commit that a stream which broke told of.
    pub last_event: Option<Usn>,
    /// The host as the client wrote it, so that links lead back to where it came from.
    pub host: Option<String>,
}

impl Asked {
    #[must_use]
    pub fn of(headers: &HeaderMap) -> Asked {
        let text = |name: &str| {
            headers.get(name).and_then(|value| value.to_str().ok()).filter(|text| text.len() <= HEADER_BYTES_MAX)
        };
        let mut asked = Asked {
            is_eventual: text("consistencylevel").is_some_and(|t| t.trim().eq_ignore_ascii_case("eventual")),
            metadata: text("accept").and_then(Metadata::asked_by).unwrap_or_default(),
            if_match: text("if-match").map(|t| t.trim().to_owned()).filter(|t| t != "*"),
            client_request: text("client-request-id")
                .filter(|t| directory::id_from_text(t).is_some())
                .map(str::to_owned),
            last_event: text("last-event-id").and_then(|t| t.trim().parse().ok()),
            host: text("x-forwarded-host").or(text("host")).filter(|host| is_host(host)).map(str::to_owned),
            accepts_gzip: text("accept-encoding").is_some_and(crate::gzip::is_accepted),
            ..Asked::default()
        };
        for value in headers.get_all("prefer").iter().filter_map(|value| value.to_str().ok()) {
            value.split([',', ';']).for_each(|preference| asked.prefer(preference.trim()));
        }
        asked
    }

    fn prefer(&mut self, preference: &str) {
        let (name, value) = preference.split_once('=').unwrap_or((preference, ""));
        match (name.trim().to_ascii_lowercase().as_str(), value.trim().trim_matches('"')) {
            ("return", "minimal") => self.return_minimal = true,
            ("return", "representation") => self.return_representation = true,
            ("odata.maxpagesize" | "maxpagesize", size) => self.page_size = size.parse().ok().filter(|n| *n > 0),
            ("create-if-missing", _) => self.create_if_missing = true,
            ("rehearse", _) => self.rehearses = true,
            _ => {}
        }
    }
}

/// A host and port as a link may hold them; anything else is not written into answers.
fn is_host(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]_".contains(&b))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_understood() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("ConsistencyLevel", "Eventual"),
            ("Prefer", "return=minimal, odata.maxpagesize=5"),
            ("Prefer", "create-if-missing"),
            ("Accept", "application/json;odata.metadata=full"),
            ("If-Match", "W/\"4\""),
            ("client-request-id", "not a guid"),
            ("Host", "xyz.example:8443"),
        ] {
            headers.append(http::HeaderName::try_from(name).unwrap(), value.parse().unwrap());
        }
        let asked = Asked::of(&headers);
        assert!(asked.is_eventual && asked.return_minimal && asked.create_if_missing);
        assert_eq!((asked.page_size, asked.metadata), (Some(5), Metadata::Full));
        assert_eq!(asked.if_match.as_deref(), Some("W/\"4\""));
        assert_eq!(asked.client_request, None);
        assert_eq!(asked.host.as_deref(), Some("xyz.example:8443"));
    }

    #[test]
    fn a_host_that_is_none_is_not_echoed() {
        let mut headers = HeaderMap::new();
        headers.insert("host", "evil\"/x".parse().unwrap());
        assert_eq!(Asked::of(&headers).host, None);
    }
}
