//! `client_credentials`: a workload as itself (RFC 6749 §4.4). The busiest path: no tree of JSON is built, and the
//! sign-in log is written behind.

use directory::Id;
use engine::Body;
use http::{Response, StatusCode};
use signin::{
    ClientAppType, ClientRules, Denial, Event, Mint, Resource, Scopes, SignIn, Subject, TokenPlan, Verdict, plan_app,
};

use crate::binding;
use crate::client_auth::Proven;
use crate::context::{self, Question};
use crate::error::{BAD_TARGET, Problem};
use crate::request::Desk;
use crate::{answer, authorization_details, issue};

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let proven = match super::client(desk, "client_credentials").and_then(|proven| proven.need_proof().map(|()| proven))
    {
        Ok(proven) => proven,
        Err(problem) => return refuse(desk, problem).await,
    };
    let client = &proven.client;
    let scopes = scopes(desk)?;
    if !scopes.default {
        return Err(Problem::new(1_002_012, "the scope of client credentials is the resource followed by `/.default`"));
    }
    let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    let rules = ClientRules::of(client);
    let confirmation = binding::of(desk, client, &rules)?;
    let details = desk.request.form.get("authorization_details");
    let details = details.map(|text| authorization_details::judged(text, &rules, &resource)).transpose()?;
    let details = details.as_deref().map(authorization_details::value);
    let verdict = context::ask(
        desk,
        &Question {
            subject: Subject::ServicePrincipal(client.principal.id),
            client,
            resource: &resource,
            scopes: &scopes,
            client_app_type: ClientAppType::Other,
            evidence: None,
            flow: None,
        },
    );
    let mint = Mint { details: details.as_ref(), ..issue::mint(desk) };
    let planned = match context::denial(&verdict) {
        Some(denial) => Err(denial),
        None => plan_app(&mint, client, &resource, proven.proof, confirmation.as_ref()),
    };
    log(desk, &proven, &resource, &verdict, planned.as_ref().err(), mint.token).await?;
    let TokenPlan { access, expires_in, .. } = planned?;
    let token = issue::sign(desk, issue::access_algorithm(&resource), &access)?;
    match details {
        None => Ok(issue::alone(&token, expires_in, confirmation.as_ref())),
        Some(details) => {
            let body = issue::body(&token, expires_in, confirmation.as_ref()).with("authorization_details", details);
            Ok(answer::json(StatusCode::OK, &body))
        }
    }
}

/// The scope, or the resource by itself (RFC 8707 §2), which means all of it.
fn scopes(desk: &Desk<'_>) -> Result<Scopes, Problem> {
    let form = &desk.request.form;
    let mut named = form.all("resource");
    match (named.next(), named.next()) {
        (None, _) => Ok(Scopes::parse(form.need("scope")?)?),
        (Some(_), Some(_)) => Err(Problem::new(BAD_TARGET, "a token is for one `resource`; ask for each by itself")),
        (Some(resource), None) => {
            let all = Scopes::parse_for(form.get("scope").unwrap_or_default(), &[resource.to_owned()])?;
            Ok(all.into_iter().next().unwrap_or_default())
        }
    }
}

