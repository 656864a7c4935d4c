//! Blocks of ours in text that others write too: between a BEGIN and an END line that name a marker. Pure.

use std::collections::BTreeMap;

const BEGIN: &str = "# BEGIN castellan ";
const END: &str = "# END castellan ";

pub fn is_marker_line(line: &str) -> bool {
    line.starts_with(BEGIN) || line.starts_with(END)
}

/// The text with exactly these blocks of ours: those that are there are replaced in place, missing ones are added at the end, others
/// are taken out. Refuses text whose markers are out of order rather than eat somebody's lines.
pub fn with_blocks(text: &str, blocks: &BTreeMap<String, String>) -> Result<String, String> {
    let mut out = String::new();
    let mut open: Option<&str> = None;
    let mut placed = Vec::new();
    for line in text.split_inclusive('\n') {
        let bare = line.trim_end_matches('\n');
        match (open, bare.strip_prefix(BEGIN), bare.strip_prefix(END)) {
            (None, Some(marker), _) => {
                open = Some(marker);
                if let Some(content) = blocks.get(marker)
                    && !placed.contains(&marker)
                {
                    out.push_str(&block(marker, content));
                    placed.push(marker);
                }
            }
            (Some(marker), None, Some(end)) if marker == end => open = None,
            (_, Some(marker), _) | (_, _, Some(marker)) => {
                return Err(format!("the marker lines of block `{marker}` are out of order; repair the file by hand"));
            }
            (None, None, None) => out.push_str(line),
            (Some(_), None, None) => {}
        }
    }
    if let Some(marker) = open {
        return Err(format!("the block `{marker}` has no end; repair the file by hand"));
    }
    for (marker, content) in blocks.iter().filter(|(marker, _)| !placed.contains(&marker.as_str())) {
        if !out.is_empty() && !out.ends_with('\n') {
            out.push('\n');
        }
        out.push_str(&block(marker, content));
    }
    Ok(out)
}

/// The text without any block of ours.
pub fn without_blocks(text: &str) -> Result<String, String> {
    with_blocks(text, &BTreeMap::new())
}

fn block(marker: &str, content: &str) -> String {
    let gap = if content.is_empty() || content.ends_with('\n') { "" } else { "\n" };
    format!("{BEGIN}{marker}\n{content}{gap}{END}{marker}\n")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn blocks(of: &[(&str, &str)]) -> BTreeMap<String, String> {
        of.iter().map(|(marker, content)| ((*marker).to_owned(), (*content).to_owned())).collect()
    }

    #[test]
    fn blocks_are_added_replaced_and_taken_out_without_touching_the_rest() {
        let once = with_blocks("first\nlast", &blocks(&[("a", "one")])).unwrap();
        assert_eq!(once, "first\nlast\n# BEGIN castellan a\none\n# END castellan a\n");
        let again = with_blocks(&once, &blocks(&[("a", "one")])).unwrap();
        assert_eq!(again, once, "twice is once");
        let changed = with_blocks(&format!("{once}after\n"), &blocks(&[("a", "two\n"), ("b", "x")])).unwrap();
        assert_eq!(
            changed,
            "first\nlast\n# BEGIN castellan a\ntwo\n# END castellan a\nafter\n# BEGIN castellan b\nx\n# END castellan b\n"
        );
        assert_eq!(without_blocks(&changed).unwrap(), "first\nlast\nafter\n");
    }

    #[test]
    fn broken_markers_are_refused() {
        for text in [
            "# BEGIN castellan a\nx\n",
            "# END castellan a\n",
            "# BEGIN castellan a\n# BEGIN castellan b\n",
            "# BEGIN castellan a\n# END castellan b\n",
        ] {
            assert!(with_blocks(text, &blocks(&[("a", "one")])).is_err(), "{text:?}");
        }
    }
}
