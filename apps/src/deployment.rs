//! Deployments: an application comes to those who are to have it in waves, and stops by itself when too many installations fail.
//!
//! A device is in a wave by a number that follows from its id and the deployment's, so that the same devices are always first
//! and another deployment begins with others. What a wave was offered stays offered: a deployment that stops takes nothing back,
//! and neither does one whose application gets a newer package, which begins the waves anew (`package`).
//!
//! Deliberately absent: whom the application reaches (its assignments say), and how devices report (`devices`).

use std::collections::BTreeSet;
use std::time::Duration;

use directory::{
    Action, Call, Change, Check, Commit, Decision, Id, Object, Own, Plan, Reaction, Record, Refusal, Snapshot, Time,
    Value, place,
};
use schema::linux_package_app::PACKAGE_VERSION;
use schema::managed_device::{APP_INSTALL_STATES, APP_STATE_KEYS};
use schema::mobile_app::MOBILE_APP;
use schema::mobile_app_deployment::{
    FAILED_DEVICE_COUNT, INSTALLED_DEVICE_COUNT, MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, MONITORING_RULES,
    NEXT_OFFER_DATE_TIME, OFFERED_PERCENTAGE, OFFERED_REVISION, REQUESTED_STATE, RESUMED_DATE_TIME, START_DATE_TIME,
    STATE, TOLERATED_DEVICE_COUNTS, WAVES,
};

use crate::package::{of_version, offered_before, offered_until_now, revision};

/// How many deployments there may be, those that are over included.
pub const DEPLOYMENTS_MAX: usize = 2_000;
/// Waves of one deployment.
pub const WAVES_MAX: usize = 20;
/// Rules of one deployment.
pub const RULES_MAX: usize = 5;
/// The longest wave: a year, in hours.
const WAVE_HOURS_MAX: i64 = 366 * 24;
/// The most devices that a rule may wait for.
const MINIMUM_DEVICES_MAX: i64 = 1_000_000;

pub(crate) const CHECK: Check =
    Check { kind: &MOBILE_APP_DEPLOYMENT, complete: Some(|_, _, changes| complete(changes)), check: Some(check) };

pub(crate) const OF_APP: Check =
    Check { kind: &MOBILE_APP, complete: Some(|now, _, changes| complete_app(now, changes)), check: None };

/// Offer it to nobody more until `resume`.
pub(crate) const PAUSE: Action = Action::on(&MOBILE_APP_DEPLOYMENT, "pause", |_, _, deployment, _| {
    request(deployment, "paused").map(Decision::change)
});
/// Go on, whatever failed until now.
pub(crate) const RESUME: Action = Action::on(&MOBILE_APP_DEPLOYMENT, "resume", resume);
/// End it: from now on the application is for everybody whom it is assigned to.
pub(crate) const ARCHIVE: Action = Action::on(&MOBILE_APP_DEPLOYMENT, "archive", |_, _, deployment, _| {
    request(deployment, "archived").map(Decision::change)
});

pub(crate) static REACTION: Reaction = Reaction::new(
    "app-deployments",
    &[
        Own::Attribute(STATE.id),
        Own::Attribute(OFFERED_PERCENTAGE.id),
        Own::Attribute(NEXT_OFFER_DATE_TIME.id),
        Own::Attribute(INSTALLED_DEVICE_COUNT.id),
        Own::Attribute(FAILED_DEVICE_COUNT.id),
        Own::Attribute(TOLERATED_DEVICE_COUNTS.id),
        Own::Attribute(OFFERED_REVISION.id),
    ],
    react,
    |now, at| now.all(&MOBILE_APP_DEPLOYMENT).flat_map(|deployment| settle(now, deployment, at)).collect(),
)
.at_deadlines(&[NEXT_OFFER_DATE_TIME], |now, id, _, at| {
    let deployment = now.find_a(&MOBILE_APP_DEPLOYMENT, id);
    Plan::from(deployment.map(|deployment| settle(now, deployment, at)).unwrap_or_default())
});

/// What a device is offered of an application.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Offer {
    /// As it is.
    Current,
    /// A package that came before.
    Former(Record),
    /// Nothing yet.
    Nothing,
}

