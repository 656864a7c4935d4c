//! A laptop of Ada's with its keys, and what it gets and does not get.

use aws_lc_rs::encoding::AsDer;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::rsa::{KeySize, OAEP_SHA1_MGF1SHA1, OaepPrivateDecryptingKey, PrivateDecryptingKey};
use aws_lc_rs::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use bytes::Bytes;
use directory::{Change, Id, Record, Value};
use engine::testing::TENANT;
use keys::{DeviceJoin, KeyDerivation, PublicKey, SessionKey, base64url};
use schema::application::{APPLICATION, IS_FALLBACK_PUBLIC_CLIENT, PUBLIC_CLIENT};
use schema::device::{DEVICE, DEVICE_ID, KEY_THUMBPRINT, OPERATING_SYSTEM_VERSION, TRANSPORT_KEY};
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::{ACCOUNT_ENABLED, APP_ID, DISPLAY_NAME, OPERATING_SYSTEM};
use serde_json::{Value as Json, json};
use signin::BROKER_APP_ID;

use crate::fixture::{ADA, Answer, Org, PASSWORD, UPN, run};

const LAPTOP: Id = Id::from_u128(0x77);
const DEVICE_GUID: Id = Id::from_u128(0x7777_0000_0000_4000_8000_0000_0000_0077);
const REDIRECT: &str = "msauth://Microsoft.AAD.BrokerPlugin";
const BROKER_PRINCIPAL: Id = Id::from_u128(0x81);

/// A device as it stands on somebody's desk.
struct Laptop {
    device: RsaKeyPair,
    certificate: Vec<u8>,
    transport: PrivateDecryptingKey,
    hello: RsaKeyPair,
    hello_public: PublicKey,
}

fn rsa() -> (RsaKeyPair, rcgen::KeyPair) {
    let key = rcgen::KeyPair::generate_for(&rcgen::PKCS_RSA_SHA256).unwrap();
    (RsaKeyPair::from_pkcs8(key.serialized_der()).unwrap(), key)
}

fn spki(key: &rcgen::KeyPair) -> PublicKey {
    PublicKey::from_spki(&rcgen::PublicKeyData::subject_public_key_info(key)).unwrap()
}

fn sign(key: &RsaKeyPair, header: &Json, claims: &Json) -> String {
    let signed = format!("{}.{}", base64url::encode(header.to_string()), base64url::encode(claims.to_string()));
    let mut signature = vec![0; key.public_modulus_len()];
    key.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature).unwrap();
    format!("{signed}.{}", base64url::encode(signature))
}

impl Laptop {
    async fn joined(org: &Org) -> Laptop {
        let (device, device_key) = rsa();
        let (hello, hello_key) = rsa();
        let csr = rcgen::CertificateParams::new(Vec::<String>::new()).unwrap().serialize_request(&device_key).unwrap();
        let year = std::time::Duration::from_secs(365 * 86_400);
        let joined = DeviceJoin { user: Some(ADA), join_type: 0 };
        let issued = org.keys.issue_device(TENANT, csr.der(), DEVICE_GUID, &joined, org.engine.now(), year).unwrap();
        let transport = PrivateDecryptingKey::generate(KeySize::Rsa2048).unwrap();
        let public = PublicKey::from_spki(transport.public_key().as_der().unwrap().as_ref()).unwrap();
        let attributes = vec![
            (ACCOUNT_ENABLED.id, true.into()),
            (DEVICE_ID.id, DEVICE_GUID.to_string().into()),
            (DISPLAY_NAME.id, "adas-laptop".into()),
            (OPERATING_SYSTEM.id, "Linux".into()),
            (OPERATING_SYSTEM_VERSION.id, "12".into()),
            (KEY_THUMBPRINT.id, spki(&device_key).thumbprint().into()),
            (TRANSPORT_KEY.id, Json::Object(public.to_jwk()).to_string().into()),
        ];
        let app = vec![
            (APP_ID.id, BROKER_APP_ID.into()),
            (DISPLAY_NAME.id, "Broker".into()),
            (IS_FALLBACK_PUBLIC_CLIENT.id, true.into()),
            (PUBLIC_CLIENT.id, Value::from(Record::new().with("redirectUris", [REDIRECT]))),
        ];
        let principal = vec![(APP_ID.id, BROKER_APP_ID.into()), (DISPLAY_NAME.id, "Broker".into())];
        org.change(vec![
            Change::Create { id: LAPTOP, kind: DEVICE.id(), attributes },
            Change::Create { id: Id::from_u128(0x80), kind: APPLICATION.id(), attributes: app },
            Change::Create { id: BROKER_PRINCIPAL, kind: SERVICE_PRINCIPAL.id(), attributes: principal },
        ])
        .await;
        let hello_public = spki(&hello_key);
        Laptop { device, certificate: issued.der, transport, hello, hello_public }
    }

