//! Why somebody holds a role, or could: every assignment and every eligibility that reaches them, with what stands behind it.

use directory::{Id, Object, Record, Snapshot, Time, Value};
use schema::request::CREATED_BY;
use schema::unified_role_assignment::{ASSIGNED_BY_SCHEDULE, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_assignment_schedule::ACTIVATED_USING;
use schema::unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE;
use schema::unified_role_schedule::SCHEDULE_ENDS;
use schema::{CREATED_DATE_TIME, DIRECTORY_SCOPE_ID, JUSTIFICATION, PRINCIPAL_ID, ROLE_DEFINITION_ID, TARGET_SCHEDULE};

use super::{reached, template_of};
use crate::{package, people};

/// `{text, because: [{text, because}]}`, of those assignments and eligibilities that whoever asks sees.
#[must_use]
pub fn why_role(now: &Snapshot, user: Id, role: Id, at: Time, sees: impl Fn(&Object) -> bool) -> Record {
    let who = now.find(user).map_or("somebody", people::name);
    let which = now.find(role).map_or("a role that is gone", people::name);
    let through = reached(now, user);
    let is_told = |object: &Object| {
        let named = people::named(object, ROLE_DEFINITION_ID);
        named.is_some_and(|named| template_of(now, named) == template_of(now, role)) && sees(object)
    };
    let theirs = |kind| {
        through
            .iter()
            .flat_map(move |holder| now.by(PRINCIPAL_ID, Value::Guid(*holder)).filter(move |o| now.is_a(o, kind)))
            .filter(|object| is_told(object))
    };
    let held: Vec<Record> = theirs(&UNIFIED_ROLE_ASSIGNMENT).map(|assignment| holds(now, user, assignment)).collect();
    let eligible: Vec<Record> = theirs(&UNIFIED_ROLE_ELIGIBILITY_SCHEDULE)
        .filter(|schedule| schedule.get(SCHEDULE_ENDS).is_none_or(|end| end > at))
        .map(|schedule| may_activate(now, user, schedule))
        .collect();
    let text = match (held.is_empty(), eligible.is_empty()) {
        (false, _) => format!("`{who}` holds the role `{which}`"),
        (true, false) => format!("`{who}` does not hold the role `{which}`, but may activate it"),
        (true, true) => format!("`{who}` does not hold the role `{which}` and cannot activate it"),
    };
    told(text, held.into_iter().chain(eligible).collect())
}

fn holds(now: &Snapshot, user: Id, assignment: &Object) -> Record {
    let schedule = assignment.get(ASSIGNED_BY_SCHEDULE).and_then(|id| now.find(id));
    let activated = schedule.and_then(|schedule| now.linked(schedule.id, ACTIVATED_USING));
    let how = match (schedule, activated) {
        (Some(_), Some(_)) => "activated",
        (Some(_), None) => "assigned for a time",
        (None, _) => "assigned",
    };
    let mut because = schedule.map(|schedule| behind(now, schedule)).unwrap_or_default();
    because.extend(activated.map(|eligibility| may_activate(now, user, eligibility)));
    told(format!("it is {how}{}{}", holder(now, user, assignment), scope(now, assignment)), because)
}

fn may_activate(now: &Snapshot, user: Id, eligibility: &Object) -> Record {
    let text = format!("it may be activated{}{}", holder(now, user, eligibility), scope(now, eligibility));
    told(text, behind(now, eligibility))
}

/// Until when a schedule holds, and which requests led to it.
fn behind(now: &Snapshot, schedule: &Object) -> Vec<Record> {
    let ends = schedule.get(SCHEDULE_ENDS).map_or_else(|| "it has no end".to_owned(), |end| format!("until {end}"));
    let requests = now.backlinks(schedule.id, TARGET_SCHEDULE).map(|link| link.object);
    let asked = requests.map(|request| {
        let when = request.get(CREATED_DATE_TIME).map(|when| format!(" on {when}")).unwrap_or_default();
        let by = request.get(CREATED_BY).and_then(|by| Some(by.record("user")?.text("displayName")?.to_owned()));
        let why = request.get(JUSTIFICATION).map(|why| format!(": {why}")).unwrap_or_default();
        let approved = package::why::approval(now, request.id).map(|text| told(text, vec![]));
        let who = by.unwrap_or_else(|| "somebody".to_owned());
        told(format!("{who} asked for it{when}{why}"), approved.into_iter().collect())
    });
    std::iter::once(told(ends, vec![])).chain(asked).collect()
}

fn holder(now: &Snapshot, user: Id, object: &Object) -> String {
    match people::named(object, PRINCIPAL_ID).filter(|holder| *holder != user).and_then(|holder| now.find(holder)) {
        Some(group) => format!(" through the group `{}`", people::name(group)),
        None => String::new(),
    }
}

fn scope(now: &Snapshot, object: &Object) -> String {
    let scope = object.get(DIRECTORY_SCOPE_ID).unwrap_or("/");
    let unit = scope.rsplit('/').next().and_then(directory::id_from_text).and_then(|id| now.find(id));
    unit.map_or_else(String::new, |unit| format!(" over `{}`", people::name(unit)))
}

fn told(text: String, because: Vec<Record>) -> Record {
    Record::new().with("text", text).with("because", because)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{AttrId, Change};
    use schema::unified_role_definition::{ROLE_PERMISSIONS, UNIFIED_ROLE_DEFINITION};
    use schema::unified_role_eligibility_schedule::UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST;
    use schema::{ACTION, DISPLAY_NAME, IS_ENABLED, TEMPLATE_ID};

    use super::*;
    use crate::world::{World, id};

    const ANN: u128 = 1;
    const ROLE: u128 = 50;

    fn world() -> World {
        let mut world = World::new();
        world.user(ANN, vec![]);
        let role = vec![
            (DISPLAY_NAME.id, "Reader".into()),
            (TEMPLATE_ID.id, id(ROLE).to_string().into()),
            (IS_ENABLED.id, true.into()),
            (ROLE_PERMISSIONS.id, vec![Record::new()].into()),
        ];
        world.create(ROLE, &UNIFIED_ROLE_DEFINITION, role).unwrap();
        world
    }

    fn texts(told: &Record) -> Vec<String> {
        let own = told.text("text").unwrap().to_owned();
        std::iter::once(own).chain(told.records("because").flat_map(texts)).collect()
    }

    fn why(world: &World) -> Vec<String> {
        texts(&why_role(&world.now, id(ANN), id(ROLE), world.at, |_| true))
    }

    #[test]
    fn a_role_is_not_held_then_eligible_for_with_who_asked_and_why() {
        let mut world = world();
        let who = "`Person 1`";
        assert_eq!(why(&world), [format!("{who} does not hold the role `Reader` and cannot activate it")]);
        let attributes: Vec<(AttrId, Value)> = vec![
            (ACTION.id, "adminAssign".into()),
            (PRINCIPAL_ID.id, id(ANN).to_string().into()),
            (ROLE_DEFINITION_ID.id, id(ROLE).to_string().into()),
            (DIRECTORY_SCOPE_ID.id, "/".into()),
            (JUSTIFICATION.id, "Region.".into()),
        ];
        world.create(60, &UNIFIED_ROLE_ELIGIBILITY_SCHEDULE_REQUEST, attributes).unwrap();
        let told = why(&world);
        assert_eq!(told[0], format!("{who} does not hold the role `Reader`, but may activate it"));
        assert_eq!(told[1], "it may be activated");
        assert!(told[3].contains("asked for it on") && told[3].ends_with(": Region."), "{told:?}");
        let unseen = texts(&why_role(&world.now, id(ANN), id(ROLE), world.at, |_| false));
        assert_eq!(unseen.len(), 1, "{unseen:?}");
    }

    #[test]
    fn a_role_that_was_given_without_a_schedule_is_told_too() {
        let mut world = world();
        let attributes = vec![
            (PRINCIPAL_ID.id, id(ANN).to_string().into()),
            (ROLE_DEFINITION_ID.id, id(ROLE).to_string().into()),
            (DIRECTORY_SCOPE_ID.id, "/".into()),
        ];
        world.submit(vec![Change::Create { id: id(61), kind: UNIFIED_ROLE_ASSIGNMENT.id(), attributes }]).unwrap();
        assert_eq!(why(&world)[1..], ["it is assigned"]);
    }
}
