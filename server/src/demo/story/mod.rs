//! One person's story at XYZ Ltd.: joins, gets an account, groups, a licence, a laptop and applications, borrows access for
//! a week and a role for an hour, changes department, leaves. Every step is asked for over HTTPS and checked the same way.

mod access;
mod device;
mod joiner;
mod leaver;
mod linux_pc;
mod sign_in;

use std::time::Duration;

use serde_json::Value;

use super::Stage;
use super::graph_client::{GraphClient, http};
use super::organisation::{self, Organisation};
use super::tell::{Teller, until};

/// "At once", with room for a busy machine; what it really took is told.
pub(super) const SOON: Duration = Duration::from_secs(10);

/// What the story has come to know on its way.
pub(super) struct Scene<'a> {
    pub stage: &'a Stage,
    pub graph: GraphClient,
    pub made: Organisation,
    pub amir: String,
    pub fatima: String,
}

/// Tell the story; how many steps held.
pub async fn tell(stage: &Stage) -> Result<usize, String> {
    let mut teller = Teller::new();
    let mut scene = set_up(stage, &mut teller).await?;
    joiner::tell(&mut scene, &mut teller).await?;
    let amir = sign_in::tell(&scene, &mut teller).await?;
    let laptop = device::tell(&scene, &amir, &mut teller).await?;
    let pc = linux_pc::tell(&scene, &amir, &mut teller).await?;
    access::tell(&scene, &amir, &mut teller).await?;
    device::moves(&scene, &laptop, &mut teller).await?;
    linux_pc::moves(&pc, &mut teller).await?;
    leaver::tell(&scene, &amir, laptop, &mut teller).await?;
    linux_pc::leaves(&scene, &pc, &mut teller).await?;
    leaver::prove(&scene, &mut teller).await?;
    Ok(teller.held)
}

async fn set_up<'a>(stage: &'a Stage, teller: &mut Teller) -> Result<Scene<'a>, String> {
    teller.chapter("XYZ Ltd. says how it works");
    let http = http(&stage.ca_pem)?;
    let token = teller
        .step("the set-up client gets a token", "OAuth 2.0 client credentials", async {
            let url = format!("{}/{}/oauth2/v2.0/token", stage.url, stage.tenant);
            let form = [
                ("grant_type", "client_credentials"),
                ("client_id", &stage.client_id),
                ("client_secret", &stage.client_secret),
                ("scope", "https://graph.microsoft.com/.default"),
            ];
            let answer = http.post(url).form(&form).send().await.map_err(|e| e.to_string())?;
            let body: Value = answer.json().await.map_err(|e| e.to_string())?;
            let token = body.get("access_token").and_then(Value::as_str).ok_or_else(|| body.to_string())?;
            Ok((token.to_owned(), format!("a token for {} s", body.get("expires_in").unwrap_or(&Value::Null))))
        })
        .await?;
    let graph = GraphClient { http, base: stage.url.clone(), token };
    let mut made = teller
        .step("groups by rule, a licence for everybody in the workforce", "Microsoft Graph", async {
            let made = organisation::groups(&graph).await?;
            let evidence = "3 dynamic groups, 1 assigned group, 25 seats of XYZ_WORKPLACE".to_owned();
            Ok((made, evidence))
        })
        .await?;
    teller
        .step("what laptops must be like and get", "Microsoft Graph", async {
            organisation::devices(&graph, &mut made).await?;
            Ok(((), "compliance policy, settings, 2 packages uploaded and assigned".to_owned()))
        })
        .await?;
    teller
        .step("applications, and who may reach them from where", "Microsoft Graph", async {
            organisation::access(&graph, &mut made).await?;
            Ok((
                (),
                "2 Conditional Access policies: MFA for all, a compliant device for the customer database".to_owned(),
            ))
        })
        .await?;
    teller
        .step("what can be borrowed, and what happens when people come and go", "Microsoft Graph", async {
            organisation::governance(&graph, &mut made).await?;
            Ok(((), "an access package for a week, a joiner and a leaver workflow".to_owned()))
        })
        .await?;
    Ok(Scene { stage, graph, made, amir: String::new(), fatima: String::new() })
}

impl Scene<'_> {
    /// Upload rows of the HR system, as `castellan hr import` does.
    pub async fn hr(&self, csv: &str) -> Result<cli::ImportOutcome, String> {
        let connection =
            cli::Connection { bootstrap: Some(self.stage.bootstrap.clone()), ..cli::Connection::default() };
        let api = cli::Api::connect(&connection).await.map_err(|e| e.to_string())?;
        let (rows, bad) = cli::read_rows(csv.as_bytes())?;
        if let Some(bad) = bad.first() {
            return Err(format!("line {}, {}: {}", bad.line, bad.column, bad.reason));
        }
        cli::import(&api, &rows, &|_| {}).await.map_err(|e| e.to_string())
    }

    /// The names of the groups that somebody is in.
    pub async fn groups_of(&self, user: &str) -> Result<Vec<String>, String> {
        let answer = self
            .graph
            .get(&format!("/v1.0/users/{user}/memberOf/microsoft.graph.group?$select=id,displayName"))
            .await?;
        Ok(names(&answer))
    }

    /// Wait until somebody is in exactly these groups.
    pub async fn in_groups(&self, user: &str, wanted: &[&str]) -> Result<Duration, String> {
        let wanted: Vec<String> = wanted.iter().map(|name| (*name).to_owned()).collect();
        let ((), took) = until(SOON, async || {
            let mut found = self.groups_of(user).await?;
            found.sort();
            Ok((found == wanted).then_some(()))
        })
        .await?;
        Ok(took)
    }

    /// The folder in which mails land.
    pub fn mails(&self) -> Vec<String> {
        let folder = self.stage.folder.join("server").join("mail");
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        entries.filter_map(|entry| std::fs::read_to_string(entry.path()).ok()).collect()
    }
}

/// The display names in a collection.
fn names(answer: &Value) -> Vec<String> {
    let items = answer.get("value").and_then(Value::as_array).cloned().unwrap_or_default();
    items.iter().filter_map(|item| item.get("displayName")?.as_str().map(str::to_owned)).collect()
}
