//! Consent: which application may act for whom, within which scopes.

use directory::{Call, Change, Check, Id, Object, Refusal, Snapshot, Value};
use schema::PRINCIPAL_ID;
use schema::RESOURCE_LINK;
use schema::oauth2_permission_grant::{
    CLIENT_ID, CONSENT_TYPE, GRANTED_TO, OAUTH2_PERMISSION_GRANT, RESOURCE_ID, SCOPE,
};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;

use super::{given, touched};
use crate::reading::guid;

pub(crate) const CHECK: Check = Check { kind: &OAUTH2_PERMISSION_GRANT, complete: Some(complete), check: Some(check) };

const GRANTED_BY: directory::LinkId = directory::LinkId::of("grantedBy");
/// The longest list of scopes, in characters: what Microsoft documents.
const SCOPE_CHARS_MAX: usize = 3_850;

fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut links = Vec::new();
    for change in changes.iter() {
        let Change::Create { id, kind, attributes } = change else {
            continue;
        };
        if *kind != OAUTH2_PERMISSION_GRANT.id() {
            continue;
        }
        let ends = [
            (GRANTED_BY, given(attributes, PRINCIPAL_ID)),
            (GRANTED_TO, given(attributes, CLIENT_ID)),
            (RESOURCE_LINK, given(attributes, RESOURCE_ID)),
        ];
        for (link, end) in ends {
            let target = end.and_then(Value::as_guid).filter(|target| now.find(*target).is_some());
            links.extend(target.map(|target| Change::link(*id, link, target)));
        }
    }
    changes.retain(|change| !links.contains(change));
    changes.append(&mut links);
    Ok(())
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    touched(after, changes, &OAUTH2_PERMISSION_GRANT).into_iter().try_for_each(|grant| check_one(after, grant))
}

fn check_one(after: &Snapshot, grant: &Object) -> Result<(), Refusal> {
    let client = guid(grant, CLIENT_ID).filter(|id| after.find_a(&SERVICE_PRINCIPAL, *id).is_some());
    let Some(client) = client else {
        return Err(Refusal::invalid("names no service principal").at(CLIENT_ID.name));
    };
    let resource = guid(grant, RESOURCE_ID).filter(|id| after.find_a(&SERVICE_PRINCIPAL, *id).is_some());
    let Some(resource) = resource else {
        return Err(Refusal::invalid("names no service principal").at(RESOURCE_ID.name));
    };
    let principal = guid(grant, PRINCIPAL_ID);
    match grant.get(CONSENT_TYPE) {
        Some("AllPrincipals") if principal.is_some() => {
            return Err(Refusal::invalid("is given only with the consent type Principal").at(PRINCIPAL_ID.name));
        }
        Some("Principal") if principal.is_none_or(|id| after.find_a(&USER, id).is_none()) => {
            return Err(Refusal::invalid("names no user").at(PRINCIPAL_ID.name));
        }
        Some("AllPrincipals" | "Principal") => {}
        _ => return Err(Refusal::invalid("is AllPrincipals or Principal").at(CONSENT_TYPE.name)),
    }
    if grant.get(SCOPE).unwrap_or_default().chars().count() > SCOPE_CHARS_MAX {
        return Err(Refusal::limit(format!("has at most {SCOPE_CHARS_MAX} characters")).at(SCOPE.name));
    }
    if has_twin(after, grant, client, resource, principal) {
        return Err(Refusal::conflict("Permission entry already exists."));
    }
    Ok(())
}

fn has_twin(after: &Snapshot, grant: &Object, client: Id, resource: Id, principal: Option<Id>) -> bool {
    after.by(CLIENT_ID, Value::Guid(client)).any(|other| {
        other.id != grant.id
            && after.is_a(other, &OAUTH2_PERMISSION_GRANT)
            && guid(other, RESOURCE_ID) == Some(resource)
            && guid(other, PRINCIPAL_ID) == principal
            && other.get(CONSENT_TYPE) == grant.get(CONSENT_TYPE)
    })
}
