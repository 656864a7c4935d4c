//! deviceLogCollectionResponse: logs that a device was asked for, and whether they have come. The logs themselves are kept
//! sealed, for a while, outside the directory.

use directory::{Attr, EnumDef, Id, Kind, Time, Type};

use crate::shape::members;

pub const ENROLLED_BY_USER: Attr<str> = Attr::new("enrolledByUser");
pub const ERROR_CODE: Attr<i64> = Attr::new("errorCode");
pub const EXPIRATION_DATE_TIME_UTC: Attr<Time> = Attr::new("expirationDateTimeUTC");
pub const INITIATED_BY_USER_PRINCIPAL_NAME: Attr<str> = Attr::new("initiatedByUserPrincipalName");
pub const LOG_MANAGED_DEVICE_ID: Attr<Id> = Attr::new("managedDeviceId");
pub const RECEIVED_DATE_TIME_UTC: Attr<Time> = Attr::new("receivedDateTimeUTC");
pub const REQUESTED_DATE_TIME_UTC: Attr<Time> = Attr::new("requestedDateTimeUTC");
pub const SIZE: Attr<f64> = Attr::new("size");
pub const SIZE_IN_KB: Attr<f64> = Attr::new("sizeInKB");
pub const LOG_ACTION_ID: Attr<str> = Attr::new("logCollectionActionId");
pub const READ_COUNT: Attr<i64> = Attr::new("readCount");
pub const LAST_READ_DATE_TIME: Attr<Time> = Attr::new("lastReadDateTime");
pub const LOG_STATUS: Attr<str> = Attr::new("status");

pub static DEVICE_LOG_COLLECTION_RESPONSE: Kind = Kind::new(
    "deviceLogCollectionResponse",
    &[
        ENROLLED_BY_USER.def().system(),
        ERROR_CODE.def().of(Type::Long).system(),
        EXPIRATION_DATE_TIME_UTC.def().system(),
        INITIATED_BY_USER_PRINCIPAL_NAME.def().system(),
        LOG_MANAGED_DEVICE_ID.def().system(),
        RECEIVED_DATE_TIME_UTC.def().system(),
        REQUESTED_DATE_TIME_UTC.def().system(),
        SIZE.def().system(),
        SIZE_IN_KB.def().system(),
        LOG_STATUS.def().of(Type::Enum(&APP_LOG_UPLOAD_STATE_VALUES)).system(),
        // Castellan's own: when somebody last fetched them, and how often.
        LAST_READ_DATE_TIME.def().system(),
        READ_COUNT.def().system(),
        // For looking up: the remote action that asks the device.
        LOG_ACTION_ID.def().secret().equal(),
    ],
    &[],
);

pub static APP_LOG_UPLOAD_STATE_VALUES: EnumDef =
    members("appLogUploadState", &["pending", "completed", "failed", "unknownFutureValue"]);
