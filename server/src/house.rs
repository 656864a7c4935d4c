//! The wiring: which rooms there are, who guards the gate, and how sign-in asks Conditional Access.

use std::sync::Arc;

use directory::Room;
use engine::{House, Outgoing, Tenants};
use keys::Keys;

use crate::conditional_access::may_they;
use crate::countries::Countries;

/// Every room. The one list.
pub static ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];

/// The house that every tenant's engine works in.
#[must_use]
pub fn house() -> Arc<House> {
    Arc::new(House::new(Arc::new(schema::model()), ROOMS, Arc::new(access::Gate::new())))
}

/// Sign-in, with Conditional Access behind it.
#[must_use]
pub fn oidc(
    tenants: &Tenants,
    keys: &Keys,
    public_url: &str,
    countries: &Countries,
    outgoing: Arc<dyn Outgoing>,
) -> oidc::Oidc {
    let settings = oidc::Settings { public_url: public_url.to_owned() };
    let (may_they, countries) = (may_they(countries.clone()), countries.clone());
    oidc::Oidc::new(tenants.clone(), keys.clone(), settings, may_they)
        .asking_through(outgoing)
        .locating_by(Arc::new(move |address| countries.of(address)))
}

/// Shared signals, to others and from them.
#[must_use]
pub fn ssf(tenants: &Tenants, keys: &Keys, public_url: &str, outgoing: Arc<dyn Outgoing>) -> ssf::Ssf {
    let settings = ssf::Settings { public_url: public_url.to_owned() };
    ssf::Ssf::new(tenants.clone(), keys.clone(), settings).asking_through(outgoing)
}

/// Device registration.
#[must_use]
pub fn join(tenants: &Tenants, keys: &Keys, public_url: &str, certificate_url: Option<&str>) -> join::Join {
    let certificate_url = certificate_url.map(|url| url.trim_end_matches('/').to_owned());
    let settings = join::Settings { public_url: public_url.to_owned(), certificate_url };
    join::Join::new(tenants.clone(), keys.clone(), settings)
}

/// The service for Linux clients of others.
#[must_use]
pub fn linux(tenants: &Tenants, keys: &Keys, public_url: &str) -> linux_protocol::LinuxProtocol {
    let settings = linux_protocol::Settings { public_url: public_url.to_owned() };
    linux_protocol::LinuxProtocol::new(tenants.clone(), keys.clone(), settings)
}

/// The devices' protocol.
#[must_use]
pub fn agent(tenants: &Tenants, keys: &Keys, public_url: &str) -> agent_protocol::AgentProtocol {
    let settings = agent_protocol::Settings { public_url: public_url.to_owned() };
    agent_protocol::AgentProtocol::new(tenants.clone(), keys.clone(), settings)
}
