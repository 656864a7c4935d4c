//! The rings of all tenants: read from their files when first asked for, kept parsed in memory, changed under a lock that
//! other processes respect too. What is in a record and how it changes is `record`'s business.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::fault::KeyFault;
use crate::record::Record;
use crate::ring::Ring;
use crate::vault::Vault;

/// So many tenants' keys are kept parsed in memory; beyond, all are read again from their files.
const RINGS_IN_MEMORY_MAX: usize = 10_000;

pub(crate) struct Rings {
    vault: Vault,
    rings: RwLock<HashMap<String, Arc<Ring>>>,
}

impl Rings {
    pub(crate) fn new(vault: Vault) -> Rings {
        Rings { vault, rings: RwLock::default() }
    }

    /// The ring of this name, if there is one.
    pub(crate) fn find(&self, name: &str) -> Result<Option<Arc<Ring>>, KeyFault> {
        if let Some(ring) = self.rings.read().unwrap_or_else(PoisonError::into_inner).get(name) {
            return Ok(Some(ring.clone()));
        }
        match self.vault.read(name)? {
            None => Ok(None),
            Some((json, stamp)) => {
                let ring = Ring::from_record(&self.record(name, &json)?, stamp)?;
                Ok(Some(self.keep(name, ring)))
            }
        }
    }

    /// The ring as it is on disk, if that is not the one given.
    pub(crate) fn newer(&self, name: &str, known: &Ring) -> Result<Option<Arc<Ring>>, KeyFault> {
        if self.vault.stamp(name) == known.stamp {
            return Ok(None);
        }
        let Some((json, stamp)) = self.vault.read(name)? else { return Ok(None) };
        Ok(Some(self.keep(name, Ring::from_record(&self.record(name, &json)?, stamp)?)))
    }

    /// Make a record if there is none of this name.
    pub(crate) fn ensure(&self, name: &str, make: impl FnOnce() -> Result<Record, KeyFault>) -> Result<(), KeyFault> {
        if self.find(name)?.is_some() {
            return Ok(());
        }
        let _lock = self.vault.lock()?;
        // Another process may have made it while we waited for the lock.
        if self.find(name)?.is_some() {
            return Ok(());
        }
        self.write(name, &make()?)
    }

    /// Change a record and write it, with other processes kept out; `missing` is the fault if there is none.
    pub(crate) fn change(
        &self,
        name: &str,
        missing: KeyFault,
        change: impl FnOnce(&mut Record) -> Result<bool, KeyFault>,
    ) -> Result<bool, KeyFault> {
        let _lock = self.vault.lock()?;
        let Some((json, _)) = self.vault.read(name)? else { return Err(missing) };
        let mut record = self.record(name, &json)?;
        let changed = change(&mut record)?;
        if changed {
            self.write(name, &record)?;
        }
        Ok(changed)
    }

    fn write(&self, name: &str, record: &Record) -> Result<(), KeyFault> {
        let json = serde_json::to_vec(record).map_err(|_| KeyFault::Crypto("write keys as JSON"))?;
        self.vault.write(name, &zeroize::Zeroizing::new(json))?;
        let stamp = self.vault.stamp(name);
        self.keep(name, Ring::from_record(record, stamp)?);
        Ok(())
    }

    fn record(&self, name: &str, json: &[u8]) -> Result<Record, KeyFault> {
        let damaged = |what| KeyFault::Corrupt { path: self.vault.path(name), what };
        let record: Record = serde_json::from_slice(json).map_err(|_| damaged("it does not hold keys"))?;
        match record.version {
            1 => Ok(record),
            _ => Err(damaged("it was written by a newer version; start that one")),
        }
    }

    fn keep(&self, name: &str, ring: Ring) -> Arc<Ring> {
        let ring = Arc::new(ring);
        let mut rings = self.rings.write().unwrap_or_else(PoisonError::into_inner);
        if rings.len() >= RINGS_IN_MEMORY_MAX {
            rings.clear();
        }
        rings.insert(name.to_owned(), ring.clone());
        ring
    }
}
