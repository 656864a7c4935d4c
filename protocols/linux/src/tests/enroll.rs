//! Enrolling.

use directory::{Change, Id, Record};
use schema::ACCOUNT_ENABLED;
use schema::device::{DEVICE, DEVICE_ID, IS_MANAGED, TRUST_TYPE};
use schema::device_enrollment_configuration::{
    DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION, PLATFORM_RESTRICTION, PLATFORM_TYPE, PRIORITY,
};
use schema::managed_device::{AZURE_AD_DEVICE_ID, MANAGED_DEVICE, MANAGEMENT_CERTIFICATE_EXPIRATION_DATE, USER_ID};
use schema::user::DEPARTMENT;
use serde_json::json;

use super::world::{ANN, BOB, TENANT, World, csr, run};
use crate::{CHECK_IN_APP_ID, ENROLLMENT_APP_ID};

#[test]
fn a_device_that_has_not_joined_becomes_its_persons_own_and_is_certified() {
    run(async {
        let w = World::new().await;
        let (status, answer) = w.enroll(ANN, &csr()).await;
        assert_eq!(status, 200, "{answer}");
        let id = directory::id_from_text(answer["deviceId"].as_str().unwrap()).unwrap();
        let now = w.engine.snapshot();
        let managed = now.get_a(&MANAGED_DEVICE, id).unwrap();
        assert_eq!(managed.get(USER_ID), Some(ANN.to_string().as_str()));
        assert!(managed.has(MANAGEMENT_CERTIFICATE_EXPIRATION_DATE.id));
        let device = devices::device_of(&now, managed).unwrap();
        assert_eq!((device.get(TRUST_TYPE), device.get(IS_MANAGED)), (Some("Workplace"), Some(true)));

        let der: Vec<u8> =
            answer["certificate"]["certBlob"].as_array().unwrap().iter().map(|b| b.as_u64().unwrap() as u8).collect();
        let certificate = w.keys.verify_device(&der, w.engine.now()).unwrap();
        assert_eq!((certificate.tenant, certificate.device), (TENANT, id), "it names the managed device");
        assert_eq!(answer["certificate"]["thumbprint"], certificate.thumbprint());
        assert_eq!(answer["renewPeriod"], 181);
    });
}

#[test]
fn enrolling_again_with_the_same_key_is_the_same_device_and_anothers_key_is_refused() {
    run(async {
        let w = World::new().await;
        let request = csr();
        let (_, first) = w.enroll(ANN, &request).await;
        // Without its armour, as the specification has it.
        let plain: String = request.lines().filter(|line| !line.starts_with("---")).collect();
        let (status, again) = w.enroll(ANN, &plain).await;
        assert_eq!((status, &again["deviceId"]), (200, &first["deviceId"]));
        assert_eq!(w.engine.snapshot().all(&MANAGED_DEVICE).count(), 1);
        let (status, refused) = w.enroll(BOB, &request).await;
        assert_eq!((status, refused["error"]["code"].as_str()), (409, Some("Conflict")));
    });
}

#[test]
fn a_joined_device_is_enrolled_as_what_it_joined_as() {
    run(async {
        let w = World::new().await;
        let join = |user, key: &str| devices::join::Join {
            user,
            key_thumbprint: key.to_owned(),
            transport_key: None,
            ownership: devices::join::Ownership::Company,
            about: devices::join::About { operating_system: "Windows".into(), ..Default::default() },
        };
        // Nobody's devices are enrolled by being joined.
        let scope = Record::new().with("appliesTo", "none");
        let kind = schema::device_management::DEVICE_MANAGEMENT.id();
        let attributes = vec![(schema::device_management::AUTOMATIC_ENROLLMENT.id, scope.into())];
        w.submit(vec![Change::Create { id: Id::from_u128(0x900), kind, attributes }]).await;
        let mut joined = Vec::new();
        for (user, key) in [(ANN, "hers"), (BOB, "his")] {
            let asked = join(user, key);
            let caller = directory::Caller::system(TENANT);
            let submission =
                engine::Submission::proven(&caller, "Join", move |now, call| devices::join::join(now, call, &asked));
            let done = w.engine.submit(submission).await.unwrap();
            joined.push(done.answer.unwrap().as_record().unwrap().text("deviceId").unwrap().to_owned());
        }
        let on = |device: &str| {
            let device = device.to_owned();
            w.token(ANN, ENROLLMENT_APP_ID, move |claims| claims["deviceid"] = json!(device))
        };
        let (status, answer) = w.enroll_with(&on(&joined[0]), &csr()).await;
        assert_eq!(status, 200, "{answer}");
        let now = w.engine.snapshot();
        let id = directory::id_from_text(answer["deviceId"].as_str().unwrap()).unwrap();
        assert_eq!(now.get(id).unwrap().get(AZURE_AD_DEVICE_ID), Some(joined[0].as_str()));
        assert_eq!(now.all(&DEVICE).count(), 2, "no other device is made");
        // A new key, as after its loss: the same device.
        let (_, again) = w.enroll_with(&on(&joined[0]), &csr()).await;
        assert_eq!(again["deviceId"], answer["deviceId"]);
        let (status, _) = w.enroll_with(&on(&joined[1]), &csr()).await;
        assert_eq!(status, 409, "another person's");
        let device = now.find_by(&DEVICE, DEVICE_ID, joined[0].as_str()).unwrap().id;
        w.submit(vec![Change::set(device, ACCOUNT_ENABLED, false)]).await;
        let (status, _) = w.enroll_with(&on(&joined[0]), &csr()).await;
        assert!(status == 401 || status == 403, "{status}");
    });
}

