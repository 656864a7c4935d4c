//! What a fleet needs of the organisation, asked for over Graph like everybody does: a join token, people with licences, and the
//! disabling of devices.

use cli::{Api, ApiError};
use serde_json::{Value, json};

use crate::Failure;

/// The plan that brings devices under management.
const PLAN: (&str, &str) = ("c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "INTUNE_A");
const SKU: &str = "f1ee7000-5a0e-4f0f-9c55-2f2f0a7b1e01";
/// How long a join token is good, and a pass.
const TOKEN_HOURS: i64 = 24;
const PASS_MINUTES: i64 = 60;

/// The organisation, through a client that may administer devices and people.
pub struct Organisation {
    api: Api,
    pub tenant: String,
}

/// Somebody with a licence, who can sign in.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: String,
    pub name: String,
    pub pass: String,
}

impl Organisation {
    pub async fn new(api: Api) -> Result<Organisation, Failure> {
        let found = api.get("/v1.0/organization").await.map_err(said)?;
        let tenant = found.pointer("/value/0/id").and_then(Value::as_str).map(str::to_owned);
        Ok(Organisation { tenant: tenant.ok_or("the organisation has no id")?, api })
    }

    /// A join token for so many devices: its id and the token.
    pub async fn join_token(&self, devices: usize) -> Result<(String, String), Failure> {
        let expires = jiff::Timestamp::now().as_second() + TOKEN_HOURS * 3_600;
        let expires = jiff::Timestamp::from_second(expires).map_err(|e| e.to_string())?;
        let body = json!({
            "displayName": "Simulated devices", "maximumDeviceCount": devices.max(1),
            "expirationDateTime": expires.to_string(),
        });
        let made = self.create("/beta/deviceManagement/joinTokens", &body).await?;
        let token = made.get("token").and_then(Value::as_str).ok_or("the join token was not shown")?;
        Ok((id(&made)?, token.to_owned()))
    }

    pub async fn revoke_token(&self, id: &str) -> Result<(), Failure> {
        self.api.delete(&format!("/beta/deviceManagement/joinTokens/{id}")).await.map_err(said)
    }

    /// So many people with a licence for device management, each with a pass to sign in with.
    pub async fn people(&self, count: usize) -> Result<Vec<Person>, Failure> {
        let plans = json!([{ "servicePlanId": PLAN.0, "servicePlanName": PLAN.1, "appliesTo": "User",
            "provisioningStatus": "Success" }]);
        let sku = json!({
            "skuId": SKU, "skuPartNumber": "SIMULATED_DEVICES", "appliesTo": "User", "capabilityStatus": "Enabled",
            "prepaidUnits": { "enabled": 100_000, "suspended": 0, "warning": 0, "lockedOut": 0 }, "servicePlans": plans,
        });
        // It may be there from an earlier run.
        let _ = self.create("/v1.0/subscribedSkus", &sku).await;
        let domain = self.api.get("/v1.0/organization").await.map_err(said)?;
        let domain = domain.pointer("/value/0/verifiedDomains/0/name").and_then(Value::as_str);
        let domain = domain.ok_or("the organisation has no domain")?.to_owned();
        let run = crate::key::encode(crate::key::random::<6>()).to_lowercase().replace(['-', '_'], "0");
        let mut people = Vec::new();
        for n in 0..count {
            let nickname = format!("sim-{run}-{n}");
            let name = format!("{nickname}@{domain}");
            let body = json!({
                "displayName": format!("Simulated {n}"), "mailNickname": nickname, "userPrincipalName": name,
                "accountEnabled": true, "usageLocation": "DE",
                "passwordProfile": { "password": format!("Sim-{}", crate::key::encode(crate::key::random::<18>())),
                    "forceChangePasswordNextSignIn": false },
            });
            let id = id(&self.create("/v1.0/users", &body).await?)?;
            let licence = json!({ "addLicenses": [{ "skuId": SKU, "disabledPlans": [] }], "removeLicenses": [] });
            self.create(&format!("/v1.0/users/{id}/assignLicense"), &licence).await?;
            let pass = json!({ "lifetimeInMinutes": PASS_MINUTES, "isUsableOnce": false });
            let path = format!("/v1.0/users/{id}/authentication/temporaryAccessPassMethods");
            let made = self.create(&path, &pass).await?;
            let pass = made.get("temporaryAccessPass").and_then(Value::as_str).ok_or("the pass was not shown")?;
            people.push(Person { id, name, pass: pass.to_owned() });
        }
        Ok(people)
    }

    /// Disable a device: its certificate is worthless from now on.
    pub async fn disable(&self, device_id: &str) -> Result<(), Failure> {
        let path = format!("/v1.0/devices(deviceId='{device_id}')");
        self.api.patch(&path, &json!({ "accountEnabled": false })).await.map_err(said).map(drop)
    }

    async fn create(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        self.api.post(path, body, "application/json").await.map(|answer| answer.body).map_err(said)
    }
}

fn id(made: &Value) -> Result<String, Failure> {
    made.get("id").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| "what was made has no id".to_owned())
}

fn said(why: ApiError) -> Failure {
    why.to_string()
}
