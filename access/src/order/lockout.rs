//! Whether the enforced policies together leave a Global Administrator who can get in.
//!
//! Each administrator is taken at their best: with a second factor by the strongest method, on a compliant device if they
//! have one, at no risk, in a browser or a program, on any platform, and in whichever named place they can be. Who gets in in
//! one of these ways is not locked out.

use std::net::IpAddr;
use std::sync::Arc;

use directory::{Id, LinkId, Object, Refusal, Snapshot, Time};
use schema::ACCOUNT_ENABLED;
use schema::conditional_access_policy::{IS_LOCKOUT_ACCEPTED, LOCKOUT_ACCEPTED_REASON};
use schema::device::{DEVICE, IS_COMPLIANT};
use schema::named_location::{COUNTRIES_AND_REGIONS, NAMED_LOCATION};

use super::administrators::global_administrators;
use crate::conditional::{ClientAppType, CompiledPolicies, Outcome, SignInContext, State, Used, decide, ranges_of};
use crate::permission::GRAPH_APP_ID;

const OWNERSHIP: [LinkId; 2] = [LinkId::of("registeredOwners"), LinkId::of("registeredUsers")];
/// How many named places are tried. Who can get in only from a place beyond these is taken for locked out.
const PLACES_MAX: usize = 24;
const PLATFORMS: [Option<&str>; 6] =
    [None, Some("windows"), Some("macOS"), Some("linux"), Some("iOS"), Some("android")];
const CLIENTS: [ClientAppType; 2] = [ClientAppType::Browser, ClientAppType::MobileAppsAndDesktopClients];

/// A place to sign in from.
#[derive(Clone, Debug, Default)]
struct Place {
    address: Option<IpAddr>,
    country: Option<String>,
}

/// Refuse a directory in which every Global Administrator is locked out. One without any is not our business here.
pub(crate) fn refuse(after: &Snapshot, at: Time) -> Result<(), Refusal> {
    let administrators = global_administrators(after);
    if administrators.is_empty() {
        return Ok(());
    }
    let mut policies = CompiledPolicies::from(after);
    policies.policies.retain(|policy| policy.state == State::Enabled && policy.can_refuse());
    let (policies, places) = (Arc::new(policies), places(after));
    let gets_in = |id: &Id| {
        ways_in(after, *id, at, &places)
            .any(|way| !matches!(decide(&policies, after, at, &way).outcome, Outcome::Deny { .. }))
    };
    if administrators.iter().any(gets_in) {
        return Ok(());
    }
    Err(Refusal::state(format!(
        "this would lock out every Global Administrator: exclude at least one, or set `{}` to true and say why in `{}`",
        IS_LOCKOUT_ACCEPTED.name, LOCKOUT_ACCEPTED_REASON.name
    ))
    .at(schema::STATE.name))
}

/// Nowhere in particular, and one spot in each named place.
fn places(now: &Snapshot) -> Vec<Place> {
    let spot = |location: &Object| Place {
        address: ranges_of(location).find_map(Result::ok).map(|range| range.first_address()),
        country: location.get(COUNTRIES_AND_REGIONS).unwrap_or_default().into_iter().next().map(str::to_owned),
    };
    std::iter::once(Place::default()).chain(now.all(&NAMED_LOCATION).map(spot)).take(PLACES_MAX).collect()
}

/// The sign-ins of an administrator who brings everything they have.
fn ways_in<'a>(
    now: &Snapshot,
    administrator: Id,
    at: Time,
    places: &'a [Place],
) -> impl Iterator<Item = SignInContext> + 'a {
    let devices = OWNERSHIP.into_iter().flat_map(|link| now.backlinks(administrator, link)).map(|link| link.object);
    let compliant = devices
        .filter(|device| now.is_a(device, &DEVICE) && device.is(IS_COMPLIANT) && device.is(ACCOUNT_ENABLED))
        .map(|device| device.id)
        .next();
    let best = SignInContext {
        device: compliant,
        mfa: Some(at),
        authenticated: Some(at),
        methods: vec![Used::of("fido2")],
        is_device_bound: compliant.is_some(),
        sign_in_risk: Some("none".into()),
        user_risk: Some("none".into()),
        ..SignInContext::of_user(administrator, GRAPH_APP_ID)
    };
    let ways = move |place: &'a Place| {
        let best = best.clone();
        CLIENTS.into_iter().flat_map(move |client_app_type| {
            let best = best.clone();
            PLATFORMS.into_iter().map(move |platform| SignInContext {
                client_app_type,
                platform: platform.map(str::to_owned),
                address: place.address,
                country: place.country.clone(),
                ..best.clone()
            })
        })
    };
    places.iter().flat_map(ways)
}
