//! Deployments: an application comes to those who are to have it in waves, and stops by itself when too many installations fail.
//!
//! A device is in a wave by a number that follows from its id and the deployment's, so that the same devices are always first
//! and another deployment begins with others. What a wave was offered stays offered: a deployment that stops takes nothing back.
//!
//! Deliberately absent: whom the application reaches (its assignments say), and how devices report (`devices`).

use std::time::Duration;

use directory::{
    Action, Call, Change, Check, Commit, Decision, Id, Object, Own, Plan, Reaction, Record, Refusal, Snapshot, Time,
};
use schema::managed_device::{APP_STATE_KEYS, MANAGED_DEVICE};
use schema::mobile_app::MOBILE_APP;
use schema::mobile_app_deployment::{
    FAILED_DEVICE_COUNT, INSTALLED_DEVICE_COUNT, MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, MONITORING_RULES,
    NEXT_OFFER_DATE_TIME, OFFERED_PERCENTAGE, REQUESTED_STATE, START_DATE_TIME, STATE, TOLERATED_DEVICE_COUNTS, WAVES,
};

/// Waves of one deployment.
pub const WAVES_MAX: usize = 20;
/// Rules of one deployment.
pub const RULES_MAX: usize = 5;
/// The longest wave: a year, in hours.
const WAVE_HOURS_MAX: i64 = 366 * 24;
/// The most devices that a rule may wait for.
const MINIMUM_DEVICES_MAX: i64 = 1_000_000;
/// Devices are told apart this finely: hundredths of a percent.
const PARTS: u128 = 10_000;

pub(crate) const CHECK: Check =
    Check { kind: &MOBILE_APP_DEPLOYMENT, complete: Some(|_, _, changes| complete(changes)), check: Some(check) };

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
    ],
    react,
    |now, at| now.all(&MOBILE_APP_DEPLOYMENT).flat_map(|deployment| settle(now, deployment, at)).collect(),
)
.at_deadlines(&[NEXT_OFFER_DATE_TIME], |now, id, _, at| {
    let deployment = now.find_a(&MOBILE_APP_DEPLOYMENT, id);
    Plan::from(deployment.map(|deployment| settle(now, deployment, at)).unwrap_or_default())
});

/// Whether an application is for a device by now, as far as deployments go. What a device has it keeps.
pub(crate) fn is_offered(now: &Snapshot, app: Id, managed: &Object) -> bool {
    let open = now.by(MOBILE_APP_ID, app.to_string()).find(|d| now.is_a(d, &MOBILE_APP_DEPLOYMENT) && !is_archived(d));
    let Some(deployment) = open else { return true };
    let percentage = u128::try_from(deployment.get(OFFERED_PERCENTAGE).unwrap_or(0)).unwrap_or(0);
    if place(deployment.id, managed.id) < percentage * (PARTS / 100) {
        return true;
    }
    let has = key(app, "installed");
    managed.get(APP_STATE_KEYS).unwrap_or_default().iter().any(|known| *known == has)
}

/// How a device stands to an application, for looking up.
#[must_use]
pub fn key(app: Id, install_state: &str) -> String {
    format!("{app}/{install_state}")
}

