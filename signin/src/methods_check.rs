//! What the authentication methods policy may say: nothing that could not be acted on.

use directory::{Actor, Call, Change, Check, Object, Record, Refusal, Snapshot};
use schema::authentication_methods_policy::{
    AUTHENTICATION_METHOD_CONFIGURATIONS, AUTHENTICATION_METHODS_POLICY, RECONFIRMATION_IN_DAYS,
    REGISTRATION_ENFORCEMENT, SELF_SERVICE_PASSWORD_RESET,
};

use crate::access_pass::{LIFETIME_MINUTES_MAX, LIFETIME_MINUTES_MIN};
use crate::methods_policy::PolicyMethod;

/// Graph's limits.
const RECONFIRMATION_DAYS: std::ops::RangeInclusive<i64> = 0..=730;
const SNOOZE_DAYS: std::ops::RangeInclusive<i64> = 0..=14;
const PASS_CHARS: std::ops::RangeInclusive<i64> = 8..=48;
/// A configuration or campaign names at most so many targets.
const TARGETS_MAX: usize = 1_000;

pub(crate) const CHECK: Check = Check { kind: &AUTHENTICATION_METHODS_POLICY, complete: None, check: Some(check) };

fn check(_: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    // The server brings the policy along, and completes it in a second step.
    if call.caller.actor == Actor::System {
        return Ok(());
    }
    let is_touched = |policy: &&Object| changes.iter().any(|change| change.subject() == policy.id);
    after.all(&AUTHENTICATION_METHODS_POLICY).filter(is_touched).try_for_each(judge)
}

fn judge(policy: &Object) -> Result<(), Refusal> {
    let configurations = policy.get(AUTHENTICATION_METHOD_CONFIGURATIONS).unwrap_or_default();
    for method in PolicyMethod::ALL {
        let count = configurations.iter().filter(|record| is_of(record, method)).count();
        if count != 1 {
            let message = format!("`{}` is configured once: disable it rather than take it away", method.id());
            return Err(Refusal::invalid(message).at(AUTHENTICATION_METHOD_CONFIGURATIONS.name));
        }
    }
    for configuration in &configurations {
        let id = configuration.text("id").unwrap_or_default();
        if PolicyMethod::of_id(id).is_none() {
            let message = format!("there is no method `{id}` here");
            return Err(Refusal::invalid(message).at(AUTHENTICATION_METHOD_CONFIGURATIONS.name));
        }
        check_targets(configuration)?;
        if id.eq_ignore_ascii_case(PolicyMethod::TemporaryAccessPass.id()) {
            check_pass(configuration)?;
        }
        if id.eq_ignore_ascii_case(PolicyMethod::Fido2.id()) {
            check_keys(configuration)?;
        }
    }
    within("reconfirmationInDays", policy.get(RECONFIRMATION_IN_DAYS), RECONFIRMATION_DAYS)?;
    let enforcement = policy.get(REGISTRATION_ENFORCEMENT).unwrap_or_default();
    if let Some(campaign) = enforcement.record("authenticationMethodsRegistrationCampaign") {
        check_targets(campaign)?;
        within("snoozeDurationInDays", campaign.int("snoozeDurationInDays"), SNOOZE_DAYS)?;
    }
    if let Some(reset) = policy.get(SELF_SERVICE_PASSWORD_RESET) {
        check_targets(&reset)?;
        within("numberOfMethodsRequired", reset.int("numberOfMethodsRequired"), 1..=2)?;
    }
    Ok(())
}

fn check_pass(pass: &Record) -> Result<(), Refusal> {
    let minutes = LIFETIME_MINUTES_MIN..=LIFETIME_MINUTES_MAX;
    for name in ["minimumLifetimeInMinutes", "defaultLifetimeInMinutes", "maximumLifetimeInMinutes"] {
        within(name, pass.int(name), minutes.clone())?;
    }
    within("defaultLength", pass.int("defaultLength"), PASS_CHARS)?;
    let of = |name: &str| pass.int(name);
    let is_in_order = |low: &str, high: &str| of(low).zip(of(high)).is_none_or(|(low, high)| low <= high);
    if !is_in_order("minimumLifetimeInMinutes", "defaultLifetimeInMinutes")
        || !is_in_order("defaultLifetimeInMinutes", "maximumLifetimeInMinutes")
    {
        let message = "lies between the minimum and the maximum";
        return Err(Refusal::invalid(message).at("defaultLifetimeInMinutes"));
    }
    Ok(())
}

