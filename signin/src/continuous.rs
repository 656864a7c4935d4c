//! Continuous access evaluation: what ends a token of ours before its time, asked by every resource on every request.
//!
//! A resource verifies the signature and hands over what the token says; this file compares it with the directory. Which
//! event ends what was obtained how is Entra's revocation matrix:
//!
//! | event | by password: session, token | by another method: session, token | of a workload |
//! |---|---|---|---|
//! | revoked by the person or an administrator; disabled; deleted | ends, ends | ends, ends | – |
//! | the person changes or resets the password | ends, ends | stays, stays | – |
//! | an administrator resets the password | ends, ends | stays, ends | – |
//! | a method other than the password is removed | stays, stays | ends, ends | – |
//! | the person's risk became high | –, ends | –, ends | – |
//! | the client or the workload itself is disabled or deleted | –, ends | –, ends | ends |
//!
//! Besides, a token that was given out because its device was compliant ends when it is not, and one that is bound to an
//! address (`strictLocation`) counts from there only.
//!
//! Deliberately absent: tokens for resources of others, who learn of the same events through shared signals.

use std::net::IpAddr;

use directory::{Id, Object, Record, Snapshot, Time};
use schema::device::{DEVICE, DEVICE_ID, IS_COMPLIANT};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::{
    LAST_PASSWORD_CHANGE_DATE_TIME, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, STRONG_CREDENTIALS_VALID_FROM,
    TOKENS_VALID_FROM, USER,
};
use schema::{ACCOUNT_ENABLED, APP_ID};

use crate::verdict::{Cae, SessionControls};
use crate::{ACCESS_SECONDS_MIN, Evidence, Method, living_device, moment_after};

/// The claim of a token that was given out because its device was compliant.
pub const COMPLIANT_CLAIM: &str = "castellan_compliant";
/// The claim that holds the address from which alone a token counts.
pub const ADDRESS_CLAIM: &str = "castellan_address";
/// The claim that holds, in microseconds since 1970, from when on the token counts: `iat` is cut to the second, and of two
/// tokens of one second one may have been issued before a revocation and one after it.
pub const ISSUED_CLAIM: &str = "castellan_issued";
/// The capability of clients that understand a claims challenge (`xms_cc`), in any case: MSAL writes `CP1`.
pub const CAPABILITY: &str = "cp1";
/// Tokens of such clients last at least so long, because they can be ended at any time …
pub const CONTINUOUS_SECONDS_MIN: i64 = 24 * 3600;
/// … and up to so much longer, by chance.
pub const CONTINUOUS_SECONDS_SPREAD: i64 = 4 * 3600;
/// As the sign-in log names the control (`enforcedGrantControls`).
const COMPLIANT_DEVICE: &str = "RequireCompliantDevice";

/// What a verified access token says that can stop being true.
#[derive(Clone, Copy, Debug)]
pub struct Presented<'a> {
    /// `oid`
    pub subject: Option<Id>,
    /// `appid`
    pub client: Option<&'a str>,
    /// [`ISSUED_CLAIM`], or `iat` where there is none.
    pub issued: Time,
    /// `deviceid`
    pub device: Option<Id>,
    /// `amr` has a password.
    pub by_password: bool,
    /// `amr` has something else.
    pub by_other: bool,
    /// [`COMPLIANT_CLAIM`]
    pub is_for_compliant: bool,
    /// [`ADDRESS_CLAIM`]
    pub bound_to: Option<IpAddr>,
    /// From where it came.
    pub from: Option<IpAddr>,
}

/// Why a token does not count any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Absent,
    ClientDisabled,
    Revoked,
    PasswordChanged,
    MethodRemoved,
    AtRisk,
    NotCompliant,
    Moved,
}

