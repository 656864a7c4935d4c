//! Which part of what happened a filter can be about at all, so that only that part is read: between two times, about somebody,
//! or one row by its number. What is read is filtered all the same.

use std::time::Duration;

use directory::{AttrId, CompareOp, Filter, Id, Operand, Time, Value};
use engine::{Engine, JournalQuery, View};

use crate::audit;
use crate::errors::Error;
use crate::resolve::From;
use crate::token::Position;

/// Rows are found by when they were written. That is not before what they tell of, and not more than this after it.
const WRITTEN_WITHIN: Duration = Duration::from_secs(3600);

/// One row, by its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Only {
    /// The commit of this USN.
    Commit(u64),
    /// The row of the journal's stream with this `seq`.
    Row(u64),
}

/// The part of a list that is to be read.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Bounds {
    /// Nothing older is wanted.
    pub since: Option<Time>,
    /// Nothing newer is wanted.
    pub until: Option<Time>,
    pub subject: Option<Id>,
    pub only: Option<Only>,
}

impl Bounds {
    pub fn of(source: &From, filter: Option<&Filter>) -> Bounds {
        let Some(filter) = filter else { return Bounds::default() };
        let time = AttrId::of(match source {
            From::Journal("signIns") => "createdDateTime",
            _ => "activityDateTime",
        });
        // A risk can be detected long after what it is seen by.
        let is_prompt = !matches!(source, From::Journal("riskDetections"));
        let is_by_subject = matches!(source, From::Journal("signIns" | "riskDetections"));
        Bounds {
            since: earliest(filter, time),
            until: latest(filter, time).filter(|_| is_prompt).map(|until| until + WRITTEN_WITHIN),
            subject: subject(filter).filter(|_| is_by_subject),
            only: id(filter).and_then(|key| named(source, key)),
        }
    }

    /// Where reading begins.
    pub fn start(&self, engine: &Engine, view: &View, source: &From) -> Result<Position, Error> {
        match self.only {
            Some(Only::Commit(usn)) => return Ok(Position { usn: usn.saturating_add(1), ..Position::default() }),
            Some(Only::Row(seq)) => return Ok(Position { seen: seq.saturating_add(1), ..Position::default() }),
            None => {}
        }
        let Some(until) = self.until.filter(|until| *until <= view.at()) else { return Ok(Position::default()) };
        let mut position = Position { seen: first_row(engine, stream(source), until)?, ..Position::default() };
        if matches!(source, From::Log) {
            position.usn = first_commit(engine, view.now().usn(), until)?;
        }
        Ok(position)
    }
}

/// The stream of the journal that a list is made of, alone or together with the log.
pub fn stream(source: &From) -> &'static str {
    match source {
        From::Journal(stream) => stream,
        _ => engine::REFUSALS,
    }
}

/// Which row has this id, if the id tells.
pub fn named(source: &From, key: &str) -> Option<Only> {
    match source {
        From::Log => audit::named(key),
        From::Journal(stream) => key.strip_prefix(stream)?.strip_prefix('_')?.parse().ok().map(Only::Row),
        _ => None,
    }
}

/// The first row of a stream that was written at this moment or later; 0 when there is none.
fn first_row(engine: &Engine, stream: &'static str, at: Time) -> Result<u64, Error> {
    let query = JournalQuery { from: Some(at), limit: 1, ..JournalQuery::default() };
    let rows = engine.journal_read(stream, &query).map_err(|_| Error::unavailable())?;
    Ok(rows.first().map_or(0, |(row, _)| row.seq))
}

/// The first commit of this moment or later, found by halving; 0 when there is none.
fn first_commit(engine: &Engine, newest: u64, at: Time) -> Result<u64, Error> {
    let (mut low, mut past) = (1, newest.saturating_add(1));
    while low < past {
        let middle = low + (past - low) / 2;
        let commits = engine.log(middle - 1, 1).map_err(|_| Error::unavailable())?;
        if commits.first().is_some_and(|commit| commit.at < at) {
            low = middle + 1;
        } else {
            past = middle;
        }
    }
    Ok(if low > newest { 0 } else { low })
}

/// What a condition that always has to hold says of an attribute of the row itself.
fn compared(filter: &Filter, attribute: AttrId) -> Vec<(CompareOp, &Value)> {
    match filter {
        Filter::And(parts) => parts.iter().flat_map(|part| compared(part, attribute)).collect(),
        Filter::Compare(Operand::Attribute(id, path), op, Operand::Literal(value))
            if *id == attribute && path.is_empty() =>
        {
            vec![(*op, value)]
        }
        _ => Vec::new(),
    }
}

