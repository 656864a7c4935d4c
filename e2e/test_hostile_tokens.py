"""Tokens that must not let anybody in."""

import base64
import json
import time

import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from graph import Graph


def part(value: dict) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.fixture(scope="module")
def good(server) -> str:
    return server.token()


def forged(good: str) -> dict[str, str]:
    """A good token, spoilt in every way that has worked somewhere."""
    header, body = jwt.get_unverified_header(good), jwt.decode(good, options={"verify_signature": False})
    head, claims, signature = good.split(".")
    rsa_key, ec_key = rsa.generate_private_key(65537, 2048), ec.generate_private_key(ec.SECP256R1())
    later = {**body, "roles": body["roles"], "exp": int(time.time()) + 10**6}
    return {
        "alg none": f"{part({**header, 'alg': 'none'})}.{claims}.",
        "alg None": f"{part({**header, 'alg': 'None'})}.{claims}.",
        "alg none with a signature": f"{part({**header, 'alg': 'none'})}.{claims}.{signature}",
        "no signature": f"{head}.{claims}.",
        "another body": f"{head}.{part(later)}.{signature}",
        "another signature": f"{head}.{claims}.{'A' * len(signature)}",
        "signed by hand": jwt.encode(body, ec_key, "ES256", {"kid": header["kid"]}),
        "signed with RSA": jwt.encode(body, rsa_key, "RS256", {"kid": header["kid"]}),
        "signed with a text": jwt.encode(body, "x" * 32, "HS256", {"kid": header["kid"]}),
        "brings its own key": f"{part({**header, 'jwk': {'kty': 'oct', 'k': 'eA'}})}.{claims}.{signature}",
        "unknown critical header": f"{part({**header, 'crit': ['x'], 'x': 1})}.{claims}.{signature}",
        "two parts": f"{head}.{claims}",
        "four parts": f"{good}.x",
        "text": "hello",
        "not ascii": "é.é.é",
        "very long": "A" * 40_000,
    }


NAMES = [
    "alg none", "alg None", "alg none with a signature", "no signature", "another body", "another signature",
    "signed by hand", "signed with RSA", "signed with a text", "brings its own key", "unknown critical header",
    "two parts", "four parts", "text", "not ascii", "very long",
]


@pytest.mark.parametrize("name", NAMES)
def test_a_token_that_is_not_ours_is_refused(server, good, name):
    token = forged(good)[name]
    with server.http() as http:
        answer = http.get("/v1.0/users", headers={b"authorization": f"Bearer {token}".encode()})
    assert answer.status_code in (401, 431), answer.text
    if answer.status_code == 401:
        assert answer.json()["error"]["code"] == "InvalidAuthenticationToken"
        assert answer.headers["www-authenticate"].startswith("Bearer")


def test_no_token_and_other_schemes_are_refused(server):
    with server.http() as http:
        for headers in ({}, {"authorization": "Basic eDp5"}, {"authorization": "Bearer"}, {"authorization": "x" * 100}):
            assert http.get("/v1.0/users", headers=headers).status_code == 401


def test_a_token_of_another_tenant_is_refused(server, spare):
    other = spare()
    with server.http() as http:
        answer = http.get("/v1.0/users", headers={"authorization": f"Bearer {other.token()}"})
    assert answer.status_code == 401 and answer.json()["error"]["code"] == "InvalidAuthenticationToken"


def test_an_id_token_is_not_an_access_token(server, graph):
    from graph import PASSWORD
    from test_msal_people import confidential, sign_in

    user = graph.user("id-token")
    got, _ = sign_in(server, confidential(server, graph), user["userPrincipalName"], PASSWORD)
    Graph(server, got["id_token"]).ask("GET", "/v1.0/me", 401)
    Graph(server, got["refresh_token"]).ask("GET", "/v1.0/me", 401)


def test_a_token_for_another_resource_is_refused(server, graph):
    app, _ = graph.app("resource", identifierUris=[f"api://{server.tenant}/files"])
    form = {
        "grant_type": "client_credentials",
        "client_id": server.bootstrap["clientId"],
        "client_secret": server.bootstrap["clientSecret"],
        "scope": f"{app['appId']}/.default",
    }
    with server.http() as http:
        got = http.post(f"/{server.tenant}/oauth2/v2.0/token", data=form)
    assert got.status_code == 200, got.text
    Graph(server, got.json()["access_token"]).ask("GET", "/v1.0/users", 401)


def test_a_deleted_client_is_out_at_once(server, graph):
    app, principal = graph.app("leaver")
    token = server.token(app["appId"], graph.secret(app))
    Graph(server, token).ask("GET", "/v1.0/users", 403)
    graph.delete(f"/v1.0/servicePrincipals/{principal['id']}", 204)
    Graph(server, token).ask("GET", "/v1.0/users", 401)
