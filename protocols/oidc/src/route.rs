//! Paths: which endpoint a request is for, and which tenant it names. Entra's layout, and OpenID's where Entra has none. Capital
//! letters do not count: clients write `oAuth2` too.

/// What a path leads to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Configuration,
    Keys,
    InstanceDiscovery,
    Authorize,
    /// Where authorization requests are pushed to.
    PushedRequest,
    Token,
    Logout,
    DeviceCode,
    Introspect,
    Revoke,
    UserInfo,
    /// With what a name is signed in.
    CredentialType,
    /// Who signs the people of a domain in.
    UserRealm,
    /// The sign-in pages' forms.
    Login,
    /// Where a person types a user code.
    DevicePage,
    Style,
    /// Where a forgotten password is reset.
    PasswordReset,
    /// The script that asks browsers for passkeys.
    Script,
    /// "My sign-ins".
    Account,
    /// The style sheets and images of an organisation's own.
    Branding,
    /// Where a certificate is asked for …
    Certificate,
    /// … and where the browser comes back to.
    CertificateProved,
    /// A page that waits for an approval on a device.
    Push,
    /// Where an administrator consents beforehand.
    AdminConsent,
}

/// A path that is ours.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Route<'a> {
    pub endpoint: Endpoint,
    /// The first segment, where the path names a tenant: a GUID, a domain, `common` or `organizations`.
    pub tenant: Option<&'a str>,
    /// Whether the version 2 endpoints were asked for; only discovery differs.
    pub v2: bool,
}

/// The tenant-bound endpoints, by what follows the tenant's segment.
const TENANT_PATHS: [(&str, Endpoint, bool); 30] = [
    ("getcredentialtype", Endpoint::CredentialType, true),
    ("v2.0/adminconsent", Endpoint::AdminConsent, true),
    ("adminconsent", Endpoint::AdminConsent, false),
    ("passwordreset", Endpoint::PasswordReset, true),
    ("v2.0/.well-known/openid-configuration", Endpoint::Configuration, true),
    (".well-known/openid-configuration", Endpoint::Configuration, false),
    ("v2.0/.well-known/oauth-authorization-server", Endpoint::Configuration, true),
    ("discovery/v2.0/keys", Endpoint::Keys, true),
    ("discovery/keys", Endpoint::Keys, false),
    ("discovery/instance", Endpoint::InstanceDiscovery, true),
    ("oauth2/v2.0/authorize", Endpoint::Authorize, true),
    ("oauth2/v2.0/par", Endpoint::PushedRequest, true),
    ("oauth2/v2.0/token", Endpoint::Token, true),
    ("oauth2/v2.0/logout", Endpoint::Logout, true),
    ("oauth2/v2.0/devicecode", Endpoint::DeviceCode, true),
    ("oauth2/v2.0/introspect", Endpoint::Introspect, true),
    ("oauth2/v2.0/revoke", Endpoint::Revoke, true),
    ("oauth2/v2.0/deviceauth", Endpoint::DevicePage, true),
    ("oauth2/v2.0/login", Endpoint::Login, true),
    ("oauth2/authorize", Endpoint::Authorize, false),
    ("oauth2/token", Endpoint::Token, false),
    ("oauth2/logout", Endpoint::Logout, false),
    ("oauth2/devicecode", Endpoint::DeviceCode, false),
    ("oauth2/deviceauth", Endpoint::DevicePage, false),
    ("openid/userinfo", Endpoint::UserInfo, true),
    ("oidc/userinfo", Endpoint::UserInfo, true),
    ("login", Endpoint::Login, true),
    ("oauth2/v2.0/push", Endpoint::Push, true),
    ("oauth2/v2.0/certificate", Endpoint::Certificate, true),
    ("oauth2/v2.0/certificate/proved", Endpoint::CertificateProved, true),
];

/// The endpoints without a tenant in their path.
const PATHS: [(&str, Endpoint); 14] = [
    ("passwordreset", Endpoint::PasswordReset),
    (".well-known/openid-configuration", Endpoint::Configuration),
    (".well-known/oauth-authorization-server", Endpoint::Configuration),
    ("oidc/userinfo", Endpoint::UserInfo),
    ("oidc/style.css", Endpoint::Style),
    ("oidc/passkey.js", Endpoint::Script),
    ("oidc/go_on.js", Endpoint::Script),
    ("account", Endpoint::Account),
    ("account/security-info", Endpoint::Account),
    ("account/password", Endpoint::Account),
    ("account/activity", Endpoint::Account),
    ("account/sessions", Endpoint::Account),
    ("device", Endpoint::DevicePage),
    ("devicelogin", Endpoint::DevicePage),
];

impl Endpoint {
    /// Whether it is answered at the listener that asks for certificates, or at the other. Pages belong to one place: their
    /// cookies do.
    pub(crate) fn is_answered_at(self, asks_for_certificates: bool) -> bool {
        match self {
            Endpoint::Certificate => asks_for_certificates,
            page if page.is_for_people() => !asks_for_certificates,
            _ => true,
        }
    }

