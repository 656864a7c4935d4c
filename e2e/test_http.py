"""Headers that clients depend on, in both directions."""

import gzip
import json
import re
import uuid

from graph import unique

GUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


def test_every_answer_names_its_request(graph):
    mine = str(uuid.uuid4())
    answer = graph.ask("GET", "/v1.0/organization", headers={"client-request-id": mine})
    assert GUID.fullmatch(answer.headers["request-id"]) and answer.headers["client-request-id"] == mine
    assert answer.headers["odata-version"] == "4.0"
    assert answer.headers["content-type"].startswith("application/json;odata.metadata=minimal")
    refused = graph.http.get("/v1.0/users/nobody@xyz.example", headers={"client-request-id": mine})
    assert refused.json()["error"]["innerError"]["client-request-id"] == mine


def test_what_was_made_can_be_found(graph):
    name = uuid.uuid4().hex[:12]
    body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True}
    answer = graph.ask("POST", "/v1.0/groups", 201, json=body)
    assert graph.get(answer.headers["location"])["id"] == answer.json()["id"]


def test_a_preference_for_less_is_followed(graph):
    user, _ = graph.user(), graph.user()
    answer = graph.ask(
        "PATCH", f"/v1.0/users/{user['id']}", json={"jobTitle": "x"}, headers={"prefer": "return=representation"}
    )
    assert answer.status_code in (200, 204)
    page = graph.get("/v1.0/users", headers={"prefer": "odata.maxpagesize=2"})
    assert len(page["value"]) == 2 and page["@odata.nextLink"]


def test_metadata_can_be_left_out(graph):
    answer = graph.get("/v1.0/groups?$top=1", headers={"accept": "application/json;odata.metadata=none"})
    assert "@odata.context" not in answer


def test_a_large_answer_is_compressed_for_who_can_read_it(graph):
    plain = graph.ask("GET", "/beta/deviceManagement/configurationSettings", headers={"accept-encoding": "identity"})
    packed = graph.ask("GET", "/beta/deviceManagement/configurationSettings", headers={"accept-encoding": "gzip"})
    assert packed.headers.get("content-encoding") == "gzip" and "content-encoding" not in plain.headers
    assert packed.json() == plain.json()


def test_a_compressed_request_is_read_or_refused(graph):
    body = gzip.compress(json.dumps({"displayName": "x"}).encode())
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = graph.http.post("/v1.0/groups", content=body, headers=headers)
    assert answer.status_code in (400, 415), "a group needs more than a name"


def test_a_bomb_is_not_unpacked(graph):
    body = gzip.compress(b"[" + b" " * (200 << 20) + b"]")
    headers = {"content-type": "application/json", "content-encoding": "gzip"}
    answer = graph.http.post("/v1.0/groups", content=body, headers=headers)
    assert answer.status_code in (400, 413, 415)


def test_pages_of_other_origins_may_ask_with_a_token(server, graph):
    home = f"https://{unique('app')}.xyz.example"
    token = f"/{server.tenant}/oauth2/v2.0/token"

    def ask(http, path, origin):
        headers = {
            "origin": origin,
            "access-control-request-method": "POST",
            "access-control-request-headers": "authorization,client-request-id",
        }
        answer = http.options(path, headers=headers)
        assert answer.is_success and "access-control-allow-credentials" not in answer.headers, (path, answer.headers)
        return answer.headers.get("access-control-allow-origin")

    with server.http() as http:
        assert ask(http, "/v1.0/me", home) == "*", "Graph looks at no cookie"
        assert ask(http, token, home) is None, "no application has pages there"
        body = {"displayName": "Page", "spa": {"redirectUris": [f"{home}/back"]}}
        graph.post("/v1.0/servicePrincipals", {"appId": graph.post("/v1.0/applications", body)["appId"]})
        assert ask(http, token, home) == home, "the pages of an application here may ask"
        assert ask(http, token, home + ".evil.example") is None


def test_sign_in_pages_cannot_be_framed_or_kept(server, graph):
    from people import REDIRECT, web_app

    client_id, _ = web_app(graph)
    query = {
        "client_id": client_id,
        "response_type": "code",
        "redirect_uri": REDIRECT,
        "scope": "openid",
        "code_challenge": "A" * 43,
        "code_challenge_method": "S256",
    }
    with server.http() as http:
        answer = http.get(f"/{server.tenant}/oauth2/v2.0/authorize", params=query)
    assert answer.status_code == 200
    policy = answer.headers["content-security-policy"]
    assert "frame-ancestors 'none'" in policy and "unsafe-inline" not in policy and "script-src 'self';" in policy
    assert answer.headers["cache-control"] == "no-store" and answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["x-content-type-options"] == "nosniff"
    for cookie in answer.headers.get_list("set-cookie"):
        assert "Secure" in cookie and "HttpOnly" in cookie and "SameSite" in cookie and cookie.startswith("__Host-"), cookie
