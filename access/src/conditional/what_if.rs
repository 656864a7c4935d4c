//! What would happen if: Graph's `identity/conditionalAccess/evaluate`. Judges a sign-in that is only described.
//!
//! What is not given is not assumed: a policy that asks for it does not apply.

use std::sync::Arc;

use directory::{Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value, id_from_text};
use schema::conditional_access_policy::CONDITIONAL_ACCESS_POLICY;
use schema::device::{DEVICE, DEVICE_ID, OPERATING_SYSTEM_VERSION};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, OPERATING_SYSTEM};

use super::compiled::CompiledPolicies;
use super::decision::{CaDecision, decide};
use super::judge::Reason;
use super::sign_in::{ClientAppType, SignInContext, Subject, Target};

/// The action: `signInIdentity`, `signInContext`, `signInConditions`, `appliedPoliciesOnly`; answers `whatIfAnalysisResult`.
pub(crate) fn evaluate(
    now: &Snapshot,
    call: &Call<'_>,
    _: Option<&Object>,
    given: &Record,
) -> Result<Decision, Refusal> {
    let (now, context) = described(now, call, given)?;
    let policies = Arc::new(CompiledPolicies::from(&now));
    let decision = decide(&policies, &now, call.at, &context);
    let only_applied = given.bool("appliedPoliciesOnly") == Some(true);
    let results: Vec<Value> = what_if(&decision)
        .into_iter()
        // Disabled policies are not part of the question.
        .filter(|(_, reason)| *reason != Some(Reason::PolicyNotEnabled) && !(only_applied && reason.is_some()))
        .filter_map(|(policy, reason)| Some(Value::Record(result(&now, policy, reason)?)))
        .collect();
    Ok(Decision::default().answering(Value::List(results)))
}

/// Every policy, with the first condition that keeps it from applying.
#[must_use]
pub fn what_if(decision: &CaDecision) -> Vec<(Id, Option<Reason>)> {
    let applied = decision.applied.iter().map(|applied| (applied.policy, None));
    let rest = decision.not_applied.iter().map(|(index, reason)| (*index, Some(*reason)));
    let mut all: Vec<(usize, Option<Reason>)> = applied.chain(rest).collect();
    all.sort_by_key(|(index, _)| *index);
    all.into_iter().filter_map(|(index, reason)| Some((decision.policies.policies.get(index)?.id, reason))).collect()
}

fn result(now: &Snapshot, policy: Id, reason: Option<Reason>) -> Option<Record> {
    let object = now.find_a(&CONDITIONAL_ACCESS_POLICY, policy)?;
    let mut record = Record::new().with("id", policy.to_string());
    for definition in CONDITIONAL_ACCESS_POLICY.all_attributes() {
        if let Some(value) = object.value(definition.id) {
            record.set(definition.name, value);
        }
    }
    record.set("policyApplies", reason.is_none());
    record.set("analysisReasons", reason.map_or("notSet", Reason::name));
    Some(record)
}

/// The sign-in that the parameters describe, over a directory that has the device they describe.
fn described(now: &Snapshot, call: &Call<'_>, given: &Record) -> Result<(Snapshot, SignInContext), Refusal> {
    let empty = Record::new();
    let part = |name: &str| given.record(name).unwrap_or(&empty);
    let conditions = part("signInConditions");
    let mut context = SignInContext::of_user(Id::nil(), "");
    context.subject = subject(now, part("signInIdentity"))?;
    context.target = target(part("signInContext"))?;
    context.client_app_type = client_app_type(conditions.text("clientAppType"))?;
    context.platform = conditions.text("devicePlatform").filter(|p| *p != "all").map(str::to_owned);
    context.country = conditions.text("country").map(str::to_owned);
    context.sign_in_risk = conditions.text("signInRiskLevel").map(str::to_owned);
    context.user_risk = conditions.text("userRiskLevel").map(str::to_owned);
    context.service_principal_risk = conditions.text("servicePrincipalRiskLevel").map(str::to_owned);
    context.flow = conditions.record("authenticationFlow").and_then(|f| f.text("transferMethod")).map(str::to_owned);
    if let Some(text) = conditions.text("ipAddress") {
        let address =
            text.parse().map_err(|_| Refusal::invalid(format!("`{text}` is no IP address")).at("ipAddress"))?;
        context.address = Some(address);
    }
    match conditions.record("deviceInfo").filter(|info| !info.is_empty()) {
        None => Ok((now.clone(), context)),
        Some(info) => with_device(now, call, info, context),
    }
}

fn subject(now: &Snapshot, identity: &Record) -> Result<Subject, Refusal> {
    if let Some(id) = identity.guid("userId") {
        return now.get_a(&USER, id).map(|_| Subject::User(id));
    }
    if let Some(id) = identity.guid("servicePrincipalId") {
        return now.get_a(&SERVICE_PRINCIPAL, id).map(|_| Subject::ServicePrincipal(id));
    }
    Err(Refusal::invalid("say who signs in: `userId` or `servicePrincipalId`").at("signInIdentity"))
}

fn target(context: &Record) -> Result<Target, Refusal> {
    if let Some(action) = context.text("userAction") {
        let urn = match action {
            "registerSecurityInformation" => "urn:user:registersecurityinfo",
            "registerOrJoinDevices" => "urn:user:registerdevice",
            other => other,
        };
        return Ok(Target::UserAction(urn.to_owned()));
    }
    if let Some(value) = context.text("authenticationContext") {
        return Ok(Target::AuthenticationContext(value.to_owned()));
    }
    let apps: Vec<String> = context.texts("includeApplications").map(str::to_owned).collect();
    if apps.is_empty() {
        return Err(Refusal::invalid(
            "say what is reached: `includeApplications`, `userAction` or `authenticationContext`",
        )
        .at("signInContext"));
    }
    Ok(Target::Resources(apps))
}

fn client_app_type(given: Option<&str>) -> Result<ClientAppType, Refusal> {
    let Some(given) = given.filter(|given| *given != "all") else {
        return Ok(ClientAppType::Browser);
    };
    let found = ClientAppType::named(given);
    found.ok_or_else(|| Refusal::invalid(format!("`{given}` is no type of client")).at("clientAppType"))
}

/// A fork of the directory with the device that was described, unless it is one that exists.
fn with_device(
    now: &Snapshot,
    call: &Call<'_>,
    info: &Record,
    mut context: SignInContext,
) -> Result<(Snapshot, SignInContext), Refusal> {
    let known = info.text("deviceId").and_then(|id| now.find_by(&DEVICE, DEVICE_ID, id));
    if let Some(device) = known.or_else(|| now.find_a(&DEVICE, id_from_text(info.text("id")?)?)) {
        context.device = Some(device.id);
        return Ok((now.clone(), context));
    }
    let id = call.new_id();
    let mut attributes = vec![
        (DISPLAY_NAME.id, Value::from("")),
        (DEVICE_ID.id, Value::from(id.to_string())),
        (ACCOUNT_ENABLED.id, Value::from(true)),
        (OPERATING_SYSTEM.id, Value::from("")),
        (OPERATING_SYSTEM_VERSION.id, Value::from("")),
    ];
    for definition in DEVICE.all_attributes() {
        if let Some(value) = info.get(definition.name).filter(|_| definition.name != DEVICE_ID.name) {
            attributes.push((definition.id, value.clone()));
        }
    }
    context.device = Some(id);
    Ok((now.fork(call.at, &[Change::Create { id, kind: DEVICE.id(), attributes }])?, context))
}
