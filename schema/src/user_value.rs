//! Which values a user can have: names in the organisation's own domains, lengths as Graph documents them.
//!
//! Every room that writes users and wants to say beforehand what would be refused asks here, so that all say the same.

use directory::{AttrId, Object, Refusal, Snapshot, Value};

use crate::domain::{DOMAIN, IS_VERIFIED};
use crate::keys::{ID, MAIL_NICKNAME, USER_PRINCIPAL_NAME};
use crate::organization::{ORGANIZATION, VERIFIED_DOMAINS};
use crate::user::{AGE_GROUP, USAGE_LOCATION, USER_TYPE};

/// The longest local part and the longest domain of a user principal name: what Microsoft documents.
const LOCAL_PART_CHARS_MAX: usize = 64;
const DOMAIN_CHARS_MAX: usize = 48;
const MAIL_NICKNAME_CHARS_MAX: usize = 64;

/// The longest texts, in characters, as Graph documents them. None of these may be empty.
const LENGTHS: &[(&str, usize)] = &[
    ("city", 128),
    ("companyName", 64),
    ("country", 128),
    ("department", 64),
    ("displayName", 256),
    ("employeeId", 16),
    ("givenName", 64),
    ("jobTitle", 128),
    ("mobilePhone", 64),
    ("officeLocation", 128),
    ("postalCode", 40),
    ("state", 128),
    ("streetAddress", 1024),
    ("surname", 64),
];

/// Whether a user may have this value for this attribute.
pub fn check_user_value(now: &Snapshot, attribute: AttrId, value: &Value) -> Result<(), Refusal> {
    let Value::Text(text) = value else { return Ok(()) };
    let name = now.model().name_of(attribute).unwrap_or_default();
    let fits = match attribute {
        a if a == USER_PRINCIPAL_NAME.id => return check_principal_name(now, text),
        a if a == USAGE_LOCATION.id => text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()),
        a if a == USER_TYPE.id => text == "Member" || text == "Guest",
        a if a == AGE_GROUP.id => matches!(text.as_str(), "Minor" | "NotAdult" | "Adult"),
        a if a == MAIL_NICKNAME.id => {
            !text.is_empty() && text.chars().count() <= MAIL_NICKNAME_CHARS_MAX && text.chars().all(may_be_in_nickname)
        }
        _ => match LENGTHS.iter().find(|(known, _)| *known == name) {
            Some((_, longest)) => !text.trim().is_empty() && text.chars().count() <= *longest,
            None => true,
        },
    };
    if fits { Ok(()) } else { Err(invalid_value(name, "User")) }
}

/// Graph's words for a value that a property cannot have.
#[must_use]
pub fn invalid_value(property: &str, resource: &str) -> Refusal {
    Refusal::invalid(format!("Invalid value specified for property '{property}' of resource '{resource}'."))
        .at(property)
}

/// The mail nickname of somebody who was given none.
#[must_use]
pub fn nickname_from(principal_name: &str) -> String {
    let local = principal_name.split('@').next().unwrap_or(principal_name);
    local.chars().filter(|c| may_be_in_nickname(*c)).take(MAIL_NICKNAME_CHARS_MAX).collect()
}

fn check_principal_name(now: &Snapshot, name: &str) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::invalid(message).at(USER_PRINCIPAL_NAME.name));
    let Some((local, domain)) = name.split_once('@') else {
        return refuse("Property userPrincipalName is invalid.");
    };
    let is_local = !local.is_empty()
        && local.chars().count() <= LOCAL_PART_CHARS_MAX
        && local.chars().all(|c| c.is_ascii_alphanumeric() || "'.-_!#^~".contains(c))
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..");
    let is_domain = domain.chars().count() <= DOMAIN_CHARS_MAX
        && domain.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.chars().all(|c| c.is_alphanumeric() || c == '-')
        });
    if !(is_local && is_domain) {
        return refuse("Property userPrincipalName is invalid.");
    }
    if !is_own_domain(now, domain) {
        return refuse(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        );
    }
    Ok(())
}

/// Whether a domain is one that the organisation has shown to be its own. One that has none yet is being set up.
fn is_own_domain(now: &Snapshot, domain: &str) -> bool {
    let is_verified = |found: &Object| found.is(IS_VERIFIED);
    if now.find_by(&DOMAIN, ID, domain).is_some_and(is_verified) {
        return true;
    }
    let listed: Vec<_> = now.all(&ORGANIZATION).filter_map(|found| found.get(VERIFIED_DOMAINS)).flatten().collect();
    if listed.iter().any(|record| record.text("name").is_some_and(|name| name.eq_ignore_ascii_case(domain))) {
        return true;
    }
    listed.is_empty() && !now.all(&DOMAIN).any(is_verified)
}

fn may_be_in_nickname(c: char) -> bool {
    !c.is_control() && !"@()/[]'\";:<>,\\ ".contains(c)
}
