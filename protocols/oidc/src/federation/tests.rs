//! A partner's build service, whose tokens the orders application takes.

use directory::{Caller, Change, Decision, Id, Record, Value};
use engine::Submission;
use engine::testing::TENANT;
use keys::{Algorithm, Keys};
use schema::federated_identity_credential as federated;
use serde_json::json;

use crate::fixture::{Answer, HOME, Org, START, WEB_APP, client_keys, run};

const ISSUER: &str = "https://ci.partner.example/t1";
const SUBJECT: &str = "repo:xyz/orders:ref:refs/heads/main";
const AUDIENCE: &str = "api://AzureADTokenExchange";

fn credential(id: u128, attributes: Vec<(directory::AttrId, Value)>) -> Vec<Change> {
    let id = Id::from_u128(id);
    let mut all = vec![
        (federated::NAME.id, format!("c{id}").into()),
        (federated::ISSUER.id, ISSUER.into()),
        (federated::AUDIENCES.id, [AUDIENCE].into()),
    ];
    all.extend(attributes);
    let kind = federated::FEDERATED_IDENTITY_CREDENTIAL.id();
    let app = Id::from_u128(0x21);
    vec![Change::Create { id, kind, attributes: all }, Change::link(app, schema::FEDERATED_IDENTITY_CREDENTIALS, id)]
}

/// Change the directory as the system does; the refusal, if the rooms have one.
async fn try_change(org: &Org, changes: Vec<Change>) -> Result<(), engine::Failure> {
    let submission =
        Submission::proven(&Caller::system(TENANT), "Change", move |_, _| Ok(Decision::change(changes.clone())));
    org.engine.submit(submission).await.map(drop)
}

fn by_subject(id: u128) -> Vec<Change> {
    credential(id, vec![(federated::SUBJECT.id, SUBJECT.into())])
}

/// The issuer's servers: discovery, and these keys.
fn publish(org: &Org, keys: &Keys) {
    let at = |path: &str| format!("{ISSUER}/{path}");
    let document = json!({ "issuer": ISSUER, "jwks_uri": at("keys") });
    org.others.answer(&at(".well-known/openid-configuration"), 200, document);
    org.others.answer(&at("keys"), 200, keys.jwks(TENANT, START).unwrap());
}

fn assertion(org: &Org, keys: &Keys, edit: impl Fn(&mut serde_json::Value)) -> String {
    let now = org.engine.now().unix();
    let mut claims = json!({"iss": ISSUER, "sub": SUBJECT, "aud": AUDIENCE, "iat": now, "nbf": now, "exp": now + 3600});
    edit(&mut claims);
    keys.mint(TENANT, Algorithm::Rs256, "JWT", &claims).unwrap()
}

async fn ask(org: &Org, assertion: &str) -> Answer {
    org.token(&[
        ("grant_type", "client_credentials"),
        ("client_id", WEB_APP),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
        ("client_assertion", assertion),
        ("scope", "https://graph.microsoft.com/.default"),
    ])
    .await
}

#[test]
fn a_token_of_a_registered_issuer_subject_and_audience_is_taken_instead_of_a_secret() {
    run(|org| async move {
        publish(&org, client_keys());
        org.change(by_subject(0xf1)).await;
        let good = assertion(&org, client_keys(), |_| ());
        for _ in 0..2 {
            let answer = ask(&org, &good).await;
            assert_eq!(answer.status, 200, "a workload reads its token from a file, again and again: {}", answer.text);
            assert_eq!(org.claims(&answer.field("access_token")).text("azpacr"), Some("2"));
        }
        assert_eq!(org.others.asked().len(), 2, "the document and the keys, once");
        type Edit = fn(&mut serde_json::Value);
        let edits: [(&str, Edit, i64); 8] = [
            ("another issuer", |c| c["iss"] = json!("https://ci.partner.example/t2"), 700_211),
            ("an issuer that differs by a slash", |c| c["iss"] = json!(format!("{ISSUER}/")), 700_211),
            ("another subject", |c| c["sub"] = json!(format!("{SUBJECT}2")), 700_213),
            ("a subject in capitals", |c| c["sub"] = json!(SUBJECT.to_uppercase()), 700_213),
            ("another audience", |c| c["aud"] = json!("api://elsewhere"), 700_212),
            ("our own audience", |c| c["aud"] = json!(format!("{HOME}/{TENANT}/v2.0")), 700_212),
            ("expired", |c| c["exp"] = json!(START.unix() - 120), 700_027),
            ("without an end", |c| drop(c.as_object_mut().unwrap().remove("exp")), 700_027),
        ];
        for (name, edit, code) in edits {
            assert_eq!(ask(&org, &assertion(&org, client_keys(), edit)).await.code(), code, "{name}");
        }
        // Signed by somebody else, under a name of the issuer's.
        let forged = org.keys.mint(TENANT, Algorithm::Rs256, "JWT", &json!({"iss": ISSUER, "sub": SUBJECT})).unwrap();
        assert_eq!(ask(&org, &forged).await.code(), 700_027);
        assert!(org.others.asked().is_empty(), "nobody else was asked, and the issuer not again so soon");
    });
}

