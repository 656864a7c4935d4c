//! detectedApp: software that was found on devices, by name and version. Worked out from what devices reported; never stored.

use directory::{Attr, EnumDef, Kind, Type};

pub use crate::keys::DISPLAY_NAME;
use crate::shape::members;

pub const DEVICE_COUNT: Attr<i64> = Attr::new("deviceCount");
pub const DETECTED_PLATFORM: Attr<str> = Attr::new("platform");
pub const PUBLISHER: Attr<str> = Attr::new("publisher");
pub const SIZE_IN_BYTE: Attr<i64> = Attr::new("sizeInByte");
pub const VERSION: Attr<str> = Attr::new("version");

pub static DETECTED_APP: Kind = Kind::new(
    "detectedApp",
    &[
        DEVICE_COUNT.def().system(),
        DISPLAY_NAME.def().system(),
        // Graph has no word for Linux here: `unknown`.
        DETECTED_PLATFORM.def().of(Type::Enum(&DETECTED_APP_PLATFORM_TYPE_VALUES)).system(),
        PUBLISHER.def().system(),
        SIZE_IN_BYTE.def().of(Type::Long).system(),
        VERSION.def().system(),
    ],
    &[],
);

pub static DETECTED_APP_PLATFORM_TYPE_VALUES: EnumDef = members(
    "detectedAppPlatformType",
    &[
        "unknown",
        "windows",
        "windowsMobile",
        "windowsHolographic",
        "ios",
        "macOS",
        "chromeOS",
        "androidOSP",
        "androidDeviceAdministrator",
        "androidWorkProfile",
        "androidDedicatedAndFullyManaged",
        "unknownFutureValue",
    ],
);
