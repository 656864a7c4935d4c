//! Stories over the pages: what is registered, what it opens, and what is refused.

use directory::{Change, Id, Record, Value};
use engine::testing::TENANT;
use keys::testing::{Authenticator, app_code};
use schema::authentication_methods_policy::{
    AUTHENTICATION_METHOD_CONFIGURATIONS, AUTHENTICATION_METHODS_POLICY, REGISTRATION_ENFORCEMENT,
};
use schema::user::USER_TYPE;
use signin::{Denial, Need, Outcome, PolicyMethod, SignInContext, Target, Verdict};

use crate::fixture::{ADA, Answer, HOME, Org, PASSWORD, UPN, authorize_url, run};

const PASS: Id = Id::from_u128(0x71);

/// Ada without her pass, where everything asks for two factors.
async fn two_factors_wanted(org: &Org) {
    org.change(vec![Change::Delete { id: PASS }]).await;
    org.judge_by(|context: &SignInContext| {
        let is_asked = matches!(context.target, Target::Resource(_)) && context.mfa.is_none();
        if is_asked { wanted(Need::Mfa) } else { Verdict::not_applied() }
    });
}

fn wanted(need: Need) -> Verdict {
    let outcome = Outcome::Interact { needs: vec![need], code: 50_076, reason: "mfa".into(), policies: Vec::new() };
    Verdict { outcome, status: "failure", ..Verdict::not_applied() }
}

/// What a page asks the browser's passkeys.
fn options(page: &Answer) -> String {
    let at = page.text.find("data-options=\"").unwrap_or_else(|| panic!("no passkey is asked for: {}", page.text));
    let rest = &page.text[at + 14..];
    rest[..rest.find('"').unwrap()].replace("&#34;", "\"").replace("&quot;", "\"").replace("&amp;", "&")
}

/// The key that a page shows for an app.
fn key(page: &Answer) -> String {
    let at = page.text.find("<p class=\"code\" dir=\"ltr\">").unwrap();
    let rest = &page.text[at + 26..];
    rest[..rest.find('<').unwrap()].to_owned()
}

async fn with_password(org: &Org) -> Answer {
    org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await
}

/// Register an app in the interruption of a sign-in; answers its key and the redirect at the end.
async fn register_app(org: &Org) -> (String, Answer) {
    let page = with_password(org).await;
    let page = org.answer(&page, &[("method", "softwareOath")]).await;
    let key = key(&page);
    let code = app_code(&key, org.engine.now());
    let done = org.answer(&page, &[("name", "Phone"), ("otc", &code)]).await;
    (key, done)
}

async fn register_passkey(org: &Org, passkey: &mut Authenticator) -> Answer {
    let page = with_password(org).await;
    let page = org.answer(&page, &[("method", "fido2")]).await;
    let made = passkey.create(&options(&page));
    org.answer(&page, &[("name", "Key"), ("assertion", &made)]).await
}

/// Sign in with a passkey and no name.
async fn by_passkey(org: &Org, passkey: &mut Authenticator) -> Answer {
    org.forget_cookies();
    let page = org.get(&authorize_url(&[])).await;
    let answer = passkey.get(&options(&page));
    org.answer(&page, &[("assertion", &answer)]).await
}

fn amr(org: &Org, tokens: &Answer) -> Vec<String> {
    org.claims(&tokens.field("access_token")).texts("amr").map(str::to_owned).collect()
}

fn is_refused(answer: &Answer) -> bool {
    answer.status == 400 && answer.text.contains("This was not accepted")
}

/// The topics in the outbox, and their bodies.
fn outbox(org: &Org) -> Vec<(String, Record)> {
    let rows = org.engine.store().outbox_due(TENANT, org.engine.now(), 100).unwrap();
    rows.into_iter().map(|row| (row.topic, directory::record_from_bytes(&row.body).unwrap())).collect()
}

