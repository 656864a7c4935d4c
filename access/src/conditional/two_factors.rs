//! Whether a person's password can ever be all that they prove.

use std::sync::Arc;

use directory::{Id, Snapshot, Time};

use super::policy::{Policy, Targets};
use super::{CompiledPolicies, Control, Need, Outcome, SignInContext, State, Used, decide};
use crate::permission::GRAPH_APP_ID;

/// Whether Conditional Access demands two factors of a user at every sign-in, wherever it leads.
///
/// Only what nobody can get around counts: enforced policies for all applications without exception, and without conditions
/// of place, platform, client, device or risk.
#[must_use]
pub fn always_demands_two_factors(now: &Snapshot, at: Time, user: Id) -> bool {
    let mut policies = CompiledPolicies::from(now);
    policies
        .policies
        .retain(|policy| policy.state == State::Enabled && policy.is_unconditional() && is_everywhere(policy));
    let asked = SignInContext {
        authenticated: Some(at),
        methods: vec![Used::of("password")],
        ..SignInContext::of_user(user, GRAPH_APP_ID)
    };
    let demands = |need: &Need| matches!(need, Need::Control(Control::Mfa | Control::Strength { .. }));
    match decide(&Arc::new(policies), now, at, &asked).outcome {
        Outcome::Interact { needs, .. } => needs.iter().any(demands),
        // Whoever is blocked signs in by nothing; the policy may be gone before the password is.
        Outcome::Deny { .. } | Outcome::Allow => false,
    }
}

fn is_everywhere(policy: &Policy) -> bool {
    matches!(&policy.targets, Targets::Apps(apps) if apps.all && apps.exclude.is_empty())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Change, Record, Value};
    use schema::conditional_access_policy::{CONDITIONAL_ACCESS_POLICY, CONDITIONS, GRANT_CONTROLS};
    use schema::user::USER;

    use super::*;

    const ADA: Id = Id::from_u128(0x11);
    const BOB: Id = Id::from_u128(0x12);
    const AT: Time = Time::from_unix(1_795_248_000);

    fn demands(state: &str, apps: Record, more: Record, control: &str) -> bool {
        let person = |id: Id, name: &str| Change::Create {
            id,
            kind: USER.id(),
            attributes: vec![
                (schema::ACCOUNT_ENABLED.id, true.into()),
                (schema::DISPLAY_NAME.id, name.into()),
                (schema::MAIL_NICKNAME.id, name.into()),
                (schema::USER_PRINCIPAL_NAME.id, format!("{name}@xyz.example").into()),
            ],
        };
        let users = Record::new().with("includeUsers", ["All"]).with("excludeUsers", vec![BOB.to_string()]);
        let mut conditions = more.with("users", users).with("applications", apps);
        if conditions.get("clientAppTypes").is_none() {
            conditions.set("clientAppTypes", ["all"]);
        }
        let grant = Record::new().with("operator", "OR").with("builtInControls", [control]);
        let policy = Change::Create {
            id: Id::from_u128(0x21),
            kind: CONDITIONAL_ACCESS_POLICY.id(),
            attributes: vec![
                (schema::DISPLAY_NAME.id, "Two factors".into()),
                (schema::STATE.id, state.into()),
                (CONDITIONS.id, Value::from(conditions)),
                (GRANT_CONTROLS.id, grant.into()),
            ],
        };
        let empty = Snapshot::empty(Arc::new(schema::model()));
        let now = empty.fork(AT, &[person(ADA, "ada"), person(BOB, "bob"), policy]).unwrap();
        assert!(!always_demands_two_factors(&now, AT, BOB), "bob is excluded");
        always_demands_two_factors(&now, AT, ADA)
    }

    #[test]
    fn only_a_demand_that_nobody_gets_around_counts() {
        let all = || Record::new().with("includeApplications", ["All"]);
        let office = Record::new().with("includePlatforms", ["windows"]);
        let without = |app: &str| all().with("excludeApplications", [app]);
        for (state, apps, more, control, expect) in [
            ("enabled", all(), Record::new(), "mfa", true),
            ("enabledForReportingButNotEnforced", all(), Record::new(), "mfa", false),
            ("disabled", all(), Record::new(), "mfa", false),
            ("enabled", all(), Record::new(), "compliantDevice", false),
            ("enabled", all(), Record::new(), "block", false),
            ("enabled", without("00000000-0000-4000-8000-000000000021"), Record::new(), "mfa", false),
            ("enabled", Record::new().with("includeApplications", [GRAPH_APP_ID]), Record::new(), "mfa", false),
            ("enabled", all(), Record::new().with("platforms", office), "mfa", false),
            ("enabled", all(), Record::new().with("clientAppTypes", ["browser"]), "mfa", false),
        ] {
            let named = format!("{state} {apps:?} {more:?} {control}");
            assert_eq!(demands(state, apps, more, control), expect, "{named}");
        }
    }
}
