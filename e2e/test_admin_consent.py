"""Consent beforehand for the whole organisation, and claims that an administrator puts into tokens."""

import json
from urllib.parse import urlencode

import jwt
import msal
import pytest

from browser import Browser
from graph import PASSWORD, Graph
from people import GRAPH_APP_ID, REDIRECT
from test_msal_people import sign_in

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
CLOUD_APPLICATION_ADMINISTRATOR = "158c047a-c907-4556-b7ef-446551a6b5f7"


@pytest.fixture
def program(graph):
    """An application that registered a delegated permission and a role of Graph, and Graph itself."""
    [resource] = graph.get(f"/v1.0/servicePrincipals?$filter=appId eq '{GRAPH_APP_ID}'")["value"]
    [scope] = [one for one in resource["oauth2PermissionScopes"] if one["value"] == "User.Read"]
    [role] = [one for one in resource["appRoles"] if one["value"] == "User.Read.All"]
    access = [{"id": scope["id"], "type": "Scope"}, {"id": role["id"], "type": "Role"}]
    required = [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": access}]
    app, principal = graph.app("orders", web={"redirectUris": [REDIRECT]}, requiredResourceAccess=required)
    return app, principal, role


def holder(graph: Graph, role: str | None) -> dict:
    user = graph.user("consenter")
    if role:
        body = {"principalId": user["id"], "roleDefinitionId": role, "directoryScopeId": "/"}
        graph.post("/v1.0/roleManagement/directory/roleAssignments", body, 201)
    return user


def ask(server, user: dict, app: dict, **more) -> dict | str:
    query = {"client_id": app["appId"], "redirect_uri": REDIRECT, "state": "s 1", **more}
    with server.http() as http:
        browser = Browser(http, user["userPrincipalName"], PASSWORD)
        return browser.go(f"{server.url}/{server.tenant}/v2.0/adminconsent?{urlencode(query)}", back_to=REDIRECT)


def granted(graph: Graph, principal: dict) -> tuple[list, list]:
    grants = graph.all(f"/v1.0/servicePrincipals/{principal['id']}/oauth2PermissionGrants")
    roles = graph.all(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments")
    return [(one["consentType"], one["scope"]) for one in grants], [one["appRoleId"] for one in roles]


def test_an_administrator_consents_for_everybody_and_nobody_else_does(server, graph, program):
    app, principal, role = program
    everything = "https://graph.microsoft.com/.default"
    for nobody in (None, CLOUD_APPLICATION_ADMINISTRATOR):
        told = ask(server, holder(graph, nobody), app, scope=everything)
        assert isinstance(told, str) and "AADSTS90094" in told, told
    assert granted(graph, principal) == ([], []), "permissions of Graph itself take who assigns directory roles"
    # What is only for people, who keeps the applications may give.
    told = ask(server, holder(graph, CLOUD_APPLICATION_ADMINISTRATOR), app, scope="Group.Read.All")
    assert isinstance(told, dict) and told["admin_consent"] == "True", told
    assert granted(graph, principal) == ([("AllPrincipals", "Group.Read.All")], [])
    told = ask(server, holder(graph, GLOBAL_ADMINISTRATOR), app, scope=everything)
    assert (told["admin_consent"], told["tenant"], told["state"]) == ("True", server.tenant, "s 1"), told
    assert told["scope"] == everything
    assert granted(graph, principal) == ([("AllPrincipals", "Group.Read.All User.Read")], [role["id"]])
    # Nobody is asked any more, and the application may act as itself.
    client = msal.ConfidentialClientApplication(
        app["appId"], client_credential=graph.secret(app), authority=server.authority, instance_discovery=False
    )
    got, browser = sign_in(server, client, graph.user()["userPrincipalName"], PASSWORD)
    assert "access_token" in got and "Permissions requested" not in " ".join(browser.seen), got
    own = client.acquire_token_for_client(["https://graph.microsoft.com/.default"])
    Graph(server, own["access_token"]).get("/v1.0/users?$top=1")


def test_claims_are_mapped_into_the_tokens_of_an_application_that_accepts_them(server, graph):
    app, principal = graph.app("mapped", web={"redirectUris": [REDIRECT]}, api={"acceptMappedClaims": True})

    def policy(claim: str, expect: int) -> dict:
        schema = [{"Source": "user", "ID": "employeeid", "JwtClaimType": claim}, {"Value": "north", "JwtClaimType": "site"}]
        definition = {"ClaimsMappingPolicy": {"Version": 1, "IncludeBasicClaimSet": "true", "ClaimsSchema": schema}}
        body = {"definition": [json.dumps(definition)], "displayName": f"says {claim}"}
        return graph.post("/v1.0/policies/claimsMappingPolicies", body, expect)

    policy("roles", 400)
    one, other = policy("badge", 201), policy("badge", 201)
    where = f"/v1.0/servicePrincipals/{principal['id']}/claimsMappingPolicies"
    ref = {"@odata.id": f"{server.url}/v1.0/policies/claimsMappingPolicies/{one['id']}"}
    graph.post(f"{where}/$ref", ref, 204)
    graph.post(f"{where}/$ref", {"@odata.id": ref["@odata.id"].replace(one["id"], other["id"])}, 400)
    assert [found["id"] for found in graph.all(where)] == [one["id"]]
    client = msal.ConfidentialClientApplication(
        app["appId"], client_credential=graph.secret(app), authority=server.authority, instance_discovery=False
    )
    user = graph.user(employeeId="E-77")
    got, _ = sign_in(server, client, user["userPrincipalName"], PASSWORD)
    claims = jwt.decode(got["id_token"], options={"verify_signature": False})
    assert (claims["badge"], claims["site"], claims["name"]) == ("E-77", "north", user["displayName"])
    graph.patch(f"/v1.0/applications/{app['id']}", {"api": {"acceptMappedClaims": False}})
    with server.http() as http:
        browser = Browser(http, user["userPrincipalName"], PASSWORD)
        flow = client.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
        assert "AADSTS50146" in browser.go(flow["auth_uri"], back_to=REDIRECT)
