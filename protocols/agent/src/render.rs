//! What a device should be and do, in the agent's words.

use agent_wire as wire;
use agent_wire::limits::{ACTIONS_MAX, APPS_MAX, REASONS_MAX, SCRIPT_BYTES_MAX, SCRIPTS_MAX, SETTINGS_MAX};
use apps::{AppInstruction, Reaching, Wanted};
use devices::actions::RemoteAction;
use devices::assignment::{Reached, Subject};
use devices::compliance::discovery::{Discovery, EVERY_SECONDS, TIMEOUT_SECONDS};
use devices::desired::Desired;
use devices::scripts::{RunAs, Schedule};
use directory::{Object, Record, Snapshot, Time};
use schema::catalog::{Instruction, KeyFormat};
use schema::managed_device::{COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_RESULTS, COMPLIANCE_STATE};

/// Everything that a managed device should be: its settings and applications under one version, a hash of them. Secrets have
/// not more than their place yet, so that the version says nothing of them; `secrets` fills it.
pub(crate) fn desired(now: &Snapshot, managed: &Object, settings: &Desired, at: Time) -> wire::Desired {
    let settings = settings
        .settings
        .iter()
        .take(SETTINGS_MAX)
        .map(|wanted| wire::Setting {
            id: wanted.id.clone(),
            render: render(&wanted.instruction),
            is_secret: wanted.has_secret,
            needs: wanted.needs.to_vec(),
            effects: wire::Effects { check: wanted.effects.check.clone(), then: wanted.effects.then.clone() },
        })
        .collect();
    let apps = apps_of(now, managed, at).instructions.into_iter().take(APPS_MAX).map(app).collect();
    let looks = discoveries(now, managed, at).into_iter().filter_map(discovery);
    let scripts = looks.chain(devices::scripts::wanted(now, managed, at).into_iter().map(script));
    let scripts = scripts.take(SCRIPTS_MAX).collect();
    versioned(settings, apps, scripts)
}

/// Nothing, as a version.
pub(crate) fn nothing() -> wire::Desired {
    versioned(Vec::new(), Vec::new(), Vec::new())
}

fn versioned(settings: Vec<wire::Setting>, apps: Vec<wire::App>, scripts: Vec<wire::Script>) -> wire::Desired {
    let content = serde_json::to_vec(&(&settings, &apps, &scripts)).expect("our own instructions are written as JSON");
    wire::Desired { version: hash(&content), settings, apps, scripts }
}

fn hash(content: &[u8]) -> String {
    keys::base64url::encode(keys::sha256(content))
}

/// What custom compliance wants found out on a device.
pub(crate) fn discoveries(now: &Snapshot, managed: &Object, at: Time) -> Vec<Discovery> {
    devices::compliance::discovery::discoveries(now, managed, at, SCRIPT_BYTES_MAX)
}

/// The script of custom compliance, under the id of its policy.
fn discovery(wanted: Discovery) -> Option<wire::Script> {
    let mut script = wire::Script {
        id: wanted.policy.to_string(),
        version: String::new(),
        run_as: wire::RunAs::WithoutRights,
        schedule: wire::ScriptSchedule::Every { seconds: EVERY_SECONDS },
        retries: 0,
        timeout_seconds: TIMEOUT_SECONDS,
        script: wanted.script.ok()?,
        repair: None,
    };
    script.version = hash(&serde_json::to_vec(&script).expect("our own instructions are written as JSON"));
    Some(script)
}

/// A script's version is a hash of it and of how it is run.
fn script(wanted: devices::scripts::Wanted) -> wire::Script {
    let mut script = wire::Script {
        id: wanted.id.to_string(),
        version: String::new(),
        run_as: match wanted.run_as {
            RunAs::System => wire::RunAs::System,
            RunAs::User => wire::RunAs::User,
        },
        schedule: match wanted.schedule {
            Schedule::Once { not_before } => {
                wire::ScriptSchedule::Once { not_before_unix_seconds: not_before.map(Time::unix) }
            }
            Schedule::Every { seconds } => wire::ScriptSchedule::Every { seconds },
            Schedule::Daily { days, at_seconds } => wire::ScriptSchedule::Daily { days, at_seconds },
        },
        retries: wanted.retries,
        timeout_seconds: wanted.timeout_seconds,
        script: wanted.script,
        repair: wanted.repair,
    };
    script.version = hash(&serde_json::to_vec(&script).expect("our own instructions are written as JSON"));
    script
}

/// The applications that a device must have or must not have, in the order in which it goes through them.
pub(crate) fn apps_of(now: &Snapshot, managed: &Object, at: Time) -> apps::Plan {
    if devices::actions::is_leaving(managed) {
        return apps::Plan::default();
    }
    let subject = Subject::of(now, managed, at);
    let reach = |assignments: &[Record]| {
        let intents = subject.intents(assignments).into_iter();
        intents.filter_map(|one| Reaching::named(one.intent, one.by == Reached::User, one.passes)).collect()
    };
    apps::plan(now, managed, &reach)
}

