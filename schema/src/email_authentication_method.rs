//! emailAuthenticationMethod: an address to which codes are sent when a password is reset.

use directory::{Attr, Kind};

use crate::authentication_method::AUTHENTICATION_METHOD;

pub const EMAIL_ADDRESS: Attr<str> = Attr::new("emailAddress");

pub static EMAIL_AUTHENTICATION_METHOD: Kind =
    Kind::new("emailAuthenticationMethod", &[EMAIL_ADDRESS.def().required()], &[]).under(&AUTHENTICATION_METHOD);
