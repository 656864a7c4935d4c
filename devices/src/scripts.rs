//! Scripts and remediations: which of them a device should run, when and as whom, and what its results mean.
//!
//! A script is for a platform by what it begins with: `#!` and an interpreter is for Linux; anything else is left to platforms
//! that run it. What a script does is its author's business; nothing here reads it.

use std::time::Duration;

use directory::{Call, Change, Check, Commit, Id, Object, Plan, Reaction, Record, Refusal, Snapshot, Time, Value};
use schema::device_health_script::{
    DETECTION_SCRIPT_CONTENT, DEVICE_HEALTH_SCRIPT, DEVICE_HEALTH_SCRIPT_DEVICE_STATE, DEVICE_RUN_STATES,
    MANAGED_DEVICE_LINK, REMEDIATION_SCRIPT_CONTENT, RUN_AS_ACCOUNT,
};
use schema::device_management_script::{
    DEVICE_MANAGEMENT_SCRIPT, DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE, DEVICE_SHELL_SCRIPT, EXECUTION_FREQUENCY,
    RETRY_COUNT, SCRIPT_CONTENT,
};
use schema::{ASSIGNMENTS, OPERATING_SYSTEM};

use crate::assignment::Subject;

/// The largest script, in bytes; of a remediation, of each half.
pub const SCRIPT_BYTES_MAX: usize = 64 * 1024;
/// How long a run may take.
const TIMEOUT_SECONDS: u32 = 60 * 60;
/// A script that is run once is tried again so often when it fails.
const RETRIES_OF_ONCE: u32 = 3;
/// How often a script may be tried again.
const RETRIES_MAX: i64 = 10;
/// The shortest time between runs.
const EVERY_SECONDS_MIN: u64 = 60;
/// A result like the last is kept again after this long, so that it shows that the script still runs.
const SAME_RESULT_EVERY: Duration = Duration::from_secs(8 * 60 * 60);
const DAY_SECONDS: i64 = 24 * 60 * 60;

