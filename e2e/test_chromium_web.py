"""The admin center and My portal: people do their work there, with the built program, in a real browser."""

import re
import uuid

import pytest

from chromium import Chromium
from graph import Graph, unique, within
from web import HELPDESK_ADMINISTRATOR, Portal, administrator

# What the first page may cost, over the wire.
SCRIPT_BYTES_MAX = 250 * 1024


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


def test_an_administrator_comes_in_and_sees_how_the_tenant_is(chromium, server, graph, keeper):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper)
        assert portal.heading == "Home"
        people = graph.get("/v1.0/users?$count=true&$top=1&$select=id", headers={"consistencylevel": "eventual"})["@odata.count"]
        tile = portal.page.get_by_role("link", name="people", exact=False).first
        assert tile.inner_text().split()[0].replace(",", "") == str(people)
        portal.check("web-home")
        assert portal.script_bytes <= SCRIPT_BYTES_MAX, portal.script_bytes
        assert not portal.strangers
        tile.click()
        portal.page.wait_for_url("**/admin/identity/users")
        portal.see(f"{people:,} in all").check("web-people")


def test_somebody_is_found_and_told_about(chromium, server, graph, keeper):
    user = graph.user("findable", department="Sales", jobTitle="Analyst")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/identity/users")
        portal.page.get_by_role("searchbox").fill(user["displayName"])
        portal.see(re.compile(r"^\s*1 in all"))
        portal.press(user["displayName"], "link").see("Groups, and why")
        assert portal.heading == user["displayName"]
        portal.see("Analyst").check("web-person")
        portal.page.get_by_role("tab", name="History").click()
        portal.see("Add user")


def test_what_is_changed_is_changed_and_nothing_else(chromium, server, graph, keeper):
    user = graph.user("editable", city="Lyon", department="Sales")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{user['id']}")
        portal.press("Edit").fill("City", "Oslo").check("web-edit").press("Save")
        portal.page.get_by_role("dialog").wait_for(state="detached")
    now = graph.get(f"/v1.0/users/{user['id']}?$select=city,department,displayName")
    assert (now["city"], now["department"], now["displayName"]) == ("Oslo", "Sales", user["displayName"])


def test_a_day_is_the_same_day_west_of_greenwich(chromium, server, graph, keeper):
    user = graph.user("joiner-in-january", employeeHireDate="2027-01-04T00:00:00Z")
    path = f"/admin/identity/users/{user['id']}"
    with chromium.window(timezone_id="America/New_York") as window:
        portal = Portal(window, server.url).enter(keeper, path)
        portal.see("Jan 4, 2027")
        portal.press("Edit")
        hired = portal.page.get_by_role("dialog").get_by_label("Employee hire date")
        assert hired.input_value() == "2027-01-04"
        hired.fill("2027-01-05")
        portal.press("Save")
        portal.page.get_by_role("dialog").wait_for(state="detached")
        portal.see("Jan 5, 2027")
        portal.go("/admin/identity/users?columns=displayName,employeeHireDate&filter=employeeHireDate eq 2027-01-05T00:00:00Z")
        portal.see("1 in all").see("Jan 5, 2027")
    assert graph.get(f"/v1.0/users/{user['id']}?$select=employeeHireDate")["employeeHireDate"] == "2027-01-05T00:00:00Z"


def test_everybody_has_a_portal_of_their_own(chromium, server, graph):
    user = graph.user("employee")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(user, "/my")
        assert user["displayName"] in portal.heading
        portal.check("web-my")
        for page in ("apps", "devices", "access", "approvals", "roles", "groups", "privacy"):
            portal.go(f"/my/{page}").check(f"web-my-{page}")


def test_every_list_in_the_menu_is_there_and_clean(chromium, server, keeper):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper)
        rooms = portal.page.locator("nav button[aria-expanded=false]")
        rooms.first.wait_for()
        while rooms.count():
            rooms.first.click()
        links = portal.page.locator("nav a[href^='/admin/']")
        paths = [links.nth(at).get_attribute("href") for at in range(links.count())]
        assert len(paths) > 40, paths
        for path in paths:
            portal.page.locator(f"nav a[href='{path}']").click()
            portal.page.wait_for_function("path => document.querySelector(`nav a[href='${path}']`).ariaCurrent === 'page'", arg=path)
            portal.page.wait_for_selector("main h1")
            portal.check("web" + path.replace("/", "-"))
            assert not portal.page.locator("main [role=alert]").count(), f"{path}: {window.text}"


