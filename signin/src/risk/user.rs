//! The risk of an account: `riskyUser`, written only when its state changes.
//!
//! Formula: the level of the worst detection against the account that nobody has answered. It is answered by changing the
//! password after two factors (`userPerformedSecuredPasswordChange`), by an administrator's new password
//! (`adminGeneratedTemporaryPassword`), or by an administrator's word.

use directory::{
    Action, Call, Change, Commit, Decision, Id, Object, Plan, Reaction, Record, Refusal, Snapshot, Time, Value,
};
use schema::risky_user::{
    self as risky_user, HISTORY, IS_DELETED, RISK_DETAIL, RISK_LAST_UPDATED_DATE_TIME, RISK_LEVEL, RISK_STATE,
    RISKY_USER, RISKY_USER_HISTORY_ITEM, USER_DISPLAY_NAME,
};
use schema::user::{LAST_PASSWORD_CHANGE_DATE_TIME, USER};
use schema::{DISPLAY_NAME, USER_ID, USER_PRINCIPAL_NAME};

use super::Level;
use crate::moment_after;

/// So many changes of the state are kept for each account; the oldest makes place.
pub const HISTORY_MAX: usize = 50;
/// So many accounts are dealt with in one request, as Graph has it.
pub const PEOPLE_MAX: usize = 60;

const AT_RISK: &str = "atRisk";
const COMPROMISED: &str = "confirmedCompromised";

/// A state of an account.
struct State<'a> {
    level: Level,
    state: &'a str,
    detail: &'a str,
    events: Vec<String>,
    by: Option<String>,
}

/// Keeps `riskyUser` in step with what happens to its account, and takes an administrator's new password as an answer.
pub const RISK: Reaction = Reaction::new("risk", &[], react, |_, _| Vec::new());

/// The `riskyUser` of an account, if anything was ever held against it.
#[must_use]
pub fn risky(now: &Snapshot, user: Id) -> Option<&Object> {
    now.find_a(&RISKY_USER, risky_id(user))
}

/// `riskState` and `riskDetail` of an account.
#[must_use]
pub fn state_of(now: &Snapshot, user: Id) -> (&str, &str) {
    let risky = risky(now, user);
    let text = |attribute| risky.and_then(|risky| risky.get(attribute)).unwrap_or("none");
    (text(RISK_STATE), text(RISK_DETAIL))
}

/// The level that counts against an account now.
#[must_use]
pub fn level_of(now: &Snapshot, user: Id) -> Level {
    let Some(risky) = risky(now, user).filter(|risky| is_open(risky)) else { return Level::None };
    risky.get(RISK_LEVEL).and_then(Level::of).unwrap_or_default()
}

/// From when on the risk of an account is high; tokens issued before do not count.
#[must_use]
pub fn high_since(now: &Snapshot, user: Id) -> Option<Time> {
    let risky = risky(now, user).filter(|_| level_of(now, user) == Level::High)?;
    risky.get(RISK_LAST_UPDATED_DATE_TIME).map(moment_after)
}

/// The changes that hold something against an account; none where the same or worse is held against it already.
#[must_use]
pub fn raise(now: &Snapshot, user: Id, at: Time, level: Level, events: &[String]) -> Vec<Change> {
    if level <= level_of(now, user) || now.find_a(&USER, user).is_none() {
        return Vec::new();
    }
    write(now, user, at, &State { level, state: AT_RISK, detail: "none", events: events.to_vec(), by: None })
}

/// The changes that answer what is held against an account; none where nothing is.
#[must_use]
pub fn remediate(now: &Snapshot, user: Id, at: Time, detail: &str) -> Vec<Change> {
    if level_of(now, user) == Level::None {
        return Vec::new();
    }
    write(now, user, at, &State { level: Level::None, state: "remediated", detail, events: Vec::new(), by: None })
}

/// Somebody who may say so says that the account is in other hands.
#[must_use]
pub fn confirm_compromised(now: &Snapshot, user: Id, at: Time, by: Id) -> Vec<Change> {
    let state = State {
        level: Level::High,
        state: COMPROMISED,
        detail: "adminConfirmedUserCompromised",
        events: vec!["adminConfirmedUserCompromised".to_owned()],
        by: Some(by.to_string()),
    };
    write(now, user, at, &state)
}

/// `confirmCompromised` on the collection of risky users.
pub fn confirm_compromised_action(
    now: &Snapshot,
    call: &Call<'_>,
    _: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let by = call.caller.actor.id().unwrap_or_default();
    let people = people(now, given)?;
    Ok(Decision::change(people.into_iter().flat_map(|user| confirm_compromised(now, user, call.at, by)).collect()))
}

/// `confirmSafe` on the collection of risky users.
pub fn confirm_safe_action(
    now: &Snapshot,
    call: &Call<'_>,
    _: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    settle(now, call, given, ("confirmedSafe", "adminConfirmedAccountSafe"))
}

/// `dismiss` on the collection of risky users.
pub fn dismiss_action(
    now: &Snapshot,
    call: &Call<'_>,
    _: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    settle(now, call, given, ("dismissed", "adminDismissedAllRiskForUser"))
}

