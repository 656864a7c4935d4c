//! What a path leads to: walked segment by segment from the sets of the schema through the objects that are there.
//!
//! Names are compared ignoring case. What the caller cannot see is not there. Actions and functions are only named
//! here; whether there is one of that name is decided where it is called.

use directory::{
    Actor, AttrId, AttributeDef, Caller, Id, Kind, LinkDef, Object, RecordDef, Shape, Snapshot, Type, Value,
};
use engine::View;
use schema::{SETS, Set, Source};

use crate::errors::{Error, Workload};
use crate::filter::cast;
use crate::path::{Arguments, Segment};
use crate::projection::{find_attribute, find_link};

/// Objects that are listed, counted, added to.
#[derive(Clone, Debug)]
pub struct Collection {
    pub from: From,
    /// What its items are declared to be.
    pub kind: &'static Kind,
    /// As in the context URL: `users`, `groups('…')/owners`.
    pub context: String,
    pub workload: Workload,
}

/// Where the items of a collection come from.
#[derive(Clone, Debug)]
pub enum From {
    All,
    Deleted,
    Log,
    Journal(&'static str),
    /// The settings catalogue.
    Catalog,
    Links {
        owner: Id,
        link: &'static LinkDef,
    },
}

/// One object.
#[derive(Clone, Debug)]
pub struct Entity {
    pub id: Id,
    /// What it is declared to be where it was found.
    pub kind: &'static Kind,
    /// Without `/$entity`.
    pub context: String,
    pub workload: Workload,
    pub is_singleton: bool,
    /// The object and navigation through which it was reached.
    pub through: Option<(Id, &'static LinkDef)>,
}

/// Records within an attribute of an object: all of a collection, or one of them.
#[derive(Clone, Debug)]
pub struct Records {
    pub owner: Id,
    pub attribute: &'static AttributeDef,
    /// From the attribute inward: which item, and which field of it.
    pub within: Vec<(String, String)>,
    /// The one that is meant, by its `id`.
    pub item: Option<String>,
    /// There is at most one, and it has no key.
    pub is_single: bool,
    pub record: Option<&'static RecordDef>,
    pub context: String,
    pub workload: Workload,
}

/// What a path leads to.
#[derive(Clone, Debug)]
pub enum Target {
    Collection(Collection),
    Entity(Entity),
    Records(Records),
    /// Nothing yet, addressed by alternate keys: it may be created under them.
    Absent {
        kind: &'static Kind,
        keys: Vec<(String, String)>,
        workload: Workload,
        context: String,
    },
    Count(Collection),
    /// The references of a navigation, or one of them.
    Reference {
        owner: Entity,
        link: &'static LinkDef,
        target: Option<Id>,
        is_count: bool,
    },
    /// A property, and fields within it.
    Property {
        entity: Entity,
        attribute: &'static AttributeDef,
        fields: Vec<String>,
        is_raw: bool,
    },
    /// A row of the log or of a journal, by its id.
    Row {
        collection: Collection,
        key: String,
    },
    Call {
        on: On,
        name: String,
        arguments: Vec<(String, String)>,
    },
    Batch,
    Metadata,
    /// The document that lists the sets.
    Service,
}

/// What an action is bound to.
#[derive(Clone, Debug)]
pub enum On {
    Collection(Collection),
    Entity(Entity),
}

/// Navigations that Graph puts beneath an object of their own, which is none of ours.
const ALIASES: &[(&str, &str, &str)] =
    &[("authentication", "methods", "authenticationMethods"), ("synchronization", "jobs", "synchronizationJobs")];

/// Walk a path.
pub fn resolve(
    segments: &[Segment],
    view: &View,
    is_action: &dyn Fn(&'static Kind, &str) -> bool,
) -> Result<Target, Error> {
    let walker = Walker { view, is_action };
    let Some((first, rest)) = segments.split_first() else {
        return Ok(Target::Service);
    };
    match first.name.to_ascii_lowercase().as_str() {
        "$batch" if rest.is_empty() => return Ok(Target::Batch),
        "$metadata" if rest.is_empty() => return Ok(Target::Metadata),
        "me" => return walker.entity(walker.me()?, rest),
        _ => {}
    }
    walker.root(segments)
}

/// The workload whose words errors under this path have.
#[must_use]
pub fn workload(segments: &[Segment]) -> Workload {
    match segments.first() {
        Some(first) if first.is("deviceManagement") || first.is("deviceAppManagement") => Workload::Devices,
        _ => Workload::Directory,
    }
}

struct Walker<'v> {
    view: &'v View,
    is_action: &'v dyn Fn(&'static Kind, &str) -> bool,
}

impl Walker<'_> {
    fn now(&self) -> &Snapshot {
        self.view.now()
    }

