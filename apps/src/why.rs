//! Why an application is, or is not, on a device, beyond whom its assignments reach.

use directory::{Object, Record, Snapshot};
use schema::ASSIGNMENTS;
use schema::linux_package_app::PACKAGE_VERSION;
use schema::managed_device::APP_INSTALL_STATES;

use crate::deployment::{self, Offer};
use crate::intent::effective;
use crate::plan::unmet;
use crate::request::{Asked, asked};
use crate::targeted::Reach;

/// What is meant for the device, to be put after the application's name, and the reasons for what is there.
#[must_use]
pub fn why_app(now: &Snapshot, managed: &Object, app: &Object, reach: &Reach<'_>) -> (&'static str, Vec<String>) {
    let meant = effective(&reach(&app.get(ASSIGNMENTS).unwrap_or_default()));
    let what = match (meant.required, meant.available, meant.uninstall) {
        (true, true, _) => "is required and offered",
        (true, false, _) => "is required",
        (false, true, _) => "is offered",
        (false, false, true) => "is to be removed",
        (false, false, false) => "is not assigned",
    };
    let mut because = Vec::new();
    if let Some(request) = asked(managed, app.id) {
        let when = request.since.map(|since| format!(" on {since}")).unwrap_or_default();
        let wish = if request.action == Asked::Install { "have it" } else { "be without it" };
        because.push(format!("its person asked to {wish}{when}"));
    }
    because.extend(unmet(now, managed, app).map(|reason| format!("the device cannot have it: {reason}")));
    let is_meant = meant.required || meant.available;
    match deployment::offer(now, app.id, managed) {
        Offer::Nothing if is_meant => because.push("it comes in waves, and the device's has not come yet".to_owned()),
        Offer::Former(package) if is_meant => {
            let version = package.text(PACKAGE_VERSION.name).unwrap_or("before");
            because.push(format!(
                "a newer version comes in waves; until the device's has come it is told version {version}"
            ));
        }
        Offer::Nothing | Offer::Former(_) | Offer::Current => {}
    }
    let states = managed.get(APP_INSTALL_STATES).unwrap_or_default();
    let id = app.id.to_string();
    because.push(match states.iter().find(|state| state.text("applicationId") == Some(id.as_str())) {
        Some(state) => reported(state),
        None => "the device has not reported on it yet".to_owned(),
    });
    (what, because)
}

fn reported(state: &Record) -> String {
    let word = state.text("installState").unwrap_or("unknown");
    let version = state.text("installedVersion").map(|version| format!(", version {version}")).unwrap_or_default();
    let when = state.time("lastUpdatedDateTime").map(|when| format!(" at {when}")).unwrap_or_default();
    let error = state.text("error").map(|error| format!(": {error}")).unwrap_or_default();
    format!("the device reported {word}{version}{when}{error}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Change, Record};
    use schema::managed_device::REQUESTED_APPS;

    use super::*;
    use crate::intent::Reaching;
    use crate::world::{World, id};

    #[test]
    fn what_is_meant_what_was_asked_for_and_what_was_reported_are_told() {
        let mut w = World::with_apps(&[1]);
        let laptop = w.device(10, vec![]);
        let told = |w: &World, intent: Option<&str>| {
            let reach =
                |_: &[Record]| intent.and_then(|intent| Reaching::named(intent, false, true)).into_iter().collect();
            why_app(&w.now, w.now.get(laptop).unwrap(), w.app(1), &reach)
        };
        for (intent, what) in [
            (None, "is not assigned"),
            (Some("required"), "is required"),
            (Some("available"), "is offered"),
            (Some("uninstall"), "is to be removed"),
        ] {
            let (said, because) = told(&w, intent);
            assert_eq!((said, because.last().unwrap().as_str()), (what, "the device has not reported on it yet"));
        }
        let request = Record::new().with("applicationId", id(1).to_string()).with("action", "install");
        let state = Record::new()
            .with("applicationId", id(1).to_string())
            .with("installState", "failed")
            .with("error", "the disk is full");
        w.submit(vec![
            Change::set(laptop, REQUESTED_APPS, vec![request]),
            Change::set(laptop, APP_INSTALL_STATES, vec![state]),
        ])
        .unwrap();
        let (_, because) = told(&w, Some("available"));
        assert_eq!(because, ["its person asked to have it", "the device reported failed: the disk is full"]);
    }
}
