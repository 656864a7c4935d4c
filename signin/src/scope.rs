//! Reading the `scope` of a token request in Entra's dialect: OpenID's own words, and permissions of one resource.
//!
//! `https://graph.microsoft.com/User.Read`, `User.Read` (the same), `api://…/Files.Read`, `{appId}/.default`.

use crate::Denial;

/// A scope has at most this many words.
pub const WORDS_MAX: usize = 100;
/// The `appId` of the Graph resource, as in every tenant.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";
/// What Graph is called by clients that know the public one.
const GRAPH: &str = "https://graph.microsoft.com";

/// A scope, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Scopes {
    pub openid: bool,
    pub profile: bool,
    pub email: bool,
    pub offline_access: bool,
    /// How the resource was called; empty when none was, which means Graph.
    pub resource: String,
    /// Everything that was granted before (`.default`).
    pub default: bool,
    /// Permissions by name.
    pub names: Vec<String>,
}

impl Scopes {
    /// Read a scope. More than one resource cannot be asked for at once (28000).
    pub fn parse(text: &str) -> Result<Scopes, Denial> {
        let mut scopes = Scopes::default();
        let mut resource: Option<&str> = None;
        for (at, word) in text.split_ascii_whitespace().enumerate() {
            if at >= WORDS_MAX {
                return Err(Denial::invalid_scope(format!("the scope has more than {WORDS_MAX} words")));
            }
            match word {
                "openid" => scopes.openid = true,
                "profile" => scopes.profile = true,
                "email" => scopes.email = true,
                "offline_access" => scopes.offline_access = true,
                _ => {
                    let (of, name) = split(word)?;
                    let of = plain(of);
                    if *resource.get_or_insert(of) != of {
                        return Err(Denial::new(
                            28_000,
                            "the scope names permissions of several resources; ask for one at a time",
                        ));
                    }
                    if name == ".default" {
                        scopes.default = true;
                    } else if !scopes.names.iter().any(|known| known == name) {
                        scopes.names.push(name.to_owned());
                    }
                }
            }
        }
        if scopes.default && !scopes.names.is_empty() {
            return Err(Denial::invalid_scope("`.default` cannot be combined with other permissions of a resource"));
        }
        scopes.resource = resource.unwrap_or_default().to_owned();
        Ok(scopes)
    }

    /// Read a scope beside resources that were named by themselves (RFC 8707 §2): one for each of them. A word without a
    /// resource belongs to every one of them, a word with one to that alone, and no word at all asks for everything that
    /// was granted before.
    pub fn parse_for(text: &str, resources: &[String]) -> Result<Vec<Scopes>, Denial> {
        let mut openid = Scopes::default();
        let mut all: Vec<Scopes> = Vec::new();
        for resource in resources.iter().map(|resource| plain(resource)) {
            if !all.iter().any(|known| known.resource == resource) {
                all.push(Scopes { resource: resource.to_owned(), ..Scopes::default() });
            }
        }
        for (at, word) in text.split_ascii_whitespace().enumerate() {
            if at >= WORDS_MAX {
                return Err(Denial::invalid_scope(format!("the scope has more than {WORDS_MAX} words")));
            }
            let one = Scopes::parse(word)?;
            if !one.asks_for_resource() {
                openid = openid.with_openid_words_of(&one);
                continue;
            }
            let is_bare = !word.contains('/');
            let mut meant = all.iter_mut().filter(|scopes| is_bare || scopes.resource == one.resource).peekable();
            if meant.peek().is_none() {
                return Err(Denial::invalid_scope(format!("`{word}` belongs to no `resource` of the request")));
            }
            for scopes in meant {
                scopes.default |= one.default;
                scopes
                    .names
                    .extend(one.names.iter().filter(|name| !scopes.names.contains(name)).cloned().collect::<Vec<_>>());
            }
        }
        for scopes in &mut all {
            scopes.default |= scopes.names.is_empty();
            if scopes.default && !scopes.names.is_empty() {
                return Err(Denial::invalid_scope(
                    "`.default` cannot be combined with other permissions of a resource",
                ));
            }
            *scopes = std::mem::take(scopes).with_openid_words_of(&openid);
        }
        Ok(all)
    }

    /// With OpenID's own words of another scope besides.
    #[must_use]
    pub fn with_openid_words_of(mut self, other: &Scopes) -> Scopes {
        self.openid |= other.openid;
        self.profile |= other.profile;
        self.email |= other.email;
        self.offline_access |= other.offline_access;
        self
    }

    /// Whether a permission of a resource is asked for at all.
    #[must_use]
    pub fn asks_for_resource(&self) -> bool {
        self.default || !self.names.is_empty()
    }

    /// OpenID's own words among them, as they are answered.
    #[must_use]
    pub fn openid_words(&self) -> Vec<&'static str> {
        [
            (self.openid, "openid"),
            (self.profile, "profile"),
            (self.email, "email"),
            (self.offline_access, "offline_access"),
        ]
        .into_iter()
        .filter_map(|(is_asked, word)| is_asked.then_some(word))
        .collect()
    }
}