    /// Whether a person looks at what it answers.
    pub(crate) fn is_for_people(self) -> bool {
        match self {
            Endpoint::PasswordReset
            | Endpoint::Authorize
            | Endpoint::Login
            | Endpoint::DevicePage
            | Endpoint::Logout
            | Endpoint::Account
            | Endpoint::Certificate
            | Endpoint::CertificateProved
            | Endpoint::Push
            | Endpoint::AdminConsent => true,
            Endpoint::Configuration
            | Endpoint::Keys
            | Endpoint::InstanceDiscovery
            | Endpoint::PushedRequest
            | Endpoint::Token
            | Endpoint::DeviceCode
            | Endpoint::Introspect
            | Endpoint::Revoke
            | Endpoint::UserInfo
            | Endpoint::CredentialType
            | Endpoint::UserRealm
            | Endpoint::Style
            | Endpoint::Script
            | Endpoint::Branding => false,
        }
    }
}

impl Route<'_> {
    /// The name whose realm a path asks for.
    pub(crate) fn realm_of<'p>(&self, path: &'p str) -> Option<&'p str> {
        let (_, rest) = path.strip_prefix('/')?.split_once('/')?;
        if self.endpoint == Endpoint::UserRealm { realm(rest) } else { None }
    }

    pub(crate) fn of(path: &str) -> Option<Route<'_>> {
        let path = path.strip_prefix('/')?;
        if let Some((_, endpoint)) = PATHS.into_iter().find(|(known, _)| *known == path) {
            return Some(Route { endpoint, tenant: None, v2: true });
        }
        // RFC 8414 §3.1 puts the well-known part before the issuer's path.
        if let Some(rest) = path.strip_prefix(".well-known/oauth-authorization-server/") {
            let tenant = rest.strip_suffix("/v2.0")?;
            return is_tenant(tenant).then_some(Route {
                endpoint: Endpoint::Configuration,
                tenant: Some(tenant),
                v2: true,
            });
        }
        let (tenant, rest) = path.split_once('/')?;
        if rest.strip_prefix("branding/").is_some_and(|name| !name.is_empty() && !name.contains('/')) {
            return is_tenant(tenant).then_some(Route { endpoint: Endpoint::Branding, tenant: Some(tenant), v2: true });
        }
        if realm(rest).is_some() {
            return is_tenant(tenant).then_some(Route {
                endpoint: Endpoint::UserRealm,
                tenant: Some(tenant),
                v2: true,
            });
        }
        let (_, endpoint, v2) = TENANT_PATHS.into_iter().find(|(known, _, _)| known.eq_ignore_ascii_case(rest))?;
        is_tenant(tenant).then_some(Route { endpoint, tenant: Some(tenant), v2 })
    }
}

/// The name whose realm is asked for, of what follows the tenant's segment.
fn realm(rest: &str) -> Option<&str> {
    let (first, name) = rest.split_once('/')?;
    (first.eq_ignore_ascii_case("userrealm") && !name.is_empty() && !name.contains('/')).then_some(name)
}

/// Whether a segment can name a tenant at all: letters, digits, dots and hyphens, as long as a domain name may be.
fn is_tenant(segment: &str) -> bool {
    (1..=253).contains(&segment.len()) && segment.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_path_leads_where_entra_has_it() {
        for (path, expect) in [
            ("/common/oauth2/v2.0/token", Some((Endpoint::Token, Some("common")))),
            (
                "/xyz.example/v2.0/.well-known/openid-configuration",
                Some((Endpoint::Configuration, Some("xyz.example"))),
            ),
            ("/.well-known/openid-configuration", Some((Endpoint::Configuration, None))),
            ("/.well-known/oauth-authorization-server/common/v2.0", Some((Endpoint::Configuration, Some("common")))),
            ("/common/discovery/instance", Some((Endpoint::InstanceDiscovery, Some("common")))),
            ("/oidc/userinfo", Some((Endpoint::UserInfo, None))),
            ("/xyz.example/v2.0/adminconsent", Some((Endpoint::AdminConsent, Some("xyz.example")))),
            ("/common/adminconsent", Some((Endpoint::AdminConsent, Some("common")))),
            ("/device", Some((Endpoint::DevicePage, None))),
            ("/xyz.example/branding/en.css", Some((Endpoint::Branding, Some("xyz.example")))),
            ("/xyz.example/branding/a/b", None),
            ("/common/oAuth2/v2.0/Token", Some((Endpoint::Token, Some("common")))),
            ("/common/oauth2/v2.0/token/", None),
            ("/com%6don/oauth2/v2.0/token", None),
            ("/../oauth2/v2.0/token", Some((Endpoint::Token, Some("..")))),
            ("/v1.0/users", None),
            ("/", None),
            ("", None),
        ] {
            assert_eq!(Route::of(path).map(|r| (r.endpoint, r.tenant)), expect, "{path}");
        }
    }
}
