//! The table of limits: every constant that it names stands in the file that it names. Whether the numbers agree is for readers: a
//! constant may be a sum, and the table says it in people's words.

use super::Kept;

const TABLE: &str = "docs/manual/limits.md";

pub(super) fn check(files: &[Kept]) -> Vec<String> {
    let Some(table) = files.iter().find(|file| file.path == TABLE) else { return Vec::new() };
    let is_there = |name: &str, path: &str| {
        let declared = format!("const {name}:");
        files.iter().any(|file| file.path == path && file.text.contains(&declared))
    };
    let named = table.text.lines().flat_map(named);
    named
        .filter(|(name, path)| !is_there(name, path))
        .map(|(name, path)| format!("{TABLE}: `{name}` is no constant in `{path}`"))
        .collect()
}

/// The constants and the file in the last cell of a row: "`ONE_MAX`, `OTHER_MAX` in `path`".
fn named(row: &str) -> Vec<(&str, &str)> {
    let cell = row.trim_end().strip_suffix('|').and_then(|row| row.rsplit_once('|')).map_or("", |(_, cell)| cell);
    let Some((names, path)) = cell.split_once("` in `") else { return Vec::new() };
    let path = path.split('`').next().unwrap_or_default();
    names.split(',').map(|name| (name.trim().trim_matches('`'), path)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_whose_constant_is_elsewhere_is_found() {
        let kept = |path: &str, text: &str| Kept { path: path.to_owned(), text: text.to_owned() };
        let rows = "| limit | what | constant |\n|---|---|---|\n| 6 | a | `A_MAX` in `a.rs` |\n| 7 | `x` | `B_MAX` in `a.rs` |\n\
                    | 8, 9 | c | `A_MAX`, `C_MAX` in `a.rs` and `b.rs` |\n";
        let files = [kept(TABLE, rows), kept("a.rs", "pub const A_MAX: usize = 6;\nconst B_MAX_TOO: u8 = 7;\n")];
        let found = check(&files);
        assert!(matches!(found.as_slice(), [b, c] if b.contains("B_MAX") && c.contains("C_MAX")), "{found:?}");
    }
}
