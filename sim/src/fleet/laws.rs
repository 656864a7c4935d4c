//! What must hold of a fleet at rest, besides everything that holds of a directory. Checked by looking at every disk.

use std::collections::{BTreeMap, BTreeSet};

use devices::join::{About, Join, Ownership};
use devices::proof::proven;
use directory::{Call, Caller, Change, Commit, Fresh, Id, Object, Record, Snapshot, Time};
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::group::MEMBERS;
use schema::linux_package_app::PACKAGE_VERSION;
use schema::managed_device::{APP_INSTALL_STATES, AZURE_AD_DEVICE_ID, MANAGED_DEVICE};
use schema::mobile_app_deployment::{FAILED_DEVICE_COUNT, INSTALLED_DEVICE_COUNT, OFFERED_PERCENTAGE, STATE};
use schema::remote_action_audit::{ACTION, ACTION_STATE, MANAGED_DEVICE_ID, REMOTE_ACTION_AUDIT, REQUEST_DATE_TIME};
use schema::user::{DEVICES_TO_RELEASE, USER};
use schema::{ASSIGNMENTS, SETTINGS as POLICY_SETTINGS, USER_ID};

use super::disk::Ended;
use super::set_up::RING_DEVICES_MIN;
use super::words::{BAD_VERSION, FACTORY, GOOD_VERSION, SETTINGS};
use super::{Machine, Story};
use crate::first_day::TENANT;
use crate::world::Broken;

/// Check every law of the directory, and every law of the fleet.
pub(super) fn check(story: &mut Story) -> Result<(), Broken> {
    let commits = crate::laws::check(&mut story.world)?;
    let now = crate::laws::any_node(&story.world)?;
    let known = known(&commits);
    once(story, &now, &known)?;
    audits(&commits)?;
    spent(story, &now, &known)?;
    retired(story, &now, &known)?;
    as_wanted(story, &now, &known)?;
    rolled_back(story, &now)?;
    ring(story, &now, &commits)?;
    nothing_waits(story, &now)?;
    brake(story, &now)
}

/// Every managed device that there ever was, with the id and the key that its certificate names.
type Known = BTreeMap<Id, (String, String)>;

fn known(commits: &[Commit]) -> Known {
    let (mut keys, mut managed) = (BTreeMap::new(), BTreeMap::new());
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        let Change::Create { id, kind, attributes } = change else { continue };
        let text = |wanted: directory::AttrId| {
            let found = attributes.iter().find(|(attribute, _)| *attribute == wanted);
            found.and_then(|(_, value)| value.as_text()).unwrap_or_default().to_owned()
        };
        if *kind == DEVICE.id() {
            keys.insert(text(DEVICE_ID.id), text(KEY_THUMBPRINT.id));
        } else if *kind == MANAGED_DEVICE.id() {
            managed.insert(*id, text(AZURE_AD_DEVICE_ID.id));
        }
    }
    managed
        .into_iter()
        .map(|(id, device_id)| {
            let key = keys.get(&device_id).cloned().unwrap_or_default();
            (id, (device_id, key))
        })
        .collect()
}

/// An action is done at most once: by its id on every machine, and by what administrators meant on every device. A machine whose
/// older disk was put in again has forgotten what it did: no agent can know better, and each time allows one more.
fn once(story: &Story, now: &Snapshot, known: &Known) -> Result<(), Broken> {
    const LAW: &str = "an action is done at most once";
    for machine in &story.machines {
        let again = machine.ran.restores;
        if let Some((id, times)) = machine.ran.ids.iter().find(|(_, times)| **times > 1 + again) {
            return Err((LAW, format!("{}: {id} was done {times} times", machine.name)));
        }
        let leaves = machine.owner.and_then(|id| now.stored(id)).is_some_and(|user| user.has(DEVICES_TO_RELEASE.id));
        for ((device, kind), times) in &machine.ran.kinds {
            let is_it = |managed: &Id| known.get(managed).is_some_and(|(device_id, _)| device_id == device);
            let asked = story.meant.iter().filter(|((managed, name), _)| name == kind && is_it(managed));
            let meant: u32 = asked.map(|(_, times)| times).sum();
            let by_leaving = u32::from(leaves && matches!(*kind, "retire" | "wipe"));
            if *times > (meant + by_leaving) * (1 + again) {
                return Err((LAW, format!("{}: {kind} was done {times} times and meant {meant}", machine.name)));
            }
        }
    }
    Ok(())
}

