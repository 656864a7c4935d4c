//! The token endpoint: one grant, one file.

mod client_credentials;

use engine::Body;
use http::Response;

use crate::error::Problem;
use crate::request::Desk;

/// Answer `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn token(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    match desk.request.form.need("grant_type")? {
        "client_credentials" => client_credentials::answer(desk).await,
        other => {
            let shown: String = other.chars().take(80).collect();
            Err(Problem::new(70_003, format!("the grant type `{}` is not supported", shown.escape_debug())))
        }
    }
}