    fn me(&self) -> Result<Entity, Error> {
        let caller: &Caller = self.view.caller();
        let Actor::User(id) = caller.actor else {
            return Err(Error::bad("/me request is only valid with delegated authentication flow."));
        };
        Ok(Entity {
            id,
            kind: &schema::user::USER,
            context: "users".to_owned(),
            workload: Workload::Directory,
            is_singleton: false,
            through: None,
        })
    }

    fn root(&self, segments: &[Segment]) -> Result<Target, Error> {
        let workload = workload(segments);
        let Some((set, used)) = longest_set(segments) else {
            return self.pathless(segments);
        };
        let rest = segments.get(used..).unwrap_or_default();
        let last = used.checked_sub(1).and_then(|at| segments.get(at));
        let context = set.path.to_owned();
        let from = match set.source {
            Source::Directory => From::All,
            Source::Deleted => From::Deleted,
            Source::Log => From::Log,
            Source::Journal(stream) => From::Journal(stream),
            Source::Singleton => return self.singleton(set, rest, workload),
            Source::Catalog => From::Catalog,
        };
        let collection = Collection { from, kind: set.kind, context, workload };
        match last.map(|segment| &segment.arguments) {
            Some(Arguments::Key(key)) => self.keyed(&collection, key, rest),
            Some(Arguments::Named(keys)) => self.keyed_by(&collection, keys, rest),
            _ => self.collection(collection, rest),
        }
    }

    /// The one object of its kind.
    fn singleton(&self, set: &'static Set, rest: &[Segment], workload: Workload) -> Result<Target, Error> {
        let object = self.now().all(set.kind).find(|object| self.view.sees(object));
        let Some(object) = object else {
            // Not made yet: what it could have is missing, anything else is unknown.
            let model = self.now().model();
            let unknown = rest.first().filter(|segment| {
                find_link(model, set.kind, &segment.name).is_none()
                    && find_attribute(model, set.kind, &segment.name).is_none()
            });
            return Err(unknown.map_or_else(|| Error::missing(set.path), |segment| Error::segment(&segment.name)));
        };
        let entity = Entity {
            id: object.id,
            kind: set.kind,
            context: set.path.to_owned(),
            workload,
            is_singleton: true,
            through: None,
        };
        self.entity(entity, rest)
    }

    /// A path beneath no set.
    fn pathless(&self, segments: &[Segment]) -> Result<Target, Error> {
        let mut known = 0;
        for count in 1..=segments.len() {
            let head = segments.get(..count).unwrap_or_default();
            if SETS.iter().any(|set| starts(set, head)) {
                known = count;
            }
        }
        let unknown = segments.get(known).or(segments.last());
        Err(Error::segment(&unknown.map(|segment| segment.name.clone()).unwrap_or_default()))
    }

    fn collection(&self, collection: Collection, rest: &[Segment]) -> Result<Target, Error> {
        let Some((segment, rest)) = rest.split_first() else {
            return Ok(Target::Collection(collection));
        };
        if segment.is("$count") && rest.is_empty() {
            return Ok(Target::Count(collection));
        }
        if let Some(name) = cast(&segment.name) {
            if let Some(kind) = self.now().model().kind_named(name) {
                if !kind.is_a(collection.kind) && !collection.kind.is_a(kind) {
                    return Err(Error::segment(&segment.name));
                }
                let context = match collection.from {
                    From::Links { .. } => set_of(kind).map_or_else(
                        || format!("{}/microsoft.graph.{}", collection.context, kind.name),
                        |set| set.path.to_owned(),
                    ),
                    _ => format!("{}/microsoft.graph.{}", collection.context, kind.name),
                };
                return self.collection(Collection { kind, context, ..collection }, rest);
            }
            return self.call(On::Collection(collection), name, segment, rest);
        }
        if segment.name.contains('.')
            && let Some(name) = segment.name.rsplit('.').next()
            && (self.is_action)(collection.kind, name)
        {
            return self.call(On::Collection(collection), name, segment, rest);
        }
        if segment.is("delta") || (self.is_action)(collection.kind, &segment.name) {
            return self.call(On::Collection(collection), &segment.name, segment, rest);
        }
        self.keyed(&collection, &segment.text(), rest)
    }

