//! Amir's second device: a Linux PC whose programs others wrote. It is simulated, and speaks device registration, primary refresh
//! tokens and Intune for Linux as those programs do; what it finds on itself is what the story says.

use fleet::{LinuxPc, Requirement, Tokens};
use serde_json::Value;

use super::sign_in::Person;
use super::{SOON, Scene};
use crate::demo::organisation::CRM_URI;
use crate::demo::tell::{Teller, took_text, until};

const ENCRYPTION: &str = "linux_deviceencryption_required";
/// What designers' PCs are asked besides.
const LENGTH: &str = "linux_passwordpolicy_minimumlength";

pub async fn tell(scene: &Scene<'_>, amir: &Person, teller: &mut Teller) -> Result<LinuxPc, String> {
    teller.chapter("Amir's Linux PC, with programs of others");
    let place = (scene.stage.url.as_str(), scene.stage.tenant.as_str());
    let (mut pc, tokens) = teller
        .step("it is registered in his name", "device registration", async {
            let answers = [("loginfmt", amir.upn.as_str()), ("passwd", amir.pass.as_str())];
            let tokens = Tokens::sign_in(&scene.graph.http, place, &amir.browser, &answers).await?;
            let pc = LinuxPc::join(&scene.graph.http, place, "amirs-pc", &tokens).await?;
            let evidence = format!("device {}", pc.device_id);
            Ok(((pc, tokens), evidence))
        })
        .await?;
    teller
        .step("he is signed in on it once, for all its programs", "primary refresh token", async {
            pc.sign_in(&tokens.refresh).await?;
            Ok(((), "a token that is bound to the PC's key".to_owned()))
        })
        .await?;
    teller
        .step("joining has enrolled it; its programs find that out", "Intune for Linux", async {
            let managed = pc.enrol().await?;
            let found = scene.graph.get(&format!("/v1.0/deviceManagement/managedDevices/{managed}")).await?;
            if found.get("azureADDeviceId").and_then(Value::as_str) != Some(pc.device_id.as_str()) {
                return Err(format!("it is managed as another device: {found}"));
            }
            Ok(((), format!("managed device {managed}, the one that joined")))
        })
        .await?;
    complies(scene, &pc, teller).await?;
    Ok(pc)
}

async fn complies(scene: &Scene<'_>, pc: &LinuxPc, teller: &mut Teller) -> Result<(), String> {
    teller
        .step("it reports a disk that is not encrypted, and the server judges", "Intune for Linux", async {
            let wanted = pc.check_in(|wanted| found(wanted, false)).await?;
            let (state, wrong) = pc.verdict().await?;
            if state != "Noncompliant" || wrong != [ENCRYPTION] {
                return Err(format!("{state}, {wrong:?}"));
            }
            Ok(((), format!("{state}: {}, of {} demands", wrong.join(", "), wanted.len())))
        })
        .await?;
    teller
        .step("the customer database refuses its programs", "primary refresh token", async {
            match pc.token(&scene.made.portal_app_id, CRM_URI).await {
                Ok(_) => Err("he was let in".to_owned()),
                Err(why) => Ok(((), why)),
            }
        })
        .await?;
    teller
        .step("the disk is encrypted; the database lets him in", "Intune for Linux, primary refresh token", async {
            pc.check_in(|wanted| found(wanted, true)).await?;
            let (state, wrong) = pc.verdict().await?;
            if state != "Compliant" {
                return Err(format!("{state}, {wrong:?}"));
            }
            pc.token(&scene.made.portal_app_id, CRM_URI).await?;
            Ok(((), format!("{state}, and a token with the PC in it")))
        })
        .await
}

/// The mover: other groups, other demands.
pub async fn moves(pc: &LinuxPc, teller: &mut Teller) -> Result<(), String> {
    teller
        .step("his Linux PC is told what designers' PCs must be like", "Intune for Linux", async {
            let (_, took) = until(SOON, async || {
                let wanted = pc.check_in(|wanted| found(wanted, true)).await?;
                Ok(wanted.iter().any(|wanted| wanted.setting == LENGTH).then_some(()))
            })
            .await?;
            let (state, wrong) = pc.verdict().await?;
            if state != "Compliant" {
                return Err(format!("{state}, {wrong:?}"));
            }
            Ok(((), format!("a password's length is asked for {} later; {state}", took_text(took))))
        })
        .await
}

/// The leaver: nobody is signed in on the PC any more. Its record is retired when one of its programs asks again, which none can.
pub async fn leaves(scene: &Scene<'_>, pc: &LinuxPc, teller: &mut Teller) -> Result<(), String> {
    teller
        .step("the programs on his Linux PC are signed out", "primary refresh token", async {
            let refused = async || Ok(pc.token(&scene.made.portal_app_id, CRM_URI).await.err());
            let (why, _) = until(SOON, refused).await?;
            Ok(((), why))
        })
        .await
}

/// What the PC finds where this is demanded.
fn found(wanted: &Requirement, is_encrypted: bool) -> String {
    if wanted.setting == ENCRYPTION { is_encrypted.to_string() } else { wanted.expected.clone() }
}
