//! The agent against a server of the protocol, over TLS, on make-believe devices.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

mod ending;
mod held_up;

use super::*;
use crate::test_server::{PERSON_TOKEN, TestServer};
use crate::trial::{TrialDevice, scratch};
use agent_wire::{
    Action, ActionKind, ActionState, App, AppState, Detection, Fact, Intent, JoinType, Package, PackageKind, Render,
    Setting, SettingState,
};
use flate2::Compression;
use flate2::write::GzEncoder;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

fn furnished(name: &str) -> PathBuf {
    let dir = scratch(name);
    TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
    dir
}

fn options(server: &TestServer, dir: &Path) -> JoinOptions {
    JoinOptions {
        server: server.url.clone(),
        pinned_authorities: Some(server.ca_pem.clone()),
        access_token: PERSON_TOKEN.into(),
        device_name: None,
        join_type: JoinType::Join,
        root: Some(dir.to_owned()),
    }
}

pub(super) async fn joined(name: &str) -> (TestServer, PathBuf, Agent) {
    let server = TestServer::start().await;
    let dir = furnished(name);
    let agent = Agent::join(options(&server, &dir)).await.unwrap();
    (server, dir, agent)
}

fn banner(text: &str) -> Setting {
    let render = Render::File { path: "/etc/issue.net".into(), mode: "0644".into(), content: text.into() };
    Setting::new("linux.banner", render)
}

pub(super) fn app(version: &str, package: Package) -> App {
    App {
        id: "app-1".into(),
        display_name: "Ledger".into(),
        version: version.into(),
        intent: Intent::Required,
        package: Some(package),
        detection: None,
        uninstall_on_removal: true,
        depends_on: vec![],
        supersedes: vec![],
        free_disk_megabytes: None,
    }
}

pub(super) fn tarball(files: &[(&str, &str)]) -> Vec<u8> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::fast()));
    for (path, text) in files {
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o755);
        header.set_size(text.len() as u64);
        builder.append_data(&mut header, path, text.as_bytes()).unwrap();
    }
    builder.into_inner().unwrap().finish().unwrap()
}

#[tokio::test]
async fn a_join_tells_what_the_device_is_and_keeps_who_it_became() {
    let (server, dir, agent) = joined("agent-join").await;
    assert_eq!(agent.device_id(), "device-1");
    assert_eq!(agent.managed_device_id(), Some("managed-device-1"));
    let again = Agent::join(options(&server, &dir)).await.unwrap_err();
    assert!(again.to_string().contains("another castellan-agent"), "{again}");
    drop(agent);
    let again = Agent::join(options(&server, &dir)).await.unwrap_err();
    assert!(again.to_string().contains("already joined"), "{again}");
}

#[tokio::test]
async fn a_join_whose_answer_is_lost_is_repeated_as_the_same_device() {
    let server = TestServer::start().await;
    let dir = furnished("agent-join-lost");
    server.world().join_answer_is_lost = true;
    assert!(matches!(Agent::join(options(&server, &dir)).await, Err(AgentError::Unreachable(_))));
    assert!(Agent::open(Some(&dir)).is_err());
    let agent = Agent::join(options(&server, &dir)).await.unwrap();
    assert_eq!(agent.device_id(), "device-1");
    assert_eq!(server.world().devices.len(), 1);
}

#[tokio::test]
async fn a_server_that_the_pinned_authority_does_not_vouch_for_hears_nothing() {
    let server = TestServer::start().await;
    let other = TestServer::start().await;
    let dir = furnished("agent-pinned");
    for pinned in [Some(other.ca_pem.clone()), None] {
        let refused = Agent::join(JoinOptions { pinned_authorities: pinned, ..options(&server, &dir) }).await;
        assert!(matches!(refused, Err(AgentError::Unreachable(_))), "{refused:?}");
    }
    assert!(server.world().devices.is_empty());
}

#[tokio::test]
async fn a_refused_person_reads_why() {
    let server = TestServer::start().await;
    let dir = furnished("agent-refused");
    let refused =
        Agent::join(JoinOptions { access_token: "wrong".into(), ..options(&server, &dir) }).await.unwrap_err();
    assert_eq!(refused.to_string(), "the server refused (401): sign in again");
}

