//! What somebody has registered to sign in with, what of it lets in right now, and what of that gets them further.

use directory::{Change, Id, Object, Refusal, Snapshot, Time};
use schema::DISPLAY_NAME;
use schema::authentication_method::{IS_USABLE_ONCE, LAST_USED_DATE_TIME};
use schema::authentication_method::{PASSWORD_AUTHENTICATION_METHOD, TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD};
use schema::email_authentication_method::{EMAIL_ADDRESS, EMAIL_AUTHENTICATION_METHOD};
use schema::fido2_authentication_method::FIDO2_AUTHENTICATION_METHOD;
use schema::recovery_codes_authentication_method::{RECOVERY_CODES_AUTHENTICATION_METHOD, REMAINING_CODES};
use schema::software_oath_authentication_method::SOFTWARE_OATH_AUTHENTICATION_METHOD;
use schema::user::{AUTHENTICATION_METHODS, PASSWORD_VERIFIER};
use schema::windows_hello_for_business_authentication_method::WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD;

use crate::evidence::{Evidence, Factor, Method};
use crate::methods_policy::{PolicyMethod, allowed, is_system_preferred, signs_in_by_email};
use crate::passkey;
use crate::push;
use crate::verdict::Need;

/// The time of the last use is written down again when the last one is this many days old.
const LAST_USED_DAYS: i64 = 1;
/// A name for a method has at most so many characters.
pub const METHOD_NAME_MAX: usize = 30;

/// A method that somebody registered.
#[derive(Clone, Copy, Debug)]
pub struct Registered<'a> {
    pub method: Method,
    /// The object beneath the user, or the device on which they approve; absent for a password, which stands with the user.
    pub object: Option<&'a Object>,
}

impl Registered<'_> {
    /// What its owner calls it, where they gave it a name.
    #[must_use]
    pub fn name(&self) -> Option<&str> {
        let object = self.object?;
        object.get(DISPLAY_NAME).or_else(|| object.get(EMAIL_ADDRESS))
    }
}

/// Everything that somebody registered, the strongest first.
#[must_use]
pub fn registered(now: &Snapshot, user: Id) -> Vec<Registered<'_>> {
    let password = now.find(user).filter(|user| user.has(PASSWORD_VERIFIER.id));
    let mut found: Vec<Registered<'_>> =
        password.map(|_| Registered { method: Method::Password, object: None }).into_iter().collect();
    let objects = now.links(user, AUTHENTICATION_METHODS).map(|link| link.object);
    found.extend(
        objects.filter_map(|object| Some(Registered { method: method_of(now, object)?, object: Some(object) })),
    );
    // An enrolled device is registered by being enrolled.
    found.extend(
        push::approval_devices(now, user)
            .first()
            .map(|device| Registered { method: Method::AuthenticatorPush, object: Some(device) }),
    );
    found.sort_by_key(|registered| rank(registered.method));
    found
}

/// Those that let in at a moment: the policy allows them, and they are neither expired nor used up.
#[must_use]
pub fn usable(now: &Snapshot, user: Id, at: Time) -> Vec<Registered<'_>> {
    let is_allowed = |method| PolicyMethod::of(method).is_none_or(|governed| allowed(now, user, governed).is_some());
    let works = |registered: &Registered<'_>| match (registered.method, registered.object) {
        (Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse, Some(pass)) => {
            crate::usability(pass, at) == crate::Usability::Usable
        }
        (Method::RecoveryCode, Some(codes)) => codes.get(REMAINING_CODES).unwrap_or(0) > 0,
        (Method::Fido2 | Method::Fido2Touch, Some(key)) => passkey::is_admitted(now, user, key),
        // It signs on its own device, and not where a page asks.
        (Method::WindowsHelloForBusiness, _) => false,
        // An address at which a password is reset is no way in by itself.
        (Method::Email, _) => false,
        (Method::AuthenticatorPush, _) => push::approval_rules(now, user).is_some(),
        _ => true,
    };
    let mut found = registered(now, user);
    found.retain(|registered| is_allowed(registered.method) && works(registered));
    if now.find(user).is_some_and(|user| signs_in_by_email(now, user)) {
        found.push(Registered { method: Method::Email, object: None });
    }
    found
}

