//! What Conditional Access is told about a sign-in, and what it answers.
//!
//! This room does not know the policies: the check is handed in by the server, so that every protocol that lets somebody
//! in tells one story. Everything here is plain data; words are those of Graph's `conditionalAccessPolicy`.

use std::net::IpAddr;
use std::time::Duration;

use directory::{Id, Record, Snapshot, Time};

use crate::Proof;

/// The check a protocol asks before it lets anybody in.
pub type MayThey = dyn Fn(&Snapshot, Time, &SignInContext) -> Verdict + Send + Sync;

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    User(Id),
    /// A workload as itself.
    ServicePrincipal(Id),
}

impl Subject {
    #[must_use]
    pub fn id(self) -> Id {
        match self {
            Subject::User(id) | Subject::ServicePrincipal(id) => id,
        }
    }
}

/// `clientAppTypes` of a policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAppType {
    Browser,
    MobileAppsAndDesktopClients,
    Other,
}

impl ClientAppType {
    /// As a policy writes it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            ClientAppType::Browser => "browser",
            ClientAppType::MobileAppsAndDesktopClients => "mobileAppsAndDesktopClients",
            ClientAppType::Other => "other",
        }
    }

    /// As the sign-in log writes it (`clientAppUsed`).
    #[must_use]
    pub fn logged(self) -> &'static str {
        match self {
            ClientAppType::Browser => "Browser",
            ClientAppType::MobileAppsAndDesktopClients => "Mobile Apps and Desktop clients",
            ClientAppType::Other => "Other clients",
        }
    }
}

/// What somebody wants to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// A token for a resource, by its `appId`.
    Resource(String),
    /// `urn:user:registersecurityinfo`, `urn:user:registerdevice`.
    UserAction(&'static str),
    /// `c1` to `c99`, which an app asks for with the claim `acrs`.
    AuthenticationContext(String),
}

/// `includeUserActions`: registering a way to sign in.
pub const REGISTER_SECURITY_INFO: &str = "urn:user:registersecurityinfo";
/// `includeUserActions`: registering or joining a device.
pub const REGISTER_DEVICE: &str = "urn:user:registerdevice";

/// Everything a policy may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInContext {
    pub subject: Subject,
    /// `appId` of the client.
    pub client_app_id: String,
    pub target: Target,
    pub scopes: Vec<String>,
    pub client_app_type: ClientAppType,
    pub address: Option<IpAddr>,
    /// ISO 3166 alpha-2, where somebody knows it.
    pub country: Option<String>,
    /// `android`, `iOS`, `windows`, `macOS`, `linux`; absent where the user agent does not say.
    pub platform: Option<&'static str>,
    /// The directory id of the device that proved itself.
    pub device: Option<Id>,
    /// When two factors, or one that counts as two, were last proved.
    pub mfa: Option<Time>,
    /// When the person last proved anything.
    pub authenticated: Option<Time>,
    /// What was proved, newest of each method.
    pub proofs: Vec<Proof>,
    /// The authentication contexts that the client asks for besides the target (claim `acrs`).
    pub contexts: Vec<String>,
    /// Whether the device that the session belongs to shows itself in this very request.
    pub is_device_bound: bool,
    /// The tenant that a guest comes from.
    pub home_tenant: Option<Id>,
    /// `transferMethods` of a policy: `deviceCodeFlow`.
    pub flow: Option<&'static str>,
    /// `none`, `low`, `medium`, `high`.
    pub sign_in_risk: &'static str,
    pub user_risk: &'static str,
    pub service_principal_risk: &'static str,
}

/// What the policies say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// `conditionalAccessStatus` of the sign-in log: `success`, `failure` or `notApplied`.
    pub status: &'static str,
    /// `appliedConditionalAccessPolicies` of the sign-in log.
    pub policies: Vec<Record>,
    /// What holds for the session and its tokens: the session controls of all policies that apply, as one.
    pub session: SessionControls,
    /// The sign-in as it was judged, for the log: with what the check itself found out, such as the country.
    pub asked: Option<Box<SignInContext>>,
}

/// Whether they may.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Allow,
    /// They may once they did what is still missing; the first need comes first.
    Interact {
        needs: Vec<Need>,
        /// The number of the AADSTS error: 50076 a second factor, 50078 again, 70044 sign in again, 50158 terms, …
        code: u32,
        reason: String,
        /// Names of the policies that ask for it.
        policies: Vec<String>,
    },
    Denied {
        /// The number of the AADSTS error: 53003 blocked, 53000 device not compliant, …
        code: u32,
        reason: String,
        /// Names of the policies that said no, where the person may know them.
        policies: Vec<String>,
    },
}

