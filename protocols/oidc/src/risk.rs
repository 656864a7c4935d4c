//! What speaks against a sign-in: the formulas are `signin::risk`'s; here is what they are told, where it is remembered, and
//! what comes of it (a line in the journal of detections; a commit only where the account's state changes).

use std::net::IpAddr;

use directory::{Caller, Decision, Id, Record, Snapshot};
use engine::Submission;
use http::header::ORIGIN;
use signin::Evidence;
use signin::risk::{
    self, Circumstances, Detection, HABITS, Habits, Level, Place, RISK_DETECTIONS, SPRAY_WINDOW, SPRAYS, Seen, Spray,
};

use crate::error::Problem;
use crate::request::Desk;

/// A counter that others change at the same moment is tried so often; then this one try is not counted.
const SWAPS_MAX: usize = 8;

/// From where, and with which program, the request comes.
pub(crate) fn place(desk: &Desk<'_>) -> Place {
    Place {
        network: desk.request.address.map(risk::network_of),
        country: desk.request.address.and_then(|address| (desk.oidc.country_of)(address)),
        agent: risk::agent_of(desk.request.user_agent()),
        device: crate::device_proof::device(desk).ok().flatten(),
    }
}

/// Judge somebody who just proved who they are. Answers the evidence with what speaks against it, and the directory that
/// knows it too.
pub(crate) async fn assess(desk: &Desk<'_>, evidence: Evidence) -> Result<(Evidence, Snapshot), Problem> {
    let Some(user) = desk.now.find(evidence.user) else { return Ok((evidence, desk.now.clone())) };
    let here = place(desk);
    let seen = Seen { at: desk.at, country: here.country.clone(), coordinates: None };
    let tickets = desk.engine.tickets();
    let kept = tickets.get(HABITS, user.id.as_bytes()).map_err(|_| Problem::fault())?;
    let habits = kept.as_ref().map(Habits::from_record).unwrap_or_default();
    let by_password = evidence.proofs.iter().any(|p| p.method == signin::Method::Password && desk.at <= p.at);
    let found = [
        desk.oidc.networks.detect(desk.request.address),
        risk::unfamiliar(&habits, &here, desk.at),
        habits.last.as_ref().and_then(|last| risk::unlikely_travel(last, &seen)),
        risk::origin_of_another(desk.request.header(&ORIGIN), &desk.oidc.public_url),
        if by_password { succeeded(desk)? } else { None },
        if by_password { leaked(desk).await? } else { None },
    ];
    let found: Vec<Detection> = found.into_iter().flatten().collect();
    let mut evidence = Evidence { place: here, ..evidence };
    let now = note(desk, &mut evidence, &found).await?;
    // What nothing speaks against becomes familiar; so does what two factors answered for, unless it is known to be bad.
    let is_answered = evidence.mfa().is_some() && evidence.risk.level < Level::High;
    let is_news = !habits.say_already(&evidence.place, &seen);
    if is_news && (evidence.risk.level == Level::None || is_answered) {
        let next = habits.with(&evidence.place, seen);
        let (body, expires) = (next.to_record(), Habits::expires(desk.at));
        let key = user.id.as_bytes();
        // Two sign-ins at the same moment: one of them is remembered.
        let done = match kept {
            None => tickets.put(HABITS, key, Some(user.id), expires, &body),
            Some(old) => tickets.swap(HABITS, key, Some(user.id), expires, &old, &body),
        };
        done.map_err(|_| Problem::fault())?;
    }
    Ok((evidence, now))
}

/// Judge somebody who brings a refresh token.
pub(crate) async fn at_refresh(desk: &Desk<'_>, evidence: &Evidence) -> Result<Evidence, Problem> {
    let mut evidence = evidence.clone();
    let here = place(desk);
    let found = [desk.oidc.networks.detect(desk.request.address), risk::anomalous(&evidence.place, &here)];
    let found: Vec<Detection> = found.into_iter().flatten().collect();
    note(desk, &mut evidence, &found).await?;
    Ok(evidence)
}

/// Whether the password that was just proved is publicly known.
async fn leaked(desk: &Desk<'_>) -> Result<Option<Detection>, Problem> {
    let Some(password) = desk.request.form.get("passwd") else { return Ok(None) };
    let is_known = desk.oidc.hashing.is_breached(desk.oidc.keys.clone(), password.to_owned()).await?;
    Ok(is_known.then(risk::leaked))
}

