//! What a server answers to an agent, and what an agent says to a server: whatever the bytes are, reading ends, what is within the
//! limits is written and read back as the same, and nothing panics.

#![no_main]

use agent_wire::{
    Action, ApprovalsAnswer, CheckIn, CheckInAnswer, ErrorBody, JoinAnswer, JoinRequest, NonceAnswer, RecoveryKey,
    RenewAnswer, SessionAnswer, TpmChallenge, TpmClaim, WakeLine,
};
use libfuzzer_sys::fuzz_target;
use serde::Serialize;
use serde::de::DeserializeOwned;

fuzz_target!(|bytes: &[u8]| {
    let Some((which, text)) = bytes.split_first() else { return };
    match which % 12 {
        0 => {
            if let Some(said) = same::<CheckIn>(text) {
                let _ = said.within_limits();
            }
        }
        1 => {
            if let Some(answer) = same::<CheckInAnswer>(text) {
                let _ = answer.compliance.within_limits();
                let _ = answer.desired.map(|desired| desired.within_limits());
            }
        }
        2 => {
            if let Some(asked) = same::<JoinRequest>(text) {
                let _ = asked.within_limits();
            }
        }
        3 => {
            if let Some(key) = same::<RecoveryKey>(text) {
                let _ = key.within_limits();
                let told = format!("{key:?}");
                let other = RecoveryKey { key: "x".repeat(key.key.len()), ..key };
                assert_eq!(told, format!("{other:?}"), "what is told of a key is the same whatever the key is");
            }
        }
        4 => drop(same::<JoinAnswer>(text)),
        5 => drop(same::<WakeLine>(text)),
        6 => drop(same::<ErrorBody>(text)),
        7 => drop(same::<ApprovalsAnswer>(text)),
        8 => drop(same::<SessionAnswer>(text)),
        9 => drop(same::<(NonceAnswer, RenewAnswer)>(text)),
        10 => drop(same::<Action>(text)),
        _ => drop(same::<(TpmClaim, TpmChallenge)>(text)),
    }
});

/// Read, and what was read is the same after it was written and read again.
fn same<T: DeserializeOwned + Serialize + PartialEq + std::fmt::Debug>(text: &[u8]) -> Option<T> {
    let read: T = serde_json::from_slice(text).ok()?;
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, again);
    Some(read)
}
