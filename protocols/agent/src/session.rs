//! `session`: an assertion signed with the device's key becomes a session token.

use std::time::Duration;

use agent_wire::limits::{ASSERTION_SECONDS, SMALL_BODY_BYTES_MAX};
use agent_wire::{ASSERTION_TYPE, ErrorCode, SESSION_PATH, SessionAnswer, SessionRequest};
use bytes::Bytes;
use devices::proof::{Unproven, proven};
use directory::Record;
use http::{Request, StatusCode};
use keys::{Algorithm, CertError, Expect, JwtError, Secret};

use crate::AgentProtocol;
use crate::device::SESSIONS;
use crate::problem::{Answer, Problem, json, read};

/// How many sessions a device has at a time; one more ends the others.
const SESSIONS_MAX: usize = 16;
/// How long a session token is good.
pub(crate) const SESSION_LIFE: Duration = Duration::from_secs(3_600);

impl AgentProtocol {
    pub(crate) fn session(&self, request: &Request<Bytes>) -> Answer {
        let asked: SessionRequest = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let said = keys::peek(&asked.assertion).map_err(Problem::assertion)?;
        if said.header().alg != Algorithm::Es256 {
            return Err(Problem::assertion("its algorithm is not ES256"));
        }
        let [leaf] = said.header().x5c.as_slice() else {
            return Err(Problem::assertion("its header must carry one certificate in `x5c`"));
        };
        let now = self.minting()?.now();
        let certificate = self.inner.keys.verify_device(leaf, now).map_err(|why| match why {
            CertError::Fault(fault) => fault.into(),
            why => Problem::assertion(why),
        })?;
        let engine = self.inner.tenants.get(certificate.tenant);
        let engine = engine.ok_or_else(|| Problem::assertion("its certificate is of another organisation"))?;
        let device_id = certificate.device.to_string();
        let audience = format!("{}{SESSION_PATH}", self.inner.settings.public_url);
        let expect = Expect {
            typ: &[ASSERTION_TYPE],
            iss: Some(&device_id),
            sub: Some(&device_id),
            aud: &[&audience],
            lifetime_seconds_max: Some(ASSERTION_SECONDS),
            ..Expect::at(now)
        };
        let key = std::slice::from_ref(&certificate.public_key);
        let claims = keys::verify_assertion(key, &asked.assertion, &expect).map_err(|why| match why {
            JwtError::Fault(fault) => fault.into(),
            why => Problem::assertion(why),
        })?;
        let (Some(issued), Some(expires)) = (claims.time("iat"), claims.time("exp")) else {
            return Err(Problem::assertion("it must say `iat` and `exp`"));
        };
        if expires <= now || expires.unix() - issued.unix() > ASSERTION_SECONDS {
            return Err(Problem::assertion("it has expired or is good for too long"));
        }
        self.take_nonce(&engine, claims.text("nonce").unwrap_or_default())?;

        let snapshot = engine.snapshot();
        let device = proven(&snapshot, &device_id, &certificate.public_key.thumbprint()).map_err(|why| match why {
            Unproven::Unknown => {
                let message = "the organisation does not know this device any more; join again";
                Problem::new(ErrorCode::DeviceUnknown, message)
            }
            Unproven::OtherKey => Problem::assertion("its key is not the one that the device was registered with"),
            Unproven::Disabled => {
                Problem::new(ErrorCode::DeviceDisabled, "the device is disabled; ask an administrator")
            }
        })?;
        let open = engine.tickets().entries(SESSIONS, device.id, SESSIONS_MAX)?;
        if open.len() >= SESSIONS_MAX {
            // Only these: what else the device holds, as the sign-in of its person, is none of the agent's.
            for (session, _) in open {
                engine.tickets().take(SESSIONS, &session)?;
            }
        }
        let token = format!("{}.{}", engine.tenant().simple(), Secret::opaque().expose());
        let body = Record::new().with("device", device.id);
        let expires = now + SESSION_LIFE;
        engine.tickets().put(SESSIONS, &keys::sha256(token.as_bytes()), Some(device.id), expires, &body)?;
        let answer =
            SessionAnswer { access_token: token, token_type: "Bearer".to_owned(), expires_in: SESSION_LIFE.as_secs() };
        Ok(json(StatusCode::OK, &answer))
    }
}