/// One script that a device should run.
#[derive(Clone, Debug, PartialEq)]
pub struct Wanted {
    pub id: Id,
    pub run_as: RunAs,
    pub schedule: Schedule,
    pub retries: u32,
    pub timeout_seconds: u32,
    pub script: String,
    /// What puts right what the script found wrong.
    pub repair: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RunAs {
    System,
    User,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schedule {
    Once {
        not_before: Option<Time>,
    },
    Every {
        seconds: u64,
    },
    /// Every so many days, at seconds after midnight of UTC.
    Daily {
        days: u32,
        at_seconds: u32,
    },
}

/// How one script went.
#[derive(Clone, Debug, PartialEq)]
pub struct ScriptReport {
    pub id: Id,
    pub finished: Time,
    pub not_applicable: Option<String>,
    pub run: Option<Run>,
    pub repair: Option<Run>,
    pub run_again: Option<Run>,
}

/// One run; without an exit code it did not end by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Run {
    pub exit_code: Option<i32>,
    pub output: String,
    pub error: String,
}

/// The scripts that a managed device should run, in the order of their ids.
#[must_use]
pub fn wanted(now: &Snapshot, managed: &Object, at: Time) -> Vec<Wanted> {
    let runs_scripts = managed.get(OPERATING_SYSTEM).is_some_and(|os| os.eq_ignore_ascii_case("linux"));
    if crate::actions::is_leaving(managed) || !runs_scripts {
        return Vec::new();
    }
    // Most organisations have few scripts, and every check-in asks.
    if scripts(now).next().is_none() {
        return Vec::new();
    }
    let subject = Subject::of(now, managed, at);
    let mut found: Vec<Wanted> = now
        .all(&DEVICE_MANAGEMENT_SCRIPT)
        .filter_map(|script| once(&subject, script))
        .chain(now.all(&DEVICE_SHELL_SCRIPT).filter_map(|script| shell(&subject, script)))
        .chain(now.all(&DEVICE_HEALTH_SCRIPT).filter_map(|script| remediation(&subject, script)))
        .collect();
    found.sort_by_key(|wanted| wanted.id);
    found
}

fn once(subject: &Subject<'_>, script: &Object) -> Option<Wanted> {
    let content = text(script.get(SCRIPT_CONTENT))?;
    subject.applies(&script.get(ASSIGNMENTS).unwrap_or_default()).then(|| Wanted {
        id: script.id,
        run_as: run_as(script),
        schedule: Schedule::Once { not_before: None },
        retries: RETRIES_OF_ONCE,
        timeout_seconds: TIMEOUT_SECONDS,
        script: content,
        repair: None,
    })
}

fn shell(subject: &Subject<'_>, script: &Object) -> Option<Wanted> {
    let seconds = script.get(EXECUTION_FREQUENCY).and_then(duration_seconds).filter(|seconds| *seconds > 0);
    let schedule = seconds.map(|seconds| Schedule::Every { seconds: seconds.max(EVERY_SECONDS_MIN) });
    let retries = script.get(RETRY_COUNT).unwrap_or(0).clamp(0, RETRIES_MAX);
    Some(Wanted {
        schedule: schedule.unwrap_or(Schedule::Once { not_before: None }),
        retries: u32::try_from(retries).unwrap_or(0),
        ..once(subject, script)?
    })
}

/// The schedule is that of the first assignment that reaches the device.
fn remediation(subject: &Subject<'_>, script: &Object) -> Option<Wanted> {
    let detection = text(script.get(DETECTION_SCRIPT_CONTENT))?;
    let assignments = script.get(ASSIGNMENTS).unwrap_or_default();
    let matches = subject.matches(&assignments);
    if !subject.passes(&assignments, &matches) {
        return None;
    }
    let assignment = assignments.get(matches.first()?.assignment)?;
    let may_repair = assignment.bool("runRemediationScript").unwrap_or(false);
    Some(Wanted {
        id: script.id,
        run_as: run_as(script),
        schedule: assignment.record("runSchedule").map_or(Schedule::Daily { days: 1, at_seconds: 0 }, schedule),
        retries: 0,
        timeout_seconds: TIMEOUT_SECONDS,
        script: detection,
        repair: text(script.get(REMEDIATION_SCRIPT_CONTENT)).filter(|_| may_repair),
    })
}

/// Times of day are those of UTC, whatever `useUtc` says: the directory does not know where a device is.
fn schedule(record: &Record) -> Schedule {
    let interval = record.int("interval").unwrap_or(1).max(1);
    let time = record.text("time").and_then(seconds_of_day).unwrap_or(0);
    let kind = record.text("@odata.type").unwrap_or_default();
    match kind.rsplit_once('.').map_or(kind, |(_, name)| name) {
        "deviceHealthScriptRunOnceSchedule" => {
            let midnight = record.text("date").and_then(|date| Time::parse(&format!("{date}T00:00:00Z")));
            Schedule::Once { not_before: midnight.map(|midnight| Time::from_unix(midnight.unix() + i64::from(time))) }
        }
        "deviceHealthScriptHourlySchedule" => {
            Schedule::Every { seconds: u64::try_from(interval).unwrap_or(1).saturating_mul(60 * 60) }
        }
        _ => Schedule::Daily { days: u32::try_from(interval).unwrap_or(1), at_seconds: time },
    }
}

/// `10:30:00` or `10:30:00.0000000`.
fn seconds_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':').map(|part| part.split('.').next().unwrap_or(part).parse::<u32>().ok());
    let seconds = parts.next()?? * 60 * 60 + parts.next()?? * 60 + parts.next().flatten().unwrap_or(0);
    (i64::from(seconds) < DAY_SECONDS).then_some(seconds)
}

/// An ISO 8601 duration of days, hours, minutes and seconds.
fn duration_seconds(text: &str) -> Option<u64> {
    let (days, rest) = text.strip_prefix('P')?.split_once('T').unwrap_or((text.strip_prefix('P')?, ""));
    let mut seconds: u64 = 0;
    for (part, units) in
        [(days, [('D', 86_400), ('W', 604_800), ('-', 0)]), (rest, [('H', 3_600), ('M', 60), ('S', 1)])]
    {
        let mut number = String::new();
        for c in part.chars() {
            if c.is_ascii_digit() {
                number.push(c);
                continue;
            }
            let (_, worth) = units.iter().find(|(unit, _)| *unit == c)?;
            seconds = seconds.checked_add(number.parse::<u64>().ok()?.checked_mul(*worth)?)?;
            number.clear();
        }
        if !number.is_empty() {
            return None;
        }
    }
    Some(seconds)
}

