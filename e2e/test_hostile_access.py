"""Who may not, gets nothing: neither data nor a hint that there is any."""

import pytest

from graph import PASSWORD, Graph
from test_msal_people import confidential, sign_in

SETS = [
    "users", "groups", "devices", "applications", "servicePrincipals", "oauth2PermissionGrants", "organization",
    "domains", "subscribedSkus", "directoryRoles", "directory/deletedItems", "directory/administrativeUnits",
    "roleManagement/directory/roleDefinitions", "roleManagement/directory/roleAssignments",
    "roleManagement/directory/roleEligibilityScheduleRequests", "identity/conditionalAccess/policies",
    "identity/conditionalAccess/namedLocations", "policies/authorizationPolicy", "deviceManagement/managedDevices",
    "deviceManagement/deviceCompliancePolicies", "deviceManagement/configurationPolicies",
    "deviceAppManagement/mobileApps", "identityGovernance/entitlementManagement/accessPackages",
    "identityGovernance/entitlementManagement/assignmentRequests", "identityGovernance/lifecycleWorkflows/workflows",
    "auditLogs/directoryAudits", "auditLogs/signIns", "auditLogs/provisioning",
]  # fmt: skip
NOBODY_THERE = "00000000-0000-4000-8000-000000000001"


@pytest.fixture(scope="module")
def powerless(server, graph) -> Graph:
    """A workload that was granted nothing."""
    app, _ = graph.app("powerless")
    return Graph(server, server.token(app["appId"], graph.secret(app)))


@pytest.fixture(scope="module")
def person(server, graph) -> tuple[dict, Graph]:
    """A person without a role, through an application that was granted `User.Read`."""
    user = graph.user("ordinary")
    got, _ = sign_in(server, confidential(server, graph), user["userPrincipalName"], PASSWORD)
    return user, Graph(server, got["access_token"])


@pytest.mark.parametrize("path", SETS)
def test_nobody_gets_nothing(server, path):
    with server.http() as http:
        for method in ("GET", "POST", "PATCH", "DELETE"):
            answer = http.request(method, f"/beta/{path}", json={})
            assert answer.status_code == 401, (method, answer.text)
            assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"


@pytest.mark.parametrize("path", SETS)
def test_a_workload_without_permissions_gets_nothing(powerless, path):
    for method, target in (("GET", path), ("POST", path), ("GET", f"{path}/{NOBODY_THERE}"),
                           ("PATCH", f"{path}/{NOBODY_THERE}"), ("DELETE", f"{path}/{NOBODY_THERE}")):
        answer = powerless.http.request(method, f"/beta/{target}", json={} if method != "GET" else None)
        # What nobody may do at all is said first: some are never created or deleted.
        assert answer.status_code in (403, 404, 405, 400), (method, target, answer.status_code, answer.text[:300])
        if (method, target) == ("GET", path):
            # The one object of its kind answers as absent to who cannot see it.
            assert answer.status_code == 403 or path.startswith("policies/"), (target, answer.text[:300])


def test_a_person_sees_and_changes_nobody_else(graph, person):
    user, mine = person
    other, group = graph.user("other", jobTitle="Director"), graph.group("closed")
    assert mine.get("/v1.0/me")["id"] == user["id"]
    for method, path, body in (
        ("GET", f"/v1.0/users/{other['id']}", None),
        ("PATCH", f"/v1.0/users/{other['id']}", {"jobTitle": "Clerk"}),
        ("DELETE", f"/v1.0/users/{other['id']}", None),
        ("POST", f"/v1.0/users/{other['id']}/revokeSignInSessions", {}),
        ("POST", f"/v1.0/users/{other['id']}/authentication/temporaryAccessPassMethods", {}),
        ("POST", f"/v1.0/groups/{group['id']}/members/$ref", {"@odata.id": f"https://x/v1.0/users/{user['id']}"}),
        ("POST", "/v1.0/roleManagement/directory/roleAssignments", {"principalId": user["id"], "directoryScopeId": "/"}),
        ("POST", f"/v1.0/users/{user['id']}/assignLicense", {"addLicenses": [], "removeLicenses": []}),
        ("PATCH", f"/v1.0/users/{user['id']}", {"accountEnabled": False}),
        ("PATCH", f"/v1.0/users/{user['id']}", {"userPrincipalName": "admin2@xyz.example"}),
    ):
        answer = mine.http.request(method, path, json=body)
        assert answer.status_code in (403, 404), (method, path, answer.status_code, answer.text[:300])
    assert graph.get(f"/v1.0/users/{other['id']}")["jobTitle"] == "Director"
    assert graph.members(group) == set()


def test_nobody_can_raise_themselves(server, graph):
    """An application that may write applications cannot take over one that may do more."""
    app, principal = graph.app("climber")
    resource = graph.get("/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')")
    role = next(role for role in resource["appRoles"] if role["value"] == "Application.ReadWrite.OwnedBy")
    given = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": role["id"]}
    graph.post(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments", given, 201)
    mine = Graph(server, server.token(app["appId"], graph.secret(app)))
    bootstrap = graph.get(f"/v1.0/applications(appId='{server.bootstrap['clientId']}')?$select=id")
    refused = mine.http.post(f"/v1.0/applications/{bootstrap['id']}/addPassword", json={})
    assert refused.status_code in (403, 404), refused.text
    all_roles = next(role for role in resource["appRoles"] if role["value"] == "RoleManagement.ReadWrite.Directory")
    refused = mine.http.post(
        f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments", json={**given, "appRoleId": all_roles["id"]}
    )
    assert refused.status_code in (403, 404), refused.text
    assert graph.get(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments")["value"][1:] == []


def test_secrets_are_never_shown(graph):
    user = graph.user("secretive")
    app, _ = graph.app("secretive")
    secret = graph.secret(app)
    for path in (f"users/{user['id']}", f"applications/{app['id']}", f"users/{user['id']}/authentication/methods"):
        for query in ("", "?$select=*", "?$select=passwordProfile,passwordVerifier,secretVerifiers,passwordCredentials"):
            text = graph.http.get(f"/beta/{path}{query}").text
            assert secret not in text and PASSWORD not in text and "$argon2" not in text, (path, query)
    refused = graph.http.get("/beta/users?$filter=startswith(passwordVerifier,'$argon2')&$count=true", headers={"consistencylevel": "eventual"})
    assert refused.status_code == 400, refused.text
