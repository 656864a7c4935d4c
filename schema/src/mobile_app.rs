//! mobileApp: an application that devices can be given, whatever it is made of.

use directory::{Attr, EnumDef, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::assignment::{
    DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES, DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD,
    MOBILE_APP_ASSIGNMENT,
};
pub use crate::keys::{
    ASSIGNMENTS, CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, IS_ASSIGNED, LAST_MODIFIED_DATE_TIME, NOTES,
    ROLE_SCOPE_TAG_IDS,
};
use crate::mobile_app_category::MOBILE_APP_CATEGORY;
use crate::mobile_app_content::MOBILE_APP_CONTENT;
use crate::mobile_app_relationship::{MOBILE_APP_RELATIONSHIP, MOBILE_APP_RELATIONSHIP_RECORD};
use crate::shape::{ENTITY_RECORD, abstract_shape, field, members, shape, under};

pub const DEVELOPER: Attr<str> = Attr::new("developer");
pub const INFORMATION_URL: Attr<str> = Attr::new("informationUrl");
pub const IS_FEATURED: Attr<bool> = Attr::new("isFeatured");
pub const LARGE_ICON: Attr<Record> = Attr::new("largeIcon");
pub const OWNER: Attr<str> = Attr::new("owner");
pub const PRIVACY_INFORMATION_URL: Attr<str> = Attr::new("privacyInformationUrl");
pub const PUBLISHER: Attr<str> = Attr::new("publisher");
pub const PUBLISHING_STATE: Attr<str> = Attr::new("publishingState");
pub const DEPENDENT_APP_COUNT: Attr<i64> = Attr::new("dependentAppCount");
pub const SUPERSEDED_APP_COUNT: Attr<i64> = Attr::new("supersededAppCount");
pub const SUPERSEDING_APP_COUNT: Attr<i64> = Attr::new("supersedingAppCount");
pub const UPLOAD_STATE: Attr<i64> = Attr::new("uploadState");
pub const COMMITTED_CONTENT_VERSION: Attr<str> = Attr::new("committedContentVersion");
pub const FILE_NAME: Attr<str> = Attr::new("fileName");
pub const SIZE: Attr<i64> = Attr::new("size");
pub const RELATIONSHIPS: Attr<[Record]> = Attr::new("relationships");
pub const CATEGORIES: LinkId = LinkId::of("categories");

/// What every application has.
pub static MOBILE_APP: Kind = Kind::new(
    "mobileApp",
    &[
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def(),
        DEVELOPER.def(),
        DISPLAY_NAME.def().required().ordered(),
        INFORMATION_URL.def(),
        IS_FEATURED.def(),
        LARGE_ICON.def().of(Type::Record(&MIME_CONTENT_RECORD)),
        LAST_MODIFIED_DATE_TIME.def().system(),
        NOTES.def(),
        OWNER.def(),
        PRIVACY_INFORMATION_URL.def(),
        PUBLISHER.def(),
        PUBLISHING_STATE.def().of(Type::Enum(&MOBILE_APP_PUBLISHING_STATE_VALUES)).system(),
        DEPENDENT_APP_COUNT.def().system().on_select(),
        IS_ASSIGNED.def().system().on_select(),
        ROLE_SCOPE_TAG_IDS.def().on_select(),
        SUPERSEDED_APP_COUNT.def().system().on_select(),
        SUPERSEDING_APP_COUNT.def().system().on_select(),
        UPLOAD_STATE.def().system().on_select(),
        ASSIGNMENTS.def().of(Type::Record(&MOBILE_APP_ASSIGNMENT_RECORD)).on_select(),
        // Written by `updateRelationships`, of both applications at once.
        RELATIONSHIPS.def().of(Type::Record(&MOBILE_APP_RELATIONSHIP_RECORD)).system().on_select(),
    ],
    &[
        LinkDef::records("assignments", "assignments", &MOBILE_APP_ASSIGNMENT),
        LinkDef::records("relationships", "relationships", &MOBILE_APP_RELATIONSHIP),
        LinkDef::many("categories", &MOBILE_APP_CATEGORY),
    ],
)
.abstract_kind();

/// An application of which we keep the package.
pub static MOBILE_LOB_APP: Kind = Kind::new(
    "mobileLobApp",
    &[COMMITTED_CONTENT_VERSION.def(), FILE_NAME.def(), SIZE.def().of(Type::Long).system()],
    &[LinkDef::contained("contentVersions", &MOBILE_APP_CONTENT)],
)
.under(&MOBILE_APP)
.abstract_kind();

pub static MIME_CONTENT_RECORD: RecordDef = shape("mimeContent", &[field::text("type"), field::bytes("value")]);

pub static MOBILE_APP_ASSIGNMENT_RECORD: RecordDef = under(
    &ENTITY_RECORD,
    shape(
        "mobileAppAssignment",
        &[
            field::choice("intent", &INSTALL_INTENT_VALUES),
            field::record("settings", &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD),
            field::record("target", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_TARGET_RECORD),
            field::choice("source", &DEVICE_AND_APP_MANAGEMENT_ASSIGNMENT_SOURCE_VALUES),
            field::text("sourceId"),
        ],
    ),
);

pub static MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = abstract_shape(shape("mobileAppAssignmentSettings", &[]));

pub static IOS_LOB_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosLobAppAssignmentSettings",
        &[
            field::flag("isRemovable"),
            field::flag("uninstallOnDeviceRemoval"),
            field::text("vpnConfigurationId"),
            field::flag("preventManagedAppBackup"),
        ],
    ),
);

