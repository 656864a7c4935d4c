//! Computers of the organisation's own directory: synchronised from there, and pending until the computer has registered itself
//! with the key whose certificate was synchronised along (hybrid join).
//!
//! Deliberately absent: reading that directory, which is the synchronisation's business, and checking the computer's
//! signature, which is the protocol's. A computer is nobody's: joining it enrols nothing.

use std::time::Duration;

use directory::{Call, Change, Check, Decision, Object, Record, Refusal, Snapshot, Time, Value};
use schema::ACCOUNT_ENABLED;
use schema::device::{
    ALTERNATIVE_SECURITY_IDS, APPROXIMATE_LAST_SIGN_IN_DATE_TIME, DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, KEY_THUMBPRINT,
    ON_PREMISES_CERTIFICATES, ON_PREMISES_SECURITY_IDENTIFIER, ON_PREMISES_SYNC_ENABLED, PROFILE_TYPE,
    REGISTRATION_DATE_TIME, TRANSPORT_KEY, TRUST_TYPE,
};

/// What `trustType` says of such a computer.
pub const SERVER_AD: &str = "ServerAd";
/// How many certificates a computer's account brings along; old ones are left behind when a computer is set up anew.
pub const CERTIFICATES_MAX: usize = 10;
/// The longest of them, in DER.
pub const CERTIFICATE_BYTES_MAX: usize = 8 << 10;
/// How old what the computer signed may be, and how far ahead its clock may be: what Kerberos allows in its domain.
pub const PROOF_AGE_MAX: Duration = Duration::from_secs(5 * 60);

/// The verified evidence of a hybrid join.
#[derive(Clone, Debug)]
pub struct Hybrid {
    /// `device.deviceId`: the id of the computer's account.
    pub device_id: String,
    /// The security identifier that the computer signed, …
    pub sid: String,
    /// … when, …
    pub signed_at: Time,
    /// … and the certificate, in DER, with whose key.
    pub certificate: Vec<u8>,
    /// The JWK thumbprint (RFC 7638) of the key that the device will be known by.
    pub key_thumbprint: String,
    /// The public key, as a JWK, to which secrets for the device are wrapped.
    pub transport_key: String,
}

/// Only what was synchronised is trusted as a computer of the organisation's own directory.
pub(crate) const CHECK: Check = Check { kind: &DEVICE, complete: Some(complete), check: Some(judge) };

/// Whether a device comes from the organisation's own directory.
pub(crate) fn is_synced(device: &Object) -> bool {
    device.is(ON_PREMISES_SYNC_ENABLED)
        && device.get(TRUST_TYPE).is_some_and(|trust| trust.eq_ignore_ascii_case(SERVER_AD))
}

/// The certificates with which a computer may prove that it is this one; none where it was not synchronised or is disabled.
#[must_use]
pub fn certificates(now: &Snapshot, device_id: &str) -> Vec<Vec<u8>> {
    let device = now.find_by(&DEVICE, DEVICE_ID, device_id);
    let device = device.filter(|device| is_synced(device) && device.is(ACCOUNT_ENABLED));
    let records = device.and_then(|device| device.get(ON_PREMISES_CERTIFICATES)).unwrap_or_default();
    records.iter().filter_map(|record| der(record).map(<[u8]>::to_vec)).collect()
}

/// Decide a hybrid join. The answer is a record: `device` (the object's id) and `deviceId`.
///
/// Refusals: `Denied` (the computer is not this one, or what it signed is not of now), `Conflict` (the key is another device's).
pub fn join(now: &Snapshot, call: &Call<'_>, asked: &Hybrid) -> Result<Decision, Refusal> {
    let pending =
        || Refusal::denied("the computer and its certificate have not been synchronised yet; try again later");
    let device = now.find_by(&DEVICE, DEVICE_ID, asked.device_id.as_str()).ok_or_else(pending)?;
    if !certificates(now, &asked.device_id).contains(&asked.certificate) {
        return Err(pending());
    }
    let is_theirs = device.get(ON_PREMISES_SECURITY_IDENTIFIER).is_some_and(|sid| sid.eq_ignore_ascii_case(&asked.sid));
    if !is_theirs {
        return Err(Refusal::denied("the computer signed the identifier of another one"));
    }
    check_time(asked.signed_at, call.at)?;
    if now.find_by(&DEVICE, KEY_THUMBPRINT, asked.key_thumbprint.as_str()).is_some_and(|other| other.id != device.id) {
        return Err(Refusal::conflict("the key belongs to another device; make a new key"));
    }
    let key = format!("X509:<SHA256-TP-PUBKEY>{}", asked.key_thumbprint).into_bytes();
    let security_id = Record::new().with("type", 2_i64).with("key", key);
    let changes = vec![
        Change::set(device.id, ALTERNATIVE_SECURITY_IDS, vec![security_id]),
        Change::set(device.id, APPROXIMATE_LAST_SIGN_IN_DATE_TIME, call.at),
        Change::set(device.id, KEY_THUMBPRINT, asked.key_thumbprint.as_str()),
        Change::set(device.id, PROFILE_TYPE, "RegisteredDevice"),
        Change::set(device.id, REGISTRATION_DATE_TIME, call.at),
        Change::set(device.id, TRANSPORT_KEY, asked.transport_key.as_str()),
    ];
    let answer = Record::new().with("device", device.id).with("deviceId", asked.device_id.as_str());
    Ok(Decision::change(changes).answering(answer))
}

