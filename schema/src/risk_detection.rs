//! riskDetection: a row of the journal of what was held against a sign-in or an account, and why.

use directory::{Attr, Kind, Time, Type};

use crate::conditional_access_policy::RISK_LEVEL_VALUES;
pub use crate::keys::{USER_ID, USER_PRINCIPAL_NAME};
use crate::risky_user::{ACTIVITY_TYPE_VALUES, RISK_DETECTION_TIMING_TYPE_VALUES};
use crate::shape::{choice, record, text, time};
use crate::sign_in::{
    RISK_DETAIL_VALUES, RISK_EVENT_TYPE_VALUES, RISK_STATE_VALUES, SIGN_IN_LOCATION_RECORD, TOKEN_ISSUER_TYPE_VALUES,
};

pub const ACTIVITY_DATE_TIME: Attr<Time> = Attr::new("activityDateTime");

pub static RISK_DETECTION: Kind = Kind::new(
    "riskDetection",
    &[
        choice("activity", &ACTIVITY_TYPE_VALUES),
        ACTIVITY_DATE_TIME.def().of(Type::Time).system(),
        text("additionalInfo"),
        text("correlationId"),
        time("detectedDateTime"),
        choice("detectionTimingType", &RISK_DETECTION_TIMING_TYPE_VALUES),
        text("ipAddress"),
        time("lastUpdatedDateTime"),
        record("location", &SIGN_IN_LOCATION_RECORD),
        text("requestId"),
        choice("riskDetail", &RISK_DETAIL_VALUES),
        text("riskEventType"),
        choice("riskLevel", &RISK_LEVEL_VALUES),
        choice("riskState", &RISK_STATE_VALUES),
        text("source"),
        choice("tokenIssuerType", &TOKEN_ISSUER_TYPE_VALUES),
        text("userDisplayName"),
        USER_ID.def(),
        USER_PRINCIPAL_NAME.def(),
        text("mitreTechniqueId").on_select(),
        choice("riskType", &RISK_EVENT_TYPE_VALUES).on_select(),
    ],
    &[],
);
