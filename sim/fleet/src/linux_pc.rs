//! A Linux PC whose programs others wrote, as the server sees it: registered by its person, signed in once for all programs by a
//! primary refresh token, and managed through the Intune-for-Linux service. What it finds on itself is what the caller says.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use reqwest::{Client, Response};
use serde_json::{Value, json};

use crate::Failure;
use crate::browser::{Arrival, Browser};
use crate::key::{Key, device_id, encode, random};
use crate::session_key::{SessionKey, TransportKey};

/// The application that registers devices and keeps their sign-ins: Entra's authentication broker, and where it is sent back to.
const BROKER: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
const BROKER_REDIRECT: &str = "msauth://Microsoft.AAD.BrokerPlugin";
/// For what tokens are: device registration, and the three services of device management.
const REGISTRATION: &str = "01cb2876-7ebd-4aa4-9cc9-d28bd4d359a9";
const ENROLLMENT: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";
const CHECK_IN: &str = "0000000a-0000-0000-c000-000000000000";
const VERDICT: &str = "b8066b99-6e67-41be-abfa-75db1a2c8809";
const GRAPH: &str = "https://graph.microsoft.com";
const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// How many policies, and settings of one, are read.
const POLICIES_MAX: usize = 200;

/// What a person's sign-in on the PC brought: it registers the device, and is then traded for the device's own.
pub struct Tokens {
    pub registration: String,
    pub refresh: String,
}

/// One thing that a policy demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Requirement {
    pub policy: String,
    pub rule: String,
    pub setting: String,
    pub expected: String,
}

/// A registered PC, signed in.
pub struct LinuxPc {
    http: Client,
    server: String,
    tenant: String,
    name: String,
    key: Key,
    certificate: Vec<u8>,
    transport: TransportKey,
    pub device_id: String,
    /// The primary refresh token and its key.
    signed_in: Option<(String, SessionKey)>,
    /// Where the services are: enrolment, check-in, verdict.
    services: Option<[String; 3]>,
    pub managed_id: Option<String>,
}

impl Tokens {
    /// Sign in at the organisation's pages, as the broker does it, with `answers` to their fields.
    pub async fn sign_in(
        http: &Client,
        (server, tenant): (&str, &str),
        browser: &Browser,
        answers: &[(&str, &str)],
    ) -> Result<Tokens, Failure> {
        let verifier = encode(random::<32>());
        let challenge = aws_lc_rs::digest::digest(&aws_lc_rs::digest::SHA256, verifier.as_bytes());
        let mut url = reqwest::Url::parse(&format!("{server}/{tenant}/oauth2/authorize")).map_err(|e| e.to_string())?;
        url.query_pairs_mut().extend_pairs([
            ("client_id", BROKER),
            ("response_type", "code"),
            ("redirect_uri", BROKER_REDIRECT),
            ("resource", REGISTRATION),
            ("code_challenge", &encode(challenge.as_ref())),
            ("code_challenge_method", "S256"),
        ]);
        let arrived = match browser.walk(url.as_str(), BROKER_REDIRECT, answers).await? {
            Arrival::Redirect(arrived) => arrived,
            Arrival::Page(text) => return Err(text),
        };
        let code = arrived.query_pairs().find(|(name, _)| name == "code").map(|(_, code)| code.into_owned());
        let code = code.ok_or_else(|| format!("the sign-in ended at {}", arrived.path()))?;
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", BROKER),
            ("redirect_uri", BROKER_REDIRECT),
            ("code", &code),
            ("code_verifier", &verifier),
            ("resource", REGISTRATION),
        ];
        let said = post_form(http, &format!("{server}/{tenant}/oauth2/token"), &form).await?;
        Ok(Tokens { registration: text(&said, "access_token")?, refresh: text(&said, "refresh_token")? })
    }
}

impl LinuxPc {
    /// Discover the registration service and join.
    pub async fn join(
        http: &Client,
        (server, tenant): (&str, &str),
        name: &str,
        tokens: &Tokens,
    ) -> Result<LinuxPc, Failure> {
        let found = http.get(format!("{server}/{tenant}/Discover?api-version=1.9")).send().await;
        let found = read(found.map_err(|e| e.to_string())?).await?;
        let address = found.pointer("/DeviceJoinService/JoinEndpoint").and_then(Value::as_str);
        let address = address.ok_or("the organisation names no place to join")?;
        let (key, request) = Key::make(name)?;
        let transport = TransportKey::make()?;
        let body = json!({
            "CertificateRequest": { "Type": "pkcs10", "Data": STANDARD.encode(request.der()) },
            "TransportKey": STANDARD.encode(transport.jwk()?.to_string()),
            "TargetDomain": "xyz.example", "DeviceType": "Linux", "OSVersion": "13", "DeviceDisplayName": name,
            "JoinType": 0,
        });
        let address = format!("{address}?api-version=2.0");
        let joined = http.post(address).bearer_auth(&tokens.registration).json(&body).send().await;
        let joined = read(joined.map_err(|e| e.to_string())?).await?;
        let certificate = joined.pointer("/Certificate/RawBody").and_then(Value::as_str);
        let certificate = STANDARD.decode(certificate.ok_or("the answer has no certificate")?);
        let certificate = certificate.map_err(|_| "the certificate is not base64")?;
        Ok(LinuxPc {
            http: http.clone(),
            server: server.to_owned(),
            tenant: tenant.to_owned(),
            name: name.to_owned(),
            key,
            device_id: device_id(&certificate)?,
            certificate,
            transport,
            signed_in: None,
            services: None,
            managed_id: None,
        })
    }

