//! `POST identity/conditionalAccess/preview`: what a policy would have done to the sign-ins of the last days, before it is
//! enforced. `{ "policy": { … } }` or `{ "policyId": "…" }`, and `days`.

use access::conditional::{Draft, Preview};
use directory::{Id, Record, id_from_text};
use engine::JournalQuery;
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use schema::sign_in::SIGN_IN;
use serde_json::Value as Json;

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::given::{Purpose, Reader, settled};
use crate::read::may_read;

/// The sign-ins of so many days are tried, unless fewer are asked for.
const DAYS: i64 = 7;
const DAYS_MAX: i64 = 90;
/// How many sign-ins one trial looks at, the newest first; the answer says whether that was all of them.
const SIGN_INS_MAX: usize = 100_000;
/// How many are read at once; others get their turn in between.
const PAGE: usize = 1_000;

pub async fn answer(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &CONDITIONAL_ACCESS_POLICY)?;
    may_read(&view, &SIGN_IN)?;
    let body = exchange.members()?;
    let days = match body.get("days") {
        None => DAYS,
        Some(days) => days
            .as_i64()
            .filter(|days| (1..=DAYS_MAX).contains(days))
            .ok_or_else(|| Error::bad(format!("'days' is a number from 1 to {DAYS_MAX}.")))?,
    };
    let draft = draft(exchange, &body)?;
    let fresh: Id = keys::random_uuid();
    let refused = |refusal: directory::Refusal| Error::refused(&refusal, Some(&CONDITIONAL_ACCESS_POLICY));
    let mut preview = Preview::of(view.now(), view.at(), draft, fresh).map_err(refused)?;
    let from = view.at().plus_days(-days);
    let mut query = JournalQuery { from: Some(from), newest_first: true, limit: PAGE, ..JournalQuery::default() };
    let (mut seen, mut is_complete) = (0, false);
    while seen < SIGN_INS_MAX {
        let rows = exchange.engine.journal_read(signin::SIGN_INS, &query).map_err(|_| Error::unavailable())?;
        for (_, row) in &rows {
            preview.add(row);
        }
        seen += rows.len();
        let Some((last, _)) = rows.last().filter(|_| rows.len() == PAGE) else {
            is_complete = true;
            break;
        };
        query.after = last.seq;
        tokio::task::yield_now().await;
    }
    let report: Record = preview.report().with("from", from).with("isComplete", is_complete);
    let printer = exchange.printer(&view);
    let mut json = crate::json::Json::new();
    json.open();
    printer.fields(&mut json, &report, None, &[]);
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The policy that the body names or describes.
fn draft(exchange: &Exchange, body: &serde_json::Map<String, Json>) -> Result<Draft, Error> {
    match (body.get("policyId").and_then(Json::as_str), body.get("policy").and_then(Json::as_object)) {
        (Some(id), None) => id_from_text(id).map(Draft::Known).ok_or_else(|| Error::missing(id)),
        (None, Some(policy)) => {
            let view = exchange.view();
            let reader = Reader { model: view.now().model(), workload: Workload::Directory, purpose: Purpose::Create };
            let read = reader.draft(policy, &CONDITIONAL_ACCESS_POLICY, 0)?;
            let given = read.attributes.iter();
            Ok(Draft::New(given.filter_map(|(attribute, given)| Some((attribute.id, settled(None, given)?))).collect()))
        }
        _ => Err(Error::bad("Give either 'policyId' or 'policy'.")),
    }
}