#[test]
fn who_may_not_enrol_is_refused_with_the_reason() {
    run(async {
        let w = World::new().await;
        w.submit(vec![Change::set(BOB, DEPARTMENT, "Unlicensed")]).await;
        let (status, refused) = w.enroll(BOB, &csr()).await;
        assert_eq!((status, refused["error"]["code"].as_str()), (403, Some("EnrollmentRefused")));
        let attributes = vec![
            (PLATFORM_TYPE.id, "linux".into()),
            (PRIORITY.id, 0_i64.into()),
            (PLATFORM_RESTRICTION.id, Record::new().with("personalDeviceEnrollmentBlocked", true).into()),
        ];
        let kind = DEVICE_ENROLLMENT_PLATFORM_RESTRICTION_CONFIGURATION.id();
        w.submit(vec![Change::Create { id: Id::from_u128(0x70), kind, attributes }]).await;
        let (status, refused) = w.enroll(ANN, &csr()).await;
        assert_eq!(status, 403);
        assert!(refused["error"]["message"].as_str().unwrap().contains("personal devices"), "{refused}");
    });
}

#[test]
fn only_a_persons_token_for_this_very_service_is_taken() {
    run(async {
        let w = World::new().await;
        let foreign = |claims: &mut serde_json::Value| claims["iss"] = json!("https://elsewhere.example/v2.0");
        let app = |claims: &mut serde_json::Value| claims["idtyp"] = json!("app");
        let old = |claims: &mut serde_json::Value| claims["exp"] = json!(1);
        let tokens = [
            String::new(),
            "x.y.z".to_owned(),
            w.token(ANN, CHECK_IN_APP_ID, |_| ()),
            w.token(ANN, ENROLLMENT_APP_ID, foreign),
            w.token(ANN, ENROLLMENT_APP_ID, app),
            w.token(ANN, ENROLLMENT_APP_ID, old),
            w.token(Id::from_u128(0xdead), ENROLLMENT_APP_ID, |_| ()),
        ];
        for token in tokens {
            let (status, _) = w.enroll_with(&token, &csr()).await;
            assert_eq!(status, 401, "{token}");
        }
        w.submit(vec![Change::set(ANN, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(w.enroll(ANN, &csr()).await.0, 401);
    });
}

#[test]
fn what_is_no_certificate_request_is_refused() {
    run(async {
        let w = World::new().await;
        for request in
            ["", "%%%", "MIIB", "-----BEGIN CERTIFICATE REQUEST-----\nMIIB\n-----END CERTIFICATE REQUEST-----"]
        {
            assert_eq!(w.enroll(ANN, request).await.0, 400, "{request}");
        }
        let token = w.token(ANN, ENROLLMENT_APP_ID, |_| ());
        for (method, path, body, expected) in [
            ("POST", "LinuxEnrollmentService/enroll", "{}".to_owned(), 400),
            ("POST", "LinuxEnrollmentService/enroll", "[".to_owned(), 400),
            ("POST", "LinuxEnrollmentService/enroll", " ".repeat(70_000), 413),
            ("GET", "LinuxEnrollmentService/enroll", String::new(), 405),
            ("POST", "LinuxEnrollmentService/other", String::new(), 404),
            ("GET", "", String::new(), 404),
        ] {
            assert_eq!(w.send(method, path, &token, &body).await.0, expected, "{method} {path}");
        }
    });
}
