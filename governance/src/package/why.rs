//! Why somebody has what an access package gives: the assignment in words, with what stands behind it.

use directory::{Id, Record, Snapshot};
use schema::access_package_assignment::{
    ACCESS_PACKAGE_ASSIGNMENT, ASSIGNMENT_ENDS, ASSIGNMENT_POLICY, ASSIGNMENT_STARTS,
};
use schema::access_package_assignment_request::{ACCESS_PACKAGE_ASSIGNMENT_REQUEST, ASSIGNMENT_LINK, REQUESTOR};
use schema::approval::{APPROVAL, ID, REVIEW_RESULT, REVIEWED_BY, REVIEWED_DATE_TIME, STAGES};
use schema::{ACCESS_PACKAGE_LINK, CREATED_DATE_TIME, DISPLAY_NAME, JUSTIFICATION};

use crate::people;

/// `{text, because: [{text}]}` of an access package assignment: which package, by which policy, who asked, who approved,
/// until when. Nothing for what is no assignment.
#[must_use]
pub fn why_package(now: &Snapshot, assignment: Id) -> Option<Record> {
    let assignment = now.find_a(&ACCESS_PACKAGE_ASSIGNMENT, assignment)?;
    let package = now.linked(assignment.id, ACCESS_PACKAGE_LINK).map_or("that is gone", people::name);
    let mut because = Vec::new();
    if let Some(policy) = now.linked(assignment.id, ASSIGNMENT_POLICY) {
        because.push(format!("the assignment policy `{}` allows it", people::name(policy)));
    }
    let requests = now.backlinks(assignment.id, ASSIGNMENT_LINK).map(|link| link.object);
    for request in requests.filter(|request| now.is_a(request, &ACCESS_PACKAGE_ASSIGNMENT_REQUEST)) {
        let who =
            now.linked(request.id, REQUESTOR).and_then(|subject| subject.get(DISPLAY_NAME)).unwrap_or("the server");
        let when = request.get(CREATED_DATE_TIME).map(|at| format!(" on {at}")).unwrap_or_default();
        let reason = request.get(JUSTIFICATION).map(|reason| format!(": {reason}")).unwrap_or_default();
        because.push(format!("{who} asked for it{when}{reason}"));
        because.extend(approval(now, request.id));
    }
    because.push(match (assignment.get(ASSIGNMENT_STARTS), assignment.get(ASSIGNMENT_ENDS)) {
        (Some(start), Some(end)) => format!("it holds from {start} to {end}"),
        (Some(start), None) => format!("it holds from {start} on"),
        (None, _) => "it has no schedule".to_owned(),
    });
    let because: Vec<Record> = because.into_iter().map(|text| Record::new().with("text", text)).collect();
    Some(Record::new().with("text", format!("the access package `{package}` gives it")).with("because", because))
}

/// Who approved a request, and why.
pub(crate) fn approval(now: &Snapshot, request: Id) -> Option<String> {
    let approval = now.find_by(&APPROVAL, ID, request.to_string())?;
    let stage = now.linked(approval.id, STAGES)?;
    if stage.get(REVIEW_RESULT) != Some("Approve") {
        return None;
    }
    let by = stage.get(REVIEWED_BY).unwrap_or_default();
    let when = stage.get(REVIEWED_DATE_TIME).map(|at| format!(" on {at}")).unwrap_or_default();
    let reason = stage.get(JUSTIFICATION).map(|reason| format!(": {reason}")).unwrap_or_default();
    Some(format!("{} approved it{when}{reason}", by.text("displayName").unwrap_or("somebody")))
}
