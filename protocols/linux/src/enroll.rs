//! `enroll`: a certificate request of a person's device becomes a managed device and its certificate.
//!
//! The certificate names the managed device, not the directory's: it opens nothing that a joined device's opens.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use devices::enrol::Enrolment;
use devices::join::About;
use directory::Record;
use engine::Submission;
use http::{Request, StatusCode};
use keys::DeviceJoin;

use crate::problem::{Answer, Problem, json, read};
use crate::wire::{Certificate, Enroll, Enrolled, SMALL_BODY_BYTES_MAX, cut};
use crate::{ENROLLMENT_APP_ID, LinuxProtocol};

/// How long a certificate is good, and how many days before its end a client gets another.
const CERTIFICATE_LIFE: Duration = Duration::from_secs(365 * 86_400);
const RENEW_DAYS: u32 = 181;
/// What Linux devices call themselves in Graph.
const LINUX: &str = "Linux";
/// Registered, as the certificate says it of a device that a person enrolled.
const REGISTERED: u8 = 4;

impl LinuxProtocol {
    pub(crate) async fn enroll(&self, request: &Request<Bytes>) -> Answer {
        let person = self.person(request, ENROLLMENT_APP_ID)?;
        let asked: Enroll = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let csr = request_of(&asked.certificate_signing_request)?;
        let key = keys::requested_public_key(&csr)?;
        let name = cut(&asked.device_name);
        if name.is_empty() {
            return Err(Problem::bad("`DeviceName` must not be empty"));
        }
        let now = person.engine.now();
        let enrolment = Enrolment {
            user: person.user,
            device_id: person.device_id.clone(),
            key_thumbprint: key.thumbprint(),
            about: About { name, operating_system: LINUX.to_owned(), ..About::default() },
            certified_until: now + CERTIFICATE_LIFE,
        };
        let submission = Submission::proven(&person.caller, "Enrol device", move |now, call| {
            devices::enrol::enrol_asked(now, call, &enrolment)
        });
        let done = person.engine.submit(submission).await?;
        let managed = done.answer.as_ref().and_then(|answer| answer.as_record()).and_then(managed_of);
        let managed = managed.expect("an enrolment answers the managed device");
        let joined = DeviceJoin { user: Some(person.user), join_type: REGISTERED };
        let tenant = person.engine.tenant();
        let certificate = self.inner.keys.issue_device(tenant, &csr, managed, &joined, now, CERTIFICATE_LIFE)?;
        person.engine.settled().await;
        let answer = Enrolled {
            device_id: managed.to_string(),
            certificate: Certificate { thumbprint: certificate.thumbprint(), cert_blob: certificate.der },
            renew_period: RENEW_DAYS,
        };
        Ok(json(StatusCode::OK, &answer))
    }
}

fn managed_of(answer: &Record) -> Option<directory::Id> {
    answer.guid("managedDevice")
}

/// The specification says Base64 without armour; clients send PEM.
pub(crate) fn request_of(text: &str) -> Result<Vec<u8>, Problem> {
    let text = text.trim();
    if text.starts_with("-----BEGIN") {
        return Ok(text.as_bytes().to_vec());
    }
    let plain: String = text.split_ascii_whitespace().collect();
    STANDARD.decode(plain).map_err(|_| Problem::bad("the certificate request is neither PEM nor Base64"))
}
