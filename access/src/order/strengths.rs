//! Authentication strengths of one's own: what they amount to, and none lost that a policy demands.

use directory::{Actor, Call, Change, Check, Refusal, Snapshot};
use schema::authentication_strength_policy::{
    ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY, POLICY_TYPE, REQUIREMENTS_SATISFIED,
};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, GRANT_CONTROLS};

use super::{fill, given, removed, stamp, touched};
use crate::conditional::{AUTHENTICATION_STRENGTHS, strength_id};

pub(crate) const CHECK: Check =
    Check { kind: &AUTHENTICATION_STRENGTH_POLICY, complete: Some(complete), check: Some(check) };

/// How many strengths an organization may define: what Microsoft documents.
const CUSTOM_MAX: usize = 15;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes.iter_mut() {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == AUTHENTICATION_STRENGTH_POLICY.id()
        {
            let combinations = given(attributes, ALLOWED_COMBINATIONS).and_then(|v| v.as_list()).unwrap_or(&[]);
            let is_strong = combinations.iter().filter_map(|c| c.as_text()).all(is_multi_factor);
            fill(attributes, REQUIREMENTS_SATISFIED, if is_strong { "mfa" } else { "none" });
            fill(attributes, POLICY_TYPE, "custom");
        }
    }
    stamp(now, call.at, &AUTHENTICATION_STRENGTH_POLICY, changes);
    Ok(())
}

/// Whether a combination amounts to two factors: as the built-in strength has it.
fn is_multi_factor(combination: &str) -> bool {
    AUTHENTICATION_STRENGTHS.first().is_some_and(|(_, _, combinations)| combinations.contains(&combination))
}

fn check(before: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_built_in = |strength: &directory::Object| strength.get(POLICY_TYPE) == Some("builtIn");
    let gone = removed(before, changes, &AUTHENTICATION_STRENGTH_POLICY);
    let mut concerned = touched(after, changes, &AUTHENTICATION_STRENGTH_POLICY);
    concerned.extend(gone.iter().copied());
    if call.caller.actor != Actor::System && concerned.into_iter().any(is_built_in) {
        return Err(Refusal::denied("a built-in authentication strength stays as it is: define one of your own"));
    }
    let custom = after.all(&AUTHENTICATION_STRENGTH_POLICY).filter(|strength| !is_built_in(strength)).count();
    if custom > CUSTOM_MAX {
        return Err(Refusal::limit(format!("an organization defines at most {CUSTOM_MAX} authentication strengths")));
    }
    for strength in gone {
        let id = strength.id.to_string();
        let demands = |policy: &&directory::Object| {
            policy.get(GRANT_CONTROLS).is_some_and(|g| strength_id(&g).is_some_and(|s| s.eq_ignore_ascii_case(&id)))
        };
        if let Some(policy) = after.all(&CONDITIONAL_ACCESS_POLICY).find(demands) {
            let name = policy.get(schema::DISPLAY_NAME).unwrap_or_default();
            return Err(Refusal::state(format!("the policy `{name}` demands this strength: change the policy first")));
        }
    }
    Ok(())
}
