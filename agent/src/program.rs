//! Programs of the system that the agent asks or has do something: each within a time, with a bounded part of what it says kept, and
//! ended with all that it started when its time is over. It does not know what the programs do, and hands on whatever they answer.
//!
//! What was not heard to its end is never taken for a whole answer: something that a program left behind may still hold the pipe,
//! and a machine under load may be late to read it.

use std::io::{Read, Write};
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How long a question may take whose answer lies at hand.
pub const QUESTION: Duration = Duration::from_secs(60);
/// How much of an answer is read: the list of what is installed on a large machine is a tenth of it.
const ANSWER_BYTES_MAX: usize = 16 * 1024 * 1024;
/// How much of what a program complains about is kept.
const COMPLAINT_BYTES_MAX: usize = 4096;
/// It is looked whether a program has ended this often at first, and less and less often.
const LOOK_SOONEST: Duration = Duration::from_millis(1);
const LOOK_LATEST: Duration = Duration::from_millis(20);
/// What a program said is waited for so long after its end: something that it left behind may hold the pipe open.
const LAST_WORDS: Duration = Duration::from_secs(5);
/// How many pipes may be held open like that, each with a thread that waits at it. While there are more, what may leave something
/// behind is not listened to.
const HELD_OPEN_MAX: usize = 64;

static HELD_OPEN: AtomicUsize = AtomicUsize::new(0);

/// What a program is held to.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    pub time: Duration,
    pub output_bytes_max: usize,
    pub error_bytes_max: usize,
    /// What it leaves running ends with it.
    pub leaves_nothing: bool,
    /// How long its words are waited for once it has ended.
    pub last_words: Duration,
}

impl Limits {
    /// Of a program that is asked or does one thing: all that it says is read.
    #[must_use]
    pub fn of(time: Duration) -> Self {
        Self {
            time,
            output_bytes_max: ANSWER_BYTES_MAX,
            error_bytes_max: COMPLAINT_BYTES_MAX,
            leaves_nothing: false,
            last_words: LAST_WORDS,
        }
    }
}

/// What a program said, and how it ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    pub status: ExitStatus,
    pub output: Vec<u8>,
    pub error: Vec<u8>,
    /// Whether the output was heard to its end. It may have been longer than what is kept of it.
    pub is_heard: bool,
}

impl Said {
    #[must_use]
    pub fn output(&self) -> String {
        String::from_utf8_lossy(&self.output).into_owned()
    }

    #[must_use]
    pub fn error(&self) -> String {
        String::from_utf8_lossy(&self.error).trim().to_owned()
    }
}

/// Runs a program with nothing on its input. Blocking.
pub fn run(command: &mut Command, limits: Limits) -> Result<Said, String> {
    run_with(command, limits, &[], &AtomicBool::new(false))
}

/// Runs a program with this on its input. Blocking.
pub fn run_on(command: &mut Command, limits: Limits, input: &[u8]) -> Result<Said, String> {
    run_with(command, limits, input, &AtomicBool::new(false))
}

/// What a program that succeeded said, heard to its end; else what it complained about. Blocking.
pub fn answer(command: &mut Command, time: Duration) -> Result<String, String> {
    answer_within(command, Limits::of(time))
}

fn answer_within(command: &mut Command, limits: Limits) -> Result<String, String> {
    let program = name_of(command);
    let said = succeeded(&program, run(command.env("LC_ALL", "C"), limits))?;
    if said.is_heard {
        return Ok(said.output());
    }
    Err(format!("`{program}` was not heard to its end: something that it left behind may still speak"))
}

/// Has a program do something, and does not need its words; else what it complained about. Blocking.
pub fn done(command: &mut Command, time: Duration) -> Result<(), String> {
    let program = name_of(command);
    succeeded(&program, run(command.env("LC_ALL", "C"), Limits::of(time))).map(drop)
}

/// What became of a program that is to succeed.
pub fn succeeded(program: &str, said: Result<Said, String>) -> Result<Said, String> {
    let said = said.map_err(|why| named(program, &why))?;
    if said.status.success() {
        return Ok(said);
    }
    Err(format!("`{program}` failed: {}", crate::cut(&said.error(), 512)))
}

pub fn name_of(command: &Command) -> String {
    command.get_program().to_string_lossy().into_owned()
}

/// Why a program said nothing, with its name.
pub fn named(program: &str, why: &str) -> String {
    if why.contains('`') { why.to_owned() } else { format!("`{program}`: {why}") }
}

/// Runs a program beside the conversation; it is ended when nobody waits for it any more.
pub async fn run_beside(mut command: Command, limits: Limits) -> Result<Said, String> {
    let unwanted = Unwanted(Arc::default());
    let is_unwanted = unwanted.0.clone();
    let work = move || run_with(&mut command, limits, &[], &is_unwanted);
    let said = tokio::task::spawn_blocking(work).await;
    said.unwrap_or_else(|_| Err("it was interrupted".to_owned()))
}

