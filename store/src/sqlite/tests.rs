//! What only a store on disk has: files that fill up, that cannot be written, that are altered, that are opened twice.

use super::Sqlite;
use super::connection::open;
use super::schema::LOG;
use crate::conformance::{conformance, two_handles};
use crate::{Appended, Batch, Fault, Head, JournalQuery, LogRow, ObjectRow, Outcome, Store, Ticket, journal_verify};
use directory::{Id, Name, TenantId, Time};
use rusqlite::Connection;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::{fs, thread};

const TENANT: TenantId = Id::from_u128(1);

#[test]
fn sqlite_keeps_the_contract() {
    let folder = TestFolder::new();
    let count = AtomicU32::new(0);
    conformance(&|| {
        let name = count.fetch_add(1, Ordering::Relaxed).to_string();
        Box::new(Sqlite::open(&folder.0.join(name)).unwrap())
    });
}

#[test]
fn two_nodes_over_one_folder_agree() {
    let folder = TestFolder::new();
    two_handles(&folder.open(), &folder.open());
}

#[test]
fn what_was_acknowledged_is_there_after_a_restart() {
    let folder = TestFolder::new();
    let store = folder.open();
    let head = append(&store, Head::default(), 10).unwrap();
    store.journal_append(TENANT, "audit", &[(Time(1), None, vec![1])]).unwrap();
    store.ticket_put(TENANT, &ticket(b"a"), Time(0)).unwrap();
    let blob = store.blob_put(TENANT, b"logo", Time(0)).unwrap();
    drop(store);
    let store = folder.open();
    assert_eq!(store.head(TENANT).unwrap(), Some(head));
    assert_eq!(store.journal_ends(TENANT, "audit").unwrap().1.usn, 1);
    assert!(store.ticket_take(TENANT, "code", b"a", Time(1)).unwrap().is_some());
    assert_eq!(store.blob_get(TENANT, &blob).unwrap(), Some(b"logo".to_vec()));
}

#[test]
fn eight_nodes_may_found_a_file_at_once() {
    let folder = TestFolder::new();
    drop(folder.open());
    for round in 0..3 {
        let path = folder.0.join(format!("{round}.db"));
        let may_begin = AtomicBool::new(false);
        thread::scope(|scope| {
            // Let go at the end of this, also if a thread could not be had: those that there are wait for it.
            let _begin = Begin(&may_begin);
            for _ in 0..8 {
                scope.spawn(|| {
                    while !may_begin.load(Ordering::Acquire) {
                        thread::yield_now();
                    }
                    drop(open(&path, &LOG).unwrap());
                });
            }
        });
    }
}

struct Begin<'a>(&'a AtomicBool);

impl Drop for Begin<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Release);
    }
}

#[test]
fn a_reader_that_panics_gives_its_place_back() {
    let folder = TestFolder::new();
    let store = folder.open();
    let mut head = Head::default();
    // More often than there are places, so that one lost each time would be felt.
    for _ in 0..20 {
        head = append(&store, head, 10).unwrap();
        let loading = AssertUnwindSafe(|| store.load(TENANT, &mut |_| panic!("on purpose"), &mut |_| {}));
        assert!(catch_unwind(loading).is_err());
        assert_eq!(store.head(TENANT).unwrap(), Some(head), "the panicked reader's old view is gone");
    }
}

#[test]
fn a_full_disk_is_a_fault_and_passes() {
    let folder = TestFolder::new();
    let store = folder.open();
    let mut head = append(&store, Head::default(), 10).unwrap();
    set_log_pages_max(&store, 1);
    let (mut fault, mut appended) = (None, 0);
    while fault.is_none() {
        match append(&store, head, 20_000) {
            Ok(next) => (head, appended) = (next, appended + 1),
            Err(why) => fault = Some(why),
        }
        assert!(appended < 100, "the limit was not felt");
    }
    assert_eq!(fault.unwrap().outcome, Outcome::Definite);
    assert_eq!(store.head(TENANT).unwrap(), Some(head), "nothing of the refused batch stayed");
    assert!(append(&store, head, 20_000).is_err(), "still full");
    set_log_pages_max(&store, 1 << 30);
    let next = append(&store, head, 20_000).unwrap();
    let mut objects = 0;
    assert_eq!(store.load(TENANT, &mut |_| objects += 1, &mut |_| {}).unwrap(), next);
    assert_eq!(objects as u64, next.usn);
}

