"""How people sign in, as the admin center shows and changes it: the policy about methods, and the log of what happened."""

import pytest

from graph import PASSWORD, within
from web import Portal, administrator

POLICY = "/beta/policies/authenticationMethodsPolicy"
FIDO2 = f"{POLICY}/authenticationMethodConfigurations/Fido2"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


@pytest.fixture(scope="module")
def holder(chromium, server, graph) -> dict:
    """Somebody whose only second factor is a passkey."""
    user = graph.user("holder")
    with chromium.window() as window:
        window.authenticator()
        window.go(f"{server.url}/account/security-info").sign_in(user)
        window.press("button[value=fido2]").press("form[data-passkey] button")
    report = f"/v1.0/reports/authenticationMethods/userRegistrationDetails/{user['id']}"
    within(15, lambda: graph.get(report)["isMfaCapable"])
    return user


def test_a_method_is_changed_once_it_is_said_whom_it_costs_what_and_taken_back(chromium, server, graph, keeper, holder):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/signin/methodsPolicy")
        portal.see("can prove a second factor").see("Registration campaign").check("web-methods")
        portal.page.get_by_role("link", name="Passkeys", exact=False).first.click()
        portal.see("For whom").pick("Leave out a group or somebody", holder["displayName"])
        portal.see("What it would mean").see("until they register another: 1.").see(holder["displayName"], "[role=status]").check("web-method")
        assert not graph.get(FIDO2).get("excludeTargets"), "nothing has happened yet"
        portal.press("Save").see("Take the second factor away?").check("web-method-asked")
        portal.confirm("Save")
        within(15, lambda: [target["id"] for target in graph.get(FIDO2).get("excludeTargets") or []] == [holder["id"]])
        portal.press("Undo").see("It is as it was.")
        within(15, lambda: not graph.get(FIDO2).get("excludeTargets"))


def test_what_a_pass_is_good_for_and_the_campaign_are_set_in_words(chromium, server, graph, keeper, holder):
    passes = f"{POLICY}/authenticationMethodConfigurations/TemporaryAccessPass"
    before = graph.get(passes)
    # Nobody has said anything of a campaign before the first is saved.
    campaign = lambda: (graph.get(POLICY)["registrationEnforcement"] or {}).get("authenticationMethodsRegistrationCampaign") or {"state": None}  # noqa: E731
    with chromium.window(viewport={"width": 390, "height": 800}) as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/signin/methodsPolicy/TemporaryAccessPass")
        portal.page.get_by_role("switch", name="Each pass is good for one use.").click()
        portal.see("Nobody loses their second factor.").check("web-method-narrow")
        portal.press("Save")
        within(15, lambda: graph.get(passes)["isUsableOnce"] is True, every=0.2)
        portal.go("/admin/signin/methodsPolicy/campaign").page.get_by_role("switch", name="It is off").click()
        portal.page.get_by_role("radio", name="Those who are named").click()
        portal.see("Name at least one group or person").pick("Add a group or somebody", holder["displayName"])
        portal.page.get_by_role("checkbox", name="After three times it cannot be put off any more.").click()
        portal.press("Save")
        within(15, lambda: campaign()["state"] == "enabled" and campaign()["enforceRegistrationAfterAllowedSnoozes"], every=0.2)
        portal.check("web-campaign").go("/admin/signin/methodsPolicy").see("After three times it cannot be put off any more.")
    assert [(target["id"], target["targetedAuthenticationMethod"]) for target in campaign()["includeTargets"]] == [(holder["id"], "Fido2")]
    graph.patch(POLICY, {"registrationEnforcement": {"authenticationMethodsRegistrationCampaign": {**campaign(), "state": "disabled"}}})
    graph.patch(passes, {"@odata.type": before["@odata.type"], "isUsableOnce": False})


def test_who_cannot_is_a_list_that_leads_to_people(chromium, server, graph, keeper, holder):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/signin/methodsPolicy")
        portal.page.get_by_role("link", name="can prove a second factor").click()
        portal.see(keeper["displayName"]).check("web-registrations")
        assert not portal.page.get_by_role("link", name=holder["displayName"]).count()
        portal.press(keeper["displayName"], "link")
        portal.page.wait_for_url(f"**/admin/identity/users/{keeper['id']}")


def test_a_sign_in_says_how_it_ended_and_why(chromium, server, graph, keeper):
    stranger = graph.user("mistyped")
    with chromium.window() as window:
        window.go(f"{server.url}/my").sign_in(stranger, "not the password at all")
    with chromium.window() as window:
        filter = f"userId eq '{stranger['id']}'"
        portal = Portal(window, server.url).enter(keeper, "/admin/monitor/signIns").go(f"/admin/monitor/signIns?filter={filter}")
        portal.see("The user name or the password was wrong.").check("web-sign-ins")
        portal.press("Succeeded").see("Nothing matches")
        portal.press("Succeeded").press("Failure").see("50126")
        portal.page.locator("main [role=row] a").first.click()
        portal.see("They were not let in.").see("AADSTS50126").see("What policies said").check("web-sign-in")
        assert portal.heading.startswith(stranger["displayName"])


@pytest.mark.parametrize(("language", "failure"), [("de", "Benutzername oder Kennwort war falsch."), ("ar", "اسم المستخدم أو كلمة المرور خطأ.")])
def test_the_same_in_other_languages(chromium, server, graph, language, failure):
    keeper = administrator(graph, f"keeper-{language}")
    with chromium.window() as window:
        window.go(f"{server.url}/my").sign_in(keeper, PASSWORD + "x")
        window.page.locator("#notice").wait_for()
    with chromium.window(language=language, dark=True) as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/signin/methodsPolicy")
        portal.page.wait_for_selector("main a[href$='/Fido2']")
        portal.check(f"web-methods-{language}").go("/admin/signin/methodsPolicy/Fido2").page.wait_for_selector("main [role=switch]")
        portal.check(f"web-method-{language}").go("/admin/monitor/signIns").see(failure).check(f"web-sign-ins-{language}")
