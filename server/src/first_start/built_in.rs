//! What the program itself brings along: roles, the Graph and device registration resources, the agent's application, the
//! HR job, the one-of-a-kind policies. Compared on every start, so that a newer program brings what is new.

use directory::{Attr, Call, Change, Id, Kind, Object, Record, Snapshot, Value};
use schema::access_package_catalog::ACCESS_PACKAGE_CATALOG;
use schema::application::{self, APPLICATION};
use schema::authentication_methods_policy::AUTHENTICATION_METHODS_POLICY;
use schema::authorization_policy::AUTHORIZATION_POLICY;
use schema::consent_request::ADMIN_CONSENT_REQUEST_POLICY;
use schema::device_management::DEVICE_MANAGEMENT;
use schema::device_registration_policy::DEVICE_REGISTRATION_POLICY;
use schema::directory_role::{self, DIRECTORY_ROLE};
use schema::directory_setting::{DIRECTORY_SETTING_TEMPLATE, VALUES};
use schema::service_principal::{self, SERVICE_PRINCIPAL};
use schema::synchronization_job::{self, SYNCHRONIZATION_JOB};
use schema::unified_role_definition::{self, UNIFIED_ROLE_DEFINITION};
use schema::unified_role_management_policy::UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT;
use schema::{APP_ID, DISPLAY_NAME};

use super::{Changes, create, linux_management};

/// The service principal whose job takes HR records.
pub const HR_PRINCIPAL: &str = "HR inbound provisioning";
/// Its application id, the same in every tenant.
const HR_APP_ID: &str = "c0a57e11-a000-4000-8000-000000000b01";
/// The delegated permission of the device registration resource.
const JOIN_SCOPE_ID: Id = Id::from_u128(0xc0a5_7e11_a000_4000_8000_0000_0000_0aa0);

/// The objects that there is exactly one of.
static SINGLETONS: &[&Kind] = &[
    &ADMIN_CONSENT_REQUEST_POLICY,
    &AUTHENTICATION_METHODS_POLICY,
    &AUTHORIZATION_POLICY,
    &DEVICE_REGISTRATION_POLICY,
    &DEVICE_MANAGEMENT,
];

pub(super) fn changes(now: &Snapshot, call: &Call<'_>, public_url: &str) -> Changes {
    let mut changes = Vec::new();
    roles(now, call, &mut changes);
    let graph = graph(now, call, public_url, &mut changes);
    device_registration(now, call, public_url, &mut changes);
    super::brokers::changes(now, call, public_url, graph, &mut changes);
    linux_management::changes(now, call, public_url, &mut changes);
    shared_signals(now, call, public_url, &mut changes);
    hr(now, call, &mut changes);
    for kind in SINGLETONS {
        if now.all(kind).next().is_none() {
            let name = kind.all_attributes().any(|a| a.id == DISPLAY_NAME.id).then(|| spaced(kind.name));
            let attributes = name.into_iter().map(|name| (DISPLAY_NAME.id, name.into())).collect();
            changes.push(create(call.new_id(), kind, attributes));
        }
    }
    password_rules(now, &mut changes);
    strengths(now, &mut changes);
    if now.all(&ACCESS_PACKAGE_CATALOG).next().is_none() {
        let attributes = vec![
            (DISPLAY_NAME.id, "General".into()),
            (schema::DESCRIPTION.id, "Built-in catalog.".into()),
            (schema::STATE.id, "published".into()),
        ];
        changes.push(create(call.new_id(), &ACCESS_PACKAGE_CATALOG, attributes));
    }
    Ok(changes)
}

fn roles(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) {
    for role in access::BUILT_IN {
        if now.find(role.id()).is_none() {
            changes.push(create(
                role.id(),
                &UNIFIED_ROLE_DEFINITION,
                vec![
                    (DISPLAY_NAME.id, role.name.into()),
                    (schema::DESCRIPTION.id, role.description.into()),
                    (unified_role_definition::IS_BUILT_IN.id, true.into()),
                    (unified_role_definition::IS_PRIVILEGED.id, role.is_privileged.into()),
                    (schema::IS_ENABLED.id, true.into()),
                    (unified_role_definition::RESOURCE_SCOPES.id, ["/"].into()),
                    (unified_role_definition::TEMPLATE_ID.id, role.template.into()),
                    (unified_role_definition::VERSION.id, "1".into()),
                    (unified_role_definition::ROLE_PERMISSIONS.id, vec![Record::new()].into()),
                ],
            ));
        }
        let mut ties = now.by(schema::ROLE_DEFINITION_ID, role.template);
        if !ties.any(|tie| now.is_a(tie, &UNIFIED_ROLE_MANAGEMENT_POLICY_ASSIGNMENT)) {
            changes.extend(governance::default_policy(call, call.caller.tenant, role.id()));
        }
        if now.find_by(&DIRECTORY_ROLE, directory_role::ROLE_TEMPLATE_ID, role.template).is_none() {
            changes.push(create(
                call.new_id(),
                &DIRECTORY_ROLE,
                vec![
                    (DISPLAY_NAME.id, role.name.into()),
                    (schema::DESCRIPTION.id, role.description.into()),
                    (directory_role::ROLE_TEMPLATE_ID.id, role.template.into()),
                ],
            ));
        }
    }
}

