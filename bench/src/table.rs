//! The table that is printed: what was measured, what was aimed for, and by how much it was missed.

/// One line of the table.
pub struct Row {
    pub what: String,
    /// In words; empty where there is nothing to reach.
    pub target: &'static str,
    pub measured: String,
    pub verdict: Verdict,
}

/// How a figure compares with its target.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Verdict {
    /// There is no target; the figure is for comparison.
    None,
    /// The figure over its target, where more is better.
    AtLeast(f64),
    /// The figure over its target, where less is better.
    AtMost(f64),
}

impl Row {
    pub fn plain(what: impl Into<String>, measured: impl Into<String>) -> Row {
        Row { what: what.into(), target: "", measured: measured.into(), verdict: Verdict::None }
    }

    pub fn judged(what: impl Into<String>, target: &'static str, measured: impl Into<String>, verdict: Verdict) -> Row {
        Row { what: what.into(), target, measured: measured.into(), verdict }
    }

    pub fn print(&self) {
        println!("| {} | {} | {} | {} |", self.what, self.target, self.measured, self.verdict.words());
    }
}

impl Verdict {
    fn words(self) -> String {
        match self {
            Verdict::None => String::new(),
            Verdict::AtLeast(ratio) if ratio >= 1.0 => "met".into(),
            Verdict::AtMost(ratio) if ratio <= 1.0 => "met".into(),
            Verdict::AtLeast(ratio) => format!("**missed**: {:.0} % of it", ratio * 100.0),
            Verdict::AtMost(ratio) => format!("**missed**: {ratio:.1} × as much"),
        }
    }
}

/// The value below which this share of the values lies; the values are put in order.
pub fn percentile(values: &mut [f64], share: f64) -> f64 {
    values.sort_by(f64::total_cmp);
    let last = values.len().saturating_sub(1);
    values.get((last as f64 * share).round() as usize).copied().unwrap_or(0.0)
}

pub fn mean(values: &[f64]) -> f64 {
    values.iter().sum::<f64>() / values.len().max(1) as f64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missed_target_says_by_how_much() {
        let cases = [
            (Verdict::AtLeast(1.0), "met"),
            (Verdict::AtLeast(0.5), "**missed**: 50 % of it"),
            (Verdict::AtMost(0.9), "met"),
            (Verdict::AtMost(2.0), "**missed**: 2.0 × as much"),
            (Verdict::None, ""),
        ];
        for (verdict, words) in cases {
            assert_eq!(verdict.words(), words, "{verdict:?}");
        }
    }

    #[test]
    fn the_median_of_unordered_values_is_the_middle_one() {
        assert_eq!(percentile(&mut [3.0, 1.0, 2.0], 0.5), 2.0);
        assert_eq!(percentile(&mut [3.0, 1.0, 2.0], 1.0), 3.0);
        assert_eq!(percentile(&mut [], 0.5), 0.0);
    }
}
