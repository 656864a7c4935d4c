//! Chores in Rust: `tidy` holds the rules of the house, `print` writes what is derived, `sim` runs the simulation, `bar` shows that
//! the tests of the security bar would miss their checks.
//!
//! Deliberately absent: anything that a user of Castellan needs.

mod bar;
mod print;
mod sim_fleet;
mod sim_run;
mod tidy;

use std::path::PathBuf;
use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask tidy                       hold the rules of the house
cargo xtask print                      write docs/printed, web/src/printed
cargo xtask sim [--seeds N] [--seed N] run the simulation; the first N seeds, or one
cargo xtask sim fleet [--devices N] [--seeds N] [--seed N] tell the story of a fleet
cargo xtask bar [ITEM|CRATE|TEST...]   take the checks of the security bar away, and demand that their tests fail";

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let outcome = match words.as_slice() {
        ["tidy"] => tidy::run(&root()),
        ["print"] => print::write(&root()),
        ["bar", numbers @ ..] => bar::run(&root(), numbers),
        ["sim", "fleet", rest @ ..] => sim_fleet::run(rest),
        ["sim", rest @ ..] => sim_run::run(rest),
        _ => Err(format!("say what to do:\n{USAGE}")),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}

/// The folder of the workspace.
fn root() -> PathBuf {
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.parent().map_or(here.clone(), PathBuf::from)
}
