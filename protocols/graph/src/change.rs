//! Answers to POST, PATCH, PUT and DELETE of objects and records.

use directory::{Id, Kind, Read, Value};
use engine::View;

use crate::authorities;
use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::given::{Purpose, Reader, json_object, merged};
use crate::join_tokens;
use crate::json::Json;
use crate::passwords;
use crate::print::{etag, id_of, type_name};
use crate::read;
use crate::records::{self, Edit};
use crate::resolve::{Collection, Entity, From, Records};
use crate::setting_secrets;
use crate::write::{self, Parent, Plan};

fn reader(view: &View, workload: Workload, purpose: Purpose) -> Reader<'_> {
    Reader { model: view.now().model(), workload, purpose }
}

/// Make an object in a collection.
pub async fn create(exchange: &Exchange, view: View, collection: &Collection) -> Result<Reply, Error> {
    let parent = match &collection.from {
        From::All => Parent::None,
        From::Links { owner, link } => write::parent(*owner, link).ok_or_else(|| {
            Error::invalid(format!("Objects are added to '{}' by reference: POST to '{}/$ref'.", link.name, link.name))
        })?,
        From::Deleted | From::Log | From::Journal(_) | From::Catalog => return Err(Error::method()),
    };
    let body = json_object(&exchange.body)?;
    let draft = reader(&view, collection.workload, Purpose::Create).draft(&body, collection.kind, 0)?;
    let mut plan = Plan::of(draft, &view)?;
    let token = join_tokens::take(exchange, &mut plan)?;
    let id = make(exchange, &view, plan, parent).await?;
    let context = collection.context.clone();
    created(exchange, view, collection.kind, context, collection.workload, (id, token))
}

async fn make(exchange: &Exchange, view: &View, mut plan: Plan, parent: Parent) -> Result<Id, Error> {
    passwords::take(exchange, view, &mut plan, None).await?;
    setting_secrets::take(exchange, &mut plan)?;
    authorities::take(view, &mut plan)?;
    write::create(&exchange.engine, view, plan, parent).await
}

fn created(
    exchange: &Exchange,
    view: View,
    kind: &'static Kind,
    context: String,
    workload: Workload,
    (id, token): (Id, Option<String>),
) -> Result<Reply, Error> {
    // What was seen before the write is no longer of interest.
    drop(view);
    let entity = Entity { id, kind, context, workload, is_singleton: false, through: None };
    let view = exchange.view();
    let object = read::found(view.now(), id)?;
    let location = format!("{}/{}/{}", exchange.base(), entity.context, id_of(object));
    // What is shown once is shown, whatever the client prefers.
    let once = token.map(|token| join_tokens::shown(object, &token));
    if exchange.asked.return_minimal && once.is_none() {
        let reply = Reply::empty().with("location", location);
        return Ok(reply.with("preference-applied", "return=minimal".to_owned()));
    }
    let text = read::printed(exchange, &view, once.as_ref().unwrap_or(object), &entity)?;
    Ok(Reply::json(201, text).with("location", location).with("etag", etag(object)))
}

/// Change an object.
pub async fn update(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    let body = json_object(&exchange.body)?;
    let object = view.now().find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
    let kind = view.now().kind_of(object);
    let draft = reader(&view, entity.workload, Purpose::Update).draft(&body, kind, 0)?;
    let mut plan = Plan::of(draft, &view)?;
    passwords::take(exchange, &view, &mut plan, Some(entity.id)).await?;
    setting_secrets::take(exchange, &mut plan)?;
    authorities::take(&view, &mut plan)?;
    let if_match = exchange.asked.if_match.clone();
    write::update(&exchange.engine, &view, (entity.id, kind), plan, if_match).await?;
    let wants_entity = exchange.asked.return_representation
        || (entity.workload == Workload::Devices && !exchange.asked.return_minimal);
    if !wants_entity {
        return Ok(Reply::empty());
    }
    drop(view);
    let view = exchange.view();
    let object = read::found(view.now(), entity.id)?;
    Ok(Reply::json(200, read::printed(exchange, &view, object, entity)?).with("etag", etag(object)))
}

