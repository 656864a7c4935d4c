//! How Castellan remembers: objects, links, changes, commits, snapshots, indexes and filters.
//!
//! A [`Snapshot`] is the directory of one tenant at one USN. It is a value: immutable, cheap to clone, synchronous.
//! Everything above decides by reading a snapshot and proposing [`Change`]s; the engine makes them a [`Commit`].
//!
//! Deliberately absent: input and output, clocks, random sources, secrets, protocol words and product nouns. What a
//! "user" is stands in `schema`; how a commit becomes durable stands in `engine` and `store`.

mod apply;
mod attr;
mod call;
mod change;
mod codec;
mod edges;
mod filter;
mod id;
mod index;
mod model;
mod object;
mod room;
mod rule;
mod snapshot;
mod stamps;
mod time;
mod value;

pub use apply::{Applied, ITEMS_MAX, TEXT_BYTES_MAX};
pub use attr::{Attr, Field};
pub use call::{Actor, Call, Caller, Decision, Effect, Fresh, Plan, Refusal, RefusalKind};
pub use change::{By, Change, Commit, Reason, Why};
pub use codec::{Corrupt, record_from_bytes, record_to_bytes};
pub use filter::{CompareOp, Filter, Operand, TextOp};
pub use id::{AttrId, Id, KindId, LinkId, Name, TenantId, Usn, id_from_text, is_sha256, place};
pub use model::{
    AttributeDef, Cardinality, EnumDef, FieldDef, Index, Kind, LinkDef, Model, Read, RecordDef, Shape, Type, Write,
};
pub use object::Object;
pub use room::{Act, Action, Check, Complete, Gate, Has, Judge, Own, Part, Reaction, Room, Verb};
pub use rule::{RULE_CHARS_MAX, RuleError, RuleName, RuleNames, RuleOp, parse_rule};
pub use snapshot::{DELETED, Link, Snapshot};
pub use time::Time;
pub use value::{Record, Value};
