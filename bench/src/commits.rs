//! How many durable commits a second: N writers that each wait for their own, beside one commit at a time through the bare
//! store, and the disk's own fdatasync.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use directory::{Caller, Change, Decision, Id, Room, TenantId};
use engine::testing::OpenGate;
use engine::{Engine, House, Submission, SystemClock};
use schema::user::{DEPARTMENT, USER};
use store::{Batch, Head, LogRow, ObjectRow, Sqlite, Store};

/// How long each row is measured.
const SPAN: Duration = Duration::from_secs(4);
const TENANT: TenantId = TenantId::from_u128(0x7);

static NO_ROOMS: &[&Room] = &[];
static ROOMS: &[&Room] = &[&identity::ROOM, &access::ROOM];

/// fdatasync of 4 KiB at the end of a file, a second.
pub fn fdatasync() -> f64 {
    let folder = scratch("fdatasync");
    let mut file = std::fs::File::create(folder.join("file")).expect("the scratch folder can be written");
    let (start, mut done) = (Instant::now(), 0u32);
    while start.elapsed() < SPAN / 2 {
        file.write_all(&[7; 4096]).and_then(|()| file.sync_data()).expect("the scratch folder can be written");
        done += 1;
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}

/// One commit of one object at a time through the bare store: what there is without grouping.
pub fn one_each() -> f64 {
    let store = Sqlite::open(&scratch("one")).expect("the scratch folder can be written");
    let (start, mut head, mut done) = (Instant::now(), Head::default(), 0u32);
    while start.elapsed() < SPAN {
        let usn = head.usn + 1;
        let next = Head { usn, hash: [usn as u8; 32] };
        let batch = Batch {
            log: vec![LogRow { usn, hash: next.hash, body: vec![1; 120] }],
            objects: vec![ObjectRow { id: id(done), kind: USER.id(), usn, body: Some(vec![2; 400]) }],
            ..Batch::default()
        };
        store.append(TENANT, head, &batch).expect("nobody else writes");
        (head, done) = (next, done + 1);
    }
    f64::from(done) / start.elapsed().as_secs_f64()
}

/// Updates of 10,000 people by this many writers who each wait for their own commit.
pub fn engine(writers: u32, with_rooms: bool) -> f64 {
    let name = format!("engine-{writers}-{with_rooms}");
    let store: Arc<dyn Store> = Arc::new(Sqlite::open(&scratch(&name)).expect("the scratch folder can be written"));
    let rooms = if with_rooms { ROOMS } else { NO_ROOMS };
    let house = Arc::new(House::new(Arc::new(schema::model()), rooms, Arc::new(OpenGate)));
    let engine = Engine::start(store, TENANT, house, Arc::new(SystemClock), 11).expect("an empty tenant starts");
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).build().expect("a runtime starts");
    runtime.block_on(async {
        engine.submit(people()).await.expect("people can be created");
        engine.settled().await;
        let start = Instant::now();
        let tasks: Vec<_> = (0..writers).map(|w| tokio::spawn(write(engine.clone(), w, start))).collect();
        let mut done = 0u32;
        for task in tasks {
            done += task.await.expect("a writer does not panic");
        }
        let rate = f64::from(done) / start.elapsed().as_secs_f64();
        engine.stop().await;
        rate
    })
}

const PEOPLE: u32 = 10_000;

fn people() -> Submission {
    Submission::proven(&Caller::system(TENANT), "Add people", |_, _| {
        let person = |n: u32| Change::Create {
            id: id(n),
            kind: USER.id(),
            attributes: vec![
                (schema::ACCOUNT_ENABLED.id, true.into()),
                (schema::DISPLAY_NAME.id, format!("Person {n}").into()),
                (schema::USER_PRINCIPAL_NAME.id, format!("person{n}@xyz.example").into()),
                (schema::MAIL_NICKNAME.id, format!("person{n}").into()),
            ],
        };
        let organization = Change::Create {
            id: TENANT,
            kind: schema::organization::ORGANIZATION.id(),
            attributes: vec![(schema::DISPLAY_NAME.id, "XYZ Ltd.".into())],
        };
        let domain = Change::Create {
            id: Id::from_u128(0xd0),
            kind: schema::domain::DOMAIN.id(),
            attributes: vec![
                (schema::ID.id, "xyz.example".into()),
                (schema::domain::IS_VERIFIED.id, true.into()),
                (schema::domain::IS_DEFAULT.id, true.into()),
            ],
        };
        Ok(Decision::change([organization, domain].into_iter().chain((0..PEOPLE).map(person)).collect()))
    })
}

async fn write(engine: Engine, writer: u32, start: Instant) -> u32 {
    let mut done = 0;
    while start.elapsed() < SPAN {
        let (who, value) = (id((writer * 97 + done * 31) % PEOPLE), format!("Department {writer} {done}"));
        let submission = Submission::proven(&Caller::system(TENANT), "Update user", move |_, _| {
            Ok(Decision::change(vec![Change::set(who, DEPARTMENT, value.as_str())]))
        });
        engine.submit(submission).await.expect("the update is allowed");
        done += 1;
    }
    done
}

fn id(n: u32) -> Id {
    Id::from_u128(0x0193_0000_0000_7000_8000_0000_0000_0000 | u128::from(n))
}

/// An empty folder of the benchmark's own.
pub fn scratch(name: &str) -> PathBuf {
    let folder = Path::new("target").join("bench").join(name);
    let _ = std::fs::remove_dir_all(&folder);
    std::fs::create_dir_all(&folder).expect("the target folder can be written");
    folder
}
