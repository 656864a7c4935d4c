//! The first day of XYZ Ltd.: an organisation with a domain, an administrator, a help desk and an application.

use directory::{AttrId, Change, Id, Kind, TenantId, Value};
use schema::domain::{DOMAIN, IS_VERIFIED};
use schema::organization::ORGANIZATION;
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::unified_role_assignment::{DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::user::{MAIL_NICKNAME, USAGE_LOCATION, USER};
use schema::{ACCOUNT_ENABLED, APP_ID, DISPLAY_NAME, ID, USER_PRINCIPAL_NAME};

use crate::acts::{put, role};
use crate::callers::Cast;
use crate::words;

/// The tenant that is simulated.
pub const TENANT: TenantId = TenantId::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);

pub const CAST: Cast =
    Cast { tenant: TENANT, admin: Id::from_u128(0xa1), help_desk: Id::from_u128(0xa2), app: Id::from_u128(0xa3) };

/// The changes that found the organisation.
pub fn changes() -> Vec<Change> {
    let mut changes = vec![
        create(TENANT, &ORGANIZATION, vec![put(DISPLAY_NAME, "XYZ Ltd.")]),
        create(Id::from_u128(0xd0), &DOMAIN, vec![put(ID, words::DOMAIN), put(IS_VERIFIED, true)]),
        create(
            CAST.app,
            &SERVICE_PRINCIPAL,
            vec![
                put(DISPLAY_NAME, "Automation"),
                put(APP_ID, Id::from_u128(0xa4).to_string()),
                put(ACCOUNT_ENABLED, true),
            ],
        ),
    ];
    changes.extend(person(CAST.admin, "admin", "Global Administrator"));
    changes.extend(person(CAST.help_desk, "helpdesk", "Helpdesk Administrator"));
    changes
}

fn person(id: Id, name: &str, holds: &str) -> Vec<Change> {
    let user = vec![
        put(DISPLAY_NAME, name),
        put(ACCOUNT_ENABLED, true),
        put(USER_PRINCIPAL_NAME, format!("{name}@{}", words::DOMAIN)),
        put(MAIL_NICKNAME, name),
        put(USAGE_LOCATION, "DE"),
    ];
    let assignment = vec![
        put(PRINCIPAL_ID, id.to_string()),
        put(ROLE_DEFINITION_ID, role(holds).to_string()),
        put(DIRECTORY_SCOPE_ID, "/"),
    ];
    let held = Id::from_u128(id.as_u128() + 0x100);
    vec![create(id, &USER, user), create(held, &UNIFIED_ROLE_ASSIGNMENT, assignment)]
}

fn create(id: Id, kind: &'static Kind, attributes: Vec<(AttrId, Value)>) -> Change {
    Change::Create { id, kind: kind.id(), attributes }
}
