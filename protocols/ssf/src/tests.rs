//! A receiver's whole story, over an engine in memory: it makes streams, things happen, and it is told of them.

mod org;

use std::time::Duration;

use directory::Change;
use engine::Ask;
use engine::testing::TENANT;
use http::{Request, StatusCode};
use keys::Algorithm;
use schema::ACCOUNT_ENABLED;
use serde_json::{Value, json};
use signin::signals::{ACCOUNT_DISABLED, CREDENTIAL_CHANGE, SESSION_REVOKED};

use org::*;

use crate::discovery::{POLL, PUSH};

fn event(claims: &Value) -> String {
    claims["events"].as_object().unwrap().keys().next().unwrap().clone()
}

fn push_stream() -> Value {
    json!({"delivery": {"method": PUSH, "endpoint_url": "https://receiver.example/events",
                        "authorization_header": "Bearer theirs"}})
}

#[test]
fn discovery_says_where_everything_is() {
    run(|org| async move {
        for path in
            ["/.well-known/ssf-configuration".to_owned(), format!("/.well-known/ssf-configuration/{TENANT}/v2.0")]
        {
            let (status, body, _) = org.send(Request::get(&path), "").await;
            assert_eq!((status.as_u16(), body["spec_version"].as_str()), (200, Some("1_0")), "{path}");
            assert_eq!(body["issuer"], json!(format!("{HOME}/{TENANT}/v2.0")));
            assert_eq!(body["delivery_methods_supported"], json!([PUSH, POLL]));
        }
    });
}

#[test]
fn only_an_application_with_the_permission_gets_in_and_sees_its_own_streams_only() {
    run(|org| async move {
        let mine = org.stream(&json!({})).await;
        let uri = format!("/ssf/{TENANT}/streams");
        let one = format!("{uri}?stream_id={mine}");
        let ssf = "https://id.xyz.example/ssf";
        for (what, token, uri, expect) in [
            ("nobody", String::new(), &uri, 401),
            ("nonsense", "x".to_owned(), &uri, 401),
            ("a token for Graph", org.token(CLIENT, APP, crate::MANAGE, HOME), &uri, 401),
            ("another permission", org.token(CLIENT, APP, "User.Read.All", ssf), &uri, 403),
            ("reading", org.token(CLIENT, APP, crate::READ, ssf), &one, 200),
            ("managing reads too", org.token(CLIENT, APP, crate::MANAGE, ssf), &one, 200),
            ("somebody else's", org.token(OTHER, OTHER_APP, crate::MANAGE, ssf), &one, 404),
        ] {
            let request = Request::get(uri).header("authorization", format!("Bearer {token}"));
            let (status, _, headers) = org.send(request, "").await;
            assert_eq!(status.as_u16(), expect, "{what}");
            assert_eq!(headers.contains_key("www-authenticate"), expect == 401 || expect == 403, "{what}");
        }
        let reader = org.token(CLIENT, APP, crate::READ, ssf);
        let request = Request::post(&uri).header("authorization", format!("Bearer {reader}"));
        assert_eq!(org.send(request, "{}").await.0, 403, "reading is not making");
        org.change(vec![Change::set(CLIENT, ACCOUNT_ENABLED, false)]).await;
        let token = org.token(CLIENT, APP, crate::MANAGE, ssf);
        let request = Request::get(&uri).header("authorization", format!("Bearer {token}"));
        assert_eq!(org.send(request, "").await.0, 401, "a disabled application");
    });
}

