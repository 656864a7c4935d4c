//! How long tokens last when a `tokenLifetimePolicy` says so: the organization's own policy before the application's, as
//! Graph documents it.

use directory::{Call, Change, Check, Id, Object, Refusal, Snapshot};
use schema::sts_policy::{
    DEFINITION, IS_ORGANIZATION_DEFAULT, STS_POLICY, TOKEN_LIFETIME_POLICIES, TOKEN_LIFETIME_POLICY,
};

use crate::json;

/// The shortest life that a policy may give a token: ten minutes.
pub const LIFETIME_SECONDS_MIN: i64 = 600;
/// The longest: a day less a second.
pub const LIFETIME_SECONDS_MAX: i64 = 86_399;

pub(crate) const CHECK: Check = Check { kind: &STS_POLICY, complete: None, check: Some(check) };

/// The life of the tokens of an application in seconds, where a policy says it.
pub(crate) fn lifetime(now: &Snapshot, holders: &[Option<&Object>]) -> Option<i64> {
    let by_organization = now.all(&TOKEN_LIFETIME_POLICY).find(|policy| policy.is(IS_ORGANIZATION_DEFAULT));
    let of_holder = |holder: &Object| now.linked(holder.id, TOKEN_LIFETIME_POLICIES);
    let policy = by_organization.or_else(|| holders.iter().flatten().find_map(|holder| of_holder(holder)))?;
    access_token_lifetime(policy).ok()
}

fn access_token_lifetime(policy: &Object) -> Result<i64, String> {
    let wrong = || "is one JSON text `{\"TokenLifetimePolicy\":{\"Version\":1,\"AccessTokenLifetime\":\"HH:MM:SS\"}}`";
    let definitions = policy.get(DEFINITION).unwrap_or_default();
    let [text] = definitions.as_slice() else { return Err(wrong().to_owned()) };
    let parsed = json::parse(text).ok_or_else(wrong)?;
    let policy = json::member(&parsed, "TokenLifetimePolicy").ok_or_else(wrong)?;
    let seconds = seconds(json::text(policy, "AccessTokenLifetime").ok_or_else(wrong)?).ok_or_else(wrong)?;
    if (LIFETIME_SECONDS_MIN..=LIFETIME_SECONDS_MAX).contains(&seconds) {
        Ok(seconds)
    } else {
        Err("gives a lifetime from 00:10:00 to 23:59:59".to_owned())
    }
}

/// `[d.]hh:mm[:ss]`
fn seconds(text: &str) -> Option<i64> {
    let (days, clock) = text.split_once('.').unwrap_or(("0", text));
    let mut parts = clock.split(':').map(|part| part.parse::<u32>().ok().filter(|_| part.len() <= 2));
    let (hours, minutes) = (parts.next()??, parts.next()??);
    let seconds = parts.next().unwrap_or(Some(0))?;
    if parts.next().is_some() || minutes > 59 || seconds > 59 || days.len() > 3 {
        return None;
    }
    Some(i64::from(days.parse::<u32>().ok()?) * 86_400 + i64::from(hours * 3600 + minutes * 60 + seconds))
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let touched = |id: Id| after.find_a(&TOKEN_LIFETIME_POLICY, id);
    for policy in changes.iter().filter_map(|change| touched(change.subject())) {
        access_token_lifetime(policy).map_err(|why| Refusal::invalid(why).at(DEFINITION.name))?;
        let others = after.all(&TOKEN_LIFETIME_POLICY).filter(|other| other.is(IS_ORGANIZATION_DEFAULT)).take(2);
        if policy.is(IS_ORGANIZATION_DEFAULT) && others.count() > 1 {
            return Err(
                Refusal::conflict("another policy is the organization's default").at(IS_ORGANIZATION_DEFAULT.name)
            );
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_read_as_they_are_written() {
        for (text, expect) in [
            ("00:10:00", Some(600)),
            ("8:00:00", Some(28_800)),
            ("23:59:59", Some(LIFETIME_SECONDS_MAX)),
            ("1.00:00:00", Some(86_400)),
            ("01:30", Some(5_400)),
            ("", None),
            ("90", None),
            ("00:60:00", None),
            ("00:00:61", None),
            ("1:2:3:4", None),
            ("-1:00:00", None),
            ("until-revoked", None),
        ] {
            assert_eq!(seconds(text), expect, "{text}");
        }
    }
}
