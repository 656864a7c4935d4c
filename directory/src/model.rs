//! What a schema can say: kinds, attributes, links, nested records and enumerations, as constants.
//!
//! The nouns themselves stand in `schema`; this is only their grammar, and [`Model`], which looks them up.

use std::collections::HashMap;

use crate::{AttrId, KindId, LinkId, Name};

/// The type of an attribute or field. Names on the wire are Graph's (`Edm.Int32`, `Edm.DateTimeOffset`, …).
#[derive(Clone, Copy, Debug)]
pub enum Type {
    Bool,
    /// 32 bits on the wire.
    Int,
    /// 64 bits on the wire.
    Long,
    Double,
    Text,
    Guid,
    /// A moment.
    Time,
    /// A calendar date, kept as text `yyyy-mm-dd`.
    Date,
    /// ISO 8601 duration, kept as text.
    Duration,
    /// A time of day, kept as text.
    TimeOfDay,
    Bytes,
    /// One of the members, kept as text; flags are kept comma-joined in the order of the definition.
    Enum(&'static EnumDef),
    Record(&'static RecordDef),
    /// A record without a definition of its own.
    AnyRecord,
}

#[derive(Debug)]
pub struct EnumDef {
    pub name: &'static str,
    pub members: &'static [&'static str],
    pub flags: bool,
}

#[derive(Debug)]
pub struct RecordDef {
    pub name: &'static str,
    pub base: Option<&'static RecordDef>,
    pub is_abstract: bool,
    /// Takes fields that are not defined.
    pub is_open: bool,
    pub fields: &'static [FieldDef],
}

#[derive(Clone, Copy, Debug)]
pub struct FieldDef {
    pub name: &'static str,
    pub ty: Type,
    pub many: bool,
}

/// How an attribute can be found by its value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Index {
    None,
    /// By equality (text: ignoring case).
    Equal,
    /// By equality, prefix and range; deadlines are ordered times.
    Ordered,
    /// By equality, and no two objects that are not deleted have the same value.
    Unique,
}

/// Who may write an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Write {
    /// Any caller whom the gate lets.
    Caller,
    /// Any caller, but only when the object is created.
    Create,
    /// Only our own decisions; a caller's value is refused.
    System,
    /// Only the reaction of this name.
    Only(&'static str),
}

/// Who may read an attribute.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Read {
    /// In every answer.
    Default,
    /// Only where it is asked for by `$select`.
    Selected,
    /// Never: a verifier or a sealed value. Nor is it printed into the audit.
    Never,
}

/// An attribute of a kind. Built by `const` steps: `NAME.def().required().unique()`.
#[derive(Clone, Copy, Debug)]
pub struct AttributeDef {
    pub name: &'static str,
    pub id: AttrId,
    pub ty: Type,
    pub many: bool,
    pub index: Index,
    pub required: bool,
    pub write: Write,
    pub read: Read,
}

impl AttributeDef {
    #[must_use]
    pub const fn new(name: &'static str, ty: Type, many: bool) -> AttributeDef {
        AttributeDef {
            name,
            id: AttrId::of(name),
            ty,
            many,
            index: Index::None,
            required: false,
            write: Write::Caller,
            read: Read::Default,
        }
    }

    /// Refine the type a key could not express: an enumeration, a record shape, a 64-bit integer, a date.
    #[must_use]
    pub const fn of(mut self, ty: Type) -> AttributeDef {
        self.ty = ty;
        self
    }

    #[must_use]
    pub const fn equal(mut self) -> AttributeDef {
        self.index = Index::Equal;
        self
    }

    #[must_use]
    pub const fn ordered(mut self) -> AttributeDef {
        self.index = Index::Ordered;
        self
    }

    #[must_use]
    pub const fn unique(mut self) -> AttributeDef {
        self.index = Index::Unique;
        self
    }

    /// Must have a value from creation on.
    #[must_use]
    pub const fn required(mut self) -> AttributeDef {
        self.required = true;
        self
    }

    #[must_use]
    pub const fn on_create(mut self) -> AttributeDef {
        self.write = Write::Create;
        self
    }

    #[must_use]
    pub const fn system(mut self) -> AttributeDef {
        self.write = Write::System;
        self
    }

    #[must_use]
    pub const fn owned_by(mut self, reaction: &'static str) -> AttributeDef {
        self.write = Write::Only(reaction);
        self
    }

    /// Shown only where `$select` asks for it.
    #[must_use]
    pub const fn on_select(mut self) -> AttributeDef {
        self.read = Read::Selected;
        self
    }

