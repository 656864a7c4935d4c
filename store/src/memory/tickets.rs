//! One tenant's tickets in memory.

use crate::Ticket;
use directory::{Id, Time};
use std::collections::BTreeMap;

#[derive(Default)]
pub(super) struct Tickets(BTreeMap<String, BTreeMap<Vec<u8>, Kept>>);

struct Kept {
    group: Option<Id>,
    expires: Time,
    body: Vec<u8>,
}

impl Tickets {
    pub(super) fn put(&mut self, ticket: &Ticket, now: Time) -> bool {
        if self.living(ticket.shelf, &ticket.key, now).is_some() {
            return false;
        }
        let kept = Kept { group: ticket.group, expires: ticket.expires, body: ticket.body.clone() };
        self.0.entry(ticket.shelf.to_owned()).or_default().insert(ticket.key.clone(), kept);
        true
    }

    pub(super) fn get(&self, shelf: &str, key: &[u8], now: Time) -> Option<Vec<u8>> {
        self.living(shelf, key, now).map(|kept| kept.body.clone())
    }

    pub(super) fn take(&mut self, shelf: &str, key: &[u8], now: Time) -> Option<Vec<u8>> {
        self.living(shelf, key, now)?;
        Some(self.0.get_mut(shelf)?.remove(key)?.body)
    }

    pub(super) fn swap(&mut self, ticket: &Ticket, expected: &[u8], now: Time) -> bool {
        let kept = self.0.get_mut(ticket.shelf).and_then(|shelf| shelf.get_mut(&ticket.key));
        let Some(kept) = kept.filter(|kept| kept.expires > now && kept.body == expected) else { return false };
        kept.body.clone_from(&ticket.body);
        kept.expires = ticket.expires;
        true
    }

    pub(super) fn revoke(&mut self, group: Id) -> u64 {
        self.remove_where(|kept| kept.group == Some(group))
    }

    pub(super) fn list(&self, shelf: &str, group: Id, now: Time, limit: usize) -> Vec<(Vec<u8>, Vec<u8>)> {
        let kept = self.0.get(shelf).into_iter().flatten();
        kept.filter(|(_, kept)| kept.group == Some(group) && kept.expires > now)
            .take(limit)
            .map(|(key, kept)| (key.clone(), kept.body.clone()))
            .collect()
    }

    pub(super) fn expire(&mut self, now: Time) -> u64 {
        self.remove_where(|kept| kept.expires <= now)
    }

    fn living(&self, shelf: &str, key: &[u8], now: Time) -> Option<&Kept> {
        self.0.get(shelf)?.get(key).filter(|kept| kept.expires > now)
    }

    fn remove_where(&mut self, goes: impl Fn(&Kept) -> bool) -> u64 {
        let mut removed = 0;
        for shelf in self.0.values_mut() {
            shelf.retain(|_, kept| {
                let goes = goes(kept);
                removed += u64::from(goes);
                !goes
            });
        }
        removed
    }
}
