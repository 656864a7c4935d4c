//! bitlockerRecoveryKey: what opens an encrypted disk when its owner cannot. Graph's name for it, whatever encrypts the disk.
//!
//! The key itself is only kept sealed. It is shown where it is asked for by name (`$select=key`), one at a time, and every
//! time is written down.

use directory::{Attr, EnumDef, Kind, Time, Type};

pub use crate::keys::CREATED_DATE_TIME;
use crate::shape::members;

/// The directory's `deviceId` of the device whose disk it opens.
pub const KEY_DEVICE_ID: Attr<str> = Attr::new("deviceId");
pub const KEY: Attr<str> = Attr::new("key");
pub const VOLUME_TYPE: Attr<str> = Attr::new("volumeType");
pub const READ_COUNT: Attr<i64> = Attr::new("readCount");
pub const LAST_READ_DATE_TIME: Attr<Time> = Attr::new("lastReadDateTime");
pub const SEALED_KEY: Attr<[u8]> = Attr::new("sealedKey");
pub const OPENS_DISK_OF: Attr<str> = Attr::new("opensDiskOf");
pub const ESCROW_ID: Attr<str> = Attr::new("escrowId");

pub static BITLOCKER_RECOVERY_KEY: Kind = Kind::new(
    "bitlockerRecoveryKey",
    &[
        CREATED_DATE_TIME.def().system(),
        KEY_DEVICE_ID.def().system(),
        KEY.def().system().on_select(),
        VOLUME_TYPE.def().of(Type::Enum(&VOLUME_TYPE_VALUES)).system(),
        // Castellan's own: when somebody last saw the key, and how often.
        LAST_READ_DATE_TIME.def().system(),
        READ_COUNT.def().system(),
        SEALED_KEY.def().secret(),
        // The device's id and its own name for the key: the same key is not kept twice.
        ESCROW_ID.def().secret().unique(),
        // For looking up: the device again, under a name that no other kind uses.
        OPENS_DISK_OF.def().secret().equal(),
    ],
    &[],
);

pub static VOLUME_TYPE_VALUES: EnumDef =
    members("volumeType", &["operatingSystemVolume", "fixedDataVolume", "removableDataVolume", "unknownFutureValue"]);
