//! What proves that a key lies in one TPM and no other: a secret that only the TPM with this endorsement key opens, and only while it
//! holds the key of this name (TPM 2.0 Library Part 1, §24; Part 3, `TPM2_MakeCredential`).
//!
//! Deliberately absent: endorsement certificates, their makers' chains, quotes and measurements.

use aws_lc_rs::agreement::{ECDH_P256, EphemeralPrivateKey, UnparsedPublicKey, agree_ephemeral};
use aws_lc_rs::cipher::{AES_128, EncryptingKey, EncryptionContext, UnboundCipherKey};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{OAEP_SHA256_MGF1SHA256, OaepPublicEncryptingKey, PublicEncryptingKey};
use serde_json::json;

use crate::algorithm::Algorithm;
use crate::base64url;
use crate::digest::{hmac_sha256, sha256};
use crate::fault::{JwtError, KeyFault};
use crate::public_key::PublicKey;
use crate::random::random_bytes;

/// The longest description of a key, or endorsement key, in bytes.
pub const TPM_KEY_BYTES_MAX: usize = 2 << 10;
/// Of a secret that is wrapped.
const SECRET_BYTES: usize = 32;

const ALGORITHM_ECC: u16 = 0x0023;
const ALGORITHM_SHA256: u16 = 0x000b;
const ALGORITHM_NULL: u16 = 0x0010;
const CURVE_P256: u16 = 0x0003;
/// `fixedTPM`, `fixedParent`, `sensitiveDataOrigin`: made in this TPM, and never leaving it (Part 2, §8.3).
const BOUND: u32 = 1 << 1 | 1 << 4 | 1 << 5;
const DECRYPT: u32 = 1 << 17;
const SIGN: u32 = 1 << 18;

/// A signing key that a TPM describes: P-256, made in the TPM and bound to it.
#[derive(Debug)]
pub struct TpmKey {
    /// The TPM's name of it: what a credential is bound to.
    name: Vec<u8>,
    /// The key itself.
    pub key: PublicKey,
}

/// What a TPM opens with `TPM2_ActivateCredential`.
#[derive(Debug)]
pub struct TpmCredential {
    /// TPM2B_ID_OBJECT.
    pub credential: Vec<u8>,
    /// TPM2B_ENCRYPTED_SECRET.
    pub encrypted_secret: Vec<u8>,
    /// What was wrapped; nobody but the TPM finds it out.
    pub secret: [u8; SECRET_BYTES],
}

impl TpmKey {
    /// Read a TPM2B_PUBLIC.
    pub fn read(public: &[u8]) -> Result<TpmKey, JwtError> {
        let wrong = || JwtError::Malformed("not the description of a P-256 key by a TPM");
        let mut whole = Reader(public);
        let area =
            whole.sized().filter(|_| whole.0.is_empty() && public.len() <= TPM_KEY_BYTES_MAX).ok_or_else(wrong)?;
        let mut area_of = Reader(area);
        let mut next = || area_of.u16().ok_or_else(wrong);
        if (next()?, next()?) != (ALGORITHM_ECC, ALGORITHM_SHA256) {
            return Err(wrong());
        }
        let attributes = u32::from(next()?) << 16 | u32::from(next()?);
        if attributes & BOUND != BOUND || attributes & SIGN == 0 || attributes & DECRYPT != 0 {
            return Err(JwtError::Key("it is not a signing key that was made in its TPM and cannot leave it"));
        }
        let _policy = area_of.sized().ok_or_else(wrong)?;
        let mut next = || area_of.u16().ok_or_else(wrong);
        // No symmetric algorithm for a signing key; a scheme names its hash.
        let (symmetric, scheme) = (next()?, next()?);
        if symmetric != ALGORITHM_NULL || (scheme != ALGORITHM_NULL && next()? != ALGORITHM_SHA256) {
            return Err(wrong());
        }
        if (next()?, next()?) != (CURVE_P256, ALGORITHM_NULL) {
            return Err(wrong());
        }
        let (x, y) = (area_of.sized().ok_or_else(wrong)?, area_of.sized().ok_or_else(wrong)?);
        if !area_of.0.is_empty() {
            return Err(wrong());
        }
        let jwk = json!({"kty": "EC", "crv": "P-256", "x": base64url::encode(x), "y": base64url::encode(y)});
        let name = [ALGORITHM_SHA256.to_be_bytes().as_slice(), &sha256(area)].concat();
        Ok(TpmKey { name, key: PublicKey::from_jwk(&jwk)? })
    }

