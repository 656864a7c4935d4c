//! Joining with nobody signed in: a join token, which an administrator made for so many devices and so long, stands in for the
//! person; where it says so, only devices registered in advance may use it.
//!
//! A serial number is printed on the device and proves nothing: registration narrows who may use a token, it replaces none.

use directory::{
    Attr, AttrId, Call, Change, Check, Decision, Id, Object, Record, Refusal, Snapshot, Time, Value, id_from_text,
    is_sha256,
};
use schema::device::{
    ALTERNATIVE_SECURITY_IDS, DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, KEY_THUMBPRINT, OPERATING_SYSTEM_VERSION,
    PROFILE_TYPE, REGISTERED_OWNERS, REGISTRATION_DATE_TIME, TRUST_TYPE,
};
use schema::device_join_token::{
    CREATED_DATE_TIME, DEVICE_JOIN_TOKEN, EXPIRATION_DATE_TIME, GROUP_IDS, IS_REGISTRATION_REQUIRED,
    JOINED_DEVICE_COUNT, MAXIMUM_DEVICE_COUNT, TOKEN_HASH,
};
use schema::group::{GROUP, MEMBERS, MEMBERSHIP_RULE};
use schema::imported_device_identity::{
    ENDORSEMENT_KEY, ENROLLMENT_STATE, IMPORTED_DEVICE_IDENTIFIER, IMPORTED_DEVICE_IDENTITY,
    IMPORTED_DEVICE_IDENTITY_TYPE, LAST_CONTACTED_DATE_TIME, LAST_MODIFIED_DATE_TIME,
};
use schema::managed_device::ENROLLMENT_PROFILE_NAME;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MANUFACTURER, MODEL, OPERATING_SYSTEM};

use crate::enrol;
use crate::join::{About, NAME_CHARS_MAX, Ownership};
use crate::restriction::may_enrol;

/// What the hash of a token is for.
pub const TOKEN_PURPOSE: &str = "device join token";
/// How long a token may be good.
pub const TOKEN_DAYS_MAX: u64 = 180;
/// How many devices one token may let in.
pub const TOKEN_DEVICES_MAX: i64 = 100_000;
/// How many tokens there may be.
pub const TOKENS_MAX: usize = 1_000;
/// How many groups a token may name.
const GROUPS_MAX: usize = 20;

/// The verified evidence of a join without a person.
#[derive(Clone, Debug)]
pub struct Unattended {
    /// The hash by which the token is recognised.
    pub token_hash: String,
    /// The JWK thumbprint (RFC 7638) of the key that the device holds.
    pub key_thumbprint: String,
    /// SHA-256 of the endorsement key of the TPM in which that key was proved to lie, in hexadecimal digits.
    pub endorsement_key: Option<String>,
    pub about: About,
}

/// Tokens are dated, bounded and name groups that can be joined.
pub(crate) const TOKENS: Check = Check { kind: &DEVICE_JOIN_TOKEN, complete: Some(begin), check: Some(judge) };
/// Registrations say when they were made and that nothing was heard of the device yet.
pub(crate) const REGISTRATIONS: Check =
    Check { kind: &IMPORTED_DEVICE_IDENTITY, complete: Some(register), check: Some(judge_registration) };

/// Whether a token would let anybody in now, as far as its time goes.
#[must_use]
pub fn is_known(now: &Snapshot, at: Time, token_hash: &str) -> bool {
    let token = now.find_by(&DEVICE_JOIN_TOKEN, TOKEN_HASH, token_hash);
    token.and_then(|token| token.get(EXPIRATION_DATE_TIME)).is_some_and(|expires| expires > at)
}

/// Whether a device is registered by this endorsement key (SHA-256, in hexadecimal digits).
#[must_use]
pub fn is_registered(now: &Snapshot, endorsement_key: &str) -> bool {
    now.find_by(&IMPORTED_DEVICE_IDENTITY, ENDORSEMENT_KEY, endorsement_key).is_some()
}