    fn call(&self, on: On, name: &str, segment: &Segment, rest: &[Segment]) -> Result<Target, Error> {
        if let Some(beyond) = rest.first() {
            return Err(Error::segment(&beyond.name));
        }
        let arguments = match &segment.arguments {
            Arguments::Named(pairs) => pairs.clone(),
            Arguments::Key(_) | Arguments::Empty | Arguments::None => Vec::new(),
        };
        Ok(Target::Call { on, name: name.to_owned(), arguments })
    }

    fn keyed(&self, collection: &Collection, key: &str, rest: &[Segment]) -> Result<Target, Error> {
        if matches!(collection.from, From::Log | From::Journal(_) | From::Catalog) {
            return match rest.first() {
                None => Ok(Target::Row { collection: collection.clone(), key: key.to_owned() }),
                Some(segment) => Err(Error::segment(&segment.name)),
            };
        }
        let Some(object) = self.find(collection, key) else {
            return Err(self.unseen(collection, key));
        };
        self.reached(collection, object, rest)
    }

    fn keyed_by(&self, collection: &Collection, keys: &[(String, String)], rest: &[Segment]) -> Result<Target, Error> {
        let mut attributes = Vec::new();
        for (name, value) in keys {
            let attribute = collection.kind.alternate_keys.iter().find(|key| key.eq_ignore_ascii_case(name));
            let Some(attribute) = attribute else {
                return Err(Error::bad(format!(
                    "The key '{name}' is not a key of type 'microsoft.graph.{}'.",
                    collection.kind.name
                )));
            };
            attributes.push((*attribute, value.as_str()));
        }
        let mut found = None;
        if let Some((name, value)) = attributes.first() {
            let matching = self.now().by_id(AttrId::of(name), Value::from(*value));
            found = matching
                .filter(|object| self.belongs(collection, object))
                .find(|object| attributes.iter().all(|(name, value)| is_text(object, AttrId::of(name), value)));
        }
        match found {
            Some(object) => self.reached(collection, object, rest),
            None if rest.is_empty() => Ok(Target::Absent {
                kind: collection.kind,
                keys: attributes.into_iter().map(|(name, value)| (name.to_owned(), value.to_owned())).collect(),
                workload: collection.workload,
                context: collection.context.clone(),
            }),
            None => Err(self.unseen(collection, keys.first().map_or("", |(_, value)| value))),
        }
    }

    /// What is not there, or must not be known to be: denied where the caller may read nothing of the kind anyway.
    fn unseen(&self, collection: &Collection, key: &str) -> Error {
        match (&collection.from, self.view.may_read(collection.kind)) {
            (From::All | From::Deleted, Err(refusal)) => Error::refused(&refusal, Some(collection.kind)),
            _ => Error::missing(key),
        }
    }

    /// The object of a collection under a key: its id, its own `id` property, or (where the key is no GUID) an alternate
    /// key: `/users/ada@xyz.example`.
    fn find(&self, collection: &Collection, key: &str) -> Option<&Object> {
        let now = self.now();
        let key = key.trim_matches('\'');
        if let Some(id) = directory::id_from_text(key) {
            let found = match collection.from {
                From::Deleted => now.find_deleted(id),
                _ => now.find(id),
            };
            if let Some(object) = found.filter(|object| self.belongs(collection, object)) {
                return Some(object);
            }
        }
        let by = |attribute: AttrId| {
            now.by_id(attribute, Value::from(key))
                .filter(|object| self.belongs(collection, object))
                .find(|object| is_text(object, attribute, key))
        };
        let own = find_attribute(now.model(), collection.kind, "id");
        if let Some(object) = own.and_then(|attribute| by(attribute.id)) {
            return Some(object);
        }
        if directory::id_from_text(key).is_some() || matches!(collection.from, From::Deleted) {
            return None;
        }
        collection.kind.alternate_keys.iter().find_map(|name| by(AttrId::of(name)))
    }

