//! A Conditional Access policy, read once per version from its records into a form that is quick to judge.
//!
//! Reading never refuses: what cannot be read makes the policy [`Policy::invalid`], and an invalid policy that is enforced
//! fails closed. The room's check keeps such policies from being written at all.

use std::time::Duration;

use directory::{Filter, Id, Object, Record, Snapshot, id_from_text};
use schema::authentication_strength_policy::{ALLOWED_COMBINATIONS, AUTHENTICATION_STRENGTH_POLICY};
use schema::conditional_access_policy::{CONDITIONS, GRANT_CONTROLS, SESSION_CONTROLS};
use schema::{DISPLAY_NAME, STATE};

use super::device;
use super::strength;

/// Whether a policy is enforced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    Enabled,
    ReportOnly,
    Disabled,
}

/// One policy, read.
#[derive(Debug)]
pub struct Policy {
    pub id: Id,
    pub name: String,
    pub state: State,
    pub subjects: Subjects,
    pub targets: Targets,
    /// One bit per client type; none means all.
    pub client_types: u8,
    pub platforms: Option<Platforms>,
    pub locations: Option<LocationCondition>,
    pub devices: Option<DeviceFilter>,
    /// One bit per risk level; none means that it does not matter.
    pub sign_in_risks: u8,
    pub user_risks: u8,
    pub service_principal_risks: u8,
    /// Nothing here judges the risk that comes from within; a policy that asks for it applies to nobody.
    pub asks_insider_risk: bool,
    /// One bit per transfer method.
    pub flows: u8,
    pub grant: Option<Grant>,
    pub session: Session,
    /// Why it cannot be judged.
    pub invalid: Option<String>,
}

/// Whom a policy is about.
#[derive(Debug)]
pub enum Subjects {
    Nobody,
    People(Box<People>),
    Workloads { all: bool, include: Vec<Id>, exclude: Vec<Id> },
}

/// `conditions.users`.
#[derive(Debug, Default)]
pub struct People {
    pub include: Chosen,
    pub exclude: Chosen,
}

/// One side of `conditions.users`.
#[derive(Debug, Default)]
pub struct Chosen {
    pub all: bool,
    pub users: Vec<Id>,
    pub groups: Vec<Id>,
    /// Role template ids.
    pub roles: Vec<Id>,
    pub guests: Option<Guests>,
}

/// `guestsOrExternalUsers`.
#[derive(Debug)]
pub struct Guests {
    /// One bit per member of `guestOrExternalUserTypes`, in Graph's order.
    pub types: u8,
    /// Absent: of every tenant.
    pub tenants: Option<Vec<Id>>,
}

/// What a policy is about.
#[derive(Debug)]
pub enum Targets {
    Nothing,
    Apps(Apps),
    UserActions(Vec<String>),
    AuthenticationContexts(Vec<String>),
}

/// `includeApplications` and `excludeApplications`; ids in lower case.
#[derive(Debug, Default)]
pub struct Apps {
    pub all: bool,
    pub include: Vec<String>,
    pub exclude: Vec<String>,
}

/// `conditions.platforms`, one bit per platform; `all` covers the unknown too.
#[derive(Clone, Copy, Debug, Default)]
pub struct Platforms {
    pub include_all: bool,
    pub include: u8,
    pub exclude_all: bool,
    pub exclude: u8,
}

/// `conditions.locations`.
#[derive(Debug, Default)]
pub struct LocationCondition {
    pub include: Places,
    pub exclude: Places,
}

#[derive(Debug, Default)]
pub struct Places {
    pub all: bool,
    pub all_trusted: bool,
    pub ids: Vec<Id>,
}

/// `conditions.devices.deviceFilter`.
#[derive(Debug)]
pub struct DeviceFilter {
    pub is_include: bool,
    pub filter: Filter,
}

/// `grantControls`.
#[derive(Debug)]
pub struct Grant {
    /// Whether one control is enough.
    pub any: bool,
    /// In the order in which they are asked for.
    pub controls: Vec<Control>,
}

/// One thing that a policy demands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Control {
    Block,
    Mfa,
    /// A combination of methods out of these, each a set.
    Strength {
        id: String,
        name: String,
        combinations: Vec<Vec<String>>,
    },
    CompliantDevice,
    DomainJoinedDevice,
    ApprovedApplication,
    CompliantApplication,
    PasswordChange,
    RiskRemediation,
    TermsOfUse(Id),
    Custom(String),
}

