//! A small directory for this room's tests: XYZ Ltd. with one person, one application and the Graph resource.

use std::sync::Arc;

use directory::{AttrId, Change, Id, Kind, Record, Snapshot, Time, Value};
use schema::application::{APPLICATION, PUBLIC_CLIENT, REQUIRED_RESOURCE_ACCESS, WEB};
use schema::service_principal::{OAUTH2_PERMISSION_SCOPES, SERVICE_PRINCIPAL};
use schema::user::USER;
use schema::{ACCOUNT_ENABLED, APP_ID, APP_ROLES, DISPLAY_NAME, MAIL_NICKNAME, USER_PRINCIPAL_NAME};

pub(crate) const NOW: Time = Time::from_unix(1_795_248_000);
pub(crate) const USER_ID: Id = Id::from_u128(0x11);
pub(crate) const APP_OBJECT: Id = Id::from_u128(0x21);
pub(crate) const CLIENT: Id = Id::from_u128(0x22);
pub(crate) const GRAPH: Id = Id::from_u128(0x31);
pub(crate) const ROLE: Id = Id::from_u128(0x41);
pub(crate) const SCOPE: Id = Id::from_u128(0x42);
pub(crate) const APP: &str = "00000000-0000-4000-8000-000000000021";

pub(crate) fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}

pub(crate) fn directory() -> Snapshot {
    let empty = Snapshot::empty(Arc::new(schema::model()));
    let role = Record::new().with("id", ROLE).with("value", "User.Read.All").with("isEnabled", true);
    let scope = |id: Id, value: &str, kind: &str| {
        Record::new().with("id", id).with("value", value).with("type", kind).with("isEnabled", true)
    };
    let access = Record::new().with("id", SCOPE).with("type", "Scope");
    let required = Record::new().with("resourceAppId", crate::GRAPH_APP_ID).with("resourceAccess", vec![access]);
    let redirects = |uri: &str| Record::new().with("redirectUris", [uri]);
    let changes = [
        create(
            USER_ID,
            &USER,
            vec![
                (ACCOUNT_ENABLED.id, true.into()),
                (DISPLAY_NAME.id, "Ada Lovelace".into()),
                (USER_PRINCIPAL_NAME.id, "ada@xyz.example".into()),
                (MAIL_NICKNAME.id, "ada".into()),
            ],
        ),
        create(
            APP_OBJECT,
            &APPLICATION,
            vec![
                (APP_ID.id, APP.into()),
                (DISPLAY_NAME.id, "Orders".into()),
                (WEB.id, redirects("https://orders.xyz.example/cb").into()),
                (PUBLIC_CLIENT.id, redirects("http://localhost").into()),
                (REQUIRED_RESOURCE_ACCESS.id, vec![required].into()),
            ],
        ),
        create(CLIENT, &SERVICE_PRINCIPAL, vec![(APP_ID.id, APP.into()), (DISPLAY_NAME.id, "Orders".into())]),
        create(
            GRAPH,
            &SERVICE_PRINCIPAL,
            vec![
                (APP_ID.id, crate::GRAPH_APP_ID.into()),
                (DISPLAY_NAME.id, "Castellan Graph".into()),
                (APP_ROLES.id, vec![role].into()),
                (
                    OAUTH2_PERMISSION_SCOPES.id,
                    vec![scope(SCOPE, "User.Read", "User"), scope(Id::from_u128(0x43), "Directory.Read.All", "Admin")]
                        .into(),
                ),
            ],
        ),
    ];
    empty.fork(NOW, &changes).expect("the fixture fits the schema")
}