/// Something that the person can do in this sign-in to get on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    /// The last sign-in is older than a policy allows.
    SignInAgain,
    /// Any two factors.
    Mfa,
    /// An authentication strength: one of these combinations of modes.
    Strength { id: Id, name: String, combinations: Vec<Vec<String>> },
    /// The password is to be changed because the account is at risk.
    PasswordChange,
    /// These terms (`agreement`) are to be accepted.
    TermsOfUse(Id),
}

/// What policies ask of a session (`sessionControls`), merged.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SessionControls {
    /// Sign in again after so long.
    pub sign_in_frequency: Option<Duration>,
    /// `persistentBrowser`: whether to stay signed in; absent leaves it to the person.
    pub persistent_browser: Option<bool>,
    /// The resource is to restrict what an unmanaged device may do.
    pub app_enforced_restrictions: bool,
    /// Tokens must be bound to the device.
    pub token_protection: bool,
    pub continuous_access_evaluation: Cae,
}

/// `continuousAccessEvaluation.mode`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Cae {
    #[default]
    Standard,
    Disabled,
    /// A token counts only from the address for which it was issued.
    StrictLocation,
}

impl Verdict {
    /// No policy applies.
    #[must_use]
    pub fn not_applied() -> Verdict {
        Verdict {
            outcome: Outcome::Allow,
            status: "notApplied",
            policies: Vec::new(),
            session: SessionControls::default(),
            asked: None,
        }
    }
}

impl SignInContext {
    /// As the journal keeps it, so that another policy can be asked about the same sign-in later.
    #[must_use]
    pub fn to_record(&self) -> Record {
        let (kind, subject) = match self.subject {
            Subject::User(id) => ("user", id),
            Subject::ServicePrincipal(id) => ("servicePrincipal", id),
        };
        let (target, reached) = match &self.target {
            Target::Resource(app) => ("resource", app.as_str()),
            Target::UserAction(action) => ("userAction", *action),
            Target::AuthenticationContext(class) => ("authenticationContext", class.as_str()),
        };
        let method = |proof: &Proof| {
            Record::new().with("mode", proof.method.mode()).with_some("detail", proof.detail.as_deref())
        };
        Record::new()
            .with(kind, subject)
            .with("client", self.client_app_id.as_str())
            .with(target, reached)
            .with("scopes", self.scopes.clone())
            .with("clientAppType", self.client_app_type.name())
            .with_some("address", self.address.map(|address| address.to_string()))
            .with_some("country", self.country.as_deref())
            .with_some("platform", self.platform)
            .with_some("device", self.device)
            .with_some("mfa", self.mfa)
            .with_some("authenticated", self.authenticated)
            .with("methods", self.proofs.iter().map(method).collect::<Vec<_>>())
            .with("contexts", self.contexts.clone())
            .with("isDeviceBound", self.is_device_bound)
            .with_some("homeTenant", self.home_tenant)
            .with_some("flow", self.flow)
            .with("signInRisk", self.sign_in_risk)
            .with("userRisk", self.user_risk)
            .with("servicePrincipalRisk", self.service_principal_risk)
    }
}

/// The platform a user agent belongs to, as far as it says. A hint for policies, never a proof.
#[must_use]
pub fn platform_of(user_agent: &str) -> Option<&'static str> {
    const SIGNS: [(&str, &str); 8] = [
        ("Android", "android"),
        ("iPhone", "iOS"),
        ("iPad", "iOS"),
        ("Windows Phone", "windowsPhone"),
        ("Windows", "windows"),
        ("Macintosh", "macOS"),
        ("Mac OS X", "macOS"),
        ("Linux", "linux"),
    ];
    SIGNS.iter().find(|(sign, _)| user_agent.contains(sign)).map(|(_, platform)| *platform)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_agent_names_its_platform() {
        for (agent, expect) in [
            ("Mozilla/5.0 (X11; Linux x86_64)", Some("linux")),
            ("Mozilla/5.0 (Linux; Android 16)", Some("android")),
            ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)", Some("iOS")),
            ("Mozilla/5.0 (Windows NT 10.0; Win64; x64)", Some("windows")),
            ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7)", Some("macOS")),
            ("curl/8.5", None),
        ] {
            assert_eq!(platform_of(agent), expect, "{agent}");
        }
    }
}
