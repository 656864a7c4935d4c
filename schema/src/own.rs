//! What is Castellan's own: names that clients of Graph do not know. Kept apart so that nothing is added by mistake.
//!
//! Attributes that are never shown (`secret`) need no mention here; nobody outside can meet them.

/// Kinds and records.
pub static OWN_KINDS: &[&str] = &["linuxPackageApp", "linuxAppDetection", "servicePlanRule"];

/// Attributes, fields and links, each with the kind or record it belongs to.
pub static CASTELLAN_OWN: &[(&str, &str)] = &[
    ("appRoleAssignment", "principal"),
    ("appRoleAssignment", "resource"),
    ("oAuth2PermissionGrant", "grantedBy"),
    ("oAuth2PermissionGrant", "grantedTo"),
    ("oAuth2PermissionGrant", "resource"),
    ("servicePrincipal", "synchronizationJobs"),
    ("subscribedSku", "servicePlanRules"),
    ("user", "authenticationMethods"),
    ("user", "directLicenses"),
];
