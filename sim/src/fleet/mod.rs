//! The story "many devices, a bad update ring, a stolen laptop": devices join, are given settings and an application, hear of a bad
//! version, are offered another bad application in waves, are asked to do things, retired and wiped, while answers are lost, devices fall asleep half-way through a
//! conversation, their clocks are wrong, their disks are copied and restored, and their certificates revoked.
//!
//! The server's half of each conversation is that of `protocols/agent`, taken as the pure functions that it is; the device's
//! half is a plain model of `agent` (`disk`). Two nodes and the weather are those of the other simulation, and so are its laws.

mod admin;
mod disk;
mod laws;
mod set_up;
mod talk;
mod words;

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

use directory::{Id, Time};
use store::{Memory, Sqlite, Store};

use crate::alarm::Alarm;
use crate::world::{Broken, World};
use crate::{Failure, Options};
use disk::{Disk, Ended};

/// How a story is to be told.
#[derive(Clone, Copy, Debug)]
pub struct FleetOptions {
    pub devices: usize,
    /// How often each device has something happen to it, on average, in each chapter.
    pub moments: usize,
    /// Whether things go wrong.
    pub is_rough: bool,
    /// Every how many seeds the same story is told over SQLite and compared; 0: never.
    pub sqlite_every: u64,
}

impl Default for FleetOptions {
    fn default() -> FleetOptions {
        FleetOptions { devices: 10, moments: 3, is_rough: true, sqlite_every: 50 }
    }
}

/// What happened in a story in which every law held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FleetReport {
    pub commits: u64,
    /// The end of the log: it covers everything that was ever written.
    pub head: [u8; 32],
    /// How often each thing happened.
    pub counts: BTreeMap<&'static str, u64>,
}

impl fmt::Display for FleetReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:>8}  commits", self.commits)?;
        self.counts.iter().try_for_each(|(what, count)| writeln!(f, "{count:>8}  {what}"))
    }
}

/// Tell the story of one seed: over memory, and for some seeds over SQLite as well.
pub fn run(seed: u64, options: &FleetOptions) -> Result<FleetReport, Failure> {
    let in_memory = tell(seed, options, Arc::new(Memory::new()))?;
    if options.sqlite_every > 0 && seed.is_multiple_of(options.sqlite_every) {
        let folder = std::env::temp_dir().join(format!("castellan-fleet-{}-{seed}", std::process::id()));
        let failed = |fault: engine::Fault| failure(seed, options.devices, ("the store opens", fault.to_string()));
        let in_sqlite = Sqlite::open(&folder).map_err(failed).and_then(|store| tell(seed, options, Arc::new(store)));
        drop(std::fs::remove_dir_all(&folder));
        let in_sqlite = in_sqlite?;
        if in_sqlite != in_memory {
            return Err(failure(
                seed,
                options.devices,
                ("memory and sqlite agree", format!("{in_memory:?}\n{in_sqlite:?}")),
            ));
        }
    }
    Ok(in_memory)
}

fn failure(seed: u64, devices: usize, (law, detail): Broken) -> Failure {
    Failure { seed, step: 0, law, detail, devices }
}

fn tell(seed: u64, options: &FleetOptions, store: Arc<dyn Store>) -> Result<FleetReport, Failure> {
    let alarm = Alarm::default();
    alarm.clone().listening(|| {
        let calm = Options { is_rough: false, ..Options::default() };
        let world = World::new(seed, &calm, store, alarm);
        let mut story = Story::new(world, *options);
        let told = story.tell();
        told.map_err(|broken| failure(seed, options.devices, broken))?;
        let Story { world, counts, .. } = story;
        let report = world.finish();
        Ok(FleetReport { commits: report.commits, head: report.head, counts })
    })
}

/// A device with a disk in it, and what the story knows of it.
struct Machine {
    disk: Disk,
    name: String,
    /// Whose it is; none: it joins with a token, with nobody signed in.
    owner: Option<Id>,
    is_personal: bool,
    /// By how many seconds its clock is wrong.
    skew: i64,
    /// An older state of its disk.
    backup: Option<Disk>,
    /// Its disk is a copy of another's.
    is_copy: bool,
    /// How many keys it has made.
    keys: u32,
    /// What was carried out on it; a backup of its disk does not undo that.
    ran: Done,
}

