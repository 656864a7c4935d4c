//! Reading a policy from its records, once per version.
//!
//! Reading never refuses: what cannot be read makes the policy [`Policy::invalid`], and an invalid policy that is enforced
//! fails closed. The room's check keeps such policies from being enforced at all.

use std::time::Duration;

use directory::{Id, Object, Record, RecordDef, Snapshot, Value, id_from_text};
use schema::authentication_strength_policy::{
    ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY, COMBINATION_CONFIGURATIONS,
};
use schema::conditional_access_policy::{
    CONDITIONAL_ACCESS_CONDITION_SET_RECORD, CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD,
    CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD, CONDITIONS, GRANT_CONTROLS, SESSION_CONTROLS,
};
use schema::{DISPLAY_NAME, STATE};

use super::policy::{
    Apps, Chosen, Control, DeviceFilter, EVERY_TIME, Frequency, Grant, Guests, LocationCondition, People, Places,
    Platforms, Policy, Session, State, Subjects, Targets,
};
use super::strength::{self, Combination};
use super::{bundles, device};

pub(crate) const CLIENT_TYPES: [&str; 5] =
    ["browser", "mobileAppsAndDesktopClients", "exchangeActiveSync", "easSupported", "other"];
pub(crate) const PLATFORMS: [&str; 6] = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"];
pub(crate) const RISKS: [&str; 4] = ["low", "medium", "high", "none"];
pub(crate) const FLOWS: [&str; 2] = ["deviceCodeFlow", "authenticationTransfer"];
pub(crate) const GUEST_TYPES: [&str; 6] = [
    "internalGuest",
    "b2bCollaborationGuest",
    "b2bCollaborationMember",
    "b2bDirectConnectUser",
    "otherExternalUser",
    "serviceProvider",
];

/// The bit of a word in a list of words; none for a word that is not there.
pub(crate) fn bit(words: &[&str], word: &str) -> u8 {
    words.iter().position(|known| known.eq_ignore_ascii_case(word)).map_or(0, |at| 1 << at)
}

fn bits<'a>(words: &[&str], given: impl Iterator<Item = &'a str>) -> u8 {
    given.fold(0, |bits, word| bits | bit(words, word))
}

impl Policy {
    /// Read a policy.
    #[must_use]
    pub fn of(now: &Snapshot, object: &Object) -> Policy {
        let empty = Record::new();
        let conditions = object.get(CONDITIONS).unwrap_or_default();
        let part = |name: &str| conditions.record(name).unwrap_or(&empty);
        let risks = |name: &str| bits(&RISKS, conditions.texts(name));
        let client_types: Vec<&str> = conditions.texts("clientAppTypes").collect();
        let is_any_client = client_types.iter().any(|t| t.eq_ignore_ascii_case("all"));
        let mut invalid = unknown_names(object);
        let flows = part("authenticationFlows").text("transferMethods").unwrap_or_default();
        Policy {
            id: object.id,
            name: object.get(DISPLAY_NAME).unwrap_or_default().to_owned(),
            state: match object.get(STATE) {
                Some("enabled") => State::Enabled,
                Some("enabledForReportingButNotEnforced") => State::ReportOnly,
                _ => State::Disabled,
            },
            subjects: subjects(&conditions, &mut invalid),
            targets: targets(part("applications"), &mut invalid),
            client_types: if is_any_client { 0 } else { bits(&CLIENT_TYPES, client_types.into_iter()) },
            platforms: conditions.record("platforms").filter(|p| !p.is_empty()).map(platforms),
            locations: conditions.record("locations").filter(|l| !l.is_empty()).map(locations),
            devices: device_filter(part("devices"), &mut invalid),
            sign_in_risks: risks("signInRiskLevels"),
            user_risks: risks("userRiskLevels"),
            service_principal_risks: risks("servicePrincipalRiskLevels"),
            asks_unjudged_risk: ["insiderRiskLevels", "agentIdRiskLevels"]
                .into_iter()
                .any(|name| conditions.text(name).is_some_and(|levels| !levels.is_empty())),
            flows: bits(&FLOWS, flows.split(',')),
            grant: object.get(GRANT_CONTROLS).and_then(|grant| read_grant(now, &grant, &mut invalid)),
            session: object.get(SESSION_CONTROLS).map(|session| read_session(&session)).unwrap_or_default(),
            invalid,
        }
    }
}