/// Whether what a computer signed is of now.
pub fn check_time(signed_at: Time, now: Time) -> Result<(), Refusal> {
    if signed_at > now + PROOF_AGE_MAX || signed_at + PROOF_AGE_MAX < now {
        return Err(Refusal::denied("what the computer signed is not of now; set its clock"));
    }
    Ok(())
}

/// A computer that takes itself out is pending again: whether it is one of the organisation's is for its own directory to say.
pub(crate) fn unregistered(device: &Object) -> Vec<Change> {
    vec![
        Change::clear(device.id, ALTERNATIVE_SECURITY_IDS),
        Change::clear(device.id, KEY_THUMBPRINT),
        Change::clear(device.id, REGISTRATION_DATE_TIME),
        Change::clear(device.id, TRANSPORT_KEY),
    ]
}

/// A computer that is synchronised is the organisation's.
fn complete(_: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { kind, attributes, .. } = change else { continue };
        let says = |attribute: directory::AttrId| attributes.iter().find(|(id, _)| *id == attribute).map(|(_, v)| v);
        let is_synced = says(ON_PREMISES_SYNC_ENABLED.id).and_then(Value::as_bool) == Some(true);
        if *kind == DEVICE.id() && is_synced && says(DEVICE_OWNERSHIP.id).is_none() {
            attributes.push((DEVICE_OWNERSHIP.id, "Company".into()));
        }
    }
    Ok(())
}

fn der(record: &Record) -> Option<&[u8]> {
    match record.get("value") {
        Some(Value::Bytes(der)) => Some(der),
        _ => None,
    }
}

