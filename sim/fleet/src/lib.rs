//! Simulated devices that speak the true wire protocols: our agent's, over TLS with a certificate and signed assertions, and the
//! one of Linux clients that others wrote (registration, primary refresh token, Intune for Linux). `castellan sim fleet` makes a
//! load of them; the benchmarks and the demonstration take single ones.
//!
//! Deliberately absent: what a real device does with what it is told. A simulated one says at once that every setting is set and
//! every application installed, and fetches no packages.

mod agent_device;
mod browser;
mod door;
mod faults;
mod key;
mod linux_pc;
mod organisation;
mod run;
mod session_key;
mod summary;

pub use agent_device::{AgentDevice, CheckedIn, Ended, Wakes};
pub use browser::{Arrival, Browser};
pub use door::Door;
pub use faults::{Fault, Faults};
pub use linux_pc::{LinuxPc, Requirement, Tokens};
pub use organisation::{Organisation, Person};
pub use run::{FleetOptions, SimCommand, run_sim};
pub use summary::{Latencies, Summary};

/// Why something did not work, in words for the person who watches.
pub type Failure = String;
