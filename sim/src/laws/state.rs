//! Laws about the state: replaying, loading and following give the same; indexes and links agree; unique is unique.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use directory::{Commit, Id, Index, LinkId, Object, Snapshot, Value};
use engine::Core;
use store::Store;

use crate::first_day::TENANT;
use crate::world::{Broken, World};

/// Everything that is kept: objects with their bytes, links with their reasons.
#[derive(PartialEq)]
struct Kept {
    objects: BTreeMap<Id, (u32, u64, Vec<u8>)>,
    links: BTreeMap<(Id, u32, Id), Vec<u8>>,
}

pub(crate) fn any_node(world: &World) -> Result<Snapshot, Broken> {
    let core = world.nodes.iter().flatten().next();
    core.map(|core| core.snapshot().clone()).ok_or(("a node is there", "both are down at rest".into()))
}

/// What the store keeps is what every node has, what the log gives when it is replayed, and what a new node loads.
pub(super) fn nodes_agree(world: &World, commits: &[Commit]) -> Result<(), Broken> {
    let kept = stored(world.store.as_ref())?;
    let mut replayed = Snapshot::empty(Arc::clone(&world.house.model));
    for commit in commits {
        replayed
            .replay(commit.usn, commit.at, &commit.changes)
            .map_err(|refusal| ("the log can be replayed", refusal.to_string()))?;
    }
    let loaded = Core::open(world.store.clone(), TENANT, world.house.clone(), 1)
        .map_err(|fault| ("a new node opens", fault.to_string()))?;
    let all = world.nodes.iter().flatten().map(Core::snapshot).chain([&replayed, loaded.snapshot()]);
    for (which, now) in all.enumerate() {
        let name = ["the first node", "the second node", "the replayed log", "a new node"].get(which).unwrap_or(&"?");
        if now.usn() != commits.len() as u64 {
            let detail = format!("{name} is at {} of {}", now.usn(), commits.len());
            return Err(("every node reaches the end of the log", detail));
        }
        if let Some(difference) = difference(&kept, now) {
            return Err(("replaying, following and loading give the same", format!("{name}: {difference}")));
        }
        if let Some(difference) = indexes(now).or_else(|| links_meet(now)) {
            return Err(("indexes and links agree with the objects", format!("{name}: {difference}")));
        }
    }
    Ok(())
}

fn stored(store: &dyn Store) -> Result<Kept, Broken> {
    let (mut objects, mut links) = (BTreeMap::new(), BTreeMap::new());
    let loaded = store.load(
        TENANT,
        &mut |row| drop(objects.insert(row.id, (row.kind.0, row.usn, row.body.unwrap_or_default()))),
        &mut |row| drop(links.insert((row.source, row.kind.0, row.target), row.why.unwrap_or_default())),
    );
    loaded.map_err(|fault| ("the store can be read", fault.to_string()))?;
    Ok(Kept { objects, links })
}

fn difference(kept: &Kept, now: &Snapshot) -> Option<String> {
    if kept.objects.len() != now.len() {
        return Some(format!("{} objects are kept, {} are there", kept.objects.len(), now.len()));
    }
    for (id, (kind, usn, body)) in &kept.objects {
        let object = now.stored(*id);
        let same = object.is_some_and(|o| o.kind.0 == *kind && o.usn == *usn && o.bytes() == body);
        if !same {
            let kind = now.model().name_of(directory::Name(*kind));
            return Some(format!("{kind:?} {id} kept at {usn} differs from {:?}", object.map(|o| o.usn)));
        }
    }
    for ((source, link, target), why) in &kept.links {
        let found = now.why(*source, directory::Name(*link), *target).map(|why| why.to_bytes());
        if found.as_ref() != Some(why) {
            let name = now.model().name_of(directory::Name(*link));
            return Some(format!("link {name:?} {source} → {target} kept, found: {found:?}"));
        }
    }
    let extra = visible_links(now).into_iter().find(|(s, l, t)| !kept.links.contains_key(&(*s, l.0, *t)));
    extra.map(|(source, link, target)| {
        format!("link {:?} {source} → {target} is there but not kept", now.model().name_of(link))
    })
}

fn living(now: &Snapshot) -> Vec<&Object> {
    let mut kinds: Vec<_> = now.model().kinds().collect();
    kinds.sort_by_key(|kind| kind.name);
    kinds.into_iter().filter(|kind| kind.base.is_none()).flat_map(|kind| now.all(kind)).collect()
}

