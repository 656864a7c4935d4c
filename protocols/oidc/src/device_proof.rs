//! On which device a browser or program runs, as far as the device itself says so.
//!
//! The agent on a device opens sessions with the device's key, and gives their token to browsers on it, which send it as
//! `Castellan-Device`; a broker shows its primary refresh token (`prt::credential`). It counts for the one request that brings it: a session begun on a device proves nothing elsewhere.

use directory::Id;
use schema::ACCOUNT_ENABLED;
use schema::device::DEVICE;
use signin::Evidence;

use crate::error::Problem;
use crate::request::Desk;

const HEADER: http::HeaderName = http::HeaderName::from_static("castellan-device");
/// A token is some 80 characters.
const TOKEN_MAX: usize = 256;

/// The device that vouches for the request, if one does that is known and enabled. A token that has ended is no error: the
/// policies will say what is missing.
pub(crate) fn device(desk: &Desk<'_>) -> Result<Option<Id>, Problem> {
    if let Some(Some(shown)) = desk.request.shown.get() {
        return Ok(Some(shown.device));
    }
    let Some(token) = desk.request.header(&HEADER).filter(|token| token.len() <= TOKEN_MAX) else { return Ok(None) };
    let kept = desk.engine.tickets().get(signin::DEVICE_SESSIONS, &keys::sha256(token.as_bytes()));
    let kept = kept.map_err(|_| Problem::fault())?;
    let device = kept.and_then(|session| session.guid("device")).and_then(|id| desk.now.find_a(&DEVICE, id));
    Ok(device.filter(|device| device.get(ACCOUNT_ENABLED) != Some(false)).map(|device| device.id))
}

/// Whether the device of a session shows itself in this request. Of two questions about one request, the answer is the same.
pub(crate) fn is_shown(desk: &Desk<'_>, evidence: &Evidence) -> bool {
    evidence.device.is_some_and(|known| matches!(device(desk), Ok(Some(shown)) if shown == known))
}
