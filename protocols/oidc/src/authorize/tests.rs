//! Stories of signing in, told as requests and answers.
#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use directory::{Change, Record};
use engine::testing::TENANT;
use keys::Algorithm;
use signin::{Outcome, Verdict};

use crate::fixture::{
    ADA, Answer, CHALLENGE, HOME, PASS, PASSWORD, PHONE_APP, REDIRECT, SECRET, UPN, VERIFIER, WEB_APP, authorize_url,
    run,
};

fn shows(answer: &Answer, text: &str) -> bool {
    answer.headers["content-type"] == "text/html; charset=utf-8" && answer.text.contains(text)
}

#[test]
fn a_password_becomes_a_code_and_the_code_becomes_tokens() {
    run(|org| async move {
        let answer = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert_eq!(answer.status, 303);
        assert!(answer.location().starts_with("http://localhost:5005?code="));
        assert_eq!(answer.sent("state").as_deref(), Some("xyz state"));
        assert_eq!(answer.sent("iss"), Some(format!("{HOME}/{TENANT}/v2.0")), "RFC 9207");
        let tokens = org.redeem(&answer).await;
        assert_eq!(tokens.status, 200, "{}", tokens.text);
        let access = org.claims(&tokens.field("access_token"));
        for (name, expect) in [
            ("aud", HOME),
            ("idtyp", "user"),
            ("upn", UPN),
            ("name", "Ada Lovelace"),
            ("appid", PHONE_APP),
            ("azpacr", "0"),
            ("scp", "User.Read openid profile email"),
            ("oid", &ADA.to_string()),
            ("tid", &TENANT.to_string()),
        ] {
            assert_eq!(access.text(name), Some(expect), "{name}");
        }
        assert_eq!(access.texts("amr").collect::<Vec<_>>(), ["pwd"]);
        let id = org.claims(&tokens.field("id_token"));
        assert_eq!((id.text("aud"), id.text("nonce"), id.text("email")), (Some(PHONE_APP), Some("n-0S6"), Some(UPN)));
        assert_eq!((id.text("sub"), id.header().alg), (access.text("sub"), Algorithm::Rs256));
        let info = keys::base64url::decode(tokens.field("client_info")).unwrap();
        assert_eq!(String::from_utf8(info).unwrap(), format!(r#"{{"uid":"{ADA}","utid":"{TENANT}"}}"#));
        assert_eq!(tokens.field("scope"), "User.Read openid profile email offline_access");
        let rows = org.sign_ins().await;
        assert_eq!(rows.len(), 1);
        assert_eq!((rows[0].text("userPrincipalName"), rows[0].bool("isInteractive")), (Some(UPN), Some(true)));
        let logged = format!("{rows:?}");
        assert!(!logged.contains(PASSWORD) && !logged.contains(&answer.sent("code").unwrap()), "no secret in the log");
    });
}

#[test]
fn a_code_counts_once_and_a_second_use_takes_back_what_it_bought() {
    run(|org| async move {
        let answer = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let tokens = org.redeem(&answer).await;
        let bearer = format!("Bearer {}", tokens.field("access_token"));
        let ask =
            || http::Request::get("/oidc/userinfo").header("authorization", &bearer).body(bytes::Bytes::new()).unwrap();
        assert_eq!(org.send(ask()).await.field("sub"), ADA.to_string());
        assert_eq!(org.redeem(&answer).await.code(), 54_005);
        assert_eq!(org.refresh(&tokens.field("refresh_token"), &[]).await.code(), 700_082);
        assert_eq!(org.send(ask()).await.status, 401);
    });
}

#[test]
fn a_code_lives_a_minute_and_belongs_to_its_request() {
    run(|org| async move {
        let answer = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let fresh = answer.sent("code").unwrap();
        let verifier = "a-verifier-of-somebody-else-that-is-long-enough-43";
        for (name, value, expect) in [
            ("code_verifier", verifier, 501_481),
            ("code_verifier", "", 900_144),
            ("redirect_uri", "http://localhost:5006", 50_011),
            ("redirect_uri", "", 50_011),
            ("client_id", WEB_APP, 70_002),
            ("code", "nonsense", 70_008),
        ] {
            let mut form = vec![
                ("grant_type", "authorization_code"),
                ("client_id", PHONE_APP),
                ("redirect_uri", "http://localhost:5005"),
                ("code", fresh.as_str()),
                ("code_verifier", VERIFIER),
            ];
            form.retain(|(known, _)| *known != name);
            form.push((name, value));
            assert_eq!(org.token(&form).await.code(), expect, "{name}={value}");
        }
        org.later(61);
        assert_eq!(org.redeem(&answer).await.code(), 70_008, "expired");
    });
}

#[test]
fn what_is_wrong_with_a_request_is_shown_until_the_redirect_is_known() {
    run(|org| async move {
        for (changed, text) in [
            (("redirect_uri", "https://evil.example/cb"), "AADSTS50011"),
            (("redirect_uri", "http://localhost.evil.example"), "AADSTS50011"),
            (("redirect_uri", "https://localhost:5005"), "AADSTS50011"),
            (("client_id", "nobody"), "AADSTS700016"),
            (("client_id", ""), "AADSTS900144"),
        ] {
            let answer = org.get(&authorize_url(&[changed])).await;
            assert!(shows(&answer, text) && answer.headers.get("location").is_none(), "{changed:?}: {}", answer.text);
        }
        for (changed, error) in [
            (("code_challenge", ""), "invalid_request"),
            (("code_challenge_method", "plain"), "invalid_request"),
            (("code_challenge_method", ""), "invalid_request"),
            (("code_challenge", "short"), "invalid_request"),
            (("response_type", "token"), "unsupported_response_type"),
            (("response_type", "id_token"), "unsupported_response_type"),
            (("response_type", "code id_token"), "unsupported_response_type"),
            (("scope", ""), "invalid_request"),
            (("scope", "api://a/x api://b/y"), "invalid_scope"),
            (("scope", "api://nobody/x"), "invalid_resource"),
            (("prompt", "none"), "login_required"),
            (("prompt", "create"), "invalid_request"),
            (("max_age", "soon"), "invalid_request"),
            (("request", "eyJhbGciOiJub25lIn0.e30."), "invalid_request_object"),
            (("request_uri", "https://evil.example/object"), "invalid_request"),
            (("prompt", "none login"), "invalid_request"),
            (("response_mode", "web_message"), "invalid_request"),
            (("resource", "api://nobody"), "invalid_target"),
            (("authorization_details", "[{\"type\":\"payment\"}]"), "invalid_authorization_details"),
            (("dpop_jkt", "short"), "invalid_request"),
            (("id_token_hint", "nonsense"), "invalid_request"),
            (("claims", "[]"), "invalid_request"),
        ] {
            let answer = org.get(&authorize_url(&[changed])).await;
            assert_eq!(answer.sent("error").as_deref(), Some(error), "{changed:?}");
            assert_eq!(answer.sent("state").as_deref(), Some("xyz state"));
            assert!(answer.sent("iss").is_some() && answer.sent("code").is_none());
        }
        let twice = format!("{}&client_id=x", authorize_url(&[]));
        assert!(shows(&org.get(&twice).await, "AADSTS9002313"));
    });
}

#[test]
fn nobody_learns_whether_a_name_exists() {
    run(|org| async move {
        let page = org.get(&authorize_url(&[])).await;
        let known = org.answer(&page, &[("loginfmt", UPN)]).await;
        org.forget_cookies();
        let page = org.get(&authorize_url(&[])).await;
        let unknown = org.answer(&page, &[("loginfmt", "eve@xyz.example")]).await;
        let plain = |answer: &Answer, name: &str| {
            let text = answer.text.replace(name, "NAME");
            let text = text.replace(&answer.input("flow"), "FLOW").replace(&answer.input("csrf"), "CSRF");
            // The challenge for passkeys is fresh on each page.
            let (before, rest) = text.split_once("challenge&#34;:&#34;").unwrap_or((&text, ""));
            let after = rest.split_once("&#34;").map_or("", |(_, after)| after);
            (answer.status, format!("{before}{after}"))
        };
        assert_eq!(plain(&known, UPN), plain(&unknown, "eve@xyz.example"));
        // Wrong passwords, up to and into the lock, read the same for both.
        let (mut one, mut other) = (known, unknown);
        for n in 0..12 {
            org.forget_cookies();
            one = org.sign_in_at(&authorize_url(&[]), UPN, &format!("wrong {n}")).await;
            org.forget_cookies();
            other = org.sign_in_at(&authorize_url(&[]), "eve@xyz.example", &format!("wrong {n}")).await;
            assert_eq!(plain(&one, UPN), plain(&other, "eve@xyz.example"), "try {n}");
        }
        assert!(one.text.contains("locked") && other.text.contains("locked"));
        let right = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert!(right.text.contains("locked"), "a lock holds against the right password too");
        org.later(61);
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 303);
        let rows = org.sign_ins().await;
        let codes: Vec<_> = rows.iter().filter_map(|row| row.record("status")?.int("errorCode")).collect();
        assert!(codes.contains(&50_126) && codes.contains(&50_053) && codes.contains(&0));
    });
}

#[test]
fn a_form_counts_only_from_the_browser_that_got_it_and_only_once() {
    run(|org| async move {
        let page = org.get(&authorize_url(&[("login_hint", UPN)])).await;
        assert!(page.text.contains("id=\"passwd\""));
        let (flow, csrf) = (page.input("flow"), page.input("csrf"));
        let login = format!("/{TENANT}/oauth2/v2.0/login");
        let secret = [("loginfmt", UPN), ("passwd", PASSWORD)];
        let with = |csrf: String, flow: String| {
            let mut form = vec![("flow".to_owned(), flow), ("csrf".to_owned(), csrf)];
            form.extend(secret.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())));
            form
        };
        for form in [
            with("x".to_owned(), flow.clone()),
            with(csrf.clone(), "x".to_owned()),
            secret.iter().map(|(n, v)| ((*n).to_owned(), (*v).to_owned())).collect(),
        ] {
            let pairs: Vec<(&str, &str)> = form.iter().map(|(n, v)| (n.as_str(), v.as_str())).collect();
            let answer = org.post(&login, &pairs).await;
            assert!(shows(&answer, "AADSTS50058"), "{}", answer.text);
            assert!(answer.headers.get("set-cookie").is_none());
        }
        let mine = org.cookie("__Host-castellan-browser").unwrap();
        org.forget_cookies();
        let theirs = org.answer(&page, &secret).await;
        assert!(shows(&theirs, "AADSTS50058"), "another browser's cookie");
        let form = form_urlencoded::Serializer::new(String::new()).extend_pairs(with(csrf, flow)).finish();
        let request = |body: &str| {
            http::Request::post(&login)
                .header("cookie", format!("__Host-castellan-browser={mine}"))
                .body(bytes::Bytes::from(body.to_owned()))
                .unwrap()
        };
        assert_eq!(org.send(request(&form)).await.status, 303);
        assert!(shows(&org.send(request(&form)).await, "AADSTS50058"), "once");
    });
}

