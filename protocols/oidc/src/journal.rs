//! Writing the sign-in log.
//!
//! Durability: a person's interactive sign-in and every failure of one is on disk before the answer leaves. Tokens of
//! workloads and refreshed tokens are written behind, within milliseconds; when the process is killed in between, at most
//! [`BEHIND_MAX`] rows are lost, and no more, because then callers wait.

use std::sync::Arc;

use directory::{Id, Record};
use engine::Engine;
use signin::SIGN_INS;
use tokio::sync::Semaphore;

use crate::error::Problem;

/// So many rows may be on their way to disk.
const BEHIND_MAX: usize = 1024;

pub(crate) struct Journal {
    places: Arc<Semaphore>,
}

impl Default for Journal {
    fn default() -> Journal {
        Journal { places: Arc::new(Semaphore::new(BEHIND_MAX)) }
    }
}

impl Journal {
    /// Write a row and wait until it is on disk.
    pub(crate) async fn write(&self, engine: &Engine, subject: Option<Id>, row: Record) -> Result<(), Problem> {
        engine.journal(SIGN_INS, subject, row).await.map_err(|_| Problem::fault())
    }

    /// Write a row without waiting for the disk, but not faster than the disk can follow.
    pub(crate) async fn write_behind(&self, engine: &Engine, subject: Option<Id>, row: Record) -> Result<(), Problem> {
        let Ok(place) = self.places.clone().acquire_owned().await else { return Err(Problem::fault()) };
        let engine = engine.clone();
        tokio::spawn(async move {
            if let Err(fault) = engine.journal(SIGN_INS, subject, row).await {
                tracing::error!(%fault, "a sign-in could not be written to the journal");
            }
            drop(place);
        });
        Ok(())
    }
}
