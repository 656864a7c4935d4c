//! The log and the state it leads to, in SQL.

use super::connection::Ending;
use super::{count, int, limit_of};
use crate::{Appended, Batch, Head, LinkRow, LogRow, ObjectRow, OutboxRow, UniqueRow};
use directory::{Id, Name, TenantId, Usn};
use rusqlite::{Connection, Error, ErrorCode, OptionalExtension, Row, params};

pub(super) fn tenants(connection: &Connection) -> Result<Vec<TenantId>, Error> {
    let mut statement = connection.prepare_cached("SELECT tenant FROM head ORDER BY tenant")?;
    let rows = statement.query_map((), |row| Ok(Id::from_bytes(row.get(0)?)))?;
    rows.collect()
}

pub(super) fn head(connection: &Connection, tenant: TenantId) -> Result<Option<Head>, Error> {
    let mut statement = connection.prepare_cached("SELECT usn, hash FROM head WHERE tenant = ?1")?;
    let head = |row: &Row<'_>| Ok(Head { usn: count(row.get(0)?), hash: row.get(1)? });
    statement.query_row([tenant.as_bytes()], head).optional()
}

pub(super) fn append(
    connection: &Connection,
    tenant: TenantId,
    expected: Head,
    batch: &Batch,
) -> Result<Ending<Appended>, Error> {
    let found = head(connection, tenant)?.unwrap_or_default();
    if found != expected {
        return Ok(Ending::Undo(Appended::Lost(found)));
    }
    if !claim_unique(connection, tenant, &batch.unique)? {
        return Ok(Ending::Undo(Appended::Duplicate));
    }
    write_commits(connection, tenant, &batch.log)?;
    write_objects(connection, tenant, &batch.objects)?;
    write_links(connection, tenant, &batch.links)?;
    write_outbox(connection, tenant, &batch.outbox)?;
    write_cursors(connection, tenant, &batch.cursors)?;
    Ok(Ending::Keep(Appended::Done))
}

pub(super) fn after(connection: &Connection, tenant: TenantId, after: Usn, limit: usize) -> Result<Vec<LogRow>, Error> {
    let mut statement = connection.prepare_cached(
        r#"SELECT usn, hash, body FROM "commit" WHERE tenant = ?1 AND usn > ?2 ORDER BY usn LIMIT ?3"#,
    )?;
    let rows = statement.query_map(params![tenant.as_bytes(), int(after), limit_of(limit)], |row| {
        Ok(LogRow { usn: count(row.get(0)?), hash: row.get(1)?, body: row.get(2)? })
    })?;
    rows.collect()
}

/// The whole state in one read transaction, so that head, objects and links are of the same USN.
pub(super) fn load(
    connection: &Connection,
    tenant: TenantId,
    object: &mut dyn FnMut(ObjectRow),
    link: &mut dyn FnMut(LinkRow),
) -> Result<Head, Error> {
    let connection = connection.unchecked_transaction()?;
    let head = head(&connection, tenant)?.unwrap_or_default();
    let mut statement =
        connection.prepare_cached("SELECT id, kind, usn, body FROM object WHERE tenant = ?1 ORDER BY id")?;
    let mut rows = statement.query([tenant.as_bytes()])?;
    while let Some(row) = rows.next()? {
        object(ObjectRow {
            id: Id::from_bytes(row.get(0)?),
            kind: Name(row.get(1)?),
            usn: count(row.get(2)?),
            body: Some(row.get(3)?),
        });
    }
    let mut statement = connection
        .prepare_cached("SELECT source, kind, target, why FROM link WHERE tenant = ?1 ORDER BY source, kind, target")?;
    let mut rows = statement.query([tenant.as_bytes()])?;
    while let Some(row) = rows.next()? {
        link(LinkRow {
            source: Id::from_bytes(row.get(0)?),
            kind: Name(row.get(1)?),
            target: Id::from_bytes(row.get(2)?),
            why: Some(row.get(3)?),
        });
    }
    Ok(head)
}

pub(super) fn cursors(connection: &Connection, tenant: TenantId) -> Result<Vec<(String, Usn)>, Error> {
    let mut statement = connection.prepare_cached("SELECT name, usn FROM cursor WHERE tenant = ?1 ORDER BY name")?;
    let rows = statement.query_map([tenant.as_bytes()], |row| Ok((row.get(0)?, count(row.get(1)?))))?;
    rows.collect()
}

pub(super) fn set_cursors(
    connection: &Connection,
    tenant: TenantId,
    cursors: &[(String, Usn)],
) -> Result<Ending<()>, Error> {
    write_cursors(connection, tenant, cursors).map(Ending::Keep)
}

