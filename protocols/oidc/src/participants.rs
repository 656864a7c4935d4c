//! The applications that a person signed in to, and telling them of the end: through the browser (frames, OpenID Connect
//! Front-Channel Logout 1.0) and behind its back (logout tokens, OpenID Connect Back-Channel Logout 1.0).
//!
//! Word by the back channel goes through the outbox: it is tried again until the application has heard it, or the outbox
//! gives up and says so. Deliberately absent: the session management of OpenID Connect (`check_session_iframe`). It needs
//! a script in a frame of another site that reads our cookie, and neither our policy for content nor the browsers'
//! treatment of such cookies (SameSite=Lax) lets it.

use std::future::Future;
use std::pin::Pin;
use std::time::Duration;

use directory::{Caller, Decision, Id, Record};
use engine::{Ask, Delivery, Engine, Sink, Submission, Tickets};
use keys::Algorithm;
use signin::{BACK_CHANNEL_LOGOUT, Client, END_SESSIONS, Evidence, LISTED_MAX, PARTICIPANTS, Participant};

use crate::error::Problem;
use crate::request::Desk;
use crate::{Oidc, issue, json};

/// An application is told of the end of a session that it entered at most so long ago.
const REMEMBERED: Duration = Duration::from_secs(90 * 24 * 3600);
/// A logout token is good for so long (Back-Channel Logout §2.4 recommends two minutes at most).
const TOKEN_SECONDS: i64 = 120;
/// The event of a logout token.
const EVENT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// Note that an application gets an ID token of this session, if it wants to hear of the end.
pub(crate) fn enter(desk: &Desk<'_>, client: &Client<'_>, evidence: &Evidence) -> Result<(), Problem> {
    if client.back_channel_logout_uri().is_none() && client.front_channel_logout_uri().is_none() {
        return Ok(());
    }
    let session = evidence.session;
    let participant =
        Participant { client: client.app_id().to_owned(), session, now_session: session, evidence: evidence.clone() };
    let put = desk.engine.tickets().put(
        PARTICIPANTS,
        &key(&participant),
        Some(evidence.user),
        desk.at + REMEMBERED,
        &participant.to_record(),
    );
    put.map(drop).map_err(|_| Problem::fault())
}

/// A session takes the place of another one in the same browser: who took part in that one takes part in this.
pub(crate) fn carry(desk: &Desk<'_>, before: Id, after: &Evidence) -> Result<(), Problem> {
    let tickets = desk.engine.tickets();
    for participant in of_user(&tickets, after.user)?.into_iter().filter(|one| one.now_session == before) {
        let moved = Participant { now_session: after.session, evidence: after.clone(), ..participant.clone() };
        let (old, new) = (participant.to_record(), moved.to_record());
        tickets
            .swap(PARTICIPANTS, &key(&participant), Some(after.user), desk.at + REMEMBERED, &old, &new)
            .map_err(|_| Problem::fault())?;
    }
    Ok(())
}

/// The session has ended: the addresses to load in frames. Word by the back channel is on its way when this returns.
pub(crate) async fn leave(desk: &Desk<'_>, evidence: &Evidence) -> Result<Vec<String>, Problem> {
    let tickets = desk.engine.tickets();
    let left: Vec<Participant> =
        of_user(&tickets, evidence.user)?.into_iter().filter(|one| one.now_session == evidence.session).collect();
    let frames = left.iter().filter_map(|participant| {
        let client = Client::find(&desk.now, &participant.client).ok()?;
        frame(&client.front_channel_logout_uri()?, &desk.issuer, participant.session)
    });
    let frames = frames.collect();
    tell(&desk.engine, left).await.map_err(|_| Problem::fault())?;
    Ok(frames)
}

/// The address of a frame: it says which session of whose (Front-Channel Logout §3).
fn frame(uri: &str, issuer: &str, session: Id) -> Option<String> {
    let is_web = uri.starts_with("https://") || uri.starts_with("http://localhost");
    let text = form_urlencoded::Serializer::new(String::new())
        .append_pair("iss", issuer)
        .append_pair("sid", &session.to_string())
        .finish();
    is_web.then(|| format!("{uri}{}{text}", if uri.contains('?') { '&' } else { '?' }))
}

fn of_user(tickets: &Tickets, user: Id) -> Result<Vec<Participant>, Problem> {
    let found = tickets.list(PARTICIPANTS, user, LISTED_MAX).map_err(|_| Problem::fault())?;
    Ok(found.iter().filter_map(Participant::from_record).collect())
}

