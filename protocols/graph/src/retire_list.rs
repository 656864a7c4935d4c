//! `setScheduledRetireState`: an administrator's word on the list of devices to retire, handed to the room that keeps it. Whom "all
//! devices" means depends on who asks, which no room knows: those on the list that they see and may retire. What they may not know
//! of is neither decided nor named.

use directory::{Act, Verb};
use engine::{OwnedVerb, Submission, View};
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::managed_device::MANAGED_DEVICE;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::given::arguments;
use crate::resolve::Collection;
use crate::write::failed;

const NAME: &str = "setScheduledRetireState";

#[must_use]
pub fn takes(collection: &Collection, name: &str) -> bool {
    collection.kind.id() == DEVICE_COMPLIANCE_POLICY.id() && name.eq_ignore_ascii_case(NAME)
}

pub async fn answer(exchange: &Exchange, view: View) -> Result<Reply, Error> {
    let given = arguments(&exchange.members()?)?;
    let action = exchange.engine.action(&DEVICE_COMPLIANCE_POLICY, NAME, true).ok_or_else(|| Error::segment(NAME))?;
    let question = (OwnedVerb::Action(NAME.to_owned()), &DEVICE_COMPLIANCE_POLICY, None);
    let engine = exchange.engine.clone();
    let submission = Submission::asking(view.caller(), "Set scheduled retire state", question, move |now, call| {
        let (gate, retire) = (engine.gate(), Verb::Action("retire"));
        let given = devices::compliance::retire_list::meant(now, &given, |managed| {
            let act = Act { verb: retire, kind: &MANAGED_DEVICE, target: Some(managed), changes: &[] };
            gate.sees(now, call.caller, managed) && gate.allow(now, call.caller, &act).is_ok()
        });
        (action.decide)(now, call, None, &given)
    });
    exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(&DEVICE_COMPLIANCE_POLICY)))?;
    Ok(Reply::empty())
}
