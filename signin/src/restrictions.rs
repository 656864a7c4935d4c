//! Restrictions that the application itself enforces (`applicationEnforcedRestrictions`): the token tells it that there are
//! some, and what is known of the device, and it shows less on one that nobody manages.
//!
//! Claims as Entra has them: `controls` with `app_res`, and `signin_state`. Deliberately absent: what the application does.

use directory::{Snapshot, Value};
use schema::device::{DEVICE, IS_COMPLIANT, IS_MANAGED, TRUST_TYPE};

use crate::verdict::SessionControls;
use crate::{Evidence, living_device};

/// The claims of a token under these session controls.
#[must_use]
pub fn restrictions(now: &Snapshot, evidence: &Evidence, session: &SessionControls) -> Vec<(&'static str, Value)> {
    if !session.app_enforced_restrictions {
        return Vec::new();
    }
    let device = living_device(now, evidence).and_then(|id| now.find_a(&DEVICE, id));
    let mut state: Vec<&str> = Vec::new();
    if let Some(device) = device {
        let is_joined = device.get(TRUST_TYPE).is_some_and(|trust| trust.eq_ignore_ascii_case("ServerAd"));
        let known =
            [(device.is(IS_MANAGED), "dvc_mngd"), (device.is(IS_COMPLIANT), "dvc_cmp"), (is_joined, "dvc_dmjd")];
        state.extend(known.into_iter().filter(|(holds, _)| *holds).map(|(_, word)| word));
    }
    vec![("controls", Value::from(["app_res"])), ("signin_state", Value::from(state))]
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::fixture::{NOW, USER_ID, directory};
    use crate::{Method, Proof};
    use directory::{Change, Id};

    #[test]
    fn an_application_learns_of_the_device_where_a_policy_restricts_what_is_shown() {
        let device = Id::from_u128(0xd1);
        let attributes = vec![
            (schema::DISPLAY_NAME.id, "laptop".into()),
            (schema::device::DEVICE_ID.id, device.to_string().into()),
            (schema::ACCOUNT_ENABLED.id, true.into()),
            (schema::OPERATING_SYSTEM.id, "Linux".into()),
            (schema::device::OPERATING_SYSTEM_VERSION.id, "13".into()),
            (IS_COMPLIANT.id, true.into()),
            (TRUST_TYPE.id, "ServerAd".into()),
        ];
        let now = directory().fork(NOW, &[Change::Create { id: device, kind: DEVICE.id(), attributes }]).unwrap();
        let with = |device| Evidence {
            device,
            ..Evidence::begin(USER_ID, Id::from_u128(5), Proof::of(Method::Password, NOW))
        };
        let ruled = SessionControls { app_enforced_restrictions: true, ..SessionControls::default() };
        assert_eq!(restrictions(&now, &with(Some(device)), &SessionControls::default()), []);
        let state = |device| {
            restrictions(&now, &with(device), &ruled).into_iter().find(|(name, _)| *name == "signin_state").unwrap().1
        };
        assert_eq!(state(Some(device)), Value::from(["dvc_cmp", "dvc_dmjd"]));
        assert_eq!(state(None), Value::List(vec![]));
    }
}
