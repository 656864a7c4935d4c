//! Lifecycle workflows: what happens, by itself and on time, when people join, move and leave.

pub(crate) mod definition;
pub(crate) mod edit;
pub(crate) mod history;
pub(crate) mod lifecycle;
pub(crate) mod mails;
pub(crate) mod scope;
pub(crate) mod task;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;
