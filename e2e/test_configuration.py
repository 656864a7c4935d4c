"""Configuration with two programs, the built server and the built agent: each way of writing a setting applied, drifted by hand
and repaired, in conflict, unassigned and restored; the agent killed in the middle; baselines, scripts and remediations."""

import base64
import hashlib
import json
import random
import signal
import subprocess
import time
import uuid

import msal
import pytest

from graph import unique, within
from people import asked_once, code_typed
from test_push import AGENT_CLIENT_ID, Device

POLICIES = "/beta/deviceManagement/configurationPolicies"
DEVICES = "/beta/deviceManagement/managedDevices"
KIND = "#microsoft.graph.deviceManagementConfiguration"
ALL_DEVICES = {"target": {"@odata.type": "#microsoft.graph.allDevicesAssignmentTarget"}}
KILLS = 25

# What the device has before anybody manages it.
BEFORE = {
    "etc/issue": "Debian GNU/Linux\n",
    "etc/hosts": "127.0.0.1 localhost\n",
    "etc/login.defs": "# how long\nPASS_MAX_DAYS\t99999\nUMASK\t\t022\n",
    "etc/ufw/ufw.conf": "# /etc/ufw/ufw.conf\nENABLED=no\nLOGLEVEL=low\n",
    "etc/gdm3/daemon.conf": "[daemon]\nAutomaticLoginEnable=true\n\n[security]\n",
    "etc/firefox/policies/policies.json": '{"policies": {"DisablePocket": false,   "Theirs": [1, 2]}}',
    "etc/security/faillock.conf": "# theirs\n",
}
PROGRAMS = ["usr/sbin/ufw", "usr/sbin/sshd", "usr/bin/sudo", "usr/sbin/NetworkManager", "usr/sbin/update-ca-certificates"]


def choice(setting: str, option: str) -> dict:
    value = {"@odata.type": f"{KIND}ChoiceSettingValue", "value": f"{setting}_{option}", "children": []}
    return instance(setting, "ChoiceSettingInstance", choiceSettingValue=value)


def simple(setting: str, value) -> dict:
    kind = "IntegerSettingValue" if isinstance(value, int) else "StringSettingValue"
    return instance(setting, "SimpleSettingInstance", simpleSettingValue={"@odata.type": KIND + kind, "value": value})


def secret(setting: str, value: str, state: str = "notEncrypted") -> dict:
    value = {"@odata.type": f"{KIND}SecretSettingValue", "value": value, "valueState": state}
    return instance(setting, "SimpleSettingInstance", simpleSettingValue=value)


def several(setting: str, values: list[str]) -> dict:
    values = [{"@odata.type": f"{KIND}StringSettingValue", "value": value} for value in values]
    return instance(setting, "SimpleSettingCollectionInstance", simpleSettingCollectionValue=values)


def group(setting: str, *members: list[dict]) -> dict:
    groups = [{"children": [member["settingInstance"] for member in of]} for of in members]
    return instance(setting, "GroupSettingCollectionInstance", groupSettingCollectionValue=groups)


def instance(setting: str, kind: str, **value) -> dict:
    return {"settingInstance": {"@odata.type": KIND + kind, "settingDefinitionId": setting, **value}}


