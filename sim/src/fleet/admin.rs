//! What administrators do: change policies and groups, ask devices for this and that, roll a bad version out and take it back,
//! retire, wipe, revoke. An answer that was lost is asked for again at once.

use directory::{Change, Id, Object, Record, RefusalKind, Snapshot};
use engine::{Failure, OwnedVerb};
use schema::device::{DEVICE, DEVICE_ID};
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::group::{GROUP, MEMBERS};
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_VERSION};
use schema::managed_device::{APP_INSTALL_STATES, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE};
use schema::user::{DEVICES_TO_RELEASE, USER};
use schema::{ACCOUNT_ENABLED, ASSIGNMENTS, SETTINGS as POLICY_SETTINGS};

use super::Story;
use super::words::{BAD_VERSION, GOOD_VERSION, HARMLESS};
use crate::acts::Act;
use crate::callers::Sort;
use crate::world::Broken;

/// How often what may have happened is asked for again.
const TRIES: usize = 3;
/// How many machines are looked at to find one that is managed.
const LOOKS_MAX: usize = 20;
/// How many devices on which a version failed are enough to take it back.
const FAILURES_MAX: usize = 2;

/// How an act ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Outcome {
    Done,
    Refused(RefusalKind),
    /// It may have happened.
    Unknown,
}

impl Story {
    /// Policies, groups and devices are administered.
    pub(super) fn administer(&mut self) -> Result<(), Broken> {
        let Some(now) = self.seen()? else { return Ok(()) };
        match self.world.dice.below(10) {
            0 | 1 => {
                let settings = self.some_settings();
                self.change_policy(|policy| Change::set(policy, POLICY_SETTINGS, settings))
            }
            2 | 3 => {
                let assignments = self.some_assignments();
                self.change_policy(|policy| Change::set(policy, ASSIGNMENTS, assignments))
            }
            4 => self.move_person(&now),
            5 => self.revoke(&now),
            _ => {
                let action = self.world.dice.one(HARMLESS);
                let Some(managed) = self.any_managed(&now, |_| true) else { return Ok(()) };
                self.act_on(managed, action, action, Record::new()).map(drop)
            }
        }
    }

    /// A bad version goes out, fails, and is taken back by whoever looks at the failures.
    pub(super) fn roll_out(&mut self) -> Result<(), Broken> {
        let Some(now) = self.seen()? else { return Ok(()) };
        let app = self.set.app;
        let is_bad = now.find(app).and_then(|app| app.get(PACKAGE_VERSION)) == Some(BAD_VERSION);
        let failed = |managed: &&Object| {
            let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
            states
                .iter()
                .any(|state| state.text("version") == Some(BAD_VERSION) && state.text("installState") == Some("failed"))
        };
        let version = if !is_bad && !self.counts.contains_key("a bad version went out") {
            self.count("a bad version went out");
            BAD_VERSION
        } else if is_bad && now.all(&MANAGED_DEVICE).filter(failed).take(FAILURES_MAX).count() == FAILURES_MAX {
            self.count("the bad version was taken back");
            GOOD_VERSION
        } else {
            return self.administer();
        };
        let change = Change::set(app, PACKAGE_VERSION, version);
        self.submit(|| Act::change("Update app", OwnedVerb::Update, &LINUX_PACKAGE_APP, app, vec![change.clone()]))
            .map(drop)
    }

    /// Devices are retired, wiped, cancelled; people leave.
    pub(super) fn let_go(&mut self) -> Result<(), Broken> {
        let Some(now) = self.seen()? else { return Ok(()) };
        match self.world.dice.below(10) {
            0..3 => {
                let Some(managed) = self.any_managed(&now, |_| true) else { return Ok(()) };
                self.retire(managed)
            }
            3..5 => {
                let is_company = |managed: &Object| managed.get(MANAGED_DEVICE_OWNER_TYPE) != Some("personal");
                let Some(managed) = self.any_managed(&now, is_company) else { return Ok(()) };
                if self.act_on(managed, "wipe", "wipe", Record::new())? == Outcome::Refused(RefusalKind::Limit) {
                    self.count("the brake held");
                }
                Ok(())
            }
            5 => {
                let Some(managed) = self.any_managed(&now, |_| true) else { return Ok(()) };
                let given = Record::new().with("actionName", "retire");
                if self.act_on(managed, "cancelAction", "cancelAction", given)? == Outcome::Done {
                    self.to_retire.remove(&managed);
                }
                Ok(())
            }
            6 => {
                let people = self.set.people.clone();
                let Some(person) = self.world.dice.pick(&people).copied() else { return Ok(()) };
                let mark = self.world.dice.one(&["retire", "wipe"]);
                let change = Change::set(person, DEVICES_TO_RELEASE, mark);
                self.count("somebody left");
                self.submit(|| Act::change("Release devices", OwnedVerb::Update, &USER, person, vec![change.clone()]))
                    .map(drop)
            }
            _ => self.administer(),
        }
    }

    fn retire(&mut self, managed: Id) -> Result<(), Broken> {
        match self.act_on(managed, "retire", "retire", Record::new())? {
            Outcome::Done | Outcome::Unknown => drop(self.to_retire.insert(managed)),
            Outcome::Refused(RefusalKind::Limit) => self.count("the brake held"),
            Outcome::Refused(_) => {}
        }
        Ok(())
    }

