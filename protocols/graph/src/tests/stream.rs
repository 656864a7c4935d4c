//! The stream of changes: what the reader may see, in order, until their token ends.

use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use directory::{Act, Caller, Change, Gate, Id, Object, Refusal, Snapshot};
use engine::Body;
use http_body_util::BodyExt;
use schema::user::{SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, USER};
use serde_json::{Value as Json, json};

use super::desk::{ADMIN, CLIENT, Desk};

/// Long enough for a slow machine; nothing waits for its end when all is well.
const PATIENCE: Duration = Duration::from_secs(20);

struct Stream(Body);

impl Stream {
    fn open(desk: &Desk, token: &str, headers: &[(&str, &str)]) -> Stream {
        let answer = desk.wait(answer(desk, token, headers));
        assert_eq!(answer.status(), 200);
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        Stream(answer.into_body())
    }

    /// The next event: its name, its `id` and its data. `None`: it is over.
    fn next(&mut self, desk: &Desk) -> Option<(String, String, Json)> {
        let frame = desk.wait(async { tokio::time::timeout(PATIENCE, self.0.frame()).await.expect("an event") })?;
        let text = String::from_utf8(frame.unwrap().into_data().unwrap().to_vec()).unwrap();
        let field = |name: &str| {
            let found = text.lines().find_map(|line| line.strip_prefix(name));
            found.unwrap_or_default().to_owned()
        };
        let data = serde_json::from_str(&field("data: ")).unwrap_or_else(|why| panic!("{why}: {text}"));
        Some((field("event: "), field("id: "), data))
    }

    /// The next event tells of changes: those of them.
    fn changes(&mut self, desk: &Desk) -> Vec<Json> {
        let (name, _, data) = self.next(desk).expect("the stream goes on");
        assert_eq!(name, "changes");
        data["value"].as_array().unwrap().clone()
    }
}

async fn answer(desk: &Desk, token: &str, headers: &[(&str, &str)]) -> http::Response<Body> {
    let mut request = http::Request::builder().uri("/beta/changes").header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    desk.graph.answer(request.body(Bytes::new()).unwrap()).await
}

fn create(id: u128, name: &str) -> Change {
    let text = |attribute: &str, value: &str| (directory::AttrId::of(attribute), value.into());
    let attributes = vec![
        (schema::ACCOUNT_ENABLED.id, true.into()),
        text("displayName", name),
        text("mailNickname", name),
        text("userPrincipalName", &format!("{name}@xyz.example")),
    ];
    Change::Create { id: Id::from_u128(id), kind: USER.id(), attributes }
}

#[test]
fn what_changes_is_told_with_where_it_is_listed_and_what_is_gone_is_said_to_be() {
    let desk = Desk::open();
    let mut stream = Stream::open(&desk, &desk.token, &[]);
    let (name, began, _) = stream.next(&desk).unwrap();
    assert_eq!((name.as_str(), began), ("open", desk.engine.snapshot().usn().to_string()));
    let id = Id::from_u128(0xb1);
    desk.commit(vec![create(0xb1, "one")]);
    let user = json!({"@odata.type": "#microsoft.graph.user", "id": id.to_string(), "path": "users"});
    assert_eq!(stream.changes(&desk), std::slice::from_ref(&user));
    desk.commit(vec![Change::set(id, schema::DISPLAY_NAME, "Other")]);
    assert_eq!(stream.changes(&desk), std::slice::from_ref(&user));
    desk.commit(vec![Change::Delete { id }]);
    let mut gone = user;
    gone["@removed"] = json!({"reason": "deleted"});
    assert_eq!(stream.changes(&desk), [gone]);
}

