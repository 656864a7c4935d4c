//! An authorization request that was checked, and how it is kept while the person signs in.

use directory::{Id, Record};
use signin::RedirectKind;

use crate::chained::Chained;

/// How the answer travels; with `jwt`, as one signed parameter (JARM §2.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
    QueryJwt,
    FragmentJwt,
    FormPostJwt,
}

/// An authorization request that was checked. Kept while the person signs in.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct AuthorizeRequest {
    pub client_id: String,
    pub redirect_uri: String,
    pub kind: RedirectKind,
    pub mode: ResponseMode,
    pub state: Option<String>,
    pub nonce: Option<String>,
    pub scope: String,
    /// `resource`, all of them (RFC 8707).
    pub resources: Vec<String>,
    /// `authorization_details` (RFC 9396).
    pub details: Option<String>,
    /// Whether the person agreed to them.
    pub is_agreed: bool,
    /// `code_challenge`, S256.
    pub challenge: String,
    /// The key that the code is bound to (RFC 9449 §10).
    pub dpop_jkt: Option<String>,
    /// Words of `none`, `login`, `consent`, `select_account`.
    pub prompt: Option<String>,
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    /// The only person who will do: `id_token_hint`, or a claim.
    pub subject: Option<Id>,
    /// `acr_values`, and the classes that the `claims` parameter names.
    pub classes: Vec<String>,
    /// Whether one of the classes must be known and reached.
    pub needs_class: bool,
    /// `acrs`: authentication contexts.
    pub contexts: Vec<String>,
    /// A proof older than this will not do.
    pub not_before: Option<i64>,
    /// `xms_cc` of the `claims` parameter.
    pub capabilities: Vec<String>,
    /// `amr_values=ngcmfa`: two factors must have been proved a moment ago.
    pub needs_fresh_factors: bool,
    /// `capolids` of the `claims` parameter: what the policies are asked about besides.
    pub chained: Vec<Chained>,
}

impl ResponseMode {
    pub(crate) const ALL: [ResponseMode; 6] = [
        ResponseMode::Query,
        ResponseMode::Fragment,
        ResponseMode::FormPost,
        ResponseMode::QueryJwt,
        ResponseMode::FragmentJwt,
        ResponseMode::FormPostJwt,
    ];

    pub(crate) fn name(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::Fragment => "fragment",
            ResponseMode::FormPost => "form_post",
            ResponseMode::QueryJwt => "query.jwt",
            ResponseMode::FragmentJwt => "fragment.jwt",
            ResponseMode::FormPostJwt => "form_post.jwt",
        }
    }

    pub(super) fn of(name: &str) -> Option<ResponseMode> {
        ResponseMode::ALL.into_iter().find(|mode| mode.name() == name)
    }

    pub(crate) fn is_signed(self) -> bool {
        matches!(self, ResponseMode::QueryJwt | ResponseMode::FragmentJwt | ResponseMode::FormPostJwt)
    }
}

pub(crate) fn kind_name(kind: RedirectKind) -> &'static str {
    match kind {
        RedirectKind::Web => "web",
        RedirectKind::Spa => "spa",
        RedirectKind::PublicClient => "publicClient",
    }
}

pub(crate) fn kind_of(name: &str) -> Option<RedirectKind> {
    [RedirectKind::Web, RedirectKind::Spa, RedirectKind::PublicClient].into_iter().find(|kind| kind_name(*kind) == name)
}

impl AuthorizeRequest {
    /// One that says nothing yet.
    pub(super) fn blank() -> AuthorizeRequest {
        AuthorizeRequest {
            client_id: String::new(),
            redirect_uri: String::new(),
            kind: RedirectKind::Web,
            mode: ResponseMode::Query,
            state: None,
            nonce: None,
            scope: String::new(),
            resources: Vec::new(),
            details: None,
            is_agreed: false,
            challenge: String::new(),
            dpop_jkt: None,
            prompt: None,
            max_age: None,
            login_hint: None,
            subject: None,
            classes: Vec::new(),
            needs_class: false,
            contexts: Vec::new(),
            not_before: None,
            capabilities: Vec::new(),
            needs_fresh_factors: false,
            chained: Vec::new(),
        }
    }

    /// Whether `prompt` has this word.
    pub(crate) fn prompts(&self, word: &str) -> bool {
        self.prompt.as_deref().is_some_and(|prompt| prompt.split(' ').any(|known| known == word))
    }

    pub(crate) fn to_record(&self) -> Record {
        Record::new()
            .with("client", &self.client_id)
            .with("redirect", &self.redirect_uri)
            .with("kind", kind_name(self.kind))
            .with("mode", self.mode.name())
            .with_some("state", self.state.clone())
            .with_some("nonce", self.nonce.clone())
            .with("scope", &self.scope)
            .with("resources", self.resources.clone())
            .with_some("details", self.details.clone())
            .with("agreed", self.is_agreed)
            .with("challenge", &self.challenge)
            .with_some("jkt", self.dpop_jkt.clone())
            .with_some("prompt", self.prompt.clone())
            .with_some("maxAge", self.max_age)
            .with_some("loginHint", self.login_hint.clone())
            .with_some("subject", self.subject)
            .with("classes", self.classes.clone())
            .with("needsClass", self.needs_class)
            .with("contexts", self.contexts.clone())
            .with_some("notBefore", self.not_before)
            .with("capabilities", self.capabilities.clone())
            .with("freshFactors", self.needs_fresh_factors)
            .with("chained", self.chained.iter().map(Chained::print).collect::<Vec<_>>())
    }

    pub(crate) fn from_record(record: &Record) -> Option<AuthorizeRequest> {
        let text = |name: &str| record.text(name).map(str::to_owned);
        let texts = |name: &str| record.texts(name).map(str::to_owned).collect();
        Some(AuthorizeRequest {
            client_id: text("client")?,
            redirect_uri: text("redirect")?,
            kind: kind_of(record.text("kind")?)?,
            mode: ResponseMode::of(record.text("mode")?)?,
            state: text("state"),
            nonce: text("nonce"),
            scope: text("scope")?,
            resources: texts("resources"),
            details: text("details"),
            is_agreed: record.bool("agreed")?,
            challenge: text("challenge")?,
            dpop_jkt: text("jkt"),
            prompt: text("prompt"),
            max_age: record.int("maxAge"),
            login_hint: text("loginHint"),
            chained: record.texts("chained").filter_map(Chained::parse).collect(),
            subject: record.guid("subject"),
            classes: texts("classes"),
            needs_class: record.bool("needsClass")?,
            contexts: texts("contexts"),
            not_before: record.int("notBefore"),
            capabilities: texts("capabilities"),
            needs_fresh_factors: record.bool("freshFactors")?,
        })
    }
}
