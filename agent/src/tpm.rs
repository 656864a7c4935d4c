//! The device key in a TPM 2.0: made there, wrapped for that TPM alone, used there. What is kept on disk opens nothing elsewhere:
//! a disk that is copied or stolen is not the device.
//!
//! The TPM is asked through tpm2-tools, as programs: its C library would have to be there wherever this is built, for something
//! that happens once an hour. Without the tools a device counts as having no TPM.

use std::path::{Path, PathBuf};
use std::process::Command;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{PKCS_ECDSA_P256_SHA256, PublicKeyData, SignatureAlgorithm, SigningKey};
use serde::{Deserialize, Serialize};

use crate::error::AgentError;
use crate::key::random_id;
use crate::program;
use crate::root::Root;
use crate::state::State;

pub const TPM_KEY_FILE: &str = "device-tpm.json";
/// The kernel's own resource manager.
const DEVICE: &str = "/dev/tpmrm0";
/// Says which TPM the tools talk to instead (tpm2-tools(1)).
const TCTI: &str = "TPM2TOOLS_TCTI";
/// An uncompressed point of P-256 (SEC 1 §2.3.3).
const POINT_BYTES: usize = 65;
/// One half of an ES256 signature (RFC 7518 §3.4).
const HALF_BYTES: usize = 32;

/// A key that only its TPM can use.
pub struct TpmKey {
    kept: Kept,
    /// The uncompressed point.
    point: Vec<u8>,
    state: State,
}

/// What is on disk: TPM2B_PUBLIC and TPM2B_PRIVATE, the latter encrypted by the TPM.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    public: String,
    private: String,
    /// SubjectPublicKeyInfo, DER.
    public_key: String,
}

/// Whether there is a TPM that can be asked. A tree that stands for a machine has one only where it is named.
pub fn is_here(root: &Root) -> bool {
    let is_named = std::env::var_os(TCTI).is_some();
    let is_machines = !root.is_confined() && Path::new(DEVICE).exists();
    if !is_named && !is_machines {
        return false;
    }
    let asked = tool(Path::new("/"), "tpm2_getcap", &["properties-fixed"]);
    if let Err(why) = &asked {
        tracing::warn!(why, "there is a TPM that cannot be asked; the device key is kept in a file");
    }
    asked.is_ok()
}

impl TpmKey {
    /// Makes a key and keeps it.
    pub fn make(state: &State) -> Result<Self, String> {
        let desk = Desk::open(state)?;
        desk.primary()?;
        let attributes = "fixedtpm|fixedparent|sensitivedataorigin|userwithauth|noda|sign";
        desk.ask(
            "tpm2_create",
            &[
                "-C",
                "primary",
                "-g",
                "sha256",
                "-G",
                "ecc256:ecdsa-sha256",
                "-u",
                "public",
                "-r",
                "private",
                "-a",
                attributes,
            ],
        )?;
        desk.ask("tpm2_load", &["-C", "primary", "-u", "public", "-r", "private", "-c", "key"])?;
        desk.ask("tpm2_readpublic", &["-c", "key", "-f", "der", "-o", "spki"])?;
        let kept = Kept {
            public: STANDARD.encode(desk.read("public")?),
            private: STANDARD.encode(desk.read("private")?),
            public_key: STANDARD.encode(desk.read("spki")?),
        };
        state.save(TPM_KEY_FILE, &kept).map_err(|e| e.to_string())?;
        Self::of(kept, state)
    }

    /// The key that is kept, if there is one.
    pub fn load(state: &State) -> Result<Option<Self>, AgentError> {
        let kept: Option<Kept> = state.load(TPM_KEY_FILE)?;
        kept.map(|kept| Self::of(kept, state).map_err(AgentError::local)).transpose()
    }

    /// What proves in which TPM this key lies: its endorsement keys (SubjectPublicKeyInfo), and this key as the TPM describes it.
    pub fn claim(&self) -> Result<(Vec<Endorsement>, Vec<u8>), String> {
        let public = STANDARD.decode(&self.kept.public).map_err(|_| "the device key in the TPM is damaged on disk")?;
        Ok((endorsement_keys(&self.state)?, public))
    }

