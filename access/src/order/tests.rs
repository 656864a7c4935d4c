//! What access says to writes, as tables: given, changes, expect.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use directory::{By, Call, Caller, Change, Check, Fresh, Id, Record, RefusalKind, Snapshot, Value};
use schema::app_role_assignment::{self, APP_ROLE_ASSIGNMENT};
use schema::conditional_access_policy::{
    CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS, IS_LOCKOUT_ACCEPTED, LOCKOUT_ACCEPTED_REASON,
    SESSION_CONTROLS,
};
use schema::directory_role::{DIRECTORY_ROLE, ROLE_TEMPLATE_ID};
use schema::named_location::{IP_NAMED_LOCATION, IP_RANGES, IS_TRUSTED};
use schema::oauth2_permission_grant::{CLIENT_ID, CONSENT_TYPE, OAUTH2_PERMISSION_GRANT, RESOURCE_ID, SCOPE};
use schema::unified_role_assignment::UNIFIED_ROLE_ASSIGNMENT;
use schema::unified_role_definition::{ROLE_PERMISSIONS, UNIFIED_ROLE_DEFINITION};
use schema::{DISPLAY_NAME, MEMBERS, STATE};

use crate::ROOM;
use crate::world::{AT, TENANT, World, id, person, put, role};

/// Do as the engine does: complete, carry out, check.
fn submit(world: &mut World, caller: &Caller, changes: Vec<Change>) -> Result<Vec<Change>, RefusalKind> {
    let mut changes = changes;
    let call = Call { caller, at: AT, fresh: Fresh::new(u128::from(world.now.usn())) };
    let touches = |check: &Check, now: &Snapshot, changes: &[Change]| {
        changes.iter().any(|change| match change {
            Change::Create { kind, .. } => now.model().is_a(*kind, check.kind.id()),
            other => now.stored(other.subject()).is_some_and(|object| now.is_a(object, check.kind)),
        })
    };
    for check in ROOM.checks {
        if let Some(complete) = check.complete.filter(|_| touches(check, &world.now, &changes)) {
            complete(&world.now, &call, &mut changes).map_err(|r| r.kind)?;
        }
    }
    let mut after = world.now.clone();
    let applied = after.apply(world.now.usn() + 1, AT, &changes, None, &[]).map_err(|r| r.kind)?.changes;
    for check in ROOM.checks {
        let is_touched = touches(check, &world.now, &applied) || touches(check, &after, &applied);
        if let Some(judge) = check.check.filter(|_| is_touched) {
            judge(&world.now, &after, &call, &applied).map_err(|r| r.kind)?;
        }
    }
    world.now = after;
    Ok(applied)
}

fn as_system(world: &mut World, changes: Vec<Change>) -> Result<Vec<Change>, RefusalKind> {
    submit(world, &Caller::system(TENANT), changes)
}

fn create(n: u128, kind: &'static directory::Kind, attributes: Vec<(directory::AttrId, Value)>) -> Vec<Change> {
    vec![Change::Create { id: id(n), kind: kind.id(), attributes }]
}

fn assignment(n: u128, principal: Id, role: Id, scope: Option<&str>) -> Vec<Change> {
    let mut attributes =
        vec![put(schema::PRINCIPAL_ID, principal.to_string()), put(schema::ROLE_DEFINITION_ID, role.to_string())];
    attributes.extend(scope.map(|scope| put(schema::DIRECTORY_SCOPE_ID, scope)));
    create(n, &UNIFIED_ROLE_ASSIGNMENT, attributes)
}

