//! Commits, and what streams are told of them. How a token of it looks and travels is `protocols/ssf`'s.

use super::*;
use crate::fixture::{NOW, USER_ID, create, directory as people};
use directory::Actor;
use schema::device::{DEVICE, IS_COMPLIANT};
use schema::fido2_authentication_method::{CREDENTIAL, CREDENTIAL_DIGEST, FIDO2_AUTHENTICATION_METHOD};
use schema::shared_signals::RECEIVER;
use schema::user::{LAST_PASSWORD_CHANGE_DATE_TIME, REMOVED_CREDENTIAL};
use schema::{ACCOUNT_ENABLED as ENABLED, DISPLAY_NAME, MAIL};

const STREAM: Id = Id::from_u128(0x51);
const QUIET: Id = Id::from_u128(0x52);
const LAPTOP: Id = Id::from_u128(0x53);
const ADMIN: Id = Id::from_u128(0x54);

/// One stream that wants everything, and one that wants session-revoked only, but not about Ada.
fn with_streams() -> Snapshot {
    let stream = |id, more: Vec<(directory::AttrId, Value)>| {
        let mut attributes = vec![(RECEIVER.id, Id::from_u128(0x22).into()), (STATUS.id, "enabled".into())];
        attributes.extend(more);
        create(id, &SHARED_SIGNALS_STREAM, attributes)
    };
    let quiet =
        vec![(EVENTS_REQUESTED.id, [SESSION_REVOKED].into()), (REMOVED_SUBJECTS.id, Value::from(vec![USER_ID]))];
    let laptop = vec![(ENABLED.id, true.into()), (IS_COMPLIANT.id, true.into())];
    let ada = Change::set(USER_ID, MAIL, "ada@xyz.example");
    let changes = [stream(STREAM, vec![]), stream(QUIET, quiet), create(LAPTOP, &DEVICE, laptop), ada];
    people().fork(NOW, &changes).unwrap()
}

/// What the reaction makes of changes that an actor made.
fn told(now: &Snapshot, actor: Actor, changes: &[Change]) -> (Snapshot, Vec<(Id, String, Record)>) {
    let mut after = now.clone();
    let applied = after.apply(now.usn() + 1, NOW, changes, None, &[]).unwrap();
    let (usn, cause, key, operation, correlation) = (after.usn(), None, 0, String::new(), Id::nil());
    let commit = Commit { usn, at: NOW, actor, cause, key, operation, correlation, changes: applied.changes };
    let plan = react(&after, &commit, NOW);
    let after = after.fork(NOW, &plan.changes).unwrap();
    let read = |effect: Effect| {
        assert_eq!(effect.topic, TOPIC);
        let (stream, event) = (effect.body.guid("stream").unwrap(), effect.body.text("event").unwrap().to_owned());
        (stream, event, effect.body)
    };
    (after, plan.effects.into_iter().map(read).collect())
}

fn events(told: &[(Id, String, Record)]) -> Vec<&str> {
    told.iter().filter(|(stream, ..)| *stream == STREAM).map(|(_, e, _)| e.rsplit('/').next().unwrap()).collect()
}

#[test]
fn every_change_tells_what_it_means() {
    let now = with_streams();
    let method = Id::from_u128(0x60);
    let key = vec![
        create(
            method,
            &FIDO2_AUTHENTICATION_METHOD,
            vec![(CREDENTIAL_DIGEST.id, "d".into()), (CREDENTIAL.id, "c".into())],
        ),
        Change::link(USER_ID, schema::user::AUTHENTICATION_METHODS, method),
    ];
    for (what, changes, expect) in [
        ("disabled", vec![Change::set(USER_ID, ENABLED, false)], vec!["account-disabled"]),
        ("revoked", crate::revoke(USER_ID, NOW), vec!["session-revoked"]),
        ("a new password", crate::password_change(USER_ID, "$", NOW, false), vec!["credential-change"]),
        ("a key is added", key, vec!["credential-change"]),
        ("a key is removed", vec![Change::set(USER_ID, REMOVED_CREDENTIAL, "x")], vec!["credential-change"]),
        (
            "another mail address",
            vec![Change::set(USER_ID, MAIL, "a@b.example")],
            vec!["identifier-changed", "token-claims-change"],
        ),
        ("another name", vec![Change::set(USER_ID, DISPLAY_NAME, "Ada King")], vec!["token-claims-change"]),
        ("the same name", vec![Change::set(USER_ID, DISPLAY_NAME, "Ada Lovelace")], vec![]),
        ("not compliant", vec![Change::set(LAPTOP, IS_COMPLIANT, false)], vec!["device-compliance-change"]),
        ("deleted", vec![Change::Delete { id: USER_ID }], vec!["account-disabled", "session-revoked"]),
        (
            "held to be compromised",
            crate::risk::confirm_compromised(&now, USER_ID, NOW, ADMIN),
            vec!["risk-level-change", "credential-compromise"],
        ),
        (
            "something else",
            vec![Change::set(USER_ID, schema::user::SURNAME, "L"), Change::set(LAPTOP, DISPLAY_NAME, "x")],
            vec!["token-claims-change"],
        ),
    ] {
        let (_, told) = told(&now, Actor::User(ADMIN), &changes);
        assert_eq!(events(&told), expect, "{what}");
    }
}

