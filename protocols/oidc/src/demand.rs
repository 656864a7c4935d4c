//! What a policy still asks of the person, as the page on which they can do it.

use engine::Body;
use http::Response;
use schema::USER_PRINCIPAL_NAME;
use signin::{Denial, Evidence, Need};

use crate::error::Problem;
use crate::flow::{self, Purpose};
use crate::login;
use crate::methods::interrupt;
use crate::pages;
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
    match needs.first() {
        Some(need @ (Need::Mfa | Need::Strength { .. })) => interrupt::step_up(desk, purpose, evidence, need, reason),
        Some(Need::SignInAgain) => {
            let name = desk.now.find(evidence.user).and_then(|user| user.get(USER_PRINCIPAL_NAME)).map(str::to_owned);
            // Who has to sign in again gives both factors again: what was proved before no longer counts.
            flow::sign_in_page(desk, purpose, name, Some(reason.to_owned()), None)
        }
        Some(Need::PasswordChange) => login::new_password_page(desk, purpose, evidence, false, Some(reason.to_owned())),
        Some(Need::TermsOfUse(agreement)) => terms_of_use::page(desk, purpose, evidence, *agreement),
        // Nothing here lets the person do it.
        None => pages::error(desk, &Denial::new(53_003, reason).into()),
    }
}