fn run_as(script: &Object) -> RunAs {
    if script.get(RUN_AS_ACCOUNT) == Some("user") { RunAs::User } else { RunAs::System }
}

/// A script for Linux, as text.
fn text(content: Option<Vec<u8>>) -> Option<String> {
    let content = content.filter(|content| content.len() <= SCRIPT_BYTES_MAX)?;
    String::from_utf8(content).ok().filter(|text| text.starts_with("#!") && !text.contains('\0'))
}

/// What results of a device's scripts mean. Those of scripts that it is not to run any more are left out.
pub(crate) fn changes(now: &Snapshot, managed: &Object, at: Time, reports: &[ScriptReport]) -> Vec<Change> {
    let wanted = wanted(now, managed, at);
    let mut changes = Vec::new();
    for report in reports.iter().filter(|report| wanted.iter().any(|wanted| wanted.id == report.id)) {
        let Some(script) = now.find(report.id) else { continue };
        let is_remediation = now.is_a(script, &DEVICE_HEALTH_SCRIPT);
        // A device's clock may run ahead of ours.
        let finished = report.finished.min(at);
        let state = if is_remediation { remediation_state(report, finished) } else { script_state(report, finished) };
        let id = state_id(script.id, managed.id);
        let Some(before) = now.find(id) else {
            let kind = if is_remediation {
                &DEVICE_HEALTH_SCRIPT_DEVICE_STATE
            } else {
                &DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE
            };
            let attributes = state.iter().map(|(name, value)| (directory::AttrId::of(name), value.clone())).collect();
            changes.push(Change::Create { id, kind: kind.id(), attributes });
            changes.push(Change::link(script.id, DEVICE_RUN_STATES, id));
            changes.push(Change::link(id, MANAGED_DEVICE_LINK, managed.id));
            continue;
        };
        changes.extend(moved(before, &state, at));
    }
    changes
}

/// The attributes that are others now. Of a result like the last only the time is, and that is kept now and then.
fn moved(before: &Object, state: &Record, at: Time) -> Vec<Change> {
    let is_time = |name: &str| matches!(name, "lastStateUpdateDateTime" | "lastSyncDateTime");
    let had = |name: &str| before.value(directory::AttrId::of(name));
    let names = || STATE_FIELDS.iter().filter(|name| had(name).is_some() || state.get(name).is_some());
    let is_news = names().any(|name| !is_time(name) && had(name).as_ref() != state.get(name));
    let seen = had("lastStateUpdateDateTime").and_then(|value| value.as_time());
    if !is_news && seen.is_some_and(|seen| at.since(seen) < SAME_RESULT_EVERY) {
        return Vec::new();
    }
    let set = |name: &&str| Change::Set {
        id: before.id,
        attribute: directory::AttrId::of(name),
        old: None,
        new: state.get(name).cloned(),
    };
    names().filter(|name| had(name).as_ref() != state.get(name)).map(set).collect()
}

const STATE_FIELDS: [&str; 13] = [
    "errorCode",
    "errorDescription",
    "resultMessage",
    "runState",
    "detectionState",
    "remediationState",
    "preRemediationDetectionScriptOutput",
    "preRemediationDetectionScriptError",
    "postRemediationDetectionScriptOutput",
    "postRemediationDetectionScriptError",
    "remediationScriptError",
    "lastStateUpdateDateTime",
    "lastSyncDateTime",
];

/// As `deviceManagementScriptDeviceState`.
fn script_state(report: &ScriptReport, finished: Time) -> Record {
    let record = Record::new().with("lastStateUpdateDateTime", finished);
    let Some(run) = &report.run else {
        return record
            .with("runState", "notApplicable")
            .with_some("errorDescription", report.not_applicable.as_deref());
    };
    let state = match run.exit_code {
        Some(0) => "success",
        Some(_) => "fail",
        None => "scriptError",
    };
    record
        .with("runState", state)
        .with("errorCode", i64::from(run.exit_code.unwrap_or(-1)))
        .with_some("resultMessage", said(&run.output))
        .with_some("errorDescription", said(&run.error))
}

