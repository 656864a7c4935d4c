"""Conditional Access as its administrators run it: templates, what if, preview, terms of use, places, and no way to lock
everybody out unawares."""

import base64
import struct

import pytest

from browser import Refused
from graph import PASSWORD, unique
from test_conditional_access import newest, policy  # noqa: F401  (a fixture)
from test_msal_people import confidential, sign_in

ROOT = "/v1.0/identity/conditionalAccess"
GRAPH_APP = "00000003-0000-0000-c000-000000000000"


def body(user: dict, **more) -> dict:
    """A policy about one person and everything."""
    return {
        "displayName": unique("policy"),
        "state": "disabled",
        "conditions": {
            "clientAppTypes": ["all"],
            "applications": {"includeApplications": ["All"]},
            "users": {"includeUsers": [user["id"]]},
        },
        "grantControls": {"operator": "OR", "builtInControls": ["mfa"]},
        **more,
    }


def test_templates_are_listed_and_each_makes_a_policy(graph):
    templates = graph.get(f"{ROOT}/templates")["value"]
    names = {template["name"]: template for template in templates}
    assert len(names) >= 12 and "Require multifactor authentication for admins" in names
    one = graph.get(f"{ROOT}/templates/{templates[0]['id']}")
    assert one["details"] == templates[0]["details"] and one["scenarios"]
    for template in templates:
        details = {name: part for name, part in template["details"].items() if part is not None}
        made = graph.post(
            f"{ROOT}/policies",
            {"displayName": template["name"], "state": "disabled", "templateId": template["id"], **details},
            201,
        )
        assert made["templateId"] == template["id"]
        graph.delete(f"{ROOT}/policies/{made['id']}", 204)


def test_what_would_happen_is_answered_in_graphs_shape(graph, policy):  # noqa: F811
    user = graph.user("what-if")
    phones = policy(user, platforms={"includePlatforms": ["android"]})
    everywhere = policy(user, controls=("mfa",))
    question = {
        "signInIdentity": {"@odata.type": "#microsoft.graph.userSignIn", "userId": user["id"]},
        "signInContext": {"@odata.type": "#microsoft.graph.applicationContext", "includeApplications": [GRAPH_APP]},
        "signInConditions": {"clientAppType": "browser", "devicePlatform": "windows", "country": "DE"},
    }
    answer = graph.post(f"{ROOT}/evaluate", question, 200)
    found = {one["id"]: one for one in answer["value"]}
    assert found[everywhere["id"]]["policyApplies"] is True
    assert found[everywhere["id"]]["analysisReasons"] == "notSet"
    assert found[everywhere["id"]]["grantControls"]["builtInControls"] == ["mfa"]
    assert found[phones["id"]]["policyApplies"] is False
    assert found[phones["id"]]["analysisReasons"] == "devicePlatform"
    only = graph.post(f"{ROOT}/evaluate", {**question, "appliedPoliciesOnly": True}, 200)["value"]
    assert phones["id"] not in {one["id"] for one in only}


def test_a_draft_is_tried_on_the_sign_ins_of_the_last_days(server, graph):
    user, app = graph.user("previewed"), confidential(server, graph)
    group = graph.group("previewed")
    graph.post(
        f"/v1.0/groups/{group['id']}/members/$ref",
        {"@odata.id": f"{server.url}/v1.0/directoryObjects/{user['id']}"},
    )
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    assert "access_token" in got, got
    assert "evidence" not in newest(graph, user), "what was proved is for the preview alone"
    draft = body(user, grantControls={"operator": "OR", "builtInControls": ["block"]})
    report = graph.post(f"{ROOT}/preview", {"policy": draft, "days": 1}, 200)
    assert report["isComplete"] is True and report["signInsJudged"] >= 1
    assert report["blocked"]["users"] == 1 and report["blocked"]["signIns"] >= 1 and report["prompted"]["signIns"] == 0
    assert [one["userPrincipalName"] for one in report["byUser"]] == [user["userPrincipalName"]]
    assert {one["id"] for one in report["byGroup"]} == {group["id"]}
    assert report["byApplication"][0]["blocked"] >= 1
    made = graph.post(f"{ROOT}/policies", body(user), 201)
    asked = graph.post(f"{ROOT}/preview", {"policyId": made["id"]}, 200)
    assert asked["prompted"]["users"] == 1 and asked["blocked"]["signIns"] == 0
    assert graph.get(f"{ROOT}/policies/{made['id']}")["state"] == "disabled", "a trial changes nothing"
    graph.delete(f"{ROOT}/policies/{made['id']}", 204)
    wrong = body(user, grantControls={"operator": "OR", "builtInControls": ["block", "mfa"]})
    graph.ask("POST", f"{ROOT}/preview", 400, json={"policy": wrong})
    graph.ask("POST", f"{ROOT}/preview", 400, json={"policy": draft, "days": 0})


