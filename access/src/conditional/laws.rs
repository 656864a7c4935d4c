//! What holds for all policies and all sign-ins, tried on many by chance: adding a policy never widens access, what is
//! excluded is never included, order does not matter, and what is only reported or off changes nothing.
//!
//! Policies and sign-ins are made in the words of `vectors.txt`; a case that fails is printed in them and can become a row.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;

use directory::Snapshot;

use super::vectors::{policy, sign_in, with_policies, world};
use super::*;
use crate::world::{AT, id};

/// How many seeds each law is tried with, and from which to begin.
const SEEDS: std::ops::Range<u64> = 1..700;

/// A small generator of chance: SplitMix64.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    fn in_(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }
}

const DEMANDS: &[&str] = &[
    "mfa",
    "mfa",
    "block",
    "compliantDevice",
    "domainJoinedDevice",
    "mfa/compliantDevice",
    "mfa+compliantDevice",
    "compliantDevice/domainJoinedDevice",
    "strength:2",
    "strength:4",
    "strength:61",
    "terms:51",
    "terms:52",
    "mfa+terms:53",
    "mfa/terms:52",
    "mfa+passwordChange",
    "approvedApplication/compliantDevice",
    "frequency=1h",
    "frequency=everyTime",
    "secondFrequency=2h",
    "mfa frequency=4h",
    "browser=never",
    "bound",
];
const SUBJECTS: &[&str] = &[
    "",
    "users=All",
    "users=1",
    "users=1,2",
    "users=2",
    "groups=11",
    "groups=12",
    "roles=GA",
    "users=All groups-=11",
    "users=All roles-=GA",
    "users=All users-=1",
    "guests=internalGuest,b2bCollaborationGuest",
    "users=All guests-=b2bCollaborationGuest@tenant71",
    "users=None",
];
const TARGETS: &[&str] = &[
    "",
    "",
    "apps=mail",
    "apps=graph",
    "apps=All apps-=mail",
    "apps=Office365",
    "action=registerdevice",
    "context=c1",
];
const CONDITIONS: &[&str] = &[
    "platforms=linux",
    "platforms=all platforms-=linux",
    "places=31",
    "places=All places-=AllTrusted",
    "places=32,34",
    "clients=browser",
    "clients=other,exchangeActiveSync",
    "signInRisk=high,medium",
    "userRisk=high",
    "flow=deviceCodeFlow",
    "filter=\"device.isCompliant -eq True\"",
    "filter-=\"device.isCompliant -eq True\"",
    "filter=\"device.displayName -notStartsWith 'x'\"",
    "insiderRisk=elevated",
];
const SEEN: &[&[&str]] = &[
    &["", "user=2", "user=3", "user=4", "user=5"],
    &["", "", "app=graph", "app=graph scopes=User.Read", "action=registerdevice", "context=c1", "contexts=c1"],
    &["", "client=mobileAppsAndDesktopClients", "client=other"],
    &["", "ip=203.0.113.4", "ip=192.0.2.1", "ip=2001:db8::7"],
    &["", "country=DE", "country=US"],
    &["", "on=linux", "on=iOS"],
    &["", "device=21", "device=21 bound", "device=22", "device=99"],
    &["", "mfa", "mfa=90", "mfa methods=fido2", "mfa methods=fido2:aa-1", "mfa methods=password,softwareOath"],
    &["", "authenticated=3", "authenticated=90", "authenticated=600"],
    &["", "signInRisk=high", "signInRisk=none"],
    &["", "userRisk=high"],
    &["", "flow=deviceCodeFlow"],
];

fn some_policy(chance: &mut Chance) -> String {
    let mut words = vec![chance.one(DEMANDS), chance.one(SUBJECTS), chance.one(TARGETS)];
    while chance.in_(2) {
        let condition = chance.one(CONDITIONS);
        let name = condition.split('=').next().unwrap();
        if !words.iter().any(|word| word.contains(name.trim_end_matches('-'))) {
            words.push(condition);
        }
    }
    words.retain(|word| !word.is_empty());
    words.join(" ")
}

fn some_policies(chance: &mut Chance) -> Vec<String> {
    let count = chance.below(5);
    (0..count).map(|_| some_policy(chance)).collect()
}

fn some_sign_in(chance: &mut Chance) -> String {
    let words: Vec<&str> = SEEN.iter().map(|choices| chance.one(choices)).filter(|word| !word.is_empty()).collect();
    words.join(" ")
}

fn judged<S: AsRef<str>>(world: &Snapshot, policies: &[S], context: &str) -> CaDecision {
    let now = with_policies(world, (100..).zip(policies.iter().map(AsRef::as_ref)));
    decide(&Arc::new(CompiledPolicies::from(&now)), &now, AT, &sign_in(context))
}

/// What a decision amounts to, apart from the places of policies in the list.
fn effect(decision: &CaDecision) -> (Outcome, Status, Session) {
    let mut outcome = decision.outcome.clone();
    // Needs of one rank are asked in the order of the policies; which of them stands first means nothing.
    if let Outcome::Interact { needs, .. } | Outcome::Deny { needs, .. } = &mut outcome {
        needs.sort_by_key(|need| format!("{need:?}"));
    }
    (outcome, decision.status, decision.session.clone())
}

fn needs(decision: &CaDecision) -> Vec<Need> {
    match &decision.outcome {
        Outcome::Allow => Vec::new(),
        Outcome::Interact { needs, .. } | Outcome::Deny { needs, .. } => needs.clone(),
    }
}

fn is_blocked(decision: &CaDecision) -> bool {
    needs(decision).contains(&Need::Control(Control::Block))
}

