//! XYZ Ltd. over memory, made anew for every run so that an input alone decides what happens: every room, an open gate (what
//! is looked for lies behind it), people, clients, a joined device, and the tokens that `{…}` stands for in conversations.
//!
//! Keys are made once and live in memory; nothing is left on the disk.

use std::sync::{Arc, LazyLock};

use directory::{AttrId, Caller, Change, Decision, Id, Kind, Record, Room, Time, Value};
use engine::testing::{OpenGate, TENANT};
use engine::{Engine, Submission, Tenants};
use keys::{Algorithm, Keys};
use schema::application::{APPLICATION, IS_FALLBACK_PUBLIC_CLIENT, PUBLIC_CLIENT, SECRET_VERIFIERS, SPA, WEB};
use schema::service_principal::{OAUTH2_PERMISSION_SCOPES, SERVICE_PRINCIPAL};
use schema::{
    ACCOUNT_ENABLED, APP_ID, APP_ROLES, DISPLAY_NAME, MAIL_NICKNAME, PASSWORD_CREDENTIALS, USER_PRINCIPAL_NAME,
};
use serde_json::{Value as Json, json};

use crate::conversation::{Given, runtime};

/// Where the server is reached.
pub const URL: &str = "https://id.xyz.example";
/// When everything happens.
pub const NOW: Time = Time::from_unix(1_795_248_000);
/// A confidential and a public client, and the secret of the first.
pub const WEB_APP: &str = "00000000-0000-4000-8000-000000000021";
pub const PUBLIC_APP: &str = "00000000-0000-4000-8000-000000000023";
const SECRET: &str = "a-client-secret-of-forty-characters-long";
const PASSWORD: &str = "kestrel over moorland";

const ADA: Id = Id::from_u128(0x11);
const WEB_PRINCIPAL: Id = Id::from_u128(0x22);
const DEVICE: Id = Id::from_u128(0xde);

static ROOMS: &[&Room] = &[
    &identity::ROOM,
    &signin::ROOM,
    &access::ROOM,
    &governance::ROOM,
    &provisioning::ROOM,
    &devices::ROOM,
    &apps::ROOM,
];

/// The keys of all worlds; an RSA key takes a while to make.
pub static KEYS: LazyLock<Keys> = LazyLock::new(|| {
    let folder = std::env::temp_dir().join(format!("castellan-fuzz-{}", keys::random_uuid()));
    let keys = Keys::open(&folder, NOW).expect("keys can be made in a new folder");
    keys.ensure_tenant(TENANT, NOW).expect("keys can be made in a new folder");
    std::fs::remove_dir_all(folder).expect("our own folder can be removed");
    keys
});

/// What the organisation begins with, and the tokens that its conversations may use: worked out once, for it takes hashes
/// and signatures.
static BEGINNING: LazyLock<(Vec<Change>, Given)> = LazyLock::new(|| (organisation(), tokens()));

/// An organisation and its keys.
pub struct World {
    pub engine: Engine,
    pub tenants: Tenants,
    pub given: Given,
}

impl World {
    #[must_use]
    pub fn new() -> World {
        let (engine, _) = engine::testing::engine(schema::model(), ROOMS, Arc::new(OpenGate));
        let found = |_: &directory::Snapshot, _: &directory::Call<'_>| Ok(Decision::change(BEGINNING.0.clone()));
        let founding = Submission::proven(&Caller::system(TENANT), "Found XYZ Ltd.", found);
        runtime().block_on(engine.submit(founding)).expect("the rooms agree with how XYZ Ltd. begins");
        let tenants = Tenants::new();
        tenants.add(engine.clone());
        tenants.add_domain("xyz.example", TENANT);
        let session = BEGINNING.1.get("session").expect("it is among the tokens");
        let body = Record::new().with("device", DEVICE);
        let hash = keys::sha256(session.as_bytes());
        let kept = engine.tickets().put(signin::DEVICE_SESSIONS, &hash, Some(DEVICE), NOW.plus_days(1), &body);
        kept.expect("memory does not fail");
        World { engine, tenants, given: BEGINNING.1.clone() }
    }
}

