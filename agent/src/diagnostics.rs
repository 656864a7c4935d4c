//! What an administrator needs to see of a device that misbehaves: the agent's log and state without its key, what failed on
//! the system, and what was installed when. People's files are not touched.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::process::Command;
use std::time::Duration;

use agent_wire::limits::DIAGNOSTICS_BYTES_MAX;
use flate2::Compression;
use flate2::write::GzEncoder;

use crate::program::{self, Limits};
use crate::root::Root;
use crate::state::State;
use crate::{facts, status};

/// The largest part that is kept of one output or file; its end is worth more than its beginning.
const PART_BYTES_MAX: usize = 2 * 1024 * 1024;
/// How long the answers are waited for, all at once: whatever else the server orders waits as long.
const QUESTION: Duration = Duration::from_secs(20);
/// What is asked of the system; an answer that does not come is left out and said so.
const QUESTIONS: [(&str, &str, &[&str]); 6] = [
    ("agent.log", "journalctl", &["--unit=castellan-agent", "--lines=5000", "--no-pager", "--output=short-iso"]),
    ("errors.log", "journalctl", &["--priority=err", "--boot", "--lines=2000", "--no-pager", "--output=short-iso"]),
    ("failed-units.txt", "systemctl", &["list-units", "--failed", "--no-pager", "--plain"]),
    // Only this machine's own: one far away may never answer.
    ("mounts.txt", "df", &["-h", "-l"]),
    ("addresses.txt", "ip", &["-brief", "address"]),
    ("processes.txt", "ps", &["-eo", "pid,user,rss,etime,comm"]),
];
/// Files that say what was installed when.
const FILES: [(&str, &str); 2] = [("apt-history.log", "/var/log/apt/history.log"), ("dpkg.log", "/var/log/dpkg.log")];

/// A gzip-compressed tar archive. Blocking.
pub fn gather(root: &Root, state: &State) -> Result<Vec<u8>, String> {
    let mut parts: Vec<(String, Vec<u8>)> = vec![
        (
            "status.json".into(),
            status::status(root).map(|s| to_json(&s)).unwrap_or_else(|e| e.to_string().into_bytes()),
        ),
        ("facts.json".into(), to_json(&facts::gather(root))),
        ("actions.json".into(), std::fs::read(state.path(crate::actions::Journal::FILE)).unwrap_or_default()),
    ];
    // In a tree that stands for a machine, the machine around it is nobody's business.
    if !root.is_confined() {
        parts.extend(answers(&QUESTIONS, QUESTION));
    }
    for (name, path) in FILES {
        parts.extend(end_of(root, path).ok().map(|text| (name.to_owned(), text)));
    }
    let mut keep = PART_BYTES_MAX;
    loop {
        let archive = pack(&parts, keep).map_err(|e| format!("cannot pack the logs: {e}"))?;
        if archive.len() <= DIAGNOSTICS_BYTES_MAX {
            return Ok(archive);
        }
        keep /= 2;
    }
}

/// What these programs say, all asked at once, each by its name in the archive.
fn answers(questions: &[(&str, &str, &[&str])], time: Duration) -> Vec<(String, Vec<u8>)> {
    let ask = |program: &str, arguments: &[&str]| {
        let answer = program::run(Command::new(program).args(arguments).env("LC_ALL", "C"), Limits::of(time));
        let told = |said: program::Said| match said.is_heard {
            true => said.output,
            false => [said.output, b"\n(it was not heard to its end)\n".to_vec()].concat(),
        };
        answer.map_or_else(|why| format!("{why}\n").into_bytes(), told)
    };
    std::thread::scope(|scope| {
        let asked: Vec<_> = questions
            .iter()
            .map(|(name, program, arguments)| (*name, scope.spawn(move || ask(program, arguments))))
            .collect();
        asked.into_iter().map(|(name, asked)| (name.to_owned(), asked.join().unwrap_or_default())).collect()
    })
}

/// The last bytes of a file, however long it is.
fn end_of(root: &Root, path: &str) -> Result<Vec<u8>, String> {
    let cannot = |e: std::io::Error| format!("`{path}` cannot be read: {e}");
    let mut file = File::open(root.resolve(path)?).map_err(cannot)?;
    let length = file.metadata().map_err(cannot)?.len();
    file.seek(SeekFrom::Start(length.saturating_sub(PART_BYTES_MAX as u64))).map_err(cannot)?;
    let mut bytes = Vec::new();
    file.take(PART_BYTES_MAX as u64).read_to_end(&mut bytes).map_err(cannot)?;
    Ok(bytes)
}

