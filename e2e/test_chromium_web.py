"""The admin center and My portal: people do their work there, with the built program, in a real browser."""

import pytest

from web import Portal, administrator

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
        portal.see("1 in all")
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


def test_everybody_has_a_portal_of_their_own(chromium, server, graph):
    user = graph.user("employee")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(user, "/my")
        assert user["displayName"] in portal.heading
        portal.check("web-my")
        for page in ("apps", "devices", "access", "approvals", "roles", "groups", "privacy"):
            portal.go(f"/my/{page}").check(f"web-my-{page}")
