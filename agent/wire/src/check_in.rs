//! The one conversation that a joined device keeps having: what it is and did, against what it should be and do.

use serde::{Deserialize, Serialize};

use crate::action::{Action, ActionResult};
use crate::agent_release::{AgentFailure, AgentRelease};
use crate::app::{App, AppResult, Detection};
use crate::error::OverLimit;
use crate::facts::Facts;
use crate::limits::{
    ACTIONS_MAX, APPS_MAX, COMMAND_BYTES_MAX, COMMANDS_MAX, CONTENT_BYTES_MAX, DETAIL_BYTES_MAX,
    DISCOVERY_OUTPUT_BYTES_MAX, ID_BYTES_MAX, NEEDS_MAX, REASONS_MAX, SCRIPT_BYTES_MAX, SCRIPT_OUTPUT_BYTES_MAX,
    SCRIPTS_MAX, SETTINGS_MAX, SOFTWARE_MAX, TEXT_BYTES_MAX,
};
use crate::script::{Script, ScriptResult};
use crate::setting::{Render, Setting, SettingResult};
use crate::software::Software;

/// `POST /agent/v1/check-in`
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckIn {
    pub agent_version: String,
    /// The desired version that the agent has worked through; absent before the first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
    /// Absent: as reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub facts: Option<Facts>,
    /// For every setting of `held`. Absent: as reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub settings: Option<Vec<SettingResult>>,
    /// For every app of `held`, and for those removed on the way. Absent: as reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub apps: Option<Vec<AppResult>>,
    /// For every script of `held` that was run or cannot be. Absent: as reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub scripts: Option<Vec<ScriptResult>>,
    /// Everything that is installed. Sent when it has changed, and now and then; never by a personal device. Absent: as
    /// reported before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub software: Option<Vec<Software>>,
    /// Results of actions whose report has not been acknowledged by an answer yet.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<ActionResult>,
    /// The release of the agent that came to nothing here, until another is offered. Told with `facts`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_failure: Option<AgentFailure>,
    /// The device has taken itself out (`castellan-agent leave`): settings and apps are taken back, the key goes next. The
    /// server answers once more, then ends sessions and certificate as after a retire that was done.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub leaving: bool,
}

impl CheckIn {
    /// Refuses lists and texts over their limits; the server calls this before it keeps anything.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("agentVersion", self.agent_version.len(), TEXT_BYTES_MAX)?;
        OverLimit::check("held", self.held.as_ref().map_or(0, String::len), ID_BYTES_MAX)?;
        if let Some(facts) = &self.facts {
            facts.within_limits()?;
        }
        if let Some(failure) = &self.agent_failure {
            OverLimit::check("agentFailure.version", failure.version.len(), TEXT_BYTES_MAX)?;
            OverLimit::check("agentFailure.detail", failure.detail.len(), DETAIL_BYTES_MAX)?;
        }
        let settings = self.settings.as_deref().unwrap_or_default();
        OverLimit::check("settings", settings.len(), SETTINGS_MAX)?;
        for result in settings {
            result_within_limits("settings", &result.id, [result.actual.as_ref(), result.error.as_ref()])?;
        }
        let software = self.software.as_deref().unwrap_or_default();
        OverLimit::check("software", software.len(), SOFTWARE_MAX)?;
        for one in software {
            let longest = one.name.len().max(one.version.len()).max(one.publisher.as_ref().map_or(0, String::len));
            OverLimit::check("software", longest, TEXT_BYTES_MAX)?;
        }
        let apps = self.apps.as_deref().unwrap_or_default();
        OverLimit::check("apps", apps.len(), APPS_MAX)?;
        for result in apps {
            OverLimit::check("apps.version", result.version.len(), TEXT_BYTES_MAX)?;
            result_within_limits("apps", &result.id, [result.installed_version.as_ref(), result.error.as_ref()])?;
        }
        let scripts = self.scripts.as_deref().unwrap_or_default();
        OverLimit::check("scripts", scripts.len(), SCRIPTS_MAX)?;
        for result in scripts {
            OverLimit::check("scripts.id", result.id.len().max(result.version.len()), ID_BYTES_MAX)?;
            OverLimit::check("scripts", result.not_applicable.as_ref().map_or(0, String::len), DETAIL_BYTES_MAX)?;
            for run in [&result.run, &result.repair, &result.run_again].into_iter().flatten() {
                OverLimit::check("scripts.output", run.output.len(), DISCOVERY_OUTPUT_BYTES_MAX)?;
                OverLimit::check("scripts.error", run.error.len(), SCRIPT_OUTPUT_BYTES_MAX)?;
            }
        }
        OverLimit::check("actions", self.actions.len(), ACTIONS_MAX)?;
        self.actions
            .iter()
            .try_for_each(|result| result_within_limits("actions", &result.id, [result.detail.as_ref(), None]))?;
        let is_elsewhere = |result: &ActionResult| result.location.is_some_and(|location| !location.is_on_earth());
        OverLimit::check("actions.location", self.actions.iter().filter(|result| is_elsewhere(result)).count(), 0)
    }
}

