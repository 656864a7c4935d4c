//! `IWService`: the device as its person sees it, with the verdict and what is wrong, and what they can do themselves.

use bytes::Bytes;
use directory::{Decision, Object, Time};
use engine::{Body, Submission};
use http::{Request, Response, StatusCode};
use schema::managed_device::{
    AZURE_AD_DEVICE_ID, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_RESULTS, COMPLIANCE_STATE,
    DEVICE_NAME, ENROLLED_DATE_TIME, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE, OS_VERSION,
    PROCESSOR_ARCHITECTURE,
};
use schema::{MANUFACTURER, MODEL};
use serde_json::{Map, Value as Json, json};

use crate::person::Person;
use crate::problem::{Answer, Problem, json};
use crate::{LinuxProtocol, VERDICT_APP_ID, address_of};

/// What the person can ask for. The others of the service are named, because clients insist, and answer that they are not
/// here.
const ACTIONS: [&str; 9] = [
    "CheckCompliance",
    "GetManagementState",
    "RegisterForAppPushNotifications",
    "RemoveSignedDeviceIdPolicyAssignment",
    "Retire",
    "SetHeartBeat",
    "SetOptIn",
    "SetRD",
    "UpdateAadId",
];
/// The time of nothing.
const NEVER: &str = "0001-01-01T00:00:00";
const NOBODY: &str = "00000000-0000-0000-0000-000000000000";

/// The key of `devices(guid'…')`.
pub(crate) fn key(segment: &str) -> Result<&str, Problem> {
    let inside = segment.strip_prefix("devices(").and_then(|rest| rest.strip_suffix(')'));
    let inside = inside.ok_or_else(|| Problem::missing("there is nothing at this path"))?;
    let plain = inside.replace("%27", "'");
    let is_quoted = plain.starts_with("guid'") && plain.ends_with('\'');
    let id = inside.trim_start_matches("guid").trim_matches('\'').trim_start_matches("%27").trim_end_matches("%27");
    if is_quoted { Ok(id) } else { Err(Problem::bad("name the device as Devices(guid'…')")) }
}

impl LinuxProtocol {
    pub(crate) fn verdict(&self, request: &Request<Bytes>, device: &str) -> Answer {
        let person = self.person(request, VERDICT_APP_ID)?;
        let managed = person.managed(device).ok_or_else(unknown)?;
        Ok(json(StatusCode::OK, &self.told(&person, managed)))
    }

    pub(crate) async fn act(&self, request: &Request<Bytes>, device: &str, action: &str) -> Answer {
        let mut person = self.person(request, VERDICT_APP_ID)?;
        let managed = person.managed(device).ok_or_else(unknown)?.id;
        match action {
            "checkcompliance" => {
                // Everything is judged when it changes: what is left is to wait for what is on its way.
                person.refresh().await;
                let managed = person.now.find_a(&MANAGED_DEVICE, managed).ok_or_else(unknown)?;
                Ok(json(StatusCode::OK, &self.told(&person, managed)))
            }
            "retire" => {
                let end = Submission::proven(&person.caller, "Remove device", move |now, _| {
                    let managed = now.find_a(&MANAGED_DEVICE, managed);
                    Ok(Decision::change(managed.map(|m| devices::end::changes(now, m)).unwrap_or_default()))
                });
                person.engine.submit(end).await?;
                Ok(nothing())
            }
            _ => Err(Problem::missing("this cannot be asked of the device here")),
        }
    }

