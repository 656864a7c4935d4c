//! What the kernel says about a process: memory and processor time. Linux only, like everything that is measured here.
//!
//! A process that is gone ends the measurement: read as nothing, it would meet every target.

use std::fs;

/// The kernel counts processor time in hundredths of a second (`USER_HZ`) on every architecture that we build for.
const TICKS_PER_SECOND: f64 = 100.0;

/// Resident memory of a process (`self`, or an id), in bytes.
pub fn resident_bytes(process: &str) -> u64 {
    status_kib(process, "VmRSS:") * 1024
}

/// The most that it ever was.
pub fn resident_bytes_peak(process: &str) -> u64 {
    status_kib(process, "VmHWM:") * 1024
}

fn status_kib(process: &str, field: &str) -> u64 {
    let status = read(process, "status");
    let line = status.lines().find_map(|line| line.strip_prefix(field));
    // One that has ended and waits for its parent has no memory any more.
    let kib = line.and_then(|rest| rest.trim().trim_end_matches(" kB").parse().ok());
    kib.unwrap_or_else(|| panic!("the process {process} has ended while it was measured"))
}

/// Processor seconds that a process has used, in user and kernel mode.
pub fn processor_seconds(process: &str) -> f64 {
    let stat = read(process, "stat");
    // The name may hold blanks; the numbers begin behind its bracket, with field 3 (proc(5)).
    let numbers = stat.rsplit_once(')').map_or("", |(_, rest)| rest);
    let fields: Vec<&str> = numbers.split_whitespace().collect();
    let ticks = |at: usize| {
        let number = fields.get(at).and_then(|text| text.parse::<f64>().ok());
        number.unwrap_or_else(|| panic!("the process {process} cannot be measured: its {at}th number is missing"))
    };
    (ticks(11) + ticks(12)) / TICKS_PER_SECOND
}

fn read(process: &str, what: &str) -> String {
    let file = format!("/proc/{process}/{what}");
    fs::read_to_string(&file).unwrap_or_else(|why| panic!("the process {process} cannot be measured: {file}: {why}"))
}

/// How many processors there are, and the load of the last minute: others may be at work.
pub fn machine() -> String {
    let cores = std::thread::available_parallelism().map_or(0, usize::from);
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    let info = fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let name =
        info.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("").trim_matches([' ', '\t', ':']);
    format!("{cores} × {name}, load {} before the run", load.split(' ').next().unwrap_or("?"))
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;

    /// A hundredth of a second of work is seen; a machine that is busy gives it in this time.
    const WORK_MAX: Duration = Duration::from_secs(60);

    #[test]
    fn this_process_has_memory_and_has_worked() {
        assert!(resident_bytes("self") > 100_000);
        assert!(resident_bytes_peak("self") >= resident_bytes("self") / 2);
        let (mut sum, begun) = (0u64, Instant::now());
        while processor_seconds("self") == 0.0 && begun.elapsed() < WORK_MAX {
            sum = std::hint::black_box((0..1_000_000u64).fold(sum, |a, b| a.wrapping_mul(31).wrapping_add(b)));
        }
        assert!(processor_seconds("self") > 0.0);
    }

    #[test]
    #[should_panic(expected = "cannot be measured")]
    fn a_process_that_there_is_not_is_not_measured() {
        resident_bytes("no such process");
    }
}
