//! An organisation with two people, and devices that bring what unmodified clients bring.

use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;
use directory::{Caller, Change, Decision, Id, Record, Snapshot, Time};
use engine::testing::{OpenGate, TENANT};
use engine::{Engine, PeerCertificates, Submission, Tenants};
use http::{Method, Request, StatusCode};
use http_body_util::BodyExt;
use keys::{Algorithm, Keys, base64url};
use rcgen::{CertificateParams, CertificateSigningRequest, KeyPair, PKCS_RSA_SHA256};
use schema::device::{DEVICE, DEVICE_ID, DEVICE_OWNERSHIP, TRANSPORT_KEY, TRUST_TYPE};
use schema::device_registration_policy as policy;
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};
use serde_json::{Value, json};

use crate::{Join, Settings};

const URL: &str = "https://id.xyz.example";
const ANN: Id = Id::from_u128(0xa1);
const POLICY: Id = Id::from_u128(0xc1);
static ROOMS: &[&directory::Room] = &[&devices::ROOM, &signin::ROOM];

struct World {
    join: Join,
    engine: Engine,
    keys: Keys,
    folder: PathBuf,
}

impl Drop for World {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.folder);
    }
}

fn run(test: impl Future<Output = ()>) {
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .unwrap()
        .block_on(engine::testing::in_time(test));
}

impl World {
    async fn new() -> World {
        let (engine, _) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let folder = std::env::temp_dir().join(format!("castellan-join-{}", keys::random_uuid()));
        let keys = Keys::open(&folder, engine.now()).unwrap();
        keys.ensure_tenant(TENANT, engine.now()).unwrap();
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        tenants.add_domain("xyz.example", TENANT);
        let settings = Settings { public_url: URL.into(), certificate_url: Some("https://id.xyz.example:8444".into()) };
        let join = Join::new(tenants, keys.clone(), settings);
        let world = World { join, engine, keys, folder };
        let ann = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DISPLAY_NAME.id, "Ann".into()),
            (USER_PRINCIPAL_NAME.id, "ann@xyz.example".into()),
            (MAIL_NICKNAME.id, "ann".into()),
        ];
        let rules = vec![(policy::DISPLAY_NAME.id, "Devices".into())];
        world
            .change(vec![
                Change::Create { id: ANN, kind: USER.id(), attributes: ann },
                Change::Create { id: POLICY, kind: policy::DEVICE_REGISTRATION_POLICY.id(), attributes: rules },
            ])
            .await;
        world
    }

    async fn change(&self, changes: Vec<Change>) {
        let submission =
            Submission::proven(&Caller::system(TENANT), "Test", move |_, _| Ok(Decision::change(changes.clone())));
        self.engine.submit(submission).await.unwrap();
        self.engine.settled().await;
    }

    fn token(&self, change: impl FnOnce(&mut Value)) -> String {
        let now = self.engine.now().unix();
        let mut claims = json!({
            "aud": crate::RESOURCE_APP_ID, "iss": format!("{URL}/{TENANT}/v2.0"), "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e",
            "oid": ANN.to_string(), "idtyp": "user", "iat": now, "exp": now + 3600, "amr": ["pwd"],
        });
        change(&mut claims);
        self.keys.mint_json(TENANT, Algorithm::Es256, "at+jwt", claims.to_string().as_bytes()).unwrap()
    }

    async fn send(&self, request: Request<Bytes>) -> (StatusCode, Value) {
        let (parts, body) = self.join.answer(request).await.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        (parts.status, serde_json::from_slice(&bytes).unwrap())
    }

    async fn ask(&self, method: Method, path: &str, token: &str, body: &Value) -> (StatusCode, Value) {
        let request = Request::builder().method(method).uri(path).header("authorization", format!("Bearer {token}"));
        self.send(request.body(Bytes::from(body.to_string())).unwrap()).await
    }

    async fn join(&self, token: &str, body: &Value) -> (StatusCode, Value) {
        self.ask(Method::POST, "/EnrollmentServer/device/?api-version=2.0", token, body).await
    }

    async fn leave(&self, path: &str, certificate: &[u8]) -> (StatusCode, Value) {
        let mut request = Request::delete(path).body(Bytes::new()).unwrap();
        request.extensions_mut().insert(PeerCertificates([certificate.to_vec()].into()));
        self.send(request).await
    }

    fn now(&self) -> Snapshot {
        self.engine.snapshot()
    }
}

fn request() -> CertificateSigningRequest {
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, "7E980AD9-B86D-4306-9425-9AC066FB014A");
    params.serialize_request(&KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap()).unwrap()
}

