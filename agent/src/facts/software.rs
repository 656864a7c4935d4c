//! What is installed, as the system's own packager knows it: dpkg's database, or rpm's. It is asked without rights.

use agent_wire::Software;
use agent_wire::limits::{SOFTWARE_MAX, TEXT_BYTES_MAX};

use super::look;
use crate::root::Root;

const DPKG: &str = "/var/lib/dpkg";

/// In the order of their names, as many as may be reported.
pub fn software(root: &Root) -> Result<Vec<Software>, String> {
    let said = if root.exists(DPKG) {
        let database = format!("--admindir={}", root.place(DPKG).display());
        look("dpkg-query", &[&database, "-W", "-f", "${db:Status-Status}\t${Package}\t${Version}\t${Maintainer}\n"])?
    } else if root.is_confined() {
        return Err("there is no packager in this tree".into());
    } else {
        look("rpm", &["-qa", "--qf", "installed\t%{NAME}\t%{VERSION}-%{RELEASE}\t%{VENDOR}\n"])?
    };
    let mut found: Vec<Software> = said.lines().filter_map(read).collect();
    found.sort();
    found.dedup();
    found.truncate(SOFTWARE_MAX);
    Ok(found)
}

fn read(line: &str) -> Option<Software> {
    let mut fields = line.split('\t').map(|field| crate::cut(field.trim(), TEXT_BYTES_MAX));
    if fields.next()? != "installed" {
        return None;
    }
    let (name, version) = (fields.next().filter(|name| !name.is_empty())?, fields.next()?);
    // A maintainer's address is nobody's business here.
    let publisher = fields.next().map(|who| who.split('<').next().unwrap_or_default().trim().to_owned());
    Some(Software { name, version, publisher: publisher.filter(|who| !who.is_empty() && who != "(none)") })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;

    #[test]
    fn what_dpkg_has_installed_is_told_without_addresses() {
        let dir = scratch("facts-software");
        std::fs::create_dir_all(dir.join("var/lib/dpkg")).unwrap();
        let status = "Package: zlib1g\nStatus: install ok installed\nVersion: 1:1.3\nArchitecture: amd64\nMaintainer: M <m@x.example>\nDescription: z\n\n\
                      Package: gone\nStatus: deinstall ok config-files\nVersion: 1\nArchitecture: amd64\nMaintainer: M\nDescription: g\n\n\
                      Package: bash\nStatus: install ok installed\nVersion: 5.2-1\nArchitecture: amd64\nMaintainer: B <b@x.example>\nDescription: b\n";
        std::fs::write(dir.join("var/lib/dpkg/status"), status).unwrap();
        let found = software(&Root::confined(&dir).unwrap()).unwrap();
        let told: Vec<_> =
            found.iter().map(|s| (s.name.as_str(), s.version.as_str(), s.publisher.as_deref())).collect();
        assert_eq!(told, [("bash", "5.2-1", Some("B")), ("zlib1g", "1:1.3", Some("M"))]);
    }

    #[test]
    fn a_tree_without_a_packager_says_so() {
        assert!(software(&Root::confined(&scratch("facts-software-none")).unwrap()).is_err());
    }
}
