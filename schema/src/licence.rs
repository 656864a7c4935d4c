//! assignedLicense and its like: licences and service plans that somebody has.

use directory::RecordDef;

use crate::shape::{field, shape};

pub static ASSIGNED_LICENSE_RECORD: RecordDef =
    shape("assignedLicense", &[field::guids("disabledPlans"), field::guid("skuId")]);

pub static ASSIGNED_PLAN_RECORD: RecordDef = shape(
    "assignedPlan",
    &[
        field::time("assignedDateTime"),
        field::text("capabilityStatus"),
        field::text("service"),
        field::guid("servicePlanId"),
    ],
);

pub static PROVISIONED_PLAN_RECORD: RecordDef = shape(
    "provisionedPlan",
    &[field::text("capabilityStatus"), field::text("provisioningStatus"), field::text("service")],
);

pub(crate) const RECORDS: &[&RecordDef] = &[&ASSIGNED_LICENSE_RECORD, &ASSIGNED_PLAN_RECORD, &PROVISIONED_PLAN_RECORD];
