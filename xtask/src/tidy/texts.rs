//! What stands in files: module docs first, no file too long, nothing put off, no word of the place where it was written.

use super::Kept;

/// The most lines a file has before its tests.
const LINES_MAX: usize = 500;

/// Files that are longer, each with the reason.
const LONG: &[(&str, &str)] = &[
    ("access/src/role.rs", "a table: what each built-in role may do"),
    ("access/src/conditional/tests.rs", "a table of sign-ins and what is decided of each"),
    ("access/src/order/tests.rs", "a table of what is refused and of what is not"),
    ("directory/src/apply.rs", "the rules of every change in one place, as they are read together"),
    ("directory/src/rule.rs", "one grammar: reading it is one thing"),
    ("protocols/oidc/src/authorize/tests.rs", "a table of authorization requests and their answers"),
    (
        "protocols/oidc/src/fixture.rs",
        "one organisation with its people, its applications and a browser, for every test of the crate",
    ),
    ("schema/src/managed_device.rs", "a table: the attributes of managedDevice"),
    ("schema/src/sign_in.rs", "a table: the attributes of signIn"),
];

/// Words that are not committed, in two halves so that this file may be. What a word must not follow stands third.
const FORBIDDEN: &[(&str, &str, &str)] = &[
    ("/wo", "rk/", "."),
    ("/ro", "ot/", "."),
    ("/tm", "p/bash", ""),
    ("cla", "ude", ""),
    ("anth", "ropic", ""),
    ("chat", "gpt", ""),
    ("copi", "lot", ""),
    ("open", "ai", ""),
];

/// Words of what was put off.
const PUT_OFF: &[(&str, &str)] = &[("TO", "DO"), ("FIX", "ME"), ("XX", "X"), ("todo", "!"), ("unimple", "mented!")];

/// Texts that others write.
const NOT_OURS: &[&str] = &["Cargo.lock", "LICENSE", "e2e/node/package-lock.json", "web/package-lock.json"];

pub(super) fn check(file: &Kept) -> Vec<String> {
    let Kept { path, text } = file;
    if NOT_OURS.contains(&path.as_str()) {
        return Vec::new();
    }
    let mut wrong = Vec::new();
    if path.ends_with(".rs") {
        if !text.starts_with("//!") {
            wrong.push(format!("{path}: begins without `//!`: say what it does and what it does not"));
        }
        let lines = lines_before_tests(text);
        let reason = LONG.iter().find(|(long, _)| long == path);
        match reason {
            None if lines > LINES_MAX => {
                wrong.push(format!("{path}: {lines} lines before its tests; which noun wants to leave?"));
            }
            Some(_) if lines <= LINES_MAX => {
                wrong.push(format!("{path}: is short again; take it from the list in xtask/src/tidy/texts.rs"));
            }
            _ => {}
        }
    }
    for (number, line) in text.lines().enumerate() {
        let folded = line.to_lowercase();
        let forbidden = FORBIDDEN.iter().find(|(first, rest, after)| {
            let word = format!("{first}{rest}");
            folded.match_indices(&word).any(|(at, _)| after.is_empty() || !folded[..at].ends_with(after))
        });
        if let Some((first, rest, _)) = forbidden {
            wrong.push(format!("{path}:{}: speaks of `{first}{rest}`", number + 1));
        }
        let is_code = !path.ends_with(".md");
        if let Some((first, rest)) =
            PUT_OFF.iter().find(|(first, rest)| is_code && line.contains(&format!("{first}{rest}")))
        {
            wrong.push(format!("{path}:{}: puts something off: `{first}{rest}`", number + 1));
        }
    }
    wrong
}

/// How many lines stand before the tests at the end.
fn lines_before_tests(text: &str) -> usize {
    let lines: Vec<&str> = text.lines().collect();
    let is_tests = |at: &usize| {
        let following = lines.get(*at + 1..).unwrap_or_default();
        lines.get(*at) == Some(&"#[cfg(test)]")
            && following.iter().find(|line| !line.starts_with("#[")).is_some_and(|line| line.starts_with("mod "))
            && following.iter().any(|line| line.ends_with('{'))
    };
    (0..lines.len()).find(is_tests).unwrap_or(lines.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_says_what_it_is_stays_short_and_puts_nothing_off() {
        let long = format!("//! long\n{}", "let x = 1;\n".repeat(LINES_MAX));
        let tested = format!("//! short\n#[cfg(test)]\nmod tests {{\n{}}}\n", "let x = 1;\n".repeat(LINES_MAX));
        let put_off = format!("//! fine\n// {}{}: later\n", "TO", "DO");
        let place = format!("//! fine\nlet path = \"{}{}main\";\n", "/wo", "rk/");
        for (path, text, count) in [
            ("a/src/lib.rs", "//! fine\n", 0),
            ("a/src/lib.rs", "use std::fmt;\n", 1),
            ("a/src/lib.rs", long.as_str(), 1),
            ("a/src/lib.rs", tested.as_str(), 0),
            ("a/src/lib.rs", put_off.as_str(), 1),
            ("a/src/lib.rs", place.as_str(), 1),
            ("schema/src/sign_in.rs", "//! short\n", 1),
            ("README.md", "no docs needed\n", 0),
            ("CONTRIBUTING.md", put_off.as_str(), 0),
        ] {
            let wrong = check(&Kept { path: path.to_owned(), text: text.to_owned() });
            assert_eq!(wrong.len(), count, "{path}: {wrong:?}");
        }
    }
}