    fn signed(&self, claims: &Json) -> String {
        // As Windows and roadtools write it: a text, not a list.
        let header = json!({"alg": "RS256", "typ": "JWT", "x5c": base64url::encode_plain(&self.certificate)});
        sign(&self.device, &header, claims)
    }

    async fn issue(&self, org: &Org, change: impl FnOnce(&mut Json)) -> Answer {
        let mut claims = json!({
            "client_id": BROKER_APP_ID, "scope": "openid aza ugs", "request_nonce": nonce(org).await,
            "grant_type": "password", "username": UPN, "password": PASSWORD,
        });
        change(&mut claims);
        bring(org, &self.signed(&claims)).await
    }

    /// The token, and the session key beside it.
    async fn signed_in(&self, org: &Org) -> (String, SessionKey) {
        let answer = self.issue(org, |_| ()).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        (answer.field("refresh_token"), self.unwrapped(&answer.field("session_key_jwe")))
    }

    fn unwrapped(&self, jwe: &str) -> SessionKey {
        let wrapped = base64url::decode(jwe.split('.').nth(1).unwrap()).unwrap();
        let private = OaepPrivateDecryptingKey::new(self.transport.clone()).unwrap();
        let mut out = vec![0; private.min_output_size()];
        SessionKey::of(private.decrypt(&OAEP_SHA1_MGF1SHA1, &wrapped, &mut out, None).unwrap()).unwrap()
    }

    fn assertion(&self, nonce: &str, org: &Org, iss: &str) -> String {
        let now = org.engine.now().unix();
        let kid = self.hello_public.blob_id().unwrap();
        let claims = json!({
            "iss": iss, "aud": "common", "iat": now - 300, "exp": now + 300, "scope": "openid aza ugs",
            "request_nonce": nonce,
        });
        sign(&self.hello, &json!({"alg": "RS256", "typ": "JWT", "kid": kid, "use": "ngc"}), &claims)
    }
}

async fn nonce(org: &Org) -> String {
    let request = http::Request::post(format!("/{TENANT}/oauth2/token"));
    org.send(request.body(Bytes::from_static(b"grant_type=srv_challenge")).unwrap()).await.field("Nonce")
}

async fn bring(org: &Org, request: &str) -> Answer {
    let grant = crate::token::JWT_BEARER;
    let form = [("windows_api_version", "2.0"), ("grant_type", grant), ("request", request), ("client_info", "1")];
    org.post(&format!("/{TENANT}/oauth2/token"), &form).await
}

fn use_of(prt: &str, nonce: &str, scope: &str) -> Json {
    json!({
        "client_id": BROKER_APP_ID, "grant_type": "refresh_token", "scope": scope, "request_nonce": nonce,
        "refresh_token": prt, "iss": "aad:brokerplugin", "aud": "login.microsoftonline.com",
    })
}

fn read(key: &SessionKey, answer: &Answer) -> Json {
    assert_eq!(answer.status, 200, "{}", answer.text);
    serde_json::from_slice(&key.decrypted(&answer.text).unwrap()).unwrap()
}