#[test]
fn role_assignments_are_valid_and_unique() {
    let mut world = World::new();
    let user = world.user(1);
    let plain = world.group(2, &[], false);
    let assignable = world.group(3, &[], true);
    let unit = world.unit(4, &[]);
    let device = world.device(5, vec![]);
    let helpdesk = role("Helpdesk Administrator");
    let in_unit = format!("/administrativeUnits/{unit}");
    for (what, changes, expected) in [
        ("to a person", assignment(20, user, helpdesk, None), Ok(())),
        ("again", assignment(21, user, helpdesk, Some("/")), Err(RefusalKind::Conflict)),
        ("over a unit", assignment(22, user, helpdesk, Some(&in_unit)), Ok(())),
        ("over a unit again", assignment(23, user, helpdesk, Some(&in_unit)), Err(RefusalKind::Conflict)),
        ("over nothing", assignment(24, user, helpdesk, Some("/administrativeUnits/x")), Err(RefusalKind::Invalid)),
        ("to a group that can hold it", assignment(25, assignable, helpdesk, None), Ok(())),
        ("to a group that cannot", assignment(26, plain, helpdesk, None), Err(RefusalKind::Invalid)),
        ("to a device", assignment(27, device, helpdesk, None), Err(RefusalKind::Invalid)),
        ("to nobody", assignment(28, id(999), helpdesk, None), Err(RefusalKind::Invalid)),
        ("of no role", assignment(29, user, id(998), None), Err(RefusalKind::Invalid)),
    ] {
        assert_eq!(as_system(&mut world, changes).map(|_| ()), expected, "{what}");
    }
    assert_eq!(world.now.linked(id(20), schema::PRINCIPAL).map(|o| o.id), Some(user));
}

#[test]
fn members_of_a_directory_role_are_its_assignments() {
    let mut world = World::new();
    let user = world.user(1);
    let template = role("Helpdesk Administrator");
    let shown = world.make(2, &DIRECTORY_ROLE, vec![put(ROLE_TEMPLATE_ID, template.to_string())]);
    let settle = |world: &mut World| {
        let changes = (super::role_members::REACTION.verify)(&world.now, AT);
        if !changes.is_empty() {
            let owned: Vec<_> = super::role_members::REACTION.owns.iter().map(|own| ("role-members", *own)).collect();
            world.now.apply(world.now.usn() + 1, AT, &changes, Some("role-members"), &owned).unwrap();
        }
        assert!((super::role_members::REACTION.verify)(&world.now, AT).is_empty());
        world.now.links(shown, MEMBERS).map(|link| link.object.id).collect::<Vec<_>>()
    };
    as_system(&mut world, assignment(20, user, template, None)).unwrap();
    assert_eq!(settle(&mut world), [user]);
    assert_eq!(as_system(&mut world, vec![Change::link(shown, MEMBERS, user)]), Err(RefusalKind::Conflict));
    as_system(&mut world, vec![Change::unlink(shown, MEMBERS, user)]).unwrap();
    assert!(world.now.find(id(20)).is_none(), "taking somebody out ends the assignment");
    assert!(settle(&mut world).is_empty());
    let made = as_system(&mut world, vec![Change::link(shown, MEMBERS, user)]).unwrap();
    assert!(matches!(&made[0], Change::Create { kind, .. } if *kind == UNIFIED_ROLE_ASSIGNMENT.id()));
    assert_eq!(settle(&mut world), [user]);
    let by = world.now.why(shown, MEMBERS, user).unwrap();
    assert!(by.is(By::Derived) && !by.is(By::Direct));
    as_system(&mut world, vec![Change::Delete { id: user }]).unwrap();
    as_system(&mut world, vec![Change::Purge { id: user }]).unwrap();
    settle(&mut world);
    assert_eq!(world.now.all(&UNIFIED_ROLE_ASSIGNMENT).count(), 0, "whoever is gone for good holds nothing");
}

#[test]
fn the_last_global_administrator_stays() {
    let build = || {
        let mut world = World::new();
        let (one, two) = (world.user(1), world.user(2));
        let group = world.group(3, &[two], true);
        world.assign(20, one, role("Global Administrator"), "/");
        (world, one, two, group)
    };
    let refused = Err(RefusalKind::State);
    let disable = |user| vec![Change::set(user, schema::ACCOUNT_ENABLED, false)];
    let (mut world, one, two, group) = build();
    assert_eq!(as_system(&mut world, disable(one)).map(|_| ()), refused, "disabled");
    assert_eq!(as_system(&mut world, vec![Change::Delete { id: one }]).map(|_| ()), refused, "deleted");
    assert_eq!(as_system(&mut world, vec![Change::Delete { id: id(20) }]).map(|_| ()), refused, "role taken");
    assert_eq!(as_system(&mut world, disable(two)).map(|_| ()), Ok(()), "somebody else");
    as_system(&mut world, vec![Change::set(two, schema::ACCOUNT_ENABLED, true)]).unwrap();
    world.assign(21, group, role("Global Administrator"), "/");
    assert_eq!(as_system(&mut world, disable(one)).map(|_| ()), Ok(()), "another holds it through a group");
    assert_eq!(as_system(&mut world, vec![Change::unlink(group, MEMBERS, two)]).map(|_| ()), refused, "taken out");
}

