"""Applications in the admin center: a package goes up from the browser and comes down on a device; needs and waves; an application
that somebody asks for in one browser and is given by somebody else in another."""

import io
import tarfile
import uuid

import pytest

from graph import PASSWORD, unique, within
from test_apps import app as content_app
from test_apps import tarball
from test_chromium_web_devices import choose, group_of, running  # noqa: F401 (fixture)
from test_configuration import laptop, product  # noqa: F401 (fixtures)
from web import Portal, administrator

APPS = "/beta/deviceAppManagement/mobileApps"
ENTITLEMENTS = "/v1.0/identityGovernance/entitlementManagement"


@pytest.fixture(scope="module")
def keeper(graph):
    return administrator(graph)


def archive(folder, name: str):
    """A package of many blocks: its program, and ballast that does not compress."""
    import os

    file = folder / f"{name}-1.4.tar.gz"
    with tarfile.open(file, "w:gz") as packed:
        for path, content, mode in (("bin/crm", b"#!/bin/sh\necho crm\n", 0o755), ("share/ballast", os.urandom(9 << 20), 0o644)):
            entry = tarfile.TarInfo(path)
            entry.size, entry.mode = len(content), mode
            packed.addfile(entry, io.BytesIO(content))
    return file


def test_a_package_goes_up_from_the_browser_and_comes_down_on_a_device(chromium, server, graph, keeper, running, tmp_path):  # noqa: F811
    name, group = unique("crm"), group_of(graph, running)
    file = archive(tmp_path, name)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, "/admin/apps/mobileApps/new")
        portal.see("Drop a package here").check("web-app-new")
        portal.page.set_input_files("input[type=file]", file)
        assert portal.page.get_by_role("textbox", name="Name of the package").input_value() == name
        assert portal.page.get_by_role("textbox", name="Version").input_value() == "1.4"
        portal.page.get_by_role("textbox", name="Publisher").fill("XYZ Ltd.")
        portal.press("Next")
        portal.page.get_by_role("textbox", name="Distributions").fill("debian")
        portal.check("web-app-rules").press("Next")
        choose(portal, group)
        portal.see("Devices: 1").check("web-app-assign").press("Next").check("web-app-review").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name, timeout=60_000)
        placed = running.root / f"opt/{name}/bin/crm"
        within(30, placed.exists, every=0.1)
        portal.see("Installed", "main").check("web-app-status")
        for tab in ("Assignments", "Package", "With other applications"):
            portal.page.get_by_role("tab", name=tab).click()
            portal.page.get_by_role("tab", name=tab, selected=True).wait_for()
            if tab == "Package":
                portal.see(file.name)
                assert portal.page.get_by_role("textbox", name="Name of the package").input_value() == name
            portal.check(f"web-app-{tab.split()[0].lower()}")
    [app] = [one for one in graph.all(APPS) if one["displayName"] == name]
    assert (app["publishingState"], app["size"], app["packageType"]) == ("published", file.stat().st_size, "tarball")
    assert app["requirements"]["distributions"] == ["debian"] and app["fileName"] == file.name
    graph.post(f"{APPS}/{app['id']}/assign", {"mobileAppAssignments": []}, 200)


