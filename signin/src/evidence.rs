//! What somebody proved, when, and how long it counts. Kept in sessions, codes and refresh tokens; a token says no more
//! than this.

use directory::{Id, Record, Time};

/// The shelf of tickets that hold the sessions of devices, by the SHA-256 of their token; `device` names the object. The
/// agent's protocol opens them, and whoever signs people in takes them as proof of the device.
pub const DEVICE_SESSIONS: &str = "agentSession";

/// A way of proving who one is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    Password,
    /// Counts as two factors, but neither as passwordless nor as phishing-resistant.
    TemporaryAccessPass,
}

impl Method {
    const ALL: [Method; 2] = [Method::Password, Method::TemporaryAccessPass];

    /// As the sign-in log writes it (`authenticationDetails`).
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Method::Password => "Password",
            Method::TemporaryAccessPass => "Temporary Access Pass",
        }
    }

    /// What it adds to `amr` (RFC 8176).
    #[must_use]
    pub fn amr(self) -> &'static [&'static str] {
        match self {
            Method::Password => &["pwd"],
            Method::TemporaryAccessPass => &["otp", "mfa"],
        }
    }

    #[must_use]
    pub fn is_mfa(self) -> bool {
        match self {
            Method::Password => false,
            Method::TemporaryAccessPass => true,
        }
    }
}

/// What a person proved in one session.
#[derive(Clone, Debug, PartialEq)]
pub struct Evidence {
    pub user: Id,
    /// The session (`sid`).
    pub session: Id,
    pub methods: Vec<Method>,
    /// When the last proof was given (`auth_time`).
    pub at: Time,
    /// When two factors were last proved.
    pub mfa: Option<Time>,
    /// Nothing obtained through this evidence lasts longer: the end of a Temporary Access Pass.
    pub until: Option<Time>,
    /// The device that proved itself.
    pub device: Option<Id>,
}

impl Evidence {
    /// `amr` without repetitions.
    #[must_use]
    pub fn amr(&self) -> Vec<&'static str> {
        let mut all: Vec<&'static str> = Vec::new();
        for value in self.methods.iter().flat_map(|method| method.amr()) {
            if !all.contains(value) {
                all.push(value);
            }
        }
        all
    }

    #[must_use]
    pub fn to_record(&self) -> Record {
        let methods: Vec<&str> = self.methods.iter().map(|method| method.name()).collect();
        Record::new()
            .with("user", self.user)
            .with("session", self.session)
            .with("methods", methods)
            .with("at", self.at)
            .with_some("mfa", self.mfa)
            .with_some("until", self.until)
            .with_some("device", self.device)
    }

    /// Read what [`Evidence::to_record`] wrote; absent if it is something else.
    #[must_use]
    pub fn from_record(record: &Record) -> Option<Evidence> {
        let method = |name: &str| Method::ALL.into_iter().find(|method| method.name() == name);
        Some(Evidence {
            user: record.guid("user")?,
            session: record.guid("session")?,
            methods: record.texts("methods").filter_map(method).collect(),
            at: record.time("at")?,
            mfa: record.time("mfa"),
            until: record.time("until"),
            device: record.guid("device"),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn evidence_reads_what_it_prints() {
        let evidence = Evidence {
            user: Id::from_u128(1),
            session: Id::from_u128(2),
            methods: vec![Method::Password, Method::TemporaryAccessPass],
            at: Time::from_unix(10),
            mfa: Some(Time::from_unix(10)),
            until: None,
            device: Some(Id::from_u128(3)),
        };
        assert_eq!(Evidence::from_record(&evidence.to_record()), Some(evidence.clone()));
        assert_eq!(evidence.amr(), ["pwd", "otp", "mfa"]);
        assert_eq!(Evidence::from_record(&Record::new()), None);
    }
}