/// The resource and the permission of one word. A word without a resource is Graph's.
fn split(word: &str) -> Result<(&str, &str), Denial> {
    let is_clean = word.bytes().all(|b| b.is_ascii_graphic() && b != b'"' && b != b'\\');
    let (resource, name) = word.rsplit_once('/').unwrap_or(("", word));
    if !is_clean || name.is_empty() {
        return Err(Denial::invalid_scope(format!("the scope `{}` is not valid", word.escape_debug())));
    }
    // `https://resource//.default` names the resource with its slash.
    Ok((resource.strip_suffix('/').unwrap_or(resource), name))
}

/// A word without a resource is Graph's, so Graph's own names are the same as none.
fn plain(resource: &str) -> &str {
    let resource = resource.strip_suffix('/').unwrap_or(resource);
    if resource == GRAPH_APP_ID || resource.eq_ignore_ascii_case(GRAPH) { "" } else { resource }
}

/// Whether this is a name of the Graph resource of the server at `public_url`. Clients differ in whether they keep the port.
#[must_use]
pub fn is_graph(identifier: &str, public_url: &str) -> bool {
    let identifier = identifier.trim_end_matches('/');
    identifier.is_empty()
        || identifier == GRAPH_APP_ID
        || identifier.eq_ignore_ascii_case(GRAPH)
        || identifier.eq_ignore_ascii_case(public_url)
        || identifier.eq_ignore_ascii_case(without_port(public_url))
}

/// A URL without the port and what follows.
fn without_port(url: &str) -> &str {
    let start = url.find("://").map_or(0, |at| at + 3);
    let host = url.get(start..).unwrap_or_default();
    // The colons inside the brackets of an IPv6 address are not the port's.
    let after = host.find(']').unwrap_or(0);
    match host.get(after..).and_then(|rest| rest.find(':')) {
        Some(colon) => url.get(..start + after + colon).unwrap_or(url),
        None => url,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn scopes_are_read_as_clients_write_them() {
        for (text, resource, names, default) in [
            ("", "", "", false),
            ("openid profile offline_access", "", "", false),
            ("User.Read openid Mail.Read", "", "User.Read Mail.Read", false),
            ("https://graph.microsoft.com/User.Read", "", "User.Read", false),
            ("https://graph.microsoft.com/.default", "", "", true),
            ("User.Read https://graph.microsoft.com/Mail.Read", "", "User.Read Mail.Read", false),
            ("https://host:8443//.default", "https://host:8443", "", true),
            ("api://orders/Files.Read api://orders/Files.Write", "api://orders", "Files.Read Files.Write", false),
            ("https://host/agent/.default", "https://host/agent", "", true),
        ] {
            let scopes = Scopes::parse(text).expect(text);
            assert_eq!(
                (scopes.resource.as_str(), scopes.names.join(" ").as_str(), scopes.default),
                (resource, names, default)
            );
        }
    }

    #[test]
    fn resources_named_by_themselves_share_the_scope_out() {
        let texts = |all: &str| all.split_ascii_whitespace().map(str::to_owned).collect::<Vec<_>>();
        for (text, resources, expect) in [
            ("openid Orders.Read", "api://orders", &[("api://orders", "Orders.Read", false)][..]),
            ("openid", "api://orders", &[("api://orders", "", true)]),
            ("api://orders/Orders.Read", "api://orders", &[("api://orders", "Orders.Read", false)]),
            ("User.Read", "https://graph.microsoft.com/", &[("", "User.Read", false)]),
            (
                "Read api://b/Write",
                "api://a api://b api://a",
                &[("api://a", "Read", false), ("api://b", "Read Write", false)],
            ),
            ("api://b/Write", "api://a api://b", &[("api://a", "", true), ("api://b", "Write", false)]),
        ] {
            let found = Scopes::parse_for(text, &texts(resources)).expect(text);
            let found: Vec<_> = found.iter().map(|s| (s.resource.as_str(), s.names.join(" "), s.default)).collect();
            let expect: Vec<_> = expect.iter().map(|(r, names, default)| (*r, (*names).to_owned(), *default)).collect();
            assert_eq!(found, expect, "{text} for {resources}");
        }
        for text in ["api://c/Read", "api://a/.default Read"] {
            assert_eq!(Scopes::parse_for(text, &texts("api://a api://b")).map_err(|d| d.code), Err(70_011), "{text}");
        }
        assert!(
            Scopes::parse_for("openid offline_access", &texts("api://a"))
                .is_ok_and(|all| all[0].openid && all[0].offline_access)
        );
    }

    #[test]
    fn scopes_that_make_no_sense_are_refused() {
        for (text, code) in [
            ("api://a/x api://b/y", 28_000),
            ("api://a/", 70_011),
            (".default User.Read", 70_011),
            ("a\"b", 70_011),
            ("ünicode", 70_011),
            (&"x ".repeat(WORDS_MAX + 1), 70_011),
        ] {
            assert_eq!(Scopes::parse(text).map_err(|d| d.code), Err(code), "{text}");
        }
    }

    #[test]
    fn graph_has_many_names() {
        let home = "https://id.xyz.example:8443";
        for name in [
            "",
            GRAPH_APP_ID,
            "https://graph.microsoft.com",
            "https://graph.microsoft.com/",
            home,
            "https://id.xyz.example",
        ] {
            assert!(is_graph(name, home), "{name}");
        }
        for name in ["https://id.xyz.example:9999", "https://evil.example", "https://id.xyz.example.evil.example"] {
            assert!(!is_graph(name, home), "{name}");
        }
        assert!(is_graph("https://[::1]", "https://[::1]:8443"));
    }
}
