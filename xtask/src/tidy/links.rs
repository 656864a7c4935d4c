//! Links in texts: every relative one leads to a file that is there.
//!
//! Deliberately absent: links into the world, which may be away for a day, and headings within a file.

use std::path::Path;

use super::Kept;

pub(super) fn check(root: &Path, file: &Kept) -> Vec<String> {
    if !file.path.ends_with(".md") {
        return Vec::new();
    }
    let folder = Path::new(&file.path).parent().unwrap_or(Path::new(""));
    targets(&file.text)
        .into_iter()
        .filter(|target| !root.join(folder).join(target).exists())
        .map(|target| format!("{}: leads to `{target}`, which is not there", file.path))
        .collect()
}

/// The relative targets of `[text](target)`, without what follows a `#`.
fn targets(text: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((_, after)) = rest.split_once("](") {
        let Some((target, next)) = after.split_once(')') else { break };
        rest = next;
        let target = target.split(['#', ' ']).next().unwrap_or_default();
        if !target.is_empty() && !target.contains("://") && !target.starts_with("mailto:") {
            found.push(target);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn relative_targets_are_found_and_others_let_be() {
        let text = "[a](docs/a.md) and [b](https://b.example/) or [c](#c), [d](../d.md#e) and [e](f.png \"f\")";
        assert_eq!(targets(text), ["docs/a.md", "../d.md", "f.png"]);
    }
}
