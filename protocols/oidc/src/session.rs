//! The session of a browser: a cookie here, a ticket there. A new one with every proof, so that none can be planted.

use std::time::Duration;

use directory::{Record, Time};
use engine::{Body, Fault, Tickets};
use http::header::SET_COOKIE;
use http::{HeaderValue, Response};
use signin::Evidence;

use crate::error::Problem;
use crate::families;
use crate::opaque;
use crate::participants;
use crate::request::Desk;

const COOKIE: &str = "__Host-castellan-session";
const BROWSER: &str = "__Host-castellan-browser";
const SESSIONS: &str = "sessions";

/// A session that is not used ends after so long …
const LIFE: Duration = Duration::from_secs(24 * 3600);
/// … or after so long when the person chose to stay signed in.
const LIFE_KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// However it is used, nobody is taken at their word for longer than this (OWASP ASVS 7.3.2).
const LIFE_OVERALL: Duration = Duration::from_secs(90 * 24 * 3600);
/// The end moves at most this often.
const TOUCH: Duration = Duration::from_secs(600);

/// A living session.
#[derive(Clone, Debug)]
pub(crate) struct Session {
    pub evidence: Evidence,
    pub keep: bool,
    /// An application was let in by it.
    pub has_let_in: bool,
}

impl Session {
    pub(crate) fn new(evidence: Evidence, keep: bool) -> Session {
        Session { evidence, keep, has_let_in: false }
    }
}

/// The session that the browser brings, if it still counts. Its end slides.
pub(crate) fn current(desk: &Desk<'_>) -> Result<Option<Session>, Problem> {
    let Some(cookie) = desk.request.cookie(COOKIE) else { return Ok(None) };
    let (tickets, key) = (desk.engine.tickets(), opaque::key(cookie));
    let Some(body) = tickets.get(SESSIONS, &key).map_err(|_| Problem::fault())? else { return Ok(None) };
    let Some(session) = read(&body) else { return Ok(None) };
    if signin::living_user(&desk.now, &session.evidence).is_err() {
        tickets.take(SESSIONS, &key).map_err(|_| Problem::fault())?;
        return Ok(None);
    }
    if body.time("touched").is_none_or(|touched| desk.at.since(touched) >= TOUCH) {
        // Whoever else touches it at the same moment does the same.
        rewrite(desk, &session)?;
    }
    Ok(Some(session))
}

/// What the policies say of staying signed in (`persistentBrowser`), on the way from the verdict to the cookie. It goes with
/// the answer, because the session begins after the policies were asked and wherever their page leads.
#[derive(Clone, Copy)]
struct Kept(bool);

/// That an answer lets an application in, on the same way.
#[derive(Clone, Copy)]
struct LetsIn;

/// Let an answer say that it lets an application in.
pub(crate) fn lets_in(mut answer: Response<Body>) -> Response<Body> {
    answer.extensions_mut().insert(LetsIn);
    answer
}

/// Let an answer carry what the policies say of staying signed in.
pub(crate) fn ruled(mut answer: Response<Body>, keep: Option<bool>) -> Response<Body> {
    if let Some(keep) = keep {
        answer.extensions_mut().insert(Kept(keep));
    }
    answer
}

/// Make a session that was begun before, and is to be kept, end with the browser where a policy wants that.
///
/// And note in a session that was begun before that an application was let in by it.
pub(crate) fn obey(desk: &Desk<'_>, mut answer: Response<Body>) -> Result<Response<Body>, Problem> {
    if answer.extensions_mut().remove::<LetsIn>().is_some()
        && let Some(session) = current(desk)?.filter(|session| !session.has_let_in)
    {
        rewrite(desk, &Session { has_let_in: true, ..session })?;
    }
    let Some(Kept(false)) = answer.extensions_mut().remove::<Kept>() else { return Ok(answer) };
    match current(desk)?.filter(|session| session.keep) {
        Some(session) => begin(desk, &Session { keep: false, ..session }, answer),
        None => Ok(answer),
    }
}

