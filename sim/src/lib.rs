//! A small organisation simulated: people, groups, licences, roles, devices and what goes wrong; two nodes over one store.
//!
//! One seed is one run, the same on every machine: no clock, no threads, no chance but the seed's. [`run`] answers what
//! happened, or the first law that was broken with the line that repeats it. The laws stand in `laws`; what people do
//! stands in `acts`; what goes wrong stands in `weather`.
//!
//! [`run_fleet`] tells a story of its own (`fleet`): many devices, a bad update, a stolen laptop.
//!
//! Deliberately absent: sockets, signatures and everything else that protocols add to a decision; it is tested where they are.

mod acts;
mod alarm;
mod callers;
mod dice;
mod first_day;
mod fleet;
mod laws;
mod ledger;
mod rule;
mod weather;
mod words;
mod world;

pub use fleet::{FleetOptions, FleetReport, run as run_fleet};

use std::collections::BTreeMap;
use std::fmt;

/// How a run is to be done.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many operations.
    pub steps: usize,
    /// Whether calls to the store fail and races are lost.
    pub is_rough: bool,
    /// Every how many seeds the same run is repeated over SQLite and compared; 0: never.
    pub sqlite_every: u64,
}

impl Default for Options {
    fn default() -> Options {
        Options { steps: 150, is_rough: true, sqlite_every: 25 }
    }
}

/// What happened in a run in which every law held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    pub commits: u64,
    pub acknowledged: u64,
    pub refused: u64,
    pub faults: u64,
    pub crashes: u64,
    pub races: u64,
    /// How often each operation was acknowledged, and how often it was refused.
    pub operations: BTreeMap<&'static str, (u64, u64)>,
    /// The end of the log: it covers everything that was ever written.
    pub head: [u8; 32],
}

/// The first law that was broken.
#[derive(Clone, Debug)]
pub struct Failure {
    pub seed: u64,
    pub step: usize,
    pub law: &'static str,
    pub detail: String,
    /// How many devices the story of a fleet had; the other story has none.
    pub devices: usize,
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Failure { seed, step, law, detail, devices } = self;
        write!(f, "{law} (seed {seed}, step {step}): {detail}\nrepeat it: cargo xtask sim ")?;
        match devices {
            0 => write!(f, "--seed {seed}"),
            devices => write!(f, "fleet --devices {devices} --seed {seed}"),
        }
    }
}

impl std::error::Error for Failure {}

/// Run one seed: over memory, and for some seeds over SQLite as well.
pub fn run(seed: u64, options: &Options) -> Result<Report, Failure> {
    let in_memory = world::run(seed, options, std::sync::Arc::new(store::Memory::new()))?;
    if options.sqlite_every > 0 && seed.is_multiple_of(options.sqlite_every) {
        let folder = std::env::temp_dir().join(format!("castellan-sim-{}-{seed}", std::process::id()));
        let in_sqlite = world::run_in_sqlite(seed, options, &folder);
        drop(std::fs::remove_dir_all(&folder));
        let in_sqlite = in_sqlite?;
        if in_sqlite != in_memory {
            let detail = format!("memory: {in_memory:?}\nsqlite: {in_sqlite:?}");
            return Err(Failure { seed, step: options.steps, law: "memory and sqlite agree", detail, devices: 0 });
        }
    }
    Ok(in_memory)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;

    /// How many seeds `cargo test` runs; `cargo xtask sim` runs more.
    const SEEDS: u64 = 320;

    #[test]
    fn every_law_holds_in_every_seed() {
        let options = Options::default();
        let halves: Vec<_> = (0..2u64)
            .map(|half| {
                std::thread::spawn(move || {
                    let mut acknowledged = 0;
                    for seed in (0..SEEDS).filter(|seed| seed % 2 == half) {
                        match run(seed, &options) {
                            Ok(report) => acknowledged += report.acknowledged,
                            Err(failure) => panic!("{failure}"),
                        }
                    }
                    acknowledged
                })
            })
            .collect();
        let acknowledged: u64 = halves.into_iter().map(|half| half.join().unwrap()).sum();
        assert!(acknowledged > SEEDS * 40, "a simulation in which little succeeds shows little: {acknowledged}");
    }

    #[test]
    fn more_than_one_append_carries_is_settled_all_the_same() {
        world::flood(1).unwrap();
    }

    #[test]
    fn a_seed_repeats_itself_exactly() {
        let options = Options { sqlite_every: 0, ..Options::default() };
        assert_eq!(run(7, &options).unwrap(), run(7, &options).unwrap());
        assert_ne!(run(7, &options).unwrap().head, run(8, &options).unwrap().head);
    }
}
