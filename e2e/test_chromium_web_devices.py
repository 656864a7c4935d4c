"""Devices in the admin center: policies made from the catalogue, a device that fails and recovers before one's eyes, baselines,
scripts, acts on many; with the built server, the built agent and a real browser."""

import base64
import re
import uuid

import pytest

from graph import unique, within
from test_configuration import DEVICES, POLICIES, choice, laptop, mine, policy, product, simple  # noqa: F401 (fixtures)
from web import Portal, administrator

COMPLIANCE = "/beta/deviceManagement/compliancePolicies"
ISSUE = "linux.login.issue"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


@pytest.fixture
def running(laptop):  # noqa: F811
    """The device with its agent at work: what it is told it does at once."""
    laptop.start()
    yield laptop
    laptop.kill()


def group_of(graph, device) -> dict:
    assignment = mine(graph, device)
    return graph.get(f"/v1.0/groups/{assignment['target']['groupId']}")


def test_a_policy_is_made_from_the_catalogue_and_counted_while_it_is_assigned(chromium, server, graph, keeper, running):
    name, group = unique("Catalogue"), group_of(graph, running)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/configurationPolicies/new")
        portal.page.get_by_role("textbox", name="Name").fill(name)
        portal.check("web-policy-new").press("Next")
        portal.press("Add settings")
        portal.page.get_by_role("searchbox", name="Search settings").fill("notice console")
        portal.page.get_by_role("checkbox", name="Notice on the console").check()
        portal.check("web-picker")
        portal.page.get_by_role("searchbox", name="Search settings").fill("digits")
        portal.page.get_by_role("checkbox").first.check()
        picked(portal, 2)
        portal.page.get_by_role("textbox", name="Notice on the console").fill("Property of XYZ Ltd.")
        portal.check("web-settings").press("Next")
        portal.see("Nobody gets it yet.")
        choose(portal, group)
        portal.see("Devices: 1").check("web-assignments").press("Next")
        portal.see("Property of XYZ Ltd.").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        [made] = graph.get(f"{POLICIES}?$filter=name eq '{name}'&$select=id,settings,assignments")["value"]
        assert {one["settingInstance"]["settingDefinitionId"] for one in made["settings"]} > {ISSUE}
        assert [one["target"]["groupId"] for one in made["assignments"]] == [group["id"]]
        issue = running.root / "etc/issue"
        within(20, lambda: issue.read_text() == "Property of XYZ Ltd.\n", every=0.1)
        # What it says of the device, while it does it.
        portal.page.get_by_role("tab", name="Devices").click()
        portal.see("As wanted").check("web-policy-devices")
        # Changed in place, and the device follows.
        portal.page.get_by_role("tab", name="Settings").click()
        portal.page.get_by_role("textbox", name="Notice on the console").fill("Property of XYZ Ltd., second floor")
        portal.see("There are changes that are not saved.").press("Save")
        within(20, lambda: "second floor" in issue.read_text(), every=0.1)
    graph.post(f"{POLICIES}/{made['id']}/assign", {"assignments": []}, 200)


def test_a_value_beyond_its_limits_does_not_get_past_the_page(chromium, server, graph, keeper):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/configurationPolicies/new")
        portal.page.get_by_role("textbox", name="Name").fill(unique("Limits"))
        portal.press("Next").press("Add settings")
        portal.page.get_by_role("searchbox", name="Search settings").fill("linux.sudo.timestamp_timeout")
        portal.page.get_by_role("checkbox", name="Minutes until sudo asks again").check()
        picked(portal, 1)
        field = portal.page.get_by_role("spinbutton", name="Minutes until sudo asks again")
        field.fill("61")
        field.blur()
        portal.see("Not more than 60.")
        assert portal.page.get_by_role("button", name="Next").is_disabled()
        field.fill("5")
        field.blur()
        portal.press("Next").see("Who gets it")


def test_policies_that_disagree_are_both_named(chromium, server, graph, keeper, running):
    to = [mine(graph, running)]
    one = policy(graph, "first", [simple(ISSUE, "This is ours")], to)
    other = policy(graph, "second", [simple(ISSUE, "No, ours")], to)
    names = [graph.get(f"{POLICIES}/{made}")["name"] for made in (one, other)]
    told = lambda: graph.get(f"{DEVICES}/{running.id}?$select=configurationSettingStates")["configurationSettingStates"]  # noqa: E731
    within(20, lambda: any(state["state"] == "conflict" for state in told()), every=0.1)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/conflicts")
        for text in (*names, "This is ours", "No, ours", "laptop"):
            portal.see(text, "main")
        portal.check("web-conflicts")
        portal.go(f"/admin/devices/managedDevices/{running.id}").page.get_by_role("tab", name="Configuration").click()
        portal.see("Notice on the console").see("policies disagree").check("web-device-configuration")
    for made in (one, other):
        graph.delete(f"{POLICIES}/{made}", 204)