/// Begin a session and end the one the browser had; the answer sets the cookie. A policy decides over the person's wish to
/// stay signed in.
pub(crate) fn begin(desk: &Desk<'_>, session: &Session, mut answer: Response<Body>) -> Result<Response<Body>, Problem> {
    let mut has_let_in = answer.extensions_mut().remove::<LetsIn>().is_some();
    if let Some(before) = current(desk)?.filter(|before| before.evidence.user == session.evidence.user) {
        participants::carry(desk, before.evidence.session, &session.evidence)?;
        has_let_in |= before.has_let_in;
    }
    let rule = answer.extensions_mut().remove::<Kept>();
    let keep = rule.map_or(session.keep, |Kept(keep)| keep);
    let session = &Session { keep, has_let_in, ..session.clone() };
    end_ticket(desk)?;
    let token = opaque::fresh(desk.tenant);
    let expires = expires(session, desk.at);
    let group = Some(session.evidence.user);
    let body = print(session, desk.at);
    desk.engine
        .tickets()
        .put(SESSIONS, &opaque::key(token.expose()), group, expires, &body)
        .map_err(|_| Problem::fault())?;
    let age = if session.keep { format!("; Max-Age={}", LIFE_KEPT.as_secs()) } else { String::new() };
    set_cookie(&mut answer, &format!("{COOKIE}={}{age}", token.expose()));
    Ok(answer)
}

/// Keep the browser's session in other words. One that ended meanwhile stays ended.
fn rewrite(desk: &Desk<'_>, session: &Session) -> Result<(), Problem> {
    let Some(cookie) = desk.request.cookie(COOKIE) else { return Ok(()) };
    let (tickets, key) = (desk.engine.tickets(), opaque::key(cookie));
    let Some(body) = tickets.get(SESSIONS, &key).map_err(|_| Problem::fault())? else { return Ok(()) };
    let group = Some(session.evidence.user);
    let swapped = tickets.swap(SESSIONS, &key, group, expires(session, desk.at), &body, &print(session, desk.at));
    swapped.map(drop).map_err(|_| Problem::fault())
}

/// End the browser's session.
pub(crate) fn end(desk: &Desk<'_>, mut answer: Response<Body>) -> Result<Response<Body>, Problem> {
    end_ticket(desk)?;
    set_cookie(&mut answer, &format!("{COOKIE}=; Max-Age=0"));
    Ok(answer)
}

/// End every session of a person but this one, and the families of refresh tokens that came of the others: what a person
/// is offered who changed how they prove who they are (OWASP ASVS 7.4.3). Answers how many ended.
pub fn end_other_sessions(tickets: &Tickets, mine: &Evidence) -> Result<usize, Fault> {
    let mut count = 0;
    for (key, body) in tickets.entries(SESSIONS, mine.user, signin::LISTED_MAX)? {
        if read(&body).is_some_and(|session| session.evidence.session != mine.session) {
            tickets.take(SESSIONS, &key)?;
            count += 1;
        }
    }
    for family in families::refresh_families(tickets, mine.user)? {
        if family.session != mine.session {
            families::end_refresh_family(tickets, family.id)?;
            count += 1;
        }
    }
    Ok(count)
}

/// The sessions of a person, whichever browser has them.
pub(crate) fn of_user(desk: &Desk<'_>, user: directory::Id, limit: usize) -> Result<Vec<Evidence>, Problem> {
    let found = desk.engine.tickets().list(SESSIONS, user, limit).map_err(|_| Problem::fault())?;
    let living = found.iter().filter_map(read).map(|session| session.evidence);
    Ok(living.filter(|evidence| signin::living_user(&desk.now, evidence).is_ok()).collect())
}

/// The tenant of the session that the browser brings. Nothing is proved by that.
pub(crate) fn tenant(request: &crate::request::Request<'_>) -> Option<directory::TenantId> {
    request.cookie(COOKIE).and_then(opaque::tenant_of)
}

/// The secret by which a browser is known again between two pages, and whether it has to be given one.
pub(crate) fn browser(desk: &Desk<'_>) -> (String, bool) {
    match desk.request.cookie(BROWSER).filter(|value| value.len() == 43) {
        Some(known) => (known.to_owned(), false),
        None => (keys::Secret::opaque().expose().to_owned(), true),
    }
}

pub(crate) fn give_browser(answer: &mut Response<Body>, secret: &str) {
    set_cookie(answer, &format!("{BROWSER}={secret}"));
}

fn end_ticket(desk: &Desk<'_>) -> Result<(), Problem> {
    if let Some(cookie) = desk.request.cookie(COOKIE) {
        desk.engine.tickets().take(SESSIONS, &opaque::key(cookie)).map_err(|_| Problem::fault())?;
    }
    Ok(())
}

fn expires(session: &Session, at: Time) -> Time {
    let newest = session.evidence.proofs.iter().map(|proof| proof.at).max().unwrap_or(at);
    let end = (at + if session.keep { LIFE_KEPT } else { LIFE }).min(newest + LIFE_OVERALL);
    session.evidence.until.map_or(end, |until| end.min(until))
}

