//! People who sign in with their passwords, as browsers do it: the page, the form, the code. How many a second, beside what
//! argon2id alone can do on this machine; how quick tokens stay meanwhile; and what ten times too many of them are told.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use serde_json::json;

use crate::castellan::{Castellan, post};
use crate::commits::scratch;
use crate::load::{self, Line, Target};
use crate::table::percentile;
use crate::{process, tokens};

const SPAN: Duration = Duration::from_secs(8);
/// Signing in at once: enough to keep every core at work, few enough that nobody is sent away.
const AT_ONCE: usize = 16;
/// Ten times as many as the server lets wait.
const TOO_MANY: usize = 660;
/// How often a client asks for a token meanwhile.
const TOKEN_EVERY: Duration = Duration::from_millis(10);
const REDIRECT: &str = "http://localhost:5000/back";
const PASSWORD: &str = "correct-horse-battery-9!";

pub struct People {
    target: Target,
    host: String,
    base: String,
    client: String,
    users: Vec<String>,
}

/// How many hashes of a password all cores work out in a second when they do nothing else.
pub fn argon2id_limit() -> Result<f64, String> {
    let (tenant, at) = (directory::TenantId::from_u128(0x7), directory::Time::default());
    let keys = keys::Keys::open(&scratch("argon2id"), at).map_err(|e| e.to_string())?;
    keys.ensure_tenant(tenant, at).map_err(|e| e.to_string())?;
    let passwords = keys.passwords(tenant).map_err(|e| e.to_string())?;
    let phc = passwords.hash(PASSWORD).map_err(|e| e.to_string())?;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let (start, done) = (Instant::now(), Arc::new(AtomicU64::new(0)));
    let threads: Vec<_> = (0..cores)
        .map(|_| {
            let (passwords, phc, done) = (passwords.clone(), phc.clone(), done.clone());
            std::thread::spawn(move || {
                while start.elapsed() < SPAN / 2 {
                    let found = passwords.verify(&phc, PASSWORD).is_ok_and(|check| check.matches);
                    done.fetch_add(u64::from(found), Ordering::Relaxed);
                }
            })
        })
        .collect();
    for thread in threads {
        thread.join().map_err(|_| "a thread ended early")?;
    }
    Ok(done.load(Ordering::Relaxed) as f64 / start.elapsed().as_secs_f64())
}

/// People with a password, and an application that they sign in to.
pub async fn prepare(server: &Castellan) -> Result<People, String> {
    let (bootstrap, api) = (server.bootstrap()?, server.api().await?);
    let app = json!({ "displayName": "Bench", "publicClient": { "redirectUris": [REDIRECT] }, "isFallbackPublicClient": true });
    let app = post(&api, "/v1.0/applications", &app).await?;
    let client = app.get("appId").and_then(|id| id.as_str()).ok_or("an application has no appId")?.to_owned();
    post(&api, "/v1.0/servicePrincipals", &json!({ "appId": client })).await?;
    let mut users = Vec::new();
    for n in 0..AT_ONCE {
        let name = format!("bench{n}");
        let upn = format!("{name}@{}", bootstrap.domain);
        let user = json!({
            "accountEnabled": true, "displayName": name, "mailNickname": name, "userPrincipalName": upn,
            "passwordProfile": { "password": PASSWORD, "forceChangePasswordNextSignIn": false },
        });
        post(&api, "/v1.0/users", &user).await?;
        users.push(upn);
    }
    Ok(People {
        target: Target::new(&server.url, &bootstrap.ca_pem, server.process())?,
        host: server.url.trim_start_matches("https://").to_owned(),
        base: format!("/{}/oauth2/v2.0", bootstrap.tenant),
        client,
        users,
    })
}

pub struct SigningIn {
    pub per_second: f64,
    /// Processors that the server kept busy: the clients are at work on the same machine.
    pub cores_used: f64,
    /// How long a token of a client took at the same time.
    pub tokens_p99_ms: f64,
}