/// Decide a join. The answer is a record like that of a person's join.
pub fn join(now: &Snapshot, call: &Call<'_>, join: &Unattended) -> Result<Decision, Refusal> {
    let token = now.find_by(&DEVICE_JOIN_TOKEN, TOKEN_HASH, join.token_hash.as_str());
    let token = token.ok_or_else(|| Refusal::denied("the join token is not known; ask for another"))?;
    if token.get(EXPIRATION_DATE_TIME).is_none_or(|expires| expires <= call.at) {
        return Err(Refusal::denied("the join token has expired; ask for another"));
    }
    if let Some(known) = now.find_by(&DEVICE, KEY_THUMBPRINT, join.key_thumbprint.as_str()) {
        return again(now, known);
    }
    let joined = token.get(JOINED_DEVICE_COUNT).unwrap_or_default();
    if joined >= token.get(MAXIMUM_DEVICE_COUNT).unwrap_or_default() {
        return Err(Refusal::limit(format!("{joined} devices have joined with this token, and no more may")));
    }
    let registered = registration(now, join);
    if let Some(registered) = registered
        && registered.has(ENDORSEMENT_KEY.id)
        && registered.get(ENDORSEMENT_KEY) != join.endorsement_key.as_deref()
    {
        let text = "the device is registered with its TPM, and has not proved to be it; see that `tpm2-tools` are installed and the TPM is on";
        return Err(Refusal::denied(text));
    }
    if token.is(IS_REGISTRATION_REQUIRED) && registered.is_none() {
        let serial = join.about.serial_number.as_deref().unwrap_or("none");
        return Err(Refusal::denied(format!(
            "no device with serial number `{serial}` is registered; register it, or use a token that lets others in"
        )));
    }

    may_enrol(now, None, Ownership::Company, &join.about)?;
    let (id, device_id, managed) = (call.new_id(), call.new_id().to_string(), call.new_id());
    let mut changes = vec![Change::Create { id, kind: DEVICE.id(), attributes: attributes(call, join, &device_id) }];
    changes.extend(enrol::changes(call.at, None, managed, (id, &device_id), Ownership::Company, &join.about));
    let profile = token.get(DISPLAY_NAME).unwrap_or_default();
    changes.push(Change::set(managed, ENROLLMENT_PROFILE_NAME, profile));
    changes.push(Change::set(token.id, JOINED_DEVICE_COUNT, joined + 1));
    if let Some(registered) = registered {
        changes.push(Change::set(registered.id, ENROLLMENT_STATE, "enrolled"));
        changes.push(Change::set(registered.id, LAST_CONTACTED_DATE_TIME, call.at));
    }
    // A group that was deleted, or fills itself by a rule since, does not hold a join up.
    let groups = token.get(GROUP_IDS).unwrap_or_default().into_iter().filter_map(id_from_text);
    let groups = groups.filter(|id| joinable(now, *id));
    changes.extend(groups.map(|group| Change::link(group, MEMBERS, id)));
    let answer = Record::new().with("device", id).with("deviceId", device_id.as_str()).with("managedDevice", managed);
    Ok(Decision::change(changes).answering(answer))
}

/// The same device, whose answer was lost on the way: nothing is created.
fn again(now: &Snapshot, known: &Object) -> Result<Decision, Refusal> {
    if now.linked(known.id, REGISTERED_OWNERS).is_some() {
        return Err(Refusal::conflict("the key belongs to a person's device; make a new key"));
    }
    if !known.is(ACCOUNT_ENABLED) {
        return Err(Refusal::denied("the device is disabled; ask an administrator"));
    }
    let answer = Record::new()
        .with("device", known.id)
        .with("deviceId", known.get(DEVICE_ID).unwrap_or_default())
        .with_some("managedDevice", crate::managed_of(now, known).map(|managed| managed.id));
    Ok(Decision::default().answering(answer))
}

