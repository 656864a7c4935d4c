//! How threatened a device is, as the protection of a partner reports it (`partnerReportedThreatState`): by the partner's
//! application, never by a person. What follows from it is compliance's business.

use directory::{Actor, Call, Change, Check, Refusal, Snapshot};
use schema::managed_device::{MANAGED_DEVICE, PARTNER_REPORTED_THREAT_STATE};

pub(crate) const CHECK: Check = Check { kind: &MANAGED_DEVICE, complete: None, check: Some(check) };

fn check(_: &Snapshot, _: &Snapshot, call: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    let is_about = |change: &&Change| match change {
        Change::Set { attribute, .. } => *attribute == PARTNER_REPORTED_THREAT_STATE.id,
        Change::Create { attributes, .. } => attributes.iter().any(|(a, _)| *a == PARTNER_REPORTED_THREAT_STATE.id),
        Change::Delete { .. }
        | Change::Restore { .. }
        | Change::Purge { .. }
        | Change::Link { .. }
        | Change::Unlink { .. } => false,
    };
    let may = match call.caller.actor {
        Actor::App(_) | Actor::System | Actor::Reaction(_) => true,
        Actor::User(_) | Actor::Device(_) | Actor::Nobody => false,
    };
    if may || !changes.iter().any(|change| is_about(&change)) {
        return Ok(());
    }
    let text = "only the application of a threat protection reports how threatened a device is; nobody sets it by hand";
    Err(Refusal::denied(text).at(PARTNER_REPORTED_THREAT_STATE.name))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Caller, Fresh, Id, TenantId};

    use super::*;
    use crate::world::World;

    #[test]
    fn applications_report_threats_and_people_and_devices_do_not() {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        let id = Id::from_u128(5);
        let report = [Change::set(laptop, PARTNER_REPORTED_THREAT_STATE, "highSeverity")];
        for (actor, may) in [
            (Actor::App(id), true),
            (Actor::System, true),
            (Actor::User(ann), false),
            (Actor::Device(id), false),
            (Actor::Nobody, false),
        ] {
            let caller = Caller { actor, ..Caller::system(TenantId::nil()) };
            let call = Call { caller: &caller, at: w.at, fresh: Fresh::new(1) };
            let said = check(&w.now, &w.now, &call, &report);
            assert_eq!(said.is_ok(), may, "{said:?}");
            assert_eq!(check(&w.now, &w.now, &call, &[]), Ok(()));
        }
        let state = |w: &World| w.get(laptop).get(schema::managed_device::COMPLIANCE_STATE).map(str::to_owned);
        let before = state(&w);
        w.done(report.to_vec());
        assert_eq!((w.get(laptop).get(PARTNER_REPORTED_THREAT_STATE), state(&w)), (Some("highSeverity"), before));
    }
}