fn print(session: &Session, at: Time) -> Record {
    Record::new()
        .with("evidence", session.evidence.to_record())
        .with("keep", session.keep)
        .with("letIn", session.has_let_in)
        .with("touched", at)
}

fn read(body: &Record) -> Option<Session> {
    let evidence = Evidence::from_record(body.record("evidence")?)?;
    Some(Session { evidence, keep: body.bool("keep")?, has_let_in: body.bool("letIn")? })
}

/// `__Host-` demands Secure, Path=/ and no Domain (RFC 6265bis §4.1.3.2).
fn set_cookie(answer: &mut Response<Body>, pair: &str) {
    let line = format!("{pair}; Path=/; Secure; HttpOnly; SameSite=Lax");
    if let Ok(line) = HeaderValue::from_str(&line) {
        answer.headers_mut().append(SET_COOKIE, line);
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{PASSWORD, UPN, authorize_url, run};
    use signin::{Need, Outcome, SessionControls, Verdict};

    fn ruled(keep: Option<bool>) -> Verdict {
        let session = SessionControls { persistent_browser: keep, ..SessionControls::default() };
        Verdict { session, ..Verdict::not_applied() }
    }

    #[test]
    fn a_session_that_is_always_used_ends_all_the_same() {
        run(|org| async move {
            let page = org.get(&authorize_url(&[])).await;
            org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD), ("kmsi", "on")]).await;
            for _ in 0..89 {
                org.later(24 * 3600);
                assert_eq!(org.get(&authorize_url(&[])).await.status, 303, "used every day");
            }
            org.later(24 * 3600);
            assert_eq!(org.get(&authorize_url(&[])).await.status, 200, "asked again after 90 days");
        });
    }

    #[test]
    fn a_policy_decides_whether_a_browser_stays_signed_in() {
        for (rule, is_wished, is_kept) in
            [(None, false, false), (None, true, true), (Some(true), false, true), (Some(false), true, false)]
        {
            run(|org| async move {
                org.judge_by(move |_| ruled(rule));
                let page = org.get(&authorize_url(&[])).await;
                let mut form = vec![("loginfmt", UPN), ("passwd", PASSWORD)];
                form.extend(is_wished.then_some(("kmsi", "on")));
                let answer = org.answer(&page, &form).await;
                let cookies: Vec<&str> =
                    answer.headers.get_all("set-cookie").iter().filter_map(|line| line.to_str().ok()).collect();
                let session = cookies.iter().find(|line| line.contains("castellan-session")).unwrap();
                assert_eq!(session.contains("Max-Age"), is_kept, "{rule:?}, {is_wished}: {session}");
            });
        }
    }

    #[test]
    fn a_session_that_was_kept_ends_with_the_browser_once_a_policy_wants_that() {
        run(|org| async move {
            let page = org.get(&authorize_url(&[])).await;
            org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD), ("kmsi", "on")]).await;
            let before = org.cookie("__Host-castellan-session");
            org.judge_by(|_| ruled(Some(false)));
            let answer = org.get(&authorize_url(&[("prompt", "none")])).await;
            assert!(answer.sent("code").is_some());
            let line = answer.headers["set-cookie"].to_str().unwrap();
            assert!(line.contains("castellan-session") && !line.contains("Max-Age"), "{line}");
            assert_ne!(org.cookie("__Host-castellan-session"), before);
        });
    }

    #[test]
    fn who_has_to_sign_in_again_proves_everything_again() {
        run(|org| async move {
            let page = org.get(&authorize_url(&[])).await;
            org.answer(&page, &[("loginfmt", UPN), ("passwd", crate::fixture::PASS)]).await;
            org.later(4_000);
            let start = org.engine.now();
            org.judge_by(move |context| match context.authenticated {
                Some(at) if at < start => Verdict {
                    outcome: Outcome::Interact {
                        needs: vec![Need::SignInAgain],
                        code: 70_044,
                        reason: "the last sign-in is too long ago".to_owned(),
                        policies: Vec::new(),
                    },
                    status: "failure",
                    ..Verdict::not_applied()
                },
                _ => Verdict::not_applied(),
            });
            let page = org.get(&authorize_url(&[])).await;
            let answer = org.answer(&page, &[("loginfmt", UPN), ("passwd", PASSWORD)]).await;
            let tokens = org.redeem(&answer).await;
            let amr: Vec<String> = org.claims(&tokens.field("access_token")).texts("amr").map(str::to_owned).collect();
            assert_eq!(amr, ["pwd"], "the pass of before does not count any more");
        });
    }
}
