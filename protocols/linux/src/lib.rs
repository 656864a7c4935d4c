//! The Intune-for-Linux service: how Linux clients that nobody here wrote enrol, fetch the policies they are judged by, say
//! what they found, and ask for the verdict. The contract is that of himmelblau's `intune-spec`; what a client claims about
//! its own compliance is not believed, only what it found is kept, and the server judges it.
//!
//! Clients find the three services in the directory: `servicePrincipals/appId=…/endpoints`, from [`ENDPOINTS`].
//!
//! Deliberately absent: sockets and TLS (`server`), tokens (`oidc` mints them; here they are verified), configuration (this
//! wire carries scripts and nothing else of it), and any opinion on devices.

mod details;
mod enroll;
mod observed;
mod person;
mod policies;
mod problem;
mod status;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
mod verdict;
mod wire;

use std::sync::Arc;

use bytes::Bytes;
use engine::{Body, Tenants};
use http::{Method, Request, Response};
use keys::Keys;

use problem::{Answer, Problem};

/// Where the protocol answers.
pub const BASE_PATH: &str = "/linux";
/// The client that people use it with: the company portal for Linux.
pub const PORTAL_CLIENT_ID: &str = "b743a22d-6705-4147-8670-d92fa515ee2b";
/// The application under which the services are found, and for which tokens to check in are.
pub const CHECK_IN_APP_ID: &str = "0000000a-0000-0000-c000-000000000000";
/// For which tokens to enrol are.
pub const ENROLLMENT_APP_ID: &str = "d4ebce55-015a-49b5-a083-c84d1797ae8c";
/// For which tokens to ask for the verdict are.
pub const VERDICT_APP_ID: &str = "b8066b99-6e67-41be-abfa-75db1a2c8809";

/// The services: their name, the end of their address, and the id by which the directory knows each.
pub const ENDPOINTS: [(&str, u128); 3] = [
    ("LinuxEnrollmentService", 0xc0a5_7e11_a000_4000_8000_0000_0000_0e01),
    ("LinuxDeviceCheckinService", 0xc0a5_7e11_a000_4000_8000_0000_0000_0e02),
    ("IWService", 0xc0a5_7e11_a000_4000_8000_0000_0000_0e03),
];

/// The address of a service of [`ENDPOINTS`].
#[must_use]
pub fn address_of(public_url: &str, service: &str) -> String {
    format!("{}{BASE_PATH}/{service}", public_url.trim_end_matches('/'))
}

/// What the protocol must know of where it runs.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `scheme://host:port`, without a slash at its end.
    pub public_url: String,
}

/// The protocol, for all tenants of a server. Cheap to clone.
#[derive(Clone)]
pub struct LinuxProtocol {
    inner: Arc<Inner>,
}

struct Inner {
    tenants: Tenants,
    keys: Keys,
    settings: Settings,
}

impl LinuxProtocol {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings) -> LinuxProtocol {
        let settings = Settings { public_url: settings.public_url.trim_end_matches('/').to_owned() };
        LinuxProtocol { inner: Arc::new(Inner { tenants, keys, settings }) }
    }

    /// Answer a request under [`BASE_PATH`]. Called within a tokio runtime.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        self.route(request).await.unwrap_or_else(Problem::response)
    }

    async fn route(&self, request: Request<Bytes>) -> Answer {
        let path = request.uri().path().trim_matches('/').to_owned();
        let segments: Vec<&str> = path.split('/').filter(|segment| !segment.is_empty()).skip(1).collect();
        let lower: Vec<String> = segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
        let names: Vec<&str> = lower.iter().map(String::as_str).collect();
        match names.as_slice() {
            ["linuxenrollmentservice", "enroll"] => {
                only(&request, &Method::POST, "POST")?;
                self.enroll(&request).await
            }
            ["linuxdevicecheckinservice", "details"] => {
                only(&request, &Method::POST, "POST")?;
                self.details(&request).await
            }
            ["linuxdevicecheckinservice", "status"] => {
                only(&request, &Method::POST, "POST")?;
                self.status(&request).await
            }
            ["linuxdevicecheckinservice", "policies", device] => {
                only(&request, &Method::GET, "GET")?;
                self.policies(&request, device).await
            }
            ["iwservice", device] => {
                only(&request, &Method::GET, "GET")?;
                self.verdict(&request, verdict::key(device)?)
            }
            ["iwservice", device, action] => {
                only(&request, &Method::POST, "POST")?;
                let action = action.rsplit('.').next().unwrap_or_default();
                self.act(&request, verdict::key(device)?, action).await
            }
            _ => Err(Problem::missing("there is nothing at this path")),
        }
    }
}

fn only(request: &Request<Bytes>, method: &Method, allow: &'static str) -> Result<(), Problem> {
    if request.method() == method { Ok(()) } else { Err(Problem::method(allow)) }
}
