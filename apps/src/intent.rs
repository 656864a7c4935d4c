//! What several assignments of one application mean for one device: the documented table of intents.
//!
//! Deliberately absent: whom an assignment reaches, and filters (`devices`); they are asked before and after this.

/// Graph `installIntent`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Intent {
    Available,
    Required,
    Uninstall,
    AvailableWithoutEnrollment,
}

/// Through whom an assignment reaches the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Via {
    User,
    Device,
}

/// One intent that reaches the device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reaching {
    pub intent: Intent,
    pub via: Via,
    /// Whether the filters of the assignments with this intent let the device through.
    pub passes: bool,
}

/// What remains of all intents together. More than one can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// Must be there.
    pub required: bool,
    /// Is offered.
    pub available: bool,
    /// Must not be there.
    pub uninstall: bool,
    /// Is offered to devices that are not managed, and to others only thereby.
    pub is_without_enrolment: bool,
}

impl Intent {
    /// As Graph writes it.
    #[must_use]
    pub fn named(name: &str) -> Option<Intent> {
        match name {
            "available" => Some(Intent::Available),
            "required" => Some(Intent::Required),
            "uninstall" => Some(Intent::Uninstall),
            "availableWithoutEnrollment" => Some(Intent::AvailableWithoutEnrollment),
            _ => None,
        }
    }
}

impl Reaching {
    /// An intent by its name, if it is one.
    #[must_use]
    pub fn named(intent: &str, is_through_person: bool, passes: bool) -> Option<Reaching> {
        let via = if is_through_person { Via::User } else { Via::Device };
        Some(Reaching { intent: Intent::named(intent)?, via, passes })
    }
}

/// What the assignments of one application mean for a device: the intents decide first, then the filters of the winner.
#[must_use]
pub fn effective(reaching: &[Reaching]) -> Effective {
    let effective = resolve(&reaching.iter().map(|one| (one.intent, one.via)).collect::<Vec<_>>());
    let passes = |intent| reaching.iter().any(|one| one.intent == intent && one.passes);
    let is_offered = passes(Intent::Available);
    Effective {
        required: effective.required && passes(Intent::Required),
        available: effective.available && (is_offered || passes(Intent::AvailableWithoutEnrollment)),
        uninstall: effective.uninstall && passes(Intent::Uninstall),
        is_without_enrolment: !is_offered,
    }
}

/// Resolve the intents that reach one device.
fn resolve(reaching: &[(Intent, Via)]) -> Effective {
    let any = |intent| reaching.iter().any(|(i, _)| *i == intent);
    let has = |intent, via| reaching.contains(&(intent, via));
    let required = any(Intent::Required);
    // Required outdoes uninstall; what a person is offered outdoes the uninstall of a device, not that of a person.
    let uninstall_of_person = has(Intent::Uninstall, Via::User);
    let uninstall_of_device = has(Intent::Uninstall, Via::Device) && !has(Intent::Available, Via::User);
    let uninstall = !required && (uninstall_of_person || uninstall_of_device);
    let offered = any(Intent::Available) || any(Intent::AvailableWithoutEnrollment);
    let is_without_enrolment = !any(Intent::Available);
    Effective { required, available: offered && (required || !uninstall_of_person), uninstall, is_without_enrolment }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_documented_table_of_intents_holds() {
        let (ua, da) = ((Intent::Available, Via::User), (Intent::Available, Via::Device));
        let (ur, dr) = ((Intent::Required, Via::User), (Intent::Required, Via::Device));
        let (ux, dx) = ((Intent::Uninstall, Via::User), (Intent::Uninstall, Via::Device));
        let w = (Intent::AvailableWithoutEnrollment, Via::User);
        let of = |required, available, uninstall| (required, available, uninstall);
        let (none, r, a, x) =
            (of(false, false, false), of(true, false, false), of(false, true, false), of(false, false, true));
        let (ra, ax) = (of(true, true, false), of(false, true, true));
        for (reaching, expected) in [
            (vec![], none),
            (vec![ur, ua], ra),
            (vec![ur, ux], r),
            (vec![ua, ux], x),
            (vec![ur, dr], r),
            (vec![ur, dx], r),
            (vec![ua, dr], ra),
            (vec![ua, dx], a),
            (vec![ux, dr], r),
            (vec![ux, dx], x),
            (vec![dr, dx], r),
            (vec![ur, ua, ux], ra),
            (vec![ur, ua, dx], ra),
            (vec![w, ur, ua], ra),
            (vec![w, ua], a),
            (vec![w, dr], ra),
            (vec![w, dx], ax),
            (vec![da], a),
        ] {
            let mut backwards = reaching.clone();
            backwards.reverse();
            let told = |reaching: &[(Intent, Via)]| {
                let effective = resolve(reaching);
                (effective.required, effective.available, effective.uninstall)
            };
            assert_eq!(told(&reaching), expected, "{reaching:?}");
            assert_eq!(told(&backwards), expected, "{reaching:?} the other way round");
        }
    }

    #[test]
    fn the_filters_of_the_winner_decide_and_the_loser_does_not_come_after_it() {
        use Intent::{Available, AvailableWithoutEnrollment, Required, Uninstall};
        let reaching = |of: &[(Intent, bool)]| {
            of.iter()
                .map(|(intent, passes)| Reaching { intent: *intent, via: Via::User, passes: *passes })
                .collect::<Vec<_>>()
        };
        for (given, expected) in [
            (&[(Required, true), (Uninstall, true)][..], (true, false, false)),
            (&[(Required, false), (Uninstall, true)], (false, false, false)),
            (&[(Uninstall, false)], (false, false, false)),
            (&[(Available, false), (AvailableWithoutEnrollment, true)], (false, true, false)),
            (&[(Available, false)], (false, false, false)),
            (&[(Required, false), (Available, true)], (false, true, false)),
        ] {
            let effective = effective(&reaching(given));
            assert_eq!((effective.required, effective.available, effective.uninstall), expected, "{given:?}");
        }
        assert!(effective(&reaching(&[(AvailableWithoutEnrollment, true)])).is_without_enrolment);
        assert!(!effective(&reaching(&[(AvailableWithoutEnrollment, true), (Available, true)])).is_without_enrolment);
    }
}
