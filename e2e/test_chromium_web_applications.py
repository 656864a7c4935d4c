"""Applications as those who keep them see them: secrets, addresses, who is assigned, what people ask consent for; and the risk of
an account, answered."""

import pytest

from chromium import App
from graph import unique, within
from web import Portal, administrator

CONSENT_POLICY = "/v1.0/policies/adminConsentRequestPolicy"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


def test_a_secret_is_shown_once_and_taken_away_again(chromium, server, graph, keeper):
    app, principal = graph.app("orders")
    mine = lambda: graph.get(f"/v1.0/applications/{app['id']}")  # noqa: E731
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/applications/{app['id']}")
        portal.see("It has no secret.").press("Add a secret").fill("What it is for", "the nightly report")
        portal.check("web-app-secret-asked").press("Make the secret")
        secret = portal.page.get_by_role("alertdialog").locator("code").first.inner_text().strip()
        portal.check("web-app-secret").page.get_by_role("alertdialog").get_by_role("button", name="Close").click()
        portal.see("the nightly report")
        assert secret not in portal.page.content(), "it is shown once"
        form = {"grant_type": "client_credentials", "client_id": app["appId"], "client_secret": secret, "scope": "https://graph.microsoft.com/.default"}
        with server.http() as http:
            assert http.post(f"/{server.tenant}/oauth2/v2.0/token", data=form).status_code == 200
        portal.press("Remove the nightly report").see("Whatever still uses it is refused").confirm("Remove")
        within(15, lambda: not mine()["passwordCredentials"])
        portal.page.get_by_role("link", name=principal["displayName"]).click()
        portal.page.wait_for_url(f"**/servicePrincipals/{principal['id']}")


def test_an_address_is_added_once_it_is_whole_and_safe(chromium, server, graph, keeper):
    app, _ = graph.app("shop", web={"redirectUris": ["https://old.xyz.example/"], "homePageUrl": "https://shop.xyz.example"})
    with chromium.window(viewport={"width": 390, "height": 800}) as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/applications/{app['id']}")
        portal.tab("Addresses").fill("Add an address: Web application on a server", "http://shop.xyz.example/back")
        portal.see("Only https").check("web-app-addresses")
        portal.fill("Add an address: Web application on a server", "https://shop.xyz.example/back").page.keyboard.press("Enter")
        portal.press("Remove https://old.xyz.example/").press("Save")
        within(15, lambda: graph.get(f"/v1.0/applications/{app['id']}")["web"]["redirectUris"] == ["https://shop.xyz.example/back"])
    assert graph.get(f"/v1.0/applications/{app['id']}")["web"]["homePageUrl"] == "https://shop.xyz.example", "the rest stays"


def test_only_who_is_assigned_gets_in(chromium, server, graph, keeper):
    role = {"id": "6f1c1a5e-0d0c-4f57-9d0a-2f6f6b1f7a11", "allowedMemberTypes": ["User"], "displayName": "Clerk", "description": "Takes orders", "value": "clerk", "isEnabled": True}
    app, principal = graph.app("ledger", appRoles=[role])
    somebody, group = graph.user("clerk"), graph.group("clerks")
    path = f"/v1.0/servicePrincipals/{principal['id']}"
    assigned = lambda: {(one["principalId"], one["appRoleId"]) for one in graph.all(f"{path}/appRoleAssignedTo")}  # noqa: E731
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/servicePrincipals/{principal['id']}")
        portal.page.get_by_role("switch", name="Everybody with an account").click()
        portal.see("Nobody is assigned: nobody gets in.")
        within(15, lambda: graph.get(path)["appRoleAssignmentRequired"] is True)
        for who in (somebody, group):
            portal.pick("Assign somebody or a group", who["displayName"]).see("Clerk", "[role=alertdialog]").confirm("Assign")
            portal.page.get_by_role("link", name=who["displayName"], exact=True).wait_for()
        assert assigned() == {(somebody["id"], role["id"]), (group["id"], role["id"])}
        portal.check("web-service-principal")
        portal.press(f"Remove {somebody['displayName']}").see("without another assignment they do not").confirm("Remove")
        within(15, lambda: assigned() == {(group["id"], role["id"])})
        portal.tab("What it may do").see("In the name of people").check("web-service-principal-may")


@pytest.fixture
def requests(graph, keeper):
    before = graph.get(CONSENT_POLICY)
    graph.patch(CONSENT_POLICY, {"isEnabled": True, "notifyReviewers": False, "reviewers": [{"query": f"/users/{keeper['id']}", "queryType": "MicrosoftGraph"}]})
    yield
    graph.patch(CONSENT_POLICY, {"isEnabled": before["isEnabled"] or False})


