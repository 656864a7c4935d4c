//! The device filter: the rule grammar over the documented properties of a device.
//!
//! A device that is not registered has no properties: what asks for one is false, what asks for its absence is true.

use directory::{Filter, Object, RuleError, RuleName, RuleNames, RuleOp, Snapshot, Time, parse_rule};
use schema::device::{
    DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, EXTENSION_ATTRIBUTES, IS_COMPLIANT, IS_MANAGED, MDM_APP_ID,
    OPERATING_SYSTEM_VERSION, PHYSICAL_IDS, PROFILE_TYPE, SYSTEM_LABELS, TRUST_TYPE,
};
use schema::{DISPLAY_NAME, ENROLLMENT_PROFILE_NAME, MANUFACTURER, MODEL, OPERATING_SYSTEM};

const TEXT: &[RuleOp] = &[
    RuleOp::Eq,
    RuleOp::Ne,
    RuleOp::StartsWith,
    RuleOp::NotStartsWith,
    RuleOp::EndsWith,
    RuleOp::NotEndsWith,
    RuleOp::Contains,
    RuleOp::NotContains,
    RuleOp::In,
    RuleOp::NotIn,
];
const ITEMS: &[RuleOp] = &[RuleOp::Contains, RuleOp::NotContains];

/// The names a device filter may use.
pub const NAMES: RuleNames = RuleNames {
    prefix: "device",
    names: &[
        ("deviceId", RuleName::text(DEVICE_ID).only(RuleOp::MEMBERSHIP)),
        ("displayName", RuleName::text(DISPLAY_NAME).only(TEXT)),
        ("deviceOwnership", RuleName::text(DEVICE_OWNERSHIP).only(RuleOp::MEMBERSHIP)),
        ("enrollmentProfileName", RuleName::text(ENROLLMENT_PROFILE_NAME).only(TEXT)),
        ("isCompliant", RuleName::flag(IS_COMPLIANT)),
        ("manufacturer", RuleName::text(MANUFACTURER).only(TEXT)),
        ("mdmAppId", RuleName::text(MDM_APP_ID).only(RuleOp::MEMBERSHIP)),
        ("model", RuleName::text(MODEL).only(TEXT)),
        ("operatingSystem", RuleName::text(OPERATING_SYSTEM).only(TEXT)),
        ("operatingSystemVersion", RuleName::text(OPERATING_SYSTEM_VERSION).only(TEXT)),
        ("physicalIds", RuleName::texts(PHYSICAL_IDS).only(ITEMS)),
        ("profileType", RuleName::text(PROFILE_TYPE).only(RuleOp::MEMBERSHIP)),
        ("systemLabels", RuleName::texts(SYSTEM_LABELS).only(ITEMS)),
        ("trustType", RuleName::text(TRUST_TYPE).only(RuleOp::MEMBERSHIP)),
        ("extensionAttribute", RuleName::numbered(EXTENSION_ATTRIBUTES, 15).only(TEXT)),
    ],
    ops: TEXT,
    has_not: true,
    direct_reports: None,
};

/// Read a device filter's rule.
pub fn parse(rule: &str) -> Result<Filter, RuleError> {
    parse_rule(rule, &NAMES)
}

/// The device as a filter sees it: nothing of one that is not registered, and its extension attributes only where the
/// organization vouches for it.
#[must_use]
pub fn seen(device: Option<&Object>) -> Object {
    let Some(device) = device else {
        return Object::pack(directory::Id::nil(), DEVICE.id(), 0, &[]);
    };
    let is_vouched_for = device.is(IS_MANAGED) || device.is(IS_COMPLIANT) || is_hybrid_joined(device);
    if is_vouched_for { device.clone() } else { device.with(device.usn, &[(EXTENSION_ATTRIBUTES.id, None)]) }
}

/// Whether a filter matches a device as it is [`seen`].
#[must_use]
pub fn matches(filter: &Filter, now: &Snapshot, device: &Object, at: Time) -> bool {
    filter.matches(now, device, at)
}

/// Whether the device belongs to an on-premises domain and to us.
#[must_use]
pub fn is_hybrid_joined(device: &Object) -> bool {
    device.get(TRUST_TYPE).is_some_and(|t| t.eq_ignore_ascii_case("ServerAd"))
}
