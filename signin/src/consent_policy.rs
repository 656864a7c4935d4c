//! What people may consent to for themselves: the permission grant policies that `authorizationPolicy` gives to its default
//! user role (`ManagePermissionGrantsForSelf.{id}`), with their conditions.
//!
//! A delegated permission that is offered for administrators alone is never a person's to give, whatever a policy says.

use directory::{Object, Record, Snapshot};
use schema::authorization_policy::{
    AUTHORIZATION_POLICY, DEFAULT_USER_ROLE_PERMISSIONS, PERMISSION_GRANT_POLICY_IDS_ASSIGNED_TO_DEFAULT_USER_ROLE,
};
use schema::permission_grant_policy::{EXCLUDES, ID, INCLUDES, PERMISSION_GRANT_POLICY};

use crate::client::{Client, Resource};
use crate::scope::GRAPH_APP_ID;

/// What stands before the id of a policy that is for one's own consents.
const FOR_SELF: &str = "ManagePermissionGrantsForSelf.";
/// Everything that is offered to people.
const LEGACY: &str = "microsoft-user-default-legacy";
/// What says little, to applications that somebody vouches for.
const LOW: &str = "microsoft-user-default-low";
/// The permissions of Graph that say little: who somebody is, as every sign-in does.
const LOW_IMPACT: [&str; 5] = ["User.Read", "openid", "profile", "email", "offline_access"];

/// Whether a person may let `client` have this permission of `resource`, as it is offered.
pub(crate) fn may_consent(now: &Snapshot, client: &Client<'_>, resource: &Resource<'_>, offered: &Record) -> bool {
    if offered.text("type") != Some("User") {
        return false;
    }
    match assigned(now) {
        // An organization that never said anything has what every organization begins with.
        None => true,
        Some(policies) => policies.iter().any(|policy| allows(now, policy, client, resource, offered)),
    }
}

/// Whether somebody vouches for an application: it is registered here, or its publisher was verified.
#[must_use]
pub fn is_vouched_for(client: &Client<'_>) -> bool {
    client.app.is_some() || is_of_verified_publisher(client.principal)
}

fn is_of_verified_publisher(principal: &Object) -> bool {
    let publisher = principal.get(schema::service_principal::VERIFIED_PUBLISHER);
    publisher.is_some_and(|publisher| publisher.text("verifiedPublisherId").is_some_and(|id| !id.is_empty()))
}

/// The policies of the default user role; Graph has them in two places, of which the older counts where it says something.
fn assigned(now: &Snapshot) -> Option<Vec<String>> {
    let policy = now.all(&AUTHORIZATION_POLICY).next()?;
    let role = policy.get(DEFAULT_USER_ROLE_PERMISSIONS);
    let by_role = role.filter(|role| role.get("permissionGrantPoliciesAssigned").is_some());
    if let Some(role) = by_role {
        return Some(role.texts("permissionGrantPoliciesAssigned").map(str::to_owned).collect());
    }
    let ids = policy.get(PERMISSION_GRANT_POLICY_IDS_ASSIGNED_TO_DEFAULT_USER_ROLE)?;
    Some(ids.into_iter().map(str::to_owned).collect())
}

fn allows(now: &Snapshot, assigned: &str, client: &Client<'_>, resource: &Resource<'_>, offered: &Record) -> bool {
    // Policies that let owners of groups and chats consent are for other resources.
    let id = match assigned.split_once('.') {
        Some(_) => match assigned.strip_prefix(FOR_SELF) {
            Some(id) => id,
            None => return false,
        },
        None => assigned,
    };
    if let Some(policy) = now.find_by(&PERMISSION_GRANT_POLICY, ID, id) {
        let holds = |set: &Record| set_holds(set, client, resource, offered);
        let includes = policy.get(INCLUDES).unwrap_or_default();
        let excludes = policy.get(EXCLUDES).unwrap_or_default();
        return includes.iter().any(holds) && !excludes.iter().any(holds);
    }
    match id {
        LEGACY => true,
        LOW => is_vouched_for(client) && is_low(resource, offered),
        _ => false,
    }
}

fn is_low(resource: &Resource<'_>, offered: &Record) -> bool {
    resource.app_id() == GRAPH_APP_ID && offered.text("value").is_some_and(|value| LOW_IMPACT.contains(&value))
}

