//! What a token is bound to: whoever presents it must show that they hold the key (`cnf`, RFC 7800 §3).
//!
//! The proof itself is checked by the protocol that sees it; here it is only named.

use directory::Record;

/// The key that the presenter of a token must hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Confirmation {
    /// The thumbprint of a JWK that signs a proof with every request (RFC 9449 §6.1).
    Jkt(String),
    /// The SHA-256 of the certificate that the TLS connection was opened with (RFC 8705 §3.1), as base64url.
    X5tS256(String),
}

impl Confirmation {
    const JKT: &'static str = "jkt";
    const X5T_S256: &'static str = "x5t#S256";

    /// The claim `cnf`; what refresh tokens and codes keep of it too.
    #[must_use]
    pub fn to_record(&self) -> Record {
        match self {
            Confirmation::Jkt(thumbprint) => Record::new().with(Confirmation::JKT, thumbprint),
            Confirmation::X5tS256(thumbprint) => Record::new().with(Confirmation::X5T_S256, thumbprint),
        }
    }

    /// Read what [`Confirmation::to_record`] wrote.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Confirmation> {
        let of = |name| record.text(name).map(str::to_owned);
        of(Confirmation::JKT).map(Confirmation::Jkt).or_else(|| of(Confirmation::X5T_S256).map(Confirmation::X5tS256))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_confirmation_reads_what_it_prints() {
        for confirmation in [Confirmation::Jkt("a".to_owned()), Confirmation::X5tS256("b".to_owned())] {
            assert_eq!(Confirmation::from_record(&confirmation.to_record()), Some(confirmation));
        }
        assert_eq!(Confirmation::from_record(&Record::new()), None);
    }
}