fn check_keys(keys: &Record) -> Result<(), Refusal> {
    let Some(restrictions) = keys.record("keyRestrictions") else { return Ok(()) };
    match restrictions.texts("aaGuids").find(|guid| directory::id_from_text(guid).is_none()) {
        Some(guid) => Err(Refusal::invalid(format!("`{guid}` is no AAGUID")).at("aaGuids")),
        None => Ok(()),
    }
}

fn check_targets(holder: &Record) -> Result<(), Refusal> {
    for list in ["includeTargets", "excludeTargets"] {
        if holder.list(list).len() > TARGETS_MAX {
            return Err(Refusal::limit(format!("names at most {TARGETS_MAX} targets")).at(list));
        }
        let is_target = |id: &str| id.eq_ignore_ascii_case("all_users") || directory::id_from_text(id).is_some();
        if holder.records(list).any(|target| !target.text("id").is_some_and(is_target)) {
            return Err(Refusal::invalid("names groups or users by their ids, or all_users").at(list));
        }
    }
    Ok(())
}

fn within(name: &str, number: Option<i64>, range: std::ops::RangeInclusive<i64>) -> Result<(), Refusal> {
    match number {
        Some(number) if !range.contains(&number) => {
            Err(Refusal::invalid(format!("is from {} to {}", range.start(), range.end())).at(name))
        }
        _ => Ok(()),
    }
}

fn is_of(configuration: &Record, method: PolicyMethod) -> bool {
    configuration.text("id").is_some_and(|id| id.eq_ignore_ascii_case(method.id()))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Caller, Fresh, Id};

    use super::*;
    use crate::fixture::{NOW, USER_ID};
    use crate::methods_policy::tests::{POLICY, with};

    fn said(change: impl Fn(&mut Vec<Record>), more: Vec<Change>) -> Result<(), Refusal> {
        let mut all: Vec<Record> = PolicyMethod::ALL.into_iter().map(PolicyMethod::default_configuration).collect();
        change(&mut all);
        let before = with(vec![]);
        let mut changes = vec![Change::set(POLICY, AUTHENTICATION_METHOD_CONFIGURATIONS, all)];
        changes.extend(more);
        let after = before.fork(NOW, &changes).unwrap();
        let caller = Caller { actor: Actor::User(USER_ID), ..Caller::system(Id::nil()) };
        let call = Call { caller: &caller, at: NOW, fresh: Fresh::new(1) };
        check(&before, &after, &call, &changes)
    }

    fn set(all: &mut [Record], method: PolicyMethod, name: &str, value: impl Into<directory::Value>) {
        all.iter_mut().find(|record| is_of(record, method)).unwrap().set(name, value);
    }

    #[test]
    fn a_policy_says_only_what_can_be_acted_on() {
        use PolicyMethod::{Fido2, SoftwareOath, TemporaryAccessPass};
        assert_eq!(said(|_| (), vec![]), Ok(()));
        assert_eq!(said(|all| set(all, SoftwareOath, "state", "disabled"), vec![]), Ok(()));
        type Edit = fn(&mut Vec<Record>);
        let wrong: [(&str, Edit); 9] = [
            ("taken away", |all| all.retain(|record| !is_of(record, Fido2))),
            ("twice", |all| all.push(Fido2.default_configuration())),
            ("unknown", |all| all.push(Record::new().with("id", "Carrier"))),
            ("short pass", |all| set(all, TemporaryAccessPass, "defaultLength", 7)),
            ("long pass", |all| set(all, TemporaryAccessPass, "maximumLifetimeInMinutes", 43_201)),
            ("default below minimum", |all| set(all, TemporaryAccessPass, "defaultLifetimeInMinutes", 59)),
            ("default above maximum", |all| set(all, TemporaryAccessPass, "defaultLifetimeInMinutes", 481)),
            ("no AAGUID", |all| {
                set(all, Fido2, "keyRestrictions", Record::new().with("aaGuids", ["a key"]));
            }),
            ("no target", |all| {
                set(all, Fido2, "includeTargets", vec![Record::new().with("id", "everybody")]);
            }),
        ];
        for (name, edit) in wrong {
            assert!(said(edit, vec![]).is_err(), "{name}");
        }
        let reset = |gates: i64| {
            Change::set(POLICY, SELF_SERVICE_PASSWORD_RESET, Record::new().with("numberOfMethodsRequired", gates))
        };
        assert!(said(|_| (), vec![reset(2)]).is_ok());
        assert!(said(|_| (), vec![reset(3)]).is_err());
        assert!(said(|_| (), vec![Change::set(POLICY, RECONFIRMATION_IN_DAYS, 731)]).is_err());
    }
}
