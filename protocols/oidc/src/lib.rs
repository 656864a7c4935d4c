//! OpenID Connect and OAuth 2 in Entra's dialect: `/{tenant}/oauth2/v2.0/…`, discovery, sign-in pages, errors with numbers.
//!
//! A protocol only: it reads requests, proves passwords, secrets and signatures with `keys`, asks `signin` what may be
//! said in a token, and mints it. One file per step; the table of endpoints is in [`Oidc::answer`], of grants in `token`, of
//! the checks on an authorization request in `authorize::request`.
//!
//! Deliberately absent: the implicit and password grants (RFC 9700 §2.1.2, §2.4), scripts but for passkeys, and any opinion on who
//! may reach what: that is asked through [`signin::MayThey`].

mod account;
mod admin_consent;
mod answer;
mod assurance;
mod authorization_details;
mod authorize;
mod binding;
mod branding;
mod broker_discovery;
mod certificate_sign_in;
mod chained;
mod client_auth;
mod client_certificate;
mod consent;
mod context;
mod cors;
mod demand;
mod device;
mod device_proof;
mod discovery;
mod dpop;
mod error;
mod familiar;
mod families;
mod federation;
mod flow;
mod frame;
mod hashing;
mod home_realm;
mod introspect;
mod issue;
mod journal;
mod json;
mod login;
mod logout;
mod methods;
mod new_password;
mod opaque;
mod own_token;
mod pages;
mod par;
mod params;
mod participants;
mod prove;
mod prt;
mod push;
mod request;
mod request_object;
mod reset;
mod revocation_lists;
mod revoke;
mod risk;
mod route;
mod session;
mod terms_of_use;
mod throttle;
mod token;
mod userinfo;
mod words;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod fixture;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod gate;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod others;
#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod signer;

use std::sync::Arc;

use bytes::Bytes;
use directory::Time;
use engine::{Body, Engine, NoWayOut, Outgoing, PeerCertificates, Tenants};
use http::{Method, Request, Response};
use keys::Keys;
use signin::MayThey;

pub use crate::families::{end_refresh_family, refresh_families};
pub use crate::participants::SignOuts;
pub use crate::session::end_other_sessions;
pub use push::WakeDevices;
pub use revocation_lists::RevocationLists;

use crate::error::Problem;
use crate::request::Desk;
use crate::route::{Endpoint, Route};

/// What the operator decides.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `https://host:port`, without a slash at the end.
    pub public_url: String,
}

/// The ISO 3166 code of the country that an address is in, where somebody knows it.
pub type CountryOf = dyn Fn(std::net::IpAddr) -> Option<String> + Send + Sync;

/// The protocol, ready to answer. Cheap to clone.
#[derive(Clone)]
pub struct Oidc(Arc<Inner>);

pub(crate) struct Inner {
    pub tenants: Tenants,
    pub keys: Keys,
    pub public_url: String,
    pub may_they: Arc<MayThey>,
    pub hashing: hashing::Hashing,
    pub throttle: throttle::Throttle,
    pub journal: journal::Journal,
    pub outgoing: Arc<dyn Outgoing>,
    pub federation: federation::Federation,
    /// What the operator says of networks.
    pub networks: signin::risk::Networks,
    pub country_of: Arc<CountryOf>,
    /// Where certificates are asked for, if anywhere.
    pub certificates: Option<certificate_sign_in::Certificates>,
    pub wake_devices: Arc<push::WakeDevices>,
    /// Absent where the public address is none that WebAuthn knows.
    pub passkeys: Option<keys::Passkeys>,
}

impl Oidc {
    #[must_use]
    pub fn new(tenants: Tenants, keys: Keys, settings: Settings, may_they: Arc<MayThey>) -> Oidc {
        let public_url = settings.public_url.trim_end_matches('/').to_owned();
        Oidc(Arc::new(Inner {
            passkeys: keys::Passkeys::new(&public_url, ""),
            tenants,
            keys,
            public_url,
            may_they,
            hashing: hashing::Hashing::default(),
            throttle: throttle::Throttle::default(),
            journal: journal::Journal::default(),
            outgoing: Arc::new(NoWayOut),
            federation: federation::Federation::default(),
            networks: signin::risk::Networks::default(),
            country_of: Arc::new(|_| None),
            certificates: None,
            wake_devices: Arc::new(|_, _| {}),
        }))
    }