/// What a policy says that nothing here understands: kept and given back, and a reason to fail closed.
fn unknown_names(object: &Object) -> Option<String> {
    let parts = [
        (object.get(CONDITIONS), &CONDITIONAL_ACCESS_CONDITION_SET_RECORD),
        (object.get(GRANT_CONTROLS), &CONDITIONAL_ACCESS_GRANT_CONTROLS_RECORD),
        (object.get(SESSION_CONTROLS), &CONDITIONAL_ACCESS_SESSION_CONTROLS_RECORD),
    ];
    parts.iter().find_map(|(given, shape)| {
        let given = given.as_ref()?;
        let name = given.iter().find(|(name, value)| is_unknown(name, value, shape)).map(|(name, _)| name)?;
        Some(format!("`{name}` is not known"))
    })
}

/// Whether a field is none of a record's, says something, and is no annotation.
pub(crate) fn is_unknown(name: &str, value: &Value, shape: &'static RecordDef) -> bool {
    let says_nothing = match value {
        Value::List(items) => items.is_empty(),
        Value::Record(record) => record.is_empty(),
        Value::Bool(is_set) => !is_set,
        Value::Text(text) => text.is_empty(),
        Value::Int(_) | Value::Double(_) | Value::Time(_) | Value::Guid(_) | Value::Bytes(_) => false,
    };
    !says_nothing && !name.contains('@') && name != "authenticationStrength" && shape.field(name).is_none()
}

fn ids(record: &Record, name: &str) -> Vec<Id> {
    record.texts(name).filter_map(id_from_text).collect()
}

fn has(record: &Record, name: &str, word: &str) -> bool {
    record.texts(name).any(|text| text.eq_ignore_ascii_case(word))
}

fn subjects(conditions: &Record, invalid: &mut Option<String>) -> Subjects {
    if let Some(workloads) = conditions.record("clientApplications").filter(|w| !w.is_empty()) {
        for filter in ["servicePrincipalFilter", "agentIdServicePrincipalFilter"] {
            if workloads.record(filter).is_some_and(|f| !f.is_empty()) {
                *invalid = Some(format!("`{filter}` cannot be judged"));
            }
        }
        return Subjects::Workloads {
            all: has(workloads, "includeServicePrincipals", "ServicePrincipalsInMyTenant"),
            include: ids(workloads, "includeServicePrincipals"),
            exclude: ids(workloads, "excludeServicePrincipals"),
        };
    }
    let Some(users) = conditions.record("users") else {
        return Subjects::Nobody;
    };
    Subjects::People(Box::new(People { include: chosen(users, "include"), exclude: chosen(users, "exclude") }))
}

fn chosen(users: &Record, side: &str) -> Chosen {
    let name = |what: &str| format!("{side}{what}");
    let listed = name("Users");
    let legacy = has(users, &listed, "GuestsOrExternalUsers").then_some(Guests { types: u8::MAX, tenants: None });
    Chosen {
        all: has(users, &listed, "All"),
        users: ids(users, &listed),
        groups: ids(users, &name("Groups")),
        roles: ids(users, &name("Roles")),
        guests: users.record(&name("GuestsOrExternalUsers")).map(guests).or(legacy),
    }
}

fn guests(record: &Record) -> Guests {
    let types = record.text("guestOrExternalUserTypes").unwrap_or_default();
    let tenants = record.record("externalTenants").filter(|tenants| {
        tenants.text("membershipKind").is_some_and(|kind| kind == "enumerated") || !tenants.list("members").is_empty()
    });
    Guests { types: bits(&GUEST_TYPES, types.split(',')), tenants: tenants.map(|tenants| ids(tenants, "members")) }
}

fn targets(applications: &Record, invalid: &mut Option<String>) -> Targets {
    if applications.record("applicationFilter").is_some_and(|f| !f.is_empty()) {
        *invalid = Some("`applicationFilter` cannot be judged".into());
    }
    let words = |name: &str| applications.texts(name).map(str::to_ascii_lowercase).collect::<Vec<_>>();
    let actions = words("includeUserActions");
    if !actions.is_empty() {
        return Targets::UserActions(actions);
    }
    let contexts = words("includeAuthenticationContextClassReferences");
    if !contexts.is_empty() {
        return Targets::AuthenticationContexts(contexts);
    }
    let include = words("includeApplications");
    if include.is_empty() || include.iter().all(|app| app == "none") {
        return Targets::Nothing;
    }
    Targets::Apps(Apps {
        all: include.iter().any(|app| app == "all"),
        include: bundles::expanded(include),
        exclude: bundles::expanded(words("excludeApplications")),
    })
}

fn platforms(record: &Record) -> Platforms {
    Platforms {
        include_all: has(record, "includePlatforms", "all"),
        include: bits(&PLATFORMS, record.texts("includePlatforms")),
        exclude_all: has(record, "excludePlatforms", "all"),
        exclude: bits(&PLATFORMS, record.texts("excludePlatforms")),
    }
}

