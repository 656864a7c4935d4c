//! The tickets in SQL. Each operation is one statement, so nothing can come between looking and taking.

use super::{int, limit_of};
use crate::{Ticket, TicketEntry};
use directory::{Id, TenantId, Time};
use rusqlite::{Connection, Error, OptionalExtension, params};

/// Tickets removed in one transaction when they expire.
pub(super) const EXPIRE_PORTION: u64 = 1000;

pub(super) fn put(connection: &Connection, tenant: TenantId, ticket: &Ticket, now: Time) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached(
        r#"INSERT INTO ticket (tenant, shelf, key, "group", expires, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
           ON CONFLICT (tenant, shelf, key) DO UPDATE
           SET "group" = excluded."group", expires = excluded.expires, body = excluded.body WHERE expires <= ?7"#,
    )?;
    let group = ticket.group.as_ref().map(Id::as_bytes);
    let row = params![tenant.as_bytes(), ticket.shelf, ticket.key, group, ticket.expires.0, ticket.body, now.0];
    Ok(statement.execute(row)? == 1)
}

pub(super) fn get(
    connection: &Connection,
    tenant: TenantId,
    shelf: &str,
    key: &[u8],
    now: Time,
) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection
        .prepare_cached("SELECT body FROM ticket WHERE tenant = ?1 AND shelf = ?2 AND key = ?3 AND expires > ?4")?;
    statement.query_row(params![tenant.as_bytes(), shelf, key, now.0], |row| row.get(0)).optional()
}

pub(super) fn take(
    connection: &Connection,
    tenant: TenantId,
    shelf: &str,
    key: &[u8],
    now: Time,
) -> Result<Option<Vec<u8>>, Error> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM ticket WHERE tenant = ?1 AND shelf = ?2 AND key = ?3 AND expires > ?4 RETURNING body",
    )?;
    statement.query_row(params![tenant.as_bytes(), shelf, key, now.0], |row| row.get(0)).optional()
}

/// The group stays: a ticket that is to be revoked with others cannot leave them.
pub(super) fn swap(
    connection: &Connection,
    tenant: TenantId,
    ticket: &Ticket,
    expected: &[u8],
    now: Time,
) -> Result<bool, Error> {
    let mut statement = connection.prepare_cached(
        "UPDATE ticket SET body = ?4, expires = ?5
         WHERE tenant = ?1 AND shelf = ?2 AND key = ?3 AND body = ?6 AND expires > ?7",
    )?;
    let (body, expires) = (&ticket.body, ticket.expires.0);
    let row = params![tenant.as_bytes(), ticket.shelf, ticket.key, body, expires, expected, now.0];
    Ok(statement.execute(row)? == 1)
}

pub(super) fn revoke(connection: &Connection, tenant: TenantId, group: Id) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(r#"DELETE FROM ticket WHERE tenant = ?1 AND "group" = ?2"#)?;
    statement.execute([tenant.as_bytes(), group.as_bytes()]).map(|rows| rows as u64)
}

pub(super) fn list(
    connection: &Connection,
    tenant: TenantId,
    shelf: &str,
    group: Id,
    now: Time,
    limit: usize,
) -> Result<Vec<TicketEntry>, Error> {
    let mut statement = connection.prepare_cached(
        r#"SELECT key, body FROM ticket WHERE tenant = ?1 AND "group" = ?2 AND shelf = ?3 AND expires > ?4
           ORDER BY key LIMIT ?5"#,
    )?;
    let asked = params![tenant.as_bytes(), group.as_bytes(), shelf, now.0, limit_of(limit)];
    let rows = statement.query_map(asked, |row| Ok((row.get(0)?, row.get(1)?)))?;
    rows.collect()
}

/// Remove one portion of the tickets that have expired; less than a portion means these were the last.
pub(super) fn expire(connection: &Connection, now: Time) -> Result<u64, Error> {
    let mut statement = connection.prepare_cached(
        "DELETE FROM ticket WHERE (tenant, shelf, key) IN
             (SELECT tenant, shelf, key FROM ticket WHERE expires <= ?1 ORDER BY expires LIMIT ?2)",
    )?;
    statement.execute(params![now.0, int(EXPIRE_PORTION)]).map(|rows| rows as u64)
}
