//! The tables, for ever: a new noun never adds one. Every key starts with the tenant.
//!
//! The log, the journal and the tickets are three files, because SQLite has one writer per file and a storm of sign-ins
//! must not hold up a commit. The state is kept clustered by its key, so that reading it all is one ordered scan.

/// A database file: its name, and the statements that make version `VERSION` of it.
pub(super) struct Shelf {
    pub(super) file: &'static str,
    pub(super) tables: &'static str,
}

/// The version of all tables, kept in `PRAGMA user_version`.
pub(super) const VERSION: i64 = 1;

pub(super) const LOG: Shelf = Shelf {
    file: "log.db",
    tables: r#"
        CREATE TABLE head (
            tenant BLOB NOT NULL, usn INTEGER NOT NULL, hash BLOB NOT NULL,
            PRIMARY KEY (tenant)) WITHOUT ROWID;
        CREATE TABLE "commit" (
            tenant BLOB NOT NULL, usn INTEGER NOT NULL, hash BLOB NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (tenant, usn)) WITHOUT ROWID;
        CREATE TABLE object (
            tenant BLOB NOT NULL, id BLOB NOT NULL, kind INTEGER NOT NULL, usn INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (tenant, id)) WITHOUT ROWID;
        CREATE TABLE link (
            tenant BLOB NOT NULL, source BLOB NOT NULL, kind INTEGER NOT NULL, target BLOB NOT NULL, why BLOB NOT NULL,
            PRIMARY KEY (tenant, source, kind, target)) WITHOUT ROWID;
        CREATE TABLE "unique" (
            tenant BLOB NOT NULL, key BLOB NOT NULL, id BLOB NOT NULL,
            PRIMARY KEY (tenant, key)) WITHOUT ROWID;
        CREATE TABLE cursor (
            tenant BLOB NOT NULL, name TEXT NOT NULL, usn INTEGER NOT NULL,
            PRIMARY KEY (tenant, name)) WITHOUT ROWID;
        CREATE TABLE outbox (
            tenant BLOB NOT NULL, id BLOB NOT NULL, usn INTEGER NOT NULL, topic TEXT NOT NULL,
            not_before INTEGER NOT NULL, attempts INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (tenant, id)) WITHOUT ROWID;
        CREATE INDEX outbox_due ON outbox (tenant, not_before, usn, id);
    "#,
};

/// `high` is the latest time of the stream up to and including the row. It never falls from one row to the next, so the
/// first row that can be as late as a given time is found by halving, without an index to maintain.
///
/// Rows of a kilobyte and more lie in a table with row ids: in one without, whatever is longer than a quarter of a page gets a page of
/// its own besides (sqlite.org/withoutrowid.html), which doubled the file and took half as long again to write.
pub(super) const JOURNAL: Shelf = Shelf {
    file: "journal.db",
    tables: r#"
        CREATE TABLE head (
            tenant BLOB NOT NULL, stream TEXT NOT NULL, anchor INTEGER NOT NULL, anchor_hash BLOB NOT NULL,
            newest INTEGER NOT NULL, newest_hash BLOB NOT NULL, high INTEGER NOT NULL,
            PRIMARY KEY (tenant, stream)) WITHOUT ROWID;
        CREATE TABLE journal (
            tenant BLOB NOT NULL, stream TEXT NOT NULL, seq INTEGER NOT NULL, hash BLOB NOT NULL,
            at INTEGER NOT NULL, high INTEGER NOT NULL, subject BLOB, body BLOB NOT NULL,
            PRIMARY KEY (tenant, stream, seq));
        CREATE INDEX journal_subject ON journal (tenant, stream, subject, seq) WHERE subject IS NOT NULL;
    "#,
};

pub(super) const TICKETS: Shelf = Shelf {
    file: "tickets.db",
    tables: r#"
        CREATE TABLE ticket (
            tenant BLOB NOT NULL, shelf TEXT NOT NULL, key BLOB NOT NULL, "group" BLOB,
            expires INTEGER NOT NULL, body BLOB NOT NULL,
            PRIMARY KEY (tenant, shelf, key)) WITHOUT ROWID;
        CREATE INDEX ticket_group ON ticket (tenant, "group", shelf) WHERE "group" IS NOT NULL;
        CREATE INDEX ticket_expires ON ticket (expires);
    "#,
};