fn visible_links(now: &Snapshot) -> BTreeSet<(Id, LinkId, Id)> {
    let mut links = BTreeSet::new();
    for object in living(now) {
        for link in now.kind_of(object).all_links().filter(|link| link.is_stored()) {
            links.extend(now.links(object.id, link.id).map(|found| (object.id, link.id, found.object.id)));
        }
    }
    links
}

/// A link is found from either end.
fn links_meet(now: &Snapshot) -> Option<String> {
    let forward = visible_links(now);
    let names: BTreeSet<LinkId> =
        now.model().kinds().flat_map(|k| k.all_links()).filter(|l| l.is_stored()).map(|l| l.id).collect();
    let mut backward = BTreeSet::new();
    for object in living(now) {
        for link in &names {
            backward.extend(now.backlinks(object.id, *link).map(|found| (found.object.id, *link, object.id)));
        }
    }
    let odd = forward.symmetric_difference(&backward).next()?;
    Some(format!("link {:?} {} → {} is found from one end only", now.model().name_of(odd.1), odd.0, odd.2))
}

/// What an index answers is what looking at every object answers.
fn indexes(now: &Snapshot) -> Option<String> {
    let mut ordered: BTreeMap<directory::AttrId, Vec<Id>> = BTreeMap::new();
    for object in living(now) {
        for definition in now.model().indexed(object.kind) {
            let Some(value) = object.value(definition.id) else { continue };
            let items = match &value {
                Value::List(items) => items.clone(),
                single => vec![single.clone()],
            };
            if definition.index == Index::Ordered {
                ordered.entry(definition.id).or_default().push(object.id);
            }
            let lost =
                items.into_iter().find(|item| !now.by_id(definition.id, item.clone()).any(|o| o.id == object.id));
            if let Some(item) = lost {
                return Some(format!("{} is not found by `{}` {item:?}", object.id, definition.name));
            }
        }
    }
    for definition in now.model().kinds().flat_map(|kind| kind.all_attributes()).filter(|d| d.index == Index::Ordered) {
        let mut expected = ordered.get(&definition.id).cloned().unwrap_or_default();
        let mut found: Vec<Id> = now.in_order(definition.id).map(|object| object.id).collect();
        expected.sort_unstable();
        found.sort_unstable();
        if expected != found {
            return Some(format!("`{}` is in order for {found:?}, but {expected:?} have it", definition.name));
        }
    }
    None
}

/// Required attributes are there, and links lead where the schema says.
pub(super) fn consistent(now: &Snapshot) -> Result<(), Broken> {
    for object in living(now) {
        let kind = now.kind_of(object);
        if let Some(missing) = kind.all_attributes().find(|a| a.required && !object.has(a.id)) {
            return Err((
                "required attributes are there",
                format!("{} {} has no {}", kind.name, object.id, missing.name),
            ));
        }
        for link in kind.all_links().filter(|link| link.is_stored()) {
            let targets: Vec<_> = now.links(object.id, link.id).collect();
            if link.cardinality == directory::Cardinality::One && targets.len() > 1 {
                return Err(("a single link is single", format!("{} of {}", link.name, object.id)));
            }
            if let Some(odd) = targets.iter().find(|found| !now.is_a(found.object, link.target)) {
                return Err(("links lead where the schema says", format!("{} → {}", link.name, odd.object.id)));
            }
        }
    }
    Ok(())
}

/// Unique attributes are unique, compared by everybody with everybody.
pub(super) fn unique(now: &Snapshot) -> Result<(), Broken> {
    let mut taken: BTreeMap<(&str, &str, String), Id> = BTreeMap::new();
    for object in living(now) {
        for kind in now.kind_of(object).lineage() {
            for definition in kind.attributes.iter().filter(|d| d.index == Index::Unique) {
                let Some(value) = object.value(definition.id) else { continue };
                let items = match value {
                    Value::List(items) => items,
                    single => vec![single],
                };
                for item in items {
                    let key = (kind.name, definition.name, format!("{item:?}").to_lowercase());
                    if let Some(other) = taken.insert(key, object.id).filter(|other| *other != object.id) {
                        let detail = format!("{} {item:?}: {other} and {}", definition.name, object.id);
                        return Err(("unique is unique", detail));
                    }
                }
            }
        }
    }
    Ok(())
}

/// Whatever follows has followed: worked out from nothing, nothing is wrong.
pub(super) fn settled(world: &World) -> Result<(), Broken> {
    for core in world.nodes.iter().flatten() {
        if let Some((reaction, wrong)) = core.verify(world.now).into_iter().next() {
            return Err(("a settled directory verifies", format!("{reaction}: {wrong:?}")));
        }
    }
    Ok(())
}