    /// With a way to servers of others: whose keys are fetched there, who is told of sign-outs.
    #[must_use]
    pub fn asking_through(mut self, outgoing: Arc<dyn Outgoing>) -> Oidc {
        Arc::get_mut(&mut self.0).expect("nobody answers yet").outgoing = outgoing;
        self
    }

    /// With the operator's list of networks.
    #[must_use]
    pub fn with_networks(mut self, networks: signin::risk::Networks) -> Oidc {
        Arc::get_mut(&mut self.0).expect("nobody answers yet").networks = networks;
        self
    }

    /// With somebody who knows from which country an address is.
    #[must_use]
    pub fn locating_by(mut self, country_of: Arc<CountryOf>) -> Oidc {
        Arc::get_mut(&mut self.0).expect("nobody answers yet").country_of = country_of;
        self
    }

    /// With a listener at `url` that asks clients for certificates: people sign in with theirs, and clients and tokens are
    /// bound to them (RFC 8705). Requests that come over it carry [`engine::PeerCertificates`].
    #[must_use]
    pub fn asking_for_certificates_at(mut self, url: &str, lists: RevocationLists) -> Oidc {
        let certificates = certificate_sign_in::Certificates { url: url.trim_end_matches('/').to_owned(), lists };
        Arc::get_mut(&mut self.0).expect("nobody answers yet").certificates = Some(certificates);
        self
    }

    /// With somebody who wakes the devices of a person when a sign-in waits for their approval.
    #[must_use]
    pub fn waking_devices_by(mut self, wake_devices: Arc<WakeDevices>) -> Oidc {
        Arc::get_mut(&mut self.0).expect("nobody answers yet").wake_devices = wake_devices;
        self
    }

    /// With the roots (PEM) of the makers of passkeys whose attestation is believed.
    #[must_use]
    pub fn believing_makers(mut self, roots: &str) -> Oidc {
        let inner = Arc::get_mut(&mut self.0).expect("nobody answers yet");
        inner.passkeys = keys::Passkeys::new(&inner.public_url, roots);
        self
    }

    /// Whether a path is this protocol's.
    #[must_use]
    pub fn serves(path: &str) -> bool {
        Route::of(path).is_some()
    }

    /// Answer one request. The body has been read by the listener, within its limit.
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let (parts, body) = request.into_parts();
        let Some(route) = Route::of(parts.uri.path()) else { return answer::nothing_here() };
        if !route.endpoint.is_answered_at(parts.extensions.get::<PeerCertificates>().is_some()) {
            return answer::nothing_here();
        }
        if parts.method == Method::OPTIONS {
            return cors::preflight(&self.0, route, &parts.headers);
        }
        let ids = request::Ids::of(&parts);
        let mut answer = match self.answer_to(&parts, &body, route, ids).await {
            Ok(answer) => answer,
            Err((problem, at)) => answer::problem(&problem, ids, at),
        };
        answer::challenge(&mut answer, &parts.headers);
        answer::finish(answer, ids)
    }

    /// The answer, or the problem and when it was.
    async fn answer_to(
        &self,
        parts: &http::request::Parts,
        body: &Bytes,
        route: Route<'_>,
        ids: request::Ids,
    ) -> Result<Response<Body>, (Problem, Time)> {
        // What every page needs is nobody's: it is there before anybody is known.
        let is_get = parts.method == Method::GET || parts.method == Method::HEAD;
        match route.endpoint {
            Endpoint::Style if is_get => return Ok(pages::style()),
            Endpoint::Script if is_get => return Ok(pages::script(parts.uri.path())),
            _ => {}
        }
        let early = |problem| (problem, self.0.tenants.all().first().map(Engine::now).unwrap_or_default());
        // Before the organisation is known a person is answered too, without its name and look.
        let early = |problem: Problem| {
            let (problem, at) = early(problem);
            let page = || pages::early_error(&parts.headers, ids, at, &problem).map_err(|problem| (problem, at));
            if route.endpoint.is_for_people() { page() } else { Err((problem, at)) }
        };
        let request = match request::Request::read(parts, body, ids) {
            Ok(request) => request,
            Err(problem) => return early(problem),
        };
        if let Some(answer) = home_realm::answer(&self.0, &request, route) {
            return answer.or_else(early);
        }
        if let Some(answer) = broker_discovery::user_realm(&self.0, &request, route) {
            return Ok(answer);
        }
        let desk = match self.0.desk(&request, route) {
            Ok(desk) => desk,
            Err(problem) => return early(problem),
        };
        federation::prepare(&desk).await;
        let outcome = match dispatch(&desk, route).await {
            // People get a page, programs get JSON.
            Err(problem) if route.endpoint.is_for_people() => pages::error(&desk, &problem),
            Err(problem) => Ok(answer::problem(&problem, ids, desk.at)),
            outcome => outcome,
        };
        let answer = outcome.map_err(|problem| (problem, desk.at))?;
        let mut answer = session::obey(&desk, answer).map_err(|problem| (problem, desk.at))?;
        dpop::offer_nonce(&desk, &mut answer);
        cors::allow(&desk, route.endpoint, &mut answer);
        Ok(answer)
    }
}

