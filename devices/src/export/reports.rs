//! The reports: a table of columns for each, every one with what it says of a line, so that a report of any length is written a
//! portion of its objects at a time. Names are Intune's where it has the report.

use std::collections::BTreeMap;

use directory::{Attr, Kind, Object, Record, Snapshot, Time};
use schema::DISPLAY_NAME;
use schema::managed_device::{
    APP_INSTALL_STATES, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_RESULTS, COMPLIANCE_STATE,
    DEVICE_NAME, ENROLLED_DATE_TIME, IS_ENCRYPTED, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE,
    MANAGEMENT_AGENT, MANUFACTURER, MODEL, OPERATING_SYSTEM, OS_VERSION, SERIAL_NUMBER, SETTING_STATES, USER_ID,
    USER_PRINCIPAL_NAME,
};
use schema::user::USER;

/// One report.
#[derive(Debug)]
pub struct Report {
    pub name: &'static str,
    pub columns: &'static [Column],
    /// What its lines are made of.
    pub of: &'static Kind,
    /// The lines that one object makes, each with what tells it from the others.
    lines: fn(&Snapshot, &Object) -> Vec<Record>,
}

/// The name of a column, and what it says of a line.
pub type Column = (&'static str, fn(&Line<'_>) -> String);

/// One row: a text for each column of its report.
pub type Row = Vec<String>;

/// What one row is about.
pub struct Line<'a> {
    of: &'a Object,
    item: Record,
}

/// Every report.
pub static REPORTS: &[Report] = &[
    Report {
        name: "Devices",
        columns: &[
            DEVICE_ID,
            NAME_OF_DEVICE,
            ("SerialNumber", |line| line.text(SERIAL_NUMBER)),
            ("Manufacturer", |line| line.text(MANUFACTURER)),
            ("Model", |line| line.text(MODEL)),
            OS,
            VERSION_OF_OS,
            OWNER_TYPE,
            ("ManagementAgent", |line| line.text(MANAGEMENT_AGENT)),
            STATE_OF_COMPLIANCE,
            ("IsEncrypted", |line| line.of.get(IS_ENCRYPTED).map(|is| is.to_string()).unwrap_or_default()),
            ("EnrolledDateTime", |line| line.time(ENROLLED_DATE_TIME)),
            LAST_CONTACT,
            ID_OF_USER,
            UPN,
        ],
        of: &MANAGED_DEVICE,
        lines: one,
    },
    Report {
        name: "DeviceCompliance",
        columns: &[
            DEVICE_ID,
            NAME_OF_DEVICE,
            OS,
            VERSION_OF_OS,
            OWNER_TYPE,
            STATE_OF_COMPLIANCE,
            ("InGracePeriodUntil", |line| line.time(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME)),
            LAST_CONTACT,
            ID_OF_USER,
            UPN,
        ],
        of: &MANAGED_DEVICE,
        lines: one,
    },
    Report {
        name: "NonCompliantDevicesAndSettings",
        columns: &[
            DEVICE_ID,
            NAME_OF_DEVICE,
            ID_OF_USER,
            UPN,
            ("PolicyId", |line| line.field("policyId")),
            ("PolicyName", |line| line.field("policyName")),
            ("SettingName", |line| line.field("setting")),
            ("SettingStatus", |line| line.field("state")),
            ("Expected", |line| line.field("expected")),
            ("Actual", |line| line.field("actual")),
            ("SinceDateTime", |line| line.moment("sinceDateTime")),
        ],
        of: &MANAGED_DEVICE,
        lines: shortcomings,
    },
    Report {
        name: "PerSettingDeviceSummaryByConfigurationPolicy",
        columns: &[
            DEVICE_ID,
            NAME_OF_DEVICE,
            ID_OF_USER,
            UPN,
            ("PolicyId", |line| line.field("policyId")),
            ("SettingId", |line| line.field("settingDefinitionId")),
            ("SettingStatus", |line| line.field("state")),
            ("SettingValue", |line| line.field("value")),
            ("ActualValue", |line| line.field("actual")),
            ("ErrorDetails", |line| line.field("error")),
            ("LastUpdatedDateTime", |line| line.moment("lastUpdatedDateTime")),
        ],
        of: &MANAGED_DEVICE,
        lines: settings,
    },
    Report {
        name: "DeviceInstallStatusByApp",
        columns: &[
            APPLICATION_ID,
            APP_NAME,
            ("AppVersion", |line| line.field("version")),
            DEVICE_ID,
            NAME_OF_DEVICE,
            ("Platform", |line| line.text(OPERATING_SYSTEM)),
            ID_OF_USER,
            NAME_OF_USER,
            ("AppInstallState", |line| line.field("installState")),
            ("AppInstallStateDetails", |line| line.field("error")),
            ("InstalledVersion", |line| line.field("installedVersion")),
            ("LastModifiedDateTime", |line| line.moment("lastUpdatedDateTime")),
        ],
        of: &MANAGED_DEVICE,
        lines: |_, managed| managed.get(APP_INSTALL_STATES).unwrap_or_default(),
    },
    Report {
        name: "UserInstallStatusAggregateByApp",
        columns: &[
            APPLICATION_ID,
            APP_NAME,
            ("UserId", |line| line.of.id.to_string()),
            ("UserName", |line| line.text(DISPLAY_NAME)),
            NAME_OF_USER,
            ("InstalledCount", |line| line.count("installed")),
            ("FailedCount", |line| line.count("failed")),
            ("PendingInstallCount", |line| line.count("pendingInstall")),
            ("NotInstalledCount", |line| line.count("notInstalled")),
            ("NotApplicableCount", |line| line.count("notApplicable")),
        ],
        of: &USER,
        lines: apps_of_person,
    },
];

