//! What a policy would have done: a draft is judged against sign-ins that were recorded, over a fork of the directory.
//!
//! Each sign-in is judged twice at its own time: with the other enforced policies, and with the draft besides. What differs
//! is the draft's doing. People, groups, roles and devices are taken as they are today: the journal keeps what was proved,
//! not who belonged where. Deliberately absent: reading the journal, and who may see the outcome.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use directory::{AttrId, Change, Id, Object, Record, Refusal, Snapshot, Time, Value};
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use schema::group::GROUP;
use schema::{DISPLAY_NAME, MEMBERS, STATE, USER_PRINCIPAL_NAME};

use super::compiled::CompiledPolicies;
use super::decision::{Need, Outcome, decide};
use super::policy::State;
use super::sign_in::{SignInContext, Subject, Target};
use crate::order::policies::check_draft;

/// How many of the people, applications and groups that are concerned most a report names.
pub const NAMED_MAX: usize = 200;

/// A policy that is to be tried.
pub enum Draft {
    /// One that is there, as if it were enforced.
    Known(Id),
    /// One that is only described.
    New(Vec<(AttrId, Value)>),
}

/// A trial under way: rows go in, a report comes out.
pub struct Preview {
    fork: Snapshot,
    with: Arc<CompiledPolicies>,
    without: Arc<CompiledPolicies>,
    judged: u64,
    unknown: u64,
    all: Tally,
    people: BTreeMap<Id, Tally>,
    apps: BTreeMap<String, (String, Tally)>,
    groups: BTreeMap<Id, Tally>,
    by_effect: [BTreeSet<Id>; 2],
}

/// How many sign-ins.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Tally {
    blocked: u64,
    prompted: u64,
}

/// What the draft would have done to one sign-in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    Nothing,
    /// The person would have been asked for more.
    Prompted,
    Blocked,
}

impl Preview {
    /// Begin a trial; a draft that could not be enforced is refused as it would be when written.
    pub fn of(now: &Snapshot, at: Time, draft: Draft, id: Id) -> Result<Preview, Refusal> {
        let (id, change) = match draft {
            Draft::Known(known) => {
                now.get_a(&CONDITIONAL_ACCESS_POLICY, known)?;
                (known, Change::set(known, STATE, "enabled"))
            }
            Draft::New(mut attributes) => {
                attributes.retain(|(attribute, _)| *attribute != STATE.id);
                attributes.push((STATE.id, "enabled".into()));
                (id, Change::Create { id, kind: CONDITIONAL_ACCESS_POLICY.id(), attributes })
            }
        };
        let fork = now.fork(at, &[change])?;
        check_draft(&fork, fork.get_a(&CONDITIONAL_ACCESS_POLICY, id)?)?;
        let enforced = |keeps: &dyn Fn(Id) -> bool| {
            let mut policies = CompiledPolicies::from(&fork);
            policies.policies.retain(|policy| policy.state == State::Enabled && keeps(policy.id));
            Arc::new(policies)
        };
        Ok(Preview {
            with: enforced(&|_| true),
            without: enforced(&|policy| policy != id),
            fork,
            judged: 0,
            unknown: 0,
            all: Tally::default(),
            people: BTreeMap::new(),
            apps: BTreeMap::new(),
            groups: BTreeMap::new(),
            by_effect: [BTreeSet::new(), BTreeSet::new()],
        })
    }

    /// Judge one row of the sign-in log, whose evidence is what `signin` wrote down.
    pub fn add(&mut self, row: &Record) -> Effect {
        let context = row.record("evidence").and_then(SignInContext::from_record);
        let (Some(context), Some(at)) = (context, row.time("createdDateTime")) else {
            self.unknown += 1;
            return Effect::Nothing;
        };
        self.judged += 1;
        let effect = self.effect(&context, at);
        if effect != Effect::Nothing {
            self.note(&context, row.text("resourceDisplayName").unwrap_or_default(), effect);
        }
        effect
    }

