//! What a device is told about all applications together: those that assignments want, what they need, what they supersede,
//! and in which order.
//!
//! - What a required application needs is installed first, wanted or not (`autoInstall`), or only looked for (`detect`).
//! - An application that supersedes another takes its place where it is required itself: the other is removed first
//!   (`replace`) or left as it is (`update`), and wanted no more. In a chain the topmost takes the place of all.
//! - An application that is not for the device, or needs one that is not, is not told, and supersedes nothing.
//!
//! The same directory always gives the same answer. Deliberately absent: whom assignments reach (`devices`).

use std::collections::{BTreeMap, BTreeSet};

use directory::{Id, Object, Snapshot};
use schema::DISPLAY_NAME;
use schema::linux_package_app::PACKAGE_VERSION;
use schema::mobile_app::MOBILE_APP;

use crate::deployment::Offer;
use crate::instruction::{AppInstruction, Superseded, Wanted, instruction};
use crate::package::as_offered;
use crate::relationship::{Relation, children};
use crate::targeted::{Reach, targeted};
use crate::{deployment, requirement};

/// Everything that a device is told about applications.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// Each after those that it needs, and after those that go before it comes.
    pub instructions: Vec<AppInstruction>,
    pub not_applicable: Vec<NotApplicable>,
}

/// An application that a device should have and cannot, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NotApplicable {
    pub id: Id,
    pub display_name: String,
    pub version: String,
    pub reason: String,
}

/// What to tell a device that assignments reach like this.
#[must_use]
pub fn plan(now: &Snapshot, managed: &Object, reach: &Reach<'_>) -> Plan {
    of(now, managed, &targeted(now, managed, reach))
}

/// Why a device cannot have an application that has content: it is not for it, or needs one that is not.
pub(crate) fn unmet(now: &Snapshot, managed: &Object, app: &Object) -> Option<String> {
    let mut planning = Planning { now, managed, wanted: BTreeMap::new(), refused: BTreeMap::new() };
    if planning.is_for_the_device(app, &mut BTreeSet::new()) {
        return None;
    }
    planning.refused.remove(&app.id).flatten()
}

/// What to tell a device that is to have and to be without these.
pub(crate) fn of(now: &Snapshot, managed: &Object, targeted: &[(Id, Wanted)]) -> Plan {
    let mut planning = Planning { now, managed, wanted: BTreeMap::new(), refused: BTreeMap::new() };
    let mut roots: Vec<&Object> = Vec::new();
    for (id, wanted) in targeted {
        let Some(app) = now.find_a(&MOBILE_APP, *id) else { continue };
        match wanted {
            Wanted::Required if deployment::offer(now, app.id, managed) == Offer::Nothing => {}
            Wanted::Required if planning.is_for_the_device(app, &mut BTreeSet::new()) => roots.push(app),
            Wanted::Required => {}
            Wanted::Uninstall | Wanted::Detected => drop(planning.wanted.insert(*id, *wanted)),
        }
    }
    let superseded = superseded(now, &roots);
    roots.retain(|app| !superseded.contains_key(&app.id));
    for app in &roots {
        planning.require(app, &superseded);
    }
    for (id, (_, is_replaced)) in &superseded {
        if *is_replaced {
            planning.wanted.insert(*id, Wanted::Uninstall);
        } else if planning.wanted.get(id) == Some(&Wanted::Detected) {
            planning.wanted.remove(id);
        }
    }
    let tell = |(id, wanted): (&Id, &Wanted)| {
        let app = now.find(*id)?;
        let mut told = instruction(&as_offered(now, app, managed), *wanted)?;
        if *wanted == Wanted::Required {
            told.depends_on = needs(app, &superseded).map(|(id, _)| id).collect();
            told.supersedes = superseded
                .iter()
                .filter(|(_, (by, _))| by == id)
                .map(|(id, (_, is_replaced))| Superseded { id: *id, is_removed: *is_replaced })
                .collect();
        }
        Some(told)
    };
    let instructions = planning.wanted.iter().filter_map(tell).collect();
    let not_applicable = planning.refused.into_iter().filter(|(id, _)| targeted.iter().any(|(wanted, _)| wanted == id));
    Plan {
        instructions: in_order(instructions),
        not_applicable: not_applicable.filter_map(|(id, reason)| not_applicable_of(now, id, reason)).collect(),
    }
}

