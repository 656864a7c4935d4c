//! The last day: disabled, refused everywhere, the laptop released, nothing left; and the proof of it all.

use std::time::Instant;

use http::StatusCode;
use serde_json::Value;

use super::device::Laptop;
use super::joiner::today;
use super::sign_in::{Person, redeem};
use super::{SOON, Scene};
use crate::demo::tell::{Teller, took_text, until};

pub async fn tell(scene: &Scene<'_>, amir: &Person, laptop: Laptop, teller: &mut Teller) -> Result<(), String> {
    teller.chapter("Amir leaves");
    let start = Instant::now();
    teller
        .step("the HR system reports his last day; his token is refused", "SCIM bulk upload, Microsoft Graph", async {
            scene.hr(&format!("employeeId,leaveDate\n1002,{}\n", today())).await?;
            let (_, _) = until(SOON, async || {
                let status = amir.graph.status("/v1.0/me").await?;
                Ok((status == StatusCode::UNAUTHORIZED).then_some(()))
            })
            .await?;
            Ok(((), format!("/me answers 401 {} after the record was sent", took_text(start.elapsed()))))
        })
        .await?;
    teller
        .step("so is his refresh token", "OAuth 2.0", async {
            let form = [
                ("grant_type", "refresh_token"),
                ("client_id", scene.made.portal_app_id.as_str()),
                ("refresh_token", amir.refresh.as_str()),
                ("scope", "User.Read"),
            ];
            match redeem(scene, &form).await? {
                Ok(_) => Err("it still worked".to_owned()),
                Err(why) => Ok(((), why)),
            }
        })
        .await?;
    teller
        .step("the laptop is retired: settings restored, applications gone, keys forgotten", "push channel", async {
            let root = laptop.root.clone();
            laptop.ended(SOON).await?;
            let banner = std::fs::read_to_string(root.join("etc/issue")).unwrap_or_default();
            if banner.contains("XYZ Ltd.") || root.join("opt/xyz-studio").exists() {
                return Err("something of ours is still on it".to_owned());
            }
            Ok(((), format!("done {} after the record was sent", took_text(start.elapsed()))))
        })
        .await?;
    teller
        .step("he holds nothing: no group, no licence, no role, no package", "Microsoft Graph", async {
            let user = format!("/v1.0/users/{}?$select=accountEnabled,assignedLicenses", scene.amir);
            let roles =
                format!("/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{}'", scene.amir);
            until(SOON, async || {
                let groups = scene.groups_of(&scene.amir).await?;
                let user = scene.graph.get(&user).await?;
                let roles = scene.graph.get(&roles).await?;
                let none = |value: Option<&Value>| value.and_then(Value::as_array).is_none_or(Vec::is_empty);
                let is_bare = groups.is_empty()
                    && user.get("accountEnabled") == Some(&Value::Bool(false))
                    && none(user.get("assignedLicenses"))
                    && none(roles.get("value"));
                Ok(is_bare.then_some(()))
            })
            .await?;
            Ok(((), format!("{} after the record was sent", took_text(start.elapsed()))))
        })
        .await
}

/// Why, and whether the audit is whole.
pub async fn prove(scene: &Scene<'_>, teller: &mut Teller) -> Result<(), String> {
    teller.chapter("And the proof");
    teller
        .step("why Fatima has her licence", "Microsoft Graph", async {
            let path = format!("/beta/explain?user={}&licence={}", scene.fatima, scene.made.sku);
            let answer = scene.graph.get(&path).await?;
            let text = answer.get("text").and_then(Value::as_str).ok_or_else(|| answer.to_string())?;
            Ok(((), text.to_owned()))
        })
        .await?;
    teller
        .step("every change has one row, its consequences name their cause", "Microsoft Graph", async {
            let path =
                format!("/v1.0/auditLogs/directoryAudits?$filter=targetResources/any(t:t/id eq '{}')", scene.amir);
            let rows = scene.graph.get(&path).await?;
            let rows = rows.get("value").and_then(Value::as_array).map_or(0, Vec::len);
            if rows == 0 {
                Err("the audit does not know him".to_owned())
            } else {
                Ok(((), format!("{rows} rows about Amir")))
            }
        })
        .await?;
    teller
        .step("no row was altered or removed", "Microsoft Graph", async {
            let answer = scene.graph.get("/beta/auditLogs/verify").await?;
            let streams = answer.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
            let wrong = streams.iter().any(|s| s.get("wrong").and_then(Value::as_array).is_none_or(|w| !w.is_empty()));
            if streams.is_empty() || wrong {
                return Err(answer.to_string());
            }
            let rows: u64 = streams.iter().filter_map(|s| s.get("rows")?.as_u64()).sum();
            Ok(((), format!("{rows} rows in {} chains, all whole", streams.len())))
        })
        .await
}
