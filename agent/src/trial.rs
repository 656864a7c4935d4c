//! A make-believe Linux device: the few files that facts are read from, written under a folder, so that an agent confined to
//! it has something true to say about that tree. For trials, demonstrations and tests; it touches nothing else.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What the device should look like.
#[derive(Clone, Debug)]
pub struct TrialDevice {
    pub hostname: String,
    pub serial_number: String,
    /// `/` lies on dm-crypt, or directly on a partition.
    pub disk_encrypted: bool,
    pub firewall_on: bool,
    pub secure_boot: bool,
}

impl TrialDevice {
    /// A device in good order.
    #[must_use]
    pub fn healthy(hostname: &str, serial_number: &str) -> Self {
        Self {
            hostname: hostname.into(),
            serial_number: serial_number.into(),
            disk_encrypted: true,
            firewall_on: true,
            secure_boot: true,
        }
    }

    /// Writes the tree, over a former one: a trial changes the device by furnishing it again.
    pub fn furnish(&self, dir: &Path) -> io::Result<()> {
        let mut files = fixed_files();
        files.push(("etc/hostname", format!("{}\n", self.hostname)));
        files.push(("proc/sys/kernel/hostname", format!("{}\n", self.hostname)));
        files.push(("sys/class/dmi/id/product_serial", format!("{}\n", self.serial_number)));
        let source = if self.disk_encrypted { "/dev/mapper/root_crypt" } else { "/dev/vda2" };
        files.push(("proc/self/mounts", format!("{source} / ext4 rw,relatime 0 0\ntmpfs /tmp tmpfs rw 0 0\n")));
        let enabled = if self.firewall_on { "yes" } else { "no" };
        files.push(("etc/ufw/ufw.conf", format!("ENABLED={enabled}\nLOGLEVEL=low\n")));
        for (path, text) in files {
            put(dir, path, text.as_bytes())?;
        }
        fs::create_dir_all(dir.join("sys/class/block/vda2"))?;
        fs::create_dir_all(dir.join("sys/class/block/dm-0/slaves/vda2"))?;
        // efivarfs: four bytes of attributes, then the value (UEFI 2.10 §3.3).
        let secure_boot = [6, 0, 0, 0, u8::from(self.secure_boot)];
        put(dir, "sys/firmware/efi/efivars/SecureBoot-8be4df61-93ca-11d2-aa0d-00e098032b8c", &secure_boot)
    }
}

fn fixed_files() -> Vec<(&'static str, String)> {
    [
        (
            "etc/os-release",
            "PRETTY_NAME=\"Ubuntu 24.04.1 LTS\"\nNAME=\"Ubuntu\"\nVERSION_ID=\"24.04\"\nID=ubuntu\nID_LIKE=debian\n",
        ),
        ("etc/issue.net", "Ubuntu 24.04.1 LTS\n"),
        ("etc/login.defs", "# password ageing\nPASS_MAX_DAYS\t99999\nPASS_MIN_DAYS\t0\n"),
        ("etc/pam.d/common-password", "password requisite pam_pwquality.so retry=3\npassword [success=1 default=ignore] pam_unix.so obscure use_authtok yescrypt\n"),
        ("etc/security/pwquality.conf", "# minlen = 8\n"),
        ("etc/apt/apt.conf.d/20auto-upgrades", "APT::Periodic::Update-Package-Lists \"1\";\nAPT::Periodic::Unattended-Upgrade \"1\";\n"),
        ("usr/bin/unattended-upgrade", "#!/usr/bin/python3\n"),
        ("etc/kernel/postinst.d/unattended-upgrades", "#!/bin/sh\n"),
        ("var/lib/apt/periodic/update-success-stamp", ""),
        ("var/lib/update-notifier/updates-available", "\n3 updates can be applied immediately.\n0 of these updates are standard security updates.\n"),
        ("proc/sys/kernel/osrelease", "6.8.0-48-generic\n"),
        ("proc/meminfo", "MemTotal:       16303428 kB\nMemFree:         1234567 kB\n"),
        ("proc/swaps", "Filename\tType\tSize\tUsed\tPriority\n"),
        ("sys/class/dmi/id/sys_vendor", "LENOVO\n"),
        ("sys/class/dmi/id/product_name", "21HD0031GE\n"),
        ("sys/class/block/dm-0/dm/name", "root_crypt\n"),
        ("sys/class/block/dm-0/dm/uuid", "CRYPT-LUKS2-0123456789abcdef0123456789abcdef-root_crypt\n"),
    ]
    .map(|(path, text)| (path, text.to_owned()))
    .to_vec()
}

