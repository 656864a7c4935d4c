//! Revocation lists: fetched from where the tenants' authorities publish them, before anybody signs in, and again before they
//! end. A sign-in only looks at what is here; one that needs a list which is not here is refused.
//!
//! The address is what an administrator gave for an authority. Lists are often published inside the house, over plain http:
//! they are signed. So any host is asked, but only as it stands there: no redirects, no proxies, no credentials, nothing that
//! a machine says about itself (link-local), a limited size and time. Nothing of an answer is shown to anybody.

use std::collections::HashMap;
use std::net::IpAddr;
use std::time::Duration;

use directory::Time;
use engine::Tenants;
use keys::CRL_BYTES_MAX;
use oidc::RevocationLists;
use reqwest::Url;

/// How often is looked whether a list is due.
const LOOK_EVERY: Duration = Duration::from_secs(5);
/// A list is fetched anew at least this often, whatever it says of the next one …
const FRESH_SECONDS_MAX: i64 = 3600;
/// … and at most this often.
const FRESH_SECONDS_MIN: i64 = 5;
/// After a failure it is tried again after so long.
const AGAIN_SECONDS: i64 = 30;
/// A whole answer takes at most so long.
const ANSWER_MAX: Duration = Duration::from_secs(30);
/// So many lists are kept; authorities beyond that are without one.
const LISTS_MAX: usize = 1024;
/// An address is at most this long.
const URL_MAX: usize = 2048;

/// Keep the lists of all tenants' authorities, for as long as the server runs.
pub async fn keep(tenants: Tenants, lists: RevocationLists) {
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).timeout(ANSWER_MAX).no_proxy().build();
    let client = match client {
        Ok(client) => client,
        Err(error) => {
            tracing::error!(%error, "revocation lists cannot be fetched");
            return;
        }
    };
    let mut due: HashMap<String, Time> = HashMap::new();
    let mut every = tokio::time::interval(LOOK_EVERY);
    loop {
        every.tick().await;
        let wanted = wanted(&tenants);
        due.retain(|url, _| wanted.contains_key(url));
        lists.retain(|url| wanted.contains_key(url));
        for (url, now) in wanted {
            if due.get(&url).is_some_and(|due| *due > now) {
                continue;
            }
            let next = match fetch(&client, &url).await {
                Ok(list) => {
                    let ends =
                        keys::crl_next_update(&list).ok().flatten().map_or(i64::MAX, |next| next.unix() - now.unix());
                    lists.put(&url, list);
                    ends.clamp(FRESH_SECONDS_MIN, FRESH_SECONDS_MAX)
                }
                Err(why) => {
                    tracing::warn!(
                        url,
                        why,
                        "a revocation list could not be fetched; what needs it is refused once it ends"
                    );
                    AGAIN_SECONDS
                }
            };
            due.insert(url, Time::from_unix(now.unix() + next));
        }
    }
}

/// The addresses of all lists, each with the present of its tenant.
fn wanted(tenants: &Tenants) -> HashMap<String, Time> {
    let mut wanted = HashMap::new();
    for engine in tenants.all() {
        let (directory, now) = (engine.snapshot(), engine.now());
        let urls =
            signin::certificate_authorities(&directory).into_iter().chain(signin::client_authorities(&directory));
        for url in urls.filter_map(|authority| authority.crl_url) {
            if wanted.len() < LISTS_MAX {
                wanted.insert(url, now);
            }
        }
    }
    wanted
}

async fn fetch(client: &reqwest::Client, url: &str) -> Result<Vec<u8>, String> {
    let url = admit(url)?;
    let mut response = client.get(url).send().await.map_err(|e| e.without_url().to_string())?;
    if response.status() != reqwest::StatusCode::OK {
        return Err(format!("it was answered with {}", response.status()));
    }
    let mut list = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|e| e.without_url().to_string())? {
        if list.len() + chunk.len() > CRL_BYTES_MAX {
            return Err(format!("it is longer than {CRL_BYTES_MAX} bytes"));
        }
        list.extend_from_slice(&chunk);
    }
    keys::crl_next_update(&list).map_err(|why| why.to_string())?;
    Ok(list)
}

/// An address that may be asked.
fn admit(url: &str) -> Result<Url, String> {
    let refused = |why: &str| Err(format!("the address is not asked: {why}"));
    if url.len() > URL_MAX {
        return refused("it is too long");
    }
    let Ok(url) = Url::parse(url) else { return refused("it is no URL") };
    if !matches!(url.scheme(), "http" | "https") {
        return refused("it is neither http nor https");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return refused("it holds credentials");
    }
    let host = url.host_str().unwrap_or_default().trim_matches(['[', ']']);
    match host.parse::<IpAddr>() {
        Ok(address) if is_of_the_machine(address) => refused("machines say there what they are"),
        _ => Ok(url),
    }
}

/// Link-local and unspecified addresses: where clouds tell machines their secrets (169.254.169.254).
fn is_of_the_machine(address: IpAddr) -> bool {
    match address.to_canonical() {
        IpAddr::V4(v4) => v4.is_link_local() || v4.is_unspecified() || v4.is_broadcast(),
        IpAddr::V6(v6) => v6.is_unicast_link_local() || v6.is_unspecified() || v6.is_multicast(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_asked_for_over_http_and_never_where_machines_keep_their_secrets() {
        for (url, expect) in [
            ("http://crl.xyz.example/ca.crl", true),
            ("https://10.0.0.5/ca.crl", true),
            ("http://127.0.0.1:8080/ca.crl", true),
            ("ldap://dc.xyz.example/cn=ca", false),
            ("file:///etc/passwd", false),
            ("http://169.254.169.254/latest/meta-data", false),
            ("http://[::ffff:169.254.169.254]/", false),
            ("http://[fe80::1]/ca.crl", false),
            ("http://0.0.0.0/ca.crl", false),
            ("http://ada:secret@crl.xyz.example/ca.crl", false),
            ("nonsense", false),
        ] {
            assert_eq!(admit(url).is_ok(), expect, "{url}");
        }
    }
}
