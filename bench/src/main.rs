//! `make bench`: what is measured, and against what. Prints the table of docs/benchmarks.md. Ratios within one run are what
//! counts: the machine may be shared and its disk uneven.
//!
//! Arguments choose parts: commits, size, start, tokens, people, policies, membership, resident, story, check-ins, polling,
//! connected, storm, agent. All of them without.

mod castellan;
mod commits;
mod fleet;
mod fleet_rows;
mod load;
mod membership;
mod people;
mod policies;
mod process;
mod resident;
mod size;
mod story;
mod table;
mod tokens;

use std::future::Future;

use table::{Row, Verdict, mean, percentile};

/// A part of the run: its name, and what prints its rows.
type Part = (&'static str, fn() -> Result<Vec<Row>, String>);

const PARTS: [Part; 14] = [
    ("commits", commits),
    ("size", size),
    ("start", start),
    ("tokens", tokens),
    ("people", people),
    ("policies", policies),
    ("membership", membership),
    ("resident", resident),
    ("story", story),
    ("check-ins", fleet_rows::check_ins),
    ("polling", fleet_rows::polling),
    ("connected", fleet_rows::connected),
    ("storm", fleet_rows::storm),
    ("agent", fleet_rows::agent),
];

const MEGABYTE: f64 = 1e6;

fn main() -> std::process::ExitCode {
    let wanted: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = wanted.iter().find(|name| !PARTS.iter().any(|(part, _)| part == name)) {
        let names: Vec<&str> = PARTS.iter().map(|(part, _)| *part).collect();
        eprintln!("there is no part `{unknown}`; there are {}", names.join(", "));
        return std::process::ExitCode::FAILURE;
    }
    println!("{}\n", process::machine());
    println!("| what | target | measured | |\n|---|---|---|---|");
    let mut failed = false;
    for (name, measure) in PARTS {
        if !wanted.is_empty() && !wanted.iter().any(|one| one == name) {
            continue;
        }
        match measure() {
            Ok(rows) => rows.iter().for_each(Row::print),
            Err(why) => {
                eprintln!("{name}: {why}");
                failed = true;
            }
        }
    }
    if failed { std::process::ExitCode::FAILURE } else { std::process::ExitCode::SUCCESS }
}

fn run<T>(work: impl Future<Output = Result<T, String>>) -> Result<T, String> {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
    runtime.map_err(|e| e.to_string())?.block_on(work)
}

fn commits() -> Result<Vec<Row>, String> {
    let (sync, one) = (commits::fdatasync(), commits::one_each());
    let mut rows = vec![
        Row::plain("raw fdatasync of 4 KiB", format!("{sync:.0}/s, {:.2} ms each", 1000.0 / sync)),
        Row::plain("one commit each, bare store", format!("{one:.0}/s")),
    ];
    for writers in [1, 16, 256] {
        let (bare, house) = (commits::engine(writers, false), commits::engine(writers, true));
        let what = format!("durable commits, {writers} writers");
        let measured = format!(
            "{bare:.0}/s ({:.1} × one each); with identity's and access's rules {house:.0}/s ({:.1} ×)",
            bare / one,
            house / one
        );
        rows.push(if writers == 256 {
            Row::judged(what, "≥ 6 × one each", measured, Verdict::AtLeast(bare / one / 6.0))
        } else {
            Row::plain(what, measured)
        });
        if writers == 256 && sync >= 5_000.0 {
            let measured = format!("{bare:.0}/s");
            rows.push(Row::judged(
                "the same, where fdatasync takes ≤ 0.2 ms",
                "≥ 25,000/s",
                measured,
                Verdict::AtLeast(bare / 25_000.0),
            ));
        }
    }
    Ok(rows)
}

fn size() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for objects in [10_000, 100_000, 1_000_000] {
        let size = size::measure(objects);
        let what = format!("{} objects, {} links", size.objects, size.links);
        let measured = format!(
            "{:.0} B an object all in, loaded in {:.2} s of processor time",
            size.bytes_each, size.seconds_to_load
        );
        let ratio = (size.bytes_each / 1536.0).max(size.seconds_to_load / 15.0);
        rows.push(if objects == 1_000_000 {
            Row::judged(what, "≤ 1.5 KB, ≤ 15 s", measured, Verdict::AtMost(ratio))
        } else {
            Row::plain(what, measured)
        });
    }
    Ok(rows)
}

