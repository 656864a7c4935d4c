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