    /// Whether an object is in a collection and the caller may know it.
    fn belongs(&self, collection: &Collection, object: &Object) -> bool {
        let now = self.now();
        let is_there = match &collection.from {
            From::All | From::Deleted => true,
            From::Links { owner, link } => match link.shape {
                Shape::Forward | Shape::Contained => now.why(*owner, link.id, object.id).is_some(),
                Shape::Backward(stored) => now.why(object.id, stored, *owner).is_some(),
                Shape::Closure { link, backward: false } => now.reaches(*owner, link, object.id),
                Shape::Closure { link, backward: true } => now.reaches(object.id, link, *owner),
                Shape::Records(_) => false,
            },
            From::Log | From::Journal(_) | From::Catalog => false,
        };
        is_there && now.is_a(object, collection.kind) && self.view.sees(object)
    }

    fn reached(&self, collection: &Collection, object: &Object, rest: &[Segment]) -> Result<Target, Error> {
        let through = match &collection.from {
            From::Links { owner, link } => Some((*owner, *link)),
            _ => None,
        };
        // `…/members/{id}/$ref`
        if let (Some((owner, link)), [only]) = (through, rest)
            && only.is("$ref")
        {
            let owner = self.owner(owner)?;
            return Ok(Target::Reference { owner, link, target: Some(object.id), is_count: false });
        }
        let entity = Entity {
            id: object.id,
            kind: collection.kind,
            context: collection.context.clone(),
            workload: collection.workload,
            is_singleton: false,
            through,
        };
        if matches!(collection.from, From::Deleted) {
            return self.deleted(entity, rest);
        }
        self.entity(entity, rest)
    }

    fn deleted(&self, entity: Entity, rest: &[Segment]) -> Result<Target, Error> {
        match rest {
            [] => Ok(Target::Entity(entity)),
            [segment, beyond @ ..] => {
                let name = segment.name.rsplit('.').next().unwrap_or_default().to_owned();
                self.call(On::Entity(entity), &name, segment, beyond)
            }
        }
    }

    /// The object at the source of a navigation, as an entity of its own set.
    fn owner(&self, id: Id) -> Result<Entity, Error> {
        let object = self.now().find(id).ok_or_else(|| Error::missing(&id.to_string()))?;
        let kind = self.now().kind_of(object);
        let set = set_of(kind);
        let path = set.map_or(kind.name, |set| set.path).to_owned();
        let workload =
            if path.starts_with("device") && path.contains('/') { Workload::Devices } else { Workload::Directory };
        Ok(Entity { id, kind, context: path, workload, is_singleton: false, through: None })
    }

    fn entity(&self, entity: Entity, rest: &[Segment]) -> Result<Target, Error> {
        let Some((segment, beyond)) = rest.split_first() else {
            return Ok(Target::Entity(entity));
        };
        let now = self.now();
        let object = now.find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
        let kind = now.kind_of(object);
        if let Some(name) = cast(&segment.name) {
            if let Some(wanted) = now.model().kind_named(name) {
                if !kind.is_a(wanted) {
                    return Err(Error::missing(&entity.id.to_string()));
                }
                return self.entity(Entity { kind: wanted, ..entity }, beyond);
            }
            return self.call(On::Entity(entity), name, segment, beyond);
        }
        if segment.name.contains('.')
            && let Some(name) = segment.name.rsplit('.').next()
            && (self.is_action)(kind, name)
        {
            return self.call(On::Entity(entity), name, segment, beyond);
        }
        if let Some(alias) = ALIASES.iter().find(|(first, ..)| segment.is(first)) {
            return self.aliased(entity, kind, alias, segment, beyond);
        }
        if let Some(link) =
            find_link(now.model(), kind, &segment.name).filter(|link| kind.all_links().any(|l| l.id == link.id))
        {
            return self.link(entity, link, segment, beyond);
        }
        if let Some(attribute) = find_attribute(now.model(), kind, &segment.name) {
            return property(entity, attribute, beyond);
        }
        if segment.is("id") && beyond.is_empty() {
            return Err(Error::segment("id"));
        }
        self.call(On::Entity(entity), &segment.name, segment, beyond)
    }

