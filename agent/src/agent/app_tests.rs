//! Apps that have to do with each other, and packages of every kind, against a server of the protocol on make-believe devices.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::fs;
use std::path::Path;

use agent_wire::{ActionKind, App, AppResult, AppState, Detection, Intent, PackageKind, Superseded};

use super::Ended;
use super::tests::{app, joined, tarball};
use crate::apps::rpm_for_tests;
use crate::test_server::TestServer;

/// An app of this number with a tarball of its own.
fn numbered(server: &TestServer, n: u32) -> App {
    let package = server.package(PackageKind::Tarball, &format!("app-{n}"), &tarball(&[("tool", &format!("{n}"))]));
    App { id: n.to_string(), display_name: format!("App {n}"), ..app("1", package) }
}

fn uninstalled(app: &App) -> App {
    App { intent: Intent::Uninstall, package: None, depends_on: vec![], supersedes: vec![], ..app.clone() }
}

fn over(app: &App, removed: bool) -> Vec<Superseded> {
    vec![Superseded { id: app.id.clone(), removed }]
}

fn states(server: &TestServer) -> Vec<(String, AppState)> {
    let results = server.last_report().apps.unwrap();
    results.into_iter().map(|result| (result.id, result.state)).collect()
}

fn only(server: &TestServer) -> AppResult {
    server.last_report().apps.unwrap().remove(0)
}

#[tokio::test]
async fn what_an_app_needs_comes_first_and_without_it_the_app_does_not_come() {
    let (server, dir, mut agent) = joined("agent-app-needs").await;
    let (runtime, tool) = (numbered(&server, 1), numbered(&server, 2));
    let broken = App { package: None, ..runtime.clone() };
    let tool = App { depends_on: vec!["1".into()], ..tool };
    server.want(vec![], vec![broken, tool.clone()]);
    agent.check_in_once().await.unwrap();
    assert_eq!(states(&server), [("1".into(), AppState::Failed), ("2".into(), AppState::Failed)]);
    assert!(!dir.join("opt/app-2").exists());
    let why = server.last_report().apps.unwrap().remove(1).error.unwrap();
    assert_eq!(why, "an app that it needs is not installed");
    server.want(vec![], vec![runtime, tool]);
    agent.check_in_once().await.unwrap();
    assert_eq!(states(&server), [("1".into(), AppState::Installed), ("2".into(), AppState::Installed)]);
    assert!(dir.join("opt/app-1/tool").exists() && dir.join("opt/app-2/tool").exists());
}

#[tokio::test]
async fn an_app_that_is_only_looked_for_is_never_brought() {
    let (server, dir, mut agent) = joined("agent-app-look").await;
    let place = "/usr/local/lib/runtime";
    let detection = Some(Detection::FileExists { path: place.into() });
    let looked_for = App { intent: Intent::Detect, detection, ..numbered(&server, 1) };
    let tool = App { depends_on: vec!["1".into()], ..numbered(&server, 2) };
    server.want(vec![], vec![looked_for.clone(), tool.clone()]);
    agent.check_in_once().await.unwrap();
    assert_eq!(states(&server), [("1".into(), AppState::NotInstalled), ("2".into(), AppState::Failed)]);
    assert!(!dir.join("opt/app-1").exists());
    fs::create_dir_all(dir.join("usr/local/lib/runtime")).unwrap();
    agent.check_in_once().await.unwrap();
    assert_eq!(states(&server), [("1".into(), AppState::Installed), ("2".into(), AppState::Installed)]);
}

#[tokio::test]
async fn a_replaced_app_goes_before_the_other_comes() {
    let (server, dir, mut agent) = joined("agent-app-replaced").await;
    let (former, newer) = (numbered(&server, 1), numbered(&server, 2));
    server.want(vec![], vec![former.clone()]);
    agent.check_in_once().await.unwrap();
    let newer = App { supersedes: over(&former, true), ..newer };
    // It is there, but not from us: nothing is installed beside it.
    fs::create_dir_all(dir.join("usr/local/lib/third")).unwrap();
    let detection = Some(Detection::FileExists { path: "/usr/local/lib/third".into() });
    let foreign = App { detection, ..uninstalled(&numbered(&server, 3)) };
    let other = App { supersedes: over(&foreign, true), ..numbered(&server, 4) };
    server.want(vec![], vec![uninstalled(&former), newer, foreign, other]);
    agent.check_in_once().await.unwrap();
    let expected = [
        ("1", AppState::NotInstalled),
        ("2", AppState::Installed),
        ("3", AppState::UninstallFailed),
        ("4", AppState::Failed),
    ];
    assert_eq!(states(&server), expected.map(|(id, state)| (id.to_owned(), state)));
    assert!(!dir.join("opt/app-1").exists() && dir.join("opt/app-2/tool").exists() && !dir.join("opt/app-4").exists());
}

