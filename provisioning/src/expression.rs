//! The expressions of attribute mappings, read: `Join("@", [userName], DefaultDomain())`.
//!
//! `expression := term {= | <> | < | <= | > | >= term}`, `term := [attribute] | "text" | number | Name(expression, …)`. An
//! argument may be left out. Function names are case-sensitive, as Microsoft documents them.
//!
//! Deliberately absent: what the functions do (`functions`), and where attributes come from (`source`).

use std::fmt;

use crate::functions::{self, Function};

/// The longest expression, in characters, and how deep calls may nest.
const CHARS_MAX: usize = 10_000;
const DEPTH_MAX: usize = 30;

/// An expression that was read.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Expression {
    /// `[name.givenName]`
    Attribute(String),
    Text(String),
    Number(i64),
    /// An argument that was left out.
    Nothing,
    Call(Function, Vec<Expression>),
    Compare(Box<Expression>, Comparison, Box<Expression>),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Comparison {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

/// Why an expression cannot be read, and at which character (counted from 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpressionError {
    pub at: usize,
    pub message: String,
}

impl fmt::Display for ExpressionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "at character {}: {}", self.at, self.message)
    }
}

impl Expression {
    pub(crate) fn parse(text: &str) -> Result<Expression, ExpressionError> {
        let characters: Vec<char> = text.chars().collect();
        if characters.len() > CHARS_MAX {
            return Err(error(CHARS_MAX, format!("an expression has at most {CHARS_MAX} characters")));
        }
        let mut parser = Parser { characters, at: 0, depth: 0 };
        let expression = parser.expression()?;
        parser.skip_space();
        match parser.peek() {
            None => Ok(expression),
            Some(c) => Err(error(parser.at, format!("expected the end, found `{c}`"))),
        }
    }

    /// Whether the outcome changes as time goes by.
    pub(crate) fn speaks_of_now(&self) -> bool {
        match self {
            Expression::Call(function, arguments) => {
                function.name == "Now" || arguments.iter().any(Expression::speaks_of_now)
            }
            Expression::Compare(left, _, right) => left.speaks_of_now() || right.speaks_of_now(),
            Expression::Attribute(_) | Expression::Text(_) | Expression::Number(_) | Expression::Nothing => false,
        }
    }

    /// The one attribute that the expression looks at, if there is only one.
    pub(crate) fn only_attribute(&self) -> Option<&str> {
        let mut names = Vec::new();
        self.name_attributes(&mut names);
        let first = *names.first()?;
        names.iter().all(|name| *name == first).then_some(first)
    }

    fn name_attributes<'a>(&'a self, names: &mut Vec<&'a str>) {
        match self {
            Expression::Attribute(name) => names.push(name),
            Expression::Call(_, arguments) => arguments.iter().for_each(|argument| argument.name_attributes(names)),
            Expression::Compare(left, _, right) => {
                left.name_attributes(names);
                right.name_attributes(names);
            }
            Expression::Text(_) | Expression::Number(_) | Expression::Nothing => {}
        }
    }

    /// The attribute that is taken as it is, if that is all the expression says.
    pub(crate) fn attribute(&self) -> Option<&str> {
        if let Expression::Attribute(name) = self { Some(name) } else { None }
    }
}

struct Parser {
    characters: Vec<char>,
    at: usize,
    depth: usize,
}

impl Parser {
    fn expression(&mut self) -> Result<Expression, ExpressionError> {
        let left = self.term()?;
        let Some(comparison) = self.comparison() else { return Ok(left) };
        let right = self.term()?;
        Ok(Expression::Compare(Box::new(left), comparison, Box::new(right)))
    }

    fn term(&mut self) -> Result<Expression, ExpressionError> {
        self.skip_space();
        let at = self.at;
        match self.peek() {
            Some('[') => self.attribute(),
            Some('"') => self.text(),
            Some(c) if c.is_ascii_digit() || c == '-' => self.number(),
            Some(c) if c.is_alphabetic() => self.call(),
            Some(c) => Err(error(at, format!("expected [attribute], \"text\", a number or a function, found `{c}`"))),
            None => Err(error(at, "expected [attribute], \"text\", a number or a function, found the end")),
        }
    }

