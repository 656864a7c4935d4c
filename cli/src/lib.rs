//! `castellan` sub-commands for an administrator's desk. Clients of the public API, like any script could be.
//!
//! Deliberately absent: any way around the server. What is done here is authorised and audited like everything else.

mod api;
mod audit;
mod explain;
mod hr;
mod hr_file;
mod keys;
mod zero_touch;

pub use api::{Answer, Api, ApiError, Connection};
pub use audit::{AuditCommand, run_audit};
pub use explain::{ExplainOptions, run_explain};
pub use hr::{HrCommand, ImportOutcome, import, run_hr};
pub use hr_file::{BadRow, HrRow, read_rows};
pub use keys::{KeysCommand, run_keys};
pub use zero_touch::{ZeroTouchCommand, run_zero_touch};