fn put(dir: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let place = dir.join(path);
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(place, bytes)
}

/// Whether a test can have these programs. One that is missing is an error: only who sets [`MAY_SKIP`] goes without.
#[cfg(test)]
pub(crate) fn has_programs(names: &[&str]) -> bool {
    let is_there = |name: &&&str| std::process::Command::new(name).arg("--version").output().is_ok();
    let missing: Vec<String> = names.iter().filter(|name| !is_there(name)).map(|name| format!("`{name}`")).collect();
    let missing = missing.join(" and ");
    assert!(
        missing.is_empty() || std::env::var_os(MAY_SKIP).is_some(),
        "{missing} cannot be found: `scripts/needs test` installs it; to go without, set {MAY_SKIP}=1"
    );
    if !missing.is_empty() {
        say(&format!("not tested, because {missing} cannot be found"));
    }
    missing.is_empty()
}

/// Lets a test that lacks a program of the system pass without having tested anything.
#[cfg(test)]
const MAY_SKIP: &str = "CASTELLAN_MAY_SKIP";

/// Whether a test can make a LUKS disk here. Not every container lets one have the kernel's cryptography.
#[cfg(test)]
pub(crate) fn has_luks(name: &str) -> bool {
    if !has_programs(&["cryptsetup"]) {
        return false;
    }
    let (disk, key) = (scratch(name).join("disk"), scratch(&format!("{name}-key")).join("key"));
    fs::write(&disk, vec![0u8; 20 << 20]).expect("a disk can be written");
    fs::write(&key, "a key").expect("a key can be written");
    let mut format = std::process::Command::new("cryptsetup");
    format.args(["--batch-mode", "luksFormat", "--type", "luks2", "--pbkdf", "pbkdf2"]);
    let said =
        format.args(["--pbkdf-force-iterations", "1000"]).args([&disk, &key]).output().expect("it was just there");
    if !said.status.success() {
        let why = String::from_utf8_lossy(&said.stderr);
        say(&format!("not tested, because no LUKS disk can be made here: {}", why.trim()));
    }
    said.status.success()
}

/// Past what the harness keeps back of a test that passes.
#[cfg(test)]
fn say(what: &str) {
    let test = std::thread::current().name().unwrap_or_default().to_owned();
    let _ = io::Write::write_all(&mut io::stderr(), format!("{test}: {what}\n").as_bytes());
}

/// As on a full disk: the document at this place cannot be written any more, or can again.
#[cfg(test)]
pub(crate) fn refuse_writes(place: &Path, refuses: bool) {
    let name = place.file_name().unwrap_or_default().to_string_lossy();
    // Where the new document would be written before it takes the former one's place.
    let in_the_way = place.with_file_name(format!(".{name}.castellan-new"));
    let done = if refuses { fs::create_dir(&in_the_way) } else { fs::remove_dir(&in_the_way) };
    done.expect("the trial's own folder can be changed");
}

/// A fresh empty folder for one test or trial, by name; a former one of that name (and process) is emptied.
#[must_use]
pub fn scratch(name: &str) -> PathBuf {
    let dir = std::env::temp_dir().join(format!("castellan-agent-{}", std::process::id())).join(name);
    let _ = fs::remove_dir_all(&dir);
    fs::create_dir_all(&dir).expect("the temporary folder can be written");
    dir.canonicalize().expect("a folder that was just made is there")
}
