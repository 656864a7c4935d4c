//! What goes wrong with devices, when that is wanted: each fault can be switched on by its name.

use crate::Failure;
use crate::key::below;

/// One kind of misfortune.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fault {
    /// The device hangs up before the answer to a check-in comes.
    LostResponse,
    /// A session is opened and nothing follows.
    HalfSession,
    /// The device's clock is wrong by days or years.
    ClockSkew,
    /// A second device with the same disk: key, certificate and all.
    ClonedDisk,
    /// An old state of the disk is put back.
    RestoredBackup,
    /// An administrator disables the device; from then on it must be refused.
    RevokedCertificate,
}

impl Fault {
    pub const ALL: [Fault; 6] = [
        Fault::LostResponse,
        Fault::HalfSession,
        Fault::ClockSkew,
        Fault::ClonedDisk,
        Fault::RestoredBackup,
        Fault::RevokedCertificate,
    ];

    /// As it is given on the command line.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Fault::LostResponse => "lost-response",
            Fault::HalfSession => "half-session",
            Fault::ClockSkew => "clock-skew",
            Fault::ClonedDisk => "cloned-disk",
            Fault::RestoredBackup => "restored-backup",
            Fault::RevokedCertificate => "revoked-certificate",
        }
    }
}

impl std::str::FromStr for Fault {
    type Err = Failure;

    fn from_str(name: &str) -> Result<Fault, Failure> {
        let names: Vec<&str> = Fault::ALL.iter().map(|fault| fault.name()).collect();
        let known = Fault::ALL.into_iter().find(|fault| fault.name() == name);
        known.ok_or_else(|| format!("`{name}` is no fault; there are {}", names.join(", ")))
    }
}

/// Which faults there are, and how often.
#[derive(Clone, Debug, Default)]
pub struct Faults {
    pub kinds: Vec<Fault>,
    /// Of a thousand occasions.
    pub per_mille: u64,
}

impl Faults {
    /// Whether this fault strikes now.
    #[must_use]
    pub fn strikes(&self, fault: Fault) -> bool {
        self.kinds.contains(&fault) && below(1_000) < self.per_mille
    }
}
