"""Chromium on the pages on which people and administrators consent: readable for everybody, also from right to left."""

import pytest

from chromium import NARROW, WIDE, App
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
