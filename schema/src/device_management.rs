//! deviceManagement: what the organisation has decided about device management as a whole.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

use crate::device_and_app_management_assignment_filter::DEVICE_PLATFORM_TYPE_VALUES;
use crate::managed_device::OWNER_TYPE_VALUES;
use crate::mobile_app::MIME_CONTENT_RECORD;
use crate::shape::{choice, field, guid, members, record, shape};

pub const AUTOMATIC_ENROLLMENT: Attr<Record> = Attr::new("automaticEnrollment");
pub const BULK_ACTION_LIMIT: Attr<Record> = Attr::new("bulkActionLimit");
pub const DESTRUCTIVE_ACTIONS: Attr<[Record]> = Attr::new("destructiveActions");

pub static DEVICE_MANAGEMENT: Kind = Kind::new(
    "deviceManagement",
    &[
        guid("intuneAccountId").system(),
        record("intuneBrand", &INTUNE_BRAND_RECORD),
        record("settings", &DEVICE_MANAGEMENT_SETTINGS_RECORD),
        choice("subscriptionState", &DEVICE_MANAGEMENT_SUBSCRIPTION_STATE_VALUES).system(),
        // Castellan's own: whose devices come under management by being joined; absent means everybody's.
        record("automaticEnrollment", &AUTOMATIC_ENROLLMENT_RECORD),
        // Castellan's own: how many devices may be wiped or retired within how many hours, and how many were.
        BULK_ACTION_LIMIT.def().of(Type::Record(&BULK_ACTION_LIMIT_RECORD)),
        DESTRUCTIVE_ACTIONS.def().secret(),
    ],
    &[],
);

pub static INTUNE_BRAND_RECORD: RecordDef = shape(
    "intuneBrand",
    &[
        field::text("contactITEmailAddress"),
        field::text("contactITName"),
        field::text("contactITNotes"),
        field::text("contactITPhoneNumber"),
        field::record("darkBackgroundLogo", &MIME_CONTENT_RECORD),
        field::text("displayName"),
        field::record("lightBackgroundLogo", &MIME_CONTENT_RECORD),
        field::text("onlineSupportSiteName"),
        field::text("onlineSupportSiteUrl"),
        field::text("privacyUrl"),
        field::flag("showDisplayNameNextToLogo"),
        field::flag("showLogo"),
        field::flag("showNameNextToLogo"),
        field::record("themeColor", &RGB_COLOR_RECORD),
        field::records("companyPortalBlockedActions", &COMPANY_PORTAL_BLOCKED_ACTION_RECORD),
        field::text("customCanSeePrivacyMessage"),
        field::text("customCantSeePrivacyMessage"),
        field::text("customPrivacyMessage"),
        field::flag("disableClientTelemetry"),
        field::flag("disableDeviceCategorySelection"),
        field::choice("enrollmentAvailability", &ENROLLMENT_AVAILABILITY_OPTIONS_VALUES),
        field::flag("isFactoryResetDisabled"),
        field::flag("isRemoveDeviceDisabled"),
        field::record("landingPageCustomizedImage", &MIME_CONTENT_RECORD),
        field::texts("roleScopeTagIds"),
        field::flag("showAzureADEnterpriseApps"),
        field::flag("showConfigurationManagerApps"),
        field::flag("showOfficeWebApps"),
    ],
);

/// The brake on actions that end the management of devices. Castellan's own.
pub static BULK_ACTION_LIMIT_RECORD: RecordDef =
    shape("bulkActionLimit", &[field::int("maximumDevices"), field::int("withinHours")]);

/// Whose devices come under management by being joined. Castellan's own.
pub static AUTOMATIC_ENROLLMENT_RECORD: RecordDef =
    shape("automaticEnrollment", &[field::choice("appliesTo", &POLICY_SCOPE_VALUES), field::texts("groupIds")]);

pub static POLICY_SCOPE_VALUES: EnumDef = members("policyScope", &["none", "all", "selected", "unknownFutureValue"]);

pub static RGB_COLOR_RECORD: RecordDef = shape("rgbColor", &[field::int("b"), field::int("g"), field::int("r")]);

pub static COMPANY_PORTAL_BLOCKED_ACTION_RECORD: RecordDef = shape(
    "companyPortalBlockedAction",
    &[
        field::choice("action", &COMPANY_PORTAL_ACTION_VALUES),
        field::choice("ownerType", &OWNER_TYPE_VALUES),
        field::choice("platform", &DEVICE_PLATFORM_TYPE_VALUES),
    ],
);

pub static DEVICE_MANAGEMENT_SETTINGS_RECORD: RecordDef = shape(
    "deviceManagementSettings",
    &[
        field::int("deviceComplianceCheckinThresholdDays"),
        field::flag("isScheduledActionEnabled"),
        field::flag("secureByDefault"),
        field::flag("androidDeviceAdministratorEnrollmentEnabled"),
        field::choice("derivedCredentialProvider", &DERIVED_CREDENTIAL_PROVIDER_TYPE_VALUES),
        field::text("derivedCredentialUrl"),
        field::int("deviceInactivityBeforeRetirementInDay"),
        field::flag("enableAutopilotDiagnostics"),
        field::flag("enableDeviceGroupMembershipReport"),
        field::flag("enableEnhancedTroubleshootingExperience"),
        field::flag("enableLogCollection"),
        field::flag("enhancedJailBreak"),
        field::flag("ignoreDevicesForUnsupportedSettingsEnabled"),
        field::flag("m365AppDiagnosticsEnabled"),
    ],
);

pub static COMPANY_PORTAL_ACTION_VALUES: EnumDef = members("companyPortalAction", &["unknown", "remove", "reset"]);

pub static ENROLLMENT_AVAILABILITY_OPTIONS_VALUES: EnumDef =
    members("enrollmentAvailabilityOptions", &["availableWithPrompts", "availableWithoutPrompts", "unavailable"]);

pub static DERIVED_CREDENTIAL_PROVIDER_TYPE_VALUES: EnumDef =
    members("derivedCredentialProviderType", &["notConfigured", "entrustDataCard", "purebred", "xTec", "intercede"]);

pub static DEVICE_MANAGEMENT_SUBSCRIPTION_STATE_VALUES: EnumDef = members(
    "deviceManagementSubscriptionState",
    &["pending", "active", "warning", "disabled", "deleted", "blocked", "lockedOut"],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &AUTOMATIC_ENROLLMENT_RECORD,
    &BULK_ACTION_LIMIT_RECORD,
    &INTUNE_BRAND_RECORD,
    &RGB_COLOR_RECORD,
    &COMPANY_PORTAL_BLOCKED_ACTION_RECORD,
    &DEVICE_MANAGEMENT_SETTINGS_RECORD,
];
