//! Blobs that nothing needs any more are forgotten: replaced packages, uploads that were given up, expired reports.
//!
//! A blob is needed as long as its name stands anywhere in the directory, in what can be restored too; which attribute it is
//! does not matter, so that a new one cannot be overlooked. One that is not needed gets a mark, a ticket, and goes when it was
//! marked for [`KEPT_FOR`]. For as long it stays after it was put, whatever the directory says: an upload that is not committed
//! yet lives by that, as whoever takes the bytes of something that was replaced a moment ago lives by the mark. Marks outlive
//! a crash, and several nodes may do this at once.
//!
//! Deliberately absent: what lies on other shelves (it expires by itself), and asking a person.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use directory::{Object, Record, Snapshot, TenantId, Time};
use engine::{Engine, Fault, Tenants};
use store::BlobEntry;

/// How often blobs are looked through.
pub const EVERY: Duration = Duration::from_secs(3600);
/// How long a blob stays that nothing needs: longer than an upload may take, and than any download lasts.
pub const KEPT_FOR: Duration = Duration::from_secs(48 * 3600);
/// A mark that nobody looked after for so long says nothing any more.
const MARKED_FOR: Duration = Duration::from_secs(14 * 24 * 3600);
/// Blobs that are looked at in one pass; the next goes on behind them.
const LOOKED_AT_MAX: usize = 100_000;
/// Blobs that one pass removes.
const REMOVED_MAX: usize = 1_000;
/// Marks that are looked at in one pass; those of blobs that are gone make room.
const MARKS_MAX: usize = 100_000;
/// The length of a name.
const NAME_BYTES: usize = 64;
/// The shelf of the marks, by the names of the blobs.
const UNNEEDED: &str = "unneededBlobs";

const _: () = assert!(KEPT_FOR.as_secs() > apps::UPLOAD_HOURS * 3600);

/// What a pass came to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Passed {
    pub removed: usize,
    /// Of several faults the last; what it hindered is tried again in the next round.
    pub fault: Option<String>,
}

/// Look through the blobs of all tenants from time to time, for as long as the server runs.
pub async fn keep(tenants: Tenants) {
    let mut every = tokio::time::interval(EVERY);
    let mut after: HashMap<TenantId, String> = HashMap::new();
    loop {
        every.tick().await;
        for engine in tenants.all() {
            let tenant = engine.tenant();
            match pass(&engine, after.entry(tenant).or_default()).await {
                Ok(Passed { removed, fault }) => {
                    if removed > 0 {
                        tracing::info!(%tenant, removed, "blobs that nothing needs were removed");
                    }
                    if let Some(fault) = fault {
                        tracing::warn!(%tenant, fault, "blobs could not be looked after");
                    }
                }
                Err(fault) => tracing::warn!(%tenant, %fault, "blobs could not be looked through"),
            }
        }
    }
}

/// One pass over a tenant's blobs, behind the one where the last pass ended.
pub async fn pass(engine: &Engine, after: &mut String) -> Result<Passed, Fault> {
    // What another node has put into the directory counts.
    engine.caught_up().await?;
    let (engine, from) = (engine.clone(), after.clone());
    let looked = tokio::task::spawn_blocking(move || look(&engine, &from));
    let (next, passed) = looked.await.map_err(|lost| Fault::definite("looking through blobs", lost))??;
    *after = next;
    Ok(passed)
}

fn look(engine: &Engine, after: &str) -> Result<(String, Passed), Fault> {
    let (store, tenant, at) = (engine.store(), engine.tenant(), engine.now());
    let blobs = store.blob_list(tenant, after, LOOKED_AT_MAX)?;
    let next = blobs.last().filter(|_| blobs.len() == LOOKED_AT_MAX);
    let next = next.map(|blob| blob.sha256.clone()).unwrap_or_default();
    let marks = engine.tickets().entries(UNNEEDED, tenant, MARKS_MAX)?;
    let marks: BTreeMap<Vec<u8>, Time> =
        marks.into_iter().filter_map(|(name, mark)| Some((name, mark.time("since")?))).collect();
    let due: Vec<&BlobEntry> = blobs.iter().filter(|blob| at.since(blob.put) > KEPT_FOR).collect();
    let needed = needed(&engine.snapshot(), due.iter().map(|blob| blob.sha256.as_str()).collect());
    let mut passed = Passed::default();
    for blob in due {
        let name = blob.sha256.as_str();
        let mark = marks.get(name.as_bytes()).copied();
        let is_over = mark.is_some_and(|since| at.since(since) > KEPT_FOR) && passed.removed < REMOVED_MAX;
        let done = match (needed.contains(name), mark) {
            (true, Some(_)) => unmark(engine, name),
            (false, None) => marked(engine, name, at),
            (false, Some(_)) if is_over => {
                removed(engine, name, at).map(|is_gone| passed.removed += usize::from(is_gone))
            }
            (true, None) | (false, Some(_)) => Ok(()),
        };
        if let Err(fault) = done {
            passed.fault = Some(fault.to_string());
        }
    }
    Ok((next, passed))
}