#[test]
fn a_first_app_is_registered_after_a_password_and_counts_at_once() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let (key, done) = register_app(&org).await;
        let tokens = org.redeem(&done).await;
        let amr = amr(&org, &tokens);
        assert!(["pwd", "otp", "mfa"].iter().all(|word| amr.contains(&(*word).to_owned())), "{amr:?}");
        let notices = outbox(&org);
        assert_eq!(notices.iter().filter(|(topic, _)| topic == signin::SECURITY_NOTICE).count(), 1);

        // The same code again is no proof, nor is one of before; the next one is.
        org.forget_cookies();
        let page = with_password(&org).await;
        let used = app_code(&key, org.engine.now());
        let page = org.answer(&page, &[("otc", &used)]).await;
        assert!(is_refused(&page), "{}", page.text);
        org.later(30);
        let next = app_code(&key, org.engine.now());
        assert!(org.answer(&page, &[("otc", &next)]).await.sent("code").is_some());
    });
}

#[test]
fn a_step_up_gives_the_session_another_name() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let (key, _) = register_app(&org).await;
        org.forget_cookies();
        org.judge_by(|_| Verdict::not_applied());
        assert_eq!(with_password(&org).await.status, 303);
        let before = org.cookie("__Host-castellan-session");
        org.judge_by(|context| if context.mfa.is_none() { wanted(Need::Mfa) } else { Verdict::not_applied() });
        org.later(30);
        let page = org.get(&authorize_url(&[])).await;
        let code = app_code(&key, org.engine.now());
        assert!(org.answer(&page, &[("otc", &code)]).await.sent("code").is_some());
        let after = org.cookie("__Host-castellan-session");
        assert!(before.is_some() && after.is_some() && before != after);
    });
}

#[test]
fn a_passkey_signs_in_alone_and_every_untrue_answer_is_refused() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let mut passkey = Authenticator::new(HOME);
        assert!(register_passkey(&org, &mut passkey).await.sent("code").is_some());
        let done = by_passkey(&org, &mut passkey).await;
        let tokens = org.redeem(&done).await;
        let amr = amr(&org, &tokens);
        assert!(amr.contains(&"fido".to_owned()) && amr.contains(&"mfa".to_owned()), "{amr:?}");

        // An answer to another page's challenge, and the same answer to the same page again.
        org.forget_cookies();
        let (first, second) = (org.get(&authorize_url(&[])).await, org.get(&authorize_url(&[])).await);
        let answer = passkey.get(&options(&first));
        assert!(is_refused(&org.answer(&second, &[("assertion", &answer)]).await));
        assert!(org.answer(&first, &[("assertion", &answer)]).await.sent("code").is_some());
        let again = org.answer(&first, &[("assertion", &answer)]).await;
        assert!(again.status == 400 && again.text.contains("50058"), "a page is answered once: {}", again.text);

        // Another site, a copy of the key, a key of somebody else.
        passkey.origin = "https://id.xyz.example.attacker.example".to_owned();
        assert!(is_refused(&by_passkey(&org, &mut passkey).await));
        passkey.origin = HOME.to_owned();
        passkey.count = 1;
        assert!(is_refused(&by_passkey(&org, &mut passkey).await));
        assert!(is_refused(&by_passkey(&org, &mut Authenticator::new(HOME)).await));
        passkey.count = 100;
        assert!(by_passkey(&org, &mut passkey).await.sent("code").is_some());

        // A model taken off the list.
        let list = Record::new()
            .with("isEnforced", true)
            .with("enforcementType", "block")
            .with("aaGuids", ["aaaaaaaa-aaaa-aaaa-aaaa-aaaaaaaaaaaa"]);
        policy(&org, vec![PolicyMethod::Fido2.default_configuration().with("keyRestrictions", list)]).await;
        assert!(is_refused(&by_passkey(&org, &mut passkey).await));
    });
}

async fn policy(org: &Org, configurations: Vec<Record>) {
    let id = Id::from_u128(0x901);
    let kind = AUTHENTICATION_METHODS_POLICY.id();
    let attributes = vec![(AUTHENTICATION_METHOD_CONFIGURATIONS.id, Value::from(configurations))];
    org.change(vec![Change::Create { id, kind, attributes }]).await;
}

