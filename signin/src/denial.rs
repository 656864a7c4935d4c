//! Why somebody is not let in: a number that clients and admins know (AADSTS…) and a sentence.
//!
//! How a protocol says it (an OAuth error, a page, a SAML status) is the protocol's business.

use std::fmt;

/// A no to a sign-in or to a token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Denial {
    /// The number of the AADSTS error; `status.errorCode` of the sign-in log.
    pub code: u32,
    pub reason: String,
}

impl Denial {
    #[must_use]
    pub fn new(code: u32, reason: impl Into<String>) -> Denial {
        Denial { code, reason: reason.into() }
    }

    /// 700016: no such client here.
    #[must_use]
    pub fn unknown_client(client_id: &str) -> Denial {
        Denial::new(
            700_016,
            format!("application `{client_id}` was not found in the directory; check the identifier and the tenant"),
        )
    }

    /// 7000112: the client was switched off.
    #[must_use]
    pub fn disabled_client(client_id: &str) -> Denial {
        Denial::new(7_000_112, format!("application `{client_id}` is disabled"))
    }

    /// 500011: no such resource here.
    #[must_use]
    pub fn unknown_resource(identifier: &str) -> Denial {
        Denial::new(500_011, format!("the resource `{identifier}` was not found in the directory; check the scope"))
    }

    /// 70011: the scope cannot be read.
    #[must_use]
    pub fn invalid_scope(why: impl Into<String>) -> Denial {
        Denial::new(70_011, why)
    }

    /// 50126: user name, password or pass. One text for all, so that it tells nobody which.
    #[must_use]
    pub fn wrong_credentials() -> Denial {
        Denial::new(50_126, "the user name or the password is wrong; check both and try again")
    }

    /// 50053: too many wrong tries.
    #[must_use]
    pub fn locked() -> Denial {
        Denial::new(50_053, "the account is locked because of too many wrong tries; wait a minute and try again")
    }

    /// 50057: the account was switched off. Said only to somebody who proved to be its owner, or to a client with a token.
    #[must_use]
    pub fn disabled_user() -> Denial {
        Denial::new(50_057, "the user account is disabled")
    }

    /// 50173: a fresh sign-in is needed.
    #[must_use]
    pub fn revoked() -> Denial {
        Denial::new(50_173, "the session was revoked, or the password was changed; sign in again")
    }

    /// 50105: the resource demands an assignment.
    #[must_use]
    pub fn not_assigned(app: &str) -> Denial {
        Denial::new(50_105, format!("the user is not assigned to `{app}`; ask an administrator for access"))
    }

    /// 65001: nobody has consented.
    #[must_use]
    pub fn no_consent(app: &str) -> Denial {
        Denial::new(65_001, format!("neither the user nor an administrator has consented to what `{app}` asks for"))
    }
}

impl fmt::Display for Denial {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "AADSTS{}: {}", self.code, self.reason)
    }
}

impl std::error::Error for Denial {}
