//! Which devices may come under management: the platform, the version, the maker, whose it is, and how many a person has.
//! Every protocol that enrols obeys, because enrolling asks here.
//!
//! Of the configurations of a sort a person is under one alone: that with the highest priority (1 before 2) among those
//! assigned to a group they are in, else the default (0). Nothing is asked again of what is enrolled already.

use directory::{Call, Change, Check, Kind, Object, Record, Refusal, Snapshot};
use schema::USER_ID;
use schema::device_enrollment_configuration::{
    ASSIGNMENTS, DEVICE_ENROLLMENT_CONFIGURATION, DEVICE_ENROLLMENT_LIMIT_CONFIGURATION,
    DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION, DEVICE_ENROLLMENT_PLATFORM_RESTRICTIONS_CONFIGURATION, LIMIT,
    PLATFORM_RESTRICTION, PLATFORM_TYPE, PRIORITY,
};
use schema::group::MEMBERS;
use schema::managed_device::MANAGED_DEVICE;

use crate::assignment::{Target, target};
use crate::join::{About, Ownership};
use crate::version;

/// How many devices a person may be allowed.
const LIMITS: std::ops::RangeInclusive<i64> = 1..=1_000;
/// The platforms of the older form, by the operating system that devices say they have.
const OLDER: [(&str, &str); 6] = [
    ("windows", "windowsRestriction"),
    ("android", "androidRestriction"),
    ("ios", "iosRestriction"),
    ("ipados", "iosRestriction"),
    ("macos", "macOSRestriction"),
    ("windowsphone", "windowsMobileRestriction"),
];

pub(crate) const CHECK: Check = Check { kind: &DEVICE_ENROLLMENT_CONFIGURATION, complete: None, check: Some(check) };

/// Whether a person may enrol this device, or it may be enrolled for nobody; if not, why. `Denied`: not such a device. `Limit`: not one more.
pub(crate) fn may_enrol(
    now: &Snapshot,
    user: Option<&Object>,
    ownership: Ownership,
    about: &About,
) -> Result<(), Refusal> {
    if let Some(restriction) = platform_restriction(now, user, about) {
        obey(&restriction, ownership, about)?;
    }
    let Some(person) = user else { return Ok(()) };
    let limit = effective(now, user, |object| now.is_a(object, &DEVICE_ENROLLMENT_LIMIT_CONFIGURATION));
    if let Some(limit) = limit.and_then(|limit| limit.get(LIMIT)) {
        let theirs = now.by(USER_ID, person.id.to_string()).filter(|object| now.is_a(object, &MANAGED_DEVICE)).count();
        if i64::try_from(theirs).unwrap_or(i64::MAX) >= limit {
            return Err(Refusal::limit(format!(
                "you have {theirs} managed devices, and {limit} are allowed; remove one first"
            )));
        }
    }
    Ok(())
}

fn obey(restriction: &Record, ownership: Ownership, about: &About) -> Result<(), Refusal> {
    let system = about.operating_system.as_str();
    let is = |field: &str| restriction.bool(field) == Some(true);
    let limit = |field: &str| restriction.text(field).filter(|text| !text.trim().is_empty());
    if is("platformBlocked") {
        return Err(Refusal::denied(format!("the organisation does not let devices with `{system}` enrol")));
    }
    if is("personalDeviceEnrollmentBlocked") && ownership == Ownership::Personal {
        return Err(Refusal::denied("the organisation does not let personal devices enrol"));
    }
    let own = version::within(&about.operating_system_version);
    // Some clients do not say their version when they enrol; then compliance is what asks for it.
    let limit = |field: &str| limit(field).filter(|_| !own.is_empty());
    if let Some(least) = limit("osMinimumVersion").filter(|least| version::compare(own, least).is_lt()) {
        return Err(Refusal::denied(format!("version `{own}` is too old to enrol; update to {least}")));
    }
    if let Some(most) = limit("osMaximumVersion").filter(|most| version::compare(own, most).is_gt()) {
        return Err(Refusal::denied(format!("version `{own}` is too new to enrol; {most} is the latest allowed")));
    }
    let maker = about.manufacturer.as_deref().unwrap_or_default();
    if restriction.texts("blockedManufacturers").any(|blocked| blocked.eq_ignore_ascii_case(maker.trim())) {
        return Err(Refusal::denied(format!("the organisation does not let devices made by `{maker}` enrol")));
    }
    Ok(())
}