pub static IOS_STORE_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosStoreAppAssignmentSettings",
        &[
            field::flag("isRemovable"),
            field::flag("uninstallOnDeviceRemoval"),
            field::text("vpnConfigurationId"),
            field::flag("preventManagedAppBackup"),
        ],
    ),
);

pub static IOS_VPP_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosVppAppAssignmentSettings",
        &[
            field::flag("useDeviceLicensing"),
            field::text("vpnConfigurationId"),
            field::flag("isRemovable"),
            field::flag("preventAutoAppUpdate"),
            field::flag("preventManagedAppBackup"),
            field::flag("uninstallOnDeviceRemoval"),
        ],
    ),
);

pub static MAC_OS_LOB_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape("macOsLobAppAssignmentSettings", &[field::flag("uninstallOnDeviceRemoval")]),
);

pub static MICROSOFT_STORE_FOR_BUSINESS_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape("microsoftStoreForBusinessAppAssignmentSettings", &[field::flag("useDeviceContext")]),
);

pub static WIN32_LOB_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "win32LobAppAssignmentSettings",
        &[
            field::record("autoUpdateSettings", &WIN32_LOB_APP_AUTO_UPDATE_SETTINGS_RECORD),
            field::choice("deliveryOptimizationPriority", &WIN32_LOB_APP_DELIVERY_OPTIMIZATION_PRIORITY_VALUES),
            field::record("installTimeSettings", &MOBILE_APP_INSTALL_TIME_SETTINGS_RECORD),
            field::choice("notifications", &WIN32_LOB_APP_NOTIFICATION_VALUES),
            field::record("restartSettings", &WIN32_LOB_APP_RESTART_SETTINGS_RECORD),
        ],
    ),
);

pub static WIN32_LOB_APP_AUTO_UPDATE_SETTINGS_RECORD: RecordDef = shape(
    "win32LobAppAutoUpdateSettings",
    &[field::choice("autoUpdateSupersededAppsState", &WIN32_LOB_AUTO_UPDATE_SUPERSEDED_APPS_STATE_VALUES)],
);

pub static MOBILE_APP_INSTALL_TIME_SETTINGS_RECORD: RecordDef = shape(
    "mobileAppInstallTimeSettings",
    &[field::time("deadlineDateTime"), field::time("startDateTime"), field::flag("useLocalTime")],
);

pub static WIN32_LOB_APP_RESTART_SETTINGS_RECORD: RecordDef = shape(
    "win32LobAppRestartSettings",
    &[
        field::int("countdownDisplayBeforeRestartInMinutes"),
        field::int("gracePeriodInMinutes"),
        field::int("restartNotificationSnoozeDurationInMinutes"),
    ],
);

pub static WIN32_CATALOG_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef =
    under(&WIN32_LOB_APP_ASSIGNMENT_SETTINGS_RECORD, shape("win32CatalogAppAssignmentSettings", &[]));

pub static WINDOWS_APP_X_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape("windowsAppXAppAssignmentSettings", &[field::flag("useDeviceContext")]),
);

pub static WINDOWS_UNIVERSAL_APP_X_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape("windowsUniversalAppXAppAssignmentSettings", &[field::flag("useDeviceContext")]),
);

pub static ANDROID_MANAGED_STORE_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "androidManagedStoreAppAssignmentSettings",
        &[
            field::texts("androidManagedStoreAppTrackIds"),
            field::choice("autoUpdateMode", &ANDROID_MANAGED_STORE_AUTO_UPDATE_MODE_VALUES),
        ],
    ),
);

pub static IOS_DDM_LOB_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosDdmLobAppAssignmentSettings",
        &[
            field::texts("associatedDomains"),
            field::flag("associatedDomainsDirectDownloadAllowed"),
            field::text("cellularSliceConfigurationId"),
            field::text("contentFilterConfigurationId"),
            field::text("dnsProxyConfigurationId"),
            field::flag("preventManagedAppBackup"),
            field::text("relayConfigurationId"),
            field::flag("tapToPayScreenLockEnabled"),
            field::text("vpnConfigurationId"),
        ],
    ),
);

