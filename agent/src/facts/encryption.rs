//! Whether what is written to `/`, `/home`, `/var` and swap reaches a disk only through dm-crypt, by following the block devices
//! in /sys down to the disks. Encryption inside a file system (ZFS, fscrypt) and below the kernel (self-encrypting disks) is
//! not seen: such mounts are unknown or unencrypted, never guessed to be encrypted.

use std::path::{Path, PathBuf};

use agent_wire::limits::{MOUNTS_MAX, TEXT_BYTES_MAX};
use agent_wire::{Fact, MountEncryption};

use crate::root::Root;

/// The mounts that matter: system, people's files, logs and data.
const MOUNTS: [&str; 3] = ["/", "/home", "/var"];
/// Block devices stacked deeper than this are taken for a loop.
const DEPTH_MAX: usize = 16;

pub fn encryption(root: &Root) -> Result<Vec<MountEncryption>, String> {
    let mounts = root.read("/proc/self/mounts")?;
    let mut found = Vec::new();
    for wanted in MOUNTS {
        // The last mount on a place hides the ones before it.
        let line = mounts.lines().rev().find(|line| line.split(' ').nth(1) == Some(wanted));
        if let Some(line) = line {
            let mut fields = line.split(' ');
            let source = fields.next().unwrap_or_default();
            let kind = fields.nth(1).unwrap_or_default();
            found.push(mount(root, wanted, source, kind));
        }
    }
    if found.iter().all(|mount| mount.mount != "/") {
        return Err("`/proc/self/mounts` names no `/`".into());
    }
    let swaps = root.read("/proc/swaps").unwrap_or_default();
    for line in swaps.lines().skip(1) {
        let mut fields = line.split_whitespace();
        if let (Some(source), Some(kind)) = (fields.next(), fields.next()) {
            found.push(swap(root, source, kind, &found));
        }
    }
    found.truncate(MOUNTS_MAX);
    Ok(found)
}

/// The LUKS device under `/`: the nearest dm-crypt on the way from the mount to the disk.
pub fn luks_device(root: &Root) -> Result<PathBuf, String> {
    let mounts = root.read("/proc/self/mounts")?;
    let line = mounts.lines().rev().find(|line| line.split(' ').nth(1) == Some("/"));
    let source = line.and_then(|line| line.split(' ').next()).ok_or("`/proc/self/mounts` names no `/`")?;
    luks_below(root, source)
}

/// The LUKS device under what is mounted from this source.
pub fn luks_below(root: &Root, source: &str) -> Result<PathBuf, String> {
    if !source.starts_with("/dev/") {
        return Err("`/` does not lie on a block device".into());
    }
    let mut name = kernel_name(root, source)?;
    for _ in 0..DEPTH_MAX {
        let below = root.list(&format!("/sys/class/block/{name}/slaves"));
        let is_crypt =
            root.read(&format!("/sys/class/block/{name}/dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-LUKS"));
        let [slave] = below.as_slice() else {
            return Err("the disk of `/` is not encrypted with LUKS, or lies on several devices".into());
        };
        if is_crypt {
            return Ok(root.place(&format!("/dev/{slave}")));
        }
        name.clone_from(slave);
    }
    Err(format!("the block devices under `{name}` are stacked too deep"))
}

fn mount(root: &Root, mount: &str, source: &str, kind: &str) -> MountEncryption {
    let encrypted = match kind {
        "tmpfs" | "ramfs" => Ok(true),
        _ if source.starts_with("/dev/") => block(root, source),
        _ => Err(format!("`{kind}` does not lie on a block device that can be followed")),
    };
    MountEncryption { mount: mount.into(), source: crate::cut(source, TEXT_BYTES_MAX), encrypted: encrypted.into() }
}

fn swap(root: &Root, source: &str, kind: &str, mounts: &[MountEncryption]) -> MountEncryption {
    let encrypted = if kind == "file" {
        // A swap file is as safe as the mount that it lies on: the longest of those we looked at.
        let below = mounts.iter().filter(|m| m.mount == "/" || crate::root::is_below(source, &m.mount));
        let holder = below.max_by_key(|m| m.mount.len()).map(|m| m.encrypted.clone());
        holder.unwrap_or_else(|| Fact::unknown("the mount of the swap file is not known"))
    } else {
        block(root, source).into()
    };
    MountEncryption { mount: "swap".into(), source: crate::cut(source, TEXT_BYTES_MAX), encrypted }
}

fn block(root: &Root, source: &str) -> Result<bool, String> {
    let name = kernel_name(root, source)?;
    all_ways_encrypted(root, &name, DEPTH_MAX)
}

/// `/dev/mapper/root_crypt` → `dm-0`, `/dev/vda2` → `vda2`.
fn kernel_name(root: &Root, source: &str) -> Result<String, String> {
    if let Some(mapped) = source.strip_prefix("/dev/mapper/") {
        let names = root.list("/sys/class/block").into_iter().filter(|name| name.starts_with("dm-"));
        for name in names {
            if root.read(&format!("/sys/class/block/{name}/dm/name")).is_ok_and(|text| text.trim() == mapped) {
                return Ok(name);
            }
        }
    }
    let resolved = root.resolve(source).unwrap_or_else(|_| Path::new(source).to_owned());
    let name = resolved.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    if name.is_empty() || !root.exists(&format!("/sys/class/block/{name}")) {
        return Err(format!("`{source}` is not among the block devices"));
    }
    Ok(name)
}

