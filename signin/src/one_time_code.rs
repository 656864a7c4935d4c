//! Codes that are good for one use: from an app that works them out of the time (RFC 6238), from a list on paper, from a
//! mail. Which codes match is the protocol's to find out; here stands how often, how long, and what is kept.

use std::time::Duration;

use directory::{Change, Id, Object, Refusal, Snapshot, Time};
use schema::email_authentication_method::{EMAIL_ADDRESS, EMAIL_AUTHENTICATION_METHOD};
use schema::recovery_codes_authentication_method::{
    CODE_DIGESTS, RECOVERY_CODES_AUTHENTICATION_METHOD, REMAINING_CODES,
};
use schema::software_oath_authentication_method::{SEALED_SEED, SOFTWARE_OATH_AUTHENTICATION_METHOD};
use schema::user::{AUTHENTICATION_METHODS, USER};
use schema::{CREATED_DATE_TIME, DISPLAY_NAME};

use crate::methods_policy::{PolicyMethod, allowed};
use crate::registered::{method_name, note_use, owned};

/// A person has at most so many apps that show codes.
pub const OATH_APPS_MAX: usize = 5;
/// A code lives for one step of so many seconds (OWASP ASVS 6.5.5).
pub const OATH_STEP_SECONDS: i64 = 30;
/// A clock may be one step slow or fast (RFC 6238 §5.2).
pub const OATH_SKEW_STEPS: i64 = 1;
/// So many recovery codes are given out at a time.
pub const RECOVERY_CODES: usize = 10;
/// A code sent by mail lives so long (NIST SP 800-63B §3.1.3.2).
pub const EMAIL_CODE_LIFE: Duration = Duration::from_secs(10 * 60);
/// The outbox topic of a code to be mailed: `{to, subject, text, placeholder, sealed, until}`. The code travels sealed and
/// stands in the text at the placeholder; after `until` it is not sent any more.
pub const EMAIL_CODE: &str = "emailCode";
/// What the code is sealed for on its way.
pub const EMAIL_CODE_SEAL: &str = "mail code in the outbox";
/// A code sent by mail may be typed wrong so often.
pub const EMAIL_CODE_TRIES: i64 = 5;

/// The apps of a person that show codes.
pub fn oath_apps(now: &Snapshot, user: Id) -> impl Iterator<Item = &Object> {
    now.links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .filter(|object| now.is_a(object, &SOFTWARE_OATH_AUTHENTICATION_METHOD))
}

/// The recovery codes of a person.
#[must_use]
pub fn recovery_codes(now: &Snapshot, user: Id) -> Option<&Object> {
    now.links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .find(|object| now.is_a(object, &RECOVERY_CODES_AUTHENTICATION_METHOD))
}

/// The steps whose code is taken at a moment, the likeliest first.
#[must_use]
pub fn oath_steps(at: Time) -> [i64; 3] {
    let step = at.unix().div_euclid(OATH_STEP_SECONDS);
    [step, step - OATH_SKEW_STEPS, step + OATH_SKEW_STEPS]
}

/// Whether a code's step still counts, when a code of step `last` was the last one taken: none is taken twice, and none
/// that is older than one taken.
#[must_use]
pub fn is_later_step(last: Option<i64>, step: i64) -> bool {
    last.is_none_or(|last| step > last)
}

/// Give somebody an app. `sealed_seed` is the key it shares, as `keys` sealed it; `id` is new.
pub fn add_software_oath(
    now: &Snapshot,
    user: Id,
    id: Id,
    name: &str,
    sealed_seed: &[u8],
    at: Time,
) -> Result<Vec<Change>, Refusal> {
    may_register(now, user, PolicyMethod::SoftwareOath)?;
    if oath_apps(now, user).count() >= OATH_APPS_MAX {
        return Err(Refusal::limit(format!("there are {OATH_APPS_MAX} apps already; remove one first")));
    }
    let name = method_name(name)?;
    let attributes = vec![
        (CREATED_DATE_TIME.id, at.into()),
        (DISPLAY_NAME.id, name.into()),
        (SEALED_SEED.id, directory::Value::Bytes(sealed_seed.to_vec())),
    ];
    let kind = SOFTWARE_OATH_AUTHENTICATION_METHOD.id();
    Ok(vec![Change::Create { id, kind, attributes }, Change::link(user, AUTHENTICATION_METHODS, id)])
}