#[test]
fn pages_and_cookies_are_closed_to_other_sites() {
    run(|org| async move {
        let page = org.get(&authorize_url(&[])).await;
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        for part in [
            "default-src 'none'",
            "frame-ancestors 'none'",
            "base-uri 'none'",
            "form-action 'self' http://localhost:5005",
        ] {
            assert!(policy.contains(part), "{policy}");
        }
        assert!(!policy.contains("unsafe") && policy.contains("script-src 'self';"));
        assert_eq!(page.headers["referrer-policy"], "no-referrer");
        assert!(
            page.text.matches("<script").count() == 1
                && page.text.contains("<script src=\"/oidc/passkey.js\" defer></script>")
                && page.text.contains("<html lang=\"en\" dir=\"ltr\">")
                && page.text.len() < 50_000
        );
        let cookie = page.headers["set-cookie"].to_str().unwrap();
        for part in ["__Host-", "; Path=/", "; Secure", "; HttpOnly", "; SameSite=Lax"] {
            assert!(cookie.contains(part), "{cookie}");
        }
        assert_eq!(org.get("/oidc/style.css").await.headers["content-type"], "text/css; charset=utf-8");
    });
}

#[test]
fn a_session_signs_on_everywhere_until_something_ends_it() {
    run(|org| async move {
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let again = org.get(&authorize_url(&[("prompt", "none")])).await;
        assert!(again.sent("code").is_some());
        let other = org.get(&authorize_url(&[("login_hint", "bob@xyz.example")])).await;
        assert!(shows(&other, "Sign in"), "another person is meant");
        for prompt in ["login", "select_account"] {
            assert!(shows(&org.get(&authorize_url(&[("prompt", prompt)])).await, "Sign in"));
        }
        org.later(600);
        assert!(org.get(&authorize_url(&[("max_age", "700")])).await.sent("code").is_some());
        assert!(shows(&org.get(&authorize_url(&[("max_age", "300")])).await, "Sign in"));
        org.change(signin::revoke(ADA, org.engine.now())).await;
        assert_eq!(
            org.get(&authorize_url(&[("prompt", "none")])).await.sent("error").as_deref(),
            Some("login_required")
        );
        org.later(2);
        let kept = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert!(!kept.headers["set-cookie"].to_str().unwrap().contains("Max-Age"), "a session cookie unless asked");
        org.later(25 * 3600);
        assert!(shows(&org.get(&authorize_url(&[])).await, "Sign in"), "idle for a day");
    });
}