#[tokio::test]
async fn a_check_in_applies_reports_and_acknowledges() {
    let (server, dir, mut agent) = joined("agent-check-in").await;
    let version = server.want(vec![banner("Property of XYZ Ltd.\n")], vec![]);
    assert_eq!(agent.check_in_once().await.unwrap(), None);
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Property of XYZ Ltd.\n");
    let report = server.last_report();
    assert_eq!(report.held, Some(version));
    assert_eq!(report.settings.unwrap()[0].state, SettingState::Succeeded);
    assert_eq!(report.facts.unwrap().hostname, Fact::Known("lt-0007".into()));

    // Drift is undone at the next check-in, and nothing is sent twice.
    fs::write(dir.join("etc/issue.net"), "tampered\n").unwrap();
    let before = server.world().reports.len();
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Property of XYZ Ltd.\n");
    assert_eq!(server.world().reports.len(), before + 1);
    assert_eq!(server.world().sessions_opened, 1);

    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Ubuntu 24.04.1 LTS\n");
}

#[tokio::test]
async fn an_ended_session_is_opened_again_and_an_unknown_device_stops() {
    let (server, _dir, mut agent) = joined("agent-session").await;
    agent.check_in_once().await.unwrap();
    server.world().tokens.clear();
    agent.check_in_once().await.unwrap();
    assert_eq!(server.world().sessions_opened, 2);
    server.world().forgets_device = true;
    assert_eq!(agent.check_in_once().await.unwrap_err().code(), Some(ErrorCode::DeviceUnknown));
}

#[tokio::test]
async fn a_certificate_near_its_end_is_renewed_for_the_same_key() {
    let server = TestServer::start().await;
    let dir = furnished("agent-renew");
    server.world().certificate_days = 30;
    let mut agent = Agent::join(options(&server, &dir)).await.unwrap();
    agent.check_in_once().await.unwrap();
    agent.check_in_once().await.unwrap();
    assert_eq!(server.world().renewals, 1);
    drop(agent);
    Agent::open(Some(&dir)).unwrap().check_in_once().await.unwrap();
    assert_eq!(server.world().renewals, 1, "the new certificate is the one in use");
}

#[tokio::test]
async fn a_change_arrives_over_the_push_channel_and_reports_follow() {
    let (server, dir, mut agent) = joined("agent-push").await;
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let running = tokio::spawn(async move {
        let ended = agent.run(async { drop(stopped.await) }).await;
        (agent, ended)
    });
    until(|| server.world().reports.iter().any(|report| report.held.as_deref() == Some("v0"))).await;
    let version = server.want(vec![banner("pushed\n")], vec![]);
    // Polling is hourly here, so it is the push.
    until(|| server.world().reports.iter().any(|report| report.held.as_ref() == Some(&version))).await;
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "pushed\n");
    stop.send(()).unwrap();
    let (_agent, ended) = tokio::time::timeout(PATIENCE, running).await.unwrap().unwrap();
    assert_eq!(ended.unwrap(), None);
}

/// How long anything may take: far longer than it does, and far shorter than what happens by the hour.
const PATIENCE: Duration = Duration::from_secs(60);

/// Waits for something that another task brings about.
async fn until(mut holds: impl FnMut() -> bool) {
    let waited = async {
        while !holds() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    tokio::time::timeout(PATIENCE, waited).await.unwrap();
}

#[tokio::test]
async fn an_app_is_installed_upgraded_and_removed() {
    let (server, dir, mut agent) = joined("agent-app").await;
    let first = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "one"), ("old", "x")]));
    server.want(vec![], vec![app("1", first)]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("opt/ledger/bin/ledger")).unwrap(), "one");
    let states: Vec<AppState> =
        server.world().reports.iter().flat_map(|r| r.apps.iter().flatten()).map(|a| a.state).collect();
    assert_eq!(states, [AppState::PendingInstall, AppState::Installed]);

    let second = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "two")]));
    server.want(vec![], vec![app("2", second.clone())]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("opt/ledger/bin/ledger")).unwrap(), "two");
    assert!(!dir.join("opt/ledger/old").exists());
    assert_eq!(server.last_report().apps.unwrap()[0].installed_version.as_deref(), Some("2"));

    // Somebody deletes it: installed again.
    fs::remove_dir_all(dir.join("opt/ledger")).unwrap();
    agent.check_in_once().await.unwrap();
    assert!(dir.join("opt/ledger/bin/ledger").exists());

    server.want(vec![], vec![App { intent: Intent::Uninstall, package: None, ..app("2", second.clone()) }]);
    agent.check_in_once().await.unwrap();
    assert!(!dir.join("opt/ledger").exists());
    assert_eq!(server.last_report().apps.unwrap()[0].state, AppState::NotInstalled);

    // Installed once more, then simply no longer wanted.
    server.want(vec![], vec![app("2", second.clone())]);
    agent.check_in_once().await.unwrap();
    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert!(!dir.join("opt/ledger").exists());
    server.want(vec![], vec![App { uninstall_on_removal: false, ..app("2", second) }]);
    agent.check_in_once().await.unwrap();
    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert!(dir.join("opt/ledger").exists(), "left to the device");
}

