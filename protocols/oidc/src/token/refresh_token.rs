//! `refresh_token`: one for one. An old one that comes back means that two hold the family, and ends it (RFC 9700 §4.14).

use directory::{Id, Record, Time};
use engine::{Body, Tickets};
use http::{Response, StatusCode};
use keys::Secret;
use signin::{ClientAppType, ClientProof, ClientRules, Confirmation, Event, Evidence, RefreshLife};

use super::Grant;
use crate::authorize::claims::ClaimsRequest;
use crate::binding;
use crate::error::Problem;
use crate::issue::{self, Person};
use crate::request::Desk;
use crate::{answer, families, opaque, risk};

/// What all refresh tokens that came of one sign-in have in common.
#[derive(Clone, Debug)]
pub(crate) struct Family {
    pub id: Id,
    pub began: Time,
    pub client: String,
    pub is_confidential: bool,
    pub is_spa: bool,
    pub evidence: Evidence,
    pub grant: Grant,
    /// The key of a client that proves nothing else: without it the refresh token is worth nothing.
    pub confirmation: Option<Confirmation>,
}

/// Give out the family's next refresh token.
pub(crate) fn issue(desk: &Desk<'_>, family: &Family) -> Result<Secret, Problem> {
    families::begin(desk, family, family.absolute_end())?;
    let token = opaque::fresh(desk.tenant);
    let key = opaque::key(token.expose());
    let put = desk.engine.tickets().put(
        opaque::REFRESH_TOKENS,
        &key,
        Some(family.id),
        family.expires(desk.at),
        &family.to_record(),
    );
    put.map_err(|_| Problem::fault())?;
    Ok(token)
}

pub(crate) async fn answer(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    let token = form.need("refresh_token")?;
    let proven = super::client(desk, "refresh_token")?;
    let (tickets, key) = (desk.engine.tickets(), opaque::key(token));
    let gone =
        || Problem::new(700_082, "the refresh token has expired, was revoked, or was never given out; sign in again");
    let body = tickets.get(opaque::REFRESH_TOKENS, &key).map_err(|_| Problem::fault())?.ok_or_else(gone)?;
    let family = Family::from_record(&body).ok_or_else(gone)?;
    if family.client != proven.client.app_id() {
        return Err(Problem::new(70_002, "the refresh token was given to another application"));
    }
    if family.is_confidential {
        proven.need_proof()?;
    }
    if issued_too_early(desk, &family) {
        return Err(signin::Denial::revoked().into());
    }
    if !families::lives(desk, &family, family.absolute_end())? {
        return Err(gone());
    }
    if body.bool("used") == Some(true) {
        return Err(reused(&tickets, family.id));
    }
    let family = Family { evidence: risk::at_refresh(desk, &family.evidence).await?, ..family };
    let rules = ClientRules::of(&proven.client);
    let confirmation = binding::of(desk, &proven.client, &rules)?;
    binding::must_fit(family.confirmation.as_ref(), confirmation.as_ref())?;
    let (scopes, details) = family.grant.taken(desk, &rules)?;
    // A claims challenge is answered here where a person is not needed for it.
    let claims = ClaimsRequest::parse(form.get("claims"))?;
    let must_reach = !claims.contexts.is_empty();
    let mut grant = family.grant.clone();
    if must_reach {
        grant.contexts = claims.contexts;
    }
    if !claims.capabilities.is_empty() {
        grant.capabilities = claims.capabilities;
    }
    let family = Family { grant, ..family };
    let person = Person {
        client: &proven.client,
        proof: proven.proof,
        scopes: &scopes,
        asking: family.grant.asking(details.as_deref(), must_reach),
        evidence: &family.evidence,
        nonce: None,
        capabilities: &family.grant.capabilities,
        client_app_type: app_type(&family, proven.proof),
        flow: None,
        confirmation: confirmation.as_ref(),
    };
    let (outcome, verdict) = issue::person(desk, &person);
    let how = (Event::NonInteractiveUser, "refreshTokenGrant", person.client_app_type);
    super::log(desk, how, &proven.client, &family.evidence, verdict.as_ref(), &outcome).await?;
    let mut issued = outcome?;
    let expires = family.expires(desk.at);
    if signin::is_broker(&family.client) {
        // A broker has it in several hands: what joins the device, what signs its person in, what sets up another way to. So it
        // stays the same, and lives for a day.
        issued.body.set("refresh_token", token);
        return Ok(answer::json(StatusCode::OK, &issued.body));
    }
    if rules.is_fapi {
        // FAPI 2.0 Security Profile §5.3.2.1: a refresh token that only its client can use stays the same, so that an answer
        // that is lost costs nobody their session. Its end slides.
        let _ = tickets.swap(opaque::REFRESH_TOKENS, &key, Some(family.id), expires, &body, &body);
        return Ok(answer::json(StatusCode::OK, &issued.body));
    }
    // Of two who bring the same token at once, one gets in; the other shows that there are two.
    let used = body.clone().with("used", true);
    let swapped = tickets
        .swap(opaque::REFRESH_TOKENS, &key, Some(family.id), expires, &body, &used)
        .map_err(|_| Problem::fault())?;
    if !swapped {
        return Err(reused(&tickets, family.id));
    }
    issued.body.set("refresh_token", issue(desk, &family)?.expose());
    Ok(answer::json(StatusCode::OK, &issued.body))
}