#[test]
fn application_roles_fit_who_gets_them() {
    let mut world = World::new();
    let user = world.user(1);
    let (client, resource) =
        (world.app(2, "33333333-0000-0000-0000-000000000002"), world.app(3, "33333333-0000-0000-0000-000000000003"));
    let app_role = |n: u128, member: &str| {
        Record::new().with("id", id(n)).with("isEnabled", true).with("allowedMemberTypes", [member]).with("value", "x")
    };
    world.apply(&[Change::set(resource, schema::APP_ROLES, vec![app_role(71, "User"), app_role(72, "Application")])]);
    let give = |n, principal: Id, role: Id| {
        let attributes = vec![
            put(app_role_assignment::PRINCIPAL_ID, principal),
            put(app_role_assignment::RESOURCE_ID, resource),
            put(app_role_assignment::APP_ROLE_ID, role),
        ];
        create(n, &APP_ROLE_ASSIGNMENT, attributes)
    };
    for (what, changes, expected) in [
        ("a person's role to a person", give(30, user, id(71)), Ok(())),
        ("again", give(31, user, id(71)), Err(RefusalKind::Conflict)),
        ("an application's role to a person", give(32, user, id(72)), Err(RefusalKind::Invalid)),
        ("an application's role to an application", give(33, client, id(72)), Ok(())),
        ("a role that is not there", give(34, user, id(79)), Err(RefusalKind::Invalid)),
        ("plain access", give(35, user, Id::nil()), Ok(())),
        ("to nobody", give(36, id(999), id(71)), Err(RefusalKind::Invalid)),
    ] {
        assert_eq!(as_system(&mut world, changes).map(|_| ()), expected, "{what}");
    }
    let made = world.now.get(id(30)).unwrap();
    assert_eq!(made.get(app_role_assignment::PRINCIPAL_TYPE), Some("User"));
    assert_eq!(made.get(app_role_assignment::RESOURCE_DISPLAY_NAME), Some("app3"));
    assert_eq!(world.now.backlinks(user, schema::PRINCIPAL).count(), 2);
}

#[test]
fn consent_is_whole_and_given_once() {
    let mut world = World::new();
    let user = world.user(1);
    let (client, resource) =
        (world.app(2, "33333333-0000-0000-0000-000000000002"), world.app(3, "33333333-0000-0000-0000-000000000003"));
    let grant = |n, sort: &str, principal: Option<Id>| {
        let mut attributes = vec![
            put(CLIENT_ID, client.to_string()),
            put(RESOURCE_ID, resource.to_string()),
            put(CONSENT_TYPE, sort),
            put(SCOPE, "User.Read"),
        ];
        attributes.extend(principal.map(|principal| put(schema::PRINCIPAL_ID, principal.to_string())));
        create(n, &OAUTH2_PERMISSION_GRANT, attributes)
    };
    for (what, changes, expected) in [
        ("for all", grant(30, "AllPrincipals", None), Ok(())),
        ("for all again", grant(31, "AllPrincipals", None), Err(RefusalKind::Conflict)),
        ("for one", grant(32, "Principal", Some(user)), Ok(())),
        ("for one, unnamed", grant(33, "Principal", None), Err(RefusalKind::Invalid)),
        ("for all, naming one", grant(34, "AllPrincipals", Some(user)), Err(RefusalKind::Invalid)),
        ("of no sort", grant(35, "Everybody", None), Err(RefusalKind::Invalid)),
    ] {
        assert_eq!(as_system(&mut world, changes).map(|_| ()), expected, "{what}");
    }
}

