//! recoveryCodesAuthenticationMethod, Castellan's own: a list of codes, given out once, each good for one sign-in.

use directory::{Attr, Kind};

use crate::authentication_method::AUTHENTICATION_METHOD;

pub const REMAINING_CODES: Attr<i64> = Attr::new("remainingCodes");
pub const CODE_DIGESTS: Attr<[String]> = Attr::new("codeDigests");

pub static RECOVERY_CODES_AUTHENTICATION_METHOD: Kind = Kind::new(
    "recoveryCodesAuthenticationMethod",
    &[
        // How many are not used up.
        REMAINING_CODES.def().system(),
        // What those that are left are recognised by: keyed hashes, in hexadecimal. None, when the last was used.
        CODE_DIGESTS.def().secret(),
    ],
    &[],
)
.under(&AUTHENTICATION_METHOD);
