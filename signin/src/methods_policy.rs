//! `authenticationMethodsPolicy` as it applies to one person: which methods they may register and use, and under which
//! rules. A target that excludes somebody always wins over one that includes them.
//!
//! The policy says nothing about passwords, federated sign-in and Windows Hello, so neither does this file. Recovery codes are
//! ours and have no configuration of their own: they stand and fall with `SoftwareOath`, which they replace for a day.

use directory::{Change, Id, Object, Record, Snapshot, Value};
use schema::MEMBERS;
use schema::authentication_methods_policy::{
    AUTHENTICATION_METHOD_CONFIGURATIONS, AUTHENTICATION_METHODS_POLICY, REGISTRATION_ENFORCEMENT,
    SYSTEM_CREDENTIAL_PREFERENCES,
};

use crate::Method;

/// The target that is everybody.
const ALL_USERS: &str = "all_users";
/// A registration is put off at most so often where the campaign enforces it, as Entra has it.
pub const SNOOZES_MAX: i64 = 3;
/// A nudge comes again at the latest after so many days.
const SNOOZE_DAYS_MAX: i64 = 14;

/// A configuration of the policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum PolicyMethod {
    Fido2,
    MicrosoftAuthenticator,
    TemporaryAccessPass,
    SoftwareOath,
    HardwareOath,
    Email,
    X509Certificate,
}

impl PolicyMethod {
    pub const ALL: [PolicyMethod; 7] = [
        PolicyMethod::Fido2,
        PolicyMethod::MicrosoftAuthenticator,
        PolicyMethod::TemporaryAccessPass,
        PolicyMethod::SoftwareOath,
        PolicyMethod::HardwareOath,
        PolicyMethod::Email,
        PolicyMethod::X509Certificate,
    ];

    /// The `id` of its configuration.
    #[must_use]
    pub const fn id(self) -> &'static str {
        match self {
            PolicyMethod::Fido2 => "Fido2",
            PolicyMethod::MicrosoftAuthenticator => "MicrosoftAuthenticator",
            PolicyMethod::TemporaryAccessPass => "TemporaryAccessPass",
            PolicyMethod::SoftwareOath => "SoftwareOath",
            PolicyMethod::HardwareOath => "HardwareOath",
            PolicyMethod::Email => "Email",
            PolicyMethod::X509Certificate => "X509Certificate",
        }
    }

    #[must_use]
    pub fn of_id(id: &str) -> Option<PolicyMethod> {
        PolicyMethod::ALL.into_iter().find(|method| method.id().eq_ignore_ascii_case(id))
    }

    /// The configuration that governs a method; absent where the policy has none.
    #[must_use]
    pub const fn of(method: Method) -> Option<PolicyMethod> {
        match method {
            Method::Fido2 | Method::Fido2Touch => Some(PolicyMethod::Fido2),
            Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse => {
                Some(PolicyMethod::TemporaryAccessPass)
            }
            Method::SoftwareOath | Method::RecoveryCode => Some(PolicyMethod::SoftwareOath),
            Method::HardwareOath => Some(PolicyMethod::HardwareOath),
            Method::Email => Some(PolicyMethod::Email),
            Method::AuthenticatorPush => Some(PolicyMethod::MicrosoftAuthenticator),
            Method::X509CertificateSingleFactor | Method::X509CertificateMultiFactor => {
                Some(PolicyMethod::X509Certificate)
            }
            Method::Password
            | Method::FederatedSingleFactor
            | Method::FederatedMultiFactor
            | Method::WindowsHelloForBusiness => None,
        }
    }

    /// As a tenant has it that never said otherwise: whatever can be used without a further set-up is on.
    #[must_use]
    pub fn default_configuration(self) -> Record {
        let is_on = !matches!(self, PolicyMethod::X509Certificate | PolicyMethod::HardwareOath);
        let target =
            Record::new().with("id", ALL_USERS).with("targetType", "group").with("isRegistrationRequired", false);
        let name = match self {
            PolicyMethod::Fido2 => "fido2",
            PolicyMethod::MicrosoftAuthenticator => "microsoftAuthenticator",
            PolicyMethod::TemporaryAccessPass => "temporaryAccessPass",
            PolicyMethod::SoftwareOath => "softwareOath",
            PolicyMethod::HardwareOath => "hardwareOath",
            PolicyMethod::Email => "email",
            PolicyMethod::X509Certificate => "x509Certificate",
        };
        let all = Record::new()
            .with("@odata.type", format!("#microsoft.graph.{name}AuthenticationMethodConfiguration"))
            .with("id", self.id())
            .with("state", if is_on { "enabled" } else { "disabled" })
            .with("includeTargets", vec![target]);
        match self {
            PolicyMethod::Fido2 => {
                let keys = Record::new().with("isEnforced", false).with("enforcementType", "block");
                all.with("isAttestationEnforced", false)
                    .with("isSelfServiceRegistrationAllowed", true)
                    .with("keyRestrictions", keys.with("aaGuids", Value::List(Vec::new())))
            }
            PolicyMethod::TemporaryAccessPass => all
                .with("defaultLength", 8)
                .with("defaultLifetimeInMinutes", 60)
                .with("minimumLifetimeInMinutes", 60)
                .with("maximumLifetimeInMinutes", 480)
                .with("isUsableOnce", false),
            PolicyMethod::Email => all.with("allowExternalIdToUseEmailOtp", "default"),
            PolicyMethod::MicrosoftAuthenticator
            | PolicyMethod::SoftwareOath
            | PolicyMethod::HardwareOath
            | PolicyMethod::X509Certificate => all,
        }
    }
}

