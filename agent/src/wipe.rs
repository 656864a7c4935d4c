//! Deleting what is on the device: first the keys of its encrypted disks, which no power cut brings back, then the files, those of
//! people before those of the system. What is needed to tell the server stays until it has heard: the agent's state, the system's
//! own programs, how names are looked up and whom TLS trusts. Then the machine is switched off.
//!
//! It is done when everything is deleted, but for files that lie on a disk whose keys were destroyed: nobody reads those again.
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
/// File systems that nobody can write to.
const IMAGES: [&str; 3] = ["squashfs", "erofs", "iso9660"];
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
    let mounts = mounts(&root.read("/proc/self/mounts").unwrap_or_default());
    let erased = erase_disks(root, &mounts);
    let mut keep = vec![root.state_dir()];
    let mut trees = Vec::new();
    if !root.is_confined() {
        let mut swap_off = Command::new("swapoff");
        swap_off.arg("-a");
        if let Err(why) = outside::done(root, swap_off, SWAP_OFF) {
            tracing::warn!(why, "swap stays in use");
        }
        keep.extend(KERNEL.iter().chain(&PROGRAMS).chain(&TO_REPORT).map(PathBuf::from));
        trees.push(PathBuf::from(BROUGHT));
        // The root of the tree is among them, and last: what people have lies on others, or is deleted with it.
        trees.extend(mounts.iter().filter(|mount| mount.is_own()).map(|own| own.place.clone()));
        trees.retain(|place| *place != *root.dir());
    }
    let mut left: Vec<(PathBuf, usize)> = Vec::new();
    for place in trees {
        let kept: &[PathBuf] = if place == Path::new(BROUGHT) { &[] } else { &keep };
        let failures = remove_tree(&place, kept);
        left.push((place, failures));
    }
    left.push((PathBuf::from("/"), remove_tree(root.dir(), &keep)));
    outcome(root, &mounts, &erased, &left)
}

/// What to say where so many files of these trees could not be deleted.
fn outcome(
    root: &Root,
    mounts: &[Mount],
    erased: &BTreeSet<PathBuf>,
    left: &[(PathBuf, usize)],
) -> Result<String, String> {
    let disks = match erased.len() {
        0 => String::new(),
        disks => format!("the keys of {disks} encrypted disks were destroyed"),
    };
    let is_lost = |place: &Path| disk_of(root, mounts, place).is_some_and(|disk| erased.contains(&disk));
    let (lost, readable): (Vec<_>, Vec<_>) =
        left.iter().filter(|(_, failures)| *failures > 0).partition(|(place, _)| is_lost(place));
    if !readable.is_empty() {
        let files: usize = readable.iter().map(|(_, failures)| failures).sum();
        let places: Vec<String> = readable.iter().map(|(place, _)| format!("`{}`", place.display())).collect();
        let besides = if disks.is_empty() { disks } else { format!("; {disks}") };
        return Err(format!("{files} files could not be deleted, on {}{besides}", places.join(", ")));
    }
    // What cannot be deleted there can only be read until the machine is off.
    Ok(match (lost.iter().map(|(_, failures)| failures).sum::<usize>(), disks.is_empty()) {
        (_, true) => "everything was deleted".into(),
        (0, false) => format!("everything was deleted, and {disks}"),
        (files, false) => format!("{disks}; {files} files could not be deleted and are lost with them"),
    })
}

/// The LUKS disk that a place lies on; none where it lies on none, or that cannot be seen.
fn disk_of(root: &Root, mounts: &[Mount], place: &Path) -> Option<PathBuf> {
    let holds = mounts.iter().filter(|mount| place.starts_with(&mount.place));
    // Of two on one place the later hides the earlier.
    let mount = holds.max_by_key(|mount| mount.place.components().count())?;
    facts::luks_below(root, &mount.source).ok()
}

