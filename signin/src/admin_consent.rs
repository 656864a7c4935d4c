//! Consent of an administrator beforehand, for the whole organisation: which permissions an application asks for there, and
//! the application roles that it gets. Delegated permissions are written down by [`crate::consent`].

use directory::{Call, Change, Decision, Id, Record, Snapshot};
use schema::APP_ROLES;
use schema::app_role_assignment::{APP_ROLE_ASSIGNMENT, APP_ROLE_ID, PRINCIPAL_ID, RESOURCE_ID};
use schema::application::REQUIRED_RESOURCE_ACCESS;

use crate::Denial;
use crate::client::{Client, Resource};
use crate::consent::Wish;
use crate::scope::{Scopes, WORDS_MAX};

/// What is asked for at one resource.
#[derive(Clone)]
pub struct Permissions<'a> {
    pub resource: Resource<'a>,
    /// On behalf of people, by their values.
    pub scopes: Vec<String>,
    /// Of the application itself, by the ids of the roles.
    pub roles: Vec<Id>,
    /// All of them, as an administrator reads them; those on behalf of people first.
    pub delegated: Vec<Wish>,
    pub application: Vec<Wish>,
}

/// What an administrator is asked for: the permissions that `scope` names, and with `.default`, or without a scope, all that
/// the application registered (`requiredResourceAccess`), delegated ones and roles.
pub fn permissions_for_all<'a>(
    now: &'a Snapshot,
    client: &Client<'a>,
    scope: Option<&str>,
    public_url: &str,
) -> Result<Vec<Permissions<'a>>, Denial> {
    let Some(scope) = scope else { return registered(now, client, public_url) };
    let mut all: Vec<Permissions<'a>> = Vec::new();
    for (at, word) in scope.split_ascii_whitespace().enumerate() {
        if at >= WORDS_MAX {
            return Err(Denial::invalid_scope(format!("the scope has more than {WORDS_MAX} words")));
        }
        let one = Scopes::parse(word)?;
        if one.default {
            return registered(now, client, public_url);
        }
        if one.asks_for_resource() {
            let permissions = at_resource(&mut all, Resource::find(now, &one.resource, public_url)?)?;
            one.names.iter().try_for_each(|name| {
                permissions.add_scope(name, |scope| scope.text("value").is_some_and(|v| v.eq_ignore_ascii_case(name)))
            })?;
        }
    }
    if all.is_empty() {
        return Err(Denial::invalid_scope("the scope names nothing that needs a consent"));
    }
    Ok(all)
}

fn registered<'a>(now: &'a Snapshot, client: &Client<'a>, public_url: &str) -> Result<Vec<Permissions<'a>>, Denial> {
    let required = client.app.and_then(|app| app.get(REQUIRED_RESOURCE_ACCESS)).unwrap_or_default();
    let mut all: Vec<Permissions<'a>> = Vec::new();
    for entry in &required {
        let app_id = entry.text("resourceAppId").unwrap_or_default();
        let permissions = at_resource(&mut all, Resource::find(now, app_id, public_url)?)?;
        for access in entry.records("resourceAccess") {
            let Some(id) = access.guid("id") else { continue };
            match access.text("type") {
                Some("Role") => permissions.add_role(id)?,
                _ => permissions.add_scope(&id.to_string(), |scope| scope.guid("id") == Some(id))?,
            }
        }
    }
    all.retain(|permissions| !permissions.scopes.is_empty() || !permissions.roles.is_empty());
    if all.is_empty() {
        let why = format!("`{}` has registered no permissions; ask for them by their names", client.name());
        return Err(Denial::invalid_scope(why));
    }
    Ok(all)
}

/// The entry of a resource; one is made where there is none.
fn at_resource<'b, 'a>(
    all: &'b mut Vec<Permissions<'a>>,
    resource: Resource<'a>,
) -> Result<&'b mut Permissions<'a>, Denial> {
    let at = all.iter().position(|known| known.resource.principal.id == resource.principal.id).unwrap_or(all.len());
    if at == all.len() {
        let (delegated, application) = (Vec::new(), Vec::new());
        all.push(Permissions { resource, scopes: Vec::new(), roles: Vec::new(), delegated, application });
    }
    all.get_mut(at).ok_or_else(|| Denial::invalid_scope("the scope cannot be read"))
}

