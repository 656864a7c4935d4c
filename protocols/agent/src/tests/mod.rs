//! The protocol as a device sees it: requests in, answers out.

mod apps;
mod check_in;
mod discovery;
mod ends;
mod escrow;
mod join;
mod release;
mod secrets;
mod session;
mod software;
mod unattended;
mod wake;
mod world;
