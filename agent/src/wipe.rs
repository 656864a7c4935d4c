//! Deleting what is on the device: first the keys of its encrypted disks, which no power cut brings back, then the files, those of
//! people before those of the system. What is needed to tell the server stays until it has heard: the agent's state, the system's
//! own programs, how names are looked up and whom TLS trusts. Then the machine is switched off.
//!
//! A machine is wiped only by its service: an agent that somebody starts by hand, a test or a trial never is, whatever it is told.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::program;
use crate::root::{Root, remove_tree};
use crate::update::PROGRAM;
use crate::{disk_key, facts, outside};

/// The unit whose agent may wipe the machine.
const UNIT: &str = "/castellan-agent.service";
/// The running kernel's own file systems: they hold nothing of anybody's.
const KERNEL: [&str; 4] = ["/proc", "/sys", "/dev", "/run"];
/// The system's own programs, which hold nothing of anybody's either.
const PROGRAMS: [&str; 7] = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"];
/// What programs that people brought lie in, within the above.
const BROUGHT: &str = "/usr/local";
/// What finding and trusting the server takes.
const TO_REPORT: [&str; 6] = [
    "/etc/resolv.conf",
    "/etc/hosts",
    "/etc/nsswitch.conf",
    "/etc/ssl/certs",
    "/etc/pki/tls/certs",
    "/etc/pki/ca-trust/extracted",
];
/// How long taking swap files out of use may take: what is in them has to find room elsewhere.
const SWAP_OFF: Duration = Duration::from_secs(300);

/// Deletes everything on the device but what is needed to report that. Blocking.
pub fn wipe(root: &Root) -> Result<String, String> {
    if !root.is_confined() {
        may_wipe_the_machine()?;
    }
    let mounts = own_mounts(&root.read("/proc/self/mounts").unwrap_or_default());
    let erased = erase_disks(root, &mounts);
    let mut left = 0;
    let mut keep = vec![root.state_dir()];
    if !root.is_confined() {
        let mut swap_off = Command::new("swapoff");
        swap_off.arg("-a");
        if let Err(why) = outside::answer(root, swap_off, SWAP_OFF) {
            tracing::warn!(why, "swap stays in use");
        }
        keep.extend(KERNEL.iter().chain(&PROGRAMS).chain(&TO_REPORT).map(PathBuf::from));
        left += remove_tree(Path::new(BROUGHT), &[]);
        // The root of the tree is among them, and last: what people have lies on others, or is deleted with it.
        left += mounts
            .iter()
            .filter(|own| own.place != *root.dir())
            .map(|own| remove_tree(&own.place, &keep))
            .sum::<usize>();
    }
    left += remove_tree(root.dir(), &keep);
    match (left, erased) {
        (0, 0) => Ok("everything was deleted".into()),
        (0, disks) => Ok(format!("everything was deleted, and the keys of {disks} encrypted disks were destroyed")),
        (left, 0) => Err(format!("{left} files could not be deleted")),
        // What cannot be deleted can only be read until the machine is off.
        (left, disks) => Ok(format!(
            "the keys of {disks} encrypted disks were destroyed; {left} files could not be deleted and are lost with them"
        )),
    }
}

/// The server has heard of it: a machine is switched off. Blocking.
pub fn finish(root: &Root) {
    if root.is_confined() || may_wipe_the_machine().is_err() {
        return;
    }
    let mut off = Command::new("systemctl");
    if let Err(why) = program::answer(off.args(["--no-block", "poweroff"]), program::QUESTION) {
        tracing::warn!(why, "the wiped machine cannot be switched off");
    }
}

/// Whether this process is the one that an organisation's word may let wipe the machine.
fn may_wipe_the_machine() -> Result<(), String> {
    if cfg!(test) || !cfg!(feature = "wipe-real-machine") {
        return Err("this agent was built without the ability to wipe a machine (`wipe-real-machine`)".into());
    }
    let cgroup = std::fs::read_to_string("/proc/self/cgroup").unwrap_or_default();
    let program = std::fs::read_link("/proc/self/exe").unwrap_or_default();
    if is_the_service(&cgroup, &program) {
        return Ok(());
    }
    Err("only the agent that the package's service runs wipes a machine".into())
}

/// Whether a process with this cgroup(7) and this program is the package's service.
fn is_the_service(cgroup: &str, program: &Path) -> bool {
    // `hierarchy:controllers:path`; a program that was replaced while it runs has a mark behind its name.
    let in_unit = cgroup.lines().filter_map(|line| line.splitn(3, ':').nth(2)).any(|path| path.ends_with(UNIT));
    let program = program.to_string_lossy();
    in_unit && program.strip_suffix(" (deleted)").unwrap_or(&program) == PROGRAM
}

/// Destroys the keys of the LUKS disks that are this device's own; how many there were.
fn erase_disks(root: &Root, mounts: &[Mount]) -> usize {
    // In a container the disks are another machine's.
    if root.exists("/run/systemd/container") || root.exists("/.dockerenv") {
        return 0;
    }
    let devices: BTreeSet<PathBuf> = mounts
        .iter()
        .filter_map(|own| facts::luks_below(root, &own.source).ok())
        .filter(|place| place.exists())
        .collect();
    let erased = devices.iter().filter(|device| match disk_key::erase(device) {
        Ok(()) => true,
        Err(why) => {
            tracing::warn!(why, device = %device.display(), "the keys of a disk cannot be destroyed");
            false
        }
    });
    erased.count()
}

