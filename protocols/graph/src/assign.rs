//! `assign` and its like: actions of device management that replace all records of a relation at once.

use directory::{LinkDef, Shape, Type, Value};
use engine::View;
use serde_json::Value as Json;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::given::{Purpose, Reader, json_object};
use crate::json::Json as Writer;
use crate::limits::CHILDREN_MAX;
use crate::projection::find_link;
use crate::records::{self, Edit};
use crate::resolve::{Entity, Records, record_of};

/// What each action replaces, and whether it answers with what is there afterwards.
const ACTIONS: &[(&str, &str, bool)] =
    &[("assign", "assignments", true), ("scheduleactionsforrules", "scheduledActionsForRule", false)];

/// The relation that an action of this name replaces on an object, unless a room has an action of that name.
fn relation(exchange: &Exchange, view: &View, entity: &Entity, name: &str) -> Option<(&'static LinkDef, bool)> {
    let (_, relation, answers) = ACTIONS.iter().find(|(action, ..)| *action == name)?;
    let kind = view.now().kind_of(view.now().find(entity.id)?);
    if exchange.engine.action(kind, name, false).is_some() {
        return None;
    }
    let link = find_link(view.now().model(), kind, relation).filter(|link| matches!(link.shape, Shape::Records(_)))?;
    Some((link, *answers))
}

/// Whether the action is one of these on this object.
#[must_use]
pub fn takes(exchange: &Exchange, view: &View, entity: &Entity, name: &str) -> bool {
    relation(exchange, view, entity, name).is_some()
}

/// Replace the records. The body has one member, a list, whose name differs from kind to kind.
pub async fn answer(exchange: &Exchange, view: View, entity: &Entity, name: &str) -> Result<Reply, Error> {
    let (link, answers) = relation(exchange, &view, entity, name).ok_or_else(|| Error::segment(name))?;
    let Shape::Records(attribute) = link.shape else {
        return Err(Error::segment(name));
    };
    let object = view.now().find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
    let model = view.now().model();
    let attribute = model.attribute(object.kind, attribute).ok_or_else(|| Error::segment(name))?;
    let record = record_of(attribute.ty);
    let body = json_object(&exchange.body)?;
    let lists: Vec<&Vec<Json>> = body.values().filter_map(Json::as_array).collect();
    let [items] = lists.as_slice() else {
        return Err(Error::bad(format!("The body of '{name}' holds one list.")));
    };
    if items.len() > CHILDREN_MAX {
        return Err(Error::invalid(format!("'{name}' takes at most {CHILDREN_MAX} items.")));
    }
    let reader = Reader { model, workload: entity.workload, purpose: Purpose::Create };
    let ty = record.map_or(Type::AnyRecord, Type::Record);
    let mut values = Vec::new();
    for item in *items {
        let mut value = reader.value(ty, item, link.name, 1)?;
        if let Value::Record(record) = &mut value {
            // Callers do not choose ids.
            record.remove("id");
        }
        values.push(value);
    }
    let target = Records {
        owner: entity.id,
        attribute,
        within: Vec::new(),
        item: None,
        is_single: false,
        record,
        context: format!("{}('{}')/{}", entity.context, entity.id, link.name),
        workload: entity.workload,
    };
    records::edit(&exchange.engine, &view, &target, (Edit::Replace(values), vec![]), exchange.asked.if_match.clone())
        .await?;
    if !answers {
        return Ok(Reply::empty());
    }
    drop(view);
    let view = exchange.view();
    let object = view.now().find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
    let printer = exchange.printer(&view);
    let mut json = Writer::new();
    json.open();
    printer.context(&mut json, &target.context);
    json.key("value");
    let value = object.value(attribute.id).unwrap_or(Value::List(Vec::new()));
    printer.value(&mut json, &value, ty, &[]);
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