impl Permissions<'_> {
    fn add_scope(&mut self, name: &str, is_meant: impl Fn(&Record) -> bool) -> Result<(), Denial> {
        let offered = self.resource.permission_scopes();
        let found = offered.iter().find(|scope| is_meant(scope) && scope.bool("isEnabled").unwrap_or(true));
        let value = found.and_then(|scope| scope.text("value"));
        let (Some(scope), Some(value)) = (found, value) else { return Err(self.lacks(name)) };
        if !self.scopes.iter().any(|known| known == value) {
            self.scopes.push(value.to_owned());
            self.delegated.push(wish(scope, value, ("adminConsentDisplayName", "adminConsentDescription")));
        }
        Ok(())
    }

    fn add_role(&mut self, id: Id) -> Result<(), Denial> {
        let offered = self.resource.principal.get(APP_ROLES).unwrap_or_default();
        let is_for_applications = |role: &Record| {
            role.list("allowedMemberTypes").is_empty() || role.texts("allowedMemberTypes").any(|t| t == "Application")
        };
        let found = offered.iter().find(|role| {
            role.guid("id") == Some(id) && role.bool("isEnabled").unwrap_or(true) && is_for_applications(role)
        });
        let Some(role) = found else { return Err(self.lacks(&id.to_string())) };
        if !self.roles.contains(&id) {
            self.roles.push(id);
            let value = role.text("value").unwrap_or_default();
            self.application.push(wish(role, value, ("displayName", "description")));
        }
        Ok(())
    }

    fn lacks(&self, name: &str) -> Denial {
        Denial::invalid_scope(format!("`{}` offers no permission `{name}`", self.resource.name()))
    }
}

/// A permission in an administrator's words.
fn wish(offered: &Record, value: &str, (name, description): (&str, &str)) -> Wish {
    let text = |field: &str| offered.text(field).filter(|text| !text.is_empty()).unwrap_or(value).to_owned();
    Wish { scope: value.to_owned(), display_name: text(name), description: text(description), needs_admin: true }
}

/// Give an application these roles at these resources; those that it has it keeps.
#[must_use]
pub fn assign_roles(now: &Snapshot, call: &Call<'_>, client: Id, wanted: &[(Id, Id)]) -> Decision {
    let has = |resource: Id, role: Id| {
        now.by(PRINCIPAL_ID, client).any(|held| {
            now.is_a(held, &APP_ROLE_ASSIGNMENT)
                && held.get(RESOURCE_ID) == Some(resource)
                && held.get(APP_ROLE_ID) == Some(role)
        })
    };
    let missing = wanted.iter().filter(|(resource, role)| !has(*resource, *role));
    let assignment = |(resource, role): &(Id, Id)| Change::Create {
        id: call.new_id(),
        kind: APP_ROLE_ASSIGNMENT.id(),
        attributes: vec![
            (PRINCIPAL_ID.id, client.into()),
            (RESOURCE_ID.id, (*resource).into()),
            (APP_ROLE_ID.id, (*role).into()),
        ],
    };
    Decision::change(missing.map(assignment).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{APP, APP_OBJECT, GRAPH, NOW, ROLE, SCOPE, directory};

    const HOME: &str = "https://id.xyz.example";

    fn entry(resource: &str, access: &[(Id, &str)]) -> Record {
        let all: Vec<Record> =
            access.iter().map(|(id, kind)| Record::new().with("id", *id).with("type", *kind)).collect();
        Record::new().with("resourceAppId", resource).with("resourceAccess", all)
    }

    #[test]
    fn an_administrator_is_asked_for_what_is_named_or_for_all_that_is_registered() {
        let graph = crate::GRAPH_APP_ID;
        let both = vec![entry(graph, &[(SCOPE, "Scope"), (ROLE, "Role")])];
        let all = (vec!["User.Read"], vec![ROLE]);
        let only = |scope: &'static str| (vec![scope], vec![]);
        for (name, required, scope, expect) in [
            ("no scope", both.clone(), None, Ok(all.clone())),
            (".default", both.clone(), Some("https://graph.microsoft.com/.default"), Ok(all.clone())),
            ("a name", both.clone(), Some("openid Directory.Read.All"), Ok(only("Directory.Read.All"))),
            ("a name twice", both.clone(), Some("user.read User.Read"), Ok(only("User.Read"))),
            ("a name that is not offered", both.clone(), Some("Mail.Burn"), Err(70_011)),
            ("only OpenID's words", both.clone(), Some("openid profile"), Err(70_011)),
            ("nothing registered", vec![], None, Err(70_011)),
            ("a resource that is not here", vec![entry("nowhere", &[(SCOPE, "Scope")])], None, Err(500_011)),
            ("a role that is none", vec![entry(graph, &[(SCOPE, "Role")])], None, Err(70_011)),
            ("a scope that is a role", vec![entry(graph, &[(ROLE, "Scope")])], None, Err(70_011)),
        ] {
            let now = directory().fork(NOW, &[Change::set(APP_OBJECT, REQUIRED_RESOURCE_ACCESS, required)]).unwrap();
            let client = Client::find(&now, APP).unwrap();
            let found = permissions_for_all(&now, &client, scope, HOME);
            let found = found.map_err(|denial| denial.code).map(|all| {
                assert_eq!(all.len(), 1, "{name}");
                assert_eq!(all[0].resource.principal.id, GRAPH, "{name}");
                assert_eq!(all[0].delegated.len(), all[0].scopes.len(), "{name}");
                (all[0].scopes.clone(), all[0].roles.clone())
            });
            let expect =
                expect.map(|(scopes, roles)| (scopes.into_iter().map(str::to_owned).collect::<Vec<_>>(), roles));
            assert_eq!(found, expect, "{name}");
        }
    }
}
