//! Conversations: a device joins, checks in until there is nothing new, and comes to its end; any part of it may be lost on the
//! way. What the server does with a check-in is what `protocols/agent` does with it.

use agent_protocol::{answered, answered_unmanaged, goodbye, is_ahead, is_sign_of_life, reported};
use agent_wire::limits::ROUNDS_MAX;
use agent_wire::{CheckIn, CheckInAnswer};
use devices::join::{About, Join, Ownership};
use devices::proof::{Unproven, proven};
use devices::unattended::Unattended;
use directory::{Actor, Call, Decision, Id, Snapshot};
use engine::{Done, Failure};
use schema::managed_device::MANAGED_DEVICE;

use super::disk::Ended;
use super::set_up::TOKEN_HASH;
use super::{Spent, Story};
use crate::world::Broken;

/// How often each half of an exchange is lost, of a thousand.
const LOST: u64 = 60;
/// How often a device falls asleep between two steps, of a thousand.
const ASLEEP: u64 = 40;
/// How often a retire fails at first, of a thousand.
const STUMBLES: u64 = 250;

/// What a device hears of the server.
enum Heard {
    /// Nothing: the request or the answer was lost, or the server could not do it.
    Nothing,
    Refused(Unproven),
    Answer(Box<CheckInAnswer>),
}

impl Story {
    /// A device does what its agent does next.
    pub(super) fn live(&mut self, which: usize) -> Result<(), Broken> {
        let Some(machine) = self.machines.get(which) else { return Ok(()) };
        if machine.disk.ended.is_some() {
            return Ok(());
        }
        if machine.disk.device_id.is_none() { self.join(which) } else { self.converse(which) }
    }

    fn is_unlucky(&mut self, of_thousand: u64) -> bool {
        !self.is_calm && self.world.dice.often(of_thousand)
    }

    fn join(&mut self, which: usize) -> Result<(), Broken> {
        let Some(machine) = self.machines.get_mut(which) else { return Ok(()) };
        if machine.disk.key.is_none() {
            machine.keys += 1;
            machine.disk.key = Some(format!("key-{which}-{}", machine.keys));
        }
        let key = machine.disk.key.clone().unwrap_or_default();
        let about = About {
            name: machine.name.clone(),
            operating_system: "Linux".into(),
            operating_system_version: "13".into(),
            ..About::default()
        };
        let (owner, is_personal) = (machine.owner, machine.is_personal);
        if self.is_unlucky(LOST) {
            self.count("a request was lost");
            return Ok(());
        }
        let at = self.world.dice.below(2);
        let done = match owner {
            Some(user) => {
                let ownership = if is_personal { Ownership::Personal } else { Ownership::Company };
                let join = Join { user, key_thumbprint: key, transport_key: None, ownership, about };
                let decide = move |now: &Snapshot, call: &Call<'_>| devices::join::join(now, call, &join);
                self.world.prove(at, Actor::User(user), "Join device", decide)?
            }
            None => {
                let token_hash = TOKEN_HASH.into();
                let join = Unattended { token_hash, key_thumbprint: key, endorsement_key: None, about };
                let decide = move |now: &Snapshot, call: &Call<'_>| devices::unattended::join(now, call, &join);
                self.world.prove(at, Actor::System, "Join device", decide)?
            }
        };
        let done: Done = match done {
            Some(Ok(done)) => done,
            Some(Err(Failure::Refused(_))) => {
                // Somebody else's key, or one that was revoked: the agent makes another.
                self.count("a refused join");
                if let Some(machine) = self.machines.get_mut(which) {
                    machine.disk.key = None;
                }
                return Ok(());
            }
            Some(Err(Failure::Fault(_))) | None => return Ok(()),
        };
        let record = done.answer.as_ref().and_then(|answer| answer.as_record());
        let record = record.ok_or(("a join answers a record", format!("{:?}", done.answer)))?;
        let device_id = record.text("deviceId").unwrap_or_default().to_owned();
        if self.is_unlucky(LOST) {
            self.count("an answer was lost");
            return Ok(());
        }
        self.count("a device joined");
        if let Some(machine) = self.machines.get_mut(which) {
            machine.disk.device_id = Some(device_id);
        }
        Ok(())
    }