/// What was asked waits, is told, ends; an end is final.
fn audits(commits: &[Commit]) -> Result<(), Broken> {
    let mut states: BTreeMap<Id, String> = BTreeMap::new();
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        let (id, new) = match change {
            Change::Create { id, kind, attributes } if *kind == REMOTE_ACTION_AUDIT.id() => {
                let state = attributes.iter().find(|(attribute, _)| *attribute == ACTION_STATE.id);
                (*id, state.and_then(|(_, value)| value.as_text()).unwrap_or_default())
            }
            Change::Set { id, attribute, new: Some(new), .. } if *attribute == ACTION_STATE.id => {
                (*id, new.as_text().unwrap_or_default())
            }
            _ => continue,
        };
        let was = states.insert(id, new.to_owned());
        let is_a_step = match was.as_deref() {
            None => new == "pending",
            Some("pending") => new != "pending",
            Some("active") => !matches!(new, "pending" | "active"),
            Some(_) => false,
        };
        if !is_a_step {
            return Err(("what has ended stays so", format!("{id}: {was:?} → {new}")));
        }
    }
    Ok(())
}

/// Whoever was wiped or retired holds nothing that opens a door, and neither does a copy of them.
fn spent(story: &mut Story, now: &Snapshot, known: &Known) -> Result<(), Broken> {
    const LAW: &str = "a wiped device holds no valid certificate";
    let wiped: Vec<(String, String)> = now
        .all(&REMOTE_ACTION_AUDIT)
        .filter(|audit| audit.get(ACTION) == Some("factoryReset") && audit.get(ACTION_STATE) == Some("done"))
        .filter_map(|audit| known.get(&directory::id_from_text(audit.get(MANAGED_DEVICE_ID)?)?).cloned())
        .collect();
    let spent = story.spent.iter().map(|spent| (spent.device_id.clone(), spent.key.clone()));
    for (device_id, key) in wiped.into_iter().chain(spent) {
        if proven(now, &device_id, &key).is_ok() {
            return Err((LAW, format!("the certificate of {device_id} opens a session")));
        }
    }
    let caller = Caller::system(TENANT);
    let call = Call { caller: &caller, at: story.world.now, fresh: Fresh::new(story.world.dice.wide()) };
    for spent in story.spent.iter().filter(|spent| spent.how == Ended::Wiped) {
        let Some(user) = spent.owner else { continue };
        let about = About { operating_system: "Linux".into(), ..About::default() };
        let (key_thumbprint, ownership) = (spent.key.clone(), Ownership::Company);
        let join = Join { user, key_thumbprint, transport_key: None, ownership, about };
        if devices::join::join(now, &call, &join).is_ok() {
            return Err((LAW, format!("the key of {} joins again", spent.device_id)));
        }
    }
    Ok(())
}

/// Nothing is left behind: who was retired is as it was made, and who was to be retired is.
fn retired(story: &Story, now: &Snapshot, known: &Known) -> Result<(), Broken> {
    const LAW: &str = "no setting is left behind after retire";
    if let Some(machine) =
        story.machines.iter().find(|machine| machine.disk.ended == Some(Ended::Retired) && !machine.disk.is_as_made())
    {
        return Err((LAW, format!("{}: {:?}", machine.name, machine.disk.files)));
    }
    let spent: BTreeSet<&str> = story.spent.iter().map(|spent| spent.device_id.as_str()).collect();
    let ended = ended(now, known);
    for managed in &story.to_retire {
        let Some((device_id, key)) = known.get(managed) else { continue };
        // Whoever was shut out first cannot be told.
        if story.revoked.contains(device_id) {
            continue;
        }
        let left = story.machines.iter().find(|machine| {
            let has_forgotten = machine.ran.restores > 0 && ended.contains(device_id);
            machine.disk.device_id.as_ref() == Some(device_id)
                && !machine.is_copy
                && !has_forgotten
                && !spent.contains(device_id.as_str())
        });
        if let Some(machine) = left
            && (proven(now, device_id, key).is_err() || !machine.disk.is_as_made())
        {
            return Err((LAW, format!("{} was to be retired: {:?}", machine.name, machine.disk.files)));
        }
    }
    Ok(())
}

/// Devices that said they were retired or wiped. One whose older disk was put in before it heard that this had arrived has forgotten
/// that it said so.
fn ended(now: &Snapshot, known: &Known) -> BTreeSet<String> {
    let is_an_end = |audit: &&Object| matches!(audit.get(ACTION), Some("factoryReset" | "removeCompanyData"));
    now.all(&REMOTE_ACTION_AUDIT)
        .filter(is_an_end)
        .filter(|audit| audit.get(ACTION_STATE) == Some("done"))
        .filter_map(|audit| known.get(&directory::id_from_text(audit.get(MANAGED_DEVICE_ID)?)?))
        .map(|(device_id, _)| device_id.clone())
        .collect()
}

