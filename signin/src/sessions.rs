//! From when on sessions count: what was begun earlier is refused at its next use.
//!
//! `signInSessionsValidFromDateTime` moves when somebody revokes and when the account is disabled, so that being enabled
//! again brings no old session back. It is exact: what was proved a microsecond later counts. Tokens tell time in seconds
//! (RFC 7519 §2), so that those for our own resources say the rest beside `iat` ([`crate::ISSUED_CLAIM`]). A new password and a removed method end only what was proved with them;
//! `continuous` has the whole table.

use directory::{
    Attr, Call, Change, Check, Commit, Decision, Id, Object, Plan, Reaction, Record, Refusal, Snapshot, Time, Value,
};
use schema::ACCOUNT_ENABLED;
use schema::authentication_method::{
    AUTHENTICATION_METHOD, PASSWORD_AUTHENTICATION_METHOD, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
};
use schema::recovery_codes_authentication_method::RECOVERY_CODES_AUTHENTICATION_METHOD;
use schema::user::{
    AUTHENTICATION_METHODS, LAST_PASSWORD_CHANGE_DATE_TIME, REFRESH_TOKENS_VALID_FROM_DATE_TIME, REMOVED_CREDENTIAL,
    SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, STRONG_CREDENTIALS_VALID_FROM, TOKENS_VALID_FROM, USER,
};

/// The times that sessions may not be older than.
const CAUSES: [Attr<Time>; 1] = [REFRESH_TOKENS_VALID_FROM_DATE_TIME];

/// Moves `signInSessionsValidFromDateTime` after what ends sessions.
pub(crate) const SESSIONS: Reaction = Reaction::new("sessions", &[], react, verify);

/// The first moment after `at`: nothing that was proved or issued at `at` or before can claim it.
#[must_use]
pub fn moment_after(at: Time) -> Time {
    Time(at.0.saturating_add(1))
}

/// The changes that end every session of a user that began before `at`.
#[must_use]
pub fn revoke(user: Id, at: Time) -> Vec<Change> {
    vec![
        Change::set(user, REFRESH_TOKENS_VALID_FROM_DATE_TIME, at),
        Change::set(user, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, moment_after(at)),
    ]
}

/// `revokeSignInSessions` (and `invalidateAllRefreshTokens`, its older name).
pub(crate) fn revoke_sign_in_sessions(
    _: &Snapshot,
    call: &Call<'_>,
    user: Option<&Object>,
    _: &Record,
) -> Result<Decision, Refusal> {
    let user = user.ok_or_else(|| Refusal::invalid("name the user whose sessions are to be revoked"))?;
    Ok(Decision::change(revoke(user.id, call.at)).answering(Value::Bool(true)))
}

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let mut changes: Vec<Change> = Vec::new();
    for change in &commit.changes {
        // An administrator's new password ends tokens however they were obtained.
        if let Change::Set { id, attribute, new: Some(Value::Time(at)), .. } = change
            && *attribute == LAST_PASSWORD_CHANGE_DATE_TIME.id
            && crate::risk::is_by_another(commit, *id)
            && now.find_a(&USER, *id).is_some_and(|user| user.get(TOKENS_VALID_FROM) < Some(moment_after(*at)))
        {
            changes.push(Change::set(*id, TOKENS_VALID_FROM, moment_after(*at)));
        }
        // What the commit says counts, not what the account is by now: it may be enabled again already.
        let ended = match change {
            Change::Set { attribute, new: Some(Value::Bool(false)), .. } if *attribute == ACCOUNT_ENABLED.id => {
                Some(commit.at)
            }
            Change::Set { attribute, new: Some(Value::Time(at)), .. } if CAUSES.iter().any(|c| c.id == *attribute) => {
                Some(*at)
            }
            Change::Create { attributes, .. } => {
                attributes.contains(&(ACCOUNT_ENABLED.id, Value::Bool(false))).then_some(commit.at)
            }
            Change::Restore { .. } => Some(commit.at),
            Change::Set { .. }
            | Change::Delete { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => None,
        };
        let Some(from) = ended.map(moment_after) else { continue };
        let Some(user) = now.find_a(&USER, change.subject()) else { continue };
        if user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME).is_none_or(|known| known < from) {
            changes.push(Change::set(user.id, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, from));
        }
    }
    changes.into()
}