    fn effect(&self, context: &SignInContext, at: Time) -> Effect {
        let before = decide(&self.without, &self.fork, at, context).outcome;
        let after = decide(&self.with, &self.fork, at, context).outcome;
        let needs = |outcome: &Outcome| match outcome {
            Outcome::Allow => Vec::<Need>::new(),
            Outcome::Interact { needs, .. } | Outcome::Deny { needs, .. } => needs.clone(),
        };
        match (&before, &after) {
            (Outcome::Deny { .. }, _) | (_, Outcome::Allow) => Effect::Nothing,
            (_, Outcome::Deny { .. }) => Effect::Blocked,
            (_, Outcome::Interact { .. }) => {
                let known = needs(&before);
                let news: Vec<Need> = needs(&after).into_iter().filter(|need| !known.contains(need)).collect();
                match news.iter().all(Need::is_interactive) {
                    _ if news.is_empty() => Effect::Nothing,
                    true => Effect::Prompted,
                    // First the person is asked, and then it fails all the same.
                    false => Effect::Blocked,
                }
            }
        }
    }

    fn note(&mut self, context: &SignInContext, app_name: &str, effect: Effect) {
        let who = match context.subject {
            Subject::User(id) | Subject::ServicePrincipal(id) => id,
        };
        self.all.count(effect);
        self.people.entry(who).or_default().count(effect);
        if let Some(people) = self.by_effect.get_mut(usize::from(effect == Effect::Prompted)) {
            people.insert(who);
        }
        let app = match &context.target {
            Target::Resources(apps) => apps.first().cloned().unwrap_or_default(),
            Target::UserAction(name) | Target::AuthenticationContext(name) => name.clone(),
        };
        self.apps.entry(app).or_insert_with(|| (app_name.to_owned(), Tally::default())).1.count(effect);
        let groups: Vec<Id> =
            self.fork.closure(who, MEMBERS, true).iter().filter(|g| self.fork.is_a(g, &GROUP)).map(|g| g.id).collect();
        for group in groups {
            self.groups.entry(group).or_default().count(effect);
        }
    }

    /// Who would have been blocked and who asked for more, by application and by group.
    #[must_use]
    pub fn report(&self) -> Record {
        let [blocked, prompted] = &self.by_effect;
        let total = |sign_ins: u64, users: &BTreeSet<Id>| {
            Record::new().with("signIns", count(sign_ins)).with("users", count(users.len() as u64))
        };
        let name = |id: &Id, more: fn(&Object) -> Option<&str>| {
            let object = self.fork.find(*id);
            Record::new()
                .with("id", id.to_string())
                .with_some("displayName", object.and_then(|o| o.get(DISPLAY_NAME)))
                .with_some("userPrincipalName", object.and_then(more))
        };
        let people = self.people.iter().map(|(id, tally)| (name(id, |o| o.get(USER_PRINCIPAL_NAME)), *tally));
        let groups = self.groups.iter().map(|(id, tally)| (name(id, |_| None), *tally));
        let apps = self.apps.iter().map(|(id, (name, tally))| {
            (Record::new().with("id", id.as_str()).with("displayName", name.as_str()), *tally)
        });
        Record::new()
            .with("signInsJudged", count(self.judged))
            .with("signInsWithoutEvidence", count(self.unknown))
            .with("blocked", total(self.all.blocked, blocked))
            .with("prompted", total(self.all.prompted, prompted))
            .with("byApplication", most(apps))
            .with("byGroup", most(groups))
            .with("byUser", most(people))
    }
}

impl Tally {
    fn count(&mut self, effect: Effect) {
        match effect {
            Effect::Nothing => {}
            Effect::Prompted => self.prompted += 1,
            Effect::Blocked => self.blocked += 1,
        }
    }
}

/// Those that are concerned most, first the blocked.
fn most(all: impl Iterator<Item = (Record, Tally)>) -> Vec<Record> {
    let mut all: Vec<(Record, Tally)> = all.collect();
    all.sort_by_key(|(_, tally)| std::cmp::Reverse((tally.blocked, tally.prompted)));
    all.truncate(NAMED_MAX);
    let told = |(record, tally): (Record, Tally)| {
        record.with("blocked", count(tally.blocked)).with("prompted", count(tally.prompted))
    };
    all.into_iter().map(told).collect()
}

