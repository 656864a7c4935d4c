//! The keys of other transmitters, fetched from where an administrator said they are, and kept for a while.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use directory::Time;
use engine::{Ask, Outgoing};
use keys::{KEYS_TRIED_MAX, PublicKey};
use serde_json::Value;

/// Keys are fetched anew after so long …
const KEPT: Duration = Duration::from_secs(3600);
/// … or, when a token names a key that is not among them, after so long.
const AGAIN: Duration = Duration::from_secs(60);
/// So many sets are kept.
const SETS_MAX: usize = 100;

#[derive(Default)]
pub(crate) struct Jwks(Mutex<HashMap<String, (Time, Vec<PublicKey>)>>);

impl Jwks {
    /// The keys of a set. `is_stale` asks for newer ones than those that did not do.
    pub(crate) async fn keys(
        &self,
        outgoing: &dyn Outgoing,
        uri: &str,
        at: Time,
        is_stale: bool,
    ) -> Result<Vec<PublicKey>, String> {
        let most = if is_stale { AGAIN } else { KEPT };
        if let Some((fetched, keys)) = self.sets().get(uri)
            && at.since(*fetched) < most
        {
            return Ok(keys.clone());
        }
        let answered = outgoing.ask(Ask::get(uri)).await?;
        if answered.status != 200 {
            return Err(format!("the keys were answered with {}", answered.status));
        }
        let body: Value = serde_json::from_slice(&answered.body).map_err(|_| "the keys are not JSON".to_owned())?;
        let found = body.get("keys").and_then(Value::as_array).ok_or("there are no keys in the set")?;
        // A key of a sort that is not understood is somebody else's business (RFC 7517 §5).
        let keys: Vec<PublicKey> =
            found.iter().filter_map(|jwk| PublicKey::from_jwk(jwk).ok()).take(KEYS_TRIED_MAX).collect();
        let mut sets = self.sets();
        if sets.len() >= SETS_MAX && !sets.contains_key(uri) {
            sets.clear();
        }
        sets.insert(uri.to_owned(), (at, keys.clone()));
        Ok(keys)
    }

    fn sets(&self) -> std::sync::MutexGuard<'_, HashMap<String, (Time, Vec<PublicKey>)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
