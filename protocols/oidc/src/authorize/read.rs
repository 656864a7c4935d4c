//! Reading an authorization request: one step, one check.
//!
//! Until the redirect URI is known to be the client's, what is wrong is shown to the person and sent nowhere (RFC 9700
//! §4.11.2); from then on it is sent to the client.

use signin::{Client, ClientRules, RedirectKind};

use super::claims::ClaimsRequest;
use super::request::{AuthorizeRequest, ResponseMode};
use super::targets;
use crate::chained;
use crate::error::{BAD_DETAILS, HELD_TO_MORE, NOT_ALLOWED, Problem, UNMET_ACR};
use crate::params::Params;
use crate::request::Desk;
use crate::{authorization_details, par, prt, request_object};

/// `state`, `nonce` and the like are at most this long.
pub(crate) const TEXT_MAX: usize = 4096;
/// The words of `prompt`.
pub(crate) const PROMPTS: [&str; 4] = ["none", "login", "consent", "select_account"];
/// The word of `amr_values`, and of `amr`, for two factors that were proved a moment ago.
pub(crate) const FRESH_FACTORS: &str = "ngcmfa";
/// An ID token may hint at its person for a year after its end.
const HINT_SECONDS_MAX: i64 = 365 * 86_400;

/// Why a request is not followed.
pub(crate) enum Refused {
    /// To be shown; nobody is known to whom it could be sent.
    Shown(Problem),
    Sent(Box<AuthorizeRequest>, Problem),
}

/// A request as it came, whichever way.
pub(crate) struct Asked<'a> {
    pub desk: &'a Desk<'a>,
    pub params: &'a Params<'a>,
    /// It came by the pushed authorization request endpoint (RFC 9126).
    pub is_pushed: bool,
    /// Its parameters were signed by the client (RFC 9101).
    pub is_signed: bool,
}

type Step = fn(&Asked<'_>, &mut AuthorizeRequest) -> Result<(), Problem>;

const SHOWN: [Step; 2] = [client, redirect_uri];
const SENT: [Step; 15] = [
    response_mode,
    texts,
    not_by_reference,
    rules,
    response_type,
    pkce,
    dpop_jkt,
    scope,
    authorization_details,
    prompt,
    max_age,
    claims,
    acr_values,
    amr_values,
    id_token_hint,
];

/// Read the request at the desk: as it is, pushed before, or in a request object.
pub(crate) fn read(desk: &Desk<'_>) -> Result<AuthorizeRequest, Refused> {
    let params = if desk.request.method == http::Method::POST { &desk.request.form } else { &desk.request.query };
    match params.get("request_uri") {
        Some(uri) if par::is_ours(uri) => par::redeem(desk, params.get("client_id"), uri).map_err(Refused::Shown),
        _ => checked(desk, params, false),
    }
}

/// Read parameters, or the request object among them, and check each.
pub(crate) fn checked(desk: &Desk<'_>, params: &Params<'_>, is_pushed: bool) -> Result<AuthorizeRequest, Refused> {
    let plain = Asked { desk, params, is_pushed, is_signed: false };
    let Some(object) = params.get("request") else { return steps(&plain) };
    match request_object::open(desk, params, object) {
        Ok(signed) => steps(&Asked { params: &signed, is_signed: true, ..plain }),
        // Sent where the parameters beside the object lead to, if that is the client's.
        Err(problem) => {
            let mut request = AuthorizeRequest::blank();
            SHOWN
                .iter()
                .try_for_each(|step| step(&plain, &mut request))
                .map_err(|_| Refused::Shown(problem.clone()))?;
            let _ = response_mode(&plain, &mut request);
            Err(Refused::Sent(Box::new(request), problem))
        }
    }
}

fn steps(asked: &Asked<'_>) -> Result<AuthorizeRequest, Refused> {
    let mut request = AuthorizeRequest::blank();
    for step in SHOWN {
        step(asked, &mut request).map_err(Refused::Shown)?;
    }
    for step in SENT {
        if let Err(problem) = step(asked, &mut request) {
            return Err(Refused::Sent(Box::new(request), problem));
        }
    }
    Ok(request)
}

fn client(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let client_id = asked.params.need("client_id")?;
    Client::find(&asked.desk.now, client_id)?;
    request.client_id = client_id.to_owned();
    Ok(())
}

fn redirect_uri(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let client = Client::find(&asked.desk.now, &request.client_id)?;
    (request.redirect_uri, request.kind) = registered_redirect(&client, asked.params.get("redirect_uri"))?;
    Ok(())
}

/// The redirect URI that was given, or the only one there is, and how it is registered.
pub(crate) fn registered_redirect(client: &Client<'_>, given: Option<&str>) -> Result<(String, RedirectKind), Problem> {
    let uri = match given {
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
                client.app_id()
            ),
        )
    };
    let is_clean = uri.len() <= TEXT_MAX && uri.bytes().all(|b| b.is_ascii_graphic()) && !uri.contains('#');
    let kind = client.redirect(&uri).filter(|_| is_clean).ok_or_else(mismatch)?;
    Ok((uri, kind))
}

