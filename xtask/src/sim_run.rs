//! `xtask sim`: run seeds of the simulation on every core and show how far they are.

use std::collections::BTreeMap;
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use sim::{Failure, Options, Report, run as run_seed};

/// How many seeds are run when nobody says how many.
const SEEDS: u64 = 1_000;
/// How often a line of progress is printed, in seeds.
const PROGRESS_EVERY: u64 = 100;

/// What a whole run came to.
#[derive(Default)]
struct Sum {
    commits: u64,
    acknowledged: u64,
    faults: u64,
    operations: BTreeMap<&'static str, (u64, u64)>,
    failures: Vec<Failure>,
}

pub fn run(words: &[&str]) -> Result<(), String> {
    match words {
        [] => run_many(SEEDS),
        ["--seeds", count] => run_many(number(count)?),
        ["--seed", seed] => run_one(number(seed)?),
        _ => Err("say `--seeds N`, `--seed N`, or nothing".into()),
    }
}

fn number(text: &str) -> Result<u64, String> {
    text.parse().map_err(|_| format!("`{text}` is not a number"))
}

fn run_one(seed: u64) -> Result<(), String> {
    let options = Options { sqlite_every: 1, ..Options::default() };
    let report = run_seed(seed, &options).map_err(|failure| failure.to_string())?;
    println!("{report:#?}");
    Ok(())
}

fn run_many(seeds: u64) -> Result<(), String> {
    let begun = Instant::now();
    let (next, sum) = (AtomicU64::new(0), Mutex::new(Sum::default()));
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    std::thread::scope(|scope| {
        for _ in 0..cores {
            scope.spawn(|| {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed >= seeds {
                        break;
                    }
                    note(run_seed(seed, &Options::default()), &sum);
                    if (seed + 1).is_multiple_of(PROGRESS_EVERY) {
                        println!("{} of {seeds} seeds, {:.0} s", seed + 1, begun.elapsed().as_secs_f64());
                    }
                }
            });
        }
    });
    let sum = sum.into_inner().expect("a run that panics ends the program");
    println!("{seeds} seeds: {} commits, {} acknowledged, {} faults", sum.commits, sum.acknowledged, sum.faults);
    for (operation, (acknowledged, refused)) in &sum.operations {
        println!("{acknowledged:>8} done {refused:>8} refused  {operation}");
    }
    report(&sum.failures)
}

fn note(outcome: Result<Report, Failure>, sum: &Mutex<Sum>) {
    let mut sum = sum.lock().expect("a run that panics ends the program");
    match outcome {
        Ok(report) => {
            sum.commits += report.commits;
            sum.acknowledged += report.acknowledged;
            sum.faults += report.faults;
            for (operation, (acknowledged, refused)) in report.operations {
                let so_far = sum.operations.entry(operation).or_default();
                *so_far = (so_far.0 + acknowledged, so_far.1 + refused);
            }
        }
        Err(failure) => sum.failures.push(failure),
    }
}

/// The broken laws, each with how often it was broken and the seed that breaks it soonest.
fn report(failures: &[Failure]) -> Result<(), String> {
    let mut by_law: BTreeMap<&str, Vec<&Failure>> = BTreeMap::new();
    for failure in failures {
        by_law.entry(failure.law).or_default().push(failure);
    }
    let lines: Vec<String> = by_law
        .values()
        .filter_map(|broken| {
            let soonest = broken.iter().min_by_key(|failure| (failure.step, failure.seed))?;
            Some(format!("{} seeds: {soonest}", broken.len()))
        })
        .collect();
    if lines.is_empty() { Ok(()) } else { Err(lines.join("\n\n")) }
}
