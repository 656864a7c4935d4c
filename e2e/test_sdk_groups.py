"""msgraph-sdk, unmodified: groups and who is in them."""

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.groups.groups_request_builder import GroupsRequestBuilder
from msgraph.generated.models.group import Group
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.reference_create import ReferenceCreate
from msgraph.generated.models.user import User

from graph import unique
from test_sdk_users import new_user


def new_group(stem: str = "group", **more) -> Group:
    name = unique(stem)
    return Group(display_name=name, mail_nickname=name, mail_enabled=False, security_enabled=True, **more)


async def add(sdk, group, member):
    where = f"https://graph.microsoft.com/v1.0/directoryObjects/{member.id}"
    await sdk.groups.by_group_id(group.id).members.ref.post(ReferenceCreate(odata_id=where))


async def test_members_are_added_listed_and_removed(sdk):
    group, user, inner = await sdk.groups.post(new_group()), await sdk.users.post(new_user()), await sdk.groups.post(new_group())
    await add(sdk, group, user)
    await add(sdk, group, inner)
    where = sdk.groups.by_group_id(group.id)
    listed = await where.members.get()
    assert {(member.id, type(member)) for member in listed.value} == {(user.id, User), (inner.id, Group)}
    users = await where.members.graph_user.get()
    assert [member.id for member in users.value] == [user.id]
    with pytest.raises(ODataError) as twice:
        await add(sdk, group, user)
    assert twice.value.response_status_code == 400
    assert "already exist for the following modified properties: 'members'" in twice.value.error.message
    await where.members.by_directory_object_id(user.id).ref.delete()
    assert [member.id for member in (await where.members.get()).value] == [inner.id]
    with pytest.raises(ODataError) as gone:
        await where.members.by_directory_object_id(user.id).ref.delete()
    assert gone.value.response_status_code == 404


async def test_membership_reaches_through_nested_groups(sdk):
    outer, inner, user = await sdk.groups.post(new_group("outer")), await sdk.groups.post(new_group("inner")), await sdk.users.post(new_user())
    await add(sdk, outer, inner)
    await add(sdk, inner, user)
    everybody = await sdk.groups.by_group_id(outer.id).transitive_members.get()
    assert {member.id for member in everybody.value} == {inner.id, user.id}
    of = await sdk.users.by_user_id(user.id).transitive_member_of.get()
    assert {outer.id, inner.id} <= {group.id for group in of.value}
    direct = await sdk.users.by_user_id(user.id).member_of.get()
    assert [group.id for group in direct.value] == [inner.id]


async def test_a_group_is_made_with_its_owners_and_members(sdk, server):
    owner, member = await sdk.users.post(new_user("owner")), await sdk.users.post(new_user("member"))
    asked = new_group("bound")
    asked.additional_data = {
        "owners@odata.bind": [f"{server.url}/v1.0/users/{owner.id}"],
        "members@odata.bind": [f"https://graph.microsoft.com/v1.0/directoryObjects/{member.id}"],
    }
    made = await sdk.groups.post(asked)
    owners = await sdk.groups.by_group_id(made.id).owners.get()
    members = await sdk.groups.by_group_id(made.id).members.get()
    assert [o.id for o in owners.value] == [owner.id] and [m.id for m in members.value] == [member.id]


async def test_a_group_may_be_read_with_its_members(sdk):
    group, user = await sdk.groups.post(new_group("expanded")), await sdk.users.post(new_user())
    await add(sdk, group, user)
    query = GroupsRequestBuilder.GroupsRequestBuilderGetQueryParameters(
        filter=f"displayName eq '{group.display_name}'", expand=["members($select=id,displayName)"]
    )
    found = await sdk.groups.get(RequestConfiguration(query_parameters=query))
    assert [member.id for member in found.value[0].members] == [user.id]


async def test_a_group_cannot_contain_itself(sdk):
    group = await sdk.groups.post(new_group("own-tail"))
    with pytest.raises(ODataError) as refused:
        await add(sdk, group, group)
    assert refused.value.response_status_code == 400


async def test_groups_in_a_circle_still_answer(sdk):
    one, two = await sdk.groups.post(new_group("circle")), await sdk.groups.post(new_group("circle"))
    await add(sdk, one, two)
    try:
        await add(sdk, two, one)
    except ODataError as refused:
        assert refused.response_status_code == 400
    around = await sdk.groups.by_group_id(one.id).transitive_members.get()
    assert {member.id for member in around.value} <= {one.id, two.id} and around.value


async def test_questions_about_membership_are_answered(sdk):
    from msgraph.generated.users.item.check_member_groups.check_member_groups_post_request_body import (
        CheckMemberGroupsPostRequestBody,
    )
    from msgraph.generated.users.item.get_member_groups.get_member_groups_post_request_body import (
        GetMemberGroupsPostRequestBody,
    )

    group, other, user = await sdk.groups.post(new_group()), await sdk.groups.post(new_group()), await sdk.users.post(new_user())
    await add(sdk, group, user)
    where = sdk.users.by_user_id(user.id)
    checked = await where.check_member_groups.post(CheckMemberGroupsPostRequestBody(group_ids=[group.id, other.id]))
    assert checked.value == [group.id]
    got = await where.get_member_groups.post(GetMemberGroupsPostRequestBody(security_enabled_only=True))
    assert got.value == [group.id]


async def test_a_deleted_group_is_gone_from_its_members(sdk):
    group, user = await sdk.groups.post(new_group()), await sdk.users.post(new_user())
    await add(sdk, group, user)
    await sdk.groups.by_group_id(group.id).delete()
    assert (await sdk.users.by_user_id(user.id).member_of.get()).value == []


def test_a_group_is_upserted_by_its_unique_name(graph):
    name = unique("unique")
    body = {"displayName": name, "mailNickname": name, "mailEnabled": False, "securityEnabled": True}
    path = f"/v1.0/groups(uniqueName='{name}')"
    made = graph.ask("PATCH", path, 201, json=body, headers={"prefer": "create-if-missing"})
    graph.ask("PATCH", path, 204, json={"description": "again"}, headers={"prefer": "create-if-missing"})
    assert graph.get(path)["id"] == made.json()["id"]
