//! What Graph asks of an authentication strength: which policies use it, and another set of combinations.

use directory::{Action, Call, Change, Decision, Object, Record, Refusal, Snapshot, Value};
use schema::authentication_strength_policy::{
    ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY, COMBINATION_CONFIGURATIONS, REQUIREMENTS_SATISFIED,
};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, GRANT_CONTROLS};
use schema::{DISPLAY_NAME, STATE};

use crate::conditional::{AUTHENTICATION_STRENGTHS, strength_id};

pub(crate) const UPDATE: Action =
    Action::on(&AUTHENTICATION_STRENGTH_POLICY, "updateAllowedCombinations", update_allowed_combinations);
pub(crate) const USAGE: Action = Action::on(&AUTHENTICATION_STRENGTH_POLICY, "usage", usage).function();

/// The policies that demand a strength.
pub(crate) fn users<'n>(now: &'n Snapshot, strength: &Object) -> impl Iterator<Item = &'n Object> {
    let id = strength.id.to_string();
    now.all(&CONDITIONAL_ACCESS_POLICY).filter(move |policy| {
        policy.get(GRANT_CONTROLS).is_some_and(|grant| strength_id(&grant).is_some_and(|s| s.eq_ignore_ascii_case(&id)))
    })
}

/// What combinations amount to: `mfa` if each of them does.
pub(crate) fn requirements<'a>(mut combinations: impl Iterator<Item = &'a str>) -> &'static str {
    if combinations.all(is_multi_factor) { "mfa" } else { "none" }
}

/// Whether a combination amounts to two factors: as the built-in strength has it.
pub(crate) fn is_multi_factor(combination: &str) -> bool {
    AUTHENTICATION_STRENGTHS.first().is_some_and(|(_, _, combinations)| combinations.contains(&combination))
}

/// `updateAllowedCombinations`: what it was, what it is, and whom it concerns. What a combination that is gone was held to
/// goes with it.
fn update_allowed_combinations(
    now: &Snapshot,
    _: &Call<'_>,
    target: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let strength = named(target)?;
    let next: Vec<String> = given.texts("allowedCombinations").map(str::to_owned).collect();
    let before: Vec<String> =
        strength.get(ALLOWED_COMBINATIONS).unwrap_or_default().into_iter().map(str::to_owned).collect();
    let kept: Vec<Record> = strength
        .get(COMBINATION_CONFIGURATIONS)
        .unwrap_or_default()
        .into_iter()
        .filter(|record| record.texts("appliesToCombinations").all(|one| next.iter().any(|known| known == one)))
        .collect();
    let references: Vec<String> = users(now, strength).map(|policy| policy.id.to_string()).collect();
    let answer = Record::new()
        .with("@odata.type", "#microsoft.graph.updateAllowedCombinationsResult")
        .with("previousCombinations", before)
        .with("currentCombinations", next.clone())
        .with("conditionalAccessReferences", references)
        .with("additionalInformation", "");
    let changes = vec![
        Change::set(strength.id, ALLOWED_COMBINATIONS, next.clone()),
        Change::set(strength.id, REQUIREMENTS_SATISFIED, requirements(next.iter().map(String::as_str))),
        Change::set(strength.id, COMBINATION_CONFIGURATIONS, kept),
    ];
    Ok(Decision::change(changes).answering(Value::Record(answer)))
}

/// `usage`: the policies that demand it, by whether it amounts to two factors.
fn usage(now: &Snapshot, _: &Call<'_>, target: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let strength = named(target)?;
    let shown = |policy: &Object| {
        Record::new()
            .with("id", policy.id)
            .with_some("displayName", policy.get(DISPLAY_NAME))
            .with_some("state", policy.get(STATE))
    };
    let policies: Vec<Record> = users(now, strength).map(shown).collect();
    let (mfa, none) = if strength.get(REQUIREMENTS_SATISFIED) == Some("mfa") {
        (policies, Vec::new())
    } else {
        (Vec::new(), policies)
    };
    let answer = Record::new()
        .with("@odata.type", "#microsoft.graph.authenticationStrengthUsage")
        .with("mfa", mfa)
        .with("none", none);
    Ok(Decision::default().answering(Value::Record(answer)))
}

