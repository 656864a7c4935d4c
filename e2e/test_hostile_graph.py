"""Bad input to Graph: always the protocol's own 4xx error, never a 5xx, and nothing half-written."""

import json

import pytest

from graph import PASSWORD, unique

JSON = {"content-type": "application/json"}


def refused(answer, *statuses: int) -> dict:
    assert answer.status_code in (statuses or (400,)), f"{answer.request.method} {answer.request.url}: {answer.status_code} {answer.text[:500]}"
    error = answer.json()["error"]
    assert error["code"] and error["message"], error
    assert error["innerError"]["request-id"] == answer.headers["request-id"]
    assert "panicked" not in error["message"] and "src/" not in error["message"]
    return error


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"null", b"7", b'"text"', b'{"displayName":}', b"\xff\xfe{}", b"{}" * 2, b'{"a":' * 5000,
     b"[" * 100_000, b'{"displayName":"\\ud800"}', b'{"displayName":1e999999}', b'\x00' * 100],
)
def test_a_body_that_is_not_an_object_is_refused(graph, body):
    for path in ("/v1.0/users", "/beta/groups", "/v1.0/$batch", "/v1.0/deviceManagement/deviceCompliancePolicies"):
        refused(graph.http.post(path, content=body, headers=JSON))


def valid(**more) -> dict:
    name = unique("hostile")
    body = {"accountEnabled": True, "displayName": name, "mailNickname": name, "userPrincipalName": f"{name}@xyz.example"}
    return {**body, "passwordProfile": {"password": PASSWORD}, **more}


