//! `join` with a join token in the place of a person's: `{tenant}.{secret}`, which no access token looks like (RFC 7519 has
//! two dots).

use agent_wire::limits::SMALL_BODY_BYTES_MAX;
use agent_wire::{JoinRequest, JoinType};
use bytes::Bytes;
use devices::unattended::{TOKEN_PURPOSE, Unattended};
use directory::{Actor, Caller};
use engine::Submission;
use http::Request;

use crate::AgentProtocol;
use crate::join::{about, p256_key, refused};
use crate::person::{address, correlation};
use crate::problem::{Answer, Problem, read};

impl AgentProtocol {
    pub(crate) async fn join_unattended(&self, request: &Request<Bytes>, token: &str) -> Answer {
        let tenant = token.split_once('.').and_then(|(tenant, _)| directory::id_from_text(tenant));
        let engine = tenant.and_then(|tenant| self.inner.tenants.get(tenant)).ok_or_else(Problem::token)?;
        let asked: JoinRequest = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        asked.within_limits()?;
        if asked.join_type != JoinType::Join {
            return Err(Problem::bad(
                "a device that joins with a join token is the organisation's; leave `register` out",
            ));
        }
        let key = p256_key(&asked.csr)?;
        let hash = self.inner.keys.hash_secret(engine.tenant(), TOKEN_PURPOSE, token)?;
        let csr = asked.csr.clone();
        let join = Unattended {
            token_hash: keys::base64url::encode(hash),
            key_thumbprint: key.thumbprint(),
            about: about(asked),
        };
        let nobody = Caller {
            actor: Actor::Nobody,
            address: address(request),
            correlation: correlation(request),
            ..Caller::system(engine.tenant())
        };
        let submission = Submission::proven(&nobody, "Join device unattended", move |now, call| {
            devices::unattended::join(now, call, &join)
        });
        let done = engine.submit(submission).await.map_err(refused)?;
        self.joined(&engine, &csr, done.answer.as_ref(), None, JoinType::Join)
    }
}

/// The join token of a request, if it shows one.
pub(crate) fn join_token(request: &Request<Bytes>) -> Option<&str> {
    crate::person::bearer(request).filter(|token| token.matches('.').count() == 1)
}
