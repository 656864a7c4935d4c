//! Whom the organisation trusts to say who somebody is. Whoever adds an authority, or takes the list away that says what it
//! took back, can sign in as anybody whom its certificates name: only those who stand above everybody may.

use directory::{Act, Change, Kind, Refusal, Snapshot};
use schema::certificate_based_auth_pki::{CERTIFICATE_AUTHORITY_DETAIL, CERTIFICATE_BASED_AUTH_PKI};
use schema::mutual_tls_oauth_configuration::MUTUAL_TLS_OAUTH_CONFIGURATION;

/// What holds the authorities.
static TRUST: [&Kind; 3] =
    [&CERTIFICATE_BASED_AUTH_PKI, &CERTIFICATE_AUTHORITY_DETAIL, &MUTUAL_TLS_OAUTH_CONFIGURATION];

/// Refuse a change of trust by somebody who does not stand above everybody.
pub(crate) fn authorities(stands_above_all: bool, now: &Snapshot, act: &Act<'_>) -> Result<(), Refusal> {
    let is_trust = |change: &Change| match change {
        Change::Create { kind, .. } => TRUST.iter().any(|known| known.id() == *kind),
        other => now.find(other.subject()).is_some_and(|object| TRUST.iter().any(|known| now.is_a(object, known))),
    };
    if !stands_above_all && act.changes.iter().any(is_trust) {
        return Err(Refusal::denied("only a global administrator decides which authorities are trusted"));
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Gate as _, Verb};

    use super::*;
    use crate::world::{World, application, id, person, role};
    use crate::{GRAPH_APP_ID, Gate};

    #[test]
    fn only_those_above_all_decide_whom_the_organisation_trusts() {
        let mut world = World::new();
        let (security, global) = (world.user(1), world.user(2));
        let app = world.app(4, "11111111-0000-0000-0000-000000000004");
        world.app(5, GRAPH_APP_ID);
        world.assign(30, security, role("Security Administrator"), "/");
        world.assign(31, global, role("Global Administrator"), "/");
        let everything = &["Directory.AccessAsUser.All"];
        let of_policies = "Policy.ReadWrite.AuthenticationMethod";
        for (what, caller, expect) in [
            ("who manages the policies", person(security, everything), false),
            ("a global administrator", person(global, everything), true),
            ("an application for the policies", application(app, &[of_policies]), false),
            ("an application above all", application(app, &[of_policies, "RoleManagement.ReadWrite.Directory"]), true),
        ] {
            for kind in TRUST {
                let changes = [Change::Create { id: id(99), kind: kind.id(), attributes: vec![] }];
                let act = Act { verb: Verb::Create, kind, target: None, changes: &changes };
                let outcome = Gate::new().allow(&world.now, &caller, &act);
                assert_eq!(outcome.is_ok(), expect, "{what} {}: {outcome:?}", kind.name);
            }
        }
    }
}