// Columns of several reports.
const DEVICE_ID: Column = ("DeviceId", |line| line.of.id.to_string());
const NAME_OF_DEVICE: Column = ("DeviceName", |line| line.text(DEVICE_NAME));
const OS: Column = ("OS", |line| line.text(OPERATING_SYSTEM));
const VERSION_OF_OS: Column = ("OSVersion", |line| line.text(OS_VERSION));
const OWNER_TYPE: Column = ("OwnerType", |line| line.text(MANAGED_DEVICE_OWNER_TYPE));
const STATE_OF_COMPLIANCE: Column = ("ComplianceState", |line| line.text(COMPLIANCE_STATE));
const LAST_CONTACT: Column = ("LastContact", |line| line.time(LAST_SYNC_DATE_TIME));
const ID_OF_USER: Column = ("UserId", |line| line.text(USER_ID));
const UPN: Column = ("UPN", |line| line.text(USER_PRINCIPAL_NAME));
const NAME_OF_USER: Column = ("UserPrincipalName", |line| line.text(USER_PRINCIPAL_NAME));
const APPLICATION_ID: Column = ("ApplicationId", |line| line.field("applicationId"));
const APP_NAME: Column = ("AppName", |line| line.field("displayName"));

impl Report {
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Report> {
        REPORTS.iter().find(|report| report.name.eq_ignore_ascii_case(name))
    }

    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|(column, _)| column.eq_ignore_ascii_case(name))
    }

    /// The rows that one object makes.
    #[must_use]
    pub fn rows(&self, now: &Snapshot, of: &Object) -> Vec<Row> {
        let lines = (self.lines)(now, of).into_iter().map(|item| Line { of, item });
        lines.map(|line| self.columns.iter().map(|(_, says)| says(&line)).collect()).collect()
    }
}

impl Line<'_> {
    fn text(&self, attribute: Attr<str>) -> String {
        self.of.get(attribute).unwrap_or_default().to_owned()
    }

    fn time(&self, attribute: Attr<Time>) -> String {
        self.of.get(attribute).map(|time| time.to_string()).unwrap_or_default()
    }

    fn field(&self, name: &str) -> String {
        self.item.text(name).unwrap_or_default().to_owned()
    }

    fn moment(&self, name: &str) -> String {
        self.item.time(name).map(|time| time.to_string()).unwrap_or_default()
    }

    fn count(&self, name: &str) -> String {
        self.item.int(name).unwrap_or(0).to_string()
    }
}

fn one(_: &Snapshot, _: &Object) -> Vec<Record> {
    vec![Record::new()]
}

/// What a device falls short of.
fn shortcomings(_: &Snapshot, managed: &Object) -> Vec<Record> {
    let mut results = managed.get(COMPLIANCE_RESULTS).unwrap_or_default();
    results.retain(|result| !matches!(result.text("state"), Some("compliant" | "notApplicable")));
    results
}