/// False when a key is taken. Releases come first; only the one who holds a key can release it.
fn claim_unique(connection: &Connection, tenant: TenantId, rows: &[UniqueRow]) -> Result<bool, Error> {
    let mut release =
        connection.prepare_cached(r#"DELETE FROM "unique" WHERE tenant = ?1 AND key = ?2 AND id = ?3"#)?;
    for row in rows.iter().filter(|row| !row.claim) {
        release.execute(params![tenant.as_bytes(), row.key, row.id.as_bytes()])?;
    }
    let mut claim = connection.prepare_cached(r#"INSERT INTO "unique" (tenant, key, id) VALUES (?1, ?2, ?3)"#)?;
    for row in rows.iter().filter(|row| row.claim) {
        match claim.execute(params![tenant.as_bytes(), row.key, row.id.as_bytes()]) {
            Ok(_) => {}
            Err(why) if why.sqlite_error_code() == Some(ErrorCode::ConstraintViolation) => return Ok(false),
            Err(why) => return Err(why),
        }
    }
    Ok(true)
}

fn write_commits(connection: &Connection, tenant: TenantId, rows: &[LogRow]) -> Result<(), Error> {
    let Some(last) = rows.last() else { return Ok(()) };
    let mut insert =
        connection.prepare_cached(r#"INSERT INTO "commit" (tenant, usn, hash, body) VALUES (?1, ?2, ?3, ?4)"#)?;
    for row in rows {
        insert.execute(params![tenant.as_bytes(), int(row.usn), row.hash, row.body])?;
    }
    let mut head = connection.prepare_cached(
        "INSERT INTO head (tenant, usn, hash) VALUES (?1, ?2, ?3)
         ON CONFLICT (tenant) DO UPDATE SET usn = excluded.usn, hash = excluded.hash",
    )?;
    head.execute(params![tenant.as_bytes(), int(last.usn), last.hash]).map(drop)
}

fn write_objects(connection: &Connection, tenant: TenantId, rows: &[ObjectRow]) -> Result<(), Error> {
    let mut put = connection.prepare_cached(
        "INSERT INTO object (tenant, id, kind, usn, body) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant, id) DO UPDATE SET kind = excluded.kind, usn = excluded.usn, body = excluded.body",
    )?;
    let mut remove = connection.prepare_cached("DELETE FROM object WHERE tenant = ?1 AND id = ?2")?;
    for row in rows {
        match &row.body {
            Some(body) => put.execute(params![tenant.as_bytes(), row.id.as_bytes(), row.kind.0, int(row.usn), body])?,
            None => remove.execute(params![tenant.as_bytes(), row.id.as_bytes()])?,
        };
    }
    Ok(())
}

fn write_links(connection: &Connection, tenant: TenantId, rows: &[LinkRow]) -> Result<(), Error> {
    let mut put = connection.prepare_cached(
        "INSERT INTO link (tenant, source, kind, target, why) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT (tenant, source, kind, target) DO UPDATE SET why = excluded.why",
    )?;
    let mut remove = connection
        .prepare_cached("DELETE FROM link WHERE tenant = ?1 AND source = ?2 AND kind = ?3 AND target = ?4")?;
    for row in rows {
        let (tenant, source, target) = (tenant.as_bytes(), row.source.as_bytes(), row.target.as_bytes());
        match &row.why {
            Some(why) => put.execute(params![tenant, source, row.kind.0, target, why])?,
            None => remove.execute(params![tenant, source, row.kind.0, target])?,
        };
    }
    Ok(())
}

/// An entry that is already waiting is left as it is: its attempts count on.
fn write_outbox(connection: &Connection, tenant: TenantId, rows: &[OutboxRow]) -> Result<(), Error> {
    let mut put = connection.prepare_cached(
        "INSERT INTO outbox (tenant, id, usn, topic, not_before, attempts, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
         ON CONFLICT (tenant, id) DO NOTHING",
    )?;
    for row in rows {
        let (tenant, id, not_before) = (tenant.as_bytes(), row.id.as_bytes(), row.not_before.0);
        put.execute(params![tenant, id, int(row.usn), row.topic, not_before, row.attempts, row.body])?;
    }
    Ok(())
}

/// A cursor never goes back: a node that was away may come with an old one.
fn write_cursors(connection: &Connection, tenant: TenantId, cursors: &[(String, Usn)]) -> Result<(), Error> {
    let mut put = connection.prepare_cached(
        "INSERT INTO cursor (tenant, name, usn) VALUES (?1, ?2, ?3)
         ON CONFLICT (tenant, name) DO UPDATE SET usn = max(usn, excluded.usn)",
    )?;
    for (name, usn) in cursors {
        put.execute(params![tenant.as_bytes(), name, int(*usn)])?;
    }
    Ok(())
}
