//! What XYZ Ltd. has decided before anybody joins: groups by rule, licences by group, policies, applications, an access
//! package, workflows. Set up over Graph by the client of the first start.

use serde_json::{Value, json};

use super::graph_client::GraphClient;
use super::package::tarball;

/// The ids of what was set up.
#[derive(Default)]
pub struct Organisation {
    pub sku: String,
    pub sales: String,
    pub design: String,
    pub readers: String,
    pub banner: String,
    pub package: String,
    pub package_policy: String,
    pub crm_app_id: String,
    pub portal_app_id: String,
}

const SKU: &str = "7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e01";
pub const CRM_URI: &str = "api://crm.xyz.example";
pub const PORTAL_REDIRECT: &str = "http://localhost:8400/";

/// Licences, groups and what follows from them.
pub async fn groups(graph: &GraphClient) -> Result<Organisation, String> {
    let mut made = Organisation { sku: SKU.to_owned(), ..Organisation::default() };
    let plans = json!([
        { "servicePlanId": "c1ec4a95-1f05-45b3-a911-aa3fa01094f5", "servicePlanName": "INTUNE_A", "appliesTo": "User", "provisioningStatus": "Success" },
        { "servicePlanId": "41781fb2-bc02-4b7c-bd55-b576c07bb09d", "servicePlanName": "AAD_PREMIUM", "appliesTo": "User", "provisioningStatus": "Success" },
    ]);
    let sku = json!({
        "skuId": SKU, "skuPartNumber": "XYZ_WORKPLACE", "appliesTo": "User", "capabilityStatus": "Enabled",
        "prepaidUnits": { "enabled": 25, "suspended": 0, "warning": 0, "lockedOut": 0 }, "servicePlans": plans,
    });
    graph.post("/v1.0/subscribedSkus", sku).await?;
    made.sales =
        dynamic(graph, "Sales Team", "sales", "user.department -eq \"Sales\" -and user.accountEnabled -eq true")
            .await?;
    made.design =
        dynamic(graph, "Design Team", "design", "user.department -eq \"Design\" -and user.accountEnabled -eq true")
            .await?;
    let rule = "user.accountEnabled -eq true -and user.employeeId -ne null";
    let workforce = dynamic(graph, "Workforce", "workforce", rule).await?;
    let licence = json!({ "addLicenses": [{ "skuId": SKU, "disabledPlans": [] }], "removeLicenses": [] });
    graph.post(&format!("/v1.0/groups/{workforce}/assignLicense"), licence).await?;
    let readers = json!({
        "displayName": "Power BI Report Readers", "mailNickname": "report-readers", "mailEnabled": false,
        "securityEnabled": true, "groupTypes": [],
    });
    made.readers = graph.create("/v1.0/groups", readers).await?;
    Ok(made)
}

async fn dynamic(graph: &GraphClient, name: &str, nickname: &str, rule: &str) -> Result<String, String> {
    let group = json!({
        "displayName": name, "mailNickname": nickname, "mailEnabled": false, "securityEnabled": true,
        "groupTypes": ["DynamicMembership"], "membershipRule": rule, "membershipRuleProcessingState": "On",
    });
    graph.create("/v1.0/groups", group).await
}