def test_a_rule_shows_who_would_come_and_go_before_it_is_saved(chromium, server, graph, keeper):
    stays, comes = graph.user("stays", department="Harbour"), graph.user("comes", department="Tower")
    group = graph.group(
        "ruled", groupTypes=["DynamicMembership"], membershipRule='user.department -eq "Harbour"', membershipRuleProcessingState="On",
    )
    within(20, lambda: graph.members(group) == {stays["id"]})
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/groups/{group['id']}")
        portal.page.get_by_role("tab", name="Rule").click()
        rule = portal.page.get_by_role("textbox", name="Rule")
        rule.fill('user.department -eq "Tow')
        portal.see("Invalid value specified for property 'membershipRule'")
        rule.fill('user.department -eq "Tower"')
        portal.see("1 would join").see("1 would leave").see(comes["displayName"]).check("web-rule")
        assert graph.members(group) == {stays["id"]}, "nothing has happened yet"
        portal.press("Save")
        within(20, lambda: graph.members(group) == {comes["id"]})


def test_an_hr_file_shows_what_would_happen_and_then_it_does(chromium, server, graph, keeper, tmp_path):
    number = unique("hr")
    file = tmp_path / "people.csv"
    file.write_text(
        "employeeId,givenName,familyName,userName,department,country,leaveDate\n"
        f"{number},Lena,Okafor,{number},Sales,DE,\n"
        f"{number}x,Bad,Date,{number}x,Sales,DE,2026-02-30\n"
    )
    named = f"/v1.0/users?$filter=employeeId eq '{number}'"
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/provisioning/hrImport")
        portal.page.get_by_role("button", name="Choose a file").wait_for()
        portal.page.wait_for_function("() => !document.querySelector('main button').disabled")
        portal.page.set_input_files("input[type=file]", file)
        portal.see("Line 3").see("Lena Okafor").check("web-hr-preview")
        assert graph.get(named)["value"] == [], "nothing has happened yet"
        portal.press("Import 1 person").press("Import").see("1 person was taken in.")
    assert [user["displayName"] for user in graph.get(named)["value"]] == ["Lena Okafor"]


def test_a_policy_is_drafted_replayed_and_put_in_force(chromium, server, graph, keeper):
    name = unique("Drafted")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/access/policies/new")
        portal.page.get_by_role("textbox", name="Name").fill(name)
        portal.press("Try it on the last 7 days").see("sign-ins judged").check("web-policy")
        portal.press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
    [policy] = graph.get(f"/v1.0/identity/conditionalAccess/policies?$filter=displayName eq '{name}'")["value"]
    assert policy["state"] == "enabledForReportingButNotEnforced"
    assert policy["conditions"]["users"]["excludeUsers"] == [keeper["id"]]
    graph.delete(f"/v1.0/identity/conditionalAccess/policies/{policy['id']}", 204)


def test_anything_is_found_by_its_name_with_the_keyboard(chromium, server, graph, keeper):
    user = graph.user("sought")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper)
        portal.page.keyboard.press("Control+k")
        portal.page.get_by_role("combobox").wait_for()
        portal.page.keyboard.type(user["displayName"])
        portal.page.get_by_role("option", name=user["displayName"]).first.wait_for()
        portal.check("web-search").page.keyboard.press("Enter")
        portal.page.wait_for_url(f"**/admin/identity/users/{user['id']}")


def test_something_is_begun_or_told_from_the_search_and_found_by_any_of_its_ids(chromium, server, graph, keeper):
    user = graph.user("sought-to-stop")
    app, principal = graph.app("sought-by-app-id")
    device = graph.post("/v1.0/devices", {
        "accountEnabled": True, "deviceId": str(uuid.uuid4()), "displayName": unique("sought"), "operatingSystem": "Android",
        "operatingSystemVersion": "16", "alternativeSecurityIds": [{"type": 2, "key": "WA=="}],
    }, 201)
    with chromium.window(viewport={"width": 1280, "height": 500}) as window:
        portal = Portal(window, server.url).enter(keeper)
        page = portal.page

        def find(text: str, option) -> None:
            page.keyboard.press("Control+k")
            page.locator("[role=dialog] [role=combobox]").fill(text)
            page.get_by_role("option", name=option).first.wait_for()

        find(app["appId"], app["displayName"])
        assert page.get_by_role("option", name=app["displayName"]).count() == 2, "the application and what it is here"
        page.keyboard.press("Escape")
        find(device["deviceId"], device["displayName"])
        page.keyboard.press("Enter")
        page.wait_for_url(f"**/directoryDevices/{device['id']}")
        # What is chosen stays in sight, however many there are.
        find("polic", "New Conditional Access policy")
        page.wait_for_function("() => !document.querySelector('[role=dialog] .fui-Spinner')")
        last = page.get_by_role("option").count() - 1
        assert last > 6, "more than the box shows at once"
        for _ in range(last):
            page.keyboard.press("ArrowDown")
        assert page.locator("[role=dialog] [role=combobox]").get_attribute("aria-activedescendant").endswith(f"-{last}")
        page.wait_for_function(
            "() => { const [one, box] = ['[role=option][aria-selected=true]', '[role=listbox]'].map(what => document.querySelector(what).getBoundingClientRect());"
            " return one.bottom <= box.bottom + 1 && one.top >= box.top - 1 }"
        )
        page.locator("[role=dialog] [role=combobox]").fill("new person")
        page.get_by_role("option", name="New person").click()
        page.wait_for_url("**/admin/identity/users/new")
        find("disab", "Disable …")
        page.get_by_role("option", name="Disable …").click()
        page.keyboard.type(user["displayName"])
        page.get_by_role("option", name=f"Disable: {user['displayName']}").wait_for()
        portal.check("web-search-deed")
        page.keyboard.press("Enter")
        portal.see(f"Disable {user['displayName']}?", "[role=alertdialog]").confirm("Disable")
        within(5, lambda: graph.get(f"/v1.0/users/{user['id']}?$select=accountEnabled")["accountEnabled"] is False)
        # What was opened from a list or an address stands there first.
        other = graph.user("opened-from-an-address")
        portal.go(f"/admin/identity/users/{other['id']}").see(other["userPrincipalName"])
        page.keyboard.press("Control+k")
        page.get_by_role("option", name=other["displayName"]).wait_for()


