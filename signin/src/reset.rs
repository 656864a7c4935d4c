//! Passwords that are reset: who may do it for themselves, with what, and who is told.
//!
//! The organisation says who may and how many methods they prove themselves with
//! (`authenticationMethodsPolicy/selfServicePasswordReset`, ours: Graph has no place for it). Administrators always prove
//! two, and can be left out altogether (`authorizationPolicy/allowedToUseSSPR`). What was proved for a reset opens nothing
//! else: the next sign-in asks for every factor anew.

use directory::{Change, Effect, Id, Object, Record, Refusal, Snapshot, Time};
use schema::authentication_methods_policy::{AUTHENTICATION_METHODS_POLICY, SELF_SERVICE_PASSWORD_RESET};
use schema::authorization_policy::{ALLOWED_TO_USE_SSPR, AUTHORIZATION_POLICY};
use schema::email_authentication_method::{EMAIL_ADDRESS, EMAIL_AUTHENTICATION_METHOD};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::user::{AUTHENTICATION_METHODS, ON_PREMISES_SYNC_ENABLED, PASSWORD_VERIFIER, USER};
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MEMBERS, PRINCIPAL_ID, ROLE_DEFINITION_ID, USER_PRINCIPAL_NAME};

use crate::evidence::Method;
use crate::methods_policy::{PolicyMethod, allowed, holds_role, reached};
use crate::notice::{SECURITY_NOTICE, addresses, security_notice};
use crate::one_time_code::is_mail_address;
use crate::registered::{owned, usable};

/// Who has not said otherwise lets people prove so many methods.
const GATES: i64 = 2;
/// So many Global Administrators are told of a reset at most.
const TOLD_MAX: usize = 20;
/// The directory role whose holders are told.
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
/// What proves somebody for a reset, as it is offered.
const METHODS: [Method; 3] = [Method::SoftwareOath, Method::RecoveryCode, Method::Email];

/// Somebody who may reset their own password.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resetting {
    /// How many methods they prove: an app (or a recovery code in its place), a mail.
    pub gates: usize,
    /// What they have to prove it with.
    pub methods: Vec<Method>,
}

impl Resetting {
    /// What still gets them on after these.
    #[must_use]
    pub fn offers(&self, proved: &[Method]) -> Vec<Method> {
        let is_new = |method: &&Method| !proved.iter().any(|known| gate(*known) == gate(**method));
        self.methods.iter().filter(is_new).copied().collect()
    }

    /// Whether these are enough.
    #[must_use]
    pub fn is_proved_by(&self, proved: &[Method]) -> bool {
        count(proved) >= self.gates
    }
}

/// Whether somebody may reset their own password, and with what; nothing for whoever may not, or cannot prove enough.
#[must_use]
pub fn resetting(now: &Snapshot, user: Id, at: Time) -> Option<Resetting> {
    let person = now.find_a(&USER, user)?;
    // Somebody without a password here has one elsewhere, or needs none.
    let is_ours = person.has(PASSWORD_VERIFIER.id) && person.get(ON_PREMISES_SYNC_ENABLED) != Some(true);
    if !person.is(ACCOUNT_ENABLED) || !is_ours {
        return None;
    }
    let gates = gates(now, user)?;
    let methods = reset_methods(now, user, at);
    (count(&methods) >= gates).then_some(Resetting { gates, methods })
}

/// How many methods somebody proves; nothing for whoever may not reset a password.
#[must_use]
pub fn gates(now: &Snapshot, user: Id) -> Option<usize> {
    let said = now.all(&AUTHENTICATION_METHODS_POLICY).find_map(|policy| policy.get(SELF_SERVICE_PASSWORD_RESET));
    if holds_role(now, user) {
        let is_off = now.all(&AUTHORIZATION_POLICY).any(|policy| policy.get(ALLOWED_TO_USE_SSPR) == Some(false));
        return (!is_off).then_some(2);
    }
    let Some(said) = said else { return usize::try_from(GATES).ok() };
    let is_meant = said.text("state") == Some("enabled") && reached(now, user, &said).is_some();
    let gates = said.int("numberOfMethodsRequired").unwrap_or(GATES).clamp(1, GATES);
    if is_meant { usize::try_from(gates).ok() } else { None }
}

/// What somebody has to prove themselves with for a reset.
#[must_use]
pub fn reset_methods(now: &Snapshot, user: Id, at: Time) -> Vec<Method> {
    let works = usable(now, user, at);
    let has_mail = email_method(now, user).is_some() && allowed(now, user, PolicyMethod::Email).is_some();
    let has = |method: &Method| match method {
        Method::Email => has_mail,
        other => works.iter().any(|registered| registered.method == *other),
    };
    METHODS.into_iter().filter(has).collect()
}

/// The address at which somebody resets a password.
#[must_use]
pub fn email_method(now: &Snapshot, user: Id) -> Option<&Object> {
    now.links(user, AUTHENTICATION_METHODS)
        .map(|link| link.object)
        .find(|object| now.is_a(object, &EMAIL_AUTHENTICATION_METHOD))
}