/// Says when it is dropped that a program's end is not waited for.
struct Unwanted(Arc<AtomicBool>);

impl Drop for Unwanted {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

fn run_with(command: &mut Command, limits: Limits, input: &[u8], is_unwanted: &AtomicBool) -> Result<Said, String> {
    let program = name_of(command);
    let is_listened_to = limits.leaves_nothing || HELD_OPEN.load(Ordering::Relaxed) < HELD_OPEN_MAX;
    let words = || if is_listened_to { Stdio::piped() } else { Stdio::null() };
    command
        .stdin(if input.is_empty() { Stdio::null() } else { Stdio::piped() })
        .stdout(words())
        .stderr(words())
        .process_group(0);
    let mut child = command.spawn().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => format!("`{program}` is not on this device"),
        _ => format!("`{program}` could not be started: {e}"),
    })?;
    if let Some(mut pipe) = child.stdin.take() {
        let input = input.to_vec();
        // A program that does not read its input says so by its verdict.
        std::thread::spawn(move || drop(pipe.write_all(&input)));
    }
    let output = Listening::to(child.stdout.take(), limits.output_bytes_max);
    let error = Listening::to(child.stderr.take(), limits.error_bytes_max);
    let status = ended(&mut child, limits.time, is_unwanted);
    if limits.leaves_nothing || status.is_err() {
        end_group(child.id());
        let _ = child.wait();
    }
    let until = Instant::now() + limits.last_words;
    let ((output, is_heard), (error, _)) = (output.until(until), error.until(until));
    Ok(Said { status: status?, output, error, is_heard })
}

fn ended(child: &mut Child, time: Duration, is_unwanted: &AtomicBool) -> Result<ExitStatus, String> {
    let began = Instant::now();
    let mut pause = LOOK_SOONEST;
    loop {
        match child.try_wait() {
            Ok(Some(status)) => return Ok(status),
            Ok(None) if is_unwanted.load(Ordering::Relaxed) => return Err("it is not waited for any more".to_owned()),
            Ok(None) if began.elapsed() >= time => return Err(format!("it did not end within {} s", time.as_secs())),
            Ok(None) => std::thread::sleep(pause),
            Err(e) => return Err(format!("it could not be waited for: {e}")),
        }
        pause = (pause * 2).min(LOOK_LATEST);
    }
}

/// Ends a process group. The shell has the command built in, so that nothing else is needed.
fn end_group(group: u32) {
    let asked = Command::new("/bin/sh")
        .args(["-c", "kill -s KILL -- \"-$1\"", "sh", &group.to_string()])
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    drop(asked);
}

/// What comes out of a pipe: the beginning of it is kept, and the rest read so that whoever speaks does not wait for a reader.
struct Listening(Arc<(Mutex<Heard>, Condvar)>);

#[derive(Default)]
struct Heard {
    bytes: Vec<u8>,
    is_over: bool,
    /// Nobody waits for more, and something still holds the pipe.
    is_held: bool,
}

impl Listening {
    fn to(pipe: Option<impl Read + Send + 'static>, bytes_max: usize) -> Self {
        let heard: Arc<(Mutex<Heard>, Condvar)> = Arc::default();
        if let Some(mut pipe) = pipe {
            let into = heard.clone();
            std::thread::spawn(move || {
                let mut part = [0; 8192];
                loop {
                    match pipe.read(&mut part) {
                        Ok(0) => break,
                        Ok(length) => {
                            let mut heard = locked(&into.0);
                            let room = if heard.is_held { 0 } else { bytes_max.saturating_sub(heard.bytes.len()) };
                            heard.bytes.extend(part.iter().take(length.min(room)));
                        }
                        Err(e) if e.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(_) => break,
                    }
                }
                let mut heard = locked(&into.0);
                heard.is_over = true;
                if heard.is_held {
                    HELD_OPEN.fetch_sub(1, Ordering::Relaxed);
                }
                into.1.notify_all();
            });
        }
        Self(heard)
    }

    /// What was heard until then, and whether that is all.
    fn until(self, until: Instant) -> (Vec<u8>, bool) {
        let (heard, news) = &*self.0;
        let mut heard = locked(heard);
        while !heard.is_over && Arc::strong_count(&self.0) > 1 {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() {
                heard.is_held = true;
                HELD_OPEN.fetch_add(1, Ordering::Relaxed);
                break;
            }
            heard = news.wait_timeout(heard, left).unwrap_or_else(PoisonError::into_inner).0;
        }
        (std::mem::take(&mut heard.bytes), heard.is_over)
    }
}

fn locked(heard: &Mutex<Heard>) -> MutexGuard<'_, Heard> {
    heard.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Whether a process ends within a moment.