/// What is asked of the device's platform: by the configuration for this platform, else by that for all.
fn platform_restriction(now: &Snapshot, user: Option<&Object>, about: &About) -> Option<Record> {
    let system = about.operating_system.to_ascii_lowercase();
    let own_name = match system.as_str() {
        "macos" => "mac",
        "ipados" => "ios",
        other => other,
    };
    let of_platform = |name: &str| {
        effective(now, user, |object| {
            now.is_a(object, &DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION)
                && object.get(PLATFORM_TYPE).is_some_and(|platform| platform.eq_ignore_ascii_case(name))
        })
    };
    let single = || of_platform(own_name).or_else(|| of_platform("allPlatforms"))?.get(PLATFORM_RESTRICTION);
    let older = || {
        let field = OLDER.iter().find(|(name, _)| *name == system)?.1;
        let of_all =
            effective(now, user, |object| now.is_a(object, &DEVICE_ENROLLMENT_PLATFORM_RESTRICTIONS_CONFIGURATION))?;
        of_all.get(directory::Attr::<Record>::new(field))
    };
    single().or_else(older)
}

/// The one configuration of a sort that a person is under.
fn effective<'a>(now: &'a Snapshot, user: Option<&Object>, is_it: impl Fn(&Object) -> bool) -> Option<&'a Object> {
    let groups = user.map(|user| now.closure(user.id, MEMBERS, true)).unwrap_or_default();
    let is_for = |configuration: &Object| {
        configuration.get(ASSIGNMENTS).unwrap_or_default().iter().any(|assignment| match target(assignment) {
            Target::Group(group) => groups.iter().any(|own| own.id == group),
            Target::AllUsers => user.is_some(),
            Target::AllDevices => true,
            Target::NotGroup(_) | Target::Nobody => false,
        })
    };
    let priority = |configuration: &Object| configuration.get(PRIORITY).unwrap_or(0);
    now.all(&DEVICE_ENROLLMENT_CONFIGURATION)
        .filter(|configuration| is_it(configuration))
        .filter(|configuration| priority(configuration) == 0 || is_for(configuration))
        // The default comes after all others; of equals, the older one.
        .min_by_key(|configuration| {
            let priority = priority(configuration);
            (priority == 0, priority, configuration.id)
        })
}