/// What a device is offered of an application by now, as far as deployments go. What a device has it keeps.
pub(crate) fn offer(now: &Snapshot, app: Id, managed: &Object) -> Offer {
    let Some(deployment) = open(now, app).next() else { return Offer::Current };
    let is_within =
        |percentage: i64| place(deployment.id, managed.id) < u64::try_from(percentage).unwrap_or(0).saturating_mul(100);
    if is_current(deployment) && is_within(deployment.get(OFFERED_PERCENTAGE).unwrap_or(0)) {
        return Offer::Current;
    }
    let packages = offered_until_now(deployment);
    let has = has(managed, app);
    if packages.is_empty() {
        return if has.is_some() { Offer::Current } else { Offer::Nothing };
    }
    let current = now.find(app).and_then(|app| app.get(PACKAGE_VERSION));
    // The newest of what came to it and what it has. Of two uploads with one version it has the earlier, for all we know; a
    // version that nobody knows is older than what everybody has.
    let reached = packages.iter().rposition(|package| is_within(offered_before(package)));
    let held = has.map(|version| {
        let known = version.as_deref().and_then(|version| of_version(&packages, version));
        known.or_else(|| (version.is_some() && version.as_deref() == current).then_some(packages.len())).unwrap_or(0)
    });
    match held.max(reached) {
        Some(at) => packages.into_iter().nth(at).map_or(Offer::Current, Offer::Former),
        None => Offer::Nothing,
    }
}

/// Whether a device has an application, and the version of it as far as the device said.
fn has(managed: &Object, app: Id) -> Option<Option<String>> {
    let of = format!("{app}/");
    let known = managed.get(APP_STATE_KEYS).unwrap_or_default().iter().find_map(|known| {
        let (state, version) = known.strip_prefix(&of)?.split_once('/')?;
        Some((state == "installed", version.to_owned()))
    });
    let (is_installed, version) = known?;
    if is_installed {
        return Some(Some(version).filter(|version| !version.is_empty()));
    }
    // What fails may be the update of something that is there.
    let id = app.to_string();
    let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
    let state = states.iter().find(|state| state.text("applicationId") == Some(id.as_str()))?;
    state.text("installedVersion").map(|version| Some(version.to_owned()))
}

/// Whether what a deployment offers is the package that the application has.
pub(crate) fn is_current(deployment: &Object) -> bool {
    deployment.get(OFFERED_REVISION).unwrap_or(0) == revision(deployment)
}

/// How a device stands to an application, for looking up.
#[must_use]
pub fn key(app: Id, install_state: &str, version: &str) -> String {
    format!("{app}/{install_state}/{version}")
}

/// The deployments of an application.
fn of_app(now: &Snapshot, app: Id) -> impl Iterator<Item = &Object> {
    now.by(MOBILE_APP_ID, app.to_string()).filter(|deployment| now.is_a(deployment, &MOBILE_APP_DEPLOYMENT))
}

/// Those that are not over; there is one at most.
pub(crate) fn open(now: &Snapshot, app: Id) -> impl Iterator<Item = &Object> {
    of_app(now, app).filter(|deployment| !is_archived(deployment))
}

fn is_archived(deployment: &Object) -> bool {
    deployment.get(REQUESTED_STATE) == Some("archived")
}

fn request(deployment: Option<&Object>, state: &str) -> Result<Vec<Change>, Refusal> {
    let deployment = deployment.ok_or_else(|| Refusal::invalid("name the deployment"))?;
    if is_archived(deployment) {
        return Err(Refusal::state("the deployment is over: make another one"));
    }
    Ok(vec![Change::set(deployment.id, REQUESTED_STATE, state)])
}

fn resume(_: &Snapshot, call: &Call<'_>, deployment: Option<&Object>, _: &Record) -> Result<Decision, Refusal> {
    let mut changes = request(deployment, "none")?;
    changes.extend(deployment.map(|deployment| Change::set(deployment.id, RESUMED_DATE_TIME, call.at)));
    Ok(Decision::change(changes))
}

