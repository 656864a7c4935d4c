//! Mails as effects. The texts stand where the occasion is; what sends them is the server's business.

use directory::{Effect, Id, Record, Snapshot};

use crate::people;

/// A mail to one person; nothing for somebody without an address.
pub(crate) fn to(now: &Snapshot, user: Id, subject: &str, text: &str) -> Option<Effect> {
    let user = now.find(user)?;
    let text = format!("Hello {},\n\n{text}\n", people::name(user));
    Some(plain(people::address(user)?, subject, &text))
}

/// A mail to an address.
pub(crate) fn plain(to: &str, subject: &str, text: &str) -> Effect {
    let body = Record::new().with("to", to).with("subject", subject).with("text", text);
    Effect { topic: crate::MAIL, not_before: None, body }
}
