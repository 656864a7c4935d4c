//! What a device says about itself, as the directory keeps it: each fact known, or unknown for a stated reason.
//!
//! An unknown fact is neither good nor bad; whoever judges must say so. Names are the fields of `deviceFacts`.

use directory::{Object, Record, Value};
use schema::managed_device::FACTS;

/// Facts as a device reports them, built by its protocol name by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Record);

/// What is known of one fact.
#[derive(Clone, Debug, PartialEq)]
pub enum Finding {
    Known(Value),
    /// The device could not tell, and why.
    Unknown(String),
    NeverReported,
}

/// Whether our own agent reports for a device. Then nobody else does: what it does not say is not known.
#[must_use]
pub fn has_agent(managed: &Object) -> bool {
    Facts::of(managed).text("agentVersion").is_some()
}

impl Facts {
    #[must_use]
    pub fn new() -> Facts {
        Facts::default()
    }

    /// The facts that a device reported last.
    #[must_use]
    pub fn of(managed: &Object) -> Facts {
        Facts(managed.get(FACTS).unwrap_or_default())
    }

    #[must_use]
    pub fn known(mut self, name: &str, value: impl Into<Value>) -> Facts {
        self.0.set(name, value);
        self
    }

    #[must_use]
    pub fn unknown(mut self, name: &str, reason: &str) -> Facts {
        let mut unknown: Vec<Value> = self.0.list("unknown").to_vec();
        unknown.push(Record::new().with("name", name).with("reason", reason).into());
        self.0.set("unknown", Value::List(unknown));
        self
    }

    /// The facts with what one more report of the device says about this one; what was known of it before is forgotten.
    #[must_use]
    pub fn learn(mut self, name: &str, finding: Finding) -> Facts {
        let others: Vec<Value> =
            self.0.records("unknown").filter(|u| u.text("name") != Some(name)).cloned().map(Value::from).collect();
        if others.is_empty() {
            self.0.remove("unknown");
        } else {
            self.0.set("unknown", Value::List(others));
        }
        match finding {
            Finding::Known(value) => self.known(name, value),
            Finding::Unknown(why) => {
                self.0.remove(name);
                self.unknown(name, &why)
            }
            Finding::NeverReported => {
                self.0.remove(name);
                self
            }
        }
    }

    #[must_use]
    pub fn find(&self, name: &str) -> Finding {
        if let Some(value) = self.0.get(name) {
            return Finding::Known(value.clone());
        }
        let unknown = self.0.records("unknown").find(|record| record.text("name") == Some(name));
        unknown.map_or(Finding::NeverReported, |record| {
            Finding::Unknown(record.text("reason").unwrap_or("no reason given").to_owned())
        })
    }

    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.0.text(name)
    }

    #[must_use]
    pub fn record(&self) -> &Record {
        &self.0
    }

    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}
