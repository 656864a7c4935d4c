//! The person whose token a client shows, verified for one of the services; and the device that they speak of.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use bearer::{Resource, Shown};
use bytes::Bytes;
use devices::actions::{Outcome, OutcomeState, RemoteAction, pending};
use directory::{Caller, Decision, Id, Object, Snapshot};
use engine::{Engine, Submission};
use http::Request;
use schema::managed_device::{AZURE_AD_DEVICE_ID, MANAGED_DEVICE};
use schema::{ACCOUNT_ENABLED, USER_ID};

use crate::LinuxProtocol;
use crate::problem::Problem;

/// A person with a good token.
pub(crate) struct Person {
    pub(crate) engine: Engine,
    pub(crate) now: Snapshot,
    pub(crate) user: Id,
    /// The device that they signed in on, where it has joined.
    pub(crate) device_id: Option<String>,
    pub(crate) caller: Caller,
}

impl Person {
    /// The managed device of this id, if it is this person's and, where the token says on which device they are, that one.
    /// Anybody else's is as if there were none; so is one for which our agent speaks, as root: a person's word is less.
    pub(crate) fn managed(&self, id: &str) -> Option<&Object> {
        let managed = self.now.find_a(&MANAGED_DEVICE, directory::id_from_text(id)?)?;
        let is_theirs = managed.get(USER_ID).and_then(directory::id_from_text) == Some(self.user);
        let here = self
            .device_id
            .as_deref()
            .is_none_or(|here| managed.get(AZURE_AD_DEVICE_ID).is_some_and(|known| known.eq_ignore_ascii_case(here)));
        let is_enabled = devices::device_of(&self.now, managed).is_some_and(|device| device.is(ACCOUNT_ENABLED));
        Some(managed).filter(|_| is_theirs && here && is_enabled && !devices::facts::has_agent(managed))
    }

    /// Let what was asked of the device end as far as this wire can carry it. True: the device is not managed any more.
    ///
    /// A retired device is told by not being known any more; it has nothing of ours besides.
    pub(crate) async fn carry_out(&mut self, managed: Id, has_reported: bool) -> Result<bool, Problem> {
        let outcomes = move |managed: &Object| -> Vec<Outcome> {
            pending(managed)
                .into_iter()
                .filter_map(|waiting| {
                    let detail = || Some("the client of this device cannot be asked for it".to_owned());
                    let (state, detail) = match waiting.action {
                        RemoteAction::Retire => (OutcomeState::Done, None),
                        RemoteAction::SyncDevice if has_reported => (OutcomeState::Done, None),
                        RemoteAction::SyncDevice => return None,
                        RemoteAction::RemoteLock
                        | RemoteAction::RebootNow
                        | RemoteAction::ShutDown
                        | RemoteAction::SetDeviceName
                        | RemoteAction::LocateDevice
                        | RemoteAction::RotateRecoveryKey
                        | RemoteAction::CollectDiagnostics
                        | RemoteAction::RunRemediation
                        | RemoteAction::Wipe => (OutcomeState::NotSupported, detail()),
                    };
                    Some(Outcome { id: waiting.id, state, detail })
                })
                .collect()
        };
        let is_idle = self.now.find(managed).is_none_or(|managed| outcomes(managed).is_empty());
        if is_idle {
            return Ok(false);
        }
        let end = Submission::proven(&self.caller, "Action on device ended", move |now, call| {
            let Some(managed) = now.find_a(&MANAGED_DEVICE, managed) else { return Ok(Decision::default()) };
            Ok(Decision::change(devices::actions::finished(now, managed, call.at, &outcomes(managed))))
        });
        self.engine.submit(end).await?;
        self.refresh().await;
        Ok(self.now.find(managed).is_none())
    }

    /// Look at the directory again, once everything that follows has followed.
    pub(crate) async fn refresh(&mut self) {
        self.engine.settled().await;
        self.now = self.engine.snapshot();
    }
}

impl LinuxProtocol {
    /// The person, by a token for this resource.
    pub(crate) fn person(&self, request: &Request<Bytes>, resource: &str) -> Result<Person, Problem> {
        let (tenants, keys, public_url) =
            (&self.inner.tenants, &self.inner.keys, self.inner.settings.public_url.as_str());
        let resource = Resource { tenants, keys, public_url, audiences: &[resource] };
        let verified = bearer::verify(&resource, &Shown::of(request))?;
        let user = verified.user().ok_or_else(Problem::token)?;
        let device_id = verified.claims.text("deviceid").map(str::to_owned);
        Ok(Person { engine: verified.engine, now: verified.now, user, device_id, caller: verified.caller })
    }
}
