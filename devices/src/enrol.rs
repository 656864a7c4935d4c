//! Enrolment: a directory device comes under management, because its person is licensed and the tenant enrols by join.

use directory::{AttrId, Call, Change, Decision, Id, Object, Refusal, Snapshot, Time, Value};
use schema::device::{DEVICE_ID, DEVICE_OWNERSHIP, IS_MANAGED, MANAGEMENT_TYPE, MDM_APP_ID, REGISTERED_OWNERS};
use schema::device_management::{AUTOMATIC_ENROLLMENT, DEVICE_MANAGEMENT};
use schema::group::MEMBERS;
use schema::managed_device::{
    AZURE_AD_DEVICE_ID, AZURE_AD_REGISTERED, DEVICE_ENROLLMENT_TYPE, DEVICE_NAME, DEVICE_REGISTRATION_STATE,
    DEVICE_TYPE, EMAIL_ADDRESS, ENROLLED_BY_USER_PRINCIPAL_NAME, ENROLLED_DATE_TIME, JOIN_TYPE, LAST_SYNC_DATE_TIME,
    MANAGED_DEVICE, MANAGED_DEVICE_NAME, MANAGED_DEVICE_OWNER_TYPE, MANAGEMENT_AGENT, MANAGEMENT_STATE, OS_VERSION,
    OWNER_TYPE, SERIAL_NUMBER, USER_DISPLAY_NAME, USERS,
};
use schema::user::USER;
use schema::{
    ACCOUNT_ENABLED, ASSIGNED_PLANS, DISPLAY_NAME, MAIL, MANUFACTURER, MODEL, OPERATING_SYSTEM, USER_ID,
    USER_PRINCIPAL_NAME,
};

use crate::join::{About, Ownership, was_managed};

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
    is_due(now, owner).then_some(owner)
}

/// Enrol a joined device now; the answer is the managed device's id.
pub fn enrol(now: &Snapshot, call: &Call<'_>, device: Id) -> Result<Decision, Refusal> {
    let device = now.get_a(&schema::device::DEVICE, device)?;
    let Some(owner) = enrolment_due(now, device) else { return Ok(Decision::default()) };
    let text = |attribute: directory::Attr<str>| device.get(attribute).map(str::to_owned);
    let about = About {
        name: text(DISPLAY_NAME).unwrap_or_default(),
        operating_system: text(OPERATING_SYSTEM).unwrap_or_default(),
        operating_system_version: text(schema::device::OPERATING_SYSTEM_VERSION).unwrap_or_default(),
        manufacturer: text(MANUFACTURER),
        model: text(MODEL),
        serial_number: None,
    };
    let ownership =
        if device.get(DEVICE_OWNERSHIP) == Some("Personal") { Ownership::Personal } else { Ownership::Company };
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