fn judge(now: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    const SAID: [directory::AttrId; 4] =
        [TRUST_TYPE.id, ON_PREMISES_SYNC_ENABLED.id, ON_PREMISES_SECURITY_IDENTIFIER.id, ON_PREMISES_CERTIFICATES.id];
    for change in changes {
        let is_about_it = match change {
            Change::Create { .. } => true,
            Change::Set { attribute, .. } => SAID.contains(attribute),
            _ => false,
        };
        let Some(device) = after.find_a(&DEVICE, change.subject()).filter(|_| is_about_it) else { continue };
        let trusted = device.get(TRUST_TYPE).is_some_and(|trust| trust.eq_ignore_ascii_case(SERVER_AD));
        if trusted && !(device.is(ON_PREMISES_SYNC_ENABLED) && device.has(ON_PREMISES_SECURITY_IDENTIFIER.id)) {
            let text = "a device has this trust only where it is synchronised: \
                        say `onPremisesSyncEnabled` and `onPremisesSecurityIdentifier` too";
            return Err(Refusal::invalid(text).at(TRUST_TYPE.name));
        }
        let was_registered = now.find_a(&DEVICE, device.id).is_some_and(|was| was.has(KEY_THUMBPRINT.id));
        if trusted && was_registered && now.find_a(&DEVICE, device.id).is_some_and(|was| !is_synced(was)) {
            let text = "a device that has joined by itself does not become one of the organisation's own directory";
            return Err(Refusal::state(text).at(TRUST_TYPE.name));
        }
        let certificates = device.get(ON_PREMISES_CERTIFICATES).unwrap_or_default();
        let is_small = |record: &Record| der(record).is_some_and(|der| der.len() <= CERTIFICATE_BYTES_MAX);
        if certificates.len() > CERTIFICATES_MAX || !certificates.iter().all(is_small) {
            let text = format!("give at most {CERTIFICATES_MAX} certificates of at most {CERTIFICATE_BYTES_MAX} bytes");
            return Err(Refusal::invalid(text).at(ON_PREMISES_CERTIFICATES.name));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::AttrId;

    use super::*;
    use crate::world::{World, id};

    const SID: &str = "S-1-5-21-1-2-3-1104";

    fn computer(more: Vec<(AttrId, Value)>) -> Change {
        let certificate = Record::new().with("value", Value::Bytes(b"its certificate".to_vec()));
        let mut attributes: Vec<(AttrId, Value)> = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DEVICE_ID.id, "pc-1".into()),
            (schema::DISPLAY_NAME.id, "PC-1".into()),
            (schema::OPERATING_SYSTEM.id, "Windows".into()),
            (schema::device::OPERATING_SYSTEM_VERSION.id, "10.0".into()),
            (TRUST_TYPE.id, SERVER_AD.into()),
            (ON_PREMISES_SYNC_ENABLED.id, true.into()),
            (ON_PREMISES_SECURITY_IDENTIFIER.id, SID.into()),
            (ON_PREMISES_CERTIFICATES.id, vec![certificate].into()),
        ];
        for (attribute, value) in more {
            attributes.retain(|(known, _)| *known != attribute);
            attributes.push((attribute, value));
        }
        Change::Create { id: id(900), kind: DEVICE.id(), attributes }
    }

    fn asked(w: &World) -> Hybrid {
        Hybrid {
            device_id: "pc-1".into(),
            sid: SID.into(),
            signed_at: w.at,
            certificate: b"its certificate".to_vec(),
            key_thumbprint: "key".into(),
            transport_key: "{}".into(),
        }
    }

    #[test]
    fn a_synchronised_computer_is_pending_until_it_registers_and_again_when_it_leaves() {
        let mut w = World::new();
        w.done(vec![computer(vec![])]);
        let is_pending = |w: &World| !w.get(id(900)).has(REGISTRATION_DATE_TIME.id);
        assert!(is_pending(&w) && w.get(id(900)).get(DEVICE_OWNERSHIP) == Some("Company"));
        let asked = asked(&w);
        let decision = w.decided(|now, call| join(now, call, &asked)).unwrap();
        w.done(decision.plan.changes);
        assert!(!is_pending(&w) && w.get(id(900)).get(KEY_THUMBPRINT) == Some("key"));
        // Set up anew: another key, the same computer.
        let again = Hybrid { key_thumbprint: "another".into(), ..asked };
        let decision = w.decided(|now, call| join(now, call, &again)).unwrap();
        w.done(decision.plan.changes);
        assert_eq!(w.get(id(900)).get(KEY_THUMBPRINT), Some("another"));
        let left = w.decided(|now, _| crate::end::leave(now, id(900))).unwrap();
        w.done(left.plan.changes);
        assert!(is_pending(&w) && w.get(id(900)).is(ACCOUNT_ENABLED) && !w.get(id(900)).has(KEY_THUMBPRINT.id));
    }

    #[test]
    fn only_the_very_computer_registers_and_only_now() {
        let mut w = World::new();
        w.done(vec![computer(vec![])]);
        let at = w.at;
        let late = PROOF_AGE_MAX + Duration::from_secs(1);
        type Edit = Box<dyn Fn(&mut Hybrid)>;
        let cases: Vec<(&str, Edit)> = vec![
            ("unknown", Box::new(|h| h.device_id = "pc-2".into())),
            ("another's identifier", Box::new(|h| h.sid = "S-1-5-21-1-2-3-1105".into())),
            ("a certificate that was not synchronised", Box::new(|h| h.certificate = b"other".to_vec())),
            ("too old", Box::new(move |h| h.signed_at = at - late)),
            ("of tomorrow", Box::new(move |h| h.signed_at = at + late)),
        ];
        for (what, edit) in cases {
            let mut asked = asked(&w);
            edit(&mut asked);
            assert!(w.decided(|now, call| join(now, call, &asked)).is_err(), "{what}");
        }
        w.done(vec![Change::set(id(900), ACCOUNT_ENABLED, false)]);
        let asked = asked(&w);
        assert!(w.decided(|now, call| join(now, call, &asked)).is_err(), "disabled");
    }

    #[test]
    fn nobody_gets_this_trust_by_saying_so() {
        let mut w = World::new();
        let long = Record::new().with("value", Value::Bytes(vec![0; CERTIFICATE_BYTES_MAX + 1]));
        let short = Record::new().with("value", Value::Bytes(vec![0]));
        for (what, more) in [
            ("not synchronised", (ON_PREMISES_SYNC_ENABLED.id, Value::from(false))),
            ("a long certificate", (ON_PREMISES_CERTIFICATES.id, vec![long].into())),
            ("too many", (ON_PREMISES_CERTIFICATES.id, vec![short; CERTIFICATES_MAX + 1].into())),
        ] {
            assert!(w.submit(vec![computer(vec![more])]).is_err(), "{what}");
        }
        let ann = w.user(1);
        let (device, _) = w.device(ann, crate::join::Ownership::Company);
        let taken = vec![
            Change::set(device, ON_PREMISES_SYNC_ENABLED, true),
            Change::set(device, ON_PREMISES_SECURITY_IDENTIFIER, SID),
            Change::set(device, TRUST_TYPE, SERVER_AD),
        ];
        assert!(w.submit(taken).is_err(), "it has joined by itself");
    }
}
