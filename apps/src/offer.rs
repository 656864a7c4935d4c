//! What a device has to do with applications, as people are told: those that are offered to its person, and what is meant and
//! what is there of each.
//!
//! Deliberately absent: the wish for one (`request`).

use directory::{Object, Record, Snapshot};
use schema::linux_package_app::{PACKAGE_SIZE, PACKAGE_VERSION, REQUIREMENTS};
use schema::managed_device::{APP_INSTALL_STATES, USER_ID};
use schema::mobile_app::{
    CATEGORIES, DESCRIPTION, INFORMATION_URL, IS_FEATURED, LARGE_ICON, PRIVACY_INFORMATION_URL, PUBLISHER,
};
use schema::{ASSIGNMENTS, DISPLAY_NAME};

use crate::deployment::{self, Offer};
use crate::instruction::{Wanted, for_platform, instruction};
use crate::intent::{Effective, effective};
use crate::package::as_offered;
use crate::plan::{superseded, unmet};
use crate::request::{Asked, Request, asked};
use crate::targeted::Reach;

/// An application that is offered on a device.
pub struct Offered<'a> {
    pub app: &'a Object,
    pub effective: Effective,
    pub asked: Option<Request>,
    /// Why the device cannot have it.
    pub not_applicable: Option<String>,
    /// It was asked for before another one took its place among what is offered, or before its content went: it can only be
    /// given back.
    pub is_past: bool,
}

impl Offered<'_> {
    fn is_install_allowed(&self) -> bool {
        !self.effective.required && !self.is_past && self.not_applicable.is_none()
    }
}

/// The applications that are offered to the person of a device: those that have content and have come as far as this device,
/// without those whose place another one takes that is offered or required too. What was asked for before is among them for as
/// long as the device is to have it, so that it can be given back.
#[must_use]
pub fn offered<'a>(now: &'a Snapshot, managed: &Object, reach: &Reach<'_>) -> Vec<Offered<'a>> {
    let can_be_had = |app: &Object| {
        instruction(app, Wanted::Required).is_some() && deployment::offer(now, app.id, managed) != Offer::Nothing
    };
    let is_asked = |asked: Option<Request>| asked.is_some_and(|request| request.action == Asked::Install);
    let found = for_platform(now, managed).filter_map(|app| {
        let effective = effective(&reach(&app.get(ASSIGNMENTS).unwrap_or_default()));
        let (asked, is_past) = (asked(managed, app.id), !can_be_had(app));
        let concerns = (effective.available || effective.required) && (!is_past || is_asked(asked));
        let not_applicable = concerns.then(|| unmet(now, managed, app))?;
        Some(Offered { app, effective, asked, not_applicable, is_past })
    });
    let mut offered: Vec<Offered<'a>> = found.collect();
    // What cannot be had on this device takes nobody's place.
    let can_come = |offered: &&Offered<'a>| offered.not_applicable.is_none() && !offered.is_past;
    let roots: Vec<&Object> = offered.iter().filter(can_come).map(|offered| offered.app).collect();
    let comes = |offered: &&Offered<'a>| can_come(offered) && (offered.effective.required || is_asked(offered.asked));
    let coming: Vec<&Object> = offered.iter().filter(comes).map(|offered| offered.app).collect();
    let (superseded, gone) = (superseded(now, &roots), superseded(now, &coming));
    offered.retain_mut(|offered| {
        let is_superseded = superseded.contains_key(&offered.app.id);
        offered.is_past |= is_superseded;
        let stays = is_asked(offered.asked) && !gone.contains_key(&offered.app.id);
        offered.effective.available && (!is_superseded || stays)
    });
    let name = |app: &Object| app.get(DISPLAY_NAME).unwrap_or_default().to_lowercase();
    offered.sort_by_key(|offered| (!offered.app.is(IS_FEATURED), name(offered.app), offered.app.id));
    offered
}

