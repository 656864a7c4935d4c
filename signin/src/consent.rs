//! Consent: a person lets an application act for them, or an administrator lets it act for everybody.

use directory::{Call, Change, Decision, Id, Refusal, Snapshot};
use schema::oauth2_permission_grant::{
    CLIENT_ID, CONSENT_TYPE, GRANTED_BY, GRANTED_TO, OAUTH2_PERMISSION_GRANT, RESOURCE_ID, SCOPE,
};
use schema::user::USER;
use schema::{PRINCIPAL_ID, RESOURCE_LINK};

use crate::client::{Client, Resource};
use crate::consent_policy::may_consent;
use crate::grants::grants_of;

/// One permission that an application asks for, as a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wish {
    pub scope: String,
    pub display_name: String,
    pub description: String,
    /// Only an administrator may let it.
    pub needs_admin: bool,
}

/// The permissions asked for, in words; the first one that the resource does not offer is the error.
///
/// What the organization does not let people consent to for themselves needs an administrator.
pub fn wishes(
    now: &Snapshot,
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &[String],
) -> Result<Vec<Wish>, String> {
    let offered = resource.permission_scopes();
    scopes
        .iter()
        .map(|name| {
            let found = offered.iter().find(|scope| {
                scope.text("value").is_some_and(|value| value.eq_ignore_ascii_case(name))
                    && scope.bool("isEnabled").unwrap_or(true)
            });
            let scope = found.ok_or_else(|| name.clone())?;
            let text =
                |user: &str, admin: &str| scope.text(user).or_else(|| scope.text(admin)).unwrap_or(name).to_owned();
            Ok(Wish {
                scope: scope.text("value").unwrap_or(name).to_owned(),
                display_name: text("userConsentDisplayName", "adminConsentDisplayName"),
                description: text("userConsentDescription", "adminConsentDescription"),
                needs_admin: !may_consent(now, client, resource, scope),
            })
        })
        .collect()
}

/// Write a consent down: to one person's grant, or to everybody's when `user` is absent. A grant that is there grows.
pub fn consent(
    now: &Snapshot,
    call: &Call<'_>,
    client: Id,
    resource: Id,
    user: Option<Id>,
    scopes: &[String],
) -> Result<Decision, Refusal> {
    now.get_a(&schema::service_principal::SERVICE_PRINCIPAL, client)?;
    now.get_a(&schema::service_principal::SERVICE_PRINCIPAL, resource)?;
    if let Some(user) = user {
        now.get_a(&USER, user)?;
    }
    let kind = if user.is_some() { "Principal" } else { "AllPrincipals" };
    let known = grants_of(now, client, resource)
        .find(|grant| grant.get(CONSENT_TYPE) == Some(kind) && crate::grants::same_id(grant.get(PRINCIPAL_ID), user));
    if let Some(grant) = known {
        let mut all: Vec<&str> = grant.get(SCOPE).unwrap_or_default().split_ascii_whitespace().collect();
        for scope in scopes {
            if !all.iter().any(|known| known.eq_ignore_ascii_case(scope)) {
                all.push(scope);
            }
        }
        return Ok(Decision::change(vec![Change::set(grant.id, SCOPE, all.join(" "))]));
    }
    let id = call.new_id();
    let mut attributes = vec![
        (CLIENT_ID.id, client.to_string().into()),
        (CONSENT_TYPE.id, kind.into()),
        (RESOURCE_ID.id, resource.to_string().into()),
        (SCOPE.id, scopes.join(" ").into()),
    ];
    attributes.extend(user.map(|user| (PRINCIPAL_ID.id, user.to_string().into())));
    let mut changes = vec![
        Change::Create { id, kind: OAUTH2_PERMISSION_GRANT.id(), attributes },
        Change::link(id, GRANTED_TO, client),
        Change::link(id, RESOURCE_LINK, resource),
    ];
    changes.extend(user.map(|user| Change::link(id, GRANTED_BY, user)));
    Ok(Decision::change(changes))
}
