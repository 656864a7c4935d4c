//! The field tool hears of sign-outs, in the browser and behind its back.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use directory::{Change, Id, Record};
use engine::testing::{PATIENCE, TENANT, delivered};
use engine::{Ask, Sink};
use keys::Expect;

use super::{EVENT, SignOuts};
use crate::fixture::{ADA, HOME, Org, PASS, PASSWORD, PHONE_APP, UPN, authorize_url, run};

const BACK: &str = "https://field.xyz.example/logout/back";
const FRONT: &str = "https://field.xyz.example/logout/front";

/// The field tool registers where it hears of sign-outs, and the outbox is delivered.
async fn prepare(org: &Org) {
    let web = Record::new().with("logoutUrl", FRONT);
    org.change(vec![
        Change::set(Id::from_u128(0x23), schema::TAGS, vec![format!("backchannel_logout_uri:{BACK}")]),
        Change::set(Id::from_u128(0x23), schema::application::WEB, web),
    ])
    .await;
    org.others.answer(BACK, 200, "");
    let sink: Arc<dyn Sink> = Arc::new(SignOuts(org.oidc.clone()));
    let sinks: HashMap<&'static str, Arc<dyn Sink>> = SignOuts::TOPICS.map(|topic| (topic, sink.clone())).into();
    let engine = org.engine.clone();
    tokio::spawn(async move { engine.pump_outbox(sinks).await });
}