#[test]
fn a_store_that_cannot_be_written_is_a_fault_and_passes() {
    let folder = TestFolder::new();
    let store = folder.open();
    let head = append(&store, Head::default(), 10).unwrap();
    store.log_writer().connection().unwrap().execute_batch("PRAGMA query_only = 1").unwrap();
    assert_eq!(append(&store, head, 10).unwrap_err().outcome, Outcome::Definite);
    assert_eq!(store.head(TENANT).unwrap(), Some(head));
    append(&store, head, 10).expect("the writer has opened the file anew");
}

#[test]
fn a_commit_that_fails_may_have_happened_and_the_next_goes_on() {
    let folder = TestFolder::new();
    let store = folder.open();
    let head = append(&store, Head::default(), 10).unwrap();
    // A deferred foreign key that nothing satisfies lets every statement pass and only COMMIT fail.
    store
        .log_writer()
        .connection()
        .unwrap()
        .execute_batch(
            "PRAGMA foreign_keys = 1;
             CREATE TABLE promise (id INTEGER PRIMARY KEY, kept REFERENCES promise (id) DEFERRABLE INITIALLY DEFERRED);
             CREATE TRIGGER promised AFTER INSERT ON object BEGIN INSERT INTO promise (kept) VALUES (99); END;",
        )
        .unwrap();
    assert_eq!(append(&store, head, 10).unwrap_err().outcome, Outcome::Unknown);
    assert_eq!(store.head(TENANT).unwrap(), Some(head), "this time it had not");
    store.log_writer().connection().unwrap().execute_batch("DROP TRIGGER promised").unwrap();
    append(&store, head, 10).unwrap();
}

#[test]
fn a_failing_neighbour_does_not_hurt_the_others_of_its_group() {
    let folder = TestFolder::new();
    let store = folder.open();
    let refuse = "CREATE TRIGGER refuse BEFORE INSERT ON ticket WHEN NEW.key = x'62616400'
                  BEGIN SELECT RAISE(ROLLBACK, 'refused'); END;";
    Connection::open(folder.0.join("tickets.db")).unwrap().execute_batch(refuse).unwrap();
    thread::scope(|scope| {
        for n in 0..16u8 {
            let store = &store;
            scope.spawn(move || {
                for round in 0..20u8 {
                    let is_bad = (n + round) % 5 == 0;
                    let key = if is_bad { b"bad\0".to_vec() } else { vec![n, round] };
                    let put = store.ticket_put(TENANT, &ticket(&key), Time(0));
                    match put {
                        Ok(is_put) => assert!(is_put && !is_bad),
                        Err(fault) => assert!(is_bad && fault.outcome == Outcome::Definite, "{fault}"),
                    }
                }
            });
        }
    });
    for (n, round) in (0..16u8).flat_map(|n| (0..20u8).map(move |round| (n, round))) {
        let found = store.ticket_get(TENANT, "code", &[n, round], Time(1)).unwrap();
        assert_eq!(found.is_some(), (n + round) % 5 != 0, "{n} {round}");
    }
}

#[test]
fn a_journal_altered_in_its_file_does_not_verify() {
    let meddling = [
        ("UPDATE journal SET body = x'00' WHERE seq = 2", Err(2)),
        ("UPDATE journal SET at = at + 1 WHERE seq = 3", Err(3)),
        ("UPDATE journal SET subject = x'00000000000000000000000000000001' WHERE seq = 1", Err(1)),
        ("DELETE FROM journal WHERE seq = 2", Err(2)),
        ("DELETE FROM journal WHERE seq = 4", Err(4)),
        ("UPDATE journal SET high = high", Ok(())),
    ];
    for (sql, expect) in meddling {
        let folder = TestFolder::new();
        let store = folder.open();
        for n in 0..4 {
            store.journal_append(TENANT, "audit", &[(Time(n), None, vec![1])]).unwrap();
        }
        Connection::open(folder.0.join("journal.db")).unwrap().execute_batch(sql).unwrap();
        let rows = store.journal_read(TENANT, "audit", &JournalQuery { limit: 9, ..JournalQuery::default() }).unwrap();
        let (anchor, newest) = store.journal_ends(TENANT, "audit").unwrap();
        assert_eq!(journal_verify(anchor, &rows, newest), expect, "{sql}");
    }
}

