//! The words of a filter, each with the byte at which it starts.

use directory::{Id, Time, id_from_text};

use crate::errors::Error;

#[derive(Clone, Debug, PartialEq)]
pub enum Token {
    /// A property, operator or function name, perhaps with a namespace.
    Word(String),
    Text(String),
    /// `microsoft.graph.kind'member'`, `duration'P1D'`.
    Prefixed(String, String),
    Bool(bool),
    Null,
    Int(i64),
    Double(f64),
    Guid(Id),
    /// A date-time; the text is kept for properties that hold dates as text.
    Time(Time, String),
    Slash,
    Comma,
    Colon,
    Open,
    Close,
    OpenList,
    CloseList,
}

/// A token and where it starts.
#[derive(Clone, Debug, PartialEq)]
pub struct Placed {
    pub token: Token,
    pub at: usize,
}

/// An error at a byte of the filter.
pub fn syntax(text: &str, at: usize) -> Error {
    Error::bad(format!("Invalid filter clause: Syntax error at position {at} in '{text}'."))
}

pub fn tokens(text: &str) -> Result<Vec<Placed>, Error> {
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        let first = rest.chars().next().unwrap_or(' ');
        if first.is_whitespace() {
            at += first.len_utf8();
            continue;
        }
        let single = match first {
            '/' => Some(Token::Slash),
            ',' => Some(Token::Comma),
            ':' => Some(Token::Colon),
            '(' => Some(Token::Open),
            ')' => Some(Token::Close),
            '[' => Some(Token::OpenList),
            ']' => Some(Token::CloseList),
            _ => None,
        };
        let (token, length) = match single {
            Some(token) => (token, 1),
            None if first == '\'' || first == '"' => {
                let (inside, length) = quoted(rest, first).ok_or_else(|| syntax(text, at))?;
                (Token::Text(inside), length)
            }
            None => word(rest).ok_or_else(|| syntax(text, at))?,
        };
        found.push(Placed { token, at });
        at += length;
    }
    Ok(found)
}

/// A quoted text at the start; the quote doubled inside stands for itself. Answers the text and its length in bytes.
fn quoted(text: &str, quote: char) -> Option<(String, usize)> {
    let mut inside = String::new();
    let mut letters = text.char_indices().skip(1).peekable();
    while let Some((at, c)) = letters.next() {
        if c != quote {
            inside.push(c);
        } else if letters.peek().is_some_and(|(_, next)| *next == quote) {
            inside.push(quote);
            letters.next();
        } else {
            return Some((inside, at + quote.len_utf8()));
        }
    }
    None
}

fn word(text: &str) -> Option<(Token, usize)> {
    let first = text.chars().next()?;
    let is_number = first.is_ascii_digit() || first == '-';
    let belongs = |c: char| {
        c.is_alphanumeric() || matches!(c, '_' | '.' | '-' | '$' | '@') || (is_number && matches!(c, ':' | '+'))
    };
    let length = text.find(|c| !belongs(c)).unwrap_or(text.len());
    let word = text.get(..length)?;
    let rest = text.get(length..)?;
    if word.is_empty() {
        return None;
    }
    if rest.starts_with('\'') && !is_number {
        let (inside, quoted_length) = quoted(rest, '\'')?;
        return Some((Token::Prefixed(word.to_owned(), inside), length + quoted_length));
    }
    let token = match word.to_ascii_lowercase().as_str() {
        "true" => Token::Bool(true),
        "false" => Token::Bool(false),
        "null" => Token::Null,
        _ => literal(word, is_number)?,
    };
    Some((token, length))
}

fn literal(word: &str, is_number: bool) -> Option<Token> {
    if word.len() == 36
        && let Some(id) = id_from_text(word)
    {
        return Some(Token::Guid(id));
    }
    if !is_number {
        return Some(Token::Word(word.to_owned()));
    }
    if let Ok(int) = word.parse::<i64>() {
        return Some(Token::Int(int));
    }
    if let Ok(double) = word.trim_end_matches(['d', 'f', 'm', 'D', 'F', 'M']).parse::<f64>() {
        return Some(Token::Double(double));
    }
    let is_date = word.len() >= 10 && word.get(4..5) == Some("-");
    let time = Time::parse(word).filter(|_| is_date)?;
    Some(Token::Time(time, word.to_owned()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    #[test]
    fn words_and_literals_are_told_apart() {
        let all = |text: &str| tokens(text).unwrap().into_iter().map(|p| p.token).collect::<Vec<_>>();
        let word = |text: &str| Token::Word(text.to_owned());
        assert_eq!(all("a/b eq 'it''s'"), [word("a"), Token::Slash, word("b"), word("eq"), Token::Text("it's".into())]);
        assert_eq!(all("x:x/y"), [word("x"), Token::Colon, word("x"), Token::Slash, word("y")]);
        assert!(matches!(all("2026-11-21T10:00:00Z")[..], [Token::Time(..)]));
        assert!(matches!(all("2026-11-21")[..], [Token::Time(..)]));
        assert!(matches!(all("abcdef01-0000-0000-0000-000000000000")[..], [Token::Guid(_)]));
        assert!(matches!(all("12345678-0000-0000-0000-000000000000")[..], [Token::Guid(_)]));
        assert_eq!(all("-5 1.5 NULL True"), [Token::Int(-5), Token::Double(1.5), Token::Null, Token::Bool(true)]);
        assert_eq!(all("microsoft.graph.k'm'"), [Token::Prefixed("microsoft.graph.k".into(), "m".into())]);
    }

    #[test]
    fn what_is_no_word_is_refused_with_its_position() {
        for (text, at) in [("a eq 'x", 5), ("a eq %", 5), ("a eq 12x", 5), ("é eq ;", 6)] {
            let error = tokens(text).unwrap_err();
            assert!(error.message.contains(&format!("at position {at} in")), "{text}: {}", error.message);
        }
    }
}
