//! `diagnostics/{id}`: logs that an administrator asked for. They are kept sealed, on a shelf that forgets them.

use agent_wire::ErrorCode;
use agent_wire::limits::DIAGNOSTICS_BYTES_MAX;
use bytes::Bytes;
use devices::diagnostics::{KEPT_FOR, SHELF, awaited, purpose, received};
use directory::{Decision, Record};
use engine::Submission;
use http::Request;

use crate::AgentProtocol;
use crate::problem::{Answer, Problem};
use crate::recovery_key::nothing;

/// What a gzip file begins with (RFC 1952 §2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

impl AgentProtocol {
    pub(crate) async fn diagnostics(&self, request: &Request<Bytes>, action: &str) -> Answer {
        let session = self.device(request)?;
        let archive = request.body();
        if archive.len() > DIAGNOSTICS_BYTES_MAX {
            let text = format!("the body is longer than its limit of {DIAGNOSTICS_BYTES_MAX} bytes");
            return Err(Problem::new(ErrorCode::TooLarge, text));
        }
        if !archive.starts_with(&GZIP) {
            return Err(Problem::bad("the body must be a gzip-compressed tar archive"));
        }
        let unawaited = |refusal: directory::Refusal| Problem::bad(refusal.message);
        let managed = session.managed().ok_or_else(Problem::token)?;
        let id = awaited(&session.now, managed, action).map_err(unawaited)?;
        let (engine, size) = (&session.engine, archive.len());
        let sealed = self.inner.keys.seal(engine.tenant(), &purpose(id), archive)?;
        let (tickets, until) = (engine.tickets(), engine.now() + KEPT_FOR);
        // A report whose answer was lost is made again: the newer archive stands.
        tickets.take(SHELF, id.as_bytes())?;
        tickets.put(SHELF, id.as_bytes(), Some(managed.id), until, &Record::new().with("archive", sealed))?;
        let keep = Submission::proven(&session.caller, "Receive device logs", move |now, call| {
            Ok(Decision::change(received(now, id, call.at, size)))
        });
        engine.submit(keep).await?;
        Ok(nothing())
    }
}