    /// A fresh secret that only the TPM with this endorsement key (SubjectPublicKeyInfo, RSA of 2048 bits or more or P-256, of the
    /// TCG's default templates) opens, while it holds this key.
    pub fn credential(&self, endorsement_key: &[u8]) -> Result<TpmCredential, JwtError> {
        let failed = || JwtError::Fault(KeyFault::Crypto("wrap a secret to a TPM"));
        if endorsement_key.len() > TPM_KEY_BYTES_MAX {
            return Err(JwtError::Key("the endorsement key is too long"));
        }
        let known = PublicKey::from_spki(endorsement_key)?;
        let (seed, wrapped) = if known.can(Algorithm::Rs256) {
            wrapped_rsa(endorsement_key)?
        } else if known.can(Algorithm::Es256) {
            wrapped_p256(&known)?
        } else {
            return Err(JwtError::Key("the endorsement key must be RSA or P-256"));
        };
        let secret: [u8; SECRET_BYTES] = random_bytes();
        let mut identity = sized(&secret);
        let storage = derived(&seed, "STORAGE", &self.name, 128);
        let cipher = UnboundCipherKey::new(&AES_128, storage.get(..16).unwrap_or_default()).map_err(|_| failed())?;
        let cipher = EncryptingKey::cfb128(cipher).map_err(|_| failed())?;
        let start = EncryptionContext::Iv128(FixedLength::from([0; 16]));
        cipher.less_safe_encrypt(&mut identity, start).map_err(|_| failed())?;
        let covered = [identity.as_slice(), &self.name].concat();
        let code = hmac_sha256(&derived(&seed, "INTEGRITY", &[], 256), &covered);
        let credential = sized(&[sized(&code), identity].concat());
        Ok(TpmCredential { credential, encrypted_secret: sized(&wrapped), secret })
    }
}

/// What the storage keys are made from, and how it reaches the TPM: the label that says what it is for.
const LABEL: &[u8] = b"IDENTITY\0";

/// A seed, and the seed encrypted to an RSA key (Part 1, §B.10.4).
fn wrapped_rsa(endorsement_key: &[u8]) -> Result<([u8; 32], Vec<u8>), JwtError> {
    let unusable = JwtError::Key("the endorsement key cannot be used");
    let key = PublicEncryptingKey::from_der(endorsement_key).map_err(|_| unusable.clone())?;
    let key = OaepPublicEncryptingKey::new(key).map_err(|_| unusable)?;
    let seed: [u8; 32] = random_bytes();
    let mut wrapped = vec![0; key.ciphertext_size()];
    let wrapped = key.encrypt(&OAEP_SHA256_MGF1SHA256, &seed, &mut wrapped, Some(LABEL));
    let wrapped = wrapped.map_err(|_| JwtError::Fault(KeyFault::Crypto("wrap a seed to a TPM")))?;
    Ok((seed, wrapped.to_vec()))
}

/// A seed that two points agree on, and ours of them, a TPMS_ECC_POINT (Part 1, §C.6.4: KDFe over the shared abscissa).
fn wrapped_p256(endorsement_key: &PublicKey) -> Result<([u8; 32], Vec<u8>), JwtError> {
    let failed = || JwtError::Fault(KeyFault::Crypto("agree on a seed with a TPM"));
    let jwk = endorsement_key.to_jwk();
    let half = |name: &str| jwk.get(name).and_then(|text| base64url::decode(text.as_str()?)).ok_or_else(failed);
    let (x, y) = (half("x")?, half("y")?);
    let ours = EphemeralPrivateKey::generate(&ECDH_P256, &SystemRandom::new()).map_err(|_| failed())?;
    let public = ours.compute_public_key().map_err(|_| failed())?;
    // An uncompressed point (SEC 1 §2.3.3).
    let (our_x, our_y) = public.as_ref().get(1..).and_then(|both| both.split_at_checked(32)).ok_or_else(failed)?;
    let point = [&[4], x.as_slice(), &y].concat();
    let peer = UnparsedPublicKey::new(&ECDH_P256, point);
    let seed = agree_ephemeral(ours, &peer, failed(), |shared| {
        Ok(sha256(&[&1_u32.to_be_bytes(), shared, LABEL, our_x, &x].concat()))
    })?;
    Ok((seed, [sized(our_x), sized(our_y)].concat()))
}

