//! What an authorization is for: one resource, or each of several that `resource` names (RFC 8707).

use directory::Id;
use signin::{Client, Resource, Scopes};

use super::request::AuthorizeRequest;
use crate::error::{BAD_TARGET, Problem};
use crate::request::Desk;

/// So many resources in one request.
const RESOURCES_MAX: usize = 8;

/// A resource and what is wanted of it.
#[derive(Clone)]
pub(crate) struct Target<'a> {
    pub scopes: Scopes,
    pub resource: Resource<'a>,
}

/// Every target of a request, the first one first.
pub(crate) fn of<'a>(desk: &'a Desk<'_>, scope: &str, resources: &[String]) -> Result<Vec<Target<'a>>, Problem> {
    if resources.is_empty() {
        let scopes = Scopes::parse(scope)?;
        let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
        return Ok(vec![Target { scopes, resource }]);
    }
    if resources.len() > RESOURCES_MAX {
        return Err(Problem::new(BAD_TARGET, format!("there are more than {RESOURCES_MAX} resources")));
    }
    let all = Scopes::parse_for(scope, resources)?;
    let several = all.len() > 1;
    all.into_iter()
        .map(|mut scopes| {
            let found = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url);
            // §2: the error of a resource that is named by itself.
            let resource = found.map_err(|denial| Problem::new(BAD_TARGET, denial.reason))?;
            if several {
                keep_offered(&mut scopes, &resource);
            }
            Ok(Target { scopes, resource })
        })
        .collect()
}

/// A word that stands for several resources means those that have it.
fn keep_offered(scopes: &mut Scopes, resource: &Resource<'_>) {
    let offered = resource.permission_scopes();
    let is_offered = |name: &String| {
        offered.iter().any(|scope| scope.text("value").is_some_and(|value| value.eq_ignore_ascii_case(name)))
    };
    scopes.names.retain(is_offered);
    scopes.default |= scopes.names.is_empty();
}

/// The first target to which nobody has consented yet, and what is missing there.
pub(crate) fn missing_consent<'a>(
    desk: &'a Desk<'_>,
    client: &Client<'_>,
    request: &AuthorizeRequest,
    user: Id,
) -> Result<Option<(Target<'a>, Vec<String>)>, Problem> {
    for target in of(desk, &request.scope, &request.resources)? {
        let missing = signin::missing_consent(&desk.now, client, &target.resource, &target.scopes, user);
        if !missing.is_empty() {
            return Ok(Some((target, missing)));
        }
    }
    Ok(None)
}
