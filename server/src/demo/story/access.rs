//! Borrowed access: a report for a week, approved by the manager, and a role for an hour.

use serde_json::{Value, json};

use super::sign_in::{Person, sign_in, upn};
use super::{SOON, Scene};
use crate::demo::tell::{Teller, took_text, until};

const ENTITLEMENTS: &str = "/v1.0/identityGovernance/entitlementManagement";
/// The role that can be borrowed: Reports Reader.
const ROLE: &str = "4a5d8f65-41da-4de4-8968-e035b65339cf";

pub async fn tell(scene: &Scene<'_>, amir: &Person, teller: &mut Teller) -> Result<(), String> {
    teller.chapter("Amir borrows access");
    let request = teller
        .step("he asks for the Power BI report", "Microsoft Graph, as Amir", async {
            let body = json!({
                "requestType": "userAdd", "justification": "Quarterly review",
                "assignment": { "targetId": scene.amir, "accessPackageId": scene.made.package, "assignmentPolicyId": scene.made.package_policy },
            });
            let id = amir.graph.create(&format!("{ENTITLEMENTS}/assignmentRequests"), body).await?;
            let (state, _) = until(SOON, async || {
                let request = amir.graph.get(&format!("{ENTITLEMENTS}/assignmentRequests/{id}")).await?;
                Ok(request.get("state").and_then(Value::as_str).filter(|s| *s != "submitted").map(str::to_owned))
            })
            .await?;
            Ok((id, format!("state: {state}")))
        })
        .await?;
    let fatima = teller
        .step("his manager signs in with a pass that the help desk gave her", "OpenID Connect", async {
            let path = format!("/v1.0/users/{}/authentication/temporaryAccessPassMethods", scene.fatima);
            let made = scene.graph.post(&path, json!({ "lifetimeInMinutes": 60, "isUsableOnce": true })).await?;
            let pass = made.get("temporaryAccessPass").and_then(Value::as_str).ok_or("the pass was not shown")?;
            let person = sign_in(scene, &upn(scene, &scene.fatima).await?, pass).await?;
            Ok((person, "signed in".to_owned()))
        })
        .await?;
    teller
        .step("she approves; he is in the readers' group, for seven days", "Microsoft Graph, as Fatima", async {
            let approval = format!("{ENTITLEMENTS}/accessPackageAssignmentApprovals/{request}");
            let stages = fatima.graph.get(&format!("{approval}/stages")).await?;
            let stage = stages.pointer("/value/0/id").and_then(Value::as_str).ok_or("the approval has no stage")?;
            let review = json!({ "reviewResult": "Approve", "justification": "Needed for the review" });
            fatima.graph.patch(&format!("{approval}/stages/{stage}"), review).await?;
            let took = scene.in_groups(&scene.amir, &["Power BI Report Readers", "Sales Team", "Workforce"]).await?;
            let filter = format!("$filter=accessPackage/id eq '{}'", scene.made.package);
            let found = scene.graph.get(&format!("{ENTITLEMENTS}/assignments?{filter}")).await?;
            let ends = found.pointer("/value/0/schedule/expiration/endDateTime").and_then(Value::as_str);
            let ends = ends.ok_or("the assignment does not end")?;
            Ok(((), format!("member {} later; ends {ends}", took_text(took))))
        })
        .await?;
    role(scene, amir, teller).await
}

async fn role(scene: &Scene<'_>, amir: &Person, teller: &mut Teller) -> Result<(), String> {
    teller
        .step("an administrator makes him eligible for the role Reports Reader", "Microsoft Graph", async {
            let body = json!({
                "action": "adminAssign", "principalId": scene.amir, "roleDefinitionId": ROLE, "directoryScopeId": "/",
                "justification": "Reports for the region",
                "scheduleInfo": { "expiration": { "type": "afterDuration", "duration": "P90D" } },
            });
            scene.graph.post("/v1.0/roleManagement/directory/roleEligibilityScheduleRequests", body).await?;
            let may = amir.graph.status("/v1.0/auditLogs/directoryAudits?$top=1").await?;
            if may.is_success() {
                return Err("being eligible already let him read the audit".to_owned());
            }
            Ok(((), format!("eligible; the audit still answers him {}", may.as_u16())))
        })
        .await?;
    teller
        .step("he activates it for an hour, with a reason", "Microsoft Graph, as Amir", async {
            let body = json!({
                "action": "selfActivate", "principalId": scene.amir, "roleDefinitionId": ROLE, "directoryScopeId": "/",
                "justification": "Quarterly report",
                "scheduleInfo": { "expiration": { "type": "afterDuration", "duration": "PT1H" } },
            });
            amir.graph.post("/v1.0/roleManagement/directory/roleAssignmentScheduleRequests", body).await?;
            let path =
                format!("/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{}'", scene.amir);
            let (_, took) = until(SOON, async || {
                let found = scene.graph.get(&path).await?;
                Ok(found.pointer("/value/0/id").map(|_| ()))
            })
            .await?;
            Ok(((), format!("active {} later", took_text(took))))
        })
        .await?;
    Ok(())
}
