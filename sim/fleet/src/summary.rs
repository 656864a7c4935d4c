//! What is counted while a fleet runs, in memory that does not grow: counters, and latencies in classes that are 5 % wide.

use std::collections::BTreeMap;
use std::fmt;
use std::time::Duration;

/// Classes from a hundredth of a millisecond to some minutes.
const CLASSES: usize = 360;
const SHORTEST_MS: f64 = 0.01;
const WIDTH: f64 = 1.05;
/// How many different reasons of failures are told apart; more are counted together.
const REASONS_MAX: usize = 40;

/// How long things took.
#[derive(Clone, Debug)]
pub struct Latencies {
    counts: Vec<u64>,
    total: u64,
}

impl Default for Latencies {
    fn default() -> Latencies {
        Latencies { counts: vec![0; CLASSES], total: 0 }
    }
}

impl Latencies {
    pub fn add(&mut self, took: Duration) {
        let ms = took.as_secs_f64() * 1e3;
        let class = (ms / SHORTEST_MS).max(1.0).ln() / WIDTH.ln();
        // Truncated on purpose: a class begins at a whole number.
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
        let class = (class as usize).min(CLASSES - 1);
        if let Some(count) = self.counts.get_mut(class) {
            *count += 1;
        }
        self.total += 1;
    }

    #[must_use]
    pub fn count(&self) -> u64 {
        self.total
    }

    /// The milliseconds within which this share lies, to 5 %.
    #[must_use]
    pub fn percentile_ms(&self, share: f64) -> f64 {
        let mut left = (self.total as f64 * share).ceil().max(1.0);
        for (class, count) in (0_i32..).zip(&self.counts) {
            left -= *count as f64;
            if left <= 0.0 && self.total > 0 {
                return SHORTEST_MS * WIDTH.powi(class + 1);
            }
        }
        0.0
    }

    fn merge(&mut self, other: &Latencies) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(mine, theirs)| *mine += theirs);
        self.total += other.total;
    }
}

/// What a fleet did.
#[derive(Clone, Debug, Default)]
pub struct Summary {
    pub agents_joined: u64,
    pub pcs_joined: u64,
    pub joining: Duration,
    pub running: Duration,
    pub joins: Latencies,
    pub check_ins: Latencies,
    pub wakes: u64,
    pub ended: u64,
    pub faults: BTreeMap<&'static str, u64>,
    /// Refusals that were expected: of certificates that were revoked.
    pub shut_out: u64,
    /// What must not happen: a revoked certificate that was let in.
    pub let_in: u64,
    pub failures: BTreeMap<String, u64>,
}

impl Summary {
    pub fn fail(&mut self, doing: &str, why: &str) {
        let reason = format!("{doing}: {why}");
        let is_known = self.failures.contains_key(&reason);
        let reason = if is_known || self.failures.len() < REASONS_MAX { reason } else { "others".to_owned() };
        *self.failures.entry(reason).or_default() += 1;
    }

    pub fn fault(&mut self, name: &'static str) {
        *self.faults.entry(name).or_default() += 1;
    }

    #[must_use]
    pub fn failed(&self) -> u64 {
        self.failures.values().sum::<u64>() + self.let_in
    }

    pub fn merge(&mut self, other: &Summary) {
        self.agents_joined += other.agents_joined;
        self.pcs_joined += other.pcs_joined;
        self.joins.merge(&other.joins);
        self.check_ins.merge(&other.check_ins);
        self.wakes += other.wakes;
        self.ended += other.ended;
        self.shut_out += other.shut_out;
        self.let_in += other.let_in;
        other.faults.iter().for_each(|(name, n)| *self.faults.entry(name).or_default() += n);
        other.failures.iter().for_each(|(why, n)| *self.failures.entry(why.clone()).or_default() += n);
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let times = |of: &Latencies| {
            let [p50, p95, p99] = [0.5, 0.95, 0.99].map(|share| of.percentile_ms(share));
            format!("p50 {p50:.1} ms, p95 {p95:.1} ms, p99 {p99:.1} ms")
        };
        let rate = |count: u64, over: Duration| count as f64 / over.as_secs_f64().max(0.001);
        let joined = self.agents_joined + self.pcs_joined;
        writeln!(
            f,
            "joined     {joined} ({} agents, {} Linux PCs), {:.0}/s; {}",
            self.agents_joined,
            self.pcs_joined,
            rate(joined, self.joining),
            times(&self.joins)
        )?;
        writeln!(
            f,
            "check-ins  {}, {:.0}/s; {}",
            self.check_ins.count(),
            rate(self.check_ins.count(), self.running),
            times(&self.check_ins)
        )?;
        writeln!(f, "wakes      {}", self.wakes)?;
        writeln!(f, "ended      {}", self.ended)?;
        for (name, count) in &self.faults {
            writeln!(f, "fault      {count} × {name}")?;
        }
        if self.shut_out + self.let_in > 0 {
            writeln!(f, "revoked    {} times refused, {} times let in", self.shut_out, self.let_in)?;
        }
        writeln!(f, "failures   {}", self.failed())?;
        self.failures.iter().try_for_each(|(why, count)| writeln!(f, "           {count} × {why}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_right_to_their_class() {
        let mut times = Latencies::default();
        for ms in 1..=1000 {
            times.add(Duration::from_millis(ms));
        }
        for (share, ms) in [(0.5, 500.0), (0.95, 950.0), (1.0, 1000.0)] {
            let found = times.percentile_ms(share);
            assert!((found / ms - 1.0).abs() < 0.06, "{share}: {found}");
        }
        assert_eq!(Latencies::default().percentile_ms(0.5), 0.0);
    }

    #[test]
    fn what_was_counted_apart_is_counted_together() {
        let (mut one, mut two) = (Summary::default(), Summary::default());
        one.fail("check-in", "no");
        two.fail("check-in", "no");
        two.fault("half-session");
        two.check_ins.add(Duration::from_millis(5));
        one.merge(&two);
        assert_eq!((one.failed(), one.check_ins.count(), one.faults.get("half-session")), (2, 1, Some(&1)));
    }

    #[test]
    fn reasons_do_not_grow_without_end() {
        let mut summary = Summary::default();
        for n in 0..1_000 {
            summary.fail("check-in", &format!("reason {n}"));
        }
        assert_eq!(summary.failures.len(), REASONS_MAX + 1);
        assert_eq!(summary.failed(), 1_000);
    }
}