/// Whether a condition set speaks of this: every condition that it has holds.
fn set_holds(set: &Record, client: &Client<'_>, resource: &Resource<'_>, offered: &Record) -> bool {
    let lists = |name: &str, holds: &dyn Fn(&str) -> bool| {
        let mut given = set.texts(name).peekable();
        given.peek().is_none() || given.any(|item| item.eq_ignore_ascii_case("all") || holds(item))
    };
    let permission = offered.guid("id").map(|id| id.to_string()).unwrap_or_default();
    let is_delegated = match set.text("permissionType") {
        None | Some("delegated" | "delegatedUserConsentable") => true,
        Some(_) => false,
    };
    let fits_classification = match set.text("permissionClassification") {
        None | Some("all") => true,
        Some("low") => is_low(resource, offered),
        Some(_) => false,
    };
    let fits_resource = set
        .text("resourceApplication")
        .is_none_or(|app| app.eq_ignore_ascii_case("any") || app.eq_ignore_ascii_case(resource.app_id()));
    let publisher = set.bool("clientApplicationsFromVerifiedPublisherOnly") == Some(true);
    is_delegated
        && fits_classification
        && fits_resource
        && (!publisher || is_of_verified_publisher(client.principal))
        && set.bool("certifiedClientApplicationsOnly") != Some(true)
        && lists("permissions", &|item| item.eq_ignore_ascii_case(&permission))
        && lists("clientApplicationIds", &|item| item.eq_ignore_ascii_case(client.app_id()))
        && lists("clientApplicationTenantIds", &|_| client.app.is_some())
        && lists("clientApplicationPublisherIds", &|_| false)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{APP, NOW, create, directory};
    use directory::{Change, Id};
    use schema::service_principal::OAUTH2_PERMISSION_SCOPES;

    const HOME: &str = "https://id.xyz.example";
    const OWN: &str = "orders-only";

    /// What people may consent to under these policies: `User.Read`, `Mail.Read`, and `Directory.Read.All`, which is for
    /// administrators.
    fn may(assigned: Option<&[&str]>, more: &[Change]) -> [bool; 3] {
        let mut changes = more.to_vec();
        if let Some(assigned) = assigned {
            let list: Vec<String> = assigned.iter().map(|id| (*id).to_owned()).collect();
            let role = Record::new().with("permissionGrantPoliciesAssigned", list);
            let attributes = vec![(DEFAULT_USER_ROLE_PERMISSIONS.id, role.into())];
            changes.push(create(Id::from_u128(0xe1), &AUTHORIZATION_POLICY, attributes));
        }
        let scope = |id: u128, value: &str, kind: &str| {
            Record::new().with("id", Id::from_u128(id)).with("value", value).with("type", kind)
        };
        let offered =
            [scope(1, "User.Read", "User"), scope(2, "Mail.Read", "User"), scope(3, "Directory.Read.All", "Admin")];
        changes.push(Change::set(crate::fixture::GRAPH, OAUTH2_PERMISSION_SCOPES, offered.to_vec()));
        let now = directory().fork(NOW, &changes).unwrap();
        let client = Client::find(&now, APP).unwrap();
        let resource = Resource::find(&now, "", HOME).unwrap();
        offered.map(|offered| may_consent(&now, &client, &resource, &offered))
    }

    fn policy(includes: Record, excludes: Option<Record>) -> Change {
        let mut attributes = vec![(ID.id, OWN.into()), (INCLUDES.id, vec![includes].into())];
        attributes.extend(excludes.map(|set| (EXCLUDES.id, vec![set].into())));
        create(Id::from_u128(0xe2), &PERMISSION_GRANT_POLICY, attributes)
    }

    #[test]
    fn people_consent_to_what_the_organizations_policies_let_them() {
        let own = format!("{FOR_SELF}{OWN}");
        let own = [own.as_str()];
        let all = Record::new().with("permissionType", "delegated");
        let mail = Record::new().with("permissions", [Id::from_u128(2).to_string().as_str()]);
        let for_self = |id: &str| format!("{FOR_SELF}{id}");
        for (name, assigned, more, expect) in [
            ("nothing was ever said", None, vec![], [true, true, false]),
            ("nobody may", Some(&[][..]), vec![], [false; 3]),
            ("everything", Some(&[for_self(LEGACY).as_str()][..]), vec![], [true, true, false]),
            ("what says little", Some(&[for_self(LOW).as_str()]), vec![], [true, false, false]),
            ("a policy that is not there", Some(&own), vec![], [false; 3]),
            ("one for owners of groups", Some(&["ManagePermissionGrantsForOwnedResource.x"]), vec![], [false; 3]),
            ("an own one", Some(&own), vec![policy(all.clone(), None)], [true, true, false]),
            ("but not mail", Some(&own), vec![policy(all.clone(), Some(mail.clone()))], [true, false, false]),
            ("only mail", Some(&own), vec![policy(mail, None)], [false, true, false]),
            (
                "only of verified publishers",
                Some(&own),
                vec![policy(all.clone().with("clientApplicationsFromVerifiedPublisherOnly", true), None)],
                [false; 3],
            ),
            (
                "only for another application",
                Some(&own),
                vec![policy(all.clone().with("clientApplicationIds", ["another"]), None)],
                [false; 3],
            ),
            (
                "only of another resource",
                Some(&own),
                vec![policy(all.with("resourceApplication", "another"), None)],
                [false; 3],
            ),
        ] {
            assert_eq!(may(assigned, &more), expect, "{name}");
        }
    }
}