#[tokio::test]
async fn an_updated_app_is_left_and_one_package_goes_over_the_other() {
    let (server, dir, mut agent) = joined("agent-app-updated").await;
    let former = numbered(&server, 1);
    let same = server.package(PackageKind::Tarball, "app-1", &tarball(&[("tool", "newer")]));
    server.want(vec![], vec![former.clone()]);
    agent.check_in_once().await.unwrap();
    let newer = App {
        id: "2".into(),
        version: "2".into(),
        package: Some(same),
        supersedes: over(&former, false),
        ..former.clone()
    };
    server.want(vec![], vec![newer]);
    agent.check_in_once().await.unwrap();
    assert_eq!(states(&server), [("2".into(), AppState::Installed)]);
    assert_eq!(fs::read_to_string(dir.join("opt/app-1/tool")).unwrap(), "newer");
    // Another package beside it: what was there stays, though it is wanted no more, until the device leaves.
    let third = App { supersedes: vec![Superseded { id: "2".into(), removed: false }], ..numbered(&server, 3) };
    server.want(vec![], vec![third]);
    agent.check_in_once().await.unwrap();
    assert!(dir.join("opt/app-1/tool").exists() && dir.join("opt/app-3/tool").exists());
    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert!(!dir.join("opt/app-1").exists() && !dir.join("opt/app-3").exists());
}

fn everything_in(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    let mut open = vec![dir.to_owned()];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if entry.file_type().unwrap().is_dir() {
                open.push(path);
            } else {
                found.push(path.strip_prefix(dir).unwrap().display().to_string());
            }
        }
    }
    found.sort();
    found
}

#[tokio::test]
async fn a_program_in_one_file_is_found_by_people_and_goes_without_trace() {
    let (server, dir, mut agent) = joined("agent-app-image").await;
    agent.check_in_once().await.unwrap();
    let before = (everything_in(&dir.join("usr")), dir.join("opt").exists());
    let image = |text: &str| server.package(PackageKind::AppImage, "ledger", text.as_bytes());
    server.want(vec![], vec![app("1", image("one"))]);
    agent.check_in_once().await.unwrap();
    assert_eq!(only(&server).state, AppState::Installed, "{:?}", only(&server));
    let target = fs::read_link(dir.join("usr/local/bin/ledger")).unwrap();
    assert_eq!(target, Path::new("/opt/ledger/ledger.AppImage"));
    let entry = fs::read_to_string(dir.join("usr/local/share/applications/castellan-ledger.desktop")).unwrap();
    assert!(entry.contains("Name=Ledger\n") && entry.contains("Exec=\"/opt/ledger/ledger.AppImage\" %U\n"));
    // Somebody alters it: placed again.
    fs::write(dir.join("opt/ledger/ledger.AppImage"), "two").unwrap();
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("opt/ledger/ledger.AppImage")).unwrap(), "one");
    server.want(vec![], vec![app("2", image("newer"))]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("opt/ledger/ledger.AppImage")).unwrap(), "newer");
    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert!(!dir.join("opt/ledger").exists());
    assert_eq!(everything_in(&dir.join("usr")), before.0);
    assert_eq!(everything_in(&dir.join("var/lib/castellan/downloads")), Vec::<String>::new());
}

#[tokio::test]
async fn a_launcher_of_somebody_else_is_not_taken_over() {
    let (server, dir, mut agent) = joined("agent-app-launcher").await;
    fs::create_dir_all(dir.join("usr/local/bin")).unwrap();
    fs::write(dir.join("usr/local/bin/tool"), "theirs").unwrap();
    let mut ledger = numbered(&server, 1);
    for (launcher, why) in [("tool", "is already there"), ("bin/none", "has no program"), ("../../bin/sh", "")] {
        ledger.package.as_mut().unwrap().launcher = Some(launcher.into());
        server.want(vec![], vec![App { version: launcher.into(), ..ledger.clone() }]);
        agent.check_in_once().await.unwrap();
        let result = only(&server);
        // A launcher of no known form is none.
        let expected = if why.is_empty() { AppState::Installed } else { AppState::Failed };
        assert_eq!(result.state, expected, "{launcher}: {result:?}");
        assert!(result.error.unwrap_or_default().contains(why), "{launcher}");
    }
    assert_eq!(fs::read_to_string(dir.join("usr/local/bin/tool")).unwrap(), "theirs");
    server.want(vec![], vec![]);
    agent.check_in_once().await.unwrap();
    assert_eq!(fs::read_to_string(dir.join("usr/local/bin/tool")).unwrap(), "theirs");
    assert!(!dir.join("opt/app-1").exists());
}

