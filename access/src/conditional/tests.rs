//! Sign-ins and policies as tables: given, sign-in, expect.

#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::sync::Arc;
use std::time::Duration;

use directory::{Change, Id, Record, Time, Value};
use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS, SESSION_CONTROLS};
use schema::device::{EXTENSION_ATTRIBUTES, IS_COMPLIANT, TRUST_TYPE};
use schema::named_location::{
    COUNTRIES_AND_REGIONS, COUNTRY_NAMED_LOCATION, INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS, IP_NAMED_LOCATION, IP_RANGES,
    IS_TRUSTED,
};
use schema::{DISPLAY_NAME, STATE};

use super::*;
use crate::world::{AT, World, id, put, role};

const MAIL: &str = "00000002-0000-0ff1-ce00-000000000000";
const GRAPH: &str = crate::GRAPH_APP_ID;

/// One policy, by the words that matter.
#[derive(Clone, Default)]
struct Draft {
    users: Record,
    apps: Record,
    more: Record,
    controls: Vec<&'static str>,
    operator: &'static str,
    strength: Option<&'static str>,
    terms: Vec<String>,
    session: Record,
    state: &'static str,
}

fn words(texts: &[&str]) -> Value {
    Value::List(texts.iter().map(|t| Value::from(*t)).collect())
}

