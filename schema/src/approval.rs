//! approval: a decision that somebody else has to take, stage by stage.

use directory::{Attr, Kind, LinkDef, LinkId, Record, Time, Type};

use crate::identity::IDENTITY_RECORD;
pub use crate::keys::{DISPLAY_NAME, ID, JUSTIFICATION, STATUS};

pub const ASSIGNED_TO_ME: Attr<bool> = Attr::new("assignedToMe");
pub const REVIEWED_BY: Attr<Record> = Attr::new("reviewedBy");
pub const REVIEWED_DATE_TIME: Attr<Time> = Attr::new("reviewedDateTime");
pub const REVIEW_RESULT: Attr<str> = Attr::new("reviewResult");
pub const APPROVERS: Attr<[Record]> = Attr::new("approverSubjectSets");
pub const FALLBACK_APPROVERS: Attr<[Record]> = Attr::new("fallbackApproverSubjectSets");
pub const IS_APPROVER_JUSTIFICATION_REQUIRED: Attr<bool> = Attr::new("isApproverJustificationRequired");
pub const APPROVAL_DUE: Attr<Time> = Attr::new("approvalDueDateTime");
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
        // Castellan's own: who may decide, as the policy named them when it was asked; who they are is looked up live.
        APPROVERS.def().secret(),
        FALLBACK_APPROVERS.def().secret(),
        IS_APPROVER_JUSTIFICATION_REQUIRED.def().secret(),
        // Castellan's own: when silence becomes a no, where the clock finds it.
        APPROVAL_DUE.def().ordered().secret(),
    ],
    &[],
);