async fn log(
    desk: &Desk<'_>,
    proven: &Proven<'_>,
    resource: &Resource<'_>,
    verdict: &Verdict,
    denial: Option<&Denial>,
    token: Id,
) -> Result<(), Problem> {
    let row = SignIn {
        client: Some(&proven.client),
        resource: Some(resource),
        verdict: Some(verdict),
        denial,
        token: denial.is_none().then_some(token),
        ..issue::sign_in(desk, Event::ServicePrincipal, "clientCredentials", ClientAppType::Other)
    };
    desk.oidc.journal.write_behind(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await
}

/// A client that could not prove itself is written down too, when it is one that is known here.
async fn refuse(desk: &Desk<'_>, problem: Problem) -> Result<Response<Body>, Problem> {
    let client_id = desk.request.form.get("client_id").unwrap_or_default();
    if let Ok(client) = signin::Client::find(&desk.now, client_id) {
        let denial = Denial::new(problem.code, problem.reason.clone());
        let row = SignIn {
            client: Some(&client),
            denial: Some(&denial),
            ..issue::sign_in(desk, Event::ServicePrincipal, "clientCredentials", ClientAppType::Other)
        };
        desk.oidc.journal.write_behind(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await?;
    }
    Err(problem)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{HOME, Org, SECRET, START, WEB_APP, WEB_PRINCIPAL, client_keys, run};
    use directory::Change;
    use engine::testing::TENANT;
    use keys::Algorithm;
    use serde_json::json;

    use crate::signer::{Signer, post_with, tagged};

    const DEFAULT: &str = "https://graph.microsoft.com/.default";

    fn form<'a>(secret: &'a str, scope: &'a str) -> Vec<(&'a str, &'a str)> {
        vec![("grant_type", "client_credentials"), ("client_id", WEB_APP), ("client_secret", secret), ("scope", scope)]
    }

    #[test]
    fn a_secret_buys_a_token_with_the_roles_that_were_assigned() {
        run(|org| async move {
            for scope in [DEFAULT, "https://id.xyz.example/.default", "https://id.xyz.example:8443/.default"] {
                let answer = org.token(&form(SECRET, scope)).await;
                assert_eq!(answer.status, 200, "{}", answer.text);
                let claims = org.claims(&answer.field("access_token"));
                assert_eq!(claims.text("aud"), Some(HOME));
                assert_eq!(claims.text("iss"), Some(format!("{HOME}/{TENANT}/v2.0").as_str()));
                assert_eq!(claims.text("idtyp"), Some("app"));
                assert_eq!(claims.text("oid"), Some(WEB_PRINCIPAL.to_string().as_str()));
                assert_eq!(claims.text("azpacr"), Some("1"));
                assert_eq!(claims.texts("roles").collect::<Vec<_>>(), ["User.Read.All"]);
                assert_eq!(claims.header().typ.as_deref(), Some("at+jwt"));
                assert_eq!(claims.header().alg, Algorithm::Es256);
                let lifetime = answer.json()["expires_in"].as_i64().unwrap();
                assert!((3600..5400).contains(&lifetime));
            }
            let rows = org.sign_ins().await;
            assert_eq!(rows[0].text("appId"), Some(WEB_APP));
            assert_eq!(rows[0].record("status").unwrap().int("errorCode"), Some(0));
            assert!(!format!("{rows:?}").contains(SECRET), "no secret in the log");
        });
    }

    #[test]
    fn what_is_wrong_is_answered_with_its_number() {
        run(|org| async move {
            for (form, status, code) in [
                (form("wrong", DEFAULT), 401, 7_000_215),
                (form(SECRET, "api://nobody/.default"), 400, 500_011),
                (form(SECRET, "User.Read"), 400, 1_002_012),
                (form(SECRET, "openid"), 400, 1_002_012),
                (
                    vec![("grant_type", "client_credentials"), ("client_id", WEB_APP), ("scope", DEFAULT)],
                    401,
                    7_000_218,
                ),
                (
                    vec![("grant_type", "client_credentials"), ("client_id", "nobody"), ("client_secret", "x")],
                    400,
                    700_016,
                ),
                (vec![("grant_type", "client_credentials")], 400, 900_144),
                (vec![], 400, 900_144),
                (vec![("grant_type", "password"), ("username", "ada"), ("password", "x")], 400, 70_003),
            ] {
                let answer = org.token(&form).await;
                assert_eq!((answer.status.as_u16(), answer.code()), (status, code), "{form:?}: {}", answer.text);
                assert!(answer.field("error_description").starts_with(&format!("AADSTS{code}: ")));
            }
            let elsewhere = org.post("/other.example/oauth2/v2.0/token", &form(SECRET, DEFAULT)).await;
            assert_eq!(elsewhere.code(), 90_002);
        });
    }

    #[test]
    fn an_expired_secret_and_a_disabled_client_get_nothing() {
        run(|org| async move {
            let disabled = Change::set(WEB_PRINCIPAL, schema::ACCOUNT_ENABLED, false);
            org.change(vec![disabled]).await;
            assert_eq!(org.token(&form(SECRET, DEFAULT)).await.code(), 7_000_112);
            org.change(vec![Change::set(WEB_PRINCIPAL, schema::ACCOUNT_ENABLED, true)]).await;
            org.clock.set(START.plus_days(366));
            assert_eq!(org.token(&form(SECRET, DEFAULT)).await.code(), 7_000_222);
        });
    }

    fn assertion(org: &Org, jti: &str, edit: impl Fn(&mut serde_json::Value)) -> String {
        let now = org.engine.now().unix();
        let aud = format!("{HOME}/{TENANT}/oauth2/v2.0/token");
        let mut claims =
            json!({"iss": WEB_APP, "sub": WEB_APP, "aud": aud, "jti": jti, "nbf": now, "iat": now, "exp": now + 300});
        edit(&mut claims);
        client_keys().mint(TENANT, Algorithm::Es256, "JWT", &claims).unwrap()
    }

    async fn with_assertion(org: &Org, assertion: &str) -> crate::fixture::Answer {
        org.token(&[
            ("grant_type", "client_credentials"),
            ("client_id", WEB_APP),
            ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
            ("client_assertion", assertion),
            ("scope", DEFAULT),
        ])
        .await
    }

    #[test]
    fn an_assertion_signed_with_a_registered_key_counts_once() {
        run(|org| async move {
            let good = assertion(&org, "one", |_| ());
            let answer = with_assertion(&org, &good).await;
            assert_eq!(org.claims(&answer.field("access_token")).text("azpacr"), Some("2"));
            let again = with_assertion(&org, &good).await;
            assert_eq!((again.status.as_u16(), again.code()), (401, 700_027), "a replayed jti");
            let issuer = assertion(&org, "two", |claims| claims["aud"] = json!(format!("{HOME}/{TENANT}/v2.0")));
            assert_eq!(with_assertion(&org, &issuer).await.status, 200);
        });
    }

    #[test]
    fn assertions_with_skewed_clocks_other_audiences_or_no_algorithm_are_refused() {
        run(|org| async move {
            let now = org.engine.now().unix();
            type Edit = Box<dyn Fn(&mut serde_json::Value)>;
            let edits: Vec<(&str, bool, Edit)> = vec![
                ("a clock 30 s ahead", true, Box::new(move |c| c["nbf"] = json!(now + 30))),
                ("a clock 5 min ahead", false, Box::new(move |c| c["nbf"] = json!(now + 300))),
                ("expired", false, Box::new(move |c| c["exp"] = json!(now - 120))),
                ("good for a day", false, Box::new(move |c| c["exp"] = json!(now + 86_400))),
                ("no end", false, Box::new(|c| drop(c.as_object_mut().unwrap().remove("exp")))),
                ("no jti", false, Box::new(|c| drop(c.as_object_mut().unwrap().remove("jti")))),
                ("another audience", false, Box::new(|c| c["aud"] = json!("https://elsewhere.example"))),
                ("a list of audiences", false, Box::new(|c| c["aud"] = json!([c["aud"].clone()]))),
                ("another issuer", false, Box::new(|c| c["iss"] = json!("somebody"))),
                ("another subject", false, Box::new(|c| c["sub"] = json!("somebody"))),
            ];
            for (name, expect, edit) in edits {
                let answer = with_assertion(&org, &assertion(&org, name, edit)).await;
                assert_eq!(answer.status == 200, expect, "{name}: {}", answer.text);
                assert!(expect || answer.code() == 700_027, "{name}");
            }
            let good = assertion(&org, "unsigned", |_| ());
            let payload = good.split('.').nth(1).unwrap();
            let none = format!("{}.{payload}.", keys::base64url::encode(r#"{"alg":"none","typ":"JWT"}"#));
            assert_eq!(with_assertion(&org, &none).await.code(), 700_027, "alg=none");
            let foreign = org.keys.mint(TENANT, Algorithm::Es256, "JWT", &json!({"iss": WEB_APP})).unwrap();
            assert_eq!(with_assertion(&org, &foreign).await.code(), 700_027, "somebody else's key");
        });
    }

    #[test]
    fn a_client_of_the_fapi_profile_names_the_issuer_alone_and_for_five_minutes() {
        run(|org| async move {
            let own = Signer::new();
            org.change(vec![tagged(0x21, &["security_profile:fapi2"]), own.registered(0x21)]).await;
            let token = format!("/{TENANT}/oauth2/v2.0/token");
            let (issuer, endpoint) = (format!("{HOME}/{TENANT}/v2.0"), format!("{HOME}{token}"));
            for (audience, seconds, expect) in
                [(&issuer, 60, true), (&issuer, 300, true), (&issuer, 500, false), (&endpoint, 60, false)]
            {
                let claims = json!({
                    "iss": WEB_APP, "sub": WEB_APP, "aud": audience, "jti": keys::random_uuid().to_string(),
                    "exp": org.engine.now().unix() + seconds,
                });
                let assertion = own.sign(&json!({"alg": "EdDSA"}), &claims);
                let form = [
                    ("grant_type", "client_credentials"),
                    ("client_id", WEB_APP),
                    ("scope", DEFAULT),
                    ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"),
                    ("client_assertion", assertion.as_str()),
                ];
                let answer = post_with(&org, &token, &form, &own.proof(&org, "POST", &token, |_| ())).await;
                assert_eq!(answer.status == 200, expect, "{audience} {seconds}: {}", answer.text);
                assert!(expect || answer.code() == 700_027, "{}", answer.text);
            }
        });
    }
}
