//! The table of `vectors.txt`: policies, a sign-in, and what comes of it, in words that a reader can follow. The words are
//! explained at the top of that file.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use directory::{Change, Record, Snapshot, Time, Value};
use schema::agreement::{
    ACCEPTANCE_STATE, ACCEPTED_ON, ACCEPTED_SINCE, AGREEMENT, AGREEMENT_ACCEPTANCE, AGREEMENT_ID, EXPIRATION_DATE_TIME,
    IS_PER_DEVICE_ACCEPTANCE_REQUIRED, RECORDED_DATE_TIME, USER_ID,
};
use schema::authentication_strength_policy::{
    ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY, COMBINATION_CONFIGURATIONS,
};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS, SESSION_CONTROLS};
use schema::device::{EXTENSION_ATTRIBUTES, IS_COMPLIANT, TRUST_TYPE};
use schema::named_location::{
    COUNTRIES_AND_REGIONS, COUNTRY_NAMED_LOCATION, INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS, IP_NAMED_LOCATION, IP_RANGES,
    IS_TRUSTED,
};
use schema::service_principal::{APP_OWNER_ORGANIZATION_ID, SERVICE_PRINCIPAL_TYPE};
use schema::user::{EXTERNAL_USER_STATE, IDENTITIES};
use schema::{DISPLAY_NAME, STATE};

use super::*;
use crate::world::{AT, World, id, put, role};

pub(super) const MAIL: &str = "00000002-0000-0ff1-ce00-000000000000";

/// The organisation that the table speaks about; its people and things are listed at the top of `vectors.txt`.
pub(crate) fn world() -> World {
    let mut world = World::new();
    let (one, two) = (world.user(1), world.user(2));
    world.guest(3);
    let visitor = world.guest(4);
    let identity = Record::new().with("signInType", "federated").with("issuer", id(0x71).to_string());
    world.apply(&[
        Change::set(visitor, EXTERNAL_USER_STATE, "Accepted"),
        Change::set(visitor, IDENTITIES, vec![identity]),
    ]);
    let partner = world.user(5);
    world.apply(&[Change::set(partner, schema::USER_PRINCIPAL_NAME, "five_abc.example#EXT#@xyz.example")]);
    let inner = world.group(11, &[one], false);
    world.group(12, &[inner], false);
    let unit = world.unit(13, &[one]);
    world.assign(14, two, role("Global Administrator"), "/");
    world.assign(15, one, role("Helpdesk Administrator"), &format!("/administrativeUnits/{unit}"));
    let labels = Record::new().with("extensionAttribute1", "kiosk");
    world.device(21, vec![put(IS_COMPLIANT, true), put(EXTENSION_ATTRIBUTES, labels.clone())]);
    world.device(22, vec![put(TRUST_TYPE, "ServerAd")]);
    world.device(23, vec![put(EXTENSION_ATTRIBUTES, labels)]);
    let switched_off = world.device(24, vec![put(IS_COMPLIANT, true)]);
    world.apply(&[Change::set(switched_off, schema::ACCOUNT_ENABLED, false)]);
    place(&mut world, 31, &["203.0.113.0/24"], true);
    place(&mut world, 33, &["2001:db8::/32", "198.51.100.0/25"], false);
    for (n, code, includes_unknown) in [(32, "DE", false), (34, "FR", true)] {
        let attributes = vec![
            put(DISPLAY_NAME, code),
            put(COUNTRIES_AND_REGIONS, [code]),
            put(INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS, includes_unknown),
        ];
        world.make(n, &COUNTRY_NAMED_LOCATION, attributes);
    }
    for n in 41..=43 {
        world.app(n, &id(n).to_string());
    }
    world.apply(&[
        Change::set(id(42), APP_OWNER_ORGANIZATION_ID, id(0x71)),
        Change::set(id(43), SERVICE_PRINCIPAL_TYPE, "ManagedIdentity"),
    ]);
    terms(&mut world);
    let passkeys = Record::new()
        .with("@odata.type", "#microsoft.graph.fido2CombinationConfiguration")
        .with("appliesToCombinations", ["fido2"])
        .with("allowedAAGUIDs", ["aa-1"]);
    let attributes = vec![
        put(DISPLAY_NAME, "Our keys"),
        put(ALLOWED_COMBINATIONS, ["fido2", "password,softwareOath"]),
        put(COMBINATION_CONFIGURATIONS, vec![passkeys]),
    ];
    world.make(61, &AUTHENTICATION_STRENGTH_POLICY, attributes);
    world
}