    /// The secret of a credential that was made for this key and its TPM, by this endorsement key.
    pub fn open(&self, by: &Endorsement, credential: &[u8], encrypted_secret: &[u8]) -> Result<Vec<u8>, String> {
        let desk = Desk::open(&self.state)?;
        let damaged = |_| "the device key in the TPM is damaged on disk".to_owned();
        desk.write("public", &STANDARD.decode(&self.kept.public).map_err(damaged)?)?;
        desk.write("private", &STANDARD.decode(&self.kept.private).map_err(damaged)?)?;
        // The tools' own head of such files: a mark and a version.
        let head = [0xba, 0xdc, 0xc0, 0xde, 0, 0, 0, 1];
        desk.write("credential", &[head.as_slice(), credential, encrypted_secret].concat())?;
        desk.primary()?;
        desk.ask("tpm2_load", &["-C", "primary", "-u", "public", "-r", "private", "-c", "key"])?;
        desk.ask("tpm2_createek", &["-c", "endorsement", "-G", by.algorithm, "-u", "endorsement-public"])?;
        desk.ask("tpm2_startauthsession", &["--policy-session", "-S", "session"])?;
        let opened = desk.ask("tpm2_policysecret", &["-S", "session", "-c", "e"]).and_then(|()| {
            let arguments =
                ["-c", "key", "-C", "endorsement", "-i", "credential", "-o", "secret", "-P", "session:session"];
            desk.ask("tpm2_activatecredential", &arguments)
        });
        let _ = tool(&desk.0, "tpm2_flushcontext", &["session"]);
        opened?;
        desk.read("secret")
    }

    fn of(kept: Kept, state: &State) -> Result<Self, String> {
        let damaged = || "the device key in the TPM is damaged on disk".to_owned();
        let info = STANDARD.decode(&kept.public_key).map_err(|_| damaged())?;
        let at = info.len().checked_sub(POINT_BYTES).ok_or_else(damaged)?;
        let point = info.get(at..).filter(|point| point.first() == Some(&4)).ok_or_else(damaged)?.to_vec();
        Ok(Self { kept, point, state: state.clone() })
    }

    /// ES256: both halves, each of full length.
    pub fn sign_fixed(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        fixed(&self.sign_der(message)?).ok_or_else(|| "the TPM's signature is not ECDSA over P-256".to_owned())
    }

    fn sign_der(&self, message: &[u8]) -> Result<Vec<u8>, String> {
        let desk = Desk::open(&self.state)?;
        let damaged = |_| "the device key in the TPM is damaged on disk".to_owned();
        desk.write("public", &STANDARD.decode(&self.kept.public).map_err(damaged)?)?;
        desk.write("private", &STANDARD.decode(&self.kept.private).map_err(damaged)?)?;
        desk.write("message", message)?;
        desk.primary()?;
        desk.ask("tpm2_load", &["-C", "primary", "-u", "public", "-r", "private", "-c", "key"])?;
        desk.ask(
            "tpm2_sign",
            &["-c", "key", "-g", "sha256", "-s", "ecdsa", "-f", "plain", "-o", "signature", "message"],
        )?;
        desk.read("signature")
    }
}

/// An endorsement key that the TPM has had from its making.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endorsement {
    /// As the tools name its algorithm.
    algorithm: &'static str,
    /// SubjectPublicKeyInfo.
    pub key: Vec<u8>,
}

/// Those of the TCG's default templates, RSA 2048 and P-256, as far as this TPM has them.
pub fn endorsement_keys(state: &State) -> Result<Vec<Endorsement>, String> {
    let of = |algorithm: &'static str| {
        let desk = Desk::open(state)?;
        desk.ask("tpm2_createek", &["-c", "endorsement", "-G", algorithm, "-u", "endorsement-public"])?;
        desk.ask("tpm2_readpublic", &["-c", "endorsement", "-f", "der", "-o", "spki"])?;
        Ok::<_, String>(Endorsement { algorithm, key: desk.read("spki")? })
    };
    match (of("rsa"), of("ecc")) {
        (Err(why), Err(_)) => Err(why),
        (rsa, ecc) => Ok([rsa, ecc].into_iter().flatten().collect()),
    }
}

impl PublicKeyData for TpmKey {
    fn der_bytes(&self) -> &[u8] {
        &self.point
    }

