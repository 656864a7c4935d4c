//! Stories of requests that ask for something beside permissions: details, resources, classes, contexts, a person.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use engine::testing::TENANT;
use serde_json::json;
use signin::{Need, Outcome, Target, Verdict};

use crate::fixture::{ADA, HOME, PASS, PASSWORD, PHONE_APP, SECRET, UPN, WEB_APP, authorize_url, redemption, run};
use crate::signer::tagged;

const PAYMENT: &str = r#"[{"type":"payment","amount":{"value":"10.00","currency":"EUR"},"to":"XYZ Ltd."}]"#;

fn asks_for_mfa() -> Verdict {
    Verdict {
        outcome: Outcome::Interact {
            needs: vec![Need::Mfa],
            code: 50_076,
            reason: "a second factor is asked for".to_owned(),
            policies: vec!["Payments".to_owned()],
        },
        status: "failure",
        ..Verdict::not_applied()
    }
}

#[test]
fn details_are_shown_agreed_to_each_time_and_stand_in_the_token() {
    run(|org| async move {
        let tags = tagged(0x25, &["authorization_details_types_supported:payment account"]);
        org.change(vec![tags, tagged(0x23, &["authorization_details_types:payment"])]).await;
        let scope = "openid offline_access api://orders/Orders.Read";
        let url = |details: &str| authorize_url(&[("scope", scope), ("authorization_details", details)]);
        for (details, why) in [
            (r#"[{"type":"account"}]"#, "not this client's"),
            (r#"[{"type":"transfer"}]"#, "nobody's"),
            (r#"[{"amount":1}]"#, "no type"),
            (r#"[{"type":"payment","locations":["https://elsewhere.example"]}]"#, "elsewhere"),
        ] {
            let answer = org.get(&url(details)).await;
            assert_eq!(answer.sent("error").as_deref(), Some("invalid_authorization_details"), "{why}");
        }
        let page = org.sign_in_at(&url(PAYMENT), UPN, PASSWORD).await;
        for words in ["payment", "10.00", "XYZ Ltd."] {
            assert!(page.text.contains(words), "{words}: {}", page.text);
        }
        let declined = org.answer(&page, &[("decision", "cancel")]).await;
        assert_eq!(declined.sent("error").as_deref(), Some("access_denied"));
        let page = org.get(&url(PAYMENT)).await;
        let answer = org.answer(&page, &[("decision", "accept")]).await;
        let tokens = org.redeem(&answer).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let expect: serde_json::Value = serde_json::from_str(PAYMENT).unwrap();
        assert_eq!(tokens.json()["authorization_details"], expect);
        assert_eq!(org.claims(&tokens.field("access_token")).get("authorization_details"), Some(&expect));
        assert!(org.get(&url(PAYMENT)).await.text.contains("10.00"), "the next payment is another one");
        let silent = authorize_url(&[("scope", scope), ("authorization_details", PAYMENT), ("prompt", "none")]);
        assert_eq!(org.get(&silent).await.sent("error").as_deref(), Some("consent_required"));
        let refresh = tokens.field("refresh_token");
        let more = PAYMENT.replace("10.00", "9999.00");
        let answer = org.refresh(&refresh, &[("authorization_details", &more)]).await;
        assert_eq!(answer.field("error"), "invalid_authorization_details", "no more than was agreed to");
        let same = org.refresh(&refresh, &[]).await;
        assert_eq!(same.json()["authorization_details"], expect);
        let app = [
            ("grant_type", "client_credentials"),
            ("client_id", WEB_APP),
            ("client_secret", SECRET),
            ("scope", "api://orders/.default"),
            ("authorization_details", PAYMENT),
        ];
        assert_eq!(org.token(&app).await.field("error"), "invalid_authorization_details");
        org.change(vec![tagged(0x21, &["authorization_details_types:payment"])]).await;
        assert_eq!(org.token(&app).await.json()["authorization_details"], expect);
    });
}

#[test]
fn a_token_is_for_one_of_the_resources_that_were_granted() {
    run(|org| async move {
        let graph = "https://graph.microsoft.com";
        let url = format!(
            "{}&resource=api%3A%2F%2Forders&resource=https%3A%2F%2Fgraph.microsoft.com",
            authorize_url(&[("scope", "openid offline_access Orders.Read User.Read")])
        );
        let answer = org.sign_in_at(&url, UPN, PASSWORD).await;
        let first = org.redeem(&answer).await;
        assert_eq!(first.status, 200, "{}", first.text);
        let claims = org.claims(&first.field("access_token"));
        assert_eq!((claims.text("aud"), claims.text("scp")), (Some("api://orders"), Some("Orders.Read")));
        let other = org.refresh(&first.field("refresh_token"), &[("resource", graph)]).await;
        let claims = org.claims(&other.field("access_token"));
        assert_eq!((claims.text("aud"), claims.text("scp")), (Some(HOME), Some("User.Read openid")));
        let token = other.field("refresh_token");
        for (more, error) in [
            (&[("resource", "api://elsewhere")][..], "invalid_target"),
            (&[("resource", "api://orders"), ("resource", graph)], "invalid_target"),
            (&[("resource", graph), ("scope", "Mail.Read")], "invalid_scope"),
        ] {
            assert_eq!(org.refresh(&token, more).await.field("error"), error, "{more:?}");
        }
        let nowhere = authorize_url(&[("resource", "api://nobody")]);
        assert_eq!(org.get(&nowhere).await.sent("error").as_deref(), Some("invalid_target"));
        let app = |resource: &'static str| {
            [
                ("grant_type", "client_credentials"),
                ("client_id", WEB_APP),
                ("client_secret", SECRET),
                ("resource", resource),
            ]
        };
        let token = org.token(&app("api://orders")).await;
        assert_eq!(org.claims(&token.field("access_token")).text("aud"), Some("api://orders"));
        assert_eq!(org.token(&app("api://nobody")).await.field("error"), "invalid_resource");
    });
}

#[test]
fn a_class_of_authentication_is_reached_or_asked_for() {
    run(|org| async move {
        const MFA: &str = "https://refeds.org/profile/mfa";
        let acr = |value: &str| format!(r#"{{"id_token":{{"acr":{{"essential":true,"value":"{value}"}}}}}}"#);
        let answer = org.sign_in_at(&authorize_url(&[("acr_values", "1")]), UPN, PASSWORD).await;
        assert!(answer.sent("code").is_some());
        let silent = authorize_url(&[("acr_values", MFA), ("prompt", "none")]);
        assert_eq!(org.get(&silent).await.sent("error").as_deref(), Some("interaction_required"));
        let essential = authorize_url(&[("claims", &acr(MFA)), ("prompt", "none")]);
        assert_eq!(org.get(&essential).await.sent("error").as_deref(), Some("unmet_authentication_requirements"));
        let unknown = authorize_url(&[("claims", &acr("gold"))]);
        assert_eq!(org.get(&unknown).await.sent("error").as_deref(), Some("unmet_authentication_requirements"));
        assert!(org.get(&authorize_url(&[("acr_values", "gold")])).await.sent("code").is_some(), "only a wish");
        let page = org.get(&authorize_url(&[("acr_values", MFA)])).await;
        let answer = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASS)]).await;
        let tokens = org.redeem(&answer).await;
        assert_eq!(org.claims(&tokens.field("id_token")).text("acr"), Some(MFA));
    });
}

#[test]
fn an_authentication_context_is_judged_by_its_policies_and_stands_in_the_token() {
    run(|org| async move {
        org.judge_by(|context| match &context.target {
            Target::AuthenticationContext(class) if class == "c1" && context.mfa.is_none() => asks_for_mfa(),
            _ => Verdict::not_applied(),
        });
        let acrs = r#"{"access_token":{"acrs":{"essential":true,"value":"c1"}}}"#;
        let plain = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let tokens = org.redeem(&plain).await;
        assert!(org.claims(&tokens.field("access_token")).get("acrs").is_none());
        let silent = org.refresh(&tokens.field("refresh_token"), &[("claims", acrs)]).await;
        assert_eq!(silent.field("error"), "interaction_required");
        let claims: serde_json::Value = serde_json::from_str(&silent.field("claims")).unwrap();
        assert_eq!(claims["access_token"]["acrs"]["values"], json!(["c1"]), "what to ask the person for");
        // The challenge goes as it is to the authorization endpoint.
        let page = org.get(&authorize_url(&[("claims", &silent.field("claims"))])).await;
        assert!(page.text.contains("second factor"), "{}", page.text);
        let answer = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASS)]).await;
        let tokens = org.redeem(&answer).await;
        let access = org.claims(&tokens.field("access_token"));
        assert_eq!(access.texts("acrs").collect::<Vec<_>>(), ["c1"]);
        let again = org.refresh(&tokens.field("refresh_token"), &[]).await;
        assert_eq!(org.claims(&again.field("access_token")).texts("acrs").collect::<Vec<_>>(), ["c1"]);
        let bad = authorize_url(&[("claims", r#"{"access_token":{"acrs":{"value":"x"}}}"#)]);
        assert_eq!(org.get(&bad).await.sent("error").as_deref(), Some("invalid_request"));
    });
}

#[test]
fn a_claims_challenge_asks_for_a_proof_that_is_newer() {
    run(|org| async move {
        let since = |at: i64| format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{at}"}}}}}}"#);
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let begun = org.engine.now().unix();
        assert!(org.get(&authorize_url(&[("claims", &since(begun))])).await.sent("code").is_some());
        org.later(60);
        let page = org.get(&authorize_url(&[("claims", &since(begun + 1))])).await;
        assert!(page.headers.get("location").is_none() && page.text.contains(UPN), "{}", page.text);
        let silent = authorize_url(&[("claims", &since(begun + 1)), ("prompt", "none")]);
        assert_eq!(org.get(&silent).await.sent("error").as_deref(), Some("login_required"));
        let answer = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD)]).await;
        assert!(answer.sent("code").is_some(), "{}", answer.text);
        // One that is yet to come, or that says no moment, means now.
        org.later(60);
        for claims in [since(begun + 86_400), r#"{"access_token":{"nbf":{"essential":true}}}"#.to_owned()] {
            assert!(
                org.get(&authorize_url(&[("claims", &claims)])).await.headers.get("location").is_none(),
                "{claims}"
            );
        }
    });
}