/// Count a password that did not fit. `name` stands for the name that was typed.
pub(crate) fn failed(desk: &Desk<'_>, name: &[u8]) -> Result<(), Problem> {
    count(desk, |spray| spray.failed(desk.at, name)).map(drop)
}

/// Count a password that fits, and say whether it was found by trying.
fn succeeded(desk: &Desk<'_>) -> Result<Option<Detection>, Problem> {
    let Some(key) = spray_key(desk) else { return Ok(None) };
    let kept = desk.engine.tickets().get(SPRAYS, key.as_bytes()).map_err(|_| Problem::fault())?;
    // Where nothing failed, nothing is counted: most addresses leave no trace.
    let Some(before) = kept.as_ref().map(Spray::from_record).filter(|spray| !spray.is_empty()) else { return Ok(None) };
    count(desk, |spray| spray.succeeded(desk.at))?;
    Ok(before.detect(desk.at))
}

fn count(desk: &Desk<'_>, change: impl Fn(Spray) -> Spray) -> Result<(), Problem> {
    let Some(key) = spray_key(desk) else { return Ok(()) };
    let (tickets, key, expires) = (desk.engine.tickets(), key.as_bytes(), desk.at + SPRAY_WINDOW);
    for _ in 0..SWAPS_MAX {
        let kept = tickets.get(SPRAYS, key).map_err(|_| Problem::fault())?;
        let body = change(kept.as_ref().map(Spray::from_record).unwrap_or_default()).to_record();
        let done = match &kept {
            None => tickets.put(SPRAYS, key, None, expires, &body),
            Some(old) => tickets.swap(SPRAYS, key, None, expires, old, &body),
        };
        if done.map_err(|_| Problem::fault())? {
            break;
        }
    }
    Ok(())
}

/// One household has a whole /64 of IPv6.
fn spray_key(desk: &Desk<'_>) -> Option<String> {
    desk.request.address.map(|address| match address.to_canonical() {
        IpAddr::V4(v4) => v4.to_string(),
        IpAddr::V6(v6) => format!("{:x}/64", u128::from(v6) >> 64),
    })
}

/// Write down what was found, once for each session, and hold it against the account where it is about that.
async fn note(desk: &Desk<'_>, evidence: &mut Evidence, found: &[Detection]) -> Result<Snapshot, Problem> {
    let is_new = |detection: &&Detection| !evidence.risk.events.iter().any(|event| event == detection.event);
    let new: Vec<Detection> = found.iter().filter(is_new).cloned().collect();
    let is_remediated = evidence.mfa().is_some();
    evidence.risk = std::mem::take(&mut evidence.risk).with(&new);
    let Some(user) = desk.now.find(evidence.user).filter(|_| !new.is_empty()) else { return Ok(desk.now.clone()) };
    for detection in &new {
        let circumstances = Circumstances {
            id: keys::random_uuid(),
            at: desk.at,
            user,
            address: desk.request.address,
            country: evidence.place.country.as_deref(),
            correlation: desk.request.ids.correlation,
            request: Some(desk.request.ids.trace),
            is_remediated,
        };
        let line: Record = risk::line(detection, &circumstances);
        desk.engine.journal(RISK_DETECTIONS, Some(user.id), line).await.map_err(|_| Problem::fault())?;
    }
    let level = risk::against_account(&new);
    if level <= risk::level_of(&desk.now, user.id) {
        return Ok(desk.now.clone());
    }
    let now = hold(desk, user.id, level, new.iter().map(|detection| detection.event.to_owned()).collect()).await?;
    // This very sign-in is newer than what it shows.
    evidence.at = risk::high_since(&now, user.id).map_or(evidence.at, |from| evidence.at.max(from));
    Ok(now)
}

