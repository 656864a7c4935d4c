//! `attackerinTheMiddle`: the form was not sent from our own page; and `leakedCredentials`: the password is publicly known.
//!
//! Formula of the first: browsers say in `Origin` from which site a form is posted (Fetch §3.1), and no page can make them
//! lie. A password that arrives with an `Origin` that is not ours was typed into a page that imitates ours: high, against
//! the account. A proxy that rewrites the header is not seen by this.
//!
//! Formula of the second: the password that was just proved is in the operator's list of leaked ones: high, against the
//! account.
//!
//! Accuses wrongly: a server that is reached under a name other than its public URL; nobody, as to leaked passwords.

use super::{Against, Detection, Level};

/// `riskEventType` of a password typed into somebody else's page.
pub const ORIGIN_OF_ANOTHER: &str = "attackerinTheMiddle";
/// `riskEventType` of a password that is publicly known.
pub const LEAKED_CREDENTIALS: &str = "leakedCredentials";

/// Whether a form came from a page of another origin.
#[must_use]
pub fn origin_of_another(origin: Option<&str>, public_url: &str) -> Option<Detection> {
    // `null` is what a browser says that hides it: a sandboxed frame, or a page without a referrer policy.
    let origin = origin.map(str::trim).filter(|origin| !origin.is_empty() && *origin != "null")?;
    if origin.eq_ignore_ascii_case(public_url) {
        return None;
    }
    let shown: String = origin.chars().take(128).collect();
    Some(Detection {
        event: ORIGIN_OF_ANOTHER,
        level: Level::High,
        against: Against::Account,
        why: format!("the form was posted from `{}`", shown.escape_debug()),
    })
}

/// The detection of a password that is publicly known.
#[must_use]
pub fn leaked() -> Detection {
    Detection {
        event: LEAKED_CREDENTIALS,
        level: Level::High,
        against: Against::Account,
        why: "the password is in the list of leaked passwords".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_of_another_site_is_noticed() {
        let ours = "https://id.xyz.example";
        for (origin, expect) in [
            (None, false),
            (Some("https://id.xyz.example"), false),
            (Some("HTTPS://ID.xyz.example"), false),
            (Some("null"), false),
            (Some("https://id.xyz.example.evil.example"), true),
            (Some("http://id.xyz.example"), true),
        ] {
            assert_eq!(origin_of_another(origin, ours).is_some(), expect, "{origin:?}");
        }
        assert_eq!(leaked().event, "leakedCredentials");
    }
}
