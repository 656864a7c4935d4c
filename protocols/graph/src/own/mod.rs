//! Castellan's own paths beside Graph's: why something is so, the stream of what changes, whether the audit is whole, the upload of a package, the
//! images of a branding, who holds refresh tokens of a person, the keys that sign tokens, the recovery key of a disk and the
//! logs of a device, the applications that a person asks for, whom assignments would reach, how policies and applications stand on
//! devices, and what is worked out for device management when it is asked for.

mod branding;
mod content;
mod detected_apps;
mod device_management;
mod device_statuses;
mod explain;
mod log_collection;
mod preview;
mod reach;
mod recovery_key;
mod refresh_tokens;
mod requested_apps;
mod signing_keys;
mod verify;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::stream;

/// What reaches further than a rehearsal, to keys, tickets or bytes, when it is no GET: by its segments.
const UNREHEARSED: &[&[(usize, &str)]] = &[
    &[(0, "signingKeys")],
    &[(0, "deviceAppManagement")],
    &[(0, "organization")],
    &[(1, "agentReleases"), (3, "content")],
];
/// What opens something sealed and writes down first who asked: a rehearsal forgets what it wrote.
const SEALED: &[&[(usize, &str)]] = &[
    &[(0, "informationProtection"), (2, "recoveryKeys")],
    &[(1, "managedDevices"), (3, "logCollectionRequests")],
    &[(0, "users"), (2, "refreshTokenFamilies")],
];

/// Answer, if the path is one of ours.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    if let Some(answer) = device_management::answer(exchange).await {
        return Some(answer);
    }
    if let Some(answer) = device_statuses::answer(exchange).await {
        return Some(answer);
    }
    if let Some(answer) = requested_apps::answer(exchange).await {
        return Some(answer);
    }
    let is = |at: usize, name: &str| exchange.segments.get(at).is_some_and(|segment| segment.is(name));
    let is_one_of = |paths: &[&[(usize, &str)]]| paths.iter().any(|path| path.iter().all(|(at, name)| is(*at, name)));
    let is_read = exchange.method == http::Method::GET;
    if exchange.is_rehearsal && (is_one_of(SEALED) || !is_read && is_one_of(UNREHEARSED)) {
        return Some(Err(Error::unsupported("This request cannot be rehearsed.")));
    }
    match (exchange.method.as_str(), exchange.segments.len()) {
        ("GET", 1) if is(0, "explain") => Some(explain::answer(exchange)),
        ("GET", 1) if is(0, "changes") => Some(stream::open(exchange)),
        ("POST", 3) if is(0, "identity") && is(1, "conditionalAccess") && is(2, "preview") => {
            Some(preview::answer(exchange).await)
        }
        ("GET", 2) if is(0, "auditLogs") && is(1, "verify") => Some(verify::answer(exchange).await),
        ("PUT", 4) if is(0, "deviceAppManagement") && is(1, "mobileApps") && is(3, "content") => {
            Some(content::of_application(exchange).await)
        }
        ("PUT", 4) if is(0, "deviceManagement") && is(1, "agentReleases") && is(3, "content") => {
            Some(content::of_release(exchange).await)
        }
        ("GET", 2) if is(0, "deviceManagement") && is(1, "detectedApps") => Some(detected_apps::all(exchange)),
        ("GET", 3) if is(0, "deviceManagement") && is(1, "detectedApps") => Some(detected_apps::one(exchange)),
        ("GET", 4) if is(1, "detectedApps") && is(3, "managedDevices") => Some(detected_apps::devices(exchange)),
        ("GET", 4) if is(1, "managedDevices") && is(3, "detectedApps") => Some(detected_apps::of_device(exchange)),
        ("GET", 4) if is(0, "informationProtection") && is(1, "bitlocker") && is(2, "recoveryKeys") => {
            recovery_key::answer(exchange).await
        }
        ("POST", 6) if is(1, "managedDevices") && is(3, "logCollectionRequests") && is(5, "createDownloadUrl") => {
            Some(log_collection::address(exchange))
        }
        ("GET", 6) if is(1, "managedDevices") && is(3, "logCollectionRequests") && is(5, "content") => {
            Some(log_collection::content(exchange).await)
        }
        ("GET", 2) if is(0, "deviceManagement") && is(1, "deviceConfigurationConflictSummary") => {
            Some(reach::conflicts(exchange).await)
        }
        ("POST", 2) if is(0, "deviceManagement") && is(1, "previewAssignments") => Some(reach::preview(exchange).await),
        (_, 3..) if is(0, "organization") && is(2, "branding") => branding::answer(exchange).await,
        ("GET", 1) if is(0, "signingKeys") => Some(signing_keys::list(exchange)),
        ("POST", 2) if is(0, "signingKeys") && is(1, "rotate") => Some(signing_keys::rotate(exchange).await),
        ("POST", 3) if is(0, "signingKeys") && is(2, "retain") => Some(signing_keys::hold(exchange, true).await),
        ("POST", 3) if is(0, "signingKeys") && is(2, "release") => Some(signing_keys::hold(exchange, false).await),
        ("GET", 3) if is(0, "users") && is(2, "refreshTokenFamilies") => Some(refresh_tokens::list(exchange)),
        ("DELETE", 4) if is(0, "users") && is(2, "refreshTokenFamilies") => Some(refresh_tokens::end(exchange).await),
        _ => None,
    }
}
