//! Conditional Access policies: conditions in words that are known, controls that go together, and nobody who locks
//! everybody out unawares.

use directory::{Call, Change, Check, Object, Record, Refusal, Snapshot, Value, id_from_text};
use schema::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY;
use schema::conditional_access_policy::{
    CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS, IS_LOCKOUT_ACCEPTED, SESSION_CONTROLS,
};
use schema::named_location::NAMED_LOCATION;
use schema::{DISPLAY_NAME, STATE};

use super::lockout;
use super::{stamp, touched};
use crate::conditional::{AUTHENTICATION_STRENGTHS, device_rule, strength_id};

pub(crate) const CHECK: Check =
    Check { kind: &CONDITIONAL_ACCESS_POLICY, complete: Some(complete), check: Some(check) };

/// How many policies a tenant may have, whatever their state. Microsoft's limit is 195; a decision over this many still
/// takes less than a millisecond.
const POLICIES_MAX: usize = 2_000;
/// How many users, groups or applications one list of a policy may name.
const LISTED_MAX: usize = 2_000;

type Judged = Result<(), Refusal>;

fn complete(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Judged {
    stamp(now, call.at, &CONDITIONAL_ACCESS_POLICY, changes);
    for change in changes.iter_mut() {
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

fn check_policy(after: &Snapshot, policy: &Object) -> Judged {
    if policy.get(DISPLAY_NAME).is_none_or(|name| name.trim().is_empty()) {
        return Err(Refusal::invalid("is required").at(DISPLAY_NAME.name));
    }
    let conditions = policy.get(CONDITIONS).unwrap_or_default();
    let grant = policy.get(GRANT_CONTROLS).unwrap_or_default();
    let session = policy.get(SESSION_CONTROLS).unwrap_or_default();
    check_subjects(&conditions)?;
    check_targets(&conditions)?;
    check_devices(&conditions)?;
    check_locations(after, &conditions)?;
    check_risks(&conditions)?;
    check_controls(after, &grant)?;
    check_combinations(&conditions, &grant)?;
    check_session(&conditions, &session)?;
    if controls(&grant).is_empty() && session.iter().all(|(_, control)| !is_set(control)) {
        return Err(Refusal::invalid(
            "a policy demands something or controls the session: give grantControls or \
                                     sessionControls",
        )
        .at(GRANT_CONTROLS.name));
    }
    Ok(())
}

fn is_set(control: &Value) -> bool {
    match control {
        Value::Bool(is_set) => *is_set,
        Value::Record(control) => control.bool("isEnabled") != Some(false) && !control.is_empty(),
        _ => false,
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
        return Ok(());
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

/// A filter over custom security attributes is not judged here, so it is not taken in either.
fn refuse_filter(record: &Record, filter: &str) -> Judged {
    if record.record(filter).is_some_and(|f| !f.is_empty()) {
        return Err(Refusal::invalid("is not supported: name the objects instead").at(filter));
    }
    Ok(())
}

fn check_targets(conditions: &Record) -> Judged {
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
        let number = context.strip_prefix('c').and_then(|digits| digits.parse::<u8>().ok());
        if number.is_none_or(|number| !(1..=99).contains(&number)) {
            return Err(Refusal::invalid(format!("`{context}` is no context: they are called c1 to c99"))
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

/// Everything that the grant demands.
fn controls(grant: &Record) -> Vec<&str> {
    let mut all: Vec<&str> = grant.texts("builtInControls").collect();
    all.extend(strength_id(grant).map(|_| "authenticationStrength"));
    all.extend(grant.texts("termsOfUse").map(|_| "termsOfUse"));
    all.extend(grant.texts("customAuthenticationFactors").map(|_| "customAuthenticationFactors"));
    all
}

fn check_controls(after: &Snapshot, grant: &Record) -> Judged {
    let all = controls(grant);
    if all.is_empty() {
        return Ok(());
    }
    if !grant.text("operator").is_some_and(|o| o.eq_ignore_ascii_case("AND") || o.eq_ignore_ascii_case("OR")) {
        return Err(Refusal::invalid("is AND or OR").at("operator"));
    }
    let wrong = |message: &str| Err(Refusal::invalid(message).at(GRANT_CONTROLS.name));
    let has = |name: &str| all.contains(&name);
    if has("block") && all.len() > 1 {
        return wrong("block stands alone");
    }
    if has("mfa") && has("authenticationStrength") {
        return wrong("mfa and authenticationStrength do not go together: the strength says which factors count");
    }
    if has("passwordChange") && all.iter().any(|c| !["passwordChange", "mfa"].contains(c)) {
        return wrong("passwordChange goes with mfa only");
    }
    if let Some(id) = strength_id(grant) {
        let is_built_in = AUTHENTICATION_STRENGTHS.iter().any(|(known, ..)| known.eq_ignore_ascii_case(id));
        let is_own = id_from_text(id).is_some_and(|id| after.find_a(&AUTHENTICATION_STRENGTH_POLICY, id).is_some());
        if !is_built_in && !is_own {
            return Err(
                Refusal::invalid(format!("there is no authentication strength `{id}`")).at("authenticationStrength")
            );
        }
    }
    match grant.texts("termsOfUse").find(|id| id_from_text(id).is_none()) {
        Some(text) => Err(Refusal::invalid(format!("`{text}` is no id")).at("termsOfUse")),
        None => Ok(()),
    }
}

/// Conditions and controls that do not go together.
fn check_combinations(conditions: &Record, grant: &Record) -> Judged {
    let empty = Record::new();
    let apps = conditions.record("applications").unwrap_or(&empty);
    let all = controls(grant);
    let wrong = |message: &str| Err(Refusal::invalid(message).at(GRANT_CONTROLS.name));
    if conditions.record("clientApplications").is_some_and(|w| !w.is_empty()) && all.iter().any(|c| *c != "block") {
        return wrong("a service principal can only be blocked");
    }
    if apps.texts("includeUserActions").any(|action| action == "urn:user:registerdevice") {
        if all.iter().any(|c| !["mfa", "authenticationStrength"].contains(c)) {
            return wrong("registering a device can demand only mfa or an authentication strength");
        }
        let asks_client = conditions.texts("clientAppTypes").any(|t| t != "all");
        if asks_client || conditions.record("devices").is_some_and(|d| !d.is_empty()) {
            return Err(Refusal::invalid("registering a device cannot depend on the client or on a device filter")
                .at(CONDITIONS.name));
        }
    }
    if all.contains(&"passwordChange") {
        let has_user_risk = !conditions.list("userRiskLevels").is_empty();
        if !has_user_risk || !is_about_everything(conditions) {
            return wrong("passwordChange needs all applications and a user risk");
        }
    }
    let is_mobile_only = |c: &&str| ["approvedApplication", "compliantApplication"].contains(c);
    let is_and = grant.text("operator").is_some_and(|o| o.eq_ignore_ascii_case("AND"));
    let demands_mobile =
        if is_and { all.iter().any(is_mobile_only) } else { !all.is_empty() && all.iter().all(is_mobile_only) };
    let platforms = conditions.record("platforms").unwrap_or(&empty);
    if demands_mobile && platforms.texts("includePlatforms").any(|p| ["macOS", "linux"].contains(&p)) {
        return wrong("an approved or protected application cannot be demanded on macOS or Linux");
    }
    Ok(())
}

fn is_about_everything(conditions: &Record) -> bool {
    let apps = conditions.record("applications");
    apps.is_some_and(|apps| apps.texts("includeApplications").any(|app| app.eq_ignore_ascii_case("All")))
}

fn check_session(conditions: &Record, session: &Record) -> Judged {
    let enabled = |name: &str| session.record(name).filter(|control| is_set(&Value::Record((*control).clone())));
    if enabled("persistentBrowser").is_some() && !is_about_everything(conditions) {
        return Err(Refusal::invalid("needs all applications").at("persistentBrowser"));
    }
    let Some(frequency) = enabled("signInFrequency") else {
        return Ok(());
    };
    let every_time = frequency.text("frequencyInterval") == Some("everyTime");
    let range = match frequency.text("type") {
        Some("hours") => Some(1..=23),
        Some("days") => Some(1..=365),
        _ => None,
    };
    match (every_time, range, frequency.int("value")) {
        (true, None, None) => Ok(()),
        (true, ..) => Err(Refusal::invalid("every time has neither type nor value").at("signInFrequency")),
        (false, Some(range), Some(value)) if range.contains(&value) => Ok(()),
        (false, ..) => Err(Refusal::invalid("is 1 to 23 hours or 1 to 365 days").at("signInFrequency")),
    }
}