fn complete(changes: &mut [Change]) -> Result<(), Refusal> {
    for change in changes {
        if let Change::Create { kind, attributes, .. } = change
            && *kind == MOBILE_APP_DEPLOYMENT.id()
        {
            attributes.push((REQUESTED_STATE.id, "none".into()));
        }
    }
    Ok(())
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let Some(deployment) = after.find_a(&MOBILE_APP_DEPLOYMENT, change.subject()) else { continue };
        check_waves(&deployment.get(WAVES).unwrap_or_default())?;
        check_rules(&deployment.get(MONITORING_RULES).unwrap_or_default())?;
        if !matches!(change, Change::Create { .. }) {
            continue;
        }
        let app = app_of(deployment).and_then(|id| after.find_a(&MOBILE_APP, id));
        let app = app.ok_or_else(|| Refusal::invalid("name an application").at(MOBILE_APP_ID.name))?;
        if after.count(&MOBILE_APP_DEPLOYMENT) > DEPLOYMENTS_MAX {
            return Err(Refusal::limit(format!("there are {DEPLOYMENTS_MAX} deployments; delete old ones")));
        }
        if open(after, app.id).count() > 1 {
            let message = "the application has a deployment that is not over: archive or delete it first";
            return Err(Refusal::conflict(message).at(MOBILE_APP_ID.name));
        }
    }
    Ok(())
}

/// With an application its deployment is over.
fn complete_app(now: &Snapshot, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let gone = changes.iter().filter_map(|change| if let Change::Delete { id } = change { Some(*id) } else { None });
    let over = gone.filter(|id| now.find_a(&MOBILE_APP, *id).is_some()).flat_map(|app| open(now, app));
    let over: Vec<Change> = over.map(|deployment| Change::set(deployment.id, REQUESTED_STATE, "archived")).collect();
    changes.extend(over);
    Ok(())
}

fn app_of(deployment: &Object) -> Option<Id> {
    deployment.get(MOBILE_APP_ID).and_then(directory::id_from_text)
}

fn check_waves(waves: &[Record]) -> Result<(), Refusal> {
    let wrong = |message: String| Err(Refusal::invalid(message).at(WAVES.name));
    if waves.is_empty() || waves.len() > WAVES_MAX {
        return wrong(format!("a deployment has between 1 and {WAVES_MAX} waves"));
    }
    let mut before = 0;
    for wave in waves {
        let percentage = wave.int("percentage").unwrap_or(0);
        if percentage <= before || percentage > 100 {
            return wrong("each wave goes further than the one before, to 100 percent at most".to_owned());
        }
        before = percentage;
        if !(1..=WAVE_HOURS_MAX).contains(&hours(wave)) {
            return wrong(format!("a wave lasts between 1 and {WAVE_HOURS_MAX} hours"));
        }
    }
    Ok(())
}

fn check_rules(rules: &[Record]) -> Result<(), Refusal> {
    let wrong = |message: String| Err(Refusal::invalid(message).at(MONITORING_RULES.name));
    if rules.len() > RULES_MAX {
        return wrong(format!("a deployment has at most {RULES_MAX} rules"));
    }
    for rule in rules {
        if !(1..=100).contains(&rule.int("threshold").unwrap_or(0)) {
            return wrong("a threshold is between 1 and 100 percent".to_owned());
        }
        if !(1..=MINIMUM_DEVICES_MAX).contains(&rule.int("minimumDeviceCount").unwrap_or(1)) {
            return wrong(format!("`minimumDeviceCount` is between 1 and {MINIMUM_DEVICES_MAX}"));
        }
        if rule.text("action").is_none() {
            return wrong("say `alertError` or `pauseDeployment`".to_owned());
        }
    }
    Ok(())
}

