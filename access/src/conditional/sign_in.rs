//! What a sign-in looks like to Conditional Access. Plain data, so that any protocol can describe one without knowing this
//! room; words are those of Graph's `conditionalAccessPolicy`.

use std::net::IpAddr;

use directory::{Id, Time};

/// Who signs in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Subject {
    User(Id),
    /// A workload as itself.
    ServicePrincipal(Id),
}

/// `clientAppTypes`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ClientAppType {
    Browser,
    MobileAppsAndDesktopClients,
    ExchangeActiveSync,
    /// Clients that can neither ask for a second factor nor show a device.
    Other,
}

impl ClientAppType {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            ClientAppType::Browser => "browser",
            ClientAppType::MobileAppsAndDesktopClients => "mobileAppsAndDesktopClients",
            ClientAppType::ExchangeActiveSync => "exchangeActiveSync",
            ClientAppType::Other => "other",
        }
    }

    /// Whether it can do nothing but give a name and a password.
    #[must_use]
    pub const fn is_legacy(self) -> bool {
        matches!(self, ClientAppType::ExchangeActiveSync | ClientAppType::Other)
    }
}

/// What somebody wants to reach.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target {
    /// Tokens for resources, by `appId`; a client that asks for an ID token is a resource too.
    Resources(Vec<String>),
    /// `urn:user:registersecurityinfo`, `urn:user:registerdevice`.
    UserAction(String),
    /// `c1` to `c99`.
    AuthenticationContext(String),
}

/// One sign-in, or one token that is issued or renewed.
#[derive(Clone, Debug, PartialEq)]
pub struct SignInContext {
    pub subject: Subject,
    pub client_app_id: String,
    pub target: Target,
    /// The delegated scopes asked for; none for a workload.
    pub scopes: Vec<String>,
    pub client_app_type: ClientAppType,
    pub address: Option<IpAddr>,
    /// ISO 3166 alpha-2, where somebody knows it.
    pub country: Option<String>,
    /// `android`, `iOS`, `windows`, `windowsPhone`, `macOS`, `linux`; a hint from the user agent, never a proof.
    pub platform: Option<String>,
    /// The directory id of the device that proved itself.
    pub device: Option<Id>,
    /// When two factors, or one that counts as two, were last proved.
    pub mfa: Option<Time>,
    /// When the person last proved anything.
    pub authenticated: Option<Time>,
    /// `authenticationMethodModes` that were used.
    pub methods: Vec<String>,
    /// Terms of use that were accepted and have not expired.
    pub accepted_terms: Vec<Id>,
    /// The tenant that a guest comes from.
    pub home_tenant: Option<Id>,
    /// `none`, `low`, `medium`, `high`; absent where nothing judges it.
    pub sign_in_risk: Option<String>,
    pub user_risk: Option<String>,
    pub service_principal_risk: Option<String>,
    /// `transferMethods`: `deviceCodeFlow`, `authenticationTransfer`.
    pub flow: Option<String>,
}

impl SignInContext {
    /// A sign-in of a person of which nothing else is known.
    #[must_use]
    pub fn of_user(user: Id, resource_app_id: &str) -> SignInContext {
        SignInContext {
            subject: Subject::User(user),
            client_app_id: String::new(),
            target: Target::Resources(vec![resource_app_id.to_owned()]),
            scopes: Vec::new(),
            client_app_type: ClientAppType::Browser,
            address: None,
            country: None,
            platform: None,
            device: None,
            mfa: None,
            authenticated: None,
            methods: Vec::new(),
            accepted_terms: Vec::new(),
            home_tenant: None,
            sign_in_risk: None,
            user_risk: None,
            service_principal_risk: None,
            flow: None,
        }
    }
}
