//! The reports and their rows: a table of columns for each, and the rows that one device or one person makes, so that a report
//! of any length is written a portion at a time. Names are Intune's where it has the report.

use directory::{Id, Kind, Object, Record, Snapshot, Time};
use schema::DISPLAY_NAME;
use schema::managed_device::{
    APP_INSTALL_STATES, COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME, COMPLIANCE_RESULTS, COMPLIANCE_STATE,
    DEVICE_NAME, ENROLLED_DATE_TIME, IS_ENCRYPTED, LAST_SYNC_DATE_TIME, MANAGED_DEVICE, MANAGED_DEVICE_OWNER_TYPE,
    MANAGEMENT_AGENT, MANUFACTURER, MODEL, OPERATING_SYSTEM, OS_VERSION, SERIAL_NUMBER, SETTING_STATES, USER_ID,
    USER_PRINCIPAL_NAME,
};
use schema::user::USER;

/// Conditions of one filter.
const CONDITIONS_MAX: usize = 10;

/// One report.
#[derive(Debug)]
pub struct Report {
    pub name: &'static str,
    pub columns: &'static [&'static str],
    /// What its rows are made of.
    pub of: &'static Kind,
    make: fn(&Snapshot, &Object, &mut Vec<Row>),
}

/// One row: a text for each column of its report.
pub type Row = Vec<String>;

/// Every report.
pub static REPORTS: &[Report] = &[
    Report {
        name: "Devices",
        columns: &[
            "DeviceId",
            "DeviceName",
            "SerialNumber",
            "Manufacturer",
            "Model",
            "OS",
            "OSVersion",
            "OwnerType",
            "ManagementAgent",
            "ComplianceState",
            "IsEncrypted",
            "EnrolledDateTime",
            "LastContact",
            "UserId",
            "UPN",
        ],
        of: &MANAGED_DEVICE,
        make: devices,
    },
    Report {
        name: "DeviceCompliance",
        columns: &[
            "DeviceId",
            "DeviceName",
            "OS",
            "OSVersion",
            "OwnerType",
            "ComplianceState",
            "InGracePeriodUntil",
            "LastContact",
            "UserId",
            "UPN",
        ],
        of: &MANAGED_DEVICE,
        make: compliance,
    },
    Report {
        name: "NonCompliantDevicesAndSettings",
        columns: &[
            "DeviceId",
            "DeviceName",
            "UserId",
            "UPN",
            "PolicyId",
            "PolicyName",
            "SettingName",
            "SettingStatus",
            "Expected",
            "Actual",
            "SinceDateTime",
        ],
        of: &MANAGED_DEVICE,
        make: non_compliant,
    },
    Report {
        name: "PerSettingDeviceSummaryByConfigurationPolicy",
        columns: &[
            "DeviceId",
            "DeviceName",
            "UserId",
            "UPN",
            "PolicyId",
            "SettingId",
            "SettingStatus",
            "SettingValue",
            "ActualValue",
            "ErrorDetails",
            "LastUpdatedDateTime",
        ],
        of: &MANAGED_DEVICE,
        make: configuration,
    },
    Report {
        name: "DeviceInstallStatusByApp",
        columns: &[
            "ApplicationId",
            "AppName",
            "AppVersion",
            "DeviceId",
            "DeviceName",
            "Platform",
            "UserId",
            "UserPrincipalName",
            "AppInstallState",
            "AppInstallStateDetails",
            "InstalledVersion",
            "LastModifiedDateTime",
        ],
        of: &MANAGED_DEVICE,
        make: apps_of_device,
    },
    Report {
        name: "UserInstallStatusAggregateByApp",
        columns: &[
            "ApplicationId",
            "AppName",
            "UserId",
            "UserName",
            "UserPrincipalName",
            "InstalledCount",
            "FailedCount",
            "PendingInstallCount",
            "NotInstalledCount",
            "NotApplicableCount",
        ],
        of: &USER,
        make: apps_of_user,
    },
];

impl Report {
    #[must_use]
    pub fn named(name: &str) -> Option<&'static Report> {
        REPORTS.iter().find(|report| report.name.eq_ignore_ascii_case(name))
    }

    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|column| column.eq_ignore_ascii_case(name))
    }

    /// The rows that one object makes.
    #[must_use]
    pub fn rows(&self, now: &Snapshot, of: &Object) -> Vec<Row> {
        let mut rows = Vec::new();
        (self.make)(now, of, &mut rows);
        rows
    }
}

/// `(OwnerType eq 'company') and (OS eq 'Linux')`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Filter(Vec<Condition>);

#[derive(Clone, Debug, PartialEq, Eq)]
struct Condition {
    column: usize,
    is_equal: bool,
    value: String,
}

