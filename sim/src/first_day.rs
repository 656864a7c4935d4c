//! The first day of XYZ Ltd.: an organisation with a domain, an administrator, a help desk, an application, two access
//! packages, a job that takes HR records, and a workflow for those who leave.

use directory::{AttrId, Change, Id, Kind, Record, TenantId, Value};
use schema::access_package::{ACCESS_PACKAGE, RESOURCE_ROLE_SCOPES};
use schema::access_package_assignment_policy::{
    ACCESS_PACKAGE_ASSIGNMENT_POLICY, ALLOWED_TARGET_SCOPE, EXPIRATION, REQUEST_APPROVAL_SETTINGS,
};
use schema::access_package_resource_role_scope::{ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, ROLE, SCOPE};
use schema::directory_role::{DIRECTORY_ROLE, ROLE_TEMPLATE_ID};
use schema::domain::{DOMAIN, IS_VERIFIED};
use schema::group::{GROUP, MAIL_ENABLED, SECURITY_ENABLED};
use schema::organization::ORGANIZATION;
use schema::service_principal::SERVICE_PRINCIPAL;
use schema::subscribed_sku::SUBSCRIBED_SKU;
use schema::synchronization_job::SYNCHRONIZATION_JOB;
use schema::unified_role_assignment::{DIRECTORY_SCOPE_ID, PRINCIPAL_ID, ROLE_DEFINITION_ID, UNIFIED_ROLE_ASSIGNMENT};
use schema::unified_role_definition::{IS_BUILT_IN, ROLE_PERMISSIONS, TEMPLATE_ID, UNIFIED_ROLE_DEFINITION};
use schema::user::{MAIL_NICKNAME, USAGE_LOCATION, USER};
use schema::workflow::{CATEGORY, EXECUTION_CONDITIONS, IS_SCHEDULING_ENABLED, TASKS, WORKFLOW};
use schema::{ACCESS_PACKAGE_ID, ACCOUNT_ENABLED, APP_ID, DISPLAY_NAME, ID, IS_ENABLED, USER_PRINCIPAL_NAME};

use crate::acts::{put, role, subscription};
use crate::callers::Cast;
use crate::words;

/// The tenant that is simulated.
pub const TENANT: TenantId = TenantId::from_u128(0x2222_2222_2222_4222_8222_2222_2222_2222);

pub const CAST: Cast =
    Cast { tenant: TENANT, admin: Id::from_u128(0xa1), help_desk: Id::from_u128(0xa2), app: Id::from_u128(0xa3) };

/// What was bought first: device management is in it.
pub const FIRST_PRODUCT: Id = Id::from_u128(0xd2);

/// The roles that are given in the simulation.
pub const ROLES: &[&str] =
    &["Global Administrator", "User Administrator", "Helpdesk Administrator", "Groups Administrator", "Global Reader"];

/// What is done on the first day, one after another.
pub fn changes() -> Vec<Vec<Change>> {
    let mut founding = vec![
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
        create(Id::from_u128(0xd1), &SYNCHRONIZATION_JOB, vec![put(ID, "API2AAD.xyz")]),
    ];
    for n in 0..2 {
        founding.push(create(Id::from_u128(FIRST_PRODUCT.as_u128() + n as u128), &SUBSCRIBED_SKU, subscription(n, 4)));
    }
    for (n, name) in ROLES.iter().enumerate() {
        founding.extend(role_definition(n as u128, name));
    }
    let mut people = person(CAST.admin, "admin", "Global Administrator");
    people.extend(person(CAST.help_desk, "helpdesk", "Helpdesk Administrator"));
    let mut days = vec![founding, people];
    days.extend(package(0xb10, None));
    days.extend(package(0xb20, Some(approval())));
    days.push(vec![create(Id::from_u128(0xd9), &WORKFLOW, leaver())]);
    days
}

/// The tasks of the leaver workflow by their definitions: Microsoft's, and two of Castellan's own.
const LEAVER_TASKS: &[&str] = &[
    "1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", // disable the account
    "509589a4-0466-4471-829e-49c5e502bdee", // end the sessions
    "c0a57e11-a000-4000-8000-00000000d001", // release the devices
    "c0a57e11-a000-4000-8000-00000000d002", // end the roles
    "42ae2956-193d-4f39-be06-691b8ac4fa1d", // take the packages
    "b3a31406-2a15-4c9a-b25b-a658fa5f07fc", // take the groups
    "8fa97d28-3e52-4985-b3a9-a1126f9b8b4e", // take the licences
];

