//! Token exchange (RFC 8693): a person's token for one that says less, or for one to call the next service with, and that
//! says who acts (`act`).
//!
//! It never says more: the account, the policies and the consents are asked anew, it ends with the token it came of, and
//! for the same service it carries only permissions that were there. Nobody acts for themselves, and a chain of actors
//! has an end.

use directory::{Record, Value};
use engine::Body;
use http::{Response, StatusCode};
use signin::{Client, ClientRules, Event, Evidence, Resource, Scopes};

use super::handed_on::{self, HandedOn};
use crate::error::Problem;
use crate::issue::{self, Asking, Person};
use crate::request::Desk;
use crate::{answer, binding, json, own_token};

/// So many act one for another at most.
const ACTORS_MAX: usize = 4;

const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    token_type(form.need("subject_token_type")?)?;
    let wanted_type = form.get("requested_token_type").unwrap_or(ACCESS_TOKEN);
    token_type(wanted_type)?;
    let proven = super::client(desk, super::TOKEN_EXCHANGE)?;
    proven.need_proof()?;
    let confirmation = binding::of(desk, &proven.client, &ClientRules::of(&proven.client))?;
    let subject = handed_on::read(desk, &proven.client, form.need("subject_token")?)?;
    let act = act(desk, &proven.client, &subject)?;
    let scopes = asked(desk)?;
    let resource = Resource::find(&desk.now, &scopes.resource, &desk.oidc.public_url)?;
    let kept = kept(&proven.client, &resource, &scopes, &subject)?;
    let ends = subject.claims.time("exp");
    let until = subject.evidence.until.into_iter().chain(ends).min();
    let evidence = Evidence { until, ..subject.evidence };
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        asking: Asking::default(),
        evidence: &evidence,
        nonce: None,
        capabilities: &[],
        client_app_type: subject.client_app_type,
        flow: None,
        confirmation: confirmation.as_ref(),
    };
    let (outcome, verdict) = issue::person_acting(desk, &person, Some(act.into()), kept.as_deref());
    let how = (Event::NonInteractiveUser, "tokenExchange", person.client_app_type);
    super::log(desk, how, &proven.client, &evidence, verdict.as_ref(), &outcome).await?;
    let issued = outcome.map_err(|problem| crate::chained::asked_for(desk, problem, &proven.client, &scopes))?;
    Ok(answer::json(StatusCode::OK, &issued.body.with("issued_token_type", wanted_type)))
}

fn token_type(text: &str) -> Result<(), Problem> {
    match text {
        ACCESS_TOKEN | JWT => Ok(()),
        _ => Err(Problem::malformed(format!("token types must be `{ACCESS_TOKEN}` or `{JWT}`"))),
    }
}

/// What is asked for: permissions of one resource, which `audience` or `resource` may name too (RFC 8707). Nothing that
/// would outlast this request.
fn asked(desk: &Desk<'_>) -> Result<Scopes, Problem> {
    let form = &desk.request.form;
    let named = form.get("audience").or_else(|| form.get("resource"));
    let mut scopes = match (form.get("scope"), named) {
        (Some(scope), _) => Scopes::parse(scope)?,
        (None, Some(named)) => Scopes::parse(&format!("{named}/.default"))?,
        (None, None) => return Err(Problem::missing("scope")),
    };
    (scopes.openid, scopes.profile, scopes.email, scopes.offline_access) = (false, false, false, false);
    if let Some(named) = named {
        if !scopes.asks_for_resource() {
            (scopes.resource, scopes.default) = (named.to_owned(), true);
        }
        let home = &desk.oidc.public_url;
        let by_name = Resource::find(&desk.now, named, home)?;
        let by_scope = Resource::find(&desk.now, &scopes.resource, home)?;
        if by_name.principal.id != by_scope.principal.id {
            return Err(Problem::new(500_011, "`audience` or `resource` names another resource than `scope`"));
        }
    }
    if !scopes.asks_for_resource() {
        return Err(Problem::missing("scope"));
    }
    Ok(scopes)
}

/// For the same service, the permissions that are kept: at most those of the token. For another, consents decide.
fn kept(
    client: &Client<'_>,
    resource: &Resource<'_>,
    scopes: &Scopes,
    subject: &HandedOn,
) -> Result<Option<Vec<String>>, Problem> {
    if resource.principal.id != client.principal.id {
        return Ok(None);
    }
    let had: Vec<String> = subject.claims.words("scp").map(str::to_owned).collect();
    let more = scopes.names.iter().find(|name| !had.iter().any(|known| known.eq_ignore_ascii_case(name)));
    match more {
        Some(name) => Err(Problem::new(70_011, format!("the subject token does not carry `{}`", name.escape_debug()))),
        None => Ok(Some(had)),
    }
}

/// Who acts: the bearer of the actor token, or the client itself; and before it, whoever acted so far (§4.1).
fn act(desk: &Desk<'_>, client: &Client<'_>, subject: &HandedOn) -> Result<Record, Problem> {
    let form = &desk.request.form;
    let mut act = match form.get("actor_token") {
        None if form.get("actor_token_type").is_some() => return Err(Problem::missing("actor_token")),
        None => Record::new().with("sub", client.principal.id).with("client_id", client.app_id()),
        Some(token) => {
            token_type(form.need("actor_token_type")?)?;
            actor(desk, client, token)?
        }
    };
    let mut chain = subject.claims.get("act");
    let known = act.get("sub").and_then(Value::as_guid);
    if known == Some(subject.evidence.user) {
        return Err(Problem::new(50_013, "the actor is the subject; nobody acts for themselves"));
    }
    if let Some(earlier) = chain {
        act.set("act", json::read(earlier));
    }
    let mut count = 1;
    while let Some(earlier) = chain {
        count += 1;
        let who = earlier.get("sub").and_then(|sub| sub.as_str()).and_then(directory::id_from_text);
        if count > ACTORS_MAX {
            return Err(Problem::new(50_013, format!("more than {ACTORS_MAX} act one for another")));
        }
        if who.is_some() && who == known {
            return Err(Problem::new(50_013, "the actor acts in this chain already"));
        }
        chain = earlier.get("act");
    }
    Ok(act)
}

/// A workload that called the client as itself, and for which the client asks.
fn actor(desk: &Desk<'_>, client: &Client<'_>, token: &str) -> Result<Record, Problem> {
    let claims = handed_on::verified(desk, token)?;
    if !claims.texts("aud").any(|audience| handed_on::is_own_name(client, audience)) {
        return Err(Problem::new(500_131, "the audience of the actor token is not the client that presents it"));
    }
    let app = own_token::client_of(&claims).filter(|_| claims.text("idtyp") == Some("app"));
    let app = app.ok_or_else(|| Problem::new(50_013, "the actor token must be of an application acting as itself"))?;
    let actor = Client::find(&desk.now, app)?;
    Ok(Record::new().with("sub", actor.principal.id).with("client_id", actor.app_id()))
}
