//! The product's main promise in one figure: from an HR record that says a person works elsewhere now, over groups by rule
//! and policies by group, to the changed file on their device. Over the same doors that customers use; the agent runs in this
//! process, confined to a folder.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use ::fleet::Browser;
use castellan_agent::trial::TrialDevice;
use castellan_agent::{Agent, JoinOptions, JoinType, Origin, device_code};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::castellan::{Castellan, create, import, post};
use crate::commits::scratch;

/// How often the person changes department.
const MOVES: usize = 50;
/// How often the device's file is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(1);
/// Longer than this is a failure, not a slow answer.
const PATIENCE: Duration = Duration::from_secs(20);
/// Where the login banner lies on the device.
const ISSUE: &str = "etc/issue";
const DEPARTMENTS: [&str; 2] = ["Sales", "Design"];

/// Milliseconds from sending the HR record, for each move.
pub struct Story {
    pub devices: usize,
    /// Until the first device has the setting.
    pub first_ms: Vec<f64>,
    /// Until all have.
    pub last_ms: Vec<f64>,
}

/// Move a person with so many devices to and fro.
pub async fn measure(devices: usize) -> Result<Story, String> {
    let folder = scratch(&format!("story-{devices}"));
    let server = Castellan::start(&folder.join("server"))?;
    let api = server.api().await?;
    let pass = set_up(&api).await?;
    let token = sign_in(&server, &pass).await?;
    let ca_pem = server.bootstrap()?.ca_pem;
    let roots: Vec<PathBuf> = (0..devices).map(|n| folder.join(format!("device-{n}"))).collect();
    // All join before any runs: an agent starts programs, and whatever starts a program may hold another's lock for a moment.
    let mut joined = Vec::new();
    for (n, root) in roots.iter().enumerate() {
        joined.push(join(&server.url, &ca_pem, &token, root, n).await?);
    }
    let running: Vec<Device> = joined.into_iter().map(Device::run).collect();
    arrived(&roots, &banner(DEPARTMENTS[0]), Instant::now()).await?;

    let mut story = Story { devices, first_ms: Vec::new(), last_ms: Vec::new() };
    for n in 1..=MOVES {
        let department = if n % 2 == 0 { DEPARTMENTS[0] } else { DEPARTMENTS[1] };
        let csv = format!("employeeId,department\n1002,{department}\n");
        let banner = banner(department);
        let start = Instant::now();
        let (sent, seen) = tokio::join!(import(&api, &csv), arrived(&roots, &banner, start));
        sent?;
        let (first, last) = seen?;
        story.first_ms.push(first.as_secs_f64() * 1e3);
        story.last_ms.push(last.as_secs_f64() * 1e3);
    }
    for device in running {
        device.stop().await?;
    }
    server.stop()?;
    Ok(story)
}

/// A person with a licence that manages devices, a group for each department, a policy for each group. Answers the person's
/// access pass.
async fn set_up(api: &cli::Api) -> Result<String, String> {
    let sku = "7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e01";
    let plan = json!({ "servicePlanId": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "servicePlanName": "INTUNE_A",
        "appliesTo": "User", "provisioningStatus": "Success" });
    let licence = json!({ "skuId": sku, "skuPartNumber": "XYZ_WORKPLACE", "appliesTo": "User",
        "capabilityStatus": "Enabled", "prepaidUnits": { "enabled": 25, "suspended": 0, "warning": 0, "lockedOut": 0 },
        "servicePlans": [plan] });
    post(api, "/v1.0/subscribedSkus", &licence).await?;
    let workforce = dynamic_group(api, "Workforce", "user.employeeId -ne null").await?;
    let assign = json!({ "addLicenses": [{ "skuId": sku, "disabledPlans": [] }], "removeLicenses": [] });
    post(api, &format!("/v1.0/groups/{workforce}/assignLicense"), &assign).await?;
    for department in DEPARTMENTS {
        let group = dynamic_group(api, department, &format!("user.department -eq \"{department}\"")).await?;
        let policies = "/beta/deviceManagement/configurationPolicies";
        let id = create(api, policies, &policy(department)).await?;
        let target = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group });
        let body = json!({ "assignments": [{ "target": target }] });
        post(api, &format!("{policies}/{id}/assign"), &body).await?;
    }
    let person = "employeeId,givenName,familyName,displayName,userName,department,country,active\n\
                  1002,Amir,Rahimi,Amir Rahimi,amir@xyz.example,Sales,NL,true\n";
    import(api, person).await?;
    let path = "/v1.0/users/amir@xyz.example/authentication/temporaryAccessPassMethods";
    let made = post(api, path, &json!({ "lifetimeInMinutes": 60, "isUsableOnce": false })).await?;
    let pass = made.get("temporaryAccessPass").and_then(Value::as_str);
    pass.map(str::to_owned).ok_or_else(|| "there is no access pass".into())
}

