"""What follows from what: members from rules, licences from groups, and the reasons."""

import json
import uuid

import pytest

from graph import unique, within

SECONDS_MAX = 20


def dynamic(graph, rule: str, **more) -> dict:
    return graph.group(
        "dynamic", groupTypes=["DynamicMembership"], membershipRule=rule, membershipRuleProcessingState="On", **more
    )


def test_people_come_and_go_as_the_rule_says(graph):
    department = unique("Sales")
    early = graph.user(department=department)
    group = dynamic(graph, f'(user.department -eq "{department}") and (user.accountEnabled -eq true)')
    within(SECONDS_MAX, lambda: graph.members(group) == {early["id"]})
    late = graph.user(department=department)
    within(SECONDS_MAX, lambda: graph.members(group) == {early["id"], late["id"]})
    graph.patch(f"/v1.0/users/{late['id']}", {"department": "elsewhere"}, 204)
    within(SECONDS_MAX, lambda: graph.members(group) == {early["id"]})
    graph.patch(f"/v1.0/users/{early['id']}", {"accountEnabled": False}, 204)
    within(SECONDS_MAX, lambda: graph.members(group) == set())


def test_a_new_rule_makes_a_new_membership(graph):
    one, two = graph.user(department=unique("one")), graph.user(department=unique("two"))
    rule = 'user.department -eq "{}"'.format
    departments = [graph.get(f"/v1.0/users/{u['id']}?$select=department")["department"] for u in (one, two)]
    group = dynamic(graph, rule(departments[0]))
    within(SECONDS_MAX, lambda: graph.members(group) == {one["id"]})
    graph.patch(f"/v1.0/groups/{group['id']}", {"membershipRule": rule(departments[1])}, 204)
    within(SECONDS_MAX, lambda: graph.members(group) == {two["id"]})


def test_nobody_is_added_to_a_dynamic_group_by_hand(graph):
    group, user = dynamic(graph, 'user.department -eq "nobody"'), graph.user()
    reference = {"@odata.id": f"https://graph.microsoft.com/v1.0/users/{user['id']}"}
    refused = graph.post(f"/v1.0/groups/{group['id']}/members/$ref", reference, 403)
    assert refused["error"]["message"]
    assert graph.members(group) == set()


@pytest.fixture(scope="module")
def product(graph) -> dict:
    """A product with two plans and seats for five."""
    plans = [{"servicePlanId": str(uuid.uuid4()), "servicePlanName": name, "appliesTo": "User"} for name in ("MAIL", "CALLS")]
    body = {"skuId": str(uuid.uuid4()), "skuPartNumber": unique("PRODUCT"), "servicePlans": plans}
    return graph.post("/v1.0/subscribedSkus", {**body, "prepaidUnits": {"enabled": 5}}, 201)


def licences(graph, user) -> set[str]:
    got = graph.get(f"/v1.0/users/{user['id']}?$select=assignedLicenses")
    return {licence["skuId"] for licence in got["assignedLicenses"]}


def test_a_licence_comes_and_goes_with_the_group(graph, product):
    department = unique("Licensed")
    group = dynamic(graph, f'user.department -eq "{department}"')
    body = {"addLicenses": [{"skuId": product["skuId"], "disabledPlans": []}], "removeLicenses": []}
    assert graph.ask("POST", f"/v1.0/groups/{group['id']}/assignLicense", json=body).status_code in (200, 202)
    user = graph.user(department=department, usageLocation="NL")
    within(SECONDS_MAX, lambda: licences(graph, user) == {product["skuId"]})
    states = graph.get(f"/v1.0/users/{user['id']}?$select=licenseAssignmentStates")["licenseAssignmentStates"]
    assert [(s["assignedByGroup"], s["state"]) for s in states] == [(group["id"], "Active")]
    used = graph.get(f"/v1.0/subscribedSkus/{product['id']}")["consumedUnits"]
    assert used == 1
    graph.patch(f"/v1.0/users/{user['id']}", {"department": "elsewhere"}, 204)
    within(SECONDS_MAX, lambda: licences(graph, user) == set())


def test_there_are_no_more_licences_than_seats(graph):
    plans = [{"servicePlanId": str(uuid.uuid4()), "servicePlanName": "ONE", "appliesTo": "User"}]
    sku = {"skuId": str(uuid.uuid4()), "skuPartNumber": unique("SCARCE"), "servicePlans": plans, "prepaidUnits": {"enabled": 1}}
    graph.post("/v1.0/subscribedSkus", sku, 201)
    group, people = graph.group("scarce"), [graph.user(usageLocation="NL") for _ in range(2)]
    body = {"addLicenses": [{"skuId": sku["skuId"], "disabledPlans": []}], "removeLicenses": []}
    graph.ask("POST", f"/v1.0/groups/{group['id']}/assignLicense", json=body)
    for person in people:
        graph.post(f"/v1.0/groups/{group['id']}/members/$ref", {"@odata.id": f"https://x/v1.0/users/{person['id']}"}, 204)

    def states() -> list[tuple[str, str]]:
        query = "$select=licenseAssignmentStates"
        users = [graph.get(f"/v1.0/users/{person['id']}?{query}") for person in people]
        return sorted((state["state"], state["error"]) for user in users for state in user["licenseAssignmentStates"])

    within(SECONDS_MAX, lambda: states() == [("Active", "None"), ("Error", "CountViolation")])
    assert sum(bool(licences(graph, person)) for person in people) == 1


def test_a_licence_needs_a_place_to_be_used(graph, product):
    user = graph.user()
    body = {"addLicenses": [{"skuId": product["skuId"], "disabledPlans": []}], "removeLicenses": []}
    refused = graph.post(f"/v1.0/users/{user['id']}/assignLicense", body, 400)
    assert "usage location" in refused["error"]["message"].lower()


def test_the_program_explains_why(graph, server, product):
    department = unique("Explained")
    group = dynamic(graph, f'user.department -eq "{department}"')
    body = {"addLicenses": [{"skuId": product["skuId"], "disabledPlans": []}], "removeLicenses": []}
    graph.ask("POST", f"/v1.0/groups/{group['id']}/assignLicense", json=body)
    user = graph.user(department=department, usageLocation="NL")
    within(SECONDS_MAX, lambda: licences(graph, user) == {product["skuId"]})

    why = server.cli("explain", "--user", user["userPrincipalName"], "--group", group["id"])
    assert why.returncode == 0, why.stderr
    assert "rule" in why.stdout and department in why.stdout, why.stdout
    why = server.cli("explain", "--user", user["id"], "--licence", product["skuPartNumber"], "--json")
    assert why.returncode == 0, why.stderr
    assert group["displayName"] in why.stdout and json.loads(why.stdout)["text"]
    why = server.cli("explain", "--user", "nobody@xyz.example", "--group", group["id"])
    assert why.returncode != 0 and "nobody@xyz.example" in why.stderr
