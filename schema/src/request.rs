//! request: what everything that is asked for and then decided has in common.

use directory::{Attr, Kind, Record, RecordDef, Type};

use crate::identity::{IDENTITY_RECORD, SHARE_POINT_GROUP_IDENTITY_RECORD, SHARE_POINT_IDENTITY_RECORD};
pub use crate::keys::{COMPLETED_DATE_TIME, CREATED_DATE_TIME, STATUS};
use crate::shape::{field, open_shape, shape, under};

pub const APPROVAL_ID: Attr<str> = Attr::new("approvalId");
pub const CREATED_BY: Attr<Record> = Attr::new("createdBy");
pub const CUSTOM_DATA: Attr<str> = Attr::new("customData");

pub static REQUEST: Kind = Kind::new(
    "request",
    &[
        APPROVAL_ID.def().system().equal(),
        COMPLETED_DATE_TIME.def().system(),
        // Castellan's own: when the completed request is forgotten.
        crate::workflow::HISTORY_ENDS.def().ordered().secret(),
        CREATED_BY.def().of(Type::Record(&IDENTITY_SET_RECORD)).system(),
        CREATED_DATE_TIME.def().system().ordered(),
        CUSTOM_DATA.def(),
        STATUS.def().system().equal(),
    ],
    &[],
)
.abstract_kind();

pub static IDENTITY_SET_RECORD: RecordDef = open_shape(shape(
    "identitySet",
    &[
        field::record("application", &IDENTITY_RECORD),
        field::record("device", &IDENTITY_RECORD),
        field::record("user", &IDENTITY_RECORD),
    ],
));

pub static SHARE_POINT_IDENTITY_SET_RECORD: RecordDef = open_shape(under(
    &IDENTITY_SET_RECORD,
    shape(
        "sharePointIdentitySet",
        &[
            field::record("group", &IDENTITY_RECORD),
            field::record("sharePointGroup", &SHARE_POINT_GROUP_IDENTITY_RECORD),
            field::record("siteGroup", &SHARE_POINT_IDENTITY_RECORD),
            field::record("siteUser", &SHARE_POINT_IDENTITY_RECORD),
        ],
    ),
));

pub static APPROVAL_IDENTITY_SET_RECORD: RecordDef =
    under(&IDENTITY_SET_RECORD, shape("approvalIdentitySet", &[field::record("group", &IDENTITY_RECORD)]));

pub(crate) const RECORDS: &[&RecordDef] =
    &[&IDENTITY_SET_RECORD, &SHARE_POINT_IDENTITY_SET_RECORD, &APPROVAL_IDENTITY_SET_RECORD];
