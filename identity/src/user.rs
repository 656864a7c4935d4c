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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use schema::user::{DEPARTMENT, EMPLOYEE_ID};

    use super::*;
    use crate::world::{World, id, new_user};

    fn with_domain() -> World {
        let mut w = World::new();
        let attributes = vec![(ID.id, "xyz.example".into()), (IS_VERIFIED.id, true.into())];
        let other = vec![(ID.id, "not.example".into()), (IS_VERIFIED.id, false.into())];
        let create = |n, attributes| Change::Create { id: id(n), kind: DOMAIN.id(), attributes };
        w.submit(vec![create(900, attributes), create(901, other)]).unwrap();
        w
    }

    #[test]
    fn what_a_caller_leaves_out_of_a_new_user_is_filled_in() {
        let mut w = with_domain();
        let user = w
            .user(1, vec![(USER_PRINCIPAL_NAME.id, "ann.o'hara@xyz.example".into()), (USAGE_LOCATION.id, "de".into())]);
        let user = w.now.find(user).unwrap();
        assert_eq!(user.get(MAIL_NICKNAME), Some("ann.ohara"));
        assert_eq!((user.get(USER_TYPE), user.get(USAGE_LOCATION)), (Some("Member"), Some("DE")));
        assert_eq!(user.get(CREATED_DATE_TIME), Some(w.at));
        assert_eq!(user.get(SECURITY_IDENTIFIER), Some("S-1-12-1-0-0-0-16777216"));
    }

    #[test]
    fn a_user_that_is_not_as_graph_allows_is_refused_with_the_property() {
        let long = "x".repeat(200);
        let rows: &[(AttrId, &str, &str)] = &[
            (USER_PRINCIPAL_NAME.id, "ann", "Property userPrincipalName is invalid."),
            (USER_PRINCIPAL_NAME.id, "a b@xyz.example", "Property userPrincipalName is invalid."),
            (USER_PRINCIPAL_NAME.id, ".ann@xyz.example", "Property userPrincipalName is invalid."),
            (USER_PRINCIPAL_NAME.id, "ann@xyz..example", "Property userPrincipalName is invalid."),
            (USER_PRINCIPAL_NAME.id, "ann@@xyz.example", "Property userPrincipalName is invalid."),
            (USER_PRINCIPAL_NAME.id, "ann@not.example", "one of the verified domain names"),
            (USER_PRINCIPAL_NAME.id, "ann@else.example", "one of the verified domain names"),
            (USAGE_LOCATION.id, "Germany", "property 'usageLocation'"),
            (USER_TYPE.id, "Robot", "property 'userType'"),
            (DEPARTMENT.id, "", "property 'department'"),
            (DEPARTMENT.id, &long, "property 'department'"),
            (EMPLOYEE_ID.id, &long, "property 'employeeId'"),
            (MAIL_NICKNAME.id, "a@b", "property 'mailNickname'"),
        ];
        for (attribute, value, message) in rows {
            let mut w = with_domain();
            let refused = w.submit(vec![new_user(1, vec![(*attribute, (*value).into())])]).unwrap_err();
            assert!(refused.message.contains(message), "{value}: {refused}");
            w.user(2, vec![]);
            let change = Change::Set { id: id(2), attribute: *attribute, old: None, new: Some((*value).into()) };
            assert!(w.submit(vec![change]).is_err(), "{value}");
        }
    }

    #[test]
    fn a_name_is_taken_once_in_any_case_and_is_free_again_after_a_deletion() {
        let mut w = with_domain();
        let named = |n, name: &str| new_user(n, vec![(USER_PRINCIPAL_NAME.id, name.into())]);
        w.submit(vec![named(1, "ann@xyz.example")]).unwrap();
        let refused = w.submit(vec![named(2, "ANN@XYZ.example")]).unwrap_err();
        assert!(refused.message.contains("userPrincipalName already exists"), "{refused}");
        w.submit(vec![Change::Delete { id: id(1) }]).unwrap();
        w.submit(vec![named(2, "ann@xyz.example")]).unwrap();
        assert!(w.submit(vec![Change::Restore { id: id(1) }]).is_err());
    }

    #[test]
    fn nobody_is_their_own_manager_and_a_circle_is_let_be() {
        let mut w = World::new();
        let (a, b) = (w.user(1, vec![]), w.user(2, vec![]));
        assert!(w.submit(vec![Change::link(a, MANAGER, a)]).is_err());
        w.submit(vec![Change::link(a, MANAGER, b), Change::link(b, MANAGER, a)]).unwrap();
        let group = w.group(3, vec![]);
        assert!(w.submit(vec![Change::link(a, MANAGER, group)]).is_err());
    }
}
