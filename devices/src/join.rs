//! Joining: a person who has proved who they are, and a key that a device has proved to hold, become a `device`; and, where
//! joining enrols, a `managedDevice`.
//!
//! Deliberately absent: tokens, certificate requests and certificates (the protocol has verified the ones and issues the
//! others), and Conditional Access, which was asked when the person's token was issued.

use directory::{Attr, AttrId, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value};
use schema::device::{
    ALTERNATIVE_SECURITY_IDS, DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, IS_MANAGED, KEY_THUMBPRINT,
    OPERATING_SYSTEM_VERSION, PROFILE_TYPE, REGISTERED_OWNERS, REGISTERED_USERS, REGISTRATION_DATE_TIME, TRANSPORT_KEY,
    TRUST_TYPE,
};
use schema::device_registration_policy::{
    AZURE_AD_JOIN, AZURE_AD_REGISTRATION, DEVICE_REGISTRATION_POLICY, MULTI_FACTOR_AUTH_CONFIGURATION,
    USER_DEVICE_QUOTA,
};
use schema::group::MEMBERS;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MANUFACTURER, MODEL, OPERATING_SYSTEM};

use crate::enrol;
use crate::restriction::may_enrol;

/// How many devices a person may have where no policy says otherwise: Entra's default.
pub const USER_DEVICE_QUOTA_DEFAULT: i64 = 50;
/// The longest name that is kept of a device.
pub(crate) const NAME_CHARS_MAX: usize = 256;

/// Whose device it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ownership {
    /// The organisation's: joined.
    Company,
    /// The person's own: registered.
    Personal,
}

/// The verified evidence of a join.
#[derive(Clone, Debug)]
pub struct Join {
    pub user: Id,
    /// The JWK thumbprint (RFC 7638) of the key that the device holds.
    pub key_thumbprint: String,
    /// The public key, as a JWK, to which secrets for the device are wrapped, where it has one of its own for that.
    pub transport_key: Option<String>,
    pub ownership: Ownership,
    pub about: About,
}

/// What the device says about itself when it joins.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub name: String,
    /// `Linux`, `Windows`, …
    pub operating_system: String,
    pub operating_system_version: String,
    pub manufacturer: Option<String>,
    pub model: Option<String>,
    pub serial_number: Option<String>,
}

/// Decide a join. The answer is a record: `device` (the object's id), `deviceId`, and `managedDevice` when it is managed.
///
/// Refusals: `Denied` (this person may not join, or has to prove more first), `Limit` (has as many devices as allowed), `Conflict` (the key belongs to
/// somebody else's device).
pub fn join(now: &Snapshot, call: &Call<'_>, join: &Join) -> Result<Decision, Refusal> {
    let user = now.find_a(&USER, join.user).filter(|user| user.is(ACCOUNT_ENABLED));
    let user = user.ok_or_else(|| Refusal::denied("the account is disabled or gone"))?;
    if let Some(known) = now.find_by(&DEVICE, KEY_THUMBPRINT, join.key_thumbprint.as_str()) {
        return join_again(now, join, user, known);
    }
    may_join(now, user, join.ownership)?;
    proved_enough(now, call)?;
    within_quota(now, user)?;

    let (id, device_id) = (call.new_id(), call.new_id().to_string());
    let mut changes = vec![Change::Create { id, kind: DEVICE.id(), attributes: attributes(call, join, &device_id) }];
    for link in [REGISTERED_OWNERS, REGISTERED_USERS] {
        changes.push(Change::link(id, link, user.id));
    }
    let mut answer = Record::new().with("device", id).with("deviceId", device_id.as_str());
    // A device that may not be enrolled is joined all the same.
    if enrol::is_due(now, user) && may_enrol(now, Some(user), join.ownership, &join.about).is_ok() {
        let managed = call.new_id();
        changes.extend(enrol::changes(call.at, Some(user), managed, (id, &device_id), join.ownership, &join.about));
        answer.set("managedDevice", managed);
    }
    Ok(Decision::change(changes).answering(answer))
}

/// The same device of the same person, whose answer was lost on the way, or who has a new key for what is wrapped to it: nothing
/// is created.
fn join_again(now: &Snapshot, join: &Join, user: &Object, known: &Object) -> Result<Decision, Refusal> {
    let is_theirs = now.why(known.id, REGISTERED_OWNERS, user.id).is_some();
    if !is_theirs || known.get(KEY_THUMBPRINT) != Some(join.key_thumbprint.as_str()) {
        return Err(Refusal::conflict("the key belongs to another person's device; make a new key"));
    }
    if !known.is(ACCOUNT_ENABLED) {
        return Err(Refusal::denied("the device is disabled; ask an administrator"));
    }
    let device_id = known.get(DEVICE_ID).unwrap_or_default();
    let new_key = join.transport_key.as_deref().filter(|key| known.get(TRANSPORT_KEY) != Some(key));
    let changes = new_key.map(|key| Change::set(known.id, TRANSPORT_KEY, key)).into_iter().collect();
    let answer = Record::new()
        .with("device", known.id)
        .with("deviceId", device_id)
        .with_some("managedDevice", crate::managed_of(now, known).map(|managed| managed.id));
    Ok(Decision::change(changes).answering(answer))
}