/// A plain slow model of what a device should be like agrees with what is on its disk.
fn as_wanted(story: &Story, now: &Snapshot, known: &Known) -> Result<(), Broken> {
    let ended = ended(now, known);
    for machine in &story.machines {
        let (Some(device_id), Some(key)) = (&machine.disk.device_id, &machine.disk.key) else { continue };
        let device = match proven(now, device_id, key) {
            Ok(device) => device,
            Err(why) => {
                let is_explained = story.revoked.contains(device_id)
                    || story.spent.iter().any(|spent| spent.device_id == *device_id)
                    || machine.ran.restores > 0 && ended.contains(device_id);
                if is_explained {
                    continue;
                }
                return Err(("nobody is shut out without a reason", format!("{}: {why:?}", machine.name)));
            }
        };
        let managed = devices::managed_of(now, device);
        if let Some(wrong) = differs(machine, now, managed) {
            return Err(("a device at rest is as its policies say", format!("{}: {wrong}", machine.name)));
        }
    }
    Ok(())
}

/// No device is left with a version that was taken back, and all that should have the good one have it.
fn rolled_back(story: &Story, now: &Snapshot) -> Result<(), Broken> {
    let app = story.set.app;
    let version = now.find(app).and_then(|app| app.get(PACKAGE_VERSION)).unwrap_or_default();
    for machine in &story.machines {
        let (Some(device_id), Some(key)) = (&machine.disk.device_id, &machine.disk.key) else { continue };
        let is_managed = proven(now, device_id, key).is_ok_and(|device| devices::managed_of(now, device).is_some());
        let found = machine.disk.apps.get(&app.to_string()).map(|(version, _)| version.as_str());
        if found == Some(BAD_VERSION) || (is_managed && version == GOOD_VERSION && found != Some(GOOD_VERSION)) {
            return Err(("a bad version is taken back everywhere", format!("{} has {found:?}", machine.name)));
        }
    }
    Ok(())
}

/// A deployment whose application fails stops by itself, and from then on reaches nobody more; what it says of devices is so.
fn ring(story: &mut Story, now: &Snapshot, commits: &[Commit]) -> Result<(), Broken> {
    const LAW: &str = "a bad ring stops by itself";
    let (id, app) = (story.set.ring, story.set.ring_app.to_string());
    let Some(ring) = now.find(id) else { return Err((LAW, "it is gone".to_owned())) };
    let tried = now.all(&MANAGED_DEVICE).filter(|managed| {
        let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
        let is_it = |state: &Record| {
            state.text("applicationId") == Some(app.as_str()) && state.text("installState") == Some("failed")
        };
        states.iter().any(is_it)
    });
    let failed = i64::try_from(tried.count()).unwrap_or(i64::MAX);
    if ring.get(FAILED_DEVICE_COUNT) != Some(failed) || ring.get(INSTALLED_DEVICE_COUNT) != Some(0) {
        let said = (ring.get(FAILED_DEVICE_COUNT), ring.get(INSTALLED_DEVICE_COUNT));
        return Err((LAW, format!("{failed} devices failed, and it says {said:?}")));
    }
    let is_paused = |state: &Record| state.text("effectiveValue") == Some("paused");
    let state = ring.get(STATE).unwrap_or_default();
    if failed >= RING_DEVICES_MIN && !is_paused(&state) {
        return Err((LAW, format!("{failed} devices failed, and it is {state:?}")));
    }
    let mut has_stopped = false;
    for change in commits.iter().flat_map(|commit| &commit.changes) {
        let Change::Set { id: of, attribute, new: Some(new), .. } = change else { continue };
        if *of != id {
            continue;
        }
        has_stopped |= *attribute == STATE.id && new.as_record().is_some_and(is_paused);
        // The commit that stops it says where it stands, which is where it stood.
        if has_stopped && *attribute == OFFERED_PERCENTAGE.id {
            return Err((LAW, format!("it went on to {new:?} percent")));
        }
    }
    if has_stopped {
        story.count("a ring stopped itself");
    }
    Ok(())
}

