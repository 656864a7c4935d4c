//! agentRelease: a version of Castellan's agent that devices are to become, signed by somebody whom their agents know. Castellan's own.
//!
//! The bytes are a blob named by its hash. The server keeps the signature and judges nothing by it: agents do.

use directory::{Attr, Kind, Type};

pub use crate::keys::CREATED_DATE_TIME;
use crate::linux_package_app::{PACKAGE_SHA256, PACKAGE_SIZE};

pub const AGENT_VERSION: Attr<str> = Attr::new("agentVersion");
pub const AGENT_ARCHITECTURE: Attr<str> = Attr::new("agentArchitecture");
pub const SIGNATURE: Attr<str> = Attr::new("releaseSignature");
pub const ROLLOUT_PERCENTAGE: Attr<i64> = Attr::new("rolloutPercentage");
pub const FAILED_DEVICE_COUNT: Attr<i64> = Attr::new("failedDeviceCount");
pub const FAILED_DEVICE_LIMIT: Attr<i64> = Attr::new("failedDeviceLimit");

pub static AGENT_RELEASE: Kind = Kind::new(
    "agentRelease",
    &[
        CREATED_DATE_TIME.def().system(),
        // Both as the signature says.
        AGENT_VERSION.def().system(),
        AGENT_ARCHITECTURE.def().system(),
        // In minisign's format.
        SIGNATURE.def().required().on_create(),
        // To how many of a hundred devices it is offered; the same ones stay in as it grows.
        ROLLOUT_PERCENTAGE.def(),
        // It is offered to no more devices once it failed on so many; without it, on a share of those that the stage includes.
        FAILED_DEVICE_LIMIT.def(),
        // Several devices of one person count as one.
        FAILED_DEVICE_COUNT.def().owned_by("agent-releases"),
        PACKAGE_SHA256.def().equal().system(),
        PACKAGE_SIZE.def().of(Type::Long).system(),
    ],
    &[],
);
