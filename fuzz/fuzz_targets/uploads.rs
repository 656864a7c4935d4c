//! Conversations with the place where an application's content goes, and with Graph about it. `{plain}` and `{sealed}` are the
//! addresses of two files, of which the second comes encrypted; `{plainFile}` and `{sealedFile}` are the files in Graph. No
//! answer is a fault of the server, none panics, JSON is JSON, and a file that was committed has the bytes it was to have.
//!
//! A body that begins with `<BlockList` is given to the parser of block lists once more by itself: what it takes, it takes
//! again when it is written anew. How conversations are written: `castellan_fuzz::conversation`.

#![no_main]

use bytes::Bytes;
use castellan_fuzz::conversation::{self, runtime};
use castellan_fuzz::world::{KEYS, URL, World};
use directory::{Caller, Change, Decision, Id};
use engine::testing::TENANT;
use engine::{Engine, Submission};
use graph::{Graph, UPLOADS, block_list};
use http::{HeaderValue, Request};
use http_body_util::BodyExt;
use libfuzzer_sys::fuzz_target;
use schema::DISPLAY_NAME;
use schema::linux_package_app::{LINUX_PACKAGE_APP, PACKAGE_NAME, PACKAGE_TYPE, PACKAGE_VERSION};
use schema::mobile_app_content::{
    CONTENT_VERSIONS, FILE_SHA256, FILES, IS_COMMITTED, MOBILE_APP_CONTENT, MOBILE_APP_CONTENT_FILE, NAME, SIZE,
    SIZE_ENCRYPTED,
};

const APP: Id = Id::from_u128(0xa1);
const VERSION: Id = Id::from_u128(0xa2);
const PLAIN: Id = Id::from_u128(0xa3);
const SEALED: Id = Id::from_u128(0xa4);
/// What the files are to have: `a package`. Encrypted it is one block, behind the code and the vector.
const BYTES: i64 = 9;
const BYTES_SEALED: i64 = 64;

fuzz_target!(|told: &[u8]| {
    list_is_stable(told);
    let world = World::new();
    let graph = Graph::new(world.tenants.clone(), KEYS.clone(), graph::Settings { public_url: URL.to_owned() });
    let bearer = HeaderValue::try_from(format!("Bearer {}", world.given["token"])).expect("a token is ASCII");
    let mut given = world.given.clone();
    runtime().block_on(async {
        found(&world.engine).await;
        for (name, id) in [("plain", PLAIN), ("sealed", SEALED)] {
            given.insert(format!("{name}File"), path(id));
            given.insert(name.to_owned(), address(&graph, &bearer, id).await);
        }
    });
    let answer = async |mut request: Request<Bytes>| {
        if request.uri().path().trim_start_matches('/').split('/').next() == Some(UPLOADS) {
            return graph.upload(request).await;
        }
        request.headers_mut().entry("authorization").or_insert(bearer.clone());
        let answer = graph.answer(request).await;
        world.engine.settled().await;
        answer
    };
    conversation::hold(told, given, answer, |status| status < 500);
    for id in [PLAIN, SEALED] {
        let now = world.engine.snapshot();
        let Some(file) = now.find(id).filter(|file| file.is(IS_COMMITTED)) else { continue };
        let sha256 = file.get(FILE_SHA256).expect("a file that is committed has its hash");
        let bytes = world.engine.blob_get(sha256).expect("memory does not fail").expect("its bytes are there");
        assert_eq!(Some(bytes.len() as i64), file.get(SIZE), "other bytes were committed than were to come");
    }
});

/// An application, a version of its content, and two files that may be uploaded.
async fn found(engine: &Engine) {
    let create = |id, kind: &'static directory::Kind, attributes| Change::Create { id, kind: kind.id(), attributes };
    let file = |id, more: Vec<(directory::AttrId, directory::Value)>| {
        let mut attributes = vec![(NAME.id, "editor.deb".into()), (SIZE.id, BYTES.into())];
        attributes.extend(more);
        create(id, &MOBILE_APP_CONTENT_FILE, attributes)
    };
    let app = vec![
        (DISPLAY_NAME.id, "Editor".into()),
        (PACKAGE_TYPE.id, "deb".into()),
        (PACKAGE_NAME.id, "xyz-editor".into()),
        (PACKAGE_VERSION.id, "1.0".into()),
    ];
    let changes = vec![
        create(APP, &LINUX_PACKAGE_APP, app),
        create(VERSION, &MOBILE_APP_CONTENT, vec![]),
        Change::link(APP, CONTENT_VERSIONS, VERSION),
        file(PLAIN, vec![]),
        file(SEALED, vec![(SIZE_ENCRYPTED.id, BYTES_SEALED.into())]),
        Change::link(VERSION, FILES, PLAIN),
        Change::link(VERSION, FILES, SEALED),
    ];
    let caller = Caller::system(TENANT);
    let founding = Submission::proven(&caller, "Add an application", move |_, _| Ok(Decision::change(changes.clone())));
    engine.submit(founding).await.expect("the rooms agree with the application");
}

fn path(file: Id) -> String {
    format!(
        "/v1.0/deviceAppManagement/mobileApps/{APP}/microsoft.graph.linuxPackageApp/contentVersions/{VERSION}/files/{file}"
    )
}

/// Where the bytes of a file go, as its owner reads it.
async fn address(graph: &Graph, bearer: &HeaderValue, file: Id) -> String {
    let request = Request::get(path(file)).header("authorization", bearer).body(Bytes::new());
    let answer = graph.answer(request.expect("our own address is one")).await;
    let bytes = answer.into_body().collect().await.expect("an answer of ours cannot break off").to_bytes();
    let json: serde_json::Value = serde_json::from_slice(&bytes).expect("Graph answers with JSON");
    json["azureStorageUri"].as_str().expect("an open file says where its bytes go").to_owned()
}

/// What is taken for a block list is bounded, and is taken again when it is written anew.
fn list_is_stable(told: &[u8]) {
    let at = told.windows(10).position(|window| window == b"<BlockList");
    let Some(names) = block_list(at.map_or(told, |at| &told[at..])) else { return };
    assert!(!names.is_empty() && names.iter().all(|name| name.len() <= 88), "{names:?}");
    let escaped =
        |name: &str| name.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('\r', "&#13;");
    let list: String = names.iter().map(|name| format!("<Latest>{}</Latest>", escaped(name))).collect();
    let again = block_list(format!("<BlockList>{list}</BlockList>").as_bytes());
    assert_eq!(again.as_ref(), Some(&names).filter(|names| names.iter().all(|name| !name.is_empty())));
}