#[test]
fn wrong_codes_lock_the_app_and_not_the_passkey() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let mut passkey = Authenticator::new(HOME);
        register_passkey(&org, &mut passkey).await;
        let page = org.get("/account/security-info").await;
        let page = org.answer(&page, &[("do", "add"), ("method", "softwareOath")]).await;
        let key = key(&page);
        let code = app_code(&key, org.engine.now());
        org.answer(&page, &[("name", "Phone"), ("otc", &code)]).await;
        org.forget_cookies();
        org.later(60);
        let page = with_password(&org).await;
        let mut page = org.answer(&page, &[("method", "softwareOath")]).await;
        for n in 0..10 {
            page = org.answer(&page, &[("otc", &format!("{n:06}"))]).await;
        }
        let right = app_code(&key, org.engine.now());
        page = org.answer(&page, &[("otc", &right)]).await;
        assert!(page.text.contains("locked"), "{}", page.text);
        let page = org.answer(&page, &[("method", "fido2")]).await;
        let answer = passkey.get(&options(&page));
        assert!(org.answer(&page, &[("assertion", &answer)]).await.sent("code").is_some());
    });
}

#[test]
fn recovery_codes_are_shown_once_and_used_once() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        register_app(&org).await;
        let page = org.get("/account/security-info").await;
        let shown = org.answer(&page, &[("do", "codes")]).await;
        let at = shown.text.find("<li dir=\"ltr\">").unwrap() + 14;
        let code = shown.text[at..at + 11].to_owned();
        org.forget_cookies();
        for expect in [true, false] {
            let page = with_password(&org).await;
            let page = org.answer(&page, &[("method", "recoveryCode")]).await;
            let done = org.answer(&page, &[("otc", &code.to_lowercase())]).await;
            assert_eq!(done.status == 303, expect, "{}", done.text);
            assert_eq!(is_refused(&done), !expect);
            org.forget_cookies();
        }
    });
}

#[test]
fn a_change_needs_a_fresh_second_factor() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let (key, _) = register_app(&org).await;
        let app = org.engine.snapshot();
        let app = signin::oath_apps(&app, ADA).next().unwrap().id;
        let id = app.to_string();
        org.later(11 * 60);
        let page = org.get("/account/security-info").await;
        assert!(page.text.contains("Phone"), "{}", page.text);
        let page = org.answer(&page, &[("do", "remove"), ("id", &id)]).await;
        assert!(org.engine.snapshot().find(app).is_some() && page.text.contains("name=\"otc\""), "{}", page.text);
        let code = app_code(&key, org.engine.now());
        let done = org.answer(&page, &[("otc", &code)]).await;
        assert_eq!(done.location(), "/account/security-info");
        let page = org.get("/account/security-info").await;
        let done = org.answer(&page, &[("do", "remove"), ("id", &id)]).await;
        assert_eq!(done.location(), "/account/security-info");
        assert!(org.engine.snapshot().find(app).is_none());
    });
}

#[test]
fn whoever_has_a_second_factor_cannot_register_another_by_password_alone() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        register_app(&org).await;
        org.forget_cookies();
        // A resource that asks for nothing gives a session by password; it changes no methods.
        org.judge_by(|_| Verdict::not_applied());
        with_password(&org).await;
        let page = org.get("/account/security-info").await;
        let page = org.answer(&page, &[("do", "add"), ("method", "fido2")]).await;
        assert!(page.text.contains("name=\"otc\"") && !page.text.contains("data-passkey=\"create\""), "{}", page.text);
    });
}

#[test]
fn a_policy_may_refuse_registration() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        org.judge_by(|context: &SignInContext| match context.target {
            Target::UserAction(signin::REGISTER_SECURITY_INFO) => Verdict {
                outcome: Outcome::Denied { code: 53_003, reason: "not from here".into(), policies: Vec::new() },
                ..Verdict::not_applied()
            },
            _ if context.mfa.is_none() => wanted(Need::Mfa),
            _ => Verdict::not_applied(),
        });
        let page = with_password(&org).await;
        assert!(page.text.contains("AADSTS53003"), "{}", page.text);
    });
}

