//! Federated identity credentials: which tokens of other issuers are taken instead of a client's secret.
//!
//! Whether such a token is signed by its issuer is the protocol's to find out; here is what it must say: issuer, subject
//! and audience letter by letter, or, instead of the subject, an expression over its claims.
//!
//! Deliberately absent: fetching anybody's keys, and operators that Graph does not document (`eq`, `matches`, `and`).

use directory::{Call, Change, Check, Id, Object, Refusal, Snapshot};
use schema::FEDERATED_IDENTITY_CREDENTIALS;
use schema::federated_identity_credential::{
    AUDIENCES, CLAIMS_MATCHING_EXPRESSION, FEDERATED_IDENTITY_CREDENTIAL, ISSUER, SUBJECT,
};

use crate::Denial;
use crate::client::Client;

/// An application has at most so many; what Graph documents.
pub const CREDENTIALS_MAX: usize = 20;
/// Issuer, subject and audience are at most this long; what Graph documents.
const TEXT_MAX: usize = 600;
/// An expression has at most so many conditions.
const CONDITIONS_MAX: usize = 10;

pub(crate) const CHECK: Check = Check { kind: &FEDERATED_IDENTITY_CREDENTIAL, complete: None, check: Some(check) };

/// The credentials of a client that take tokens of this issuer.
pub fn federated<'a>(now: &'a Snapshot, client: &Client<'a>, issuer: &'a str) -> impl Iterator<Item = &'a Object> + 'a {
    let holders = client.app.into_iter().chain([client.principal]).map(|holder| holder.id);
    holders
        .flat_map(|holder| now.links(holder, FEDERATED_IDENTITY_CREDENTIALS))
        .map(|link| link.object)
        .filter(move |credential| credential.get(ISSUER) == Some(issuer))
}

/// What a token of another issuer says of itself.
pub struct Foreign<'a> {
    pub issuer: &'a str,
    pub subject: &'a str,
    pub audiences: &'a [&'a str],
    /// Any claim that is text.
    pub claim: &'a dyn Fn(&str) -> Option<&'a str>,
}

/// The credential that takes this token; or what does not fit.
pub fn accept<'a>(now: &'a Snapshot, client: &Client<'a>, token: &Foreign<'a>) -> Result<&'a Object, Denial> {
    let of_issuer: Vec<&Object> = federated(now, client, token.issuer).collect();
    let app = client.app_id();
    if of_issuer.is_empty() {
        let why = format!("application `{app}` has no federated identity credential for the issuer of the assertion");
        return Err(Denial::new(700_211, why));
    }
    let of_subject: Vec<&Object> = of_issuer.into_iter().filter(|credential| fits(credential, token)).collect();
    if of_subject.is_empty() {
        let why = format!("application `{app}` has no federated identity credential for the subject of the assertion");
        return Err(Denial::new(700_213, why));
    }
    let is_meant = |credential: &&Object| {
        credential.get(AUDIENCES).is_some_and(|known| token.audiences.iter().any(|audience| known.contains(audience)))
    };
    of_subject.into_iter().find(is_meant).ok_or_else(|| {
        Denial::new(
            700_212,
            format!("application `{app}` has no federated identity credential for the audience of the assertion"),
        )
    })
}

fn fits(credential: &Object, token: &Foreign<'_>) -> bool {
    match (credential.get(SUBJECT), expression(credential)) {
        (Some(subject), _) => subject == token.subject,
        (None, Some(Ok(conditions))) => conditions.iter().all(|condition| condition.holds(token)),
        (None, Some(Err(_)) | None) => false,
    }
}

fn expression(credential: &Object) -> Option<Result<Vec<Condition>, String>> {
    let record = credential.get(CLAIMS_MATCHING_EXPRESSION)?;
    Some(match record.int("languageVersion") {
        Some(1) => parse(record.text("value").unwrap_or_default()),
        _ => Err("has the language version 1".to_owned()),
    })
}

/// `claims['sub'] eq 'x'`, `claims['sub'] matches 'x*'`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    claim: String,
    is_pattern: bool,
    value: String,
}

impl Condition {
    fn holds(&self, token: &Foreign<'_>) -> bool {
        let Some(text) = (token.claim)(&self.claim) else { return false };
        if self.is_pattern { matches(&self.value, text) } else { self.value == text }
    }
}

/// Read conditions joined by `and`.
fn parse(text: &str) -> Result<Vec<Condition>, String> {
    let wrong = || "is conditions `claims['NAME'] eq 'TEXT'` or `claims['NAME'] matches 'PATTERN'`, joined by `and`";
    let mut conditions = Vec::new();
    let mut rest = text.trim();
    loop {
        let after = rest.strip_prefix("claims['").ok_or_else(wrong)?;
        let (claim, after) = after.split_once("']").ok_or_else(wrong)?;
        let after = after.trim_start();
        let (is_pattern, after) = match (after.strip_prefix("eq "), after.strip_prefix("matches ")) {
            (Some(after), _) => (false, after),
            (None, Some(after)) => (true, after),
            (None, None) => return Err(wrong().to_owned()),
        };
        let after = after.trim_start().strip_prefix('\'').ok_or_else(wrong)?;
        let (value, after) = after.split_once('\'').ok_or_else(wrong)?;
        if claim.is_empty() || value.is_empty() || value.len() > TEXT_MAX {
            return Err(wrong().to_owned());
        }
        conditions.push(Condition { claim: claim.to_owned(), is_pattern, value: value.to_owned() });
        if conditions.len() > CONDITIONS_MAX {
            return Err(format!("has at most {CONDITIONS_MAX} conditions"));
        }
        match after.trim_start() {
            "" => return Ok(conditions),
            after => rest = after.strip_prefix("and ").ok_or_else(wrong)?.trim_start(),
        }
    }
}