#[tokio::test]
async fn a_script_installs_is_asked_whether_it_did_and_removes() {
    let (server, dir, mut agent) = joined("agent-app-script").await;
    let text = "#!/bin/sh\ncase \"$1\" in install) echo one > \"$CASTELLAN_ROOT/tool\" ;; remove) rm \"$CASTELLAN_ROOT/tool\" ;; esac\n";
    let package = server.package(PackageKind::Script, "ledger", text.as_bytes());
    let detection = Some(Detection::Script { script: "#!/bin/sh\ncat \"$CASTELLAN_ROOT/tool\"\n".into() });
    let ledger = App { detection, ..app("1", package) };
    server.want(vec![], vec![ledger.clone()]);
    agent.check_in_once().await.unwrap();
    let confined = only(&server);
    assert_eq!(confined.state, AppState::NotApplicable, "a confined tree runs no scripts: {confined:?}");
    fs::create_dir_all(dir.join("run/castellan")).unwrap();
    fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
    agent.check_in_once().await.unwrap();
    assert_eq!(only(&server).state, AppState::Installed, "{:?}", only(&server));
    fs::remove_file(dir.join("tool")).unwrap();
    agent.check_in_once().await.unwrap();
    assert!(dir.join("tool").exists(), "what it installed was gone, so it installs again");
    server.want(vec![], vec![uninstalled(&ledger)]);
    agent.check_in_once().await.unwrap();
    assert_eq!(only(&server).state, AppState::NotInstalled);
    assert!(!dir.join("tool").exists());
}

#[tokio::test]
async fn what_is_not_for_the_device_says_so_and_is_not_fetched() {
    let (server, _dir, mut agent) = joined("agent-app-unfit").await;
    let rpm = app("1", server.package(PackageKind::Rpm, "ledger", b"package"));
    let large = App { id: "2".into(), free_disk_megabytes: Some(u64::MAX), ..numbered(&server, 2) };
    server.want(vec![], vec![rpm, large]);
    agent.check_in_once().await.unwrap();
    let results = server.last_report().apps.unwrap();
    assert_eq!(results[0].error.as_deref(), Some("this device has no `rpm`"));
    assert!(results[1].error.as_ref().unwrap().contains("MB of free space"));
    assert!(results.iter().all(|result| result.state == AppState::NotApplicable));
    assert!(server.world().ranges.is_empty(), "nothing was fetched");
}

#[tokio::test]
async fn a_package_that_was_there_before_is_upgraded_at_most_and_never_removed() {
    let bytes = |version: &str| format!("editor\n{version}\n").into_bytes();
    for (at, (before, brought, expected)) in [
        (None, "2-1", None),
        (Some("1-1"), "2-1", Some("2-1")),
        // What is newer is not ours, and is left as it is.
        (Some("3-1"), "2-1", Some("3-1")),
        // The first install fails: what stands there is still not ours.
        (Some("1-1"), "2-broken", Some("1-1")),
        (None, "2-broken", None),
    ]
    .into_iter()
    .enumerate()
    {
        let (server, dir, mut agent) = joined(&format!("agent-app-was-there-{at}")).await;
        fs::create_dir_all(dir.join("run/castellan")).unwrap();
        fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
        fs::create_dir_all(dir.join("usr/bin")).unwrap();
        let rpm = rpm_for_tests(&dir.join("usr/bin"));
        let database = dir.join("usr/bin/db");
        if let Some(before) = before {
            fs::write(&database, bytes(before)).unwrap();
        }
        let wanted = app("2", server.package(PackageKind::Rpm, "editor", &bytes(brought)));
        server.want(vec![], vec![wanted.clone()]);
        agent.check_in_once().await.unwrap();
        let is_broken = brought.contains("broken");
        let is_older = before == Some("3-1");
        let reached = if is_broken || is_older { AppState::Failed } else { AppState::Installed };
        assert_eq!(only(&server).state, reached, "{before:?} {brought}: {:?}", only(&server));
        server.want(vec![], vec![uninstalled(&wanted)]);
        agent.check_in_once().await.unwrap();
        let gone = if before.is_none() { AppState::NotInstalled } else { AppState::UninstallFailed };
        assert_eq!(only(&server).state, gone, "{before:?} {brought}: {:?}", only(&server));
        server.want(vec![], vec![wanted]);
        agent.check_in_once().await.unwrap();
        server.want(vec![], vec![]);
        agent.check_in_once().await.unwrap();
        assert_eq!(rpm.installed_version("editor").as_deref(), expected, "{before:?} {brought}, wanted no more");
    }
}

#[tokio::test]
async fn a_retirement_leaves_a_package_that_was_there_before() {
    let (server, dir, mut agent) = joined("agent-app-was-there-retire").await;
    fs::create_dir_all(dir.join("run/castellan")).unwrap();
    fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
    fs::create_dir_all(dir.join("usr/bin")).unwrap();
    let rpm = rpm_for_tests(&dir.join("usr/bin"));
    fs::write(dir.join("usr/bin/db"), "editor\n1-1\n").unwrap();
    server.want(vec![], vec![app("2", server.package(PackageKind::Rpm, "editor", b"editor\n2-1\n"))]);
    agent.check_in_once().await.unwrap();
    assert_eq!(rpm.installed_version("editor").as_deref(), Some("2-1"));
    server.order("retire-1", ActionKind::Retire);
    assert_eq!(agent.check_in_once().await.unwrap(), Some(Ended::Retired));
    assert_eq!(rpm.installed_version("editor").as_deref(), Some("2-1"));
}
