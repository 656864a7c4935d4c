//! Stories of forgotten passwords, told as requests and answers.

use directory::{Change, Id, Record, Value};
use engine::testing::TENANT;
use keys::testing::app_code;
use schema::user::PASSWORD_VERIFIER;

use crate::fixture::{ADA, Answer, Org, PASSWORD, UPN, authorize_url, run};

const NEW: &str = "otter beside the weir";
const HOME_MAIL: &str = "ada@home.example";
const CODE: &str = "ABCDE23456";

/// Ada with an app, an address and a recovery code; answers the key of the app.
async fn furnish(org: &Org) -> String {
    let seed = keys::OathSeed::fresh();
    let sealed = org.keys.seal(TENANT, crate::methods::code::OATH_SEED, seed.bytes()).unwrap();
    let now = org.engine.snapshot();
    let at = org.engine.now();
    let digest = org.keys.hash_secret(TENANT, "recovery code", CODE).unwrap();
    let digest: String = digest.iter().map(|byte| format!("{byte:02x}")).collect();
    let app = signin::add_software_oath(&now, ADA, Id::from_u128(0xb1), "Phone", &sealed, at).unwrap();
    let mail = signin::add_email(&now, ADA, Id::from_u128(0xb2), HOME_MAIL, at).unwrap();
    let codes = signin::add_recovery_codes(&now, ADA, Id::from_u128(0xb3), &[digest], at).unwrap();
    org.change([app, mail, codes].concat()).await;
    seed.text()
}

async fn name(org: &Org, name: &str) -> Answer {
    let page = org.get("/passwordreset").await;
    org.answer(&page, &[("loginfmt", name)]).await
}

async fn prove(org: &Org, page: &Answer, method: &str, code: &str) -> Answer {
    org.answer(page, &[("method", method), ("otc", code)]).await
}

/// What waits in the outbox of a topic.
fn outbox(org: &Org, topic: &str) -> Vec<Record> {
    let rows = org.engine.store().outbox_due(TENANT, org.engine.now(), 100).unwrap();
    rows.into_iter()
        .filter(|row| row.topic == topic)
        .map(|row| directory::record_from_bytes(&row.body).unwrap())
        .collect()
}

/// The code that was mailed last.
async fn mailed(org: &Org, count: usize) -> String {
    for _ in 0..1_000 {
        if outbox(org, signin::EMAIL_CODE).len() >= count {
            break;
        }
        tokio::task::yield_now().await;
        org.engine.settled().await;
    }
    let sent = outbox(org, signin::EMAIL_CODE);
    let last = sent.last().unwrap();
    assert_eq!(last.text("to"), Some(HOME_MAIL));
    let Some(Value::Bytes(sealed)) = last.get("sealed") else { panic!("not sealed") };
    let code = org.keys.open_sealed(TENANT, signin::EMAIL_CODE_SEAL, sealed).unwrap();
    String::from_utf8(code.to_vec()).unwrap()
}

/// The page without what differs in every answer.
fn plain(answer: &Answer) -> String {
    let mut text = answer.text.clone();
    for field in ["flow", "csrf"] {
        text = text.replace(&answer.input(field), field);
    }
    text
}

#[test]
fn whoever_proves_two_methods_chooses_a_new_password_and_is_told() {
    run(|org| async move {
        let key = furnish(&org).await;
        let tokens = org.tokens().await;
        let session = org.cookie("__Host-castellan-session");
        assert!(session.is_some());
        let page = name(&org, UPN).await;
        let page = prove(&org, &page, "softwareOath", &app_code(&key, org.engine.now())).await;
        assert!(page.text.contains("name=\"otc\""), "one method is not enough: {}", page.text);
        let page = org.answer(&page, &[("mail", "1"), ("method", "email")]).await;
        let page = prove(&org, &page, "email", &mailed(&org, 1).await).await;
        assert!(page.text.contains("name=\"newpasswd\""), "{}", page.text);
        let page = org.answer(&page, &[("newpasswd", "short"), ("confirmpasswd", "short")]).await;
        assert!(page.text.contains("fewer than 15"), "{}", page.text);
        org.later(2);
        let done = org.answer(&page, &[("newpasswd", NEW), ("confirmpasswd", NEW)]).await;
        assert_eq!(done.status, 200, "{}", done.text);
        org.engine.settled().await;

        let told = outbox(&org, signin::SECURITY_NOTICE);
        assert!(
            told.iter().any(|mail| mail.text("to") == Some(UPN) && mail.text("text").unwrap().contains("was reset"))
        );
        assert!(told.iter().all(|mail| !mail.text("text").unwrap().contains(NEW)));
        // Older sessions and tokens are over, and nothing was begun.
        assert_ne!(org.refresh(&tokens.field("refresh_token"), &[]).await.status, 200);
        let page = org.get(&authorize_url(&[])).await;
        assert!(page.text.contains("loginfmt"), "a sign-in is asked for: {}", page.text);
        org.forget_cookies();
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 400);
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, NEW).await.status, 303);
        let commits = org.engine.log(0, 1_000).unwrap();
        assert!(commits.iter().any(|commit| commit.operation == super::OPERATION));
    });
}

