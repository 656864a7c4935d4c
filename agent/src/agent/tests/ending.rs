//! How the relationship ends: what is given back, and what is forgotten although an answer was lost.

use super::*;

#[tokio::test]
async fn a_retired_device_gives_everything_back_and_forgets() {
    let (server, dir, mut agent) = joined("agent-retire").await;
    let package = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "one")]));
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![app("1", package)]);
    agent.check_in_once().await.unwrap();
    assert!(dir.join("opt/ledger").exists());

    server.order("retire-1", ActionKind::Retire);
    assert_eq!(agent.check_in_once().await.unwrap(), Some(Ended::Retired));
    drop(agent);
    assert_eq!(server.last_report().actions[0].state, ActionState::Done);
    assert_eq!(fs::read_to_string(dir.join("etc/issue.net")).unwrap(), "Ubuntu 24.04.1 LTS\n");
    assert!(!dir.join("opt/ledger").exists());
    assert!(!dir.join("var/lib/castellan").exists());
    assert!(Agent::open(Some(&dir)).is_err());
}

#[tokio::test]
async fn a_retirement_that_could_not_give_everything_back_has_failed_and_forgets_nothing() {
    let (server, dir, mut agent) = joined("agent-retire-failed").await;
    let package = server.package(PackageKind::Tarball, "ledger", &tarball(&[("bin/ledger", "one")]));
    server.want(vec![banner("Property of XYZ Ltd.\n")], vec![app("1", package)]);
    agent.check_in_once().await.unwrap();
    // Something stands where the former file belongs.
    let place = dir.join("etc/issue.net");
    fs::remove_file(&place).unwrap();
    std::os::unix::fs::symlink("/elsewhere", &place).unwrap();
    server.order("retire-1", ActionKind::Retire);
    assert_eq!(agent.check_in_once().await.unwrap(), None);
    let told = |server: &TestServer, id: &str| {
        let results: Vec<_> = server.world().reports.iter().flat_map(|report| report.actions.clone()).collect();
        results.into_iter().find(|result| result.id == id).unwrap()
    };
    let failed = told(&server, "retire-1");
    assert_eq!(failed.state, ActionState::Failed);
    assert!(failed.detail.unwrap().contains("/etc/issue.net"));
    // It is managed as before, and what was there before is still known.
    assert!(dir.join("opt/ledger").exists(), "apps are placed again");
    fs::remove_file(&place).unwrap();
    server.order("retire-2", ActionKind::Retire);
    assert_eq!(agent.check_in_once().await.unwrap(), Some(Ended::Retired));
    assert_eq!(told(&server, "retire-2").state, ActionState::Done);
    assert_eq!(fs::read_to_string(place).unwrap(), "Ubuntu 24.04.1 LTS\n");
    assert!(!dir.join("opt/ledger").exists() && !dir.join("var/lib/castellan").exists());
}

#[tokio::test]
async fn a_wiped_device_reports_before_it_forgets_even_across_a_crash() {
    let (server, dir, mut agent) = joined("agent-wipe").await;
    agent.check_in_once().await.unwrap();
    // The crash: wiped and written down, not yet reported.
    let wipe = Action { id: "wipe-1".into(), kind: ActionKind::Wipe, argument: None };
    agent.journal.accept(&agent.state, &wipe, None).unwrap();
    agent.perform(&wipe).await.unwrap();
    drop(agent);
    let left: Vec<_> = fs::read_dir(&dir).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["var"]);
    let mut agent = Agent::open(Some(&dir)).unwrap();
    assert_eq!(agent.check_in_once().await.unwrap(), Some(Ended::Wiped));
    assert_eq!(server.last_report().actions[0].id, "wipe-1");
    assert!(!dir.join("var/lib/castellan").exists());
}

#[tokio::test]
async fn a_device_whose_end_was_heard_forgets_although_the_answer_was_lost() {
    for is_unknown in [true, false] {
        let (server, dir, mut agent) = joined(&format!("agent-end-lost-{is_unknown}")).await;
        agent.check_in_once().await.unwrap();
        let retire = Action { id: "retire-1".into(), kind: ActionKind::Retire, argument: None };
        agent.journal.accept(&agent.state, &retire, None).unwrap();
        agent.perform(&retire).await.unwrap();
        // The organisation's own device stays known, disabled; a personal one is forgotten.
        (server.world().forgets_device, server.world().disables_device) = (is_unknown, !is_unknown);
        assert_eq!(agent.check_in_once().await.unwrap(), Some(Ended::Retired));
        drop(agent);
        assert!(!dir.join("var/lib/castellan").exists());
    }
}

#[tokio::test]
async fn a_disabled_device_that_was_not_asked_to_end_keeps_its_key() {
    let (server, dir, mut agent) = joined("agent-disabled").await;
    agent.check_in_once().await.unwrap();
    server.world().disables_device = true;
    assert_eq!(agent.check_in_once().await.unwrap_err().code(), Some(ErrorCode::DeviceDisabled));
    assert!(dir.join("var/lib/castellan").exists());
}
