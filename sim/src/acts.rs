//! What the people of the simulated organisation do: plausible operations, made up from what is there.
//!
//! An act is proposed from the state its node knows, which may be old: what was meant may be gone by the time it is
//! decided, and then it is refused. That is wanted.

mod activations;
mod devices;
mod groups;
mod hr;
mod licences;
mod packages;
mod people;
mod roles;

pub(crate) use groups::is_dynamic;
pub(crate) use licences::{product, subscription};
#[cfg(test)]
pub(crate) use packages::{gift, newcomer};
pub(crate) use roles::role;

use std::collections::BTreeMap;

use directory::{
    Action, Attr, AttrId, Call, Change, Decision, Id, Kind, Object, Record, Refusal, Snapshot, Time, Value,
};
use engine::{House, OwnedVerb};

use crate::dice::Dice;
use crate::rule::Rule;

pub(crate) type Decide = Box<dyn Fn(&Snapshot, &Call<'_>) -> Result<Decision, Refusal> + Send>;

/// What the gate is asked.
pub(crate) type Ask = (OwnedVerb, &'static Kind, Option<Id>);

/// One operation: what it is called, what the gate is asked, and the decision.
pub(crate) struct Act {
    pub(crate) operation: &'static str,
    pub(crate) ask: Ask,
    pub(crate) decide: Decide,
    pub(crate) by: By,
}

/// Who does it.
#[derive(Clone, Copy, Debug)]
pub(crate) enum By {
    /// Whoever; the gate decides whether they may.
    Anybody,
    /// Only the server itself does this: bookkeeping, purchases, imports. Never gated.
    Server,
    /// Only this person can do it.
    Person(Id),
}

/// What an act is made up from.
pub(crate) struct Scene<'a> {
    pub(crate) dice: &'a mut Dice,
    pub(crate) now: &'a Snapshot,
    pub(crate) house: &'a House,
    pub(crate) at: Time,
    /// Every rule that was ever written, by its text, so that it can be judged independently.
    pub(crate) rules: &'a mut BTreeMap<String, Rule>,
    /// A number that was never given before.
    pub(crate) serial: u64,
}

type Invent = fn(&mut Scene<'_>) -> Option<Act>;

/// Every kind of act with its weight.
const ACTS: &[(u64, Invent)] = &[
    (14, people::hire),
    (16, people::change),
    (6, people::switch),
    (5, people::delete),
    (4, people::restore),
    (1, people::purge),
    (4, people::rename),
    (8, people::set_manager),
    (2, people::clear_manager),
    (2, people::revoke_sessions),
    (2, people::import_into_deleted),
    (6, groups::found),
    (7, groups::found_dynamic),
    (14, groups::add_member),
    (6, groups::remove_member),
    (6, groups::edit_rule),
    (3, groups::pause),
    (3, groups::convert),
    (2, groups::delete),
    (2, groups::restore),
    (2, licences::buy),
    (3, licences::change_seats),
    (6, licences::give_to_user),
    (5, licences::give_to_group),
    (4, licences::take),
    (1, licences::forge),
    (4, roles::assign),
    (2, roles::withdraw),
    (7, packages::ask),
    (4, packages::give),
    (3, packages::end),
    (7, packages::decide),
    (3, activations::make_eligible),
    (6, activations::activate),
    (2, activations::give_for_a_time),
    (2, activations::take_back),
    (5, hr::upload),
    (5, hr::mark_leaver),
    (1, hr::release_devices),
    (6, devices::join),
    (6, devices::report),
    (1, devices::lose),
    (2, devices::require),
];

/// Make up an act; none when what it needs is not there.
pub(crate) fn invent(scene: &mut Scene<'_>) -> Option<Act> {
    let total: u64 = ACTS.iter().map(|(weight, _)| weight).sum();
    let mut left = scene.dice.roll() % total;
    for (weight, act) in ACTS {
        if left < *weight {
            return act(scene);
        }
        left -= weight;
    }
    None
}

impl Scene<'_> {
    pub(crate) fn all(&self, kind: &'static Kind) -> Vec<Id> {
        self.now.all(kind).map(|object| object.id).collect()
    }

    pub(crate) fn any(&mut self, kind: &'static Kind) -> Option<Id> {
        let all = self.all(kind);
        self.dice.pick(&all).copied()
    }

    pub(crate) fn any_of(&mut self, kind: &'static Kind, fits: impl Fn(&Object) -> bool) -> Option<Id> {
        let all: Vec<Id> = self.now.all(kind).filter(|object| fits(object)).map(|object| object.id).collect();
        self.dice.pick(&all).copied()
    }

    pub(crate) fn any_deleted(&mut self, kind: &'static Kind) -> Option<Id> {
        let all: Vec<Id> = self.now.all_deleted(kind).map(|object| object.id).collect();
        self.dice.pick(&all).copied()
    }

    pub(crate) fn action(&self, kind: &'static Kind, name: &str) -> &'static Action {
        self.house.action(kind, name, false).expect("a room that is in the house offers this action")
    }

    /// A collection's action, if a room offers it.
    pub(crate) fn write_rule(&mut self, rule: Rule) -> String {
        let text = rule.print();
        self.rules.insert(text.clone(), rule);
        text
    }
}

impl Act {
    pub(crate) fn create(
        operation: &'static str,
        kind: &'static Kind,
        attributes: Vec<(AttrId, Value)>,
        more: impl Fn(Id) -> Vec<Change> + Send + 'static,
    ) -> Act {
        let decide = move |_: &Snapshot, call: &Call<'_>| {
            let id = call.new_id();
            let mut changes = vec![Change::Create { id, kind: kind.id(), attributes: attributes.clone() }];
            changes.extend(more(id));
            Ok(Decision::change(changes).answering(id))
        };
        Act { operation, ask: (OwnedVerb::Create, kind, None), decide: Box::new(decide), by: By::Anybody }
    }

    /// Changes to one object that must be there.
    pub(crate) fn change(
        operation: &'static str,
        verb: OwnedVerb,
        kind: &'static Kind,
        target: Id,
        changes: Vec<Change>,
    ) -> Act {
        let decide = move |now: &Snapshot, _: &Call<'_>| {
            now.get_a(kind, target)?;
            Ok(Decision::change(changes.clone()))
        };
        Act { operation, ask: (verb, kind, Some(target)), decide: Box::new(decide), by: By::Anybody }
    }

    /// Changes to an object that was deleted.
    pub(crate) fn undelete(
        operation: &'static str,
        verb: OwnedVerb,
        kind: &'static Kind,
        target: Id,
        change: Change,
    ) -> Act {
        let decide = move |_: &Snapshot, _: &Call<'_>| Ok(Decision::change(vec![change.clone()]));
        Act { operation, ask: (verb, kind, Some(target)), decide: Box::new(decide), by: By::Anybody }
    }

    /// An action bound to one object.
    pub(crate) fn call(
        operation: &'static str,
        kind: &'static Kind,
        action: &'static Action,
        target: Id,
        given: Record,
    ) -> Act {
        let decide = move |now: &Snapshot, call: &Call<'_>| {
            let object = now.get_a(kind, target)?;
            (action.decide)(now, call, Some(object), &given)
        };
        let ask = (OwnedVerb::Action(action.name.to_owned()), kind, Some(target));
        Act { operation, ask, decide: Box::new(decide), by: By::Anybody }
    }

    pub(crate) fn internal(self) -> Act {
        self.by(By::Server)
    }

    pub(crate) fn by(mut self, by: By) -> Act {
        self.by = by;
        self
    }
}

/// One attribute and its value.
pub(crate) fn put<T: ?Sized>(attribute: Attr<T>, value: impl Into<Value>) -> (AttrId, Value) {
    (attribute.id, value.into())
}
