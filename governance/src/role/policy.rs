//! What activating or being given a role demands: the rules of its management policy, or the defaults where it says
//! nothing: at most eight hours, with a second factor and a reason, without approval.
//!
//! Rules are known by Graph's ids: `Expiration_EndUser_Assignment` is about activation, `…_Admin_Eligibility` and
//! `…_Admin_Assignment` about what administrators give.

use std::time::Duration;

use directory::{Call, Change, Check, Id, Record, Refusal, Snapshot, Value};
use schema::unified_role_management_policy::{
    EFFECTIVE_RULES, ID, IS_ORGANIZATION_DEFAULT, POLICY, POLICY_ID, RULES, SCOPE_ID, SCOPE_TYPE,
    UNIFIED_ROLE_MANAGEMENT_POLICY, UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT,
};
use schema::{DISPLAY_NAME, ROLE_DEFINITION_ID};

use crate::approval::{Terms, WAIT_MAX};
use crate::{people, span};

pub(crate) const CHECK: Check = Check { kind: &UNIFIED_ROLE_MANAGEMENT_POLICY, complete: None, check: Some(check) };

/// The longest that an activation may last, whatever a policy says.
const ACTIVATION_MAX: Duration = Duration::from_secs(24 * 3_600);
const ACTIVATION: Duration = Duration::from_secs(8 * 3_600);
/// How long a decision about an activation may take.
const DECISION: Duration = Duration::from_secs(24 * 3_600);
/// What can be demanded of whoever activates.
const ENABLEMENT: [&str; 3] = ["MultiFactorAuthentication", "Justification", "Ticketing"];

/// What activating a role demands.
pub(crate) struct Rules {
    pub(crate) longest: Duration,
    pub(crate) needs_strong: bool,
    pub(crate) needs_justification: bool,
    pub(crate) needs_ticket: bool,
    pub(crate) approval: Option<Terms>,
}

/// What activating a role demands now.
pub(crate) fn activation(now: &Snapshot, role: Id) -> Rules {
    let rules = rules_of(now, role);
    let find = |id: &str| rules.iter().find(|rule| rule.text("id") == Some(id));
    let longest = find("Expiration_EndUser_Assignment").and_then(|rule| rule.text("maximumDuration"));
    let enabled: Vec<&str> = match find("Enablement_EndUser_Assignment") {
        Some(rule) => rule.texts("enabledRules").collect(),
        None => vec!["MultiFactorAuthentication", "Justification"],
    };
    let setting = find("Approval_EndUser_Assignment").and_then(|rule| rule.record("setting"));
    Rules {
        longest: longest.and_then(span::parse).unwrap_or(ACTIVATION).min(ACTIVATION_MAX),
        needs_strong: enabled.contains(&"MultiFactorAuthentication"),
        needs_justification: enabled.contains(&"Justification"),
        needs_ticket: enabled.contains(&"Ticketing"),
        approval: setting.filter(|s| s.bool("isApprovalRequired") == Some(true)).map(terms),
    }
}

/// The longest that an administrator may give a role, or eligibility for it; nothing when it need not end.
pub(crate) fn longest_given(now: &Snapshot, role: Id, is_eligibility: bool) -> Option<Duration> {
    let wanted = if is_eligibility { "Expiration_Admin_Eligibility" } else { "Expiration_Admin_Assignment" };
    let rules = rules_of(now, role);
    let rule = rules.iter().find(|rule| rule.text("id") == Some(wanted))?;
    if rule.bool("isExpirationRequired") != Some(true) {
        return None;
    }
    rule.text("maximumDuration").and_then(span::parse)
}

/// The management policy of a role with the default rules, and the assignment that ties it to the role: for making an
/// organization. Administrators then change its rules.
#[must_use]
pub fn default_policy(call: &Call<'_>, tenant: Id, role: Id) -> Vec<Change> {
    let (policy, assignment) = (call.new_id(), call.new_id());
    let name = format!("Directory_{tenant}_{policy}");
    let rules = default_rules();
    vec![
        Change::Create {
            id: policy,
            kind: UNIFIED_ROLE_MANAGEMENT_POLICY.id(),
            attributes: vec![
                (ID.id, name.as_str().into()),
                (DISPLAY_NAME.id, "Directory Role".into()),
                (IS_ORGANIZATION_DEFAULT.id, false.into()),
                (SCOPE_ID.id, "/".into()),
                (SCOPE_TYPE.id, "DirectoryRole".into()),
                (EFFECTIVE_RULES.id, rules.clone().into()),
                (RULES.id, rules.into()),
            ],
        },
        Change::Create {
            id: assignment,
            kind: UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT.id(),
            attributes: vec![
                (ID.id, format!("{name}_{role}").into()),
                (POLICY_ID.id, name.into()),
                (ROLE_DEFINITION_ID.id, role.to_string().into()),
                (SCOPE_ID.id, "/".into()),
                (SCOPE_TYPE.id, "DirectoryRole".into()),
            ],
        },
        Change::link(assignment, POLICY, policy),
    ]
}

