//! Which filters Graph supports on directory objects: by default, as an advanced query, or not at all.
//!
//! An advanced query is `ConsistencyLevel: eventual` together with `$count=true`. We could answer all of them without,
//! but a client that was tested here must work there too. Outside of the directory nothing is restricted.

use directory::Kind;

use super::Uses;
use crate::errors::Error;

/// How a property can be used with an operator.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Support {
    Default,
    Advanced,
    None,
}

/// `true` where the filter needs an advanced query; an error where the kind does not support it at all.
pub fn needs(kind: &'static Kind, uses: &[Uses]) -> Result<bool, Error> {
    if !is_directory(kind) {
        return Ok(false);
    }
    let mut advanced = false;
    for used in uses {
        match support(kind, used) {
            Support::Default => {}
            Support::Advanced => advanced = true,
            Support::None => {
                let mut resource = kind.name.to_owned();
                if let Some(first) = resource.get_mut(..1) {
                    first.make_ascii_uppercase();
                }
                return Err(Error::unsupported(format!(
                    "Unsupported or invalid query filter clause specified for property '{}' of resource '{resource}'.",
                    used.property
                )));
            }
        }
    }
    Ok(advanced)
}

/// Whether objects of this kind are directory objects, with the directory's rules.
#[must_use]
pub fn is_directory(kind: &'static Kind) -> bool {
    kind.lineage().any(|ancestor| ancestor.name == "directoryObject")
}

fn support(kind: &'static Kind, used: &Uses) -> Support {
    if used.property.ends_with("/$count") {
        return Support::Advanced;
    }
    match used.operator.as_str() {
        "contains" | "has" => return Support::None,
        "endswith" => {
            let has_it =
                ["mail", "otherMails", "userPrincipalName", "proxyAddresses"].contains(&used.property.as_str());
            return if has_it { Support::Advanced } else { Support::None };
        }
        "isof" | "any" => return Support::Default,
        _ => {}
    }
    let by_matrix = match kind.name {
        "user" => user(used),
        _ if used.operator == "ne" => Support::Advanced,
        _ => Support::Default,
    };
    match by_matrix {
        Support::Default if used.is_negated => Support::Advanced,
        other => other,
    }
}

/// The columns of [`USER`]. A negation needs an advanced query whatever is negated.
const COLUMNS: [&str; 7] = ["eq", "ne", "ge", "le", "in", "startswith", "null"];

/// What users can be filtered by: D default, A advanced, - not. Columns as in [`COLUMNS`].
#[rustfmt::skip]
const USER: &[(&str, &str)] = &[
    ("accountEnabled",                "DAAAD--"),
    ("ageGroup",                      "DA--D--"),
    ("assignedLicenses",              "D------"),
    ("assignedPlans",                 "D------"),
    ("businessPhones",                "D------"),
    ("city",                          "DADDDDA"),
    ("companyName",                   "AAAAAAA"),
    ("country",                       "DADDDDA"),
    ("createdDateTime",               "DADDA--"),
    ("creationType",                  "DA--D--"),
    ("deletedDateTime",               "DADDA--"),
    ("department",                    "DADDDDA"),
    ("displayName",                   "DA--DDA"),
    ("employeeHireDate",              "AAAAA--"),
    ("employeeId",                    "DA-A-DA"),
    ("employeeType",                  "DADDDDA"),
    ("externalUserState",             "DA--D-A"),
    ("givenName",                     "DADDDDA"),
    ("id",                            "DA--D--"),
    ("identities",                    "D------"),
    ("imAddresses",                   "DADD-D-"),
    ("infoCatalogs",                  "DADD-D-"),
    ("jobTitle",                      "DADDD-A"),
    ("mail",                          "DADDDD-"),
    ("mailNickname",                  "DADDDDA"),
    ("mobilePhone",                   "AAAAAAA"),
    ("officeLocation",                "AAAAAAA"),
    ("onPremisesExtensionAttributes", "AAAAA--"),
    ("onPremisesImmutableId",         "AAAAA--"),
    ("onPremisesLastSyncDateTime",    "AAAAA--"),
    ("onPremisesSecurityIdentifier",  "DA--D-A"),
    ("onPremisesSyncEnabled",         "DAAAD--"),
    ("onPremisesUserPrincipalName",   "DADDDD-"),
    ("otherMails",                    "DADDDD-"),
    ("passwordPolicies",              "AA----A"),
    ("postalCode",                    "AAAAAAA"),
    ("preferredLanguage",             "AAAAAAA"),
    ("proxyAddresses",                "DADD-D-"),
    ("signInActivity",                "DADD---"),
    ("state",                         "DADDDDA"),
    ("streetAddress",                 "AAAAAAA"),
    ("surname",                       "DADDDDA"),
    ("usageLocation",                 "DADDDD-"),
    ("userPrincipalName",             "DA-DDD-"),
    ("userType",                      "DA--D-A"),
];

fn user(used: &Uses) -> Support {
    if used.property.starts_with("extension_") || is_navigation(&used.property) {
        return if used.operator == "ne" { Support::Advanced } else { Support::Default };
    }
    let Some((_, row)) = USER.iter().find(|(name, _)| *name == used.property) else {
        return Support::None;
    };
    let column = match used.operator.as_str() {
        "eq" if used.is_null => "null",
        "gt" => "ge",
        "lt" => "le",
        other => other,
    };
    let at = COLUMNS.iter().position(|name| *name == column);
    match at.and_then(|at| row.as_bytes().get(at)) {
        Some(b'D') => Support::Default,
        Some(b'A') => Support::Advanced,
        _ => Support::None,
    }
}

fn is_navigation(property: &str) -> bool {
    schema::user::USER.all_links().any(|link| link.name.eq_ignore_ascii_case(property))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(property: &str, operator: &str, expect: Support) {
        let used = Uses {
            property: property.to_owned(),
            operator: operator.trim_start_matches("not ").to_owned(),
            is_null: operator == "null",
            is_negated: operator.starts_with("not "),
        };
        let used = if used.is_null { Uses { operator: "eq".to_owned(), ..used } } else { used };
        assert_eq!(support(&schema::user::USER, &used), expect, "{property} {operator}");
    }

    #[test]
    fn users_are_filtered_as_the_matrix_says() {
        for (property, operator, expect) in [
            ("accountEnabled", "eq", Support::Default),
            ("accountEnabled", "ne", Support::Advanced),
            ("accountEnabled", "not eq", Support::Advanced),
            ("displayName", "startswith", Support::Default),
            ("displayName", "ge", Support::None),
            ("displayName", "null", Support::Advanced),
            ("department", "le", Support::Default),
            ("mail", "endswith", Support::Advanced),
            ("displayName", "endswith", Support::None),
            ("displayName", "contains", Support::None),
            ("assignedLicenses/$count", "eq", Support::Advanced),
            ("companyName", "eq", Support::Advanced),
            ("faxNumber", "eq", Support::None),
            ("manager", "eq", Support::Default),
        ] {
            check(property, operator, expect);
        }
    }

    #[test]
    fn every_row_has_every_column() {
        assert!(USER.iter().all(|(_, row)| row.len() == COLUMNS.len()));
        assert!(USER.is_sorted_by_key(|(name, _)| name.to_ascii_lowercase()));
    }
}
