//! `bulkUpload`: a SCIM bulk request (RFC 7644 §3.7) for a synchronization job, handed to the room that has the mapping.

use directory::Value;
use engine::{OwnedVerb, Submission, View};
use schema::synchronization_job::SYNCHRONIZATION_JOB;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::given::{arguments, json_object};
use crate::resolve::Entity;
use crate::write::failed;

/// Whether an object takes bulk uploads.
#[must_use]
pub fn takes(view: &View, entity: &Entity) -> bool {
    view.now().find_a(&SYNCHRONIZATION_JOB, entity.id).is_some()
}

/// Hand the request over; 202 says that what became of each operation stands in the provisioning log.
pub async fn answer(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let media_type = exchange.content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    if media_type != "application/scim+json" && media_type != "application/json" {
        return Err(Error::new(415, "UnsupportedMediaType", "The content type must be 'application/scim+json'."));
    }
    let given = arguments(&json_object(&exchange.body)?)?;
    let id = entity.id;
    let action = exchange.engine.action(&SYNCHRONIZATION_JOB, "bulkUpload", false);
    let action = action.ok_or_else(|| Error::segment("bulkUpload"))?;
    let question = (OwnedVerb::Action(action.name.to_owned()), &SYNCHRONIZATION_JOB, Some(id));
    let submission = Submission::asking(view.caller(), "Bulk upload", question, move |now, call| {
        (action.decide)(now, call, Some(now.get(id)?), &given)
    });
    let done = exchange.engine.submit(submission).await;
    let done = done.map_err(|failure| failed(&failure, Some(&SYNCHRONIZATION_JOB)))?;
    // The room answers with one row of the provisioning log for each record; they share job and cycle.
    let rows = match done.answer {
        Some(Value::List(rows)) => rows,
        _ => Vec::new(),
    };
    let (mut job, mut cycle) = (id.hyphenated().to_string(), view.caller().correlation.hyphenated().to_string());
    let mut began = view.at();
    for row in rows {
        let Value::Record(row) = row else { continue };
        job = row.text("jobId").map_or(job, str::to_owned);
        cycle = row.text("cycleId").map_or(cycle, str::to_owned);
        began = row.time("activityDateTime").map_or(began, |at| began.min(at));
        let user = row.record("targetIdentity").and_then(|target| target.guid("id"));
        exchange.engine.journal("provisioning", user, row).await.map_err(|_| Error::unavailable())?;
    }
    let base = exchange.base();
    // The moment ends the search: without it, every answer would read the log back to its first row.
    let location = format!(
        "{base}/auditLogs/provisioning?$filter=jobId%20eq%20'{job}'%20and%20cycleId%20eq%20'{cycle}'%20and%20activityDateTime%20ge%20{began}"
    );
    Ok(Reply { status: 202, ..Reply::empty() }.with("location", location))
}
