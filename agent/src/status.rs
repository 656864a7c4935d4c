//! What the agent can tell the person in front of the device: who manages it, whether it is in order, and what is wrong. Reads only.

use std::fmt::Write as _;

use agent_wire::{AppResult, AppState, Compliance, ComplianceState, SettingResult, SettingState};
use serde::{Deserialize, Serialize};

use crate::agent::Held;
use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::key::DeviceKey;
use crate::root::Root;
use crate::state::{Identity, State};

/// The last conversation.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LastCheckIn {
    /// Zero before the first.
    pub at_unix_seconds: i64,
    pub next_at_unix_seconds: i64,
    pub compliance: Option<Compliance>,
    /// Why a later one failed.
    pub failure: Option<String>,
    pub failed_at_unix_seconds: Option<i64>,
}

impl LastCheckIn {
    pub(crate) const FILE: &str = "last-check-in.json";
}

/// Everything `castellan-agent status` knows.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    pub agent_version: String,
    pub is_joined: bool,
    pub server: Option<String>,
    pub device_id: Option<String>,
    pub device_name: Option<String>,
    pub tenant_id: Option<String>,
    /// Whether the device key lies in the TPM rather than in a file.
    pub is_key_in_tpm: bool,
    pub is_managed: bool,
    pub held_version: Option<String>,
    pub last_check_in: Option<LastCheckIn>,
    pub settings: Vec<SettingResult>,
    pub apps: Vec<AppResult>,
}

/// Looks at a tree; works beside a running agent.
pub fn status(root: &Root) -> Result<Status, AgentError> {
    let state = State::look(root);
    let identity: Option<Identity> = state.load(Identity::FILE)?;
    let held: Held = state.load(Held::FILE)?.unwrap_or_default();
    let last_check_in = state.load(LastCheckIn::FILE)?;
    Ok(Status {
        agent_version: crate::VERSION.into(),
        is_joined: identity.is_some(),
        server: identity.as_ref().map(|i| i.server.clone()),
        device_id: identity.as_ref().map(|i| i.device_id.clone()),
        device_name: identity.as_ref().map(|i| i.device_name.clone()),
        tenant_id: identity.as_ref().map(|i| i.tenant_id.clone()),
        is_key_in_tpm: DeviceKey::is_in_tpm(&state),
        is_managed: identity.as_ref().is_some_and(|i| i.managed_device_id.is_some()),
        held_version: held.desired.map(|desired| desired.version),
        last_check_in,
        settings: held.settings,
        apps: held.apps,
    })
}

impl Status {
    /// In words.
    #[must_use]
    pub fn tell(&self, now_unix_seconds: i64) -> String {
        let mut out = String::new();
        let (Some(server), Some(name)) = (&self.server, &self.device_name) else {
            return "This device has not joined an organisation. `castellan-agent join` does that.\n".into();
        };
        let managed = if self.is_managed { "managed by" } else { "registered with" };
        let _ = writeln!(out, "{name} is {managed} {server}");
        let _ = writeln!(out, "device id      {}", self.device_id.as_deref().unwrap_or("-"));
        let _ =
            writeln!(out, "device key     {}", if self.is_key_in_tpm { "in the TPM" } else { "in a file for root" });
        let last = self.last_check_in.clone().unwrap_or_default();
        let _ = match last.at_unix_seconds {
            0 => writeln!(out, "last check-in  never"),
            at => writeln!(out, "last check-in  {} ago", ago(now_unix_seconds - at)),
        };
        if let Some(failure) = &last.failure {
            let _ = writeln!(out, "               failed since: {failure}");
        }
        let _ = writeln!(out, "compliance     {}", compliance(last.compliance.as_ref(), now_unix_seconds));
        for reason in last.compliance.iter().flat_map(|compliance| &compliance.reasons) {
            let _ = writeln!(out, "               - {}", reason.message);
        }
        let good = self.settings.iter().filter(|result| result.state == SettingState::Succeeded).count();
        let _ = writeln!(out, "settings       {good} of {} applied", self.settings.len());
        for result in self.settings.iter().filter(|result| result.state != SettingState::Succeeded) {
            let _ =
                writeln!(out, "               - {}: {}", result.id, result.error.as_deref().unwrap_or("not applied"));
        }
        let good = self
            .apps
            .iter()
            .filter(|result| matches!(result.state, AppState::Installed | AppState::NotInstalled))
            .count();
        let _ = writeln!(out, "apps           {good} of {} as wanted", self.apps.len());
        for result in self.apps.iter().filter(|result| result.error.is_some()) {
            let _ = writeln!(
                out,
                "               - {} {}: {}",
                result.id,
                result.version,
                result.error.as_deref().unwrap_or_default()
            );
        }
        out
    }
}