/// The registration of a device that says this about itself.
fn registration<'a>(now: &'a Snapshot, join: &Unattended) -> Option<&'a Object> {
    // What was proved counts before what is only said.
    let by_tpm =
        join.endorsement_key.as_deref().and_then(|key| now.find_by(&IMPORTED_DEVICE_IDENTITY, ENDORSEMENT_KEY, key));
    by_tpm.or_else(|| by_serial(now, &join.about))
}

fn by_serial<'a>(now: &'a Snapshot, about: &About) -> Option<&'a Object> {
    let said = |text: &Option<String>| text.as_deref().map(str::trim).unwrap_or_default().to_owned();
    let serial = said(&about.serial_number);
    if serial.is_empty() {
        return None;
    }
    let whole = [said(&about.manufacturer), said(&about.model), serial.clone()].join(",");
    let ways = [("serialNumber", serial), ("manufacturerModelSerial", whole)];
    ways.into_iter().find_map(|(ty, identifier)| {
        let found = now.by(IMPORTED_DEVICE_IDENTIFIER, identifier.as_str());
        found
            .filter(|object| now.is_a(object, &IMPORTED_DEVICE_IDENTITY))
            .find(|object| object.get(IMPORTED_DEVICE_IDENTITY_TYPE) == Some(ty))
    })
}

fn joinable(now: &Snapshot, group: Id) -> bool {
    now.find_a(&GROUP, group).is_some_and(|group| !group.has(MEMBERSHIP_RULE.id))
}

fn attributes(call: &Call<'_>, join: &Unattended, device_id: &str) -> Vec<(AttrId, Value)> {
    let about = &join.about;
    let name = if about.name.trim().is_empty() { device_id } else { about.name.trim() };
    let key = format!("X509:<SHA256-TP-PUBKEY>{}", join.key_thumbprint).into_bytes();
    let security_id = Record::new().with("type", 2_i64).with("key", key);
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (ALTERNATIVE_SECURITY_IDS.id, vec![security_id].into()),
        (DEVICE_ID.id, device_id.into()),
        (DEVICE_OWNERSHIP.id, "Company".into()),
        (DISPLAY_NAME.id, name.chars().take(NAME_CHARS_MAX).collect::<String>().into()),
        (KEY_THUMBPRINT.id, join.key_thumbprint.as_str().into()),
        (OPERATING_SYSTEM.id, about.operating_system.as_str().into()),
        (OPERATING_SYSTEM_VERSION.id, about.operating_system_version.as_str().into()),
        (PROFILE_TYPE.id, "RegisteredDevice".into()),
        (REGISTRATION_DATE_TIME.id, call.at.into()),
        (TRUST_TYPE.id, "AzureAd".into()),
        (schema::device::APPROXIMATE_LAST_SIGN_IN_DATE_TIME.id, call.at.into()),
    ];
    let optional: [(Attr<str>, &Option<String>); 2] = [(MANUFACTURER, &about.manufacturer), (MODEL, &about.model)];
    attributes.extend(optional.iter().filter_map(|(attribute, text)| Some((attribute.id, text.as_deref()?.into()))));
    attributes
}

#[allow(clippy::ptr_arg, reason = "the shape that a check has")]
fn begin(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    complete_new(changes, &DEVICE_JOIN_TOKEN, |_| {
        vec![(CREATED_DATE_TIME.id, call.at.into()), (JOINED_DEVICE_COUNT.id, 0_i64.into())]
    });
    Ok(())
}

#[allow(clippy::ptr_arg, reason = "the shape that a check has")]
fn register(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    complete_new(changes, &IMPORTED_DEVICE_IDENTITY, |_| {
        vec![
            (CREATED_DATE_TIME.id, call.at.into()),
            (LAST_MODIFIED_DATE_TIME.id, call.at.into()),
            (ENROLLMENT_STATE.id, "notContacted".into()),
        ]
    });
    Ok(())
}

