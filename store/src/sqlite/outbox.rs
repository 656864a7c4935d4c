//! The outbox in SQL. Entries get here in a commit's own transaction; see `log`.

use super::connection::Ending;
use super::{count, limit_of};
use crate::OutboxRow;
use directory::{Id, TenantId, Time};
use rusqlite::{Connection, Error, params};

pub(super) fn due(connection: &Connection, tenant: TenantId, now: Time, limit: usize) -> Result<Vec<OutboxRow>, Error> {
    let mut statement = connection.prepare_cached(
        "SELECT id, usn, topic, not_before, attempts, body FROM outbox WHERE tenant = ?1 AND not_before <= ?2
         ORDER BY not_before, usn, id LIMIT ?3",
    )?;
    let rows = statement.query_map(params![tenant.as_bytes(), now.0, limit_of(limit)], |row| {
        Ok(OutboxRow {
            id: Id::from_bytes(row.get(0)?),
            usn: count(row.get(1)?),
            topic: row.get(2)?,
            not_before: Time(row.get(3)?),
            attempts: row.get(4)?,
            body: row.get(5)?,
        })
    })?;
    rows.collect()
}

pub(super) fn done(connection: &Connection, tenant: TenantId, id: Id) -> Result<Ending<()>, Error> {
    let mut statement = connection.prepare_cached("DELETE FROM outbox WHERE tenant = ?1 AND id = ?2")?;
    statement.execute([tenant.as_bytes(), id.as_bytes()]).map(|_| Ending::Keep(()))
}

pub(super) fn retry(connection: &Connection, tenant: TenantId, id: Id, not_before: Time) -> Result<Ending<()>, Error> {
    let mut statement = connection
        .prepare_cached("UPDATE outbox SET attempts = attempts + 1, not_before = ?3 WHERE tenant = ?1 AND id = ?2")?;
    statement.execute(params![tenant.as_bytes(), id.as_bytes(), not_before.0]).map(|_| Ending::Keep(()))
}
