//! Password hashing on a bounded pool, so that a storm of passwords slows passwords only: tokens stay quick.

use std::sync::Arc;

use keys::{KeyFault, Keys, PasswordCheck, Passwords};
use tokio::sync::Semaphore;

use crate::error::Problem;

/// So many more may wait; beyond, callers are told to come back.
const WAITING_MAX: usize = 64;
/// Told to come back after so many seconds.
const RETRY_SECONDS: u64 = 3;

pub(crate) struct Hashing {
    /// Held while waiting and running.
    places: Arc<Semaphore>,
    /// Held while running.
    workers: Arc<Semaphore>,
}

impl Default for Hashing {
    fn default() -> Hashing {
        // As many at once as there are cores: each takes 19 MiB and tens of milliseconds of one.
        let running = std::thread::available_parallelism().map_or(1, usize::from);
        Hashing { places: Arc::new(Semaphore::new(running + WAITING_MAX)), workers: Arc::new(Semaphore::new(running)) }
    }
}

impl Hashing {
    /// Check a password against its verifier, with one hash as well when there is none, so that the time it takes tells
    /// nothing about whose name was typed.
    pub(crate) async fn check(
        &self,
        passwords: Passwords,
        password: String,
        verifier: Option<String>,
    ) -> Result<PasswordCheck, Problem> {
        self.run(move || match verifier {
            Some(verifier) => passwords.verify(&verifier, &password),
            None => {
                passwords.dummy_verify(&password)?;
                Ok(PasswordCheck { matches: false, needs_rehash: false })
            }
        })
        .await
    }

    /// Hash a new password.
    pub(crate) async fn hash(&self, passwords: Passwords, password: String) -> Result<String, Problem> {
        self.run(move || passwords.hash(&password)).await
    }

    /// Whether a password is known to have leaked.
    pub(crate) async fn is_breached(&self, keys: Keys, password: String) -> Result<bool, Problem> {
        self.run(move || keys.is_breached(&password)).await
    }

    /// Hash a new password, unless it is known to have leaked.
    pub(crate) async fn hash_unless_breached(
        &self,
        keys: Keys,
        passwords: Passwords,
        password: String,
    ) -> Result<Option<String>, Problem> {
        self.run(move || if keys.is_breached(&password)? { Ok(None) } else { passwords.hash(&password).map(Some) })
            .await
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T, KeyFault> + Send + 'static,
    ) -> Result<T, Problem> {
        let Ok(place) = self.places.clone().try_acquire_owned() else { return Err(Problem::busy(RETRY_SECONDS)) };
        let Ok(worker) = self.workers.clone().acquire_owned().await else { return Err(Problem::fault()) };
        let done = tokio::task::spawn_blocking(move || {
            let outcome = work();
            // Given back by the thread, so that a caller who goes away does not make room for more work than there is.
            drop((place, worker));
            outcome
        });
        match done.await {
            Ok(outcome) => outcome.map_err(Problem::from),
            Err(_) => Err(Problem::fault()),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::{Duration, Instant};

    use super::*;
    use crate::fixture::{PASSWORD, run};
    use engine::testing::TENANT;

    /// No machine goes through 19 MiB twice in less.
    const HASH_LEAST: Duration = Duration::from_millis(2);

    #[test]
    fn a_verifier_that_is_absent_takes_as_long_as_one_that_is_there() {
        run(|org| async move {
            let passwords = org.keys.passwords(TENANT).unwrap();
            let verifier = passwords.hash(PASSWORD).unwrap();
            let hashing = Hashing::default();
            for verifier in [Some(verifier.clone()), Some("$no hash".to_owned()), None] {
                let mut least = Duration::MAX;
                for _ in 0..5 {
                    let began = Instant::now();
                    let checked = hashing.check(passwords.clone(), "wrong".to_owned(), verifier.clone()).await;
                    assert!(checked.is_ok_and(|check| !check.matches));
                    least = least.min(began.elapsed());
                }
                assert!(least >= HASH_LEAST, "{verifier:?} took {least:?}");
            }
        });
    }
}
