//! Conditional Access policies: conditions in words that are known, controls that go together, and nobody who locks
//! everybody out unawares.

use directory::{Call, Change, Check, Object, Record, RecordDef, Refusal, Snapshot, Value, id_from_text};
use schema::conditional_access_policy::{
    CONDITIONAL_ACCESS_CONDITION_SET_RECORD, CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD, CONDITIONAL_ACCESS_POLICY,
    CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD, CONDITIONS, GRANT_CONTROLS, IS_LOCKOUT_ACCEPTED,
    LOCKOUT_ACCEPTED_REASON, SESSION_CONTROLS,
};
use schema::named_location::NAMED_LOCATION;
use schema::{DISPLAY_NAME, STATE};

use super::controls::Judged;
use super::{contexts, controls, lockout, stamp, touched};
use crate::conditional::{device_rule, is_unknown};

pub(crate) const CHECK: Check =
    Check { kind: &CONDITIONAL_ACCESS_POLICY, complete: Some(complete), check: Some(check) };

/// How many policies a tenant may have, whatever their state. Microsoft's limit is 195; a decision over this many still
/// takes less than a millisecond.
const POLICIES_MAX: usize = 2_000;
/// How many users, groups or applications one list of a policy may name.
const LISTED_MAX: usize = 2_000;

/// How long the rule of a device filter may be, in bytes: what Microsoft documents.
const RULE_MAX: usize = 3_072;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Judged {
    stamp(now, call.at, &CONDITIONAL_ACCESS_POLICY, changes);
    for change in changes.iter_mut() {
        if let Change::Set { attribute, new: Some(new), .. } = change
            && *attribute == GRANT_CONTROLS.id
            && let Value::Record(grant) = new
        {
            controls::complete(grant);
        }
        if let Change::Create { kind, attributes, .. } = change
            && *kind == CONDITIONAL_ACCESS_POLICY.id()
            && let Some((_, Value::Record(grant))) = attributes.iter_mut().find(|(a, _)| *a == GRANT_CONTROLS.id)
        {
            controls::complete(grant);
        }
        let conditions = match change {
            Change::Create { kind, attributes, .. } if *kind == CONDITIONAL_ACCESS_POLICY.id() => {
                attributes.iter_mut().find(|(a, _)| *a == CONDITIONS.id).map(|(_, value)| value)
            }
            Change::Set { attribute, new: Some(new), .. } if *attribute == CONDITIONS.id => Some(new),
            _ => None,
        };
        if let Some(Value::Record(conditions)) = conditions
            && conditions.list("clientAppTypes").is_empty()
        {
            conditions.set("clientAppTypes", ["all"]);
        }
    }
    Ok(())
}