#[derive(Debug, PartialEq, Eq)]
struct Mount {
    source: String,
    place: PathBuf,
}

/// The mounts of this machine's disks: block devices, except where people plug things in.
fn own_mounts(mounts: &str) -> Vec<Mount> {
    let own = mounts.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let source = fields.next()?;
        // Spaces are written as octal escapes (fstab(5)).
        let place = fields.next()?.replace("\\040", " ");
        let is_plugged_in = ["/media/", "/run/media/", "/mnt"].iter().any(|prefix| place.starts_with(prefix));
        let is_own = source.starts_with("/dev/") && !is_plugged_in;
        is_own.then(|| Mount { source: source.to_owned(), place: PathBuf::from(place) })
    });
    own.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::state::State;
    use crate::trial::{TrialDevice, scratch};

    #[test]
    fn a_whole_machine_is_its_own_disks_and_nothing_plugged_in_or_far_away() {
        let mounts = "/dev/vda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/vda3 /home\\040two ext4 rw 0 0\n/dev/sdb1 /media/anna/stick vfat rw 0 0\nnas:/x /srv nfs rw 0 0\n";
        let own = |source: &str, place: &str| Mount { source: source.into(), place: place.into() };
        assert_eq!(own_mounts(mounts), [own("/dev/vda2", "/"), own("/dev/vda3", "/home two")]);
    }

    #[test]
    fn a_wipe_deletes_what_is_confined_and_nothing_else() {
        let dir = scratch("wipe/device");
        let beside = scratch("wipe/beside");
        std::fs::write(beside.join("file"), "x").unwrap();
        std::fs::create_dir_all(dir.join("home/anna")).unwrap();
        std::os::unix::fs::symlink(&beside, dir.join("home/anna/link")).unwrap();
        let root = Root::confined(&dir).unwrap();
        let state = State::open(&root).unwrap();
        state.save("x.json", &1).unwrap();
        wipe(&root).unwrap();
        assert!(!dir.join("home").exists());
        assert!(beside.join("file").exists());
        assert_eq!(
            state.load::<u32>("x.json").unwrap(),
            Some(1),
            "what is needed for the report stays until it is made"
        );
    }

    #[test]
    fn only_the_service_wipes_a_machine_and_no_test_does() {
        assert!(wipe(&Root::machine()).unwrap_err().contains("wipe-real-machine"));
        for (cgroup, program, expected) in [
            ("0::/system.slice/castellan-agent.service\n", PROGRAM, true),
            ("0::/system.slice/castellan-agent.service\n", "/usr/bin/castellan-agent (deleted)", true),
            ("2:pids:/x\n1:name=systemd:/system.slice/castellan-agent.service\n0::/\n", PROGRAM, true),
            ("0::/system.slice/castellan-agent.service\n", "/home/anna/castellan-agent", false),
            ("0::/user.slice/user-1000.slice/session-1.scope\n", PROGRAM, false),
            ("0::/system.slice/castellan-agent.service/x\n", PROGRAM, false),
            ("0::/system.slice/not-castellan-agent.service\n", PROGRAM, false),
            ("", PROGRAM, false),
        ] {
            assert_eq!(is_the_service(cgroup, Path::new(program)), expected, "{cgroup} {program}");
        }
    }

    /// On a real LUKS disk, which may lie in a file; only where `cryptsetup` is installed.
    #[test]
    fn the_keys_of_an_encrypted_disk_are_destroyed_first() {
        if Command::new("cryptsetup").arg("--version").output().is_err() {
            eprintln!("not tried: there is no `cryptsetup`");
            return;
        }
        let dir = scratch("wipe-disk");
        TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        State::open(&root).unwrap();
        std::fs::create_dir_all(dir.join("dev")).unwrap();
        // Another name for the same file, which stays when the tree is deleted.
        let (disk, beside) = (dir.join("dev/vda2"), scratch("wipe-disk-beside").join("disk"));
        std::fs::write(&beside, vec![0u8; 20 << 20]).unwrap();
        std::fs::hard_link(&beside, &disk).unwrap();
        let key = beside.with_extension("key");
        std::fs::write(&key, "a key").unwrap();
        let cryptsetup = |arguments: &[&str]| {
            let mut command = Command::new("cryptsetup");
            command.arg("--batch-mode").args(arguments).arg("--key-file").arg(&key).arg(&beside);
            command.output().unwrap().status.success()
        };
        assert!(cryptsetup(&[
            "luksFormat",
            "--type",
            "luks2",
            "--pbkdf",
            "pbkdf2",
            "--pbkdf-force-iterations",
            "1000"
        ]));
        assert!(cryptsetup(&["open", "--test-passphrase"]));
        let told = wipe(&root).unwrap();
        assert!(told.contains("the keys of 1 encrypted disks"), "{told}");
        assert!(!cryptsetup(&["open", "--test-passphrase"]) && !disk.exists());
    }
}