#[test]
fn a_strength_is_met_by_what_can_meet_it_and_by_nothing_else() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let (key, _) = register_app(&org).await;
        org.forget_cookies();
        org.judge_by(|context: &SignInContext| {
            let is_met = context.proofs.iter().any(|proof| proof.method == signin::Method::Fido2);
            let is_asked = matches!(context.target, Target::Resource(_)) && !is_met;
            let combinations = vec![vec!["fido2".to_owned()]];
            let need = Need::Strength { id: Id::nil(), name: "Phishing-resistant".into(), combinations };
            if is_asked { wanted(need) } else { Verdict::not_applied() }
        });
        // There is an app, but it does not help: first it answers for the registration of what does.
        let page = with_password(&org).await;
        assert!(page.text.contains("name=\"otc\""), "{}", page.text);
        org.later(30);
        let code = app_code(&key, org.engine.now());
        let page = org.answer(&page, &[("otc", &code)]).await;
        assert!(
            page.text.contains("value=\"fido2\"") && !page.text.contains("value=\"softwareOath\""),
            "{}",
            page.text
        );
        let page = org.answer(&page, &[("method", "fido2")]).await;
        let made = Authenticator::new(HOME).create(&options(&page));
        assert!(org.answer(&page, &[("name", "Key"), ("assertion", &made)]).await.sent("code").is_some());
    });
}

#[test]
fn a_guest_signs_in_by_mail_and_nobody_learns_who_is_one() {
    run(|org| async move {
        let sent = |org: &Org| outbox(org).into_iter().rfind(|(topic, _)| topic == signin::EMAIL_CODE);
        let mails = |org: &Org| outbox(org).into_iter().filter(|(topic, _)| topic == signin::EMAIL_CODE).count();
        // The answer does not wait for the mail; the test does, where there is one.
        let ask = async |org: &Org, name: &str, expect: usize| {
            let page = org.get(&authorize_url(&[])).await;
            let page = org.answer(&page, &[("loginfmt", name)]).await;
            let page = org.answer(&page, &[("loginfmt", name), ("way", "email")]).await;
            while mails(org) < expect {
                tokio::task::yield_now().await;
            }
            page
        };
        let blank = |page: &Answer| page.text.replace(&page.input("flow"), "").replace(&page.input("csrf"), "");
        // A member and nobody get the same page and no mail.
        let member = blank(&ask(&org, UPN, 0).await);
        assert_eq!(member, blank(&ask(&org, "nobody@xyz.example", 0).await));

        org.change(vec![Change::set(ADA, USER_TYPE, "Guest")]).await;
        let page = ask(&org, UPN, 1).await;
        assert_eq!(member, blank(&page));
        assert_eq!(mails(&org), 1, "the member and nobody got none");
        let (_, mail) = sent(&org).unwrap();
        assert!(
            !mail.text("text").unwrap().chars().any(|c| c.is_ascii_digit() && c != '1' && c != '0'),
            "no code in clear"
        );
        let Some(Value::Bytes(sealed)) = mail.get("sealed") else { panic!("not sealed") };
        let code = org.keys.open_sealed(TENANT, signin::EMAIL_CODE_SEAL, sealed).unwrap();
        let code = String::from_utf8(code.to_vec()).unwrap();
        let wrong = org.answer(&page, &[("otc", "00000000")]).await;
        assert!(is_refused(&wrong), "{}", wrong.text);
        let done = org.answer(&wrong, &[("otc", &code)]).await;
        let tokens = org.redeem(&done).await;
        assert!(!amr(&org, &tokens).contains(&"mfa".to_owned()));

        // Too late.
        org.forget_cookies();
        let page = ask(&org, UPN, 2).await;
        let (_, mail) = sent(&org).unwrap();
        let Some(Value::Bytes(sealed)) = mail.get("sealed") else { panic!("not sealed") };
        let code =
            String::from_utf8(org.keys.open_sealed(TENANT, signin::EMAIL_CODE_SEAL, sealed).unwrap().to_vec()).unwrap();
        org.later(10 * 60);
        assert!(is_refused(&org.answer(&page, &[("otc", &code)]).await));
    });
}

