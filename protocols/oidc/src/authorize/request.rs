//! Reading an authorization request: one step, one check.
//!
//! Until the redirect URI is known to be the client's, what is wrong is shown to the person and sent nowhere (RFC 9700
//! §4.11.2); from then on it is sent to the client.

use directory::Record;
use signin::{Client, RedirectKind, Scopes};

use crate::chained::{self, Chained};
use crate::error::Problem;
use crate::request::Desk;

/// `state`, `nonce` and the like are at most this long.
const TEXT_MAX: usize = 4096;

/// How the answer travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum ResponseMode {
    Query,
    Fragment,
    FormPost,
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
    /// `code_challenge`, S256.
    pub challenge: String,
    /// `none`, `login`, `consent`, `select_account`.
    pub prompt: Option<String>,
    pub max_age: Option<i64>,
    pub login_hint: Option<String>,
    /// `xms_cc` of the `claims` parameter.
    pub capabilities: Vec<String>,
    /// `capolids` of the `claims` parameter: what the policies are asked about besides.
    pub chained: Vec<Chained>,
}

/// Why a request is not followed.
pub(crate) enum Refused {
    /// To be shown; nobody is known to whom it could be sent.
    Shown(Problem),
    Sent(Box<AuthorizeRequest>, Problem),
}

type Step = fn(&Desk<'_>, &mut AuthorizeRequest) -> Result<(), Problem>;

const SHOWN: [Step; 2] = [client, redirect_uri];
const SENT: [Step; 9] = [response_mode, texts, request_object, response_type, pkce, scope, prompt, max_age, claims];

/// Read the request at the desk.
pub(crate) fn read(desk: &Desk<'_>) -> Result<AuthorizeRequest, Refused> {
    let mut request = AuthorizeRequest {
        client_id: String::new(),
        redirect_uri: String::new(),
        kind: RedirectKind::Web,
        mode: ResponseMode::Query,
        state: None,
        nonce: None,
        scope: String::new(),
        challenge: String::new(),
        prompt: None,
        max_age: None,
        login_hint: None,
        capabilities: Vec::new(),
        chained: Vec::new(),
    };
    for step in SHOWN {
        step(desk, &mut request).map_err(Refused::Shown)?;
    }
    for step in SENT {
        if let Err(problem) = step(desk, &mut request) {
            return Err(Refused::Sent(Box::new(request), problem));
        }
    }
    Ok(request)
}

fn need<'r>(desk: &'r Desk<'_>, name: &'static str) -> Result<&'r str, Problem> {
    desk.request.param(name).ok_or_else(|| Problem::missing(name))
}

fn client(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let client_id = need(desk, "client_id")?;
    Client::find(&desk.now, client_id)?;
    request.client_id = client_id.to_owned();
    Ok(())
}

fn redirect_uri(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let client = Client::find(&desk.now, &request.client_id)?;
    let uri = match desk.request.param("redirect_uri") {
        Some(uri) => uri.to_owned(),
        None => client.only_redirect().ok_or_else(|| Problem::missing("redirect_uri"))?,
    };
    let mismatch = || {
        let shown: String = uri.chars().take(256).collect();
        Problem::new(
            50_011,
            format!(
                "the redirect URI `{}` is not registered for application `{}`",
                shown.escape_debug(),
                request.client_id
            ),
        )
    };
    let is_clean = uri.len() <= TEXT_MAX && uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains('#');
    let kind = client.redirect(&uri).filter(|_| is_clean).ok_or_else(mismatch)?;
    (request.redirect_uri, request.kind) = (uri, kind);
    Ok(())
}

fn response_mode(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    // First of what is sent back, because it says how.
    request.state = desk.request.param("state").filter(|state| state.len() <= TEXT_MAX).map(str::to_owned);
    request.mode = match desk.request.param("response_mode") {
        None | Some("query") => ResponseMode::Query,
        Some("fragment") => ResponseMode::Fragment,
        Some("form_post") => ResponseMode::FormPost,
        Some(_) => return Err(Problem::new(70_007, "`response_mode` must be `query`, `fragment` or `form_post`")),
    };
    Ok(())
}

fn texts(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    for name in ["state", "nonce", "login_hint", "claims"] {
        if desk.request.param(name).is_some_and(|text| text.len() > TEXT_MAX) {
            return Err(Problem::malformed(format!("`{name}` is longer than {TEXT_MAX} bytes")));
        }
    }
    request.nonce = desk.request.param("nonce").map(str::to_owned);
    request.login_hint = desk.request.param("login_hint").map(str::to_owned);
    Ok(())
}

fn request_object(desk: &Desk<'_>, _: &mut AuthorizeRequest) -> Result<(), Problem> {
    match ["request", "request_uri"].iter().find(|name| desk.request.param(name).is_some()) {
        Some(name) => Err(Problem::new(501_461, format!("`{name}` is not supported; send the parameters themselves"))),
        None => Ok(()),
    }
}

