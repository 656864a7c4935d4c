//! A small program stands for the next agent, in a package that a key of the test has signed.

use std::fs;
use std::os::unix::fs::PermissionsExt;

use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use blake2::{Blake2b512, Digest};

use super::*;
use crate::agent::{Agent, Ended};
use crate::test_server::{PERSON_TOKEN, TestServer};
use crate::trial::{TrialDevice, scratch};
use crate::{JoinOptions, JoinType};

const KEY_ID: &[u8; 8] = b"xyz key1";
const NOW_RUNS: &str = "this very agent";
const NEXT: &str = "99.1.0";

fn signer(seed: u8) -> Ed25519KeyPair {
    Ed25519KeyPair::from_seed_unchecked(&[seed; 32]).unwrap()
}

fn public_key(key: &Ed25519KeyPair) -> String {
    STANDARD.encode([b"Ed".as_slice(), KEY_ID, key.public_key().as_ref()].concat())
}

/// As `minisign -S` writes it.
fn signature(key: &Ed25519KeyPair, package: &[u8], comment: &str) -> String {
    let signed = key.sign(&Blake2b512::digest(package));
    let whole = key.sign(&[signed.as_ref(), comment.as_bytes()].concat());
    let line = STANDARD.encode([b"ED".as_slice(), KEY_ID, signed.as_ref()].concat());
    let whole = STANDARD.encode(whole);
    format!("untrusted comment: a release\n{line}\ntrusted comment: {comment}\n{whole}\n")
}

fn comment(version: &str) -> String {
    format!("castellan-agent {version} {}", debian_architecture())
}

/// A package whose program does this.
fn package(name: &str, program: &str) -> Vec<u8> {
    let dir = scratch(&format!("update-package-{name}"));
    fs::create_dir_all(dir.join("DEBIAN")).unwrap();
    let control =
        "Package: castellan-agent\nVersion: 99\nArchitecture: all\nMaintainer: XYZ Ltd.\nDescription: trial\n";
    fs::write(dir.join("DEBIAN/control"), control).unwrap();
    fs::create_dir_all(dir.join("usr/bin")).unwrap();
    let place = dir.join("usr/bin/castellan-agent");
    fs::write(&place, format!("#!/bin/sh\n{program}\n")).unwrap();
    fs::set_permissions(&place, fs::Permissions::from_mode(0o755)).unwrap();
    let built = dir.with_extension("deb");
    let status =
        Command::new("dpkg-deb").args(["--root-owner-group", "-Zgzip", "--build"]).args([&dir, &built]).output();
    assert!(status.unwrap().status.success());
    fs::read(built).unwrap()
}