/// As `deviceHealthScriptDeviceState`. Exit code 1 says that something is wrong.
fn remediation_state(report: &ScriptReport, finished: Time) -> Record {
    let record = Record::new().with("lastStateUpdateDateTime", finished).with("lastSyncDateTime", finished);
    let Some(run) = &report.run else {
        return record
            .with("detectionState", "notApplicable")
            .with("remediationState", "unknown")
            .with_some("preRemediationDetectionScriptError", report.not_applicable.as_deref());
    };
    let detection = detection(run);
    let remediation = match (&report.repair, report.run_again.as_ref().map(|again| again.exit_code)) {
        (None, _) => "skipped",
        (Some(Run { exit_code: None, .. }), _) => "scriptError",
        (Some(Run { exit_code: Some(0), .. }), Some(Some(0))) => "success",
        (Some(_), _) => "remediationFailed",
    };
    let again = report.run_again.as_ref();
    record
        .with("detectionState", detection)
        .with("remediationState", remediation)
        .with_some("preRemediationDetectionScriptOutput", said(&run.output))
        .with_some("preRemediationDetectionScriptError", said(&run.error))
        .with_some("remediationScriptError", report.repair.as_ref().and_then(|repair| said(&repair.error)))
        .with_some("postRemediationDetectionScriptOutput", again.and_then(|again| said(&again.output)))
        .with_some("postRemediationDetectionScriptError", again.and_then(|again| said(&again.error)))
}

fn detection(run: &Run) -> &'static str {
    match run.exit_code {
        Some(0) => "success",
        Some(1) => "fail",
        _ => "scriptError",
    }
}

fn said(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// One state for each script and device: both ids are random, and so is what they make together.
fn state_id(script: Id, managed: Id) -> Id {
    Id::from_u128(script.as_u128() ^ managed.as_u128())
}

/// What came of scripts on a device goes with the device.
pub(crate) const REACTION: Reaction = Reaction::new("script states", &[], react, verify);

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let mut forgotten = Vec::new();
    for change in &commit.changes {
        let (Change::Delete { id: gone } | Change::Purge { id: gone }) = change else { continue };
        if now.find(*gone).is_some() {
            continue;
        }
        let states = scripts(now).filter_map(|script| now.find(state_id(script.id, *gone)));
        forgotten.extend(states.filter(|state| is_state(now, state)).map(|state| Change::Delete { id: state.id }));
    }
    Plan::from(forgotten)
}

fn verify(now: &Snapshot, _: Time) -> Vec<Change> {
    let states = now.all(&DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE).chain(now.all(&DEVICE_HEALTH_SCRIPT_DEVICE_STATE));
    let is_orphan = |state: &&Object| now.linked(state.id, MANAGED_DEVICE_LINK).is_none();
    states.filter(is_orphan).map(|state| Change::Delete { id: state.id }).collect()
}

fn scripts(now: &Snapshot) -> impl Iterator<Item = &Object> {
    now.all(&DEVICE_MANAGEMENT_SCRIPT).chain(now.all(&DEVICE_SHELL_SCRIPT)).chain(now.all(&DEVICE_HEALTH_SCRIPT))
}

fn is_state(now: &Snapshot, object: &Object) -> bool {
    now.is_a(object, &DEVICE_MANAGEMENT_SCRIPT_DEVICE_STATE) || now.is_a(object, &DEVICE_HEALTH_SCRIPT_DEVICE_STATE)
}