#[test]
fn a_device_gets_a_primary_refresh_token_for_a_password_and_renews_it() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let answer = laptop.issue(&org, |_| ()).await;
        let body = answer.json();
        // As clients read it: these are texts, and this is a number.
        assert_eq!(body["token_type"], "pop");
        assert_eq!(
            (body["expires_in"].as_str(), body["refresh_token_expires_in"].as_i64()),
            (Some("1209600"), Some(1_209_600))
        );
        let id = org.claims(&answer.field("id_token"));
        assert_eq!((id.text("preferred_username"), id.text("aud")), (Some(UPN), Some(BROKER_APP_ID)));
        let (prt, key) = (answer.field("refresh_token"), laptop.unwrapped(&answer.field("session_key_jwe")));
        assert!(prt.contains('.'), "a token without a dot is read as base64 by some");
        for derivation in [KeyDerivation::V1, KeyDerivation::V2] {
            let request = key.signed(derivation, &use_of(&prt, &nonce(&org).await, "openid aza ugs"));
            let renewed = read(&key, &bring(&org, &request).await);
            assert_ne!(renewed["refresh_token"], prt);
            assert!(renewed.get("session_key_jwe").is_none(), "the key stays the same");
            let next = renewed["refresh_token"].as_str().unwrap();
            let request = key.signed(derivation, &use_of(next, &nonce(&org).await, "openid aza"));
            read(&key, &bring(&org, &request).await);
        }
    });
}

#[test]
fn nobody_gets_one_without_the_device_its_nonce_and_the_right_words() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let set = |name: &'static str, value: Json| move |claims: &mut Json| claims[name] = value;
        for (what, name, value, code) in [
            ("a wrong password", "password", json!("no"), 50_126),
            ("nobody", "username", json!("nobody@xyz.example"), 50_126),
            ("no nonce", "request_nonce", Json::Null, 50_155),
            ("a made-up nonce", "request_nonce", json!("AAAA.BBBB"), 50_155),
            ("another application", "client_id", json!(crate::fixture::PHONE_APP), 700_016),
            ("another grant", "grant_type", json!("client_credentials"), 70_003),
        ] {
            assert_eq!(laptop.issue(&org, set(name, value)).await.code(), code, "{what}");
        }
        let used = nonce(&org).await;
        let once = used.clone();
        assert_eq!(laptop.issue(&org, |claims| claims["request_nonce"] = json!(once)).await.status, 200);
        assert_eq!(laptop.issue(&org, |claims| claims["request_nonce"] = json!(used)).await.code(), 50_155);
        let late = nonce(&org).await;
        org.later(301);
        assert_eq!(laptop.issue(&org, |claims| claims["request_nonce"] = json!(late)).await.code(), 50_155);

        let stranger = Laptop { device: rsa().0, ..Laptop::joined_again(&laptop) };
        assert_eq!(stranger.issue(&org, |_| ()).await.code(), 50_155, "signed with another key");
        assert_eq!(bring(&org, "a.b.c").await.code(), 50_155);

        org.change(vec![Change::set(LAPTOP, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(laptop.issue(&org, |_| ()).await.code(), 135_011);
        org.change(vec![Change::Delete { id: LAPTOP }]).await;
        assert_eq!(laptop.issue(&org, |_| ()).await.code(), 700_003);
    });
}

impl Laptop {
    /// The same device with keys that can be changed.
    fn joined_again(of: &Laptop) -> Laptop {
        let (device, hello) = (rsa().0, rsa().0);
        let (certificate, transport) = (of.certificate.clone(), of.transport.clone());
        Laptop { device, certificate, transport, hello, hello_public: of.hello_public.clone() }
    }
}

#[test]
fn a_primary_refresh_token_gives_programs_on_the_device_tokens_that_name_it() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let (prt, key) = laptop.signed_in(&org).await;
        let mut wanted = use_of(&prt, &nonce(&org).await, "openid");
        wanted["client_id"] = json!(crate::fixture::PHONE_APP);
        wanted["resource"] = json!("https://graph.microsoft.com");
        let got = read(&key, &bring(&org, &key.signed(KeyDerivation::V2, &wanted)).await);
        let claims = org.claims(got["access_token"].as_str().unwrap());
        assert_eq!(claims.text("deviceid"), Some(DEVICE_GUID.to_string().as_str()));
        assert_eq!(
            (claims.text("appid"), claims.text("scp")),
            (Some(crate::fixture::PHONE_APP), Some("User.Read Mail.Read openid"))
        );
        let refreshed = org.refresh(got["refresh_token"].as_str().unwrap(), &[]).await;
        assert_eq!(
            org.claims(&refreshed.field("access_token")).text("deviceid"),
            Some(DEVICE_GUID.to_string().as_str())
        );

        // A server's client is not the broker's to ask for, and a key of one's own opens nothing.
        wanted["client_id"] = json!(crate::fixture::WEB_APP);
        wanted["request_nonce"] = json!(nonce(&org).await);
        assert_eq!(bring(&org, &key.signed(KeyDerivation::V2, &wanted)).await.code(), 9_900_008);
        let request = SessionKey::fresh().signed(KeyDerivation::V2, &use_of(&prt, &nonce(&org).await, "openid aza"));
        assert_eq!(bring(&org, &request).await.code(), 50_132);
    });
}