    fn aliased(
        &self,
        entity: Entity,
        kind: &'static Kind,
        (_, all, link): &(&str, &str, &'static str),
        segment: &Segment,
        beyond: &[Segment],
    ) -> Result<Target, Error> {
        let model = self.now().model();
        let link = find_link(model, kind, link).ok_or_else(|| Error::segment(&segment.name))?;
        let Some((which, rest)) = beyond.split_first() else {
            return Err(Error::segment(&segment.name));
        };
        if which.is(all) {
            return self.link(entity, link, which, rest);
        }
        // `temporaryAccessPassMethods` are the methods of the kind `temporaryAccessPassAuthenticationMethod`.
        let derived = which
            .name
            .strip_suffix("Methods")
            .and_then(|stem| model.kind_named(&format!("{stem}AuthenticationMethod")));
        let derived = derived.filter(|kind| kind.is_a(link.target)).ok_or_else(|| Error::segment(&which.name))?;
        let context = format!("{}('{}')/{}/{}", entity.context, entity.id, segment.name, which.name);
        let from = From::Links { owner: entity.id, link };
        let collection = Collection { from, kind: derived, context, workload: entity.workload };
        match &which.arguments {
            Arguments::Key(key) => self.keyed(&collection, key, rest),
            _ => self.collection(collection, rest),
        }
    }

    fn link(
        &self,
        entity: Entity,
        link: &'static LinkDef,
        segment: &Segment,
        beyond: &[Segment],
    ) -> Result<Target, Error> {
        let within = nested_context(&entity, link);
        if let Shape::Records(attribute) = link.shape {
            return self.records(entity, attribute, link, within, segment, beyond);
        }
        if link.cardinality == directory::Cardinality::One {
            return self.single(entity, link, within, beyond);
        }
        if let [only, more @ ..] = beyond
            && only.is("$ref")
        {
            return match more {
                [] => Ok(Target::Reference { owner: entity, link, target: None, is_count: false }),
                [count] if count.is("$count") => {
                    Ok(Target::Reference { owner: entity, link, target: None, is_count: true })
                }
                [other, ..] => Err(Error::segment(&other.name)),
            };
        }
        let collection = Collection {
            from: From::Links { owner: entity.id, link },
            kind: link.target,
            context: related_context(link, &within),
            workload: entity.workload,
        };
        match &segment.arguments {
            Arguments::Key(key) => self.keyed(&collection, key, beyond),
            Arguments::Named(keys) => self.keyed_by(&collection, keys, beyond),
            Arguments::None | Arguments::Empty => self.collection(collection, beyond),
        }
    }

    /// A navigation to at most one object.
    fn single(
        &self,
        entity: Entity,
        link: &'static LinkDef,
        within: String,
        beyond: &[Segment],
    ) -> Result<Target, Error> {
        if let [only] = beyond
            && only.is("$ref")
        {
            return Ok(Target::Reference { owner: entity, link, target: None, is_count: false });
        }
        let now = self.now();
        let found = match link.shape {
            Shape::Backward(stored) => now.backlinks(entity.id, stored).next().map(|found| found.object),
            _ => now.linked(entity.id, link.id),
        };
        let object = found.filter(|object| self.view.sees(object)).ok_or_else(|| Error::missing(link.name))?;
        let reached = Entity {
            id: object.id,
            kind: link.target,
            context: related_context(link, &within),
            workload: entity.workload,
            is_singleton: link.shape == Shape::Contained,
            through: Some((entity.id, link)),
        };
        self.entity(reached, beyond)
    }

    fn records(
        &self,
        entity: Entity,
        attribute: AttrId,
        link: &'static LinkDef,
        context: String,
        segment: &Segment,
        beyond: &[Segment],
    ) -> Result<Target, Error> {
        let model = self.now().model();
        let object = self.now().find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
        let attribute = model.attribute(object.kind, attribute).ok_or_else(|| Error::segment(link.name))?;
        let mut records = Records {
            owner: entity.id,
            attribute,
            within: Vec::new(),
            item: None,
            is_single: link.cardinality == directory::Cardinality::One,
            record: record_of(attribute.ty).or_else(|| model.record_named(link.target.name)),
            context,
            workload: entity.workload,
        };
        let mut kind = link.target;
        let mut segment = segment;
        let mut beyond = beyond;
        loop {
            if let Arguments::Key(key) = &segment.arguments {
                records.item = Some(key.clone());
            } else if let (false, Some((key, rest))) = (records.is_single, beyond.split_first()) {
                if key.is("$count") {
                    return Err(Error::unsupported("$count is not supported on this collection."));
                }
                records.item = Some(key.text());
                beyond = rest;
            }
            // A cast of an item says nothing new.
            while let Some((cast_to, rest)) = beyond.split_first().filter(|(s, _)| cast(&s.name).is_some()) {
                if model.record_named(cast(&cast_to.name).unwrap_or_default()).is_none() {
                    return Err(Error::segment(&cast_to.name));
                }
                beyond = rest;
            }
            let Some((next, rest)) = beyond.split_first() else {
                return Ok(Target::Records(records));
            };
            let deeper = find_link(model, kind, &next.name).ok_or_else(|| Error::segment(&next.name))?;
            let Some(key) = records.item.take() else {
                return Err(Error::segment(&next.name));
            };
            records.context = format!("{}('{key}')/{}", records.context, deeper.name);
            records.within.push((key, deeper.name.to_owned()));
            records.record = model.record_named(deeper.target.name);
            records.is_single = deeper.cardinality == directory::Cardinality::One;
            kind = deeper.target;
            segment = next;
            beyond = rest;
        }
    }
}

fn property(entity: Entity, attribute: &'static AttributeDef, beyond: &[Segment]) -> Result<Target, Error> {
    let mut fields = Vec::new();
    let mut is_raw = false;
    for (at, segment) in beyond.iter().enumerate() {
        if segment.is("$value") && at + 1 == beyond.len() {
            is_raw = true;
        } else if cast(&segment.name).is_none() {
            if !matches!(attribute.ty, Type::Record(_) | Type::AnyRecord) {
                return Err(Error::segment(&segment.name));
            }
            fields.push(segment.name.clone());
        }
    }
    Ok(Target::Property { entity, attribute, fields, is_raw })
}

/// The set with the most segments that the path starts with, and how many it used.
fn longest_set(segments: &[Segment]) -> Option<(&'static Set, usize)> {
    let mut best: Option<(&'static Set, usize)> = None;
    for set in SETS {
        let length = set.path.split('/').count();
        let Some(head) = segments.get(..length) else { continue };
        let is_it = set.path.split('/').zip(head).all(|(name, segment)| segment.is(name));
        // Only the last segment may have a key.
        let is_plain = head.iter().rev().skip(1).all(|segment| segment.arguments == Arguments::None);
        if is_it && is_plain && best.is_none_or(|(_, known)| known < length) {
            best = Some((set, length));
        }
    }
    best
}

fn starts(set: &Set, head: &[Segment]) -> bool {
    set.path.split('/').count() >= head.len() && set.path.split('/').zip(head).all(|(name, segment)| segment.is(name))
}

/// The first set of a kind or of what it inherits from.
#[must_use]
pub fn set_of(kind: &'static Kind) -> Option<&'static Set> {
    kind.lineage()
        .find_map(|kind| SETS.iter().find(|set| set.source == Source::Directory && set.kind.name == kind.name))
}

fn nested_context(entity: &Entity, link: &LinkDef) -> String {
    if entity.is_singleton {
        format!("{}/{}", entity.context, link.name)
    } else {
        format!("{}('{}')/{}", entity.context, entity.id, link.name)
    }
}

/// What is contained is addressed beneath its owner; everything else belongs to its own set. Clients find out by the
/// context URL which object an answer belongs to.
fn related_context(link: &LinkDef, within: &str) -> String {
    match set_of(link.target) {
        Some(set) if link.shape != Shape::Contained && set.kind.name == link.target.name => set.path.to_owned(),
        _ => within.to_owned(),
    }
}

#[must_use]
pub fn record_of(ty: Type) -> Option<&'static RecordDef> {
    if let Type::Record(record) = ty { Some(record) } else { None }
}

fn is_text(object: &Object, attribute: AttrId, wanted: &str) -> bool {
    object.value(attribute).is_some_and(|value| match value {
        Value::Text(text) => text.to_lowercase() == wanted.to_lowercase(),
        Value::Guid(id) => directory::id_from_text(wanted) == Some(id),
        _ => false,
    })
}