    /// Question and answer until there is nothing new.
    fn converse(&mut self, which: usize) -> Result<(), Broken> {
        let stumbles = self.is_unlucky(STUMBLES);
        let clock = self.clock(which);
        let mut is_full = self.world.dice.often(700) || self.is_calm;
        let mut last = String::new();
        for _ in 0..ROUNDS_MAX {
            let Some(machine) = self.machines.get_mut(which) else { return Ok(()) };
            let known_as = machine.disk.device_id.clone().unwrap_or_default();
            for ran in machine.disk.perform(clock, stumbles) {
                *machine.ran.ids.entry(ran.id).or_default() += 1;
                if ran.is_done {
                    *machine.ran.kinds.entry((known_as.clone(), ran.kind)).or_default() += 1;
                }
            }
            let (ending, said) = (machine.disk.ending(), machine.disk.compose(is_full, clock, &machine.name));
            let proof =
                (machine.disk.device_id.clone().unwrap_or_default(), machine.disk.key.clone().unwrap_or_default());
            let answer = match self.exchange(&proof, &said)? {
                Heard::Nothing => return Ok(()),
                Heard::Refused(why) => {
                    self.count("a refused certificate");
                    // The server heard of the end, and its answer was lost: there is nobody left to tell.
                    if let (Some(how), Unproven::Unknown | Unproven::Disabled) = (ending, why) {
                        self.end(which, how);
                    }
                    return Ok(());
                }
                Heard::Answer(answer) => answer,
            };
            self.count("check-ins");
            let Some(machine) = self.machines.get_mut(which) else { return Ok(()) };
            machine.disk.acknowledged(&said);
            if let Some(how) = ending {
                self.end(which, how);
                return Ok(());
            }
            if self.is_unlucky(ASLEEP) {
                self.count("a device fell asleep in a conversation");
                return Ok(());
            }
            let sleeps = self.is_unlucky(ASLEEP);
            let Some(machine) = self.machines.get_mut(which) else { return Ok(()) };
            let is_news = answer.desired.is_some() || !answer.actions.is_empty();
            last = format!("version {:?}, {:?}", answer.desired.as_ref().map(|d| &d.version), answer.actions);
            let tried = machine.disk.bad_tries;
            if let Some(desired) = answer.desired {
                machine.disk.take(desired);
            }
            let has_tried = machine.disk.bad_tries > tried;
            for action in &answer.actions {
                machine.disk.accept(action);
            }
            if has_tried {
                self.count("a bad version was tried");
            }
            if sleeps {
                self.count("a device fell asleep in a conversation");
                return Ok(());
            }
            if !is_news {
                return Ok(());
            }
            is_full = true;
        }
        Err(("a conversation ends", format!("machine {which} is told something new in every answer: {last}")))
    }

    fn end(&mut self, which: usize, how: Ended) {
        self.count(match how {
            Ended::Retired => "a device was retired",
            Ended::Wiped => "a device was wiped",
        });
        let Some(machine) = self.machines.get_mut(which) else { return };
        let (device_id, key) = (machine.disk.device_id.clone(), machine.disk.key.clone());
        let (device_id, key) = (device_id.unwrap_or_default(), key.unwrap_or_default());
        self.spent.push(Spent { device_id, key, owner: machine.owner, how });
        machine.disk.end(how);
    }

    /// One request and its answer, each of which may be lost.
    fn exchange(&mut self, (device_id, key): &(String, String), said: &CheckIn) -> Result<Heard, Broken> {
        if self.is_unlucky(LOST) {
            self.count("a request was lost");
            return Ok(Heard::Nothing);
        }
        let broken = |what: String| ("what is said can be read", what);
        let text = serde_json::to_vec(said).map_err(|why| broken(why.to_string()))?;
        let read: CheckIn = serde_json::from_slice(&text).map_err(|why| broken(why.to_string()))?;
        read.within_limits().map_err(|why| broken(why.to_string()))?;
        let heard = self.serve(device_id, key, &read)?;
        if self.is_unlucky(LOST) {
            self.count("an answer was lost");
            return Ok(Heard::Nothing);
        }
        let Heard::Answer(answer) = heard else { return Ok(heard) };
        let text = serde_json::to_vec(&answer).map_err(|why| broken(why.to_string()))?;
        let read: CheckInAnswer = serde_json::from_slice(&text).map_err(|why| broken(why.to_string()))?;
        read.desired
            .as_ref()
            .map_or(Ok(()), agent_wire::Desired::within_limits)
            .map_err(|why| broken(why.to_string()))?;
        Ok(Heard::Answer(Box::new(read)))
    }