#[test]
fn a_new_sign_in_gets_a_new_session_and_the_old_one_ends() {
    run(|org| async move {
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let old = org.cookie("__Host-castellan-session").unwrap();
        org.sign_in_at(&authorize_url(&[("prompt", "login")]), UPN, PASSWORD).await;
        assert_ne!(org.cookie("__Host-castellan-session").unwrap(), old);
        let with_old = http::Request::get(authorize_url(&[("prompt", "none")]))
            .header("cookie", format!("__Host-castellan-session={old}"))
            .body(bytes::Bytes::new())
            .unwrap();
        assert_eq!(org.send(with_old).await.sent("error").as_deref(), Some("login_required"));
    });
}

#[test]
fn a_pass_counts_as_two_factors_and_nothing_outlives_it() {
    run(|org| async move {
        let answer = org.sign_in_at(&authorize_url(&[]), UPN, PASS).await;
        let tokens = org.redeem(&answer).await;
        let claims = org.claims(&tokens.field("access_token"));
        assert_eq!(claims.texts("amr").collect::<Vec<_>>(), ["otp", "mfa"]);
        assert!(tokens.json()["expires_in"].as_i64().unwrap() <= 3600, "the pass lives an hour");
        let next = org.refresh(&tokens.field("refresh_token"), &[]).await;
        org.later(3601);
        assert_eq!(org.refresh(&next.field("refresh_token"), &[]).await.code(), 700_082);
        assert!(shows(&org.get(&authorize_url(&[])).await, "Sign in"), "the session is over too");
        org.forget_cookies();
        let expired = org.sign_in_at(&authorize_url(&[]), UPN, PASS).await;
        assert!(shows(&expired, "The user name or the password is wrong"));
    });
}

