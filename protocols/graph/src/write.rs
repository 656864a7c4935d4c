//! Create, update, delete and restore: bodies become changes, and changes go to the engine.

use directory::{
    AttrId, Call, Change, Decision, Id, Kind, LinkDef, Object, Refusal, RefusalKind, Shape, Snapshot, Value, Write,
};
use engine::{Engine, Failure, Outcome, OwnedVerb, Submission, View};
use schema::{CREATED_DATE_TIME, LAST_MODIFIED_DATE_TIME, MODIFIED_DATE_TIME};

use crate::errors::Error;
use crate::given::{Draft, Given, Reference, give_ids, settled};
use crate::print::etag;
use crate::refs;

/// An object to be made, with everything it refers to looked up.
#[derive(Clone, Debug)]
pub struct Plan {
    kind: &'static Kind,
    attributes: Vec<(&'static directory::AttributeDef, Given)>,
    links: Vec<(&'static LinkDef, Vec<Id>)>,
    children: Vec<(&'static LinkDef, Vec<Plan>)>,
}

/// Beneath what an object is made.
#[derive(Clone, Copy, Debug)]
pub enum Parent {
    None,
    Contained(Id, &'static LinkDef),
    /// The new object links to the one it was made beneath.
    Backward(Id, directory::LinkId),
}

impl Plan {
    /// Look up what a draft refers to.
    pub fn of(draft: Draft, view: &View) -> Result<Plan, Error> {
        let mut links = Vec::new();
        for (link, references) in draft.references {
            let ids = references.iter().map(|reference| target(reference, view)).collect::<Result<Vec<_>, _>>()?;
            links.push((link, ids));
        }
        let mut children = Vec::new();
        for (link, drafts) in draft.children {
            children.push((link, drafts.into_iter().map(|draft| Plan::of(draft, view)).collect::<Result<_, _>>()?));
        }
        Ok(Plan { kind: draft.kind, attributes: draft.attributes, links, children })
    }

    /// Set one more attribute, whatever the body says about it.
    pub fn put(&mut self, attribute: AttrId, value: Value) {
        self.attributes.retain(|(known, _)| known.id != attribute);
        if let Some(definition) = self.kind.all_attributes().find(|a| a.id == attribute) {
            self.attributes.push((definition, Given::Put(value)));
        }
    }

    /// The fields given for a record attribute.
    pub fn given(&mut self, attribute: AttrId) -> Option<&mut Given> {
        self.attributes.iter_mut().find(|(known, _)| known.id == attribute).map(|(_, given)| given)
    }

    /// The texts it gives: what somebody's password may not be made of.
    #[must_use]
    pub fn texts(&self) -> Vec<String> {
        let text = |given: &Given| match given {
            Given::Put(Value::Text(text)) => Some(text.clone()),
            _ => None,
        };
        let names =
            [schema::DISPLAY_NAME.id, schema::MAIL_NICKNAME.id, schema::user::GIVEN_NAME.id, schema::user::SURNAME.id];
        self.attributes.iter().filter(|(a, _)| names.contains(&a.id)).filter_map(|(_, given)| text(given)).collect()
    }

    #[must_use]
    pub fn kind(&self) -> &'static Kind {
        self.kind
    }

    /// What is made beneath it.
    pub fn beneath(&mut self) -> impl Iterator<Item = &mut Plan> {
        self.children.iter_mut().flat_map(|(_, children)| children)
    }

    /// The changes that make it.
    fn create(&self, now: &Snapshot, call: &Call<'_>, parent: Parent, changes: &mut Vec<Change>) -> Id {
        let id = call.new_id();
        let mut attributes: Vec<(AttrId, Value)> = Vec::new();
        for stamp in [CREATED_DATE_TIME.id, LAST_MODIFIED_DATE_TIME.id, MODIFIED_DATE_TIME.id] {
            if is_stamp(self.kind, stamp) {
                attributes.push((stamp, Value::Time(call.at)));
            }
        }
        for (definition, given) in &self.attributes {
            if let Some(mut value) = settled(None, given) {
                give_ids(&mut value, definition.ty, now.model(), &mut || call.new_id());
                attributes.push((definition.id, value));
            }
        }
        changes.push(Change::Create { id, kind: self.kind.id(), attributes });
        match parent {
            Parent::None => {}
            Parent::Contained(owner, link) => changes.push(Change::link(owner, link.id, id)),
            Parent::Backward(owner, stored) => {
                // A link that only our own decisions write is made by the room that owns the kind.
                let link = self.kind.all_links().find(|link| link.id == stored);
                if link.is_some_and(|link| link.write == Write::Caller) {
                    changes.push(Change::link(id, stored, owner));
                }
            }
        }
        for (link, targets) in &self.links {
            changes.extend(targets.iter().map(|target| Change::link(id, link.id, *target)));
        }
        for (link, children) in &self.children {
            for child in children {
                child.create(now, call, Parent::Contained(id, link), changes);
            }
        }
        id
    }

    /// The changes that bring an object to what the body says.
    fn update(&self, now: &Snapshot, call: &Call<'_>, object: &Object) -> Result<Vec<Change>, Refusal> {
        let mut changes = Vec::new();
        for (definition, given) in &self.attributes {
            let old = object.value(definition.id);
            let mut new = settled(old.as_ref(), given);
            if let Some(new) = &mut new {
                give_ids(new, definition.ty, now.model(), &mut || call.new_id());
            }
            if old == new {
                continue;
            }
            if definition.write == Write::Create {
                let message = format!("Property '{}' is read-only and cannot be set.", definition.name);
                return Err(Refusal::invalid(message).at(definition.name));
            }
            changes.push(Change::put(object.id, definition, new));
        }
        for (link, targets) in &self.links {
            for target in targets {
                changes.push(refs::add(now, object.id, link, *target)?);
            }
        }
        for stamp in [LAST_MODIFIED_DATE_TIME.id, MODIFIED_DATE_TIME.id] {
            if !changes.is_empty() && is_stamp(self.kind, stamp) {
                let new = Some(Value::Time(call.at));
                changes.push(Change::Set { id: object.id, attribute: stamp, old: None, new });
            }
        }
        Ok(changes)
    }
}

/// Make an object; answers its id.
pub async fn create(engine: &Engine, view: &View, plan: Plan, parent: Parent) -> Result<Id, Error> {
    let kind = plan.kind;
    let question = (OwnedVerb::Create, kind, None);
    let submission =
        Submission::asking(view.caller(), format!("Add {}", words(kind.name)), question, move |now, call| {
            if let Parent::Contained(owner, _) = parent {
                now.get(owner)?;
            }
            let mut changes = Vec::new();
            let id = plan.create(now, call, parent, &mut changes);
            Ok(Decision::change(changes).answering(id))
        });
    let done = engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    done.answer.as_ref().and_then(Value::as_guid).ok_or_else(Error::unavailable)
}

/// Change an object.
pub async fn update(
    engine: &Engine,
    view: &View,
    (id, kind): (Id, &'static Kind),
    plan: Plan,
    if_match: Option<String>,
) -> Result<(), Error> {
    let question = (OwnedVerb::Update, kind, Some(id));
    let submission =
        Submission::asking(view.caller(), format!("Update {}", words(kind.name)), question, move |now, call| {
            let object = now.get(id)?;
            check_version(object, if_match.as_deref())?;
            Ok(Decision::change(plan.update(now, call, object)?))
        });
    engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(())
}

/// Delete an object; a restorable one is put aside.
pub async fn delete(
    engine: &Engine,
    view: &View,
    id: Id,
    kind: &'static Kind,
    if_match: Option<String>,
) -> Result<(), Error> {
    let question = (OwnedVerb::Delete, kind, Some(id));
    let submission =
        Submission::asking(view.caller(), format!("Delete {}", words(kind.name)), question, move |now, _| {
            check_version(now.get(id)?, if_match.as_deref())?;
            Ok(Decision::change(vec![Change::Delete { id }]))
        });
    engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(())
}

/// Whether a version is the one that was asked for.
pub fn check_version(object: &Object, if_match: Option<&str>) -> Result<(), Refusal> {
    match if_match {
        Some(wanted) if !wanted.split(',').any(|one| one.trim() == etag(object)) => Err(Refusal {
            kind: RefusalKind::Precondition,
            message: "The object was changed since it was read; read it again.".to_owned(),
            target: None,
        }),
        _ => Ok(()),
    }
}

/// A failure of the engine as an error. Details of a fault are the operator's, not the caller's.
#[must_use]
pub fn failed(failure: &Failure, kind: Option<&'static Kind>) -> Error {
    match failure {
        Failure::Refused(refusal) => Error::refused(refusal, kind),
        Failure::Fault(fault) => match fault.outcome {
            Outcome::Definite => Error::unavailable(),
            // Trying again without looking could do it twice.
            Outcome::Unknown => Error::new(
                500,
                "InternalServerError",
                "The request may or may not have been carried out; look before trying it again.",
            ),
        },
    }
}

fn target(reference: &Reference, view: &View) -> Result<Id, Error> {
    match reference {
        Reference::Id(id) => Ok(*id),
        Reference::Url(url) => refs::target(url, view),
    }
}

fn is_stamp(kind: &'static Kind, attribute: AttrId) -> bool {
    kind.all_attributes().any(|a| a.id == attribute && a.write == Write::System)
}

/// A name as words: `conditionalAccessPolicy` → `conditional access policy`.
#[must_use]
pub fn words(name: &str) -> String {
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if c.is_ascii_uppercase() && at > 0 {
            words.push(' ');
        }
        words.extend(c.to_lowercase());
    }
    words
}

/// Where an object made beneath another goes.
#[must_use]
pub fn parent(owner: Id, link: &'static LinkDef) -> Option<Parent> {
    match link.shape {
        Shape::Contained => Some(Parent::Contained(owner, link)),
        Shape::Backward(stored) => Some(Parent::Backward(owner, stored)),
        Shape::Forward | Shape::Closure { .. } | Shape::Records(_) => None,
    }
}