fn start() -> Result<Vec<Row>, String> {
    let idle = resident::idle()?;
    let (first, second) = (idle.first_start.as_secs_f64(), idle.second_start.as_secs_f64());
    let (whole, stripped) = (idle.binary_bytes as f64 / 1e6, idle.stripped_bytes as f64 / 1e6);
    let binary = format!("{stripped:.0} MB stripped; {whole:.0} MB with the line tables for backtraces");
    Ok(vec![
        Row::judged("start on an empty directory", "< 1 s", format!("{first:.2} s"), Verdict::AtMost(first)),
        Row::plain("start again", format!("{second:.2} s")),
        Row::plain("resident memory, idle", format!("{:.0} MB", idle.resident as f64 / MEGABYTE)),
        Row::judged("binary", "< 60 MB", binary, Verdict::AtMost(stripped / 60.0)),
    ])
}

fn tokens() -> Result<Vec<Row>, String> {
    let folder = commits::scratch("tokens");
    let server = castellan::Castellan::start(&folder)?;
    let mut rows = Vec::new();
    let mut ours = 0.0;
    for (connections, holds_all) in [(1, false), (8, false), (64, false), (8, true)] {
        let load = run(async { tokens::castellan(&server, holds_all).await?.tokens(connections).await })?;
        let who = if holds_all { ", a client with every permission" } else { "" };
        let what = format!("client_credentials ES256, {connections} connections{who}");
        rows.push(if connections == 8 && !holds_all {
            ours = load.per_core_second;
            let rate = load.per_core_second / 12_000.0;
            let worst = if rate < 1.0 { Verdict::AtLeast(rate) } else { Verdict::AtMost(load.p99_ms / 5.0) };
            Row::judged(what, "≥ 12,000/s per core, p99 < 5 ms", load.words(), worst)
        } else {
            Row::plain(what, load.words())
        });
    }
    let introspection = run(async {
        let asking = tokens::castellan(&server, false).await?;
        let scope = format!("{}/.default", asking.client_id());
        asking.introspection(8, ("scope", &scope)).await
    })?;
    let rate = Verdict::AtLeast(introspection.per_core_second / 25_000.0);
    rows.push(Row::judged("introspection, 8 connections", "≥ 25,000/s per core", introspection.words(), rate));
    server.stop()?;
    let Some(provider) = tokens::Provider::start(&folder)? else {
        rows.push(Row::plain("oidc-provider (npm)", "not measured: there is no npm here"));
        return Ok(rows);
    };
    let (theirs, their_introspection) = run(async {
        let asking = provider.asking()?;
        let tokens = asking.tokens(8).await?;
        Ok((tokens, asking.introspection(8, ("resource", "urn:bench:opaque")).await?))
    })?;
    let ratio = ours / theirs.per_core_second.max(1.0);
    let measured = format!("{}: Castellan does {ratio:.1} times as many per core-second", theirs.words());
    let what = "the same by npm's oidc-provider, 8 connections";
    rows.push(Row::judged(what, "Castellan ≥ 4 ×", measured, Verdict::AtLeast(ratio / 4.0)));
    rows.push(Row::plain("its introspection (of an opaque token), 8 connections", their_introspection.words()));
    Ok(rows)
}