#[test]
fn roles_of_ones_own_are_understood() {
    let mut world = World::new();
    let define = |n, action: &str| {
        let permission = Record::new().with("allowedResourceActions", [action]);
        create(
            n,
            &UNIFIED_ROLE_DEFINITION,
            vec![
                put(DISPLAY_NAME, format!("role{n}")),
                put(schema::IS_ENABLED, true),
                put(ROLE_PERMISSIONS, vec![permission]),
            ],
        )
    };
    assert!(as_system(&mut world, define(40, "microsoft.directory/users/basic/update")).is_ok());
    assert_eq!(as_system(&mut world, define(41, "launch the missiles")), Err(RefusalKind::Invalid));
    let user = world.user(1);
    as_system(&mut world, assignment(42, user, id(40), None)).unwrap();
    assert_eq!(as_system(&mut world, vec![Change::Delete { id: id(40) }]), Err(RefusalKind::State));
}

#[test]
fn locations_can_be_read_and_are_not_lost() {
    let mut world = World::new();
    let locate = |n, range: &str, trusted: bool| {
        let range = Record::new().with("@odata.type", "#microsoft.graph.iPv4CidrRange").with("cidrAddress", range);
        create(
            n,
            &IP_NAMED_LOCATION,
            vec![put(DISPLAY_NAME, format!("place{n}")), put(IP_RANGES, vec![range]), put(IS_TRUSTED, trusted)],
        )
    };
    assert_eq!(as_system(&mut world, locate(50, "10.0.0.0/8", false)), Err(RefusalKind::Invalid));
    assert_eq!(as_system(&mut world, locate(50, "10.0.0", false)), Err(RefusalKind::Invalid));
    as_system(&mut world, locate(51, "203.0.113.0/24", true)).unwrap();
    assert_eq!(world.now.get(id(51)).unwrap().get(schema::CREATED_DATE_TIME), Some(AT));
    assert_eq!(as_system(&mut world, vec![Change::Delete { id: id(51) }]), Err(RefusalKind::State), "trusted");
    as_system(&mut world, vec![Change::set(id(51), IS_TRUSTED, false)]).unwrap();
    assert_eq!(world.now.get(id(51)).unwrap().get(schema::MODIFIED_DATE_TIME), Some(AT));
    let locations = Record::new().with("includeLocations", [id(51).to_string().as_str()]);
    let policy = policy(60, |draft| draft.conditions.set("locations", locations));
    as_system(&mut world, policy).unwrap();
    assert_eq!(as_system(&mut world, vec![Change::Delete { id: id(51) }]), Err(RefusalKind::State), "in use");
    as_system(&mut world, vec![Change::Delete { id: id(60) }]).unwrap();
    as_system(&mut world, vec![Change::Delete { id: id(51) }]).unwrap();
}

struct Draft {
    conditions: Record,
    grant: Record,
    session: Record,
    state: &'static str,
    more: Vec<(directory::AttrId, Value)>,
}

fn policy(n: u128, edit: impl FnOnce(&mut Draft)) -> Vec<Change> {
    let mut draft = Draft {
        conditions: Record::new()
            .with("users", Record::new().with("includeUsers", ["All"]))
            .with("applications", Record::new().with("includeApplications", ["All"])),
        grant: Record::new().with("operator", "OR").with("builtInControls", ["mfa"]),
        session: Record::new(),
        state: "enabled",
        more: Vec::new(),
    };
    edit(&mut draft);
    let mut attributes = vec![
        put(DISPLAY_NAME, format!("policy{n}")),
        put(CONDITIONS, draft.conditions),
        put(GRANT_CONTROLS, draft.grant),
        put(STATE, draft.state),
    ];
    if !draft.session.is_empty() {
        attributes.push(put(SESSION_CONTROLS, draft.session));
    }
    attributes.extend(draft.more);
    create(n, &CONDITIONAL_ACCESS_POLICY, attributes)
}

fn controls(names: &[&str]) -> Value {
    Value::List(names.iter().map(|name| Value::from(*name)).collect())
}

