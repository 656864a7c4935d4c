"""Bad input to sign-in: OAuth's own errors, nothing accepted twice, nobody sent where they did not ask to go."""

import time
import uuid
from urllib.parse import urlencode

import jwt
import msal
import pytest

from browser import Browser, Refused
from graph import PASSWORD
from people import REDIRECT, app_with_key, public_app, web_app


@pytest.fixture
def http(server):
    with server.http() as http:
        yield http


def post(http, server, form, endpoint="token", **options):
    return http.post(f"/{server.tenant}/oauth2/v2.0/{endpoint}", data=form, **options)


def refused(answer, error: str | None = None) -> dict:
    assert 400 <= answer.status_code < 500, f"{answer.status_code}: {answer.text[:500]}"
    body = answer.json()
    assert body["error"] and body["error_description"].startswith("AADSTS") and body["trace_id"]
    assert error is None or body["error"] == error, body
    return body


def test_a_code_cannot_be_used_twice(server, graph, http):
    user, client_id = graph.user("twice"), public_app(graph)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
    answer = Browser(http, user["userPrincipalName"], PASSWORD).go(flow["auth_uri"], back_to=REDIRECT)
    form = {
        "grant_type": "authorization_code",
        "client_id": client_id,
        "code": answer["code"],
        "redirect_uri": REDIRECT,
        "code_verifier": flow["code_verifier"],
        "scope": "User.Read openid offline_access",
    }
    first = post(http, server, form)
    assert first.status_code == 200, first.text
    body = refused(post(http, server, form), "invalid_grant")
    assert body["error_codes"] == [54005], body
    renew = {"grant_type": "refresh_token", "client_id": client_id, "refresh_token": first.json()["refresh_token"]}
    refused(post(http, server, renew), "invalid_grant")


def test_a_code_needs_the_verifier_it_was_asked_for_with(server, graph, http):
    user, client_id = graph.user("pkce"), public_app(graph)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    for verifier in (None, "x" * 43, "short"):
        flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
        answer = Browser(http, user["userPrincipalName"], PASSWORD).go(flow["auth_uri"], back_to=REDIRECT)
        form = {"grant_type": "authorization_code", "client_id": client_id, "code": answer["code"], "redirect_uri": REDIRECT}
        refused(post(http, server, {**form, **({"code_verifier": verifier} if verifier else {})}))


def test_a_refresh_token_that_comes_back_ends_its_family(server, graph, http):
    user, client_id = graph.user("family"), public_app(graph)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
    answer = Browser(http, user["userPrincipalName"], PASSWORD).go(flow["auth_uri"], back_to=REDIRECT)
    first = app.acquire_token_by_auth_code_flow(flow, answer)["refresh_token"]
    form = {"grant_type": "refresh_token", "client_id": client_id, "scope": "User.Read offline_access"}
    second = post(http, server, {**form, "refresh_token": first}).json()["refresh_token"]
    third = post(http, server, {**form, "refresh_token": second}).json()["refresh_token"]
    refused(post(http, server, {**form, "refresh_token": first}), "invalid_grant")
    refused(post(http, server, {**form, "refresh_token": third}), "invalid_grant")


def assertion(server, app, private, **claims) -> str:
    now = int(time.time())
    audience = f"{server.authority}/oauth2/v2.0/token"
    body = {"iss": app["appId"], "sub": app["appId"], "aud": audience, "jti": str(uuid.uuid4()), "iat": now, "nbf": now}
    return jwt.encode({**body, "exp": now + 300, **claims}, private, "RS256")


def by_assertion(token: str) -> dict:
    return {
        "grant_type": "client_credentials",
        "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
        "client_assertion": token,
        "scope": "https://graph.microsoft.com/.default",
    }


def test_an_assertion_is_good_once(server, graph, http):
    app, private, _ = app_with_key(graph)
    form = {**by_assertion(assertion(server, app, private)), "client_id": app["appId"]}
    assert post(http, server, form).status_code == 200
    refused(post(http, server, form), "invalid_client")


def test_an_assertion_must_be_meant_for_us_now(server, graph, http):
    app, private, _ = app_with_key(graph)
    now = int(time.time())
    for claims in (
        {"aud": "https://elsewhere.example/token"},
        {"aud": 7},
        {"iss": "somebody"},
        {"sub": "somebody"},
        {"exp": now - 3600},
        {"nbf": now + 3600},
        {"exp": now + 10 * 365 * 86400},
        {"exp": "soon"},
        {"jti": "x" * 5000},
        {"exp": None},
    ):
        token = assertion(server, app, private, **claims) if claims != {"exp": None} else _without_end(server, app, private)
        refused(post(http, server, {**by_assertion(token), "client_id": app["appId"]}), "invalid_client")


def _without_end(server, app, private) -> str:
    body = {"iss": app["appId"], "sub": app["appId"], "aud": f"{server.authority}/oauth2/v2.0/token", "jti": "no-end"}
    return jwt.encode(body, private, "RS256")


def test_a_clock_a_little_off_is_forgiven(server, graph, http):
    app, private, _ = app_with_key(graph)
    now = int(time.time())
    token = assertion(server, app, private, iat=now + 60, nbf=now + 60, exp=now + 360)
    answer = post(http, server, {**by_assertion(token), "client_id": app["appId"]})
    assert answer.status_code == 200, answer.text


