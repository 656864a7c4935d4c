//! namedLocation: where a sign-in comes from: address ranges or countries.

use directory::{Attr, EnumDef, Kind, Record, RecordDef, Type};

pub use crate::keys::{CREATED_DATE_TIME, DISPLAY_NAME, MODIFIED_DATE_TIME};
use crate::policy_base::POLICY_DELETABLE_ITEM;
use crate::shape::{abstract_shape, field, members, shape, under};

pub const IP_RANGES: Attr<[Record]> = Attr::new("ipRanges");
pub const IS_TRUSTED: Attr<bool> = Attr::new("isTrusted");
pub const COUNTRIES_AND_REGIONS: Attr<[String]> = Attr::new("countriesAndRegions");
pub const COUNTRY_LOOKUP_METHOD: Attr<str> = Attr::new("countryLookupMethod");
pub const INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS: Attr<bool> = Attr::new("includeUnknownCountriesAndRegions");

/// A place, whatever it is told by.
pub static NAMED_LOCATION: Kind = Kind::new(
    "namedLocation",
    &[CREATED_DATE_TIME.def().system(), DISPLAY_NAME.def().required().equal(), MODIFIED_DATE_TIME.def().system()],
    &[],
)
.under(&POLICY_DELETABLE_ITEM)
.abstract_kind();

/// Address ranges, which may be trusted.
pub static IP_NAMED_LOCATION: Kind = Kind::new(
    "ipNamedLocation",
    &[IP_RANGES.def().of(Type::Record(&IP_RANGE_RECORD)).required(), IS_TRUSTED.def()],
    &[],
)
.under(&NAMED_LOCATION)
.restorable(30);

/// Countries, told by the address or by the device.
pub static COUNTRY_NAMED_LOCATION: Kind = Kind::new(
    "countryNamedLocation",
    &[
        COUNTRIES_AND_REGIONS.def().required(),
        COUNTRY_LOOKUP_METHOD.def().of(Type::Enum(&COUNTRY_LOOKUP_METHOD_TYPE_VALUES)),
        INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS.def(),
    ],
    &[],
)
.under(&NAMED_LOCATION)
.restorable(30);

pub static IP_RANGE_RECORD: RecordDef = abstract_shape(shape("ipRange", &[]));

pub static IPV4_CIDR_RANGE_RECORD: RecordDef =
    under(&IP_RANGE_RECORD, shape("iPv4CidrRange", &[field::text("cidrAddress")]));

pub static IPV4_RANGE_RECORD: RecordDef =
    under(&IP_RANGE_RECORD, shape("iPv4Range", &[field::text("lowerAddress"), field::text("upperAddress")]));

pub static IPV6_CIDR_RANGE_RECORD: RecordDef =
    under(&IP_RANGE_RECORD, shape("iPv6CidrRange", &[field::text("cidrAddress")]));

pub static IPV6_RANGE_RECORD: RecordDef =
    under(&IP_RANGE_RECORD, shape("iPv6Range", &[field::text("lowerAddress"), field::text("upperAddress")]));

pub static COUNTRY_LOOKUP_METHOD_TYPE_VALUES: EnumDef =
    members("countryLookupMethodType", &["clientIpAddress", "authenticatorAppGps", "unknownFutureValue"]);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&IP_RANGE_RECORD, &IPV4_CIDR_RANGE_RECORD, &IPV4_RANGE_RECORD, &IPV6_CIDR_RANGE_RECORD, &IPV6_RANGE_RECORD];
