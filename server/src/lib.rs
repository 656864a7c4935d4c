//! The program `castellan`: configures, wires, listens. The only place where every crate meets.
//!
//! Deliberately absent: opinions. What may happen stands in the rooms, how it is said in the protocols.

pub mod bodies;
pub mod collect;
pub mod conditional_access;
pub mod config;
pub mod countries;
pub mod demo;
mod descriptors;
pub mod dispatch;
pub mod first_start;
pub mod house;
pub mod listen;
pub mod outgoing;
pub mod revocation;
pub mod share;
pub mod sinks;
pub mod start;
pub mod tls;
pub mod web;
