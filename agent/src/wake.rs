//! The push channel: one long answer, a line per wake. Lost connections come back with jittered exponential back-off; a wake lost
//! with them is made up by the server's first line on opening and by polling.

use std::sync::Arc;
use std::time::Duration;

use agent_wire::WakeLine;
use agent_wire::limits::{RECONNECT_SECONDS_MAX, RECONNECT_SECONDS_MIN, WAKE_LINE_BYTES_MAX};
use tokio::sync::{Notify, watch};

use crate::approvals;
use crate::error::AgentError;
use crate::server::{Server, unreachable};

/// So many sign-ins are shown at once.
const APPROVALS_SHOWN_MAX: usize = 8;

/// Listens until the task is dropped.
pub async fn listen(server: Arc<Server>, push_url: String, held: watch::Receiver<Option<String>>, wakes: Arc<Notify>) {
    let mut failures = 0;
    loop {
        let version = held.borrow().clone();
        let mut was_heard = false;
        let ended = follow(&server, &push_url, version.as_deref(), &wakes, &mut was_heard).await;
        failures = if was_heard { 0 } else { failures + 1 };
        let asked = match &ended {
            Err(AgentError::Refused { retry_after_seconds, .. }) => retry_after_seconds.map(Duration::from_secs),
            _ => None,
        };
        if let Err(why) = &ended {
            tracing::debug!(%why, "the push channel broke off");
        }
        let wait = back_off(failures, random_share());
        tokio::time::sleep(asked.map_or(wait, |asked| asked.max(wait))).await;
    }
}

async fn follow(
    server: &Server,
    push_url: &str,
    held: Option<&str>,
    wakes: &Notify,
    was_heard: &mut bool,
) -> Result<(), AgentError> {
    let mut response = server.wake(push_url, held).await?;
    let mut lines = Lines::default();
    while let Some(chunk) = response.chunk().await.map_err(unreachable)? {
        for line in lines.take(&chunk)? {
            *was_heard = true;
            match serde_json::from_slice(&line) {
                Ok(WakeLine::Wake(_)) => wakes.notify_one(),
                Ok(WakeLine::Approval {}) => ask_person(server).await,
                // A line of a newer server; it is not for us.
                Ok(WakeLine::Ping {}) | Err(_) => {}
            }
        }
    }
    Ok(())
}

/// Asks the person to approve the sign-ins that wait. The agent has no screen of its own: its log is what a desk shows.
async fn ask_person(server: &Server) {
    match server.approvals().await {
        Ok(answer) => {
            for waiting in answer.approvals.iter().take(APPROVALS_SHOWN_MAX) {
                tracing::info!(approval = waiting.id, "{}", approvals::question(waiting));
            }
        }
        Err(why) => tracing::warn!(%why, "which sign-in waits to be approved cannot be told"),
    }
}

/// How long to wait after so many failures in a row: doubled each time within the protocol's bounds, then between half and whole.
pub fn back_off(failures: u32, share: f64) -> Duration {
    let seconds =
        RECONNECT_SECONDS_MIN.saturating_mul(1 << failures.saturating_sub(1).min(16)).min(RECONNECT_SECONDS_MAX);
    Duration::from_secs(seconds).mul_f64(0.5 + share.clamp(0.0, 1.0) / 2.0)
}

/// A random number from 0 to 1; the middle when the system has no randomness.
pub fn random_share() -> f64 {
    let mut byte = [0u8; 1];
    match aws_lc_rs::rand::fill(&mut byte) {
        Ok(()) => f64::from(u8::from_ne_bytes(byte)) / 255.0,
        Err(_) => 0.5,
    }
}

/// Lines out of chunks, bounded.
#[derive(Default)]
struct Lines {
    rest: Vec<u8>,
}

impl Lines {
    fn take(&mut self, chunk: &[u8]) -> Result<Vec<Vec<u8>>, AgentError> {
        let mut lines = Vec::new();
        for byte in chunk {
            if *byte == b'\n' {
                lines.push(std::mem::take(&mut self.rest));
            } else if self.rest.len() >= WAKE_LINE_BYTES_MAX {
                return Err(AgentError::Unreachable("a line on the push channel is too long".into()));
            } else {
                self.rest.push(*byte);
            }
        }
        lines.retain(|line| !line.is_empty());
        Ok(lines)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn waiting_grows_from_about_a_second_to_five_minutes() {
        for (failures, least, most) in [(0, 0.5, 1.0), (1, 0.5, 1.0), (2, 1.0, 2.0), (5, 8.0, 16.0), (40, 150.0, 300.0)]
        {
            assert_eq!(back_off(failures, 0.0).as_secs_f64(), least, "{failures}");
            assert_eq!(back_off(failures, 1.0).as_secs_f64(), most, "{failures}");
        }
    }

    #[test]
    fn lines_are_put_together_from_any_chunks() {
        let mut lines = Lines::default();
        let text = b"{\"wake\":{}}\n\n{\"ping\":{}}\n";
        let mut found = Vec::new();
        for chunk in text.chunks(3) {
            found.extend(lines.take(chunk).unwrap());
        }
        assert_eq!(found, [b"{\"wake\":{}}".to_vec(), b"{\"ping\":{}}".to_vec()]);
        assert!(Lines::default().take(&[b'x'; WAKE_LINE_BYTES_MAX + 1]).is_err());
    }
}
