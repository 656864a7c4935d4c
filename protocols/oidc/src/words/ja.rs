//! The Japanese words. Where a key is missing here, the English text stands.

use super::en::{EN, Words};

pub(crate) const JA: Words = Words { sign_in: "サインイン", ..EN };