fn not_applicable_of(now: &Snapshot, id: Id, reason: Option<String>) -> Option<NotApplicable> {
    let app = now.find(id)?;
    Some(NotApplicable {
        id,
        display_name: app.get(DISPLAY_NAME).unwrap_or_default().to_owned(),
        version: app.get(PACKAGE_VERSION).unwrap_or_default().to_owned(),
        reason: reason?,
    })
}

struct Planning<'a> {
    now: &'a Snapshot,
    managed: &'a Object,
    wanted: BTreeMap<Id, Wanted>,
    /// What is not for the device, with the reason where it is one to tell: content that never came is none.
    refused: BTreeMap<Id, Option<String>>,
}

impl Planning<'_> {
    /// Whether an application and everything that it needs can be had. `above` are those that need it.
    fn is_for_the_device(&mut self, app: &Object, above: &mut BTreeSet<Id>) -> bool {
        if self.refused.contains_key(&app.id) {
            return false;
        }
        if let Some(why) = requirement::unmet(app, self.managed) {
            self.refused.insert(app.id, Some(why));
            return false;
        }
        if instruction(app, Wanted::Required).is_none() {
            self.refused.insert(app.id, None);
            return false;
        }
        if !above.insert(app.id) {
            return true;
        }
        for edge in children(app) {
            let Relation::Needs { auto_install: true } = edge.relation else { continue };
            let Some(needed) = self.now.find_a(&MOBILE_APP, edge.to) else { continue };
            if !self.is_for_the_device(needed, above) {
                let name = needed.get(DISPLAY_NAME).unwrap_or_default();
                self.refused.insert(app.id, Some(format!("it needs `{name}`, which this device cannot have")));
                return false;
            }
        }
        true
    }

    /// An application and what it needs.
    fn require(&mut self, app: &Object, superseded: &BTreeMap<Id, (Id, bool)>) {
        if self.wanted.insert(app.id, Wanted::Required) == Some(Wanted::Required) {
            return;
        }
        for (id, is_installed) in needs(app, superseded).collect::<Vec<_>>() {
            let Some(needed) = self.now.find_a(&MOBILE_APP, id) else { continue };
            if is_installed {
                self.require(needed, superseded);
            } else {
                self.wanted.entry(id).or_insert(Wanted::Detected);
            }
        }
    }
}

/// What an application needs, and whether that is installed for it; where something is superseded, what takes its place.
fn needs(app: &Object, superseded: &BTreeMap<Id, (Id, bool)>) -> impl Iterator<Item = (Id, bool)> {
    children(app).into_iter().filter_map(|edge| match edge.relation {
        Relation::Needs { auto_install } => match superseded.get(&edge.to) {
            Some((by, _)) => Some((*by, true)),
            None => Some((edge.to, auto_install)),
        },
        Relation::Supersedes { .. } => None,
    })
}

/// What these applications supersede: the topmost that does, and whether the former is removed.
pub(crate) fn superseded(now: &Snapshot, roots: &[&Object]) -> BTreeMap<Id, (Id, bool)> {
    let mut found: BTreeMap<Id, (Id, bool)> = BTreeMap::new();
    for root in roots {
        let (mut open, mut seen) = (vec![root.id], BTreeSet::new());
        while let Some(at) = open.pop() {
            let Some(app) = now.find(at).filter(|app| seen.insert(app.id)) else { continue };
            for edge in children(app) {
                let Relation::Supersedes { replace } = edge.relation else { continue };
                let known = found.entry(edge.to).or_insert((root.id, replace));
                known.1 |= replace;
                // Of two that are not one above the other, the same one always wins.
                known.0 = known.0.min(root.id);
                open.push(edge.to);
            }
        }
    }
    // Whoever is superseded takes nobody's place.
    let top = |mut by: Id| {
        let mut left = found.len();
        while let Some((above, _)) = found.get(&by).filter(|_| left > 0) {
            (by, left) = (*above, left - 1);
        }
        by
    };
    found.iter().map(|(id, (by, replaced))| (*id, (top(*by), *replaced))).collect()
}

