//! A newer package of an application that comes in waves: what the devices are told that its waves have not reached.
//!
//! In the commit in which an application gets another package, its open deployment is told which one it had, so that no device
//! hears of the new one outside of the waves. Those that have the former one, or to which that had been offered, are told that
//! one until their wave comes; whoever has neither waits. A package that comes while another is still on its way takes the
//! place of that one in the waves, and those that the other had reached are told the other until then.
//!
//! INVARIANT: what a device is told never goes back to an earlier upload. So the packages that were offered are kept in their
//! order, each with the part of the devices that it had reached, and a device is told the newest of those that it is within or
//! that it has already. Only a person takes devices back: by uploading the earlier package once more, which comes in waves too.
//!
//! Deliberately absent: when the waves come, and when they stop (`deployment`).

use std::borrow::Cow;

use directory::{AttrId, Call, Change, Check, Object, Record, Refusal, Snapshot, Value};
use schema::linux_package_app::{
    DETECTION, LAUNCHER, LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION,
};
use schema::mobile_app::{COMMITTED_CONTENT_VERSION, FILE_NAME, PUBLISHING_STATE};
use schema::mobile_app_deployment::{FORMER_PACKAGE, OFFERED_PERCENTAGE, PARTLY_OFFERED_PACKAGES, REVISION};

use crate::deployment::{Offer, WAVES_MAX, is_current, offer, open};

/// What a package is made of.
const PARTS: [AttrId; 9] = [
    COMMITTED_CONTENT_VERSION.id,
    FILE_NAME.id,
    PACKAGE_TYPE.id,
    PACKAGE_NAME.id,
    PACKAGE_VERSION.id,
    PACKAGE_SHA256.id,
    PACKAGE_SIZE.id,
    DETECTION.id,
    LAUNCHER.id,
];
/// What makes it another one: a device compares versions, and takes the bytes by their hash.
const TELLING: [AttrId; 2] = [PACKAGE_SHA256.id, PACKAGE_VERSION.id];
/// Up to which part of the devices the former package had been offered.
const OFFERED: &str = "offeredPercentage";

/// Packages that may be on their way at once. Each had reached less than the one before it, so that more than waves only come
/// together where somebody changes the waves in between.
const PARTLY_OFFERED_MAX: usize = WAVES_MAX;

pub(crate) const CHECK: Check = Check { kind: &LINUX_PACKAGE_APP, complete: Some(complete), check: None };

fn complete(now: &Snapshot, _: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let mut changed: Vec<&Object> = Vec::new();
    for change in changes.iter() {
        let Change::Set { id, attribute, new, .. } = change else { continue };
        let Some(app) = now.find_a(&LINUX_PACKAGE_APP, *id) else { continue };
        let is_other = TELLING.contains(attribute) && app.value(*attribute) != *new;
        if is_other && app.get(PUBLISHING_STATE) == Some("published") && !changed.iter().any(|one| one.id == app.id) {
            changed.push(app);
        }
    }
    for app in changed {
        let more = another(now, app)?;
        changes.extend(more);
    }
    Ok(())
}

/// An application gets another package.
fn another(now: &Snapshot, app: &Object) -> Result<Vec<Change>, Refusal> {
    let Some(deployment) = open(now, app.id).next() else { return Ok(Vec::new()) };
    let mut changes = vec![Change::set(deployment.id, REVISION, revision(deployment) + 1)];
    let percentage = deployment.get(OFFERED_PERCENTAGE).filter(|_| is_current(deployment)).unwrap_or(0);
    let until_now = package(now, app).with(OFFERED, percentage);
    if percentage >= 100 || !deployment.has(FORMER_PACKAGE.id) {
        changes.push(Change::set(deployment.id, FORMER_PACKAGE, until_now));
        if deployment.has(PARTLY_OFFERED_PACKAGES.id) {
            changes.push(Change::set(deployment.id, PARTLY_OFFERED_PACKAGES, Vec::<Record>::new()));
        }
    } else if percentage > 0 {
        let mut partly = deployment.get(PARTLY_OFFERED_PACKAGES).unwrap_or_default();
        // Whoever was offered those was offered this one since.
        partly.retain(|known| offered_before(known) > percentage);
        if partly.len() >= PARTLY_OFFERED_MAX {
            let message = "too many packages are on their way to a part of the devices: let one come to all, or end the deployment";
            return Err(Refusal::limit(message));
        }
        partly.push(until_now);
        changes.push(Change::set(deployment.id, PARTLY_OFFERED_PACKAGES, partly));
    }
    Ok(changes)
}

pub(crate) fn revision(deployment: &Object) -> i64 {
    deployment.get(REVISION).unwrap_or(0)
}

