"""msgraph-sdk, unmodified: access for a while. Access packages with approval, roles that are activated, workflows, and the
log of it all."""

import datetime
import time

import pytest
from azure.core.credentials import AccessToken
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.audit_logs.directory_audits.directory_audits_request_builder import DirectoryAuditsRequestBuilder
from msgraph.generated.identity_governance.entitlement_management.assignments.assignments_request_builder import (
    AssignmentsRequestBuilder,
)
from msgraph.generated.identity_governance.lifecycle_workflows.workflows.item.microsoft_graph_identity_governance_activate.activate_post_request_body import (  # noqa: E501
    ActivatePostRequestBody,
)
from msgraph.generated.models.access_package import AccessPackage
from msgraph.generated.models.access_package_approval_stage import AccessPackageApprovalStage
from msgraph.generated.models.access_package_assignment import AccessPackageAssignment
from msgraph.generated.models.access_package_assignment_approval_settings import (
    AccessPackageAssignmentApprovalSettings,
)
from msgraph.generated.models.access_package_assignment_policy import AccessPackageAssignmentPolicy
from msgraph.generated.models.access_package_assignment_request import AccessPackageAssignmentRequest
from msgraph.generated.models.access_package_assignment_requestor_settings import (
    AccessPackageAssignmentRequestorSettings,
)
from msgraph.generated.models.access_package_request_type import AccessPackageRequestType
from msgraph.generated.models.access_package_resource import AccessPackageResource
from msgraph.generated.models.access_package_resource_role import AccessPackageResourceRole
from msgraph.generated.models.access_package_resource_role_scope import AccessPackageResourceRoleScope
from msgraph.generated.models.access_package_resource_scope import AccessPackageResourceScope
from msgraph.generated.models.allowed_target_scope import AllowedTargetScope
from msgraph.generated.models.approval_stage import ApprovalStage
from msgraph.generated.models.expiration_pattern import ExpirationPattern
from msgraph.generated.models.expiration_pattern_type import ExpirationPatternType
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.request_schedule import RequestSchedule
from msgraph.generated.models.single_user import SingleUser
from msgraph.generated.models.unified_role_assignment_schedule_request import UnifiedRoleAssignmentScheduleRequest
from msgraph.generated.models.unified_role_eligibility_schedule_request import UnifiedRoleEligibilityScheduleRequest
from msgraph.generated.models.unified_role_schedule_request_actions import UnifiedRoleScheduleRequestActions
from msgraph.generated.models.user import User

from graph import PASSWORD, unique, within
from people import GRAPH_APP_ID
from test_msal_people import confidential, sign_in

SECONDS_MAX = 20
REPORTS_READER = "4a5d8f65-41da-4de4-8968-e035b65339cf"
# Durations are texts, as the documentation writes them: this client spells a timedelta `7 days, 0:00:00`.
WEEK = ExpirationPattern(type=ExpirationPatternType.AfterDuration, duration="P7D")


class Known:
    """A credential that has its token already."""

    def __init__(self, token: str):
        self.token = token

    def get_token(self, *scopes, **options) -> AccessToken:
        return AccessToken(self.token, int(time.time()) + 3000)


@pytest.fixture
def as_person(server, graph, sdk_as):
    """The SDK as a person, through an application for which an administrator has consented."""

    def client(user, scopes, secret=PASSWORD):
        app = confidential(server, graph)
        principal = graph.get(f"/v1.0/servicePrincipals(appId='{app.client_id}')?$select=id")["id"]
        resource = graph.get(f"/v1.0/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id")["id"]
        grant = {"clientId": principal, "consentType": "AllPrincipals", "resourceId": resource, "scope": " ".join(scopes)}
        graph.post("/v1.0/oauth2PermissionGrants", grant, 201)
        got, _ = sign_in(server, app, user["userPrincipalName"], secret, scopes=scopes)
        return sdk_as(Known(got["access_token"]))

    return client


async def package_for(sdk, group, **more) -> tuple[str, str]:
    """An access package that gives membership of a group, and a policy of who may have it; both ids."""
    where = sdk.identity_governance.entitlement_management
    catalog = (await where.catalogs.get()).value[0]
    package = await where.access_packages.post(
        AccessPackage(display_name=unique("package"), description="For a while.", catalog=catalog)
    )
    resource = AccessPackageResource(origin_id=group["id"], origin_system="AadGroup")
    role = AccessPackageResourceRole(
        origin_id=f"Member_{group['id']}", display_name="Member", origin_system="AadGroup", resource=resource
    )
    scope = AccessPackageResourceScope(origin_id=group["id"], origin_system="AadGroup", is_root_scope=True)
    await where.access_packages.by_access_package_id(package.id).resource_role_scopes.post(
        AccessPackageResourceRoleScope(role=role, scope=scope)
    )
    policy = await where.assignment_policies.post(
        AccessPackageAssignmentPolicy(
            display_name=unique("policy"),
            description="A week.",
            access_package=AccessPackage(id=package.id),
            allowed_target_scope=AllowedTargetScope.AllMemberUsers,
            expiration=WEEK,
            requestor_settings=AccessPackageAssignmentRequestorSettings(enable_targets_to_self_add_access=True),
            **more,
        )
    )
    return package.id, policy.id


