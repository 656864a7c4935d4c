//! Carrying out changes: the rules every commit obeys, whoever makes it, and what the snapshot becomes.
//!
//! Rules come from the schema: the kind exists, the attribute belongs to it and has the right type, required ones have a
//! value, unique ones are unique, references exist and fit, cardinality holds, and only its owner writes a derived thing.

use std::sync::Arc;

use crate::change::{By, Change, Reason, Why};
use crate::model::{AttributeDef, Cardinality, Index, LinkDef, Shape, Type, Write};
use crate::room::Own;
use crate::snapshot::{DELETED, Slot, Snapshot};
use crate::{AttrId, Corrupt, Id, Kind, KindId, LinkId, Object, Refusal, Time, Usn, Value};

/// The most values a collection attribute may have.
pub const ITEMS_MAX: usize = 2_000;
/// The longest text an attribute may have, in bytes (a settings document or a script; most are refused far earlier).
pub const TEXT_BYTES_MAX: usize = 1 << 20;

/// What was carried out: the changes as they really happened (nothing that changed nothing, everything that followed).
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Applied {
    pub changes: Vec<Change>,
}

/// Who carries changes out, for the ownership rules.
#[derive(Clone, Copy)]
pub(crate) struct Writer<'a> {
    reaction: Option<&'a str>,
    owned: &'a [(&'static str, Own)],
}