fn locations(record: &Record) -> LocationCondition {
    let places = |name: &str| Places {
        all: has(record, name, "All"),
        all_trusted: has(record, name, "AllTrusted"),
        ids: ids(record, name),
    };
    LocationCondition { include: places("includeLocations"), exclude: places("excludeLocations") }
}

fn device_filter(devices: &Record, invalid: &mut Option<String>) -> Option<DeviceFilter> {
    let filter = devices.record("deviceFilter")?;
    match device::parse(filter.text("rule")?) {
        Ok(parsed) => Some(DeviceFilter { is_include: filter.text("mode") != Some("exclude"), filter: parsed }),
        Err(error) => {
            *invalid = Some(format!("the device filter cannot be read {error}"));
            None
        }
    }
}

fn read_grant(now: &Snapshot, grant: &Record, invalid: &mut Option<String>) -> Option<Grant> {
    let mut controls = Vec::new();
    for name in grant.texts("builtInControls") {
        match built_in_control(name) {
            Some(control) => controls.push(control),
            None => *invalid = Some(format!("the control `{name}` is not known")),
        }
    }
    if let Some(id) = strength_id(grant) {
        match combinations(now, id) {
            Some((name, combinations)) => controls.push(Control::Strength { id: id.to_owned(), name, combinations }),
            None => *invalid = Some(format!("there is no authentication strength `{id}`")),
        }
    }
    controls.extend(ids(grant, "termsOfUse").into_iter().map(Control::TermsOfUse));
    controls.extend(grant.texts("customAuthenticationFactors").map(|id| Control::Custom(id.to_owned())));
    controls.sort_by_key(Control::rank);
    let any = grant.text("operator").is_some_and(|operator| operator.eq_ignore_ascii_case("OR"));
    (!controls.is_empty()).then_some(Grant { any, controls })
}

fn built_in_control(name: &str) -> Option<Control> {
    Some(match name {
        "block" => Control::Block,
        "mfa" => Control::Mfa,
        "compliantDevice" => Control::CompliantDevice,
        "domainJoinedDevice" => Control::DomainJoinedDevice,
        "approvedApplication" => Control::ApprovedApplication,
        "compliantApplication" => Control::CompliantApplication,
        "passwordChange" => Control::PasswordChange,
        "riskRemediation" => Control::RiskRemediation,
        _ => return None,
    })
}

/// The id of the authentication strength that a policy demands, as a reference or as an object.
pub(crate) fn strength_id(grant: &Record) -> Option<&str> {
    let strength = grant.get("authenticationStrength")?;
    strength.as_text().or_else(|| strength.as_record()?.text("id"))
}

/// The name of a strength, and the combinations that reach it.
fn combinations(now: &Snapshot, id: &str) -> Option<(String, Vec<Combination>)> {
    if let Some((name, built_in)) = strength::built_in(id) {
        return Some((name.to_owned(), strength::split(built_in.iter().copied())));
    }
    let strength = now.find_a(&AUTHENTICATION_STRENGTH_POLICY, id_from_text(id)?)?;
    let mut combinations = strength::split(strength.get(ALLOWED_COMBINATIONS)?.into_iter());
    strength::limit(&mut combinations, &strength.get(COMBINATION_CONFIGURATIONS).unwrap_or_default());
    Some((strength.get(DISPLAY_NAME).unwrap_or_default().to_owned(), combinations))
}

fn read_session(record: &Record) -> Session {
    let enabled = |name: &str| record.record(name).filter(|control| control.bool("isEnabled") != Some(false));
    Session {
        frequency: enabled("signInFrequency").and_then(frequency),
        persistent_browser: enabled("persistentBrowser").and_then(|p| match p.text("mode")? {
            "always" => Some(true),
            "never" => Some(false),
            _ => None,
        }),
        app_enforced_restrictions: enabled("applicationEnforcedRestrictions").is_some(),
        cloud_app_security: enabled("cloudAppSecurity").is_some(),
        token_protection: enabled("secureSignInSession").is_some(),
        disable_resilience_defaults: record.bool("disableResilienceDefaults") == Some(true),
        continuous_evaluation: record
            .record("continuousAccessEvaluation")
            .and_then(|cae| cae.text("mode"))
            .map(str::to_owned),
    }
}

fn frequency(record: &Record) -> Option<Frequency> {
    let secondary_only = record.text("authenticationType") == Some("secondaryAuthentication");
    if record.text("frequencyInterval") == Some("everyTime") {
        return Some(Frequency { every: EVERY_TIME, secondary_only });
    }
    let value = u64::try_from(record.int("value")?).ok()?;
    let hours = if record.text("type")? == "days" { value.checked_mul(24)? } else { value };
    Some(Frequency { every: Duration::from_secs(hours.checked_mul(3_600)?), secondary_only })
}