impl Filter {
    pub fn parse(text: &str, report: &Report) -> Result<Filter, String> {
        let mut conditions = Vec::new();
        let mut rest = text.trim();
        while !rest.is_empty() {
            if conditions.len() >= CONDITIONS_MAX {
                return Err(format!("a filter has at most {CONDITIONS_MAX} conditions"));
            }
            let is_bracketed = rest.starts_with('(');
            rest = rest.trim_start_matches('(').trim_start();
            let (name, after) = rest.split_once(' ').ok_or("a condition is `Column eq 'value'`")?;
            let column = report.column(name).ok_or_else(|| format!("the report has no column `{name}`"))?;
            let after = after.trim_start();
            let (operator, after) = after.split_once(' ').ok_or("a condition is `Column eq 'value'`")?;
            let is_equal = match operator {
                "eq" => true,
                "ne" => false,
                _ => return Err(format!("`{operator}` is not understood: use `eq` or `ne`")),
            };
            let (value, after) = quoted(after.trim_start()).ok_or("a value stands in single quotes")?;
            conditions.push(Condition { column, is_equal, value });
            rest = if is_bracketed { after.trim_start().trim_start_matches(')') } else { after }.trim_start();
            if !rest.is_empty() {
                rest = rest.strip_prefix("and ").ok_or("conditions are joined by `and`")?.trim_start();
                if rest.is_empty() {
                    return Err("a condition is missing after `and`".to_owned());
                }
            }
        }
        Ok(Filter(conditions))
    }

    #[must_use]
    pub fn matches(&self, row: &[String]) -> bool {
        self.0.iter().all(|condition| {
            let is_same = row.get(condition.column).is_some_and(|text| text.eq_ignore_ascii_case(&condition.value));
            is_same == condition.is_equal
        })
    }
}

/// A text in single quotes, doubled inside, and what follows it.
fn quoted(text: &str) -> Option<(String, &str)> {
    let mut rest = text.strip_prefix('\'')?;
    let mut value = String::new();
    loop {
        let (part, after) = rest.split_once('\'')?;
        value.push_str(part);
        match after.strip_prefix('\'') {
            Some(more) => {
                value.push('\'');
                rest = more;
            }
            None => return Some((value, after)),
        }
    }
}

fn text(text: Option<&str>) -> String {
    text.unwrap_or_default().to_owned()
}

fn time(time: Option<Time>) -> String {
    time.map(|time| time.to_string()).unwrap_or_default()
}

fn field(record: &Record, name: &str) -> String {
    text(record.text(name))
}

fn device_id(managed: &Object) -> String {
    managed.id.to_string()
}

fn devices(_: &Snapshot, managed: &Object, rows: &mut Vec<Row>) {
    rows.push(vec![
        device_id(managed),
        text(managed.get(DEVICE_NAME)),
        text(managed.get(SERIAL_NUMBER)),
        text(managed.get(MANUFACTURER)),
        text(managed.get(MODEL)),
        text(managed.get(OPERATING_SYSTEM)),
        text(managed.get(OS_VERSION)),
        text(managed.get(MANAGED_DEVICE_OWNER_TYPE)),
        text(managed.get(MANAGEMENT_AGENT)),
        text(managed.get(COMPLIANCE_STATE)),
        managed.get(IS_ENCRYPTED).map(|is| is.to_string()).unwrap_or_default(),
        time(managed.get(ENROLLED_DATE_TIME)),
        time(managed.get(LAST_SYNC_DATE_TIME)),
        text(managed.get(USER_ID)),
        text(managed.get(USER_PRINCIPAL_NAME)),
    ]);
}

fn compliance(_: &Snapshot, managed: &Object, rows: &mut Vec<Row>) {
    rows.push(vec![
        device_id(managed),
        text(managed.get(DEVICE_NAME)),
        text(managed.get(OPERATING_SYSTEM)),
        text(managed.get(OS_VERSION)),
        text(managed.get(MANAGED_DEVICE_OWNER_TYPE)),
        text(managed.get(COMPLIANCE_STATE)),
        time(managed.get(COMPLIANCE_GRACE_PERIOD_EXPIRATION_DATE_TIME)),
        time(managed.get(LAST_SYNC_DATE_TIME)),
        text(managed.get(USER_ID)),
        text(managed.get(USER_PRINCIPAL_NAME)),
    ]);
}

fn non_compliant(_: &Snapshot, managed: &Object, rows: &mut Vec<Row>) {
    for result in managed.get(COMPLIANCE_RESULTS).unwrap_or_default() {
        if matches!(result.text("state"), Some("compliant" | "notApplicable")) {
            continue;
        }
        rows.push(vec![
            device_id(managed),
            text(managed.get(DEVICE_NAME)),
            text(managed.get(USER_ID)),
            text(managed.get(USER_PRINCIPAL_NAME)),
            field(&result, "policyId"),
            field(&result, "policyName"),
            field(&result, "setting"),
            field(&result, "state"),
            field(&result, "expected"),
            field(&result, "actual"),
            time(result.time("sinceDateTime")),
        ]);
    }
}

