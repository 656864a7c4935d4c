//! riskyUser: what is held against an account, and how it came to that. Written when the state changes, not at every sign-in.
//!
//! Its id is that of the user.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::conditional_access_policy::RISK_LEVEL_VALUES;
pub use crate::keys::{ID, USER_ID, USER_PRINCIPAL_NAME};
use crate::shape::{field, members, shape};
use crate::sign_in::{RISK_DETAIL_VALUES, RISK_EVENT_TYPE_VALUES, RISK_STATE_VALUES};

pub const IS_DELETED: Attr<bool> = Attr::new("isDeleted");
pub const IS_PROCESSING: Attr<bool> = Attr::new("isProcessing");
pub const RISK_DETAIL: Attr<str> = Attr::new("riskDetail");
pub const RISK_LAST_UPDATED_DATE_TIME: Attr<Time> = Attr::new("riskLastUpdatedDateTime");
pub const RISK_LEVEL: Attr<str> = Attr::new("riskLevel");
pub const RISK_STATE: Attr<str> = Attr::new("riskState");
pub const USER_DISPLAY_NAME: Attr<str> = Attr::new("userDisplayName");
pub const ACTIVITY: Attr<Record> = Attr::new("activity");
pub const INITIATED_BY: Attr<str> = Attr::new("initiatedBy");
pub const HISTORY: LinkId = LinkId::of("history");

pub static RISKY_USER: Kind = Kind::new(
    "riskyUser",
    &[
        ID.def().required().unique().system(),
        IS_DELETED.def().system(),
        IS_PROCESSING.def().system(),
        RISK_DETAIL.def().of(Type::Enum(&RISK_DETAIL_VALUES)).system(),
        RISK_LAST_UPDATED_DATE_TIME.def().system().ordered(),
        RISK_LEVEL.def().of(Type::Enum(&RISK_LEVEL_VALUES)).system().equal(),
        RISK_STATE.def().of(Type::Enum(&RISK_STATE_VALUES)).system().equal(),
        USER_DISPLAY_NAME.def().system(),
        USER_PRINCIPAL_NAME.def().system(),
    ],
    &[LinkDef::contained("history", &RISKY_USER_HISTORY_ITEM).system()],
)
.keyed_by(&["id"]);

/// One change of the state. Graph derives it from `riskyUser`; here it stands alone, so that lists of risky users hold none.
pub static RISKY_USER_HISTORY_ITEM: Kind = Kind::new(
    "riskyUserHistoryItem",
    &[
        ACTIVITY.def().of(Type::Record(&RISK_USER_ACTIVITY_RECORD)).system(),
        INITIATED_BY.def().system(),
        IS_DELETED.def().system(),
        IS_PROCESSING.def().system(),
        RISK_DETAIL.def().of(Type::Enum(&RISK_DETAIL_VALUES)).system(),
        RISK_LAST_UPDATED_DATE_TIME.def().system(),
        RISK_LEVEL.def().of(Type::Enum(&RISK_LEVEL_VALUES)).system(),
        RISK_STATE.def().of(Type::Enum(&RISK_STATE_VALUES)).system(),
        USER_DISPLAY_NAME.def().system(),
        USER_ID.def().system(),
        USER_PRINCIPAL_NAME.def().system(),
    ],
    &[],
);

pub static RISK_USER_ACTIVITY_RECORD: RecordDef = shape(
    "riskUserActivity",
    &[
        field::choice("detail", &RISK_DETAIL_VALUES),
        field::choices("eventTypes", &RISK_EVENT_TYPE_VALUES),
        field::texts("riskEventTypes"),
    ],
);

pub static ACTIVITY_TYPE_VALUES: EnumDef =
    members("activityType", &["signin", "user", "unknownFutureValue", "servicePrincipal"]);

pub static RISK_DETECTION_TIMING_TYPE_VALUES: EnumDef =
    members("riskDetectionTimingType", &["notDefined", "realtime", "nearRealtime", "offline", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[&RISK_USER_ACTIVITY_RECORD];