fn people() -> Result<Vec<Row>, String> {
    let limit = people::argon2id_limit()?;
    let server = castellan::Castellan::start(&commits::scratch("people"))?;
    let (signing_in, overload) = run(async {
        let people = std::sync::Arc::new(people::prepare(&server).await?);
        let signing_in = people::measure(people.clone(), &server).await?;
        Ok((signing_in, people::overload(people).await?))
    })?;
    server.stop()?;
    let cores = std::thread::available_parallelism().map_or(1.0, |n| n.get() as f64);
    let per_core = limit / cores;
    let share = signing_in.per_second / signing_in.cores_used.max(0.01) / per_core;
    let measured = format!(
        "{:.0}/s on {:.2} cores of the server: {:.0} % of {per_core:.0} hashes a core-second",
        signing_in.per_second,
        signing_in.cores_used,
        share * 100.0
    );
    let tokens = format!("p99 {:.1} ms", signing_in.tokens_p99_ms);
    let told = format!(
        "{} let in, {} answered 429 with Retry-After (p99 {:.0} ms); right after, a sign-in took {:.0} ms",
        overload.let_in, overload.sent_away, overload.sent_away_p99_ms, overload.after_ms
    );
    let recovered = if overload.sent_away > 0 { overload.after_ms / 1000.0 } else { f64::INFINITY };
    Ok(vec![
        Row::judged(
            "password sign-ins per core-second of the server, beside argon2id alone",
            "≥ 90 %",
            measured,
            Verdict::AtLeast(share / 0.9),
        ),
        Row::judged(
            "a client's token meanwhile",
            "p99 < 20 ms",
            tokens,
            Verdict::AtMost(signing_in.tokens_p99_ms / 20.0),
        ),
        Row::judged("ten times as many people as may wait", "429, then well again", told, Verdict::AtMost(recovered)),
    ])
}

fn policies() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for (count, target, limit) in [(20, "", 0.0), (200, "< 50 µs", 50.0), (2_000, "< 1 ms", 1_000.0)] {
        let decisions = policies::measure(count);
        let what = format!("Conditional Access decision, {} policies", decisions.policies);
        let measured = format!(
            "{:.1} µs of processor time; {:.1} µs when a commit came between",
            decisions.micros, decisions.micros_after_commit
        );
        rows.push(if limit > 0.0 {
            Row::judged(what, target, measured, Verdict::AtMost(decisions.micros / limit))
        } else {
            Row::plain(what, measured)
        });
    }
    Ok(rows)
}

fn membership() -> Result<Vec<Row>, String> {
    let mut times = run(async { Ok(membership::measure().await) })?;
    let p95 = percentile(&mut times.settled_ms, 0.95);
    let measured = format!(
        "p50 {:.1} ms, p95 {p95:.1} ms, max {:.1} ms; on average {:.1} ms until the change itself is durable, {:.1} ms of \
         deciding, {:.1} ms of processor time in all",
        percentile(&mut times.settled_ms, 0.5),
        percentile(&mut times.settled_ms, 1.0),
        mean(&times.commit_ms),
        mean(&times.reaction_ms),
        times.processor_ms
    );
    let what = "attribute change → membership, 100,000 people × 1,000 rules";
    Ok(vec![Row::judged(what, "p95 < 100 ms", measured, Verdict::AtMost(p95 / 100.0))])
}

fn resident() -> Result<Vec<Row>, String> {
    let full = run(resident::full())?;
    let megabytes = full.resident as f64 / MEGABYTE;
    let measured = format!(
        "{megabytes:.0} MB ({:.0} MB at most) with {} objects and {} memberships; started in {:.2} s",
        full.resident_peak as f64 / MEGABYTE,
        full.objects,
        full.links,
        full.start.as_secs_f64()
    );
    let what = "resident memory, 10,000 people + 10,000 managed devices";
    Ok(vec![Row::judged(what, "≤ 60 MB", measured, Verdict::AtMost(megabytes / 60.0))])
}

fn story() -> Result<Vec<Row>, String> {
    let mut rows = Vec::new();
    for devices in [1, 20] {
        let mut story = run(story::measure(devices))?;
        let p95 = percentile(&mut story.last_ms, 0.95);
        let mut measured = format!(
            "p50 {:.0} ms, p95 {p95:.0} ms, max {:.0} ms",
            percentile(&mut story.last_ms, 0.5),
            percentile(&mut story.last_ms, 1.0)
        );
        rows.push(if story.devices == 1 {
            let what = "HR change → setting on a connected device";
            Row::judged(what, "p95 < 1 s", measured, Verdict::AtMost(p95 / 1000.0))
        } else {
            measured.push_str(&format!("; the first of them p50 {:.0} ms", percentile(&mut story.first_ms, 0.5)));
            Row::plain(format!("the same on {} devices at once, the last of them", story.devices), measured)
        });
    }
    Ok(rows)
}
