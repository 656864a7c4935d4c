//! What a policy says shall follow when a device is not compliant, and after how many hours.

use directory::{Object, Record};
use schema::SCHEDULED_ACTIONS_FOR_RULE;

/// The most hours that may pass before something follows: a year.
pub const GRACE_HOURS_MAX: i64 = 365 * 24;
/// The most consequences that a policy may have.
pub const CONSEQUENCES_MAX: usize = 20;

/// What is carried out. `block` marks the device as not compliant; its hours are the policy's grace.
const CARRIED_OUT: [&str; 5] = ["noAction", "block", "notification", "remoteLock", "retire"];

/// One consequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Consequence {
    /// Unlike that of every other consequence of the policy.
    pub id: String,
    /// Graph `deviceComplianceActionType`.
    pub action: String,
    pub grace_hours: i64,
    /// The message to send; absent means our own words.
    pub template: Option<String>,
    /// Ids of groups whose members are told as well.
    pub copies: Vec<String>,
}

/// Everything that a policy says, soonest first.
#[must_use]
pub fn consequences(policy: &Object) -> Vec<Consequence> {
    let rules = policy.get(SCHEDULED_ACTIONS_FOR_RULE).unwrap_or_default();
    let actions = rules.iter().flat_map(|rule| rule.records("scheduledActionConfigurations"));
    let mut found: Vec<Consequence> =
        actions.take(CONSEQUENCES_MAX).enumerate().map(|(at, action)| consequence(at, action)).collect();
    found.sort_by_key(|consequence| consequence.grace_hours);
    found
}

fn consequence(at: usize, action: &Record) -> Consequence {
    let text = |field: &str| action.text(field).unwrap_or_default();
    // Clients that have no template to name send the GUID of nothing.
    let template = Some(text("notificationTemplateId"))
        .filter(|id| directory::id_from_text(id).is_some_and(|id| !id.is_nil()))
        .map(str::to_owned);
    Consequence {
        id: action.text("id").map_or_else(|| format!("{at}:{}", text("actionType")), str::to_owned),
        action: text("actionType").to_owned(),
        grace_hours: action.int("gracePeriodHours").unwrap_or(0).clamp(0, GRACE_HOURS_MAX),
        template,
        copies: action.texts("notificationMessageCCList").map(str::to_owned).collect(),
    }
}

/// Whether what a policy says can be carried out; if not, why.
pub(crate) fn check(rules: &[Record]) -> Result<(), String> {
    let actions: Vec<&Record> = rules.iter().flat_map(|rule| rule.records("scheduledActionConfigurations")).collect();
    if actions.len() > CONSEQUENCES_MAX {
        return Err(format!("a policy has at most {CONSEQUENCES_MAX} actions for devices that are not compliant"));
    }
    for action in &actions {
        let kind = action.text("actionType").ok_or("an action needs `actionType`")?;
        if !CARRIED_OUT.contains(&kind) {
            return Err(format!("`{kind}` is not carried out here; use one of {}", CARRIED_OUT.join(", ")));
        }
        let hours = action.int("gracePeriodHours").unwrap_or(0);
        if !(0..=GRACE_HOURS_MAX).contains(&hours) {
            return Err(format!("`gracePeriodHours` is 0 to {GRACE_HOURS_MAX}"));
        }
    }
    let blocks = actions.iter().filter(|action| action.text("actionType") == Some("block")).count();
    if blocks > 1 { Err("only one action of a policy can be `block`".into()) } else { Ok(()) }
}