/// `BCRYPT_RSAKEY_BLOB` of a key that nobody has.
fn blob(last: u8) -> Vec<u8> {
    let mut modulus = vec![0xc5; 256];
    *modulus.last_mut().unwrap() = last;
    let lengths = [2048_u32, 3, 256, 0, 0].into_iter().flat_map(u32::to_le_bytes);
    b"RSA1".iter().copied().chain(lengths).chain([1, 0, 1]).chain(modulus).collect()
}

fn wanted(csr: &CertificateSigningRequest, kind: i64) -> Value {
    json!({
        "CertificateRequest": {"Type": "pkcs10", "Data": base64url::encode_plain(csr.der())},
        "TransportKey": base64url::encode_plain(&blob(1)), "TargetDomain": "xyz.example", "DeviceType": "Linux",
        "OSVersion": "Debian 12", "DeviceDisplayName": "pc-1", "JoinType": kind,
        "Attributes": {"ReuseDevice": "true", "ReturnClientSid": "true"},
    })
}

fn certificate(answer: &Value) -> Vec<u8> {
    base64url::decode_plain(answer["Certificate"]["RawBody"].as_str().unwrap()).unwrap()
}

#[test]
fn discovery_leads_to_every_service_of_an_organisation() {
    run(async {
        let world = World::new().await;
        for path in ["/xyz.example/Discover?api-version=1.9&managed=True", "/EnrollmentServer/discover?api-version=1.7"]
        {
            assert!(Join::serves(path.split('?').next().unwrap()), "{path}");
            let (status, found) = world.send(Request::get(path).body(Bytes::new()).unwrap()).await;
            assert_eq!(status, StatusCode::OK);
            assert_eq!(found["TenantInfo"]["TenantId"], TENANT.to_string());
            assert_eq!(
                found["DeviceJoinService"]["JoinEndpoint"],
                "https://id.xyz.example:8444/EnrollmentServer/device/"
            );
            assert_eq!(found["DeviceJoinService"]["JoinResourceId"], "urn:ms-drs:id.xyz.example");
            assert_eq!(
                found["KeyProvisioningService"]["KeyProvisionEndpoint"],
                "https://id.xyz.example/EnrollmentServer/key/"
            );
        }
        let (status, _) = world.send(Request::get("/other.example/discover").body(Bytes::new()).unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND);
        assert!(!Join::serves("/xyz.example/oauth2/v2.0/token") && !Join::serves("/v1.0/users"));
        let path = format!("/EnrollmentServer/nonce/{TENANT}/?api-version=1.0");
        let (_, said) = world.send(Request::get(path).body(Bytes::new()).unwrap()).await;
        let nonce = said["Value"].as_str().unwrap();
        assert!(world.keys.fresh_nonce(TENANT, nonce, world.engine.now()).unwrap().is_some());
    });
}

#[test]
fn a_device_that_joins_has_a_certificate_with_its_id_and_leaves_with_it() {
    run(async {
        let world = World::new().await;
        for (kind, trust, ownership) in [(0, "AzureAd", "Company"), (4, "Workplace", "Personal")] {
            let csr = request();
            let (status, joined) = world.join(&world.token(|_| ()), &wanted(&csr, kind)).await;
            assert_eq!(status, StatusCode::OK, "{joined}");
            assert_eq!(joined["User"]["Upn"], "ann@xyz.example");
            assert_eq!(joined["MembershipChanges"][0]["AddSIDs"][0], "S-1-12-1-0-0-0-2701131776");
            let der = certificate(&joined);
            let verified = world.keys.verify_device(&der, world.engine.now()).unwrap();
            assert_eq!(
                (verified.tenant, verified.join.user, i64::from(verified.join.join_type)),
                (TENANT, Some(ANN), kind)
            );
            assert!(verified.public_key.is_same_key(&keys::requested_public_key(csr.der()).unwrap()));
            let now = world.now();
            let device = now.find_by(&DEVICE, DEVICE_ID, verified.device.to_string().as_str()).unwrap();
            assert_eq!((device.get(TRUST_TYPE), device.get(DEVICE_OWNERSHIP)), (Some(trust), Some(ownership)));
            assert!(device.get(TRANSPORT_KEY).unwrap().contains("\"RSA\""));

            // The same request again, because its answer was lost: the same device.
            let (_, again) = world.join(&world.token(|_| ()), &wanted(&csr, kind)).await;
            let again = world.keys.verify_device(&certificate(&again), world.engine.now()).unwrap();
            assert_eq!(again.device, verified.device);

            let path = format!("/enrollmentserver/device/{}?api-version=2.0", verified.device);
            let other = "/EnrollmentServer/device/00000000-0000-0000-0000-000000000001?api-version=2.0";
            assert_eq!(world.leave(other, &der).await.0, StatusCode::UNAUTHORIZED, "another's id");
            let bare = Request::delete(&path).body(Bytes::new()).unwrap();
            assert_eq!(world.send(bare).await.0, StatusCode::UNAUTHORIZED, "no certificate");
            let device = device.id;
            world.change(vec![Change::set(device, ACCOUNT_ENABLED, false)]).await;
            assert_eq!(world.leave(&path, &der).await.0, StatusCode::UNAUTHORIZED, "it is disabled");
            assert!(world.now().find(device).is_some(), "and stays known");
            world.change(vec![Change::set(device, ACCOUNT_ENABLED, true)]).await;
            assert_eq!(world.leave(&path, &der).await.0, StatusCode::OK);
            let now = world.now();
            let gone = now.find_by(&DEVICE, DEVICE_ID, verified.device.to_string().as_str());
            assert!(gone.is_none_or(|device| !device.is(ACCOUNT_ENABLED)));
        }
    });
}

