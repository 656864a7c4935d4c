"""msgraph-sdk, unmodified: Conditional Access, compliance and applications; and settings, which only beta has, as raw HTTP."""

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.device_app_management.mobile_apps.item.assign.assign_post_request_body import (
    AssignPostRequestBody as AssignApp,
)
from msgraph.generated.device_management.device_compliance_policies.item.assign.assign_post_request_body import (
    AssignPostRequestBody,
)
from msgraph.generated.device_management.managed_devices.managed_devices_request_builder import (
    ManagedDevicesRequestBuilder,
)
from msgraph.generated.models.conditional_access_applications import ConditionalAccessApplications
from msgraph.generated.models.conditional_access_client_app import ConditionalAccessClientApp
from msgraph.generated.models.conditional_access_condition_set import ConditionalAccessConditionSet
from msgraph.generated.models.conditional_access_grant_control import ConditionalAccessGrantControl
from msgraph.generated.models.conditional_access_grant_controls import ConditionalAccessGrantControls
from msgraph.generated.models.conditional_access_policy import ConditionalAccessPolicy
from msgraph.generated.models.conditional_access_policy_state import ConditionalAccessPolicyState
from msgraph.generated.models.conditional_access_users import ConditionalAccessUsers
from msgraph.generated.models.device_compliance_action_item import DeviceComplianceActionItem
from msgraph.generated.models.device_compliance_action_type import DeviceComplianceActionType
from msgraph.generated.models.device_compliance_policy_assignment import DeviceCompliancePolicyAssignment
from msgraph.generated.models.device_compliance_scheduled_action_for_rule import DeviceComplianceScheduledActionForRule
from msgraph.generated.models.exclusion_group_assignment_target import ExclusionGroupAssignmentTarget
from msgraph.generated.models.group_assignment_target import GroupAssignmentTarget
from msgraph.generated.models.i_pv4_cidr_range import IPv4CidrRange
from msgraph.generated.models.install_intent import InstallIntent
from msgraph.generated.models.ip_named_location import IpNamedLocation
from msgraph.generated.models.mobile_app_assignment import MobileAppAssignment
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.win32_lob_app import Win32LobApp
from msgraph.generated.models.windows10_compliance_policy import Windows10CompliancePolicy

from graph import unique


def policy(user_id: str, **more) -> ConditionalAccessPolicy:
    return ConditionalAccessPolicy(
        display_name=unique("policy"),
        state=ConditionalAccessPolicyState.Disabled,
        conditions=ConditionalAccessConditionSet(
            client_app_types=[ConditionalAccessClientApp.All],
            applications=ConditionalAccessApplications(include_applications=["All"]),
            users=ConditionalAccessUsers(include_users=[user_id]),
        ),
        grant_controls=ConditionalAccessGrantControls(
            operator="OR", built_in_controls=[ConditionalAccessGrantControl.Mfa]
        ),
        **more,
    )


async def test_a_conditional_access_policy_is_created_read_changed_and_deleted(sdk, graph):
    user = graph.user()
    made = await sdk.identity.conditional_access.policies.post(policy(user["id"]))
    where = sdk.identity.conditional_access.policies.by_conditional_access_policy_id(made.id)
    got = await where.get()
    assert got.conditions.users.include_users == [user["id"]] and got.conditions.applications.include_applications == ["All"]
    assert got.grant_controls.built_in_controls == [ConditionalAccessGrantControl.Mfa] and got.created_date_time
    await where.patch(
        ConditionalAccessPolicy(state=ConditionalAccessPolicyState.EnabledForReportingButNotEnforced)
    )
    got = await where.get()
    assert got.state == ConditionalAccessPolicyState.EnabledForReportingButNotEnforced
    assert got.display_name == made.display_name and got.grant_controls
    assert made.id in {p.id for p in (await sdk.identity.conditional_access.policies.get()).value}
    await where.delete()
    with pytest.raises(ODataError) as gone:
        await where.get()
    assert gone.value.response_status_code == 404