impl<'a> Presented<'a> {
    /// Read a token: `text` gives a claim that is text, `amr` the methods.
    pub fn read<'m>(
        text: impl Fn(&str) -> Option<&'a str>,
        amr: impl Iterator<Item = &'m str>,
        issued: Option<Time>,
        from: Option<IpAddr>,
    ) -> Presented<'a> {
        let id = |name| text(name).and_then(directory::id_from_text);
        let (mut by_password, mut by_other) = (false, false);
        for method in amr {
            match method {
                "pwd" => by_password = true,
                // Follows from the others.
                "mfa" | "ngcmfa" => {}
                _ => by_other = true,
            }
        }
        Presented {
            subject: id("oid"),
            client: text("appid").or_else(|| text("azp")),
            // A token that does not say when it was issued is older than everything.
            issued: exactly(text(ISSUED_CLAIM)).or(issued).unwrap_or(Time(i64::MIN)),
            device: id("deviceid"),
            by_password,
            by_other,
            is_for_compliant: text(COMPLIANT_CLAIM).is_some(),
            bound_to: text(ADDRESS_CLAIM).and_then(|address| address.parse().ok()),
            from,
        }
    }

    /// The one whom the token is about, if the token still counts.
    pub fn holder<'n>(&self, now: &'n Snapshot) -> Result<&'n Object, Ended> {
        let subject = self.subject.and_then(|id| now.find(id)).ok_or(Ended::Absent)?;
        if subject.get(ACCOUNT_ENABLED) == Some(false) {
            return Err(Ended::Absent);
        }
        let client = self.client.and_then(|app| now.find_by(&SERVICE_PRINCIPAL, APP_ID, app));
        if client.is_some_and(|client| client.get(ACCOUNT_ENABLED) == Some(false)) {
            return Err(Ended::ClientDisabled);
        }
        if now.is_a(subject, &USER) {
            self.counts_for(now, subject)?;
        }
        Ok(subject)
    }

    fn counts_for(&self, now: &Snapshot, user: &Object) -> Result<(), Ended> {
        let is_before = |from: Option<Time>| from.is_some_and(|from| self.issued < from);
        if is_before(user.get(SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME)) || is_before(user.get(TOKENS_VALID_FROM)) {
            return Err(Ended::Revoked);
        }
        if self.by_password && is_before(password_valid_from(user)) {
            return Err(Ended::PasswordChanged);
        }
        if self.by_other && is_before(user.get(STRONG_CREDENTIALS_VALID_FROM)) {
            return Err(Ended::MethodRemoved);
        }
        if is_before(crate::risk::high_since(now, user.id)) {
            return Err(Ended::AtRisk);
        }
        if self.is_for_compliant {
            let device = self.device.and_then(|id| now.find_by(&DEVICE, DEVICE_ID, id.to_string().as_str()));
            if device.is_none_or(|device| device.get(ACCOUNT_ENABLED) == Some(false) || !device.is(IS_COMPLIANT)) {
                return Err(Ended::NotCompliant);
            }
        }
        if self.bound_to.is_some() && self.bound_to != self.from {
            return Err(Ended::Moved);
        }
        Ok(())
    }
}

fn exactly(claim: Option<&str>) -> Option<Time> {
    claim?.parse().ok().map(Time)
}