/// The methods with which somebody gets on who must still meet `need`, the strongest first (`systemCredentialPreferences`;
/// otherwise as they were registered). Each method once.
#[must_use]
pub fn offers(now: &Snapshot, evidence: &Evidence, need: &Need, at: Time) -> Vec<Method> {
    let usable = usable(now, evidence.user, at);
    let gets_on = |method: Method| match need {
        Need::Mfa => completes_two_factors(evidence, method),
        Need::Strength { combinations, .. } => {
            combinations.iter().any(|combination| reaches(evidence, &usable, combination, method))
        }
        Need::SignInAgain => method.factor() != Factor::Possession,
        Need::PasswordChange | Need::TermsOfUse(_) => false,
    };
    let mut offered: Vec<Method> = Vec::new();
    for registered in &usable {
        if gets_on(registered.method) && !offered.contains(&registered.method) {
            offered.push(registered.method);
        }
    }
    if !is_system_preferred(now, evidence.user) {
        let kept: Vec<Method> =
            now.links(evidence.user, AUTHENTICATION_METHODS).filter_map(|link| method_of(now, link.object)).collect();
        offered.sort_by_key(|method| kept.iter().position(|known| known == method).unwrap_or(usize::MAX));
    }
    offered
}

/// Whether somebody can give a second factor at all, whatever else they are asked for.
#[must_use]
pub fn has_second_factor(now: &Snapshot, user: Id, at: Time) -> bool {
    usable(now, user, at)
        .iter()
        .any(|registered| matches!(registered.method.factor(), Factor::Possession | Factor::Both))
}

/// Take a method away from its owner.
pub fn remove_method(now: &Snapshot, user: Id, method: Id) -> Result<Vec<Change>, Refusal> {
    let object = owned(now, user, method)?;
    if now.is_a(object, &PASSWORD_AUTHENTICATION_METHOD) {
        return Err(Refusal::invalid("a password cannot be removed; change it instead"));
    }
    Ok(vec![Change::Delete { id: object.id }])
}

/// Call a passkey or an app something else.
pub fn rename_method(now: &Snapshot, user: Id, method: Id, name: &str) -> Result<Vec<Change>, Refusal> {
    let object = owned(now, user, method)?;
    let has_name = now.kind_of(object).all_attributes().any(|attribute| attribute.id == DISPLAY_NAME.id);
    if !has_name {
        return Err(Refusal::invalid("this method has no name that can be changed").at("displayName"));
    }
    Ok(vec![Change::set(object.id, DISPLAY_NAME, method_name(name)?)])
}

/// A name as it is kept.
pub(crate) fn method_name(name: &str) -> Result<&str, Refusal> {
    let name = name.trim();
    if name.is_empty() || name.chars().count() > METHOD_NAME_MAX {
        return Err(Refusal::invalid(format!("must have from 1 to {METHOD_NAME_MAX} characters")).at("displayName"));
    }
    Ok(name)
}

/// A method, if it is this person's.
pub(crate) fn owned(now: &Snapshot, user: Id, method: Id) -> Result<&Object, Refusal> {
    let mut mine = now.links(user, AUTHENTICATION_METHODS).map(|link| link.object);
    mine.find(|object| object.id == method).ok_or_else(|| Refusal::not_found(method))
}

/// The change that notes a use, where the last one noted is long enough ago.
pub(crate) fn note_use(object: &Object, at: Time) -> Option<Change> {
    let is_news = object.get(LAST_USED_DATE_TIME).is_none_or(|last| last.plus_days(LAST_USED_DAYS) <= at);
    is_news.then(|| Change::set(object.id, LAST_USED_DATE_TIME, at))
}