    /// Never shown.
    #[must_use]
    pub const fn secret(mut self) -> AttributeDef {
        self.read = Read::Never;
        self.write = Write::System;
        self
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cardinality {
    /// At most one target; linking another replaces it.
    One,
    Many,
}

/// What a navigation is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// A stored link from this object to its targets.
    Forward,
    /// A stored link whose targets live and die with this object and are addressed beneath it.
    Contained,
    /// The other end of a stored link.
    Backward(LinkId),
    /// Everything reached by following a stored link again and again; `backward` follows its other end.
    Closure { link: LinkId, backward: bool },
    /// The records of a collection attribute, addressed by their `id` field.
    Records(AttrId),
}

/// A navigation of a kind: a stored link, or a way of looking at one.
#[derive(Clone, Copy, Debug)]
pub struct LinkDef {
    pub name: &'static str,
    pub id: LinkId,
    pub target: &'static Kind,
    pub cardinality: Cardinality,
    pub shape: Shape,
    pub write: Write,
}

impl LinkDef {
    const fn shaped(name: &'static str, target: &'static Kind, shape: Shape) -> LinkDef {
        LinkDef { name, id: LinkId::of(name), target, cardinality: Cardinality::Many, shape, write: Write::Caller }
    }

    /// A stored link to many targets.
    #[must_use]
    pub const fn many(name: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Forward)
    }

    /// A stored link to at most one target.
    #[must_use]
    pub const fn one(name: &'static str, target: &'static Kind) -> LinkDef {
        let mut link = LinkDef::shaped(name, target, Shape::Forward);
        link.cardinality = Cardinality::One;
        link
    }

    /// Children that live and die with this object.
    #[must_use]
    pub const fn contained(name: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Contained)
    }

    /// The other end of the stored link `of`.
    #[must_use]
    pub const fn back(name: &'static str, of: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Backward(LinkId::of(of)))
    }

    /// Everything reached over the stored link `of`.
    #[must_use]
    pub const fn closure(name: &'static str, of: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Closure { link: LinkId::of(of), backward: false })
    }

    /// Everything that reaches this object over the stored link `of`.
    #[must_use]
    pub const fn back_closure(name: &'static str, of: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Closure { link: LinkId::of(of), backward: true })
    }

    /// The records of the collection attribute `attribute`; `target` describes one record's kind for printing.
    #[must_use]
    pub const fn records(name: &'static str, attribute: &'static str, target: &'static Kind) -> LinkDef {
        LinkDef::shaped(name, target, Shape::Records(AttrId::of(attribute)))
    }

    /// Callers may not write it; our own decisions do.
    #[must_use]
    pub const fn system(mut self) -> LinkDef {
        self.write = Write::System;
        self
    }

    /// At most one (for the other end of a link).
    #[must_use]
    pub const fn single(mut self) -> LinkDef {
        self.cardinality = Cardinality::One;
        self
    }

    /// Whether links of this definition are kept in the directory under their own name.
    #[must_use]
    pub const fn is_stored(&self) -> bool {
        matches!(self.shape, Shape::Forward | Shape::Contained)
    }
}

/// A kind of object.
#[derive(Debug)]
pub struct Kind {
    pub name: &'static str,
    pub base: Option<&'static Kind>,
    /// No object has exactly this kind.
    pub is_abstract: bool,
    /// Deleting it keeps it restorable for this many days; 0 deletes it at once.
    pub restorable_days: u16,
    /// Its own attributes, not the inherited ones.
    pub attributes: &'static [AttributeDef],
    pub links: &'static [LinkDef],
    /// Attributes by which an object can be addressed instead of by `id`.
    pub alternate_keys: &'static [&'static str],
}

impl Kind {
    #[must_use]
    pub const fn new(name: &'static str, attributes: &'static [AttributeDef], links: &'static [LinkDef]) -> Kind {
        Kind { name, base: None, is_abstract: false, restorable_days: 0, attributes, links, alternate_keys: &[] }
    }

    #[must_use]
    pub const fn under(mut self, base: &'static Kind) -> Kind {
        self.base = Some(base);
        self
    }

    #[must_use]
    pub const fn abstract_kind(mut self) -> Kind {
        self.is_abstract = true;
        self
    }

    #[must_use]
    pub const fn restorable(mut self, days: u16) -> Kind {
        self.restorable_days = days;
        self
    }

