//! Reports that were written to a file: where the file is (`url`, printed for whoever asked for it and kept nowhere), and the file
//! itself, at an address that is signed, names one report and soon ends.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use bytes::Bytes;
use devices::export;
use directory::{Id, TenantId, Time, Value};
use engine::{Body, View, full};
use http::header::{CACHE_CONTROL, CONTENT_DISPOSITION, CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderName, HeaderValue, Method, Request, Response, StatusCode};
use schema::device_management_export_job::{
    DEVICE_MANAGEMENT_EXPORT_JOB, EXPIRATION_DATE_TIME, REPORT_NAME, REPORT_SHA256, REPORT_SIZE, STATUS, URL,
};

use crate::Graph;
use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read;
use crate::resolve::Entity;

/// The first segment of the address.
pub const FIRST: &str = "reports";
/// How long an address is good; asking for the job again gives another.
const ADDRESS_LIFE: Duration = Duration::from_secs(3600);
/// What addresses are signed for.
const PURPOSE: &str = "report download";

pub fn is_here(entity: &Entity) -> bool {
    entity.kind.id() == DEVICE_MANAGEMENT_EXPORT_JOB.id()
}

/// One job.
pub fn show(exchange: &Exchange, view: &View, entity: &Entity) -> Result<Reply, Error> {
    let job = read::found(view.now(), entity.id)?;
    read::check_readable(view, job)?;
    let is_theirs = export::is_of(job, view.caller()) && job.get(STATUS) == Some("completed");
    let end = job.get(EXPIRATION_DATE_TIME).filter(|end| is_theirs && *end > exchange.engine.now());
    let address =
        end.map(|end| address(exchange, job.id, end.min(exchange.engine.now() + ADDRESS_LIFE))).transpose()?;
    let shown = job.with(job.usn, &[(URL.id, address.map(Value::from))]);
    Ok(Reply::json(200, read::printed(exchange, view, &shown, entity)?))
}

fn address(exchange: &Exchange, job: Id, end: Time) -> Result<String, Error> {
    let (tenant, end) = (exchange.engine.tenant(), end.unix());
    let signed = exchange.keys.hash_secret(tenant, PURPOSE, &said(job, end)).map_err(|_| Error::unavailable())?;
    let signature = URL_SAFE_NO_PAD.encode(signed);
    Ok(format!("{}/{FIRST}/{tenant}/{job}?sr=b&sp=r&se={end}&sig={signature}", exchange.origin))
}

fn said(job: Id, end: i64) -> String {
    format!("{job} {end}")
}

impl Graph {
    /// Answer a request under `/reports`.
    pub async fn report(&self, request: Request<Bytes>) -> Response<Body> {
        self.file(&request).await.unwrap_or_else(|status| {
            let text = "The address is not one that was given out, or its time is over: ask for it again.";
            let mut answer = Response::new(full(Bytes::from_static(text.as_bytes())));
            *answer.status_mut() = status;
            answer
        })
    }

    async fn file(&self, request: &Request<Bytes>) -> Result<Response<Body>, StatusCode> {
        let stranger = StatusCode::FORBIDDEN;
        if request.method() != Method::GET {
            return Err(StatusCode::METHOD_NOT_ALLOWED);
        }
        let query = request.uri().query().unwrap_or_default();
        let asked = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.strip_prefix('='));
        let mut segments = request.uri().path().trim_start_matches('/').split('/').skip(1);
        let mut id = || segments.next().and_then(directory::id_from_text);
        let (tenant, job): (TenantId, Id) = id().zip(id()).ok_or(stranger)?;
        let engine = self.tenants.get(tenant).ok_or(stranger)?;
        let end: i64 = asked("se").and_then(|end| end.parse().ok()).ok_or(stranger)?;
        let signature = asked("sig").and_then(|sig| URL_SAFE_NO_PAD.decode(sig).ok()).ok_or(stranger)?;
        let is_ours = self.keys.secret_matches(tenant, PURPOSE, &said(job, end), &signature);
        if !is_ours.unwrap_or(false) || Time::from_unix(end) <= engine.now() {
            return Err(stranger);
        }
        let now = engine.snapshot();
        let job = now.find_a(&DEVICE_MANAGEMENT_EXPORT_JOB, job).ok_or(stranger)?;
        let (sha256, size) = job.get(REPORT_SHA256).zip(job.get(REPORT_SIZE)).ok_or(stranger)?;
        let mut answer = Response::new(engine.blob_body(sha256, 0));
        let name = job.get(REPORT_NAME).unwrap_or_default();
        // A report's name is one of ours, so that it needs no quoting.
        let file = format!("attachment; filename=\"{name}_{}.zip\"", job.id);
        for (header, value) in [
            (CONTENT_TYPE, "application/zip"),
            (CONTENT_LENGTH, &size.to_string()),
            (CONTENT_DISPOSITION, &file),
            (CACHE_CONTROL, "no-store"),
            (HeaderName::from_static("x-content-type-options"), "nosniff"),
        ] {
            if let Ok(value) = HeaderValue::from_str(value) {
                answer.headers_mut().insert(header, value);
            }
        }
        Ok(answer)
    }
}
