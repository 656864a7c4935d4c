//! The laptop: joins, is enrolled by the join, gets settings and applications, proves compliance, opens a door.

use std::path::PathBuf;
use std::time::{Duration, Instant};

use castellan_agent::trial::TrialDevice;
use castellan_agent::{Agent, JoinOptions, Origin, device_code};
use serde_json::{Value, json};
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::sign_in::{Person, crm};
use super::{SOON, Scene};
use crate::demo::organisation::banner;
use crate::demo::tell::{Teller, took_text, until};
use fleet::{Arrival, Browser};

/// Where the login banner lies on the device.
const ISSUE: &str = "etc/issue";

/// A laptop with its agent running.
pub struct Laptop {
    pub root: PathBuf,
    pub device: String,
    pub managed: String,
    stop: oneshot::Sender<()>,
    running: JoinHandle<Result<(), String>>,
}

impl Laptop {
    /// Wait for the agent to end by itself.
    pub async fn ended(self, limit: Duration) -> Result<(), String> {
        let outcome = tokio::time::timeout(limit, self.running).await;
        drop(self.stop);
        outcome.map_err(|_| "the agent still runs".to_owned())?.map_err(|e| e.to_string())?
    }

    fn file(&self, path: &str) -> Option<String> {
        std::fs::read_to_string(self.root.join(path)).ok()
    }
}

pub async fn tell(scene: &Scene<'_>, amir: &Person, teller: &mut Teller) -> Result<Laptop, String> {
    teller.chapter("Amir's laptop");
    let root = scene.stage.folder.join("laptop");
    let mut state = TrialDevice::healthy("amirs-laptop", "XYZ-0042");
    state.disk_encrypted = false;
    std::fs::create_dir_all(&root).and_then(|()| state.furnish(&root)).map_err(|e| e.to_string())?;

    let mut agent = teller
        .step("it joins, and the join enrols it", "device code, then the agent's protocol", async {
            let origin = Origin::new(&scene.stage.url, Some(&scene.stage.ca_pem)).map_err(|e| e.to_string())?;
            let token = sign_in_on_device(&origin, scene, amir).await?;
            let options = JoinOptions {
                server: scene.stage.url.clone(),
                pinned_authorities: Some(scene.stage.ca_pem.clone()),
                access_token: token,
                device_name: None,
                join_type: castellan_agent::JoinType::Join,
                root: Some(root.clone()),
            };
            let agent = Agent::join(options).await.map_err(|e| e.to_string())?;
            let managed = agent.managed_device_id().ok_or("the join did not enrol it")?.to_owned();
            Ok((agent, format!("managed device {managed}")))
        })
        .await?;
    let device = agent.device_id().to_owned();
    let managed = agent.managed_device_id().unwrap_or_default().to_owned();
    let proof = agent.device_proof().await.map_err(|e| e.to_string())?;
    let (stop, stopped) = oneshot::channel();
    let running =
        tokio::spawn(
            async move { agent.run(async { drop(stopped.await) }).await.map(drop).map_err(|e| e.to_string()) },
        );
    let laptop = Laptop { root, device, managed, stop, running };

    arrives(&laptop, teller).await?;
    complies(scene, amir, &laptop, proof, state, teller).await?;
    teller
        .step("an administrator changes the banner; it is on the laptop", "Microsoft Graph → push channel", async {
            let words = "XYZ Ltd. - this session is logged";
            let path = format!("/beta/deviceManagement/configurationPolicies/{}", scene.made.banner);
            let start = Instant::now();
            scene.graph.patch(&path, banner(words)).await?;
            until(SOON, async || Ok(laptop.file(ISSUE).filter(|text| text.contains(words)))).await?;
            Ok(((), format!("applied {} after the change was asked for", took_text(start.elapsed()))))
        })
        .await?;
    Ok(laptop)
}

/// The person types the code that the device shows, in the browser where they are signed in.
async fn sign_in_on_device(origin: &Origin, scene: &Scene<'_>, amir: &Person) -> Result<String, String> {
    let (send, shown) = oneshot::channel();
    let waiting = device_code::sign_in(origin, &scene.stage.tenant, move |prompt| {
        let _ = send.send((prompt.verification_uri.clone(), prompt.user_code.clone()));
    });
    let typing = async {
        let (page, code) = shown.await.map_err(|_| "the device showed no code".to_owned())?;
        let answers = [("user_code", code.as_str()), ("loginfmt", amir.upn.as_str()), ("passwd", amir.pass.as_str())];
        match amir.browser.walk(&page, "http://nowhere/", &answers).await? {
            Arrival::Page(_) => Ok(()),
            Arrival::Redirect(url) => Err(format!("the code page led to {url}")),
        }
    };
    let (token, typed) = tokio::join!(waiting, typing);
    typed?;
    token.map_err(|e| e.to_string())
}

