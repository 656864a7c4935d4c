//! What a policy asks of a person whose token was handed on: the service cannot ask them, so it learns `claims` for the
//! program in front of the person to send to the authorization endpoint (OpenID Connect Core §5.5), which asks the
//! policies again about the service and what the service wanted to reach.
//!
//! The claim is `capolids`, as Entra names it; its values are for us alone to read.

use signin::{Client, Evidence, Outcome, Resource, Scopes, Subject, Verdict};

use crate::authorize::request::AuthorizeRequest;
use crate::context::{self, Question};
use crate::error::Problem;
use crate::request::Desk;

/// The claim that carries it.
const CLAIM: &str = "capolids";
/// So many are followed in one request.
const CHAINED_MAX: usize = 4;

/// A service and the resource it wanted to reach, both by `appId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Chained {
    pub client: String,
    pub resource: String,
}

/// The problem with `claims` that name this service and what it asked for, where the person can do something about it.
pub(crate) fn asked_for(desk: &Desk<'_>, problem: Problem, client: &Client<'_>, scopes: &Scopes) -> Problem {
    if problem.claims.is_none() {
        return problem;
    }
    let Ok(resource) = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url) else { return problem };
    let value = format!("{}:{}", client.app_id(), resource.app_id());
    let claims = serde_json::json!({ "access_token": { CLAIM: { "essential": true, "values": [value] } } });
    Problem { claims: Some(claims.to_string()), ..problem }
}

/// What the `claims` parameter of an authorization request names; what is not ours is not there.
pub(crate) fn of_claims(claims: Option<&str>) -> Vec<Chained> {
    let parsed: Option<serde_json::Value> = claims.and_then(|text| serde_json::from_str(text).ok());
    let values = parsed
        .as_ref()
        .and_then(|claims| claims.get("access_token")?.get(CLAIM)?.get("values")?.as_array())
        .into_iter()
        .flatten();
    values.filter_map(|value| Chained::parse(value.as_str()?)).take(CHAINED_MAX).collect()
}

/// The verdict on a request, or the first one on what it names besides that lets nobody through.
pub(crate) fn judge(desk: &Desk<'_>, request: &AuthorizeRequest, evidence: &Evidence, verdict: Verdict) -> Verdict {
    if verdict.outcome != Outcome::Allow {
        return verdict;
    }
    let further = request.chained.iter().filter_map(|chained| {
        let client = Client::find(&desk.now, &chained.client).ok()?;
        let resource = Resource::find(&desk.now, &chained.resource, &desk.oidc.public_url).ok()?;
        let question = Question {
            subject: Subject::User(evidence.user),
            client: &client,
            resource: &resource,
            scopes: &Scopes::default(),
            client_app_type: crate::authorize::app_type(request.kind),
            evidence: Some(evidence),
            flow: None,
        };
        Some(context::ask(desk, &question))
    });
    further.into_iter().find(|further| further.outcome != Outcome::Allow).unwrap_or(verdict)
}

impl Chained {
    pub(crate) fn parse(text: &str) -> Option<Chained> {
        let (client, resource) = text.split_once(':')?;
        let is_id = |text: &str| directory::id_from_text(text).is_some();
        (is_id(client) && is_id(resource)).then(|| Chained { client: client.to_owned(), resource: resource.to_owned() })
    }

    pub(crate) fn print(&self) -> String {
        format!("{}:{}", self.client, self.resource)
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_ours_is_read_and_not_without_end() {
        const A: &str = "00000000-0000-4000-8000-000000000021";
        let claims = |values: &[&str]| {
            serde_json::json!({ "access_token": { "capolids": { "essential": true, "values": values } } }).to_string()
        };
        let good = format!("{A}:{A}");
        let found = of_claims(Some(&claims(&[&good, "x", "a:b", A])));
        assert_eq!(found, [Chained { client: A.to_owned(), resource: A.to_owned() }]);
        assert_eq!(Chained::parse(&found[0].print()), Some(found[0].clone()));
        assert_eq!(of_claims(Some(&claims(&[good.as_str(); 9]))).len(), CHAINED_MAX);
        for nothing in [None, Some("{"), Some("{}"), Some(r#"{"access_token":{"capolids":null}}"#)] {
            assert!(of_claims(nothing).is_empty());
        }
    }
}
