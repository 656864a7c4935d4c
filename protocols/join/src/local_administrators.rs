//! Who administers a Windows device that joins: the members that its group of administrators gets, by their security identifiers
//! (`azureADJoin.localAdmins`).

use directory::{Id, Record, Snapshot};
use schema::device_registration_policy::{AZURE_AD_JOIN, DEVICE_REGISTRATION_POLICY};
use schema::directory_role::{DIRECTORY_ROLE, ROLE_TEMPLATE_ID};
use serde_json::{Value, json};

/// The group of administrators of every Windows device.
const ADMINISTRATORS: &str = "S-1-5-32-544";
/// The role whose holders administer every device, unless the organisation says otherwise.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";

/// `MembershipChanges` for a device that this person joins.
pub(crate) fn membership_changes(now: &Snapshot, user: Id) -> Value {
    let rules = local_admins(now);
    let mut members = Vec::new();
    if rules.bool("enableGlobalAdmins") != Some(false) {
        members.extend(now.find_by(&DIRECTORY_ROLE, ROLE_TEMPLATE_ID, GLOBAL_ADMINISTRATOR).map(|role| role.id));
    }
    let registering = rules.record("registeringUsers");
    let kind = registering.and_then(|of| of.text("@odata.type")).unwrap_or_default();
    if !kind.ends_with("noDeviceRegistrationMembership") {
        let is_named = |of: &Record| of.texts("users").any(|text| directory::id_from_text(text) == Some(user));
        if !kind.ends_with("enumeratedDeviceRegistrationMembership") || registering.is_some_and(is_named) {
            members.push(user);
        }
    }
    let sids: Vec<String> = members.into_iter().map(security_identifier).collect();
    json!([{ "LocalSID": ADMINISTRATORS, "AddSIDs": sids }])
}

fn local_admins(now: &Snapshot) -> Record {
    let policy = now.all(&DEVICE_REGISTRATION_POLICY).next();
    let join = policy.and_then(|policy| policy.get(AZURE_AD_JOIN)).unwrap_or_default();
    join.record("localAdmins").cloned().unwrap_or_default()
}

/// An object's security identifier: its id as four numbers, under the authority of cloud identities.
fn security_identifier(id: Id) -> String {
    let numbers = id.to_bytes_le();
    let numbers =
        numbers.chunks_exact(4).map(|four| four.iter().rev().fold(0_u32, |n, byte| (n << 8) | u32::from(*byte)));
    numbers.fold("S-1-12-1".to_owned(), |sid, number| format!("{sid}-{number}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn an_object_id_is_written_as_a_security_identifier() {
        let id = directory::id_from_text("73d664e4-0886-4a73-b745-c694da45ddb4").unwrap();
        assert_eq!(security_identifier(id), "S-1-12-1-1943430372-1249052806-2496021943-3034400218");
    }
}
