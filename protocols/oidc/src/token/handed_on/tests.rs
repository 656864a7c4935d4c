//! A program calls the orders API, and the API calls on: as the person (on behalf of), or with less (token exchange).

use directory::{Change, Id, Record};
use engine::testing::TENANT;
use schema::oauth2_permission_grant as grant;
use signin::{Need, Outcome, Verdict};

use crate::fixture::{ADA, API_APP, Answer, HOME, Org, PHONE_APP, SECRET, UPN, WEB_APP, authorize_url, run};

const API: Id = Id::from_u128(0x26);
const GRAPH: Id = crate::fixture::GRAPH;
const API_SECRET: &str = "the-secret-of-the-orders-api-that-nobody-guesses";
const BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ACCESS: &str = "urn:ietf:params:oauth:token-type:access_token";

/// The API gets a secret, and everybody's consent to read who they are.
async fn prepare(org: &Org) {
    let hash = org.keys.hash_secret(TENANT, signin::CLIENT_SECRET, API_SECRET).unwrap();
    let now = org.engine.snapshot();
    let credential = Record::new().with("keyId", Id::from_u128(0x99));
    org.change(signin::add_secret(now.find(Id::from_u128(0x25)).unwrap(), credential, &hash)).await;
    org.change(vec![Change::Create {
        id: Id::from_u128(0x98),
        kind: grant::OAUTH2_PERMISSION_GRANT.id(),
        attributes: vec![
            (grant::CLIENT_ID.id, API.to_string().into()),
            (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
            (grant::RESOURCE_ID.id, GRAPH.to_string().into()),
            (grant::SCOPE.id, "User.Read".into()),
        ],
    }])
    .await;
}

/// Ada's token for the API, through the field tool.
async fn token_for_api(org: &Org) -> String {
    org.forget_cookies();
    let tokens = org.tokens().await;
    let answer = org.refresh(&tokens.field("refresh_token"), &[("scope", "api://orders/Orders.Read")]).await;
    answer.field("access_token")
}

async fn hand_on(org: &Org, changed: &[(&str, &str)]) -> Answer {
    let mut form = vec![("client_id", API_APP), ("client_secret", API_SECRET)];
    for (name, value) in changed {
        form.retain(|(known, _)| known != name);
        if !value.is_empty() {
            form.push((name, value));
        }
    }
    org.token(&form).await
}

async fn on_behalf(org: &Org, assertion: &str, changed: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", BEARER),
        ("requested_token_use", "on_behalf_of"),
        ("assertion", assertion),
        ("scope", "openid profile offline_access User.Read"),
    ];
    form.retain(|(name, _)| !changed.iter().any(|(changed, _)| changed == name));
    form.extend(changed);
    hand_on(org, &form).await
}

async fn exchange(org: &Org, subject: &str, changed: &[(&str, &str)]) -> Answer {
    let mut form = vec![
        ("grant_type", EXCHANGE),
        ("subject_token", subject),
        ("subject_token_type", ACCESS),
        ("scope", "User.Read"),
    ];
    form.retain(|(name, _)| !changed.iter().any(|(changed, _)| changed == name));
    form.extend(changed);
    hand_on(org, &form).await
}