/// What devices must be like and get: compliance, settings, applications.
pub async fn devices(graph: &GraphClient, made: &mut Organisation) -> Result<(), String> {
    let compliance = json!({
        "name": "Linux laptops", "platforms": "linux", "technologies": "linuxMdm",
        // No more than every client can tell: those of others do not look at firewalls.
        "settings": [required("linux_deviceencryption_required")],
        "scheduledActionsForRule": [{
            "ruleName": "PasswordRequired",
            "scheduledActionConfigurations": [{ "actionType": "block", "gracePeriodHours": 0 }],
        }],
    });
    let policy = graph.create("/beta/deviceManagement/compliancePolicies", compliance).await?;
    assign(graph, &format!("/beta/deviceManagement/compliancePolicies/{policy}"), all_users()).await?;

    let settings = json!([
        chosen("linux.login.issue", text("XYZ Ltd. - authorised use only")),
        chosen("linux.sysctl.kernel.dmesg_restrict", choice("linux.sysctl.kernel.dmesg_restrict", "true")),
    ]);
    let banner = json!({ "name": "Workstation baseline", "platforms": "linux", "technologies": "linuxMdm", "settings": settings });
    made.banner = graph.create("/beta/deviceManagement/configurationPolicies", banner).await?;
    let path = format!("/beta/deviceManagement/configurationPolicies/{}", made.banner);
    assign(graph, &path, all_users()).await?;

    let designers = json!({
        "name": "Designers' Linux PCs", "platforms": "linux", "technologies": "linuxMdm",
        "settings": [chosen("linux_passwordpolicy_minimumlength", number(8))],
    });
    let policy = graph.create("/beta/deviceManagement/compliancePolicies", designers).await?;
    let target = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": made.design });
    assign(graph, &format!("/beta/deviceManagement/compliancePolicies/{policy}"), target).await?;

    application(graph, "CRM client", "xyz-crm", &made.sales).await?;
    application(graph, "Design studio", "xyz-studio", &made.design).await
}