/// As a person chooses among them.
#[must_use]
pub fn available(now: &Snapshot, managed: &Object, reach: &Reach<'_>) -> Vec<Record> {
    let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
    let told = |offered: Offered<'_>| {
        let (app, action) = (offered.app, offered.asked.map(|request| request.action));
        let state = state_of(&states, app);
        let package = as_offered(now, app, managed);
        let text = |field: &str| state.and_then(|state| state.text(field)).map(str::to_owned);
        let categories: Vec<String> =
            now.links(app.id, CATEGORIES).filter_map(|link| link.object.get(DISPLAY_NAME).map(str::to_owned)).collect();
        Record::new()
            .with("id", app.id.to_string())
            .with("displayName", app.get(DISPLAY_NAME).unwrap_or_default())
            .with_some("description", app.get(DESCRIPTION))
            .with_some("publisher", app.get(PUBLISHER))
            .with_some("displayVersion", package.get(PACKAGE_VERSION))
            .with_some("size", package.get(PACKAGE_SIZE))
            .with("isFeatured", app.is(IS_FEATURED))
            .with("categories", categories)
            .with_some("informationUrl", app.get(INFORMATION_URL))
            .with_some("privacyInformationUrl", app.get(PRIVACY_INFORMATION_URL))
            .with_some("largeIcon", app.get(LARGE_ICON))
            .with("mobileAppIntent", intent(offered.effective).unwrap_or_default())
            .with("installState", install_state(state, offered.effective, action))
            .with_some("installedVersion", text("installedVersion"))
            .with_some("error", text("error"))
            .with_some("requestedAction", action.map(Asked::name))
            .with_some("requestedDateTime", offered.asked.and_then(|request| request.since))
            .with("isInstallAllowed", offered.is_install_allowed())
            .with("isUninstallAllowed", !offered.effective.required && action == Some(Asked::Install))
            .with_some("notApplicableReason", offered.not_applicable)
    };
    offered(now, managed, reach).into_iter().map(told).collect()
}

/// Graph `mobileAppIntentAndState`: every application that assignments have to do with, on one device of a person.
#[must_use]
pub fn intents_and_states(now: &Snapshot, managed: &Object, reach: &Reach<'_>) -> Record {
    let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
    let told = |app: &Object| {
        let effective = effective(&reach(&app.get(ASSIGNMENTS).unwrap_or_default()));
        let intent = intent(effective)?;
        let action = asked(managed, app.id).map(|request| request.action);
        let least = app.get(REQUIREMENTS).and_then(|r| r.text("minimumOperatingSystemVersion").map(str::to_owned));
        let device = Record::new().with("type", "linux").with_some("minimumOperatingSystemVersion", least);
        let detail = Record::new()
            .with("applicationId", app.id.to_string())
            .with("displayName", app.get(DISPLAY_NAME).unwrap_or_default())
            .with_some("displayVersion", as_offered(now, app, managed).get(PACKAGE_VERSION))
            .with("installState", install_state(state_of(&states, app), effective, action))
            .with("mobileAppIntent", intent)
            .with("supportedDeviceTypes", vec![device]);
        Some(detail)
    };
    let list: Vec<Record> = for_platform(now, managed).filter_map(told).collect();
    Record::new()
        .with("id", managed.id.to_string())
        .with("managedDeviceIdentifier", managed.id.to_string())
        .with_some("userId", managed.get(USER_ID))
        .with("mobileAppList", list)
}

fn state_of<'s>(states: &'s [Record], app: &Object) -> Option<&'s Record> {
    let id = app.id.to_string();
    states.iter().find(|state| state.text("applicationId") == Some(id.as_str()))
}

/// Graph `mobileAppIntent`; none where an application has nothing to do with the device.
fn intent(effective: Effective) -> Option<&'static str> {
    Some(match effective {
        Effective { required: true, available: true, .. } => "requiredAndAvailableInstall",
        Effective { required: true, .. } => "requiredInstall",
        Effective { available: true, is_without_enrolment: true, .. } => "availableInstallWithoutEnrollment",
        Effective { available: true, .. } => "available",
        Effective { uninstall: true, .. } => "requiredUninstall",
        Effective { .. } => return None,
    })
}

/// Graph `resultantAppState`: what the device reported; before it did, what it is about to do.
fn install_state(state: Option<&Record>, effective: Effective, action: Option<Asked>) -> String {
    let is_on_its_way = effective.required || (effective.available && action == Some(Asked::Install));
    let reported = state.and_then(|state| state.text("installState")).unwrap_or("unknown");
    match reported {
        "unknown" | "notInstalled" if is_on_its_way => "pendingInstall",
        "unknown" if effective.available => "notInstalled",
        reported => reported,
    }
    .to_owned()
}