def test_a_device_fails_and_recovers_before_ones_eyes(chromium, server, graph, keeper, running):
    name, group = unique("Firewalled"), group_of(graph, running)
    firewall = running.root / "etc/ufw/ufw.conf"
    firewall.write_text("ENABLED=yes\nLOGLEVEL=low\n")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/compliancePolicies/new")
        portal.page.get_by_role("textbox", name="Name").fill(name)
        portal.press("Next").press("Add settings")
        portal.page.get_by_role("checkbox", name="A firewall is on").check()
        picked(portal, 1)
        portal.check("web-compliance-rules").press("Next")
        portal.press("Add a consequence")
        portal.page.get_by_role("menuitem", name="Its person gets a mail").click()
        portal.see("Time to mend it").check("web-consequences").press("Next")
        choose(portal, group)
        portal.see("Devices: 1").press("Next").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        portal.check("web-compliance-policy")
        [made] = graph.get(f"{COMPLIANCE}?$filter=name eq '{name}'&$select=id,scheduledActionsForRule")["value"]
        actions = made["scheduledActionsForRule"][0]["scheduledActionConfigurations"]
        assert sorted((one["actionType"], one["gracePeriodHours"]) for one in actions) == [("block", 0), ("notification", 24)]

        portal.go(f"/admin/devices/managedDevices/{running.id}")
        badge = portal.page.locator("main h1")
        badge.get_by_text("Compliant", exact=True).wait_for()
        # Somebody turns the firewall off. Nothing is loaded again from here on.
        portal.page.evaluate("() => { window.stayed = true; }")
        firewall.write_text("ENABLED=no\nLOGLEVEL=low\n")
        sync(portal)
        badge.get_by_text("Not compliant").wait_for()
        portal.see("A firewall is on", "main").see("Expected:").check("web-device-failing")
        firewall.write_text("ENABLED=yes\nLOGLEVEL=low\n")
        sync(portal)
        badge.get_by_text("Compliant", exact=True).wait_for()
        assert portal.page.evaluate("() => window.stayed"), "the page was loaded again"
        for tab in ("Inventory", "Keys and logs", "Timeline"):
            portal.page.get_by_role("tab", name=tab).click()
            portal.page.get_by_role("tab", name=tab, selected=True).wait_for()
            portal.check(f"web-device-{tab.split()[0].lower()}")
        portal.page.get_by_role("tab", name="Timeline").click()
        portal.see("Holds: A firewall is on")
    graph.delete(f"{COMPLIANCE}/{made['id']}", 204)


def picked(portal: Portal, count: int) -> None:
    """Leave the catalogue with so many settings chosen."""
    portal.page.get_by_role("button", name=f"Done: {count} chosen").click()
    portal.page.get_by_role("dialog").wait_for(state="detached")


def choose(portal: Portal, group: dict) -> None:
    """Assign to a group."""
    portal.page.get_by_role("combobox", name="Add a group").first.press_sequentially(group["displayName"])
    portal.page.get_by_role("option", name=group["displayName"]).click()


def sync(portal: Portal) -> None:
    portal.press("Do something")
    portal.page.get_by_role("menuitem", name="Sync").click()
    portal.page.get_by_role("alertdialog").get_by_role("button", name="Sync").click()
    portal.page.get_by_role("alertdialog").wait_for(state="detached")


def test_many_devices_are_told_at_once_and_followed(chromium, server, graph, keeper, running):
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/managedDevices")
        portal.page.get_by_role("searchbox").fill(running.user["userPrincipalName"])
        portal.see(re.compile(r"^\s*1 in all"))
        portal.page.get_by_role("checkbox", name="Choose all that were read").check()
        portal.press("Restart")
        dialog = portal.page.get_by_role("alertdialog")
        dialog.get_by_role("button", name="Restart").click()
        portal.see("Remote actions shows how far it is.").check("web-bulk")
        dialog.get_by_role("button", name="Close").click()
        portal.go("/admin/devices/remoteActions").see("Restart")
    asked = graph.get(f"/beta/deviceManagement/remoteActionAudits?$filter=managedDeviceId eq '{running.id}'")["value"]
    assert [one["actionName"] for one in asked if one["bulkDeviceActionId"]] == ["rebootNow"]


def test_a_policy_begins_with_a_baseline_and_shows_how_far_it_is_from_it(chromium, server, graph, keeper, running):
    name, group = unique("Baseline"), group_of(graph, running)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/baselines")
        portal.see("Debian and Ubuntu workstations").check("web-baselines")
        portal.page.locator("main section").filter(has_text="workstations").get_by_role("button", name="Make a policy").click()
        field = portal.page.get_by_role("textbox", name="Name")
        portal.page.wait_for_function("() => [...document.querySelectorAll('main input')].some(input => input.value.includes('workstations'))")
        field.fill(name)
        portal.press("Next").see("Settings: 76").press("Next")
        choose(portal, group)
        portal.see("Devices: 1").press("Next").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        portal.page.get_by_role("tab", name="Drift").click()
        portal.see("as the baseline says").check("web-drift")
    [made] = graph.get(f"{POLICIES}?$filter=name eq '{name}'&$select=id,templateReference,settings")["value"]
    assert made["templateReference"]["templateDisplayVersion"] == "2026.2" and len(made["settings"]) == 76
    graph.delete(f"{POLICIES}/{made['id']}", 204)


