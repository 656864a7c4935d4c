//! The parser's place among the tokens, and errors at it.

use super::Parser;
use crate::errors::Error;
use crate::filter::lexer::{Token, syntax};

impl Parser<'_> {
    pub(super) fn peek(&self) -> Option<&Token> {
        self.tokens.get(self.next).map(|placed| &placed.token)
    }

    pub(super) fn take(&mut self) -> Option<Token> {
        let token = self.peek().cloned();
        self.next += 1;
        token
    }

    pub(super) fn take_word(&mut self, word: &str) -> bool {
        let is_it = matches!(self.peek(), Some(Token::Word(found)) if found.eq_ignore_ascii_case(word));
        self.next += usize::from(is_it);
        is_it
    }

    pub(super) fn take_operator(&mut self) -> Option<String> {
        let Some(Token::Word(word)) = self.peek() else {
            return None;
        };
        let lower = word.to_ascii_lowercase();
        let is_operator = matches!(lower.as_str(), "eq" | "ne" | "gt" | "ge" | "lt" | "le" | "in" | "has");
        is_operator.then(|| {
            self.next += 1;
            lower
        })
    }

    pub(super) fn expect(&mut self, token: &Token) -> Result<(), Error> {
        if self.peek() == Some(token) {
            self.next += 1;
            return Ok(());
        }
        Err(self.here())
    }

    pub(super) fn at(&self) -> usize {
        self.tokens.get(self.next).map_or(self.text.len(), |placed| placed.at)
    }

    /// An error at the next token.
    pub(super) fn here(&self) -> Error {
        syntax(self.text, self.at())
    }

    /// An error at the token that was just taken.
    pub(super) fn before(&self) -> Error {
        let at = self.next.checked_sub(1).and_then(|at| self.tokens.get(at)).map_or(self.text.len(), |p| p.at);
        syntax(self.text, at)
    }
}