fn graph(now: &Snapshot, call: &Call<'_>, public_url: &str, changes: &mut Vec<Change>) -> Id {
    let names = ["https://graph.microsoft.com", "https://graph.microsoft.com/", access::GRAPH_APP_ID, public_url];
    let wanted = vec![
        (DISPLAY_NAME, Value::from("Microsoft Graph")),
        (service_principal::SERVICE_PRINCIPAL_TYPE, "Application".into()),
    ];
    let id = principal(now, call, access::GRAPH_APP_ID, &wanted, changes);
    set(now, id, service_principal::ACCOUNT_ENABLED, true, changes);
    set(now, id, service_principal::SERVICE_PRINCIPAL_NAMES, names, changes);
    set(now, id, service_principal::APP_ROLES, access::app_roles(), changes);
    set(now, id, service_principal::OAUTH2_PERMISSION_SCOPES, access::permission_scopes(), changes);
    id
}

/// The resource that a person's token is for when a device joins, and the public client that asks for it.
fn device_registration(now: &Snapshot, call: &Call<'_>, public_url: &str, changes: &mut Vec<Change>) {
    use agent_protocol::{AGENT_CLIENT_ID, AGENT_JOIN_SCOPE, AGENT_RESOURCE_APP_ID, agent_resource};
    let named = |name: &str| vec![(DISPLAY_NAME, Value::from(name))];
    let resource = principal(now, call, AGENT_RESOURCE_APP_ID, &named("Device registration"), changes);
    let scope = Record::new()
        .with("id", JOIN_SCOPE_ID)
        .with("value", AGENT_JOIN_SCOPE)
        .with("type", "User")
        .with("isEnabled", true)
        .with("adminConsentDisplayName", "Join this device")
        .with("adminConsentDescription", "Join the device on which the person is signed in to the organization.")
        .with("userConsentDisplayName", "Join this device")
        .with("userConsentDescription", "Join this device to your organization.");
    set(now, resource, service_principal::ACCOUNT_ENABLED, true, changes);
    let names = [agent_resource(public_url), AGENT_RESOURCE_APP_ID.to_owned()].to_vec();
    set(now, resource, service_principal::SERVICE_PRINCIPAL_NAMES, names, changes);
    set(now, resource, service_principal::OAUTH2_PERMISSION_SCOPES, vec![scope], changes);

    let client = principal(now, call, AGENT_CLIENT_ID, &named("Castellan device agent"), changes);
    set(now, client, service_principal::ACCOUNT_ENABLED, true, changes);
    if now.find_by(&APPLICATION, APP_ID, AGENT_CLIENT_ID).is_none() {
        changes.push(create(
            call.new_id(),
            &APPLICATION,
            vec![
                (DISPLAY_NAME.id, "Castellan device agent".into()),
                (APP_ID.id, AGENT_CLIENT_ID.into()),
                (application::IS_FALLBACK_PUBLIC_CLIENT.id, true.into()),
            ],
        ));
    }
    // Everybody may use the agent to join without being asked: what is joined, and by whom, is decided elsewhere.
    use schema::oauth2_permission_grant::{self as grant, OAUTH2_PERMISSION_GRANT};
    let is_granted = now.by(grant::CLIENT_ID, client.to_string()).any(|g| now.is_a(g, &OAUTH2_PERMISSION_GRANT));
    if !is_granted {
        let id = call.new_id();
        changes.push(create(
            id,
            &OAUTH2_PERMISSION_GRANT,
            vec![
                (grant::CLIENT_ID.id, client.to_string().into()),
                (grant::CONSENT_TYPE.id, "AllPrincipals".into()),
                (grant::RESOURCE_ID.id, resource.to_string().into()),
                (grant::SCOPE.id, AGENT_JOIN_SCOPE.into()),
            ],
        ));
    }
}

/// The authentication strengths that every organisation has.
fn strengths(now: &Snapshot, changes: &mut Vec<Change>) {
    use schema::authentication_strength_policy as strength;
    for (id, name, combinations) in access::conditional::AUTHENTICATION_STRENGTHS {
        let id = directory::id_from_text(id).expect("a built-in strength has a GUID");
        if now.find(id).is_none() {
            changes.push(create(
                id,
                &strength::AUTHENTICATION_STRENGTH_POLICY,
                vec![
                    (DISPLAY_NAME.id, (*name).into()),
                    (strength::ALLOWED_COMBINATIONS.id, combinations.to_vec().into()),
                    (strength::POLICY_TYPE.id, "builtIn".into()),
                    (strength::REQUIREMENTS_SATISFIED.id, "mfa".into()),
                ],
            ));
        }
    }
}

