"""The pictures of the manual: `make screenshots` takes them, of the sample organisation and light and dark where the manual shows
both. Without `--pictures` there is nothing to do.

Each picture waits for what it is to show; one that does not come fails the test, so a page that broke is not pictured.
"""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Error

from chromium import NARROW
from graph import Graph
from organisation import BEGIN, Organisation, day, hr_file, rows
from organisation_devices import Devices
from web import Portal

SIZE = {"width": 1280, "height": 800}
IN_BOTH = {"home", "person", "group-rule", "conditional-access", "protection-map", "methods", "sign-ins", "workflow", "device", "settings-catalog", "audit-record", "my-portal", "search"}
GOVERNANCE = "identityGovernance/entitlementManagement"


class Known:
    """What is there, by name."""

    def __init__(self, graph: Graph, folder):
        self.graph, self.folder = graph, folder

    def id(self, path: str, name: str, by: str = "displayName") -> str:
        return next(one["id"] for one in self.graph.all(f"/beta/{path}") if one.get(by) == name)

    def place(self, room: str, key: str, path: str, name: str, by: str = "displayName") -> str:
        return f"/admin/{room}/{key}/{self.id(path, name, by)}"

    def person(self, name: str) -> str:
        return self.place("identity", "users", f"users?$filter=displayName eq '{name}'", name)


Shot = Callable[[Portal, Known], None]
SHOTS: dict[str, Shot] = {}


def shot(name: str) -> Callable[[Shot], Shot]:
    def keep(take: Shot) -> Shot:
        SHOTS[name] = take
        return take

    return keep


def page(name: str, path: str, *wanted: str, tab: str | None = None) -> None:
    """A page whose address is known, with what must stand on it."""

    def take(portal: Portal, known: Known) -> None:
        portal.go(path)
        if tab:
            portal.tab(tab)
        for text in wanted:
            portal.see(text, "main")

    SHOTS[name] = take


def thing(name: str, room: str, key: str, path: str, called: str, *wanted: str, tab: str | None = None, by: str = "displayName") -> None:
    """The page of one thing, found by its name."""

    def take(portal: Portal, known: Known) -> None:
        portal.go(known.place(room, key, path, called, by))
        if tab:
            portal.tab(tab)
        for text in wanted:
            portal.see(text, "main")

    SHOTS[name] = take


page("home", "/admin", "XYZ_WORKPLACE")
page("people", "/admin/identity/users?sort=displayName", "Amir Rahimi")
thing("person", "identity", "users", "users?$filter=displayName eq 'Lena Fischer'", "Lena Fischer", "Groups, and why", "Sales Team")
page("groups", "/admin/identity/groups?sort=displayName", "Heads of department")
thing("licence", "identity", "licences", "subscribedSkus", "XYZ_DESIGN", "Design Team", by="skuPartNumber")
page("branding", "/admin/identity/branding", "XYZ Ltd.")
page("methods", "/admin/signin/methodsPolicy", "can prove a second factor")
page("registrations", "/admin/signin/registrations", "Approval on a device")
page("policies", "/admin/access/policies", "Payroll: only Finance")
page("roles", "/admin/access/roles", "Global Administrator")
thing("role", "access", "roles", "roleManagement/directory/roleDefinitions", "Security Reader", "Marek Dvorak")
thing("role-allows", "access", "roles", "roleManagement/directory/roleDefinitions", "Intune Administrator", "Managed devices", tab="What it allows")
page("access-packages", "/admin/governance/accessPackages", "General ledger")
thing("access-package", "governance", "accessPackages", f"{GOVERNANCE}/accessPackages", "Sales report", "A month, approved by the manager")
thing("package-policy", "governance", "assignmentPolicies", f"{GOVERNANCE}/assignmentPolicies", "A month, approved by the manager", "It ends after")
thing("workflow", "governance", "workflows", "identityGovernance/lifecycleWorkflows/workflows", "First day", "Enable the account")
page("mappings", "/admin/provisioning/mappings", "employeeId")
page("devices", "/admin/devices/managedDevices", "amirs-laptop")
thing("device", "devices", "managedDevices", "deviceManagement/managedDevices", "amirs-laptop", "A firewall is on", by="deviceName")
thing("device-timeline", "devices", "managedDevices", "deviceManagement/managedDevices", "amirs-laptop", "A firewall is on", tab="Timeline", by="deviceName")
thing("compliance-policy", "devices", "compliancePolicies", "deviceManagement/compliancePolicies", "Linux laptops", "amirs-laptop", by="name")
thing("assignments", "devices", "configurationPolicies", "deviceManagement/configurationPolicies", "Office network", "of 9 managed devices", tab="Assignments", by="name")
thing("policy-devices", "devices", "configurationPolicies", "deviceManagement/configurationPolicies", "Banner and screen lock", "lenas-laptop", tab="Devices", by="name")
page("baselines", "/admin/devices/baselines", "Debian and Ubuntu workstations")
thing("drift", "devices", "configurationPolicies", "deviceManagement/configurationPolicies", "Baseline for engineers", "mateos-laptop", tab="Drift", by="name")
thing("app", "apps", "mobileApps", "deviceAppManagement/mobileApps", "Video calls", "lenas-laptop")
thing("deployment", "apps", "appDeployments", "deviceAppManagement/mobileAppDeployments", "Video calls 6", "of the devices are offered it")
page("sign-ins", "/admin/monitor/signIns", "The user name or the password was wrong.")
page("audit", "/admin/monitor/audits?filter=initiatedBy/user ne null", "Nadia Rahman")


