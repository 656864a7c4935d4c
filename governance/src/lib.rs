//! For how long: access packages that are asked for and given back, roles that are activated and end, workflows that run
//! when people join, move and leave.
//!
//! A request is judged when it is made and again when it is approved; what it leads to is an object with a schedule, and
//! reactions make true what living schedules say, and nothing else. So nobody keeps what they were lent.
//!
//! Deliberately absent: how a mail is sent and how a secret is made (effects ask the server for both), and whether a caller
//! may ask at all, which is `access`.

mod approval;
mod consent_request;
mod ids;
mod mail;
mod mine;
mod package;
mod people;
mod role;
mod span;
mod terms;
mod workflow;
#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod world;

use directory::Room;
use schema::access_package::ACCESS_PACKAGE;
use schema::access_package_assignment::ACCESS_PACKAGE_ASSIGNMENT;
use schema::access_package_assignment_policy::ACCESS_PACKAGE_ASSIGNMENT_POLICY;
use schema::access_package_assignment_request::ACCESS_PACKAGE_ASSIGNMENT_REQUEST;
use schema::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use schema::approval::APPROVAL;
use schema::unified_role_assignment_schedule::{
    UNIFIED_ROLE_ASSIGNMENT_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
};
use schema::unified_role_eligibility_schedule::{
    UNIFIED_ROLE_ELIGIBILITY_SCHEDULE, UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
};
use schema::unified_role_management_policy::UNIFIED_ROLE_MANAGEMENT_POLICY;
use schema::workflow::WORKFLOW;

/// A completed request, with its approval, is forgotten after so many days.
pub(crate) const REQUESTS_KEPT_DAYS: i64 = 92;

pub use consent_request::{ConsentWish, are_consent_requests_taken, request_consent};
pub use package::why::why_package;
pub use role::policy::default_policy;
pub use role::why::why_role;
pub use terms::{Answer as TermsAnswer, Terms, answered as terms_answered, terms};
pub use workflow::task::{END_ROLES, RELEASE_DEVICES};

/// The outbox topic of a mail: `{to, subject, text}`.
pub const MAIL: &str = "mail";
/// The outbox topic of a Temporary Access Pass that is to be made and mailed: `{user, startDateTime, lifetimeInMinutes,
/// isUsableOnce, to, subject, text}`; `{{temporaryAccessPass}}` in the text stands for the pass.
pub const TEMPORARY_ACCESS_PASS: &str = "temporaryAccessPass";

/// The room as data. Requests are judged before stages of approval: what an approver leads to is no edit of the request.
pub const ROOM: Room = Room {
    name: "governance",
    kinds: &[
        &ACCESS_PACKAGE_CATALOG,
        &ACCESS_PACKAGE,
        &ACCESS_PACKAGE_ASSIGNMENT_POLICY,
        &ACCESS_PACKAGE_ASSIGNMENT_REQUEST,
        &ACCESS_PACKAGE_ASSIGNMENT,
        &APPROVAL,
        &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE,
        &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST,
        &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE,
        &UNIFIED_ROLE_ASSIGNMENT_SCHEDULE_REQUEST,
        &UNIFIED_ROLE_MANAGEMENT_POLICY,
        &WORKFLOW,
        &schema::consent_request::ADMIN_CONSENT_REQUEST_POLICY,
        &schema::consent_request::APP_CONSENT_REQUEST,
        &schema::consent_request::USER_CONSENT_REQUEST,
        &schema::agreement::AGREEMENT,
        &schema::agreement::AGREEMENT_ACCEPTANCE,
    ],
    actions: &[
        package::request::CANCEL,
        role::request::CANCEL,
        workflow::edit::ACTIVATE,
        workflow::edit::CREATE_NEW_VERSION,
        mine::PACKAGES,
        mine::PACKAGE_REQUESTS,
        mine::PACKAGE_ASSIGNMENTS,
        mine::APPROVALS,
        mine::ELIGIBILITY_REQUESTS,
        mine::ELIGIBILITIES,
        mine::ELIGIBILITY_INSTANCES,
        mine::ROLE_REQUESTS,
        mine::ROLE_ASSIGNMENTS,
        mine::ROLE_INSTANCES,
        mine::CONSENT_REQUESTS,
    ],
    checks: &[
        package::policy::OF_CATALOG,
        package::policy::OF_PACKAGE,
        package::policy::OF_POLICY,
        package::contents::CHECK,
        package::resource_request::CHECK,
        package::request::CHECK,
        package::request::OF_ASSIGNMENT,
        role::policy::CHECK,
        role::request::OF_ELIGIBILITY,
        role::request::OF_ASSIGNMENT,
        workflow::edit::CHECK,
        terms::CHECK,
        consent_request::OF_POLICY,
        consent_request::OF_REQUEST,
        consent_request::OF_USER_REQUEST,
        approval::OF_APPROVAL,
        approval::OF_STAGE,
    ],
    reactions: &[
        approval::REACTION,
        consent_request::REACTION,
        package::delivery::REACTION,
        role::schedules::REACTION,
        workflow::lifecycle::REACTION,
    ],
};
