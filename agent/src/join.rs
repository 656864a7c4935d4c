//! Joining: make a key, show the server what the device is and who stands in front of it, keep what comes back. The identity
//! is written last; until then the device is not joined, and trying again finds the same key and the same device.

use std::path::PathBuf;

use agent_wire::{JoinRequest, JoinType, TpmClaim};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use crate::Agent;
use crate::error::AgentError;
use crate::facts;
use crate::key::DeviceKey;
use crate::root::Root;
use crate::server::Origin;
use crate::state::{CERTIFICATE_FILE, Identity, State};

/// What a join needs.
#[derive(Clone, Debug)]
pub struct JoinOptions {
    /// The server's public URL, `https://…`.
    pub server: String,
    /// PEM of the only authorities that may vouch for the server; the platform's when absent.
    pub pinned_authorities: Option<String>,
    /// The person's access token for the registration resource.
    pub access_token: String,
    /// The host name when absent.
    pub device_name: Option<String>,
    pub join_type: JoinType,
    /// The folder that stands for the machine; the machine itself when absent.
    pub root: Option<PathBuf>,
}

pub(crate) async fn join(options: JoinOptions) -> Result<Agent, AgentError> {
    let root = Root::from_option(options.root.as_deref())?;
    let state = State::open(&root)?;
    let lock = state.lock()?;
    if let Some(identity) = state.load::<Identity>(Identity::FILE)? {
        let message =
            format!("this device has already joined `{}`; `castellan-agent leave` takes it out", identity.server);
        return Err(AgentError::local(message));
    }
    let origin = Origin::new(&options.server, options.pinned_authorities.as_deref())?;
    let key = DeviceKey::keep(&root, &state)?;
    let mut request = describe(&root, &key, &options)?;
    request.tpm_proof = prove_tpm(&origin, &options.access_token, &key).await;
    request.within_limits().map_err(|e| AgentError::local(e.to_string()))?;
    let answer = origin.join(&options.access_token, &request).await?;

    key.own_certificate(&answer.certificate, &answer.device_id)?;
    if !origin.owns(&answer.push_url) {
        let message =
            format!("the server calls itself `{}`, not `{}`; join with its own URL", answer.push_url, origin.url());
        return Err(AgentError::local(message));
    }
    state.save_bytes(CERTIFICATE_FILE, answer.certificate.as_bytes())?;
    let identity = Identity {
        server: origin.url().to_owned(),
        device_id: answer.device_id,
        tenant_id: answer.tenant_id,
        managed_device_id: answer.managed_device_id,
        device_name: request.device_name,
        push_url: answer.push_url,
        pinned_authorities: options.pinned_authorities,
        is_personal: options.join_type == JoinType::Register,
    };
    state.save(Identity::FILE, &identity)?;
    drop(lock);
    Agent::open_root(root)
}

/// Proves in which TPM the key lies, where it lies in one and the device joins with a join token, which has one dot where an access
/// token has two. Without, the server decides whether the device may join all the same.
async fn prove_tpm(origin: &Origin, token: &str, key: &DeviceKey) -> Option<String> {
    let tpm = key.tpm().filter(|_| token.matches('.').count() == 1)?;
    let proof = async {
        let (endorsements, public) = tpm.claim()?;
        let mut named = endorsements.iter().map(|endorsement| STANDARD.encode(&endorsement.key));
        let claim = TpmClaim {
            endorsement_key: named.next().unwrap_or_default(),
            more_endorsement_keys: named.collect(),
            public: STANDARD.encode(public),
        };
        let told = origin.tpm_challenge(token, &claim).await.map_err(|why| why.to_string())?;
        let bytes = |text: &str| STANDARD.decode(text).map_err(|_| "the challenge is not base64".to_owned());
        let taken = told.endorsement_key.as_deref().map(bytes).transpose()?;
        let by = endorsements.iter().find(|one| taken.as_ref().is_none_or(|taken| one.key == *taken));
        let by = by.ok_or("the challenge is for another TPM")?;
        let secret = tpm.open(by, &bytes(&told.credential)?, &bytes(&told.encrypted_secret)?)?;
        Ok::<_, String>(STANDARD.encode(secret))
    };
    proof.await.inspect_err(|why| tracing::warn!(why, "the TPM could not prove itself; the device joins without")).ok()
}

fn describe(root: &Root, key: &DeviceKey, options: &JoinOptions) -> Result<JoinRequest, AgentError> {
    let os =
        facts::os_release(root).map_err(|why| AgentError::local(format!("cannot tell what this system is: {why}")))?;
    let device_name = match &options.device_name {
        Some(name) => name.clone(),
        None => facts::hostname(root)
            .map_err(|why| AgentError::local(format!("cannot tell the host name: {why}; give `--name`")))?,
    };
    Ok(JoinRequest {
        csr: key.certificate_request(&device_name)?,
        device_name,
        operating_system: "Linux".into(),
        operating_system_version: os.version.unwrap_or_default(),
        distribution: os.id,
        manufacturer: facts::manufacturer(root).ok(),
        model: facts::model(root).ok(),
        serial_number: facts::serial_number(root).ok(),
        join_type: options.join_type,
        agent_version: crate::VERSION.into(),
        tpm_proof: None,
    })
}