fn all_ways_encrypted(root: &Root, name: &str, depth: usize) -> Result<bool, String> {
    let folder = format!("/sys/class/block/{name}");
    if depth == 0 {
        return Err(format!("the block devices under `{name}` are stacked too deep"));
    }
    if root.read(&format!("{folder}/dm/uuid")).is_ok_and(|uuid| uuid.starts_with("CRYPT-")) {
        return Ok(true);
    }
    if name.starts_with("zram") {
        // Memory, unless pages are written back to a device.
        let backing = root.read(&format!("{folder}/backing_dev")).unwrap_or_else(|_| "none".into());
        return if backing.trim() == "none" { Ok(true) } else { Err("zram writes back to a device".into()) };
    }
    if name.starts_with("loop") || name.starts_with("nbd") || name.starts_with("rbd") {
        return Err(format!("what lies under `{name}` cannot be followed"));
    }
    let below = root.list(&format!("{folder}/slaves"));
    let mut all = !below.is_empty();
    for slave in below {
        all &= all_ways_encrypted(root, &slave, depth - 1)?;
    }
    Ok(all)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use std::fs;

    /// Devices as (name, dm name and uuid, what it lies on).
    type Device<'a> = (&'a str, Option<(&'a str, &'a str)>, &'a [&'a str]);

    fn tree(test: &str, devices: &[Device<'_>], mounts: &str, swaps: &str) -> Root {
        let dir = scratch(test);
        for (name, dm, slaves) in devices {
            let folder = dir.join("sys/class/block").join(name);
            fs::create_dir_all(folder.join("slaves")).unwrap();
            for slave in *slaves {
                fs::create_dir_all(folder.join("slaves").join(slave)).unwrap();
            }
            if let Some((dm_name, uuid)) = dm {
                fs::create_dir_all(folder.join("dm")).unwrap();
                fs::write(folder.join("dm/name"), format!("{dm_name}\n")).unwrap();
                fs::write(folder.join("dm/uuid"), format!("{uuid}\n")).unwrap();
            }
        }
        fs::create_dir_all(dir.join("proc/self")).unwrap();
        fs::write(dir.join("proc/self/mounts"), mounts).unwrap();
        fs::write(dir.join("proc/swaps"), format!("Filename Type Size Used Priority\n{swaps}")).unwrap();
        Root::confined(&dir).unwrap()
    }

    fn verdicts(root: &Root) -> Vec<(String, Option<bool>)> {
        let found = encryption(root).unwrap();
        found.into_iter().map(|m| (m.mount, m.encrypted.known().copied())).collect()
    }

    #[test]
    fn a_mount_is_encrypted_when_every_way_to_a_disk_is() {
        let crypt = Some(("crypt", "CRYPT-LUKS2-00-crypt"));
        let lvm = Some(("vg-root", "LVM-x"));
        let devices: [Device<'_>; 8] = [
            ("sda1", None, &[]),
            ("sda2", None, &[]),
            ("sdb1", None, &[]),
            ("dm-0", crypt, &["sda2"]),
            ("dm-1", lvm, &["dm-0"]),
            ("dm-2", Some(("vg-home", "LVM-y")), &["dm-0", "sdb1"]),
            ("loop3", None, &[]),
            ("zram0", None, &[]),
        ];
        let cases = [
            ("/dev/mapper/crypt / ext4 rw 0 0\n", "", vec![("/", Some(true))]),
            ("/dev/sda1 / ext4 rw 0 0\n", "", vec![("/", Some(false))]),
            (
                "/dev/mapper/vg-root / ext4 rw 0 0\n/dev/mapper/vg-home /home ext4 rw 0 0\n",
                "",
                vec![("/", Some(true)), ("/home", Some(false))],
            ),
            ("overlay / overlay rw 0 0\ntmpfs /var tmpfs rw 0 0\n", "", vec![("/", None), ("/var", Some(true))]),
            ("/dev/loop3 / squashfs ro 0 0\n", "", vec![("/", None)]),
            ("/dev/gone / ext4 rw 0 0\n", "", vec![("/", None)]),
            ("/dev/sda1 / ext4 rw 0 0\n/dev/mapper/crypt / ext4 rw 0 0\n", "", vec![("/", Some(true))]),
            (
                "/dev/mapper/crypt / ext4 rw 0 0\n",
                "/dev/sdb1 partition 1 0 -2\n",
                vec![("/", Some(true)), ("swap", Some(false))],
            ),
            (
                "/dev/mapper/crypt / ext4 rw 0 0\n",
                "/swapfile file 1 0 -2\n/dev/zram0 partition 1 0 5\n",
                vec![("/", Some(true)), ("swap", Some(true)), ("swap", Some(true))],
            ),
        ];
        for (at, (mounts, swaps, expected)) in cases.into_iter().enumerate() {
            let root = tree(&format!("facts-encryption-{at}"), &devices, mounts, swaps);
            let expected: Vec<_> = expected.into_iter().map(|(mount, verdict)| (mount.to_owned(), verdict)).collect();
            assert_eq!(verdicts(&root), expected, "{mounts}");
        }
    }

    #[test]
    fn a_loop_of_block_devices_ends() {
        let devices: [Device<'_>; 2] =
            [("dm-0", Some(("a", "LVM-a")), &["dm-1"]), ("dm-1", Some(("b", "LVM-b")), &["dm-0"])];
        let root = tree("facts-encryption-loop", &devices, "/dev/mapper/a / ext4 rw 0 0\n", "");
        assert_eq!(verdicts(&root), [("/".to_owned(), None)]);
    }
}
