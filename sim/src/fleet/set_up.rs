//! What the organisation has before the first device comes: people with licences, two groups, policies, an application, a join
//! token, a brake, and the machines themselves.

use directory::{AttrId, Call, Change, Decision, Id, Kind, Record, Snapshot, Value};
use schema::device_join_token::{DEVICE_JOIN_TOKEN, EXPIRATION_DATE_TIME, GROUP_IDS, MAXIMUM_DEVICE_COUNT};
use schema::device_management::{BULK_ACTION_LIMIT, DEVICE_MANAGEMENT};
use schema::device_management_compliance_policy::DEVICE_MANAGEMENT_COMPLIANCE_POLICY;
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::group::{GROUP, MAIL_ENABLED, MEMBERS, SECURITY_ENABLED};
use schema::linux_package_app::{
    LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_SIZE, PACKAGE_TYPE, PACKAGE_VERSION, UNINSTALL_ON_REMOVAL,
};
use schema::mobile_app_deployment::{MOBILE_APP_DEPLOYMENT, MOBILE_APP_ID, MONITORING_RULES, START_DATE_TIME, WAVES};
use schema::subscribed_sku::PREPAID_UNITS;
use schema::user::{MAIL_NICKNAME, USAGE_LOCATION, USER};
use schema::{
    ACCOUNT_ENABLED, ASSIGNMENTS, DISPLAY_NAME, NAME, PLATFORMS, SETTINGS as POLICY_SETTINGS, USER_PRINCIPAL_NAME,
};

use super::disk::Disk;
use super::words::{BAD_VERSION, GOOD_VERSION, SETTINGS};
use super::{Done, Machine, Story};
use crate::acts::{Act, product, put};
use crate::callers::Sort;
use crate::first_day::FIRST_PRODUCT;
use crate::world::Broken;

/// By what the join token is recognised.
pub(super) const TOKEN_HASH: &str = "the hash of a join token";
/// How many people share so many devices.
const DEVICES_OF_ONE: usize = 3;
/// How many policies there are.
const POLICIES: usize = 3;
/// How long each wave of the deployment lasts.
const RING_WAVE_HOURS: i64 = 12;
/// When it stops: so many of a hundred failed, of so many that tried.
const RING_THRESHOLD: i64 = 40;
pub(super) const RING_DEVICES_MIN: i64 = 2;
/// How many changes are submitted together.
const BATCH: usize = 400;

/// What was set up.
#[derive(Default)]
pub(super) struct Set {
    pub(super) people: Vec<Id>,
    /// A group of people, and one of devices that joined with the token.
    pub(super) groups: Vec<Id>,
    pub(super) policies: Vec<Id>,
    pub(super) app: Id,
    /// An application that comes in waves, and fails everywhere; and the deployment by which it comes.
    pub(super) ring_app: Id,
    pub(super) ring: Id,
    /// How many devices may be retired or wiped within a day.
    pub(super) brake: i64,
}

impl Story {
    pub(super) fn set_up(&mut self) -> Result<(), Broken> {
        let devices = self.options.devices;
        let people: Vec<Id> = (0..devices / DEVICES_OF_ONE + 1).map(|_| self.new_id()).collect();
        let groups: Vec<Id> = (0..2).map(|_| self.new_id()).collect();
        let policies: Vec<Id> = (0..POLICIES).map(|_| self.new_id()).collect();
        let brake = i64::try_from(devices / 4).unwrap_or(0).max(2);
        let (app, ring_app, ring) = (self.new_id(), self.new_id(), self.new_id());
        self.set = Set { people, groups, policies, app, ring_app, ring, brake };
        let more = self.new_id();
        let seats = Record::new().with("enabled", i64::try_from(devices + 10).unwrap_or(i64::MAX));
        self.found(vec![Change::set(FIRST_PRODUCT, PREPAID_UNITS, seats)], "Buy licences")?;
        self.people()?;
        self.licences()?;
        let token = self.token();
        let brake = Record::new().with("maximumDevices", self.set.brake).with("withinHours", 24_i64);
        let management = create(more, &DEVICE_MANAGEMENT, vec![put(BULK_ACTION_LIMIT, brake)]);
        self.found(vec![token, management], "Set up device management")?;
        for which in 0..POLICIES {
            let settings = self.some_settings();
            let assignments = self.some_assignments();
            let policy = self.set.policies.get(which).copied().unwrap_or_default();
            let attributes = vec![
                put(NAME, format!("Policy {which}")),
                put(PLATFORMS, "linux"),
                put(POLICY_SETTINGS, settings),
                put(ASSIGNMENTS, assignments),
            ];
            let change = create(policy, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, attributes);
            self.found(vec![change], "Create configuration policy")?;
        }
        let (compliance, app) = (self.compliance(), self.app(self.set.app, "editor", GOOD_VERSION));
        self.found(vec![compliance, app], "Require encryption, publish an application")?;
        let (bad, ring) = (self.app(self.set.ring_app, "viewer", BAD_VERSION), self.ring());
        self.found(vec![bad, ring], "Let an application come in waves")?;
        self.machines();
        self.world.rest()
    }