/// What the application heard, once it heard something.
async fn heard(org: &Org) -> Vec<Ask> {
    let begun = Instant::now();
    while begun.elapsed() < PATIENCE {
        let asked = org.others.asked();
        if !asked.is_empty() {
            return asked;
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Vec::new()
}

/// The claims of a logout token, verified as a relying party does (Back-Channel Logout §2.6).
fn verified(org: &Org, ask: &Ask) -> keys::Claims {
    let (media_type, body) = ask.body.as_ref().unwrap();
    assert_eq!((ask.url.as_str(), *media_type), (BACK, "application/x-www-form-urlencoded"));
    let token = form_urlencoded::parse(body).find(|(name, _)| name == "logout_token").unwrap().1.into_owned();
    let issuer = format!("{HOME}/{TENANT}/v2.0");
    let expect = Expect {
        typ: &["logout+jwt"],
        iss: Some(&issuer),
        aud: &[PHONE_APP],
        lifetime_seconds_max: Some(120),
        ..Expect::at(org.engine.now())
    };
    let claims = org.keys.verify_own(TENANT, &token, &expect).unwrap();
    assert_eq!(claims.get("events").unwrap(), &serde_json::json!({ EVENT: {} }));
    assert!(claims.text("jti").is_some() && claims.get("nonce").is_none());
    claims
}

#[test]
fn an_application_hears_of_a_sign_out_in_the_browser_and_behind_its_back() {
    run(|org| async move {
        prepare(&org).await;
        let tokens = org.tokens().await;
        let hint = tokens.field("id_token");
        let sid = org.claims(&hint).text("sid").unwrap().to_owned();
        let path = format!("/{TENANT}/oauth2/v2.0/logout?id_token_hint={hint}");
        let page = org.get(&format!("{path}&post_logout_redirect_uri=http://localhost:5005")).await;
        assert_eq!(page.status, 200);
        let policy = page.headers.get("content-security-policy").unwrap().to_str().unwrap();
        assert!(policy.contains("frame-src https://field.xyz.example") && policy.contains("default-src 'none'"));
        let issuer = form_urlencoded::byte_serialize(format!("{HOME}/{TENANT}/v2.0").as_bytes()).collect::<String>();
        let frame = format!("{FRONT}?iss={issuer}&sid={sid}");
        let is_framed = page.text.replace("&#38;", "&").replace("&amp;", "&").contains(&format!("src=\"{frame}\""));
        assert!(is_framed && page.text.contains("http://localhost:5005"), "{}", page.text);
        let asked = heard(&org).await;
        assert_eq!(asked.len(), 1);
        let claims = verified(&org, &asked[0]);
        assert_eq!((claims.text("sid"), claims.text("sub")), (Some(sid.as_str()), Some(ADA.to_string().as_str())));
        // It is over: nothing is said twice.
        let again = org.get(&format!("{path}&post_logout_redirect_uri=http://localhost:5005")).await;
        assert_eq!(again.location(), "http://localhost:5005");
        assert!(org.others.asked().is_empty());
    });
}

#[test]
fn a_session_that_took_the_place_of_another_answers_for_it() {
    run(|org| async move {
        prepare(&org).await;
        let first = org.tokens().await.field("id_token");
        let second = org.sign_in_at(&authorize_url(&[("prompt", "login")]), UPN, PASS).await;
        let second = org.redeem(&second).await.field("id_token");
        let sid = |token: &str| org.claims(token).text("sid").unwrap().to_owned();
        assert_ne!(sid(&first), sid(&second));
        org.get(&format!("/{TENANT}/oauth2/v2.0/logout?id_token_hint={second}")).await;
        let mut told: Vec<String> = Vec::new();
        while told.len() < 2 {
            let asked = heard(&org).await;
            assert!(!asked.is_empty(), "told of {told:?} only");
            told.extend(asked.iter().map(|ask| verified(&org, ask).text("sid").unwrap().to_owned()));
        }
        told.sort();
        let mut both = [sid(&first), sid(&second)];
        both.sort();
        assert_eq!(told, both);
    });
}

#[test]
fn what_ends_sessions_is_told_without_a_browser() {
    run(|org| async move {
        prepare(&org).await;
        type Ending = fn(&Org) -> Vec<Change>;
        let endings: [(&str, Ending); 3] = [
            ("revoked", |org| signin::revoke(ADA, org.engine.now())),
            ("disabled", |_| vec![Change::set(ADA, schema::ACCOUNT_ENABLED, false)]),
            ("deleted", |_| vec![Change::Delete { id: ADA }]),
        ];
        for (name, changes) in endings {
            org.forget_cookies();
            let tokens = org.tokens().await;
            org.others.asked();
            org.later(2);
            org.change(changes(&org)).await;
            let asked = heard(&org).await;
            assert_eq!(asked.len(), 1, "{name}");
            let sid = org.keys.verify_own(TENANT, &tokens.field("id_token"), &Expect::at(org.engine.now())).unwrap();
            assert_eq!(verified(&org, &asked[0]).text("sid"), sid.text("sid"), "{name}");
            if name == "disabled" {
                org.change(vec![Change::set(ADA, schema::ACCOUNT_ENABLED, true)]).await;
            }
            org.later(5);
        }
    });
}

#[test]
fn word_that_does_not_arrive_is_carried_again_and_a_refusal_is_not_repeated() {
    run(|org| async move {
        prepare(&org).await;
        for (status, again) in [(503, true), (400, false)] {
            org.forget_cookies();
            org.others.answer(BACK, status, "");
            let hint = org.tokens().await.field("id_token");
            org.get(&format!("/{TENANT}/oauth2/v2.0/logout?id_token_hint={hint}")).await;
            assert_eq!(heard(&org).await.len(), 1, "{status}");
            org.others.answer(BACK, 200, "");
            org.later(3);
            // A refusal counts as delivered: nothing is left to be tried again.
            delivered(&org.engine, &SignOuts::TOPICS).await;
            assert_eq!(org.others.asked().len(), usize::from(again), "{status}");
        }
    });
}

#[test]
fn families_are_listed_and_end_at_once_and_others_can_be_ended() {
    run(|org| async move {
        let here = org.tokens().await;
        org.forget_cookies();
        org.later(10);
        let there = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let there = org.redeem(&there).await;
        let tickets = org.engine.tickets();
        let families = crate::refresh_families(&tickets, ADA).unwrap();
        assert_eq!(families.len(), 2);
        assert!(families.iter().all(|family| family.client == PHONE_APP && family.scope.contains("offline_access")));
        let newest = &families[0];
        assert_eq!(newest.session.to_string(), org.claims(&there.field("id_token")).text("sid").unwrap());
        crate::end_refresh_family(&tickets, newest.id).unwrap();
        assert_eq!(org.refresh(&there.field("refresh_token"), &[]).await.code(), 700_082);
        let next = org.refresh(&here.field("refresh_token"), &[]).await;
        assert_eq!(next.status, 200, "the other one lives");
        // Whoever changed how they sign in may end all but where they are.
        org.forget_cookies();
        let elsewhere = org.tokens().await;
        org.forget_cookies();
        let mine = org.tokens().await;
        let kept = crate::refresh_families(&tickets, ADA).unwrap();
        let sid = org.claims(&mine.field("id_token")).text("sid").unwrap().to_owned();
        let family = kept.iter().find(|family| family.session.to_string() == sid).unwrap();
        let proof = signin::Proof::of(signin::Method::Password, org.engine.now());
        let evidence = signin::Evidence::begin(ADA, family.session, proof);
        assert_eq!(crate::end_other_sessions(&tickets, &evidence).unwrap(), 3 + 2, "three browsers, two families");
        assert_eq!(org.refresh(&elsewhere.field("refresh_token"), &[]).await.code(), 700_082);
        assert!(org.get(&authorize_url(&[("prompt", "none")])).await.sent("code").is_some(), "this one goes on");
        // Without its family a token of it buys nothing, however it came to be.
        let left = crate::refresh_families(&tickets, ADA).unwrap();
        tickets.take(signin::REFRESH_FAMILIES, left[0].id.as_bytes()).unwrap();
        assert_eq!(org.refresh(&mine.field("refresh_token"), &[]).await.code(), 700_082);
    });
}