    /// The server's half, through one of the nodes.
    fn serve(&mut self, device_id: &str, key: &str, said: &CheckIn) -> Result<Heard, Broken> {
        let at = self.world.dice.below(2);
        // A node is behind the log by no more than moments, and mostly not at all.
        if self.is_calm || self.world.dice.often(900) {
            self.world.endure(at, |core| core.follow().map(drop))?;
        }
        let Some(now) = self.snapshot(at)? else { return Ok(Heard::Nothing) };
        let device = match proven(&now, device_id, key) {
            Ok(device) => device,
            Err(why) => return Ok(Heard::Refused(why)),
        };
        let (id, actor) = (device.id, Actor::Device(device.id));
        if is_ahead(devices::managed_of(&now, device), said) {
            let before = self.world.faults();
            self.world.endure(at, |core| core.follow().map(drop))?;
            if self.world.faults() > before {
                return Ok(Heard::Nothing);
            }
        }
        let Some(now) = self.snapshot(at)? else { return Ok(Heard::Nothing) };
        let device = match proven(&now, device_id, key) {
            Ok(device) => device,
            Err(why) => return Ok(Heard::Refused(why)),
        };
        if devices::managed_of(&now, device).is_none() && devices::enrol::enrolment_due(&now, device).is_some() {
            let decide = move |now: &Snapshot, call: &Call<'_>| devices::enrol::enrol(now, call, id);
            let Some(Ok(_)) = self.world.prove(at, actor.clone(), "Enrol device", decide)? else {
                return Ok(Heard::Nothing);
            };
        }
        let Some(now) = self.snapshot(at)? else { return Ok(Heard::Nothing) };
        let managed = now.find(id).and_then(|device| devices::managed_of(&now, device)).map(|managed| managed.id);
        let Some(managed) = managed else {
            return Ok(Heard::Answer(Box::new(answered_unmanaged(id, said.held.as_deref()))));
        };
        self.report(at, (id, managed), said)
    }

    fn report(&mut self, at: usize, (device, managed): (Id, Id), said: &CheckIn) -> Result<Heard, Broken> {
        let (actor, time) = (Actor::Device(device), self.world.now);
        let Some(now) = self.snapshot(at)? else { return Ok(Heard::Nothing) };
        let changes = reported(&now, managed, said, time);
        if !changes.iter().all(is_sign_of_life) {
            let told = said.clone();
            let decide =
                move |now: &Snapshot, call: &Call<'_>| Ok(Decision::change(reported(now, managed, &told, call.at)));
            match self.world.prove(at, actor.clone(), "Report of device", decide)? {
                Some(Ok(done)) if done.snapshot.find(managed).is_none() => {
                    return Ok(Heard::Answer(Box::new(goodbye())));
                }
                Some(Ok(_)) => {}
                Some(Err(_)) | None => return Ok(Heard::Nothing),
            }
        }
        if self.world.dice.often(500) {
            self.world.settle(at)?;
        }
        let Some(now) = self.snapshot(at)? else { return Ok(Heard::Nothing) };
        let Some(object) = now.find_a(&MANAGED_DEVICE, managed) else { return Ok(Heard::Nothing) };
        let mut now = now.clone();
        if !devices::actions::delivered(&now, object, time).is_empty() {
            let decide = move |now: &Snapshot, call: &Call<'_>| {
                let managed = now.find_a(&MANAGED_DEVICE, managed);
                Ok(Decision::change(managed.map(|m| devices::actions::delivered(now, m, call.at)).unwrap_or_default()))
            };
            let Some(Ok(done)) = self.world.prove(at, actor, "Deliver action to device", decide)? else {
                return Ok(Heard::Nothing);
            };
            now = done.snapshot;
        }
        let answer = now.find_a(&MANAGED_DEVICE, managed).map(|object| answered(&now, object, device, said, time));
        Ok(Heard::Answer(Box::new(answer.unwrap_or_else(goodbye))))
    }

    fn snapshot(&mut self, at: usize) -> Result<Option<Snapshot>, Broken> {
        Ok(self.world.node(at)?.map(|core| core.snapshot().clone()))
    }
}
