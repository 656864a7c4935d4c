//! `deviceStatuses`, `userStatuses` and their counts: how a policy or an application stands on each device that it reaches and
//! for each person, page by page, with `$filter`. Worked out when it is asked for; only devices that the caller sees are told.
//!
//! Of compliance policies they are Graph's; of configuration policies and applications Castellan's own, in the words that
//! Graph has or had for them.

use std::collections::BTreeMap;

use devices::assignment::{Reached, Subject};
use devices::compliance::states;
use devices::{configuration_overview, configuration_statuses};
use directory::{Id, Kind, Object, Record, id_from_text};
use engine::View;
use schema::device_compliance_policy::DEVICE_COMPLIANCE_POLICY;
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::device_status::{
    DEVICE_COMPLIANCE_DEVICE_STATUS, DEVICE_COMPLIANCE_USER_STATUS, DEVICE_CONFIGURATION_DEVICE_STATUS,
    MOBILE_APP_INSTALL_STATUS, USER_APP_INSTALL_STATUS,
};
use schema::managed_device::{
    APP_INSTALL_STATES, DEVICE_NAME, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, USER_DISPLAY_NAME, USER_ID,
};
use schema::mobile_app::MOBILE_APP;
use schema::{ASSIGNMENTS, USER_PRINCIPAL_NAME};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read::may_read;
use crate::worked_out::{self, aside};

/// What wants looking at first.
const COMPLIANCE_ORDER: [&str; 8] =
    ["nonCompliant", "error", "conflict", "unknown", "notAssigned", "remediated", "compliant", "notApplicable"];
const INSTALL_ORDER: [&str; 7] =
    ["failed", "uninstallFailed", "pendingInstall", "unknown", "notInstalled", "installed", "notApplicable"];

/// Answer, if the path is one of these.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let path = worked_out::steps(&exchange.segments);
    let [root, set, key, what] = path.as_slice() else { return None };
    if exchange.method != http::Method::GET {
        return None;
    }
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    let context = format!("{root}/{set}('{key}')/{what}");
    if is(root, "deviceManagement") && is(set, "configurationPolicies") {
        return match what.as_str() {
            what if is(what, "deviceStatuses") => Some(of_configuration(exchange, key, &context, false).await),
            what if is(what, "deviceStatusOverview") => Some(of_configuration(exchange, key, &context, true).await),
            _ => None,
        };
    }
    if is(root, "deviceManagement") && (is(set, "compliancePolicies") || is(set, "deviceCompliancePolicies")) {
        return match what.as_str() {
            what if is(what, "deviceStatuses") => Some(of_compliance(exchange, key, &context, false).await),
            what if is(what, "userStatuses") => Some(of_compliance(exchange, key, &context, true).await),
            _ => None,
        };
    }
    if is(root, "deviceAppManagement") && is(set, "mobileApps") {
        return match what.as_str() {
            what if is(what, "deviceStatuses") => Some(of_application(exchange, key, &context, Told::Devices).await),
            what if is(what, "userStatuses") => Some(of_application(exchange, key, &context, Told::People).await),
            what if is(what, "installSummary") => Some(of_application(exchange, key, &context, Told::Counts).await),
            _ => None,
        };
    }
    None
}

async fn of_configuration(exchange: &Exchange, key: &str, context: &str, is_overview: bool) -> Result<Reply, Error> {
    let view = exchange.view();
    let policy = found(&view, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, key)?.id;
    let (view, (statuses, overview)) = aside(view, move |view| {
        let Some(policy) = view.now().find(policy) else { return (Vec::new(), Record::new()) };
        let statuses = configuration_statuses(view.now(), policy, view.at(), |managed| view.sees(managed));
        let overview = configuration_overview(policy, &statuses);
        (statuses, overview)
    })
    .await?;
    if is_overview {
        return Ok(printed(exchange, &view, &overview, context));
    }
    page(exchange, &view, statuses, &DEVICE_CONFIGURATION_DEVICE_STATUS, context)
}

