//! References: `$ref`, `@odata.id`, `@odata.bind`. Host and version of a reference's URL are ignored, as Graph does.

use directory::{By, Change, Decision, Id, Kind, LinkDef, Refusal, Shape, Snapshot, Write};
use engine::{Engine, OwnedVerb, Submission, View};

use crate::errors::Error;
use crate::path::{self, Arguments, Segment};
use crate::resolve::{self, Target};
use crate::write::{failed, words};

/// The object a URL refers to.
pub fn target(url: &str, view: &View) -> Result<Id, Error> {
    let wrong = || Error::bad(format!("The value '{url}' of '@odata.id' is not the URL of an object."));
    let after_host = url.split_once("://").and_then(|(_, rest)| rest.split_once('/')).map_or(url, |(_, path)| path);
    let path = after_host.split(['?', '#']).next().unwrap_or_default();
    let versioned = match path::parse(path)? {
        Some((_, segments)) => segments,
        // Without a version, it starts at a set.
        None => path::parse(&format!("v1.0/{path}"))?.map(|(_, segments)| segments).unwrap_or_default(),
    };
    let last = versioned.last().ok_or_else(wrong)?;
    if let Some(id) = guid(last) {
        return Ok(id);
    }
    match resolve::resolve(&versioned, view, &|_, _| false)? {
        Target::Entity(entity) => Ok(entity.id),
        _ => Err(wrong()),
    }
}

fn guid(segment: &Segment) -> Option<Id> {
    match &segment.arguments {
        Arguments::None => directory::id_from_text(&segment.name),
        Arguments::Key(key) => directory::id_from_text(key),
        Arguments::Empty | Arguments::Named(_) => None,
    }
}

/// The change that adds a reference, unless it is there already.
pub fn add(now: &Snapshot, owner: Id, link: &'static LinkDef, target: Id) -> Result<Change, Refusal> {
    let is_there = now.why(owner, link.id, target).is_some_and(|why| why.has(By::Direct, Id::nil()));
    if is_there && link.cardinality == directory::Cardinality::Many {
        return Err(Refusal::invalid(format!(
            "One or more added object references already exist for the following modified properties: '{}'.",
            link.name
        )));
    }
    now.get(target)?;
    Ok(Change::link(owner, link.id, target))
}

fn check(link: &'static LinkDef) -> Result<(), Error> {
    match (link.shape, link.write) {
        (Shape::Forward, Write::Caller | Write::Create) => Ok(()),
        _ => {
            Err(Error::invalid(format!("The references of '{}' follow from others and cannot be changed.", link.name)))
        }
    }
}

/// Add a reference.
pub async fn put(
    engine: &Engine,
    view: &View,
    (owner, kind): (Id, &'static Kind),
    link: &'static LinkDef,
    target: Id,
) -> Result<(), Error> {
    check(link)?;
    let operation = format!("Add {} to {}", singular(link.name), words(kind.name));
    let question = (OwnedVerb::Link(link.name.to_owned()), kind, Some(owner));
    let submission = Submission::asking(view.caller(), operation, question, move |now, _| {
        Ok(Decision::change(vec![add(now, owner, link, target)?]))
    });
    engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(())
}

/// Take a reference away; without a target, the only one.
pub async fn delete(
    engine: &Engine,
    view: &View,
    (owner, kind): (Id, &'static Kind),
    link: &'static LinkDef,
    target: Option<Id>,
) -> Result<(), Error> {
    check(link)?;
    let operation = format!("Remove {} from {}", singular(link.name), words(kind.name));
    let question = (OwnedVerb::Unlink(link.name.to_owned()), kind, Some(owner));
    let submission = Submission::asking(view.caller(), operation, question, move |now, _| {
        let target = match target {
            Some(target) => target,
            None => now.linked(owner, link.id).map(|object| object.id).ok_or_else(|| Refusal::not_found(owner))?,
        };
        let why = now.why(owner, link.id, target).ok_or_else(|| Refusal::not_found(target))?;
        if !why.has(By::Direct, Id::nil()) {
            return Err(Refusal::state("The reference follows from a rule or an assignment; change that instead."));
        }
        Ok(Decision::change(vec![Change::unlink(owner, link.id, target)]))
    });
    engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(())
}

/// One of them: `members` → `member`.
fn singular(name: &str) -> String {
    let words = words(name);
    words.strip_suffix('s').map_or_else(|| words.clone(), str::to_owned)
}
