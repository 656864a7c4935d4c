//! The directory at one USN: an immutable value, cheap to clone, read without waiting.
//!
//! Objects are numbered by a slot while they are in memory, so that links and indexes are small; slots are never seen
//! from outside. Deleted objects that can be restored keep their slot and links, and are invisible.

use std::collections::{HashSet, VecDeque};
use std::sync::Arc;

use imbl::{OrdMap, OrdSet, Vector};

use crate::edges::Edges;
use crate::index::{self, Indexes};
use crate::stamps::Stamps;
use crate::{Attr, AttrId, Id, Index, Kind, KindId, LinkId, Model, Object, Refusal, Time, Usn, Value, Why};

/// When a restorable object was deleted. Its presence is what "deleted" means.
pub const DELETED: Attr<Time> = Attr::new("deletedDateTime");

/// The number of an object in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Slot(pub(crate) u32);

impl Slot {
    pub(crate) const MIN: Slot = Slot(0);
    pub(crate) const MAX: Slot = Slot(u32::MAX);
}

/// The directory of one tenant at one USN.
#[derive(Clone)]
pub struct Snapshot {
    pub(crate) model: Arc<Model>,
    pub(crate) usn: Usn,
    pub(crate) objects: Vector<Option<Arc<Object>>>,
    pub(crate) slots: OrdMap<Id, Slot>,
    /// What is there, deleted things not: with its slot, so that going through a kind looks nothing up.
    pub(crate) kinds: OrdMap<(KindId, Id), Slot>,
    pub(crate) deleted: OrdSet<(KindId, Id)>,
    pub(crate) edges: Edges,
    pub(crate) indexes: Indexes,
    pub(crate) stamps: Stamps,
}

/// One link as it is found: the object at the other end, and why it is there.
#[derive(Clone)]
pub struct Link<'a> {
    /// The object at the other end from where one looked.
    pub object: &'a Object,
    pub why: Why,
}

impl Snapshot {
    /// An empty directory.
    #[must_use]
    pub fn empty(model: Arc<Model>) -> Snapshot {
        Snapshot {
            model,
            usn: 0,
            objects: Vector::new(),
            slots: OrdMap::new(),
            kinds: OrdMap::new(),
            deleted: OrdSet::new(),
            edges: Edges::default(),
            indexes: Indexes::default(),
            stamps: Stamps::default(),
        }
    }

    #[must_use]
    pub fn usn(&self) -> Usn {
        self.usn
    }

    /// Whether this is the very same directory, told in constant time: what was worked out from the one holds for the
    /// other. It may answer no although nothing differs, never yes although something does.
    #[must_use]
    pub fn is_same(&self, other: &Snapshot) -> bool {
        self.usn == other.usn
            && Arc::ptr_eq(&self.model, &other.model)
            && self.objects.ptr_eq(&other.objects)
            && self.slots.ptr_eq(&other.slots)
            && self.edges.is_same(&other.edges)
    }

