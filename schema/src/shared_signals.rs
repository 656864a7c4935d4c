//! sharedSignalsStream: who is told, in security event tokens, of what happens to people and devices; and
//! sharedSignalsTransmitter: whose tokens are believed here. Both are Castellan's own, in the words of the OpenID Shared
//! Signals Framework 1.0.

use directory::{Attr, EnumDef, Id, Kind, Time, Type};

pub use crate::keys::{CREATED_DATE_TIME, DESCRIPTION, DISPLAY_NAME, IS_ENABLED, STATUS};
use crate::shape::members;

pub const AUDIENCE: Attr<str> = Attr::new("audience");
pub const AUTHORIZATION_HEADER: Attr<[u8]> = Attr::new("authorizationHeader");
pub const DELETED_SUBJECTS: Attr<[Id]> = Attr::new("deletedSubjects");
pub const DELIVERY_METHOD: Attr<str> = Attr::new("deliveryMethod");
pub const ENDPOINT_URL: Attr<str> = Attr::new("endpointUrl");
pub const EVENTS_REQUESTED: Attr<[String]> = Attr::new("eventsRequested");
pub const RECEIVER: Attr<Id> = Attr::new("receiverId");
pub const REMOVED_SUBJECTS: Attr<[Id]> = Attr::new("removedSubjects");
pub const STATUS_REASON: Attr<str> = Attr::new("statusReason");
pub const ISSUER: Attr<str> = Attr::new("issuer");
pub const JWKS_URI: Attr<str> = Attr::new("jwksUri");
pub const LAST_RECEIVED_DATE_TIME: Attr<Time> = Attr::new("lastReceivedDateTime");
pub const ON_CREDENTIAL_COMPROMISE: Attr<str> = Attr::new("onCredentialCompromise");
pub const ON_SESSION_REVOKED: Attr<str> = Attr::new("onSessionRevoked");

/// A stream of ours. It is made and changed through the stream management API; administrators see it and can delete it.
pub static SHARED_SIGNALS_STREAM: Kind = Kind::new(
    "sharedSignalsStream",
    &[
        AUDIENCE.def().system(),
        CREATED_DATE_TIME.def().system(),
        DESCRIPTION.def().system(),
        DELIVERY_METHOD.def().of(Type::Enum(&DELIVERY_METHOD_VALUES)).system(),
        ENDPOINT_URL.def().system(),
        EVENTS_REQUESTED.def().system(),
        RECEIVER.def().required().system().equal(),
        REMOVED_SUBJECTS.def().system(),
        STATUS.def().of(Type::Enum(&STREAM_STATUS_VALUES)).system(),
        STATUS_REASON.def().system(),
        // Sealed; what the receiver wants to see in `Authorization`.
        AUTHORIZATION_HEADER.def().secret(),
        // Whom to name when they are purged, because nothing else is left of them then.
        DELETED_SUBJECTS.def().secret().owned_by("shared-signals"),
    ],
    &[],
);

/// Somebody whose events count here.
pub static SHARED_SIGNALS_TRANSMITTER: Kind = Kind::new(
    "sharedSignalsTransmitter",
    &[
        DISPLAY_NAME.def(),
        IS_ENABLED.def(),
        ISSUER.def().required().unique(),
        JWKS_URI.def().required(),
        AUDIENCE.def().required(),
        LAST_RECEIVED_DATE_TIME.def().system(),
        ON_CREDENTIAL_COMPROMISE.def().of(Type::Enum(&SIGNAL_RESPONSE_VALUES)),
        ON_SESSION_REVOKED.def().of(Type::Enum(&SIGNAL_RESPONSE_VALUES)),
    ],
    &[],
);

pub static DELIVERY_METHOD_VALUES: EnumDef = members("sharedSignalsDeliveryMethod", &["push", "poll"]);

pub static STREAM_STATUS_VALUES: EnumDef = members("sharedSignalsStreamStatus", &["enabled", "paused", "disabled"]);

/// What an event of somebody else leads to here.
pub static SIGNAL_RESPONSE_VALUES: EnumDef =
    members("sharedSignalsResponse", &["none", "riskLow", "riskMedium", "riskHigh", "revokeSessions"]);