def test_nobody_locks_out_every_administrator_without_saying_why(spare):
    from graph import Graph

    server = spare()
    graph = Graph(server)
    everybody = body({"id": "All"}, state="enabled", grantControls={"operator": "OR", "builtInControls": ["block"]})
    refused = graph.ask("POST", f"{ROOT}/policies", 400, json=everybody)
    assert "lock out" in refused.text
    graph.ask("POST", f"{ROOT}/policies", 400, json={**everybody, "isLockoutAccepted": True})
    reason = "the drill of this quarter"
    made = graph.post(f"{ROOT}/policies", {**everybody, "isLockoutAccepted": True, "lockoutAcceptedReason": reason}, 201)
    audits = graph.get("/v1.0/auditLogs/directoryAudits?$top=20")["value"]
    values = [
        changed.get("newValue") or ""
        for audit in audits
        for target in audit["targetResources"]
        if target["id"] == made["id"]
        for changed in target["modifiedProperties"]
    ]
    assert any(reason in value for value in values), "the reason is in the audit"


def test_terms_of_use_are_accepted_once_and_again_when_they_change(server, graph, policy):  # noqa: F811
    def text(words: str, **more) -> dict:
        data = base64.b64encode(words.encode()).decode()
        return {"fileName": "terms.txt", "language": "en", "isDefault": True, "fileData": {"data": data}, **more}

    agreements = "/v1.0/identityGovernance/termsOfUse/agreements"
    terms = graph.post(agreements, {"displayName": unique("House rules"), "files": [text("Be kind.")]}, 201)
    user, app = graph.user("agreeable"), confidential(server, graph)
    name = user["userPrincipalName"]
    made = policy(user, controls=("mfa",), state="disabled")
    graph.patch(
        f"{ROOT}/policies/{made['id']}",
        {"state": "enabled", "grantControls": {"operator": "OR", "builtInControls": [], "termsOfUse": [terms["id"]]}},
    )
    got, browser = sign_in(server, app, name, PASSWORD)
    assert "access_token" in got, got
    assert any("Be kind." in seen for seen in browser.seen), "the terms were shown"
    acceptances = graph.get(f"{agreements}/{terms['id']}/acceptances")["value"]
    assert [(one["userId"], one["state"]) for one in acceptances] == [(user["id"], "accepted")]
    _, browser = sign_in(server, app, name, PASSWORD)
    assert not any("Be kind." in seen for seen in browser.seen), "nobody is asked twice"
    graph.patch(f"{agreements}/{terms['id']}", {"files": [text("Be very kind.", isMajorVersion=True)]})
    _, browser = sign_in(server, app, name, PASSWORD)
    assert any("Be very kind." in seen for seen in browser.seen), "a major version is accepted anew"
    graph.ask("DELETE", f"{agreements}/{terms['id']}", 400)


def test_what_is_relied_on_is_not_deleted_and_what_is_deleted_comes_back(graph):
    user = graph.user("relied-on")
    contexts, locations = f"{ROOT}/authenticationContextClassReferences", f"{ROOT}/namedLocations"
    context = graph.post(contexts, {"id": "c42", "displayName": unique("Payroll"), "isAvailable": True}, 201)
    assert graph.get(f"{contexts}/c42")["displayName"] == context["displayName"]
    graph.ask("POST", contexts, 400, json={"id": "c100", "displayName": "too far"})
    place = {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "displayName": unique("place"),
        "isTrusted": True,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv6CidrRange", "cidrAddress": "2001:db8::/32"}],
    }
    place = graph.post(locations, place, 201)
    conditions = {
        "clientAppTypes": ["all"],
        "applications": {"includeAuthenticationContextClassReferences": ["c42"]},
        "users": {"includeUsers": [user["id"]]},
        "locations": {"includeLocations": ["All"], "excludeLocations": [place["id"]]},
    }
    made = graph.post(f"{ROOT}/policies", body(user, conditions=conditions), 201)
    graph.ask("DELETE", f"{contexts}/c42", 400)
    graph.ask("DELETE", f"{locations}/{place['id']}", 400)
    graph.patch(f"{contexts}/c42", {"isAvailable": False})
    typed = "#microsoft.graph.ipNamedLocation"
    graph.patch(f"{locations}/{place['id']}", {"@odata.type": typed, "isTrusted": False})
    graph.ask("DELETE", f"{contexts}/c42", 400)
    graph.ask("DELETE", f"{locations}/{place['id']}", 400)
    graph.delete(f"{ROOT}/policies/{made['id']}", 204)
    assert made["id"] in {one["id"] for one in graph.get(f"{ROOT}/deletedItems/policies")["value"]}
    graph.ask("POST", f"{ROOT}/deletedItems/policies/{made['id']}/restore")
    assert graph.get(f"{ROOT}/policies/{made['id']}")["displayName"] == made["displayName"]
    graph.delete(f"{ROOT}/policies/{made['id']}", 204)
    graph.delete(f"{contexts}/c42", 204)
    graph.delete(f"{locations}/{place['id']}", 204)