/// A method that the policy allows to somebody.
#[derive(Clone, Debug, PartialEq)]
pub struct Allowed {
    pub method: PolicyMethod,
    /// The whole configuration.
    pub configuration: Record,
    /// Those of its targets that the person is in.
    pub targets: Vec<Record>,
}

/// The configuration of a method, the default one where the policy has none.
#[must_use]
pub fn configuration(now: &Snapshot, method: PolicyMethod) -> Record {
    let kept = policy(now).and_then(|policy| policy.get(AUTHENTICATION_METHOD_CONFIGURATIONS)).unwrap_or_default();
    kept.into_iter().find(|record| is_of(record, method)).unwrap_or_else(|| method.default_configuration())
}

/// The changes that write down the configurations which the policy does not mention, so that each can be found and changed.
#[must_use]
pub fn complete_policy(now: &Snapshot) -> Vec<Change> {
    let Some(policy) = policy(now) else { return Vec::new() };
    let mut all = policy.get(AUTHENTICATION_METHOD_CONFIGURATIONS).unwrap_or_default();
    let is_there = |method: PolicyMethod| all.iter().any(|record| is_of(record, method));
    let missing: Vec<Record> = PolicyMethod::ALL
        .into_iter()
        .filter(|method| !is_there(*method))
        .map(PolicyMethod::default_configuration)
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    all.extend(missing);
    vec![Change::set(policy.id, AUTHENTICATION_METHOD_CONFIGURATIONS, all)]
}

/// What the policy allows somebody of a method: to register it, and to use what is registered.
#[must_use]
pub fn allowed(now: &Snapshot, user: Id, method: PolicyMethod) -> Option<Allowed> {
    let configuration = configuration(now, method);
    if configuration.text("state") != Some("enabled") {
        return None;
    }
    let targets = reached(now, user, &configuration)?;
    Some(Allowed { method, configuration, targets })
}

/// The targets that include somebody whom none excludes.
pub(crate) fn reached(now: &Snapshot, user: Id, targets: &Record) -> Option<Vec<Record>> {
    let groups: Vec<Id> = now.closure(user, MEMBERS, true).into_iter().map(|group| group.id).collect();
    let reaches = |target: &Record| {
        let id = target.text("id").unwrap_or_default();
        let named = directory::id_from_text(id);
        id.eq_ignore_ascii_case(ALL_USERS) || named.is_some_and(|id| id == user || groups.contains(&id))
    };
    if targets.records("excludeTargets").any(reaches) {
        return None;
    }
    let includes: Vec<Record> = targets.records("includeTargets").filter(|target| reaches(target)).cloned().collect();
    (!includes.is_empty()).then_some(includes)
}

