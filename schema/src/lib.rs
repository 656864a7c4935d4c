//! The nouns: every kind, attribute, link and nested record that Castellan knows, as constants; one file per noun.
//!
//! Names are exactly those of Microsoft Graph, so that its clients work; what Castellan adds of its own is marked in the
//! noun's file. A kind added to [`KINDS`] has create, read, update, delete, queries, delta, audit and form without more.
//!
//! Deliberately absent: what the nouns mean. That stands in the rooms.

pub mod directory_object;
pub mod set;
pub mod user;

pub use set::{SETS, Set, Source};

use directory::{Attr, Kind, Model, RecordDef, Time};

/// Keys that many kinds share.
pub const DISPLAY_NAME: Attr<str> = Attr::new("displayName");
pub const DESCRIPTION: Attr<str> = Attr::new("description");
pub const CREATED_DATE_TIME: Attr<Time> = Attr::new("createdDateTime");
pub const LAST_MODIFIED_DATE_TIME: Attr<Time> = Attr::new("lastModifiedDateTime");

/// Every kind.
pub static KINDS: &[&Kind] = &[&directory_object::DIRECTORY_OBJECT, &user::USER];

/// Every nested record.
pub static RECORDS: &[&RecordDef] = user::RECORDS;

/// The model of everything above.
#[must_use]
pub fn model() -> Model {
    Model::new(KINDS, RECORDS)
}