async fn arrives(laptop: &Laptop, teller: &mut Teller) -> Result<(), String> {
    teller
        .step("settings arrive", "the agent's protocol", async {
            let (text, took) =
                until(SOON, async || Ok(laptop.file(ISSUE).filter(|text| text.contains("authorised use only"))))
                    .await?;
            Ok(((), format!("/{ISSUE} says `{}` after {}", text.trim(), took_text(took))))
        })
        .await?;
    teller
        .step("the application that the sales group must have is installed", "the agent's protocol", async {
            let program = laptop.root.join("opt/xyz-crm/bin/xyz-crm");
            let ((), took) = until(SOON, async || Ok(program.exists().then_some(()))).await?;
            Ok(((), format!("/opt/xyz-crm is there after {}", took_text(took))))
        })
        .await
}

async fn complies(
    scene: &Scene<'_>,
    amir: &Person,
    laptop: &Laptop,
    proof: String,
    mut state: TrialDevice,
    teller: &mut Teller,
) -> Result<(), String> {
    let device = format!("/v1.0/devices(deviceId='{}')?$select=isCompliant,isManaged", laptop.device);
    teller
        .step("its disk is not encrypted: it does not comply", "Microsoft Graph", async {
            let path = format!("/beta/deviceManagement/managedDevices/{}", laptop.managed);
            let (state, _) = until(SOON, async || {
                let found = scene.graph.get(&path).await?;
                let state = found.get("complianceState").and_then(Value::as_str);
                Ok(state.filter(|state| *state == "noncompliant").map(str::to_owned))
            })
            .await?;
            Ok(((), format!("complianceState: {state}")))
        })
        .await?;
    let browser = Browser::new(&scene.stage.ca_pem)?.on_device(proof);
    let answers = [("loginfmt", amir.upn.as_str()), ("passwd", amir.pass.as_str())];
    teller
        .step("the customer database refuses the laptop too", "OpenID Connect", async {
            match super::sign_in::crm_with(scene, &browser, &answers).await? {
                Ok(_) => Err("he was let in".to_owned()),
                Err(why) => Ok(((), why)),
            }
        })
        .await?;
    teller
        .step("he encrypts the disk; the laptop complies", "remote action, the agent's protocol", async {
            state.disk_encrypted = true;
            state.furnish(&laptop.root).map_err(|e| e.to_string())?;
            let start = Instant::now();
            let sync = format!("/v1.0/deviceManagement/managedDevices/{}/syncDevice", laptop.managed);
            scene.graph.post(&sync, json!({})).await?;
            until(SOON, async || {
                let found = scene.graph.get(&device).await?;
                Ok(found.get("isCompliant").and_then(Value::as_bool).filter(|is| *is))
            })
            .await?;
            Ok(((), format!("isCompliant {} after the sync was asked for", took_text(start.elapsed()))))
        })
        .await?;
    teller
        .step("the customer database lets him in", "OpenID Connect", async {
            match crm(scene, &browser).await? {
                Ok(tokens) if tokens.get("access_token").is_some() => {
                    Ok(((), "a token with his device in it".to_owned()))
                }
                Ok(other) => Err(other.to_string()),
                Err(why) => Err(why),
            }
        })
        .await
}

/// The mover: another department, other groups, other applications.
pub async fn moves(scene: &Scene<'_>, laptop: &Laptop, teller: &mut Teller) -> Result<(), String> {
    teller.chapter("Amir changes department");
    let start = Instant::now();
    teller
        .step("the HR system moves him to Design; his groups follow", "SCIM bulk upload", async {
            let outcome = scene.hr("employeeId,department,title\n1002,Design,Designer\n").await?;
            if outcome.updated != 1 {
                return Err(format!("{outcome:?}"));
            }
            let wanted = ["Design Team", "Power BI Report Readers", "Workforce"];
            let took = scene.in_groups(&scene.amir, &wanted).await?;
            Ok(((), format!("in the design group, out of sales, {} after the record", took_text(took))))
        })
        .await?;
    teller
        .step("his laptop swaps applications", "the agent's protocol", async {
            let (studio, crm) = (laptop.root.join("opt/xyz-studio/bin/xyz-studio"), laptop.root.join("opt/xyz-crm"));
            until(SOON, async || Ok((studio.exists() && !crm.exists()).then_some(()))).await?;
            Ok((
                (),
                format!(
                    "studio installed, CRM client gone {} after the HR record was sent",
                    took_text(start.elapsed())
                ),
            ))
        })
        .await
}
