//! endpoint: where a service of an application is reached, for clients that ask the directory instead of being told.

use directory::{Attr, Kind};

use crate::directory_object::DIRECTORY_OBJECT;

pub const CAPABILITY: Attr<str> = Attr::new("capability");
pub const PROVIDER_ID: Attr<str> = Attr::new("providerId");
pub const PROVIDER_NAME: Attr<str> = Attr::new("providerName");
pub const PROVIDER_RESOURCE_ID: Attr<str> = Attr::new("providerResourceId");
pub const URI: Attr<str> = Attr::new("uri");

pub static ENDPOINT: Kind = Kind::new(
    "endpoint",
    &[
        CAPABILITY.def().system(),
        PROVIDER_ID.def().system(),
        PROVIDER_NAME.def().system(),
        PROVIDER_RESOURCE_ID.def().system(),
        URI.def().system(),
    ],
    &[],
)
.under(&DIRECTORY_OBJECT);
