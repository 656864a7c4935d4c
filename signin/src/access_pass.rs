//! The Temporary Access Pass: a code that lets somebody in for a while, given out by somebody who may.
//!
//! One per person; a new one replaces it. It may begin in the future, and may be good for one use. It counts as two
//! factors, and nothing obtained through it outlives it. The code itself is made and hashed by the protocol.

use std::time::Duration;

use directory::{Attr, AttrId, Change, Id, Object, Plan, Reaction, Refusal, Snapshot, Time};
use schema::ACCOUNT_ENABLED;
use schema::START_DATE_TIME;
use schema::authentication_method::{
    IS_USABLE, IS_USABLE_ONCE, LAST_USED_DATE_TIME, LIFETIME_IN_MINUTES, METHOD_USABILITY_REASON, PASS_EXPIRES,
    PASS_VERIFIER, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
};
use schema::user::{AUTHENTICATION_METHODS, USER};

use crate::methods_policy::pass_rules;

/// The purpose for which `keys` hashes passes.
pub const ACCESS_PASS: &str = "temporary access pass";
/// A pass lives at least so many minutes, whatever the policy says.
pub const LIFETIME_MINUTES_MIN: i64 = 10;
/// A pass lives at most so many minutes, whatever the policy says: 30 days.
pub const LIFETIME_MINUTES_MAX: i64 = 43_200;

/// What is asked for when a pass is made.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct NewPass {
    /// At once, if absent.
    pub start: Option<Time>,
    /// As the policy has it, if absent.
    pub lifetime_minutes: Option<i64>,
    pub is_usable_once: bool,
}

/// Whether a pass lets in (`methodUsabilityReason`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Usability {
    Usable,
    NotYetValid,
    Expired,
    OneTimeUsed,
}

impl Usability {
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Usability::Usable => "EnabledByPolicy",
            Usability::NotYetValid => "NotYetValid",
            Usability::Expired => "Expired",
            Usability::OneTimeUsed => "OneTimeUsed",
        }
    }
}

/// The pass of a user, usable or not.
#[must_use]
pub fn pass_of(now: &Snapshot, user: Id) -> Option<&Object> {
    now.links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .find(|object| now.is_a(object, &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD))
}

/// When a pass stops letting in.
#[must_use]
pub fn pass_end(pass: &Object) -> Option<Time> {
    let minutes = u64::try_from(pass.get(LIFETIME_IN_MINUTES)?).ok()?;
    Some(pass.get(START_DATE_TIME)? + Duration::from_secs(60 * minutes))
}

/// Whether a pass lets in at a moment.
#[must_use]
pub fn usability(pass: &Object, at: Time) -> Usability {
    if pass.is(IS_USABLE_ONCE) && pass.has(LAST_USED_DATE_TIME.id) {
        return Usability::OneTimeUsed;
    }
    match (pass.get(START_DATE_TIME), pass_end(pass)) {
        (Some(start), _) if at < start => Usability::NotYetValid,
        (Some(_), Some(end)) if at < end => Usability::Usable,
        _ => Usability::Expired,
    }
}

/// Give somebody a pass. `verifier` is what `hash_secret` made of the code, for [`ACCESS_PASS`]; `id` is new.
///
/// The code is shown once by the protocol that made it, as `temporaryAccessPass`, and never kept.
pub fn create_pass(
    now: &Snapshot,
    user: Id,
    id: Id,
    verifier: &[u8],
    ask: NewPass,
    at: Time,
) -> Result<Vec<Change>, Refusal> {
    let person = now.get_a(&USER, user)?;
    if !person.is(ACCOUNT_ENABLED) {
        return Err(Refusal::state("the account is disabled; enable it before giving out a pass").at("accountEnabled"));
    }
    let rules = pass_rules(now);
    let (least, most) = (rules.lifetime_minutes_min, rules.lifetime_minutes_max);
    let minutes = ask.lifetime_minutes.unwrap_or(rules.lifetime_minutes);
    if !(least..=most).contains(&minutes) {
        return Err(Refusal::invalid(format!("must be from {least} to {most} minutes")).at("lifetimeInMinutes"));
    }
    if rules.is_usable_once && !ask.is_usable_once {
        return Err(
            Refusal::invalid("must be `true`: the organisation allows only passes for one use").at("isUsableOnce")
        );
    }
    let start = ask.start.unwrap_or(at).max(at);
    let end = start + Duration::from_secs(60 * u64::try_from(minutes).unwrap_or(0));
    let usability = if start > at { Usability::NotYetValid } else { Usability::Usable };
    let mut changes: Vec<Change> = pass_of(now, user).map(|old| Change::Delete { id: old.id }).into_iter().collect();
    changes.push(Change::Create {
        id,
        kind: TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD.id(),
        attributes: vec![
            (schema::CREATED_DATE_TIME.id, at.into()),
            (START_DATE_TIME.id, start.into()),
            (LIFETIME_IN_MINUTES.id, minutes.into()),
            (IS_USABLE_ONCE.id, ask.is_usable_once.into()),
            (IS_USABLE.id, (usability == Usability::Usable).into()),
            (METHOD_USABILITY_REASON.id, usability.reason().into()),
            (PASS_VERIFIER.id, verifier.into()),
            (PASS_EXPIRES.id, if start > at { start } else { end }.into()),
        ],
    });
    changes.push(Change::link(user, AUTHENTICATION_METHODS, id));
    Ok(changes)
}

