//! Enrolment: a directory device comes under management, because its person is licensed and the tenant enrols by join.

use directory::{AttrId, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::device::{
    DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, IS_MANAGED, KEY_THUMBPRINT, MANAGEMENT_TYPE, MDM_APP_ID, REGISTERED_OWNERS,
};
use schema::device_management::{AUTOMATIC_ENROLLMENT, DEVICE_MANAGEMENT};
use schema::group::MEMBERS;
use schema::managed_device::{
    AZURE_AD_DEVICE_ID, AZURE_AD_REGISTERED, DEVICE_ENROLLMENT_TYPE, DEVICE_NAME, DEVICE_REGISTRATION_STATE,
    DEVICE_TYPE, EMAIL_ADDRESS, ENROLLED_BY_USER_PRINCIPAL_NAME, ENROLLED_DATE_TIME, JOIN_TYPE, LAST_SYNC_DATE_TIME,
    MANAGED_DEVICE, MANAGED_DEVICE_NAME, MANAGED_DEVICE_OWNER_TYPE, MANAGEMENT_AGENT,
    MANAGEMENT_CERTIFICATE_EXPIRATION_DATE, MANAGEMENT_STATE, OS_VERSION, OWNER_TYPE, SERIAL_NUMBER, USER_DISPLAY_NAME,
    USERS,
};
use schema::user::USER;
use schema::{
    ACCOUNT_ENABLED, ASSIGNED_PLANS, DISPLAY_NAME, MAIL, MANUFACTURER, MODEL, OPERATING_SYSTEM, USER_ID,
    USER_PRINCIPAL_NAME,
};

use crate::join::{About, Join, Ownership, was_managed};
use crate::restriction::may_enrol;

/// The service plans that carry device management, by name: Intune's, and Castellan's own.
pub const MANAGEMENT_PLANS: &[&str] = &["INTUNE_A", "INTUNE_EDU", "INTUNE_SMBIZ", "CASTELLAN_DEVICES"];

/// The application that manages devices, by the id that rules of dynamic groups know: Intune's.
pub const MANAGEMENT_APP_ID: &str = "0000000a-0000-0000-c000-000000000000";

/// Whether joining a device enrols it: the person is licensed, and within the tenant's scope.
pub(crate) fn is_due(now: &Snapshot, user: &Object) -> bool {
    user.is(ACCOUNT_ENABLED) && is_licensed(user) && is_in_scope(now, user)
}

/// Whether a person has a licence with device management in it.
#[must_use]
pub fn is_licensed(user: &Object) -> bool {
    user.get(ASSIGNED_PLANS).unwrap_or_default().iter().any(|plan| {
        let service = plan.text("service").unwrap_or_default();
        plan.text("capabilityStatus").is_none_or(|status| status == "Enabled")
            && MANAGEMENT_PLANS.iter().any(|name| name.eq_ignore_ascii_case(service))
    })
}

fn is_in_scope(now: &Snapshot, user: &Object) -> bool {
    let scope = now.all(&DEVICE_MANAGEMENT).next().and_then(|tenant| tenant.get(AUTOMATIC_ENROLLMENT));
    let Some(scope) = scope else { return true };
    match scope.text("appliesTo") {
        Some("none") => false,
        Some("selected") => {
            let groups = now.closure(user.id, MEMBERS, true);
            scope.texts("groupIds").filter_map(directory::id_from_text).any(|id| groups.iter().any(|g| g.id == id))
        }
        _ => true,
    }
}

/// Enrol a device that joined when its person had no licence yet, and has one now. `None`: nothing to do. A device whose
/// management was ended does not come back by itself.
#[must_use]
pub fn enrolment_due<'a>(now: &'a Snapshot, device: &Object) -> Option<&'a Object> {
    if was_managed(device) || !device.is(ACCOUNT_ENABLED) {
        return None;
    }
    let owner = now.linked(device.id, REGISTERED_OWNERS).filter(|owner| now.is_a(owner, &USER))?;
    let may = || may_enrol(now, Some(owner), ownership_of(device), &about(device)).is_ok();
    (is_due(now, owner) && may()).then_some(owner)
}

/// What a person asks who enrols a device themselves, instead of having it enrolled by joining it.
#[derive(Clone, Debug)]
pub struct Enrolment {
    pub user: Id,
    /// The device that the person's sign-in was made on, where it has joined or registered: `device.deviceId`.
    pub device_id: Option<String>,
    /// The JWK thumbprint (RFC 7638) of the key that is certified; a device that has not joined is known by it.
    pub key_thumbprint: String,
    pub about: About,
    /// The end of the certificate of management.
    pub certified_until: Time,
}

