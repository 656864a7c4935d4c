//! softwareOathAuthenticationMethod: an app that shows time-based codes (RFC 6238).

use directory::{Attr, Kind};

use crate::authentication_method::AUTHENTICATION_METHOD;
pub use crate::keys::DISPLAY_NAME;

pub const SECRET_KEY: Attr<str> = Attr::new("secretKey");
pub const SEALED_SEED: Attr<[u8]> = Attr::new("sealedSeed");

pub static SOFTWARE_OATH_AUTHENTICATION_METHOD: Kind = Kind::new(
    "softwareOathAuthenticationMethod",
    &[
        // Graph has it and never fills it in.
        SECRET_KEY.def().system(),
        // Castellan's own: what its owner calls the app.
        DISPLAY_NAME.def(),
        // Castellan's own: the key that the app shares, sealed; codes cannot be worked out without it.
        SEALED_SEED.def().secret().required(),
    ],
    &[],
)
.under(&AUTHENTICATION_METHOD);
