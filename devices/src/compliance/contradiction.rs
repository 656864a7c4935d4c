//! Policies that demand together what no device could be. Each requirement that takes part is a conflict, told with the
//! other, instead of something that the person in front of the device could mend.
//!
//! Where several policies demand different things that can be had together, the strictest decides by itself: all are
//! judged, and the worst outcome counts.

use directory::{Id, Record, Value};

use super::policy::{Policy, Requirement};
use crate::desired::value_text;
use crate::version;

/// A requirement that another one makes impossible.
pub(super) struct Contradiction {
    policy: Id,
    setting: String,
    /// What people are told.
    pub(super) words: String,
}

impl Contradiction {
    pub(super) fn is_about(&self, policy: Id, setting: &str) -> bool {
        self.policy == policy && self.setting == setting
    }
}

const DISTRIBUTIONS: &str = "linux_distribution_alloweddistros";

/// Every requirement that cannot be met together with one of another policy.
pub(super) fn contradictions(policies: &[Policy]) -> Vec<Contradiction> {
    let mut found = Vec::new();
    for one in policies {
        for other in policies.iter().filter(|other| other.id != one.id) {
            for demand in &one.requirements {
                if let Some(against) = other.requirements.iter().find(|against| are_apart(demand, against)) {
                    found.push(Contradiction {
                        policy: one.id,
                        setting: demand.setting.clone(),
                        words: format!("`{}` demands {}", other.name, in_words(against)),
                    });
                }
            }
        }
    }
    found
}

fn are_apart(a: &Requirement, b: &Requirement) -> bool {
    match (a.check.as_str(), b.check.as_str()) {
        ("osMinimumVersion", "osMaximumVersion") => version::compare(&text(a), &text(b)).is_gt(),
        ("osMaximumVersion", "osMinimumVersion") => version::compare(&text(a), &text(b)).is_lt(),
        (DISTRIBUTIONS, DISTRIBUTIONS) => {
            let (a, b) = (entries(a), entries(b));
            !a.is_empty() && !b.is_empty() && a.iter().all(|one| b.iter().all(|other| are_disjoint(one, other)))
        }
        _ => false,
    }
}

/// Whether no version of a distribution is in both.
fn are_disjoint(a: &Record, b: &Record) -> bool {
    let name = |entry: &Record| entry.text("type").unwrap_or_default().to_ascii_lowercase();
    let is_below = |a: &Record, b: &Record| {
        let ends = a.text("maximumversion").zip(b.text("minimumversion"));
        ends.is_some_and(|(most, least)| version::compare(most, least).is_lt())
    };
    name(a) != name(b) || is_below(a, b) || is_below(b, a)
}

fn entries(requirement: &Requirement) -> Vec<&Record> {
    requirement.value.as_list().unwrap_or_default().iter().filter_map(Value::as_record).collect()
}

fn text(requirement: &Requirement) -> String {
    value_text(&requirement.value)
}

fn in_words(requirement: &Requirement) -> String {
    match requirement.check.as_str() {
        "osMinimumVersion" => format!("at least {}", text(requirement)),
        "osMaximumVersion" => format!("at most {}", text(requirement)),
        _ => {
            let names: Vec<&str> = entries(requirement).iter().filter_map(|entry| entry.text("type")).collect();
            names.join(", or ")
        }
    }
}
