//! The two ends of a token: the client that asks for it and the resource that it is for, found in the directory.

use directory::{Object, Record, Snapshot};
use schema::application::{
    API, APPLICATION, GROUP_MEMBERSHIP_CLAIMS, IDENTIFIER_URIS, IS_FALLBACK_PUBLIC_CLIENT, PUBLIC_CLIENT, SPA, WEB,
};
use schema::service_principal::{
    APP_ROLE_ASSIGNMENT_REQUIRED, OAUTH2_PERMISSION_SCOPES, REPLY_URLS, SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_NAMES,
};
use schema::{ACCOUNT_ENABLED, APP_ID};

use crate::Denial;
use crate::scope::{GRAPH_APP_ID, is_graph};

/// A client: its service principal here, and its application where that is registered here too.
#[derive(Clone, Copy)]
pub struct Client<'a> {
    pub principal: &'a Object,
    pub app: Option<&'a Object>,
}

/// How a client registered the place where its answers go; it decides whether it can keep a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RedirectKind {
    /// A server that keeps a secret.
    Web,
    /// A page in a browser.
    Spa,
    /// A program on somebody's machine.
    PublicClient,
}

impl<'a> Client<'a> {
    /// The enabled client of this `client_id`.
    pub fn find(now: &'a Snapshot, client_id: &str) -> Result<Client<'a>, Denial> {
        let shown = client_id.get(..64).unwrap_or(client_id);
        let app = now.find_by(&APPLICATION, APP_ID, client_id);
        let Some(principal) = now.find_by(&SERVICE_PRINCIPAL, APP_ID, client_id) else {
            return Err(match app {
                None => Denial::unknown_client(shown),
                Some(_) => Denial::new(
                    7_000_229,
                    format!("application `{shown}` has no service principal in the tenant; create one"),
                ),
            });
        };
        if principal.get(ACCOUNT_ENABLED) == Some(false) {
            return Err(Denial::disabled_client(shown));
        }
        Ok(Client { principal, app })
    }

    #[must_use]
    pub fn app_id(&self) -> &'a str {
        self.principal.get(APP_ID).unwrap_or_default()
    }

    #[must_use]
    pub fn name(&self) -> &'a str {
        self.principal.get(schema::DISPLAY_NAME).unwrap_or_default()
    }

    /// How this redirect URI is registered. Compared letter by letter; only a loopback address may have another port
    /// (RFC 8252 §7.3).
    #[must_use]
    pub fn redirect(&self, uri: &str) -> Option<RedirectKind> {
        let registered =
            |record: Option<Record>| record.is_some_and(|r| r.texts("redirectUris").any(|known| is_same(known, uri)));
        if let Some(app) = self.app {
            let kinds =
                [(SPA, RedirectKind::Spa), (PUBLIC_CLIENT, RedirectKind::PublicClient), (WEB, RedirectKind::Web)];
            if let Some((_, kind)) = kinds.into_iter().find(|(attribute, _)| registered(app.get(*attribute))) {
                return Some(kind);
            }
        }
        let replies = self.principal.get(REPLY_URLS).unwrap_or_default();
        replies.into_iter().any(|known| is_same(known, uri)).then_some(RedirectKind::Web)
    }

    /// The only redirect URI, where there is exactly one: it may be left out of a request.
    #[must_use]
    pub fn only_redirect(&self) -> Option<String> {
        let of = |record: Option<Record>| {
            record.map(|r| r.texts("redirectUris").map(str::to_owned).collect()).unwrap_or_default()
        };
        let mut all: Vec<String> = Vec::new();
        if let Some(app) = self.app {
            for attribute in [SPA, PUBLIC_CLIENT, WEB] {
                all.extend::<Vec<String>>(of(app.get(attribute)));
            }
        }
        match all.as_slice() {
            [one] => Some(one.clone()),
            _ => None,
        }
    }

    /// Whether it may use flows in which nothing proves the client (device code).
    #[must_use]
    pub fn is_public(&self) -> bool {
        self.app.is_some_and(|app| app.is(IS_FALLBACK_PUBLIC_CLIENT))
    }

    /// What its application wishes by way of a tag `name:value`: `id_token_signed_response_alg:ES256`.
    #[must_use]
    pub fn wish(&self, name: &str) -> Option<&'a str> {
        wish(self.app, name)
    }

    /// Where it hears of sign-outs through the person's browser (`logoutUrl`).
    #[must_use]
    pub fn front_channel_logout_uri(&self) -> Option<String> {
        let of_app = self.app.and_then(|app| app.get(WEB)).and_then(|web| web.text("logoutUrl").map(str::to_owned));
        of_app.or_else(|| self.principal.get(schema::service_principal::LOGOUT_URL).map(str::to_owned))
    }

    /// Where it hears of sign-outs from us, without a browser; Graph has no property for it, so it is a tag.
    #[must_use]
    pub fn back_channel_logout_uri(&self) -> Option<&'a str> {
        self.wish("backchannel_logout_uri")
    }

    /// Whether a page may be left to after signing out. The same list as for signing in, and the registered logout page.
    #[must_use]
    pub fn may_return_after_logout(&self, uri: &str) -> bool {
        let is_logout = |record: Record| record.text("logoutUrl") == Some(uri);
        self.redirect(uri).is_some() || self.app.and_then(|app| app.get(WEB)).is_some_and(is_logout)
    }
}

