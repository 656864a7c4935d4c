//! What applications have to do with each other: one needs another (dependency), or comes in its place (supersedence).
//!
//! Both applications of a relationship keep it, the one as its child and the other as its parent. Only `updateRelationships`
//! writes them, all that are connected at once, so that names and counts agree; an application that has any cannot go.
//!
//! Deliberately absent: what relationships mean for a device (`plan`).

use std::collections::{BTreeMap, BTreeSet};

use directory::{Action, AttrId, Call, Change, Decision, Id, Object, Record, Refusal, Snapshot, Value};
use schema::linux_package_app::PACKAGE_VERSION;
use schema::mobile_app::{
    DEPENDENT_APP_COUNT, DISPLAY_NAME, MOBILE_APP, PUBLISHER, RELATIONSHIPS, SUPERSEDED_APP_COUNT,
    SUPERSEDING_APP_COUNT,
};

/// How many applications can hang together by dependencies, the first included.
pub const DEPENDENCIES_MAX: usize = 100;
/// How many can hang together by supersedence.
pub const SUPERSEDENCES_MAX: usize = 10;
/// How many can hang together by both: what one change may have to write.
const CONNECTED_MAX: usize = 300;

const DEPENDENCY: &str = "#microsoft.graph.mobileAppDependency";
const SUPERSEDENCE: &str = "#microsoft.graph.mobileAppSupersedence";

/// What one application has to do with another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// It needs it, and has it installed where that is so said.
    Needs { auto_install: bool },
    /// It comes in its place; the other is removed first where that is so said.
    Supersedes { replace: bool },
}

/// A relationship, seen from the application that has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub to: Id,
    pub relation: Relation,
}

/// Say what an application needs and supersedes: `relationships`, all of them.
pub(crate) const UPDATE: Action = Action::on(&MOBILE_APP, "updateRelationships", update);

/// What an application needs and supersedes itself, in the order of the ids.
#[must_use]
pub fn children(app: &Object) -> Vec<Edge> {
    edges(app, "child")
}

/// The applications that need it or supersede it.
#[must_use]
pub fn parents(app: &Object) -> Vec<Edge> {
    edges(app, "parent")
}

fn edges(app: &Object, side: &str) -> Vec<Edge> {
    let all = app.get(RELATIONSHIPS).unwrap_or_default();
    let mut found: Vec<Edge> =
        all.iter().filter(|record| record.text("targetType") == Some(side)).filter_map(|r| edge(r).ok()).collect();
    found.sort_by_key(|edge| edge.to);
    found
}

fn edge(record: &Record) -> Result<Edge, Refusal> {
    let unknown = |message: &str, target: &str| Refusal::invalid(message).at(target.to_owned());
    let to = record.text("targetId").and_then(directory::id_from_text);
    let to = to.or_else(|| record.guid("targetId")).ok_or_else(|| unknown("name an application", "targetId"))?;
    let kind = record.text("@odata.type").unwrap_or_default();
    let relation = match kind.rsplit_once('.').map_or(kind, |(_, name)| name) {
        "mobileAppDependency" => match record.text("dependencyType") {
            Some("autoInstall") => Relation::Needs { auto_install: true },
            Some("detect") => Relation::Needs { auto_install: false },
            _ => return Err(unknown("say `detect` or `autoInstall`", "dependencyType")),
        },
        "mobileAppSupersedence" => match record.text("supersedenceType") {
            Some("replace") => Relation::Supersedes { replace: true },
            Some("update") => Relation::Supersedes { replace: false },
            _ => return Err(unknown("say `update` or `replace`", "supersedenceType")),
        },
        _ => return Err(unknown("say `mobileAppDependency` or `mobileAppSupersedence`", "@odata.type")),
    };
    Ok(Edge { to, relation })
}

fn update(now: &Snapshot, _: &Call<'_>, app: Option<&Object>, given: &Record) -> Result<Decision, Refusal> {
    let app = app.ok_or_else(|| Refusal::invalid("name the application"))?;
    let Some(Value::List(items)) = given.get("relationships") else {
        return Err(Refusal::invalid("give the relationships, an empty list for none").at("relationships"));
    };
    let mut wanted: Vec<Edge> = Vec::new();
    // What others have with this application is theirs to say.
    let own = items.iter().filter_map(Value::as_record).filter(|r| r.text("targetType") != Some("parent"));
    for record in own {
        let edge = edge(record)?;
        let target = now.find_a(&MOBILE_APP, edge.to);
        let target =
            target.ok_or_else(|| Refusal::invalid(format!("`{}` is no application", edge.to)).at("targetId"))?;
        if edge.to == app.id {
            return Err(Refusal::invalid("an application has nothing to do with itself").at("targetId"));
        }
        if now.kind_of(target).id() != now.kind_of(app).id() {
            return Err(
                Refusal::invalid(format!("`{}` is of another sort of application", name(target))).at("targetId")
            );
        }
        if wanted.iter().any(|known| known.to == edge.to) {
            return Err(Refusal::invalid(format!("`{}` is named twice", name(target))).at("targetId"));
        }
        wanted.push(edge);
    }
    wanted.sort_by_key(|edge| edge.to);
    let web = Web::around(now, app, &wanted)?;
    web.check(now, app.id)?;
    Ok(Decision::change(web.changes(now, &|app| Names::of(app))))
}

