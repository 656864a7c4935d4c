//! Which protocol answers a path. Nothing else is decided here.

use bytes::Bytes;
use engine::{Body, Tenants, full};
use http::request::Parts;
use http::{Method, Request, Response, StatusCode, header};

/// The protocols of this server.
pub struct Dispatch {
    pub tenants: Tenants,
    pub graph: graph::Graph,
    pub oidc: oidc::Oidc,
    pub agent: agent_protocol::AgentProtocol,
    pub join: join::Join,
    pub linux: linux_protocol::LinuxProtocol,
    pub ssf: ssf::Ssf,
}

impl Dispatch {
    pub async fn answer(&self, request: Request<Bytes>) -> Response<Body> {
        let path = request.uri().path();
        if path == "/healthz" && request.method() == Method::GET {
            return self.health();
        }
        if let Some(response) = crate::web::answer(&request) {
            return response;
        }
        if ssf::Ssf::serves(path) {
            return self.ssf.answer(request).await;
        }
        if join::Join::serves(path) {
            return self.join.answer(request).await;
        }
        let first = path.trim_start_matches('/').split('/').next().unwrap_or("");
        match first.to_ascii_lowercase().as_str() {
            "v1.0" | "beta" => self.graph.answer(request).await,
            graph::UPLOADS => self.graph.upload(request).await,
            graph::REPORTS => self.graph.report(request).await,
            "agent" => self.agent.answer(request).await,
            "linux" => self.linux.answer(request).await,
            // Everything else begins with a tenant, or is one of the sign-in pages.
            _ => self.oidc.answer(request).await,
        }
    }

    /// Whether the many bytes that a request announces are worth reading: it shows who sends them.
    pub fn may_upload(&self, parts: &Parts) -> bool {
        let first = parts.uri.path().trim_start_matches('/').split('/').next().unwrap_or("");
        match first.to_ascii_lowercase().as_str() {
            "v1.0" | "beta" => self.graph.knows(parts),
            graph::UPLOADS => self.graph.gave_out(parts),
            _ => false,
        }
    }

    /// Ready means that every tenant's log can be read. Needs no sign-in, and says nothing about anybody.
    fn health(&self) -> Response<Body> {
        let broken = self.tenants.all().iter().any(|engine| engine.store().head(engine.tenant()).is_err());
        let (status, text) =
            if broken { (StatusCode::SERVICE_UNAVAILABLE, "degraded\n") } else { (StatusCode::OK, "ok\n") };
        let mut response = Response::new(full(text));
        *response.status_mut() = status;
        response.headers_mut().insert(header::CONTENT_TYPE, header::HeaderValue::from_static("text/plain"));
        response
    }
}
