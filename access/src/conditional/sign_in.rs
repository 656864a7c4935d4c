//! What a sign-in looks like to Conditional Access. Plain data, so that any protocol can describe one without knowing this
//! room; words are those of Graph's `conditionalAccessPolicy`.

use std::net::IpAddr;

use directory::{Id, Record, Time};

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

/// A method that was used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Used {
    /// One of the `authenticationMethodModes`.
    pub method: String,
    /// The AAGUID of a passkey, the subject key identifier of a certificate's issuer.
    pub detail: Option<String>,
}

impl Used {
    #[must_use]
    pub fn of(method: &str) -> Used {
        Used { method: method.to_owned(), detail: None }
    }
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
    pub methods: Vec<Used>,
    /// The authentication contexts that an application asks for besides, `c1` to `c99`.
    pub contexts: Vec<String>,
    /// Whether the device itself shows that the session and its tokens are its own.
    pub is_device_bound: bool,
    /// The tenant that a guest comes from.
    pub home_tenant: Option<Id>,
    /// `none`, `low`, `medium`, `high`; absent where nothing judges it.
    pub sign_in_risk: Option<String>,
    pub user_risk: Option<String>,
    pub service_principal_risk: Option<String>,
    /// `transferMethods`: `deviceCodeFlow`, `authenticationTransfer`.
    pub flow: Option<String>,
}

impl ClientAppType {
    /// The type of a name that [`ClientAppType::name`] gives.
    #[must_use]
    pub fn named(name: &str) -> Option<ClientAppType> {
        const ALL: [ClientAppType; 4] = [
            ClientAppType::Browser,
            ClientAppType::MobileAppsAndDesktopClients,
            ClientAppType::ExchangeActiveSync,
            ClientAppType::Other,
        ];
        ALL.into_iter().find(|known| known.name() == name)
    }
}

impl SignInContext {
    /// Read a sign-in as the journal keeps it (`evidence` of a row); absent if it is something else.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<SignInContext> {
        let text = |name: &str| record.text(name).map(str::to_owned);
        let subject = match record.guid("user") {
            Some(user) => Subject::User(user),
            None => Subject::ServicePrincipal(record.guid("servicePrincipal")?),
        };
        let target = if let Some(app) = text("resource") {
            Target::Resources(vec![app])
        } else if let Some(action) = text("userAction") {
            Target::UserAction(action)
        } else {
            Target::AuthenticationContext(text("authenticationContext")?)
        };
        let used = |method: &Record| {
            Some(Used { method: method.text("mode")?.to_owned(), detail: method.text("detail").map(str::to_owned) })
        };
        Some(SignInContext {
            subject,
            client_app_id: text("client")?,
            target,
            scopes: record.texts("scopes").map(str::to_owned).collect(),
            client_app_type: ClientAppType::named(record.text("clientAppType")?)?,
            address: record.text("address").and_then(|address| address.parse().ok()),
            country: text("country"),
            platform: text("platform"),
            device: record.guid("device"),
            mfa: record.time("mfa"),
            authenticated: record.time("authenticated"),
            methods: record.records("methods").filter_map(used).collect(),
            contexts: record.texts("contexts").map(str::to_owned).collect(),
            is_device_bound: record.bool("isDeviceBound") == Some(true),
            home_tenant: record.guid("homeTenant"),
            sign_in_risk: text("signInRisk"),
            user_risk: text("userRisk"),
            service_principal_risk: text("servicePrincipalRisk"),
            flow: text("flow"),
        })
    }

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
            contexts: Vec::new(),
            is_device_bound: false,
            home_tenant: None,
            sign_in_risk: None,
            user_risk: None,
            service_principal_risk: None,
            flow: None,
        }
    }
}
