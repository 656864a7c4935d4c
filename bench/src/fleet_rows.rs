//! The rows of the table that are about fleets of devices (`fleet`), with their targets.

use std::time::Duration;

use crate::fleet;
use crate::run;
use crate::table::{Row, Verdict, percentile};

/// How many devices poll.
const POLLING: usize = 100_000;
/// How many at most stay connected: more only costs more time, and file descriptors.
const CONNECTED: usize = 10_000;
/// How many a policy reaches, and how often it changes.
const REACHED: usize = 200;
const CHANGES: usize = 20;
const STORM: usize = 10_000;
/// How long the agent is watched at rest.
const IDLE: Duration = Duration::from_secs(60);

pub fn check_ins() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for connections in [8, 64] {
        let load = run(fleet::check_ins(connections))?;
        let what = format!("idle check-ins, {connections} connected devices");
        let measured = format!(
            "{:.0}/s beside the devices themselves; {:.0} per core-second of the server ({:.2} cores); p50 {:.2} ms, p99 {:.2} ms; \
             {:.2} durable rows for 1,000 of them",
            load.per_second, load.per_core_second, load.cores, load.p50_ms, load.p99_ms, load.rows_per_thousand
        );
        let rate = Verdict::AtLeast(2.0 * load.per_core_second / 5_000.0);
        let verdict = if load.rows_per_thousand < 10.0 { rate } else { Verdict::AtMost(load.rows_per_thousand / 10.0) };
        rows.push(match connections {
            64 => Row::judged(what, "≥ 5,000/s on 2 cores, no durable write each", measured, verdict),
            _ => Row::plain(what, measured),
        });
    }
    Ok(rows)
}

pub fn polling() -> Result<Vec<Row>, String> {
    let load = run(fleet::polling(POLLING))?;
    let what = format!("{} devices that poll every 15 minutes, each with a new connection and session", load.devices);
    let measured = format!(
        "{:.0}/s on {:.2} cores of the server, p99 {:.1} ms, {} failed; {:.0} MB resident; they had joined at {:.0}/s",
        load.per_second, load.cores, load.p99_ms, load.failed, load.resident_mb, load.joined_per_second
    );
    let verdict = Verdict::AtMost(if load.failed > 0 { f64::INFINITY } else { load.cores / 1.0 });
    Ok(vec![Row::judged(what, "half of 2 cores at most, none fails", measured, verdict)])
}

pub fn connected() -> Result<Vec<Row>, String> {
    let count = CONNECTED.min(fleet::connections_max());
    let mut load = run(fleet::connected(count + REACHED, REACHED, CHANGES))?;
    let kilobytes = load.bytes_each / 1024.0;
    let memory = format!(
        "{kilobytes:.1} KB each, {} connected; {:.3} cores while nothing happens",
        load.devices, load.idle_cores
    );
    let p95 = percentile(&mut load.applied_ms, 0.95);
    let applied = format!(
        "p50 {:.0} ms, p95 {p95:.0} ms, max {:.0} ms of {CHANGES} changes on {REACHED} devices at once",
        percentile(&mut load.applied_ms, 0.5),
        percentile(&mut load.applied_ms, 1.0)
    );
    Ok(vec![
        Row::judged("server memory for a connected agent", "≤ 12 KB", memory, Verdict::AtMost(kilobytes / 12.0)),
        Row::judged("policy change → applied on a connected agent", "p95 < 1 s", applied, Verdict::AtMost(p95 / 1e3)),
    ])
}

pub fn storm() -> Result<Vec<Row>, String> {
    let count = STORM.min(fleet::connections_max());
    let storm = run(fleet::storm(count))?;
    let measured = format!(
        "{} of {} joined and checked in, {} are managed; {:.0} s ({:.0}/s)",
        storm.joined,
        storm.devices,
        storm.managed,
        storm.seconds,
        storm.devices as f64 / storm.seconds
    );
    let is_whole = storm.joined == storm.devices && storm.managed == storm.devices as u64;
    let verdict = Verdict::AtMost(if is_whole { 1.0 } else { f64::INFINITY });
    Ok(vec![Row::judged(format!("{count} devices enrol anew at the same moment"), "none is lost", measured, verdict)])
}

pub fn agent() -> Result<Vec<Row>, String> {
    let idle = run(fleet::idle_agent(IDLE))?;
    let measured = format!("{:.1} MB resident, {:.3} % of a core", idle.resident_mb, idle.processor_percent);
    let worst = (idle.resident_mb / 15.0).max(idle.processor_percent / 0.1);
    Ok(vec![Row::judged("the agent at rest", "≤ 15 MB, < 0.1 % CPU", measured, Verdict::AtMost(worst))])
}