WIFI = "linux.networkmanager.wifi"
SCRIPT = "linux.schedule.script"
AUTHORITY = "linux.certificates.authority"
SETTINGS = [
    simple("linux.login.issue", "Property of XYZ Ltd."),  # a whole file
    choice("linux.sysctl.net.ipv4.ip_forward", "false"),  # a kernel parameter
    choice("linux.sshd.PermitRootLogin", "no"),  # a line of a drop-in, checked by sshd
    simple("linux.sudo.timestamp_timeout", 7),  # the same, checked by visudo
    simple("linux.faillock.deny", 4),  # a block in a file of others
    choice("linux.gnome.screensaver.lock_enabled", "true"),  # dconf, locked
    simple("linux.login_defs.PASS_MAX_DAYS", 365),  # `KEY value`
    choice("linux.ufw.ENABLED", "true"),  # `KEY=value`
    choice("linux.gdm.AutomaticLoginEnable", "false"),  # an ini file
    choice("linux.firefox.DisablePocket", "true"),  # JSON that others write too
    several("linux.chromium.URLBlocklist", ["example.org", "*.example.net"]),  # JSON of our own, a list
    several("linux.sshd.AllowGroups", ["admins"]),  # a list in a line
    group(  # groups, each a file
        WIFI,
        [simple(f"{WIFI}_name", "office"), simple(f"{WIFI}_ssid", "XYZ Office"), choice(f"{WIFI}_key_mgmt", "sae")],
        [simple(f"{WIFI}_name", "lab"), simple(f"{WIFI}_ssid", "XYZ Lab")],
    ),
    group(
        SCRIPT,
        [
            simple(f"{SCRIPT}_name", "tidy"),
            simple(f"{SCRIPT}_on_calendar", "Mon..Fri 03:00"),
            simple(f"{SCRIPT}_user", "root"),
            simple(f"{SCRIPT}_timeout_seconds", 60),
            simple(f"{SCRIPT}_script", "#!/bin/sh\ntrue"),
        ],
    ),
    group(AUTHORITY, [simple(f"{AUTHORITY}_name", "xyz"), simple(f"{AUTHORITY}_pem", "-----BEGIN CERTIFICATE-----\nAA==\n-----END CERTIFICATE-----")]),
    simple("linux.auditd.num_logs", 9),  # auditd is not on this device
]
# What each way of writing leaves on the device, and a way to spoil it by hand.
WRITTEN = {
    "etc/issue": "Property of XYZ Ltd.\n",
    "etc/sysctl.d/99-zz-castellan-net.ipv4.ip_forward.conf": "net.ipv4.ip_forward = 0\n",
    "etc/ssh/sshd_config.d/10-castellan.conf": "AllowGroups admins\nPermitRootLogin no\n",
    "etc/sudoers.d/castellan": "Defaults timestamp_timeout=7\n",
    "etc/security/faillock.conf": "# theirs\n# BEGIN castellan faillock.deny\ndeny = 4\n",
    "etc/dconf/db/local.d/90-castellan": "[org/gnome/desktop/screensaver]\nlock-enabled=true\n",
    "etc/login.defs": "# how long\nPASS_MAX_DAYS 365\nUMASK\t\t022\n",
    "etc/ufw/ufw.conf": "# /etc/ufw/ufw.conf\nENABLED=yes\nLOGLEVEL=low\n",
    "etc/gdm3/daemon.conf": "[daemon]\nAutomaticLoginEnable=false\n",
    "etc/firefox/policies/policies.json": '"DisablePocket": true',
    "etc/chromium/policies/managed/castellan.json": '"*.example.net"',
    "etc/NetworkManager/system-connections/castellan-wifi-office.nmconnection": "ssid=XYZ Office\n",
    "etc/NetworkManager/system-connections/castellan-wifi-lab.nmconnection": "id=lab\n",
    "etc/systemd/system/castellan-tidy.timer": "OnCalendar=Mon..Fri 03:00\n",
    "usr/local/share/ca-certificates/castellan-xyz.crt": "-----BEGIN CERTIFICATE-----\n",
}


@pytest.fixture(scope="module")
def product(graph):
    """A licence with device management in it, for everybody in a group."""
    plans = [{"servicePlanId": str(uuid.uuid4()), "servicePlanName": "INTUNE_A", "appliesTo": "User"}]
    sku = {"skuId": str(uuid.uuid4()), "skuPartNumber": unique("MANAGED"), "servicePlans": plans, "prepaidUnits": {"enabled": 100}}
    graph.post("/v1.0/subscribedSkus", sku, 201)
    return sku


@pytest.fixture
def laptop(programs, server, graph, product, tmp_path):
    """A managed device of a person, confined to a folder. The agent does not run by itself: each check-in is asked for."""
    user = graph.user("configured", usageLocation="DE")
    body = {"addLicenses": [{"skuId": product["skuId"], "disabledPlans": []}], "removeLicenses": []}
    graph.post(f"/v1.0/users/{user['id']}/assignLicense", body, 200)
    app = msal.PublicClientApplication(AGENT_CLIENT_ID, authority=server.authority, instance_discovery=False)
    flow = app.initiate_device_flow([f"{server.url}/agent/.default"])
    code_typed(server, flow, user)
    got = asked_once(app, flow)
    assert "access_token" in got, got
    device = Device(programs, server, tmp_path)
    for path, text in BEFORE.items():
        place = device.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    for path in PROGRAMS:
        place = device.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.touch()
    device.before = pictured(device)
    device.join(got["access_token"], tmp_path)
    device.id = json.loads((device.root / "var/lib/castellan/identity.json").read_text())["managedDeviceId"]
    assert device.id, "the join did not enrol it"
    device.user = user
    return device