#[test]
fn nobody_else_will_do_where_one_person_is_meant() {
    run(|org| async move {
        let tokens = org.tokens().await;
        let hint = tokens.field("id_token");
        assert!(org.get(&authorize_url(&[("id_token_hint", &hint), ("prompt", "none")])).await.sent("code").is_some());
        let other = format!(r#"{{"id_token":{{"sub":{{"value":"{}"}}}}}}"#, directory::Id::from_u128(0x99));
        let silent = org.get(&authorize_url(&[("claims", &other), ("prompt", "none")])).await;
        assert_eq!(silent.sent("error").as_deref(), Some("login_required"));
        let answer = org.sign_in_at(&authorize_url(&[("claims", &other)]), UPN, PASSWORD).await;
        assert_eq!(answer.sent("error").as_deref(), Some("login_required"), "the wrong person signed in");
        let own = format!(r#"{{"id_token":{{"sub":{{"value":"{ADA}"}}}}}}"#);
        assert!(org.get(&authorize_url(&[("claims", &own), ("prompt", "none")])).await.sent("code").is_some());
        let access = authorize_url(&[("id_token_hint", &tokens.field("access_token"))]);
        assert_eq!(org.get(&access).await.sent("error").as_deref(), Some("invalid_request"), "not an ID token");
    });
}

#[test]
fn prompts_are_words_and_an_age_of_zero_is_a_prompt() {
    run(|org| async move {
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        for (name, value) in [("prompt", "login consent"), ("max_age", "0")] {
            let page = org.get(&authorize_url(&[(name, value)])).await;
            assert!(page.headers.get("location").is_none(), "{name}={value}");
        }
    });
}

#[test]
fn a_client_is_held_to_its_grants_and_response_modes() {
    run(|org| async move {
        org.change(vec![tagged(0x23, &["grant_types:authorization_code", "response_modes:query form_post.jwt"])]).await;
        let fragment = org.get(&authorize_url(&[("response_mode", "fragment")])).await;
        assert_eq!(fragment.sent("error").as_deref(), Some("invalid_request"));
        let tokens = org.tokens().await;
        let refreshed = org.refresh(&tokens.field("refresh_token"), &[]).await;
        assert_eq!(refreshed.field("error"), "unauthorized_client");
        let device = [("client_id", PHONE_APP), ("scope", "User.Read")];
        let device = org.post(&format!("/{TENANT}/oauth2/v2.0/devicecode"), &device).await;
        assert_eq!(device.field("error"), "unauthorized_client");
        org.change(vec![tagged(0x23, &["grant_types:refresh_token"])]).await;
        assert_eq!(org.get(&authorize_url(&[])).await.sent("error").as_deref(), Some("unauthorized_client"));
    });
}

#[test]
fn an_answer_may_travel_as_one_signed_parameter() {
    run(|org| async move {
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        for (mode, sign) in [("jwt", '?'), ("query.jwt", '?'), ("fragment.jwt", '#')] {
            let answer = org.get(&authorize_url(&[("response_mode", mode)])).await;
            assert!(answer.location().starts_with(&format!("http://localhost:5005{sign}response=")), "{mode}");
            let claims = org.claims(&answer.sent("response").unwrap());
            assert_eq!((claims.text("aud"), claims.text("state")), (Some(PHONE_APP), Some("xyz state")));
            assert_eq!(claims.text("iss"), Some(format!("{HOME}/{TENANT}/v2.0").as_str()));
            assert_eq!(org.token(&redemption(claims.text("code").unwrap())).await.status, 200, "{mode}");
        }
        let page = org.get(&authorize_url(&[("response_mode", "form_post.jwt")])).await;
        assert!(org.claims(&page.input("response")).text("code").is_some() && !page.text.contains("name=\"code\""));
        let error = org.get(&authorize_url(&[("response_mode", "jwt"), ("scope", "api://nobody/x")])).await;
        assert_eq!(org.claims(&error.sent("response").unwrap()).text("error"), Some("invalid_resource"));
    });
}