#[test]
fn a_name_that_nobody_has_and_one_that_may_not_get_the_same_pages_as_any_other() {
    run(|org| async move {
        furnish(&org).await;
        let bare = Id::from_u128(0x19);
        org.change(vec![Change::Create {
            id: bare,
            kind: schema::user::USER.id(),
            attributes: vec![
                (schema::ACCOUNT_ENABLED.id, true.into()),
                (schema::DISPLAY_NAME.id, "Bare".into()),
                (schema::MAIL_NICKNAME.id, "bare".into()),
                (schema::USER_PRINCIPAL_NAME.id, "ada@xyz.exampel".into()),
                (PASSWORD_VERIFIER.id, "$argon2id$nothing".into()),
            ],
        }])
        .await;
        let mut seen = Vec::new();
        for who in [UPN, "ada@xyz.exampel", "eda@xyz.example"] {
            let began = std::time::Instant::now();
            let first = name(&org, who).await;
            let wrong = prove(&org, &first, "softwareOath", "000000").await;
            let asked = org.answer(&wrong, &[("mail", "1"), ("method", "email")]).await;
            let mail = prove(&org, &asked, "email", "00000000").await;
            let codes = prove(&org, &mail, "recoveryCode", "ZZZZZ-99999").await;
            assert!(began.elapsed() >= 5 * super::ANSWER_AFTER, "no answer comes sooner");
            let pages: Vec<_> = [&first, &wrong, &asked, &mail, &codes]
                .map(|page| (page.status, plain(page).replace(who, "somebody")))
                .into();
            seen.push(pages);
        }
        assert_eq!(seen[0], seen[1]);
        assert_eq!(seen[0], seen[2]);
    });
}

#[test]
fn a_code_counts_once_and_guessing_is_slowed_down() {
    run(|org| async move {
        let key = furnish(&org).await;
        let code = app_code(&key, org.engine.now());
        let page = name(&org, UPN).await;
        assert!(prove(&org, &page, "softwareOath", &code).await.text.contains("name=\"otc\""));
        // The same code in another reset, the app's code where a recovery code stood in for it: no.
        let page = name(&org, UPN).await;
        let page = prove(&org, &page, "softwareOath", &code).await;
        assert!(page.text.contains("not right"), "{}", page.text);
        let page = prove(&org, &page, "recoveryCode", CODE).await;
        assert!(!page.text.contains("value=\"softwareOath\""), "one gate: {}", page.text);
        org.later(60);
        let again = prove(&org, &page, "softwareOath", &app_code(&key, org.engine.now())).await;
        assert!(again.text.contains("not right") && !again.text.contains("newpasswd"), "{}", again.text);
        let mut page = name(&org, UPN).await;
        for n in 0..10 {
            page = prove(&org, &page, "email", &format!("1{n}1{n}1{n}1{n}")).await;
        }
        page = org.answer(&page, &[("mail", "1"), ("method", "email")]).await;
        let right = mailed(&org, 1).await;
        let locked = prove(&org, &page, "email", &right).await;
        assert!(locked.text.contains("too many"), "{}", locked.text);
    });
}

#[test]
fn a_page_without_its_proofs_changes_nothing() {
    run(|org| async move {
        furnish(&org).await;
        let page = name(&org, UPN).await;
        let sent = org.answer(&page, &[("newpasswd", NEW), ("confirmpasswd", NEW)]).await;
        assert!(!sent.text.contains("newpasswd"));
        // The flow is used up with its answer.
        let twice = org.answer(&page, &[("method", "recoveryCode"), ("otc", CODE)]).await;
        assert_eq!(twice.status, 400);
        org.forget_cookies();
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 303, "nothing has changed");
    });
}

#[test]
fn a_reset_opens_a_locked_account() {
    run(|org| async move {
        let key = furnish(&org).await;
        for n in 0..10 {
            org.sign_in_at(&authorize_url(&[]), UPN, &format!("a wrong guess {n}")).await;
        }
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 400, "locked");
        org.later(2);
        let page = name(&org, UPN).await;
        let page = prove(&org, &page, "softwareOath", &app_code(&key, org.engine.now())).await;
        let page = org.answer(&page, &[("mail", "1"), ("method", "email")]).await;
        let page = prove(&org, &page, "email", &mailed(&org, 1).await).await;
        assert_eq!(org.answer(&page, &[("newpasswd", NEW), ("confirmpasswd", NEW)]).await.status, 200);
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, NEW).await.status, 303);
    });
}
