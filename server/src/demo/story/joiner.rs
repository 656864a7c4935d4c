//! The first day: an HR record becomes an account, memberships, a licence and a pass in the manager's mail.

use serde_json::Value;

use super::{SOON, Scene};
use crate::demo::tell::{Teller, took_text, until};

pub async fn tell(scene: &mut Scene<'_>, teller: &mut Teller) -> Result<(), String> {
    teller.chapter("Amir joins");
    let today = today();
    teller
        .step("the HR system reports two people, Fatima and Amir, whose manager she is", "SCIM bulk upload", async {
            let csv = format!(
                "employeeId,givenName,familyName,displayName,title,department,managerId,country,hireDate,active\n\
                 1001,Fatima,Haddad,Fatima Haddad,Head of Sales,Management,,NL,2021-03-01,true\n\
                 1002,Amir,Rahimi,Amir Rahimi,Account executive,Sales,1001,NL,{today},true\n"
            );
            let outcome = scene.hr(&csv).await?;
            if outcome.created != 2 {
                return Err(format!("{outcome:?}"));
            }
            Ok(((), "2 accounts created, Amir's manager linked".to_owned()))
        })
        .await?;
    let (fatima, amir) = (find(scene, "1001").await?, find(scene, "1002").await?);
    (scene.fatima, scene.amir) = (fatima, amir);

    teller
        .step(
            "his department puts him into the sales group, his employment into the workforce",
            "Microsoft Graph",
            async {
                let took = scene.in_groups(&scene.amir, &["Sales Team", "Workforce"]).await?;
                Ok(((), format!("members of both {} after the record", took_text(took))))
            },
        )
        .await?;
    teller
        .step("the workforce's licence becomes his", "Microsoft Graph", async {
            let path = format!("/v1.0/users/{}?$select=assignedLicenses,licenseAssignmentStates", scene.amir);
            let (state, took) = until(SOON, async || {
                let user = scene.graph.get(&path).await?;
                let state = user.pointer("/licenseAssignmentStates/0/state").and_then(Value::as_str);
                Ok(state.filter(|state| *state == "Active").map(str::to_owned))
            })
            .await?;
            Ok(((), format!("licenseAssignmentStates: {state}, {} later", took_text(took))))
        })
        .await?;
    teller
        .step(
            "the joiner workflow mails a Temporary Access Pass to his manager",
            "SMTP (kept in a folder here)",
            async {
                let (_, took) = until(SOON, async || Ok(pass(scene))).await?;
                Ok(((), format!("mail to the manager {} later", took_text(took))))
            },
        )
        .await?;
    Ok(())
}

async fn find(scene: &Scene<'_>, employee: &str) -> Result<String, String> {
    let answer = scene.graph.get(&format!("/v1.0/users?$filter=employeeId eq '{employee}'&$select=id")).await?;
    let id = answer.pointer("/value/0/id").and_then(Value::as_str);
    id.map(str::to_owned).ok_or_else(|| format!("nobody has the employee id {employee}"))
}

/// The pass in the manager's mail: the last word of the line that hands it over.
pub fn pass(scene: &Scene<'_>) -> Option<String> {
    let mails = scene.mails();
    let mail = mails.iter().find(|mail| mail.contains("Temporary Access Pass for Amir Rahimi"))?;
    // Quoted-printable breaks long lines softly (RFC 2045 §6.7).
    let mail = mail.replace("=\r\n", "").replace("=3D", "=");
    let line = mail.lines().find(|line| line.contains("for the first sign-in:"))?;
    line.rsplit(' ').next().map(|word| word.trim().to_owned())
}

pub fn today() -> String {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let text = directory::Time(i64::try_from(now.as_micros()).unwrap_or(0)).to_string();
    text.get(..10).unwrap_or_default().to_owned()
}