/// One row for each policy that gives the device the setting.
fn configuration(_: &Snapshot, managed: &Object, rows: &mut Vec<Row>) {
    for state in managed.get(SETTING_STATES).unwrap_or_default() {
        for policy in state.texts("policyIds") {
            rows.push(vec![
                device_id(managed),
                text(managed.get(DEVICE_NAME)),
                text(managed.get(USER_ID)),
                text(managed.get(USER_PRINCIPAL_NAME)),
                policy.to_owned(),
                field(&state, "settingDefinitionId"),
                field(&state, "state"),
                field(&state, "value"),
                field(&state, "actual"),
                field(&state, "error"),
                time(state.time("lastUpdatedDateTime")),
            ]);
        }
    }
}

fn apps_of_device(_: &Snapshot, managed: &Object, rows: &mut Vec<Row>) {
    for state in managed.get(APP_INSTALL_STATES).unwrap_or_default() {
        rows.push(vec![
            field(&state, "applicationId"),
            field(&state, "displayName"),
            field(&state, "version"),
            device_id(managed),
            text(managed.get(DEVICE_NAME)),
            text(managed.get(OPERATING_SYSTEM)),
            text(managed.get(USER_ID)),
            text(managed.get(USER_PRINCIPAL_NAME)),
            field(&state, "installState"),
            field(&state, "error"),
            field(&state, "installedVersion"),
            time(state.time("lastUpdatedDateTime")),
        ]);
    }
}

/// How many of a person's devices stand how to each application.
fn apps_of_user(now: &Snapshot, user: &Object, rows: &mut Vec<Row>) {
    let mut counts: std::collections::BTreeMap<String, (String, [usize; 5])> = std::collections::BTreeMap::new();
    let owned = now.by(USER_ID, user.id.to_string()).filter(|managed| now.is_a(managed, &MANAGED_DEVICE));
    for state in owned.flat_map(|managed| managed.get(APP_INSTALL_STATES).unwrap_or_default()) {
        let at = match state.text("installState") {
            Some("installed") => 0,
            Some("failed" | "uninstallFailed") => 1,
            Some("pendingInstall") => 2,
            Some("notInstalled") => 3,
            _ => 4,
        };
        let (name, counts) = counts.entry(field(&state, "applicationId")).or_default();
        *name = field(&state, "displayName");
        if let Some(count) = counts.get_mut(at) {
            *count += 1;
        }
    }
    for (application, (name, counts)) in counts {
        let user_id: Id = user.id;
        let mut row = vec![
            application,
            name,
            user_id.to_string(),
            text(user.get(DISPLAY_NAME)),
            text(user.get(schema::USER_PRINCIPAL_NAME)),
        ];
        row.extend(counts.iter().map(ToString::to_string));
        rows.push(row);
    }
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
    fn every_row_has_a_text_for_every_column() {
        let mut w = World::new();
        let ann = w.user(1);
        let (first, second) = (w.laptop(ann), w.laptop(ann));
        let setting = Record::new().with("settingDefinitionId", "s").with("policyIds", ["p", "q"]);
        w.done(vec![
            Change::set(first, SETTING_STATES, vec![setting]),
            Change::set(first, APP_INSTALL_STATES, vec![app_state(1, "installed"), app_state(2, "failed")]),
            Change::set(second, APP_INSTALL_STATES, vec![app_state(1, "pendingInstall")]),
        ]);
        for (name, of, expected) in [
            ("devices", first, 1),
            ("DeviceCompliance", first, 1),
            // No policy reaches the laptop, which is one thing that it falls short of.
            ("NonCompliantDevicesAndSettings", first, 1),
            ("PerSettingDeviceSummaryByConfigurationPolicy", first, 2),
            ("DeviceInstallStatusByApp", first, 2),
            ("UserInstallStatusAggregateByApp", ann, 2),
        ] {
            let report = Report::named(name).unwrap();
            let rows = report.rows(&w.now, w.get(of));
            assert_eq!(rows.len(), expected, "{name}");
            assert!(rows.iter().all(|row| row.len() == report.columns.len()), "{name}");
        }
        let report = Report::named("UserInstallStatusAggregateByApp").unwrap();
        let row = report.rows(&w.now, w.get(ann)).remove(0);
        assert_eq!(row[5..], ["1", "0", "1", "0", "0"]);
    }

    #[test]
    fn a_filter_is_read_as_intune_writes_it() {
        let report = Report::named("Devices").unwrap();
        let row: Row = report.columns.iter().map(|column| (*column).to_owned()).collect();
        for (filter, expected) in [
            ("", true),
            ("OS eq 'os'", true),
            ("(OS eq 'OS')", true),
            ("(OS ne 'OS')", false),
            ("(OS eq 'OS') and (UPN eq 'other')", false),
            ("( OS eq 'OS' ) and ( UPN ne 'it''s' )", true),
            ("OS eq 'OS' and UPN eq 'UPN'", true),
        ] {
            assert_eq!(Filter::parse(filter, report).unwrap().matches(&row), expected, "{filter}");
        }
        for filter in [
            "OS",
            "OS eq",
            "OS eq OS",
            "OS eq 'OS",
            "OS eq 'a' and",
            "OS eq 'a' or OS eq 'b'",
            "Mood eq 'a'",
            "OS like 'a'",
        ] {
            assert!(Filter::parse(filter, report).is_err(), "{filter}");
        }
    }
}
