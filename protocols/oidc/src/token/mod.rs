//! The token endpoint: one grant, one file.

mod authorization_code;
mod client_credentials;
mod device_code;
mod grant;
pub(crate) mod handed_on;
mod on_behalf_of;
mod refresh_token;
mod token_exchange;

use engine::Body;
use http::Response;
use signin::{Client, ClientRules, Evidence};

use crate::client_auth::{self, Proven};
use crate::error::{NOT_ALLOWED, Problem};
use crate::issue;
use crate::prt;
use crate::request::Desk;
use signin::{ClientAppType, Denial, Event, SignIn, Verdict};

pub(crate) use grant::Grant;
pub(crate) use refresh_token::Family;
pub(crate) use refresh_token::evidence_of as refresh_token_evidence;
pub(crate) use refresh_token::issue as issue_refresh_token;
pub(crate) use refresh_token::revoke as revoke_refresh_token;

/// `device_code` as RFC 8628 §3.4 names it; the short name is what older clients of Entra send.
pub(crate) const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";

/// `jwt-bearer` of RFC 7523 §2.1.
pub(crate) const JWT_BEARER: &str = "urn:ietf:params:oauth:grant-type:jwt-bearer";
/// MS-OAPXBC §3.1.5.1.1: a nonce for a request that is signed.
pub(crate) const SRV_CHALLENGE: &str = "srv_challenge";
/// RFC 8693 §2.1.
const TOKEN_EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";

/// Answer `POST /{tenant}/oauth2/v2.0/token`.
pub(crate) async fn token(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    match desk.request.form.need("grant_type")? {
        "client_credentials" => client_credentials::answer(desk).await,
        "authorization_code" => authorization_code::answer(desk).await,
        "refresh_token" => refresh_token::answer(desk).await,
        DEVICE_CODE | "device_code" => device_code::answer(desk).await,
        SRV_CHALLENGE => prt::nonce(desk),
        JWT_BEARER => match desk.request.form.get("request") {
            Some(request) => prt::answer(desk, request).await,
            None => on_behalf_of::answer(desk).await,
        },
        TOKEN_EXCHANGE => token_exchange::answer(desk).await,
        other => {
            let shown: String = other.chars().take(80).collect();
            Err(Problem::new(70_003, format!("the grant type `{}` is not supported", shown.escape_debug())))
        }
    }
}

/// The client of a token request, if it may use this grant.
pub(crate) fn client<'a>(desk: &'a Desk<'_>, grant_type: &str) -> Result<Proven<'a>, Problem> {
    let proven = client_auth::client(desk)?;
    let rules = ClientRules::of(&proven.client);
    if !rules.allows_grant(grant_type) {
        return Err(Problem::new(NOT_ALLOWED, format!("the application may not use the grant type `{grant_type}`")));
    }
    // FAPI 2.0 Security Profile §5.3.2.1: confidential clients only.
    if rules.is_fapi {
        proven.need_proof()?;
    }
    Ok(proven)
}

/// Write down that tokens were given to somebody, or why not.
pub(crate) async fn log(
    desk: &Desk<'_>,
    (event, protocol, client_app_type): (Event, &'static str, ClientAppType),
    client: &Client<'_>,
    evidence: &Evidence,
    verdict: Option<&Verdict>,
    outcome: &Result<issue::Issued, Problem>,
) -> Result<(), Problem> {
    let denial = outcome.as_ref().err().map(|problem| Denial::new(problem.code, problem.reason.clone()));
    let row = SignIn {
        client: Some(client),
        user: desk.now.find(evidence.user),
        evidence: Some(evidence),
        verdict,
        denial: denial.as_ref(),
        token: outcome.as_ref().ok().map(|issued| issued.token),
        ..issue::sign_in(desk, event, protocol, client_app_type)
    };
    desk.oidc.journal.write_behind(&desk.engine, row.subject(), row.to_record(&desk.now, desk.tenant)).await
}
