//! Who manages streams: an application with a token for this resource, verified. A stream is seen only by the application
//! that made it.

use bytes::Bytes;
use directory::{Id, Object, Snapshot};
use engine::{Engine, PeerCertificates};
use http::Request;
use http::header::AUTHORIZATION;
use keys::{Bound, Expect};
use schema::shared_signals::{RECEIVER, SHARED_SIGNALS_STREAM};
use schema::{APP_ID, service_principal::SERVICE_PRINCIPAL};
use signin::Presented;

use crate::problem::Problem;
use crate::{Inner, RESOURCE_APP_ID, resource};

/// The permission to make, change and delete one's own streams (CAEP interoperability profile §2.7).
pub const MANAGE: &str = "ssf.manage";
/// The permission to look at one's own streams, and to poll them.
pub const READ: &str = "ssf.read";
/// `typ` of access tokens (RFC 9068 §2.1).
const ACCESS_TYP: &str = "at+jwt";

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
        let header = request.headers().get(AUTHORIZATION).and_then(|value| value.to_str().ok());
        let (scheme, token) =
            header.and_then(|header| header.split_once(' ')).ok_or_else(|| Problem::token("Bearer".into()))?;
        if !scheme.eq_ignore_ascii_case("bearer") {
            return Err(Problem::token("Bearer".into()));
        }
        let (issuer, audience) = (inner.issuer(engine), resource(&inner.public_url));
        let audiences = [audience.as_str(), RESOURCE_APP_ID];
        let expect = Expect { typ: &[ACCESS_TYP], iss: Some(&issuer), aud: &audiences, ..Expect::at(engine.now()) };
        let claims = inner.keys.verify_own(engine.tenant(), token.trim(), &expect).map_err(|_| refused())?;
        let certificate = request.extensions().get::<PeerCertificates>().and_then(PeerCertificates::own);
        if claims.bound() != Bound::Bearer && !claims.bound().is_certificate(certificate) {
            return Err(refused());
        }
        if let Some(uti) = claims.text("uti").and_then(directory::id_from_text)
            && engine.tickets().get(signin::REVOKED_TOKENS, uti.as_bytes())?.is_some()
        {
            return Err(refused());
        }
        let now = engine.snapshot();
        let address = request.extensions().get::<engine::Peer>().map(|peer| peer.address);
        let presented = Presented::read(|name| claims.text(name), claims.texts("amr"), claims.time("iat"), address);
        presented.holder(&now).map_err(|_| refused())?;
        let client =
            presented.client.and_then(|app| now.find_by(&SERVICE_PRINCIPAL, APP_ID, app)).ok_or_else(refused)?;
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
