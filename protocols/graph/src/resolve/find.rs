//! Objects by their keys: an id, alternate keys, the end of a reference.

use directory::{AttrId, Id, Object, Shape, Value};

use super::{Collection, Entity, From, On, Target, Walker, set_of};
use crate::errors::{Error, Workload};
use crate::path::Segment;
use crate::projection::find_attribute;

impl Walker<'_> {
    pub(super) fn keyed(&self, collection: &Collection, key: &str, rest: &[Segment]) -> Result<Target, Error> {
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

    pub(super) fn keyed_by(
        &self,
        collection: &Collection,
        keys: &[(String, String)],
        rest: &[Segment],
    ) -> Result<Target, Error> {
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
    pub(super) fn unseen(&self, collection: &Collection, key: &str) -> Error {
        // Of an abstract kind nobody knows which one was meant, and so which right would have been needed.
        match (&collection.from, self.view.may_read(collection.kind)) {
            (From::All | From::Deleted, Err(refusal)) if !collection.kind.is_abstract => {
                Error::refused(&refusal, Some(collection.kind))
            }
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

    pub(super) fn reached(&self, collection: &Collection, object: &Object, rest: &[Segment]) -> Result<Target, Error> {
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
}

fn is_text(object: &Object, attribute: AttrId, wanted: &str) -> bool {
    object.value(attribute).is_some_and(|value| match value {
        Value::Text(text) => text.to_lowercase() == wanted.to_lowercase(),
        Value::Guid(id) => directory::id_from_text(wanted) == Some(id),
        _ => false,
    })
}
