//! The organisation and its first administrator.

use directory::{Call, Change, Record, TenantId};
use schema::domain::{self, DOMAIN};
use schema::organization::{self, ORGANIZATION};
use schema::unified_role_assignment::{self, UNIFIED_ROLE_ASSIGNMENT};
use schema::user::{self, USER};

use super::{Changes, create};
use crate::config::FirstStart;

/// The organisation with its first domain.
pub(super) fn changes(tenant: TenantId, first: &FirstStart, call: &Call<'_>) -> Changes {
    let verified = Record::new()
        .with("name", first.domain.as_str())
        .with("isDefault", true)
        .with("isInitial", true)
        .with("type", "Managed")
        .with("capabilities", "Email, OfficeCommunicationsOnline");
    Ok(vec![
        create(
            tenant,
            &ORGANIZATION,
            vec![
                (schema::DISPLAY_NAME.id, first.org.as_str().into()),
                (organization::VERIFIED_DOMAINS.id, vec![verified].into()),
                (organization::TENANT_TYPE.id, "AAD".into()),
                (organization::MOBILE_DEVICE_MANAGEMENT_AUTHORITY.id, "intune".into()),
                (schema::CREATED_DATE_TIME.id, call.at.into()),
            ],
        ),
        create(
            call.new_id(),
            &DOMAIN,
            vec![
                (domain::ID.id, first.domain.to_lowercase().into()),
                (domain::AUTHENTICATION_TYPE.id, "Managed".into()),
                (domain::IS_ADMIN_MANAGED.id, true.into()),
                (domain::IS_DEFAULT.id, true.into()),
                (domain::IS_INITIAL.id, true.into()),
                (domain::IS_ROOT.id, true.into()),
                (domain::IS_VERIFIED.id, true.into()),
                (domain::SUPPORTED_SERVICES.id, ["Email"].into()),
            ],
        ),
    ])
}

/// The first administrator: a Global Administrator who comes in by a pass.
pub(super) fn administrator(first: &FirstStart, call: &Call<'_>) -> Changes {
    let upn = first.admin_upn();
    let nickname = upn.split('@').next().unwrap_or("admin").to_owned();
    let (id, assignment, role) = (call.new_id(), call.new_id(), access::GLOBAL_ADMINISTRATOR);
    Ok(vec![
        create(
            id,
            &USER,
            vec![
                (user::ACCOUNT_ENABLED.id, true.into()),
                (schema::DISPLAY_NAME.id, "Administrator".into()),
                (user::USER_PRINCIPAL_NAME.id, upn.as_str().into()),
                (user::MAIL_NICKNAME.id, nickname.into()),
                (user::MAIL.id, upn.as_str().into()),
            ],
        ),
        create(
            assignment,
            &UNIFIED_ROLE_ASSIGNMENT,
            vec![
                (unified_role_assignment::PRINCIPAL_ID.id, id.to_string().into()),
                (unified_role_assignment::ROLE_DEFINITION_ID.id, role.to_string().into()),
                (unified_role_assignment::DIRECTORY_SCOPE_ID.id, "/".into()),
            ],
        ),
        Change::link(assignment, unified_role_assignment::PRINCIPAL, id),
        Change::link(assignment, unified_role_assignment::ROLE_DEFINITION, role),
    ])
}