fn hours(wave: &Record) -> i64 {
    wave.int("durationInHours").unwrap_or(24)
}

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    if now.count(&MOBILE_APP_DEPLOYMENT) == 0 {
        return Plan::default();
    }
    let mut concerned = BTreeSet::new();
    for change in &commit.changes {
        match change {
            Change::Set { attribute, old, new, .. } if *attribute == APP_STATE_KEYS.id => {
                let apps = apps_that_differ(old.as_ref(), new.as_ref());
                concerned.extend(apps.into_iter().flat_map(|app| of_app(now, app)).map(|deployment| deployment.id));
            }
            Change::Create { id, attributes, .. } => {
                concerned.extend(now.find_a(&MOBILE_APP_DEPLOYMENT, *id).map(|deployment| deployment.id));
                let keys = attributes.iter().find(|(attribute, _)| *attribute == APP_STATE_KEYS.id);
                let apps = keys.map(|(_, keys)| apps_that_differ(None, Some(keys))).unwrap_or_default();
                concerned.extend(apps.into_iter().flat_map(|app| of_app(now, app)).map(|deployment| deployment.id));
            }
            Change::Set { id, .. } => {
                concerned.extend(now.find_a(&MOBILE_APP_DEPLOYMENT, *id).map(|deployment| deployment.id));
            }
            // A device that goes says before that it has nothing any more (`devices`).
            Change::Delete { .. }
            | Change::Restore { .. }
            | Change::Purge { .. }
            | Change::Link { .. }
            | Change::Unlink { .. } => {}
        }
    }
    let changes: Vec<Change> =
        concerned.iter().filter_map(|id| now.find(*id)).flat_map(|deployment| settle(now, deployment, at)).collect();
    changes.into()
}

/// The applications to which a device stands otherwise than before.
fn apps_that_differ(old: Option<&Value>, new: Option<&Value>) -> BTreeSet<Id> {
    let keys = |value: Option<&'_ Value>| -> BTreeSet<String> {
        let items = match value {
            Some(Value::List(items)) => items.as_slice(),
            Some(single) => std::slice::from_ref(single),
            None => &[],
        };
        items.iter().filter_map(|item| item.as_text().map(str::to_owned)).collect()
    };
    let app = |key: &String| directory::id_from_text(key.split_once('/')?.0);
    keys(old).symmetric_difference(&keys(new)).filter_map(app).collect()
}

/// How a deployment stands.
#[derive(Clone, Debug, PartialEq)]
struct Standing {
    value: &'static str,
    reason: &'static str,
    detail: Option<String>,
    percentage: i64,
    next: Option<Time>,
}

/// The changes that make a deployment right.
fn settle(now: &Snapshot, deployment: &Object, at: Time) -> Vec<Change> {
    let id = deployment.id;
    // Another package begins with nothing behind it.
    let anew = [(STATE.id, None), (OFFERED_PERCENTAGE.id, None), (NEXT_OFFER_DATE_TIME.id, None)];
    let fresh = if is_current(deployment) { deployment.clone() } else { deployment.with(deployment.usn, &anew) };
    let before = fresh.get(STATE).unwrap_or_default();
    let Some(app) = app_of(deployment) else { return Vec::new() };
    // What a deployment that is over has counted is kept.
    if is_archived(deployment) && before.text("effectiveValue") == Some("archived") {
        return Vec::new();
    }
    let version = now.find(app).and_then(|app| app.get(PACKAGE_VERSION)).unwrap_or_default();
    let count = |state: &str| i64::try_from(now.count_by(APP_STATE_KEYS, key(app, state, version))).unwrap_or(i64::MAX);
    let (installed, failed) = (count("installed"), count("failed"));
    let tolerated = tolerated(deployment, (installed, failed));
    let since_then = |count: i64, field: &str| (count - tolerated.int(field).unwrap_or(0)).max(0);
    let tries = (since_then(installed, "installedDeviceCount"), since_then(failed, "failedDeviceCount"));
    let standing = standing(&fresh, &before, tries, at);
    let state = Record::new()
        .with("effectiveValue", standing.value)
        .with("reasons", [standing.reason])
        .with_some("detail", standing.detail);
    let is_same = |known: &Record| known.time("sinceDateTime").map(|since| state.clone().with("sinceDateTime", since));
    let state =
        is_same(&before).filter(|same| *same == before).unwrap_or_else(|| state.clone().with("sinceDateTime", at));
    let mut changes = Vec::new();
    if deployment.get(STATE).as_ref() != Some(&state) {
        changes.push(Change::set(id, STATE, state));
    }
    if !is_current(deployment) {
        changes.push(Change::set(id, OFFERED_REVISION, revision(deployment)));
    }
    if deployment.get(TOLERATED_DEVICE_COUNTS).as_ref() != Some(&tolerated) {
        changes.push(Change::set(id, TOLERATED_DEVICE_COUNTS, tolerated));
    }
    for (attribute, value) in
        [(OFFERED_PERCENTAGE, standing.percentage), (INSTALLED_DEVICE_COUNT, installed), (FAILED_DEVICE_COUNT, failed)]
    {
        if deployment.get(attribute) != Some(value) {
            changes.push(Change::set(id, attribute, value));
        }
    }
    if deployment.get(NEXT_OFFER_DATE_TIME) != standing.next {
        let attribute = NEXT_OFFER_DATE_TIME.id;
        changes.push(Change::Set { id, attribute, old: None, new: standing.next.map(Into::into) });
    }
    changes
}