#[test]
fn what_ends_the_person_or_the_device_ends_the_token() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let (prt, key) = laptop.signed_in(&org).await;
        let use_it = async || {
            let request = key.signed(KeyDerivation::V1, &use_of(&prt, &nonce(&org).await, "openid aza"));
            bring(&org, &request).await
        };
        org.change(vec![Change::set(LAPTOP, ACCOUNT_ENABLED, false)]).await;
        assert_eq!(use_it().await.code(), 135_011);
        org.change(vec![Change::set(LAPTOP, ACCOUNT_ENABLED, true)]).await;
        let wants_v2 = schema::device_registration_policy::DEVICE_REGISTRATION_POLICY.id();
        let rule = (schema::device_registration_policy::REQUIRES_PAYLOAD_BOUND_KEYS.id, true.into());
        org.change(vec![Change::Create { id: Id::from_u128(0x99), kind: wants_v2, attributes: vec![rule] }]).await;
        assert_eq!(use_it().await.code(), 50_155, "the organisation refuses the first derivation");
        org.change(vec![Change::Delete { id: Id::from_u128(0x99) }]).await;
        assert_eq!(use_it().await.status, 200);
        let before = org.engine.snapshot().get(LAPTOP).unwrap().get(KEY_THUMBPRINT).unwrap().to_owned();
        org.change(vec![Change::set(LAPTOP, KEY_THUMBPRINT, "of a machine that was set up anew")]).await;
        assert_eq!(use_it().await.code(), 50_132, "the machine is another");
        org.change(vec![Change::set(LAPTOP, KEY_THUMBPRINT, before.as_str())]).await;
        assert_eq!(use_it().await.status, 200);
        org.later(2);
        org.change(signin::revoke(ADA, org.engine.now())).await;
        assert_eq!(use_it().await.code(), 50_173);
        org.later(15 * 86_400);
        assert_eq!(use_it().await.code(), 50_132);
    });
}

#[test]
fn a_browser_on_the_device_is_signed_in_and_policies_see_the_device() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let (prt, key) = laptop.signed_in(&org).await;
        org.judge_by(|context| match context.device {
            Some(LAPTOP) => signin::Verdict::not_applied(),
            _ => signin::Verdict {
                outcome: signin::Outcome::Denied { code: 53_000, reason: "no device".to_owned(), policies: Vec::new() },
                status: "failure",
                ..signin::Verdict::not_applied()
            },
        });
        let now = org.engine.now().unix();
        let cookie = |claims: Json| format!("x-ms-RefreshTokenCredential={}", key.signed(KeyDerivation::V2, &claims));
        let ask = async |cookie: String| {
            let request = http::Request::get(crate::fixture::authorize_url(&[])).header("cookie", cookie);
            org.send(request.body(Bytes::new()).unwrap()).await
        };
        let with = ask(cookie(json!({"refresh_token": prt, "iat": now, "is_primary": "true"}))).await;
        let tokens = org.redeem(&with).await;
        assert_eq!(org.claims(&tokens.field("access_token")).text("deviceid"), Some(DEVICE_GUID.to_string().as_str()));
        // The address stands in the body too.
        assert!(with.text.contains(&format!("href=\"{}\"", with.location().replace('&', "&amp;"))), "{}", with.text);
        for (what, claims) in [
            ("too old", json!({"refresh_token": prt, "iat": now - 301})),
            ("no time and no nonce", json!({"refresh_token": prt})),
            ("a token that is none", json!({"refresh_token": "a.b", "iat": now})),
        ] {
            let page = ask(cookie(claims)).await;
            assert_eq!(page.status, 200, "{what}");
            assert!(page.text.contains("loginfmt"), "{what}: the person is asked");
        }
    });
}

