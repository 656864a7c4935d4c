//! The newest revocation lists, by where they are published: put here by whoever fetches them, looked at by every sign-in
//! with a certificate. In memory only: after a start they are fetched again before long.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

/// Lists by their address. Cheap to clone; all clones are one.
#[derive(Clone, Default)]
pub struct RevocationLists(Arc<RwLock<HashMap<String, Arc<[u8]>>>>);

impl RevocationLists {
    /// Put a list (DER) in the place of the one before.
    pub fn put(&self, url: &str, list: impl Into<Arc<[u8]>>) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).insert(url.to_owned(), list.into());
    }

    /// Forget the lists that nobody names any more.
    pub fn retain(&self, is_wanted: impl Fn(&str) -> bool) {
        self.0.write().unwrap_or_else(PoisonError::into_inner).retain(|url, _| is_wanted(url));
    }

    pub(crate) fn get(&self, url: &str) -> Option<Arc<[u8]>> {
        self.0.read().unwrap_or_else(PoisonError::into_inner).get(url).cloned()
    }
}