    /// `[emails[type eq "work"].value]`: brackets inside belong to the name.
    fn attribute(&mut self) -> Result<Expression, ExpressionError> {
        let start = self.at;
        let (mut open, mut name) = (0, String::new());
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '[' => open += 1,
                ']' => open -= 1,
                _ => {}
            }
            if open == 0 {
                return Ok(Expression::Attribute(name.trim().to_owned()));
            }
            if self.at > start + 1 {
                name.push(c);
            }
        }
        Err(error(start, "this [ is never closed"))
    }

    fn text(&mut self) -> Result<Expression, ExpressionError> {
        let start = self.at;
        self.at += 1;
        let mut text = String::new();
        while let Some(c) = self.peek() {
            self.at += 1;
            match c {
                '"' => return Ok(Expression::Text(text)),
                '\\' => {
                    let escaped = self.peek().ok_or_else(|| error(start, "this \" is never closed"))?;
                    self.at += 1;
                    text.push(escaped);
                }
                c => text.push(c),
            }
        }
        Err(error(start, "this \" is never closed"))
    }

    fn number(&mut self) -> Result<Expression, ExpressionError> {
        let start = self.at;
        let mut digits = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_ascii_digit() || (*c == '-' && digits.is_empty())) {
            digits.push(c);
            self.at += 1;
        }
        digits.parse().map(Expression::Number).map_err(|_| error(start, "expected a whole number"))
    }

    fn call(&mut self) -> Result<Expression, ExpressionError> {
        let start = self.at;
        let mut name = String::new();
        while let Some(c) = self.peek().filter(|c| c.is_alphanumeric()) {
            name.push(c);
            self.at += 1;
        }
        let Some(function) = functions::named(&name) else {
            return Err(error(start, format!("`{name}` is not a function that mappings know")));
        };
        self.depth += 1;
        if self.depth > DEPTH_MAX {
            return Err(error(start, format!("calls nest at most {DEPTH_MAX} deep")));
        }
        let arguments = self.arguments()?;
        self.depth -= 1;
        if !(function.least..=function.most).contains(&arguments.len()) {
            let wanted = match (function.least, function.most) {
                (least, most) if least == most => format!("{least}"),
                (least, usize::MAX) => format!("{least} or more"),
                (least, most) => format!("{least} to {most}"),
            };
            return Err(error(start, format!("`{name}` takes {wanted} arguments, not {}", arguments.len())));
        }
        Ok(Expression::Call(function, arguments))
    }

    fn arguments(&mut self) -> Result<Vec<Expression>, ExpressionError> {
        self.skip_space();
        if self.peek() != Some('(') {
            return Err(error(self.at, "expected `(`"));
        }
        self.at += 1;
        let mut arguments = Vec::new();
        loop {
            self.skip_space();
            match self.peek() {
                Some(')') if arguments.is_empty() => {
                    self.at += 1;
                    return Ok(arguments);
                }
                Some(',' | ')') => arguments.push(Expression::Nothing),
                _ => arguments.push(self.expression()?),
            }
            self.skip_space();
            match self.peek() {
                Some(',') => self.at += 1,
                Some(')') => {
                    self.at += 1;
                    return Ok(arguments);
                }
                Some(c) => return Err(error(self.at, format!("expected `,` or `)`, found `{c}`"))),
                None => return Err(error(self.at, "expected `,` or `)`, found the end")),
            }
        }
    }

    fn comparison(&mut self) -> Option<Comparison> {
        self.skip_space();
        let two: String = self.characters.iter().skip(self.at).take(2).collect();
        let (length, comparison) = match two.as_str() {
            "<>" | "!=" => (2, Comparison::NotEqual),
            "<=" => (2, Comparison::LessOrEqual),
            ">=" => (2, Comparison::GreaterOrEqual),
            "==" => (2, Comparison::Equal),
            _ => match self.peek()? {
                '=' => (1, Comparison::Equal),
                '<' => (1, Comparison::Less),
                '>' => (1, Comparison::Greater),
                _ => return None,
            },
        };
        self.at += length;
        Some(comparison)
    }

    fn peek(&self) -> Option<char> {
        self.characters.get(self.at).copied()
    }

    fn skip_space(&mut self) {
        while self.peek().is_some_and(char::is_whitespace) {
            self.at += 1;
        }
    }
}

fn error(at: usize, message: impl Into<String>) -> ExpressionError {
    ExpressionError { at, message: message.into() }
}
