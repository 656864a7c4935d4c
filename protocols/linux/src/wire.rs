//! What clients and services say to each other, as `intune-spec` has it, with its limits. Members that are not known are
//! left out, as the specification asks.

use serde::{Deserialize, Serialize};

/// The longest body of an enrolment or of details.
pub(crate) const SMALL_BODY_BYTES_MAX: usize = 64 << 10;
/// The longest status: it repeats the script and what it printed for every policy.
pub(crate) const STATUS_BYTES_MAX: usize = 4 << 20;
/// The longest text that is kept of a device.
pub(crate) const TEXT_CHARS_MAX: usize = 256;
/// How many policies, and requirements of one, a status may speak of.
pub(crate) const POLICIES_MAX: usize = 200;
pub(crate) const DETAILS_MAX: usize = 1_000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Enroll {
    /// PKCS#10: PEM, or the Base64 of DER without armour.
    pub(crate) certificate_signing_request: String,
    pub(crate) device_name: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Enrolled {
    pub(crate) device_id: String,
    pub(crate) certificate: Certificate,
    /// In days.
    pub(crate) renew_period: u32,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Certificate {
    /// SHA-1, in hexadecimal.
    pub(crate) thumbprint: String,
    /// DER, as a list of numbers.
    pub(crate) cert_blob: Vec<u8>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Details {
    pub(crate) device_id: String,
    pub(crate) device_name: String,
    pub(crate) manufacturer: String,
    #[serde(rename = "OSDistribution")]
    pub(crate) os_distribution: String,
    #[serde(rename = "OSVersion")]
    pub(crate) os_version: String,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policies {
    pub(crate) policies: Vec<Policy>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Policy {
    pub(crate) account_id: String,
    pub(crate) policy_id: String,
    pub(crate) description: String,
    pub(crate) version: u32,
    pub(crate) policy_type: &'static str,
    pub(crate) policy_settings: Vec<Setting>,
}

#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Setting {
    pub(crate) csp_path: String,
    pub(crate) csp_path_id: String,
    pub(crate) rule_id: String,
    pub(crate) rule_name: Option<String>,
    pub(crate) setting_definition_item_id: String,
    pub(crate) value: String,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Status {
    pub(crate) device_id: Option<String>,
    #[serde(default)]
    pub(crate) policy_statuses: Vec<PolicyStatus>,
}

/// The answer repeats what was said.
#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct StatusTaken {
    pub(crate) device_id: String,
    pub(crate) policy_statuses: Vec<PolicyStatus>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct PolicyStatus {
    pub(crate) policy_id: String,
    #[serde(default)]
    pub(crate) last_status_date_time: String,
    #[serde(default)]
    pub(crate) details: Vec<Detail>,
}

/// One requirement, as the client sees it.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(rename_all = "PascalCase", default)]
pub(crate) struct Detail {
    pub(crate) rule_id: String,
    pub(crate) setting_definition_item_id: String,
    pub(crate) expected_value: String,
    pub(crate) actual_value: String,
    pub(crate) new_compliance_state: String,
    pub(crate) old_compliance_state: String,
    pub(crate) error_type: i64,
    pub(crate) error_code: i64,
}

impl Status {
    /// Whether it is as large as a status can be; if not, why.
    pub(crate) fn within_limits(&self) -> Result<(), String> {
        if self.policy_statuses.len() > POLICIES_MAX {
            return Err(format!("a status speaks of at most {POLICIES_MAX} policies"));
        }
        if self.policy_statuses.iter().any(|policy| policy.details.len() > DETAILS_MAX) {
            return Err(format!("a policy has at most {DETAILS_MAX} details"));
        }
        Ok(())
    }
}

/// A text as it is kept: without what surrounds it, and not longer than is bearable.
pub(crate) fn cut(text: &str) -> String {
    text.trim().chars().filter(|c| !c.is_control()).take(TEXT_CHARS_MAX).collect()
}
