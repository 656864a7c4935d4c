//! The journal in SQL: streams of hash-chained rows. What its columns mean stands in `schema`.
//!
//! Reading `from` a time starts at the right row; reading `until` a time, newest first, walks down to it.

use super::{count, int, limit_of};
use crate::{Head, JournalQuery, JournalRow, chain::journal_hash};
use directory::{Id, TenantId, Time};
use rusqlite::{Connection, Error, OptionalExtension, Row, params};

pub(super) fn append(
    connection: &Connection,
    tenant: TenantId,
    stream: &str,
    rows: &[(Time, Option<Id>, Vec<u8>)],
) -> Result<u64, Error> {
    let mut ends = read_ends(connection, tenant, stream)?;
    if rows.is_empty() {
        return Ok(ends.newest.usn);
    }
    let mut insert = connection.prepare_cached(
        "INSERT INTO journal (tenant, stream, seq, hash, at, high, subject, body)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
    )?;
    for (at, subject, body) in rows {
        let seq = ends.newest.usn.saturating_add(1);
        let hash = journal_hash(&ends.newest.hash, seq, *at, *subject, body);
        ends.newest = Head { usn: seq, hash };
        ends.high = ends.high.max(*at);
        let subject = subject.as_ref().map(Id::as_bytes);
        insert.execute(params![tenant.as_bytes(), stream, int(seq), hash, at.0, ends.high.0, subject, body])?;
    }
    write_ends(connection, tenant, stream, &ends)?;
    Ok(ends.newest.usn)
}

pub(super) fn read(
    connection: &Connection,
    tenant: TenantId,
    stream: &str,
    query: &JournalQuery,
) -> Result<Vec<JournalRow>, Error> {
    // One transaction: a row that expires between looking for the start and reading would shift it.
    let connection = connection.unchecked_transaction()?;
    let ends = read_ends(&connection, tenant, stream)?;
    let (mut low, mut high) = (ends.anchor.usn.saturating_add(1), ends.newest.usn);
    match (query.newest_first, query.after) {
        (true, 0) => {}
        (true, after) => high = high.min(after.saturating_sub(1)),
        (false, after) => low = low.max(after.saturating_add(1)),
    }
    if let Some(from) = query.from {
        low = low.max(first_as_late(&connection, tenant, stream, &ends, from)?);
    }
    let sql = match (query.subject.is_some(), query.newest_first) {
        (false, false) => ANY_OLDEST_FIRST,
        (false, true) => ANY_NEWEST_FIRST,
        (true, false) => SUBJECT_OLDEST_FIRST,
        (true, true) => SUBJECT_NEWEST_FIRST,
    };
    let mut statement = connection.prepare_cached(sql)?;
    let (from, until) = (query.from.map_or(i64::MIN, |at| at.0), query.until.map(|at| at.0));
    let (low, high, limit) = (int(low), int(high), limit_of(query.limit));
    let asked = params![tenant.as_bytes(), stream, low, high, from, until, limit];
    let rows: Result<Vec<JournalRow>, Error> = match query.subject {
        None => statement.query_map(asked, journal_row)?.collect(),
        Some(subject) => {
            let subject = subject.as_bytes();
            let asked = params![tenant.as_bytes(), stream, low, high, from, until, limit, subject];
            statement.query_map(asked, journal_row)?.collect()
        }
    };
    rows
}

/// Only from the front, so that what stays is still a chain: a row older than `before` behind a younger one waits.
pub(super) fn expire(connection: &Connection, tenant: TenantId, stream: &str, before: Time) -> Result<u64, Error> {
    let mut ends = read_ends(connection, tenant, stream)?;
    let stays = first_as_late(connection, tenant, stream, &ends, before)?;
    let last = stays.saturating_sub(1);
    if last <= ends.anchor.usn {
        return Ok(0);
    }
    let mut hash =
        connection.prepare_cached("SELECT hash FROM journal WHERE tenant = ?1 AND stream = ?2 AND seq = ?3")?;
    let hash = hash.query_row(params![tenant.as_bytes(), stream, int(last)], |row| row.get(0))?;
    ends.anchor = Head { usn: last, hash };
    let mut delete =
        connection.prepare_cached("DELETE FROM journal WHERE tenant = ?1 AND stream = ?2 AND seq <= ?3")?;
    let expired = delete.execute(params![tenant.as_bytes(), stream, int(last)])?;
    write_ends(connection, tenant, stream, &ends)?;
    Ok(expired as u64)
}

