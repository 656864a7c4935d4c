//! What a commit means to those outside: its changes, as CAEP and RISC events.

use directory::{Actor, Change, Commit, Id, Kind, Record, Snapshot, Value};
use schema::authentication_method::{
    AUTHENTICATION_METHOD, PASSWORD_AUTHENTICATION_METHOD, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD,
};
use schema::device::{DEVICE, DEVICE_ID, IS_COMPLIANT};
use schema::risky_user::{ACTIVITY, RISK_LEVEL, RISKY_USER_HISTORY_ITEM};
use schema::user::{
    AUTHENTICATION_METHODS, GIVEN_NAME, LAST_PASSWORD_CHANGE_DATE_TIME, REMOVED_CREDENTIAL,
    SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, SURNAME, USER,
};
use schema::{ACCOUNT_ENABLED as ENABLED, DISPLAY_NAME, MAIL, USER_ID, USER_PRINCIPAL_NAME};

use super::{
    ACCOUNT_DISABLED, ACCOUNT_ENABLED, About, CREDENTIAL_CHANGE, CREDENTIAL_COMPROMISE, DEVICE_COMPLIANCE_CHANGE,
    IDENTIFIER_CHANGED, RISK_LEVEL_CHANGE, SESSION_REVOKED, Signal, TOKEN_CLAIMS_CHANGE,
};

/// The claims of tokens that follow from attributes of a person.
const CLAIMS: [(directory::Attr<str>, &str); 5] = [
    (DISPLAY_NAME, "name"),
    (GIVEN_NAME, "given_name"),
    (SURNAME, "family_name"),
    (MAIL, "email"),
    (USER_PRINCIPAL_NAME, "preferred_username"),
];
/// Detections that mean that somebody else knows the password.
const COMPROMISING: [&str; 4] =
    ["leakedCredentials", "passwordSpray", "attackerinTheMiddle", "adminConfirmedUserCompromised"];