fn place(world: &mut World, n: u128, ranges: &[&str], is_trusted: bool) {
    let range = |text: &&str| {
        let kind = if text.contains(':') { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" };
        Record::new().with("@odata.type", kind).with("cidrAddress", *text)
    };
    let ranges: Vec<Record> = ranges.iter().map(range).collect();
    let attributes = vec![put(DISPLAY_NAME, format!("place{n}")), put(IP_RANGES, ranges), put(IS_TRUSTED, is_trusted)];
    world.make(n, &IP_NAMED_LOCATION, attributes);
}

/// What person 1 did with five agreements.
fn terms(world: &mut World) {
    for n in 51..=55 {
        world.make(n, &AGREEMENT, vec![put(DISPLAY_NAME, format!("terms{n}")), put(ACCEPTED_SINCE, ago(1_000))]);
    }
    world.apply(&[
        Change::set(id(53), IS_PER_DEVICE_ACCEPTANCE_REQUIRED, true),
        Change::set(id(54), ACCEPTED_SINCE, ago(5)),
    ]);
    for (n, agreement, state) in
        [(71, 51, "accepted"), (72, 52, "declined"), (73, 53, "accepted"), (74, 54, "accepted"), (75, 55, "accepted")]
    {
        let mut attributes = vec![
            put(AGREEMENT_ID, id(agreement).to_string()),
            put(USER_ID, id(1).to_string()),
            put(RECORDED_DATE_TIME, ago(10)),
            put(ACCEPTANCE_STATE, state),
        ];
        if agreement == 53 {
            attributes.push(put(ACCEPTED_ON, id(21).to_string()));
        }
        if agreement == 55 {
            attributes.push(put(EXPIRATION_DATE_TIME, AT));
        }
        world.make(n, &AGREEMENT_ACCEPTANCE, attributes);
    }
}

fn ago(minutes: u64) -> Time {
    AT - Duration::from_secs(minutes * 60)
}

/// `90`, `4h`, `3d`: minutes.
fn minutes(text: &str) -> u64 {
    let number = |digits: &str| digits.parse::<u64>().unwrap_or_else(|_| panic!("`{text}` is no age"));
    match (text.strip_suffix('h'), text.strip_suffix('d')) {
        (Some(hours), _) => number(hours) * 60,
        (_, Some(days)) => number(days) * 1_440,
        _ => number(text),
    }
}

/// The words of a cell: `name=value`, a value in double quotes keeps its blanks.
fn words(cell: &str) -> Vec<(String, String)> {
    let mut words: Vec<String> = vec![String::new()];
    let mut is_quoted = false;
    for letter in cell.trim().chars() {
        match letter {
            '"' => is_quoted = !is_quoted,
            ' ' if !is_quoted => words.push(String::new()),
            other => words.last_mut().unwrap().push(other),
        }
    }
    let split = |word: String| match word.split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (word, String::new()),
    };
    words.into_iter().filter(|word| !word.is_empty()).map(split).collect()
}

