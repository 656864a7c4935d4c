//! Claims mapping: what a `claimsMappingPolicy` puts into the tokens for the application that it is assigned to.
//!
//! A policy is read and judged when it is written, so that what is kept can be followed. Deliberately absent: the claims of
//! SAML (`SamlClaimType` is kept and says nothing here), transformations of transformations, and `RegexReplace`.

use directory::{Call, Change, Check, Object, Refusal, Snapshot, Value};
use schema::application::API;
use schema::organization::{COUNTRY_LETTER_CODE, ORGANIZATION};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::sts_policy::{CLAIMS_MAPPING_POLICIES, CLAIMS_MAPPING_POLICY, DEFINITION, STS_POLICY};
use schema::{APP_ID, DISPLAY_NAME};

use crate::scope::GRAPH_APP_ID;
use crate::{Denial, json};

mod definition;
mod restricted;
mod source;

use definition::{Definition, Entry, Method, Source};

pub(crate) const OF_POLICY: Check = Check { kind: &STS_POLICY, complete: None, check: Some(check_policies) };
pub(crate) const OF_PRINCIPAL: Check = Check { kind: &SERVICE_PRINCIPAL, complete: None, check: Some(check_holders) };

/// The claims that a policy may leave out: they are in every token, but say nothing that a program relies on.
pub(crate) const BASIC: [&str; 3] = ["family_name", "given_name", "name"];

/// Whom and what a token speaks of.
#[derive(Clone, Copy)]
pub(crate) struct About<'a> {
    /// Absent where an application acts as itself.
    pub user: Option<&'a Object>,
    pub client: &'a Object,
    pub resource: &'a Object,
    /// For whom the token is: its service principal, and its application where that is registered here.
    pub audience: &'a Object,
    pub audience_app: Option<&'a Object>,
}

/// What a policy does to a token.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct Mapped {
    pub leaves_basic_out: bool,
    pub claims: Vec<(String, Value)>,
}

/// What the policy of a token's audience says, if it has one.
///
/// Tokens are signed with one key for all applications; only one that says so takes what an administrator put into them
/// (50146).
pub(crate) fn mapped(now: &Snapshot, about: &About<'_>) -> Result<Option<Mapped>, Denial> {
    let Some(policy) = now.linked(about.audience.id, CLAIMS_MAPPING_POLICIES) else { return Ok(None) };
    let Ok(definition) = read(policy) else { return Ok(None) };
    let accepts = about.audience_app.and_then(|app| app.get(API)).and_then(|api| api.bool("acceptMappedClaims"));
    if accepts != Some(true) {
        let name = about.audience.get(DISPLAY_NAME).unwrap_or_default();
        let why = format!(
            "application `{name}` has a claims mapping policy but does not accept mapped claims: set `api.acceptMappedClaims`"
        );
        return Err(Denial::new(50_146, why));
    }
    let claims = definition.entries.iter().filter_map(|entry| {
        let name = entry.jwt_claim.clone()?;
        Some((name, value(now, about, &definition, entry)?))
    });
    Ok(Some(Mapped { leaves_basic_out: !definition.includes_basic, claims: claims.collect() }))
}

/// What an entry says of this token; nothing where there is nothing to say.
fn value(now: &Snapshot, about: &About<'_>, definition: &Definition, entry: &Entry) -> Option<Value> {
    match &entry.source {
        Source::Constant(text) => Some(text.as_str().into()),
        Source::User => source::of_user(about.user?, &entry.id),
        Source::Application => source::of_principal(about.client, &entry.id),
        Source::Resource => source::of_principal(about.resource, &entry.id),
        Source::Audience => source::of_principal(about.audience, &entry.id),
        Source::Company => now.all(&ORGANIZATION).find_map(|all| all.get(COUNTRY_LETTER_CODE)).map(Value::from),
        Source::Transformation(id) => {
            let transformation = definition.transformation(id)?;
            let input = |at: usize| {
                let entry = definition.entry(transformation.inputs.get(at)?)?;
                // Only what was not transformed itself: the policy was refused otherwise.
                let plain = !matches!(entry.source, Source::Transformation(_));
                value(now, about, definition, entry).filter(|_| plain)?.as_text().map(str::to_owned)
            };
            let first = input(0)?;
            Some(Value::from(match &transformation.method {
                Method::Join { separator } => format!("{first}{separator}{}", input(1)?),
                Method::ExtractMailPrefix => first.split('@').next().unwrap_or_default().to_owned(),
                Method::ToLowercase => first.to_lowercase(),
                Method::ToUppercase => first.to_uppercase(),
            }))
        }
    }
}

fn read(policy: &Object) -> Result<Definition, String> {
    let definitions = policy.get(DEFINITION).unwrap_or_default();
    let [text] = definitions.as_slice() else { return Err(definition::wrong()) };
    Definition::of(&json::parse(text).ok_or_else(definition::wrong)?)
}

fn check_policies(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let touched = changes.iter().filter_map(|change| after.find_a(&CLAIMS_MAPPING_POLICY, change.subject()));
    for policy in touched {
        read(policy).map_err(|why| Refusal::invalid(why).at(DEFINITION.name))?;
    }
    Ok(())
}

/// An application has one policy at most; the tokens for Graph are ours to read and stay as they are.
fn check_holders(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Change::Link { source, link, .. } = change else { continue };
        if *link != CLAIMS_MAPPING_POLICIES {
            continue;
        }
        if after.links(*source, CLAIMS_MAPPING_POLICIES).take(2).count() > 1 {
            return Err(Refusal::conflict(
                "the service principal has a claims mapping policy already; remove it first",
            ));
        }
        if after.find(*source).is_some_and(|holder| holder.get(APP_ID) == Some(GRAPH_APP_ID)) {
            return Err(Refusal::invalid("the claims of tokens for Microsoft Graph cannot be mapped"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests;
