//! Navigations whose items are records of an attribute: assignments, settings, scheduled actions. Addressed by the `id`
//! field of each record; written by writing the attribute.

use directory::{Change, Decision, Id, Model, Object, Record, Refusal, RefusalKind, Type, Value};
use engine::{Engine, OwnedVerb, Submission, View};

use crate::errors::Error;
use crate::given::{Given, give_ids, merged};
use crate::resolve::Records;
use crate::write::{check_version, failed, words};

/// What is done to the records.
#[derive(Clone, Debug)]
pub enum Edit {
    Add(Vec<(String, Given)>),
    Merge(Vec<(String, Given)>),
    Remove,
    /// All of them at once.
    Replace(Vec<Value>),
}

/// The value that holds the records: a list, or the one record of a single navigation.
pub fn value(object: &Object, records: &Records) -> Result<Option<Value>, Error> {
    let mut value = object.value(records.attribute.id);
    for (key, field) in &records.within {
        let item = value.as_ref().and_then(|value| item(value, key)).ok_or_else(|| Error::missing(key))?;
        value = item.get(field).cloned();
    }
    Ok(value)
}

/// The one record that is meant, if one is.
pub fn one<'v>(value: Option<&'v Value>, records: &Records) -> Result<Option<&'v Record>, Error> {
    if records.is_single {
        return value.and_then(Value::as_record).map(Some).ok_or_else(|| Error::missing(records.attribute.name));
    }
    match &records.item {
        Some(key) => value.and_then(|value| item(value, key)).map(Some).ok_or_else(|| Error::missing(key)),
        None => Ok(None),
    }
}

fn item<'v>(value: &'v Value, key: &str) -> Option<&'v Record> {
    let found = value.as_list()?.iter().filter_map(Value::as_record);
    found.into_iter().find(|record| has_id(record, key))
}

fn has_id(record: &Record, key: &str) -> bool {
    match record.get("id") {
        Some(Value::Text(id)) => id.eq_ignore_ascii_case(key),
        Some(Value::Guid(id)) => directory::id_from_text(key) == Some(*id),
        _ => false,
    }
}

/// Change the records, and what has to change with them. Answers the record that was added or changed.
pub async fn edit(
    engine: &Engine,
    view: &View,
    records: &Records,
    (edit, besides): (Edit, Vec<Change>),
    if_match: Option<String>,
) -> Result<Option<Record>, Error> {
    let object = view.now().find(records.owner).ok_or_else(|| Error::missing(&records.owner.to_string()))?;
    let kind = view.now().kind_of(object);
    let question = (OwnedVerb::Update, kind, Some(object.id));
    let operation = format!("Update {}", words(kind.name));
    let records = records.clone();
    let submission = Submission::asking(view.caller(), operation, question, move |now, call| {
        let object = now.get(records.owner)?;
        check_version(object, if_match.as_deref())?;
        let mut touched = None;
        let mut fresh = || call.new_id();
        let mut apply = |value: Option<Value>| {
            let (value, record) = applied(value, &records, &edit, now.model(), &mut fresh)?;
            touched = record;
            Ok(value)
        };
        let new = rewritten(object.value(records.attribute.id), &records.within, &mut apply)?;
        let mut changes = vec![Change::put(object.id, records.attribute, new)];
        changes.extend(besides.iter().cloned());
        let decision = Decision::change(changes);
        Ok(match touched {
            Some(record) => decision.answering(record),
            None => decision,
        })
    });
    let done = engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    Ok(done.answer.and_then(|answer| if let Value::Record(record) = answer { Some(record) } else { None }))
}

/// A changed value as it is put back, if there is one.
type Rewritten = Result<Option<Value>, Refusal>;

/// A value with the part of it changed that lies at this path.
fn rewritten(
    value: Option<Value>,
    within: &[(String, String)],
    apply: &mut dyn FnMut(Option<Value>) -> Rewritten,
) -> Rewritten {
    let Some(((key, field), deeper)) = within.split_first() else {
        return apply(value);
    };
    let Some(Value::List(mut items)) = value else {
        return Err(missing(key));
    };
    let found = items.iter_mut().find_map(|item| match item {
        Value::Record(record) if has_id(record, key) => Some(record),
        _ => None,
    });
    let record = found.ok_or_else(|| missing(key))?;
    match rewritten(record.get(field).cloned(), deeper, apply)? {
        Some(value) => record.set(field, value),
        None => drop(record.remove(field)),
    }
    Ok(Some(Value::List(items)))
}

/// The records after an edit, and the one that it made or changed.
fn applied(
    value: Option<Value>,
    records: &Records,
    edit: &Edit,
    model: &Model,
    fresh: &mut dyn FnMut() -> Id,
) -> Result<(Option<Value>, Option<Record>), Refusal> {
    let ty = records.record.map_or(Type::AnyRecord, Type::Record);
    let mut with_id = |record: Record| {
        let mut value = Value::Record(record);
        give_ids(&mut value, ty, model, fresh);
        value
    };
    if records.is_single {
        let old = value.as_ref().and_then(Value::as_record);
        return Ok(match edit {
            Edit::Remove => (None, None),
            Edit::Add(fields) | Edit::Merge(fields) => {
                let new = merged(old, fields).map(&mut with_id);
                (new.clone(), new.and_then(|new| new.as_record().cloned()))
            }
            Edit::Replace(items) => (items.first().cloned(), None),
        });
    }
    let mut items = match value {
        Some(Value::List(items)) => items,
        _ => Vec::new(),
    };
    let key = records.item.as_deref().unwrap_or_default();
    let position = items.iter().position(|item| item.as_record().is_some_and(|record| has_id(record, key)));
    let touched = match (edit, position) {
        (Edit::Add(fields), _) => {
            let new = with_id(merged(None, fields).unwrap_or_default());
            items.push(new.clone());
            new.as_record().cloned()
        }
        (Edit::Replace(new), _) => {
            items = new.iter().filter_map(Value::as_record).cloned().map(with_id).collect();
            None
        }
        (Edit::Merge(_) | Edit::Remove, None) => return Err(missing(key)),
        (Edit::Remove, Some(at)) => {
            items.remove(at);
            None
        }
        (Edit::Merge(fields), Some(at)) => {
            let new = with_id(merged(items.get(at).and_then(Value::as_record), fields).unwrap_or_default());
            let record = new.as_record().cloned();
            if let Some(slot) = items.get_mut(at) {
                *slot = new;
            }
            record
        }
    };
    Ok((Some(Value::List(items)), touched))
}

fn missing(key: &str) -> Refusal {
    Refusal { kind: RefusalKind::NotFound, message: Error::missing(key).message, target: None }
}