    /// Whether these kinds, with those that inherit from them, have the very same objects in both: what was worked out
    /// from them holds still. Costs a look-up for each kind, however many objects there are. As [`Snapshot::is_same`], it
    /// may answer no although nothing differs, never yes although something does. Links are not looked at.
    #[must_use]
    pub fn is_same_for(&self, other: &Snapshot, kinds: &[&'static Kind]) -> bool {
        let mut all = kinds.iter().flat_map(|kind| self.model.subkinds(kind.id()));
        Arc::ptr_eq(&self.model, &other.model) && all.all(|kind| self.stamps.is_same(&other.stamps, *kind))
    }

    #[must_use]
    pub fn model(&self) -> &Model {
        &self.model
    }

    /// The object of this id, if there is one that is not deleted.
    #[must_use]
    pub fn find(&self, id: Id) -> Option<&Object> {
        self.find_even_deleted(id).filter(|object| !object.has(DELETED.id))
    }

    /// The object of this id, or the refusal that says it is not there.
    pub fn get(&self, id: Id) -> Result<&Object, Refusal> {
        self.find(id).ok_or_else(|| Refusal::not_found(id))
    }

    /// The object of this id if it is of this kind (or one that inherits from it).
    #[must_use]
    pub fn find_a(&self, kind: &'static Kind, id: Id) -> Option<&Object> {
        self.find(id).filter(|object| self.is_a(object, kind))
    }

    /// As [`Snapshot::find_a`], or the refusal that says it is not there.
    pub fn get_a(&self, kind: &'static Kind, id: Id) -> Result<&Object, Refusal> {
        self.find_a(kind, id).ok_or_else(|| Refusal::not_found(id))
    }

    /// An object that was deleted and can be restored.
    #[must_use]
    pub fn find_deleted(&self, id: Id) -> Option<&Object> {
        self.find_even_deleted(id).filter(|object| object.has(DELETED.id))
    }

    /// The object of this id as it is stored, deleted or not: for keeping it.
    #[must_use]
    pub fn stored(&self, id: Id) -> Option<&Object> {
        self.find_even_deleted(id)
    }

    /// The keys an object claims by its unique attributes; none while it is deleted.
    #[must_use]
    pub fn unique_keys(&self, object: &Object) -> Vec<Vec<u8>> {
        if object.has(DELETED.id) {
            return Vec::new();
        }
        let mut keys = Vec::new();
        for definition in self.model.indexed(object.kind).iter().filter(|d| d.index == Index::Unique) {
            let owner = self.kind_of(object).lineage().find(|k| k.attributes.iter().any(|a| a.id == definition.id));
            let (Some(owner), Some(value)) = (owner, object.value(definition.id)) else { continue };
            let items = match value {
                Value::List(items) => items,
                single => vec![single],
            };
            for item in items {
                let mut key = owner.id().0.to_be_bytes().to_vec();
                key.extend_from_slice(&definition.id.0.to_be_bytes());
                key.extend_from_slice(&index::key(&item));
                keys.push(key);
            }
        }
        keys
    }

    pub(crate) fn find_even_deleted(&self, id: Id) -> Option<&Object> {
        self.at(*self.slots.get(&id)?)
    }

    pub(crate) fn at(&self, slot: Slot) -> Option<&Object> {
        self.objects.get(slot.0 as usize)?.as_deref()
    }

    fn visible(&self, slot: Slot) -> Option<&Object> {
        self.at(slot).filter(|object| !object.has(DELETED.id))
    }

    #[must_use]
    pub fn is_a(&self, object: &Object, kind: &Kind) -> bool {
        self.model.is_a(object.kind, kind.id())
    }

    /// The kind of an object.
    #[must_use]
    pub fn kind_of(&self, object: &Object) -> &'static Kind {
        self.model.kind(object.kind).expect("an object's kind was checked when it was committed or loaded")
    }

    /// All objects of a kind and of those that inherit from it; within each kind ordered by id.
    pub fn all(&self, kind: &'static Kind) -> impl Iterator<Item = &Object> + '_ {
        self.all_after(kind.id(), None)
    }

    /// As [`Snapshot::all`] for one exact kind, starting after an id: for paging.
    pub fn all_after(&self, kind: KindId, after: Option<Id>) -> impl Iterator<Item = &Object> + '_ {
        let kinds: Vec<KindId> = self.model.subkinds(kind).to_vec();
        kinds.into_iter().flat_map(move |k| {
            let from = after.unwrap_or(Id::nil());
            self.kinds
                .range((k, from)..=(k, Id::max()))
                .filter(move |((_, id), _)| after != Some(*id))
                .filter_map(|(_, slot)| self.at(*slot))
        })
    }

    /// Objects of a kind that were deleted and can be restored.
    pub fn all_deleted(&self, kind: &'static Kind) -> impl Iterator<Item = &Object> + '_ {
        self.model
            .subkinds(kind.id())
            .iter()
            .flat_map(|k| self.deleted.range((*k, Id::nil())..=(*k, Id::max())))
            .filter_map(|(_, id)| self.find_deleted(*id))
    }

    /// How many objects of a kind there are. Counts them one by one.
    #[must_use]
    pub fn count(&self, kind: &'static Kind) -> usize {
        self.model.subkinds(kind.id()).iter().map(|k| self.kinds.range((*k, Id::nil())..=(*k, Id::max())).count()).sum()
    }

    /// How many objects there are of any kind, deleted ones included.
    #[must_use]
    pub fn len(&self) -> usize {
        self.slots.len()
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Objects whose indexed attribute has (or contains) this value; text ignoring case.
    pub fn by<T: ?Sized>(&self, attribute: Attr<T>, value: impl Into<Value>) -> impl Iterator<Item = &Object> + '_ {
        self.by_id(attribute.id, value.into())
    }

    /// How many objects have this value of an attribute that is looked up by hash (`equal`). Counted in the index alone, without a
    /// look at the objects: two values with the same 64 bits count as one, so nothing may hang on it that somebody could forge.
    pub fn count_by<T: ?Sized>(&self, attribute: Attr<T>, value: impl Into<Value>) -> usize {
        self.indexes.equal(attribute.id, &value.into()).count()
    }

    /// As [`Snapshot::by`], for an attribute known only by its id.
    pub fn by_id(&self, attribute: AttrId, value: Value) -> impl Iterator<Item = &Object> + '_ {
        // Which of the two indexes holds it differs by kind; the one that does not is empty for it.
        let bounds = index::key(&value);
        let equal = self.indexes.equal(attribute, &value).collect::<Vec<_>>();
        let ordered = self.indexes.between(attribute, bounds.clone(), bounds);
        equal
            .into_iter()
            .chain(ordered)
            .filter_map(|slot| self.visible(slot))
            .filter(move |object| index::matches(object, attribute, &value))
    }

