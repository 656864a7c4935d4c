//! `details`: what a device says about itself when it checks in.

use bytes::Bytes;
use devices::desired::Desired;
use devices::facts::{Facts, Finding};
use devices::report::{Inventory, Report};
use directory::Decision;
use engine::Submission;
use http::{Request, StatusCode};
use schema::managed_device::MANAGED_DEVICE;
use serde_json::json;

use crate::problem::{Answer, Problem, json, read};
use crate::wire::{Details, SMALL_BODY_BYTES_MAX, cut};
use crate::{CHECK_IN_APP_ID, LinuxProtocol};

impl LinuxProtocol {
    pub(crate) async fn details(&self, request: &Request<Bytes>) -> Answer {
        let mut person = self.person(request, CHECK_IN_APP_ID)?;
        let said: Details = read(request.body(), SMALL_BODY_BYTES_MAX)?;
        let managed = person.managed(&said.device_id).ok_or_else(unknown)?.id;
        if person.carry_out(managed, false).await? {
            return Err(unknown());
        }
        // Virtual machines have no manufacturer to name.
        let given = [&said.device_name, &said.os_distribution, &said.os_version];
        if given.iter().any(|text| cut(text).is_empty()) {
            return Err(Problem::bad("`DeviceName`, `OSDistribution` and `OSVersion` must not be empty"));
        }
        let name = cut(&said.device_name);
        let keep = Submission::proven(&person.caller, "Report of device", move |now, call| {
            let Some(managed) = now.find_a(&MANAGED_DEVICE, managed) else { return Ok(Decision::default()) };
            let version = devices::version::within(&cut(&said.os_version)).to_owned();
            let report = Report {
                inventory: Some(Inventory {
                    name: Some(cut(&said.device_name)),
                    os_version: Some(version.clone()),
                    manufacturer: Some(cut(&said.manufacturer)),
                    ..Inventory::default()
                }),
                facts: Some(
                    Facts::of(managed)
                        .learn("distributionName", Finding::Known(cut(&said.os_distribution).into()))
                        .learn("distributionVersion", Finding::Known(version.into())),
                ),
                ..Report::default()
            };
            Ok(Decision::change(devices::report::changes(now, managed, &Desired::default(), call.at, &report)))
        });
        person.engine.submit(keep).await?;
        Ok(json(StatusCode::OK, &json!({ "deviceFriendlyName": name })))
    }
}

/// A device that is not managed, or not this person's.
fn unknown() -> Problem {
    Problem::missing("the device is not managed; enrol it again")
}