def test_the_help_desk_sees_what_its_role_lets_it(chromium, server, graph):
    helper = administrator(graph, "helper", HELPDESK_ADMINISTRATOR)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(helper)
        portal.page.get_by_role("button", name="Access").click()
        portal.page.get_by_role("link", name="Roles", exact=True).wait_for()
        assert not portal.page.get_by_role("link", name="Conditional Access", exact=True).count()
        portal.page.goto(f"{server.url}/admin/access/policies")
        portal.see("You may not do this.")


def test_a_server_that_is_away_is_said_to_be_and_waited_for(chromium, server, keeper):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/identity/users")
        portal.see("in all")
        window.context.set_offline(True)
        portal.press("Read again").see("The server cannot be reached.")
        window.context.set_offline(False)
        portal.page.get_by_text("The server cannot be reached.").first.wait_for(state="detached")
        window.complaints.clear()


def test_a_server_that_stops_in_mid_form_is_said_to_be_away_and_the_form_is_saved_when_it_is_back(chromium, spare, tmp_path):
    server = spare()
    graph = Graph(server)
    user = graph.user("interrupted", city="Lyon")
    keeper = administrator(graph)
    browser = Chromium(server.ca, tmp_path / "home", beside=chromium, web=chromium.web)
    try:
        with browser.window() as window:
            portal = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{user['id']}")
            portal.press("Edit").fill("City", "Oslo")
            server.stop()
            portal.press("Save").see("The server cannot be reached.")
            dialog = portal.page.get_by_role("dialog")
            assert dialog.get_by_label("City").input_value() == "Oslo", "nothing that was typed is lost"
            server.start()
            dialog.get_by_role("button", name="Save", exact=True).click()
            dialog.wait_for(state="detached")
            portal.see("Oslo", "main")
            window.complaints.clear()
        assert graph.get(f"/v1.0/users/{user['id']}?$select=city")["city"] == "Oslo"
    finally:
        browser.close()


@pytest.mark.parametrize(("language", "dark", "title"), [("de", False, "Start"), ("ar", True, "الرئيسية")])
def test_the_pages_speak_other_languages_in_either_direction(chromium, server, graph, keeper, language, dark, title):
    user = graph.user("translated")
    with chromium.window(language, dark=dark) as window:
        portal = Portal(window, server.url).enter(keeper)
        assert portal.heading == title
        said = portal.page.evaluate("() => [document.documentElement.lang, document.documentElement.dir]")
        assert said == [language, "rtl" if language == "ar" else "ltr"]
        portal.check("web-home")
        for path in ("/admin/identity/users", f"/admin/identity/users/{user['id']}", "/admin/access/policies/new"):
            portal.go(path).check("web" + path.replace("/", "-").replace(user["id"], "one"))


def test_what_others_change_appears_on_an_open_page(chromium, server, graph, keeper):
    user = graph.user("watched", jobTitle="Analyst")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/identity/users/{user['id']}")
        portal.see("Analyst")
        # The window has nothing to do now but to listen.
        portal.page.wait_for_load_state("load")
        began = portal.page.evaluate("() => performance.timeOrigin")
        graph.patch(f"/v1.0/users/{user['id']}", {"jobTitle": "Harbour master"})
        portal.see("Harbour master")
        assert portal.page.evaluate("() => performance.timeOrigin") == began, "the page was not loaded again"