fn check(_: &Snapshot, after: &Snapshot, _: &Call<'_>, changes: &[Change]) -> Result<(), Refusal> {
    const KIND: &Kind = &DEVICE_ENROLLMENT_CONFIGURATION;
    for change in changes {
        let Some(configuration) = after.find_a(KIND, change.subject()) else { continue };
        if configuration.get(PRIORITY).is_some_and(|priority| priority < 0) {
            return Err(Refusal::invalid("a priority is 1 or more, or 0 for the default").at("priority"));
        }
        if configuration.get(LIMIT).is_some_and(|limit| !LIMITS.contains(&limit)) {
            let message = format!("a limit is {} to {}", LIMITS.start(), LIMITS.end());
            return Err(Refusal::invalid(message).at("limit"));
        }
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Id, RefusalKind, Value};

    use super::*;
    use crate::world::{World, id, to};

    fn linux(n: u128, priority: i64, restriction: Record, group: Option<Id>) -> Change {
        let attributes: Vec<(AttrId, Value)> = vec![
            (PLATFORM_TYPE.id, "linux".into()),
            (PRIORITY.id, priority.into()),
            (PLATFORM_RESTRICTION.id, restriction.into()),
            (ASSIGNMENTS.id, group.map(|group| to("group", Some(group))).into_iter().collect::<Vec<_>>().into()),
        ];
        Change::Create { id: id(n), kind: DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION.id(), attributes }
    }

    fn ask(w: &World, user: Id, ownership: Ownership, version: &str) -> Result<(), RefusalKind> {
        let about = About {
            operating_system: "Linux".into(),
            operating_system_version: version.into(),
            manufacturer: Some("XYZ".into()),
            ..About::default()
        };
        may_enrol(&w.now, Some(w.get(user)), ownership, &about).map_err(|refusal| refusal.kind)
    }

    #[test]
    fn a_platform_can_be_restricted_in_every_way() {
        let denied = Err(RefusalKind::Denied);
        for (restriction, ownership, expected) in [
            (Record::new(), Ownership::Personal, Ok(())),
            (Record::new().with("platformBlocked", true), Ownership::Company, denied),
            (Record::new().with("personalDeviceEnrollmentBlocked", true), Ownership::Personal, denied),
            (Record::new().with("personalDeviceEnrollmentBlocked", true), Ownership::Company, Ok(())),
            (Record::new().with("osMinimumVersion", "24.04"), Ownership::Company, Ok(())),
            (Record::new().with("osMinimumVersion", "24.10"), Ownership::Company, denied),
            (Record::new().with("osMaximumVersion", "22.04"), Ownership::Company, denied),
            (Record::new().with("blockedManufacturers", ["xyz"]), Ownership::Company, denied),
        ] {
            let mut w = World::new();
            let ann = w.user(1);
            w.done(vec![linux(70, 0, restriction.clone(), None)]);
            assert_eq!(ask(&w, ann, ownership, "24.04"), expected, "{restriction:?}");
        }
    }

    #[test]
    fn a_person_is_under_the_highest_priority_alone() {
        let mut w = World::new();
        let (ann, bob) = (w.user(1), w.user(2));
        let group = w.group(10, &[ann]);
        w.done(vec![linux(70, 0, Record::new().with("platformBlocked", true), None)]);
        w.done(vec![linux(71, 2, Record::new().with("osMinimumVersion", "26.04"), Some(group))]);
        w.done(vec![linux(72, 1, Record::new(), Some(group))]);
        assert_eq!(ask(&w, ann, Ownership::Personal, "24.04"), Ok(()));
        assert_eq!(ask(&w, bob, Ownership::Personal, "24.04"), Err(RefusalKind::Denied));
        w.done(vec![Change::Delete { id: id(72) }]);
        assert_eq!(ask(&w, ann, Ownership::Personal, "24.04"), Err(RefusalKind::Denied));
        assert_eq!(ask(&w, ann, Ownership::Personal, "26.04"), Ok(()));
    }

    #[test]
    fn a_person_has_so_many_devices_and_a_join_beyond_that_is_not_enrolled() {
        let mut w = World::new();
        let ann = w.user(1);
        let attributes = vec![(LIMIT.id, 1_i64.into())];
        w.done(vec![Change::Create { id: id(70), kind: DEVICE_ENROLLMENT_LIMIT_CONFIGURATION.id(), attributes }]);
        w.laptop(ann);
        let join = crate::join::Join {
            user: ann,
            key_thumbprint: "another key".into(),
            transport_key: None,
            ownership: Ownership::Company,
            about: About { operating_system: "Linux".into(), ..About::default() },
        };
        let caller = directory::Caller::system(directory::TenantId::nil());
        let call = Call { caller: &caller, at: w.at, fresh: directory::Fresh::new(7) };
        let joined = crate::join::join(&w.now, &call, &join).unwrap().answer.unwrap();
        let joined = joined.as_record().unwrap();
        assert!(joined.guid("device").is_some() && joined.guid("managedDevice").is_none());
        assert_eq!(ask(&w, ann, Ownership::Company, "24.04"), Err(RefusalKind::Limit));
    }

    #[test]
    fn what_makes_no_sense_is_refused() {
        let mut w = World::new();
        for attributes in
            [vec![(LIMIT.id, 0_i64.into())], vec![(LIMIT.id, 5_i64.into()), (PRIORITY.id, (-1_i64).into())]]
        {
            let made = Change::Create { id: id(70), kind: DEVICE_ENROLLMENT_LIMIT_CONFIGURATION.id(), attributes };
            assert_eq!(w.submit(vec![made]).unwrap_err().kind, RefusalKind::Invalid);
        }
    }
}
