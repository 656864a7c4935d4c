//! Joining: a person's token and a key made on the device become a device record and a certificate. Also its renewal.

use serde::{Deserialize, Serialize};

use crate::error::OverLimit;
use crate::limits::{SMALL_BODY_BYTES_MAX, TEXT_BYTES_MAX};

/// `POST /agent/v1/join`
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinRequest {
    /// PKCS#10, PEM, P-256, self-signed; only its public key counts.
    pub csr: String,
    pub device_name: String,
    /// `Linux`.
    pub operating_system: String,
    /// VERSION_ID of /etc/os-release, such as `24.04`.
    pub operating_system_version: String,
    /// ID of /etc/os-release, such as `ubuntu`.
    pub distribution: String,
    /// From DMI; absent where the device does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub manufacturer: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serial_number: Option<String>,
    pub join_type: JoinType,
    pub agent_version: String,
    /// The secret of a [`TpmChallenge`], base64: the key of `csr` lies in the TPM that opened it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpm_proof: Option<String>,
}

/// `POST /agent/v1/tpm-challenge`, with a join token: the device has a TPM and wants to prove which.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TpmClaim {
    /// The endorsement key, SubjectPublicKeyInfo in DER, base64.
    pub endorsement_key: String,
    /// Others that the same TPM has, at most [`crate::limits::ENDORSEMENT_KEYS_MAX`]: the device may be registered by any.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub more_endorsement_keys: Vec<String>,
    /// The device key as its TPM describes it: TPM2B_PUBLIC, base64.
    pub public: String,
}

/// 200 of `tpm-challenge`: what only that TPM opens while it holds the device key (`TPM2_ActivateCredential`), within
/// [`crate::limits::NONCE_SECONDS`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TpmChallenge {
    /// Which of the endorsement keys it is for; the first, where it does not say.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endorsement_key: Option<String>,
    /// TPM2B_ID_OBJECT, base64.
    pub credential: String,
    /// TPM2B_ENCRYPTED_SECRET, base64.
    pub encrypted_secret: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum JoinType {
    /// The organisation's device: Graph `trustType` `AzureAd`, owner `company`.
    Join,
    /// The person's own device: Graph `trustType` `Workplace`, owner `personal`.
    Register,
}

impl JoinRequest {
    /// Refuses texts over their limits.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("csr", self.csr.len(), SMALL_BODY_BYTES_MAX)?;
        let texts = [
            ("deviceName", Some(&self.device_name)),
            ("operatingSystem", Some(&self.operating_system)),
            ("operatingSystemVersion", Some(&self.operating_system_version)),
            ("distribution", Some(&self.distribution)),
            ("manufacturer", self.manufacturer.as_ref()),
            ("model", self.model.as_ref()),
            ("serialNumber", self.serial_number.as_ref()),
            ("agentVersion", Some(&self.agent_version)),
            ("tpmProof", self.tpm_proof.as_ref()),
        ];
        texts
            .into_iter()
            .try_for_each(|(what, text)| OverLimit::check(what, text.map_or(0, String::len), TEXT_BYTES_MAX))
    }
}

/// 201 of `join`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct JoinAnswer {
    /// Graph `device.deviceId`; the CN of the certificate's first RDN.
    pub device_id: String,
    pub tenant_id: String,
    /// The device's certificate, PEM.
    pub certificate: String,
    /// The device CA's certificate, PEM. Not a TLS trust anchor.
    pub certificate_authority: String,
    /// Graph `managedDevice.id`, when the join enrolled the device.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_device_id: Option<String>,
    /// Absolute URL of the wake stream on the same origin as the server; the agent refuses another origin.
    pub push_url: String,
}

/// `POST /agent/v1/renew`: a new certificate for the same key, asked for when fewer than 60 days are left. The server
/// checks the request as in a join and that the key is the one registered for the session's device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewRequest {
    pub csr: String,
}

/// 200 of `renew`. The former certificate stays good until it expires.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RenewAnswer {
    pub certificate: String,
    pub certificate_authority: String,
}