#[test]
fn a_service_calls_on_as_the_person_who_called_it() {
    run(|org| async move {
        prepare(&org).await;
        let token = token_for_api(&org).await;
        let answer = on_behalf(&org, &token, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let claims = org.claims(&answer.field("access_token"));
        assert_eq!((claims.text("aud"), claims.text("azp")), (Some(HOME), Some(API_APP)));
        assert_eq!((claims.text("oid"), claims.text("upn")), (Some(ADA.to_string().as_str()), Some(UPN)));
        assert_eq!(claims.text("idtyp"), Some("user"));
        assert_eq!(claims.words("scp").next(), Some("User.Read"));
        assert_eq!(claims.get("auth_time"), org.claims(&token).get("auth_time"), "nothing was proved anew");
        assert_eq!(org.claims(&answer.field("id_token")).text("aud"), Some(API_APP));
        let again = org
            .token(&[
                ("grant_type", "refresh_token"),
                ("client_id", API_APP),
                ("client_secret", API_SECRET),
                ("refresh_token", &answer.field("refresh_token")),
            ])
            .await;
        assert_eq!(again.status, 200, "{}", again.text);
        let plain = on_behalf(&org, &token, &[("scope", "User.Read")]).await;
        assert!(plain.json().get("refresh_token").is_none() && plain.json().get("id_token").is_none());
    });
}

#[test]
fn only_a_living_token_of_a_person_for_the_one_who_brings_it_is_handed_on() {
    run(|org| async move {
        prepare(&org).await;
        let tokens = org.tokens().await;
        let (graph, id) = (tokens.field("access_token"), tokens.field("id_token"));
        let token = token_for_api(&org).await;
        let app = org
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", WEB_APP),
                ("client_secret", SECRET),
                ("scope", "api://orders/.default"),
            ])
            .await
            .field("access_token");
        let (signed, signature) = token.rsplit_once('.').unwrap();
        let other = if signature.starts_with('A') { 'B' } else { 'A' };
        let forged = format!("{signed}.{other}{}", &signature[1..]);
        for (name, assertion, changed, code) in [
            ("for another audience", graph.as_str(), &[][..], 500_131),
            ("an ID token", &id, &[], 50_013),
            ("nonsense", "a.b.c", &[], 50_013),
            ("a forged one", &forged, &[], 50_013),
            ("an application's", &app, &[], 7_000_114),
            ("by another client", &token, &[("client_id", WEB_APP), ("client_secret", SECRET)], 500_131),
            ("by nobody", &token, &[("client_secret", "")], 7_000_218),
            ("by a public client", &token, &[("client_id", PHONE_APP), ("client_secret", "")], 7_000_218),
            ("for what nobody consented to", &token, &[("scope", "Mail.Read")], 65_001),
            ("for two resources", &token, &[("scope", "User.Read api://orders/Orders.Read")], 28_000),
            ("for nothing", &token, &[("scope", "")], 900_144),
            ("for another use", &token, &[("requested_token_use", "")], 9_002_313),
        ] {
            assert_eq!(on_behalf(&org, assertion, changed).await.code(), code, "{name}");
        }
        org.later(6000);
        assert_eq!(on_behalf(&org, &token, &[]).await.code(), 500_133, "an old one");
        let token = token_for_api(&org).await;
        org.later(2);
        org.change(signin::revoke(ADA, org.engine.now())).await;
        assert_eq!(on_behalf(&org, &token, &[]).await.code(), 50_173, "after a revocation");
        org.later(2);
        let token = token_for_api(&org).await;
        org.change(vec![Change::set(ADA, schema::ACCOUNT_ENABLED, false)]).await;
        assert_eq!(on_behalf(&org, &token, &[]).await.code(), 50_057, "of a disabled account");
    });
}

#[test]
fn what_a_policy_asks_of_the_person_travels_back_to_them() {
    run(|org| async move {
        prepare(&org).await;
        let token = token_for_api(&org).await;
        // A second factor for Graph, through the API; nothing is asked of who only calls the API.
        org.judge_by(|context| {
            let is_chained = context.client_app_id == API_APP && context.mfa.is_none();
            let outcome = match is_chained {
                true => Outcome::Interact {
                    needs: vec![Need::Mfa],
                    code: 50_076,
                    reason: "a second factor is asked for".to_owned(),
                    policies: vec!["MFA for Graph".to_owned()],
                },
                false => Outcome::Allow,
            };
            Verdict { outcome, ..Verdict::not_applied() }
        });
        let refused = on_behalf(&org, &token, &[]).await;
        assert_eq!((refused.code(), refused.field("error").as_str()), (50_076, "interaction_required"));
        let claims = refused.field("claims");
        assert!(claims.contains("capolids") && claims.contains(API_APP), "{claims}");
        let url = |claims: &str| authorize_url(&[("scope", "api://orders/Orders.Read"), ("claims", claims)]);
        assert!(org.get(&url("")).await.sent("code").is_some(), "without the claims nothing is asked");
        let asked = org.get(&url(&claims)).await;
        assert!(asked.headers.get("location").is_none(), "the person is asked: {}", asked.text);
        let silent = authorize_url(&[("scope", "api://orders/Orders.Read"), ("claims", &claims), ("prompt", "none")]);
        assert_eq!(org.get(&silent).await.sent("error").as_deref(), Some("interaction_required"));
        let answer = org.answer(&asked, &[("loginfmt", UPN), ("passwd", crate::fixture::PASS)]).await;
        let stronger = org.redeem(&answer).await.field("access_token");
        assert_eq!(on_behalf(&org, &stronger, &[]).await.status, 200, "with the second factor it goes on");
        // What no person can help sends nothing back.
        org.judge_by(|_| Verdict {
            outcome: Outcome::Denied { code: 53_003, reason: "blocked".to_owned(), policies: vec![] },
            ..Verdict::not_applied()
        });
        let blocked = on_behalf(&org, &stronger, &[]).await;
        assert_eq!((blocked.code(), blocked.json().get("claims")), (53_003, None));
    });
}