/// What administrators can do about risky users.
pub(crate) const ACTIONS: [Action; 3] = [
    Action::on(&RISKY_USER, "confirmCompromised", confirm_compromised_action).of_collection(),
    Action::on(&RISKY_USER, "confirmSafe", confirm_safe_action).of_collection(),
    Action::on(&RISKY_USER, "dismiss", dismiss_action).of_collection(),
];

fn settle(now: &Snapshot, call: &Call<'_>, given: &Record, (state, detail): (&str, &str)) -> Result<Decision, Refusal> {
    let by = call.caller.actor.id().map(|id| id.to_string());
    let mut changes = Vec::new();
    for user in people(now, given)? {
        if risky(now, user).is_some() {
            let state = State { level: Level::None, state, detail, events: Vec::new(), by: by.clone() };
            changes.extend(write(now, user, call.at, &state));
        }
    }
    Ok(Decision::change(changes))
}

fn people(now: &Snapshot, given: &Record) -> Result<Vec<Id>, Refusal> {
    let ids: Vec<&str> = given.texts("userIds").collect();
    if ids.is_empty() || ids.len() > PEOPLE_MAX {
        return Err(Refusal::invalid(format!("name between 1 and {PEOPLE_MAX} users")).at("userIds"));
    }
    let mut people: Vec<Id> = Vec::new();
    for text in ids {
        let user = directory::id_from_text(text).filter(|id| now.find_a(&USER, *id).is_some());
        let user = user.ok_or_else(|| Refusal::invalid(format!("`{text}` is no user")).at("userIds"))?;
        if !people.contains(&user) {
            people.push(user);
        }
    }
    Ok(people)
}

/// Found again without an index: the id of an account, turned over.
fn risky_id(user: Id) -> Id {
    Id::from_u128(!user.as_u128())
}

fn is_open(risky: &Object) -> bool {
    matches!(risky.get(RISK_STATE), Some(AT_RISK | COMPROMISED))
}

fn write(now: &Snapshot, user: Id, at: Time, state: &State<'_>) -> Vec<Change> {
    let Some(account) = now.find_a(&USER, user) else { return Vec::new() };
    let (risky, mut changes) = (risky_id(user), Vec::new());
    let common = [
        (RISK_LEVEL.id, Value::from(state.level.name())),
        (RISK_STATE.id, state.state.into()),
        (RISK_DETAIL.id, state.detail.into()),
        (RISK_LAST_UPDATED_DATE_TIME.id, at.into()),
        (USER_DISPLAY_NAME.id, account.get(DISPLAY_NAME).unwrap_or_default().into()),
        (USER_PRINCIPAL_NAME.id, account.get(USER_PRINCIPAL_NAME).unwrap_or_default().into()),
        (IS_DELETED.id, false.into()),
        (risky_user::IS_PROCESSING.id, false.into()),
    ];
    if now.find(risky).is_some() {
        let set = |(attribute, value): &(_, Value)| Change::Set {
            id: risky,
            attribute: *attribute,
            old: None,
            new: Some(value.clone()),
        };
        changes.extend(common.iter().map(set));
    } else {
        let mut attributes = common.to_vec();
        attributes.push((schema::ID.id, user.to_string().into()));
        changes.push(Change::Create { id: risky, kind: RISKY_USER.id(), attributes });
    }
    let activity = Record::new().with("detail", state.detail).with("riskEventTypes", state.events.clone());
    let mut attributes = common.to_vec();
    attributes.push((risky_user::ACTIVITY.id, activity.into()));
    attributes.push((USER_ID.id, user.to_string().into()));
    attributes.extend(state.by.as_ref().map(|by| (risky_user::INITIATED_BY.id, Value::from(by))));
    // A reaction has no fresh ids; a moment happens once to an account.
    let item = Id::from_u128(user.as_u128().rotate_left(61) ^ at.0.unsigned_abs() as u128);
    if now.find(item).is_none() {
        changes.push(Change::Create { id: item, kind: RISKY_USER_HISTORY_ITEM.id(), attributes });
        changes.push(Change::link(risky, HISTORY, item));
    }
    let mut kept: Vec<&Object> = now.links(risky, HISTORY).map(|link| link.object).collect();
    if kept.len() >= HISTORY_MAX {
        kept.sort_by_key(|item| item.get(RISK_LAST_UPDATED_DATE_TIME));
        changes.extend(kept.first().map(|oldest| Change::Delete { id: oldest.id }));
    }
    changes
}

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let mut changes = Vec::new();
    for change in &commit.changes {
        let user = change.subject();
        match change {
            // Whoever is told the new password by an administrator is, as far as anybody can tell, its owner.
            Change::Set { attribute, new: Some(_), .. }
                if *attribute == LAST_PASSWORD_CHANGE_DATE_TIME.id && is_by_another(commit, user) =>
            {
                changes.extend(remediate(now, user, commit.at, "adminGeneratedTemporaryPassword"));
            }
            Change::Delete { .. } | Change::Restore { .. } => {
                if let Some(risky) = risky(now, user) {
                    let is_deleted = now.find_a(&USER, user).is_none();
                    if risky.is(IS_DELETED) != is_deleted {
                        changes.push(Change::set(risky.id, IS_DELETED, is_deleted));
                    }
                }
            }
            Change::Purge { .. } => changes.extend(risky(now, user).map(|risky| Change::Delete { id: risky.id })),
            Change::Create { .. } | Change::Set { .. } | Change::Link { .. } | Change::Unlink { .. } => {}
        }
    }
    changes.into()
}

