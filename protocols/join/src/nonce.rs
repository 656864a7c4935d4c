//! The nonce service: what makes a request to register a device fresh, where its client wants that.

use http::StatusCode;
use serde_json::json;

use crate::Join;
use crate::problem::{Answer, json as answer};

impl Join {
    pub(crate) fn nonce(&self, tenant: &str) -> Answer {
        let engine = self.tenant(Some(tenant))?;
        let nonce = self.inner.keys.nonce(engine.tenant(), engine.now())?;
        Ok(answer(StatusCode::OK, &json!({ "Value": nonce })))
    }
}
