//! `xtask print`: what is derived from the schema, the rooms and the security bar, written below `docs` and committed.
//!
//! `tidy` holds that what is committed is what would be printed.

mod kinds;
mod permissions;
mod rooms;

use std::path::Path;

/// The folder of what is printed.
const FOLDER: &str = "docs";

/// Makes a text.
type Print = fn() -> String;

/// Every file that is printed: its name and how it is made.
const PRINTS: &[(&str, Print)] = &[
    ("printed/metadata.csdl.xml", graph::csdl),
    ("printed/kinds.md", kinds::print),
    ("printed/permissions.md", permissions::print),
    ("printed/rooms.md", rooms::print),
    ("security-bar.md", crate::bar::print),
];

pub fn write(root: &Path) -> Result<(), String> {
    let folder = root.join(FOLDER);
    std::fs::create_dir_all(folder.join("printed")).map_err(|why| format!("`{FOLDER}`: {why}"))?;
    for (name, print) in PRINTS {
        std::fs::write(folder.join(name), print()).map_err(|why| format!("`{FOLDER}/{name}`: {why}"))?;
    }
    Ok(())
}

/// What is committed and is not what would be printed.
pub(crate) fn stale(root: &Path) -> Vec<String> {
    let is_fresh = |name: &str, print: Print| {
        std::fs::read_to_string(root.join(FOLDER).join(name)).is_ok_and(|kept| kept == print())
    };
    PRINTS
        .iter()
        .filter(|(name, print)| !is_fresh(name, *print))
        .map(|(name, _)| format!("{FOLDER}/{name}: is not what would be printed now; run `cargo xtask print`"))
        .collect()
}

/// A cell of a table.
pub(crate) fn cell(text: &str) -> String {
    text.replace('|', "\\|").replace('\n', " ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_is_the_same_every_time_and_not_empty() {
        for (name, print) in PRINTS {
            let text = print();
            assert!(text.lines().count() > 20, "{name}");
            assert_eq!(text, print(), "{name}");
        }
    }
}
