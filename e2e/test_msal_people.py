"""msal, unmodified: people sign in through the pages, by a pass or a password, and stay signed in."""

import jwt
import msal
import pytest

from browser import Browser, Refused
from graph import PASSWORD, Graph
from people import REDIRECT, public_app, web_app

SCOPES = ["User.Read"]


def sign_in(server, app, upn, secret, **more) -> tuple[dict, Browser]:
    """The authorization code flow from its beginning to the tokens."""
    with server.http() as http:
        browser = Browser(http, upn, secret, more.pop("new_password", None))
        flow = app.initiate_auth_code_flow(more.pop("scopes", SCOPES), redirect_uri=REDIRECT, **more)
        answer = browser.go(flow["auth_uri"], back_to=REDIRECT)
        assert isinstance(answer, dict), answer
        return app.acquire_token_by_auth_code_flow(flow, answer), browser


def confidential(server, graph) -> msal.ConfidentialClientApplication:
    client_id, secret = web_app(graph)
    return msal.ConfidentialClientApplication(
        client_id, client_credential=secret, authority=server.authority, instance_discovery=False
    )


def check_id_token(server, app, got) -> dict:
    """As any relying party does: by the published keys."""
    with server.http() as http:
        known = http.get(f"/{server.tenant}/v2.0/.well-known/openid-configuration").json()
        keys = jwt.PyJWKSet.from_dict(http.get(known["jwks_uri"]).json())
    header = jwt.get_unverified_header(got["id_token"])
    claims = jwt.decode(
        got["id_token"],
        keys[header["kid"]].key,
        algorithms=known["id_token_signing_alg_values_supported"],
        audience=app.client_id,
        issuer=known["issuer"],
        options={"require": ["exp", "iat", "nonce", "sub"]},
    )
    assert header["alg"] in ("RS256", "ES256")
    return claims


@pytest.mark.parametrize("mode", ["query", "form_post"])
def test_a_password_and_consent_give_tokens(server, graph, mode):
    user, app = graph.user("amira"), confidential(server, graph)
    got, browser = sign_in(server, app, user["userPrincipalName"], PASSWORD, response_mode=mode)
    assert "access_token" in got, got
    claims = check_id_token(server, app, got)
    assert claims["oid"] == user["id"] and claims["tid"] == server.tenant
    assert claims["preferred_username"] == user["userPrincipalName"]
    assert len(browser.seen) >= 2, "consent is asked for"
    me = Graph(server, got["access_token"]).get("/v1.0/me")
    assert me["id"] == user["id"] and me["displayName"] == user["displayName"]


def test_a_pass_lets_in_once(server, graph):
    user, app = graph.user("noor"), confidential(server, graph)
    access_pass = graph.access_pass(user)
    got, _ = sign_in(server, app, user["userPrincipalName"], access_pass)
    assert "access_token" in got, got
    assert "mfa" in jwt.decode(got["access_token"], options={"verify_signature": False})["amr"]
    with pytest.raises(Refused):
        sign_in(server, app, user["userPrincipalName"], access_pass)


def test_the_administrator_of_the_first_start_comes_in_and_may_administer(server, graph, bootstrap):
    app = confidential(server, graph)
    got, _ = sign_in(
        server,
        app,
        bootstrap["adminUserPrincipalName"],
        bootstrap["adminTemporaryAccessPass"],
        scopes=["Directory.AccessAsUser.All"],
    )
    assert "access_token" in got, got
    mine = Graph(server, got["access_token"])
    assert mine.get("/v1.0/me")["userPrincipalName"] == bootstrap["adminUserPrincipalName"]
    assert mine.user("made-by-admin")["id"]


def test_a_person_without_a_role_cannot_administer(server, graph):
    user, app = graph.user("sam"), confidential(server, graph)
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    refused = Graph(server, got["access_token"]).post("/v1.0/users", {"displayName": "x"}, 403)
    assert refused["error"]["code"] == "Authorization_RequestDenied"


def test_a_password_that_must_be_changed_is_changed_first(server, graph):
    user, app = graph.user("lee", must_change=True), confidential(server, graph)
    new = "another-fine-sentence-7?"
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD, new_password=new)
    assert "access_token" in got, got
    again, _ = sign_in(server, app, user["userPrincipalName"], new)
    assert "access_token" in again, again


def test_a_wrong_password_says_so_and_lets_nobody_in(server, graph):
    user, app = graph.user("kim"), confidential(server, graph)
    with pytest.raises(Refused) as refused:
        sign_in(server, app, user["userPrincipalName"], "not-the-password")
    assert "not-the-password" not in str(refused.value)


def test_a_person_stays_signed_in_silently(server, graph):
    user, app = graph.user("ines"), confidential(server, graph)
    first, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    account = app.get_accounts()[0]
    assert account["username"] == user["userPrincipalName"]
    assert app.acquire_token_silent(SCOPES, account)["access_token"] == first["access_token"]
    renewed = app.acquire_token_silent(SCOPES, account, force_refresh=True)
    assert renewed["token_source"] == "identity_provider" and renewed["access_token"] != first["access_token"]
    assert Graph(server, renewed["access_token"]).get("/v1.0/me")["id"] == user["id"]


def test_a_disabled_person_is_out_at_once(server, graph):
    user, app = graph.user("olu"), confidential(server, graph)
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    graph.patch(f"/v1.0/users/{user['id']}", {"accountEnabled": False}, 204)
    refused = Graph(server, got["access_token"]).ask("GET", "/v1.0/me", 401)
    assert "claims=" in refused.headers["www-authenticate"]
    assert refused.json()["error"]["code"] == "InvalidAuthenticationToken"
    assert "access_token" not in app.acquire_token_silent_with_error(SCOPES, app.get_accounts()[0], force_refresh=True)


def test_revoked_sessions_end_the_refresh_token(server, graph):
    user, app = graph.user("tess"), confidential(server, graph)
    sign_in(server, app, user["userPrincipalName"], PASSWORD)
    graph.ask("POST", f"/v1.0/users/{user['id']}/revokeSignInSessions")
    got = app.acquire_token_silent_with_error(SCOPES, app.get_accounts()[0], force_refresh=True)
    assert got["error"] == "invalid_grant", got


def test_a_public_client_needs_no_secret(server, graph):
    user = graph.user("joao")
    app = msal.PublicClientApplication(public_app(graph), authority=server.authority, instance_discovery=False)
    got, _ = sign_in(server, app, user["userPrincipalName"], PASSWORD)
    assert "access_token" in got and "refresh_token" in got, got


def test_a_sign_in_is_in_the_log(server, graph):
    user, app = graph.user("rana"), confidential(server, graph)
    sign_in(server, app, user["userPrincipalName"], PASSWORD)
    rows = graph.all(f"/v1.0/auditLogs/signIns?$filter=userId eq '{user['id']}'")
    assert any(row["status"]["errorCode"] == 0 and row["appId"] == app.client_id for row in rows), rows
