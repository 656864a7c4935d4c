//! Which policies are whole and which are refused, in the words of `conditional/vectors.txt`; and that the templates which
//! the program brings along can be used as they are.

#![allow(clippy::unwrap_used)]

use directory::{Call, Caller, Change, Fresh, Record, RefusalKind, Value};
use schema::authentication_context_class_reference::{AUTHENTICATION_CONTEXT_CLASS_REFERENCE, ID, IS_AVAILABLE};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS, SESSION_CONTROLS};
use schema::conditional_access_template::templates;
use schema::{DISPLAY_NAME, STATE};

use super::{contexts, policies};
use crate::conditional::vectors::{policy, world};
use crate::world::{AT, TENANT, World, id, put};

/// The outcome of writing one policy into the world of the table, with the context c1 in it.
fn write(attributes: Vec<(directory::AttrId, Value)>) -> Result<World, (RefusalKind, String)> {
    let mut world = world();
    world.make(91, &AUTHENTICATION_CONTEXT_CLASS_REFERENCE, vec![put(ID, "c1"), put(DISPLAY_NAME, "Payroll")]);
    let changes = vec![Change::Create { id: id(100), kind: CONDITIONAL_ACCESS_POLICY.id(), attributes }];
    submit(&mut world, &policies::CHECK, changes)?;
    Ok(world)
}

fn submit(world: &mut World, check: &directory::Check, mut changes: Vec<Change>) -> Result<(), (RefusalKind, String)> {
    let caller = Caller::system(TENANT);
    let call = Call { caller: &caller, at: AT, fresh: Fresh::new(7) };
    let refused = |refusal: directory::Refusal| (refusal.kind, refusal.message.to_string());
    check.complete.unwrap()(&world.now, &call, &mut changes).map_err(refused)?;
    let after = world.now.fork(AT, &changes).map_err(refused)?;
    check.check.unwrap()(&world.now, &after, &call, &changes).map_err(refused)?;
    world.now = after;
    Ok(())
}

#[test]
fn a_policy_is_whole_or_says_what_is_wrong() {
    for (text, wrong) in [
        ("mfa users=1", None),
        ("block guests=b2bCollaborationGuest@tenant71", None),
        ("block guests=none", Some("which sorts of guests")),
        ("block guests=internalGuest@everybody", Some("neither an id")),
        ("block workloads=41", None),
        ("mfa workloads=41", Some("can only be blocked")),
        ("block workloads=41 workloadRisk=high", None),
        ("block workloads=41 signInRisk=high", Some("service principals")),
        ("block workloads=41 platforms=linux", Some("service principals")),
        ("block workloads=41 users=1", Some("not both")),
        ("block users=1 context=c1", None),
        ("block users=1 context=c2", Some("no authentication context")),
        ("mfa users=1 action=registerdevice", None),
        ("strength:4 users=1 action=registerdevice", None),
        ("terms:51 users=1 action=registerdevice", Some("registering a device")),
        ("mfa users=1 action=registerdevice clients=browser", Some("registering a device")),
        ("mfa users=1 action=registerdevice filter=\"device.isCompliant -eq True\"", Some("registering a device")),
        ("terms:51 users=1 action=registersecurityinfo", None),
        ("terms:51 users=1", None),
        ("terms:99 users=1", Some("no terms of use")),
        ("strength:61 users=1", None),
        ("strength:99 users=1", Some("no authentication strength")),
        ("strength:4+mfa users=1", Some("do not go together")),
        ("block+mfa users=1", Some("stands alone")),
        ("mfa+passwordChange users=1 userRisk=high", None),
        ("mfa+passwordChange users=1", Some("needs all applications and a user risk")),
        ("mfa+passwordChange users=1 userRisk=high apps=mail", Some("needs all applications")),
        ("compliantDevice+passwordChange users=1 userRisk=high", Some("goes with mfa only")),
        ("riskRemediation users=1 userRisk=high", None),
        ("riskRemediation users=1", Some("needs all applications and a user risk")),
        ("approvedApplication users=1 platforms=linux", Some("macOS or Linux")),
        ("approvedApplication/mfa users=1 platforms=linux", None),
        ("mfa users=1 unknown=times", Some("is not judged here")),
        ("report mfa users=1 unknown=times", None),
        ("off mfa users=1 unknown=times", None),
        ("frequency=4h users=1", None),
        ("frequency=24h users=1", Some("1 to 23 hours")),
        ("frequency=366d users=1", Some("1 to 365 days")),
        ("frequency=everyTime users=1", None),
        ("browser=never users=1", None),
        ("browser=never users=1 apps=mail", Some("needs all applications")),
        ("bound users=1 clients=mobileAppsAndDesktopClients", None),
        ("bound users=1", Some("programs only")),
        ("bound users=1 clients=browser,mobileAppsAndDesktopClients", Some("programs only")),
        ("cae=strictLocation users=1 apps=mail", None),
        ("cae=disabled users=1", None),
        ("cae=disabled users=1 apps=mail", Some("only for all applications")),
        ("cae=disabled users=1 places=31", Some("only for all applications")),
        ("clients=browser users=1", Some("demands something")),
    ] {
        match (write(policy(text)), wrong) {
            (Ok(_), None) => {}
            (Err((_, message)), Some(wrong)) => assert!(message.contains(wrong), "`{text}`: {message}"),
            (Ok(_), Some(wrong)) => panic!("`{text}` should be refused: {wrong}"),
            (Err((_, message)), None) => panic!("`{text}`: {message}"),
        }
    }
}

