//! Newer versions of the agent: which devices are offered which, in stages, and no more once a release fails.
//!
//! A device says itself that a release came to nothing, and anybody may have several: counted are the people whose devices say so,
//! so that nobody alone keeps an update from others.
//!
//! Deliberately absent: whether a release is genuine, which the agent judges by keys that the server does not have.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use directory::{
    Action, Call, Change, Check, Commit, Decision, Object, Own, Plan, Reaction, Record, Refusal, Snapshot, Time,
    is_sha256, place,
};
use schema::agent_release::{
    AGENT_ARCHITECTURE, AGENT_RELEASE, AGENT_VERSION, CREATED_DATE_TIME, FAILED_DEVICE_COUNT, FAILED_DEVICE_LIMIT,
    ROLLOUT_PERCENTAGE, SIGNATURE,
};
use schema::linux_package_app::{PACKAGE_SHA256, PACKAGE_SIZE};
use schema::managed_device::{AGENT_FAILURE, MANAGED_DEVICE, PROCESSOR_ARCHITECTURE, USER_ID};

use crate::version;

/// The largest release, in bytes.
pub const RELEASE_BYTES_MAX: i64 = 256 << 20;
/// How many releases there may be.
pub const RELEASES_MAX: usize = 100;
/// The longest signature, in bytes; minisign's have some 350.
pub const SIGNATURE_BYTES_MAX: usize = 2 << 10;
/// Where nobody says otherwise, a release ends when it failed for one in so many of the devices that its stage includes,
const FAILED_SHARE: i64 = 100;
/// but not before it failed for so many people, who would have to agree on it,
const FAILED_LEAST: i64 = 3;
/// and at the latest when it failed for so many.
const FAILED_MOST: i64 = 25;
const FAILED_DEVICES_MAX: i64 = 1_000_000;
/// What a signature says of its package, before the version and the architecture.
const PRODUCT: &str = "castellan-agent";
const COMMENT: &str = "trusted comment:";

/// What each architecture of packages is in Graph (`managedDeviceArchitecture`).
const ARCHITECTURES: &[(&str, &str)] = &[("amd64", "x64"), ("arm64", "arM64"), ("armhf", "arm"), ("i386", "x86")];

/// A release that a device is to become.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Offer {
    pub version: String,
    pub sha256: String,
    pub size_bytes: u64,
    pub signature: String,
}

pub(crate) static REACTION: Reaction =
    Reaction::new("agent-releases", &[Own::Attribute(FAILED_DEVICE_COUNT.id)], react, |now, _| settle(now));
pub(crate) const CHECK: Check = Check { kind: &AGENT_RELEASE, complete: Some(complete), check: Some(judge) };
/// Say which uploaded blob is the release: `sha256` (64 lower-case hex digits), `size` in bytes.
pub(crate) const COMMIT: Action = Action::on(&AGENT_RELEASE, "commitContent", commit);

/// What a device that runs this version is to become: the latest release for its machine that has reached it.
#[must_use]
pub fn offered(now: &Snapshot, managed: &Object, running: &str) -> Option<Offer> {
    let failed = managed.get(AGENT_FAILURE);
    let failed = failed.as_ref().and_then(|failure| failure.text("version"));
    let releases = now.all(&AGENT_RELEASE).filter(|release| {
        let version = release.get(AGENT_VERSION).unwrap_or_default();
        let is_newer = version::compare(version, running) == Ordering::Greater;
        is_for(release, managed)
            && is_newer
            && failed != Some(version)
            && has_reached(release, managed)
            && !is_stopped(now, release)
    });
    let latest = |release: &&Object, other: &&Object| {
        let version = |release: &Object| release.get(AGENT_VERSION).unwrap_or_default().to_owned();
        version::compare(&version(release), &version(other))
    };
    offer(releases.filter(|release| release.has(PACKAGE_SHA256.id)).max_by(latest)?)
}

fn offer(release: &Object) -> Option<Offer> {
    Some(Offer {
        version: release.get(AGENT_VERSION)?.to_owned(),
        sha256: release.get(PACKAGE_SHA256)?.to_owned(),
        size_bytes: u64::try_from(release.get(PACKAGE_SIZE)?).ok()?,
        signature: release.get(SIGNATURE)?.to_owned(),
    })
}