/// Everybody signs in again and again, while a client asks for tokens.
pub async fn measure(people: Arc<People>, server: &Castellan) -> Result<SigningIn, String> {
    let stop = Arc::new(AtomicBool::new(false));
    let mut tasks = Vec::new();
    for n in 0..AT_ONCE {
        let (people, stop) = (people.clone(), stop.clone());
        tasks.push(tokio::spawn(async move {
            let mut line = people.target.connect().await?;
            let mut done = 0u64;
            while !stop.load(Ordering::Relaxed) {
                match people.sign_in(&mut line, n).await? {
                    Told::In => done += 1,
                    Told::ComeBack(_) => return Err("somebody was sent away".to_owned()),
                }
            }
            Ok(done)
        }));
    }
    let start = Instant::now();
    let before = process::processor_seconds(&server.process());
    let tokens = tokens::castellan(server, false).await?.tokens_every(TOKEN_EVERY).await?;
    let cores_used = (process::processor_seconds(&server.process()) - before) / start.elapsed().as_secs_f64();
    stop.store(true, Ordering::Relaxed);
    let mut done = 0;
    for task in tasks {
        done += task.await.map_err(|e| e.to_string())??;
    }
    let per_second = done as f64 / start.elapsed().as_secs_f64();
    Ok(SigningIn { per_second, cores_used, tokens_p99_ms: tokens.p99_ms })
}

pub struct Overload {
    pub let_in: u64,
    /// 429, with the time after which to come back.
    pub sent_away: u64,
    /// How long one sign-in took right after.
    pub after_ms: f64,
    /// How long those who were sent away waited for that, at p99.
    pub sent_away_p99_ms: f64,
}

/// Ten times as many people at once as may wait.
pub async fn overload(people: Arc<People>) -> Result<Overload, String> {
    let mut lines = Vec::new();
    for _ in 0..TOO_MANY {
        lines.push(people.target.connect().await?);
    }
    let end = Instant::now() + SPAN;
    let tasks: Vec<_> = lines
        .into_iter()
        .enumerate()
        .map(|(n, mut line)| {
            let people = people.clone();
            tokio::spawn(async move {
                let (mut let_in, mut away) = (0u64, Vec::new());
                while Instant::now() < end {
                    match people.sign_in(&mut line, n % AT_ONCE).await? {
                        Told::In => let_in += 1,
                        Told::ComeBack(took) => away.push(took.as_secs_f64() * 1e3),
                    }
                }
                Ok::<_, String>((let_in, away))
            })
        })
        .collect();
    let (mut let_in, mut away) = (0, Vec::new());
    for task in tasks {
        let (one, times) = task.await.map_err(|e| e.to_string())??;
        let_in += one;
        away.extend(times);
    }
    let mut line = people.target.connect().await?;
    let start = Instant::now();
    if !matches!(people.sign_in(&mut line, 0).await?, Told::In) {
        return Err("the server did not recover from the overload".into());
    }
    Ok(Overload {
        let_in,
        sent_away: away.len() as u64,
        after_ms: start.elapsed().as_secs_f64() * 1e3,
        sent_away_p99_ms: percentile(&mut away, 0.99),
    })
}

enum Told {
    In,
    ComeBack(Duration),
}

impl People {
    /// The page, the form, and the code behind it.
    async fn sign_in(&self, line: &mut Line, n: usize) -> Result<Told, String> {
        let user = self.users.get(n).ok_or("there is no such person")?;
        let path = self.authorize_path(user);
        let page = line.ask(&load::get(&self.host, &path)).await?;
        if page.status == 429 {
            return Err("even the page was refused".into());
        }
        let cookies = page.cookies().join("; ");
        let hidden = |name: &str| value_of(page.text(), name).ok_or_else(|| format!("the page has no `{name}`"));
        let (flow, csrf) = (hidden("flow")?, hidden("csrf")?);
        let form =
            [("flow", flow.as_str()), ("csrf", csrf.as_str()), ("loginfmt", user.as_str()), ("passwd", PASSWORD)];
        let start = Instant::now();
        let request = load::post(&self.host, &format!("{}/login", self.base), &cookies, &form);
        let answer = line.ask(&request).await?;
        match answer.status {
            302 | 303 if answer.header("location").is_some_and(|to| to.contains("code=")) => Ok(Told::In),
            429 if answer.header("retry-after").is_some() => Ok(Told::ComeBack(start.elapsed())),
            other => Err(format!("a sign-in was answered with {other}: {}", answer.text())),
        }
    }
}

impl People {
    fn authorize_path(&self, user: &str) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs([
            ("client_id", self.client.as_str()),
            ("response_type", "code"),
            ("redirect_uri", REDIRECT),
            ("scope", "openid"),
            ("code_challenge", "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"),
            ("code_challenge_method", "S256"),
            ("login_hint", user),
        ]);
        format!("{}/authorize?{}", self.base, query.finish())
    }
}

/// The value of a hidden field of a page.
fn value_of(page: &str, name: &str) -> Option<String> {
    let (_, rest) = page.split_once(&format!("name=\"{name}\""))?;
    let (_, rest) = rest.split_once("value=\"")?;
    Some(rest.split_once('"')?.0.to_owned())
}
