//! subscribedSku: a licence that the organisation has, and how much of it is used.

use directory::{Attr, Id, Kind, Record, RecordDef, Type};

pub use crate::keys::ID;
use crate::shape::{field, shape};

pub const ACCOUNT_ID: Attr<str> = Attr::new("accountId");
pub const ACCOUNT_NAME: Attr<str> = Attr::new("accountName");
pub const APPLIES_TO: Attr<str> = Attr::new("appliesTo");
pub const CAPABILITY_STATUS: Attr<str> = Attr::new("capabilityStatus");
pub const CONSUMED_UNITS: Attr<i64> = Attr::new("consumedUnits");
pub const PREPAID_UNITS: Attr<Record> = Attr::new("prepaidUnits");
pub const SERVICE_PLANS: Attr<[Record]> = Attr::new("servicePlans");
pub const SERVICE_PLAN_RULES: Attr<[Record]> = Attr::new("servicePlanRules");
pub const SKU_ID: Attr<Id> = Attr::new("skuId");
pub const SKU_PART_NUMBER: Attr<str> = Attr::new("skuPartNumber");
pub const SUBSCRIPTION_IDS: Attr<[String]> = Attr::new("subscriptionIds");

pub static SUBSCRIBED_SKU: Kind = Kind::new(
    "subscribedSku",
    &[
        ACCOUNT_ID.def().system(),
        ACCOUNT_NAME.def().system(),
        APPLIES_TO.def(),
        CAPABILITY_STATUS.def(),
        CONSUMED_UNITS.def().owned_by("licences"),
        PREPAID_UNITS.def().of(Type::Record(&LICENSE_UNITS_DETAIL_RECORD)),
        SERVICE_PLANS.def().of(Type::Record(&SERVICE_PLAN_INFO_RECORD)),
        SKU_ID.def().on_create().required().unique(),
        SKU_PART_NUMBER.def().equal(),
        SUBSCRIPTION_IDS.def().system(),
        ID.def().system().required().unique(),
        // Castellan's own: what a plan needs beside it, what it excludes, and where it must not be used.
        SERVICE_PLAN_RULES.def().of(Type::Record(&SERVICE_PLAN_RULE_RECORD)).on_select(),
    ],
    &[],
)
.keyed_by(&["id"]);

pub static LICENSE_UNITS_DETAIL_RECORD: RecordDef = shape(
    "licenseUnitsDetail",
    &[field::int("enabled"), field::int("lockedOut"), field::int("suspended"), field::int("warning")],
);

pub static SERVICE_PLAN_INFO_RECORD: RecordDef = shape(
    "servicePlanInfo",
    &[
        field::text("appliesTo"),
        field::text("provisioningStatus"),
        field::guid("servicePlanId"),
        field::text("servicePlanName"),
    ],
);

pub static SERVICE_PLAN_RULE_RECORD: RecordDef = shape(
    "servicePlanRule",
    &[
        field::guids("conflictsWith"),
        field::guids("dependsOn"),
        field::texts("prohibitedUsageLocations"),
        field::guid("servicePlanId"),
    ],
);

pub(crate) const RECORDS: &[&RecordDef] =
    &[&LICENSE_UNITS_DETAIL_RECORD, &SERVICE_PLAN_INFO_RECORD, &SERVICE_PLAN_RULE_RECORD];