#[test]
fn an_exchanged_token_says_less_says_who_acts_and_ends_with_the_first() {
    run(|org| async move {
        prepare(&org).await;
        let token = token_for_api(&org).await;
        org.later(2000);
        let answer = exchange(&org, &token, &[]).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        assert_eq!(answer.field("issued_token_type"), ACCESS);
        let (first, claims) = (org.claims(&token), org.claims(&answer.field("access_token")));
        assert_eq!(claims.get("exp"), first.get("exp"), "it ends with the token it came of");
        assert_eq!(claims.get("act").unwrap()["sub"], API.to_string());
        assert_eq!(claims.get("act").unwrap()["client_id"], API_APP);
        assert!(answer.json().get("refresh_token").is_none());
        let same = exchange(&org, &token, &[("scope", "api://orders/Orders.Read")]).await;
        assert_eq!(org.claims(&same.field("access_token")).text("scp"), Some("Orders.Read"));
        let named = exchange(&org, &token, &[("scope", ""), ("audience", HOME)]).await;
        assert_eq!(org.claims(&named.field("access_token")).text("aud"), Some(HOME));
        for (name, changed, code) in [
            ("more than the token had", &[("scope", "api://orders/Orders.Write")][..], 70_011),
            ("what nobody consented to", &[("scope", "Mail.Read")], 65_001),
            ("another resource than the scope's", &[("audience", "api://orders")], 500_011),
            ("nothing", &[("scope", "openid offline_access")], 900_144),
            (
                "another kind of token",
                &[("requested_token_type", "urn:ietf:params:oauth:token-type:refresh_token")],
                9_002_313,
            ),
            ("of another kind", &[("subject_token_type", "urn:ietf:params:oauth:token-type:saml2")], 9_002_313),
            ("by another client", &[("client_id", WEB_APP), ("client_secret", SECRET)], 500_131),
            ("by nobody", &[("client_secret", "")], 7_000_218),
            ("an actor that is a person", &[("actor_token", token.as_str()), ("actor_token_type", ACCESS)], 50_013),
            ("an actor without a kind", &[("actor_token", token.as_str())], 900_144),
        ] {
            assert_eq!(exchange(&org, &token, changed).await.code(), code, "{name}");
        }
    });
}

#[test]
fn nobody_acts_twice_and_a_chain_of_actors_has_an_end() {
    run(|org| async move {
        prepare(&org).await;
        let token = token_for_api(&org).await;
        let narrowed = exchange(&org, &token, &[("scope", "api://orders/Orders.Read")]).await.field("access_token");
        let again = exchange(&org, &narrowed, &[("scope", "api://orders/Orders.Read")]).await;
        assert_eq!(again.code(), 50_013, "the API acts already: {}", again.text);
        let actor = org
            .token(&[
                ("grant_type", "client_credentials"),
                ("client_id", WEB_APP),
                ("client_secret", SECRET),
                ("scope", "api://orders/.default"),
            ])
            .await
            .field("access_token");
        let by_actor = [("scope", "api://orders/Orders.Read"), ("actor_token", &actor), ("actor_token_type", ACCESS)];
        let chained = exchange(&org, &narrowed, &by_actor).await.field("access_token");
        let act = org.claims(&chained).get("act").unwrap().clone();
        assert_eq!(act["client_id"], WEB_APP);
        assert_eq!(act["act"]["client_id"], API_APP, "and before it the API");
        assert_eq!(exchange(&org, &chained, &by_actor).await.code(), 50_013, "it acts in the chain already");
        // Handing it on does not shake the actors off.
        let on = on_behalf(&org, &chained, &[("scope", "User.Read")]).await.field("access_token");
        assert_eq!(org.claims(&on).get("act"), Some(&act));
    });
}