#[test]
fn a_broker_reads_its_code_off_its_own_connection_and_needs_no_verifier() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let (prt, key) = laptop.signed_in(&org).await;
        let url = format!(
            "/{TENANT}/oauth2/authorize?client_id={BROKER_APP_ID}&response_type=code&redirect_uri=msauth%3A%2F%2FMicrosoft.AAD.BrokerPlugin&resource=https%3A%2F%2Fgraph.microsoft.com"
        );
        let ask = async |nonce: &str, device: Option<String>| {
            let credential = key.signed(KeyDerivation::V1, &json!({"refresh_token": prt, "request_nonce": nonce}));
            let mut request = http::Request::get(&url).header("x-ms-RefreshTokenCredential", credential);
            if let Some(device) = device {
                request = request.header("x-ms-DeviceCredential", device);
            }
            org.send(request.body(Bytes::new()).unwrap()).await
        };
        let of_device = |nonce: &str| laptop.signed(&json!({"grant_type": "device_auth", "request_nonce": nonce}));
        let fresh = nonce(&org).await;
        let sent = ask(&fresh, Some(of_device(&fresh))).await;
        let code = sent.sent("code").unwrap();
        let form = [
            ("grant_type", "authorization_code"),
            ("client_id", BROKER_APP_ID),
            ("redirect_uri", REDIRECT),
            ("code", code.as_str()),
            ("resource", "https://graph.microsoft.com"),
        ];
        let tokens = org.post(&format!("/{TENANT}/oauth2/token"), &form).await;
        let refresh = tokens.field("refresh_token");
        assert_eq!(org.claims(&tokens.field("access_token")).text("deviceid"), Some(DEVICE_GUID.to_string().as_str()));
        // A broker's refresh token is in several hands on its device.
        for _ in 0..2 {
            let form =
                [("grant_type", "refresh_token"), ("client_id", BROKER_APP_ID), ("refresh_token", refresh.as_str())];
            assert_eq!(org.token(&form).await.field("refresh_token"), refresh);
        }
        let again = laptop.issue(&org, |claims| {
            claims["grant_type"] = json!("refresh_token");
            claims["refresh_token"] = json!(refresh);
        });
        assert_eq!(again.await.status, 200);

        assert!(ask(&fresh, Some(of_device(&fresh))).await.text.contains("AADSTS50155"), "a nonce is good once");
        let (one, two) = (nonce(&org).await, nonce(&org).await);
        assert!(ask(&one, Some(of_device(&two))).await.text.contains("AADSTS50132"), "two halves of one request");
        let without = org.get(&url).await;
        assert_eq!(
            without.sent("error").as_deref(),
            Some("invalid_request"),
            "no credential, no code without a challenge"
        );
    });
}

#[test]
fn a_key_that_a_pin_opens_signs_in_on_its_own_device_with_two_factors() {
    run(|org| async move {
        let laptop = Laptop::joined(&org).await;
        let by_hello = async |laptop: &Laptop, iss: &str| {
            let assertion = laptop.assertion(&nonce(&org).await, &org, iss);
            laptop
                .issue(&org, |claims| {
                    claims["grant_type"] = json!(crate::token::JWT_BEARER);
                    claims["assertion"] = json!(assertion);
                })
                .await
        };
        assert_eq!(by_hello(&laptop, UPN).await.code(), 50_012, "nobody set it up");
        let new = signin::NewHelloKey {
            name: laptop.hello_public.blob_id().unwrap(),
            public_key: Json::Object(laptop.hello_public.to_jwk()).to_string(),
            device: LAPTOP,
        };
        let now = org.engine.snapshot();
        org.change(signin::add_hello_key(&now, ADA, Id::from_u128(0x95), &new, org.engine.now()).unwrap()).await;
        let answer = by_hello(&laptop, UPN).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
        let claims = org.claims(&answer.field("id_token"));
        assert!(claims.texts("amr").any(|method| method == "mfa"));
        assert_eq!(by_hello(&laptop, "bob@xyz.example").await.code(), 50_013);
        let stranger =
            Laptop { device: RsaKeyPair::from_pkcs8(&pkcs8(&laptop.device)).unwrap(), ..Laptop::joined_again(&laptop) };
        assert_eq!(by_hello(&stranger, UPN).await.code(), 50_013, "signed with another key");
    });
}

fn pkcs8(key: &RsaKeyPair) -> Vec<u8> {
    use aws_lc_rs::encoding::Pkcs8V1Der;
    let der: Pkcs8V1Der<'static> = key.as_der().unwrap();
    der.as_ref().to_vec()
}
