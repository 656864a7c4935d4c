//! Tokens of ours that come back to us: verified by our own keys, whichever of our two issuers they name.

use keys::{Claims, Expect, JwtError};

use crate::request::Desk;

/// Verify a token of this tenant's; its issuer must be this tenant's, in the form of version 1 or 2.
pub(crate) fn verify(desk: &Desk<'_>, token: &str, expect: &Expect<'_>) -> Result<Claims, JwtError> {
    let claims = desk.oidc.keys.verify_own(desk.tenant, token, &Expect { iss: None, ..*expect })?;
    let issuer = claims.text("iss").ok_or(JwtError::Claim("iss"))?;
    if issuers(desk).iter().any(|own| own == issuer) { Ok(claims) } else { Err(JwtError::Issuer) }
}

/// What this tenant is called in tokens: in version 1 without the version, as Entra has it.
pub(crate) fn issuers(desk: &Desk<'_>) -> [String; 2] {
    let home = &desk.oidc.public_url;
    [format!("{home}/{}/v2.0", desk.tenant), format!("{home}/{}/", desk.tenant)]
}

/// The `appId` of the client that a token was given to; version 1 has it in another place.
pub(crate) fn client_of(claims: &Claims) -> Option<&str> {
    claims.text("azp").or_else(|| claims.text("appid"))
}