#[test]
fn who_is_gone_for_good_is_told_by_name() {
    let (now, _) = told(&with_streams(), Actor::System, &[Change::Delete { id: USER_ID }]);
    let (back, again) = told(&now, Actor::System, &[Change::Restore { id: USER_ID }]);
    assert_eq!(events(&again), ["account-enabled"]);
    assert!(back.find(STREAM).unwrap().get(DELETED_SUBJECTS).unwrap_or_default().is_empty());
    let (gone, last) = told(&now, Actor::System, &[Change::Purge { id: USER_ID }]);
    assert_eq!(events(&last), ["account-purged"]);
    assert_eq!(About::from_record(last[0].2.record("about").unwrap()), Some(About::User(USER_ID)));
    assert!(gone.find(STREAM).unwrap().get(DELETED_SUBJECTS).unwrap_or_default().is_empty());
}

#[test]
fn a_stream_gets_what_it_asked_for_about_whom_it_did_not_take_out() {
    let now = with_streams();
    let (_, about_ada) = told(&now, Actor::System, &crate::revoke(USER_ID, NOW));
    assert!(about_ada.iter().all(|(stream, ..)| *stream == STREAM));
    let anybody = now.fork(NOW, &[Change::clear(QUIET, REMOVED_SUBJECTS)]).unwrap();
    let (_, told_now) = told(&anybody, Actor::System, &crate::revoke(USER_ID, NOW));
    assert_eq!(told_now.iter().filter(|(stream, ..)| *stream == QUIET).count(), 1);
    for (status, expect) in [("paused", 1), ("disabled", 0)] {
        let now = anybody.fork(NOW, &[Change::set(QUIET, STATUS, status)]).unwrap();
        let (_, told) = told(&now, Actor::System, &crate::revoke(USER_ID, NOW));
        assert_eq!(told.iter().filter(|(stream, ..)| *stream == QUIET).count(), expect, "{status}");
    }
}

#[test]
fn an_event_says_through_whom_it_came() {
    let changes = vec![Change::set(USER_ID, LAST_PASSWORD_CHANGE_DATE_TIME, NOW)];
    for (actor, expect) in [
        (Actor::User(USER_ID), "user"),
        (Actor::User(ADMIN), "admin"),
        (Actor::App(ADMIN), "admin"),
        (Actor::Reaction("x".into()), "policy"),
        (Actor::System, "system"),
    ] {
        let (_, told) = told(&with_streams(), actor, &changes);
        let data = told[0].2.record("data").unwrap();
        assert_eq!(data.text("initiating_entity"), Some(expect));
        assert_eq!(data.text("credential_type"), Some("password"));
        assert!(data.record("reason_admin").is_some_and(|why| !why.is_empty()));
    }
}

#[test]
fn subjects_read_what_they_print() {
    for about in [
        About::User(USER_ID),
        About::Device { device: "d".into(), owner: Some(USER_ID) },
        About::Device { device: "d".into(), owner: None },
        About::Email { address: "ada@xyz.example".into(), user: USER_ID },
    ] {
        assert_eq!(About::from_record(&about.to_record()), Some(about));
    }
    assert_eq!(About::from_record(&Record::new()), None);
}
