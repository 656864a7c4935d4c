//! A passkey made of software, for tests: it answers a browser's part of a ceremony, truly or with one thing wrong.

pub mod tpm;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P256_SHA256_ASN1_SIGNING, EcdsaKeyPair, KeyPair};
use rcgen::{BasicConstraints, CertificateParams, CustomExtension, DnType, IsCa, Issuer, KeyUsagePurpose};
use serde_json::{Value, json};

use crate::base64url;
use crate::digest::sha256;
use crate::random::random_bytes;

/// `id-fido-gen-ce-aaguid` (WebAuthn Level 3 §8.2.1).
const AA_GUID_EXTENSION: &[u64] = &[1, 3, 6, 1, 4, 1, 45_724, 1, 1, 4];

/// The code that an authenticator app shows at a moment, when this key was typed into it.
#[must_use]
pub fn app_code(key: &str, at: directory::Time) -> String {
    const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    let (mut seed, mut bits, mut count) = (Vec::new(), 0_u32, 0);
    for letter in key.bytes().filter(|letter| *letter != b' ') {
        let value = LETTERS.iter().position(|known| *known == letter).expect("base32");
        bits = (bits << 5) | u32::try_from(value).expect("5 bits");
        count += 5;
        if count >= 8 {
            count -= 8;
            seed.push(((bits >> count) & 0xff) as u8);
        }
    }
    crate::OathSeed::of(&seed).code(u64::try_from(at.unix() / 30).expect("after 1970"))
}

/// The verifier of a password, hashed more cheaply than passwords are.
#[must_use]
pub fn cheap_hash(passwords: &crate::Passwords, password: &str) -> String {
    passwords.hash_cheaply(password)
}

/// An authenticator with one credential.
pub struct Authenticator {
    key: EcdsaKeyPair,
    id: Vec<u8>,
    user: Vec<u8>,
    /// The origin that the browser says the page has.
    pub origin: String,
    pub aa_guid: [u8; 16],
    /// The count of the next answer; 0 does not count.
    pub count: u32,
    /// Whether it verifies its owner (the flag UV).
    pub verifies: bool,
    /// The flags BE and BS.
    pub is_synced: bool,
    maker: Option<Maker>,
}

/// Who made the authenticator and says so.
struct Maker {
    certificate: Vec<u8>,
    key: EcdsaKeyPair,
}

impl Authenticator {
    #[must_use]
    pub fn new(origin: &str) -> Authenticator {
        Authenticator {
            key: pair(),
            id: random_bytes::<32>().to_vec(),
            user: Vec::new(),
            origin: origin.to_owned(),
            aa_guid: [0xaa; 16],
            count: 1,
            verifies: true,
            is_synced: false,
            maker: None,
        }
    }