async def test_a_policy_that_makes_no_sense_is_refused(sdk):
    with pytest.raises(ODataError) as refused:
        await sdk.identity.conditional_access.policies.post(policy("not an id"))
    assert refused.value.response_status_code == 400


async def test_a_named_location_keeps_its_ranges(sdk):
    where = sdk.identity.conditional_access.named_locations
    asked = IpNamedLocation(
        odata_type="#microsoft.graph.ipNamedLocation",
        display_name=unique("office"),
        is_trusted=True,
        ip_ranges=[IPv4CidrRange(odata_type="#microsoft.graph.iPv4CidrRange", cidr_address="192.0.2.0/24")],
    )
    made = await where.post(asked)
    got = await where.by_named_location_id(made.id).get()
    assert isinstance(got, IpNamedLocation) and got.is_trusted
    assert isinstance(got.ip_ranges[0], IPv4CidrRange) and got.ip_ranges[0].cidr_address == "192.0.2.0/24"
    with pytest.raises(ODataError, match="trusted"):
        await where.by_named_location_id(made.id).delete()
    changed = IpNamedLocation(odata_type="#microsoft.graph.ipNamedLocation", is_trusted=False)
    await where.by_named_location_id(made.id).patch(changed)
    await where.by_named_location_id(made.id).delete()


async def test_a_compliance_policy_is_assigned_with_an_exclusion(sdk, graph):
    everybody, but = graph.group("all"), graph.group("but")
    made = await sdk.device_management.device_compliance_policies.post(
        Windows10CompliancePolicy(
            odata_type="#microsoft.graph.windows10CompliancePolicy",
            display_name=unique("windows"),
            bit_locker_enabled=True,
            os_minimum_version="10.0.22631",
            scheduled_actions_for_rule=[
                DeviceComplianceScheduledActionForRule(
                    rule_name="PasswordRequired",
                    scheduled_action_configurations=[
                        DeviceComplianceActionItem(action_type=DeviceComplianceActionType.Block, grace_period_hours=72)
                    ],
                )
            ],
        )
    )
    where = sdk.device_management.device_compliance_policies.by_device_compliance_policy_id(made.id)
    targets = [GroupAssignmentTarget(group_id=everybody["id"]), ExclusionGroupAssignmentTarget(group_id=but["id"])]
    for target, name in zip(targets, ("groupAssignmentTarget", "exclusionGroupAssignmentTarget"), strict=True):
        target.odata_type = f"#microsoft.graph.{name}"
    await where.assign.post(
        AssignPostRequestBody(assignments=[DeviceCompliancePolicyAssignment(target=target) for target in targets])
    )
    got = await where.assignments.get()
    assert {(type(a.target), a.target.group_id) for a in got.value} == {
        (GroupAssignmentTarget, everybody["id"]),
        (ExclusionGroupAssignmentTarget, but["id"]),
    }
    policy = await where.get()
    assert isinstance(policy, Windows10CompliancePolicy) and policy.bit_locker_enabled and policy.os_minimum_version
    expanded = graph.get(
        f"/v1.0/deviceManagement/deviceCompliancePolicies/{made.id}"
        "?$expand=scheduledActionsForRule($expand=scheduledActionConfigurations),assignments"
    )
    action = expanded["scheduledActionsForRule"][0]["scheduledActionConfigurations"][0]
    assert (action["actionType"], action["gracePeriodHours"]) == ("block", 72)
    assert len(expanded["assignments"]) == 2 and made.id in expanded["assignments@odata.context"]
    await where.delete()


