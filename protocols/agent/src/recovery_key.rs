//! `recovery-keys`: the key of a device's disk, sealed before anything else is done with it.

use agent_wire::limits::SMALL_BODY_BYTES_MAX;
use agent_wire::{RecoveryKey, Volume};
use bytes::Bytes;
use devices::recovery_key::{Escrow, escrow, purpose};
use engine::Submission;
use http::{Request, Response, StatusCode};

use crate::AgentProtocol;
use crate::problem::{Answer, Problem, read};

impl AgentProtocol {
    pub(crate) async fn recovery_key(&self, request: &Request<Bytes>) -> Answer {
        let session = self.device(request)?;
        let said: RecoveryKey = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        said.within_limits()?;
        if said.id.is_empty() || said.key.is_empty() {
            return Err(Problem::bad("`id` and `key` must not be empty"));
        }
        let (id, tenant) = (keys::random_uuid(), session.engine.tenant());
        let sealed = self.inner.keys.seal(tenant, &purpose(id), said.key.as_bytes())?;
        let volume = match said.volume {
            Volume::OperatingSystemVolume => "operatingSystemVolume",
            Volume::FixedDataVolume => "fixedDataVolume",
        };
        let (device, new) = (session.id, Escrow { id, made: said.id, volume, sealed });
        let keep = Submission::proven(&session.caller, "Escrow recovery key", move |now, call| {
            escrow(now, call, device, &new)
        });
        session.engine.submit(keep).await?;
        Ok(nothing())
    }
}

/// 204.
pub(crate) fn nothing() -> Response<engine::Body> {
    let mut response = Response::new(engine::full(Bytes::new()));
    *response.status_mut() = StatusCode::NO_CONTENT;
    response
}
