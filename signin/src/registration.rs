//! What somebody has registered and what they can do with it, for the reports: worked out from the directory, kept nowhere.

use directory::{AttrId, Id, Object, Snapshot, Time, Value};
use schema::user_registration_details as details;
use schema::{DISPLAY_NAME, USER_PRINCIPAL_NAME};

use crate::evidence::{Factor, Method};
use crate::methods_policy::{holds_role, is_system_preferred};
use crate::registered::{registered, usable};
use crate::reset::{gates, reset_methods, resetting};

/// The features that a report counts, as Graph names them, and the attribute that says whether somebody has each.
pub const REGISTRATION_FEATURES: [(&str, directory::Attr<bool>); 5] = [
    ("ssprRegistered", details::IS_SSPR_REGISTERED),
    ("ssprEnabled", details::IS_SSPR_ENABLED),
    ("ssprCapable", details::IS_SSPR_CAPABLE),
    ("passwordlessCapable", details::IS_PASSWORDLESS_CAPABLE),
    ("mfaCapable", details::IS_MFA_CAPABLE),
];

/// What a user has registered, as the attributes of `userRegistrationDetails`.
#[must_use]
pub fn registration(now: &Snapshot, user: &Object, at: Time) -> Vec<(AttrId, Value)> {
    let works: Vec<Method> = usable(now, user.id, at).iter().map(|found| found.method).collect();
    let is_second = |method: &Method| matches!(method.factor(), Factor::Possession | Factor::Both);
    let is_lasting =
        |method: &Method| !matches!(method, Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse);
    let has = registered(now, user.id);
    let is_passwordless = |method: &Method| {
        matches!(method, Method::Fido2 | Method::WindowsHelloForBusiness | Method::X509CertificateMultiFactor)
    };
    let has_code = works.contains(&Method::SoftwareOath);
    let preferred = works.iter().copied().find(|method| is_second(method)).and_then(name);
    let is_sspr_registered = gates(now, user.id).is_some_and(|gates| can_prove(now, user.id, gates, at));
    let is_guest = user.get(schema::user::USER_TYPE).is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"));
    vec![
        (details::IS_ADMIN.id, holds_role(now, user.id).into()),
        (details::IS_MFA_CAPABLE.id, works.iter().any(|method| is_second(method) && is_lasting(method)).into()),
        (
            details::IS_MFA_REGISTERED.id,
            has.iter().any(|found| is_second(&found.method) && is_lasting(&found.method)).into(),
        ),
        (details::IS_PASSWORDLESS_CAPABLE.id, works.iter().any(is_passwordless).into()),
        (details::IS_SSPR_CAPABLE.id, resetting(now, user.id, at).is_some().into()),
        (details::IS_SSPR_ENABLED.id, gates(now, user.id).is_some().into()),
        (details::IS_SSPR_REGISTERED.id, is_sspr_registered.into()),
        (details::IS_SYSTEM_PREFERRED.id, is_system_preferred(now, user.id).into()),
        (details::LAST_UPDATED_DATE_TIME.id, Time::from_unix(at.unix()).into()),
        (details::METHODS_REGISTERED.id, methods_registered(now, user.id).into()),
        (details::SYSTEM_PREFERRED_METHODS.id, preferred.into_iter().collect::<Vec<&str>>().into()),
        (details::USER_DISPLAY_NAME.id, user.get(DISPLAY_NAME).unwrap_or_default().into()),
        (details::USER_PREFERRED_METHOD.id, if has_code { "oath" } else { "none" }.into()),
        (details::USER_PRINCIPAL_NAME.id, user.get(USER_PRINCIPAL_NAME).unwrap_or_default().into()),
        (details::USER_TYPE.id, if is_guest { "guest" } else { "member" }.into()),
    ]
}

/// The names of what somebody registered besides a password, each once.
#[must_use]
pub fn methods_registered(now: &Snapshot, user: Id) -> Vec<&'static str> {
    let mut names: Vec<&'static str> = Vec::new();
    for known in registered(now, user).iter().filter_map(|found| name(found.method)) {
        if !names.contains(&known) {
            names.push(known);
        }
    }
    names
}

fn can_prove(now: &Snapshot, user: Id, gates: usize, at: Time) -> bool {
    let methods = reset_methods(now, user, at);
    crate::Resetting { gates, methods: methods.clone() }.is_proved_by(&methods)
}

/// As Graph's reports name a method; nothing for a password.
fn name(method: Method) -> Option<&'static str> {
    match method {
        Method::Fido2 | Method::Fido2Touch => Some("passKeyDeviceBound"),
        Method::SoftwareOath => Some("softwareOneTimePasscode"),
        Method::HardwareOath => Some("hardwareOneTimePasscode"),
        Method::RecoveryCode => Some("recoveryCode"),
        Method::Email => Some("email"),
        Method::AuthenticatorPush => Some("microsoftAuthenticatorPush"),
        Method::TemporaryAccessPassOneTime | Method::TemporaryAccessPassMultiUse => Some("temporaryAccessPass"),
        Method::WindowsHelloForBusiness => Some("windowsHelloForBusiness"),
        Method::X509CertificateSingleFactor | Method::X509CertificateMultiFactor => Some("x509Certificate"),
        Method::Password | Method::FederatedSingleFactor | Method::FederatedMultiFactor => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use schema::user::PASSWORD_VERIFIER;

    use directory::Change;

    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::{add_email, add_software_oath};

    fn shown(now: &Snapshot) -> Object {
        let attributes = registration(now, now.find(USER_ID).unwrap(), NOW);
        Object::pack(USER_ID, details::USER_REGISTRATION_DETAILS.id(), 0, &attributes)
    }

    #[test]
    fn what_is_registered_is_what_is_told() {
        let now = directory();
        let nothing = shown(&now);
        for attribute in
            [details::IS_MFA_CAPABLE, details::IS_MFA_REGISTERED, details::IS_SSPR_CAPABLE, details::IS_ADMIN]
        {
            assert!(!nothing.is(attribute), "{}", attribute.name);
        }
        let now = now.fork(NOW, &[Change::set(USER_ID, PASSWORD_VERIFIER, "$verifier")]).unwrap();
        let app = add_software_oath(&now, USER_ID, Id::from_u128(0xb1), "Phone", b"sealed", NOW).unwrap();
        let now = now.fork(NOW, &app).unwrap();
        let one = shown(&now);
        assert!(one.is(details::IS_MFA_CAPABLE) && one.is(details::IS_MFA_REGISTERED));
        assert!(!one.is(details::IS_SSPR_REGISTERED) && one.is(details::IS_SSPR_ENABLED), "one method of two");
        let mail = add_email(&now, USER_ID, Id::from_u128(0xb2), "ada@home.example", NOW).unwrap();
        let now = now.fork(NOW, &mail).unwrap();
        let two = shown(&now);
        assert!(two.is(details::IS_SSPR_REGISTERED) && two.is(details::IS_SSPR_CAPABLE));
        let mut methods = methods_registered(&now, USER_ID);
        methods.sort_unstable();
        assert_eq!(methods, ["email", "softwareOneTimePasscode"]);
        assert_eq!(two.get(details::USER_PREFERRED_METHOD), Some("oath"));
    }
}