async fn application(graph: &GraphClient, name: &str, package: &str, group: &str) -> Result<(), String> {
    let app = json!({
        "@odata.type": "#microsoft.graph.linuxPackageApp", "displayName": name, "publisher": "XYZ Ltd.",
        "packageType": "tarball", "packageName": package, "packageVersion": "1.0",
        "uninstallOnAssignmentRemoval": true, "fileName": format!("{package}-1.0.tar.gz"),
    });
    let id = graph.create("/beta/deviceAppManagement/mobileApps", app).await?;
    graph.upload(&format!("/beta/deviceAppManagement/mobileApps/{id}/content"), tarball(package, "1.0")?).await?;
    let target = json!({ "@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group });
    let body = json!({ "mobileAppAssignments": [{
        "@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "required", "target": target,
    }] });
    graph.post(&format!("/beta/deviceAppManagement/mobileApps/{id}/assign"), body).await.map(drop)
}

/// The banner that the baseline sets.
pub fn banner(words: &str) -> Value {
    json!({ "name": "Workstation baseline", "platforms": "linux", "technologies": "linuxMdm", "settings": [
        chosen("linux.login.issue", text(words)),
        chosen("linux.sysctl.kernel.dmesg_restrict", choice("linux.sysctl.kernel.dmesg_restrict", "true")),
    ] })
}

fn required(id: &str) -> Value {
    chosen(id, choice(id, "true"))
}

fn chosen(id: &str, (kind, field, value): (&str, &str, Value)) -> Value {
    let mut instance = json!({ "@odata.type": kind, "settingDefinitionId": id });
    if let Some(fields) = instance.as_object_mut() {
        fields.insert(field.to_owned(), value);
    }
    json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting", "settingInstance": instance })
}

fn text(value: &str) -> (&'static str, &'static str, Value) {
    (
        "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "simpleSettingValue",
        json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationStringSettingValue", "value": value }),
    )
}

fn number(value: i64) -> (&'static str, &'static str, Value) {
    (
        "#microsoft.graph.deviceManagementConfigurationSimpleSettingInstance",
        "simpleSettingValue",
        json!({ "@odata.type": "#microsoft.graph.deviceManagementConfigurationIntegerSettingValue", "value": value }),
    )
}

fn choice(id: &str, value: &str) -> (&'static str, &'static str, Value) {
    (
        "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "choiceSettingValue",
        json!({
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
            "value": format!("{id}_{value}"), "children": [],
        }),
    )
}

fn all_users() -> Value {
    json!({ "@odata.type": "#microsoft.graph.allLicensedUsersAssignmentTarget" })
}

async fn assign(graph: &GraphClient, path: &str, target: Value) -> Result<(), String> {
    graph.post(&format!("{path}/assign"), json!({ "assignments": [{ "target": target }] })).await.map(drop)
}

/// A portal that people sign in to, a business application that demands a healthy device, and the policies that say so.
pub async fn access(graph: &GraphClient, made: &mut Organisation) -> Result<(), String> {
    let portal = json!({
        "displayName": "XYZ portal", "signInAudience": "AzureADMyOrg", "isFallbackPublicClient": true,
        "publicClient": { "redirectUris": [PORTAL_REDIRECT] },
    });
    made.portal_app_id = application_id(&graph.post("/v1.0/applications", portal).await?)?;
    let portal = graph.create("/v1.0/servicePrincipals", json!({ "appId": made.portal_app_id })).await?;
    let scope = json!({
        "id": "6f2b1a40-0000-4000-8000-00000000c001", "value": "Customers.Read", "type": "User", "isEnabled": true,
        "adminConsentDisplayName": "Read customers", "adminConsentDescription": "Read customers.",
        "userConsentDisplayName": "Read customers", "userConsentDescription": "Read customers.",
    });
    let crm = json!({
        "displayName": "Customer database", "identifierUris": [CRM_URI],
        "api": { "requestedAccessTokenVersion": 2, "oauth2PermissionScopes": [scope] },
    });
    made.crm_app_id = application_id(&graph.post("/v1.0/applications", crm).await?)?;
    let crm = graph.create("/v1.0/servicePrincipals", json!({ "appId": made.crm_app_id })).await?;

    let graph_principal = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')?$select=id";
    let resource = graph.get(graph_principal).await?;
    let resource = resource.get("id").and_then(Value::as_str).ok_or("Graph has no service principal")?;
    let scopes = "User.Read EntitlementManagement.ReadWrite.All RoleAssignmentSchedule.ReadWrite.Directory";
    for (resource, scope) in [(resource, scopes), (crm.as_str(), "Customers.Read")] {
        let grant =
            json!({ "clientId": portal, "consentType": "AllPrincipals", "resourceId": resource, "scope": scope });
        graph.post("/v1.0/oauth2PermissionGrants", grant).await?;
    }

    let admin = graph.get("/v1.0/users?$filter=startswith(userPrincipalName,'admin@')&$select=id").await?;
    let admin = admin.pointer("/value/0/id").and_then(Value::as_str).ok_or("there is no administrator")?;
    let everybody = json!({ "includeUsers": ["All"], "excludeUsers": [admin] });
    policy(graph, "Everybody: multifactor authentication", &everybody, "All", "mfa").await?;
    policy(graph, "Customer database: compliant device", &everybody, &made.crm_app_id, "compliantDevice").await
}

async fn policy(graph: &GraphClient, name: &str, users: &Value, app: &str, control: &str) -> Result<(), String> {
    let body = json!({
        "displayName": name, "state": "enabled",
        "conditions": {
            "users": users, "applications": { "includeApplications": [app] }, "clientAppTypes": ["all"],
        },
        "grantControls": { "operator": "OR", "builtInControls": [control] },
    });
    graph.post("/v1.0/identity/conditionalAccess/policies", body).await.map(drop)
}

fn application_id(made: &Value) -> Result<String, String> {
    made.get("appId").and_then(Value::as_str).map(str::to_owned).ok_or_else(|| "an application has no appId".to_owned())
}

/// What is lent for a while, and what happens by itself when people come and go.
pub async fn governance(graph: &GraphClient, made: &mut Organisation) -> Result<(), String> {
    let catalogs = graph.get("/v1.0/identityGovernance/entitlementManagement/catalogs").await?;
    let catalog = catalogs.pointer("/value/0/id").and_then(Value::as_str).ok_or("there is no catalog")?;
    let package = json!({
        "displayName": "Power BI report", "description": "Read the sales report.",
        "catalog": { "id": catalog },
    });
    made.package = graph.create("/v1.0/identityGovernance/entitlementManagement/accessPackages", package).await?;
    let role = json!({
        "role": { "originId": format!("Member_{}", made.readers), "displayName": "Member", "originSystem": "AadGroup",
            "resource": { "originId": made.readers, "originSystem": "AadGroup" } },
        "scope": { "originId": made.readers, "originSystem": "AadGroup", "isRootScope": true },
    });
    let path =
        format!("/v1.0/identityGovernance/entitlementManagement/accessPackages/{}/resourceRoleScopes", made.package);
    graph.post(&path, role).await?;
    let stage = json!({
        "durationBeforeAutomaticDenial": "P14D", "isApproverJustificationRequired": false,
        "primaryApprovers": [{ "@odata.type": "#microsoft.graph.requestorManager", "managerLevel": 1 }],
    });
    let policy = json!({
        "displayName": "A week, approved by the manager", "description": "A week, approved by the manager.",
        "allowedTargetScope": "allMemberUsers", "accessPackage": { "id": made.package },
        "expiration": { "type": "afterDuration", "duration": "P7D" },
        "requestorSettings": { "enableTargetsToSelfAddAccess": true },
        "requestApprovalSettings": { "isApprovalRequiredForAdd": true, "stages": [stage] },
    });
    made.package_policy =
        graph.create("/v1.0/identityGovernance/entitlementManagement/assignmentPolicies", policy).await?;

    workflow(
        graph,
        "Welcome",
        "joiner",
        "employeeHireDate",
        json!([task(
            "1b555e50-7f65-41d5-b514-5894a026d10d",
            "Generate TAP and mail it to the manager",
            json!([
                { "name": "tapLifetimeMinutes", "value": "480" }, { "name": "tapIsUsableOnce", "value": "false" },
            ])
        ),]),
    )
    .await?;
    workflow(
        graph,
        "Farewell",
        "leaver",
        "employeeLeaveDateTime",
        json!([
            task("1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", "Disable the account", json!([])),
            task(
                "c0a57e11-a000-4000-8000-00000000d001",
                "Release the person's devices",
                json!([{ "name": "action", "value": "retire" }])
            ),
            task("c0a57e11-a000-4000-8000-00000000d002", "End all roles", json!([])),
            task("42ae2956-193d-4f39-be06-691b8ac4fa1d", "Remove all access package assignments", json!([])),
            task("b3a31406-2a15-4c9a-b25b-a658fa5f07fc", "Remove from all groups", json!([])),
            task("8fa97d28-3e52-4985-b3a9-a1126f9b8b4e", "Remove all direct licences", json!([])),
        ]),
    )
    .await
}

fn task(definition: &str, name: &str, arguments: Value) -> Value {
    json!({
        "taskDefinitionId": definition, "displayName": name, "isEnabled": true, "continueOnError": true,
        "arguments": arguments,
    })
}

async fn workflow(graph: &GraphClient, name: &str, category: &str, date: &str, tasks: Value) -> Result<(), String> {
    let trigger = json!({
        "@odata.type": "#microsoft.graph.identityGovernance.timeBasedAttributeTrigger",
        "timeBasedAttribute": date, "offsetInDays": 0,
    });
    let scope = json!({
        "@odata.type": "#microsoft.graph.identityGovernance.ruleBasedSubjectSet", "rule": "(userType eq 'Member')",
    });
    let body = json!({
        "displayName": name, "category": category, "isEnabled": true, "isSchedulingEnabled": true, "tasks": tasks,
        "executionConditions": {
            "@odata.type": "#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions",
            "trigger": trigger, "scope": scope,
        },
    });
    graph.post("/v1.0/identityGovernance/lifecycleWorkflows/workflows", body).await.map(drop)
}
