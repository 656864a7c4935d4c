//! Packages of rpm: on whole machines that have it. A confined tree has no database of rpm, and none is made for it; it has an rpm
//! only where it brings a program of that name and lets its programs run, as it says for scripts.

use std::path::{Path, PathBuf};
use std::process::Command;

use agent_wire::RunAs;

use super::PLACING;
use crate::root::Root;
use crate::{outside, program, scripts};

/// What a package says of itself.
pub struct Described {
    pub version: String,
}

/// rpm, where there is one.
pub struct Rpm {
    program: PathBuf,
    root: Root,
}

impl Rpm {
    /// Nothing where packages of rpm cannot be installed.
    pub fn find(root: &Root) -> Option<Rpm> {
        scripts::account(root, RunAs::System).ok()?;
        let places = ["/usr/bin/rpm", "/bin/rpm"];
        let found = places.into_iter().find_map(|place| root.resolve(place).ok().filter(|place| place.is_file()));
        found.map(|program| Rpm { program, root: root.clone() })
    }

    /// Reads a package's header; refuses one with another name. rpm itself refuses one for another machine.
    pub fn describe(&self, package: &Path, name: &str) -> Result<Described, String> {
        let asked = ["--query", "--queryformat", "%{NAME}\n%{VERSION}-%{RELEASE}\n", "--package", "--"];
        let said = self.run(&asked, Some(package))?;
        let mut lines = said.lines();
        let (found, version) = (lines.next().unwrap_or_default(), lines.next().unwrap_or_default());
        if found != name {
            return Err(format!("the package calls itself `{}`, not `{name}`", crate::cut(found, 64)));
        }
        Ok(Described { version: version.to_owned() })
    }

    /// Installs or upgrades; and goes back to an older version, as the server wants it, where what is there is ours.
    pub fn install(&self, package: &Path, is_ours: bool) -> Result<(), String> {
        let mut command = Command::new(&self.program);
        command.arg("--upgrade").args(is_ours.then_some("--oldpackage")).args(["--replacepkgs", "--"]).arg(package);
        outside::done(&self.root, command, PLACING)
    }

    pub fn uninstall(&self, name: &str) -> Result<(), String> {
        if self.installed_version(name).is_none() {
            return Ok(());
        }
        let mut command = Command::new(&self.program);
        command.args(["--erase", "--", name]);
        outside::done(&self.root, command, PLACING)
    }

    pub fn installed_version(&self, name: &str) -> Option<String> {
        let asked = ["--query", "--queryformat", "%{VERSION}-%{RELEASE}", "--", name];
        self.run(&asked, None).ok().filter(|version| !version.is_empty())
    }

    fn run(&self, arguments: &[&str], package: Option<&Path>) -> Result<String, String> {
        program::answer(Command::new(&self.program).args(arguments).args(package), PLACING)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(super) mod tests {
    use std::fs;
    use std::io::Write;
    use std::process::Stdio;

    use super::*;
    use crate::trial::scratch;

    /// Something that answers as rpm does and keeps its database in one file beside it.
    const STAND_IN: &str = r#"#!/bin/sh
db="${0%/*}/db"
case "$1" in
  --query) case "$4" in
      --package) cat "$6" ;;
      --) [ -f "$db" ] && sed -n 2p "$db" | tr -d '\n' || { echo "package $5 is not installed" >&2; exit 1; } ;;
    esac ;;
  --upgrade)
    shift; if [ "$1" = --oldpackage ]; then goes_back=yes; shift; fi
    [ "$1 $2" = "--replacepkgs --" ] || exit 1
    if [ -z "$goes_back" ] && [ -f "$db" ]; then
      is=$(sed -n 2p "$db"); newest=$( (sed -n 2p "$3"; echo "$is") | sort -V | tail -n 1)
      [ "$is" = "$newest" ] && [ "$is" != "$(sed -n 2p "$3")" ] && { echo "which is newer is already installed" >&2; exit 1; }
    fi
    ! grep -q broken "$3" && cp "$3" "$db" ;;
  --erase) rm "$db" ;;
esac
"#;
    /// rpm itself, with a database of its own, so that nothing of the machine is changed.
    const REAL: &str = r#"#!/bin/sh
