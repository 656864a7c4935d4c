//! What a person asks for on a device of theirs: an application that is offered to them, there or gone again.
//!
//! A wish is kept with the device until another one takes its place; it counts for as long as the application is offered, and the
//! device is that person's.

use directory::{Actor, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Time, id_from_text};
use schema::USER_ID;
use schema::managed_device::REQUESTED_APPS;
use schema::mobile_app::MOBILE_APP;

use crate::offer::{Offered, offered};
use crate::targeted::Reach;

/// Wishes on one device.
pub const REQUESTS_MAX: usize = 100;

/// What a person wants.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Asked {
    Install,
    Uninstall,
}

/// One wish.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Request {
    pub action: Asked,
    pub since: Option<Time>,
}

impl Asked {
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Asked::Install => "install",
            Asked::Uninstall => "uninstall",
        }
    }
}

/// What was asked for last of an application on a device.
#[must_use]
pub fn asked(managed: &Object, app: Id) -> Option<Request> {
    let requests = managed.get(REQUESTED_APPS).unwrap_or_default();
    let person = managed.get(USER_ID);
    let request = requests.iter().find(|request| is_of(request, app) && is_theirs(request, person))?;
    let action = if request.text("action") == Some("uninstall") { Asked::Uninstall } else { Asked::Install };
    Some(Request { action, since: request.time("requestedDateTime") })
}

/// Decide that the person of a device wants this of an application.
pub fn ask(
    now: &Snapshot,
    call: &Call<'_>,
    managed: &Object,
    reach: &Reach<'_>,
    (app, action): (Id, Asked),
) -> Result<Decision, Refusal> {
    let person = managed.get(USER_ID).and_then(id_from_text);
    if !matches!(call.caller.actor, Actor::User(id) if Some(id) == person) {
        return Err(Refusal::denied("only the person whose device it is asks for applications on it"));
    }
    let offered = offered(now, managed, reach);
    let found = offered.iter().find(|offered| offered.app.id == app).ok_or_else(|| Refusal::not_found(app))?;
    check(found, action)?;
    let mut requests = managed.get(REQUESTED_APPS).unwrap_or_default();
    // Of what there is no more nobody needs to know what was asked.
    requests.retain(|request| {
        let of = request.text("applicationId").and_then(id_from_text);
        let is_known = of.is_some_and(|id| id != app && now.find_a(&MOBILE_APP, id).is_some());
        is_known && is_theirs(request, managed.get(USER_ID))
    });
    if requests.len() >= REQUESTS_MAX {
        return Err(Refusal::limit(format!("on one device there are at most {REQUESTS_MAX} wishes")));
    }
    let request = Record::new()
        .with("applicationId", app.to_string())
        .with("action", action.name())
        .with_some("userId", managed.get(USER_ID))
        .with("requestedDateTime", call.at);
    requests.push(request);
    Ok(Decision::change(vec![Change::set(managed.id, REQUESTED_APPS, requests)]))
}

fn check(found: &Offered<'_>, action: Asked) -> Result<(), Refusal> {
    match action {
        _ if found.effective.required => {
            Err(Refusal::state("the application is required on this device: it comes and stays by itself"))
        }
        Asked::Install if found.is_past => {
            Err(Refusal::state("another application has taken its place, or it has no content any more"))
        }
        Asked::Install => match &found.not_applicable {
            Some(why) => Err(Refusal::state(format!("the application is not for this device: {why}"))),
            None => Ok(()),
        },
        Asked::Uninstall if found.asked.is_none() => {
            Err(Refusal::state("only what was asked for can be given back: nobody asked for this application here"))
        }
        Asked::Uninstall => Ok(()),
    }
}

fn is_of(request: &Record, app: Id) -> bool {
    request.text("applicationId").and_then(id_from_text) == Some(app)
}