#[tokio::test]
async fn a_broken_download_is_resumed() {
    let (server, dir, mut agent) = joined("agent-resume").await;
    let package = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "one")]));
    server.world().cuts = vec![40, 30];
    server.want(vec![], vec![app("1", package)]);
    agent.check_in_once().await.unwrap();
    assert!(dir.join("opt/ledger/bin/ledger").exists());
    assert_eq!(server.world().ranges, [None, Some("bytes=40-".into()), Some("bytes=70-".into())]);
    assert_eq!(fs::read_dir(dir.join("var/lib/castellan/downloads")).unwrap().count(), 0);
}

#[tokio::test]
async fn an_altered_truncated_or_oversized_package_is_never_opened() {
    let good = tarball(&[("bin/ledger", "one")]);
    let mut altered = good.clone();
    *altered.last_mut().unwrap() ^= 1;
    let longer = [good.clone(), b"more".to_vec()].concat();
    let cases = [("altered", altered), ("ends after", good[..good.len() - 9].to_vec()), ("larger than", longer)];
    for (expected, bytes) in cases {
        let (server, dir, mut agent) = joined(&format!("agent-package-{}", bytes.len())).await;
        let package = server.package(PackageKind::Tarball, "ledger", &good);
        server.world().tamper(&package.sha256, &bytes);
        server.want(vec![], vec![app("1", package)]);
        agent.check_in_once().await.unwrap();
        let result = server.last_report().apps.unwrap().remove(0);
        assert_eq!(result.state, AppState::Failed);
        assert!(result.error.as_ref().unwrap().contains(expected), "{result:?}");
        assert!(!dir.join("opt/ledger").exists());
    }
}

#[tokio::test]
async fn apps_that_cannot_be_had_say_why() {
    let (server, dir, mut agent) = joined("agent-app-errors").await;
    fs::create_dir_all(dir.join("opt/theirs")).unwrap();
    let bytes = tarball(&[("x", "x")]);
    let package = |kind, name: &str| server.package(kind, name, &bytes);
    let apps = vec![
        App { id: "foreign".into(), ..app("1", package(PackageKind::Tarball, "theirs")) },
        App { id: "path".into(), ..app("1", package(PackageKind::Tarball, "../etc")) },
        App { id: "kind".into(), ..app("1", package(PackageKind::Unknown, "x")) },
        App { id: "none".into(), package: None, ..app("1", package(PackageKind::Tarball, "x")) },
        App {
            id: "blind".into(),
            detection: Some(Detection::FileExists { path: "/opt/y/nothing".into() }),
            ..app("1", package(PackageKind::Tarball, "y"))
        },
        App {
            id: "there".into(),
            detection: Some(Detection::FileExists { path: "/etc/os-release".into() }),
            ..app("1", package(PackageKind::Tarball, "z"))
        },
        App { id: "gone".into(), ..app("1", Package { sha256: "0".repeat(64), ..package(PackageKind::Tarball, "g") }) },
    ];
    server.want(vec![], apps);
    agent.check_in_once().await.unwrap();
    let results = server.last_report().apps.unwrap();
    let expected = [
        ("foreign", AppState::Failed, "not installed by this agent"),
        ("path", AppState::Failed, "name"),
        ("kind", AppState::NotApplicable, "update the agent"),
        ("none", AppState::Failed, "no package"),
        ("blind", AppState::Failed, "detection"),
        ("there", AppState::Installed, ""),
        ("gone", AppState::Failed, "404"),
    ];
    for (result, (id, state, why)) in results.iter().zip(expected) {
        assert_eq!((result.id.as_str(), result.state), (id, state), "{result:?}");
        assert!(result.error.as_deref().unwrap_or_default().contains(why), "{result:?}");
    }
    assert!(!dir.join("opt/z").exists());
}

