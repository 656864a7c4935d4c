//! Leaving rights behind: tasks that only look run as a user without any, so that a hole in what they call opens nothing.
//!
//! The user comes with the package. Where it is absent, or the agent is not root itself, there is nothing to leave behind.

use std::os::unix::process::CommandExt;
use std::process::Command;
use std::sync::OnceLock;

/// The user that the package makes.
pub const USER: &str = "castellan-agent";

/// A program that is to run without rights.
pub fn without_rights(program: &str) -> Command {
    static USER_AND_GROUP: OnceLock<Option<(u32, u32)>> = OnceLock::new();
    let ids = USER_AND_GROUP.get_or_init(|| powerless().filter(|_| is_root()));
    let mut command = Command::new(program);
    if let Some((user, group)) = *ids {
        // With the user, root's other groups go too.
        command.uid(user).gid(group).current_dir("/");
    }
    command
}

/// User and group id of the user without rights, where it is there.
pub fn powerless() -> Option<(u32, u32)> {
    ids_of(&std::fs::read_to_string("/etc/passwd").ok()?, USER)
}

/// Whether this agent has the rights of root.
pub fn is_root() -> bool {
    std::fs::read_to_string("/proc/self/status").is_ok_and(|status| says_root(&status))
}

fn says_root(status: &str) -> bool {
    let line = status.lines().find_map(|line| line.strip_prefix("Uid:"));
    line.and_then(|ids| ids.split_whitespace().nth(1)) == Some("0")
}

/// User and group id of a name in passwd(5); never root's.
fn ids_of(users: &str, name: &str) -> Option<(u32, u32)> {
    let mut fields = users.lines().find(|line| line.split(':').next() == Some(name))?.split(':').skip(2);
    let (user, group) = (fields.next()?.parse().ok()?, fields.next()?.parse().ok()?);
    (user != 0 && group != 0).then_some((user, group))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_user_is_read_from_passwd_and_is_never_root() {
        let users =
            "root:x:0:0:root:/root:/bin/sh\ncastellan-agent:x:998:997::/nonexistent:/usr/sbin/nologin\nbad:x:0:5::/:\n";
        assert_eq!(ids_of(users, USER), Some((998, 997)));
        for name in ["root", "bad", "nobody-here"] {
            assert_eq!(ids_of(users, name), None, "{name}");
        }
        assert!(says_root("Name:\tx\nUid:\t1000\t0\t0\t0\n"), "the effective user counts");
        assert!(!says_root("Uid:\t0\t1000\t0\t0\n"));
    }
}