@shot("group-rule")
def _(portal: Portal, known: Known) -> None:
    portal.go(known.place("identity", "groups", "groups", "Sales Team")).tab("Rule")
    portal.page.get_by_role("textbox", name="Rule").fill('user.department -in ["Sales", "Operations"] -and user.city -ne "Lisbon" -and user.accountEnabled -eq true')
    portal.see("would join").see("would leave")


@shot("conditional-access")
def _(portal: Portal, known: Known) -> None:
    portal.go(known.place("access", "policies", "identity/conditionalAccess/policies", "Everybody: a second factor"))
    portal.press("Try it on the last 7 days").see("sign-ins judged")
    portal.page.get_by_text("sign-ins judged").evaluate("e => e.closest('section').scrollIntoView()")


@shot("protection-map")
def _(portal: Portal, known: Known) -> None:
    portal.go("/admin/access/caMap").see("Payroll: only Finance").page.get_by_text("Customer database", exact=True).first.evaluate("e => e.closest('[role=row], tr, li').scrollIntoView()")


@shot("policy")
def _(portal: Portal, known: Known) -> None:
    portal.go(known.place("access", "policies", "identity/conditionalAccess/policies", "Payroll: a second factor outside the offices")).see("Payroll")


@shot("what-if")
def _(portal: Portal, known: Known) -> None:
    portal.go("/admin/access/whatIf").pick("Who", "Amir Rahimi").pick("Application", "Payroll")
    portal.page.get_by_role("main").get_by_role("button").filter(has_text=re.compile("^(Ask|Why|What)")).last.click()
    portal.see("Payroll: only Finance")
    portal.page.mouse.wheel(0, 2000)


@shot("sign-in")
def _(portal: Portal, known: Known) -> None:
    portal.go("/admin/monitor/signIns?filter=userDisplayName eq 'Amir Rahimi' and appDisplayName eq 'Customer database'")
    portal.page.locator("main [role=row] a").first.click()
    portal.see("Customer database: compliant device")


@shot("hr-import")
def _(portal: Portal, known: Known) -> None:
    people = [dict(person) for person in rows()]
    omar = next(person for person in people if person["givenName"] == "Omar")
    nour = next(person for person in people if person["givenName"] == "Nour")
    new = {**omar, "employeeId": "1041", "givenName": "Ines", "familyName": "Ferrari", "userName": "ines.ferrari", "title": "Account Manager", "hireDate": day(BEGIN["Luca"])}
    wrong = {**new, "employeeId": "1042", "givenName": "Hugo", "userName": "hugo.ferrari", "hireDate": "2026-02-30"}
    file = known.folder / "november.csv"
    hr_file(file, [new, {**omar, "department": "Finance", "title": "Financial Analyst", "managerId": "1003"}, {**nour, "leaveDate": day(30)}, wrong])
    portal.go("/admin/provisioning/hrImport").page.wait_for_function("() => document.querySelector('main button') && !document.querySelector('main button').disabled")
    portal.page.set_input_files("input[type=file]", file)
    portal.see("Ines Ferrari")