fn attributes(call: &Call<'_>, join: &Join, device_id: &str) -> Vec<(AttrId, Value)> {
    let about = &join.about;
    let (trust, ownership) = match join.ownership {
        Ownership::Company => ("AzureAd", "Company"),
        Ownership::Personal => ("Workplace", "Personal"),
    };
    let name = if about.name.trim().is_empty() { device_id } else { about.name.trim() };
    // Type 2 with the public key's thumbprint is how registered devices are known by their key.
    let key = format!("X509:<SHA256-TP-PUBKEY>{}", join.key_thumbprint).into_bytes();
    let security_id = Record::new().with("type", 2_i64).with("key", key);
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (ALTERNATIVE_SECURITY_IDS.id, vec![security_id].into()),
        (DEVICE_ID.id, device_id.into()),
        (DEVICE_OWNERSHIP.id, ownership.into()),
        (DISPLAY_NAME.id, name.chars().take(NAME_CHARS_MAX).collect::<String>().into()),
        (KEY_THUMBPRINT.id, join.key_thumbprint.as_str().into()),
        (OPERATING_SYSTEM.id, about.operating_system.as_str().into()),
        (OPERATING_SYSTEM_VERSION.id, about.operating_system_version.as_str().into()),
        (PROFILE_TYPE.id, "RegisteredDevice".into()),
        (REGISTRATION_DATE_TIME.id, call.at.into()),
        (TRUST_TYPE.id, trust.into()),
        (schema::device::APPROXIMATE_LAST_SIGN_IN_DATE_TIME.id, call.at.into()),
    ];
    for (attribute, text) in
        [(MANUFACTURER, &about.manufacturer), (MODEL, &about.model), (TRANSPORT_KEY, &join.transport_key)]
    {
        attributes.extend(text.as_ref().map(|text| (attribute.id, text.as_str().into())));
    }
    attributes
}

/// Whether the tenant lets this person join or register devices.
fn may_join(now: &Snapshot, user: &Object, ownership: Ownership) -> Result<(), Refusal> {
    let Some(policy) = now.all(&DEVICE_REGISTRATION_POLICY).next() else { return Ok(()) };
    let (attribute, field): (Attr<Record>, &str) = match ownership {
        Ownership::Company => (AZURE_AD_JOIN, "allowedToJoin"),
        Ownership::Personal => (AZURE_AD_REGISTRATION, "allowedToRegister"),
    };
    let rule = policy.get(attribute).unwrap_or_default();
    let Some(allowed) = rule.record(field) else { return Ok(()) };
    let kind = allowed.text("@odata.type").unwrap_or_default();
    let is_allowed = match kind.rsplit_once('.').map_or(kind, |(_, name)| name) {
        "noDeviceRegistrationMembership" => false,
        "enumeratedDeviceRegistrationMembership" => {
            let groups = now.closure(user.id, MEMBERS, true);
            let names = |list: &str, id: Id| allowed.texts(list).any(|text| directory::id_from_text(text) == Some(id));
            names("users", user.id) || groups.iter().any(|group| names("groups", group.id))
        }
        _ => true,
    };
    if is_allowed { Ok(()) } else { Err(Refusal::denied("the organisation does not let you join devices")) }
}

/// Whether the tenant asks for two factors to join (`multiFactorAuthConfiguration`), and they were proved.
fn proved_enough(now: &Snapshot, call: &Call<'_>) -> Result<(), Refusal> {
    let policy = now.all(&DEVICE_REGISTRATION_POLICY).next();
    let is_required = policy.and_then(|policy| policy.get(MULTI_FACTOR_AUTH_CONFIGURATION)) == Some("required");
    if !is_required || call.caller.strong {
        Ok(())
    } else {
        Err(Refusal::denied("the organisation asks for two factors to join devices; sign in with both"))
    }
}

fn within_quota(now: &Snapshot, user: &Object) -> Result<(), Refusal> {
    let policy = now.all(&DEVICE_REGISTRATION_POLICY).next();
    let quota = policy.and_then(|policy| policy.get(USER_DEVICE_QUOTA)).unwrap_or(USER_DEVICE_QUOTA_DEFAULT);
    let owned = now.backlinks(user.id, REGISTERED_OWNERS).filter(|owned| now.is_a(owned.object, &DEVICE)).count();
    if i64::try_from(owned).is_ok_and(|owned| owned < quota) {
        Ok(())
    } else {
        Err(Refusal::limit(format!("you have {owned} devices, and {quota} are allowed; remove one first")))
    }
}

/// Whether a device has been under management, now or before: it does not come back by itself.
pub(crate) fn was_managed(device: &Object) -> bool {
    device.get(IS_MANAGED).is_some()
}
