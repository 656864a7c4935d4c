//! How many connections this process may hold: as many as the operating system gives it file descriptors and as go into a part of the
//! machine's memory, up to a limit of our own.
//!
//! A process begins with a small soft limit, so that old programs which count descriptors in a fixed array survive; one that does not
//! is expected to raise it to the hard limit (`man 5 systemd.exec`, LimitNOFILE). It does not ask for more than the hard limit.

use rlimit::Resource;

/// Connections at once, however many descriptors there are; more wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 250_000;
/// Descriptors that are not connections: databases, logs, requests to others, listeners.
const BESIDES: u64 = 512;
/// What an idle connection takes (docs/benchmarks.md), with room for what it does when it is not idle.
const CONNECTION_BYTES: u64 = 64 << 10;
/// Connections may take one in so many bytes of the machine's memory.
const OF_MEMORY: u64 = 4;
/// How many connections there are at least, where the limit cannot be read or is smaller than any server needs.
const CONNECTIONS_MIN: usize = 256;

/// Raise the limit of this process as far as it may; how many connections that is.
pub fn connections_max() -> usize {
    let Ok((soft, hard)) = Resource::NOFILE.get() else { return CONNECTIONS_MIN };
    let wanted = hard.min(CONNECTIONS_MAX as u64 + BESIDES);
    let has = if soft < wanted && Resource::NOFILE.set(wanted, hard).is_ok() { wanted } else { soft };
    fitting(has, memory_bytes())
}

fn fitting(descriptors: u64, memory_bytes: Option<u64>) -> usize {
    let of_memory = memory_bytes.map_or(u64::MAX, |bytes| bytes / OF_MEMORY / CONNECTION_BYTES);
    let connections = usize::try_from(descriptors.saturating_sub(BESIDES).min(of_memory)).unwrap_or(usize::MAX);
    connections.clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
}

/// The memory of the machine, where the system says it (`man 5 proc_meminfo`).
fn memory_bytes() -> Option<u64> {
    let told = std::fs::read_to_string("/proc/meminfo").ok()?;
    let line = told.lines().find_map(|line| line.strip_prefix("MemTotal:"))?;
    line.trim().strip_suffix("kB")?.trim().parse::<u64>().ok()?.checked_mul(1024)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        let table = [(1_024, 512), (65_536, 65_024), (0, CONNECTIONS_MIN), (u64::MAX, CONNECTIONS_MAX)];
        for (descriptors, connections) in table {
            assert_eq!(fitting(descriptors, None), connections, "{descriptors}");
            assert_eq!(fitting(descriptors, Some(1 << 40)), connections, "{descriptors}");
        }
        assert_eq!(fitting(65_536, Some(1 << 30)), 4_096, "a quarter of 1 GiB");
        assert_eq!(fitting(65_536, Some(1 << 20)), CONNECTIONS_MIN);
    }

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be() {
        let (_, hard) = Resource::NOFILE.get().expect("there is a limit");
        assert_eq!(connections_max(), fitting(hard.min(CONNECTIONS_MAX as u64 + BESIDES), memory_bytes()));
        assert!(memory_bytes().is_none_or(|bytes| bytes > 1 << 20));
    }
}
