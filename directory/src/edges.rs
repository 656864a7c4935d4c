//! Links in memory: twelve bytes a direction, and four for the commit that made one directly, which is the common case.

use std::sync::Arc;

use imbl::{OrdMap, OrdSet};

use crate::snapshot::Slot;
use crate::{LinkId, Name, Reason, Usn, Why};

/// One link: from, which, to.
pub(crate) type Edge = (Slot, LinkId, Slot);

/// Stands in place of a USN where a link has other reasons than "somebody put it there in this commit".
const SEVERAL: u32 = u32::MAX;

/// All links of one snapshot, found from either end.
#[derive(Clone, Default)]
pub(crate) struct Edges {
    forward: OrdMap<Edge, u32>,
    backward: OrdSet<Edge>,
    several: OrdMap<Edge, Arc<Vec<Reason>>>,
}

impl Edges {
    pub(crate) fn insert(&mut self, edge: Edge, why: Why) {
        let (source, link, target) = edge;
        let mark = match why {
            Why::Direct(usn) if usn < Usn::from(SEVERAL) => {
                self.several.remove(&edge);
                u32::try_from(usn).unwrap_or(SEVERAL)
            }
            other => {
                self.several.insert(edge, Arc::new(other.reasons()));
                SEVERAL
            }
        };
        self.forward.insert(edge, mark);
        self.backward.insert((target, link, source));
    }

    /// Why the link was there.
    pub(crate) fn remove(&mut self, edge: Edge) -> Option<Why> {
        let why = self.why(edge)?;
        let (source, link, target) = edge;
        self.forward.remove(&edge);
        self.backward.remove(&(target, link, source));
        self.several.remove(&edge);
        Some(why)
    }

    pub(crate) fn why(&self, edge: Edge) -> Option<Why> {
        self.forward.get(&edge).and_then(|mark| self.read(edge, *mark))
    }

    /// The links of one definition that start at an object.
    pub(crate) fn from(&self, source: Slot, link: LinkId) -> impl Iterator<Item = (Slot, Why, Slot)> + '_ {
        self.forward.range((source, link, Slot::MIN)..=(source, link, Slot::MAX)).filter_map(|(edge, mark)| {
            let why = self.read(*edge, *mark)?;
            Some((edge.0, why, edge.2))
        })
    }

    /// Where the links of one definition that end at an object come from.
    pub(crate) fn to(&self, target: Slot, link: LinkId) -> impl Iterator<Item = Slot> + '_ {
        self.backward.range((target, link, Slot::MIN)..=(target, link, Slot::MAX)).map(|(_, _, source)| *source)
    }

    /// Every link that starts or ends at an object.
    pub(crate) fn touching(&self, slot: Slot) -> (Vec<Edge>, Vec<Edge>) {
        let all = (slot, Name(0), Slot::MIN)..=(slot, Name(u32::MAX), Slot::MAX);
        let outgoing = self.forward.range(all.clone()).map(|(edge, _)| *edge).collect();
        let incoming = self.backward.range(all).map(|(t, link, s)| (*s, *link, *t)).collect();
        (outgoing, incoming)
    }

    /// Whether these are the very same links, without looking at them.
    pub(crate) fn is_same(&self, other: &Edges) -> bool {
        self.forward.ptr_eq(&other.forward) && self.several.ptr_eq(&other.several)
    }

    fn read(&self, edge: Edge, mark: u32) -> Option<Why> {
        if mark != SEVERAL {
            return Some(Why::Direct(Usn::from(mark)));
        }
        let reasons = self.several.get(&edge)?;
        Why::of(reasons)
    }
}
