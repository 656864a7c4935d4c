//! The names that a dynamic group's rule can use for a user and for a device, and the attributes behind them.
//!
//! They are the names that Microsoft documents for membership rules, which for history's sake differ from Graph's.

use directory::{Attr, RuleName, RuleNames, RuleOp};
use schema::{device, group, user};

/// What dynamic group rules can do; `-lt` and `-gt` are not among it.
const OPS: &[RuleOp] = &[
    RuleOp::Eq,
    RuleOp::Ne,
    RuleOp::StartsWith,
    RuleOp::NotStartsWith,
    RuleOp::EndsWith,
    RuleOp::NotEndsWith,
    RuleOp::Contains,
    RuleOp::NotContains,
    RuleOp::Match,
    RuleOp::NotMatch,
    RuleOp::In,
    RuleOp::NotIn,
    RuleOp::Le,
    RuleOp::Ge,
];

const fn text(name: &'static str) -> RuleName {
    RuleName::text(Attr::new(name))
}

/// `user.…`
pub static USER_RULE: RuleNames = RuleNames {
    prefix: "user",
    names: &[
        ("accountEnabled", RuleName::flag(schema::ACCOUNT_ENABLED)),
        ("dirSyncEnabled", RuleName::flag(schema::ON_PREMISES_SYNC_ENABLED)),
        ("employeeHireDate", RuleName::time(user::EMPLOYEE_HIRE_DATE)),
        ("city", text("city")),
        ("companyName", text("companyName")),
        ("country", text("country")),
        ("department", text("department")),
        ("displayName", text("displayName")),
        ("employeeId", text("employeeId")),
        ("facsimileTelephoneNumber", text("faxNumber")),
        ("givenName", text("givenName")),
        ("jobTitle", text("jobTitle")),
        ("mail", text("mail")),
        ("mailNickName", text("mailNickname")),
        ("memberOf", RuleName::linked_from(group::MEMBERS, "group")),
        ("mobile", text("mobilePhone")),
        ("objectId", RuleName::id()),
        ("onPremisesDistinguishedName", text("onPremisesDistinguishedName")),
        ("onPremisesSecurityIdentifier", text("onPremisesSecurityIdentifier")),
        ("passwordPolicies", text("passwordPolicies")),
        ("physicalDeliveryOfficeName", text("officeLocation")),
        ("postalCode", text("postalCode")),
        ("preferredLanguage", text("preferredLanguage")),
        ("sipProxyAddress", RuleName::texts(user::IM_ADDRESSES).only(RuleOp::TEXT)),
        ("state", text("state")),
        ("streetAddress", text("streetAddress")),
        ("surname", text("surname")),
        ("telephoneNumber", RuleName::texts(schema::BUSINESS_PHONES).only(RuleOp::TEXT)),
        ("usageLocation", text("usageLocation")),
        ("userPrincipalName", text("userPrincipalName")),
        ("userType", text("userType")),
        ("otherMails", RuleName::texts(user::OTHER_MAILS)),
        ("proxyAddresses", RuleName::texts(schema::PROXY_ADDRESSES)),
        (
            "assignedPlans",
            RuleName::records(
                schema::ASSIGNED_PLANS,
                "assignedPlan",
                &["capabilityStatus", "service", "servicePlanId"],
            ),
        ),
        ("extensionAttribute", RuleName::numbered(schema::ON_PREMISES_EXTENSION_ATTRIBUTES, 15)),
    ],
    ops: OPS,
    has_not: true,
    direct_reports: Some(user::MANAGER),
};

/// `device.…`
pub static DEVICE_RULE: RuleNames = RuleNames {
    prefix: "device",
    names: &[
        ("accountEnabled", RuleName::flag(schema::ACCOUNT_ENABLED)),
        ("deviceCategory", text("deviceCategory")),
        ("deviceId", text("deviceId")),
        ("deviceManagementAppId", text("mdmAppId")),
        ("deviceManufacturer", text("manufacturer")),
        ("deviceModel", text("model")),
        ("displayName", text("displayName")),
        ("deviceOSType", text("operatingSystem")),
        ("deviceOSVersion", text("operatingSystemVersion")),
        ("deviceOwnership", text("deviceOwnership")),
        ("devicePhysicalIds", RuleName::texts(device::PHYSICAL_IDS)),
        ("deviceTrustType", text("trustType")),
        ("enrollmentProfileName", text("enrollmentProfileName")),
        ("extensionAttribute", RuleName::numbered(device::EXTENSION_ATTRIBUTES, 15)),
        ("isRooted", RuleName::flag(device::IS_ROOTED)),
        ("managementType", text("managementType")),
        ("memberOf", RuleName::linked_from(group::MEMBERS, "group")),
        ("objectId", RuleName::id()),
        ("profileType", text("profileType")),
        ("systemLabels", RuleName::texts(device::SYSTEM_LABELS)),
    ],
    ops: OPS,
    has_not: true,
    direct_reports: None,
};