#[test]
fn a_one_time_pass_lets_in_once() {
    run(|org| async move {
        let pass = signin::pass_of(&org.engine.snapshot(), ADA).unwrap().id;
        org.change(vec![Change::set(pass, schema::authentication_method::IS_USABLE_ONCE, true)]).await;
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASS).await.status, 303);
        org.forget_cookies();
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASS).await.status, 400);
        let pass = org.engine.snapshot();
        let reason = signin::pass_of(&pass, ADA).unwrap().get(schema::authentication_method::METHOD_USABILITY_REASON);
        assert_eq!(reason, Some("OneTimeUsed"));
    });
}

#[test]
fn a_password_that_must_be_changed_is_changed_before_anything_else() {
    run(|org| async move {
        let profile = Record::new().with("forceChangePasswordNextSignIn", true);
        org.change(vec![Change::set(ADA, schema::user::PASSWORD_PROFILE, profile)]).await;
        let mut page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert!(shows(&page, "Choose a new password") && org.cookie("__Host-castellan-session").is_none());
        let new = "otter beside the weir";
        for (first, second, text) in [
            (new, "another", "differ"),
            ("short", "short", "fewer than 15"),
            ("passwordpassword", "passwordpassword", "guessed first"),
            ("Lovelace-forever", "Lovelace-forever", "your name"),
            (PASSWORD, PASSWORD, "the present one"),
        ] {
            page = org.answer(&page, &[("newpasswd", first), ("confirmpasswd", second)]).await;
            assert!(shows(&page, text), "{first}: {}", page.text);
        }
        let answer = org.answer(&page, &[("newpasswd", new), ("confirmpasswd", new)]).await;
        assert_eq!(org.redeem(&answer).await.status, 200);
        org.forget_cookies();
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 400, "the old one is gone");
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, new).await.status, 303);
    });
}

