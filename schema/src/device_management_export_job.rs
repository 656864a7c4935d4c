//! deviceManagementExportJob: a report that is written to a file, for whoever asked for it, and is theirs for a while.

use directory::{Attr, EnumDef, Kind, Record, Time, Type};

use crate::shape::{choice, members, text};

pub const EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("expirationDateTime");
pub const FILTER: Attr<str> = Attr::new("filter");
pub const FORMAT: Attr<str> = Attr::new("format");
pub const REPORT_NAME: Attr<str> = Attr::new("reportName");
pub const REQUEST_DATE_TIME: Attr<Time> = Attr::new("requestDateTime");
pub const SELECT: Attr<[String]> = Attr::new("select");
pub const STATUS: Attr<str> = Attr::new("status");
pub const URL: Attr<str> = Attr::new("url");
/// The blob that the file is, who asked for it, and what they were allowed.
pub const REPORT_SHA256: Attr<str> = Attr::new("reportSha256");
pub const REPORT_SIZE: Attr<i64> = Attr::new("reportSizeInBytes");
/// Since when the work is on its way.
pub const ASKED_DATE_TIME: Attr<Time> = Attr::new("askedDateTime");
pub const REQUESTED_BY: Attr<Record> = Attr::new("requestedByCaller");

pub static DEVICE_MANAGEMENT_EXPORT_JOB: Kind = Kind::new(
    "deviceManagementExportJob",
    &[
        EXPIRATION_DATE_TIME.def().system().ordered(),
        FILTER.def().on_create(),
        FORMAT.def().of(Type::Enum(&DEVICE_MANAGEMENT_REPORT_FILE_FORMAT_VALUES)).on_create(),
        choice("localizationType", &DEVICE_MANAGEMENT_EXPORT_JOB_LOCALIZATION_TYPE_VALUES).on_create(),
        REPORT_NAME.def().on_create().required(),
        REQUEST_DATE_TIME.def().system(),
        text("search").on_create(),
        SELECT.def().on_create(),
        text("snapshotId").on_create(),
        STATUS.def().of(Type::Enum(&DEVICE_MANAGEMENT_REPORT_STATUS_VALUES)).system(),
        // Where the file is: printed for whoever asked for it, and never kept.
        URL.def().system(),
        REPORT_SHA256.def().secret(),
        REPORT_SIZE.def().of(Type::Long).secret(),
        REQUESTED_BY.def().secret(),
        ASKED_DATE_TIME.def().secret().owned_by("report-exports"),
    ],
    &[],
);

pub static DEVICE_MANAGEMENT_REPORT_FILE_FORMAT_VALUES: EnumDef =
    members("deviceManagementReportFileFormat", &["csv", "pdf", "json", "unknownFutureValue"]);

pub static DEVICE_MANAGEMENT_REPORT_STATUS_VALUES: EnumDef =
    members("deviceManagementReportStatus", &["unknown", "notStarted", "inProgress", "completed", "failed"]);

pub static DEVICE_MANAGEMENT_EXPORT_JOB_LOCALIZATION_TYPE_VALUES: EnumDef = members(
    "deviceManagementExportJobLocalizationType",
    &["localizedValuesAsAdditionalColumn", "replaceLocalizableValues"],
);
