//! Brokers: programs on a device that sign its person in for all others there. Their application ids are the same everywhere, and
//! a tenant turns one off by disabling its service principal.

use directory::Time;

/// The broker of the operating system, which also registers the device.
pub const BROKER_APP_ID: &str = "29d9ed98-a469-4536-ade2-f981bc1d605e";
/// The part of it that asks for primary refresh tokens.
pub const BROKER_PLUGIN_APP_ID: &str = "38aa3b87-a06d-4817-b275-7a316988d93b";
/// The broker on Linux.
pub const LINUX_BROKER_APP_ID: &str = "b743a22d-6705-4147-8670-d92fa515ee2b";

/// The applications that brokers are known by.
pub const BROKERS: [&str; 3] = [BROKER_APP_ID, BROKER_PLUGIN_APP_ID, LINUX_BROKER_APP_ID];

/// Two factors are fresh enough to give somebody another way of signing in for so long (`ngcmfa`).
pub const FRESH_FACTORS_SECONDS: i64 = 600;

/// Whether this application is a broker.
#[must_use]
pub fn is_broker(app_id: &str) -> bool {
    BROKERS.contains(&app_id)
}

/// Whether two factors were proved a moment ago.
#[must_use]
pub fn has_fresh_factors(evidence: &crate::Evidence, at: Time) -> bool {
    evidence.mfa().is_some_and(|proved| at.unix() - proved.unix() <= FRESH_FACTORS_SECONDS)
}
