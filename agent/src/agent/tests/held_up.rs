//! What must not hold up the server's orders: an action that cannot be finished, work that takes long, a disk that is full.

use super::*;
use crate::test_server::Logs;
use crate::trial::refuse_writes;
use agent_wire::{RunAs, Script, ScriptSchedule};

fn results(server: &TestServer, id: &str) -> Vec<ActionState> {
    let reports = server.world().reports.clone();
    reports.iter().flat_map(|report| &report.actions).filter(|result| result.id == id).map(|r| r.state).collect()
}

/// Whether the device was told to lock; it is unlocked again.
fn locked(dir: &Path) -> bool {
    fs::remove_file(dir.join("run/castellan/locked")).is_ok()
}

#[tokio::test]
async fn logs_that_nobody_takes_end_and_hold_up_nothing() {
    let (server, dir, mut agent) = joined("agent-logs-refused").await;
    let logs = Action { id: "logs-1".into(), kind: ActionKind::CollectDiagnostics, argument: None };
    // The crash: taken in, not finished; and the server that came back from a backup has not heard of it.
    agent.journal.accept(&agent.state, &logs, None).unwrap();
    drop(agent);
    let mut agent = Agent::open(Some(&dir)).unwrap();
    server.world().logs = Logs::Refused;
    server.order("lock-1", ActionKind::Lock);
    agent.check_in_once().await.unwrap();
    assert!(locked(&dir));
    assert_eq!(results(&server, "logs-1"), [ActionState::Failed]);
    let report = server.last_report();
    assert!(report.actions.iter().any(|r| r.detail.as_ref().is_some_and(|why| why.contains("nobody waits"))));

    server.world().logs = Logs::Lost;
    server.order("logs-2", ActionKind::CollectDiagnostics);
    for at in 2..6 {
        let lock = format!("lock-{at}");
        server.order(&lock, ActionKind::Lock);
        agent.check_in_once().await.unwrap();
        assert!(locked(&dir), "{lock}");
        assert_eq!((results(&server, &lock).len(), results(&server, "logs-2").len()), (1, 0), "{lock}");
    }
    server.world().logs = Logs::Kept;
    agent.check_in_once().await.unwrap();
    assert_eq!(results(&server, "logs-2"), [ActionState::Done], "the line is good again");

    server.world().logs = Logs::Lost;
    server.order("logs-3", ActionKind::CollectDiagnostics);
    for _ in 0..6 {
        agent.check_in_once().await.unwrap();
        // It may begin anew in between.
        drop(agent);
        agent = Agent::open(Some(&dir)).unwrap();
    }
    assert_eq!(results(&server, "logs-3"), [ActionState::Failed], "not for ever");
}

/// A script that tells that it began and goes on until it may end: when this is dropped at the latest, so that a test that fails
/// ends, and nobody waits for the hour that an installer has.
struct Patient {
    text: String,
    began: PathBuf,
    may_end: PathBuf,
}

impl Patient {
    fn new(name: &str) -> Self {
        let beside = scratch(&format!("{name}-beside"));
        let (began, may_end) = (beside.join("began"), beside.join("end"));
        let wait = format!("while [ ! -e {} ]; do sleep 0.05; done", may_end.display());
        Self { text: format!("#!/bin/sh\ntouch {}\n{wait}\n", began.display()), began, may_end }
    }

    fn end(&self) {
        let _ = fs::write(&self.may_end, "");
    }
}

impl Drop for Patient {
    fn drop(&mut self) {
        self.end();
    }
}

fn runs_scripts(dir: &Path) {
    fs::create_dir_all(dir.join("run/castellan")).unwrap();
    fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
}

#[tokio::test]
async fn a_lock_and_a_wipe_do_not_wait_for_an_installer_and_a_retirement_comes_after_it() {
    for end in [ActionKind::Wipe, ActionKind::Retire] {
        let name = format!("agent-installer-{end:?}");
        let (server, dir, mut agent) = joined(&name).await;
        runs_scripts(&dir);
        let patient = Patient::new(&name);
        let package = server.package(PackageKind::Script, "ledger", patient.text.as_bytes());
        let detection = Some(Detection::FileExists { path: "/opt/nothing".into() });
        server.want(vec![], vec![App { detection, ..app("1", package) }]);
        let running = tokio::spawn(async move { agent.run(std::future::pending()).await });
        until(|| patient.began.exists()).await;
        server.order("lock-1", ActionKind::Lock);
        until(|| !results(&server, "lock-1").is_empty()).await;
        assert!(locked(&dir));
        server.order("end-1", end);
        if end == ActionKind::Retire {
            server.order("lock-2", ActionKind::Lock);
            until(|| !results(&server, "lock-2").is_empty()).await;
            assert!(results(&server, "end-1").is_empty());
            patient.end();
        }
        let ended = tokio::time::timeout(PATIENCE, running).await.unwrap().unwrap().unwrap();
        assert_eq!(ended, Some(if end == ActionKind::Wipe { Ended::Wiped } else { Ended::Retired }));
    }
}

