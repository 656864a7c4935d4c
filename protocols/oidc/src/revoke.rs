//! Revocation (RFC 7009): a client gives back a token that it does not need any more.

use engine::Body;
use http::{Response, StatusCode};
use keys::Expect;

use crate::error::Problem;
use crate::issue::ACCESS_TYP;
use crate::request::Desk;
use crate::{answer, client_auth, token};

pub(crate) fn revoke(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let proven = client_auth::client(desk)?;
    let given = desk.request.form.need("token")?;
    let client = proven.client.app_id();
    token::revoke_refresh_token(desk, given, client)?;
    let expect = Expect { typ: &[ACCESS_TYP], iss: Some(&desk.issuer), ..Expect::at(desk.at) };
    if let Ok(claims) = desk.oidc.keys.verify_own(desk.tenant, given, &expect)
        && claims.text("azp") == Some(client)
        && let (Some(uti), Some(ends)) = (claims.text("uti").and_then(directory::id_from_text), claims.time("exp"))
    {
        bearer::take_back(&desk.engine.tickets(), uti, ends).map_err(|_| Problem::fault())?;
    }
    // The same answer for a token that is not there (§2.2).
    Ok(answer::json_text(StatusCode::OK, "{}"))
}