/// The names in relationships follow those of the applications.
pub(crate) fn complete(now: &Snapshot, changes: &mut Vec<Change>) -> Result<(), Refusal> {
    let named = [DISPLAY_NAME.id, PUBLISHER.id, PACKAGE_VERSION.id];
    let mut renamed: BTreeMap<Id, Vec<(AttrId, Option<String>)>> = BTreeMap::new();
    for change in changes.iter() {
        if let Change::Set { id, attribute, new, .. } = change
            && named.contains(attribute)
            && now.find_a(&MOBILE_APP, *id).is_some_and(|app| app.has(RELATIONSHIPS.id))
        {
            let new = new.as_ref().and_then(Value::as_text).map(str::to_owned);
            renamed.entry(*id).or_default().push((*attribute, new));
        }
    }
    for (id, _) in renamed.clone() {
        let Some(app) = now.find(id) else { continue };
        let web = Web::around(now, app, &children(app))?;
        let names = |app: &Object| {
            let mut names = Names::of(app);
            for (attribute, new) in renamed.get(&app.id).into_iter().flatten() {
                names.set(*attribute, new.clone());
            }
            names
        };
        changes.extend(web.changes(now, &names));
    }
    Ok(())
}

/// What is called what.
#[derive(Clone, Debug, Default, PartialEq)]
struct Names {
    display: Option<String>,
    version: Option<String>,
    publisher: Option<String>,
}

impl Names {
    fn of(app: &Object) -> Names {
        let text = |text: Option<&str>| text.map(str::to_owned);
        Names {
            display: text(app.get(DISPLAY_NAME)),
            version: text(app.get(PACKAGE_VERSION)),
            publisher: text(app.get(PUBLISHER)),
        }
    }

    fn set(&mut self, attribute: AttrId, new: Option<String>) {
        if attribute == DISPLAY_NAME.id {
            self.display = new;
        } else if attribute == PACKAGE_VERSION.id {
            self.version = new;
        } else {
            self.publisher = new;
        }
    }
}

fn name(app: &Object) -> &str {
    app.get(DISPLAY_NAME).unwrap_or_default()
}

/// Applications that hang together, as they will be: each with what it needs and supersedes.
struct Web {
    children: BTreeMap<Id, Vec<Edge>>,
    /// Everything that each needs, and everything that it supersedes, however far below.
    needs: BTreeMap<Id, BTreeSet<Id>>,
    supersedences: BTreeMap<Id, BTreeSet<Id>>,
}

impl Web {
    /// Everything that hangs together with an application, before or after it has these children.
    fn around(now: &Snapshot, app: &Object, wanted: &[Edge]) -> Result<Web, Refusal> {
        let mut found: BTreeMap<Id, Vec<Edge>> = BTreeMap::new();
        let mut open: Vec<Id> = vec![app.id];
        open.extend(wanted.iter().map(|edge| edge.to));
        while let Some(id) = open.pop() {
            if found.contains_key(&id) {
                continue;
            }
            let Some(other) = now.find_a(&MOBILE_APP, id) else { continue };
            let known = children(other);
            open.extend(known.iter().chain(&parents(other)).map(|edge| edge.to));
            found.insert(id, if id == app.id { wanted.to_vec() } else { known });
            if found.len() > CONNECTED_MAX {
                return Err(too_many(CONNECTED_MAX));
            }
        }
        let mut web = Web { children: found, needs: BTreeMap::new(), supersedences: BTreeMap::new() };
        let below = |counts| web.children.keys().map(|id| (*id, web.below(*id, counts))).collect();
        (web.needs, web.supersedences) = (below(is_need), below(is_supersedence));
        Ok(web)
    }

    fn children(&self, id: Id) -> &[Edge] {
        self.children.get(&id).map(Vec::as_slice).unwrap_or_default()
    }

    /// Everything below an application by edges of one sort.
    fn below(&self, id: Id, counts: fn(Relation) -> bool) -> BTreeSet<Id> {
        let (mut found, mut open) = (BTreeSet::new(), vec![id]);
        while let Some(at) = open.pop() {
            for edge in self.children(at).iter().filter(|edge| counts(edge.relation)) {
                if found.insert(edge.to) {
                    open.push(edge.to);
                }
            }
        }
        found
    }

