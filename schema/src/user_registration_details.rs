//! userRegistrationDetails: what somebody has registered to prove who they are, and what they can do with it. Worked out
//! when it is asked for; nothing is kept.

use directory::{Attr, EnumDef, Kind, Time, Type};

pub use crate::keys::USER_PRINCIPAL_NAME;
use crate::shape::members;
use crate::sign_in::SIGN_IN_USER_TYPE_VALUES;

pub const IS_ADMIN: Attr<bool> = Attr::new("isAdmin");
pub const IS_MFA_CAPABLE: Attr<bool> = Attr::new("isMfaCapable");
pub const IS_MFA_REGISTERED: Attr<bool> = Attr::new("isMfaRegistered");
pub const IS_PASSWORDLESS_CAPABLE: Attr<bool> = Attr::new("isPasswordlessCapable");
pub const IS_SSPR_CAPABLE: Attr<bool> = Attr::new("isSsprCapable");
pub const IS_SSPR_ENABLED: Attr<bool> = Attr::new("isSsprEnabled");
pub const IS_SSPR_REGISTERED: Attr<bool> = Attr::new("isSsprRegistered");
pub const IS_SYSTEM_PREFERRED: Attr<bool> = Attr::new("isSystemPreferredAuthenticationMethodEnabled");
pub const LAST_UPDATED_DATE_TIME: Attr<Time> = Attr::new("lastUpdatedDateTime");
pub const METHODS_REGISTERED: Attr<[String]> = Attr::new("methodsRegistered");
pub const SYSTEM_PREFERRED_METHODS: Attr<[String]> = Attr::new("systemPreferredAuthenticationMethods");
pub const USER_DISPLAY_NAME: Attr<str> = Attr::new("userDisplayName");
pub const USER_PREFERRED_METHOD: Attr<str> = Attr::new("userPreferredMethodForSecondaryAuthentication");
pub const USER_TYPE: Attr<str> = Attr::new("userType");

pub static USER_REGISTRATION_DETAILS: Kind = Kind::new(
    "userRegistrationDetails",
    &[
        IS_ADMIN.def().system(),
        IS_MFA_CAPABLE.def().required().system(),
        IS_MFA_REGISTERED.def().required().system(),
        IS_PASSWORDLESS_CAPABLE.def().required().system(),
        IS_SSPR_CAPABLE.def().required().system(),
        IS_SSPR_ENABLED.def().required().system(),
        IS_SSPR_REGISTERED.def().required().system(),
        IS_SYSTEM_PREFERRED.def().system(),
        LAST_UPDATED_DATE_TIME.def().required().system(),
        METHODS_REGISTERED.def().system(),
        SYSTEM_PREFERRED_METHODS.def().system(),
        USER_DISPLAY_NAME.def().required().system(),
        USER_PREFERRED_METHOD.def().of(Type::Enum(&USER_DEFAULT_AUTHENTICATION_METHOD_VALUES)).system(),
        USER_PRINCIPAL_NAME.def().required().system(),
        USER_TYPE.def().of(Type::Enum(&SIGN_IN_USER_TYPE_VALUES)).system(),
    ],
    &[],
);

pub static USER_DEFAULT_AUTHENTICATION_METHOD_VALUES: EnumDef = members(
    "userDefaultAuthenticationMethod",
    &["push", "oath", "voiceMobile", "voiceAlternateMobile", "voiceOffice", "sms", "none", "unknownFutureValue"],
);
