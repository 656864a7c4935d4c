//! A Linux device, as far as libhimmelblau is one: a test writes a command on a line, and reads on a line what came of it.
//!
//!     himmelblau-client https://localhost:8443/TENANT DOMAIN
//!     ["exists", upn]                 → {"ok": whether the organisation signs the name in}
//!     ["code", upn]                      → {"ok": the code to type at the organisation's page}
//!     ["code-entered", upn]           → {"ok": the access token}
//!     ["sign-in"]                     → {"ok": the address to sign in at}
//!     ["signed-in", address]          → {"ok": the access token}; the address is where the browser was sent back to
//!     ["join", name, type]            → {"ok": the device's id}
//!     ["prt"]                         → a primary refresh token of what was proved to the broker
//!     ["prt-by-password", upn, password], ["prt-by-hello", upn, pin], ["renew"]
//!     ["token", scope], ["token-v1", resource] → {"ok": an access token, by single sign-on}
//!     ["cookie"]                      → {"ok": what a browser on the device shows}
//!     ["hello", pin]                  → a key for signing in without a password
//!     ["services", JSON]              → where device management is, as Graph tells it
//!     ["manage", name]                → {"ok": the id of the managed device}; and from then on
//!     ["details"], ["policies"]       → {"ok": [[setting, what is demanded], …]}
//!     ["status", JSON]                → what was found, {setting: value}, for every setting of the policies
//!     ["verdict"]                     → {"ok": [state, [the settings that are wrong]]}
//!
//! Its keys are in a TPM of software. What fails is {"error": why}; nothing is tried twice.

use std::io::{BufRead, Write};

use himmelblau::discovery::EnrollAttrs;
use himmelblau::intune::{ComplianceState, IntuneForLinux, IntuneStatus};
use himmelblau::{
    AuthorizationCodePkceFlow, BrokerClientApplication, MFAAuthContinue, PublicClientApplication, UserToken,
};
use kanidm_hsm_crypto::AuthValue;
use kanidm_hsm_crypto::provider::{BoxedDynTpm, SoftTpm, Tpm};
use kanidm_hsm_crypto::structures::{LoadableMsHelloKey, SealedData, StorageKey};
use serde_json::{Value, json};

const REDIRECT: &str = "ms-aadj-redir://auth/drs";

struct Device {
    domain: String,
    broker: BrokerClientApplication,
    /// What asks people to sign in; the same application.
    program: PublicClientApplication,
    tpm: BoxedDynTpm,
    storage_key: StorageKey,
    flow: Option<AuthorizationCodePkceFlow>,
    code: Option<MFAAuthContinue>,
    token: Option<UserToken>,
    prt: Option<SealedData>,
    hello: Option<LoadableMsHelloKey>,
    services: Option<IntuneForLinux>,
    /// The device's name and its id under management.
    managed: Option<(String, String)>,
    status: Option<IntuneStatus>,
}

/// The resources of device management.
const CHECK_IN: &str = "0000000a-0000-0000-c000-000000000000";
const ENROLLMENT: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";
const VERDICT: &str = "b8066b99-6e67-41be-abfa-75db1a2c8809";

type Answer = Result<Value, String>;

fn said(why: impl std::fmt::Debug) -> String {
    format!("{why:?}")
}

impl Device {
    fn new(authority: &str, domain: &str) -> Result<Device, String> {
        let mut tpm = BoxedDynTpm::new(SoftTpm::new());
        let auth = AuthValue::ephemeral().map_err(said)?;
        let loadable = tpm.root_storage_key_create(&auth).map_err(said)?;
        let storage_key = tpm.root_storage_key_load(&auth, &loadable).map_err(said)?;
        Ok(Device {
            domain: domain.to_owned(),
            broker: BrokerClientApplication::new(Some(authority), None, None, None).map_err(said)?,
            program: PublicClientApplication::new(himmelblau::BROKER_APP_ID, Some(authority)).map_err(said)?,
            tpm,
            storage_key,
            flow: None,
            code: None,
            token: None,
            prt: None,
            hello: None,
            services: None,
            managed: None,
            status: None,
        })
    }

