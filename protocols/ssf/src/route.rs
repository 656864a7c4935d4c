//! Paths: which endpoint a request is for, and which tenant it names.

use directory::Id;

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Configuration,
    Streams,
    Status,
    AddSubject,
    RemoveSubject,
    Verification,
    Poll(Id),
    /// Where other transmitters push to.
    Events,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub endpoint: Endpoint,
    pub tenant: Option<&'a str>,
}

const WELL_KNOWN: &str = "/.well-known/ssf-configuration";

impl Route<'_> {
    pub(crate) fn of(path: &str) -> Option<Route<'_>> {
        // SSF §7.2: the well-known part stands before the issuer's path; OpenID Connect's clients look behind it.
        if let Some(rest) = path.strip_prefix(WELL_KNOWN) {
            let tenant = rest.strip_suffix("/v2.0").and_then(|rest| rest.strip_prefix('/'));
            let is_known = rest.is_empty() || tenant.is_some_and(|tenant| !tenant.contains('/'));
            return is_known.then_some(Route { endpoint: Endpoint::Configuration, tenant });
        }
        if let Some(tenant) = path.strip_suffix(WELL_KNOWN).and_then(|rest| rest.strip_suffix("/v2.0")) {
            let tenant = tenant.strip_prefix('/').filter(|tenant| !tenant.contains('/'))?;
            return Some(Route { endpoint: Endpoint::Configuration, tenant: Some(tenant) });
        }
        let (tenant, rest) = path.strip_prefix("/ssf/")?.split_once('/')?;
        let endpoint = match rest {
            "streams" => Endpoint::Streams,
            "status" => Endpoint::Status,
            "subjects/add" => Endpoint::AddSubject,
            "subjects/remove" => Endpoint::RemoveSubject,
            "verify" => Endpoint::Verification,
            "events" => Endpoint::Events,
            _ => Endpoint::Poll(directory::id_from_text(rest.strip_prefix("poll/")?)?),
        };
        Some(Route { endpoint, tenant: Some(tenant) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_to_its_endpoint() {
        let stream = Id::from_u128(5);
        for (path, expect) in [
            ("/.well-known/ssf-configuration", Some((Endpoint::Configuration, None))),
            ("/.well-known/ssf-configuration/t/v2.0", Some((Endpoint::Configuration, Some("t")))),
            ("/t/v2.0/.well-known/ssf-configuration", Some((Endpoint::Configuration, Some("t")))),
            ("/.well-known/ssf-configuration/t", None),
            ("/.well-known/ssf-configuration/a/b/v2.0", None),
            ("/ssf/t/streams", Some((Endpoint::Streams, Some("t")))),
            ("/ssf/t/subjects/add", Some((Endpoint::AddSubject, Some("t")))),
            ("/ssf/t/poll/00000000-0000-0000-0000-000000000005", Some((Endpoint::Poll(stream), Some("t")))),
            ("/ssf/t/poll/x", None),
            ("/ssf/t", None),
            ("/v1.0/users", None),
        ] {
            assert_eq!(Route::of(path).map(|route| (route.endpoint, route.tenant)), expect, "{path}");
        }
    }
}