/// Whoever is in a department loses everything on the day they leave.
fn leaver() -> Vec<(AttrId, Value)> {
    let typed = |kind: &str| Record::new().with("@odata.type", format!("#microsoft.graph.identityGovernance.{kind}"));
    let trigger =
        typed("timeBasedAttributeTrigger").with("timeBasedAttribute", "employeeLeaveDateTime").with("offsetInDays", 0);
    let scope = typed("ruleBasedSubjectSet").with("rule", "department ne 'Nowhere'");
    let conditions = typed("triggerAndScopeBasedConditions").with("trigger", trigger).with("scope", scope);
    let task = |definition: &&str| {
        let wipe = Record::new().with("name", "action").with("value", "wipe");
        let arguments = if definition.ends_with("d001") { vec![wipe] } else { Vec::new() };
        Record::new()
            .with("taskDefinitionId", *definition)
            .with("displayName", "Leave")
            .with("isEnabled", true)
            .with("arguments", arguments)
    };
    vec![
        put(CATEGORY, "leaver"),
        put(DISPLAY_NAME, "Leavers"),
        put(EXECUTION_CONDITIONS, conditions),
        put(TASKS, LEAVER_TASKS.iter().map(task).collect::<Vec<Record>>()),
        put(IS_SCHEDULING_ENABLED, true),
    ]
}

fn role_definition(n: u128, name: &str) -> Vec<Change> {
    let template = role(name).to_string();
    let definition = vec![
        put(DISPLAY_NAME, name),
        put(IS_BUILT_IN, true),
        put(IS_ENABLED, true),
        put(TEMPLATE_ID, template.as_str()),
        put(ROLE_PERMISSIONS, vec![Record::new()]),
    ];
    let shown = vec![put(DISPLAY_NAME, name), put(ROLE_TEMPLATE_ID, template)];
    vec![
        create(role(name), &UNIFIED_ROLE_DEFINITION, definition),
        create(Id::from_u128(0xe0 + n), &DIRECTORY_ROLE, shown),
    ]
}

/// A group, a package that gives membership in it for a week, and who may ask for it.
fn package(n: u128, approval: Option<Record>) -> Vec<Vec<Change>> {
    let id = |m: u128| Id::from_u128(n + m);
    let group = vec![
        put(DISPLAY_NAME, format!("Project {n:x}")),
        put(MAIL_NICKNAME, format!("project{n:x}")),
        put(MAIL_ENABLED, false),
        put(SECURITY_ENABLED, true),
    ];
    let gives = Record::new().with("originId", format!("Member_{}", id(0))).with("originSystem", "AadGroup");
    let scope = vec![put(ROLE, gives), put(SCOPE, Record::new().with("isRootScope", true))];
    let mut policy = vec![
        put(DISPLAY_NAME, "Everybody"),
        put(ACCESS_PACKAGE_ID, id(1).to_string()),
        put(ALLOWED_TARGET_SCOPE, "allMemberUsers"),
        put(EXPIRATION, Record::new().with("type", "afterDuration").with("duration", "P7D")),
    ];
    policy.extend(approval.map(|approval| put(REQUEST_APPROVAL_SETTINGS, approval)));
    vec![
        vec![
            create(id(0), &GROUP, group),
            create(id(1), &ACCESS_PACKAGE, vec![put(DISPLAY_NAME, format!("Package {n:x}"))]),
        ],
        vec![
            create(id(2), &ACCESS_PACKAGE_RESOURCE_ROLE_SCOPE, scope),
            Change::link(id(1), RESOURCE_ROLE_SCOPES, id(2)),
        ],
        vec![create(id(3), &ACCESS_PACKAGE_ASSIGNMENT_POLICY, policy)],
    ]
}

/// The administrator decides within two days.
fn approval() -> Record {
    let admin = Record::new().with("@odata.type", "#microsoft.graph.singleUser").with("userId", CAST.admin.to_string());
    let stage = Record::new()
        .with("primaryApprovers", vec![admin])
        .with("fallbackPrimaryApprovers", Vec::<Record>::new())
        .with("durationBeforeAutomaticDenial", "P2D");
    Record::new().with("isApprovalRequiredForAdd", true).with("stages", vec![stage])
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