/// Passes and recovery codes are used up, and for passwords there is `lastPasswordChangeDateTime`.
static MEANT_TO_GO: [&directory::Kind; 3] = [
    &PASSWORD_AUTHENTICATION_METHOD,
    &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
    &RECOVERY_CODES_AUTHENTICATION_METHOD,
];

/// What follows from the removal of a method.
pub(crate) const METHOD_REMOVED: Check =
    Check { kind: &AUTHENTICATION_METHOD, complete: Some(end_with_method), check: None };

/// A method that is taken away takes with it what was proved by such methods.
fn end_with_method(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let removed = changes.iter().filter_map(|change| match change {
        Change::Delete { id } => now.find_a(&AUTHENTICATION_METHOD, *id),
        _ => None,
    });
    let mut ended = Vec::new();
    for method in removed {
        let kind = now.kind_of(method);
        if MEANT_TO_GO.iter().any(|other| kind.is_a(other)) {
            continue;
        }
        for holder in now.backlinks(method.id, AUTHENTICATION_METHODS).map(|link| link.object.id) {
            ended.push(Change::set(holder, STRONG_CREDENTIALS_VALID_FROM, moment_after(call.at)));
            ended.push(Change::set(holder, REMOVED_CREDENTIAL, kind.name));
        }
    }
    changes.append(&mut ended);
    Ok(())
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    let late = |user: &Object| {
        let valid_from = user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME);
        // A disabled account has a moment from which nothing counts, whichever it is.
        let least = if user.is(ACCOUNT_ENABLED) { None } else { valid_from.or(Some(moment_after(at))) };
        let wanted = wanted(user).max(least);
        (wanted > valid_from).then_some(Change::set(user.id, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, wanted?))
    };
    now.all(&USER).filter_map(late).collect()
}

/// The least moment that a user's own times ask for: the second in which the last of them lies.
fn wanted(user: &Object) -> Option<Time> {
    CAUSES.iter().filter_map(|cause| user.get(*cause)).map(|at| Time::from_unix(at.unix())).max()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use directory::Actor;
    use std::time::Duration;

    fn valid_from(now: &Snapshot) -> Option<Time> {
        now.find(USER_ID).unwrap().get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME)
    }

    /// What the reaction makes of a commit, twice.
    fn after(now: &Snapshot, changes: Vec<Change>, at: Time) -> Snapshot {
        let now = now.fork(at, &changes).unwrap();
        let commit = Commit {
            usn: 9,
            at,
            actor: Actor::System,
            cause: None,
            key: 0,
            operation: String::new(),
            correlation: Id::nil(),
            changes,
        };
        let settled = now.fork(at, &react(&now, &commit, at).changes).unwrap();
        assert!(react(&settled, &commit, at).is_empty(), "asked twice, the second answer is empty");
        assert_eq!(verify(&settled, at), [], "nothing is left to do");
        settled
    }

    #[test]
    fn what_ends_sessions_moves_the_moment_from_which_they_count() {
        let at = NOW + Duration::from_millis(10_300);
        let expect = moment_after(at);
        let now = directory();
        assert_eq!(valid_from(&now), None);
        assert_eq!(valid_from(&after(&now, vec![Change::set(USER_ID, ACCOUNT_ENABLED, false)], at)), Some(expect));
        assert_eq!(valid_from(&after(&now, revoke(USER_ID, at), at)), Some(expect));
        let changed = after(&now, vec![Change::set(USER_ID, LAST_PASSWORD_CHANGE_DATE_TIME, at)], at);
        assert_eq!(valid_from(&changed), None, "what the password did not prove stays");
        assert_eq!(valid_from(&after(&now, vec![Change::set(USER_ID, schema::DISPLAY_NAME, "B")], at)), None);
        let deleted = now.fork(at, &[Change::Delete { id: USER_ID }]).unwrap();
        assert_eq!(valid_from(&after(&deleted, vec![Change::Restore { id: USER_ID }], at)), Some(expect));
    }
}