/// Change that address.
pub fn change_email(now: &Snapshot, user: Id, method: Id, address: &str) -> Result<Vec<Change>, Refusal> {
    let method = owned(now, user, method)?;
    let address = address.trim();
    if !is_mail_address(address) {
        return Err(Refusal::invalid("this is no mail address").at(EMAIL_ADDRESS.name));
    }
    Ok(vec![Change::set(method.id, EMAIL_ADDRESS, address)])
}

/// Who is told that a password was reset: its owner; and where an administrator did it or had it done to them, the Global
/// Administrators. `by` is whoever did it for somebody else.
#[must_use]
pub fn reset_notices(now: &Snapshot, user: &Object, by: Option<Id>, at: Time) -> Vec<Effect> {
    let mut told = security_notice(user, "Your password was reset", "The password was reset", at);
    let concerned = by.is_some() || holds_role(now, user.id);
    if !concerned {
        return told;
    }
    let name = |object: &Object| {
        let name = object.get(USER_PRINCIPAL_NAME).or_else(|| object.get(DISPLAY_NAME));
        name.unwrap_or_default().to_owned()
    };
    let whose = name(user);
    let who = match by.and_then(|by| now.find(by)) {
        Some(by) => format!("`{}`", name(by)),
        None => "its owner, through the reset page".to_owned(),
    };
    let moment = Time::from_unix(at.unix());
    let text = format!(
        "The password of {whose} was reset at {moment} by {who}.\n\nIf nobody among you knows why, end the account's sessions \
         and look at the audit log.\n"
    );
    let others = administrators(now).into_iter().filter(|admin| admin.id != user.id && Some(admin.id) != by);
    told.extend(others.filter_map(|admin| addresses(admin).first().copied()).map(|to| {
        let subject = format!("The password of {whose} was reset");
        let body = Record::new().with("to", to).with("subject", subject).with("text", text.as_str());
        Effect { topic: SECURITY_NOTICE, not_before: None, body }
    }));
    told
}

/// The Global Administrators, by themselves or through a group.
fn administrators(now: &Snapshot) -> Vec<&Object> {
    let ties = now.by(ROLE_DEFINITION_ID, GLOBAL_ADMINISTRATOR).filter(|tie| now.is_a(tie, &UNIFIED_ROLE_ASSIGNMENT));
    let holders = ties.filter_map(|tie| tie.get(PRINCIPAL_ID).and_then(directory::id_from_text));
    let mut found: Vec<&Object> = Vec::new();
    for holder in holders {
        let members = now.links(holder, MEMBERS).map(|link| link.object);
        let people = now.find(holder).into_iter().chain(members).filter(|object| now.is_a(object, &USER));
        for person in people.filter(|person| person.is(ACCOUNT_ENABLED)) {
            if found.len() < TOLD_MAX && !found.iter().any(|known| known.id == person.id) {
                found.push(person);
            }
        }
    }
    found
}

/// A recovery code stands in for the app and opens no second gate.
fn gate(method: Method) -> Method {
    if method == Method::RecoveryCode { Method::SoftwareOath } else { method }
}