impl Ended {
    #[must_use]
    pub fn message(self) -> &'static str {
        match self {
            Ended::Absent => "the account is disabled or does not exist any more",
            Ended::ClientDisabled => "the application is disabled",
            Ended::Revoked => "the sign-in was revoked; sign in again",
            Ended::PasswordChanged => "the password was changed; sign in again",
            Ended::MethodRemoved => "a way of signing in was removed; sign in again",
            Ended::AtRisk => "the account is at risk; sign in again",
            Ended::NotCompliant => "the device is not compliant any more",
            Ended::Moved => "the token counts only from the address it was issued for",
        }
    }

    /// The claims that a client has to ask for to get a token that counts (`claims` of the challenge); absent where none
    /// would. MSAL goes past its cache with them.
    #[must_use]
    pub fn claims(self, at: Time) -> Option<String> {
        match self {
            Ended::ClientDisabled => None,
            Ended::Absent
            | Ended::Revoked
            | Ended::PasswordChanged
            | Ended::MethodRemoved
            | Ended::AtRisk
            | Ended::NotCompliant
            | Ended::Moved => {
                Some(format!(r#"{{"access_token":{{"nbf":{{"essential":true,"value":"{}"}}}}}}"#, at.unix()))
            }
        }
    }
}

/// What continuous access evaluation means for a token that is about to be issued.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// The longest part of its life that is by chance, for [`crate::Mint::spread`]; absent: the usual life.
    pub spread: Option<i64>,
    pub claims: Vec<(&'static str, String)>,
}

/// The terms of a token for a resource that evaluates continuously. `chance` decides about its life.
#[must_use]
pub fn terms(
    now: &Snapshot,
    evidence: &Evidence,
    (capabilities, policies, session): (&[String], &[Record], &SessionControls),
    address: Option<IpAddr>,
    chance: u128,
) -> Terms {
    let mut terms = Terms::default();
    let is_capable = capabilities.iter().any(|capability| capability.eq_ignore_ascii_case(CAPABILITY));
    if is_capable && session.continuous_access_evaluation != Cae::Disabled {
        let more = i64::try_from(chance % CONTINUOUS_SECONDS_SPREAD.unsigned_abs() as u128).unwrap_or(0);
        terms.spread = Some(CONTINUOUS_SECONDS_MIN - ACCESS_SECONDS_MIN + more);
    }
    let demands = |policy: &&Record| {
        policy.text("result") == Some("success")
            && policy.texts("enforcedGrantControls").any(|control| control == COMPLIANT_DEVICE)
    };
    let device = living_device(now, evidence).and_then(|id| now.find(id));
    if device.is_some_and(|device| device.is(IS_COMPLIANT)) && policies.iter().any(|policy| demands(&policy)) {
        terms.claims.push((COMPLIANT_CLAIM, "1".to_owned()));
    }
    if session.continuous_access_evaluation == Cae::StrictLocation
        && let Some(address) = address
    {
        terms.claims.push((ADDRESS_CLAIM, address.to_string()));
    }
    terms
}

/// From when on something proved with the password counts.
#[must_use]
pub fn password_valid_from(user: &Object) -> Option<Time> {
    user.get(LAST_PASSWORD_CHANGE_DATE_TIME).map(moment_after)
}

/// Whether what somebody proved in a session still counts, apart from the session's own beginning.
pub(crate) fn proofs_count(user: &Object, evidence: &Evidence) -> bool {
    let (password, strong) = (password_valid_from(user), user.get(STRONG_CREDENTIALS_VALID_FROM));
    evidence.proofs.iter().all(|proof| {
        let from = if proof.method == Method::Password { password } else { strong };
        from.is_none_or(|from| proof.at >= from)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::fixture::{APP, CLIENT, NOW, USER_ID, create, directory};
    use crate::{Proof, revoke};
    use directory::Change;
    use schema::device::DEVICE;
    use std::time::Duration;

    const LAPTOP: Id = Id::from_u128(0x77);

    fn token() -> Presented<'static> {
        Presented {
            subject: Some(USER_ID),
            client: Some(APP),
            issued: NOW,
            device: Some(LAPTOP),
            by_password: true,
            by_other: false,
            is_for_compliant: false,
            bound_to: None,
            from: Some(IpAddr::from([192, 0, 2, 1])),
        }
    }

    fn with_laptop() -> Snapshot {
        let device_id = (DEVICE_ID.id, LAPTOP.to_string().into());
        let laptop =
            create(LAPTOP, &DEVICE, vec![(ACCOUNT_ENABLED.id, true.into()), (IS_COMPLIANT.id, true.into()), device_id]);
        directory().fork(NOW, &[laptop]).unwrap()
    }

    #[test]
    fn every_event_ends_what_it_should_and_nothing_else() {
        let later = NOW + Duration::from_secs(30);
        let by_key = Presented { by_password: false, by_other: true, ..token() };
        let both = Presented { by_other: true, ..token() };
        let compliant = Presented { is_for_compliant: true, ..token() };
        let elsewhere = Presented { bound_to: Some(IpAddr::from([192, 0, 2, 9])), ..token() };
        let here = Presented { bound_to: token().from, ..token() };
        let nobody = Presented { subject: Some(Id::from_u128(0xdead)), ..token() };
        let undated = Presented { issued: Time(i64::MIN), ..token() };
        let disabled = vec![Change::set(USER_ID, ACCOUNT_ENABLED, false)];
        let changed = vec![Change::set(USER_ID, LAST_PASSWORD_CHANGE_DATE_TIME, later)];
        let reset = [changed.clone(), vec![Change::set(USER_ID, TOKENS_VALID_FROM, later)]].concat();
        let removed = vec![Change::set(USER_ID, STRONG_CREDENTIALS_VALID_FROM, later)];
        let not_compliant = vec![Change::set(LAPTOP, IS_COMPLIANT, false)];
        let client_off = vec![Change::set(CLIENT, ACCOUNT_ENABLED, false)];
        let at_risk = crate::risk::confirm_compromised(&with_laptop(), USER_ID, later, Id::from_u128(0x900));
        let cases: &[(&str, Presented<'_>, Vec<Change>, Option<Ended>)] = &[
            ("nothing happened", token(), vec![], None),
            ("an account that never was", nobody, vec![], Some(Ended::Absent)),
            ("deleted", token(), vec![Change::Delete { id: USER_ID }], Some(Ended::Absent)),
            ("disabled", token(), disabled, Some(Ended::Absent)),
            ("revoked", token(), revoke(USER_ID, later), Some(Ended::Revoked)),
            ("revoked, proved by a key", by_key, revoke(USER_ID, later), Some(Ended::Revoked)),
            ("revoked before it was issued", token(), revoke(USER_ID, NOW - Duration::from_secs(9)), None),
            ("no time of issue", undated, revoke(USER_ID, NOW - Duration::from_secs(9)), Some(Ended::Revoked)),
            ("the password changed", token(), changed.clone(), Some(Ended::PasswordChanged)),
            ("the password changed, proved by a key", by_key, changed.clone(), None),
            ("the password changed, proved by both", both, changed, Some(Ended::PasswordChanged)),
            ("an administrator reset it, proved by a key", by_key, reset, Some(Ended::Revoked)),
            ("a key removed, proved by the password", token(), removed.clone(), None),
            ("a key removed, proved by a key", by_key, removed, Some(Ended::MethodRemoved)),
            ("the client disabled", token(), client_off, Some(Ended::ClientDisabled)),
            ("high risk", token(), at_risk, Some(Ended::AtRisk)),
            ("not compliant, and nobody asked for it", token(), not_compliant.clone(), None),
            ("not compliant any more", compliant, not_compliant, Some(Ended::NotCompliant)),
            ("compliant still", compliant, vec![], None),
            ("the device is gone", compliant, vec![Change::Delete { id: LAPTOP }], Some(Ended::NotCompliant)),
            ("from where it was issued", here, vec![], None),
            ("from elsewhere", elsewhere, vec![], Some(Ended::Moved)),
        ];
        for (what, token, changes, expect) in cases {
            let now = with_laptop().fork(later, changes).unwrap();
            assert_eq!(token.holder(&now).err(), *expect, "{what}");
        }
    }

    #[test]
    fn of_two_tokens_of_one_second_the_one_before_the_change_ends() {
        let changed = NOW + Duration::from_millis(300);
        let now = directory().fork(changed, &revoke(USER_ID, changed)).unwrap();
        for (millis, expect) in [(299, Some(Ended::Revoked)), (300, Some(Ended::Revoked)), (301, None)] {
            let issued = (NOW + Duration::from_millis(millis)).0.to_string();
            let claims = |name: &str| match name {
                "oid" => Some("00000000-0000-0000-0000-000000000005"),
                ISSUED_CLAIM => Some(issued.as_str()),
                _ => None,
            };
            let token = Presented::read(claims, ["pwd"].into_iter(), Some(NOW), None);
            let token = Presented { subject: Some(USER_ID), ..token };
            assert_eq!(token.holder(&now).err(), expect, "{millis} ms");
        }
    }

    #[test]
    fn a_workload_does_not_mind_what_happens_to_people() {
        let workload = Presented { subject: Some(CLIENT), by_password: false, ..token() };
        assert!(workload.holder(&directory()).is_ok());
        let off = directory().fork(NOW, &[Change::set(CLIENT, ACCOUNT_ENABLED, false)]).unwrap();
        assert_eq!(workload.holder(&off).err(), Some(Ended::Absent));
    }

    #[test]
    fn a_token_is_read_from_its_claims() {
        let claims = |name: &str| match name {
            "oid" => Some("00000000-0000-0000-0000-000000000005"),
            "appid" => Some("app"),
            ADDRESS_CLAIM => Some("192.0.2.1"),
            _ => None,
        };
        let read = Presented::read(claims, ["pwd", "mfa"].into_iter(), Some(NOW), None);
        assert_eq!((read.subject, read.client), (Some(Id::from_u128(5)), Some("app")));
        assert_eq!((read.by_password, read.by_other, read.is_for_compliant), (true, false, false));
        assert_eq!((read.bound_to, read.from), (Some(IpAddr::from([192, 0, 2, 1])), None));
    }

    #[test]
    fn who_understands_a_challenge_gets_a_long_token_where_a_policy_does_not_forbid_it() {
        let now = with_laptop();
        let mut evidence = Evidence::begin(USER_ID, Id::from_u128(1), Proof::of(Method::Password, NOW));
        evidence.device = Some(LAPTOP);
        let (cp1, none) = (vec!["CP1".to_owned()], Vec::new());
        let address = Some(IpAddr::from([192, 0, 2, 1]));
        let with = |mode| SessionControls { continuous_access_evaluation: mode, ..SessionControls::default() };
        let policy =
            |result: &str| vec![Record::new().with("result", result).with("enforcedGrantControls", [COMPLIANT_DEVICE])];
        let long = Some(CONTINUOUS_SECONDS_MIN - ACCESS_SECONDS_MIN + 5);
        let compliant = (COMPLIANT_CLAIM, "1".to_owned());
        let bound = (ADDRESS_CLAIM, "192.0.2.1".to_owned());
        for (capabilities, policies, mode, spread, claims) in [
            (&cp1, vec![], Cae::Standard, long, vec![]),
            (&none, vec![], Cae::Standard, None, vec![]),
            (&cp1, vec![], Cae::Disabled, None, vec![]),
            (&cp1, policy("success"), Cae::Standard, long, vec![compliant]),
            (&cp1, policy("reportOnlySuccess"), Cae::Standard, long, vec![]),
            (&cp1, vec![], Cae::StrictLocation, long, vec![bound]),
        ] {
            let session = with(mode);
            let found = terms(&now, &evidence, (capabilities, &policies, &session), address, 5);
            assert_eq!(found, Terms { spread, claims }, "{mode:?} {policies:?}");
        }
    }

    #[test]
    fn a_challenge_says_from_when_on_a_token_must_be() {
        let claims = Ended::Revoked.claims(Time::from_unix(1_604_106_651)).unwrap();
        assert_eq!(claims, r#"{"access_token":{"nbf":{"essential":true,"value":"1604106651"}}}"#);
        assert_eq!(Ended::ClientDisabled.claims(NOW), None);
    }
}
