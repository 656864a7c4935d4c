//! Answers to GET: a page of a collection, one object, a property, references, counts.

use directory::{AttributeDef, Cardinality, Id, Kind, Object, Read, Record, Refusal, Shape, Snapshot, Type, Value};
use engine::View;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::headers::Metadata;
use crate::json::Json;
use crate::list::{self, Ask};
use crate::print::{etag, id_of, linked};
use crate::projection::Projection;
use crate::resolve::{Collection, Entity, From, Records, record_of, set_of};

/// Whether the caller may read this object; what may not be seen is not there.
pub fn check_readable(view: &View, object: &Object) -> Result<(), Error> {
    let kind = view.now().kind_of(object);
    if view.sees(object) {
        return view.may_read_one(object).map_err(|refusal| Error::refused(&refusal, Some(kind)));
    }
    may_read(view, kind)?;
    Err(Error::missing(&object.id.to_string()))
}

/// Whether the caller may read objects of a kind at all.
pub fn may_read(view: &View, kind: &'static Kind) -> Result<(), Error> {
    view.may_read(kind).map_err(|refusal: Refusal| Error::refused(&refusal, Some(kind)))
}

/// A page of a collection.
pub fn collection(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    kept(exchange, view, collection, None)
}

/// A page of what a function keeps of a collection.
pub fn kept(
    exchange: &Exchange,
    view: &View,
    collection: &Collection,
    keeps: Option<&dyn Fn(&Object) -> bool>,
) -> Result<Reply, Error> {
    check_collection(view, collection)?;
    let projection = Projection::parse(exchange.query.select.as_deref(), exchange.query.expand.as_deref())?;
    projection.check(collection.kind, view.now().model())?;
    let ask = Ask::of(&exchange.query, &exchange.asked, collection, view)?.keeping(keeps);
    let page = list::page(view, collection, &ask);
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}{}", collection.context, projection.in_context()));
    if let Some(count) = page.count {
        json.key("@odata.count");
        json.int(i64::try_from(count).unwrap_or(i64::MAX));
    }
    if let Some(next) = &page.next {
        json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &next.print())]));
    }
    json.key("value");
    json.open_list();
    for item in &page.items {
        let place = format!("{}('{}')", collection.context, id_of(item));
        printer.object(&mut json, item, collection.kind, &projection, &place)?;
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

fn check_collection(view: &View, collection: &Collection) -> Result<(), Error> {
    match &collection.from {
        // Whoever may read an object may follow its links to what they see.
        From::Links { owner, .. } => {
            let owner = view.now().find(*owner).ok_or_else(|| Error::missing(&owner.to_string()))?;
            check_readable(view, owner)
        }
        From::All | From::Deleted | From::Log | From::Journal(_) | From::Catalog => may_read(view, collection.kind),
    }
}

/// How many items a collection has, as plain text.
pub fn count(exchange: &Exchange, view: &View, collection: &Collection) -> Result<Reply, Error> {
    check_collection(view, collection)?;
    let is_directory = crate::filter::advanced::is_directory(collection.kind);
    if is_directory && !exchange.asked.is_eventual {
        return Err(Error::invalid("$count is not currently supported."));
    }
    let mut query = exchange.query.clone();
    // Asking for the count is asking for an advanced query.
    query.count = true;
    let ask = Ask::of(&query, &exchange.asked, collection, view)?;
    Ok(Reply::text(list::count(view, collection, &ask).to_string()))
}

/// One object.
pub fn entity(exchange: &Exchange, view: &View, entity: &Entity) -> Result<Reply, Error> {
    let object = found(view.now(), entity.id)?;
    check_readable(view, object)?;
    let located = crate::location::shown(exchange, view, object)?;
    let text = printed(exchange, view, located.as_ref().unwrap_or(object), entity)?;
    Ok(Reply::json(200, text).with("etag", etag(object)))
}

/// One object as JSON, as a GET of it answers.
pub fn printed(exchange: &Exchange, view: &View, object: &Object, entity: &Entity) -> Result<String, Error> {
    let projection = Projection::parse(exchange.query.select.as_deref(), exchange.query.expand.as_deref())?;
    let kind = view.now().kind_of(object);
    projection.check(kind, view.now().model())?;
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    let suffix = if entity.is_singleton { "" } else { "/$entity" };
    printer.context(&mut json, &format!("{}{}{suffix}", entity.context, projection.in_context()));
    let place =
        if entity.is_singleton { entity.context.clone() } else { format!("{}('{}')", entity.context, id_of(object)) };
    printer.members(&mut json, object, entity.kind, &projection, &place)?;
    json.close();
    Ok(json.into_text())
}

/// An object, deleted ones included: what is in `deletedItems` is printed too.
pub fn found(now: &Snapshot, id: Id) -> Result<&Object, Error> {
    now.find(id).or_else(|| now.find_deleted(id)).ok_or_else(|| Error::missing(&id.to_string()))
}

/// A property: wrapped in JSON, or its bare value.
pub fn property(
    exchange: &Exchange,
    view: &View,
    entity: &Entity,
    attribute: &'static AttributeDef,
    fields: &[String],
    is_raw: bool,
) -> Result<Reply, Error> {
    let object = found(view.now(), entity.id)?;
    check_readable(view, object)?;
    if attribute.read == Read::Never {
        return Err(Error::segment(attribute.name));
    }
    let mut value = object.value(attribute.id);
    let mut ty = attribute.ty;
    for name in fields {
        let definition = record_of(ty);
        let field = definition.and_then(|definition| crate::filter::field(definition, name));
        if field.is_none() && definition.is_some_and(|definition| !definition.is_open) {
            return Err(Error::segment(name));
        }
        ty = field.map_or(Type::AnyRecord, |field| field.ty);
        let name = field.map_or(name.as_str(), |field| field.name);
        value = value.and_then(|value| value.as_record().and_then(|record| record.get(name)).cloned());
    }
    let Some(value) = value else {
        if is_raw {
            return Err(Error::missing(attribute.name));
        }
        return if attribute.many && fields.is_empty() {
            property_json(exchange, view, entity, (attribute, fields), &Value::List(Vec::new()), ty)
        } else {
            Ok(Reply::empty())
        };
    };
    if is_raw {
        return match &value {
            Value::Text(text) => Ok(Reply::text(text.clone())),
            Value::List(_) | Value::Record(_) => Err(Error::bad("$value can only be asked of a primitive property.")),
            other => {
                let mut json = Json::new();
                exchange.printer(view).value(&mut json, other, ty, &[]);
                Ok(Reply::text(json.into_text().trim_matches('"').to_owned()))
            }
        };
    }
    property_json(exchange, view, entity, (attribute, fields), &value, ty)
}

fn property_json(
    exchange: &Exchange,
    view: &View,
    entity: &Entity,
    (attribute, fields): (&AttributeDef, &[String]),
    value: &Value,
    ty: Type,
) -> Result<Reply, Error> {
    let printer = exchange.printer(view);
    let mut path = attribute.name.to_owned();
    fields.iter().for_each(|field| {
        path.push('/');
        path.push_str(field);
    });
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{}('{}')/{path}", entity.context, entity.id));
    if let Value::Record(record) = value {
        printer.fields(&mut json, record, record_of(ty), &[]);
    } else {
        json.key("value");
        printer.value(&mut json, value, ty, &[]);
    }
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The references of a navigation.
pub fn references(
    exchange: &Exchange,
    view: &View,
    owner: &Entity,
    link: &'static directory::LinkDef,
    is_count: bool,
) -> Result<Reply, Error> {
    let object = found(view.now(), owner.id)?;
    check_readable(view, object)?;
    if link.cardinality == Cardinality::One {
        let target = match link.shape {
            Shape::Backward(stored) => view.now().backlinks(owner.id, stored).next().map(|found| found.object),
            _ => view.now().linked(owner.id, link.id),
        };
        let target = target.filter(|target| view.sees(target)).ok_or_else(|| Error::missing(link.name))?;
        let mut json = Json::new();
        json.open();
        exchange.printer(view).context(&mut json, "$ref");
        json.member("@odata.id", &url_of(exchange, view, target));
        json.close();
        return Ok(Reply::json(200, json.into_text()));
    }
    let collection = Collection {
        from: From::Links { owner: owner.id, link },
        kind: link.target,
        context: "Collection($ref)".to_owned(),
        workload: owner.workload,
    };
    let mut query = exchange.query.clone();
    query.count |= is_count;
    let ask = Ask::of(&query, &exchange.asked, &collection, view)?;
    if is_count {
        return Ok(Reply::text(linked(view.now(), owner.id, link).filter(|o| view.sees(o)).count().to_string()));
    }
    let page = list::page(view, &collection, &ask);
    let mut json = Json::new();
    json.open();
    exchange.printer(view).context(&mut json, &collection.context);
    if let Some(next) = &page.next {
        json.member("@odata.nextLink", &exchange.link(&[("$skiptoken", &next.print())]));
    }
    json.key("value");
    json.open_list();
    for item in &page.items {
        json.open();
        json.member("@odata.id", &url_of(exchange, view, item));
        json.close();
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The URL of an object in its own set.
#[must_use]
pub fn url_of(exchange: &Exchange, view: &View, object: &Object) -> String {
    let kind = view.now().kind_of(object);
    let path = set_of(kind).map_or("directoryObjects", |set| set.path);
    format!("{}/{path}/{}", exchange.base(), id_of(object))
}

/// The records of a navigation, or one of them.
pub fn records(exchange: &Exchange, view: &View, records: &Records) -> Result<Reply, Error> {
    let object = found(view.now(), records.owner)?;
    check_readable(view, object)?;
    let all = crate::records::value(object, records)?;
    let printer = exchange.printer(view);
    let mut json = Json::new();
    json.open();
    if let Some(one) = crate::records::one(all.as_ref(), records)? {
        printer.context(&mut json, &format!("{}/$entity", records.context));
        printer.fields(&mut json, one, records.record, &[]);
        json.close();
        return Ok(Reply::json(200, json.into_text()));
    }
    let items: Vec<&Record> =
        all.as_ref().and_then(Value::as_list).unwrap_or_default().iter().filter_map(Value::as_record).collect();
    let skip = exchange.query.skip.unwrap_or(0);
    printer.context(&mut json, &records.context);
    if exchange.query.count && exchange.asked.metadata != Metadata::None {
        json.key("@odata.count");
        json.int(i64::try_from(items.len()).unwrap_or(i64::MAX));
    }
    json.key("value");
    json.open_list();
    for record in items.iter().skip(skip).take(exchange.query.top.unwrap_or(usize::MAX)) {
        json.open();
        printer.fields(&mut json, record, records.record, &[]);
        json.close();
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