/// Builds a Debian package with Debian's own tool; `None` where there is none.
fn debian_package(name: &str, version: &str, files: &[(&str, &str)]) -> Option<Vec<u8>> {
    let dir = scratch(&format!("deb-{name}-{version}"));
    fs::create_dir_all(dir.join("DEBIAN")).unwrap();
    let control = format!(
        "Package: {name}\nVersion: {version}\nArchitecture: all\nMaintainer: XYZ Ltd. <it@xyz.example>\nDescription: trial\n"
    );
    fs::write(dir.join("DEBIAN/control"), control).unwrap();
    for (path, text) in files {
        fs::create_dir_all(dir.join(path).parent().unwrap()).unwrap();
        fs::write(dir.join(path), text).unwrap();
    }
    let built = dir.with_extension("deb");
    let status = Command::new("dpkg-deb")
        .args(["--root-owner-group", "-Zgzip", "--build"])
        .args([&dir, &built])
        .output()
        .ok()?;
    assert!(status.status.success(), "{status:?}");
    Some(fs::read(built).unwrap())
}

#[tokio::test]
async fn a_debian_package_is_installed_upgraded_and_removed_within_the_tree() {
    let Some(first) = debian_package("ledger", "1.0", &[("usr/bin/ledger", "one"), ("usr/share/ledger/old", "x")])
    else {
        return;
    };
    let second = debian_package("ledger", "2.0", &[("usr/bin/ledger", "two")]).unwrap();
    let hostile = debian_package("hostname-thief", "1.0", &[("etc/hostname", "stolen")]).unwrap();
    let (server, dir, mut agent) = joined("agent-deb").await;
    let detected = |version: &str, package| App {
        detection: Some(Detection::PackageVersion { name: "ledger".into(), version: version.into() }),
        ..app(version, package)
    };

    server.want(vec![], vec![detected("1.0", server.package(PackageKind::Deb, "ledger", &first))]);
    agent.check_in_once().await.unwrap();
    assert_eq!(server.last_report().apps.unwrap()[0].state, AppState::Installed, "{:?}", server.last_report().apps);
    assert_eq!(fs::read_to_string(dir.join("usr/bin/ledger")).unwrap(), "one");

    server.want(vec![], vec![detected("2.0", server.package(PackageKind::Deb, "ledger", &second))]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("usr/bin/ledger")).unwrap(), "two");
    assert!(!dir.join("usr/share/ledger/old").exists());

    let misnamed = App { id: "app-2".into(), ..app("1", server.package(PackageKind::Deb, "other", &first)) };
    let thief = App { id: "app-3".into(), ..app("1", server.package(PackageKind::Deb, "hostname-thief", &hostile)) };
    server.want(vec![], vec![misnamed, thief]);
    agent.check_in_once().await.unwrap();
    let results = server.last_report().apps.unwrap();
    assert!(
        results.iter().any(|r| r.id == "app-1" && r.state == AppState::NotInstalled),
        "no longer wanted: {results:?}"
    );
    assert!(
        results
            .iter()
            .any(|r| r.id == "app-2" && r.error.as_ref().is_some_and(|why| why.contains("calls itself `ledger`"))),
        "{results:?}"
    );
    assert!(
        results.iter().any(|r| r.id == "app-3" && r.error.as_ref().is_some_and(|why| why.contains("already there"))),
        "{results:?}"
    );
    assert!(!dir.join("usr/bin/ledger").exists());
    assert!(!dir.join("usr/share/ledger").exists());
    assert_eq!(fs::read_to_string(dir.join("etc/hostname")).unwrap(), "lt-0007\n");
}