/// Make what is addressed by alternate keys and is not there, if the client prefers that.
pub async fn upsert(
    exchange: &Exchange,
    view: View,
    kind: &'static Kind,
    keys: &[(String, String)],
    (context, workload): (&str, Workload),
) -> Result<Reply, Error> {
    if !exchange.asked.create_if_missing {
        return Err(Error::missing(keys.first().map_or("", |(_, value)| value)));
    }
    let body = json_object(&exchange.body)?;
    let draft = reader(&view, workload, Purpose::Create).draft(&body, kind, 0)?;
    let mut plan = Plan::of(draft, &view)?;
    for (name, value) in keys {
        plan.put(directory::AttrId::of(name), Value::from(value.as_str()));
    }
    let id = make(exchange, &view, plan, Parent::None).await?;
    created(exchange, view, kind, context.to_owned(), workload, (id, None))
}

/// Delete an object; one that was deleted before is removed for good.
pub async fn delete(exchange: &Exchange, view: View, entity: &Entity) -> Result<Reply, Error> {
    if entity.is_singleton && entity.through.is_none() {
        return Err(Error::method());
    }
    if let Some((_, link)) = entity.through
        && write::parent(entity.id, link).is_none()
    {
        let message = format!("To take an object out of '{}', DELETE its reference: '…/$ref'.", link.name);
        return Err(Error::invalid(message));
    }
    let (object, is_deleted) = match view.now().find(entity.id) {
        Some(object) => (object, false),
        None => (read::found(view.now(), entity.id)?, true),
    };
    let kind = view.now().kind_of(object);
    if is_deleted {
        crate::deleted::purge(exchange, &view, entity.id, kind).await?;
    } else {
        let if_match = exchange.asked.if_match.clone();
        write::delete(&exchange.engine, &view, entity.id, kind, if_match).await?;
    }
    Ok(Reply::empty())
}

/// Write the records of a navigation.
pub async fn records(exchange: &Exchange, view: View, target: &Records) -> Result<Reply, Error> {
    if target.attribute.read == Read::Never || !matches!(target.attribute.write, directory::Write::Caller) {
        return Err(Error::method());
    }
    let is_one = target.item.is_some() || target.is_single;
    let mut edit = match (exchange.method.as_str(), is_one) {
        ("POST", false) => Edit::Add(fields(exchange, &view, target, Purpose::Create)?),
        ("PATCH" | "PUT", true) => Edit::Merge(fields(exchange, &view, target, Purpose::Update)?),
        ("DELETE", true) => Edit::Remove,
        _ => return Err(Error::method()),
    };
    let is_new = matches!(edit, Edit::Add(_));
    let is_gone = matches!(edit, Edit::Remove);
    let besides = match &mut edit {
        Edit::Add(fields) | Edit::Merge(fields) => setting_secrets::take_of_setting(exchange, target, fields)?,
        Edit::Remove | Edit::Replace(_) => vec![],
    };
    let if_match = exchange.asked.if_match.clone();
    let touched = records::edit(&exchange.engine, &view, target, (edit, besides), if_match).await?;
    let Some(record) = touched.filter(|_| !is_gone && (is_new || target.workload == Workload::Devices)) else {
        return Ok(Reply::empty());
    };
    let printer = exchange.printer(&view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}/$entity", target.context));
    printer.fields(&mut json, &record, target.record, &[]);
    json.close();
    let reply = Reply::json(if is_new { 201 } else { 200 }, json.into_text());
    Ok(match record.text("id") {
        Some(id) if is_new => reply.with("location", format!("{}/{}/{id}", exchange.base(), target.context)),
        _ => reply,
    })
}

fn fields(
    exchange: &Exchange,
    view: &View,
    target: &Records,
    purpose: Purpose,
) -> Result<Vec<(String, crate::given::Given)>, Error> {
    let body = json_object(&exchange.body)?;
    // An item that is changed keeps its type, which need not be said again.
    let current = match (purpose, view.now().find(target.owner)) {
        (Purpose::Update, Some(object)) => records::value(object, target)?,
        _ => None,
    };
    let named = match &current {
        Some(current) => {
            records::one(Some(current), target)?.and_then(|record| record.text("@odata.type").map(str::to_owned))
        }
        None => None,
    };
    let model = view.now().model();
    let definition = named.as_deref().and_then(type_name).and_then(|name| model.record_named(name)).or(target.record);
    let mut fields = reader(view, target.workload, purpose).members(&body, definition, 0)?;
    // Callers do not choose ids.
    fields.retain(|(name, _)| name != "id");
    if purpose == Purpose::Create && merged(None, &fields).is_none() {
        return Err(Error::invalid("The item has no properties."));
    }
    Ok(fields)
}