pub(super) fn ends(connection: &Connection, tenant: TenantId, stream: &str) -> Result<(Head, Head), Error> {
    read_ends(connection, tenant, stream).map(|ends| (ends.anchor, ends.newest))
}

const ANY_OLDEST_FIRST: &str = "SELECT seq, hash, at, subject, body FROM journal
    WHERE tenant = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4 AND at >= ?5 AND (?6 IS NULL OR at < ?6)
    ORDER BY seq LIMIT ?7";
const ANY_NEWEST_FIRST: &str = "SELECT seq, hash, at, subject, body FROM journal
    WHERE tenant = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4 AND at >= ?5 AND (?6 IS NULL OR at < ?6)
    ORDER BY seq DESC LIMIT ?7";
const SUBJECT_OLDEST_FIRST: &str = "SELECT seq, hash, at, subject, body FROM journal INDEXED BY journal_subject
    WHERE tenant = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4 AND at >= ?5 AND (?6 IS NULL OR at < ?6)
    AND subject = ?8 ORDER BY seq LIMIT ?7";
const SUBJECT_NEWEST_FIRST: &str = "SELECT seq, hash, at, subject, body FROM journal INDEXED BY journal_subject
    WHERE tenant = ?1 AND stream = ?2 AND seq BETWEEN ?3 AND ?4 AND at >= ?5 AND (?6 IS NULL OR at < ?6)
    AND subject = ?8 ORDER BY seq DESC LIMIT ?7";

fn journal_row(row: &Row<'_>) -> Result<JournalRow, Error> {
    let subject: Option<[u8; 16]> = row.get(3)?;
    Ok(JournalRow {
        seq: count(row.get(0)?),
        hash: row.get(1)?,
        at: Time(row.get(2)?),
        subject: subject.map(Id::from_bytes),
        body: row.get(4)?,
    })
}

struct Ends {
    anchor: Head,
    newest: Head,
    high: Time,
}

fn read_ends(connection: &Connection, tenant: TenantId, stream: &str) -> Result<Ends, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT anchor, anchor_hash, newest, newest_hash, high FROM head WHERE tenant = ?1 AND stream = ?2",
    )?;
    let ends = statement.query_row(params![tenant.as_bytes(), stream], |row| {
        Ok(Ends {
            anchor: Head { usn: count(row.get(0)?), hash: row.get(1)? },
            newest: Head { usn: count(row.get(2)?), hash: row.get(3)? },
            high: Time(row.get(4)?),
        })
    });
    let none = Ends { anchor: Head::default(), newest: Head::default(), high: Time(i64::MIN) };
    ends.optional().map(|ends| ends.unwrap_or(none))
}

fn write_ends(connection: &Connection, tenant: TenantId, stream: &str, ends: &Ends) -> Result<(), Error> {
    let mut statement = connection.prepare_cached(
        "INSERT INTO head (tenant, stream, anchor, anchor_hash, newest, newest_hash, high)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant, stream) DO UPDATE SET anchor = excluded.anchor, anchor_hash = excluded.anchor_hash,
             newest = excluded.newest, newest_hash = excluded.newest_hash, high = excluded.high",
    )?;
    let (anchor, newest) = (ends.anchor, ends.newest);
    let tenant = tenant.as_bytes();
    let row = params![tenant, stream, int(anchor.usn), anchor.hash, int(newest.usn), newest.hash, ends.high.0];
    statement.execute(row).map(drop)
}

/// The first `seq` whose row is, or follows, one not earlier than `at`; one past the newest when there is none. Halving
/// works because `high` never falls and `seq` has no gaps.
fn first_as_late(connection: &Connection, tenant: TenantId, stream: &str, ends: &Ends, at: Time) -> Result<u64, Error> {
    let mut high =
        connection.prepare_cached("SELECT high FROM journal WHERE tenant = ?1 AND stream = ?2 AND seq = ?3")?;
    let (mut low, mut past) = (ends.anchor.usn.saturating_add(1), ends.newest.usn.saturating_add(1));
    while low < past {
        let middle = low + (past - low) / 2;
        let high: i64 = high.query_row(params![tenant.as_bytes(), stream, int(middle)], |row| row.get(0))?;
        if high < at.0 {
            low = middle + 1;
        } else {
            past = middle;
        }
    }
    Ok(low)
}
