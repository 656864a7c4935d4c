//! Single sign-on: a primary refresh token beside an authorization request, as a header of the broker's own request or as a cookie
//! that it gives to a browser on its device (MS-OAPXBC §3.1.5.1.4).
//!
//! What is shown counts for the one request that shows it, and is read once.

use directory::Id;
use http::HeaderName;
use keys::SessionRequest;
use signin::Evidence;

use super::{is_near, redeem, take_nonce};
use crate::error::Problem;
use crate::request::Desk;

const TOKEN: HeaderName = HeaderName::from_static("x-ms-refreshtokencredential");
const DEVICE: HeaderName = HeaderName::from_static("x-ms-devicecredential");
/// As brokers name the cookie.
const COOKIE: &str = "x-ms-RefreshTokenCredential";
/// Without a nonce a credential is good for so long after it was signed: a browser's broker makes it before anybody asks.
const UNASKED_SECONDS: i64 = 300;

/// A device with its person.
#[derive(Debug)]
pub(crate) struct Shown {
    pub device: Id,
    pub evidence: Evidence,
    /// The broker itself asks, over a connection of its own: what is answered goes to nobody else.
    pub by_header: bool,
}

/// Whether the request brings a credential of its own accord, whatever it is worth.
pub(crate) fn is_brought(desk: &Desk<'_>) -> bool {
    desk.request.headers.contains_key(TOKEN)
}

/// What is shown beside the request, if it holds. A header that does not is an error; a cookie that does not is as none, and the
/// person signs in.
pub(crate) async fn read<'d>(desk: &'d Desk<'_>) -> Result<Option<&'d Shown>, Problem> {
    if let Some(known) = desk.request.shown.get() {
        return Ok(known.as_ref());
    }
    let header = desk.request.header(&TOKEN);
    let shown = match (header, desk.request.cookie(COOKIE)) {
        (Some(token), _) => Some(verified(desk, token, true).await?),
        (None, Some(cookie)) => verified(desk, cookie, false).await.ok(),
        (None, None) => None,
    };
    Ok(desk.request.shown.get_or_init(|| shown).as_ref())
}

async fn verified(desk: &Desk<'_>, token: &str, by_header: bool) -> Result<Shown, Problem> {
    let refused = |why: &str| Problem::new(super::INVALID, format!("the single sign-on credential is refused: {why}"));
    let request = SessionRequest::read(token).map_err(|why| refused(&why.to_string()))?;
    let prt = redeem::open(desk, &request)?;
    let nonce = request.text("request_nonce");
    if let Some(device) = desk.request.header(&DEVICE) {
        let proved = super::device_request::read(desk, device)?;
        if proved.device.id != prt.device || proved.claims.text("request_nonce") != nonce {
            return Err(refused("the device beside it is another one"));
        }
    }
    match (nonce, request.int("iat")) {
        (Some(nonce), _) => take_nonce(desk, Some(nonce))?,
        (None, Some(at)) if is_near(desk, at, UNASKED_SECONDS) => {}
        (None, _) => return Err(refused("it is too old; sign a new one")),
    }
    let evidence = crate::risk::at_refresh(desk, &prt.evidence).await?;
    Ok(Shown { device: prt.device, evidence, by_header })
}
