//! customExtensionCalloutInstance: what came of asking a system outside.

use directory::{EnumDef, RecordDef};

use crate::shape::{abstract_shape, field, members, shape, under};

pub static KEY_VALUE_PAIR_RECORD: RecordDef = shape("keyValuePair", &[field::text("name"), field::text("value")]);

pub static CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD: RecordDef = shape(
    "customExtensionCalloutInstance",
    &[
        field::text("customExtensionId"),
        field::text("detail"),
        field::text("externalCorrelationId"),
        field::text("id"),
        field::choice("status", &CUSTOM_EXTENSION_CALLOUT_INSTANCE_STATUS_VALUES),
    ],
);

pub static CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD: RecordDef =
    abstract_shape(shape("customExtensionEndpointConfiguration", &[]));

pub static HTTP_REQUEST_ENDPOINT_RECORD: RecordDef =
    under(&CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD, shape("httpRequestEndpoint", &[field::text("targetUrl")]));

pub static LOGIC_APP_TRIGGER_ENDPOINT_CONFIGURATION_RECORD: RecordDef = under(
    &CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD,
    shape(
        "logicAppTriggerEndpointConfiguration",
        &[
            field::text("logicAppWorkflowName"),
            field::text("resourceGroupName"),
            field::text("subscriptionId"),
            field::text("url"),
        ],
    ),
);

pub static CUSTOM_EXTENSION_CALLOUT_INSTANCE_STATUS_VALUES: EnumDef = members(
    "customExtensionCalloutInstanceStatus",
    &[
        "calloutSent",
        "callbackReceived",
        "calloutFailed",
        "callbackTimedOut",
        "waitingForCallback",
        "unknownFutureValue",
    ],
);

pub(crate) const RECORDS: &[&RecordDef] = &[
    &KEY_VALUE_PAIR_RECORD,
    &CUSTOM_EXTENSION_CALLOUT_INSTANCE_RECORD,
    &CUSTOM_EXTENSION_ENDPOINT_CONFIGURATION_RECORD,
    &HTTP_REQUEST_ENDPOINT_RECORD,
    &LOGIC_APP_TRIGGER_ENDPOINT_CONFIGURATION_RECORD,
];
