//! A request that a device signed with the key of its certificate: which device it is, and what it says.

use directory::Object;
use keys::{CertError, Claims};
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT};

use crate::error::Problem;
use crate::request::Desk;

/// A device that did not prove itself (`DeviceAuthenticationFailed`).
const NOT_PROVED: u32 = 50_155;

/// A device's own request. Its nonce is still to be taken.
pub(crate) struct DeviceRequest<'a> {
    pub claims: Claims,
    pub device: &'a Object,
}

/// Read a request, and find the device that signed it: known here, enabled, with this very key.
pub(crate) fn read<'a>(desk: &'a Desk<'_>, token: &str) -> Result<DeviceRequest<'a>, Problem> {
    let refused =
        |why: &dyn std::fmt::Display| Problem::new(NOT_PROVED, format!("the device did not prove itself: {why}"));
    let said = keys::peek(token).map_err(|why| refused(&why))?;
    let leaf = said.header().x5c.first().ok_or_else(|| refused(&"its request carries no certificate"))?;
    let certificate = desk.oidc.keys.verify_device(leaf, desk.at).map_err(|why| match why {
        CertError::Fault(_) => Problem::fault(),
        why => refused(&why),
    })?;
    if certificate.tenant != desk.tenant {
        return Err(refused(&"its certificate is of another organisation"));
    }
    let claims = keys::verify_request(&certificate.public_key, token).map_err(|why| refused(&why))?;
    let device = desk.now.find_by(&DEVICE, DEVICE_ID, certificate.device.to_string().as_str());
    let device =
        device.ok_or_else(|| Problem::new(700_003, "the device is not known to the organisation; join it again"))?;
    if device.get(KEY_THUMBPRINT) != Some(certificate.public_key.thumbprint().as_str()) {
        return Err(refused(&"its key is not the one that it was registered with"));
    }
    let device = super::living_device(desk, device.id)?;
    Ok(DeviceRequest { claims, device })
}