fn result_within_limits(what: &'static str, id: &str, texts: [Option<&String>; 2]) -> Result<(), OverLimit> {
    OverLimit::check(what, id.len(), ID_BYTES_MAX)?;
    texts.into_iter().flatten().try_for_each(|text| OverLimit::check(what, text.len(), DETAIL_BYTES_MAX))
}

/// 200 of `check-in`. Receiving it acknowledges the action results that were sent.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct CheckInAnswer {
    /// Absent when the agent holds the current version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub desired: Option<Desired>,
    /// Pending ones, oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub actions: Vec<Action>,
    pub compliance: Compliance,
    /// A newer agent that this device is to become.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<AgentRelease>,
    /// When to check in next without a wake; held by the agent to its limits.
    pub next_check_in_seconds: u64,
}

/// Everything the device should be, as one version.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Desired {
    /// Opaque; compared for equality only; 1 to [`ID_BYTES_MAX`] bytes.
    pub version: String,
    #[serde(default)]
    pub settings: Vec<Setting>,
    #[serde(default)]
    pub apps: Vec<App>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub scripts: Vec<Script>,
}

impl Desired {
    /// Refuses lists and contents over their limits; a desired state that is over is not applied at all.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("version", self.version.len(), ID_BYTES_MAX)?;
        OverLimit::check("settings", self.settings.len(), SETTINGS_MAX)?;
        OverLimit::check("apps", self.apps.len(), APPS_MAX)?;
        for setting in &self.settings {
            OverLimit::check("settings.id", setting.id.len(), ID_BYTES_MAX)?;
            let size = match &setting.render {
                Render::File { content, .. } | Render::ManagedBlock { content, .. } => content.len(),
                Render::Sysctl { key, value } | Render::Dconf { key, value, .. } => key.len() + value.len(),
                Render::Line { key, line, .. } => key.len() + line.len(),
                Render::Key { key, value, .. } => key.len() + value.len(),
                Render::Timer { name, on_calendar, user, script, .. } => {
                    name.len() + on_calendar.len() + user.len() + script.len()
                }
                Render::Unknown => 0,
            };
            OverLimit::check("settings.content", size, CONTENT_BYTES_MAX)?;
            OverLimit::check("settings.needs", setting.needs.len(), NEEDS_MAX)?;
            let effects = &setting.effects;
            OverLimit::check("settings.effects", effects.then.len(), COMMANDS_MAX)?;
            for command in effects.check.iter().chain(&effects.then) {
                OverLimit::check("settings.effects", command.iter().map(String::len).sum(), COMMAND_BYTES_MAX)?;
            }
        }
        OverLimit::check("scripts", self.scripts.len(), SCRIPTS_MAX)?;
        for script in &self.scripts {
            OverLimit::check("scripts.id", script.id.len().max(script.version.len()), ID_BYTES_MAX)?;
            let longer = script.script.len().max(script.repair.as_ref().map_or(0, String::len));
            OverLimit::check("scripts.script", longer, SCRIPT_BYTES_MAX)?;
        }
        for app in &self.apps {
            OverLimit::check("apps.id", app.id.len(), ID_BYTES_MAX)?;
            OverLimit::check("apps.version", app.version.len(), TEXT_BYTES_MAX)?;
            OverLimit::check("apps.dependsOn", app.depends_on.len(), APPS_MAX)?;
            OverLimit::check("apps.supersedes", app.supersedes.len(), APPS_MAX)?;
            if let Some(Detection::Script { script }) = &app.detection {
                OverLimit::check("apps.detection", script.len(), SCRIPT_BYTES_MAX)?;
            }
        }
        Ok(())
    }
}