fn marked(engine: &Engine, name: &str, at: Time) -> Result<(), Fault> {
    let (tenant, mark) = (engine.tenant(), Record::new().with("since", at));
    engine.tickets().put(UNNEEDED, name.as_bytes(), Some(tenant), at + MARKED_FOR, &mark).map(drop)
}

fn unmark(engine: &Engine, name: &str) -> Result<(), Fault> {
    engine.tickets().take(UNNEEDED, name.as_bytes()).map(drop)
}

fn removed(engine: &Engine, name: &str, at: Time) -> Result<bool, Fault> {
    let is_gone = engine.store().blob_remove(engine.tenant(), name, at - KEPT_FOR)?;
    // Whether it went or was put again a moment ago: when it is found again, its time begins anew.
    unmark(engine, name)?;
    Ok(is_gone)
}

/// Those of these names that stand anywhere in the directory.
fn needed<'n>(now: &Snapshot, names: HashSet<&'n str>) -> HashSet<&'n str> {
    let mut found = HashSet::new();
    if names.is_empty() {
        return found;
    }
    let roots = now.model().kinds().filter(|kind| kind.lineage().count() == 1);
    for object in roots.flat_map(|kind| now.all(kind).chain(now.all_deleted(kind))) {
        found.extend(within(object).filter_map(|name| names.get(name)));
    }
    found
}