fn named(target: Option<&Object>) -> Result<&Object, Refusal> {
    target.ok_or_else(|| Refusal::invalid("name the authentication strength"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::sync::Arc;

    use directory::{Caller, Fresh, Id, Time};
    use schema::conditional_access_policy::CONDITIONS;

    use super::*;
    use crate::order::strengths::CHECK;

    const AT: Time = Time::from_unix(1_795_248_000);
    const STRENGTH: Id = Id::from_u128(0x51);
    const POLICY: Id = Id::from_u128(0x52);

    /// The directory after a strength of this kind was made as somebody would, or why not.
    fn made(combinations: &[&str], configurations: Vec<Record>) -> Result<Snapshot, Refusal> {
        let empty = Snapshot::empty(Arc::new(schema::model()));
        let mut changes = vec![Change::Create {
            id: STRENGTH,
            kind: AUTHENTICATION_STRENGTH_POLICY.id(),
            attributes: vec![
                (DISPLAY_NAME.id, "Keys".into()),
                (ALLOWED_COMBINATIONS.id, combinations.to_vec().into()),
                (COMBINATION_CONFIGURATIONS.id, configurations.into()),
            ],
        }];
        let caller = Caller { actor: directory::Actor::User(Id::from_u128(1)), ..Caller::system(Id::nil()) };
        let call = Call { caller: &caller, at: AT, fresh: Fresh::new(1) };
        CHECK.complete.unwrap()(&empty, &call, &mut changes)?;
        let after = empty.fork(AT, &changes)?;
        CHECK.check.unwrap()(&empty, &after, &call, &changes)?;
        let grant = Record::new()
            .with("operator", "OR")
            .with("authenticationStrength", Record::new().with("id", STRENGTH.to_string()));
        let policy = Change::Create {
            id: POLICY,
            kind: CONDITIONAL_ACCESS_POLICY.id(),
            attributes: vec![
                (DISPLAY_NAME.id, "Admins".into()),
                (STATE.id, "enabled".into()),
                (CONDITIONS.id, Record::new().with("clientAppTypes", ["all"]).into()),
                (GRANT_CONTROLS.id, grant.into()),
            ],
        };
        after.fork(AT, &[policy])
    }

    fn fido2(guids: &[&str]) -> Record {
        Record::new()
            .with("@odata.type", "#microsoft.graph.fido2CombinationConfiguration")
            .with("id", Id::from_u128(0x61).to_string())
            .with("appliesToCombinations", ["fido2"])
            .with("allowedAAGUIDs", guids.to_vec())
    }

    #[test]
    fn a_strength_names_known_combinations_and_holds_only_those_it_has_to_more() {
        const KEY: &str = "2fc0579f-8113-47ea-b116-bb5a8db9202a";
        let x509 = Record::new()
            .with("@odata.type", "#microsoft.graph.x509CertificateCombinationConfiguration")
            .with("appliesToCombinations", ["x509CertificateMultiFactor"])
            .with("allowedIssuerSkis", ["9A4248C6AC8C2931AB2A86537818E92E7B6C97B6"]);
        for (combinations, configurations, is_taken) in [
            (&["fido2"][..], vec![], true),
            (&["password,softwareOath"], vec![], true),
            (&["fido2"], vec![fido2(&[KEY])], true),
            (&["x509CertificateMultiFactor"], vec![x509.clone()], true),
            (&[], vec![], false),
            (&["fido2", "fido2"], vec![], false),
            (&["softwareOath,email"], vec![], false),
            (&["fido2"], vec![fido2(&["no-guid"])], false),
            (&["fido2"], vec![fido2(&[])], false),
            (&["fido2"], vec![fido2(&[KEY]), fido2(&[KEY])], false),
            (&["password,softwareOath"], vec![fido2(&[KEY])], false),
            (&["fido2"], vec![x509], false),
        ] {
            let found = made(combinations, configurations.clone());
            assert_eq!(found.is_ok(), is_taken, "{combinations:?} {configurations:?} {:?}", found.err());
        }
    }

    #[test]
    fn other_combinations_take_effect_and_say_whom_they_concern() {
        let now = made(&["fido2"], vec![fido2(&["2fc0579f-8113-47ea-b116-bb5a8db9202a"])]).unwrap();
        let caller = Caller::system(Id::nil());
        let call = Call { caller: &caller, at: AT, fresh: Fresh::new(1) };
        let strength = now.find(STRENGTH).unwrap();
        assert_eq!(strength.get(REQUIREMENTS_SATISFIED), Some("mfa"));
        let given = Record::new().with("allowedCombinations", ["password"]);
        let decision = (UPDATE.decide)(&now, &call, Some(strength), &given).unwrap();
        let answer = decision.answer.as_ref().and_then(Value::as_record).unwrap();
        assert_eq!(answer.texts("previousCombinations").collect::<Vec<_>>(), ["fido2"]);
        assert_eq!(answer.texts("conditionalAccessReferences").collect::<Vec<_>>(), [POLICY.to_string()]);
        let now = now.fork(AT, &decision.plan.changes).unwrap();
        let strength = now.find(STRENGTH).unwrap();
        assert_eq!(strength.get(REQUIREMENTS_SATISFIED), Some("none"));
        assert!(strength.get(COMBINATION_CONFIGURATIONS).unwrap_or_default().is_empty());
        let used = (USAGE.decide)(&now, &call, Some(strength), &Record::new()).unwrap().answer.unwrap();
        let used = used.as_record().unwrap();
        assert_eq!((used.list("mfa").len(), used.list("none").len()), (0, 1));
    }
}