#[test]
fn a_stream_that_broke_goes_on_from_the_last_event_and_from_too_far_back_everything_is_read_again() {
    let desk = Desk::open();
    let before = desk.engine.snapshot().usn().to_string();
    desk.commit(vec![create(0xb1, "one")]);
    let mut stream = Stream::open(&desk, &desk.token, &[("last-event-id", &before)]);
    stream.next(&desk);
    assert_eq!(stream.changes(&desk)[0]["id"], Id::from_u128(0xb1).to_string());
    // Somebody who is gone meanwhile cannot be named any more.
    let before = desk.engine.snapshot().usn();
    desk.commit(vec![Change::Delete { id: Id::from_u128(0xb1) }]);
    let mut again = Stream::open(&desk, &desk.token, &[("last-event-id", &before.to_string())]);
    again.next(&desk);
    let (_, id, data) = again.next(&desk).unwrap();
    assert_eq!((id, &data["isTruncated"]), ((before + 1).to_string(), &json!(true)));
    desk.commit(vec![create(0xb2, "two")]);
    assert_eq!(again.changes(&desk)[0]["id"], Id::from_u128(0xb2).to_string(), "said once");
    stream.changes(&desk);
    stream.changes(&desk);
    // More at once than an event tells of.
    desk.commit((0..300).map(|n| create(0xc00 + n, &format!("u{n}"))).collect());
    let (_, id, data) = stream.next(&desk).unwrap();
    assert_eq!((id, &data["isTruncated"]), (desk.engine.snapshot().usn().to_string(), &json!(true)));
    // A number that no commit has yet is a number from elsewhere.
    let mut stream = Stream::open(&desk, &desk.token, &[("last-event-id", "999999")]);
    assert_eq!(stream.next(&desk).unwrap().1, desk.engine.snapshot().usn().to_string());
}

/// Lets the administrator see people, but not the one who is hidden.
struct Curtain;

const HIDDEN: Id = Id::from_u128(0xb2);

impl Gate for Curtain {
    fn allow(&self, _: &Snapshot, _: &Caller, _: &Act<'_>) -> Result<(), Refusal> {
        Ok(())
    }

    fn sees(&self, _: &Snapshot, _: &Caller, object: &Object) -> bool {
        object.id != HIDDEN
    }
}

#[test]
fn of_what_the_reader_may_not_see_nothing_is_told_not_even_its_end() {
    let desk = Desk::with_gate(Arc::new(Curtain));
    let mut stream = Stream::open(&desk, &desk.token, &[]);
    stream.next(&desk);
    desk.commit(vec![create(0xb2, "hidden")]);
    desk.commit(vec![create(0xb1, "shown")]);
    let told = stream.changes(&desk);
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["id"], Id::from_u128(0xb1).to_string());
    desk.commit(vec![Change::Delete { id: HIDDEN }]);
    desk.commit(vec![Change::Delete { id: Id::from_u128(0xb1) }]);
    let told = stream.changes(&desk);
    assert_eq!(told.len(), 1, "{told:?}");
}

#[test]
fn a_stream_ends_with_the_sessions_of_its_reader() {
    let desk = Desk::open();
    let mut stream = Stream::open(&desk, &desk.delegated(), &[]);
    stream.next(&desk);
    let later = directory::Time::from_unix(desk.engine.now().unix() + 60);
    desk.commit(vec![Change::set(ADMIN, SIGN_IN_SESSIONS_VALID_FROM_DATE_TIME, later)]);
    assert_eq!(stream.next(&desk).unwrap().0, "ended");
    assert!(stream.next(&desk).is_none());
}

#[test]
fn one_reader_has_only_so_many_streams_and_a_closed_one_makes_room() {
    let desk = Desk::open();
    let mut open: Vec<Stream> = (0..16).map(|_| Stream::open(&desk, &desk.token, &[])).collect();
    let refused = desk.wait(answer(&desk, &desk.token, &[]));
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"30".parse().unwrap()));
    // Somebody else's are not counted with them.
    drop(Stream::open(&desk, &desk.delegated(), &[]));
    open.pop();
    let begun = std::time::Instant::now();
    while desk.wait(answer(&desk, &desk.token, &[])).status() != 200 {
        assert!(begun.elapsed() < PATIENCE, "the place of the closed stream of {CLIENT} is not given back");
        desk.wait(async { tokio::time::sleep(Duration::from_millis(20)).await });
    }
}

#[test]
fn a_stream_is_no_part_of_a_batch() {
    let desk = Desk::open();
    let requests = json!({"requests": [{"id": "1", "method": "GET", "url": "/changes"}]});
    let answer = desk.post("/beta/$batch", &requests).json();
    assert_eq!(answer["responses"][0]["status"], 400);
}
