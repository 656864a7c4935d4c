"""Requests as a broken or malicious client would write them, by chance but the same every time: never a fault."""

import json
import random

from graph import unique

REQUESTS = 400
WORDS = [
    "users", "groups", "$filter", "$select", "$expand", "$batch", "$ref", "$count", "delta()", "members", "manager",
    "me", "microsoft.graph.user", "('x')", "(appId='x')", "\u0000", "%00", "%2f", "..", "'", '"', "(", ")", ";", ",",
    "eq", "ne", "and", "or", "not", "any(x:x eq 1)", "in ('a')", "null", "true", "9999999999999999999999", "-1", "1e309",
    "2026-13-45T99:99:99Z", "00000000-0000-4000-8000-000000000009", "startswith(displayName,'a')", "displayName", "id",
    "accountEnabled", "assignedLicenses/any()", "\u202e", "é" * 50, "x" * 300, "{}", "[]", "/", "//", "?", "&", "=", "$",
]  # fmt: skip
ROOTS = ["users", "groups", "applications", "devices", "identity/conditionalAccess/policies", "deviceManagement/configurationPolicies"]


def value(chance: random.Random, depth: int = 0):
    kinds = [None, True, 0, -1, 1.5, 2**63, "", "text", "x" * 2000, chance.choice(WORDS)]
    if depth < 3 and chance.random() < 0.4:
        if chance.random() < 0.5:
            return [value(chance, depth + 1) for _ in range(chance.randrange(4))]
        return {chance.choice(["displayName", "@odata.type", "id", "a@odata.bind", *WORDS]): value(chance, depth + 1) for _ in range(3)}
    return chance.choice(kinds)


def test_reading_by_chance_is_answered_or_refused(graph):
    from urllib.parse import quote

    chance = random.Random(7)
    for _ in range(REQUESTS):
        path = "/".join(chance.choice([*ROOTS, *WORDS]) for _ in range(chance.randrange(1, 4)))
        option = chance.choice(["$filter", "$select", "$expand", "$orderby", "$search", "$top", "$skiptoken", "$deltatoken"])
        text = " ".join(chance.choice(WORDS) for _ in range(chance.randrange(1, 12)))
        url = f"/v1.0/{quote(path, safe='/$()=')}?{option}={quote(text)}"
        answer = graph.http.get(url, headers={"consistencylevel": "eventual"})
        assert answer.status_code < 500, (url, answer.text)


def test_writing_by_chance_is_done_or_refused(graph):
    chance = random.Random(8)
    name = unique("fuzz")
    base = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True}
    for _ in range(REQUESTS):
        body = {**base, chance.choice([*base, "description", "groupTypes", "membershipRule", "@odata.type", "members@odata.bind"]): value(chance)}
        root = chance.choice(ROOTS)
        method = chance.choice(["POST", "PATCH", "PUT"])
        path = root if method == "POST" else f"{root}/00000000-0000-4000-8000-000000000009"
        text = json.dumps(body)
        if chance.random() < 0.3:
            at = chance.randrange(len(text))
            text = text[:at] + chance.choice(["", "{", '"', "\\u", ",", "\x01"]) + text[at + 1 :]
        answer = graph.http.request(method, f"/beta/{path}", content=text.encode(), headers={"content-type": "application/json"})
        assert answer.status_code < 500, (method, path, text, answer.text)


def test_signing_in_by_chance_is_refused(server):
    chance = random.Random(9)
    names = ["grant_type", "client_id", "client_secret", "client_assertion", "client_assertion_type", "code", "scope",
             "refresh_token", "redirect_uri", "code_verifier", "device_code", "claims", "flow", "csrf", "loginfmt", "passwd"]  # fmt: skip
    grants = ["client_credentials", "authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"]
    places = ["token", "authorize", "devicecode", "introspect", "revoke", "logout", "login", "deviceauth"]
    with server.http() as http:
        for _ in range(REQUESTS):
            form = {name: str(chance.choice([*WORDS, *grants])) for name in chance.sample(names, chance.randrange(8))}
            if chance.random() < 0.5:
                form |= {"grant_type": chance.choice(grants), "client_id": server.bootstrap["clientId"]}
            url = f"/{server.tenant}/oauth2/v2.0/{chance.choice(places)}"
            answer = http.post(url, data=form) if chance.random() < 0.7 else http.get(url, params=form)
            assert answer.status_code < 500, (url, form, answer.text)
            assert "access_token" not in answer.text