    /// A token of the person on this device for a resource.
    async fn token_for(&mut self, resource: &str) -> Result<UserToken, String> {
        let prt = self.prt.as_ref().ok_or("there is no primary refresh token")?;
        let (tpm, key, resource) = (&mut self.tpm, &self.storage_key, Some(resource.to_owned()));
        self.broker.exchange_prt_for_access_token(prt, vec![], resource, tpm, key).await.map_err(said)
    }

    fn about(&self, name: &str) -> Result<EnrollAttrs, String> {
        EnrollAttrs::new(self.domain.clone(), Some(name.to_owned()), None, None, None).map_err(said)
    }

    /// What concerns device management.
    async fn manage(&mut self, words: &[&str]) -> Answer {
        match words {
            ["services", told] => {
                let told = serde_json::from_str(told).map_err(said)?;
                self.services = Some(IntuneForLinux::new(told).map_err(said)?);
                return Ok(Value::Null);
            }
            ["manage", name] => {
                let (token, about) = (self.token_for(ENROLLMENT).await?, self.about(name)?);
                let services = self.services.as_ref().ok_or("where are the services?")?;
                let enrolled = services.enroll(&token, &about, "", &mut self.tpm, &self.storage_key).await;
                let id = enrolled.map_err(said)?.1;
                self.managed = Some(((*name).to_owned(), id.clone()));
                return Ok(json!(id));
            }
            _ => {}
        }
        let token = self.token_for(if words == ["verdict"] { VERDICT } else { CHECK_IN }).await?;
        let services = self.services.as_ref().ok_or("where are the services?")?;
        let (name, id) = self.managed.as_ref().ok_or("the device is not managed")?;
        match words {
            ["details"] => {
                services.details(&token, &self.about(name)?, id).await.map_err(said)?;
                Ok(Value::Null)
            }
            ["policies"] => {
                let mut status: IntuneStatus = services.policies(&token, id).await.map_err(said)?.into();
                status.set_device_id(id.clone());
                let details = status.policy_statuses.iter().flat_map(|policy| &policy.details);
                let told = details.map(|d| json!([d.setting_definition_item_id, d.expected_value])).collect();
                self.status = Some(status);
                Ok(Value::Array(told))
            }
            ["status", found] => {
                let found: Value = serde_json::from_str(found).map_err(said)?;
                let mut status = self.status.take().ok_or("ask for the policies first")?;
                for detail in status.policy_statuses.iter_mut().flat_map(|policy| &mut policy.details) {
                    let actual = found[&detail.setting_definition_item_id].as_str().map(str::to_owned);
                    detail.set_status(None, actual, &ComplianceState::Unknown);
                }
                services.status(&token, status).await.map_err(said)?;
                Ok(Value::Null)
            }
            ["verdict"] => {
                let told = services.get_compliance_info(&token, id).await.map_err(said)?;
                let wrong: Vec<String> = told.noncompliant_rules.into_iter().map(|rule| rule.setting_id).collect();
                Ok(json!([told.compliance_state.to_string(), wrong]))
            }
            _ => Err("there is no such command".to_owned()),
        }
    }