/// Put word to each into the outbox, and forget them. In this order: twice is better than never.
async fn tell(engine: &Engine, participants: Vec<Participant>) -> Result<(), String> {
    if participants.is_empty() {
        return Ok(());
    }
    let now = engine.snapshot();
    let wants = |one: &&Participant| {
        Client::find(&now, &one.client).is_ok_and(|client| client.back_channel_logout_uri().is_some())
    };
    let effects: Vec<_> = participants.iter().filter(wants).map(Participant::told).collect();
    if !effects.is_empty() {
        let submission =
            Submission::proven(&Caller::system(engine.tenant()), "Sign out of applications", move |_, _| {
                Ok(effects.iter().cloned().fold(Decision::default(), Decision::with_effect))
            });
        engine.submit(submission).await.map_err(|failure| failure.to_string())?;
    }
    for participant in &participants {
        engine.tickets().take(PARTICIPANTS, &key(participant)).map_err(|fault| fault.to_string())?;
    }
    Ok(())
}

fn key(participant: &Participant) -> [u8; 32] {
    keys::sha256(format!("{}\n{}", participant.session, participant.client).as_bytes())
}

/// Carries word of ended sessions. Takes both topics of `signin`.
pub struct SignOuts(pub Oidc);

impl SignOuts {
    /// The topics that it takes.
    pub const TOPICS: [&'static str; 2] = [END_SESSIONS, BACK_CHANNEL_LOGOUT];

    /// Something may have ended sessions of this user: whoever took part in one that counts no more is told.
    async fn look(&self, engine: &Engine, user: Id) -> Result<(), String> {
        let now = engine.snapshot();
        let all = of_user(&engine.tickets(), user).map_err(|_| "the participants cannot be listed".to_owned())?;
        let over = all.into_iter().filter(|one| signin::living_user(&now, &one.evidence).is_err()).collect();
        tell(engine, over).await
    }

    /// Send one logout token. An application that says no for good has heard it.
    async fn send(&self, engine: &Engine, participant: &Participant) -> Result<(), String> {
        let now = engine.snapshot();
        // An application that is gone or does not want it any more needs no word.
        let Ok(client) = Client::find(&now, &participant.client) else { return Ok(()) };
        let Some(uri) = client.back_channel_logout_uri() else { return Ok(()) };
        let token = self.token(engine, &client, participant)?;
        let body = form_urlencoded::Serializer::new(String::new()).append_pair("logout_token", &token).finish();
        let answered = self.0.0.outgoing.ask(Ask::post(uri, "application/x-www-form-urlencoded", body)).await?;
        match answered.status {
            200..=299 => Ok(()),
            // Too early, too many, or its own trouble: later, perhaps.
            408 | 425 | 429 | 500.. => Err(format!("the application answered with the status {}", answered.status)),
            status => {
                tracing::warn!(client = client.app_id(), status, "an application refused word of a sign-out");
                Ok(())
            }
        }
    }

    fn token(&self, engine: &Engine, client: &Client<'_>, participant: &Participant) -> Result<String, String> {
        let at = engine.now().unix();
        let issuer = format!("{}/{}/v2.0", self.0.0.public_url, engine.tenant());
        let claims = Record::new()
            .with("iss", issuer)
            .with("sub", participant.evidence.user)
            .with("aud", client.app_id())
            .with("iat", at)
            .with("exp", at + TOKEN_SECONDS)
            .with("jti", keys::random_uuid())
            .with("sid", participant.session)
            .with("events", Record::new().with(EVENT, Record::new()));
        let algorithm: Algorithm = issue::id_algorithm(client);
        self.0
            .0
            .keys
            .mint_json(engine.tenant(), algorithm, "logout+jwt", json::print(&claims).as_bytes())
            .map_err(|fault| fault.to_string())
    }
}

impl Sink for SignOuts {
    fn deliver<'a>(
        &'a self,
        engine: &'a Engine,
        delivery: Delivery,
    ) -> Pin<Box<dyn Future<Output = Result<(), String>> + Send + 'a>> {
        Box::pin(async move {
            match (Participant::from_record(&delivery.body), delivery.body.guid("user")) {
                (Some(participant), _) => self.send(engine, &participant).await,
                (None, Some(user)) => self.look(engine, user).await,
                (None, None) => Err("it names neither a participant nor a user".to_owned()),
            }
        })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
