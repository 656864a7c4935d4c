//! One private key that signs tokens, parsed once, so that a signature costs only the signature. (A library that parses
//! the key each time makes a third of the RS256 signatures per second.)

use aws_lc_rs::encoding::AsDer as _;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeyPair as RsaKeyPair, KeySize};
use aws_lc_rs::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _, RSA_PKCS1_SHA256};
use zeroize::Zeroizing;

use crate::algorithm::Algorithm;
use crate::fault::KeyFault;
use crate::public_key::PublicKey;

pub(crate) struct SigningKey {
    pair: Pair,
    public: PublicKey,
    kid: String,
}

enum Pair {
    Es256(EcdsaKeyPair),
    Rs256(RsaKeyPair),
}

impl SigningKey {
    /// Make a new private key, as PKCS#8. Only [`Algorithm::OWN`] can be made.
    pub(crate) fn generate(alg: Algorithm) -> Result<Zeroizing<Vec<u8>>, KeyFault> {
        let failed = |_| KeyFault::Crypto("make a signing key");
        let pkcs8 = match alg {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::generate(&ECDSA_P256_SHA256_FIXED_SIGNING).map_err(failed)?;
                pair.to_pkcs8v1().map_err(failed)?.as_ref().to_vec()
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::generate(KeySize::Rsa2048).map_err(failed)?;
                pair.as_der().map_err(failed)?.as_ref().to_vec()
            }
            Algorithm::Es384 | Algorithm::Ps256 | Algorithm::EdDsa => {
                return Err(KeyFault::Crypto("make a signing key of this algorithm"));
            }
        };
        Ok(Zeroizing::new(pkcs8))
    }

    /// Read a private key; its `kid` is the RFC 7638 thumbprint of its public half.
    pub(crate) fn from_pkcs8(alg: Algorithm, pkcs8: &[u8]) -> Result<SigningKey, KeyFault> {
        let failed = |_| KeyFault::Crypto("read a signing key");
        let (pair, spki) = match alg {
            Algorithm::Es256 => {
                let pair = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, pkcs8).map_err(failed)?;
                let spki = pair.public_key().as_der().map_err(|_| KeyFault::Crypto("read a signing key"))?;
                (Pair::Es256(pair), spki.as_ref().to_vec())
            }
            Algorithm::Rs256 => {
                let pair = RsaKeyPair::from_pkcs8(pkcs8).map_err(failed)?;
                let spki = pair.public_key().as_der().map_err(|_| KeyFault::Crypto("read a signing key"))?;
                (Pair::Rs256(pair), spki.as_ref().to_vec())
            }
            Algorithm::Es384 | Algorithm::Ps256 | Algorithm::EdDsa => {
                return Err(KeyFault::Crypto("read a signing key of this algorithm"));
            }
        };
        let public = PublicKey::from_spki(&spki).map_err(|_| KeyFault::Crypto("read a signing key's public half"))?;
        let kid = public.thumbprint();
        Ok(SigningKey { pair, public: public.with_kid(&kid), kid })
    }

    pub(crate) fn kid(&self) -> &str {
        &self.kid
    }

    pub(crate) fn alg(&self) -> Algorithm {
        match self.pair {
            Pair::Es256(_) => Algorithm::Es256,
            Pair::Rs256(_) => Algorithm::Rs256,
        }
    }

    pub(crate) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// Sign; the answer is handed to `take`, so that an EC signature needs no allocation.
    pub(crate) fn sign<T>(&self, message: &[u8], take: impl FnOnce(&[u8]) -> T) -> Result<T, KeyFault> {
        let failed = |_| KeyFault::Crypto("sign");
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Es256(pair) => Ok(take(pair.sign(&random, message).map_err(failed)?.as_ref())),
            Pair::Rs256(pair) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(&RSA_PKCS1_SHA256, &random, message, &mut signature).map_err(failed)?;
                Ok(take(&signature))
            }
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_key_verifies_what_it_signs_and_nothing_else() {
        for alg in Algorithm::OWN {
            let key = SigningKey::from_pkcs8(alg, &SigningKey::generate(alg).unwrap()).unwrap();
            let signature = key.sign(b"message", <[u8]>::to_vec).unwrap();
            assert_eq!(key.public().verify(alg, b"message", &signature), Ok(()));
            assert!(key.public().verify(alg, b"messagf", &signature).is_err());
            assert_eq!(key.kid().len(), 43);
        }
    }
}
