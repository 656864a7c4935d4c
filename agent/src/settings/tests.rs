//! Settings applied to, changed on and taken from a tree.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::*;
use crate::trial::scratch;
use agent_wire::{Effects, KeyFormat};
use std::fs;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::path::PathBuf;

struct Device {
    dir: PathBuf,
    root: Root,
    state: State,
}

fn device(test: &str) -> Device {
    let dir = scratch(test);
    let root = Root::confined(&dir).unwrap();
    let state = State::open(&root).unwrap();
    Device { dir, root, state }
}

impl Device {
    fn apply(&self, settings: &[Setting]) -> Vec<SettingResult> {
        super::apply(&self.root, &self.state, settings).unwrap()
    }

    fn states(&self, settings: &[Setting]) -> Vec<SettingState> {
        self.apply(settings).into_iter().map(|result| result.state).collect()
    }

    fn text(&self, path: &str) -> Option<String> {
        fs::read_to_string(self.dir.join(path)).ok()
    }

    fn put(&self, path: &str, text: &str) {
        let place = self.dir.join(path);
        fs::create_dir_all(place.parent().unwrap()).unwrap();
        fs::write(place, text).unwrap();
    }
}

fn setting(id: &str, render: Render) -> Setting {
    Setting::new(id, render)
}

fn file(path: &str, content: &str) -> Setting {
    setting(path, Render::File { path: path.into(), mode: "0644".into(), content: content.into() })
}

fn line(id: &str, path: &str, key: &str, line: &str) -> Setting {
    setting(id, Render::Line { path: path.into(), key: key.into(), line: line.into() })
}

const PWQUALITY: &str = "/etc/security/pwquality.conf.d/50-castellan.conf";

fn one_of_each() -> Vec<Setting> {
    vec![
        file("/etc/issue.net", "Property of XYZ Ltd.\n"),
        setting("forward", Render::Sysctl { key: "net.ipv4.ip_forward".into(), value: "0".into() }),
        setting(
            "hosts",
            Render::ManagedBlock {
                path: "/etc/hosts".into(),
                marker: "intranet".into(),
                content: "10.0.0.1 intranet".into(),
            },
        ),
        line("minlen", PWQUALITY, "minlen", "minlen = 12"),
        line("minclass", PWQUALITY, "minclass", "minclass = 3"),
        setting(
            "ops",
            Render::File {
                path: "/etc/sudoers.d/ops".into(),
                mode: "0440".into(),
                content: "%ops ALL=(root) /usr/bin/systemctl\n".into(),
            },
        ),
        setting(
            "lock",
            Render::Dconf {
                key: "/org/gnome/desktop/screensaver/lock-enabled".into(),
                value: "true".into(),
                locked: true,
            },
        ),
    ]
}

#[test]
fn settings_are_applied_once_and_restored_to_what_was_there_before() {
    let device = device("settings-restore");
    device.put("etc/issue.net", "Debian\n");
    device.put("etc/hosts", "127.0.0.1 localhost\n");
    fs::set_permissions(device.dir.join("etc/issue.net"), fs::Permissions::from_mode(0o640)).unwrap();

    let states = device.states(&one_of_each());
    assert!(states.iter().all(|state| *state == SettingState::Succeeded), "{:?}", device.apply(&one_of_each()));
    assert_eq!(device.text("etc/issue.net").unwrap(), "Property of XYZ Ltd.\n");
    assert_eq!(
        device.text("etc/sysctl.d/99-zz-castellan-net.ipv4.ip_forward.conf").unwrap(),
        "net.ipv4.ip_forward = 0\n"
    );
    assert!(device.text("etc/hosts").unwrap().contains("intranet\n# END"));
    assert_eq!(device.text(&PWQUALITY[1..]).unwrap(), format!("{HEADER}minclass = 3\nminlen = 12\n"));
    let mode = |path: &str| fs::metadata(device.dir.join(path)).unwrap().permissions().mode() & 0o777;
    assert_eq!((mode("etc/sudoers.d/ops"), mode("etc/issue.net")), (0o440, 0o644));
    assert!(
        device
            .text("etc/dconf/db/local.d/90-castellan")
            .unwrap()
            .contains("[org/gnome/desktop/screensaver]\nlock-enabled=true\n")
    );

    let modified = fs::metadata(device.dir.join("etc/issue.net")).unwrap().ino();
    device.apply(&one_of_each());
    assert_eq!(fs::metadata(device.dir.join("etc/issue.net")).unwrap().ino(), modified, "twice is once");

    device.put("etc/hosts", &format!("{}192.0.2.1 mine\n", device.text("etc/hosts").unwrap()));
    assert!(device.apply(&[]).is_empty());
    assert_eq!(device.text("etc/issue.net").unwrap(), "Debian\n");
    assert_eq!(mode("etc/issue.net"), 0o640);
    assert_eq!(device.text("etc/hosts").unwrap(), "127.0.0.1 localhost\n192.0.2.1 mine\n");
    for gone in ["etc/sysctl.d", "etc/security", "etc/sudoers.d", "etc/dconf"] {
        assert!(!device.dir.join(gone).exists(), "{gone} was made by us and is empty again");
    }
}

