//! `/account/activity`: somebody's own sign-ins of the last days, as the log has them.

use askama::Template;
use directory::{Record, Time};
use engine::{Body, JournalQuery};
use http::{Response, StatusCode};
use signin::{Evidence, SIGN_INS};

use crate::error::Problem;
use crate::frame::Frame;
use crate::pages;
use crate::request::Desk;

/// So many are shown …
const SHOWN_MAX: usize = 50;
/// … of so many days.
const DAYS: i64 = 30;

struct Line {
    at: String,
    application: String,
    address: String,
    is_success: bool,
    reason: String,
}

#[derive(Template)]
#[template(path = "activity.html")]
struct Activity<'a> {
    frame: &'a Frame,
    lines: Vec<Line>,
}

pub(super) fn page(desk: &Desk<'_>, evidence: &Evidence) -> Result<Response<Body>, Problem> {
    let frame = &Frame::of(desk);
    let query = JournalQuery {
        subject: Some(evidence.user),
        from: Some(desk.at.plus_days(-DAYS)),
        limit: SHOWN_MAX,
        newest_first: true,
        ..JournalQuery::default()
    };
    let rows = desk.engine.journal_read(SIGN_INS, &query).map_err(|_| Problem::fault())?;
    let lines = rows.iter().map(|(_, row)| line(row)).collect();
    pages::show(StatusCode::OK, &Activity { frame, lines }, "")
}

fn line(row: &Record) -> Line {
    let status = row.record("status");
    let code = status.and_then(|status| status.int("errorCode")).unwrap_or(0);
    let text = |name: &str| row.text(name).unwrap_or_default().to_owned();
    let reason = status.filter(|_| code != 0).and_then(|status| status.text("failureReason"));
    Line {
        at: row.time("createdDateTime").map(|at| Time::from_unix(at.unix()).to_string()).unwrap_or_default(),
        application: text("appDisplayName"),
        address: text("ipAddress"),
        is_success: code == 0,
        reason: reason.unwrap_or_default().to_owned(),
    }
}
