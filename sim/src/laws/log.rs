//! Laws about the log: gapless, chained, each acknowledged submission in it exactly once, nothing without a reason.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use directory::{Actor, Change, Commit, Id, Own, Snapshot, Write};
use schema::ACCOUNT_ENABLED;
use schema::user::USER;

use crate::callers::Sort;
use crate::first_day::TENANT;
use crate::ledger::Answer;
use crate::world::{Broken, World};

/// How many commits are read at a time.
const PAGE: usize = 500;

/// The whole log. USNs start at 1 and have no gaps.
pub(super) fn read(world: &World) -> Result<Vec<Commit>, Broken> {
    let mut commits: Vec<Commit> = Vec::new();
    loop {
        let after = commits.last().map_or(0, |commit| commit.usn);
        let rows = world.store.log(TENANT, after, PAGE).map_err(|fault| ("the log can be read", fault.to_string()))?;
        if rows.is_empty() {
            return Ok(commits);
        }
        for row in rows {
            let commit = Commit::from_bytes(&row.body).map_err(|_| ("the log can be read", format!("{}", row.usn)))?;
            if commit.usn != commits.len() as u64 + 1 || row.usn != commit.usn {
                return Err(("USNs have no gaps", format!("{} after {}", commit.usn, commits.len())));
            }
            commits.push(commit);
        }
    }
}

pub(super) fn chain(world: &World) -> Result<(), Broken> {
    match engine::verify_chain(world.store.as_ref(), TENANT) {
        Ok((_, wrong)) if wrong.is_empty() => Ok(()),
        Ok((_, wrong)) => Err(("the hash chain verifies", format!("{wrong:?}"))),
        Err(fault) => Err(("the hash chain verifies", fault.to_string())),
    }
}

/// Acknowledged: exactly once. Refused or definitely failed: not at all. Unknown: at most once.
pub(super) fn acknowledgements(world: &World, commits: &[Commit]) -> Result<(), Broken> {
    let mut found: BTreeMap<Id, Vec<&Commit>> = BTreeMap::new();
    for commit in commits.iter().filter(|commit| !matches!(commit.actor, Actor::Reaction(_))) {
        found.entry(commit.correlation).or_default().push(commit);
    }
    let ledger = world.ledger();
    for (id, entry) in ledger.entries() {
        let there = found.remove(id).unwrap_or_default();
        let usns: Vec<u64> = there.iter().map(|commit| commit.usn).collect();
        let what = format!("`{}` by {:?}: {:?}, in the log at {usns:?}", entry.operation, entry.sort, entry.answer);
        match &entry.answer {
            Answer::Acknowledged { changes, .. } if changes.is_empty() && usns.is_empty() => {}
            Answer::Acknowledged { usn, changes } => match there.as_slice() {
                [one] if one.usn == *usn && one.changes == *changes => {}
                _ => return Err(("acknowledged means in the log exactly once", what)),
            },
            Answer::Refused if usns.is_empty() => {}
            Answer::Refused => return Err(("refused means not at all", what)),
            Answer::Definite | Answer::None if usns.is_empty() => {}
            Answer::Definite | Answer::None => return Err(("a definite fault means not at all", what)),
            Answer::Unknown if usns.len() <= 1 => {}
            Answer::Unknown => return Err(("an unknown outcome means at most once", what)),
        }
        if entry.sort.is_powerless() && !usns.is_empty() {
            return Err(("who has no power changes nothing", what));
        }
    }
    match found.into_values().flatten().next() {
        None => Ok(()),
        Some(commit) => Err(("nothing is in the log that nobody asked for", format!("{commit:?}"))),
    }
}

/// What a reaction did follows from a commit, or from a deadline that had come.
pub(super) fn causes(world: &World, commits: &[Commit]) -> Result<(), Broken> {
    let mut answered = BTreeSet::new();
    for commit in commits {
        let Actor::Reaction(name) = &commit.actor else {
            if commit.cause.is_some() {
                return Err(("what somebody asked for has no cause", format!("{commit:?}")));
            }
            continue;
        };
        let Some(reaction) = world.house.reactions().find(|reaction| reaction.name == name) else {
            return Err(("reactions are those of the house", name.clone()));
        };
        match commit.cause {
            Some(cause) if !answered.insert((name.as_str(), cause)) => {
                let detail = format!("{name} answered {cause} again at {}: {:?}", commit.usn, commit.changes);
                return Err(("a reaction answers a commit once", detail));
            }
            Some(cause) if cause < commit.usn => {}
            None if !reaction.deadlines.is_empty() => {}
            other => {
                let detail = format!("{name} at {}: {other:?}: {:?}", commit.usn, commit.changes);
                return Err(("what a reaction did has a cause or a deadline", detail));
            }
        }
    }
    Ok(())
}

/// What a reaction owns is written by it alone.
pub(super) fn ownership(world: &World, commits: &[Commit]) -> Result<(), Broken> {
    let owned: Vec<(&str, Own)> =
        world.house.reactions().flat_map(|r| r.owns.iter().map(|own| (r.name, *own))).collect();
    let mut kinds = BTreeMap::new();
    for commit in commits {
        let writer = match &commit.actor {
            Actor::Reaction(name) => name.as_str(),
            _ => "",
        };
        for change in &commit.changes {
            let owner = match change {
                Change::Create { id, kind, attributes } => {
                    kinds.insert(*id, *kind);
                    attributes.iter().find_map(|(attribute, _)| {
                        match world.house.model.attribute(*kind, *attribute)?.write {
                            Write::Only(owner) if owner != writer => Some(owner),
                            _ => None,
                        }
                    })
                }
                Change::Set { id, attribute, .. } => kinds
                    .get(id)
                    .and_then(|kind| world.house.model.attribute(*kind, *attribute))
                    .and_then(|d| match d.write {
                        Write::Only(owner) if owner != writer => Some(owner),
                        _ => None,
                    }),
                Change::Link { link, by, .. } => owned.iter().find_map(|(owner, own)| match own {
                    Own::Link(l, b) if l == link && b == by && *owner != writer => Some(*owner),
                    _ => None,
                }),
                _ => None,
            };
            if let Some(owner) = owner.filter(|owner| world.house.reactions().any(|r| r.name == *owner)) {
                let detail = format!("{:?} wrote what belongs to {owner}: {change:?}", commit.actor);
                return Err(("a reaction alone writes what it owns", detail));
            }
        }
    }
    Ok(())
}

/// Nobody acts who is gone or switched off at that moment.
pub(super) fn actors(world: &World, commits: &[Commit]) -> Result<(), Broken> {
    let gated: BTreeMap<Id, Sort> = world.ledger().entries().iter().map(|(id, entry)| (*id, entry.sort)).collect();
    let mut now = Snapshot::empty(Arc::clone(&world.house.model));
    for commit in commits {
        if let Actor::User(id) = commit.actor
            && gated.get(&commit.correlation).is_some_and(|sort| *sort != Sort::System)
            && !now.find_a(&USER, id).is_some_and(|user| user.is(ACCOUNT_ENABLED))
        {
            return Err(("who is switched off does nothing", format!("{commit:?}")));
        }
        now.replay(commit.usn, commit.at, &commit.changes)
            .map_err(|refusal| ("the log can be replayed", refusal.to_string()))?;
    }
    Ok(())
}