    /// Trade what the person proved for a primary refresh token of this device (MS-OAPXBC).
    pub async fn sign_in(&mut self, refresh_token: &str) -> Result<(), Failure> {
        let claims = json!({
            "client_id": BROKER, "scope": "openid aza ugs", "request_nonce": self.nonce().await?,
            "grant_type": "refresh_token", "refresh_token": refresh_token,
        });
        let request = self.key.sign("JWT", &self.certificate, &claims)?;
        let said = self.bring(&request).await?;
        let said: Value = serde_json::from_str(&said).map_err(|e| e.to_string())?;
        let key = self.transport.unwrapped(&text(&said, "session_key_jwe")?)?;
        self.signed_in = Some((text(&said, "refresh_token")?, key));
        Ok(())
    }

    /// A token for a program on this PC, by single sign-on.
    pub async fn token(&self, client: &str, resource: &str) -> Result<String, Failure> {
        let (prt, key) = self.signed_in.as_ref().ok_or("nobody is signed in on the PC")?;
        let claims = json!({
            "client_id": client, "grant_type": "refresh_token", "scope": "openid", "resource": resource,
            "request_nonce": self.nonce().await?, "refresh_token": prt, "iss": "aad:brokerplugin",
            "aud": "login.microsoftonline.com",
        });
        let answer = key.read(&self.bring(&key.signed(&claims)).await?)?;
        text(&answer, "access_token")
    }

    /// The header with which a browser on this PC shows whose it is, and for how long that is good.
    pub async fn browser_credential(&self) -> Result<(String, String), Failure> {
        let (prt, key) = self.signed_in.as_ref().ok_or("nobody is signed in on the PC")?;
        let claims = json!({"refresh_token": prt, "is_primary": "true", "request_nonce": self.nonce().await?});
        Ok(("x-ms-RefreshTokenCredential".to_owned(), key.signed(&claims)))
    }

    /// Find the services of device management and come under management. Answers the managed device's id.
    pub async fn enrol(&mut self) -> Result<String, Failure> {
        if self.services.is_none() {
            let token = self.token(BROKER, GRAPH).await?;
            let path = format!("{}/v1.0/servicePrincipals/appId={CHECK_IN}/endpoints", self.server);
            let found = self.http.get(path).bearer_auth(token).send().await;
            let found = read(found.map_err(|e| e.to_string())?).await?;
            let of = |name: &str| {
                let all = found.get("value").and_then(Value::as_array)?;
                let one = all.iter().find(|one| one.get("providerName").and_then(Value::as_str) == Some(name))?;
                one.get("uri").and_then(Value::as_str).map(|uri| uri.trim_end_matches('/').to_owned())
            };
            let (enrol, check_in, verdict) =
                (of("LinuxEnrollmentService"), of("LinuxDeviceCheckinService"), of("IWService"));
            let all = enrol.zip(check_in).zip(verdict).map(|((enrol, check_in), verdict)| [enrol, check_in, verdict]);
            self.services = Some(all.ok_or("the directory does not say where device management is")?);
        }
        let [enrol, ..] = self.services()?;
        let (_, request) = Key::make(&self.name)?;
        let request = request.pem().map_err(|e| e.to_string())?;
        let body = json!({"CertificateSigningRequest": request, "DeviceName": self.name});
        let token = self.token(BROKER, ENROLLMENT).await?;
        let said = self.http.post(format!("{enrol}/enroll?api-version=1.0")).bearer_auth(token).json(&body).send();
        let said = read(said.await.map_err(|e| e.to_string())?).await?;
        let id = text(&said, "deviceId")?;
        self.managed_id = Some(id.clone());
        Ok(id)
    }

