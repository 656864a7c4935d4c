//! The Arabic words. Where a key is missing here, the English text stands.

use super::en::{EN, Words};

pub(crate) const AR: Words = Words { sign_in: "تسجيل الدخول", ..EN };