/// A policy for everybody and everything that demands these controls.
fn all(controls: &[&'static str]) -> Draft {
    Draft {
        users: Record::new().with("includeUsers", ["All"]),
        apps: Record::new().with("includeApplications", ["All"]),
        controls: controls.to_vec(),
        operator: "AND",
        state: "enabled",
        ..Draft::default()
    }
}

impl Draft {
    fn users(mut self, field: &str, values: &[&str]) -> Draft {
        if field.starts_with("include") {
            self.users.remove("includeUsers");
        }
        self.users.set(field, words(values));
        self
    }

    fn apps(mut self, field: &str, values: &[&str]) -> Draft {
        if field.starts_with("include") {
            self.apps.remove("includeApplications");
        }
        self.apps.set(field, words(values));
        self
    }

    fn when(mut self, field: &str, value: impl Into<Value>) -> Draft {
        self.more.set(field, value);
        self
    }

    fn device(self, mode: &str, rule: &str) -> Draft {
        let filter = Record::new().with("mode", mode).with("rule", rule);
        self.when("devices", Record::new().with("deviceFilter", filter))
    }

    fn session(mut self, field: &str, value: impl Into<Value>) -> Draft {
        self.session.set(field, value);
        self
    }

    fn any(mut self) -> Draft {
        self.operator = "OR";
        self
    }

    fn state(mut self, state: &'static str) -> Draft {
        self.state = state;
        self
    }

    fn write(self, world: &mut World, n: u128) -> Id {
        let mut conditions = Record::new().with("users", self.users).with("applications", self.apps);
        self.more.into_iter().for_each(|(name, value)| conditions.set(&name, value));
        let mut grant = Record::new().with("operator", self.operator).with("builtInControls", words(&self.controls));
        if let Some(strength) = self.strength {
            grant.set("authenticationStrength", Record::new().with("id", strength));
        }
        if !self.terms.is_empty() {
            grant.set("termsOfUse", self.terms);
        }
        let mut attributes = vec![
            put(DISPLAY_NAME, format!("policy{n}")),
            put(CONDITIONS, conditions),
            put(GRANT_CONTROLS, grant),
            put(STATE, self.state),
        ];
        if !self.session.is_empty() {
            attributes.push(put(SESSION_CONTROLS, self.session));
        }
        world.make(n, &CONDITIONAL_ACCESS_POLICY, attributes)
    }
}

fn user(n: u128) -> SignInContext {
    SignInContext { authenticated: Some(AT), ..SignInContext::of_user(id(n), MAIL) }
}

fn ask(world: &World, context: &SignInContext) -> CaDecision {
    conditional_access(&world.now, AT, context)
}

/// The outcome in a word: `allow`, or the code, with what is needed.
fn said(decision: &CaDecision) -> String {
    match &decision.outcome {
        Outcome::Allow => "allow".into(),
        Outcome::Interact { error, needs } => {
            format!("{} ask {}", error.code, needs.iter().map(Need::name).collect::<Vec<_>>().join(" "))
        }
        Outcome::Deny { error, needs } => {
            format!("{} deny {}", error.code, needs.iter().map(Need::name).collect::<Vec<_>>().join(" "))
        }
    }
}

/// People 1 (in group 11, inside group 12; help desk over a unit), 2 (a global administrator), 3 (a guest); a compliant
/// device 21 and one that is not, 22; a trusted location 31 and the country Germany 32.
fn world() -> World {
    let mut world = World::new();
    let (one, two) = (world.user(1), world.user(2));
    world.guest(3);
    let inner = world.group(11, &[one], false);
    world.group(12, &[inner], false);
    let unit = world.unit(13, &[one]);
    world.assign(14, two, role("Global Administrator"), "/");
    world.assign(15, one, role("Helpdesk Administrator"), &format!("/administrativeUnits/{unit}"));
    let labels = Record::new().with("extensionAttribute1", "kiosk");
    world.device(21, vec![put(IS_COMPLIANT, true), put(EXTENSION_ATTRIBUTES, labels.clone())]);
    world.device(22, vec![put(TRUST_TYPE, "ServerAd")]);
    world.device(23, vec![put(EXTENSION_ATTRIBUTES, labels)]);
    let range = |text: &str| {
        let kind = if text.contains(':') { "#microsoft.graph.iPv6CidrRange" } else { "#microsoft.graph.iPv4CidrRange" };
        Record::new().with("@odata.type", kind).with("cidrAddress", text)
    };
    world.make(
        31,
        &IP_NAMED_LOCATION,
        vec![put(DISPLAY_NAME, "Office"), put(IP_RANGES, vec![range("203.0.113.0/24")]), put(IS_TRUSTED, true)],
    );
    world.make(
        32,
        &COUNTRY_NAMED_LOCATION,
        vec![
            put(DISPLAY_NAME, "Germany"),
            put(COUNTRIES_AND_REGIONS, ["DE"]),
            put(INCLUDE_UNKNOWN_COUNTRIES_AND_REGIONS, false),
        ],
    );
    world
}

/// Write the drafts and compare what a sign-in gets.
fn check(what: &str, drafts: Vec<Draft>, context: &SignInContext, expected: &str) {
    let mut world = world();
    for (n, draft) in (100..).zip(drafts) {
        draft.write(&mut world, n);
    }
    assert_eq!(said(&ask(&world, context)), expected, "{what}");
}

#[test]
fn the_nine_vectors_of_the_reference() {
    let helpdesk = role("Helpdesk Administrator").to_string();
    let global = role("Global Administrator").to_string();
    let group = id(12).to_string();
    check(
        "1: included by group, excluded by role",
        vec![all(&["block"]).users("includeUsers", &["All"]).users("excludeRoles", &[&global])],
        &user(2),
        "allow",
    );
    check(
        "2: one of two, and both of two: the second factor first, then the terms",
        vec![all(&["mfa", "compliantDevice"]).any(), Draft { terms: vec![id(77).to_string()], ..all(&["mfa"]) }],
        &user(1),
        &format!("50076 ask Mfa TermsOfUse:{}", id(77)),
    );
    check("3: a block wins without asking", vec![all(&["mfa"]), all(&["block"])], &user(1), "53003 deny Block");
    check(
        "4: an unregistered device is not compliant",
        vec![all(&["block"]).device("include", "device.isCompliant -ne True")],
        &user(1),
        "53003 deny Block",
    );
    check(
        "5: a role that is not active does not count",
        vec![all(&["block"]).users("includeRoles", &[&role("User Administrator").to_string()])],
        &user(1),
        "allow",
    );
    check("6: a risk that nobody judges", vec![all(&["block"]).when("signInRiskLevels", ["high"])], &user(1), "allow");
    check(
        "7: a role over a unit does not count",
        vec![all(&["block"]).users("includeRoles", &[&helpdesk])],
        &user(1),
        "allow",
    );
    let places = Record::new().with("includeLocations", ["All"]).with("excludeLocations", ["AllTrusted"]);
    let mut from_v6 = user(1);
    from_v6.address = Some("2001:db8::1".parse().unwrap());
    check(
        "8: an IPv6 address where only IPv4 is trusted",
        vec![all(&["block"]).when("locations", places)],
        &from_v6,
        "53003 deny Block",
    );
    let mut who_am_i = user(1);
    who_am_i.target = Target::Resources(vec![GRAPH.into()]);
    who_am_i.scopes = vec!["openid".into(), "User.Read".into()];
    let draft = || all(&["block"]).apps("excludeApplications", &[GRAPH]);
    check("9: an excluded application asked only who one is", vec![draft()], &who_am_i, "53003 deny Block");
    who_am_i.scopes = vec!["Mail.Read".into()];
    check("9: an excluded application asked for more", vec![draft()], &who_am_i, "allow");
    check(
        "a group within a group counts",
        vec![all(&["block"]).users("includeGroups", &[&group])],
        &user(1),
        "53003 deny Block",
    );
}

#[test]
fn people_are_chosen_and_excluded() {
    let one = id(1).to_string();
    let group = id(11).to_string();
    let guests = |types: &str| Record::new().with("guestOrExternalUserTypes", types);
    let guest_policy = |types: &str| {
        let mut draft = all(&["block"]);
        draft.users = Record::new().with("includeGuestsOrExternalUsers", guests(types));
        draft
    };
    for (what, draft, who, expected) in [
        ("a person", all(&["block"]).users("includeUsers", &[&one]), 1, "53003 deny Block"),
        ("another person", all(&["block"]).users("includeUsers", &[&one]), 2, "allow"),
        ("nobody", all(&["block"]).users("includeUsers", &["None"]), 1, "allow"),
        ("excluded by person", all(&["block"]).users("excludeUsers", &[&one]), 1, "allow"),
        ("excluded by group", all(&["block"]).users("excludeGroups", &[&group]), 1, "allow"),
        ("all, as a guest", all(&["block"]), 3, "53003 deny Block"),
        ("guests, as a guest", guest_policy("internalGuest"), 3, "53003 deny Block"),
        ("guests from elsewhere, as a local guest", guest_policy("b2bCollaborationGuest"), 3, "allow"),
        ("guests, as a member", guest_policy("internalGuest,b2bCollaborationGuest"), 1, "allow"),
        (
            "an active role",
            all(&["block"]).users("includeRoles", &[&role("Global Administrator").to_string()]),
            2,
            "53003 deny Block",
        ),
    ] {
        check(what, vec![draft], &user(who), expected);
    }
}

#[test]
fn conditions_match_or_keep_a_policy_away() {
    let base = || all(&["block"]);
    let platforms = |include: &[&str], exclude: &[&str]| {
        Record::new().with("includePlatforms", words(include)).with("excludePlatforms", words(exclude))
    };
    let places = |include: &[&str], exclude: &[&str]| {
        Record::new().with("includeLocations", words(include)).with("excludeLocations", words(exclude))
    };
    let (office, germany) = (id(31).to_string(), id(32).to_string());
    let five = ["android", "iOS", "windows", "macOS", "linux"];
    let flows = Record::new().with("transferMethods", "deviceCodeFlow");
    type Edit = fn(&mut SignInContext);
    let cases: Vec<(&str, Draft, Edit, bool)> = vec![
        (
            "a platform",
            base().when("platforms", platforms(&["linux"], &[])),
            |c| c.platform = Some("linux".into()),
            true,
        ),
        (
            "another platform",
            base().when("platforms", platforms(&["linux"], &[])),
            |c| c.platform = Some("iOS".into()),
            false,
        ),
        ("an unknown platform among all", base().when("platforms", platforms(&["all"], &five)), |_| {}, true),
        (
            "a known platform not among the unknown",
            base().when("platforms", platforms(&["all"], &five)),
            |c| c.platform = Some("macOS".into()),
            false,
        ),
        ("a client type", base().when("clientAppTypes", ["browser"]), |_| {}, true),
        ("another client type", base().when("clientAppTypes", ["other", "exchangeActiveSync"]), |_| {}, false),
        (
            "all client types",
            base().when("clientAppTypes", ["all"]),
            |c| c.client_app_type = ClientAppType::Other,
            true,
        ),
        (
            "the office",
            base().when("locations", places(&[&office], &[])),
            |c| c.address = Some("203.0.113.9".parse().unwrap()),
            true,
        ),
        (
            "outside the office",
            base().when("locations", places(&[&office], &[])),
            |c| c.address = Some("198.51.100.9".parse().unwrap()),
            false,
        ),
        (
            "anywhere but trusted, in the office",
            base().when("locations", places(&["All"], &["AllTrusted"])),
            |c| c.address = Some("203.0.113.9".parse().unwrap()),
            false,
        ),
        (
            "anywhere but trusted, from nowhere",
            base().when("locations", places(&["All"], &["AllTrusted"])),
            |_| {},
            true,
        ),
        ("a country", base().when("locations", places(&[&germany], &[])), |c| c.country = Some("de".into()), true),
        (
            "another country",
            base().when("locations", places(&[&germany], &[])),
            |c| c.country = Some("FR".into()),
            false,
        ),
        ("an unknown country", base().when("locations", places(&[&germany], &[])), |_| {}, false),
        ("a risk", base().when("userRiskLevels", ["high", "medium"]), |c| c.user_risk = Some("medium".into()), true),
        (
            "a lower risk",
            base().when("userRiskLevels", ["high", "medium"]),
            |c| c.user_risk = Some("low".into()),
            false,
        ),
        ("a flow", base().when("authenticationFlows", flows.clone()), |c| c.flow = Some("deviceCodeFlow".into()), true),
        ("no flow", base().when("authenticationFlows", flows), |_| {}, false),
        ("risk from within, which nothing judges", base().when("insiderRiskLevels", "elevated"), |_| {}, false),
        (
            "a compliant device by filter",
            base().device("include", "device.isCompliant -eq True"),
            |c| c.device = Some(id(21)),
            true,
        ),
        (
            "a device that is not",
            base().device("include", "device.isCompliant -eq True"),
            |c| c.device = Some(id(22)),
            false,
        ),
        ("no device, equal", base().device("include", "device.isCompliant -eq True"), |_| {}, false),
        ("no device, excluding the compliant", base().device("exclude", "device.isCompliant -eq True"), |_| {}, true),
        (
            "a compliant device, excluded",
            base().device("exclude", "device.isCompliant -eq True"),
            |c| c.device = Some(id(21)),
            false,
        ),
        (
            "no device, not starting with",
            base().device("include", "device.displayName -notStartsWith \"x\""),
            |_| {},
            true,
        ),
        (
            "an extension attribute of a compliant device",
            base().device("include", "device.extensionAttribute1 -eq \"kiosk\""),
            |c| c.device = Some(id(21)),
            true,
        ),
        (
            "an extension attribute nobody vouches for",
            base().device("include", "device.extensionAttribute1 -eq \"kiosk\""),
            |c| c.device = Some(id(23)),
            false,
        ),
        ("another application", base().apps("includeApplications", &[GRAPH]), |_| {}, false),
        ("a bundle", base().apps("includeApplications", &["Office365"]), |_| {}, true),
        ("no application", base().apps("includeApplications", &["None"]), |_| {}, false),
        ("all but this application", base().apps("excludeApplications", &[MAIL]), |_| {}, false),
        (
            "a user action",
            base().apps("includeUserActions", &["urn:user:registerdevice"]),
            |c| c.target = Target::UserAction("urn:user:registerdevice".into()),
            true,
        ),
        (
            "a user action when a token is wanted",
            base().apps("includeUserActions", &["urn:user:registerdevice"]),
            |_| {},
            false,
        ),
        (
            "a context",
            base().apps("includeAuthenticationContextClassReferences", &["c1"]),
            |c| c.target = Target::AuthenticationContext("c1".into()),
            true,
        ),
    ];
    for (what, draft, edit, applies) in cases {
        let mut context = user(1);
        edit(&mut context);
        check(what, vec![draft], &context, if applies { "53003 deny Block" } else { "allow" });
    }
}

#[test]
fn workloads_are_blocked_by_their_own_policies_only() {
    let mut world = world();
    let app = world.app(41, "22222222-0000-0000-0000-000000000041");
    all(&["block"]).write(&mut world, 100);
    let context = SignInContext { subject: Subject::ServicePrincipal(app), ..user(1) };
    assert_eq!(said(&ask(&world, &context)), "allow");
    let mut draft = all(&["block"]);
    draft.more.set("clientApplications", Record::new().with("includeServicePrincipals", [app.to_string().as_str()]));
    draft.write(&mut world, 101);
    assert_eq!(said(&ask(&world, &context)), "53003 deny Block");
    world.apply(&[Change::Delete { id: id(100) }]);
    assert_eq!(said(&ask(&world, &user(1))), "allow");
}

#[test]
fn controls_are_met_or_asked_for_in_their_order() {
    let with = |edit: fn(&mut SignInContext)| {
        let mut context = user(1);
        edit(&mut context);
        context
    };
    let mfa = || with(|c| c.mfa = Some(AT));
    let compliant = || with(|c| c.device = Some(id(21)));
    let joined = || with(|c| c.device = Some(id(22)));
    let strong = |id| Draft { strength: Some(id), ..all(&[]) };
    const ANY_TWO: &str = "00000000-0000-0000-0000-000000000002";
    const RESISTANT: &str = "00000000-0000-0000-0000-000000000004";
    for (what, drafts, context, expected) in [
        ("nothing demanded", vec![], user(1), "allow"),
        ("a second factor", vec![all(&["mfa"])], user(1), "50076 ask Mfa"),
        ("a second factor proved", vec![all(&["mfa"])], mfa(), "allow"),
        ("a device", vec![all(&["compliantDevice"])], user(1), "50097 deny RequireCompliantDevice"),
        (
            "the way to become compliant",
            vec![all(&["compliantDevice"])],
            SignInContext {
                target: Target::Resources(vec!["D4EBCE55-015a-49b5-a083-c84d1797ae8c".into()]),
                ..joined()
            },
            "allow",
        ),
        ("a compliant device", vec![all(&["compliantDevice"])], compliant(), "allow"),
        ("a device that is not", vec![all(&["compliantDevice"])], joined(), "53000 deny RequireCompliantDevice"),
        (
            "a device nobody knows",
            vec![all(&["compliantDevice"])],
            with(|c| c.device = Some(id(999))),
            "50187 deny RequireCompliantDevice",
        ),
        ("a joined device", vec![all(&["domainJoinedDevice"])], joined(), "allow"),
        (
            "a device that is not joined",
            vec![all(&["domainJoinedDevice"])],
            compliant(),
            "53001 deny RequireDomainJoinedDevice",
        ),
        ("both, in order", vec![all(&["compliantDevice", "mfa"])], user(1), "50076 ask Mfa RequireCompliantDevice"),
        (
            "both, over two policies",
            vec![all(&["compliantDevice"]), all(&["mfa"])],
            user(1),
            "50076 ask Mfa RequireCompliantDevice",
        ),
        ("either, by the device", vec![all(&["compliantDevice", "mfa"]).any()], compliant(), "allow"),
        ("either, by the second factor", vec![all(&["compliantDevice", "mfa"]).any()], mfa(), "allow"),
        (
            "either, by none: what can be done here",
            vec![all(&["compliantDevice", "mfa"]).any()],
            user(1),
            "50076 ask Mfa",
        ),
        (
            "either of two devices",
            vec![all(&["compliantDevice", "domainJoinedDevice"]).any()],
            user(1),
            "50097 deny RequireCompliantDevice",
        ),
        ("a password change", vec![all(&["passwordChange"])], mfa(), "50135 ask PasswordChange"),
        ("an approved application", vec![all(&["approvedApplication"])], mfa(), "53002 deny RequireApprovedApp"),
        ("a protected application", vec![all(&["compliantApplication"])], mfa(), "53009 deny RequireCompliantApp"),
        ("any two factors", vec![strong(ANY_TWO)], mfa(), "allow"),
        ("a strength not reached", vec![strong(RESISTANT)], mfa(), "50076 ask AuthenticationStrength"),
        (
            "a strength reached",
            vec![strong(RESISTANT)],
            with(|c| {
                c.mfa = Some(AT);
                c.methods = vec![Used::of("fido2")];
            }),
            "allow",
        ),
        (
            "a strength that does not exist fails closed",
            vec![strong("77777777-0000-0000-0000-000000000000")],
            mfa(),
            "53003 deny Block",
        ),
        (
            "a client that cannot be asked",
            vec![all(&["mfa"])],
            with(|c| c.client_app_type = ClientAppType::Other),
            "53003 deny Block",
        ),
        (
            "a filter that cannot be read fails closed",
            vec![all(&["mfa"]).device("include", "device.nonsense -eq 1")],
            mfa(),
            "53003 deny Block",
        ),
    ] {
        check(what, drafts, &context, expected);
    }
}

#[test]
fn a_sign_in_grows_old() {
    let hours = |value: i64| {
        Record::new()
            .with("isEnabled", true)
            .with("value", value)
            .with("type", "hours")
            .with("frequencyInterval", "timeBased")
            .with("authenticationType", "primaryAndSecondaryAuthentication")
    };
    let every_time = Record::new().with("isEnabled", true).with("frequencyInterval", "everyTime");
    let ago = |minutes: u64| AT - Duration::from_secs(minutes * 60);
    let signed_in =
        |first: Time, second: Option<Time>| SignInContext { authenticated: Some(first), mfa: second, ..user(1) };
    for (what, drafts, context, expected) in [
        ("young enough", vec![all(&[]).session("signInFrequency", hours(4))], signed_in(ago(200), None), "allow"),
        (
            "too old",
            vec![all(&[]).session("signInFrequency", hours(4))],
            signed_in(ago(300), None),
            "70044 ask SignInFrequency",
        ),
        (
            "the shortest of two",
            vec![all(&[]).session("signInFrequency", hours(4)), all(&[]).session("signInFrequency", hours(1))],
            signed_in(ago(90), None),
            "70044 ask SignInFrequency",
        ),
        (
            "a second factor too old",
            vec![all(&["mfa"]), all(&[]).session("signInFrequency", hours(1))],
            signed_in(ago(10), Some(ago(90))),
            "50078 ask Mfa",
        ),
        (
            "every time, just now",
            vec![all(&[]).session("signInFrequency", every_time.clone())],
            signed_in(ago(4), None),
            "allow",
        ),
        (
            "every time, before",
            vec![all(&[]).session("signInFrequency", every_time)],
            signed_in(ago(6), None),
            "70044 ask SignInFrequency",
        ),
    ] {
        check(what, drafts, &context, expected);
    }
}

#[test]
fn session_controls_are_merged() {
    let mut world = world();
    let mode = |mode: &str| Record::new().with("isEnabled", true).with("mode", mode);
    all(&[]).session("persistentBrowser", mode("always")).write(&mut world, 100);
    all(&[]).session("persistentBrowser", mode("never")).write(&mut world, 101);
    all(&[]).session("applicationEnforcedRestrictions", Record::new().with("isEnabled", true)).write(&mut world, 102);
    all(&[])
        .session("persistentBrowser", mode("never"))
        .state("enabledForReportingButNotEnforced")
        .write(&mut world, 103);
    let session = ask(&world, &user(1)).session;
    assert_eq!((session.persistent_browser, session.app_enforced_restrictions), (Some(false), true));
    assert_eq!(ask(&world, &user(1)).status, Status::Success);
}

#[test]
fn report_only_policies_are_reported_and_not_enforced() {
    for (controls, edit, expected) in [
        (&["mfa"][..], None, PolicyResult::ReportOnlyInterrupted),
        (&["mfa"], Some(AT), PolicyResult::ReportOnlySuccess),
        (&["block"], Some(AT), PolicyResult::ReportOnlyFailure),
        (&["compliantDevice"], Some(AT), PolicyResult::ReportOnlyFailure),
        (&["mfa", "compliantDevice"], None, PolicyResult::ReportOnlyFailure),
    ] {
        let mut world = world();
        all(controls).state("enabledForReportingButNotEnforced").write(&mut world, 100);
        let decision = ask(&world, &SignInContext { mfa: edit, ..user(1) });
        assert_eq!(decision.applied[0].result, expected, "{controls:?}");
        assert_eq!((decision.outcome, decision.status), (Outcome::Allow, Status::NotApplied));
    }
}

#[test]
fn a_decision_explains_itself() {
    let mut world = world();
    all(&["mfa"]).users("includeGroups", &[&id(12).to_string()]).write(&mut world, 100);
    all(&["block"]).users("includeUsers", &[&id(2).to_string()]).write(&mut world, 101);
    all(&["block"]).state("disabled").write(&mut world, 102);
    let decision = ask(&world, &user(1));
    let story = explain(&decision);
    assert_eq!(story.text("conditionalAccessStatus"), Some("failure"));
    assert_eq!(story.record("error").unwrap().int("code"), Some(50076));
    let applied: Vec<&Record> = story.records("policies").collect();
    assert_eq!(applied.len(), 1);
    let users = applied[0].records("conditions").next().unwrap();
    assert_eq!(users.text("evidence"), Some(format!("group {}", id(12)).as_str()));
    assert_eq!(applied[0].texts("unmetControls").collect::<Vec<_>>(), ["Mfa"]);
    let rest: Vec<_> =
        story.records("notApplied").map(|r| (r.text("result").unwrap(), r.text("reason").unwrap())).collect();
    assert_eq!(rest, [("notApplied", "users"), ("notEnabled", "policyNotEnabled")]);
    let log = decision.log();
    assert_eq!(
        (log.len(), log[0].text("result"), log[1].text("conditionsNotSatisfied")),
        (3, Some("failure"), Some("users"))
    );
    assert_eq!(decision.refused_by(), ["policy100"]);
}

#[test]
fn what_if_answers_for_a_sign_in_that_is_only_described() {
    let mut world = world();
    all(&["block"]).device("include", "device.isCompliant -eq True").write(&mut world, 100);
    all(&["mfa"]).write(&mut world, 101);
    all(&["mfa"]).state("disabled").write(&mut world, 102);
    let given = |device: Option<Record>| {
        let conditions = Record::new().with("clientAppType", "browser").with_some("deviceInfo", device);
        Record::new()
            .with("signInIdentity", Record::new().with("userId", id(1).to_string()))
            .with("signInContext", Record::new().with("includeApplications", [MAIL]))
            .with("signInConditions", conditions)
    };
    let evaluate = |given: &Record| -> Vec<(String, bool, String)> {
        let caller = directory::Caller::system(id(0));
        let call = directory::Call { caller: &caller, at: AT, fresh: directory::Fresh::new(7) };
        let decision = what_if::evaluate(&world.now, &call, None, given).unwrap();
        assert!(decision.plan.is_empty());
        let read = |value: &Value| {
            let record = value.as_record().unwrap();
            let text = |name| record.text(name).unwrap().to_owned();
            (text("displayName"), record.bool("policyApplies").unwrap(), text("analysisReasons"))
        };
        decision.answer.unwrap().as_list().unwrap().iter().map(read).collect()
    };
    let result = |name: &str, applies: bool, reason: &str| (name.to_owned(), applies, reason.to_owned());
    assert_eq!(evaluate(&given(None)), [result("policy100", false, "devices"), result("policy101", true, "notSet")]);
    let compliant = Record::new().with("isCompliant", true);
    assert_eq!(
        evaluate(&given(Some(compliant))),
        [result("policy100", true, "notSet"), result("policy101", true, "notSet")]
    );
}

#[test]
fn policies_are_read_again_only_when_one_of_them_changed() {
    let mut world = world();
    let policy = all(&["block"]).write(&mut world, 100);
    let access = ConditionalAccess::new();
    let first = access.policies(&world.now);
    world.user(50);
    assert!(Arc::ptr_eq(&first, &access.policies(&world.now)), "another user changes no policy");
    world.apply(&[Change::set(policy, STATE, "disabled")]);
    let second = access.policies(&world.now);
    assert!(!Arc::ptr_eq(&first, &second));
    assert_eq!(said(&access.decide(&world.now, AT, &user(1))), "allow");
    world.apply(&[Change::set(id(31), IS_TRUSTED, false)]);
    assert!(!Arc::ptr_eq(&second, &access.policies(&world.now)), "a location is part of the policies");
}

#[test]
fn policies_for_admin_portals_mean_whoever_signs_in_to_one() {
    let mut world = world();
    all(&["block"]).apps("includeApplications", &["MicrosoftAdminPortals"]).write(&mut world, 50);
    let by = |client: &str| SignInContext { client_app_id: client.to_owned(), ..SignInContext::of_user(id(1), GRAPH) };
    assert_eq!(said(&ask(&world, &by("C0A57E11-a000-4000-8000-000000000c02"))), "53003 deny Block");
    assert_eq!(said(&ask(&world, &by("c0a57e11-a000-4000-8000-000000000c03"))), "allow", "My portal is everybody's");
    assert_eq!(said(&ask(&world, &by("another"))), "allow");
}
