//! Actions and functions: the few that every object has or that need a secret stand here, all others in the rooms.

use directory::{Act, Action, Call, Fresh, Has, Kind, Object, Record, Value, Verb};
use engine::{Engine, OwnedVerb, Submission, View};
use http::Method;

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::given::arguments;
use crate::json::Json;
use crate::projection::Projection;
use crate::read;
use crate::resolve::{Entity, On, set_of};
use crate::write::{failed, words};
use crate::{assign, bulk_upload, deleted, delta, members, retire_list, secrets};

/// Actions and functions that no room has to offer.
const NATIVE: &[&str] = &[
    "delta",
    "getByIds",
    "restore",
    "checkMemberGroups",
    "checkMemberObjects",
    "getMemberGroups",
    "getMemberObjects",
    "addPassword",
    "removePassword",
    "assign",
    "scheduleActionsForRules",
];

/// Whether a name under a collection or an object of this kind can be an action.
#[must_use]
pub fn is_action(engine: &Engine, kind: &'static Kind, name: &str) -> bool {
    NATIVE.iter().any(|native| native.eq_ignore_ascii_case(name))
        || engine.action(kind, name, true).is_some()
        || engine.action(kind, name, false).is_some()
}

/// Call what a path names.
pub async fn call(
    exchange: &Exchange,
    view: View,
    on: &On,
    name: &str,
    named: &[(String, String)],
) -> Result<Reply, Error> {
    let lower = name.to_ascii_lowercase();
    match (on, lower.as_str()) {
        (On::Collection(collection), "delta") => {
            only(exchange, &Method::GET)?;
            delta::answer(exchange, &view, collection)
        }
        (On::Collection(collection), "getbyids") => {
            only(exchange, &Method::POST)?;
            members::by_ids(exchange, &view, collection)
        }
        (On::Entity(entity), "restore") if view.now().find(entity.id).is_none() => {
            only(exchange, &Method::POST)?;
            deleted::restore(exchange, view, entity.id).await
        }
        (On::Entity(entity), "checkmembergroups" | "checkmemberobjects" | "getmembergroups" | "getmemberobjects") => {
            only(exchange, &Method::POST)?;
            members::answer(exchange, &view, entity, &lower)
        }
        (On::Entity(entity), "addpassword") if secrets::has_secrets(&view, entity) => {
            only(exchange, &Method::POST)?;
            secrets::add(exchange, view, entity).await
        }
        (On::Entity(entity), "removepassword") if secrets::has_secrets(&view, entity) => {
            only(exchange, &Method::POST)?;
            secrets::remove(exchange, view, entity).await
        }
        (On::Entity(entity), _) if assign::takes(exchange, &view, entity, &lower) => {
            only(exchange, &Method::POST)?;
            assign::answer(exchange, view, entity, &lower).await
        }
        (On::Entity(entity), "bulkupload") if bulk_upload::takes(&view, entity) => {
            only(exchange, &Method::POST)?;
            bulk_upload::answer(exchange, view, entity).await
        }
        (On::Collection(collection), _) if retire_list::takes(collection, name) => {
            only(exchange, &Method::POST)?;
            retire_list::answer(exchange, view).await
        }
        _ => of_a_room(exchange, view, on, name, named).await,
    }
}

fn only(exchange: &Exchange, method: &Method) -> Result<(), Error> {
    if exchange.method == *method { Ok(()) } else { Err(Error::method()) }
}

async fn of_a_room(
    exchange: &Exchange,
    view: View,
    on: &On,
    name: &str,
    named: &[(String, String)],
) -> Result<Reply, Error> {
    let (kind, target, is_collection) = match on {
        On::Collection(collection) => (collection.kind, None, true),
        On::Entity(entity) => {
            let object = read::found(view.now(), entity.id)?;
            (view.now().kind_of(object), Some(entity.id), false)
        }
    };
    let action = exchange.engine.action(kind, name, is_collection).ok_or_else(|| Error::segment(name))?;
    let mut given = if exchange.method == Method::POST { arguments(&exchange.members()?)? } else { Record::new() };
    named.iter().for_each(|(name, value)| given.set(name, value.as_str()));
    if action.is_function {
        return function(exchange, &view, action, on, &given);
    }
    only(exchange, &Method::POST)?;
    let question = (OwnedVerb::Action(action.name.to_owned()), kind, target);
    let submission = Submission::asking(view.caller(), operation(action.name), question, move |now, call| {
        let object = target.map(|id| now.get(id)).transpose()?;
        (action.decide)(now, call, object, &given)
    });
    let done = exchange.engine.submit(submission).await.map_err(|failure| failed(&failure, Some(kind)))?;
    drop(view);
    answer(exchange, &exchange.view(), done.answer.as_ref(), action)
}