impl Control {
    /// As the logs write it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Control::Block => "Block".into(),
            Control::Mfa => "Mfa".into(),
            Control::Strength { .. } => "AuthenticationStrength".into(),
            Control::CompliantDevice => "RequireCompliantDevice".into(),
            Control::DomainJoinedDevice => "RequireDomainJoinedDevice".into(),
            Control::ApprovedApplication => "RequireApprovedApp".into(),
            Control::CompliantApplication => "RequireCompliantApp".into(),
            Control::PasswordChange => "PasswordChange".into(),
            Control::RiskRemediation => "RiskRemediation".into(),
            Control::TermsOfUse(id) => format!("TermsOfUse:{id}"),
            Control::Custom(id) => id.clone(),
        }
    }

    /// The fixed order in which people are asked: reference of Microsoft's evaluation, phase 2.
    #[must_use]
    pub const fn rank(&self) -> u8 {
        match self {
            Control::Block => 0,
            Control::Mfa | Control::Strength { .. } => 1,
            Control::CompliantDevice => 2,
            Control::DomainJoinedDevice => 3,
            Control::ApprovedApplication => 4,
            Control::CompliantApplication => 5,
            Control::PasswordChange | Control::RiskRemediation => 6,
            Control::TermsOfUse(_) => 7,
            Control::Custom(_) => 8,
        }
    }
}

/// `sessionControls`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Session {
    pub frequency: Option<Frequency>,
    /// `Some(true)`: always; `Some(false)`: never.
    pub persistent_browser: Option<bool>,
    pub app_enforced_restrictions: bool,
    pub cloud_app_security: bool,
    pub token_protection: bool,
    pub disable_resilience_defaults: bool,
    /// `disabled`, `strictEnforcement` or `strictLocation`.
    pub continuous_evaluation: Option<String>,
}

/// `signInFrequency`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frequency {
    pub every: Duration,
    /// Whether only the second factor has to be renewed.
    pub secondary_only: bool,
}

/// "Every time" leaves five minutes, so that nobody is asked twice for one sign-in.
pub const EVERY_TIME: Duration = Duration::from_secs(300);

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
        let mut invalid = None;
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
            asks_insider_risk: conditions.text("insiderRiskLevels").is_some_and(|levels| !levels.is_empty()),
            flows: bits(&FLOWS, flows.split(',')),
            grant: object.get(GRANT_CONTROLS).and_then(|grant| read_grant(now, &grant, &mut invalid)),
            session: object.get(SESSION_CONTROLS).map(|session| read_session(&session)).unwrap_or_default(),
            invalid,
        }
    }

    /// Whether nothing but who and what decides whether it applies: one cannot get around it by going elsewhere.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        let risks = self.sign_in_risks | self.user_risks | self.service_principal_risks;
        let asks_signals = self.client_types | risks | self.flows != 0 || self.asks_insider_risk;
        !asks_signals && self.platforms.is_none() && self.locations.is_none() && self.devices.is_none()
    }

    /// Whether it demands or changes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grant.is_none() && self.session == Session::default()
    }
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
        include: expanded(include),
        exclude: expanded(words("excludeApplications")),
    })
}

/// Replace the names of bundles by the applications in them. Microsoft's own list is longer; these are the ids that are
/// publicly known to belong.
fn expanded(apps: Vec<String>) -> Vec<String> {
    let bundle = |app: &str| match app {
        "office365" => OFFICE_365,
        "microsoftadminportals" => ADMIN_PORTALS,
        _ => &[],
    };
    let mut all: Vec<String> = apps.iter().flat_map(|app| bundle(app)).map(|app| (*app).to_owned()).collect();
    all.extend(apps);
    all
}

/// Exchange, SharePoint, Teams, the start page.
const OFFICE_365: &[&str] = &[
    "00000002-0000-0ff1-ce00-000000000000",
    "00000003-0000-0ff1-ce00-000000000000",
    "cc15fd57-2c6c-4117-a88c-83b1d56b4bbe",
    "4765445b-32c6-49b0-83e6-1d93765276ca",
];
/// The Azure portal and the Microsoft 365 admin portal.
const ADMIN_PORTALS: &[&str] = &["c44b4083-3bb0-49c1-b47d-974e53cbdf3c", "00000006-0000-0ff1-ce00-000000000000"];

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
fn combinations(now: &Snapshot, id: &str) -> Option<(String, Vec<Vec<String>>)> {
    if let Some((name, built_in)) = strength::built_in(id) {
        return Some((name.to_owned(), strength::split(built_in.iter().copied())));
    }
    let strength = now.find_a(&AUTHENTICATION_STRENGTH_POLICY, id_from_text(id)?)?;
    let combinations = strength::split(strength.get(ALLOWED_COMBINATIONS)?.into_iter());
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