#[test]
fn a_damaged_blob_is_a_fault() {
    let folder = TestFolder::new();
    let store = folder.open();
    let name = store.blob_put(TENANT, b"package", Time(0)).unwrap();
    let path = folder.0.join("blobs").join(TENANT.to_string()).join(&name[..2]).join(&name[2..4]).join(&name);
    fs::write(path, b"packagf").unwrap();
    assert!(store.blob_get(TENANT, &name).unwrap_err().why.contains(&name));
    assert_eq!(fs::read_dir(folder.0.join("blobs/unnamed")).unwrap().count(), 0, "nothing half-written is left");
}

#[test]
fn a_blob_that_cannot_be_named_leaves_nothing_behind() {
    let folder = TestFolder::new();
    let store = folder.open();
    let in_the_way = folder.0.join("blobs").join(TENANT.to_string());
    fs::write(&in_the_way, b"a file where a folder should be").unwrap();
    assert_eq!(store.blob_put(TENANT, b"logo", Time(0)).unwrap_err().outcome, Outcome::Definite);
    assert_eq!(fs::read_dir(folder.0.join("blobs/unnamed")).unwrap().count(), 0);
    fs::remove_file(in_the_way).unwrap();
    store.blob_put(TENANT, b"logo", Time(0)).unwrap();
}

#[test]
fn a_path_is_not_the_name_of_a_blob() {
    let folder = TestFolder::new();
    let store = folder.open();
    let path = folder.0.join("log.db").display().to_string();
    assert!(fs::exists(&path).unwrap() && path.len() < 64, "{path}");
    // As long as a hash, and absolute: a careless join would open it.
    assert_eq!(store.blob_get(TENANT, &format!("{path:/>64}")).unwrap(), None);
}

#[test]
fn a_store_of_a_newer_version_is_not_opened() {
    let folder = TestFolder::new();
    drop(folder.open());
    Connection::open(folder.0.join("log.db")).unwrap().pragma_update(None, "user_version", 2).unwrap();
    let Err(fault) = Sqlite::open(&folder.0) else { panic!("opened a store it does not know") };
    assert!(fault.why.contains("has version 2, this program knows 1"), "{fault}");
}

#[test]
fn a_folder_that_cannot_be_made_is_a_fault() {
    let folder = TestFolder::new();
    fs::write(&folder.0, b"a file").unwrap();
    assert!(Sqlite::open(&folder.0).is_err());
    fs::remove_file(&folder.0).unwrap();
}

/// Append one commit with one object of `bytes` bytes.
fn append(store: &Sqlite, head: Head, bytes: usize) -> Result<Head, Fault> {
    let usn = head.usn + 1;
    let end = Head { usn, hash: [usn as u8; 32] };
    let body = vec![7; bytes];
    let object = ObjectRow { id: Id::from_u128(u128::from(usn)), kind: Name(1), usn, body: Some(body.clone()) };
    let log = vec![LogRow { usn, hash: end.hash, body }];
    let batch = Batch { log, objects: vec![object], ..Batch::default() };
    store.append(TENANT, head, &batch).map(|appended| {
        assert_eq!(appended, Appended::Done);
        end
    })
}

fn ticket(key: &[u8]) -> Ticket {
    Ticket { shelf: "code", key: key.to_vec(), group: None, expires: Time(100), body: vec![1] }
}

/// A smaller limit than what is in use means: not a page more.
fn set_log_pages_max(store: &Sqlite, pages: u32) {
    let writer = store.log_writer();
    let sql = format!("PRAGMA max_page_count = {pages}");
    writer.connection().unwrap().query_row(&sql, (), |_| Ok(())).unwrap();
}

/// A folder of its own for each test, gone afterwards.
struct TestFolder(PathBuf);

impl TestFolder {
    fn new() -> TestFolder {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("castellan-store-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        TestFolder(std::env::temp_dir().join(name))
    }

    fn open(&self) -> Sqlite {
        Sqlite::open(&self.0).unwrap()
    }
}

impl Drop for TestFolder {
    fn drop(&mut self) {
        drop(fs::remove_dir_all(&self.0));
    }
}
