//! mobileAppContent: a version of what an application is made of, and the files that are uploaded for it.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Time, Type};

pub use crate::keys::{CREATED_DATE_TIME, NAME};
use crate::shape::members;

pub const AZURE_STORAGE_URI: Attr<str> = Attr::new("azureStorageUri");
pub const AZURE_STORAGE_URI_EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("azureStorageUriExpirationDateTime");
pub const IS_COMMITTED: Attr<bool> = Attr::new("isCommitted");
pub const IS_DEPENDENCY: Attr<bool> = Attr::new("isDependency");
pub const MANIFEST: Attr<[u8]> = Attr::new("manifest");
pub const SIZE: Attr<i64> = Attr::new("size");
pub const SIZE_ENCRYPTED: Attr<i64> = Attr::new("sizeEncrypted");
pub const UPLOAD_STATE: Attr<str> = Attr::new("uploadState");
/// The blob that the file became.
pub const FILE_SHA256: Attr<str> = Attr::new("fileSha256");
pub const CONTENT_VERSIONS: LinkId = LinkId::of("contentVersions");
pub const FILES: LinkId = LinkId::of("files");

pub static MOBILE_APP_CONTENT: Kind =
    Kind::new("mobileAppContent", &[], &[LinkDef::contained("files", &MOBILE_APP_CONTENT_FILE)]);

pub static MOBILE_APP_CONTENT_FILE: Kind = Kind::new(
    "mobileAppContentFile",
    &[
        // Where the bytes go: printed for whoever may write the application, and never kept.
        AZURE_STORAGE_URI.def().system(),
        AZURE_STORAGE_URI_EXPIRATION_DATE_TIME.def().system(),
        CREATED_DATE_TIME.def().system(),
        IS_COMMITTED.def().system(),
        IS_DEPENDENCY.def().on_create(),
        MANIFEST.def().on_create(),
        NAME.def().on_create().required(),
        SIZE.def().of(Type::Long).on_create().required(),
        SIZE_ENCRYPTED.def().of(Type::Long).on_create(),
        UPLOAD_STATE.def().of(Type::Enum(&MOBILE_APP_CONTENT_FILE_UPLOAD_STATE_VALUES)).system(),
        FILE_SHA256.def().secret(),
    ],
    &[],
);

pub static MOBILE_APP_CONTENT_FILE_UPLOAD_STATE_VALUES: EnumDef = members(
    "mobileAppContentFileUploadState",
    &[
        "success",
        "transientError",
        "error",
        "unknown",
        "azureStorageUriRequestSuccess",
        "azureStorageUriRequestPending",
        "azureStorageUriRequestFailed",
        "azureStorageUriRequestTimedOut",
        "azureStorageUriRenewalSuccess",
        "azureStorageUriRenewalPending",
        "azureStorageUriRenewalFailed",
        "azureStorageUriRenewalTimedOut",
        "commitFileSuccess",
        "commitFilePending",
        "commitFileFailed",
        "commitFileTimedOut",
    ],
);
