//! `xtask sim fleet`: tell the story of a fleet for many seeds, on every core, and add up what happened.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sim::{Failure, FleetOptions, run_fleet};

/// How many seeds are told when nobody says how many.
const SEEDS: u64 = 1_000;

pub fn run(words: &[&str]) -> Result<(), String> {
    let mut options = FleetOptions::default();
    let (mut seeds, mut from) = (SEEDS, 0);
    for pair in words.chunks(2) {
        match pair {
            ["--devices", devices] => options.devices = number(devices)?.try_into().unwrap_or(usize::MAX),
            ["--seeds", count] => seeds = number(count)?,
            ["--seed", seed] => (from, seeds) = (number(seed)?, 1),
            _ => return Err("say `--devices N`, `--seeds N`, `--seed N`, or nothing".into()),
        }
    }
    tell(from, seeds, &options)
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

fn tell(from: u64, seeds: u64, options: &FleetOptions) -> Result<(), String> {
    let begun = Instant::now();
    let (next, sum) = (AtomicU64::new(from), Mutex::new((BTreeMap::<&str, u64>::new(), Vec::<Failure>::new())));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= from.saturating_add(seeds) {
                        break;
                    }
                    let told = run_fleet(seed, options);
                    let mut sum = sum.lock().expect("a story that panics ends the program");
                    match told {
                        Ok(report) => {
                            *sum.0.entry("commits").or_default() += report.commits;
                            report.counts.iter().for_each(|(what, n)| *sum.0.entry(what).or_default() += n);
                        }
                        Err(failure) => sum.1.push(failure),
                    }
                }
            });
        }
    });
    let (counts, mut failures) = sum.into_inner().expect("a story that panics ends the program");
    println!("{seeds} stories of {} devices, {:.0} s", options.devices, begun.elapsed().as_secs_f64());
    counts.iter().for_each(|(what, count)| println!("{count:>10}  {what}"));
    failures.sort_by_key(|failure| failure.seed);
    match failures.first() {
        None => Ok(()),
        Some(first) => Err(format!("{} stories broke a law; the first: {first}", failures.len())),
    }
}