fn response_type(desk: &Desk<'_>, _: &mut AuthorizeRequest) -> Result<(), Problem> {
    match need(desk, "response_type")? {
        "code" => Ok(()),
        _ => Err(Problem::new(700_054, "`response_type` must be `code`; tokens are not given out by this endpoint")),
    }
}

/// PKCE for every client, and only S256 (RFC 9700 §2.1.1).
fn pkce(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let method = desk.request.param("code_challenge_method");
    let Some(challenge) = desk.request.param("code_challenge") else {
        return Err(Problem::new(
            9_002_325,
            "proof key for code exchange is required: send `code_challenge` and `code_challenge_method=S256`",
        ));
    };
    let is_hash = challenge.len() == 43 && keys::base64url::decode(challenge).is_some_and(|bytes| bytes.len() == 32);
    if method != Some("S256") || !is_hash {
        return Err(Problem::new(501_461, "`code_challenge` must be made with `code_challenge_method=S256`"));
    }
    request.challenge = challenge.to_owned();
    Ok(())
}

fn scope(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let scope = need(desk, "scope")?;
    if scope.len() > TEXT_MAX {
        return Err(Problem::malformed(format!("`scope` is longer than {TEXT_MAX} bytes")));
    }
    let scopes = Scopes::parse(scope)?;
    signin::Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    request.scope = scope.to_owned();
    Ok(())
}

fn prompt(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    request.prompt = match desk.request.param("prompt") {
        None => None,
        Some(prompt @ ("none" | "login" | "consent" | "select_account")) => Some(prompt.to_owned()),
        Some(_) => return Err(Problem::malformed("`prompt` must be `none`, `login`, `consent` or `select_account`")),
    };
    Ok(())
}

fn max_age(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let Some(text) = desk.request.param("max_age") else { return Ok(()) };
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds >= 0);
    request.max_age = Some(seconds.ok_or_else(|| Problem::malformed("`max_age` must be a number of seconds"))?);
    Ok(())
}

fn claims(desk: &Desk<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    request.capabilities = capabilities(desk.request.param("claims"))?;
    request.chained = chained::of_claims(desk.request.param("claims"));
    Ok(())
}

/// The capabilities that a client names in its `claims` parameter: `{"access_token":{"xms_cc":{"values":["cp1"]}}}`.
pub(crate) fn capabilities(claims: Option<&str>) -> Result<Vec<String>, Problem> {
    const CAPABILITIES_MAX: usize = 8;
    let Some(claims) = claims else { return Ok(Vec::new()) };
    let bad = || Problem::malformed("`claims` is not a JSON object");
    if claims.len() > TEXT_MAX {
        return Err(bad());
    }
    let claims: serde_json::Map<String, serde_json::Value> = serde_json::from_str(claims).map_err(|_| bad())?;
    let values = claims
        .get("access_token")
        .and_then(|t| t.get("xms_cc"))
        .and_then(|c| c.get("values"))
        .and_then(|v| v.as_array());
    let texts = values.into_iter().flatten().filter_map(|value| value.as_str());
    Ok(texts.filter(|text| text.len() <= 64).take(CAPABILITIES_MAX).map(str::to_owned).collect())
}

impl ResponseMode {
    fn name(self) -> &'static str {
        match self {
            ResponseMode::Query => "query",
            ResponseMode::Fragment => "fragment",
            ResponseMode::FormPost => "form_post",
        }
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
    pub(crate) fn to_record(&self) -> Record {
        Record::new()
            .with("client", &self.client_id)
            .with("redirect", &self.redirect_uri)
            .with("kind", kind_name(self.kind))
            .with("mode", self.mode.name())
            .with_some("state", self.state.clone())
            .with_some("nonce", self.nonce.clone())
            .with("scope", &self.scope)
            .with("challenge", &self.challenge)
            .with_some("prompt", self.prompt.clone())
            .with_some("maxAge", self.max_age)
            .with_some("loginHint", self.login_hint.clone())
            .with("capabilities", self.capabilities.clone())
            .with("chained", self.chained.iter().map(Chained::print).collect::<Vec<_>>())
    }

    pub(crate) fn from_record(record: &Record) -> Option<AuthorizeRequest> {
        let text = |name: &str| record.text(name).map(str::to_owned);
        let mode = record.text("mode")?;
        Some(AuthorizeRequest {
            client_id: text("client")?,
            redirect_uri: text("redirect")?,
            kind: kind_of(record.text("kind")?)?,
            mode: [ResponseMode::Query, ResponseMode::Fragment, ResponseMode::FormPost]
                .into_iter()
                .find(|m| m.name() == mode)?,
            state: text("state"),
            nonce: text("nonce"),
            scope: text("scope")?,
            challenge: text("challenge")?,
            prompt: text("prompt"),
            max_age: record.int("maxAge"),
            login_hint: text("loginHint"),
            capabilities: record.texts("capabilities").map(str::to_owned).collect(),
            chained: record.texts("chained").filter_map(Chained::parse).collect(),
        })
    }
}
