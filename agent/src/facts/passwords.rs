//! What the device demands of a new local password: pwquality where PAM asks it, else pam_unix; ageing from login.defs.

use agent_wire::PasswordPolicy;

use crate::root::Root;

/// PAM's password stacks, by distribution.
const STACKS: [&str; 3] = ["/etc/pam.d/common-password", "/etc/pam.d/system-auth", "/etc/pam.d/password-auth"];
/// pwquality.conf(5).
const PWQUALITY_MINLEN: i32 = 8;
const PWQUALITY_MINCLASS: i32 = 0;
/// pam_unix(8).
const UNIX_MINLEN: i32 = 6;

pub fn policy(root: &Root) -> PasswordPolicy {
    let stack: Vec<String> =
        STACKS.iter().filter_map(|path| root.read(path).ok()).flat_map(|text| lines(&text)).collect();
    let asked = |name: &str| {
        if stack.is_empty() {
            return Err("no PAM password stack is known here".to_owned());
        }
        let by_pwquality = module(&stack, "pam_pwquality.so");
        Ok(by_pwquality.map(|line| argument(line, name).or_else(|| pwquality(root, name))))
    };
    let minimum = |name: &str, default: i32, without: i32| {
        let value = match asked(name)? {
            Some(value) => value.unwrap_or(default),
            None => module(&stack, "pam_unix.so").and_then(|line| argument(line, name)).unwrap_or(without),
        };
        Ok::<u32, String>(u32::try_from(value).unwrap_or(0))
    };
    // A negative credit is a demand, any other one only shortens the password (pwquality.conf(5)).
    let required = |name: &str| {
        Ok::<u32, String>(asked(name)?.flatten().filter(|credit| *credit < 0).map_or(0, i32::unsigned_abs))
    };
    PasswordPolicy {
        min_length: minimum("minlen", PWQUALITY_MINLEN, UNIX_MINLEN).into(),
        min_classes: minimum("minclass", PWQUALITY_MINCLASS, 0).into(),
        min_digits: required("dcredit").into(),
        min_lowercase: required("lcredit").into(),
        min_uppercase: required("ucredit").into(),
        min_symbols: required("ocredit").into(),
        max_days: max_days(root).into(),
    }
}

/// The drop-ins are read first, in order of their names, and the main file last: the last one that sets a value wins.
fn pwquality(root: &Root, name: &str) -> Option<i32> {
    let folder = "/etc/security/pwquality.conf.d";
    let drop_ins =
        root.list(folder).into_iter().filter(|file| file.ends_with(".conf")).map(|file| format!("{folder}/{file}"));
    let files = drop_ins.chain(["/etc/security/pwquality.conf".to_owned()]);
    let values = files.filter_map(|path| root.read(&path).ok()).flat_map(|text| lines(&text));
    values
        .filter_map(|line| {
            let (key, value) = line.split_once('=')?;
            (key.trim() == name).then(|| value.trim().parse().ok())?
        })
        .next_back()
}

fn max_days(root: &Root) -> Result<u32, String> {
    let text = root.read("/etc/login.defs")?;
    let value =
        lines(&text).into_iter().filter_map(|line| line.strip_prefix("PASS_MAX_DAYS")?.trim().parse().ok()).next_back();
    value.ok_or_else(|| "`/etc/login.defs` does not set PASS_MAX_DAYS".into())
}

/// Lines without comments and blanks.
fn lines(text: &str) -> Vec<String> {
    let bare = text.lines().map(|line| line.split('#').next().unwrap_or_default().trim());
    bare.filter(|line| !line.is_empty()).map(str::to_owned).collect()
}

fn module<'a>(stack: &'a [String], name: &str) -> Option<&'a str> {
    stack
        .iter()
        .map(String::as_str)
        .find(|line| line.split_whitespace().any(|word| word == name || word.ends_with(&format!("/{name}"))))
}

fn argument(line: &str, name: &str) -> Option<i32> {
    line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('=')?.parse().ok())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::trial::scratch;
    use agent_wire::Fact;
    use std::fs;

    #[test]
    fn the_minimum_length_comes_from_where_pam_takes_it() {
        let pwquality = "password requisite pam_pwquality.so retry=3\n";
        let cases = [
            (pwquality, "", "", 8),
            (pwquality, "minlen = 12\n", "", 12),
            (pwquality, "minlen = 12\n", "minlen = 9\n", 9),
            (pwquality, "minlen = 12\n", "# minlen = 9\n", 12),
            ("password requisite pam_pwquality.so minlen=14\n", "minlen = 12\n", "", 14),
            ("password sufficient pam_unix.so\n", "minlen = 12\n", "", 6),
            (
                "# password requisite pam_pwquality.so\npassword sufficient pam_unix.so minlen=10\n",
                "minlen = 12\n",
                "",
                10,
            ),
        ];
        let dir = scratch("facts-passwords");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("etc/security/pwquality.conf.d")).unwrap();
        fs::create_dir_all(dir.join("etc/pam.d")).unwrap();
        for (stack, drop_in, main, expected) in cases {
            fs::write(dir.join("etc/pam.d/common-password"), stack).unwrap();
            fs::write(dir.join("etc/security/pwquality.conf.d/50.conf"), drop_in).unwrap();
            fs::write(dir.join("etc/security/pwquality.conf"), main).unwrap();
            assert_eq!(policy(&root).min_length, Fact::Known(expected), "{stack} {drop_in} {main}");
        }
    }

    #[test]
    fn a_negative_credit_demands_characters_and_a_positive_one_does_not() {
        let dir = scratch("facts-credits");
        let root = Root::confined(&dir).unwrap();
        fs::create_dir_all(dir.join("etc/security")).unwrap();
        fs::create_dir_all(dir.join("etc/pam.d")).unwrap();
        fs::write(dir.join("etc/pam.d/system-auth"), "password requisite pam_pwquality.so ocredit=-1\n").unwrap();
        fs::write(dir.join("etc/security/pwquality.conf"), "dcredit = -2\nucredit = 1\n").unwrap();
        let found = policy(&root);
        let found = [found.min_digits, found.min_uppercase, found.min_lowercase, found.min_symbols];
        assert_eq!(found, [2, 0, 0, 1].map(Fact::Known));
    }

    #[test]
    fn ageing_comes_from_login_defs() {
        let dir = scratch("facts-ageing");
        let root = Root::confined(&dir).unwrap();
        assert!(policy(&root).max_days.known().is_none());
        fs::create_dir_all(dir.join("etc")).unwrap();
        fs::write(dir.join("etc/login.defs"), "# PASS_MAX_DAYS 1\nPASS_MAX_DAYS\t365\n").unwrap();
        assert_eq!(policy(&root).max_days, Fact::Known(365));
    }
}
