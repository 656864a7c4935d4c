//! What a policy demands and how it shapes the session: controls that exist, and that go together with each other and with
//! the conditions.

use directory::{Record, Refusal, Snapshot, Value, id_from_text};
use schema::agreement::AGREEMENT;
use schema::authentication_strength_policy::AUTHENTICATION_STRENGTH_POLICY;
use schema::conditional_access_policy::{CONDITIONS, GRANT_CONTROLS};

use crate::conditional::{AUTHENTICATION_STRENGTHS, strength_id};

/// What a check of a policy comes to.
pub(crate) type Judged = Result<(), Refusal>;

/// The strength that any two factors reach, which a remedy of risk demands unless told otherwise.
const ANY_TWO_FACTORS: &str = "00000000-0000-0000-0000-000000000002";

/// What `riskRemediation` brings with it: proof of two factors.
pub(crate) fn complete(grant: &mut Record) {
    let has = |name: &str| grant.texts("builtInControls").any(|control| control == name);
    if has("riskRemediation") && !has("mfa") && strength_id(grant).is_none() {
        grant.set("authenticationStrength", Record::new().with("id", ANY_TWO_FACTORS));
        if grant.text("operator").is_none() {
            grant.set("operator", "AND");
        }
    }
}

pub(crate) fn check(after: &Snapshot, conditions: &Record, grant: &Record, session: &Record) -> Judged {
    check_grant(after, grant)?;
    check_combinations(conditions, grant)?;
    check_session(conditions, session)
}

/// Whether a session control says something.
pub(crate) fn is_set(control: &Value) -> bool {
    match control {
        Value::Bool(is_set) => *is_set,
        Value::Record(control) => control.bool("isEnabled") != Some(false) && !control.is_empty(),
        _ => false,
    }
}

/// Tokens can be bound to a device only by a program on it.
fn check_bound(conditions: &Record, is_demanded: bool) -> Judged {
    let is_native = |types: &str| types == "mobileAppsAndDesktopClients";
    let mut types = conditions.texts("clientAppTypes").peekable();
    if is_demanded && (types.peek().is_none() || !types.all(is_native)) {
        return Err(Refusal::invalid(
            "protects the tokens of programs only: let clientAppTypes be mobileAppsAndDesktopClients",
        )
        .at("secureSignInSession"));
    }
    Ok(())
}

/// Whether the policy looks at anything besides who and what.
fn has_signals(conditions: &Record) -> bool {
    let lists = ["signInRiskLevels", "userRiskLevels", "servicePrincipalRiskLevels"];
    let parts = ["platforms", "locations", "devices", "authenticationFlows"];
    lists.into_iter().any(|list| !conditions.list(list).is_empty())
        || parts.into_iter().any(|part| conditions.record(part).is_some_and(|part| !part.is_empty()))
        || conditions.texts("clientAppTypes").any(|types| types != "all")
}

/// Everything that the grant demands.
pub(crate) fn named(grant: &Record) -> Vec<&str> {
    let mut all: Vec<&str> = grant.texts("builtInControls").collect();
    all.extend(strength_id(grant).map(|_| "authenticationStrength"));
    all.extend(grant.texts("termsOfUse").map(|_| "termsOfUse"));
    all.extend(grant.texts("customAuthenticationFactors").map(|_| "customAuthenticationFactors"));
    all
}

fn check_grant(after: &Snapshot, grant: &Record) -> Judged {
    let all = named(grant);
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
    if has("riskRemediation") && ["block", "passwordChange"].into_iter().any(has) {
        return wrong("riskRemediation chooses the remedy itself: it goes neither with block nor with passwordChange");
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
    let is_lost = |text: &&str| id_from_text(text).and_then(|id| after.find_a(&AGREEMENT, id)).is_none();
    match grant.texts("termsOfUse").find(is_lost) {
        Some(text) => Err(Refusal::invalid(format!("there are no terms of use `{text}`")).at("termsOfUse")),
        None => Ok(()),
    }
}

/// Conditions and controls that do not go together.
fn check_combinations(conditions: &Record, grant: &Record) -> Judged {
    let empty = Record::new();
    let apps = conditions.record("applications").unwrap_or(&empty);
    let all = named(grant);
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
    if let Some(name) = all.iter().find(|name| ["passwordChange", "riskRemediation"].contains(name)) {
        let has_user_risk = !conditions.list("userRiskLevels").is_empty();
        if !has_user_risk || !is_about_everything(conditions) {
            return wrong(&format!("{name} needs all applications and a user risk"));
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
    check_bound(conditions, enabled("secureSignInSession").is_some())?;
    if session.record("continuousAccessEvaluation").and_then(|cae| cae.text("mode")) == Some("disabled")
        && (!is_about_everything(conditions) || has_signals(conditions))
    {
        return Err(Refusal::invalid("can be disabled only for all applications and without further conditions")
            .at("continuousAccessEvaluation"));
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
