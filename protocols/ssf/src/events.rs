//! Security event tokens as others make them: subjects (RFC 9493) and events, read with every limit before anything is done.

use directory::{Id, Snapshot};
use schema::user::USER;
use schema::{MAIL, USER_PRINCIPAL_NAME};
use serde_json::{Map, Value};

/// A complex subject holds subjects; those hold none that are complex again.
pub const SUBJECT_DEPTH_MAX: usize = 2;
/// A token names at most so many events.
const EVENTS_MAX: usize = 16;
/// Texts are at most this long.
const TEXT_MAX: usize = 1024;

/// Whom an event is about, as far as people go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    IssSub {
        iss: String,
        sub: String,
    },
    Email(String),
    Opaque(String),
    /// A device, a group, a session, …
    Other,
}

/// What a token of somebody else says.
#[derive(Clone, Debug, PartialEq)]
pub struct Event {
    pub jti: String,
    pub subject: Subject,
    /// Event types and their claims.
    pub events: Vec<(String, Map<String, Value>)>,
}

impl Subject {
    /// Read a subject identifier. A complex one is about its user.
    #[must_use]
    pub fn parse(value: &Value) -> Option<Subject> {
        Subject::within(value, SUBJECT_DEPTH_MAX)
    }

    fn within(value: &Value, depth: usize) -> Option<Subject> {
        let members = value.as_object()?;
        let text = |name: &str| {
            members.get(name).and_then(Value::as_str).filter(|text| !text.is_empty() && text.len() <= TEXT_MAX)
        };
        Some(match text("format")? {
            "iss_sub" => Subject::IssSub { iss: text("iss")?.to_owned(), sub: text("sub")?.to_owned() },
            "email" => Subject::Email(text("email")?.to_owned()),
            "opaque" => Subject::Opaque(text("id")?.to_owned()),
            "complex" if depth > 1 => match members.get("user") {
                Some(user) => Subject::within(user, depth - 1)?,
                None => Subject::Other,
            },
            "complex" => return None,
            _ => Subject::Other,
        })
    }

    /// The person of ours that it names. A subject of somebody else's issuer is known here only by its mail address.
    #[must_use]
    pub fn person(&self, now: &Snapshot, issuer: &str) -> Option<Id> {
        let by_id = |text: &str| directory::id_from_text(text).filter(|id| now.find_a(&USER, *id).is_some());
        match self {
            Subject::IssSub { iss, sub } if iss == issuer => by_id(sub),
            Subject::IssSub { .. } | Subject::Other => None,
            Subject::Opaque(id) => by_id(id),
            Subject::Email(address) => {
                let by_name = now.find_by(&USER, USER_PRINCIPAL_NAME, address.as_str()).map(|user| user.id);
                by_name.or_else(|| {
                    // Two people with one address are nobody in particular.
                    let mut found = now.by(MAIL, address.as_str()).filter(|object| now.is_a(object, &USER));
                    found.next().filter(|_| found.next().is_none()).map(|user| user.id)
                })
            }
        }
    }
}

impl Event {
    /// Read the claims of a verified token: `jti`, the subject and the events.
    #[must_use]
    pub fn parse(claims: &Map<String, Value>) -> Option<Event> {
        let jti = claims.get("jti").and_then(Value::as_str).filter(|jti| !jti.is_empty() && jti.len() <= 256)?;
        // SSF §4.1.1: neither `sub` nor `exp` belongs into such a token.
        if claims.contains_key("sub") || claims.contains_key("exp") {
            return None;
        }
        let events = claims.get("events")?.as_object().filter(|events| (1..=EVENTS_MAX).contains(&events.len()))?;
        let events = events
            .iter()
            .map(|(name, data)| Some((name.clone(), data.as_object()?.clone())))
            .collect::<Option<Vec<_>>>()?;
        // Older transmitters have the subject in the event.
        let inside = || events.iter().find_map(|(_, data)| data.get("subject"));
        let subject = claims.get("sub_id").or_else(inside).and_then(Subject::parse)?;
        Some(Event { jti: jti.to_owned(), subject, events })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn subjects_are_read_in_the_formats_of_rfc_9493() {
        let iss_sub = Subject::IssSub { iss: "i".into(), sub: "s".into() };
        for (value, expect) in [
            (json!({"format": "iss_sub", "iss": "i", "sub": "s"}), Some(iss_sub.clone())),
            (json!({"format": "email", "email": "a@b"}), Some(Subject::Email("a@b".into()))),
            (json!({"format": "opaque", "id": "x"}), Some(Subject::Opaque("x".into()))),
            (json!({"format": "phone_number", "phone_number": "+1"}), Some(Subject::Other)),
            (json!({"format": "complex", "user": {"format": "iss_sub", "iss": "i", "sub": "s"}}), Some(iss_sub)),
            (json!({"format": "complex", "device": {"format": "opaque", "id": "d"}}), Some(Subject::Other)),
            (
                json!({"format": "complex", "user": {"format": "complex", "user": {"format": "opaque", "id": "x"}}}),
                None,
            ),
            (json!({"format": "iss_sub", "iss": "i"}), None),
            (json!({"email": "a@b"}), None),
            (json!("x"), None),
            (json!({"format": "email", "email": "a".repeat(2000)}), None),
        ] {
            assert_eq!(Subject::parse(&value), expect, "{value}");
        }
    }

    #[test]
    fn a_token_is_read_whole_or_not_at_all() {
        let good = json!({"jti": "1", "sub_id": {"format": "email", "email": "a@b"}, "events": {"e": {"a": 1}}});
        let event = Event::parse(good.as_object().unwrap()).unwrap();
        assert_eq!((event.jti.as_str(), event.events.len()), ("1", 1));
        type Edit = fn(&mut Map<String, Value>);
        let edits: [(&str, Edit, bool); 9] = [
            ("no jti", |c| drop(c.remove("jti")), false),
            ("a long jti", |c| drop(c.insert("jti".into(), json!("x".repeat(300)))), false),
            ("a sub", |c| drop(c.insert("sub".into(), json!("x"))), false),
            ("an exp", |c| drop(c.insert("exp".into(), json!(1))), false),
            ("no events", |c| drop(c.insert("events".into(), json!({}))), false),
            ("an event that is text", |c| drop(c.insert("events".into(), json!({"e": "x"}))), false),
            ("no subject", |c| drop(c.remove("sub_id")), false),
            (
                "too many",
                |c| {
                    drop(c.insert(
                        "events".into(),
                        json!((0..20).map(|n| (n.to_string(), json!({}))).collect::<Map<_, _>>()),
                    ))
                },
                false,
            ),
            (
                "the subject in the event",
                |c| {
                    c.remove("sub_id");
                    c.insert("events".into(), json!({"e": {"subject": {"format": "opaque", "id": "x"}}}));
                },
                true,
            ),
        ];
        for (what, edit, is_read) in edits {
            let mut claims = good.as_object().unwrap().clone();
            edit(&mut claims);
            assert_eq!(Event::parse(&claims).is_some(), is_read, "{what}");
        }
    }
}
