//! What Conditional Access is told about a sign-in, and what it answers.
//!
//! This room does not know the policies: the check is handed in by the server, so that every protocol that lets somebody
//! in tells one story. Everything here is plain data; words are those of Graph's `conditionalAccessPolicy`.

use std::net::IpAddr;

use directory::{Id, Record, Snapshot, Time};

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

/// Everything a policy may look at.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInContext {
    pub subject: Subject,
    /// `appId` of the client.
    pub client_app_id: String,
    /// `appId` of the resource that the token is for.
    pub resource_app_id: String,
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
    /// `transferMethods` of a policy: `deviceCodeFlow`.
    pub flow: Option<&'static str>,
    /// `none`, `low`, `medium`, `high`.
    pub sign_in_risk: &'static str,
    pub user_risk: &'static str,
}

/// What the policies say.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    pub outcome: Outcome,
    /// `conditionalAccessStatus` of the sign-in log: `success`, `failure` or `notApplied`.
    pub status: &'static str,
    /// `appliedConditionalAccessPolicies` of the sign-in log.
    pub policies: Vec<Record>,
}

/// Whether they may.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    Allow,
    /// They may once a second factor is proved.
    NeedsMfa {
        reason: String,
    },
    Denied {
        /// The number of the AADSTS error: 53003 blocked, 53000 device not compliant, …
        code: u32,
        reason: String,
        /// Names of the policies that said no, where the person may know them.
        policies: Vec<String>,
    },
}

impl Verdict {
    /// No policy applies.
    #[must_use]
    pub fn not_applied() -> Verdict {
        Verdict { outcome: Outcome::Allow, status: "notApplied", policies: Vec::new() }
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