    #[must_use]
    pub const fn keyed_by(mut self, keys: &'static [&'static str]) -> Kind {
        self.alternate_keys = keys;
        self
    }

    #[must_use]
    pub const fn id(&self) -> KindId {
        KindId::of(self.name)
    }

    /// This kind and those it inherits from, most derived first.
    pub fn lineage(&'static self) -> impl Iterator<Item = &'static Kind> {
        std::iter::successors(Some(self), |kind| kind.base)
    }

    /// Every attribute, the inherited ones included.
    pub fn all_attributes(&'static self) -> impl Iterator<Item = &'static AttributeDef> {
        self.lineage().flat_map(|kind| kind.attributes)
    }

    /// Every navigation, the inherited ones included.
    pub fn all_links(&'static self) -> impl Iterator<Item = &'static LinkDef> {
        self.lineage().flat_map(|kind| kind.links)
    }

    #[must_use]
    pub fn is_a(&'static self, base: &Kind) -> bool {
        self.lineage().any(|kind| kind.name == base.name)
    }
}

impl RecordDef {
    /// This record and those it inherits from, most derived first.
    pub fn lineage(&'static self) -> impl Iterator<Item = &'static RecordDef> {
        std::iter::successors(Some(self), |record| record.base)
    }

    pub fn all_fields(&'static self) -> impl Iterator<Item = &'static FieldDef> {
        self.lineage().flat_map(|record| record.fields)
    }

    #[must_use]
    pub fn field(&'static self, name: &str) -> Option<&'static FieldDef> {
        self.all_fields().find(|field| field.name == name)
    }

    #[must_use]
    pub fn is_a(&'static self, base: &RecordDef) -> bool {
        self.lineage().any(|record| record.name == base.name)
    }
}

/// All kinds and records, looked up by id or by name (ignoring case, as Graph does).
#[derive(Debug, Default)]
pub struct Model {
    kinds: HashMap<KindId, &'static Kind>,
    attributes: HashMap<(KindId, AttrId), &'static AttributeDef>,
    links: HashMap<(KindId, LinkId), &'static LinkDef>,
    subkinds: HashMap<KindId, Vec<KindId>>,
    indexed: HashMap<KindId, Vec<&'static AttributeDef>>,
    records: HashMap<String, &'static RecordDef>,
    named: HashMap<String, &'static Kind>,
    names: HashMap<Name, &'static str>,
}

impl Model {
    /// Collect a schema. Panics when two different names share a hash or a kind is given twice: the schema's own test
    /// builds the model, so a release cannot contain either.
    #[must_use]
    pub fn new(kinds: &[&'static Kind], records: &[&'static RecordDef]) -> Model {
        let mut model = Model::default();
        for kind in kinds {
            model.name(kind.name);
            assert!(model.kinds.insert(kind.id(), kind).is_none(), "kind `{}` is given twice", kind.name);
            model.named.insert(kind.name.to_ascii_lowercase(), kind);
            for ancestor in kind.lineage() {
                model.subkinds.entry(ancestor.id()).or_default().push(kind.id());
            }
            for attribute in kind.all_attributes() {
                model.name(attribute.name);
                // The most derived definition comes first and wins.
                model.attributes.entry((kind.id(), attribute.id)).or_insert(attribute);
                if attribute.index != Index::None {
                    model.indexed.entry(kind.id()).or_default().push(attribute);
                }
            }
            for link in kind.all_links() {
                model.name(link.name);
                model.links.entry((kind.id(), link.id)).or_insert(link);
            }
        }
        for record in records {
            model.records.insert(record.name.to_ascii_lowercase(), record);
        }
        model
    }

    fn name(&mut self, name: &'static str) {
        let known = self.names.insert(Name::of(name), name);
        assert!(known.is_none_or(|old| old == name), "`{name}` and `{known:?}` have the same hash: rename one");
    }

    #[must_use]
    pub fn kind(&self, id: KindId) -> Option<&'static Kind> {
        self.kinds.get(&id).copied()
    }

    /// A kind by its name, in any case, without a namespace.
    #[must_use]
    pub fn kind_named(&self, name: &str) -> Option<&'static Kind> {
        self.named.get(&name.to_ascii_lowercase()).copied()
    }

    pub fn kinds(&self) -> impl Iterator<Item = &'static Kind> + '_ {
        self.kinds.values().copied()
    }

    #[must_use]
    pub fn attribute(&self, kind: KindId, attribute: AttrId) -> Option<&'static AttributeDef> {
        self.attributes.get(&(kind, attribute)).copied()
    }

    #[must_use]
    pub fn link(&self, kind: KindId, link: LinkId) -> Option<&'static LinkDef> {
        self.links.get(&(kind, link)).copied()
    }

    /// The attributes of a kind that are indexed.
    #[must_use]
    pub fn indexed(&self, kind: KindId) -> &[&'static AttributeDef] {
        self.indexed.get(&kind).map_or(&[], Vec::as_slice)
    }

    /// The kinds that are, or inherit from, this one; the abstract ones among them have no objects.
    #[must_use]
    pub fn subkinds(&self, base: KindId) -> &[KindId] {
        self.subkinds.get(&base).map_or(&[], Vec::as_slice)
    }

    #[must_use]
    pub fn is_a(&self, kind: KindId, base: KindId) -> bool {
        kind == base || self.subkinds(base).contains(&kind)
    }

    /// A record definition by its name, in any case, without a namespace.
    #[must_use]
    pub fn record_named(&self, name: &str) -> Option<&'static RecordDef> {
        self.records.get(&name.to_ascii_lowercase()).copied()
    }

    /// The name behind a hash.
    #[must_use]
    pub fn name_of(&self, name: Name) -> Option<&'static str> {
        self.names.get(&name).copied()
    }
}