    /// The one object of a kind whose unique attribute has this value.
    pub fn find_by<T: ?Sized>(
        &self,
        kind: &'static Kind,
        attribute: Attr<T>,
        value: impl Into<Value>,
    ) -> Option<&Object> {
        self.by(attribute, value).find(|object| self.is_a(object, kind))
    }

    /// Objects whose ordered attribute starts with this text, ignoring case, in its order.
    pub fn starting_with(&self, attribute: AttrId, prefix: &str) -> impl Iterator<Item = &Object> + '_ {
        let low: Box<[u8]> = prefix.to_lowercase().into_bytes().into();
        let mut high = low.to_vec();
        high.push(0xff);
        self.indexes.between(attribute, low, high.into()).filter_map(|slot| self.visible(slot))
    }

    /// Objects whose ordered time lies at or before `until`, earliest first: what is due.
    pub fn due(&self, attribute: AttrId, until: Time) -> impl Iterator<Item = &Object> + '_ {
        let (low, high) = (index::key(&Value::Time(Time(i64::MIN))), index::key(&Value::Time(until)));
        self.indexes.between(attribute, low, high).filter_map(|slot| self.visible(slot))
    }

    /// Objects whose ordered time lies after `after` and at or before `until`, earliest first: whose moment has passed.
    pub fn crossed(&self, attribute: AttrId, after: Time, until: Time) -> impl Iterator<Item = &Object> + '_ {
        let low = index::key(&Value::Time(Time(after.0.saturating_add(1))));
        let high = index::key(&Value::Time(until));
        self.indexes.between(attribute, low, high).filter_map(|slot| self.visible(slot))
    }

    /// Objects in the order of an ordered attribute; those without a value are not among them.
    pub fn in_order(&self, attribute: AttrId) -> impl DoubleEndedIterator<Item = &Object> + '_ {
        self.indexes.in_order(attribute).filter_map(|slot| self.visible(slot))
    }

    /// As [`Snapshot::in_order`], only those whose value lies within these bounds, both included: the next page of a list.
    pub fn between(
        &self,
        attribute: AttrId,
        low: Option<&Value>,
        high: Option<&Value>,
    ) -> impl DoubleEndedIterator<Item = &Object> + '_ {
        let low = low.map_or_else(Box::default, index::key);
        // Sorts after every key: UTF-8 has no such byte, and numbers have eight bytes.
        let high = high.map_or_else(|| vec![0xff; 16].into(), index::key);
        self.indexes.between(attribute, low, high).filter_map(|slot| self.visible(slot))
    }

    /// Whether a kind's attribute can be looked up through an index.
    #[must_use]
    pub fn is_indexed(&self, kind: KindId, attribute: AttrId) -> bool {
        self.model.attribute(kind, attribute).is_some_and(|a| a.index != Index::None)
    }

    /// The targets of an object's links of one definition.
    pub fn links(&self, source: Id, link: LinkId) -> impl Iterator<Item = Link<'_>> + '_ {
        let slot = self.slots.get(&source).copied();
        slot.into_iter()
            .flat_map(move |s| self.edges.from(s, link))
            .filter_map(|(_, why, target)| Some(Link { object: self.visible(target)?, why }))
    }

    /// The sources of the links of one definition that end at an object.
    pub fn backlinks(&self, target: Id, link: LinkId) -> impl Iterator<Item = Link<'_>> + '_ {
        let slot = self.slots.get(&target).copied();
        slot.into_iter().flat_map(move |t| self.edges.to(t, link).map(move |s| (s, t))).filter_map(
            move |(source, target)| {
                let why = self.edges.why((source, link, target))?;
                Some(Link { object: self.visible(source)?, why })
            },
        )
    }

    /// The single target of a link, if there is one.
    #[must_use]
    pub fn linked(&self, source: Id, link: LinkId) -> Option<&Object> {
        self.links(source, link).next().map(|found| found.object)
    }

    /// Why a link is there, if it is.
    #[must_use]
    pub fn why(&self, source: Id, link: LinkId, target: Id) -> Option<Why> {
        self.edges.why((*self.slots.get(&source)?, link, *self.slots.get(&target)?))
    }

    /// Everything reached from an object over a link, followed again and again; the object itself is not among it.
    /// `backward` follows the link's other end. Cycles are harmless.
    #[must_use]
    pub fn closure(&self, start: Id, link: LinkId, backward: bool) -> Vec<&Object> {
        let mut seen: HashSet<Id> = HashSet::from([start]);
        let mut queue = VecDeque::from([start]);
        let mut found = Vec::new();
        while let Some(id) = queue.pop_front() {
            let next: Vec<&Object> = if backward {
                self.backlinks(id, link).map(|l| l.object).collect()
            } else {
                self.links(id, link).map(|l| l.object).collect()
            };
            for object in next {
                if seen.insert(object.id) {
                    found.push(object);
                    queue.push_back(object.id);
                }
            }
        }
        found
    }

    /// Whether `to` is reached from `from` over a link, followed again and again.
    #[must_use]
    pub fn reaches(&self, from: Id, link: LinkId, to: Id) -> bool {
        // Looking from the far end is cheaper: people are in few groups, groups have many people.
        self.closure(to, link, true).iter().any(|object| object.id == from)
    }
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Snapshot(usn {}, {} objects)", self.usn, self.slots.len())
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Change, LinkDef};

    const NAME: Attr<str> = Attr::new("name");
    const TAGS: Attr<[String]> = Attr::new("tags");
    const DUE: Attr<Time> = Attr::new("due");
    const MEMBERS: LinkId = LinkId::of("members");

    static ANY: Kind =
        Kind::new("any", &[DELETED.def(), NAME.def().ordered()], &[LinkDef::many("members", &ANY)]).abstract_kind();
    static CAT: Kind = Kind::new("cat", &[TAGS.def().equal(), DUE.def().ordered()], &[]).under(&ANY).restorable(1);
    static DOG: Kind = Kind::new("dog", &[], &[]).under(&ANY);

    fn id(n: u128) -> Id {
        Id::from_u128(n)
    }

    fn animal(n: u128, kind: &Kind, name: &str, more: Vec<(AttrId, Value)>) -> Change {
        let attributes = [vec![(NAME.id, name.into())], more].concat();
        Change::Create { id: id(n), kind: kind.id(), attributes }
    }

    fn animals() -> Snapshot {
        let changes = [
            animal(1, &CAT, "Anna", vec![(TAGS.id, ["red", "old"].into()), (DUE.id, Time(30).into())]),
            animal(2, &CAT, "annabel", vec![(TAGS.id, ["Red"].into()), (DUE.id, Time(-10).into())]),
            animal(3, &DOG, "Bello", vec![]),
            animal(4, &CAT, "ANTON", vec![(DUE.id, Time(20).into())]),
            animal(5, &CAT, "Gone", vec![(TAGS.id, ["red"].into()), (DUE.id, Time(5).into())]),
            Change::Delete { id: id(5) },
        ];
        Snapshot::empty(Arc::new(Model::new(&[&ANY, &CAT, &DOG], &[]))).fork(Time(1), &changes).unwrap()
    }

    #[test]
    fn a_kind_is_the_same_until_one_of_its_objects_changes() {
        let first = animals();
        let same = |second: &Snapshot, kinds: &[&'static Kind]| second.is_same_for(&first, kinds);
        let named = first.fork(Time(2), &[Change::set(id(3), NAME, "Bella")]).unwrap();
        assert_eq!((same(&named, &[&CAT]), same(&named, &[&DOG]), same(&named, &[&ANY])), (true, false, false));
        for change in
            [animal(6, &DOG, "Bruno", vec![]), Change::Delete { id: id(3) }, Change::set(id(3), NAME, "Bella")]
        {
            assert!(!same(&first.fork(Time(2), &[change]).unwrap(), &[&CAT, &DOG]));
        }
        for change in [Change::Delete { id: id(1) }, Change::Restore { id: id(5) }, Change::Purge { id: id(5) }] {
            let next = first.fork(Time(2), &[change]).unwrap();
            assert_eq!((same(&next, &[&CAT]), same(&next, &[&DOG])), (false, true));
        }
        let one = first.fork(Time(2), &[animal(6, &DOG, "Bruno", vec![])]).unwrap();
        let other = first.fork(Time(2), &[animal(6, &DOG, "Brutus", vec![])]).unwrap();
        assert!(one.is_same_for(&other, &[&CAT]) && !one.is_same_for(&other, &[&DOG]), "two futures of one past");
        assert!(!animals().is_same_for(&animals(), &[&DOG]), "another directory is never the same");
        let mut loaded = first.clone();
        loaded.loaded(9);
        assert!(!same(&loaded, &[&CAT]), "nothing is said of what was loaded");
        assert!(loaded.clone().is_same_for(&loaded, &[&ANY]));
    }

    fn ids<'a>(found: impl Iterator<Item = &'a Object>) -> Vec<u128> {
        found.map(|object| object.id.as_u128()).collect()
    }

    fn sorted<'a>(found: impl Iterator<Item = &'a Object>) -> Vec<u128> {
        let mut found = ids(found);
        found.sort_unstable();
        found
    }

    #[test]
    fn objects_are_found_by_id_kind_and_value_unless_deleted() {
        let now = animals();
        assert_eq!((ids(now.all(&CAT)), sorted(now.all(&ANY))), (vec![1, 2, 4], vec![1, 2, 3, 4]));
        assert_eq!((now.count(&ANY), now.len(), ids(now.all_deleted(&CAT))), (4, 5, vec![5]));
        assert_eq!(ids(now.all_after(CAT.id(), Some(id(1)))), [2, 4]);
        assert_eq!(sorted(now.by(TAGS, "RED")), [1, 2]);
        assert_eq!(sorted(now.by(TAGS, "old")), [1]);
        assert_eq!(now.find_by(&CAT, NAME, "anton").map(|cat| cat.id), Some(id(4)));
        assert!(now.find_by(&DOG, NAME, "anton").is_none() && now.find_a(&DOG, id(1)).is_none());
        assert!(now.get(id(5)).is_err() && now.get_a(&ANY, id(3)).is_ok());
        assert!(now.is_indexed(CAT.id(), TAGS.id) && !now.is_indexed(DOG.id(), TAGS.id));
    }

    #[test]
    fn ordered_attributes_are_read_by_prefix_order_and_deadline() {
        let now = animals();
        assert_eq!(ids(now.starting_with(NAME.id, "ANNA")), [1, 2]);
        assert_eq!(ids(now.starting_with(NAME.id, "x")), []);
        assert_eq!(ids(now.in_order(NAME.id)), [1, 2, 4, 3]);
        assert_eq!(ids(now.in_order(DUE.id).rev()), [1, 4, 2]);
        assert_eq!(ids(now.due(DUE.id, Time(20))), [2, 4]);
        assert_eq!(ids(now.crossed(DUE.id, Time(-10), Time(30))), [4, 1]);
    }

    #[test]
    fn links_are_followed_both_ways_and_around_in_circles() {
        let links = [(1, 2), (2, 3), (3, 1), (3, 4)];
        let changes: Vec<Change> = links.iter().map(|(a, b)| Change::link(id(*a), MEMBERS, id(*b))).collect();
        let now = animals().fork(Time(2), &changes).unwrap();
        assert_eq!(sorted(now.closure(id(1), MEMBERS, false).into_iter()), [2, 3, 4]);
        assert_eq!(sorted(now.closure(id(4), MEMBERS, true).into_iter()), [1, 2, 3]);
        assert!(now.reaches(id(1), MEMBERS, id(4)) && !now.reaches(id(4), MEMBERS, id(1)));
        assert_eq!(ids(now.backlinks(id(1), MEMBERS).map(|link| link.object)), [3]);
        assert!(now.why(id(1), MEMBERS, id(2)).is_some() && now.why(id(2), MEMBERS, id(1)).is_none());
    }

    #[test]
    fn a_fork_leaves_what_it_came_from_alone() {
        let now = animals();
        let fork = now.fork(Time(2), &[Change::set(id(1), NAME, "Other"), Change::Delete { id: id(2) }]).unwrap();
        assert_eq!((ids(fork.all(&CAT)), fork.usn()), (vec![1, 4], now.usn() + 1));
        assert_eq!((ids(now.all(&CAT)), now.find(id(1)).unwrap().get(NAME)), (vec![1, 2, 4], Some("Anna")));
    }
}
