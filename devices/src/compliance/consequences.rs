//! What follows when a device is not compliant: messages, a lock, a place on the list of devices to retire; each once for
//! every time that the device falls short of a policy, as many hours later as the policy says.
//!
//! A reaction of its own beside the verdict's, because a message is sent only where somebody is asked: working everything
//! out from nothing sends none. Being marked as not compliant is the verdict's business.
//!
//! Retiring is not carried out by itself: `retireAfterDateTime` puts the device on the list, and an administrator confirms
//! it by retiring the device, or takes the device off it (`retire_list`).

use std::collections::BTreeSet;
use std::time::Duration;

use directory::{AttrId, Change, Commit, Effect, Id, Object, Own, Plan, Reaction, Record, Snapshot, Time, Value};
use schema::SCHEDULED_ACTIONS_FOR_RULE;
use schema::managed_device::{
    ACTION_QUEUE, COMPLIANCE_ACTION_DATE_TIME, COMPLIANCE_ACTIONS, COMPLIANCE_POLICY_IDS, COMPLIANCE_REQUESTS,
    COMPLIANCE_RESULTS, MANAGED_DEVICE, RETIRE_AFTER_DATE_TIME, RETIRE_CANCELED,
};

use super::notification;
use super::schedule::{Consequence, consequences};
use crate::actions::RemoteAction;

pub(crate) const REACTION: Reaction = Reaction::new(
    "compliance-actions",
    &[
        Own::Attribute(COMPLIANCE_ACTIONS.id),
        Own::Attribute(COMPLIANCE_ACTION_DATE_TIME.id),
        Own::Attribute(COMPLIANCE_REQUESTS.id),
        Own::Attribute(RETIRE_AFTER_DATE_TIME.id),
    ],
    react,
    verify,
)
.at_deadlines(&[COMPLIANCE_ACTION_DATE_TIME], due);

fn react(now: &Snapshot, commit: &Commit, at: Time) -> Plan {
    let mut concerned: BTreeSet<Id> = BTreeSet::new();
    for change in &commit.changes {
        let Change::Set { id, attribute, .. } = change else { continue };
        if [COMPLIANCE_RESULTS.id, ACTION_QUEUE.id, RETIRE_CANCELED.id].contains(attribute) {
            concerned.insert(*id);
        } else if *attribute == SCHEDULED_ACTIONS_FOR_RULE.id {
            concerned.extend(now.by(COMPLIANCE_POLICY_IDS, id.to_string()).map(|managed| managed.id));
        }
    }
    let mut plan = Plan::default();
    for managed in concerned.into_iter().filter_map(|id| now.find_a(&MANAGED_DEVICE, id)) {
        let more = settle(now, managed, at, true);
        plan.changes.extend(more.changes);
        plan.effects.extend(more.effects);
    }
    plan
}

fn verify(now: &Snapshot, at: Time) -> Vec<Change> {
    now.all(&MANAGED_DEVICE).flat_map(|managed| settle(now, managed, at, false).changes).collect()
}

fn due(now: &Snapshot, id: Id, _: AttrId, at: Time) -> Plan {
    now.find_a(&MANAGED_DEVICE, id).map(|managed| settle(now, managed, at, true)).unwrap_or_default()
}