/// What does not count: how it stood when the deployment was first seen, or when somebody went on. Failures that are gone do not
/// hide later ones. Of those that have it the number stays as it was seen: whoever says nothing for a while and comes back has not
/// tried since, and must not thin out the failures of those who did.
fn tolerated(deployment: &Object, (installed, failed): (i64, i64)) -> Record {
    let resumed = deployment.get(RESUMED_DATE_TIME);
    let (revision, of) = (revision(deployment), |known: &Record| known.int("packageRevision").unwrap_or(0));
    let known = deployment.get(TOLERATED_DEVICE_COUNTS);
    let known = known.filter(|known| known.time("sinceDateTime") == resumed && of(known) == revision);
    let seen = |count: i64, field: &str| known.as_ref().and_then(|known| known.int(field)).unwrap_or(count);
    Record::new()
        .with("installedDeviceCount", seen(installed, "installedDeviceCount"))
        .with("failedDeviceCount", seen(failed, "failedDeviceCount").min(failed))
        .with_some("sinceDateTime", resumed)
        .with_some("packageRevision", Some(revision).filter(|revision| *revision > 0))
}

/// `installed` and `failed`: of those that tried since it began, or since somebody went on.
fn standing(deployment: &Object, before: &Record, (installed, failed): (i64, i64), at: Time) -> Standing {
    let percentage = deployment.get(OFFERED_PERCENTAGE).unwrap_or(0);
    let still = |value, reason, detail| Standing { value, reason, detail, percentage, next: None };
    match deployment.get(REQUESTED_STATE) {
        Some("archived") => return still("archived", "archivedByRequest", None),
        Some("paused") => return still("paused", "pausedByRequest", None),
        _ => {}
    }
    let was_stopped = before.texts("reasons").any(|reason| reason == "pausedByMonitoring");
    let resumed = deployment.get(RESUMED_DATE_TIME);
    let is_resumed = resumed.is_some() && resumed >= before.time("sinceDateTime");
    if was_stopped && !is_resumed {
        return still("paused", "pausedByMonitoring", before.text("detail").map(str::to_owned));
    }
    let tried = failed.saturating_add(installed);
    let broken = |action: &str| {
        let rules = deployment.get(MONITORING_RULES).unwrap_or_default();
        rules.into_iter().find(|rule| rule.text("action") == Some(action) && is_broken(rule, failed, tried))
    };
    let told = |rule: &Record| {
        let threshold = rule.int("threshold").unwrap_or(0);
        format!("{failed} of {tried} devices that tried could not install it; the threshold is {threshold} %")
    };
    if let Some(rule) = broken("pauseDeployment") {
        return still("paused", "pausedByMonitoring", Some(told(&rule)));
    }
    let detail = broken("alertError").map(|rule| told(&rule));
    let start = deployment.get(START_DATE_TIME).unwrap_or(at);
    if percentage == 0 && start > at {
        let next = Some(start);
        return Standing { value: "scheduled", reason: "scheduledByOfferWindow", detail, percentage, next };
    }
    let was_offering = before.text("effectiveValue") == Some("offering");
    let (percentage, next) = offered(deployment, percentage, was_offering, at);
    Standing { value: "offering", reason: "offeringByRequest", detail, percentage, next }
}

fn is_broken(rule: &Record, failed: i64, tried: i64) -> bool {
    let least = rule.int("minimumDeviceCount").unwrap_or(1);
    let threshold = rule.int("threshold").unwrap_or(100);
    failed > 0 && tried >= least && failed.saturating_mul(100) >= threshold.saturating_mul(tried)
}