#[test]
fn adding_a_policy_never_widens_access() {
    let world = world().now;
    let mut narrowed = 0;
    for seed in SEEDS {
        let mut chance = Chance(seed);
        let (mut policies, context) = (some_policies(&mut chance), some_sign_in(&mut chance));
        let before = judged(&world, &policies, &context);
        policies.push(some_policy(&mut chance));
        let after = judged(&world, &policies, &context);
        let case = || format!("seed {seed}: {policies:?}, {context}: {:?}, then {:?}", before.outcome, after.outcome);
        if is_blocked(&before) {
            assert!(is_blocked(&after), "{}", case());
        } else if !is_blocked(&after) {
            let (first, then) = (needs(&before), needs(&after));
            assert!(first.iter().all(|need| then.contains(need)), "{}", case());
        }
        assert!(before.outcome == Outcome::Allow || after.outcome != Outcome::Allow, "{}", case());
        narrowed += u32::from(before.outcome == Outcome::Allow && after.outcome != Outcome::Allow);
    }
    assert!(narrowed > 25, "the cases are too tame: only {narrowed} were narrowed");
}

#[test]
fn who_is_excluded_is_not_included_however_they_were() {
    let world = world().now;
    let (mut applied, mut excluded) = (0, 0);
    for seed in SEEDS {
        let mut chance = Chance(seed);
        let (rest, one, context) = (some_policies(&mut chance), some_policy(&mut chance), some_sign_in(&mut chance));
        let Subject::User(user) = sign_in(&context).subject else { continue };
        let with = [rest.clone(), vec![one.clone()]].concat();
        if judged(&world, &with, &context).applied.iter().any(|applied| applied.policy == rest.len()) {
            applied += 1;
        }
        let ways = ["users-", "groups-", "roles-"];
        let which = chance.below(3);
        let out = match (which, user == id(1), user == id(2)) {
            (1, true, _) => "groups-=12".to_owned(),
            (2, _, true) => "roles-=GA".to_owned(),
            _ => format!("users-={}", user.as_u128()),
        };
        let kept: Vec<&str> = one.split(' ').filter(|word| !ways.iter().any(|way| word.starts_with(way))).collect();
        let without = [rest.clone(), vec![format!("{} {out}", kept.join(" "))]].concat();
        let decision = judged(&world, &without, &context);
        assert!(
            !decision.applied.iter().any(|applied| applied.policy == rest.len()),
            "seed {seed}: {without:?}, {context}"
        );
        assert_eq!(effect(&decision), effect(&judged(&world, &rest, &context)), "seed {seed}: {without:?}, {context}");
        excluded += 1;
    }
    assert!(applied > 50 && excluded > 500, "the cases are too tame: {applied} of {excluded} applied before");
}

#[test]
fn the_order_of_policies_means_nothing() {
    let world = world().now;
    for seed in SEEDS {
        let mut chance = Chance(seed);
        let (mut policies, context) = (some_policies(&mut chance), some_sign_in(&mut chance));
        let before = effect(&judged(&world, &policies, &context));
        for at in (1..policies.len()).rev() {
            policies.swap(at, chance.below(at + 1));
        }
        let after = effect(&judged(&world, &policies, &context));
        assert_eq!(before, after, "seed {seed}: {policies:?}, {context}");
    }
}

#[test]
fn what_only_reports_or_is_off_changes_nothing() {
    let world = world().now;
    let mut reported = 0;
    for seed in SEEDS {
        let mut chance = Chance(seed);
        let (policies, context) = (some_policies(&mut chance), some_sign_in(&mut chance));
        let before = judged(&world, &policies, &context);
        let draft = some_policy(&mut chance);
        for state in ["report", "off"] {
            let with = [policies.clone(), vec![format!("{state} {draft}")]].concat();
            let after = judged(&world, &with, &context);
            assert_eq!(effect(&before), effect(&after), "seed {seed}: {with:?}, {context}");
            assert_eq!(before.error(), after.error(), "seed {seed}: {with:?}, {context}");
            reported += u32::from(after.applied.len() > before.applied.len());
        }
    }
    assert!(reported > 50, "the cases are too tame: only {reported} drafts applied");
}

#[test]
fn every_decision_can_be_told_and_every_policy_is_accounted_for() {
    let world = world().now;
    for seed in SEEDS {
        let mut chance = Chance(seed);
        let (policies, context) = (some_policies(&mut chance), some_sign_in(&mut chance));
        let decision = judged(&world, &policies, &context);
        assert_eq!(decision.applied.len() + decision.not_applied.len(), policies.len());
        let told = explain(&decision);
        let stories = told.records("policies").count() + told.records("notApplied").count();
        assert_eq!(stories, policies.len(), "seed {seed}");
        for story in told.records("notApplied") {
            let reason = story.text("reason").unwrap();
            let unmet: Vec<&str> = story
                .records("conditions")
                .filter(|condition| condition.bool("isSatisfied") == Some(false))
                .filter_map(|condition| condition.text("condition"))
                .collect();
            assert!(unmet.contains(&reason) || reason == "policyNotEnabled", "seed {seed}: {reason}: {story:?}");
        }
        for story in told.records("policies") {
            let is_met = |condition: &directory::Record| condition.bool("isSatisfied") == Some(true);
            assert!(story.records("conditions").all(is_met), "seed {seed}: {story:?}");
        }
    }
}

#[test]
fn the_words_of_the_laws_are_words_of_policies() {
    for text in DEMANDS.iter().chain(SUBJECTS).chain(TARGETS).chain(CONDITIONS) {
        assert!(!policy(text).is_empty());
    }
}
