//! A gate for this crate's tests, which can be closed for one kind.

use std::sync::Mutex;

use directory::{Act, Caller, Object, Refusal, Snapshot};

/// A gate that lets everybody do everything, but make objects of one kind while that is closed.
#[derive(Default)]
pub(crate) struct Gate(Mutex<Option<&'static str>>);

impl Gate {
    pub(crate) fn close(&self, kind: Option<&'static str>) {
        *self.0.lock().unwrap() = kind;
    }
}

impl directory::Gate for Gate {
    fn allow(&self, _: &Snapshot, _: &Caller, act: &Act<'_>) -> Result<(), Refusal> {
        if *self.0.lock().unwrap() == Some(act.kind.name) {
            return Err(Refusal::denied("Insufficient privileges to complete the operation."));
        }
        Ok(())
    }

    fn sees(&self, _: &Snapshot, _: &Caller, _: &Object) -> bool {
        true
    }
}
