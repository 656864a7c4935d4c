//! Opaque tokens: codes, refresh tokens, sessions, flows. A random text that names its tenant; kept only as a hash.

use directory::TenantId;
use keys::{Secret, base64url, sha256};

/// The shelf of authorization codes.
pub(crate) const CODES: &str = "codes";
/// The shelf of refresh tokens; a family is a group.
pub(crate) const REFRESH_TOKENS: &str = "refreshTokens";
/// The shelf of pages that wait for an answer.
pub(crate) const FLOWS: &str = "flows";

/// Ours are 66 characters; anything longer is not ours.
const LENGTH_MAX: usize = 128;

/// A fresh one: `{tenant}.{secret}`.
pub(crate) fn fresh(tenant: TenantId) -> Secret {
    Secret::new(format!("{}.{}", base64url::encode(tenant.as_bytes()), Secret::opaque().expose()))
}

/// The key of its ticket.
pub(crate) fn key(token: &str) -> [u8; 32] {
    sha256(token.as_bytes())
}

/// The tenant that it names. Nothing is proved by that.
pub(crate) fn tenant_of(token: &str) -> Option<TenantId> {
    if token.len() > LENGTH_MAX {
        return None;
    }
    let (tenant, _) = token.split_once('.')?;
    let bytes: [u8; 16] = base64url::decode(tenant)?.try_into().ok()?;
    Some(TenantId::from_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_opaque_token_names_its_tenant() {
        let tenant = TenantId::from_u128(77);
        let token = fresh(tenant);
        assert_eq!(tenant_of(token.expose()), Some(tenant));
        assert!(token.expose().len() <= LENGTH_MAX);
        for text in ["", ".", "x.y", "AAAA.secret", &"a".repeat(200)] {
            assert_eq!(tenant_of(text), None, "{text}");
        }
    }
}
