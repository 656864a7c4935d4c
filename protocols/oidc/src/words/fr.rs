//! The French words. Where a key is missing here, the English text stands.

use super::en::{EN, Words};

pub(crate) const FR: Words = Words { sign_in: "Se connecter", ..EN };