/// One line for each policy that gives the device the setting.
fn settings(_: &Snapshot, managed: &Object) -> Vec<Record> {
    let states = managed.get(SETTING_STATES).unwrap_or_default();
    let each = |state: &Record| -> Vec<Record> {
        state.texts("policyIds").map(|policy| state.clone().with("policyId", policy)).collect()
    };
    states.iter().flat_map(each).collect()
}

/// How many of a person's devices stand how to each application.
fn apps_of_person(now: &Snapshot, user: &Object) -> Vec<Record> {
    let mut apps: BTreeMap<String, Record> = BTreeMap::new();
    let theirs = now.by(USER_ID, user.id.to_string()).filter(|managed| now.is_a(managed, &MANAGED_DEVICE));
    for state in theirs.flat_map(|managed| managed.get(APP_INSTALL_STATES).unwrap_or_default()) {
        let counted = match state.text("installState") {
            Some(same @ ("installed" | "pendingInstall" | "notInstalled")) => same,
            Some("failed" | "uninstallFailed") => "failed",
            _ => "notApplicable",
        };
        let application = state.text("applicationId").unwrap_or_default();
        let app = apps.entry(application.to_owned()).or_default();
        app.set("applicationId", application);
        app.set("displayName", state.text("displayName").unwrap_or_default());
        app.set(counted, app.int(counted).unwrap_or(0) + 1);
    }
    apps.into_values().collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::Change;

    use super::*;
    use crate::world::World;

    fn app_state(n: u32, state: &str) -> Record {
        Record::new()
            .with("applicationId", n.to_string())
            .with("displayName", format!("app {n}"))
            .with("installState", state)
    }

    #[test]
    fn each_report_says_of_each_line_what_its_columns_are_called() {
        let mut w = World::new();
        let ann = w.user(1);
        let (first, second) = (w.laptop(ann), w.laptop(ann));
        let setting = Record::new().with("settingDefinitionId", "s").with("policyIds", ["p", "q"]);
        w.done(vec![
            Change::set(first, SETTING_STATES, vec![setting]),
            Change::set(first, APP_INSTALL_STATES, vec![app_state(1, "installed"), app_state(2, "failed")]),
            Change::set(second, APP_INSTALL_STATES, vec![app_state(1, "pendingInstall")]),
        ]);
        let (user, upn) = (ann.to_string(), w.get(ann).get(USER_PRINCIPAL_NAME).unwrap().to_owned());
        let seen = w.get(first).get(LAST_SYNC_DATE_TIME).map(|time| time.to_string()).unwrap_or_default();
        let counts = ["InstalledCount", "FailedCount", "PendingInstallCount", "NotInstalledCount"];
        for (name, of, columns, expected) in [
            ("devices", first, &["OS", "userId", "UPN", "LastContact"], vec![["Linux", &user, &upn, &seen]]),
            ("DeviceCompliance", first, &["OS", "UserId", "UPN", "LastContact"], vec![["Linux", &user, &upn, &seen]]),
            // No policy reaches the laptop, which is one thing that it falls short of.
            (
                "NonCompliantDevicesAndSettings",
                first,
                &["UserId", "SettingName", "SettingStatus", "PolicyId"],
                vec![[&user, "RequireDeviceCompliancePolicyAssigned", "nonCompliant", ""]],
            ),
            (
                "PerSettingDeviceSummaryByConfigurationPolicy",
                first,
                &["UPN", "SettingId", "PolicyId", "ErrorDetails"],
                vec![[&upn, "s", "p", ""], [&upn, "s", "q", ""]],
            ),
            (
                "DeviceInstallStatusByApp",
                first,
                &["ApplicationId", "AppName", "AppInstallState", "Platform"],
                vec![["1", "app 1", "installed", "Linux"], ["2", "app 2", "failed", "Linux"]],
            ),
            ("UserInstallStatusAggregateByApp", ann, &counts, vec![["1", "0", "1", "0"], ["0", "1", "0", "0"]]),
        ] {
            let report = Report::named(name).unwrap();
            let places = columns.map(|column| report.column(column).unwrap());
            let rows = report.rows(&w.now, w.get(of));
            let told: Vec<[&str; 4]> = rows.iter().map(|row| places.map(|at| row[at].as_str())).collect();
            assert_eq!(told, expected, "{name}");
        }
    }
}