/// The first target on which disk and model disagree.
fn differs(machine: &Machine, now: &Snapshot, managed: Option<&Object>) -> Option<String> {
    for known in SETTINGS {
        let made = FACTORY.iter().find(|(target, _)| *target == known.target).map(|(_, content)| *content);
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        for policy in now.all(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY) {
            let is_for =
                managed.is_some_and(|managed| reaches(now, managed, &policy.get(ASSIGNMENTS).unwrap_or_default()));
            if !is_for {
                continue;
            }
            for setting in policy.get(POLICY_SETTINGS).unwrap_or_default() {
                let Some(instance) = setting.record("settingInstance") else { continue };
                let chosen = instance.record("choiceSettingValue").and_then(|chosen| chosen.text("value"));
                if instance.text("settingDefinitionId") == Some(known.id) {
                    let value =
                        known.values.iter().find(|(value, _)| Some(format!("{}_{value}", known.id).as_str()) == chosen);
                    wanted.extend(value.map(|(_, written)| *written));
                }
            }
        }
        let found = machine.disk.files.get(known.target).map(String::as_str);
        let expected = match wanted.len() {
            0 => made,
            1 => wanted.first().copied(),
            // Neither is followed: the device keeps what it had.
            _ => continue,
        };
        if found != expected {
            return Some(format!("`{}` is {found:?}, and should be {expected:?}", known.target));
        }
    }
    None
}

/// Whether assignments reach a device, through itself or through its person; what leaves it out wins.
fn reaches(now: &Snapshot, managed: &Object, assignments: &[Record]) -> bool {
    let user = managed.get(USER_ID).and_then(directory::id_from_text).and_then(|id| now.find_a(&USER, id));
    let device = devices::device_of(now, managed);
    let is_in = |group: Option<Id>| {
        let members = [user, device].into_iter().flatten();
        group.is_some_and(|group| members.into_iter().any(|member| now.why(group, MEMBERS, member.id).is_some()))
    };
    let mut is_reached = false;
    for target in assignments.iter().filter_map(|assignment| assignment.record("target")) {
        let group = target.guid("groupId");
        match target.text("@odata.type").unwrap_or_default() {
            "#microsoft.graph.allDevicesAssignmentTarget" => is_reached = true,
            "#microsoft.graph.allLicensedUsersAssignmentTarget" => is_reached |= user.is_some(),
            "#microsoft.graph.groupAssignmentTarget" => is_reached |= is_in(group),
            "#microsoft.graph.exclusionGroupAssignmentTarget" if is_in(group) => return false,
            _ => {}
        }
    }
    is_reached
}

/// At rest no device that can be told waits to be told.
fn nothing_waits(story: &Story, now: &Snapshot) -> Result<(), Broken> {
    let reachable: BTreeSet<Id> = story
        .machines
        .iter()
        .filter_map(|machine| {
            let device = proven(now, machine.disk.device_id.as_deref()?, machine.disk.key.as_deref()?).ok()?;
            devices::managed_of(now, device).map(|managed| managed.id)
        })
        .collect();
    let waits = |managed: &&Object| reachable.contains(&managed.id) && !devices::actions::pending(managed).is_empty();
    let is_open = |audit: &&Object| {
        let managed = audit.get(MANAGED_DEVICE_ID).and_then(directory::id_from_text);
        matches!(audit.get(ACTION_STATE), Some("pending" | "active")) && managed.is_none_or(|id| now.find(id).is_none())
    };
    if let Some(audit) = now.all(&REMOTE_ACTION_AUDIT).find(is_open) {
        return Err(("nothing waits for a device that is gone", format!("{}", audit.id)));
    }
    match now.all(&MANAGED_DEVICE).find(waits) {
        Some(managed) => {
            Err(("what was asked is done in the end", format!("{:?}", devices::actions::pending(managed))))
        }
        None => Ok(()),
    }
}

/// No more devices are asked to be wiped or retired within a day than the brake allows.
fn brake(story: &Story, now: &Snapshot) -> Result<(), Broken> {
    let is_an_end = |audit: &&Object| matches!(audit.get(ACTION), Some("factoryReset" | "removeCompanyData"));
    let mut times: Vec<Time> =
        now.all(&REMOTE_ACTION_AUDIT).filter(is_an_end).filter_map(|audit| audit.get(REQUEST_DATE_TIME)).collect();
    times.sort_unstable();
    for (n, time) in times.iter().enumerate() {
        // The brake counts by the hour, so that a day is 23 hours at least.
        let within = times.iter().skip(n).take_while(|other| other.since(*time).as_secs() < 23 * 3_600).count();
        if i64::try_from(within).unwrap_or(i64::MAX) > story.set.brake {
            return Err(("the brake holds", format!("{within} within a day, and {} may be", story.set.brake)));
        }
    }
    Ok(())
}