pub static IOS_DDM_STORE_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosDdmStoreAppAssignmentSettings",
        &[
            field::choice("allowDownloadsOverCellular", &DDM_APP_ALLOW_DOWNLOADS_OVER_CELLULAR_VALUES),
            field::texts("associatedDomains"),
            field::flag("associatedDomainsDirectDownloadAllowed"),
            field::choice("automaticAppUpdates", &DDM_APP_AUTOMATIC_APP_UPDATES_VALUES),
            field::text("cellularSliceConfigurationId"),
            field::text("contentFilterConfigurationId"),
            field::text("dnsProxyConfigurationId"),
            field::flag("preventManagedAppBackup"),
            field::text("relayConfigurationId"),
            field::flag("tapToPayScreenLockEnabled"),
            field::int("version"),
            field::text("vpnConfigurationId"),
        ],
    ),
);

pub static IOS_DDM_VPP_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "iosDdmVppAppAssignmentSettings",
        &[
            field::choice("allowDownloadsOverCellular", &DDM_APP_ALLOW_DOWNLOADS_OVER_CELLULAR_VALUES),
            field::texts("associatedDomains"),
            field::flag("associatedDomainsDirectDownloadAllowed"),
            field::choice("automaticAppUpdates", &DDM_APP_AUTOMATIC_APP_UPDATES_VALUES),
            field::text("cellularSliceConfigurationId"),
            field::text("contentFilterConfigurationId"),
            field::text("dnsProxyConfigurationId"),
            field::flag("preventManagedAppBackup"),
            field::text("relayConfigurationId"),
            field::flag("tapToPayScreenLockEnabled"),
            field::flag("useDeviceLicensing"),
            field::int("version"),
            field::text("vpnConfigurationId"),
        ],
    ),
);

pub static MAC_OS_DDM_VPP_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "macOsDdmVppAppAssignmentSettings",
        &[
            field::choice("automaticAppUpdates", &DDM_APP_AUTOMATIC_APP_UPDATES_VALUES),
            field::flag("isIosApp"),
            field::flag("useDeviceLicensing"),
            field::int("version"),
        ],
    ),
);

pub static MAC_OS_VPP_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "macOsVppAppAssignmentSettings",
        &[
            field::flag("preventAutoAppUpdate"),
            field::flag("preventManagedAppBackup"),
            field::flag("uninstallOnDeviceRemoval"),
            field::flag("useDeviceLicensing"),
        ],
    ),
);

pub static WINDOWS_AUTO_UPDATE_CATALOG_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "windowsAutoUpdateCatalogAppAssignmentSettings",
        &[
            field::choice(
                "deliveryOptimizationPriority",
                &WINDOWS_AUTO_UPDATE_CATALOG_APP_DELIVERY_OPTIMIZATION_PRIORITY_VALUES,
            ),
            field::record("installTimeSettings", &WINDOWS_AUTO_UPDATE_CATALOG_APP_INSTALL_TIME_SETTINGS_RECORD),
            field::choice("notificationType", &WINDOWS_AUTO_UPDATE_CATALOG_APP_NOTIFICATION_TYPE_VALUES),
            field::record("restartSettings", &WINDOWS_AUTO_UPDATE_CATALOG_APP_RESTART_SETTINGS_RECORD),
        ],
    ),
);

pub static WINDOWS_AUTO_UPDATE_CATALOG_APP_INSTALL_TIME_SETTINGS_RECORD: RecordDef = shape(
    "windowsAutoUpdateCatalogAppInstallTimeSettings",
    &[field::time("deadlineDateTime"), field::time("startDateTime"), field::flag("useLocalTime")],
);

pub static WINDOWS_AUTO_UPDATE_CATALOG_APP_RESTART_SETTINGS_RECORD: RecordDef = shape(
    "windowsAutoUpdateCatalogAppRestartSettings",
    &[
        field::int("countdownDisplayBeforeRestartInMinutes"),
        field::int("gracePeriodInMinutes"),
        field::int("restartNotificationSnoozeDurationInMinutes"),
    ],
);

pub static WIN_GET_APP_ASSIGNMENT_SETTINGS_RECORD: RecordDef = under(
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    shape(
        "winGetAppAssignmentSettings",
        &[
            field::record("installTimeSettings", &WIN_GET_APP_INSTALL_TIME_SETTINGS_RECORD),
            field::choice("notifications", &WIN_GET_APP_NOTIFICATION_VALUES),
            field::record("restartSettings", &WIN_GET_APP_RESTART_SETTINGS_RECORD),
        ],
    ),
);

pub static WIN_GET_APP_INSTALL_TIME_SETTINGS_RECORD: RecordDef =
    shape("winGetAppInstallTimeSettings", &[field::time("deadlineDateTime"), field::flag("useLocalTime")]);