#[tokio::test]
async fn a_lock_does_not_wait_for_a_remediation() {
    let (server, dir, mut agent) = joined("agent-remediation").await;
    runs_scripts(&dir);
    let patient = Patient::new("agent-remediation");
    let script = Script {
        id: "look".into(),
        version: "1".into(),
        run_as: RunAs::System,
        schedule: ScriptSchedule::Once { not_before_unix_seconds: Some(i64::MAX) },
        retries: 0,
        timeout_seconds: 600,
        script: patient.text.clone(),
        repair: None,
    };
    server.world().desired.scripts = vec![script];
    agent.check_in_once().await.unwrap();
    let running = tokio::spawn(async move { agent.run(std::future::pending()).await });
    let argument = Some("look".to_owned());
    server.world().actions.push(Action { id: "run-1".into(), kind: ActionKind::RunRemediation, argument });
    server.order("sync-1", ActionKind::Sync);
    until(|| patient.began.exists()).await;
    server.order("lock-1", ActionKind::Lock);
    until(|| !results(&server, "lock-1").is_empty()).await;
    assert!(locked(&dir) && results(&server, "run-1").is_empty());
    patient.end();
    until(|| results(&server, "run-1") == [ActionState::Done]).await;
    running.abort();
}

#[tokio::test]
async fn a_full_disk_keeps_no_order_out() {
    let (server, dir, mut agent) = joined("agent-full").await;
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![]);
    agent.check_in_once().await.unwrap();
    let kept = dir.join("var/lib/castellan");
    for file in [LastCheckIn::FILE, Held::FILE, Journal::FILE] {
        refuse_writes(&kept.join(file), true);
    }
    server.want(vec![banner("Hands off\n")], vec![]);
    server.order("rename-1", ActionKind::Rename);
    server.order("lock-1", ActionKind::Lock);
    assert!(agent.check_in_once().await.is_err(), "it is known that something is wrong");
    assert!(locked(&dir));
    assert!(agent.journal.unfinished().is_empty(), "what must be written down first was not begun");
    let _ = agent.check_in_once().await;
    assert_eq!(results(&server, "lock-1"), [ActionState::Done]);
    assert!(!locked(&dir), "not again");
    for file in [LastCheckIn::FILE, Held::FILE, Journal::FILE] {
        refuse_writes(&kept.join(file), false);
    }
    agent.check_in_once().await.unwrap();
    assert_eq!(results(&server, "rename-1").len(), 1);
}

#[tokio::test]
async fn an_answer_that_wants_too_much_still_brings_its_orders() {
    let (server, dir, mut agent) = joined("agent-over").await;
    let version = agent.held_version().map(str::to_owned);
    let many = (0..=agent_wire::limits::SETTINGS_MAX).map(|_| banner("x\n")).collect();
    server.want(many, vec![]);
    server.order("lock-1", ActionKind::Lock);
    agent.check_in_once().await.unwrap();
    assert!(locked(&dir) && agent.held_version().map(str::to_owned) == version);
    let last: LastCheckIn = agent.state.load(LastCheckIn::FILE).unwrap().unwrap();
    assert!(last.failure.unwrap().contains("over a limit"));
}

#[tokio::test]
async fn a_damaged_record_of_settings_is_told_and_keeps_no_order_out() {
    let (server, dir, mut agent) = joined("agent-damaged").await;
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![]);
    agent.check_in_once().await.unwrap();
    fs::write(dir.join("var/lib/castellan/settings.json"), "{").unwrap();
    server.order("lock-1", ActionKind::Lock);
    agent.check_in_once().await.unwrap();
    assert!(locked(&dir));
    let setting = server.last_report().settings.unwrap().remove(0);
    assert_eq!(setting.state, SettingState::Error);
    assert!(setting.error.unwrap().contains("settings.json"));
}