#[test]
fn a_stream_is_made_changed_replaced_and_deleted() {
    run(|org| async move {
        let asked = json!({"events_requested": [SESSION_REVOKED, "urn:unknown"], "description": "ours",
                           "delivery": {"method": PUSH, "endpoint_url": "https://receiver.example/events",
                                        "authorization_header": "Bearer secret"}});
        let id = org.stream(&asked).await;
        let one = format!("streams?stream_id={id}");
        let (_, made) = org.ask("GET", &one, &Value::Null).await;
        assert_eq!(made["events_delivered"], json!([SESSION_REVOKED]));
        assert_eq!(made["aud"], json!(APP));
        assert!(!made.to_string().contains("secret"));
        let (_, list) = org.ask("GET", "streams", &Value::Null).await;
        assert_eq!(list.as_array().unwrap().len(), 1);

        let patch = json!({"stream_id": id, "events_requested": [ACCOUNT_DISABLED], "aud": APP});
        let (status, patched) = org.ask("PATCH", "streams", &patch).await;
        assert_eq!((status.as_u16(), &patched["events_delivered"]), (200, &json!([ACCOUNT_DISABLED])));
        assert_eq!(patched["description"], json!("ours"), "what was not named stays");
        let (_, replaced) = org.ask("PUT", "streams", &json!({"stream_id": id})).await;
        assert_eq!(replaced["delivery"]["method"], json!(POLL));
        assert!(replaced.get("description").is_none(), "what was not named goes");

        for (what, method, body) in [
            ("the audience", "PATCH", json!({"stream_id": id, "aud": "somebody"})),
            ("no stream", "PATCH", json!({"description": "x"})),
            ("no method", "POST", json!({"delivery": {"method": "urn:x"}})),
            ("no address", "POST", json!({"delivery": {"method": PUSH, "endpoint_url": "ftp://x"}})),
            (
                "a header of two lines",
                "POST",
                json!({"delivery": {"method": PUSH, "endpoint_url": "https://x",
                                                     "authorization_header": "a\r\nb"}}),
            ),
            ("events that are none", "POST", json!({"events_requested": [1]})),
            ("no object", "POST", json!([])),
        ] {
            assert_eq!(org.ask(method, "streams", &body).await.0, 400, "{what}");
        }
        assert_eq!(org.ask("DELETE", &one, &Value::Null).await.0, 204);
        assert_eq!(org.ask("GET", &one, &Value::Null).await.0, 404);
        for _ in 0..crate::stream::STREAMS_MAX {
            org.stream(&json!({})).await;
        }
        assert_eq!(org.ask("POST", "streams", &json!({})).await.0, 400, "one too many");
    });
}

#[test]
fn events_are_pushed_in_order_with_what_the_receiver_wants_to_see() {
    run(|org| async move {
        let stream = org.stream(&push_stream()).await;
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, false)]).await;
        let told = org.pushed(2).await;
        assert_eq!(told.iter().map(event).collect::<Vec<_>>(), [ACCOUNT_DISABLED, SESSION_REVOKED]);
        let subject = json!({"format": "iss_sub", "iss": format!("{HOME}/{TENANT}/v2.0"), "sub": ADA.to_string()});
        assert!(told.iter().all(|claims| claims["sub_id"] == subject));
        assert!(told[1]["events"][SESSION_REVOKED]["reason_admin"]["en"].as_str().is_some_and(|why| !why.is_empty()));
        let is_theirs = |ask: &Ask| ask.authorization.as_deref() == Some("Bearer theirs");
        assert!(org.outside.asked.lock().unwrap().iter().all(is_theirs));
        let (status, _) = org.ask("POST", "verify", &json!({"stream_id": stream, "state": "abc"})).await;
        assert_eq!(status, 204);
        let verified = org.pushed(3).await;
        assert!(event(&verified[2]).ends_with("/verification"));
        assert_eq!(verified[2]["sub_id"], json!({"format": "opaque", "id": stream}));
        assert_eq!(verified[2]["events"][event(&verified[2])]["state"], json!("abc"));
        assert_eq!(org.ask("POST", "verify", &json!({"stream_id": stream})).await.0, 429);
    });
}

#[test]
fn what_a_receiver_does_not_take_comes_again_and_nothing_overtakes_it() {
    run(|org| async move {
        org.stream(&push_stream()).await;
        *org.outside.status.lock().unwrap() = Some(503);
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, false)]).await;
        let first = org.pushed(1).await;
        *org.outside.status.lock().unwrap() = Some(202);
        org.clock.advance(Duration::from_secs(10));
        let told = org.pushed(3).await;
        assert_eq!(told[0]["jti"], told[1]["jti"], "the same token again");
        assert_eq!(first[0]["jti"], told[0]["jti"]);
        assert_eq!((event(&told[1]), event(&told[2])), (ACCOUNT_DISABLED.to_owned(), SESSION_REVOKED.to_owned()));
    });
}

