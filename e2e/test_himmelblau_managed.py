"""A Linux PC that libhimmelblau joins is enrolled, told its policies, reports, and is judged; and Conditional Access goes by that."""

import base64
import email
import json
import uuid

import httpx
import pytest

from graph import PASSWORD, Graph, short, unique, within
from himmelblau import Refused
from test_conditional_access import policy  # noqa: F401 (a fixture)
from test_configuration import ALL_DEVICES, choice, instance, product, simple  # noqa: F401 (a fixture)
from test_himmelblau import device, program, signed_in  # noqa: F401 (fixtures)

POLICIES = "/beta/deviceManagement/compliancePolicies"
SERVICES = "/v1.0/servicePrincipals/appId=0000000a-0000-0000-c000-000000000000/endpoints"
ENCRYPTED, LENGTH = "linux_deviceencryption_required", "linux_passwordpolicy_minimumlength"
SCRIPT = "linux_customcompliance_discoveryscript"


def license(graph, product, user):
    body = {"addLicenses": [{"skuId": product["skuId"], "disabledPlans": []}], "removeLicenses": []}
    graph.post(f"/v1.0/users/{user['id']}/assignLicense", body, 200)


def mine(graph, user) -> dict:
    """An assignment that reaches this person's devices alone."""
    group = graph.group("linux")
    graph.post(f"/v1.0/groups/{group['id']}/members/$ref", {"@odata.id": f"{graph.server.url}/v1.0/users/{user['id']}"}, 204)
    return {"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group["id"]}}


def demand(graph, user, settings, actions=()) -> str:
    """A compliance policy for one person's devices."""
    rule = {"ruleName": "PasswordRequired", "scheduledActionConfigurations": list(actions)}
    body = {"name": unique("linux"), "platforms": "linux", "technologies": "linuxMdm", "settings": settings}
    made = graph.post(POLICIES, {**body, "scheduledActionsForRule": [rule]}, 201)["id"]
    graph.post(f"{POLICIES}/{made}/assign", {"assignments": [mine(graph, user)]}, 200)
    return made


def action(kind: str, hours: int = 0, **more) -> dict:
    return {"actionType": kind, "gracePeriodHours": hours, **more}


@pytest.fixture
def pc(server, graph, product, device):
    """A PC that a licensed person has joined and brought under management."""
    user = graph.user("linus", usageLocation="DE")
    license(graph, product, user)
    pc, name = device(), f"pc-{short()}"
    signed_in(server, pc, user["userPrincipalName"], PASSWORD)
    pc.device_id = pc("join", name, "0")
    pc("prt")
    services = Graph(server, pc("token-v1", "https://graph.microsoft.com")).get(SERVICES)
    assert {"LinuxEnrollmentService", "LinuxDeviceCheckinService", "IWService"} <= {s["providerName"] for s in services["value"]}
    pc("services", json.dumps(services))
    pc.id, pc.user, pc.name = pc("manage", name), user, name
    return pc


def report(pc, **found) -> list:
    """Ask for the policies, say what was found, and answer the verdict."""
    pc("policies")
    pc("status", json.dumps(found))
    return pc("verdict")


def state(graph, pc) -> str:
    return graph.get(f"/v1.0/deviceManagement/managedDevices/{pc.id}?$select=complianceState")["complianceState"]


def test_a_joined_pc_is_managed_as_the_device_that_it_joined_as(graph, pc):
    managed = graph.get(f"/v1.0/deviceManagement/managedDevices/{pc.id}")
    assert (managed["azureADDeviceId"], managed["deviceName"]) == (pc.device_id, pc.name)
    assert (managed["userId"], managed["operatingSystem"]) == (pc.user["id"], "Linux")
    assert pc("manage", pc.name) == pc.id, "enrolling again is the same device"
    pc("details")
    assert graph.get(f"/v1.0/deviceManagement/managedDevices/{pc.id}")["osVersion"][0].isdigit()
    assert pc("policies") == []


def test_the_verdict_is_the_servers_and_conditional_access_goes_by_it(server, graph, pc, policy):
    demand(graph, pc.user, [choice(ENCRYPTED, "true"), simple(LENGTH, 12)])
    policy(pc.user, controls=("compliantDevice",))

    def refused() -> str:
        try:
            return "" if pc("token-v1", "https://graph.microsoft.com") else "no token"
        except Refused as why:
            return str(why)

    assert refused(), "nobody has judged it yet, and only the way to become compliant is open"
    assert dict(map(tuple, pc("policies"))) == {ENCRYPTED: "True", LENGTH: "12"}
    assert report(pc, **{ENCRYPTED: "true", LENGTH: "12"}) == ["Compliant", []]
    assert not refused()
    assert report(pc, **{ENCRYPTED: "false", LENGTH: "12"}) == ["NonCompliant", [ENCRYPTED]]
    assert refused()
    why = graph.get(f"/v1.0/explain?device={pc.id}")
    first = why["because"][0]
    assert ENCRYPTED in first["text"] and any("encrypt the disks" in reason["text"] for reason in first["because"])
    states = graph.get(f"/v1.0/deviceManagement/managedDevices/{pc.id}/deviceCompliancePolicyStates")["value"]
    wrong = [s for of in states for s in of["settingStates"] if s["state"] == "nonCompliant"]
    assert [(s["setting"], s["currentValue"], s["expectedValue"]) for s in wrong] == [(ENCRYPTED, "not encrypted", "encrypted")]
    assert report(pc, **{ENCRYPTED: "true", LENGTH: "14"}) == ["Compliant", []]
    assert not refused()


def test_grace_holds_and_the_person_is_told_by_mail(server, graph, pc):
    message = {"locale": "en-us", "subject": "Mind {{DeviceName}}", "messageTemplate": "Dear {{UserName}}", "isDefault": True}
    template = graph.post("/v1.0/deviceManagement/notificationMessageTemplates", {"displayName": unique("mail"), "defaultLocale": "en-us"}, 201)
    graph.post(f"/v1.0/deviceManagement/notificationMessageTemplates/{template['id']}/localizedNotificationMessages", message, 201)
    actions = [action("block", 24), action("notification", notificationTemplateId=template["id"]), action("retire", 48)]
    made = demand(graph, pc.user, [choice(ENCRYPTED, "true")], actions)
    assert report(pc, **{ENCRYPTED: "False"})[0] == "Compliant", "it is forgiven"
    assert state(graph, pc) == "inGracePeriod"
    address = pc.user["userPrincipalName"]

    def mails() -> list:
        all_mails = (email.message_from_bytes(path.read_bytes()) for path in (server.data / "mail").glob("*.eml"))
        return [mail for mail in all_mails if mail["to"] == address]

    within(30, lambda: mails(), every=0.1)
    mail = mails()[0]
    assert mail["subject"] == f"Mind {pc.name}"
    assert f"Dear {pc.user['displayName']}" in mail.get_payload(decode=True).decode()
    assert report(pc, **{ENCRYPTED: "False"})[0] == "Compliant"
    assert len(mails()) == 1, "once"
    told = graph.get(f"/beta/deviceManagement/managedDevices/{pc.id}?$select=complianceActions")["complianceActions"]
    done = {action["actionType"]: action.get("doneDateTime") for action in told}
    assert done["notification"] and not done["retire"]
    overview = graph.get(f"{POLICIES}/{made}/deviceStatusOverview")
    assert (overview["failedCount"], overview["successCount"]) == (1, 0)


def test_a_script_of_the_organisation_judges_through_the_server(graph, pc):
    setting = "linux_customcompliance_discoveryscript_reusablesetting"
    text = base64.b64encode(b"#!/bin/sh\necho '{\"Lock\": true}'\n").decode()
    value = simple(setting, text)["settingInstance"]
    body = {"displayName": unique("script"), "settingDefinitionId": setting, "settingInstance": value}
    script = graph.post("/beta/deviceManagement/reusablePolicySettings", body, 201)["id"]
    words = [{"Language": "en_US", "Title": "The screen locks", "Description": "It was {ActualValue}."}]
    rule = {"SettingName": "Lock", "Operator": "IsEquals", "DataType": "Boolean", "Operand": True, "RemediationStrings": words}
    rules = base64.b64encode(json.dumps({"Rules": [rule]}).encode()).decode()
    kind = "#microsoft.graph.deviceManagementConfiguration"
    children = [simple(SCRIPT, script)["settingInstance"], simple("linux_customcompliance_rules", rules)["settingInstance"]]
    choose = {"@odata.type": f"{kind}ChoiceSettingValue", "value": "linux_customcompliance_required_true", "children": children}
    demand(graph, pc.user, [instance("linux_customcompliance_required", "ChoiceSettingInstance", choiceSettingValue=choose)])
    assert dict(map(tuple, pc("policies")))[SCRIPT] == text
    assert report(pc, **{SCRIPT: '{"Lock": true}'}) == ["Compliant", []]
    assert report(pc, **{SCRIPT: '{"Lock": false}'}) == ["NonCompliant", ["Lock"]]


def test_who_is_restricted_or_not_licensed_does_not_enrol(server, graph, product, device):
    user = graph.user("unlicensed", usageLocation="DE")
    pc = device()
    signed_in(server, pc, user["userPrincipalName"], PASSWORD)
    pc("join", f"pc-{short()}", "0")
    pc("prt")
    pc("services", json.dumps(graph.get(SERVICES)))
    with pytest.raises(Refused, match="licence"):
        pc("manage", "pc")
    group = mine(graph, user)
    body = {
        "@odata.type": "#microsoft.graph.deviceEnrollmentPlatformRestrictionConfiguration",
        "displayName": unique("restriction"),
        "priority": 1,
        "platformType": "linux",
        "platformRestriction": {"platformBlocked": True},
        "assignments": [group],
    }
    graph.post("/beta/deviceManagement/deviceEnrollmentConfigurations", body, 201)
    license(graph, product, user)
    with pytest.raises(Refused, match="does not let devices"):
        pc("manage", "pc")


def test_a_stranger_learns_nothing(server):
    with server.http() as http:
        for method, path in [
            ("POST", "LinuxEnrollmentService/enroll"),
            ("POST", "LinuxDeviceCheckinService/details"),
            ("GET", f"LinuxDeviceCheckinService/policies/{uuid.uuid4()}"),
            ("POST", "LinuxDeviceCheckinService/status"),
            ("GET", f"IWService/Devices(guid'{uuid.uuid4()}')"),
        ]:
            answer: httpx.Response = http.request(method, f"/linux/{path}", content="{}")
            assert answer.status_code == 401, path