impl Snapshot {
    /// Carry out changes as the commit `usn` at the time `at`. On a refusal the snapshot is as it was.
    ///
    /// `reaction` names the reaction that writes, if one does; `owned` lists what belongs to which reaction.
    pub fn apply(
        &mut self,
        usn: Usn,
        at: Time,
        changes: &[Change],
        reaction: Option<&str>,
        owned: &[(&'static str, Own)],
    ) -> Result<Applied, Refusal> {
        let mut next = self.clone();
        next.usn = usn;
        let mut done = Vec::with_capacity(changes.len());
        let writer = Writer { reaction, owned };
        for change in changes {
            next.carry_out(at, change, writer, &mut done)?;
        }
        next.check_required(&done)?;
        *self = next;
        Ok(Applied { changes: done })
    }

    /// The directory as it would be if these changes were made now, by somebody who may do everything.
    pub fn fork(&self, at: Time, changes: &[Change]) -> Result<Snapshot, Refusal> {
        let mut fork = self.clone();
        let mut done = Vec::new();
        fork.usn += 1;
        for change in changes {
            fork.carry_out(at, change, Writer { reaction: None, owned: &[] }, &mut done)?;
        }
        Ok(fork)
    }

    /// Repeat a commit that was already accepted: a replica following the log. It cannot be refused.
    pub fn replay(&mut self, usn: Usn, at: Time, changes: &[Change]) -> Result<(), Refusal> {
        self.usn = usn;
        let mut done = Vec::new();
        for change in changes {
            // What was deleted at once is written down as purged, although it was never put aside.
            if let Change::Purge { id } = change
                && self.find(*id).is_some()
            {
                self.remove(*id, &mut done);
                continue;
            }
            self.carry_out(at, change, Writer { reaction: None, owned: &[] }, &mut done)?;
        }
        Ok(())
    }

    /// Take in an object as it was stored, while loading.
    pub fn load_object(&mut self, id: Id, kind: KindId, usn: Usn, body: Vec<u8>) -> Result<(), Corrupt> {
        self.model.kind(kind).ok_or(Corrupt)?;
        let object = Object::from_bytes(id, kind, usn, body)?;
        let slot = self.new_slot(id);
        self.insert(slot, object);
        Ok(())
    }

    /// Take in a link as it was stored, while loading.
    pub fn load_link(&mut self, source: Id, link: LinkId, target: Id, why: &[u8]) -> Result<(), Corrupt> {
        let (Some(s), Some(t)) = (self.slots.get(&source).copied(), self.slots.get(&target).copied()) else {
            return Err(Corrupt);
        };
        self.edges.insert((s, link, t), Why::from_bytes(why)?);
        Ok(())
    }

    /// Say which USN was loaded.
    pub fn loaded(&mut self, usn: Usn) {
        self.usn = usn;
        self.stamps = crate::stamps::Stamps::default();
    }

    fn carry_out(
        &mut self,
        at: Time,
        change: &Change,
        writer: Writer<'_>,
        done: &mut Vec<Change>,
    ) -> Result<(), Refusal> {
        match change {
            Change::Create { id, kind, attributes } => self.create(*id, *kind, attributes, writer, done),
            Change::Set { id, attribute, new, .. } => self.set(*id, *attribute, new.as_ref(), writer, done),
            Change::Delete { id } => self.delete(*id, at, done),
            Change::Restore { id } => self.restore(*id, done),
            Change::Purge { id } => {
                self.find_deleted(*id).ok_or_else(|| Refusal::not_found(*id))?;
                self.remove(*id, done);
                Ok(())
            }
            Change::Link { source, link, target, by, of } => {
                self.link(*source, *link, *target, (*by, *of), writer, done)
            }
            Change::Unlink { source, link, target, by, of } => {
                self.unlink(*source, *link, *target, (*by, *of), writer, done)
            }
        }
    }

    fn create(
        &mut self,
        id: Id,
        kind: KindId,
        attributes: &[(AttrId, Value)],
        writer: Writer<'_>,
        done: &mut Vec<Change>,
    ) -> Result<(), Refusal> {
        let Some(definition) = self.model.kind(kind).filter(|k| !k.is_abstract) else {
            return Err(Refusal::invalid(format!("there is no kind {kind:?} that objects can have")));
        };
        if self.slots.contains_key(&id) {
            return Err(Refusal::conflict(format!("An object with the id '{id}' already exists.")));
        }
        for (attribute, value) in attributes {
            let attribute = self.attribute(definition, *attribute)?;
            writer.may_write(attribute)?;
            check_type(attribute, value)?;
            self.check_unique(attribute, definition, value, id)?;
        }
        let slot = self.new_slot(id);
        self.insert(slot, Object::pack(id, kind, self.usn, attributes));
        self.stamps.touch(kind);
        done.push(Change::Create { id, kind, attributes: attributes.to_vec() });
        Ok(())
    }

    fn set(
        &mut self,
        id: Id,
        attribute: AttrId,
        new: Option<&Value>,
        writer: Writer<'_>,
        done: &mut Vec<Change>,
    ) -> Result<(), Refusal> {
        let object = self.find_even_deleted(id).ok_or_else(|| Refusal::not_found(id))?;
        let kind = self.kind_of(object);
        let definition = self.attribute(kind, attribute)?;
        let old = object.value(attribute);
        // An empty collection is the same as none.
        let new = new.filter(|value| !matches!(value, Value::List(items) if items.is_empty()));
        if old.as_ref() == new {
            return Ok(());
        }
        writer.may_write(definition)?;
        if let Some(value) = new {
            check_type(definition, value)?;
            self.check_unique(definition, kind, value, id)?;
        }
        let next = object.with(self.usn, &[(attribute, new.cloned())]);
        self.stamps.touch(next.kind);
        self.replace(next, &[definition]);
        done.push(Change::Set { id, attribute, old, new: new.cloned() });
        Ok(())
    }

    fn delete(&mut self, id: Id, at: Time, done: &mut Vec<Change>) -> Result<(), Refusal> {
        let object = self.get(id)?;
        let kind = self.kind_of(object);
        if kind.restorable_days == 0 {
            self.remove(id, done);
            return Ok(());
        }
        let gone = object.with(self.usn, &[(DELETED.id, Some(Value::Time(at)))]);
        let slot = self.slot(id);
        self.unindex(slot);
        self.stamps.touch(gone.kind);
        self.kinds.remove(&(gone.kind, id));
        self.deleted.insert((gone.kind, id));
        self.objects.set(slot.0 as usize, Some(Arc::new(gone)));
        done.push(Change::Delete { id });
        Ok(())
    }

    fn restore(&mut self, id: Id, done: &mut Vec<Change>) -> Result<(), Refusal> {
        let object = self.find_deleted(id).ok_or_else(|| Refusal::not_found(id))?;
        let kind = self.kind_of(object);
        for definition in self.model.indexed(kind.id()) {
            if let Some(value) = object.value(definition.id) {
                self.check_unique(definition, kind, &value, id)?;
            }
        }
        let back = object.with(self.usn, &[(DELETED.id, None)]);
        let slot = self.slot(id);
        self.stamps.touch(back.kind);
        self.deleted.remove(&(back.kind, id));
        self.insert(slot, back);
        done.push(Change::Restore { id });
        Ok(())
    }

    /// Remove an object with its links and the children contained in it.
    fn remove(&mut self, id: Id, done: &mut Vec<Change>) {
        let slot = self.slot(id);
        let (outgoing, incoming) = self.edges.touching(slot);
        let kind = self.at(slot).map(|object| object.kind);
        let mut children = Vec::new();
        for (_, link, target) in &outgoing {
            let is_contained = kind
                .and_then(|kind| self.model.link(kind, *link))
                .is_some_and(|definition| definition.shape == Shape::Contained);
            if let (true, Some(child)) = (is_contained, self.at(*target)) {
                children.push(child.id);
            }
        }
        for key in outgoing.into_iter().chain(incoming) {
            self.cut(key, done);
        }
        for child in children {
            self.remove(child, done);
        }
        self.unindex(slot);
        if let Some(kind) = kind {
            self.stamps.touch(kind);
            self.kinds.remove(&(kind, id));
            self.deleted.remove(&(kind, id));
        }
        self.slots.remove(&id);
        self.objects.set(slot.0 as usize, None);
        done.push(Change::Purge { id });
    }

    /// Cut a link for every reason it has, because one end goes away.
    fn cut(&mut self, key: (Slot, LinkId, Slot), done: &mut Vec<Change>) {
        let Some(why) = self.edges.remove(key) else { return };
        if let (Some(source), Some(target)) = (self.at(key.0), self.at(key.2)) {
            let (source, target) = (source.id, target.id);
            done.extend(why.reasons().iter().map(|reason| Change::Unlink {
                source,
                link: key.1,
                target,
                by: reason.by,
                of: reason.of,
            }));
        }
    }

    fn link(
        &mut self,
        source: Id,
        link: LinkId,
        target: Id,
        (by, of): (By, Id),
        writer: Writer<'_>,
        done: &mut Vec<Change>,
    ) -> Result<(), Refusal> {
        let from = self.get(source)?;
        let to = self.get(target)?;
        let definition = self.stored_link(from, link)?;
        if !self.is_a(to, definition.target) {
            let kind = self.kind_of(to).name;
            return Err(Refusal::invalid(format!("`{}` cannot refer to a {kind}", definition.name)).at(definition.name));
        }
        writer.may_link(link, by)?;
        let key = (self.slot(source), link, self.slot(target));
        let known = self.edges.why(key);
        if known.as_ref().is_some_and(|why| why.has(by, of)) {
            return Ok(());
        }
        let mut reasons = known.map(|why| why.reasons()).unwrap_or_default();
        reasons.push(Reason { by, of, usn: self.usn });
        if definition.cardinality == Cardinality::One {
            let others: Vec<Slot> = self.edges.from(key.0, link).map(|(_, _, t)| t).filter(|t| *t != key.2).collect();
            others.into_iter().for_each(|other| self.cut((key.0, link, other), done));
        }
        self.edges.insert(key, Why::of(&reasons).expect("there is at least the reason just added"));
        done.push(Change::Link { source, link, target, by, of });
        Ok(())
    }

    fn unlink(
        &mut self,
        source: Id,
        link: LinkId,
        target: Id,
        (by, of): (By, Id),
        writer: Writer<'_>,
        done: &mut Vec<Change>,
    ) -> Result<(), Refusal> {
        let (Some(s), Some(t)) = (self.slots.get(&source).copied(), self.slots.get(&target).copied()) else {
            return Ok(());
        };
        let key = (s, link, t);
        let Some(why) = self.edges.why(key).filter(|why| why.has(by, of)) else { return Ok(()) };
        writer.may_link(link, by)?;
        let left: Vec<Reason> = why.reasons().into_iter().filter(|r| (r.by, r.of) != (by, of)).collect();
        match Why::of(&left) {
            Some(why) => self.edges.insert(key, why),
            None => drop(self.edges.remove(key)),
        }
        done.push(Change::Unlink { source, link, target, by, of });
        Ok(())
    }

    fn attribute(&self, kind: &'static Kind, id: AttrId) -> Result<&'static AttributeDef, Refusal> {
        self.model
            .attribute(kind.id(), id)
            .ok_or_else(|| Refusal::invalid(format!("a {} has no attribute {id:?}", kind.name)))
    }

    fn stored_link(&self, source: &Object, link: LinkId) -> Result<&'static LinkDef, Refusal> {
        let found = self.model.link(source.kind, link).filter(|definition| definition.is_stored());
        found.ok_or_else(|| {
            let name = self.model.name_of(link).unwrap_or("?");
            Refusal::invalid(format!("a {} has no link `{name}` of its own", self.kind_of(source).name))
        })
    }

    fn check_unique(
        &self,
        attribute: &AttributeDef,
        kind: &'static Kind,
        value: &Value,
        own: Id,
    ) -> Result<(), Refusal> {
        if attribute.index != Index::Unique {
            return Ok(());
        }
        let items = match value {
            Value::List(items) => items.as_slice(),
            single => std::slice::from_ref(single),
        };
        for item in items {
            let taken = self.by_id(attribute.id, item.clone()).any(|other| {
                let comparable =
                    self.kind_of(other).attributes.iter().chain(kind.attributes).any(|a| a.id == attribute.id);
                other.id != own && comparable && same_definition(self.kind_of(other), kind, attribute)
            });
            if taken {
                return Err(Refusal::conflict(format!(
                    "Another object with the same value for property {} already exists.",
                    attribute.name
                ))
                .at(attribute.name));
            }
        }
        Ok(())
    }

    fn check_required(&self, done: &[Change]) -> Result<(), Refusal> {
        for change in done {
            let (Change::Create { id, .. } | Change::Set { id, new: None, .. }) = change else {
                continue;
            };
            let Some(object) = self.find(*id) else {
                continue;
            };
            let missing = self.kind_of(object).all_attributes().find(|a| a.required && !object.has(a.id));
            if let Some(attribute) = missing {
                return Err(Refusal::invalid("A value is required for this property.").at(attribute.name));
            }
        }
        Ok(())
    }

    fn slot(&self, id: Id) -> Slot {
        *self.slots.get(&id).expect("asked only about objects that were just found")
    }

    fn new_slot(&mut self, id: Id) -> Slot {
        let slot = Slot(u32::try_from(self.objects.len()).expect("a tenant has fewer than 2^32 objects"));
        self.objects.push_back(None);
        self.slots.insert(id, slot);
        slot
    }

    /// Put an object in its slot and into the sets and indexes it belongs to.
    fn insert(&mut self, slot: Slot, object: Object) {
        if object.has(DELETED.id) {
            self.deleted.insert((object.kind, object.id));
        } else {
            self.kinds.insert((object.kind, object.id), slot);
            for definition in self.model.indexed(object.kind) {
                if let Some(value) = object.value(definition.id) {
                    self.indexes.insert(definition.id, definition.index, &value, slot);
                }
            }
        }
        self.objects.set(slot.0 as usize, Some(Arc::new(object)));
    }

    /// Replace an object of which only these attributes changed.
    fn replace(&mut self, next: Object, changed: &[&'static AttributeDef]) {
        let slot = self.slot(next.id);
        if let Some(old) = self.objects.get(slot.0 as usize).cloned().flatten()
            && !old.has(DELETED.id)
        {
            for definition in changed.iter().filter(|d| d.index != Index::None) {
                if let Some(value) = old.value(definition.id) {
                    self.indexes.remove(definition.id, definition.index, &value, slot);
                }
                if let Some(value) = next.value(definition.id) {
                    self.indexes.insert(definition.id, definition.index, &value, slot);
                }
            }
        }
        self.objects.set(slot.0 as usize, Some(Arc::new(next)));
    }

    fn unindex(&mut self, slot: Slot) {
        let Some(object) = self.objects.get(slot.0 as usize).cloned().flatten() else {
            return;
        };
        for definition in self.model.indexed(object.kind) {
            if let Some(value) = object.value(definition.id) {
                self.indexes.remove(definition.id, definition.index, &value, slot);
            }
        }
    }
}

impl Writer<'_> {
    fn may_write(self, attribute: &AttributeDef) -> Result<(), Refusal> {
        match attribute.write {
            // What it may not write is decided before, by protocol and gate; here only ownership is held.
            Write::Only(owner) if !self.owned.is_empty() && self.reaction != Some(owner) => {
                Err(Refusal::denied(format!("only `{owner}` writes this")).at(attribute.name))
            }
            Write::Caller | Write::Create | Write::System | Write::Only(_) => Ok(()),
        }
    }

    fn may_link(self, link: LinkId, by: By) -> Result<(), Refusal> {
        let owner = self.owned.iter().find(|(_, own)| matches!(own, Own::Link(l, b) if *l == link && *b == by));
        match owner {
            Some((owner, _)) if self.reaction != Some(owner) => {
                Err(Refusal::denied(format!("only `{owner}` gives links this reason")))
            }
            _ => Ok(()),
        }
    }
}

/// Whether two kinds share the definition of an attribute, so that it is unique among both.
fn same_definition(a: &'static Kind, b: &'static Kind, attribute: &AttributeDef) -> bool {
    let owner = |kind: &'static Kind| {
        kind.lineage().find(|k| k.attributes.iter().any(|d| d.id == attribute.id)).map(|k| k.name)
    };
    owner(a) == owner(b)
}

fn check_type(attribute: &AttributeDef, value: &Value) -> Result<(), Refusal> {
    match (attribute.many, value) {
        (true, Value::List(items)) if items.len() > ITEMS_MAX => {
            Err(Refusal::limit(format!("holds at most {ITEMS_MAX} values")).at(attribute.name))
        }
        (true, Value::List(items)) => items.iter().try_for_each(|item| check_one(attribute, item)),
        (true, _) => Err(Refusal::invalid("is a collection").at(attribute.name)),
        (false, single) => check_one(attribute, single),
    }
}

fn check_one(attribute: &AttributeDef, value: &Value) -> Result<(), Refusal> {
    let fits = match (attribute.ty, value) {
        (Type::Text | Type::Date | Type::Duration | Type::TimeOfDay, Value::Text(text)) => {
            if text.len() > TEXT_BYTES_MAX {
                return Err(Refusal::limit(format!("holds at most {TEXT_BYTES_MAX} bytes")).at(attribute.name));
            }
            true
        }
        (Type::Enum(definition), Value::Text(text)) => {
            let known = |name: &str| definition.members.contains(&name);
            if definition.flags { text.split(',').all(known) } else { known(text) }
        }
        (Type::Bool, Value::Bool(_))
        | (Type::Int | Type::Long, Value::Int(_))
        | (Type::Double, Value::Double(_) | Value::Int(_))
        | (Type::Guid, Value::Guid(_))
        | (Type::Time, Value::Time(_))
        | (Type::Bytes, Value::Bytes(_))
        | (Type::Record(_) | Type::AnyRecord, Value::Record(_)) => true,
        _ => false,
    };
    if fits { Ok(()) } else { Err(Refusal::invalid("Invalid value specified for property.").at(attribute.name)) }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::{Attr, EnumDef, LinkDef, Model, Record, RefusalKind};

    const NAME: Attr<str> = Attr::new("name");
    const MAIL: Attr<[String]> = Attr::new("mail");
    const STATE: Attr<str> = Attr::new("state");
    const DERIVED: Attr<i64> = Attr::new("derived");
    const AT: Attr<Time> = Attr::new("at");
    const BOSS: LinkId = LinkId::of("boss");
    const MEMBERS: LinkId = LinkId::of("members");
    const PARTS: LinkId = LinkId::of("parts");

    static STATES: EnumDef = EnumDef { name: "states", members: &["on", "off"], flags: false };
    static THING: Kind = Kind::new("thing", &[DELETED.def().system(), NAME.def().required()], &[]).abstract_kind();
    static PERSON: Kind = Kind::new(
        "person",
        &[
            MAIL.def().unique(),
            STATE.def().of(Type::Enum(&STATES)),
            DERIVED.def().owned_by("counting"),
            AT.def().ordered(),
        ],
        &[LinkDef::one("boss", &PERSON), LinkDef::back("team", "boss", &PERSON)],
    )
    .under(&THING)
    .restorable(30);
    static GROUP: Kind = Kind::new(
        "group",
        &[MAIL.def().unique()],
        &[LinkDef::many("members", &THING), LinkDef::contained("parts", &PART)],
    )
    .under(&THING);
    static PART: Kind = Kind::new("part", &[NAME.def()], &[]);

    const OWNED: &[(&str, Own)] = &[("counting", Own::Attribute(DERIVED.id)), ("rules", Own::Link(MEMBERS, By::Rule))];

    fn id(n: u128) -> Id {
        Id::from_u128(n)
    }

    fn create(n: u128, kind: &str, attributes: Vec<(AttrId, Value)>) -> Change {
        Change::Create { id: id(n), kind: KindId::of(kind), attributes }
    }

    fn named(n: u128, kind: &str) -> Change {
        create(n, kind, vec![(NAME.id, "x".into())])
    }

    fn put(snapshot: &mut Snapshot, changes: &[Change]) -> Result<Vec<Change>, Refusal> {
        let usn = snapshot.usn() + 1;
        snapshot.apply(usn, Time(7), changes, None, OWNED).map(|applied| applied.changes)
    }

    /// Two people, 1 and 2, and a group 10 with a part 11.
    fn directory() -> Snapshot {
        let mut now = Snapshot::empty(Arc::new(Model::new(&[&THING, &PERSON, &GROUP, &PART], &[])));
        let changes = [
            named(1, "person"),
            named(2, "person"),
            named(10, "group"),
            create(11, "part", vec![]),
            Change::link(id(10), PARTS, id(11)),
        ];
        put(&mut now, &changes).unwrap();
        now
    }

    #[test]
    fn what_the_schema_does_not_allow_is_refused_and_changes_nothing() {
        let many: Vec<String> = (0..=ITEMS_MAX).map(|n| n.to_string()).collect();
        let rows: Vec<(Change, RefusalKind, Option<&str>)> = vec![
            (named(3, "ghost"), RefusalKind::Invalid, None),
            (named(3, "thing"), RefusalKind::Invalid, None),
            (named(1, "person"), RefusalKind::Conflict, None),
            (create(3, "person", vec![]), RefusalKind::Invalid, Some("name")),
            (create(3, "person", vec![(AttrId::of("wings"), 2.into())]), RefusalKind::Invalid, None),
            (Change::clear(id(1), NAME), RefusalKind::Invalid, Some("name")),
            (Change::set(id(1), NAME, 5), RefusalKind::Invalid, Some("name")),
            (Change::set(id(1), MAIL, "a"), RefusalKind::Invalid, Some("mail")),
            (Change::set(id(1), MAIL, many), RefusalKind::Limit, Some("mail")),
            (Change::set(id(1), NAME, "x".repeat(TEXT_BYTES_MAX + 1)), RefusalKind::Limit, Some("name")),
            (Change::set(id(1), STATE, "maybe"), RefusalKind::Invalid, Some("state")),
            (Change::set(id(1), STATE, Record::new()), RefusalKind::Invalid, Some("state")),
            (Change::set(id(1), DERIVED, 5), RefusalKind::Denied, Some("derived")),
            (Change::set(id(9), NAME, "x"), RefusalKind::NotFound, None),
            (Change::Delete { id: id(9) }, RefusalKind::NotFound, None),
            (Change::Restore { id: id(1) }, RefusalKind::NotFound, None),
            (Change::Purge { id: id(1) }, RefusalKind::NotFound, None),
            (Change::link(id(1), BOSS, id(9)), RefusalKind::NotFound, None),
            (Change::link(id(1), BOSS, id(10)), RefusalKind::Invalid, Some("boss")),
            (Change::link(id(10), BOSS, id(1)), RefusalKind::Invalid, None),
            (Change::link(id(1), LinkId::of("team"), id(2)), RefusalKind::Invalid, None),
            (
                Change::Link { source: id(10), link: MEMBERS, target: id(1), by: By::Rule, of: id(10) },
                RefusalKind::Denied,
                None,
            ),
        ];
        for (change, kind, target) in rows {
            let mut now = directory();
            let refusal = put(&mut now, &[Change::set(id(2), NAME, "new"), change.clone()]).unwrap_err();
            assert_eq!((refusal.kind, refusal.target.as_deref()), (kind, target), "{change:?}: {refusal}");
            assert_eq!(now.find(id(2)).unwrap().get(NAME), Some("x"), "{change:?}");
        }
    }

    #[test]
    fn only_the_owner_writes_what_is_derived() {
        let mut now = directory();
        let rule = Change::Link { source: id(10), link: MEMBERS, target: id(1), by: By::Rule, of: id(10) };
        assert!(now.apply(2, Time(7), &[Change::set(id(1), DERIVED, 1)], Some("rules"), OWNED).is_err());
        now.apply(2, Time(7), &[Change::set(id(1), DERIVED, 1)], Some("counting"), OWNED).unwrap();
        now.apply(3, Time(7), &[rule], Some("rules"), OWNED).unwrap();
        assert_eq!(now.find(id(1)).unwrap().get(DERIVED), Some(1));
    }

    #[test]
    fn a_unique_value_is_taken_once_among_objects_that_share_its_definition() {
        let mut now = directory();
        put(&mut now, &[Change::set(id(1), MAIL, ["a@x", "b@x"])]).unwrap();
        let taken = put(&mut now, &[Change::set(id(2), MAIL, ["B@X"])]).unwrap_err();
        assert_eq!((taken.kind, taken.target.as_deref()), (RefusalKind::Conflict, Some("mail")));
        put(&mut now, &[Change::set(id(10), MAIL, ["a@x"])]).unwrap();
        put(&mut now, &[Change::set(id(1), MAIL, ["b@x", "c@x"])]).unwrap();
        put(&mut now, &[Change::set(id(2), MAIL, ["a@x"])]).unwrap();
        put(&mut now, &[Change::Delete { id: id(2) }, Change::set(id(1), MAIL, ["a@x"])]).unwrap();
        assert_eq!(put(&mut now, &[Change::Restore { id: id(2) }]).unwrap_err().kind, RefusalKind::Conflict);
    }

    #[test]
    fn what_changes_nothing_is_not_a_change() {
        let mut now = directory();
        put(&mut now, &[Change::link(id(1), BOSS, id(2))]).unwrap();
        let nothing = [
            Change::set(id(1), NAME, "x"),
            Change::clear(id(1), STATE),
            Change::set(id(1), MAIL, Vec::<String>::new()),
            Change::link(id(1), BOSS, id(2)),
            Change::unlink(id(10), MEMBERS, id(1)),
            Change::unlink(id(10), MEMBERS, id(99)),
        ];
        assert_eq!(put(&mut now, &nothing), Ok(vec![]));
        let changes = put(&mut now, &[Change::set(id(1), NAME, "y")]).unwrap();
        assert_eq!(
            changes,
            [Change::Set { id: id(1), attribute: NAME.id, old: Some("x".into()), new: Some("y".into()) }]
        );
    }

    #[test]
    fn a_link_to_one_replaces_and_a_link_lasts_as_long_as_a_reason() {
        let mut now = directory();
        put(&mut now, &[named(3, "person"), Change::link(id(1), BOSS, id(2))]).unwrap();
        let changes = put(&mut now, &[Change::link(id(1), BOSS, id(3))]).unwrap();
        assert_eq!(changes, [Change::unlink(id(1), BOSS, id(2)), Change::link(id(1), BOSS, id(3))]);
        assert_eq!(now.linked(id(1), BOSS).map(|boss| boss.id), Some(id(3)));
        let package = |of| Change::Link { source: id(10), link: MEMBERS, target: id(1), by: By::Package, of: id(of) };
        put(&mut now, &[Change::link(id(10), MEMBERS, id(1)), package(50), package(51)]).unwrap();
        assert_eq!(now.why(id(10), MEMBERS, id(1)).unwrap().reasons().len(), 3);
        put(&mut now, &[Change::unlink(id(10), MEMBERS, id(1))]).unwrap();
        let gone = |of| Change::Unlink { source: id(10), link: MEMBERS, target: id(1), by: By::Package, of: id(of) };
        put(&mut now, &[gone(50)]).unwrap();
        assert_eq!(now.links(id(10), MEMBERS).count(), 1);
        put(&mut now, &[gone(51)]).unwrap();
        assert_eq!(now.links(id(10), MEMBERS).count() + now.backlinks(id(1), MEMBERS).count(), 0);
    }

    #[test]
    fn what_is_deleted_is_invisible_until_restored_and_gone_when_purged() {
        let mut now = directory();
        put(&mut now, &[Change::link(id(10), MEMBERS, id(1)), Change::set(id(1), AT, Time(5))]).unwrap();
        put(&mut now, &[Change::Delete { id: id(1) }]).unwrap();
        assert!(now.find(id(1)).is_none() && now.find_deleted(id(1)).unwrap().get(DELETED) == Some(Time(7)));
        assert_eq!((now.links(id(10), MEMBERS).count(), now.due(AT.id, Time(9)).count()), (0, 0));
        assert!(put(&mut now, &[Change::link(id(10), MEMBERS, id(1))]).is_err());
        put(&mut now, &[Change::Restore { id: id(1) }]).unwrap();
        assert_eq!((now.links(id(10), MEMBERS).count(), now.due(AT.id, Time(9)).count()), (1, 1));
        put(&mut now, &[Change::Delete { id: id(1) }]).unwrap();
        let changes = put(&mut now, &[Change::Purge { id: id(1) }]).unwrap();
        assert_eq!(changes, [Change::unlink(id(10), MEMBERS, id(1)), Change::Purge { id: id(1) }]);
        assert!(now.stored(id(1)).is_none() && now.all_deleted(&PERSON).next().is_none());
        put(&mut now, &[named(1, "person")]).unwrap();
    }

    #[test]
    fn what_is_contained_goes_with_its_owner() {
        let mut now = directory();
        let changes = put(&mut now, &[Change::Delete { id: id(10) }]).unwrap();
        assert!(changes.contains(&Change::Purge { id: id(11) }) && changes.contains(&Change::Purge { id: id(10) }));
        assert!(now.find(id(11)).is_none() && now.len() == 2);
    }

    #[test]
    fn a_replica_that_repeats_the_changes_has_the_same_directory() {
        let mut now = directory();
        let mut replica = directory();
        let batches: [&[Change]; 4] = [
            &[Change::link(id(10), MEMBERS, id(1)), Change::link(id(1), BOSS, id(2)), Change::set(id(1), MAIL, ["a"])],
            &[Change::Delete { id: id(2) }, Change::set(id(1), AT, Time(3))],
            &[Change::Purge { id: id(2) }, Change::Delete { id: id(10) }],
            &[named(2, "person"), Change::clear(id(1), MAIL)],
        ];
        for batch in batches {
            let applied = put(&mut now, batch).unwrap();
            replica.replay(now.usn(), Time(7), &applied).unwrap();
        }
        let state = |s: &Snapshot| {
            let objects: Vec<_> = [1, 2, 10, 11].iter().map(|n| s.stored(id(*n)).cloned()).collect();
            (objects, s.usn(), s.links(id(1), BOSS).count(), s.due(AT.id, Time(9)).count(), s.by(MAIL, "a").count())
        };
        assert_eq!(state(&now), state(&replica));
    }

    #[test]
    fn what_is_stored_loads_as_it_was() {
        let mut now = directory();
        put(&mut now, &[Change::link(id(10), MEMBERS, id(1)), Change::set(id(1), MAIL, ["a"])]).unwrap();
        put(&mut now, &[Change::Delete { id: id(2) }]).unwrap();
        let mut loaded = Snapshot::empty(now.model.clone());
        for n in [1, 2, 10] {
            let object = now.stored(id(n)).unwrap();
            loaded.load_object(object.id, object.kind, object.usn, object.bytes().to_vec()).unwrap();
        }
        let why = now.why(id(10), MEMBERS, id(1)).unwrap().to_bytes();
        loaded.load_link(id(10), MEMBERS, id(1), &why).unwrap();
        loaded.loaded(now.usn());
        assert_eq!((loaded.usn(), loaded.by(MAIL, "A").count(), loaded.links(id(10), MEMBERS).count()), (3, 1, 1));
        assert!(loaded.find(id(2)).is_none() && loaded.find_deleted(id(2)).is_some());
        assert!(loaded.load_link(id(10), MEMBERS, id(99), &why).is_err());
        assert!(loaded.load_object(id(5), KindId::of("ghost"), 1, vec![]).is_err());
    }
}
