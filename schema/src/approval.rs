//! approval: a decision that somebody else has to take, stage by stage.

use directory::{Attr, Kind, LinkDef, LinkId, Record, Time, Type};

use crate::identity::IDENTITY_RECORD;
pub use crate::keys::{DISPLAY_NAME, ID, JUSTIFICATION, STATUS};

pub const ASSIGNED_TO_ME: Attr<bool> = Attr::new("assignedToMe");
pub const REVIEWED_BY: Attr<Record> = Attr::new("reviewedBy");
pub const REVIEWED_DATE_TIME: Attr<Time> = Attr::new("reviewedDateTime");
pub const REVIEW_RESULT: Attr<str> = Attr::new("reviewResult");
pub const STAGES: LinkId = LinkId::of("stages");

/// A decision as a whole.
pub static APPROVAL: Kind = Kind::new(
    "approval",
    // The id of the request that it decides.
    &[ID.def().system().unique()],
    &[LinkDef::contained("stages", &APPROVAL_STAGE)],
);

/// What one round of approvers decides.
pub static APPROVAL_STAGE: Kind = Kind::new(
    "approvalStage",
    &[
        ASSIGNED_TO_ME.def().system(),
        DISPLAY_NAME.def().system(),
        JUSTIFICATION.def(),
        REVIEWED_BY.def().of(Type::Record(&IDENTITY_RECORD)).system(),
        REVIEWED_DATE_TIME.def().system(),
        REVIEW_RESULT.def(),
        STATUS.def().system(),
    ],
    &[],
);
