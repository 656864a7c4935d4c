//! What the verdicts on devices come to: per policy and requirement of a device, per device and person of a policy, and
//! counted for the organisation. Put together by `devices` from what its reaction keeps; read only.

use directory::{Object, Record, Value};
use engine::View;
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::managed_device::MANAGED_DEVICE;
use serde_json::{Map, Value as Json, json};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::limits::TOP_MAX;
use crate::path::Segment;
use crate::read::{check_readable, may_read};
use crate::resolve::{self, Target};
use crate::token::Position;
use devices::compliance::states;

/// What a path names, of these.
enum Told {
    Many(Vec<Record>),
    One(Record),
}

/// Answer, if the path is one of these.
pub fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let segments = &exchange.segments;
    segments.first().filter(|first| first.is("deviceManagement"))?;
    let (of, named, rest) = (segments.get(1)?, segments.get(2), segments.get(3..).unwrap_or_default());
    let view = exchange.view();
    let told = if of.is("deviceCompliancePolicyDeviceStateSummary") {
        counted(&view, |now| Told::One(states::summary(now)))
            .and_then(|told| within(told, segments.get(2..).unwrap_or_default()))
    } else if of.is("deviceCompliancePolicySettingStateSummaries") {
        counted(&view, |now| Told::Many(states::setting_summaries(now)))
            .and_then(|told| within(told, segments.get(2..).unwrap_or_default()))
    } else if of.is("managedDevices") {
        rest.first().filter(|segment| segment.is("deviceCompliancePolicyStates"))?;
        found(segments.get(..3)?, &view).and_then(|managed| {
            let told = Told::Many(states::policy_states(view.now(), managed));
            within(told, rest.get(1..).unwrap_or_default())
        })
    } else {
        named?;
        let navigation = rest.first()?;
        let is_one_of = |names: &[&str]| names.iter().any(|name| navigation.is(name));
        if !is_one_of(&["deviceStatuses", "deviceStatusOverview", "userStatuses", "userStatusOverview"]) {
            return None;
        }
        found(segments.get(..3)?, &view).and_then(|policy| {
            let now = view.now();
            if !now.is_a(policy, &DEVICE_COMPLIANCE_POLICY) && !now.is_a(policy, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY) {
                return Err(Error::segment(&navigation.name));
            }
            // They name devices and people.
            may_read(&view, &MANAGED_DEVICE)?;
            let statuses = if is_one_of(&["deviceStatuses", "deviceStatusOverview"]) {
                states::device_statuses(now, policy.id)
            } else {
                states::user_statuses(now, policy.id)
            };
            let is_overview = is_one_of(&["deviceStatusOverview", "userStatusOverview"]);
            let told =
                if is_overview { Told::One(states::overview(policy.id, &statuses)) } else { Told::Many(statuses) };
            within(told, rest.get(1..).unwrap_or_default())
        })
    };
    if exchange.method != http::Method::GET {
        return Some(Err(Error::method()));
    }
    Some(told.and_then(|told| printed(exchange, told)))
}

fn counted(view: &View, count: impl Fn(&directory::Snapshot) -> Told) -> Result<Told, Error> {
    may_read(view, &MANAGED_DEVICE)?;
    Ok(count(view.now()))
}

/// The object at a path.
fn found<'v>(segments: &[Segment], view: &'v View) -> Result<&'v Object, Error> {
    let unknown = || Error::segment(&segments.last().map(|segment| segment.name.clone()).unwrap_or_default());
    match resolve::resolve(segments, view, &|_, _| false)? {
        Target::Entity(entity) => {
            let object = view.find(entity.id).ok_or_else(|| Error::missing(&entity.id.to_string()))?;
            check_readable(view, object)?;
            Ok(object)
        }
        _ => Err(unknown()),
    }
}

/// What lies further down: one of many by its id, and a collection within it.
fn within(told: Told, rest: &[Segment]) -> Result<Told, Error> {
    let Some((segment, beyond)) = rest.split_first() else { return Ok(told) };
    match told {
        Told::Many(records) => {
            let key = match &segment.arguments {
                crate::path::Arguments::Key(key) if segment.name.is_empty() => key.clone(),
                _ => segment.text(),
            };
            let one = records.into_iter().find(|record| record.text("id") == Some(key.as_str()));
            within(Told::One(one.ok_or_else(|| Error::missing(&key))?), beyond)
        }
        Told::One(record) => match record.get(&segment.name) {
            Some(Value::List(items)) => {
                let records = items.iter().filter_map(Value::as_record).cloned().collect();
                within(Told::Many(records), beyond)
            }
            Some(_) | None => Err(Error::segment(&segment.name)),
        },
    }
}

fn printed(exchange: &Exchange, told: Told) -> Result<Reply, Error> {
    let path = exchange.path.split('/').skip(2).collect::<Vec<_>>().join("/");
    let context = format!("{}/$metadata#{path}", exchange.base());
    let records = match told {
        Told::One(record) => {
            let mut body = of_record(&record);
            body.insert("@odata.context".to_owned(), format!("{context}/$entity").into());
            return Ok(Reply::json(200, Json::Object(body).to_string()));
        }
        Told::Many(records) => records,
    };
    let position = exchange.query.skiptoken.as_deref().map(Position::parse).transpose()?.unwrap_or_default();
    let start = usize::try_from(position.seen).unwrap_or(usize::MAX).max(exchange.query.skip.unwrap_or(0));
    let top = exchange.query.top.or(exchange.asked.page_size).unwrap_or(TOP_MAX).clamp(1, TOP_MAX);
    let end = start.saturating_add(top);
    let value: Vec<Json> = records.iter().skip(start).take(top).map(|record| Json::Object(of_record(record))).collect();
    let mut body = json!({ "@odata.context": context });
    if let Some(members) = body.as_object_mut() {
        if exchange.query.count {
            members.insert("@odata.count".to_owned(), records.len().into());
        }
        if end < records.len() {
            let next = Position { seen: end as u64, ..Position::default() };
            members.insert("@odata.nextLink".to_owned(), exchange.link(&[("$skiptoken", &next.print())]).into());
        }
        members.insert("value".to_owned(), value.into());
    }
    Ok(Reply::json(200, body.to_string()))
}

fn of_record(record: &Record) -> Map<String, Json> {
    record.iter().map(|(name, value)| (name.to_owned(), of_value(value))).collect()
}

fn of_value(value: &Value) -> Json {
    match value {
        Value::Bool(flag) => (*flag).into(),
        Value::Int(number) => (*number).into(),
        Value::Double(number) => (*number).into(),
        Value::Text(text) => text.as_str().into(),
        Value::Time(time) => time.to_string().into(),
        Value::Guid(id) => id.hyphenated().to_string().into(),
        Value::Bytes(bytes) => keys::base64url::encode(bytes).into(),
        Value::Record(record) => Json::Object(of_record(record)),
        Value::List(items) => items.iter().map(of_value).collect(),
    }
}