#[test]
fn a_disabled_or_deleted_person_is_refused_at_once() {
    run(|org| async move {
        let first = org.tokens().await;
        let again = org.get(&authorize_url(&[])).await;
        let second = org.redeem(&again).await;
        org.change(vec![Change::set(ADA, schema::ACCOUNT_ENABLED, false)]).await;
        assert_eq!(org.refresh(&first.field("refresh_token"), &[]).await.code(), 50_057);
        assert_eq!(
            org.get(&authorize_url(&[("prompt", "none")])).await.sent("error").as_deref(),
            Some("login_required")
        );
        org.forget_cookies();
        assert!(
            shows(&org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await, "disabled"),
            "told to who knows the password"
        );
        org.forget_cookies();
        assert!(!shows(&org.sign_in_at(&authorize_url(&[]), UPN, "guess").await, "disabled"), "and to nobody else");
        org.later(2);
        org.change(vec![Change::set(ADA, schema::ACCOUNT_ENABLED, true)]).await;
        assert_eq!(org.refresh(&second.field("refresh_token"), &[]).await.code(), 50_173, "old sessions stay ended");
        org.change(vec![Change::Delete { id: ADA }]).await;
        org.forget_cookies();
        assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 400);
    });
}

#[test]
fn policies_may_ask_for_more_or_say_no() {
    run(|org| async move {
        org.judge_by(|context| match context.mfa {
            Some(_) => Verdict { status: "success", ..Verdict::not_applied() },
            None => Verdict {
                outcome: Outcome::Interact {
                    needs: vec![signin::Need::Mfa],
                    code: 50_076,
                    reason: "`Orders needs MFA` asks for a second factor".to_owned(),
                    policies: Vec::new(),
                },
                status: "failure",
                ..Verdict::not_applied()
            },
        });
        let page = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert!(shows(&page, "asks for a second factor"), "{}", page.text);
        let answer = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASS)]).await;
        let tokens = org.redeem(&answer).await;
        let amr: Vec<String> = org.claims(&tokens.field("access_token")).texts("amr").map(str::to_owned).collect();
        assert_eq!(amr, ["pwd", "otp", "mfa"]);

        org.judge_by(|_| Verdict {
            outcome: Outcome::Denied {
                code: 53_003,
                reason: "access is blocked by a policy".to_owned(),
                policies: vec!["Block everything".to_owned()],
            },
            status: "failure",
            policies: vec![Record::new().with("displayName", "Block everything")],
            ..Verdict::not_applied()
        });
        let blocked = org.get(&authorize_url(&[])).await;
        assert!(shows(&blocked, "AADSTS53003") && blocked.text.contains("Block everything"));
        let silent = org.get(&authorize_url(&[("prompt", "none")])).await;
        assert_eq!(silent.sent("error").as_deref(), Some("interaction_required"));
        let refreshed = org.refresh(&tokens.field("refresh_token"), &[]).await;
        assert_eq!((refreshed.code(), refreshed.field("error").as_str()), (53_003, "interaction_required"));
        let rows = org.sign_ins().await;
        let denied = rows.iter().rev().find(|row| row.text("conditionalAccessStatus") == Some("failure")).unwrap();
        assert_eq!(
            denied.records("appliedConditionalAccessPolicies").next().unwrap().text("displayName"),
            Some("Block everything")
        );
    });
}