#[test]
fn a_remedy_of_risk_brings_its_strength_along() {
    let written = write(policy("riskRemediation users=1 userRisk=high")).map_err(|(_, why)| why).unwrap();
    let grant = written.now.find(id(100)).unwrap().get(GRANT_CONTROLS).unwrap();
    assert!(grant.record("authenticationStrength").is_some());
}

#[test]
fn every_template_can_be_used_as_it_is() {
    for template in templates() {
        let name = template.text("name").unwrap();
        let details = template.record("details").unwrap();
        for state in ["disabled", "enabled"] {
            let part = |part: &str| Value::Record(details.record(part).cloned().unwrap_or_else(Record::new));
            let attributes = vec![
                put(DISPLAY_NAME, name),
                put(STATE, state),
                put(CONDITIONS, part("conditions")),
                put(GRANT_CONTROLS, part("grantControls")),
                put(SESSION_CONTROLS, part("sessionControls")),
            ];
            // Some of them would lock out the only administrator here, who has no device: that is said, and nothing else.
            if let Err((kind, why)) = write(attributes) {
                assert_eq!((kind, state), (RefusalKind::State, "enabled"), "`{name}`: {why}");
            }
        }
    }
}

#[test]
fn a_context_has_a_name_of_its_form_and_stays_while_it_is_relied_on() {
    let make = |n: u128, name: &str| {
        let attributes = vec![put(ID, name), put(DISPLAY_NAME, "Payroll")];
        vec![Change::Create { id: id(n), kind: AUTHENTICATION_CONTEXT_CLASS_REFERENCE.id(), attributes }]
    };
    for (name, is_fine) in [("c1", true), ("c99", true), ("c0", false), ("c100", false), ("c01", false), ("x1", false)]
    {
        let mut world = World::new();
        assert_eq!(submit(&mut world, &contexts::CHECK, make(91, name)).is_ok(), is_fine, "{name}");
    }
    let mut world = World::new();
    submit(&mut world, &contexts::CHECK, make(91, "c1")).map_err(|(_, why)| why).unwrap();
    let delete = || vec![Change::Delete { id: id(91) }];
    world.apply(&[Change::set(id(91), IS_AVAILABLE, true)]);
    assert_eq!(submit(&mut world, &contexts::CHECK, delete()).map_err(|e| e.0), Err(RefusalKind::State), "published");
    world.apply(&[Change::set(id(91), IS_AVAILABLE, false)]);
    world.make(100, &CONDITIONAL_ACCESS_POLICY, policy("mfa users=1 context=c1"));
    assert_eq!(submit(&mut world, &contexts::CHECK, delete()).map_err(|e| e.0), Err(RefusalKind::State), "asked for");
    world.apply(&[Change::Delete { id: id(100) }]);
    assert!(submit(&mut world, &contexts::CHECK, delete()).is_ok());
}
