//! `xtask print`: what is derived from the schema, the rooms and the security bar, written below `docs` and `web`, and
//! committed.
//!
//! `tidy` holds that what is committed is what would be printed.

mod kinds;
mod permissions;
mod rooms;
mod settings;
mod web;
mod web_mappings;
mod web_roles;

use std::path::Path;

/// Makes a text.
type Print = fn() -> String;

/// Every file that is printed: its name and how it is made.
const PRINTS: &[(&str, Print)] = &[
    ("docs/printed/metadata.csdl.xml", graph::csdl),
    ("docs/printed/kinds.md", kinds::print),
    ("docs/printed/permissions.md", permissions::print),
    ("docs/printed/rooms.md", rooms::print),
    ("docs/printed/settings.md", settings::print),
    ("docs/security-bar.md", crate::bar::print),
    ("web/src/printed/model.ts", web::print),
    ("web/src/printed/mappings.ts", web_mappings::print),
    ("web/src/printed/roles.ts", web_roles::print),
];

pub fn write(root: &Path) -> Result<(), String> {
    for (name, print) in PRINTS {
        let path = root.join(name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|why| format!("`{}`: {why}", folder.display()))?;
        }
        std::fs::write(path, print()).map_err(|why| format!("`{name}`: {why}"))?;
    }
    Ok(())
}

/// What is committed and is not what would be printed.
pub(crate) fn stale(root: &Path) -> Vec<String> {
    let is_fresh =
        |name: &str, print: Print| std::fs::read_to_string(root.join(name)).is_ok_and(|kept| kept == print());
    PRINTS
        .iter()
        .filter(|(name, print)| !is_fresh(name, *print))
        .map(|(name, _)| format!("{name}: is not what would be printed now; run `cargo xtask print`"))
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
