//! Entitlement management: packages of access that are asked for, approved, given for a time and taken back.

pub(crate) mod admission;
pub(crate) mod contents;
pub(crate) mod delivery;
pub(crate) mod grant;
pub(crate) mod policy;
pub(crate) mod request;
pub(crate) mod resource_request;
pub(crate) mod why;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
pub(crate) mod tests;