    async fn act(&mut self, words: &[&str]) -> Answer {
        if let ["services" | "manage" | "details" | "policies" | "status" | "verdict", ..] = words {
            return self.manage(words).await;
        }
        let (tpm, key) = (&mut self.tpm, &self.storage_key);
        let prt = self.prt.as_ref().ok_or("there is no primary refresh token");
        let token = self.token.as_ref().ok_or("nobody has signed in");
        match words {
            ["exists", upn] => {
                let known = self.broker.check_user_exists(upn, &[]).await.map_err(said)?;
                Ok(json!(known.try_exists().map_err(said)?))
            }
            ["code", upn] => {
                let asked = self.program.initiate_acquire_token_by_mfa_flow(upn, None, vec![], None, &[], None).await;
                let flow = asked.map_err(said)?;
                let message = json!(flow.msg);
                self.code = Some(flow);
                Ok(message)
            }
            ["code-entered", upn] => {
                let flow = self.code.as_mut().ok_or("no code was asked for")?;
                let token = self.program.acquire_token_by_mfa_flow(upn, None, Some(1), flow).await.map_err(said)?;
                let access = json!(token.access_token);
                self.token = Some(token);
                Ok(access)
            }
            ["sign-in"] => {
                let flow = self.program.initiate_authorization_code_pkce_flow(vec![], REDIRECT).map_err(said)?;
                let url = flow.auth_url().to_owned();
                self.flow = Some(flow);
                Ok(json!(url))
            }
            ["signed-in", address] => {
                let flow = self.flow.take().ok_or("no sign-in was begun")?;
                let token = self.program.acquire_token_by_authorization_code_pkce_flow(&flow, address).await;
                let token = token.map_err(said)?;
                let access = json!(token.access_token);
                self.token = Some(token);
                Ok(access)
            }
            ["join", name, kind] => {
                let (name, kind) = (Some((*name).to_owned()), kind.parse().ok());
                let about = EnrollAttrs::new(self.domain.clone(), name, None, kind, None).map_err(said)?;
                let joined = self.broker.enroll_device(&token?.refresh_token, about, tpm, key).await;
                Ok(json!(joined.map_err(said)?.2))
            }
            ["prt"] => {
                let got = self.broker.acquire_user_prt_by_refresh_token(&token?.refresh_token, tpm, key).await;
                self.prt = Some(got.map_err(said)?);
                Ok(Value::Null)
            }
            ["prt-by-password", upn, password] => {
                let got = self.broker.acquire_user_prt_by_username_password(upn, password, tpm, key).await;
                self.prt = Some(got.map_err(said)?);
                Ok(Value::Null)
            }
            ["prt-by-hello", upn, pin] => {
                let hello = self.hello.as_ref().ok_or("no key was set up")?;
                let got = self.broker.acquire_user_prt_by_hello_for_business_key(upn, hello, tpm, key, pin).await;
                self.prt = Some(got.map_err(said)?);
                Ok(Value::Null)
            }
            ["renew"] => {
                let got = self.broker.exchange_prt_for_prt(prt?, tpm, key, true).await;
                self.prt = Some(got.map_err(said)?);
                Ok(Value::Null)
            }
            ["token", scope] => {
                let got = self.broker.exchange_prt_for_access_token(prt?, vec![scope], None, tpm, key).await;
                Ok(json!(got.map_err(said)?.access_token))
            }
            ["token-v1", resource] => {
                let resource = Some((*resource).to_owned());
                let got = self.broker.exchange_prt_for_access_token(prt?, vec![], resource, tpm, key).await;
                Ok(json!(got.map_err(said)?.access_token))
            }
            ["cookie"] => Ok(json!(self.broker.acquire_prt_sso_cookie(prt?, tpm, key).await.map_err(said)?)),
            ["hello", pin] => {
                let made = self.broker.provision_hello_for_business_key(token?, tpm, key, pin).await;
                self.hello = Some(made.map_err(said)?);
                Ok(Value::Null)
            }
            _ => Err("there is no such command".to_owned()),
        }
    }
}

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), String> {
    let mut arguments = std::env::args().skip(1);
    let (Some(authority), Some(domain)) = (arguments.next(), arguments.next()) else {
        return Err("give the authority and the domain".to_owned());
    };
    let mut device = Device::new(&authority, &domain)?;
    for line in std::io::stdin().lock().lines() {
        let line = line.map_err(said)?;
        let words: Vec<String> = serde_json::from_str(&line).map_err(said)?;
        let words: Vec<&str> = words.iter().map(String::as_str).collect();
        let answer = match device.act(&words).await {
            Ok(value) => json!({ "ok": value }),
            Err(why) => json!({ "error": why }),
        };
        println!("{answer}");
        std::io::stdout().flush().map_err(said)?;
    }
    Ok(())
}