/// Whether somebody else did it: an administrator or an application.
pub(crate) fn is_by_another(commit: &Commit, user: Id) -> bool {
    commit.actor.id().is_some_and(|actor| actor != user)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use directory::Actor;
    use std::time::Duration;

    const ADMIN: Id = Id::from_u128(0x99);

    fn commit(actor: Actor, at: Time, changes: Vec<Change>) -> Commit {
        let (usn, cause, key, operation, correlation) = (9, None, 0, String::new(), Id::nil());
        Commit { usn, at, actor, cause, key, operation, correlation, changes }
    }

    fn at(seconds: u64) -> Time {
        NOW + Duration::from_secs(seconds)
    }

    #[test]
    fn a_level_only_rises_until_it_is_answered() {
        let mut now = directory();
        for (seconds, level, expect) in [
            (1, Level::Low, Level::Low),
            (2, Level::High, Level::High),
            (3, Level::Medium, Level::High),
            (4, Level::High, Level::High),
        ] {
            let changes = raise(&now, USER_ID, at(seconds), level, &["passwordSpray".to_owned()]);
            assert_eq!(changes.is_empty(), seconds > 2, "a commit only when the state changes");
            now = now.fork(at(seconds), &changes).unwrap();
            assert_eq!(level_of(&now, USER_ID), expect);
        }
        assert_eq!(high_since(&now, USER_ID), Some(moment_after(at(2))), "the moment after it became so");
        assert_eq!(risky(&now, USER_ID).unwrap().get(schema::ID), Some(USER_ID.to_string().as_str()));
        let answered = remediate(&now, USER_ID, at(5), "userPerformedSecuredPasswordChange");
        now = now.fork(at(5), &answered).unwrap();
        assert_eq!(state_of(&now, USER_ID), ("remediated", "userPerformedSecuredPasswordChange"));
        assert_eq!((level_of(&now, USER_ID), high_since(&now, USER_ID)), (Level::None, None));
        assert_eq!(remediate(&now, USER_ID, at(6), "x"), []);
        assert_eq!(now.links(risky_id(USER_ID), HISTORY).count(), 3);
    }

    #[test]
    fn an_administrators_password_answers_and_ones_own_alone_does_not() {
        let raised = directory().fork(at(1), &raise(&directory(), USER_ID, at(1), Level::High, &[])).unwrap();
        for (actor, expect) in [
            (Actor::User(ADMIN), Level::None),
            (Actor::App(ADMIN), Level::None),
            (Actor::User(USER_ID), Level::High),
            (Actor::System, Level::High),
        ] {
            let set = vec![Change::set(USER_ID, LAST_PASSWORD_CHANGE_DATE_TIME, at(2))];
            let commit = commit(actor.clone(), at(2), set);
            let after = raised.fork(at(2), &react(&raised, &commit, at(2)).changes).unwrap();
            assert_eq!(level_of(&after, USER_ID), expect, "{actor:?}");
            assert!(react(&after, &commit, at(2)).is_empty() || expect == Level::High, "twice is once");
        }
    }

    #[test]
    fn what_is_held_against_somebody_outlives_their_deletion_but_not_their_purge() {
        let now = directory().fork(at(1), &raise(&directory(), USER_ID, at(1), Level::Low, &[])).unwrap();
        let gone = now.fork(at(2), &[Change::Delete { id: USER_ID }]).unwrap();
        let deleted = commit(Actor::System, at(2), vec![Change::Delete { id: USER_ID }]);
        let gone = gone.fork(at(2), &react(&gone, &deleted, at(2)).changes).unwrap();
        assert!(risky(&gone, USER_ID).unwrap().is(IS_DELETED));
        let purged = gone.fork(at(3), &[Change::Purge { id: USER_ID }]).unwrap();
        let commit = commit(Actor::System, at(3), vec![Change::Purge { id: USER_ID }]);
        let purged = purged.fork(at(3), &react(&purged, &commit, at(3)).changes).unwrap();
        assert!(risky(&purged, USER_ID).is_none());
    }

    #[test]
    fn the_history_has_an_end() {
        let mut now = directory();
        for n in 0..(HISTORY_MAX as u64 + 20) {
            let changes = confirm_compromised(&now, USER_ID, at(n), ADMIN);
            now = now.fork(at(n), &changes).unwrap();
        }
        assert_eq!(now.links(risky_id(USER_ID), HISTORY).count(), HISTORY_MAX);
    }
}