def test_what_is_exported_is_imported_whole_and_what_is_unknown_is_not_enforced(graph):
    user = graph.user("imported")
    foreign = body(user)
    foreign["conditions"]["times"] = {"includedRanges": ["09:00-17:00"]}
    made = graph.post(f"{ROOT}/policies", foreign, 201)
    exported = graph.get(f"{ROOT}/policies/{made['id']}")
    assert exported["conditions"]["times"] == {"includedRanges": ["09:00-17:00"]}
    refused = graph.ask("PATCH", f"{ROOT}/policies/{made['id']}", 400, json={"state": "enabled"})
    assert "times" in refused.text
    given = {name: value for name, value in exported.items() if not name.startswith("@") and value is not None}
    for name in ("id", "createdDateTime", "modifiedDateTime"):
        given.pop(name, None)
    again = graph.post(f"{ROOT}/policies", given, 201)
    assert again["conditions"]["times"] == {"includedRanges": ["09:00-17:00"]}
    for one in (made, again):
        graph.delete(f"{ROOT}/policies/{one['id']}", 204)


def test_a_sign_in_explains_itself_on_the_desk(server, graph, policy):  # noqa: F811
    user, app = graph.user("explained"), confidential(server, graph)
    made = policy(user)
    with pytest.raises((AssertionError, Refused)):
        sign_in(server, app, user["userPrincipalName"], PASSWORD)
    row = newest(graph, user)
    told = server.cli("explain", "--sign-in", row["id"])
    assert told.returncode == 0, told.stderr
    assert "53003" in told.stdout and made["displayName"] in told.stdout
    assert f"users met: user {user['id']}" in told.stdout and "application met" in told.stdout


def mmdb(country: str) -> bytes:
    """A file of the MaxMind DB format 2.0 in which every IPv4 address is in one country."""

    def text(words: str) -> bytes:
        return bytes([0x40 | len(words)]) + words.encode()

    def number(value: int) -> bytes:
        return b"\xc4" + struct.pack(">I", value)

    data = b"\xe1" + text("country") + b"\xe1" + text("iso_code") + text(country)
    nodes = 1
    leaf = struct.pack(">I", nodes + 16)[1:]
    about = {
        "node_count": number(nodes),
        "record_size": b"\xa1\x18",
        "ip_version": b"\xa1\x04",
        "database_type": text("Test"),
        "languages": b"\x00\x04",
        "binary_format_major_version": b"\xa1\x02",
        "binary_format_minor_version": b"\xa0",
        "build_epoch": b"\x01\x02\x01",
        "description": b"\xe0",
    }
    metadata = bytes([0xE0 | len(about)]) + b"".join(text(name) + value for name, value in about.items())
    return leaf + leaf + bytes(16) + data + b"\xab\xcd\xefMaxMind.com" + metadata


def test_a_country_is_told_by_the_operators_file(spare, tmp_path, monkeypatch):
    from graph import Graph

    file = tmp_path / "countries.mmdb"
    file.write_bytes(mmdb("DE"))
    server = spare("--countries", str(file), name="countries")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    graph = Graph(server)
    place = {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "displayName": "Germany",
        "countriesAndRegions": ["DE"],
        "countryLookupMethod": "clientIpAddress",
        "includeUnknownCountriesAndRegions": False,
    }
    place = graph.post(f"{ROOT}/namedLocations", place, 201)
    user, app = graph.user("traveller"), confidential(server, graph)
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    assert "access_token" in got, got
    assert newest(graph, user)["location"]["countryOrRegion"] == "DE"
    block = body(user, state="enabled", grantControls={"operator": "OR", "builtInControls": ["block"]})
    block["conditions"]["locations"] = {"includeLocations": [place["id"]]}
    graph.post(f"{ROOT}/policies", block, 201)
    with pytest.raises((AssertionError, Refused)):
        sign_in(server, app, user["userPrincipalName"], PASSWORD)