fn check(_: &Snapshot, after: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Judged {
    let policies = touched(after, changes, &CONDITIONAL_ACCESS_POLICY);
    for policy in &policies {
        check_policy(after, policy)?;
    }
    if changes.iter().any(|change| matches!(change, Change::Create { .. }))
        && after.all(&CONDITIONAL_ACCESS_POLICY).count() > POLICIES_MAX
    {
        return Err(Refusal::limit(format!("a tenant has at most {POLICIES_MAX} Conditional Access policies")));
    }
    let enforced: Vec<&&Object> = policies.iter().filter(|policy| policy.get(STATE) == Some("enabled")).collect();
    if !enforced.is_empty() && !enforced.iter().all(|policy| policy.is(IS_LOCKOUT_ACCEPTED)) {
        lockout::refuse(after, call.at)?;
    }
    Ok(())
}

/// Whether a policy could be written as it stands: for those that are only tried.
pub(crate) fn check_draft(after: &Snapshot, policy: &Object) -> Judged {
    check_policy(after, policy)
}

fn check_policy(after: &Snapshot, policy: &Object) -> Judged {
    if policy.get(DISPLAY_NAME).is_none_or(|name| name.trim().is_empty()) {
        return Err(Refusal::invalid("is required").at(DISPLAY_NAME.name));
    }
    let conditions = policy.get(CONDITIONS).unwrap_or_default();
    let grant = policy.get(GRANT_CONTROLS).unwrap_or_default();
    let session = policy.get(SESSION_CONTROLS).unwrap_or_default();
    check_subjects(&conditions)?;
    check_targets(after, &conditions)?;
    check_devices(&conditions)?;
    check_locations(after, &conditions)?;
    check_risks(&conditions)?;
    controls::check(after, &conditions, &grant, &session)?;
    if policy.get(STATE) == Some("enabled") {
        check_known(&conditions, &CONDITIONAL_ACCESS_CONDITION_SET_RECORD)?;
        check_known(&grant, &CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD)?;
        check_known(&session, &CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD)?;
    }
    let has_reason = policy.get(LOCKOUT_ACCEPTED_REASON).is_some_and(|reason| !reason.trim().is_empty());
    if policy.is(IS_LOCKOUT_ACCEPTED) && !has_reason {
        return Err(Refusal::invalid("say why everybody may be locked out").at(LOCKOUT_ACCEPTED_REASON.name));
    }
    if controls::named(&grant).is_empty() && session.iter().all(|(_, control)| !controls::is_set(control)) {
        return Err(Refusal::invalid(
            "a policy demands something or controls the session: give grantControls or \
                                     sessionControls",
        )
        .at(GRANT_CONTROLS.name));
    }
    Ok(())
}

/// What is not understood is kept and given back, but not enforced: it would not mean what it says.
fn check_known(given: &Record, shape: &'static RecordDef) -> Judged {
    match given.iter().find(|(name, value)| is_unknown(name, value, shape)) {
        None => Ok(()),
        Some((name, _)) => Err(Refusal::invalid(format!(
            "`{name}` is not judged here: take it out, or leave the policy off or in report-only mode"
        ))
        .at(STATE.name)),
    }
}

/// Each text of a list is one of the words, or a GUID.
fn check_tokens(record: &Record, list: &str, words: &[&str]) -> Judged {
    if record.list(list).len() > LISTED_MAX {
        return Err(Refusal::limit(format!("names at most {LISTED_MAX}")).at(list));
    }
    let is_known = |text: &str| words.iter().any(|w| w.eq_ignore_ascii_case(text)) || id_from_text(text).is_some();
    match record.texts(list).find(|text| !is_known(text)) {
        Some(text) => {
            Err(Refusal::invalid(format!("`{text}` is neither an id nor one of {}", words.join(", "))).at(list))
        }
        None => Ok(()),
    }
}

fn check_subjects(conditions: &Record) -> Judged {
    let empty = Record::new();
    let users = conditions.record("users").unwrap_or(&empty);
    for (list, words) in [
        ("includeUsers", &["All", "None", "GuestsOrExternalUsers"][..]),
        ("excludeUsers", &["GuestsOrExternalUsers"]),
        ("includeGroups", &[]),
        ("excludeGroups", &[]),
        ("includeRoles", &[]),
        ("excludeRoles", &[]),
    ] {
        check_tokens(users, list, words)?;
    }
    check_guests(users)?;
    let workloads = conditions.record("clientApplications").filter(|w| !w.is_empty());
    let names_people = ["includeUsers", "includeGroups", "includeRoles"]
        .into_iter()
        .any(|list| users.texts(list).any(|text| !text.eq_ignore_ascii_case("None")))
        || users.record("includeGuestsOrExternalUsers").is_some_and(|guests| !guests.is_empty());
    if let Some(workloads) = workloads {
        check_tokens(workloads, "includeServicePrincipals", &["ServicePrincipalsInMyTenant"])?;
        check_tokens(workloads, "excludeServicePrincipals", &[])?;
        for filter in ["servicePrincipalFilter", "agentIdServicePrincipalFilter"] {
            refuse_filter(workloads, filter)?;
        }
        if names_people {
            return Err(Refusal::invalid("a policy is about people or about service principals, not both").at("users"));
        }
        if workloads.list("includeServicePrincipals").is_empty() {
            return Err(Refusal::invalid("names at least one service principal").at("includeServicePrincipals"));
        }
        return check_workload_signals(conditions);
    }
    let says_none = users.texts("includeUsers").any(|text| text.eq_ignore_ascii_case("None"));
    if !names_people && !says_none {
        return Err(Refusal::invalid(
            "says to whom the policy applies: give includeUsers, includeGroups or includeRoles",
        )
        .at("users"));
    }
    Ok(())
}

/// What only a person's sign-in has.
fn check_workload_signals(conditions: &Record) -> Judged {
    let lists = ["signInRiskLevels", "userRiskLevels"].into_iter().find(|list| !conditions.list(list).is_empty());
    let parts = ["platforms", "devices", "authenticationFlows"];
    let part = parts.into_iter().find(|name| conditions.record(name).is_some_and(|part| !part.is_empty()));
    match lists.or(part) {
        None => Ok(()),
        Some(name) => Err(Refusal::invalid("is no condition of a policy about service principals").at(name)),
    }
}

fn check_guests(users: &Record) -> Judged {
    for side in ["includeGuestsOrExternalUsers", "excludeGuestsOrExternalUsers"] {
        let Some(guests) = users.record(side).filter(|guests| !guests.is_empty()) else { continue };
        if guests.text("guestOrExternalUserTypes").is_none_or(|types| types.is_empty() || types == "none") {
            return Err(Refusal::invalid("says which sorts of guests: give guestOrExternalUserTypes").at(side));
        }
        if let Some(tenants) = guests.record("externalTenants") {
            check_tokens(tenants, "members", &[])?;
            let is_enumerated = tenants.text("membershipKind") == Some("enumerated");
            if is_enumerated && tenants.list("members").is_empty() {
                return Err(Refusal::invalid("names at least one tenant").at("members"));
            }
        }
    }
    Ok(())
}

/// A filter over custom security attributes is not judged here, so it is not taken in either.
fn refuse_filter(record: &Record, filter: &str) -> Judged {
    if record.record(filter).is_some_and(|f| !f.is_empty()) {
        return Err(Refusal::invalid("is not supported: name the objects instead").at(filter));
    }
    Ok(())
}

fn check_targets(after: &Snapshot, conditions: &Record) -> Judged {
    let empty = Record::new();
    let apps = conditions.record("applications").unwrap_or(&empty);
    refuse_filter(apps, "applicationFilter")?;
    let bundles = ["All", "None", "Office365", "MicrosoftAdminPortals"];
    check_tokens(apps, "includeApplications", &bundles)?;
    check_tokens(apps, "excludeApplications", &bundles[2..])?;
    for action in apps.texts("includeUserActions") {
        if !["urn:user:registersecurityinfo", "urn:user:registerdevice"].contains(&action) {
            return Err(Refusal::invalid(format!("`{action}` is no user action")).at("includeUserActions"));
        }
    }
    for context in apps.texts("includeAuthenticationContextClassReferences") {
        if contexts::find(after, context).is_none() {
            return Err(Refusal::invalid(format!("there is no authentication context `{context}`: define it first"))
                .at("includeAuthenticationContextClassReferences"));
        }
    }
    let kinds = ["includeApplications", "includeUserActions", "includeAuthenticationContextClassReferences"];
    match kinds.into_iter().filter(|list| !apps.list(list).is_empty()).count() {
        1 => Ok(()),
        0 => Err(Refusal::invalid(
            "says what the policy is about: give includeApplications, includeUserActions or \
                                   includeAuthenticationContextClassReferences",
        )
        .at("applications")),
        _ => Err(Refusal::invalid("is about applications, user actions or authentication contexts: one of them")
            .at("applications")),
    }
}

fn check_devices(conditions: &Record) -> Judged {
    let Some(devices) = conditions.record("devices") else {
        return Ok(());
    };
    let has_states = ["includeDeviceStates", "excludeDeviceStates", "includeDevices", "excludeDevices"]
        .into_iter()
        .any(|list| !devices.list(list).is_empty())
        || conditions.record("deviceStates").is_some_and(|states| !states.is_empty());
    if has_states {
        return Err(Refusal::invalid("device states are no longer judged: give a deviceFilter").at("devices"));
    }
    let Some(filter) = devices.record("deviceFilter").filter(|f| !f.is_empty()) else {
        return Ok(());
    };
    if !matches!(filter.text("mode"), Some("include" | "exclude")) {
        return Err(Refusal::invalid("has the mode include or exclude").at("deviceFilter"));
    }
    let rule = filter.text("rule").unwrap_or_default();
    if rule.len() > RULE_MAX {
        return Err(Refusal::limit(format!("has at most {RULE_MAX} characters")).at("deviceFilter"));
    }
    device_rule(rule).map(|_| ()).map_err(|error| Refusal::invalid(error.to_string()).at("deviceFilter"))
}

fn check_locations(after: &Snapshot, conditions: &Record) -> Judged {
    let Some(locations) = conditions.record("locations").filter(|l| !l.is_empty()) else {
        return Ok(());
    };
    for list in ["includeLocations", "excludeLocations"] {
        check_tokens(locations, list, &["All", "AllTrusted"])?;
        let is_lost = |text: &&str| id_from_text(text).is_some_and(|id| after.find_a(&NAMED_LOCATION, id).is_none());
        if let Some(text) = locations.texts(list).find(is_lost) {
            return Err(Refusal::invalid(format!("there is no named location `{text}`")).at(list));
        }
    }
    if locations.list("includeLocations").is_empty() {
        return Err(Refusal::invalid("names at least one location, or All").at("includeLocations"));
    }
    Ok(())
}

fn check_risks(conditions: &Record) -> Judged {
    for list in ["signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels"] {
        let is_wrong = |level: &&str| !["low", "medium", "high", "none"].contains(level);
        if let Some(level) = conditions.texts(list).find(is_wrong) {
            return Err(Refusal::invalid(format!("`{level}` is no level that can be chosen")).at(list));
        }
    }
    Ok(())
}