def test_a_script_is_written_assigned_and_its_results_are_read(chromium, server, graph, keeper, running):
    (running.root / "run/castellan").mkdir(parents=True, exist_ok=True)
    (running.root / "run/castellan/runs-scripts").touch()
    name, group = unique("Looks"), group_of(graph, running)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/devices/healthScripts/new")
        portal.page.get_by_role("textbox", name="Name").fill(name)
        portal.page.get_by_role("textbox", name="Detection").fill("#!/bin/sh\necho all is well\nexit 0\n")
        portal.check("web-script-new").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        portal.page.get_by_role("tab", name="Assignments").click()
        choose(portal, group)
        portal.page.get_by_role("checkbox", name="Put right what is found").check()
        portal.see("Devices: 1").check("web-script-assigned").press("Save")
        portal.page.get_by_text("There are changes that are not saved.").wait_for(state="detached")
        portal.page.get_by_role("tab", name="Results").click()
        # The device may have run it before one looks: the page follows.
        told = portal.page.get_by_role("main").get_by_text(re.compile("It ran on no device yet|laptop"))
        told.first.wait_for()
        portal.check("web-script-results")
    [made] = graph.get(f"/beta/deviceManagement/deviceHealthScripts?$filter=displayName eq '{name}'&$select=id,detectionScriptContent")["value"]
    assert base64.b64decode(made["detectionScriptContent"]).startswith(b"#!/bin/sh\n")
    [assigned] = graph.get(f"/beta/deviceManagement/deviceHealthScripts/{made['id']}/assignments")["value"]
    assert assigned["runRemediationScript"] and assigned["runSchedule"]["interval"] == 1
    graph.delete(f"/beta/deviceManagement/deviceHealthScripts/{made['id']}", 204)


def test_people_are_told_in_their_own_language(chromium, server, graph, keeper):
    made = graph.post("/beta/deviceManagement/notificationMessageTemplates", {"displayName": unique("Care"), "defaultLocale": "en"}, 201)
    path = f"/beta/deviceManagement/notificationMessageTemplates/{made['id']}"
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/devices/notificationTemplates/{made['id']}")
        portal.page.get_by_role("textbox", name="Subject").fill("Your device needs care")
        portal.page.get_by_role("textbox", name="Text").fill("Hello ")
        portal.press("{{UserName}}").see("Hello Amir Haddad").check("web-notification").press("Save")
        portal.page.get_by_role("tab", name="English").wait_for()
    [message] = graph.get(f"{path}/localizedNotificationMessages")["value"]
    assert (message["locale"], message["messageTemplate"], message["isDefault"]) == ("en", "Hello {{UserName}}", True)
    graph.delete(path, 204)


def test_the_wipe_desk_wipes_and_sees_no_licences(chromium, server, graph, laptop):  # noqa: F811
    permissions = ["microsoft.intune/managedDevices/standard/read", "microsoft.intune/managedDevices/wipe"]
    role = graph.post("/v1.0/roleManagement/directory/roleDefinitions", {
        "displayName": unique("Wipe desk"), "isEnabled": True, "rolePermissions": [{"allowedResourceActions": permissions}],
    }, 201)
    helper = administrator(graph, "wiper", role["id"])
    sku = {"skuPartNumber": unique("UNSEEN"), "skuId": str(uuid.uuid4()), "servicePlans": [], "prepaidUnits": {"enabled": 1}}
    graph.post("/v1.0/subscribedSkus", sku, 201)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(helper)
        portal.page.get_by_role("button", name="Devices", exact=True).click()
        portal.page.get_by_role("link", name="Managed devices", exact=True).click()
        for link in ("Configuration", "Compliance policies", "Remediations"):
            assert not portal.page.get_by_role("link", name=link, exact=True).count(), link
        portal.go(f"/admin/devices/managedDevices/{laptop.id}").press("Do something")
        portal.page.get_by_role("menuitem", name="Wipe").click()
        dialog = portal.page.get_by_role("alertdialog")
        device = graph.get(f"{DEVICES}/{laptop.id}")["deviceName"]
        wipe = dialog.get_by_role("button", name="Wipe")
        assert wipe.is_disabled(), "the name is typed first"
        dialog.get_by_role("textbox").last.fill(device)
        wipe.click()
        dialog.wait_for(state="detached")
        portal.see("Wipe", "main").check("web-wipe-desk")
        # There is one, and it is not for this desk to see.
        portal.page.goto(f"{server.url}/admin/identity/licences")
        portal.see(re.compile(r"^\s*0 in all")).see("There is nothing here yet")
    queue = graph.get(f"{DEVICES}/{laptop.id}?$select=actionQueue")["actionQueue"]
    assert [one["actionName"] for one in queue] == ["wipe"]
