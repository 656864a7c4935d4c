//! A device joins or is registered by its person, and leaves by itself.

use std::time::Duration;

use bytes::Bytes;
use devices::join::{About, Join as Asked, Ownership};
use directory::{Actor, Caller};
use engine::{PeerCertificates, Submission};
use http::{Request, Response, StatusCode};
use keys::{CertError, DeviceJoin, PublicKey};
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT};
use schema::{ACCOUNT_ENABLED, USER_PRINCIPAL_NAME};
use serde_json::{Value, json};

use crate::Join;
use crate::given::{self, Given};
use crate::local_administrators::membership_changes;
use crate::person::{Person, address, correlation};
use crate::problem::{Answer, Problem, json as answer};

/// How long a certificate is good: ten years, as clients expect, who never renew it. A device that is disabled or gone is nobody's,
/// however long its certificate lasts.
pub(crate) const CERTIFICATE_LIFE: Duration = Duration::from_secs(keys::DEVICE_DAYS_MAX.unsigned_abs() * 86_400);
/// The versions of the interface; they differ in which kinds of keys clients bring.
const API_VERSIONS: [&str; 3] = ["1.0", "2.0", "3.0"];

impl Join {
    /// `POST /EnrollmentServer/device/`
    pub(crate) async fn join(&self, request: &Request<Bytes>) -> Answer {
        known_version(request)?;
        let person = self.person(request)?;
        let body = given::read(request.body())?;
        let asked = Given::of(&body)?;
        let (join_type, ownership) = match asked.int("JoinType") {
            Some(0) => (0, Ownership::Company),
            Some(4) => (4, Ownership::Personal),
            Some(6) => {
                return Err(Problem::bad("a computer of the organisation's own directory puts its own id (`PUT`)"));
            }
            Some(_) => return Err(Problem::bad("`JoinType` must be 0 (joined) or 4 (registered)")),
            None => return Err(Problem::bad("`JoinType` is missing")),
        };
        let csr = certificate_request(asked)?;
        let transport_key = transport_key(asked)?;
        let join = Asked {
            user: person.user,
            key_thumbprint: keys::requested_public_key(&csr)?.thumbprint(),
            transport_key: Some(Value::Object(transport_key.to_jwk()).to_string()),
            ownership,
            about: About {
                name: asked.shown("DeviceDisplayName"),
                operating_system: asked.shown("DeviceType"),
                operating_system_version: asked.shown("OSVersion"),
                ..About::default()
            },
        };
        let operation = match ownership {
            Ownership::Company => "Join device",
            Ownership::Personal => "Register device",
        };
        let submission =
            Submission::proven(&person.caller, operation, move |now, call| devices::join::join(now, call, &join));
        let done = person.engine.submit(submission).await?;
        let record = done.answer.as_ref().and_then(|answer| answer.as_record()).expect("a join answers a record");
        let device_id = record.guid("deviceId").expect("a join answers the device's id");
        let joined = DeviceJoin { user: Some(person.user), join_type };
        let (tenant, now) = (person.engine.tenant(), person.engine.now());
        let certificate = self.inner.keys.issue_device(tenant, &csr, device_id, &joined, now, CERTIFICATE_LIFE)?;
        Ok(joined_answer(&person, &certificate))
    }

    /// `DELETE /EnrollmentServer/device/{id}`, over a connection that was opened with the device's certificate.
    pub(crate) async fn leave(&self, request: &Request<Bytes>, id: &str) -> Answer {
        known_version(request)?;
        let shown = request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own);
        let shown = shown.ok_or_else(|| Problem::certificate("none was shown"))?;
        let clock = self.inner.tenants.all().first().map(engine::Engine::now).unwrap_or_default();
        let certificate = self.inner.keys.verify_device(shown, clock).map_err(|why| match why {
            CertError::Fault(fault) => fault.into(),
            why => Problem::certificate(why),
        })?;
        if directory::id_from_text(id) != Some(certificate.device) {
            return Err(Problem::certificate("it is another device's"));
        }
        let engine = self.inner.tenants.get(certificate.tenant);
        let engine = engine.ok_or_else(|| Problem::certificate("its organisation is not here"))?;
        let now = engine.snapshot();
        let device = now.find_by(&DEVICE, DEVICE_ID, certificate.device.to_string().as_str());
        let device = device.ok_or_else(Problem::missing_device)?;
        if device.get(KEY_THUMBPRINT) != Some(certificate.public_key.thumbprint().as_str()) {
            return Err(Problem::certificate("its key is not the one that the device was registered with"));
        }
        if !device.is(ACCOUNT_ENABLED) {
            return Err(Problem::certificate("the device is disabled"));
        }
        let device = device.id;
        let caller = Caller {
            actor: Actor::Device(device),
            address: address(request),
            correlation: correlation(request),
            ..Caller::system(engine.tenant())
        };
        let submission = Submission::proven(&caller, "Remove device", move |now, _| devices::end::leave(now, device));
        engine.submit(submission).await?;
        engine.tickets().revoke(device)?;
        Ok(answer(StatusCode::OK, &json!({})))
    }
}

fn joined_answer(person: &Person, certificate: &keys::DeviceCertificate) -> Response<engine::Body> {
    let now = person.engine.snapshot();
    let upn = now.find(person.user).and_then(|user| user.get(USER_PRINCIPAL_NAME));
    let body = json!({
        "Certificate": {
            "Thumbprint": certificate.thumbprint(),
            "RawBody": keys::base64url::encode_plain(&certificate.der),
        },
        "User": { "Upn": upn },
        "MembershipChanges": membership_changes(&now, person.user),
    });
    answer(StatusCode::OK, &body)
}

/// The interface version that the request wants, where it says one.
pub(crate) fn known_version(request: &Request<Bytes>) -> Result<(), Problem> {
    let query = request.uri().query().unwrap_or_default();
    let mut pairs = form_urlencoded::parse(query.as_bytes());
    let version = pairs.find(|(name, _)| name.eq_ignore_ascii_case("api-version"));
    match version {
        Some((_, version)) if !API_VERSIONS.contains(&version.as_ref()) => {
            Err(Problem::bad(format!("`api-version` must be one of `{}`", API_VERSIONS.join("`, `"))))
        }
        _ => Ok(()),
    }
}

pub(crate) fn certificate_request(asked: Given<'_>) -> Result<Vec<u8>, Problem> {
    let request = asked.object("CertificateRequest").ok_or_else(|| Problem::bad("`CertificateRequest` is missing"))?;
    match request.text("Type") {
        Some(kind) if !kind.eq_ignore_ascii_case("pkcs10") => Err(Problem::bad("`Type` must be `pkcs10`")),
        _ => request.bytes("Data"),
    }
}

pub(crate) fn transport_key(asked: Given<'_>) -> Result<PublicKey, Problem> {
    let key = PublicKey::from_registered(&asked.bytes("TransportKey")?)?;
    match key.blob_id() {
        Some(_) => Ok(key),
        None => Err(Problem::bad("the transport key must be an RSA key")),
    }
}