#[test]
fn a_changed_value_restores_the_one_from_before_the_first() {
    let device = device("settings-change");
    device.put("etc/motd", "old\n");
    device.apply(&[file("/etc/motd", "one\n")]);
    device.apply(&[file("/etc/motd", "two\n")]);
    assert_eq!(device.text("etc/motd").unwrap(), "two\n");
    device.put("etc/motd", "tampered\n");
    device.apply(&[file("/etc/motd", "two\n")]);
    assert_eq!(device.text("etc/motd").unwrap(), "two\n", "drift is undone");
    device.apply(&[]);
    assert_eq!(device.text("etc/motd").unwrap(), "old\n");
}

#[test]
fn a_crash_between_the_record_and_the_file_loses_nothing() {
    let device = device("settings-crash");
    device.put("etc/motd", "old\n");
    device.apply(&[file("/etc/motd", "new\n")]);
    // As if the record was durable and the file's write never happened.
    device.put("etc/motd", "old\n");
    device.apply(&[file("/etc/motd", "new\n")]);
    assert_eq!(device.text("etc/motd").unwrap(), "new\n");
    device.apply(&[]);
    assert_eq!(device.text("etc/motd").unwrap(), "old\n");
}

#[test]
fn a_pass_that_is_cut_short_is_judged_and_made_known_by_the_next_one() {
    let device = device("settings-cut-short");
    device.put("etc/nftables.conf", "flush ruleset\n");
    let check: Vec<String> = ["nft", "-c", "-f", "/etc/nftables.conf"].map(str::to_owned).to_vec();
    let reload: Vec<String> = ["systemctl", "reload", "nftables.service"].map(str::to_owned).to_vec();
    let path = "/etc/nftables.conf";
    let rules =
        Setting { effects: Effects { check: Some(check), then: vec![reload] }, ..file(path, "table inet filter {}\n") };
    let wanted = std::slice::from_ref(&rules);
    let plan = plan::plan(wanted, None, |_| true);
    let commands = |device: &Device| {
        let said = device.text("run/castellan/commands").unwrap_or_default();
        let _ = fs::remove_file(device.dir.join("run/castellan/commands"));
        (said.matches("nft -c").count(), said.matches("reload").count())
    };

    // Killed when the file was written, before anybody was told.
    Work::begin(&device.root, &device.state).unwrap().make(path, &plan).unwrap();
    assert_eq!(commands(&device), (1, 0));
    assert_eq!(device.states(wanted), [SettingState::Succeeded]);
    assert_eq!(commands(&device), (1, 1), "judged again, and told");
    device.apply(wanted);
    assert_eq!(commands(&device), (0, 0), "once");

    // Killed when it was given back.
    Work::begin(&device.root, &device.state).unwrap().restore(path).unwrap();
    assert_eq!(commands(&device), (0, 0));
    assert!(restore_all(&device.root, &device.state).unwrap().is_empty());
    assert_eq!(commands(&device), (0, 1));
    assert!(restore_all(&device.root, &device.state).unwrap().is_empty());
    assert_eq!(commands(&device), (0, 0), "once");

    // Killed while it was judged, and it is bad.
    Work::begin(&device.root, &device.state).unwrap().make(path, &plan).unwrap();
    device.put("run/castellan/refused", "nft -c -f /etc/nftables.conf\n");
    assert_eq!(device.states(wanted), [SettingState::Error]);
    assert_eq!(device.text("etc/nftables.conf").unwrap(), "flush ruleset\n");
}

#[test]
fn a_conflict_leaves_what_the_device_had() {
    let device = device("settings-conflict");
    device.apply(&[file("/etc/motd", "one\n"), line("a", PWQUALITY, "minlen", "minlen = 12")]);
    let other =
        setting("other", Render::File { path: "/etc/motd".into(), mode: "0644".into(), content: "two\n".into() });
    let settings = [
        file("/etc/motd", "one\n"),
        other,
        line("a", PWQUALITY, "minlen", "minlen = 12"),
        line("b", PWQUALITY, "minlen", "minlen = 8"),
        line("c", PWQUALITY, "minclass", "minclass = 2"),
    ];
    let states = device.states(&settings);
    assert_eq!(states[..4], [SettingState::Conflict; 4]);
    assert_eq!(states[4], SettingState::Succeeded);
    assert_eq!(device.text("etc/motd").unwrap(), "one\n");
    assert_eq!(device.text(&PWQUALITY[1..]).unwrap(), format!("{HEADER}minclass = 2\nminlen = 12\n"));
}