#[test]
fn policies_are_whole_or_refused() {
    type Edit = fn(&mut Draft);
    let cases: Vec<(&str, Edit, bool)> = vec![
        ("a plain policy", |_| {}, true),
        ("nobody meant", |d| d.conditions.set("users", Record::new()), false),
        ("an unknown word", |d| d.conditions.set("users", Record::new().with("includeUsers", ["Everybody"])), false),
        ("none meant on purpose", |d| d.conditions.set("users", Record::new().with("includeUsers", ["None"])), true),
        ("nothing meant", |d| d.conditions.set("applications", Record::new()), false),
        (
            "two sorts of target",
            |d| {
                let apps = Record::new()
                    .with("includeApplications", ["All"])
                    .with("includeUserActions", ["urn:user:registerdevice"]);
                d.conditions.set("applications", apps);
            },
            false,
        ),
        (
            "an unknown user action",
            |d| d.conditions.set("applications", Record::new().with("includeUserActions", ["urn:user:dance"])),
            false,
        ),
        (
            "an unknown context",
            |d| {
                let apps = Record::new().with("includeAuthenticationContextClassReferences", ["c100"]);
                d.conditions.set("applications", apps);
            },
            false,
        ),
        (
            "a filter over attributes",
            |d| {
                let filter = Record::new().with("mode", "include").with("rule", "x");
                let apps = Record::new().with("includeApplications", ["All"]).with("applicationFilter", filter);
                d.conditions.set("applications", apps);
            },
            false,
        ),
        (
            "a device filter that cannot be read",
            |d| {
                let filter = Record::new().with("mode", "include").with("rule", "device.colour -eq \"red\"");
                d.conditions.set("devices", Record::new().with("deviceFilter", filter));
            },
            false,
        ),
        (
            "a location that is not there",
            |d| {
                let gone = id(999).to_string();
                d.conditions.set("locations", Record::new().with("includeLocations", [gone.as_str()]));
            },
            false,
        ),
        ("a risk that cannot be chosen", |d| d.conditions.set("userRiskLevels", ["hidden"]), false),
        ("no operator", |d| drop(d.grant.remove("operator")), false),
        ("nothing demanded", |d| d.grant = Record::new(), false),
        ("a block and more", |d| d.grant.set("builtInControls", controls(&["block", "mfa"])), false),
        (
            "a factor and a strength",
            |d| {
                let strength = Record::new().with("id", "00000000-0000-0000-0000-000000000004");
                d.grant.set("authenticationStrength", strength);
            },
            false,
        ),
        (
            "a strength that is not there",
            |d| {
                d.grant.set("builtInControls", controls(&[]));
                d.grant.set("authenticationStrength", Record::new().with("id", "00000000-0000-0000-0000-000000000009"));
            },
            false,
        ),
        ("a password change without risk", |d| d.grant.set("builtInControls", controls(&["passwordChange"])), false),
        (
            "a password change with risk",
            |d| {
                d.grant.set("builtInControls", controls(&["passwordChange", "mfa"]));
                d.conditions.set("userRiskLevels", ["high"]);
            },
            true,
        ),
        (
            "an approved application on Linux",
            |d| {
                d.grant.set("builtInControls", controls(&["approvedApplication"]));
                d.conditions.set("platforms", Record::new().with("includePlatforms", ["linux"]));
            },
            false,
        ),
        (
            "a compliant device to register a device",
            |d| {
                d.grant.set("builtInControls", controls(&["compliantDevice"]));
                d.conditions.set("applications", Record::new().with("includeUserActions", ["urn:user:registerdevice"]));
            },
            false,
        ),
        (
            "a service principal asked for a factor",
            |d| {
                d.conditions.set("users", Record::new().with("includeUsers", ["None"]));
                let all = Record::new().with("includeServicePrincipals", ["ServicePrincipalsInMyTenant"]);
                d.conditions.set("clientApplications", all);
            },
            false,
        ),
        (
            "a service principal blocked",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                d.conditions.set("users", Record::new().with("includeUsers", ["None"]));
                let all = Record::new().with("includeServicePrincipals", ["ServicePrincipalsInMyTenant"]);
                d.conditions.set("clientApplications", all);
            },
            true,
        ),
        (
            "a frequency of 24 hours",
            |d| {
                let frequency = Record::new().with("isEnabled", true).with("type", "hours").with("value", 24);
                d.session.set("signInFrequency", frequency);
            },
            false,
        ),
        (
            "a frequency of a day",
            |d| {
                let frequency = Record::new().with("isEnabled", true).with("type", "days").with("value", 1);
                d.session.set("signInFrequency", frequency);
            },
            true,
        ),
        (
            "a persistent browser for one application",
            |d| {
                d.conditions.set("applications", Record::new().with("includeApplications", ["Office365"]));
                d.session.set("persistentBrowser", Record::new().with("isEnabled", true).with("mode", "never"));
            },
            false,
        ),
    ];
    for (what, edit, is_fine) in cases {
        let mut world = World::new();
        let outcome = as_system(&mut world, policy(60, edit)).map(|_| ());
        assert_eq!(outcome, if is_fine { Ok(()) } else { Err(RefusalKind::Invalid) }, "{what}");
    }
}