    /// Something that the system sets up; it must succeed.
    fn found(&mut self, changes: Vec<Change>, operation: &'static str) -> Result<(), Broken> {
        let decide = move |_: &Snapshot, _: &Call<'_>| Ok(Decision::change(changes.clone()));
        match self.world.prove(0, directory::Actor::System, operation, decide)? {
            Some(Ok(_)) => Ok(()),
            other => Err(("the set-up goes well", format!("{operation}: {:?}", other.map(|done| done.map(|d| d.usn))))),
        }
    }

    fn people(&mut self) -> Result<(), Broken> {
        let group = |id: Id, name: &str| {
            let attributes = vec![
                put(DISPLAY_NAME, name),
                put(MAIL_NICKNAME, name),
                put(MAIL_ENABLED, false),
                put(SECURITY_ENABLED, true),
            ];
            create(id, &GROUP, attributes)
        };
        let ids = self.set.groups.clone();
        let groups = ids.iter().zip(["workforce", "kiosks"]).map(|(id, name)| group(*id, name)).collect();
        self.found(groups, "Add groups")?;
        let workforce = ids.first().copied().unwrap_or_default();
        let mut changes = Vec::new();
        for (n, id) in self.set.people.iter().enumerate() {
            let name = format!("person{n}");
            let attributes = vec![
                put(DISPLAY_NAME, name.as_str()),
                put(ACCOUNT_ENABLED, true),
                put(USER_PRINCIPAL_NAME, format!("{name}@{}", crate::words::DOMAIN)),
                put(MAIL_NICKNAME, name),
                put(USAGE_LOCATION, "DE"),
            ];
            changes.push(create(*id, &USER, attributes));
            changes.push(Change::link(workforce, MEMBERS, *id));
        }
        for batch in changes.chunks(BATCH) {
            self.found(batch.to_vec(), "Add users")?;
        }
        Ok(())
    }

    fn licences(&mut self) -> Result<(), Broken> {
        let workforce = self.set.groups.first().copied().unwrap_or_default();
        let add = Record::new().with("skuId", product(0)).with("disabledPlans", Vec::<Id>::new());
        let given = Record::new().with("addLicenses", vec![add]).with("removeLicenses", Vec::<Id>::new());
        let action = self.world.house.action(&GROUP, "assignLicense", false).expect("a room offers this action");
        let act = Act::call("Set group license", &GROUP, action, workforce, given);
        match self.world.ask(0, Sort::System, act)? {
            Some(Ok(_)) => self.world.rest(),
            other => Err(("the set-up goes well", format!("licences: {:?}", other.map(|done| done.map(|d| d.usn))))),
        }
    }

    fn token(&mut self) -> Change {
        let kiosks = self.set.groups.get(1).map(ToString::to_string);
        let attributes = vec![
            put(DISPLAY_NAME, "Kiosks"),
            put(EXPIRATION_DATE_TIME, self.world.now.plus_days(90)),
            put(MAXIMUM_DEVICE_COUNT, i64::try_from(self.options.devices * 4).unwrap_or(100)),
            put(GROUP_IDS, kiosks.into_iter().collect::<Vec<String>>()),
            put(schema::device_join_token::TOKEN_HASH, TOKEN_HASH),
        ];
        create(self.new_id(), &DEVICE_JOIN_TOKEN, attributes)
    }