async fn of_compliance(exchange: &Exchange, key: &str, context: &str, is_people: bool) -> Result<Reply, Error> {
    let view = exchange.view();
    let policy = found(&view, &DEVICE_COMPLIANCE_POLICY, key)
        .or_else(|_| found(&view, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, key))?
        .id;
    let (view, statuses) = aside(view, move |view| compliance(view, policy, is_people)).await?;
    let kind = if is_people { &DEVICE_COMPLIANCE_USER_STATUS } else { &DEVICE_COMPLIANCE_DEVICE_STATUS };
    page(exchange, &view, statuses, kind, context)
}

fn compliance(view: &View, policy: Id, is_people: bool) -> Vec<Record> {
    let mut statuses =
        if is_people { states::user_statuses(view.now(), policy) } else { states::device_statuses(view.now(), policy) };
    statuses.retain(|status| {
        let id = status.text("id").and_then(|id| id_from_text(id.rsplit('_').next()?));
        id.and_then(|id| view.now().find(id)).is_some_and(|object| view.sees(object))
    });
    let name = if is_people { "userDisplayName" } else { "deviceDisplayName" };
    sort(&mut statuses, "status", &COMPLIANCE_ORDER, name);
    statuses
}

#[derive(Clone, Copy)]
enum Told {
    Devices,
    People,
    Counts,
}

async fn of_application(exchange: &Exchange, key: &str, context: &str, told: Told) -> Result<Reply, Error> {
    let view = exchange.view();
    let app = found(&view, &MOBILE_APP, key)?.id;
    let (view, mut statuses) = aside(view, move |view| application(view, app, told)).await?;
    match told {
        Told::Devices => page(exchange, &view, statuses, &MOBILE_APP_INSTALL_STATUS, context),
        Told::People => page(exchange, &view, statuses, &USER_APP_INSTALL_STATUS, context),
        Told::Counts => Ok(printed(exchange, &view, &statuses.pop().unwrap_or_default(), context)),
    }
}

fn application(view: &View, app: Id, told: Told) -> Vec<Record> {
    let Some(app) = view.now().find(app) else { return Vec::new() };
    let devices = on_devices(view, app);
    match told {
        Told::Devices => {
            let mut statuses: Vec<Record> = devices.into_iter().map(|(_, status)| status).collect();
            sort(&mut statuses, "installState", &INSTALL_ORDER, "deviceName");
            statuses
        }
        Told::People => by_person(app.id, &devices),
        Told::Counts => vec![summary(app.id, &devices)],
    }
}

/// The application on each device that it is meant for, or that says something of it.
fn on_devices<'v>(view: &'v View, app: &Object) -> Vec<(&'v Object, Record)> {
    let assignments = app.get(ASSIGNMENTS).unwrap_or_default();
    let id = app.id.to_string();
    let mut found = Vec::new();
    for managed in view.now().all(&MANAGED_DEVICE).filter(|managed| view.sees(managed)) {
        let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
        let reported = states.iter().find(|state| state.text("applicationId") == Some(id.as_str()));
        let state = match reported.and_then(|state| state.text("installState")) {
            Some(state) => Some(state.to_owned()),
            None => meant(&Subject::of(view.now(), managed, view.at()), &assignments).map(str::to_owned),
        };
        let Some(state) = state else { continue };
        let field = |name: &str| reported.and_then(|state| state.text(name));
        let at = reported.and_then(|state| state.time("lastUpdatedDateTime"));
        let record = Record::new()
            .with("id", format!("{id}_{}", managed.id))
            .with_some("deviceName", managed.get(DEVICE_NAME))
            .with_some("userName", managed.get(USER_DISPLAY_NAME))
            .with_some("userPrincipalName", managed.get(USER_PRINCIPAL_NAME))
            .with("installState", state)
            .with_some("displayVersion", field("installedVersion"))
            .with_some("errorDescription", field("error"))
            .with_some("lastSyncDateTime", at.or_else(|| managed.get(LAST_SYNC_DATE_TIME)));
        found.push((managed, record));
    }
    found
}