/// Everything in an object that could be the name of a blob. In its packed bytes a text is as it is written.
fn within(object: &Object) -> impl Iterator<Item = &str> {
    let bytes = object.bytes();
    let mut digits = 0;
    bytes.iter().enumerate().filter_map(move |(at, byte)| {
        digits = if matches!(byte, b'0'..=b'9' | b'a'..=b'f') { digits + 1 } else { 0 };
        let name = bytes.get((at + 1).checked_sub(NAME_BYTES)?..=at)?;
        std::str::from_utf8(name).ok().filter(|_| digits >= NAME_BYTES)
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::indexing_slicing)]
mod tests {
    use std::collections::BTreeMap;
    use std::sync::Arc;

    use directory::{AttrId, Call, Caller, Change, Decision, Id, Value};
    use engine::Submission;
    use engine::testing::{OpenGate, TENANT, TestClock};
    use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_SHA256, PACKAGE_TYPE, PACKAGE_VERSION};
    use schema::organizational_branding::{BANNER_LOGO_RELATIVE_URL, ORGANIZATIONAL_BRANDING};
    use schema::{DISPLAY_NAME, group::GROUP};
    use store::{Faulty, Memory, Odds, Sqlite, Store, Strike};

    use super::*;
    use crate::house::ROOMS;

    const HOUR: Duration = Duration::from_secs(3600);

    struct World {
        engine: Engine,
        clock: TestClock,
        after: String,
    }

    impl World {
        fn over(store: Arc<dyn Store>) -> World {
            let clock = TestClock::at(Time::from_unix(1_795_248_000));
            let model = Arc::new(schema::model());
            let house = Arc::new(engine::House::new(model, ROOMS, Arc::new(OpenGate)));
            let engine = Engine::start(store, TENANT, house, Arc::new(clock.clone()), 7).unwrap();
            World { engine, clock, after: String::new() }
        }

        async fn submit(&self, changes: Vec<Change>) {
            let submission = Submission::proven(&Caller::system(TENANT), "Test", move |_: &Snapshot, _: &Call<'_>| {
                Ok(Decision::change(changes.clone()))
            });
            self.engine.submit(submission).await.unwrap();
        }

        async fn app(&self, n: u128, sha256: Option<&str>) {
            let mut attributes: Vec<(AttrId, Value)> = vec![
                (DISPLAY_NAME.id, format!("app {n}").into()),
                (PACKAGE_TYPE.id, "deb".into()),
                (PACKAGE_NAME.id, "app".into()),
                (PACKAGE_VERSION.id, "1".into()),
            ];
            attributes.extend(sha256.map(|sha256| (PACKAGE_SHA256.id, sha256.into())));
            self.submit(vec![Change::Create { id: id(n), kind: LINUX_PACKAGE_APP.id(), attributes }]).await;
        }

        async fn put(&self, bytes: &[u8]) -> String {
            self.engine.blob_put(bytes.to_vec()).await.unwrap()
        }

        fn has(&self, sha256: &str) -> bool {
            self.engine.store().blob_get(TENANT, sha256).unwrap().is_some()
        }

        async fn pass(&mut self) -> Passed {
            pass(&self.engine, &mut self.after).await.unwrap()
        }

        /// Hours pass, with a pass in each.
        async fn hours(&mut self, hours: u64) -> usize {
            let mut removed = 0;
            for _ in 0..hours {
                self.clock.advance(HOUR);
                removed += self.pass().await.removed;
            }
            removed
        }
    }

    fn id(n: u128) -> Id {
        Id::from_u128(n)
    }

    #[tokio::test]
    async fn what_is_replaced_or_given_up_goes_when_its_time_is_over_and_what_is_named_stays() {
        let folder = std::env::temp_dir().join(format!("castellan-collect-{}", std::process::id()));
        for store in [Arc::new(Memory::new()) as Arc<dyn Store>, Arc::new(Sqlite::open(&folder).unwrap())] {
            let mut w = World::over(store);
            let (old, new, upload) = (w.put(b"old").await, w.put(b"new").await, w.put(b"a block").await);
            w.app(1, Some(&old)).await;
            w.app(2, Some(&old)).await;
            assert_eq!(w.hours(48).await, 0);
            assert!(w.has(&new) && w.has(&upload), "for as long as an upload may take, and more");
            assert_eq!(w.hours(60).await, 2, "the upload, and what was put for nobody");
            assert!(w.has(&old) && !w.has(&new) && !w.has(&upload));

            // Replaced in one of two; and then in both, while somebody takes it.
            let new = w.put(b"new").await;
            w.submit(vec![Change::set(id(1), PACKAGE_SHA256, new.as_str())]).await;
            assert_eq!(w.hours(100).await, 0);
            w.submit(vec![Change::set(id(2), PACKAGE_SHA256, new.as_str())]).await;
            assert_eq!(w.hours(48).await, 0);
            assert!(w.has(&old), "a download may still run");
            assert_eq!(w.hours(2).await, 1);
            assert!(!w.has(&old) && w.has(&new));
        }
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[tokio::test]
    async fn a_name_counts_wherever_it_stands_and_in_what_can_be_restored() {
        let mut w = World::over(Arc::new(Memory::new()));
        let (logo, text, gone) = (w.put(b"logo").await, w.put(b"text").await, w.put(b"gone").await);
        let address = format!("{TENANT}/branding/{logo}");
        let branding = vec![(schema::ID.id, "0".into()), (BANNER_LOGO_RELATIVE_URL.id, address.into())];
        let named = |name: &str| -> Vec<(AttrId, Value)> {
            vec![
                (DISPLAY_NAME.id, format!("see {name}!").into()),
                (schema::group::MAIL_ENABLED.id, false.into()),
                (schema::group::SECURITY_ENABLED.id, true.into()),
                (schema::MAIL_NICKNAME.id, name.get(..8).unwrap_or_default().into()),
            ]
        };
        w.submit(vec![
            Change::Create { id: id(1), kind: ORGANIZATIONAL_BRANDING.id(), attributes: branding },
            Change::Create { id: id(2), kind: GROUP.id(), attributes: named(&text) },
            Change::Create { id: id(3), kind: GROUP.id(), attributes: named(&gone) },
        ])
        .await;
        w.submit(vec![Change::Delete { id: id(3) }]).await;
        assert_eq!(w.hours(100).await, 0, "a deleted group can be restored");
        w.submit(vec![Change::Purge { id: id(3) }]).await;
        assert_eq!(w.hours(50).await, 1);
        assert!(w.has(&logo) && w.has(&text) && !w.has(&gone));
    }

    #[tokio::test]
    async fn what_is_needed_again_has_its_time_anew() {
        let mut w = World::over(Arc::new(Memory::new()));
        let (old, new) = (w.put(b"old").await, w.put(b"new").await);
        w.app(1, Some(&old)).await;
        w.app(2, Some(&new)).await;
        w.hours(200).await;
        let names = |name: &str| vec![Change::set(id(1), PACKAGE_SHA256, name)];
        w.submit(names(&new)).await;
        assert_eq!(w.hours(40).await, 0);
        w.submit(names(&old)).await;
        assert_eq!(w.hours(200).await, 0);
        w.submit(names(&new)).await;
        assert_eq!(w.hours(48).await, 0, "the mark of the first time counts no more");
        assert_eq!(w.hours(2).await, 1);
        let again = w.put(b"old").await;
        assert_eq!((again == old, w.hours(97).await, w.hours(2).await), (true, 0, 1), "put again, for nobody");
    }

    #[tokio::test]
    async fn one_blob_that_cannot_be_removed_hinders_no_other() {
        let mut removals = 0;
        let faulty = Faulty::scripted(Arc::new(Memory::new()), move |doing| {
            removals += usize::from(doing == "removing a blob");
            Some(Strike::Definite).filter(|_| doing == "removing a blob" && removals == 2)
        });
        let mut w = World::over(Arc::new(faulty));
        for bytes in [b"a", b"b", b"c"] {
            w.put(bytes).await;
        }
        w.clock.advance(50 * HOUR);
        assert_eq!(w.pass().await, Passed::default(), "marked");
        w.clock.advance(50 * HOUR);
        let passed = w.pass().await;
        assert_eq!((passed.removed, passed.fault.is_some()), (2, true));
        assert_eq!(w.pass().await, Passed { removed: 1, fault: None });
    }

    #[tokio::test]
    async fn a_pass_is_of_a_bounded_length_and_the_next_goes_on() {
        let mut w = World::over(Arc::new(Memory::new()));
        let count = 2 * REMOVED_MAX + 1;
        for n in 0..count {
            w.engine.store().blob_put(TENANT, &n.to_be_bytes(), w.engine.now()).unwrap();
        }
        w.clock.advance(50 * HOUR);
        assert_eq!(w.pass().await, Passed::default(), "marked");
        w.clock.advance(50 * HOUR);
        assert_eq!(w.pass().await.removed, REMOVED_MAX);
        assert_eq!(w.pass().await.removed, REMOVED_MAX);
        assert_eq!(w.pass().await.removed, 1);
    }

    /// Draws numbers that are the same in every run (Knuth's constants).
    struct Dice(u64);

    impl Dice {
        fn below(&mut self, most: u64) -> u64 {
            self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (self.0 >> 33) % most
        }
    }

    /// A week of uploads, commits, replacements, deletions, restarts and faults, of a few contents that come again and again.
    #[tokio::test]
    async fn nothing_that_is_needed_is_ever_missing_whatever_happens() {
        for seed in 0..40 {
            let faulty = Arc::new(Faulty::seeded(Arc::new(Memory::new()), seed, Odds::default()));
            let mut w = World::over(faulty.clone());
            let mut dice = Dice(seed);
            let (mut apps, mut uploads): (BTreeMap<u128, String>, Vec<(String, Time)>) = Default::default();
            let mut downloads: Vec<(String, Time)> = Vec::new();
            for n in 10..90 {
                let content = dice.below(8).to_be_bytes();
                match dice.below(5) {
                    0 => uploads.push((w.put(&content).await, w.engine.now())),
                    1 => {
                        // A commit names what was uploaded within a day before.
                        if let Some((sha256, _)) = uploads.pop() {
                            w.app(n, Some(&sha256)).await;
                            apps.insert(n, sha256);
                        }
                    }
                    2 => {
                        if let Some((n, old)) = apps.pop_first() {
                            let sha256 = w.put(&content).await;
                            w.submit(vec![Change::set(id(n), PACKAGE_SHA256, sha256.as_str())]).await;
                            downloads.push((old, w.engine.now()));
                            apps.insert(n, sha256);
                        }
                    }
                    3 => {
                        if let Some((n, old)) = apps.pop_last() {
                            w.submit(vec![Change::Delete { id: id(n) }]).await;
                            downloads.push((old, w.engine.now()));
                        }
                    }
                    // A restart, and what it forgets.
                    _ => w.after.clear(),
                }
                w.clock.advance(HOUR * u32::try_from(dice.below(4)).unwrap());
                faulty.set_odds(Odds { definite: 200, unknown: 200 });
                // A pass that fails is made again an hour later.
                let _ = pass(&w.engine, &mut w.after).await;
                faulty.set_odds(Odds::default());
                let now = w.engine.now();
                uploads.retain(|(_, since)| now.since(*since) < HOUR * 24);
                downloads.retain(|(_, since)| now.since(*since) < HOUR * 47);
                for sha256 in apps.values().chain(uploads.iter().chain(&downloads).map(|(sha256, _)| sha256)) {
                    assert!(w.has(sha256), "seed {seed}, step {n}: {sha256}");
                }
            }
            w.hours(120).await;
            let left = faulty.blob_list(TENANT, "", 99).unwrap();
            let named: std::collections::BTreeSet<&String> = apps.values().collect();
            let left: std::collections::BTreeSet<String> = left.into_iter().map(|blob| blob.sha256).collect();
            assert_eq!(left.iter().collect::<std::collections::BTreeSet<_>>(), named, "seed {seed}");
        }
    }
}