#[tokio::test]
async fn actions_run_once_and_are_reported_until_heard() {
    let (server, dir, mut agent) = joined("agent-actions").await;
    server.order("lock-1", ActionKind::Lock);
    server.order("dance-1", ActionKind::Unknown);
    server.order("sync-1", ActionKind::Sync);
    agent.check_in_once().await.unwrap();
    let results: Vec<_> = server.world().reports.iter().flat_map(|report| report.actions.clone()).collect();
    let states: Vec<_> = results.iter().map(|result| (result.id.as_str(), result.state)).collect();
    assert_eq!(
        states,
        [("lock-1", ActionState::Done), ("dance-1", ActionState::NotSupported), ("sync-1", ActionState::Done)]
    );
    assert_eq!(fs::read_to_string(dir.join("run/castellan/locked")).unwrap(), "lock-1\n");

    // The person unlocks; the server, having lost the report, delivers again.
    fs::remove_file(dir.join("run/castellan/locked")).unwrap();
    server.order("lock-1", ActionKind::Lock);
    agent.check_in_once().await.unwrap();
    assert!(!dir.join("run/castellan/locked").exists(), "not run twice");
    assert_eq!(server.last_report().actions, [results[0].clone()], "reported again");
}

#[tokio::test]
async fn an_action_that_a_crash_cut_short_is_finished_and_reported_once() {
    let (server, dir, mut agent) = joined("agent-crash").await;
    let lock = Action { id: "lock-1".into(), kind: ActionKind::Lock, argument: None };
    // The crash: taken in, not finished.
    assert!(agent.journal.accept(&agent.state, &lock, None).unwrap());
    drop(agent);
    let mut agent = Agent::open(Some(&dir)).unwrap();
    agent.check_in_once().await.unwrap();
    assert!(dir.join("run/castellan/locked").exists());
    let told = |server: &TestServer| {
        server.world().reports.iter().flat_map(|r| r.actions.clone()).filter(|r| r.id == "lock-1").count()
    };
    assert_eq!(told(&server), 1);
    agent.check_in_once().await.unwrap();
    assert_eq!(told(&server), 1);
}

#[tokio::test]
async fn a_lock_and_a_retirement_do_not_wait_for_a_download() {
    let (server, dir, mut agent) = joined("agent-hang").await;
    let package = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "one")]));
    server.world().packages_hang = true;
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![app("1", package)]);
    let running = tokio::spawn(async move { agent.run(std::future::pending()).await });
    until(|| {
        server.world().reports.iter().any(|r| r.apps.iter().flatten().any(|a| a.state == AppState::PendingInstall))
    })
    .await;
    server.order("lock-1", ActionKind::Lock);
    until(|| dir.join("run/castellan/locked").exists()).await;
    server.order("retire-1", ActionKind::Retire);
    let ended = tokio::time::timeout(PATIENCE, running).await.unwrap();
    assert_eq!(ended.unwrap().unwrap(), Some(Ended::Retired));
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Ubuntu 24.04.1 LTS\n");
}

#[tokio::test]
async fn a_person_leaves_an_unreachable_server_only_by_force() {
    let (server, dir, mut agent) = joined("agent-leave-force").await;
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![]);
    agent.check_in_once().await.unwrap();
    server.world().is_down = true;
    assert!(matches!(agent.leave(false).await, Err(AgentError::Unreachable(_))));
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Property of XYZ Ltd.\n", "nothing was changed");
    fs::write(dir.join("var/lib/castellan/device.key"), "damaged").unwrap();
    assert!(Agent::open(Some(&dir)).is_err());
    assert!(Agent::abandon(Some(&dir)).unwrap().is_empty());
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Ubuntu 24.04.1 LTS\n");
    assert!(!dir.join("var/lib/castellan").exists());
}

#[tokio::test]
async fn leaving_tells_the_server_unless_it_cannot_be_told() {
    let (server, dir, mut agent) = joined("agent-leave").await;
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![]);
    agent.check_in_once().await.unwrap();
    agent.leave(false).await.unwrap();
    assert!(server.last_report().leaving);
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Ubuntu 24.04.1 LTS\n");
    assert!(!dir.join("var/lib/castellan").exists());
}
