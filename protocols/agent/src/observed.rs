//! What the agent observes, as the directory keeps it: one line for each fact that this protocol can carry.

use agent_wire as wire;
use agent_wire::Fact;
use agent_wire::limits::DETAIL_BYTES_MAX;
use devices::actions::{Outcome, OutcomeState};
use devices::compliance::discovery::{Discovery, with_printed};
use devices::facts::Facts;
use devices::report::{AppReport, Inventory, SettingReport, SettingState};
use devices::scripts::{Run, ScriptReport};
use directory::{Time, Value};

pub(crate) fn facts(reported: &wire::Facts) -> Facts {
    let os = &reported.os;
    let (policy, patches) = (&reported.password_policy, &reported.patches);
    let mut facts = Facts::new().known("agentVersion", reported.agent_version.as_str());
    facts = fact(facts, "distribution", os, |os| Some(os.id.as_str().into()));
    facts = fact(facts, "distributionVersion", os, |os| os.version.as_deref().map(Value::from));
    facts = fact(facts, "distributionName", os, |os| Some(os.name.as_str().into()));
    facts = fact(facts, "kernel", &reported.kernel, |kernel| Some(kernel.as_str().into()));
    facts = fact(facts, "firewallActive", &reported.firewall, |firewall| Some(firewall.active.into()));
    facts = fact(facts, "firewall", &reported.firewall, |firewall| firewall.by.as_deref().map(Value::from));
    facts = fact(facts, "secureBootEnabled", &reported.secure_boot, |on| Some((*on).into()));
    facts = fact(facts, "passwordMinimumLength", &policy.min_length, |n| Some((*n).into()));
    facts = fact(facts, "passwordMinimumClasses", &policy.min_classes, |n| Some((*n).into()));
    facts = fact(facts, "passwordMinimumDigits", &policy.min_digits, |n| Some((*n).into()));
    facts = fact(facts, "passwordMinimumLowercase", &policy.min_lowercase, |n| Some((*n).into()));
    facts = fact(facts, "passwordMinimumUppercase", &policy.min_uppercase, |n| Some((*n).into()));
    facts = fact(facts, "passwordMinimumSymbols", &policy.min_symbols, |n| Some((*n).into()));
    facts = fact(facts, "passwordMaximumDays", &policy.max_days, |n| Some((*n).into()));
    facts = fact(facts, "pendingUpdates", &patches.pending, |n| Some((*n).into()));
    facts = fact(facts, "pendingSecurityUpdates", &patches.pending_security, |n| Some((*n).into()));
    facts = fact(facts, "automaticUpdates", &patches.automatic, |on| Some((*on).into()));
    facts = fact(facts, "restartRequired", &patches.restart_required, |is| Some((*is).into()));
    facts = fact(facts, "updatesRefreshedDateTime", &patches.last_refresh_unix_seconds, |seconds| {
        Some(Time::from_unix(*seconds).into())
    });
    encryption(facts, &reported.encryption)
}

/// Facts with what scripts of custom compliance found. One that was not run yet has told nothing.
pub(crate) fn with_discoveries(facts: Facts, wanted: &[Discovery], results: &[wire::ScriptResult]) -> Facts {
    let told = wanted.iter().filter_map(|discovery| {
        let policy = discovery.policy;
        if let Err(why) = &discovery.script {
            return Some((policy, Err(why.as_str())));
        }
        let result = results.iter().find(|result| directory::id_from_text(&result.id) == Some(policy))?;
        Some((policy, printed(result)))
    });
    with_printed(facts, told)
}

/// What a script printed, or why that does not count.
fn printed(result: &wire::ScriptResult) -> Result<&str, &str> {
    let Some(run) = &result.run else { return Err(result.not_applicable.as_deref().unwrap_or("it was not run")) };
    match run.exit_code {
        Some(0) => Ok(&run.output),
        Some(_) if run.error.is_empty() => Err("the script ended with an error"),
        Some(_) | None => Err(&run.error),
    }
}

/// A fact that is known to be absent (a distribution without a version) is left out.
fn fact<T>(facts: Facts, name: &str, fact: &Fact<T>, value: impl Fn(&T) -> Option<Value>) -> Facts {
    match fact {
        Fact::Known(known) => match value(known) {
            Some(Value::Text(text)) => facts.known(name, cut(&text)),
            Some(value) => facts.known(name, value),
            None => facts,
        },
        Fact::Unknown(why) => facts.unknown(name, cut(why)),
    }
}

/// A text, cut at a character where it is longer than the agent would make it.
fn cut(text: &str) -> &str {
    text.get(..text.floor_char_boundary(DETAIL_BYTES_MAX)).unwrap_or_default()
}