async fn hold(desk: &Desk<'_>, user: Id, level: Level, events: Vec<String>) -> Result<Snapshot, Problem> {
    let caller = Caller { address: desk.request.address, ..Caller::system(desk.tenant) };
    let submission = Submission::proven(&caller, "Update user risk", move |now, call| {
        Ok(Decision::change(risk::raise(now, user, call.at, level, &events)))
    });
    desk.engine.submit(submission).await.map(|done| done.snapshot).map_err(|_| Problem::fault())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::net::IpAddr;

    use directory::{Record, Time};
    use signin::risk::{Level, RISK_DETECTIONS, level_of};
    use signin::{CAPABILITY, Verdict};

    use crate::fixture::{ADA, Org, PASSWORD, UPN, authorize_url, run};

    fn detections(org: &Org) -> Vec<Record> {
        let query = engine::JournalQuery { limit: 100, ..engine::JournalQuery::default() };
        org.engine.journal_read(RISK_DETECTIONS, &query).unwrap().into_iter().map(|(_, row)| row).collect()
    }

    async fn sign_in(org: &Org, name: &str, password: &str) {
        org.forget_cookies();
        org.sign_in_at(&authorize_url(&[]), name, password).await;
    }

    #[test]
    fn a_password_that_was_found_by_trying_is_held_against_the_account() {
        run(|org| async move {
            for n in 0..10 {
                sign_in(&org, &format!("user{n}@xyz.example"), "Winter2026").await;
            }
            assert!(detections(&org).is_empty(), "nobody got in yet");
            sign_in(&org, UPN, PASSWORD).await;
            let found = detections(&org);
            assert_eq!(found.len(), 1, "{found:?}");
            assert_eq!(found[0].text("riskEventType"), Some("passwordSpray"));
            assert_eq!(found[0].text("userId"), Some(ADA.to_string().as_str()));
            assert_eq!(level_of(&org.engine.snapshot(), ADA), Level::High);
            let row = org.sign_ins().await.pop().unwrap();
            assert_eq!(row.text("riskLevelDuringSignIn"), Some("high"));
            assert_eq!(row.text("riskLevelAggregated"), Some("high"));
            assert_eq!(row.texts("riskEventTypes_v2").collect::<Vec<_>>(), ["passwordSpray"]);
        });
    }

    #[test]
    fn the_policies_are_told_of_the_risk_of_a_sign_in_that_looks_like_none_before() {
        run(|org| async move {
            *org.agent.lock().unwrap() = Some("Mozilla/5.0 (X11; Linux x86_64; rv:130.0) Gecko/20100101 Firefox/130.0");
            for _ in 0..6 {
                sign_in(&org, UPN, PASSWORD).await;
                org.later(86_400);
            }
            assert!(detections(&org).is_empty());
            let heard = std::sync::Arc::new(std::sync::Mutex::new(Vec::new()));
            let hear = heard.clone();
            org.judge_by(move |context| {
                hear.lock().unwrap().push((context.sign_in_risk, context.user_risk));
                Verdict::not_applied()
            });
            sign_in(&org, UPN, PASSWORD).await;
            assert_eq!(heard.lock().unwrap().last(), Some(&("none", "none")));
            *org.address.lock().unwrap() = IpAddr::from([198, 51, 100, 7]);
            *org.agent.lock().unwrap() = Some("Mozilla/5.0 (Windows NT 10.0; Win64; x64) Chrome/140.0 Safari/537.36");
            sign_in(&org, UPN, PASSWORD).await;
            assert_eq!(heard.lock().unwrap().last(), Some(&("low", "none")), "the account itself is not accused");
            assert_eq!(detections(&org)[0].text("riskEventType"), Some("unfamiliarFeatures"));
            assert_eq!(detections(&org)[0].text("riskState"), Some("atRisk"));
            sign_in(&org, UPN, PASSWORD).await;
            assert_eq!(detections(&org).len(), 2, "what is held against a sign-in does not become familiar");
        });
    }

    #[test]
    fn a_form_from_another_site_is_held_against_the_account() {
        run(|org| async move {
            let page = org.get(&authorize_url(&[])).await;
            let form = [("flow", page.input("flow")), ("csrf", page.input("csrf"))];
            let mut body = form_urlencoded::Serializer::new(String::new());
            body.extend_pairs(form.iter().map(|(name, value)| (*name, value.as_str())));
            body.extend_pairs([("loginfmt", UPN), ("passwd", PASSWORD)]);
            let request = http::Request::post(format!("/{}/oauth2/v2.0/login", engine::testing::TENANT))
                .header("content-type", "application/x-www-form-urlencoded")
                .header("origin", "https://id.xyz.example.evil.example");
            org.send(request.body(body.finish().into()).unwrap()).await;
            assert_eq!(detections(&org)[0].text("riskEventType"), Some("attackerinTheMiddle"));
            assert_eq!(level_of(&org.engine.snapshot(), ADA), Level::High);
        });
    }

    #[test]
    fn a_refresh_token_in_other_hands_is_noticed() {
        run(|org| async move {
            *org.agent.lock().unwrap() = Some("Castellan-App/1.0");
            let first = org.tokens().await.field("refresh_token");
            let second = org.refresh(&first, &[]).await.field("refresh_token");
            assert!(detections(&org).is_empty());
            *org.agent.lock().unwrap() = Some("curl/8.5");
            let third = org.refresh(&second, &[]).await.field("refresh_token");
            assert_eq!(detections(&org)[0].text("riskEventType"), Some("anomalousToken"));
            org.refresh(&third, &[]).await;
            assert_eq!(detections(&org).len(), 1, "once for a session");
            // Refreshes are written behind, so that the row may be on its way still.
            for _ in 0..1_000 {
                if org.sign_ins().await.iter().any(|row| row.text("riskLevelDuringSignIn") == Some("medium")) {
                    return;
                }
            }
            panic!("the log does not say it: {:?}", org.sign_ins().await);
        });
    }

    #[test]
    fn a_client_that_takes_challenges_gets_a_token_for_a_day_and_a_challenge_when_it_ends() {
        run(|org| async move {
            let claims = format!(r#"{{"access_token":{{"xms_cc":{{"values":["{}"]}}}}}}"#, CAPABILITY.to_uppercase());
            let answer = org.sign_in_at(&authorize_url(&[("claims", &claims)]), UPN, PASSWORD).await;
            let tokens = org.redeem(&answer).await;
            let lives = tokens.json()["expires_in"].as_i64().unwrap();
            assert!((86_400..100_800).contains(&lives), "{lives}");
            let ask = |token: String| {
                let request = http::Request::get("/oidc/userinfo").header("authorization", format!("Bearer {token}"));
                request.body(bytes::Bytes::new()).unwrap()
            };
            let token = tokens.field("access_token");
            assert_eq!(org.send(ask(token.clone())).await.status, 200);
            org.later(10 * 3600);
            assert_eq!(org.send(ask(token.clone())).await.status, 200);
            org.change(signin::revoke(ADA, org.engine.now())).await;
            let refused = org.send(ask(token)).await;
            assert_eq!(refused.status, 401);
            let challenge = refused.headers["www-authenticate"].to_str().unwrap().to_owned();
            assert!(challenge.starts_with("Bearer error=\"insufficient_claims\", claims=\""), "{challenge}");
        });
    }

    #[test]
    fn a_change_ends_the_tokens_of_its_second_and_not_those_that_come_after_it() {
        run(|org| async move {
            let ask = |token: String| {
                let request = http::Request::get("/oidc/userinfo").header("authorization", format!("Bearer {token}"));
                request.body(bytes::Bytes::new()).unwrap()
            };
            let second = org.engine.now().unix();
            let next = || org.clock.advance(std::time::Duration::from_millis(100));
            for _ in 0..3 {
                next();
                org.forget_cookies();
                let tokens = org.tokens().await;
                let (access, refresh) = (tokens.field("access_token"), tokens.field("refresh_token"));
                assert_eq!(org.claims(&access).time("iat").map(Time::unix), Some(second), "never in the future");
                assert_eq!(org.send(ask(access.clone())).await.status, 200, "it counts at once");
                next();
                org.change(signin::revoke(ADA, org.engine.now())).await;
                assert_eq!(org.send(ask(access)).await.status, 401);
                assert_eq!(org.refresh(&refresh, &[]).await.code(), 50_173);
            }
            assert_eq!(org.engine.now().unix(), second, "all in one second");
        });
    }

    #[test]
    fn a_new_password_ends_what_the_old_one_proved_and_nothing_else() {
        run(|org| async move {
            let by_password = org.tokens().await.field("refresh_token");
            org.forget_cookies();
            let answer = org.sign_in_at(&authorize_url(&[]), UPN, crate::fixture::PASS).await;
            let by_pass = org.redeem(&answer).await.field("refresh_token");
            org.later(5);
            org.change(signin::password_change(ADA, "$argon2id$another", org.engine.now(), false)).await;
            assert_eq!(org.refresh(&by_password, &[]).await.code(), 50_173);
            assert_eq!(org.refresh(&by_pass, &[]).await.status, 200);
        });
    }
}
