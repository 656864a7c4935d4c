//! What a client is held to beyond what everybody is. Graph has no properties for these, so they are wishes ([`Client::wish`]):
//! tags of the application, named as the client metadata of RFC 7591 and its successors name them.
//!
//! `require_pushed_authorization_requests:true` (RFC 9126 §6), `require_signed_request_object:true` (RFC 9101 §10.5),
//! `dpop_bound_access_tokens:true` (RFC 9449 §5.2), `tls_client_certificate_bound_access_tokens:true` (RFC 8705 §3.4),
//! `token_endpoint_auth_method:private_key_jwt`, `grant_types:authorization_code refresh_token`,
//! `response_modes:query jwt`, `authorization_details_types:payment` (RFC 9396 §10); and `security_profile:fapi2`, one
//! switch for the FAPI 2.0 Security Profile, which no other wish loosens.

use crate::client::Client;

/// The rules of one client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ClientRules<'a> {
    /// Held to the FAPI 2.0 Security Profile (§5.3.2): confidential, proved by a key, pushed requests, bound tokens,
    /// refresh tokens that stay.
    pub is_fapi: bool,
    /// Authorization requests have to be pushed.
    pub pushes: bool,
    /// Authorization requests have to be signed.
    pub signs_requests: bool,
    /// Access tokens have to be bound to a key of the client's: by DPoP …
    pub needs_dpop: bool,
    /// … or by its certificate …
    pub needs_mtls: bool,
    /// … or by either.
    pub needs_binding: bool,
    grant_types: Option<&'a str>,
    response_modes: Option<&'a str>,
    auth_method: Option<&'a str>,
    details_types: Option<&'a str>,
}

/// The ways in which a client of the FAPI profile may prove itself (§5.3.2.1).
const FAPI_AUTH_METHODS: [&str; 3] = ["private_key_jwt", "tls_client_auth", "self_signed_tls_client_auth"];

impl<'a> ClientRules<'a> {
    #[must_use]
    pub fn of(client: &Client<'a>) -> ClientRules<'a> {
        let wishes = |name: &str| client.wish(name).map(str::trim);
        let is = |name: &str| wishes(name) == Some("true");
        let is_fapi = wishes("security_profile") == Some("fapi2");
        let (needs_dpop, needs_mtls) =
            (is("dpop_bound_access_tokens"), is("tls_client_certificate_bound_access_tokens"));
        ClientRules {
            is_fapi,
            pushes: is_fapi || is("require_pushed_authorization_requests"),
            signs_requests: is("require_signed_request_object"),
            needs_dpop,
            needs_mtls,
            needs_binding: is_fapi || needs_dpop || needs_mtls,
            grant_types: wishes("grant_types"),
            response_modes: wishes("response_modes"),
            auth_method: wishes("token_endpoint_auth_method"),
            details_types: wishes("authorization_details_types"),
        }
    }

    /// Whether it may use this grant (OWASP ASVS 10.4.4); any, where it names none.
    #[must_use]
    pub fn allows_grant(&self, grant_type: &str) -> bool {
        is_listed(self.grant_types, grant_type)
    }

    /// Whether its answers may travel in this mode (OWASP ASVS 10.4.12); any, where it names none.
    #[must_use]
    pub fn allows_response_mode(&self, mode: &str) -> bool {
        is_listed(self.response_modes, mode)
    }

    /// Whether it may prove itself in this way.
    #[must_use]
    pub fn allows_auth(&self, method: &str) -> bool {
        let is_strong = !self.is_fapi || FAPI_AUTH_METHODS.contains(&method);
        is_strong && is_listed(self.auth_method, method)
    }

    /// Whether it may ask for authorization details of this type (RFC 9396 §10); none, where it names none.
    #[must_use]
    pub fn allows_details(&self, details_type: &str) -> bool {
        self.details_types.is_some_and(|types| types.split_ascii_whitespace().any(|known| known == details_type))
    }
}

/// Whether a list of words, if there is one, has this word.
fn is_listed(words: Option<&str>, word: &str) -> bool {
    words.is_none_or(|words| words.split_ascii_whitespace().any(|known| known == word))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{APP, APP_OBJECT, NOW, directory};
    use directory::Change;

    fn rules(tags: &[&str], check: impl Fn(&ClientRules<'_>)) {
        let now = directory().fork(NOW, &[Change::set(APP_OBJECT, schema::TAGS, tags.to_vec())]).unwrap();
        check(&ClientRules::of(&Client::find(&now, APP).unwrap()));
    }

    #[test]
    fn a_client_without_wishes_is_held_to_nothing_but_has_no_details() {
        rules(&["WindowsAzureActiveDirectoryIntegratedApp"], |rules| {
            assert_eq!(*rules, ClientRules::default());
            assert!(rules.allows_grant("client_credentials") && rules.allows_response_mode("fragment"));
            assert!(rules.allows_auth("client_secret_basic") && !rules.allows_details("payment"));
        });
    }

    #[test]
    fn lists_allow_what_they_name_and_nothing_else() {
        let tags = [
            "grant_types:authorization_code refresh_token",
            "response_modes:query form_post.jwt",
            "token_endpoint_auth_method:private_key_jwt",
            "authorization_details_types:payment account",
        ];
        rules(&tags, |rules| {
            for (is_allowed, expect) in [
                (rules.allows_grant("refresh_token"), true),
                (rules.allows_grant("client_credentials"), false),
                (rules.allows_response_mode("form_post.jwt"), true),
                (rules.allows_response_mode("form_post"), false),
                (rules.allows_auth("private_key_jwt"), true),
                (rules.allows_auth("client_secret_post"), false),
                (rules.allows_details("account"), true),
                (rules.allows_details("accounts"), false),
            ] {
                assert_eq!(is_allowed, expect, "{rules:?}");
            }
        });
    }

    #[test]
    fn the_fapi_switch_is_the_whole_profile_and_no_other_wish_loosens_it() {
        let loose = [
            "security_profile:fapi2",
            "require_pushed_authorization_requests:false",
            "token_endpoint_auth_method:none",
        ];
        for tags in [&loose[..1], &loose[..2], &loose[..]] {
            rules(tags, |rules| {
                assert!(rules.is_fapi && rules.pushes && rules.needs_binding, "{tags:?}");
                for method in ["none", "client_secret_post", "client_secret_basic"] {
                    assert!(!rules.allows_auth(method), "{tags:?} {method}");
                }
            });
        }
        rules(&["security_profile:fapi1"], |rules| assert!(!rules.is_fapi));
    }
}
