"""Conditional Access as people and clients meet it: blocked, asked for more, let through, and always written down."""

import msal
import pytest

from graph import PASSWORD, unique
from people import asked_once, code_typed
from test_msal_people import confidential, sign_in

ADDRESS = "127.0.0.0/24"


@pytest.fixture
def policy(graph):
    """Enforce policies for one person, and take them away afterwards: others have to sign in too."""
    made = []

    def enforce(user, state="enabled", app="All", controls=("block",), **conditions):
        body = {
            "displayName": unique("policy"),
            "state": state,
            "conditions": {
                "clientAppTypes": ["all"],
                "applications": {"includeApplications": [app]},
                "users": {"includeUsers": [user["id"]]},
                **conditions,
            },
            "grantControls": {"operator": "OR", "builtInControls": list(controls)},
        }
        made.append(graph.post("/v1.0/identity/conditionalAccess/policies", body, 201))
        return made[-1]

    yield enforce
    for one in made:
        graph.delete(f"/v1.0/identity/conditionalAccess/policies/{one['id']}", 204)


def blocked(server, app, user, secret=PASSWORD) -> str:
    with pytest.raises(AssertionError) as refused:
        sign_in(server, app, user["userPrincipalName"], secret)
    return str(refused.value)


def newest(graph, user) -> dict:
    return graph.get(f"/v1.0/auditLogs/signIns?$filter=userId eq '{user['id']}'&$top=1")["value"][0]


def test_a_blocked_person_stays_out_and_the_log_names_the_policy(server, graph, policy):
    user, app = graph.user("blocked"), confidential(server, graph)
    made = policy(user)
    assert "AADSTS53003" in blocked(server, app, user)
    row = newest(graph, user)
    assert row["status"]["errorCode"] == 53003 and row["conditionalAccessStatus"] == "failure"
    results = {applied["id"]: applied["result"] for applied in row["appliedConditionalAccessPolicies"]}
    assert results[made["id"]] == "failure"


def test_a_policy_that_only_reports_lets_in_and_says_what_would_have_been(server, graph, policy):
    user, app = graph.user("reported"), confidential(server, graph)
    made = policy(user, state="enabledForReportingButNotEnforced")
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    assert "access_token" in got, got
    results = {applied["id"]: applied["result"] for applied in newest(graph, user)["appliedConditionalAccessPolicies"]}
    assert results[made["id"]] == "reportOnlyFailure"


def test_a_second_factor_is_demanded_and_a_pass_counts_as_two(server, graph, policy):
    user, app = graph.user("strong"), confidential(server, graph)
    access_pass = graph.access_pass(user)
    policy(user, controls=("mfa",))
    with pytest.raises(Exception, match="(?i)more|factor|pass|strong"):
        sign_in(server, app, user["userPrincipalName"], PASSWORD)
    got, _ = sign_in(server, app, user["userPrincipalName"], access_pass)
    assert "access_token" in got, got


def test_a_device_that_is_not_compliant_is_refused(server, graph, policy):
    user, app = graph.user("device-less"), confidential(server, graph)
    policy(user, controls=("compliantDevice",))
    said = blocked(server, app, user)
    assert any(f"AADSTS{code}" in said for code in (50097, 53000, 53001)), said


def test_a_place_that_is_named_decides(server, graph, policy):
    body = {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "displayName": unique("here"),
        "isTrusted": False,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": ADDRESS}],
    }
    here = graph.post("/v1.0/identity/conditionalAccess/namedLocations", body, 201)
    inside, outside, app = graph.user("inside"), graph.user("outside"), confidential(server, graph)
    policy(inside, locations={"includeLocations": [here["id"]], "excludeLocations": []})
    policy(outside, locations={"includeLocations": ["All"], "excludeLocations": [here["id"]]})
    assert "AADSTS53003" in blocked(server, app, inside)
    got, _ = sign_in(server, app, outside["userPrincipalName"], PASSWORD)
    assert "access_token" in got, got


def test_a_policy_that_comes_later_stops_the_next_refresh(server, graph, policy):
    user, app = graph.user("later"), confidential(server, graph)
    sign_in(server, app, user["userPrincipalName"], PASSWORD)
    policy(user)
    got = app.acquire_token_silent_with_error(["User.Read"], app.get_accounts()[0], force_refresh=True)
    assert got["error"] in ("interaction_required", "invalid_grant") and 53003 in got["error_codes"], got


def test_the_device_flow_can_be_closed(server, graph, policy):
    from test_msal_device_code import begin

    user, (app, flow) = graph.user("no-device-flow"), begin(server, graph)
    policy(user, authenticationFlows={"transferMethods": "deviceCodeFlow"})
    assert "53003" in code_typed(server, flow, user)
    got = asked_once(app, flow)
    assert "access_token" not in got, got


def test_what_would_happen_can_be_asked(server, graph, policy):
    user = graph.user("asked-about")
    made = policy(user, controls=("mfa",))
    body = {
        "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": user["id"]},
        "signInContext": {
            "@odata.type": "#microsoft.graph.applicationContext",
            "includeApplications": ["00000003-0000-0000-c000-000000000000"],
        },
        "signInConditions": {"clientAppType": "browser", "ipAddress": "192.0.2.1"},
        "appliedPoliciesOnly": True,
    }
    answer = graph.post("/v1.0/identity/conditionalAccess/evaluate", body, 200)
    assert made["id"] in {one["id"] for one in answer["value"] if one["policyApplies"]}


def test_a_workload_is_not_a_person(server, graph, policy):
    """A policy about people does not stop a workload."""
    user = graph.user("person")
    policy(user)
    known = server.bootstrap
    app = msal.ConfidentialClientApplication(
        known["clientId"], client_credential=known["clientSecret"], authority=server.authority, instance_discovery=False
    )
    assert "access_token" in app.acquire_token_for_client(["https://graph.microsoft.com/.default"])
