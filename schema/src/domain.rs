//! domain: a DNS name that the organisation has shown to be its own.
//!
//! Its id is the name, not a GUID.

use directory::{Attr, Kind, Record, RecordDef, Type};

pub use crate::keys::{ID, MANUFACTURER, MODEL};
use crate::shape::{field, shape};

pub const AUTHENTICATION_TYPE: Attr<str> = Attr::new("authenticationType");
pub const AVAILABILITY_STATUS: Attr<str> = Attr::new("availabilityStatus");
pub const IS_ADMIN_MANAGED: Attr<bool> = Attr::new("isAdminManaged");
pub const IS_DEFAULT: Attr<bool> = Attr::new("isDefault");
pub const IS_INITIAL: Attr<bool> = Attr::new("isInitial");
pub const IS_ROOT: Attr<bool> = Attr::new("isRoot");
pub const IS_VERIFIED: Attr<bool> = Attr::new("isVerified");
pub const PASSWORD_NOTIFICATION_WINDOW_IN_DAYS: Attr<i64> = Attr::new("passwordNotificationWindowInDays");
pub const PASSWORD_VALIDITY_PERIOD_IN_DAYS: Attr<i64> = Attr::new("passwordValidityPeriodInDays");
pub const STATE: Attr<Record> = Attr::new("state");
pub const SUPPORTED_SERVICES: Attr<[String]> = Attr::new("supportedServices");

pub static DOMAIN: Kind = Kind::new(
    "domain",
    &[
        AUTHENTICATION_TYPE.def().system(),
        AVAILABILITY_STATUS.def().system(),
        IS_ADMIN_MANAGED.def().system(),
        IS_DEFAULT.def(),
        IS_INITIAL.def().system(),
        IS_ROOT.def().system(),
        IS_VERIFIED.def().system(),
        MANUFACTURER.def(),
        MODEL.def(),
        PASSWORD_NOTIFICATION_WINDOW_IN_DAYS.def(),
        PASSWORD_VALIDITY_PERIOD_IN_DAYS.def(),
        STATE.def().of(Type::Record(&DOMAIN_STATE_RECORD)).system(),
        SUPPORTED_SERVICES.def(),
        ID.def().required().on_create().unique(),
    ],
    &[],
)
.keyed_by(&["id"]);

pub static DOMAIN_STATE_RECORD: RecordDef =
    shape("domainState", &[field::time("lastActionDateTime"), field::text("operation"), field::text("status")]);

pub(crate) const RECORDS: &[&RecordDef] = &[&DOMAIN_STATE_RECORD];