/// Storage is encrypted when every mount is. One that is not outweighs those that cannot be told.
fn encryption(facts: Facts, mounts: &Fact<Vec<wire::MountEncryption>>) -> Facts {
    match is_encrypted(mounts) {
        Fact::Unknown(why) => facts.unknown("storageEncrypted", cut(&why)),
        Fact::Known(true) => facts.known("storageEncrypted", true),
        Fact::Known(false) => {
            let open = mounts.known().into_iter().flatten().filter(|mount| mount.encrypted.known() == Some(&false));
            let open: Vec<&str> = open.map(|mount| cut(&mount.mount)).collect();
            facts.known("storageEncrypted", false).known("unencryptedMounts", open)
        }
    }
}

fn is_encrypted(mounts: &Fact<Vec<wire::MountEncryption>>) -> Fact<bool> {
    let mounts = match mounts {
        Fact::Known(mounts) => mounts,
        Fact::Unknown(why) => return Fact::Unknown(why.clone()),
    };
    if mounts.is_empty() {
        return Fact::unknown("the device named no mounts");
    }
    if mounts.iter().any(|mount| mount.encrypted.known() == Some(&false)) {
        return Fact::Known(false);
    }
    let unknown = mounts.iter().find_map(|mount| match &mount.encrypted {
        Fact::Unknown(why) => Some(format!("{}: {why}", mount.mount)),
        Fact::Known(_) => None,
    });
    unknown.map_or(Fact::Known(true), Fact::Unknown)
}

pub(crate) fn inventory(reported: &wire::Facts) -> Inventory {
    let text = |fact: &Fact<String>| fact.known().cloned();
    let number = |n: u64| i64::try_from(n).unwrap_or(i64::MAX);
    Inventory {
        name: text(&reported.hostname),
        os_version: reported.os.known().and_then(|os| os.version.clone()),
        manufacturer: text(&reported.manufacturer),
        model: text(&reported.model),
        serial_number: text(&reported.serial_number),
        architecture: reported.architecture.known().map(|name| match name.as_str() {
            "x86_64" => "x64",
            "aarch64" => "arM64",
            "i386" | "i586" | "i686" | "x86" => "x86",
            arm if arm.starts_with("arm") => "arm",
            _ => "unknown",
        }),
        memory_bytes: reported.memory_bytes.known().map(|n| number(*n)),
        disk_bytes: reported.disk.known().map(|disk| number(disk.total_bytes)),
        disk_free_bytes: reported.disk.known().map(|disk| number(disk.free_bytes)),
        is_encrypted: is_encrypted(&reported.encryption).known().copied(),
    }
}

pub(crate) fn setting(result: wire::SettingResult) -> SettingReport {
    let state = match result.state {
        wire::SettingState::Succeeded => SettingState::Succeeded,
        wire::SettingState::Error => SettingState::Error,
        wire::SettingState::Conflict => SettingState::Conflict,
        wire::SettingState::NotApplicable => SettingState::NotApplicable,
    };
    SettingReport { id: result.id, state, actual: result.actual, error: result.error }
}

/// The result of an application of this name.
pub(crate) fn app((display_name, result): (String, wire::AppResult)) -> AppReport {
    let install_state = match result.state {
        wire::AppState::Installed => "installed",
        wire::AppState::NotInstalled => "notInstalled",
        wire::AppState::Failed => "failed",
        wire::AppState::UninstallFailed => "uninstallFailed",
        wire::AppState::PendingInstall => "pendingInstall",
        wire::AppState::NotApplicable => "notApplicable",
    };
    let (installed_version, error) = (result.installed_version, result.error);
    let display_name = Some(display_name);
    AppReport { id: result.id, display_name, version: result.version, install_state, installed_version, error }
}

/// An application that the device should have and was not told of.
pub(crate) fn not_applicable(not: apps::NotApplicable) -> AppReport {
    AppReport {
        id: not.id.to_string(),
        display_name: Some(not.display_name),
        version: not.version,
        install_state: "notApplicable",
        installed_version: None,
        error: Some(not.reason),
    }
}

/// The result of a script; of one that is no object of ours there is none.
pub(crate) fn script(result: wire::ScriptResult) -> Option<ScriptReport> {
    let run = |run: wire::ScriptRun| Run { exit_code: run.exit_code, output: run.output, error: run.error };
    Some(ScriptReport {
        id: directory::id_from_text(&result.id)?,
        finished: Time::from_unix(result.finished_at_unix_seconds),
        not_applicable: result.not_applicable,
        run: result.run.map(run),
        repair: result.repair.map(run),
        run_again: result.run_again.map(run),
    })
}

pub(crate) fn outcome(result: wire::ActionResult) -> Outcome {
    let state = match result.state {
        wire::ActionState::Done => OutcomeState::Done,
        wire::ActionState::Failed => OutcomeState::Failed,
        wire::ActionState::NotSupported => OutcomeState::NotSupported,
    };
    Outcome { id: result.id, state, detail: result.detail }
}
