//! What makes it move: decisions become commits, commits lead to reactions, time passes, effects leave the house.
//!
//! [`Core`] is the whole of it as a plain value without threads or clocks: the simulation drives it directly. [`Engine`]
//! is a core with a thread, a clock and waiting callers around it; it is what protocols use.
//!
//! There is one way to change the directory ([`Engine::submit`]) and one way to look ([`Engine::view`]).
//!
//! Deliberately absent: product nouns and protocol words. The engine does not know what a user is.

mod chain;
mod clock;
mod core;
mod engine;
mod house;
mod journal;
mod outbox;
mod outgoing;
mod rehearsal;
mod rows;
mod submission;
mod tenants;
pub mod testing;
mod tickets;
mod view;
mod wire;

pub use chain::{ChainError, verify_chain, verify_journal};
pub use clock::{Clock, SystemClock};
pub use core::{Core, FOLLOW_BATCH, REACTION_ROUNDS_MAX};
pub use engine::{Engine, QUEUE_MAX};
pub use house::House;
pub use journal::REFUSALS;
pub use outbox::{Delivery, OUTBOX_ATTEMPTS_MAX, Sink};
pub use outgoing::{ANSWER_BYTES_MAX, Answered, Answering, Ask, NoWayOut, Outgoing};
pub use store::{BATCH_MAX, Fault, JournalQuery, JournalRow, Outcome, Store};
pub use submission::{Done, Failure, Intent, OwnedVerb, Submission};
pub use tenants::Tenants;
pub use tickets::Tickets;
pub use view::View;
pub use wire::{Body, Peer, PeerCertificates, full, streamed};
