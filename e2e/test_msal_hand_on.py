"""msal, unmodified: a service calls on as the person who called it, and hears of sign-outs; a policy on the way makes msal
ask the person again."""

import http.server
import threading
import urllib.parse
import uuid

import jwt
import msal
import pytest

from graph import PASSWORD, Graph, unique, within
from people import REDIRECT
from test_conditional_access import policy  # noqa: F401 (a fixture)
from test_msal_people import check_id_token, sign_in

ORDERS = "Orders.Read"


@pytest.fixture
def services(server, graph):
    """A program in front of the person, and the orders service that it calls; both with consent for everybody."""
    scope = {
        "id": str(uuid.uuid4()),
        "value": ORDERS,
        "type": "User",
        "isEnabled": True,
        "adminConsentDisplayName": "Read orders",
        "adminConsentDescription": "Read the orders of whoever signed in.",
    }
    name = f"api://{unique('orders')}"
    api = {"oauth2PermissionScopes": [scope], "requestedAccessTokenVersion": 2}
    service, service_principal = graph.app("orders", identifierUris=[name], api=api)
    program, program_principal = graph.app("shop", web={"redirectUris": [REDIRECT]})
    [resource] = graph.get("/v1.0/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'")["value"]
    for client, of, what in (
        (program_principal, service_principal, ORDERS),
        (program_principal, resource, "User.Read"),
        (service_principal, resource, "User.Read"),
    ):
        body = {"clientId": client["id"], "consentType": "AllPrincipals", "resourceId": of["id"], "scope": what}
        graph.post("/v1.0/oauth2PermissionGrants", body, 201)

    def client(app):
        return msal.ConfidentialClientApplication(
            app["appId"], client_credential=graph.secret(app), authority=server.authority, instance_discovery=False
        )

    return client(program), client(service), name, program


def test_a_service_calls_on_as_the_person(server, graph, services):
    shop, orders, name, _ = services
    user = graph.user("caller")
    got, _ = sign_in(server, shop, user["userPrincipalName"], PASSWORD, scopes=[f"{name}/{ORDERS}"])
    assert "access_token" in got, got
    claims = jwt.decode(got["access_token"], options={"verify_signature": False})
    assert claims["aud"] == orders.client_id and claims["scp"] == ORDERS
    on = orders.acquire_token_on_behalf_of(got["access_token"], ["User.Read"])
    assert "access_token" in on, on
    assert Graph(server, on["access_token"]).get("/v1.0/me")["id"] == user["id"]
    assert check_id_token_of(on)["aud"] == orders.client_id
    # A second time it comes from msal's own cache, and after that by the refresh token.
    [account] = orders.get_accounts()
    assert orders.acquire_token_silent(["User.Read"], account, force_refresh=True)["access_token"] != on["access_token"]
    # Somebody else's token, or one for somebody else, buys nothing.
    refused = shop.acquire_token_on_behalf_of(got["access_token"], ["User.Read"])
    assert refused["error"] == "invalid_grant" and 500131 in refused["error_codes"]
    nobody = orders.acquire_token_on_behalf_of(got["access_token"], ["Mail.Read"])
    assert nobody["error"] in ("consent_required", "invalid_grant", "invalid_scope"), nobody


def check_id_token_of(got) -> dict:
    return jwt.decode(got["id_token"], options={"verify_signature": False})


def test_what_a_policy_asks_on_the_way_makes_msal_ask_the_person(server, graph, services, policy):  # noqa: F811
    shop, orders, name, _ = services
    user = graph.user("stepup")
    scopes = [f"{name}/{ORDERS}"]
    got, _ = sign_in(server, shop, user["userPrincipalName"], PASSWORD, scopes=scopes)
    graph_app = "00000003-0000-0000-c000-000000000000"
    policy(user, app=graph_app, controls=("mfa",))
    refused = orders.acquire_token_on_behalf_of(got["access_token"], ["User.Read"])
    assert refused["error"] == "interaction_required" and "capolids" in refused["claims"], refused
    again, browser = sign_in(
        server,
        shop,
        user["userPrincipalName"],
        graph.access_pass(user),
        scopes=scopes,
        claims_challenge=refused["claims"],
    )
    assert "access_token" in again, (again, browser.seen)
    on = orders.acquire_token_on_behalf_of(again["access_token"], ["User.Read"], claims_challenge=refused["claims"])
    assert "access_token" in on, on
    assert "mfa" in jwt.decode(on["access_token"], options={"verify_signature": False})["amr"]


def test_a_revoked_grant_counts_at_once(server, graph, services):
    shop, orders, name, _ = services
    user = graph.user("taken")
    got, _ = sign_in(server, shop, user["userPrincipalName"], PASSWORD, scopes=[f"{name}/{ORDERS}"])
    assert "access_token" in orders.acquire_token_on_behalf_of(got["access_token"], ["User.Read"])
    [principal] = graph.get(f"/v1.0/servicePrincipals?$filter=appId eq '{orders.client_id}'")["value"]
    for grant in graph.all(f"/v1.0/servicePrincipals/{principal['id']}/oauth2PermissionGrants"):
        graph.delete(f"/v1.0/oauth2PermissionGrants/{grant['id']}", 204)
    refused = orders.acquire_token_on_behalf_of(got["access_token"], ["User.Read", "openid"][:1], claims_challenge="{}")
    assert refused["error"] in ("consent_required", "invalid_grant") and 65001 in refused["error_codes"], refused


class Receiver(http.server.BaseHTTPRequestHandler):
    """Where an application hears of sign-outs."""

    heard: list[str] = []

    def do_POST(self):
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        Receiver.heard.append(urllib.parse.parse_qs(body)["logout_token"][0])
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture
def receiver():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Receiver)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Receiver.heard.clear()
    yield f"http://localhost:{server.server_port}/logout"
    server.shutdown()


def test_an_application_hears_of_the_end_behind_the_browsers_back(spare, receiver, monkeypatch):
    server = spare("--outgoing-allow", "localhost")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", server.ca)
    monkeypatch.setenv("SSL_CERT_FILE", server.ca)
    graph = Graph(server)
    app, _ = graph.app("shop", web={"redirectUris": [REDIRECT]}, tags=[f"backchannel_logout_uri:{receiver}"])
    shop = msal.ConfidentialClientApplication(
        app["appId"], client_credential=graph.secret(app), authority=server.authority, instance_discovery=False
    )
    user = graph.user("leaver")
    got, _ = sign_in(server, shop, user["userPrincipalName"], PASSWORD)
    sid = check_id_token(server, shop, got)["sid"]
    graph.patch(f"/v1.0/users/{user['id']}", {"accountEnabled": False})
    within(20, lambda: Receiver.heard)
    with server.http() as http_client:
        known = http_client.get(f"/{server.tenant}/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http_client.get(known["jwks_uri"]).json())
    header = jwt.get_unverified_header(Receiver.heard[0])
    assert header["typ"] == "logout+jwt"
    claims = jwt.decode(
        Receiver.heard[0],
        keys[header["kid"]].key,
        algorithms=[header["alg"]],
        audience=app["appId"],
        issuer=known["issuer"],
    )
    assert claims["sid"] == sid and "http://schemas.openid.net/event/backchannel-logout" in claims["events"]
    assert known["backchannel_logout_supported"] is True
