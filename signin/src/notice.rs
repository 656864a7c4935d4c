//! Mails that tell somebody what happened to their account, out of band: whoever did it may not be who they seem (NIST
//! SP 800-63B §4.6, OWASP ASVS 6.3.7). Never a secret, never a link.

use directory::{Effect, Object, Record, Time};
use schema::user::OTHER_MAILS;
use schema::{DISPLAY_NAME, MAIL, USER_PRINCIPAL_NAME};

/// The outbox topic of such a mail: `{to, subject, text}`.
pub const SECURITY_NOTICE: &str = "securityNotice";
/// A notice goes to at most so many of a person's other addresses.
const OTHER_ADDRESSES_MAX: usize = 3;

/// A notice to a person, at every address known to be theirs. `what` is a sentence: `a passkey was added`.
#[must_use]
pub fn security_notice(user: &Object, subject: &str, what: &str, at: Time) -> Vec<Effect> {
    let name = user.get(DISPLAY_NAME).unwrap_or_default();
    let account = user.get(USER_PRINCIPAL_NAME).unwrap_or_default();
    let moment = Time::from_unix(at.unix());
    let text = format!(
        "Hello {name},\n\n{what} for your account {account} at {moment}.\n\nIf this was not you, tell your administrator at \
         once.\n"
    );
    addresses(user)
        .into_iter()
        .map(|to| {
            let body = Record::new().with("to", to).with("subject", subject).with("text", text.as_str());
            Effect { topic: SECURITY_NOTICE, not_before: None, body }
        })
        .collect()
}

/// Where mail reaches a person.
#[must_use]
pub fn addresses(user: &Object) -> Vec<&str> {
    let main = user.get(MAIL).or_else(|| user.get(USER_PRINCIPAL_NAME));
    let mut all: Vec<&str> = main.into_iter().collect();
    for other in user.get(OTHER_MAILS).unwrap_or_default().into_iter().take(OTHER_ADDRESSES_MAX) {
        if !all.iter().any(|known| known.eq_ignore_ascii_case(other)) {
            all.push(other);
        }
    }
    all
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use directory::Change;

    #[test]
    fn a_notice_reaches_every_address_once() {
        let others = ["ada@home.example", "ADA@xyz.example"];
        let now = directory().fork(NOW, &[Change::set(USER_ID, OTHER_MAILS, others)]).unwrap();
        let sent = security_notice(now.find(USER_ID).unwrap(), "A passkey was added", "A passkey was added", NOW);
        let to: Vec<&str> = sent.iter().filter_map(|effect| effect.body.text("to")).collect();
        assert_eq!(to, ["ada@xyz.example", "ada@home.example"]);
        assert!(sent.iter().all(|effect| effect.body.text("text").unwrap().contains("2026-11-21T08:00:00Z")));
    }
}
