//! How often somebody may be wrong with a second factor: a counter for each person and method, so that nobody who guesses
//! at codes locks its owner out of their passkey (NIST SP 800-63B §3.2.2).

use directory::{Id, Object};
use signin::{Denial, Method};

use crate::error::Problem;
use crate::flow::Purpose;
use crate::prove;
use crate::request::Desk;

/// The counter of one method of one person.
pub(crate) struct Attempts {
    key: [u8; 32],
}

impl Attempts {
    pub(crate) fn of(user: Id, method: Method) -> Attempts {
        Attempts { key: keys::sha256(format!("{user}\0{}", method.mode()).as_bytes()) }
    }

    /// Refuse a try unheard: this address or this method was wrong too often.
    pub(crate) fn admit(&self, desk: &Desk<'_>) -> Result<Option<Denial>, Problem> {
        desk.oidc.throttle.admit(desk.request.address, desk.at)?;
        let is_locked = prove::lockout(desk, &self.key, None)?.is_locked(desk.at);
        Ok(is_locked.then(Denial::locked))
    }

    /// It was wrong: counted, and written down.
    pub(crate) async fn failed(
        &self,
        desk: &Desk<'_>,
        purpose: &Purpose,
        user: Option<&Object>,
        typed: &str,
    ) -> Result<Denial, Problem> {
        desk.oidc.throttle.failed(desk.request.address, desk.at);
        prove::remember_failure(desk, &self.key, None, typed)?;
        let denial = Denial::new(500_121, "the second proof was not accepted");
        prove::log(desk, purpose, user, &denial).await?;
        Ok(denial)
    }

    /// It was right: the count starts anew.
    pub(crate) fn succeeded(&self, desk: &Desk<'_>) -> Result<(), Problem> {
        prove::forget_failures(desk, &self.key)
    }
}
