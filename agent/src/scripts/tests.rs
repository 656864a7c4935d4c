//! Scripts run in a tree, where the tree says that it runs them.

use std::fs;
use std::path::PathBuf;

use agent_wire::{RunAs, ScriptSchedule};

use super::*;
use crate::trial::scratch;

fn device(test: &str) -> (PathBuf, Scripts) {
    let dir = scratch(test);
    fs::create_dir_all(dir.join("run/castellan")).unwrap();
    fs::write(dir.join("run/castellan/runs-scripts"), "").unwrap();
    let root = Root::confined(&dir).unwrap();
    let state = State::open(&root).unwrap();
    (dir, Scripts::new(root, state))
}

fn script(text: &str) -> Script {
    Script {
        id: "s".into(),
        version: "1".into(),
        run_as: RunAs::System,
        schedule: ScriptSchedule::Once { not_before_unix_seconds: None },
        retries: 0,
        timeout_seconds: 20,
        script: text.into(),
        repair: None,
    }
}

#[tokio::test]
async fn a_script_runs_once_for_each_version_and_says_how_it_went() {
    let (dir, scripts) = device("scripts-once");
    let one = script("#!/bin/sh\necho x >> ran\necho said; echo oops >&2\nexit 3\n");
    assert!(scripts.clone().settle(vec![one.clone()]).await.unwrap());
    assert!(!scripts.clone().settle(vec![one.clone()]).await.unwrap());
    let results = scripts.results(std::slice::from_ref(&one));
    let run = results.first().unwrap().run.clone().unwrap();
    assert_eq!((run.exit_code, run.output.as_str(), run.error.as_str()), (Some(3), "said", "oops"));
    assert_eq!(fs::read_to_string(dir.join("ran")).unwrap(), "x\n");
    let again = Script { version: "2".into(), ..one };
    assert!(scripts.clone().settle(vec![again]).await.unwrap());
    assert_eq!(fs::read_to_string(dir.join("ran")).unwrap(), "x\nx\n");
    assert!(scripts.clone().settle(vec![]).await.unwrap(), "what is not wanted is forgotten");
    assert_eq!(fs::read_dir(dir.join("run/castellan/scripts")).unwrap().count(), 0, "nothing is left lying");
}

#[tokio::test]
async fn a_remediation_repairs_what_it_finds_wrong_and_looks_again() {
    let (dir, scripts) = device("scripts-repair");
    let look = "#!/bin/sh\ntest -e mended || { echo broken; exit 1; }\necho fine\n";
    let pair = Script { repair: Some("#!/bin/sh\ntouch mended\n".into()), ..script(look) };
    scripts.clone().settle(vec![pair.clone()]).await.unwrap();
    let result = scripts.results(std::slice::from_ref(&pair)).swap_remove(0);
    assert_eq!(result.run.unwrap().output, "broken");
    assert_eq!(result.repair.unwrap().exit_code, Some(0));
    assert_eq!(result.run_again.unwrap().output, "fine");
    assert!(dir.join("mended").exists());
    for (action, expected) in [("a", "nothing was wrong"), ("b", "it was repaired")] {
        assert_eq!(scripts.asked_for(action, &pair), None);
        assert!(scripts.next_due(std::slice::from_ref(&pair)).unwrap() <= now_unix_seconds());
        assert!(scripts.clone().settle(vec![pair.clone()]).await.unwrap());
        assert_eq!(scripts.asked_for(action, &pair), Some(Ok(expected.to_owned())));
        fs::remove_file(dir.join("mended")).unwrap();
    }
    assert_eq!(scripts.asked_for("c", &pair), None);
    scripts.clone().settle(vec![]).await.unwrap();
    assert!(scripts.asked_for("c", &pair).unwrap().unwrap_err().contains("not assigned"));
    fs::write(dir.join("mended"), "").unwrap();
    // The next time there is nothing to do.
    let next = Script { version: "2".into(), ..pair };
    scripts.clone().settle(vec![next.clone()]).await.unwrap();
    let result = scripts.results(&[next]).swap_remove(0);
    assert_eq!((result.run.unwrap().exit_code, result.repair), (Some(0), None));
}

