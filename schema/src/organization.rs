//! organization: the tenant itself.

use directory::{Attr, EnumDef, Kind, LinkDef, Record, RecordDef, Time, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    ASSIGNED_PLANS, BUSINESS_PHONES, CITY, COUNTRY, CREATED_DATE_TIME, DISPLAY_NAME, ON_PREMISES_LAST_SYNC_DATE_TIME,
    ON_PREMISES_SYNC_ENABLED, POSTAL_CODE, PREFERRED_LANGUAGE, PROVISIONED_PLANS, STATE,
};
use crate::licence::{ASSIGNED_PLAN_RECORD, PROVISIONED_PLAN_RECORD};
use crate::organizational_branding::ORGANIZATIONAL_BRANDING;
use crate::shape::{field, members, shape};

pub const COUNTRY_LETTER_CODE: Attr<str> = Attr::new("countryLetterCode");
pub const DEFAULT_USAGE_LOCATION: Attr<str> = Attr::new("defaultUsageLocation");
pub const MARKETING_NOTIFICATION_EMAILS: Attr<[String]> = Attr::new("marketingNotificationEmails");
pub const MOBILE_DEVICE_MANAGEMENT_AUTHORITY: Attr<str> = Attr::new("mobileDeviceManagementAuthority");
pub const PARTNER_TENANT_TYPE: Attr<str> = Attr::new("partnerTenantType");
pub const PRIVACY_PROFILE: Attr<Record> = Attr::new("privacyProfile");
pub const SECURITY_COMPLIANCE_NOTIFICATION_MAILS: Attr<[String]> = Attr::new("securityComplianceNotificationMails");
pub const SECURITY_COMPLIANCE_NOTIFICATION_PHONES: Attr<[String]> = Attr::new("securityComplianceNotificationPhones");
pub const STREET: Attr<str> = Attr::new("street");
pub const TECHNICAL_NOTIFICATION_MAILS: Attr<[String]> = Attr::new("technicalNotificationMails");
pub const TENANT_TYPE: Attr<str> = Attr::new("tenantType");
pub const VERIFIED_DOMAINS: Attr<[Record]> = Attr::new("verifiedDomains");
pub const DIRECTORY_SIZE_QUOTA: Attr<Record> = Attr::new("directorySizeQuota");
pub const IS_MULTIPLE_DATA_LOCATIONS_FOR_SERVICES_ENABLED: Attr<bool> =
    Attr::new("isMultipleDataLocationsForServicesEnabled");
pub const ON_PREMISES_LAST_PASSWORD_SYNC_DATE_TIME: Attr<Time> = Attr::new("onPremisesLastPasswordSyncDateTime");

pub const LAST_SIGNING_KEY_ACT: Attr<str> = Attr::new("lastSigningKeyAct");

pub static ORGANIZATION: Kind = Kind::new(
    "organization",
    &[
        ASSIGNED_PLANS.def().of(Type::Record(&ASSIGNED_PLAN_RECORD)).system(),
        BUSINESS_PHONES.def(),
        CITY.def(),
        COUNTRY.def(),
        COUNTRY_LETTER_CODE.def(),
        CREATED_DATE_TIME.def().system(),
        DEFAULT_USAGE_LOCATION.def(),
        DISPLAY_NAME.def().required(),
        MARKETING_NOTIFICATION_EMAILS.def(),
        MOBILE_DEVICE_MANAGEMENT_AUTHORITY.def().of(Type::Enum(&MDM_AUTHORITY_VALUES)).system(),
        ON_PREMISES_LAST_SYNC_DATE_TIME.def(),
        ON_PREMISES_SYNC_ENABLED.def(),
        PARTNER_TENANT_TYPE.def().of(Type::Enum(&PARTNER_TENANT_TYPE_VALUES)).system(),
        POSTAL_CODE.def(),
        PREFERRED_LANGUAGE.def(),
        PRIVACY_PROFILE.def().of(Type::Record(&PRIVACY_PROFILE_RECORD)),
        PROVISIONED_PLANS.def().of(Type::Record(&PROVISIONED_PLAN_RECORD)).system(),
        SECURITY_COMPLIANCE_NOTIFICATION_MAILS.def(),
        SECURITY_COMPLIANCE_NOTIFICATION_PHONES.def(),
        STATE.def(),
        STREET.def(),
        TECHNICAL_NOTIFICATION_MAILS.def(),
        TENANT_TYPE.def().system(),
        VERIFIED_DOMAINS.def().of(Type::Record(&VERIFIED_DOMAIN_RECORD)).system(),
        DIRECTORY_SIZE_QUOTA.def().of(Type::Record(&DIRECTORY_SIZE_QUOTA_RECORD)).on_select(),
        IS_MULTIPLE_DATA_LOCATIONS_FOR_SERVICES_ENABLED.def().on_select(),
        ON_PREMISES_LAST_PASSWORD_SYNC_DATE_TIME.def().on_select(),
        // Castellan's own: what somebody last did to the keys that sign tokens, so that the audit knows.
        LAST_SIGNING_KEY_ACT.def().system().on_select(),
    ],
    &[LinkDef::contained("branding", &ORGANIZATIONAL_BRANDING).single()],
)
.under(&DIRECTORY_OBJECT);

pub static PRIVACY_PROFILE_RECORD: RecordDef =
    shape("privacyProfile", &[field::text("contactEmail"), field::text("statementUrl")]);

pub static VERIFIED_DOMAIN_RECORD: RecordDef = shape(
    "verifiedDomain",
    &[
        field::text("capabilities"),
        field::flag("isDefault"),
        field::flag("isInitial"),
        field::text("name"),
        field::text("type"),
    ],
);

pub static DIRECTORY_SIZE_QUOTA_RECORD: RecordDef =
    shape("directorySizeQuota", &[field::int("total"), field::int("used")]);

pub static MDM_AUTHORITY_VALUES: EnumDef = members("mdmAuthority", &["unknown", "intune", "sccm", "office365"]);

pub static PARTNER_TENANT_TYPE_VALUES: EnumDef = members(
    "partnerTenantType",
    &[
        "microsoftSupport",
        "syndicatePartner",
        "breadthPartner",
        "breadthPartnerDelegatedAdmin",
        "resellerPartnerDelegatedAdmin",
        "valueAddedResellerPartnerDelegatedAdmin",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&PRIVACY_PROFILE_RECORD, &VERIFIED_DOMAIN_RECORD, &DIRECTORY_SIZE_QUOTA_RECORD];
