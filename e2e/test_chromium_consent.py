"""Chromium on the pages on which people and administrators consent: readable for everybody, also from right to left."""

import json

import pytest

from chromium import NARROW, WIDE, App, Chromium
from graph import PASSWORD, Graph, within
from people import GRAPH_APP_ID

GLOBAL_ADMINISTRATOR = "62e90394-69f5-4237-9190-012177145e10"
# A language, a screen and whether it is dark.
LOOKS = [("en", WIDE, False), ("ar", NARROW, True)]


@pytest.fixture(scope="module")
def administrator(graph):
    user = graph.user("administrator")
    role = {"principalId": user["id"], "roleDefinitionId": GLOBAL_ADMINISTRATOR, "directoryScopeId": "/"}
    graph.post("/v1.0/roleManagement/directory/roleAssignments", role, 201)
    return user


def permission(graph, kind: str, value: str) -> dict:
    """What an application says that it needs of Graph."""
    found = graph.get(f"/v1.0/servicePrincipals(appId='{GRAPH_APP_ID}')")
    named = found["oauth2PermissionScopes" if kind == "Scope" else "appRoles"]
    return {"id": next(one["id"] for one in named if one["value"] == value), "type": kind}


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_an_administrator_consents_for_everybody_with_a_tick(chromium, graph, administrator, language, viewport, dark):
    app = App(graph, chromium.redirect)
    with chromium.window(language, viewport, dark) as window:
        window.go(app.url()).sign_in(administrator).check("consent-for-everybody")
        window.page.locator("label[for=organization]").click()
        assert window.page.locator("#organization").is_checked()
        window.press("button[value=accept]")
        assert "code" in window.returned
    with chromium.window(language) as window:
        window.go(app.url()).sign_in(graph.user("somebody"))
        assert "code" in window.returned, "nobody else is asked"


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_nobody_vouches_for_an_application_of_somebody_else(chromium, graph, language, viewport, dark):
    app = App(graph, chromium.redirect)
    # What is left of an application that is registered elsewhere: its principal here, with its addresses.
    principal = graph.get(f"/v1.0/servicePrincipals(appId='{app.client_id}')")
    graph.patch(f"/v1.0/servicePrincipals/{principal['id']}", {"replyUrls": [app.redirect]})
    graph.delete(f"/v1.0/applications(appId='{app.client_id}')", 204)
    graph.post(f"/v1.0/directory/deletedItems/{principal['id']}/restore", {}, 200)
    with chromium.window(language, viewport, dark) as window:
        window.go(app.url()).sign_in(graph.user("careful")).check("consent-unverified")
        assert window.page.locator("main p.notice").count() == 1


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_an_administrator_consents_beforehand(chromium, server, graph, administrator, language, viewport, dark):
    app = App(graph, chromium.redirect)
    needs = [permission(graph, "Scope", "User.Read"), permission(graph, "Role", "User.Read.All")]
    made = graph.get(f"/v1.0/applications(appId='{app.client_id}')")
    access = {"requiredResourceAccess": [{"resourceAppId": GRAPH_APP_ID, "resourceAccess": needs}]}
    graph.patch(f"/v1.0/applications/{made['id']}", access)
    asked = f"client_id={app.client_id}&redirect_uri={app.redirect}&scope=https://graph.microsoft.com/.default&state=s"
    url = f"{server.authority}/v2.0/adminconsent?{asked}"
    with chromium.window(language, viewport, dark) as window:
        window.go(url).sign_in(administrator).check("admin-consent")
        assert app.name in window.text
        window.press("button[value=cancel]")
        assert window.returned["error"] == "access_denied"
        window.go(url).press("button[value=accept]")
        assert window.returned["admin_consent"] == "True"
    with chromium.window(language, viewport, dark) as window:
        window.go(url).sign_in(graph.user("nobody")).check("admin-consent-refused")