#[test]
fn who_joins_what_is_the_organisations_to_say() {
    run(async {
        let world = World::new().await;
        let csr = request();
        let mut no_request = wanted(&csr, 0);
        no_request["CertificateRequest"]["Data"] = json!("AAAA");
        let mut no_key = wanted(&csr, 0);
        no_key["TransportKey"] = json!(base64url::encode_plain(b"RSA2"));
        let good = world.token(|_| ());
        for (what, token, body, expect) in [
            ("no token", "x".to_owned(), wanted(&csr, 0), StatusCode::UNAUTHORIZED),
            ("another resource", world.token(|c| c["aud"] = json!(URL)), wanted(&csr, 0), StatusCode::UNAUTHORIZED),
            ("an application", world.token(|c| c["idtyp"] = json!("app")), wanted(&csr, 0), StatusCode::UNAUTHORIZED),
            ("hybrid without its proof", good.clone(), wanted(&csr, 6), StatusCode::BAD_REQUEST),
            ("no request", good.clone(), no_request, StatusCode::BAD_REQUEST),
            ("no transport key", good.clone(), no_key, StatusCode::BAD_REQUEST),
            ("no body", good.clone(), json!([]), StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(world.join(&token, &body).await.0, expect, "{what}");
        }
        let old = "/EnrollmentServer/device/?api-version=0.9";
        assert_eq!(world.ask(Method::POST, old, &good, &wanted(&csr, 0)).await.0, StatusCode::BAD_REQUEST);

        world.change(vec![Change::set(POLICY, policy::MULTI_FACTOR_AUTH_CONFIGURATION, "required")]).await;
        assert_eq!(world.join(&good, &wanted(&csr, 0)).await.0, StatusCode::FORBIDDEN, "one factor");
        let strong = world.token(|claims| claims["amr"] = json!(["pwd", "mfa"]));
        assert_eq!(world.join(&strong, &wanted(&csr, 0)).await.0, StatusCode::OK);

        world.change(vec![Change::set(POLICY, policy::USER_DEVICE_QUOTA, 1_i64)]).await;
        let (status, said) = world.join(&strong, &wanted(&request(), 0)).await;
        assert_eq!((status, &said["subcode"]), (StatusCode::FORBIDDEN, &json!("error_device_quota_exceeded")));

        let nobody = Record::new().with("@odata.type", "#microsoft.graph.noDeviceRegistrationMembership");
        let join = Record::new().with("allowedToJoin", nobody);
        world.change(vec![Change::set(POLICY, policy::AZURE_AD_JOIN, join)]).await;
        assert_eq!(world.join(&strong, &wanted(&request(), 0)).await.0, StatusCode::FORBIDDEN, "nobody may");
    });
}

#[test]
fn a_key_for_signing_in_wants_two_fresh_factors_and_a_device() {
    run(async {
        let world = World::new().await;
        let (_, joined) = world.join(&world.token(|_| ()), &wanted(&request(), 0)).await;
        let device = world.keys.verify_device(&certificate(&joined), world.engine.now()).unwrap().device.to_string();
        let body = json!({"kngc": base64url::encode_plain(&blob(3))});
        let token = |amr: Value, device: Option<&str>| {
            world.token(|claims| {
                claims["amr"] = amr;
                if let Some(device) = device {
                    claims["deviceid"] = json!(device);
                }
            })
        };
        let fresh = json!(["pwd", "mfa", "ngcmfa"]);
        for (what, token, body, expect) in [
            ("factors of long ago", token(json!(["mfa"]), Some(&device)), &body, StatusCode::FORBIDDEN),
            ("no device", token(fresh.clone(), None), &body, StatusCode::FORBIDDEN),
            ("no key", token(fresh.clone(), Some(&device)), &json!({}), StatusCode::BAD_REQUEST),
            ("all of it", token(fresh.clone(), Some(&device)), &body, StatusCode::OK),
            ("again", token(fresh.clone(), Some(&device)), &body, StatusCode::OK),
        ] {
            let (status, said) = world.ask(Method::POST, "/EnrollmentServer/key/?api-version=1.0", &token, body).await;
            assert_eq!(status, expect, "{what}: {said}");
        }
        let name = keys::PublicKey::from_registered(&blob(3)).unwrap().blob_id().unwrap();
        assert_eq!(signin::hello_key(&world.now(), &name).unwrap().user, ANN);
    });
}

#[test]
fn a_certificate_of_another_organisation_opens_nothing_here() {
    run(async {
        let world = World::new().await;
        let (elsewhere, at) = (World::new().await, Time::from_unix(world.engine.now().unix()));
        let (_, joined) = elsewhere.join(&elsewhere.token(|_| ()), &wanted(&request(), 0)).await;
        let der = certificate(&joined);
        let device = elsewhere.keys.verify_device(&der, at).unwrap().device;
        let (status, _) = world.leave(&format!("/EnrollmentServer/device/{device}"), &der).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED);
    });
}