    /// Made by somebody who vouches for it; the maker's root comes back as PEM.
    pub fn attested(mut self) -> (Authenticator, String) {
        let root_key = rcgen::KeyPair::generate().expect("a key for the root");
        let mut root = CertificateParams::default();
        root.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        root.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        // No two makers have one name: roots are found by it.
        let name = format!("XYZ Keys Root {}", crate::random_uuid());
        root.distinguished_name.push(DnType::CommonName, name);
        let root_certificate = root.self_signed(&root_key).expect("a root");
        let issuer = Issuer::new(root, root_key);
        let leaf_key = rcgen::KeyPair::generate().expect("a key for the maker");
        let mut leaf = CertificateParams::default();
        leaf.is_ca = IsCa::ExplicitNoCa;
        leaf.use_authority_key_identifier_extension = true;
        for (name, value) in [
            (DnType::CountryName, "DE"),
            (DnType::OrganizationName, "XYZ Ltd."),
            (DnType::OrganizationalUnitName, "Authenticator Attestation"),
            (DnType::CommonName, "XYZ Key"),
        ] {
            leaf.distinguished_name.push(name, value);
        }
        let mut octets = vec![0x04, 0x10];
        octets.extend_from_slice(&self.aa_guid);
        leaf.custom_extensions.push(CustomExtension::from_oid_content(AA_GUID_EXTENSION, octets));
        let certificate = leaf.signed_by(&leaf_key, &issuer).expect("a certificate for the maker");
        let key = EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_ASN1_SIGNING, &leaf_key.serialize_der()).expect("a key");
        self.maker = Some(Maker { certificate: certificate.der().to_vec(), key });
        (self, root_certificate.pem())
    }

    /// Answer `navigator.credentials.create`.
    #[must_use]
    pub fn create(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options are JSON");
        let asked = &options["publicKey"];
        self.user = base64url::decode(asked["user"]["id"].as_str().expect("a user")).expect("base64url");
        let client_data = self.client_data("webauthn.create", asked);
        let mut data = self.data(asked["rp"]["id"].as_str().expect("a relying party"), 0x40);
        data.extend_from_slice(&self.aa_guid);
        data.extend_from_slice(&u16::try_from(self.id.len()).expect("a short id").to_be_bytes());
        data.extend_from_slice(&self.id);
        data.extend_from_slice(&self.cose_key());
        let mut object = vec![0xa3];
        text(&mut object, "fmt");
        match &self.maker {
            None => {
                text(&mut object, "none");
                text(&mut object, "attStmt");
                object.push(0xa0);
            }
            Some(maker) => {
                let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
                text(&mut object, "packed");
                text(&mut object, "attStmt");
                object.push(0xa3);
                text(&mut object, "alg");
                object.push(0x26);
                text(&mut object, "sig");
                bytes(&mut object, &sign(&maker.key, &signed));
                text(&mut object, "x5c");
                object.push(0x81);
                bytes(&mut object, &maker.certificate);
            }
        }
        text(&mut object, "authData");
        bytes(&mut object, &data);
        self.answer(&json!({
            "attestationObject": base64url::encode(object),
            "clientDataJSON": base64url::encode(client_data),
        }))
    }

    /// Answer `navigator.credentials.get`.
    #[must_use]
    pub fn get(&mut self, options: &str) -> String {
        let options: Value = serde_json::from_str(options).expect("options are JSON");
        let asked = &options["publicKey"];
        let client_data = self.client_data("webauthn.get", asked);
        let data = self.data(asked["rpId"].as_str().expect("a relying party"), 0);
        let signed = [data.as_slice(), &sha256(client_data.as_bytes())].concat();
        self.answer(&json!({
            "authenticatorData": base64url::encode(data),
            "clientDataJSON": base64url::encode(client_data),
            "signature": base64url::encode(sign(&self.key, &signed)),
            "userHandle": base64url::encode(&self.user),
        }))
    }

    fn answer(&self, response: &Value) -> String {
        let id = base64url::encode(&self.id);
        json!({ "id": id, "rawId": id, "type": "public-key", "response": response, "clientExtensionResults": {} })
            .to_string()
    }

    fn client_data(&self, kind: &str, asked: &Value) -> String {
        json!({ "type": kind, "challenge": asked["challenge"], "origin": self.origin, "crossOrigin": false })
            .to_string()
    }

    /// Authenticator data (WebAuthn Level 3 §6.1) up to its count, which goes up.
    fn data(&mut self, relying_party: &str, flags: u8) -> Vec<u8> {
        let verified = if self.verifies { 0x04 } else { 0 };
        let synced = if self.is_synced { 0x18 } else { 0 };
        let mut data = sha256(relying_party.as_bytes()).to_vec();
        data.push(0x01 | verified | synced | flags);
        data.extend_from_slice(&self.count.to_be_bytes());
        if self.count > 0 {
            self.count += 1;
        }
        data
    }

    /// The public key (RFC 9053 §7.1.1): an EC2 key on P-256 for ES256.
    fn cose_key(&self) -> Vec<u8> {
        let point = self.key.public_key().as_ref();
        let (x, y) = point.get(1..).expect("an uncompressed point").split_at(32);
        let mut key = vec![0xa5, 0x01, 0x02, 0x03, 0x26, 0x20, 0x01, 0x21];
        bytes(&mut key, x);
        key.push(0x22);
        bytes(&mut key, y);
        key
    }
}

fn pair() -> EcdsaKeyPair {
    EcdsaKeyPair::generate(&ECDSA_P256_SHA256_ASN1_SIGNING).expect("a key")
}

fn sign(key: &EcdsaKeyPair, message: &[u8]) -> Vec<u8> {
    key.sign(&SystemRandom::new(), message).expect("a signature").as_ref().to_vec()
}

/// CBOR text of fewer than 24 bytes (RFC 8949 §3.1).
fn text(to: &mut Vec<u8>, text: &str) {
    to.push(0x60 | u8::try_from(text.len()).expect("a short text"));
    to.extend_from_slice(text.as_bytes());
}

/// CBOR bytes.
fn bytes(to: &mut Vec<u8>, bytes: &[u8]) {
    match u8::try_from(bytes.len()) {
        Ok(length) => to.extend_from_slice(&[0x58, length]),
        Err(_) => {
            to.push(0x59);
            to.extend_from_slice(&u16::try_from(bytes.len()).expect("less than 64 KiB").to_be_bytes());
        }
    }
    to.extend_from_slice(bytes);
}