#[test]
fn a_person_consents_once_and_an_unknown_permission_is_named() {
    run(|org| async move {
        let url = |scope: &str| authorize_url(&[("client_id", WEB_APP), ("redirect_uri", REDIRECT), ("scope", scope)]);
        let page = org.sign_in_at(&url("openid offline_access User.Read"), UPN, PASSWORD).await;
        assert!(shows(&page, "User.Read for the organisation"), "{}", page.text);
        let declined = org.answer(&page, &[("decision", "cancel")]).await;
        assert_eq!(declined.sent("error").as_deref(), Some("access_denied"));
        assert_eq!(
            org.get(&format!("{}&prompt=none", url("User.Read"))).await.sent("error").as_deref(),
            Some("consent_required")
        );
        let page = org.get(&url("openid offline_access User.Read")).await;
        let accepted = org.answer(&page, &[("decision", "accept")]).await;
        let code = accepted.sent("code").unwrap();
        let mut form = vec![
            ("grant_type", "authorization_code"),
            ("client_id", WEB_APP),
            ("redirect_uri", REDIRECT),
            ("code", code.as_str()),
            ("code_verifier", VERIFIER),
        ];
        assert_eq!(org.token(&form).await.code(), 7_000_218, "a web application has to prove itself");
        form.push(("client_secret", SECRET));
        let tokens = org.token(&form).await;
        assert_eq!(org.claims(&tokens.field("access_token")).text("scp"), Some("User.Read openid"));
        assert!(org.get(&url("User.Read")).await.sent("code").is_some(), "once");
        assert!(shows(&org.get(&url("Nobody.Knows")).await, "Nobody.Knows"));
        let refresh = tokens.field("refresh_token");
        let confidential =
            org.token(&[("grant_type", "refresh_token"), ("client_id", WEB_APP), ("refresh_token", &refresh)]).await;
        assert_eq!(confidential.code(), 7_000_218);
    });
}

#[test]
fn the_answer_travels_as_the_client_wishes() {
    run(|org| async move {
        org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        let fragment = org.get(&authorize_url(&[("response_mode", "fragment")])).await;
        assert!(fragment.location().starts_with("http://localhost:5005#code="));
        let page = org.get(&authorize_url(&[("response_mode", "form_post")])).await;
        assert!(
            shows(&page, "action=\"http://localhost:5005\"")
                && page.input("code").len() > 40
                && page.input("state") == "xyz state"
        );
        assert!(
            page.headers["content-security-policy"]
                .to_str()
                .unwrap()
                .ends_with("form-action 'self' http://localhost:5005")
        );
    });
}

#[test]
fn capabilities_of_the_client_reach_the_token() {
    run(|org| async move {
        let claims = r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#;
        let answer = org.sign_in_at(&authorize_url(&[("claims", claims)]), UPN, PASSWORD).await;
        let tokens = org.redeem(&answer).await;
        assert_eq!(org.claims(&tokens.field("access_token")).texts("xms_cc").collect::<Vec<_>>(), ["cp1"]);
    });
}