const COMPUTER: &str = "8a1f3c52-6d0e-4b7a-9c21-5e4f7a90b3d1";
const SID: &str = "S-1-5-21-1111-2222-3333-1104";

/// A computer of the organisation's own directory: its key, and the certificate in its account there.
fn computer() -> (KeyPair, Vec<u8>) {
    let key = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
    let mut params = CertificateParams::new(Vec::<String>::new()).unwrap();
    params.distinguished_name.push(rcgen::DnType::CommonName, COMPUTER);
    let certificate = params.self_signed(&key).unwrap().der().to_vec();
    (key, certificate)
}

/// What the synchronisation writes.
fn synchronised(certificate: &[u8]) -> Change {
    let certificate = Record::new().with("value", directory::Value::Bytes(certificate.to_vec()));
    let attributes = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DEVICE_ID.id, COMPUTER.into()),
        (DISPLAY_NAME.id, "PC-1".into()),
        (schema::OPERATING_SYSTEM.id, "Windows".into()),
        (schema::device::OPERATING_SYSTEM_VERSION.id, "10.0.26100".into()),
        (TRUST_TYPE.id, "ServerAd".into()),
        (schema::device::ON_PREMISES_SYNC_ENABLED.id, true.into()),
        (schema::device::ON_PREMISES_SECURITY_IDENTIFIER.id, SID.into()),
        (schema::device::ON_PREMISES_CERTIFICATES.id, vec![certificate].into()),
    ];
    Change::Create { id: Id::from_u128(0xd1), kind: DEVICE.id(), attributes }
}

fn hybrid(world: &World, key: &KeyPair, csr: &CertificateSigningRequest, sid: &str, later: i64) -> Value {
    let at = Time::from_unix(world.engine.now().unix() + later).to_string();
    let said = format!("{sid}.{}Z", at.replace('T', " ").get(..19).unwrap());
    let signature = rcgen::SigningKey::sign(key, said.as_bytes()).unwrap();
    json!({
        "CertificateRequest": {"Type": "pkcs10", "Data": base64url::encode_plain(csr.der())},
        "ServerAdJoinData": {
            "TransportKey": base64url::encode_plain(&blob(5)), "TargetDomain": "xyz.example",
            "TargetDomainId": TENANT.to_string(), "DeviceType": "Windows", "OSVersion": "10.0.26100",
            "DeviceDisplayName": "PC-1",
            "ClientIdentity": {
                "Type": "sha256signed", "Sid": said, "SignedBlob": base64url::encode_plain(&signature),
            },
        },
        "JoinType": 6, "attributes": {"ReuseDevice": "true", "ReturnClientSid": "true"},
    })
}