pub static WIN_GET_APP_RESTART_SETTINGS_RECORD: RecordDef = shape(
    "winGetAppRestartSettings",
    &[
        field::int("countdownDisplayBeforeRestartInMinutes"),
        field::int("gracePeriodInMinutes"),
        field::int("restartNotificationSnoozeDurationInMinutes"),
    ],
);

pub static MOBILE_APP_PUBLISHING_STATE_VALUES: EnumDef =
    members("mobileAppPublishingState", &["notPublished", "processing", "published"]);

pub static INSTALL_INTENT_VALUES: EnumDef =
    members("installIntent", &["available", "required", "uninstall", "availableWithoutEnrollment"]);

pub static WIN32_LOB_AUTO_UPDATE_SUPERSEDED_APPS_STATE_VALUES: EnumDef =
    members("win32LobAutoUpdateSupersededAppsState", &["notConfigured", "enabled", "unknownFutureValue"]);

pub static WIN32_LOB_APP_DELIVERY_OPTIMIZATION_PRIORITY_VALUES: EnumDef =
    members("win32LobAppDeliveryOptimizationPriority", &["notConfigured", "foreground"]);

pub static WIN32_LOB_APP_NOTIFICATION_VALUES: EnumDef =
    members("win32LobAppNotification", &["showAll", "showReboot", "hideAll"]);

pub static ANDROID_MANAGED_STORE_AUTO_UPDATE_MODE_VALUES: EnumDef =
    members("androidManagedStoreAutoUpdateMode", &["default", "postponed", "priority", "unknownFutureValue"]);

pub static DDM_APP_ALLOW_DOWNLOADS_OVER_CELLULAR_VALUES: EnumDef =
    members("ddmAppAllowDownloadsOverCellular", &["alwaysOn", "alwaysOff", "storeSettings", "unknownFutureValue"]);

pub static DDM_APP_AUTOMATIC_APP_UPDATES_VALUES: EnumDef =
    members("ddmAppAutomaticAppUpdates", &["alwaysOn", "alwaysOff", "storeSettings", "unknownFutureValue"]);

pub static WINDOWS_AUTO_UPDATE_CATALOG_APP_DELIVERY_OPTIMIZATION_PRIORITY_VALUES: EnumDef = members(
    "windowsAutoUpdateCatalogAppDeliveryOptimizationPriority",
    &["notConfigured", "foreground", "unknownFutureValue"],
);

pub static WINDOWS_AUTO_UPDATE_CATALOG_APP_NOTIFICATION_TYPE_VALUES: EnumDef =
    members("windowsAutoUpdateCatalogAppNotificationType", &["showAll", "showReboot", "hideAll", "unknownFutureValue"]);

pub static WIN_GET_APP_NOTIFICATION_VALUES: EnumDef =
    members("winGetAppNotification", &["showAll", "showReboot", "hideAll", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &MIME_CONTENT_RECORD,
    &MOBILE_APP_ASSIGNMENT_RECORD,
    &MOBILE_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_LOB_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_STORE_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_VPP_APP_ASSIGNMENT_SETTINGS_RECORD,
    &MAC_OS_LOB_APP_ASSIGNMENT_SETTINGS_RECORD,
    &MICROSOFT_STORE_FOR_BUSINESS_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WIN32_LOB_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WIN32_LOB_APP_AUTO_UPDATE_SETTINGS_RECORD,
    &MOBILE_APP_INSTALL_TIME_SETTINGS_RECORD,
    &WIN32_LOB_APP_RESTART_SETTINGS_RECORD,
    &WIN32_CATALOG_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WINDOWS_APP_X_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WINDOWS_UNIVERSAL_APP_X_APP_ASSIGNMENT_SETTINGS_RECORD,
    &ANDROID_MANAGED_STORE_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_DDM_LOB_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_DDM_STORE_APP_ASSIGNMENT_SETTINGS_RECORD,
    &IOS_DDM_VPP_APP_ASSIGNMENT_SETTINGS_RECORD,
    &MAC_OS_DDM_VPP_APP_ASSIGNMENT_SETTINGS_RECORD,
    &MAC_OS_VPP_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WINDOWS_AUTO_UPDATE_CATALOG_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WINDOWS_AUTO_UPDATE_CATALOG_APP_INSTALL_TIME_SETTINGS_RECORD,
    &WINDOWS_AUTO_UPDATE_CATALOG_APP_RESTART_SETTINGS_RECORD,
    &WIN_GET_APP_ASSIGNMENT_SETTINGS_RECORD,
    &WIN_GET_APP_INSTALL_TIME_SETTINGS_RECORD,
    &WIN_GET_APP_RESTART_SETTINGS_RECORD,
];