/// Note that a pass was used. Refused when it does not let in any more: of two who come with a one-time pass, one gets in.
pub fn use_pass(now: &Snapshot, pass: Id, at: Time) -> Result<Vec<Change>, Refusal> {
    let pass = now.get_a(&TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD, pass)?;
    if usability(pass, at) != Usability::Usable {
        return Err(Refusal::state("the pass cannot be used any more"));
    }
    if !pass.is(IS_USABLE_ONCE) {
        return Ok(Vec::new());
    }
    Ok(vec![
        Change::set(pass.id, LAST_USED_DATE_TIME, at),
        Change::set(pass.id, IS_USABLE, false),
        Change::set(pass.id, METHOD_USABILITY_REASON, Usability::OneTimeUsed.reason()),
    ])
}

/// Keeps `isUsable` and `methodUsabilityReason` true as time passes.
pub(crate) const PASSES: Reaction =
    Reaction::new("accessPasses", &[], |_, _, _| Plan::default(), verify).at_deadlines(DEADLINES, due);

static DEADLINES: &[Attr<Time>] = &[PASS_EXPIRES];

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    now.due(PASS_EXPIRES.id, at).flat_map(|pass| turn(pass, at)).collect()
}

fn due(now: &Snapshot, pass: Id, _: AttrId, at: Time) -> Plan {
    now.find(pass).map(|pass| turn(pass, at)).unwrap_or_default().into()
}

/// What a deadline means: it begins, or it is over.
fn turn(pass: &Object, at: Time) -> Vec<Change> {
    let found = usability(pass, at);
    let mut changes = vec![
        Change::set(pass.id, IS_USABLE, found == Usability::Usable),
        Change::set(pass.id, METHOD_USABILITY_REASON, found.reason()),
    ];
    changes.push(match (found, pass_end(pass)) {
        (Usability::Usable, Some(end)) => Change::set(pass.id, PASS_EXPIRES, end),
        _ => Change::clear(pass.id, PASS_EXPIRES),
    });
    changes
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::methods_policy::PolicyMethod;

    const PASS: Id = Id::from_u128(0x77);

    fn with(ask: NewPass) -> Snapshot {
        let now = directory();
        let changes = create_pass(&now, USER_ID, PASS, b"verifier", ask, NOW).unwrap();
        now.fork(NOW, &changes).unwrap()
    }

    #[test]
    fn a_pass_lets_in_from_its_start_to_its_end() {
        let hour = Duration::from_secs(3600);
        let now = with(NewPass { start: Some(NOW + hour), lifetime_minutes: Some(60), is_usable_once: false });
        let pass = pass_of(&now, USER_ID).unwrap();
        for (at, expect) in [
            (NOW, Usability::NotYetValid),
            (NOW + hour, Usability::Usable),
            (NOW + 2 * hour - Duration::from_micros(1), Usability::Usable),
            (NOW + 2 * hour, Usability::Expired),
        ] {
            assert_eq!(usability(pass, at), expect);
        }
    }

    #[test]
    fn a_new_pass_replaces_the_old_one() {
        let now = with(NewPass::default());
        let changes = create_pass(&now, USER_ID, Id::from_u128(0x78), b"other", NewPass::default(), NOW).unwrap();
        let now = now.fork(NOW, &changes).unwrap();
        assert_eq!(pass_of(&now, USER_ID).unwrap().id, Id::from_u128(0x78));
        assert!(now.find(PASS).is_none());
    }

    #[test]
    fn a_one_time_pass_is_used_once() {
        let now = with(NewPass { is_usable_once: true, ..NewPass::default() });
        let now = now.fork(NOW, &use_pass(&now, PASS, NOW).unwrap()).unwrap();
        assert_eq!(usability(now.find(PASS).unwrap(), NOW), Usability::OneTimeUsed);
        assert!(use_pass(&now, PASS, NOW).is_err());
        let many = with(NewPass::default());
        assert_eq!(use_pass(&many, PASS, NOW).unwrap(), []);
    }

    #[test]
    fn time_turns_what_is_shown_of_a_pass_and_then_leaves_it_alone() {
        let hour = Duration::from_secs(3600);
        let mut now = with(NewPass { start: Some(NOW + hour), ..NewPass::default() });
        for (at, reason) in [(NOW, "NotYetValid"), (NOW + hour, "EnabledByPolicy"), (NOW + 2 * hour, "Expired")] {
            now = now.fork(at, &verify(&now, at)).unwrap();
            assert_eq!(now.find(PASS).unwrap().get(METHOD_USABILITY_REASON), Some(reason));
            assert_eq!(verify(&now, at), []);
        }
    }

    #[test]
    fn passes_outside_the_limits_and_for_nobody_are_refused() {
        let now = directory();
        for minutes in [0, 59, 481, -1] {
            let ask = NewPass { lifetime_minutes: Some(minutes), ..NewPass::default() };
            assert!(create_pass(&now, USER_ID, PASS, b"verifier", ask, NOW).is_err(), "{minutes}");
        }
        assert!(create_pass(&now, Id::from_u128(0xdead), PASS, b"verifier", NewPass::default(), NOW).is_err());
        let strict = PolicyMethod::TemporaryAccessPass
            .default_configuration()
            .with("minimumLifetimeInMinutes", 10)
            .with("maximumLifetimeInMinutes", 20)
            .with("defaultLifetimeInMinutes", 15)
            .with("isUsableOnce", true);
        let now = crate::methods_policy::tests::with(vec![strict]);
        for (minutes, once, expect) in [
            (None, true, true),
            (None, false, false),
            (Some(20), true, true),
            (Some(21), true, false),
            (Some(9), true, false),
        ] {
            let ask = NewPass { start: None, lifetime_minutes: minutes, is_usable_once: once };
            assert_eq!(create_pass(&now, USER_ID, PASS, b"verifier", ask, NOW).is_ok(), expect, "{ask:?}");
        }
    }
}
