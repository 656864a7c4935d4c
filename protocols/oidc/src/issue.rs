//! Making tokens of plans, and the answers that carry them.

use std::time::Duration;

use directory::{Id, Record, Time, Value};
use engine::Body;
use http::{Response, StatusCode};
use keys::Algorithm;
use signin::{
    ACCESS_SECONDS_SPREAD, Client, ClientAppType, ClientProof, Confirmation, Event, Evidence, Mint, Resource, Scopes,
    SignIn, Subject, TokenPlan, UserAsk, Verdict, plan_user, platform_of,
};

use crate::answer;
use crate::authorization_details;
use crate::authorize::read::FRESH_FACTORS;
use crate::context::{self, Question};
use crate::error::Problem;
use crate::json;
use crate::participants;
use crate::request::Desk;
use crate::token::handed_on;

/// `typ` of access tokens (RFC 9068 §2.1).
pub(crate) const ACCESS_TYP: &str = "at+jwt";

/// What every plan needs, from the desk and by chance.
pub(crate) fn mint<'a>(desk: &'a Desk<'_>) -> Mint<'a> {
    let chance = keys::random_uuid();
    let spread = i64::try_from(chance.as_u128() % ACCESS_SECONDS_SPREAD.unsigned_abs() as u128).unwrap_or(0);
    Mint {
        now: &desk.now,
        at: desk.at,
        tenant: desk.tenant,
        issuer: &desk.issuer,
        public_url: &desk.oidc.public_url,
        token: chance,
        spread,
        details: None,
    }
}

/// The algorithm of access tokens for a resource: ES256, unless its application asks for RS256.
pub(crate) fn access_algorithm(resource: &Resource<'_>) -> Algorithm {
    match resource.wish("access_token_signed_response_alg") {
        Some("RS256") => Algorithm::Rs256,
        _ => Algorithm::Es256,
    }
}

/// Sign an access token.
pub(crate) fn sign(desk: &Desk<'_>, algorithm: Algorithm, claims: &Record) -> Result<String, Problem> {
    Ok(desk.oidc.keys.mint_json(desk.tenant, algorithm, ACCESS_TYP, json::print(claims).as_bytes())?)
}

/// The answer with one access token and nothing else.
pub(crate) fn alone(token: &str, expires_in: i64, confirmation: Option<&Confirmation>) -> Response<Body> {
    let kind = token_type(confirmation);
    let body = format!(
        r#"{{"token_type":"{kind}","expires_in":{expires_in},"ext_expires_in":{expires_in},"access_token":"{token}"}}"#
    );
    answer::json_text(StatusCode::OK, body)
}

/// The same as a record, for answers that say more.
pub(crate) fn body(token: &str, expires_in: i64, confirmation: Option<&Confirmation>) -> Record {
    Record::new()
        .with("token_type", token_type(confirmation))
        .with("expires_in", expires_in)
        .with("ext_expires_in", expires_in)
        .with("access_token", token)
}

/// By which scheme a token is to be sent (RFC 9449 §5; RFC 8705 §3 leaves it at `Bearer`).
fn token_type(confirmation: Option<&Confirmation>) -> &'static str {
    match confirmation {
        Some(Confirmation::Jkt(_)) => "DPoP",
        Some(Confirmation::X5tS256(_)) | None => "Bearer",
    }
}

/// What a person's tokens are made of.
pub(crate) struct Person<'a> {
    pub client: &'a Client<'a>,
    pub proof: ClientProof,
    /// As it was asked for: an answer speaks of permissions in the same words.
    pub scopes: &'a Scopes,
    pub asking: Asking<'a>,
    pub evidence: &'a Evidence,
    pub nonce: Option<&'a str>,
    pub capabilities: &'a [String],
    pub client_app_type: ClientAppType,
    /// `deviceCodeFlow`, where it is one.
    pub flow: Option<&'static str>,
    /// The key that the request showed, to which the access token is bound.
    pub confirmation: Option<&'a Confirmation>,
}

/// What was asked for beside permissions.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asking<'a> {
    /// `authorization_details`.
    pub details: Option<&'a str>,
    /// Classes and contexts of authentication …
    pub classes: &'a [String],
    pub contexts: &'a [String],
    /// … and whether there is no token without the contexts.
    pub must_reach: bool,
    /// Two factors were demanded and proved a moment ago.
    pub fresh_factors: bool,
}

/// Tokens, and what is needed to remember them by.
pub(crate) struct Issued {
    pub body: Record,
    pub token: Id,
    pub expires: Time,
}

/// Make a person's tokens. Everything is judged anew: the account, the session, the policies, the consent.
pub(crate) fn person(desk: &Desk<'_>, person: &Person<'_>) -> (Result<Issued, Problem>, Option<Verdict>) {
    person_acting(desk, person, None, None)
}

