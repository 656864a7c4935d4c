//! What the targets share: XYZ Ltd. over memory, and conversations written as text.
//!
//! Deliberately absent: the targets themselves; each is one file of `fuzz_targets`, started by `run`.

pub mod conversation;
pub mod signer;
pub mod value;
pub mod world;