async def request(sdk, kind: AccessPackageRequestType, user, package: str, policy: str) -> str:
    """Ask for a package, as the documentation shows it for this client; answers the request's id."""
    names = {"targetId": user["id"], "assignmentPolicyId": policy, "accessPackageId": package}
    made = await sdk.identity_governance.entitlement_management.assignment_requests.post(
        AccessPackageAssignmentRequest(
            request_type=kind, assignment=AccessPackageAssignment(additional_data=names), justification="Needed."
        )
    )
    return made.id


async def test_a_package_is_given_and_taken_by_an_administrator(sdk, graph):
    group, user = graph.group("lent"), graph.user("borrower")
    package, policy = await package_for(sdk, group)
    await request(sdk, AccessPackageRequestType.AdminAdd, user, package, policy)
    within(SECONDS_MAX, lambda: graph.members(group) == {user["id"]})
    assignments = sdk.identity_governance.entitlement_management.assignments
    query = AssignmentsRequestBuilder.AssignmentsRequestBuilderGetQueryParameters(
        filter=f"accessPackage/id eq '{package}'", expand=["target"]
    )
    [assignment] = (await assignments.get(RequestConfiguration(query_parameters=query))).value
    assert assignment.target.object_id == user["id"]
    assert "gives it" in graph.get(f"/beta/explain?assignment={assignment.id}")["text"]
    lasts = assignment.schedule.expiration.end_date_time - datetime.datetime.now(datetime.UTC)
    assert datetime.timedelta(days=6, hours=23) < lasts <= datetime.timedelta(days=7)
    await sdk.identity_governance.entitlement_management.assignment_requests.post(
        AccessPackageAssignmentRequest(
            request_type=AccessPackageRequestType.AdminRemove, assignment=AccessPackageAssignment(id=assignment.id)
        )
    )
    within(SECONDS_MAX, lambda: graph.members(group) == set())


async def test_a_person_asks_and_another_approves(sdk, graph, as_person):
    group, asker, approver = graph.group("asked"), graph.user("asker"), graph.user("approver")
    stage = AccessPackageApprovalStage(
        duration_before_automatic_denial="P14D",
        primary_approvers=[SingleUser(odata_type="#microsoft.graph.singleUser", user_id=approver["id"])],
    )
    settings = AccessPackageAssignmentApprovalSettings(is_approval_required_for_add=True, stages=[stage])
    package, policy = await package_for(sdk, group, request_approval_settings=settings)
    scopes = ["EntitlementManagement.ReadWrite.All"]
    asking, approving = as_person(asker, scopes), as_person(approver, scopes)
    asked = await request(asking, AccessPackageRequestType.UserAdd, asker, package, policy)
    assert graph.members(group) == set()

    def approvals(client):
        where = client.identity_governance.entitlement_management.access_package_assignment_approvals
        return where.by_approval_id(asked).stages

    async def concerns(client, part):
        requests = client.identity_governance.entitlement_management.assignment_requests
        return {request.id for request in (await requests.filter_by_current_user_with_on(part).get()).value}

    everything = {request.id for request in (await sdk.identity_governance.entitlement_management.assignment_requests.get()).value}
    assert asked in everything
    assert await concerns(approving, "approver") == {asked} == await concerns(asking, "target")
    assert await concerns(approving, "createdBy") == set() == await concerns(asking, "approver")
    with pytest.raises(ODataError) as unknown:
        await concerns(approving, "witness")
    assert unknown.value.response_status_code == 400
    [waiting] = (await approvals(approving).get()).value
    with pytest.raises(ODataError) as refused:
        await approvals(asking).by_approval_stage_id(waiting.id).patch(ApprovalStage(review_result="Approve"))
    assert refused.value.response_status_code in (400, 403, 404), "nobody approves what they ask for themselves"
    decision = ApprovalStage(review_result="Approve", justification="Go ahead.")
    await approvals(approving).by_approval_stage_id(waiting.id).patch(decision)
    within(SECONDS_MAX, lambda: graph.members(group) == {asker["id"]})


