//! Who manages streams: an application with a token for this resource, verified. A stream is seen only by the application
//! that made it.

use bearer::{Refusal, Resource, Shown};
use bytes::Bytes;
use directory::{Id, Object, Snapshot};
use engine::Engine;
use http::Request;
use schema::APP_ID;
use schema::shared_signals::{RECEIVER, SHARED_SIGNALS_STREAM};

use crate::problem::Problem;
use crate::{Inner, RESOURCE_APP_ID, resource};

/// The permission to make, change and delete one's own streams (CAEP interoperability profile §2.7).
pub const MANAGE: &str = "ssf.manage";
/// The permission to look at one's own streams, and to poll them.
pub const READ: &str = "ssf.read";

/// An application that may ask.
pub(crate) struct Receiver {
    /// Its service principal.
    pub id: Id,
    pub app_id: String,
}

impl Receiver {
    /// The application behind a request, if it may do what `need` names.
    pub(crate) fn of(
        inner: &Inner,
        engine: &Engine,
        request: &Request<Bytes>,
        need: &'static str,
    ) -> Result<Receiver, Problem> {
        let refused = || Problem::token("Bearer error=\"invalid_token\"".to_owned());
        let audience = resource(&inner.public_url);
        let audiences = [audience.as_str(), RESOURCE_APP_ID];
        let (tenants, keys, public_url) = (&inner.tenants, &inner.keys, inner.public_url.as_str());
        let resource = Resource { tenants, keys, public_url, audiences: &audiences };
        let verified = bearer::verify(&resource, &Shown::of(request)).map_err(|why| match why {
            Refusal::Absent => Problem::token("Bearer".to_owned()),
            Refusal::Fault(fault) => fault.into(),
            Refusal::NotHeld(why, _) => Problem::token(why.challenge()),
            Refusal::Unreadable | Refusal::Invalid(_) | Refusal::Ended(..) => refused(),
        })?;
        if verified.engine.tenant() != engine.tenant() {
            return Err(refused());
        }
        let client = verified.caller.client.and_then(|client| verified.now.find(client)).ok_or_else(refused)?;
        let claims = &verified.claims;
        let has = |word: &str| claims.texts("roles").chain(claims.words("scp")).any(|known| known == word);
        if !has(need) && !has(MANAGE) {
            return Err(Problem::scope(need));
        }
        Ok(Receiver { id: client.id, app_id: client.get(APP_ID).unwrap_or_default().to_owned() })
    }

    /// A stream of this receiver; those of others answer as if absent.
    pub(crate) fn stream<'n>(&self, now: &'n Snapshot, id: &str) -> Result<&'n Object, Problem> {
        let stream = directory::id_from_text(id).and_then(|id| now.find_a(&SHARED_SIGNALS_STREAM, id));
        stream.filter(|stream| stream.get(RECEIVER) == Some(self.id)).ok_or_else(Problem::not_found)
    }

    /// All of them, oldest first.
    pub(crate) fn streams<'n>(&self, now: &'n Snapshot) -> Vec<&'n Object> {
        let mine = now.by(RECEIVER, self.id).filter(|object| now.is_a(object, &SHARED_SIGNALS_STREAM));
        let mut mine: Vec<&Object> = mine.collect();
        mine.sort_by_key(|stream| stream.id);
        mine
    }
}