fn render(instruction: &Instruction) -> wire::Render {
    match instruction.clone() {
        Instruction::File { path, mode, content } => wire::Render::File { path, mode, content },
        Instruction::Sysctl { key, value } => wire::Render::Sysctl { key, value },
        Instruction::ManagedBlock { path, marker, content } => wire::Render::ManagedBlock { path, marker, content },
        Instruction::Line { path, key, line } => wire::Render::Line { path, key, line },
        Instruction::Dconf { key, value, locked } => wire::Render::Dconf { key, value, locked },
        Instruction::Key { path, format, key, value } => {
            let format = match format {
                KeyFormat::Equals => wire::KeyFormat::Equals,
                KeyFormat::Assign => wire::KeyFormat::Assign,
                KeyFormat::Words => wire::KeyFormat::Words,
                KeyFormat::Ini => wire::KeyFormat::Ini,
                KeyFormat::Json => wire::KeyFormat::Json,
            };
            wire::Render::Key { path, format, key, value }
        }
        Instruction::Timer { name, on_calendar, user, timeout_seconds, script } => {
            // A number by the catalogue's own check; what is none takes the least.
            let timeout_seconds = timeout_seconds.parse().unwrap_or(1);
            wire::Render::Timer { name, on_calendar, user, timeout_seconds, script }
        }
    }
}

fn app(told: AppInstruction) -> wire::App {
    wire::App {
        id: told.id.to_string(),
        display_name: told.display_name,
        version: told.version,
        intent: match told.wanted {
            Wanted::Required => wire::Intent::Required,
            Wanted::Uninstall => wire::Intent::Uninstall,
            Wanted::Detected => wire::Intent::Detect,
        },
        package: told.package.map(|package| wire::Package {
            kind: match package.kind {
                apps::PackageKind::Deb => wire::PackageKind::Deb,
                apps::PackageKind::Rpm => wire::PackageKind::Rpm,
                apps::PackageKind::Tarball => wire::PackageKind::Tarball,
                apps::PackageKind::AppImage => wire::PackageKind::AppImage,
                apps::PackageKind::Script => wire::PackageKind::Script,
            },
            name: package.name,
            sha256: package.sha256,
            size_bytes: package.size_bytes,
            launcher: package.launcher,
        }),
        detection: told.detection.map(|detection| match detection {
            apps::Detection::FileExists { path } => wire::Detection::FileExists { path },
            apps::Detection::PackageVersion { name, version } => wire::Detection::PackageVersion { name, version },
            apps::Detection::Script { script } => wire::Detection::Script { script },
        }),
        uninstall_on_removal: told.uninstall_on_removal,
        depends_on: told.depends_on.iter().map(ToString::to_string).collect(),
        supersedes: told
            .supersedes
            .iter()
            .map(|former| wire::Superseded { id: former.id.to_string(), removed: former.is_removed })
            .collect(),
        free_disk_megabytes: told.free_disk_megabytes,
    }
}

/// A newer agent.
pub(crate) fn release(offer: devices::agent_release::Offer) -> wire::AgentRelease {
    wire::AgentRelease {
        version: offer.version,
        sha256: offer.sha256,
        size_bytes: offer.size_bytes,
        signature: offer.signature,
    }
}

/// The actions that wait for a device.
pub(crate) fn actions(managed: &Object) -> Vec<wire::Action> {
    let kind = |action| match action {
        RemoteAction::RemoteLock => wire::ActionKind::Lock,
        RemoteAction::SyncDevice => wire::ActionKind::Sync,
        RemoteAction::RebootNow => wire::ActionKind::Restart,
        RemoteAction::ShutDown => wire::ActionKind::ShutDown,
        RemoteAction::SetDeviceName => wire::ActionKind::Rename,
        RemoteAction::LocateDevice => wire::ActionKind::Locate,
        RemoteAction::RotateRecoveryKey => wire::ActionKind::RotateRecoveryKey,
        RemoteAction::CollectDiagnostics => wire::ActionKind::CollectDiagnostics,
        RemoteAction::RunRemediation => wire::ActionKind::RunRemediation,
        RemoteAction::Retire => wire::ActionKind::Retire,
        RemoteAction::Wipe => wire::ActionKind::Wipe,
    };
    let pending = devices::actions::pending(managed).into_iter().take(ACTIONS_MAX);
    pending
        .map(|waiting| wire::Action { id: waiting.id, kind: kind(waiting.action), argument: waiting.argument })
        .collect()
}

/// The verdict, for the person in front of the device.
pub(crate) fn compliance(managed: Option<&Object>) -> wire::Compliance {
    let Some(managed) = managed else {
        return wire::Compliance {
            state: wire::ComplianceState::Unknown,
            grace_until_unix_seconds: None,
            reasons: vec![],
        };
    };
    let state = match managed.get(COMPLIANCE_STATE).unwrap_or_default() {
        "compliant" => wire::ComplianceState::Compliant,
        "noncompliant" => wire::ComplianceState::NonCompliant,
        "inGracePeriod" => wire::ComplianceState::InGracePeriod,
        "conflict" => wire::ComplianceState::Conflict,
        "error" => wire::ComplianceState::Error,
        _ => wire::ComplianceState::Unknown,
    };
    let results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    let wrong = results.iter().filter(|result| !matches!(result.text("state"), Some("compliant" | "notApplicable")));
    let reasons = wrong
        .take(REASONS_MAX)
        .map(|result| {
            let text = |field: &str| result.text(field).unwrap_or_default();
            let actual = result.text("actual").unwrap_or("not reported");
            let fix = result.text("remediation").map(|fix| format!("; {fix}")).unwrap_or_default();
            wire::ComplianceReason {
                check: text("setting").to_owned(),
                message: format!("expected {}, found {actual}{fix}", text("expected")),
            }
        })
        .collect();
    let grace = managed.get(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME).map(Time::unix);
    wire::Compliance { state, grace_until_unix_seconds: grace, reasons }
}
