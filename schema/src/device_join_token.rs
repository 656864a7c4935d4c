//! deviceJoinToken: lets devices join with nobody signed in: so many of them, so long, into these groups. Castellan's own.
//!
//! The token itself is shown once, in the answer to its creation; what is kept recognises it.

use directory::{Attr, Kind, Time};

pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME};

pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const MAXIMUM_DEVICE_COUNT: Attr<i64> = Attr::new("maximumDeviceCount");
pub const JOINED_DEVICE_COUNT: Attr<i64> = Attr::new("joinedDeviceCount");
pub const GROUP_IDS: Attr<[String]> = Attr::new("groupIds");
pub const IS_REGISTRATION_REQUIRED: Attr<bool> = Attr::new("isRegistrationRequired");
pub const TOKEN: Attr<str> = Attr::new("token");
pub const TOKEN_HASH: Attr<str> = Attr::new("joinTokenHash");

pub static DEVICE_JOIN_TOKEN: Kind = Kind::new(
    "deviceJoinToken",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DISPLAY_NAME.def().required(),
        EXPIRATION_DATE_TIME.def().required(),
        MAXIMUM_DEVICE_COUNT.def().required(),
        JOINED_DEVICE_COUNT.def().system(),
        // Groups that the devices become members of.
        GROUP_IDS.def(),
        // Whether only devices that were registered in advance may join with it.
        IS_REGISTRATION_REQUIRED.def(),
        TOKEN.def().system(),
        TOKEN_HASH.def().secret().unique(),
    ],
    &[],
);