fn count(methods: &[Method]) -> usize {
    let mut gates: Vec<Method> = Vec::new();
    for method in methods.iter().map(|method| gate(*method)) {
        if !gates.contains(&method) {
            gates.push(method);
        }
    }
    gates.len()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, create, directory};
    use crate::methods_policy::tests::{POLICY, with};
    use crate::{add_email, add_recovery_codes, add_software_oath};

    const APP: Id = Id::from_u128(0xb1);
    const MAIL_METHOD: Id = Id::from_u128(0xb2);
    const CODES: Id = Id::from_u128(0xb3);

    fn role(id: u128, holder: Id) -> Change {
        create(
            Id::from_u128(id),
            &UNIFIED_ROLE_ASSIGNMENT,
            vec![
                (PRINCIPAL_ID.id, holder.to_string().into()),
                (ROLE_DEFINITION_ID.id, GLOBAL_ADMINISTRATOR.into()),
                (schema::DIRECTORY_SCOPE_ID.id, "/".into()),
            ],
        )
    }

    /// Ada with a password and these methods.
    fn furnished(now: &Snapshot, methods: &[Method]) -> Snapshot {
        let mut now = now.fork(NOW, &[Change::set(USER_ID, PASSWORD_VERIFIER, "$verifier")]).unwrap();
        for method in methods {
            let changes = match method {
                Method::SoftwareOath => add_software_oath(&now, USER_ID, APP, "Phone", b"sealed", NOW),
                Method::RecoveryCode => add_recovery_codes(&now, USER_ID, CODES, &["aa".into()], NOW),
                _ => add_email(&now, USER_ID, MAIL_METHOD, "ada@home.example", NOW),
            };
            now = now.fork(NOW, &changes.unwrap()).unwrap();
        }
        now
    }

    fn policy(gates: i64, state: &str, include: &str) -> Record {
        let target = Record::new().with("id", include).with("targetType", "group");
        Record::new().with("state", state).with("numberOfMethodsRequired", gates).with("includeTargets", vec![target])
    }

    #[test]
    fn as_many_methods_as_the_organisation_says_open_a_reset() {
        use Method::{Email, RecoveryCode, SoftwareOath};
        let elsewhere = Id::from_u128(0xdead).to_string();
        for (said, methods, expect) in [
            (None, &[SoftwareOath, Email][..], Some(2)),
            (None, &[RecoveryCode, Email], Some(2)),
            (None, &[SoftwareOath, RecoveryCode], None),
            (None, &[Email], None),
            (Some(policy(1, "enabled", "all_users")), &[Email], Some(1)),
            (Some(policy(2, "enabled", "all_users")), &[Email], None),
            (Some(policy(1, "disabled", "all_users")), &[Email], None),
            (Some(policy(1, "enabled", &elsewhere)), &[Email, SoftwareOath], None),
            (Some(policy(1, "enabled", "all_users")), &[], None),
        ] {
            let now = furnished(&with(vec![]), methods);
            let changes: Vec<Change> =
                said.iter().map(|said| Change::set(POLICY, SELF_SERVICE_PASSWORD_RESET, said.clone())).collect();
            let now = now.fork(NOW, &changes).unwrap();
            let found = resetting(&now, USER_ID, NOW);
            assert_eq!(found.as_ref().map(|found| found.gates), expect, "{said:?} {methods:?}");
        }
    }

    #[test]
    fn a_recovery_code_and_an_app_are_one_gate() {
        let now = furnished(&directory(), &[Method::SoftwareOath, Method::RecoveryCode, Method::Email]);
        let ada = resetting(&now, USER_ID, NOW).unwrap();
        assert_eq!(ada.offers(&[]), METHODS);
        assert_eq!(ada.offers(&[Method::RecoveryCode]), [Method::Email]);
        for (proved, expect) in [
            (&[][..], false),
            (&[Method::Email], false),
            (&[Method::SoftwareOath, Method::RecoveryCode], false),
            (&[Method::RecoveryCode, Method::Email], true),
        ] {
            assert_eq!(ada.is_proved_by(proved), expect, "{proved:?}");
        }
    }

    #[test]
    fn administrators_prove_two_methods_and_can_be_left_out() {
        let one = with(vec![]);
        let one = one.fork(NOW, &[Change::set(POLICY, SELF_SERVICE_PASSWORD_RESET, policy(1, "enabled", "all_users"))]);
        let now = furnished(&one.unwrap(), &[Method::Email]).fork(NOW, &[role(0xe1, USER_ID)]).unwrap();
        assert_eq!(resetting(&now, USER_ID, NOW), None, "one method is not enough");
        let now = furnished(&now, &[Method::SoftwareOath]);
        assert_eq!(resetting(&now, USER_ID, NOW).map(|ada| ada.gates), Some(2));
        let off = create(Id::from_u128(0xe2), &AUTHORIZATION_POLICY, vec![(ALLOWED_TO_USE_SSPR.id, false.into())]);
        assert_eq!(resetting(&now.fork(NOW, &[off]).unwrap(), USER_ID, NOW), None);
    }

    #[test]
    fn whoever_is_disabled_or_has_their_password_elsewhere_resets_none_here() {
        let now = furnished(&directory(), &[Method::SoftwareOath, Method::Email]);
        assert!(resetting(&now, USER_ID, NOW).is_some());
        for change in [
            Change::set(USER_ID, ACCOUNT_ENABLED, false),
            Change::set(USER_ID, ON_PREMISES_SYNC_ENABLED, true),
            Change::clear(USER_ID, PASSWORD_VERIFIER),
        ] {
            assert_eq!(
                resetting(&now.fork(NOW, std::slice::from_ref(&change)).unwrap(), USER_ID, NOW),
                None,
                "{change:?}"
            );
        }
    }

    #[test]
    fn the_owner_is_told_and_other_administrators_where_one_is_concerned() {
        let admin = |id: u128, name: &str| {
            create(
                Id::from_u128(id),
                &USER,
                vec![
                    (ACCOUNT_ENABLED.id, true.into()),
                    (DISPLAY_NAME.id, name.into()),
                    (schema::MAIL_NICKNAME.id, name.into()),
                    (USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
                ],
            )
        };
        let (grace, edsger) = (Id::from_u128(0xf1), Id::from_u128(0xf2));
        let changes = [admin(0xf1, "grace"), admin(0xf2, "edsger"), role(0xf3, grace), role(0xf4, edsger)];
        let now = directory().fork(NOW, &changes).unwrap();
        let told = |user: Id, by: Option<Id>| -> Vec<String> {
            let effects = reset_notices(&now, now.find(user).unwrap(), by, NOW);
            effects.iter().filter_map(|effect| effect.body.text("to").map(str::to_owned)).collect()
        };
        assert_eq!(told(USER_ID, None), ["ada@xyz.example"]);
        assert_eq!(told(USER_ID, Some(grace)), ["ada@xyz.example", "edsger@xyz.example"]);
        assert_eq!(told(grace, None), ["grace@xyz.example", "edsger@xyz.example"]);
    }
}