/// Bring what follows for a device up to date; carry out what is due, if asked to.
fn settle(now: &Snapshot, managed: &Object, at: Time, is_carrying_out: bool) -> Plan {
    let before = managed.get(COMPLIANCE_ACTIONS).unwrap_or_default();
    let mut effects = Vec::new();
    let mut records = Vec::new();
    for (policy, since) in failing(now, managed) {
        for consequence in consequences(policy).iter().filter(|c| !matches!(c.action.as_str(), "block" | "noAction")) {
            let id = policy.id.to_string();
            let known = before.iter().find(|record| {
                record.text("policyId") == Some(id.as_str()) && record.text("actionId") == Some(consequence.id.as_str())
            });
            // While the device falls short of the policy it is one and the same time, whatever of it is mended.
            let since = known.and_then(|known| known.time("sinceDateTime")).unwrap_or(since);
            let due = since + Duration::from_secs(u64::try_from(consequence.grace_hours).unwrap_or(0) * 3_600);
            let mut done = known.and_then(|known| known.time("doneDateTime"));
            let mut detail = known.and_then(|known| known.text("detail")).map(str::to_owned);
            if done.is_none() && due <= at && is_carrying_out {
                let (told, why) = carry_out(now, managed, policy, consequence);
                effects.extend(told);
                (done, detail) = (Some(at), why);
            }
            if done.is_some() && detail.is_none() && consequence.action == RemoteAction::RemoteLock.name() {
                detail = outcome(managed, &request_id(managed, &id, &consequence.id, since));
            }
            records.push(
                Record::new()
                    .with("policyId", id)
                    .with("actionId", consequence.id.as_str())
                    .with("actionType", consequence.action.as_str())
                    .with("sinceDateTime", since)
                    .with("dueDateTime", due)
                    .with_some("doneDateTime", done)
                    .with_some("detail", detail),
            );
        }
    }
    let next = records.iter().filter(|r| !is_done(r)).filter_map(|record| record.time("dueDateTime")).min();
    let of = |action: RemoteAction| {
        records.iter().filter(move |r| is_done(r) && r.text("actionType") == Some(action.name()))
    };
    // What an administrator took off the list stays off it until the device falls short anew.
    let canceled = managed.get(RETIRE_CANCELED);
    let stands = |due: &Time| canceled.is_none_or(|canceled| *due > canceled);
    let retire_after = of(RemoteAction::Retire).filter_map(|record| record.time("dueDateTime")).filter(stands).min();
    let locks: Vec<Record> = of(RemoteAction::RemoteLock)
        .filter(|record| record.text("detail").is_none())
        .map(|record| request(managed, record))
        .collect();
    let mut changes = Vec::new();
    let mut keep = |attribute: AttrId, value: Option<Value>| {
        // An empty collection is the same as none.
        let value = value.filter(|value| value.as_list().is_none_or(|items| !items.is_empty()));
        if managed.value(attribute) != value {
            changes.push(Change::Set { id: managed.id, attribute, old: None, new: value });
        }
    };
    keep(COMPLIANCE_REQUESTS.id, Some(locks.into()));
    keep(RETIRE_AFTER_DATE_TIME.id, retire_after.map(Value::Time));
    keep(COMPLIANCE_ACTION_DATE_TIME.id, next.map(Value::Time));
    keep(COMPLIANCE_ACTIONS.id, Some(records.into()));
    Plan { changes, effects }
}

/// The policies that the device falls short of, and since when.
fn failing<'a>(now: &'a Snapshot, managed: &Object) -> Vec<(&'a Object, Time)> {
    let results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    let failed = |result: &&Record| result.text("state") == Some("nonCompliant");
    let ids: BTreeSet<&str> = results.iter().filter(failed).filter_map(|result| result.text("policyId")).collect();
    ids.into_iter()
        .filter_map(|id| {
            let policy = now.find(directory::id_from_text(id)?)?;
            let own = results.iter().filter(failed).filter(|result| result.text("policyId") == Some(id));
            Some((policy, own.filter_map(|result| result.time("sinceDateTime")).min()?))
        })
        .collect()
}

/// Do what a consequence says; the answer says what became of it where that is not plain.
fn carry_out(
    now: &Snapshot,
    managed: &Object,
    policy: &Object,
    consequence: &Consequence,
) -> (Vec<Effect>, Option<String>) {
    if consequence.action != "notification" {
        // A lock is a request to the device, and retiring waits for an administrator: both are read from what is done.
        return (Vec::new(), None);
    }
    let mails = notification::mails(now, managed, policy, consequence);
    let nobody = mails.is_empty().then(|| "nobody with a mail address could be told".to_owned());
    (mails, nobody)
}

/// The same for the same time that the device falls short, so that it is asked of the device once.
fn request_id(managed: &Object, policy: &str, action: &str, since: Time) -> String {
    format!("compliance-{}-{policy}-{action}-{}", managed.id, since.unix())
}

fn request(managed: &Object, record: &Record) -> Record {
    let text = |field: &str| record.text(field).unwrap_or_default();
    let done = record.time("doneDateTime").unwrap_or_default();
    let since = record.time("sinceDateTime").unwrap_or_default();
    Record::new()
        .with("id", request_id(managed, text("policyId"), text("actionId"), since))
        .with("actionName", text("actionType"))
        .with("actionState", "pending")
        .with("startDateTime", done)
        .with("lastUpdatedDateTime", done)
}

/// How the device has finished what it was asked, once it has.
fn outcome(managed: &Object, request: &str) -> Option<String> {
    let queue = managed.get(ACTION_QUEUE).unwrap_or_default();
    let own = queue.iter().find(|record| record.text("id") == Some(request))?;
    own.text("actionState").filter(|state| !matches!(*state, "none" | "pending" | "active")).map(str::to_owned)
}