/// The earliest time that a filter lets through.
fn earliest(filter: &Filter, attribute: AttrId) -> Option<Time> {
    let bounds = compared(filter, attribute).into_iter();
    bounds.filter(|(op, _)| matches!(op, CompareOp::Ge | CompareOp::Gt | CompareOp::Eq)).filter_map(time).max()
}

/// The latest time that a filter lets through.
fn latest(filter: &Filter, attribute: AttrId) -> Option<Time> {
    let bounds = compared(filter, attribute).into_iter();
    bounds.filter(|(op, _)| matches!(op, CompareOp::Le | CompareOp::Lt | CompareOp::Eq)).filter_map(time).min()
}

fn time((_, value): (CompareOp, &Value)) -> Option<Time> {
    value.as_time()
}

/// Whose sign-ins a filter asks for: the journal finds those of one subject without reading the others.
fn subject(filter: &Filter) -> Option<Id> {
    let of = |name| compared(filter, AttrId::of(name)).into_iter();
    let mut equal = of("userId").chain(of("servicePrincipalId")).filter(|(op, _)| *op == CompareOp::Eq);
    equal.find_map(|(_, value)| value.as_guid())
}

/// The one id that a filter asks for: as the text that it is, or as the GUID that it may be.
fn id(filter: &Filter) -> Option<&str> {
    match filter {
        Filter::And(parts) => parts.iter().find_map(id),
        Filter::Or(parts) => {
            let mut ids = parts.iter().map(id);
            let first = ids.next()??;
            ids.all(|id| id == Some(first)).then_some(first)
        }
        Filter::Compare(Operand::Attribute(attribute, path), CompareOp::Eq, Operand::Literal(value))
            if *attribute == schema::ID.id && path.is_empty() =>
        {
            value.as_text()
        }
        Filter::Compare(Operand::Id, CompareOp::Eq, Operand::Literal(value)) => value.as_text(),
        _ => None,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn a_filter_says_what_it_can_be_about() {
        let model = schema::model();
        let kind = |source: &From| match source {
            From::Log => &schema::directory_audit::DIRECTORY_AUDIT,
            From::Journal("riskDetections") => &schema::risk_detection::RISK_DETECTION,
            _ => &schema::sign_in::SIGN_IN,
        };
        let at = |text: &str| Time::parse(text);
        let hour = |text: &str| at(text).map(|time| time + WRITTEN_WITHIN);
        let who = Id::from_u128(7);
        let (audits, sign_ins, risks) = (From::Log, From::Journal("signIns"), From::Journal("riskDetections"));
        for (source, filter, expected) in [
            (&audits, "result eq 'success'".to_owned(), Bounds::default()),
            (
                &audits,
                "activityDateTime ge 2026-01-01 and activityDateTime lt 2026-02-01 and activityDateTime gt 2026-01-03"
                    .into(),
                Bounds { since: at("2026-01-03"), until: hour("2026-02-01"), ..Bounds::default() },
            ),
            // Either may hold: nothing is known.
            (&audits, "activityDateTime ge 2026-01-01 or result eq 'success'".into(), Bounds::default()),
            (&audits, "not (activityDateTime ge 2026-01-01)".into(), Bounds::default()),
            (&audits, "id eq 'Directory_7'".into(), Bounds { only: Some(Only::Commit(7)), ..Bounds::default() }),
            (&audits, "id eq 'Directory_7' or id eq 'Directory_8'".into(), Bounds::default()),
            (
                &sign_ins,
                format!("userId eq '{who}' and createdDateTime le 2026-01-01"),
                Bounds { subject: Some(who), until: hour("2026-01-01"), ..Bounds::default() },
            ),
            (
                &risks,
                format!("userId eq '{who}' and activityDateTime eq 2026-01-01"),
                Bounds { subject: Some(who), since: at("2026-01-01"), ..Bounds::default() },
            ),
        ] {
            let parsed = crate::filter::parse(&filter, kind(source), &model).unwrap().filter;
            assert_eq!(Bounds::of(source, Some(&parsed)), expected, "{filter}");
        }
    }

    #[test]
    fn an_id_with_a_number_tells_which_row_it_is() {
        let provisioning = From::Journal("provisioning");
        for (source, key, expected) in [
            (&From::Log, "Directory_7", Some(Only::Commit(7))),
            (&From::Log, "Refusal_7", Some(Only::Row(7))),
            (&From::Log, "Directory_x", None),
            (&From::Log, "7", None),
            (&provisioning, "provisioning_7", Some(Only::Row(7))),
            (&provisioning, "signIns_7", None),
            (&provisioning, "provisioning_18446744073709551616", None),
        ] {
            assert_eq!(named(source, key), expected, "{key}");
        }
    }
}