/// Every endpoint and what answers it.
async fn dispatch(desk: &Desk<'_>, route: Route<'_>) -> Result<Response<Body>, Problem> {
    let is_post = desk.request.method == Method::POST;
    let is_get = desk.request.method == Method::GET || desk.request.method == Method::HEAD;
    match route.endpoint {
        Endpoint::Configuration if is_get => discovery::configuration(desk, route),
        Endpoint::Keys if is_get => discovery::keys(desk),
        Endpoint::InstanceDiscovery if is_get => discovery::instance(desk),
        Endpoint::Authorize if is_get || is_post => authorize::authorize(desk).await,
        Endpoint::Login if is_post => login::login(desk).await,
        Endpoint::PushedRequest if is_post => par::push(desk),
        Endpoint::Token if is_post => token::token(desk).await,
        Endpoint::DeviceCode if is_post => device::device_code(desk),
        Endpoint::DevicePage if is_get => device::page(desk),
        Endpoint::Logout if is_get || is_post => logout::logout(desk).await,
        Endpoint::Introspect if is_post => introspect::introspect(desk),
        Endpoint::Revoke if is_post => revoke::revoke(desk),
        Endpoint::UserInfo if is_get || is_post => userinfo::userinfo(desk),
        Endpoint::CredentialType if is_post => broker_discovery::credential_type(desk),
        Endpoint::Certificate if is_get => certificate_sign_in::prove(desk),
        Endpoint::CertificateProved if is_get => certificate_sign_in::proved(desk).await,
        Endpoint::Push if is_get => push::poll(desk).await,
        Endpoint::AdminConsent if is_get => admin_consent::begin(desk, route.v2).await,
        Endpoint::PasswordReset if is_get => reset::page(desk),
        Endpoint::Account if is_get => account::page(desk),
        Endpoint::Branding if is_get => branding::answer(desk),
        Endpoint::Configuration
        | Endpoint::Keys
        | Endpoint::InstanceDiscovery
        | Endpoint::Authorize
        | Endpoint::Login
        | Endpoint::PushedRequest
        | Endpoint::Token
        | Endpoint::DeviceCode
        | Endpoint::DevicePage
        | Endpoint::Logout
        | Endpoint::Introspect
        | Endpoint::Revoke
        | Endpoint::UserInfo
        | Endpoint::CredentialType
        | Endpoint::UserRealm
        | Endpoint::Certificate
        | Endpoint::CertificateProved
        | Endpoint::Push
        | Endpoint::AdminConsent
        | Endpoint::PasswordReset
        | Endpoint::Style
        | Endpoint::Script
        | Endpoint::Account
        | Endpoint::Branding => Err(Problem::method()),
    }
}