    fn algorithm(&self) -> &'static SignatureAlgorithm {
        &PKCS_ECDSA_P256_SHA256
    }
}

impl SigningKey for TpmKey {
    fn sign(&self, message: &[u8]) -> Result<Vec<u8>, rcgen::Error> {
        self.sign_der(message).map_err(|why| {
            tracing::warn!(%why, "the TPM does not sign");
            rcgen::Error::RemoteKeyError
        })
    }
}

/// A folder for the files of one conversation with the TPM.
struct Desk(PathBuf);

impl Desk {
    fn open(state: &State) -> Result<Self, String> {
        let id = random_id().map_err(|e| e.to_string())?;
        let dir = state.path(&format!("tpm-{id}"));
        std::fs::create_dir(&dir).map_err(|e| format!("cannot make `{}`: {e}", dir.display()))?;
        Ok(Self(dir))
    }

    /// The parent of the key: the same each time, from the TPM's own seed.
    fn primary(&self) -> Result<(), String> {
        self.ask("tpm2_createprimary", &["-C", "o", "-g", "sha256", "-G", "ecc", "-c", "primary"])
    }

    /// A TPM without a resource manager keeps what was loaded, and has room for three: each step begins with none.
    fn ask(&self, program: &str, arguments: &[&str]) -> Result<(), String> {
        let _ = tool(&self.0, "tpm2_flushcontext", &["-t"]);
        tool(&self.0, program, &[&["-Q"], arguments].concat())
    }

    fn read(&self, name: &str) -> Result<Vec<u8>, String> {
        std::fs::read(self.0.join(name)).map_err(|e| format!("the TPM's tools wrote no `{name}`: {e}"))
    }

    fn write(&self, name: &str, bytes: &[u8]) -> Result<(), String> {
        std::fs::write(self.0.join(name), bytes).map_err(|e| format!("cannot write for the TPM's tools: {e}"))
    }
}

impl Drop for Desk {
    fn drop(&mut self) {
        let _ = tool(&self.0, "tpm2_flushcontext", &["-t"]);
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

fn tool(dir: &Path, program: &str, arguments: &[&str]) -> Result<(), String> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(dir);
    if std::env::var_os(TCTI).is_none() {
        command.env(TCTI, format!("device:{DEVICE}"));
    }
    program::done(&mut command, program::QUESTION)
}

/// `SEQUENCE { INTEGER r, INTEGER s }` (RFC 3279 §2.2.3) as two halves of full length.
fn fixed(der: &[u8]) -> Option<Vec<u8>> {
    let body = der.strip_prefix(&[0x30])?;
    let (length, body) = body.split_first()?;
    let body = body.get(..usize::from(*length)).filter(|inner| inner.len() == body.len() && *length < 0x80)?;
    let (r, rest) = half(body)?;
    let (s, rest) = half(rest)?;
    rest.is_empty().then(|| [r, s].concat())
}

fn half(der: &[u8]) -> Option<([u8; HALF_BYTES], &[u8])> {
    let (length, body) = der.strip_prefix(&[0x02])?.split_first()?;
    let (number, rest) = body.split_at_checked(usize::from(*length))?;
    let digits = number.iter().position(|byte| *byte != 0).and_then(|at| number.get(at..)).unwrap_or_default();
    let mut fixed = [0; HALF_BYTES];
    let at = HALF_BYTES.checked_sub(digits.len())?;
    fixed.get_mut(at..)?.copy_from_slice(digits);
    Some((fixed, rest))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn a_signature_has_two_halves_of_full_length() {
        let short = [&[0x30, 0x08, 0x02, 0x02, 0x00, 0x81, 0x02, 0x02, 0x01, 0x02][..]].concat();
        let halves = fixed(&short).unwrap();
        assert_eq!((halves.len(), halves[31], halves[62], halves[63]), (64, 0x81, 0x01, 0x02));
        for at in 0..short.len() {
            assert_eq!(fixed(&short[..at]), None, "cut at {at}");
        }
        assert_eq!(fixed(&[0x30, 0x03, 0x02, 0x7f, 0x01]), None);
        let too_long = [&[0x30, 0x24, 0x02, 0x21], [1; 33].as_slice(), &[0x02, 0x01, 0x01]].concat();
        assert_eq!(fixed(&too_long), None);
    }
}
