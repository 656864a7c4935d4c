//! Remote actions: what an admin asks a device to do once. Each is queued on the device, delivered until its result is
//! known, and ends with it.
//!
//! `ask` is what an admin does (to one device or to many), `queue` what becomes of it on the device; `brake` counts what
//! ends the management of devices, `approval` is the second administrator's word on it.
//!
//! Deliberately absent: how a device is told (each protocol renders [`RemoteAction`] in an exhaustive match).

mod approval;
mod ask;
mod brake;
mod queue;

use directory::{Action, Record};
use schema::managed_device::MANAGED_DEVICE;
use schema::operation_approval::OPERATION_APPROVAL_REQUEST;

pub(crate) use approval::POLICY as APPROVAL_POLICY;
pub use ask::BULK_DEVICES_MAX;
pub(crate) use ask::retire_listed;
pub use brake::{DEVICES_MAX_DEFAULT, WITHIN_HOURS_DEFAULT};
pub(crate) use queue::closed;
pub use queue::{Outcome, OutcomeState, PENDING_MAX, Pending, delivered, finished, is_leaving, pending};

/// What a device can be asked to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RemoteAction {
    RemoteLock,
    SyncDevice,
    RebootNow,
    ShutDown,
    /// Its argument is the new name.
    SetDeviceName,
    LocateDevice,
    /// A new recovery key for the encrypted disk, whatever the platform calls its encryption.
    RotateRecoveryKey,
    CollectDiagnostics,
    /// Its argument is the id of the script that finds and repairs.
    RunRemediation,
    Retire,
    Wipe,
}

impl RemoteAction {
    pub const ALL: [RemoteAction; 11] = [
        Self::RemoteLock,
        Self::SyncDevice,
        Self::RebootNow,
        Self::ShutDown,
        Self::SetDeviceName,
        Self::LocateDevice,
        Self::RotateRecoveryKey,
        Self::CollectDiagnostics,
        Self::RunRemediation,
        Self::Retire,
        Self::Wipe,
    ];

    /// As Graph names it.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::RemoteLock => "remoteLock",
            Self::SyncDevice => "syncDevice",
            Self::RebootNow => "rebootNow",
            Self::ShutDown => "shutDown",
            Self::SetDeviceName => "setDeviceName",
            Self::LocateDevice => "locateDevice",
            Self::RotateRecoveryKey => "rotateBitLockerKeys",
            Self::CollectDiagnostics => "collectDiagnostics",
            Self::RunRemediation => "initiateOnDemandProactiveRemediation",
            Self::Retire => "retire",
            Self::Wipe => "wipe",
        }
    }

    /// Graph `remoteAction`, which does not know all of them.
    #[must_use]
    pub const fn audit_name(self) -> &'static str {
        match self {
            Self::Wipe => "factoryReset",
            Self::Retire => "removeCompanyData",
            Self::SyncDevice | Self::CollectDiagnostics => "unknown",
            Self::RemoteLock
            | Self::RebootNow
            | Self::ShutDown
            | Self::SetDeviceName
            | Self::LocateDevice
            | Self::RotateRecoveryKey
            | Self::RunRemediation => self.name(),
        }
    }

    #[must_use]
    pub fn named(name: &str) -> Option<RemoteAction> {
        RemoteAction::ALL.into_iter().find(|action| action.name().eq_ignore_ascii_case(name))
    }

    /// Whether the device is no longer managed when it is done.
    #[must_use]
    pub const fn is_an_end(self) -> bool {
        matches!(self, Self::Retire | Self::Wipe)
    }

    /// The parameter that it cannot do without.
    const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::SetDeviceName => Some("deviceName"),
            Self::RunRemediation => Some("scriptPolicyId"),
            Self::RemoteLock
            | Self::SyncDevice
            | Self::RebootNow
            | Self::ShutDown
            | Self::LocateDevice
            | Self::RotateRecoveryKey
            | Self::CollectDiagnostics
            | Self::Retire
            | Self::Wipe => None,
        }
    }
}

pub(crate) const ACTIONS: [Action; 22] = [
    crate::compliance::retire_list::SET,
    crate::imported::IMPORT,
    crate::imported::SEARCH,
    crate::agent_release::COMMIT,
    crate::baseline::MIGRATE,
    crate::baseline::COPY,
    Action::on(&MANAGED_DEVICE, "remoteLock", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::RemoteLock, given)
    }),
    Action::on(&MANAGED_DEVICE, "syncDevice", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::SyncDevice, given)
    }),
    Action::on(&MANAGED_DEVICE, "rebootNow", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::RebootNow, given)
    }),
    Action::on(&MANAGED_DEVICE, "shutDown", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::ShutDown, given)
    }),
    Action::on(&MANAGED_DEVICE, "setDeviceName", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::SetDeviceName, given)
    }),
    Action::on(&MANAGED_DEVICE, "locateDevice", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::LocateDevice, given)
    }),
    Action::on(&MANAGED_DEVICE, "rotateBitLockerKeys", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::RotateRecoveryKey, given)
    }),
    Action::on(&MANAGED_DEVICE, "initiateOnDemandProactiveRemediation", |now, call, on, given| {
        ask::one(now, call, on, RemoteAction::RunRemediation, given)
    }),
    Action::on(&MANAGED_DEVICE, "retire", |now, call, on, given| ask::one(now, call, on, RemoteAction::Retire, given)),
    Action::on(&MANAGED_DEVICE, "wipe", |now, call, on, given| ask::one(now, call, on, RemoteAction::Wipe, given)),
    Action::on(&MANAGED_DEVICE, "createDeviceLogCollectionRequest", ask::diagnostics),
    Action::on(&MANAGED_DEVICE, "cancelAction", queue::cancel),
    Action::on(&MANAGED_DEVICE, "executeAction", ask::many).of_collection(),
    Action::on(&OPERATION_APPROVAL_REQUEST, "approve", approval::approve),
    Action::on(&OPERATION_APPROVAL_REQUEST, "reject", approval::reject),
    Action::on(&OPERATION_APPROVAL_REQUEST, "cancelMyRequest", approval::cancel_mine).of_collection(),
];

/// What is asked of a device, and as part of what.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Asked {
    action: RemoteAction,
    argument: Option<String>,
    /// The bulk action that it is a part of.
    bulk: Option<String>,
}

impl Asked {
    fn from_record(record: &Record) -> Option<Asked> {
        let text = |name: &str| record.text(name).map(str::to_owned);
        Some(Asked { action: RemoteAction::named(record.text("actionName")?)?, argument: text("argument"), bulk: None })
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests;