fn response_mode(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    // First of what is sent back, because it says how.
    request.state = asked.params.get("state").filter(|state| state.len() <= TEXT_MAX).map(str::to_owned);
    let mode = match asked.params.get("response_mode") {
        // The one that goes with `code` (JARM §2.3.4).
        Some("jwt") => Some(ResponseMode::QueryJwt),
        Some(name) => ResponseMode::of(name),
        None => Some(ResponseMode::Query),
    };
    let names = ResponseMode::ALL.map(ResponseMode::name).join("`, `");
    let mode = mode.ok_or_else(|| Problem::new(70_007, format!("`response_mode` must be one of `{names}`")))?;
    let client = Client::find(&asked.desk.now, &request.client_id)?;
    if !ClientRules::of(&client).allows_response_mode(mode.name()) {
        return Err(Problem::new(70_007, format!("the application may not use the response mode `{}`", mode.name())));
    }
    request.mode = mode;
    Ok(())
}

fn texts(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    for name in ["state", "nonce", "login_hint", "claims"] {
        if asked.params.get(name).is_some_and(|text| text.len() > TEXT_MAX) {
            return Err(Problem::malformed(format!("`{name}` is longer than {TEXT_MAX} bytes")));
        }
    }
    request.nonce = asked.params.get("nonce").map(str::to_owned);
    request.login_hint = asked.params.get("login_hint").map(str::to_owned);
    Ok(())
}

fn not_by_reference(asked: &Asked<'_>, _: &mut AuthorizeRequest) -> Result<(), Problem> {
    match asked.params.get("request_uri") {
        // Nothing is fetched from where a client says (RFC 9101 §10.4.1).
        Some(_) => Err(Problem::new(
            501_461,
            "`request_uri` must be one that the pushed authorization request endpoint gave out",
        )),
        None => Ok(()),
    }
}

/// What this client is held to.
fn rules(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let client = Client::find(&asked.desk.now, &request.client_id)?;
    let rules = ClientRules::of(&client);
    if !rules.allows_grant("authorization_code") {
        return Err(Problem::new(NOT_ALLOWED, "the application may not use the grant type `authorization_code`"));
    }
    if rules.pushes && !asked.is_pushed {
        return Err(Problem::new(HELD_TO_MORE, "the application has to push its authorization requests (RFC 9126)"));
    }
    if rules.signs_requests && !asked.is_signed {
        return Err(Problem::new(HELD_TO_MORE, "the application has to sign its authorization requests (RFC 9101)"));
    }
    // FAPI 2.0 Security Profile §5.3.2.2: no answer travels in the open, except within one machine.
    let is_loopback = ["http://localhost", "http://127.0.0.1", "http://[::1]"].iter().any(|start| {
        request.redirect_uri.strip_prefix(start).is_some_and(|rest| rest.is_empty() || rest.starts_with([':', '/']))
    });
    if rules.is_fapi && !(request.redirect_uri.starts_with("https://") || is_loopback) {
        return Err(Problem::new(HELD_TO_MORE, "the redirect URI of the application must begin with `https://`"));
    }
    if rules.is_fapi && request.kind != RedirectKind::Web {
        return Err(Problem::new(
            HELD_TO_MORE,
            "the redirect URI must be that of an application that can prove itself",
        ));
    }
    Ok(())
}

fn response_type(asked: &Asked<'_>, _: &mut AuthorizeRequest) -> Result<(), Problem> {
    match asked.params.need("response_type")? {
        "code" => Ok(()),
        _ => Err(Problem::new(700_054, "`response_type` must be `code`; tokens are not given out by this endpoint")),
    }
}