    /// How many hang together with an application by edges of one sort, itself included.
    fn connected(&self, id: Id, counts: fn(Relation) -> bool) -> usize {
        let (mut found, mut open) = (BTreeSet::from([id]), vec![id]);
        while let Some(at) = open.pop() {
            let down = self.children(at).iter().filter(|edge| counts(edge.relation)).map(|edge| edge.to);
            let is_above = |edges: &Vec<Edge>| edges.iter().any(|edge| edge.to == at && counts(edge.relation));
            let up = self.children.iter().filter(|(_, edges)| is_above(edges)).map(|(id, _)| *id);
            for other in down.chain(up) {
                if found.insert(other) {
                    open.push(other);
                }
            }
        }
        found.len()
    }

    fn check(&self, now: &Snapshot, app: Id) -> Result<(), Refusal> {
        // Everything was well before, so that a circle goes through what is changed.
        if self.below(app, |_| true).contains(&app) {
            let message = "the relationships go round in a circle: an application would need or supersede itself";
            return Err(Refusal::invalid(message).at("relationships"));
        }
        if self.connected(app, is_need) > DEPENDENCIES_MAX {
            return Err(too_many(DEPENDENCIES_MAX));
        }
        if self.connected(app, is_supersedence) > SUPERSEDENCES_MAX {
            return Err(too_many(SUPERSEDENCES_MAX));
        }
        let all = || self.children.values().flatten();
        let replaced = all().filter(|edge| edge.relation == Relation::Supersedes { replace: true });
        for edge in replaced {
            if all().any(|other| other.to == edge.to && is_need(other.relation)) {
                let name = now.find(edge.to).map(name).unwrap_or_default();
                let message = format!("`{name}` would be removed for one application while another needs it");
                return Err(Refusal::invalid(message).at("relationships"));
            }
        }
        Ok(())
    }

    /// What has to be written so that all of them say the same.
    fn changes(&self, now: &Snapshot, names: &dyn Fn(&Object) -> Names) -> Vec<Change> {
        let mut changes = Vec::new();
        for id in self.children.keys() {
            let Some(app) = now.find(*id) else { continue };
            let records = self.records(now, app, names);
            if records != app.get(RELATIONSHIPS).unwrap_or_default() {
                changes.push(Change::set(app.id, RELATIONSHIPS, records));
            }
            for (attribute, count) in [
                (DEPENDENT_APP_COUNT, below(&self.needs, *id)),
                (SUPERSEDING_APP_COUNT, below(&self.supersedences, *id)),
                (SUPERSEDED_APP_COUNT, above(&self.supersedences, *id)),
            ] {
                if app.get(attribute).unwrap_or(0) != count {
                    changes.push(Change::set(app.id, attribute, count));
                }
            }
        }
        changes
    }

    fn records(&self, now: &Snapshot, app: &Object, names: &dyn Fn(&Object) -> Names) -> Vec<Record> {
        let down = self.children(app.id).iter().map(|edge| (edge.to, edge.relation, "child"));
        let up = self.children.iter().flat_map(|(parent, edges)| {
            edges.iter().filter(|edge| edge.to == app.id).map(|edge| (*parent, edge.relation, "parent"))
        });
        let record = |(other, relation, side): (Id, Relation, &str)| {
            let (ours, theirs) = (names(app), now.find(other).map(names).unwrap_or_default());
            // Counted as Graph does: above the one that needs or supersedes, below the other.
            let (upper, lower) = if side == "child" { (app.id, other) } else { (other, app.id) };
            let record = Record::new()
                .with("@odata.type", if is_need(relation) { DEPENDENCY } else { SUPERSEDENCE })
                .with("id", format!("{}_{}", app.id, other))
                .with("sourceId", app.id.to_string())
                .with_some("sourceDisplayName", ours.display)
                .with_some("sourceDisplayVersion", ours.version)
                .with_some("sourcePublisherDisplayName", ours.publisher)
                .with("targetId", other.to_string())
                .with_some("targetDisplayName", theirs.display)
                .with_some("targetDisplayVersion", theirs.version)
                .with_some("targetPublisher", theirs.publisher.clone())
                .with_some("targetPublisherDisplayName", theirs.publisher)
                .with("targetType", side);
            match relation {
                Relation::Needs { auto_install } => record
                    .with("dependencyType", if auto_install { "autoInstall" } else { "detect" })
                    .with("dependentAppCount", above(&self.needs, upper))
                    .with("dependsOnAppCount", below(&self.needs, lower)),
                Relation::Supersedes { replace } => record
                    .with("supersedenceType", if replace { "replace" } else { "update" })
                    .with("supersedingAppCount", above(&self.supersedences, upper))
                    .with("supersededAppCount", below(&self.supersedences, lower)),
            }
        };
        down.chain(up).map(record).collect()
    }
}