fn to_json<T: serde::Serialize>(value: &T) -> Vec<u8> {
    serde_json::to_vec_pretty(value).unwrap_or_default()
}

fn pack(parts: &[(String, Vec<u8>)], keep: usize) -> std::io::Result<Vec<u8>> {
    let mut builder = tar::Builder::new(GzEncoder::new(Vec::new(), Compression::default()));
    let modified = u64::try_from(facts::now_unix_seconds()).unwrap_or(0);
    for (name, bytes) in parts {
        let end = bytes.get(bytes.len().saturating_sub(keep)..).unwrap_or_default();
        let mut header = tar::Header::new_gnu();
        header.set_mode(0o600);
        header.set_mtime(modified);
        header.set_size(end.len() as u64);
        builder.append_data(&mut header, format!("castellan-diagnostics/{name}"), end)?;
    }
    builder.into_inner()?.finish()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::{TrialDevice, scratch};

    #[test]
    fn of_a_log_that_is_longer_than_what_is_read_the_end_is_told() {
        let dir = scratch("diagnostics-long");
        std::fs::create_dir_all(dir.join("var/log")).unwrap();
        let long = "status installed former\n".repeat(PART_BYTES_MAX / 8) + "status installed ledger\n";
        std::fs::write(dir.join("var/log/dpkg.log"), long).unwrap();
        let root = Root::confined(&dir).unwrap();
        let end = end_of(&root, "/var/log/dpkg.log").unwrap();
        assert_eq!(end.len(), PART_BYTES_MAX);
        assert!(end.ends_with(b"former\nstatus installed ledger\n"));
        assert!(end_of(&root, "/var/log/none").is_err());
    }

    #[test]
    fn what_does_not_answer_holds_up_no_other_answer() {
        let mut questions: Vec<(&str, &str, &[&str])> = vec![("silent", "sleep", &["600"]); 6];
        questions.push(("said", "echo", &["said"]));
        let began = std::time::Instant::now();
        let answers = answers(&questions, Duration::from_secs(10));
        assert!(began.elapsed() < Duration::from_secs(50), "not one after the other");
        assert_eq!(answers.last().unwrap(), &("said".to_owned(), b"said\n".to_vec()));
        assert!(answers.iter().take(6).all(|(_, text)| text == b"it did not end within 10 s\n"));
    }

    #[test]
    fn the_archive_says_how_the_device_is_and_holds_no_key() {
        let dir = scratch("diagnostics");
        TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
        std::fs::create_dir_all(dir.join("var/log")).unwrap();
        std::fs::write(dir.join("var/log/dpkg.log"), "status installed ledger").unwrap();
        let root = Root::confined(&dir).unwrap();
        let state = State::open(&root).unwrap();
        crate::key::DeviceKey::keep(&root, &state).unwrap();
        let archive = gather(&root, &state).unwrap();
        let mut found = Vec::new();
        let mut text = String::new();
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
        for entry in reader.entries().unwrap() {
            let mut entry = entry.unwrap();
            found.push(entry.path().unwrap().file_name().unwrap().to_string_lossy().into_owned());
            entry.read_to_string(&mut text).unwrap();
        }
        assert_eq!(found, ["status.json", "facts.json", "actions.json", "dpkg.log"]);
        assert!(text.contains("PF3XYZ01") && text.contains("status installed ledger"));
        assert!(!text.contains("PRIVATE KEY"));
    }

    #[test]
    fn of_what_is_too_long_the_end_is_kept() {
        let bytes: Vec<u8> = (0..100_u8).collect();
        let archive = pack(&[("log".into(), bytes)], 10).unwrap();
        let mut reader = tar::Archive::new(flate2::read::GzDecoder::new(archive.as_slice()));
        let mut kept = Vec::new();
        reader.entries().unwrap().next().unwrap().unwrap().read_to_end(&mut kept).unwrap();
        assert_eq!(kept, (90..100).collect::<Vec<u8>>());
    }
}