/// Whether an application registered a page (`spa.redirectUris`) of this origin (RFC 6454 §6.1).
#[must_use]
pub fn has_page_at(app: &Object, origin: &str) -> bool {
    let Some(asked) = origin_of(origin).filter(|asked| origin.len() <= asked.len() + ":443".len()) else {
        return false;
    };
    let is_same = |uri: &str| {
        origin_of(uri).as_deref() == Some(&asked)
            || loopback(uri)
                .is_some_and(|(host, _)| loopback(origin).is_some_and(|(own, rest)| own == host && rest.is_empty()))
    };
    app.get(SPA).is_some_and(|spa| spa.texts("redirectUris").any(is_same))
}

/// Scheme, host and port of an http(s) address, without a default port.
fn origin_of(uri: &str) -> Option<String> {
    let (scheme, rest) = uri.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default_port = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let host = rest.split(['/', '?', '#']).next()?.to_ascii_lowercase();
    let host = host.strip_suffix(default_port).unwrap_or(&host);
    (!host.is_empty() && !host.contains('@')).then(|| format!("{scheme}://{host}"))
}

/// What a token is for.
#[derive(Clone)]
pub struct Resource<'a> {
    pub principal: &'a Object,
    pub app: Option<&'a Object>,
    /// What it is called in `aud`.
    pub audience: String,
    pub is_graph: bool,
}

impl<'a> Resource<'a> {
    /// The resource that a client means by this identifier.
    ///
    /// `aud` is the server's own URL for Graph; for others the `appId` where they ask for version 2 tokens, and otherwise
    /// the identifier by which they were asked for, as Entra does.
    pub fn find(now: &'a Snapshot, identifier: &str, public_url: &str) -> Result<Resource<'a>, Denial> {
        let graph = is_graph(identifier, public_url);
        let unknown = || Denial::unknown_resource(identifier.get(..256).unwrap_or("…"));
        let (principal, app) = if graph {
            (now.find_by(&SERVICE_PRINCIPAL, APP_ID, GRAPH_APP_ID), None)
        } else {
            by_identifier(now, identifier)
        };
        let principal = principal.filter(|p| p.get(ACCOUNT_ENABLED) != Some(false)).ok_or_else(unknown)?;
        let version = app.and_then(|app| app.get(API)).and_then(|api| api.int("requestedAccessTokenVersion"));
        let audience = match (graph, version) {
            (true, _) => public_url.to_owned(),
            (false, Some(2)) => principal.get(APP_ID).unwrap_or_default().to_owned(),
            (false, _) => identifier.to_owned(),
        };
        Ok(Resource { principal, app, audience, is_graph: graph })
    }

    #[must_use]
    pub fn app_id(&self) -> &'a str {
        self.principal.get(APP_ID).unwrap_or_default()
    }