#[test]
fn the_issuers_keys_are_fetched_again_for_a_name_that_is_not_known_but_not_at_will() {
    run(|org| async move {
        publish(&org, client_keys());
        org.change(by_subject(0xf1)).await;
        assert_eq!(ask(&org, &assertion(&org, client_keys(), |_| ())).await.status, 200);
        org.others.asked();
        // The issuer rotates: its keys are our server's, whose names are others.
        publish(&org, &org.keys);
        assert_eq!(ask(&org, &assertion(&org, &org.keys, |_| ())).await.code(), 700_027, "a minute has not passed");
        org.later(61);
        assert_eq!(ask(&org, &assertion(&org, &org.keys, |_| ())).await.status, 200);
        assert_eq!(org.others.asked().len(), 2);
        for _ in 0..3 {
            assert_eq!(ask(&org, &assertion(&org, client_keys(), |_| ())).await.code(), 700_027);
        }
        assert!(org.others.asked().is_empty());
        // When the issuer is gone its keys count for a day.
        let keys_at = format!("{ISSUER}/keys");
        org.others.answer(&keys_at, 503, "");
        org.later(7200);
        assert_eq!(ask(&org, &assertion(&org, &org.keys, |_| ())).await.status, 200);
        org.later(23 * 3600);
        assert_eq!(ask(&org, &assertion(&org, &org.keys, |_| ())).await.code(), 50_166);
    });
}

#[test]
fn an_issuer_that_calls_itself_something_else_is_not_believed() {
    run(|org| async move {
        publish(&org, client_keys());
        org.change(by_subject(0xf1)).await;
        let at = format!("{ISSUER}/.well-known/openid-configuration");
        let keys_at = format!("{ISSUER}/keys");
        for document in [
            json!({ "issuer": "https://elsewhere.example", "jwks_uri": keys_at }).to_string(),
            json!({ "issuer": ISSUER }).to_string(),
            "nonsense".to_owned(),
        ] {
            org.others.answer(&at, 200, document);
            assert_eq!(ask(&org, &assertion(&org, client_keys(), |_| ())).await.code(), 50_166);
            org.later(61);
        }
    });
}

#[test]
fn an_expression_over_claims_stands_for_the_subject() {
    run(|org| async move {
        publish(&org, client_keys());
        let value = "claims['sub'] matches 'repo:xyz/orders:*' and claims['environment'] eq 'production'";
        let expression = Record::new().with("languageVersion", 1).with("value", value);
        org.change(credential(0xf1, vec![(federated::CLAIMS_MATCHING_EXPRESSION.id, expression.into())])).await;
        type Edit = fn(&mut serde_json::Value);
        let edits: [(&str, Edit, bool); 3] = [
            ("both fit", |c| c["environment"] = json!("production"), true),
            ("one is missing", |_| (), false),
            ("another repository", |c| c["sub"] = json!("repo:xyz/other:ref"), false),
        ];
        for (name, edit, may) in edits {
            let answer = ask(&org, &assertion(&org, client_keys(), edit)).await;
            assert_eq!(answer.status == 200, may, "{name}: {}", answer.text);
        }
    });
}

#[test]
fn a_credential_that_says_too_little_or_too_much_is_refused() {
    run(|org| async move {
        let text = |text: &str| (federated::SUBJECT.id, Value::from(text));
        let expression = |value: &str| {
            let record = Record::new().with("languageVersion", 1).with("value", value);
            (federated::CLAIMS_MATCHING_EXPRESSION.id, Value::from(record))
        };
        let cases = [
            ("neither subject nor expression", vec![]),
            ("both", vec![text("x"), expression("claims['sub'] eq 'x'")]),
            ("an empty subject", vec![text("  ")]),
            ("a subject without end", vec![text(&"x".repeat(601))]),
            ("an expression that cannot be read", vec![expression("claims['sub'] contains 'x'")]),
        ];
        for (name, attributes) in cases {
            let changes = credential(0xf1, attributes);
            assert!(try_change(&org, changes).await.is_err(), "{name}");
        }
        org.change(by_subject(0xf1)).await;
        assert!(try_change(&org, by_subject(0xf2)).await.is_err(), "the same issuer and subject twice");
        for n in 2..=signin::CREDENTIALS_MAX as u128 {
            org.change(credential(0xf0 + n, vec![text(&format!("s{n}"))])).await;
        }
        assert!(try_change(&org, credential(0x1ff, vec![text("one more")])).await.is_err());
    });
}