/// KDFa with SHA-256 (Part 1, §11.4.10.2), one block of it.
fn derived(key: &[u8], label: &str, context: &[u8], bits: u32) -> [u8; 32] {
    hmac_sha256(key, &[&1_u32.to_be_bytes(), label.as_bytes(), &[0], context, &bits.to_be_bytes()].concat())
}

/// A TPM2B: the length, then the bytes.
fn sized(bytes: &[u8]) -> Vec<u8> {
    [&u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_be_bytes(), bytes].concat()
}

struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    fn u16(&mut self) -> Option<u16> {
        let (number, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(u16::from_be_bytes(*number))
    }

    fn sized(&mut self) -> Option<&'a [u8]> {
        let length = self.u16()?;
        let (bytes, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(bytes)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::testing::tpm::{BOUND_SIGNING_KEY, Tpm, described};

    fn key() -> PublicKey {
        let x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
        let y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";
        PublicKey::from_jwk(&json!({"kty": "EC", "crv": "P-256", "x": x, "y": y})).unwrap()
    }

    #[test]
    fn a_credential_is_opened_by_its_tpm_for_its_key() {
        let (tpm, public) = (Tpm::default(), described(&key(), BOUND_SIGNING_KEY));
        let described_key = TpmKey::read(&public).unwrap();
        assert_eq!(described_key.key.thumbprint(), key().thumbprint());
        let made = described_key.credential(&tpm.endorsement_key).unwrap();
        let open = |tpm: &Tpm, public: &[u8]| tpm.open(public, &made.credential, &made.encrypted_secret);
        assert_eq!(open(&tpm, &public), Some(made.secret.to_vec()));
        assert_eq!(open(&tpm, &described(&key(), BOUND_SIGNING_KEY | 1 << 6)), None, "another key");
        assert_eq!(open(&Tpm::default(), &public), None, "another TPM");
    }

    #[test]
    fn a_tpm_whose_endorsement_key_is_on_a_curve_opens_its_own_as_well() {
        let public = described(&key(), BOUND_SIGNING_KEY);
        let described_key = TpmKey::read(&public).unwrap();
        let (tpm, other) = (Tpm::on_a_curve(), Tpm::on_a_curve());
        let made = described_key.credential(&tpm.endorsement_key).unwrap();
        let open = |tpm: &Tpm| tpm.open(&public, &made.credential, &made.encrypted_secret);
        assert_eq!(open(&tpm), Some(made.secret.to_vec()));
        assert_eq!(open(&other), None, "another TPM");
        assert_eq!(open(&Tpm::default()), None, "another kind of key");
        let p384 = aws_lc_rs::agreement::PrivateKey::generate(&aws_lc_rs::agreement::ECDH_P384).unwrap();
        let p384 = p384.compute_public_key().unwrap();
        let p384: aws_lc_rs::encoding::PublicKeyX509Der<'_> = aws_lc_rs::encoding::AsDer::as_der(&p384).unwrap();
        described_key.credential(p384.as_ref()).unwrap_err();
    }

    #[test]
    fn only_a_signing_key_that_cannot_leave_its_tpm_is_read() {
        let good = described(&key(), BOUND_SIGNING_KEY);
        let read = TpmKey::read(&good).unwrap();
        for at in 0..good.len() {
            TpmKey::read(&good[..at]).unwrap_err();
        }
        TpmKey::read(&[good.as_slice(), &[0]].concat()).unwrap_err();
        for attributes in [SIGN, BOUND, BOUND | SIGN | DECRYPT, (BOUND & !(1 << 1)) | SIGN] {
            TpmKey::read(&described(&key(), attributes)).unwrap_err();
        }
        let mut off_the_curve = good;
        *off_the_curve.last_mut().unwrap() ^= 1;
        TpmKey::read(&off_the_curve).unwrap_err();
        read.credential(b"no key").unwrap_err();
    }
}