@shot("settings-catalog")
def _(portal: Portal, known: Known) -> None:
    portal.go(known.place("devices", "configurationPolicies", "deviceManagement/configurationPolicies", "Banner and screen lock", "name")).press("Add settings")
    portal.page.get_by_role("searchbox", name="Search settings").fill("password")
    portal.see("Digits")


@shot("audit-record")
def _(portal: Portal, known: Known) -> None:
    moved = known.id("users?$filter=displayName eq 'Pedro Alves'", "Pedro Alves")
    portal.go(f"/admin/monitor/audits?filter=targetResources/any(t:t/id eq '{moved}') and initiatedBy/user ne null")
    portal.page.locator("main [role=row] a").first.click()
    portal.see("Engineering Team", "main")


@shot("search")
def _(portal: Portal, known: Known) -> None:
    portal.go("/admin").see("XYZ_WORKPLACE").page.keyboard.press("Control+k")
    portal.page.get_by_role("dialog").get_by_role("combobox").fill("amir")
    portal.page.get_by_role("option", name="amirs-laptop").wait_for()


WITH_PASSKEY = ["Fatima", "Daniel", "Marek", "Mei", "Hana"]

# What an employee sees, at a desk and on a phone: whose window, the page, and what must stand on it.
MINE = {
    "my-portal": ("Amir", "/my", "amirs-laptop"),
    "my-devices": ("Amir", "/my/devices", "amirs-laptop"),
    "my-apps": ("Amir", "/my/apps", "Whiteboard"),
    "my-access": ("Amir", "/my/access", "Waits for approval"),
    "my-approvals": ("Jonas", "/my/approvals", "For the quarterly review on Thursday"),
    "my-signing-in": ("Amir", "/my/signin", "password"),
    "my-privacy": ("Amir", "/my/privacy", "amirs-laptop"),
}
ON_THE_PHONE = ("my-portal", "my-devices", "my-access", "my-approvals")


def take(portal: Portal, folder, name: str, look: str) -> None:
    portal.page.wait_for_function("() => !document.querySelector('main .fui-Spinner, main .fui-Skeleton')")
    portal.settle()
    # The pointer marks nothing, and nothing is under way.
    portal.page.mouse.move(0, 0)
    portal.page.screenshot(path=folder / f"{name}-{look}.png", animations="disabled", caret="hide")


@pytest.fixture(scope="module")
def xyz(request, programs, chromium, server, graph, tmp_path_factory):
    """The organisation with its devices."""
    if not request.config.getoption("--pictures"):
        pytest.skip("nobody wants pictures")
    organisation = Organisation(server, graph, tmp_path_factory.mktemp("xyz")).build()
    devices = Devices(organisation, programs).build()
    organisation.morning()
    for given in WITH_PASSKEY:
        with chromium.window() as window:
            window.authenticator()
            window.go(f"{server.url}/account/security-info").sign_in(organisation.people[given])
            window.press("button[value=fido2]").press("form[data-passkey] button")
    yield organisation
    devices.close()


@pytest.mark.parametrize("look", ["light", "dark"])
def test_the_admin_center_is_pictured(xyz, chromium, server, graph, look):
    known, missing = Known(graph, xyz.folder), {}
    with chromium.window(viewport=SIZE, dark=look == "dark") as window:
        portal = Portal(window, server.url).enter(xyz.people["Nadia"])
        for name, prepare in SHOTS.items():
            if look == "light" or name in IN_BOTH:
                # One page that broke does not keep the others from being pictured.
                try:
                    prepare(portal, known)
                    take(portal, chromium.pictures, name, look)
                except (Error, StopIteration) as why:
                    missing[name] = str(why)
    assert not missing, missing


@pytest.mark.parametrize("look", ["light", "dark", "phone"])
def test_my_portal_is_pictured(xyz, chromium, server, look):
    for given in dict.fromkeys(given for given, _, _ in MINE.values()):
        with chromium.window(viewport=NARROW if look == "phone" else SIZE, dark=look == "dark") as window:
            portal = Portal(window, server.url).enter(xyz.people[given], "/my")
            for name, (who, path, wanted) in MINE.items():
                if who == given and (look == "light" or name in (IN_BOTH if look == "dark" else ON_THE_PHONE)):
                    portal.go(path).see(wanted, "main")
                    take(portal, chromium.pictures, name, look)
