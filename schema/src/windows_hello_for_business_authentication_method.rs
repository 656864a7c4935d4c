//! windowsHelloForBusinessAuthenticationMethod: a key of one user on one device, which a PIN or a finger opens there.
//!
//! The public key is Castellan's own and never shown.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Type};

use crate::authentication_method::AUTHENTICATION_METHOD;
use crate::device::DEVICE;
pub use crate::keys::DISPLAY_NAME;
use crate::shape::members;

pub const KEY_STRENGTH: Attr<str> = Attr::new("keyStrength");
pub const KEY_NAME: Attr<str> = Attr::new("keyName");
pub const PUBLIC_KEY: Attr<str> = Attr::new("publicKey");
pub const DEVICE_OF_KEY: LinkId = LinkId::of("device");

pub static WINDOWS_HELLO_FOR_BUSINESS_AUTHENTICATION_METHOD: Kind = Kind::new(
    "windowsHelloForBusinessAuthenticationMethod",
    &[
        DISPLAY_NAME.def(),
        KEY_STRENGTH.def().of(Type::Enum(&AUTHENTICATION_METHOD_KEY_STRENGTH_VALUES)).system(),
        // Castellan's own: by what name a device calls the key; no key is two people's.
        KEY_NAME.def().secret().required().unique(),
        // Castellan's own: the public key as a JWK.
        PUBLIC_KEY.def().secret().required(),
    ],
    &[LinkDef::one("device", &DEVICE).system()],
)
.under(&AUTHENTICATION_METHOD);

pub static AUTHENTICATION_METHOD_KEY_STRENGTH_VALUES: EnumDef =
    members("authenticationMethodKeyStrength", &["normal", "weak", "unknown"]);
