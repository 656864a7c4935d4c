//! `POST deviceManagement/previewAssignments`, Castellan's own: whom a draft of assignments would reach; and Graph's
//! `deviceManagement/deviceConfigurationConflictSummary`: which policies disagree. Both are worked out when they are asked for,
//! on a thread of their own, and only devices that the caller sees count.

use directory::{Kind, Object, Record, Type, Value};
use schema::device_health_script::DEVICE_HEALTH_SCRIPT;
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::managed_device::MANAGED_DEVICE;
use schema::mobile_app::{MOBILE_APP, MOBILE_APP_ASSIGNMENT_RECORD};
use serde_json::Value as Json;

use crate::errors::{Error, Workload};
use crate::exchange::{Exchange, Reply};
use crate::given::{Purpose, Reader};
use crate::limits::PREVIEWED_MAX;
use crate::read::may_read;
use crate::worked_out::{self, aside};

/// What is assigned. Whoever makes none of it has no draft whose reach they would have to know.
const ASSIGNED: [&Kind; 3] = [&DEVICE_MANAGEMENT_CONFIGURATION_POLICY, &DEVICE_HEALTH_SCRIPT, &MOBILE_APP];

/// `{ "assignments": [ { "target": … , "intent": … } ], "platforms": "linux" }`, the assignments as they are given to `assign`.
pub async fn preview(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &MANAGED_DEVICE)?;
    let [policy, script, app] = ASSIGNED.map(|kind| view.may_create(kind));
    policy.or(script).or(app).map_err(|refusal| Error::refused(&refusal, Some(&MOBILE_APP)))?;
    let body = exchange.members()?;
    let items = body.get("assignments").and_then(Json::as_array);
    let items = items.ok_or_else(|| Error::bad("Give 'assignments', a list."))?;
    if items.len() > PREVIEWED_MAX {
        return Err(Error::invalid(format!("'assignments' has at most {PREVIEWED_MAX} items.")));
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
    let platforms = body.get("platforms").and_then(Json::as_str).map(str::to_owned);
    let told = aside(view, move |view| {
        let sees = |managed: &Object| view.sees(managed);
        devices::reach::reach(view.now(), &assignments, platforms.as_deref(), view.at(), sees)
    });
    let (view, told) = told.await?;
    Ok(worked_out::printed(exchange, &view, &told, "deviceManagement/previewAssignments"))
}

/// The policies that disagree, each set of them once.
pub async fn conflicts(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY)?;
    may_read(&view, &MANAGED_DEVICE)?;
    let (view, found) =
        aside(view, |view| devices::conflicts::conflicts(view.now(), view.at(), |object| view.sees(object))).await?;
    Ok(worked_out::list(exchange, &view, &found, "deviceManagement/deviceConfigurationConflictSummary"))
}
