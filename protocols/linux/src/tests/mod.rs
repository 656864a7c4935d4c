//! The services as a client sees them: requests in, answers out, written as `intune-spec` has them.

mod check_in;
mod enroll;
mod world;