fn default_rules() -> Vec<Record> {
    let rule = |kind: &str, id: &str| {
        Record::new().with("@odata.type", format!("#microsoft.graph.unifiedRoleManagementPolicy{kind}")).with("id", id)
    };
    let lasting = |id: &str, required: bool, longest: &str| {
        rule("ExpirationRule", id).with("isExpirationRequired", required).with("maximumDuration", longest)
    };
    let approval = Record::new()
        .with("isApprovalRequired", false)
        .with("isApprovalRequiredForExtension", false)
        .with("isRequestorJustificationRequired", true)
        .with("approvalMode", "SingleStage");
    vec![
        lasting("Expiration_EndUser_Assignment", true, "PT8H"),
        rule("EnablementRule", "Enablement_EndUser_Assignment")
            .with("enabledRules", ["MultiFactorAuthentication", "Justification"]),
        rule("ApprovalRule", "Approval_EndUser_Assignment").with("setting", approval),
        lasting("Expiration_Admin_Eligibility", false, "P365D"),
        lasting("Expiration_Admin_Assignment", false, "P180D"),
    ]
}

fn terms(setting: &Record) -> Terms {
    let stage = setting.records("approvalStages").next();
    let days =
        stage.and_then(|stage| stage.int("approvalStageTimeOutInDays")).and_then(|days| u64::try_from(days).ok());
    let wait = days.map_or(DECISION, |days| Duration::from_secs(days.saturating_mul(86_400)));
    Terms {
        primary: stage.map(|stage| people::sets(stage, "primaryApprovers")).unwrap_or_default(),
        fallback: Vec::new(),
        needs_justification: stage.and_then(|stage| stage.bool("isApproverJustificationRequired")) == Some(true),
        wait: wait.clamp(Duration::from_secs(86_400), WAIT_MAX),
    }
}

fn rules_of(now: &Snapshot, role: Id) -> Vec<Record> {
    let tie = now
        .by(ROLE_DEFINITION_ID, Value::Guid(role))
        .find(|found| now.is_a(found, &UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT));
    tie.and_then(|tie| now.linked(tie.id, POLICY)).and_then(|policy| policy.get(RULES)).unwrap_or_default()
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    for change in changes {
        let (Change::Create { id, .. } | Change::Set { id, .. }) = change else { continue };
        let Some(policy) = after.find_a(&UNIFIED_ROLE_MANAGEMENT_POLICY, *id) else { continue };
        for rule in policy.get(RULES).unwrap_or_default() {
            check_rule(after, &rule)?;
        }
    }
    Ok(())
}

fn check_rule(after: &Snapshot, rule: &Record) -> Result<(), Refusal> {
    let id = rule.text("id").unwrap_or_default();
    if let Some(text) = rule.text("maximumDuration") {
        let longest = if id == "Expiration_EndUser_Assignment" {
            ACTIVATION_MAX
        } else {
            Duration::from_secs(span::DAYS_MAX * 86_400)
        };
        if span::parse(text).is_none_or(|span| span < Duration::from_secs(1_800) || span > longest) {
            let hours = longest.as_secs() / 3_600;
            return Err(Refusal::invalid(format!("`{text}` is not a duration of half an hour to {hours} hours"))
                .at("maximumDuration"));
        }
    }
    if let Some(unknown) = rule.texts("enabledRules").find(|rule| !ENABLEMENT.contains(rule)) {
        return Err(Refusal::invalid(format!("`{unknown}` cannot be demanded: say one of {}", ENABLEMENT.join(", ")))
            .at("enabledRules"));
    }
    let Some(setting) = rule.record("setting") else { return Ok(()) };
    if setting.list("approvalStages").len() > 1 {
        return Err(Refusal::limit("one approval stage is followed here").at("approvalStages"));
    }
    for stage in setting.records("approvalStages") {
        people::check_sets(after, &people::sets(stage, "primaryApprovers"), "primaryApprovers")?;
    }
    Ok(())
}
