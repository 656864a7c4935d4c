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


# What the chapters of the manual show; made with a small organization in the tenant.
ROOMS = {
    "role": ("/admin/access/roles/{role}", "What it allows"),
    "protection-map": ("/admin/access/caMap", None),
    "access-package": ("/admin/governance/accessPackages/{package}", None),
    "workflow": ("/admin/governance/workflows/{workflow}", None),
    "mappings": ("/admin/provisioning/mappings", None),
    "licence": ("/admin/identity/licences/{licence}", None),
    "branding": ("/admin/identity/branding", None),
    "person": ("/admin/identity/users/{person}", None),
    "sign-ins": ("/admin/monitor/signIns", None),
    "methods": ("/admin/signin/methodsPolicy", None),
}
SALES = "7c0b1c9e-5a0e-4f0f-9c55-2f2f0a7b1e77"


@pytest.fixture(scope="module")
def organization(graph, chromium) -> dict[str, str]:
    """A person in a group by a rule with a licence, a package with a policy, a workflow."""
    if not chromium.pictures:
        return {}
    sku = {
        "skuId": SALES, "skuPartNumber": "XYZ_SALES", "appliesTo": "User", "capabilityStatus": "Enabled",
        "prepaidUnits": {"enabled": 25}, "servicePlans": [],
    }
    licence = graph.post("/v1.0/subscribedSkus", sku, 201)
    rule = {"groupTypes": ["DynamicMembership"], "membershipRule": 'user.department -eq "Sales"', "membershipRuleProcessingState": "On"}
    group = {"displayName": "Sales", "mailNickname": "sales", "mailEnabled": False, "securityEnabled": True}
    sales = graph.post("/v1.0/groups", {**group, **rule}, 201)
    readers = graph.post("/v1.0/groups", {**group, "displayName": "Report readers", "mailNickname": "readers"}, 201)
    graph.post(f"/v1.0/groups/{sales['id']}/assignLicense", {"addLicenses": [{"skuId": SALES, "disabledPlans": []}], "removeLicenses": []})
    facts = {"displayName": "Lena Okafor", "department": "Sales", "jobTitle": "Analyst", "city": "Graz", "usageLocation": "AT"}
    person = graph.user("lena", **facts, employeeHireDate="2027-01-04T00:00:00Z")
    governance = "/v1.0/identityGovernance"
    [catalog] = graph.get(f"{governance}/entitlementManagement/catalogs?$filter=displayName eq 'General'")["value"]
    bundle = {"displayName": "Sales report", "description": "Read the sales report.", "catalog": {"id": catalog["id"]}}
    package = graph.post(f"{governance}/entitlementManagement/accessPackages", bundle, 201)
    origin = {"originId": readers["id"], "originSystem": "AadGroup"}
    role = {"originId": f"Member_{readers['id']}", "displayName": "Member", "originSystem": "AadGroup", "resource": origin}
    graph.post(f"{governance}/entitlementManagement/accessPackages/{package['id']}/resourceRoleScopes", {"role": role, "scope": {**origin, "isRootScope": True}}, 201)
    manager = {"@odata.type": "#microsoft.graph.requestorManager", "managerLevel": 1}
    policy = {
        "displayName": "A week, approved by the manager", "description": "", "allowedTargetScope": "allMemberUsers",
        "accessPackage": {"id": package["id"]}, "expiration": {"type": "afterDuration", "duration": "P7D"},
        "requestorSettings": {"enableTargetsToSelfAddAccess": True},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": True, "stages": [{"durationBeforeAutomaticDenial": "P14D", "primaryApprovers": [manager]}]},
    }
    graph.post(f"{governance}/entitlementManagement/assignmentPolicies", policy, 201)
    tasks = [
        ("6fc52c9d-398b-4305-9763-15f42c1676fc", "Enable the account"), ("1b555e50-7f65-41d5-b514-5894a026d10d", "Make a pass and mail it to the manager"),
        ("70b29d51-b59a-4773-9280-8841dfd3f2ea", "Mail a welcome"),
    ]
    space = "#microsoft.graph.identityGovernance"
    workflow = {
        "displayName": "A first day", "category": "joiner", "isEnabled": True, "isSchedulingEnabled": False,
        "tasks": [{"taskDefinitionId": task, "displayName": name, "isEnabled": True, "continueOnError": True, "arguments": []} for task, name in tasks],
        "executionConditions": {
            "@odata.type": f"{space}.triggerAndScopeBasedConditions",
            "trigger": {"@odata.type": f"{space}.timeBasedAttributeTrigger", "timeBasedAttribute": "employeeHireDate", "offsetInDays": -1},
            "scope": {"@odata.type": f"{space}.ruleBasedSubjectSet", "rule": "(department eq 'Sales')"},
        },
    }
    made = graph.post(f"{governance}/lifecycleWorkflows/workflows", workflow, 201)
    return {
        "role": "fe930be7-5e62-47db-91af-98c3a49a38b1", "package": package["id"], "workflow": made["id"], "licence": licence["id"],
        "person": person["id"],
    }


@pytest.mark.parametrize("dark", [False, True])
def test_the_rooms_are_pictured(request, chromium, server, graph, organization, dark):
    if not chromium.pictures:
        pytest.skip("nobody wants pictures")
    keeper, known = administrator(graph), organization
    with chromium.window(dark=dark) as window:
        portal = Portal(window, server.url).enter(keeper)
        for name, (path, tab) in ROOMS.items():
            portal.go(path.format(**known))
            if tab:
                portal.tab(tab)
            portal.page.wait_for_timeout(1_200)
            portal.page.screenshot(path=chromium.pictures / f"{name}-{'dark' if dark else 'light'}.png")