#[test]
fn a_paused_stream_waits_and_a_disabled_one_forgets() {
    run(|org| async move {
        let stream = org.stream(&push_stream()).await;
        let set = |status: &'static str| json!({"stream_id": stream, "status": status, "reason": "why not"});
        let (_, paused) = org.ask("POST", "status", &set("paused")).await;
        assert_eq!((paused["status"].as_str(), paused["reason"].as_str()), (Some("paused"), Some("why not")));
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, false)]).await;
        org.quiet().await;
        assert_eq!(org.posts().len(), 0);
        org.ask("POST", "status", &set("enabled")).await;
        assert_eq!(org.pushed(2).await.len(), 2);
        org.ask("POST", "status", &set("disabled")).await;
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, true)]).await;
        org.quiet().await;
        let (_, status) = org.ask("GET", &format!("status?stream_id={stream}"), &Value::Null).await;
        assert_eq!(status["status"], json!("disabled"));
        org.ask("POST", "status", &set("enabled")).await;
        org.quiet().await;
        assert_eq!(org.posts().len(), 2);
        assert_eq!(org.ask("POST", "status", &json!({"stream_id": stream, "status": "asleep"})).await.0, 400);
    });
}

#[test]
fn a_receiver_that_polls_gets_what_it_has_not_acknowledged() {
    run(|org| async move {
        let stream = org.stream(&json!({"delivery": {"method": POLL}})).await;
        assert!(org.poll(&stream, json!({"returnImmediately": true})).await.is_empty());
        let (waiting, ()) = tokio::join!(org.poll(&stream, json!({})), async {
            tokio::time::sleep(Duration::from_millis(20)).await;
            org.change(signin::revoke(ADA, org.engine.now())).await;
        });
        assert_eq!((waiting.len(), event(&waiting[0].1)), (1, SESSION_REVOKED.to_owned()), "told while waiting");
        let again = org.poll(&stream, json!({"returnImmediately": true})).await;
        assert_eq!(again[0].0, waiting[0].0, "until it is acknowledged");
        let done = json!({"returnImmediately": true, "ack": [again[0].0], "setErrs": {"unknown": {"err": "x"}}});
        assert!(org.poll(&stream, done).await.is_empty());
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, false)]).await;
        org.change(vec![Change::set(ADA, ACCOUNT_ENABLED, true)]).await;
        org.quiet().await;
        let (_, one) =
            org.ask("POST", &format!("poll/{stream}"), &json!({"maxEvents": 1, "returnImmediately": true})).await;
        assert_eq!((one["sets"].as_object().unwrap().len(), &one["moreAvailable"]), (1, &json!(true)));
    });
}

#[test]
fn subjects_can_be_taken_out_and_put_in_again() {
    run(|org| async move {
        let stream = org.stream(&json!({})).await;
        let ada =
            |stream: &str| json!({"stream_id": stream, "subject": {"format": "email", "email": "ada@xyz.example"}});
        let nobody = json!({"stream_id": stream, "subject": {"format": "email", "email": "nobody@xyz.example"}});
        assert_eq!(org.ask("POST", "subjects/remove", &ada(&stream)).await.0, 204);
        assert_eq!(org.ask("POST", "subjects/remove", &nobody).await.0, 204, "told to nobody");
        org.change(signin::revoke(ADA, org.engine.now())).await;
        org.quiet().await;
        assert!(org.poll(&stream, json!({"returnImmediately": true})).await.is_empty());
        assert_eq!(org.ask("POST", "subjects/add", &ada(&stream)).await.0, 200);
        org.clock.advance(Duration::from_secs(5));
        org.change(signin::revoke(ADA, org.engine.now())).await;
        assert_eq!(org.poll(&stream, json!({})).await.len(), 1);
        assert_eq!(org.ask("POST", "subjects/add", &json!({"stream_id": stream, "subject": 1})).await.0, 400);
    });
}

#[test]
fn a_new_password_is_told_without_a_word_of_it() {
    run(|org| async move {
        org.stream(&push_stream()).await;
        org.change(signin::password_change(ADA, "$argon2id$verifier", org.engine.now(), false)).await;
        let told = org.pushed(1).await;
        let data = &told[0]["events"][CREDENTIAL_CHANGE];
        assert_eq!((&data["credential_type"], &data["change_type"]), (&json!("password"), &json!("update")));
        assert!(!told[0].to_string().contains("verifier"));
    });
}

