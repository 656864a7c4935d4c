"""Risk: what speaks against sign-ins and accounts is found, shown, held to by policies, and answered."""

import pytest

from browser import Browser, Refused
from castellan import Server
from graph import PASSWORD, Graph, within
from people import REDIRECT, public_app

NEW = "an-entirely-new-sentence-4!"


@pytest.fixture(scope="module")
def watched(programs, tmp_path_factory):
    """A server of its own: wrong passwords are counted by address, and all tests have the same."""
    folder = tmp_path_factory.mktemp("risk")
    networks = folder / "networks.txt"
    networks.write_text("# where the tests are not\n203.0.113.0/24 malicious\n")
    server = Server(programs, folder / "data", "--risk-networks", str(networks))
    server.start()
    yield server
    code, tail = server.stop(), server.tail()
    assert code == 0, tail
    assert "panicked" not in server.log.read_text(errors="replace"), tail


@pytest.fixture(scope="module")
def admin(watched):
    return Graph(watched)


def go(server, app: str, upn: str, password: str, **headers) -> dict | str:
    query = f"client_id={app}&response_type=code&redirect_uri={REDIRECT}&scope=openid&code_challenge_method=S256"
    challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
    with server.http(headers=headers) as http:
        return Browser(http, upn, password).go(
            f"/{server.tenant}/oauth2/v2.0/authorize?{query}&code_challenge={challenge}", back_to=REDIRECT
        )


def test_a_sprayed_password_is_found_shown_and_blocked(watched, admin):
    user, app = admin.user("mia"), public_app(admin)
    assert "code" in go(watched, app, user["userPrincipalName"], PASSWORD)
    for n in range(10):
        with pytest.raises(Refused):
            go(watched, app, f"somebody{n}@xyz.example", "Winter2026!")
    assert "code" in go(watched, app, user["userPrincipalName"], PASSWORD)
    found = admin.all(f"/v1.0/identityProtection/riskDetections?$filter=userId eq '{user['id']}'")
    assert [row["riskEventType"] for row in found] == ["passwordSpray"], found
    assert found[0]["riskLevel"] == "high" and found[0]["ipAddress"] == "127.0.0.1"
    risky = admin.get(f"/v1.0/identityProtection/riskyUsers/{user['id']}")
    assert (risky["riskLevel"], risky["riskState"]) == ("high", "atRisk")
    rows = admin.all(f"/v1.0/auditLogs/signIns?$filter=userId eq '{user['id']}'")
    assert rows[0]["riskLevelDuringSignIn"] == "high" and rows[0]["riskEventTypes_v2"] == ["passwordSpray"]
    assert rows[-1]["riskLevelDuringSignIn"] == "none"

    policy = {
        "displayName": "block accounts at high risk",
        "state": "enabled",
        "conditions": {
            "users": {"includeUsers": [user["id"]]},
            "applications": {"includeApplications": ["All"]},
            "userRiskLevels": ["high"],
        },
        "grantControls": {"operator": "OR", "builtInControls": ["block"]},
    }
    made = admin.post("/v1.0/identity/conditionalAccess/policies", policy, 201)
    blocked = go(watched, app, user["userPrincipalName"], PASSWORD)
    assert isinstance(blocked, str), "a page says no"
    # An administrator's new password answers what was held against the account.
    reset = {"passwordProfile": {"password": NEW, "forceChangePasswordNextSignIn": False}}
    admin.patch(f"/v1.0/users/{user['id']}", reset, 204)
    seen = lambda: admin.get(f"/v1.0/identityProtection/riskyUsers/{user['id']}")
    within(20, lambda: seen()["riskState"] == "remediated")
    assert seen()["riskDetail"] == "adminGeneratedTemporaryPassword"
    admin.delete(f"/v1.0/identity/conditionalAccess/policies/{made['id']}", 204)


def test_only_who_may_see_risk_sees_it(watched, admin):
    app, _ = admin.app("curious")
    token = watched.token(app["appId"], admin.secret(app))
    for path in ("riskyUsers", "riskDetections", "sharedSignalsStreams", "sharedSignalsTransmitters"):
        Graph(watched, token).ask("GET", f"/v1.0/identityProtection/{path}", 403)


def test_what_an_administrator_says_of_an_account_stands(watched, admin):
    user = admin.user("pavel")
    actions = "/v1.0/identityProtection/riskyUsers"
    admin.post(f"{actions}/confirmCompromised", {"userIds": [user["id"]]}, 204)
    assert admin.get(f"{actions}/{user['id']}")["riskState"] == "confirmedCompromised"
    admin.post(f"{actions}/confirmSafe", {"userIds": [user["id"]]}, 204)
    safe = admin.get(f"{actions}/{user['id']}")
    assert (safe["riskState"], safe["riskLevel"]) == ("confirmedSafe", "none")
    admin.ask("POST", f"{actions}/dismiss", 400, json={"userIds": []})
    admin.ask("POST", f"{actions}/dismiss", 400, json={"userIds": ["nobody"]})
    assert len(admin.all(f"{actions}/{user['id']}/history")) == 2