/// A list of names of this world as Graph writes them: numbers are ids, roles are their templates.
fn list(value: &str) -> Value {
    let one = |name: &str| match name {
        "mail" => MAIL.to_owned(),
        "graph" => crate::GRAPH_APP_ID.to_owned(),
        "GA" => role("Global Administrator").to_string(),
        "helpdesk" => role("Helpdesk Administrator").to_string(),
        "tenant71" => id(0x71).to_string(),
        name => name.parse::<u128>().map_or_else(|_| name.to_owned(), |n| id(n).to_string()),
    };
    Value::List(value.split(',').map(|name| Value::from(one(name.trim()))).collect())
}

/// Read one policy of the table into the records that a client would send.
pub(crate) fn policy(text: &str) -> Vec<(directory::AttrId, Value)> {
    let mut state = "enabled";
    let mut parts: std::collections::BTreeMap<&str, Record> = Default::default();
    let (mut conditions, mut session) = (Record::new(), Record::new());
    let mut grant = Record::new().with("operator", "AND");
    for (name, value) in words(text) {
        let mut part = |part: &'static str, field: &str, value: Value| {
            parts.entry(part).or_default().set(field, value);
        };
        match name.as_str() {
            "report" => state = "enabledForReportingButNotEnforced",
            "off" => state = "disabled",
            "users" => part("users", "includeUsers", list(&value)),
            "users-" => part("users", "excludeUsers", list(&value)),
            "groups" => part("users", "includeGroups", list(&value)),
            "groups-" => part("users", "excludeGroups", list(&value)),
            "roles" => part("users", "includeRoles", list(&value)),
            "roles-" => part("users", "excludeRoles", list(&value)),
            "guests" => part("users", "includeGuestsOrExternalUsers", guests(&value)),
            "guests-" => part("users", "excludeGuestsOrExternalUsers", guests(&value)),
            "workloads" => part("clientApplications", "includeServicePrincipals", list(&value)),
            "workloads-" => part("clientApplications", "excludeServicePrincipals", list(&value)),
            "apps" => part("applications", "includeApplications", list(&value)),
            "apps-" => part("applications", "excludeApplications", list(&value)),
            "action" => part("applications", "includeUserActions", list(&format!("urn:user:{value}"))),
            "context" => part("applications", "includeAuthenticationContextClassReferences", list(&value)),
            "clients" => conditions.set("clientAppTypes", list(&value)),
            "platforms" => part("platforms", "includePlatforms", list(&value)),
            "platforms-" => part("platforms", "excludePlatforms", list(&value)),
            "places" => part("locations", "includeLocations", list(&value)),
            "places-" => part("locations", "excludeLocations", list(&value)),
            "filter" | "filter-" => {
                let mode = if name == "filter" { "include" } else { "exclude" };
                let filter = Record::new().with("mode", mode).with("rule", value.replace('\'', "\""));
                part("devices", "deviceFilter", filter.into());
            }
            "signInRisk" => conditions.set("signInRiskLevels", list(&value)),
            "userRisk" => conditions.set("userRiskLevels", list(&value)),
            "workloadRisk" => conditions.set("servicePrincipalRiskLevels", list(&value)),
            "insiderRisk" => conditions.set("insiderRiskLevels", value),
            "flow" => part("authenticationFlows", "transferMethods", value.into()),
            "unknown" => conditions.set(&value, "something"),
            "frequency" | "secondFrequency" => session.set("signInFrequency", frequency(&value, name != "frequency")),
            "browser" => session.set("persistentBrowser", enabled().with("mode", value)),
            "restricted" => session.set("applicationEnforcedRestrictions", enabled()),
            "bound" => session.set("secureSignInSession", enabled()),
            "cae" => session.set("continuousAccessEvaluation", Record::new().with("mode", value)),
            controls if value.is_empty() => demand(controls, &mut grant),
            _ => panic!("`{name}` is no word of a policy"),
        }
    }
    if !parts.contains_key("clientApplications") {
        let users = parts.entry("users").or_default();
        if !users.iter().any(|(field, _)| field.starts_with("include")) {
            users.set("includeUsers", ["All"]);
        }
    }
    let targets = ["includeApplications", "includeUserActions", "includeAuthenticationContextClassReferences"];
    let apps = parts.entry("applications").or_default();
    if targets.iter().all(|field| apps.get(field).is_none()) {
        apps.set("includeApplications", ["All"]);
    }
    parts.into_iter().for_each(|(name, part)| conditions.set(name, part));
    vec![
        put(DISPLAY_NAME, text),
        put(CONDITIONS, conditions),
        put(GRANT_CONTROLS, grant),
        put(SESSION_CONTROLS, session),
        put(STATE, state),
    ]
}