/// What was proved to a broker that brings this refresh token of its own.
pub(crate) async fn evidence_of(desk: &Desk<'_>, token: &str) -> Result<Evidence, Problem> {
    let gone =
        || Problem::new(700_082, "the refresh token has expired, was revoked, or was never given out; sign in again");
    let body = desk.engine.tickets().get(opaque::REFRESH_TOKENS, &opaque::key(token));
    let family = body.map_err(|_| Problem::fault())?.as_ref().and_then(Family::from_record).ok_or_else(gone)?;
    if !signin::is_broker(&family.client) || family.confirmation.is_some() {
        return Err(Problem::new(70_002, "the refresh token was given to another application"));
    }
    if issued_too_early(desk, &family) {
        return Err(signin::Denial::revoked().into());
    }
    if !families::lives(desk, &family, family.absolute_end())? {
        return Err(gone());
    }
    risk::at_refresh(desk, &family.evidence).await
}

/// Whether tokens given out when this family began do not count any more, although the session may.
fn issued_too_early(desk: &Desk<'_>, family: &Family) -> bool {
    let from = desk.now.find(family.evidence.user).and_then(|user| user.get(schema::user::TOKENS_VALID_FROM));
    from.is_some_and(|from| family.began < from)
}

/// Take a family back if this token of it belongs to the client (RFC 7009 §2.1); whether there was one is told to nobody.
pub(crate) fn revoke(desk: &Desk<'_>, token: &str, client: &str) -> Result<(), Problem> {
    let tickets = desk.engine.tickets();
    let found = tickets.get(opaque::REFRESH_TOKENS, &opaque::key(token)).map_err(|_| Problem::fault())?;
    match found.as_ref().and_then(Family::from_record).filter(|family| family.client == client) {
        Some(family) => families::end_refresh_family(&tickets, family.id).map_err(|_| Problem::fault()),
        None => Ok(()),
    }
}

fn reused(tickets: &Tickets, family: Id) -> Problem {
    match families::end_refresh_family(tickets, family) {
        Ok(_) => Problem::new(
            50_173,
            "the refresh token was used before, so all that came of the same sign-in is revoked; sign in again",
        ),
        Err(_) => Problem::fault(),
    }
}

fn app_type(family: &Family, proof: ClientProof) -> ClientAppType {
    match (family.is_spa || family.is_confidential, proof) {
        (false, ClientProof::None) => ClientAppType::MobileAppsAndDesktopClients,
        _ => ClientAppType::Browser,
    }
}

impl Family {
    /// When it ends however much it is used.
    fn absolute_end(&self) -> Time {
        let end = self.began + self.life().absolute;
        self.evidence.until.map_or(end, |until| end.min(until))
    }

    /// What is used again and again lives as short as what a page keeps.
    fn life(&self) -> RefreshLife {
        if self.is_spa || signin::is_broker(&self.client) { RefreshLife::SPA } else { RefreshLife::USUAL }
    }

    fn expires(&self, at: Time) -> Time {
        self.life().expires(self.began, at, self.evidence.until)
    }

    fn to_record(&self) -> Record {
        Record::new()
            .with("family", self.id)
            .with("began", self.began)
            .with("client", &self.client)
            .with("confidential", self.is_confidential)
            .with("spa", self.is_spa)
            .with("evidence", self.evidence.to_record())
            .with("grant", self.grant.to_record())
            .with_some("cnf", self.confirmation.as_ref().map(Confirmation::to_record))
    }

