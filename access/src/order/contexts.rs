//! Authentication contexts: called c1 to c99, and none lost that a policy asks for or that applications see.

use directory::{Call, Change, Check, Object, Record, Refusal, Snapshot};
use schema::authentication_context_class_reference::{AUTHENTICATION_CONTEXT_CLASS_REFERENCE, ID, IS_AVAILABLE};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS};

use super::{fill, removed, touched};

pub(crate) const CHECK: Check =
    Check { kind: &AUTHENTICATION_CONTEXT_CLASS_REFERENCE, complete: Some(complete), check: Some(check) };

/// The context of a name.
pub(crate) fn find<'a>(now: &'a Snapshot, name: &str) -> Option<&'a Object> {
    now.find_by(&AUTHENTICATION_CONTEXT_CLASS_REFERENCE, ID, name)
}

// The list is what a `directory::Complete` gets, whether it adds to it or not.
#[allow(clippy::ptr_arg)]
fn complete(_: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes.iter_mut() {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == AUTHENTICATION_CONTEXT_CLASS_REFERENCE.id()
        {
            fill(attributes, IS_AVAILABLE, false);
        }
    }
    Ok(())
}

fn check(before: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for context in touched(after, changes, &AUTHENTICATION_CONTEXT_CLASS_REFERENCE) {
        let name = context.get(ID).unwrap_or_default();
        let digits = name.strip_prefix('c').filter(|digits| !digits.starts_with('0'));
        if digits.and_then(|digits| digits.parse::<u8>().ok()).is_none_or(|number| !(1..=99).contains(&number)) {
            return Err(Refusal::invalid(format!("`{name}` is no context: they are called c1 to c99")).at(ID.name));
        }
    }
    for context in removed(before, changes, &AUTHENTICATION_CONTEXT_CLASS_REFERENCE) {
        let name = context.get(ID).unwrap_or_default();
        if context.is(IS_AVAILABLE) {
            return Err(Refusal::state("a published context cannot be deleted: set isAvailable to false first")
                .at(IS_AVAILABLE.name));
        }
        if let Some(policy) = after.all(&CONDITIONAL_ACCESS_POLICY).find(|policy| asks_for(policy, name)) {
            let policy = policy.get(schema::DISPLAY_NAME).unwrap_or_default();
            return Err(Refusal::state(format!(
                "the policy `{policy}` is about this context: change the policy first"
            )));
        }
    }
    Ok(())
}

fn asks_for(policy: &Object, name: &str) -> bool {
    let conditions = policy.get(CONDITIONS).unwrap_or_default();
    let empty = Record::new();
    let apps = conditions.record("applications").unwrap_or(&empty);
    apps.texts("includeAuthenticationContextClassReferences").any(|text| text.eq_ignore_ascii_case(name))
}