/// Enrol a device for the person who asks. The answer is a record: `device` (the object's id) and `managedDevice`. Asked
/// again about a device that is managed already, it answers the same managed device.
///
/// Refusals: `Denied` (this person may not enrol such a device), `Limit` (has as many as allowed), `Conflict` (the key or
/// the device is somebody else's).
pub fn enrol_asked(now: &Snapshot, call: &Call<'_>, asked: &Enrolment) -> Result<Decision, Refusal> {
    let user = now.find_a(&USER, asked.user).filter(|user| user.is(ACCOUNT_ENABLED));
    let user = user.ok_or_else(|| Refusal::denied("the account is disabled or gone"))?;
    if !is_licensed(user) {
        return Err(Refusal::denied("you have no licence for device management; ask an administrator"));
    }
    let Some(device_id) = asked.device_id.as_deref() else { return enrol_unjoined(now, call, asked, user) };
    let device = now.find_by(&DEVICE, DEVICE_ID, device_id).filter(|device| device.is(ACCOUNT_ENABLED));
    let device = device.ok_or_else(|| Refusal::denied("the device is disabled or gone; join it again"))?;
    if now.why(device.id, REGISTERED_OWNERS, user.id).is_none() {
        return Err(Refusal::conflict("the device is another person's"));
    }
    enrol_known(now, call, asked, user, device)
}

/// A device that has joined, or has been enrolled with this key before.
fn enrol_known(
    now: &Snapshot,
    call: &Call<'_>,
    asked: &Enrolment,
    user: &Object,
    device: &Object,
) -> Result<Decision, Refusal> {
    let answer = Record::new().with("device", device.id);
    if let Some(managed) = crate::managed_of(now, device) {
        if managed.get(USER_ID).is_some_and(|theirs| theirs != user.id.to_string()) {
            return Err(Refusal::conflict("the device is managed for another person"));
        }
        if crate::facts::has_agent(managed) {
            return Err(Refusal::conflict("the device is managed by its agent; take it out there first"));
        }
        let until = Change::set(managed.id, MANAGEMENT_CERTIFICATE_EXPIRATION_DATE, asked.certified_until);
        return Ok(Decision::change(vec![until]).answering(answer.with("managedDevice", managed.id)));
    }
    let ownership = ownership_of(device);
    let known = about(device);
    // Some clients say little when they enrol; what was said when the device joined counts then.
    let or = |said: &str, known: String| if said.is_empty() { known } else { said.to_owned() };
    let about = About {
        name: or(&asked.about.name, known.name),
        operating_system: or(&asked.about.operating_system, known.operating_system),
        operating_system_version: or(&asked.about.operating_system_version, known.operating_system_version),
        manufacturer: asked.about.manufacturer.clone().or(known.manufacturer),
        model: asked.about.model.clone().or(known.model),
        serial_number: asked.about.serial_number.clone(),
    };
    may_enrol(now, Some(user), ownership, &about)?;
    let managed = call.new_id();
    let device_id = device.get(DEVICE_ID).unwrap_or_default();
    let mut changes = changes(call.at, Some(user), managed, (device.id, device_id), ownership, &about);
    changes.push(Change::set(managed, MANAGEMENT_CERTIFICATE_EXPIRATION_DATE, asked.certified_until));
    Ok(Decision::change(changes).answering(answer.with("managedDevice", managed)))
}

/// A device that has not joined becomes known as the person's own.
fn enrol_unjoined(now: &Snapshot, call: &Call<'_>, asked: &Enrolment, user: &Object) -> Result<Decision, Refusal> {
    if let Some(known) = now.find_by(&DEVICE, KEY_THUMBPRINT, asked.key_thumbprint.as_str()) {
        if now.why(known.id, REGISTERED_OWNERS, user.id).is_none() {
            return Err(Refusal::conflict("the key belongs to another person's device; make a new key"));
        }
        return enrol_known(now, call, asked, user, known);
    }
    may_enrol(now, Some(user), Ownership::Personal, &asked.about)?;
    let join = Join {
        user: asked.user,
        key_thumbprint: asked.key_thumbprint.clone(),
        transport_key: None,
        ownership: Ownership::Personal,
        about: asked.about.clone(),
    };
    let Decision { plan, answer } = crate::join::join(now, call, &join)?;
    let answer = answer.and_then(|answer| answer.as_record().cloned()).unwrap_or_default();
    let mut all = plan.changes;
    let device = answer.guid("device").unwrap_or_default();
    let managed = match answer.guid("managedDevice") {
        Some(managed) => managed,
        None => {
            let managed = call.new_id();
            let device_id = answer.text("deviceId").unwrap_or_default();
            all.extend(changes(call.at, Some(user), managed, (device, device_id), Ownership::Personal, &asked.about));
            managed
        }
    };
    all.push(Change::set(managed, MANAGEMENT_CERTIFICATE_EXPIRATION_DATE, asked.certified_until));
    Ok(Decision::change(all).answering(Record::new().with("device", device).with("managedDevice", managed)))
}

