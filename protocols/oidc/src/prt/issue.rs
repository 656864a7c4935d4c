//! A primary refresh token for a person who proves who they are on a device: by a password, by what was proved to the broker a
//! moment ago, or by a key that a PIN opens.

use engine::Body;
use http::{Response, StatusCode};
use keys::{Claims, PublicKey, SessionKey};
use schema::device::{KEY_THUMBPRINT, TRANSPORT_KEY};
use signin::{Client, ClientAppType, Denial, Event, Evidence};

use super::{Prt, device_request, hello, log, take_nonce};
use crate::error::Problem;
use crate::prove::{self, Proof, Wanted};
use crate::request::Desk;
use crate::token::{JWT_BEARER, refresh_token_evidence};
use crate::{answer, risk};

/// Answer a request that a device signed.
pub(super) async fn answer(desk: &Desk<'_>, token: &str) -> Result<Response<Body>, Problem> {
    let asked = device_request::read(desk, token)?;
    let client = broker(desk, &asked.claims)?;
    let wrapped_to = asked.device.get(TRANSPORT_KEY).and_then(|key| PublicKey::from_registered(key.as_bytes()).ok());
    let wrapped_to = wrapped_to
        .ok_or_else(|| Problem::new(50_155, "the device was registered without a transport key; join it again"))?;
    take_nonce(desk, asked.claims.text("request_nonce"))?;
    let need = |name: &'static str| asked.claims.text(name).ok_or_else(|| Problem::missing(name));
    let (evidence, event) = match need("grant_type")? {
        "password" => (by_password(desk, &client, need("username")?, need("password")?).await?, Event::InteractiveUser),
        "refresh_token" => (refresh_token_evidence(desk, need("refresh_token")?).await?, Event::NonInteractiveUser),
        JWT_BEARER => {
            let (name, assertion) = (need("username")?, need("assertion")?);
            (hello::prove(desk, asked.device.id, name, assertion).await?, Event::InteractiveUser)
        }
        _ => return Err(Problem::new(70_003, "the grant type in the request is not supported")),
    };
    let (evidence, now) = match event {
        Event::InteractiveUser => risk::assess(desk, evidence).await?,
        Event::NonInteractiveUser | Event::ServicePrincipal => (evidence, desk.now.clone()),
    };
    let desk = &desk.at_snapshot(now);
    let evidence = Evidence { device: Some(asked.device.id), ..evidence };
    signin::living_user(&desk.now, &evidence)?;
    let key = SessionKey::fresh();
    let wrapped = key.wrapped_to(&wrapped_to)?;
    let device_key = asked.device.get(KEY_THUMBPRINT).unwrap_or_default().to_owned();
    let prt = Prt { device: asked.device.id, device_key, evidence, key };
    let body = prt.give(desk, &client, Some(wrapped))?;
    log(desk, event, &client, &prt.evidence).await?;
    Ok(answer::json(StatusCode::OK, &body))
}

/// The broker that asks: nobody else gets primary refresh tokens.
fn broker<'a>(desk: &'a Desk<'_>, claims: &Claims) -> Result<Client<'a>, Problem> {
    let id = claims.text("client_id").ok_or_else(|| Problem::missing("client_id"))?;
    if !signin::is_broker(id) {
        return Err(Problem::new(700_016, "the application is no broker, so it gets no primary refresh token"));
    }
    Ok(Client::find(&desk.now, id)?)
}

async fn by_password(desk: &Desk<'_>, client: &Client<'_>, name: &str, password: &str) -> Result<Evidence, Problem> {
    let app_type = ClientAppType::MobileAppsAndDesktopClients;
    let wanted = Wanted { client_id: Some(client.app_id()), app_type, protocol: "ropc" };
    let evidence = match prove::prove(desk, wanted, name.trim(), password, None).await? {
        Proof::Given(evidence) => evidence,
        Proof::Refused(denial) => return Err(denial.into()),
    };
    if desk.now.find(evidence.user).is_some_and(signin::must_change) {
        return Err(
            Denial::new(50_055, "the password has to be changed; sign in at the organisation's page first").into()
        );
    }
    Ok(evidence)
}