async fn dynamic_group(api: &cli::Api, name: &str, rule: &str) -> Result<String, String> {
    let group = json!({
        "displayName": name, "mailNickname": name.to_lowercase(), "mailEnabled": false, "securityEnabled": true,
        "groupTypes": ["DynamicMembership"], "membershipRule": rule, "membershipRuleProcessingState": "On",
    });
    create(api, "/v1.0/groups", &group).await
}

fn policy(department: &str) -> Value {
    let value = json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue", "value": banner(department),
    });
    let instance = json!({
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "settingDefinitionId": "linux.login.issue", "simpleSettingValue": value,
    });
    let setting =
        json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting", "settingInstance": instance });
    json!({ "name": department, "platforms": "linux", "technologies": "linuxMdm", "settings": [setting] })
}

fn banner(department: &str) -> String {
    format!("XYZ Ltd. {department}: authorised use only")
}

/// The person signs in once, for all the devices.
async fn sign_in(server: &Castellan, pass: &str) -> Result<String, String> {
    let bootstrap = server.bootstrap()?;
    let origin = Origin::new(&server.url, Some(&bootstrap.ca_pem)).map_err(|e| e.to_string())?;
    let (send, shown) = oneshot::channel();
    let waiting = device_code::sign_in(&origin, &bootstrap.tenant, move |prompt| {
        let _ = send.send((prompt.verification_uri.clone(), prompt.user_code.clone()));
    });
    let typing = async {
        let (page, code) = shown.await.map_err(|_| "the device showed no code".to_owned())?;
        let answers = [("user_code", code.as_str()), ("loginfmt", "amir@xyz.example"), ("passwd", pass)];
        Browser::new(&bootstrap.ca_pem)?.walk(&page, "http://nowhere/", &answers).await.map(drop)
    };
    let (token, typed) = tokio::join!(waiting, typing);
    typed?;
    token.map_err(|e| e.to_string())
}

async fn join(url: &str, ca_pem: &str, token: &str, root: &Path, n: usize) -> Result<Agent, String> {
    let looks = TrialDevice::healthy(&format!("laptop-{n}"), &format!("XYZ-{n:04}"));
    std::fs::create_dir_all(root).and_then(|()| looks.furnish(root)).map_err(|e| e.to_string())?;
    let options = JoinOptions {
        server: url.to_owned(),
        pinned_authorities: Some(ca_pem.to_owned()),
        access_token: token.to_owned(),
        device_name: None,
        join_type: JoinType::Join,
        root: Some(root.to_owned()),
    };
    let agent = Agent::join(options).await.map_err(|e| e.to_string())?;
    agent.managed_device_id().ok_or("the join did not enrol the device")?;
    Ok(agent)
}

/// A device with its agent running.
struct Device {
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), String>>,
}

impl Device {
    fn run(mut agent: Agent) -> Device {
        let (stop, stopped) = oneshot::channel();
        let running =
            tokio::spawn(
                async move { agent.run(async { drop(stopped.await) }).await.map(drop).map_err(|e| e.to_string()) },
            );
        Device { stop, running }
    }

    async fn stop(self) -> Result<(), String> {
        drop(self.stop);
        self.running.await.map_err(|e| e.to_string())?
    }
}

/// When the first and the last device had the banner.
async fn arrived(roots: &[PathBuf], banner: &str, since: Instant) -> Result<(Duration, Duration), String> {
    let mut first = None;
    let mut waiting: Vec<&Path> = roots.iter().map(PathBuf::as_path).collect();
    loop {
        waiting.retain(|root| !std::fs::read_to_string(root.join(ISSUE)).is_ok_and(|text| text.contains(banner)));
        let took = since.elapsed();
        if waiting.len() < roots.len() {
            first.get_or_insert(took);
        }
        if waiting.is_empty() {
            return Ok((first.unwrap_or(took), took));
        }
        if took > PATIENCE {
            return Err(format!("{} devices have no `{banner}` after {took:?}", waiting.len()));
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}