/// The server has heard of it: a machine is switched off. Blocking.
pub fn finish(root: &Root) {
    if root.is_confined() || may_wipe_the_machine().is_err() {
        return;
    }
    let mut off = Command::new("systemctl");
    if let Err(why) = program::done(off.args(["--no-block", "poweroff"]), program::QUESTION) {
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

/// Destroys the keys of the LUKS disks that are this device's own; those that nobody opens again.
fn erase_disks(root: &Root, mounts: &[Mount]) -> BTreeSet<PathBuf> {
    // In a container the disks are another machine's.
    if root.exists("/run/systemd/container") || root.exists("/.dockerenv") {
        return BTreeSet::new();
    }
    let own = mounts.iter().filter(|mount| mount.is_own());
    let mut disks: BTreeSet<PathBuf> =
        own.filter_map(|own| facts::luks_below(root, &own.source).ok()).filter(|place| place.exists()).collect();
    disks.retain(|disk| match disk_key::erase(disk) {
        Ok(()) => true,
        Err(why) => {
            tracing::warn!(why, device = %disk.display(), "the keys of a disk cannot be destroyed");
            false
        }
    });
    disks
}

#[derive(Debug, PartialEq, Eq)]
struct Mount {
    source: String,
    place: PathBuf,
    kind: String,
}

impl Mount {
    /// Whether it is one of this machine's disks: block devices, except where people plug things in, and except images that nobody
    /// can write to. Such an image (a snap) is a file, which is deleted with the tree that it lies in.
    fn is_own(&self) -> bool {
        let place = self.place.to_string_lossy();
        let is_plugged_in = ["/media/", "/run/media/", "/mnt"].iter().any(|prefix| place.starts_with(prefix));
        self.source.starts_with("/dev/") && !is_plugged_in && !IMAGES.contains(&self.kind.as_str())
    }
}

fn mounts(text: &str) -> Vec<Mount> {
    let mounts = text.lines().filter_map(|line| {
        let mut fields = line.split(' ');
        let source = fields.next()?.to_owned();
        // Spaces are written as octal escapes (fstab(5)).
        let place = PathBuf::from(fields.next()?.replace("\\040", " "));
        Some(Mount { source, place, kind: fields.next()?.to_owned() })
    });
    mounts.collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::state::State;
    use crate::trial::{TrialDevice, scratch};

    #[test]
    fn a_whole_machine_is_its_own_disks_and_nothing_plugged_in_or_far_away() {
        let text = "/dev/vda2 / ext4 rw 0 0\nproc /proc proc rw 0 0\n/dev/vda3 /home\\040two ext4 rw 0 0\n/dev/sdb1 /media/anna/stick vfat rw 0 0\nnas:/x /srv nfs rw 0 0\n/dev/loop3 /snap/core/1 squashfs ro 0 0\n";
        let own: Vec<Mount> = mounts(text).into_iter().filter(Mount::is_own).collect();
        let mount =
            |source: &str, place: &str| Mount { source: source.into(), place: place.into(), kind: "ext4".into() };
        assert_eq!(own, [mount("/dev/vda2", "/"), mount("/dev/vda3", "/home two")]);
    }

    #[test]
    fn only_files_on_a_disk_whose_keys_are_gone_count_as_lost() {
        let dir = scratch("wipe-left");
        TrialDevice::healthy("lt-0007", "PF3XYZ01").furnish(&dir).unwrap();
        let root = Root::confined(&dir).unwrap();
        let encrypted = mounts(&root.read("/proc/self/mounts").unwrap()).remove(0);
        assert_eq!(encrypted.place, Path::new("/"));
        let disk = facts::luks_below(&root, &encrypted.source).unwrap();
        let plain = "/dev/vdb1 /data ext4 rw 0 0\noverlay /opt overlay rw 0 0\n/dev/mapper/unseen /srv ext4 rw 0 0\n";
        let all: Vec<Mount> = std::iter::once(encrypted).chain(mounts(plain)).collect();
        let (one, none) = (BTreeSet::from([disk]), BTreeSet::new());
        let keys = "the keys of 1 encrypted disks were destroyed";
        for (erased, left, expected) in [
            (&none, vec![("/", 0), ("/data", 0)], Ok("everything was deleted".to_owned())),
            (&one, vec![("/", 0), ("/data", 0)], Ok(format!("everything was deleted, and {keys}"))),
            (
                &one,
                vec![("/usr/local", 1), ("/data", 0), ("/", 2)],
                Ok(format!("{keys}; 3 files could not be deleted and are lost with them")),
            ),
            (&one, vec![("/data", 4), ("/", 2)], Err(format!("4 files could not be deleted, on `/data`; {keys}"))),
            (
                &one,
                vec![("/opt/x", 1), ("/srv", 1)],
                Err(format!("2 files could not be deleted, on `/opt/x`, `/srv`; {keys}")),
            ),
            (&none, vec![("/", 2)], Err("2 files could not be deleted, on `/`".to_owned())),
        ] {
            let left: Vec<(PathBuf, usize)> = left.into_iter().map(|(place, n)| (PathBuf::from(place), n)).collect();
            assert_eq!(outcome(&root, &all, erased, &left), expected, "{left:?}");
        }
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

    /// On a real LUKS disk, which lies in a file.
    #[test]
    fn the_keys_of_an_encrypted_disk_are_destroyed_first() {
        if !crate::trial::has_luks("wipe-probe") {
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