/// How a script went on all devices, as Graph's `deviceHealthScriptRunSummary` or `deviceManagementScriptRunSummary`.
#[must_use]
pub fn run_summary(now: &Snapshot, script: &Object) -> Record {
    let states: Vec<&Object> = now.links(script.id, DEVICE_RUN_STATES).map(|link| link.object).collect();
    let text = |state: &Object, name: &str| {
        let value = state.value(directory::AttrId::of(name));
        value.and_then(|value| value.as_text().map(str::to_owned)).unwrap_or_default()
    };
    let count = |name: &str, is: &[&str]| {
        let many = states.iter().filter(|state| is.contains(&text(state, name).as_str())).count();
        i64::try_from(many).unwrap_or(i64::MAX)
    };
    if !now.is_a(script, &DEVICE_HEALTH_SCRIPT) {
        return Record::new()
            .with("successDeviceCount", count("runState", &["success"]))
            .with("errorDeviceCount", count("runState", &["fail", "scriptError"]));
    }
    let last = states.iter().filter_map(|state| {
        state.value(directory::AttrId::of("lastStateUpdateDateTime")).and_then(|value| value.as_time())
    });
    Record::new()
        .with("noIssueDetectedDeviceCount", count("detectionState", &["success"]))
        .with("issueDetectedDeviceCount", count("detectionState", &["fail"]))
        .with("detectionScriptErrorDeviceCount", count("detectionState", &["scriptError"]))
        .with("detectionScriptNotApplicableDeviceCount", count("detectionState", &["notApplicable"]))
        .with("issueRemediatedDeviceCount", count("remediationState", &["success"]))
        .with("remediationSkippedDeviceCount", count("remediationState", &["skipped"]))
        .with("remediationScriptErrorDeviceCount", count("remediationState", &["scriptError", "remediationFailed"]))
        .with_some("lastScriptRunDateTime", last.max().map(Value::from))
}

pub(crate) const MANAGEMENT: Check = Check { kind: &DEVICE_MANAGEMENT_SCRIPT, complete: None, check: Some(check) };
pub(crate) const SHELL: Check = Check { kind: &DEVICE_SHELL_SCRIPT, complete: None, check: Some(check) };
pub(crate) const HEALTH: Check = Check { kind: &DEVICE_HEALTH_SCRIPT, complete: None, check: Some(check) };