/// Whose a directory device is.
fn ownership_of(device: &Object) -> Ownership {
    if device.get(DEVICE_OWNERSHIP) == Some("Personal") { Ownership::Personal } else { Ownership::Company }
}

/// What is known of a directory device.
fn about(device: &Object) -> About {
    let text = |attribute: directory::Attr<str>| device.get(attribute).map(str::to_owned);
    About {
        name: text(DISPLAY_NAME).unwrap_or_default(),
        operating_system: text(OPERATING_SYSTEM).unwrap_or_default(),
        operating_system_version: text(schema::device::OPERATING_SYSTEM_VERSION).unwrap_or_default(),
        manufacturer: text(MANUFACTURER),
        model: text(MODEL),
        serial_number: None,
    }
}

/// Enrol a joined device now; the answer is the managed device's id.
pub fn enrol(now: &Snapshot, call: &Call<'_>, device: Id) -> Result<Decision, Refusal> {
    let device = now.get_a(&DEVICE, device)?;
    let Some(owner) = enrolment_due(now, device) else { return Ok(Decision::default()) };
    let (about, ownership) = (about(device), ownership_of(device));
    let managed = call.new_id();
    let device_id = device.get(DEVICE_ID).unwrap_or_default();
    let changes = changes(call.at, Some(owner), managed, (device.id, device_id), ownership, &about);
    Ok(Decision::change(changes).answering(managed))
}

/// The changes that bring a device under management.
pub(crate) fn changes(
    at: Time,
    user: Option<&Object>,
    managed: Id,
    (device, device_id): (Id, &str),
    ownership: Ownership,
    about: &About,
) -> Vec<Change> {
    let (owner, joined) = match ownership {
        Ownership::Company => ("company", "azureADJoined"),
        Ownership::Personal => ("personal", "azureADRegistered"),
    };
    let upn = user.and_then(|user| user.get(USER_PRINCIPAL_NAME));
    let name = if about.name.trim().is_empty() { device_id } else { about.name.trim() };
    let managed_name = match upn {
        Some(upn) => format!("{upn}_{}_{name}", about.operating_system),
        None => format!("{}_{name}", about.operating_system),
    };
    let mut attributes: Vec<(AttrId, Value)> = vec![
        (AZURE_AD_DEVICE_ID.id, device_id.into()),
        (AZURE_AD_REGISTERED.id, true.into()),
        // Graph has a name for a join without a person only where the device runs Windows or is Apple's.
        (DEVICE_ENROLLMENT_TYPE.id, if user.is_some() { "userEnrollment" } else { "unknown" }.into()),
        (DEVICE_NAME.id, name.into()),
        (DEVICE_REGISTRATION_STATE.id, "registered".into()),
        (ENROLLED_DATE_TIME.id, at.into()),
        (JOIN_TYPE.id, joined.into()),
        (LAST_SYNC_DATE_TIME.id, at.into()),
        (MANAGED_DEVICE_NAME.id, managed_name.into()),
        (MANAGED_DEVICE_OWNER_TYPE.id, owner.into()),
        (MANAGEMENT_AGENT.id, "mdm".into()),
        (MANAGEMENT_STATE.id, "managed".into()),
        (OPERATING_SYSTEM.id, about.operating_system.as_str().into()),
        (OS_VERSION.id, about.operating_system_version.as_str().into()),
        (OWNER_TYPE.id, owner.into()),
    ];
    let user_id = user.map(|user| user.id.to_string());
    let optional = [
        (USER_ID, user_id.as_deref()),
        (USER_PRINCIPAL_NAME, upn),
        (ENROLLED_BY_USER_PRINCIPAL_NAME, upn),
        (EMAIL_ADDRESS, user.and_then(|user| user.get(MAIL))),
        (USER_DISPLAY_NAME, user.and_then(|user| user.get(DISPLAY_NAME))),
        (MANUFACTURER, about.manufacturer.as_deref()),
        (MODEL, about.model.as_deref()),
        (SERIAL_NUMBER, about.serial_number.as_deref()),
        (DEVICE_TYPE, about.operating_system.eq_ignore_ascii_case("linux").then_some("linux")),
    ];
    attributes.extend(optional.into_iter().filter_map(|(attribute, text)| Some((attribute.id, text?.into()))));
    let mut changes = vec![Change::Create { id: managed, kind: MANAGED_DEVICE.id(), attributes }];
    changes.extend(user.map(|user| Change::link(managed, USERS, user.id)));
    changes.extend([
        Change::set(device, IS_MANAGED, true),
        Change::set(device, MANAGEMENT_TYPE, "MDM"),
        Change::set(device, MDM_APP_ID, MANAGEMENT_APP_ID),
    ]);
    changes
}
