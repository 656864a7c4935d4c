//! authenticationMethod: a way in which one user can prove who they are.
//!
//! Secrets are kept as verifiers that nothing prints.

use directory::{Attr, Kind, Time};

pub use crate::keys::{CREATED_DATE_TIME, START_DATE_TIME};

pub const LAST_USED_DATE_TIME: Attr<Time> = Attr::new("lastUsedDateTime");
pub const PASSWORD: Attr<str> = Attr::new("password");
pub const IS_USABLE: Attr<bool> = Attr::new("isUsable");
pub const IS_USABLE_ONCE: Attr<bool> = Attr::new("isUsableOnce");
pub const LIFETIME_IN_MINUTES: Attr<i64> = Attr::new("lifetimeInMinutes");
pub const METHOD_USABILITY_REASON: Attr<str> = Attr::new("methodUsabilityReason");
pub const TEMPORARY_ACCESS_PASS: Attr<str> = Attr::new("temporaryAccessPass");
pub const PASS_VERIFIER: Attr<[u8]> = Attr::new("passVerifier");
pub const PASS_EXPIRES: Attr<Time> = Attr::new("passExpirationDateTime");

/// Any way of proving who one is.
pub static AUTHENTICATION_METHOD: Kind =
    Kind::new("authenticationMethod", &[CREATED_DATE_TIME.def().system(), LAST_USED_DATE_TIME.def().on_select()], &[])
        .abstract_kind();

/// A password; the value is never shown.
pub static PASSWORD_AUTHENTICATION_METHOD: Kind =
    Kind::new("passwordAuthenticationMethod", &[PASSWORD.def().on_select()], &[]).under(&AUTHENTICATION_METHOD);

/// A pass for a short time, shown once to whoever made it.
pub static TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD: Kind = Kind::new(
    "temporaryAccessPassAuthenticationMethod",
    &[
        IS_USABLE.def().system(),
        IS_USABLE_ONCE.def(),
        LIFETIME_IN_MINUTES.def(),
        METHOD_USABILITY_REASON.def().system(),
        START_DATE_TIME.def(),
        TEMPORARY_ACCESS_PASS.def().system(),
        // Castellan's own: what the pass is checked against.
        PASS_VERIFIER.def().secret(),
        // Castellan's own: when the pass stops working.
        PASS_EXPIRES.def().ordered().secret(),
    ],
    &[],
)
.under(&AUTHENTICATION_METHOD);
