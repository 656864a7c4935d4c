//! The list of what is installed, told when it has changed, and once a week all the same: the server forgets it otherwise.

use agent_wire::Software;
use aws_lc_rs::digest::{SHA256, digest};
use serde::{Deserialize, Serialize};

use crate::error::AgentError;
use crate::facts::now_unix_seconds;
use crate::key::hex;
use crate::state::State;

const FILE: &str = "software.json";
const EVERY_SECONDS: i64 = 7 * 86_400;

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    sha256: String,
    at_unix_seconds: i64,
}

/// Whether the server should be told this list.
pub fn is_due(state: &State, software: &[Software]) -> bool {
    let told: Option<Told> = state.load(FILE).ok().flatten();
    let age = |told: &Told| now_unix_seconds() - told.at_unix_seconds;
    // A clock that was set back makes a report, not a silence.
    told.is_none_or(|told| told.sha256 != hash(software) || !(0..EVERY_SECONDS).contains(&age(&told)))
}

/// The server has it.
pub fn told(state: &State, software: &[Software]) -> Result<(), AgentError> {
    state.save(FILE, &Told { sha256: hash(software), at_unix_seconds: now_unix_seconds() })
}

fn hash(software: &[Software]) -> String {
    hex(digest(&SHA256, &serde_json::to_vec(software).unwrap_or_default()).as_ref())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::root::Root;
    use crate::trial::scratch;

    #[test]
    fn a_list_is_told_when_it_is_another_and_once_a_week() {
        let state = State::open(&Root::confined(&scratch("inventory")).unwrap()).unwrap();
        let one = [Software { name: "bash".into(), version: "1".into(), publisher: None }];
        assert!(is_due(&state, &one));
        told(&state, &one).unwrap();
        assert!(!is_due(&state, &one) && is_due(&state, &[]));
        for at in [now_unix_seconds() - EVERY_SECONDS, now_unix_seconds() + 600] {
            state.save(FILE, &Told { sha256: hash(&one), at_unix_seconds: at }).unwrap();
            assert!(is_due(&state, &one), "{at}");
        }
    }
}