async fn joined(name: &str) -> (TestServer, std::path::PathBuf, Agent) {
    let server = TestServer::start().await;
    let dir = scratch(name);
    TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
    for (path, text) in
        [(PROGRAM, NOW_RUNS), (signature::KEYS, &format!("untrusted comment: x\n{}\n", public_key(&signer(1))))]
    {
        let place = dir.join(path.trim_start_matches('/'));
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
    let options = JoinOptions {
        server: server.url.clone(),
        pinned_authorities: Some(server.ca_pem.clone()),
        access_token: PERSON_TOKEN.into(),
        device_name: None,
        join_type: JoinType::Join,
        root: Some(dir.clone()),
    };
    let agent = Agent::join(options).await.unwrap();
    (server, dir, agent)
}

fn offer(server: &TestServer, package: &[u8], version: &str, signature: String) {
    let served = server.package(PackageKind::Deb, PACKAGE, package);
    let release =
        AgentRelease { version: version.into(), sha256: served.sha256, size_bytes: served.size_bytes, signature };
    server.world().agent = Some(release);
}

fn program(dir: &Path) -> String {
    fs::read_to_string(dir.join(PROGRAM.trim_start_matches('/'))).unwrap()
}

/// Runs until the agent was replaced or has told of a failure.
async fn settled(server: &TestServer, agent: &mut Agent) -> (Option<Ended>, Option<AgentFailure>) {
    let told = async {
        for _ in 0..600 {
            tokio::time::sleep(Duration::from_millis(50)).await;
            if server.world().reports.iter().any(|report| report.agent_failure.is_some()) {
                return;
            }
        }
    };
    let ended = agent.run(told).await.unwrap();
    let failure = server.world().reports.iter().rev().find_map(|report| report.agent_failure.clone());
    (ended, failure)
}

#[tokio::test]
async fn a_signed_newer_agent_is_tried_and_then_runs_in_the_place_of_this_one() {
    let (server, dir, mut agent) = joined("update-good").await;
    let next = package("good", &format!("test \"$1\" = try || exit 3\necho {NEXT}"));
    offer(&server, &next, NEXT, signature(&signer(1), &next, &comment(NEXT)));
    let (ended, failure) = settled(&server, &mut agent).await;
    assert_eq!((ended, failure), (Some(Ended::Replaced), None));
    assert!(program(&dir).contains(NEXT));
    assert!(!dir.join("var/lib/castellan").join(CANDIDATE).exists());
}

#[tokio::test]
async fn what_is_not_a_newer_release_for_this_device_is_not_installed() {
    let says = |version: &str| format!("echo {version}");
    let good = package("plain", &says(NEXT));
    let altered = package("altered", "echo evil");
    let broken = package("broken", "exit 1");
    let other_name = package("name", &says("98.0.0"));
    let wrong_machine = format!("castellan-agent {NEXT} mips");
    let cases: Vec<(&str, &[u8], &str, String, &str)> = vec![
        ("a stranger's", &good, NEXT, signature(&signer(2), &good, &comment(NEXT)), "not signed"),
        ("another package", &altered, NEXT, signature(&signer(1), &good, &comment(NEXT)), "not signed"),
        ("no signature", &good, NEXT, "x".into(), "cannot be read"),
        ("another version", &good, NEXT, signature(&signer(1), &good, &comment("99.2.0")), "was announced"),
        ("another machine", &good, NEXT, signature(&signer(1), &good, &wrong_machine), "was announced"),
        ("older", &good, "0.0.1", signature(&signer(1), &good, &comment("0.0.1")), "not newer"),
        ("it cannot speak", &broken, NEXT, signature(&signer(1), &broken, &comment(NEXT)), "could not speak"),
        ("it is another", &other_name, NEXT, signature(&signer(1), &other_name, &comment(NEXT)), "calls itself"),
    ];
    for (at, (what, package, version, signature, why)) in cases.into_iter().enumerate() {
        let (server, dir, mut agent) = joined(&format!("update-refused-{at}")).await;
        offer(&server, package, version, signature);
        let (ended, failure) = settled(&server, &mut agent).await;
        let failure = failure.unwrap_or_else(|| panic!("{what}"));
        assert_eq!((ended, failure.version.as_str()), (None, version), "{what}");
        assert!(failure.detail.contains(why), "{what}: {failure:?}");
        assert_eq!(program(&dir), NOW_RUNS, "{what}");
        // It is not tried again.
        assert!(!agent_update(&dir).is_wanted(server.world().agent.as_ref().unwrap()), "{what}");
    }
}

fn agent_update(dir: &Path) -> Update {
    let root = Root::confined(dir).unwrap();
    let state = State::open(&root).unwrap();
    Update::new(root, state)
}

#[tokio::test]
async fn a_new_agent_that_does_not_reach_the_server_gives_way_to_a_former_one_that_does() {
    let dir = scratch("update-back");
    let place = dir.join(PROGRAM.trim_start_matches('/'));
    let (speaks, silent) = ("#!/bin/sh\necho 0.0.1\n", "#!/bin/sh\nexit 1\n");
    let installed = |former: &str| {
        let update = agent_update(&dir);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(&place, "the new one").unwrap();
        // Written by another process: one that is open for writing here, while other tests start theirs, cannot be started.
        let write = "printf %s \"$2\" > \"$1\" && chmod 700 \"$1\"";
        let former_place = update.state.path(FORMER);
        let written = Command::new("/bin/sh").args(["-c", write, "sh"]).arg(former_place).arg(former).status();
        assert!(written.unwrap().success());
        let progress = Progress {
            version: crate::VERSION.into(),
            phase: Phase::Installing,
            since_unix_seconds: 0,
            starts: 0,
            detail: String::new(),
        };
        update.state.save(FILE, &progress).unwrap();
        update
    };
    let late = CONFIRM + Duration::from_secs(1);

    // It begins again and again.
    let update = installed(speaks);
    for _ in 0..STARTS_MAX {
        assert!(!update.begin());
    }
    assert!(update.begin());
    assert_eq!(program(&dir), speaks);
    assert!(update.failure().unwrap().detail.contains("put back"));

    // It runs, and reaches nobody: for how long, how often, and whether the former one would.
    for (awake, failures, former, expected) in [
        (late, FAILURES_MIN, speaks, true),
        (late, FAILURES_MIN - 1, speaks, false),
        (CONFIRM, FAILURES_MIN, speaks, false),
        (late, FAILURES_MIN, silent, false),
    ] {
        let update = installed(former);
        let given_up = (0..failures).map(|_| update.is_given_up_after(awake)).collect::<Vec<bool>>();
        assert_eq!(given_up.last(), Some(&expected), "{awake:?} {failures} {former}");
        assert_eq!(program(&dir), if expected { former } else { "the new one" });
        assert_eq!(update.failure().is_some(), expected);
    }
    // A device that was off all the time and reaches nobody keeps it, however often it begins.
    let update = installed(silent);
    assert!((0..2 * STARTS_MAX).all(|_| !update.begin()));

    // The server has answered: it stays.
    let update = installed(speaks);
    update.confirm();
    assert!((0..=FAILURES_MIN).all(|_| !update.is_given_up_after(late)) && !update.begin());
    assert_eq!((program(&dir).as_str(), update.failure()), ("the new one", None));
}

#[test]
fn an_update_that_was_cut_short_is_tried_again() {
    let dir = scratch("update-cut-short");
    let update = agent_update(&dir);
    fs::create_dir_all(dir.join("usr/bin")).unwrap();
    fs::write(dir.join("usr/bin/castellan-agent"), NOW_RUNS).unwrap();
    let release = AgentRelease { version: NEXT.into(), sha256: String::new(), size_bytes: 1, signature: String::new() };
    update.note(NEXT, Phase::Installing, "").unwrap();
    assert!(!update.is_wanted(&release), "it is at work");
    assert!(!update.begin());
    assert_eq!(update.failure(), None);
    assert!(update.is_wanted(&release));
}

/// Programs that stand for systemd: `does` is what the unit does instead of dpkg, with the place of its exit code as `$code`.
fn systemd(dir: &Path, does: &str) -> Systemd {
    let folder = dir.join("systemd");
    fs::create_dir_all(&folder).unwrap();
    let run = format!(
        "#!/bin/sh\nhere=${{0%/*}}\nif \"$here/systemctl\" show | grep -q '^active'; then echo 'Unit already exists.' >&2; exit 1; fi\n\
         while [ \"$1\" != -- ]; do shift; done\ncode=$5\n({does}) >/dev/null 2>&1 &\necho $! >\"$here/unit\"\n"
    );
    // A process that nobody waits for any more is over as well.
    let control = format!(
        "#!/bin/sh\nunit=$(cat \"${{0%/*}}/unit\" 2>/dev/null)\ncase $1 in\n\
         show) if [ -n \"$unit\" ] && grep -q '^State:.[^Z]' /proc/$unit/status 2>/dev/null; then echo active; else echo inactive; fi ;;\n\
         stop) cp '{program}' \"${{0%/*}}/seen\"; kill -s KILL $unit ;;\nesac\n",
        program = dir.join(PROGRAM.trim_start_matches('/')).display()
    );
    for (name, text) in [("systemd-run", run), ("systemctl", control)] {
        // Written by another process: one that is open for writing here, while other tests start theirs, cannot be started.
        let write = "printf %s \"$2\" >\"$1\" && chmod 700 \"$1\"";
        let written = Command::new("/bin/sh").args(["-c", write, "sh"]).arg(folder.join(name)).arg(text).status();
        assert!(written.unwrap().success());
    }
    Systemd::standing_in(&folder)
}

/// An update of this device by a systemd that does this, and a good release.
async fn by_systemd(name: &str, does: &str) -> (Update, std::path::PathBuf, std::path::PathBuf, AgentRelease) {
    let (server, dir, agent) = joined(name).await;
    drop((server, agent));
    let next = package(name, &format!("echo {NEXT}"));
    let file = dir.join("next.deb");
    fs::write(&file, &next).unwrap();
    let signature = signature(&signer(1), &next, &comment(NEXT));
    let release = AgentRelease { version: NEXT.into(), sha256: String::new(), size_bytes: 1, signature };
    let update = Update { systemd: Some(systemd(&dir, does)), ..agent_update(&dir) };
    (update, dir, file, release)
}

fn failed(why: &str) -> Result<(), NotPlaced> {
    Err(NotPlaced::Failed(why.to_owned()))
}

#[tokio::test]
async fn what_systemd_says_of_an_installation_is_what_counts() {
    let program = |dir: &Path| dir.join(PROGRAM.trim_start_matches('/')).display().to_string();
    for (at, (does, expected)) in [
        ("echo 0 >$code", Ok(())),
        (
            "echo 1 >$code",
            failed("`dpkg` refused the package (1); the journal says why: `journalctl -u castellan-agent-update`"),
        ),
        ("exit 0", failed("`dpkg` was ended before it was done")),
    ]
    .into_iter()
    .enumerate()
    {
        let (update, dir, file, release) = by_systemd(&format!("update-systemd-{at}"), does).await;
        let placed = format!("echo next >'{}'; {does}", program(&dir));
        let update = Update { systemd: Some(systemd(&dir, &placed)), ..update };
        assert_eq!(update.install(&file, &release).await, expected, "{does}");
        let runs = fs::read_to_string(program(&dir)).unwrap();
        assert_eq!(runs, if expected.is_ok() { "next\n" } else { NOW_RUNS }, "{does}");
    }
}

#[tokio::test]
async fn an_installation_that_does_not_end_is_stopped_before_the_former_agent_is_put_back() {
    let (update, dir, file, release) = by_systemd("update-slow", "exit 1").await;
    let program = dir.join(PROGRAM.trim_start_matches('/'));
    let does = format!("echo half >'{}'; exec sleep 600", program.display());
    let update = Update { systemd: Some(systemd(&dir, &does)), placing: Duration::from_secs(2), ..update };
    assert_eq!(update.install(&file, &release).await, failed("`dpkg` did not end, and was stopped"));
    assert_eq!(fs::read_to_string(dir.join("systemd/seen")).unwrap(), "half\n", "it was stopped first");
    assert_eq!(fs::read_to_string(&program).unwrap(), NOW_RUNS);

    // One that cannot be stopped keeps its hands on it.
    let update = Update { systemd: Some(systemd(&dir, &does)), ..update };
    let stands = "#!/bin/sh\ncase $1 in show) [ -e \"${0%/*}/begun\" ] && echo active || { : >\"${0%/*}/begun\"; echo inactive; } ;; stop) exit 1 ;; esac\n";
    let write = "printf %s \"$2\" >\"$1\"";
    let control = dir.join("systemd/systemctl");
    assert!(Command::new("/bin/sh").args(["-c", write, "sh"]).arg(&control).arg(stands).status().unwrap().success());
    let run = "#!/bin/sh\nexit 0\n";
    let control = dir.join("systemd/systemd-run");
    assert!(Command::new("/bin/sh").args(["-c", write, "sh"]).arg(&control).arg(run).status().unwrap().success());
    fs::write(&program, "at work").unwrap();
    let placed = update.install(&file, &release).await;
    assert!(matches!(&placed, Err(NotPlaced::Later(why)) if why.contains("cannot be stopped")), "{placed:?}");
    assert_eq!(fs::read_to_string(&program).unwrap(), "at work");
}

#[tokio::test]
async fn a_former_installation_is_waited_for_and_is_no_failure_of_the_next() {
    let (update, dir, file, release) = by_systemd("update-exists", "exec sleep 600").await;
    let former = update.systemd.clone().unwrap();
    let (asked, mut command) = (former.clone(), Command::new("dpkg"));
    command.arg("--install");
    blocking(move || asked.start(&command, PLACING, UNIT)).await.unwrap();
    let update = Update { placing: Duration::from_secs(1), ..update };
    let placed = update.install(&file, &release).await;
    assert_eq!(placed, Err(NotPlaced::Later("the installation of another one goes on".into())));
    assert_eq!((update.failure(), update.progress()), (None, None), "nothing is said of this release");
    // This program begins anew meanwhile: the way back stays.
    update.note(NEXT, Phase::Installing, "").unwrap();
    assert!(!update.begin() && update.progress().is_some());
    former.stop(UNIT).unwrap();
    assert!(!update.begin() && update.progress().is_none());
    let update = Update { systemd: Some(systemd(&dir, "echo 0 >$code")), placing: PLACING, ..update };
    assert_eq!(update.install(&file, &release).await, Ok(()));
}