@pytest.mark.parametrize("is_allowed", [True, False])
def test_what_people_ask_consent_for_is_answered(chromium, server, graph, keeper, requests, is_allowed):
    app, user = App(graph, chromium.redirect), graph.user("asking")
    wanted = app.url(scope="openid https://graph.microsoft.com/Directory.Read.All")
    with chromium.window() as window:
        window.go(wanted).sign_in(user)
        window.type(reason="for the report").press("button[value=request]")
    root = "/v1.0/identityGovernance/appConsent/appConsentRequests"
    [request] = graph.get(f"{root}?$filter=appId eq '{app.client_id}'")["value"]
    statuses = lambda: [one["status"] for one in graph.get(f"{root}/{request['id']}/userConsentRequests")["value"]]  # noqa: E731
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/access/consentRequests")
        portal.page.get_by_role("link", name=app.name).click()
        portal.see("for the report").see("Directory.Read.All").check(f"web-consent-request-{is_allowed}")
        if is_allowed:
            portal.press("Allow for everybody").see("Nobody is asked any more").check("web-consent-allow").confirm("Allow for everybody")
        else:
            portal.press("Deny").see("Whoever asked is told").confirm("Deny")
        within(15, lambda: statuses() == ["Completed"])
    with chromium.window() as window:
        window.go(wanted).sign_in(user)
        assert ("code" in window.returned) if is_allowed else "code" not in window.page.url


def test_the_risk_of_an_account_is_answered(chromium, server, graph, keeper):
    somebody = graph.user("risky")
    risky = f"/v1.0/identityProtection/riskyUsers/{somebody['id']}"
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{somebody['id']}").tab("Signing in")
        portal.press("Answer the risk").press("Confirm that it is compromised", "menuitem").see("The account is in other hands").confirm("Confirm that it is compromised")
        within(15, lambda: graph.get(risky)["riskState"] == "confirmedCompromised")
        portal.see("Somebody else may be using this account:").check("web-person-risk")
        portal.page.get_by_role("link", name="What was seen").click()
        portal.see("What it was before").check("web-risky-user")
        portal.press("Answer the risk").press("Confirm that it is safe", "menuitem").confirm("Confirm that it is safe")
        within(15, lambda: graph.get(risky)["riskState"] == "confirmedSafe")


def test_the_risk_of_many_is_answered_at_once(chromium, server, graph, keeper):
    people = [graph.user("many-at-risk") for _ in range(2)]
    graph.post("/v1.0/identityProtection/riskyUsers/confirmCompromised", {"userIds": [one["id"] for one in people]}, 204)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/signin/riskyUsers").go("/admin/signin/riskyUsers?filter=riskState eq 'confirmedCompromised'")
        portal.see(people[0]["displayName"]).see(people[1]["displayName"])
        for one in people:
            portal.page.get_by_role("row").filter(has_text=one["displayName"]).get_by_role("checkbox").click()
        portal.press("Dismiss").confirm("Dismiss")
        for one in people:
            within(15, lambda: graph.get(f"/v1.0/identityProtection/riskyUsers/{one['id']}")["riskState"] == "dismissed")


def test_terms_of_use_are_made_of_a_text(chromium, server, graph, keeper):
    name = unique("House rules")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/governance/agreements/new")
        portal.fill("Name", name).fill("Text in English", "Be kind.").press("Add Deutsch").fill("Text in Deutsch", "Seid nett.")
        portal.check("web-new-agreement").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.textContent.includes(name)", arg=name)
    [made] = graph.get(f"/v1.0/identityGovernance/termsOfUse/agreements?$filter=displayName eq '{name}'")["value"]
    files = graph.get(f"/v1.0/identityGovernance/termsOfUse/agreements/{made['id']}/files")["value"]
    assert {(file["language"], file["isDefault"]) for file in files} == {("en", True), ("de", False)}


def test_a_join_token_is_shown_once(chromium, server, graph, keeper):
    name = unique("racks")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/joinTokens/new")
        portal.fill("Name", name).check("web-new-join-token").press("Create").see("It is shown this once")
        token = portal.page.locator("main code").first.inner_text()
        portal.press("I have put it away safely").see(name)
        assert token not in portal.page.content()
    assert any(one["displayName"] == name for one in graph.all("/beta/deviceManagement/joinTokens"))


def test_why_is_asked_of_a_role_where_it_stands_and_on_the_page_for_asking(chromium, server, graph, keeper):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{keeper['id']}")
        portal.press("Why: Global Administrator").page.get_by_role("dialog").get_by_text(keeper["displayName"]).first.wait_for()
        portal.check("web-why-role").go("/admin/monitor/explain")
        portal.page.get_by_role("combobox", name="What about").click()
        portal.press("Somebody's role", "option").pick("Who", keeper["displayName"])
        portal.page.get_by_role("combobox", name="Roles").click()
        portal.press("Global Administrator", "option").press("Ask").see("holds the role", "main").see("it is assigned", "main li")
