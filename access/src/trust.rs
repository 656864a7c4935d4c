//! Whom the organisation trusts to say who somebody is. Whoever adds an authority, or takes the list away that says what it
//! took back, can sign in as anybody whom its certificates name: only those who stand above everybody may.

use directory::{Act, Change, Kind, Refusal, Snapshot};
use schema::certificate_based_auth_pki::{CERTIFICATE_AUTHORITY_DETAIL, CERTIFICATE_BASED_AUTH_PKI};
use schema::mutual_tls_oauth_configuration::MUTUAL_TLS_OAUTH_CONFIGURATION;

/// What holds the authorities.
static TRUST: [&Kind; 3] =
    [&CERTIFICATE_BASED_AUTH_PKI, &CERTIFICATE_AUTHORITY_DETAIL, &MUTUAL_TLS_OAUTH_CONFIGURATION];

/// Refuse a change of trust by somebody who does not stand above everybody.
pub(crate) fn authorities(stands_above_all: bool, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let is_trust = |change: &Change| match change {
        Change::Create { kind, .. } => TRUST.iter().any(|known| known.id() == *kind),
        other => now.find(other.subject()).is_some_and(|object| TRUST.iter().any(|known| now.is_a(object, known))),
    };
    if !stands_above_all && act.changes.iter().any(is_trust) {
        return Err(Refusal::denied("only a global administrator decides which authorities are trusted"));
    }
    Ok(())
}
