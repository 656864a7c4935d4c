//! appConsentRequest: what people ask administrators to let an application do, and adminConsentRequestPolicy: whether they
//! may ask, and whom.

use directory::{Attr, Id, Kind, LinkDef, LinkId, Record, RecordDef, Type};

use crate::approval::APPROVAL;
pub use crate::keys::{APP_DISPLAY_NAME, APP_ID, ID};
use crate::request::REQUEST;
use crate::shape::{field, int, shape};

pub const CONSENT_TYPE: Attr<str> = Attr::new("consentType");
pub const PENDING_SCOPES: Attr<[Record]> = Attr::new("pendingScopes");
pub const REASON: Attr<str> = Attr::new("reason");
/// The service principals and the permissions that were asked for.
pub const CLIENT: Attr<Id> = Attr::new("consentClientId");
pub const RESOURCE: Attr<Id> = Attr::new("consentResourceId");
pub const SCOPES: Attr<[String]> = Attr::new("consentScopes");
pub const USER_CONSENT_REQUESTS: LinkId = LinkId::of("userConsentRequests");
pub const APPROVAL_LINK: LinkId = LinkId::of("approval");

pub const IS_ENABLED: Attr<bool> = Attr::new("isEnabled");
pub const NOTIFY_REVIEWERS: Attr<bool> = Attr::new("notifyReviewers");
pub const REMINDERS_ENABLED: Attr<bool> = Attr::new("remindersEnabled");
pub const REQUEST_DURATION_IN_DAYS: Attr<i64> = Attr::new("requestDurationInDays");
pub const REVIEWERS: Attr<[Record]> = Attr::new("reviewers");

pub static ADMIN_CONSENT_REQUEST_POLICY: Kind = Kind::new(
    "adminConsentRequestPolicy",
    &[
        ID.def().system(),
        IS_ENABLED.def(),
        NOTIFY_REVIEWERS.def(),
        REMINDERS_ENABLED.def(),
        REQUEST_DURATION_IN_DAYS.def(),
        REVIEWERS.def().of(Type::Record(&ACCESS_REVIEW_REVIEWER_SCOPE_RECORD)),
        int("version").system(),
    ],
    &[],
);

/// One for each application; those of people lie beneath.
pub static APP_CONSENT_REQUEST: Kind = Kind::new(
    "appConsentRequest",
    &[
        APP_DISPLAY_NAME.def().system().equal(),
        APP_ID.def().system().equal(),
        CONSENT_TYPE.def().system(),
        PENDING_SCOPES.def().of(Type::Record(&APP_CONSENT_REQUEST_SCOPE_RECORD)).system(),
    ],
    &[LinkDef::contained("userConsentRequests", &USER_CONSENT_REQUEST).system()],
);

/// One person's.
pub static USER_CONSENT_REQUEST: Kind = Kind::new(
    "userConsentRequest",
    &[
        REASON.def().system(),
        // Castellan's own: what exactly was asked for, so that it can be seen when it is given.
        CLIENT.def().equal().secret(),
        RESOURCE.def().secret(),
        SCOPES.def().secret(),
    ],
    &[LinkDef::contained("approval", &APPROVAL).single().system()],
)
.under(&REQUEST);

pub static ACCESS_REVIEW_REVIEWER_SCOPE_RECORD: RecordDef =
    shape("accessReviewReviewerScope", &[field::text("query"), field::text("queryRoot"), field::text("queryType")]);

pub static APP_CONSENT_REQUEST_SCOPE_RECORD: RecordDef = shape("appConsentRequestScope", &[field::text("displayName")]);

pub(crate) const RECORDS: &[&RecordDef] = &[&ACCESS_REVIEW_REVIEWER_SCOPE_RECORD, &APP_CONSENT_REQUEST_SCOPE_RECORD];