    /// What could not be retired is asked again, a day later so that the brake lets it; whether anything was.
    pub(super) fn retire_again(&mut self) -> Result<bool, Broken> {
        let now = crate::laws::any_node(&self.world)?;
        let waits = |id: &Id| {
            let managed = now.find_a(&MANAGED_DEVICE, *id);
            managed.is_some_and(|managed| !devices::actions::is_leaving(managed))
        };
        let again: Vec<Id> = self.to_retire.iter().filter(|id| waits(id)).copied().collect();
        if again.is_empty() {
            return Ok(false);
        }
        self.world.pass(1);
        self.world.now = self.world.now.plus_days(1);
        let some = usize::try_from(self.set.brake).unwrap_or(1);
        for managed in again.into_iter().take(some) {
            self.count("a retire failed at first");
            self.retire(managed)?;
        }
        Ok(true)
    }

    fn change_policy(&mut self, change: impl FnOnce(Id) -> Change) -> Result<(), Broken> {
        let policies = self.set.policies.clone();
        let Some(policy) = self.world.dice.pick(&policies).copied() else { return Ok(()) };
        let change = change(policy);
        let kind = &DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
        self.submit(|| {
            Act::change("Update configuration policy", OwnedVerb::Update, kind, policy, vec![change.clone()])
        })
        .map(drop)
    }

    /// Somebody comes into a group, or leaves it.
    fn move_person(&mut self, now: &Snapshot) -> Result<(), Broken> {
        let (people, groups) = (self.set.people.clone(), self.set.groups.clone());
        let Some(person) = self.world.dice.pick(&people).copied().filter(|id| now.find_a(&USER, *id).is_some()) else {
            return Ok(());
        };
        // Whoever left the first would have no licence.
        let Some(group) = groups.get(1).copied() else { return Ok(()) };
        let change = match now.why(group, MEMBERS, person) {
            Some(_) => Change::unlink(group, MEMBERS, person),
            None => Change::link(group, MEMBERS, person),
        };
        self.submit(|| {
            Act::change("Change members", OwnedVerb::Link("members".into()), &GROUP, group, vec![change.clone()])
        })
        .map(drop)
    }

    /// A device is disabled: its certificate is worthless from now on.
    fn revoke(&mut self, now: &Snapshot) -> Result<(), Broken> {
        if self.revoked.len() >= self.options.devices / 6 {
            return Ok(());
        }
        let Some(managed) = self.any_managed(now, |_| true) else { return Ok(()) };
        let device = now.find(managed).and_then(|managed| device_of(now, managed));
        let Some((device, device_id)) = device else { return Ok(()) };
        let change = Change::set(device, ACCOUNT_ENABLED, false);
        self.revoked.insert(device_id);
        self.count("a certificate was revoked");
        self.submit(|| Act::change("Update device", OwnedVerb::Update, &DEVICE, device, vec![change.clone()])).map(drop)
    }

    /// Ask a device for something. `meant`: what it is counted as.
    fn act_on(&mut self, managed: Id, name: &str, meant: &'static str, given: Record) -> Result<Outcome, Broken> {
        let action = self.world.house.action(&MANAGED_DEVICE, name, false).expect("the room offers this action");
        let outcome = self.submit(|| Act::call("Remote action", &MANAGED_DEVICE, action, managed, given.clone()))?;
        if !matches!(outcome, Outcome::Refused(_)) {
            *self.meant.entry((managed, meant)).or_default() += 1;
        }
        Ok(outcome)
    }

    /// Submit an act, again while its outcome is not known.
    fn submit(&mut self, act: impl Fn() -> Act) -> Result<Outcome, Broken> {
        for attempt in 0..TRIES {
            let at = self.world.dice.below(2);
            match self.world.ask(at, Sort::System, act())? {
                Some(Ok(_)) => return Ok(Outcome::Done),
                // What is refused the second time may have been done the first.
                Some(Err(Failure::Refused(refusal))) if attempt == 0 => return Ok(Outcome::Refused(refusal.kind)),
                Some(Err(Failure::Refused(_))) => return Ok(Outcome::Unknown),
                Some(Err(Failure::Fault(_))) | None => {}
            }
        }
        Ok(Outcome::Unknown)
    }

    /// What an administrator sees.
    fn seen(&mut self) -> Result<Option<Snapshot>, Broken> {
        let at = self.world.dice.below(2);
        Ok(self.world.node(at)?.map(|core| core.snapshot().clone()))
    }

    /// A managed device of those that the machines say they are: a look at all of them would cost more than what is done with one.
    fn any_managed(&mut self, now: &Snapshot, fits: impl Fn(&Object) -> bool) -> Option<Id> {
        for _ in 0..LOOKS_MAX {
            let which = self.any_machine()?;
            let device_id = self.machines.get(which).and_then(|machine| machine.disk.device_id.as_deref());
            let device = device_id.and_then(|device_id| now.find_by(&DEVICE, DEVICE_ID, device_id));
            let managed = device.and_then(|device| devices::managed_of(now, device)).filter(|managed| fits(managed));
            if let Some(managed) = managed {
                return Some(managed.id);
            }
        }
        None
    }
}

/// The directory device of a managed one, and what its certificate names it.
fn device_of(now: &Snapshot, managed: &Object) -> Option<(Id, String)> {
    let device = devices::device_of(now, managed)?;
    Some((device.id, device.get(DEVICE_ID)?.to_owned()))
}