@pytest.mark.parametrize("language, viewport, dark", LOOKS)
def test_a_person_asks_and_an_administrator_decides(chromium, server, graph, administrator, language, viewport, dark):
    policy = {"isEnabled": True, "notifyReviewers": True, "reviewers": [
        {"query": f"/users/{administrator['id']}", "queryType": "MicrosoftGraph"}
    ]}
    graph.patch("/v1.0/policies/adminConsentRequestPolicy", policy)
    app, user = App(graph, chromium.redirect), graph.user("asking")
    wanted = app.url(scope="openid https://graph.microsoft.com/Directory.Read.All")

    def ask(again: bool) -> None:
        with chromium.window(language, viewport, dark) as window:
            window.go(wanted).sign_in(user).check("consent-request")
            window.type(reason="for the report").press("button[value=request]").check("consent-requested")
            if again:
                window.go(wanted).type(reason="still").press("button[value=request]").check("consent-requested-already")

    def mine() -> dict:
        found = graph.get(f"/v1.0/identityGovernance/appConsent/appConsentRequests?$filter=appId eq '{app.client_id}'")
        [request] = found["value"]
        beneath = f"/v1.0/identityGovernance/appConsent/appConsentRequests/{request['id']}/userConsentRequests"
        newest = max(graph.get(beneath)["value"], key=lambda one: one["createdDateTime"])
        return {**newest, "pending": [scope["displayName"] for scope in request["pendingScopes"]], "at": beneath}

    ask(again=True)
    request = mine()
    assert (request["status"], request["reason"]) == ("InProgress", "for the report")
    assert request["pending"] == ["Directory.Read.All"]
    stages = f"{request['at']}/{request['id']}/approval/stages"
    with chromium.window(language, viewport, dark) as window:
        of_graph = "https://graph.microsoft.com/"
        desk = App(graph, chromium.redirect)
        window.go(desk.url(scope=f"openid {of_graph}ConsentRequest.ReadWrite.All {of_graph}EntitlementManagement.Read.All"))
        window.sign_in(administrator).press("button[value=accept]")
        reviewer = Graph(server, desk.redeem(window.returned)["access_token"])
    [stage] = reviewer.get(stages)["value"]
    reviewer.patch(f"{stages}/{stage['id']}", {"reviewResult": "Deny"})
    assert mine()["status"] == "Completed"
    # Once more, and this time an administrator consents.
    ask(again=False)
    assert mine()["status"] == "InProgress"
    with chromium.window(language, viewport, dark) as window:
        window.go(wanted).sign_in(administrator)
        window.page.locator("label[for=organization]").click()
        window.press("button[value=accept]")
        assert "code" in window.returned
    within(20, lambda: mine()["status"] == "Completed")
    with chromium.window(language, viewport, dark) as window:
        window.go(wanted).sign_in(user)
        assert "code" in window.returned


def test_a_person_of_one_of_several_organisations_says_which(chromium, spare, tmp_path):
    server = spare()
    server.stop()
    home = server.bootstrap
    server.options += ["--another", "--org", "Harbour Branch", "--domain", "harbour.example"]
    server.start()
    other = json.loads((server.data / "bootstrap-harbour.example.json").read_text())
    assert other["tenantId"] != home["tenantId"]
    (tmp_path / "home").mkdir()
    browser = Chromium(server.ca, tmp_path / "home", chromium.pictures, beside=chromium)
    try:
        for language, viewport, dark in LOOKS:
            graph = Graph(server)
            app = App(graph, browser.redirect)
            user = graph.user("of-one")
            with browser.window(language, viewport, dark) as window:
                window.go(app.url().replace(server.tenant, "common")).check("home-realm")
                window.type(login_hint="somebody@nowhere.example").press().check("home-realm-unknown")
                window.type(login_hint=user["userPrincipalName"]).press()
                window.type(passwd=PASSWORD).press()
                assert "code" in window.press().returned
        # Started once more with the same words, it founds nothing.
        server.stop()
        server.start()
        assert {path.name for path in server.data.glob("bootstrap*.json")} == {
            "bootstrap.json", "bootstrap-harbour.example.json"
        }
    finally:
        browser.close()