/// What an object beneath a user proves.
fn method_of(now: &Snapshot, object: &Object) -> Option<Method> {
    let is = |kind| now.is_a(object, kind);
    if is(&TEMPORARY_ACCESS_PASS_AUTHENTICATION_METHOD) {
        let is_once = object.is(IS_USABLE_ONCE);
        return Some(if is_once { Method::TemporaryAccessPassOneTime } else { Method::TemporaryAccessPassMultiUse });
    }
    let kinds = [
        (&FIDO2_AUTHENTICATION_METHOD, Method::Fido2),
        (&SOFTWARE_OATH_AUTHENTICATION_METHOD, Method::SoftwareOath),
        (&RECOVERY_CODES_AUTHENTICATION_METHOD, Method::RecoveryCode),
        (&EMAIL_AUTHENTICATION_METHOD, Method::Email),
        (&WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD, Method::WindowsHelloForBusiness),
    ];
    kinds.into_iter().find(|(kind, _)| is(kind)).map(|(_, method)| method)
}

/// The order of preference, as Entra's system-preferred authentication has it; what we add stands last.
fn rank(method: Method) -> usize {
    const ORDER: [Method; 15] = [
        Method::TemporaryAccessPassOneTime,
        Method::TemporaryAccessPassMultiUse,
        Method::WindowsHelloForBusiness,
        Method::Fido2,
        Method::Fido2Touch,
        Method::X509CertificateMultiFactor,
        Method::FederatedMultiFactor,
        Method::AuthenticatorPush,
        Method::X509CertificateSingleFactor,
        Method::SoftwareOath,
        Method::HardwareOath,
        Method::FederatedSingleFactor,
        Method::Password,
        Method::RecoveryCode,
        Method::Email,
    ];
    ORDER.iter().position(|known| *known == method).unwrap_or(ORDER.len())
}

/// Whether one more proof of this method makes two factors.
fn completes_two_factors(evidence: &Evidence, method: Method) -> bool {
    let has = |factor| evidence.proofs.iter().any(|proof| proof.method.factor() == factor);
    match method.factor() {
        Factor::Both => true,
        Factor::Possession => has(Factor::Knowledge),
        Factor::Knowledge => has(Factor::Possession),
        Factor::Neither => false,
    }
}

