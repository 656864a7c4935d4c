//! Windows Hello: an assertion that a person's key on this very device signed.

use directory::{Decision, Id};
use engine::Submission;
use keys::{Expect, PublicKey};
use schema::windows_hello_for_business_authentication_method::PUBLIC_KEY;
use schema::{ACCOUNT_ENABLED, USER_PRINCIPAL_NAME};
use signin::{Denial, Evidence, Method};

use super::take_nonce;
use crate::error::Problem;
use crate::prove;
use crate::request::Desk;

/// An assertion is good for at most so long: clients set its beginning five minutes back and its end five ahead.
const ASSERTION_SECONDS_MAX: i64 = 600;
/// What an assertion for any organisation names as its audience.
const COMMON: &str = "common";

/// Who signed the assertion: the owner of a key that was made on this device.
pub(super) async fn prove(desk: &Desk<'_>, device: Id, name: &str, assertion: &str) -> Result<Evidence, Problem> {
    let refused = |why: &dyn std::fmt::Display| Problem::new(50_013, format!("the assertion is refused: {why}"));
    let said = keys::peek(assertion).map_err(|why| refused(&why))?;
    let named = said.header().kid.as_deref().unwrap_or_default();
    let key = signin::hello_key(&desk.now, named).filter(|key| key.device == device);
    let key = key.ok_or_else(|| Problem::new(50_012, "the key is not registered for this device; set it up again"))?;
    let user = desk.now.find(key.user).ok_or_else(Denial::revoked)?;
    let is_own_name =
        |text: &str| user.get(USER_PRINCIPAL_NAME).is_some_and(|upn| upn.eq_ignore_ascii_case(text.trim()));
    let jwk = key.object.get(PUBLIC_KEY).unwrap_or_default();
    let public = PublicKey::from_registered(jwk.as_bytes()).map_err(|_| Problem::fault())?.with_kid(named);
    let tenant = desk.tenant.to_string();
    let audiences = [COMMON, tenant.as_str()];
    let expect = Expect { aud: &audiences, lifetime_seconds_max: Some(ASSERTION_SECONDS_MAX), ..Expect::at(desk.at) };
    let claims = keys::verify_assertion(&[public], assertion, &expect).map_err(|why| refused(&why))?;
    if !is_own_name(name) || !claims.text("iss").is_some_and(is_own_name) {
        return Err(refused(&"it speaks of another person than the key's owner"));
    }
    take_nonce(desk, claims.text("request_nonce"))?;
    if !user.is(ACCOUNT_ENABLED) {
        return Err(Denial::disabled_user().into());
    }
    let proof = signin::Proof::of(Method::WindowsHelloForBusiness, signin::evidence_time(user, desk.at));
    let evidence = Evidence::begin(user.id, keys::random_uuid(), proof);
    if let Some(used) = signin::hello_key_used(&key, desk.at) {
        let caller = prove::caller(desk, &evidence);
        let submission = Submission::proven(&caller, "Use Windows Hello for Business", move |_, _| {
            Ok(Decision::change(vec![used.clone()]))
        });
        desk.engine.submit(submission).await.map_err(|_| Problem::fault())?;
    }
    Ok(evidence)
}
