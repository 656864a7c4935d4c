//! Signing in: the pages, the code, the token; and the log that says what was decided.

use std::collections::HashMap;

use serde_json::Value;

use super::joiner::pass;
use super::{SOON, Scene};
use crate::demo::graph_client::GraphClient;
use crate::demo::organisation::{CRM_URI, PORTAL_REDIRECT};
use crate::demo::tell::{Teller, until};
use fleet::{Arrival, Browser};

/// Somebody who is signed in.
pub struct Person {
    pub upn: String,
    pub pass: String,
    pub browser: Browser,
    pub graph: GraphClient,
    pub refresh: String,
}

pub const PORTAL_SCOPES: &str = "openid profile offline_access User.Read \
    https://graph.microsoft.com/EntitlementManagement.ReadWrite.All \
    https://graph.microsoft.com/RoleAssignmentSchedule.ReadWrite.Directory";

pub async fn tell(scene: &Scene<'_>, teller: &mut Teller) -> Result<Person, String> {
    teller.chapter("Amir signs in");
    let upn = upn(scene, &scene.amir).await?;
    let code = pass(scene).ok_or("the pass is not in the mail")?;
    let amir = teller
        .step("with the pass from the mail, which counts as two factors", "OpenID Connect, code with PKCE", async {
            let person = sign_in(scene, &upn, &code).await?;
            let me = person.graph.get("/v1.0/me").await?;
            let name = me.get("displayName").and_then(Value::as_str).unwrap_or("?").to_owned();
            Ok((person, format!("/me answers {name}")))
        })
        .await?;
    teller
        .step("the sign-in log names the policies that applied", "Microsoft Graph", async {
            let path = format!("/v1.0/auditLogs/signIns?$filter=userId eq '{}'&$top=1", scene.amir);
            let (status, _) = until(SOON, async || {
                let log = scene.graph.get(&path).await?;
                let status = log.pointer("/value/0/conditionalAccessStatus").and_then(Value::as_str);
                Ok(status.map(str::to_owned))
            })
            .await?;
            Ok(((), format!("conditionalAccessStatus: {status}")))
        })
        .await?;
    teller
        .step("the customer database refuses him: this browser is on no compliant device", "OpenID Connect", async {
            match crm(scene, &amir.browser).await? {
                Ok(_) => Err("he was let in".to_owned()),
                Err(why) => Ok(((), why)),
            }
        })
        .await?;
    Ok(amir)
}

pub async fn upn(scene: &Scene<'_>, user: &str) -> Result<String, String> {
    let answer = scene.graph.get(&format!("/v1.0/users/{user}?$select=userPrincipalName")).await?;
    let upn = answer.get("userPrincipalName").and_then(Value::as_str);
    upn.map(str::to_owned).ok_or_else(|| "the account has no user name".to_owned())
}

/// Sign in to the portal with a pass.
pub async fn sign_in(scene: &Scene<'_>, upn: &str, pass: &str) -> Result<Person, String> {
    let browser = Browser::new(&scene.stage.ca_pem)?;
    let arrival = authorize(scene, &browser, PORTAL_SCOPES, &[("loginfmt", upn), ("passwd", pass)]).await?;
    let tokens = match arrival {
        Ok(tokens) => tokens,
        Err(why) => return Err(why),
    };
    let token = tokens.get("access_token").and_then(Value::as_str).ok_or_else(|| tokens.to_string())?;
    let refresh = tokens.get("refresh_token").and_then(Value::as_str).unwrap_or_default().to_owned();
    let graph = scene.graph.with_token(token);
    Ok(Person { upn: upn.to_owned(), pass: pass.to_owned(), browser, graph, refresh })
}

/// A token for the customer database, or the words with which it was refused.
pub async fn crm(scene: &Scene<'_>, browser: &Browser) -> Result<Result<Value, String>, String> {
    crm_with(scene, browser, &[]).await
}

/// As [`crm`], signing in on the way where that is asked for.
pub async fn crm_with(
    scene: &Scene<'_>,
    browser: &Browser,
    answers: &[(&str, &str)],
) -> Result<Result<Value, String>, String> {
    authorize(scene, browser, &format!("{CRM_URI}/Customers.Read"), answers).await
}

/// Walk through the authorization endpoint's pages and redeem the code.
async fn authorize(
    scene: &Scene<'_>,
    browser: &Browser,
    scope: &str,
    answers: &[(&str, &str)],
) -> Result<Result<Value, String>, String> {
    let verifier = keys::base64url::encode(keys::random_bytes::<32>());
    let challenge = keys::base64url::encode(keys::sha256(verifier.as_bytes()));
    let base = format!("{}/{}/oauth2/v2.0", scene.stage.url, scene.stage.tenant);
    let mut url = reqwest::Url::parse(&format!("{base}/authorize")).map_err(|e| e.to_string())?;
    url.query_pairs_mut().extend_pairs([
        ("client_id", scene.made.portal_app_id.as_str()),
        ("response_type", "code"),
        ("redirect_uri", PORTAL_REDIRECT),
        ("response_mode", "query"),
        ("scope", scope),
        ("state", "story"),
        ("code_challenge", &challenge),
        ("code_challenge_method", "S256"),
    ]);
    let arrived = match browser.walk(url.as_str(), PORTAL_REDIRECT, answers).await? {
        Arrival::Page(text) => return Ok(Err(shorten(&text))),
        Arrival::Redirect(arrived) => arrived,
    };
    let said: HashMap<String, String> = arrived.query_pairs().into_owned().collect();
    let Some(code) = said.get("code") else {
        return Ok(Err(said.get("error_description").cloned().unwrap_or_else(|| arrived.to_string())));
    };
    let form = [
        ("grant_type", "authorization_code"),
        ("client_id", scene.made.portal_app_id.as_str()),
        ("code", code),
        ("redirect_uri", PORTAL_REDIRECT),
        ("code_verifier", &verifier),
    ];
    redeem(scene, &form).await
}

/// Ask the token endpoint; the error's own words when it refuses.
pub async fn redeem(scene: &Scene<'_>, form: &[(&str, &str)]) -> Result<Result<Value, String>, String> {
    let url = format!("{}/{}/oauth2/v2.0/token", scene.stage.url, scene.stage.tenant);
    let answer = scene.graph.http.post(url).form(form).send().await.map_err(|e| e.to_string())?;
    let body: Value = answer.json().await.map_err(|e| e.to_string())?;
    match body.get("error_description").and_then(Value::as_str) {
        Some(why) => Ok(Err(shorten(why))),
        None => Ok(Ok(body)),
    }
}

fn shorten(text: &str) -> String {
    let line = text.split(['\r', '\n']).next().unwrap_or_default();
    if line.chars().count() > 140 {
        format!("{}…", line.chars().take(139).collect::<String>())
    } else {
        line.to_owned()
    }
}
