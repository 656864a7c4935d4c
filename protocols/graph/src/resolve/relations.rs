//! From an object along its navigations: to other objects, to records, or to nothing.

use directory::{AttrId, Kind, LinkDef, Shape};

use super::{Collection, Entity, From, Records, Target, Walker, record_of, set_of};
use crate::errors::Error;
use crate::filter::cast;
use crate::path::{Arguments, Segment};
use crate::projection::find_link;

/// Navigations that Graph puts beneath an object of their own, which is none of ours.
pub(super) const ALIASES: &[(&str, &str, &str)] =
    &[("authentication", "methods", "authenticationMethods"), ("synchronization", "jobs", "synchronizationJobs")];

impl Walker<'_> {
    pub(super) fn aliased(
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

    pub(super) fn link(
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