/// Each after what it needs and what goes for it; otherwise by id.
fn in_order(instructions: Vec<AppInstruction>) -> Vec<AppInstruction> {
    let mut left: BTreeMap<Id, AppInstruction> = instructions.into_iter().map(|told| (told.id, told)).collect();
    let mut ordered = Vec::with_capacity(left.len());
    while !left.is_empty() {
        let is_free = |told: &AppInstruction| {
            let before = told.depends_on.iter().copied().chain(told.supersedes.iter().map(|former| former.id));
            !before.into_iter().any(|id| left.contains_key(&id))
        };
        // A circle was refused when it was written; should there be one, its first goes first.
        let next = left.values().find(|told| is_free(told)).or_else(|| left.values().next()).map(|told| told.id);
        ordered.extend(next.and_then(|id| left.remove(&id)));
    }
    ordered
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use directory::{Change, Record};
    use schema::linux_package_app::REQUIREMENTS;
    use schema::managed_device::{FACTS, PHYSICAL_MEMORY_IN_BYTES, PROCESSOR_ARCHITECTURE};
    use schema::mobile_app::PUBLISHING_STATE;

    use super::*;
    use crate::world::{World, id, needs, supersedes};

    const DEVICE: u128 = 50;

    fn given(relations: &[(u128, Vec<Record>)]) -> World {
        let mut w = World::with_apps(&[1, 2, 3, 4, 5]);
        w.device(
            DEVICE,
            vec![(PROCESSOR_ARCHITECTURE.id, "x64".into()), (PHYSICAL_MEMORY_IN_BYTES.id, (2_i64 << 30).into())],
        );
        for (app, wanted) in relations {
            w.relate(*app, wanted).unwrap();
        }
        w
    }

    /// `+1 ?2 -3(1x)`: installed, looked for, removed; in brackets what it waits for, with `x` what is removed for it and with
    /// `u` what it comes over.
    fn told(w: &World, targeted: &[(u128, Wanted)]) -> String {
        let targeted: Vec<(Id, Wanted)> = targeted.iter().map(|(n, wanted)| (id(*n), *wanted)).collect();
        let plan = of(&w.now, w.now.find(id(DEVICE)).unwrap(), &targeted);
        let one = |told: &AppInstruction| {
            let sign = match told.wanted {
                Wanted::Required => '+',
                Wanted::Detected => '?',
                Wanted::Uninstall => '-',
            };
            let mut waits: Vec<String> = told.depends_on.iter().map(|id| id.as_u128().to_string()).collect();
            let former =
                |former: &Superseded| format!("{}{}", former.id.as_u128(), if former.is_removed { 'x' } else { 'u' });
            waits.extend(told.supersedes.iter().map(former));
            let waits = if waits.is_empty() { String::new() } else { format!("({})", waits.join(",")) };
            format!("{sign}{}{waits}", told.id.as_u128())
        };
        plan.instructions.iter().map(one).collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn the_documented_cases_hold() {
        use Wanted::{Required, Uninstall};
        let chain = || vec![(3, vec![supersedes(2, "update")]), (2, vec![supersedes(1, "replace")])];
        for (relations, targeted, expected) in [
            // Nothing has to do with anything.
            (vec![], vec![(2, Required), (1, Uninstall)], "-1 +2"),
            // What is needed comes first, wanted or not, and also what that needs.
            (
                vec![(1, vec![needs(2, "autoInstall")]), (2, vec![needs(3, "autoInstall")])],
                vec![(1, Required)],
                "+3 +2(3) +1(2)",
            ),
            // It is not considered when an application is removed.
            (vec![(1, vec![needs(2, "autoInstall")])], vec![(1, Uninstall)], "-1"),
            // Needed outdoes removed, as required does.
            (vec![(1, vec![needs(2, "autoInstall")])], vec![(1, Required), (2, Uninstall)], "+2 +1(2)"),
            // What has to be there and is not installed is looked for.
            (vec![(1, vec![needs(2, "detect")])], vec![(1, Required)], "?2 +1(2)"),
            (vec![(1, vec![needs(2, "detect")])], vec![(1, Required), (2, Required)], "+2 +1(2)"),
            // Replaced: removed first, and wanted no more. Updated: left alone.
            (vec![(2, vec![supersedes(1, "replace")])], vec![(1, Required), (2, Required)], "-1 +2(1x)"),
            (vec![(2, vec![supersedes(1, "update")])], vec![(1, Required), (2, Required)], "+2(1u)"),
            // What supersedes has to be wanted itself.
            (vec![(2, vec![supersedes(1, "replace")])], vec![(1, Required)], "+1"),
            // In a chain the topmost takes everybody's place, and each goes as its own edge says.
            (chain(), vec![(1, Required), (2, Required), (3, Required)], "-1 +3(1x,2u)"),
            (chain(), vec![(1, Required), (2, Required)], "-1 +2(1x)"),
            // Whoever needs what was superseded needs what came in its place.
            (
                vec![(4, vec![needs(1, "autoInstall")]), (2, vec![supersedes(1, "update")])],
                vec![(2, Required), (4, Required)],
                "+2(1u) +4(2)",
            ),
        ] {
            assert_eq!(told(&given(&relations), &targeted), expected, "{relations:?} {targeted:?}");
        }
    }

    #[test]
    fn what_is_not_for_the_device_is_said_and_supersedes_nothing() {
        let requirements = |record: Record| Change::set(id(2), REQUIREMENTS, record);
        let facts = Record::new().with("distribution", "debian").with("distributionVersion", "12");
        for (record, reason) in [
            (Record::new().with("architectures", ["arM64"]), Some("it is not for the architecture `x64`")),
            (Record::new().with("distributions", ["fedora"]), Some("it is not for the distribution `debian`")),
            (
                Record::new().with("minimumOperatingSystemVersion", "12.1"),
                Some("it needs version `12.1` of the system, this is `12`"),
            ),
            (Record::new().with("minimumMemoryInMB", 4096_i64), Some("it needs 4096 MB of memory, this has 2048 MB")),
            (Record::new().with("architectures", ["x64"]).with("minimumMemoryInMB", 2048_i64), None),
            (Record::new().with("distributions", ["Debian"]).with("minimumOperatingSystemVersion", "9.13"), None),
        ] {
            let mut w = given(&[(2, vec![supersedes(1, "replace")]), (3, vec![needs(2, "autoInstall")])]);
            w.submit(vec![Change::set(id(DEVICE), FACTS, facts.clone()), requirements(record)]).unwrap();
            let targeted = [(1, Wanted::Required), (2, Wanted::Required), (3, Wanted::Required)];
            let given: Vec<(Id, Wanted)> = targeted.iter().map(|(n, wanted)| (id(*n), *wanted)).collect();
            let plan = of(&w.now, w.now.find(id(DEVICE)).unwrap(), &given);
            let reasons: Vec<(Id, &str)> =
                plan.not_applicable.iter().map(|not| (not.id, not.reason.as_str())).collect();
            match reason {
                Some(reason) => {
                    assert_eq!(told(&w, &targeted), "+1");
                    assert_eq!(reasons, [(id(2), reason), (id(3), "it needs `app 2`, which this device cannot have")]);
                }
                None => {
                    assert_eq!((told(&w, &targeted).as_str(), reasons), ("-1 +2(1x) +3(2)", vec![]));
                }
            }
        }
    }

    #[test]
    fn what_needs_an_application_without_content_waits_for_it() {
        let mut w = given(&[(1, vec![needs(2, "autoInstall")])]);
        w.submit(vec![Change::set(id(2), PUBLISHING_STATE, "notPublished")]).unwrap();
        assert_eq!(told(&w, &[(1, Wanted::Required)]), "");
    }
}