/// Whether the stage that a release is at includes a device.
fn has_reached(release: &Object, managed: &Object) -> bool {
    let percentage = u64::try_from(release.get(ROLLOUT_PERCENTAGE).unwrap_or(100)).unwrap_or(0);
    place(release.id, managed.id) < percentage * 100
}

fn is_stopped(now: &Snapshot, release: &Object) -> bool {
    let failed = release.get(FAILED_DEVICE_COUNT).unwrap_or(0);
    if let Some(limit) = release.get(FAILED_DEVICE_LIMIT) {
        return failed >= limit;
    }
    // Devices are counted only where it matters.
    let share = || {
        let devices = i64::try_from(now.count(&MANAGED_DEVICE)).unwrap_or(i64::MAX);
        devices.saturating_mul(release.get(ROLLOUT_PERCENTAGE).unwrap_or(100)) / (100 * FAILED_SHARE)
    };
    failed >= FAILED_MOST || (failed >= FAILED_LEAST && failed >= share())
}

/// What it means that a device reports, or does not report any more, that a release came to nothing.
pub(crate) fn failed(managed: &Object, at: Time, told: Option<&(String, String)>) -> Vec<Change> {
    let known = managed.get(AGENT_FAILURE);
    let Some((version, detail)) = told else {
        return known.map(|_| Change::clear(managed.id, AGENT_FAILURE)).into_iter().collect();
    };
    if known.as_ref().and_then(|known| known.text("version")) == Some(version.as_str()) {
        return Vec::new();
    }
    let failure =
        Record::new().with("version", version.as_str()).with("detail", detail.as_str()).with("reportedDateTime", at);
    vec![Change::set(managed.id, AGENT_FAILURE, failure)]
}

fn react(now: &Snapshot, commit: &Commit, _: Time) -> Plan {
    let counts = |change: &Change| match change {
        Change::Set { id, attribute, .. } => {
            let is_of_device = [PROCESSOR_ARCHITECTURE.id, USER_ID.id].contains(attribute);
            *attribute == AGENT_FAILURE.id
                || (is_of_device
                    && now.find_a(&MANAGED_DEVICE, *id).is_some_and(|managed| managed.has(AGENT_FAILURE.id)))
                || (*attribute == ROLLOUT_PERCENTAGE.id && now.find_a(&AGENT_RELEASE, *id).is_some())
        }
        Change::Create { kind, .. } => *kind == AGENT_RELEASE.id(),
        // A device that goes takes its word back before (`end`).
        Change::Delete { .. }
        | Change::Restore { .. }
        | Change::Purge { .. }
        | Change::Link { .. }
        | Change::Unlink { .. } => false,
    };
    if now.count(&AGENT_RELEASE) == 0 || !commit.changes.iter().any(counts) {
        return Plan::default();
    }
    settle(now).into()
}

/// For how many people each release came to nothing; devices of nobody count each for itself. A device that was never offered a
/// release has no word in it.
fn settle(now: &Snapshot) -> Vec<Change> {
    let failing: Vec<(&Object, Record)> =
        now.all(&MANAGED_DEVICE).filter_map(|managed| Some((managed, managed.get(AGENT_FAILURE)?))).collect();
    let changed = |release: &Object| {
        let says_so = |(managed, failure): &&(&Object, Record)| {
            failure.text("version") == release.get(AGENT_VERSION)
                && is_for(release, managed)
                && has_reached(release, managed)
        };
        let whose = |(managed, _): &(&Object, Record)| {
            managed.get(USER_ID).filter(|user| !user.is_empty()).map_or_else(|| managed.id.to_string(), str::to_owned)
        };
        let people: BTreeSet<String> = failing.iter().filter(says_so).map(whose).collect();
        let count = i64::try_from(people.len()).unwrap_or(i64::MAX);
        (release.get(FAILED_DEVICE_COUNT) != Some(count)).then(|| Change::set(release.id, FAILED_DEVICE_COUNT, count))
    };
    now.all(&AGENT_RELEASE).filter_map(changed).collect()
}

