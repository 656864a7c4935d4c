//! A Conditional Access policy in the form in which it is judged. How it is read from its records stands in `read`.

use std::time::Duration;

use directory::{Filter, Id};

use super::strength::Combination;

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
    /// Nothing here judges the risk that comes from within, nor that of agents; a policy that asks for one applies to nobody.
    pub asks_unjudged_risk: bool,
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
    /// One of these combinations of methods.
    Strength {
        id: String,
        name: String,
        combinations: Vec<Combination>,
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

    /// Whether it is met by something that the person does on a page, rather than by a device or by nothing.
    #[must_use]
    pub const fn is_personal(&self) -> bool {
        match self {
            Control::Mfa
            | Control::Strength { .. }
            | Control::PasswordChange
            | Control::RiskRemediation
            | Control::TermsOfUse(_) => true,
            Control::Block
            | Control::CompliantDevice
            | Control::DomainJoinedDevice
            | Control::ApprovedApplication
            | Control::CompliantApplication
            | Control::Custom(_) => false,
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

impl Policy {
    /// Whether nothing but who and what decides whether it applies: one cannot get around it by going elsewhere.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        let risks = self.sign_in_risks | self.user_risks | self.service_principal_risks;
        let asks_signals = self.client_types | risks | self.flows != 0 || self.asks_unjudged_risk;
        !asks_signals && self.platforms.is_none() && self.locations.is_none() && self.devices.is_none()
    }

    /// Whether somebody who does all that a person can do on a page may still be refused by it.
    #[must_use]
    pub fn can_refuse(&self) -> bool {
        let is_beyond_them = |control: &Control| !control.is_personal();
        let refuses = self.grant.as_ref().is_some_and(|grant| grant.controls.iter().any(is_beyond_them));
        refuses || self.invalid.is_some() || self.session.token_protection
    }

    /// Whether it demands or changes anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.grant.is_none() && self.session == Session::default()
    }
}