def pictured(device) -> dict[str, str]:
    """Every file of the device that is not the agent's own, with a hash of it."""
    own = [device.root / "var/lib/castellan", device.root / "run"]
    files = (path for path in sorted(device.root.rglob("*")) if path.is_file() and not any(path.is_relative_to(o) for o in own))
    return {str(path.relative_to(device.root)): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


def check_in(device) -> None:
    done = device.run("run", "--once")
    assert done.returncode == 0, done.stderr


def states(graph, device) -> dict[str, dict]:
    got = graph.get(f"{DEVICES}/{device.id}?$select=configurationSettingStates")
    return {state["settingDefinitionId"]: state for state in got["configurationSettingStates"]}


def policy(graph, name: str, settings: list[dict], assignments: list[dict], **more) -> str:
    body = {"name": unique(name), "platforms": "linux", "technologies": "linuxMdm", "settings": settings, **more}
    made = graph.post(POLICIES, body, 201)["id"]
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": assignments}, 200)
    return made


def mine(graph, device) -> dict:
    """An assignment that reaches this device alone."""
    members = graph.group("configured")
    reference = {"@odata.id": f"{graph.server.url}/v1.0/users/{device.user['id']}"}
    graph.post(f"/v1.0/groups/{members['id']}/members/$ref", reference, 204)
    return {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": members["id"]}}


def test_the_catalogue_can_be_browsed_by_category(graph):
    definitions = graph.all("/beta/deviceManagement/configurationSettings?$top=100")
    categories = {category["id"]: category for category in graph.all("/beta/deviceManagement/configurationCategories")}
    assert len(definitions) >= 100 and len(categories) >= 10
    assert {definition["categoryId"] for definition in definitions} <= set(categories)
    by_id = {definition["id"]: definition for definition in definitions}
    wifi = by_id[WIFI]
    assert wifi["@odata.type"] == f"{KIND}SettingGroupCollectionDefinition" and f"{WIFI}_ssid" in wifi["childIds"]
    assert by_id["linux.sshd.AllowGroups"]["@odata.type"] == f"{KIND}SimpleSettingCollectionDefinition"
    dependent = by_id["linux.faillock.root_unlock_time"]["dependentOn"]
    assert dependent == [{"dependentOn": "linux.faillock.even_deny_root_yes", "parentSettingId": "linux.faillock.even_deny_root"}]


def sample(definition: dict, by_id: dict) -> dict:
    """An instance with a value that the setting takes: the one that a form begins with, or one that anybody could have."""
    name, kind = definition["id"], definition["@odata.type"].removeprefix(KIND)
    if kind == "ChoiceSettingDefinition":
        option = definition.get("defaultOptionId") or definition["options"][0]["itemId"]
        return choice(name, option.removeprefix(f"{name}_"))
    if kind == "SettingGroupCollectionDefinition":
        return group(name, [sample(by_id[child], by_id) for child in definition["childIds"]])
    texts = {"_on_calendar": "daily", "_timeout_seconds": 60, "_user": "root", "_script": "#!/bin/sh\ntrue", "logfile": "/var/log/sudo.log"}
    texts |= {"open_tcp_ports": "22", "MaxStartups": "10:30:60", "reboot_time": "02:00"}
    texts |= {"wireguard_address": "10.8.0.7/32", "_address6": "fd00::7/128", "_allowed_ips": "10.0.0.0/8", "_dns": "10.8.0.1"}
    value = next((text for end, text in texts.items() if name.endswith(end)), None)
    if kind == "SimpleSettingCollectionDefinition":
        return several(name, [value or "a"])
    if definition["valueDefinition"].get("isSecret"):
        return secret(name, "a" * definition["valueDefinition"]["minimumLength"])
    if "minimumValue" in definition["valueDefinition"]:
        default = definition.get("defaultValue") or {}
        return simple(name, value or default.get("value", definition["valueDefinition"]["minimumValue"]))
    return simple(name, value or "a")


def test_every_setting_of_the_catalogue_can_be_written_and_taken_back(graph, laptop):
    definitions = graph.all("/beta/deviceManagement/configurationSettings?$top=100")
    by_id = {definition["id"]: definition for definition in definitions}
    whole = [definition for definition in definitions if definition["rootDefinitionId"] == definition["id"]]
    for definition in whole:
        where = definition["applicability"].get("description") or ""
        for path in where.removesuffix(" is there.").replace("Where ", "").split(" or "):
            if path.startswith("/"):
                place = laptop.root / path.lstrip("/")
                place.parent.mkdir(parents=True, exist_ok=True)
                place.exists() or place.touch()
    before = pictured(laptop)
    made = policy(graph, "everything", [sample(definition, by_id) for definition in whole], [mine(graph, laptop)])
    check_in(laptop)
    found = states(graph, laptop)
    assert len(found) == len(whole) >= 100
    wrong = {name: (state["state"], state["error"]) for name, state in found.items() if state["state"] != "succeeded"}
    unexpected = {name: why for name, why in wrong.items() if why[0] != "notApplicable" or ("unless" not in why[1] and "it is for" not in why[1])}
    assert not unexpected, "\n".join(f"{name}: {why}" for name, why in unexpected.items())
    assert len(wrong) < 10, wrong
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": []}, 200)
    check_in(laptop)
    assert pictured(laptop) == before


def test_settings_are_written_repaired_and_restored(graph, laptop):
    made = policy(graph, "all ways", SETTINGS, [mine(graph, laptop)])
    check_in(laptop)
    found = states(graph, laptop)
    assert found["linux.auditd.num_logs"]["state"] == "notApplicable"
    good = {name: state["state"] for name, state in found.items() if name != "linux.auditd.num_logs"}
    assert set(good.values()) == {"succeeded"}, good
    assert {f"{WIFI}[office]", f"{WIFI}[lab]", f"{SCRIPT}[tidy]"} <= set(found)
    assert found["linux.ufw.ENABLED"]["actual"] == "ENABLED=yes" and found["linux.ufw.ENABLED"]["lastUpdatedDateTime"]
    for path, text in WRITTEN.items():
        assert text in (laptop.root / path).read_text(), path
    commands = (laptop.root / "run/castellan/commands").read_text()
    for command in ("sshd -t", "visudo -c -q -f -", "systemctl restart ufw.service", "update-ca-certificates", "dconf update"):
        assert command in commands.splitlines(), command
    for path in WRITTEN:
        place = laptop.root / path
        place.chmod(0o600)
        place.write_text({"castellan.json": "{}", "policies.json": '{"policies": {"Theirs": [1, 2]}}'}.get(place.name, "spoiled by hand\n"))
    check_in(laptop)
    for path, text in WRITTEN.items():
        if path not in ("etc/login.defs", "etc/ufw/ufw.conf", "etc/gdm3/daemon.conf", "etc/security/faillock.conf"):
            assert text in (laptop.root / path).read_text(), path
    for path, line in [
        ("etc/login.defs", "PASS_MAX_DAYS 365"),
        ("etc/ufw/ufw.conf", "ENABLED=yes"),
        ("etc/gdm3/daemon.conf", "AutomaticLoginEnable=false"),
        ("etc/security/faillock.conf", "deny = 4"),
    ]:
        assert line in (laptop.root / path).read_text().splitlines(), path
        # What others wrote meanwhile is theirs; put it back as it was before.
        (laptop.root / path).write_text(WRITTEN[path] if path != "etc/security/faillock.conf" else WRITTEN[path] + "# END castellan faillock.deny\n")
    (laptop.root / "etc/gdm3/daemon.conf").write_text(WRITTEN["etc/gdm3/daemon.conf"] + "\n[security]\n")
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": []}, 200)
    check_in(laptop)
    after = pictured(laptop)
    assert after.keys() == laptop.before.keys()
    differing = {path: (laptop.root / path).read_text() for path in after if after[path] != laptop.before[path]}
    # A JSON document that was spoiled by hand has lost its layout with it, not what it says.
    assert set(differing) <= {"etc/firefox/policies/policies.json"}, differing
    assert json.loads((laptop.root / "etc/firefox/policies/policies.json").read_text())["policies"]["Theirs"] == [1, 2]
    assert (laptop.root / "etc/issue").read_text() == BEFORE["etc/issue"]
    assert states(graph, laptop) == {}


def files_with(folder, text: str) -> list[str]:
    """Every file below a folder, databases included, in which a text stands."""
    return [str(path) for path in folder.rglob("*") if path.is_file() and text.encode() in path.read_bytes()]


def test_a_secret_of_a_setting_is_on_the_device_and_nowhere_else(graph, server, laptop):
    first, second = "kestrel-\\-plumage 7", "a-second-secret-for-the-office"
    network = [simple(f"{WIFI}_name", "office"), simple(f"{WIFI}_ssid", "XYZ Office")]
    target = mine(graph, laptop)
    made = policy(graph, "secret", [group(WIFI, [*network, secret(f"{WIFI}_psk", first)])], [target])
    refused = graph.patch(f"{POLICIES}/{made}", {"settings": [group(WIFI, [*network, secret(f"{WIFI}_psk", "kestrel")])]}, 400)
    assert "8 to 64" in refused.text and "kestrel" not in refused.text
    check_in(laptop)
    place = laptop.root / "etc/NetworkManager/system-connections/castellan-wifi-office.nmconnection"
    assert "psk=kestrel-\\\\-plumage 7\n" in place.read_text() and place.stat().st_mode & 0o777 == 0o600

    def kept() -> list[dict]:
        return graph.get(f"{POLICIES}/{made}?$expand=settings")["settings"]

    def value(settings: list[dict]) -> dict:
        children = settings[0]["settingInstance"]["groupSettingCollectionValue"][0]["children"]
        return next(child for child in children if child["settingDefinitionId"] == f"{WIFI}_psk")["simpleSettingValue"]

    before = value(kept())
    assert before["valueState"] == "encryptedValueToken" and uuid.UUID(before["value"])
    # What a client reads it may send back: the secret stays.
    graph.patch(f"{POLICIES}/{made}", {"settings": kept(), "description": "for the office"})
    check_in(laptop)
    assert value(kept()) == before and "plumage" in place.read_text()
    # The token opens nothing in another policy.
    stolen = [group(WIFI, [*network, secret(f"{WIFI}_psk", before["value"], "encryptedValueToken")])]
    body = {"name": unique("stolen"), "platforms": "linux", "technologies": "linuxMdm", "settings": stolen}
    graph.post(POLICIES, body, 400)
    graph.patch(f"{POLICIES}/{made}", {"settings": [group(WIFI, [*network, secret(f"{WIFI}_psk", second)])]})
    check_in(laptop)
    assert f"psk={second}\n" in place.read_text()
    state = states(graph, laptop)[f"{WIFI}[office]"]
    assert state["state"] == "succeeded" and not state["actual"], "a digest would let somebody try passwords"

    # Two policies that disagree, an explanation, a status and the collected logs say no more.
    other = policy(graph, "other secret", [group(WIFI, [*network, secret(f"{WIFI}_psk", first)])], [target])
    check_in(laptop)
    said = [
        json.dumps(states(graph, laptop)),
        json.dumps(graph.get(f"/v1.0/explain?device={laptop.id}&setting={WIFI}[office]")),
        json.dumps(graph.get("/beta/deviceManagement/deviceConfigurationConflictSummary")),
        json.dumps(graph.all("/v1.0/auditLogs/directoryAudits?$top=500")),
        json.dumps(graph.all(f"{POLICIES}?$expand=settings")),
        laptop.run("status").stdout,
        server.log.read_text(errors="replace"),
    ]
    for text in said:
        assert "plumage" not in text and second not in text
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": []}, 200)
    graph.post(f"{POLICIES}/{other}/assign", {"assignments": []}, 200)
    check_in(laptop)
    assert pictured(laptop) == laptop.before
    for word in ("plumage", second):
        assert files_with(server.data, word) == [] and files_with(laptop.root, word) == [], word


def test_an_agent_killed_in_the_middle_loses_nothing_of_what_was_before(graph, laptop):
    target = mine(graph, laptop)
    made = policy(graph, "killed", SETTINGS, [target])
    dice = random.Random(7)
    began = time.monotonic()
    check_in(laptop)
    whole = time.monotonic() - began
    killed = 0
    for at in range(3 * KILLS):
        wanted = [target] if at % 2 else []
        graph.post(f"{POLICIES}/{made}/assign", {"assignments": wanted}, 200)
        command = [laptop.program, "run", "--once", "--root", laptop.root]
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(dice.uniform(0, whole))
        process.kill()
        # One that had already ended was not killed in the middle of anything.
        killed += process.wait(timeout=10) == -signal.SIGKILL
        if killed == KILLS:
            break
    assert killed == KILLS, f"only {killed} of {3 * KILLS} were still at work"
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": []}, 200)
    check_in(laptop)
    assert pictured(laptop) == laptop.before


def test_policies_that_disagree_are_both_named_and_lists_are_put_together(graph, laptop):
    target = mine(graph, laptop)
    one = policy(graph, "one", [simple("linux.sudo.passwd_tries", 3), several("linux.sshd.DenyUsers", ["guest"])], [target])
    check_in(laptop)
    other_name = unique("other")
    other = policy(graph, "x", [simple("linux.sudo.passwd_tries", 5), several("linux.sshd.DenyUsers", ["test", "guest"])], [target])
    graph.patch(f"{POLICIES}/{other}", {"name": other_name})
    check_in(laptop)
    found = states(graph, laptop)
    conflict = found["linux.sudo.passwd_tries"]
    assert conflict["state"] == "conflict" and other_name in conflict["error"] and "`3`" in conflict["error"] and "`5`" in conflict["error"]
    assert "passwd_tries=3" in (laptop.root / "etc/sudoers.d/castellan").read_text(), "what the device had stays"
    assert found["linux.sshd.DenyUsers"]["state"] == "succeeded"
    assert set(found["linux.sshd.DenyUsers"]["policyIds"]) == {one, other}
    users = (laptop.root / "etc/ssh/sshd_config.d/10-castellan.conf").read_text().splitlines()[1].split()[1:]
    assert sorted(users) == ["guest", "test"]
    graph.delete(f"{POLICIES}/{one}", 204)
    check_in(laptop)
    assert states(graph, laptop)["linux.sudo.passwd_tries"]["state"] == "succeeded"
    assert "passwd_tries=5" in (laptop.root / "etc/sudoers.d/castellan").read_text()


def test_what_a_program_refuses_is_put_back(graph, laptop):
    (laptop.root / "run/castellan").mkdir(parents=True, exist_ok=True)
    (laptop.root / "run/castellan/refused").write_text("sshd -t\n")
    policy(graph, "refused", [choice("linux.sshd.GatewayPorts", "false")], [mine(graph, laptop)])
    check_in(laptop)
    state = states(graph, laptop)["linux.sshd.GatewayPorts"]
    assert state["state"] == "error" and "sshd -t" in state["error"]
    assert not (laptop.root / "etc/ssh/sshd_config.d/10-castellan.conf").exists()


def test_a_setting_without_the_one_it_depends_on_is_not_applicable(graph, laptop):
    target = mine(graph, laptop)
    policy(graph, "child", [simple("linux.faillock.root_unlock_time", 30)], [target])
    check_in(laptop)
    state = states(graph, laptop)["linux.faillock.root_unlock_time"]
    assert state["state"] == "notApplicable" and "even_deny_root" in state["error"]
    policy(graph, "parent", [choice("linux.faillock.even_deny_root", "yes")], [target])
    check_in(laptop)
    assert states(graph, laptop)["linux.faillock.root_unlock_time"]["state"] == "succeeded"


def test_a_baseline_is_assigned_reports_drift_and_moves_to_its_next_version(graph, laptop):
    templates = graph.all("/beta/deviceManagement/configurationPolicyTemplates")
    of = {(template["displayName"], template["version"]): template for template in templates}
    old, new = (of["Debian and Ubuntu workstations", version] for version in (1, 2))
    assert (old["lifecycleState"], new["lifecycleState"]) == ("superseded", "active")
    items = graph.get(f"/beta/deviceManagement/configurationPolicyTemplates/{old['id']}/settingTemplates")["value"]
    assert len(items) == old["settingTemplateCount"] and all(item["reason"] for item in items)
    target = mine(graph, laptop)
    body = {"name": unique("baseline"), "platforms": "linux", "technologies": "linuxMdm", "templateReference": {"templateId": old["id"]}}
    made = graph.post(POLICIES, body, 201)
    assert made["settingCount"] == old["settingTemplateCount"]
    graph.post(f"{POLICIES}/{made['id']}/assign", {"assignments": [target]}, 200)

    def report():
        return graph.get(f"{POLICIES}/{made['id']}/driftReport")

    assert report()["devices"][0]["state"] == "pending"
    check_in(laptop)
    first = report()
    assert first["deviceCounts"]["drifted"] == 0 and first["deviceCounts"]["pending"] == 0, first["devices"]
    assert first["newestTemplateId"] == new["id"] and first["addedInNewestVersion"]
    # Another policy disagrees: the device is not as the baseline wants it.
    policy(graph, "against", [choice("linux.sshd.PermitRootLogin", "yes")], [target])
    check_in(laptop)
    drifted = report()["devices"][0]
    assert drifted["state"] == "drifted" and drifted["driftedSettings"][0]["settingDefinitionId"] == "linux.sshd.PermitRootLogin"
    graph.post(f"{POLICIES}/{made['id']}/migrateToTemplate", {"newTemplateId": new["id"], "preserveCustomValues": True})
    moved = graph.get(f"{POLICIES}/{made['id']}")
    assert moved["templateReference"]["templateId"] == new["id"] and moved["settingCount"] == new["settingTemplateCount"]
    copy = graph.post(f"{POLICIES}/{made['id']}/createCopy", {"displayName": unique("copy"), "description": "to try"})
    assert copy["settingCount"] == new["settingTemplateCount"] and not copy["isAssigned"]


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_scripts_and_remediations_run_and_tell_how_it_went(graph, laptop):
    (laptop.root / "run/castellan").mkdir(parents=True, exist_ok=True)
    (laptop.root / "run/castellan/runs-scripts").touch()
    target = mine(graph, laptop)
    look = "#!/bin/sh\ntest -e mended && exit 0\necho it is broken\nexit 1\n"
    pair = {
        "displayName": unique("mend"),
        "detectionScriptContent": encoded(look),
        "remediationScriptContent": encoded("#!/bin/sh\ntouch mended\n"),
        "runAsAccount": "system",
    }
    health = graph.post("/beta/deviceManagement/deviceHealthScripts", pair, 201)["id"]
    schedule = {"@odata.type": "#microsoft.graph.deviceHealthScriptHourlySchedule", "interval": 1}
    assignments = [{**target, "runRemediationScript": True, "runSchedule": schedule}]
    path = f"/beta/deviceManagement/deviceHealthScripts/{health}"
    graph.post(f"{path}/assign", {"deviceHealthScriptAssignments": assignments})
    once = {"displayName": unique("once"), "fileName": "once.sh", "scriptContent": encoded("#!/bin/sh\necho hello; exit 3\n")}
    script = graph.post("/beta/deviceManagement/deviceManagementScripts", once, 201)["id"]
    own = f"/beta/deviceManagement/deviceManagementScripts/{script}"
    graph.post(f"{own}/assign", {"deviceManagementScriptAssignments": [target]})
    check_in(laptop)
    state = graph.get(f"{path}/deviceRunStates?$expand=managedDevice")["value"][0]
    assert (state["detectionState"], state["remediationState"]) == ("fail", "success")
    assert state["preRemediationDetectionScriptOutput"] == "it is broken" and state["managedDevice"]["id"] == laptop.id
    assert (laptop.root / "mended").exists()
    state = graph.get(f"{own}/deviceRunStates")["value"][0]
    assert (state["runState"], state["errorCode"], state["resultMessage"]) == ("fail", 3, "hello")
    summary = graph.get(f"{path}/runSummary")
    assert (summary["issueDetectedDeviceCount"], summary["issueRemediatedDeviceCount"]) == (1, 1)
    # Not due yet: nothing runs. Asked for: it does.
    (laptop.root / "mended").unlink()
    check_in(laptop)
    assert not (laptop.root / "mended").exists()
    graph.post(f"{DEVICES}/{laptop.id}/initiateOnDemandProactiveRemediation", {"scriptPolicyId": health})
    check_in(laptop)
    assert (laptop.root / "mended").exists()
    graph.delete(path, 204)
    graph.delete(own, 204)


def test_a_retired_device_is_left_as_it_was_found(graph, laptop):
    policy(graph, "until the end", SETTINGS, [mine(graph, laptop)])
    check_in(laptop)
    assert pictured(laptop) != laptop.before
    graph.post(f"/v1.0/deviceManagement/managedDevices/{laptop.id}/retire", {})
    laptop.run("run", "--once")
    assert pictured(laptop) == laptop.before
    within(20, lambda: graph.ask("GET", f"{DEVICES}/{laptop.id}", 404) is not None)
