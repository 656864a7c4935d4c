//! A small pool of reading connections to one file. In WAL, readers wait for nobody and nobody waits for them.

use super::connection::open_reader;
use crate::Fault;
use rusqlite::{Connection, Error};
use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, MutexGuard};

/// Reading connections per file; whoever comes when all are lent waits.
const READERS_MAX: usize = 8;

pub(super) struct Readers {
    path: PathBuf,
    pool: Mutex<Pool>,
    returned: Condvar,
}

#[derive(Default)]
struct Pool {
    idle: Vec<Connection>,
    lent: usize,
}

impl Readers {
    pub(super) fn new(path: &Path) -> Readers {
        Readers { path: path.to_owned(), pool: Mutex::default(), returned: Condvar::new() }
    }

    /// Read. A failed read changed nothing, so its fault is always definite.
    pub(super) fn read<T>(
        &self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<T, Error>,
    ) -> Result<T, Fault> {
        let mut loan = self.borrow();
        let connection = match loan.connection.take() {
            Some(connection) => connection,
            None => open_reader(&self.path).map_err(|why| Fault::definite(doing, why))?,
        };
        // A connection that failed is not lent again: opening another is cheap, and it may be the cause.
        let answer = work(&*loan.connection.insert(connection)).map_err(|why| Fault::definite(doing, why));
        if answer.is_err() {
            loan.connection = None;
        }
        answer
    }

    fn borrow(&self) -> Loan<'_> {
        let mut pool = self.pool();
        while pool.lent >= READERS_MAX {
            pool = self.returned.wait(pool).expect("nobody panics while holding the pool");
        }
        pool.lent += 1;
        Loan { readers: self, connection: pool.idle.pop() }
    }

    fn pool(&self) -> MutexGuard<'_, Pool> {
        self.pool.lock().expect("nobody panics while holding the pool")
    }
}

/// A place in the pool, and the connection that goes with it. It comes back even when its reader panics.
struct Loan<'a> {
    readers: &'a Readers,
    connection: Option<Connection>,
}

impl Drop for Loan<'_> {
    fn drop(&mut self) {
        let mut pool = self.readers.pool();
        pool.lent -= 1;
        pool.idle.extend(self.connection.take());
        self.readers.returned.notify_one();
    }
}
