//! `$filter`: from text to the one filter type of the directory.
//!
//! `lexer` makes tokens, `parser` the sentence structure, `names` finds what a path means in the schema, `literal` fits
//! a literal to the type it is compared with, and `advanced` says which of it Graph supports for which kind.

pub mod advanced;
mod lexer;
mod literal;
mod names;
mod parser;

pub use literal::edm;
pub use names::{Names, Scope, Term, cast, field};
pub use parser::{Uses, parse};

/// What paths mean in a model.
#[must_use]
pub fn names(model: &directory::Model) -> Names<'_> {
    Names { model }
}
