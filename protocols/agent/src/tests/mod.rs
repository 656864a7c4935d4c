//! The protocol as a device sees it: requests in, answers out.

mod check_in;
mod ends;
mod join;
mod session;
mod wake;
mod world;