/// What was offered before the package that the application has: first what everybody had, then what waves had brought to a
/// part.
pub(crate) fn offered_until_now(deployment: &Object) -> Vec<Record> {
    let partly = deployment.get(PARTLY_OFFERED_PACKAGES).unwrap_or_default();
    deployment.get(FORMER_PACKAGE).into_iter().chain(partly).collect()
}

/// Up to which part of the devices a package had been offered.
pub(crate) fn offered_before(package: &Record) -> i64 {
    package.int(OFFERED).unwrap_or(0)
}

/// The first of these packages that has this version.
pub(crate) fn of_version(packages: &[Record], version: &str) -> Option<usize> {
    packages.iter().position(|package| package.text(PACKAGE_VERSION.name) == Some(version))
}

fn package(now: &Snapshot, app: &Object) -> Record {
    let mut package = Record::new();
    for part in PARTS {
        if let (Some(definition), Some(value)) = (now.model().attribute(app.kind, part), app.value(part)) {
            package.set(definition.name, value);
        }
    }
    package
}

/// An application as a device is told of it: with the package that it had before, where the waves of the new one have not come
/// to this device. Where no wave has, and another application needs it, that is what everybody else has.
pub(crate) fn as_offered<'a>(now: &Snapshot, app: &'a Object, managed: &Object) -> Cow<'a, Object> {
    let former = match offer(now, app.id, managed) {
        Offer::Current => None,
        Offer::Former(former) => Some(former),
        Offer::Nothing => open(now, app.id).next().and_then(|deployment| deployment.get(FORMER_PACKAGE)),
    };
    let Some(former) = former else { return Cow::Borrowed(app) };
    let value = |part: &AttrId| -> Option<Value> { former.get(now.model().attribute(app.kind, *part)?.name).cloned() };
    let edits: Vec<(AttrId, Option<Value>)> = PARTS.iter().map(|part| (*part, value(part))).collect();
    Cow::Owned(app.with(app.usn, &edits))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::time::Duration;

    use schema::DISPLAY_NAME;
    use schema::managed_device::APP_STATE_KEYS;
    use schema::mobile_app_deployment::{
        FAILED_DEVICE_COUNT, INSTALLED_DEVICE_COUNT, MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, MONITORING_RULES, STATE,
        WAVES,
    };

    use super::*;
    use crate::Wanted;
    use crate::deployment::key;
    use crate::world::{World, create, id};

    const RING: u128 = 40;
    const DEVICES: std::ops::Range<u128> = 1000..1100;

    /// A hundred devices, and an application that came to all of them in waves.
    fn given(everybody: bool) -> World {
        let mut w = World::with_apps(&[1]);
        for n in DEVICES {
            w.device(n, vec![]);
        }
        let wave = |percentage: i64| Record::new().with("percentage", percentage).with("durationInHours", 24_i64);
        let rule =
            Record::new().with("threshold", 50_i64).with("minimumDeviceCount", 2_i64).with("action", "pauseDeployment");
        let attributes: Vec<(AttrId, Value)> = vec![
            (DISPLAY_NAME.id, "ring".into()),
            (MOBILE_APP_ID.id, id(1).to_string().into()),
            (WAVES.id, vec![wave(10), wave(50), wave(100)].into()),
            (MONITORING_RULES.id, vec![rule].into()),
        ];
        w.submit(vec![create(id(RING), &MOBILE_APP_DEPLOYMENT, attributes)]).unwrap();
        if everybody {
            days(&mut w, 2);
            assert_eq!(told(&w, "1").len(), 100);
        }
        w
    }

    fn days(w: &mut World, days: i64) {
        for _ in 0..days {
            let next = w.at.plus_days(1);
            w.tick(next);
        }
    }

    fn update(w: &mut World, version: &str) {
        let sha256 = format!("{:0>64}", version.replace('.', ""));
        let changes =
            vec![Change::set(id(1), PACKAGE_SHA256, sha256.as_str()), Change::set(id(1), PACKAGE_VERSION, version)];
        w.submit(changes).unwrap();
    }

    /// The version that a device is told, with the bytes that belong to it.
    fn told_to(w: &World, n: u128) -> Option<String> {
        let plan = crate::plan::of(&w.now, w.now.find(id(n)).unwrap(), &[(id(1), Wanted::Required)]);
        let told = plan.instructions.first()?;
        let of =
            if told.version == "1" { format!("{:064x}", 1) } else { format!("{:0>64}", told.version.replace('.', "")) };
        assert_eq!(told.package.as_ref().unwrap().sha256, of, "never half");
        Some(told.version.clone())
    }

    /// The devices that are told this version.
    fn told(w: &World, version: &str) -> Vec<u128> {
        DEVICES.filter(|n| told_to(w, *n).as_deref() == Some(version)).collect()
    }

    fn report(w: &mut World, devices: &[u128], version: &str, state: &str) {
        for device in devices {
            w.submit(vec![Change::set(id(*device), APP_STATE_KEYS, vec![key(id(1), state, version)])]).unwrap();
        }
    }

    fn state(w: &World) -> String {
        let state = w.now.find(id(RING)).unwrap().get(STATE).unwrap();
        format!("{} {}", state.text("effectiveValue").unwrap(), state.texts("reasons").collect::<Vec<_>>().join(","))
    }

    #[test]
    fn a_newer_package_comes_in_waves_and_the_others_keep_the_former_one() {
        let mut w = given(true);
        report(&mut w, &DEVICES.collect::<Vec<_>>(), "1", "installed");
        assert_eq!(w.now.find(id(RING)).unwrap().get(INSTALLED_DEVICE_COUNT), Some(100));
        update(&mut w, "2.0");
        let first = told(&w, "2.0");
        assert!((3..=22).contains(&first.len()), "about a tenth of 100: {}", first.len());
        assert_eq!(told(&w, "1").len(), 100 - first.len());
        assert_eq!(state(&w), "offering offeringByRequest");
        assert_eq!(w.now.find(id(RING)).unwrap().get(INSTALLED_DEVICE_COUNT), Some(0), "of this version");
        days(&mut w, 1);
        let half = told(&w, "2.0");
        assert!((35..=65).contains(&half.len()) && first.iter().all(|n| half.contains(n)));
        days(&mut w, 1);
        assert_eq!(told(&w, "2.0").len(), 100);
    }

    #[test]
    fn it_stops_when_too_many_of_those_fail_that_tried_this_version() {
        let mut w = given(true);
        report(&mut w, &DEVICES.collect::<Vec<_>>(), "1", "installed");
        update(&mut w, "2.0");
        let first = told(&w, "2.0");
        report(&mut w, first.get(..2).unwrap(), "2.0", "failed");
        assert_eq!(state(&w), "paused pausedByMonitoring");
        assert_eq!(w.now.find(id(RING)).unwrap().get(FAILED_DEVICE_COUNT), Some(2));
        days(&mut w, 30);
        assert_eq!((told(&w, "2.0"), told(&w, "1").len()), (first.clone(), 100 - first.len()));
        // The next package takes its place, and begins anew with the same devices; what failed was another one.
        update(&mut w, "2.1");
        assert_eq!((told(&w, "2.1"), told(&w, "1").len()), (first.clone(), 100 - first.len()));
        assert_eq!(state(&w), "offering offeringByRequest");
        days(&mut w, 2);
        assert_eq!(told(&w, "2.1").len(), 100);
        // Now that everybody has it, it is what the next one leaves them.
        update(&mut w, "3.0");
        assert_eq!(told(&w, "2.1").len(), 100 - first.len());
    }

    #[test]
    fn a_package_that_comes_while_another_is_on_its_way_takes_nobody_back() {
        let mut w = given(true);
        report(&mut w, &DEVICES.collect::<Vec<_>>(), "1", "installed");
        update(&mut w, "2.0");
        let first = told(&w, "2.0");
        days(&mut w, 1);
        let half = told(&w, "2.0");
        let (has_it, not_yet) = half.split_at(half.len() / 2);
        report(&mut w, has_it, "2.0", "installed");
        report(&mut w, not_yet, "2.0", "failed");
        update(&mut w, "2.1");
        // Those between keep what they were told, whether they have it or not; the others keep the former one.
        let between: Vec<u128> = half.iter().copied().filter(|n| !first.contains(n)).collect();
        let required = |_: &[Record]| crate::intent::Reaching::named("required", false, true).into_iter().collect();
        let (_, because) = crate::why_app(&w.now, w.now.find(id(between[0])).unwrap(), w.app(1), &required);
        assert!(
            because.iter().any(|why| why.ends_with("until the device's has come it is told version 2.0")),
            "{because:?}"
        );
        assert!(!between.is_empty());
        assert_eq!((told(&w, "2.1"), told(&w, "2.0")), (first.clone(), between));
        assert_eq!(told(&w, "1").len(), 100 - half.len());
        days(&mut w, 1);
        assert_eq!((told(&w, "2.1"), told(&w, "2.0").len(), told(&w, "1").len()), (half.clone(), 0, 100 - half.len()));
        days(&mut w, 1);
        assert_eq!(told(&w, "2.1").len(), 100);
        update(&mut w, "3.0");
        assert_eq!((told(&w, "3.0"), told(&w, "2.1").len()), (first.clone(), 100 - first.len()));
        assert_eq!(w.now.find(id(RING)).unwrap().get(PARTLY_OFFERED_PACKAGES), None, "2.1 is what everybody has");
    }

    #[test]
    fn whatever_comes_in_between_a_device_is_told_nothing_older_than_before() {
        for seed in 0..12_u64 {
            let mut w = given(seed % 2 == 0);
            let mut dice = seed;
            let mut roll = |sides: u64| {
                dice = dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
                (dice >> 33) % sides
            };
            let mut versions: Vec<String> = vec!["1".into()];
            let mut known: std::collections::BTreeMap<u128, usize> = std::collections::BTreeMap::new();
            let mut history = Vec::new();
            for _ in 0..25 {
                let what = roll(9);
                history.push(what);
                match what {
                    0 | 1 => {
                        let version = format!("{}.0", versions.len() + 1);
                        update(&mut w, &version);
                        versions.push(version);
                    }
                    2 => w.act(["pause", "resume"][roll(2) as usize], id(RING), &Record::new()).unwrap(),
                    3 => {
                        let wave = |percentage: u64| {
                            let percentage = i64::try_from(percentage).unwrap();
                            Record::new().with("percentage", percentage).with("durationInHours", 24_i64)
                        };
                        let waves = vec![wave(1 + roll(20)), wave(30 + roll(60)), wave(100)];
                        w.submit(vec![Change::set(id(RING), WAVES, waves)]).unwrap();
                    }
                    4 => days(&mut w, 1),
                    state => {
                        let state = ["installed", "installed", "installed", "failed"][state as usize - 5];
                        let some: Vec<u128> = DEVICES.filter(|_| roll(8) == 0).collect();
                        for n in some {
                            if let Some(at) = known.get(&n) {
                                report(&mut w, &[n], &versions[*at], state);
                            }
                        }
                    }
                }
                let mut told = 0;
                for n in DEVICES {
                    let Some(version) = told_to(&w, n) else { continue };
                    let at = versions.iter().position(|known| *known == version).unwrap();
                    let before = known.insert(n, at).unwrap_or(0);
                    assert!(before <= at, "seed {seed}, {history:?}: {n} goes back from {before} to {at}");
                    told += 1;
                }
                assert_eq!(told, known.len(), "seed {seed}, {history:?}: whoever was told something is told something");
            }
        }
    }

    #[test]
    fn packages_on_their_way_at_once_are_limited() {
        let mut w = given(true);
        let wave = |percentage: i64| Record::new().with("percentage", percentage).with("durationInHours", 24_i64);
        let mut refused = None;
        for n in 0..=i64::try_from(PARTLY_OFFERED_MAX).unwrap() + 1 {
            w.submit(vec![Change::set(id(RING), WAVES, vec![wave(90 - n), wave(100)])]).unwrap();
            let version = format!("{}.0", n + 2);
            let sha256 = format!("{:0>64}", version.replace('.', ""));
            let changes = vec![
                Change::set(id(1), PACKAGE_SHA256, sha256.as_str()),
                Change::set(id(1), PACKAGE_VERSION, version.as_str()),
            ];
            refused = w.submit(changes).err();
        }
        assert!(refused.unwrap().message.contains("let one come to all"));
    }

    #[test]
    fn whoever_the_former_package_had_not_reached_waits() {
        let mut w = given(false);
        let first = told(&w, "1");
        let has_it = DEVICES.clone().find(|n| !first.contains(n)).unwrap();
        report(&mut w, &[has_it], "1", "installed");
        update(&mut w, "2.0");
        assert_eq!(told(&w, "2.0"), first);
        assert_eq!(told(&w, "1"), [has_it], "what a device has it keeps, in the version that it has");
    }

    #[test]
    fn content_and_version_may_be_said_one_after_the_other_and_an_ended_deployment_holds_nothing_back() {
        for order in [[0, 1], [1, 0]] {
            let mut w = given(true);
            let sha256 = format!("{:0>64}", "20");
            let both =
                [Change::set(id(1), PACKAGE_SHA256, sha256.as_str()), Change::set(id(1), PACKAGE_VERSION, "2.0")];
            for at in order {
                w.submit(vec![both.get(at).cloned().unwrap()]).unwrap();
                let soon = w.at + Duration::from_secs(60);
                w.tick(soon);
            }
            let first = told(&w, "2.0").len();
            assert_eq!(told(&w, "1").len(), 100 - first, "{order:?}");
            w.act("archive", id(RING), &Record::new()).unwrap();
            assert_eq!(told(&w, "2.0").len(), 100);
            update(&mut w, "3.0");
            assert_eq!(told(&w, "3.0").len(), 100);
        }
    }

    #[test]
    fn a_package_that_is_the_same_starts_nothing() {
        let mut w = given(true);
        let before = w.app(RING).usn;
        let same = w.app(1).get(PACKAGE_VERSION).unwrap().to_owned();
        w.submit(vec![Change::set(id(1), PACKAGE_VERSION, same.as_str()), Change::set(id(1), DISPLAY_NAME, "Editor")])
            .unwrap();
        assert_eq!(w.app(RING).usn, before);
    }
}
