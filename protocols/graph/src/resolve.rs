//! What a path leads to: walked segment by segment from the sets of the schema through the objects that are there.
//!
//! Names are compared ignoring case. What the caller cannot see is not there. Actions and functions are only named
//! here; whether there is one of that name is decided where it is called.

mod find;
mod relations;
mod target;

pub use target::{Collection, Entity, From, On, Records, Target};

use directory::{Actor, AttributeDef, Caller, Kind, RecordDef, Snapshot, Type};
use engine::View;
use schema::{SETS, Set, Source};

use crate::errors::{Error, Workload};
use crate::filter::cast;
use crate::path::{Arguments, Segment};
use crate::projection::{find_attribute, find_link};

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
        // Graph asks `identity/conditionalAccess/evaluate` of what stands one segment further down, in its `policies`.
        if let Some((last, above)) = segments.split_last().filter(|(_, above)| !above.is_empty())
            && let Some(set) = SETS.iter().find(|set| {
                set.path.split('/').count() == above.len() + 1
                    && starts(set, above)
                    && (self.is_action)(set.kind, &last.name)
            })
        {
            let context = set.path.to_owned();
            let collection = Collection { from: From::All, kind: set.kind, context, workload: workload(segments) };
            return self.call(On::Collection(collection), &last.name, last, &[]);
        }
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
        // `servicePrincipals/appId=…`, as some clients write an alternate key.
        if let Some((name, value)) = segment.name.split_once('=')
            && collection.kind.alternate_keys.iter().any(|key| key.eq_ignore_ascii_case(name))
        {
            let keys = [(name.to_owned(), crate::path::unquote(value))];
            return self.keyed_by(&collection, &keys, rest);
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
        if let Some(alias) = relations::ALIASES.iter().find(|(first, ..)| segment.is(first)) {
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

#[must_use]
pub fn record_of(ty: Type) -> Option<&'static RecordDef> {
    if let Type::Record(record) = ty { Some(record) } else { None }
}
