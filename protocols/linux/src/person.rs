//! The person whose token a client shows, verified for one of the services; and the device that they speak of.
//!
//! Whether Conditional Access lets them was asked when the token was issued.

use bytes::Bytes;
use devices::actions::{Outcome, OutcomeState, RemoteAction, pending};
use directory::{Actor, Caller, Decision, Id, Object, Record, Snapshot};
use engine::{Engine, Peer, PeerCertificates, Submission};
use http::Request;
use http::header::AUTHORIZATION;
use keys::{Claims, DPOP_PROOFS, Expect, Holder, HolderError, JwtError};
use schema::managed_device::{AZURE_AD_DEVICE_ID, MANAGED_DEVICE};
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, USER_ID};
use signin::Presented;

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
    /// Anybody else's is as if there were none.
    pub(crate) fn managed(&self, id: &str) -> Option<&Object> {
        let managed = self.now.find_a(&MANAGED_DEVICE, directory::id_from_text(id)?)?;
        let is_theirs = managed.get(USER_ID).and_then(directory::id_from_text) == Some(self.user);
        let here = self
            .device_id
            .as_deref()
            .is_none_or(|here| managed.get(AZURE_AD_DEVICE_ID).is_some_and(|known| known.eq_ignore_ascii_case(here)));
        let is_enabled = devices::device_of(&self.now, managed).is_some_and(|device| device.is(ACCOUNT_ENABLED));
        Some(managed).filter(|_| is_theirs && here && is_enabled)
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
        let by_dpop = credentials(request, "dpop");
        let token = by_dpop.or_else(|| credentials(request, "bearer")).ok_or_else(Problem::token)?;
        let said = keys::peek(token).map_err(|_| Problem::token())?;
        let tenant = said.text("tid").and_then(directory::id_from_text).ok_or_else(Problem::token)?;
        let engine = self.inner.tenants.get(tenant).ok_or_else(Problem::token)?;
        let issuer = format!("{}/{tenant}/v2.0", self.inner.settings.public_url);
        let audiences = [resource];
        let expect = Expect { typ: &["at+jwt"], iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
        let claims = self.inner.keys.verify_own(tenant, token, &expect).map_err(|why| match why {
            JwtError::Fault(fault) => fault.into(),
            _ => Problem::token(),
        })?;
        self.hold(request, &engine, (token, by_dpop.is_some(), &claims))?;
        if claims.text("idtyp") == Some("app") {
            return Err(Problem::token());
        }
        let now = engine.snapshot();
        let (amr, from) = (claims.texts("amr"), address(request));
        let presented = Presented::read(|name| claims.text(name), amr, claims.time("iat"), from);
        let holder = presented.holder(&now).map_err(|ended| Problem::ended(ended, engine.now()))?;
        if !now.is_a(holder, &USER) {
            return Err(Problem::token());
        }
        let user = holder.id;
        let caller = Caller {
            tenant,
            actor: Actor::User(user),
            client: None,
            scopes: claims.words("scp").map(str::to_owned).collect(),
            roles: Vec::new(),
            address: from,
            strong: claims.texts("amr").any(|method| method == "mfa"),
            correlation: correlation(request),
        };
        let device_id = claims.text("deviceid").map(str::to_owned);
        Ok(Person { engine, now, user, device_id, caller })
    }

    /// Whether the request shows what its token is bound to (RFC 9449 §7.1, RFC 8705 §3).
    fn hold(
        &self,
        request: &Request<Bytes>,
        engine: &Engine,
        (token, by_dpop, claims): (&str, bool, &Claims),
    ) -> Result<(), Problem> {
        let (keys, tenant, now) = (&self.inner.keys, engine.tenant(), engine.now());
        let mut proofs = request.headers().get_all("dpop").iter();
        let holder = Holder {
            now,
            by_dpop,
            proof: proofs.next().and_then(|proof| proof.to_str().ok()).filter(|_| proofs.next().is_none()),
            certificate: request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own),
            method: request.method().as_str(),
            uri: &format!("{}{}", self.inner.settings.public_url, request.uri().path()),
        };
        let refuse = |why: HolderError| Problem::not_held(&why, keys.dpop_nonce(tenant, now).ok());
        let Some(proof) = keys.verify_holder(tenant, token, claims, &holder).map_err(refuse)? else { return Ok(()) };
        match engine.tickets().put(DPOP_PROOFS, &proof.once, None, proof.until, &Record::new()) {
            Ok(true) => Ok(()),
            Ok(false) => Err(refuse(HolderError::Replayed)),
            Err(fault) => Err(fault.into()),
        }
    }
}

/// The token of an `Authorization` header of this scheme (RFC 6750 §2.1).
fn credentials<'r>(request: &'r Request<Bytes>, wanted: &str) -> Option<&'r str> {
    let header = request.headers().get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    scheme.eq_ignore_ascii_case(wanted).then_some(token.trim()).filter(|token| !token.is_empty())
}

fn address(request: &Request<Bytes>) -> Option<std::net::IpAddr> {
    request.extensions().get::<Peer>().map(|peer| peer.address)
}

/// The id by which the request is found again; the client's where it gives one.
fn correlation(request: &Request<Bytes>) -> Id {
    let given = request.headers().get("client-request-id").and_then(|id| id.to_str().ok());
    given.and_then(directory::id_from_text).unwrap_or_else(keys::random_uuid)
}
