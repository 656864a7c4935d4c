//! Links in texts: every relative one leads to a file that is there, and every chapter of the manual stands in its table of contents.
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

/// Chapters that nobody finds, because the table of contents does not name them.
pub(super) fn unlisted(files: &[Kept]) -> Vec<String> {
    const CONTENTS: &str = "docs/SUMMARY.md";
    let contents = files.iter().find(|file| file.path == CONTENTS);
    let listed: Vec<&str> = contents.map(|file| targets(&file.text)).unwrap_or_default();
    let is_chapter = |path: &str| path.starts_with("docs/") && path.ends_with(".md") && path != CONTENTS;
    files
        .iter()
        .filter(|file| is_chapter(&file.path))
        .filter(|file| !file.path.strip_prefix("docs/").is_some_and(|path| listed.contains(&path)))
        .map(|file| format!("{}: is not listed in {CONTENTS}; give it its place there", file.path))
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
    fn a_chapter_that_the_contents_do_not_name_is_found() {
        let kept = |path: &str, text: &str| Kept { path: path.to_owned(), text: text.to_owned() };
        let contents = kept("docs/SUMMARY.md", "- [A](manual/a.md)");
        let files = [contents, kept("docs/manual/a.md", ""), kept("docs/manual/b.md", ""), kept("web/c.md", "")];
        let found = unlisted(&files);
        assert!(matches!(found.as_slice(), [one] if one.starts_with("docs/manual/b.md: ")), "{found:?}");
    }

    #[test]
    fn relative_targets_are_found_and_others_let_be() {
        let text = "[a](docs/a.md) and [b](https://b.example/) or [c](#c), [d](../d.md#e) and [e](f.png \"f\")";
        assert_eq!(targets(text), ["docs/a.md", "../d.md", "f.png"]);
    }
}
