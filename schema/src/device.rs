//! device: a computer or telephone as the directory knows it: who it is, whose it is and whether it may be trusted.
//!
//! How it is managed stands in `managed_device`.

use directory::{Attr, Kind, LinkDef, LinkId, Record, RecordDef, Time, Type};

use crate::directory_object::DIRECTORY_OBJECT;
pub use crate::keys::{
    ACCOUNT_ENABLED, ALTERNATIVE_NAMES, DISPLAY_NAME, ENROLLMENT_PROFILE_NAME, IS_MANAGEMENT_RESTRICTED, MANUFACTURER,
    MODEL, ON_PREMISES_LAST_SYNC_DATE_TIME, ON_PREMISES_SECURITY_IDENTIFIER, ON_PREMISES_SYNC_ENABLED,
    OPERATING_SYSTEM,
};
use crate::on_premises::ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD;
use crate::shape::{field, shape};

pub const ALTERNATIVE_SECURITY_IDS: Attr<[Record]> = Attr::new("alternativeSecurityIds");
pub const APPROXIMATE_LAST_SIGN_IN_DATE_TIME: Attr<Time> = Attr::new("approximateLastSignInDateTime");
pub const COMPLIANCE_EXPIRATION_DATE_TIME: Attr<Time> = Attr::new("complianceExpirationDateTime");
pub const DEVICE_CATEGORY_VALUE: Attr<str> = Attr::new("deviceCategory");
pub const DEVICE_ID: Attr<str> = Attr::new("deviceId");
pub const DEVICE_METADATA: Attr<str> = Attr::new("deviceMetadata");
pub const DEVICE_OWNERSHIP: Attr<str> = Attr::new("deviceOwnership");
pub const DEVICE_VERSION: Attr<i64> = Attr::new("deviceVersion");
pub const ENROLLMENT_TYPE: Attr<str> = Attr::new("enrollmentType");
pub const IS_COMPLIANT: Attr<bool> = Attr::new("isCompliant");
pub const IS_MANAGED: Attr<bool> = Attr::new("isManaged");
pub const IS_ROOTED: Attr<bool> = Attr::new("isRooted");
pub const MANAGEMENT_TYPE: Attr<str> = Attr::new("managementType");
pub const MDM_APP_ID: Attr<str> = Attr::new("mdmAppId");
pub const OPERATING_SYSTEM_VERSION: Attr<str> = Attr::new("operatingSystemVersion");
pub const PHYSICAL_IDS: Attr<[String]> = Attr::new("physicalIds");
pub const PROFILE_TYPE: Attr<str> = Attr::new("profileType");
pub const REGISTRATION_DATE_TIME: Attr<Time> = Attr::new("registrationDateTime");
pub const SYSTEM_LABELS: Attr<[String]> = Attr::new("systemLabels");
pub const TRUST_TYPE: Attr<str> = Attr::new("trustType");
pub const DOMAIN_NAME: Attr<str> = Attr::new("domainName");
pub const EXTENSION_ATTRIBUTES: Attr<Record> = Attr::new("extensionAttributes");
pub const HOSTNAMES: Attr<[String]> = Attr::new("hostnames");
/// Certificates of the computer's account in the organisation's own directory (`userCertificate`), in DER.
pub const ON_PREMISES_CERTIFICATES: Attr<[Record]> = Attr::new("onPremisesCertificates");
pub const KEY_THUMBPRINT: Attr<str> = Attr::new("deviceKeyThumbprint");
pub const TRANSPORT_KEY: Attr<str> = Attr::new("deviceTransportKey");
pub const REGISTERED_OWNERS: LinkId = LinkId::of("registeredOwners");
pub const REGISTERED_USERS: LinkId = LinkId::of("registeredUsers");

pub static DEVICE: Kind = Kind::new(
    "device",
    &[
        ACCOUNT_ENABLED.def().required(),
        ALTERNATIVE_SECURITY_IDS.def().of(Type::Record(&ALTERNATIVE_SECURITY_ID_RECORD)),
        APPROXIMATE_LAST_SIGN_IN_DATE_TIME.def().system().ordered(),
        COMPLIANCE_EXPIRATION_DATE_TIME.def().system(),
        DEVICE_CATEGORY_VALUE.def(),
        DEVICE_ID.def().required().unique(),
        DEVICE_METADATA.def(),
        DEVICE_OWNERSHIP.def(),
        DEVICE_VERSION.def(),
        DISPLAY_NAME.def().required().ordered(),
        ENROLLMENT_PROFILE_NAME.def(),
        ENROLLMENT_TYPE.def(),
        IS_COMPLIANT.def().owned_by("compliance"),
        IS_MANAGED.def(),
        IS_MANAGEMENT_RESTRICTED.def().system(),
        IS_ROOTED.def(),
        MANAGEMENT_TYPE.def(),
        MANUFACTURER.def(),
        MDM_APP_ID.def(),
        MODEL.def(),
        ON_PREMISES_LAST_SYNC_DATE_TIME.def(),
        ON_PREMISES_SECURITY_IDENTIFIER.def(),
        ON_PREMISES_SYNC_ENABLED.def(),
        OPERATING_SYSTEM.def().required().equal(),
        OPERATING_SYSTEM_VERSION.def().required(),
        PHYSICAL_IDS.def(),
        PROFILE_TYPE.def(),
        REGISTRATION_DATE_TIME.def().system(),
        SYSTEM_LABELS.def(),
        TRUST_TYPE.def(),
        ALTERNATIVE_NAMES.def().on_select(),
        DOMAIN_NAME.def().on_select(),
        EXTENSION_ATTRIBUTES.def().of(Type::Record(&ON_PREMISES_EXTENSION_ATTRIBUTES_RECORD)).on_select(),
        HOSTNAMES.def().on_select(),
        // Castellan's own: what a computer of the organisation's own directory proves itself with when it registers.
        ON_PREMISES_CERTIFICATES.def().of(Type::Record(&ON_PREMISES_CERTIFICATE_RECORD)).on_select(),
        // Castellan's own: the JWK thumbprint (RFC 7638) of the key that the device was registered with.
        KEY_THUMBPRINT.def().secret().unique(),
        // Castellan's own: the public key, as a JWK, to which secrets for the device are wrapped, where it has one of its own for that.
        TRANSPORT_KEY.def().secret(),
    ],
    &[
        LinkDef::many("registeredOwners", &DIRECTORY_OBJECT),
        LinkDef::many("registeredUsers", &DIRECTORY_OBJECT),
        LinkDef::back("memberOf", "members", &DIRECTORY_OBJECT),
        LinkDef::back_closure("transitiveMemberOf", "members", &DIRECTORY_OBJECT),
    ],
)
.under(&DIRECTORY_OBJECT)
.keyed_by(&["deviceId"]);

pub static ALTERNATIVE_SECURITY_ID_RECORD: RecordDef =
    shape("alternativeSecurityId", &[field::text("identityProvider"), field::bytes("key"), field::int("type")]);

pub static ON_PREMISES_CERTIFICATE_RECORD: RecordDef = shape("onPremisesCertificate", &[field::bytes("value")]);

pub(crate) const RECORDS: &[&RecordDef] = &[&ALTERNATIVE_SECURITY_ID_RECORD, &ON_PREMISES_CERTIFICATE_RECORD];
