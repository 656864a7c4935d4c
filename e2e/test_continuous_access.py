"""Continuous access evaluation: what a token rests on ends, the next request is challenged, and msal asks again."""

import base64
import json
import re
import time

import msal

from browser import Browser
from graph import PASSWORD, Graph
from people import REDIRECT, public_app

SCOPES = ["User.Read"]


def capable(server, graph) -> msal.PublicClientApplication:
    """A client that says that it understands claims challenges."""
    return msal.PublicClientApplication(
        public_app(graph), authority=server.authority, instance_discovery=False, client_capabilities=["CP1"]
    )


def sign_in(server, app, upn, **more) -> dict:
    with server.http() as http:
        flow = app.initiate_auth_code_flow(SCOPES, redirect_uri=REDIRECT, **more)
        answer = Browser(http, upn, PASSWORD).go(flow["auth_uri"], back_to=REDIRECT)
        got = app.acquire_token_by_auth_code_flow(flow, answer)
    assert "access_token" in got, got
    return got


def challenge(server, token: str) -> str:
    """What Graph wants, decoded as clients do."""
    refused = Graph(server, token).ask("GET", "/v1.0/me", 401)
    header = refused.headers["www-authenticate"]
    assert 'error="insufficient_claims"' in header, header
    claims = base64.b64decode(re.search(r'claims="([^"]+)"', header)[1]).decode()
    wanted = json.loads(claims)["access_token"]["nbf"]
    assert wanted["essential"] is True and abs(int(wanted["value"]) - time.time()) < 60
    return claims


def test_a_client_that_takes_challenges_holds_its_token_for_a_day(server, graph):
    user, app = graph.user("hana"), capable(server, graph)
    got = sign_in(server, app, user["userPrincipalName"])
    assert 24 * 3600 <= got["expires_in"] < 28 * 3600
    assert Graph(server, got["access_token"]).get("/v1.0/me")["id"] == user["id"]


def test_risk_challenges_the_token_and_msal_asks_again(server, graph):
    user, app = graph.user("ravi"), capable(server, graph)
    got = sign_in(server, app, user["userPrincipalName"])
    time.sleep(1.1)
    graph.post("/v1.0/identityProtection/riskyUsers/confirmCompromised", {"userIds": [user["id"]]})
    claims = challenge(server, got["access_token"])
    account, = app.get_accounts()
    cached = app.acquire_token_silent_with_error(SCOPES, account)
    assert cached["access_token"] == got["access_token"], "without the challenge msal keeps what it has"
    time.sleep(1.1)
    renewed = app.acquire_token_silent_with_error(SCOPES, account, claims_challenge=claims)
    assert renewed["access_token"] != got["access_token"], renewed
    assert Graph(server, renewed["access_token"]).get("/v1.0/me")["id"] == user["id"]
    risky, = [r for r in graph.all("/v1.0/identityProtection/riskyUsers") if r["id"] == user["id"]]
    assert (risky["riskLevel"], risky["riskState"]) == ("high", "confirmedCompromised")
    history = graph.all(f"/v1.0/identityProtection/riskyUsers/{user['id']}/history")
    assert history[0]["riskDetail"] == "adminConfirmedUserCompromised"
    graph.post("/v1.0/identityProtection/riskyUsers/dismiss", {"userIds": [user["id"]]})
    assert graph.get(f"/v1.0/identityProtection/riskyUsers/{user['id']}")["riskState"] == "dismissed"


def test_a_revoked_sign_in_is_challenged_and_begins_anew(server, graph):
    user, app = graph.user("elena"), capable(server, graph)
    got = sign_in(server, app, user["userPrincipalName"])
    graph.ask("POST", f"/v1.0/users/{user['id']}/revokeSignInSessions")
    claims = challenge(server, got["access_token"])
    account, = app.get_accounts()
    refused = app.acquire_token_silent_with_error(SCOPES, account, claims_challenge=claims)
    assert refused["error"] == "invalid_grant", refused
    time.sleep(1.1)
    again = sign_in(server, app, user["userPrincipalName"], claims_challenge=claims)
    assert Graph(server, again["access_token"]).get("/v1.0/me")["id"] == user["id"]


def test_a_token_that_its_client_gives_back_opens_nothing_more(server, graph):
    app, principal = graph.app("tidy")
    [resource] = graph.get("/v1.0/servicePrincipals?$filter=appId eq '00000003-0000-0000-c000-000000000000'")["value"]
    [role] = [one["id"] for one in resource["appRoles"] if one["value"] == "User.Read.All"]
    grant = {"principalId": principal["id"], "resourceId": resource["id"], "appRoleId": role}
    graph.post(f"/v1.0/servicePrincipals/{principal['id']}/appRoleAssignments", grant, 201)
    secret = graph.secret(app)
    token, other = (server.token(app["appId"], secret) for _ in range(2))
    Graph(server, token).get("/v1.0/users?$top=1")
    form = {"client_id": app["appId"], "client_secret": secret, "token": token}
    with server.http() as http:
        assert http.post(f"/{server.tenant}/oauth2/v2.0/revoke", data=form).status_code == 200
    Graph(server, token).ask("GET", "/v1.0/users?$top=1", 401)
    Graph(server, other).get("/v1.0/users?$top=1")


def test_a_new_password_ends_what_the_old_one_proved(server, graph):
    user, app = graph.user("bruno"), capable(server, graph)
    got = sign_in(server, app, user["userPrincipalName"])
    time.sleep(1.1)
    new = {"passwordProfile": {"password": "an-entirely-new-sentence-4!", "forceChangePasswordNextSignIn": False}}
    graph.patch(f"/v1.0/users/{user['id']}", new, 204)
    challenge(server, got["access_token"])


def test_what_is_taken_back_is_taken_back_at_userinfo_too(server, graph):
    user, app = graph.user("aiko"), capable(server, graph)
    got = sign_in(server, app, user["userPrincipalName"])
    graph.patch(f"/v1.0/users/{user['id']}", {"accountEnabled": False}, 204)
    with server.http(headers={"authorization": f"Bearer {got['access_token']}"}) as http:
        refused = http.get("/oidc/userinfo")
    assert refused.status_code == 401 and "insufficient_claims" in refused.headers["www-authenticate"]