/// A function only reads: it is asked of the gate and answered from what is there.
fn function(
    exchange: &Exchange,
    view: &View,
    action: &'static Action,
    on: &On,
    given: &Record,
) -> Result<Reply, Error> {
    let object: Option<&Object> = match on {
        On::Entity(entity) => {
            let object = read::found(view.now(), entity.id)?;
            read::check_readable(view, object)?;
            Some(object)
        }
        On::Collection(_) => None,
    };
    let kind = object.map_or(action.on, |object| view.now().kind_of(object));
    let act = Act { verb: Verb::Action(action.name), kind, target: object, changes: &[] };
    let refused = |refusal: directory::Refusal| Error::refused(&refusal, Some(kind));
    exchange.engine.allow(view.caller(), &act).map_err(refused)?;
    let call = Call { caller: view.caller(), at: view.at(), fresh: Fresh::new(keys::random_uuid().as_u128()) };
    if let (On::Collection(collection), false) = (on, action.parts.is_empty()) {
        let has = part(action, given)?;
        return read::kept(exchange, view, collection, Some(&|object| has(view.now(), &call, object)));
    }
    let decision = (action.decide)(view.now(), &call, object, given).map_err(refused)?;
    answer(exchange, view, decision.answer.as_ref(), action)
}

/// The part that a caller says they have in what they ask for.
fn part(action: &Action, given: &Record) -> Result<Has, Error> {
    let on = given.text("on").unwrap_or_default();
    let found = action.parts.iter().find(|(name, _)| name.eq_ignore_ascii_case(on));
    found.map(|(_, has)| *has).ok_or_else(|| {
        let names: Vec<&str> = action.parts.iter().map(|(name, _)| *name).collect();
        Error::invalid(format!("`on='{on}'` is none of the parts that are known here: {}.", names.join(", ")))
    })
}

/// What an action answers: nothing, a record, values, or the object that a single id names.
fn answer(exchange: &Exchange, view: &View, answer: Option<&Value>, action: &Action) -> Result<Reply, Error> {
    let Some(value) = answer else {
        return Ok(Reply::empty());
    };
    if let Value::Guid(id) = value
        && let Some(object) = view.now().find(*id)
    {
        let kind = view.now().kind_of(object);
        let context = set_of(kind).map_or(kind.name, |set| set.path).to_owned();
        let workload = Workload::Directory;
        let entity = Entity { id: *id, kind, context, workload, is_singleton: false, through: None };
        return Ok(Reply::json(200, read::printed(exchange, view, object, &entity)?));
    }
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    match value {
        Value::Record(record) => {
            let ty = record.text("@odata.type").and_then(crate::print::type_name).unwrap_or(action.name).to_owned();
            printer.context(&mut json, &format!("microsoft.graph.{ty}"));
            printer.fields(&mut json, record, view.now().model().record_named(&ty), &[]);
        }
        other => {
            let of = match (other, action.list_of) {
                (Value::List(_), Some(ty)) => format!("Collection(microsoft.graph.{ty})"),
                (Value::List(_), None) => "Collection(Edm.String)".to_owned(),
                _ => "Edm.String".to_owned(),
            };
            printer.context(&mut json, &of);
            json.key("value");
            printer.value(&mut json, other, directory::Type::AnyRecord, &[]);
        }
    }
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// As the audit says it: `assignLicense` → `Assign license`.
fn operation(name: &str) -> String {
    let words = words(name);
    let mut letters = words.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}

/// Print objects as a collection that is not paged.
pub fn list(
    exchange: &Exchange,
    view: &View,
    objects: &[&Object],
    context: &str,
    kind: &'static Kind,
) -> Result<Reply, Error> {
    let projection = Projection::parse(exchange.query.select.as_deref(), exchange.query.expand.as_deref())?;
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{context}{}", projection.in_context()));
    json.key("value");
    json.open_list();
    for object in objects {
        printer.object(&mut json, object, kind, &projection, &format!("{context}('{}')", object.id))?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