/// Fill in what new objects of a kind have not been given.
fn complete_new(changes: &mut [Change], wanted: &'static directory::Kind, fill: impl Fn(Id) -> Vec<(AttrId, Value)>) {
    for change in changes {
        if let Change::Create { id, kind, attributes } = change
            && *kind == wanted.id()
        {
            for (attribute, value) in fill(*id) {
                if !attributes.iter().any(|(given, _)| *given == attribute) {
                    attributes.push((attribute, value));
                }
            }
        }
    }
}

fn judge(_: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    if after.count(&DEVICE_JOIN_TOKEN) > TOKENS_MAX {
        return Err(Refusal::limit(format!("there are {TOKENS_MAX} join tokens; delete those that have expired")));
    }
    for change in changes {
        let Some(token) = after.find_a(&DEVICE_JOIN_TOKEN, change.subject()) else { continue };
        let is_about = |attribute: AttrId| match change {
            Change::Create { .. } => true,
            Change::Set { attribute: set, .. } => *set == attribute,
            _ => false,
        };
        let latest = call.at + std::time::Duration::from_secs(TOKEN_DAYS_MAX * 86_400);
        let expires = token.get(EXPIRATION_DATE_TIME);
        if is_about(EXPIRATION_DATE_TIME.id) && expires.is_none_or(|at| at <= call.at || at > latest) {
            let text = format!("a join token expires in the future, and within {TOKEN_DAYS_MAX} days");
            return Err(Refusal::invalid(text).at(EXPIRATION_DATE_TIME.name));
        }
        let count = token.get(MAXIMUM_DEVICE_COUNT).unwrap_or_default();
        if is_about(MAXIMUM_DEVICE_COUNT.id) && !(1..=TOKEN_DEVICES_MAX).contains(&count) {
            let text = format!("a join token lets in 1 to {TOKEN_DEVICES_MAX} devices");
            return Err(Refusal::invalid(text).at(MAXIMUM_DEVICE_COUNT.name));
        }
        let groups = token.get(GROUP_IDS).unwrap_or_default();
        let are_joinable = groups.iter().all(|id| id_from_text(id).is_some_and(|id| joinable(after, id)));
        if is_about(GROUP_IDS.id) && (groups.len() > GROUPS_MAX || !are_joinable) {
            let text = format!("name at most {GROUPS_MAX} groups that are not filled by a rule");
            return Err(Refusal::invalid(text).at(GROUP_IDS.name));
        }
    }
    Ok(())
}

/// Whether a text can identify a device in this way.
pub(crate) fn is_identifier(ty: &str, identifier: &str) -> Result<(), Refusal> {
    let (is_right, rule) = match ty {
        "serialNumber" => (!identifier.trim().is_empty(), "a serial number"),
        "manufacturerModelSerial" => {
            (identifier.split(',').count() == 3, "manufacturer, model and serial number with commas between")
        }
        _ => {
            (false, "of type `serialNumber` or `manufacturerModelSerial`, or the hash of a TPM's endorsement key again")
        }
    };
    if is_right && identifier == identifier.trim() {
        return Ok(());
    }
    let text = format!("`importedDeviceIdentifier` must be {rule}, without space around it");
    Err(Refusal::invalid(text).at(IMPORTED_DEVICE_IDENTIFIER.name))
}

