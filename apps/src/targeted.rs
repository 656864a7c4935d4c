//! Which applications a device is to have or to be without: those that assignments give it or take from it, and of those that
//! they only offer, the ones that its person asked for.
//!
//! Deliberately absent: whom an assignment reaches. Whoever asks brings that along (`Reach`).

use directory::{Id, Object, Record, Snapshot};
use schema::ASSIGNMENTS;

use crate::instruction::{Wanted, for_platform};
use crate::intent::{Effective, Reaching, effective};
use crate::request::{Asked, asked};

/// With which intents something that is assigned like this reaches the device in question.
pub type Reach<'a> = dyn Fn(&[Record]) -> Vec<Reaching> + 'a;

/// What is wanted of each application that a device has to do with.
pub(crate) fn targeted(now: &Snapshot, managed: &Object, reach: &Reach<'_>) -> Vec<(Id, Wanted)> {
    let told = |app: &Object| {
        let effective = effective(&reach(&app.get(ASSIGNMENTS).unwrap_or_default()));
        let asked = asked(managed, app.id).map(|request| request.action);
        Some((app.id, wanted(effective, asked)?))
    };
    for_platform(now, managed).filter_map(told).collect()
}

/// What a person asked for counts for as long as it is offered to them; what is required outdoes them.
fn wanted(effective: Effective, asked: Option<Asked>) -> Option<Wanted> {
    match asked.filter(|_| effective.available) {
        _ if effective.required => Some(Wanted::Required),
        Some(Asked::Install) => Some(Wanted::Required),
        Some(Asked::Uninstall) => Some(Wanted::Uninstall),
        None => effective.uninstall.then_some(Wanted::Uninstall),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_persons_wish_counts_where_it_is_offered_and_not_against_what_is_required() {
        use Wanted::{Required, Uninstall};
        let of = |text: &str| Effective {
            required: text.contains('r'),
            available: text.contains('a'),
            uninstall: text.contains('x'),
            is_without_enrolment: false,
        };
        let (install, remove) = (Some(Asked::Install), Some(Asked::Uninstall));
        for (given, asked, expected) in [
            ("", None, None),
            ("", install, None),
            ("a", None, None),
            ("a", install, Some(Required)),
            ("a", remove, Some(Uninstall)),
            ("r", remove, Some(Required)),
            ("ra", remove, Some(Required)),
            ("x", install, Some(Uninstall)),
            ("ax", None, Some(Uninstall)),
            ("ax", install, Some(Required)),
        ] {
            assert_eq!(wanted(of(given), asked), expected, "{given} {asked:?}");
        }
    }
}