    #[must_use]
    pub fn name(&self) -> &'a str {
        self.principal.get(schema::DISPLAY_NAME).unwrap_or_default()
    }

    /// What its application wishes by way of a tag `name:value`: `access_token_signed_response_alg:RS256`.
    #[must_use]
    pub fn wish(&self, name: &str) -> Option<&'a str> {
        wish(self.app, name)
    }

    /// Whether only assigned people and workloads get tokens.
    #[must_use]
    pub fn needs_assignment(&self) -> bool {
        self.principal.is(APP_ROLE_ASSIGNMENT_REQUIRED)
    }

    /// The delegated permissions it offers.
    #[must_use]
    pub fn permission_scopes(&self) -> Vec<Record> {
        self.principal.get(OAUTH2_PERMISSION_SCOPES).unwrap_or_default()
    }

    /// `groupMembershipClaims` of its application.
    #[must_use]
    pub fn group_claims(&self) -> Option<&'a str> {
        self.app.and_then(|app| app.get(GROUP_MEMBERSHIP_CLAIMS))
    }
}

/// Wishes that Graph has no property for are tags of the application.
fn wish<'a>(app: Option<&'a Object>, name: &str) -> Option<&'a str> {
    let tags = app?.get(schema::TAGS)?;
    tags.into_iter().find_map(|tag| tag.strip_prefix(name)?.strip_prefix(':'))
}

fn by_identifier<'a>(now: &'a Snapshot, identifier: &str) -> (Option<&'a Object>, Option<&'a Object>) {
    if identifier.is_empty() || identifier.len() > 256 {
        return (None, None);
    }
    let app = now
        .find_by(&APPLICATION, APP_ID, identifier)
        .or_else(|| now.find_by(&APPLICATION, IDENTIFIER_URIS, identifier));
    // `api://{appId}` names an application that registered nothing else.
    let app_id =
        app.and_then(|app| app.get(APP_ID)).or_else(|| identifier.strip_prefix("api://")).unwrap_or(identifier);
    let principal = now
        .find_by(&SERVICE_PRINCIPAL, APP_ID, app_id)
        .or_else(|| now.find_by(&SERVICE_PRINCIPAL, SERVICE_PRINCIPAL_NAMES, identifier));
    let app = app.or_else(|| now.find_by(&APPLICATION, APP_ID, principal?.get(APP_ID)?));
    (principal, app)
}

/// Whether a redirect URI is the registered one.
fn is_same(registered: &str, given: &str) -> bool {
    registered == given
        || match (loopback(registered), loopback(given)) {
            (Some(known), Some(asked)) => known == asked,
            _ => false,
        }
}

/// A loopback URI as (host, what follows the port); absent for all others.
fn loopback(uri: &str) -> Option<(&str, &str)> {
    let rest = uri.strip_prefix("http://")?;
    let host = ["localhost", "127.0.0.1", "[::1]"].into_iter().find(|host| rest.starts_with(host))?;
    let after = rest.get(host.len()..)?;
    let path = match after.strip_prefix(':') {
        Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => after,
    };
    // A port of something else than digits, or a longer host name, is no loopback.
    let is_whole = path.is_empty() || path.starts_with('/') || path.starts_with('?');
    is_whole.then_some((host, if path == "/" { "" } else { path }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_port_of_a_loopback_address_may_differ() {
        for (registered, given, expect) in [
            ("https://app.xyz.example/cb", "https://app.xyz.example/cb", true),
            ("https://app.xyz.example/cb", "https://app.xyz.example/cb/", false),
            ("https://app.xyz.example/cb", "https://app.xyz.example:444/cb", false),
            ("https://app.xyz.example/cb", "https://app.xyz.example/cb?x=1", false),
            ("https://app.xyz.example/cb", "HTTPS://app.xyz.example/cb", false),
            ("http://localhost", "http://localhost:54321", true),
            ("http://localhost", "http://localhost:54321/", true),
            ("http://localhost:1/cb", "http://localhost:2/cb", true),
            ("http://localhost/cb", "http://localhost:2/other", false),
            ("http://localhost", "http://localhost.evil.example", false),
            ("http://localhost", "http://localhost:80@evil.example", false),
            ("http://127.0.0.1/cb", "http://localhost/cb", false),
            ("http://[::1]/cb", "http://[::1]:9/cb", true),
        ] {
            assert_eq!(is_same(registered, given), expect, "{registered} {given}");
        }
    }
}