/// The status in words, now.
pub fn tell(root: &Root) -> Result<String, AgentError> {
    Ok(status(root)?.tell(now_unix_seconds()))
}

fn compliance(compliance: Option<&Compliance>, now_unix_seconds: i64) -> String {
    let Some(compliance) = compliance else { return "not judged yet".into() };
    match compliance.state {
        ComplianceState::Compliant => "in order".into(),
        ComplianceState::NonCompliant => "not in order; access may be refused".into(),
        ComplianceState::InGracePeriod => match compliance.grace_until_unix_seconds {
            Some(until) => format!("not in order; {} left to put it right", ago(until - now_unix_seconds)),
            None => "not in order; put it right soon".into(),
        },
        ComplianceState::Conflict => "policies contradict each other; ask your administrator".into(),
        ComplianceState::Error => "could not be judged; ask your administrator".into(),
        ComplianceState::Unknown => "not judged yet".into(),
    }
}

/// A span in the largest unit that fits.
fn ago(seconds: i64) -> String {
    let (number, unit) = match seconds.max(0) {
        s @ 0..120 => (s, "second"),
        s @ 120..7_200 => (s / 60, "minute"),
        s @ 7_200..172_800 => (s / 3_600, "hour"),
        s => (s / 86_400, "day"),
    };
    format!("{number} {unit}{}", if number == 1 { "" } else { "s" })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use agent_wire::ComplianceReason;

    #[test]
    fn a_device_that_has_not_joined_says_what_to_do_and_writes_nothing() {
        let dir = scratch("status-none");
        let text = tell(&Root::confined(&dir).unwrap()).unwrap();
        assert!(text.contains("castellan-agent join"));
        assert_eq!(std::fs::read_dir(dir).unwrap().count(), 0);
    }

    #[test]
    fn a_person_reads_what_is_wrong_and_how_long_there_is() {
        let compliance = Compliance {
            state: ComplianceState::InGracePeriod,
            grace_until_unix_seconds: Some(100_000 + 3 * 86_400),
            reasons: vec![ComplianceReason { check: "x".into(), message: "turn the firewall on".into() }],
        };
        let last =
            LastCheckIn { at_unix_seconds: 100_000 - 300, compliance: Some(compliance), ..LastCheckIn::default() };
        let failed =
            SettingResult { id: "linux.x".into(), state: SettingState::Error, actual: None, error: Some("no".into()) };
        let status = Status {
            agent_version: "0".into(),
            is_joined: true,
            server: Some("https://id.xyz.example".into()),
            device_id: Some("d".into()),
            device_name: Some("lt-0007".into()),
            tenant_id: None,
            is_key_in_tpm: true,
            is_managed: true,
            held_version: None,
            last_check_in: Some(last),
            settings: vec![failed],
            apps: vec![],
        };
        let text = status.tell(100_000);
        for expected in [
            "lt-0007 is managed by https://id.xyz.example",
            "in the TPM",
            "5 minutes ago",
            "3 days left",
            "turn the firewall on",
            "0 of 1 applied",
            "linux.x: no",
        ] {
            assert!(text.contains(expected), "{expected}: {text}");
        }
    }
}
