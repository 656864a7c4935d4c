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

/// What remains of all intents together. More than one can hold.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Effective {
    /// Must be there.
    pub required: bool,
    /// Is offered.
    pub available: bool,
    /// Must not be there.
    pub uninstall: bool,
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

/// Resolve the intents that reach one device.
#[must_use]
pub fn resolve(reaching: &[(Intent, Via)]) -> Effective {
    let any = |intent| reaching.iter().any(|(i, _)| *i == intent);
    let has = |intent, via| reaching.contains(&(intent, via));
    let required = any(Intent::Required);
    // Required outdoes uninstall; what a person is offered outdoes the uninstall of a device, not that of a person.
    let uninstall_of_person = has(Intent::Uninstall, Via::User);
    let uninstall_of_device = has(Intent::Uninstall, Via::Device) && !has(Intent::Available, Via::User);
    let uninstall = !required && (uninstall_of_person || uninstall_of_device);
    let offered = any(Intent::Available) || any(Intent::AvailableWithoutEnrollment);
    Effective { required, available: offered && (required || !uninstall_of_person), uninstall }
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
        let (r, a, x) = (
            Effective { required: true, ..Effective::default() },
            Effective { available: true, ..Effective::default() },
            Effective { uninstall: true, ..Effective::default() },
        );
        let ra = Effective { required: true, available: true, uninstall: false };
        let ax = Effective { required: false, available: true, uninstall: true };
        for (reaching, expected) in [
            (vec![], Effective::default()),
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
            assert_eq!(resolve(&reaching), expected, "{reaching:?}");
            assert_eq!(resolve(&backwards), expected, "{reaching:?} the other way round");
        }
    }
}