/// The rules for making a Temporary Access Pass. They hold for whoever gets one; using it takes being allowed to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PassRules {
    pub lifetime_minutes: i64,
    pub lifetime_minutes_min: i64,
    pub lifetime_minutes_max: i64,
    pub length: usize,
    /// Every pass is good for one use.
    pub is_usable_once: bool,
}

#[must_use]
pub fn pass_rules(now: &Snapshot) -> PassRules {
    let defaults = PolicyMethod::TemporaryAccessPass.default_configuration();
    let kept = configuration(now, PolicyMethod::TemporaryAccessPass);
    let number = |name: &str| kept.int(name).or_else(|| defaults.int(name)).unwrap_or(0);
    PassRules {
        lifetime_minutes: number("defaultLifetimeInMinutes"),
        lifetime_minutes_min: number("minimumLifetimeInMinutes").max(crate::LIFETIME_MINUTES_MIN),
        lifetime_minutes_max: number("maximumLifetimeInMinutes").min(crate::LIFETIME_MINUTES_MAX),
        length: usize::try_from(number("defaultLength")).unwrap_or(0),
        is_usable_once: kept.bool("isUsableOnce") == Some(true),
    }
}

/// Whether somebody who comes from outside signs in with codes sent by mail. Members never do, and nobody who holds a
/// role: mail alone opens too much (OWASP ASVS 6.3.5).
#[must_use]
pub fn signs_in_by_email(now: &Snapshot, user: &Object) -> bool {
    let is_guest = user.get(schema::user::USER_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
    let kept = configuration(now, PolicyMethod::Email);
    is_guest && kept.text("allowExternalIdToUseEmailOtp") != Some("disabled") && !holds_role(now, user.id)
}

/// Whether somebody holds an administrator's role, by themselves or through a group.
#[must_use]
pub fn holds_role(now: &Snapshot, user: Id) -> bool {
    use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
    let groups = now.closure(user, MEMBERS, true).into_iter().map(|group| group.id);
    let holders = std::iter::once(user).chain(groups);
    holders.into_iter().any(|holder| {
        let mut ties = now.by(schema::PRINCIPAL_ID, holder.to_string());
        ties.any(|tie| now.is_a(tie, &UNIFIED_ROLE_ASSIGNMENT))
    })
}

/// The nudge to register something stronger (`authenticationMethodsRegistrationCampaign`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Campaign {
    pub method: PolicyMethod,
    /// Days until the next nudge; 0 nudges at every sign-in.
    pub snooze_days: i64,
    /// After [`SNOOZES_MAX`] times it cannot be put off any more.
    pub is_enforced: bool,
}

/// What a campaign asks somebody to register. Only where somebody enabled it: its default is off.
#[must_use]
pub fn campaign(now: &Snapshot, user: Id) -> Option<Campaign> {
    let enforcement = policy(now)?.get(REGISTRATION_ENFORCEMENT)?;
    let campaign = enforcement.record("authenticationMethodsRegistrationCampaign")?;
    if campaign.text("state") != Some("enabled") {
        return None;
    }
    let targets = reached(now, user, campaign)?;
    let method = targets.iter().find_map(|target| PolicyMethod::of_id(target.text("targetedAuthenticationMethod")?))?;
    allowed(now, user, method)?;
    Some(Campaign {
        method,
        snooze_days: campaign.int("snoozeDurationInDays").unwrap_or(1).clamp(0, SNOOZE_DAYS_MAX),
        is_enforced: campaign.bool("enforceRegistrationAfterAllowedSnoozes") == Some(true),
    })
}

/// Whether the strongest registered method is offered first (`systemCredentialPreferences`); `default` means yes.
#[must_use]
pub fn is_system_preferred(now: &Snapshot, user: Id) -> bool {
    let Some(preferences) = policy(now).and_then(|policy| policy.get(SYSTEM_CREDENTIAL_PREFERENCES)) else {
        return true;
    };
    match preferences.text("state") {
        Some("disabled") => false,
        Some("enabled") => reached(now, user, &preferences).is_some(),
        _ => true,
    }
}

