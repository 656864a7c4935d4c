//! `POST deviceManagement/previewAssignments`, Castellan's own: whom a draft of assignments would reach; and Graph's
//! `deviceManagement/deviceConfigurationConflictSummary`: which policies disagree. Both are worked out when they are asked for.

use directory::{Record, Type, Value};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::managed_device::MANAGED_DEVICE;
use schema::mobile_app::MOBILE_APP_ASSIGNMENT_RECORD;
use serde_json::Value as Json;

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::given::{Purpose, Reader};
use crate::json::Json as Writer;
use crate::limits::CHILDREN_MAX;
use crate::read::{check_readable, may_read};

/// `{ "assignments": [ { "target": … , "intent": … } ], "platforms": "linux" }`, the assignments as they are given to `assign`.
pub fn preview(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &MANAGED_DEVICE)?;
    let body = exchange.members()?;
    let items = body.get("assignments").and_then(Json::as_array);
    let items = items.ok_or_else(|| Error::bad("Give 'assignments', a list."))?;
    if items.len() > CHILDREN_MAX {
        return Err(Error::invalid(format!("'assignments' has at most {CHILDREN_MAX} items.")));
    }
    let model = view.now().model();
    let reader = Reader { model, workload: Workload::Devices, purpose: Purpose::Create };
    let mut assignments: Vec<Record> = Vec::with_capacity(items.len());
    for item in items {
        // The record of applications has what those of policies have, and an intent.
        match reader.value(Type::Record(&MOBILE_APP_ASSIGNMENT_RECORD), item, "assignments", 1)? {
            Value::Record(record) => assignments.push(record),
            _ => return Err(Error::bad("An assignment is an object.")),
        }
    }
    let platforms = body.get("platforms").and_then(Json::as_str);
    let may_name = |managed: &directory::Object| check_readable(&view, managed).is_ok();
    let told = devices::reach::reach(view.now(), &assignments, platforms, view.at(), may_name);
    let printer = exchange.printer(&view);
    let mut json = Writer::new();
    json.open();
    printer.context(&mut json, "deviceManagement/previewAssignments");
    printer.fields(&mut json, &told, None, &[]);
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// The policies that disagree, each set of them once.
pub fn conflicts(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY)?;
    may_read(&view, &MANAGED_DEVICE)?;
    let printer = exchange.printer(&view);
    let mut json = Writer::new();
    json.open();
    printer.context(&mut json, "deviceManagement/deviceConfigurationConflictSummary");
    json.key("value");
    json.open_list();
    for summary in devices::conflicts::conflicts(view.now(), view.at()) {
        json.open();
        printer.fields(&mut json, &summary, None, &[]);
        json.close();
    }
    json.close_list();
    json.close();
    Ok(Reply::json(200, json.into_text()))
}