/// Note that an app's code was taken.
pub fn use_software_oath(now: &Snapshot, user: Id, app: Id, at: Time) -> Result<Vec<Change>, Refusal> {
    may_use(now, user, PolicyMethod::SoftwareOath)?;
    Ok(note_use(owned(now, user, app)?, at).into_iter().collect())
}

/// Give somebody recovery codes in the place of those they had. `digests` are what `keys` made of them; `id` is new.
pub fn add_recovery_codes(
    now: &Snapshot,
    user: Id,
    id: Id,
    digests: &[String],
    at: Time,
) -> Result<Vec<Change>, Refusal> {
    may_register(now, user, PolicyMethod::SoftwareOath)?;
    if digests.is_empty() || digests.len() > RECOVERY_CODES {
        return Err(Refusal::invalid(format!("must be from 1 to {RECOVERY_CODES} codes")));
    }
    let count = i64::try_from(digests.len()).unwrap_or(0);
    let mut changes: Vec<Change> =
        recovery_codes(now, user).map(|old| Change::Delete { id: old.id }).into_iter().collect();
    let attributes = vec![
        (CREATED_DATE_TIME.id, at.into()),
        (REMAINING_CODES.id, count.into()),
        (CODE_DIGESTS.id, digests.to_vec().into()),
    ];
    changes.push(Change::Create { id, kind: RECOVERY_CODES_AUTHENTICATION_METHOD.id(), attributes });
    changes.push(Change::link(user, AUTHENTICATION_METHODS, id));
    Ok(changes)
}

/// Use up the recovery code with this digest. Of two who come with the same code, one gets in.
pub fn use_recovery_code(now: &Snapshot, user: Id, digest: &str, at: Time) -> Result<Vec<Change>, Refusal> {
    may_use(now, user, PolicyMethod::SoftwareOath)?;
    let wrong = || Refusal::state("the code is wrong, or was used before");
    let codes = recovery_codes(now, user).ok_or_else(wrong)?;
    let known = codes.get(CODE_DIGESTS).unwrap_or_default();
    let left: Vec<String> = known.iter().filter(|code| **code != digest).map(|code| (*code).to_owned()).collect();
    if left.len() == known.len() {
        return Err(wrong());
    }
    let count = i64::try_from(left.len()).unwrap_or(0);
    let mut changes = vec![Change::set(codes.id, CODE_DIGESTS, left), Change::set(codes.id, REMAINING_CODES, count)];
    changes.extend(note_use(codes, at));
    Ok(changes)
}

/// Give somebody an address for resetting their password, in the place of the one they had. `id` is new.
pub fn add_email(now: &Snapshot, user: Id, id: Id, address: &str, at: Time) -> Result<Vec<Change>, Refusal> {
    may_register(now, user, PolicyMethod::Email)?;
    let address = address.trim();
    if !is_mail_address(address) {
        return Err(Refusal::invalid("this is no mail address").at("emailAddress"));
    }
    let old = now
        .links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .find(|object| now.is_a(object, &EMAIL_AUTHENTICATION_METHOD));
    let mut changes: Vec<Change> = old.map(|old| Change::Delete { id: old.id }).into_iter().collect();
    let attributes = vec![(CREATED_DATE_TIME.id, at.into()), (EMAIL_ADDRESS.id, address.into())];
    changes.push(Change::Create { id, kind: EMAIL_AUTHENTICATION_METHOD.id(), attributes });
    changes.push(Change::link(user, AUTHENTICATION_METHODS, id));
    Ok(changes)
}

/// Whether a text can be a mail address: one `@` between two parts without spaces (RFC 5321 §4.5.3.1 has the lengths).
#[must_use]
pub fn is_mail_address(text: &str) -> bool {
    let Some((local, domain)) = text.rsplit_once('@') else { return false };
    let is_plain = |part: &str| !part.is_empty() && part.chars().all(|c| !c.is_whitespace() && !c.is_control());
    is_plain(local) && is_plain(domain) && local.len() <= 64 && domain.len() <= 255 && !local.contains('@')
}

fn may_register(now: &Snapshot, user: Id, method: PolicyMethod) -> Result<(), Refusal> {
    now.get_a(&USER, user)?;
    may_use(now, user, method)
}