fn enabled() -> Record {
    Record::new().with("isEnabled", true)
}

fn guests(value: &str) -> Value {
    let (types, tenants) = value.split_once('@').unwrap_or((value, ""));
    let mut guests = Record::new().with("guestOrExternalUserTypes", types);
    if !tenants.is_empty() {
        let mut of = Record::new().with("membershipKind", "enumerated");
        of.set("members", list(tenants));
        guests.set("externalTenants", of);
    }
    guests.into()
}

fn frequency(value: &str, is_second: bool) -> Record {
    let kind = if is_second { "secondaryAuthentication" } else { "primaryAndSecondaryAuthentication" };
    let base = enabled().with("authenticationType", kind);
    if value == "everyTime" {
        return base.with("frequencyInterval", "everyTime");
    }
    let (number, unit) = value.split_at(value.len() - 1);
    let unit = if unit == "d" { "days" } else { "hours" };
    base.with("frequencyInterval", "timeBased").with("type", unit).with("value", number.parse::<i64>().unwrap())
}

/// `mfa`, `mfa+compliantDevice` (all), `mfa/compliantDevice` (one), `strength:3`, `terms:51`.
fn demand(controls: &str, grant: &mut Record) {
    if controls.contains('/') {
        grant.set("operator", "OR");
    }
    let (mut built_in, mut agreements) = (Vec::new(), Vec::new());
    for control in controls.split(['+', '/']) {
        match control.split_once(':') {
            Some(("strength", n)) => {
                grant.set("authenticationStrength", Record::new().with("id", id(n.parse().unwrap()).to_string()));
            }
            Some(("terms", n)) => agreements.push(id(n.parse().unwrap()).to_string()),
            Some(("custom", name)) => grant.set("customAuthenticationFactors", [name]),
            Some(_) => panic!("`{control}` is no control"),
            None => built_in.push(control.to_owned()),
        }
    }
    grant.set("builtInControls", built_in);
    grant.set("termsOfUse", agreements);
}

/// Read the sign-in of a row.
pub(super) fn sign_in(text: &str) -> SignInContext {
    let mut context = SignInContext { authenticated: Some(AT), ..SignInContext::of_user(id(1), MAIL) };
    for (name, value) in words(text) {
        let some = || Some(value.clone());
        let texts = || value.split(',').map(str::to_owned).collect::<Vec<_>>();
        match name.as_str() {
            "user" => context.subject = Subject::User(id(value.parse().unwrap())),
            "workload" => context.subject = Subject::ServicePrincipal(id(value.parse().unwrap())),
            "app" => {
                let Value::List(apps) = list(&value) else { unreachable!("`list` makes lists") };
                context.target =
                    Target::Resources(apps.iter().filter_map(|a| a.as_text()).map(str::to_owned).collect());
            }
            "action" => context.target = Target::UserAction(format!("urn:user:{value}")),
            "context" => context.target = Target::AuthenticationContext(value),
            "contexts" => context.contexts = texts(),
            "scopes" => context.scopes = texts(),
            "client" => context.client_app_type = ClientAppType::named(&value).unwrap(),
            "ip" => context.address = Some(value.parse().unwrap()),
            "country" => context.country = some(),
            "on" => context.platform = some(),
            "device" => context.device = Some(id(value.parse().unwrap())),
            "bound" => context.is_device_bound = true,
            "mfa" if value.is_empty() => context.mfa = Some(AT),
            "mfa" => context.mfa = Some(ago(minutes(&value))),
            "authenticated" => context.authenticated = Some(ago(minutes(&value))),
            "methods" => {
                let used = |text: &str| match text.split_once(':') {
                    Some((method, detail)) => Used { detail: Some(detail.to_owned()), ..Used::of(method) },
                    None => Used::of(text),
                };
                context.methods = value.split(',').map(used).collect();
            }
            "signInRisk" => context.sign_in_risk = some(),
            "userRisk" => context.user_risk = some(),
            "workloadRisk" => context.service_principal_risk = some(),
            "flow" => context.flow = some(),
            "home" => context.home_tenant = Some(id(0x71)),
            _ => panic!("`{name}` is no word of a sign-in"),
        }
    }
    context
}