/// How many stand below an application.
fn below(all: &BTreeMap<Id, BTreeSet<Id>>, id: Id) -> i64 {
    i64::try_from(all.get(&id).map_or(0, BTreeSet::len)).unwrap_or(i64::MAX)
}

/// How many stand above it.
fn above(all: &BTreeMap<Id, BTreeSet<Id>>, id: Id) -> i64 {
    i64::try_from(all.values().filter(|found| found.contains(&id)).count()).unwrap_or(i64::MAX)
}

fn is_need(relation: Relation) -> bool {
    matches!(relation, Relation::Needs { .. })
}

fn is_supersedence(relation: Relation) -> bool {
    matches!(relation, Relation::Supersedes { .. })
}

fn too_many(most: usize) -> Refusal {
    Refusal::limit(format!("at most {most} applications can hang together like this")).at("relationships")
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use super::*;
    use crate::world::{World, id, needs, supersedes};

    #[test]
    fn both_applications_keep_a_relationship_with_the_names_of_the_day() {
        let mut w = World::with_apps(&[1, 2, 3]);
        w.relate(1, &[needs(2, "autoInstall")]).unwrap();
        w.relate(2, &[needs(3, "detect")]).unwrap();
        let (down, up) = (w.relationships(1), w.relationships(2));
        assert_eq!(down[0].text("targetDisplayName"), Some("app 2"));
        assert_eq!((down[0].text("targetType"), down[0].int("dependsOnAppCount")), (Some("child"), Some(1)));
        let parent = up.iter().find(|record| record.text("targetType") == Some("parent")).unwrap();
        assert_eq!(
            (parent.text("targetId"), parent.text("dependencyType")),
            (Some(id(1).to_string().as_str()), Some("autoInstall"))
        );
        assert_eq!(w.app(1).get(DEPENDENT_APP_COUNT), Some(2), "what it needs, and what that needs");
        w.submit(vec![Change::set(id(2), DISPLAY_NAME, "Runtime")]).unwrap();
        assert_eq!(w.relationships(1)[0].text("targetDisplayName"), Some("Runtime"));
        assert_eq!(w.relationships(3)[0].text("targetDisplayName"), Some("Runtime"));
        assert!(w.submit(vec![Change::Delete { id: id(3) }]).is_err(), "another needs it");
        // What is said anew stands for everything, and what others have with it stays.
        w.relate(2, &[]).unwrap();
        assert_eq!((w.relationships(2).len(), w.relationships(3).len()), (1, 0));
        assert_eq!(w.app(1).get(DEPENDENT_APP_COUNT), Some(1));
        w.submit(vec![Change::Delete { id: id(3) }]).unwrap();
    }

    #[test]
    fn what_cannot_be_followed_is_refused() {
        for (before, app, wanted, why) in [
            (vec![], 1, vec![needs(1, "detect")], "nothing to do with itself"),
            (vec![], 1, vec![needs(9, "detect")], "is no application"),
            (vec![], 1, vec![needs(2, "perhaps")], "`autoInstall`"),
            (vec![], 1, vec![supersedes(2, "perhaps")], "`replace`"),
            (vec![], 1, vec![needs(2, "detect"), supersedes(2, "update")], "named twice"),
            (vec![(2, vec![needs(3, "detect")]), (3, vec![needs(1, "detect")])], 1, vec![needs(2, "detect")], "circle"),
            (vec![(2, vec![supersedes(1, "update")])], 1, vec![needs(2, "detect")], "circle"),
            (vec![(1, vec![needs(2, "detect")])], 3, vec![supersedes(2, "replace")], "another needs it"),
        ] {
            let mut w = World::with_apps(&[1, 2, 3]);
            for (app, wanted) in before {
                w.relate(app, &wanted).unwrap();
            }
            let refusal = w.relate(app, &wanted).unwrap_err();
            assert!(refusal.message.contains(why), "{refusal}");
        }
    }

    #[test]
    fn only_so_many_hang_together() {
        let many: Vec<u128> = (1..=u128::try_from(DEPENDENCIES_MAX).unwrap() + 1).collect();
        let mut w = World::with_apps(&many);
        for pair in many.windows(2).take(DEPENDENCIES_MAX - 1) {
            w.relate(pair[0], &[needs(pair[1], "autoInstall")]).unwrap();
        }
        let last = many[DEPENDENCIES_MAX - 1];
        assert!(w.relate(last, &[needs(last + 1, "autoInstall")]).unwrap_err().message.contains("at most 100"));
        let ten: Vec<u128> = (1..=11).collect();
        let mut w = World::with_apps(&ten);
        for pair in ten.windows(2).take(SUPERSEDENCES_MAX - 1) {
            w.relate(pair[0], &[supersedes(pair[1], "update")]).unwrap();
        }
        assert!(w.relate(10, &[supersedes(11, "update")]).unwrap_err().message.contains("at most 10"));
    }
}