/// Whether a release is for the machine that a device is.
fn is_for(release: &Object, managed: &Object) -> bool {
    let machine = managed.get(PROCESSOR_ARCHITECTURE).unwrap_or_default();
    ARCHITECTURES
        .iter()
        .any(|(package, graph)| release.get(AGENT_ARCHITECTURE) == Some(package) && machine.eq_ignore_ascii_case(graph))
}

/// The version and the architecture that a signature says, in minisign's format.
fn signed(signature: &str) -> Option<(&str, &str)> {
    let comment = signature.lines().find_map(|line| line.strip_prefix(COMMENT))?;
    let mut words = comment.split_whitespace();
    let (product, version, architecture) = (words.next()?, words.next()?, words.next()?);
    (product == PRODUCT && words.next().is_none()).then_some((version, architecture))
}

fn complete(_: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    for change in changes {
        let Change::Create { kind, attributes, .. } = change else { continue };
        if *kind != AGENT_RELEASE.id() {
            continue;
        }
        let signature = attributes.iter().find(|(id, _)| *id == SIGNATURE.id).and_then(|(_, value)| value.as_text());
        let said = signature.and_then(signed).map(|(version, machine)| (version.to_owned(), machine.to_owned()));
        let (version, machine) = said.ok_or_else(|| {
            let text = format!("sign the release with minisign and the comment `{PRODUCT} VERSION ARCHITECTURE`");
            Refusal::invalid(text).at(SIGNATURE.name)
        })?;
        attributes.push((CREATED_DATE_TIME.id, call.at.into()));
        attributes.push((AGENT_VERSION.id, version.into()));
        attributes.push((AGENT_ARCHITECTURE.id, machine.into()));
        if !attributes.iter().any(|(id, _)| *id == ROLLOUT_PERCENTAGE.id) {
            attributes.push((ROLLOUT_PERCENTAGE.id, 100_i64.into()));
        }
    }
    Ok(())
}

fn judge(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    if after.count(&AGENT_RELEASE) > RELEASES_MAX {
        return Err(Refusal::limit(format!("there are {RELEASES_MAX} releases of the agent; delete old ones")));
    }
    for change in changes {
        let Some(release) = after.find_a(&AGENT_RELEASE, change.subject()) else { continue };
        if release.get(SIGNATURE).is_none_or(|text| text.len() > SIGNATURE_BYTES_MAX) {
            let text = format!("a signature has at most {SIGNATURE_BYTES_MAX} bytes");
            return Err(Refusal::invalid(text).at(SIGNATURE.name));
        }
        if !release.get(ROLLOUT_PERCENTAGE).is_some_and(|part| (0..=100).contains(&part)) {
            return Err(Refusal::invalid("say 0 to 100").at(ROLLOUT_PERCENTAGE.name));
        }
        if !release.get(FAILED_DEVICE_LIMIT).is_none_or(|limit| (1..=FAILED_DEVICES_MAX).contains(&limit)) {
            let text = format!("say 1 to {FAILED_DEVICES_MAX}");
            return Err(Refusal::invalid(text).at(FAILED_DEVICE_LIMIT.name));
        }
        let is_same = |other: &&Object| {
            other.id != release.id
                && other.get(AGENT_VERSION) == release.get(AGENT_VERSION)
                && other.get(AGENT_ARCHITECTURE) == release.get(AGENT_ARCHITECTURE)
        };
        if after.all(&AGENT_RELEASE).any(|other| is_same(&other)) {
            let version = release.get(AGENT_VERSION).unwrap_or_default();
            return Err(Refusal::conflict(format!("there is a release `{version}` for this architecture already")));
        }
    }
    Ok(())
}