#[test]
fn hostile_or_invalid_settings_are_refused_and_the_others_go_on() {
    let device = device("settings-hostile");
    let outside = scratch("settings-hostile-outside");
    fs::create_dir_all(device.dir.join("etc")).unwrap();
    std::os::unix::fs::symlink(&outside, device.dir.join("etc/away")).unwrap();
    std::os::unix::fs::symlink(outside.join("file"), device.dir.join("etc/issue")).unwrap();
    let settings = [
        file("/etc/../../evil", "x"),
        file("/etc/away/evil", "x"),
        file("/etc/issue", "x"),
        file("/home/anna/.bashrc", "x"),
        file("/etc/shadow", "x"),
        file("/var/lib/castellan/identity.json", "{}"),
        setting(
            "sudo",
            Render::File { path: "/etc/sudoers.d/x".into(), mode: "0440".into(), content: "oops\n".into() },
        ),
        setting("suid", Render::File { path: "/opt/x".into(), mode: "4755".into(), content: "x".into() }),
        setting("new", Render::Unknown),
        file("/etc/motd", "fine\n"),
    ];
    let results = device.apply(&settings);
    for result in &results[..8] {
        assert_eq!(result.state, SettingState::Error, "{result:?}");
        assert!(result.error.as_ref().is_some_and(|why| !why.is_empty()));
    }
    assert_eq!(results[8].state, SettingState::NotApplicable);
    assert_eq!(results[9].state, SettingState::Succeeded);
    assert_eq!(fs::read_dir(&outside).unwrap().count(), 0, "nothing left the tree");
}

fn key(id: &str, path: &str, format: KeyFormat, key: &str, value: &str) -> Setting {
    setting(id, Render::Key { path: path.into(), format, key: key.into(), value: value.into() })
}

#[test]
fn keys_of_shared_files_are_set_repaired_and_given_back_one_by_one() {
    let device = device("settings-keys");
    let (ufw, policies) =
        ("# ufw\nENABLED=no\nLOGLEVEL=low\n", "{\"policies\": {\"DisablePocket\": false,   \"Mine\": 1}}");
    device.put("etc/ufw/ufw.conf", ufw);
    device.put("etc/firefox/policies/policies.json", policies);
    let enabled = key("enabled", "/etc/ufw/ufw.conf", KeyFormat::Assign, "ENABLED", "yes");
    let level = key("level", "/etc/ufw/ufw.conf", KeyFormat::Assign, "LOGLEVEL", "high");
    let firefox = "/etc/firefox/policies/policies.json";
    let pocket = key("pocket", firefox, KeyFormat::Json, "/policies/DisablePocket", "true");
    let home = key("home", firefox, KeyFormat::Json, "/policies/Homepage/URL", "\"https://xyz.example\"");
    let chromium = "/etc/chromium/policies/managed/castellan.json";
    let sync = key("sync", chromium, KeyFormat::Json, "/SyncDisabled", "true");
    let all = [enabled.clone(), level, pocket, home.clone(), sync];

    let results = device.apply(&all);
    assert!(results.iter().all(|result| result.state == SettingState::Succeeded), "{results:?}");
    assert_eq!(device.text("etc/ufw/ufw.conf").unwrap(), "# ufw\nENABLED=yes\nLOGLEVEL=high\n");
    let json = |device: &Device, path: &str| -> serde_json::Value {
        serde_json::from_str(&device.text(path).unwrap()).unwrap()
    };
    let expected =
        serde_json::json!({"policies": {"DisablePocket": true, "Mine": 1, "Homepage": {"URL": "https://xyz.example"}}});
    assert_eq!(json(&device, &firefox[1..]), expected);
    assert_eq!(results[0].actual.as_deref(), Some("ENABLED=yes"));
    let inode = fs::metadata(device.dir.join(&firefox[1..])).unwrap().ino();
    device.apply(&all);
    assert_eq!(fs::metadata(device.dir.join(&firefox[1..])).unwrap().ino(), inode, "twice is once");

    // Drift of ours is undone, what others add stays.
    device.put("etc/ufw/ufw.conf", "# ufw\nENABLED=no\nLOGLEVEL=high\nTHEIRS=1\n");
    device.apply(&all);
    assert_eq!(device.text("etc/ufw/ufw.conf").unwrap(), "# ufw\nENABLED=yes\nLOGLEVEL=high\nTHEIRS=1\n");

    // One setting goes: its former value comes back, the other stays ours.
    device.apply(&[enabled, home]);
    assert_eq!(device.text("etc/ufw/ufw.conf").unwrap(), "# ufw\nENABLED=yes\nLOGLEVEL=low\nTHEIRS=1\n");
    assert_eq!(json(&device, &firefox[1..])["policies"]["DisablePocket"], false);
    assert!(!device.dir.join("etc/chromium").exists());

    device.apply(&[]);
    assert_eq!(device.text("etc/ufw/ufw.conf").unwrap(), format!("{ufw}THEIRS=1\n"));
    assert_eq!(device.text(&firefox[1..]).unwrap(), policies, "laid out as it was");
}