/// The policies of a cell, ready to be judged over the world.
pub(super) fn with_policies<'a>(world: &Snapshot, policies: impl Iterator<Item = (u128, &'a str)>) -> Snapshot {
    let create = |(n, text): (u128, &'a str)| Change::Create {
        id: id(n),
        kind: CONDITIONAL_ACCESS_POLICY.id(),
        attributes: policy(text),
    };
    world.fork(AT, &policies.map(create).collect::<Vec<_>>()).unwrap()
}

/// `allow`, or the code with what is asked for.
fn outcome(decision: &CaDecision) -> String {
    let names = |needs: &[Need]| needs.iter().map(|need| format!(" {}", short(need))).collect::<String>();
    match &decision.outcome {
        Outcome::Allow => "allow".to_owned(),
        Outcome::Interact { error, needs } => format!("{} ask{}", error.code, names(needs)),
        Outcome::Deny { error, .. } => format!("{} deny", error.code),
    }
}

/// A need as the table names it.
fn short(need: &Need) -> String {
    match need {
        Need::Control(Control::TermsOfUse(terms)) => format!("TermsOfUse:{}", terms.as_u128()),
        other => other.name(),
    }
}

/// What came of each policy, in their order: its result, or the first condition that was not met.
fn results(decision: &CaDecision) -> Vec<String> {
    let applied = decision.applied.iter().map(|applied| (applied.policy, applied.result.name().to_owned()));
    let rest = decision.not_applied.iter().map(|(policy, reason)| (*policy, format!("-{}", reason.name())));
    let mut all: Vec<(usize, String)> = applied.chain(rest).collect();
    all.sort();
    all.into_iter().map(|(_, result)| result).collect()
}

#[test]
fn every_row_of_the_table_comes_out_as_it_says() {
    let world = world().now;
    let (mut rows, mut names, mut wrong) = (0, std::collections::HashSet::new(), Vec::new());
    for (at, line) in include_str!("vectors.txt").lines().enumerate() {
        if line.trim().is_empty() || line.starts_with('#') {
            continue;
        }
        let cells: Vec<&str> = line.split('|').map(str::trim).collect();
        let [name, policies, sign_in_cell, expected, expected_results] = cells[..] else {
            panic!("line {}: a row has five cells", at + 1);
        };
        assert!(names.insert(name.to_owned()), "line {}: `{name}` is there twice", at + 1);
        let now = with_policies(&world, (100..).zip(policies.split(';')).filter(|(_, text)| !text.trim().is_empty()));
        let decision = decide(&Arc::new(CompiledPolicies::from(&now)), &now, AT, &sign_in(sign_in_cell));
        let found = (outcome(&decision), results(&decision).join(" "));
        if found != (expected.to_owned(), expected_results.to_owned()) {
            wrong.push(format!("line {}: {name}: {} | {}", at + 1, found.0, found.1));
        }
        rows += 1;
    }
    assert!(wrong.is_empty(), "{} of {rows} rows:\n{}", wrong.len(), wrong.join("\n"));
    assert!(rows >= 200, "the table has lost rows");
}