/// Whether a method is part of a combination whose other parts are proved already or can be proved next.
fn reaches(evidence: &Evidence, usable: &[Registered<'_>], combination: &[String], method: Method) -> bool {
    let is_part = combination.iter().any(|mode| mode == method.mode());
    let can = |mode: &String| {
        evidence.proofs.iter().any(|proof| proof.method.mode() == mode)
            || usable.iter().any(|registered| registered.method.mode() == mode)
    };
    is_part && combination.iter().all(can)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::evidence::Proof;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::methods_policy::tests::{POLICY, with};
    use crate::{NewPass, NewPasskey, add_passkey, add_recovery_codes, add_software_oath, create_pass};
    use schema::authentication_methods_policy::AUTHENTICATION_METHOD_CONFIGURATIONS;

    const KEY: Id = Id::from_u128(0xc1);
    const APP: Id = Id::from_u128(0xc2);
    const CODES: Id = Id::from_u128(0xc3);
    const PASS: Id = Id::from_u128(0xc4);

    fn furnished(now: &Snapshot) -> Snapshot {
        let mut now = now.fork(NOW, &[Change::set(USER_ID, PASSWORD_VERIFIER, "$phc")]).unwrap();
        type Step = fn(&Snapshot) -> Result<Vec<Change>, Refusal>;
        let steps: [Step; 4] = [
            |now| add_software_oath(now, USER_ID, APP, "Phone", b"sealed", NOW),
            |now| add_recovery_codes(now, USER_ID, CODES, &["aa".into()], NOW),
            |now| add_passkey(now, USER_ID, KEY, &NewPasskey::example("Key"), NOW),
            |now| create_pass(now, USER_ID, PASS, b"verifier", NewPass::default(), NOW),
        ];
        for step in steps {
            now = now.fork(NOW, &step(&now).unwrap()).unwrap();
        }
        now
    }

    fn proved(methods: &[Method]) -> Evidence {
        let proofs: Vec<Proof> = methods.iter().map(|method| Proof::of(*method, NOW)).collect();
        Evidence { proofs, ..Evidence::begin(USER_ID, Id::nil(), Proof::of(Method::Password, NOW)) }
    }

    fn strength(combinations: &[&[&str]]) -> Need {
        let combinations = combinations.iter().map(|c| c.iter().map(|m| (*m).to_owned()).collect()).collect();
        Need::Strength { id: Id::nil(), name: "Strong".into(), combinations }
    }

    #[test]
    fn what_is_offered_gets_further_and_the_strongest_comes_first() {
        use Method as M;
        let now = furnished(&directory());
        for (proofs, need, expect) in [
            (
                &[M::Password][..],
                Need::Mfa,
                &[M::TemporaryAccessPassMultiUse, M::Fido2, M::SoftwareOath, M::RecoveryCode][..],
            ),
            (&[M::Email], Need::Mfa, &[M::TemporaryAccessPassMultiUse, M::Fido2]),
            (&[M::Password], strength(&[&["fido2"], &["windowsHelloForBusiness"]]), &[M::Fido2]),
            (&[M::Password], strength(&[&["password", "softwareOath"]]), &[M::SoftwareOath, M::Password]),
            (&[M::Fido2], strength(&[&["password", "softwareOath"]]), &[M::SoftwareOath, M::Password]),
            (&[M::Password], strength(&[&["x509CertificateMultiFactor"]]), &[]),
            (&[M::Password], strength(&[&["password", "hardwareOath"]]), &[]),
            (&[M::Password], Need::SignInAgain, &[M::TemporaryAccessPassMultiUse, M::Fido2, M::Password]),
        ] {
            assert_eq!(offers(&now, &proved(proofs), &need, NOW), expect, "{proofs:?} {need:?}");
        }
    }

    #[test]
    fn what_the_policy_took_away_is_offered_no_more() {
        let off = |method: PolicyMethod| method.default_configuration().with("state", "disabled");
        let now = furnished(&with(vec![]));
        let switched_off = vec![off(PolicyMethod::SoftwareOath), off(PolicyMethod::TemporaryAccessPass)];
        let now = now.fork(NOW, &[Change::set(POLICY, AUTHENTICATION_METHOD_CONFIGURATIONS, switched_off)]).unwrap();
        assert_eq!(registered(&now, USER_ID).len(), 5);
        assert_eq!(offers(&now, &proved(&[Method::Password]), &Need::Mfa, NOW), [Method::Fido2]);
        assert!(has_second_factor(&now, USER_ID, NOW));
        assert!(!has_second_factor(&directory(), USER_ID, NOW));
    }

    #[test]
    fn what_is_over_or_used_up_is_offered_no_more() {
        let now = furnished(&directory());
        let tomorrow = NOW.plus_days(1);
        assert!(
            !offers(&now, &proved(&[Method::Password]), &Need::Mfa, tomorrow)
                .contains(&Method::TemporaryAccessPassMultiUse)
        );
        let used = crate::use_recovery_code(&now, USER_ID, "aa", NOW).unwrap();
        let now = now.fork(NOW, &used).unwrap();
        assert!(!offers(&now, &proved(&[Method::Password]), &Need::Mfa, NOW).contains(&Method::RecoveryCode));
    }

    #[test]
    fn methods_are_renamed_and_removed_by_their_owner_only() {
        let now = furnished(&directory());
        let other = Id::from_u128(0xdead);
        assert!(remove_method(&now, other, KEY).is_err() && rename_method(&now, other, KEY, "Mine").is_err());
        for (id, name, expect) in
            [(KEY, "Blue key", true), (APP, "Old phone", true), (CODES, "x", false), (KEY, " ", false)]
        {
            assert_eq!(rename_method(&now, USER_ID, id, name).is_ok(), expect, "{name}");
        }
        assert!(rename_method(&now, USER_ID, KEY, &"n".repeat(METHOD_NAME_MAX + 1)).is_err());
        let now = now.fork(NOW, &remove_method(&now, USER_ID, KEY).unwrap()).unwrap();
        assert!(now.find(KEY).is_none());
    }
}