#[tokio::test]
async fn a_script_that_does_not_end_or_says_too_much_is_held_to_its_limits() {
    let (dir, scripts) = device("scripts-limits");
    let endless = Script { timeout_seconds: 1, ..script("#!/bin/sh\nsleep 60 & echo $! > child\nwait\n") };
    scripts.clone().settle(vec![endless.clone()]).await.unwrap();
    let run = scripts.results(&[endless]).swap_remove(0).run.unwrap();
    assert_eq!((run.exit_code, run.error.as_str()), (None, "it did not end within 1 s"));
    let child = fs::read_to_string(dir.join("child")).unwrap();
    assert!(crate::program::is_gone(child.trim()), "what it started ends with it");
    let loud = Script { version: "2".into(), ..script("#!/bin/sh\nyes | head -c 100000\n") };
    scripts.clone().settle(vec![loud.clone()]).await.unwrap();
    let run = scripts.results(&[loud]).swap_remove(0).run.unwrap();
    assert!(run.exit_code == Some(0) && run.output.len() <= agent_wire::limits::SCRIPT_OUTPUT_BYTES_MAX);
}

#[tokio::test]
async fn a_script_sees_no_more_of_the_environment_than_it_needs() {
    let (_dir, scripts) = device("scripts-environment");
    let look = script("#!/bin/sh\nenv | cut -d= -f1 | sort | tr '\\n' ' '\n");
    scripts.clone().settle(vec![look.clone()]).await.unwrap();
    let output = scripts.results(&[look]).swap_remove(0).run.unwrap().output;
    for name in output.split_whitespace() {
        let known = ["CASTELLAN_ROOT", "HOME", "LC_ALL", "LOGNAME", "PATH", "PWD", "USER", "OLDPWD", "SHLVL", "_"];
        assert!(known.contains(&name), "{output}");
    }
}

#[tokio::test]
async fn what_cannot_run_says_why_and_is_tried_again_later() {
    let (dir, scripts) = device("scripts-nobody");
    let theirs = Script { run_as: RunAs::User, ..script("#!/bin/sh\n") };
    scripts.clone().settle(vec![theirs.clone()]).await.unwrap();
    let result = scripts.results(std::slice::from_ref(&theirs)).swap_remove(0);
    assert_eq!((result.run, result.not_applicable.as_deref()), (None, Some("nobody is signed in")));
    assert!(scripts.next_due(std::slice::from_ref(&theirs)).unwrap() > now_unix_seconds());
    fs::remove_file(dir.join("run/castellan/runs-scripts")).unwrap();
    let here = Script { id: "t".into(), ..script("#!/bin/sh\ntouch outside\n") };
    scripts.clone().settle(vec![theirs, here.clone()]).await.unwrap();
    let result = scripts.results(&[here]).swap_remove(0);
    assert!(result.not_applicable.unwrap().contains("runs no scripts"));
    assert!(!dir.join("outside").exists());
}

#[tokio::test]
async fn a_crash_on_the_way_does_not_run_a_script_again_at_once() {
    let (dir, scripts) = device("scripts-crash");
    let hourly = Script { schedule: ScriptSchedule::Every { seconds: 3600 }, ..script("#!/bin/sh\necho x >> ran\n") };
    let begun =
        Remembered { version: "1".into(), began_at_unix_seconds: now_unix_seconds(), failures: 1, result: None };
    scripts.remember("s", begun).unwrap();
    assert!(!scripts.clone().settle(vec![hourly.clone()]).await.unwrap());
    assert!(!dir.join("ran").exists());
    assert!(scripts.next_due(&[hourly]).unwrap() > now_unix_seconds());
}

#[tokio::test]
async fn a_script_that_only_looks_tells_more_and_is_held_to_its_time() {
    let (_, scripts) = device("scripts-look");
    let long = "x".repeat(5_000);
    let looks =
        Script { run_as: RunAs::WithoutRights, ..script(&format!("#!/bin/sh\nprintf '{{\"a\":\"%s\"}}' {long}\n")) };
    scripts.clone().settle(vec![looks.clone()]).await.unwrap();
    let run = scripts.results(std::slice::from_ref(&looks)).swap_remove(0).run.unwrap();
    assert_eq!((run.exit_code, run.output.len()), (Some(0), long.len() + 8));
    let endless = Script { version: "2".into(), script: "#!/bin/sh\nyes\n".into(), timeout_seconds: 1, ..looks };
    scripts.clone().settle(vec![endless.clone()]).await.unwrap();
    let run = scripts.results(std::slice::from_ref(&endless)).swap_remove(0).run.unwrap();
    assert!(run.exit_code.is_none() && run.error.contains("1 s") && run.output.len() <= 16 << 10, "{run:?}");
}
