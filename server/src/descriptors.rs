//! How many connections this process may hold: as many as the operating system gives it file descriptors, up to a limit of our own.
//!
//! A process begins with a small soft limit, so that old programs which count descriptors in a fixed array survive; one that does not
//! is expected to raise it to the hard limit (`man 5 systemd.exec`, LimitNOFILE). It does not ask for more than the hard limit.

use rlimit::Resource;

/// Connections at once, however many descriptors there are; more wait in the kernel's queue.
pub const CONNECTIONS_MAX: usize = 250_000;
/// Descriptors that are not connections: databases, logs, requests to others, listeners.
const BESIDES: u64 = 512;
/// How many connections there are at least, where the limit cannot be read or is smaller than any server needs.
const CONNECTIONS_MIN: usize = 256;

/// Raise the limit of this process as far as it may; how many connections that is.
pub fn connections_max() -> usize {
    let Ok((soft, hard)) = Resource::NOFILE.get() else { return CONNECTIONS_MIN };
    let wanted = hard.min(CONNECTIONS_MAX as u64 + BESIDES);
    let has = if soft < wanted && Resource::NOFILE.set(wanted, hard).is_ok() { wanted } else { soft };
    fitting(has)
}

fn fitting(descriptors: u64) -> usize {
    let connections = usize::try_from(descriptors.saturating_sub(BESIDES)).unwrap_or(usize::MAX);
    connections.clamp(CONNECTIONS_MIN, CONNECTIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_everything_else() {
        let table = [(1_024, 512), (65_536, 65_024), (0, CONNECTIONS_MIN), (u64::MAX, CONNECTIONS_MAX)];
        for (descriptors, connections) in table {
            assert_eq!(fitting(descriptors), connections, "{descriptors}");
        }
    }

    #[test]
    fn the_limit_is_raised_as_far_as_it_may_be() {
        let (_, hard) = Resource::NOFILE.get().expect("there is a limit");
        assert_eq!(connections_max(), fitting(hard.min(CONNECTIONS_MAX as u64 + BESIDES)));
    }
}