/// What the server holds of the device, for the person in front of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Compliance {
    pub state: ComplianceState,
    /// With `inGracePeriod`: until when the device counts as compliant.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grace_until_unix_seconds: Option<i64>,
    /// What is wrong; at most [`REASONS_MAX`].
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reasons: Vec<ComplianceReason>,
}

impl Compliance {
    /// Refuses more reasons than allowed.
    pub fn within_limits(&self) -> Result<(), OverLimit> {
        OverLimit::check("reasons", self.reasons.len(), REASONS_MAX)
    }
}

/// Graph `complianceState`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum ComplianceState {
    Compliant,
    /// One word in Graph.
    #[serde(rename = "noncompliant")]
    NonCompliant,
    InGracePeriod,
    Conflict,
    Error,
    /// Not judged yet, or a state of a newer server.
    #[serde(other)]
    Unknown,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ComplianceReason {
    /// The check's name, such as `storageRequireEncryption`.
    pub check: String,
    /// For a person: what is wrong and what to do.
    pub message: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{ActionKind, PackageKind};

    #[test]
    fn what_a_newer_server_adds_is_read_as_unknown() {
        let text = r#"{"desired":{"version":"v","settings":[{"id":"s","render":{"kind":"quantum","spin":1}}],
            "apps":[{"id":"a","displayName":"A","version":"1","intent":"required",
              "package":{"kind":"flatpak","name":"a","sha256":"0","sizeBytes":1},"detection":{"kind":"smell"}}]},
            "actions":[{"id":"x","kind":"dance"}],"compliance":{"state":"puzzled"},"nextCheckInSeconds":60,"more":1}"#;
        let answer: CheckInAnswer = serde_json::from_str(text).unwrap();
        let desired = answer.desired.unwrap();
        assert_eq!(desired.settings.first().unwrap().render, Render::Unknown);
        let app = desired.apps.first().unwrap();
        assert_eq!(app.package.as_ref().unwrap().kind, PackageKind::Unknown);
        assert_eq!(app.detection, Some(Detection::Unknown));
        assert_eq!(answer.actions.first().unwrap().kind, ActionKind::Unknown);
        assert_eq!(answer.compliance.state, ComplianceState::Unknown);
    }

    #[test]
    fn a_quick_check_in_says_only_what_it_holds() {
        let quick = CheckIn { agent_version: "0.1.0".into(), held: Some("v".into()), ..CheckIn::default() };
        assert_eq!(serde_json::to_string(&quick).unwrap(), r#"{"agentVersion":"0.1.0","held":"v"}"#);
    }

    #[test]
    fn reports_and_desired_states_over_a_limit_are_refused_by_name() {
        let result = SettingResult { id: "s".into(), state: crate::SettingState::Error, actual: None, error: None };
        let many = CheckIn { settings: Some(vec![result; SETTINGS_MAX + 1]), ..CheckIn::default() };
        assert_eq!(many.within_limits().unwrap_err().to_string(), "`settings` is longer than its limit of 500");
        let render =
            Render::File { path: "/etc/x".into(), mode: "0644".into(), content: "x".repeat(CONTENT_BYTES_MAX + 1) };
        let big = Desired { version: "v".into(), settings: vec![Setting::new("s", render)], ..Desired::default() };
        assert_eq!(big.within_limits().unwrap_err().what, "settings.content");
    }
}
