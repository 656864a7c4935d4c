//! `xtask tidy`: the rules of the house that no compiler holds.

mod imports;
mod limits;
mod links;
mod texts;

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{bar, print};

/// A file that is kept, by its path from the root of the workspace.
pub(crate) struct Kept {
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Hold every rule; the error names each place where one is broken.
pub fn run(root: &Path) -> Result<(), String> {
    let files = kept_files(root)?;
    let mut wrong = imports::check(root)?;
    wrong.extend(files.iter().flat_map(texts::check));
    wrong.extend(files.iter().flat_map(|file| links::check(root, file)));
    wrong.extend(links::unlisted(&files));
    wrong.extend(limits::check(&files));
    wrong.extend(print::stale(root));
    wrong.extend(bar::stale(root));
    if wrong.is_empty() {
        return Ok(());
    }
    wrong.sort();
    Err(format!("{}\n{} places are not tidy", wrong.join("\n"), wrong.len()))
}

/// The text files that the version control keeps, or would keep.
fn kept_files(root: &Path) -> Result<Vec<Kept>, String> {
    let listed = Command::new("git")
        .args(["ls-files", "--cached", "--others", "--exclude-standard"])
        .current_dir(root)
        .output()
        .map_err(|why| format!("cannot ask git for the files: {why}"))?;
    if !listed.status.success() {
        return Err(format!("cannot ask git for the files: {}", String::from_utf8_lossy(&listed.stderr)));
    }
    let names = String::from_utf8_lossy(&listed.stdout).into_owned();
    let read = |name: &str| {
        let path: PathBuf = root.join(name);
        // What is not a text, or was just deleted, has no rules here.
        Some(Kept { path: name.to_owned(), text: std::fs::read_to_string(path).ok()? })
    };
    Ok(names.lines().filter(|name| !name.contains("node_modules/")).filter_map(read).collect())
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_house_is_tidy() {
        if let Err(why) = super::run(&crate::root()) {
            panic!("{why}");
        }
    }
}