/// How often actions were carried out on one machine.
#[derive(Clone, Debug, Default)]
struct Done {
    /// By the action's id.
    ids: BTreeMap<String, u32>,
    /// By the device that the machine was known as, and the kind.
    kinds: BTreeMap<(String, &'static str), u32>,
    /// How often an older disk was put in: what it had not written down yet, it may do once more.
    restores: u32,
}

/// A certificate whose device came to its end.
#[derive(Clone, Debug)]
struct Spent {
    device_id: String,
    key: String,
    owner: Option<Id>,
    how: Ended,
}

/// A story in progress.
struct Story {
    world: World,
    options: FleetOptions,
    machines: Vec<Machine>,
    set: set_up::Set,
    is_calm: bool,
    /// How often each action was meant, by managed device and the action's name.
    meant: BTreeMap<(Id, &'static str), u32>,
    /// Devices that are to be retired.
    to_retire: BTreeSet<Id>,
    /// Certificates that an administrator made worthless, by device id.
    revoked: BTreeSet<String>,
    spent: Vec<Spent>,
    counts: BTreeMap<&'static str, u64>,
    serial: u128,
}

/// What goes on in a chapter besides devices living: one act in so many moments.
type Acting = fn(&mut Story) -> Result<(), Broken>;

impl Story {
    fn new(world: World, options: FleetOptions) -> Story {
        Story {
            world,
            options,
            machines: Vec::new(),
            set: set_up::Set::default(),
            is_calm: true,
            meant: BTreeMap::new(),
            to_retire: BTreeSet::new(),
            revoked: BTreeSet::new(),
            spent: Vec::new(),
            counts: BTreeMap::new(),
            serial: 0,
        }
    }

    fn tell(&mut self) -> Result<(), Broken> {
        self.world.first_day()?;
        self.set_up()?;
        let chapters: &[(&str, Acting)] = &[
            ("devices join", Story::nothing),
            ("policies change, devices are asked for this and that", Story::administer),
            ("a bad version goes out", Story::roll_out),
            ("a laptop is stolen, others leave", Story::let_go),
        ];
        for (n, (_, act)) in chapters.iter().enumerate() {
            self.chapter(*act)?;
            // Checking everything costs more than living: in the middle once, and at the end.
            if n == 1 || n + 1 == chapters.len() {
                self.come_to_rest()?;
                laws::check(self)?;
            }
        }
        Ok(())
    }

    fn chapter(&mut self, act: Acting) -> Result<(), Broken> {
        self.is_calm = !self.options.is_rough;
        self.world.be_rough(self.options.is_rough);
        let moments = self.options.devices * self.options.moments;
        // A chapter takes about two days, however many devices there are.
        let span = (4 * 86_400 / moments.max(1)).max(2);
        let acts_every = (moments / ACTS_MAX).max(ACTS_EVERY);
        for moment in 0..moments {
            self.world.pass(span);
            if moment % acts_every == 0 {
                act(self)?;
            }
            self.moment()?;
        }
        Ok(())
    }

    /// One thing happens to one device, or to a node.
    fn moment(&mut self) -> Result<(), Broken> {
        let at = self.world.dice.below(2);
        let now = self.world.now;
        // A large fleet has the same few crashes of nodes as a small one.
        let crashes = (360 / self.options.devices.max(1)).clamp(1, 30) as u64;
        if self.options.is_rough && self.world.dice.often(crashes) {
            self.count("a node fell over");
            self.world.crash(at);
        }
        match self.world.dice.below(100) {
            0..10 => self.world.settle(at)?,
            10..14 => self.world.endure(at, |core| core.tick(now).map(drop))?,
            14..20 => self.world.endure(at, |core| core.follow().map(drop))?,
            _ => {}
        }
        let Some(which) = self.any_machine() else { return Ok(()) };
        if self.options.is_rough {
            self.misfortune(which);
        }
        self.live(which)?;
        self.world.report_alarm()
    }

    /// What happens to disks behind everybody's back.
    fn misfortune(&mut self, which: usize) {
        let roll = self.world.dice.below(1000);
        let copies = self.machines.iter().filter(|machine| machine.is_copy).count();
        let Some(machine) = self.machines.get_mut(which) else { return };
        match roll {
            0..40 => {
                machine.backup = Some(machine.disk.clone());
                self.count("a disk was backed up");
            }
            40..60 => {
                if let Some(backup) = machine.backup.clone() {
                    machine.disk = backup;
                    machine.ran.restores += 1;
                    self.count("a backup was restored");
                }
            }
            60..75 if copies < COPIES_MAX => {
                let name = machine.name.clone();
                let (disk, owner, is_personal) = (machine.disk.clone(), machine.owner, machine.is_personal);
                let copy = Machine {
                    disk,
                    name,
                    owner,
                    is_personal,
                    skew: 0,
                    backup: None,
                    is_copy: true,
                    keys: 1_000,
                    ran: Done::default(),
                };
                self.machines.push(copy);
                self.count("a disk was cloned");
            }
            _ => {}
        }
    }