fn commit(_: &Snapshot, _: &Call<'_>, release: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let release = release.ok_or_else(|| Refusal::invalid("name the release"))?;
    let sha256 = given.text("sha256").filter(|text| is_sha256(text));
    let sha256 = sha256.ok_or_else(|| Refusal::invalid("give 64 lower-case hex digits").at("sha256"))?;
    let size = given.int("size").filter(|size| (1..=RELEASE_BYTES_MAX).contains(size));
    let size = size
        .ok_or_else(|| Refusal::invalid(format!("a release has between 1 and {RELEASE_BYTES_MAX} bytes")).at("size"))?;
    Ok(Decision::change(vec![
        Change::set(release.id, PACKAGE_SHA256, sha256),
        Change::set(release.id, PACKAGE_SIZE, size),
    ]))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Id, Value};

    use super::*;
    use crate::join::Ownership;
    use crate::world::{World, id};

    fn signature(version: &str, machine: &str) -> String {
        format!("untrusted comment: x\nRUQ=\ntrusted comment: castellan-agent {version} {machine}\nAA==\n")
    }

    fn release(
        w: &mut World,
        n: u128,
        version: &str,
        machine: &str,
        more: Vec<(AttrId, Value)>,
    ) -> Result<Id, Refusal> {
        let mut attributes = vec![(SIGNATURE.id, signature(version, machine).into())];
        attributes.extend(more);
        w.submit(vec![Change::Create { id: id(n), kind: AGENT_RELEASE.id(), attributes }])?;
        w.done(vec![Change::set(id(n), PACKAGE_SHA256, "a".repeat(64)), Change::set(id(n), PACKAGE_SIZE, 9_i64)]);
        Ok(id(n))
    }

    fn laptop(w: &mut World) -> Id {
        let ann = w.user(1);
        let (_, managed) = w.device(ann, Ownership::Company);
        w.done(vec![Change::set(managed, PROCESSOR_ARCHITECTURE, "x64")]);
        managed
    }

    fn wants(w: &World, managed: Id, running: &str) -> Option<String> {
        offered(&w.now, w.get(managed), running).map(|offer| offer.version)
    }

    #[test]
    fn a_device_is_offered_the_latest_release_for_its_machine() {
        let mut w = World::new();
        let managed = laptop(&mut w);
        assert_eq!(wants(&w, managed, "0.1.0"), None);
        release(&mut w, 700, "0.2.0", "amd64", vec![]).unwrap();
        release(&mut w, 701, "0.10.0", "amd64", vec![]).unwrap();
        release(&mut w, 702, "0.11.0", "arm64", vec![]).unwrap();
        assert_eq!(wants(&w, managed, "0.1.0").as_deref(), Some("0.10.0"));
        assert_eq!(wants(&w, managed, "0.10.0"), None, "it is that");
        assert_eq!(wants(&w, managed, "1.0"), None, "an older one never");
        let bare = vec![(SIGNATURE.id, signature("0.12.0", "amd64").into())];
        w.done(vec![Change::Create { id: id(703), kind: AGENT_RELEASE.id(), attributes: bare }]);
        assert_eq!(wants(&w, managed, "0.1.0").as_deref(), Some("0.10.0"), "without its bytes there is none");
    }

    #[test]
    fn a_release_reaches_devices_in_stages_and_stops_when_it_fails() {
        let mut w = World::new();
        let managed = laptop(&mut w);
        let limits = vec![(FAILED_DEVICE_LIMIT.id, 1_i64.into()), (ROLLOUT_PERCENTAGE.id, 0_i64.into())];
        let it = release(&mut w, 700, "0.2.0", "amd64", limits).unwrap();
        assert_eq!(wants(&w, managed, "0.1.0"), None, "nobody yet");
        let reached = (0..=100_i64).find(|part| {
            w.done(vec![Change::set(it, ROLLOUT_PERCENTAGE, *part)]);
            wants(&w, managed, "0.1.0").is_some()
        });
        assert!(reached.is_some_and(|part| part > 0));

        let told = ("0.2.0".to_owned(), "it could not speak".to_owned());
        let elsewhere = ("0.1.9".to_owned(), "another one".to_owned());
        for said in [Some(&told), Some(&told), None, Some(&told), Some(&elsewhere), Some(&told)] {
            let changes = failed(w.get(managed), w.at, said);
            w.done(changes);
        }
        assert_eq!(w.get(it).get(FAILED_DEVICE_COUNT), Some(1), "told again and again, one device");
        let bob = w.user(2);
        let (_, other) = w.device(bob, Ownership::Company);
        w.done(vec![Change::set(other, PROCESSOR_ARCHITECTURE, "x64"), Change::set(it, ROLLOUT_PERCENTAGE, 100_i64)]);
        assert_eq!(wants(&w, other, "0.1.0"), None, "it has stopped");
        w.done(vec![Change::set(it, FAILED_DEVICE_LIMIT, 5_i64)]);
        assert_eq!(wants(&w, other, "0.1.0").as_deref(), Some("0.2.0"), "an administrator goes on");
        assert_eq!(wants(&w, managed, "0.1.0"), None, "but not where it failed");
        let changes = failed(w.get(managed), w.at, None);
        w.done(changes);
        assert_eq!(w.get(it).get(FAILED_DEVICE_COUNT), Some(0), "taken back");
        assert!(wants(&w, managed, "0.1.0").is_some());
    }

    #[test]
    fn no_person_alone_stops_a_release_and_three_do_for_as_long_as_it_fails_for_them() {
        let mut w = World::new();
        let it = release(&mut w, 700, "0.2.0", "amd64", vec![]).unwrap();
        let fail = |w: &mut World, managed: Id| {
            let told = ("0.2.0".to_owned(), "it could not speak".to_owned());
            let mut changes = vec![Change::set(managed, PROCESSOR_ARCHITECTURE, "x64")];
            changes.extend(failed(w.get(managed), w.at, Some(&told)));
            w.done(changes);
        };
        let waits = laptop(&mut w);
        let mut users: Vec<Id> = (2..5).map(|n| w.user(n)).collect();
        for _ in 0..9 {
            let (_, managed) = w.device(users[0], Ownership::Company);
            fail(&mut w, managed);
        }
        assert_eq!(w.get(it).get(FAILED_DEVICE_COUNT), Some(1), "nine devices of one person");
        assert!(wants(&w, waits, "0.1.0").is_some());
        let others: Vec<Id> = users.drain(1..).map(|user| w.device(user, Ownership::Company).1).collect();
        for managed in &others {
            fail(&mut w, *managed);
        }
        assert_eq!((w.get(it).get(FAILED_DEVICE_COUNT), wants(&w, waits, "0.1.0")), (Some(3), None));
        w.done(vec![Change::Delete { id: others[0] }]);
        assert_eq!(w.get(it).get(FAILED_DEVICE_COUNT), Some(2), "of a device that is gone nothing is left");
        assert!(wants(&w, waits, "0.1.0").is_some());
    }

    #[test]
    fn where_there_are_many_devices_a_share_of_them_has_to_fail() {
        let mut w = World::new();
        let waits = laptop(&mut w);
        let create = |n: u128| Change::Create { id: id(n), kind: MANAGED_DEVICE.id(), attributes: vec![] };
        w.done((10_000..11_000).map(create).collect());
        let it = release(&mut w, 700, "0.2.0", "amd64", vec![]).unwrap();
        let failure = || Record::new().with("version", "0.2.0").with("detail", "it could not speak");
        for n in 0..10 {
            assert!(wants(&w, waits, "0.1.0").is_some(), "{n} of 1,001");
            let managed = id(10_000 + n);
            let x64 = Change::set(managed, PROCESSOR_ARCHITECTURE, "x64");
            w.done(vec![x64, Change::set(managed, AGENT_FAILURE, failure())]);
        }
        assert_eq!((w.get(it).get(FAILED_DEVICE_COUNT), wants(&w, waits, "0.1.0")), (Some(10), None));
    }

    #[test]
    fn a_release_says_what_it_is_and_is_there_once() {
        let mut w = World::new();
        release(&mut w, 700, "0.2.0", "amd64", vec![]).unwrap();
        assert!(release(&mut w, 701, "0.2.0", "amd64", vec![]).is_err(), "twice");
        let unsigned = vec![(SIGNATURE.id, "castellan-agent 0.3.0 amd64".into())];
        let create = Change::Create { id: id(702), kind: AGENT_RELEASE.id(), attributes: unsigned };
        assert!(w.submit(vec![create]).is_err(), "no signature");
        for (attribute, value) in [(ROLLOUT_PERCENTAGE.id, 101_i64), (FAILED_DEVICE_LIMIT.id, 0)] {
            assert!(release(&mut w, 703, "0.4.0", "amd64", vec![(attribute, value.into())]).is_err());
        }
    }
}
