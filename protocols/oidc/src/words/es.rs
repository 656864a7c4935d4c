//! The Spanish words. Where a key is missing here, the English text stands.

use super::en::{EN, Words};

pub(crate) const ES: Words = Words { sign_in: "Iniciar sesión", ..EN };