    /// Calm weather until every device has heard everything and nothing is left to do.
    fn come_to_rest(&mut self) -> Result<(), Broken> {
        self.is_calm = true;
        self.world.be_rough(false);
        for _ in 0..REST_ROUNDS_MAX {
            self.world.pass(120);
            self.world.rest()?;
            let before = self.usn()?;
            for which in 0..self.machines.len() {
                self.live(which)?;
            }
            self.world.rest()?;
            let has_asked = self.retire_again()?;
            if self.usn()? == before && !has_asked {
                return Ok(());
            }
        }
        Err(("a fleet comes to rest", format!("not within {REST_ROUNDS_MAX} rounds")))
    }

    fn usn(&self) -> Result<u64, Broken> {
        crate::laws::any_node(&self.world).map(|now| now.usn())
    }

    fn any_machine(&mut self) -> Option<usize> {
        (!self.machines.is_empty()).then(|| self.world.dice.below(self.machines.len()))
    }

    fn count(&mut self, what: &'static str) {
        *self.counts.entry(what).or_default() += 1;
    }

    fn nothing(&mut self) -> Result<(), Broken> {
        Ok(())
    }

    /// An id that was never given before.
    fn new_id(&mut self) -> Id {
        self.serial += 1;
        Id::from_u128((0x00f1_ee70_u128 << 96) | self.serial)
    }

    fn clock(&self, which: usize) -> i64 {
        let now: Time = self.world.now;
        now.unix() + self.machines.get(which).map_or(0, |machine| machine.skew)
    }
}

/// How many moments pass at least between two acts of administrators.
const ACTS_EVERY: usize = 3;
/// About how many acts a chapter has at most: a large fleet has not many more administrators than a small one.
const ACTS_MAX: usize = 500;
/// How many disks are copies.
const COPIES_MAX: usize = 3;
/// How many rounds it may take until a fleet is at rest.
const REST_ROUNDS_MAX: usize = 30;

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// How many seeds `cargo test` runs; `cargo xtask sim fleet` runs more, and more devices.
    const SEEDS: u64 = 300;

    #[test]
    fn every_law_holds_in_every_story() {
        let options = FleetOptions::default();
        let halves: Vec<_> = (0..2u64)
            .map(|half| {
                std::thread::spawn(move || {
                    let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
                    for seed in (0..SEEDS).filter(|seed| seed % 2 == half) {
                        match run(seed, &options) {
                            Ok(report) => report.counts.iter().for_each(|(w, n)| *counts.entry(w).or_default() += n),
                            Err(failure) => panic!("{failure}"),
                        }
                    }
                    counts
                })
            })
            .collect();
        let mut counts: BTreeMap<&'static str, u64> = BTreeMap::new();
        for half in halves {
            half.join().unwrap().iter().for_each(|(what, n)| *counts.entry(what).or_default() += n);
        }
        // A story in which a thing never happens shows nothing about it.
        for what in [
            "a device joined",
            "an answer was lost",
            "a request was lost",
            "a device fell asleep in a conversation",
            "a disk was cloned",
            "a backup was restored",
            "a certificate was revoked",
            "a refused certificate",
            "a device was retired",
            "a device was wiped",
            "a retire failed at first",
            "the brake held",
            "a bad version was tried",
            "the bad version was taken back",
            "a ring stopped itself",
            "a node fell over",
        ] {
            assert!(counts.get(what).is_some_and(|n| *n >= SEEDS / 20), "`{what}` hardly happens: {counts:#?}");
        }
    }

    #[test]
    fn a_story_repeats_itself_exactly() {
        let options = FleetOptions { sqlite_every: 0, ..FleetOptions::default() };
        assert_eq!(run(7, &options).unwrap(), run(7, &options).unwrap());
        assert_ne!(run(7, &options).unwrap().head, run(8, &options).unwrap().head);
    }
}
