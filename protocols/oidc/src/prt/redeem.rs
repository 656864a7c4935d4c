//! A primary refresh token is used: for one more, or for tokens of a program on the device. The answer is encrypted to the session
//! key, so that it is worth nothing anywhere else.

use engine::Body;
use http::header::CONTENT_TYPE;
use http::{HeaderValue, Response, StatusCode};
use keys::{KeyDerivation, SessionRequest};
use schema::device::KEY_THUMBPRINT;
use schema::device_registration_policy::{DEVICE_REGISTRATION_POLICY, REQUIRES_PAYLOAD_BOUND_KEYS};
use signin::{Client, ClientAppType, ClientProof, Event, Evidence, RedirectKind, Scopes};

use super::credential::Shown;
use super::{AZA, Prt, invalid, is_over, living_device, log, take_nonce};
use crate::error::{NOT_ALLOWED, Problem};
use crate::issue::{self, Asking, Person};
use crate::request::Desk;
use crate::token::{self, Family, Grant};
use crate::{answer, json, risk};

/// Words of `scope` that speak of the token itself.
const OWN_WORDS: [&str; 2] = [AZA, "ugs"];

/// Answer a request that a session key signed.
pub(super) async fn answer(desk: &Desk<'_>, request: &SessionRequest) -> Result<Response<Body>, Problem> {
    if request.text("grant_type") != Some("refresh_token") {
        return Err(Problem::new(70_003, "the grant type in the request is not supported"));
    }
    let prt = open(desk, request)?;
    take_nonce(desk, request.text("request_nonce"))?;
    let evidence = risk::at_refresh(desk, &prt.evidence).await?;
    let prt = Prt { evidence, ..prt };
    let client_id = request.text("client_id").ok_or_else(|| Problem::missing("client_id"))?;
    let client = Client::find(&desk.now, client_id)?;
    let scope = request.text("scope").unwrap_or("openid");
    let body = if scope.split_ascii_whitespace().any(|word| word == AZA) && signin::is_broker(client_id) {
        log(desk, Event::NonInteractiveUser, &client, &prt.evidence).await?;
        prt.give(desk, &client, None)?
    } else {
        let _ =
            desk.request.shown.set(Some(Shown { device: prt.device, evidence: prt.evidence.clone(), by_header: true }));
        tokens(desk, &client, &prt.evidence, request, scope).await?
    };
    let mut answer = answer::json_text(StatusCode::OK, prt.key.encrypted(json::print(&body).as_bytes())?);
    answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/jose"));
    Ok(answer)
}

/// The token of a request that its session key signed, whose device and person are still there.
pub(super) fn open(desk: &Desk<'_>, request: &SessionRequest) -> Result<Prt, Problem> {
    let prt = Prt::find(desk, request.text("refresh_token").ok_or_else(invalid)?)?;
    let policy = desk.now.all(&DEVICE_REGISTRATION_POLICY).next();
    if request.derivation() == KeyDerivation::V1 && policy.is_some_and(|policy| policy.is(REQUIRES_PAYLOAD_BOUND_KEYS))
    {
        let why = "the organisation wants requests signed with a key that is derived from what they say (`kdf_ver` 2)";
        return Err(Problem::new(50_155, why));
    }
    request.verify(&prt.key).map_err(|_| invalid())?;
    if is_over(desk, request.int("exp").map(directory::Time::from_unix)) {
        return Err(Problem::new(50_027, "the request has expired; sign a new one"));
    }
    // A machine that was set up anew has another key: what its past held is worth nothing any more.
    if living_device(desk, prt.device)?.get(KEY_THUMBPRINT) != Some(prt.device_key.as_str()) {
        return Err(invalid());
    }
    signin::living_user(&desk.now, &prt.evidence)?;
    Ok(prt)
}

/// Tokens for a program on the device, as its broker asks for them.
async fn tokens(
    desk: &Desk<'_>,
    client: &Client<'_>,
    evidence: &Evidence,
    request: &SessionRequest,
    scope: &str,
) -> Result<directory::Record, Problem> {
    let is_of_a_program = match request.text("redirect_uri") {
        Some(uri) => client.redirect(uri) == Some(RedirectKind::PublicClient),
        None => client.is_public(),
    };
    if !is_of_a_program {
        return Err(Problem::new(NOT_ALLOWED, "the broker may not ask for tokens of this application"));
    }
    let words: Vec<&str> = scope.split_ascii_whitespace().filter(|word| !OWN_WORDS.contains(word)).collect();
    let scope = words.join(" ");
    let resources: Vec<String> = request.text("resource").map(str::to_owned).into_iter().collect();
    let scopes = match resources.is_empty() {
        true => Scopes::parse(&scope)?,
        false => Scopes::parse_for(&scope, &resources)?.into_iter().next().unwrap_or_default(),
    };
    let person = Person {
        client,
        proof: ClientProof::None,
        scopes: &scopes,
        asking: Asking::default(),
        evidence,
        nonce: None,
        capabilities: &[],
        client_app_type: ClientAppType::MobileAppsAndDesktopClients,
        flow: None,
        confirmation: None,
    };
    let (outcome, verdict) = issue::person(desk, &person);
    let how = (Event::NonInteractiveUser, "refreshTokenGrant", person.client_app_type);
    token::log(desk, how, client, evidence, verdict.as_ref(), &outcome).await?;
    let mut issued = outcome?;
    // The endpoint of the first version gives a refresh token to whoever can use one.
    if scopes.offline_access || !desk.request.is_v2() {
        let family = Family {
            id: keys::random_uuid(),
            began: desk.at,
            client: client.app_id().to_owned(),
            is_confidential: false,
            is_spa: false,
            evidence: evidence.clone(),
            grant: Grant { scope: format!("{scope} offline_access"), resources, ..Grant::default() },
            confirmation: None,
        };
        issued.body.set("refresh_token", token::issue_refresh_token(desk, &family)?.expose());
    }
    Ok(issued.body)
}