@pytest.mark.parametrize(
    "wrong",
    [
        {"accountEnabled": "yes"},
        {"displayName": 7},
        {"displayName": {"a": 1}},
        {"displayName": ["x"]},
        {"businessPhones": "one"},
        {"businessPhones": [1]},
        {"employeeHireDate": "tomorrow"},
        {"employeeHireDate": 12},
        {"employeeOrgData": "none"},
        {"employeeOrgData": {"costCenter": 5}},
        {"passwordProfile": "secret"},
        {"passwordProfile": {"password": 7}},
        {"noSuchProperty": 1},
        {"displayName": None},
        {"displayName": ""},
        {"displayName": "x" * 300},
        {"userPrincipalName": "no-at-sign"},
        {"userPrincipalName": "a@unknown.example"},
        {"userPrincipalName": "a b@xyz.example"},
        {"mailNickname": "white space"},
        {"usageLocation": "Holland"},
        {"manager@odata.bind": "nonsense"},
        {"manager@odata.bind": "https://localhost/v1.0/users/00000000-0000-4000-8000-000000000009"},
        {"@odata.type": "#microsoft.graph.dragon"},
        {"@odata.type": "#microsoft.graph.group"},
        {"@odata.type": 7},
        {"passwordProfile": {"password": "short"}},
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_and_nothing_is_made(graph, wrong):
    body = valid(**wrong)
    refused(graph.http.post("/v1.0/users", json=body), 400, 404)
    name = body["mailNickname"] if "mailNickname" not in wrong else body["userPrincipalName"].split("@")[0]
    assert graph.get(f"/v1.0/users?$filter=userPrincipalName eq '{name}@xyz.example'")["value"] == []


def test_a_change_that_is_wrong_in_one_property_changes_none(graph):
    user = graph.user("whole")
    refused(graph.http.patch(f"/v1.0/users/{user['id']}", json={"jobTitle": "Clerk", "accountEnabled": "maybe"}))
    assert graph.get(f"/v1.0/users/{user['id']}")["jobTitle"] is None


@pytest.mark.parametrize(
    "path",
    [
        "/v1.0/dragons",
        "/v1.0/users/x/y/z",
        "/v1.0/users('",
        "/v1.0/users(a='b')",
        "/v1.0/applications(appId='')",
        "/v1.0/groups/00000000-0000-4000-8000-000000000009/nothing",
        "/v1.0/users/microsoft.graph.dragon",
        "/v1.0/users/%00",
        "/v1.0/users/%ff",
        "/v1.0/" + "users/" * 40,
        "/v1.0/users/" + "x" * 5000,
        "/v1.0/",
        "/beta",
        "/v1.0/$metadata#x/..%2f..%2fetc/passwd",
    ],
)
def test_an_unknown_address_is_refused(graph, path):
    answer = graph.http.get(path)
    if path.startswith("/v1.0/$metadata") or path in ("/v1.0/", "/beta"):
        assert answer.status_code < 500
    else:
        refused(answer, 400, 404, 414)


def test_an_unknown_segment_is_named(graph):
    error = refused(graph.http.get("/v1.0/dragons"), 400, 404)
    assert error["code"] == "BadRequest" and error["message"] == "Resource not found for the segment 'dragons'."


@pytest.mark.parametrize(
    "query",
    [
        "$filter=" + "displayName eq 'x' or " * 500 + "displayName eq 'y'",
        "$filter=" + "(" * 500 + "displayName eq 'x'" + ")" * 500,
        "$filter=" + "not " * 500 + "accountEnabled eq true",
        "$filter=displayName in (" + ",".join(f"'{n}'" for n in range(2000)) + ")",
        "$filter=displayName eq %00",
        "$filter=displayName eq 'x",
        "$filter=accountEnabled eq 'x'",
        "$filter=createdDateTime ge yesterday",
        "$filter=assignedLicenses/any(a:a/skuId eq x)",
        "$filter=assignedLicenses/any(a:",
        "$filter=assignedLicenses/all(a:a/skuId eq 00000000-0000-4000-8000-000000000009)",
        "$filter=1 eq 1",
        "$filter=",
        "$select=" + ",".join(["displayName"] * 1000),
        "$select=nothing",
        "$orderby=nothing",
        "$orderby=displayName sideways",
        "$expand=nothing",
        "$expand=manager($expand=manager($expand=manager($expand=manager($expand=manager($expand=manager($expand=manager)))))))",
        "$top=-1",
        "$top=0x10",
        "$top=99999999999999999999",
        "$skiptoken=nonsense",
        "$skiptoken=" + "A" * 4000,
        '$search="',
        "$count=perhaps",
        "x=" + "y" * 20000,
    ],
)
def test_a_query_that_cannot_be_answered_is_refused(graph, query):
    answer = graph.http.get(f"/v1.0/users?{query}", headers={"consistencylevel": "eventual"})
    if query in ("$count=perhaps", "$filter=", "$select=nothing"):
        assert answer.status_code < 500, answer.text
    else:
        refused(answer, 400, 413, 414)


def test_a_body_over_four_megabytes_is_refused(graph):
    body = json.dumps({"displayName": "x" * (5 << 20)}).encode()
    answer = graph.http.post("/v1.0/users", content=body, headers=JSON)
    assert answer.status_code == 413 and answer.json()["error"]["code"] == "RequestEntityTooLarge"
    assert answer.headers["connection"] == "close", "the rest of the body is not read"


def test_headers_that_are_too_large_or_odd_are_survived(graph):
    for headers in (
        {"consistencylevel": "sometimes"},
        {"prefer": "x" * 20_000},
        {"client-request-id": "not a guid"},
        {"if-match": '"nothing"'},
        {"accept": "text/turtle"},
        {"accept": "application/json;odata.metadata=full"},
        {"content-type": "text/xml"},
        {"x-big": "y" * 30_000},
    ):
        answer = graph.http.get("/v1.0/users?$top=1", headers=headers)
        assert answer.status_code < 500, (headers.keys(), answer.text)


def test_a_method_that_does_not_fit_is_refused(graph):
    user = graph.user()
    for method, path in (
        ("PUT", "/v1.0/users"),
        ("DELETE", "/v1.0/users"),
        ("POST", f"/v1.0/users/{user['id']}"),
        ("PATCH", "/v1.0/users"),
        ("TRACE", "/v1.0/users"),
        ("BREW", "/v1.0/users"),
        ("POST", "/v1.0/users/$count"),
    ):
        answer = graph.http.request(method, path, json={})
        assert 400 <= answer.status_code < 500, (method, path, answer.status_code)


@pytest.mark.parametrize(
    "reference",
    [{}, {"@odata.id": ""}, {"@odata.id": 7}, {"@odata.id": "x"}, {"@odata.id": "https://x/v1.0/users/nobody@xyz.example"},
     {"@odata.id": "https://x/v1.0/dragons/00000000-0000-4000-8000-000000000009"}],
)
def test_a_reference_to_nothing_is_refused(graph, reference):
    group = graph.group()
    refused(graph.http.post(f"/v1.0/groups/{group['id']}/members/$ref", json=reference), 400, 404)
    assert graph.members(group) == set()


def test_too_many_references_at_once_are_refused(graph):
    body = {"members@odata.bind": ["https://x/v1.0/directoryObjects/00000000-0000-4000-8000-000000000009"] * 21}
    group = graph.group()
    refused(graph.http.patch(f"/v1.0/groups/{group['id']}", json=body))


def test_a_rule_that_does_not_parse_is_refused_with_the_position(graph):
    name = unique("rule")
    body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True,
            "groupTypes": ["DynamicMembership"], "membershipRuleProcessingState": "On"}
    for rule in ('user.department -eq "Sales', "user.department -like 5", '(user.department -eq "x"', "", "x" * 4000):
        refused(graph.http.post("/v1.0/groups", json={**body, "membershipRule": rule}))
    error = refused(graph.http.post("/v1.0/groups", json={**body, "membershipRule": 'user.department -gleich "x"'}))
    assert any(character.isdigit() for character in error["message"]), error