    /// One to three settings with values.
    pub(super) fn some_settings(&mut self) -> Vec<Record> {
        let dice = &mut self.world.dice;
        let chosen: Vec<_> = SETTINGS.iter().filter(|_| dice.often(500)).collect();
        let chosen = if chosen.is_empty() { SETTINGS.iter().take(1).collect() } else { chosen };
        let setting = |known: &&super::words::Known| {
            let (value, _) = dice.one(known.values);
            choice(known.id, value)
        };
        chosen.iter().map(setting).collect()
    }

    /// Everybody, a group, or everything but a group.
    pub(super) fn some_assignments(&mut self) -> Vec<Record> {
        let groups = self.set.groups.clone();
        let group = self.world.dice.pick(&groups).copied().unwrap_or_default();
        match self.world.dice.below(6) {
            0 | 1 => vec![to("allDevices", None)],
            2 => vec![to("allLicensedUsers", None)],
            3 => vec![to("group", Some(group))],
            4 => vec![to("allDevices", None), to("exclusionGroup", Some(group))],
            _ => Vec::new(),
        }
    }

    fn compliance(&mut self) -> Change {
        let attributes = vec![
            put(NAME, "Encrypted"),
            put(PLATFORMS, "linux"),
            put(POLICY_SETTINGS, vec![choice("linux_deviceencryption_required", "true")]),
            put(ASSIGNMENTS, vec![to("allDevices", None)]),
        ];
        create(self.new_id(), &DEVICE_MANAGEMENT_COMPLIANCE_POLICY, attributes)
    }

    fn app(&self, id: Id, name: &str, version: &str) -> Change {
        let attributes = vec![
            put(DISPLAY_NAME, name),
            put(PACKAGE_TYPE, "deb"),
            put(PACKAGE_NAME, name),
            put(PACKAGE_VERSION, version),
            put(PACKAGE_SHA256, "a".repeat(64)),
            put(PACKAGE_SIZE, 9_i64),
            put(UNINSTALL_ON_REMOVAL, true),
            put(ASSIGNMENTS, vec![to("allDevices", None).with("intent", "required")]),
        ];
        create(id, &LINUX_PACKAGE_APP, attributes)
    }

    /// Three waves that begin while devices live, and a rule that stops them.
    fn ring(&self) -> Change {
        let wave =
            |percentage: i64| Record::new().with("percentage", percentage).with("durationInHours", RING_WAVE_HOURS);
        let rule = Record::new()
            .with("action", "pauseDeployment")
            .with("threshold", RING_THRESHOLD)
            .with("minimumDeviceCount", RING_DEVICES_MIN);
        let attributes = vec![
            put(DISPLAY_NAME, "Viewer, in waves"),
            put(MOBILE_APP_ID, self.set.ring_app.to_string()),
            put(START_DATE_TIME, self.world.now.plus_days(3)),
            put(WAVES, [30, 60, 100].map(wave).to_vec()),
            put(MONITORING_RULES, vec![rule]),
        ];
        create(self.set.ring, &MOBILE_APP_DEPLOYMENT, attributes)
    }

    fn machines(&mut self) {
        for n in 0..self.options.devices {
            let is_kiosk = n % 3 == 0;
            let owner = self.set.people.get(n / DEVICES_OF_ONE).copied().filter(|_| !is_kiosk);
            let dice = &mut self.world.dice;
            let skew = dice.one(&[0, 0, 0, 90, -90, 86_400 * 400, -86_400 * 4_000]);
            let machine = Machine {
                disk: Disk::new(dice.often(700)),
                name: format!("lt-{n}"),
                owner,
                is_personal: owner.is_some() && dice.often(250),
                skew,
                backup: None,
                is_copy: false,
                keys: 0,
                ran: Done::default(),
            };
            self.machines.push(machine);
        }
    }
}

fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

pub(super) fn to(kind: &str, group: Option<Id>) -> Record {
    let target = Record::new()
        .with("@odata.type", format!("#microsoft.graph.{kind}AssignmentTarget"))
        .with_some("groupId", group.map(|group| group.to_string()));
    Record::new().with("target", target)
}

fn choice(setting: &str, value: &str) -> Record {
    let chosen = Record::new().with("value", format!("{setting}_{value}"));
    let instance = Record::new().with("settingDefinitionId", setting).with("choiceSettingValue", chosen);
    Record::new().with("settingInstance", instance)
}
