//! What a path can lead to.

use directory::{AttributeDef, Id, Kind, LinkDef, RecordDef};

use crate::errors::Workload;

/// Objects that are listed, counted, added to.
#[derive(Clone, Debug)]
pub struct Collection {
    pub from: From,
    /// What its items are declared to be.
    pub kind: &'static Kind,
    /// As in the context URL: `users`, `groups('…')/owners`.
    pub context: String,
    pub workload: Workload,
}

/// Where the items of a collection come from.
#[derive(Clone, Debug)]
pub enum From {
    All,
    Deleted,
    Log,
    Journal(&'static str),
    /// The settings catalogue.
    Catalog,
    Links {
        owner: Id,
        link: &'static LinkDef,
    },
}

/// One object.
#[derive(Clone, Debug)]
pub struct Entity {
    pub id: Id,
    /// What it is declared to be where it was found.
    pub kind: &'static Kind,
    /// Without `/$entity`.
    pub context: String,
    pub workload: Workload,
    pub is_singleton: bool,
    /// The object and navigation through which it was reached.
    pub through: Option<(Id, &'static LinkDef)>,
}

/// Records within an attribute of an object: all of a collection, or one of them.
#[derive(Clone, Debug)]
pub struct Records {
    pub owner: Id,
    pub attribute: &'static AttributeDef,
    /// From the attribute inward: which item, and which field of it.
    pub within: Vec<(String, String)>,
    /// The one that is meant, by its `id`.
    pub item: Option<String>,
    /// There is at most one, and it has no key.
    pub is_single: bool,
    pub record: Option<&'static RecordDef>,
    pub context: String,
    pub workload: Workload,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Target {
    Collection(Collection),
    Entity(Entity),
    Records(Records),
    /// Nothing yet, addressed by alternate keys: it may be created under them.
    Absent {
        kind: &'static Kind,
        keys: Vec<(String, String)>,
        workload: Workload,
        context: String,
    },
    Count(Collection),
    /// The references of a navigation, or one of them.
    Reference {
        owner: Entity,
        link: &'static LinkDef,
        target: Option<Id>,
        is_count: bool,
    },
    /// A property, and fields within it.
    Property {
        entity: Entity,
        attribute: &'static AttributeDef,
        fields: Vec<String>,
        is_raw: bool,
    },
    /// A row of the log or of a journal, by its id.
    Row {
        collection: Collection,
        key: String,
    },
    Call {
        on: On,
        name: String,
        arguments: Vec<(String, String)>,
    },
    Batch,
    Metadata,
    /// The document that lists the sets.
    Service,
}

/// What an action is bound to.
#[derive(Clone, Debug)]
pub enum On {
    Collection(Collection),
    Entity(Entity),
}
