//! serviceProvisioningError: what a service could not do with an object.

use directory::RecordDef;

use crate::shape::{abstract_shape, field, shape, under};

pub static SERVICE_PROVISIONING_ERROR_RECORD: RecordDef = abstract_shape(shape(
    "serviceProvisioningError",
    &[field::time("createdDateTime"), field::flag("isResolved"), field::text("serviceInstance")],
));

pub static SERVICE_PROVISIONING_XML_ERROR_RECORD: RecordDef =
    under(&SERVICE_PROVISIONING_ERROR_RECORD, shape("serviceProvisioningXmlError", &[field::text("errorDetail")]));

pub static SERVICE_PROVISIONING_RESOURCE_ERROR_RECORD: RecordDef = under(
    &SERVICE_PROVISIONING_ERROR_RECORD,
    shape(
        "serviceProvisioningResourceError",
        &[field::records("errors", &SERVICE_PROVISIONING_RESOURCE_ERROR_DETAIL_RECORD)],
    ),
);

pub static SERVICE_PROVISIONING_RESOURCE_ERROR_DETAIL_RECORD: RecordDef = shape(
    "serviceProvisioningResourceErrorDetail",
    &[field::text("code"), field::text("details"), field::text("message")],
);

pub static SERVICE_PROVISIONING_LINKED_RESOURCE_ERROR_DETAIL_RECORD: RecordDef = under(
    &SERVICE_PROVISIONING_RESOURCE_ERROR_DETAIL_RECORD,
    shape("serviceProvisioningLinkedResourceErrorDetail", &[field::text("propertyName"), field::text("target")]),
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &SERVICE_PROVISIONING_ERROR_RECORD,
    &SERVICE_PROVISIONING_XML_ERROR_RECORD,
    &SERVICE_PROVISIONING_RESOURCE_ERROR_RECORD,
    &SERVICE_PROVISIONING_RESOURCE_ERROR_DETAIL_RECORD,
    &SERVICE_PROVISIONING_LINKED_RESOURCE_ERROR_DETAIL_RECORD,
];