fn is_done(record: &Record) -> bool {
    record.time("doneDateTime").is_some()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Attr;
    use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
    use schema::notification_message_template::{
        BRANDING_OPTIONS, LOCALIZED_NOTIFICATION_MESSAGES, NOTIFICATION_MESSAGE_TEMPLATE,
    };
    use schema::{DISPLAY_NAME, PREFERRED_LANGUAGE};

    use super::*;
    use crate::actions::{Outcome, OutcomeState, pending};
    use crate::facts::Facts;
    use crate::report::Report;
    use crate::world::{World, choice, id, policy, to};

    fn action(kind: &str, hours: i64) -> Record {
        Record::new().with("id", kind).with("actionType", kind).with("gracePeriodHours", hours)
    }

    /// A policy that asks for a firewall, and what follows without one.
    fn demand(actions: Vec<Record>) -> Change {
        let rule = Record::new().with("scheduledActionConfigurations", actions);
        let more = vec![(SCHEDULED_ACTIONS_FOR_RULE.id, vec![rule].into())];
        let settings = vec![choice("linux_firewall_required", "true")];
        policy(80, &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, settings, vec![to("allDevices", None)], more)
    }

    fn world(actions: Vec<Record>) -> (World, Id) {
        let mut w = World::new();
        let ann = w.user(1);
        let laptop = w.laptop(ann);
        w.done(vec![demand(actions)]);
        (w, laptop)
    }

    fn firewall(w: &mut World, laptop: Id, on: bool) {
        w.facts(laptop, Facts::new().known("firewallActive", on));
    }

    fn hours(w: &mut World, n: u64) {
        let until = w.at + Duration::from_secs(n * 3_600);
        w.tick(until);
    }

    fn subjects(w: &mut World) -> Vec<String> {
        let effects = std::mem::take(&mut w.effects);
        effects.iter().map(|effect| effect.body.text("subject").unwrap().to_owned()).collect()
    }

    #[test]
    fn each_action_follows_once_at_its_hour_and_anew_after_a_good_report() {
        let (mut w, laptop) = world(vec![action("block", 48), action("notification", 0), action("remoteLock", 24)]);
        firewall(&mut w, laptop, false);
        assert_eq!(subjects(&mut w).len(), 1);
        assert_eq!(pending(w.get(laptop)).len(), 0);
        hours(&mut w, 23);
        firewall(&mut w, laptop, false);
        assert_eq!((subjects(&mut w).len(), pending(w.get(laptop)).len()), (0, 0));
        hours(&mut w, 1);
        let waiting = pending(w.get(laptop));
        assert_eq!(waiting.iter().map(|p| p.action).collect::<Vec<_>>(), [RemoteAction::RemoteLock]);
        let done = Outcome { id: waiting[0].id.clone(), state: OutcomeState::Done, detail: None };
        w.report(laptop, &Report { outcomes: vec![done], ..Report::default() });
        assert_eq!(pending(w.get(laptop)), vec![], "once");
        hours(&mut w, 1_000);
        assert_eq!((subjects(&mut w).len(), pending(w.get(laptop)).len()), (0, 0));
        firewall(&mut w, laptop, true);
        assert!(!w.get(laptop).has(COMPLIANCE_ACTIONS.id));
        firewall(&mut w, laptop, false);
        assert_eq!(subjects(&mut w).len(), 1, "another time");
    }

    #[test]
    fn retiring_waits_for_an_administrator() {
        let (mut w, laptop) = world(vec![action("retire", 24)]);
        firewall(&mut w, laptop, false);
        let due = w.at + Duration::from_secs(24 * 3_600);
        hours(&mut w, 25);
        assert_eq!(w.get(laptop).get(RETIRE_AFTER_DATE_TIME), Some(due));
        assert_eq!(pending(w.get(laptop)), vec![]);
        firewall(&mut w, laptop, true);
        assert_eq!(w.get(laptop).get(RETIRE_AFTER_DATE_TIME), None);
    }

    #[test]
    fn what_has_not_followed_is_not_owed_once_the_device_is_good_or_the_policy_gone() {
        for ends_by_report in [true, false] {
            let (mut w, laptop) = world(vec![action("notification", 24)]);
            firewall(&mut w, laptop, false);
            assert!(w.get(laptop).has(COMPLIANCE_ACTION_DATE_TIME.id));
            if ends_by_report {
                firewall(&mut w, laptop, true);
            } else {
                w.done(vec![Change::Delete { id: id(80) }]);
            }
            hours(&mut w, 48);
            assert_eq!(subjects(&mut w), Vec::<String>::new());
        }
    }

    #[test]
    fn a_message_speaks_the_persons_language_fills_its_variables_and_goes_to_groups_too() {
        let mut w = World::new();
        let (ann, bob) = (w.user(1), w.user(2));
        w.done(vec![Change::set(ann, PREFERRED_LANGUAGE, "de-AT")]);
        let group = w.group(10, &[bob, ann]);
        let laptop = w.laptop(ann);
        let message = |locale: &str, subject: &str| {
            Record::new()
                .with("locale", locale)
                .with("subject", subject)
                .with("messageTemplate", "{{UserName}} {{DeviceName}} {{OSAndVersion}}")
        };
        let attributes = vec![
            (DISPLAY_NAME.id, "template".into()),
            (BRANDING_OPTIONS.id, "includeContactInformation".into()),
            (
                LOCALIZED_NOTIFICATION_MESSAGES.id,
                vec![message("de-de", "Achtung"), message("en-us", "Mind it").with("isDefault", true)].into(),
            ),
        ];
        let brand: Attr<Record> = Attr::new("intuneBrand");
        let settings = vec![(brand.id, Record::new().with("contactITName", "The desk").into())];
        w.done(vec![
            Change::Create { id: id(70), kind: NOTIFICATION_MESSAGE_TEMPLATE.id(), attributes },
            Change::Create {
                id: id(900),
                kind: schema::device_management::DEVICE_MANAGEMENT.id(),
                attributes: settings,
            },
        ]);
        let notify = action("notification", 0)
            .with("notificationTemplateId", id(70).to_string())
            .with("notificationMessageCCList", vec![group.to_string()]);
        w.done(vec![demand(vec![notify])]);
        firewall(&mut w, laptop, false);
        let name = w.get(laptop).get(schema::managed_device::DEVICE_NAME).unwrap().to_owned();
        let mut told: Vec<(String, String)> = std::mem::take(&mut w.effects)
            .iter()
            .map(|effect| {
                let text = |field: &str| effect.body.text(field).unwrap().to_owned();
                assert_eq!(text("text"), format!("user 1 {name} Linux 24.04\n\nThe desk\n"));
                (text("to"), text("subject"))
            })
            .collect();
        told.sort();
        let expected = [("u1@xyz.example", "Achtung"), ("u2@xyz.example", "Mind it")];
        assert_eq!(told, expected.map(|(to, subject)| (to.to_owned(), subject.to_owned())));
    }

    #[test]
    fn the_list_of_devices_to_retire_is_confirmed_or_canceled() {
        use crate::compliance::retire_list::{SET, listed};
        let (mut w, laptop) = world(vec![action("retire", 24)]);
        let say = |w: &mut World, state: &str, id: Id| {
            let given = Record::new().with("state", state).with("managedDeviceIds", vec![id.to_string()]);
            let decided = w.decided(|now, call| (SET.decide)(now, call, None, &given)).map_err(|why| why.message)?;
            w.done(decided.plan.changes);
            Ok::<(), String>(())
        };
        firewall(&mut w, laptop, false);
        assert!(say(&mut w, "confirmRetire", laptop).unwrap_err().contains("not on the list"));
        hours(&mut w, 25);
        let list = listed(&w.now, |_| true);
        assert_eq!(list[0].text("managedDeviceId"), Some(laptop.to_string().as_str()));
        assert_eq!(list[0].text("complianceState"), Some("nonCompliant"));
        assert!(listed(&w.now, |_| false).is_empty(), "what the caller does not see");
        assert!(say(&mut w, "maybe", laptop).is_err());

        say(&mut w, "cancelRetire", laptop).unwrap();
        assert!(listed(&w.now, |_| true).is_empty());
        hours(&mut w, 100);
        assert!(listed(&w.now, |_| true).is_empty(), "the same falling short does not bring it back");
        firewall(&mut w, laptop, true);
        hours(&mut w, 1);
        firewall(&mut w, laptop, false);
        hours(&mut w, 25);
        assert_eq!(listed(&w.now, |_| true).len(), 1, "falling short anew does");

        say(&mut w, "confirmRetire", laptop).unwrap();
        let waiting: Vec<RemoteAction> = pending(w.get(laptop)).iter().map(|waiting| waiting.action).collect();
        assert_eq!(waiting, [RemoteAction::Retire]);
    }

    #[test]
    fn our_own_words_say_what_is_wrong_and_what_to_do() {
        let (mut w, laptop) = world(vec![action("notification", 0)]);
        firewall(&mut w, laptop, false);
        let text = w.effects[0].body.text("text").unwrap().to_owned();
        assert!(text.contains("expected on, found not on; turn the firewall on"), "{text}");
        let why = crate::why_compliance(&w.now, laptop).unwrap();
        let first = why.records("because").next().unwrap().records("because").last().unwrap().clone();
        assert!(first.text("text").unwrap().starts_with("notification followed at "), "{first:?}");
    }

    #[test]
    fn what_is_not_carried_out_here_is_refused() {
        for (actions, why) in [
            (vec![action("wipe", 0)], "`wipe` is not carried out here"),
            (vec![action("pushNotification", 0)], "`pushNotification` is not carried out here"),
            (vec![action("block", -1)], "`gracePeriodHours` is 0 to 8760"),
            (vec![action("block", 0), action("block", 1)], "only one action"),
        ] {
            let refused = World::new().submit(vec![demand(actions)]).unwrap_err();
            assert!(refused.message.starts_with(why), "{}", refused.message);
        }
    }
}