async def test_an_application_is_offered_to_a_group(sdk, graph):
    group = graph.group("app-users")
    made = await sdk.device_app_management.mobile_apps.post(
        Win32LobApp(
            odata_type="#microsoft.graph.win32LobApp",
            display_name=unique("editor"),
            publisher="XYZ Ltd.",
            install_command_line="setup /s",
            uninstall_command_line="setup /x",
        )
    )
    assert isinstance(made, Win32LobApp)
    where = sdk.device_app_management.mobile_apps.by_mobile_app_id(made.id)
    target = GroupAssignmentTarget(odata_type="#microsoft.graph.groupAssignmentTarget", group_id=group["id"])
    given = MobileAppAssignment(
        odata_type="#microsoft.graph.mobileAppAssignment", intent=InstallIntent.Required, target=target
    )
    await where.assign.post(AssignApp(mobile_app_assignments=[given]))
    got = (await where.assignments.get()).value
    assert [(a.intent, a.target.group_id) for a in got] == [(InstallIntent.Required, group["id"])]
    await where.delete()


async def test_managed_devices_are_listed(sdk):
    # Other tests have devices of their own meanwhile; none is called so.
    asked = ManagedDevicesRequestBuilder.ManagedDevicesRequestBuilderGetQueryParameters(filter="deviceName eq 'nobody'")
    devices = sdk.device_management.managed_devices
    assert (await devices.get(RequestConfiguration(query_parameters=asked))).value == []
    assert all(device.id and device.device_name for device in (await devices.get()).value)


SETTING = {
    "@odata.type": "#microsoft.graph.deviceManagementConfigurationSetting",
    "settingInstance": {
        "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingInstance",
        "settingDefinitionId": "linux.sshd.PermitRootLogin",
        "choiceSettingValue": {
            "@odata.type": "#microsoft.graph.deviceManagementConfigurationChoiceSettingValue",
            "value": "linux.sshd.PermitRootLogin_no",
            "children": [],
        },
    },
}


def settings_policy(**more) -> dict:
    body = {"name": unique("settings"), "platforms": "linux", "technologies": "linuxMdm", "settings": [SETTING]}
    return {**body, **more}


def test_a_policy_of_settings_is_created_assigned_and_read_back(graph, server):
    where = "/beta/deviceManagement/configurationPolicies"
    group = graph.group("laptops")
    made = graph.post(where, settings_policy(), 201)
    body = {"assignments": [{"target": {"@odata.type": "#microsoft.graph.groupAssignmentTarget", "groupId": group["id"]}}]}
    assert graph.ask("POST", f"{where}/{made['id']}/assign", json=body).status_code in (200, 201)
    listed = graph.get(f"{where}/{made['id']}/assignments")
    assert listed["value"][0]["target"]["groupId"] == group["id"]
    path = f"deviceManagement/configurationPolicies('{made['id']}')/assignments"
    assert listed["@odata.context"] == f"{server.url}/beta/$metadata#{path}"
    settings = graph.get(f"{where}/{made['id']}/settings?&top=1000")
    instance = settings["value"][0]["settingInstance"]
    assert instance["@odata.type"].endswith("ChoiceSettingInstance")
    assert instance["choiceSettingValue"]["value"] == "linux.sshd.PermitRootLogin_no"
    assert made["id"] in settings["@odata.context"]
    got = graph.get(f"{where}/{made['id']}?$expand=assignments,settings")
    assert got["settingCount"] == 1 and got["isAssigned"] is True
    graph.patch(f"{where}/{made['id']}", {"description": "hardened"})
    assert graph.get(f"{where}/{made['id']}")["description"] == "hardened"
    graph.delete(f"{where}/{made['id']}", 204)
    graph.get(f"{where}/{made['id']}", 404)


def test_a_setting_that_does_not_exist_is_refused(graph):
    wrong = {**SETTING, "settingInstance": {**SETTING["settingInstance"], "settingDefinitionId": "linux.no.such"}}
    refused = graph.post("/beta/deviceManagement/configurationPolicies", settings_policy(settings=[wrong]), 400)
    assert "linux.no.such" in refused["error"]["message"]


def test_settings_to_choose_from_are_listed(graph):
    where = "/beta/deviceManagement/configurationSettings"
    listed = graph.all(where)
    assert len(listed) >= 50
    one = graph.get(f"{where}/linux.sshd.PermitRootLogin")
    assert {option["itemId"] for option in one["options"]} >= {"linux.sshd.PermitRootLogin_no"}