/// Up to where it is offered by now, and when it goes further.
fn offered(deployment: &Object, percentage: i64, was_offering: bool, at: Time) -> (i64, Option<Time>) {
    let waves = deployment.get(WAVES).unwrap_or_default();
    let reach = |wave: &Record| wave.int("percentage").unwrap_or(0);
    let following = |percentage: i64| waves.iter().find(|wave| reach(wave) > percentage);
    let lasts = |percentage: i64| {
        let current = waves.iter().rfind(|wave| reach(wave) <= percentage).or_else(|| waves.first());
        let hours = current.map_or(1, hours).max(1);
        at + Duration::from_secs(u64::try_from(hours).unwrap_or(1) * 3600)
    };
    let next = deployment.get(NEXT_OFFER_DATE_TIME);
    let is_due = percentage == 0 || (was_offering && next.is_some_and(|next| next <= at));
    if let Some(wave) = following(percentage).filter(|_| is_due) {
        let percentage = reach(wave);
        return (percentage, following(percentage).map(|_| lasts(percentage)));
    }
    if following(percentage).is_none() {
        return (percentage, None);
    }
    // One that goes on after a pause, or was given more waves, waits as long as its wave lasts.
    (percentage, Some(next.filter(|_| was_offering).unwrap_or_else(|| lasts(percentage))))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::Value;
    use schema::DISPLAY_NAME;

    use super::*;
    use crate::Wanted;
    use crate::world::{World, create, id};

    const RING: u128 = 40;
    const DEVICES: std::ops::Range<u128> = 1000..1100;

    fn waves(reach: &[i64]) -> Vec<Record> {
        reach.iter().map(|n| Record::new().with("percentage", *n).with("durationInHours", 24_i64)).collect()
    }

    fn rule(threshold: i64, least: i64, action: &str) -> Record {
        Record::new().with("threshold", threshold).with("minimumDeviceCount", least).with("action", action)
    }

    fn ring(n: u128, app: u128, waves: Vec<Record>, more: Vec<(directory::AttrId, Value)>) -> Change {
        let mut attributes: Vec<(directory::AttrId, Value)> = vec![
            (DISPLAY_NAME.id, "ring".into()),
            (MOBILE_APP_ID.id, id(app).to_string().into()),
            (WAVES.id, waves.into()),
        ];
        attributes.extend(more);
        create(id(n), &MOBILE_APP_DEPLOYMENT, attributes)
    }

    /// A hundred devices, and a deployment of one application to a tenth, a half and all of them.
    fn given(rules: Vec<Record>) -> World {
        let mut w = World::with_apps(&[1, 2]);
        for n in DEVICES {
            w.device(n, vec![]);
        }
        w.submit(vec![ring(RING, 1, waves(&[10, 50, 100]), vec![(MONITORING_RULES.id, rules.into())])]).unwrap();
        w
    }

    fn offered_to(w: &World) -> Vec<u128> {
        let has = |n: &u128| {
            let plan = crate::plan::of(&w.now, w.now.find(id(*n)).unwrap(), &[(id(1), Wanted::Required)]);
            !plan.instructions.is_empty()
        };
        DEVICES.filter(has).collect()
    }

    fn report(w: &mut World, device: u128, state: &str) {
        w.submit(vec![Change::set(id(device), APP_STATE_KEYS, vec![key(id(1), state, "1")])]).unwrap();
    }

    fn state(w: &World) -> (String, String) {
        let state = w.now.find(id(RING)).unwrap().get(STATE).unwrap();
        let text = |field: &str| state.text(field).unwrap_or_default().to_owned();
        (text("effectiveValue"), state.texts("reasons").collect::<Vec<_>>().join(","))
    }

    #[test]
    fn waves_come_one_after_the_other_and_always_to_the_same_devices() {
        let mut w = given(vec![]);
        let first = offered_to(&w);
        assert!((3..=22).contains(&first.len()), "about a tenth of 100: {}", first.len());
        assert_eq!(state(&w), ("offering".into(), "offeringByRequest".into()));
        let soon = w.at + Duration::from_secs(23 * 3600);
        w.tick(soon);
        assert_eq!(offered_to(&w), first);
        let next_day = w.at + Duration::from_secs(3600);
        w.tick(next_day);
        let half = offered_to(&w);
        assert!((35..=65).contains(&half.len()) && first.iter().all(|n| half.contains(n)), "{}", half.len());
        let last_day = w.at.plus_days(1);
        w.tick(last_day);
        assert_eq!(offered_to(&w).len(), 100);
        assert_eq!(w.now.find(id(RING)).unwrap().get(NEXT_OFFER_DATE_TIME), None);
    }

    #[test]
    fn too_many_failures_stop_it_and_a_person_lets_it_go_on() {
        let mut w = given(vec![rule(20, 5, "pauseDeployment"), rule(5, 1, "alertError")]);
        let first = offered_to(&w);
        for device in &first[..4] {
            report(&mut w, *device, "installed");
        }
        report(&mut w, first[4], "failed");
        // One of five is the threshold itself.
        assert_eq!(state(&w), ("paused".into(), "pausedByMonitoring".into()));
        let told = w.now.find(id(RING)).unwrap().get(STATE).unwrap();
        assert_eq!(told.text("detail"), Some("1 of 5 devices that tried could not install it; the threshold is 20 %"));
        // Nobody more is offered it, whatever time passes and whatever gets better; nothing is taken back.
        let later = w.at.plus_days(30);
        w.tick(later);
        report(&mut w, first[4], "installed");
        assert_eq!((offered_to(&w), state(&w).0), (first.clone(), "paused".into()));
        report(&mut w, first[4], "failed");

        w.act("resume", id(RING), &Record::new()).unwrap();
        assert_eq!(state(&w), ("offering".into(), "offeringByRequest".into()), "what failed before is tolerated");
        assert_eq!(offered_to(&w), first, "the wave lasts as long as it would have");
        let next_day = w.at.plus_days(1);
        w.tick(next_day);
        assert!(offered_to(&w).len() > first.len());
        for device in &first[5..8] {
            report(&mut w, *device, "failed");
        }
        assert_eq!(state(&w).0, "offering", "three are too few to judge by");
        for device in offered_to(&w).into_iter().filter(|n| !first.contains(n)).take(2).collect::<Vec<_>>() {
            report(&mut w, device, "failed");
        }
        assert_eq!(state(&w).1, "pausedByMonitoring");
    }

    #[test]
    fn who_had_it_before_does_not_count_nor_does_what_was_repaired_hide_what_fails() {
        let mut w = World::with_apps(&[1]);
        for n in DEVICES {
            let state = if n < 1060 { "installed" } else { "none" };
            w.device(n, vec![(APP_STATE_KEYS.id, vec![key(id(1), state, "1")].into())]);
        }
        report(&mut w, 1060, "failed");
        let rules = vec![rule(10, 5, "pauseDeployment")];
        w.submit(vec![ring(RING, 1, waves(&[100]), vec![(MONITORING_RULES.id, rules.into())])]).unwrap();
        assert_eq!(state(&w).0, "offering");
        for n in 1061..1066 {
            assert_eq!(state(&w).0, "offering", "{n}");
            report(&mut w, n, "failed");
        }
        let told = w.now.find(id(RING)).unwrap().get(STATE).unwrap();
        let detail = told.text("detail").unwrap_or_default();
        assert!(detail.starts_with("5 of 5 devices that tried"), "{detail}");

        w.act("resume", id(RING), &Record::new()).unwrap();
        for n in 1060..1066 {
            report(&mut w, n, "installed");
        }
        assert_eq!(state(&w).0, "offering", "six more have it");
        report(&mut w, 1066, "failed");
        assert_eq!(state(&w).1, "pausedByMonitoring", "and one of seven that tried has not");
    }

    #[test]
    fn those_that_had_it_and_say_nothing_for_a_while_have_not_tried_since() {
        let mut w = World::with_apps(&[1]);
        for n in DEVICES {
            let state = if n < 1060 { "installed" } else { "none" };
            w.device(n, vec![(APP_STATE_KEYS.id, vec![key(id(1), state, "1")].into())]);
        }
        let rules = vec![rule(20, 5, "pauseDeployment")];
        w.submit(vec![ring(RING, 1, waves(&[100]), vec![(MONITORING_RULES.id, rules.into())])]).unwrap();
        for n in 1000..1060 {
            w.submit(vec![Change::set(id(n), APP_STATE_KEYS, Vec::<String>::new())]).unwrap();
        }
        for n in 1000..1060 {
            report(&mut w, n, "installed");
        }
        for n in 1060..1065 {
            report(&mut w, n, "failed");
        }
        assert_eq!(state(&w).1, "pausedByMonitoring", "five of five that tried");
    }

    #[test]
    fn a_deployment_is_over_with_its_application() {
        let mut w = given(vec![]);
        w.submit(vec![Change::Delete { id: id(1) }]).unwrap();
        assert_eq!(state(&w).0, "archived");
    }

    #[test]
    fn a_report_concerns_the_deployments_of_the_applications_that_it_changes() {
        let list = |keys: &[&str]| Value::from(keys.iter().map(|key| (*key).to_owned()).collect::<Vec<_>>());
        let (a, b) = (id(1), id(2));
        let [a_has, a_fails, b_has] = [key(a, "installed", "1"), key(a, "failed", "1"), key(b, "installed", "1")];
        for (old, new, expected) in [
            (vec![], vec![&a_has, &b_has], vec![a, b]),
            (vec![&a_has, &b_has], vec![&b_has, &a_has], vec![]),
            (vec![&a_has, &b_has], vec![&a_fails, &b_has], vec![a]),
            (vec![&a_has, &b_has], vec![], vec![a, b]),
        ] {
            let [old, new] = [old, new].map(|keys| list(&keys.into_iter().map(String::as_str).collect::<Vec<_>>()));
            assert_eq!(apps_that_differ(Some(&old), Some(&new)).into_iter().collect::<Vec<_>>(), expected);
        }
        assert!(apps_that_differ(None, None).is_empty());
    }

    #[test]
    fn people_pause_and_end_it_and_what_a_device_has_it_keeps() {
        let mut w = given(vec![]);
        let stranger = DEVICES.clone().find(|n| !offered_to(&w).contains(n)).unwrap();
        report(&mut w, stranger, "installed");
        assert!(offered_to(&w).contains(&stranger));
        w.act("pause", id(RING), &Record::new()).unwrap();
        assert_eq!(state(&w), ("paused".into(), "pausedByRequest".into()));
        let later = w.at.plus_days(9);
        w.tick(later);
        assert!(offered_to(&w).len() < 30);
        w.act("resume", id(RING), &Record::new()).unwrap();
        assert_eq!(state(&w).0, "offering");
        w.act("archive", id(RING), &Record::new()).unwrap();
        assert_eq!((offered_to(&w).len(), state(&w).0.as_str()), (100, "archived"));
        assert!(w.act("resume", id(RING), &Record::new()).is_err());
    }

    #[test]
    fn it_begins_when_it_is_told_to() {
        let mut w = World::with_apps(&[1]);
        w.device(1000, vec![]);
        let start = w.at.plus_days(2);
        w.submit(vec![ring(RING, 1, waves(&[100]), vec![(START_DATE_TIME.id, start.into())])]).unwrap();
        assert_eq!(state(&w), ("scheduled".into(), "scheduledByOfferWindow".into()));
        let before = w.at.plus_days(1);
        w.tick(before);
        assert_eq!(state(&w).0, "scheduled");
        w.tick(start);
        assert_eq!(state(&w).0, "offering");
    }

    #[test]
    fn a_deployment_that_cannot_be_followed_is_refused() {
        let hour = |n: i64| vec![Record::new().with("percentage", 100_i64).with("durationInHours", n)];
        for (change, target) in [
            (ring(41, 9, waves(&[100]), vec![]), "mobileAppId"),
            (ring(41, 1, waves(&[100]), vec![]), "mobileAppId"),
            (ring(41, 2, waves(&[]), vec![]), "waves"),
            (ring(41, 2, waves(&[50, 50]), vec![]), "waves"),
            (ring(41, 2, waves(&[101]), vec![]), "waves"),
            (ring(41, 2, hour(0), vec![]), "waves"),
            (
                ring(41, 2, waves(&[100]), vec![(MONITORING_RULES.id, vec![rule(0, 1, "alertError")].into())]),
                "monitoringRules",
            ),
            (
                ring(41, 2, waves(&[100]), vec![(MONITORING_RULES.id, vec![rule(9, 0, "alertError")].into())]),
                "monitoringRules",
            ),
        ] {
            let mut w = given(vec![]);
            assert_eq!(w.submit(vec![change]).unwrap_err().target.as_deref(), Some(target));
        }
    }
}