/// What is so of a device that has said nothing yet, by what its assignments mean; nothing where none reaches it.
fn meant(subject: &Subject<'_>, assignments: &[Record]) -> Option<&'static str> {
    let intents = subject.intents(assignments).into_iter();
    let reaching: Vec<apps::Reaching> =
        intents.filter_map(|one| apps::Reaching::named(one.intent, one.by == Reached::User, one.passes)).collect();
    let effective = apps::effective(&reaching);
    if effective.required {
        Some("pendingInstall")
    } else if effective.uninstall {
        Some("unknown")
    } else {
        effective.available.then_some("notInstalled")
    }
}

/// How often each state stands on a person's devices, people by name.
fn by_person(app: Id, devices: &[(&Object, Record)]) -> Vec<Record> {
    let mut people: BTreeMap<(String, &str), Vec<&(&Object, Record)>> = BTreeMap::new();
    for device in devices {
        if let Some(user) = device.0.get(USER_ID) {
            let name = device.0.get(USER_DISPLAY_NAME).unwrap_or_default().to_lowercase();
            people.entry((name, user)).or_default().push(device);
        }
    }
    people
        .into_iter()
        .map(|((_, user), devices)| {
            let count = |words: &[&str]| counted(devices.iter().map(|(_, status)| status), words);
            let first = devices.first().map(|(managed, _)| *managed);
            Record::new()
                .with("id", format!("{app}_{user}"))
                .with_some("userName", first.and_then(|managed| managed.get(USER_DISPLAY_NAME)))
                .with_some("userPrincipalName", first.and_then(|managed| managed.get(USER_PRINCIPAL_NAME)))
                .with("installedDeviceCount", count(&["installed"]))
                .with("failedDeviceCount", count(&["failed", "uninstallFailed"]))
                .with("pendingInstallDeviceCount", count(&["pendingInstall", "unknown"]))
                .with("notInstalledDeviceCount", count(&["notInstalled"]))
        })
        .collect()
}

fn summary(app: Id, devices: &[(&Object, Record)]) -> Record {
    let count = |words: &[&str]| counted(devices.iter().map(|(_, status)| status), words);
    Record::new()
        .with("id", app.to_string())
        .with("installedDeviceCount", count(&["installed"]))
        .with("failedDeviceCount", count(&["failed", "uninstallFailed"]))
        .with("pendingInstallDeviceCount", count(&["pendingInstall", "unknown"]))
        .with("notInstalledDeviceCount", count(&["notInstalled"]))
        .with("notApplicableDeviceCount", count(&["notApplicable"]))
}

fn counted<'r>(statuses: impl Iterator<Item = &'r Record>, words: &[&str]) -> i64 {
    let found = statuses.filter(|status| status.text("installState").is_some_and(|state| words.contains(&state)));
    i64::try_from(found.count()).unwrap_or(i64::MAX)
}

/// By how much a state wants looking at, then by name.
fn sort(statuses: &mut [Record], state: &str, order: &[&str], name: &str) {
    statuses.sort_by_cached_key(|status| {
        let word = status.text(state).unwrap_or_default();
        let rank = order.iter().position(|known| *known == word).unwrap_or(order.len());
        (rank, status.text(name).unwrap_or_default().to_lowercase())
    });
}

fn page(
    exchange: &Exchange,
    view: &View,
    statuses: Vec<Record>,
    kind: &'static Kind,
    context: &str,
) -> Result<Reply, Error> {
    let objects: Vec<Object> = statuses.into_iter().map(|status| worked_out::object(status, kind)).collect();
    worked_out::page(exchange, view, &objects, kind, context)
}

/// What is asked about. Its statuses name devices and people.
fn found<'v>(view: &'v View, kind: &'static Kind, key: &str) -> Result<&'v Object, Error> {
    may_read(view, &MANAGED_DEVICE)?;
    worked_out::found(view, kind, key)
}

fn printed(exchange: &Exchange, view: &View, record: &Record, context: &str) -> Reply {
    worked_out::printed(exchange, view, record, &format!("{context}/$entity"))
}