    fn told(&self, person: &Person, managed: &Object) -> Json {
        let id = managed.id;
        let service = address_of(&self.inner.settings.public_url, "IWService");
        let address = format!("{service}/Devices(guid'{id}')");
        let text = |attribute: directory::Attr<str>| managed.get(attribute).unwrap_or_default();
        let time = |time: Option<Time>| time.map_or_else(|| NEVER.to_owned(), |time| time.to_string());
        let device = devices::device_of(&person.now, managed);
        let is_compliant = device.and_then(|device| device.get(schema::device::IS_COMPLIANT)).unwrap_or(false);
        let seen = time(managed.get(LAST_SYNC_DATE_TIME));
        let owner = match managed.get(MANAGED_DEVICE_OWNER_TYPE) {
            Some("company") => 1,
            Some("personal") => 2,
            _ => 0,
        };
        let mut told = json!({
            "odata.metadata": format!("{service}/$metadata#Devices/@Element"),
            "odata.id": address,
            "Key": id.to_string(),
            "AadId": text(AZURE_AD_DEVICE_ID),
            "Architecture": managed.get(PROCESSOR_ARCHITECTURE),
            "ComplianceState": state(managed),
            "CreatedDate": time(managed.get(ENROLLED_DATE_TIME)),
            "InGracePeriodUntilDateTimeUtc": time(managed.get(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME)),
            "IsCompliantInGraph": is_compliant,
            "IsManagedInGraph": device.is_some_and(|device| device.is(schema::device::IS_MANAGED)),
            "LastContact": seen.as_str(),
            "LastContactNotification": seen.as_str(),
            "Manufacturer": text(MANUFACTURER),
            "Model": managed.get(MODEL),
            "Nickname": managed.get(DEVICE_NAME),
            "NoncompliantRules": rules(managed),
            "OSVersion": text(OS_VERSION),
            "OfficialName": text(DEVICE_NAME),
            "OwnerType": owner,
        });
        if let Some(members) = told.as_object_mut() {
            members.extend(absent());
            members.extend(actions(&address));
        }
        told
    }
}

/// What such devices do not have. Clients insist on the names.
fn absent() -> Map<String, Json> {
    let told = json!({
        "AppWrapperCertSN": null,
        "CategoryId": null,
        "CategorySetByEndUser": false,
        "ChassisType": "Unknown",
        "CoManagementFeatures": 0,
        "DeviceActions": [],
        "DeviceHWId": null,
        "EasId": "",
        "EnrollmentType": 0,
        "ExchangeActivationItemEasId": "",
        "ExchangeActivationItems": [],
        "IsExchangeActivated": false,
        "IsPartnerManaged": false,
        "IsReadOnly": false,
        "IsSharedDevice": false,
        "IsSspConfirmed": null,
        "ManagementAgent": "Mdm",
        "ManagementType": "Mdm",
        "OSSubtype": "None",
        "OperatingSystem": "Linux",
        "OperatingSystemId": NOBODY,
        "PartnerLocalizedSelfServicePortalName": null,
        "PartnerName": null,
        "PartnerRemediationUrl": null,
        "PartnerSelfServicePortalUrl": null,
        "RemotableProperties": null,
        "RemoteSessionUri": null,
        "SupervisedStatus": 0,
        "UdaStatus": 0,
        "UserApprovedEnrollment": 0,
    });
    told.as_object().cloned().unwrap_or_default()
}

/// The verdict, in this service's words: only the first letter is large.
fn state(managed: &Object) -> &'static str {
    match managed.get(COMPLIANCE_STATE).unwrap_or_default() {
        "compliant" | "inGracePeriod" => "Compliant",
        "noncompliant" => "Noncompliant",
        "error" | "conflict" => "Error",
        _ => "Unknown",
    }
}

/// What is wrong. The person in front of the device is who can mend it.
fn rules(managed: &Object) -> Vec<Json> {
    const THE_PERSON: u8 = 1;
    let results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    let wrong = results.iter().filter(|result| !matches!(result.text("state"), Some("compliant" | "notApplicable")));
    wrong
        .map(|result| {
            let text = |field: &str| result.text(field);
            let setting = text("setting").unwrap_or_default();
            let title = text("title")
                .map(str::to_owned)
                .or_else(|| schema::catalog::find(setting).map(|definition| definition.display_name.clone()));
            let found = text("actual").map(|found| format!("found {found}"));
            let description: Vec<String> = found.into_iter().chain(text("remediation").map(str::to_owned)).collect();
            json!({
                "ComplianceSource": if text("title").is_some() { "CustomCompliance" } else { "LinuxMDM" },
                "SettingID": setting,
                "Title": title.unwrap_or_else(|| setting.to_owned()),
                "Description": description.join("; "),
                "ExpectedValue": text("expected"),
                "MoreInfoUri": text("moreInfoUrl"),
                "RemediationOwner": THE_PERSON,
            })
        })
        .collect()
}

fn actions(address: &str) -> Map<String, Json> {
    let action = |name: &str| {
        let told = json!({ "target": format!("{address}/{name}"), "title": name });
        (format!("#CommonContainer.{name}"), told)
    };
    ACTIONS.into_iter().map(action).collect()
}

fn nothing() -> Response<Body> {
    let mut response = Response::new(engine::full(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}

fn unknown() -> Problem {
    Problem::missing("there is no such device of yours")
}
