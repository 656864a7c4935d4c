//! All tenants of this server.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use directory::TenantId;
use tokio::sync::watch;

use crate::engine::Engine;

/// The engines of all tenants, by id and by verified domain. Cheap to clone.
#[derive(Clone, Default)]
pub struct Tenants {
    inner: Arc<RwLock<Inner>>,
    ending: Arc<watch::Sender<bool>>,
}

#[derive(Default)]
struct Inner {
    engines: HashMap<TenantId, Engine>,
    domains: HashMap<String, TenantId>,
}

impl Tenants {
    #[must_use]
    pub fn new() -> Tenants {
        Tenants::default()
    }

    pub fn add(&self, engine: Engine) {
        self.inner.write().unwrap_or_else(PoisonError::into_inner).engines.insert(engine.tenant(), engine);
    }

    /// Say that a domain's people belong to a tenant.
    pub fn add_domain(&self, domain: &str, tenant: TenantId) {
        let mut inner = self.inner.write().unwrap_or_else(PoisonError::into_inner);
        inner.domains.insert(domain.to_lowercase(), tenant);
    }

    #[must_use]
    pub fn get(&self, id: TenantId) -> Option<Engine> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).engines.get(&id).cloned()
    }

    #[must_use]
    pub fn by_domain(&self, domain: &str) -> Option<Engine> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        inner.domains.get(&domain.to_lowercase()).and_then(|id| inner.engines.get(id)).cloned()
    }

    /// The tenant, when there is just one.
    #[must_use]
    pub fn only(&self) -> Option<Engine> {
        let inner = self.inner.read().unwrap_or_else(PoisonError::into_inner);
        let mut engines = inner.engines.values();
        engines.next().filter(|_| engines.next().is_none()).cloned()
    }

    /// The server is about to end: answers that go on for as long as somebody listens end now.
    pub fn end_streams(&self) {
        self.ending.send_replace(true);
    }

    /// Ready when such answers have to end.
    pub fn ending(&self) -> impl Future<Output = ()> + Send + 'static {
        let mut ending = self.ending.subscribe();
        async move { drop(ending.wait_for(|is_ending| *is_ending).await) }
    }

    #[must_use]
    pub fn all(&self) -> Vec<Engine> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner).engines.values().cloned().collect()
    }
}
