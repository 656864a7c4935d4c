//! The signature algorithms that are known at all (RFC 7518 §3.1, RFC 8037). There is no symmetric one and no `none`, so
//! that confusing them with ours (RFC 8725 §2.1) cannot be written down.

/// A JWS signature algorithm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Algorithm {
    /// ECDSA with P-256 and SHA-256: our own default.
    Es256,
    /// ECDSA with P-384 and SHA-384.
    Es384,
    /// RSA PKCS#1 v1.5 with SHA-256: our own for clients that ask for it.
    Rs256,
    /// RSA PSS with SHA-256.
    Ps256,
    /// Ed25519.
    EdDsa,
}

impl Algorithm {
    /// Every algorithm whose signatures can be verified: for `token_endpoint_auth_signing_alg_values_supported`.
    pub const ALL: [Algorithm; 5] =
        [Algorithm::Es256, Algorithm::Es384, Algorithm::Rs256, Algorithm::Ps256, Algorithm::EdDsa];

    /// The algorithms with which our own tokens are signed: for `id_token_signing_alg_values_supported`.
    pub const OWN: [Algorithm; 2] = [Algorithm::Es256, Algorithm::Rs256];

    /// The name as it stands in `alg`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Algorithm::Es256 => "ES256",
            Algorithm::Es384 => "ES384",
            Algorithm::Rs256 => "RS256",
            Algorithm::Ps256 => "PS256",
            Algorithm::EdDsa => "EdDSA",
        }
    }

    /// Read a name, exactly as written in RFC 7518.
    #[must_use]
    pub fn parse(name: &str) -> Option<Algorithm> {
        Algorithm::ALL.into_iter().find(|alg| alg.name() == name)
    }
}
