//! What a page's form sends: one endpoint, and the flow says which page it was.

use engine::{Body, Submission};
use http::Response;
use signin::Evidence;

use crate::authorize::{self, Effort};
use crate::error::Problem;
use crate::flow::{self, Flow, Purpose, Stage};
use crate::prove::{self, Proof};
use crate::request::Desk;
use crate::session::{self, Session};
use crate::{
    account, admin_consent, assurance, certificate_sign_in, consent, device, logout, methods, new_password, pages,
    reset, risk, terms_of_use,
};

/// Answer `POST /{tenant}/oauth2/v2.0/login`.
pub(crate) async fn login(desk: &Desk<'_>) -> Result<Response<Body>, Problem> {
    let mut flow = match Flow::take(desk) {
        Ok(flow) => flow,
        Err(problem) => return pages::error(desk, &problem),
    };
    match (flow.stage.clone(), flow.purpose.take()) {
        (Stage::SignIn, Some(purpose)) => sign_in(desk, flow, purpose).await,
        (Stage::NewPassword, Some(purpose)) => new_password(desk, flow, purpose).await,
        (Stage::Consent(scopes), Some(Purpose::Authorize(request))) => {
            consent::answer(desk, flow, *request, &scopes).await
        }
        (Stage::AdminConsent(shown), Some(Purpose::AdminConsent(request))) => {
            admin_consent::decided(desk, flow, request, &shown).await
        }
        (Stage::Terms(agreement, file), Some(purpose)) => {
            terms_of_use::answer(desk, flow, purpose, agreement, &file).await
        }
        (Stage::Reset(step), _) => reset::answer(desk, step).await,
        (Stage::UserCode, _) => device::user_code(desk).await,
        (Stage::ConfirmDevice, Some(Purpose::Device(code))) => device::confirmed(desk, flow, &code).await,
        (Stage::SignOut(to), _) => logout::confirmed(desk, to.as_deref()).await,
        (Stage::Push { instead, .. }, Some(purpose)) => methods::prove::instead(desk, flow, purpose, instead),
        (Stage::Method(page), Some(purpose)) => methods::answer(desk, flow, purpose, page).await,
        (
            Stage::SignIn
            | Stage::NewPassword
            | Stage::Consent(_)
            | Stage::AdminConsent(_)
            | Stage::ConfirmDevice
            | Stage::Terms(..)
            | Stage::Method(_)
            | Stage::Certificate
            | Stage::Push { .. },
            _,
        ) => pages::error(desk, &Problem::malformed("the page does not fit its request; start again")),
    }
}

async fn sign_in(desk: &Desk<'_>, flow: Flow, purpose: Purpose) -> Result<Response<Body>, Problem> {
    let form = &desk.request.form;
    if form.get("certificate").is_some() {
        return certificate_sign_in::leave(desk, purpose, flow.evidence);
    }
    if form.get("assertion").is_some() {
        return match methods::passkey::sign_in(desk, &purpose, flow.evidence.as_ref()).await? {
            Ok(evidence) => arrive(desk, purpose, evidence, flow.keep).await,
            Err(denial) => {
                let notice = pages::explained(desk.words(), denial.code, &denial.reason);
                flow::sign_in_page(desk, purpose, None, Some(notice), flow.evidence)
            }
        };
    }
    let Some(identifier) = form.get("loginfmt").map(str::trim).filter(|text| !text.is_empty()) else {
        return flow::sign_in_page(desk, purpose, None, Some(desk.words().enter_user_name.to_owned()), flow.evidence);
    };
    let identifier = identifier.to_owned();
    if form.get("way") == Some("email") {
        return methods::email::begin(desk, purpose, &identifier);
    }
    let Some(secret) = form.get("passwd") else {
        return flow::sign_in_page(desk, purpose, Some(identifier), None, flow.evidence);
    };
    let proof = prove::prove(desk, &purpose, &identifier, secret, flow.evidence.as_ref()).await?;
    match proof {
        Proof::Given(evidence) => {
            let keep = form.get("kmsi").is_some();
            arrive(desk, purpose, evidence, keep).await
        }
        Proof::Refused(denial) => {
            let notice = pages::explained(desk.words(), denial.code, &denial.reason);
            flow::sign_in_page(desk, purpose, Some(identifier), Some(notice), flow.evidence)
        }
    }
}