#[test]
fn altered_requests_never_break_the_reader() {
    run(|org| async move {
        let good = authorize_url(&[("claims", r#"{"access_token":{"xms_cc":{"values":["cp1"]}}}"#)]);
        let start = good.find('?').unwrap() + 1;
        let mut state = 0x2545_f491_4f6c_dd1d_u64;
        for round in 0..3_000_usize {
            let mut bytes = good.clone().into_bytes();
            for _ in 0..=(round % 4) {
                state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                let at = start + (state >> 33) as usize % (bytes.len() - start);
                bytes[at] = b'!' + ((state >> 17) % 94) as u8;
            }
            let Ok(uri) = String::from_utf8(bytes).unwrap().parse::<http::Uri>() else { continue };
            let request = http::Request::get(uri).body(bytes::Bytes::new()).unwrap();
            let answer = org.send(request).await;
            assert!(answer.status.as_u16() < 500, "{} {}", answer.status, answer.text);
        }
        assert_eq!(CHALLENGE.len(), 43);
    });
}

#[test]
fn a_device_that_vouches_for_the_browser_is_seen_by_policies_and_stands_in_the_token() {
    run(|org| async move {
        let device = directory::Id::from_u128(0xde);
        let attributes = vec![
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (schema::device::DEVICE_ID.id, "00000000-0000-4000-8000-0000000000df".into()),
            (schema::DISPLAY_NAME.id, "adas-laptop".into()),
            (schema::OPERATING_SYSTEM.id, "Linux".into()),
            (schema::device::OPERATING_SYSTEM_VERSION.id, "24.04".into()),
        ];
        org.change(vec![Change::Create { id: device, kind: schema::device::DEVICE.id(), attributes }]).await;
        let session = Record::new().with("device", device);
        let tickets = org.engine.tickets();
        let ends = org.engine.now().plus_days(1);
        assert!(tickets.put(signin::DEVICE_SESSIONS, &keys::sha256(b"proof"), Some(device), ends, &session).unwrap());
        org.judge_by(|context| match context.device {
            Some(_) => Verdict::not_applied(),
            None => Verdict {
                outcome: Outcome::Denied {
                    code: 53_000,
                    reason: "the device is not compliant".to_owned(),
                    policies: Vec::new(),
                },
                status: "failure",
                ..Verdict::not_applied()
            },
        });
        let without = org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
        assert!(shows(&without, "AADSTS53000"), "{}", without.text);
        let cookie = format!("__Host-castellan-session={}", org.cookie("__Host-castellan-session").unwrap());
        let on = |proof: &str| {
            let request =
                http::Request::get(authorize_url(&[])).header("cookie", &cookie).header("castellan-device", proof);
            request.body(bytes::Bytes::new()).unwrap()
        };
        assert!(shows(&org.send(on("another")).await, "AADSTS53000"));
        let with = org.send(on("proof")).await;
        let tokens = org.redeem(&with).await;
        let claims = org.claims(&tokens.field("access_token"));
        assert_eq!(claims.text("deviceid"), Some("00000000-0000-4000-8000-0000000000df"));
        org.change(vec![Change::set(device, schema::ACCOUNT_ENABLED, false)]).await;
        assert!(shows(&org.send(on("proof")).await, "AADSTS53000"), "a disabled device vouches for nobody");
    });
}

#[test]
fn pages_speak_the_language_that_was_asked_for_to_the_end() {
    run(|org| async move {
        let get = |url: String, accept: &'static str| {
            let request = http::Request::get(url).header("accept-language", accept);
            org.send(request.body(bytes::Bytes::new()).unwrap())
        };
        let page = get(authorize_url(&[]), "ar, en;q=0.5").await;
        assert!(page.text.contains("<html lang=\"ar\" dir=\"rtl\">") && page.text.contains("تسجيل الدخول"));
        let page = get(authorize_url(&[("ui_locales", "de-CH")]), "fr").await;
        assert!(page.text.contains("<html lang=\"de\" dir=\"ltr\">"), "the client's wish comes first: {}", page.text);
        // The form leads on in the same language, whatever the browser prefers.
        let action = format!("/{TENANT}/oauth2/v2.0/login?ui_locales=de");
        assert!(page.text.contains(&format!("action=\"{action}\"")), "{}", page.text);
        let (flow, csrf) = (page.input("flow"), page.input("csrf"));
        let wrong = [("flow", flow.as_str()), ("csrf", &csrf), ("loginfmt", UPN), ("passwd", "not this one")];
        let refused = org.post(&action, &wrong).await;
        assert!(refused.text.contains("Der Benutzername oder das Kennwort ist falsch."), "{}", refused.text);
        // Even before it is known which organisation is meant, a person gets a page, and a program does not.
        let unknown = get("/nobody.example/oauth2/v2.0/authorize?client_id=x".to_owned(), "fr").await;
        assert!(unknown.text.contains("<html lang=\"fr\"") && unknown.text.contains("AADSTS90002"), "{}", unknown.text);
        assert_eq!(get("/nobody.example/openid/userinfo".to_owned(), "fr").await.code(), 90_002);
        // An error explains itself in words, and keeps the English reason for whoever looks into it.
        let error = get(authorize_url(&[("client_id", "00000000-0000-4000-8000-0000000000ff")]), "de").await;
        for part in
            ["Sie können nicht angemeldet werden", "AADSTS700016", "was not found in the directory", "lang=\"en\""]
        {
            assert!(error.text.contains(part), "{part}: {}", error.text);
        }
    });
}
