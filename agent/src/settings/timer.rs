//! A script that runs by the clock, as systemd has it: the script, a service that runs it once, a timer, and a drop-in by which the
//! timers of the system want it. No link is made, so that everything is a file that can be given back. Pure.

use agent_wire::Effects;
use agent_wire::limits::CONTENT_BYTES_MAX;

use super::check::one_line;
use super::plan::{Piece, Want};

/// Where scripts lie; others may read and run them, only root may change them.
const SCRIPTS: &str = "/usr/local/share/castellan/scripts";
const UNITS: &str = "/etc/systemd/system";
const TIMEOUT_SECONDS_MAX: u32 = 24 * 60 * 60;

pub fn check(name: &str, on_calendar: &str, user: &str, script: &str) -> Result<(), String> {
    let word = |text: &str, also: &str| {
        (1..=64).contains(&text.len())
            && !text.starts_with('-')
            && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || also.contains(c))
    };
    if !word(name, "-") {
        return Err("the name is 1 to 64 of `a–z 0–9 -`".into());
    }
    if !word(user, "-_") {
        return Err("the user is not an account's name".into());
    }
    one_line(on_calendar)?;
    if !on_calendar.chars().all(|c| c.is_ascii_alphanumeric() || " *:,-/.~".contains(c)) {
        return Err("the time is not one of systemd.time(7)".into());
    }
    if !script.starts_with("#!/") {
        return Err("the script does not begin with `#!` and its interpreter".into());
    }
    if script.len() > CONTENT_BYTES_MAX || script.contains('\0') {
        return Err("the script is too long or holds a zero byte".into());
    }
    Ok(())
}

pub(super) fn pieces(name: &str, on_calendar: &str, user: &str, timeout_seconds: u32, script: &str) -> Vec<Piece> {
    let timeout = timeout_seconds.clamp(1, TIMEOUT_SECONDS_MAX);
    let whole = |path: String, mode: u32, content: String| Piece { path, want: Want::Whole { mode, content } };
    let header = super::HEADER;
    vec![
        whole(format!("{SCRIPTS}/{name}"), 0o755, script.to_owned()),
        whole(
            format!("{UNITS}/castellan-{name}.service"),
            0o644,
            format!(
                "{header}[Unit]\nDescription=Scheduled script {name}\n\n[Service]\nType=oneshot\nUser={user}\n\
                 ExecStart={SCRIPTS}/{name}\nTimeoutStartSec={timeout}\n"
            ),
        ),
        whole(
            format!("{UNITS}/castellan-{name}.timer"),
            0o644,
            format!(
                "{header}[Unit]\nDescription=Time of the scheduled script {name}\n\n[Timer]\n\
                 OnCalendar={on_calendar}\nPersistent=true\n"
            ),
        ),
        whole(
            format!("{UNITS}/timers.target.d/castellan-{name}.conf"),
            0o644,
            format!("{header}[Unit]\nWants=castellan-{name}.timer\n"),
        ),
    ]
}

pub(super) fn effects(name: &str) -> Effects {
    let then = vec![command(&["systemctl", "daemon-reload"]), command(&["systemctl", "restart", &timer(name)])];
    Effects { check: None, then }
}

/// A timer whose file is gone still runs until it is stopped.
pub(super) fn undoing(name: &str) -> Vec<Vec<String>> {
    vec![command(&["systemctl", "daemon-reload"]), command(&["systemctl", "stop", &timer(name)])]
}

fn timer(name: &str) -> String {
    format!("castellan-{name}.timer")
}

fn command(words: &[&str]) -> Vec<String> {
    words.iter().map(|word| (*word).to_owned()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn what_would_say_more_than_a_time_or_a_name_is_refused() {
        let script = "#!/bin/sh\ntrue\n";
        for (name, time, user, script, expected) in [
            ("clean-tmp", "daily", "root", script, true),
            ("clean-tmp", "Mon..Fri *-*-* 03:00:00", "nobody", script, true),
            ("../x", "daily", "root", script, false),
            ("x", "daily\nUnit=y", "root", script, false),
            ("x", "daily", "root\nExecStart=/x", script, false),
            ("x", "daily", "root", "true\n", false),
        ] {
            assert_eq!(check(name, time, user, script).is_ok(), expected, "{name} {time} {user}");
        }
    }

    #[test]
    fn the_timer_is_wanted_without_a_link() {
        let pieces = pieces("clean", "daily", "root", 60, "#!/bin/sh\n");
        let drop_in = pieces.last().unwrap();
        assert_eq!(drop_in.path, "/etc/systemd/system/timers.target.d/castellan-clean.conf");
        let Want::Whole { content, .. } = &drop_in.want else { panic!("a file") };
        assert!(content.ends_with("[Unit]\nWants=castellan-clean.timer\n"), "{content}");
    }

    #[test]
    fn a_purge_of_the_package_takes_the_agents_own_timers_and_nobody_elses() {
        let script = include_str!("../../debian/postrm");
        for path in ["/etc/", "/var/", "/usr/"] {
            let found = script.match_indices(path).filter(|(at, _)| !script[..*at].ends_with("$root"));
            let line = |at: usize| script[at..].lines().next().unwrap_or_default();
            assert_eq!(found.map(|(at, _)| line(at)).collect::<Vec<_>>(), Vec::<&str>::new(), "only where it is told");
        }
        let dir = crate::trial::scratch("purge");
        let put = |path: &str, text: &str| {
            let place = dir.join(path.trim_start_matches('/'));
            std::fs::create_dir_all(place.parent().unwrap()).unwrap();
            std::fs::write(place, text).unwrap();
        };
        let ours = pieces("clean", "daily", "root", 60, "#!/bin/sh\n");
        for piece in &ours {
            let Want::Whole { content, .. } = &piece.want else { panic!("a file") };
            put(&piece.path, content);
        }
        let foreign = ["castellan-backup.timer", "castellan-backup.service", "castellan-agent.service"];
        let foreign = foreign.map(|name| format!("{UNITS}/{name}"));
        for path in &foreign {
            put(path, "[Unit]\nDescription=The backup of the server\n");
        }
        put("/var/lib/castellan/identity.json", "{}");
        let mut purge = std::process::Command::new("/bin/sh");
        purge.args(["-c", script, "postrm", "purge"]).env("DPKG_ROOT", &dir);
        let said = crate::program::done(&mut purge, crate::program::QUESTION);
        assert_eq!(said, Ok(()));
        let is_there = |path: &String| dir.join(path.trim_start_matches('/')).exists();
        assert!(foreign.iter().all(is_there));
        assert!(!ours.iter().any(|piece| is_there(&piece.path)));
        assert!(!dir.join("var/lib/castellan").exists());
    }
}
