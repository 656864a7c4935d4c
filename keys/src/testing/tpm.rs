//! A TPM made of software, for tests: an endorsement key, and the opening of what was made for a key in it.

use aws_lc_rs::agreement::{self, ECDH_P256, UnparsedPublicKey, agree};
use aws_lc_rs::cipher::{AES_128, DecryptingKey, DecryptionContext, UnboundCipherKey};
use aws_lc_rs::encoding::{AsDer, PublicKeyX509Der};
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA256_MGF1SHA256, OaepPrivateDecryptingKey, PrivateDecryptingKey};

use crate::base64url;
use crate::digest::{hmac_sha256, sha256};
use crate::public_key::PublicKey;

/// What a signing key of a TPM is: made there, bound to it, and for signing.
pub const BOUND_SIGNING_KEY: u32 = 1 << 1 | 1 << 4 | 1 << 5 | 1 << 18;

/// A TPM.
pub struct Tpm {
    private: Private,
    /// SubjectPublicKeyInfo.
    pub endorsement_key: Vec<u8>,
}

enum Private {
    Rsa(OaepPrivateDecryptingKey),
    P256(agreement::PrivateKey),
}

impl Default for Tpm {
    fn default() -> Tpm {
        let private = PrivateDecryptingKey::generate(KeySize::Rsa2048).expect("the system can make a key");
        let public = AsDer::<PublicKeyX509Der<'_>>::as_der(&private.public_key()).expect("a key can be written");
        let endorsement_key = public.as_ref().to_vec();
        let private = Private::Rsa(OaepPrivateDecryptingKey::new(private).expect("the key decrypts"));
        Tpm { private, endorsement_key }
    }
}

impl Tpm {
    /// One whose endorsement key is on P-256.
    #[must_use]
    pub fn on_a_curve() -> Tpm {
        let private = agreement::PrivateKey::generate(&ECDH_P256).expect("the system can make a key");
        let public = private.compute_public_key().expect("a key has a public half");
        let public: PublicKeyX509Der<'_> = AsDer::as_der(&public).expect("a key can be written");
        let endorsement_key = public.as_ref().to_vec();
        Tpm { private: Private::P256(private), endorsement_key }
    }

    /// The seed that a credential's keys are made from.
    fn seed(&self, encrypted_secret: &[u8]) -> Option<Vec<u8>> {
        let wrapped = encrypted_secret.get(2..)?;
        let label: &[u8] = b"IDENTITY\0";
        match &self.private {
            Private::Rsa(private) => {
                let mut seed = vec![0; private.min_output_size()];
                let seed = private.decrypt(&OAEP_SHA256_MGF1SHA256, wrapped, &mut seed, Some(label)).ok()?;
                Some(seed.to_vec())
            }
            Private::P256(private) => {
                let (x, y) = (wrapped.get(2..34)?, wrapped.get(36..68)?);
                let peer = UnparsedPublicKey::new(&ECDH_P256, [&[4], x, y].concat());
                let ours = private.compute_public_key().ok()?;
                let our_x = ours.as_ref().get(1..33)?.to_vec();
                let made = |shared: &[u8]| Ok(sha256(&[&[0, 0, 0, 1], shared, label, x, &our_x].concat()).to_vec());
                agree(private, peer, (), made).ok()
            }
        }
    }

    /// `TPM2_ActivateCredential`, for the key that this TPM2B_PUBLIC describes; nothing where it is not for it.
    #[must_use]
    pub fn open(&self, public: &[u8], credential: &[u8], encrypted_secret: &[u8]) -> Option<Vec<u8>> {
        let name = [&[0, 0x0b], sha256(public.get(2..)?).as_slice()].concat();
        let seed = self.seed(encrypted_secret)?;
        let derived = |label: &[u8], context: &[u8], bits: u32| {
            hmac_sha256(&seed, &[&[0, 0, 0, 1], label, &[0], context, &bits.to_be_bytes()].concat())
        };
        let (code, identity) = (credential.get(4..36)?, credential.get(36..)?);
        if hmac_sha256(&derived(b"INTEGRITY", &[], 256), &[identity, &name].concat()) != *code {
            return None;
        }
        let cipher = UnboundCipherKey::new(&AES_128, derived(b"STORAGE", &name, 128).get(..16)?).ok()?;
        let mut clear = identity.to_vec();
        let start = DecryptionContext::Iv128(FixedLength::from([0; 16]));
        let clear = DecryptingKey::cfb128(cipher).ok()?.decrypt(&mut clear, start).ok()?;
        clear.get(2..).map(<[u8]>::to_vec)
    }
}

/// TPM2B_PUBLIC of a P-256 key with these attributes.
#[must_use]
pub fn described(key: &PublicKey, attributes: u32) -> Vec<u8> {
    let jwk = key.to_jwk();
    let sized = |bytes: &[u8]| [&u16::try_from(bytes.len()).expect("short").to_be_bytes(), bytes].concat();
    let half = |name: &str| jwk.get(name).and_then(|text| base64url::decode(text.as_str()?)).expect("a P-256 key");
    let mut area = vec![0, 0x23, 0, 0x0b];
    area.extend(attributes.to_be_bytes());
    // No policy; no symmetric algorithm; ECDSA with SHA-256; P-256; no derivation.
    area.extend([0, 0, 0, 0x10, 0, 0x18, 0, 0x0b, 0, 3, 0, 0x10]);
    area.extend(sized(&half("x")));
    area.extend(sized(&half("y")));
    sized(&area)
}
