//! `/account/password`: somebody who knows their password chooses another.
//!
//! The present password is typed again, and counted like one at a sign-in; whoever has a second factor gave it within the
//! last minutes. Every other session ends, and the person is told by mail.

use askama::Template;
use directory::Decision;
use engine::{Body, Submission};
use http::{Response, StatusCode};
use schema::USER_PRINCIPAL_NAME;
use schema::user::PASSWORD_VERIFIER;
use signin::{Evidence, Need};

use super::{refused, show};
use crate::error::Problem;
use crate::familiar::Places;
use crate::flow::{Form, Purpose};
use crate::frame::Frame;
use crate::methods::{interrupt, prove as second};
use crate::request::Desk;
use crate::words::With;
use crate::{login, new_password, pages, prove, session};

#[derive(Template)]
#[template(path = "account_password.html")]
struct Password<'a> {
    frame: &'a Frame,
    form: &'a Form,
    notice: Option<&'a str>,
    length_min: &'a str,
}

pub(super) fn page(
    desk: &Desk<'_>,
    form: &Form,
    evidence: &Evidence,
    notice: Option<&str>,
) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let length_min = new_password::length_min(desk, Some(evidence.user)).to_string();
    let status = if notice.is_some() { StatusCode::BAD_REQUEST } else { StatusCode::OK };
    pages::show(status, &Password { frame, form, notice, length_min: &length_min }, "")
}

pub(super) async fn answer(
    desk: &Desk<'_>,
    purpose: Purpose,
    mut evidence: Evidence,
) -> Result<Response<Body>, Problem> {
    let Some(user) = desk.now.find(evidence.user) else { return Err(Problem::fault()) };
    let Some(verifier) = user.get(PASSWORD_VERIFIER).map(str::to_owned) else {
        return refused(desk, "this account has no password here");
    };
    if !interrupt::is_fresh(desk, &evidence) {
        let offered = signin::offers(&desk.now, &evidence, &Need::Mfa, desk.at);
        if offered.is_empty() {
            return refused(desk, "a second factor is needed before the password is changed");
        }
        return second::page(desk, purpose, evidence, &offered, second::Say { why: None, notice: None });
    }
    desk.oidc.throttle.admit(desk.request.address, desk.at)?;
    let words = desk.words();
    let form = &desk.request.form;
    let (present, new) = (form.get("passwd").unwrap_or_default(), form.get("newpasswd").unwrap_or_default());
    let name = user.get(USER_PRINCIPAL_NAME).unwrap_or_default().to_lowercase();
    let key = Places::of(desk, &name)?.lock_key();
    if prove::lockout(desk, &key, Some(user))?.is_locked(desk.at) {
        return show(desk, &purpose, evidence, Some(words.aadsts50053));
    }
    let passwords = desk.oidc.keys.passwords(desk.tenant)?;
    if !desk.oidc.hashing.check(passwords, present.to_owned(), Some(verifier)).await?.matches {
        desk.oidc.throttle.failed(desk.request.address, desk.at);
        prove::remember_failure(desk, &key, Some(user), present)?;
        return show(desk, &purpose, evidence, Some(words.present_password_wrong));
    }
    prove::forget_failures(desk, &key)?;
    if new != form.get("confirmpasswd").unwrap_or_default() {
        return show(desk, &purpose, evidence, Some(words.passwords_differ));
    }
    let verifier = match new_password::hashed(desk, user, new).await? {
        Ok(verifier) => verifier,
        Err(weakness) => return show(desk, &purpose, evidence, Some(&words.weakness(weakness))),
    };
    let id = user.id;
    let submission = Submission::proven(&prove::caller(desk, &evidence), "Change user password", move |now, call| {
        let mut decision = Decision::change(signin::password_change(id, &verifier, call.at, false));
        decision.plan.effects =
            signin::security_notice(now.get(id)?, "Your password was changed", "The password was changed", call.at);
        Ok(decision)
    });
    let done = desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    // Everything older than the new password is over; this session is not: it chose it.
    let keep = session::current(desk)?.is_some_and(|session| session.keep);
    evidence = evidence.renewed(done.snapshot.find(id).map_or(desk.at, |user| signin::evidence_time(user, desk.at)));
    login::go_on_with(&desk.at_snapshot(done.snapshot), Purpose::Account("security-info".to_owned()), evidence, keep)
        .await
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use crate::fixture::{PASSWORD, UPN, authorize_url, run};

    const NEW: &str = "otter beside the weir";

    #[test]
    fn whoever_knows_their_password_chooses_another_and_stays_signed_in_here_alone() {
        run(|org| async move {
            // Without the pass of the fixture, which would be a second factor to be given first.
            org.change(vec![directory::Change::Delete { id: directory::Id::from_u128(0x71) }]).await;
            let elsewhere = org.tokens().await;
            org.forget_cookies();
            org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            let mut page = org.get("/account/password").await;
            for (present, new, again, told) in [
                ("wrong guess", NEW, NEW, "present password"),
                (PASSWORD, NEW, "another", "differ"),
                (PASSWORD, "short", "short", "fewer than 15"),
                (PASSWORD, PASSWORD, PASSWORD, "present one"),
            ] {
                let form = [("do", "password"), ("passwd", present), ("newpasswd", new), ("confirmpasswd", again)];
                page = org.answer(&page, &form).await;
                assert!(page.text.contains(told), "{told}: {}", page.text);
            }
            org.later(2);
            let form = [("do", "password"), ("passwd", PASSWORD), ("newpasswd", NEW), ("confirmpasswd", NEW)];
            let done = org.answer(&page, &form).await;
            assert_eq!(done.location(), "/account/security-info");
            org.engine.settled().await;
            assert!(org.get("/account/password").await.text.contains("newpasswd"), "this session goes on");
            assert_ne!(org.refresh(&elsewhere.field("refresh_token"), &[]).await.status, 200, "the other is over");
            org.forget_cookies();
            assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 400);
            assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, NEW).await.status, 303);
        });
    }

    #[test]
    fn a_password_changes_only_after_a_fresh_second_factor_where_there_is_one() {
        run(|org| async move {
            org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await;
            let page = org.get("/account/password").await;
            let form = [("do", "password"), ("passwd", PASSWORD), ("newpasswd", NEW), ("confirmpasswd", NEW)];
            let asked = org.answer(&page, &form).await;
            assert!(!asked.text.contains("newpasswd"), "the pass of the fixture is asked for: {}", asked.text);
            org.forget_cookies();
            assert_eq!(org.sign_in_at(&authorize_url(&[]), UPN, PASSWORD).await.status, 303, "nothing has changed");
        });
    }

    #[test]
    fn nobody_changes_a_password_without_a_session() {
        run(|org| async move {
            assert!(org.get("/account/password").await.text.contains("loginfmt"));
        });
    }
}