/// Where a device stands among all of them, the same every time (the finaliser of splitmix64 over both ids).
fn place(deployment: Id, device: Id) -> u128 {
    let mixed = deployment.as_u128() ^ device.as_u128().rotate_left(64);
    let mix = |mut z: u64| {
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    };
    let (high, low) = ((mixed >> 64) as u64, mixed as u64);
    u128::from(mix(low.wrapping_add(mix(high).wrapping_add(0x9e37_79b9_7f4a_7c15)))) % PARTS
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
    let deployment = deployment.ok_or_else(|| Refusal::invalid("name the deployment"))?;
    let tolerated = Record::new()
        .with("installedDeviceCount", deployment.get(INSTALLED_DEVICE_COUNT).unwrap_or(0))
        .with("failedDeviceCount", deployment.get(FAILED_DEVICE_COUNT).unwrap_or(0))
        .with("sinceDateTime", call.at);
    changes.push(Change::set(deployment.id, TOLERATED_DEVICE_COUNTS, tolerated));
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
        let open = after
            .by(MOBILE_APP_ID, app.id.to_string())
            .filter(|d| after.is_a(d, &MOBILE_APP_DEPLOYMENT) && !is_archived(d));
        if open.count() > 1 {
            let message = "the application has a deployment that is not over: archive or delete it first";
            return Err(Refusal::conflict(message).at(MOBILE_APP_ID.name));
        }
    }
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
    let counts = commit.changes.iter().any(|change| match change {
        Change::Set { id, attribute, .. } => {
            *attribute == APP_STATE_KEYS.id || now.find_a(&MOBILE_APP_DEPLOYMENT, *id).is_some()
        }
        Change::Create { kind, .. } => [MOBILE_APP_DEPLOYMENT.id(), MANAGED_DEVICE.id()].contains(kind),
        // A device that is gone does not count any more.
        Change::Delete { .. } | Change::Restore { .. } | Change::Purge { .. } => true,
        Change::Link { .. } | Change::Unlink { .. } => false,
    });
    if !counts {
        return Plan::default();
    }
    let changes: Vec<Change> =
        now.all(&MOBILE_APP_DEPLOYMENT).flat_map(|deployment| settle(now, deployment, at)).collect();
    changes.into()
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
    let before = deployment.get(STATE).unwrap_or_default();
    let Some(app) = app_of(deployment) else { return Vec::new() };
    // What a deployment that is over has counted is kept.
    if is_archived(deployment) && before.text("effectiveValue") == Some("archived") {
        return Vec::new();
    }
    let count = |state: &str| i64::try_from(now.by(APP_STATE_KEYS, key(app, state)).count()).unwrap_or(i64::MAX);
    let (installed, failed) = (count("installed"), count("failed"));
    let standing = standing(deployment, &before, (installed, failed), at);
    let state = Record::new()
        .with("effectiveValue", standing.value)
        .with("reasons", [standing.reason])
        .with_some("detail", standing.detail);
    let is_same = |known: &Record| known.time("sinceDateTime").map(|since| state.clone().with("sinceDateTime", since));
    let state =
        is_same(&before).filter(|same| *same == before).unwrap_or_else(|| state.clone().with("sinceDateTime", at));
    let mut changes = Vec::new();
    if state != before {
        changes.push(Change::set(id, STATE, state));
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

fn standing(deployment: &Object, before: &Record, (installed, failed): (i64, i64), at: Time) -> Standing {
    let percentage = deployment.get(OFFERED_PERCENTAGE).unwrap_or(0);
    let still = |value, reason, detail| Standing { value, reason, detail, percentage, next: None };
    match deployment.get(REQUESTED_STATE) {
        Some("archived") => return still("archived", "archivedByRequest", None),
        Some("paused") => return still("paused", "pausedByRequest", None),
        _ => {}
    }
    let tolerated = deployment.get(TOLERATED_DEVICE_COUNTS).unwrap_or_default();
    let was_stopped = before.texts("reasons").any(|reason| reason == "pausedByMonitoring");
    let resumed = tolerated.time("sinceDateTime");
    let is_resumed = resumed.is_some() && resumed >= before.time("sinceDateTime");
    if was_stopped && !is_resumed {
        return still("paused", "pausedByMonitoring", before.text("detail").map(str::to_owned));
    }
    let since_then = |count: i64, field: &str| count.saturating_sub(tolerated.int(field).unwrap_or(0)).max(0);
    let failed = since_then(failed, "failedDeviceCount");
    let tried = failed.saturating_add(since_then(installed, "installedDeviceCount"));
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
            let plan = crate::plan(&w.now, w.now.find(id(*n)).unwrap(), &[(id(1), Wanted::Required)]);
            !plan.instructions.is_empty()
        };
        DEVICES.filter(has).collect()
    }

    fn report(w: &mut World, device: u128, state: &str) {
        w.submit(vec![Change::set(id(device), APP_STATE_KEYS, vec![key(id(1), state)])]).unwrap();
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