impl Default for World {
    fn default() -> World {
        World::new()
    }
}

fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

fn organisation() -> Vec<Change> {
    let name = |text: &str| (DISPLAY_NAME.id, Value::from(text));
    let app_id = |text: &str| (APP_ID.id, Value::from(text));
    let redirects = |uri: &str| Value::from(Record::new().with("redirectUris", [uri]));
    let hash = KEYS.hash_secret(TENANT, signin::CLIENT_SECRET, SECRET).expect("a secret can be hashed");
    let credential = Record::new().with("keyId", Id::from_u128(0x61)).with("endDateTime", NOW.plus_days(365));
    let (credential, verifier) = signin::secret_attributes(credential, &hash);
    let scope = Record::new()
        .with("id", Id::from_u128(0x42))
        .with("value", "User.Read")
        .with("type", "User")
        .with("isEnabled", true)
        .with("userConsentDisplayName", "Read your profile");
    let role = Record::new().with("id", Id::from_u128(0x41)).with("value", "User.Read.All").with("isEnabled", true);
    let domain = vec![
        (schema::ID.id, "xyz.example".into()),
        (schema::domain::IS_VERIFIED.id, true.into()),
        (schema::domain::IS_DEFAULT.id, true.into()),
    ];
    let key = Record::new()
        .with("keyId", Id::from_u128(0x62))
        .with("type", "AsymmetricX509Cert")
        .with("usage", "Verify")
        .with("key", Value::Bytes(crate::signer::JWK.to_string().into_bytes()));
    let job = vec![(schema::ID.id, "API2AAD.xyz".into())];
    vec![
        create(TENANT, &schema::organization::ORGANIZATION, vec![name("XYZ Ltd.")]),
        create(Id::from_u128(0x12), &schema::domain::DOMAIN, domain),
        create(ADA, &schema::user::USER, ada()),
        create(Id::from_u128(0x13), &schema::group::GROUP, group()),
        Change::link(Id::from_u128(0x13), schema::group::MEMBERS, ADA),
        create(
            Id::from_u128(0x31),
            &SERVICE_PRINCIPAL,
            vec![
                app_id(signin::GRAPH_APP_ID),
                name("Castellan Graph"),
                (APP_ROLES.id, vec![role].into()),
                (OAUTH2_PERMISSION_SCOPES.id, vec![scope].into()),
            ],
        ),
        create(
            Id::from_u128(0x21),
            &APPLICATION,
            vec![
                app_id(WEB_APP),
                name("Orders"),
                (WEB.id, redirects("https://orders.xyz.example/cb")),
                (SPA.id, redirects("https://orders.xyz.example/spa")),
                (PASSWORD_CREDENTIALS.id, vec![credential].into()),
                (SECRET_VERIFIERS.id, vec![verifier].into()),
            ],
        ),
        create(WEB_PRINCIPAL, &SERVICE_PRINCIPAL, vec![app_id(WEB_APP), name("Orders")]),
        create(
            Id::from_u128(0x23),
            &APPLICATION,
            vec![
                app_id(PUBLIC_APP),
                name("Field tool"),
                (PUBLIC_CLIENT.id, redirects("http://localhost")),
                (IS_FALLBACK_PUBLIC_CLIENT.id, true.into()),
                (schema::KEY_CREDENTIALS.id, vec![key].into()),
            ],
        ),
        create(Id::from_u128(0x24), &SERVICE_PRINCIPAL, vec![app_id(PUBLIC_APP), name("Field tool")]),
        create(Id::from_u128(0xd1), &schema::synchronization_job::SYNCHRONIZATION_JOB, job),
        create(DEVICE, &schema::device::DEVICE, device()),
        create(Id::from_u128(0xdf), &schema::managed_device::MANAGED_DEVICE, managed()),
    ]
}