fn may_use(now: &Snapshot, user: Id, method: PolicyMethod) -> Result<(), Refusal> {
    let no = || Refusal::denied("the organisation does not allow this way to sign in for this account");
    allowed(now, user, method).map(drop).ok_or_else(no)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::methods_policy::tests::with;

    const CODES: Id = Id::from_u128(0xc3);

    #[test]
    fn a_code_counts_for_its_step_and_one_step_beside_and_never_again() {
        assert_eq!(oath_steps(Time::from_unix(59)), [1, 0, 2]);
        assert_eq!(oath_steps(Time::from_unix(60)), [2, 1, 3]);
        for (last, step, expect) in
            [(None, 7, true), (Some(7), 7, false), (Some(7), 6, false), (Some(7), 8, true), (Some(i64::MAX), 8, false)]
        {
            assert_eq!(is_later_step(last, step), expect, "{last:?} {step}");
        }
    }

    #[test]
    fn a_recovery_code_is_used_up_and_new_codes_replace_old_ones() {
        let now = directory();
        let give = |now: &Snapshot, id: Id, codes: &[&str]| {
            let codes: Vec<String> = codes.iter().map(|code| (*code).to_owned()).collect();
            now.fork(NOW, &add_recovery_codes(now, USER_ID, id, &codes, NOW).unwrap()).unwrap()
        };
        let now = give(&now, CODES, &["aa", "bb"]);
        let used = now.fork(NOW, &use_recovery_code(&now, USER_ID, "aa", NOW).unwrap()).unwrap();
        assert_eq!(recovery_codes(&used, USER_ID).unwrap().get(REMAINING_CODES), Some(1));
        for code in ["aa", "cc", ""] {
            assert!(use_recovery_code(&used, USER_ID, code, NOW).is_err(), "{code}");
        }
        let last = used.fork(NOW, &use_recovery_code(&used, USER_ID, "bb", NOW).unwrap()).unwrap();
        assert_eq!(recovery_codes(&last, USER_ID).unwrap().get(REMAINING_CODES), Some(0));
        let again = give(&used, Id::from_u128(0xc4), &["dd"]);
        assert!(use_recovery_code(&again, USER_ID, "bb", NOW).is_err());
        assert!(use_recovery_code(&again, USER_ID, "dd", NOW).is_ok());
        assert!(add_recovery_codes(&again, USER_ID, CODES, &vec!["x".into(); RECOVERY_CODES + 1], NOW).is_err());
    }

    #[test]
    fn the_sixth_app_is_refused() {
        let mut now = directory();
        for n in 0..OATH_APPS_MAX {
            let id = Id::from_u128(0xd00 + n as u128);
            now = now.fork(NOW, &add_software_oath(&now, USER_ID, id, "Phone", b"sealed", NOW).unwrap()).unwrap();
        }
        assert!(add_software_oath(&now, USER_ID, CODES, "Phone", b"sealed", NOW).is_err());
    }

    #[test]
    fn what_the_policy_does_not_allow_is_neither_registered_nor_used() {
        let furnished = {
            let now = directory();
            now.fork(NOW, &add_recovery_codes(&now, USER_ID, CODES, &["aa".into()], NOW).unwrap()).unwrap()
        };
        assert!(use_recovery_code(&furnished, USER_ID, "aa", NOW).is_ok());
        let off = |method: PolicyMethod| method.default_configuration().with("state", "disabled");
        let now = with(vec![off(PolicyMethod::SoftwareOath), off(PolicyMethod::Email)]);
        assert!(add_software_oath(&now, USER_ID, CODES, "Phone", b"sealed", NOW).is_err());
        assert!(add_recovery_codes(&now, USER_ID, CODES, &["aa".into()], NOW).is_err());
        assert!(add_email(&now, USER_ID, CODES, "ada@home.example", NOW).is_err());
    }

    #[test]
    fn an_address_is_one_and_replaces_the_old_one() {
        for (text, expect) in [
            ("ada@home.example", true),
            ("ada", false),
            ("@home.example", false),
            ("a b@c", false),
            ("a@b@c", false),
            ("a@", false),
        ] {
            assert_eq!(is_mail_address(text), expect, "{text}");
        }
        let now = directory();
        let now = now.fork(NOW, &add_email(&now, USER_ID, CODES, "ada@home.example", NOW).unwrap()).unwrap();
        let next = Id::from_u128(0xc5);
        let now = now.fork(NOW, &add_email(&now, USER_ID, next, "ada@new.example", NOW).unwrap()).unwrap();
        assert!(now.find(CODES).is_none() && now.find(next).is_some());
    }
}
