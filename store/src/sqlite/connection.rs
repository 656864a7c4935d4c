//! A connection to one database file: how it is opened, and a writer that always finds its way back to a clean state.
//!
//! Faults are sorted here: what fails before COMMIT certainly did not happen, a COMMIT that fails may have happened.

use super::schema::{Shelf, VERSION};
use crate::Fault;
use rusqlite::{Connection, Error, ErrorCode, OpenFlags};
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

/// How long a writer waits for another node's transaction.
const BUSY_WAIT_MAX: Duration = Duration::from_secs(10);
/// How often a file is tried that two nodes create at the same moment.
const OPEN_TRIES_MAX: u32 = 200;
const OPEN_PAUSE: Duration = Duration::from_millis(10);
/// Prepared statements kept per connection: more than we have.
const STATEMENTS_MAX: usize = 32;

/// Open a file for reading and writing, and make its tables if it has none.
pub(super) fn open(path: &Path, shelf: &Shelf) -> Result<Connection, Fault> {
    let mut tries = 0;
    loop {
        tries += 1;
        match try_open(path, shelf) {
            Ok((connection, VERSION)) => return Ok(connection),
            Ok((_, version)) => {
                let why = format!("`{}` has version {version}, this program knows {VERSION}", path.display());
                return Err(Fault::definite("opening the store", why));
            }
            // Two nodes that both turn a new file to WAL meet without a chance for SQLite to let one of them wait.
            Err(why) if is_busy(&why) && tries < OPEN_TRIES_MAX => thread::sleep(OPEN_PAUSE),
            Err(why) => {
                return Err(Fault::definite("opening the store", format!("`{}`: {why}", path.display())));
            }
        }
    }
}

/// Open a file for reading only.
pub(super) fn open_reader(path: &Path) -> Result<Connection, Error> {
    // Opened for writing all the same: a reader of a WAL file takes part in its shared memory.
    let connection = Connection::open_with_flags(path, OpenFlags::SQLITE_OPEN_READ_WRITE | NO_MUTEX)?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.execute_batch("PRAGMA query_only = 1; PRAGMA cache_size = -1024;")?;
    Ok(connection)
}

/// The one connection through which this process writes to a file.
pub(super) struct Writer {
    path: PathBuf,
    shelf: &'static Shelf,
    /// Absent after a failure that the connection itself may not have survived; opened again when next needed.
    connection: Option<Connection>,
}

impl Writer {
    pub(super) fn open(folder: &Path, shelf: &'static Shelf) -> Result<Writer, Fault> {
        let path = folder.join(shelf.file);
        let connection = Some(open(&path, shelf)?);
        Ok(Writer { path, shelf, connection })
    }

    /// One transaction around `work`, which says by its answer whether to keep what it did.
    pub(super) fn transact<T>(
        &mut self,
        doing: &'static str,
        work: impl FnOnce(&Connection) -> Result<Ending<T>, Error>,
    ) -> Result<T, Fault> {
        let connection = self.begin(doing)?;
        match work(connection) {
            Ok(Ending::Keep(answer)) => self.commit(doing).map(|()| answer),
            Ok(Ending::Undo(answer)) => {
                self.roll_back(None);
                Ok(answer)
            }
            Err(why) => {
                self.roll_back(Some(&why));
                Err(Fault::definite(doing, why))
            }
        }
    }

    /// Begin a transaction as a writer, so that nothing read in it can be outdated when it is written.
    pub(super) fn begin(&mut self, doing: &'static str) -> Result<&Connection, Fault> {
        if self.connection.is_none() {
            self.connection = Some(open(&self.path, self.shelf)?);
        }
        if let Err(why) = self.run("BEGIN IMMEDIATE") {
            self.roll_back(Some(&why));
            return Err(Fault::definite(doing, why));
        }
        Ok(self.connection.as_ref().expect("a writer that has begun has a connection"))
    }

    pub(super) fn commit(&mut self, doing: &'static str) -> Result<(), Fault> {
        self.run("COMMIT").map_err(|why| {
            self.roll_back(Some(&why));
            Fault::unknown(doing, why)
        })
    }

    /// Leave the transaction. A connection that may have lost its footing is given up: a file opened while it was
    /// read-only, for one, stays read-only for its connection even when it is not any more.
    pub(super) fn roll_back(&mut self, why: Option<&Error>) {
        let is_open = self.connection.as_ref().is_some_and(|connection| !connection.is_autocommit());
        let is_clean = !is_open || self.run("ROLLBACK").is_ok();
        if !is_clean || why.is_some_and(costs_the_connection) {
            self.connection = None;
        }
    }

    fn run(&self, sql: &str) -> Result<(), Error> {
        match &self.connection {
            Some(connection) => connection.prepare_cached(sql)?.execute(()).map(drop),
            None => Ok(()),
        }
    }

    #[cfg(test)]
    pub(super) fn connection(&self) -> Option<&Connection> {
        self.connection.as_ref()
    }
}

/// How a transaction ends: what was done in it is kept or undone; the answer is given either way.
pub(super) enum Ending<T> {
    Keep(T),
    Undo(T),
}

/// Each connection is used by one thread at a time; we see to that.
const NO_MUTEX: OpenFlags = OpenFlags::SQLITE_OPEN_NO_MUTEX;

fn try_open(path: &Path, shelf: &Shelf) -> Result<(Connection, i64), Error> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | NO_MUTEX;
    let connection = Connection::open_with_flags(path, flags)?;
    connection.busy_timeout(BUSY_WAIT_MAX)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS_MAX);
    connection.execute_batch(
        "PRAGMA journal_mode = WAL;
         PRAGMA synchronous = FULL;
         PRAGMA wal_autocheckpoint = 10000;
         PRAGMA temp_store = MEMORY;
         PRAGMA cache_size = -4096;",
    )?;
    let mut version = version_of(&connection)?;
    if version == 0 {
        connection.execute_batch("BEGIN IMMEDIATE")?;
        version = version_of(&connection)?;
        if version == 0 {
            connection.execute_batch(shelf.tables)?;
            connection.pragma_update(None, "user_version", VERSION)?;
            version = VERSION;
        }
        connection.execute_batch("COMMIT")?;
    }
    Ok((connection, version))
}

fn version_of(connection: &Connection) -> Result<i64, Error> {
    connection.pragma_query_value(None, "user_version", |row| row.get(0))
}

fn is_busy(why: &Error) -> bool {
    matches!(why.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

fn costs_the_connection(why: &Error) -> bool {
    use ErrorCode::{CannotOpen, DatabaseCorrupt, NotADatabase, ReadOnly, SystemIoFailure};
    matches!(why.sqlite_error_code(), Some(SystemIoFailure | ReadOnly | CannotOpen | DatabaseCorrupt | NotADatabase))
}
