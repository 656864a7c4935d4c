//! The device behind a session token, as it stands now: a device that was disabled or deleted has no session any more.

use bytes::Bytes;
use directory::{Actor, Caller, Id, Object, Snapshot};
use engine::{Engine, Fault};
use http::Request;
use schema::ACCOUNT_ENABLED;
use schema::device::DEVICE;

use crate::AgentProtocol;
use crate::person::{address, bearer, correlation};
use crate::problem::Problem;

/// Where sessions are kept, by the hash of their token; revoked together by their device's id. Sign-in looks here too.
pub(crate) const SESSIONS: &str = signin::DEVICE_SESSIONS;

/// A device with a good session, and the directory in which it was found.
pub(crate) struct DeviceSession {
    pub(crate) engine: Engine,
    pub(crate) now: Snapshot,
    pub(crate) id: Id,
    pub(crate) caller: Caller,
    pub(crate) token: [u8; 32],
}

impl DeviceSession {
    pub(crate) fn device(&self) -> &Object {
        self.now.find(self.id).expect("the device was found in this snapshot")
    }

    pub(crate) fn managed(&self) -> Option<&Object> {
        devices::managed_of(&self.now, self.device())
    }

    /// Look at the directory again.
    pub(crate) fn refresh(&mut self) -> Result<(), Problem> {
        let now = self.engine.snapshot();
        if !is_enabled(&now, self.id) {
            return Err(Problem::token());
        }
        self.now = now;
        Ok(())
    }
}

impl AgentProtocol {
    pub(crate) fn device(&self, request: &Request<Bytes>) -> Result<DeviceSession, Problem> {
        let token = bearer(request).ok_or_else(Problem::token)?;
        let tenant = token.split_once('.').and_then(|(tenant, _)| directory::id_from_text(tenant));
        let engine = tenant.and_then(|tenant| self.inner.tenants.get(tenant)).ok_or_else(Problem::token)?;
        let token = keys::sha256(token.as_bytes());
        let id = find(&engine, &token)?.ok_or_else(Problem::token)?;
        let now = engine.snapshot();
        if !is_enabled(&now, id) {
            return Err(Problem::token());
        }
        let caller = Caller {
            tenant: engine.tenant(),
            actor: Actor::Device(id),
            client: None,
            scopes: Vec::new(),
            roles: Vec::new(),
            address: address(request),
            strong: true,
            correlation: correlation(request),
        };
        Ok(DeviceSession { engine, now, id, caller, token })
    }
}

/// The device of a living session.
pub(crate) fn find(engine: &Engine, token: &[u8; 32]) -> Result<Option<Id>, Fault> {
    Ok(engine.tickets().get(SESSIONS, token)?.and_then(|body| body.guid("device")))
}

pub(crate) fn is_enabled(now: &Snapshot, device: Id) -> bool {
    now.find_a(&DEVICE, device).is_some_and(|device| device.is(ACCOUNT_ENABLED))
}
