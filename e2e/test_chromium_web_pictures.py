"""Every main page, light and dark, as pictures for the manual: `make screenshots`. Without `--pictures` there is nothing to do."""

import pytest

from graph import unique, within
from test_chromium_web_devices import running  # noqa: F401 (fixture)
from test_configuration import DEVICES, POLICIES, choice, laptop, mine, policy, product, simple  # noqa: F401 (fixtures)
from web import Portal, administrator

PAGES = {
    "home": "/admin",
    "people": "/admin/identity/users",
    "groups": "/admin/identity/groups",
    "conditional-access": "/admin/access/policies/new",
    "roles": "/admin/access/roles",
    "hr-import": "/admin/provisioning/hrImport",
    "settings": "/admin/devices/settings",
    "audit": "/admin/monitor/audits",
    "my-portal": "/my",
}


@pytest.mark.parametrize("dark", [False, True])
def test_the_main_pages_are_pictured(request, chromium, server, graph, dark):
    if not chromium.pictures:
        pytest.skip("nobody wants pictures")
    keeper = administrator(graph)
    with chromium.window(dark=dark) as window:
        portal = Portal(window, server.url).enter(keeper)
        for name, path in PAGES.items():
            if path == "/my":
                portal.page.goto(server.url + path)
                portal.page.wait_for_selector("main h1")
            else:
                portal.go(path)
            portal.page.wait_for_timeout(800)
            portal.page.screenshot(path=chromium.pictures / f"{name}-{'dark' if dark else 'light'}.png")


@pytest.mark.parametrize("dark", [False, True])
def test_devices_and_applications_are_pictured(request, chromium, server, graph, running, dark, tmp_path):  # noqa: F811
    if not chromium.pictures:
        pytest.skip("nobody wants pictures")
    keeper, to = administrator(graph), [mine(graph, running)]
    made = policy(graph, "Workstations", [simple("linux.login.issue", "XYZ Ltd. - authorised use only"), simple("linux.sudo.timestamp_timeout", 5)], to)
    rules = graph.post("/beta/deviceManagement/compliancePolicies", {
        "name": unique("Linux laptops"), "platforms": "linux", "technologies": "linuxMdm", "settings": [choice("linux_firewall_required", "true")],
        "scheduledActionsForRule": [{"ruleName": "PasswordRequired", "scheduledActionConfigurations": [{"actionType": "block", "gracePeriodHours": 0}]}],
    }, 201)["id"]
    graph.post(f"/beta/deviceManagement/compliancePolicies/{rules}/assign", {"assignments": to}, 200)
    state = lambda: graph.get(f"{DEVICES}/{running.id}")["complianceState"]  # noqa: E731
    within(20, lambda: state() == "noncompliant", every=0.2)
    picture = lambda name: portal.page.screenshot(path=chromium.pictures / f"{name}-{'dark' if dark else 'light'}.png")  # noqa: E731
    with chromium.window(dark=dark) as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/devices/managedDevices/{running.id}")
        portal.see("A firewall is on").page.wait_for_timeout(800)
        picture("device")
        portal.go(f"/admin/devices/configurationPolicies/{made}").press("Add settings")
        portal.page.get_by_role("searchbox", name="Search settings").fill("password")
        portal.page.wait_for_timeout(800)
        picture("settings-catalog")
        portal.page.get_by_role("button", name="Done: 2 chosen").click()
        portal.page.get_by_role("dialog").wait_for(state="detached")
        portal.page.get_by_role("tab", name="Assignments").click()
        portal.see("Devices: 1").page.wait_for_timeout(800)
        picture("assignments")
        portal.go("/admin/apps/mobileApps/new")
        file = tmp_path / "xyz-crm_1.4-1_amd64.deb"
        file.write_bytes(bytes(1_400_000))
        portal.page.set_input_files("input[type=file]", file)
        portal.page.wait_for_timeout(800)
        picture("app")
    graph.delete(f"/beta/deviceManagement/compliancePolicies/{rules}", 204)
    graph.delete(f"{POLICIES}/{made}", 204)