/// PKCE for every client, and only S256 (RFC 9700 §2.1.1).
fn pkce(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let method = asked.params.get("code_challenge_method");
    let Some(challenge) = asked.params.get("code_challenge") else {
        // A broker reads the answer itself, from the connection on which it showed its primary refresh token: there is no way on
        // which somebody else could take the code. That it did show one is seen before the code is given out.
        if prt::credential::is_brought(asked.desk) {
            return Ok(());
        }
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

/// The key to which the code will be bound: said outright, or shown by a proof beside a pushed request (RFC 9449 §10.1).
fn dpop_jkt(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let said = asked.params.get("dpop_jkt");
    if said.is_some_and(|jkt| keys::base64url::decode(jkt).is_none_or(|hash| hash.len() != 32)) {
        return Err(Problem::malformed("`dpop_jkt` must be the SHA-256 thumbprint of a key"));
    }
    request.dpop_jkt = said.map(str::to_owned);
    Ok(())
}

fn scope(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let scope = match asked.params.get("scope") {
        // The endpoint of the first version names the resource alone, and gives a refresh token to whoever can use one.
        None if !asked.desk.request.is_v2() => "openid offline_access",
        None => asked.params.need("scope")?,
        Some(scope) => scope,
    };
    if scope.len() > TEXT_MAX {
        return Err(Problem::malformed(format!("`scope` is longer than {TEXT_MAX} bytes")));
    }
    let resources: Vec<String> = asked.params.all("resource").map(str::to_owned).collect();
    targets::of(asked.desk, scope, &resources)?;
    (request.scope, request.resources) = (scope.to_owned(), resources);
    Ok(())
}

fn authorization_details(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let Some(text) = asked.params.get("authorization_details") else { return Ok(()) };
    let client = Client::find(&asked.desk.now, &request.client_id)?;
    let all = targets::of(asked.desk, &request.scope, &request.resources)?;
    let [target] = all.as_slice() else {
        return Err(Problem::new(BAD_DETAILS, "authorization details are for one resource; name one"));
    };
    request.details = Some(authorization_details::judged(text, &ClientRules::of(&client), &target.resource)?);
    Ok(())
}

fn prompt(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let Some(prompt) = asked.params.get("prompt") else { return Ok(()) };
    let words: Vec<&str> = prompt.split_ascii_whitespace().collect();
    if !words.iter().all(|word| PROMPTS.contains(word)) {
        return Err(Problem::malformed(format!("`prompt` must be made of `{}`", PROMPTS.join("`, `"))));
    }
    // OpenID Connect Core §3.1.2.1.
    if words.contains(&"none") && words.len() > 1 {
        return Err(Problem::malformed("`prompt=none` stands alone"));
    }
    request.prompt = Some(words.join(" "));
    Ok(())
}

fn max_age(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let Some(text) = asked.params.get("max_age") else { return Ok(()) };
    let seconds = text.parse::<i64>().ok().filter(|seconds| *seconds >= 0);
    request.max_age = Some(seconds.ok_or_else(|| Problem::malformed("`max_age` must be a number of seconds"))?);
    Ok(())
}

fn claims(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let claims = ClaimsRequest::parse(asked.params.get("claims"))?;
    // Without a moment, and for one that is yet to come, now is new enough.
    let now = asked.desk.at.unix();
    request.not_before = claims.not_before.map(|since| since.map_or(now, |since| since.min(now)));
    request.contexts = claims.contexts;
    request.capabilities = claims.capabilities;
    request.chained = chained::of_claims(asked.params.get("claims"));
    request.subject = claims.subject;
    (request.classes, request.needs_class) = (claims.classes, claims.needs_class);
    Ok(())
}

fn acr_values(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let words = asked.params.get("acr_values").unwrap_or_default().split_ascii_whitespace();
    // A claim that names classes says it more exactly.
    if request.classes.is_empty() {
        request.classes = words.take(signin::CLASSES_MAX).map(str::to_owned).collect();
    }
    if request.needs_class
        && !request.classes.is_empty()
        && !request.classes.iter().any(|class| signin::is_class(class))
    {
        return Err(Problem::new(UNMET_ACR, "none of the classes of authentication asked for is known here"));
    }
    Ok(())
}

/// `ngcmfa`: what comes of it gives the person another way to sign in, so two factors must be fresh.
fn amr_values(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let mut words = asked.params.get("amr_values").unwrap_or_default().split_ascii_whitespace();
    request.needs_fresh_factors = words.any(|word| word == FRESH_FACTORS);
    Ok(())
}

/// Whom an ID token of ours speaks of, however old it is (OpenID Connect Core §3.1.2.1).
fn id_token_hint(asked: &Asked<'_>, request: &mut AuthorizeRequest) -> Result<(), Problem> {
    let Some(hint) = asked.params.get("id_token_hint") else { return Ok(()) };
    let desk = asked.desk;
    let expect = keys::Expect {
        iss: Some(&desk.issuer),
        aud: &[request.client_id.as_str()],
        typ: &["JWT"],
        leeway_seconds: HINT_SECONDS_MAX,
        ..keys::Expect::at(desk.at)
    };
    let claims = desk.oidc.keys.verify_own(desk.tenant, hint, &expect);
    let subject = claims.ok().and_then(|claims| claims.text("oid").and_then(directory::id_from_text));
    let subject = subject.ok_or_else(|| Problem::malformed("`id_token_hint` is no ID token of this application"))?;
    if request.subject.is_some_and(|other| other != subject) {
        return Err(Problem::malformed("`id_token_hint` and `claims` name two different people"));
    }
    request.subject = Some(subject);
    Ok(())
}