@pytest.mark.parametrize(
    "form",
    [
        {},
        {"grant_type": "magic"},
        {"grant_type": "password", "username": "a", "password": "b"},
        {"grant_type": "client_credentials"},
        {"grant_type": "authorization_code", "code": "x"},
        {"grant_type": "refresh_token", "refresh_token": "x"},
        {"grant_type": "urn:ietf:params:oauth:grant-type:device_code", "device_code": "x"},
        {"grant_type": "client_credentials", "scope": "x" * 70_000},
        {f"p{n}": "x" for n in range(100)},
    ],
)
def test_a_token_request_that_cannot_be_served_is_refused(server, http, bootstrap, form):
    refused(post(http, server, form))
    refused(post(http, server, {"client_id": bootstrap["clientId"], **form}))


def test_odd_bodies_are_refused(server, http):
    for body, kind in (
        (b"\xff\xfe", "application/x-www-form-urlencoded"),
        (b'{"grant_type":"client_credentials"}', "application/json"),
        (b"grant_type=client_credentials&grant_type=client_credentials", "application/x-www-form-urlencoded"),
        (b"x" * 1_000_000, "application/x-www-form-urlencoded"),
        (b"", "text/plain"),
    ):
        refused(post(http, server, None, content=body, headers={"content-type": kind}))


def test_an_unknown_tenant_is_refused(server, http):
    for tenant in ("00000000-0000-4000-8000-000000000009", "nowhere.example", "consumers"):
        refused(http.post(f"/{tenant}/oauth2/v2.0/token", data={"grant_type": "client_credentials"}))
        assert http.get(f"/{tenant}/v2.0/.well-known/openid-configuration").status_code == 400


def authorize(http, server, **parameters):
    known = {"response_type": "code", "scope": "openid", "code_challenge_method": "S256", "code_challenge": "A" * 43}
    query = {name: value for name, value in {**known, **parameters}.items() if value is not None}
    return http.get(f"/{server.tenant}/oauth2/v2.0/authorize?{urlencode(query)}")


def test_nobody_is_sent_to_an_address_that_is_not_registered(server, graph, http):
    client_id, _ = web_app(graph, "https://app.xyz.example/back")
    for wrong in (
        "https://evil.example/back",
        "https://app.xyz.example/back/../other",
        "https://app.xyz.example/back?x=1",
        "https://app.xyz.example@evil.example/back",
        "https://APP.xyz.example/back",
        "//evil.example",
        "javascript:alert(1)",
        "https://app.xyz.example/back#x",
        "x" * 10_000,
    ):
        answer = authorize(http, server, client_id=client_id, redirect_uri=wrong)
        assert 400 <= answer.status_code < 500 and "location" not in answer.headers, wrong
        assert "<script" not in answer.text and "javascript:alert(1)\"" not in answer.text


def test_a_wrong_request_is_told_to_the_client(server, graph, http):
    client_id, _ = web_app(graph)
    for wrong, error in (
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": None}, "invalid_request"),
        ({"prompt": "dance"}, "invalid_request"),
        ({"max_age": "old"}, "invalid_request"),
        ({"prompt": "none"}, "login_required"),
        ({"request": "x.y.z"}, "invalid_request"),
    ):
        answer = authorize(http, server, client_id=client_id, redirect_uri=REDIRECT, state="kept", **wrong)
        location = answer.headers.get("location", "")
        assert location.startswith(REDIRECT) and f"error={error}" in location and "state=kept" in location, (wrong, answer.text, location)


def test_a_page_shows_what_was_typed_as_text(server, graph, http):
    client_id, _ = web_app(graph)
    answer = authorize(http, server, client_id=client_id, redirect_uri=REDIRECT, login_hint='"><script>alert(1)</script>')
    assert answer.status_code == 200 and "<script>" not in answer.text and "alert(1)" in answer.text


def test_a_form_from_elsewhere_is_refused(server, graph, http):
    """A page's answer counts only with the cookie and the token of that page."""
    answer = http.post(f"/{server.tenant}/oauth2/v2.0/login", data={"loginfmt": "a", "passwd": "b", "flow": "x", "csrf": "y"})
    assert 400 <= answer.status_code < 500


def test_guessing_a_password_is_slowed_down(server, graph, http):
    """A locked account stays locked for whoever guesses, and says so without telling whether the password was right."""
    user, client_id = graph.user("guessed"), public_app(graph)
    app = msal.PublicClientApplication(client_id, authority=server.authority, instance_discovery=False)
    def attempt(secret):
        flow = app.initiate_auth_code_flow(["User.Read"], redirect_uri=REDIRECT)
        with pytest.raises(Refused) as refused:
            Browser(http, user["userPrincipalName"], secret).go(flow["auth_uri"], back_to=REDIRECT)
        return str(refused.value)

    told = [attempt(f"wrong-{at}") for at in range(12)]
    assert told[0] != told[-1], told
    assert attempt(PASSWORD) == told[-1]


def test_other_paths_are_not_there(server, http):
    for path in ("/favicon.ico", "/.git/config", "/%2e%2e/etc/passwd", "/x/y/z", "/agent", "/agent/nothing"):
        for method in ("GET", "POST"):
            assert 400 <= http.request(method, path).status_code < 500, (method, path)
