"""msgraph-sdk, unmodified: users from creation to deletion and back."""

import pytest
from kiota_abstractions.base_request_configuration import RequestConfiguration
from msgraph.generated.directory.deleted_items.graph_user.graph_user_request_builder import GraphUserRequestBuilder
from msgraph.generated.models.o_data_errors.o_data_error import ODataError
from msgraph.generated.models.password_profile import PasswordProfile
from msgraph.generated.models.reference_update import ReferenceUpdate
from msgraph.generated.models.user import User
from msgraph.generated.users.item.user_item_request_builder import UserItemRequestBuilder

from graph import PASSWORD, unique


def new_user(stem: str = "sdk", **more) -> User:
    name = unique(stem)
    return User(
        account_enabled=True,
        display_name=name,
        mail_nickname=name,
        user_principal_name=f"{name}@xyz.example",
        password_profile=PasswordProfile(password=PASSWORD, force_change_password_next_sign_in=False),
        **more,
    )


def one(**parameters) -> RequestConfiguration:
    query = UserItemRequestBuilder.UserItemRequestBuilderGetQueryParameters(**parameters)
    return RequestConfiguration(query_parameters=query)


async def test_a_user_is_created_read_changed_and_deleted(sdk):
    asked = new_user(given_name="Amira", surname="Haddad", job_title="Clerk", department="Sales", usage_location="NL")
    made = await sdk.users.post(asked)
    assert made.id and made.user_principal_name == asked.user_principal_name and made.given_name == "Amira"
    assert made.password_profile is None or made.password_profile.password is None

    got = await sdk.users.by_user_id(made.id).get()
    assert (got.display_name, got.surname, got.job_title) == (asked.display_name, "Haddad", "Clerk")
    assert got.department is None, "not among the properties that are given without being asked for"
    got = await sdk.users.by_user_id(asked.user_principal_name).get(one(select=["id", "department", "usageLocation"]))
    assert (got.id, got.department, got.usage_location) == (made.id, "Sales", "NL")

    await sdk.users.by_user_id(made.id).patch(User(job_title="Head of Sales", business_phones=["+31 20 000 0000"]))
    got = await sdk.users.by_user_id(made.id).get()
    assert (got.job_title, got.business_phones, got.surname) == ("Head of Sales", ["+31 20 000 0000"], "Haddad")

    await sdk.users.by_user_id(made.id).delete()
    with pytest.raises(ODataError) as gone:
        await sdk.users.by_user_id(made.id).get()
    assert gone.value.response_status_code == 404 and gone.value.error.code == "Request_ResourceNotFound"


async def test_a_property_is_cleared_by_null(sdk, graph):
    made = await sdk.users.post(new_user(job_title="Clerk"))
    graph.patch(f"/v1.0/users/{made.id}", {"jobTitle": None}, 204)
    assert (await sdk.users.by_user_id(made.id).get()).job_title is None


async def test_properties_that_nothing_acts_on_are_kept(sdk):
    from msgraph.generated.models.employee_org_data import EmployeeOrgData
    from msgraph.generated.models.on_premises_extension_attributes import OnPremisesExtensionAttributes

    asked = new_user(
        employee_org_data=EmployeeOrgData(cost_center="4711", division=None),
        on_premises_extension_attributes=OnPremisesExtensionAttributes(extension_attribute7="seven"),
        other_mails=["a@xyz.example"],
        fax_number="1",
        consent_provided_for_minor="NotRequired",
    )
    made = await sdk.users.post(asked)
    wanted = ["employeeOrgData", "onPremisesExtensionAttributes", "otherMails", "faxNumber", "consentProvidedForMinor"]
    got = await sdk.users.by_user_id(made.id).get(one(select=wanted))
    assert got.employee_org_data.cost_center == "4711" and got.fax_number == "1"
    assert got.on_premises_extension_attributes.extension_attribute7 == "seven" and got.other_mails == ["a@xyz.example"]


async def test_a_deleted_user_can_be_restored(sdk):
    made = await sdk.users.post(new_user("restored", job_title="Clerk"))
    await sdk.users.by_user_id(made.id).delete()
    kept = await sdk.directory.deleted_items.by_directory_object_id(made.id).get()
    assert kept.id == made.id and isinstance(kept, User) and kept.display_name == made.display_name
    query = GraphUserRequestBuilder.GraphUserRequestBuilderGetQueryParameters(select=["id", "deletedDateTime"])
    listed = await sdk.directory.deleted_items.graph_user.get(RequestConfiguration(query_parameters=query))
    assert {user.id: user.deleted_date_time for user in listed.value}[made.id]
    back = await sdk.directory.deleted_items.by_directory_object_id(made.id).restore.post()
    assert back.id == made.id
    assert (await sdk.users.by_user_id(made.id).get()).job_title == "Clerk"


async def test_a_deleted_user_can_be_removed_for_good(sdk):
    made = await sdk.users.post(new_user("purged"))
    await sdk.users.by_user_id(made.id).delete()
    await sdk.directory.deleted_items.by_directory_object_id(made.id).delete()
    with pytest.raises(ODataError) as gone:
        await sdk.directory.deleted_items.by_directory_object_id(made.id).get()
    assert gone.value.response_status_code == 404


async def test_a_manager_is_set_expanded_and_taken_away(sdk, server):
    boss, clerk = await sdk.users.post(new_user("boss")), await sdk.users.post(new_user("clerk"))
    where = sdk.users.by_user_id(clerk.id).manager
    await where.ref.put(ReferenceUpdate(odata_id=f"https://graph.microsoft.com/v1.0/users/{boss.id}"))
    manager = await where.get()
    assert isinstance(manager, User) and manager.id == boss.id
    got = await sdk.users.by_user_id(clerk.id).get(one(select=["id"], expand=["manager($select=id,displayName)"]))
    assert got.manager.id == boss.id and got.manager.display_name == boss.display_name
    reports = await sdk.users.by_user_id(boss.id).direct_reports.get()
    assert [report.id for report in reports.value] == [clerk.id]
    await where.ref.delete()
    with pytest.raises(ODataError) as gone:
        await where.get()
    assert gone.value.response_status_code == 404


async def test_two_people_cannot_have_one_name(sdk):
    first = new_user("twin")
    await sdk.users.post(first)
    second = new_user("twin")
    second.user_principal_name = first.user_principal_name.upper()
    with pytest.raises(ODataError) as refused:
        await sdk.users.post(second)
    assert refused.value.response_status_code == 400 and refused.value.error.code == "Request_BadRequest"
    assert "userPrincipalName" in refused.value.error.message


async def test_an_error_names_the_request(sdk):
    with pytest.raises(ODataError) as refused:
        await sdk.users.by_user_id("00000000-0000-4000-8000-000000000001").get()
    error = refused.value.error
    assert error.code == "Request_ResourceNotFound"
    assert "00000000-0000-4000-8000-000000000001" in error.message
    assert error.inner_error.request_id and error.inner_error.client_request_id and error.inner_error.date