/// A token of somebody else.
fn signal(org: &Org, edit: impl Fn(&mut Value)) -> String {
    let mut claims = json!({
        "iss": SENDER_ISSUER, "aud": "castellan", "jti": keys::random_uuid().to_string(), "iat": org.engine.now().unix(),
        "sub_id": {"format": "email", "email": "ada@xyz.example"}, "events": {SESSION_REVOKED: {}},
    });
    edit(&mut claims);
    org.keys.mint(SENDER, Algorithm::Rs256, "secevent+jwt", &claims).unwrap()
}

async fn receive(org: &Org, token: String) -> (StatusCode, Value) {
    let request = Request::post(format!("/ssf/{TENANT}/events")).header("content-type", "application/secevent+jwt");
    let (status, body, _) = org.send(request, token).await;
    (status, body)
}

#[test]
fn an_event_of_somebody_else_leads_to_what_the_administrator_said() {
    run(|org| async move {
        let valid_from = |org: &Org| {
            let now = org.engine.snapshot();
            now.find(ADA).unwrap().get(schema::user::SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME)
        };
        let token = signal(&org, |_| ());
        assert_eq!(receive(&org, token.clone()).await.0, 202);
        let first = valid_from(&org);
        assert!(first.is_some());
        org.clock.advance(Duration::from_secs(30));
        assert_eq!(receive(&org, token).await.0, 202, "the same answer to the same token");
        assert_eq!(valid_from(&org), first, "and nothing more");

        let compromise = signal(&org, |c| {
            c["events"] = json!({signin::signals::CREDENTIAL_COMPROMISE: {"credential_type": "password"}})
        });
        assert_eq!(receive(&org, compromise).await.0, 202);
        assert_eq!(signin::risk::level_of(&org.engine.snapshot(), ADA), signin::risk::Level::High);
        let query = engine::JournalQuery { limit: 10, ..engine::JournalQuery::default() };
        let rows = org.engine.journal_read(signin::risk::RISK_DETECTIONS, &query).unwrap();
        assert_eq!(rows[0].1.text("riskEventType"), Some("investigationsThreatIntelligence"));
    });
}

#[test]
fn an_event_that_does_not_hold_is_refused_with_its_reason() {
    run(|org| async move {
        type Edit = Box<dyn Fn(&mut Value)>;
        let now = org.engine.now().unix();
        let cases: Vec<(&str, &str, Edit)> = vec![
            ("another issuer", "invalid_issuer", Box::new(|c| c["iss"] = json!("https://evil.example"))),
            ("another audience", "invalid_audience", Box::new(|c| c["aud"] = json!("somebody"))),
            ("no iat", "invalid_key", Box::new(|c| drop(c.as_object_mut().unwrap().remove("iat")))),
            ("from next year", "invalid_key", Box::new(move |c| c["iat"] = json!(now + 9_999_999))),
            ("from last year", "invalid_key", Box::new(move |c| c["iat"] = json!(now - 9_999_999))),
            ("no events", "invalid_request", Box::new(|c| c["events"] = json!({}))),
            ("no subject", "invalid_request", Box::new(|c| drop(c.as_object_mut().unwrap().remove("sub_id")))),
        ];
        for (what, err, edit) in cases {
            let (status, body) = receive(&org, signal(&org, edit)).await;
            assert_eq!((status.as_u16(), body["err"].as_str()), (400, Some(err)), "{what}: {body}");
        }
        let foreign = org.keys.mint(TENANT, Algorithm::Rs256, "secevent+jwt", &json!({"iss": SENDER_ISSUER})).unwrap();
        assert_eq!(receive(&org, foreign).await.1["err"], json!("invalid_key"), "somebody else's key");
        let access = org.keys.mint(SENDER, Algorithm::Rs256, "at+jwt", &json!({"iss": SENDER_ISSUER})).unwrap();
        assert_eq!(receive(&org, access).await.1["err"], json!("invalid_key"), "another kind of token");
        let request = Request::post(format!("/ssf/{TENANT}/events")).header("content-type", "application/json");
        assert_eq!(org.send(request, signal(&org, |_| ())).await.0, 400, "another media type");
        assert_eq!(signin::risk::level_of(&org.engine.snapshot(), ADA), signin::risk::Level::None);
    });
}