/// Whether a wish is that of the person who has the device now. One that names nobody is older than the question.
fn is_theirs(request: &Record, person: Option<&str>) -> bool {
    request.text("userId").is_none_or(|theirs| Some(theirs) == person)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use directory::{Caller, Fresh, RefusalKind, TenantId};
    use schema::linux_package_app::REQUIREMENTS;
    use schema::managed_device::{APP_INSTALL_STATES, PHYSICAL_MEMORY_IN_BYTES};
    use schema::mobile_app::IS_FEATURED;
    use schema::{ASSIGNMENTS, DISPLAY_NAME};

    use super::*;
    use crate::intent::Reaching;
    use crate::world::{World, id, supersedes};
    use crate::{Wanted, available, intents_and_states};

    const ANN: Id = Id::from_u128(7);
    const LAPTOP: u128 = 50;

    /// Everything that is assigned reaches everybody.
    fn reach(assignments: &[Record]) -> Vec<Reaching> {
        let named = |assignment: &Record| Reaching::named(assignment.text("intent")?, true, true);
        assignments.iter().filter_map(named).collect()
    }

    /// Ann's laptop, and applications with these intents.
    fn given(intents: &[(u128, &[&str])]) -> World {
        let mut w = World::with_apps(&[1, 2, 3]);
        let memory = (PHYSICAL_MEMORY_IN_BYTES.id, (2_i64 << 30).into());
        w.device(LAPTOP, vec![(USER_ID.id, ANN.to_string().into()), memory]);
        for (n, intents) in intents {
            let group = |at: usize| Record::new().with("groupId", id(900 + at as u128).to_string());
            let assigned =
                |(at, intent): (usize, &&str)| Record::new().with("intent", *intent).with("target", group(at));
            let assignments: Vec<Record> = intents.iter().enumerate().map(assigned).collect();
            w.submit(vec![Change::set(id(*n), ASSIGNMENTS, assignments)]).unwrap();
        }
        w
    }

    fn asks(w: &mut World, who: Id, app: u128, action: Asked) -> Result<(), RefusalKind> {
        let caller = Caller { actor: Actor::User(who), ..Caller::system(TenantId::nil()) };
        let call = Call { caller: &caller, at: w.at, fresh: Fresh::new(1) };
        let managed = w.now.find(id(LAPTOP)).unwrap();
        let decision = ask(&w.now, &call, managed, &reach, (id(app), action)).map_err(|refusal| refusal.kind)?;
        w.submit(decision.plan.changes).map_err(|refusal| refusal.kind)
    }

    fn told(w: &World) -> Vec<(u128, Wanted)> {
        let plan = crate::plan(&w.now, w.now.find(id(LAPTOP)).unwrap(), &reach);
        plan.instructions.iter().map(|told| (told.id.as_u128(), told.wanted)).collect()
    }

    fn offers(w: &World) -> Vec<Record> {
        available(&w.now, w.now.find(id(LAPTOP)).unwrap(), &reach)
    }

    #[test]
    fn what_is_offered_comes_when_its_person_asks_and_goes_again() {
        let mut w = given(&[(1, &["available"]), (2, &["required"])]);
        assert_eq!(told(&w), [(2, Wanted::Required)]);
        for (who, app, action, expected) in [
            (Id::from_u128(8), 1, Asked::Install, RefusalKind::Denied),
            (ANN, 3, Asked::Install, RefusalKind::NotFound),
            (ANN, 99, Asked::Install, RefusalKind::NotFound),
            // Nothing but required: it is not offered.
            (ANN, 2, Asked::Install, RefusalKind::NotFound),
            (ANN, 1, Asked::Uninstall, RefusalKind::State),
        ] {
            assert_eq!(asks(&mut w, who, app, action), Err(expected), "{app} {action:?}");
        }
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        assert_eq!(told(&w), [(1, Wanted::Required), (2, Wanted::Required)]);
        asks(&mut w, ANN, 1, Asked::Uninstall).unwrap();
        assert_eq!(told(&w), [(1, Wanted::Uninstall), (2, Wanted::Required)]);
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        // Not offered any more: the wish counts no more, and is not carried out against anybody.
        w.submit(vec![Change::set(id(1), ASSIGNMENTS, Vec::<Record>::new())]).unwrap();
        assert_eq!(told(&w), [(2, Wanted::Required)]);
    }

    #[test]
    fn what_is_required_besides_is_not_to_be_asked_for() {
        let mut w = given(&[(1, &["available", "required"])]);
        let only = offers(&w).remove(0);
        assert_eq!(only.text("mobileAppIntent"), Some("requiredAndAvailableInstall"));
        assert_eq!((only.bool("isInstallAllowed"), only.text("installState")), (Some(false), Some("pendingInstall")));
        for action in [Asked::Install, Asked::Uninstall] {
            assert_eq!(asks(&mut w, ANN, 1, action), Err(RefusalKind::State));
        }
    }

    #[test]
    fn a_person_sees_what_there_is_and_how_it_stands() {
        let mut w = given(&[(1, &["available"]), (2, &["available"]), (3, &["availableWithoutEnrollment"])]);
        w.relate(2, &[supersedes(1, "update")]).unwrap();
        let memory = Record::new().with("minimumMemoryInMB", 4096_i64);
        w.submit(vec![
            Change::set(id(3), REQUIREMENTS, memory),
            Change::set(id(3), IS_FEATURED, true),
            Change::set(id(2), DISPLAY_NAME, "A new editor"),
        ])
        .unwrap();
        let found = offers(&w);
        let names: Vec<&str> = found.iter().filter_map(|app| app.text("displayName")).collect();
        assert_eq!(names, ["app 3", "A new editor"], "featured first, and nothing whose place another takes");
        assert_eq!(found[0].text("notApplicableReason"), Some("it needs 4096 MB of memory, this has 2048 MB"));
        assert_eq!(found[0].text("mobileAppIntent"), Some("availableInstallWithoutEnrollment"));
        assert_eq!(asks(&mut w, ANN, 3, Asked::Install), Err(RefusalKind::State), "not for this device");
        let state = |w: &World| {
            let editor = offers(w).remove(1);
            (
                editor.text("installState").unwrap().to_owned(),
                editor.text("requestedAction").map(str::to_owned),
                editor.bool("isUninstallAllowed").unwrap(),
            )
        };
        assert_eq!(state(&w), ("notInstalled".into(), None, false));
        asks(&mut w, ANN, 2, Asked::Install).unwrap();
        assert_eq!(state(&w), ("pendingInstall".into(), Some("install".into()), true));
        let reported = Record::new().with("applicationId", id(2).to_string()).with("installState", "failed");
        w.submit(vec![Change::set(id(LAPTOP), APP_INSTALL_STATES, vec![reported])]).unwrap();
        assert_eq!(state(&w).0, "failed");
    }

    #[test]
    fn what_was_asked_for_can_be_given_back_whatever_took_its_place() {
        let names = |w: &World| -> Vec<String> {
            offers(w).iter().map(|app| app.text("displayName").unwrap().to_owned()).collect()
        };
        let mut w = given(&[(1, &["available"])]);
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        let group = Record::new().with("groupId", id(900).to_string());
        let assigned = vec![Record::new().with("intent", "available").with("target", group)];
        w.submit(vec![Change::set(id(2), ASSIGNMENTS, assigned)]).unwrap();
        w.relate(2, &[supersedes(1, "update")]).unwrap();
        // Nobody asked for the other one: the device is to have the former, and it can be given back.
        assert_eq!((told(&w), names(&w)), (vec![(1, Wanted::Required)], vec!["app 1".to_owned(), "app 2".to_owned()]));
        let former = offers(&w).remove(0);
        assert_eq!((former.bool("isInstallAllowed"), former.bool("isUninstallAllowed")), (Some(false), Some(true)));
        assert_eq!(asks(&mut w, ANN, 1, Asked::Install), Err(RefusalKind::State));
        let mut gives_back = World::with_apps(&[]);
        gives_back.now = w.now.clone();
        asks(&mut gives_back, ANN, 1, Asked::Uninstall).unwrap();
        assert_eq!((told(&gives_back), names(&gives_back)), (vec![(1, Wanted::Uninstall)], vec!["app 2".to_owned()]));
        // With the other one it goes by itself.
        asks(&mut w, ANN, 2, Asked::Install).unwrap();
        assert_eq!((told(&w), names(&w)), (vec![(2, Wanted::Required)], vec!["app 2".to_owned()]));
        assert_eq!(asks(&mut w, ANN, 1, Asked::Uninstall), Err(RefusalKind::NotFound));

        // Its content went: it was not here yet, and need not come.
        let mut w = given(&[(1, &["available"])]);
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        w.submit(vec![Change::set(id(1), schema::mobile_app::PUBLISHING_STATE, "notPublished")]).unwrap();
        assert_eq!(names(&w), ["app 1"]);
        asks(&mut w, ANN, 1, Asked::Uninstall).unwrap();
        assert_eq!(names(&w), Vec::<String>::new());
    }

    #[test]
    fn a_wish_is_that_of_the_person_who_has_the_device() {
        let mut w = given(&[(1, &["available"]), (2, &["available"])]);
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        let bob = Id::from_u128(8);
        w.submit(vec![Change::set(id(LAPTOP), USER_ID, bob.to_string())]).unwrap();
        assert_eq!(told(&w), []);
        let app = offers(&w).remove(0);
        assert_eq!((app.text("requestedAction"), app.bool("isUninstallAllowed")), (None, Some(false)));
        asks(&mut w, bob, 2, Asked::Install).unwrap();
        let kept = w.now.find(id(LAPTOP)).unwrap().get(REQUESTED_APPS).unwrap();
        assert_eq!(kept.len(), 1, "what the former person wished is forgotten with the first wish of the next");
        assert_eq!(told(&w), [(2, Wanted::Required)]);
    }

    #[test]
    fn wishes_are_limited_and_those_for_what_is_gone_are_forgotten() {
        let mut w = given(&[(1, &["available"])]);
        let wish = |n: u128| Record::new().with("applicationId", id(n).to_string()).with("action", "install");
        let many: Vec<Record> = (1000..1000 + REQUESTS_MAX as u128).map(wish).collect();
        w.submit(vec![Change::set(id(LAPTOP), REQUESTED_APPS, many)]).unwrap();
        asks(&mut w, ANN, 1, Asked::Install).unwrap();
        assert_eq!(w.now.find(id(LAPTOP)).unwrap().get(REQUESTED_APPS).unwrap().len(), 1);
        let same: Vec<Record> = (0..REQUESTS_MAX).map(|_| wish(2)).collect();
        w.submit(vec![Change::set(id(LAPTOP), REQUESTED_APPS, same)]).unwrap();
        assert_eq!(asks(&mut w, ANN, 1, Asked::Install), Err(RefusalKind::Limit));
    }

    #[test]
    fn each_application_that_is_assigned_says_what_is_meant_and_what_is_there() {
        let mut w = given(&[(1, &["available"]), (2, &["required"]), (3, &["uninstall"])]);
        let reported = Record::new().with("applicationId", id(3).to_string()).with("installState", "uninstallFailed");
        w.submit(vec![Change::set(id(LAPTOP), APP_INSTALL_STATES, vec![reported])]).unwrap();
        let told = intents_and_states(&w.now, w.now.find(id(LAPTOP)).unwrap(), &reach);
        assert_eq!(told.text("userId"), Some(ANN.to_string().as_str()));
        let list: Vec<(&str, &str)> = told
            .records("mobileAppList")
            .map(|app| (app.text("mobileAppIntent").unwrap(), app.text("installState").unwrap()))
            .collect();
        let expected = [
            ("available", "notInstalled"),
            ("requiredInstall", "pendingInstall"),
            ("requiredUninstall", "uninstallFailed"),
        ];
        assert_eq!(list, expected);
    }
}
