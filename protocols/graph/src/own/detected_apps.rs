//! Software that was found on devices: of one device, of all of them together, and which devices have it. Worked out from the
//! lists that devices reported; only devices that the caller sees count.

use std::collections::{BTreeMap, BTreeSet};

use devices::software::{SHELF, Software, of_record};
use directory::{Id, Object};
use engine::View;
use schema::detected_app::{
    DETECTED_APP, DETECTED_PLATFORM, DEVICE_COUNT, DISPLAY_NAME, PUBLISHER, SIZE_IN_BYTE, VERSION,
};
use schema::managed_device::{MANAGED_DEVICE, SOFTWARE_INVENTORY};

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::json::Json;
use crate::path::Segment;
use crate::projection::Projection;
use crate::{read, worked_out};

/// How many different lists are looked through together.
const LISTS_MAX: usize = 2_000;
const CONTEXT: &str = "deviceManagement/detectedApps";

/// `managedDevices/{id}/detectedApps`.
pub fn of_device(exchange: &Exchange) -> Result<Reply, Error> {
    let key = exchange.segments.get(2).map(Segment::text).unwrap_or_default();
    let view = exchange.view();
    let device = directory::id_from_text(&key).and_then(|id| view.now().find_a(&MANAGED_DEVICE, id));
    let device = device.ok_or_else(|| Error::missing(&key))?;
    read::check_readable(&view, device)?;
    let software = device.get(SOFTWARE_INVENTORY).map(|hash| list(exchange, hash)).transpose()?.unwrap_or_default();
    let apps: Vec<Object> = software.into_iter().map(|one| object(&one, 1)).collect();
    let context = format!("deviceManagement/managedDevices('{}')/detectedApps", device.id);
    worked_out::page(exchange, &view, &apps, &DETECTED_APP, &context)
}

/// `detectedApps`.
pub fn all(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    let apps: Vec<Object> =
        together(exchange, &view)?.into_iter().map(|(one, devices)| object(&one, devices.len())).collect();
    worked_out::page(exchange, &view, &apps, &DETECTED_APP, CONTEXT)
}

/// `detectedApps/{id}`.
pub fn one(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    let (software, devices) = named(exchange, &view)?;
    let app = object(&software, devices.len());
    let printer = exchange.printer(&view);
    let mut json = Json::new();
    json.open();
    printer.context(&mut json, &format!("{CONTEXT}/$entity"));
    let projection = Projection::parse(exchange.query.select.as_deref(), None)?;
    printer.members(&mut json, &app, &DETECTED_APP, &projection, CONTEXT)?;
    json.close();
    Ok(Reply::json(200, json.into_text()))
}

/// `detectedApps/{id}/managedDevices`.
pub fn devices(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    let (_, devices) = named(exchange, &view)?;
    let objects: Vec<&Object> = devices.iter().filter_map(|id| view.now().find(*id)).collect();
    crate::actions::list(exchange, &view, &objects, "deviceManagement/managedDevices", &MANAGED_DEVICE)
}

fn named(exchange: &Exchange, view: &View) -> Result<(Software, BTreeSet<Id>), Error> {
    let key = exchange.segments.get(2).map(Segment::text).unwrap_or_default();
    let id = directory::id_from_text(&key);
    let found = together(exchange, view)?.into_iter().find(|(one, _)| Some(id_of(one)) == id);
    found.ok_or_else(|| Error::missing(&key))
}

/// All software with the devices that have it, of those that the caller sees.
fn together(exchange: &Exchange, view: &View) -> Result<BTreeMap<Software, BTreeSet<Id>>, Error> {
    read::may_read(view, &MANAGED_DEVICE)?;
    let mut lists: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    for device in view.now().all(&MANAGED_DEVICE).filter(|device| view.sees(device)) {
        if let Some(hash) = device.get(SOFTWARE_INVENTORY) {
            lists.entry(hash.to_owned()).or_default().push(device.id);
        }
    }
    if lists.len() > LISTS_MAX {
        return Err(Error::unsupported(format!(
            "Devices have more than {LISTS_MAX} different lists of software; ask for the detectedApps of a device."
        )));
    }
    let mut found: BTreeMap<Software, BTreeSet<Id>> = BTreeMap::new();
    for (hash, devices) in lists {
        for software in list(exchange, &hash)? {
            found.entry(software).or_default().extend(devices.iter().copied());
        }
    }
    Ok(found)
}

/// A kept list; empty when it was forgotten, because no device said it for long.
fn list(exchange: &Exchange, hash: &str) -> Result<Vec<Software>, Error> {
    let Some(key) = keys::base64url::decode(hash) else { return Ok(Vec::new()) };
    let kept = exchange.engine.tickets().get(SHELF, &key).map_err(|_| Error::unavailable())?;
    Ok(kept.map(|kept| of_record(&kept).collect()).unwrap_or_default())
}

/// The same software always has the same id.
fn id_of(software: &Software) -> Id {
    let publisher = software.publisher.as_deref().unwrap_or_default();
    let text = [software.name.as_str(), &software.version, publisher].join("\0");
    let hash = keys::sha256(text.as_bytes());
    let mut id = [0; 16];
    id.iter_mut().zip(hash).for_each(|(to, from)| *to = from);
    Id::from_bytes(id)
}

fn object(software: &Software, devices: usize) -> Object {
    let mut attributes = vec![
        (DEVICE_COUNT.id, i64::try_from(devices).unwrap_or(i64::MAX).into()),
        (DISPLAY_NAME.id, software.name.as_str().into()),
        (DETECTED_PLATFORM.id, "unknown".into()),
        (SIZE_IN_BYTE.id, 0_i64.into()),
        (VERSION.id, software.version.as_str().into()),
    ];
    attributes.extend(software.publisher.as_deref().map(|publisher| (PUBLISHER.id, publisher.into())));
    Object::pack(id_of(software), DETECTED_APP.id(), 0, &attributes)
}