/// Somebody proved who they are. A password that has to be changed comes first; then the session begins.
pub(crate) async fn arrive(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    keep: bool,
) -> Result<Response<Body>, Problem> {
    let by_password_only = evidence.proofs.iter().all(|proof| proof.method == signin::Method::Password);
    let must_change = desk.now.find(evidence.user).is_some_and(signin::must_change);
    if by_password_only && must_change {
        return new_password_page(desk, purpose, evidence, keep, None);
    }
    let (evidence, now) = risk::assess(desk, evidence).await?;
    let desk = &desk.at_snapshot(now);
    assurance::tell(desk, &evidence).await?;
    if let Some(nudge) = methods::interrupt::nudge(desk, &purpose, &evidence)? {
        return session::begin(desk, &Session::new(evidence, keep), nudge);
    }
    go_on_with(desk, purpose, evidence, keep).await
}

/// The session begins, and what it was for goes on.
pub(crate) async fn go_on_with(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    keep: bool,
) -> Result<Response<Body>, Problem> {
    let session = Session::new(evidence.clone(), keep);
    let answer = go_on(desk, purpose, evidence).await?;
    session::begin(desk, &session, answer)
}

pub(crate) async fn go_on(desk: &Desk<'_>, purpose: Purpose, evidence: Evidence) -> Result<Response<Body>, Problem> {
    match purpose {
        Purpose::Authorize(request) => authorize::finish(desk, *request, evidence, Effort::Interactive).await,
        Purpose::Device(code) => device::confirm_page(desk, &code, evidence),
        Purpose::Account(place) => account::arrive(&place),
        Purpose::AdminConsent(request) => admin_consent::page(desk, request, evidence).await,
    }
}

pub(crate) fn new_password_page(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    keep: bool,
    notice: Option<String>,
) -> Result<Response<Body>, Problem> {
    let flow = Flow { purpose: Some(purpose), stage: Stage::NewPassword, evidence: Some(evidence), keep };
    let form = flow.open(desk)?;
    let page = pages::new_password(desk, &flow, &form, notice.as_deref())?;
    Ok(form.answer(page))
}

async fn new_password(desk: &Desk<'_>, flow: Flow, purpose: Purpose) -> Result<Response<Body>, Problem> {
    let Some(mut evidence) = flow.evidence else {
        return pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    let Ok(user) = signin::living_user(&desk.now, &evidence) else {
        return pages::error(desk, &signin::Denial::revoked().into());
    };
    let form = &desk.request.form;
    let (new, again) = (form.get("newpasswd").unwrap_or_default(), form.get("confirmpasswd").unwrap_or_default());
    let (id, is_strong) = (user.id, evidence.mfa().is_some());
    let verifier = if new != again {
        Err(desk.words().passwords_differ.to_owned())
    } else {
        new_password::hashed(desk, user, new).await?.map_err(|weakness| desk.words().weakness(weakness))
    };
    let verifier = match verifier {
        Ok(verifier) => verifier,
        Err(notice) => return new_password_page(desk, purpose, evidence, flow.keep, Some(notice)),
    };
    let submission = Submission::proven(&prove::caller(desk, &evidence), "Change user password", move |now, call| {
        let mut changes = signin::password_change(id, &verifier, call.at, false);
        if is_strong {
            let answered = "userPerformedSecuredPasswordChange";
            changes.extend(signin::risk::remediate(now, id, call.at, answered));
        }
        Ok(directory::Decision::change(changes))
    });
    let done = desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    // Everything older than the new password is over; this proof is not: it chose it.
    evidence = evidence.renewed(done.snapshot.find(id).map_or(desk.at, |user| signin::evidence_time(user, desk.at)));
    let desk = desk.at_snapshot(done.snapshot);
    let session = Session::new(evidence.clone(), flow.keep);
    let answer = go_on(&desk, purpose, evidence).await?;
    session::begin(&desk, &session, answer)
}
