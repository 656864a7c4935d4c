//! SCIM bulk requests, and attribute mappings that a job brings: `{"schema": …, "request": …}`. No decision panics, and what is
//! decided the directory takes.

#![no_main]

use std::sync::{Arc, LazyLock};

use castellan_fuzz::value::record_of_json;
use directory::{Action, Call, Caller, Change, Fresh, Id, KindId, Snapshot, TenantId, Time, Value};
use libfuzzer_sys::fuzz_target;
use schema::synchronization_job::SCHEMA;

const AT: Time = Time::from_unix(1_795_248_000);
const JOB: Id = Id::from_u128(1);

/// A job without mappings of its own, a verified domain, and somebody who is there already.
static NOW: LazyLock<Snapshot> = LazyLock::new(|| {
    let create =
        |n: u128, kind: &str, attributes| Change::Create { id: Id::from_u128(n), kind: KindId::of(kind), attributes };
    let domain = vec![
        (schema::ID.id, "xyz.example".into()),
        (schema::domain::IS_VERIFIED.id, true.into()),
        (schema::domain::IS_DEFAULT.id, true.into()),
    ];
    let ada = vec![
        (schema::DISPLAY_NAME.id, "Ada".into()),
        (schema::MAIL_NICKNAME.id, "ada".into()),
        (schema::USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
        (schema::ACCOUNT_ENABLED.id, true.into()),
        (schema::user::EMPLOYEE_ID.id, "7".into()),
    ];
    let job = vec![(schema::ID.id, Value::from("API2AAD.x"))];
    let changes = [create(1, "synchronizationJob", job), create(2, "domain", domain), create(3, "user", ada)];
    Snapshot::empty(Arc::new(schema::model())).fork(AT, &changes).expect("the model takes these")
});

fn bulk_upload() -> &'static Action {
    provisioning::ROOM.actions.iter().find(|action| action.name == "bulkUpload").expect("the room takes records")
}

fuzz_target!(|bytes: &[u8]| {
    let Ok(json) = serde_json::from_slice::<serde_json::Value>(bytes) else { return };
    let now = match json.get("schema").map(record_of_json) {
        None => NOW.clone(),
        // A schema that is not of the model's shape never gets as far as a job.
        Some(schema) => match NOW.fork(AT, &[Change::set(JOB, SCHEMA, schema)]) {
            Ok(now) => now,
            Err(_) => return,
        },
    };
    let given = record_of_json(json.get("request").unwrap_or(&json));
    let caller = Caller::system(TenantId::nil());
    let call = Call { caller: &caller, at: AT, fresh: Fresh::new(7) };
    if let Ok(decision) = (bulk_upload().decide)(&now, &call, now.find(JOB), &given) {
        now.fork(AT, &decision.plan.changes).expect("the directory takes what was decided");
    }
});