/// Everything that a commit means, in the order of its changes.
pub(super) fn signals(now: &Snapshot, commit: &Commit) -> Vec<Signal> {
    let mut signals = Vec::new();
    let created: Vec<Id> = commit
        .changes
        .iter()
        .filter_map(|change| if let Change::Create { id, .. } = change { Some(*id) } else { None })
        .collect();
    for change in &commit.changes {
        match change {
            Change::Set { id, attribute, old, new } if !created.contains(id) && old != new => {
                if now.find_a(&USER, *id).is_some() {
                    of_person(commit, *id, (*attribute, old.as_ref(), new.as_ref()), &mut signals);
                } else if *attribute == IS_COMPLIANT.id {
                    signals.extend(of_device(now, commit, *id, (old.as_ref(), new.as_ref())));
                }
            }
            Change::Create { id, kind, attributes } => {
                signals.extend(of_method(now, commit, *id, *kind));
                if *kind == RISKY_USER_HISTORY_ITEM.id() {
                    of_risk(commit, attributes, &mut signals);
                }
            }
            Change::Delete { id } if now.find_deleted(*id).is_some_and(|object| now.is_a(object, &USER)) => {
                signals.push(Signal { event: ACCOUNT_DISABLED, about: About::User(*id), data: Record::new() });
                signals.push(session_revoked(commit, *id, "the account was deleted"));
            }
            Change::Restore { id } if now.find_a(&USER, *id).is_some_and(|user| user.is(ENABLED)) => {
                signals.push(Signal { event: ACCOUNT_ENABLED, about: About::User(*id), data: Record::new() });
            }
            Change::Set { .. }
            | Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    signals
}

/// CAEP §2: when, through whom, and why in words for administrators.
pub(super) fn data(commit: &Commit, user: Id, why: &str) -> Record {
    let entity = match &commit.actor {
        Actor::User(actor) if *actor == user => "user",
        Actor::User(_) | Actor::App(_) => "admin",
        Actor::Reaction(_) => "policy",
        Actor::Device(_) | Actor::System | Actor::Nobody => "system",
    };
    Record::new()
        .with("event_timestamp", commit.at.unix())
        .with("initiating_entity", entity)
        .with("reason_admin", Record::new().with("en", why))
}

fn session_revoked(commit: &Commit, user: Id, why: &str) -> Signal {
    Signal { event: SESSION_REVOKED, about: About::User(user), data: data(commit, user, why) }
}

fn of_person(
    commit: &Commit,
    user: Id,
    (attribute, old, new): (directory::AttrId, Option<&Value>, Option<&Value>),
    signals: &mut Vec<Signal>,
) {
    let about = About::User(user);
    if attribute == ENABLED.id {
        let is_enabled = new.and_then(Value::as_bool) == Some(true);
        let event = if is_enabled { ACCOUNT_ENABLED } else { ACCOUNT_DISABLED };
        signals.push(Signal { event, about: about.clone(), data: Record::new() });
    } else if attribute == SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME.id {
        signals.push(session_revoked(commit, user, "the sessions of the account were revoked"));
    } else if attribute == LAST_PASSWORD_CHANGE_DATE_TIME.id {
        signals.push(credential(commit, user, "password", "update", "the password was changed"));
    } else if attribute == REMOVED_CREDENTIAL.id {
        let kind = new.and_then(Value::as_text).unwrap_or_default();
        signals.push(credential(commit, user, credential_type(kind), "delete", "a way of signing in was removed"));
    }
    if attribute == MAIL.id
        && let Some(address) = old.and_then(Value::as_text)
    {
        let changed = Record::new().with_some("new-value", new.and_then(Value::as_text));
        let about = About::Email { address: address.to_owned(), user };
        signals.push(Signal { event: IDENTIFIER_CHANGED, about, data: changed });
    }
    if let Some((_, claim)) = CLAIMS.iter().find(|(known, _)| known.id == attribute) {
        let value = new.and_then(Value::as_text).unwrap_or_default();
        let claims = Record::new().with(claim, value);
        let data = data(commit, user, "an attribute of the account was changed").with("claims", claims);
        signals.push(Signal { event: TOKEN_CLAIMS_CHANGE, about, data });
    }
}

fn credential(commit: &Commit, user: Id, kind: &str, change: &str, why: &str) -> Signal {
    let data = data(commit, user, why).with("credential_type", kind).with("change_type", change);
    Signal { event: CREDENTIAL_CHANGE, about: About::User(user), data }
}

/// CAEP §3.3's words for kinds of methods.
fn credential_type(kind: &str) -> &'static str {
    match kind {
        "fido2AuthenticationMethod" => "fido2-roaming",
        "windowsHelloForBusinessAuthenticationMethod" => "fido2-platform",
        "x509CertificateAuthenticationMethod" => "x509",
        "phoneAuthenticationMethod" => "phone-sms",
        "emailAuthenticationMethod" => "email",
        _ => "app",
    }
}

/// A new way of signing in. Passwords tell by their own attribute, and passes are nobody's business.
fn of_method(now: &Snapshot, commit: &Commit, method: Id, kind: directory::KindId) -> Option<Signal> {
    let kind: &'static Kind = now.model().kind(kind).filter(|kind| kind.is_a(&AUTHENTICATION_METHOD))?;
    if [&PASSWORD_AUTHENTICATION_METHOD, &TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD].iter().any(|k| kind.is_a(k)) {
        return None;
    }
    let holder = commit.changes.iter().find_map(|change| match change {
        Change::Link { source, link, target, .. } if *link == AUTHENTICATION_METHODS && *target == method => {
            Some(*source)
        }
        _ => None,
    })?;
    Some(credential(commit, holder, credential_type(kind.name), "create", "a way of signing in was added"))
}

fn of_device(
    now: &Snapshot,
    commit: &Commit,
    device: Id,
    (old, new): (Option<&Value>, Option<&Value>),
) -> Option<Signal> {
    let device = now.find_a(&DEVICE, device)?;
    let word = |value: Option<&Value>| {
        if value.and_then(Value::as_bool) == Some(true) { "compliant" } else { "not-compliant" }
    };
    let (previous, current) = (word(old), word(new));
    if previous == current {
        return None;
    }
    let owner = now.links(device.id, schema::device::REGISTERED_OWNERS).map(|link| link.object.id).next();
    let name = device.get(DEVICE_ID).map_or_else(|| device.id.to_string(), str::to_owned);
    let data = data(commit, owner.unwrap_or_default(), "the compliance of the device was evaluated")
        .with("previous_status", previous)
        .with("current_status", current);
    Some(Signal { event: DEVICE_COMPLIANCE_CHANGE, about: About::Device { device: name, owner }, data })
}

fn of_risk(commit: &Commit, attributes: &[(directory::AttrId, Value)], signals: &mut Vec<Signal>) {
    let find = |id| attributes.iter().find(|(attribute, _)| *attribute == id).map(|(_, value)| value);
    let Some(user) = find(USER_ID.id).and_then(Value::as_text).and_then(directory::id_from_text) else { return };
    let events: Vec<&str> =
        find(ACTIVITY.id).and_then(Value::as_record).map(|a| a.texts("riskEventTypes").collect()).unwrap_or_default();
    // CAEP knows no level below low.
    let level = match find(RISK_LEVEL.id).and_then(Value::as_text) {
        Some("high") => "HIGH",
        Some("medium") => "MEDIUM",
        _ => "LOW",
    };
    let why = data(commit, user, "the risk of the account changed")
        .with("principal", "USER")
        .with("current_level", level)
        .with_some("risk_reason", (!events.is_empty()).then(|| events.join(", ")));
    signals.push(Signal { event: RISK_LEVEL_CHANGE, about: About::User(user), data: why });
    if events.iter().any(|event| COMPROMISING.contains(event)) {
        let data = Record::new()
            .with("credential_type", "password")
            .with("event_timestamp", commit.at.unix())
            .with("reason_admin", Record::new().with("en", "somebody else may know the password"));
        signals.push(Signal { event: CREDENTIAL_COMPROMISE, about: About::User(user), data });
    }
}