fn is_of(configuration: &Record, method: PolicyMethod) -> bool {
    configuration.text("id").is_some_and(|id| id.eq_ignore_ascii_case(method.id()))
}

fn policy(now: &Snapshot) -> Option<&Object> {
    now.all(&AUTHENTICATION_METHODS_POLICY).next()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
pub(crate) mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, create, directory};
    use schema::group::GROUP;

    const INNER: Id = Id::from_u128(0x81);
    const OUTER: Id = Id::from_u128(0x82);
    pub(crate) const POLICY: Id = Id::from_u128(0x83);

    /// The fixture with Ada in a group within a group, and these configurations.
    pub(crate) fn with(configurations: Vec<Record>) -> Snapshot {
        let group = |id: Id, name: &str| {
            create(
                id,
                &GROUP,
                vec![
                    (schema::DISPLAY_NAME.id, name.into()),
                    (schema::MAIL_NICKNAME.id, name.into()),
                    (schema::group::MAIL_ENABLED.id, false.into()),
                    (schema::group::SECURITY_ENABLED.id, true.into()),
                ],
            )
        };
        let changes = [
            group(INNER, "inner"),
            group(OUTER, "outer"),
            Change::link(INNER, MEMBERS, USER_ID),
            Change::link(OUTER, MEMBERS, INNER),
            create(
                POLICY,
                &AUTHENTICATION_METHODS_POLICY,
                vec![(AUTHENTICATION_METHOD_CONFIGURATIONS.id, configurations.into())],
            ),
        ];
        directory().fork(NOW, &changes).unwrap()
    }

    fn targets(ids: &[&str]) -> Vec<Record> {
        ids.iter().map(|id| Record::new().with("id", *id).with("targetType", "group")).collect()
    }

    #[test]
    fn exclusion_beats_inclusion_and_groups_reach_through_groups() {
        let (ada, inner, outer) = (USER_ID.to_string(), INNER.to_string(), OUTER.to_string());
        let other = Id::from_u128(0x99).to_string();
        for (include, exclude, state, expect) in [
            (vec!["all_users"], vec![], "enabled", true),
            (vec!["all_users"], vec![], "disabled", false),
            (vec![outer.as_str()], vec![], "enabled", true),
            (vec![inner.as_str()], vec![], "enabled", true),
            (vec![ada.as_str()], vec![], "enabled", true),
            (vec![other.as_str()], vec![], "enabled", false),
            (vec![], vec![], "enabled", false),
            (vec!["all_users"], vec![outer.as_str()], "enabled", false),
            (vec![ada.as_str()], vec![inner.as_str()], "enabled", false),
            (vec!["all_users"], vec![other.as_str()], "enabled", true),
        ] {
            let mut configuration = PolicyMethod::SoftwareOath.default_configuration();
            configuration.set("state", state);
            configuration.set("includeTargets", targets(&include));
            configuration.set("excludeTargets", targets(&exclude));
            let now = with(vec![configuration]);
            let found = allowed(&now, USER_ID, PolicyMethod::SoftwareOath);
            assert_eq!(found.is_some(), expect, "{include:?} {exclude:?} {state}");
        }
    }

    #[test]
    fn what_the_policy_does_not_mention_is_as_it_comes() {
        let now = directory();
        let on: Vec<&str> = PolicyMethod::ALL
            .into_iter()
            .filter(|m| allowed(&now, USER_ID, *m).is_some())
            .map(PolicyMethod::id)
            .collect();
        assert_eq!(on, ["Fido2", "MicrosoftAuthenticator", "TemporaryAccessPass", "SoftwareOath", "Email"]);
        let expect = PassRules {
            lifetime_minutes: 60,
            lifetime_minutes_min: 60,
            lifetime_minutes_max: 480,
            length: 8,
            is_usable_once: false,
        };
        assert_eq!(pass_rules(&now), expect);
        assert_eq!(campaign(&now, USER_ID), None);
        assert!(is_system_preferred(&now, USER_ID));
    }

    #[test]
    fn a_policy_is_completed_once_and_keeps_what_was_said() {
        let off = PolicyMethod::Fido2.default_configuration().with("state", "disabled");
        let now = with(vec![off]);
        let now = now.fork(NOW, &complete_policy(&now)).unwrap();
        assert_eq!(complete_policy(&now), []);
        let kept = policy(&now).unwrap().get(AUTHENTICATION_METHOD_CONFIGURATIONS).unwrap();
        assert_eq!(kept.len(), PolicyMethod::ALL.len());
        assert!(allowed(&now, USER_ID, PolicyMethod::Fido2).is_none());
        assert!(allowed(&now, USER_ID, PolicyMethod::SoftwareOath).is_some());
    }

    #[test]
    fn pass_rules_stay_within_what_graph_allows() {
        let configuration = PolicyMethod::TemporaryAccessPass
            .default_configuration()
            .with("minimumLifetimeInMinutes", 1)
            .with("maximumLifetimeInMinutes", 100_000)
            .with("isUsableOnce", true);
        let rules = pass_rules(&with(vec![configuration]));
        assert_eq!((rules.lifetime_minutes_min, rules.lifetime_minutes_max, rules.is_usable_once), (10, 43_200, true));
    }

    #[test]
    fn a_campaign_asks_those_it_targets_for_what_they_may_register() {
        let at = |state: &str, method: &str, exclude: &[&str]| {
            let mut include = targets(&["all_users"]);
            include[0].set("targetedAuthenticationMethod", method);
            let campaign = Record::new()
                .with("state", state)
                .with("snoozeDurationInDays", 3)
                .with("enforceRegistrationAfterAllowedSnoozes", true)
                .with("includeTargets", include)
                .with("excludeTargets", targets(exclude));
            let record = Record::new().with("authenticationMethodsRegistrationCampaign", campaign);
            let off = PolicyMethod::SoftwareOath.default_configuration().with("state", "disabled");
            let now = with(vec![off]);
            now.fork(NOW, &[Change::set(POLICY, REGISTRATION_ENFORCEMENT, record)]).unwrap()
        };
        let fido2 = Campaign { method: PolicyMethod::Fido2, snooze_days: 3, is_enforced: true };
        assert_eq!(campaign(&at("enabled", "fido2", &[]), USER_ID), Some(fido2));
        assert_eq!(campaign(&at("default", "fido2", &[]), USER_ID), None);
        assert_eq!(campaign(&at("enabled", "fido2", &[&INNER.to_string()]), USER_ID), None);
        assert_eq!(campaign(&at("enabled", "softwareOath", &[]), USER_ID), None, "it is not allowed");
    }

    #[test]
    fn only_guests_without_a_role_sign_in_by_mail() {
        use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
        let guest = |kind: &str| vec![Change::set(USER_ID, schema::user::USER_TYPE, kind)];
        let role = create(
            Id::from_u128(0x91),
            &UNIFIED_ROLE_ASSIGNMENT,
            vec![
                (schema::PRINCIPAL_ID.id, OUTER.to_string().into()),
                (schema::ROLE_DEFINITION_ID.id, Id::from_u128(0x92).to_string().into()),
                (schema::DIRECTORY_SCOPE_ID.id, "/".into()),
            ],
        );
        let off = PolicyMethod::Email.default_configuration().with("allowExternalIdToUseEmailOtp", "disabled");
        for (configurations, changes, expect) in [
            (vec![], guest("Guest"), true),
            (vec![], guest("Member"), false),
            (vec![], vec![], false),
            (vec![off], guest("Guest"), false),
            (vec![], [guest("Guest"), vec![role]].concat(), false),
        ] {
            let now = with(configurations).fork(NOW, &changes).unwrap();
            assert_eq!(signs_in_by_email(&now, now.find(USER_ID).unwrap()), expect, "{changes:?}");
        }
    }
}