/// `*` stands for any text, `?` for one character. Walks each text once per `*` at most, whatever the pattern.
fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                star = Some((p, t));
                p += 1;
            }
            Some(c) if *c == '?' || Some(c) == text.get(t) => (p, t) = (p + 1, t + 1),
            Some(_) | None => match star {
                Some((at, from)) => {
                    star = Some((at, from + 1));
                    (p, t) = (at + 1, from + 1);
                }
                None => return false,
            },
        }
    }
    pattern.iter().skip(p).all(|c| *c == '*')
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for id in changes.iter().map(Change::subject) {
        if let Some(credential) = after.find_a(&FEDERATED_IDENTITY_CREDENTIAL, id) {
            check_one(after, credential)?;
        }
        // The link to the application comes as a change of the application.
        check_count(after, id)?;
    }
    Ok(())
}

fn check_one(after: &Snapshot, credential: &Object) -> Result<(), Refusal> {
    let is_text = |text: &str| !text.trim().is_empty() && text.len() <= TEXT_MAX;
    let issuer = credential.get(ISSUER).unwrap_or_default();
    if !is_text(issuer) || !(issuer.starts_with("https://") || issuer.starts_with("http://")) {
        return Err(Refusal::invalid(format!("is a URL of at most {TEXT_MAX} characters")).at(ISSUER.name));
    }
    let audiences = credential.get(AUDIENCES).unwrap_or_default();
    if audiences.len() != 1 || !audiences.iter().all(|audience| is_text(audience)) {
        return Err(Refusal::invalid("names exactly one audience").at(AUDIENCES.name));
    }
    match (credential.get(SUBJECT), expression(credential)) {
        (Some(subject), None) if is_text(subject) => {}
        (None, Some(Ok(_))) => {}
        (None, Some(Err(why))) => return Err(Refusal::invalid(why).at(CLAIMS_MATCHING_EXPRESSION.name)),
        (Some(_), Some(_)) => {
            return Err(Refusal::invalid("cannot be given together with claimsMatchingExpression").at(SUBJECT.name));
        }
        (Some(_) | None, None) => return Err(Refusal::invalid("must be given").at(SUBJECT.name)),
    }
    let siblings = after
        .backlinks(credential.id, FEDERATED_IDENTITY_CREDENTIALS)
        .flat_map(|parent| after.links(parent.object.id, FEDERATED_IDENTITY_CREDENTIALS))
        .map(|link| link.object)
        .filter(|other| other.id != credential.id);
    for other in siblings {
        let is_twin = other.get(ISSUER) == Some(issuer)
            && other.get(SUBJECT) == credential.get(SUBJECT)
            && credential.get(SUBJECT).is_some();
        if is_twin {
            return Err(Refusal::conflict("another credential has the same issuer and subject").at(SUBJECT.name));
        }
    }
    Ok(())
}

fn check_count(after: &Snapshot, holder: Id) -> Result<(), Refusal> {
    let count = after.links(holder, FEDERATED_IDENTITY_CREDENTIALS).take(CREDENTIALS_MAX + 1).count();
    if count > CREDENTIALS_MAX {
        return Err(Refusal::limit(format!(
            "an application has at most {CREDENTIALS_MAX} federated identity credentials"
        )));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pattern_stands_for_what_it_says() {
        for (pattern, text, expect) in [
            ("a", "a", true),
            ("a", "b", false),
            ("*", "", true),
            ("a*", "abc", true),
            ("*c", "abc", true),
            ("a*c", "abbbc", true),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("repo:xyz/app:ref:refs/heads/*", "repo:xyz/app:ref:refs/heads/main", true),
            ("repo:xyz/app:ref:refs/heads/*", "repo:xyz/other:ref:refs/heads/main", false),
            ("*a*a*a*b", &"a".repeat(400), false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(matches(pattern, text), expect, "{pattern} {text}");
        }
    }

    #[test]
    fn expressions_are_read_as_graph_documents_them() {
        let read = |text| parse(text).map(|conditions| conditions.len()).ok();
        for (text, expect) in [
            ("claims['sub'] eq 'x'", Some(1)),
            ("claims['sub'] matches 'repo:xyz/*' and claims['job_workflow_ref'] eq 'a'", Some(2)),
            ("  claims['sub']  eq  'x'  ", Some(1)),
            ("", None),
            ("claims['sub'] eq 'x' or claims['sub'] eq 'y'", None),
            ("claims['sub'] ne 'x'", None),
            ("claims['sub'] eq x", None),
            ("claims[''] eq 'x'", None),
            ("claims['sub'] eq ''", None),
            ("claims['sub'] eq 'x' and", None),
            ("claims['sub'] eq 'x", None),
        ] {
            assert_eq!(read(text), expect, "{text}");
        }
        let long = ["claims['a'] eq 'b'"; CONDITIONS_MAX + 1].join(" and ");
        assert_eq!(read(&long), None);
    }
}
