//! Several verdicts about one sign-in, as one: it reaches for a resource, and for an authentication context beside it.
//!
//! Whatever one of them forbids is forbidden, and what each of them asks is asked.

use std::time::Duration;

use crate::verdict::{Cae, Outcome, SessionControls, SignInContext, Target, Verdict};

impl Verdict {
    /// What holds where both hold.
    #[must_use]
    pub fn and(mut self, other: Verdict) -> Verdict {
        for policy in other.policies {
            // A policy may apply to both; the log names it once.
            if !self.policies.contains(&policy) {
                self.policies.push(policy);
            }
        }
        Verdict {
            outcome: outcome(self.outcome, other.outcome),
            status: if rank(self.status) >= rank(other.status) { self.status } else { other.status },
            policies: self.policies,
            session: session(self.session, other.session),
            asked: asked(self.asked, other.asked),
        }
    }
}

/// One sign-in, with the context that it reaches for besides.
fn asked(one: Option<Box<SignInContext>>, other: Option<Box<SignInContext>>) -> Option<Box<SignInContext>> {
    let Some(mut one) = one else { return other };
    if let Some(Target::AuthenticationContext(class)) = other.map(|other| other.target) {
        one.contexts.push(class);
    }
    Some(one)
}

fn rank(status: &str) -> u8 {
    match status {
        "failure" => 2,
        "success" => 1,
        _ => 0,
    }
}

/// A no first, then everything that is still to be done.
fn outcome(one: Outcome, other: Outcome) -> Outcome {
    match (one, other) {
        (denied @ Outcome::Denied { .. }, _) | (_, denied @ Outcome::Denied { .. }) => denied,
        (Outcome::Allow, other) => other,
        (one, Outcome::Allow) => one,
        (
            Outcome::Interact { mut needs, code, reason, mut policies },
            Outcome::Interact { needs: more, policies: also, .. },
        ) => {
            needs.extend(more.into_iter().filter(|need| !needs.contains(need)).collect::<Vec<_>>());
            policies.extend(also.into_iter().filter(|name| !policies.contains(name)).collect::<Vec<_>>());
            Outcome::Interact { needs, code, reason, policies }
        }
    }
}

fn session(one: SessionControls, other: SessionControls) -> SessionControls {
    let both = |a: Option<Duration>, b: Option<Duration>| match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    };
    SessionControls {
        sign_in_frequency: both(one.sign_in_frequency, other.sign_in_frequency),
        // Never outweighs always.
        persistent_browser: match (one.persistent_browser, other.persistent_browser) {
            (Some(a), Some(b)) => Some(a && b),
            (a, b) => a.or(b),
        },
        app_enforced_restrictions: one.app_enforced_restrictions || other.app_enforced_restrictions,
        token_protection: one.token_protection || other.token_protection,
        continuous_access_evaluation: match (one.continuous_access_evaluation, other.continuous_access_evaluation) {
            (Cae::StrictLocation, _) | (_, Cae::StrictLocation) => Cae::StrictLocation,
            (Cae::Disabled, _) | (_, Cae::Disabled) => Cae::Disabled,
            (Cae::Standard, Cae::Standard) => Cae::Standard,
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::verdict::Need;

    fn verdict(outcome: Outcome, status: &'static str) -> Verdict {
        Verdict { outcome, status, ..Verdict::not_applied() }
    }

    fn asks(need: Need) -> Verdict {
        verdict(
            Outcome::Interact { needs: vec![need], code: 50_076, reason: String::new(), policies: vec![] },
            "failure",
        )
    }

    fn says_no() -> Verdict {
        verdict(Outcome::Denied { code: 53_003, reason: String::new(), policies: vec![] }, "failure")
    }

    #[test]
    fn the_stricter_of_two_verdicts_holds_whichever_comes_first() {
        let allow = || verdict(Outcome::Allow, "success");
        for (one, other, needs, is_denied) in [
            (allow(), Verdict::not_applied(), vec![], false),
            (allow(), asks(Need::Mfa), vec![Need::Mfa], false),
            (asks(Need::Mfa), asks(Need::Mfa), vec![Need::Mfa], false),
            (asks(Need::Mfa), says_no(), vec![], true),
            (allow(), says_no(), vec![], true),
        ] {
            for both in [one.clone().and(other.clone()), other.and(one)] {
                let found = match &both.outcome {
                    Outcome::Interact { needs, .. } => needs.clone(),
                    Outcome::Allow | Outcome::Denied { .. } => Vec::new(),
                };
                assert_eq!((found, matches!(both.outcome, Outcome::Denied { .. })), (needs.clone(), is_denied));
                let is_failure = is_denied || !needs.is_empty();
                assert_eq!(both.status, if is_failure { "failure" } else { "success" });
            }
        }
        let both = asks(Need::Mfa).and(asks(Need::SignInAgain));
        assert!(matches!(both.outcome, Outcome::Interact { needs, .. } if needs == [Need::Mfa, Need::SignInAgain]));
    }

    #[test]
    fn session_controls_merge_to_the_stricter_of_each() {
        let hours = |n: u64| Some(Duration::from_secs(n * 3600));
        let one = SessionControls { sign_in_frequency: hours(4), persistent_browser: Some(true), ..Default::default() };
        let other = SessionControls {
            sign_in_frequency: hours(1),
            persistent_browser: Some(false),
            token_protection: true,
            continuous_access_evaluation: Cae::StrictLocation,
            ..Default::default()
        };
        let expect = other.clone();
        assert_eq!(session(one.clone(), other.clone()), expect);
        assert_eq!(session(other, one), expect);
    }
}
