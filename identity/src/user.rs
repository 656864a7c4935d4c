//! What is true of every user: a name to sign in with in one of the organisation's own domains, and values of sane length.
//!
//! Deliberately absent: passwords and sessions (`signin`), and who may change whom (`access`).

use directory::{AttrId, Call, Change, Check, Refusal, Snapshot, Value};
use schema::user::{MANAGER, USAGE_LOCATION, USER, USER_TYPE};
use schema::user_value::{check_user_value, nickname_from};
use schema::{CREATED_DATE_TIME, MAIL_NICKNAME, SECURITY_IDENTIFIER, USER_PRINCIPAL_NAME};

use crate::fill::{fill, given, security_identifier};

pub(crate) const CHECK: Check = Check { kind: &USER, complete: Some(complete), check: Some(check) };

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

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        match change {
            Change::Create { id, kind, .. } if *kind == USER.id() => {
                let user = after.get(*id)?;
                user.attributes().try_for_each(|(attribute, value)| check_user_value(after, attribute, &value))?;
            }
            Change::Set { id, attribute, new: Some(value), .. } if after.find_a(&USER, *id).is_some() => {
                check_user_value(after, *attribute, value)?;
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

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use schema::ID;
    use schema::domain::{DOMAIN, IS_VERIFIED};
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