    fn from_record(record: &Record) -> Option<Family> {
        Some(Family {
            id: record.guid("family")?,
            began: record.time("began")?,
            client: record.text("client")?.to_owned(),
            is_confidential: record.bool("confidential")?,
            is_spa: record.bool("spa")?,
            evidence: Evidence::from_record(record.record("evidence")?)?,
            grant: Grant::from_record(record.record("grant")?)?,
            confirmation: record.record("cnf").and_then(Confirmation::from_record),
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{ADA, HOME, PHONE_APP, WEB_APP, run};
    use directory::{Change, Id};
    use engine::testing::TENANT;

    #[test]
    fn each_refresh_token_is_good_for_one_and_an_old_one_ends_the_family() {
        run(|org| async move {
            let first = org.tokens().await.field("refresh_token");
            let second = org.refresh(&first, &[]).await;
            assert_eq!(second.status, 200, "{}", second.text);
            assert!(second.json().get("id_token").is_some());
            let third = org.refresh(&second.field("refresh_token"), &[]).await.field("refresh_token");
            assert_eq!(org.refresh(&first, &[]).await.code(), 50_173, "an old one");
            assert_eq!(org.refresh(&third, &[]).await.code(), 700_082, "and the newest with it");
        });
    }

    #[test]
    fn a_family_ends_when_idle_and_in_the_end_whatever_happens() {
        run(|org| async move {
            let idle = org.tokens().await.field("refresh_token");
            org.later(91 * 86_400);
            assert_eq!(org.refresh(&idle, &[]).await.code(), 700_082);
            org.forget_cookies();
            let mut token = org.tokens().await.field("refresh_token");
            for _ in 0..2 {
                org.later(80 * 86_400);
                token = org.refresh(&token, &[]).await.field("refresh_token");
            }
            org.later(21 * 86_400);
            assert_eq!(org.refresh(&token, &[]).await.code(), 700_082, "180 days after the sign-in");
        });
    }

    #[test]
    fn a_refresh_token_may_speak_of_less_or_of_another_resource_but_of_nothing_not_consented() {
        run(|org| async move {
            let token = org.tokens().await.field("refresh_token");
            let less = org.refresh(&token, &[("scope", "Mail.Read")]).await;
            assert_eq!(org.claims(&less.field("access_token")).text("scp"), Some("Mail.Read openid"));
            let other = org.refresh(&less.field("refresh_token"), &[("scope", "api://orders/Orders.Read")]).await;
            let claims = org.claims(&other.field("access_token"));
            assert_eq!((claims.text("aud"), claims.text("scp")), (Some("api://orders"), Some("Orders.Read")));
            assert!(other.field("scope").contains("api://orders/Orders.Read"));
            let token = other.field("refresh_token");
            assert_eq!(org.refresh(&token, &[("scope", "Directory.Read.All")]).await.code(), 65_001);
            assert_eq!(org.refresh(&token, &[("client_id", WEB_APP)]).await.code(), 9_002_313, "given twice");
            let agent = format!("{HOME}/agent/.default");
            let agent = org.refresh(&token, &[("scope", &agent)]).await;
            assert_eq!(org.claims(&agent.field("access_token")).text("aud"), Some(format!("{HOME}/agent").as_str()));
        });
    }

    #[test]
    fn what_ends_a_persons_sessions_ends_their_refresh_tokens() {
        run(|org| async move {
            let token = org.tokens().await.field("refresh_token");
            org.later(5);
            org.change(signin::revoke(ADA, org.engine.now())).await;
            assert_eq!(org.refresh(&token, &[]).await.code(), 50_173);
            org.later(2);
            org.forget_cookies();
            let token = org.tokens().await.field("refresh_token");
            let grant = Id::from_u128(0x52);
            org.change(vec![Change::Delete { id: grant }]).await;
            assert_eq!(org.refresh(&token, &[]).await.code(), 65_001, "consent is looked at each time");
        });
    }

    #[test]
    fn a_client_takes_its_own_tokens_back() {
        run(|org| async move {
            let tokens = org.tokens().await;
            let (access, refresh) = (tokens.field("access_token"), tokens.field("refresh_token"));
            let path = format!("/{TENANT}/oauth2/v2.0/revoke");
            let secret = crate::fixture::SECRET;
            let stranger =
                org.post(&path, &[("client_id", WEB_APP), ("client_secret", secret), ("token", &refresh)]).await;
            assert_eq!(stranger.status, 200);
            let next = org.refresh(&refresh, &[]).await.field("refresh_token");
            for token in [next.as_str(), access.as_str(), "nonsense"] {
                assert_eq!(org.post(&path, &[("client_id", PHONE_APP), ("token", token)]).await.status, 200);
            }
            assert_eq!(org.refresh(&next, &[]).await.code(), 700_082);
            let ask = http::Request::get("/oidc/userinfo").header("authorization", format!("Bearer {access}"));
            assert_eq!(org.send(ask.body(bytes::Bytes::new()).unwrap()).await.status, 401);
        });
    }
}