fn ada() -> Vec<(AttrId, Value)> {
    let passwords = KEYS.passwords(TENANT).expect("the tenant has keys");
    let hash = passwords.hash(PASSWORD).expect("a password can be hashed");
    let mut ada = vec![
        (ACCOUNT_ENABLED.id, true.into()),
        (DISPLAY_NAME.id, "Ada Lovelace".into()),
        (USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
        (MAIL_NICKNAME.id, "ada".into()),
    ];
    ada.extend(signin::password_attributes(&hash, NOW.plus_days(-1), false));
    ada
}

fn group() -> Vec<(AttrId, Value)> {
    vec![
        (DISPLAY_NAME.id, "Engineering".into()),
        (schema::group::MAIL_ENABLED.id, false.into()),
        (schema::group::SECURITY_ENABLED.id, true.into()),
        (MAIL_NICKNAME.id, "engineering".into()),
    ]
}

fn device() -> Vec<(AttrId, Value)> {
    let request = include_bytes!("../seeds/certificate/request.der");
    let key = keys::requested_public_key(request).expect("a request of our own can be read");
    vec![
        (schema::device::KEY_THUMBPRINT.id, key.thumbprint().into()),
        (schema::device::DEVICE_ID.id, DEVICE.to_string().into()),
        (DISPLAY_NAME.id, "lt-7".into()),
        (ACCOUNT_ENABLED.id, true.into()),
        (schema::OPERATING_SYSTEM.id, "Linux".into()),
        (schema::device::OPERATING_SYSTEM_VERSION.id, "24.04".into()),
        (schema::device::IS_MANAGED.id, true.into()),
    ]
}

fn managed() -> Vec<(AttrId, Value)> {
    vec![
        (schema::managed_device::AZURE_AD_DEVICE_ID.id, DEVICE.to_string().into()),
        (schema::managed_device::DEVICE_NAME.id, "lt-7".into()),
        (schema::OPERATING_SYSTEM.id, "Linux".into()),
        (schema::managed_device::USER_ID.id, ADA.to_string().into()),
    ]
}

fn tokens() -> Given {
    let mint = |audience: &str, more: Json| {
        let now = NOW.unix();
        let mut claims = json!({
            "iss": format!("{URL}/{TENANT}/v2.0"), "aud": audience, "tid": TENANT.to_string(), "uti": "00000000-0000-4000-8000-00000000a11e", "sub": "x",
            "iat": now, "nbf": now, "exp": now + 3600, "ver": "2.0",
        });
        for (name, value) in more.as_object().into_iter().flatten() {
            claims[name] = value.clone();
        }
        KEYS.mint(TENANT, Algorithm::Es256, "at+jwt", &claims).expect("the tenant can sign")
    };
    let app = json!({
        "idtyp": "app", "oid": WEB_PRINCIPAL.to_string(), "appid": WEB_APP, "roles": ["Directory.ReadWrite.All"]
    });
    let person = json!({
        "idtyp": "user", "oid": ADA.to_string(), "appid": PUBLIC_APP, "scp": "User.Read", "amr": ["pwd", "mfa"]
    });
    let linux = |resource| mint(resource, json!({"idtyp": "user", "oid": ADA.to_string(), "scp": "user_impersonation"}));
    let agent = json!({"idtyp": "user", "oid": ADA.to_string(), "scp": "Device.Join"});
    let registrar = json!({
        "idtyp": "user", "oid": ADA.to_string(), "amr": ["pwd", "mfa", "ngcmfa"], "deviceid": DEVICE.to_string()
    });
    [
        ("token", mint(URL, app)),
        ("person", mint(URL, person)),
        ("enroller", linux(linux_protocol::ENROLLMENT_APP_ID)),
        ("checker", linux(linux_protocol::CHECK_IN_APP_ID)),
        ("asker", linux(linux_protocol::VERDICT_APP_ID)),
        ("joiner", mint(&format!("{URL}/agent"), agent)),
        ("registrar", mint(join::RESOURCE_APP_ID, registrar)),
        ("session", format!("{}.{}", TENANT.simple(), "a-session-of-a-joined-device")),
        ("tenant", TENANT.to_string()),
        ("secret", SECRET.to_owned()),
        ("passwd", PASSWORD.replace(' ', "+")),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .into()
}