#[test]
fn nobody_locks_every_administrator_out_unawares() {
    type Edit = fn(&mut Draft);
    let block: Edit = |d| d.grant.set("builtInControls", controls(&["block"]));
    let cases: Vec<(&str, Edit, bool)> = vec![
        ("a second factor for all", |_| {}, true),
        ("a block for all", block, false),
        (
            "a block for all but one",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                let one = id(1).to_string();
                d.conditions
                    .set("users", Record::new().with("includeUsers", ["All"]).with("excludeUsers", [one.as_str()]));
            },
            true,
        ),
        (
            "a block for all, not enforced",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                d.state = "enabledForReportingButNotEnforced";
            },
            true,
        ),
        (
            "a block for all, accepted",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                d.more.push(put(IS_LOCKOUT_ACCEPTED, true));
                d.more.push(put(LOCKOUT_ACCEPTED_REASON, "the drill of this quarter"));
            },
            true,
        ),
        (
            "a block on all platforms but one",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                let platforms = Record::new().with("includePlatforms", ["all"]).with("excludePlatforms", ["linux"]);
                d.conditions.set("platforms", platforms);
            },
            true,
        ),
        (
            "a block in browsers and in programs",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                d.conditions.set("clientAppTypes", ["browser", "mobileAppsAndDesktopClients"]);
            },
            false,
        ),
        (
            "a block from everywhere but a trusted place, of which there is none",
            |d| {
                d.grant.set("builtInControls", controls(&["block"]));
                let places = Record::new().with("includeLocations", ["All"]).with("excludeLocations", ["AllTrusted"]);
                d.conditions.set("locations", places);
            },
            false,
        ),
        (
            "a compliant device, which none of them has",
            |d| d.grant.set("builtInControls", controls(&["compliantDevice"])),
            false,
        ),
    ];
    for (what, edit, is_fine) in cases {
        let mut world = World::new();
        let one = world.user(1);
        world.assign(20, one, role("Global Administrator"), "/");
        let caller = person(one, &[]);
        let outcome = submit(&mut world, &caller, policy(60, edit)).map(|_| ());
        assert_eq!(outcome, if is_fine { Ok(()) } else { Err(RefusalKind::State) }, "{what}");
    }
    let accepted = policy(60, |d| d.more.push(put(IS_LOCKOUT_ACCEPTED, true)));
    assert_eq!(as_system(&mut World::new(), accepted).map(|_| ()), Err(RefusalKind::Invalid), "without a reason");
    let mut world = World::new();
    let one = world.user(1);
    world.assign(20, one, role("Global Administrator"), "/");
    let range =
        Record::new().with("@odata.type", "#microsoft.graph.iPv4CidrRange").with("cidrAddress", "203.0.113.0/24");
    world.make(
        31,
        &IP_NAMED_LOCATION,
        vec![put(DISPLAY_NAME, "Office"), put(IP_RANGES, vec![range]), put(IS_TRUSTED, true)],
    );
    let outside = policy(60, |d| {
        d.grant.set("builtInControls", controls(&["block"]));
        let places = Record::new().with("includeLocations", ["All"]).with("excludeLocations", ["AllTrusted"]);
        d.conditions.set("locations", places);
    });
    assert!(as_system(&mut world, outside).is_ok(), "an administrator in the office gets in");
    let mut world = World::new();
    let one = world.user(1);
    world.assign(20, one, role("Global Administrator"), "/");
    let device = world.device(21, vec![put(schema::device::IS_COMPLIANT, true)]);
    world.link_all(device, "registeredOwners", &[one]);
    let policy = policy(60, |d| d.grant.set("builtInControls", controls(&["compliantDevice"])));
    assert!(as_system(&mut world, policy).is_ok(), "an administrator with a compliant device gets in");
}
