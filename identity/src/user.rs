//! What is true of every user: a name to sign in with in one of the organisation's own domains, and values of sane length.
//!
//! Deliberately absent: passwords and sessions (`signin`), and who may change whom (`access`).

use directory::{AttrId, Call, Change, Check, Object, Refusal, Snapshot, Value};
use schema::domain::{DOMAIN, IS_VERIFIED};
use schema::organization::{ORGANIZATION, VERIFIED_DOMAINS};
use schema::user::{AGE_GROUP, MANAGER, USAGE_LOCATION, USER, USER_TYPE};
use schema::{CREATED_DATE_TIME, ID, MAIL_NICKNAME, SECURITY_IDENTIFIER, USER_PRINCIPAL_NAME};

use crate::fill::{fill, given, security_identifier};

pub(crate) const CHECK: Check = Check { kind: &USER, complete: Some(complete), check: Some(check) };

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

fn complete(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        match change {
            Change::Create { id, kind, attributes } if *kind == USER.id() => {
                fill(attributes, CREATED_DATE_TIME, call.at);
                fill(attributes, USER_TYPE, "Member");
                fill(attributes, SECURITY_IDENTIFIER, security_identifier(*id));
                let nickname = given(attributes, USER_PRINCIPAL_NAME).and_then(Value::as_text).map(nickname_from);
                if let Some(nickname) = nickname {
                    fill(attributes, MAIL_NICKNAME, nickname);
                }
                attributes.iter_mut().for_each(|(attribute, value)| fold_country(*attribute, value));
            }
            Change::Set { attribute, new: Some(value), .. } => fold_country(*attribute, value),
            _ => {}
        }
    }
    Ok(())
}

/// ISO 3166 writes country codes in capitals; people do not.
fn fold_country(attribute: AttrId, value: &mut Value) {
    if let Value::Text(text) = value
        && attribute == USAGE_LOCATION.id
    {
        text.make_ascii_uppercase();
    }
}

fn nickname_from(name: &str) -> String {
    let local = name.split('@').next().unwrap_or(name);
    local.chars().filter(|c| may_be_in_nickname(*c)).take(MAIL_NICKNAME_CHARS_MAX).collect()
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        match change {
            Change::Create { id, kind, .. } if *kind == USER.id() => {
                let user = after.get(*id)?;
                check_name(after, user)?;
                user.attributes().try_for_each(|(attribute, value)| check_value(after, attribute, &value))?;
            }
            Change::Set { id, attribute, new: Some(value), .. } => {
                let Some(user) = after.find_a(&USER, *id) else { continue };
                if *attribute == USER_PRINCIPAL_NAME.id {
                    check_name(after, user)?;
                }
                check_value(after, *attribute, value)?;
            }
            Change::Link { source, link, target, .. } if *link == MANAGER && after.find_a(&USER, *source).is_some() => {
                if source == target {
                    return Err(Refusal::invalid("a person cannot be their own manager").at("manager"));
                }
                if after.find_a(&USER, *target).is_none() {
                    return Err(Refusal::invalid("a manager is a user").at("manager"));
                }
            }
            _ => {}
        }
    }
    Ok(())
}

fn check_name(after: &Snapshot, user: &Object) -> Result<(), Refusal> {
    let refuse = |message: &str| Err(Refusal::invalid(message).at(USER_PRINCIPAL_NAME.name));
    let name = user.get(USER_PRINCIPAL_NAME).unwrap_or_default();
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
    if !is_own_domain(after, domain) {
        return refuse(
            "The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.",
        );
    }
    Ok(())
}

/// Whether a domain is one that the organisation has shown to be its own. One that has none yet is being set up.
fn is_own_domain(after: &Snapshot, domain: &str) -> bool {
    let is_verified = |found: &Object| found.is(IS_VERIFIED);
    if after.find_by(&DOMAIN, ID, domain).is_some_and(is_verified) {
        return true;
    }
    let listed: Vec<_> = after.all(&ORGANIZATION).filter_map(|found| found.get(VERIFIED_DOMAINS)).flatten().collect();
    if listed.iter().any(|record| record.text("name").is_some_and(|name| name.eq_ignore_ascii_case(domain))) {
        return true;
    }
    listed.is_empty() && !after.all(&DOMAIN).any(is_verified)
}

fn check_value(after: &Snapshot, attribute: AttrId, value: &Value) -> Result<(), Refusal> {
    let Value::Text(text) = value else { return Ok(()) };
    let name = after.model().name_of(attribute).unwrap_or_default();
    let fits = match attribute {
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

fn may_be_in_nickname(c: char) -> bool {
    !c.is_control() && !"@()/[]'\";:<>,\\ ".contains(c)
}

/// Graph's words for a value that a property cannot have.
pub(crate) fn invalid_value(property: &str, resource: &str) -> Refusal {
    Refusal::invalid(format!("Invalid value specified for property '{property}' of resource '{resource}'."))
        .at(property)
}
