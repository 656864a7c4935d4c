//! What a policy still asks of the person, as the page on which they can do it.

use engine::Body;
use http::Response;
use schema::USER_PRINCIPAL_NAME;
use signin::{Denial, Evidence, Method, Need};

use crate::error::Problem;
use crate::flow::{self, Purpose};
use crate::login;
use crate::pages;
use crate::push;
use crate::request::Desk;
use crate::terms_of_use;

/// The page for the first of `needs`; what was proved so far is kept for it.
pub(crate) fn page(
    desk: &Desk<'_>,
    purpose: Purpose,
    evidence: Evidence,
    needs: &[Need],
    reason: &str,
) -> Result<Response<Body>, Problem> {
    if let Some(need) = needs.first() {
        let mut offered = signin::offers(&desk.now, &evidence, need, desk.at);
        if offered.contains(&Method::AuthenticatorPush) {
            offered.retain(|method| *method != Method::AuthenticatorPush);
            return match push::begin(desk, purpose, evidence, &offered)? {
                Ok(page) => Ok(page),
                Err(denial) => pages::error(desk, &denial.into()),
            };
        }
    }
    match needs.first() {
        Some(need @ (Need::Mfa | Need::Strength { .. } | Need::SignInAgain)) => {
            let name = desk.now.find(evidence.user).and_then(|user| user.get(USER_PRINCIPAL_NAME)).map(str::to_owned);
            // Who has to sign in again gives both factors again: what was proved before no longer counts.
            let kept = (*need != Need::SignInAgain).then_some(evidence);
            flow::sign_in_page(desk, purpose, name, Some(reason.to_owned()), kept)
        }
        Some(Need::PasswordChange) => login::new_password_page(desk, purpose, evidence, false, Some(reason.to_owned())),
        Some(Need::TermsOfUse(agreement)) => terms_of_use::page(desk, purpose, evidence, *agreement),
        // Nothing here lets the person do it.
        None => pages::error(desk, &Denial::new(53_003, reason).into()),
    }
}
