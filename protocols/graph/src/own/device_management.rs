//! What is worked out for device management when it is asked for: the settings of a template, how far devices are from a baseline,
//! how a script went on all devices, which are to be retired. All but the drift report are Graph's.

use directory::Kind;
use schema::catalog;
use schema::device_health_script::DEVICE_HEALTH_SCRIPT;
use schema::device_management_configuration_policy::DEVICE_MANAGEMENT_CONFIGURATION_POLICY;
use schema::device_management_configuration_policy_template::DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE;
use schema::device_management_script::{DEVICE_MANAGEMENT_SCRIPT, DEVICE_SHELL_SCRIPT};
use schema::managed_device::MANAGED_DEVICE;

use crate::errors::Error;
use crate::exchange::{Exchange, Reply};
use crate::read::may_read;
use crate::worked_out::{self, aside, found, list, printed};

/// The scripts that have a summary, by their sets.
const SCRIPTS: [(&str, &Kind); 3] = [
    ("deviceHealthScripts", &DEVICE_HEALTH_SCRIPT),
    ("deviceManagementScripts", &DEVICE_MANAGEMENT_SCRIPT),
    ("deviceShellScripts", &DEVICE_SHELL_SCRIPT),
];

/// Answer, if the path is one of these.
pub async fn answer(exchange: &Exchange) -> Option<Result<Reply, Error>> {
    let path = worked_out::steps(&exchange.segments);
    let is = |name: &str, other: &str| name.eq_ignore_ascii_case(other);
    if exchange.method != http::Method::GET || !path.first().is_some_and(|root| is(root, "deviceManagement")) {
        return None;
    }
    if let [_, set, what] = path.as_slice()
        && is(set, "deviceCompliancePolicies")
        && is(what, "getDevicesScheduledToRetire")
    {
        return Some(scheduled_to_retire(exchange));
    }
    let [_, set, key, what] = path.as_slice() else { return None };
    if is(set, "configurationPolicyTemplates") && is(what, "settingTemplates") {
        return Some(setting_templates(exchange, key));
    }
    if is(set, "configurationPolicies") && is(what, "driftReport") {
        return Some(drift_report(exchange, key).await);
    }
    let (set, kind) = SCRIPTS.iter().find(|(name, _)| is(set, name)).filter(|_| is(what, "runSummary"))?;
    Some(run_summary(exchange, set, kind, key))
}

fn setting_templates(exchange: &Exchange, key: &str) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY_TEMPLATE)?;
    let baseline = catalog::baseline(key).ok_or_else(|| Error::missing(key))?;
    let context = format!("deviceManagement/configurationPolicyTemplates('{}')/settingTemplates", baseline.id);
    Ok(list(exchange, &view, &baseline.setting_templates(), &context))
}

/// The list of devices to retire, as far as the caller sees them.
fn scheduled_to_retire(exchange: &Exchange) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &MANAGED_DEVICE)?;
    let listed = devices::compliance::retire_list::listed(view.now(), |managed| view.sees(managed));
    Ok(list(exchange, &view, &listed, "Collection(microsoft.graph.retireScheduledManagedDevice)"))
}

async fn drift_report(exchange: &Exchange, key: &str) -> Result<Reply, Error> {
    let view = exchange.view();
    may_read(&view, &MANAGED_DEVICE)?;
    let policy = found(&view, &DEVICE_MANAGEMENT_CONFIGURATION_POLICY, key)?.id;
    let (view, report) = aside(view, move |view| {
        devices::baseline::drift(view.now(), view.now().get(policy)?, view.at(), |managed| view.sees(managed))
    })
    .await?;
    let report = report.map_err(|refusal| Error::refused(&refusal, Some(&DEVICE_MANAGEMENT_CONFIGURATION_POLICY)))?;
    Ok(printed(exchange, &view, &report, "deviceManagement/driftReport"))
}

fn run_summary(exchange: &Exchange, set: &str, kind: &'static Kind, key: &str) -> Result<Reply, Error> {
    let view = exchange.view();
    let script = found(&view, kind, key)?;
    let summary = devices::scripts::run_summary(view.now(), script).with("id", script.id.to_string());
    let context = format!("deviceManagement/{set}('{}')/runSummary/$entity", script.id);
    Ok(printed(exchange, &view, &summary, &context))
}
