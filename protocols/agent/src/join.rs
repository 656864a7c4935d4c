//! `join` and `renew`: a certificate request becomes a device's certificate.

use std::time::Duration;

use agent_wire::limits::SMALL_BODY_BYTES_MAX;
use agent_wire::{ErrorCode, JoinAnswer, JoinRequest, JoinType, RenewAnswer, RenewRequest, WAKE_PATH};
use bytes::Bytes;
use devices::join::{About, Join, Ownership};
use directory::{Id, RefusalKind, TenantId, Time, Value};
use engine::{Engine, Failure, Submission};
use http::{Request, StatusCode};
use keys::{Algorithm, DeviceCertificate, DeviceJoin};
use schema::device::{DEVICE_ID, KEY_THUMBPRINT};

use crate::AgentProtocol;
use crate::problem::{Answer, Problem, json, read};
use crate::unattended::join_token;

/// How long a certificate is good; the agent renews it in its last 60 days.
const CERTIFICATE_LIFE: Duration = Duration::from_secs(365 * 86_400);
/// What Linux devices call themselves in Graph.
const LINUX: &str = "Linux";

impl AgentProtocol {
    pub(crate) async fn join(&self, request: &Request<Bytes>) -> Answer {
        if let Some(token) = join_token(request) {
            return self.join_unattended(request, token).await;
        }
        let person = self.person(request)?;
        let asked: JoinRequest = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        asked.within_limits()?;
        let key = p256_key(&asked.csr)?;
        let (csr, join_type) = (asked.csr.clone(), asked.join_type);
        let join = Join {
            user: person.user,
            key_thumbprint: key.thumbprint(),
            transport_key: None,
            ownership: match asked.join_type {
                JoinType::Join => Ownership::Company,
                JoinType::Register => Ownership::Personal,
            },
            about: about(asked),
        };
        let ownership = join.ownership;
        let operation = match ownership {
            Ownership::Company => "Join device",
            Ownership::Personal => "Register device",
        };
        let submission =
            Submission::proven(&person.caller, operation, move |now, call| devices::join::join(now, call, &join));
        let done = person.engine.submit(submission).await.map_err(refused)?;
        self.joined(&person.engine, &csr, done.answer.as_ref(), Some(person.user), join_type)
    }

    /// The answer to a join that was decided.
    pub(crate) fn joined(
        &self,
        engine: &Engine,
        csr: &str,
        answer: Option<&Value>,
        user: Option<Id>,
        join_type: JoinType,
    ) -> Answer {
        let answer = answer.and_then(Value::as_record).expect("a join answers a record");
        let device_id = answer.guid("deviceId").expect("a join answers the device's id");
        let join_type = match join_type {
            JoinType::Join => 0,
            JoinType::Register => 4,
        };
        let (tenant, joined) = (engine.tenant(), DeviceJoin { user, join_type });
        let (certificate, authority) = self.certify(tenant, csr, device_id, joined, engine.now())?;
        let answer = JoinAnswer {
            device_id: device_id.to_string(),
            tenant_id: tenant.to_string(),
            certificate: certificate.pem(),
            certificate_authority: authority,
            managed_device_id: answer.guid("managedDevice").map(|id| id.to_string()),
            push_url: format!("{}{WAKE_PATH}", self.inner.settings.public_url),
        };
        Ok(json(StatusCode::CREATED, &answer))
    }

    pub(crate) fn renew(&self, request: &Request<Bytes>) -> Answer {
        let session = self.device(request)?;
        let asked: RenewRequest = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let key = p256_key(&asked.csr)?;
        let device = session.device();
        if device.get(KEY_THUMBPRINT) != Some(key.thumbprint().as_str()) {
            return Err(Problem::bad("the request is made with another key than the device's; join again with it"));
        }
        let device_id = device.get(DEVICE_ID).and_then(directory::id_from_text).ok_or_else(Problem::token)?;
        let user = session.now.linked(device.id, schema::device::REGISTERED_OWNERS).map(|owner| owner.id);
        let is_personal = device.get(schema::device::DEVICE_OWNERSHIP) == Some("Personal");
        let joined = DeviceJoin { user, join_type: if is_personal { 4 } else { 0 } };
        let tenant = session.engine.tenant();
        let (certificate, authority) = self.certify(tenant, &asked.csr, device_id, joined, session.engine.now())?;
        let answer = RenewAnswer { certificate: certificate.pem(), certificate_authority: authority };
        Ok(json(StatusCode::OK, &answer))
    }

    fn certify(
        &self,
        tenant: TenantId,
        request: &str,
        device: Id,
        join: DeviceJoin,
        now: Time,
    ) -> Result<(DeviceCertificate, String), Problem> {
        let keys = &self.inner.keys;
        let certificate = keys.issue_device(tenant, request.as_bytes(), device, &join, now, CERTIFICATE_LIFE)?;
        Ok((certificate, keys.device_authority_pem(tenant)?))
    }
}

/// What a device says about itself.
pub(crate) fn about(asked: JoinRequest) -> About {
    About {
        name: asked.device_name,
        operating_system: if asked.operating_system.eq_ignore_ascii_case(LINUX) {
            LINUX.to_owned()
        } else {
            asked.operating_system
        },
        operating_system_version: asked.operating_system_version,
        manufacturer: asked.manufacturer,
        model: asked.model,
        serial_number: asked.serial_number,
    }
}

/// A join that was refused, in the codes of this protocol.
pub(crate) fn refused(failure: Failure) -> Problem {
    let refusal = match failure {
        Failure::Refused(refusal) => refusal,
        Failure::Fault(fault) => return fault.into(),
    };
    let code = match refusal.kind {
        RefusalKind::Denied => ErrorCode::JoinRefused,
        RefusalKind::Limit => ErrorCode::DeviceLimitReached,
        RefusalKind::Conflict => ErrorCode::KeyInUse,
        RefusalKind::Invalid | RefusalKind::NotFound | RefusalKind::State | RefusalKind::Precondition => {
            ErrorCode::BadRequest
        }
    };
    Problem::new(code, refusal.message)
}

/// The key of a request that proves its possession; only P-256 is spoken here.
pub(crate) fn p256_key(request: &str) -> Result<keys::PublicKey, Problem> {
    let key = keys::requested_public_key(request.as_bytes())?;
    if key.can(Algorithm::Es256) { Ok(key) } else { Err(Problem::bad("the key must be EC P-256")) }
}
