//! Families of refresh tokens, as a person or an administrator sees them: listed, and ended at once.
//!
//! A family lives as long as its ticket: a refresh token whose family is not there buys nothing.

use std::time::Duration;

use directory::{Id, Time};
use engine::{Fault, Tickets};
use signin::{LISTED_MAX, REFRESH_FAMILIES, RefreshFamily};

use crate::error::Problem;
use crate::request::Desk;
use crate::token::Family;

/// When a family was last used is written down at most this often.
const TOUCH: Duration = Duration::from_secs(3600);

/// Remember a family that begins.
pub(crate) fn begin(desk: &Desk<'_>, family: &Family, ends: Time) -> Result<(), Problem> {
    let kept = RefreshFamily {
        id: family.id,
        client: family.client.clone(),
        user: family.evidence.user,
        session: family.evidence.session,
        began: family.began,
        used: desk.at,
        scope: family.grant.scope.clone(),
    };
    let put =
        desk.engine.tickets().put(REFRESH_FAMILIES, family.id.as_bytes(), Some(kept.user), ends, &kept.to_record());
    put.map(drop).map_err(|_| Problem::fault())
}

/// Whether a family lives; that it is used is noted now and then.
pub(crate) fn lives(desk: &Desk<'_>, family: &Family, ends: Time) -> Result<bool, Problem> {
    let tickets = desk.engine.tickets();
    let kept = tickets.get(REFRESH_FAMILIES, family.id.as_bytes()).map_err(|_| Problem::fault())?;
    let Some(record) = kept else { return Ok(false) };
    let Some(kept) = RefreshFamily::from_record(&record) else { return Ok(false) };
    if desk.at.since(kept.used) >= TOUCH {
        let (user, fresh) = (kept.user, RefreshFamily { used: desk.at, ..kept }.to_record());
        // Whoever else notes it at the same moment notes the same.
        tickets
            .swap(REFRESH_FAMILIES, family.id.as_bytes(), Some(user), ends, &record, &fresh)
            .map_err(|_| Problem::fault())?;
    }
    Ok(true)
}

/// The living families of a person, the newest first.
pub fn refresh_families(tickets: &Tickets, user: Id) -> Result<Vec<RefreshFamily>, Fault> {
    let found = tickets.list(REFRESH_FAMILIES, user, LISTED_MAX)?;
    let mut families: Vec<RefreshFamily> = found.iter().filter_map(RefreshFamily::from_record).collect();
    families.sort_by_key(|family| std::cmp::Reverse((family.used, family.id)));
    Ok(families)
}

/// End a family: none of its tokens buys anything from now on.
pub fn end_refresh_family(tickets: &Tickets, family: Id) -> Result<(), Fault> {
    tickets.take(REFRESH_FAMILIES, family.as_bytes())?;
    tickets.revoke(family).map(drop)
}