async def test_a_role_is_activated_for_an_hour(sdk, graph, as_person):
    user = graph.user("activator")
    directory = sdk.role_management.directory
    await directory.role_eligibility_schedule_requests.post(
        UnifiedRoleEligibilityScheduleRequest(
            action=UnifiedRoleScheduleRequestActions.AdminAssign,
            principal_id=user["id"],
            role_definition_id=REPORTS_READER,
            directory_scope_id="/",
            justification="Region.",
            schedule_info=RequestSchedule(expiration=WEEK),
        )
    )
    # Activating a role takes two factors, as which a pass counts.
    scopes = ["RoleAssignmentSchedule.ReadWrite.Directory", "AuditLog.Read.All"]
    mine = as_person(user, scopes, graph.access_pass(user))
    with pytest.raises(ODataError) as refused:
        await mine.audit_logs.directory_audits.get()
    assert refused.value.response_status_code == 403, "being eligible is not being active"
    hour = ExpirationPattern(type=ExpirationPatternType.AfterDuration, duration="PT1H")

    async def activate(**more):
        return await mine.role_management.directory.role_assignment_schedule_requests.post(
            UnifiedRoleAssignmentScheduleRequest(
                action=UnifiedRoleScheduleRequestActions.SelfActivate,
                principal_id=user["id"],
                role_definition_id=REPORTS_READER,
                directory_scope_id="/",
                schedule_info=RequestSchedule(expiration=hour),
                **more,
            )
        )

    with pytest.raises(ODataError) as refused:
        await activate()
    assert refused.value.response_status_code == 400, "a reason is asked for"
    await activate(justification="Quarterly report.")
    requests = mine.role_management.directory.role_assignment_schedule_requests
    [own] = (await requests.filter_by_current_user_with_on("principal").get()).value
    assert own.justification == "Quarterly report." and own.principal_id == user["id"]
    why = str(graph.get(f"/beta/explain?user={user['id']}&role={REPORTS_READER}"))
    assert "holds the role" in why and "it is activated" in why and "Quarterly report." in why and "Region." in why
    where = f"/v1.0/roleManagement/directory/roleAssignments?$filter=principalId eq '{user['id']}'"
    within(SECONDS_MAX, lambda: len(graph.get(where)["value"]) == 1)
    assert (await mine.audit_logs.directory_audits.get()).value


async def test_a_workflow_is_run_for_somebody_who_leaves(sdk, graph):
    user = graph.user("leaver")
    scope = {"@odata.type": "#microsoft.graph.identityGovernance.ruleBasedSubjectSet", "rule": "(department eq 'none')"}
    trigger = {
        "@odata.type": "#microsoft.graph.identityGovernance.timeBasedAttributeTrigger",
        "timeBasedAttribute": "employeeLeaveDateTime",
        "offsetInDays": 0,
    }
    task = {"taskDefinitionId": "1dfdfcc7-52fa-4c2e-bf3a-e3919cc12950", "displayName": "Disable", "isEnabled": True,
            "continueOnError": False, "arguments": []}
    body = {
        "displayName": unique("farewell"), "category": "leaver", "isEnabled": True, "isSchedulingEnabled": False,
        "tasks": [task],
        "executionConditions": {
            "@odata.type": "#microsoft.graph.identityGovernance.triggerAndScopeBasedConditions",
            "trigger": trigger, "scope": scope,
        },
    }
    made = graph.post("/v1.0/identityGovernance/lifecycleWorkflows/workflows", body, 201)
    where = sdk.identity_governance.lifecycle_workflows.workflows.by_workflow_id(made["id"])
    assert (await where.get()).display_name == body["displayName"]
    await where.microsoft_graph_identity_governance_activate.post(ActivatePostRequestBody(subjects=[User(id=user["id"])]))

    def is_disabled():
        return graph.get(f"/v1.0/users/{user['id']}?$select=accountEnabled")["accountEnabled"] is False

    within(SECONDS_MAX, is_disabled)
    [run] = graph.get(f"/v1.0/identityGovernance/lifecycleWorkflows/workflows/{made['id']}/runs")["value"]
    assert run["successfulUsersCount"] == 1, run


async def test_the_audit_says_who_did_what_to_whom(sdk, graph, bootstrap):
    user = graph.user("watched")
    query = DirectoryAuditsRequestBuilder.DirectoryAuditsRequestBuilderGetQueryParameters(
        filter=f"targetResources/any(t:t/id eq '{user['id']}')", top=10
    )
    rows = (await sdk.audit_logs.directory_audits.get(RequestConfiguration(query_parameters=query))).value
    [row] = [row for row in rows if row.activity_display_name == "Add user"]
    assert row.initiated_by.app.app_id == bootstrap["clientId"] and row.result.value == "success"
    assert [target.id for target in row.target_resources] == [user["id"]]
    age = datetime.datetime.now(datetime.UTC) - row.activity_date_time
    assert abs(age) < datetime.timedelta(minutes=1)