/// The template by which the organisation says which passwords it bans and when it locks accounts.
fn password_rules(now: &Snapshot, changes: &mut Vec<Change>) {
    let id = directory::id_from_text(signin::PASSWORD_RULE_SETTINGS).expect("the template has a GUID");
    if now.find(id).is_none() {
        let value = |(name, ty, default, description): (&str, &str, &str, &str)| {
            Record::new()
                .with("name", name)
                .with("type", ty)
                .with("defaultValue", default)
                .with("description", description)
        };
        let values: Vec<Record> = signin::PASSWORD_RULE_NAMES.into_iter().map(value).collect();
        changes.push(create(
            id,
            &DIRECTORY_SETTING_TEMPLATE,
            vec![
                (DISPLAY_NAME.id, signin::PASSWORD_RULE_SETTINGS_NAME.into()),
                (schema::DESCRIPTION.id, "Which passwords are banned, and when wrong ones lock an account.".into()),
                (VALUES.id, values.into()),
            ],
        ));
    }
}

/// The resource that receivers of shared signals have tokens for.
fn shared_signals(now: &Snapshot, call: &Call<'_>, public_url: &str, changes: &mut Vec<Change>) {
    let name = [(DISPLAY_NAME, Value::from("Shared signals"))];
    let id = principal(now, call, ssf::RESOURCE_APP_ID, &name, changes);
    let roles = [
        (0x5f1, ssf::READ, "Read and poll own event streams"),
        (0x5f2, ssf::MANAGE, "Create, change and delete own event streams"),
    ];
    let role = |(number, value, words): (u128, &str, &str)| {
        Record::new()
            .with("id", Id::from_u128(0xc0a5_7e11_a000_4000_8000_0000_0000_0000 + number))
            .with("value", value)
            .with("displayName", words)
            .with("description", words)
            .with("allowedMemberTypes", ["Application"])
            .with("isEnabled", true)
    };
    let roles: Vec<Record> = roles.into_iter().map(role).collect();
    set(now, id, service_principal::ACCOUNT_ENABLED, true, changes);
    let names = [ssf::resource(public_url), ssf::RESOURCE_APP_ID.to_owned()].to_vec();
    set(now, id, service_principal::SERVICE_PRINCIPAL_NAMES, names, changes);
    set(now, id, service_principal::APP_ROLES, roles, changes);
}

fn hr(now: &Snapshot, call: &Call<'_>, changes: &mut Vec<Change>) {
    let is_new = now.find_by(&SERVICE_PRINCIPAL, APP_ID, HR_APP_ID).is_none();
    let principal = principal(now, call, HR_APP_ID, &[(DISPLAY_NAME, HR_PRINCIPAL.into())], changes);
    if is_new {
        let job = call.new_id();
        changes.push(create(
            job,
            &SYNCHRONIZATION_JOB,
            vec![
                (synchronization_job::TEMPLATE_ID.id, "API2AAD".into()),
                (synchronization_job::ID.id, format!("API2AAD.{}", job.simple()).into()),
            ],
        ));
        changes.push(Change::link(principal, service_principal::SYNCHRONIZATION_JOBS, job));
    }
}

/// The service principal of this application id, made when there is none.
pub(super) fn principal(
    now: &Snapshot,
    call: &Call<'_>,
    app_id: &str,
    attributes: &[(Attr<str>, Value)],
    changes: &mut Vec<Change>,
) -> Id {
    if let Some(known) = now.find_by(&SERVICE_PRINCIPAL, APP_ID, app_id) {
        return known.id;
    }
    // Or is about to be.
    let wanted = (APP_ID.id, Value::from(app_id));
    let made = changes.iter().find_map(|change| match change {
        Change::Create { id, kind, attributes } if *kind == SERVICE_PRINCIPAL.id() && attributes.contains(&wanted) => {
            Some(*id)
        }
        _ => None,
    });
    if let Some(id) = made {
        return id;
    }
    let id = call.new_id();
    let mut all = vec![(APP_ID.id, app_id.into())];
    all.extend(attributes.iter().map(|(attribute, value)| (attribute.id, value.clone())));
    changes.push(create(id, &SERVICE_PRINCIPAL, all));
    id
}

/// Set an attribute unless it is so already.
pub(super) fn set<T: ?Sized>(
    now: &Snapshot,
    id: Id,
    attribute: Attr<T>,
    value: impl Into<Value>,
    changes: &mut Vec<Change>,
) {
    let value = value.into();
    let has = now.find(id).and_then(|object: &Object| object.value(attribute.id));
    if has.as_ref() != Some(&value) {
        changes.push(Change::set(id, attribute, value));
    }
}

/// `deviceRegistrationPolicy` as words: `Device Registration Policy`.
fn spaced(name: &str) -> String {
    let mut words = String::new();
    for (at, c) in name.chars().enumerate() {
        if at == 0 {
            words.extend(c.to_uppercase());
        } else {
            if c.is_uppercase() {
                words.push(' ');
            }
            words.push(c);
        }
    }
    words
}
