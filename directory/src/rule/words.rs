//! The words of a rule: where each starts, and what it is. What they mean together stands in the parser.

use super::RuleError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Word {
    Open,
    Close,
    OpenList,
    CloseList,
    Comma,
    /// A name, an operator (its hyphen, if it had one, is gone) or one of `true`, `null`, `system.now`, `p1d`.
    Name(String),
    /// What stood between quotes.
    Text(String),
    /// Something that starts with a digit: a number, a version, a date.
    Bare(String),
    End,
}

/// Split a rule into words, each with the character at which it starts.
pub(super) fn split(rule: &str) -> Result<Vec<(usize, Word)>, RuleError> {
    let characters: Vec<char> = rule.chars().collect();
    let mut words = Vec::new();
    let mut at = 0;
    while let Some(c) = characters.get(at).copied() {
        let rest = characters.get(at..).unwrap_or(&[]);
        let (length, word) = match c {
            c if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '(' => (1, Word::Open),
            ')' => (1, Word::Close),
            '[' => (1, Word::OpenList),
            ']' => (1, Word::CloseList),
            ',' => (1, Word::Comma),
            '"' | '\'' => quoted(rest, c).ok_or_else(|| RuleError::new(at, format!("this {c} is never closed")))?,
            '-' if rest.get(1).is_some_and(char::is_ascii_digit) => bare(rest),
            '-' if rest.get(1).is_some_and(|c| is_name(*c)) => {
                let (length, word) = name(rest.get(1..).unwrap_or(&[]));
                (length + 1, word)
            }
            c if c.is_ascii_digit() => bare(rest),
            c if is_name(c) => name(rest),
            c => return Err(RuleError::new(at, format!("`{c}` has no meaning here"))),
        };
        words.push((at, word));
        at += length;
    }
    words.push((at, Word::End));
    Ok(words)
}

fn is_name(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '$' | '.')
}

fn name(rest: &[char]) -> (usize, Word) {
    let name: String = rest.iter().take_while(|c| is_name(**c)).collect();
    (name.chars().count(), Word::Name(name))
}

fn bare(rest: &[char]) -> (usize, Word) {
    let text: String = rest.iter().take_while(|c| c.is_ascii_alphanumeric() || "-+:.".contains(**c)).collect();
    (text.len(), Word::Bare(text))
}

/// A quoted text: a backtick escapes a quote or a backtick, and a doubled single quote is one. Everything else is literal,
/// so that regular expressions keep their backslashes.
fn quoted(rest: &[char], quote: char) -> Option<(usize, Word)> {
    let mut text = String::new();
    let mut at = 1;
    loop {
        match (*rest.get(at)?, rest.get(at + 1).copied()) {
            ('`', Some(escaped @ ('"' | '\'' | '`'))) => {
                text.push(escaped);
                at += 2;
            }
            ('\'', Some('\'')) => {
                text.push('\'');
                at += 2;
            }
            (c, _) if c == quote => return Some((at + 1, Word::Text(text))),
            (c, _) => {
                text.push(c);
                at += 1;
            }
        }
    }
}