#[test]
fn contradicting_keys_leave_what_stood_there() {
    let device = device("settings-keys-conflict");
    device.put("etc/login.defs", "UMASK 022\n");
    let one = key("a", "/etc/login.defs", KeyFormat::Words, "UMASK", "027");
    let other = key("b", "/etc/login.defs", KeyFormat::Words, "UMASK", "077");
    assert_eq!(device.states(&[one.clone(), other]), [SettingState::Conflict; 2]);
    assert_eq!(device.text("etc/login.defs").unwrap(), "UMASK 022\n");
    device.apply(std::slice::from_ref(&one));
    let mixed = [one, file("/etc/login.defs", "UMASK 077\n")];
    assert_eq!(device.states(&mixed), [SettingState::Conflict; 2]);
    assert_eq!(device.text("etc/login.defs").unwrap(), "UMASK 027\n", "what was applied stays");
}

#[test]
fn what_a_program_refuses_is_put_back_and_what_it_accepts_is_made_known_once() {
    let device = device("settings-effects");
    device.put("etc/nftables.conf", "flush ruleset\n");
    let check: Vec<String> = ["nft", "-c", "-f", "/etc/nftables.conf"].map(str::to_owned).to_vec();
    let reload: Vec<String> = ["systemctl", "reload", "nftables.service"].map(str::to_owned).to_vec();
    let rules = |marker: &str| Setting {
        effects: Effects { check: Some(check.clone()), then: vec![reload.clone()] },
        ..setting(
            marker,
            Render::ManagedBlock {
                path: "/etc/nftables.conf".into(),
                marker: marker.into(),
                content: "table x {}".into(),
            },
        )
    };
    device.put("run/castellan/refused", "nft -c -f /etc/nftables.conf\n");
    assert_eq!(device.states(&[rules("a"), rules("b")]), [SettingState::Error; 2]);
    assert_eq!(device.text("etc/nftables.conf").unwrap(), "flush ruleset\n");
    assert!(!device.text("run/castellan/commands").unwrap_or_default().contains("reload"));
    fs::remove_file(device.dir.join("run/castellan/refused")).unwrap();
    assert_eq!(device.states(&[rules("a"), rules("b")]), [SettingState::Succeeded; 2]);
    let reloads = |device: &Device| device.text("run/castellan/commands").unwrap().matches("reload nftables").count();
    assert_eq!(reloads(&device), 1);
    device.apply(&[rules("a"), rules("b")]);
    assert_eq!(reloads(&device), 1, "nothing was touched");
    device.apply(&[]);
    assert_eq!((reloads(&device), device.text("etc/nftables.conf").unwrap()), (2, "flush ruleset\n".into()));
    let hostile = Setting { effects: Effects { check: None, then: vec![vec!["/tmp/x".into()]] }, ..rules("c") };
    assert_eq!(device.states(&[hostile]), [SettingState::Error]);
}

#[test]
fn a_script_by_the_clock_is_wanted_started_and_taken_out() {
    let device = device("settings-timer");
    let timer = setting(
        "clean",
        Render::Timer {
            name: "clean".into(),
            on_calendar: "daily".into(),
            user: "root".into(),
            timeout_seconds: 60,
            script: "#!/bin/sh\ntrue\n".into(),
        },
    );
    assert_eq!(device.states(std::slice::from_ref(&timer)), [SettingState::Succeeded]);
    assert!(device.text("etc/systemd/system/castellan-clean.timer").unwrap().contains("OnCalendar=daily\n"));
    assert!(device.text("run/castellan/commands").unwrap().contains("systemctl restart castellan-clean.timer\n"));
    device.apply(&[]);
    assert!(!device.dir.join("etc/systemd").exists() && !device.dir.join("usr/local/share/castellan").exists());
    assert!(device.text("run/castellan/commands").unwrap().ends_with("systemctl stop castellan-clean.timer\n"));
}

#[test]
fn what_a_write_that_was_killed_left_behind_goes_with_the_setting() {
    let device = device("settings-unfinished");
    device.apply(&[file("/etc/xyz/policy.json", "{}\n")]);
    device.put("etc/xyz/.policy.json.castellan-new", "{");
    assert_eq!(device.states(&[]), vec![]);
    assert!(!device.dir.join("etc/xyz").exists(), "neither the file, nor what was to become of it, nor the folder");
}
