//! Introspection (RFC 7662): a resource that can keep a secret asks whether a token that it was given still counts.

use directory::Record;
use engine::Body;
use http::{Response, StatusCode};
use schema::application::IDENTIFIER_URIS;
use schema::service_principal::SERVICE_PRINCIPAL_NAMES;

use crate::error::Problem;
use crate::request::Desk;
use crate::{answer, client_auth, userinfo};

pub(crate) fn introspect(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let proven = client_auth::client(desk)?;
    proven.need_proof()?;
    let token = desk.request.form.need("token")?;
    // Only tokens meant for the one who asks: others are none of its business (§4).
    let mut audiences = vec![proven.client.app_id()];
    audiences.extend(proven.client.app.and_then(|app| app.get(IDENTIFIER_URIS)).unwrap_or_default());
    audiences.extend(proven.client.principal.get(SERVICE_PRINCIPAL_NAMES).unwrap_or_default());
    let Some(claims) = userinfo::living(desk, token, &audiences) else {
        return Ok(answer::json(StatusCode::OK, &Record::new().with("active", false)));
    };
    let mut body = serde_json::Map::new();
    body.insert("active".to_owned(), true.into());
    body.extend(claims.all().iter().map(|(name, value)| (name.clone(), value.clone())));
    body.insert("token_type".to_owned(), "Bearer".into());
    for (name, from) in [("client_id", "azp"), ("scope", "scp"), ("username", "upn")] {
        if let Some(value) = claims.get(from) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    Ok(answer::json_text(StatusCode::OK, serde_json::Value::Object(body).to_string()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{ADA, API_APP, PHONE_APP, SECRET, UPN, WEB_APP, run};
    use directory::{Change, Id, Record};
    use engine::testing::TENANT;

    #[test]
    fn a_resource_learns_of_its_own_tokens_and_of_no_others() {
        run(|org| async move {
            let hash = org.keys.hash_secret(TENANT, signin::CLIENT_SECRET, "the-secret-of-the-api").unwrap();
            let now = org.engine.snapshot();
            let credential = Record::new().with("keyId", Id::from_u128(0x99));
            org.change(signin::add_secret(now.find(Id::from_u128(0x25)).unwrap(), credential, &hash)).await;
            let tokens = org.tokens().await;
            let for_graph = tokens.field("access_token");
            let for_api = org.refresh(&tokens.field("refresh_token"), &[("scope", "api://orders/Orders.Read")]).await;
            let for_api = for_api.field("access_token");
            let path = format!("/{TENANT}/oauth2/v2.0/introspect");
            let api = [("client_id", API_APP), ("client_secret", "the-secret-of-the-api")];
            let ask = |who: [(&'static str, &'static str); 2], token: String| {
                let (org, path) = (&org, &path);
                async move { org.post(path, &[who[0], who[1], ("token", token.as_str())]).await }
            };
            let active = ask(api, for_api.clone()).await.json();
            assert_eq!((active["active"].as_bool(), active["client_id"].as_str()), (Some(true), Some(PHONE_APP)));
            assert_eq!((active["username"].as_str(), active["scope"].as_str()), (Some(UPN), Some("Orders.Read")));
            for token in [for_graph, "nonsense".to_owned(), tokens.field("refresh_token")] {
                assert_eq!(ask(api, token).await.text, r#"{"active":false}"#);
            }
            let web = [("client_id", WEB_APP), ("client_secret", SECRET)];
            assert_eq!(ask(web, for_api.clone()).await.text, r#"{"active":false}"#);
            let nobody = [("client_id", PHONE_APP), ("scope", "x")];
            assert_eq!(ask(nobody, for_api.clone()).await.code(), 7_000_218);
            org.later(2);
            org.change(vec![Change::set(ADA, schema::ACCOUNT_ENABLED, false)]).await;
            assert_eq!(ask(api, for_api).await.text, r#"{"active":false}"#);
        });
    }
}