#[test]
fn a_campaign_nudges_until_it_is_put_off_and_after_three_times_insists() {
    run(|org| async move {
        org.change(vec![Change::Delete { id: PASS }]).await;
        let target = Record::new().with("id", "all_users").with("targetedAuthenticationMethod", "softwareOath");
        let campaign = Record::new()
            .with("state", "enabled")
            .with("snoozeDurationInDays", 1)
            .with("enforceRegistrationAfterAllowedSnoozes", true)
            .with("includeTargets", vec![target]);
        let record = Record::new().with("authenticationMethodsRegistrationCampaign", campaign);
        let attributes = vec![(REGISTRATION_ENFORCEMENT.id, Value::from(record))];
        let (id, kind) = (Id::from_u128(0x901), AUTHENTICATION_METHODS_POLICY.id());
        org.change(vec![Change::Create { id, kind, attributes }]).await;
        for round in 0..3 {
            let page = with_password(&org).await;
            assert!(page.text.contains("value=\"later\""), "{round}: {}", page.text);
            assert!(org.answer(&page, &[("decision", "later")]).await.sent("code").is_some());
            org.forget_cookies();
            assert!(with_password(&org).await.sent("code").is_some(), "put off for a day");
            org.forget_cookies();
            org.later(24 * 3600);
        }
        let page = with_password(&org).await;
        assert!(!page.text.contains("value=\"later\""), "{}", page.text);
        let page = org.answer(&page, &[("decision", "later")]).await;
        assert!(page.text.contains("name=\"otc\""), "skipping does not help: {}", page.text);
    });
}

#[test]
fn the_sign_in_page_says_the_same_about_everybody() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let mut passkey = Authenticator::new(HOME);
        register_passkey(&org, &mut passkey).await;
        org.forget_cookies();
        let mut shown = Vec::new();
        for name in [UPN, "eve@xyz.example"] {
            let page = org.get(&authorize_url(&[])).await;
            let page = org.answer(&page, &[("loginfmt", name)]).await;
            let asked: serde_json::Value = serde_json::from_str(&options(&page)).unwrap();
            assert_eq!(asked["publicKey"]["allowCredentials"].as_array().map_or(0, Vec::len), 0);
            let text = page.text.replace(&page.input("flow"), "").replace(&page.input("csrf"), "").replace(name, "");
            let challenge = asked["publicKey"]["challenge"].as_str().unwrap().to_owned();
            shown.push(text.replace(&challenge, ""));
        }
        assert_eq!(shown[0], shown[1]);
    });
}

#[test]
fn sessions_and_consents_are_listed_and_ended() {
    run(|org| async move {
        let tokens = org.tokens().await;
        let page = org.get("/account/sessions").await;
        assert!(page.text.contains("this browser"), "{}", page.text);
        let activity = org.get("/account/activity").await;
        assert!(activity.text.contains("Field tool"), "{}", activity.text);
        let at = page.text.find("name=\"id\" value=\"").unwrap() + 17;
        let family = page.text[at..at + 36].to_owned();
        org.later(1);
        let other = Id::from_u128(0xdead).to_string();
        let refused = org.answer(&page, &[("do", "endFamily"), ("id", &other)]).await;
        assert_eq!(refused.status, 400);
        let page = org.get("/account/sessions").await;
        let done = org.answer(&page, &[("do", "endFamily"), ("id", &family)]).await;
        assert_eq!(done.location(), "/account/sessions");
        assert_eq!(org.refresh(&tokens.field("refresh_token"), &[]).await.status, 400);
        org.forget_cookies();
        let tokens = org.tokens().await;
        let page = org.get("/account/sessions").await;
        let done = org.answer(&page, &[("do", "signOutEverywhere")]).await;
        assert!(done.status == 200 && org.cookie("__Host-castellan-session").is_none(), "{}", done.text);
        org.later(2);
        let refreshed = org.refresh(&tokens.field("refresh_token"), &[]).await;
        assert_eq!(refreshed.code(), i64::from(Denial::revoked().code));
        assert!(org.get("/account/sessions").await.text.contains("name=\"loginfmt\""));
    });
}

#[test]
fn only_the_passkey_pages_carry_script_and_none_is_large() {
    run(|org| async move {
        two_factors_wanted(&org).await;
        let script = org.get("/oidc/passkey.js").await;
        assert!(script.status == 200 && script.headers["content-type"] == "text/javascript; charset=utf-8");
        let page = org.get(&authorize_url(&[])).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.contains("script-src 'self'") && !policy.contains("unsafe"), "{policy}");
        let chosen = with_password(&org).await;
        let app = org.answer(&chosen, &[("method", "softwareOath")]).await;
        for page in [&page, &chosen, &app] {
            assert!(page.text.len() < 50_000 && !page.text.contains(" style=\""), "{}", page.text.len());
        }
    });
}