    /// One check-in: say what the PC is, ask what is demanded, say what was found. Answers what was demanded.
    pub async fn check_in(&self, found: impl Fn(&Requirement) -> String) -> Result<Vec<Requirement>, Failure> {
        let [_, check_in, _] = self.services()?;
        let id = self.managed_id.as_deref().ok_or("the PC is not managed")?;
        let token = self.token(BROKER, CHECK_IN).await?;
        let about = json!({
            "DeviceId": id, "DeviceName": self.name, "Manufacturer": "Castellan", "OSDistribution": "Debian",
            "OSVersion": "13",
        });
        let said =
            self.http.post(format!("{check_in}/details?api-version=1.0")).bearer_auth(&token).json(&about).send();
        read(said.await.map_err(|e| e.to_string())?).await?;
        let told = self.http.get(format!("{check_in}/policies/{id}?api-version=1.0")).bearer_auth(&token).send();
        let wanted = requirements(&read(told.await.map_err(|e| e.to_string())?).await?);
        let mut statuses: Vec<Value> = Vec::new();
        for one in &wanted {
            let detail = json!({
                "RuleId": one.rule, "SettingDefinitionItemId": one.setting, "ExpectedValue": one.expected,
                "ActualValue": found(one), "NewComplianceState": "Unknown", "OldComplianceState": "Unknown",
                "ErrorType": 0, "ErrorCode": 0,
            });
            let of_policy = |status: &&mut Value| status.get("PolicyId").and_then(Value::as_str) == Some(&one.policy);
            match statuses.iter_mut().find(of_policy).and_then(|status| status.get_mut("Details")?.as_array_mut()) {
                Some(details) => details.push(detail),
                None => statuses.push(json!({"PolicyId": one.policy, "LastStatusDateTime": "", "Details": [detail]})),
            }
        }
        let status = json!({"DeviceId": id, "PolicyStatuses": statuses});
        let said =
            self.http.post(format!("{check_in}/status?api-version=1.0")).bearer_auth(&token).json(&status).send();
        read(said.await.map_err(|e| e.to_string())?).await?;
        Ok(wanted)
    }

    /// What the server makes of it: the state, and the settings that are wrong.
    pub async fn verdict(&self) -> Result<(String, Vec<String>), Failure> {
        let [_, _, verdict] = self.services()?;
        let id = self.managed_id.as_deref().ok_or("the PC is not managed")?;
        let token = self.token(BROKER, VERDICT).await?;
        let told = self.http.get(format!("{verdict}/Devices(guid'{id}')?api-version=16.4")).bearer_auth(token).send();
        let told = read(told.await.map_err(|e| e.to_string())?).await?;
        let rules = told.get("NoncompliantRules").and_then(Value::as_array).cloned().unwrap_or_default();
        let wrong = rules.iter().filter_map(|rule| rule.get("SettingID")?.as_str().map(str::to_owned)).collect();
        Ok((text(&told, "ComplianceState")?, wrong))
    }

    fn services(&self) -> Result<&[String; 3], Failure> {
        self.services.as_ref().ok_or_else(|| "the PC is not managed".to_owned())
    }

    async fn nonce(&self) -> Result<String, Failure> {
        let url = format!("{}/{}/oauth2/token", self.server, self.tenant);
        let said = post_form(&self.http, &url, &[("grant_type", "srv_challenge")]).await?;
        text(&said, "Nonce")
    }

    /// Bring a signed request to the token endpoint; the answer's own text.
    async fn bring(&self, request: &str) -> Result<String, Failure> {
        let url = format!("{}/{}/oauth2/token", self.server, self.tenant);
        let form =
            [("windows_api_version", "2.0"), ("grant_type", JWT_BEARER), ("request", request), ("client_info", "1")];
        let response = self.http.post(url).form(&form).send().await.map_err(|e| e.to_string())?;
        let is_good = response.status().is_success();
        let body = response.text().await.map_err(|e| e.to_string())?;
        if is_good { Ok(body) } else { Err(why(&body)) }
    }
}

fn requirements(told: &Value) -> Vec<Requirement> {
    let list = |value: &Value, name: &str| value.get(name).and_then(Value::as_array).cloned().unwrap_or_default();
    let say = |value: &Value, name: &str| value.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let mut wanted = Vec::new();
    for policy in list(told, "policies").iter().take(POLICIES_MAX) {
        for setting in list(policy, "policySettings").iter().take(POLICIES_MAX) {
            wanted.push(Requirement {
                policy: say(policy, "policyId"),
                rule: say(setting, "ruleId"),
                setting: say(setting, "settingDefinitionItemId"),
                expected: say(setting, "value"),
            });
        }
    }
    wanted
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    value.get(name).and_then(Value::as_str).map(str::to_owned).ok_or_else(|| format!("the answer has no `{name}`"))
}

async fn post_form(http: &Client, url: &str, form: &[(&str, &str)]) -> Result<Value, Failure> {
    read(http.post(url).form(form).send().await.map_err(|e| e.to_string())?).await
}

/// The JSON of an answer that is a success; the words of one that is not.
async fn read(response: Response) -> Result<Value, Failure> {
    let is_good = response.status().is_success();
    let status = response.status().as_u16();
    let body = response.text().await.map_err(|e| e.to_string())?;
    if !is_good {
        return Err(format!("{status}: {}", why(&body)));
    }
    serde_json::from_str(&body).map_err(|e| format!("an answer cannot be read: {e}"))
}

/// Why a request was refused, in the answer's own words.
fn why(body: &str) -> String {
    let said: Value = serde_json::from_str(body).unwrap_or_default();
    let ways = ["/error_description", "/error/message", "/Message", "/message"];
    let words = ways.iter().find_map(|way| said.pointer(way).and_then(Value::as_str)).unwrap_or(body);
    words.split(['\r', '\n']).next().unwrap_or_default().chars().take(200).collect()
}