#[cfg(test)]
pub(crate) fn is_gone(process: &str) -> bool {
    let is_gone = || {
        let stat = std::fs::read_to_string(format!("/proc/{process}/stat"));
        stat.map_or(true, |stat| stat.contains(") Z "))
    };
    let end = Instant::now() + Duration::from_secs(60);
    while !is_gone() && Instant::now() < end {
        std::thread::sleep(LOOK_LATEST);
    }
    is_gone()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn shell(text: &str) -> Command {
        let mut command = Command::new("/bin/sh");
        command.args(["-c", text]);
        command
    }

    #[test]
    fn a_program_is_held_to_its_time_and_what_it_says_to_its_size() {
        let limits = Limits { output_bytes_max: 10, ..Limits::of(Duration::from_millis(300)) };
        let began = Instant::now();
        let why = run(&mut shell("sleep 600 & sleep 600"), limits).unwrap_err();
        assert_eq!(why, "it did not end within 0 s");
        let loud = Limits { time: QUESTION, ..limits };
        let said = run(&mut shell("yes | head -c 1000000; echo oops >&2; exit 3"), loud).unwrap();
        assert_eq!((said.status.code(), said.output.len(), said.error().as_str()), (Some(3), 10, "oops"));
        assert_eq!(run_on(&mut shell("cat"), Limits::of(QUESTION), b"said").unwrap().output, b"said");
        assert_eq!(run_on(&mut shell("exit 0"), Limits::of(QUESTION), &vec![0; 1 << 20]).unwrap().output, b"");
        assert!(began.elapsed() < QUESTION);
        let missing = answer(&mut Command::new("a-program-that-nobody-has"), QUESTION).unwrap_err();
        assert_eq!(missing, "`a-program-that-nobody-has` is not on this device");
        assert_eq!(answer(&mut shell("echo why >&2; false"), QUESTION).unwrap_err(), "`/bin/sh` failed: why");
    }

    #[test]
    fn what_a_program_leaves_behind_does_not_hold_up_its_answer_and_ends_with_it_where_it_must() {
        for leaves_nothing in [true, false] {
            let limits = Limits { leaves_nothing, ..Limits::of(QUESTION) };
            let began = Instant::now();
            let said = run(&mut shell("sleep 30 >/dev/null 2>&1 & echo $!"), limits).unwrap();
            assert!(began.elapsed() < Duration::from_secs(20));
            let child = said.output().trim().to_owned();
            if !leaves_nothing {
                assert!(shell(&format!("kill {child}")).status().unwrap().success(), "it goes on");
            }
            assert!(is_gone(&child));
        }
    }

    #[test]
    fn what_is_not_heard_to_its_end_is_no_answer_and_what_was_said_is_not_lost() {
        let limits = Limits { last_words: Duration::from_millis(500), ..Limits::of(QUESTION) };
        let holds = "echo said; echo why >&2; sleep 600 & echo $! >\"$0\"";
        let place = crate::trial::scratch("program-holds").join("pid");
        let holding = |more: &str| {
            let mut command = shell(&format!("{holds}; {more}"));
            command.arg(&place);
            command
        };
        let end = || {
            let holder = std::fs::read_to_string(&place).unwrap();
            assert!(shell(&format!("kill {holder}")).status().unwrap().success(), "it goes on: nothing ended it");
        };
        let said = run(&mut holding("exit 0"), limits).unwrap();
        assert_eq!((said.output().trim(), said.error().as_str(), said.is_heard), ("said", "why", false));
        end();
        let why = answer_within(&mut holding("exit 0"), limits).unwrap_err();
        assert_eq!(why, "`/bin/sh` was not heard to its end: something that it left behind may still speak");
        end();
        assert_eq!(answer_within(&mut holding("exit 1"), limits).unwrap_err(), "`/bin/sh` failed: why");
        end();
        let whole = run(&mut holding("exit 0"), Limits { leaves_nothing: true, ..limits }).unwrap();
        assert_eq!((whole.output().trim(), whole.is_heard), ("said", true));
        assert_eq!(
            answer_within(&mut shell("exit 0"), limits).as_deref(),
            Ok(""),
            "it said nothing, and that was heard"
        );
        // Where nothing is left to wait for, it is not waited for longer than it takes.
        let patient = Limits { last_words: QUESTION, ..limits };
        assert_eq!(answer_within(&mut shell("echo said"), patient).as_deref(), Ok("said\n"));
    }

    #[tokio::test]
    async fn a_program_that_nobody_waits_for_is_ended() {
        let mark = crate::trial::scratch("program-unwanted").join("pid");
        let mut command = shell("echo $$ >\"$0\".new && mv \"$0\".new \"$0\" && sleep 600");
        command.arg(&mark);
        let begun = async {
            while !mark.exists() {
                tokio::time::sleep(LOOK_LATEST).await;
            }
        };
        tokio::select! {
            said = run_beside(command, Limits::of(QUESTION)) => panic!("it goes on for ten minutes: {said:?}"),
            () = begun => {}
        }
        let program = std::fs::read_to_string(&mark).unwrap();
        assert!(is_gone(program.trim()));
    }
}