exec /usr/bin/rpm --dbpath "${0%/*}/db" "$@"
"#;

    pub fn rpm(folder: &Path) -> Rpm {
        program(folder, STAND_IN)
    }

    fn program(folder: &Path, text: &str) -> Rpm {
        let program = folder.join("rpm");
        // Written by another process: one that is open for writing here, while other tests start theirs, cannot be started.
        let write = "cat > \"$1\" && chmod 755 \"$1\"";
        let mut shell =
            Command::new("/bin/sh").args(["-c", write, "sh"]).arg(&program).stdin(Stdio::piped()).spawn().unwrap();
        shell.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
        assert!(shell.wait().unwrap().success());
        Rpm { program, root: Root::confined(folder).unwrap() }
    }

    /// A package `ledger` of this version with one file, `tree/ledger.txt` in this folder, which says the version.
    fn build(folder: &Path, version: &str) -> PathBuf {
        let (number, release) = version.split_once('-').unwrap();
        let file = folder.join("tree/ledger.txt");
        let spec = format!(
            "Name: ledger\nVersion: {number}\nRelease: {release}\nSummary: A ledger\nLicense: Apache-2.0\n\
             BuildArch: noarch\nAutoReqProv: no\n%description\nA ledger.\n\
             %install\nmkdir -p %{{buildroot}}{folder}/tree\nprintf {version} > %{{buildroot}}{file}\n%files\n{file}\n",
            folder = folder.display(),
            file = file.display()
        );
        let (place, spec_file) = (folder.join(format!("{version}.rpm")), folder.join(format!("{version}.spec")));
        fs::write(&spec_file, spec).unwrap();
        let define = |name: &str, value: &Path| format!("{name} {}", value.display());
        let made = Command::new("rpmbuild")
            .args(["-bb", "--quiet", "--define", &define("_topdir", &folder.join("build"))])
            .args(["--define", &define("_rpmdir", folder), "--define", &format!("_rpmfilename {version}.rpm")])
            .args(["--define", &define("_dbpath", &folder.join("db"))])
            .arg(&spec_file)
            .output()
            .unwrap();
        assert!(made.status.success(), "{}", String::from_utf8_lossy(&made.stderr));
        place
    }

    #[test]
    fn the_real_rpm_installs_upgrades_goes_back_and_removes() {
        if !crate::trial::has_programs(&["/usr/bin/rpm", "rpmbuild"]) {
            return;
        }
        let folder = scratch("rpm-real");
        fs::create_dir_all(folder.join("tree")).unwrap();
        let rpm = program(&folder, REAL);
        let file = folder.join("tree/ledger.txt");
        goes_through(&rpm, &|version| build(&folder, version), &|version| {
            assert_eq!(fs::read_to_string(&file).ok().as_deref(), version);
        });
        let broken = folder.join("broken.rpm");
        fs::write(&broken, b"no package").unwrap();
        assert!(rpm.describe(&broken, "ledger").is_err());
        assert!(rpm.install(&broken, true).is_err());
    }

    #[test]
    fn a_package_is_read_installed_replaced_and_removed() {
        let folder = scratch("rpm");
        let rpm = rpm(&folder);
        let package = |version: &str| {
            let place = folder.join(version);
            fs::write(&place, format!("ledger\n{version}\n")).unwrap();
            place
        };
        goes_through(&rpm, &package, &|_| {});
        assert!(Rpm::find(&Root::confined(&folder).unwrap()).is_none(), "a confined tree has none");
    }

    /// Everything that is done with a package; `there` looks at what it brought.
    fn goes_through(rpm: &Rpm, package: &dyn Fn(&str) -> PathBuf, there: &dyn Fn(Option<&str>)) {
        assert_eq!(rpm.installed_version("ledger"), None);
        assert!(rpm.describe(&package("1-1"), "editor").err().unwrap().contains("`ledger`, not `editor`"));
        for version in ["1-1", "2-1", "1-1"] {
            assert_eq!(rpm.describe(&package(version), "ledger").unwrap().version, version);
            rpm.install(&package(version), true).unwrap();
            assert_eq!(rpm.installed_version("ledger").as_deref(), Some(version));
            there(Some(version));
        }
        rpm.install(&package("2-1"), false).unwrap();
        assert!(rpm.install(&package("1-1"), false).unwrap_err().contains("newer"));
        assert_eq!(rpm.installed_version("ledger").as_deref(), Some("2-1"), "what is not ours does not go back");
        rpm.uninstall("ledger").unwrap();
        assert_eq!(rpm.installed_version("ledger"), None);
        there(None);
        rpm.uninstall("ledger").unwrap();
    }
}