/// No script is larger than devices take.
fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for script in changes.iter().filter_map(|change| after.find(change.subject())) {
        for (attribute, name) in [
            (SCRIPT_CONTENT, "scriptContent"),
            (DETECTION_SCRIPT_CONTENT, "detectionScriptContent"),
            (REMEDIATION_SCRIPT_CONTENT, "remediationScriptContent"),
        ] {
            if script.get(attribute).is_some_and(|content| content.len() > SCRIPT_BYTES_MAX) {
                return Err(Refusal::limit(format!("a script has at most {SCRIPT_BYTES_MAX} bytes")).at(name));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use schema::DISPLAY_NAME;

    use super::*;
    use crate::report::Report;
    use crate::world::{World, id, to};

    const SH: &str = "#!/bin/sh\nexit 0\n";

    fn health(w: &mut World, n: u128, detect: &str, repair: Option<&str>, assignments: Vec<Record>) {
        let mut attributes = vec![
            (DISPLAY_NAME.id, Value::from(format!("script {n}"))),
            (DETECTION_SCRIPT_CONTENT.id, Value::Bytes(detect.as_bytes().to_vec())),
            (ASSIGNMENTS.id, assignments.into()),
        ];
        attributes.extend(repair.map(|r| (REMEDIATION_SCRIPT_CONTENT.id, Value::Bytes(r.as_bytes().to_vec()))));
        w.done(vec![Change::Create { id: id(n), kind: DEVICE_HEALTH_SCRIPT.id(), attributes }]);
    }

    fn every_hour(assignment: Record) -> Record {
        let schedule = Record::new()
            .with("@odata.type", "#microsoft.graph.deviceHealthScriptHourlySchedule")
            .with("interval", 1_i64);
        assignment.with("runSchedule", schedule).with("runRemediationScript", true)
    }

    fn run(exit_code: i32, output: &str) -> Run {
        Run { exit_code: Some(exit_code), output: output.into(), error: String::new() }
    }

    #[test]
    fn a_script_reaches_devices_like_a_policy_does_and_only_where_it_can_run() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let windows = w.joined(ann, crate::join::Ownership::Company, "Windows", "10.0.1").1;
        w.group(10, &[ann]);
        health(&mut w, 60, SH, Some(SH), vec![every_hour(to("group", Some(id(10))))]);
        health(&mut w, 61, "Write-Output 1", None, vec![every_hour(to("allDevices", None))]);
        health(&mut w, 62, SH, None, vec![every_hour(to("group", Some(id(11))))]);
        let found = wanted(&w.now, w.get(laptop), w.at);
        assert_eq!(found.iter().map(|wanted| wanted.id).collect::<Vec<_>>(), [id(60)]);
        assert_eq!(found[0].schedule, Schedule::Every { seconds: 3600 });
        assert_eq!(found[0].repair.as_deref(), Some(SH));
        assert_eq!(wanted(&w.now, w.get(windows), w.at), []);
    }

    #[test]
    fn results_become_states_that_go_with_the_device() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        health(&mut w, 60, SH, Some(SH), vec![every_hour(to("allDevices", None))]);
        let result = |w: &World, run_: Run, repair: Option<Run>, again: Option<Run>| ScriptReport {
            id: id(60),
            finished: w.at,
            not_applicable: None,
            run: Some(run_),
            repair,
            run_again: again,
        };
        let shown = |w: &World| {
            let states: Vec<&Object> = w.now.links(id(60), DEVICE_RUN_STATES).map(|link| link.object).collect();
            let text = |name: &str| states[0].value(directory::AttrId::of(name)).unwrap().as_text().unwrap().to_owned();
            assert_eq!(states.len(), 1);
            (text("detectionState"), text("remediationState"))
        };
        let report = |w: &mut World, report: ScriptReport| {
            w.report(laptop, &Report { scripts: Some(vec![report]), ..Report::default() })
        };
        for (first, repair, again, expected) in [
            (run(0, "fine"), None, None, ("success", "skipped")),
            (run(1, "old"), Some(run(0, "")), Some(run(0, "")), ("fail", "success")),
            (run(1, "old"), Some(run(0, "")), Some(run(1, "")), ("fail", "remediationFailed")),
            (run(1, "older"), Some(run(2, "")), None, ("fail", "remediationFailed")),
            (run(1, "old"), Some(Run::default()), None, ("fail", "scriptError")),
            (Run::default(), None, None, ("scriptError", "skipped")),
        ] {
            let one = result(&w, first, repair, again);
            assert!(!report(&mut w, one.clone()).is_empty());
            assert_eq!(shown(&w), (expected.0.to_owned(), expected.1.to_owned()));
            let later = ScriptReport { finished: w.at + Duration::from_secs(3600), ..one };
            assert_eq!(report(&mut w, later), vec![], "the same again is not news");
        }
        let summary = run_summary(&w.now, w.get(id(60)));
        assert_eq!(summary.int("detectionScriptErrorDeviceCount"), Some(1));
        let unknown = ScriptReport { id: id(99), ..result(&w, run(0, ""), None, None) };
        assert_eq!(report(&mut w, unknown), vec![], "of a script that it is not to run");
        w.done(vec![Change::Delete { id: laptop }]);
        assert_eq!(w.now.links(id(60), DEVICE_RUN_STATES).count(), 0);
    }

    #[test]
    fn times_are_read_as_graph_writes_them() {
        for (text, expected) in [
            ("PT1H", Some(3600)),
            ("P1D", Some(86_400)),
            ("P1DT15M", Some(87_300)),
            ("PT0S", Some(0)),
            ("P0D", Some(0)),
            ("1H", None),
            ("PT1", None),
            ("P1Y", None),
        ] {
            assert_eq!(duration_seconds(text), expected, "{text}");
        }
        assert_eq!(seconds_of_day("10:30:00.0000000"), Some(37_800));
        assert_eq!(seconds_of_day("24:00:00"), None);
        let once = Record::new()
            .with("@odata.type", "#microsoft.graph.deviceHealthScriptRunOnceSchedule")
            .with("date", "2026-11-22")
            .with("time", "01:00:00");
        let expected = Time::parse("2026-11-22T01:00:00Z");
        assert_eq!(schedule(&once), Schedule::Once { not_before: expected });
    }
}