def app(graph, stem: str, group: dict | None = None) -> dict:
    body = {"@odata.type": "#microsoft.graph.linuxPackageApp", "displayName": unique(stem), "packageType": "deb", "packageName": unique(stem), "packageVersion": "1"}
    made = graph.post(APPS, body, 201)
    if group:
        target = {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group["id"]}
        graph.post(f"{APPS}/{made['id']}/assign", {"mobileAppAssignments": [{"@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "required", "target": target}]}, 200)
    return made


def test_what_an_application_needs_and_how_it_comes_in_waves_is_said_on_pages(chromium, server, graph, keeper):
    editor, library = app(graph, "editor", graph.group("waves")), app(graph, "library")
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(keeper, f"/admin/apps/mobileApps/{editor['id']}")
        portal.page.get_by_role("tab", name="With other applications").click()
        portal.page.get_by_role("combobox", name="Application").click()
        portal.page.get_by_role("option", name=library["displayName"]).click()
        portal.press("Add").see(library["displayName"], "main li").check("web-app-relations")
        name = unique("Waves")
        portal.go("/admin/apps/appDeployments/new")
        portal.page.get_by_role("textbox", name="Name").fill(name)
        portal.page.get_by_role("combobox", name="Applications").click()
        portal.page.get_by_role("option", name=editor["displayName"]).click()
        portal.check("web-waves-new").press("Create")
        portal.page.wait_for_function("name => document.querySelector('main h1')?.innerText.includes(name)", arg=name)
        portal.see("of the devices are offered it").check("web-waves").press("Pause").see("Nobody more is offered it.")
        portal.press("Go on").page.get_by_text("Nobody more is offered it.").wait_for(state="detached")
    [relation] = graph.get(f"{APPS}/{editor['id']}/relationships")["value"]
    assert (relation["targetId"], relation["dependencyType"]) == (library["id"], "autoInstall")


def package(graph, group: dict, approver: dict) -> dict:
    """A package that gives a membership, for everybody who asks and whom this person approves."""
    [catalog] = [one for one in graph.get(f"{ENTITLEMENTS}/catalogs")["value"] if one["displayName"] == "General"]
    made = graph.post(f"{ENTITLEMENTS}/accessPackages", {"displayName": unique("Editor"), "description": "The editor on your device.", "catalog": {"id": catalog["id"]}}, 201)
    scope = {
        "role": {"originId": f"Member_{group['id']}", "displayName": "Member", "originSystem": "AadGroup", "resource": {"originId": group["id"], "originSystem": "AadGroup"}},
        "scope": {"originId": group["id"], "originSystem": "AadGroup", "isRootScope": True},
    }
    graph.post(f"{ENTITLEMENTS}/accessPackages/{made['id']}/resourceRoleScopes", scope, 201)
    stage = {"durationBeforeAutomaticDenial": "P14D", "primaryApprovers": [{"@odata.type": "#microsoft.graph.singleUser", "userId": approver["id"]}]}
    graph.post(f"{ENTITLEMENTS}/assignmentPolicies", {
        "displayName": "A week", "description": "Approved first.", "allowedTargetScope": "allMemberUsers", "accessPackage": {"id": made["id"]},
        "expiration": {"type": "afterDuration", "duration": "P7D"}, "requestorSettings": {"enableTargetsToSelfAddAccess": True},
        "requestApprovalSettings": {"isApprovalRequiredForAdd": True, "stages": [stage]},
    }, 201)
    return made


def test_what_somebody_asks_for_outlives_their_session(chromium, server, graph):
    asker, approver, bystander = graph.user("asker"), graph.user("approver"), administrator(graph)
    made = package(graph, graph.group("writers"), approver)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(asker, "/my/access")
        portal.press(f"Ask for {made['displayName']}")
        portal.page.get_by_role("dialog").get_by_role("textbox").fill("For the annual report")
        graph.post(f"/v1.0/users/{asker['id']}/revokeSignInSessions", {}, 200)
        # Whatever is asked for next finds out; the sign-in pages stand between, and then it goes on where it was.
        portal.page.wait_for_selector("[name=loginfmt], [name=passwd]")
        if portal.page.locator("[name=loginfmt]:visible").count():
            window.sign_in(asker)
        else:
            window.type(passwd=PASSWORD).press()
        dialog = portal.page.get_by_role("dialog")
        assert dialog.get_by_role("textbox").input_value() == "For the annual report"
        dialog.get_by_role("button", name="Send").click()
        portal.see("Waits for approval")
        window.complaints.clear()
    with chromium.window() as window:
        # An administrator sees every request, and is asked about none of others.
        Portal(window, server.url).enter(bystander, "/my/approvals").see("Nothing waits for you")


def test_owners_let_people_in_and_out_of_their_groups(chromium, server, graph):
    owner, guest, group = graph.user("owner"), graph.user("newcomer"), graph.group("owned")
    graph.post(f"/v1.0/groups/{group['id']}/owners/$ref", {"@odata.id": f"{server.url}/v1.0/users/{owner['id']}"}, 204)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(owner, "/my/groups")
        portal.press(f"Members of {group['displayName']}").see("Nobody is in it yet.")
        portal.pick(f"Let somebody into {group['displayName']}", guest["displayName"]).see(guest["userPrincipalName"]).check("web-my-group")
        assert graph.members(group) == {guest["id"]}
        portal.press(f"Remove {guest['displayName']}").see("Nobody is in it yet.")
        assert graph.members(group) == set()
        portal.press("Undo").see(guest["userPrincipalName"])
        assert graph.members(group) == {guest["id"]}


def test_my_devices_tell_how_one_is_added_and_which_nobody_looks_after(chromium, server, graph):
    user = graph.user("registrar")
    body = {
        "accountEnabled": True, "deviceId": str(uuid.uuid4()), "displayName": unique("phone"), "operatingSystem": "Android",
        "operatingSystemVersion": "16", "alternativeSecurityIds": [{"type": 2, "key": "WA=="}],
    }
    device = graph.post("/v1.0/devices", body, 201)
    graph.post(f"/v1.0/devices/{device['id']}/registeredOwners/$ref", {"@odata.id": f"{server.url}/v1.0/users/{user['id']}"}, 204)
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(user, "/my/devices")
        portal.see(body["displayName"]).see(f"castellan-agent join --server {server.url} --ca-file ca.pem --tenant {user['userPrincipalName'].split('@')[1]}")
        portal.page.get_by_role("switch", name="The computer is mine").check()
        portal.see("--personal").check("web-my-register")
        portal.press("the page for codes", "link").page.wait_for_url("**/device")


def test_an_application_is_asked_for_in_one_browser_and_given_in_another(chromium, server, graph, running):  # noqa: F811
    approver, group = graph.user("approver"), graph.group("editors")
    made, editor = package(graph, group, approver), app(graph, "editor", group)
    with chromium.window() as asking, chromium.window() as deciding:
        employee = Portal(asking, server.url).enter(running.user, "/my/access")
        employee.page.get_by_role("listitem").filter(has_text=made["displayName"]).get_by_role("button", name="Ask").click()
        employee.page.get_by_role("dialog").get_by_role("textbox").first.fill("For the quarterly report")
        employee.page.get_by_role("dialog").get_by_role("button", name="Send").click()
        employee.see("Waits for approval").check("web-asked")
        other = Portal(deciding, server.url).enter(approver, "/my/approvals")
        other.see(made["displayName"]).see("For the quarterly report").check("web-approving")
        assert graph.members(group) == set(), "nobody has it yet"
        other.press("Approve")
        within(20, lambda: graph.members(group) == {running.user["id"]})
        employee.see("Delivered")
    reach = graph.post("/beta/deviceManagement/previewAssignments", {"assignments": graph.get(f"{APPS}/{editor['id']}/assignments")["value"]}, 200)
    assert [one["managedDeviceId"] for one in reach["devices"]] == [running.id]


def test_somebody_installs_what_is_offered_for_their_laptop_and_takes_it_away_again(chromium, server, graph, running):  # noqa: F811
    offered = content_app(graph, tarball("#!/bin/sh\necho here\n"))
    target = {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}
    assignment = {"@odata.type": "#microsoft.graph.mobileAppAssignment", "intent": "available", "target": target}
    graph.post(f"{APPS}/{offered['id']}/assign", {"mobileAppAssignments": [assignment]}, 200)
    name = offered["displayName"]
    placed = running.root / f"opt/{name}/bin/tool"
    with chromium.window() as window:
        portal = Portal(window, server.url).enter(running.user, "/my/apps")
        portal.see(name).check("web-my-device-apps")
        assert not placed.exists(), "what is offered is not installed before it is asked for"
        portal.press(f"Install {name}")
        within(30, placed.exists, every=0.1)
        portal.page.get_by_role("button", name=f"Remove {name}").wait_for(timeout=30_000)
        portal.check("web-my-device-apps-installed").press(f"Remove {name}")
        within(30, lambda: not placed.exists(), every=0.1)
        portal.page.get_by_role("button", name=f"Install {name}").wait_for(timeout=30_000)
    graph.post(f"{APPS}/{offered['id']}/assign", {"mobileAppAssignments": []}, 200)