/// As [`person`]. `act` says who acts for them (RFC 8693 §4.1); `kept`, where given, are the permissions that count in the
/// place of the consents.
pub(crate) fn person_acting(
    desk: &Desk<'_>,
    person: &Person<'_>,
    act: Option<Value>,
    kept: Option<&[String]>,
) -> (Result<Issued, Problem>, Option<Verdict>) {
    let resource = match Resource::find(&desk.now, &person.scopes.resource, &desk.oidc.public_url) {
        Ok(resource) => resource,
        Err(denial) => return (Err(denial.into()), None),
    };
    let question = Question {
        subject: Subject::User(person.evidence.user),
        client: person.client,
        resource: &resource,
        scopes: person.scopes,
        client_app_type: person.client_app_type,
        evidence: Some(person.evidence),
        flow: person.flow,
    };
    // Whether the account lives comes first: a policy has nothing to say about one that does not.
    if let Err(denial) = signin::living_user(&desk.now, person.evidence) {
        return (Err(denial.into()), None);
    }
    let demanded = if person.asking.must_reach { person.asking.contexts } else { &[] };
    let verdict = context::ask_with(desk, &question, demanded);
    let made = match context::problem(&verdict, desk.at, demanded) {
        Some(problem) => Err(problem),
        None => {
            let contexts = context::reached(desk, &question, person.asking.contexts);
            tokens(desk, person, &resource, &contexts, (act, kept), &verdict)
        }
    };
    (made, Some(verdict))
}

fn tokens(
    desk: &Desk<'_>,
    person: &Person<'_>,
    resource: &Resource<'_>,
    contexts: &[String],
    (act, kept): (Option<Value>, Option<&[String]>),
    verdict: &Verdict,
) -> Result<Issued, Problem> {
    let details = person.asking.details.map(authorization_details::value);
    let mut mint = Mint { details: details.as_ref(), ..mint(desk) };
    // Only our own resource asks the directory on every request; tokens for others cannot be ended before their time.
    let terms = if resource.is_graph {
        let policies = (person.capabilities, verdict.policies.as_slice(), &verdict.session);
        signin::terms(&desk.now, person.evidence, policies, desk.request.address, mint.token.as_u128())
    } else {
        signin::Terms::default()
    };
    mint.spread = terms.spread.unwrap_or(mint.spread);
    let ask = UserAsk {
        client: person.client,
        proof: person.proof,
        resource,
        scopes: person.scopes,
        evidence: person.evidence,
        nonce: person.nonce,
        capabilities: person.capabilities,
        confirmation: person.confirmation,
        class: signin::class_reached(person.asking.classes, person.evidence),
        contexts,
        kept,
    };
    let TokenPlan { mut access, expires_in, scopes, id } = plan_user(&mint, &ask)?;
    for (name, value) in signin::restrictions(&desk.now, person.evidence, &verdict.session) {
        access.set(name, value);
    }
    for (name, value) in terms.claims {
        access.set(name, value);
    }
    if person.asking.fresh_factors && signin::has_fresh_factors(person.evidence, desk.at) {
        let mut amr = person.evidence.amr();
        amr.push(FRESH_FACTORS);
        access.set("amr", amr);
    }
    if let Some(act) = act {
        access.set("act", act);
    }
    if let Some(sealed) = handed_on::sealed(desk, resource, person.evidence, person.client_app_type)? {
        access.set("aio", sealed);
    }
    let access = sign(desk, access_algorithm(resource), &access)?;
    let mut body = body(&access, expires_in, person.confirmation).with("scope", spoken(person.scopes, &scopes));
    if let Some(details) = &details {
        body.set("authorization_details", details.clone());
    }
    if let Some(mut claims) = id {
        participants::enter(desk, person.client, person.evidence)?;
        // OpenID Connect Core §3.1.3.6: the left half of the hash of the access token.
        let hash = keys::sha256(access.as_bytes());
        claims.set("at_hash", keys::base64url::encode(hash.get(..16).unwrap_or_default()));
        body.set(
            "id_token",
            desk.oidc.keys.mint_json(
                desk.tenant,
                id_algorithm(person.client),
                "JWT",
                json::print(&claims).as_bytes(),
            )?,
        );
    }
    if desk.request.form.get("client_info") == Some("1") {
        let (uid, utid) = (person.evidence.user, desk.tenant);
        body.set("client_info", keys::base64url::encode(format!(r#"{{"uid":"{uid}","utid":"{utid}"}}"#)));
    }
    Ok(Issued { body, token: mint.token, expires: desk.at + Duration::from_secs(expires_in.unsigned_abs()) })
}

/// The scope of an answer, in the words of the request: clients look their tokens up by it.
fn spoken(asked: &Scopes, granted: &[String]) -> String {
    let of_resource =
        |name: &str| if asked.resource.is_empty() { name.to_owned() } else { format!("{}/{name}", asked.resource) };
    let mut words: Vec<String> = granted.iter().map(|name| of_resource(name)).collect();
    if asked.default {
        words.push(of_resource(".default"));
    }
    words.extend(asked.openid_words().into_iter().map(str::to_owned));
    words.join(" ")
}

/// The algorithm of ID tokens: RS256, which every client knows (OpenID Connect Core §3.1.3.7), unless its application asks
/// for ES256.
pub(crate) fn id_algorithm(client: &Client<'_>) -> Algorithm {
    match client.wish("id_token_signed_response_alg") {
        Some("ES256") => Algorithm::Es256,
        _ => Algorithm::Rs256,
    }
}

/// A line of the sign-in log with what the desk knows of it.
pub(crate) fn sign_in<'a>(
    desk: &'a Desk<'_>,
    event: Event,
    protocol: &'static str,
    client_app_type: ClientAppType,
) -> SignIn<'a> {
    SignIn {
        id: desk.request.ids.trace,
        at: desk.at,
        event,
        correlation: desk.request.ids.correlation,
        address: desk.request.address,
        user_agent: desk.request.user_agent(),
        platform: platform_of(desk.request.user_agent()),
        protocol,
        client_app_type,
        client: None,
        resource: None,
        user: None,
        evidence: None,
        verdict: None,
        denial: None,
        token: None,
    }
}
