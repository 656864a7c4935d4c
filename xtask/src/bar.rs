//! `xtask bar`: the security bar. Each of its items names tests; each test names the check that it holds, and what the code
//! says without that check. `bar` takes the checks away one after the other and demands that their tests fail.
//!
//! The items stand in `xtask/security-bar.toml`; `print` makes `docs/security-bar.md` of them, and `tidy` holds that every check
//! still stands where it is said to stand and that every test exists.

mod read;
mod show;

use std::path::Path;
use std::process::Command;

pub(crate) use read::{Item, Proof};
pub(crate) use show::print;

/// The items, as they stand in the file.
pub(crate) fn items() -> Result<Vec<Item>, String> {
    read::items(include_str!("../security-bar.toml"))
}

/// Take the checks of these items, crates or tests away, one after the other; all of them when nothing is named.
pub fn run(root: &Path, names: &[&str]) -> Result<(), String> {
    let wanted = |item: &Item, proof: &Proof| {
        let called = [item.number.to_string(), proof.package.clone(), proof.test.clone()];
        names.is_empty() || names.iter().any(|name| called.iter().any(|known| known == name))
    };
    let mut wrong = Vec::new();
    let mut held = 0;
    for item in &items()? {
        for proof in item.proofs.iter().filter(|proof| wanted(item, proof)) {
            match without(root, proof) {
                Ok(()) => {
                    held += 1;
                    println!("{:>2} {} fails without its check", item.number, proof.test);
                }
                Err(why) => {
                    println!("{:>2} {}: {why}", item.number, proof.test);
                    wrong.push(format!("{:>2} {}: {why}", item.number, proof.test));
                }
            }
        }
    }
    if wrong.is_empty() {
        println!("{held} checks were taken away, and each was missed");
        return Ok(());
    }
    Err(format!("{}\n{} of {} checks were not missed", wrong.join("\n"), wrong.len(), wrong.len() + held))
}

/// What is not as the items say: a check that is not there any more, a test that nobody finds.
pub(crate) fn stale(root: &Path) -> Vec<String> {
    let items = match items() {
        Ok(items) => items,
        Err(why) => return vec![format!("xtask/security-bar.toml: {why}")],
    };
    let proofs = items.iter().flat_map(|item| item.proofs.iter().map(move |proof| (item.number, proof)));
    proofs
        .filter_map(|(number, proof)| {
            let code = std::fs::read_to_string(root.join(&proof.file)).unwrap_or_default();
            let times = code.matches(&proof.check).count();
            if times != 1 {
                return Some(format!("item {number}: the check stands {times} times in `{}`, not once", proof.file));
            }
            let tests = std::fs::read_to_string(root.join(&proof.test_file)).unwrap_or_default();
            let is_there = tests.contains(&format!("fn {}(", proof.test));
            (!is_there).then(|| format!("item {number}: there is no test `{}` in `{}`", proof.test, proof.test_file))
        })
        .map(|wrong| format!("xtask/security-bar.toml: {wrong}"))
        .collect()
}

/// Run the test without its check, which must fail it.
fn without(root: &Path, proof: &Proof) -> Result<(), String> {
    let path = root.join(&proof.file);
    let whole = std::fs::read_to_string(&path).map_err(|why| format!("`{}`: {why}", proof.file))?;
    if whole.matches(&proof.check).count() != 1 {
        return Err(format!("the check does not stand once in `{}`", proof.file));
    }
    let write = |text: &str| std::fs::write(&path, text).map_err(|why| format!("`{}`: {why}", proof.file));
    write(&whole.replacen(&proof.check, &proof.without, 1))?;
    let ran = Command::new("cargo")
        .args(["test", "-q", "-p", &proof.package, kind_of(root, proof), &proof.test])
        .current_dir(root)
        .output();
    write(&whole)?;
    let ran = ran.map_err(|why| format!("cargo: {why}"))?;
    let said = format!("{}{}", String::from_utf8_lossy(&ran.stdout), String::from_utf8_lossy(&ran.stderr));
    if said.contains("test result: FAILED") {
        return Ok(());
    }
    if ran.status.success() {
        let count = said.matches("1 passed").count();
        return Err(if count == 0 { "ran nothing".into() } else { "passes without its check".into() });
    }
    let error = said.lines().find(|line| line.starts_with("error")).unwrap_or("it ended without a result");
    Err(format!("cannot be built without its check: {error}"))
}

/// Which of the package's targets the test is in: its library, or else its programs.
fn kind_of(root: &Path, proof: &Proof) -> &'static str {
    let crate_root = proof.test_file.split_once("/src/").map_or("", |(crate_root, _)| crate_root);
    if root.join(crate_root).join("src/lib.rs").exists() { "--lib" } else { "--bins" }
}