fn count(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::super::vectors::{policy, sign_in, with_policies, world};
    use super::*;
    use crate::world::{AT, id};

    /// A row as the journal has it, of a sign-in in the words of `vectors.txt`.
    fn row(context: &str) -> Record {
        let context = sign_in(context);
        let Subject::User(user) = context.subject else { panic!("a person") };
        let Target::Resources(apps) = &context.target else { panic!("an application") };
        let methods: Vec<Record> =
            context.methods.iter().map(|m| Record::new().with("mode", m.method.as_str())).collect();
        let evidence = Record::new()
            .with("user", user)
            .with("client", "client")
            .with("resource", apps[0].as_str())
            .with("clientAppType", context.client_app_type.name())
            .with_some("mfa", context.mfa)
            .with_some("authenticated", context.authenticated)
            .with_some("address", context.address.map(|address| address.to_string()))
            .with_some("device", context.device)
            .with("methods", methods);
        Record::new().with("createdDateTime", AT).with("resourceDisplayName", "Mail").with("evidence", evidence)
    }

    #[test]
    fn a_draft_is_tried_on_what_was_recorded() {
        let now = with_policies(&world().now, [(100, "mfa places=31"), (101, "block users=3")].into_iter());
        for (what, draft, context, expect) in [
            ("a new demand", "mfa", "", Effect::Prompted),
            ("one that is met", "mfa", "mfa", Effect::Nothing),
            ("one that is asked already", "mfa", "ip=203.0.113.4", Effect::Nothing),
            ("a new block", "block", "mfa", Effect::Blocked),
            ("for somebody else", "block users=2", "mfa", Effect::Nothing),
            ("for somebody who is blocked already", "block", "user=3", Effect::Nothing),
            ("a device that is not there", "compliantDevice", "mfa", Effect::Blocked),
            ("a device that is there", "compliantDevice", "mfa device=21", Effect::Nothing),
            ("a question that ends in a no", "mfa+compliantDevice", "", Effect::Blocked),
            ("one that only reports is tried as if it were enforced", "report block", "", Effect::Blocked),
        ] {
            let mut preview = Preview::of(&now, AT, Draft::New(policy(draft)), id(900)).unwrap();
            assert_eq!(preview.add(&row(context)), expect, "{what}");
        }
    }

    #[test]
    fn a_report_says_who_by_application_and_by_group() {
        let now = with_policies(&world().now, [(100, "report mfa groups=12")].into_iter());
        let mut preview = Preview::of(&now, AT, Draft::Known(id(100)), id(900)).unwrap();
        for context in ["", "", "user=2", "mfa"] {
            preview.add(&row(context));
        }
        preview.add(&Record::new().with("createdDateTime", AT));
        let report = preview.report();
        assert_eq!((report.int("signInsJudged"), report.int("signInsWithoutEvidence")), (Some(4), Some(1)));
        let prompted = report.record("prompted").unwrap();
        assert_eq!((prompted.int("signIns"), prompted.int("users")), (Some(2), Some(1)));
        assert_eq!(report.record("blocked").unwrap().int("signIns"), Some(0));
        let apps: Vec<&Record> = report.records("byApplication").collect();
        assert_eq!((apps.len(), apps[0].text("displayName"), apps[0].int("prompted")), (1, Some("Mail"), Some(2)));
        assert_eq!(report.records("byGroup").count(), 2, "the group and the one around it");
        let person = report.records("byUser").next().unwrap();
        assert_eq!(person.text("userPrincipalName"), Some("user1@xyz.example"));
        assert_eq!(now.find(id(100)).unwrap().get(STATE), Some("enabledForReportingButNotEnforced"), "nothing changed");
    }

    #[test]
    fn what_could_not_be_enforced_cannot_be_tried() {
        let now = world().now;
        assert!(Preview::of(&now, AT, Draft::New(policy("block+mfa")), id(900)).is_err());
        assert!(Preview::of(&now, AT, Draft::New(policy("mfa unknown=times")), id(900)).is_err());
        assert!(Preview::of(&now, AT, Draft::Known(id(900)), id(901)).is_err());
    }
}
