//! Ways to prove who one is beside password and pass: second factors, passkeys, codes by mail; and how each is registered.
//!
//! To add a way: its arm in [`prove::give`] (what its answer proves), in `pages::Field::of` (what its page asks for), and, if
//! people register it here, in [`register`]. What is allowed and what gets somebody further is `signin`'s.

pub(crate) mod attempts;
pub(crate) mod ceremony;
pub(crate) mod code;
pub(crate) mod email;
pub(crate) mod interrupt;
pub(crate) mod pages;
pub(crate) mod passkey;
pub(crate) mod prove;
pub(crate) mod register;

use engine::Body;
use http::Response;
use signin::Method;

use crate::error::Problem;
use crate::flow::{Flow, Purpose};
use crate::request::Desk;
use crate::{account, login};

/// A page of this folder that waits for its answer.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Page {
    /// Prove one of these; the first is shown.
    Prove(Vec<Method>),
    /// Choose which of these to register.
    Choose(Vec<Method>),
    /// Register this.
    Register(Method),
    /// The code that was sent to a guest.
    EmailCode,
    /// The code that was sent to an address which is to be registered.
    ConfirmEmail,
    /// Register this, or do it another time.
    Campaign(Method),
    /// A page beneath `/account`.
    Account,
}

impl Page {
    /// As a flow keeps it.
    pub(crate) fn to_text(&self) -> String {
        let modes = |methods: &[Method]| methods.iter().map(|method| method.mode()).collect::<Vec<_>>().join(" ");
        match self {
            Page::Prove(methods) => format!("prove {}", modes(methods)),
            Page::Choose(methods) => format!("choose {}", modes(methods)),
            Page::Register(method) => format!("register {}", method.mode()),
            Page::EmailCode => "emailCode".to_owned(),
            Page::ConfirmEmail => "confirmEmail".to_owned(),
            Page::Campaign(method) => format!("campaign {}", method.mode()),
            Page::Account => "account".to_owned(),
        }
    }

    pub(crate) fn of_text(text: &str) -> Option<Page> {
        let mut words = text.split(' ');
        let name = words.next()?;
        let methods: Vec<Method> = words.filter_map(Method::of_mode).collect();
        Some(match name {
            "prove" => Page::Prove(methods),
            "choose" => Page::Choose(methods),
            "register" => Page::Register(*methods.first()?),
            "emailCode" => Page::EmailCode,
            "confirmEmail" => Page::ConfirmEmail,
            "campaign" => Page::Campaign(*methods.first()?),
            "account" => Page::Account,
            _ => return None,
        })
    }
}

/// Answer a page's form.
pub(crate) async fn answer(
    desk: &Desk<'_>,
    flow: Flow,
    purpose: Purpose,
    page: Page,
) -> Result<Response<Body>, Problem> {
    if page == Page::EmailCode {
        return email::answer(desk, purpose).await;
    }
    let Some(evidence) = flow.evidence.clone() else {
        return crate::pages::error(desk, &Problem::malformed("the page does not fit its request; start again"));
    };
    if signin::living_user(&desk.now, &evidence).is_err() {
        return crate::pages::error(desk, &signin::Denial::revoked().into());
    }
    match page {
        Page::Prove(offered) => prove::answer(desk, purpose, evidence, offered).await,
        Page::Choose(offered) => interrupt::chosen(desk, purpose, evidence, &offered),
        Page::Register(method) => register::answer(desk, purpose, evidence, method).await,
        Page::ConfirmEmail => email::confirmed(desk, purpose, evidence).await,
        Page::Campaign(method) => interrupt::nudged(desk, purpose, evidence, method).await,
        Page::Account => account::answer(desk, purpose, evidence).await,
        Page::EmailCode => login::arrive(desk, purpose, evidence, flow.keep).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_reads_what_it_prints() {
        for page in [
            Page::Prove(vec![Method::Fido2, Method::SoftwareOath]),
            Page::Choose(vec![Method::Fido2]),
            Page::Register(Method::SoftwareOath),
            Page::EmailCode,
            Page::ConfirmEmail,
            Page::Campaign(Method::Fido2),
            Page::Account,
        ] {
            assert_eq!(Page::of_text(&page.to_text()), Some(page));
        }
        assert_eq!(Page::of_text("register"), None);
        assert_eq!(Page::of_text(""), None);
    }
}

#[cfg(test)]
#[path = "tests.rs"]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod stories;
