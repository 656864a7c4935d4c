//! The names that an assignment filter can use for a device, and the attributes of `managedDevice` behind them.
//!
//! The grammar is that of all rules (`directory`), with fewer operators: no `-not`, no `-endsWith`, no `-match`, and order
//! only for versions.

use directory::{Call, Change, Check, Filter, Refusal, RuleError, RuleName, RuleNames, RuleOp, Snapshot, parse_rule};
use schema::device_and_app_management_assignment_filter::{DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER, RULE};
use schema::managed_device::{
    DEVICE_CATEGORY_DISPLAY_NAME, DEVICE_NAME, ENROLLMENT_PROFILE_NAME, JAIL_BROKEN, JOIN_TYPE,
    MANAGED_DEVICE_OWNER_TYPE, MANUFACTURER, MODEL, OS_VERSION, PROCESSOR_ARCHITECTURE, SKU_FAMILY,
};

const TEXT: &[RuleOp] = &[
    RuleOp::Eq,
    RuleOp::Ne,
    RuleOp::StartsWith,
    RuleOp::NotStartsWith,
    RuleOp::Contains,
    RuleOp::NotContains,
    RuleOp::In,
    RuleOp::NotIn,
];

/// What any name takes.
const OPS: &[RuleOp] = &[
    RuleOp::Eq,
    RuleOp::Ne,
    RuleOp::StartsWith,
    RuleOp::NotStartsWith,
    RuleOp::Contains,
    RuleOp::NotContains,
    RuleOp::In,
    RuleOp::NotIn,
    RuleOp::Lt,
    RuleOp::Le,
    RuleOp::Gt,
    RuleOp::Ge,
];

/// How many filters an organisation may have (as Intune).
pub const FILTERS_MAX: usize = 200;

/// `device.…`
pub static ASSIGNMENT_FILTER_RULE: RuleNames = RuleNames {
    prefix: "device",
    names: &[
        ("cpuArchitecture", RuleName::text(PROCESSOR_ARCHITECTURE).only(TEXT)),
        ("deviceCategory", RuleName::text(DEVICE_CATEGORY_DISPLAY_NAME).only(TEXT)),
        ("deviceName", RuleName::text(DEVICE_NAME).only(TEXT)),
        (
            "deviceOwnership",
            RuleName::words(MANAGED_DEVICE_OWNER_TYPE, &[("Corporate", "company"), ("Personal", "personal")]),
        ),
        (
            "deviceTrustType",
            RuleName::words(
                JOIN_TYPE,
                &[
                    ("Azure AD joined", "azureADJoined"),
                    ("Azure AD registered", "azureADRegistered"),
                    ("Hybrid Azure AD joined", "hybridAzureADJoined"),
                ],
            ),
        ),
        ("enrollmentProfileName", RuleName::text(ENROLLMENT_PROFILE_NAME).only(TEXT)),
        ("isRooted", RuleName::text(JAIL_BROKEN).only(RuleOp::EQUALITY)),
        ("manufacturer", RuleName::text(MANUFACTURER).only(TEXT)),
        ("model", RuleName::text(MODEL).only(TEXT)),
        ("operatingSystemSKU", RuleName::text(SKU_FAMILY).only(TEXT)),
        ("operatingSystemVersion", RuleName::version(OS_VERSION)),
        ("osVersion", RuleName::text(OS_VERSION).only(TEXT)),
    ],
    ops: OPS,
    has_not: false,
    direct_reports: None,
};

/// Read an assignment filter's rule.
pub fn parse(rule: &str) -> Result<Filter, RuleError> {
    parse_rule(rule, &ASSIGNMENT_FILTER_RULE)
}

/// A filter whose rule cannot be read is not kept.
pub(crate) const CHECK: Check =
    Check { kind: &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER, complete: None, check: Some(check) };

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let count = |now: &Snapshot| now.count(&DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER);
    if count(after) > FILTERS_MAX && count(after) > count(before) {
        return Err(Refusal::limit(format!("an organisation has at most {FILTERS_MAX} assignment filters")));
    }
    for change in changes {
        let filter = after.find_a(&DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_FILTER, change.subject());
        if let Some(rule) = filter.and_then(|filter| filter.get(RULE)) {
            parse(rule).map_err(|why| Refusal::invalid(why.to_string()).at("rule"))?;
        }
    }
    Ok(())
}