#[test]
fn a_computer_of_the_organisations_own_directory_registers_with_nobody_signed_in() {
    run(async {
        let world = World::new().await;
        let (key, certificate_of_account) = computer();
        let csr = request();
        let put = async |id: &str, body: &Value| {
            let request = Request::put(format!("/EnrollmentServer/device/{id}?api-version=2.0"));
            world.send(request.body(Bytes::from(body.to_string())).unwrap()).await
        };
        let early = put(COMPUTER, &hybrid(&world, &key, &csr, SID, -1)).await;
        assert_eq!(early.0, StatusCode::FORBIDDEN, "its certificate has not been synchronised");
        world.change(vec![synchronised(&certificate_of_account)]).await;

        let stranger = KeyPair::generate_for(&PKCS_RSA_SHA256).unwrap();
        let mut unsigned = hybrid(&world, &key, &csr, SID, 3);
        unsigned["ServerAdJoinData"]["ClientIdentity"]["Sid"] = json!(format!("{SID}.2026-11-21 19:00:00Z"));
        let mut joined = hybrid(&world, &key, &csr, SID, 4);
        joined["JoinType"] = json!(0);
        let mut garbled = hybrid(&world, &key, &csr, SID, 5);
        garbled["ServerAdJoinData"]["ClientIdentity"]["Sid"] = json!("S-1-5-21.x");
        let other = "8a1f3c52-6d0e-4b7a-9c21-5e4f7a90b3d2";
        for (what, id, body, expect) in [
            ("another key", COMPUTER, hybrid(&world, &stranger, &csr, SID, 1), StatusCode::FORBIDDEN),
            ("another identifier", COMPUTER, hybrid(&world, &key, &csr, "S-1-5-21-9-9-9-9", 2), StatusCode::FORBIDDEN),
            ("a time that was not signed", COMPUTER, unsigned, StatusCode::FORBIDDEN),
            ("another computer", other, hybrid(&world, &key, &csr, SID, 6), StatusCode::FORBIDDEN),
            ("an hour ago", COMPUTER, hybrid(&world, &key, &csr, SID, -3600), StatusCode::FORBIDDEN),
            ("another type of join", COMPUTER, joined, StatusCode::BAD_REQUEST),
            ("no identifier", COMPUTER, garbled, StatusCode::BAD_REQUEST),
            ("no body", COMPUTER, json!({"JoinType": 6}), StatusCode::BAD_REQUEST),
        ] {
            assert_eq!(put(id, &body).await.0, expect, "{what}");
        }
        let now = world.now();
        let device = now.find_by(&DEVICE, DEVICE_ID, COMPUTER).unwrap();
        assert!(!device.has(schema::device::REGISTRATION_DATE_TIME.id), "pending");

        let good = hybrid(&world, &key, &csr, SID, 0);
        let (status, joined) = put(COMPUTER, &good).await;
        assert_eq!(status, StatusCode::OK, "{joined}");
        let der = certificate(&joined);
        let verified = world.keys.verify_device(&der, world.engine.now()).unwrap();
        assert_eq!((verified.device.to_string().as_str(), verified.join.join_type), (COMPUTER, 6));
        assert_eq!(verified.join.user, None, "nobody's");
        let now = world.now();
        let device = now.find_by(&DEVICE, DEVICE_ID, COMPUTER).unwrap();
        assert!(device.has(schema::device::REGISTRATION_DATE_TIME.id));
        assert_eq!((device.get(TRUST_TYPE), device.get(DEVICE_OWNERSHIP)), (Some("ServerAd"), Some("Company")));
        assert_eq!(
            device.get(schema::device::KEY_THUMBPRINT),
            Some(keys::requested_public_key(csr.der()).unwrap().thumbprint().as_str())
        );
        let log = world.engine.log(0, 1_000).unwrap();
        let written = log.iter().find(|commit| commit.operation == "Hybrid join device").unwrap();
        assert_eq!(written.actor, directory::Actor::Device(device.id), "its own act");
        assert_eq!(put(COMPUTER, &good).await.0, StatusCode::FORBIDDEN, "what was signed opens once");

        // It leaves, and is pending again: its own directory still has it.
        let path = format!("/EnrollmentServer/device/{COMPUTER}");
        assert_eq!(world.leave(&path, &der).await.0, StatusCode::OK);
        let now = world.now();
        let device = now.find_by(&DEVICE, DEVICE_ID, COMPUTER).unwrap();
        assert!(device.is(ACCOUNT_ENABLED) && !device.has(schema::device::KEY_THUMBPRINT.id));
        assert_eq!(world.leave(&path, &der).await.0, StatusCode::UNAUTHORIZED, "and its certificate opens nothing");
        assert_eq!(put(COMPUTER, &hybrid(&world, &key, &request(), SID, 7)).await.0, StatusCode::OK, "anew");
    });
}