fn judge_registration(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes.iter().filter(|change| matches!(change, Change::Create { .. })) {
        let Some(made) = after.find_a(&IMPORTED_DEVICE_IDENTITY, change.subject()) else { continue };
        let identifier = made.get(IMPORTED_DEVICE_IDENTIFIER).unwrap_or_default();
        let ty = made.get(IMPORTED_DEVICE_IDENTITY_TYPE).unwrap_or_default();
        // Graph has no name for a TPM.
        let is_tpm = ty == "unknown" && made.get(ENDORSEMENT_KEY) == Some(identifier);
        if !is_tpm {
            is_identifier(ty, identifier)?;
        }
        if !made.get(ENDORSEMENT_KEY).is_none_or(is_sha256) {
            return Err(Refusal::invalid("give 64 lower-case hex digits").at(ENDORSEMENT_KEY.name));
        }
        let same = after.by(IMPORTED_DEVICE_IDENTIFIER, identifier);
        if same.filter(|object| after.is_a(object, &IMPORTED_DEVICE_IDENTITY)).count() > 1 {
            return Err(Refusal::conflict(format!("`{identifier}` is registered already")));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::world::{World, id};

    fn token(w: &mut World, n: u128, more: Vec<(AttrId, Value)>) -> Result<(), Refusal> {
        let mut attributes: Vec<(AttrId, Value)> = vec![
            (DISPLAY_NAME.id, "workshop".into()),
            (EXPIRATION_DATE_TIME.id, (w.at + Duration::from_secs(86_400)).into()),
            (MAXIMUM_DEVICE_COUNT.id, 2_i64.into()),
            (TOKEN_HASH.id, format!("hash {n}").into()),
        ];
        for (attribute, value) in more {
            attributes.retain(|(given, _)| *given != attribute);
            attributes.push((attribute, value));
        }
        w.submit(vec![Change::Create { id: id(n), kind: DEVICE_JOIN_TOKEN.id(), attributes }]).map(drop)
    }

    fn comes(w: &mut World, n: u128, key: &str, serial: &str) -> Result<Record, String> {
        comes_with(w, n, key, serial, None)
    }

    fn comes_with(w: &mut World, n: u128, key: &str, serial: &str, tpm: Option<char>) -> Result<Record, String> {
        let asked = Unattended {
            token_hash: format!("hash {n}"),
            key_thumbprint: key.into(),
            endorsement_key: tpm.map(|digit| digit.to_string().repeat(64)),
            about: About {
                name: format!("lt-{key}"),
                operating_system: "Linux".into(),
                serial_number: Some(serial.into()),
                manufacturer: Some("XYZ".into()),
                model: Some("Book".into()),
                ..About::default()
            },
        };
        let decision = w.decided(|now, call| join(now, call, &asked)).map_err(|refusal| refusal.message)?;
        w.done(decision.plan.changes);
        Ok(decision.answer.unwrap().as_record().unwrap().clone())
    }

    #[test]
    fn a_token_lets_so_many_devices_in_and_no_device_twice() {
        let mut w = World::new();
        let group = w.group(10, &[]);
        token(&mut w, 700, vec![(GROUP_IDS.id, vec![group.to_string()].into())]).unwrap();
        let first = comes(&mut w, 700, "a", "S1").unwrap();
        assert_eq!(comes(&mut w, 700, "a", "S1").unwrap().guid("device"), first.guid("device"), "an answer was lost");
        comes(&mut w, 700, "b", "S2").unwrap();
        assert!(comes(&mut w, 700, "c", "S3").unwrap_err().contains("no more may"));
        assert_eq!(w.get(id(700)).get(JOINED_DEVICE_COUNT), Some(2));
        let device = first.guid("device").unwrap();
        assert!(w.now.why(group, MEMBERS, device).is_some());
        let managed = first.guid("managedDevice").unwrap();
        assert_eq!(w.get(managed).get(ENROLLMENT_PROFILE_NAME), Some("workshop"));
        assert_eq!(w.get(managed).get(schema::USER_ID), None, "nobody's");
        assert!(comes(&mut w, 701, "d", "S4").unwrap_err().contains("not known"));
        let later = w.at + Duration::from_secs(2 * 86_400);
        w.tick(later);
        assert!(comes(&mut w, 700, "a", "S1").unwrap_err().contains("expired"));
    }

    #[test]
    fn only_registered_devices_use_a_token_that_says_so() {
        let mut w = World::new();
        token(&mut w, 700, vec![(IS_REGISTRATION_REQUIRED.id, true.into())]).unwrap();
        for (n, ty, identifier) in [(1, "serialNumber", "S1"), (2, "manufacturerModelSerial", "XYZ,Book,S2")] {
            let attributes =
                vec![(IMPORTED_DEVICE_IDENTITY_TYPE.id, ty.into()), (IMPORTED_DEVICE_IDENTIFIER.id, identifier.into())];
            let create =
                |id| Change::Create { id, kind: IMPORTED_DEVICE_IDENTITY.id(), attributes: attributes.clone() };
            w.done(vec![create(id(800 + n))]);
            assert!(w.submit(vec![create(id(850 + n))]).is_err(), "registered already");
        }
        assert!(comes(&mut w, 700, "x", "S9").unwrap_err().contains("`S9`"));
        comes(&mut w, 700, "a", "S1").unwrap();
        comes(&mut w, 700, "b", "S2").unwrap();
        for n in [801, 802] {
            assert_eq!(w.get(id(n)).get(ENROLLMENT_STATE), Some("enrolled"));
        }
    }

    #[test]
    fn a_device_that_was_registered_with_its_tpm_has_to_be_it() {
        let mut w = World::new();
        token(&mut w, 700, vec![(IS_REGISTRATION_REQUIRED.id, true.into()), (MAXIMUM_DEVICE_COUNT.id, 9_i64.into())])
            .unwrap();
        let register = |w: &mut World, n: u128, ty: &str, identifier: String, tpm: String| {
            let attributes = vec![
                (IMPORTED_DEVICE_IDENTITY_TYPE.id, ty.into()),
                (IMPORTED_DEVICE_IDENTIFIER.id, identifier.into()),
                (ENDORSEMENT_KEY.id, tpm.into()),
            ];
            w.submit(vec![Change::Create { id: id(n), kind: IMPORTED_DEVICE_IDENTITY.id(), attributes }]).map(drop)
        };
        let hash = |digit: char| digit.to_string().repeat(64);
        register(&mut w, 801, "serialNumber", "S1".into(), hash('a')).unwrap();
        register(&mut w, 802, "unknown", hash('b'), hash('b')).unwrap();
        for (n, ty, identifier, tpm) in [
            (803, "serialNumber", "S3".to_owned(), hash('a')),
            (804, "serialNumber", "S3".to_owned(), "A".repeat(64)),
            (805, "unknown", "S3".to_owned(), hash('c')),
        ] {
            assert!(register(&mut w, n, ty, identifier, tpm).is_err(), "{n}");
        }
        assert!(comes(&mut w, 700, "k1", "S1").unwrap_err().contains("TPM"), "it says a serial number");
        assert!(comes_with(&mut w, 700, "k1", "S1", Some('c')).unwrap_err().contains("TPM"), "another TPM");
        comes_with(&mut w, 700, "k1", "S1", Some('a')).unwrap();
        comes_with(&mut w, 700, "k2", "whatever", Some('b')).unwrap();
        for n in [801, 802] {
            assert_eq!(w.get(id(n)).get(ENROLLMENT_STATE), Some("enrolled"));
        }
    }

    #[test]
    fn a_token_is_bounded_in_time_number_and_groups() {
        let mut w = World::new();
        let far = w.at + Duration::from_secs(200 * 86_400);
        let cases: Vec<(AttrId, Value)> = vec![
            (EXPIRATION_DATE_TIME.id, far.into()),
            (EXPIRATION_DATE_TIME.id, w.at.into()),
            (MAXIMUM_DEVICE_COUNT.id, 0_i64.into()),
            (MAXIMUM_DEVICE_COUNT.id, (TOKEN_DEVICES_MAX + 1).into()),
            (GROUP_IDS.id, vec![id(404).to_string()].into()),
        ];
        for (n, case) in cases.into_iter().enumerate() {
            assert!(token(&mut w, 710 + n as u128, vec![case]).is_err(), "case {n}");
        }
    }
}
